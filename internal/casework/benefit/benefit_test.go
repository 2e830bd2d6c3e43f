package benefit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// TestHowOftenMoneyIsGiven: on the first day, and again as the frequency says,
// through the last day; months are those of the calendar.
func TestHowOftenMoneyIsGiven(t *testing.T) {
	for _, c := range []struct {
		frequency   string
		from, until calendar.Date
		times       int64
	}{
		{"", "2026-11-01", "2027-10-31", 1}, {"once", "2026-11-01", "2027-10-31", 1}, {"as_needed", "2026-11-01", "2026-11-01", 1},
		{"daily", "2026-11-01", "2026-11-30", 30}, {"weekly", "2026-11-01", "2026-11-07", 1}, {"weekly", "2026-11-01", "2026-11-08", 2},
		{"monthly", "2026-11-01", "2027-01-31", 3}, {"monthly", "2026-11-10", "2026-12-09", 1}, {"monthly", "2026-11-10", "2026-12-10", 2},
		{"monthly", "2027-01-31", "2027-02-28", 2}, {"twice_monthly", "2026-11-01", "2026-11-15", 1}, {"twice_monthly", "2026-11-01", "2026-11-16", 2},
		{"twice_monthly", "2026-11-01", "2026-12-31", 4}, {"yearly", "2026-04-01", "2027-03-31", 1}, {"yearly", "2026-04-01", "2027-04-01", 2},
		{"monthly", "2026-11-01", "2026-10-31", 0},
	} {
		x := benefit.Assignment{Frequency: c.frequency, From: c.from, Minor: 45_000, Currency: "JPY"}
		if n := x.Times(c.until); n != c.times {
			t.Errorf("%s from %s to %s: %d times, want %d", c.frequency, c.from, c.until, n, c.times)
		}
		if x.Until = c.until; c.times > 0 {
			if m, err := x.Whole("2026-11-24"); err != nil || m != ledger.Yen(45_000*c.times) {
				t.Errorf("%s: %v in all, %v", c.frequency, m, err)
			}
		}
	}
}

func TestFlows(t *testing.T) {
	matrix := benefit.Flow.Describe().Matrix() + benefit.EnrolmentFlow.Describe().Matrix() + benefit.RecertificationFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", matrix)
}

var ctx = context.Background()

// desk is the room with the rooms it works with.
type desk struct {
	*benefit.Room
	plans   *careplan.Room
	cases   *cases.Room
	people  *people.Room
	catalog *catalog.Room
	run     *op.Runner
	clock   *calendar.Fake
	worker  access.Actor
	boss    access.Actor
	manager access.Actor
	t       *testing.T
}

func eachDesk(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		d := desk{benefit.New(run), careplan.New(run), cases.New(run), people.New(run), catalog.New(run, "JPY"), run, clock,
			kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor), kizunatest.Staff(access.ProgramManager, access.FinanceOfficer), t}
		d.boss.Teams = d.worker.Teams
		d.cases.Busy = append(d.cases.Busy, benefit.Busy)
		d.people.OnDeath = append(d.people.OnDeath, d.OnDeath)
		d.plans.OnMake = append(d.plans.OnMake, d.FromPlan)
		d.plans.OnActivate = append(d.plans.OnActivate, d.PlanBegan)
		d.plans.OnComplete = append(d.plans.OnComplete, d.AfterPlan)
		f(t, d)
		kizunatest.Intact(t, run)
	})
}

// must gives the value, or ends the test.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func key(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	return f.Key
}

func (d desk) person(given string) people.Person {
	d.t.Helper()
	return must[people.Person](d.t)(d.people.Create(ctx, d.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: given}}}))
}

func (d desk) open() cases.Case {
	d.t.Helper()
	return must[cases.Case](d.t)(d.cases.Open(ctx, d.worker, cases.OpenInput{Person: d.person("修").ID, Kind: "housing"}))
}

func (d desk) benefit(in catalog.BenefitInput) catalog.Benefit {
	d.t.Helper()
	in.Name = text.Both(in.Key)
	b := must[catalog.Benefit](d.t)(d.catalog.CreateBenefit(ctx, d.manager, in))
	return must[catalog.Benefit](d.t)(d.catalog.StepBenefit(ctx, d.manager, b.ID, "activate", catalog.Step{Version: b.Version}))
}

