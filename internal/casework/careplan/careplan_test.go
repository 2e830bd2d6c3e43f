package careplan_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	matrix := careplan.TemplateFlow.Describe().Matrix() + careplan.Flow.Describe().Matrix() + careplan.AgreementFlow.Describe().Matrix() +
		careplan.GoalFlow.Describe().Matrix() + careplan.ProgressFlow.Describe().Matrix() + careplan.TaskFlow.Describe().Matrix() +
		careplan.ReviewFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", matrix)
}

var ctx = context.Background()

// desk is the room with the people and cases it works for.
type desk struct {
	*careplan.Room
	cases  *cases.Room
	people *people.Room
	run    *op.Runner
	clock  *calendar.Fake
	worker access.Actor
	t      *testing.T
}

func eachDesk(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		d := desk{careplan.New(run), cases.New(run), people.New(run), run, clock, kizunatest.Staff(access.Caseworker), t}
		d.cases.Criteria = append(d.cases.Criteria, careplan.Criteria)
		d.cases.Busy = append(d.cases.Busy, careplan.Busy)
		d.people.OnDeath = append(d.people.OnDeath, careplan.OnDeath)
		f(t, d)
		kizunatest.Intact(t, run)
	})
}

// must gives the value, or ends the test.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (d desk) person(given string, birth calendar.Date) people.Person {
	d.t.Helper()
	return must[people.Person](d.t)(d.people.Create(ctx, d.worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: given}}, BirthDate: birth}))
}

func (d desk) open() cases.Case {
	d.t.Helper()
	return must[cases.Case](d.t)(d.cases.Open(ctx, d.worker, cases.OpenInput{Person: d.person("修", "1968-04-12").ID, Kind: "housing"}))
}

func (d desk) join(c cases.Case, p people.Person) {
	d.t.Helper()
	must[cases.Participant](d.t)(d.cases.AddParticipant(ctx, d.worker, c.ID, cases.ParticipantInput{Person: p.ID, Role: "household"}))
}

// drafted is a plan with one goal.
func (d desk) drafted(c cases.Case) (careplan.Plan, careplan.Goal) {
	d.t.Helper()
	p := must[careplan.Plan](d.t)(d.Make(ctx, d.worker, c.ID, careplan.MakeInput{Title: "在宅生活の安定"}))
	g := must[careplan.Goal](d.t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "週5日眠れる", Area: "mind", Measure: "眠れた日", Baseline: "週2日", Target: "週5日"}))
	return p, g
}

// agreed is a proposed plan to which everybody answered.
func (d desk) agreed(c cases.Case) (careplan.Plan, careplan.Goal) {
	d.t.Helper()
	p, g := d.drafted(c)
	p = must[careplan.Plan](d.t)(d.Propose(ctx, d.worker, p.ID, p.Version))
	for _, x := range d.file(p).Agreements {
		step, in := "agree", careplan.AnswerInput{How: "paper", SignedName: "丸山 修", Version: x.Version}
		if x.Capacity == "child" {
			step, in.Words = "hear", "学校を変わりたくない"
		}
		must[careplan.Agreement](d.t)(d.Answer(ctx, d.worker, x.ID, step, in))
	}
	return p, g
}

func (d desk) active(c cases.Case) (careplan.Plan, careplan.Goal) {
	d.t.Helper()
	p, g := d.agreed(c)
	return must[careplan.Plan](d.t)(d.Activate(ctx, d.worker, p.ID, p.Version)), g
}

func (d desk) file(p careplan.Plan) careplan.File {
	d.t.Helper()
	return must[careplan.File](d.t)(d.Get(ctx, d.worker, p.ID))
}

func (d desk) prompts(c cases.Case) map[string]int {
	d.t.Helper()
	out := map[string]int{}
	for _, x := range must[cases.File](d.t)(d.cases.Get(ctx, d.worker, c.ID)).Prompts {
		out[x.Kind]++
	}
	return out
}

func key(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return ""
	}
	return f.Key
}

