package catalog

import (
	"context"
	"sync"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
)

// Room is the catalog room.
type Room struct {
	run *op.Runner
	// Facts are the rooms that tell rules about a person, this one's view of
	// people first. Server adds later rooms before the first rule is looked at.
	Facts []FactSource

	set   func() (*rule.Set, error)
	ready sync.Map // *rule.Ready of published versions, by id
}

// New makes the room. currency is that of incomes: the agency's.
func New(run *op.Runner, currency string) *Room {
	r := &Room{run: run, Facts: []FactSource{residents{currency}}}
	r.set = sync.OnceValues(func() (*rule.Set, error) {
		var all []rule.Fact
		for _, source := range r.Facts {
			all = append(all, source.Declare()...)
		}
		return rule.NewSet(all...)
	})
	return r
}

// input is what makes and changes one kind of record.
type input[R any] interface {
	Validate() error
	copyTo(*R)
}

// taken turns a key that another record has into a fault of its field.
func taken(err error, table, column, at string) error {
	if db.IsUnique(err, table+"."+column) {
		return fault.Invalid(fault.Field{Pointer: at, Key: "fault.taken"})
	}
	return err
}

// unique are the columns that no two records of a table share, and their fields.
var unique = map[string][2]string{"fund": {"code", "/code"}, "program": {"key", "/key"}, "benefit": {"key", "/key"},
	"goal_definition": {"key", "/key"}, "specialty": {"code", "/code"}}

func create[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], in input[R]) (R, error) {
	var none R
	if err := in.Validate(); err != nil {
		return none, err
	}
	return op.Do(ctx, r.run, a, t.Entity+".create", in, func(tx *op.Tx) (R, error) {
		var x R
		in.copyTo(&x)
		x, err := flow.Create(tx, t, "create", x)
		return x, taken(err, t.Table, unique[t.Table][0], unique[t.Table][1])
	})
}

func edit[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], id db.ID, version int64, in input[R]) (R, error) {
	var none R
	if err := in.Validate(); err != nil {
		return none, err
	}
	return op.Do(ctx, r.run, a, t.Entity+".edit "+id.String(), in, func(tx *op.Tx) (R, error) {
		x, err := fresh(tx, t, id, version)
		if err != nil {
			return x, err
		}
		x, err = flow.Take(tx, t, "edit", x, in.copyTo)
		return x, taken(err, t.Table, unique[t.Table][0], unique[t.Table][1])
	})
}

func fresh[R any](tx *op.Tx, t *flow.Table[R], id db.ID, version int64) (R, error) {
	x, err := byID(tx, t, id)
	if err == nil {
		err = flow.Fresh(x, version)
	}
	return x, err
}

// Step moves a record: activate, complete, cancel or retire. Cancelling needs
// a reason.
type Step struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

