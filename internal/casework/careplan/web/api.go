package web

import (
	"context"
	"slices"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

var (
	plans      = door.Resource{Name: "care-plans", Doc: "What will be done in a case, agreed by everybody it is for"}
	goals      = door.Resource{Name: "goals", Doc: "What shall have changed by a plan"}
	tasks      = door.Resource{Name: "plan-tasks", Doc: "What caseworker, resident or provider do for a plan"}
	agreements = door.Resource{Name: "plan-agreements", Doc: "Who agreed to a plan, or was heard"}
	reviews    = door.Resource{Name: "reviews", Doc: "When a plan is looked at, and what had moved"}
	templates  = door.Resource{Name: "plan-templates", Doc: "What plans are made from"}
)

type api struct{ room *careplan.Room }

func mountAPI(d *door.Router, room *careplan.Room) {
	x := api{room}
	either := door.By(append(slices.Clone(careplan.Readers), access.Resident)...)
	door.List(d, plans, either, x.plans)
	door.Get(d, plans, either, x.plan)
	door.Create(d, plans, writers, x.make)
	door.Patch(d, plans, writers, x.patch)
	door.Step(d, plans, "propose", writers, plainStep(x, room.Propose))
	door.Step(d, plans, "back", writers, plainStep(x, room.Back))
	door.Step(d, plans, "activate", writers, plainStep(x, room.Activate))
	door.Step(d, plans, "complete", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.CloseInput) (planOut, error) {
		return x.then(ctx, a, id, second(room.Complete(ctx, a, id, in)))
	})
	door.Step(d, plans, "cancel", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.CloseInput) (planOut, error) {
		return x.then(ctx, a, id, second(room.Cancel(ctx, a, id, in)))
	})
	door.Step(d, plans, "void", leaders, func(ctx context.Context, a access.Actor, id db.ID, in reasonIn) (careplan.Plan, error) {
		return room.Void(ctx, a, id, in.Version, in.Reason)
	})
	mountGoals(d, room)
	mountTasks(d, room)
	mountAnswers(d, room)
	mountTemplates(d, room)
}

func second[T any](_ T, err error) error { return err }

type planOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Case       db.ID         `json:"case_id,omitzero"` // staff only, as what else has no value for a resident
	Person     db.ID         `json:"person_id,omitzero"`
	Edition    int64         `json:"edition,omitempty"`
	Title      string        `json:"title"`
	Wish       string        `json:"wish,omitempty"`
	Template   db.ID         `json:"template_id,omitzero"`
	From       calendar.Date `json:"from"`
	Until      calendar.Date `json:"until"`
	ReviewDays int64         `json:"review_days,omitempty"`
	NextOn     calendar.Date `json:"next_review_on,omitempty"` // residents; staff read the reviews
	Outcome    string        `json:"outcome,omitempty"`
	Summary    string        `json:"summary,omitempty"`
	Goals      []goalOut     `json:"goals,omitempty"`
	Tasks      []taskOut     `json:"tasks,omitempty"`
	Agreements []answerOut   `json:"agreements,omitempty"`
	Reviews    []reviewOut   `json:"reviews,omitempty"`
	CreatedAt  calendar.Time `json:"created_at,omitempty"`
	UpdatedAt  calendar.Time `json:"updated_at,omitempty"`
}

