package payment_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/zengin"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", payment.RequestFlow.Describe().Matrix()+payment.LineFlow.Describe().Matrix()+
		payment.PayeeFlow.Describe().Matrix()+payment.PayoutFlow.Describe().Matrix()+payment.BatchFlow.Describe().Matrix())
}

var ctx = context.Background()

// granted stands in for the referral room.
type granted map[db.ID]delivery.Authorization

func (g granted) Of(_ db.Q, ids ...db.ID) (map[db.ID]delivery.Authorization, error) {
	out := map[db.ID]delivery.Authorization{}
	for _, id := range ids {
		if x, ok := g[id]; ok {
			out[id] = x
		}
	}
	return out, nil
}

func (g granted) Lock(*op.Tx, []db.ID) error { return nil }

func (g granted) OfProvider(db.Q, db.ID, calendar.Date) ([]delivery.Authorization, error) {
	return nil, nil
}

// till is the payment room with those who use it.
type till struct {
	*payment.Room
	t                                *testing.T
	delivery                         *delivery.Room
	people                           *people.Room
	given                            benefit.Assignment // of money, to each resident
	rates                            []catalog.Rate     // what was agreed for who does not come
	run                              *op.Runner
	clock                            *calendar.Fake
	granted                          granted
	worker, officer, second, manager access.Actor
}

func eachTill(t *testing.T, f func(t *testing.T, x *till)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		x := newTill(t, data)
		f(t, x)
		kizunatest.Intact(t, x.run)
		x.balanced()
	})
}

func newTill(t *testing.T, data *db.DB) *till {
	run, clock := kizunatest.Runner(t, data)
	x := &till{t: t, run: run, clock: clock, granted: granted{}, people: people.New(run), worker: kizunatest.Staff(access.Caseworker),
		officer: kizunatest.Staff(access.FinanceOfficer), second: kizunatest.Staff(access.FinanceOfficer),
		manager: access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID(), SignIn: db.NewID()}}
	x.delivery = delivery.New(run, x.granted)
	x.Room = payment.New(run, x.delivery)
	x.delivery.Claimed = payment.Claimed
	x.Funds = func(_ db.Q, ids []db.ID) (map[db.ID]payment.Fund, error) {
		out := map[db.ID]payment.Fund{}
		for _, id := range ids {
			if id == counselling {
				out[id] = payment.Fund{Code: "welfare", Fiscal: calendar.April}
			}
		}
		return out, nil
	}
	x.Rates = func(db.Q, db.ID, []db.ID) ([]catalog.Rate, error) { return x.rates, nil }
	x.Assigned = func(_ *op.Tx, id db.ID) (benefit.Assignment, error) {
		for _, a := range x.granted {
			if a.Assignment == id {
				given := x.given
				given.ID, given.Case, given.Person, given.Benefit = id, a.Case, a.Person, counselling
				return given, nil
			}
		}
		return benefit.Assignment{}, fault.NotFound()
	}
	x.given = benefit.Assignment{Minor: 30000, Currency: "JPY", Frequency: "daily", From: "2026-11-01", Until: "2026-12-31"}
	return x
}

var counselling = db.NewID()

// balanced fails the test where the books do not agree with themselves.
func (x *till) balanced() {
	x.t.Helper()
	err := x.run.Read(ctx, func(q *db.Reader) error {
		wrong, err := ledger.Check(q)
		for _, d := range wrong {
			x.t.Error(d)
		}
		return err
	})
	if err != nil {
		x.t.Error(err)
	}
}

func (x *till) balance(key string) int64 {
	x.t.Helper()
	var m ledger.Money
	if err := x.run.Read(ctx, func(q *db.Reader) (err error) {
		m, err = ledger.Balance(q, key, "JPY")
		return err
	}); err != nil {
		x.t.Fatal(err)
	}
	return m.Minor
}

// authorize gives a resident of a new case units at 6,000 yen.
func (x *till) authorize(units int64) delivery.Authorization {
	x.t.Helper()
	p, err := x.people.Create(ctx, x.worker, people.PersonInput{Names: []people.NameInput{{Family: "浅野", Given: fmt.Sprint("京子", len(x.granted))}}})
	if err != nil {
		x.t.Fatal(err)
	}
	c, err := cases.New(x.run).Open(ctx, x.worker, cases.OpenInput{Person: p.ID, Kind: "health"})
	if err != nil {
		x.t.Fatal(err)
	}
	a := delivery.Authorization{ID: db.NewID(), Provider: x.manager.Provider, Referral: db.NewID(), Case: c.ID, Person: p.ID, Assignment: db.NewID(), Benefit: counselling,
		BenefitName: text.Pair{JA: "グリーフカウンセリング", EN: "Grief counselling"}, Name: p.Name, Number: c.Number, Active: true,
		Units: ledger.Units(units), Rate: ledger.Yen(6000), Rounding: ledger.Floor, From: "2026-10-01", Until: "2027-03-31"}
	x.granted[a.ID] = a
	return a
}

// held is a session on a day with these residents, marked with these outcomes.
func (x *till) held(on calendar.Date, outcomes map[db.ID]string) delivery.Session {
	x.t.Helper()
	var ids []db.ID
	for id := range outcomes {
		ids = append(ids, id)
	}
	s, err := x.delivery.Book(ctx, x.manager, delivery.SessionInput{Title: "=グリーフケア", On: on, Starts: "14:00", Minutes: 90, Residents: ids})
	if err != nil {
		x.t.Fatal(err)
	}
	x.mark(s, outcomes)
	return s
}

