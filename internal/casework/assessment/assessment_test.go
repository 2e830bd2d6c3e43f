package assessment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/cases"
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
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	var all strings.Builder
	for _, d := range []flow.Described{assessment.Flow.Describe(), assessment.NeedFlow.Describe(),
		assessment.DeterminationFlow.Describe(), assessment.DecisionFlow.Describe()} {
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

var ctx = context.Background()

func pair(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

// office is everything a test of this room stands on.
type office struct {
	t       *testing.T
	room    *assessment.Room
	catalog *catalog.Room
	run     *op.Runner
	worker  access.Actor
	person  people.Person
	file    cases.Case
	benefit catalog.Benefit
	rule    catalog.EligibilityRule
}

func ok[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func eachOffice(t *testing.T, f func(t *testing.T, o *office)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(t, open(t, run))
		kizunatest.Intact(t, run)
	})
}

func open(t *testing.T, run *op.Runner) *office {
	o := &office{t: t, run: run, worker: kizunatest.Staff(access.Caseworker)}
	admin := kizunatest.Staff(access.Administrator)
	forms, persons, files := form.New(run), people.New(run), cases.New(run)
	o.catalog = catalog.New(run, "JPY")
	o.catalog.Facts = append(o.catalog.Facts, assessment.Known{})
	o.room = assessment.New(run, o.catalog, "JPY")
	made, err := forms.Create(ctx, admin, form.FormInput{Key: "wellbeing", Title: pair("くらしのアセスメント", "Wellbeing"), Purpose: "assessment", Definition: wellbeing()})
	made = ok(t, made, err)
	_, err = forms.Publish(ctx, admin, made.ID, made.Version)
	ok(t, 0, err)
	o.person, err = persons.Create(ctx, o.worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}, BirthDate: "1968-04-12"})
	ok(t, 0, err)
	o.file, err = files.Open(ctx, o.worker, cases.OpenInput{Person: o.person.ID, Kind: "housing"})
	ok(t, 0, err)
	o.benefit, err = o.catalog.CreateBenefit(ctx, admin, catalog.BenefitInput{Key: "rent_help", Name: pair("住居確保給付", "Rent help"), Kind: "money"})
	ok(t, 0, err)
	o.rule, err = o.catalog.CreateRule(ctx, admin, catalog.RuleInput{SubjectKind: "benefit", Subject: o.benefit.ID, Name: pair("要件", "Rule"), Rule: rentRule()})
	ok(t, 0, err)
	o.rule, err = o.catalog.PublishRule(ctx, admin, o.rule.ID, catalog.Step{Version: o.rule.Version})
	ok(t, 0, err)
	return o
}

func wellbeing() form.Definition {
	return form.Definition{
		Sections: []form.Section{{Key: "home", Title: pair("住まい", "Home"), Questions: []form.Question{
			{Key: "unstable", Kind: "yes_no", Label: pair("住まいが不安定", "Unstable home"), Required: true, Score: 3, MapTo: "need/housing"},
			{Key: "weeks", Kind: "number", Label: pair("あと何週間いられるか", "Weeks left"), Show: "unstable", Required: true},
		}}},
		Bands: []form.Band{{Key: "low", From: 0, Label: pair("軽い", "Low")}, {Key: "high", From: 3, Label: pair("重い", "High")}},
	}
}

func rentRule() rule.Rule {
	return rule.Rule{
		Conditions: []rule.Condition{
			{Key: "age", Label: pair("18歳以上", "18 or older"), Expr: "age >= 18"},
			{Key: "income", Label: pair("収入が基準以下", "Income within the limit"), Expr: "monthly_income <= 80000 + 40000 * household_size"},
			{Key: "need", Label: pair("住まいの課題がある", "Needs housing"), Expr: "'housing' in needs"},
		},
		Amount:   "40000 + 5000 * household_size",
		Examples: []rule.Example{{Name: pair("単身", "Alone"), Want: rule.Met, Amount: "45000", Facts: rule.Facts{"age": rule.Whole(58), "household_size": rule.Whole(1), "monthly_income": rule.Amount(0, 0), "needs": rule.Texts("housing")}}},
	}
}

