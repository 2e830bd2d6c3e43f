package cases_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	matrix := cases.Flow.Describe().Matrix() + cases.ParticipantFlow.Describe().Matrix() + cases.MemberFlow.Describe().Matrix() +
		cases.NoteFlow.Describe().Matrix() + cases.ReminderFlow.Describe().Matrix() + cases.AttachedFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", matrix)
}

// desk is a room with the people it works for.
type desk struct {
	*cases.Room
	people *people.Room
	run    *op.Runner
	clock  *calendar.Fake
	t      *testing.T
}

func eachDesk(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		f(t, desk{cases.New(run), people.New(run), run, clock, t})
		kizunatest.Intact(t, run)
	})
}

var ctx = context.Background()

func (d desk) person(a access.Actor, family, given string) people.Person {
	d.t.Helper()
	p, err := d.people.Create(ctx, a, people.PersonInput{Names: []people.NameInput{{Family: family, Given: given}}})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (d desk) open(a access.Actor) cases.Case {
	d.t.Helper()
	c, err := d.Open(ctx, a, cases.OpenInput{Person: d.person(a, "丸山", "修").ID, Kind: "housing"})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d desk) step(a access.Actor, c cases.Case, step string, in cases.StepInput) cases.Case {
	d.t.Helper()
	in.Version = c.Version
	c, err := d.Step(ctx, a, c.ID, step, in)
	if err != nil {
		d.t.Fatalf("%s: %v", step, err)
	}
	return c
}

func (d desk) write(f func(tx *op.Tx) error) {
	d.t.Helper()
	_, err := op.Do(ctx, d.run, access.TheSystem(), "test", nil, func(tx *op.Tx) (bool, error) { return true, f(tx) })
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) rate(a access.Actor, c cases.Case) cases.Case {
	d.t.Helper()
	in := c.Input()
	in.Risk = "medium"
	c, err := d.Edit(ctx, a, c.ID, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func TestACaseGoesThroughItsStages(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		c := d.open(worker)
		if c.Stage != cases.Assessing || c.Owner != worker.ID || c.Number == "" || c.DueOn != "2026-12-08" {
			t.Fatalf("opened as %+v", c)
		}
		if _, err := d.Step(ctx, worker, c.ID, "to_planning", cases.StepInput{Version: c.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("left assessing without a risk: %v", err)
		}
		if _, err := d.Step(ctx, worker, c.ID, "to_assigning", cases.StepInput{Version: c.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("skipped a stage: %v", err)
		}
		c = d.rate(worker, c)
		c = d.step(worker, c, "to_planning", cases.StepInput{})
		c = d.step(worker, c, "to_assigning", cases.StepInput{})
		c = d.step(worker, c, "back", cases.StepInput{Reason: "計画を見直す"})
		if c.Stage != cases.Planning || c.DueOn != "2026-12-24" {
			t.Errorf("back in %s until %s", c.Stage, c.DueOn)
		}
		c = d.step(worker, c, "to_assigning", cases.StepInput{})
		c = d.step(worker, c, "to_monitoring", cases.StepInput{})
		c = d.step(worker, c, "pause", cases.StepInput{Ground: "hospital", ReviewOn: "2027-01-10"})
		file, err := d.Get(ctx, worker, c.ID)
		if err != nil || len(file.Prompts) != 1 || file.Prompts[0].DueOn != "2027-01-10" {
			t.Fatalf("a pause prompts its review: %+v, %v", file.Prompts, err)
		}
		c = d.step(worker, c, "resume", cases.StepInput{})
		c = d.step(worker, c, "resolve", cases.StepInput{Outcome: "goals_met"})
		if c.Status != "resolved" || c.Stage != cases.Resolved || c.Due() != "" {
			t.Errorf("resolved as %+v", c)
		}
		if file, err := d.Get(ctx, worker, c.ID); err != nil || len(file.Prompts) != 0 {
			t.Errorf("prompts of an ended case: %+v, %v", file.Prompts, err)
		}
		c = d.step(worker, c, "reopen", cases.StepInput{Reason: "状況が変わった"})
		if c.Status != "open" || c.Stage != cases.Monitoring || c.Outcome != "" {
			t.Errorf("reopened as %+v", c)
		}
		c = d.step(worker, c, "lost_contact", cases.StepInput{ReviewOn: "2026-12-24"})
		if c.Status != "paused" || c.PauseGround != "lost_contact" {
			t.Errorf("lost contact as %+v", c)
		}
		c = d.step(worker, c, "transfer", cases.StepInput{Receiver: "港南区役所", Reason: "転居"})
		c = d.step(worker, c, "acknowledge", cases.StepInput{})
		if c.AcknowledgedOn != "2026-11-24" {
			t.Errorf("acknowledged as %+v", c)
		}
	})
}

func TestWhatHangsOnACaseKeepsItOpen(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		done := false
		d.Criteria = append(d.Criteria, func(_ db.Q, c cases.Case) ([]cases.Criterion, error) {
			return []cases.Criterion{{Stage: cases.Planning, Key: "cases.next.plan", Met: done, Required: true}}, nil
		})
		d.Busy = append(d.Busy, func(db.Q, db.ID) ([]cases.Blocker, error) {
			return []cases.Blocker{{Key: "cases.next.assign"}}, nil
		})
		c := d.step(worker, d.rate(worker, d.open(worker)), "to_planning", cases.StepInput{})
		file, err := d.Get(ctx, worker, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range file.Actions {
			blocked := x.Step == "to_assigning" || x.Step == "close" || x.Step == "transfer"
			if blocked && (x.Blocked == nil || len(x.Blocked.Fields) == 0) {
				t.Errorf("%s does not say why it is blocked: %v", x.Step, x.Blocked)
			}
		}
		in := cases.StepInput{Version: c.Version}
		if _, err := d.Step(ctx, worker, c.ID, "to_assigning", in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("went on without the plan: %v", err)
		}
		in.Ground, in.Reason = "refused", "本人が望まない"
		if _, err := d.Step(ctx, worker, c.ID, "close", in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("closed a busy case: %v", err)
		}
		done = true
		d.step(worker, c, "to_assigning", cases.StepInput{})
	})
}

func TestStaleStepChangesNothing(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		c := d.rate(worker, d.open(worker))
		d.step(worker, c, "to_planning", cases.StepInput{})
		_, err := d.Step(ctx, worker, c.ID, "pause", cases.StepInput{Ground: "hospital", ReviewOn: "2027-01-10", Version: c.Version})
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.KindConflict || f.Moved == nil {
			t.Errorf("a stale copy paused the case: %v", err)
		}
		if now, err := d.See(ctx, worker, c.ID); err != nil || now.Status != "open" || now.Stage != cases.Planning {
			t.Errorf("after both: %+v, %v", now, err)
		}
	})
}

