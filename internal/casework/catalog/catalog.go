// Package catalog knows what help exists: programs, the benefits they give,
// what these cost and who pays, the goals people work towards, the specialties
// providers have, and by which rules a person is eligible.
//
// It is the agency's set-up: every member of staff reads it, few write it, and
// nothing in it is about any one person. What was once in force stays
// readable, so that a decision can be explained years later.
package catalog

import (
	"regexp"
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Fund is what pays, for one fiscal year (年度). A line belongs to the year of
// its service date.
type Fund struct {
	flow.Head
	Code       string        `db:"code"`
	Name       text.Pair     `db:"name"`
	YearFrom   calendar.Date `db:"year_from"`   // first day of the fiscal year
	ClosingDay calendar.Date `db:"closing_day"` // last day on which the year is still paid from
	Minor      int64         `db:"amount"`      // budget
	Currency   string        `db:"currency"`
}

// YearUntil is the first day of the next fiscal year.
func (f Fund) YearUntil() calendar.Date { return f.YearFrom.AddYears(1) }

// Budget is what the fund holds for the year.
func (f Fund) Budget() ledger.Money { return ledger.Money{Minor: f.Minor, Currency: f.Currency} }

// Program is help that people are enrolled in, and that gives benefits.
type Program struct {
	flow.Head
	Key            string        `db:"key"`
	Name           text.Pair     `db:"name"`
	Description    text.Pair     `db:"description"`
	Parent         db.ID         `db:"parent"`
	From           calendar.Date `db:"from_date"`
	Until          calendar.Date `db:"until_date"` // last day
	Capacity       int64         `db:"capacity"`   // persons at once; 0 without limit
	Waitlist       bool          `db:"waitlist"`
	Fund           string        `db:"fund"`   // code; the year follows from the service date
	Minor          int64         `db:"amount"` // budget
	Currency       string        `db:"currency"`
	ProtectedClass string        `db:"protected_class"`
}

// Budget is what the program may spend.
func (p Program) Budget() ledger.Money { return ledger.Money{Minor: p.Minor, Currency: p.Currency} }

// Benefit is one kind of help (給付): goods, money or a service.
type Benefit struct {
	flow.Head
	Key                   string            `db:"key"`
	Name                  text.Pair         `db:"name"`
	Description           text.Pair         `db:"description"`
	Program               db.ID             `db:"program"`
	Kind                  string            `db:"kind"`
	Unit                  string            `db:"unit"`
	Quantity              ledger.Quantity   `db:"quantity"` // usual, of goods and services
	MinQuantity           ledger.Quantity   `db:"min_quantity"`
	MaxQuantity           ledger.Quantity   `db:"max_quantity"` // 0 without limit
	Minor                 int64             `db:"amount"`       // usual, of money
	MinMinor              int64             `db:"min_amount"`
	MaxMinor              int64             `db:"max_amount"` // 0 without limit
	Currency              string            `db:"currency"`
	Frequency             string            `db:"frequency"`
	DeliveredBy           string            `db:"delivered_by"`
	NeedsScheduleApproval bool              `db:"needs_schedule_approval"`
	RecertifyMonths       int64             `db:"recertify_months"` // 0 never
	Specialties           db.JSON[[]string] `db:"specialties"`      // codes; a provider needs all
	ServiceCodes          db.JSON[[]string] `db:"service_codes"`
	Fund                  string            `db:"fund"`
	ProtectedClass        string            `db:"protected_class"`
}

// Amount, MinAmount and MaxAmount are of a money benefit.
func (b Benefit) Amount() ledger.Money { return ledger.Money{Minor: b.Minor, Currency: b.Currency} }

// MinAmount is the least that is given.
func (b Benefit) MinAmount() ledger.Money {
	return ledger.Money{Minor: b.MinMinor, Currency: b.Currency}
}

// MaxAmount is the most that is given; zero without limit.
func (b Benefit) MaxAmount() ledger.Money {
	return ledger.Money{Minor: b.MaxMinor, Currency: b.Currency}
}

// GoalDefinition is a goal that people work towards (目標).
type GoalDefinition struct {
	flow.Head
	Key     string    `db:"key"`
	Name    text.Pair `db:"name"`
	Measure text.Pair `db:"measure"`
	Unit    string    `db:"unit"`
}

// Rate is a price (単価) from a day up to, and not on, another.
type Rate struct {
	flow.Head
	Benefit           db.ID         `db:"benefit"`
	Provider          db.ID         `db:"provider"` // zero: everybody without a rate of their own
	Unit              string        `db:"unit"`
	Minor             int64         `db:"amount"`
	Currency          string        `db:"currency"`
	From              calendar.Date `db:"from_date"`
	Until             calendar.Date `db:"until_date"` // first day it no longer holds; "" without an end
	NoShowPercent     int64         `db:"no_show_percent"`
	LateCancelPercent int64         `db:"late_cancel_percent"`
}

// Price is what one unit costs.
func (r Rate) Price() ledger.Money { return ledger.Money{Minor: r.Minor, Currency: r.Currency} }

// EligibilityRule is one version of by whom a program or benefit can be had.
type EligibilityRule struct {
	flow.Head
	SubjectKind string             `db:"subject_kind"` // program | benefit
	Subject     db.ID              `db:"subject"`
	Edition     int64              `db:"edition"`
	Name        text.Pair          `db:"name"`
	Body        db.JSON[rule.Rule] `db:"body"`
	PublishedAt calendar.Time      `db:"published_at"`
}

// Specialty is what a provider or practitioner is trained for (専門分野).
type Specialty struct {
	flow.Head
	Code string    `db:"code"`
	Name text.Pair `db:"name"`
}

// The choices of the catalog's coded fields.
var (
	BenefitKinds     = []string{"goods", "money", "service"}
	Frequencies      = []string{"once", "daily", "weekly", "twice_monthly", "monthly", "yearly", "as_needed"}
	Deliverers       = []string{"agency", "providers", "both"}
	RateUnits        = []string{"person", "session", "hour", "day", "month"}
	SubjectKinds     = []string{"program", "benefit"}
	ProtectedClasses = []string{"", "substance_use", "partner_violence", "child_protection", "hiv", "mental_health"}
)

// Limits, in characters.
const (
	maxName = 200
	maxText = 2000
	maxCode = 40
)

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,59}$`)

func key(f *fault.Fields, at, v string) {
	if !keyForm.MatchString(v) {
		f.Add(at, "catalog.fault.key")
	}
}

func words(f *fault.Fields, at string, p *text.Pair, required bool) {
	limit := maxText
	if required {
		limit = maxName
	}
	for i, s := range []*string{&p.JA, &p.EN} {
		clean, key, args := text.Prose(*s, limit)
		*s = clean
		f.Check(at+[]string{"/ja", "/en"}[i], key, args)
	}
	if required && p.JA == "" && p.EN == "" {
		f.Add(at+"/ja", "fault.required")
	}
}

func line(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Line(*s, maxName)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

func period(f *fault.Fields, from, until calendar.Date) {
	if from != "" && until != "" && until < from {
		f.Add("/until", "fault.date_order")
	}
}

// sum checks an amount; none at all is right.
func sum(f *fault.Fields, at string, m ledger.Money) {
	if m == (ledger.Money{}) {
		return
	}
	if m.Check() != nil {
		f.Add(at, "ledger.currency")
	}
	if m.Minor < 0 {
		f.Add(at, "fault.negative")
	}
}

// spokenUnits have words in each language; a benefit may name another.
var spokenUnits = append(slices.Clone(RateUnits), "meal")

// UnitIn says the unit of so many in a language: a known one by its word,
// another as the benefit names it.
func UnitIn(lang text.Lang, unit string, n ledger.Quantity) string {
	if !slices.Contains(spokenUnits, unit) {
		return unit
	}
	many := 2
	if n == ledger.Units(1) {
		many = 1
	}
	return text.T(lang, "catalog.unit."+unit, map[string]any{"n": many})
}
