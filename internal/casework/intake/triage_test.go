package intake_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/agency"
)

// employ makes actors users of teams that there are.
func (d desk) employ(actors ...access.Actor) {
	d.t.Helper()
	err := d.data.Write(ctx, func(tx *db.Tx) error {
		for _, a := range actors {
			if _, err := db.Exec(tx, "INSERT INTO account_user (id, status, version, created_at, updated_at, mail, name, kind) VALUES (?, 'active', 1, 0, 0, ?, ?, 'staff')",
				a.ID, a.ID.String()+"@minato.example", text.Pair{JA: "職員", EN: "Staff"}); err != nil {
				return err
			}
			for _, role := range a.Roles {
				if _, err := db.Exec(tx, "INSERT INTO account_role (role, user_id) VALUES (?, ?)", string(role), a.ID); err != nil {
					return err
				}
			}
			for _, team := range a.Teams {
				if _, err := db.Exec(tx, "INSERT INTO team (id, status, version, created_at, updated_at, name) VALUES (?, 'active', 1, 0, 0, ?)", team, text.Pair{JA: "係", EN: "Team"}); err != nil {
					return err
				}
				if _, err := db.Exec(tx, "INSERT INTO account_membership (id, status, version, created_at, updated_at, user_id, team) VALUES (?, 'active', 1, 0, 0, ?, ?)", db.NewID(), a.ID, team); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// board is the numbers that somebody finds in a view, with their versions.
func (d desk) board(a access.Actor, view string, kinds ...string) []intake.Waiting {
	d.t.Helper()
	l, err := d.List(ctx, a, intake.Triage{View: view, Kinds: kinds, Counted: true})
	if err != nil {
		d.t.Fatal(err)
	}
	if l.InView[view] != len(l.Rows) {
		d.t.Errorf("%q counts %d and shows %d", view, l.InView[view], len(l.Rows))
	}
	return l.Rows
}

func choose(rows []intake.Waiting, kinds ...string) (out []intake.Chosen) {
	for _, w := range rows {
		if len(kinds) == 0 || slices.Contains(kinds, w.Kind) {
			out = append(out, intake.Chosen{Kind: w.Kind, ID: w.ID, Version: w.Version})
		}
	}
	return out
}

// four takes one of each kind down.
func (d desk) four(worker access.Actor) {
	d.t.Helper()
	d.complaint(access.Nobody(), housing())
	_, err := d.ReceiveReferral(ctx, worker, intake.InboundInput{Source: "港南病院", Client: "丸山 修", Need: "退院後の住まい", Channel: "fax"})
	if err == nil {
		_, err = d.Apply(ctx, access.Nobody(), intake.ApplicationInput{Applicant: intake.Applicant{Family: "丸山", Given: "修"}, Statement: "家賃が払えません"})
	}
	if err == nil {
		_, err = d.ReceiveInquiry(ctx, worker, intake.InquiryInput{Channel: "phone", Body: "どこに相談すればよいか"})
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestAssign gives one of each kind to a caseworker of another team in one
// request, who sees them from then on, and takes that back.
func TestAssign(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, owner := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker)
		d.employ(worker, owner)
		d.four(worker)
		all := d.board(worker, intake.ViewAll)
		if len(all) != 4 || len(d.board(worker, intake.ViewNobody)) != 4 || len(d.board(owner, intake.ViewAll)) != 0 {
			t.Fatalf("at first the desk has %d", len(all))
		}
		done, err := d.Assign(ctx, worker, intake.AssignInput{Items: choose(all), Owner: owner.ID})
		if err != nil || len(done.Done) != 4 || len(done.Left) != 0 || done.Undo.IsZero() {
			t.Fatalf("assigned: %+v %v", done, err)
		}
		for _, view := range []string{intake.ViewAll, intake.ViewMine, intake.ViewTeam} {
			if got := d.board(owner, view); len(got) != 4 || got[0].Owner != owner.ID || got[0].Team != owner.Teams[0] {
				t.Errorf("the owner's %q has %d", view, len(got))
			}
		}
		if mate := (access.Actor{ID: db.NewID(), Roles: owner.Roles, Teams: owner.Teams}); len(d.board(mate, intake.ViewTeam)) != 4 {
			t.Error("the owner's team does not see it")
		}
		if len(d.board(worker, intake.ViewNobody)) != 0 || len(d.board(worker, intake.ViewAll)) != 4 {
			t.Error("the desk lost sight of it, or nobody has it")
		}
		if _, err := d.Undo(ctx, owner, done.Undo); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another took it back: %v", err)
		}
		// One was handed on meanwhile; the others go back.
		mine := d.board(owner, intake.ViewMine, intake.KindInquiry)
		if _, err := d.Assign(ctx, owner, intake.AssignInput{Items: choose(mine), Team: worker.Teams[0]}); err != nil {
			t.Fatal(err)
		}
		back, err := d.Undo(ctx, worker, done.Undo)
		if err != nil || len(back.Done) != 3 || len(back.Left) != 1 || back.Left[0].Why != "flow.moved_on" {
			t.Errorf("taken back: %+v %v", back, err)
		}
		if got := d.board(owner, intake.ViewAll); len(got) != 0 {
			t.Errorf("after it was taken back the owner sees %d", len(got))
		}
		for _, w := range d.board(worker, intake.ViewAll, intake.KindComplaint) {
			if !w.Owner.IsZero() || !w.Team.IsZero() {
				t.Errorf("the complaint is with %v %v", w.Owner, w.Team)
			}
		}
		if supervisor := kizunatest.Staff(access.Supervisor); len(d.board(supervisor, intake.ViewNobody)) != 1 {
			t.Error("a supervisor does not see that nobody has the complaint")
		}
	})
}

// TestAssignRowByRow names what could not be given, and gives the rest.
func TestAssignRowByRow(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, one, other := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Caseworker)
		d.employ(worker, one)
		other.Teams = one.Teams
		d.four(worker)
		stale := choose(d.board(worker, intake.ViewAll))
		if _, err := d.Assign(ctx, worker, intake.AssignInput{Items: choose(d.board(worker, intake.ViewAll), intake.KindInquiry), Owner: one.ID}); err != nil {
			t.Fatal(err)
		}
		missing := intake.Chosen{Kind: intake.KindComplaint, ID: db.NewID(), Version: 1}
		got, err := d.Assign(ctx, worker, intake.AssignInput{Items: append(slices.Clone(stale), missing), Team: one.Teams[0]})
		why := map[string]string{}
		for _, x := range got.Left {
			why[x.Kind] = x.Why
			if x.ID == missing.ID && x.Number != "" {
				t.Error("what is out of sight has a number")
			}
		}
		if err != nil || len(got.Done) != 3 || why[intake.KindInquiry] != "flow.moved_on" || why[intake.KindComplaint] != "fault.not_found" {
			t.Errorf("%+v %v", got, err)
		}
		// A caseworker takes what nobody has, and not what a colleague has.
		got, err = d.Assign(ctx, one, intake.AssignInput{Items: choose(d.board(one, intake.ViewAll)), Owner: one.ID})
		if err != nil || len(got.Done) != 4 {
			t.Fatalf("taken on: %+v %v", got, err)
		}
		got, err = d.Assign(ctx, other, intake.AssignInput{Items: choose(d.board(other, intake.ViewAll)), Team: one.Teams[0]})
		if err != nil || len(got.Done) != 0 || len(got.Left) != 4 || got.Left[0].Why != "intake.fault.anothers" || !got.Undo.IsZero() {
			t.Errorf("a colleague's: %+v %v", got, err)
		}
		for _, in := range []intake.AssignInput{
			{Items: stale}, {Owner: one.ID}, {Items: []intake.Chosen{{Kind: "case", ID: db.NewID()}}, Owner: one.ID}, {Items: append(stale, stale...), Owner: one.ID},
			{Items: stale, Owner: db.NewID()}, {Items: stale, Team: db.NewID()}, {Items: stale, Owner: one.ID, Team: worker.Teams[0]},
		} {
			if _, err := d.Assign(ctx, worker, in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
	})
}

// TestViews finds what is late, pages through all, and marks who was spoken of before.
func TestViews(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		p, err := d.people.Create(ctx, worker, osamu())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if _, err := d.Apply(ctx, worker, intake.ApplicationInput{Person: p.ID, Channel: "counter", Statement: fmt.Sprint("困りごと", i)}); err != nil {
				t.Fatal(err)
			}
			d.clock.Advance(time.Hour)
		}
		d.four(worker)
		if got := d.board(worker, intake.ViewOverdue); len(got) != 0 {
			t.Errorf("late at once: %+v", got)
		}
		d.clock.Advance(73 * time.Hour)
		var late []string
		for _, w := range d.board(worker, intake.ViewOverdue) {
			late = append(late, w.Kind)
		}
		if got := strings.Join(late, " "); got != "complaint inquiry" {
			t.Errorf("late: %s", got)
		}
		var seen []db.ID
		l := intake.Queue{}
		for first := true; first || l.Next != ""; first = false {
			if l, err = d.List(ctx, worker, intake.Triage{After: l.Next, Limit: 3}); err != nil {
				t.Fatal(err)
			}
			for _, w := range l.Rows {
				if slices.Contains(seen, w.ID) {
					t.Errorf("%s twice", w.Number)
				}
				seen = append(seen, w.ID)
			}
		}
		if len(seen) != 7 {
			t.Errorf("paged through %d", len(seen))
		}
		l, err = d.List(ctx, worker, intake.Triage{Kinds: []string{intake.KindApplication}})
		var repeats []int
		for _, w := range l.Rows {
			if w.Person == p.ID {
				repeats = append(repeats, l.Repeats[w.ID])
			}
		}
		if !slices.Equal(repeats, []int{0, 1, 2}) {
			t.Errorf("repeats %v %v", repeats, err)
		}
	})
}

