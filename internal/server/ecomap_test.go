package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/people"
)

// TestAnEcomapTellsOfServicesWhomItMay: the page of a person's ecomap, its nodes in the API and its drawing
// there name the providers that help, programs and workers to whoever sees the case, and what is protected
// of them only to whoever works on it. Who sees the person and not the case reads nothing of either.
func TestAnEcomapTellsOfServicesWhomItMay(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		ctx, rooms, worker := t.Context(), s.srv.Rooms, s.as("caseworker").actor
		s.authorization("midori")
		s.authorization("kokoro")
		s.guard("kokoro", func(in *provider.Input) { in.ProtectedClass = "partner_violence" })
		c := s.residentCase()
		for key, class := range map[string]string{"家計の相談室": "", "こころの回復の会": "substance_use"} {
			p, err := rooms.Catalog.CreateProgram(ctx, s.manager(), catalog.ProgramInput{Key: "eco" + s.count(), Name: text.Both(key), Capacity: 10, ProtectedClass: class})
			s.must(err)
			p, err = rooms.Catalog.StepProgram(ctx, s.manager(), p.ID, "activate", catalog.Step{Version: p.Version})
			s.must(err)
			x, err := rooms.Benefits.Apply(ctx, worker, c.ID, benefit.ApplyInput{Program: p.ID})
			s.must(err)
			_, err = rooms.Benefits.StepEnrolment(ctx, worker, x.ID, "enrol", benefit.StepInput{Version: x.Version})
			s.must(err)
		}
		shown, kept := []string{"midori", "家計の相談室", "見本 caseworker"}, []string{"kokoro", "こころの回復の会"}
		page, call := "/desk/persons/"+s.person["osamu"].String()+"/ecomap", "/api/v1/persons/"+s.person["osamu"].String()+"/ecomap"
		for who, want := range map[string]struct {
			status      int
			shown, kept bool
		}{
			"caseworker": {200, true, true}, "supervisor": {200, true, true},
			"caseworker:team": {200, true, false}, "program_manager": {200, true, false}, "auditor": {200, true, false},
			"intake_worker": {200, false, false}, "caseworker:other": {404, false, false}, "supervisor:other": {404, false, false},
		} {
			for _, way := range [][]string{{page, "Accept", "text/html"}, {call, "Accept", "application/json"}, {call, "Accept", "image/svg+xml"}} {
				w := s.ask(s.as(who), http.MethodGet, way[0], "", way[1:]...)
				if w.Code != want.status {
					t.Errorf("%s, %s: status %d, want %d", who, way[2], w.Code, want.status)
				}
				s.tells(who+", "+way[2], below(w.Body.String()), shown, want.shown)
				s.tells(who+", "+way[2], below(w.Body.String()), kept, want.kept)
			}
		}
	})
}

// tells reports the words that an answer has and should not, or has not and should.
func (s *sample) tells(who, answer string, words []string, want bool) {
	s.t.Helper()
	for _, word := range words {
		if strings.Contains(answer, word) != want {
			s.t.Errorf("%s: %q is there: %v", who, word, !want)
		}
	}
}

// below is a page from its main part on, since its frame names whoever is signed in; anything else as it is.
func below(body string) string {
	if _, main, ok := strings.Cut(body, "<main"); ok {
		return main
	}
	return body
}

// TestAnEcomapTellsWhoIsAskedAndWhatIsWaitedFor: a provider that has not answered is asked until it serves, then it stands
// once with all it gives; a place that is waited for is no place; an organization of a case is there; what ran out is past.
func TestAnEcomapTellsWhoIsAskedAndWhatIsWaitedFor(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		ctx, rooms, worker := t.Context(), s.srv.Rooms, s.as("caseworker").actor
		id, err := db.ParseID(s.invitation("midori"))
		s.must(err)
		f, err := rooms.Referrals.Invitation(ctx, worker, id)
		s.must(err)
		c := f.Case
		file, err := rooms.Cases.Get(ctx, worker, c)
		s.must(err)
		school, err := rooms.People.CreateOrganization(ctx, worker, people.Organization{Name: text.Both("みどり小学校"), Kind: "school"})
		s.must(err)
		_, err = rooms.Cases.AddParticipant(ctx, worker, c, cases.ParticipantInput{Organization: school.ID, Role: "school"})
		s.must(err)
		p, err := rooms.Catalog.CreateProgram(ctx, s.manager(), catalog.ProgramInput{Key: "eco" + s.count(), Name: text.Both("家計の相談室"), Capacity: 10})
		s.must(err)
		p, err = rooms.Catalog.StepProgram(ctx, s.manager(), p.ID, "activate", catalog.Step{Version: p.Version})
		s.must(err)
		place, err := rooms.Benefits.Apply(ctx, worker, c, benefit.ApplyInput{Program: p.ID})
		s.must(err)
		_, err = rooms.Benefits.StepEnrolment(ctx, worker, place.ID, "waitlist", benefit.StepInput{Version: place.Version})
		s.must(err)
		around := func(want ...string) {
			t.Helper()
			x, err := rooms.People.Ecomap(ctx, worker, file.Case.Person)
			s.must(err)
			var got []string
			for _, x := range x.Supports {
				if x.Kind != "case" && x.Kind != "worker" {
					got = append(got, fmt.Sprintf("%s %s %d %v", x.Kind, x.Name.JA, len(x.About), x.Ended))
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("around is %q, want %q", got, want)
			}
		}
		around("asked midori 0 false", "organization みどり小学校 1 false", "waiting 家計の相談室 0 false")
		for range 2 {
			_, err = rooms.Referrals.AuthorizeEmergency(ctx, worker, referral.EmergencyInput{Case: c, Provider: s.provider["midori"], Title: "見本",
				Units: ledger.Units(2), Price: ledger.Yen(1000), Days: 7, Reason: "見本"})
			s.must(err)
		}
		around("provider midori 0 false", "organization みどり小学校 1 false", "waiting 家計の相談室 0 false")
		s.must(s.srv.Run.Data.Write(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE authorization_given SET until_date = '2026-01-31' WHERE case_id = ?", c)
			return err
		}))
		around("provider midori 0 true", "organization みどり小学校 1 false", "waiting 家計の相談室 0 false")
	})
}
