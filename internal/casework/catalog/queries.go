package catalog

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/rule"
)

func staff(a access.Actor) error {
	if !a.Is(access.StaffRoles...) {
		return fault.NotFound()
	}
	return nil
}

func get[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], id db.ID) (x R, err error) {
	if err := staff(a); err != nil {
		return x, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err = byID(q, t, id)
		return err
	})
	return x, err
}

func list[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], after db.ID, limit int) (all []R, err error) {
	if err := staff(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		all, err = listed(q, t, after, limit)
		return err
	})
	return all, err
}

// Programs lists programs, the first entered first, after one of them.
func (r *Room) Programs(ctx context.Context, a access.Actor, after db.ID, limit int) ([]Program, error) {
	return list(ctx, r, a, ProgramFlow, after, limit)
}

// Benefits lists benefits.
func (r *Room) Benefits(ctx context.Context, a access.Actor, after db.ID, limit int) ([]Benefit, error) {
	return list(ctx, r, a, BenefitFlow, after, limit)
}

// Funds lists funds.
func (r *Room) Funds(ctx context.Context, a access.Actor, after db.ID, limit int) ([]Fund, error) {
	return list(ctx, r, a, FundFlow, after, limit)
}

// Goals lists goal definitions.
func (r *Room) Goals(ctx context.Context, a access.Actor, after db.ID, limit int) ([]GoalDefinition, error) {
	return list(ctx, r, a, GoalFlow, after, limit)
}

// Specialties lists specialties.
func (r *Room) Specialties(ctx context.Context, a access.Actor, after db.ID, limit int) ([]Specialty, error) {
	return list(ctx, r, a, SpecialtyFlow, after, limit)
}

// Rules lists the versions of all rules.
func (r *Room) Rules(ctx context.Context, a access.Actor, after db.ID, limit int) ([]EligibilityRule, error) {
	return list(ctx, r, a, RuleFlow, after, limit)
}

// Rates lists the rates of a benefit, or of all when it is zero.
func (r *Room) Rates(ctx context.Context, a access.Actor, benefit, after db.ID, limit int) (all []Rate, err error) {
	if err := staff(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		all, err = ratesOf(q, benefit, after, limit)
		return err
	})
	return all, err
}

// Fund gives a fund.
func (r *Room) Fund(ctx context.Context, a access.Actor, id db.ID) (Fund, error) {
	return get(ctx, r, a, FundFlow, id)
}

// Goal gives a goal definition.
func (r *Room) Goal(ctx context.Context, a access.Actor, id db.ID) (GoalDefinition, error) {
	return get(ctx, r, a, GoalFlow, id)
}

// Specialty gives a specialty.
func (r *Room) Specialty(ctx context.Context, a access.Actor, id db.ID) (Specialty, error) {
	return get(ctx, r, a, SpecialtyFlow, id)
}

// Rate gives a rate.
func (r *Room) Rate(ctx context.Context, a access.Actor, id db.ID) (Rate, error) {
	return get(ctx, r, a, RateFlow, id)
}

// Rule gives a version of an eligibility rule.
func (r *Room) Rule(ctx context.Context, a access.Actor, id db.ID) (EligibilityRule, error) {
	return get(ctx, r, a, RuleFlow, id)
}

// ProgramFile is a program with what it gives and by which rules.
type ProgramFile struct {
	Program  Program
	Benefits []Benefit
	Rules    []EligibilityRule // the newest version first
}

// Program gives a program.
func (r *Room) Program(ctx context.Context, a access.Actor, id db.ID) (out ProgramFile, err error) {
	if err := staff(a); err != nil {
		return out, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		program, benefits, rules := queueOfProgram(b, id)
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := program.First()
		if !ok {
			return fault.NotFound()
		}
		out = ProgramFile{p, benefits.Rows, rules.Rows}
		return nil
	})
	return out, err
}

// BenefitFile is a benefit with its rates and rules.
type BenefitFile struct {
	Benefit Benefit
	Rates   []Rate            // the latest first
	Rules   []EligibilityRule // the newest version first
}

// Benefit gives a benefit.
func (r *Room) Benefit(ctx context.Context, a access.Actor, id db.ID) (out BenefitFile, err error) {
	if err := staff(a); err != nil {
		return out, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		benefit, rates, rules := queueOfBenefit(b, id)
		if err := db.Send(q, b); err != nil {
			return err
		}
		x, ok := benefit.First()
		if !ok {
			return fault.NotFound()
		}
		out = BenefitFile{x, rates.Rows, rules.Rows}
		return nil
	})
	return out, err
}

// Ready gives a rule ready to decide. Of a version once published it is kept,
// since it never changes; that an example no longer comes out as it did then
// does not stop it from being read.
func (r *Room) Ready(x EligibilityRule) (*rule.Ready, error) {
	if v, ok := r.ready.Load(x.ID); ok && x.Status != "draft" {
		return v.(*rule.Ready), nil
	}
	set, err := r.set()
	if err != nil {
		return nil, fault.Defect(err)
	}
	ready, err := set.Publish(x.Body.V)
	if ready == nil {
		return nil, err
	}
	if x.Status != "draft" {
		r.ready.Store(x.ID, ready)
	}
	return ready, nil
}

// Check tries a rule before it is published: what keeps it from being
// published, and how each example comes out now (none while it cannot be read).
func (r *Room) Check(body rule.Rule) (examples []rule.Outcome, wrong error) {
	wrong = r.holds(body)
	set, err := r.set()
	if err != nil {
		return nil, fault.Defect(err)
	}
	ready, _ := set.Publish(body) // what is wrong is in wrong already
	if ready == nil {
		return nil, wrong
	}
	for _, e := range body.Examples {
		examples = append(examples, ready.Decide(e.Facts))
	}
	return examples, wrong
}
