package people_test

import (
	"errors"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestACircumstanceIsChangedAndTakenBack(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "living")
		c, err := room.AddCircumstance(f.ctx, f.worker, people.Circumstance{Person: f.him.ID, Kind: "income", Minor: 100_000, Currency: "JPY", Period: "month", From: "2026-01-01"})
		if err != nil {
			t.Fatal(err)
		}
		income := func() int64 {
			x, h := f.around(f.worker, f.him.ID)
			sum, err := x.RollUp(h, f.today)
			if err != nil {
				t.Fatal(err)
			}
			if len(sum.Income) == 0 {
				return 0
			}
			return sum.Income[0].Money.Minor
		}
		if got := income(); got != 100_000 {
			t.Errorf("income is %d", got)
		}
		change := people.CircumstanceChange{Minor: 80_000, Currency: "JPY", Period: "month", From: "2026-01-01", Evidence: "seen", Version: c.Version}
		now, err := room.ChangeCircumstance(f.ctx, f.worker, c.ID, change)
		if err != nil || now.Kind != "income" || now.Person != f.him.ID || now.Evidence != "seen" {
			t.Fatalf("%+v: %v", now, err)
		}
		if got := income(); got != 80_000 {
			t.Errorf("after the change income is %d", got)
		}
		if _, err := room.ChangeCircumstance(f.ctx, f.worker, c.ID, change); !errors.Is(err, fault.KindConflict) {
			t.Errorf("of two with one copy the second: %v", err)
		}
		if _, err := room.RemoveCircumstance(f.ctx, f.worker, c.ID, people.RemoveInput{Version: now.Version}); err == nil {
			t.Error("taken back without a reason")
		}
		for _, a := range []access.Actor{kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.IntakeWorker)} {
			_, err := room.ChangeCircumstance(f.ctx, a, c.ID, change)
			if _, _, reads := room.Circumstance(f.ctx, a, c.ID); !errors.Is(err, fault.KindNotFound) || !errors.Is(reads, fault.KindNotFound) {
				t.Errorf("another's: %v, %v", err, reads)
			}
		}
		if _, err := room.RemoveCircumstance(f.ctx, f.worker, c.ID, people.RemoveInput{Reason: "別の人の分だった", Version: now.Version}); err != nil {
			t.Fatal(err)
		}
		life, err := room.Circumstances(f.ctx, f.worker, f.him.ID)
		if err != nil || len(life.Circumstances) != 0 || income() != 0 {
			t.Errorf("%+v, income %d: %v", life, income(), err)
		}
	})
}

func TestACircumstanceThatCannotBe(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		a := kizunatest.Staff(access.Caseworker)
		p := create(t, room, a, osamu())
		for name, x := range map[string]struct {
			c       people.Circumstance
			at, key string
		}{
			"of no kind":               {people.Circumstance{Detail: "x"}, "/kind", "fault.bad_choice"},
			"that says nothing":        {people.Circumstance{Kind: "disability"}, "/detail", "fault.required"},
			"housing of no kind":       {people.Circumstance{Kind: "housing", Detail: "2階"}, "/housing", "fault.required"},
			"housing of another kind":  {people.Circumstance{Kind: "housing", Housing: "castle"}, "/housing", "fault.bad_choice"},
			"a pension that is rented": {people.Circumstance{Kind: "income", Housing: "rented", Minor: 1, Currency: "JPY"}, "/housing", "people.fault.housing_only"},
			"an income of nobody":      {people.Circumstance{Kind: "income"}, "/amount", "fault.required"},
			"less than nothing":        {people.Circumstance{Kind: "income", Minor: -1, Currency: "JPY"}, "/amount", "fault.negative"},
			"more than anybody has":    {people.Circumstance{Kind: "asset", Minor: 1 << 60, Currency: "JPY"}, "/amount", "people.fault.amount_too_large"},
			"in no money":              {people.Circumstance{Kind: "income", Minor: 1, Currency: "ZZZ"}, "/currency", "ledger.currency"},
			"every now and then":       {people.Circumstance{Kind: "income", Minor: 1, Currency: "JPY", Period: "week"}, "/period", "fault.bad_choice"},
			"known from hearsay":       {people.Circumstance{Kind: "disability", Detail: "x", Evidence: "rumour"}, "/evidence", "fault.bad_choice"},
			"over before it had begun": {people.Circumstance{Kind: "disability", Detail: "x", From: "2026-02-01", Until: "2026-01-01"}, "/until", "people.fault.until_before_from"},
		} {
			t.Run(name, func(t *testing.T) {
				x.c.Person = p.ID
				_, err := room.AddCircumstance(t.Context(), a, x.c)
				refused(t, err, x.at, x.key)
			})
		}
		if _, err := room.AddCircumstance(t.Context(), a, people.Circumstance{Person: p.ID, Kind: "income", Currency: "JPY", Period: "month"}); err != nil {
			t.Errorf("an income of nothing: %v", err)
		}
	})
}

