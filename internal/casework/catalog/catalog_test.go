package catalog_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	var all strings.Builder
	for _, d := range []flow.Described{catalog.FundFlow.Describe(), catalog.ProgramFlow.Describe(), catalog.BenefitFlow.Describe(),
		catalog.GoalFlow.Describe(), catalog.SpecialtyFlow.Describe(), catalog.RateFlow.Describe(), catalog.RuleFlow.Describe()} {
		all.WriteString(d.Matrix())
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
	kizunatest.Golden(t, "testdata/flow.txt", all.String())
}

var (
	ctx     = context.Background()
	manager = kizunatest.Staff(access.ProgramManager)
	worker  = kizunatest.Staff(access.Caseworker)
)

func eachRoom(t *testing.T, f func(t *testing.T, room *catalog.Room, run *op.Runner)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(t, catalog.New(run, "JPY"), run)
		kizunatest.Intact(t, run)
	})
}

func pair(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func rent() catalog.BenefitInput {
	return catalog.BenefitInput{Key: "rent_help", Name: pair("住居確保給付", "Rent help"), Kind: "money", Unit: "月", Frequency: "monthly",
		Amount: ledger.Yen(40000), MaxAmount: ledger.Yen(53700), Specialties: []string{"housing"}, RecertifyMonths: 3}
}

func eligible() rule.Rule {
	return rule.Rule{
		Conditions: []rule.Condition{
			{Key: "age", Label: pair("18歳以上", "18 or older"), Expr: "age >= 18"},
			{Key: "income", Label: pair("収入が基準以下", "Income within the limit"), Expr: "monthly_income <= 80000 + 40000 * household_size"},
		},
		Amount: "min(53700, 40000 + 5000 * household_size)",
		Examples: []rule.Example{
			{Name: pair("単身・収入なし", "Alone without income"), Want: rule.Met, Amount: "45000",
				Facts: rule.Facts{"age": rule.Whole(58), "household_size": rule.Whole(1), "monthly_income": rule.Amount(0, 0)}},
			{Name: pair("収入超過", "Income too high"), Want: rule.NotMet,
				Facts: rule.Facts{"age": rule.Whole(58), "household_size": rule.Whole(1), "monthly_income": rule.Amount(120001, 0)}},
		},
	}
}

func TestBenefitsThroughTheirSteps(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, _ *op.Runner) {
		p := must[catalog.Program](t)(room.CreateProgram(ctx, manager, catalog.ProgramInput{Key: "housing", Name: pair("住まい支援", "Housing support"), Budget: ledger.Yen(9_000_000)}))
		in := rent()
		in.Program = p.ID
		b := must[catalog.Benefit](t)(room.CreateBenefit(ctx, manager, in))
		if _, err := room.CreateBenefit(ctx, manager, rent()); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("two benefits of one key: %v", err)
		}
		if _, err := room.CreateBenefit(ctx, worker, catalog.BenefitInput{Key: "x", Name: pair("x", "x"), Kind: "goods"}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker made a benefit: %v", err)
		}
		b = must[catalog.Benefit](t)(room.StepBenefit(ctx, manager, b.ID, "activate", catalog.Step{Version: b.Version}))
		change := b.Input()
		change.MaxAmount = ledger.Yen(60000)
		changed := must[catalog.Benefit](t)(room.EditBenefit(ctx, manager, b.ID, change))
		if changed.MaxAmount() != ledger.Yen(60000) || changed.Amount() != ledger.Yen(40000) || changed.Specialties.V[0] != "housing" {
			t.Errorf("%+v", changed)
		}
		if _, err := room.EditBenefit(ctx, manager, b.ID, change); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale editor: %v", err)
		}
		if _, err := room.StepBenefit(ctx, manager, b.ID, "cancel", catalog.Step{Version: changed.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("cancelled without a reason: %v", err)
		}
		must[catalog.Benefit](t)(room.StepBenefit(ctx, manager, b.ID, "complete", catalog.Step{Version: changed.Version}))
		if _, err := room.EditBenefit(ctx, manager, b.ID, changed.Input()); !errors.Is(err, fault.KindConflict) {
			t.Errorf("changed what is completed: %v", err)
		}
		traced, trace := db.WithTrace(ctx)
		file, err := room.Program(traced, worker, p.ID)
		if err != nil || len(file.Benefits) != 1 || trace.Count() > 3 {
			t.Errorf("%+v, %d statements, %v", file, trace.Count(), err)
		}
		if _, err := room.Programs(ctx, kizunatest.Staff(access.Resident), db.ID{}, 10); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a resident read the set-up: %v", err)
		}
	})
}

