package server_test

import (
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
)

// TestAnEcomapTellsOfServicesWhomItMay: the page of a person's ecomap, its nodes in the API and its drawing
// there name the providers that help, programs and workers to whoever sees the case, and what is protected
// of them only to whoever works on it. Who sees the person and not the case reads nothing of either.
func TestAnEcomapTellsOfServicesWhomItMay(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		ctx, rooms, worker := t.Context(), s.srv.Rooms, s.as("caseworker").actor
		s.authorization("midori")
		s.authorization("kokoro")
		s.keepSecret("kokoro", "partner_violence")
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

// keepSecret makes a provider one of a protected class.
func (s *sample) keepSecret(of, class string) {
	s.t.Helper()
	f, err := s.srv.Rooms.Providers.Get(s.t.Context(), s.manager(), s.provider[of])
	s.must(err)
	_, err = s.srv.Rooms.Providers.Edit(s.t.Context(), s.manager(), s.provider[of],
		provider.Input{Name: f.Provider.Name, Kind: f.Provider.Kind, ProtectedClass: class, Version: f.Provider.Version})
	s.must(err)
}
