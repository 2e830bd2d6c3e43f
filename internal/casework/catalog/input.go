package catalog

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// FundInput is a fund as it is typed or sent.
type FundInput struct {
	Code       string        `json:"code"`
	Name       text.Pair     `json:"name"`
	YearFrom   calendar.Date `json:"year_from"`
	ClosingDay calendar.Date `json:"closing_day,omitempty"`
	Budget     ledger.Money  `json:"budget,omitzero"`
	Version    int64         `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *FundInput) Validate() error {
	var f fault.Fields
	key(&f, "/code", in.Code)
	words(&f, "/name", &in.Name, true)
	if in.YearFrom == "" {
		f.Add("/year_from", "fault.required")
	} else if in.ClosingDay != "" && in.ClosingDay < in.YearFrom {
		f.Add("/closing_day", "fault.date_order")
	}
	sum(&f, "/budget", in.Budget)
	return f.Err()
}

func (in FundInput) copyTo(x *Fund) {
	x.Code, x.Name, x.YearFrom, x.ClosingDay = in.Code, in.Name, in.YearFrom, in.ClosingDay
	x.Minor, x.Currency = in.Budget.Minor, in.Budget.Currency
}

// Input is the fund as a form or API call would send it back.
func (f Fund) Input() FundInput {
	return FundInput{f.Code, f.Name, f.YearFrom, f.ClosingDay, f.Budget(), f.Version}
}

// ProgramInput is a program as it is typed or sent.
type ProgramInput struct {
	Key            string        `json:"key"`
	Name           text.Pair     `json:"name"`
	Description    text.Pair     `json:"description,omitzero"`
	Parent         db.ID         `json:"parent_id,omitzero"`
	From           calendar.Date `json:"from,omitempty"`
	Until          calendar.Date `json:"until,omitempty"`
	Capacity       int64         `json:"capacity,omitempty"`
	Waitlist       bool          `json:"waitlist,omitempty"`
	Fund           string        `json:"fund,omitempty"`
	Budget         ledger.Money  `json:"budget,omitzero"`
	ProtectedClass string        `json:"protected_class,omitempty"`
	Version        int64         `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ProgramInput) Validate() error {
	var f fault.Fields
	key(&f, "/key", in.Key)
	words(&f, "/name", &in.Name, true)
	words(&f, "/description", &in.Description, false)
	period(&f, in.From, in.Until)
	if in.Capacity < 0 {
		f.Add("/capacity", "fault.negative")
	}
	sum(&f, "/budget", in.Budget)
	choose(&f, "/protected_class", in.ProtectedClass, ProtectedClasses)
	return f.Err()
}

func (in ProgramInput) copyTo(x *Program) {
	x.Key, x.Name, x.Description, x.Parent, x.From, x.Until = in.Key, in.Name, in.Description, in.Parent, in.From, in.Until
	x.Capacity, x.Waitlist, x.Fund, x.ProtectedClass = in.Capacity, in.Waitlist, in.Fund, in.ProtectedClass
	x.Minor, x.Currency = in.Budget.Minor, in.Budget.Currency
}

// Input is the program as a form or API call would send it back.
func (p Program) Input() ProgramInput {
	return ProgramInput{p.Key, p.Name, p.Description, p.Parent, p.From, p.Until, p.Capacity, p.Waitlist, p.Fund, p.Budget(), p.ProtectedClass, p.Version}
}

