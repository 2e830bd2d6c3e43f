package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// passedOn is what a provider was told of somebody by consent.
var passedOn = []string{"雲雀ヶ丘", "ヒバリガオカ", "090-9753-2468", "朝の見守りを望んでいる"}

// served is somebody whom a provider was told of by consent, authorized for, has seen once and asks to be paid for.
type served struct {
	consent    consent.Consent
	invitation referral.Invitation
	samples    map[string][]variant // the records of it, by the parts of addresses
}

func (s *sample) served() served {
	s.t.Helper()
	ctx, rooms, worker, manager := s.t.Context(), s.srv.Rooms, s.as("caseworker").actor, s.as("provider_manager").actor
	fields := []string{"name", "kana", "phone", "needs"}
	p, err := rooms.People.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: passedOn[0], Given: "見本", FamilyKana: passedOn[1], GivenKana: "ミホン"}},
		Contacts: []people.ContactInput{{Kind: "mobile", Value: passedOn[2]}}})
	s.must(err)
	c, err := rooms.Cases.Open(ctx, worker, cases.OpenInput{Person: p.ID, Kind: "housing"})
	s.must(err)
	given, err := rooms.Consents.Give(ctx, worker, consent.Input{Person: p.ID, Fields: fields, Recipients: []string{consent.AnyInvited}, Purpose: "見本", How: "paper"})
	s.must(err)
	x := s.referral(c)
	x, err = rooms.Referrals.Choose(ctx, worker, x.ID, referral.ChooseInput{Invitees: []referral.Invitee{{Provider: s.provider["midori"]}}, Version: x.Version})
	s.must(err)
	x, err = rooms.Referrals.Cover(ctx, worker, x.ID, referral.CoverInput{Fields: fields, Basis: consent.ByConsent, Summary: passedOn[3], Version: x.Version})
	s.must(err)
	x, err = rooms.Referrals.Send(ctx, worker, x.ID, referral.SendInput{Version: x.Version})
	s.must(err)
	f, err := rooms.Referrals.Get(ctx, worker, x.ID)
	s.must(err)
	i, err := rooms.Referrals.RequestAuthorization(ctx, manager, f.Invitations[0].ID, referral.OfferInput{FirstDate: "2026-12-01", Units: ledger.Units(2), Unit: "session",
		Price: ledger.Yen(1000), Version: f.Invitations[0].Version})
	s.must(err)
	z, err := rooms.Referrals.Approve(ctx, worker, i.ID, referral.ApproveInput{Units: ledger.Units(2), Price: ledger.Yen(1000), From: "2026-11-24", Until: "2027-01-31", Version: i.Version})
	s.must(err)
	held, err := rooms.Delivery.Book(ctx, manager, delivery.SessionInput{Title: "見本", On: "2026-11-24", Starts: "14:00", Minutes: 60, Residents: []db.ID{z.ID}})
	s.must(err)
	_, err = rooms.Delivery.Attend(ctx, manager, held.ID, delivery.AttendInput{Rest: "attended", Complete: true})
	s.must(err)
	roster, err := rooms.Delivery.Roster(ctx, manager, held.ID)
	s.must(err)
	planned, err := rooms.Delivery.Book(ctx, manager, delivery.SessionInput{Title: "見本", On: "2026-12-02", Starts: "14:00", Minutes: 60})
	s.must(err)
	claimed, err := rooms.Payments.Build(ctx, manager, payment.BuildInput{From: "2026-11-24", Until: "2026-11-24"})
	s.must(err)
	lines, err := rooms.Payments.Get(ctx, manager, claimed.ID)
	s.must(err)
	of := func(ids ...db.ID) (out []variant) {
		for n, id := range ids {
			out = append(out, variant{fmt.Sprint("served ", n), func() string { return id.String() }})
		}
		return out
	}
	i, err = rooms.Referrals.Invitation(ctx, worker, i.ID)
	s.must(err)
	return served{given, i, map[string][]variant{
		"invitations/{id}": of(i.ID), "portal/referrals/{id}": of(i.ID), "authorizations/{id}": of(z.ID), "sessions/{id}": of(held.ID, planned.ID),
		"session-enrolments/{id}": of(roster.Seats[0].Enrolment.ID), "disbursements/{id}": of(lines.Lines[0].Disbursement),
		"payment-requests/{id}": of(claimed.ID), "payments/{id}": of(claimed.ID), "payment-lines/{id}": of(lines.Lines[0].ID),
	}}
}

