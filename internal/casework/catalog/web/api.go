package web

import (
	"context"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// call is one kind of record in the API: Out as it is answered, Patch as it is
// changed.
type call[R, In, Out, Patch any] struct {
	kind[R, In]
	resource door.Resource
	roles    door.Roles
	out      func(a access.Actor, x R) Out
	apply    func(in *In, p Patch) // lays a merge patch over what is stored
}

func serve[R, In, Out, Patch any](d *door.Router, c call[R, In, Out, Patch]) {
	door.List(d, c.resource, staff, func(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[Out], error) {
		var out door.Items[Out]
		after, err := door.Cursor(q.Cursor)
		if err != nil {
			return out, err
		}
		list, err := c.list(ctx, a, after, q.Limit+1)
		if len(list) > q.Limit {
			list = list[:q.Limit]
			out.Next = c.head(list[q.Limit-1]).ID.String()
		}
		for _, x := range list {
			out.Items = append(out.Items, c.out(a, x))
		}
		return out, err
	})
	door.Get(d, c.resource, staff, func(ctx context.Context, a access.Actor, id db.ID) (Out, error) {
		x, err := c.get(ctx, a, id)
		return c.out(a, x), err
	})
	door.Create(d, c.resource, c.roles, func(ctx context.Context, a access.Actor, in In) (Out, error) {
		x, err := c.create(ctx, a, in)
		return c.out(a, x), err
	})
	door.Patch(d, c.resource, c.roles, func(ctx context.Context, a access.Actor, id db.ID, p Patch) (Out, error) {
		var none Out
		x, err := c.get(ctx, a, id)
		if err != nil {
			return none, err
		}
		in := c.input(x)
		c.apply(&in, p)
		x, err = c.edit(ctx, a, id, in)
		return c.out(a, x), err
	})
	for _, s := range c.flow.Steps {
		if len(s.From) == 0 || s.Name == "edit" || s.Name == "void" {
			continue
		}
		door.Step(d, c.resource, s.Name, c.roles, func(ctx context.Context, a access.Actor, id db.ID, in catalog.Step) (Out, error) {
			x, err := c.step(ctx, a, id, s.Name, in)
			return c.out(a, x), err
		})
	}
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

type programOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	catalog.ProgramInput
}

type programPatch struct {
	Name           *text.Pair     `json:"name,omitempty"`
	Description    *text.Pair     `json:"description,omitempty"`
	Parent         *db.ID         `json:"parent_id,omitempty"`
	From           *calendar.Date `json:"from,omitempty"`
	Until          *calendar.Date `json:"until,omitempty"`
	Capacity       *int64         `json:"capacity,omitempty"`
	Waitlist       *bool          `json:"waitlist,omitempty"`
	Fund           *string        `json:"fund,omitempty"`
	Budget         *ledger.Money  `json:"budget,omitempty"`
	ProtectedClass *string        `json:"protected_class,omitempty"`
	Version        int64          `json:"version"`
}

type benefitOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	catalog.BenefitInput
}

type benefitPatch struct {
	Name                  *text.Pair       `json:"name,omitempty"`
	Description           *text.Pair       `json:"description,omitempty"`
	Program               *db.ID           `json:"program_id,omitempty"`
	Unit                  *string          `json:"unit,omitempty"`
	Quantity              *ledger.Quantity `json:"quantity,omitempty"`
	MinQuantity           *ledger.Quantity `json:"min_quantity,omitempty"`
	MaxQuantity           *ledger.Quantity `json:"max_quantity,omitempty"`
	Amount                *ledger.Money    `json:"amount,omitempty"`
	MinAmount             *ledger.Money    `json:"min_amount,omitempty"`
	MaxAmount             *ledger.Money    `json:"max_amount,omitempty"`
	Frequency             *string          `json:"frequency,omitempty"`
	DeliveredBy           *string          `json:"delivered_by,omitempty"`
	NeedsScheduleApproval *bool            `json:"needs_schedule_approval,omitempty"`
	RecertifyMonths       *int64           `json:"recertify_months,omitempty"`
	Specialties           *[]string        `json:"specialties,omitempty"`
	ServiceCodes          *[]string        `json:"service_codes,omitempty"`
	Fund                  *string          `json:"fund,omitempty"`
	ProtectedClass        *string          `json:"protected_class,omitempty"`
	Version               int64            `json:"version"`
}

type fundOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	catalog.FundInput
}

type fundPatch struct {
	Name       *text.Pair     `json:"name,omitempty"`
	ClosingDay *calendar.Date `json:"closing_day,omitempty"`
	Budget     *ledger.Money  `json:"budget,omitempty"`
	Version    int64          `json:"version"`
}

type goalOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	catalog.GoalInput
}

type goalPatch struct {
	Name    *text.Pair `json:"name,omitempty"`
	Measure *text.Pair `json:"measure,omitempty"`
	Unit    *string    `json:"unit,omitempty"`
	Version int64      `json:"version"`
}

type specialtyOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	catalog.SpecialtyInput
}

