package people

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Recorded is what the record of a person says on a day, for who asks the
// person the same. Of what a protective measure withholds it has the ids only,
// as File has.
type Recorded struct {
	File
	alone         bool  // who lives with them is not told
	Household     int   // members of the household they live in, themselves included; 0 when none is recorded
	MonthlyIncome int64 // as Facts counts it
	IncomeKnown   bool
	IncomeSince   calendar.Date  // the latest day from which one of it counts
	Life          []Circumstance // what is so on the day
	Companions    []Companion    // who lives with them, as far as it was asked for; see Companions
}

// Shields reports whether a protective measure hides who lives with the person.
func (x Recorded) Shields() bool { return x.alone }

// Companion is somebody who lives with a person.
type Companion struct {
	Name     string
	Birth    calendar.Partial // unknown where the reader may not open their record
	Relation string           // to the person; "" where it is recorded to somebody else
}

// RecordedOf reads what is recorded of a person; the caller has checked that
// the actor may see the person.
func RecordedOf(q db.Q, id db.ID, on calendar.Date) (Recorded, error) {
	b := db.NewBatch()
	who := db.Queue[Person](b, selectPerson+"p.id = ?", id)
	names := db.Queue[Name](b, textNames, id)
	contacts := db.Queue[Contact](b, textContacts, id)
	addresses := db.Queue[Address](b, textAddresses, id)
	shares := db.Queue[db.ID](b, textShares, id, on, on, id, on)
	size := db.Queue[int](b, textLivingSize, on, on, id, on)
	facts := db.Queue[Circumstance](b, textCircumstances, id)
	if err := db.Send(q, b); err != nil {
		return Recorded{}, err
	}
	p, ok := who.First()
	if !ok || p.Status == "merged" {
		return Recorded{}, fault.NotFound()
	}
	x := Recorded{File: File{Person: p, Names: names.Rows, Contacts: contacts.Rows, Addresses: addresses.Rows, shares: len(shares.Rows) > 0}}
	x.withhold(on)
	x.alone = x.shares || p.Protected(on)
	x.Household, _ = size.First()
	for _, c := range facts.Rows {
		if !on.Within(c.From, c.Until) {
			continue
		}
		x.Life = append(x.Life, c)
		if c.Kind == "income" {
			x.addIncome(c)
		}
	}
	return x, nil
}

// Companions gives who lives with a person on a day, the dead no longer: those
// of whom whoever may open the person may know. Where somebody among them is
// under a protective measure, or the person is, it gives nobody.
func Companions(q db.Q, a access.Actor, now calendar.Time, x Recorded, on calendar.Date) ([]Companion, error) {
	if x.alone {
		return nil, nil
	}
	members, err := db.All[Member](q, textCompanions, on, x.Person.ID, on)
	if err != nil {
		return nil, err
	}
	var ids []db.ID
	leads := false
	for _, m := range members {
		if on.Within(m.From, m.Until) {
			ids = append(ids, m.Person)
			leads = leads || m.Person == x.Person.ID && m.Leads
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	cards, err := othersSeen(q, a, now, ids)
	if err != nil {
		return nil, err
	}
	open, err := visibleAmong(q, a, now, ids)
	if err != nil {
		return nil, err
	}
	var out []Companion
	for _, m := range members {
		c, known := cards[m.Person]
		if !known || m.Person == x.Person.ID || c.Restricted || c.DiedOn != "" && c.DiedOn <= on || !on.Within(m.From, m.Until) {
			continue
		}
		one := Companion{Name: c.Name}
		if open[m.Person] {
			one.Birth = c.Birth()
		}
		if leads {
			one.Relation = m.Relation
		}
		out = append(out, one)
	}
	return out, nil
}

func (x *Recorded) addIncome(c Circumstance) {
	switch c.Period {
	case "month":
		x.MonthlyIncome += c.Minor
	case "year":
		x.MonthlyIncome += c.Minor / 12
	default:
		return
	}
	x.IncomeKnown, x.IncomeSince = true, max(x.IncomeSince, c.From)
}

// Shown is the name that the person goes by on a day.
func (x Recorded) Shown(on calendar.Date) (Name, bool) { return shown(x.Names, on) }

// Revise is Edit inside another operation, such as one that takes over what
// somebody answered.
func (r *Room) Revise(ctx context.Context, tx *op.Tx, a access.Actor, id db.ID, in EditInput) (Person, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Person{}, err
	}
	p, err := loadForUpdate(tx, a, tx.Now(), id)
	if err != nil {
		return p, err
	}
	if err := flow.Fresh(p, in.Version); err != nil {
		return p, err
	}
	if in.ReachNote == "" && p.Protected(r.today(ctx)) {
		in.ReachNote = p.ReachNote // it was withheld from the editor
	}
	if err := alignParts(tx, p, r.today(ctx), in.PersonInput); err != nil {
		return p, err
	}
	return r.wearAndTake(ctx, tx, p, "edit", func(p *Person) { in.copyTo(p) })
}

// StateCircumstance keeps inside another operation what a person said is so;
// the caller has checked that the actor sees the person.
func StateCircumstance(tx *op.Tx, c Circumstance) (Circumstance, error) {
	if err := c.validate(); err != nil {
		return c, err
	}
	return flow.Create(tx, CircumstanceFlow, "add", c)
}

// ReviseCircumstance is ChangeCircumstance inside another operation, from the
// version that was seen; the caller has checked that the actor sees the person.
func ReviseCircumstance(tx *op.Tx, id db.ID, in CircumstanceChange) (Circumstance, error) {
	c, err := loadCircumstance(tx, id)
	if err == nil {
		err = flow.Fresh(c, in.Version)
	}
	if err != nil {
		return c, err
	}
	return in.take(tx, c)
}

// Change is a circumstance as it stands, to be corrected or ended.
func (c Circumstance) Change() CircumstanceChange {
	return CircumstanceChange{Detail: c.Detail, Minor: c.Minor, Currency: c.Currency, Period: c.Period, From: c.From, Until: c.Until, Evidence: c.Evidence, Version: c.Version}
}