func (o *office) begun() assessment.Assessment {
	x, err := o.room.Begin(ctx, o.worker, assessment.BeginInput{Case: o.file.ID, FormKey: "wellbeing"})
	return ok(o.t, x, err)
}

func (o *office) fill(x assessment.Assessment, answers map[string]any) assessment.Filled {
	f, err := o.room.Get(ctx, o.worker, x.ID)
	ok(o.t, f, err)
	out, err := o.room.Fill(ctx, o.worker, x.ID, form.Fill{Section: "home", Answers: answers, Version: f.Response.Version})
	return ok(o.t, out, err)
}

func pointer(err error) string {
	if f, is := fault.As(err); is && len(f.Fields) > 0 {
		return f.Fields[0].Pointer
	}
	return ""
}

func TestAssessmentFromBeginToResult(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		criteria := func() bool {
			var met bool
			_ = o.run.Read(ctx, func(q *db.Reader) error {
				list, err := assessment.Criteria(q, o.file)
				met = err == nil && list[0].Met
				return nil
			})
			return met
		}
		if criteria() {
			t.Error("the stage is done before anything was assessed")
		}
		x := o.begun()
		if x.Person != o.person.ID || x.Status != "in_progress" {
			t.Fatalf("%+v", x)
		}
		if out := o.fill(x, map[string]any{"unstable": "yes", "weeks": "many"}); len(out.Wrong) != 1 || out.Wrong[0].Pointer != "/answers/weeks" || len(out.Response.Answers.V) != 1 {
			t.Errorf("what could be read was not kept: %+v", out)
		}
		if _, err := o.room.Fill(ctx, o.worker, x.ID, form.Fill{Answers: map[string]any{"unstable": "no"}, Version: 1}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy of the answers: %v", err)
		}
		if _, err := o.room.Complete(ctx, o.worker, x.ID, x.Version); pointer(err) != "/answers/weeks" {
			t.Errorf("completed with something missing: %v", err)
		}
		o.fill(x, map[string]any{"unstable": "yes", "weeks": "３"})
		done, err := o.room.Complete(ctx, o.worker, x.ID, x.Version)
		if err != nil || done.Score != "3" || done.Holds() != "high" || done.CompletedOn != "2026-11-24" || done.Assessor != o.worker.ID {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := o.room.Complete(ctx, o.worker, x.ID, x.Version); !errors.Is(err, fault.KindConflict) {
			t.Errorf("completed a stale copy: %v", err)
		}
		if !criteria() {
			t.Error("the stage is not done")
		}
		if _, err := o.room.Override(ctx, o.worker, x.ID, assessment.OverrideInput{Band: "low", Version: done.Version}); pointer(err) != "/reason" {
			t.Errorf("overridden without a reason: %v", err)
		}
		if _, err := o.room.Override(ctx, o.worker, x.ID, assessment.OverrideInput{Band: "deep", Reason: "x", Version: done.Version}); pointer(err) != "/band" {
			t.Errorf("overridden to nothing: %v", err)
		}
		done, err = o.room.Override(ctx, o.worker, x.ID, assessment.OverrideInput{Band: "low", Reason: "家族が支えている", Version: done.Version})
		if err != nil || done.Holds() != "low" || done.Band != "high" {
			t.Fatalf("%+v, %v", done, err)
		}
		again := o.begun()
		o.fill(again, map[string]any{"unstable": "no"})
		ok(t, 0, second(o.room.Complete(ctx, o.worker, again.ID, again.Version)))
		traced, trace := db.WithTrace(ctx)
		f, err := o.room.Get(traced, o.worker, again.ID)
		if err != nil || f.Before == nil || f.Before.ID != x.ID || f.Now.Score != "0" {
			t.Errorf("compared with %+v, %v", f.Before, err)
		}
		if trace.Count() > 8 {
			t.Errorf("%d statements", trace.Count())
		}
		amended, err := o.room.Amend(ctx, o.worker, again.ID, form.AmendInput{Fill: form.Fill{Answers: map[string]any{"unstable": true, "weeks": "2"}, Version: f.Assessment.Version}, Reason: "聞き違い"})
		if err != nil || amended.Score != "3" || amended.Version != f.Assessment.Version+1 {
			t.Errorf("%+v, %v", amended, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestSuggestedAndCancelled(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		x, err := o.room.Suggest(ctx, o.worker, assessment.BeginInput{Case: o.file.ID, FormKey: "wellbeing", Why: "死別のため"})
		x = ok(t, x, err)
		if _, err := o.room.Fill(ctx, o.worker, x.ID, form.Fill{}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("answered before it began: %v", err)
		}
		if f, err := o.room.Get(ctx, o.worker, x.ID); err != nil || f.Ready != nil {
			t.Errorf("%v", err)
		}
		x, err = o.room.Start(ctx, o.worker, x.ID, x.Version)
		x = ok(t, x, err)
		if _, err := o.room.Cancel(ctx, o.worker, x.ID, assessment.ReasonInput{Version: x.Version}); pointer(err) != "/reason" {
			t.Errorf("cancelled without a reason: %v", err)
		}
		x, err = o.room.Cancel(ctx, o.worker, x.ID, assessment.ReasonInput{Reason: "転居", Version: x.Version})
		ok(t, x, err)
		f, err := o.room.Get(ctx, o.worker, x.ID)
		if err != nil || f.Response.Status != "cancelled" {
			t.Errorf("its answers are %s, %v", f.Response.Status, err)
		}
		if _, err := o.room.Begin(ctx, o.worker, assessment.BeginInput{Case: o.file.ID, FormKey: "nothing"}); pointer(err) != "/form_key" {
			t.Errorf("an unknown form: %v", err)
		}
		if _, err := o.room.Begin(ctx, o.worker, assessment.BeginInput{Case: o.file.ID, Person: db.NewID(), FormKey: "wellbeing"}); pointer(err) != "/person_id" {
			t.Errorf("about a stranger: %v", err)
		}
	})
}

func TestNeeds(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		x := o.begun()
		n, err := o.room.Identify(ctx, o.worker, assessment.NeedInput{Case: o.file.ID, Kind: "housing", Severity: "high", Assessment: x.ID})
		n = ok(t, n, err)
		if _, err := o.room.Identify(ctx, o.worker, assessment.NeedInput{Case: o.file.ID, Kind: "wishes"}); pointer(err) != "/kind" {
			t.Errorf("an unknown kind: %v", err)
		}
		if _, err := o.room.DeferNeed(ctx, o.worker, n.ID, assessment.DeferInput{Version: n.Version}); pointer(err) != "/reason" {
			t.Errorf("deferred without a reason: %v", err)
		}
		n, err = o.room.DeferNeed(ctx, o.worker, n.ID, assessment.DeferInput{Reason: "入院中", ReviewOn: "2027-01-15", Version: n.Version})
		n = ok(t, n, err)
		goal := db.NewID()
		n, err = o.room.AddressNeed(ctx, o.worker, n.ID, assessment.AddressInput{Kind: "goal", By: goal, Version: n.Version})
		if err != nil || n.Status != "addressed" || n.AddressedBy != goal || n.ReviewOn != "" {
			t.Fatalf("%+v, %v", n, err)
		}
		if _, err := o.room.AddressNeed(ctx, o.worker, n.ID, assessment.AddressInput{Version: n.Version - 1}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy: %v", err)
		}
		n, err = o.room.ReopenNeed(ctx, o.worker, n.ID, n.Version)
		ok(t, n, err)
		list, err := o.room.Needs(ctx, o.worker, assessment.Of{Case: o.file.ID, Limit: 10})
		if err != nil || len(list) != 1 || list[0].Status != "identified" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func (o *office) determined(facts map[string]any) assessment.Determination {
	d, err := o.room.Determine(ctx, o.worker, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID, Facts: facts})
	return ok(o.t, d, err)
}

// TestDeterminingAgainAfterMidnight sends the same with its key the day after:
// the first answer comes back, and nothing is determined for another day.
func TestDeterminingAgainAfterMidnight(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		once := op.WithKey(ctx, "determine-once")
		in := assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID, Facts: map[string]any{"age": "58"}}
		first, err := o.room.Determine(once, o.worker, in)
		ok(t, first, err)
		o.run.Clock.(*calendar.Fake).Advance(24 * time.Hour)
		again, err := o.room.Determine(once, o.worker, in)
		if ok(t, again, err); again.ID != first.ID || again.On != first.On {
			t.Errorf("%v for %s, then %v for %s", first.ID, first.On, again.ID, again.On)
		}
	})
}