func TestBadInputNamesItsField(t *testing.T) {
	for pointer, spoil := range map[string]func(in *catalog.BenefitInput){
		"/key":              func(in *catalog.BenefitInput) { in.Key = "Rent help" },
		"/name/ja":          func(in *catalog.BenefitInput) { in.Name = text.Pair{} },
		"/kind":             func(in *catalog.BenefitInput) { in.Kind = "wish" },
		"/frequency":        func(in *catalog.BenefitInput) { in.Frequency = "sometimes" },
		"/quantity":         func(in *catalog.BenefitInput) { in.Quantity = ledger.Units(1) },
		"/amount":           func(in *catalog.BenefitInput) { in.Kind = "service" },
		"/max_amount":       func(in *catalog.BenefitInput) { in.MaxAmount, in.MinAmount = ledger.Yen(1), ledger.Yen(2) },
		"/recertify_months": func(in *catalog.BenefitInput) { in.RecertifyMonths = -1 },
		"/specialties/0":    func(in *catalog.BenefitInput) { in.Specialties = []string{strings.Repeat("x", 41)} },
	} {
		in := rent()
		spoil(&in)
		f, ok := fault.As(in.Validate())
		if !ok || f.Fields[0].Pointer != pointer {
			t.Errorf("want a fault at %s, got %v", pointer, f)
		}
	}
}

func TestRatesNeverOverlap(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, run *op.Runner) {
		b := must[catalog.Benefit](t)(room.CreateBenefit(ctx, manager, catalog.BenefitInput{Key: "grief", Name: pair("グリーフ相談", "Grief counselling"), Kind: "service", Unit: "回"}))
		own := db.NewID()
		set := func(provider db.ID, yen int64, from, until calendar.Date) (catalog.Rate, error) {
			return room.CreateRate(ctx, manager, catalog.RateInput{Benefit: b.ID, Provider: provider, Unit: "session", Price: ledger.Yen(yen), From: from, Until: until})
		}
		first := must[catalog.Rate](t)(set(db.ID{}, 6000, "2026-04-01", ""))
		must[catalog.Rate](t)(set(own, 7000, "2026-04-01", "2026-10-01"))
		must[catalog.Rate](t)(set(own, 7500, "2026-10-01", ""))
		for _, c := range [][2]calendar.Date{{"2026-09-30", ""}, {"2020-01-01", "2026-04-02"}, {"2020-01-01", ""}} {
			if _, err := set(own, 1, c[0], c[1]); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%v overlaps and was taken: %v", c, err)
			}
		}
		must[catalog.Rate](t)(set(own, 5000, "2020-01-01", "2026-04-01"))
		at := func(provider db.ID, on calendar.Date) int64 {
			var r catalog.Rate
			err := run.Read(ctx, func(q *db.Reader) (err error) { r, err = catalog.RateAt(q, b.ID, provider, on); return err })
			if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
				return -1
			}
			if err != nil {
				t.Fatal(err)
			}
			return r.Minor
		}
		for _, c := range []struct {
			provider db.ID
			on       calendar.Date
			want     int64
		}{{own, "2026-03-31", 5000}, {own, "2026-04-01", 7000}, {own, "2026-09-30", 7000}, {own, "2026-10-01", 7500},
			{db.NewID(), "2026-10-01", 6000}, {db.ID{}, "2026-03-31", -1}, {own, "2019-12-31", -1}} {
			if got := at(c.provider, c.on); got != c.want {
				t.Errorf("on %s %d, want %d", c.on, got, c.want)
			}
		}
		if _, err := room.EndRate(ctx, manager, first.ID, catalog.EndInput{Until: "2026-04-01", Version: 1}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("ended before it began: %v", err)
		}
		must[catalog.Rate](t)(room.EndRate(ctx, manager, first.ID, catalog.EndInput{Until: "2027-04-01", Version: 1}))
		if at(db.ID{}, "2027-03-31") != 6000 || at(db.ID{}, "2027-04-01") != -1 {
			t.Error("the end of a rate does not hold")
		}
		must[catalog.Rate](t)(set(db.ID{}, 6500, "2027-04-01", ""))
	})
}

// TestStaleCopyOfRates lets one operation look and another write in between.
func TestStaleCopyOfRates(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, _ *op.Runner) {
		b := must[catalog.Benefit](t)(room.CreateBenefit(ctx, manager, catalog.BenefitInput{Key: "meal", Name: pair("配食", "Meals"), Kind: "goods"}))
		done := make(chan error, 8)
		for range 8 {
			go func() {
				_, err := room.CreateRate(ctx, manager, catalog.RateInput{Benefit: b.ID, Unit: "person", Price: ledger.Yen(500), From: "2026-04-01"})
				done <- err
			}()
		}
		made := 0
		for range 8 {
			if err := <-done; err == nil {
				made++
			} else if !errors.Is(err, fault.KindInvalid) {
				t.Error(err)
			}
		}
		if made != 1 {
			t.Errorf("%d rates hold on the same day", made)
		}
	})
}

