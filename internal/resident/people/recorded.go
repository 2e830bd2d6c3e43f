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
	Household     int   // members of the household they live in, themselves included; 0 when none is recorded
	MonthlyIncome int64 // as Facts counts it
	IncomeKnown   bool
	IncomeSince   calendar.Date // the latest day from which one of it counts
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
	x.Household, _ = size.First()
	for _, c := range facts.Rows {
		if c.Kind == "income" && on.Within(c.From, c.Until) {
			x.addIncome(c)
		}
	}
	return x, nil
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
	if err := alignParts(tx, p, r.today(ctx), in.PersonInput); err != nil {
		return p, err
	}
	return r.wearAndTake(ctx, tx, p, "edit", func(p *Person) { in.copyTo(p) })
}

// StateIncome keeps inside another operation what a person said that they
// have each month; the caller has checked that the actor sees the person.
func StateIncome(tx *op.Tx, person db.ID, minor int64, currency string, from calendar.Date, detail string) error {
	if minor < 0 {
		return fault.Invalid(fault.Field{Pointer: "/amount", Key: "fault.negative"})
	}
	_, err := flow.Create(tx, CircumstanceFlow, "add", Circumstance{Person: person, Kind: "income", Detail: detail, Minor: minor, Currency: currency,
		Period: "month", From: from, Evidence: "stated"})
	return err
}