func (d desk) meals() catalog.Benefit {
	d.t.Helper()
	return d.benefit(catalog.BenefitInput{Key: "meals", Kind: "goods", Unit: "meal", Quantity: ledger.Units(60), MaxQuantity: ledger.Units(100), RecertifyMonths: 6})
}

func (d desk) rent(fund string) catalog.Benefit {
	d.t.Helper()
	return d.benefit(catalog.BenefitInput{Key: "rent" + fund, Kind: "money", Amount: ledger.Yen(40000), MaxAmount: ledger.Yen(200000), Fund: fund})
}

func (d desk) program(capacity int64) catalog.Program {
	d.t.Helper()
	p := must[catalog.Program](d.t)(d.catalog.CreateProgram(ctx, d.manager, catalog.ProgramInput{Key: fmt.Sprintf("salon%d", capacity), Name: text.Both("サロン"), Capacity: capacity}))
	return must[catalog.Program](d.t)(d.catalog.StepProgram(ctx, d.manager, p.ID, "activate", catalog.Step{Version: p.Version}))
}

func (d desk) propose(c cases.Case, b catalog.Benefit) benefit.Assignment {
	d.t.Helper()
	return must[benefit.Assignment](d.t)(d.Propose(ctx, d.worker, c.ID, benefit.ProposeInput{Benefit: b.ID, Until: "2027-11-23"}))
}

func (d desk) step(a access.Actor, x benefit.Assignment, step string) benefit.Assignment {
	d.t.Helper()
	in := benefit.StepInput{Reason: "理由", Ground: "hospital", Version: x.Version}
	x, err := d.Step(ctx, a, x.ID, step, in)
	if err != nil {
		d.t.Fatalf("%s: %v", step, err)
	}
	return x
}

func (d desk) prompts(c cases.Case) map[string]int {
	d.t.Helper()
	out := map[string]int{}
	for _, x := range must[cases.File](d.t)(d.cases.Get(ctx, d.worker, c.ID)).Prompts {
		out[x.Kind]++
	}
	return out
}