func TestNoPlanBeginsWithoutEverybodysAnswer(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		d.join(c, d.person("節子", "1970-02-01"))
		d.join(c, d.person("葵", "2012-06-30"))
		p := must[careplan.Plan](t)(d.Make(ctx, d.worker, c.ID, careplan.MakeInput{}))
		if _, err := d.Propose(ctx, d.worker, p.ID, p.Version); key(err) != "careplan.fault.no_goal" {
			t.Errorf("proposed without a goal: %v", err)
		}
		must[careplan.Goal](t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "家賃の滞納をなくす"}))
		p = must[careplan.Plan](t)(d.Propose(ctx, d.worker, p.ID, p.Version))
		asked := d.file(p).Agreements
		if len(asked) != 3 || asked[0].Capacity != "adult" || asked[2].Capacity != "child" {
			t.Fatalf("asked %+v", asked)
		}
		if _, err := d.Activate(ctx, d.worker, p.ID, p.Version); key(err) != "careplan.fault.unanswered" {
			t.Errorf("began unanswered: %v", err)
		}
		if _, err := d.Answer(ctx, d.worker, asked[2].ID, "agree", careplan.AnswerInput{How: "paper", SignedName: "葵", Version: 1}); key(err) != "careplan.fault.child_is_heard" {
			t.Errorf("a child signed: %v", err)
		}
		must[careplan.Agreement](t)(d.Answer(ctx, d.worker, asked[2].ID, "hear", careplan.AnswerInput{Words: "転校したくない", Version: 1}))
		must[careplan.Agreement](t)(d.Answer(ctx, d.worker, asked[0].ID, "agree", careplan.AnswerInput{How: "paper", SignedName: "丸山 修", Version: 1}))
		no := must[careplan.Agreement](t)(d.Answer(ctx, d.worker, asked[1].ID, "decline", careplan.AnswerInput{Version: 1}))
		if d.prompts(c)["careplan.prompt.declined"] != 1 {
			t.Error("nobody is told of the refusal")
		}
		if _, err := d.Activate(ctx, d.worker, p.ID, p.Version); key(err) != "careplan.fault.unanswered" {
			t.Errorf("began over a refusal: %v", err)
		}
		if _, err := d.Answer(ctx, d.worker, no.ID, "not_agree", careplan.AnswerInput{Version: no.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("went over a refusal without a basis: %v", err)
		}
		must[careplan.Agreement](t)(d.Answer(ctx, d.worker, no.ID, "not_agree", careplan.AnswerInput{Basis: "best_interest", Version: no.Version}))
		p = must[careplan.Plan](t)(d.Activate(ctx, d.worker, p.ID, p.Version))
		f := d.file(p)
		if due, ok := f.Due(); !ok || due.DueOn != "2026-12-24" || p.Status != "active" {
			t.Errorf("active as %+v with review %+v", p, due)
		}
		if n := len(d.prompts(c)); n != 0 {
			t.Errorf("%d prompts are left", n)
		}
	})
}

func TestTakenBackAnswersLapse(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		p, _ := d.agreed(d.open())
		p = must[careplan.Plan](t)(d.Back(ctx, d.worker, p.ID, p.Version))
		if n := len(d.file(p).Agreements); p.Status != "draft" || n != 0 {
			t.Errorf("%s with %d answers", p.Status, n)
		}
		p = must[careplan.Plan](t)(d.Propose(ctx, d.worker, p.ID, p.Version))
		if x := d.file(p).Agreements; len(x) != 1 || x[0].Status != "asked" {
			t.Errorf("asked anew: %+v", x)
		}
	})
}

