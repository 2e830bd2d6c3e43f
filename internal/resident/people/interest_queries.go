package people

import (
	"context"
	"encoding/json"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
)

// What an interest says in words is sealed for this.
const (
	saidPurpose = "interest said"
	notePurpose = "interest note"
)

func (r *Room) sealSaid(in DeclareInput) ([]byte, error) {
	plain, err := json.Marshal(DeclareInput{Number: in.Number, Name: in.Name, Kana: in.Kana, Born: in.Born})
	return r.run.Vault.Seal(saidPurpose, plain), err
}

func (r *Room) sealNote(note string) []byte {
	if note == "" {
		return nil
	}
	return r.run.Vault.Seal(notePurpose, []byte(note))
}

// unsealed is what an interest says in words.
func (r *Room) unsealed(i Interest) (in DeclareInput, err error) {
	if len(i.Said) > 0 {
		plain, err := r.run.Vault.Unseal(saidPurpose, i.Said)
		if err == nil {
			err = json.Unmarshal(plain, &in)
		}
		if err != nil {
			return in, err
		}
	}
	if len(i.Note) > 0 {
		plain, err := r.run.Vault.Unseal(notePurpose, i.Note)
		if err != nil {
			return in, err
		}
		in.Note = string(plain)
	}
	return in, nil
}

func declaredOf(i Interest, in DeclareInput) Declared {
	return Declared{ID: i.ID, Kind: i.Kind, From: i.From, Until: i.Until, Ended: i.Status == "ended",
		Number: in.Number, Name: in.Name, Kana: in.Kana, Born: in.Born, Note: in.Note}
}

// Declarations lists what the actor declared, the latest first, from before one (zero: from the
// latest): as they said it, and never whether anybody was found by it.
func (r *Room) Declarations(ctx context.Context, a access.Actor, before db.ID, limit int) ([]Declared, error) {
	if !a.Is(declarers...) {
		return nil, fault.NotFound()
	}
	out := []Declared{}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		list, err := declaredBy(q, a.ID, before, limit)
		if err != nil {
			return err
		}
		for _, i := range list {
			in, err := r.unsealed(i)
			if err != nil {
				return err
			}
			out = append(out, declaredOf(i, in))
		}
		return nil
	})
	return out, err
}

// InterestView is an interest as those who keep them are shown it.
type InterestView struct {
	Interest
	Said     Declared
	UserName text.Pair
	Card     Card // zero when nobody was found yet; an administrator reads the number alone
	Actions  []flow.Action
}

// InterestStatuses are the lists of interests that are shown.
var InterestStatuses = []string{"declared", "stands", "ended", "refuted"}

// Interests lists the interests in a status that the actor looks after, the latest first, from before
// one (zero: from the latest).
func (r *Room) Interests(ctx context.Context, a access.Actor, status string, before db.ID, limit int) ([]InterestView, error) {
	if !a.Is(interestKeepers...) {
		return nil, fault.NotFound()
	}
	if !slices.Contains(InterestStatuses, status) {
		return nil, fault.Invalid(fault.Field{Pointer: "/status", Key: "fault.bad_choice"})
	}
	var out []InterestView
	err := r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listInterests(q, a, r.run.Now(), status, before, limit)
		if err == nil {
			out, err = r.viewInterests(q, a, list)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, r.run.Reads.Note(ctx, a, "listed", "interest", db.ID{}, status)
}

// InterestOf gives one interest with its history.
func (r *Room) InterestOf(ctx context.Context, a access.Actor, id db.ID) (InterestView, []journal.Row, error) {
	var out InterestView
	var rows []journal.Row
	err := r.run.Read(ctx, func(q *db.Reader) error {
		i, err := loadInterest(q, a, r.run.Now(), id)
		if err != nil {
			return err
		}
		list, err := r.viewInterests(q, a, []Interest{i})
		if err != nil {
			return err
		}
		out = list[0]
		rows, err = journal.History(q, id, db.ID{}, 50)
		return err
	})
	return out, rows, err
}

// InterestsIn gives what is said of others and a person whom the actor sees.
func (r *Room) InterestsIn(ctx context.Context, a access.Actor, person db.ID) ([]InterestView, error) {
	if !a.Is(interestKeepers...) {
		return nil, fault.NotFound()
	}
	var out []InterestView
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), person); err != nil {
			return err
		}
		list, err := interestsIn(q, a, person)
		if err == nil {
			out, err = r.viewInterests(q, a, list)
		}
		return err
	})
	return out, err
}

func (r *Room) viewInterests(q db.Q, a access.Actor, list []Interest) ([]InterestView, error) {
	var users, persons []db.ID
	for _, i := range list {
		users = append(users, i.User)
		if !i.Person.IsZero() {
			persons = append(persons, i.Person)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	names, err := account.Names(q, users)
	if err != nil {
		return nil, err
	}
	cards, err := CardsOf(q, persons...)
	if err != nil {
		return nil, err
	}
	out := make([]InterestView, len(list))
	for n, i := range list {
		in, err := r.unsealed(i)
		if err != nil {
			return nil, err
		}
		card := cards[i.Person]
		if !a.Is(access.Supervisor) {
			card = Card{ID: card.ID, Number: card.Number, Status: card.Status}
		}
		out[n] = InterestView{Interest: i, Said: declaredOf(i, in), UserName: names[i.User], Card: card, Actions: InterestFlow.Actions(a, i)}
	}
	return out, nil
}

// mostCalled bounds who is offered to record an interest of.
const mostCalled = 20

// UsersCalled lists users of the agency and of providers by how a part of their name begins, for who
// records that one has an interest. Nobody records their own.
func (r *Room) UsersCalled(ctx context.Context, a access.Actor, begins string) ([]account.Somebody, error) {
	if !a.Is(interestKeepers...) {
		return nil, fault.NotFound()
	}
	var out []account.Somebody
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = account.Called(q, begins, mostCalled)
		return err
	})
	return slices.DeleteFunc(out, func(u account.Somebody) bool { return u.ID == a.ID }), err
}
