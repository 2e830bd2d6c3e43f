package careplan

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/resident/people"
)

// File is a plan as staff who see its case read it.
type File struct {
	Plan       Plan
	Case       cases.Case
	Actions    []flow.Action
	Goals      []Goal
	Progress   []Progress // newest first
	Tasks      []Task
	Agreements []Agreement
	Reviews    []Review // newest first
	Persons    map[db.ID]people.Card
}

// Get opens a plan and keeps that it was opened.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		f, err = read(q, a, r.run.Now(), id)
		return err
	})
	if err != nil {
		return File{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", "care_plan", id, "")
}

func read(q db.Q, a access.Actor, now calendar.Time, id db.ID) (File, error) {
	b := db.NewBatch()
	found := QueueLoad(b, a, now, id)
	goals := db.Queue[Goal](b, textGoals, id)
	progress := db.Queue[Progress](b, textProgress, id)
	tasks := db.Queue[Task](b, textTasks, id)
	agreements := db.Queue[Agreement](b, textAgreements, id)
	reviews := db.Queue[Review](b, textReviews, id)
	if err := db.Send(q, b); err != nil {
		return File{}, err
	}
	p, ok := found.First()
	if !ok {
		return File{}, fault.NotFound()
	}
	f := File{Plan: p, Goals: goals.Rows, Progress: progress.Rows, Tasks: tasks.Rows, Agreements: agreements.Rows, Reviews: reviews.Rows,
		Persons: map[db.ID]people.Card{}}
	f.Actions = f.actions(a)
	names := db.NewBatch()
	cards := people.QueueCards(names, f.persons()...)
	of := cases.QueueLoad(names, a, now, p.Case)
	if err := db.Send(q, names); err != nil {
		return f, err
	}
	for _, c := range cards.Rows {
		f.Persons[c.ID] = c
	}
	f.Case, _ = of.First()
	return f, nil
}

func (f File) persons() []db.ID {
	seen := map[db.ID]bool{{}: true}
	var ids []db.ID
	add := func(id db.ID) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	add(f.Plan.Person)
	for _, x := range f.Agreements {
		add(x.Person)
	}
	for _, x := range f.Goals {
		add(x.Person)
	}
	for _, x := range f.Tasks {
		add(x.Person)
	}
	return ids
}

// actions are the flow's, with what else keeps a plan where it is.
func (f File) actions(a access.Actor) []flow.Action {
	list := Flow.Actions(a, f.Plan)
	for i := range list {
		x := &list[i]
		if x.Blocked != nil {
			continue
		}
		switch x.Step {
		case "propose":
			if len(f.Goals) == 0 {
				x.Blocked = fault.Conflict("careplan.fault.no_goal")
			}
		case "activate":
			x.Blocked = unanswered(f.Agreements)
		case "complete":
			if n := openGoals(f.Goals); n > 0 {
				x.Blocked = fault.Conflict("careplan.fault.goals_open").With("n", n)
			}
		}
	}
	return list
}

func openGoals(goals []Goal) int {
	n := 0
	for _, g := range goals {
		if g.Open() {
			n++
		}
	}
	return n
}

// Due gives the review that is due, if any.
func (f File) Due() (Review, bool) {
	for _, x := range f.Reviews {
		if x.Status == "due" {
			return x, true
		}
	}
	return Review{}, false
}

// For tells about whom a page asks before it makes a plan.
func (r *Room) For(ctx context.Context, a access.Actor, of db.ID) (c cases.Case, choices []Template, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if c, err = seeCase(q, a, r.run.Now(), of); err != nil {
			return err
		}
		choices, err = published(q)
		return err
	})
	return c, choices, err
}

// OfCase lists the plans of a case the actor sees, the newest first.
func (r *Room) OfCase(ctx context.Context, a access.Actor, of db.ID) (list []Plan, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := seeCase(q, a, r.run.Now(), of); err != nil {
			return err
		}
		list, err = plansOf(q, of)
		return err
	})
	return list, err
}

// Goal is one goal of a plan the actor sees.
func (r *Room) Goal(ctx context.Context, a access.Actor, id db.ID) (Goal, error) {
	return one[Goal](ctx, r, a, selectGoal, id)
}

