// Package payment is how money follows attendance: providers ask to be paid
// for what their sessions delivered at the authorized rate, finance looks at
// the exceptions and approves, and batches that another person approved leave
// for the bank. Money benefits go to payees the same way.
//
// Every yen is posted in the ledger, from the fund and year of the service
// date to the provider or payee, and leads back to its disbursement; the sums
// balance. Nothing is paid that was not delivered unless finance allowed it
// with a reason, and nobody approves what they asked for or built.
package payment

import (
	"encoding/json"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/payment/zengin"
)

// Request is what a provider asks to be paid for a period (支払請求). Amount
// is the sum of the lines that count.
type Request struct {
	flow.Head
	Number      string        `db:"number"`
	Provider    db.ID         `db:"provider"`
	From        calendar.Date `db:"from_date"`
	Until       calendar.Date `db:"until_date"`
	Currency    string        `db:"currency"`
	Minor       int64         `db:"amount"`
	Absences    bool          `db:"absences"` // also claims absences without notice for which nothing was agreed
	Invoice     string        `db:"invoice"`  // the provider's own number
	BuiltBy     db.ID         `db:"built_by"`
	SubmittedBy db.ID         `db:"submitted_by"`
	DueOn       calendar.Date `db:"due_on"`
	ApprovedBy  db.ID         `db:"approved_by"`
	Reason      string        `db:"reason"` // of a rejection
	Batch       db.ID         `db:"batch"`
}

// Amount is what the request asks for.
func (r Request) Amount() ledger.Money { return ledger.Money{Minor: r.Minor, Currency: r.Currency} }

// Line is one disbursement at its rate.
type Line struct {
	flow.Head
	Request       db.ID             `db:"request"`
	Provider      db.ID             `db:"provider"`
	Disbursement  db.ID             `db:"disbursement"`
	Session       db.ID             `db:"session"`
	Authorization db.ID             `db:"authorization_id"`
	Case          db.ID             `db:"case_id"`
	Assignment    db.ID             `db:"assignment"`
	Benefit       db.ID             `db:"benefit"`
	ServiceOn     calendar.Date     `db:"service_on"`
	Outcome       string            `db:"outcome"`
	Delivered     ledger.Quantity   `db:"delivered"`
	Quantity      ledger.Quantity   `db:"quantity"` // claimed
	Rate          int64             `db:"rate"`
	Percent       int64             `db:"percent"` // of the rate: 100 for what was delivered, else what was agreed for its outcome
	Minor         int64             `db:"amount"`
	Currency      string            `db:"currency"`
	Fund          string            `db:"fund"`
	FiscalYear    int64             `db:"fiscal_year"` // of the service date
	Flags         db.JSON[[]string] `db:"flags"`       // why a person must look
	Allowed       string            `db:"allowed"`     // why finance lets it pass all the same
	Question      string            `db:"question"`
	Answer        string            `db:"answer"`
}

// Amount is what the line comes to.
func (l Line) Amount() ledger.Money { return ledger.Money{Minor: l.Minor, Currency: l.Currency} }

// ForNothing reports whether the line claims, by agreement, for a session the
// resident did not come to.
func (l Line) ForNothing() bool { return l.Delivered == 0 && !slices.Contains(l.Flags.V, NotHere) }

// Excepted reports whether the line still needs a person.
func (l Line) Excepted() bool { return len(l.Flags.V) > 0 && l.Allowed == "" && l.counts() }

// counts reports whether the line is part of what is asked for.
func (l Line) counts() bool {
	return l.Status == "claimed" || l.Status == "queried" || l.Status == "paid"
}

// The reasons why a line needs a person.
const (
	OverUnits = "over_units" // more was delivered than authorized
	NotHere   = "absent"     // claimed though the resident was absent without notice
	Double    = "double"     // another session of the resident at the same time
	Outside   = "outside"    // outside the authorization's period
	NoFund    = "no_fund"    // the benefit names no fund
)

// Flags lists them in the order they are told.
var Flags = []string{OverUnits, NotHere, Double, Outside, NoFund}

// DueDays is how many days after a proper request payment is due.
const DueDays = 30

// BuildInput is the period a request is built for.
type BuildInput struct {
	Provider db.ID         `json:"provider_id,omitzero" doc:"Needed when the agency enters it for a provider"`
	From     calendar.Date `json:"from"`
	Until    calendar.Date `json:"until"`
	Absences bool          `json:"absences,omitempty" doc:"Also claim absences without notice for which the rate says nothing; finance looks at each. What the rate says is always claimed"`
	Invoice  string        `json:"invoice,omitempty" doc:"The provider's own number"`
}

