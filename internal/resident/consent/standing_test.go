package consent_test

import (
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// TestWhoMayConsent asks for people of every age, with ties of every kind. Today is 2026-11-22 or later
// of that year, by the fake clock.
func TestWhoMayConsent(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		room := people.New(d.run)
		today := calendar.Today(t.Context(), d.clock)
		aged := func(given string, years int) db.ID {
			t.Helper()
			in := people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: given}}}
			if years >= 0 {
				in.BirthDate = today.AddMonths(-12 * years).AddDays(-1)
			}
			p, err := room.Create(t.Context(), d.worker, in)
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		father, mother, aunt := aged("健一", 45), aged("花", 43), aged("幸子", 50)
		names := map[db.ID]string{father: "father", mother: "mother", aunt: "aunt"}
		type tie struct {
			other db.ID
			kind  string
			until calendar.Date
		}
		for name, x := range map[string]struct {
			years int
			ties  []tie
			want  string
		}{
			"an adult":                          {18, nil, "self"},
			"an adult with parents":             {30, []tie{{father, "parent", ""}}, "self"},
			"an adult with a guardian":          {70, []tie{{aunt, "guardian", ""}}, "self aunt/guardian"},
			"an adult with a proxy":             {70, []tie{{aunt, "proxy", ""}, {father, "sibling", ""}}, "self aunt/proxy"},
			"somebody of seventeen":             {17, []tie{{mother, "parent", ""}}, "minor mother/parent"},
			"somebody of fifteen":               {15, nil, "minor"},
			"a child":                           {14, []tie{{father, "parent", ""}, {mother, "parent", ""}}, "father/parent mother/parent"},
			"a child of whom one has custody":   {9, []tie{{father, "parent", ""}, {mother, "parent", ""}, {mother, "custody", ""}}, "mother/parent"},
			"a child whose parent harmed them":  {9, []tie{{father, "parent", ""}, {father, "perpetrator", ""}, {aunt, "guardian", ""}}, "aunt/guardian"},
			"a child whose guardian was before": {9, []tie{{aunt, "guardian", today.AddDays(-1)}}, ""},
			"a child of nobody":                 {9, nil, ""},
			"somebody of unknown age":           {-1, []tie{{mother, "parent", ""}}, "self mother/parent"},
		} {
			person := aged("修", x.years)
			for _, tie := range x.ties {
				if _, err := room.Relate(t.Context(), d.worker, people.Relationship{Person: person, Other: tie.other, Kind: tie.kind, Until: tie.until}); err != nil {
					t.Fatal(err)
				}
			}
			may, err := d.room.Consenters(t.Context(), d.worker, person)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range may {
				who := c.Capacity
				if c.ID != person {
					who = names[c.ID] + "/" + c.Capacity
				}
				got = append(got, who)
			}
			want := strings.Fields(x.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("for %s: %v, not %v", name, got, want)
			}
			in := d.input("name")
			in.Person = person
			_, err = d.room.Give(t.Context(), d.worker, in)
			if may := slices.Contains(want, "self"); (err == nil) != may {
				t.Errorf("%s for themselves: %v", name, err)
			}
			in.GivenBy, in.Capacity = father, "parent"
			_, err = d.room.Give(t.Context(), d.worker, in)
			if may := slices.Contains(want, "father/parent"); (err == nil) != may {
				t.Errorf("%s by their father: %v", name, err)
			} else if !may && !strings.Contains(err.Error(), "consent.fault.no_standing") {
				t.Errorf("%s by their father is refused with %v", name, err)
			}
		}
	})
}

// TestAResidentConsentsAsTheirAgeLets has a resident of sixteen agree online, and one of ten.
func TestAResidentConsentsAsTheirAgeLets(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		today := calendar.Today(t.Context(), d.clock)
		for years, want := range map[int]string{40: "self", 16: "minor", 10: ""} {
			p, err := people.New(d.run).Create(t.Context(), d.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "望"}}, BirthDate: today.AddMonths(-12 * years)})
			if err != nil {
				t.Fatal(err)
			}
			a := kizunatest.Staff(access.Resident)
			a.Person = p.ID
			c, err := d.room.Give(t.Context(), a, d.input("name"))
			if c.Capacity != want || (err == nil) != (want != "") {
				t.Errorf("at %d as %q: %v", years, c.Capacity, err)
			}
		}
	})
}

// TestTheAgencySetsTheAges has somebody of fifteen and one of nineteen agree where adults are twenty.
func TestTheAgencySetsTheAges(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		in := agency.Usual(text.Both("Minato"))
		in.AdultFrom, in.ConsentFrom = 20, 16
		if _, err := op.Do(t.Context(), d.run, access.TheSystem(), "agency.found", nil, func(tx *op.Tx) (agency.Settings, error) { return agency.Found(tx, in) }); err != nil {
			t.Fatal(err)
		}
		today := calendar.Today(t.Context(), d.clock)
		for years, want := range map[int]string{20: "self", 19: "minor", 16: "minor", 15: ""} {
			p, err := people.New(d.run).Create(t.Context(), d.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "望"}}, BirthDate: today.AddMonths(-12 * years)})
			if err != nil {
				t.Fatal(err)
			}
			may, err := d.room.Consenters(t.Context(), d.worker, p.ID)
			if err != nil || len(may) != len(strings.Fields(want)) || len(may) == 1 && may[0].Capacity != want {
				t.Errorf("at %d: %v, %v, not %q", years, may, err, want)
			}
		}
	})
}