func (x *till) mark(s delivery.Session, outcomes map[db.ID]string) {
	x.t.Helper()
	r, err := x.delivery.Roster(ctx, x.manager, s.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	var in delivery.AttendInput
	for _, seat := range r.Seats {
		if o, ok := outcomes[seat.Authorization.ID]; o == delivery.Cancelled {
			if _, err := x.delivery.Cancel(ctx, x.manager, seat.Enrolment.ID, "resident", delivery.ReasonInput{Reason: "体調不良", Version: seat.Enrolment.Version}); err != nil {
				x.t.Fatal(err)
			}
		} else if ok {
			in.Marks = append(in.Marks, delivery.MarkInput{Enrolment: seat.Enrolment.ID, Outcome: o})
		}
	}
	if len(in.Marks) == 0 {
		return
	}
	if _, err := x.delivery.Attend(ctx, x.manager, s.ID, in); err != nil {
		x.t.Fatal(err)
	}
}

func (x *till) build() payment.Request {
	x.t.Helper()
	r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-11-01", Until: "2026-11-24"})
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

func (x *till) submit(r payment.Request) payment.Request {
	x.t.Helper()
	r, err := x.Submit(ctx, x.manager, r.ID, r.Version)
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

func (x *till) file(a access.Actor, id db.ID) payment.File {
	x.t.Helper()
	f, err := x.Get(ctx, a, id)
	if err != nil {
		x.t.Fatal(err)
	}
	return f
}

func (x *till) account(kind string, owner db.ID) {
	x.t.Helper()
	in := payment.PayeeInput{OwnerKind: kind, Owner: owner, Name: "みどりの相談室", Requester: "1234567890",
		Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "1", Number: "7654321", Holder: "ミドリノソウダンシツ"}}
	p, err := x.EnterPayee(ctx, x.officer, in)
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.ConfirmPayee(ctx, x.officer, p.ID, p.Version); keyOf(err) != "payment.fault.own_account" {
		x.t.Errorf("confirmed what they entered: %v", err)
	}
	if _, err := x.ConfirmPayee(ctx, x.second, p.ID, p.Version); err != nil {
		x.t.Fatal(err)
	}
}

func keyOf(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Key
	}
	return fmt.Sprint(err)
}

func fundOf(year int64) string { return payment.FundAccount("welfare", year) }

func TestMoneyFollowsAttendance(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a, b := x.authorize(8), x.authorize(8)
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended", b.ID: "late"})
		x.held("2026-11-17", map[db.ID]string{a.ID: "attended", b.ID: "absent"})
		r := x.build()
		if r.Amount() != ledger.Yen(18000) || r.Number == "" {
			t.Errorf("%v of %s", r.Amount(), r.Number)
		}
		r = x.submit(r)
		if r.DueOn != "2026-12-24" || x.balance(fundOf(2026)) != -18000 || x.balance(payment.CommitmentAccount("welfare", 2026)) != 18000 {
			t.Errorf("due %s, fund %d", r.DueOn, x.balance(fundOf(2026)))
		}
		for _, who := range []access.Actor{x.manager, x.worker} {
			if _, err := x.Approve(ctx, who, r.ID, r.Version); err == nil {
				t.Errorf("%v approved", who.Roles)
			}
		}
		r, err := x.Approve(ctx, x.officer, r.ID, r.Version)
		if err != nil {
			t.Fatal(err)
		}
		if n := x.balance(payment.PayableAccount("provider", x.manager.Provider)); n != 18000 {
			t.Errorf("owed %d", n)
		}
		batch, err := x.BuildBatch(ctx, x.officer, payment.BatchInput{PayOn: "2026-11-30", Requests: []db.ID{r.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.BuildBatch(ctx, x.officer, payment.BatchInput{PayOn: "2026-11-30", Requests: []db.ID{r.ID}}); keyOf(err) != "payment.fault.batched" {
			t.Errorf("in two batches: %v", err)
		}
		if _, err := x.ApproveBatch(ctx, x.officer, batch.ID, batch.Version); keyOf(err) != "payment.fault.own_batch" {
			t.Errorf("approved the batch they built: %v", err)
		}
		if batch, err = x.ApproveBatch(ctx, x.second, batch.ID, batch.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := x.ExportBatch(ctx, x.officer, batch.ID, batch.Version); keyOf(err) != "payment.fault.no_account" {
			t.Errorf("exported without an account: %v", err)
		}
		x.account("provider", x.manager.Provider)
		if _, err := x.ExportBatch(ctx, x.officer, batch.ID, batch.Version); keyOf(err) != "payment.fault.no_payer" {
			t.Errorf("exported without a payer: %v", err)
		}
		x.account("agency", db.ID{})
		if _, _, err := x.Zengin(ctx, x.officer, batch.ID); keyOf(err) != "payment.fault.not_exported" {
			t.Errorf("the file left before the export: %v", err)
		}
		if batch, err = x.ExportBatch(ctx, x.officer, batch.ID, batch.Version); err != nil {
			t.Fatal(err)
		}
		name, data, err := x.Zengin(ctx, x.officer, batch.ID)
		if err != nil {
			t.Fatal(err)
		}
		file, err := zengin.Decode(data)
		if err != nil || file.Total() != 18000 || len(file.Payments) != 1 || file.Payments[0].Holder != "ﾐﾄﾞﾘﾉｿｳﾀﾞﾝｼﾂ" || file.MonthDay != "1130" || !strings.HasSuffix(name, ".txt") {
			t.Errorf("%s: %+v, %v", name, file, err)
		}
		if batch, err = x.Settle(ctx, x.officer, batch.ID, payment.SettleInput{On: "2026-11-24", Version: batch.Version}); err != nil {
			t.Fatal(err)
		}
		if x.balance(payment.PayableAccount("provider", x.manager.Provider)) != 0 || x.balance(payment.PaidAccount("welfare", 2026)) != 18000 {
			t.Errorf("after the bank: owed %d", x.balance(payment.PayableAccount("provider", x.manager.Provider)))
		}
		f := x.file(x.manager, r.ID)
		if f.Request.Status != "paid" || f.Lines[0].Status != "paid" {
			t.Errorf("%s, %s", f.Request.Status, f.Lines[0].Status)
		}
		trace, err := x.Trace(ctx, x.officer, f.Lines[0].Disbursement)
		if err != nil || len(trace) != 6 {
			t.Errorf("%d postings of a disbursement, %v", len(trace), err)
		}
		_, list, err := x.CSV(ctx, x.officer, batch.ID)
		if err != nil || bytes.Count(list, []byte("\r\n")) != 4 || !bytes.Contains(list, []byte(",6000,JPY,welfare,2026,")) {
			t.Errorf("%s, %v", list, err)
		}
		var paid map[db.ID]ledger.Money
		if err := x.run.Read(ctx, func(q *db.Reader) error {
			paid, err = payment.PaidOf(q, []db.ID{a.Assignment, b.Assignment})
			return err
		}); err != nil || paid[a.Assignment] != ledger.Yen(12000) || paid[b.Assignment] != ledger.Yen(6000) {
			t.Errorf("paid %v, %v", paid, err)
		}
	})
}

func TestOnlyExceptionsNeedAPerson(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(1)
		once := x.authorize(8)
		once.Until = "2026-11-15"
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = x.worker.Teams
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended", once.ID: "attended"})
		x.granted[once.ID] = once
		later, err := x.delivery.Book(ctx, x.manager, delivery.SessionInput{Title: "二回目", On: "2026-11-17", Starts: "14:00", Minutes: 90})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.delivery.Enrol(ctx, boss, delivery.EnrolInput{Sessions: []db.ID{later.ID}, Authorizations: []db.ID{a.ID, once.ID}, Override: "継続が必要なため"}); err != nil {
			t.Fatal(err)
		}
		x.mark(later, map[db.ID]string{a.ID: "attended", once.ID: "attended"})
		r := x.submit(x.build())
		f := x.file(x.officer, r.ID)
		flags := map[string]db.ID{}
		versions := map[string]int64{}
		for _, l := range f.Lines {
			if l.Who != "" {
				t.Errorf("finance reads the name %s", l.Who)
			}
			for _, flag := range l.Flags.V {
				flags[flag], versions[flag] = l.ID, l.Version
			}
		}
		if len(f.Lines) != 4 || f.Totals.Flagged != 2 || flags[payment.OverUnits].IsZero() || flags[payment.Outside].IsZero() {
			t.Fatalf("%d lines, flags %v", len(f.Lines), flags)
		}
		if _, err := x.Approve(ctx, x.officer, r.ID, r.Version); keyOf(err) != "payment.fault.exceptions" {
			t.Errorf("approved with exceptions: %v", err)
		}
		if _, err := x.Query(ctx, x.officer, flags[payment.OverUnits], payment.TextInput{Text: "追加の承認はありますか", Version: versions[payment.OverUnits]}); err != nil {
			t.Fatal(err)
		}
		r = x.file(x.manager, r.ID).Request
		if r.Status != "queried" {
			t.Errorf("after a question it is %s", r.Status)
		}
		if _, err := x.Approve(ctx, x.officer, r.ID, r.Version); !errors.Is(err, fault.KindConflict) {
			t.Errorf("approved with an open question: %v", err)
		}
		l, err := x.Answer(ctx, x.manager, flags[payment.OverUnits], payment.TextInput{Text: "担当者から電話で", Version: versions[payment.OverUnits] + 1})
		if err != nil {
			t.Fatal(err)
		}
		if r = x.file(x.manager, r.ID).Request; r.Status != "submitted" {
			t.Errorf("after the answer it is %s", r.Status)
		}
		if _, err := x.Allow(ctx, x.officer, l.ID, payment.TextInput{Text: "電話の記録を確認", Version: l.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Strike(ctx, x.officer, flags[payment.Outside], payment.TextInput{Text: "期間の外", Version: versions[payment.Outside]}); err != nil {
			t.Fatal(err)
		}
		f = x.file(x.officer, r.ID)
		if f.Request.Amount() != ledger.Yen(18000) || x.balance(fundOf(2026)) != -18000 {
			t.Errorf("%v asked, fund %d", f.Request.Amount(), x.balance(fundOf(2026)))
		}
		if _, err := x.Approve(ctx, x.officer, r.ID, f.Request.Version); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDoubleAndAbsentAreFlagged(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended"})
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended"})
		x.held("2026-11-11", map[db.ID]string{a.ID: "absent"})
		r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-11-01", Until: "2026-11-24", Absences: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range x.file(x.manager, r.ID).Lines {
			got = append(got, strings.Join(l.Flags.V, "+"))
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"", "absent", "double"}) {
			t.Errorf("flags %q", got)
		}
	})
}

// TestWhoDoesNotComeIsPaidAsAgreed: an absence and a place given back on the
// day are claimed at the share that the rate of that day says, without anybody
// having to look; the odd yen goes as the contract rounds.
func TestWhoDoesNotComeIsPaidAsAgreed(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a, b := x.authorize(8), x.authorize(8)
		b.Rate, b.Rounding = ledger.Yen(5555), ledger.HalfUp
		x.granted[b.ID] = b
		x.rates = []catalog.Rate{
			{Benefit: counselling, From: "2026-04-01", NoShowPercent: 100, LateCancelPercent: 100},
			{Benefit: counselling, Provider: x.manager.Provider, From: "2026-11-05", NoShowPercent: 50, LateCancelPercent: 30},
		}
		x.held("2026-11-04", map[db.ID]string{a.ID: "absent"})
		s := x.held("2026-11-10", map[db.ID]string{a.ID: "absent", b.ID: delivery.Cancelled})
		x.held("2026-11-11", map[db.ID]string{a.ID: "excused"})
		early := x.held("2026-11-25", map[db.ID]string{a.ID: delivery.Cancelled}) // the day before
		again := x.held("2026-11-12", map[db.ID]string{b.ID: delivery.Cancelled})
		if _, err := x.delivery.Enrol(ctx, x.manager, delivery.EnrolInput{Sessions: []db.ID{again.ID}, Authorizations: []db.ID{b.ID}}); err != nil {
			t.Fatal(err)
		}
		x.mark(again, map[db.ID]string{b.ID: "attended"}) // came after all
		off, err := x.delivery.Book(ctx, x.manager, delivery.SessionInput{Title: "休講", On: "2026-11-13", Starts: "14:00", Minutes: 60, Residents: []db.ID{a.ID}})
		if err != nil {
			t.Fatal(err)
		}
		x.mark(off, map[db.ID]string{a.ID: delivery.Cancelled})
		if _, err := x.delivery.CancelSession(ctx, x.manager, off.ID, delivery.ReasonInput{Reason: "講師の都合", Version: off.Version}); err != nil {
			t.Fatal(err)
		}
		x.clock.Advance(48 * time.Hour)
		r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-11-01", Until: "2026-11-25"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range x.file(x.manager, r.ID).Lines {
			if l.Session == early.ID || l.Excepted() {
				t.Errorf("%s on %s: %v", l.Outcome, l.ServiceOn, l.Flags.V)
			}
			got = append(got, fmt.Sprintf("%s %s %d%% %d %v", string(l.ServiceOn)[8:], l.Outcome, l.Percent, l.Minor, l.ForNothing()))
		}
		slices.Sort(got)
		if want := []string{"04 absent 100% 6000 true", "10 absent 50% 3000 true", "10 cancelled_by_resident 30% 1667 true", "12 attended 100% 5555 false"}; !slices.Equal(got, want) {
			t.Errorf("claimed %q, want %q", got, want)
		}
		r = x.submit(r)
		if _, err := x.Approve(ctx, x.officer, r.ID, r.Version); err != nil {
			t.Fatal(err)
		}
		if n := x.balance(payment.PayableAccount("provider", x.manager.Provider)); n != 16222 {
			t.Errorf("owed %d", n)
		}
		places, err := x.delivery.Places(ctx, x.manager, delivery.PlaceFilter{Session: s.ID, Status: delivery.Cancelled})
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = x.worker.Teams
		if err != nil || len(places) != 1 || !places[0].LateCancel {
			t.Fatalf("%+v, %v", places, err)
		}
		if _, err := x.delivery.Void(ctx, boss, places[0].ID, delivery.ReasonInput{Reason: "別人", Version: places[0].Version}); keyOf(err) != "delivery.fault.claimed" {
			t.Errorf("a claimed cancellation was taken back: %v", err)
		}
	})
}

