package assessment

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Identify enters a need inside another operation; the actor must see the case.
func Identify(tx *op.Tx, in NeedInput) (Need, error) {
	if err := in.Validate(); err != nil {
		return Need{}, err
	}
	c, err := loadCase(tx, tx.Actor(), tx.Now(), in.Case)
	if err == nil {
		err = running(c)
	}
	if err != nil {
		return Need{}, err
	}
	n := Need{Case: c.ID, Kind: in.Kind, Detail: in.Detail, Severity: in.Severity, Assessment: in.Assessment, IdentifiedOn: today(tx)}
	if n.Person, err = about(tx, c, in.Person); err != nil {
		return n, err
	}
	if !in.Assessment.IsZero() {
		x, err := byID(tx, Flow, in.Assessment)
		if err != nil || x.Case != c.ID {
			return n, fault.Invalid(fault.Field{Pointer: "/assessment_id", Key: "fault.bad_choice"})
		}
		n.Person = x.Person
	}
	if n, err = flow.Create(tx, NeedFlow, "identify", n); err != nil || n.Person != c.Person {
		return n, err
	}
	return n, cases.Consoled(tx, c.ID)
}

// Identify enters a need of a person in a case.
func (r *Room) Identify(ctx context.Context, a access.Actor, in NeedInput) (Need, error) {
	return op.Do(ctx, r.run, a, "need.identify", in, func(tx *op.Tx) (Need, error) { return Identify(tx, in) })
}

func (r *Room) changeNeed(ctx context.Context, a access.Actor, step string, id db.ID, version int64, in any, edit func(*Need), opts ...flow.Option) (Need, error) {
	return op.Do(ctx, r.run, a, "need."+step+" "+id.String(), in, func(tx *op.Tx) (Need, error) {
		n, err := byID(tx, NeedFlow, id)
		if err == nil {
			_, err = loadCase(tx, a, tx.Now(), n.Case)
		}
		if err == nil {
			err = flow.Fresh(n, version)
		}
		if err != nil {
			return n, err
		}
		return flow.Take(tx, NeedFlow, step, n, edit, opts...)
	})
}

// EditNeed changes how a need is described.
func (r *Room) EditNeed(ctx context.Context, a access.Actor, id db.ID, in NeedInput) (Need, error) {
	if err := in.Validate(); err != nil {
		return Need{}, err
	}
	return r.changeNeed(ctx, a, "edit", id, in.Version, in, func(n *Need) { n.Kind, n.Detail, n.Severity = in.Kind, in.Detail, in.Severity })
}

// AddressNeed says that something answers a need.
func (r *Room) AddressNeed(ctx context.Context, a access.Actor, id db.ID, in AddressInput) (Need, error) {
	return r.changeNeed(ctx, a, "address", id, in.Version, in, func(n *Need) { n.AddressedKind, n.AddressedBy, n.ReviewOn = in.Kind, in.By, "" })
}

// Address is AddressNeed inside another operation, such as approving a plan;
// a need that is addressed already stays as it is.
func Address(tx *op.Tx, need db.ID, kind string, by db.ID) error {
	n, err := byID(tx, NeedFlow, need)
	if err != nil || n.Status == "addressed" {
		return err
	}
	_, err = flow.Take(tx, NeedFlow, "address", n, func(n *Need) { n.AddressedKind, n.AddressedBy, n.ReviewOn = kind, by, "" })
	return err
}

// DeferNeed puts a need off, with a reason.
func (r *Room) DeferNeed(ctx context.Context, a access.Actor, id db.ID, in DeferInput) (Need, error) {
	var wrong fault.Fields
	prose(&wrong, "/reason", &in.Reason)
	if in.Reason == "" {
		wrong.Add("/reason", "fault.required")
	}
	if err := wrong.Err(); err != nil {
		return Need{}, err
	}
	return r.changeNeed(ctx, a, "defer", id, in.Version, in, func(n *Need) { n.ReviewOn = in.ReviewOn }, flow.Because(in.Reason))
}

// ReopenNeed takes a need up again.
func (r *Room) ReopenNeed(ctx context.Context, a access.Actor, id db.ID, version int64) (Need, error) {
	return r.changeNeed(ctx, a, "reopen", id, version, version, func(n *Need) { n.AddressedKind, n.AddressedBy, n.ReviewOn = "", db.ID{}, "" })
}