func TestWhatTheBenefitAllows(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, meals, rent := d.open(), d.meals(), d.rent("")
		stranger := d.person("薫")
		x := must[benefit.Assignment](t)(d.Propose(ctx, d.worker, c.ID, benefit.ProposeInput{Benefit: meals.ID}))
		if x.Quantity != ledger.Units(60) || x.From != "2026-11-24" || x.Person != c.Person || x.Frequency != "as_needed" {
			t.Errorf("proposed as %+v", x)
		}
		for name, in := range map[string]benefit.ProposeInput{
			"too many":       {Benefit: meals.ID, Quantity: ledger.Units(101)},
			"money of meals": {Benefit: meals.ID, Amount: ledger.Yen(1000)},
			"units of money": {Benefit: rent.ID, Quantity: ledger.Units(1)},
			"too much":       {Benefit: rent.ID, Amount: ledger.Yen(200001)},
			"dollars":        {Benefit: rent.ID, Amount: ledger.Money{Minor: 1, Currency: "USD"}},
			"backwards":      {Benefit: meals.ID, From: "2026-12-01", Until: "2026-11-30"},
			"another person": {Benefit: meals.ID, Person: stranger.ID},
			"no benefit":     {Benefit: db.NewID()},
			"nameless payee": {Benefit: rent.ID, PayeeKind: "landlord"},
			"no such plan":   {Benefit: meals.ID, Plan: db.NewID()},
		} {
			if _, err := d.Propose(ctx, d.worker, c.ID, in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAnAssignmentsLife(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		x := d.propose(c, d.meals())
		stale := x
		x = d.step(d.worker, x, "approve")
		_, err := d.Step(ctx, d.worker, x.ID, "reject", benefit.StepInput{Reason: "遅い", Version: stale.Version})
		if f, ok := fault.As(err); !ok || f.Moved == nil {
			t.Errorf("a stale copy was rejected: %v", err)
		}
		x = d.step(d.worker, d.step(d.worker, x, "waitlist"), "activate")
		looks := must[benefit.File](t)(d.Get(ctx, d.worker, x.ID)).Looks
		if len(looks) != 1 || looks[0].DueOn != "2027-05-24" {
			t.Fatalf("looked at again %+v", looks)
		}
		if _, err := d.Step(ctx, d.worker, x.ID, "suspend", benefit.StepInput{Reason: "入院", Version: x.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("suspended without a ground: %v", err)
		}
		x = d.step(d.worker, x, "suspend")
		x = d.step(d.worker, x, "resume")
		if x.SuspendGround != "" || x.Status != "active" {
			t.Errorf("resumed as %+v", x)
		}
		now := must[cases.Case](t)(d.cases.See(ctx, d.worker, c.ID))
		if _, err := d.cases.Step(ctx, d.worker, c.ID, "close", cases.StepInput{Ground: "moved", Reason: "転居", Version: now.Version}); key(err) != "cases.fault.busy" {
			t.Errorf("closed over a benefit: %v", err)
		}
		x = d.step(d.worker, x, "end")
		f := must[benefit.File](t)(d.Get(ctx, d.worker, x.ID))
		if f.Looks[0].Status != "dropped" || x.EndedOn != "2026-11-24" || len(f.Actions) != 0 {
			t.Errorf("ended as %+v with %+v, then %v", x, f.Looks, f.Actions)
		}
	})
}

func TestWhoMayNotDecide(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		meals, rent := d.meals(), d.rent("")
		x := d.propose(c, rent)
		if _, err := d.Step(ctx, d.worker, x.ID, "approve", benefit.StepInput{Version: x.Version}); key(err) != "benefit.fault.own_proposal" {
			t.Errorf("approved their own proposal: %v", err)
		}
		in := x.Input()
		in.Amount = ledger.Yen(50000)
		edited := must[benefit.Assignment](t)(d.Edit(ctx, d.boss, x.ID, in))
		if _, err := d.Step(ctx, d.boss, x.ID, "approve", benefit.StepInput{Version: edited.Version}); key(err) != "benefit.fault.own_proposal" {
			t.Errorf("approved what they had changed: %v", err)
		}
		d.step(d.worker, edited, "approve")

		y := d.propose(c, meals)
		self := d.worker
		self.Person = c.Person
		if _, err := d.Step(ctx, self, y.ID, "approve", benefit.StepInput{Version: y.Version}); key(err) != "benefit.fault.own_record" {
			t.Errorf("approved for themselves: %v", err)
		}
		sister := d.person("恵")
		must[people.Relationship](t)(d.people.Relate(ctx, d.worker, people.Relationship{Person: sister.ID, Other: c.Person, Kind: "sibling"}))
		kin := d.worker
		kin.Person = sister.ID
		if _, err := d.Step(ctx, kin, y.ID, "approve", benefit.StepInput{Version: y.Version}); key(err) != "benefit.fault.relative" {
			t.Errorf("approved for a brother: %v", err)
		}
		mate := d.worker
		mate.Person = d.person("友").ID
		if _, err := d.people.CreateHousehold(ctx, d.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: mate.Person, Relation: "self"}, {Person: c.Person, Relation: "other"}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Step(ctx, mate, y.ID, "reject", benefit.StepInput{Reason: "x", Version: y.Version}); key(err) != "benefit.fault.relative" {
			t.Errorf("decided on a member of the household: %v", err)
		}
		err := second(op.Do(ctx, d.run, kin, "test", nil, func(tx *op.Tx) (bool, error) {
			return true, d.Grant(tx, benefit.Approval{Decision: db.NewID(), Case: c.ID, Person: c.Person, Benefit: meals.ID})
		}))
		if key(err) != "benefit.fault.relative" {
			t.Errorf("granted to a brother: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAFundIsNotPromisedBeyondItsBudget(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		must[catalog.Fund](t)(d.catalog.CreateFund(ctx, d.manager, catalog.FundInput{Code: "city", Name: text.Both("市費"), YearFrom: "2026-04-01", Budget: ledger.Yen(100000)}))
		c, rent := d.open(), d.rent("city")
		list := make([]benefit.Assignment, 4)
		for i := range list {
			list[i] = d.propose(c, rent)
		}
		errs := make([]error, len(list))
		var all sync.WaitGroup
		for i, x := range list {
			all.Go(func() { _, errs[i] = d.Step(ctx, d.boss, x.ID, "approve", benefit.StepInput{Version: x.Version}) })
		}
		all.Wait()
		won := -1
		n := 0
		for i, err := range errs {
			if err == nil {
				won, n = i, n+1
			} else if key(err) != "benefit.fault.budget" {
				t.Error(err)
			}
		}
		if n != 2 {
			t.Fatalf("%d of ¥40,000 were approved from ¥100,000", n)
		}
		// What was not used goes back when one ends.
		d.Paid = func(_ db.Q, ids []db.ID) (map[db.ID]ledger.Money, error) {
			return map[db.ID]ledger.Money{list[won].ID: ledger.Yen(10000)}, nil
		}
		f := must[benefit.File](t)(d.Get(ctx, d.worker, list[won].ID))
		if f.Totals.Approved != 40000 || f.Totals.Remaining != 30000 {
			t.Errorf("totals %+v", f.Totals)
		}
		if x := d.step(d.worker, f.Assignment, "end"); x.Cost != 10000 {
			t.Errorf("keeps ¥%d", x.Cost)
		}
		for i, err := range errs {
			if err != nil {
				d.step(d.boss, list[i], "approve")
				break
			}
		}
	})
}

func TestAPersonIsInAProgramOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, p := d.open(), d.program(0)
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = d.Apply(ctx, d.worker, c.ID, benefit.ApplyInput{Program: p.ID}) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if key(err) != "benefit.fault.enrolled" {
				t.Error(err)
			}
		}
		list := must[[]benefit.Enrolment](t)(d.Enrolments(ctx, d.worker, benefit.Asked{Case: c.ID, Limit: 10}))
		if won != 1 || len(list) != 1 {
			t.Fatalf("%d applications, %d rows", won, len(list))
		}
		x := list[0]
		x = must[benefit.Enrolment](t)(d.StepEnrolment(ctx, d.worker, x.ID, "withdraw", benefit.StepInput{Reason: "本人の希望", Version: x.Version}))
		if x.Until != "2026-11-24" {
			t.Errorf("withdrawn as %+v", x)
		}
		must[benefit.Enrolment](t)(d.Apply(ctx, d.worker, c.ID, benefit.ApplyInput{Program: p.ID}))
	})
}