func outOf(p careplan.Plan, actions []string) planOut {
	return planOut{ID: p.ID, Status: p.Status, Version: p.Version, Actions: actions, Case: p.Case, Person: p.Person, Edition: p.Edition, Title: p.Title,
		Wish: p.Wish, Template: p.Template, From: p.From, Until: p.Until, ReviewDays: p.ReviewDays, Outcome: p.Outcome, Summary: p.Summary,
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}

func free(list []flow.Action) []string {
	out := []string{}
	for _, x := range list {
		if x.Blocked == nil {
			out = append(out, x.Step)
		}
	}
	return out
}

// planQuery is what a list of plans can be asked.
type planQuery struct {
	door.Paging
	Case db.ID `json:"case_id,omitzero" doc:"Only of this case"`
}

// rowQuery is what a list of the rows of plans can be asked.
type rowQuery struct {
	door.Paging
	Plan db.ID `json:"care_plan_id,omitzero" doc:"Only of this plan"`
}

func asked(paging door.Paging, parent db.ID) (careplan.Asked, error) {
	before, err := door.Cursor(paging.Cursor)
	return careplan.Asked{Parent: parent, Before: before, Limit: paging.Limit + 1}, err
}

// page cuts a list to its limit and says where the next begins.
func page[R, Out any](list []R, limit int, out func(R) Out, id func(Out) db.ID) door.Items[Out] {
	var items door.Items[Out]
	for i, r := range list {
		if i == limit {
			items.Next = id(items.Items[i-1]).String()
			break
		}
		items.Items = append(items.Items, out(r))
	}
	return items
}

// ownOf is a plan as the resident it is for, or about, may read it: what their
// page shows.
func ownOf(a access.Actor, x careplan.OwnPlan) planOut {
	out := planOut{ID: x.ID, Status: x.Status, Version: x.Version, Actions: []string{}, Title: x.Title, Wish: x.Wish, From: x.From, Until: x.Until, NextOn: x.NextOn}
	for _, g := range x.Goals {
		g.Case = db.ID{}
		out.Goals = append(out.Goals, goalOf(a, g))
	}
	for _, t := range x.Tasks {
		out.Tasks = append(out.Tasks, taskOf(a, t))
	}
	if !x.Answer.ID.IsZero() {
		out.Agreements = []answerOut{answerOf(a, x.Answer)}
	}
	return out
}

func (x api) own(ctx context.Context, a access.Actor) (door.Items[planOut], error) {
	var out door.Items[planOut]
	list, err := x.room.Own(ctx, a)
	for _, p := range list {
		out.Items = append(out.Items, ownOf(a, p))
	}
	return out, err
}

func (x api) plans(ctx context.Context, a access.Actor, q planQuery) (door.Items[planOut], error) {
	if a.Is(access.Resident) {
		return x.own(ctx, a)
	}
	by, err := asked(q.Paging, q.Case)
	if err != nil {
		return door.Items[planOut]{}, err
	}
	list, err := x.room.Plans(ctx, a, by)
	return page(list, q.Limit, func(p careplan.Plan) planOut { return outOf(p, careplan.Flow.Free(a, p)) }, func(o planOut) db.ID { return o.ID }), err
}

func (x api) plan(ctx context.Context, a access.Actor, id db.ID) (planOut, error) {
	if a.Is(access.Resident) {
		list, err := x.own(ctx, a)
		for _, p := range list.Items {
			if p.ID == id {
				return p, nil
			}
		}
		if err == nil {
			err = fault.NotFound()
		}
		return planOut{}, err
	}
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return planOut{}, err
	}
	out := outOf(f.Plan, free(f.Actions))
	for _, g := range f.Goals {
		out.Goals = append(out.Goals, goalOf(a, g))
	}
	for _, t := range f.Tasks {
		out.Tasks = append(out.Tasks, taskOf(a, t))
	}
	for _, g := range f.Agreements {
		out.Agreements = append(out.Agreements, answerOf(a, g))
	}
	for _, r := range f.Reviews {
		out.Reviews = append(out.Reviews, reviewOf(a, r))
	}
	return out, nil
}

func (x api) then(ctx context.Context, a access.Actor, id db.ID, err error) (planOut, error) {
	if err != nil {
		return planOut{}, err
	}
	return x.plan(ctx, a, id)
}

type makeIn struct {
	Case db.ID `json:"case_id"`
	careplan.MakeInput
}

func (x api) make(ctx context.Context, a access.Actor, in makeIn) (planOut, error) {
	if in.Case.IsZero() {
		return planOut{}, fault.Invalid(fault.Field{Pointer: "/case_id", Key: "fault.required"})
	}
	p, err := x.room.Make(ctx, a, in.Case, in.MakeInput)
	return x.then(ctx, a, p.ID, err)
}