func TestFundOfTheServiceDate(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, run *op.Runner) {
		officer := kizunatest.Staff(access.FinanceOfficer)
		for _, year := range []calendar.Date{"2025-04-01", "2026-04-01"} {
			must[catalog.Fund](t)(room.CreateFund(ctx, officer, catalog.FundInput{Code: "general", Name: pair("一般財源", "General"), YearFrom: year, ClosingDay: year.AddMonths(14).AddDays(-1), Budget: ledger.Yen(1000)}))
		}
		if _, err := room.CreateFund(ctx, officer, catalog.FundInput{Code: "general", Name: pair("x", ""), YearFrom: "2026-04-01"}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("one year twice: %v", err)
		}
		_ = run.Read(ctx, func(q *db.Reader) error {
			for on, want := range map[calendar.Date]calendar.Date{"2026-03-31": "2025-04-01", "2026-04-01": "2026-04-01", "2027-03-31": "2026-04-01", "2027-04-01": ""} {
				f, err := catalog.FundAt(q, "general", on)
				if f.YearFrom != want || (err == nil) != (want != "") {
					t.Errorf("on %s the year of %q, %v", on, f.YearFrom, err)
				}
			}
			return nil
		})
	})
}

func TestRulesArePublishedWhenTheyHold(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, run *op.Runner) {
		b := must[catalog.Benefit](t)(room.CreateBenefit(ctx, manager, rent()))
		in := catalog.RuleInput{SubjectKind: "benefit", Subject: b.ID, Name: pair("要件", "Rule"), Rule: eligible()}
		for pointer, spoil := range map[string]func(r *rule.Rule){
			"/rule/examples":          func(r *rule.Rule) { r.Examples = nil },
			"/rule/conditions/1/expr": func(r *rule.Rule) { r.Conditions[1].Expr = "monthly_incom < 1" },
			"/rule/examples/1":        func(r *rule.Rule) { r.Examples[1].Want = rule.Met },
			"/rule/examples/0/amount": func(r *rule.Rule) { r.Examples[0].Amount = "45001" },
			"/rule/amount":            func(r *rule.Rule) { r.Amount = "age >= 18" },
		} {
			bad := in
			bad.Rule = eligible()
			spoil(&bad.Rule)
			x := must[catalog.EligibilityRule](t)(room.CreateRule(ctx, manager, bad))
			_, err := room.PublishRule(ctx, manager, x.ID, catalog.Step{Version: x.Version})
			f, ok := fault.As(err)
			if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
				t.Errorf("want a fault at %s, got %v", pointer, err)
			}
			bad.Rule, bad.Version = eligible(), x.Version
			x = must[catalog.EligibilityRule](t)(room.EditRule(ctx, manager, x.ID, bad))
			must[catalog.EligibilityRule](t)(room.PublishRule(ctx, manager, x.ID, catalog.Step{Version: x.Version}))
		}
		first := must[catalog.EligibilityRule](t)(room.CreateRule(ctx, manager, in))
		if _, err := room.CreateRule(ctx, manager, in); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("two drafts: %v", err)
		}
		if _, err := room.CreateRule(ctx, manager, catalog.RuleInput{SubjectKind: "benefit", Subject: db.NewID(), Name: pair("x", "")}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a rule of nothing: %v", err)
		}
		first = must[catalog.EligibilityRule](t)(room.PublishRule(ctx, manager, first.ID, catalog.Step{Version: first.Version}))
		_ = run.Read(ctx, func(q *db.Reader) error {
			now, ok, err := catalog.RuleFor(q, "benefit", b.ID)
			if err != nil || !ok || now.ID != first.ID || now.Edition != 6 {
				t.Errorf("in force: %+v, %v", now, err)
			}
			return nil
		})
		out, wrong := room.Check(eligible())
		if wrong != nil || len(out) != 2 || out[0].State != rule.Met || out[1].State != rule.NotMet {
			t.Errorf("%+v, %v", out, wrong)
		}
	})
}

func TestFactsOfAPerson(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *catalog.Room, run *op.Runner) {
		persons := people.New(run)
		p := must[people.Person](t)(persons.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}, BirthDate: "1968-04-12", Languages: []string{"ja"}}))
		known := func() (out rule.Facts) {
			err := run.Read(ctx, func(q *db.Reader) (err error) { out, err = room.FactsFor(q, p.ID, "2026-11-24"); return err })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		facts := known()
		if _, ok := facts["monthly_income"]; ok || facts["age"].Text != "58" || facts["household_size"].Text != "1" {
			t.Errorf("%v", facts)
		}
		must[people.Circumstance](t)(persons.AddCircumstance(ctx, worker, people.Circumstance{Person: p.ID, Kind: "income", Minor: 96000, Currency: "JPY", Period: "month"}))
		if facts = known(); facts["monthly_income"].Text != "96000" {
			t.Errorf("%v", facts)
		}
		set, err := room.Declared()
		if err != nil || set.Check(facts) != nil {
			t.Errorf("%v %v", err, set.Check(facts))
		}
	})
}
