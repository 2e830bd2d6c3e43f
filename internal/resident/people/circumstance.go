package people

import (
	"cmp"
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
)

// Periods are how often an amount comes; "" is not said, and then it is in no sum.
var Periods = []string{"month", "year", "once"}

// moneyKinds are the circumstances that are an amount.
var moneyKinds = []string{"income", "expense", "asset"}

// maxMinor bounds an amount, so that sums of many stay exact.
const maxMinor = 1_000_000_000_000

// Amount is the money of a circumstance; nothing without a currency.
func (c Circumstance) Amount() ledger.Money {
	return ledger.Money{Minor: c.Minor, Currency: c.Currency}
}

// validate cleans and checks a circumstance. One that is no amount says what it
// is; an income of nothing is one, and says so with its currency.
func (c *Circumstance) validate() error {
	var f fault.Fields
	choose(&f, "/kind", c.Kind, CircumstanceKinds)
	if c.Period != "" {
		choose(&f, "/period", c.Period, Periods)
	}
	if c.Evidence == "" {
		c.Evidence = "stated"
	}
	choose(&f, "/evidence", c.Evidence, Evidences)
	line(&f, "/detail", &c.Detail, maxLine)
	c.checkHousing(&f)
	switch {
	case c.Minor < 0:
		f.Add("/amount", "fault.negative")
	case c.Minor > maxMinor:
		f.Add("/amount", "people.fault.amount_too_large")
	case c.Minor > 0 || c.Currency != "":
		if c.Amount().Check() != nil {
			f.Add("/currency", "ledger.currency")
		}
	case c.Kind == "housing":
	case c.Detail == "" && !slices.Contains(moneyKinds, c.Kind):
		f.Add("/detail", "fault.required")
	case c.Detail == "":
		f.Add("/amount", "fault.required")
	}
	period(&f, "", c.From, c.Until)
	return f.Err()
}

// checkHousing wants housing to say of what kind it is, so that it can be counted. One that is on record from when only
// words were asked for may go on without, as long as it has those.
func (c *Circumstance) checkHousing(f *fault.Fields) {
	switch {
	case c.Housing == "" && c.Kind == "housing" && (c.ID.IsZero() || c.Detail == ""):
		f.Add("/housing", "fault.required")
	case c.Housing == "":
	case c.Kind != "housing":
		f.Add("/housing", "people.fault.housing_only")
	default:
		choose(f, "/housing", c.Housing, HousingKinds)
	}
}

// AddCircumstance keeps a dated fact about a person's life.
func (r *Room) AddCircumstance(ctx context.Context, a access.Actor, c Circumstance) (Circumstance, error) {
	if err := c.validate(); err != nil {
		return c, err
	}
	return addPart(ctx, r, a, c.Person, CircumstanceFlow, c)
}

// CircumstanceChange is a circumstance as somebody who saw a version corrects
// or ends it. What kind it is does not change: that is another one.
type CircumstanceChange struct {
	Detail   string        `json:"detail,omitempty"`
	Minor    int64         `json:"minor,omitempty"`
	Currency string        `json:"currency,omitempty"`
	Period   string        `json:"period,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
	Evidence string        `json:"evidence,omitempty"`
	Housing  string        `json:"housing,omitempty"` // as it was when empty
	Version  int64         `json:"version"`
}

// ChangeCircumstance corrects a circumstance of a person the actor sees, or ends it.
func (r *Room) ChangeCircumstance(ctx context.Context, a access.Actor, id db.ID, in CircumstanceChange) (Circumstance, error) {
	return r.onCircumstance(ctx, a, id, "change", in, in.Version, in.take)
}

// take carries the change out on the circumstance that was seen.
func (in CircumstanceChange) take(tx *op.Tx, c Circumstance) (Circumstance, error) {
	now := c
	now.Detail, now.Minor, now.Currency, now.Period = in.Detail, in.Minor, in.Currency, in.Period
	now.From, now.Until, now.Evidence = in.From, in.Until, in.Evidence
	now.Housing = cmp.Or(in.Housing, c.Housing)
	if err := now.validate(); err != nil {
		return c, err
	}
	return flow.Take(tx, CircumstanceFlow, "change", c, func(x *Circumstance) {
		head := x.Head
		*x = now
		x.Head = head
	})
}

// RemoveCircumstance takes back a circumstance that was entered in error.
func (r *Room) RemoveCircumstance(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Circumstance, error) {
	if err := in.validate(); err != nil {
		return Circumstance{}, err
	}
	return r.onCircumstance(ctx, a, id, "remove", in, in.Version, func(tx *op.Tx, c Circumstance) (Circumstance, error) {
		return flow.Take(tx, CircumstanceFlow, "remove", c, func(*Circumstance) {}, flow.Because(in.Reason))
	})
}

func (r *Room) onCircumstance(ctx context.Context, a access.Actor, id db.ID, step string, in any, version int64,
	do func(tx *op.Tx, c Circumstance) (Circumstance, error),
) (Circumstance, error) {
	return op.Do(ctx, r.run, a, "circumstance."+step+" "+id.String(), in, func(tx *op.Tx) (Circumstance, error) {
		c, err := loadCircumstance(tx, id)
		if err == nil {
			err = Seen(tx, a, tx.Now(), c.Person)
		}
		if err == nil {
			err = flow.Fresh(c, version)
		}
		if err != nil {
			return c, err
		}
		return do(tx, c)
	})
}

// Life is what is on record of a person's life, the latest first.
type Life struct {
	Person        Person
	Circumstances []Circumstance
}

// Circumstances gives what is on record of the life of a person the actor sees,
// and keeps that the file was opened.
func (r *Room) Circumstances(ctx context.Context, a access.Actor, person db.ID) (Life, error) {
	var x Life
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		seen := lens(a, r.run.Now()).One("p.id")
		who := db.Queue[Person](b, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{person}, seen.Args...)...)
		list := db.Queue[Circumstance](b, textCircumstances, person)
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := who.First()
		if !ok || p.Status == "merged" {
			return fault.NotFound()
		}
		x = Life{p, list.Rows}
		return nil
	})
	if err != nil {
		return Life{}, err
	}
	return x, r.run.Reads.Note(ctx, a, "opened", "person", person, "circumstances")
}

// Circumstance is one of a person the actor sees, and the person.
func (r *Room) Circumstance(ctx context.Context, a access.Actor, id db.ID) (Circumstance, Person, error) {
	var c Circumstance
	var p Person
	err := r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		if c, err = loadCircumstance(q, id); err == nil {
			p, err = load(q, a, r.run.Now(), c.Person)
		}
		return err
	})
	if err != nil {
		return Circumstance{}, Person{}, err
	}
	return c, p, r.run.Reads.Note(ctx, a, "opened", "person", p.ID, "circumstances")
}
