package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// outcomes are the steps of a goal that have a page of their own.
var outcomes = []string{"achieve", "partly_achieve", "not_achieve", "cancel", "reopen", "void"}

// personOptions are whom a goal can be for, whom the plan is for first.
func personOptions(f careplan.File) []ui.Option {
	var out []ui.Option
	for id, x := range f.Persons {
		if id != f.Plan.Person {
			out = append(out, ui.Option{Value: id.String(), Label: x.Name})
		}
	}
	slices.SortFunc(out, func(x, y ui.Option) int { return strings.Compare(x.Label, y.Label) })
	return append([]ui.Option{{Value: f.Plan.Person.String(), Label: f.Persons[f.Plan.Person].Name}}, out...)
}

// goalOptions are the open goals that are no part of another.
func goalOptions(f careplan.File, except db.ID, wholes bool) []ui.Option {
	var out []ui.Option
	for _, g := range f.Goals {
		if g.ID != except && g.Open() && (!wholes || g.Parent.IsZero()) {
			out = append(out, ui.Option{Value: g.ID.String(), Label: g.Label})
		}
	}
	return out
}

func (p *pages) newGoalSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	f, err := p.room.Get(ctx, a, id)
	return sheet{title: "step.goal.add", note: f.Plan.Title, action: planAt(id) + "/goals", cancel: planAt(id), submit: "step.goal.add",
		fields: goalFields(careplan.GoalInput{Person: f.Plan.Person}, goalOptions(f, db.ID{}, true), personOptions(f))}, err
}

func (p *pages) addGoal(w http.ResponseWriter, r *http.Request) error {
	var in careplan.GoalInput
	return p.deed(w, r, &in, p.newGoalSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		_, err := p.room.AddGoal(ctx, a, id, in)
		return planAt(id), err
	})
}

// withGoal reads a goal and the plan it is in.
func (p *pages) withGoal(ctx context.Context, a access.Actor, id db.ID) (careplan.Goal, careplan.File, error) {
	g, err := p.room.Goal(ctx, a, id)
	if err != nil {
		return g, careplan.File{}, err
	}
	f, err := p.room.Get(ctx, a, g.Plan)
	return g, f, err
}

func (p *pages) goal(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	g, f, err := p.withGoal(ctx, a, id)
	if err != nil {
		return err
	}
	page := ui.Page{Title: g.Label, Crumbs: []ui.Crumb{{Label: f.Case.Number, Href: caseAt(g.Case)}, {Label: f.Plan.Title, Href: planAt(g.Plan)}, {Label: g.Label}}}
	return door.Show(w, r, page, goalPage(g, f, careplan.GoalFlow.Actions(a, g)))
}

func (p *pages) goalSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	g, f, err := p.withGoal(ctx, a, id)
	return sheet{title: "step.goal.edit", note: f.Plan.Title, action: goalAt(id), cancel: goalAt(id), submit: "careplan.web.save",
		fields: goalFields(g.Input(), goalOptions(f, id, true), personOptions(f)), version: g.Version, shown: g.Input(), read: readGoal(ctx, f)}, err
}

// readGoal reads the values of a goal's form that are not words by themselves.
func readGoal(ctx context.Context, f careplan.File) func(name, value string) string {
	return func(name, value string) string {
		var of []ui.Option
		switch name {
		case "area":
			of = options(ctx, areaKey, careplan.Areas[1:])
		case "person_id":
			of = personOptions(f)
		case "parent_id":
			of = goalOptions(f, db.ID{}, true)
		}
		for _, o := range of {
			if o.Value == value {
				return o.Label
			}
		}
		return ""
	}
}

func (p *pages) editGoal(w http.ResponseWriter, r *http.Request) error {
	var in careplan.GoalInput
	return p.deed(w, r, &in, p.goalSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		_, err := p.room.EditGoal(ctx, a, id, in)
		return goalAt(id), err
	})
}

func (p *pages) progressSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	g, err := p.room.Goal(ctx, a, id)
	return sheet{title: "step.goal.progress", note: g.Label, action: goalAt(id) + "/progress", cancel: goalAt(id), submit: "step.goal.progress",
		fields: progressFields(g), version: g.Version}, err
}

func (p *pages) progress(w http.ResponseWriter, r *http.Request) error {
	var in careplan.ProgressInput
	return p.deed(w, r, &in, p.progressSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		_, err := p.room.Progress(ctx, a, id, in)
		return goalAt(id), err
	})
}

func (p *pages) outcomeSheet(step string) sheets {
	required := step != "achieve" && step != "partly_achieve"
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		g, err := p.room.Goal(ctx, a, id)
		return sheet{title: "step.goal." + step, note: g.Label, action: goalAt(id) + "/" + step, cancel: goalAt(id), submit: "step.goal." + step,
			danger: step == "cancel" || step == "void", fields: noteFields(required), version: g.Version}, err
	}
}