func TestSightFollowsTheCase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		mate := kizunatest.Staff(access.Caseworker)
		mate.Teams = worker.Teams
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = worker.Teams
		other, resident := kizunatest.Staff(access.Caseworker), access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}}
		c := d.open(worker)
		resident.Person = c.Person
		spouse := d.person(worker, "丸山", "節子")
		p, err := d.AddParticipant(ctx, worker, c.ID, cases.ParticipantInput{Person: spouse.ID, Role: "household", Strength: "strong"})
		if err != nil {
			t.Fatal(err)
		}
		sees := func(a access.Actor) (seen [3]bool) {
			t.Helper()
			_, err := d.See(ctx, a, c.ID)
			seen[0] = err == nil
			for i, id := range []db.ID{c.Person, spouse.ID} {
				err := d.run.Read(ctx, func(q *db.Reader) error { return people.Seen(q, a, d.run.Now(), id) })
				seen[i+1] = err == nil
			}
			return seen
		}
		expect := func(name string, a access.Actor, want [3]bool) {
			t.Helper()
			if got := sees(a); got != want {
				t.Errorf("%s sees case, person, spouse: %v, want %v", name, got, want)
			}
		}
		all, none := [3]bool{true, true, true}, [3]bool{}
		expect("the team", mate, all)
		expect("another team", other, none)
		expect("a resident", resident, none)

		// Another owner and team: they see, the case goes from the old ones.
		c = d.step(worker, c, "assign", cases.StepInput{Owner: other.ID, Team: other.Teams[0]})
		expect("the new owner", other, all)
		if _, err := d.See(ctx, mate, c.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the old team still sees the case: %v", err)
		}
		p, err = d.EndParticipant(ctx, other, p.ID, cases.ChangeInput{Version: p.Version})
		if err != nil || p.Status != "ended" {
			t.Fatalf("ended: %+v, %v", p, err)
		}
		expect("the new owner", other, [3]bool{true, true, false})

		// A member of the case team sees, and no longer once off it.
		helper := kizunatest.Staff(access.Caseworker)
		m, err := d.AddMember(ctx, other, c.ID, cases.MemberInput{User: helper.ID})
		if err != nil {
			t.Fatal(err)
		}
		expect("a helper", helper, [3]bool{true, true, false})
		if _, err := d.EndMember(ctx, other, m.ID, m.Version); err != nil {
			t.Fatal(err)
		}
		expect("who was a helper", helper, none)

		// Restricted: the team no longer sees it, nor does who sees all.
		boss.Teams = other.Teams
		colleague, auditor := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Auditor)
		colleague.Teams, auditor.Wide = other.Teams, true
		c, err = d.See(ctx, boss, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		d.step(boss, c, "restrict", cases.StepInput{Reason: "職員の親族"})
		for name, a := range map[string]access.Actor{"a colleague": colleague, "an auditor": auditor} {
			if _, err := d.Get(ctx, a, c.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s opened a restricted case: %v", name, err)
			}
			if list, err := d.Worklist(ctx, a, cases.Filter{}); err != nil || len(list.Rows) != 0 || list.Counts[cases.ViewOpen] != 0 {
				t.Errorf("%s lists a restricted case: %v, %v", name, list.Rows, err)
			}
		}
		expect("who restricted it", boss, [3]bool{true, true, false})
		if _, err := d.Worklist(ctx, resident, cases.Filter{}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a resident's worklist: %v", err)
		}
	})
}

