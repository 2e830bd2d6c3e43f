package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// Support is what stands around a person besides persons: work and school, of
// their circumstances, and what later rooms know of: cases and who works on
// them, programs, benefits, and providers.
type Support struct {
	Kind        string // employment, education, case, worker, program, benefit or provider
	Name        text.Pair
	About       text.Pair // what a provider gives, or which case a worker is in
	Href        string
	Case        db.ID // which it is, or belongs to; zero for none
	From, Until calendar.Date
	Ended       bool
	// Guarded is one of a protected class: it is told only to whom its case is confided.
	Guarded bool
}

// Acquaintance is somebody around a person.
type Acquaintance struct {
	Card
	Tie  Relationship
	Far  bool // the person is this to them, not they to the person
	Open bool // the reader may open the record
}

// Ecomap is who and what stands around a person on a day.
type Ecomap struct {
	Person   Person
	On       calendar.Date
	Ties     []Acquaintance
	Supports []Support
}

// Ecomap gives who and what stands around a person, as far as the reader may
// know of it: nobody is there, nor counted, of whom they may not.
func (r *Room) Ecomap(ctx context.Context, a access.Actor, id db.ID) (Ecomap, error) {
	x := Ecomap{On: r.today(ctx)}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		now := r.run.Now()
		seen := lens(a, now).One("p.id")
		person := db.Queue[Person](b, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
		ties := db.Queue[Relationship](b, textRelationships, id, id)
		facts := db.Queue[Circumstance](b, textCircumstances, id)
		later := func(db.Q) ([]Support, error) { return nil, nil }
		if r.Supports != nil {
			later = r.Supports(b, a, now, id)
		}
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := person.First()
		if !ok || p.Status == "merged" {
			return fault.NotFound()
		}
		x.Person = p
		for _, c := range facts.Rows {
			if (c.Kind == "employment" || c.Kind == "education") && c.Detail != "" {
				x.Supports = append(x.Supports, Support{Kind: c.Kind, Name: text.Both(c.Detail), From: c.From, Until: c.Until, Ended: !x.On.Within(c.From, c.Until)})
			}
		}
		known, err := later(q)
		if err != nil {
			return err
		}
		x.Supports = append(x.Supports, known...)
		return x.meet(q, a, now, ties.Rows)
	})
	if err != nil {
		return Ecomap{}, err
	}
	return x, r.run.Reads.Note(ctx, a, "opened", "person", id, "ecomap")
}

// meet adds those at the other ends of the ties, the strong before the others.
func (x *Ecomap) meet(q db.Q, a access.Actor, now calendar.Time, ties []Relationship) error {
	var ids []db.ID
	for _, t := range ties {
		ids = append(ids, t.Person, t.Other)
	}
	cards, err := othersSeen(q, a, now, unique(ids))
	if err != nil {
		return err
	}
	open, err := visibleAmong(q, a, now, unique(ids))
	for _, t := range ties {
		other, far := t.Other, false
		if other == x.Person.ID {
			other, far = t.Person, true
		}
		if card, known := cards[other]; known {
			x.Ties = append(x.Ties, Acquaintance{Card: card, Tie: t, Far: far, Open: open[other]})
		}
	}
	slices.SortStableFunc(x.Ties, func(a, b Acquaintance) int { return weigh(a.Tie.Strength) - weigh(b.Tie.Strength) })
	return err
}

func weigh(strength string) int {
	if i := slices.Index(Strengths, strength); i >= 0 {
		return i
	}
	return len(Strengths)
}
