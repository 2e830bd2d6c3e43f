package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", delivery.ScheduleFlow.Describe().Matrix()+delivery.SessionFlow.Describe().Matrix()+
		delivery.EnrolmentFlow.Describe().Matrix()+delivery.DisbursementFlow.Describe().Matrix()+
		delivery.MarkFlow.Describe().Matrix()+delivery.ProgressFlow.Describe().Matrix())
}

var ctx = context.Background()

// granted stands in for the referral room: authorizations in hand, their rows
// in a table of their own so that they can be locked.
type granted struct {
	list map[db.ID]delivery.Authorization
}

func (g *granted) Of(_ db.Q, ids ...db.ID) (map[db.ID]delivery.Authorization, error) {
	out := map[db.ID]delivery.Authorization{}
	for _, id := range ids {
		if x, ok := g.list[id]; ok {
			out[id] = x
		}
	}
	return out, nil
}

func (g *granted) Lock(tx *op.Tx, ids []db.ID) error {
	_, err := db.All[int](tx, "SELECT 1 FROM granted WHERE id IN (??) ORDER BY id"+db.ForUpdate(tx), db.ListOf(ids))
	return err
}

func (g *granted) OfProvider(_ db.Q, provider db.ID, on calendar.Date) (out []delivery.Authorization, err error) {
	for _, x := range g.list {
		if x.Provider == provider && x.Active && x.Until >= on {
			out = append(out, x)
		}
	}
	return out, nil
}

// house is the room with those who use it.
type house struct {
	*delivery.Room
	t        *testing.T
	run      *op.Runner
	clock    *calendar.Fake
	data     *db.DB
	granted  *granted
	people   *people.Room
	worker   access.Actor
	provider access.Actor
}

func eachHouse(t *testing.T, f func(t *testing.T, h *house)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		if err := data.Script(ctx, "CREATE TABLE granted (id "+idType(data)+" PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		h := &house{t: t, run: run, clock: clock, data: data, granted: &granted{map[db.ID]delivery.Authorization{}}, people: people.New(run),
			worker: kizunatest.Staff(access.Caseworker), provider: providerStaff()}
		h.Room = delivery.New(run, h.granted)
		f(t, h)
		kizunatest.Intact(t, run)
	})
}

func idType(data *db.DB) string {
	if data.Engine() == db.Postgres {
		return "uuid"
	}
	return "BLOB"
}

func providerStaff() access.Actor {
	return access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: db.NewID(), SignIn: db.NewID()}
}

// authorize gives a resident of a new case units of a benefit with the
// provider, through November and December.
func (h *house) authorize(units int64) delivery.Authorization {
	h.t.Helper()
	p, err := h.people.Create(ctx, h.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: fmt.Sprint("修", len(h.granted.list))}}})
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := cases.New(h.run).Open(ctx, h.worker, cases.OpenInput{Person: p.ID, Kind: "health"})
	if err != nil {
		h.t.Fatal(err)
	}
	x := delivery.Authorization{ID: db.NewID(), Provider: h.provider.Provider, Referral: db.NewID(), Case: c.ID, Person: p.ID, Assignment: db.NewID(),
		Benefit: counselling, BenefitName: text.Pair{JA: "グリーフカウンセリング", EN: "Grief counselling"}, Name: p.Name, Kana: "まるやま", Number: c.Number, Active: true,
		Units: ledger.Units(units), Rate: ledger.Yen(6000), Rounding: ledger.Floor, From: "2026-11-01", Until: "2026-12-31"}
	h.write(func(tx *op.Tx) error {
		_, err := db.Exec(tx, "INSERT INTO granted (id) VALUES (?)", x.ID)
		return err
	})
	h.granted.list[x.ID] = x
	return x
}

var counselling = db.NewID()