func TestAPlanFromATemplate(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		builder := kizunatest.Staff(access.Administrator)
		benefit := db.NewID()
		in := careplan.TemplateInput{Code: "bereaved", Name: text.Pair{JA: "遺族の生活再建", EN: "After a loss"}, Months: 6, ReviewDays: 14,
			Goals:    []careplan.TemplateGoal{{Label: text.Both("悲嘆と向き合う"), Days: 60}, {Label: text.Both("遺族年金を申請する")}},
			Tasks:    []careplan.TemplateTask{{Title: text.Both("年金事務所に行く"), Party: "resident", Goal: 2, WorkingDays: 3}},
			Benefits: []careplan.TemplateBenefit{{Benefit: benefit, Quantity: 8000}}}
		tpl := must[careplan.Template](t)(d.CreateTemplate(ctx, builder, in))
		if _, err := d.CreateTemplate(ctx, builder, in); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("one code twice: %v", err)
		}
		if _, err := d.CreateTemplate(ctx, d.worker, in); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker wrote a template: %v", err)
		}
		c := d.open()
		if _, err := d.Make(ctx, d.worker, c.ID, careplan.MakeInput{Template: tpl.ID}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("made from a draft: %v", err)
		}
		tpl = must[careplan.Template](t)(d.StepTemplate(ctx, builder, tpl.ID, "publish", tpl.Version))
		var got careplan.Content
		d.OnMake = append(d.OnMake, func(_ *op.Tx, _ careplan.Plan, c careplan.Content) error { got = c; return nil })
		p := must[careplan.Plan](t)(d.Make(ctx, d.worker, c.ID, careplan.MakeInput{Template: tpl.ID}))
		f := d.file(p)
		if len(f.Goals) != 2 || len(f.Tasks) != 1 || p.Until != "2027-05-23" || p.ReviewDays != 14 || p.Title != "遺族の生活再建" {
			t.Fatalf("made %+v, %d goals, %d tasks", p, len(f.Goals), len(f.Tasks))
		}
		if x := f.Tasks[0]; x.DueOn != "2026-11-27" || x.Goal != f.Goals[1].ID || x.Person != c.Person {
			t.Errorf("task %+v", x)
		}
		if len(got.Benefits) != 1 || got.Benefits[0].Benefit != benefit {
			t.Errorf("the benefit room heard %+v", got)
		}

		// Another edition takes the place of the first.
		next := must[careplan.Template](t)(d.Revise(ctx, builder, tpl.ID))
		if _, err := d.Revise(ctx, builder, tpl.ID); key(err) != "careplan.fault.draft_exists" {
			t.Errorf("two drafts: %v", err)
		}
		next = must[careplan.Template](t)(d.StepTemplate(ctx, builder, next.ID, "publish", next.Version))
		list := must[[]careplan.Template](t)(d.Published(ctx, d.worker))
		if len(list) != 1 || list[0].ID != next.ID || next.Edition != 2 {
			t.Errorf("published %+v", list)
		}
	})
}

func TestRacingActivationLeavesOneActivePlan(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		plans := make([]careplan.Plan, 4)
		for i := range plans {
			plans[i], _ = d.agreed(c)
		}
		errs := make([]error, len(plans))
		var all sync.WaitGroup
		for i, p := range plans {
			all.Go(func() { _, errs[i] = d.Activate(ctx, d.worker, p.ID, p.Version) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if key(err) != "careplan.fault.other_active" {
				t.Error(err)
			}
		}
		active := 0
		for _, p := range must[[]careplan.Plan](t)(d.OfCase(ctx, d.worker, c.ID)) {
			if p.Status == "active" {
				active++
			}
		}
		if won != 1 || active != 1 {
			t.Errorf("%d activations won, %d plans are active", won, active)
		}
	})
}

func TestGoals(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		p, g := d.active(d.open())
		sub := must[careplan.Goal](t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "毎晩同じ時刻に床に就く", Parent: g.ID}))
		if _, err := d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "三段目", Parent: sub.ID}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a part of a part: %v", err)
		}
		if _, err := d.Progress(ctx, d.worker, g.ID, careplan.ProgressInput{Percent: 101, Version: g.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("beyond 100: %v", err)
		}
		stale := g
		g = must[careplan.Goal](t)(d.Progress(ctx, d.worker, g.ID, careplan.ProgressInput{Percent: 40, Note: "週3日眠れた", AtRisk: true, Version: g.Version}))
		if g.Status != "in_progress" || g.Percent != 40 || !g.AtRisk {
			t.Errorf("moved to %+v", g)
		}
		_, err := d.Progress(ctx, d.worker, g.ID, careplan.ProgressInput{Percent: 90, Version: stale.Version})
		if f, ok := fault.As(err); !ok || f.Moved == nil {
			t.Errorf("a stale copy moved the goal: %v", err)
		}
		if _, err := d.StepGoal(ctx, d.worker, g.ID, "achieve", careplan.GoalStepInput{Version: g.Version}); key(err) != "careplan.fault.parts_open" {
			t.Errorf("achieved over an open part: %v", err)
		}
		if _, err := d.StepGoal(ctx, d.worker, sub.ID, "not_achieve", careplan.GoalStepInput{Version: sub.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("not achieved without a word: %v", err)
		}
		must[careplan.Goal](t)(d.StepGoal(ctx, d.worker, sub.ID, "not_achieve", careplan.GoalStepInput{Note: "夜勤が始まった", Version: sub.Version}))
		g = must[careplan.Goal](t)(d.StepGoal(ctx, d.worker, g.ID, "achieve", careplan.GoalStepInput{Version: g.Version}))
		if g.Percent != 100 || g.AtRisk || g.ClosedOn != "2026-11-24" {
			t.Errorf("achieved as %+v", g)
		}
		// A session that moves a goal later leaves the outcome alone, an open goal moves and never backwards.
		open := must[careplan.Goal](t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "サロンに通う"}))
		_, err = op.Do(ctx, d.run, kizunatest.Staff(access.ProviderStaff), "test", nil, func(tx *op.Tx) (bool, error) {
			for _, x := range []struct {
				goal    db.ID
				percent int64
			}{{g.ID, 50}, {open.ID, 30}, {open.ID, 10}} {
				if err := careplan.Moved(tx, x.goal, x.percent, "参加した", "session", db.NewID()); err != nil {
					return false, err
				}
			}
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		f := d.file(p)
		for _, x := range f.Goals {
			if x.ID == g.ID && x.Percent != 100 || x.ID == open.ID && x.Percent != 30 {
				t.Errorf("%s stands at %d", x.Label, x.Percent)
			}
		}
		if len(f.Progress) != 3 {
			t.Errorf("%d entries", len(f.Progress))
		}
	})
}