// Validate cleans the input; today ends the period at the latest.
func (in *BuildInput) Validate(today calendar.Date) error {
	var f fault.Fields
	if in.From == "" {
		f.Add("/from", "fault.required")
	}
	switch {
	case in.Until == "":
		f.Add("/until", "fault.required")
	case in.Until < in.From:
		f.Add("/until", "fault.date_order")
	case in.Until > today:
		f.Add("/until", "fault.future")
	case in.From != "" && calendar.Between(in.From, in.Until) > 366:
		f.Add("/until", "payment.fault.period")
	}
	line(&f, "/invoice", &in.Invoice, false)
	return f.Err()
}

// TextInput goes with a step that says something: a question, a reason.
type TextInput struct {
	Text    string `json:"text"`
	Version int64  `json:"version"`
}

// Validate cleans the input.
func (in *TextInput) Validate() error {
	var f fault.Fields
	clean, key, args := text.Prose(in.Text, 1000)
	in.Text = clean
	f.Check("/text", key, args)
	if clean == "" {
		f.Add("/text", "fault.required")
	}
	return f.Err()
}

// Payee is where money goes (振込先). The account is sealed; Tail is the end
// of its number, to be recognized by.
type Payee struct {
	flow.Head
	OwnerKind   string `db:"owner_kind"` // provider | person | third_party | agency
	Owner       db.ID  `db:"owner" names:"@owner_kind"`
	Name        string `db:"name"`
	Account     []byte `db:"account"`
	Tail        string `db:"tail"`
	EnteredBy   db.ID  `db:"entered_by"`
	ConfirmedBy db.ID  `db:"confirmed_by"`
}

// OwnerKinds are whose an account can be; the agency's own is where payments
// come from.
var OwnerKinds = []string{"provider", "person", "third_party", "agency"}

// PayeeInput is an account as it is typed or sent.
type PayeeInput struct {
	OwnerKind string `json:"owner_kind,omitempty" doc:"provider, person, third_party or agency"`
	Owner     db.ID  `json:"owner_id,omitzero"`
	Name      string `json:"name"`
	Requester string `json:"requester,omitempty" doc:"The agency's own account: the code the bank gave it, 10 digits"`
	zengin.Account
}

// Validate cleans the input.
func (in *PayeeInput) Validate() error {
	var f fault.Fields
	line(&f, "/name", &in.Name, true)
	if !slices.Contains(OwnerKinds, in.OwnerKind) {
		f.Add("/owner_kind", "fault.bad_choice")
	}
	number(&f, "/bank", &in.Bank, 4, 4)
	number(&f, "/branch", &in.Branch, 3, 3)
	number(&f, "/number", &in.Number, 1, 7)
	if !slices.Contains([]string{"1", "2", "4", "9"}, in.Kind) {
		f.Add("/kind", "fault.bad_choice")
	}
	if in.OwnerKind == "agency" {
		number(&f, "/requester", &in.Requester, 1, 10)
	}
	for _, x := range []struct {
		at string
		s  *string
		n  int
	}{{"/holder", &in.Holder, 30}, {"/bank_name", &in.BankName, 15}, {"/branch_name", &in.BranchName, 15}} {
		if *x.s == "" && x.at != "/holder" {
			continue
		}
		kana, ok := zengin.Kana(*x.s)
		if !ok || len([]rune(kana)) > x.n {
			f.Add(x.at, "payment.fault.kana", "max", x.n)
			continue
		}
		*x.s = kana
	}
	return f.Err()
}

// kept is what is sealed of an account.
func (in PayeeInput) kept() []byte {
	b, err := json.Marshal(account{in.Account, in.Requester})
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	return b
}

type account struct {
	zengin.Account
	Requester string `json:"requester,omitempty"`
}

func number(f *fault.Fields, at string, s *string, least, most int) {
	clean, _, _ := text.Line(*s, 20)
	clean = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '-' || r == ' ':
			return -1
		}
		return r
	}, clean)
	*s = clean
	if len(clean) < least || len(clean) > most || strings.Trim(clean, "0123456789") != "" {
		f.Add(at, "payment.fault.digits", "min", least, "max", most)
	}
}

// Payout is a money benefit on its way to a payee (支給).
type Payout struct {
	flow.Head
	Number     string        `db:"number"`
	Case       db.ID         `db:"case_id"`
	Person     db.ID         `db:"person" names:"person"`
	Assignment db.ID         `db:"assignment"`
	Benefit    db.ID         `db:"benefit"`
	Payee      db.ID         `db:"payee"`
	PayeeKind  string        `db:"payee_kind"` // resident | representative | third_party
	Method     string        `db:"method"`     // transfer | cash | voucher
	Minor      int64         `db:"amount"`
	Currency   string        `db:"currency"`
	DueOn      calendar.Date `db:"due_on"`
	Fund       string        `db:"fund"`
	FiscalYear int64         `db:"fiscal_year"`
	Note       string        `db:"note"`
	PlannedBy  db.ID         `db:"planned_by"`
	ApprovedBy db.ID         `db:"approved_by"`
	Batch      db.ID         `db:"batch"`
}