func TestAProgramsPlaces(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		p := d.program(2)
		list := make([]benefit.Enrolment, 5)
		for i := range list {
			list[i] = must[benefit.Enrolment](t)(d.Apply(ctx, d.worker, d.open().ID, benefit.ApplyInput{Program: p.ID}))
		}
		errs := make([]error, len(list))
		var all sync.WaitGroup
		for i, x := range list {
			all.Go(func() {
				_, errs[i] = d.StepEnrolment(ctx, d.worker, x.ID, "enrol", benefit.StepInput{Version: x.Version})
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if key(err) != "benefit.fault.full" {
				t.Error(err)
			}
		}
		if won != 2 {
			t.Errorf("%d in two places", won)
		}
	})
}

func TestADecisionGrantsOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, rent, p := d.open(), d.rent(""), d.program(1)
		grant := func(of cases.Case, id db.ID) error {
			return second(op.Do(ctx, d.run, d.worker, "test", nil, func(tx *op.Tx) (bool, error) {
				return true, d.Grant(tx, benefit.Approval{Decision: id, Case: of.ID, Person: of.Person, Program: p.ID, Benefit: rent.ID, Amount: ledger.Yen(30000)})
			}))
		}
		decision := db.NewID()
		if err := grant(c, decision); err != nil {
			t.Fatal(err)
		}
		if err := grant(c, decision); !db.IsUnique(err, "benefit_assignment.record") {
			t.Errorf("granted twice: %v", err)
		}
		l := must[benefit.Listed](t)(d.Assignments(ctx, d.worker, benefit.Asked{Case: c.ID, Limit: 10}))
		if len(l.Rows) != 1 || l.Rows[0].Status != "approved" || l.Rows[0].Minor != 30000 || l.Totals[l.Rows[0].ID].Remaining != 30000 {
			t.Errorf("granted %+v", l)
		}
		stays := must[[]benefit.Enrolment](t)(d.Enrolments(ctx, d.worker, benefit.Asked{Case: c.ID, Limit: 10}))
		if len(stays) != 1 || stays[0].Status != "in_progress" {
			t.Errorf("in the program %+v", stays)
		}
		other := d.open()
		if err := grant(other, db.NewID()); err != nil {
			t.Fatal(err)
		}
		stays = must[[]benefit.Enrolment](t)(d.Enrolments(ctx, d.worker, benefit.Asked{Person: other.Person, Limit: 10}))
		if len(stays) != 1 || stays[0].Status != "waitlisted" || d.prompts(other)["benefit.prompt.full"] != 1 {
			t.Errorf("no place left: %+v", stays)
		}
		// Under an approval route it waits, and somebody is told.
		d.run.Router = func(_ *op.Tx, entity, step string, _ db.ID) (bool, error) { return entity != "benefit_assignment", nil }
		third := d.open()
		if err := grant(third, db.NewID()); err != nil {
			t.Fatal(err)
		}
		l = must[benefit.Listed](t)(d.Assignments(ctx, d.worker, benefit.Asked{Case: third.ID, Limit: 10}))
		if len(l.Rows) != 1 || l.Rows[0].Status != "proposed" || d.prompts(third)["benefit.prompt.approve"] != 1 {
			t.Errorf("under a route %+v", l.Rows)
		}
	})
}

func TestDeathEndsWhatWasGivenOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, p := d.open(), d.program(0)
		active := d.step(d.worker, d.step(d.worker, d.propose(c, d.meals()), "approve"), "activate")
		proposed := d.propose(c, d.rent(""))
		place := must[benefit.Enrolment](t)(d.Apply(ctx, d.worker, c.ID, benefit.ApplyInput{Program: p.ID}))
		person := must[people.File](t)(d.people.Get(ctx, d.worker, c.Person)).Person
		must[people.Person](t)(d.people.RecordDeath(ctx, d.worker, c.Person, person.Version, "2026-11-20"))
		f := must[benefit.File](t)(d.Get(ctx, d.worker, active.ID))
		if f.Assignment.Status != "ended" || f.Assignment.Version != active.Version+1 || f.Looks[0].Status != "dropped" || f.Totals.Remaining != 0 {
			t.Errorf("what was given is %+v", f)
		}
		if x := must[benefit.File](t)(d.Get(ctx, d.worker, proposed.ID)); x.Assignment.Status != "rejected" {
			t.Errorf("what was proposed is %s", x.Assignment.Status)
		}
		if x := must[benefit.Place](t)(d.Place(ctx, d.worker, place.ID)); x.Enrolment.Status != "withdrawn" {
			t.Errorf("the place is %s", x.Enrolment.Status)
		}
		if n := d.prompts(c)["benefit.prompt.died"]; n != 1 {
			t.Errorf("%d prompts", n)
		}
		err := second(op.Do(ctx, d.run, d.worker, "test", nil, func(tx *op.Tx) (bool, error) { return true, d.OnDeath(tx, c.Person, "2026-11-20") }))
		if err != nil {
			t.Fatal(err)
		}
		if again := must[benefit.File](t)(d.Get(ctx, d.worker, active.ID)); again.Assignment.Version != f.Assignment.Version {
			t.Error("ended twice")
		}
		if _, err := d.Propose(ctx, d.worker, c.ID, benefit.ProposeInput{Benefit: active.Benefit}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("assigned to the dead: %v", err)
		}
	})
}

func TestPlansGiveAndEndBenefits(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		meals, program := d.meals(), d.program(0)
		builder := kizunatest.Staff(access.Administrator)
		tpl := must[careplan.Template](t)(d.plans.CreateTemplate(ctx, builder, careplan.TemplateInput{Code: "home", Name: text.Both("在宅"),
			Goals:    []careplan.TemplateGoal{{Label: text.Both("在宅生活を続ける")}},
			Programs: []db.ID{program.ID}, Benefits: []careplan.TemplateBenefit{{Benefit: meals.ID, Quantity: ledger.Units(20)}}}))
		tpl = must[careplan.Template](t)(d.plans.StepTemplate(ctx, builder, tpl.ID, "publish", tpl.Version))
		for rest, want := range map[string][2]string{"close": {"ended", "withdrawn"}, "hand_over": {"approved", "applied"}} {
			c := d.open()
			plan := must[careplan.Plan](t)(d.plans.Make(ctx, d.worker, c.ID, careplan.MakeInput{Template: tpl.ID}))
			l := must[benefit.Listed](t)(d.Assignments(ctx, d.worker, benefit.Asked{Case: c.ID, Limit: 10}))
			if len(l.Rows) != 1 || l.Rows[0].Quantity != ledger.Units(20) || l.Rows[0].Plan != plan.ID || l.Rows[0].Until != plan.Until {
				t.Fatalf("the plan gave %+v", l.Rows)
			}
			d.step(d.worker, l.Rows[0], "approve")
			must[careplan.Plan](t)(d.plans.Cancel(ctx, d.worker, plan.ID, careplan.CloseInput{Reason: "作り直す", Rest: rest, Version: plan.Version}))
			x := must[benefit.File](t)(d.Get(ctx, d.worker, l.Rows[0].ID)).Assignment
			stays := must[[]benefit.Enrolment](t)(d.Enrolments(ctx, d.worker, benefit.Asked{Case: c.ID, Limit: 10}))
			if x.Status != want[0] || stays[0].Status != want[1] || x.Plan.IsZero() != (rest == "hand_over") {
				t.Errorf("%s: %s and %s", rest, x.Status, stays[0].Status)
			}
		}
		b := must[catalog.Benefit](t)(d.catalog.StepBenefit(ctx, d.manager, meals.ID, "complete", catalog.Step{Version: meals.Version}))
		if _, err := d.plans.Make(ctx, d.worker, d.open().ID, careplan.MakeInput{Template: tpl.ID}); key(err) != "benefit.fault.template" {
			t.Errorf("made with a benefit that is %s: %v", b.Status, err)
		}
	})
}