// TestNextDeadline sorts complaints by the deadline that runs: the first
// response, a report to an authority where one is asked for, the decision.
func TestNextDeadline(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, admin := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Administrator)
		if _, err := d.SetClocks(ctx, admin, intake.ClocksInput{Clocks: []intake.ClockInput{{Allegation: "elder_abuse", Hours: 48, Report: 96}}}); err != nil {
			t.Fatal(err)
		}
		in := housing()
		in.Allegations = []string{"elder_abuse"}
		first := d.complaint(access.Nobody(), in)
		d.clock.Advance(time.Hour)
		second := d.complaint(access.Nobody(), in)
		order := func(want ...string) {
			t.Helper()
			var got []string
			for _, w := range d.board(worker, intake.ViewAll, intake.KindComplaint) {
				name := "first"
				if w.ID == second.ID {
					name = "second"
				}
				got = append(got, name+" "+w.NextDue)
			}
			if !slices.Equal(got, want) {
				t.Errorf("in order %v, not %v", got, want)
			}
		}
		order("first respond", "second respond")
		x, err := d.ComplaintStep(ctx, worker, first.ID, "respond", intake.AnswerInput{Answer: "訪問した", Version: 1})
		if err != nil || x.NextDue != "report" || x.NextAt.Sub(x.ReceivedAt) != 96*time.Hour {
			t.Fatalf("responded: %s %v %v", x.NextDue, x.NextAt, err)
		}
		order("second respond", "first report")
		// It joins a case, and the authority must be told all the same.
		p, err := d.people.Create(ctx, worker, osamu())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.JoinComplaint(ctx, worker, first.ID, intake.JoinInput{Person: p.ID, Open: &intake.OpenInput{Kind: "housing"}, Version: 2}); err != nil {
			t.Fatal(err)
		}
		order("second respond", "first report")
		d.clock.Advance(97 * time.Hour)
		if got := d.board(worker, intake.ViewOverdue); len(got) != 2 {
			t.Errorf("late: %+v", got)
		}
		if _, err := d.MakeReport(ctx, worker, first.ID, intake.ReportInput{Authority: "県", Told: "虐待の疑い", Version: 3}); err != nil {
			t.Fatal(err)
		}
		order("second respond")
		if _, err = d.ComplaintStep(ctx, worker, second.ID, "respond", intake.AnswerInput{Answer: "訪問した", Version: 1}); err == nil {
			x, err = d.MakeReport(ctx, worker, second.ID, intake.ReportInput{Authority: "県", Told: "虐待の疑い", Version: 2})
		}
		if err != nil || x.NextDue != "decide" || x.NextAt != x.DecideBy {
			t.Errorf("told: %s %v", x.NextDue, err)
		}
		order("second decide")
	})
}

