package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
)

// ofNobody are the samples that concern no resident, and so are as open as ever to who is kept from
// one: what the agency sets up, its users, providers and their papers, what came in about nobody who is
// known, a task of no case, and sessions, schedules and sums of money for several, in which only the
// one's place is withheld.
var ofNobody = []string{
	"users/{id}", "keys/{id}", "api-keys/{id}", "sign-ins/{id}", "teams/{id}", "codes/{id}", "holidays/{id}", "extra-fields/{id}", "imports/{id}", "rows/{line}",
	"parked/{id}", "drafts/{form}", "complaint/{page}", "apply/{page}", "tasks/{id}",
	"benefits/{id}", "forms/{id}", "funds/{id}", "goal-definitions/{id}", "admin/goals/{id}", "plan-templates/{id}", "programs/{id}", "rates/{id}",
	"rules/{id}", "eligibility-rules/{id}", "specialties/{id}", "providers/{id}", "offerings/{id}", "portal/offerings/{id}", "sites/{id}",
	"complaints/{id}", "inbound-referrals/{id}", "inbound-links/{id}", "inbound-lists/{id}", "lists/{id}", "refer/{token}", "inquiries/{id}",
	"sessions/{id}", "schedules/{id}", "batches/{id}", "payees/{id}", "payments/{id}", "payment-requests/{id}", "payment-lines/{id}",
}

// TestKeptFromEverything bars everybody of the agency and of the providers from every resident there
// is: whatever record of one each could open before, by page or call, is not found.
func TestKeptFromEverything(t *testing.T) {
	kizunatest.OneByOne(t)
	eachSample(t, func(t *testing.T, s *sample) {
		m := &matrix{routes: s.srv.Router.Routes(), samples: s.records(), made: map[string]string{}}
		for _, key := range slices.Sorted(maps.Keys(m.samples)) {
			m.record(key, m.samples[key][0])
		}
		var kept []*visitor
		for _, v := range s.visitors {
			if v.actor.Is(access.StaffRoles...) || v.actor.Is(access.ProviderRoles...) {
				kept = append(kept, v)
			}
		}
		before := s.opened(m, kept)
		s.must(s.srv.Run.Data.Write(t.Context(), func(tx *db.Tx) error {
			persons, err := db.All[db.ID](tx, "SELECT id FROM person")
			for _, p := range persons {
				for _, v := range kept {
					if err == nil {
						err = sight.Shut(tx, sight.Bar{Scope: v.actor.ID, Kind: "person", Record: p, Why: "test", At: 1})
					}
				}
			}
			return err
		}))
		after := s.opened(m, kept)
		if len(before) < 100 {
			t.Errorf("only %d addresses could be opened before", len(before))
		}
		for _, at := range slices.Sorted(maps.Keys(after)) {
			t.Errorf("still open: %s", at)
		}
	})
}

// opened tells which of the samples each visitor can read, by address and name.
func (s *sample) opened(m *matrix, who []*visitor) map[string]bool {
	out := map[string]bool{}
	for _, r := range m.routes {
		keys := m.names(r.Pattern)
		if r.Method != http.MethodGet || len(keys) == 0 || slices.Contains(ofNobody, keys[0]) {
			continue
		}
		for _, v := range who {
			if (asker{v.name, v.actor.Roles, nil}).stopped(r) {
				continue
			}
			if w := s.ask(v, r.Method, m.fill(r.Pattern, m.samples[keys[0]][0], false), ""); w.Code == http.StatusOK && !strings.HasSuffix(v.name, ":other") {
				out[r.Pattern+" "+v.name] = true
			}
		}
	}
	return out
}
