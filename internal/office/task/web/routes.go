// Package web speaks for tasks in the API. Their pages are parts of the home
// page and of the records they belong to.
package web

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/office/task"
)

var tasks = door.Resource{Name: "tasks", Doc: "What somebody has to do, and by when"}

// Mount registers the room's API.
func Mount(d *door.Router, room *task.Room) {
	a := api{room}
	everyone := door.By(access.UserRoles...)
	staff := door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Administrator)
	doers := door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Administrator,
		access.ProviderManager, access.ProviderStaff, access.Resident)
	door.List(d, tasks, everyone, a.list)
	door.Get(d, tasks, everyone, a.get)
	door.Create(d, tasks, staff, a.create)
	door.Patch(d, tasks, staff, a.patch)
	for _, step := range []string{"start", "complete"} {
		door.Step(d, tasks, step, doers, a.step(step))
	}
	for _, step := range []string{"cancel", "reopen"} {
		door.Step(d, tasks, step, staff, a.step(step))
	}
	door.Step(d, tasks, "void", door.By(access.Supervisor, access.Administrator), a.step("void"))
}

type api struct{ room *task.Room }

type taskOut struct {
	ID        db.ID         `json:"id"`
	Status    string        `json:"status"`
	Version   int64         `json:"version"`
	Actions   []string      `json:"actions"`
	Title     string        `json:"title"`
	Detail    string        `json:"detail"`
	Due       calendar.Date `json:"due"`
	Priority  int64         `json:"priority" doc:"0 ordinary, 1 high, 2 urgent"`
	Assignee  db.ID         `json:"assignee_id"`
	Queue     db.ID         `json:"queue_id" doc:"The team in whose queue it waits"`
	OwnerKind string        `json:"owner_kind" doc:"Kind of the record it belongs to, such as case"`
	Owner     db.ID         `json:"owner_id"`
	Source    string        `json:"source" doc:"hand, plan or prompt"`
	EndedAt   calendar.Time `json:"ended_at"`
}

func taskOf(a access.Actor, t task.Task) taskOut {
	return taskOut{t.ID, t.Status, t.Version, task.Flow.Free(a, t), t.Title, t.Detail, t.DueOn(), t.Priority, t.Assignee, t.Queue, t.OwnerKind, t.Owner, t.Source, t.EndedAt}
}

type asked struct {
	door.Paging
	Queue     db.ID  `json:"queue_id" doc:"What waits for a team"`
	OwnerKind string `json:"owner_kind"`
	Owner     db.ID  `json:"owner_id" doc:"What belongs to a record"`
}

func (x api) list(ctx context.Context, a access.Actor, q asked) (door.Items[taskOut], error) {
	var out door.Items[taskOut]
	f := task.Filter{Queue: q.Queue, OwnerKind: q.OwnerKind, Owner: q.Owner, Limit: q.Limit}
	if q.Cursor != "" {
		b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(b, &f.After) != nil {
			return out, fault.Invalid(fault.Field{Pointer: "/cursor", Key: "fault.bad_choice"})
		}
	}
	list, next, err := x.room.List(ctx, a, f)
	for _, t := range list {
		out.Items = append(out.Items, taskOf(a, t))
	}
	if !next.ID.IsZero() {
		b, _ := json.Marshal(next) // a date and an id always have a JSON form
		out.Next = base64.RawURLEncoding.EncodeToString(b)
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (taskOut, error) {
	t, err := x.room.Task(ctx, a, id)
	return taskOf(a, t), err
}

func (x api) create(ctx context.Context, a access.Actor, in task.Input) (taskOut, error) {
	t, err := x.room.Create(ctx, a, in)
	return taskOf(a, t), err
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in task.Patch) (taskOut, error) {
	t, err := x.room.Edit(ctx, a, id, in)
	return taskOf(a, t), err
}

func (x api) step(step string) func(context.Context, access.Actor, db.ID, task.StepInput) (taskOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in task.StepInput) (taskOut, error) {
		t, err := x.room.Step(ctx, a, id, step, in)
		return taskOf(a, t), err
	}
}