// TestNotesOfALongCase writes more than a page of the timeline shows: every
// page has the words of its own notes, and the list of notes leaves none out.
func TestNotesOfALongCase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		c := d.open(worker)
		const many = 90
		written := map[db.ID]bool{}
		for i := range many {
			n, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: strconv.Itoa(i), HappenedAt: d.run.Now() - calendar.Time(i/2)*3600_000})
			if err != nil {
				t.Fatal(err)
			}
			written[n.ID] = true
		}
		f, err := d.Get(ctx, worker, c.ID)
		for pages := 0; err == nil && len(f.History) > 0; pages++ {
			shown := map[db.ID]bool{}
			for _, n := range f.Notes {
				shown[n.ID] = true
			}
			for _, row := range f.History {
				if written[row.Record] && !shown[row.Record] {
					t.Errorf("page %d of the timeline has a note without its words", pages)
				}
			}
			if len(f.Notes) > len(f.History) {
				t.Errorf("%d notes read for %d entries", len(f.Notes), len(f.History))
			}
			f, err = d.Timeline(ctx, worker, c.ID, f.History[len(f.History)-1].ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		var at calendar.Time
		var before db.ID
		var last cases.Note
		for {
			list, err := d.Notes(ctx, worker, c.ID, at, before, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				if !written[n.ID] || !last.ID.IsZero() && n.HappenedAt > last.HappenedAt {
					t.Fatalf("%v after %v: twice or out of order", n, last)
				}
				delete(written, n.ID)
				last, at, before = n, n.HappenedAt, n.ID
			}
			if len(list) < 7 {
				break
			}
		}
		if len(written) > 0 {
			t.Errorf("%d notes were in no page", len(written))
		}
		if _, err := d.Notes(ctx, kizunatest.Staff(access.Caseworker), c.ID, 0, db.ID{}, 7); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a stranger's: %v", err)
		}
	})
}

