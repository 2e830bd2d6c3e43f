package consent

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// DisclosureInput records that data was passed on by other means than Kizuna's
// own: told by telephone, handed over, sent as a letter.
type DisclosureInput struct {
	Person        db.ID    `json:"person_id"`
	RecipientKind string   `json:"recipient_kind"`
	RecipientName string   `json:"recipient_name"`
	Fields        []string `json:"fields,omitempty"`
	Basis         string   `json:"basis"`
	Provision     string   `json:"provision,omitempty" doc:"Of law or court: which"`
	Reason        string   `json:"reason,omitempty"`
}

// Record keeps that data was passed on. By consent it is only where one that
// stands names the recipient and covers all that was told.
func (r *Room) Record(ctx context.Context, a access.Actor, in DisclosureInput) (Disclosure, error) {
	d := Disclosure{Person: in.Person, RecipientKind: in.RecipientKind, RecipientName: in.RecipientName, Fields: db.AsJSON(in.Fields),
		Basis: in.Basis, Provision: in.Provision, Reason: in.Reason}
	var f fault.Fields
	d.check(&f)
	if err := f.Err(); err != nil {
		return d, err
	}
	return op.Do(ctx, r.run, a, "disclosure.record", in, func(tx *op.Tx) (Disclosure, error) {
		if err := seen(tx, a, tx.Now(), d.Person); err != nil {
			return d, err
		}
		if d.Basis == ByConsent {
			given, err := Given(tx, d.Person)
			if err != nil {
				return d, err
			}
			var missing []string
			if d.Consent, missing = given.Covering(Named(d.RecipientName), d.Fields.V, r.today(ctx)); len(missing) > 0 {
				return d, fault.Invalid(fault.Field{Pointer: "/basis", Key: "consent.fault.not_covered", Args: map[string]any{"fields": missing}})
			}
		}
		list, err := Disclose(tx, d)
		if err != nil {
			return d, err
		}
		return list[0], nil
	})
}

// Disclose keeps that data left, once for each recipient, inside the operation
// that let it out; the caller has checked that the actor may see the persons
// and that the basis covers the fields.
func Disclose(tx *op.Tx, list ...Disclosure) ([]Disclosure, error) {
	for i := range list {
		list[i].MadeBy = tx.Actor().ID
		if err := list[i].validate(); err != nil {
			return nil, err
		}
	}
	return flow.CreateAll(tx, DisclosureFlow, "disclose", list)
}

// ReviewInput is what a supervisor found of a disclosure in an emergency.
type ReviewInput struct {
	Finding string `json:"finding"`
	Reason  string `json:"reason,omitempty" doc:"What is to follow; needed where it was too much or unjustified"`
	Version int64  `json:"version"`
}

// Review keeps what a second reader found of what left in an emergency.
func (r *Room) Review(ctx context.Context, a access.Actor, id db.ID, in ReviewInput) (Disclosure, error) {
	var f fault.Fields
	choose(&f, "/finding", in.Finding, Findings)
	line(&f, "/reason", &in.Reason, maxPurpose)
	if in.Finding != Findings[0] && in.Reason == "" {
		f.Add("/reason", "consent.fault.reason")
	}
	if err := f.Err(); err != nil {
		return Disclosure{}, err
	}
	return op.Do(ctx, r.run, a, "disclosure.review "+id.String(), in, func(tx *op.Tx) (Disclosure, error) {
		d, err := r.disclosure(tx, a, id)
		if err == nil {
			err = flow.Fresh(d, in.Version)
		}
		if err != nil {
			return d, err
		}
		return flow.Take(tx, DisclosureFlow, "review", d, func(d *Disclosure) { d.ReviewedBy, d.Finding = a.ID, in.Finding }, flow.Because(in.Reason))
	})
}

// disclosure gives a disclosure about a person the actor may see.
func (r *Room) disclosure(q db.Q, a access.Actor, id db.ID) (Disclosure, error) {
	d, err := disclosureByID(q, id)
	if err != nil {
		return d, err
	}
	return d, seen(q, a, r.run.Now(), d.Person)
}

// Emergency is a disclosure in an emergency as its second reader sees it.
type Emergency struct {
	Disclosure
	Of      people.Card
	Actions []flow.Action
}

// ToReview gives what left in an emergency, by others than the actor and about
// persons they see, and nobody reviewed: the earliest first.
func (r *Room) ToReview(ctx context.Context, a access.Actor, limit int) (out []Emergency, err error) {
	if !a.Is(access.Supervisor) {
		return nil, fault.Forbid("")
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		waiting := QueueToReview(b, a, r.run.Now(), limit)
		if err := db.Send(q, b); err != nil {
			return err
		}
		out, err = emergencies(q, a, waiting.Rows)
		return err
	})
	return out, err
}

// EmergencyOf gives one disclosure about a person the actor sees.
func (r *Room) EmergencyOf(ctx context.Context, a access.Actor, id db.ID) (Emergency, error) {
	var out []Emergency
	err := r.run.Read(ctx, func(q *db.Reader) error {
		d, err := r.disclosure(q, a, id)
		if err == nil {
			out, err = emergencies(q, a, []Disclosure{d})
		}
		return err
	})
	if err != nil {
		return Emergency{}, err
	}
	return out[0], nil
}

func emergencies(q db.Q, a access.Actor, list []Disclosure) ([]Emergency, error) {
	out := make([]Emergency, len(list))
	ids := make([]db.ID, len(list))
	for i, d := range list {
		ids[i] = d.Person
	}
	cards, err := people.CardsOf(q, ids...)
	for i, d := range list {
		out[i] = Emergency{d, cards[d.Person], DisclosureFlow.Actions(a, d)}
	}
	return out, err
}
