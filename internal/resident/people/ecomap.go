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
// them, programs, benefits, organizations and providers. One of whom two places
// tell stands there once, with all that was told.
type Support struct {
	Kind        string // employment, education, case, worker, organization, program, benefit, waiting, provider or asked
	ID          db.ID  // what it is: the same of a kind stands once; zero is like no other
	Name        text.Pair
	About       []text.Pair // what a provider gives, or which cases a worker is in
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
		x.Supports = once(append(x.Supports, known...))
		for i, s := range x.Supports {
			x.Supports[i].Ended = s.Ended || s.Until != "" && s.Until < x.On
		}
		return x.meet(q, a, now, ties.Rows)
	})
	if err != nil {
		return Ecomap{}, err
	}
	return x, r.run.Reads.Note(ctx, a, "opened", "person", id, "ecomap")
}

// once lets what is the same stand once, for as long as any of it lasts. Who
// serves already is not also one who is asked.
func once(list []Support) []Support {
	type key struct {
		kind string
		id   db.ID
	}
	at := map[key]int{}
	var out []Support
	for _, s := range list {
		k := key{s.Kind, s.ID}
		i, known := at[k]
		if s.ID.IsZero() || !known {
			at[k] = len(out)
			out = append(out, s)
			continue
		}
		out[i].join(s)
	}
	return slices.DeleteFunc(out, func(s Support) bool {
		_, serves := at[key{"provider", s.ID}]
		return s.Kind == "asked" && serves
	})
}

// join takes in another of the same; days that are not said are open.
func (s *Support) join(o Support) {
	for _, x := range o.About {
		if !slices.ContainsFunc(s.About, x.Equal) {
			s.About = append(s.About, x)
		}
	}
	s.From = min(s.From, o.From)
	if s.Until == "" || o.Until == "" {
		s.Until = ""
	} else {
		s.Until = max(s.Until, o.Until)
	}
	s.Ended, s.Guarded = s.Ended && o.Ended, s.Guarded || o.Guarded
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
