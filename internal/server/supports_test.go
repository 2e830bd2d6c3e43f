package server_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/people"
)

// TestWhatStandsAroundIsToldToWhomItMay: who works on the cases sees every provider, program and benefit on a person's
// ecomap; a colleague of the same team sees those that are not of a protected class nor kept from searches; who does not
// see the person gets nothing, and the page never says more than the room.
func TestWhatStandsAroundIsToldToWhomItMay(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		person := s.person["osamu"]
		open, shelter := s.authorization("midori"), s.authorization("kokoro")
		s.guard("kokoro", func(in *provider.Input) { in.ProtectedClass = "partner_violence" })
		s.enrolIn(open.Case, "女性の相談", "partner_violence")
		s.enrolIn(open.Case, "就労の相談", "")
		s.giveIn(shelter.Case, "住居確保", "")
		s.giveIn(shelter.Case, "断酒の支援", "substance_use")
		member := s.as("caseworker:team")

		want := map[string][]string{
			"caseworker":       {"midori", "kokoro*", "女性の相談*", "就労の相談", "住居確保", "断酒の支援*"},
			"supervisor":       {"midori", "kokoro*", "女性の相談*", "就労の相談", "住居確保", "断酒の支援*"},
			"caseworker:team":  {"midori", "就労の相談", "住居確保"},
			"caseworker:other": nil,
		}
		s.around(want)
		// Whoever joins the team of one case is told what is of that case, and no more.
		_, err := s.srv.Rooms.Cases.AddMember(t.Context(), s.as("caseworker").actor, open.Case, cases.MemberInput{User: member.actor.ID})
		s.must(err)
		want["caseworker:team"] = []string{"midori", "女性の相談*", "就労の相談", "住居確保"}
		s.around(want)
		// A provider whom no search finds is as guarded.
		s.guard("kokoro", func(in *provider.Input) { in.ProtectedClass = "" })
		s.guard("midori", func(in *provider.Input) { in.Hidden = true })
		want["caseworker:team"] = []string{"midori*", "kokoro", "女性の相談*", "就労の相談", "住居確保"}
		want["caseworker"] = []string{"midori*", "kokoro", "女性の相談*", "就労の相談", "住居確保", "断酒の支援*"}
		want["supervisor"] = want["caseworker"]
		s.around(want)

		at := "/desk/persons/" + person.String() + "/ecomap"
		if page := s.ask(member, http.MethodGet, at, "").Body.String(); strings.Contains(page, "断酒") || !strings.Contains(page, "就労の相談") || !strings.Contains(page, "取扱注意") {
			t.Error("the page says something else than the room")
		}
		if w := s.ask(s.as("caseworker:other"), http.MethodGet, at, ""); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "就労") {
			t.Errorf("who does not see the person: %d", w.Code)
		}
	})
}

// around wants what each visitor is told of programs, benefits and providers around the resident; a star is one that is guarded.
func (s *sample) around(want map[string][]string) {
	s.t.Helper()
	for name, all := range want {
		x, err := s.srv.Rooms.People.Ecomap(s.t.Context(), s.as(name).actor, s.person["osamu"])
		if all == nil && !errors.Is(err, fault.KindNotFound) || all != nil && err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, x := range x.Supports {
			if slices.Contains([]string{"program", "benefit", "provider"}, x.Kind) {
				got = append(got, x.Name.JA+map[bool]string{true: "*"}[x.Guarded])
			}
		}
		slices.Sort(got)
		if all = slices.Sorted(slices.Values(all)); !slices.Equal(got, all) {
			s.t.Errorf("%s is told %v, want %v", name, got, all)
		}
		if all != nil && !slices.ContainsFunc(x.Supports, func(x people.Support) bool { return x.Kind == "worker" && x.Name.JA != "" }) {
			s.t.Errorf("%s is not told who works on the cases: %+v", name, x.Supports)
		}
	}
}

// guard changes what keeps a provider from being known.
func (s *sample) guard(of string, change func(*provider.Input)) {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("program_manager").actor, s.srv.Rooms.Providers
	f, err := room.Get(ctx, a, s.provider[of])
	s.must(err)
	in := f.Input()
	change(&in)
	_, err = room.Edit(ctx, a, s.provider[of], in)
	s.must(err)
}

// enrolIn has the resident in a program of a class.
func (s *sample) enrolIn(of db.ID, name, class string) {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Catalog, s.as("program_manager").actor
	p, err := room.CreateProgram(ctx, a, catalog.ProgramInput{Key: "around" + s.count(), Name: text.Both(name), Capacity: 10, ProtectedClass: class})
	s.must(err)
	p, err = room.StepProgram(ctx, a, p.ID, "activate", catalog.Step{Version: p.Version})
	s.must(err)
	x, err := s.srv.Rooms.Benefits.Apply(ctx, s.as("caseworker").actor, of, benefit.ApplyInput{Program: p.ID})
	s.must(err)
	_, err = s.srv.Rooms.Benefits.StepEnrolment(ctx, s.as("caseworker").actor, x.ID, "enrol", benefit.StepInput{Version: x.Version})
	s.must(err)
}

// giveIn gives the resident a benefit of a class.
func (s *sample) giveIn(of db.ID, name, class string) {
	s.t.Helper()
	ctx, a := s.t.Context(), s.as("caseworker").actor
	b, err := s.srv.Rooms.Catalog.CreateBenefit(ctx, s.as("program_manager").actor, catalog.BenefitInput{Key: "around" + s.count(), Name: text.Both(name), Kind: "service",
		Unit: "session", Quantity: ledger.Units(10), MaxQuantity: ledger.Units(100), ProtectedClass: class})
	s.must(err)
	b, err = s.srv.Rooms.Catalog.StepBenefit(ctx, s.as("program_manager").actor, b.ID, "activate", catalog.Step{Version: b.Version})
	s.must(err)
	x, err := s.srv.Rooms.Benefits.Propose(ctx, a, of, benefit.ProposeInput{Benefit: b.ID, Until: "2027-11-23"})
	s.must(err)
	for _, step := range []string{"approve", "activate"} {
		x, err = s.srv.Rooms.Benefits.Step(ctx, a, x.ID, step, benefit.StepInput{Version: x.Version})
		s.must(err)
	}
}
