package people

import (
	"bytes"
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
)

// Around is a person with their households and what is known of who is in them.
type Around struct {
	Person     Person
	On         calendar.Date
	Households []HouseholdView
	Ties       []Relationship // as the person's page shows them
	Others     map[db.ID]Card // whom the reader may know of
	Open       map[db.ID]bool // whose record the reader may open
	facts      []Circumstance // of those
}

// Around gives the households of a person, and on a day what is withheld of
// them. It keeps that the person's file was opened; of the other members only
// sums are shown, of those whose records the reader may open.
func (r *Room) Around(ctx context.Context, a access.Actor, id db.ID, on calendar.Date) (Around, error) {
	x := Around{On: on}
	today := r.today(ctx)
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		seen := lens(a, r.run.Now()).One("p.id")
		person := db.Queue[Person](b, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
		households := db.Queue[Household](b, textHouseholdsEver, id)
		members := db.Queue[Member](b, textMembersEver, id)
		ties := db.Queue[Relationship](b, textRelationships, id, id)
		sheltered := db.Queue[db.ID](b, textSheltered, today, today, id, today)
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := person.First()
		if !ok || p.Status == "merged" {
			return fault.NotFound()
		}
		x.Person = p
		x.Ties = ties.Rows
		ids := []db.ID{id}
		for _, t := range x.Ties {
			ids = append(ids, t.Person, t.Other)
		}
		for _, h := range households.Rows {
			view := HouseholdView{Household: h, Withheld: slices.Contains(sheltered.Rows, h.ID)}
			if view.Withheld {
				view.Label = ""
			}
			for _, m := range members.Rows {
				if m.Household == h.ID {
					view.Members = append(view.Members, m)
					ids = append(ids, m.Person)
				}
			}
			x.Households = append(x.Households, view)
		}
		return x.fill(q, a, r.run.Now(), ids)
	})
	if err != nil {
		return Around{}, err
	}
	return x, r.run.Reads.Note(ctx, a, "opened", "person", id, "household")
}

// fill adds who the members are, as far as the reader may know, and what those
// live on whose records the reader may open.
func (x *Around) fill(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) error {
	slices.SortFunc(ids, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	var err error
	if x.Others, err = othersSeen(q, a, now, ids); err != nil {
		return err
	}
	if x.Open, err = visibleAmong(q, a, now, ids); err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(ids), func(id db.ID) bool { return !x.Open[id] })
	x.facts, err = factsOf(q, open)
	return err
}

// Died is when somebody around the person died, as far as the reader may know.
func (x Around) Died(id db.ID) calendar.Date { return x.Others[id].DiedOn }