// TestAPlanThatBeginsAsksForApproval: its case is prompted with how much waits; one operation approves
// what was chosen or nothing, each by who may, and the prompt goes when nothing waits.
func TestAPlanThatBeginsAsksForApproval(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		meals, rent, salon := d.meals(), d.rent(""), d.program(1)
		builder := kizunatest.Staff(access.Administrator)
		tpl := must[careplan.Template](t)(d.plans.CreateTemplate(ctx, builder, careplan.TemplateInput{Code: "home", Name: text.Both("在宅"),
			Goals:    []careplan.TemplateGoal{{Label: text.Both("在宅生活を続ける")}},
			Programs: []db.ID{salon.ID}, Benefits: []careplan.TemplateBenefit{{Benefit: meals.ID, Quantity: ledger.Units(20)}, {Benefit: rent.ID, Amount: ledger.Yen(40000)}}}))
		must[careplan.Template](t)(d.plans.StepTemplate(ctx, builder, tpl.ID, "publish", tpl.Version))
		begin := func() (cases.Case, careplan.Plan) {
			c := d.open()
			plan := must[careplan.Plan](t)(d.plans.Make(ctx, d.worker, c.ID, careplan.MakeInput{Template: tpl.ID}))
			if n := d.prompts(c)["benefit.prompt.plan_waits"]; n != 0 {
				t.Errorf("a draft asks %d times", n)
			}
			plan = must[careplan.Plan](t)(d.plans.Propose(ctx, d.worker, plan.ID, plan.Version))
			for _, x := range must[careplan.File](t)(d.plans.Get(ctx, d.worker, plan.ID)).Agreements {
				must[careplan.Agreement](t)(d.plans.Answer(ctx, d.worker, x.ID, "agree", careplan.AnswerInput{How: "paper", SignedName: "丸山 修", Version: x.Version}))
			}
			return c, must[careplan.Plan](t)(d.plans.Activate(ctx, d.worker, plan.ID, plan.Version))
		}
		asks := func(c cases.Case, want float64) {
			t.Helper()
			for _, x := range must[cases.File](t)(d.cases.Get(ctx, d.worker, c.ID)).Prompts {
				if x.Kind == "benefit.prompt.plan_waits" {
					if x.Args.V["n"] != want {
						t.Errorf("%v wait, want %v", x.Args.V["n"], want)
					}
					return
				}
			}
			if want != 0 {
				t.Error("nothing is asked")
			}
		}
		c, plan := begin()
		asks(c, 3)
		all := func(w benefit.Waiting, but ...db.ID) benefit.ApprovePlanInput {
			in := benefit.ApprovePlanInput{Plan: w.Plan.ID}
			for _, x := range w.Assignments {
				if !slices.Contains(but, x.ID) {
					in.Assignments = append(in.Assignments, benefit.Pick{ID: x.ID, Version: x.Version})
				}
			}
			for _, x := range w.Enrolments {
				in.Enrolments = append(in.Enrolments, benefit.Pick{ID: x.ID, Version: x.Version})
			}
			return in
		}
		w := must[benefit.Waiting](t)(d.Waits(ctx, d.worker, plan.ID))
		var money db.ID
		for _, x := range w.Assignments {
			if x.OfMoney() {
				money = x.ID
			}
			if blocked := w.Blocked[x.ID] != nil; blocked != x.OfMoney() {
				t.Errorf("%s blocked: %v", x.Benefit, w.Blocked[x.ID])
			}
		}
		stranger := kizunatest.Staff(access.Caseworker)
		if _, err := d.Waits(ctx, stranger, plan.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team looks: %v", err)
		}
		if _, err := d.ApprovePlan(ctx, stranger, all(w, money)); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team approves: %v", err)
		}
		if _, err := d.ApprovePlan(ctx, d.worker, all(w)); key(err) != "benefit.fault.not_together" {
			t.Errorf("approved the money they proposed: %v", err)
		}
		asks(c, 3) // all or nothing
		done := must[benefit.Approved](t)(d.ApprovePlan(ctx, d.worker, all(w, money)))
		if done.Assignments != 1 || done.Enrolments != 1 || done.Waitlisted != 0 {
			t.Errorf("approved %+v", done)
		}
		asks(c, 1)
		if _, err := d.ApprovePlan(ctx, d.boss, all(w)); key(err) != "benefit.fault.moved_on" {
			t.Errorf("a stale copy: %v", err)
		}
		must[benefit.Approved](t)(d.ApprovePlan(ctx, d.boss, all(must[benefit.Waiting](t)(d.Waits(ctx, d.boss, plan.ID)))))
		asks(c, 0)
		// The salon has one place: the second plan's person waits for it.
		c, plan = begin()
		done = must[benefit.Approved](t)(d.ApprovePlan(ctx, d.boss, all(must[benefit.Waiting](t)(d.Waits(ctx, d.boss, plan.ID)))))
		if done.Assignments != 2 || done.Enrolments != 0 || done.Waitlisted != 1 {
			t.Errorf("with the places taken %+v", done)
		}
		asks(c, 0)
		// One by one it goes as well.
		c, plan = begin()
		w = must[benefit.Waiting](t)(d.Waits(ctx, d.boss, plan.ID))
		d.step(d.boss, w.Assignments[0], "reject")
		asks(c, 2)
		d.step(d.boss, w.Assignments[1], "approve")
		asks(c, 1)
		must[careplan.Plan](t)(d.plans.Cancel(ctx, d.worker, plan.ID, careplan.CloseInput{Reason: "作り直す", Rest: "hand_over", Version: plan.Version}))
		asks(c, 0)
	})
}