func (h *house) write(f func(tx *op.Tx) error) {
	h.t.Helper()
	if _, err := op.Do(ctx, h.run, access.TheSystem(), "test", nil, func(tx *op.Tx) (bool, error) { return true, f(tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// book makes a session today with places for those given.
func (h *house) book(capacity int64, residents ...db.ID) delivery.Session {
	h.t.Helper()
	s, err := h.Book(ctx, h.provider, delivery.SessionInput{Title: "グリーフケア", On: "2026-11-24", Starts: "14:00", Minutes: 90, Capacity: capacity, Residents: residents})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h *house) roster(a access.Actor, id db.ID) delivery.Roster {
	h.t.Helper()
	r, err := h.Roster(ctx, a, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) attend(s delivery.Session, in delivery.AttendInput) delivery.AttendanceTaken {
	h.t.Helper()
	out, err := h.Attend(ctx, h.provider, s.ID, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) delivered(assignment db.ID) (n int64) {
	h.t.Helper()
	if err := h.run.Read(ctx, func(q *db.Reader) error {
		all, err := delivery.DeliveredOf(q, []db.ID{assignment})
		n = all[assignment]
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func keyOf(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Key
	}
	return fmt.Sprint(err)
}

func grief() delivery.ScheduleInput {
	return delivery.ScheduleInput{Title: "グリーフケア・グループ", Repeat: "weekly", Weekdays: []string{"TU"}, From: "2026-11-24", Until: "2026-12-22",
		Starts: "１４：００", Minutes: 90, Capacity: 12, Place: "港南センター 2階 和室", Exceptions: []calendar.Date{"2026-12-08"}}
}

func TestScheduleWaitsForApprovalAndEnrolsWhoWaits(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.NeedsApproval = func(db.Q, db.ID, db.ID, calendar.Date) (bool, error) { return true, nil }
		x := h.authorize(3)
		in := grief()
		in.Residents = []db.ID{x.ID}
		s, err := h.Draft(ctx, h.provider, in)
		if err != nil {
			t.Fatal(err)
		}
		if s.Case != x.Case || s.Benefit != x.Benefit || s.Provider != h.provider.Provider {
			t.Errorf("drafted for %+v", s)
		}
		if s, err = h.Submit(ctx, h.provider, s.ID, s.Version); err != nil || s.Status != "submitted" {
			t.Fatal(s.Status, err)
		}
		if _, err := h.Approve(ctx, h.provider, s.ID, s.Version); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("the provider approved its own schedule: %v", err)
		}
		if _, err := h.Approve(ctx, kizunatest.Staff(access.Caseworker), s.ID, s.Version); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team approved it: %v", err)
		}
		rejected, err := h.Reject(ctx, h.worker, s.ID, delivery.ReasonInput{Reason: "場所が遠すぎます", Version: s.Version})
		if err != nil || rejected.Status != "rejected" {
			t.Fatal(rejected.Status, err)
		}
		in.Place, in.Version = "栄町会館", rejected.Version
		if s, err = h.EditSchedule(ctx, h.provider, s.ID, in); err != nil {
			t.Fatal(err)
		}
		if s, err = h.Submit(ctx, h.provider, s.ID, s.Version); err != nil {
			t.Fatal(err)
		}
		if s, err = h.Approve(ctx, h.worker, s.ID, s.Version); err != nil || s.Status != "approved" {
			t.Fatal(s.Status, err)
		}
		f, err := h.Schedule(ctx, h.provider, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		var days []calendar.Date
		var enrolled int64
		for _, x := range f.Sessions {
			days = append(days, x.On)
			enrolled += x.Enrolled
		}
		if !slices.Equal(days, []calendar.Date{"2026-11-24", "2026-12-01", "2026-12-15", "2026-12-22"}) {
			t.Errorf("met on %v", days)
		}
		if enrolled != 3 {
			t.Errorf("%d places for 3 units", enrolled)
		}
		if got := calendar.FormatHour(f.Sessions[0].StartsAt, calendar.Tokyo) + f.Sessions[0].Place; got != "14:00栄町会館" {
			t.Errorf("the first is %s", got)
		}
	})
}

func TestNobodyApprovesTheirOwn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.NeedsApproval = func(db.Q, db.ID, db.ID, calendar.Date) (bool, error) { return true, nil }
		in := grief()
		in.Residents = []db.ID{h.authorize(3).ID}
		s, err := h.Draft(ctx, h.worker, in)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = h.Submit(ctx, h.worker, s.ID, s.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Approve(ctx, h.worker, s.ID, s.Version); keyOf(err) != "delivery.fault.own_schedule" {
			t.Errorf("approved what they sent in: %v", err)
		}
		mate := kizunatest.Staff(access.Supervisor)
		mate.Teams = h.worker.Teams
		if _, err := h.Approve(ctx, mate, s.ID, s.Version); err != nil {
			t.Error(err)
		}
	})
}

func TestScheduleNobodyMustApprove(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		asked, err := h.Ask(ctx, h.provider, delivery.AskInput{Title: "個別相談", Note: "曜日は任せます"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Submit(ctx, h.provider, asked.ID, asked.Version); keyOf(err) != "delivery.fault.unfinished" {
			t.Errorf("sent in unfinished: %v", err)
		}
		in := grief()
		in.Version, in.SkipHolidays, in.Exceptions = asked.Version, true, nil
		in.Repeat, in.Weekdays, in.From = "monthly", nil, "2026-11-23" // the fourth Monday, and a holiday
		s, err := h.EditSchedule(ctx, h.worker, asked.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		in.Until = "2027-02-28"
		in.Version = s.Version
		if s, err = h.EditSchedule(ctx, h.worker, asked.ID, in); err != nil {
			t.Fatal(err)
		}
		if s, err = h.Submit(ctx, h.provider, s.ID, s.Version); err != nil || s.Status != "approved" {
			t.Fatal(s.Status, err)
		}
		rows, err := h.Sessions(ctx, h.provider, delivery.SessionFilter{Schedule: s.ID})
		if err != nil || len(rows) != 3 || rows[0].On != "2026-12-28" || rows[2].On != "2027-02-22" {
			t.Errorf("sessions %+v, %v", rows, err)
		}
		other := providerStaff()
		if rows, err := h.Sessions(ctx, other, delivery.SessionFilter{Schedule: s.ID}); err != nil || len(rows) != 0 {
			t.Errorf("another provider sees %d sessions, %v", len(rows), err)
		}
		if _, err := h.Schedule(ctx, other, s.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another provider opened it: %v", err)
		}
		if s, err = h.Close(ctx, h.provider, s.ID, s.Version); err != nil {
			t.Fatal(err)
		}
		rows, err = h.Sessions(ctx, h.provider, delivery.SessionFilter{Schedule: s.ID, Status: "scheduled"})
		if err != nil || len(rows) != 0 {
			t.Errorf("a closed schedule still meets %d times, %v", len(rows), err)
		}
	})
}

func TestLimitsHoldAtEnrolment(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		one, two := h.authorize(1), h.authorize(5)
		late := h.authorize(5)
		late.From = "2026-12-01"
		h.granted.list[late.ID] = late
		s := h.book(1, one.ID)
		again := h.book(0)
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = h.worker.Teams
		for _, c := range []struct {
			name string
			by   access.Actor
			in   delivery.EnrolInput
			key  string
		}{
			{"full", h.provider, delivery.EnrolInput{Sessions: []db.ID{s.ID}, Authorizations: []db.ID{two.ID}}, "delivery.fault.full"},
			{"no units left", h.provider, delivery.EnrolInput{Sessions: []db.ID{again.ID}, Authorizations: []db.ID{one.ID}}, "delivery.fault.units"},
			{"before the authorization", h.provider, delivery.EnrolInput{Sessions: []db.ID{again.ID}, Authorizations: []db.ID{late.ID}}, "delivery.fault.not_covered"},
			{"twice", h.provider, delivery.EnrolInput{Sessions: []db.ID{s.ID}, Authorizations: []db.ID{one.ID}}, "delivery.fault.enrolled"},
			{"override by the provider", h.provider, delivery.EnrolInput{Sessions: []db.ID{s.ID}, Authorizations: []db.ID{two.ID}, Override: "お願いします"}, "delivery.fault.override"},
			{"another provider", providerStaff(), delivery.EnrolInput{Sessions: []db.ID{again.ID}, Authorizations: []db.ID{two.ID}}, "fault.not_found"},
			{"another team", kizunatest.Staff(access.Caseworker), delivery.EnrolInput{Sessions: []db.ID{again.ID}, Authorizations: []db.ID{two.ID}}, "fault.not_found"},
			{"a supervisor with a reason", boss, delivery.EnrolInput{Sessions: []db.ID{s.ID}, Authorizations: []db.ID{two.ID}, Override: "付き添いが必要なため"}, ""},
		} {
			_, err := h.Enrol(ctx, c.by, c.in)
			if c.key == "" && err != nil || c.key != "" && keyOf(err) != c.key {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		places, err := h.Places(ctx, h.provider, delivery.PlaceFilter{Authorization: two.ID})
		if err != nil || len(places) != 1 || places[0].OverLimit != "付き添いが必要なため" || places[0].Planned != ledger.Units(1) || places[0].Delivered != 0 {
			t.Errorf("the place past the limit: %+v, %v", places, err)
		}
	})
}

func TestRacingEnrolmentsKeepTheLimits(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		const racers = 12
		shared := h.authorize(4)
		crowd := h.book(5)
		ones := make([]db.ID, racers)
		others := make([]db.ID, racers)
		for i := range racers {
			ones[i] = h.authorize(3).ID
			others[i] = h.book(0).ID
		}
		var wg sync.WaitGroup
		for i := range racers {
			wg.Go(func() {
				_, _ = h.Enrol(ctx, h.provider, delivery.EnrolInput{Sessions: []db.ID{crowd.ID}, Authorizations: []db.ID{ones[i]}})
			})
			wg.Go(func() {
				_, _ = h.Enrol(ctx, h.provider, delivery.EnrolInput{Sessions: []db.ID{others[i]}, Authorizations: []db.ID{shared.ID}})
			})
		}
		wg.Wait()
		if n := h.roster(h.provider, crowd.ID).Taken; n != 5 {
			t.Errorf("%d places of 5", n)
		}
		places, err := h.Places(ctx, h.provider, delivery.PlaceFilter{Authorization: shared.ID})
		if err != nil || len(places) != 4 {
			t.Errorf("%d places for 4 units, %v", len(places), err)
		}
	})
}

func TestAttendanceIsMarkedAndCorrected(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x, y, z := h.authorize(8), h.authorize(8), h.authorize(1)
		s := h.book(12, x.ID, y.ID, z.ID)
		seats := map[db.ID]delivery.Seat{}
		for _, seat := range h.roster(h.provider, s.ID).Seats {
			seats[seat.Authorization.ID] = seat
		}
		if !seats[z.ID].Low() || seats[x.ID].Low() {
			t.Error("the one with one unit left is not told from the one with eight")
		}
		ex, ey := seats[x.ID].Enrolment.ID, seats[y.ID].Enrolment.ID
		out := h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: ex, Outcome: "attended"}, {Enrolment: ey, Outcome: "excused", Note: "通院"}}})
		if len(out.Marked) != 2 || len(out.Refused) != 0 || out.Open != 1 {
			t.Errorf("%+v", out)
		}
		if _, err := h.Attend(ctx, h.provider, s.ID, delivery.AttendInput{Complete: true}); keyOf(err) != "delivery.fault.unmarked" {
			t.Errorf("confirmed with one not marked: %v", err)
		}
		h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: ex, Outcome: "attended"}}})
		if n := len(h.file(ex).Marks); n != 1 {
			t.Errorf("the same mark twice left %d rows", n)
		}
		out = h.attend(s, delivery.AttendInput{Rest: "late", Complete: true})
		if out.Session.Status != "completed" || out.Open != 0 {
			t.Errorf("%+v", out)
		}
		r := h.roster(h.provider, s.ID)
		if r.Delivered != ledger.Yen(12000) {
			t.Errorf("delivered %v", r.Delivered)
		}
		h.clock.Advance(-time.Minute) // a correction comes after what it corrects all the same
		h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: ex, Outcome: "absent"}}})
		h.clock.Advance(time.Minute)
		if f := h.file(ex); len(f.Marks) != 2 || f.Marks[1].Quantity != -1000 || f.Marks[1].CorrectionOf != f.Marks[0].ID || f.Place.Delivered != 0 || f.Marks[0].Outcome != "attended" {
			t.Errorf("corrected: %+v", f.Marks)
		}
		half := ledger.Quantity(500)
		h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: ex, Outcome: "late", Quantity: &half}}})
		if n := h.delivered(x.Assignment); n != 500 {
			t.Errorf("delivered %d of the assignment", n)
		}
		if seat := h.roster(h.provider, s.ID).Seats; len(seat) != 3 {
			t.Errorf("%d seats", len(seat))
		}
		h.Claimed = func(_ db.Q, ids []db.ID) (map[db.ID]bool, error) {
			all := map[db.ID]bool{}
			for _, id := range ids {
				all[id] = true
			}
			return all, nil
		}
		out = h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: ex, Outcome: "attended"}, {Enrolment: db.NewID(), Outcome: "late"}}})
		if out.Refused[ex.String()].Fault != "delivery.fault.claimed" || len(out.Refused) != 2 || h.delivered(x.Assignment) != 500 {
			t.Errorf("a claimed disbursement was corrected: %+v", out)
		}
	})
}