func TestDeterminationExplainsItself(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		d := o.determined(nil)
		if d.State != "unknown" || !slices.Equal(d.Outcome.V.Findings[1].Missing, []string{"monthly_income"}) || d.Facts.V["age"].Text != "58" {
			t.Errorf("%+v", d)
		}
		d = o.determined(map[string]any{"monthly_income": "１５０,０００円", "needs": []any{"housing"}})
		if d.State != "not_met" || d.Currency != "" || !slices.Equal(d.Stated.V, []string{"monthly_income", "needs"}) {
			t.Errorf("%+v", d)
		}
		if c := d.WouldChange.V; len(c) == 0 || c[0].Fact != "household_size" && c[0].Fact != "monthly_income" {
			t.Errorf("what would change it: %+v", c)
		}
		_, err := o.room.Identify(ctx, o.worker, assessment.NeedInput{Case: o.file.ID, Kind: "housing"})
		ok(t, 0, err)
		d = o.determined(map[string]any{"monthly_income": "90000"})
		if d.State != "met" || d.Amount() != ledger.Yen(45000) || d.Edition != 1 {
			t.Errorf("%+v", d)
		}
		if _, err := o.room.Determine(ctx, o.worker, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID,
			Facts: map[string]any{"monthly_income": "much"}}); pointer(err) != "/facts/monthly_income" {
			t.Errorf("a fact that cannot be read: %v", err)
		}
		if _, err := o.room.Determine(ctx, o.worker, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID,
			Facts: map[string]any{"colour": "blue"}}); pointer(err) != "/facts/colour" {
			t.Errorf("a fact nobody asked for: %v", err)
		}
		if _, err := o.room.Determine(ctx, o.worker, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: db.NewID()}); pointer(err) != "/subject_id" {
			t.Errorf("nothing was determined: %v", err)
		}
		for _, step := range assessment.DeterminationFlow.Describe().Steps {
			if len(step.From) > 0 && step.To != flow.Void {
				t.Errorf("a determination can be changed by %s", step.Name)
			}
		}
	})
}