// Task is one task.
func (r *Room) Task(ctx context.Context, a access.Actor, id db.ID) (Task, error) {
	return one[Task](ctx, r, a, selectTask, id)
}

// Agreement is one answer.
func (r *Room) Agreement(ctx context.Context, a access.Actor, id db.ID) (Agreement, error) {
	return one[Agreement](ctx, r, a, selectAgreement, id)
}

// ReviewByID is one review.
func (r *Room) ReviewByID(ctx context.Context, a access.Actor, id db.ID) (Review, error) {
	return one[Review](ctx, r, a, selectReview, id)
}

func one[R any](ctx context.Context, r *Room, a access.Actor, selected string, id db.ID) (x R, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err = part[R](q, selected, a, r.run.Now(), id)
		return err
	})
	return x, err
}

// Asked is what a list asks for: rows of one parent, or of every case the
// actor reaches, from before a row.
type Asked struct {
	Parent, Before db.ID
	Limit          int
}

func listOf[R any](ctx context.Context, r *Room, a access.Actor, selected, alias, column string, x Asked) (list []R, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = page[R](q, selected, alias, a, r.run.Now(), column, x.Parent, x.Before, x.Limit)
		return err
	})
	return list, err
}

// Plans lists plans, by case.
func (r *Room) Plans(ctx context.Context, a access.Actor, x Asked) ([]Plan, error) {
	return listOf[Plan](ctx, r, a, selectPlan, "p", "case_id", x)
}

// Goals lists goals, by plan.
func (r *Room) Goals(ctx context.Context, a access.Actor, x Asked) ([]Goal, error) {
	return listOf[Goal](ctx, r, a, selectGoal, "x", "plan", x)
}

// Tasks lists tasks, by plan.
func (r *Room) Tasks(ctx context.Context, a access.Actor, x Asked) ([]Task, error) {
	return listOf[Task](ctx, r, a, selectTask, "x", "plan", x)
}

// Agreements lists answers, by plan.
func (r *Room) Agreements(ctx context.Context, a access.Actor, x Asked) ([]Agreement, error) {
	return listOf[Agreement](ctx, r, a, selectAgreement, "x", "plan", x)
}

// Reviews lists reviews, by plan.
func (r *Room) Reviews(ctx context.Context, a access.Actor, x Asked) ([]Review, error) {
	return listOf[Review](ctx, r, a, selectReview, "x", "plan", x)
}

// OwnPlan is a plan as a resident reads it: what is theirs and what is
// everybody's, nothing of other members.
type OwnPlan struct {
	ID      db.ID
	Status  string
	Version int64
	Title   string
	Wish    string // when the plan is for them
	From    calendar.Date
	Until   calendar.Date
	NextOn  calendar.Date // the next review
	Goals   []Goal
	Tasks   []Task
	Answer  Agreement // no id when they are not asked
}

// Own lists a resident's plans, the newest first.
func (r *Room) Own(ctx context.Context, a access.Actor) ([]OwnPlan, error) {
	if a.Person.IsZero() {
		return nil, nil
	}
	var out []OwnPlan
	err := r.run.Read(ctx, func(q *db.Reader) error {
		plans, err := db.All[Plan](q, textOwnPlans, a.Person, a.Person)
		if err != nil || len(plans) == 0 {
			return err
		}
		ids := make([]db.ID, len(plans))
		for i, p := range plans {
			ids[i] = p.ID
		}
		b := db.NewBatch()
		goals := db.Queue[Goal](b, textOwnGoals, db.ListOf(ids), a.Person)
		tasks := db.Queue[Task](b, textOwnTasks, db.ListOf(ids), a.Person)
		words := db.Queue[Agreement](b, textOwnWords, db.ListOf(ids), a.Person)
		dates := db.Queue[Review](b, textOwnDates, db.ListOf(ids))
		if err := db.Send(q, b); err != nil {
			return err
		}
		for _, p := range plans {
			out = append(out, ownPlan(p, a.Person, goals.Rows, tasks.Rows, words.Rows, dates.Rows))
		}
		return nil
	})
	return out, err
}

