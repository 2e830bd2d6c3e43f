package cases_test

import (
	"errors"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// TestUndoFollowsWhereTheCaseWent merges a restricted record into one whose case a team has, gives the
// case to another team meanwhile, and takes the merge back.
func TestUndoFollowsWhereTheCaseWent(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		d.people.OnMerge = append(d.people.OnMerge, cases.OnMerge)
		d.people.OnMove = append(d.people.OnMove, cases.OnMove)
		d.people.OnPart = append(d.people.OnPart, cases.OnPart)
		chief, worker := kizunatest.Staff(access.Supervisor), kizunatest.Staff(access.Caseworker)
		chief.Wide = true
		before, after := db.NewID(), db.NewID()
		worker.Teams = []db.ID{before}
		of := func(team db.ID) access.Actor {
			a := kizunatest.Staff(access.Caseworker)
			a.Teams = []db.ID{team}
			return a
		}

		one := d.person(chief, "丸山", "修")
		c, err := d.Open(ctx, chief, cases.OpenInput{Person: one.ID, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		c = d.step(chief, c, "assign", cases.StepInput{Owner: worker.ID, Team: before})
		hidden := d.person(chief, "丸山", "修")
		hidden, err = d.people.Restrict(ctx, chief, hidden.ID, hidden.Version, "見本")
		if err != nil {
			t.Fatal(err)
		}
		pair, err := d.people.Report(ctx, chief, people.ReportInput{Person: one.ID, Other: hidden.ID})
		if err != nil {
			t.Fatal(err)
		}
		version := func(id db.ID) int64 {
			f, err := d.people.Get(ctx, chief, id)
			if err != nil {
				t.Fatal(err)
			}
			return f.Person.Version
		}
		m, err := d.people.Merge(ctx, chief, pair.ID, people.MergeInput{Keep: one.ID, Version: pair.Version, First: version(pair.Person), Second: version(pair.Other)})
		if err != nil {
			t.Fatal(err)
		}
		d.step(chief, c, "assign", cases.StepInput{Owner: kizunatest.Staff(access.Caseworker).ID, Team: after})
		if _, err := d.people.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.people.Get(ctx, of(before), one.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the team that gave the case away opens the person again: %v", err)
		}
		if _, err := d.people.Get(ctx, of(after), one.ID); err != nil {
			t.Errorf("the team that has the case does not reach its person: %v", err)
		}
	})
}
