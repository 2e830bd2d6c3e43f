package web_test

import (
	"context"
	"net/http"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/delivery/web"
	"kizuna/internal/resident/people"
)

var ctx = context.Background()

// granted stands in for the referral room.
type granted []delivery.Authorization

func (g *granted) Of(_ db.Q, ids ...db.ID) (map[db.ID]delivery.Authorization, error) {
	out := map[db.ID]delivery.Authorization{}
	for _, x := range *g {
		for _, id := range ids {
			if x.ID == id {
				out[id] = x
			}
		}
	}
	return out, nil
}

func (g *granted) Lock(*op.Tx, []db.ID) error { return nil }

func (g *granted) OfProvider(_ db.Q, provider db.ID, _ calendar.Date) (out []delivery.Authorization, err error) {
	for _, x := range *g {
		if x.Provider == provider {
			out = append(out, x)
		}
	}
	return out, nil
}

// play acts a story out on both engines: a provider, a caseworker of the case,
// one of another team, and the resident.
func play(t *testing.T, script string) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		given := &granted{}
		room := delivery.New(run, given)
		room.NeedsApproval = func(db.Q, db.ID, db.ID, calendar.Date) (bool, error) { return true, nil }
		room.Providers = func(_ db.Q, ids ...db.ID) (map[db.ID]text.Pair, error) {
			return map[db.ID]text.Pair{ids[0]: {JA: "みどりの相談室", EN: "Midori Counselling"}}, nil
		}
		worker := kizunatest.Staff(access.Caseworker)
		provider := access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID(), SignIn: db.NewID()}
		for i, name := range []string{"修", "京子"} {
			p, err := people.New(run).Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: name}}})
			if err != nil {
				t.Fatal(err)
			}
			c, err := cases.New(run).Open(ctx, worker, cases.OpenInput{Person: p.ID, Kind: "health"})
			if err != nil {
				t.Fatal(err)
			}
			*given = append(*given, delivery.Authorization{ID: db.NewID(), Provider: provider.Provider, Referral: db.NewID(), Case: c.ID, Person: p.ID, Assignment: db.NewID(),
				Benefit: db.MustID("01900000-0000-7000-8000-00000000000b"), BenefitName: text.Pair{JA: "グリーフケア", EN: "Grief care"}, Name: p.Name, Kana: "まるやま " + name,
				Number: c.Number, Active: true, Units: ledger.Units(int64(8 - 6*i)), Rate: ledger.Yen(6000), From: "2026-11-01", Until: "2026-12-31"})
		}
		actors := map[string]access.Actor{"provider": provider, "worker": worker, "stranger": kizunatest.Staff(access.Caseworker),
			"rival":    {ID: db.NewID(), Roles: []access.Role{access.ProviderStaff}, Provider: db.NewID(), SignIn: db.NewID()},
			"resident": {ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: (*given)[0].Person, SignIn: db.NewID()}}
		router := door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(r *http.Request) (access.Actor, error) { return actors[r.Header.Get("X-Actor")], nil }})
		web.Mount(router, room)
		s := kizunatest.Story{Handler: router, Enter: func(p *kizunatest.Person) error {
			p.Header.Set("X-Actor", p.Name)
			return nil
		}, Verbs: map[string]kizunatest.Verb{"tomorrow": func(*kizunatest.Person, string) error {
			clock.Advance(24 * 60 * 60 * 1e9)
			return nil
		}}, Values: map[string]string{"case": (*given)[0].Case.String(), "first": (*given)[0].ID.String(), "second": (*given)[1].ID.String()}}
		if err := s.Play("delivery.story", script); err != nil {
			t.Fatal(err)
		}
		kizunatest.Intact(t, run)
	})
}

func TestFromScheduleToAttendance(t *testing.T) {
	play(t, schedule+attendance)
}

const schedule = `as provider
get /portal/schedules
see スケジュールはまだありません
get /portal/schedules/new
fill title グリーフケア・グループ
fill from 令和8年11月24日
fill starts 14:00
fill minutes 90
tick repeat weekly
fill until 2026-12-22
fill place 港南センター 2階 和室
fill capacity 12
tick authorization_ids {first}
tick authorization_ids {second}
press 提出する
at /portal/schedules/*
keep schedule from path /portal/schedules/*
see 承認待ち
as rival
get /portal/schedules/{schedule}
status 404
as stranger
get /desk/schedules/{schedule}
status 404
as worker
get /desk/schedules
link グリーフケア・グループ
see みどりの相談室
see 丸山 修
link 差し戻す
fill reason 曜日を変えてください
press 差し戻す
as provider
get /portal/schedules/{schedule}
see 曜日を変えてください
link 変更する
tick weekdays TU
press 提出する
as worker
get /desk/schedules/{schedule}
press 承認する
see 承認済み
`

