package web_test

import (
	"context"
	"net/http"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/web"
	"kizuna/internal/resident/people"
)

var ctx = context.Background()

// granted stands in for the referral room.
type granted map[db.ID]delivery.Authorization

func (g granted) Of(db.Q, ...db.ID) (map[db.ID]delivery.Authorization, error) { return g, nil }

func (g granted) Lock(*op.Tx, []db.ID) error { return nil }

func (g granted) OfProvider(db.Q, db.ID, calendar.Date) ([]delivery.Authorization, error) {
	return nil, nil
}

// play acts a story out on both engines, after a month in which one resident
// came twice, the second time beyond the units authorized.
func play(t *testing.T, script string) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		given := granted{}
		rooms := delivery.New(run, given)
		room := payment.New(run, rooms)
		rooms.Claimed = payment.Claimed
		room.Funds = func(_ db.Q, ids []db.ID) (map[db.ID]payment.Fund, error) {
			return map[db.ID]payment.Fund{ids[0]: {Code: "welfare", Fiscal: calendar.April}}, nil
		}
		room.Providers = func(_ db.Q, ids ...db.ID) (map[db.ID]text.Pair, error) {
			return map[db.ID]text.Pair{ids[0]: {JA: "みどりの相談室", EN: "Midori Counselling"}}, nil
		}
		worker, boss := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor)
		boss.Teams = worker.Teams
		provider := access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID(), SignIn: db.NewID()}
		p, err := people.New(run).Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := cases.New(run).Open(ctx, worker, cases.OpenInput{Person: p.ID, Kind: "health"})
		if err != nil {
			t.Fatal(err)
		}
		rent(t, run, worker, boss, c.ID)
		x := delivery.Authorization{ID: db.NewID(), Provider: provider.Provider, Referral: db.NewID(), Case: c.ID, Person: p.ID, Benefit: db.NewID(), BenefitName: text.Pair{JA: "グリーフケア", EN: "Grief care"},
			Name: p.Name, Number: c.Number, Active: true, Units: ledger.Units(1), Rate: ledger.Yen(6000), From: "2026-11-01", Until: "2026-12-31"}
		given[x.ID] = x
		for i, on := range []calendar.Date{"2026-11-10", "2026-11-17"} {
			s, err := rooms.Book(ctx, provider, delivery.SessionInput{Title: "個別相談", On: on, Starts: "14:00", Minutes: 60})
			if err != nil {
				t.Fatal(err)
			}
			in := delivery.EnrolInput{Sessions: []db.ID{s.ID}, Authorizations: []db.ID{x.ID}}
			who := provider
			if i > 0 {
				in.Override, who = "継続のため", boss
			}
			if _, err := rooms.Enrol(ctx, who, in); err != nil {
				t.Fatal(err)
			}
			if _, err := rooms.Attend(ctx, provider, s.ID, delivery.AttendInput{Rest: delivery.Attended}); err != nil {
				t.Fatal(err)
			}
		}
		actors := map[string]access.Actor{"provider": provider, "officer": kizunatest.Staff(access.FinanceOfficer), "second": kizunatest.Staff(access.FinanceOfficer),
			"worker": worker, "rival": {ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID(), SignIn: db.NewID()}}
		router := door.New(door.Config{Vault: run.Vault, Identify: func(r *http.Request) (access.Actor, error) { return actors[r.Header.Get("X-Actor")], nil }})
		web.Mount(router, room)
		s := kizunatest.Story{Handler: router, Enter: func(p *kizunatest.Person) error {
			p.Header.Set("X-Actor", p.Name)
			return nil
		}}
		if err := s.Play("payment.story", script); err != nil {
			t.Fatal(err)
		}
		kizunatest.Intact(t, run)
		if err := run.Read(ctx, func(q *db.Reader) error {
			wrong, err := ledger.Check(q)
			for _, d := range wrong {
				t.Error(d)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// rent grants the resident of a case money for their rent.
func rent(t *testing.T, run *op.Runner, worker, boss access.Actor, of db.ID) {
	t.Helper()
	help, given, manager := catalog.New(run, "JPY"), benefit.New(run), kizunatest.Staff(access.ProgramManager)
	b, err := help.CreateBenefit(ctx, manager, catalog.BenefitInput{Key: "rent", Name: text.Pair{JA: "家賃補助", EN: "Rent support"}, Kind: "money", Amount: ledger.Yen(40000)})
	if err == nil {
		b, err = help.StepBenefit(ctx, manager, b.ID, "activate", catalog.Step{Version: b.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
	x, err := given.Propose(ctx, worker, of, benefit.ProposeInput{Benefit: b.ID, Amount: ledger.Yen(40000)})
	for _, step := range []string{"approve", "activate"} {
		if err == nil {
			x, err = given.Step(ctx, boss, x.ID, step, benefit.StepInput{Version: x.Version})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFinancePlansAPayout(t *testing.T) {
	play(t, `as worker
get /desk/payouts
see 支給はありません
not see 支給を予定する
get /desk/payouts/new
status 404
as officer
get /desk/payouts
link 支給を予定する
see 家賃補助
not see 丸山 修
link 家賃補助
see ¥40,000
see 振込できる口座がまだありません
fill amount 15000
fill due_on 2026-11-30
press 支給を予定する
status 422
see 振込先
see 15000
tick method cash
press 支給を予定する
at /desk/payouts/*
keep payout from path /desk/payouts/*
see ¥15,000
see 家賃補助
see 現金
see 自分
as second
get /desk/payouts
see 家賃補助
press 承認する
press 支払済みにする
see 支払済み
in en
get /desk/payouts/{payout}
see Paid
as officer
get /desk/payouts/new
link 家賃補助
see ¥25,000
tick method voucher
fill due_on 2026-11-30
press 支給を予定する
link 中止する
fill text 受給者の辞退
press 中止する
see 中止
`)
}

func TestFromAttendanceToTheBank(t *testing.T) {
	play(t, `as provider
get /portal/payments
see 出欠から請求を作る
fill from 2026-11-01
fill until 2026-11-30
press 請求を作る
status 422
see 今日より後の日付は入力できません
fill until 2026-11-24
fill invoice INV-11
press 請求を作る
at /portal/payments/*
keep request from path /portal/payments/*
see ¥12,000
see 丸山 修
see 承認された回数を超えています
press 提出する
see 審査待ち
as rival
get /portal/payments/{request}
status 404
as worker
get /desk/payments
status 404
as officer
get /desk/payments
see みどりの相談室
get /desk/payments/{request}
not see 丸山 修
see 確認の必要な明細が1件残っています
near 承認された回数を超えています
link 照会する
fill text 追加の承認はありますか
press 照会する
see 照会中
as provider
get /portal/payments/{request}
see 追加の承認はありますか
link 回答する
fill text 電話で承認されました
press 回答する
see 審査待ち
as officer
get /desk/payments/{request}
see 電話で承認されました
near 承認された回数を超えています
link 認める
fill text 電話の記録を確認
press 認める
get /desk/payments/{request}
press 承認する
see 承認済み
as provider
get /portal/payees
fill name みどりの相談室
fill bank 0009
fill branch １２３
fill number 7654321
fill holder 緑
press 口座を登録する
status 422
see カナか英大文字で
fill holder ミドリノソウダンシツ
press 口座を登録する
see 確認待ち
not see 7654321
as officer
get /desk/payees
fill name みなと市
fill bank 0001
fill branch 001
fill number 1111111
fill holder ミナトシ
fill requester 1234567890
press 口座を登録する
see 確認待ち
link みなと市
see 自分が入力した口座は、確認できません
get /desk/payees
link みどりの相談室
see 7654321
press 確認する
as second
get /desk/payees
link みなと市
press 確認する
as officer
get /desk/batches/new
see みどりの相談室
fill pay_on 2026-11-30
press 支払データを作る
at /desk/batches/*
keep batch from path /desk/batches/*
see ¥12,000
see 自分が作った支払データは、承認できません
as second
get /desk/batches/{batch}
press 承認する
press 出力する
see 出力済み
get /desk/batches/{batch}/zengin
status 200
get /desk/batches/{batch}/csv
status 200
get /desk/batches/{batch}
link 支払完了にする
fill settled_on 2026-11-24
press 支払完了にする
see 支払完了
as provider
in en
get /portal/payments/{request}
see Paid
see ¥12,000
`)
}

func TestTheAPISpeaksForPayment(t *testing.T) {
	play(t, `as provider
api POST /api/v1/payment-requests {"from":"2026-11-01","until":"2026-11-24"}
status 201
keep request from $.id
expect $.amount {"amount":"12000","currency":"JPY"}
expect $.flagged 1
keep line from $.lines[1].id
header If-Match 1
api POST /api/v1/payment-requests/{request}/submit {}
expect $.status submitted
header If-Match 1
api POST /api/v1/payment-requests/{request}/submit {}
status 412
as rival
api GET /api/v1/payment-lines/{line}
status 404
as officer
header If-Match 2
api POST /api/v1/payment-requests/{request}/approve {}
status 409
header If-Match 1
api POST /api/v1/payment-lines/{line}/strike {"text":"承認の範囲外"}
expect $.status struck
header If-Match 3
api POST /api/v1/payment-requests/{request}/approve {}
expect $.status approved
expect $.amount {"amount":"6000","currency":"JPY"}
api POST /api/v1/batches {"pay_on":"2026-11-30","payment_request_ids":["{request}"]}
status 201
keep batch from $.id
expect $.missing 1
header If-Match 1
api POST /api/v1/batches/{batch}/approve {}
status 403
as second
header If-Match 1
api POST /api/v1/batches/{batch}/approve {}
expect $.status approved
header If-Match 2
api POST /api/v1/batches/{batch}/export {}
status 409
header If-Match 2
api POST /api/v1/batches/{batch}/cancel {"text":"やり直す"}
expect $.status cancelled
api GET /api/v1/payment-requests?status=approved
expect $.items.length 1
api GET /api/v1/payees
expect $.items.length 0
as worker
api GET /api/v1/payment-requests
status 404
`)
}
