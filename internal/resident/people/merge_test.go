package people_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// pairOf registers somebody twice, by two teams, and gives the candidate as a supervisor of both sees it.
func pairOf(t *testing.T, room *people.Room, chief access.Actor, second people.PersonInput) people.Candidate {
	t.Helper()
	create(t, room, kizunatest.Staff(access.Caseworker), osamu())
	weigh(t, room, create(t, room, kizunatest.Staff(access.IntakeWorker), second))
	list := duplicates(t, room, chief, "open")
	if len(list) == 0 {
		t.Fatal("no candidate")
	}
	return list[0]
}

func wide() access.Actor {
	a := kizunatest.Staff(access.Supervisor)
	a.Wide = true
	return a
}

func file(t *testing.T, room *people.Room, a access.Actor, id db.ID) people.File {
	t.Helper()
	f, err := room.Get(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// asSeen is a merge of a candidate as somebody who just opened it asks for it.
func asSeen(t *testing.T, room *people.Room, a access.Actor, c people.Candidate, keep db.ID) people.MergeInput {
	t.Helper()
	return people.MergeInput{Keep: keep, Version: c.Version, First: file(t, room, a, c.Person).Person.Version, Second: file(t, room, a, c.Other).Person.Version}
}

func TestMergeTakesWhatWasChosen(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		chief := wide()
		again := again()
		again.Gender, again.Interpreter, again.BirthDate = "", "jsl", osamu().BirthDate
		again.Contacts = append(again.Contacts, people.ContactInput{Kind: "email", Value: "osamu@mail.example", Unsafe: true})
		c := pairOf(t, room, chief, again)
		in := asSeen(t, room, chief, c, c.Other)
		in.Name = c.Person
		m, err := room.Merge(t.Context(), chief, c.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		f := file(t, room, chief, c.Other)
		if f.Person.Name != c.First.Card.Name || f.Person.Gender != osamu().Gender || f.Person.Interpreter != "jsl" {
			t.Errorf("the one is %+v", f.Person)
		}
		kinds := map[string]int{}
		for _, n := range f.Names {
			kinds[n.Kind]++
		}
		if kinds["legal"] != 1 || kinds["alias"] != 1 {
			t.Errorf("names %v", kinds)
		}
		seen := map[string]int{}
		for _, x := range f.Contacts {
			seen[x.Value]++
		}
		for value, n := range seen {
			if n != 1 {
				t.Errorf("%s stands there %d times", value, n)
			}
		}
		if i := slices.IndexFunc(f.Contacts, func(x people.Contact) bool { return x.Value == "osamu@mail.example" }); i < 0 || f.Contacts[i].Safe {
			t.Error("an unsafe contact became safe")
		}
		if len(f.Addresses) != 1 {
			t.Errorf("%d addresses", len(f.Addresses))
		}
		for name, err := range map[string]error{
			"opened":       second(room.Get(t.Context(), chief, c.Person)),
			"changed":      second(room.Edit(t.Context(), chief, c.Person, people.EditInput{PersonInput: osamu(), Version: 99})),
			"added to":     second(room.AddAlert(t.Context(), chief, people.Alert{Person: c.Person, Severity: "info", Label: "見本"})),
			"merged again": second(room.Merge(t.Context(), chief, c.ID, in)),
		} {
			if err == nil {
				t.Errorf("who was merged was %s", name)
			}
		}
		if _, err := room.Undo(t.Context(), chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		if f := file(t, room, chief, c.Other); f.Person.Name != c.Second.Card.Name || f.Person.Gender != "" || len(f.Addresses) != 0 {
			t.Errorf("given back: %+v", f.Person)
		}
		if list := duplicates(t, room, chief, "open"); len(list) != 1 || list[0].ID != c.ID {
			t.Errorf("the two are no candidate any more: %+v", list)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestMergeIsRefused(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, chief := context.Background(), wide()
		c := pairOf(t, room, chief, again())
		good := asSeen(t, room, chief, c, c.Person)
		stranger, own := good, good
		stranger.Keep, own.Gender = db.NewID(), db.NewID()
		none := good
		none.Keep = db.ID{}
		self := chief
		self.Person = c.Other
		for name, x := range map[string]struct {
			a    access.Actor
			in   people.MergeInput
			want string
		}{
			"of nobody":           {chief, none, "fault.required"},
			"into another":        {chief, stranger, "fault.bad_choice"},
			"with another's":      {chief, own, "fault.bad_choice"},
			"one's own":           {self, good, "people.fault.own_record"},
			"by who sees neither": {kizunatest.Staff(access.Caseworker), good, "fault.not_found"},
			"by an auditor":       {func() access.Actor { a := kizunatest.Staff(access.Auditor); a.Wide = true; return a }(), good, "flow.not_yours"},
		} {
			_, err := room.Merge(ctx, x.a, c.ID, x.in)
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%s: %v, want %s", name, err, x.want)
			}
		}
		if _, err := room.RecordDeath(ctx, chief, c.Other, good.Second, "2026-01-05"); err != nil {
			t.Fatal(err)
		}
		_, err := room.Merge(ctx, chief, c.ID, good)
		if err == nil || !strings.Contains(err.Error(), "people.fault.merge_moved_on") {
			t.Errorf("with a copy of before: %v", err)
		}
		_, err = room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, c.Person))
		if err == nil || !strings.Contains(err.Error(), "people.fault.merge_one_died") {
			t.Errorf("of one who died: %v", err)
		}
	})
}

// TestMergeShieldsWhoWasShielded merges a protected and restricted record into an open one, and back;
// what was entered since goes on.
func TestMergeShieldsWhoWasShielded(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx, chief := context.Background(), wide()
		team := db.NewID()
		worker := kizunatest.Staff(access.Caseworker)
		worker.Teams = []db.ID{team}
		open := create(t, room, worker, osamu())
		hidden := create(t, room, chief, again())
		weigh(t, room, hidden)
		hidden, err := room.Protect(ctx, chief, hidden.ID, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: hidden.Version})
		if err == nil {
			_, err = room.Restrict(ctx, chief, hidden.ID, hidden.Version, "見本")
		}
		if err != nil {
			t.Fatal(err)
		}
		c := duplicates(t, room, chief, "open")[0]
		m, err := room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, open.ID))
		if err != nil {
			t.Fatal(err)
		}
		f := file(t, room, chief, open.ID)
		if !f.Person.Restricted || !f.Withheld || f.Addresses[0].Lines != "" {
			t.Errorf("not shielded: %+v", f.Person)
		}
		colleague := kizunatest.Staff(access.Caseworker)
		colleague.Teams = []db.ID{team}
		if _, err := room.Get(ctx, colleague, open.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the team still opens a restricted record: %v", err)
		}
		if _, err := room.Standing(ctx, colleague, hidden.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the team is led to a restricted record: %v", err)
		}
		if _, err := room.Protect(ctx, chief, open.ID, people.ProtectionInput{Ground: "stalking", From: "2026-01-01", Until: "2027-03-31", Version: f.Person.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		f = file(t, room, chief, open.ID)
		if f.Person.Restricted || f.Person.ProtectedUntil != "2027-03-31" {
			t.Errorf("afterwards %+v", f.Person)
		}
		if _, err := room.Get(ctx, colleague, open.ID); err != nil {
			t.Errorf("the team lost its resident: %v", err)
		}
		if err := run.Read(ctx, func(q *db.Reader) error {
			list, err := sight.Of(q, "person", open.ID)
			if slices.ContainsFunc(list, func(x sight.Reach) bool { return x.Scope == chief.ID }) {
				t.Errorf("who registered the other still reaches the one: %+v", list)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if f := file(t, room, chief, hidden.ID); !f.Person.Restricted || f.Person.ProtectedUntil == "" {
			t.Errorf("the other is %+v", f.Person)
		}
	})
}

// TestReportedStays proposes two who are nothing alike: they wait until somebody says what they are.
func TestReportedStays(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		chief := wide()
		one := create(t, room, chief, osamu())
		other := create(t, room, chief, people.PersonInput{Names: []people.NameInput{{Family: "別府", Given: "澄子"}}})
		d, err := room.Report(t.Context(), chief, people.ReportInput{Person: other.ID, Other: one.ID})
		if err != nil || d.Person != one.ID {
			t.Fatalf("%+v: %v", d, err)
		}
		weigh(t, room, one)
		weigh(t, room, other)
		again, err := room.Report(t.Context(), chief, people.ReportInput{Person: one.ID, Other: other.ID})
		if err != nil || again.ID != d.ID || again.Status != "open" {
			t.Errorf("%+v: %v", again, err)
		}
		for name, in := range map[string]people.ReportInput{"nobody": {Person: one.ID}, "oneself": {Person: one.ID, Other: one.ID}, "a stranger": {Person: one.ID, Other: db.NewID()}} {
			if _, err := room.Report(t.Context(), chief, in); err == nil {
				t.Errorf("%s was reported", name)
			}
		}
		if _, err := room.Report(t.Context(), kizunatest.Staff(access.Caseworker), people.ReportInput{Person: one.ID, Other: other.ID}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("by who sees neither: %v", err)
		}
	})
}