type namePatch struct {
	Name    *text.Pair `json:"name,omitempty"`
	Version int64      `json:"version"`
}

func (p programPatch) over(in *catalog.ProgramInput) {
	in.Version = p.Version
	set(&in.Name, p.Name)
	set(&in.Description, p.Description)
	set(&in.Parent, p.Parent)
	set(&in.From, p.From)
	set(&in.Until, p.Until)
	set(&in.Capacity, p.Capacity)
	set(&in.Waitlist, p.Waitlist)
	set(&in.Fund, p.Fund)
	set(&in.Budget, p.Budget)
	set(&in.ProtectedClass, p.ProtectedClass)
}

func (p benefitPatch) over(in *catalog.BenefitInput) {
	in.Version = p.Version
	set(&in.Name, p.Name)
	set(&in.Description, p.Description)
	set(&in.Program, p.Program)
	set(&in.Unit, p.Unit)
	set(&in.Quantity, p.Quantity)
	set(&in.MinQuantity, p.MinQuantity)
	set(&in.MaxQuantity, p.MaxQuantity)
	set(&in.Amount, p.Amount)
	set(&in.MinAmount, p.MinAmount)
	set(&in.MaxAmount, p.MaxAmount)
	set(&in.Frequency, p.Frequency)
	set(&in.DeliveredBy, p.DeliveredBy)
	set(&in.NeedsScheduleApproval, p.NeedsScheduleApproval)
	set(&in.RecertifyMonths, p.RecertifyMonths)
	set(&in.Specialties, p.Specialties)
	set(&in.ServiceCodes, p.ServiceCodes)
	set(&in.Fund, p.Fund)
	set(&in.ProtectedClass, p.ProtectedClass)
}

func mountAPI(d *door.Router, room *catalog.Room) {
	serve(d, call[catalog.Program, catalog.ProgramInput, programOut, programPatch]{programs(room),
		door.Resource{Name: "programs", Doc: "Help that people are enrolled in"}, makers,
		func(a access.Actor, x catalog.Program) programOut {
			return programOut{x.ID, x.Status, x.Version, catalog.ProgramFlow.Free(a, x), x.Input()}
		}, func(in *catalog.ProgramInput, p programPatch) { p.over(in) }})
	serve(d, call[catalog.Benefit, catalog.BenefitInput, benefitOut, benefitPatch]{benefits(room),
		door.Resource{Name: "benefits", Doc: "Goods, money and services that programs give"}, makers,
		func(a access.Actor, x catalog.Benefit) benefitOut {
			return benefitOut{x.ID, x.Status, x.Version, catalog.BenefitFlow.Free(a, x), x.Input()}
		}, func(in *catalog.BenefitInput, p benefitPatch) { p.over(in) }})
	serve(d, call[catalog.Fund, catalog.FundInput, fundOut, fundPatch]{funds(room),
		door.Resource{Name: "funds", Doc: "What pays, by fiscal year"}, payers,
		func(a access.Actor, x catalog.Fund) fundOut {
			return fundOut{x.ID, x.Status, x.Version, catalog.FundFlow.Free(a, x), x.Input()}
		}, func(in *catalog.FundInput, p fundPatch) {
			in.Version = p.Version
			set(&in.Name, p.Name)
			set(&in.ClosingDay, p.ClosingDay)
			set(&in.Budget, p.Budget)
		}})
	serve(d, call[catalog.GoalDefinition, catalog.GoalInput, goalOut, goalPatch]{goals(room),
		door.Resource{Name: "goal-definitions", Doc: "Goals that people work towards, as defined by the agency"}, makers,
		func(a access.Actor, x catalog.GoalDefinition) goalOut {
			return goalOut{x.ID, x.Status, x.Version, catalog.GoalFlow.Free(a, x), x.Input()}
		}, func(in *catalog.GoalInput, p goalPatch) {
			in.Version = p.Version
			set(&in.Name, p.Name)
			set(&in.Measure, p.Measure)
			set(&in.Unit, p.Unit)
		}})
	serve(d, call[catalog.Specialty, catalog.SpecialtyInput, specialtyOut, namePatch]{specialties(room),
		door.Resource{Name: "specialties", Doc: "What providers are trained for"}, makers,
		func(a access.Actor, x catalog.Specialty) specialtyOut {
			return specialtyOut{x.ID, x.Status, x.Version, catalog.SpecialtyFlow.Free(a, x), x.Input()}
		}, func(in *catalog.SpecialtyInput, p namePatch) {
			in.Version = p.Version
			set(&in.Name, p.Name)
		}})
	mountRates(d, api{room})
}

type api struct{ room *catalog.Room }

var (
	rates = door.Resource{Name: "rates", Doc: "Prices of benefits by date; until is the first day they no longer hold"}
	rules = door.Resource{Name: "eligibility-rules", Doc: "Who can have a program or benefit, version by version"}
)

