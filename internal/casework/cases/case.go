// Package cases is the case (ケース): the work for one person or several of a
// household, from assessing through planning, assigning and monitoring to
// resolved; who takes part, who works on it, what was said, what is to be done
// next and by when.
//
// It moves through its stages only by flow steps, and is seen by its owner,
// its team and its case team only. Nothing of a case ever reaches a resident
// or a provider from here, and nothing is deleted.
package cases

import (
	_ "embed"
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("cases", wordsFile)

// Case is the stored row.
type Case struct {
	flow.Head
	Number   string            `db:"number"`
	Title    string            `db:"title"`
	MainKind string            `db:"main_kind"`
	Kinds    db.JSON[[]string] `db:"kinds"` // the others
	Stage    string            `db:"stage"`
	Priority string            `db:"priority"`
	Risk     string            `db:"risk"` // "" is not yet rated
	Person   db.ID             `db:"person" names:"person"`
	Owner    db.ID             `db:"owner"` // a user; none waits in its team's queue
	Team     db.ID             `db:"team"`
	// DueOn is when the next thing is due; NoDue when nothing is.
	DueOn calendar.Date `db:"due_on"`
	// NextAction is a word key, or what somebody wrote.
	NextAction string `db:"next_action"`
	// WaitsFor is whose turn it is when it is not the agency's.
	WaitsFor      string        `db:"waits_for"`
	LastContactAt calendar.Time `db:"last_contact_at"`
	Restricted    bool          `db:"restricted"`
	Parent        db.ID         `db:"parent"`
	PauseGround   string        `db:"pause_ground"`
	PausedUntil   calendar.Date `db:"paused_until"` // when the pause is looked at again
	Outcome       string        `db:"outcome"`
	CloseGround   string        `db:"close_ground"`
	// Receiver is who takes over a case that was transferred out, and when
	// they acknowledged it.
	Receiver       string        `db:"receiver"`
	AcknowledgedOn calendar.Date `db:"acknowledged_on"`
}

// NoDue is the due date of a case on which nothing is due.
const NoDue = calendar.Date("9999-12-31")

// The stages of a case, in the order of the work.
const (
	Assessing  = "assessing"
	Planning   = "planning"
	Assigning  = "assigning"
	Monitoring = "monitoring"
	Resolved   = "resolved"
)

// The choices of a case's coded fields.
var (
	Stages     = []string{Assessing, Planning, Assigning, Monitoring, Resolved}
	Kinds      = []string{"employment", "child_family", "older_resident", "housing", "violence_legal", "financial", "health", "other"}
	Priorities = []string{"low", "normal", "high"}
	Risks      = []string{"", "low", "medium", "high"}
	Waits      = []string{"", "resident", "provider", "agency"}
	// PauseGrounds are why work rests; lost_contact is set by its own step.
	PauseGrounds = []string{"no_contact", "hospital", "custody", "waiting", "other"}
	CloseGrounds = []string{"refused", "not_entitled", "unreachable", "moved", "died", "duplicate", "other"}
	Outcomes     = []string{"goals_met", "partly_met", "handed_on", "self_reliant", "died"}
)

// stageDays is how long a case may stay in a stage before it is due, in days.
var stageDays = map[string]int{Assessing: 14, Planning: 30, Assigning: 14, Monitoring: 30}

// Source is what came in and led to a case: a complaint, an inbound_referral,
// an application or an inquiry.
type Source struct {
	Kind string `json:"kind,omitempty"`
	ID   db.ID  `json:"id,omitzero"`
}

// OpenInput is a case to open. Without an owner the actor owns it when a
// caseworker or supervisor, else it waits in the team's queue; without a team
// it is the actor's first.
type OpenInput struct {
	Person     db.ID         `json:"person_id"`
	Kind       string        `json:"main_kind"`
	Kinds      []string      `json:"kinds,omitempty"`
	Title      string        `json:"title,omitempty"`
	Owner      db.ID         `json:"owner_id,omitzero"`
	Team       db.ID         `json:"team_id,omitzero"`
	Priority   string        `json:"priority,omitempty"`
	Risk       string        `json:"risk,omitempty"`
	DueOn      calendar.Date `json:"due_on,omitempty"`
	Restricted bool          `json:"restricted,omitempty"`
	Parent     db.ID         `json:"parent_id,omitzero"`
	Source     Source        `json:"source,omitzero"`
}

// Limits, in characters.
const (
	maxTitle = 200
	maxLine  = 300
	maxProse = 20000
)

// Validate cleans the input and says everything that is wrong with it.
func (in *OpenInput) Validate() error {
	var f fault.Fields
	if in.Person.IsZero() {
		f.Add("/person_id", "fault.required")
	}
	if in.Kind == "" {
		f.Add("/main_kind", "fault.required")
	} else {
		choose(&f, "/main_kind", in.Kind, Kinds)
	}
	in.Kinds = otherKinds(&f, in.Kind, in.Kinds)
	if in.Priority == "" {
		in.Priority = "normal"
	}
	choose(&f, "/priority", in.Priority, Priorities)
	choose(&f, "/risk", in.Risk, Risks)
	line(&f, "/title", &in.Title, maxTitle)
	return f.Err()
}

// EditInput changes what describes a case.
type EditInput struct {
	Title      string        `json:"title,omitempty"`
	Kind       string        `json:"main_kind,omitempty"`
	Kinds      []string      `json:"kinds,omitempty"`
	Priority   string        `json:"priority,omitempty"`
	Risk       string        `json:"risk,omitempty"`
	DueOn      calendar.Date `json:"due_on,omitempty"`
	NextAction string        `json:"next_action,omitempty"`
	WaitsFor   string        `json:"waits_for,omitempty"`
	Version    int64         `json:"version"`
}

// Input is the case as a form or API call would send it back.
func (c Case) Input() EditInput {
	return EditInput{Title: c.Title, Kind: c.MainKind, Kinds: c.Kinds.V, Priority: c.Priority, Risk: c.Risk, DueOn: c.Due(),
		NextAction: c.NextAction, WaitsFor: c.WaitsFor, Version: c.Version}
}

// Due is when the next thing is due, "" when nothing is.
func (c Case) Due() calendar.Date {
	if c.DueOn == NoDue {
		return ""
	}
	return c.DueOn
}

// Validate cleans the input and says everything that is wrong with it.
func (in *EditInput) Validate() error {
	var f fault.Fields
	choose(&f, "/main_kind", in.Kind, Kinds)
	in.Kinds = otherKinds(&f, in.Kind, in.Kinds)
	choose(&f, "/priority", in.Priority, Priorities)
	choose(&f, "/risk", in.Risk, Risks)
	choose(&f, "/waits_for", in.WaitsFor, Waits)
	line(&f, "/title", &in.Title, maxTitle)
	line(&f, "/next_action", &in.NextAction, maxTitle)
	return f.Err()
}

// otherKinds leaves the main kind and repeats out of the others.
func otherKinds(f *fault.Fields, main string, kinds []string) []string {
	var out []string
	for i, k := range kinds {
		choose(f, fault.At("kinds", i), k, Kinds)
		if k != main && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

func line(f *fault.Fields, at string, s *string, max int) {
	clean, key, args := text.Line(*s, max)
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