const attendance = `as provider
get /portal/sessions
link グリーフケア・グループ 第1回
keep session from path /portal/sessions/*
see 11月24日（火）
see 14:00–15:30
see 登録2名／定員12名
see 残り8
see 1名 ¥6,000
see 第2回
press 未記録の2名を出席にする
see 2名の出欠を記録しました
see ¥12,000
press 出欠を確定する
see 出欠を確定しました
see 実施済み
get /portal/sessions/{session}/print
see まるやま 京子
in en
get /portal/sessions/{session}
see Session 2
see Delivered
in ja
get /portal/sessions/{session}
link 一人ずつの記録
link 丸山 修
keep enrolment from path /portal/session-enrolments/*
tick outcome absent
press 記録する
see 無断欠席
see -1
fill body 話ができるようになった
fill percent 30
press 経過を書く
see 話ができるようになった
as worker
get /desk/sessions?case={case}
see グリーフケア・グループ
get /desk/sessions/{session}
see 丸山 修
see 無断欠席
as stranger
get /desk/sessions/{session}
status 404
get /desk/sessions?case={case}
not see グリーフケア・グループ
as rival
get /portal/sessions/{session}
status 404
as resident
get /my/sessions
see グリーフケア・グループ
not see 京子
`

func TestSingleSessionAndChanges(t *testing.T) {
	play(t, `as provider
get /portal/sessions/new
fill title 個別相談
fill on 2026-11-26
fill starts 10:00
press 予約する
at /portal/sessions/*
keep session from path /portal/sessions/*
see 参加者はまだいません
link 参加者を登録する
tick authorization_ids {first}
fill note 車いす
press 登録する
see 1件登録しました
see 車いす
see 開催日より前に出欠は記録できません
link 延期する
fill on 2026-11-27
fill reason 台風
press 延期する
see 11月27日（金）
keep later from path /portal/sessions/*
as resident
get /my/sessions
see 個別相談
link 行けなくなった
fill reason 通院
press 行けなくなった
see 提供者に伝えました
as provider
get /portal/sessions/{later}
see 参加者はまだいません
link 中止する
fill reason 申込みがないため
press 中止する
see 中止
get /portal/schedules/ask
fill title 個別相談
press 作成を依頼する
see 作成を依頼中
`)
}

func TestTheAPISpeaksForDelivery(t *testing.T) {
	play(t, `as provider
api POST /api/v1/schedules {"title":"グリーフケア","repeat":"weekly","from":"2026-11-24","until":"2026-12-08","starts":"14:00","minutes":90,"authorization_ids":["{first}"]}
status 201
keep schedule from $.id
expect $.rule FREQ=WEEKLY
header If-Match 1
api PATCH /api/v1/schedules/{schedule} {"capacity":3}
expect $.capacity 3
header If-Match 2
api POST /api/v1/schedules/{schedule}/submit {}
expect $.status submitted
as stranger
api GET /api/v1/schedules/{schedule}
status 404
as worker
header If-Match 3
api POST /api/v1/schedules/{schedule}/approve {}
status 200
expect $.status approved
expect $.session_ids.length 3
keep session from $.session_ids[0]
as provider
api GET /api/v1/sessions/{session}
expect $.enrolments.length 1
keep enrolment from $.enrolments[0].id
header If-Match 1
api POST /api/v1/session-enrolments/{enrolment}/attended {}
expect $.status attended
expect $.delivered 1
header If-Match 1
api POST /api/v1/session-enrolments/{enrolment}/absent {}
status 412
header If-Match 2
api POST /api/v1/session-enrolments/{enrolment}/absent {}
expect $.delivered 0
expect $.marks.length 2
keep disbursement from $.disbursement_id
api GET /api/v1/disbursements/{disbursement}
expect $.delivered 0
expect $.planned 1
api POST /api/v1/session-enrolments {"session_ids":["{session}"],"authorization_ids":["{second}"]}
status 201
expect $.placed.length 1
header If-Match 1
api POST /api/v1/sessions/{session}/attend {"rest":"late","complete":true}
expect $.status completed
api GET /api/v1/session-enrolments?status=late
expect $.items.length 1
as rival
api GET /api/v1/disbursements/{disbursement}
status 404
api GET /api/v1/sessions
expect $.items.length 0
`)
}
