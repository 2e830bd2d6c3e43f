package careplan

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// onPart runs an operation on a row below a plan the actor sees; it holds the
// plan's row, and the row is as fresh as the editor saw it.
func onPart[P, T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name, selected string, version int64, in any,
	of func(P) db.ID, f func(tx *op.Tx, p Plan, x P) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		x, err := part[P](tx, selected, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		if err := lock(tx, of(x)); err != nil {
			return none, err
		}
		p, err := planByID(tx, of(x))
		if err != nil {
			return none, err
		}
		if err := flow.Fresh(x, version); err != nil {
			return none, err
		}
		return f(tx, p, x)
	})
}

func planOfGoal(g Goal) db.ID     { return g.Plan }
func planOfTask(t Task) db.ID     { return t.Plan }
func planOfReview(r Review) db.ID { return r.Plan }

// ongoing refuses to change what belongs to a plan that has ended.
func ongoing(p Plan) *fault.Fault {
	if !slices.Contains(unended, p.Status) {
		return fault.Conflict("careplan.fault.plan_ended")
	}
	return nil
}

// AddGoal sets a goal in a plan that has not ended.
func (r *Room) AddGoal(ctx context.Context, a access.Actor, plan db.ID, in GoalInput) (Goal, error) {
	if err := in.Validate(); err != nil {
		return Goal{}, err
	}
	return onPlan(ctx, r, a, plan, "goal.add", in, func(tx *op.Tx, p Plan) (Goal, error) {
		if f := ongoing(p); f != nil {
			return Goal{}, f
		}
		if err := fits(tx, p, db.ID{}, in); err != nil {
			return Goal{}, err
		}
		g := Goal{Plan: p.ID, Case: p.Case}
		in.copyTo(&g)
		return flow.Create(tx, GoalFlow, "add", g)
	})
}

// fits checks that the goal it is a part of is a whole one of the same plan,
// and that whose it is takes part in the case.
func fits(tx *op.Tx, p Plan, self db.ID, in GoalInput) error {
	var f fault.Fields
	if !in.Parent.IsZero() {
		goals, err := GoalsOf(tx, p.ID)
		if err != nil {
			return err
		}
		ok := false
		for _, g := range goals {
			ok = ok || g.ID == in.Parent && g.Parent.IsZero() && g.ID != self && g.Open()
			if g.Parent == self && !self.IsZero() {
				f.Add("/parent_id", "careplan.fault.has_parts")
			}
		}
		if !ok {
			f.Add("/parent_id", "fault.bad_choice")
		}
	}
	if err := takesPart(tx, p, in.Person, &f); err != nil {
		return err
	}
	return f.Err()
}

func takesPart(tx *op.Tx, p Plan, person db.ID, f *fault.Fields) error {
	if person.IsZero() || person == p.Person {
		return nil
	}
	persons, err := cases.Persons(tx, p.Case)
	if err == nil && !slices.Contains(persons, person) {
		f.Add("/person_id", "fault.bad_choice")
	}
	return err
}

// EditGoal changes what a goal says.
func (r *Room) EditGoal(ctx context.Context, a access.Actor, id db.ID, in GoalInput) (Goal, error) {
	if err := in.Validate(); err != nil {
		return Goal{}, err
	}
	return onPart(ctx, r, a, id, "goal.edit", selectGoal, in.Version, in, planOfGoal, func(tx *op.Tx, p Plan, g Goal) (Goal, error) {
		if f := ongoing(p); f != nil {
			return g, f
		}
		if err := fits(tx, p, g.ID, in); err != nil {
			return g, err
		}
		return flow.Take(tx, GoalFlow, "edit", g, in.copyTo)
	})
}

// Progress says how far a goal is; the entry stays when the next one is made.
func (r *Room) Progress(ctx context.Context, a access.Actor, id db.ID, in ProgressInput) (Goal, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Goal{}, err
	}
	return onPart(ctx, r, a, id, "goal.progress", selectGoal, in.Version, in, planOfGoal, func(tx *op.Tx, p Plan, g Goal) (Goal, error) {
		if f := ongoing(p); f != nil {
			return g, f
		}
		return move(tx, g, in, "", db.ID{})
	})
}

func move(tx *op.Tx, g Goal, in ProgressInput, source string, record db.ID) (Goal, error) {
	if in.On == "" {
		in.On = today(tx)
	}
	_, err := flow.Create(tx, ProgressFlow, "record", Progress{Goal: g.ID, Plan: g.Plan, Case: g.Case, On: in.On,
		Percent: in.Percent, Note: in.Note, Source: source, Record: record})
	if err != nil {
		return g, err
	}
	return flow.Take(tx, GoalFlow, "progress", g, func(g *Goal) { g.Percent, g.AtRisk = in.Percent, in.AtRisk })
}

// Moved keeps what something else, such as a session, moved of a goal, inside
// that operation; it is seen in the next review. A goal that has its outcome
// stays as it is.
func Moved(tx *op.Tx, goal db.ID, percent int64, note, source string, record db.ID) error {
	g, err := goalByID(tx, goal)
	if err != nil || !g.Open() {
		return err
	}
	if percent < g.Percent || percent > 100 {
		percent = g.Percent
	}
	return tx.As(access.TheSystem(), func() error {
		_, err := move(tx, g, ProgressInput{Percent: percent, Note: note, AtRisk: g.AtRisk}, source, record)
		return err
	})
}

