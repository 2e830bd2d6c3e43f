package web

import (
	"context"
	"errors"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
)

var linksOf = door.Resource{Name: "inbound-links", Doc: "Links with which a partner sends one referral without an account; the token is told once, when it is made"}

var listsOf = door.Resource{Name: "inbound-lists", Doc: "Lists of referrals that you brought; once one ended, no more of its rows than what became of each"}

func mountInboundAPI(d *door.Router, x api) {
	door.List(d, referralsOf, readers, x.list(intake.KindReferral))
	door.Get(d, referralsOf, readers, x.referral)
	door.Create(d, referralsOf, keepers, x.receiveReferral)
	door.Step(d, referralsOf, "edit", keepers, x.editReferral)
	door.Step(d, referralsOf, "join", keepers, x.room.JoinReferral)
	x.mountLeave(d, referralsOf, intake.KindReferral)
	for _, step := range []string{"review", "decline", "send_elsewhere", "tell", "reopen", "void"} {
		door.Step(d, referralsOf, step, stepRoles(step), x.referralStep(step))
	}
	door.Step(d, referralsOf, "give_receipt", keepers, x.giveReceipt)
	door.List(d, listsOf, listers, x.lists)
	door.Get(d, listsOf, listers, x.listOf)
	door.List(d, linksOf, readers, x.links)
	door.Get(d, linksOf, readers, x.link)
	door.Create(d, linksOf, keepers, x.makeLink)
	door.Step(d, linksOf, "revoke", keepers, x.revokeLink)
}

type referralOut struct {
	head
	Came           string        `json:"came"`
	Organization   db.ID         `json:"organization_id,omitzero"`
	Source         string        `json:"source,omitempty"`
	Contact        string        `json:"contact,omitempty"`
	ContactPerson  string        `json:"contact_person,omitempty"`
	SourcePhone    string        `json:"source_phone,omitempty"`
	SourceEmail    string        `json:"source_email,omitempty"`
	Reference      string        `json:"reference,omitempty"`
	Client         string        `json:"client,omitempty"`
	ClientKana     string        `json:"client_kana,omitempty"`
	ClientBirth    calendar.Date `json:"client_birth,omitempty"`
	ClientPhone    string        `json:"client_phone,omitempty"`
	ClientAddress  string        `json:"client_address,omitempty"`
	ClientLanguage string        `json:"client_language,omitempty"`
	Household      string        `json:"household,omitempty"`
	Need           string        `json:"need"`
	Urgent         bool          `json:"urgent"`
	NeededOn       calendar.Date `json:"needed_on,omitempty"`
	Agreed         string        `json:"agreed"`
	TellBack       string        `json:"tell_back"`
	Consent        db.ID         `json:"consent_id,omitzero"`
	Grounds        string        `json:"grounds,omitempty"`
	Answer         string        `json:"answer,omitempty"`
	SentTo         string        `json:"sent_to,omitempty"`
	ToldAt         calendar.Time `json:"told_at,omitempty"`
	ToldBy         string        `json:"told_by,omitempty"`
	Told           string        `json:"told,omitempty"`
	// What stands only in the answer to the call that took it.
	ReceiptNumber string `json:"receipt_number,omitempty" doc:"For the source, told once: with it the source asks how far it is"`
	Repeated      bool   `json:"repeated,omitempty" doc:"It was here already under the same reference"`
}

func (x api) referral(ctx context.Context, a access.Actor, id db.ID) (referralOut, error) {
	f, err := x.room.Referral(ctx, a, id)
	r := f.Record
	return referralOut{head: headOf(f, r.Arrival), Came: r.Came, Organization: r.Organization, Source: r.Source, Contact: r.Contact, ContactPerson: r.ContactPerson,
		SourcePhone: r.SourcePhone, SourceEmail: r.SourceEmail, Reference: r.Reference, Client: r.Client, ClientKana: r.ClientKana, ClientBirth: r.ClientBirth,
		ClientPhone: r.ClientPhone, ClientAddress: r.ClientAddress, ClientLanguage: r.ClientLanguage, Household: r.Household, Need: r.Need, Urgent: r.Urgent,
		NeededOn: r.NeededOn, Agreed: r.Agreed, TellBack: r.TellBack, Consent: r.Consent, Grounds: r.Grounds, Answer: r.Answer, SentTo: r.SentTo,
		ToldAt: r.ToldAt, ToldBy: r.ToldBy, Told: r.Told}, err
}

func (x api) receiveReferral(ctx context.Context, a access.Actor, in intake.InboundInput) (referralOut, error) {
	r, err := x.room.TakeReferral(ctx, a, "api", in)
	if err != nil {
		return referralOut{}, err
	}
	out, err := x.referral(ctx, a, r.ID)
	out.ReceiptNumber, out.Repeated = r.ReceiptNumber, r.Repeated
	return out, err
}

func (x api) editReferral(ctx context.Context, a access.Actor, id db.ID, in intake.InboundInput) (referralOut, error) {
	if _, err := x.room.EditReferral(ctx, a, id, in); err != nil {
		return referralOut{}, err
	}
	return x.referral(ctx, a, id)
}

