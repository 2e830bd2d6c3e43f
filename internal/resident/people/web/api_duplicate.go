package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// duplicateOut is a candidate in the API; Weight is in bits.
type duplicateOut struct {
	ID      db.ID        `json:"id"`
	Status  string       `json:"status"`
	Version int64        `json:"version"`
	Actions []string     `json:"actions"`
	Weight  float64      `json:"weight" doc:"How much speaks for one person, in bits"`
	Reasons []reasonOut  `json:"reasons"`
	Persons []personItem `json:"persons" doc:"The two, who was registered first first"`
}

type reasonOut struct {
	Label string  `json:"label"`
	Bits  float64 `json:"bits"`
}

func duplicateOf(ctx context.Context, c people.Candidate) duplicateOut {
	out := duplicateOut{ID: c.ID, Status: c.Status, Version: c.Version, Actions: freeSteps(c.Actions), Weight: float64(c.Weight) / 10, Reasons: []reasonOut{}}
	for _, reason := range c.Reasons.V {
		out.Reasons = append(out.Reasons, reasonOut{text.Word(ctx, reason.Key), reason.Bits})
	}
	for _, m := range []people.Match{c.First, c.Second} {
		item := itemOf(m.Card)
		if item.Visible = m.Visible; !m.Visible {
			item.BirthDate = yearOnly(m.Card)
		}
		out.Persons = append(out.Persons, item)
	}
	return out
}

func (x api) duplicates(ctx context.Context, a access.Actor, q duplicateQuery) (door.Items[duplicateOut], error) {
	var out door.Items[duplicateOut]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Duplicates(ctx, a, q.status(), before, q.Limit+1)
	list, out.Next = door.Cut(list, q.Limit, func(c people.Candidate) string { return c.ID.String() })
	for _, c := range list {
		out.Items = append(out.Items, duplicateOf(ctx, c))
	}
	return out, err
}

func (x api) duplicate(ctx context.Context, a access.Actor, id db.ID) (duplicateOut, error) {
	c, err := x.room.DuplicateOf(ctx, a, id)
	if err != nil {
		return duplicateOut{}, err
	}
	return duplicateOf(ctx, c), nil
}

func (x api) judge(take func(ctx context.Context, a access.Actor, id db.ID, in people.DuplicateInput) (people.Duplicate, error)) func(context.Context, access.Actor, db.ID, people.DuplicateInput) (duplicateOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in people.DuplicateInput) (duplicateOut, error) {
		if _, err := take(ctx, a, id, in); err != nil {
			return duplicateOut{}, err
		}
		return x.duplicate(ctx, a, id)
	}
}
