package benefit

import (
	"context"
	"slices"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// This file is what of a plan waits for approval. A plan that begins does not
// approve what it proposes: that stays somebody's word. Its case is prompted
// until nothing of the plan waits, and one operation approves it together.

// waitsKind is the prompt of a case with an active plan of which something
// waits for approval.
const waitsKind = "benefit.prompt.plan_waits"

// planHref is where what waits of a plan is approved.
func planHref(plan db.ID) string { return "/desk/care-plans/" + plan.String() + "/approve-benefits" }

// PlanBegan prompts the case of a plan that begins when something of the plan
// waits for approval. It fills careplan.Room.OnActivate.
func (r *Room) PlanBegan(tx *op.Tx, p careplan.Plan) error { return weigh(tx, p.Case, p.ID) }

// weigh tells a case how much of its active plan waits for approval, or no
// longer.
func weigh(tx *op.Tx, of, plan db.ID) error {
	if plan.IsZero() {
		return nil
	}
	p, found, err := careplan.PlanOf(tx, plan)
	if err != nil || !found {
		return err
	}
	n := int64(0)
	if p.Status == "active" {
		if n, err = db.One[int64](tx, textWaitingOf, plan, plan); err != nil {
			return err
		}
	}
	if n == 0 {
		return cases.Settle(tx, of, waitsKind, planHref(plan))
	}
	return cases.Raise(tx, cases.Prompt{Case: of, Kind: waitsKind, Args: map[string]any{"n": n}, Href: planHref(plan)})
}

// Waiting is what of a plan waits for approval, with what keeps the actor from
// approving each.
type Waiting struct {
	Case        cases.Case
	Plan        careplan.Plan
	Assignments []Assignment
	Enrolments  []Enrolment
	Names       Names
	Blocked     map[db.ID]*fault.Fault
}

// Waits lists what of a plan that the actor sees waits for approval.
func (r *Room) Waits(ctx context.Context, a access.Actor, plan db.ID) (out Waiting, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		p, found, err := careplan.PlanOf(q, plan)
		if err == nil && !found {
			err = fault.NotFound()
		}
		if err != nil {
			return err
		}
		if out.Case, err = seeCase(q, a, r.run.Now(), p.Case); err != nil {
			return err
		}
		out.Plan = p
		b := db.NewBatch()
		assigned := db.Queue[Assignment](b, textOfPlan, plan, db.ListOf([]string{"proposed"}))
		applied := db.Queue[Enrolment](b, textPlacesPlan, plan, db.ListOf([]string{"applied"}))
		if err := db.Send(q, b); err != nil {
			return err
		}
		out.Assignments, out.Enrolments, out.Blocked = assigned.Rows, applied.Rows, map[db.ID]*fault.Fault{}
		kin, err := related(q, a.Person, p.Person)
		for _, x := range out.Assignments {
			out.Blocked[x.ID] = barred(Flow.May(a, "approve", x), kin)
		}
		for _, x := range out.Enrolments {
			out.Blocked[x.ID] = barred(EnrolmentFlow.May(a, "enrol", x), kin)
		}
		return err
	})
	if err != nil {
		return Waiting{}, err
	}
	out.Names, err = r.namesOf(ctx, out.Assignments, out.Enrolments)
	return out, err
}

func barred(by *fault.Fault, kin bool) *fault.Fault {
	if by == nil && kin {
		return fault.Forbid("benefit.fault.relative")
	}
	return by
}

// Pick is one of what waits, as the actor saw it.
type Pick struct {
	ID      db.ID `json:"id"`
	Version int64 `json:"version"`
}

// ApprovePlanInput is what of a plan is approved together.
type ApprovePlanInput struct {
	Plan        db.ID  `json:"care_plan_id"`
	Assignments []Pick `json:"benefit_assignments,omitempty"`
	Enrolments  []Pick `json:"program_enrolments,omitempty"`
}

// Approved is what ApprovePlan did: Waitlisted are places that were not free.
type Approved struct {
	Assignments int `json:"benefit_assignments"`
	Enrolments  int `json:"program_enrolments"`
	Waitlisted  int `json:"waitlisted"`
}