type planPatch struct {
	Title      *string        `json:"title,omitempty"`
	Wish       *string        `json:"wish,omitempty"`
	From       *calendar.Date `json:"from,omitempty"`
	Until      *calendar.Date `json:"until,omitempty"`
	ReviewDays *int64         `json:"review_days,omitempty"`
	Version    int64          `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in planPatch) (planOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return planOut{}, err
	}
	edit := f.Plan.Input()
	set(&edit.Title, in.Title)
	set(&edit.Wish, in.Wish)
	set(&edit.From, in.From)
	set(&edit.Until, in.Until)
	set(&edit.ReviewDays, in.ReviewDays)
	edit.Version = in.Version
	return x.then(ctx, a, id, second(x.room.Edit(ctx, a, id, edit)))
}

type versionIn struct {
	Version int64 `json:"version"`
}

func plainStep(x api, take func(context.Context, access.Actor, db.ID, int64) (careplan.Plan, error)) func(context.Context, access.Actor, db.ID, versionIn) (planOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (planOut, error) {
		return x.then(ctx, a, id, second(take(ctx, a, id, in.Version)))
	}
}

type goalOut struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Actions  []string      `json:"actions"`
	Plan     db.ID         `json:"care_plan_id"`
	Case     db.ID         `json:"case_id,omitzero"`
	Percent  int64         `json:"percent"`
	AtRisk   bool          `json:"at_risk"`
	ClosedOn calendar.Date `json:"closed_on"`
	Parent   db.ID         `json:"parent_id,omitzero"`
	Person   db.ID         `json:"person_id,omitzero"`
	Label    string        `json:"label"`
	Area     string        `json:"area,omitempty"`
	Measure  string        `json:"measure,omitempty"`
	Baseline string        `json:"baseline,omitempty"`
	Target   string        `json:"target,omitempty"`
	DueOn    calendar.Date `json:"due_on"`
}

func goalOf(a access.Actor, g careplan.Goal) goalOut {
	return goalOut{ID: g.ID, Status: g.Status, Version: g.Version, Actions: careplan.GoalFlow.Free(a, g), Plan: g.Plan, Case: g.Case, Percent: g.Percent,
		AtRisk: g.AtRisk, ClosedOn: g.ClosedOn, Parent: g.Parent, Person: g.Person, Label: g.Label, Area: g.Area, Measure: g.Measure,
		Baseline: g.Baseline, Target: g.Target, DueOn: g.DueOn}
}

type goalIn struct {
	Plan db.ID `json:"care_plan_id"`
	careplan.GoalInput
}

func mountGoals(d *door.Router, room *careplan.Room) {
	door.List(d, goals, readers, func(ctx context.Context, a access.Actor, q rowQuery) (door.Items[goalOut], error) {
		by, err := asked(q.Paging, q.Plan)
		if err != nil {
			return door.Items[goalOut]{}, err
		}
		list, err := room.Goals(ctx, a, by)
		return page(list, q.Limit, func(g careplan.Goal) goalOut { return goalOf(a, g) }, func(o goalOut) db.ID { return o.ID }), err
	})
	door.Get(d, goals, readers, func(ctx context.Context, a access.Actor, id db.ID) (goalOut, error) {
		g, err := room.Goal(ctx, a, id)
		return goalOf(a, g), err
	})
	door.Create(d, goals, writers, func(ctx context.Context, a access.Actor, in goalIn) (goalOut, error) {
		g, err := room.AddGoal(ctx, a, in.Plan, in.GoalInput)
		return goalOf(a, g), err
	})
	door.Step(d, goals, "edit", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.GoalInput) (goalOut, error) {
		g, err := room.EditGoal(ctx, a, id, in)
		return goalOf(a, g), err
	})
	door.Step(d, goals, "progress", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.ProgressInput) (goalOut, error) {
		g, err := room.Progress(ctx, a, id, in)
		return goalOf(a, g), err
	})
	for _, step := range append([]string{"start"}, outcomes...) {
		door.Step(d, goals, step, writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.GoalStepInput) (goalOut, error) {
			g, err := room.StepGoal(ctx, a, id, step, in)
			return goalOf(a, g), err
		})
	}
}

type taskOut struct {
	ID      db.ID         `json:"id"`
	Status  string        `json:"status"`
	Version int64         `json:"version"`
	Actions []string      `json:"actions"`
	Plan    db.ID         `json:"care_plan_id"`
	Goal    db.ID         `json:"goal_id,omitzero"`
	Party   string        `json:"party"`
	Person  db.ID         `json:"person_id,omitzero"`
	Title   string        `json:"title"`
	Note    string        `json:"note,omitempty"`
	DueOn   calendar.Date `json:"due_on"`
	DoneOn  calendar.Date `json:"done_on"`
}

func taskOf(a access.Actor, t careplan.Task) taskOut {
	return taskOut{t.ID, t.Status, t.Version, careplan.TaskFlow.Free(a, t), t.Plan, t.Goal, t.Party, t.Person, t.Title, t.Note, t.DueOn, t.DoneOn}
}

type taskIn struct {
	Plan db.ID `json:"care_plan_id"`
	careplan.TaskInput
}

func mountTasks(d *door.Router, room *careplan.Room) {
	door.List(d, tasks, readers, func(ctx context.Context, a access.Actor, q rowQuery) (door.Items[taskOut], error) {
		by, err := asked(q.Paging, q.Plan)
		if err != nil {
			return door.Items[taskOut]{}, err
		}
		list, err := room.Tasks(ctx, a, by)
		return page(list, q.Limit, func(t careplan.Task) taskOut { return taskOf(a, t) }, func(o taskOut) db.ID { return o.ID }), err
	})
	door.Get(d, tasks, readers, func(ctx context.Context, a access.Actor, id db.ID) (taskOut, error) {
		t, err := room.Task(ctx, a, id)
		return taskOf(a, t), err
	})
	door.Create(d, tasks, writers, func(ctx context.Context, a access.Actor, in taskIn) (taskOut, error) {
		t, err := room.AddTask(ctx, a, in.Plan, in.TaskInput)
		return taskOf(a, t), err
	})
	door.Step(d, tasks, "edit", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.TaskInput) (taskOut, error) {
		t, err := room.EditTask(ctx, a, id, in)
		return taskOf(a, t), err
	})
	for _, step := range []string{"start", "finish", "reopen", "cancel", "void"} {
		roles := door.By(access.Caseworker, access.Supervisor, access.Resident)
		if step == "cancel" || step == "void" {
			roles = writers
		}
		door.Step(d, tasks, step, roles, func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (taskOut, error) {
			t, err := room.StepTask(ctx, a, id, step, in.Version)
			return taskOf(a, t), err
		})
	}
}

type answerOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Plan       db.ID         `json:"care_plan_id"`
	Person     db.ID         `json:"person_id"`
	Capacity   string        `json:"capacity"`
	How        string        `json:"how,omitempty"`
	SignedName string        `json:"signed_name,omitempty"`
	SignedOn   calendar.Date `json:"signed_on"`
	Basis      string        `json:"basis,omitempty"`
	Words      string        `json:"words,omitempty"`
}

func answerOf(a access.Actor, g careplan.Agreement) answerOut {
	return answerOut{g.ID, g.Status, g.Version, careplan.AgreementFlow.Free(a, g), g.Plan, g.Person, g.Capacity, g.How, g.SignedName, g.SignedOn, g.Basis, g.Words}
}

type reviewOut struct {
	ID      db.ID         `json:"id"`
	Status  string        `json:"status"`
	Version int64         `json:"version"`
	Actions []string      `json:"actions"`
	Plan    db.ID         `json:"care_plan_id"`
	DueOn   calendar.Date `json:"due_on"`
	DoneOn  calendar.Date `json:"done_on"`
	Moved   string        `json:"moved,omitempty"`
	NextOn  calendar.Date `json:"next_on"`
}

func reviewOf(a access.Actor, r careplan.Review) reviewOut {
	return reviewOut{r.ID, r.Status, r.Version, careplan.ReviewFlow.Free(a, r), r.Plan, r.DueOn, r.DoneOn, r.Moved, r.NextOn}
}

func mountAnswers(d *door.Router, room *careplan.Room) {
	door.List(d, agreements, readers, func(ctx context.Context, a access.Actor, q rowQuery) (door.Items[answerOut], error) {
		by, err := asked(q.Paging, q.Plan)
		if err != nil {
			return door.Items[answerOut]{}, err
		}
		list, err := room.Agreements(ctx, a, by)
		return page(list, q.Limit, func(g careplan.Agreement) answerOut { return answerOf(a, g) }, func(o answerOut) db.ID { return o.ID }), err
	})
	door.Get(d, agreements, readers, func(ctx context.Context, a access.Actor, id db.ID) (answerOut, error) {
		g, err := room.Agreement(ctx, a, id)
		return answerOf(a, g), err
	})
	for _, step := range []string{"agree", "decline", "not_agree", "hear"} {
		roles := door.By(access.Caseworker, access.Supervisor, access.Resident)
		if step == "not_agree" || step == "hear" {
			roles = writers
		}
		door.Step(d, agreements, step, roles, func(ctx context.Context, a access.Actor, id db.ID, in careplan.AnswerInput) (answerOut, error) {
			g, err := room.Answer(ctx, a, id, step, in)
			return answerOf(a, g), err
		})
	}
	door.List(d, reviews, readers, func(ctx context.Context, a access.Actor, q rowQuery) (door.Items[reviewOut], error) {
		by, err := asked(q.Paging, q.Plan)
		if err != nil {
			return door.Items[reviewOut]{}, err
		}
		list, err := room.Reviews(ctx, a, by)
		return page(list, q.Limit, func(r careplan.Review) reviewOut { return reviewOf(a, r) }, func(o reviewOut) db.ID { return o.ID }), err
	})
	door.Get(d, reviews, readers, func(ctx context.Context, a access.Actor, id db.ID) (reviewOut, error) {
		r, err := room.ReviewByID(ctx, a, id)
		return reviewOf(a, r), err
	})
	door.Step(d, reviews, "do", writers, func(ctx context.Context, a access.Actor, id db.ID, in careplan.ReviewInput) (reviewOut, error) {
		r, err := room.Review(ctx, a, id, in)
		return reviewOf(a, r), err
	})
	door.Step(d, reviews, "move", writers, func(ctx context.Context, a access.Actor, id db.ID, in moveIn) (reviewOut, error) {
		r, err := room.MoveReview(ctx, a, id, in.DueOn, in.Version, in.Reason)
		return reviewOf(a, r), err
	})
}

type templateOut struct {
	ID      db.ID     `json:"id"`
	Status  string    `json:"status"`
	Version int64     `json:"version"`
	Actions []string  `json:"actions"`
	Code    string    `json:"code"`
	Edition int64     `json:"edition"`
	Name    text.Pair `json:"name"`
	Note    text.Pair `json:"note,omitzero"`
	Months  int64     `json:"months"`
	Days    int64     `json:"review_days"`
	careplan.Content
}

func templateOf(a access.Actor, t careplan.Template) templateOut {
	return templateOut{t.ID, t.Status, t.Version, careplan.TemplateFlow.Free(a, t), t.Code, t.Edition, t.Name, t.Note, t.Months, t.ReviewDays, t.Content.V}
}

func mountTemplates(d *door.Router, room *careplan.Room) {
	staff := door.By(access.StaffRoles...)
	door.List(d, templates, staff, func(ctx context.Context, a access.Actor, _ struct{ door.Paging }) (door.Items[templateOut], error) {
		list, err := room.Published(ctx, a)
		return page(list, len(list), func(t careplan.Template) templateOut { return templateOf(a, t) }, func(o templateOut) db.ID { return o.ID }), err
	})
	door.Get(d, templates, staff, func(ctx context.Context, a access.Actor, id db.ID) (templateOut, error) {
		t, err := room.Template(ctx, a, id)
		return templateOf(a, t), err
	})
	door.Create(d, templates, builders, func(ctx context.Context, a access.Actor, in careplan.TemplateInput) (templateOut, error) {
		t, err := room.CreateTemplate(ctx, a, in)
		return templateOf(a, t), err
	})
	door.Step(d, templates, "edit", builders, func(ctx context.Context, a access.Actor, id db.ID, in careplan.TemplateInput) (templateOut, error) {
		t, err := room.EditTemplate(ctx, a, id, in)
		return templateOf(a, t), err
	})
	door.Step(d, templates, "revise", builders, func(ctx context.Context, a access.Actor, id db.ID, _ versionIn) (templateOut, error) {
		t, err := room.Revise(ctx, a, id)
		return templateOf(a, t), err
	})
	for _, step := range []string{"publish", "retire", "void"} {
		door.Step(d, templates, step, builders, func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (templateOut, error) {
			t, err := room.StepTemplate(ctx, a, id, step, in.Version)
			return templateOf(a, t), err
		})
	}
}