func ownPlan(p Plan, person db.ID, goals []Goal, tasks []Task, words []Agreement, dates []Review) OwnPlan {
	out := OwnPlan{ID: p.ID, Status: p.Status, Version: p.Version, Title: p.Title, From: p.From, Until: p.Until}
	if p.Person == person {
		out.Wish = p.Wish
	}
	for _, g := range goals {
		if g.Plan == p.ID {
			out.Goals = append(out.Goals, g)
		}
	}
	for _, t := range tasks {
		if t.Plan == p.ID {
			out.Tasks = append(out.Tasks, t)
		}
	}
	for _, x := range words {
		if x.Plan == p.ID {
			out.Answer = x
		}
	}
	for _, d := range dates {
		if d.Plan == p.ID && out.NextOn == "" {
			out.NextOn = d.DueOn
		}
	}
	return out
}

// Templates lists every edition, for those who write them.
func (r *Room) Templates(ctx context.Context, a access.Actor) (list []Template, err error) {
	if !a.Is(Builders...) && !a.Is(access.Auditor) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = templates(q)
		return err
	})
	return list, err
}

// Template gives one edition to staff.
func (r *Room) Template(ctx context.Context, a access.Actor, id db.ID) (t Template, err error) {
	if !a.Is(access.StaffRoles...) {
		return t, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		t, err = templateByID(q, id)
		return err
	})
	return t, err
}

// Published lists the templates that a plan can be made from.
func (r *Room) Published(ctx context.Context, a access.Actor) (list []Template, err error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = published(q)
		return err
	})
	return list, err
}

// Tab is the part of a case's page that its plans are on, in its address.
const Tab = "plan"

// Criteria are what plans ask before a case leaves a stage: planned before it
// assigns, agreed and active before it is monitored, every goal with its
// outcome before it is resolved. It fills cases.Room.Criteria.
func Criteria(q db.Q, c cases.Case) ([]cases.Criterion, error) {
	switch c.Stage {
	case cases.Planning, cases.Assigning, cases.Monitoring:
	default:
		return nil, nil
	}
	plans, err := plansOf(q, c.ID)
	if err != nil {
		return nil, err
	}
	at := "/desk/cases/" + c.ID.String() + "?tab=" + Tab
	switch c.Stage {
	case cases.Planning:
		return []cases.Criterion{{Stage: c.Stage, Key: "careplan.criterion.planned", Required: true, Href: at, Met: anyBeing(plans, "draft", "proposed", "active", "completed")}}, nil
	case cases.Assigning:
		return []cases.Criterion{{Stage: c.Stage, Key: "careplan.criterion.agreed", Required: true, Href: at, Met: anyBeing(plans, "active", "completed")}}, nil
	}
	reviewed, judged, err := followed(q, plans)
	return []cases.Criterion{
		{Stage: c.Stage, Key: "careplan.criterion.reviewed", Href: at, Met: reviewed},
		{Stage: c.Stage, Key: "careplan.criterion.judged", Href: at, Met: judged, Required: anyBeing(plans, "active")},
	}, err
}

func anyBeing(plans []Plan, statuses ...string) bool {
	for _, p := range plans {
		for _, s := range statuses {
			if p.Status == s {
				return true
			}
		}
	}
	return false
}

// followed tells of the latest plan gone by whether it was reviewed and every
// goal has its outcome.
func followed(q db.Q, plans []Plan) (reviewed, judged bool, err error) {
	for _, p := range plans {
		if p.Status != "active" && p.Status != "completed" {
			continue
		}
		b := db.NewBatch()
		goals := db.Queue[Goal](b, textGoals, p.ID)
		reviews := db.Queue[Review](b, textReviews, p.ID)
		if err := db.Send(q, b); err != nil {
			return false, false, err
		}
		for _, x := range reviews.Rows {
			reviewed = reviewed || x.Status == "done"
		}
		return reviewed, openGoals(goals.Rows) == 0, nil
	}
	return false, false, nil
}

// Busy are the plans that still hang on a case. It fills cases.Room.Busy.
func Busy(q db.Q, of db.ID) ([]cases.Blocker, error) {
	plans, err := plansOf(q, of)
	if err != nil {
		return nil, err
	}
	var out []cases.Blocker
	for _, p := range plans {
		if anyBeing([]Plan{p}, unended...) {
			out = append(out, cases.Blocker{Key: "careplan.busy.plan", Args: map[string]any{"title": p.Title}, Href: href(p.ID)})
		}
	}
	return out, nil
}