func (h *house) file(id db.ID) delivery.EnrolmentFile {
	h.t.Helper()
	f, err := h.Enrolment(ctx, h.provider, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func TestARepeatedPostChangesNothingTwice(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		s := h.book(0, x.ID)
		keyed := op.WithKey(ctx, "one press")
		in := delivery.AttendInput{Rest: "attended", Complete: true}
		first, err := h.Attend(keyed, h.provider, s.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.Attend(keyed, h.provider, s.ID, in)
		if err != nil || len(second.Marked) != 1 || second.Marked[0] != first.Marked[0] {
			t.Errorf("%+v, %v", second, err)
		}
		if f := h.file(first.Marked[0]); len(f.Marks) != 1 || f.Place.Version != 2 {
			t.Errorf("%d marks, version %d", len(f.Marks), f.Place.Version)
		}
	})
}

func TestTwoMarkAtOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		s := h.book(0, x.ID)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, _ = h.Attend(ctx, h.provider, s.ID, delivery.AttendInput{Rest: delivery.Outcomes[i%2]})
			})
		}
		wg.Wait()
		if n := h.delivered(x.Assignment); n != 1000 {
			t.Errorf("delivered %d", n)
		}
		seat := h.roster(h.provider, s.ID).Seats[0]
		if n := len(h.file(seat.Enrolment.ID).Marks); n != 1 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestAHundredInFewStatements(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		residents := make([]db.ID, 100)
		for i := range residents {
			residents[i] = h.authorize(4).ID
		}
		s := h.book(0, residents...)
		seats := h.roster(h.provider, s.ID).Seats
		var in delivery.AttendInput
		for i, seat := range seats {
			in.Marks = append(in.Marks, delivery.MarkInput{Enrolment: seat.Enrolment.ID, Outcome: delivery.Outcomes[i%4]})
		}
		in.Complete = true
		traced, trace := db.WithTrace(ctx)
		out, err := h.Attend(traced, h.provider, s.ID, in)
		if err != nil || len(out.Marked) != 100 {
			t.Fatal(len(out.Marked), err)
		}
		if n := trace.Count(); n > 25 {
			for _, s := range trace.Statements {
				t.Logf("%.90s", s.Text)
			}
			t.Errorf("%d statements for a hundred", n)
		}
		traced, trace = db.WithTrace(ctx)
		if _, err := h.Roster(traced, h.provider, s.ID); err != nil {
			t.Fatal(err)
		}
		if n := trace.Count(); n > 12 {
			t.Errorf("%d statements for a roster", n)
		}
	})
}