func TestADisbursementIsClaimedOnce(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		s := x.held("2026-11-10", map[db.ID]string{a.ID: "attended"})
		var wg sync.WaitGroup
		var mu sync.Mutex
		var made []payment.Request
		for range 6 {
			wg.Go(func() {
				if r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-11-01", Until: "2026-11-24"}); err == nil {
					mu.Lock()
					made = append(made, r)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(made) != 1 {
			t.Fatalf("%d requests claim it", len(made))
		}
		r := made[0]
		x.mark(s, map[db.ID]string{a.ID: "excused"})
		if _, err := x.Submit(ctx, x.manager, r.ID, r.Version); keyOf(err) != "payment.fault.stale" {
			t.Errorf("sent in as it no longer is: %v", err)
		}
		x.mark(s, map[db.ID]string{a.ID: "late"})
		r, err := x.Refresh(ctx, x.manager, r.ID, r.Version)
		if err != nil {
			t.Fatal(err)
		}
		r = x.submit(r)
		out, err := x.delivery.Attend(ctx, x.manager, s.ID, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: x.seat(s), Outcome: "absent"}}})
		if err != nil || len(out.Refused) != 1 {
			t.Errorf("corrected under a request: %+v, %v", out, err)
		}
		if _, err = x.Reject(ctx, x.officer, r.ID, payment.TextInput{Text: "請求書がありません", Version: r.Version}); err != nil {
			t.Fatal(err)
		}
		if x.balance(fundOf(2026)) != 0 {
			t.Errorf("a rejected request keeps %d", x.balance(fundOf(2026)))
		}
		again := x.build()
		if _, err := x.Withdraw(ctx, x.manager, again.ID, again.Version); err != nil {
			t.Fatal(err)
		}
		if x.build().Amount() != ledger.Yen(6000) {
			t.Error("what was withdrawn cannot be claimed")
		}
	})
}

