package people_test

import (
	"errors"
	"slices"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// hired is a user of the agency, who comes in afresh with as.
func hired(t *testing.T, run *op.Runner, mail string, roles ...access.Role) access.Actor {
	t.Helper()
	admin := kizunatest.Staff(access.Administrator)
	in := account.UserInput{Mail: mail, Name: text.Pair{JA: "架空 職員", EN: "Invented Worker"}, Roles: roles}
	if slices.Contains(access.ProviderRoles, roles[0]) {
		in.Provider = db.NewID()
	}
	u, err := account.New(run, agency.New(run)).CreateUser(t.Context(), admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return as(t, run, u.ID)
}

// as is a user as the next click finds them.
func as(t *testing.T, run *op.Runner, user db.ID) access.Actor {
	t.Helper()
	opened, err := account.New(run, agency.New(run)).User(t.Context(), access.TheSystem(), user)
	if err != nil {
		t.Fatal(err)
	}
	return account.ActorOf(opened)
}

func numbered(t *testing.T, run *op.Runner, id db.ID, number string) {
	t.Helper()
	err := run.Data.Write(t.Context(), func(tx *db.Tx) error {
		_, err := db.Exec(tx, "UPDATE person SET number = ? WHERE id = ?", number, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func missing(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, fault.KindNotFound) {
		t.Errorf("%s: %v, want not found", what, err)
	}
}

// Who declares that they know somebody is shown nothing of them from the next click on, in no list
// and no search, and neither is somebody who sees widely; a colleague still is.
func TestADeclarationKeepsOneOut(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := t.Context()
		colleague := kizunatest.Staff(access.Caseworker)
		worker := hired(t, run, "worker@agency.example", access.Caseworker, access.ProgramManager)
		worker.Teams = colleague.Teams
		p, other := create(t, room, colleague, osamu()), create(t, room, colleague, again())
		numbered(t, run, p.ID, "20260001")
		if _, err := room.Relate(ctx, colleague, people.Relationship{Person: other.ID, Other: p.ID, Kind: "sibling"}); err != nil {
			t.Fatal(err)
		}
		file(t, room, worker, p.ID)
		if _, err := room.Declare(ctx, worker, people.DeclareInput{Kind: "family", Number: "20260001"}); err != nil {
			t.Fatal(err)
		}
		for _, wide := range []bool{true, false} {
			again := as(t, run, worker.ID)
			again.Teams, again.Wide = worker.Teams, wide
			missing(t, "opened", second(room.Get(ctx, again, p.ID)))
			missing(t, "history", second(room.History(ctx, again, p.ID, db.ID{})))
			missing(t, "changed", second(room.Edit(ctx, again, p.ID, people.EditInput{PersonInput: osamu(), Version: 1})))
			missing(t, "tied", second(room.Relate(ctx, again, people.Relationship{Person: p.ID, Other: other.ID, Kind: "friend"})))
			list, err := room.List(ctx, again, db.ID{}, 50)
			if err != nil || len(list) != 1 || list[0].ID != other.ID {
				t.Errorf("wide %v: the list is %v (%v)", wide, list, err)
			}
			found, err := room.Search(ctx, again, "髙橋 修", 10)
			if err != nil || slices.ContainsFunc(found, func(m people.Match) bool { return m.Card.ID == p.ID }) {
				t.Errorf("wide %v: found %v (%v)", wide, found, err)
			}
			alike, err := room.Alike(ctx, again, osamu())
			if err != nil || slices.ContainsFunc(alike, func(m people.Match) bool { return m.Card.ID == p.ID }) {
				t.Errorf("wide %v: alike %v (%v)", wide, alike, err)
			}
			if f := file(t, room, again, other.ID); f.Others[p.ID].Name != "" {
				t.Errorf("wide %v: the sibling's page names them: %v", wide, f.Others)
			}
			file(t, room, colleague, p.ID)
		}
	})
}

// What somebody is told of a declaration is the same whether there is such a person or not.
func TestADeclarationTellsNothing(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := t.Context()
		p := create(t, room, kizunatest.Staff(access.Caseworker), osamu())
		numbered(t, run, p.ID, "20260001")
		helper := hired(t, run, "helper@provider.example", access.ProviderStaff)
		var answers []people.Declared
		for _, number := range []string{"20260001", "20260002"} {
			if _, err := room.Declare(ctx, helper, people.DeclareInput{Kind: "close", Number: number}); err != nil {
				t.Fatal(err)
			}
		}
		answers, err := room.Declarations(ctx, helper, db.ID{}, 50)
		if err != nil || len(answers) != 2 {
			t.Fatal(answers, err)
		}
		for i := range answers {
			answers[i].ID, answers[i].Number = db.ID{}, ""
		}
		if answers[0] != answers[1] {
			t.Errorf("%+v, %+v", answers[0], answers[1])
		}
		missing(t, "by a card", second(room.Declare(ctx, helper, people.DeclareInput{Kind: "close", Person: p.ID})))
		missing(t, "a resident's", second(room.Declare(ctx, access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}}, people.DeclareInput{Kind: "close", Name: "誰か"})))
		for name, in := range map[string]people.DeclareInput{"nobody": {Kind: "close"}, "no kind": {Name: "誰か"}, "to be born": {Kind: "close", Name: "誰か", Born: "2999-01-01"}} {
			if _, err := room.Declare(ctx, helper, in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A supervisor records, matches and ends; the one concerned neither sees it nor ends it.
func TestWhoKeepsInterests(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := t.Context()
		chief := hired(t, run, "chief@agency.example", access.Supervisor)
		chief.Wide = true
		worker := hired(t, run, "worker@agency.example", access.Supervisor)
		worker.Wide = true
		p := create(t, room, chief, osamu())
		in := people.InterestInput{User: worker.ID, Person: p.ID, Kind: "harm", Note: "夫"}
		told := 0
		room.OnInterest = append(room.OnInterest, func(_ *op.Tx, user, person db.ID) error {
			if user == worker.ID && person == p.ID {
				told++
			}
			return nil
		})
		missing(t, "by a caseworker", second(room.RecordInterest(ctx, kizunatest.Staff(access.Caseworker), in)))
		missing(t, "by who does not see the person", second(room.RecordInterest(ctx, kizunatest.Staff(access.Supervisor), in)))
		own := in
		own.User = chief.ID
		if _, err := room.RecordInterest(ctx, chief, own); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("one's own: %v", err)
		}
		i, err := room.RecordInterest(ctx, chief, in)
		if err != nil || told != 1 {
			t.Fatal(err, told)
		}
		if _, err := room.RecordInterest(ctx, chief, in); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("twice: %v", err)
		}
		worker = as(t, run, worker.ID)
		worker.Wide = true
		missing(t, "opened", second(room.Get(ctx, worker, p.ID)))
		missing(t, "ended by the one concerned", second(room.EndInterest(ctx, worker, i.ID, people.RemoveInput{Reason: "違う", Version: i.Version})))
		if list, err := room.Interests(ctx, worker, "stands", db.ID{}, 50); err != nil || len(list) != 0 {
			t.Errorf("the one concerned sees %v (%v)", list, err)
		}
		if list, err := room.Declarations(ctx, worker, db.ID{}, 50); err != nil || len(list) != 0 {
			t.Errorf("what others recorded is told: %v (%v)", list, err)
		}
		list, err := room.InterestsIn(ctx, chief, p.ID)
		if err != nil || len(list) != 1 || list[0].Said.Note != "夫" {
			t.Fatalf("%+v (%v)", list, err)
		}
		if _, err := room.EndInterest(ctx, chief, i.ID, people.RemoveInput{Reason: "別人だった", Version: i.Version}); err != nil {
			t.Fatal(err)
		}
		if worker = as(t, run, worker.ID); worker.Barred {
			t.Error("still barred")
		}
		worker.Wide = true
		file(t, room, worker, p.ID)

		// Said by name only: somebody finds out who is meant.
		if _, err := room.Declare(ctx, worker, people.DeclareInput{Kind: "family", Name: "髙橋 修"}); err != nil {
			t.Fatal(err)
		}
		open, err := room.Interests(ctx, chief, "declared", db.ID{}, 50)
		if err != nil || len(open) != 1 || open[0].Said.Name != "髙橋 修" {
			t.Fatalf("%+v (%v)", open, err)
		}
		if _, err := room.MatchInterest(ctx, chief, open[0].ID, people.MatchInput{Person: p.ID, Version: open[0].Version}); err != nil {
			t.Fatal(err)
		}
		worker = as(t, run, worker.ID)
		worker.Wide = true
		missing(t, "opened once it was matched", second(room.Get(ctx, worker, p.ID)))
	})
}