func TestCompletingClosesOrHandsOverWhatIsOpen(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		for rest, want := range map[string]string{"close": "cancelled", "hand_over": "handed_over"} {
			c := d.open()
			p, g := d.active(c)
			task := must[careplan.Task](t)(d.AddTask(ctx, d.worker, p.ID, careplan.TaskInput{Title: "家賃証明を確認する", Party: "caseworker"}))
			in := careplan.CloseInput{Outcome: "goals_met", Rest: rest, Version: p.Version}
			if _, err := d.Complete(ctx, d.worker, p.ID, in); key(err) != "careplan.fault.goals_open" {
				t.Fatalf("completed over an open goal: %v", err)
			}
			g = must[careplan.Goal](t)(d.StepGoal(ctx, d.worker, g.ID, "start", careplan.GoalStepInput{Version: g.Version}))
			must[careplan.Goal](t)(d.StepGoal(ctx, d.worker, g.ID, "achieve", careplan.GoalStepInput{Version: g.Version}))
			var heard careplan.Ending
			d.OnComplete = []func(*op.Tx, careplan.Plan, careplan.Ending) error{func(_ *op.Tx, _ careplan.Plan, e careplan.Ending) error { heard = e; return nil }}
			p = must[careplan.Plan](t)(d.Complete(ctx, d.worker, p.ID, in))
			f := d.file(p)
			if _, due := f.Due(); due || f.Tasks[0].Status != want || p.Status != "completed" {
				t.Errorf("%s: %s with task %s, review due %v", rest, p.Status, f.Tasks[0].Status, due)
			}
			if heard != (careplan.Ending{Completed: true, Keep: rest == "hand_over"}) {
				t.Errorf("%s: others heard %+v", rest, heard)
			}
			if n := d.prompts(c)["careplan.prompt.task"]; (n == 1) != (rest == "hand_over") {
				t.Errorf("%s: %d prompts", rest, n)
			}
			if _, err := d.StepTask(ctx, d.worker, task.ID, "finish", task.Version); !errors.Is(err, fault.KindConflict) {
				t.Errorf("%s: a stale task was finished: %v", rest, err)
			}
			if _, err := d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "もう一つ"}); key(err) != "careplan.fault.plan_ended" {
				t.Errorf("%s: a goal in an ended plan: %v", rest, err)
			}
		}
	})
}