func (x *till) seat(s delivery.Session) db.ID {
	x.t.Helper()
	r, err := x.delivery.Roster(ctx, x.manager, s.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return r.Seats[0].Enrolment.ID
}

func TestTheYearIsThatOfTheService(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		a.From, a.Until = "2026-01-01", "2026-12-31"
		x.granted[a.ID] = a
		x.held("2026-03-31", map[db.ID]string{a.ID: "attended"})
		x.held("2026-04-01", map[db.ID]string{a.ID: "attended"})
		r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-03-01", Until: "2026-04-30"})
		if err != nil {
			t.Fatal(err)
		}
		x.submit(r)
		if x.balance(fundOf(2025)) != -6000 || x.balance(fundOf(2026)) != -6000 {
			t.Errorf("funds %d and %d", x.balance(fundOf(2025)), x.balance(fundOf(2026)))
		}
	})
}

func TestWhoSeesARequest(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended"})
		r := x.submit(x.build())
		other := access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID()}
		for _, who := range []access.Actor{other, x.worker, kizunatest.Staff(access.Resident)} {
			if _, err := x.Get(ctx, who, r.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v opened it: %v", who.Roles, err)
			}
			if list, err := x.Requests(ctx, who, payment.Filter{}); err != nil || len(list) != 0 {
				t.Errorf("%v lists %d, %v", who.Roles, len(list), err)
			}
			l := x.file(x.manager, r.ID).Lines[0]
			if _, err := x.Answer(ctx, who, l.ID, payment.TextInput{Text: "x", Version: l.Version}); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v answered: %v", who.Roles, err)
			}
		}
		if list, err := x.Requests(ctx, x.officer, payment.Filter{Status: "submitted"}); err != nil || len(list) != 1 || list[0].Totals.Lines != 1 {
			t.Errorf("finance lists %+v, %v", list, err)
		}
		if who := x.file(x.manager, r.ID).Lines[0].Who; who == "" {
			t.Error("the provider does not read the name")
		}
		paper, err := x.Build(ctx, x.officer, payment.BuildInput{Provider: x.manager.Provider, From: "2026-11-01", Until: "2026-11-24"})
		if keyOf(err) != "payment.fault.nothing" {
			t.Errorf("built twice: %v, %v", paper, err)
		}
	})
}