func TestThreeAbsencesRaiseAPrompt(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		var last delivery.Session
		prompts := func() int {
			list, _, err := cases.New(h.run).Prompts(ctx, h.worker, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		for i := range 3 {
			if n := prompts(); n != 0 {
				t.Errorf("%d prompts after %d absences", n, i)
			}
			last = h.book(0, x.ID)
			h.attend(last, delivery.AttendInput{Rest: "absent"})
		}
		if n := prompts(); n != 1 {
			t.Fatalf("%d prompts after three absences", n)
		}
		seat := h.roster(h.provider, last.ID).Seats[0]
		h.attend(last, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: seat.Enrolment.ID, Outcome: "excused"}}})
		if n := prompts(); n != 0 {
			t.Errorf("%d prompts after the third was corrected", n)
		}
	})
}

func TestWhoSeesASession(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		other := h.worker
		h.worker = kizunatest.Staff(access.Caseworker)
		y := h.authorize(8)
		s := h.book(0, x.ID, y.ID)
		if r := h.roster(h.provider, s.ID); len(r.Seats) != 2 {
			t.Errorf("the provider sees %d", len(r.Seats))
		}
		r := h.roster(other, s.ID)
		if len(r.Seats) != 1 || r.Seats[0].Enrolment.Case != x.Case || r.Taken != 2 {
			t.Errorf("a caseworker sees %d seats of another's", len(r.Seats))
		}
		out, err := h.Attend(ctx, other, s.ID, delivery.AttendInput{Rest: "attended"})
		if err != nil || len(out.Marked) != 1 {
			t.Errorf("a caseworker marked %d, %v", len(out.Marked), err)
		}
		for _, a := range []access.Actor{providerStaff(), kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Resident)} {
			if _, err := h.Roster(ctx, a, s.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v opened it: %v", a.Roles, err)
			}
			if _, err := h.Attend(ctx, a, s.ID, delivery.AttendInput{Rest: "attended"}); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v marked it: %v", a.Roles, err)
			}
			if list, err := h.Places(ctx, a, delivery.PlaceFilter{Session: s.ID}); err != nil || len(list) != 0 {
				t.Errorf("%v lists %d places, %v", a.Roles, len(list), err)
			}
			if list, err := h.Places(ctx, a, delivery.PlaceFilter{Case: x.Case}); err != nil || len(list) != 0 {
				t.Errorf("%v lists %d places of the case, %v", a.Roles, len(list), err)
			}
		}
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: x.Person}
		mine, err := h.Mine(ctx, resident)
		if err != nil || len(mine) != 1 || mine[0].Title != "グリーフケア" || mine[0].MayCancel {
			t.Errorf("the resident reads %+v, %v", mine, err)
		}
	})
}

