package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/referral"
)

// inboxQuery is a part of the provider's list.
type inboxQuery struct {
	View   string `json:"view,omitempty"`
	Cursor db.ID  `json:"cursor,omitzero"`
}

func (p *pages) inbox(w http.ResponseWriter, r *http.Request) error {
	var q inboxQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if _, ok := referral.Inbox[q.View]; !ok {
		q.View = referral.InboxViews[0]
	}
	ctx := r.Context()
	list, counts, err := p.room.Received(ctx, access.From(ctx), q.View, q.Cursor, pageSize+1)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "referral.web.inbox")}, inboxPage(inboxTable(ctx, q, list, counts)))
}

func portalAt(id db.ID) string { return "/portal/referrals/" + id.String() }

// opened reads the invitation whose id is in the path, as its provider.
func (p *pages) opened(r *http.Request) (referral.Opened, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return referral.Opened{}, err
	}
	return p.room.Open(r.Context(), access.From(r.Context()), id)
}

func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	o, err := p.opened(r)
	if err != nil {
		return err
	}
	page := ui.Page{Title: o.Invitation.Asked.V.Title, Crumbs: []ui.Crumb{{Label: text.Word(r.Context(), "referral.web.inbox"), Href: "/portal/referrals"}, {Label: o.Invitation.Asked.V.Number}}}
	return door.Show(w, r, page, openedPage(o, nil))
}

// question is one of the answers' pages.
func question(ctx context.Context, i referral.Invitation, below, step string) ui.QuestionProps {
	return ui.QuestionProps{
		Form:  ui.FormProps{Action: portalAt(i.ID) + "/" + below, Version: strconv.FormatInt(i.Version, 10)},
		Title: text.Word(ctx, "step.invitation."+step), Hint: i.Asked.V.Title, BackHref: portalAt(i.ID), Next: text.Word(ctx, "step.invitation."+step),
	}
}

// ask draws the page of an answer; wrong is what came back.
func (p *pages) ask(w http.ResponseWriter, r *http.Request, below, step string, fields func(q ui.QuestionProps, i referral.Invitation) templ.Component, wrong error) error {
	o, err := p.opened(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	q := question(ctx, o.Invitation, below, step)
	page := ui.Page{Title: q.Title}
	now := answerOf(below, o.Invitation)
	if wrong != nil {
		edit := door.Edit{Form: q.Form, Words: answerWords, Read: readAnswer(ctx), Submit: "step.invitation." + step, Cancel: q.BackHref}
		if o.Closed == "" {
			edit.Now = now
		}
		return door.RefuseEdit(w, r, wrong, page, edit, func(err error) templ.Component {
			q.Form.Version, q.Form.Typed, q.Form.Fault = door.Typed(r).Get("version"), door.Typed(r), err
			q.Form = door.Opened(q.Form, now)
			return fields(q, o.Invitation)
		})
	}
	if o.Closed != "" {
		return door.See(w, r, portalAt(o.Invitation.ID))
	}
	q.Form = door.Opened(q.Form, now)
	return door.Show(w, r, page, fields(q, o.Invitation))
}

// answerOf is the answer given so far as the page of an answer shows it: an
// offer as it was made, otherwise what was asked for.
func answerOf(below string, i referral.Invitation) any {
	switch {
	case below == "waitlist":
		return referral.WaitInput{WaitDays: i.WaitDays, Note: i.Note}
	case below == "decline":
		return referral.DeclineInput{Reason: i.Decline, Note: i.Note}
	}
	return offerSaid(i)
}

// offerShown is an offer as its form shows it.
type offerShown struct {
	referral.OfferInput
	Price string `json:"price,omitempty"`
}

func offerSaid(i referral.Invitation) offerShown {
	if i.Status != "requested" {
		return offerShown{OfferInput: referral.OfferInput{Units: i.Asked.V.Units, Unit: i.Asked.V.Unit}}
	}
	x := offerShown{OfferInput: referral.OfferInput{Openings: i.Openings, FirstDate: i.FirstDate, Units: i.Units, Unit: i.Unit,
		Practitioner: i.Practitioner, Languages: i.Languages.V, Note: i.Note}}
	if i.Currency != "" {
		x.Price = i.Price().Amount()
	}
	return x
}

// count is a number as a field shows it, nothing for none.
func count(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

var answerWords = map[string]string{"openings": "referral.web.openings", "first_date": "referral.web.first_date", "units": "referral.web.units", "unit": "referral.web.unit",
	"price": "referral.web.price", "practitioner": "referral.web.practitioner", "note": "referral.web.note",
	"wait_days": "referral.web.wait_days", "reason": "referral.web.reason"}

// readAnswer reads the values of an answer that are not words by themselves.
func readAnswer(ctx context.Context) func(name, value string) string {
	return func(name, value string) string {
		switch name {
		case "unit":
			return labelled(options(ctx, unitKey, unitOptions(), nil), value)
		case "reason":
			return labelled(options(ctx, declineKey, referral.Declines, nil), value)
		}
		return ""
	}
}

// answer runs an answer's form and leads back to the invitation.
func (p *pages) answer(w http.ResponseWriter, r *http.Request, in any, do func(ctx context.Context, a access.Actor, id db.ID) error, again func(wrong error) error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if err = do(ctx, access.From(ctx), id); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.answered")
			return door.See(w, r, portalAt(id))
		}
	}
	return again(err)
}

func (p *pages) askRequest(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "request", "request_authorization", requestPage, nil)
}

func (p *pages) request(w http.ResponseWriter, r *http.Request) error {
	var in referral.OfferInput
	return p.answer(w, r, &in, func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.RequestAuthorization(ctx, a, id, in)
		return err
	}, func(wrong error) error { return p.ask(w, r, "request", "request_authorization", requestPage, wrong) })
}

func (p *pages) askWait(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "waitlist", "offer_waitlist", waitPage, nil)
}

func (p *pages) wait(w http.ResponseWriter, r *http.Request) error {
	var in referral.WaitInput
	return p.answer(w, r, &in, func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.OfferWaitlist(ctx, a, id, in)
		return err
	}, func(wrong error) error { return p.ask(w, r, "waitlist", "offer_waitlist", waitPage, wrong) })
}

func (p *pages) askDecline(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "decline", "decline", declinePage, nil)
}

func (p *pages) decline(w http.ResponseWriter, r *http.Request) error {
	var in referral.DeclineInput
	return p.answer(w, r, &in, func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Decline(ctx, a, id, in)
		return err
	}, func(wrong error) error { return p.ask(w, r, "decline", "decline", declinePage, wrong) })
}

func (p *pages) sayBack(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in referral.SayInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Say(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.said")
			return door.See(w, r, portalAt(id))
		}
	}
	o, readErr := p.opened(r)
	if readErr != nil {
		return readErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: o.Invitation.Asked.V.Title}, func(err error) templ.Component { return openedPage(o, err) })
}
