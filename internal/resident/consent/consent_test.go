package consent_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", consent.Flow.Describe().Matrix()+consent.DisclosureFlow.Describe().Matrix())
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

// desk is a room with a worker and a resident they registered.
type desk struct {
	run    *op.Runner
	clock  *calendar.Fake
	room   *consent.Room
	worker access.Actor
	person people.Person
}

func each(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		d := desk{run: run, clock: clock, room: consent.New(run), worker: kizunatest.Staff(access.Caseworker)}
		var err error
		d.person, err = people.New(run).Create(context.Background(), d.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		f(t, d)
		kizunatest.Intact(t, run)
	})
}

func (d desk) input(fields ...string) consent.Input {
	return consent.Input{Person: d.person.ID, Fields: fields, Recipients: []string{consent.AnyInvited}, Purpose: "グリーフカウンセリングの紹介", How: "paper"}
}

func (d desk) give(t *testing.T, in consent.Input) consent.Consent {
	t.Helper()
	c, err := d.room.Give(context.Background(), d.worker, in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (d desk) covering(t *testing.T, recipient string, fields ...string) (id db.ID, missing []string) {
	t.Helper()
	err := d.run.Read(context.Background(), func(q *db.Reader) error {
		given, err := consent.Given(q, d.person.ID)
		id, missing = given.Covering(recipient, fields, calendar.Today(context.Background(), d.clock))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, missing
}

func TestCoveringNamesWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		midori, other := consent.Recipient(db.NewID()), consent.Recipient(db.NewID())
		if id, missing := d.covering(t, midori, "name", "needs"); !id.IsZero() || len(missing) != 2 {
			t.Errorf("covered without a consent: %v %v", id, missing)
		}
		in := d.input("name", "needs")
		in.Recipients = []string{midori}
		c := d.give(t, in)
		if id, missing := d.covering(t, midori, "needs", "phone"); id != c.ID || !slices.Equal(missing, []string{"phone"}) {
			t.Errorf("covering %v, missing %v", id, missing)
		}
		if id, missing := d.covering(t, other, "needs"); !id.IsZero() || len(missing) != 1 {
			t.Errorf("another recipient is covered by %v", id)
		}
		wide := d.give(t, d.input("name", "needs", "phone"))
		if id, missing := d.covering(t, other, "name", "phone"); id != wide.ID || len(missing) != 0 {
			t.Errorf("any invited provider: %v, missing %v", id, missing)
		}
	})
}

func TestWithdrawnAndExpiredCoverNothing(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		ctx := context.Background()
		who := consent.Recipient(db.NewID())
		first := d.give(t, d.input("name"))
		if _, err := d.room.Withdraw(ctx, d.worker, first.ID, consent.WithdrawInput{Version: first.Version, Reason: "本人の申し出"}); err != nil {
			t.Fatal(err)
		}
		if id, _ := d.covering(t, who, "name"); !id.IsZero() {
			t.Error("a withdrawn consent covers")
		}
		if _, err := d.room.Withdraw(ctx, d.worker, first.ID, consent.WithdrawInput{Version: first.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		in := d.input("name")
		in.Until = "2026-11-30"
		second := d.give(t, in)
		d.clock.Set(calendar.Moment("2026-11-30", 23, 59, calendar.Tokyo))
		if id, _ := d.covering(t, who, "name"); id != second.ID {
			t.Error("the last day is not covered")
		}
		if n, err := d.room.Expire(ctx); n != 0 || err != nil {
			t.Errorf("ended %d too early, %v", n, err)
		}
		d.clock.Set(calendar.Moment("2026-12-01", 0, 0, calendar.Tokyo))
		if id, _ := d.covering(t, who, "name"); !id.IsZero() {
			t.Error("covered the day after, before the job ran")
		}
		if n, err := d.room.Expire(ctx); n != 1 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
		if c, err := d.room.Get(ctx, d.worker, second.ID); err != nil || c.Status != "expired" {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		ctx := context.Background()
		c := d.give(t, d.input("name"))
		stranger := kizunatest.Staff(access.Resident)
		stranger.Person = db.NewID()
		for _, a := range []access.Actor{kizunatest.Staff(access.Caseworker), stranger, kizunatest.Staff(access.ProviderStaff), access.Nobody()} {
			if _, err := d.room.Of(ctx, a, d.person.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v read the file: %v", a.Roles, err)
			}
			if _, err := d.room.Get(ctx, a, c.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v read a consent: %v", a.Roles, err)
			}
			if _, err := d.room.Withdraw(ctx, a, c.ID, consent.WithdrawInput{Version: 1}); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v withdrew: %v", a.Roles, err)
			}
		}
		self := kizunatest.Staff(access.Resident)
		self.Person = d.person.ID
		if f, err := d.room.Of(ctx, self, d.person.ID); err != nil || len(f.Consents) != 1 {
			t.Errorf("the resident's own: %+v, %v", f, err)
		}
		if _, err := d.room.Withdraw(ctx, self, c.ID, consent.WithdrawInput{Version: c.Version}); err != nil {
			t.Errorf("the resident cannot withdraw: %v", err)
		}
		given, err := d.room.Give(ctx, self, consent.Input{Person: db.NewID(), Fields: []string{"name"}, Recipients: []string{consent.AnyInvited}, Purpose: "相談"})
		if err != nil || given.Person != d.person.ID || given.How != "online" {
			t.Errorf("a resident gives for another: %+v, %v", given, err)
		}
	})
}

func TestDisclosuresNeedTheirBasis(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		c := d.give(t, d.input("name"))
		disclose := func(x consent.Disclosure) error {
			x.Person, x.RecipientKind, x.RecipientName, x.Fields = d.person.ID, "provider", "みどりの相談室", db.AsJSON([]string{"name"})
			_, err := op.Do(context.Background(), d.run, d.worker, "test.disclose", nil, func(tx *op.Tx) ([]consent.Disclosure, error) {
				return consent.Disclose(tx, x)
			})
			return err
		}
		for _, bad := range []consent.Disclosure{
			{Basis: ""}, {Basis: "because"}, {Basis: consent.ByConsent}, {Basis: consent.ByLaw}, {Basis: consent.ByCourt},
			{Basis: consent.ByConference}, {Basis: consent.ByEmergency}, {Basis: consent.ByEmergency, Reason: "x", Consent: c.ID},
		} {
			if err := disclose(bad); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("disclosed by %q: %v", bad.Basis, err)
			}
		}
		for _, good := range []consent.Disclosure{
			{Basis: consent.ByConsent, Consent: c.ID}, {Basis: consent.ByLaw, Provision: "生活困窮者自立支援法 第9条"}, {Basis: consent.ByEmergency, Reason: "自傷のおそれ"},
		} {
			if err := disclose(good); err != nil {
				t.Errorf("not disclosed by %q: %v", good.Basis, err)
			}
		}
		f, err := d.room.Of(context.Background(), d.worker, d.person.ID)
		if err != nil || len(f.Disclosures) != 3 {
			t.Errorf("%d disclosures, %v", len(f.Disclosures), err)
		}
	})
}

