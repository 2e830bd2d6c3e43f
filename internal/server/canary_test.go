package server_test

import (
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// canaries are the addresses and telephone numbers that nobody is to see, by whose they are.
var canaries = map[string]string{
	"the address of a protected person": "カナリア町1-2-3", "the registered address of a protected person": "カナリア町4-5-6",
	"the telephone number of a protected person": "090-9753-1864", "the place of a protected person": "35.987654",
	"the address of who lives with one": "カナリア町7-8-9", "the registered address of who is registered with one": "カナリア町9-9-9",
	"the name of a household in which one is": "カナリア荘201",
}

// sheltered is a person under a protective measure with a case, somebody who lives with them and somebody who
// is registered with them, who has a telephone number that may be shown.
func (s *sample) sheltered() (c cases.Case, persons, households, members []db.ID) {
	s.t.Helper()
	ctx, room, who := s.t.Context(), s.srv.Rooms.People, s.as("caseworker").actor
	made := func(given string, addresses []people.AddressInput, contacts ...people.ContactInput) people.Person {
		p, err := room.Create(ctx, who, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: "見本" + s.count(), Given: given}}, Addresses: addresses, Contacts: contacts})
		s.must(err)
		persons = append(persons, p.ID)
		return p
	}
	her := made("本人", []people.AddressInput{{Kind: "actual", Lines: canaries["the address of a protected person"], Latitude: 35.987654, Longitude: 139.6},
		{Kind: "registered", Lines: canaries["the registered address of a protected person"]}}, people.ContactInput{Kind: "mobile", Value: canaries["the telephone number of a protected person"]})
	child := made("同居", []people.AddressInput{{Kind: "actual", Lines: canaries["the address of who lives with one"], Latitude: 35.987654, Longitude: 139.6}}, people.ContactInput{Kind: "mobile", Value: "090-0000-4711"})
	other := made("同籍", []people.AddressInput{{Kind: "registered", Lines: canaries["the registered address of who is registered with one"]}})
	for kind, with := range map[string]people.Person{"living": child, "registered": other} {
		h, err := room.CreateHousehold(ctx, who, people.HouseholdInput{Kind: kind, Label: canaries["the name of a household in which one is"],
			Members: []people.MemberInput{{Person: her.ID, From: "2020-01-01"}, {Person: with.ID, Relation: "other", From: "2020-01-01"}}})
		s.must(err)
		x, err := room.Around(ctx, who, with.ID, room.Today(ctx))
		s.must(err)
		households = append(households, h.ID)
		for _, m := range x.Households[0].Members {
			members = append(members, m.ID)
		}
	}
	c, err := s.srv.Rooms.Cases.Open(ctx, who, cases.OpenInput{Person: her.ID, Kind: "housing"})
	s.must(err)
	_, err = s.srv.Rooms.Cases.AddParticipant(ctx, who, c.ID, cases.ParticipantInput{Person: child.ID, Role: "family"})
	s.must(err)
	_, err = room.Protect(ctx, who, her.ID, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: her.Version})
	s.must(err)
	return c, persons, households, members
}

// TestAProtectedAddressShowsNowhere asks every route that only reads, as everybody, about the person, those around
// them, their households and their case, and looks for what is withheld in each answer. What a POST reveals, and
// the journal keeps, is the one way to it.
func TestAProtectedAddressShowsNowhere(t *testing.T) {
	kizunatest.OneByOne(t)
	eachSample(t, func(t *testing.T, s *sample) {
		c, persons, households, members := s.sheltered()
		_, err := s.srv.Worker.Drain(t.Context())
		s.must(err)
		m := &matrix{routes: s.srv.Router.Routes(), samples: s.records(), made: map[string]string{}}
		of := func(ids []db.ID) (out []variant) {
			for _, id := range ids {
				out = append(out, variant{id.String(), func() string { return id.String() }})
			}
			return out
		}
		m.samples["persons/{id}"], m.samples["households/{id}"], m.samples["household-members/{id}"] = of(persons), of(households), of(members)
		m.samples["cases/{id}"] = of([]db.ID{c.ID})
		asked := 0
		look := func(v *visitor, target string) {
			w := s.ask(v, http.MethodGet, target, "")
			asked++
			for name, secret := range canaries {
				if strings.Contains(w.Body.String(), secret) && !strings.Contains(target, "q=") {
					t.Errorf("GET %s shows %s %s", target, v.name, name)
				}
			}
			if strings.Contains(target, "q=") && (strings.Contains(w.Body.String(), persons[0].String()) || strings.Contains(w.Body.String(), persons[1].String())) {
				t.Errorf("GET %s finds them as %s", target, v.name)
			}
		}
		for _, v := range s.visitors {
			for _, r := range m.routes {
				keys := m.names(r.Pattern)
				if r.Method != http.MethodGet || len(keys) > 0 && m.samples[keys[0]] == nil {
					continue
				}
				variants := []variant{{}}
				if len(keys) > 0 {
					variants = m.samples[keys[0]]
				}
				for _, which := range variants {
					look(v, m.fill(r.Pattern, which, false))
				}
			}
			for _, id := range persons {
				look(v, "/api/v1/circumstances?person_id="+id.String())
				look(v, "/desk/persons?cursor=")
			}
			look(v, "/desk/persons?q=%E3%82%AB%E3%83%8A%E3%83%AA%E3%82%A2%E7%94%BA")
			look(v, "/api/v1/persons?q=090-9753-1864")
		}
		if asked < 1000 {
			t.Errorf("only %d answers were looked at", asked)
		}
		f, err := s.srv.Rooms.People.Reveal(t.Context(), s.as("caseworker").actor, persons[0])
		if err != nil || len(f.Addresses) != 2 || f.Addresses[0].Lines == "" {
			t.Errorf("nothing is there to be seen: %+v, %v", f.Addresses, err)
		}
	})
}