// TestUndoLeavesTheOthersTeamsBehind merges a record that a team reaches into a restricted one, and back.
func TestUndoLeavesTheOthersTeamsBehind(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, chief := t.Context(), wide()
		worker := kizunatest.Staff(access.Caseworker)
		worker.Teams = []db.ID{db.NewID()}
		hidden, err := room.Restrict(ctx, chief, create(t, room, chief, osamu()).ID, 1, "見本")
		if err != nil {
			t.Fatal(err)
		}
		weigh(t, room, create(t, room, worker, again()))
		c := duplicates(t, room, chief, "open")[0]
		m, err := room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, hidden.ID))
		if err == nil {
			_, err = room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version})
		}
		if err != nil {
			t.Fatal(err)
		}
		colleague := kizunatest.Staff(access.Caseworker)
		colleague.Teams = worker.Teams
		if _, err := room.Get(ctx, colleague, hidden.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the other's team opens the restricted record: %v", err)
		}
		if _, err := room.Get(ctx, colleague, c.With(hidden.ID)); err != nil {
			t.Errorf("the team lost its own: %v", err)
		}
	})
}

// TestAProposalOutlivesAMerge proposes a third beside one of two who are then merged, and takes the merge back.
func TestAProposalOutlivesAMerge(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, chief := t.Context(), wide()
		c := pairOf(t, room, chief, again())
		third := create(t, room, chief, people.PersonInput{Names: []people.NameInput{{Family: "別府", Given: "澄子"}}})
		proposed, err := room.Report(ctx, chief, people.ReportInput{Person: c.Other, Other: third.ID})
		if err != nil {
			t.Fatal(err)
		}
		beside := func(person db.ID, what string) {
			t.Helper()
			list := duplicates(t, room, chief, "open")
			list = slices.DeleteFunc(list, func(d people.Candidate) bool { return d.With(third.ID) != person })
			if len(list) != 1 {
				t.Errorf("%s: %d candidates", what, len(list))
			}
		}
		m, err := room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, c.Person))
		if err != nil {
			t.Fatal(err)
		}
		beside(c.Person, "after merging")
		weigh(t, room, third)
		beside(c.Person, "weighed again")
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		list := duplicates(t, room, chief, "open")
		for _, d := range list {
			if d.With(third.ID) == c.Person && (d.Person == third.ID || d.Other == third.ID) {
				t.Errorf("the one that stayed is still a candidate of the third: %+v", d)
			}
		}
		if !slices.ContainsFunc(list, func(d people.Candidate) bool { return d.ID == proposed.ID }) {
			t.Errorf("what was proposed did not come back: %+v", list)
		}
	})
}

