package consent

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// Room is the consent room.
type Room struct {
	run *op.Runner

	// OnEnd are told, in the operation that ends them, which consents were
	// withdrawn or ran out.
	OnEnd []func(tx *op.Tx, list []Consent) error
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }

// Give records that a person agreed, or somebody who may for them. A resident
// gives online, for themselves.
func (r *Room) Give(ctx context.Context, a access.Actor, in Input) (Consent, error) {
	resident := !a.Is(access.StaffRoles...)
	if resident {
		in.Person, in.GivenBy, in.Capacity, in.How = a.Person, a.Person, "self", "online"
	}
	if err := in.Validate(r.today(ctx)); err != nil {
		return Consent{}, err
	}
	return op.Do(ctx, r.run, a, "consent.give", in, func(tx *op.Tx) (Consent, error) {
		if err := seen(tx, a, tx.Now(), in.Person); err != nil {
			return Consent{}, err
		}
		may, err := consenters(tx, a, tx.Now(), in.Person, in.GivenOn)
		if err != nil {
			return Consent{}, err
		}
		capacity := in.Capacity
		if resident && len(may) == 1 {
			capacity = may[0].Capacity // a minor alone, or themselves
		}
		if !slices.ContainsFunc(may, func(c Consenter) bool { return c.ID == in.GivenBy && c.Capacity == capacity }) {
			return Consent{}, fault.Invalid(fault.Field{Pointer: "/given_by_id", Key: "consent.fault.no_standing"})
		}
		return flow.Create(tx, Flow, "give", Consent{
			Person: in.Person, GivenBy: in.GivenBy, Capacity: capacity, Fields: db.AsJSON(in.Fields),
			Recipients: db.AsJSON(in.Recipients), Purpose: in.Purpose, GivenOn: in.GivenOn, Until: in.Until, How: in.How, RecordedBy: a.ID,
		})
	})
}

// seen is not found unless the actor may see the persons; residents see
// themselves.
func seen(q db.Q, a access.Actor, now calendar.Time, ids ...db.ID) error {
	if !a.Is(access.StaffRoles...) {
		for _, id := range ids {
			if a.Person.IsZero() || id != a.Person {
				return fault.NotFound()
			}
		}
		return nil
	}
	return people.Seen(q, a, now, ids...)
}

// WithdrawInput ends a consent; why is for the record and never asked for.
type WithdrawInput struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

// Withdraw ends a consent at once: whoever opens a packet that stands on it
// finds it closed from now on.
func (r *Room) Withdraw(ctx context.Context, a access.Actor, id db.ID, in WithdrawInput) (Consent, error) {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxPurpose)
	if err := f.Err(); err != nil {
		return Consent{}, err
	}
	return op.Do(ctx, r.run, a, "consent.withdraw "+id.String(), in, func(tx *op.Tx) (Consent, error) {
		c, err := r.load(tx, a, tx.Now(), id)
		if err != nil {
			return c, err
		}
		if err := flow.Fresh(c, in.Version); err != nil {
			return c, err
		}
		today := tx.Now().Date(calendar.Zone(ctx))
		c, err = flow.Take(tx, Flow, "withdraw", c, func(c *Consent) { c.WithdrawnOn = today }, flow.Because(in.Reason))
		if err != nil {
			return c, err
		}
		tx.Tell(op.Event{Name: "consent.withdrawn", Entity: "consent", Record: c.ID, Root: c.Person})
		return c, r.ended(tx, []Consent{c})
	})
}

func (r *Room) ended(tx *op.Tx, list []Consent) error {
	for _, tell := range r.OnEnd {
		if err := tell(tx, list); err != nil {
			return err
		}
	}
	return nil
}

// load gives a consent of a person the actor may see.
func (r *Room) load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Consent, error) {
	c, err := byID(q, id)
	if err != nil {
		return c, err
	}
	if a.Person == c.GivenBy && !a.Person.IsZero() {
		return c, nil
	}
	return c, seen(q, a, now, c.Person)
}

// expireAtOnce bounds how many consents one transaction ends.
const expireAtOnce = 500

// Expire ends the consents whose last day is over; a daily job calls it. It
// tells how many ended. A packet never waits for it: Holds looks at the day.
func (r *Room) Expire(ctx context.Context) (int, error) {
	ended := 0
	for {
		n, err := op.Do(ctx, r.run, access.TheSystem(), "consent.expire", nil, func(tx *op.Tx) (int, error) {
			list, err := overdue(tx, tx.Now().Date(calendar.Zone(ctx)), expireAtOnce)
			if err != nil {
				return 0, err
			}
			done, _, err := flow.TakeAll(tx, Flow, "expire", list, nil)
			if err == nil && len(done) > 0 {
				err = r.ended(tx, done)
			}
			return len(done), err
		})
		ended += n
		if err != nil || n < expireAtOnce {
			return ended, err
		}
	}
}
