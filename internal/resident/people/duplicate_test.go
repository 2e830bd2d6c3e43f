package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func weigh(t *testing.T, room *people.Room, p people.Person) {
	t.Helper()
	if err := room.Weigh(context.Background(), p.ID); err != nil {
		t.Fatal(err)
	}
}

func duplicates(t *testing.T, room *people.Room, a access.Actor, status string) []people.Candidate {
	t.Helper()
	list, err := room.Duplicates(context.Background(), a, status, db.ID{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// again is the same resident as somebody else wrote him down: in kana, with another address.
func again() people.PersonInput {
	in := osamu()
	in.Names = []people.NameInput{{Family: "タカハシ", Given: "オサム"}}
	in.Addresses = nil
	return in
}

func TestADuplicateIsFoundWhereverItComesFrom(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, worker := context.Background(), kizunatest.Staff(access.Caseworker)
		first := create(t, room, worker, osamu())
		weigh(t, room, first)
		second := create(t, room, worker, again())
		weigh(t, room, second)
		weigh(t, room, first) // whoever is compared later finds nothing new
		list := duplicates(t, room, worker, "open")
		if len(list) != 1 || list[0].Person != first.ID || list[0].Other != second.ID {
			t.Fatalf("%d candidates: %+v", len(list), list)
		}
		found := list[0]

		// A correction shows that they are two, and another that they are one after all.
		in := people.EditInput{PersonInput: again(), Version: second.Version}
		in.Names, in.BirthDate, in.Contacts = []people.NameInput{{Family: "タカハシ", Given: "ケンジ"}}, "1991-07-30", nil
		second, err := room.Edit(ctx, worker, second.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		weigh(t, room, second)
		if list := duplicates(t, room, worker, "open"); len(list) != 0 {
			t.Errorf("still a candidate: %+v", list)
		}
		in = people.EditInput{PersonInput: again(), Version: second.Version}
		if second, err = room.Edit(ctx, worker, second.ID, in); err != nil {
			t.Fatal(err)
		}
		weigh(t, room, second)
		list = duplicates(t, room, worker, "open")
		if len(list) != 1 || list[0].ID != found.ID {
			t.Fatalf("not found again: %+v", list)
		}

		// What was said to be two is not proposed again, until somebody takes that back.
		if _, err := room.Dismiss(ctx, worker, found.ID, people.DuplicateInput{Version: list[0].Version, Reason: "二人とも窓口で会った"}); err != nil {
			t.Fatal(err)
		}
		weigh(t, room, second)
		if list := duplicates(t, room, worker, "open"); len(list) != 0 {
			t.Errorf("proposed again: %+v", list)
		}
		said := duplicates(t, room, worker, "not_duplicate")
		if len(said) != 1 {
			t.Fatalf("%+v", said)
		}
		if _, err := room.Reopen(ctx, worker, found.ID, people.DuplicateInput{Version: said[0].Version}); err != nil {
			t.Fatal(err)
		}
		if list := duplicates(t, room, worker, "open"); len(list) != 1 {
			t.Errorf("not taken back: %+v", list)
		}
	})
}

// TestADuplicateTellsNothingThatIsWithheld has the two in hands that do not know of each other, one
// restricted, and one whose address is protected.
func TestADuplicateTellsNothingThatIsWithheld(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		run.Subscribe("person.changed", "people.weigh")
		ctx := context.Background()
		worker, other, chief := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor)
		chief.Wide = true
		first, second := create(t, room, worker, osamu()), create(t, room, other, osamu())
		weigh(t, room, second)
		list := duplicates(t, room, worker, "open")
		if len(list) != 1 || !list[0].First.Visible || list[0].Second.Visible {
			t.Fatalf("the caseworker of one sees %+v", list)
		}
		if list := duplicates(t, room, kizunatest.Staff(access.Caseworker), "open"); len(list) != 0 {
			t.Errorf("the caseworker of neither sees %+v", list)
		}
		if _, err := room.Protect(ctx, chief, second.ID, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: second.Version}); err != nil {
			t.Fatal(err)
		}
		untold := func(when string) {
			for _, c := range duplicates(t, room, worker, "open") {
				for _, reason := range c.Reasons.V {
					if strings.Contains(reason.Key, "address") || strings.Contains(reason.Key, "phone") {
						t.Errorf("%s a protected contact is told: %+v", when, reason)
					}
				}
			}
		}
		untold("at once")
		var queued int
		if err := run.Read(ctx, func(q *db.Reader) (err error) {
			queued, err = db.One[int](q, "SELECT COUNT(*) FROM job WHERE kind = 'people.weigh'")
			return err
		}); err != nil || queued != 1 {
			t.Errorf("%d are to be weighed again, %v", queued, err)
		}
		weigh(t, room, second)
		untold("weighed again")
		if alike, err := room.Alike(ctx, worker, osamu()); err != nil || len(alike) != 2 {
			t.Fatalf("%d are alike, %v", len(alike), err)
		}

		second, err := load(ctx, room, chief, second.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := room.Restrict(ctx, chief, second.ID, second.Version, "見本"); err != nil {
			t.Fatal(err)
		}
		if list := duplicates(t, room, worker, "open"); len(list) != 0 {
			t.Errorf("a restricted person is told of: %+v", list)
		}
		if list := duplicates(t, room, chief, "open"); len(list) != 1 {
			t.Errorf("who restricted it sees %d", len(list))
		}
		alike, err := room.Alike(ctx, worker, osamu())
		if err != nil || len(alike) != 1 || alike[0].Card.ID != first.ID {
			t.Errorf("alike to the creator: %+v, %v", alike, err)
		}
	})
}

func load(ctx context.Context, room *people.Room, a access.Actor, id db.ID) (people.Person, error) {
	f, err := room.Get(ctx, a, id)
	return f.Person, err
}

// TestTwoWhoAreWeighedAtOnceAreOneCandidate has both records compared by two workers at the same time.
func TestTwoWhoAreWeighedAtOnceAreOneCandidate(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		for i := range 5 {
			in := osamu()
			in.BirthDate = in.BirthDate.AddYears(i)
			in.Contacts = nil
			first, second := create(t, room, worker, in), create(t, room, worker, in)
			var group sync.WaitGroup
			for _, p := range []people.Person{first, second, first, second} {
				group.Go(func() {
					if err := room.Weigh(context.Background(), p.ID); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			list := duplicates(t, room, worker, "open")
			n := 0
			for _, d := range list {
				if d.Person == first.ID && d.Other == second.ID {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("%d candidates of the two among %d", n, len(list))
			}
		}
	})
}

// TestManyAlikeAreFewCandidates registers one person thirty times over.
func TestManyAlikeAreFewCandidates(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		var last people.Person
		for range 30 {
			last = create(t, room, worker, osamu())
			weigh(t, room, last)
		}
		weigh(t, room, last) // whoever is compared again finds no more
		if err := run.Read(t.Context(), func(q *db.Reader) error {
			mine, err := db.One[int](q, "SELECT COUNT(*) FROM duplicate WHERE status = 'open' AND (person = ? OR other = ?)", last.ID, last.ID)
			if mine != 20 {
				t.Errorf("%d candidates", mine)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