func TestPostponedCancelledAndDied(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x, y := h.authorize(8), h.authorize(8)
		s := h.book(0, x.ID, y.ID)
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: y.Person}
		mine, err := h.Mine(ctx, resident)
		if err != nil || len(mine) != 1 || !mine[0].MayCancel {
			t.Fatalf("%+v, %v", mine, err)
		}
		if err := h.CancelMine(ctx, access.Actor{ID: db.NewID(), Roles: resident.Roles, Person: x.Person}, mine[0].ID, delivery.ReasonInput{Reason: "x", Version: 1}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another resident cancelled: %v", err)
		}
		if err := h.CancelMine(ctx, resident, mine[0].ID, delivery.ReasonInput{Reason: "通院のため", Version: mine[0].Version}); err != nil {
			t.Fatal(err)
		}
		next, err := h.Postpone(ctx, h.provider, s.ID, delivery.PostponeInput{On: "2026-12-03", Reason: "台風", Version: s.Version})
		if err != nil || next.On != "2026-12-03" || next.Status != "scheduled" {
			t.Fatal(next, err)
		}
		if r := h.roster(h.provider, next.ID); len(r.Seats) != 1 || r.Seats[0].Authorization.ID != x.ID {
			t.Errorf("%d moved", len(r.Seats))
		}
		if _, err := h.Attend(ctx, h.provider, next.ID, delivery.AttendInput{Rest: "attended"}); keyOf(err) != "delivery.fault.not_begun" {
			t.Errorf("marked before the day: %v", err)
		}
		h.write(func(tx *op.Tx) error { return h.Died(tx, x.Person, "2026-11-24") })
		list, err := h.Places(ctx, h.provider, delivery.PlaceFilter{Authorization: x.ID})
		if err != nil || len(list) != 1 || list[0].Status != "cancelled_by_resident" {
			t.Errorf("after the death %+v, %v", list, err)
		}
		again := h.book(0, x.ID)
		if again, err = h.CancelSession(ctx, h.provider, again.ID, delivery.ReasonInput{Reason: "講師の都合", Version: again.Version}); err != nil || again.Status != "cancelled" {
			t.Errorf("%v, %v", again.Status, err)
		}
		if _, err := h.CancelSession(ctx, h.provider, again.ID, delivery.ReasonInput{Reason: "もう一度", Version: 1}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy: %v", err)
		}
		// Cancelled places give their units back.
		if _, err := h.Enrol(ctx, h.provider, delivery.EnrolInput{Sessions: []db.ID{h.book(0).ID}, Authorizations: []db.ID{x.ID}}); err != nil {
			t.Error(err)
		}
	})
}

