package people_test

import (
	"context"
	"errors"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// TestWhoHarmedSomebodyNeverShowsOnTheirOwnPage: the tie is the harmed one's, in
// every way of reading it, and who sees only the other cannot tell that it is
// there.
func TestWhoHarmedSomebodyNeverShowsOnTheirOwnPage(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, worker := context.Background(), kizunatest.Staff(access.Caseworker)
		harmed, other := create(t, room, worker, osamu()), create(t, room, worker, osamu())
		tie, err := room.Relate(ctx, worker, people.Relationship{Person: harmed.ID, Other: other.ID, Kind: "perpetrator"})
		if err != nil {
			t.Fatal(err)
		}
		spouse, err := room.Relate(ctx, worker, people.Relationship{Person: harmed.ID, Other: other.ID, Kind: "spouse"})
		if err != nil {
			t.Fatal(err)
		}
		around := func(of db.ID) people.Around {
			x, err := room.Around(ctx, worker, of, room.Today(ctx))
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		if n := len(around(harmed.ID).Ties); n != 2 {
			t.Errorf("%d ties of the harmed", n)
		}
		if x := around(other.ID); len(x.Ties) != 1 || x.Ties[0].ID != spouse.ID {
			t.Errorf("the other's page shows %+v", x.Ties)
		}
		if _, err := around(other.ID).Tie(tie.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("from the other's page: %v", err)
		}
		lines, err := room.History(ctx, worker, other.ID, db.ID{})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if line.Record == tie.ID {
				t.Error("the other's history has the tie")
			}
		}
		if _, err := room.Relate(ctx, worker, people.Relationship{Person: other.ID, Other: harmed.ID, Kind: "perpetrator"}); err != nil {
			t.Errorf("the tie the other way about is told apart: %v", err)
		}

		apart := kizunatest.Staff(access.Caseworker)
		third := create(t, room, apart, osamu())
		if _, _, err := room.Relationship(ctx, apart, tie.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("who sees neither: %v", err)
		}
		if _, err := room.Relate(ctx, apart, people.Relationship{Person: third.ID, Other: harmed.ID, Kind: "friend"}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("somebody was tied to a person one cannot open: %v", err)
		}
		for name, do := range map[string]func() error{
			"change": func() error {
				_, err := room.ChangeRelationship(ctx, apart, tie.ID, people.RelationshipChange{Version: tie.Version})
				return err
			},
			"remove": func() error {
				_, err := room.RemoveRelationship(ctx, apart, tie.ID, people.RemoveInput{Reason: "x", Version: tie.Version})
				return err
			},
		} {
			if err := do(); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s by who sees neither: %v", name, err)
			}
		}
	})
}

// TestTwoAreTiedOnce at a time in one way, from whichever side it is said; what
// ended does not stand in the way.
func TestTwoAreTiedOnce(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, worker := context.Background(), kizunatest.Staff(access.Caseworker)
		parent, child := create(t, room, worker, osamu()), create(t, room, worker, osamu())
		tie, err := room.Relate(ctx, worker, people.Relationship{Person: parent.ID, Other: child.ID, Kind: "child", From: "2000-01-01"})
		if err != nil {
			t.Fatal(err)
		}
		again := people.Relationship{Person: child.ID, Other: parent.ID, Kind: "parent"}
		_, err = room.Relate(ctx, worker, again)
		refused(t, err, "/other_id", "people.fault.already_tied")
		_, err = room.ChangeRelationship(ctx, worker, tie.ID, people.RelationshipChange{From: "2999-01-01", Version: tie.Version})
		refused(t, err, "/from", "fault.future")
		_, err = room.ChangeRelationship(ctx, worker, tie.ID, people.RelationshipChange{Strength: "weak", From: "2000-01-01", Until: "2010-01-01", Version: tie.Version})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := room.RemoveRelationship(ctx, worker, tie.ID, people.RemoveInput{Reason: "誤り", Version: tie.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy: %v", err)
		}
		again.From = "2010-01-02"
		if _, err := room.Relate(ctx, worker, again); err != nil {
			t.Error(err)
		}
		_, err = room.ChangeRelationship(ctx, worker, tie.ID, people.RelationshipChange{From: "2000-01-01", Version: tie.Version + 1})
		refused(t, err, "/from", "people.fault.already_tied")
	})
}