func TestPayouts(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		in := payment.PayoutInput{Case: a.Case, Person: a.Person, Assignment: a.Assignment, Benefit: counselling, PayeeKind: "third_party", Method: "cash",
			Amount: ledger.Yen(30000), DueOn: "2026-12-01"}
		if _, err := x.PlanPayout(ctx, kizunatest.Staff(access.Caseworker), in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team planned: %v", err)
		}
		p, err := x.PlanPayout(ctx, x.worker, in)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = x.ApprovePayout(ctx, x.officer, p.ID, p.Version); err != nil {
			t.Fatal(err)
		}
		if p, err = x.PayPayout(ctx, x.officer, p.ID, p.Version); err != nil || p.Status != "paid" {
			t.Fatal(p.Status, err)
		}
		if x.balance(fundOf(2026)) != -30000 || x.balance(payment.PaidAccount("welfare", 2026)) != 30000 {
			t.Errorf("fund %d", x.balance(fundOf(2026)))
		}
		in.Method, in.DueOn = "transfer", "2026-12-02"
		if err := in.Validate(); err == nil {
			t.Error("a transfer to nobody")
		}
		x.account("agency", db.ID{})
		x.account("third_party", a.Person)
		payees, err := x.Payees(ctx, x.officer, "third_party", a.Person)
		if err != nil || len(payees) != 1 {
			t.Fatal(payees, err)
		}
		in.Payee = payees[0].ID
		if p, err = x.PlanPayout(ctx, x.officer, in); err != nil {
			t.Fatal(err)
		}
		if _, err := x.ApprovePayout(ctx, x.officer, p.ID, p.Version); keyOf(err) != "payment.fault.own_request" {
			t.Errorf("approved what they planned: %v", err)
		}
		if p, err = x.ApprovePayout(ctx, x.second, p.ID, p.Version); err != nil {
			t.Fatal(err)
		}
		b, err := x.BuildBatch(ctx, x.officer, payment.BatchInput{PayOn: "2026-12-01", Payouts: []db.ID{p.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = x.CancelBatch(ctx, x.officer, b.ID, payment.TextInput{Text: "日を変える", Version: b.Version}); err != nil {
			t.Fatal(err)
		}
		if p, err = x.Payout(ctx, x.officer, p.ID); err != nil || !p.Batch.IsZero() {
			t.Fatalf("%+v, %v", p, err)
		}
		if _, err := x.CancelPayout(ctx, x.officer, p.ID, payment.TextInput{Text: "受給者が辞退", Version: p.Version}); err != nil {
			t.Fatal(err)
		}
		if x.balance(fundOf(2026)) != -30000 {
			t.Errorf("a cancelled payout keeps %d", x.balance(fundOf(2026)))
		}
	})
}

// TestAPayoutKeepsWithinWhatWasAssigned: the amount is for each month, so each
// month takes it once, in parts if need be, and the period takes no more than
// all its months.
func TestAPayoutKeepsWithinWhatWasAssigned(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		x.given = benefit.Assignment{Minor: 50000, Currency: "JPY", Frequency: "monthly", From: "2026-11-10", Until: "2027-02-09"}
		a := x.authorize(1)
		plan := func(due calendar.Date, yen int64) (payment.Payout, error) {
			return x.PlanPayout(ctx, x.worker, payment.PayoutInput{Case: a.Case, Person: a.Person, Assignment: a.Assignment, Benefit: counselling,
				PayeeKind: "resident", Method: "cash", Amount: ledger.Yen(yen), DueOn: due})
		}
		first := func(err error) string {
			if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
				return f.Fields[0].Pointer + " " + f.Fields[0].Key
			}
			return fmt.Sprint(err)
		}
		var parts []payment.Payout
		for _, c := range []struct {
			due  calendar.Date
			yen  int64
			want string
		}{
			{"2026-11-10", 50001, "/amount payment.fault.each_time"},
			{"2026-11-05", 50000, "<nil>"}, // ahead of the first month
			{"2026-11-20", 30000, "<nil>"},
			{"2026-12-09", 20001, "/amount payment.fault.each_time"},
			{"2026-12-09", 20000, "<nil>"},
			{"2026-12-10", 50000, "<nil>"}, // the next month
			{"2027-01-10", 1, "/amount payment.fault.in_all"},
		} {
			p, err := plan(c.due, c.yen)
			if got := first(err); got != c.want {
				t.Errorf("%d on %s: %s, want %s", c.yen, c.due, got, c.want)
			}
			if err == nil {
				parts = append(parts, p)
			}
		}
		if _, err := x.CancelPayout(ctx, x.worker, parts[0].ID, payment.TextInput{Text: "二重", Version: parts[0].Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := plan("2027-01-10", 50000); err != nil {
			t.Errorf("what was cancelled does not count: %v", err)
		}
		other := x.authorize(1)
		_, err := x.PlanPayout(ctx, x.worker, payment.PayoutInput{Case: other.Case, Person: other.Person, Assignment: a.Assignment, Benefit: counselling,
			PayeeKind: "resident", Method: "cash", Amount: ledger.Yen(1), DueOn: "2027-01-20"})
		if got := first(err); got != "/benefit_assignment_id fault.bad_choice" {
			t.Errorf("another's assignment: %s", got)
		}
	})
}