// referralStep takes a step and answers the record as it stands then.
func (x api) referralStep(step string) func(context.Context, access.Actor, db.ID, intake.InboundAnswer) (referralOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in intake.InboundAnswer) (referralOut, error) {
		if _, err := x.room.ReferralStep(ctx, a, id, step, in); err != nil {
			return referralOut{}, err
		}
		out, err := x.referral(ctx, a, id)
		if errors.Is(err, fault.KindNotFound) {
			return referralOut{}, nil // entered in error, or out of sight
		}
		return out, err
	}
}

func (x api) giveReceipt(ctx context.Context, a access.Actor, id db.ID, in versionIn) (referralOut, error) {
	given, err := x.room.GiveReceipt(ctx, a, id, in.Version)
	if err != nil {
		return referralOut{}, err
	}
	out, err := x.referral(ctx, a, id)
	out.ReceiptNumber = given.Receipt
	return out, err
}

// linkOut is a link without its token; status is expired for one that ran out.
type linkOut struct {
	ID            db.ID         `json:"id"`
	Status        string        `json:"status"`
	Version       int64         `json:"version"`
	Actions       []string      `json:"actions"`
	Organization  db.ID         `json:"organization_id,omitzero"`
	Source        string        `json:"source,omitempty"`
	ContactPerson string        `json:"contact_person,omitempty"`
	SourcePhone   string        `json:"source_phone,omitempty"`
	SourceEmail   string        `json:"source_email,omitempty"`
	ExpiresAt     calendar.Time `json:"expires_at"`
	UsedAt        calendar.Time `json:"used_at,omitempty"`
	Token         string        `json:"token,omitempty" doc:"Told once: the last part of the address /public/refer/"`
}

func linkOutOf(x intake.LinkView) linkOut {
	return linkOut{ID: x.ID, Status: x.Stands, Version: x.Version, Actions: free(x.Actions), Organization: x.Organization, Source: x.Source,
		ContactPerson: x.ContactPerson, SourcePhone: x.SourcePhone, SourceEmail: x.SourceEmail, ExpiresAt: x.ExpiresAt, UsedAt: x.UsedAt}
}

func (x api) links(ctx context.Context, a access.Actor, q pageQuery) (door.Items[linkOut], error) {
	var out door.Items[linkOut]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	limit := q.Limit
	if limit <= 0 || limit > door.MaxLimit {
		limit = door.DefaultLimit
	}
	list, err := x.room.Links(ctx, a, before, limit+1)
	if err != nil {
		return out, err
	}
	list, out.Next = door.Cut(list, limit, func(l intake.LinkView) string { return l.ID.String() })
	for _, l := range list {
		out.Items = append(out.Items, linkOutOf(l))
	}
	return out, nil
}

func (x api) link(ctx context.Context, a access.Actor, id db.ID) (linkOut, error) {
	l, err := x.room.Link(ctx, a, id)
	return linkOutOf(l), err
}

func (x api) makeLink(ctx context.Context, a access.Actor, in intake.LinkInput) (linkOut, error) {
	made, err := x.room.MakeLink(ctx, a, in)
	if err != nil {
		return linkOut{}, err
	}
	out, err := x.link(ctx, a, made.ID)
	out.Token = made.Secret
	return out, err
}

func (x api) revokeLink(ctx context.Context, a access.Actor, id db.ID, in versionIn) (linkOut, error) {
	if _, err := x.room.RevokeLink(ctx, a, id, in.Version); err != nil {
		return linkOut{}, err
	}
	return x.link(ctx, a, id)
}

// listOut is a list that somebody brought. Rows stand in the answer for one list.
type listOut struct {
	ID        db.ID          `json:"id"`
	Status    string         `json:"status"`
	Version   int64          `json:"version"`
	CreatedAt calendar.Time  `json:"created_at"`
	Counts    map[string]int `json:"counts" doc:"How many rows stand how: fresh, alike, repeat, fault, taken"`
	Rows      []listRowOut   `json:"rows,omitempty"`
}

// listRowOut is what was found out about a row, and what became of it.
type listRowOut struct {
	Line     int    `json:"line"`
	State    string `json:"state"`
	Client   string `json:"client,omitempty" doc:"As long as the list is looked through"`
	Before   string `json:"before,omitempty" doc:"The number of what was here already"`
	Number   string `json:"number,omitempty"`
	Referral db.ID  `json:"inbound_referral_id,omitzero"`
}

func listOutOf(x intake.InboundList) listOut {
	return listOut{ID: x.ID, Status: x.Status, Version: x.Version, CreatedAt: x.CreatedAt, Counts: x.Counts.V}
}

func (x api) lists(ctx context.Context, a access.Actor, q pageQuery) (door.Items[listOut], error) {
	var out door.Items[listOut]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	limit := q.Limit
	if limit <= 0 || limit > door.MaxLimit {
		limit = door.DefaultLimit
	}
	list, err := x.room.Lists(ctx, a, before, limit+1)
	if err != nil {
		return out, err
	}
	list, out.Next = door.Cut(list, limit, func(l intake.InboundList) string { return l.ID.String() })
	for _, l := range list {
		out.Items = append(out.Items, listOutOf(l))
	}
	return out, nil
}

func (x api) listOf(ctx context.Context, a access.Actor, id db.ID) (listOut, error) {
	v, err := x.room.ListOf(ctx, a, id)
	out := listOutOf(v.InboundList)
	for _, r := range v.Rows {
		out.Rows = append(out.Rows, listRowOut{Line: r.Line, State: r.State, Client: r.Client, Before: r.Before, Number: r.Number, Referral: r.Made})
	}
	return out, err
}
