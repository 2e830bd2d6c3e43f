package referral

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Open is a provider reading an invitation: the first time it counts as
// viewed, and every time it is kept that it was opened. A packet that is
// closed is not shown.
func (r *Room) Open(ctx context.Context, a access.Actor, id db.ID) (Opened, error) {
	if !a.Is(access.ProviderRoles...) {
		return Opened{}, fault.NotFound()
	}
	var o Opened
	read := func() error {
		return r.run.Read(ctx, func(q *db.Reader) (err error) {
			o, err = r.opened(q, a, id)
			return err
		})
	}
	if err := read(); err != nil {
		return o, err
	}
	if o.Invitation.Status == "sent" && o.Closed == "" {
		_, err := op.Do(ctx, r.run, a, "invitation.view "+id.String(), nil, func(tx *op.Tx) (bool, error) {
			return true, view(tx, a, id)
		})
		if err != nil {
			return o, err
		}
		if err := read(); err != nil {
			return o, err
		}
	}
	what := ""
	if o.Closed == "" {
		what = "packet"
	}
	return o, r.run.Reads.Note(ctx, a, "opened", "invitation", id, what)
}

// view marks an invitation as viewed, once.
func view(tx *op.Tx, a access.Actor, id db.ID) error {
	i, err := loadInvitation(tx, a, tx.Now(), id)
	if err != nil || i.Status != "sent" {
		return err
	}
	if i, err = flow.Take(tx, InvitationFlow, "view", i, func(i *Invitation) { i.ViewedAt = tx.Now() }); err != nil {
		return err
	}
	tx.Tell(op.Event{Name: "invitation.viewed", Entity: "invitation", Record: i.ID, Root: i.Referral})
	return nil
}

// answer runs an answer to an invitation, given by the provider itself or
// entered for it. The referral's row is held, so that no answer comes between
// the offers and the decision.
func (r *Room) answer(ctx context.Context, a access.Actor, id db.ID, step string, version int64, in any, by For, edit func(*Invitation)) (Invitation, error) {
	return op.Do(ctx, r.run, a, "invitation."+step+" "+id.String(), in, func(tx *op.Tx) (Invitation, error) {
		i, err := loadInvitation(tx, a, tx.Now(), id)
		if err != nil {
			return i, err
		}
		if err := lock(tx, i.Referral); err != nil {
			return i, err
		}
		if i, err = loadInvitation(tx, a, tx.Now(), id); err != nil {
			return i, err
		}
		if err := flow.Fresh(i, version); err != nil {
			return i, err
		}
		if a.Is(access.ProviderRoles...) && step != "decline" {
			why, err := closed(tx, tx.Now().Date(calendar.Zone(ctx)), i)
			if err != nil {
				return i, err
			}
			if why[id] != "" {
				return i, fault.Conflict(why[id])
			}
		}
		i, err = flow.Take(tx, InvitationFlow, step, i, func(i *Invitation) {
			i.clear()
			edit(i)
			i.AnsweredAt = tx.Now()
			if a.Is(access.StaffRoles...) {
				i.EnteredBy, i.Channel, i.SaidBy = a.ID, by.Channel, by.SaidBy
			}
		})
		if err != nil {
			return i, err
		}
		tx.Tell(op.Event{Name: "invitation." + i.Status, Entity: "invitation", Record: i.ID, Root: i.Referral})
		return i, r.answered(tx, i)
	})
}

// clear takes an earlier answer away.
func (i *Invitation) clear() {
	i.Openings, i.FirstDate, i.WaitDays, i.Units, i.Unit, i.Minor, i.Currency = 0, "", 0, 0, "", 0, ""
	i.Practitioner, i.Languages, i.Note, i.Decline = "", db.AsJSON[[]string](nil), "", ""
	i.EnteredBy, i.Channel, i.SaidBy = db.ID{}, "", ""
}