// Each run of the property goes through the whole of delivery and payment, so
// a few tell; -rapid.checks asks for more.
func init() {
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
}

// TestAttendanceDeliveredPayableLedger lets providers and finance do what they
// may in any order: what is delivered, claimable and in the books always
// agrees.
func TestAttendanceDeliveredPayableLedger(t *testing.T) {
	for _, engine := range kizunatest.Engines(t) {
		t.Run(fmt.Sprint(engine), func(t *testing.T) {
			x := newTill(t, kizunatest.NewDB(t, engine))
			rapid.Check(t, func(rt *rapid.T) { x.follow(rt) })
			x.balanced()
		})
	}
}

func (x *till) follow(rt *rapid.T) {
	x.manager.Provider = db.NewID() // books of its own in each run
	n := rapid.IntRange(1, 3).Draw(rt, "residents")
	var all []delivery.Authorization
	for range n {
		all = append(all, x.authorize(8))
	}
	agreed := catalog.Rate{Benefit: counselling, From: "2026-01-01", NoShowPercent: rapid.Int64Range(0, 100).Draw(rt, "no-show"), LateCancelPercent: rapid.Int64Range(0, 100).Draw(rt, "late cancellation")}
	x.rates = []catalog.Rate{agreed}
	units := map[db.ID]int64{} // by authorization, as marked last
	var sessions []delivery.Session
	outcome := rapid.SampledFrom(delivery.Outcomes)
	called := rapid.SampledFrom(append(slices.Clone(delivery.Outcomes), delivery.Cancelled))
	var want int64
	for i := range rapid.IntRange(1, 3).Draw(rt, "sessions") {
		outcomes := map[db.ID]string{}
		for _, a := range all {
			outcomes[a.ID] = called.Draw(rt, "outcome")
			if outcomes[a.ID] == delivery.Cancelled {
				want += 6000 * agreed.LateCancelPercent / 100
			}
		}
		sessions = append(sessions, x.held(calendar.Date(fmt.Sprintf("2026-11-%02d", 3+7*i)), outcomes))
	}
	for range rapid.IntRange(0, 3).Draw(rt, "corrections") {
		s := rapid.SampledFrom(sessions).Draw(rt, "session")
		x.mark(s, map[db.ID]string{rapid.SampledFrom(all).Draw(rt, "who").ID: outcome.Draw(rt, "corrected")})
	}
	for _, s := range sessions {
		r, err := x.delivery.Roster(ctx, x.manager, s.ID)
		if err != nil {
			rt.Fatal(err)
		}
		for _, seat := range r.Seats {
			if seat.Outcome == "attended" || seat.Outcome == "late" {
				units[seat.Authorization.ID] += 1000
				want += 6000
			}
			if seat.Outcome == "absent" {
				want += 6000 * agreed.NoShowPercent / 100
			}
		}
	}
	var assignments []db.ID
	for _, a := range all {
		assignments = append(assignments, a.Assignment)
	}
	if err := x.run.Read(ctx, func(q *db.Reader) error {
		delivered, err := delivery.DeliveredOf(q, assignments)
		for _, a := range all {
			if delivered[a.Assignment] != units[a.ID] {
				rt.Errorf("delivered %d, attendance says %d", delivered[a.Assignment], units[a.ID])
			}
		}
		return err
	}); err != nil {
		rt.Fatal(err)
	}
	r, err := x.Build(ctx, x.manager, payment.BuildInput{From: "2026-11-01", Until: "2026-11-24"})
	if want == 0 {
		if keyOf(err) != "payment.fault.nothing" {
			rt.Fatalf("claimed nothing: %v", err)
		}
		return
	}
	if err != nil || r.Minor != want {
		rt.Fatalf("payable %d, delivered %d, %v", r.Minor, want, err)
	}
	x.pursue(rt, r, want)
}