// TestWhatIsNoLongerConsentedToShowsNowhere asks every route that only reads, as the manager and the staff of a provider who
// was told of somebody by consent: once the consent is withdrawn, or what was sent is recalled, the very next answer
// says nothing of what was passed on, be it a packet, a roster, a sheet to print or a payment request. The work goes
// on under the number, and whoever owns the case is asked what is to become of it.
func TestWhatIsNoLongerConsentedToShowsNowhere(t *testing.T) {
	kizunatest.OneByOne(t)
	ways := map[string]func(s *sample, x served){
		"withdrawn": func(s *sample, x served) {
			_, err := s.srv.Rooms.Consents.Withdraw(s.t.Context(), s.as("caseworker").actor, x.consent.ID, consent.WithdrawInput{Version: x.consent.Version})
			s.must(err)
		},
		"recalled": func(s *sample, x served) {
			_, err := s.srv.Rooms.Referrals.Recall(s.t.Context(), s.as("caseworker").actor, x.invitation.ID, "recall", referral.StepInput{Reason: "見本", Version: x.invitation.Version})
			s.must(err)
		},
	}
	for way, end := range ways {
		t.Run(way, func(t *testing.T) {
			eachSample(t, func(t *testing.T, s *sample) {
				x := s.served()
				before := s.toldIn(x)
				for _, at := range []string{"/portal/referrals/{id}", "/portal/sessions/{id}", "/portal/sessions/{id}/print", "/portal/sessions/{id}/people", "/portal/sessions/{id}/enrol",
					"/portal/session-enrolments/{id}", "/portal/payments/{id}", "/api/v1/invitations/{id}", "/api/v1/sessions/{id}", "/api/v1/payment-requests/{id}"} {
					if !slices.Contains(before, at) {
						t.Errorf("%s says nothing of whom it is about while it may: %v", at, before)
					}
				}
				end(s, x)
				for _, at := range s.toldIn(x) {
					t.Errorf("%s still tells what was passed on", at)
				}
				w := s.ask(s.as("provider_manager"), http.MethodGet, "/portal/sessions/"+x.samples["sessions/{id}"][0].make(), "")
				z, err := s.srv.Rooms.Referrals.Authorization(t.Context(), s.as("caseworker").actor, db.MustID(x.samples["authorizations/{id}"][0].make()))
				s.must(err)
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), z.Number) {
					t.Errorf("the work does not go on under its number %s: %d", z.Number, w.Code)
				}
				if asked := s.asksAbout(x, "referral.prompt.consent"); asked != (way == "withdrawn") {
					t.Errorf("whoever owns the case is asked how to go on: %v", asked)
				}
			})
		})
	}
}

// toldIn gives the patterns of the routes that tell the provider's people anything of what was passed on.
func (s *sample) toldIn(x served) (out []string) {
	s.t.Helper()
	m := &matrix{routes: s.srv.Router.Routes(), samples: s.records(), made: map[string]string{}}
	for key, of := range x.samples {
		m.samples[key] = of
	}
	asked := 0
	for _, r := range m.routes {
		if r.Method != http.MethodGet || r.Anyone || !slices.ContainsFunc(access.ProviderRoles, func(x access.Role) bool { return slices.Contains(r.Roles, x) }) {
			continue
		}
		keys, variants := m.names(r.Pattern), []variant{{}}
		if len(keys) > 0 {
			variants = m.samples[keys[0]]
		}
		for _, which := range variants {
			for _, who := range []string{"provider_manager", "provider_staff"} {
				asked++
				body := s.ask(s.as(who), http.MethodGet, m.fill(r.Pattern, which, false), "").Body.String()
				if slices.ContainsFunc(passedOn, func(told string) bool { return strings.Contains(body, told) }) && !slices.Contains(out, r.Pattern) {
					out = append(out, r.Pattern)
				}
			}
		}
	}
	if asked < 80 {
		s.t.Errorf("only %d answers were looked at", asked)
	}
	return out
}

// asksAbout tells whether the owner of the case has a prompt of a kind that leads to the referral.
func (s *sample) asksAbout(x served, kind string) bool {
	s.t.Helper()
	f, err := s.srv.Rooms.Cases.Get(s.t.Context(), s.as("caseworker").actor, x.invitation.Case)
	s.must(err)
	return slices.ContainsFunc(f.Prompts, func(p cases.Reminder) bool {
		return p.Kind == kind && strings.HasSuffix(p.Href, x.invitation.Referral.String())
	})
}