// TestAMergeLeavesTheHouseholdItsHead merges who heads a household into another record that is in it too, and back.
func TestAMergeLeavesTheHouseholdItsHead(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, chief := t.Context(), wide()
		c := pairOf(t, room, chief, again())
		child := create(t, room, chief, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "望"}}})
		made, err := room.CreateHousehold(ctx, chief, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{
			{Person: c.Other, Relation: "self", Leads: true}, {Person: c.Person, Relation: "other"}, {Person: child.ID, Relation: "child"}}})
		if err != nil {
			t.Fatal(err)
		}
		heads := func() (led []db.ID, size int) {
			t.Helper()
			x, err := room.Household(ctx, chief, made.ID)
			if err != nil {
				t.Fatal(err)
			}
			now := x.Households[0].Standing()
			for _, m := range now {
				if m.Leads {
					led = append(led, m.Person)
				}
			}
			return led, len(now)
		}
		m, err := room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, c.Person))
		if err != nil {
			t.Fatal(err)
		}
		if led, size := heads(); !slices.Equal(led, []db.ID{c.Person}) || size != 2 {
			t.Errorf("merged, %v head a household of %d", led, size)
		}
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		if led, size := heads(); !slices.Equal(led, []db.ID{c.Other}) || size != 3 {
			t.Errorf("taken back, %v head a household of %d", led, size)
		}
	})
}
