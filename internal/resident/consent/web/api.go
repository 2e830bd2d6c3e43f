package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/resident/consent"
)

var (
	consents    = door.Resource{Name: "consents", Doc: "What a person agreed to have passed on, to whom and until when"}
	disclosures = door.Resource{Name: "disclosures", Doc: "Each time data about a person left the agency, and on what basis"}
)

func mountAPI(d *door.Router, room *consent.Room) {
	x := api{room}
	door.List(d, consents, anyReader, x.list)
	door.Get(d, consents, anyReader, x.get)
	door.Create(d, consents, either, x.give)
	door.Step(d, consents, "withdraw", either, x.withdraw)
	door.List(d, disclosures, anyReader, x.disclosures)
	door.Get(d, disclosures, reviewers, x.disclosure)
	door.Create(d, disclosures, recorders, x.record)
	door.Step(d, disclosures, "review", reviewers, x.review)
}

type api struct{ room *consent.Room }

type consentOut struct {
	ID          db.ID         `json:"id"`
	Status      string        `json:"status"`
	Version     int64         `json:"version"`
	Actions     []string      `json:"actions"`
	Person      db.ID         `json:"person_id"`
	GivenBy     db.ID         `json:"given_by_id"`
	Capacity    string        `json:"capacity"`
	Fields      []string      `json:"fields"`
	Recipients  []string      `json:"recipients"`
	Purpose     string        `json:"purpose"`
	GivenOn     calendar.Date `json:"given_on"`
	Until       calendar.Date `json:"until"`
	How         string        `json:"how"`
	WithdrawnOn calendar.Date `json:"withdrawn_on"`
	CreatedAt   calendar.Time `json:"created_at"`
}

func outOf(a access.Actor, c consent.Consent) consentOut {
	return consentOut{c.ID, c.Status, c.Version, consent.Flow.Free(a, c), c.Person, c.GivenBy, c.Capacity, c.Fields.V, c.Recipients.V,
		c.Purpose, c.GivenOn, c.Until, c.How, c.WithdrawnOn, c.CreatedAt}
}

// ofPerson is the query of both lists; residents may leave the person out.
type ofPerson struct {
	door.Paging
	Person db.ID `json:"person_id,omitzero" doc:"Whose; residents read their own"`
}

func (x api) file(ctx context.Context, a access.Actor, q ofPerson) (consent.File, error) {
	if q.Person.IsZero() {
		q.Person = a.Person
	}
	if q.Person.IsZero() {
		return consent.File{}, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	return x.room.Of(ctx, a, q.Person)
}

func (x api) list(ctx context.Context, a access.Actor, q ofPerson) (out door.Items[consentOut], err error) {
	f, err := x.file(ctx, a, q)
	for _, c := range f.Consents[:min(len(f.Consents), q.Limit)] {
		out.Items = append(out.Items, outOf(a, c))
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (consentOut, error) {
	c, err := x.room.Get(ctx, a, id)
	if err != nil {
		return consentOut{}, err
	}
	return outOf(a, c), nil
}

func (x api) give(ctx context.Context, a access.Actor, in consent.Input) (consentOut, error) {
	c, err := x.room.Give(ctx, a, in)
	if err != nil {
		return consentOut{}, err
	}
	return outOf(a, c), nil
}

func (x api) withdraw(ctx context.Context, a access.Actor, id db.ID, in consent.WithdrawInput) (consentOut, error) {
	c, err := x.room.Withdraw(ctx, a, id, in)
	if err != nil {
		return consentOut{}, err
	}
	return outOf(a, c), nil
}

type disclosureOut struct {
	ID            db.ID         `json:"id"`
	Status        string        `json:"status"`
	Version       int64         `json:"version"`
	Actions       []string      `json:"actions"`
	Person        db.ID         `json:"person_id"`
	RecipientKind string        `json:"recipient_kind"`
	Recipient     db.ID         `json:"recipient_id,omitzero"`
	RecipientName string        `json:"recipient_name"`
	Fields        []string      `json:"fields"`
	Basis         string        `json:"basis"`
	Consent       db.ID         `json:"consent_id,omitzero"`
	Provision     string        `json:"provision,omitempty"`
	Reason        string        `json:"reason,omitempty"`
	MadeBy        db.ID         `json:"made_by_id,omitzero" doc:"The user who let it out or recorded it"`
	Finding       string        `json:"finding,omitempty" doc:"What the review of an emergency came to"`
	CreatedAt     calendar.Time `json:"created_at"`
}

// disclosureOf leaves out for residents what tells of staff and investigations.
func disclosureOf(a access.Actor, d consent.Disclosure) disclosureOut {
	out := disclosureOut{ID: d.ID, Status: d.Status, Version: d.Version, Actions: consent.DisclosureFlow.Free(a, d), Person: d.Person,
		RecipientKind: d.RecipientKind, RecipientName: d.RecipientName, Fields: d.Fields.V, Basis: d.Basis, CreatedAt: d.CreatedAt}
	if a.Is(access.StaffRoles...) {
		out.Recipient, out.Consent, out.Provision, out.Reason = d.Recipient, d.Consent, d.Provision, d.Reason
		out.MadeBy, out.Finding = d.MadeBy, d.Finding
	}
	return out
}

// disclosuresQuery asks for those about a person, or for what waits for the
// caller's review.
type disclosuresQuery struct {
	ofPerson
	ToReview bool `json:"to_review,omitempty" doc:"What left in an emergency and waits for a supervisor, of every person the caller sees"`
}

func (x api) disclosures(ctx context.Context, a access.Actor, q disclosuresQuery) (out door.Items[disclosureOut], err error) {
	var list []consent.Disclosure
	if q.ToReview {
		waiting, err := x.room.ToReview(ctx, a, q.Limit)
		if err != nil {
			return out, err
		}
		for _, e := range waiting {
			list = append(list, e.Disclosure)
		}
	} else {
		f, err := x.file(ctx, a, q.ofPerson)
		if err != nil {
			return out, err
		}
		list = f.Disclosures[:min(len(f.Disclosures), q.Limit)]
	}
	for _, d := range list {
		out.Items = append(out.Items, disclosureOf(a, d))
	}
	return out, nil
}

func (x api) disclosure(ctx context.Context, a access.Actor, id db.ID) (disclosureOut, error) {
	e, err := x.room.EmergencyOf(ctx, a, id)
	if err != nil {
		return disclosureOut{}, err
	}
	return disclosureOf(a, e.Disclosure), nil
}

func (x api) record(ctx context.Context, a access.Actor, in consent.DisclosureInput) (disclosureOut, error) {
	d, err := x.room.Record(ctx, a, in)
	if err != nil {
		return disclosureOut{}, uncovered(ctx, err)
	}
	return disclosureOf(a, d), nil
}

func (x api) review(ctx context.Context, a access.Actor, id db.ID, in consent.ReviewInput) (disclosureOut, error) {
	d, err := x.room.Review(ctx, a, id, in)
	if err != nil {
		return disclosureOut{}, err
	}
	return disclosureOf(a, d), nil
}
