package intake

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
)

// Inquiry (相談受付) is a question that came by telephone, counter, visit or
// outreach; it may be anonymous or about someone else.
type Inquiry struct {
	Arrival
	Body       string        `db:"body"`
	Caller     string        `db:"caller"` // "" is anonymous
	Contact    string        `db:"contact"`
	About      string        `db:"about"` // who it is about when not the caller
	Answer     string        `db:"answer"`
	HandedTo   string        `db:"handed_to"`
	FollowUpOn calendar.Date `db:"follow_up_on"`
	FollowUpAt calendar.Time `db:"follow_up_at"` // until when, while it is to be followed up
	FollowedUp string        `db:"followed_up"`  // what following up found
}

// InquiryInput is an inquiry as it is typed or sent: channel and body, the
// rest when it is known.
type InquiryInput struct {
	Channel string `json:"channel"`
	Body    string `json:"body"`
	Kind    string `json:"main_kind,omitempty"`
	Caller  string `json:"caller,omitempty"`
	Contact string `json:"contact,omitempty"`
	About   string `json:"about,omitempty"`
	Version int64  `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *InquiryInput) Validate() error {
	var f fault.Fields
	choose(&f, "/channel", in.Channel, Channels)
	prose(&f, "/body", &in.Body, true)
	kindOrNone(&f, "/main_kind", in.Kind)
	line(&f, "/caller", &in.Caller)
	line(&f, "/contact", &in.Contact)
	line(&f, "/about", &in.About)
	return f.Err()
}

func (in InquiryInput) copyTo(x *Inquiry) {
	x.Channel, x.Body, x.MainKind = in.Channel, in.Body, in.Kind
	x.Caller, x.Contact, x.About = in.Caller, in.Contact, in.About
}

// ReceiveInquiry takes an inquiry down.
func (r *Room) ReceiveInquiry(ctx context.Context, a access.Actor, in InquiryInput) (Inquiry, error) {
	if err := in.Validate(); err != nil {
		return Inquiry{}, err
	}
	var x Inquiry
	in.copyTo(&x)
	return op.Do(ctx, r.run, a, "inquiry.receive", in, func(tx *op.Tx) (Inquiry, error) {
		due, err := deadlinesOf(tx, tx.Now(), calendar.Zone(ctx))
		if err != nil {
			return x, err
		}
		return createIn(tx, InquiryFlow, "receive", x, due.working(tx.Now(), due.Inquiry))
	})
}

// EditInquiry corrects an open inquiry.
func (r *Room) EditInquiry(ctx context.Context, a access.Actor, id db.ID, in InquiryInput) (Inquiry, error) {
	if err := in.Validate(); err != nil {
		return Inquiry{}, err
	}
	return take(ctx, r, a, InquiryFlow, "edit", id, in.Version, "", in, func(_ *op.Tx, x *Inquiry) { in.copyTo(x) }, nil)
}

// AnswerInput says how something was answered; each takes what it needs.
type AnswerInput struct {
	Answer     string        `json:"answer,omitempty"`
	HandedTo   string        `json:"handed_to,omitempty"`
	FollowUpOn calendar.Date `json:"follow_up_on,omitempty"`
	Reason     string        `json:"reason,omitempty"`
	// Parts are those of an application that are returned, each with its reason; none: all.
	Parts   []ReturnedPart `json:"parts,omitempty"`
	Version int64          `json:"version"`
}

func (in *AnswerInput) validate(answer, handed, reason bool) error {
	var f fault.Fields
	prose(&f, "/answer", &in.Answer, answer)
	line(&f, "/handed_to", &in.HandedTo)
	line(&f, "/reason", &in.Reason)
	if handed && in.HandedTo == "" {
		f.Add("/handed_to", "fault.required")
	}
	if reason && in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	return f.Err()
}

// AnswerInquiry answers with information, or hands on (つなぎ) with a follow-up
// day.
func (r *Room) AnswerInquiry(ctx context.Context, a access.Actor, id db.ID, in AnswerInput) (Inquiry, error) {
	if err := r.validateFollowUp(ctx, &in); err != nil {
		return Inquiry{}, err
	}
	return take(ctx, r, a, InquiryFlow, "answer", id, in.Version, "", in, func(tx *op.Tx, x *Inquiry) {
		x.Answer, x.HandedTo = in.Answer, in.HandedTo
		x.followUp(tx, in.FollowUpOn)
	}, nil)
}

// FollowUp says what came of an inquiry that was handed on: it is done, or
// looked at again on another day.
func (r *Room) FollowUp(ctx context.Context, a access.Actor, id db.ID, in AnswerInput) (Inquiry, error) {
	if err := r.validateFollowUp(ctx, &in); err != nil {
		return Inquiry{}, err
	}
	return take(ctx, r, a, InquiryFlow, "follow_up", id, in.Version, "", in, func(tx *op.Tx, x *Inquiry) {
		x.FollowedUp = in.Answer
		x.followUp(tx, in.FollowUpOn)
	}, nil)
}

func (r *Room) validateFollowUp(ctx context.Context, in *AnswerInput) error {
	var f fault.Fields
	if in.FollowUpOn != "" && in.FollowUpOn < calendar.Today(ctx, r.run.Clock) {
		f.Add("/follow_up_on", "fault.past")
	}
	if err := f.Absorb("", in.validate(true, false, false)); err != nil {
		return err
	}
	return f.Err()
}

// followUp lets it wait on the board until the end of a day; for no day it is done.
func (x *Inquiry) followUp(tx *op.Tx, on calendar.Date) {
	x.FollowUpOn, x.FollowUpAt = on, 0
	if on != "" {
		x.FollowUpAt = calendar.Moment(on.AddDays(1), 0, 0, calendar.Zone(tx.Context()))
	}
}

// InquiryStep takes answer, follow_up or void.
func (r *Room) InquiryStep(ctx context.Context, a access.Actor, id db.ID, step string, in AnswerInput) (Inquiry, error) {
	switch step {
	case "answer":
		return r.AnswerInquiry(ctx, a, id, in)
	case "follow_up":
		return r.FollowUp(ctx, a, id, in)
	case "void":
		if err := in.validate(false, false, true); err != nil {
			return Inquiry{}, err
		}
		return take(ctx, r, a, InquiryFlow, "void", id, in.Version, in.Reason, in, nil, nil)
	}
	return Inquiry{}, fault.NotFound()
}