// TestWorkingDays counts deadlines in the days on which the agency works, by
// its own calendar and as it chose.
func TestWorkingDays(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, admin := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Administrator)
		office := agency.New(d.run)
		_, err := op.Do(ctx, d.run, access.TheSystem(), "agency.found", nil, func(tx *op.Tx) (agency.Settings, error) {
			in := agency.Usual(text.Pair{JA: "みなと市", EN: "Minato City"})
			in.ApplicationDays, in.UrgentHours = 2, 6
			return agency.Found(tx, in)
		})
		for _, day := range []calendar.Date{"2026-12-29", "2026-12-30", "2026-12-31"} {
			if err == nil {
				_, err = office.CreateHoliday(ctx, admin, agency.HolidayInput{Day: day, Name: text.Both("年末年始")})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		zone := calendar.Zone(ctx)
		d.clock.Set(calendar.Moment("2026-12-25", 15, 30, zone)) // a Friday
		due := func(view string, want calendar.Date, hour int) {
			t.Helper()
			got := d.board(worker, intake.ViewAll, view)
			if len(got) != 1 || got[0].DueAt != calendar.Moment(want, hour, 30, zone) {
				t.Errorf("%s is due %v, not %s", view, got, want)
			}
		}
		d.four(worker)
		due(intake.KindInquiry, "2027-01-05", 15)     // 28, 4 and 5 January: the 29th to the 31st are the agency's own, the 1st is New Year
		due(intake.KindReferral, "2027-01-07", 15)    // five
		due(intake.KindApplication, "2027-01-04", 15) // two, as the agency chose
		due(intake.KindComplaint, "2026-12-28", 15)   // 72 hours, whatever days they are
		if _, err := d.ReceiveReferral(ctx, worker, intake.InboundInput{Source: "港南病院", Client: "大久保 光", Need: "今夜の宿", Urgent: true}); err != nil {
			t.Fatal(err)
		}
		if got := d.board(worker, intake.ViewAll, intake.KindReferral); got[0].DueAt != calendar.Moment("2026-12-25", 21, 30, zone) {
			t.Errorf("urgent: %v", got[0].DueAt)
		}
	})
}