// A bar goes with the person when two records become one, and back; what was said while they were
// one keeps from both.
func TestInterestsAndMerging(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx, chief := t.Context(), wide()
		worker, late := hired(t, run, "worker@agency.example", access.ProgramManager), hired(t, run, "late@agency.example", access.ProgramManager)
		c := pairOf(t, room, chief, again())
		if _, err := room.RecordInterest(ctx, chief, people.InterestInput{User: worker.ID, Person: c.Other, Kind: "family"}); err != nil {
			t.Fatal(err)
		}
		sees := func(user db.ID, person db.ID, want bool) {
			t.Helper()
			if _, err := room.Get(ctx, as(t, run, user), person); (err == nil) != want {
				t.Errorf("sees: %v, want %v", err, want)
			}
		}
		sees(worker.ID, c.Person, true)
		sees(worker.ID, c.Other, false)
		m, err := room.Merge(ctx, chief, c.ID, asSeen(t, room, chief, c, c.Person))
		if err != nil {
			t.Fatal(err)
		}
		sees(worker.ID, c.Person, false)
		missing(t, "led on from the record that was merged", second(room.Standing(ctx, as(t, run, worker.ID), c.Other)))
		missing(t, "history of the record that was merged", second(room.History(ctx, as(t, run, worker.ID), c.Other, db.ID{})))
		if _, err := room.RecordInterest(ctx, chief, people.InterestInput{User: late.ID, Person: c.Person, Kind: "close"}); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		sees(worker.ID, c.Person, true)
		sees(worker.ID, c.Other, false)
		sees(late.ID, c.Person, false)
		sees(late.ID, c.Other, false)
	})
}

