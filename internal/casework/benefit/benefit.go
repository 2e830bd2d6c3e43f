// Package benefit is what a person is given (給付): their enrolment in programs
// (利用登録), the benefits assigned to them (給付割り当て) with how much of it was
// approved, delivered and paid, and whether it is still needed.
//
// Each belongs to a case and is seen through it. How much was delivered and
// paid is never kept here: it is asked of the rooms that deliver and pay. No
// fund is promised beyond its budget and no program beyond its places.
package benefit

import (
	"slices"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

// Assignment is the stored row. Quantity is for the whole period; Minor is for
// each time that Frequency says, such as the rent of each month. One of them is
// zero.
type Assignment struct {
	flow.Head
	Case      db.ID           `db:"case_id"`
	Plan      db.ID           `db:"plan"`
	Goal      db.ID           `db:"goal"`
	Person    db.ID           `db:"person" names:"person"`
	Benefit   db.ID           `db:"benefit"`
	Quantity  ledger.Quantity `db:"quantity"`
	Minor     int64           `db:"amount"`
	Currency  string          `db:"currency"`
	Frequency string          `db:"frequency"`
	From      calendar.Date   `db:"from_date"`
	Until     calendar.Date   `db:"until_date"`
	// PayeeKind and PayeeName say to whom money goes: the resident when empty.
	PayeeKind string `db:"payee_kind"`
	PayeeName string `db:"payee_name"`
	Provider  db.ID  `db:"provider"` // once one is chosen
	// Fund keeps Cost for it, from approval until it ends; then what was used.
	Fund          db.ID         `db:"fund"`
	Cost          int64         `db:"cost"`
	CostCurrency  string        `db:"cost_currency"`
	Proposer      db.ID         `db:"proposer"`
	Approver      db.ID         `db:"approver"`
	Source        string        `db:"source"` // decision | plan | ""
	Record        db.ID         `db:"record"`
	SuspendGround string        `db:"suspend_ground"`
	EndedOn       calendar.Date `db:"ended_on"`
}

// Amount is the money assigned, zero for goods and services.
func (x Assignment) Amount() ledger.Money { return ledger.Money{Minor: x.Minor, Currency: x.Currency} }

// Times is how often money was or will be due from the first day to another,
// included: on the first day, and again as Frequency says.
func (x Assignment) Times(until calendar.Date) int64 {
	if until < x.From {
		return 0
	}
	days := int64(calendar.Between(x.From, until))
	switch x.Frequency {
	case "daily":
		return days + 1
	case "weekly":
		return days/7 + 1
	case "twice_monthly":
		months := x.months(until)
		if x.From.AddMonths(int(months)).AddDays(15) <= until {
			return 2*months + 2
		}
		return 2*months + 1
	case "monthly":
		return x.months(until) + 1
	case "yearly":
		return x.months(until)/12 + 1
	}
	return 1
}

// months are the whole months from the first day to another.
func (x Assignment) months(until calendar.Date) int64 {
	n := 12*(until.Year()-x.From.Year()) + int(until.Month()) - int(x.From.Month())
	if x.From.AddMonths(n) > until {
		n--
	}
	return int64(n)
}

// Whole is the money of all times: of the whole period, or up to a day where
// the period has no end.
func (x Assignment) Whole(today calendar.Date) (ledger.Money, error) {
	until := x.Until
	if until == "" {
		until = max(today, x.From)
	}
	return x.Amount().Share(x.Times(until), 1, ledger.Floor)
}

// OfMoney reports whether money is assigned, not units.
func (x Assignment) OfMoney() bool { return x.Currency != "" }

// Running reports whether it was approved and has not ended.
func (x Assignment) Running() bool { return slices.Contains(running, x.Status) }

// Enrolment is a person's place in a program.
type Enrolment struct {
	flow.Head
	Case      db.ID         `db:"case_id"`
	Plan      db.ID         `db:"plan"`
	Person    db.ID         `db:"person" names:"person"`
	Program   db.ID         `db:"program"`
	AppliedOn calendar.Date `db:"applied_on"`
	From      calendar.Date `db:"from_date"`
	Until     calendar.Date `db:"until_date"` // when it ended
	Source    string        `db:"source"`
	Record    db.ID         `db:"record"`
}

// Recertification looks at whether a benefit is still needed.
type Recertification struct {
	flow.Head
	Assignment db.ID         `db:"assignment"`
	Case       db.ID         `db:"case_id"`
	Person     db.ID         `db:"person" names:"person"`
	DueOn      calendar.Date `db:"due_on"`
	DoneOn     calendar.Date `db:"done_on"`
	Note       string        `db:"note"`
}

// The choices of coded fields.
var (
	PayeeKinds     = []string{"", "representative", "landlord", "utility", "other"}
	SuspendGrounds = []string{"hospital", "absent", "resident_asked", "provider", "investigation", "other"}
)

// running are the statuses of an assignment that was approved and has not
// ended; open those of one that anything may still come of.
var (
	running = []string{"approved", "waitlisted", "active", "suspended"}
	open    = append([]string{"proposed"}, running...)
	places  = []string{"applied", "waitlisted", "in_progress"} // of an enrolment
)

// Limits, in characters.
const (
	maxLine  = 300
	maxProse = 5000
)

// ProposeInput is a benefit to assign to a person of a case. What is left out
// is as the benefit usually is.
type ProposeInput struct {
	Person    db.ID           `json:"person_id,omitzero"` // whom the case is for when left out
	Benefit   db.ID           `json:"benefit_id"`
	Plan      db.ID           `json:"care_plan_id,omitzero"`
	Goal      db.ID           `json:"goal_id,omitzero"`
	Quantity  ledger.Quantity `json:"quantity,omitempty"`
	Amount    ledger.Money    `json:"amount,omitzero"`
	Frequency string          `json:"frequency,omitempty"`
	From      calendar.Date   `json:"from,omitempty"` // today when left out
	Until     calendar.Date   `json:"until,omitempty"`
	PayeeKind string          `json:"payee_kind,omitempty"`
	PayeeName string          `json:"payee_name,omitempty"`
	Version   int64           `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it by
// itself; what the benefit allows is asked of the catalog.
func (in *ProposeInput) Validate() error {
	var f fault.Fields
	if in.Benefit.IsZero() {
		f.Add("/benefit_id", "fault.required")
	}
	if in.Quantity < 0 {
		f.Add("/quantity", "fault.negative")
	}
	if in.Amount.Minor < 0 {
		f.Add("/amount", "fault.negative")
	}
	if in.Frequency != "" {
		choose(&f, "/frequency", in.Frequency, catalog.Frequencies)
	}
	choose(&f, "/payee_kind", in.PayeeKind, PayeeKinds)
	line(&f, "/payee_name", &in.PayeeName)
	if in.PayeeKind != "" && in.PayeeName == "" {
		f.Add("/payee_name", "fault.required")
	}
	if in.From != "" && in.Until != "" && in.Until < in.From {
		f.Add("/until", "fault.date_order")
	}
	return f.Err()
}

// Input is the assignment as a form or call would send it back.
func (x Assignment) Input() ProposeInput {
	return ProposeInput{Person: x.Person, Benefit: x.Benefit, Plan: x.Plan, Goal: x.Goal, Quantity: x.Quantity, Amount: x.Amount(),
		Frequency: x.Frequency, From: x.From, Until: x.Until, PayeeKind: x.PayeeKind, PayeeName: x.PayeeName, Version: x.Version}
}

// fit takes from the benefit what was not said and checks the rest against it.
func (in *ProposeInput) fit(b catalog.Benefit, today calendar.Date) error {
	var f fault.Fields
	if b.Status != "active" {
		f.Add("/benefit_id", "benefit.fault.not_given")
	}
	if in.Frequency == "" {
		in.Frequency = b.Frequency
	}
	if in.From == "" {
		in.From = today
	}
	if in.Until != "" && in.Until < in.From {
		f.Add("/until", "fault.date_order")
	}
	if b.Kind == "money" {
		in.fitAmount(b, &f)
	} else {
		in.fitQuantity(b, &f)
	}
	return f.Err()
}

func (in *ProposeInput) fitAmount(b catalog.Benefit, f *fault.Fields) {
	if in.Quantity != 0 {
		f.Add("/quantity", "benefit.fault.of_money")
	}
	if in.Amount.Minor == 0 {
		in.Amount = b.Amount()
	}
	switch {
	case in.Amount.Minor == 0:
		f.Add("/amount", "fault.required")
	case in.Amount.Currency != b.Currency:
		f.Add("/amount", "ledger.currency")
	case in.Amount.Minor < b.MinMinor || b.MaxMinor > 0 && in.Amount.Minor > b.MaxMinor:
		f.Add("/amount", "benefit.fault.limits", "least", b.MinAmount(), "most", b.MaxAmount())
	}
}

func (in *ProposeInput) fitQuantity(b catalog.Benefit, f *fault.Fields) {
	if in.Amount.Minor != 0 {
		f.Add("/amount", "benefit.fault.of_units")
	}
	in.Amount = ledger.Money{}
	if in.Quantity == 0 {
		in.Quantity = b.Quantity
	}
	switch {
	case in.Quantity == 0:
		f.Add("/quantity", "fault.required")
	case in.Quantity < b.MinQuantity || b.MaxQuantity > 0 && in.Quantity > b.MaxQuantity:
		f.Add("/quantity", "benefit.fault.limits", "least", b.MinQuantity, "most", b.MaxQuantity)
	}
}

func (in ProposeInput) copyTo(x *Assignment) {
	x.Person, x.Benefit, x.Plan, x.Goal = in.Person, in.Benefit, in.Plan, in.Goal
	x.Quantity, x.Minor, x.Currency = in.Quantity, in.Amount.Minor, in.Amount.Currency
	x.Frequency, x.From, x.Until, x.PayeeKind, x.PayeeName = in.Frequency, in.From, in.Until, in.PayeeKind, in.PayeeName
}

// StepInput is what a step asks for; each takes what it needs.
type StepInput struct {
	Reason  string `json:"reason,omitempty"`
	Ground  string `json:"ground,omitempty"` // suspend
	Version int64  `json:"version"`
}

// needsReason are the steps that change what somebody counts on.
var needsReason = []string{"reject", "suspend", "end", "void", "withdraw", "deny", "lapse"}

func (in *StepInput) validate(step string) error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason)
	if in.Reason == "" && slices.Contains(needsReason, step) {
		f.Add("/reason", "fault.required")
	}
	if step == "suspend" {
		choose(&f, "/ground", in.Ground, SuspendGrounds)
	}
	return f.Err()
}

// ApplyInput is a person's application to a program of the agency.
type ApplyInput struct {
	Person  db.ID         `json:"person_id,omitzero"` // whom the case is for when left out
	Program db.ID         `json:"program_id"`
	Plan    db.ID         `json:"care_plan_id,omitzero"`
	From    calendar.Date `json:"from,omitempty"` // when it shall begin
}

// Validate says everything that is wrong with the input.
func (in *ApplyInput) Validate() error {
	var f fault.Fields
	if in.Program.IsZero() {
		f.Add("/program_id", "fault.required")
	}
	return f.Err()
}

func line(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Line(*s, maxLine)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	switch {
	case v == "" && !slices.Contains(among, ""):
		f.Add(at, "fault.required")
	case !slices.Contains(among, v):
		f.Add(at, "fault.bad_choice")
	}
}