func (p *pages) outcome(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in careplan.GoalStepInput
		return p.deed(w, r, &in, p.outcomeSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			g, err := p.room.StepGoal(ctx, a, id, step, in)
			return planAt(g.Plan), err
		})
	}
}

func (p *pages) newTaskSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	f, err := p.room.Get(ctx, a, id)
	return sheet{title: "step.plan_task.add", note: f.Plan.Title, action: planAt(id) + "/tasks", cancel: planAt(id), submit: "step.plan_task.add",
		fields: taskFields(careplan.TaskInput{Party: "caseworker"}, goalOptions(f, db.ID{}, false))}, err
}

func (p *pages) addTask(w http.ResponseWriter, r *http.Request) error {
	var in careplan.TaskInput
	return p.deed(w, r, &in, p.newTaskSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		_, err := p.room.AddTask(ctx, a, id, in)
		return planAt(id), err
	})
}

func (p *pages) taskSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	t, err := p.room.Task(ctx, a, id)
	if err != nil {
		return sheet{}, err
	}
	f, err := p.room.Get(ctx, a, t.Plan)
	in := careplan.TaskInput{Goal: t.Goal, Party: t.Party, Person: t.Person, Title: t.Title, Note: t.Note, DueOn: t.DueOn}
	return sheet{title: "step.plan_task.edit", note: f.Plan.Title, action: taskAt(id), cancel: planAt(t.Plan), submit: "careplan.web.save",
		fields: taskFields(in, goalOptions(f, db.ID{}, false)), version: t.Version}, err
}

func (p *pages) editTask(w http.ResponseWriter, r *http.Request) error {
	var in careplan.TaskInput
	return p.deed(w, r, &in, p.taskSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		t, err := p.room.EditTask(ctx, a, id, in)
		return planAt(t.Plan), err
	})
}

func (p *pages) tick(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.press(w, r, func(ctx context.Context, a access.Actor, id db.ID, version int64) (string, error) {
			t, err := p.room.StepTask(ctx, a, id, step, version)
			return planAt(t.Plan), err
		})
	}
}

func (p *pages) answerSheet(step string) sheets {
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		x, err := p.room.Agreement(ctx, a, id)
		if err != nil {
			return sheet{}, err
		}
		f, err := p.room.Get(ctx, a, x.Plan)
		name := f.Persons[x.Person].Name
		return sheet{title: "step.plan_agreement." + step, note: name, action: "/desk/agreements/" + id.String() + "/" + step, cancel: planAt(x.Plan),
			submit: "step.plan_agreement." + step, fields: answerFields(step, name), version: x.Version}, err
	}
}

func (p *pages) answer(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in careplan.AnswerInput
		return p.deed(w, r, &in, p.answerSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			x, err := p.room.Answer(ctx, a, id, step, in)
			return planAt(x.Plan), err
		})
	}
}

func (p *pages) reviewSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	x, err := p.room.ReviewByID(ctx, a, id)
	if err != nil {
		return sheet{}, err
	}
	f, err := p.room.Get(ctx, a, x.Plan)
	return sheet{title: "step.plan_review.do", note: f.Plan.Title, action: reviewAt(id), cancel: planAt(x.Plan), submit: "step.plan_review.do",
		fields: reviewFields(movedSince(ctx, f)), version: x.Version}, err
}

// movedSince says what moved since the last review.
func movedSince(ctx context.Context, f careplan.File) []string {
	var since calendar.Date
	for _, x := range f.Reviews {
		since = max(since, x.DoneOn)
	}
	labels := map[db.ID]string{}
	for _, g := range f.Goals {
		labels[g.ID] = g.Label
	}
	var out []string
	for _, x := range f.Progress {
		if x.On >= since {
			out = append(out, text.Word(ctx, "careplan.web.moved_to", "goal", labels[x.Goal], "n", x.Percent, "note", x.Note))
		}
	}
	return out
}

func (p *pages) review(w http.ResponseWriter, r *http.Request) error {
	var in careplan.ReviewInput
	return p.deed(w, r, &in, p.reviewSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.Review(ctx, a, id, in)
		return planAt(x.Plan), err
	})
}

func (p *pages) moveSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	x, err := p.room.ReviewByID(ctx, a, id)
	return sheet{title: "step.plan_review.move", action: reviewAt(id) + "/move", cancel: planAt(x.Plan), submit: "step.plan_review.move",
		fields: moveFields(string(x.DueOn)), version: x.Version}, err
}

type moveIn struct {
	DueOn   calendar.Date `json:"due_on"`
	Reason  string        `json:"reason"`
	Version int64         `json:"version"`
}

func (p *pages) moveReview(w http.ResponseWriter, r *http.Request) error {
	var in moveIn
	return p.deed(w, r, &in, p.moveSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.MoveReview(ctx, a, id, in.DueOn, in.Version, in.Reason)
		return planAt(x.Plan), err
	})
}
