package intake

import (
	"context"
	"time"

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

// inquiryWithin is by when an inquiry is answered.
const inquiryWithin = 3 * 24 * time.Hour

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
	return create(ctx, r, a, InquiryFlow, "receive", in, x, inquiryWithin)
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

// InboundReferral (受入紹介) is a client another organization sends us.
type InboundReferral struct {
	Arrival
	Organization db.ID         `db:"organization"` // when it is one we know
	Source       string        `db:"source"`       // its name otherwise, or who at it
	Contact      string        `db:"contact"`
	Client       string        `db:"client"` // the name as they wrote it
	ClientBirth  calendar.Date `db:"client_birth"`
	ClientPhone  string        `db:"client_phone"`
	Need         string        `db:"need"`
	Urgent       bool          `db:"urgent"`
	Answer       string        `db:"answer"` // the outcome as it goes back to the source
	SentTo       string        `db:"sent_to"`
}

// InboundInput is an inbound referral as it is typed or sent.
type InboundInput struct {
	Organization db.ID         `json:"organization_id,omitzero"`
	Source       string        `json:"source,omitempty"`
	Contact      string        `json:"contact,omitempty"`
	Channel      string        `json:"channel,omitempty"`
	Person       db.ID         `json:"person_id,omitzero"`
	Client       string        `json:"client,omitempty"`
	ClientBirth  calendar.Date `json:"client_birth,omitempty"`
	ClientPhone  string        `json:"client_phone,omitempty"`
	Need         string        `json:"need"`
	Kind         string        `json:"main_kind,omitempty"`
	Urgent       bool          `json:"urgent,omitempty"`
	Origin
	Version int64 `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *InboundInput) Validate() error {
	var f fault.Fields
	line(&f, "/source", &in.Source)
	if in.Source == "" && in.Organization.IsZero() {
		f.Add("/source", "fault.required")
	}
	line(&f, "/contact", &in.Contact)
	if in.Channel == "" {
		in.Channel = "letter"
	}
	choose(&f, "/channel", in.Channel, Channels)
	line(&f, "/client", &in.Client)
	if in.Client == "" && in.Person.IsZero() {
		f.Add("/client", "fault.required")
	}
	line(&f, "/client_phone", &in.ClientPhone)
	prose(&f, "/need", &in.Need, true)
	kindOrNone(&f, "/main_kind", in.Kind)
	return f.Err()
}

func (in InboundInput) copyTo(x *InboundReferral) {
	x.Organization, x.Source, x.Contact, x.Channel, x.Person = in.Organization, in.Source, in.Contact, in.Channel, in.Person
	x.Client, x.ClientBirth, x.ClientPhone, x.Need, x.MainKind, x.Urgent = in.Client, in.ClientBirth, in.ClientPhone, in.Need, in.Kind, in.Urgent
}

func (in InboundInput) within() time.Duration {
	if in.Urgent {
		return 24 * time.Hour
	}
	return 5 * 24 * time.Hour
}

// ReceiveReferral takes an inbound referral down.
func (r *Room) ReceiveReferral(ctx context.Context, a access.Actor, in InboundInput) (InboundReferral, error) {
	if err := in.Validate(); err != nil {
		return InboundReferral{}, err
	}
	var x InboundReferral
	in.copyTo(&x)
	return op.Do(ctx, r.run, a, "inbound_referral.receive", in, func(tx *op.Tx) (InboundReferral, error) {
		if !in.Person.IsZero() {
			if err := known(tx, a, in.Person); err != nil {
				return x, err
			}
		}
		if err := in.turn(tx, &x.Arrival, false); err != nil {
			return x, err
		}
		return createIn(tx, InboundReferralFlow, "receive", x, in.within())
	})
}

// EditReferral corrects an inbound referral that is not answered yet.
func (r *Room) EditReferral(ctx context.Context, a access.Actor, id db.ID, in InboundInput) (InboundReferral, error) {
	if err := in.Validate(); err != nil {
		return InboundReferral{}, err
	}
	return take(ctx, r, a, InboundReferralFlow, "edit", id, in.Version, "", in, func(_ *op.Tx, x *InboundReferral) {
		person := x.Person
		in.copyTo(x)
		x.Person = person // whom it is about is found by joining
	}, nil)
}

// ReferralStep takes review, decline, send_elsewhere, reopen or void.
func (r *Room) ReferralStep(ctx context.Context, a access.Actor, id db.ID, step string, in AnswerInput) (InboundReferral, error) {
	needs, ok := map[string][3]bool{
		"review": {}, "decline": {true, false, false}, "send_elsewhere": {true, true, false}, "reopen": {false, false, true}, "void": {false, false, true},
	}[step]
	if !ok {
		return InboundReferral{}, fault.NotFound()
	}
	if err := in.validate(needs[0], needs[1], needs[2]); err != nil {
		return InboundReferral{}, err
	}
	return take(ctx, r, a, InboundReferralFlow, step, id, in.Version, in.Reason, in, func(_ *op.Tx, x *InboundReferral) {
		if needs[0] {
			x.Answer, x.SentTo = in.Answer, in.HandedTo
		}
	}, nil)
}
