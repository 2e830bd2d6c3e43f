package benefit

import (
	"context"
	"errors"
	"slices"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// Room is the benefit room.
type Room struct {
	run *op.Runner
	// Delivered is how much of assignments was delivered, in thousandths of a
	// unit or, for money, the smallest unit; Paid what was paid for them. The
	// rooms that deliver and pay fill them.
	Delivered func(q db.Q, assignments []db.ID) (map[db.ID]int64, error)
	Paid      func(q db.Q, assignments []db.ID) (map[db.ID]ledger.Money, error)
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

func href(assignment db.ID) string { return "/desk/benefit-assignments/" + assignment.String() }

func today(tx *op.Tx) calendar.Date { return calendar.Today(tx.Context(), tx.Run.Clock) }

// onCase runs an operation on a case that is worked on and that the actor sees.
func onCase[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, in any, f func(tx *op.Tx, c cases.Case) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		c, err := seeCase(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		if c.Status != "open" && c.Status != "paused" {
			return none, fault.Conflict("benefit.fault.case_ended")
		}
		return f(tx, c)
	})
}

// Propose assigns a benefit to a person of a case, to be approved.
func (r *Room) Propose(ctx context.Context, a access.Actor, of db.ID, in ProposeInput) (Assignment, error) {
	if err := in.Validate(); err != nil {
		return Assignment{}, err
	}
	return onCase(ctx, r, a, of, "benefit_assignment.propose", in, func(tx *op.Tx, c cases.Case) (Assignment, error) {
		if in.Person.IsZero() {
			in.Person = c.Person
		}
		return r.propose(tx, c.ID, in, "", db.ID{})
	})
}

func (r *Room) propose(tx *op.Tx, of db.ID, in ProposeInput, source string, record db.ID) (Assignment, error) {
	x := Assignment{Case: of, Proposer: tx.Actor().ID, Source: source, Record: record}
	if err := in.suits(tx, of); err != nil {
		return x, err
	}
	in.copyTo(&x)
	x, err := flow.Create(tx, Flow, "propose", x)
	if err == nil {
		tx.Tell(op.Event{Name: "benefit_assignment.proposed", Entity: "benefit_assignment", Record: x.ID, Root: of})
		err = weigh(tx, of, x.Plan)
	}
	return x, err
}

// suits checks the input against the benefit and the case.
func (in *ProposeInput) suits(tx *op.Tx, of db.ID) error {
	found, err := catalog.BenefitOf(tx, in.Benefit)
	if err != nil {
		return err
	}
	var f fault.Fields
	b, ok := found[in.Benefit]
	if !ok {
		return fault.Invalid(fault.Field{Pointer: "/benefit_id", Key: "fault.bad_choice"})
	}
	if err := f.Absorb("", in.fit(b, today(tx))); err != nil {
		return err
	}
	if err := takesPart(tx, of, in.Person, &f); err != nil {
		return err
	}
	if !in.Plan.IsZero() {
		p, found, err := careplan.PlanOf(tx, in.Plan)
		if err != nil {
			return err
		}
		if !found || p.Case != of || p.Status == "completed" || p.Status == "cancelled" {
			f.Add("/care_plan_id", "fault.bad_choice")
		}
	}
	return f.Err()
}

// takesPart holds for a living person who takes part in the case.
func takesPart(tx *op.Tx, of, person db.ID, f *fault.Fields) error {
	persons, err := cases.Persons(tx, of)
	if err != nil {
		return err
	}
	if !slices.Contains(persons, person) {
		f.Add("/person_id", "fault.bad_choice")
		return nil
	}
	cards, err := people.CardsOf(tx, person)
	if err == nil && cards[person].DiedOn != "" {
		f.Add("/person_id", "benefit.fault.died")
	}
	return err
}

// onAssignment runs an operation on an assignment the actor sees, whose row it
// holds, as fresh as the actor saw it.
func onAssignment[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, version int64, in any, f func(tx *op.Tx, x Assignment) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, "benefit_assignment."+name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		if err := hold(tx, id); err != nil {
			return none, err
		}
		x, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		if err := flow.Fresh(x, version); err != nil {
			return none, err
		}
		return f(tx, x)
	})
}

// Edit changes an assignment that is not yet approved; who edits it proposes
// it.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in ProposeInput) (Assignment, error) {
	if err := in.Validate(); err != nil {
		return Assignment{}, err
	}
	return onAssignment(ctx, r, a, id, "edit", in.Version, in, func(tx *op.Tx, x Assignment) (Assignment, error) {
		if in.Person.IsZero() {
			in.Person = x.Person
		}
		if err := in.suits(tx, x.Case); err != nil {
			return x, err
		}
		return flow.Take(tx, Flow, "edit", x, func(x *Assignment) {
			in.copyTo(x)
			x.Proposer = a.ID
		})
	})
}

// steps are those that Step takes.
var steps = []string{"approve", "reject", "activate", "waitlist", "suspend", "resume", "complete", "end", "void"}

// decisions are those that nobody takes on a relative.
var decisions = []string{"approve", "reject", "suspend", "end"}

// Step takes a step of the flow on an assignment: approve, reject, activate,
// waitlist, suspend, resume, complete, end, void.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Assignment, error) {
	if !slices.Contains(steps, step) {
		return Assignment{}, fault.NotFound()
	}
	if err := in.validate(step); err != nil {
		return Assignment{}, err
	}
	return onAssignment(ctx, r, a, id, step, in.Version, in, func(tx *op.Tx, x Assignment) (Assignment, error) {
		if f := Flow.May(a, step, x); f != nil {
			return x, f
		}
		if slices.Contains(decisions, step) {
			if err := unlessRelated(tx, a, x.Person); err != nil {
				return x, err
			}
		}
		return r.step(tx, x, step, in)
	})
}