// pursue takes a request some of its way and compares the books.
func (x *till) pursue(rt *rapid.T, r payment.Request, want int64) {
	payable := payment.PayableAccount("provider", x.manager.Provider)
	fund, paid := x.balance(fundOf(2026)), x.balance(payment.PaidAccount("welfare", 2026))
	check := func(where string, drawn, owed, out int64) {
		if x.balance(fundOf(2026))-fund != -drawn || x.balance(payable) != owed || x.balance(payment.PaidAccount("welfare", 2026))-paid != out {
			rt.Errorf("%s: fund %d, owed %d, paid %d; wanted %d, %d, %d", where, x.balance(fundOf(2026))-fund, x.balance(payable),
				x.balance(payment.PaidAccount("welfare", 2026))-paid, -drawn, owed, out)
		}
	}
	r, err := x.Submit(ctx, x.manager, r.ID, r.Version)
	if err != nil {
		rt.Fatal(err)
	}
	check("sent in", want, 0, 0)
	if rapid.Bool().Draw(rt, "strike") {
		l := x.file(x.officer, r.ID).Lines[0]
		if _, err := x.Strike(ctx, x.officer, l.ID, payment.TextInput{Text: "対象外", Version: l.Version}); err != nil {
			rt.Fatal(err)
		}
		want -= l.Minor
		r = x.file(x.officer, r.ID).Request
		check("struck", want, 0, 0)
	}
	if rapid.Bool().Draw(rt, "reject") {
		if _, err := x.Reject(ctx, x.officer, r.ID, payment.TextInput{Text: "不備", Version: r.Version}); err != nil {
			rt.Fatal(err)
		}
		check("rejected", 0, 0, 0)
		return
	}
	if _, err = x.Approve(ctx, x.officer, r.ID, r.Version); err != nil {
		rt.Fatal(err)
	}
	check("approved", want, want, 0)
}