// RollUp is what a household adds up to on a day, for this reader: money in the
// day's month, of those who are in it on the day.
func (x Around) RollUp(h HouseholdView, on calendar.Date) (RollUp, error) {
	sum := RollUp{On: on}
	for _, m := range h.In(on, x.Died) {
		sum.Size++
		sum.count(x.Others[m.Person], x.Open[m.Person])
		if !x.Open[m.Person] {
			sum.Left++
			continue
		}
		if err := sum.addOf(x.facts, m.Person); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (sum *RollUp) count(c Card, open bool) {
	youngest, oldest, known := c.Birth().Age(sum.On)
	switch {
	case !open || !known:
		sum.Ages++
	case oldest < 18:
		sum.Children++
	case youngest >= 65:
		sum.Elders++
	case youngest >= 18 && oldest < 65:
		sum.Adults++
	default:
		sum.Ages++
	}
}

func (sum *RollUp) addOf(facts []Circumstance, person db.ID) (err error) {
	known := false
	for _, c := range facts {
		if c.Person != person || c.Kind != "income" && c.Kind != "expense" {
			continue
		}
		share, counts := c.MonthlyShare(sum.On)
		if !counts {
			if c.Period == "" && sum.On.Within(c.From, c.Until) {
				sum.Loose++
			}
			continue
		}
		money := ledger.Money{Minor: share, Currency: c.Currency}
		if c.Kind == "income" {
			known = true
			sum.Income, err = add(sum.Income, money, c.Evidence)
		} else {
			sum.Expense, err = add(sum.Expense, money, c.Evidence)
		}
		if err != nil {
			return err
		}
	}
	if !known {
		sum.Unknown++
	}
	return nil
}

// Months gives the roll-ups of the months that have any income or expense,
// newest first, of twelve up to the month of a day. Each is as of the month's
// last day, the newest as of the day.
func (x Around) Months(h HouseholdView, on calendar.Date) ([]RollUp, error) {
	var out []RollUp
	for i := range 12 {
		day := on
		if i > 0 {
			day = on.MonthStart().AddMonths(-i).MonthEnd()
		}
		sum, err := x.RollUp(h, day)
		if err != nil {
			return nil, err
		}
		if len(sum.Income)+len(sum.Expense) > 0 {
			out = append(out, sum)
		}
	}
	return out, nil
}

// Household gives a household of which the actor sees a member, with those in
// it whom the actor may open or, unless they are restricted, may know of.
func (r *Room) Household(ctx context.Context, a access.Actor, id db.ID) (Around, error) {
	person, err := r.Somebody(ctx, a, id)
	if err != nil {
		return Around{}, err
	}
	x, err := r.Around(ctx, a, person, r.today(ctx))
	x.Households = slices.DeleteFunc(x.Households, func(h HouseholdView) bool { return h.ID != id })
	if err == nil && len(x.Households) == 0 {
		err = fault.NotFound()
	}
	return x, err
}

// Somebody is a member of a household whom the actor sees; not found without.
func (r *Room) Somebody(ctx context.Context, a access.Actor, household db.ID) (db.ID, error) {
	var person db.ID
	err := r.run.Read(ctx, func(q *db.Reader) error {
		seen := lens(a, r.run.Now()).One("p.id")
		var err error
		person, err = db.One[db.ID](q, textSeenMember+seen.SQL+" ORDER BY m.until_date, m.id LIMIT 1", append([]any{household}, seen.Args...)...)
		return err
	})
	return person, err
}

// Household is one of the households; not found when it is none of them.
func (x Around) Household(id db.ID) (HouseholdView, error) {
	i := slices.IndexFunc(x.Households, func(h HouseholdView) bool { return h.ID == id })
	if i < 0 {
		return HouseholdView{}, fault.NotFound()
	}
	return x.Households[i], nil
}

// Member is a membership in one of the households, of somebody whose record the
// reader may open.
func (x Around) Member(id db.ID) (HouseholdView, Member, error) {
	for _, h := range x.Households {
		for _, m := range h.Members {
			if m.ID == id && x.Open[m.Person] {
				return h, m, nil
			}
		}
	}
	return HouseholdView{}, Member{}, fault.NotFound()
}

// Card is the card of a person the actor may open.
func (r *Room) Card(ctx context.Context, a access.Actor, id db.ID) (Card, error) {
	var c Card
	err := r.run.Read(ctx, func(q *db.Reader) error {
		seen := lens(a, r.run.Now()).One("p.id")
		var err error
		c, err = db.One[Card](q, selectCard+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
		return err
	})
	return c, err
}

// Membership is one membership of a person the actor may open.
func (r *Room) Membership(ctx context.Context, a access.Actor, id db.ID) (Member, error) {
	var m Member
	err := r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		if m, err = loadMember(q, id); err == nil {
			err = Seen(q, a, r.run.Now(), m.Person)
		}
		return err
	})
	return m, err
}

// Tie is one of the person's ties; not found when it is none of them.
func (x Around) Tie(id db.ID) (Relationship, error) {
	i := slices.IndexFunc(x.Ties, func(t Relationship) bool { return t.ID == id })
	if i < 0 {
		return Relationship{}, fault.NotFound()
	}
	return x.Ties[i], nil
}