// TestReplayGivesTheSame determines with all kinds of facts, then changes the
// rule and the person, and makes each determination again.
func TestReplayGivesTheSame(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		var made []db.ID
		rapid.Check(t, func(rt *rapid.T) {
			facts := map[string]any{}
			for name, values := range map[string][]any{
				"age": {"3", "17", "18", "90"}, "monthly_income": {"0", "119999", "120001"},
				"household_size": {"1", "2", "7"}, "needs": {"housing", []any{"debt", "grief"}},
			} {
				if rapid.Bool().Draw(rt, name) {
					facts[name] = rapid.SampledFrom(values).Draw(rt, name+" is")
				}
			}
			d, err := o.room.Determine(ctx, o.worker, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID, Facts: facts,
				On: rapid.SampledFrom([]calendar.Date{"2026-11-24", "2030-01-01"}).Draw(rt, "on")})
			if err != nil {
				rt.Fatal(err)
			}
			made = append(made, d.ID)
		})
		admin := kizunatest.Staff(access.Administrator)
		next := rentRule()
		next.Conditions, next.Amount, next.Examples[0].Amount = next.Conditions[:1], "1", "1"
		x, err := o.catalog.CreateRule(ctx, admin, catalog.RuleInput{SubjectKind: "benefit", Subject: o.benefit.ID, Name: pair("新要件", "New"), Rule: next})
		x = ok(t, x, err)
		_, err = o.catalog.PublishRule(ctx, admin, x.ID, catalog.Step{Version: x.Version})
		ok(t, 0, err)
		for _, id := range made {
			again, err := o.room.Replay(ctx, o.worker, id)
			if err != nil || !again.Same || again.Rule.ID != o.rule.ID || again.Rule.Status != "retired" {
				t.Fatalf("replayed %+v as %+v by edition %d, %v", again.Determination.Outcome, again.Outcome, again.Rule.Edition, err)
			}
		}
	})
}

