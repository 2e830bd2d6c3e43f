package task

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
)

// Create makes a task by hand.
func (r *Room) Create(ctx context.Context, a access.Actor, in Input) (Task, error) {
	if err := in.Validate(); err != nil {
		return Task{}, err
	}
	return op.Do(ctx, r.run, a, "task.create", in, func(tx *op.Tx) (Task, error) {
		if !in.Owner.IsZero() {
			if err := r.ownerSeen(tx, a, in.OwnerKind, in.Owner); err != nil {
				return Task{}, err
			}
		}
		return Add(tx, in, ByHand)
	})
}

// Add makes a task inside another operation, which has checked the input's
// owner: from a plan's template, or by a rule that noticed something.
func Add(tx *op.Tx, in Input, source string) (Task, error) {
	if err := in.Validate(); err != nil {
		return Task{}, err
	}
	t, err := flow.Create(tx, Flow, "create", Task{
		Title: in.Title, Detail: in.Detail, Due: in.due(), Priority: in.Priority, Assignee: in.Assignee, Queue: in.Queue,
		OwnerKind: in.OwnerKind, Owner: in.Owner, Source: source,
	})
	if err == nil {
		tell(tx, t, "task.create")
	}
	return t, err
}

func tell(tx *op.Tx, t Task, name string) {
	tx.Tell(op.Event{Name: name, Entity: "task", Record: t.ID, Root: t.Owner, Detail: map[string]db.ID{"assignee": t.Assignee, "queue": t.Queue}})
}

// Edit changes what a patch mentions; another assignee is told.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, p Patch) (Task, error) {
	return op.Do(ctx, r.run, a, "task.edit", []any{id, p}, func(tx *op.Tx) (Task, error) {
		t, err := r.seen(tx, a, id, p.Version)
		if err != nil {
			return t, err
		}
		in := p.input(t)
		if err := in.Validate(); err != nil {
			return t, err
		}
		was := t
		t, err = flow.Take(tx, Flow, "edit", t, func(t *Task) {
			t.Title, t.Detail, t.Due, t.Priority, t.Assignee, t.Queue = in.Title, in.Detail, in.due(), in.Priority, in.Assignee, in.Queue
		})
		if err == nil && (t.Assignee != was.Assignee || t.Queue != was.Queue) {
			tell(tx, t, "task.assign")
		}
		return t, err
	})
}

// Step takes start, complete, cancel, reopen or void. Who starts a task from a
// queue takes it.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Task, error) {
	reason, key, args := text.Line(in.Reason, 500)
	if key == "" && reason == "" && (step == "cancel" || step == "void") {
		key = "fault.required"
	}
	if key != "" {
		return Task{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: key, Args: args})
	}
	if step == "create" || step == "edit" {
		return Task{}, fault.NotFound()
	}
	return op.Do(ctx, r.run, a, "task."+step, []any{id, in}, func(tx *op.Tx) (Task, error) {
		t, err := r.seen(tx, a, id, in.Version)
		if err != nil {
			return t, err
		}
		return take(tx, t, step, reason)
	})
}

// End ends a task inside another operation, such as the closing of its case.
func End(tx *op.Tx, t Task, reason string) (Task, error) { return take(tx, t, "cancel", reason) }

func take(tx *op.Tx, t Task, step, reason string) (Task, error) {
	return flow.Take(tx, Flow, step, t, func(t *Task) {
		switch step {
		case "start":
			if t.Assignee.IsZero() {
				t.Assignee, t.Queue = tx.Actor().ID, db.ID{}
			}
		case "reopen":
			t.EndedAt = 0
		default:
			t.EndedAt = tx.Now()
		}
	}, flow.Because(reason))
}

// seen loads a task that the actor may see, as of a version when one is given.
func (r *Room) seen(tx *op.Tx, a access.Actor, id db.ID, version int64) (Task, error) {
	t, err := load(tx, id)
	if err != nil {
		return t, err
	}
	if err := r.sees(tx, a, t); err != nil {
		return Task{}, err
	}
	if version != 0 {
		err = flow.Fresh(t, version)
	}
	return t, err
}

// sees answers not found where the actor neither has the task, nor sees the
// record it belongs to.
func (r *Room) sees(q db.Q, a access.Actor, t Task) error {
	switch kept, err := (sight.Lens{Actor: a, Kind: t.OwnerKind}).Bars(q, t.Owner); {
	case err != nil:
		return err
	case kept:
		return fault.NotFound()
	}
	if mine(a, t) {
		return nil
	}
	if t.Owner.IsZero() {
		return fault.NotFound()
	}
	return r.ownerSeen(q, a, t.OwnerKind, t.Owner)
}

func (r *Room) ownerSeen(q db.Q, a access.Actor, kind string, owner db.ID) error {
	see, known := r.Sees[kind]
	if !known {
		return fault.NotFound()
	}
	ok, err := see(q, a, r.run.Now(), owner)
	if err == nil && !ok {
		err = fault.NotFound()
	}
	return err
}