func TestRecertification(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		x := d.step(d.worker, d.step(d.worker, d.propose(c, d.meals()), "approve"), "activate")
		watch := func(on calendar.Date) int {
			t.Helper()
			d.clock.Set(calendar.Moment(on, 6, 0, calendar.Tokyo))
			for range 2 {
				if err := d.WatchRecertifications(ctx); err != nil {
					t.Fatal(err)
				}
			}
			return d.prompts(c)["benefit.prompt.recertify"]
		}
		if n := watch("2027-04-23"); n != 0 {
			t.Errorf("prompted too early: %d", n)
		}
		if n := watch("2027-04-24"); n != 1 {
			t.Errorf("%d prompts 30 days before", n)
		}
		look := must[benefit.File](t)(d.Get(ctx, d.worker, x.ID)).Looks[0]
		look = must[benefit.Recertification](t)(d.Recertify(ctx, d.worker, look.ID, "begin", benefit.LookInput{Version: look.Version}))
		must[benefit.Recertification](t)(d.Recertify(ctx, d.worker, look.ID, "recertify", benefit.LookInput{Note: "引き続き必要", Version: look.Version}))
		looks := must[benefit.File](t)(d.Get(ctx, d.worker, x.ID)).Looks
		// The next would be due the day after it ends.
		if len(looks) != 1 || looks[0].Status != "recertified" || d.prompts(c)["benefit.prompt.recertify"] != 0 {
			t.Errorf("after: %+v, %v", looks, d.prompts(c))
		}
	})
}