func TestNotes(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		mate := kizunatest.Staff(access.Caseworker)
		mate.Teams = worker.Teams
		c := d.open(worker)
		draft, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "電話で話す\n眠れない", Draft: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.PublishNote(ctx, mate, draft.ID, draft.Version); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another published a draft: %v", err)
		}
		if file, err := d.Get(ctx, mate, c.ID); err != nil || len(file.Notes) != 0 || file.Case.LastContactAt != 0 {
			t.Errorf("another's draft: %+v, %v", file.Notes, err)
		}
		note, err := d.PublishNote(ctx, worker, draft.ID, draft.Version)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := d.See(ctx, mate, c.ID); err != nil || now.LastContactAt != note.HappenedAt {
			t.Errorf("last contact %v, %v", now.LastContactAt, err)
		}
		if _, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "不在", Unreached: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "先週の訪問", HappenedAt: d.run.Now() - 7*24*3600_000}); err != nil {
			t.Fatal(err)
		}
		if now, _ := d.See(ctx, mate, c.ID); now.LastContactAt != note.HappenedAt {
			t.Errorf("an attempt or an older contact moved the last contact to %v", now.LastContactAt)
		}
		secret, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "秘密", Confidential: true})
		if err != nil {
			t.Fatal(err)
		}
		for name, a := range map[string]struct {
			access.Actor
			n int
		}{"the author": {worker, 4}, "the team": {mate, 3}} {
			if file, err := d.Get(ctx, a.Actor, c.ID); err != nil || len(file.Notes) != a.n {
				t.Errorf("%s reads %d notes, %v", name, len(file.Notes), err)
			}
		}
		if _, err := d.ChangeNote(ctx, mate, note.ID, cases.NoteInput{Body: "x", Version: note.Version}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("another amended a note: %v", err)
		}
		if _, err := d.ChangeNote(ctx, mate, secret.ID, cases.NoteInput{Body: "x", Version: secret.Version}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a confidential note answered: %v", err)
		}
		if n, err := d.ChangeNote(ctx, worker, note.ID, cases.NoteInput{Body: "訂正", Version: note.Version}); err != nil || n.Body != "訂正" || n.Status != "published" {
			t.Errorf("amended: %+v, %v", n, err)
		}
	})
}

func TestPrompts(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		c := d.open(worker)
		ask := func(href string, due calendar.Date) {
			d.write(func(tx *op.Tx) error {
				return cases.Raise(tx, cases.Prompt{Case: c.ID, Kind: "cases.next.plan", Due: due, Href: href, Args: map[string]any{"n": 3}})
			})
		}
		ask("/a", "2026-12-01")
		ask("/a", "2026-11-30")
		ask("/b", "")
		list, _, err := d.Prompts(ctx, worker, 10)
		if err != nil || len(list) != 2 || list[0].Href != "/b" || list[0].DueOn != "2026-11-24" || list[1].DueOn != "2026-11-30" {
			t.Fatalf("prompts %+v, %v", list, err)
		}
		heir := kizunatest.Staff(access.Caseworker)
		heir.Teams = worker.Teams
		c, _ = d.See(ctx, worker, c.ID)
		d.step(worker, c, "assign", cases.StepInput{Owner: heir.ID, Team: c.Team})
		if list, _, _ := d.Prompts(ctx, worker, 10); len(list) != 0 {
			t.Errorf("the old owner is still asked: %+v", list)
		}
		d.write(func(tx *op.Tx) error { return cases.Settle(tx, c.ID, "cases.next.plan", "/a") })
		list, _, _ = d.Prompts(ctx, heir, 10)
		if len(list) != 1 || list[0].Href != "/b" {
			t.Fatalf("after settling one: %+v", list)
		}
		if _, err := d.Dismiss(ctx, kizunatest.Staff(access.Caseworker), list[0].ID, list[0].Version, ""); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team dismissed it: %v", err)
		}
		if _, err := d.Dismiss(ctx, heir, list[0].ID, list[0].Version, ""); err != nil {
			t.Error(err)
		}
	})
}