func TestVoidTakesBackWhatWasDelivered(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		s := h.book(0, x.ID)
		out := h.attend(s, delivery.AttendInput{Rest: "attended"})
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = h.worker.Teams
		if _, err := h.Void(ctx, h.provider, out.Marked[0], delivery.ReasonInput{Reason: "別人", Version: 2}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("the provider voided: %v", err)
		}
		if _, err := h.Void(ctx, boss, out.Marked[0], delivery.ReasonInput{Reason: "別人", Version: 2}); err != nil {
			t.Fatal(err)
		}
		if n := h.delivered(x.Assignment); n != 0 {
			t.Errorf("delivered %d", n)
		}
	})
}

func TestProgressIsForTheReview(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		s := h.book(0, x.ID)
		seat := h.roster(h.provider, s.ID).Seats[0]
		var moved []int64
		h.OnProgress = append(h.OnProgress, func(_ *op.Tx, p delivery.Progress) error {
			moved = append(moved, p.Percent)
			return nil
		})
		goal, forty := db.NewID(), int64(40)
		if _, err := h.WriteProgress(ctx, h.provider, seat.Enrolment.ID, delivery.ProgressInput{Goal: goal, Percent: &forty, Body: "自分から話すようになった"}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(moved, []int64{40}) {
			t.Errorf("moved %v", moved)
		}
		var notes []delivery.Progress
		err := h.run.Read(ctx, func(q *db.Reader) (err error) {
			notes, err = delivery.ProgressOf(q, x.Case, 0)
			return err
		})
		if err != nil || len(notes) != 1 || notes[0].Goal != goal {
			t.Errorf("%+v, %v", notes, err)
		}
	})
}

