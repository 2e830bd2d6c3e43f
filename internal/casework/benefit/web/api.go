package web

import (
	"context"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
)

var (
	assignments = door.Resource{Name: "benefit-assignments", Doc: "Benefits assigned to a person, with what was approved, delivered and paid"}
	enrolments  = door.Resource{Name: "program-enrolments", Doc: "People in programs"}
	looks       = door.Resource{Name: "recertifications", Doc: "Whether a benefit is still needed"}
)

type api struct{ room *benefit.Room }

func mountAPI(d *door.Router, room *benefit.Room) {
	x := api{room}
	door.List(d, assignments, readers, x.list)
	door.Get(d, assignments, readers, x.get)
	door.Create(d, assignments, writers, x.propose)
	door.Step(d, assignments, "edit", writers, func(ctx context.Context, a access.Actor, id db.ID, in benefit.ProposeInput) (assignmentOut, error) {
		_, err := room.Edit(ctx, a, id, in)
		return x.then(ctx, a, id, err)
	})
	for _, step := range append(append([]string{}, pressed...), explained...) {
		door.Step(d, assignments, step, byStep(step), func(ctx context.Context, a access.Actor, id db.ID, in benefit.StepInput) (assignmentOut, error) {
			_, err := room.Step(ctx, a, id, step, in)
			if step == "void" && err == nil {
				return assignmentOut{ID: id, Status: flow.Void, Actions: []string{}}, nil
			}
			return x.then(ctx, a, id, err)
		})
	}
	door.Call(d, "POST", assignments, "/approve-together", "Approve together what of an active plan waits, all of it or nothing", writers, room.ApprovePlan)
	mountPlaces(d, room)
	mountLooks(d, room)
}

// listQuery is what lists of this room can be asked.
type listQuery struct {
	door.Paging
	Case   db.ID `json:"case_id,omitzero" doc:"Only of this case"`
	Person db.ID `json:"person_id,omitzero" doc:"Only of this person"`
}