// TestCountsAreOfWhatIsListed gives cases to owners, teams and case teams in
// every combination: each view's number is that of the cases that it lists,
// also where somebody has a case in several ways.
func TestCountsAreOfWhatIsListed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		me, boss := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor)
		me.Teams = append(me.Teams, db.NewID())
		person := d.person(me, "丸山", "修").ID
		owners := []db.ID{{}, me.ID, boss.ID}
		teams := []db.ID{{}, me.Teams[0], me.Teams[1], db.NewID()}
		var rows []cases.Case
		var members []cases.Member
		for i := range len(owners) * len(teams) * 2 * 2 * 2 {
			c := cases.Case{Head: flow.Head{ID: db.NewID(), Status: []string{"open", "paused"}[i/48%2], Version: 1}, Number: strconv.Itoa(i), MainKind: "housing",
				Stage: []string{"assessing", "planning"}[i%2], Priority: "normal", Person: person, Owner: owners[i%3], Team: teams[i/3%4],
				Restricted: i/12%2 == 1, DueOn: calendar.Date("2026-11-20").AddDays(i % 11), WaitsFor: []string{"", "resident"}[i/5%2]}
			rows = append(rows, c)
			if i/24%2 == 1 {
				members = append(members, cases.Member{Head: flow.Head{ID: db.NewID(), Status: []string{"active", "ended"}[i/7%2], Version: 1}, Case: c.ID, User: me.ID})
			}
		}
		if err := d.run.Data.Write(ctx, func(tx *db.Tx) error {
			if err := db.Insert(tx, "case_file", rows...); err != nil {
				return err
			}
			return db.Insert(tx, "case_member", members...)
		}); err != nil {
			t.Fatal(err)
		}
		wide, alone, crowded := me, me, me
		wide.Wide, alone.Teams = true, nil
		for range 20 {
			crowded.Teams = append(crowded.Teams, db.NewID())
		}
		for name, a := range map[string]access.Actor{"in two teams": me, "wide": wide, "in no team": alone, "in many teams": crowded, "of nothing": boss} {
			for _, mine := range []bool{false, true} {
				for _, view := range cases.Views {
					list, err := d.Worklist(ctx, a, cases.Filter{View: view, Mine: mine, Limit: 200})
					if err != nil {
						t.Fatal(err)
					}
					if got := list.Counts[view]; got != len(list.Rows) {
						t.Errorf("%s, mine %v: %s counts %d and lists %d", name, mine, view, got, len(list.Rows))
					}
					if name == "in two teams" && len(list.Rows) == 0 {
						t.Errorf("nothing in %s to count", view)
					}
				}
			}
		}
	})
}