// Amount is what is paid.
func (p Payout) Amount() ledger.Money { return ledger.Money{Minor: p.Minor, Currency: p.Currency} }

// The choices of a payout's coded fields.
var (
	PayeeKinds = []string{"resident", "representative", "third_party"}
	Methods    = []string{"transfer", "cash", "voucher"}
)

// PayoutInput is a payout as it is planned.
type PayoutInput struct {
	Case       db.ID         `json:"case_id"`
	Person     db.ID         `json:"person_id"`
	Assignment db.ID         `json:"benefit_assignment_id,omitzero"`
	Benefit    db.ID         `json:"benefit_id"`
	Payee      db.ID         `json:"payee_id,omitzero" doc:"Needed for a transfer"`
	PayeeKind  string        `json:"payee_kind" doc:"resident, representative or third_party"`
	Method     string        `json:"method" doc:"transfer, cash or voucher"`
	Amount     ledger.Money  `json:"amount"`
	DueOn      calendar.Date `json:"due_on"`
	Note       string        `json:"note,omitempty"`
}

// Validate cleans the input.
func (in *PayoutInput) Validate() error {
	var f fault.Fields
	for _, x := range []struct {
		at string
		id db.ID
	}{{"/case_id", in.Case}, {"/person_id", in.Person}, {"/benefit_id", in.Benefit}} {
		if x.id.IsZero() {
			f.Add(x.at, "fault.required")
		}
	}
	if !slices.Contains(PayeeKinds, in.PayeeKind) {
		f.Add("/payee_kind", "fault.bad_choice")
	}
	if !slices.Contains(Methods, in.Method) {
		f.Add("/method", "fault.bad_choice")
	}
	if in.Method == "transfer" && in.Payee.IsZero() {
		f.Add("/payee_id", "fault.required")
	}
	if in.Amount.Minor <= 0 || in.Amount.Check() != nil {
		f.Add("/amount", "ledger.amount")
	}
	if in.DueOn == "" {
		f.Add("/due_on", "fault.required")
	}
	line(&f, "/note", &in.Note, false)
	return f.Err()
}

// Batch is what leaves for the bank in one file (支払データ).
type Batch struct {
	flow.Head
	Number     string        `db:"number"`
	Currency   string        `db:"currency"`
	Minor      int64         `db:"amount"`
	Items      int64         `db:"items"`
	PayOn      calendar.Date `db:"pay_on"`
	BuiltBy    db.ID         `db:"built_by"`
	ApprovedBy db.ID         `db:"approved_by"`
	ExportedAt calendar.Time `db:"exported_at"`
	SettledOn  calendar.Date `db:"settled_on"`
}

// Amount is what the batch pays.
func (b Batch) Amount() ledger.Money { return ledger.Money{Minor: b.Minor, Currency: b.Currency} }

// BatchInput says what a batch pays, and when.
type BatchInput struct {
	PayOn    calendar.Date `json:"pay_on"`
	Requests []db.ID       `json:"payment_request_ids,omitempty"`
	Payouts  []db.ID       `json:"payout_ids,omitempty"`
}

// maxItems is how many payments a batch takes.
const maxItems = 1000

// Validate cleans the input.
func (in *BatchInput) Validate(today calendar.Date) error {
	var f fault.Fields
	if in.PayOn == "" {
		f.Add("/pay_on", "fault.required")
	} else if in.PayOn < today {
		f.Add("/pay_on", "fault.past")
	}
	in.Requests, in.Payouts = distinct(in.Requests), distinct(in.Payouts)
	switch n := len(in.Requests) + len(in.Payouts); {
	case n == 0:
		f.Add("/payment_request_ids", "payment.fault.nothing_chosen")
	case n > maxItems:
		f.Add("/payment_request_ids", "fault.range", "min", 1, "max", maxItems)
	}
	return f.Err()
}

func line(f *fault.Fields, at string, s *string, required bool) {
	clean, key, args := text.Line(*s, 200)
	*s = clean
	f.Check(at, key, args)
	if required && clean == "" {
		f.Add(at, "fault.required")
	}
}

func distinct(list []db.ID) []db.ID {
	var out []db.ID
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