func (q listQuery) asked() (benefit.Asked, error) {
	before, err := door.Cursor(q.Cursor)
	return benefit.Asked{Case: q.Case, Person: q.Person, Before: before, Limit: q.Limit + 1}, err
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

// totalsOut are units as decimal strings, or money.
type totalsOut struct {
	Approved        ledger.Quantity `json:"approved"`
	Delivered       ledger.Quantity `json:"delivered"`
	Remaining       ledger.Quantity `json:"remaining"`
	ApprovedAmount  *ledger.Money   `json:"approved_amount,omitempty"`
	RemainingAmount *ledger.Money   `json:"remaining_amount,omitempty"`
	Paid            *ledger.Money   `json:"paid,omitempty"`
}

func totalsOf(x benefit.Assignment, t benefit.Totals) totalsOut {
	var out totalsOut
	if t.OfMoney {
		out.ApprovedAmount, out.RemainingAmount = &ledger.Money{Minor: t.Approved, Currency: x.Currency}, &ledger.Money{Minor: t.Remaining, Currency: x.Currency}
	} else {
		out.Approved, out.Delivered, out.Remaining = ledger.Quantity(t.Approved), ledger.Quantity(t.Delivered), ledger.Quantity(t.Remaining)
	}
	if t.Paid.Currency != "" {
		out.Paid = &t.Paid
	}
	return out
}

type assignmentOut struct {
	ID        db.ID           `json:"id"`
	Status    string          `json:"status"`
	Version   int64           `json:"version"`
	Actions   []string        `json:"actions"`
	Case      db.ID           `json:"case_id"`
	Plan      db.ID           `json:"care_plan_id,omitzero"`
	Goal      db.ID           `json:"goal_id,omitzero"`
	Person    db.ID           `json:"person_id"`
	Benefit   db.ID           `json:"benefit_id"`
	Provider  db.ID           `json:"provider_id,omitzero"`
	Quantity  ledger.Quantity `json:"quantity"`
	Amount    *ledger.Money   `json:"amount,omitempty"`
	Frequency string          `json:"frequency,omitempty"`
	From      calendar.Date   `json:"from"`
	Until     calendar.Date   `json:"until"`
	PayeeKind string          `json:"payee_kind,omitempty"`
	PayeeName string          `json:"payee_name,omitempty"`
	Ground    string          `json:"suspend_ground,omitempty"`
	EndedOn   calendar.Date   `json:"ended_on"`
	Totals    totalsOut       `json:"totals"`
	CreatedAt calendar.Time   `json:"created_at"`
	UpdatedAt calendar.Time   `json:"updated_at"`
}

func outOf(a access.Actor, x benefit.Assignment, t benefit.Totals) assignmentOut {
	out := assignmentOut{ID: x.ID, Status: x.Status, Version: x.Version, Actions: benefit.Flow.Free(a, x), Case: x.Case, Plan: x.Plan, Goal: x.Goal,
		Person: x.Person, Benefit: x.Benefit, Provider: x.Provider, Quantity: x.Quantity, Frequency: x.Frequency, From: x.From, Until: x.Until,
		PayeeKind: x.PayeeKind, PayeeName: x.PayeeName, Ground: x.SuspendGround, EndedOn: x.EndedOn, Totals: totalsOf(x, t), CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt}
	if x.OfMoney() {
		amount := x.Amount()
		out.Amount = &amount
	}
	return out
}

func (x api) list(ctx context.Context, a access.Actor, q listQuery) (door.Items[assignmentOut], error) {
	by, err := q.asked()
	if err != nil {
		return door.Items[assignmentOut]{}, err
	}
	l, err := x.room.Assignments(ctx, a, by)
	return page(l.Rows, q.Limit, func(r benefit.Assignment) assignmentOut { return outOf(a, r, l.Totals[r.ID]) }, func(o assignmentOut) db.ID { return o.ID }), err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (assignmentOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return assignmentOut{}, err
	}
	return outOf(a, f.Assignment, f.Totals), nil
}

func (x api) then(ctx context.Context, a access.Actor, id db.ID, err error) (assignmentOut, error) {
	if err != nil {
		return assignmentOut{}, err
	}
	return x.get(ctx, a, id)
}

type proposeIn struct {
	Case db.ID `json:"case_id"`
	benefit.ProposeInput
}

func (x api) propose(ctx context.Context, a access.Actor, in proposeIn) (assignmentOut, error) {
	if in.Case.IsZero() {
		return assignmentOut{}, fault.Invalid(fault.Field{Pointer: "/case_id", Key: "fault.required"})
	}
	made, err := x.room.Propose(ctx, a, in.Case, in.ProposeInput)
	return x.then(ctx, a, made.ID, err)
}

type placeOut struct {
	ID        db.ID         `json:"id"`
	Status    string        `json:"status"`
	Version   int64         `json:"version"`
	Actions   []string      `json:"actions"`
	Case      db.ID         `json:"case_id"`
	Plan      db.ID         `json:"care_plan_id,omitzero"`
	Person    db.ID         `json:"person_id"`
	Program   db.ID         `json:"program_id"`
	AppliedOn calendar.Date `json:"applied_on"`
	From      calendar.Date `json:"from"`
	Until     calendar.Date `json:"until"`
}

func placeOf(a access.Actor, x benefit.Enrolment) placeOut {
	return placeOut{x.ID, x.Status, x.Version, benefit.EnrolmentFlow.Free(a, x), x.Case, x.Plan, x.Person, x.Program, x.AppliedOn, x.From, x.Until}
}

type applyIn struct {
	Case db.ID `json:"case_id"`
	benefit.ApplyInput
}

func mountPlaces(d *door.Router, room *benefit.Room) {
	door.List(d, enrolments, readers, func(ctx context.Context, a access.Actor, q listQuery) (door.Items[placeOut], error) {
		by, err := q.asked()
		if err != nil {
			return door.Items[placeOut]{}, err
		}
		list, err := room.Enrolments(ctx, a, by)
		return page(list, q.Limit, func(x benefit.Enrolment) placeOut { return placeOf(a, x) }, func(o placeOut) db.ID { return o.ID }), err
	})
	door.Get(d, enrolments, readers, func(ctx context.Context, a access.Actor, id db.ID) (placeOut, error) {
		f, err := room.Place(ctx, a, id)
		return placeOf(a, f.Enrolment), err
	})
	door.Create(d, enrolments, writers, func(ctx context.Context, a access.Actor, in applyIn) (placeOut, error) {
		if in.Case.IsZero() {
			return placeOut{}, fault.Invalid(fault.Field{Pointer: "/case_id", Key: "fault.required"})
		}
		x, err := room.Apply(ctx, a, in.Case, in.ApplyInput)
		return placeOf(a, x), err
	})
	for _, step := range append(append([]string{}, placePressed...), placeAsked...) {
		door.Step(d, enrolments, step, byStep(step), func(ctx context.Context, a access.Actor, id db.ID, in benefit.StepInput) (placeOut, error) {
			x, err := room.StepEnrolment(ctx, a, id, step, in)
			return placeOf(a, x), err
		})
	}
}

type lookOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Assignment db.ID         `json:"benefit_assignment_id"`
	Case       db.ID         `json:"case_id"`
	Person     db.ID         `json:"person_id"`
	DueOn      calendar.Date `json:"due_on"`
	DoneOn     calendar.Date `json:"done_on"`
	Note       string        `json:"note,omitempty"`
}

func lookOf(a access.Actor, x benefit.Recertification) lookOut {
	return lookOut{x.ID, x.Status, x.Version, benefit.RecertificationFlow.Free(a, x), x.Assignment, x.Case, x.Person, x.DueOn, x.DoneOn, x.Note}
}

func mountLooks(d *door.Router, room *benefit.Room) {
	door.List(d, looks, readers, func(ctx context.Context, a access.Actor, q listQuery) (door.Items[lookOut], error) {
		by, err := q.asked()
		if err != nil {
			return door.Items[lookOut]{}, err
		}
		list, err := room.Recertifications(ctx, a, by)
		return page(list, q.Limit, func(x benefit.Recertification) lookOut { return lookOf(a, x) }, func(o lookOut) db.ID { return o.ID }), err
	})
	door.Get(d, looks, readers, func(ctx context.Context, a access.Actor, id db.ID) (lookOut, error) {
		x, err := room.Look(ctx, a, id)
		return lookOf(a, x), err
	})
	for _, step := range []string{"begin", "recertify", "lapse"} {
		door.Step(d, looks, step, writers, func(ctx context.Context, a access.Actor, id db.ID, in benefit.LookInput) (lookOut, error) {
			x, err := room.Recertify(ctx, a, id, step, in)
			return lookOf(a, x), err
		})
	}
}