// TestAHouseholdIsTakenBack with all its memberships, by a supervisor who may open everybody's record.
func TestAHouseholdIsTakenBack(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "registered")
		in := people.RemoveInput{Reason: "別の世帯だった", Version: f.version()}
		if _, err := room.VoidHousehold(f.ctx, f.worker, f.home.ID, in); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("by a caseworker: %v", err)
		}
		near := kizunatest.Staff(access.Supervisor)
		stranger := create(t, room, near, osamu())
		if _, err := room.VoidHousehold(f.ctx, near, f.home.ID, in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("by who sees nobody of it: %v", err)
		}
		chief := wide()
		if _, err := room.Join(f.ctx, chief, f.home.ID, people.JoinInput{Person: stranger.ID, Relation: "other", From: "2020-01-01", Version: in.Version}); err != nil {
			t.Fatal(err)
		}
		in.Version = f.version()
		if _, err := room.VoidHousehold(f.ctx, near, f.home.ID, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("by who sees one of them: %v", err)
		}
		if _, err := room.VoidHousehold(f.ctx, chief, f.home.ID, people.RemoveInput{Version: in.Version}); err == nil {
			t.Error("taken back without a reason")
		}
		if _, err := room.VoidHousehold(f.ctx, chief, f.home.ID, in); err != nil {
			t.Fatal(err)
		}
		x, err := room.Around(f.ctx, f.worker, f.him.ID, f.today)
		if err != nil || len(x.Households) != 0 {
			t.Errorf("still there: %+v, %v", x.Households, err)
		}
		if _, err := room.CreateHousehold(f.ctx, f.worker, people.HouseholdInput{Kind: "registered", Members: []people.MemberInput{{Person: f.him.ID, From: "2016-01-01"}}}); err != nil {
			t.Errorf("he cannot be registered where he was: %v", err)
		}
	})
}

// TestHousingFromBefore was written down as words only: it can be ended as it is, and say of what kind it was, after
// which it is of a kind for good.
func TestHousingFromBefore(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		a := kizunatest.Staff(access.Caseworker)
		p := create(t, room, a, osamu())
		x, err := room.AddCircumstance(t.Context(), a, people.Circumstance{Person: p.ID, Kind: "housing", Housing: "owned", Detail: "賃貸アパート"})
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Data.Write(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE circumstance SET housing = '' WHERE id = ?", x.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		change := func(in people.CircumstanceChange) (people.Circumstance, error) {
			in.From, in.Evidence, in.Version = "2008-05-01", "seen", x.Version
			return room.ChangeCircumstance(t.Context(), a, x.ID, in)
		}
		_, err = change(people.CircumstanceChange{})
		refused(t, err, "/housing", "fault.required")
		if x, err = change(people.CircumstanceChange{Detail: "賃貸アパート", Until: "2020-03-31"}); err != nil || x.Housing != "" {
			t.Fatalf("ended: %+v, %v", x, err)
		}
		if x, err = change(people.CircumstanceChange{Detail: "アパートの3階", Housing: "rented"}); err != nil || x.Housing != "rented" || x.Detail != "アパートの3階" {
			t.Fatalf("%+v, %v", x, err)
		}
		if x, err = change(people.CircumstanceChange{}); err != nil || x.Housing != "rented" {
			t.Errorf("it is of no kind again: %+v, %v", x, err)
		}
	})
}
