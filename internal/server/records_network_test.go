package server_test

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
)

// theirs is the variant that belongs to the provider whose askers are strangers to all others.
const theirs = "another provider's"

// networkRecords are the samples of providers asked, authorized and delivering. What stands in the
// portal is that of the provider midori; the resident's own is osamu's.
func (s *sample) networkRecords() map[string][]variant {
	sent := func() string { return s.invitation("midori") }
	return map[string][]variant{
		"providers/{step}":         is("suspend"),
		"referrals/{step}":         is("withdraw"),
		"referrals/{id}":           {{"draft", func() string { return s.referral(s.caseFile(false)).ID.String() }}, {"restricted", func() string { return s.referral(s.caseFile(true)).ID.String() }}},
		"portal/referrals/{id}":    {{"", sent}, {theirs, func() string { return s.invitation("kokoro") }}},
		"invitations/{id}":         {{"", sent}, {theirs, func() string { return s.invitation("kokoro") }}},
		"invitations/{invitation}": {{"", sent}},
		"authorizations/{id}":      {{"", func() string { return s.authorization("midori").ID.String() }}, {theirs, func() string { return s.authorization("kokoro").ID.String() }}},
		"schedules/{id}":           {{"", func() string { return s.schedule("provider_manager") }}, {theirs, func() string { return s.schedule("provider_manager:other") }}},
		"sessions/{id}":            {{"", func() string { return s.session("midori").session }}, {theirs, func() string { return s.session("kokoro").session }}},
		"session-enrolments/{id}":  {{"", func() string { return s.session("midori").place }}, {theirs, func() string { return s.session("kokoro").place }}},
		"portal/offerings/{id}":    {{"", func() string { return s.offering("midori") }}, {theirs, func() string { return s.offering("kokoro") }}},
		"my/sessions/{id}":         {{"", func() string { return s.session("midori").place }}},
	}
}

func init() {
	for pattern, body := range map[string]string{
		"/api/v1/invitations/{id}/decline":                   `{"reason":"full"}`,
		"/api/v1/invitations/{id}/offer_waitlist":            `{"wait_days":10}`,
		"/api/v1/invitations/{id}/request_authorization":     `{"first_date":"2026-12-01","units":"2","unit":"session","price":{"amount":"1000","currency":"JPY"}}`,
		"/api/v1/invitations/{id}/recall":                    `{"reason":"見本"}`,
		"/api/v1/invitations/{id}/withdraw":                  `{"reason":"見本"}`,
		"/api/v1/invitations/{invitation}/messages":          `{"body":"見本"}`,
		"/api/v1/referrals/{id}/withdraw":                    `{"reason":"見本"}`,
		"/api/v1/referrals/{id}/end":                         `{"reason":"見本"}`,
		"/api/v1/authorizations/{id}/revoke":                 `{"reason":"見本"}`,
		"/api/v1/schedules/{id}/reject":                      `{"reason":"見本"}`,
		"/api/v1/schedules/{id}/void":                        `{"reason":"見本"}`,
		"/api/v1/sessions/{id}/cancel":                       `{"reason":"見本"}`,
		"/api/v1/sessions/{id}/void":                         `{"reason":"見本"}`,
		"/api/v1/sessions/{id}/postpone":                     `{"on":"2026-12-02","reason":"見本"}`,
		"/api/v1/session-enrolments/{id}/void":               `{"reason":"見本"}`,
		"/api/v1/session-enrolments/{id}/note":               `{"note":"見本"}`,
		"/api/v1/session-enrolments/{id}/progress":           `{"body":"見本"}`,
		"/api/v1/session-enrolments/{id}/cancel_by_resident": `{"reason":"見本"}`,
		"/api/v1/session-enrolments/{id}/cancel_by_provider": `{"reason":"見本"}`,
	} {
		bodies[pattern] = body
	}
}