func mountRates(d *door.Router, x api) {
	door.List(d, rates, staff, x.rates)
	door.Get(d, rates, staff, x.rate)
	door.Create(d, rates, payers, x.createRate)
	door.Step(d, rates, "end", payers, x.endRate)
	door.List(d, rules, staff, x.rules)
	door.Get(d, rules, staff, x.rule)
	door.Create(d, rules, makers, x.createRule)
	door.Patch(d, rules, makers, x.patchRule)
	door.Step(d, rules, "publish", makers, x.publishRule)
	door.Step(d, rules, "retire", makers, x.retireRule)
}

type rateOut struct {
	ID                db.ID         `json:"id"`
	Status            string        `json:"status"`
	Version           int64         `json:"version"`
	Actions           []string      `json:"actions"`
	Benefit           db.ID         `json:"benefit_id"`
	Provider          db.ID         `json:"provider_id,omitzero"`
	Unit              string        `json:"unit"`
	Price             ledger.Money  `json:"price"`
	From              calendar.Date `json:"from"`
	Until             calendar.Date `json:"until"`
	NoShowPercent     int64         `json:"no_show_percent"`
	LateCancelPercent int64         `json:"late_cancel_percent"`
}

func rateOf(a access.Actor, x catalog.Rate) rateOut {
	return rateOut{x.ID, x.Status, x.Version, catalog.RateFlow.Free(a, x), x.Benefit, x.Provider, x.Unit, x.Price(), x.From, x.Until, x.NoShowPercent, x.LateCancelPercent}
}

type rateQuery struct {
	door.Paging
	Benefit db.ID `json:"benefit_id" doc:"Of one benefit"`
}

func (x api) rates(ctx context.Context, a access.Actor, q rateQuery) (door.Items[rateOut], error) {
	var out door.Items[rateOut]
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Rates(ctx, a, q.Benefit, after, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, r := range list {
		out.Items = append(out.Items, rateOf(a, r))
	}
	return out, err
}

func (x api) rate(ctx context.Context, a access.Actor, id db.ID) (rateOut, error) {
	r, err := x.room.Rate(ctx, a, id)
	return rateOf(a, r), err
}

func (x api) createRate(ctx context.Context, a access.Actor, in catalog.RateInput) (rateOut, error) {
	r, err := x.room.CreateRate(ctx, a, in)
	return rateOf(a, r), err
}

func (x api) endRate(ctx context.Context, a access.Actor, id db.ID, in catalog.EndInput) (rateOut, error) {
	r, err := x.room.EndRate(ctx, a, id, in)
	return rateOf(a, r), err
}

type ruleOut struct {
	ID          db.ID         `json:"id"`
	Status      string        `json:"status"`
	Version     int64         `json:"version"`
	Actions     []string      `json:"actions"`
	SubjectKind string        `json:"subject_kind"`
	Subject     db.ID         `json:"subject_id"`
	Edition     int64         `json:"edition"`
	Name        text.Pair     `json:"name"`
	Rule        rule.Rule     `json:"rule"`
	PublishedAt calendar.Time `json:"published_at"`
}

func ruleOf(a access.Actor, x catalog.EligibilityRule) ruleOut {
	return ruleOut{x.ID, x.Status, x.Version, catalog.RuleFlow.Free(a, x), x.SubjectKind, x.Subject, x.Edition, x.Name, x.Body.V, x.PublishedAt}
}

func (x api) rules(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[ruleOut], error) {
	var out door.Items[ruleOut]
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Rules(ctx, a, after, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, r := range list {
		out.Items = append(out.Items, ruleOf(a, r))
	}
	return out, err
}

func (x api) rule(ctx context.Context, a access.Actor, id db.ID) (ruleOut, error) {
	r, err := x.room.Rule(ctx, a, id)
	return ruleOf(a, r), err
}

func (x api) createRule(ctx context.Context, a access.Actor, in catalog.RuleInput) (ruleOut, error) {
	r, err := x.room.CreateRule(ctx, a, in)
	return ruleOf(a, r), err
}

type rulePatch struct {
	Name    *text.Pair `json:"name,omitempty"`
	Rule    *rule.Rule `json:"rule,omitempty"`
	Version int64      `json:"version"`
}

func (x api) patchRule(ctx context.Context, a access.Actor, id db.ID, p rulePatch) (ruleOut, error) {
	r, err := x.room.Rule(ctx, a, id)
	if err != nil {
		return ruleOut{}, err
	}
	in := r.Input()
	in.Version = p.Version
	set(&in.Name, p.Name)
	set(&in.Rule, p.Rule)
	r, err = x.room.EditRule(ctx, a, id, in)
	return ruleOf(a, r), err
}

func (x api) publishRule(ctx context.Context, a access.Actor, id db.ID, in catalog.Step) (ruleOut, error) {
	r, err := x.room.PublishRule(ctx, a, id, in)
	return ruleOf(a, r), err
}

func (x api) retireRule(ctx context.Context, a access.Actor, id db.ID, in catalog.Step) (ruleOut, error) {
	r, err := x.room.RetireRule(ctx, a, id, in)
	return ruleOf(a, r), err
}