func TestWhoSeesBenefits(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		x := d.step(d.worker, d.propose(c, d.meals()), "approve")
		hidden := d.propose(c, d.rent(""))
		place := must[benefit.Enrolment](t)(d.Apply(ctx, d.worker, c.ID, benefit.ApplyInput{Program: d.program(0).ID}))
		stranger := kizunatest.Staff(access.Caseworker)
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: c.Person}
		other := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: d.person("薫").ID}
		for _, a := range []access.Actor{stranger, resident, other} {
			for name, err := range map[string]error{
				"get":     second(d.Get(ctx, a, x.ID)),
				"step":    second(d.Step(ctx, a, x.ID, "activate", benefit.StepInput{Version: x.Version})),
				"edit":    second(d.Edit(ctx, a, hidden.ID, hidden.Input())),
				"propose": second(d.Propose(ctx, a, c.ID, benefit.ProposeInput{Benefit: x.Benefit})),
				"place":   second(d.Place(ctx, a, place.ID)),
				"enrol":   second(d.StepEnrolment(ctx, a, place.ID, "enrol", benefit.StepInput{Version: place.Version})),
				"choices": second(d.Choices(ctx, a, c.ID)),
			} {
				if !errors.Is(err, fault.KindNotFound) {
					t.Errorf("%v %s: %v", a.Roles, name, err)
				}
			}
			for _, asked := range []benefit.Asked{{Limit: 9}, {Case: c.ID, Limit: 9}, {Person: c.Person, Limit: 9}} {
				if l := must[benefit.Listed](t)(d.Assignments(ctx, a, asked)); len(l.Rows) != 0 {
					t.Errorf("%v listed %+v", a.Roles, l.Rows)
				}
			}
		}
		own := must[benefit.Own](t)(d.Own(ctx, resident))
		if len(own.Rows) != 1 || own.Rows[0].ID != x.ID || len(own.Places) != 1 {
			t.Errorf("the resident sees %+v", own)
		}
		if own := must[benefit.Own](t)(d.Own(ctx, other)); len(own.Rows)+len(own.Places) != 0 {
			t.Errorf("another resident sees %+v", own)
		}
	})
}

// TestTotalsAgainstModel takes random steps on an assignment while units are
// delivered, and compares what is approved, delivered and left with a model.
func TestTotalsAgainstModel(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, meals, rent := d.open(), d.meals(), d.rent("")
		delivered, paid := map[db.ID]int64{}, map[db.ID]ledger.Money{}
		d.Delivered = func(db.Q, []db.ID) (map[db.ID]int64, error) { return delivered, nil }
		d.Paid = func(db.Q, []db.ID) (map[db.ID]ledger.Money, error) { return paid, nil }
		rapid.Check(t, func(r *rapid.T) {
			money := rapid.Bool().Draw(r, "money")
			b, whole := meals, rapid.Int64Range(1, 100_000).Draw(r, "quantity")
			in := benefit.ProposeInput{Benefit: meals.ID, Quantity: ledger.Quantity(whole)}
			if money {
				b, in = rent, benefit.ProposeInput{Benefit: rent.ID, Amount: ledger.Yen(whole)}
			}
			in.Benefit = b.ID
			x := must[benefit.Assignment](t)(d.Propose(ctx, d.worker, c.ID, in))
			for range rapid.IntRange(1, 6).Draw(r, "steps") {
				if rapid.Bool().Draw(r, "deliver") {
					part := rapid.Int64Range(0, whole).Draw(r, "part")
					if money {
						paid[x.ID] = ledger.Yen(paid[x.ID].Minor + part)
					} else {
						delivered[x.ID] += part
					}
				}
				var free []string
				for _, s := range benefit.Flow.Free(d.boss, x) {
					if s != "edit" && s != "keep" {
						free = append(free, s)
					}
				}
				if len(free) == 0 {
					break
				}
				x = d.step(d.boss, x, rapid.SampledFrom(free).Draw(r, "step"))
				got := must[benefit.File](t)(d.Get(ctx, d.boss, x.ID)).Totals
				want := benefit.Totals{OfMoney: money, Delivered: delivered[x.ID], Paid: paid[x.ID]}
				switch x.Status {
				case "approved", "waitlisted", "active", "suspended":
					want.Approved = whole
					want.Remaining = max(0, whole-delivered[x.ID]-paid[x.ID].Minor)
				case "completed", "ended":
					want.Approved = whole
				}
				if money && want.Approved > 0 {
					want.Delivered = paid[x.ID].Minor
				}
				if got != want {
					r.Fatalf("%s: %+v, want %+v", x.Status, got, want)
				}
			}
		})
	})
}

func TestAListCostsFewStatements(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c, meals := d.open(), d.meals()
		for range 20 {
			d.propose(c, meals)
		}
		traced, trace := db.WithTrace(ctx)
		must[benefit.Listed](t)(d.Assignments(traced, d.worker, benefit.Asked{Case: c.ID, Limit: 50}))
		if n := trace.Count(); n > 2 {
			t.Errorf("%d statements", n)
		}
	})
}