// BenefitInput is a benefit as it is typed or sent.
type BenefitInput struct {
	Key                   string          `json:"key"`
	Name                  text.Pair       `json:"name"`
	Description           text.Pair       `json:"description,omitzero"`
	Program               db.ID           `json:"program_id,omitzero"`
	Kind                  string          `json:"kind"`
	Unit                  string          `json:"unit,omitempty"`
	Quantity              ledger.Quantity `json:"quantity,omitzero"`
	MinQuantity           ledger.Quantity `json:"min_quantity,omitzero"`
	MaxQuantity           ledger.Quantity `json:"max_quantity,omitzero"`
	Amount                ledger.Money    `json:"amount,omitzero"`
	MinAmount             ledger.Money    `json:"min_amount,omitzero"`
	MaxAmount             ledger.Money    `json:"max_amount,omitzero"`
	Frequency             string          `json:"frequency,omitempty"`
	DeliveredBy           string          `json:"delivered_by,omitempty"`
	NeedsScheduleApproval bool            `json:"needs_schedule_approval,omitempty"`
	RecertifyMonths       int64           `json:"recertify_months,omitempty"`
	Specialties           []string        `json:"specialties,omitempty"`
	ServiceCodes          []string        `json:"service_codes,omitempty"`
	Fund                  string          `json:"fund,omitempty"`
	ProtectedClass        string          `json:"protected_class,omitempty"`
	Version               int64           `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *BenefitInput) Validate() error {
	var f fault.Fields
	key(&f, "/key", in.Key)
	words(&f, "/name", &in.Name, true)
	words(&f, "/description", &in.Description, false)
	choose(&f, "/kind", in.Kind, BenefitKinds)
	line(&f, "/unit", &in.Unit)
	if in.Frequency == "" {
		in.Frequency = "as_needed"
	}
	choose(&f, "/frequency", in.Frequency, Frequencies)
	if in.DeliveredBy == "" {
		in.DeliveredBy = "both"
	}
	choose(&f, "/delivered_by", in.DeliveredBy, Deliverers)
	choose(&f, "/protected_class", in.ProtectedClass, ProtectedClasses)
	if in.RecertifyMonths < 0 || in.RecertifyMonths > 120 {
		f.Add("/recertify_months", "fault.range", "min", 0, "max", 120)
	}
	in.validateAmounts(&f)
	codes(&f, "/specialties", in.Specialties)
	codes(&f, "/service_codes", in.ServiceCodes)
	return f.Err()
}

// validateAmounts checks that money is given in amounts and all else in quantities.
func (in *BenefitInput) validateAmounts(f *fault.Fields) {
	money := in.Kind == "money"
	if money && in.Quantity+in.MinQuantity+in.MaxQuantity != 0 {
		f.Add("/quantity", "catalog.fault.money_has_amount")
	}
	for i, m := range []ledger.Money{in.Amount, in.MinAmount, in.MaxAmount} {
		at := []string{"/amount", "/min_amount", "/max_amount"}[i]
		sum(f, at, m)
		if !money && m.Minor != 0 {
			f.Add(at, "catalog.fault.amount_is_money")
		}
		if m.Currency != "" && in.currency() != m.Currency {
			f.Add(at, "ledger.currency")
		}
	}
	if in.Quantity < 0 || in.MinQuantity < 0 || in.MaxQuantity < 0 {
		f.Add("/quantity", "fault.negative")
	}
	if in.MaxQuantity != 0 && in.MaxQuantity < in.MinQuantity {
		f.Add("/max_quantity", "catalog.fault.most_below_least")
	}
	if in.MaxAmount.Minor != 0 && in.MaxAmount.Minor < in.MinAmount.Minor {
		f.Add("/max_amount", "catalog.fault.most_below_least")
	}
}

// currency is that of the first amount given.
func (in BenefitInput) currency() string {
	for _, m := range []ledger.Money{in.Amount, in.MinAmount, in.MaxAmount} {
		if m.Currency != "" {
			return m.Currency
		}
	}
	return ""
}

func codes(f *fault.Fields, at string, list []string) {
	for i, c := range list {
		if c == "" || len(c) > maxCode {
			f.Add(at+fault.At(i), "fault.too_long", "max", maxCode, "over", max(0, len(c)-maxCode))
		}
	}
}

func (in BenefitInput) copyTo(x *Benefit) {
	x.Key, x.Name, x.Description, x.Program, x.Kind, x.Unit = in.Key, in.Name, in.Description, in.Program, in.Kind, in.Unit
	x.Quantity, x.MinQuantity, x.MaxQuantity = in.Quantity, in.MinQuantity, in.MaxQuantity
	x.Minor, x.MinMinor, x.MaxMinor, x.Currency = in.Amount.Minor, in.MinAmount.Minor, in.MaxAmount.Minor, in.currency()
	x.Frequency, x.DeliveredBy, x.NeedsScheduleApproval, x.RecertifyMonths = in.Frequency, in.DeliveredBy, in.NeedsScheduleApproval, in.RecertifyMonths
	x.Specialties, x.ServiceCodes = db.AsJSON(in.Specialties), db.AsJSON(in.ServiceCodes)
	x.Fund, x.ProtectedClass = in.Fund, in.ProtectedClass
}

// Input is the benefit as a form or API call would send it back.
func (b Benefit) Input() BenefitInput {
	return BenefitInput{b.Key, b.Name, b.Description, b.Program, b.Kind, b.Unit, b.Quantity, b.MinQuantity, b.MaxQuantity,
		b.Amount(), b.MinAmount(), b.MaxAmount(), b.Frequency, b.DeliveredBy, b.NeedsScheduleApproval, b.RecertifyMonths,
		b.Specialties.V, b.ServiceCodes.V, b.Fund, b.ProtectedClass, b.Version}
}

// GoalInput is a goal definition as it is typed or sent.
type GoalInput struct {
	Key     string    `json:"key"`
	Name    text.Pair `json:"name"`
	Measure text.Pair `json:"measure,omitzero"`
	Unit    string    `json:"unit,omitempty"`
	Version int64     `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *GoalInput) Validate() error {
	var f fault.Fields
	key(&f, "/key", in.Key)
	words(&f, "/name", &in.Name, true)
	words(&f, "/measure", &in.Measure, false)
	line(&f, "/unit", &in.Unit)
	return f.Err()
}