// A user who is called as the person, somebody they live with or somebody who harmed them is shown to
// who leads, until it was decided; never to themselves.
func TestPossibleInterests(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := t.Context()
		chief := hired(t, run, "chief@agency.example", access.Supervisor)
		chief.Wide = true
		named := func(mail, ja, sort string, roles ...access.Role) db.ID {
			t.Helper()
			in := account.UserInput{Mail: mail, Name: text.Pair{JA: ja, Sort: sort}, Roles: roles}
			if roles[0] == access.ProviderStaff {
				in.Provider = db.NewID()
			}
			u, err := account.New(run, agency.New(run)).CreateUser(ctx, kizunatest.Staff(access.Administrator), in)
			if err != nil {
				t.Fatal(err)
			}
			return u.ID
		}
		himself := named("osamu@agency.example", "高橋 修", "", access.Caseworker) // 高 for 髙
		harmer := named("kenji@provider.example", "佐藤 健二", "", access.ProviderStaff)
		named("other@agency.example", "高橋 花子", "", access.Caseworker)
		p := create(t, room, chief, osamu())
		bad := create(t, room, chief, people.PersonInput{Names: []people.NameInput{{Family: "佐藤", Given: "健二"}}})
		if _, err := room.Relate(ctx, chief, people.Relationship{Person: p.ID, Other: bad.ID, Kind: "perpetrator"}); err != nil {
			t.Fatal(err)
		}
		found := func() []db.ID {
			t.Helper()
			list, err := room.PossibleInterests(ctx, chief, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			var out []db.ID
			for _, x := range list {
				out = append(out, x.User.ID)
			}
			return out
		}
		if got := found(); len(got) != 2 || !slices.Contains(got, himself) || !slices.Contains(got, harmer) {
			t.Fatalf("found %v, want %v and %v", got, himself, harmer)
		}
		if _, err := room.RefuteInterest(ctx, chief, people.InterestInput{User: himself, Person: p.ID}); err != nil {
			t.Fatal(err)
		}
		if got := found(); !slices.Equal(got, []db.ID{harmer}) {
			t.Errorf("after one was refuted: %v", got)
		}
		if _, err := room.RecordInterest(ctx, chief, people.InterestInput{User: harmer, Person: p.ID, Kind: "harm"}); err != nil {
			t.Fatal(err)
		}
		if got := found(); len(got) != 0 {
			t.Errorf("after both were decided: %v", got)
		}
		missing(t, "for a caseworker", second(room.PossibleInterests(ctx, kizunatest.Staff(access.Caseworker), p.ID)))
	})
}
