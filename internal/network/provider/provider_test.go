package provider_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
)

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", provider.Flow.Describe().Matrix()+provider.SiteFlow.Describe().Matrix()+
		provider.OfferingFlow.Describe().Matrix()+provider.CredentialFlow.Describe().Matrix()+provider.ContractFlow.Describe().Matrix())
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

// catalog is a small one of the test's own.
type catalog map[db.ID]provider.Benefit

func (c catalog) Benefits(_ db.Q, ids ...db.ID) (map[db.ID]provider.Benefit, error) {
	out := map[db.ID]provider.Benefit{}
	for _, id := range ids {
		if b, ok := c[id]; ok {
			out[id] = b
		}
	}
	return out, nil
}

func (c catalog) Delivered(db.Q) ([]provider.Benefit, error) { return nil, nil }

func (c catalog) Specialties(context.Context, access.Actor) ([]provider.Named, error) {
	return nil, nil
}

type desk struct {
	run     *op.Runner
	clock   *calendar.Fake
	room    *provider.Room
	manager access.Actor
	grief   db.ID // a benefit
}

func each(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		d := desk{run: run, clock: clock, room: provider.New(run), manager: kizunatest.Staff(access.ProgramManager), grief: db.NewID()}
		d.room.Catalog = catalog{d.grief: {ID: d.grief, Name: text.Pair{JA: "グリーフカウンセリング", EN: "Grief counselling"}, Specialties: []string{"grief"}}}
		f(t, d)
		kizunatest.Intact(t, run)
	})
}

var ctx = context.Background()

// shop makes an active provider with one site and one offering.
func (d desk) shop(t *testing.T, name string, at provider.Point, in provider.OfferingInput) (provider.Provider, provider.Offering) {
	t.Helper()
	p, err := d.room.Create(ctx, d.manager, provider.Input{Name: text.Pair{JA: name}, Phone: "045-000-0000"})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = d.room.Step(ctx, d.manager, p.ID, "activate", provider.StepInput{Version: p.Version}); err != nil {
		t.Fatal(err)
	}
	s, err := d.room.AddSite(ctx, d.manager, provider.SiteInput{Provider: p.ID, Name: text.Pair{JA: "本部"}, Latitude: at.Latitude, Longitude: at.Longitude, Address: "みなと市栄町1-1"})
	if err != nil {
		t.Fatal(err)
	}
	in.Site = s.ID
	o, err := d.room.AddOffering(ctx, d.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	return p, o
}

var home = provider.Point{Latitude: 35.4437, Longitude: 139.638}

func (d desk) search(t *testing.T, in provider.SearchInput) []provider.Found {
	t.Helper()
	found, err := d.room.Search(ctx, d.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func names(found []provider.Found) []string {
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.Provider.Name.JA
	}
	return out
}

func TestSearchRanksByFit(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		near := provider.Point{Latitude: 35.45, Longitude: 139.64}
		d.shop(t, "みどりの相談室", near, provider.OfferingInput{Benefit: d.grief, Openings: 3, Languages: []string{"jsl"}})
		d.shop(t, "こころケア港町", provider.Point{Latitude: 35.47, Longitude: 139.65}, provider.OfferingInput{Benefit: d.grief, Openings: 2})
		d.shop(t, "佐野カウンセリング", near, provider.OfferingInput{Benefit: d.grief})
		d.shop(t, "遠くの相談所", provider.Point{Latitude: 36.5, Longitude: 140.5}, provider.OfferingInput{Benefit: d.grief, Openings: 9})
		d.shop(t, "専門だけの相談所", near, provider.OfferingInput{Name: text.Pair{JA: "個別相談"}, Specialties: []string{"grief"}, Openings: 1})
		d.shop(t, "みなと給食サービス", near, provider.OfferingInput{Name: text.Pair{JA: "配食"}, Openings: 5})

		all := d.search(t, provider.SearchInput{Benefit: d.grief, Near: &home, WithinKm: 10, Language: ""})
		if got := names(all); !slices.Equal(got, []string{"みどりの相談室", "こころケア港町", "専門だけの相談所", "佐野カウンセリング"}) {
			t.Errorf("found %v", got)
		}
		first := all[0]
		if first.Fit != provider.MaxFit || first.DistanceKm < 0.5 || first.DistanceKm > 1 || !slices.Equal(first.Specialties, []string{"grief"}) {
			t.Errorf("the best: fit %d at %.2f km, %v", first.Fit, first.DistanceKm, first.Specialties)
		}
		if !slices.Contains(first.Reasons, "provider.fit.benefit") || slices.Contains(first.Reasons, "provider.fit.language") {
			t.Errorf("reasons %v", first.Reasons)
		}
		for _, c := range []struct {
			name string
			in   provider.SearchInput
			want []string
		}{
			{"openings", provider.SearchInput{Benefit: d.grief, OpeningsOnly: true, Near: &home, WithinKm: 2}, []string{"みどりの相談室", "専門だけの相談所"}},
			{"language", provider.SearchInput{Benefit: d.grief, Language: "jsl"}, []string{"みどりの相談室"}},
			{"words", provider.SearchInput{Text: "給食"}, []string{"みなと給食サービス"}},
			{"specialty", provider.SearchInput{Specialty: "grief", Text: "専門だけ"}, []string{"専門だけの相談所"}},
			{"nothing of that name", provider.SearchInput{Text: "存在しない"}, nil},
			{"next page", provider.SearchInput{Benefit: d.grief, Near: &home, WithinKm: 10, After: all[1].Offering.ID, Limit: 1}, []string{"専門だけの相談所"}},
		} {
			if got := names(d.search(t, c.in)); !slices.Equal(got, c.want) {
				t.Errorf("%s: found %v, want %v", c.name, got, c.want)
			}
		}
		d.clock.Set(calendar.Moment("2027-01-10", 9, 0, calendar.Tokyo))
		if again := d.search(t, provider.SearchInput{Benefit: d.grief, Text: "みどり"}); len(again) != 1 || slices.Contains(again[0].Reasons, "provider.fit.confirmed") {
			t.Errorf("what nobody confirmed for weeks still counts: %+v", again)
		}
	})
}

func TestHiddenAndInactiveAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		hidden, _ := d.shop(t, "隠れた提供者", home, provider.OfferingInput{Benefit: d.grief})
		stopped, _ := d.shop(t, "止まった提供者", home, provider.OfferingInput{Benefit: d.grief})
		f, err := d.room.Get(ctx, d.manager, hidden.ID)
		if err != nil {
			t.Fatal(err)
		}
		in := f.Input()
		in.Hidden = true
		if _, err := d.room.Edit(ctx, d.manager, hidden.ID, in); err != nil {
			t.Fatal(err)
		}
		if _, err := d.room.Step(ctx, d.manager, stopped.ID, "suspend", provider.StepInput{Version: stopped.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("suspended without a reason: %v", err)
		}
		if _, err := d.room.Step(ctx, d.manager, stopped.ID, "suspend", provider.StepInput{Version: stopped.Version, Reason: "事故の調査中"}); err != nil {
			t.Fatal(err)
		}
		if got := names(d.search(t, provider.SearchInput{Benefit: d.grief})); len(got) != 0 {
			t.Errorf("found %v", got)
		}
		if got := names(d.search(t, provider.SearchInput{Text: "提供者"})); len(got) != 0 {
			t.Errorf("found by words %v", got)
		}
		d.run.Read(ctx, func(q *db.Reader) error {
			for who, want := range map[db.ID]bool{stopped.ID: true, hidden.ID: false} {
				why, err := provider.MayEnter(q, account.User{Kind: account.Provider, Provider: who})
				if err != nil || (why != "") != want {
					t.Errorf("may enter: %q, %v", why, err)
				}
			}
			return nil
		})
	})
}