func step[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], name string, id db.ID, in Step) (R, error) {
	var none R
	if name == "cancel" && in.Reason == "" {
		return none, fault.Invalid(fault.Field{Pointer: "/reason", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, t.Entity+"."+name+" "+id.String(), in, func(tx *op.Tx) (R, error) {
		x, err := fresh(tx, t, id, in.Version)
		if err != nil {
			return x, err
		}
		return flow.Take(tx, t, name, x, nil, flow.Because(in.Reason))
	})
}

// CreateFund enters a fund for a fiscal year.
func (r *Room) CreateFund(ctx context.Context, a access.Actor, in FundInput) (Fund, error) {
	return create(ctx, r, a, FundFlow, &in)
}

// EditFund changes a fund.
func (r *Room) EditFund(ctx context.Context, a access.Actor, id db.ID, in FundInput) (Fund, error) {
	return edit(ctx, r, a, FundFlow, id, in.Version, &in)
}

// StepFund takes a step of a fund.
func (r *Room) StepFund(ctx context.Context, a access.Actor, id db.ID, name string, in Step) (Fund, error) {
	return step(ctx, r, a, FundFlow, name, id, in)
}

// CreateProgram plans a program.
func (r *Room) CreateProgram(ctx context.Context, a access.Actor, in ProgramInput) (Program, error) {
	return create(ctx, r, a, ProgramFlow, &in)
}

// EditProgram changes a program.
func (r *Room) EditProgram(ctx context.Context, a access.Actor, id db.ID, in ProgramInput) (Program, error) {
	return edit(ctx, r, a, ProgramFlow, id, in.Version, &in)
}

// StepProgram takes a step of a program.
func (r *Room) StepProgram(ctx context.Context, a access.Actor, id db.ID, name string, in Step) (Program, error) {
	return step(ctx, r, a, ProgramFlow, name, id, in)
}

// CreateBenefit plans a benefit.
func (r *Room) CreateBenefit(ctx context.Context, a access.Actor, in BenefitInput) (Benefit, error) {
	return create(ctx, r, a, BenefitFlow, &in)
}

// EditBenefit changes a benefit.
func (r *Room) EditBenefit(ctx context.Context, a access.Actor, id db.ID, in BenefitInput) (Benefit, error) {
	return edit(ctx, r, a, BenefitFlow, id, in.Version, &in)
}

// StepBenefit takes a step of a benefit.
func (r *Room) StepBenefit(ctx context.Context, a access.Actor, id db.ID, name string, in Step) (Benefit, error) {
	return step(ctx, r, a, BenefitFlow, name, id, in)
}

// CreateGoal defines a goal.
func (r *Room) CreateGoal(ctx context.Context, a access.Actor, in GoalInput) (GoalDefinition, error) {
	return create(ctx, r, a, GoalFlow, &in)
}

// EditGoal changes a goal's definition.
func (r *Room) EditGoal(ctx context.Context, a access.Actor, id db.ID, in GoalInput) (GoalDefinition, error) {
	return edit(ctx, r, a, GoalFlow, id, in.Version, &in)
}

// StepGoal takes a step of a goal's definition.
func (r *Room) StepGoal(ctx context.Context, a access.Actor, id db.ID, name string, in Step) (GoalDefinition, error) {
	return step(ctx, r, a, GoalFlow, name, id, in)
}

// CreateSpecialty enters a specialty.
func (r *Room) CreateSpecialty(ctx context.Context, a access.Actor, in SpecialtyInput) (Specialty, error) {
	return create(ctx, r, a, SpecialtyFlow, &in)
}

// EditSpecialty changes a specialty.
func (r *Room) EditSpecialty(ctx context.Context, a access.Actor, id db.ID, in SpecialtyInput) (Specialty, error) {
	return edit(ctx, r, a, SpecialtyFlow, id, in.Version, &in)
}

// StepSpecialty takes a step of a specialty.
func (r *Room) StepSpecialty(ctx context.Context, a access.Actor, id db.ID, name string, in Step) (Specialty, error) {
	return step(ctx, r, a, SpecialtyFlow, name, id, in)
}

// CreateRate sets a price for a time, unless another holds on a day of it.
func (r *Room) CreateRate(ctx context.Context, a access.Actor, in RateInput) (Rate, error) {
	if err := in.Validate(); err != nil {
		return Rate{}, err
	}
	return op.Do(ctx, r.run, a, "rate.create", in, func(tx *op.Tx) (Rate, error) { return SetRate(tx, in) })
}

// SetRate is CreateRate inside another operation, such as a contract's.
func SetRate(tx *op.Tx, in RateInput) (Rate, error) {
	var x Rate
	in.copyTo(&x)
	if err := lockBenefit(tx, x.Benefit); err != nil {
		if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
			err = fault.Invalid(fault.Field{Pointer: "/benefit_id", Key: "fault.bad_choice"})
		}
		return x, err
	}
	other, found, err := overlapping(tx, x)
	if err != nil {
		return x, err
	}
	if found {
		return x, fault.Invalid(fault.Field{Pointer: "/from", Key: "catalog.fault.rate_overlaps", Args: map[string]any{"from": other.From, "price": other.Price()}})
	}
	return flow.Create(tx, RateFlow, "create", x)
}

// EndInput ends a rate: until is the first day it no longer holds.
type EndInput struct {
	Until   calendar.Date `json:"until"`
	Version int64         `json:"version"`
}

// EndRate ends a price on a day, earlier than it would have ended.
func (r *Room) EndRate(ctx context.Context, a access.Actor, id db.ID, in EndInput) (Rate, error) {
	return op.Do(ctx, r.run, a, "rate.end "+id.String(), in, func(tx *op.Tx) (Rate, error) {
		x, err := fresh(tx, RateFlow, id, in.Version)
		if err != nil {
			return x, err
		}
		if in.Until <= x.From || x.Until != "" && in.Until > x.Until {
			return x, fault.Invalid(fault.Field{Pointer: "/until", Key: "catalog.fault.ends_at_once"})
		}
		return flow.Take(tx, RateFlow, "end", x, func(x *Rate) { x.Until = in.Until })
	})
}

// CreateRule begins a new version of the rule of a program or benefit.
func (r *Room) CreateRule(ctx context.Context, a access.Actor, in RuleInput) (EligibilityRule, error) {
	if err := in.Validate(); err != nil {
		return EligibilityRule{}, err
	}
	return op.Do(ctx, r.run, a, "eligibility_rule.create", in, func(tx *op.Tx) (EligibilityRule, error) {
		if err := exists(tx, in.SubjectKind, in.Subject); err != nil {
			return EligibilityRule{}, err
		}
		last, err := lastEdition(tx, in.Subject)
		if err != nil {
			return EligibilityRule{}, err
		}
		x, err := flow.Create(tx, RuleFlow, "create", EligibilityRule{SubjectKind: in.SubjectKind, Subject: in.Subject,
			Edition: last + 1, Name: in.Name, Body: db.AsJSON(in.Rule)})
		if db.IsUnique(err, "eligibility_rule.subject") {
			return x, fault.Invalid(fault.Field{Pointer: "/subject_id", Key: "catalog.fault.drafted"})
		}
		return x, err
	})
}

// exists refuses a rule of nothing.
func exists(tx *op.Tx, kind string, id db.ID) error {
	var found int
	if kind == "program" {
		of, err := ProgramOf(tx, id)
		if err != nil {
			return err
		}
		found = len(of)
	} else {
		of, err := BenefitOf(tx, id)
		if err != nil {
			return err
		}
		found = len(of)
	}
	if found == 0 {
		return fault.Invalid(fault.Field{Pointer: "/subject_id", Key: "fault.bad_choice"})
	}
	return nil
}

// EditRule changes a draft; what it is about stays.
func (r *Room) EditRule(ctx context.Context, a access.Actor, id db.ID, in RuleInput) (EligibilityRule, error) {
	if err := in.Validate(); err != nil {
		return EligibilityRule{}, err
	}
	return op.Do(ctx, r.run, a, "eligibility_rule.edit "+id.String(), in, func(tx *op.Tx) (EligibilityRule, error) {
		x, err := fresh(tx, RuleFlow, id, in.Version)
		if err != nil {
			return x, err
		}
		if x.Subject != in.Subject || x.SubjectKind != in.SubjectKind {
			return x, fault.Invalid(fault.Field{Pointer: "/subject_id", Key: "catalog.fault.subject_stays"})
		}
		return flow.Take(tx, RuleFlow, "edit", x, func(x *EligibilityRule) { x.Name, x.Body = in.Name, db.AsJSON(in.Rule) })
	})
}

// PublishRule makes a draft the rule by which people are determined from now
// on, if all its conditions hold together and its example cases come out as
// the agency expects; the version before is retired.
func (r *Room) PublishRule(ctx context.Context, a access.Actor, id db.ID, in Step) (EligibilityRule, error) {
	return op.Do(ctx, r.run, a, "eligibility_rule.publish "+id.String(), in, func(tx *op.Tx) (EligibilityRule, error) {
		x, err := fresh(tx, RuleFlow, id, in.Version)
		if err != nil {
			return x, err
		}
		if err := r.holds(x.Body.V); err != nil {
			return x, err
		}
		before, found, err := RuleFor(tx, x.SubjectKind, x.Subject)
		if err != nil {
			return x, err
		}
		if found {
			if _, err := flow.Take(tx, RuleFlow, "retire", before, nil); err != nil {
				return x, err
			}
		}
		return flow.Take(tx, RuleFlow, "publish", x, func(x *EligibilityRule) { x.PublishedAt = tx.Now() })
	})
}

// holds says what keeps a rule from being published, below /rule.
func (r *Room) holds(body rule.Rule) error {
	set, err := r.set()
	if err != nil {
		return fault.Defect(err)
	}
	var wrong fault.Fields
	if len(body.Examples) == 0 {
		wrong.Add("/rule/examples", "catalog.fault.no_example")
	}
	_, err = set.Publish(body)
	if other := wrong.Absorb("/rule", err); other != nil {
		return other
	}
	return wrong.Err()
}

// RetireRule takes a rule out of use; determinations made by it stay.
func (r *Room) RetireRule(ctx context.Context, a access.Actor, id db.ID, in Step) (EligibilityRule, error) {
	return step(ctx, r, a, RuleFlow, "retire", id, in)
}