func TestDecisions(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		items := map[db.ID]assessment.Item{}
		o.room.Items["application_item"] = func(_ db.Q, _ access.Actor, _ calendar.Time, id db.ID) (assessment.Item, error) {
			if i, found := items[id]; found {
				return i, nil
			}
			return assessment.Item{}, fault.NotFound()
		}
		var approved, decided []assessment.Decision
		refuse := false
		o.room.OnApproved = append(o.room.OnApproved, func(_ *op.Tx, d assessment.Decision) error {
			if refuse {
				return fault.Conflict("assessment.fault.decided")
			}
			approved = append(approved, d)
			return nil
		})
		o.room.OnDecided = append(o.room.OnDecided, func(_ *op.Tx, d assessment.Decision) error {
			decided = append(decided, d)
			return nil
		})
		item := func() assessment.Item {
			i := assessment.Item{Kind: "application_item", ID: db.NewID(), Case: o.file.ID, Person: o.person.ID, SubjectKind: "benefit", Subject: o.benefit.ID,
				RootKind: "application", Root: db.NewID(), From: "2026-12-01"}
			items[i.ID] = i
			return i
		}
		met := o.determined(map[string]any{"monthly_income": "0", "needs": "housing"})
		first := item()
		in := assessment.DecideInput{ItemKind: "application_item", Item: first.ID, Result: "approved"}
		if _, err := o.room.Decide(ctx, o.worker, in); pointer(err) != "/reasons" {
			t.Errorf("approved against the rule without a reason: %v", err)
		}
		in.Determination = met.ID
		refuse = true
		if _, err := o.room.Decide(ctx, o.worker, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("decided although nothing could follow: %v", err)
		}
		refuse = false
		d, err := o.room.Decide(ctx, o.worker, in)
		if err != nil || d.Status != "approved" || d.Amount() != ledger.Yen(45000) || d.From != "2026-12-01" || d.DecidedBy != o.worker.ID || d.RootKind != "case" {
			t.Fatalf("%+v, %v", d, err)
		}
		if len(approved) != 1 || len(decided) != 1 || approved[0].ID != d.ID {
			t.Errorf("%d followed an approval, %d a decision", len(approved), len(decided))
		}
		if _, err := o.room.Decide(ctx, o.worker, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("decided twice: %v", err)
		}
		deny := assessment.DecideInput{ItemKind: "application_item", Item: item().ID, Result: "denied"}
		if _, err := o.room.Decide(ctx, o.worker, deny); pointer(err) != "/reasons" {
			t.Errorf("denied without a reason: %v", err)
		}
		deny.Reasons = "収入が基準を超えるため"
		d, err = o.room.Decide(ctx, o.worker, deny)
		if err != nil || d.Status != "denied" || len(approved) != 1 || len(decided) != 2 {
			t.Errorf("%+v, %v", d, err)
		}
		o.nobodyDecidesOnTheirOwn(items, item)
		other := item()
		other.Person = db.NewID()
		items[other.ID] = other
		if _, err := o.room.Decide(ctx, o.worker, assessment.DecideInput{ItemKind: "application_item", Item: other.ID, Result: "approved", Determination: met.ID}); pointer(err) != "/determination_id" {
			t.Errorf("decided by another person's determination: %v", err)
		}
		if _, err := o.room.Decide(ctx, o.worker, assessment.DecideInput{ItemKind: "wish", Item: db.NewID(), Result: "approved"}); pointer(err) != "/item_kind" {
			t.Errorf("decided on nothing known: %v", err)
		}
	})
}