func TestProvidersKeepTheirOwnOnly(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		mine, offer := d.shop(t, "みどりの相談室", home, provider.OfferingInput{Benefit: d.grief, Openings: 1, Capacity: 5})
		theirs, other := d.shop(t, "こころケア", home, provider.OfferingInput{Benefit: d.grief})
		staff := kizunatest.Staff(access.ProviderStaff)
		staff.Provider = mine.ID
		if _, err := d.room.Get(ctx, staff, mine.ID); err != nil {
			t.Errorf("not their own: %v", err)
		}
		d.clock.Set(calendar.Moment("2026-12-24", 10, 0, calendar.Tokyo))
		o, err := d.room.Confirm(ctx, staff, offer.ID, offer.Version)
		if err != nil || o.ConfirmedAt != d.clock.Now() {
			t.Fatalf("confirm: %+v, %v", o, err)
		}
		if o, err = d.room.SetOpenings(ctx, staff, offer.ID, provider.SeatsInput{Capacity: 5, Openings: 4, FirstDate: "2027-01-04", Version: o.Version}); err != nil || o.Openings != 4 {
			t.Errorf("set openings: %+v, %v", o, err)
		}
		if _, err := d.room.SetOpenings(ctx, staff, offer.ID, provider.SeatsInput{Capacity: 5, Openings: 6, Version: o.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("more openings than places: %v", err)
		}
		if _, err := d.room.SetOpenings(ctx, staff, offer.ID, provider.SeatsInput{Openings: 1, Version: offer.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("from a stale copy: %v", err)
		}
		for name, err := range map[string]error{
			"get":      errOf(d.room.Get(ctx, staff, theirs.ID)),
			"confirm":  errOf(d.room.Confirm(ctx, staff, other.ID, other.Version)),
			"site":     errOf(d.room.Site(ctx, staff, other.Site)),
			"search":   errOf(d.room.Search(ctx, staff, provider.SearchInput{})),
			"add site": errOf(d.room.AddSite(ctx, staff, provider.SiteInput{Provider: theirs.ID, Name: text.Pair{JA: "x"}})),
			"resident": errOf(d.room.Get(ctx, kizunatest.Staff(access.Resident), mine.ID)),
		} {
			if !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := d.room.Step(ctx, staff, mine.ID, "suspend", provider.StepInput{Version: mine.Version, Reason: "x"}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("staff suspended their provider: %v", err)
		}
		if list, err := d.room.List(ctx, staff, "active", db.ID{}, 10); err != nil || len(list) != 1 {
			t.Errorf("their list: %d, %v", len(list), err)
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestOfferedOnceAndDutiesApart(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		p, o := d.shop(t, "みどりの相談室", home, provider.OfferingInput{Benefit: d.grief})
		if o.Name.JA != "グリーフカウンセリング" {
			t.Errorf("named %v", o.Name)
		}
		if _, err := d.room.AddOffering(ctx, d.manager, provider.OfferingInput{Site: o.Site, Benefit: d.grief}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("offered twice: %v", err)
		}
		c, err := d.room.DraftContract(ctx, d.manager, provider.ContractInput{Provider: p.ID, Benefit: d.grief, Kind: "unit_price", Unit: "session", Price: ledger.Yen(12000), From: "2026-04-01"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.room.ContractStep(ctx, d.manager, c.ID, "activate", provider.StepInput{Version: c.Version}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("put their own draft in force: %v", err)
		}
		second := kizunatest.Staff(access.Supervisor)
		if _, err := d.room.ContractStep(ctx, second, c.ID, "activate", provider.StepInput{Version: c.Version}); err != nil {
			t.Error(err)
		}
		d.run.Read(ctx, func(q *db.Reader) error {
			if got, ok, err := provider.ContractAt(q, p.ID, d.grief, "2026-11-24"); !ok || err != nil || got.ID != c.ID {
				t.Errorf("the contract in force: %v %v", ok, err)
			}
			if _, ok, _ := provider.ContractAt(q, p.ID, d.grief, "2026-03-31"); ok {
				t.Error("in force before it began")
			}
			return nil
		})
		x, err := d.room.EnterCredential(ctx, d.manager, provider.CredentialInput{Provider: p.ID, Kind: "licence", Until: "2026-12-31"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.room.CredentialStep(ctx, d.manager, x.ID, "verify", provider.StepInput{Version: x.Version}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("verified their own entry: %v", err)
		}
		if x, err = d.room.CredentialStep(ctx, second, x.ID, "verify", provider.StepInput{Version: x.Version}); err != nil || x.VerifiedBy != second.ID {
			t.Errorf("%+v, %v", x, err)
		}
		if n, err := d.room.Expire(ctx); n != 0 || err != nil {
			t.Errorf("ended %d early, %v", n, err)
		}
		d.clock.Set(calendar.Moment("2027-01-01", 0, 0, calendar.Tokyo))
		if n, err := d.room.Expire(ctx); n != 1 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
	})
}

func TestQueriesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		var last provider.Provider
		for range 8 {
			last, _ = d.shop(t, "提供者", home, provider.OfferingInput{Benefit: d.grief, Openings: 1})
		}
		for name, c := range map[string]struct {
			most int
			call func(ctx context.Context) error
		}{
			"open": {8, func(ctx context.Context) error { return errOf(d.room.Get(ctx, d.manager, last.ID)) }},
			"list": {1, func(ctx context.Context) error { return errOf(d.room.List(ctx, d.manager, "active", db.ID{}, 10)) }},
			"search": {4, func(ctx context.Context) error {
				return errOf(d.room.Search(ctx, d.manager, provider.SearchInput{Benefit: d.grief, Near: &home, WithinKm: 5}))
			}},
		} {
			traced, trace := db.WithTrace(ctx)
			if err := c.call(traced); err != nil {
				t.Fatal(err)
			}
			if n := trace.Count(); n > c.most {
				t.Errorf("%s ran %d statements, at most %d wanted", name, n, c.most)
			}
		}
	})
}

// Known distances, from the coordinates of the stations and the formula.
func TestDistance(t *testing.T) {
	tokyo, osaka := provider.Point{Latitude: 35.681236, Longitude: 139.767125}, provider.Point{Latitude: 34.702485, Longitude: 135.495951}
	if d := provider.Distance(tokyo, osaka); math.Abs(d-403) > 2 {
		t.Errorf("Tokyo to Osaka: %.1f km", d)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) provider.Point {
			return provider.Point{Latitude: rapid.Float64Range(-89, 89).Draw(t, name+" lat"), Longitude: rapid.Float64Range(-180, 180).Draw(t, name+" lng")}
		}
		a, b := at("a"), at("b")
		there, back := provider.Distance(a, b), provider.Distance(b, a)
		if math.Abs(there-back) > 1e-6 || there < 0 || there > 20016 || provider.Distance(a, a) > 1e-6 {
			t.Fatalf("%v to %v: %f, back %f", a, b, there, back)
		}
	})
}

func TestTheContractInForce(t *testing.T) {
	midori, kokoro, grief, meals := db.NewID(), db.NewID(), db.NewID(), db.NewID()
	at := func(of, benefit db.ID, from, until calendar.Date, mode ledger.Rounding) provider.Contract {
		return provider.Contract{Provider: of, Benefit: benefit, From: from, Until: until, Rounding: mode}
	}
	list := []provider.Contract{
		at(midori, db.ID{}, "2026-04-01", "", ledger.Floor),
		at(midori, grief, "2025-04-01", "2026-03-31", ledger.Floor),
		at(midori, grief, "2026-04-01", "", ledger.HalfUp),
		at(midori, grief, "2026-10-01", "", ledger.HalfEven),
		at(kokoro, grief, "2026-04-01", "2026-09-30", ledger.HalfUp),
	}
	for _, c := range []struct {
		of, benefit db.ID
		on          calendar.Date
		want        ledger.Rounding
	}{
		{midori, grief, "2026-06-01", ledger.HalfUp}, {midori, grief, "2026-10-01", ledger.HalfEven}, {midori, meals, "2026-06-01", ledger.Floor},
		{midori, grief, "2025-05-01", ledger.Floor}, {midori, meals, "2025-05-01", ""}, {kokoro, grief, "2026-09-30", ledger.HalfUp}, {kokoro, grief, "2026-10-01", ""},
	} {
		slices.Reverse(list) // the order they come in does not matter
		got, ok := provider.InForce(list, c.of, c.benefit, c.on)
		if got.Rounding != c.want || ok != (c.want != "") {
			t.Errorf("on %s: %q, %v; want %q", c.on, got.Rounding, ok, c.want)
		}
	}
}
