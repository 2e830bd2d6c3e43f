package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/resident/people"
)

var (
	interestsResource    = door.Resource{Name: "interests", Doc: "Conflicts of interest: what keeps a user from a person"}
	declarationsResource = door.Resource{Name: "declarations", Doc: "One's own declarations of a conflict of interest"}
)

func mountInterestAPI(d *door.Router, a api) {
	door.List(d, declarationsResource, declarers, a.declarations)
	door.Create(d, declarationsResource, declarers, a.declare)
	door.List(d, interestsResource, interestKeepers, a.interests)
	door.Get(d, interestsResource, interestKeepers, a.interest)
	door.Create(d, interestsResource, interestKeepers, a.recordInterest)
	door.Step(d, interestsResource, "match", interestKeepers, a.matchInterest)
	door.Step(d, interestsResource, "end", interestKeepers, a.liftInterest(a.room.EndInterest))
	door.Step(d, interestsResource, "void", interestKeepers, a.liftInterest(a.room.VoidInterest))
}

func (x api) declarations(ctx context.Context, a access.Actor, q door.Paging) (door.Items[people.Declared], error) {
	var out door.Items[people.Declared]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Declarations(ctx, a, before, q.Limit+1)
	out.Items, out.Next = door.Cut(list, q.Limit, func(d people.Declared) string { return d.ID.String() })
	return out, err
}

func (x api) declare(ctx context.Context, a access.Actor, in people.DeclareInput) (people.Declared, error) {
	return x.room.Declare(ctx, a, in)
}

// interestOut is an interest as those who keep them read it in the API.
type interestOut struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Actions  []string      `json:"actions"`
	User     db.ID         `json:"user_id"`
	Person   db.ID         `json:"person_id" doc:"None while it is not known who was meant"`
	Kind     string        `json:"kind"`
	Declared bool          `json:"declared" doc:"By the user; else somebody recorded it"`
	From     calendar.Date `json:"from"`
	Until    calendar.Date `json:"until,omitempty"`
	Number   string        `json:"said_number,omitempty" doc:"What the user declared"`
	Name     string        `json:"said_name,omitempty"`
	Kana     string        `json:"said_kana,omitempty"`
	Born     calendar.Date `json:"said_birth_date,omitempty"`
	Note     string        `json:"note,omitempty"`
}

func interestOutOf(i people.InterestView) interestOut {
	return interestOut{i.ID, i.Status, i.Version, freeSteps(i.Actions), i.User, i.Person, i.Kind, i.Declared, i.From, i.Until,
		i.Said.Number, i.Said.Name, i.Said.Kana, i.Said.Born, i.Said.Note}
}

func (x api) interests(ctx context.Context, a access.Actor, q interestQuery) (door.Items[interestOut], error) {
	var out door.Items[interestOut]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Interests(ctx, a, q.status(), before, q.Limit+1)
	list, out.Next = door.Cut(list, q.Limit, func(i people.InterestView) string { return i.ID.String() })
	for _, i := range list {
		out.Items = append(out.Items, interestOutOf(i))
	}
	return out, err
}

func (x api) interest(ctx context.Context, a access.Actor, id db.ID) (interestOut, error) {
	i, _, err := x.room.InterestOf(ctx, a, id)
	if err != nil {
		return interestOut{}, err
	}
	return interestOutOf(i), nil
}

func (x api) recordInterest(ctx context.Context, a access.Actor, in people.InterestInput) (interestOut, error) {
	i, err := x.room.RecordInterest(ctx, a, in)
	if err != nil {
		return interestOut{}, err
	}
	return x.interest(ctx, a, i.ID)
}

func (x api) matchInterest(ctx context.Context, a access.Actor, id db.ID, in people.MatchInput) (interestOut, error) {
	if _, err := x.room.MatchInterest(ctx, a, id, in); err != nil {
		return interestOut{}, err
	}
	i, _, err := x.room.InterestOf(ctx, a, id)
	return interestOutOf(i), err
}

func (x api) liftInterest(take func(context.Context, access.Actor, db.ID, people.RemoveInput) (people.Interest, error)) func(context.Context, access.Actor, db.ID, people.RemoveInput) (interestOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (interestOut, error) {
		i, err := take(ctx, a, id, in)
		return interestOut{ID: i.ID, Status: i.Status, Version: i.Version, Actions: people.InterestFlow.Free(a, i), User: i.User, Person: i.Person,
			Kind: i.Kind, Declared: i.Declared, From: i.From, Until: i.Until}, err
	}
}