func (o *office) nobodyDecidesOnTheirOwn(items map[db.ID]assessment.Item, item func() assessment.Item) {
	own, mine, relative := item(), item(), item()
	own.AppliedBy = o.worker.ID
	items[own.ID] = own
	self := o.worker
	self.Person = mine.Person
	spouse, err := people.New(o.run).Create(ctx, o.worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "恵"}}})
	relative.Applicant = ok(o.t, spouse, err).ID
	items[relative.ID] = relative
	applicant := o.worker
	applicant.Person = relative.Applicant
	for name, c := range map[string]struct {
		actor access.Actor
		item  assessment.Item
	}{"what they applied for": {o.worker, own}, "themselves": {self, mine}, "what they applied for as a resident": {applicant, relative}} {
		_, err := o.room.Decide(ctx, c.actor, assessment.DecideInput{ItemKind: "application_item", Item: c.item.ID, Result: "approved", Reasons: "x"})
		if f, is := fault.As(err); !is || f.Key != "assessment.fault.own_application" {
			o.t.Errorf("somebody decided on %s: %v", name, err)
		}
	}
}

func TestAnotherTeamSeesNothing(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		x := o.begun()
		n, err := o.room.Identify(ctx, o.worker, assessment.NeedInput{Case: o.file.ID, Kind: "housing"})
		n = ok(t, n, err)
		d := o.determined(nil)
		for _, a := range []access.Actor{kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Resident), access.Nobody()} {
			for name, err := range map[string]error{
				"begin":        second(o.room.Begin(ctx, a, assessment.BeginInput{Case: o.file.ID, FormKey: "wellbeing"})),
				"get":          second(o.room.Get(ctx, a, x.ID)),
				"fill":         second(o.room.Fill(ctx, a, x.ID, form.Fill{Version: 1})),
				"complete":     second(o.room.Complete(ctx, a, x.ID, x.Version)),
				"list":         second(o.room.Assessments(ctx, a, assessment.Of{Case: o.file.ID, Limit: 1})),
				"need":         second(o.room.Need(ctx, a, n.ID)),
				"address":      second(o.room.AddressNeed(ctx, a, n.ID, assessment.AddressInput{Version: 1})),
				"determine":    second(o.room.Determine(ctx, a, assessment.DetermineInput{Case: o.file.ID, SubjectKind: "benefit", Subject: o.benefit.ID})),
				"of a person":  second(o.room.Determine(ctx, a, assessment.DetermineInput{Person: o.person.ID, SubjectKind: "benefit", Subject: o.benefit.ID})),
				"sheet":        second(o.room.Sheet(ctx, a, assessment.DetermineInput{Person: o.person.ID, SubjectKind: "benefit", Subject: o.benefit.ID})),
				"determined":   second(o.room.Determination(ctx, a, d.ID)),
				"replay":       second(o.room.Replay(ctx, a, d.ID)),
				"choices":      second(o.room.Choices(ctx, a, o.file.ID)),
				"list of need": second(o.room.Needs(ctx, a, assessment.Of{Case: o.file.ID, Limit: 1})),
			} {
				if !errors.Is(err, fault.KindNotFound) {
					t.Errorf("%v may %s: %v", a.Roles, name, err)
				}
			}
		}
	})
}