func TestReviewsAreDoneOrMissed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		p, _ := d.active(c)
		watch := func(on calendar.Date) {
			t.Helper()
			d.clock.Set(calendar.Moment(on, 6, 0, calendar.Tokyo))
			for range 2 {
				if err := d.WatchReviews(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		watch("2026-12-16")
		if n := len(d.prompts(c)); n != 0 {
			t.Errorf("prompted %d days before", n)
		}
		watch("2026-12-17")
		if d.prompts(c)["careplan.prompt.review_due"] != 1 {
			t.Error("not prompted a week before")
		}
		watch("2026-12-24")
		if due, ok := d.file(p).Due(); !ok || due.DueOn != "2026-12-24" {
			t.Errorf("on its day it is %+v", due)
		}
		watch("2026-12-25")
		f := d.file(p)
		due, ok := f.Due()
		if !ok || due.DueOn != "2027-01-01" || len(f.Reviews) != 2 || f.Reviews[1].Status != "missed" {
			t.Fatalf("after its day: %+v", f.Reviews)
		}
		prompts := d.prompts(c)
		if prompts["careplan.prompt.review_missed"] != 1 {
			t.Errorf("prompts %v", prompts)
		}
		must[careplan.Review](t)(d.Review(ctx, d.worker, due.ID, careplan.ReviewInput{Moved: "眠れる日が増えた", Version: due.Version}))
		next, ok := d.file(p).Due()
		if !ok || next.DueOn != "2027-01-24" || len(d.prompts(c)) != 0 {
			t.Errorf("next %+v, prompts %v", next, d.prompts(c))
		}
		if _, err := d.Review(ctx, d.worker, due.ID, careplan.ReviewInput{Moved: "もう一度", Version: due.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("one review done twice: %v", err)
		}
		if _, err := d.MoveReview(ctx, d.worker, next.ID, "2027-02-01", next.Version, ""); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("moved without a reason: %v", err)
		}
	})
}