func unlessRelated(tx *op.Tx, a access.Actor, person db.ID) error {
	kin, err := related(tx, a.Person, person)
	if err == nil && kin {
		return fault.Forbid("benefit.fault.relative")
	}
	return err
}

// step takes a step and does what belongs to it.
func (r *Room) step(tx *op.Tx, x Assignment, step string, in StepInput) (Assignment, error) {
	keep := func(*Assignment) error { return nil }
	switch step {
	case "approve":
		keep = func(x *Assignment) error { return reserve(tx, x) }
	case "complete", "end", "void":
		keep = func(x *Assignment) error { return r.release(tx, x) }
	}
	now := x
	if err := keep(&now); err != nil {
		return x, err
	}
	x, err := flow.Take(tx, Flow, step, x, func(x *Assignment) {
		x.Fund, x.Cost, x.CostCurrency = now.Fund, now.Cost, now.CostCurrency
		switch step {
		case "approve":
			x.Approver = tx.Actor().ID
		case "suspend":
			x.SuspendGround = in.Ground
		case "resume":
			x.SuspendGround = ""
		case "complete", "end", "reject":
			x.EndedOn = today(tx)
		}
	}, flow.Because(in.Reason))
	if err != nil {
		return x, err
	}
	tx.Tell(op.Event{Name: "benefit_assignment." + step, Entity: "benefit_assignment", Record: x.ID, Root: x.Case})
	if slices.Contains([]string{"approve", "reject", "void"}, step) {
		if err := weigh(tx, x.Case, x.Plan); err != nil {
			return x, err
		}
	}
	return x, r.follow(tx, x, step)
}

// follow looks again at what has begun, in the benefit's rhythm, and no longer
// at what ended.
func (r *Room) follow(tx *op.Tx, x Assignment, step string) error {
	switch step {
	case "activate":
		return schedule(tx, x, x.From)
	case "complete", "end", "reject", "void":
		return dropLook(tx, x.ID)
	}
	return nil
}

// reserve keeps what an assignment will cost in its fund, as far as the fund's
// budget goes. The fund's row is held, so that two approvals do not both take
// the last of it. A benefit without a fund, or a year without a budget, has no
// limit.
func reserve(tx *op.Tx, x *Assignment) error {
	found, err := catalog.BenefitOf(tx, x.Benefit)
	if err != nil {
		return err
	}
	cost, err := costOf(tx, *x)
	if err != nil {
		return err
	}
	x.Cost, x.CostCurrency = cost.Minor, cost.Currency
	code := found[x.Benefit].Fund
	if code == "" || cost.Minor == 0 {
		return nil
	}
	fund, err := catalog.FundAt(tx, code, x.From)
	if errors.Is(err, fault.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	x.Fund = fund.ID
	if fund.Minor == 0 {
		return nil
	}
	if err := holdFund(tx, fund.ID); err != nil {
		return err
	}
	spent, err := promised(tx, fund.ID)
	if err != nil {
		return err
	}
	sum, err := ledger.Money{Minor: spent, Currency: fund.Currency}.Add(cost)
	if err != nil {
		return err
	}
	if sum.Minor > fund.Minor {
		return fault.Conflict("benefit.fault.budget").With("left", ledger.Money{Minor: max(0, fund.Minor-spent), Currency: fund.Currency})
	}
	return nil
}

// costOf is the money assigned for the whole period, or for a year where it has
// no end; or the units at the price of the day it
// begins; nothing where there is no price.
func costOf(tx *op.Tx, x Assignment) (ledger.Money, error) {
	if x.OfMoney() {
		return x.Whole(x.From.AddYears(1).AddDays(-1))
	}
	rate, err := catalog.RateAt(tx, x.Benefit, x.Provider, x.From)
	if errors.Is(err, fault.KindNotFound) {
		return ledger.Money{}, nil
	}
	if err != nil {
		return ledger.Money{}, err
	}
	return rate.Price().Times(x.Quantity, ledger.HalfUp)
}

// release gives back to the fund what was not used.
func (r *Room) release(tx *op.Tx, x *Assignment) error {
	t, err := r.TotalsOf(tx, x.ID)
	if err != nil || x.Cost == 0 {
		return err
	}
	used := t[x.ID]
	if used.Approved <= used.Delivered {
		return nil
	}
	part, err := ledger.Money{Minor: x.Cost, Currency: x.CostCurrency}.Share(used.Delivered, used.Approved, ledger.HalfUp)
	if err != nil {
		return err
	}
	x.Cost = part.Minor
	return nil
}

// Lock holds an assignment's row and gives it with its totals, for rooms that
// count units against it. The caller has checked that the actor may.
func (r *Room) Lock(tx *op.Tx, id db.ID) (Assignment, Totals, error) {
	if err := hold(tx, id); err != nil {
		return Assignment{}, Totals{}, err
	}
	x, err := assignmentByID(tx, id)
	if err != nil {
		return x, Totals{}, err
	}
	t, err := r.totals(tx, []Assignment{x})
	return x, t[id], err
}

// Begin keeps, as the system, which provider delivers an assignment and lets
// it begin, inside the operation that authorized the provider.
func (r *Room) Begin(tx *op.Tx, id, provider db.ID) error {
	x, _, err := r.Lock(tx, id)
	if err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		if x, err = flow.Take(tx, Flow, "choose", x, func(x *Assignment) { x.Provider = provider }); err != nil {
			return err
		}
		if x.Status != "approved" && x.Status != "waitlisted" {
			return nil
		}
		_, err := r.step(tx, x, "activate", StepInput{})
		return err
	})
}
