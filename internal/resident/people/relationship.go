package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Strengths are how strong a tie is; "" is not said.
var Strengths = []string{"strong", "weak", "strained"}

// backwards is what somebody is to the one who is this to them. Kinds that are
// not here have no name of their own from the other side.
var backwards = map[string]string{
	"spouse": "spouse", "partner": "partner", "sibling": "sibling", "neighbour": "neighbour", "friend": "friend",
	"parent": "child", "child": "parent", "grandparent": "grandchild", "grandchild": "grandparent",
}

// same reports whether two ties say the same of the same two, from whichever
// side.
func (t Relationship) same(o Relationship) bool {
	return t.Person == o.Person && t.Other == o.Other && t.Kind == o.Kind ||
		t.Person == o.Other && t.Other == o.Person && backwards[t.Kind] == o.Kind
}

// overlaps reports whether two ties have a day in common.
func (t Relationship) overlaps(o Relationship) bool {
	return Member{From: t.From, Until: t.Until}.overlaps(Member{From: o.From, Until: o.Until})
}

func (t Relationship) validate(today calendar.Date) error {
	var f fault.Fields
	choose(&f, "/kind", t.Kind, RelationshipKinds)
	if t.Strength != "" {
		choose(&f, "/strength", t.Strength, Strengths)
	}
	if t.Manner != "" {
		choose(&f, "/manner", t.Manner, MannersOf(t.Kind))
	}
	switch {
	case t.Other.IsZero():
		f.Add("/other_id", "fault.required")
	case t.Person == t.Other:
		f.Add("/other_id", "fault.bad_choice")
	}
	past(&f, t.From, t.Until, today)
	return f.Err()
}

// past checks days that cannot be to come.
func past(f *fault.Fields, from, until, today calendar.Date) {
	if from > today {
		f.Add("/from", "fault.future")
	}
	if until > today {
		f.Add("/until", "fault.future")
	}
	period(f, "", from, until)
}

// Relate ties two persons the actor sees.
func (r *Room) Relate(ctx context.Context, a access.Actor, t Relationship) (Relationship, error) {
	if err := t.validate(r.today(ctx)); err != nil {
		return t, err
	}
	return op.Do(ctx, r.run, a, "relationship.add "+t.Person.String(), t, func(tx *op.Tx) (Relationship, error) {
		if _, err := standing(tx, a, []db.ID{t.Person, t.Other}); err != nil {
			return t, err
		}
		if err := tiedOnce(tx, t, "/other_id"); err != nil {
			return t, err
		}
		return flow.Create(tx, RelationshipFlow, "add", t)
	})
}

// tiedOnce refuses a tie that the two have already at the time. Both persons
// are held, so that two who say the same do not both get through.
func tiedOnce(tx *op.Tx, t Relationship, at string) error {
	ties, err := tiesOf(tx, t.Person, t.Other)
	if slices.ContainsFunc(ties, func(o Relationship) bool { return o.ID != t.ID && t.same(o) && t.overlaps(o) }) {
		return fault.Invalid(fault.Field{Pointer: at, Key: "people.fault.already_tied"})
	}
	return err
}

// RelationshipChange is how strong a tie is, its manner and when it was, as somebody who saw
// a version corrects it. What the tie is, and between whom, does not change:
// that is another tie.
type RelationshipChange struct {
	Strength string        `json:"strength,omitempty"`
	Manner   string        `json:"manner,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
	Version  int64         `json:"version"`
}

// ChangeRelationship corrects a tie of a person the actor sees, or ends it.
func (r *Room) ChangeRelationship(ctx context.Context, a access.Actor, id db.ID, in RelationshipChange) (Relationship, error) {
	var f fault.Fields
	if in.Strength != "" {
		choose(&f, "/strength", in.Strength, Strengths)
	}
	past(&f, in.From, in.Until, r.today(ctx))
	if err := f.Err(); err != nil {
		return Relationship{}, err
	}
	return op.Do(ctx, r.run, a, "relationship.change "+id.String(), in, func(tx *op.Tx) (Relationship, error) {
		t, err := loadTie(tx, a, tx.Now(), id)
		if err == nil {
			err = flow.Fresh(t, in.Version)
		}
		if err == nil && in.Manner != "" && !slices.Contains(MannersOf(t.Kind), in.Manner) {
			err = fault.Invalid(fault.Field{Pointer: "/manner", Key: "fault.bad_choice"})
		}
		if err == nil {
			err = hold(tx, []db.ID{t.Person, t.Other})
		}
		if err != nil {
			return t, err
		}
		now := t
		now.From, now.Until = in.From, in.Until
		if err := tiedOnce(tx, now, "/from"); err != nil {
			return t, err
		}
		return flow.Take(tx, RelationshipFlow, "change", t, func(x *Relationship) {
			x.Strength, x.Manner, x.From, x.Until = in.Strength, in.Manner, in.From, in.Until
		})
	})
}

// RemoveRelationship takes back a tie that was entered in error.
func (r *Room) RemoveRelationship(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Relationship, error) {
	if err := in.validate(); err != nil {
		return Relationship{}, err
	}
	return op.Do(ctx, r.run, a, "relationship.remove "+id.String(), in, func(tx *op.Tx) (Relationship, error) {
		t, err := loadTie(tx, a, tx.Now(), id)
		if err == nil {
			err = flow.Fresh(t, in.Version)
		}
		if err != nil {
			return t, err
		}
		return flow.Take(tx, RelationshipFlow, "remove", t, func(*Relationship) {}, flow.Because(in.Reason))
	})
}

// Relationship is a tie that shows on the page of somebody the actor sees, and
// on whose: the one whose it is, where the actor sees them, or the other.
func (r *Room) Relationship(ctx context.Context, a access.Actor, id db.ID) (t Relationship, side db.ID, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		if t, err = loadTie(q, a, r.run.Now(), id); err != nil {
			return err
		}
		open, err := visibleAmong(q, a, r.run.Now(), []db.ID{t.Person, t.Other})
		side = t.Person
		if !open[side] {
			side = t.Other
		}
		return err
	})
	return t, side, err
}