func (in GoalInput) copyTo(x *GoalDefinition) {
	x.Key, x.Name, x.Measure, x.Unit = in.Key, in.Name, in.Measure, in.Unit
}

// Input is the goal as a form or API call would send it back.
func (g GoalDefinition) Input() GoalInput {
	return GoalInput{g.Key, g.Name, g.Measure, g.Unit, g.Version}
}

// SpecialtyInput is a specialty as it is typed or sent.
type SpecialtyInput struct {
	Code    string    `json:"code"`
	Name    text.Pair `json:"name"`
	Version int64     `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *SpecialtyInput) Validate() error {
	var f fault.Fields
	key(&f, "/code", in.Code)
	words(&f, "/name", &in.Name, true)
	return f.Err()
}

func (in SpecialtyInput) copyTo(x *Specialty) { x.Code, x.Name = in.Code, in.Name }

// Input is the specialty as a form or API call would send it back.
func (s Specialty) Input() SpecialtyInput { return SpecialtyInput{s.Code, s.Name, s.Version} }

// RateInput is a rate as it is typed or sent.
type RateInput struct {
	Benefit           db.ID         `json:"benefit_id"`
	Provider          db.ID         `json:"provider_id,omitzero"`
	Unit              string        `json:"unit"`
	Price             ledger.Money  `json:"price"`
	From              calendar.Date `json:"from"`
	Until             calendar.Date `json:"until,omitempty"`
	NoShowPercent     int64         `json:"no_show_percent,omitempty"`
	LateCancelPercent int64         `json:"late_cancel_percent,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *RateInput) Validate() error {
	var f fault.Fields
	if in.Benefit.IsZero() {
		f.Add("/benefit_id", "fault.required")
	}
	choose(&f, "/unit", in.Unit, RateUnits)
	if in.Price.Currency == "" {
		f.Add("/price", "fault.required")
	}
	sum(&f, "/price", in.Price)
	if in.From == "" {
		f.Add("/from", "fault.required")
	} else if in.Until != "" && in.Until <= in.From {
		f.Add("/until", "catalog.fault.ends_at_once")
	}
	for at, n := range map[string]int64{"/no_show_percent": in.NoShowPercent, "/late_cancel_percent": in.LateCancelPercent} {
		if n < 0 || n > 100 {
			f.Add(at, "fault.range", "min", 0, "max", 100)
		}
	}
	return f.Err()
}

func (in RateInput) copyTo(x *Rate) {
	x.Benefit, x.Provider, x.Unit, x.Minor, x.Currency = in.Benefit, in.Provider, in.Unit, in.Price.Minor, in.Price.Currency
	x.From, x.Until, x.NoShowPercent, x.LateCancelPercent = in.From, in.Until, in.NoShowPercent, in.LateCancelPercent
}

// RuleInput is a version of an eligibility rule as it is typed or sent.
type RuleInput struct {
	SubjectKind string    `json:"subject_kind"`
	Subject     db.ID     `json:"subject_id"`
	Name        text.Pair `json:"name"`
	Rule        rule.Rule `json:"rule"`
	Version     int64     `json:"version,omitempty"`
}

// Validate says what is wrong with the head of a rule. A draft's conditions
// may be unfinished; publishing checks them.
func (in *RuleInput) Validate() error {
	var f fault.Fields
	choose(&f, "/subject_kind", in.SubjectKind, SubjectKinds)
	if in.Subject.IsZero() {
		f.Add("/subject_id", "fault.required")
	}
	words(&f, "/name", &in.Name, true)
	return f.Err()
}

// Input is the rule as a form or API call would send it back.
func (e EligibilityRule) Input() RuleInput {
	return RuleInput{e.SubjectKind, e.Subject, e.Name, e.Body.V, e.Version}
}