func TestBadInputNamesItsField(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(in *delivery.ScheduleInput)
		pointer string
	}{
		{"no title", func(in *delivery.ScheduleInput) { in.Title = "" }, "/title"},
		{"no hour", func(in *delivery.ScheduleInput) { in.Starts = "25:00" }, "/starts"},
		{"ends before it begins", func(in *delivery.ScheduleInput) { in.Until = "2026-11-01" }, "/until"},
		{"never meets", func(in *delivery.ScheduleInput) { in.Until, in.Weekdays = "2026-11-25", []string{"MO"} }, "/from"},
		{"unknown repeat", func(in *delivery.ScheduleInput) { in.Repeat = "hourly" }, "/repeat"},
		{"no length", func(in *delivery.ScheduleInput) { in.Minutes = 0 }, "/minutes"},
	} {
		in := grief()
		c.change(&in)
		f, ok := fault.As(in.Validate())
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, v := range delivery.Repeats {
		kizunatest.HasWord(t, "delivery.repeat."+v)
	}
	for _, v := range delivery.Weekdays {
		kizunatest.HasWord(t, "delivery.weekday."+strings.ToLower(v))
	}
	for _, d := range []string{"schedule", "session", "session_enrolment", "disbursement", "attendance_mark", "progress_note"} {
		for _, f := range described(d).Steps {
			kizunatest.HasWord(t, "step."+d+"."+f.Name)
		}
		for _, s := range described(d).Statuses() {
			kizunatest.HasWord(t, "status."+d+"."+s)
		}
	}
}

func described(entity string) flow.Described {
	all := flow.All()
	return all[slices.IndexFunc(all, func(d flow.Described) bool { return d.Entity == entity })]
}
