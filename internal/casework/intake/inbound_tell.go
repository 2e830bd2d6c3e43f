package intake

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// What of a person leaves with an outcome: that it is them, and what became of
// their need.
var toldFields = []string{"name", "needs"}

// allows is how much of the outcome the client lets the source know, as the
// referral says.
func (x InboundReferral) allows() string {
	if x.Agreed == "no" || x.TellBack == "" {
		return TellBacks[0]
	}
	return x.TellBack
}

// sourceName names the source of a referral, as disclosures and consents do.
func sourceName(q db.Q, organization db.ID, source string) (string, error) {
	if organization.IsZero() {
		return source, nil
	}
	found, err := people.OrganizationsOf(q, organization)
	if name := found[organization].Name.In(text.JA); name != "" {
		return name, err
	}
	return source, err
}

// keepAgreement keeps with the person, once they are known, that they let the
// source know the outcome, so that they see it and may withdraw it. What was
// kept once is not kept again.
func keepAgreement(tx *op.Tx, x InboundReferral) (InboundReferral, error) {
	if x.Person.IsZero() || !x.Consent.IsZero() || x.allows() == TellBacks[0] {
		return x, nil
	}
	name, err := sourceName(tx, x.Organization, x.Source)
	if err != nil {
		return x, err
	}
	today := tx.Now().Date(calendar.Zone(tx.Context()))
	given, err := consent.Given(tx, x.Person)
	if err != nil {
		return x, err
	}
	kept, missing := given.Covering(consent.Named(name), toldFields, today)
	if len(missing) > 0 {
		if kept, err = giveConsent(tx, x, name, today); err != nil {
			return x, err
		}
	}
	err = tx.As(access.TheSystem(), func() (err error) {
		x, err = flow.Touch(tx, InboundReferralFlow, "agree", x, func(x *InboundReferral) { x.Consent = kept })
		return err
	})
	return x, err
}

// giveConsent keeps what the client said to the source, as the source tells it.
func giveConsent(tx *op.Tx, x InboundReferral, name string, today calendar.Date) (db.ID, error) {
	cards, err := people.CardsOf(tx, x.Person)
	if err != nil {
		return db.ID{}, err
	}
	capacity := "self"
	if youngest, _, known := cards[x.Person].Birth().Age(today); known && youngest < 18 {
		capacity = "minor"
	}
	c, err := flow.Create(tx, consent.Flow, "give", consent.Consent{Person: x.Person, GivenBy: x.Person, Capacity: capacity, Fields: db.AsJSON(toldFields),
		Recipients: db.AsJSON([]string{consent.Named(name)}), GivenOn: today, How: "spoken", RecordedBy: tx.Actor().ID,
		Purpose: text.T(text.From(tx.Context()), "intake.tell_purpose", map[string]any{"number": x.Number, "source": name})})
	return c.ID, err
}

// tellable is how much the source may know today, and by which consent: less
// than the referral says where the consent was withdrawn, and no more than that
// it is closed where the person is protected.
func tellable(q db.Q, x InboundReferral, name string, today calendar.Date) (much string, by db.ID, err error) {
	much = x.allows()
	if much == TellBacks[0] || x.Person.IsZero() {
		return much, by, nil
	}
	cards, err := people.CardsOf(q, x.Person)
	if err != nil {
		return TellBacks[0], by, err
	}
	if c := cards[x.Person]; c.Restricted || c.Protected(today) {
		return TellBacks[0], by, nil
	}
	given, err := consent.Given(q, x.Person)
	if err != nil {
		return TellBacks[0], by, err
	}
	by, missing := given.Covering(consent.Named(name), toldFields, today)
	if len(missing) > 0 {
		return TellBacks[0], db.ID{}, nil
	}
	return much, by, nil
}

// tellReferral keeps that the source was told by telephone, letter or
// otherwise.
func (r *Room) tellReferral(ctx context.Context, a access.Actor, id db.ID, in InboundAnswer) (InboundReferral, error) {
	return op.Do(ctx, r.run, a, "inbound_referral.tell "+id.String(), in, func(tx *op.Tx) (InboundReferral, error) {
		x, err := load(tx, a, tx.Now(), InboundReferralFlow, id)
		if err == nil {
			err = flow.Fresh(x, in.Version)
		}
		if err != nil {
			return x, err
		}
		if f := InboundReferralFlow.May(a, "tell", x); f != nil {
			return x, f
		}
		return tell(tx, x, in.Channel, in.Told)
	})
}

// tell keeps what the source gets to know; where a person is known it is kept
// with them as a disclosure, before the words leave.
func tell(tx *op.Tx, x InboundReferral, way, much string) (InboundReferral, error) {
	name, err := sourceName(tx, x.Organization, x.Source)
	if err != nil {
		return x, err
	}
	may, by, err := tellable(tx, x, name, tx.Now().Date(calendar.Zone(tx.Context())))
	if err != nil {
		return x, err
	}
	if slices.Index(TellBacks, much) > slices.Index(TellBacks, may) {
		return x, fault.Invalid(fault.Field{Pointer: "/told", Key: "intake.fault.not_agreed"})
	}
	x, err = flow.Take(tx, InboundReferralFlow, "tell", x, func(x *InboundReferral) { x.Told, x.ToldBy, x.ToldAt = much, way, tx.Now() })
	if err != nil || x.Person.IsZero() {
		return x, err
	}
	_, err = consent.Disclose(tx, consent.Disclosure{Person: x.Person, RecipientKind: "organization", Recipient: x.Organization, RecipientName: name,
		Fields: db.AsJSON(toldFields), Basis: consent.ByConsent, Consent: by,
		Reason: text.T(text.From(tx.Context()), "intake.tell_purpose", map[string]any{"number": x.Number, "source": name})})
	return x, err
}

// unheard says that the source has not been told as much yet.
func (x InboundReferral) unheard(much string) bool {
	return x.ToldAt == 0 || slices.Index(TellBacks, x.Told) < slices.Index(TellBacks, much)
}

// inboundProgress is what the source learns with its receipt. That it learns an
// outcome is kept first.
func (r *Room) inboundProgress(ctx context.Context, x InboundReferral) (Progress, error) {
	out := Progress{Kind: KindReferral, Stage: stageOf(x.Status), ReceivedAt: x.ReceivedAt}
	if !slices.Contains(inboundEnded, x.Status) {
		return out, nil
	}
	much := TellBacks[0]
	err := r.run.Read(ctx, func(q *db.Reader) error {
		name, err := sourceName(q, x.Organization, x.Source)
		if err == nil {
			much, _, err = tellable(q, x, name, calendar.Today(ctx, r.run.Clock))
		}
		return err
	})
	if err != nil || much == TellBacks[0] {
		return out, err
	}
	if x.unheard(much) {
		_, err = op.Do(ctx, r.run, access.TheSystem(), "inbound_referral.tell "+x.ID.String(), x.Version, func(tx *op.Tx) (InboundReferral, error) {
			now, err := inboundByID(tx, x.ID)
			if err != nil || now.Status == x.Status && !now.unheard(much) { // another look was quicker
				return now, err
			}
			if err := flow.Fresh(now, x.Version); err != nil {
				return now, err
			}
			return tell(tx, now, "receipt", much)
		})
		if err != nil {
			return Progress{}, err
		}
	}
	out.Outcome = x.Status
	if much == "all" {
		out.Answer, out.SentTo = x.Answer, x.SentTo
	}
	return out, nil
}