// answered asks those who work on the case to compare, or to look further when
// everybody has said no.
func (r *Room) answered(tx *op.Tx, i Invitation) error {
	x, err := referralByID(tx, i.Referral)
	if err != nil {
		return err
	}
	list, err := invitationsOf(tx, i.Referral)
	if err != nil {
		return err
	}
	offers, open := 0, 0
	for _, o := range list {
		switch o.Status {
		case "requested", "waitlist_offered":
			offers++
		case "sent", "viewed":
			open++
		}
	}
	args := map[string]any{"title": x.Title, "n": offers}
	kind, next := "referral.prompt.answered", "referral.next.compare"
	if offers == 0 {
		kind, next = "referral.prompt.nobody", "referral.next.look_further"
	}
	if open == 0 {
		if err := cases.SetNext(tx, x.Case, x.AnswerBy, next); err != nil {
			return err
		}
	}
	if offers == 0 && open > 0 {
		return nil
	}
	return cases.Raise(tx, cases.Prompt{Case: x.Case, Kind: kind, Args: args, Href: href(x.ID)})
}

// RequestAuthorization offers to help and asks for authorization.
func (r *Room) RequestAuthorization(ctx context.Context, a access.Actor, id db.ID, in OfferInput) (Invitation, error) {
	if err := in.validate(a.Is(access.StaffRoles...), r.today(ctx)); err != nil {
		return Invitation{}, err
	}
	return r.answer(ctx, a, id, "request_authorization", in.Version, in, in.For, func(i *Invitation) {
		i.Openings, i.FirstDate, i.Units, i.Unit = in.Openings, in.FirstDate, in.Units, in.Unit
		i.Minor, i.Currency, i.Practitioner, i.Languages, i.Note = in.Price.Minor, in.Price.Currency, in.Practitioner, db.AsJSON(in.Languages), in.Note
	})
}

// OfferWaitlist offers a place later.
func (r *Room) OfferWaitlist(ctx context.Context, a access.Actor, id db.ID, in WaitInput) (Invitation, error) {
	if err := in.validate(a.Is(access.StaffRoles...)); err != nil {
		return Invitation{}, err
	}
	return r.answer(ctx, a, id, "offer_waitlist", in.Version, in, in.For, func(i *Invitation) {
		i.WaitDays, i.FirstDate, i.Note = in.WaitDays, in.FirstDate, in.Note
	})
}

// Decline says no; the packet closes with it.
func (r *Room) Decline(ctx context.Context, a access.Actor, id db.ID, in DeclineInput) (Invitation, error) {
	if err := in.validate(a.Is(access.StaffRoles...)); err != nil {
		return Invitation{}, err
	}
	return r.answer(ctx, a, id, "decline", in.Version, in, in.For, func(i *Invitation) { i.Decline, i.Note = in.Reason, in.Note })
}

// SayInput is a message of an invitation's thread.
type SayInput struct {
	Body string `json:"body"`
}

// Say adds to the thread between the agency and one provider.
func (r *Room) Say(ctx context.Context, a access.Actor, invitation db.ID, in SayInput) (Message, error) {
	var f fault.Fields
	prose(&f, "/body", &in.Body)
	if in.Body == "" {
		f.Add("/body", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Message{}, err
	}
	return op.Do(ctx, r.run, a, "invitation.say "+invitation.String(), in, func(tx *op.Tx) (Message, error) {
		i, err := loadInvitation(tx, a, tx.Now(), invitation)
		if err != nil {
			return Message{}, err
		}
		side := "provider"
		if a.Is(access.StaffRoles...) {
			side = "agency"
		}
		if i.Recalled || i.Status == "withdrawn" {
			return Message{}, fault.Conflict("referral.closed.recalled")
		}
		m, err := flow.Create(tx, MessageFlow, "say", Message{Invitation: i.ID, Referral: i.Referral, Author: a.ID, Side: side, Body: in.Body})
		if err != nil {
			return m, err
		}
		tx.Tell(op.Event{Name: "invitation.message_from_" + side, Entity: "invitation", Record: i.ID, Root: i.Referral})
		if side == "provider" {
			err = cases.Raise(tx, cases.Prompt{Case: i.Case, Kind: "referral.prompt.message", Args: map[string]any{"title": i.Asked.V.Title}, Href: href(i.Referral)})
		} else {
			err = cases.Settle(tx, i.Case, "referral.prompt.message", href(i.Referral))
		}
		return m, err
	})
}