// mostPicks is how much of a plan can be approved at once.
const mostPicks = 100

// ApprovePlan approves what of an active plan was chosen, all of it or nothing:
// assignments are approved, places are taken, and where a program is full the
// person goes on its waiting list. A row that moved on, that the actor may not
// approve or that the budget does not cover refuses all and is named.
func (r *Room) ApprovePlan(ctx context.Context, a access.Actor, in ApprovePlanInput) (Approved, error) {
	if n := len(in.Assignments) + len(in.Enrolments); n == 0 || n > mostPicks {
		return Approved{}, fault.Invalid(fault.Field{Pointer: "/chosen", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, "care_plan.approve_benefits "+in.Plan.String(), in, func(tx *op.Tx) (out Approved, err error) {
		p, found, err := careplan.PlanOf(tx, in.Plan)
		if err == nil && !found {
			err = fault.NotFound()
		}
		if err != nil {
			return out, err
		}
		if _, err := seeCase(tx, a, tx.Now(), p.Case); err != nil {
			return out, err
		}
		if p.Status != "active" {
			return out, fault.Conflict("benefit.fault.plan_not_active")
		}
		if err := unlessRelated(tx, a, p.Person); err != nil {
			return out, err
		}
		if out.Assignments, err = r.approveAssignments(tx, p, in.Assignments); err != nil {
			return out, err
		}
		if out.Enrolments, out.Waitlisted, err = approvePlaces(tx, p, in.Enrolments); err != nil {
			return out, err
		}
		return out, weigh(tx, p.Case, p.ID)
	})
}

func (r *Room) approveAssignments(tx *op.Tx, p careplan.Plan, picks []Pick) (int, error) {
	list, err := db.All[Assignment](tx, textOfPlan+db.ForUpdate(tx), p.ID, db.ListOf([]string{"proposed"}))
	if err != nil || len(picks) == 0 {
		return 0, err
	}
	names, err := catalog.BenefitOf(tx, benefitsOf(list)...)
	if err != nil {
		return 0, err
	}
	for _, pick := range picks {
		i := slices.IndexFunc(list, func(x Assignment) bool { return x.ID == pick.ID && x.Version == pick.Version })
		if i < 0 {
			return 0, fault.Conflict("benefit.fault.moved_on")
		}
		x := list[i]
		f := Flow.May(tx.Actor(), "approve", x)
		if f == nil {
			_, err := r.step(tx, x, "approve", StepInput{})
			if err == nil {
				continue
			}
			known, ok := fault.As(err)
			if !ok {
				return 0, err
			}
			f = known
		}
		return 0, fault.Conflict("benefit.fault.not_together").With("what", names[x.Benefit].Name, "why", reason{f})
	}
	return len(picks), nil
}

// reason says a fault in the words of another.
type reason struct{ *fault.Fault }

// In is the sentence in a language.
func (r reason) In(lang text.Lang) string { return text.T(lang, r.Key, r.Args) }

func benefitsOf(list []Assignment) []db.ID {
	out := make([]db.ID, len(list))
	for i, x := range list {
		out[i] = x.Benefit
	}
	return out
}

func approvePlaces(tx *op.Tx, p careplan.Plan, picks []Pick) (enrolled, waitlisted int, err error) {
	list, err := db.All[Enrolment](tx, textPlacesPlan, p.ID, db.ListOf([]string{"applied"}))
	if err != nil {
		return 0, 0, err
	}
	for _, pick := range picks {
		i := slices.IndexFunc(list, func(x Enrolment) bool { return x.ID == pick.ID && x.Version == pick.Version })
		if i < 0 {
			return 0, 0, fault.Conflict("benefit.fault.moved_on")
		}
		if f := EnrolmentFlow.May(tx.Actor(), "enrol", list[i]); f != nil {
			return 0, 0, f
		}
		step := "enrol"
		err := place(tx, list[i].Program)
		if f, ok := fault.As(err); ok && f.Key == "benefit.fault.full" {
			step, err = "waitlist", nil
			waitlisted++
		} else {
			enrolled++
		}
		if err == nil {
			_, err = stepEnrolment(tx, list[i], step, "")
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return enrolled, waitlisted, nil
}