// offering is what a provider with askers of its own offers.
func (s *sample) offering(of string) string {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("program_manager").actor, s.srv.Rooms.Providers
	site, err := room.AddSite(ctx, a, provider.SiteInput{Provider: s.provider[of], Name: text.Both("本部"), Address: "みなと市栄町1-1"})
	s.must(err)
	x, err := room.AddOffering(ctx, a, provider.OfferingInput{Site: site.ID, Name: text.Both("見本"), Openings: 1})
	return s.id(x.ID, err)
}

func (s *sample) referral(c cases.Case) referral.Referral {
	s.t.Helper()
	x, err := s.srv.Rooms.Referrals.Draft(s.t.Context(), s.as("caseworker").actor, referral.NeedInput{Case: c.ID, Title: "見本",
		Units: ledger.Units(2), Unit: "session", From: "2026-12-01", Until: "2027-01-31"})
	s.must(err)
	return x
}

// invitation is what a provider was asked with.
func (s *sample) invitation(of string) string {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("caseworker").actor, s.srv.Rooms.Referrals
	c := s.caseFile(false)
	fields := []string{"name"}
	_, err := s.srv.Rooms.Consents.Give(ctx, a, consent.Input{Person: c.Person, Fields: fields, Recipients: []string{consent.AnyInvited}, Purpose: "見本", How: "paper"})
	s.must(err)
	x := s.referral(c)
	x, err = room.Choose(ctx, a, x.ID, referral.ChooseInput{Invitees: []referral.Invitee{{Provider: s.provider[of]}}, Version: x.Version})
	s.must(err)
	x, err = room.Cover(ctx, a, x.ID, referral.CoverInput{Fields: fields, Basis: consent.ByConsent, Summary: "見本", Version: x.Version})
	s.must(err)
	x, err = room.Send(ctx, a, x.ID, referral.SendInput{Version: x.Version})
	s.must(err)
	f, err := room.Get(ctx, a, x.ID)
	s.must(err)
	if len(f.Invitations) != 1 {
		s.t.Fatalf("%d invitations", len(f.Invitations))
	}
	return f.Invitations[0].ID.String()
}

// authorization lets a provider help the resident at once.
func (s *sample) authorization(of string) referral.Authorization {
	s.t.Helper()
	ctx := s.t.Context()
	c := s.residentCase()
	z, err := s.srv.Rooms.Referrals.AuthorizeEmergency(ctx, s.as("caseworker").actor, referral.EmergencyInput{Case: c.ID, Provider: s.provider[of], Title: "見本",
		Units: ledger.Units(2), Price: ledger.Yen(1000), Days: 7, Reason: "見本"})
	s.must(err)
	return z
}

func (s *sample) schedule(who string) string {
	s.t.Helper()
	x, err := s.srv.Rooms.Delivery.Draft(s.t.Context(), s.as(who).actor, delivery.ScheduleInput{Title: "見本", Repeat: "once", From: "2026-12-01", Starts: "14:00", Minutes: 60})
	return s.id(x.ID, err)
}

// session is one of tomorrow, with the resident's place in it.
func (s *sample) session(of string) struct{ session, place string } {
	s.t.Helper()
	ctx, who, room := s.t.Context(), s.as(map[string]string{"midori": "provider_manager", "kokoro": "provider_manager:other"}[of]).actor, s.srv.Rooms.Delivery
	x, err := room.Book(ctx, who, delivery.SessionInput{Title: "見本", On: "2026-11-25", Starts: "14:00", Minutes: 60})
	s.must(err)
	placed, err := room.Enrol(ctx, who, delivery.EnrolInput{Sessions: []db.ID{x.ID}, Authorizations: []db.ID{s.authorization(of).ID}})
	s.must(err)
	if len(placed) != 1 || placed[0].Fault != "" {
		s.t.Fatalf("no place: %+v", placed)
	}
	return struct{ session, place string }{x.ID.String(), placed[0].Enrolment.String()}
}
