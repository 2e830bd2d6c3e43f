package referral

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// consentKind is the prompt that the consent behind a referral ended.
const consentKind = "referral.prompt.consent"

// goesOn are the statuses of a referral whose providers work on what they were
// told.
var goesOn = []string{"sent", "authorized", "in_service"}

// ConsentEnded asks whoever owns the case what is to become of the referrals
// that consents stood behind: their providers are no longer told who it is.
func ConsentEnded(tx *op.Tx, list []consent.Consent) error {
	persons, ids := make([]db.ID, len(list)), make([]db.ID, len(list))
	for n, c := range list {
		persons[n], ids[n] = c.Person, c.ID
	}
	stood, err := standingOn(tx, persons, ids)
	if err != nil {
		return err
	}
	for _, x := range stood {
		if err := cases.Raise(tx, cases.Prompt{Case: x.Case, Kind: consentKind, Args: map[string]any{"title": x.Title}, Href: href(x.ID)}); err != nil {
			return err
		}
	}
	return nil
}

// reopens are why a packet can be shared again: it was recalled, or its consent
// ended.
var reopens = []string{"referral.closed.recalled", "referral.closed.consent"}

// MayShareAgain tells whether what an invitation's provider no longer reads, for
// a reason that closed says, can be shared with them again.
func MayShareAgain(a access.Actor, i Invitation, closed string) bool {
	return slices.Contains(reopens, closed) && InvitationFlow.May(a, "share_again", i) == nil
}

// ShareAgain lets the provider of an invitation read its packet once more, after
// it was recalled or its consent ended: by the basis it was sent on, and by
// consent only where one that stands now covers all of it. It is kept as a
// disclosure of its own, but for what a protective measure holds back by now; of
// a packet whose day is over only the name can be known again, where the
// resident is served.
func (r *Room) ShareAgain(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Invitation, error) {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	if err := f.Err(); err != nil {
		return Invitation{}, err
	}
	return op.Do(ctx, r.run, a, "invitation.share_again "+id.String(), in, func(tx *op.Tx) (Invitation, error) {
		i, err := staffInvitation(tx, a, id, in.Version)
		if err != nil {
			return i, err
		}
		today := tx.Now().Date(calendar.Zone(ctx))
		why, err := closed(tx, today, i)
		if err != nil {
			return i, err
		}
		if !slices.Contains(reopens, why[id]) {
			return i, fault.Conflict("referral.fault.not_closed")
		}
		x, err := referralByID(tx, i.Referral)
		if err != nil {
			return i, err
		}
		if i, err = shareAgain(tx, x, i, in.Reason, today); err != nil {
			return i, err
		}
		tx.Tell(op.Event{Name: "invitation.share_again", Entity: "invitation", Record: i.ID, Root: i.Referral})
		return i, cases.Settle(tx, i.Case, consentKind, href(i.Referral))
	})
}

// shareAgain opens a packet by a basis that stands today, and keeps what of it
// is passed on.
func shareAgain(tx *op.Tx, x Referral, i Invitation, why string, today calendar.Date) (Invitation, error) {
	names, err := provider.Cards(tx, i.Provider)
	if err != nil {
		return i, err
	}
	by, err := standing(tx, x, i, names[i.Provider].Name, today)
	if err != nil {
		return i, err
	}
	i, err = flow.Take(tx, InvitationFlow, "share_again", i, func(i *Invitation) { i.Consent, i.Recalled = by, false }, flow.Because(why))
	if err != nil {
		return i, err
	}
	who, err := people.ProfileOf(tx, x.Person, today)
	if err != nil {
		return i, err
	}
	fields := slices.DeleteFunc(slices.Clone(i.Fields.V), func(field string) bool {
		return slices.Contains(heldBack(who), field) || i.PacketUntil < today && field != "name" && field != "kana"
	})
	if len(fields) == 0 {
		return i, fault.Conflict("referral.closed.expired")
	}
	_, err = consent.Disclose(tx, consent.Disclosure{
		Person: x.Person, RecipientKind: "provider", Recipient: i.Provider, RecipientName: names[i.Provider].Name.In(text.JA),
		Fields: db.AsJSON(fields), Basis: i.Basis, Consent: by, Provision: x.Provision, Reason: x.Reason, Invitation: i.ID,
	})
	return i, err
}

// standing is the consent that an invitation may stand on today; none for one
// of another basis.
func standing(q db.Q, x Referral, i Invitation, called text.Pair, today calendar.Date) (db.ID, error) {
	if i.Basis != consent.ByConsent {
		return db.ID{}, nil
	}
	given, err := consent.Given(q, x.Person)
	if err != nil {
		return db.ID{}, err
	}
	found, missing := given.Covering(consent.Recipient(i.Provider), i.Fields.V, today)
	if len(missing) > 0 {
		return db.ID{}, fault.Conflict("referral.fault.no_consent").With("provider", called).With("fields", fieldNames(missing))
	}
	return found, nil
}

// withhold takes out of a packet what a protective measure holds back by now,
// though it was not in force when the packet was sent.
func (p Packet) withhold(q db.Q, of db.ID, today calendar.Date) (Packet, error) {
	if !slices.ContainsFunc(p.Entries, func(e Entry) bool { return e.Field == "phone" || e.Field == "address" }) {
		return p, nil
	}
	x, err := referralByID(q, of)
	if err != nil {
		return Packet{}, err
	}
	who, err := people.ProfileOf(q, x.Person, today)
	if err != nil {
		return Packet{}, err
	}
	held := heldBack(who)
	for n, e := range p.Entries {
		if slices.Contains(held, e.Field) {
			p.Entries[n] = Entry{Field: e.Field, Withheld: true}
		}
	}
	return p, nil
}