// StepGoal starts a goal, gives it its outcome (achieve, partly_achieve,
// not_achieve, cancel) or takes that back (reopen, void).
func (r *Room) StepGoal(ctx context.Context, a access.Actor, id db.ID, step string, in GoalStepInput) (Goal, error) {
	if !slices.Contains([]string{"start", "achieve", "partly_achieve", "not_achieve", "cancel", "reopen", "void"}, step) {
		return Goal{}, fault.NotFound()
	}
	if err := in.validate(step); err != nil {
		return Goal{}, err
	}
	return onPart(ctx, r, a, id, "goal."+step, selectGoal, in.Version, in, planOfGoal, func(tx *op.Tx, p Plan, g Goal) (Goal, error) {
		if f := ongoing(p); f != nil {
			return g, f
		}
		if step == "achieve" || step == "void" {
			if err := partsClosed(tx, g); err != nil {
				return g, err
			}
		}
		g, err := flow.Take(tx, GoalFlow, step, g, func(g *Goal) {
			switch step {
			case "start":
			case "reopen":
				g.ClosedOn = ""
			case "achieve":
				g.Percent, g.AtRisk, g.ClosedOn = 100, false, today(tx)
			default:
				g.AtRisk, g.ClosedOn = false, today(tx)
			}
		}, flow.Because(in.Note))
		if err != nil {
			return g, err
		}
		tx.Tell(op.Event{Name: "goal." + step, Entity: "goal", Record: g.ID, Root: g.Case})
		return g, nil
	})
}

// partsClosed holds when no part of a goal is open.
func partsClosed(tx *op.Tx, g Goal) error {
	goals, err := GoalsOf(tx, g.Plan)
	if err != nil {
		return err
	}
	for _, x := range goals {
		if x.Parent == g.ID && x.Open() {
			return fault.Conflict("careplan.fault.parts_open")
		}
	}
	return nil
}

// AddTask adds something to do to a plan that has not ended.
func (r *Room) AddTask(ctx context.Context, a access.Actor, plan db.ID, in TaskInput) (Task, error) {
	if err := in.Validate(); err != nil {
		return Task{}, err
	}
	return onPlan(ctx, r, a, plan, "plan_task.add", in, func(tx *op.Tx, p Plan) (Task, error) {
		t := Task{Plan: p.ID, Case: p.Case}
		if err := setTask(tx, p, in, &t); err != nil {
			return t, err
		}
		return flow.Create(tx, TaskFlow, "add", t)
	})
}

func setTask(tx *op.Tx, p Plan, in TaskInput, t *Task) error {
	if f := ongoing(p); f != nil {
		return f
	}
	var f fault.Fields
	if err := takesPart(tx, p, in.Person, &f); err != nil {
		return err
	}
	if !in.Goal.IsZero() {
		g, err := goalByID(tx, in.Goal)
		if err != nil || g.Plan != p.ID {
			f.Add("/goal_id", "fault.bad_choice")
		}
	}
	in.copyTo(t, p)
	return f.Err()
}

// EditTask changes what is to be done, by whom and by when.
func (r *Room) EditTask(ctx context.Context, a access.Actor, id db.ID, in TaskInput) (Task, error) {
	if err := in.Validate(); err != nil {
		return Task{}, err
	}
	return onPart(ctx, r, a, id, "plan_task.edit", selectTask, in.Version, in, planOfTask, func(tx *op.Tx, p Plan, t Task) (Task, error) {
		now := t
		if err := setTask(tx, p, in, &now); err != nil {
			return t, err
		}
		return flow.Take(tx, TaskFlow, "edit", t, func(t *Task) { *t = now })
	})
}

// StepTask starts, finishes, reopens or cancels a task. A resident does so with
// their own tasks.
func (r *Room) StepTask(ctx context.Context, a access.Actor, id db.ID, step string, version int64) (Task, error) {
	if !slices.Contains([]string{"start", "finish", "reopen", "cancel", "void"}, step) {
		return Task{}, fault.NotFound()
	}
	return op.Do(ctx, r.run, a, "plan_task."+step+" "+id.String(), version, func(tx *op.Tx) (Task, error) {
		var t Task
		var err error
		if a.Is(access.StaffRoles...) {
			t, err = part[Task](tx, selectTask, a, tx.Now(), id)
		} else {
			t, err = ownTaskByID(tx, a.Person, id)
		}
		if err != nil {
			return t, err
		}
		if err := flow.Fresh(t, version); err != nil {
			return t, err
		}
		t, err = flow.Take(tx, TaskFlow, step, t, func(t *Task) {
			if t.DoneOn = ""; step == "finish" {
				t.DoneOn = today(tx)
			}
		})
		if err == nil {
			tx.Tell(op.Event{Name: "plan_task." + step, Entity: "plan_task", Record: t.ID, Root: t.Case})
		}
		return t, err
	})
}