func TestPlansOpenTheStagesOfACase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		met := func(stage string) map[string]bool {
			t.Helper()
			c.Stage = stage
			out := map[string]bool{}
			err := d.run.Read(ctx, func(q *db.Reader) error {
				list, err := careplan.Criteria(q, c)
				for _, x := range list {
					out[x.Key] = x.Met
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if met(cases.Planning)["careplan.criterion.planned"] {
			t.Error("planned without a plan")
		}
		p, g := d.agreed(c)
		if !met(cases.Planning)["careplan.criterion.planned"] || met(cases.Assigning)["careplan.criterion.agreed"] {
			t.Error("a proposed plan is planned and not yet agreed")
		}
		p = must[careplan.Plan](t)(d.Activate(ctx, d.worker, p.ID, p.Version))
		if !met(cases.Assigning)["careplan.criterion.agreed"] || met(cases.Monitoring)["careplan.criterion.judged"] {
			t.Error("an active plan is agreed, its goals not judged")
		}
		now := must[cases.Case](t)(d.cases.See(ctx, d.worker, c.ID))
		if _, err := d.cases.Step(ctx, d.worker, c.ID, "close", cases.StepInput{Ground: "refused", Reason: "本人が望まない", Version: now.Version}); key(err) != "cases.fault.busy" {
			t.Errorf("closed over a plan: %v", err)
		}
		must[careplan.Goal](t)(d.StepGoal(ctx, d.worker, g.ID, "cancel", careplan.GoalStepInput{Note: "本人の希望", Version: g.Version}))
		must[careplan.Plan](t)(d.Complete(ctx, d.worker, p.ID, careplan.CloseInput{Outcome: "partly_met", Version: p.Version}))
		if !met(cases.Monitoring)["careplan.criterion.judged"] {
			t.Error("not judged after completion")
		}
		err := d.run.Read(ctx, func(q *db.Reader) error {
			list, err := careplan.Busy(q, c.ID)
			if len(list) != 0 {
				t.Errorf("still busy: %+v", list)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestDeathStopsWhatPlansAsk(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		p, _ := d.active(c)
		must[careplan.Task](t)(d.AddTask(ctx, d.worker, p.ID, careplan.TaskInput{Title: "年金事務所に行く", Party: "resident"}))
		person := must[people.File](t)(d.people.Get(ctx, d.worker, c.Person)).Person
		must[people.Person](t)(d.people.RecordDeath(ctx, d.worker, c.Person, person.Version, "2026-11-20"))
		f := d.file(p)
		if _, due := f.Due(); due || f.Tasks[0].Status != "cancelled" {
			t.Errorf("task %s, review due %v", f.Tasks[0].Status, due)
		}
		if d.prompts(c)["careplan.prompt.died"] != 1 {
			t.Errorf("prompts %v", d.prompts(c))
		}
	})
}

func TestWhoSeesAPlan(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		c := d.open()
		spouse := d.person("節子", "1970-02-01")
		d.join(c, spouse)
		p, g := d.drafted(c)
		own := must[careplan.Goal](t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "借金を返す", Person: c.Person}))
		task := must[careplan.Task](t)(d.AddTask(ctx, d.worker, p.ID, careplan.TaskInput{Title: "日記をつける", Party: "resident"}))
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: c.Person}
		other, wife := resident, resident
		other.ID, other.Person = db.NewID(), d.person("薫", "1990-01-01").ID
		wife.ID, wife.Person = db.NewID(), spouse.ID
		if list := must[[]careplan.OwnPlan](t)(d.Own(ctx, resident)); len(list) != 0 {
			t.Errorf("a draft reached the resident: %+v", list)
		}
		p = must[careplan.Plan](t)(d.Propose(ctx, d.worker, p.ID, p.Version))
		stranger := kizunatest.Staff(access.Caseworker)
		for name, err := range map[string]error{
			"get":     second(d.Get(ctx, stranger, p.ID)),
			"goal":    second(d.Goal(ctx, stranger, g.ID)),
			"propose": second(d.Propose(ctx, stranger, p.ID, p.Version)),
			"add":     second(d.AddGoal(ctx, stranger, p.ID, careplan.GoalInput{Label: "x"})),
			"step":    second(d.StepGoal(ctx, stranger, g.ID, "start", careplan.GoalStepInput{Version: g.Version})),
			"task":    second(d.StepTask(ctx, stranger, task.ID, "finish", task.Version)),
			"make":    second(d.Make(ctx, stranger, c.ID, careplan.MakeInput{})),
			"plans":   second(d.OfCase(ctx, stranger, c.ID)),
			"desk":    second(d.Get(ctx, resident, p.ID)),
			"other's": second(d.StepTask(ctx, other, task.ID, "finish", task.Version)),
			"wife's":  second(d.StepTask(ctx, wife, task.ID, "finish", task.Version)),
		} {
			if !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, list := range [][]careplan.Plan{
			must[[]careplan.Plan](t)(d.Plans(ctx, stranger, careplan.Asked{Limit: 10})),
			must[[]careplan.Plan](t)(d.Plans(ctx, stranger, careplan.Asked{Parent: c.ID, Limit: 10})),
			must[[]careplan.Plan](t)(d.Plans(ctx, resident, careplan.Asked{Limit: 10})),
		} {
			if len(list) != 0 {
				t.Errorf("listed %+v", list)
			}
		}
		if n := len(must[[]careplan.Plan](t)(d.Plans(ctx, d.worker, careplan.Asked{Limit: 10}))); n != 1 {
			t.Errorf("its own worker lists %d", n)
		}
		if list := must[[]careplan.OwnPlan](t)(d.Own(ctx, other)); len(list) != 0 {
			t.Errorf("another resident sees %+v", list)
		}
		mine := must[[]careplan.OwnPlan](t)(d.Own(ctx, resident))
		hers := must[[]careplan.OwnPlan](t)(d.Own(ctx, wife))
		if len(mine) != 1 || len(mine[0].Goals) != 2 || len(mine[0].Tasks) != 1 || mine[0].Answer.ID.IsZero() {
			t.Fatalf("the resident sees %+v", mine)
		}
		if len(hers) != 1 || len(hers[0].Goals) != 1 || hers[0].Goals[0].ID == own.ID || len(hers[0].Tasks) != 0 {
			t.Errorf("the wife sees %+v", hers)
		}
		in := careplan.AnswerInput{SignedName: "丸山 修", Version: 1}
		if _, err := d.Answer(ctx, wife, mine[0].Answer.ID, "agree", in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("agreed for another: %v", err)
		}
		if _, err := d.Answer(ctx, resident, mine[0].Answer.ID, "not_agree", careplan.AnswerInput{Basis: "other", Version: 1}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a resident set the basis: %v", err)
		}
		x := must[careplan.Agreement](t)(d.Answer(ctx, resident, mine[0].Answer.ID, "agree", in))
		if x.How != "online" || x.SignedOn != "2026-11-24" {
			t.Errorf("agreed as %+v", x)
		}
		must[careplan.Task](t)(d.StepTask(ctx, resident, task.ID, "finish", task.Version))

		// Staff who are in the plan themselves leave it to a colleague.
		self := d.worker
		self.Person = c.Person
		if _, err := d.Make(ctx, self, c.ID, careplan.MakeInput{}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("planned for themselves: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAPageOfAPlanCostsFewStatements(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		p, _ := d.active(d.open())
		for range 20 {
			must[careplan.Goal](t)(d.AddGoal(ctx, d.worker, p.ID, careplan.GoalInput{Label: "目標"}))
		}
		traced, trace := db.WithTrace(ctx)
		must[careplan.File](t)(d.Get(traced, d.worker, p.ID))
		if n := trace.Count(); n > 9 {
			t.Errorf("%d statements", n)
		}
	})
}
