package intake

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Origin names the inquiry that something comes of, at the version that was
// read: staff turn what somebody asked into a complaint, an application or an
// inbound referral without typing it again.
type Origin struct {
	Inquiry        db.ID `json:"inquiry_id,omitzero" doc:"The inquiry it comes of, which is led on by it"`
	InquiryVersion int64 `json:"inquiry_version,omitempty"`
}

// turn leads the inquiry on to what is being made, which takes over whom it is
// about. Where the caller must not be known any more, because they report in
// confidence, the inquiry forgets them: who reported is sealed on the complaint.
func (o Origin) turn(tx *op.Tx, x *Arrival, forget bool) error {
	if o.Inquiry.IsZero() {
		return nil
	}
	q, err := load(tx, tx.Actor(), tx.Now(), InquiryFlow, o.Inquiry)
	if err != nil {
		return err
	}
	if q.Version != o.InquiryVersion {
		return fault.Conflict("flow.moved_on")
	}
	if _, err := flow.Touch(tx, InquiryFlow, "turn", q, func(q *Inquiry) {
		q.FollowUpAt = 0
		if forget {
			q.Caller, q.Contact = "", ""
		}
	}); err != nil {
		return err
	}
	x.CameOf = q.ID
	if x.Person.IsZero() {
		x.Person = q.Person
	}
	if x.Team.IsZero() {
		x.Team = q.Team
	}
	return nil
}

// Led is what came of an inquiry, or the inquiry something came of.
type Led struct {
	Kind       string        `db:"kind" json:"kind"`
	ID         db.ID         `db:"id" json:"id"`
	Number     string        `db:"number" json:"number"`
	Status     string        `db:"status" json:"status"`
	ReceivedAt calendar.Time `db:"received_at" json:"received_at"`
}

// leads gives both as far as the actor sees them.
func leads(q db.Q, a access.Actor, now calendar.Time, kind string, x *Arrival) ([]Led, error) {
	switch {
	case kind == KindInquiry:
		return cameOf(q, a, now, x.ID)
	case !x.CameOf.IsZero():
		i, err := load(q, a, now, InquiryFlow, x.CameOf)
		if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
			return nil, nil
		}
		return []Led{{KindInquiry, i.ID, i.Number, i.Status, i.ReceivedAt}}, err
	}
	return nil, nil
}