func TestNobodyPaysByGuessing(t *testing.T) {
	for name, in := range map[string]payment.PayeeInput{
		"kanji":        {OwnerKind: "provider", Name: "x", Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "1", Number: "1", Holder: "山田"}},
		"long bank":    {OwnerKind: "provider", Name: "x", Account: zengin.Account{Bank: "00091", Branch: "123", Kind: "1", Number: "1", Holder: "ヤマダ"}},
		"other kind":   {OwnerKind: "provider", Name: "x", Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "3", Number: "1", Holder: "ヤマダ"}},
		"nobody":       {OwnerKind: "friend", Name: "x", Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "1", Number: "1", Holder: "ヤマダ"}},
		"no requester": {OwnerKind: "agency", Name: "x", Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "1", Number: "1", Holder: "ヤマダ"}},
	} {
		if err := in.Validate(); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, v := range payment.Flags {
		kizunatest.HasWord(t, "payment.flag."+v)
	}
	for _, v := range payment.OwnerKinds {
		kizunatest.HasWord(t, "payment.owner."+v)
	}
	for _, d := range flow.All() {
		if !slices.Contains([]string{"payment_request", "payment_line", "payee", "payout", "batch"}, d.Entity) {
			continue
		}
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

// TestADeathStopsWhatIsNotPaid: payouts due after the death are cancelled and their money is free
// again; one due before stays owed, one in a batch is finance's.
func TestADeathStopsWhatIsNotPaid(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		x.account("agency", db.ID{})
		x.account("third_party", a.Person)
		payees, err := x.Payees(ctx, x.officer, "third_party", a.Person)
		if err != nil {
			t.Fatal(err)
		}
		plan := func(due calendar.Date) payment.Payout {
			p, err := x.PlanPayout(ctx, x.worker, payment.PayoutInput{Case: a.Case, Person: a.Person, Assignment: a.Assignment, Benefit: counselling,
				PayeeKind: "third_party", Payee: payees[0].ID, Method: "transfer", Amount: ledger.Yen(30000), DueOn: due})
			if err != nil {
				t.Fatal(err)
			}
			if p, err = x.ApprovePayout(ctx, x.second, p.ID, p.Version); err != nil {
				t.Fatal(err)
			}
			return p
		}
		owed, later, batched := plan("2026-11-20"), plan("2026-12-01"), plan("2026-12-02")
		if _, err := x.BuildBatch(ctx, x.officer, payment.BatchInput{PayOn: "2026-12-02", Payouts: []db.ID{batched.ID}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := op.Do(ctx, x.run, x.worker, "test", nil, func(tx *op.Tx) (bool, error) { return true, payment.OnDeath(tx, a.Person, "2026-11-20") }); err != nil {
				t.Fatal(err)
			}
		}
		for want, list := range map[string][]payment.Payout{"approved": {owed, batched}, "cancelled": {later}} {
			for _, was := range list {
				if p, err := x.Payout(ctx, x.officer, was.ID); err != nil || p.Status != want {
					t.Errorf("due %s is %s, want %s, %v", was.DueOn, p.Status, want, err)
				}
			}
		}
		if x.balance(fundOf(2026)) != -60000 {
			t.Errorf("the fund stands at %d", x.balance(fundOf(2026)))
		}
		f, err := cases.New(x.run).Get(ctx, x.worker, a.Case)
		if err != nil || len(f.Prompts) != 1 || f.Prompts[0].Kind != "payment.prompt.died" {
			t.Errorf("the case is told %+v, %v", f.Prompts, err)
		}
	})
}

// TestAnOfficerKeptFromSomebody handles money for somebody in whom an officer has an interest: of a claim and of a batch they
// read the sums and not whose they are, they decide nothing of it, and another lets the batch leave.
func TestAnOfficerKeptFromSomebody(t *testing.T) {
	eachTill(t, func(t *testing.T, x *till) {
		a := x.authorize(8)
		x.held("2026-11-10", map[db.ID]string{a.ID: "attended"})
		r := x.submit(x.build())
		x.account("third_party", a.Person)
		payees, err := x.Payees(ctx, x.officer, "third_party", a.Person)
		if err != nil || len(payees) != 1 {
			t.Fatalf("%d accounts, %v", len(payees), err)
		}
		p, err := x.PlanPayout(ctx, x.worker, payment.PayoutInput{Assignment: a.Assignment, Case: a.Case, Person: a.Person, Benefit: counselling, PayeeKind: "third_party", Payee: payees[0].ID,
			Method: "transfer", Amount: ledger.Yen(10000), DueOn: "2026-12-01", Note: "林さんの家賃"})
		if err == nil {
			p, err = x.ApprovePayout(ctx, x.second, p.ID, p.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := x.BuildBatch(ctx, x.officer, payment.BatchInput{PayOn: "2026-12-01", Payouts: []db.ID{p.ID}})
		if err != nil {
			t.Fatal(err)
		}
		kin := kizunatest.Staff(access.FinanceOfficer)
		kin.Barred = true
		if err := x.run.Data.Write(ctx, func(tx *db.Tx) error {
			return sight.Shut(tx, sight.Bar{Scope: kin.ID, Kind: "person", Record: a.Person, Why: "test", At: 1})
		}); err != nil {
			t.Fatal(err)
		}
		free, kept := x.file(x.second, r.ID), x.file(kin, r.ID)
		if free.Lines[0].Number == "" || kept.Lines[0].Number != "" || len(kept.Lines[0].Actions) > 0 || kept.Lines[0].Minor != free.Lines[0].Minor {
			t.Errorf("a line reads %+v, and to whoever is kept from the resident %+v", free.Lines[0], kept.Lines[0])
		}
		if _, err := x.Query(ctx, kin, free.Lines[0].ID, payment.TextInput{Text: "なぜ", Version: free.Lines[0].Version}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("asks about the line: %v", err)
		}
		if f, err := x.Batch(ctx, kin, b.ID); err != nil || len(f.Payees) != 0 || f.Payouts[0].Note != "" || !f.Kept[a.Person] || f.Batch.Minor != 10000 {
			t.Errorf("the batch reads %+v, %v", f, err)
		}
		if _, data, err := x.CSV(ctx, kin, b.ID); err != nil || strings.Contains(string(data), payees[0].Name) {
			t.Errorf("the list names them: %s, %v", data, err)
		}
		if _, err := x.ApproveBatch(ctx, kin, b.ID, b.Version); keyOf(err) != "payment.fault.another_officer" {
			t.Errorf("approves: %v", err)
		}
		if b, err = x.ApproveBatch(ctx, x.second, b.ID, b.Version); err != nil {
			t.Fatal(err)
		}
		x.account("agency", db.ID{})
		if _, err := x.ExportBatch(ctx, kin, b.ID, b.Version); keyOf(err) != "payment.fault.another_officer" {
			t.Errorf("exports: %v", err)
		}
		if b, err = x.ExportBatch(ctx, x.officer, b.ID, b.Version); err != nil {
			t.Fatal(err)
		}
		if _, _, err := x.Zengin(ctx, kin, b.ID); keyOf(err) != "payment.fault.another_officer" {
			t.Errorf("takes the file: %v", err)
		}
		if _, data, err := x.Zengin(ctx, x.officer, b.ID); err != nil || len(data) == 0 {
			t.Errorf("the other officer's file: %d, %v", len(data), err)
		}
	})
}