func TestWorklist(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		worker.Teams = append(worker.Teams, db.NewID())
		mate := kizunatest.Staff(access.Caseworker)
		mate.Teams = worker.Teams
		person := d.person(worker, "丸山", "修").ID
		want := map[db.ID]bool{}
		for i := range 12 {
			in := cases.OpenInput{Person: person, Kind: cases.Kinds[i%2], DueOn: calendar.Date("2026-11-20").AddDays(i / 2)}
			who := worker
			if i%3 == 0 {
				who = mate
			}
			c, err := d.Open(ctx, who, in)
			if err != nil {
				t.Fatal(err)
			}
			want[c.ID] = true
		}
		var last cases.Row
		f := cases.Filter{Limit: 5}
		for page := 0; ; page++ {
			list, err := d.Worklist(ctx, worker, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list.Rows {
				if !want[r.ID] {
					t.Errorf("page %d shows %s again or a foreign one", page, r.Number)
				}
				if r.DueOn < last.DueOn {
					t.Errorf("%s after %s", r.DueOn, last.DueOn)
				}
				delete(want, r.ID)
				last = r
			}
			if list.Counts[cases.ViewOpen] != 12 || list.Counts[cases.ViewOverdue] != 8 || list.Counts[cases.ViewWeek] != 4 || list.Counts[cases.ViewNew] != 12 {
				t.Fatalf("counts %v", list.Counts)
			}
			if list.Next == "" {
				break
			}
			f.After = list.Next
		}
		if len(want) != 0 {
			t.Errorf("%d cases were on no page", len(want))
		}
		if list, err := d.Worklist(ctx, worker, cases.Filter{Mine: true}); err != nil || len(list.Rows) != 8 {
			t.Errorf("own: %d, %v", len(list.Rows), err)
		}
		if list, err := d.Worklist(ctx, worker, cases.Filter{Kind: cases.Kinds[0]}); err != nil || len(list.Rows) != 6 {
			t.Errorf("of a kind: %d, %v", len(list.Rows), err)
		}
		if _, err := d.Worklist(ctx, worker, cases.Filter{After: "nonsense"}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a made-up cursor: %v", err)
		}
		many := worker
		for range 20 {
			many.Teams = append(many.Teams, db.NewID())
		}
		if list, err := d.Worklist(ctx, many, cases.Filter{}); err != nil || len(list.Rows) != 12 {
			t.Errorf("with many teams: %d, %v", len(list.Rows), err)
		}
		d.write(func(tx *op.Tx) error { return cases.AwaitOthers(tx, last.ID, "provider", "", "cases.next.assign") })
		if list, err := d.Worklist(ctx, worker, cases.Filter{View: cases.ViewWaiting}); err != nil || len(list.Rows) != 1 || list.Rows[0].ID != last.ID {
			t.Errorf("waiting on others: %v, %v", list.Rows, err)
		}
	})
}

func TestStatementsAreBounded(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		c := d.open(worker)
		for range 10 {
			d.open(worker)
			if _, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "電話"}); err != nil {
				t.Fatal(err)
			}
		}
		for name, x := range map[string]struct {
			most int
			call func(ctx context.Context) error
		}{
			"get":      {14, func(ctx context.Context) error { _, err := d.Get(ctx, worker, c.ID); return err }},
			"worklist": {10, func(ctx context.Context) error { _, err := d.Worklist(ctx, worker, cases.Filter{}); return err }},
			"note": {10, func(ctx context.Context) error {
				_, err := d.AddNote(ctx, worker, c.ID, cases.NoteInput{Body: "電話"})
				return err
			}},
		} {
			ctx, trace := db.WithTrace(context.Background())
			if err := x.call(ctx); err != nil {
				t.Fatal(err)
			}
			if n := trace.Count(); n > x.most {
				t.Errorf("%s ran %d statements, at most %d wanted", name, n, x.most)
			}
		}
	})
}

func TestBadInputNamesItsField(t *testing.T) {
	for name, x := range map[string]struct {
		err     error
		pointer string
	}{
		"no person":        {(&cases.OpenInput{Kind: "housing"}).Validate(), "/person_id"},
		"unknown kind":     {(&cases.OpenInput{Person: db.NewID(), Kind: "x"}).Validate(), "/main_kind"},
		"empty note":       {(&cases.NoteInput{}).Validate(1), "/body"},
		"a note of future": {(&cases.NoteInput{Body: "x", HappenedAt: 2}).Validate(1), "/happened_at"},
		"nobody":           {(&cases.ParticipantInput{Role: "family"}).Validate(), "/person_id"},
	} {
		f, ok := fault.As(x.err)
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != x.pointer {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for list, codes := range map[string][]string{
		"stage": cases.Stages, "kind": cases.Kinds, "priority": cases.Priorities, "risk": cases.Risks[1:], "waits": cases.Waits[1:],
		"pause_ground": cases.PauseGrounds, "close_ground": cases.CloseGrounds, "outcome": cases.Outcomes, "role": cases.Roles,
		"channel": cases.Channels, "strength": cases.Strengths[1:], "member_role": cases.MemberRoles,
	} {
		for _, c := range codes {
			kizunatest.HasWord(t, "cases."+list+"."+c)
		}
	}
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}
