package referral

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Past is a referral to load with the one provider that was asked and
// authorized. Invitation and Authorization take from the referral whatever
// they share with it; what was passed on is made here from Profile, and the
// numbers are given here.
type Past struct {
	Referral      Referral
	Invitation    Invitation
	Authorization Authorization
	Profile       people.Profile // as it was when the referral was sent
}

// LoadPast takes in referrals that were authorized elsewhere before, in few
// statements, with journal rows, sealed packets and reach as if each had been
// sent and approved here. The records must be valid; what was disclosed with
// them is loaded by consent.
func LoadPast(tx *op.Tx, in []Past, fiscal calendar.Fiscal) error {
	numbers, err := agency.Numbers(tx, "referral", len(in))
	if err != nil {
		return err
	}
	granted, err := agency.Numbers(tx, "authorization", len(in))
	if err != nil {
		return err
	}
	referrals, invitations := make([]Referral, len(in)), make([]Invitation, len(in))
	authorizations := make([]Authorization, len(in))
	var reach []sight.Reach
	for n := range in {
		x, i, z := in[n].Referral, in[n].Invitation, in[n].Authorization
		x.Number, z.Number, x.Chosen = numbers[n], granted[n], i.ID
		x.Invitees = db.AsJSON([]Invitee{{Provider: i.Provider, Site: i.Site, Offering: i.Offering, Fit: i.Fit, Metres: i.Metres}})
		i.Referral, i.Case, i.Asked = x.ID, x.Case, db.AsJSON(x.asked())
		i.Fields, i.Basis, i.AnswerBy, i.PacketUntil = x.Fields, x.Basis, x.AnswerBy, max(x.PacketUntil, z.Until)
		if i.Packet, err = seal(tx, source{referral: x, profile: in[n].Profile, today: x.CreatedAt.Date(calendar.Zone(tx.Context()))}.packet()); err != nil {
			return err
		}
		z.Referral, z.Invitation, z.Case, z.Person, z.Assignment, z.Benefit = x.ID, i.ID, x.Case, x.Person, x.Assignment, x.Benefit
		z.Provider, z.Site, z.Years = i.Provider, i.Site, db.AsJSON(years(fiscal, z.From, z.Until))
		referrals[n], invitations[n], authorizations[n] = x, i, z
		reach = append(reach, sight.Reach{ScopeKind: sight.Provider, Scope: i.Provider, Kind: "invitation", Record: i.ID, Why: "invited"},
			sight.Reach{ScopeKind: sight.Provider, Scope: i.Provider, Kind: "authorization", Record: z.ID, Why: "authorized"})
	}
	for _, load := range []func() error{
		func() error { return flow.Load(tx, Flow, "draft", referrals) },
		func() error { return flow.Load(tx, InvitationFlow, "send", invitations) },
		func() error { return flow.Load(tx, AuthorizationFlow, "grant", authorizations) },
		func() error { return sight.Open(tx, reach...) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}
