// Package assessment finds out: what a person in a case needs (アセスメント),
// what follows from that (課題), whether the rules of a program or benefit are
// met (要件判定), and what is decided on what was applied for (決定).
//
// A determination is never changed; it keeps the rule's version and the facts
// it rests on, so that it can be made again years later and come out the same.
// Nobody decides on what they applied for themselves.
package assessment

import (
	_ "embed"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("assessment", wordsFile)

// Assessment is answers about a person in a case, with what they add up to.
type Assessment struct {
	flow.Head
	Case           db.ID         `db:"case_id"`
	Person         db.ID         `db:"person" names:"person"`
	FormKey        string        `db:"form_key"`
	Form           db.ID         `db:"form"`     // the version; none while it is only suggested
	Response       db.ID         `db:"response"` // the answers
	Title          text.Pair     `db:"title"`
	Why            string        `db:"why"` // why it was suggested
	Score          string        `db:"score"`
	Band           string        `db:"band"` // as the score says
	OverrideBand   string        `db:"override_band"`
	OverrideReason string        `db:"override_reason"`
	Assessor       db.ID         `db:"assessor"` // who completed it
	CompletedOn    calendar.Date `db:"completed_on"`
}

// Holds is the band that holds: the assessor's own judgement before the score's.
func (x Assessment) Holds() string {
	if x.OverrideBand != "" {
		return x.OverrideBand
	}
	return x.Band
}

// Need is something a person in a case needs (課題).
type Need struct {
	flow.Head
	Case          db.ID         `db:"case_id"`
	Person        db.ID         `db:"person" names:"person"`
	Kind          string        `db:"kind"`
	Detail        string        `db:"detail"`
	Severity      string        `db:"severity"`
	Assessment    db.ID         `db:"assessment"` // where it was found; none when seen otherwise
	IdentifiedOn  calendar.Date `db:"identified_on"`
	ReviewOn      calendar.Date `db:"review_on"` // of a deferred one
	AddressedKind string        `db:"addressed_kind"`
	AddressedBy   db.ID         `db:"addressed_by"` // goal, assignment … that answers it
}

// Determination is how the rule of a program or benefit came out for a person.
type Determination struct {
	flow.Head
	RootKind    string                 `db:"root_kind"`
	Root        db.ID                  `db:"root" names:"@root_kind,person"`
	Case        db.ID                  `db:"case_id"`
	ItemKind    string                 `db:"item_kind"`
	Item        db.ID                  `db:"item"`
	Person      db.ID                  `db:"person" names:"person"`
	SubjectKind string                 `db:"subject_kind"`
	Subject     db.ID                  `db:"subject"`
	SubjectName text.Pair              `db:"subject_name"`
	Rule        db.ID                  `db:"rule"`
	Edition     int64                  `db:"edition"`
	On          calendar.Date          `db:"on_date"`
	Facts       db.JSON[rule.Facts]    `db:"facts"`  // all it rests on
	Stated      db.JSON[[]string]      `db:"stated"` // which of them the worker gave
	State       string                 `db:"state"`
	Outcome     db.JSON[rule.Outcome]  `db:"outcome"`
	WouldChange db.JSON[[]rule.Change] `db:"would_change"`
	Minor       int64                  `db:"amount"`
	Currency    string                 `db:"currency"` // "" when there is no amount
	MadeBy      db.ID                  `db:"made_by"`
}

// Amount is what the rule works out; the zero Money when nothing.
func (d Determination) Amount() ledger.Money {
	return ledger.Money{Minor: d.Minor, Currency: d.Currency}
}

// Decision is what was decided on an item of an application.
type Decision struct {
	flow.Head
	RootKind      string          `db:"root_kind"`
	Root          db.ID           `db:"root" names:"@root_kind,person"`
	Case          db.ID           `db:"case_id"`
	ItemKind      string          `db:"item_kind"`
	Item          db.ID           `db:"item"`
	Person        db.ID           `db:"person" names:"person"`
	Applicant     db.ID           `db:"applicant" names:"person"`
	AppliedBy     db.ID           `db:"applied_by"`
	SubjectKind   string          `db:"subject_kind"`
	Subject       db.ID           `db:"subject"`
	SubjectName   text.Pair       `db:"subject_name"`
	Determination db.ID           `db:"determination"`
	Quantity      ledger.Quantity `db:"quantity"`
	Minor         int64           `db:"amount"`
	Currency      string          `db:"currency"`
	From          calendar.Date   `db:"from_date"`
	Until         calendar.Date   `db:"until_date"`
	Reasons       string          `db:"reasons"`
	DecidedBy     db.ID           `db:"decided_by"`
	DecidedOn     calendar.Date   `db:"decided_on"`
}

// Amount is what was granted; the zero Money when no money was.
func (d Decision) Amount() ledger.Money { return ledger.Money{Minor: d.Minor, Currency: d.Currency} }

// Item is what somebody applied for, as the room that took it in gives it.
type Item struct {
	Kind        string
	ID          db.ID
	RootKind    string // whose sight and history it shares, such as an application
	Root        db.ID
	Case        db.ID // none before it is joined to a case
	Person      db.ID // for whom
	Applicant   db.ID // who applied, when that is another person
	AppliedBy   db.ID // the user who applied for themselves; none when staff entered it for somebody
	SubjectKind string
	Subject     db.ID
	Quantity    ledger.Quantity
	Amount      ledger.Money // asked for
	From, Until calendar.Date
	Href        string // where the item is shown
}

// The choices of coded fields.
var (
	NeedKinds = []string{"housing", "income", "debt", "food", "health", "mental_health", "care", "child", "employment", "education",
		"safety", "grief", "isolation", "legal", "language", "other"}
	Severities = []string{"", "low", "medium", "high"}
	Results    = []string{"approved", "denied"}
)

// Limits, in characters.
const (
	maxLine  = 300
	maxProse = 4000
)

// BeginInput is an assessment to make. Without a person it is about the one
// the case is mainly for.
type BeginInput struct {
	Case    db.ID  `json:"case_id"`
	Person  db.ID  `json:"person_id,omitzero"`
	FormKey string `json:"form_key"`
	Why     string `json:"why,omitempty"` // of a suggestion
}

// OverrideInput is the assessor's own judgement, with its reason.
type OverrideInput struct {
	Band    string `json:"band"` // "" takes the override back
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

// ReasonInput is a step that needs a reason.
type ReasonInput struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ReasonInput) Validate() error {
	var f fault.Fields
	prose(&f, "/reason", &in.Reason)
	if in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	return f.Err()
}

// NeedInput is a need as it is typed or sent.
type NeedInput struct {
	Case       db.ID  `json:"case_id"`
	Person     db.ID  `json:"person_id,omitzero"`
	Kind       string `json:"kind"`
	Detail     string `json:"detail,omitempty"`
	Severity   string `json:"severity,omitempty"`
	Assessment db.ID  `json:"assessment_id,omitzero"`
	Version    int64  `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *NeedInput) Validate() error {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, NeedKinds)
	choose(&f, "/severity", in.Severity, Severities)
	line(&f, "/detail", &in.Detail)
	return f.Err()
}

// DeferInput puts a need off, with a reason, until a day it is looked at again.
type DeferInput struct {
	Reason   string        `json:"reason"`
	ReviewOn calendar.Date `json:"review_on,omitempty"`
	Version  int64         `json:"version"`
}

// AddressInput says what answers a need; both empty when something else does.
type AddressInput struct {
	Kind    string `json:"addressed_kind,omitempty"`
	By      db.ID  `json:"addressed_by_id,omitzero"`
	Version int64  `json:"version"`
}

// DetermineInput asks how a rule comes out. Facts are those the worker gives,
// by name and in plain form; they go before what is stored.
type DetermineInput struct {
	Case        db.ID          `json:"case_id,omitzero"`
	Person      db.ID          `json:"person_id,omitzero"`
	ItemKind    string         `json:"item_kind,omitempty"`
	Item        db.ID          `json:"item_id,omitzero"`
	SubjectKind string         `json:"subject_kind,omitempty"`
	Subject     db.ID          `json:"subject_id,omitzero"`
	On          calendar.Date  `json:"on,omitempty"` // today when left out
	Facts       map[string]any `json:"facts,omitempty"`
}

// DecideInput is a decision on an item.
type DecideInput struct {
	ItemKind      string          `json:"item_kind"`
	Item          db.ID           `json:"item_id"`
	Result        string          `json:"result"`
	Determination db.ID           `json:"determination_id,omitzero"`
	Quantity      ledger.Quantity `json:"quantity,omitzero"`
	Amount        ledger.Money    `json:"amount,omitzero"`
	From          calendar.Date   `json:"from,omitempty"`
	Until         calendar.Date   `json:"until,omitempty"`
	Reasons       string          `json:"reasons,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *DecideInput) Validate() error {
	var f fault.Fields
	if in.Item.IsZero() {
		f.Add("/item_id", "fault.required")
	}
	choose(&f, "/result", in.Result, Results)
	prose(&f, "/reasons", &in.Reasons)
	if in.Result == "denied" && in.Reasons == "" {
		f.Add("/reasons", "fault.required")
	}
	if in.From != "" && in.Until != "" && in.Until < in.From {
		f.Add("/until", "fault.date_order")
	}
	if in.Quantity < 0 {
		f.Add("/quantity", "fault.negative")
	}
	if in.Amount.Minor < 0 {
		f.Add("/amount", "fault.negative")
	}
	return f.Err()
}

func line(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Line(*s, maxLine)
	*s = clean
	f.Check(at, key, args)
}

func prose(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Prose(*s, maxProse)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

// today is the day of an operation in the agency's zone.
func today(tx *op.Tx) calendar.Date { return tx.Now().Date(calendar.Zone(tx.Context())) }

// own reports whether a decision is on what the actor applied for, or for themselves.
func (d Decision) own(a access.Actor) bool {
	return a.Known() && a.ID == d.AppliedBy || !a.Person.IsZero() && (a.Person == d.Person || a.Person == d.Applicant)
}
