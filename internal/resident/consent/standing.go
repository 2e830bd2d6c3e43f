package consent

import (
	"bytes"
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Consenter is somebody who may consent for a person, and as what.
type Consenter struct {
	people.Card
	Capacity string
}

// standing tells who may consent for a person on a day: themselves, if they
// live and are old enough by the agency's ages; for a minor a parent, or where somebody has custody
// only who has it, or a guardian; for anybody a proxy, for an adult also the
// guardian who was appointed. Who is bound as somebody that harmed the person
// never does, whatever else they are. An unknown age shuts nobody out.
func standing(p people.Card, ties []people.Relationship, others map[db.ID]people.Card, ages agency.Ages, on calendar.Date) []Consenter {
	if p.DiedOn != "" {
		return nil
	}
	youngest, oldest, known := p.Birth().Age(on)
	var out []Consenter
	switch {
	case !known || int64(oldest) >= ages.Adult:
		out = append(out, Consenter{p, "self"})
	case int64(oldest) >= ages.Consent:
		out = append(out, Consenter{p, "minor"})
	}
	by := capacities(p.ID, ties, !known || int64(youngest) < ages.Adult)
	for _, capacity := range []string{"parent", "guardian", "proxy"} {
		for _, id := range by[capacity] {
			if c, ok := others[id]; ok && c.Status == "active" && c.DiedOn == "" {
				out = append(out, Consenter{c, capacity})
			}
		}
	}
	return out
}

// capacities sorts those tied to a person by what they may consent as.
func capacities(person db.ID, ties []people.Relationship, minor bool) map[string][]db.ID {
	of := map[string][]db.ID{} // by what somebody is to the person
	for _, t := range ties {
		switch {
		case t.Person == person:
			of[t.Kind] = append(of[t.Kind], t.Other)
		case t.Kind == "child": // their child is the person
			of["parent"] = append(of["parent"], t.Person)
		}
	}
	by := map[string][]db.ID{"guardian": of["guardian"], "proxy": of["proxy"]}
	if minor {
		by["parent"] = of["parent"]
		if len(of["custody"]) > 0 {
			by["parent"] = of["custody"]
		}
	}
	for capacity, list := range by {
		list = slices.DeleteFunc(slices.Clone(list), func(id db.ID) bool { return slices.Contains(of["perpetrator"], id) })
		slices.SortFunc(list, func(x, y db.ID) int { return bytes.Compare(x[:], y[:]) })
		by[capacity] = slices.Compact(list)
	}
	return by
}

// consenters reads who may consent for a person on a day, of those whom the
// actor may know of; the caller has checked that the actor may see the person.
// A resident is told of nobody else.
func consenters(q db.Q, a access.Actor, now calendar.Time, person db.ID, on calendar.Date) ([]Consenter, error) {
	var ties []people.Relationship
	var told []db.ID
	if a.Is(access.StaffRoles...) {
		var err error
		if ties, err = people.TiesOn(q, person, on); err != nil {
			return nil, err
		}
	}
	for _, t := range ties {
		told = append(told, t.Person, t.Other)
	}
	cards, err := people.CardsFor(q, a, now, []db.ID{person}, told)
	if err != nil {
		return nil, err
	}
	ages, err := agency.AgesOf(q)
	if err != nil {
		return nil, err
	}
	return standing(cards[person], ties, cards, ages, on), nil
}

// Consenters tells who may consent for a person today, of those whom the actor
// may know of.
func (r *Room) Consenters(ctx context.Context, a access.Actor, person db.ID) (out []Consenter, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := seen(q, a, r.run.Now(), person); err != nil {
			return err
		}
		out, err = consenters(q, a, r.run.Now(), person, r.today(ctx))
		return err
	})
	return out, err
}