// TestWhatIsToldIsRecordedWithItsBasis records what was told by telephone, by each basis.
func TestWhatIsToldIsRecordedWithItsBasis(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		in := consent.DisclosureInput{Person: d.person.ID, RecipientKind: "organization", RecipientName: "桜台　小学校", Fields: []string{"name", "needs"}, Basis: consent.ByConsent}
		record := func(want string, change func(*consent.DisclosureInput)) consent.Disclosure {
			t.Helper()
			in := in
			change(&in)
			x, err := d.room.Record(t.Context(), d.worker, in)
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, not %q", in.Basis, err, want)
			}
			return x
		}
		none := func(*consent.DisclosureInput) {}
		d.give(t, d.input("name", "needs")) // to providers that a referral asks, and to nobody else
		record("consent.fault.not_covered", none)
		given := d.input("name")
		given.Recipients = []string{consent.Named("桜台 小学校")}
		d.give(t, given)
		record("consent.fault.not_covered", none) // the needs are not covered
		x := record("", func(in *consent.DisclosureInput) { in.Fields = []string{"name"} })
		if x.Consent.IsZero() || x.MadeBy != d.worker.ID {
			t.Errorf("recorded as %+v", x)
		}
		record("consent.fault.not_covered", func(in *consent.DisclosureInput) { in.Fields, in.RecipientName = []string{"name"}, "桜台中学校" })
		record("consent.fault.provision", func(in *consent.DisclosureInput) { in.Basis = consent.ByLaw })
		record("", func(in *consent.DisclosureInput) {
			in.Basis, in.Provision = consent.ByLaw, "児童虐待の防止等に関する法律 第6条"
		})
		record("fault.required", func(in *consent.DisclosureInput) { in.RecipientName = " " })

		stranger := kizunatest.Staff(access.Caseworker)
		if _, err := d.room.Record(t.Context(), stranger, in); !isNotFound(err) {
			t.Errorf("about somebody the actor does not see: %v", err)
		}
	})
}

func isNotFound(err error) bool { return err != nil && fault.From(err).Kind == fault.KindNotFound }

// TestAnEmergencyIsReviewedByAnother records what left in an emergency; another supervisor looks at it, once.
func TestAnEmergencyIsReviewedByAnother(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		chief := kizunatest.Staff(access.Supervisor)
		chief.Wide = true
		other := kizunatest.Staff(access.Supervisor)
		other.Wide = true
		in := consent.DisclosureInput{Person: d.person.ID, RecipientKind: "agency", RecipientName: "港警察署", Fields: []string{"name", "address"}, Basis: consent.ByEmergency, Reason: "行方が分からない"}
		x, err := d.room.Record(t.Context(), chief, in)
		if err != nil {
			t.Fatal(err)
		}
		law := in
		law.Basis, law.Provision = consent.ByLaw, "見本"
		plain, err := d.room.Record(t.Context(), chief, law)
		if err != nil {
			t.Fatal(err)
		}
		waiting := func(a access.Actor) int {
			t.Helper()
			list, err := d.room.ToReview(t.Context(), a, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		blind := kizunatest.Staff(access.Supervisor)
		if waiting(chief) != 0 || waiting(other) != 1 || waiting(blind) != 0 {
			t.Errorf("%d wait for who did it, %d for another, %d for one who does not see the person", waiting(chief), waiting(other), waiting(blind))
		}
		for name, try := range map[string]struct {
			a    access.Actor
			id   db.ID
			in   consent.ReviewInput
			want string
		}{
			"by who did it":         {chief, x.ID, consent.ReviewInput{Finding: "justified"}, "consent.fault.own_disclosure"},
			"of what law asked for": {other, plain.ID, consent.ReviewInput{Finding: "justified"}, "consent.fault.no_emergency"},
			"without a finding":     {other, x.ID, consent.ReviewInput{}, "fault.bad_choice"},
			"without what follows":  {other, x.ID, consent.ReviewInput{Finding: "too_much"}, "consent.fault.reason"},
			"unseen":                {blind, x.ID, consent.ReviewInput{Finding: "justified"}, "fault.not_found"},
			"by a caseworker":       {d.worker, x.ID, consent.ReviewInput{Finding: "justified"}, "flow.not_yours"},
		} {
			try.in.Version = 1
			if _, err := d.room.Review(t.Context(), try.a, try.id, try.in); err == nil || !strings.Contains(err.Error(), try.want) {
				t.Errorf("%s: %v, not %s", name, err, try.want)
			}
		}
		seen := consent.ReviewInput{Finding: "too_much", Reason: "住所は要らなかった", Version: x.Version}
		done, err := d.room.Review(t.Context(), other, x.ID, seen)
		if err != nil || done.Status != "reviewed" || done.ReviewedBy != other.ID {
			t.Fatalf("%+v: %v", done, err)
		}
		if _, err := d.room.Review(t.Context(), other, x.ID, seen); err == nil {
			t.Error("a stale copy was taken")
		}
		if waiting(other) != 0 {
			t.Error("it still waits")
		}
	})
}