func TestInputNamesItsFields(t *testing.T) {
	me, other := db.NewID(), db.NewID()
	for _, c := range []struct {
		name    string
		change  func(in *consent.Input)
		pointer string
	}{
		{"nobody", func(in *consent.Input) { in.Person = db.ID{} }, "/person_id"},
		{"a parent who is the child", func(in *consent.Input) { in.Capacity = "parent" }, "/given_by_id"},
		{"another as themselves", func(in *consent.Input) { in.GivenBy, in.Capacity = other, "self" }, "/given_by_id"},
		{"no purpose", func(in *consent.Input) { in.Purpose = " " }, "/purpose"},
		{"no field", func(in *consent.Input) { in.Fields = nil }, "/fields"},
		{"an unknown field", func(in *consent.Input) { in.Fields = []string{"blood"} }, "/fields/0"},
		{"nobody to send to", func(in *consent.Input) { in.Recipients = nil }, "/recipients"},
		{"a recipient that is no id", func(in *consent.Input) { in.Recipients = []string{"provider:x"} }, "/recipients/0"},
		{"given tomorrow", func(in *consent.Input) { in.GivenOn = "2026-11-25" }, "/given_on"},
		{"ended yesterday", func(in *consent.Input) { in.Until = "2026-11-23" }, "/until"},
	} {
		in := consent.Input{Person: me, Fields: []string{"name"}, Recipients: []string{consent.AnyInvited}, Purpose: "紹介", How: "spoken"}
		c.change(&in)
		f, ok := fault.As(in.Validate("2026-11-24"))
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", c.name, f)
		}
	}
}

// Whatever was agreed and asked for: what is covered and what is missing make
// up what was asked, and nothing is covered that was not agreed.
func TestCoversIsExact(t *testing.T) {
	who := consent.Recipient(db.NewID())
	rapid.Check(t, func(t *rapid.T) {
		agreed := rapid.SliceOfDistinct(rapid.SampledFrom(consent.Fields), rapid.ID[string]).Draw(t, "agreed")
		asked := rapid.SliceOfDistinct(rapid.SampledFrom(consent.Fields), rapid.ID[string]).Draw(t, "asked")
		c := consent.Consent{Fields: db.AsJSON(agreed), Recipients: db.AsJSON([]string{who}), GivenOn: "2026-11-01"}
		c.Status = "given"
		missing := c.Covers(who, asked, "2026-11-24")
		for _, f := range asked {
			if slices.Contains(agreed, f) == slices.Contains(missing, f) {
				t.Fatalf("%s: agreed %v, asked %v, missing %v", f, agreed, asked, missing)
			}
		}
		for _, f := range missing {
			if !slices.Contains(asked, f) {
				t.Fatalf("%s is missing and was not asked", f)
			}
		}
	})
}

func TestQueriesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, d desk) {
		for range 5 {
			d.give(t, d.input("name"))
		}
		ctx, trace := db.WithTrace(context.Background())
		if _, err := d.room.Of(ctx, d.worker, d.person.ID); err != nil {
			t.Fatal(err)
		}
		if n := trace.Count(); n > 3 {
			t.Errorf("a person's file ran %d statements", n)
		}
	})
}
