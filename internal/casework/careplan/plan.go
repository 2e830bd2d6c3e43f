// Package careplan is what will be done (ケアプラン): a plan with its goals, the
// tasks of caseworker, resident and providers, who agreed to it, and the
// reviews that follow it until it is completed.
//
// A plan belongs to a case and is seen through it; a resident sees own plans by
// questions of their own, never through the case. No plan becomes active
// without the answer of every adult it is for. The room makes no enrolment and
// no benefit: later rooms do, through its slots.
package careplan

import (
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Plan is the stored row. Editions count the plans of a case from 1.
type Plan struct {
	flow.Head
	Case       db.ID         `db:"case_id"`
	Person     db.ID         `db:"person" names:"person"` // whom the case is mainly for
	Edition    int64         `db:"edition"`
	Title      string        `db:"title"`
	Wish       string        `db:"wish"` // how the resident wants to live, in their words
	Template   db.ID         `db:"template"`
	Author     db.ID         `db:"author"`
	From       calendar.Date `db:"from_date"`
	Until      calendar.Date `db:"until_date"`
	ReviewDays int64         `db:"review_days"` // from one review to the next
	Outcome    string        `db:"outcome"`
	Summary    string        `db:"summary"`
}

// Agreement is one person's answer to a plan. An adult agrees, or does not and
// the plan says on what basis it goes on all the same; a child is heard.
type Agreement struct {
	flow.Head
	Plan       db.ID         `db:"plan"`
	Case       db.ID         `db:"case_id"`
	Person     db.ID         `db:"person" names:"person"`
	Capacity   string        `db:"capacity"`
	How        string        `db:"how"`
	SignedName string        `db:"signed_name"`
	SignedOn   calendar.Date `db:"signed_on"`
	Basis      string        `db:"basis"`
	Words      string        `db:"words"` // a child's wishes, or what an adult added
}

// Task is something to do for a plan.
type Task struct {
	flow.Head
	Plan   db.ID         `db:"plan"`
	Case   db.ID         `db:"case_id"`
	Goal   db.ID         `db:"goal"`
	Party  string        `db:"party"`
	Person db.ID         `db:"person" names:"person"` // the resident who does it, when the party is one
	Title  string        `db:"title"`
	Note   string        `db:"note"`
	DueOn  calendar.Date `db:"due_on"`
	DoneOn calendar.Date `db:"done_on"`
}

// Review (モニタリング) looks at what moved.
type Review struct {
	flow.Head
	Plan     db.ID         `db:"plan"`
	Case     db.ID         `db:"case_id"`
	DueOn    calendar.Date `db:"due_on"`
	DoneOn   calendar.Date `db:"done_on"`
	Reviewer db.ID         `db:"reviewer"`
	Moved    string        `db:"moved"`
	NextOn   calendar.Date `db:"next_on"`
}

// The choices of coded fields.
var (
	Capacities = []string{"adult", "child"}
	Hows       = []string{"paper", "spoken", "online"}
	// Bases are why a plan goes on although an adult did not agree.
	Bases    = []string{"best_interest", "court_order", "protection", "unreachable", "other"}
	Parties  = []string{"caseworker", "resident", "provider"}
	Outcomes = []string{"goals_met", "partly_met", "not_met", "moved_on"}
	// Leftovers are what becomes of that which is still open when a plan ends.
	Leftovers = []string{"close", "hand_over"}
)

// Limits, in characters and rows.
const (
	maxTitle = 200
	maxLine  = 300
	maxProse = 5000
	maxRows  = 50
)

// MakeInput is a plan to draft, from a template or empty.
type MakeInput struct {
	Template   db.ID         `json:"template_id,omitzero"`
	Title      string        `json:"title,omitempty"`
	Wish       string        `json:"wish,omitempty"`
	From       calendar.Date `json:"from,omitempty"` // today when left out
	Until      calendar.Date `json:"until,omitempty"`
	ReviewDays int64         `json:"review_days,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *MakeInput) Validate() error {
	var f fault.Fields
	line(&f, "/title", &in.Title, maxTitle)
	prose(&f, "/wish", &in.Wish)
	period(&f, in.From, in.Until)
	if in.ReviewDays < 0 || in.ReviewDays > 366 {
		f.Add("/review_days", "fault.range", "min", 1, "max", 366)
	}
	return f.Err()
}

// EditInput changes what a plan says of itself.
type EditInput struct {
	Title      string        `json:"title"`
	Wish       string        `json:"wish,omitempty"`
	From       calendar.Date `json:"from,omitempty"`
	Until      calendar.Date `json:"until,omitempty"`
	ReviewDays int64         `json:"review_days,omitempty"`
	Version    int64         `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *EditInput) Validate() error {
	m := MakeInput{Title: in.Title, Wish: in.Wish, From: in.From, Until: in.Until, ReviewDays: in.ReviewDays}
	err := m.Validate()
	in.Title, in.Wish = m.Title, m.Wish
	var f fault.Fields
	if e := f.Absorb("", err); e != nil {
		return e
	}
	if in.Title == "" {
		f.Add("/title", "fault.required")
	}
	if in.ReviewDays == 0 {
		in.ReviewDays = usualReviewDays
	}
	return f.Err()
}

// Input is the plan as a form or call would send it back.
func (p Plan) Input() EditInput {
	return EditInput{Title: p.Title, Wish: p.Wish, From: p.From, Until: p.Until, ReviewDays: p.ReviewDays, Version: p.Version}
}

// usualReviewDays is from one review to the next unless the plan says
// otherwise.
const usualReviewDays = 30

// CloseInput ends a plan: what became of it, and what becomes of the rest.
type CloseInput struct {
	Outcome string `json:"outcome,omitempty"` // complete
	Summary string `json:"summary,omitempty"`
	Reason  string `json:"reason,omitempty"` // cancel
	// Rest is close or hand_over: tasks go on as prompts of the case, and
	// enrolments and assignments without a plan.
	Rest    string `json:"rest"`
	Version int64  `json:"version"`
}

func (in *CloseInput) validate(step string) error {
	var f fault.Fields
	prose(&f, "/summary", &in.Summary)
	line(&f, "/reason", &in.Reason, maxLine)
	if in.Rest == "" {
		in.Rest = "close"
	}
	choose(&f, "/rest", in.Rest, Leftovers)
	if step == "complete" {
		choose(&f, "/outcome", in.Outcome, Outcomes)
	} else if in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	return f.Err()
}

// AnswerInput is what somebody answered to a plan.
type AnswerInput struct {
	How        string        `json:"how,omitempty"`
	SignedName string        `json:"signed_name,omitempty"`
	SignedOn   calendar.Date `json:"signed_on,omitempty"` // today when left out
	Basis      string        `json:"basis,omitempty"`     // not_agree
	Words      string        `json:"words,omitempty"`
	Version    int64         `json:"version"`
}

func (in *AnswerInput) validate(step string, today calendar.Date) error {
	var f fault.Fields
	line(&f, "/signed_name", &in.SignedName, maxTitle)
	prose(&f, "/words", &in.Words)
	if in.SignedOn > today {
		f.Add("/signed_on", "fault.future")
	}
	switch step {
	case "agree":
		choose(&f, "/how", in.How, Hows)
		if in.SignedName == "" && in.How != "spoken" {
			f.Add("/signed_name", "fault.required")
		}
	case "not_agree":
		choose(&f, "/basis", in.Basis, Bases)
	case "hear":
		if in.Words == "" {
			f.Add("/words", "fault.required")
		}
	}
	return f.Err()
}

// TaskInput is a task as it is typed or sent.
type TaskInput struct {
	Goal    db.ID         `json:"goal_id,omitzero"`
	Party   string        `json:"party"`
	Person  db.ID         `json:"person_id,omitzero"` // the plan's person when left out
	Title   string        `json:"title"`
	Note    string        `json:"note,omitempty"`
	DueOn   calendar.Date `json:"due_on,omitempty"`
	Version int64         `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *TaskInput) Validate() error {
	var f fault.Fields
	choose(&f, "/party", in.Party, Parties)
	line(&f, "/title", &in.Title, maxTitle)
	if in.Title == "" {
		f.Add("/title", "fault.required")
	}
	prose(&f, "/note", &in.Note)
	return f.Err()
}

func (in TaskInput) copyTo(t *Task, p Plan) {
	t.Goal, t.Party, t.Title, t.Note, t.DueOn = in.Goal, in.Party, in.Title, in.Note, in.DueOn
	t.Person = db.ID{}
	if in.Party == "resident" {
		if t.Person = in.Person; t.Person.IsZero() {
			t.Person = p.Person
		}
	}
}

// ReviewInput is what a review found.
type ReviewInput struct {
	Moved   string        `json:"moved"`
	DoneOn  calendar.Date `json:"done_on,omitempty"` // today when left out
	NextOn  calendar.Date `json:"next_on,omitempty"` // by the plan's rhythm when left out
	Version int64         `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ReviewInput) Validate(today calendar.Date) error {
	var f fault.Fields
	prose(&f, "/moved", &in.Moved)
	if in.Moved == "" {
		f.Add("/moved", "fault.required")
	}
	if in.DoneOn > today {
		f.Add("/done_on", "fault.future")
	}
	if in.NextOn != "" && in.NextOn <= today {
		f.Add("/next_on", "fault.past")
	}
	return f.Err()
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
	switch {
	case v == "" && !slices.Contains(among, ""):
		f.Add(at, "fault.required")
	case !slices.Contains(among, v):
		f.Add(at, "fault.bad_choice")
	}
}

func period(f *fault.Fields, from, until calendar.Date) {
	if from != "" && until != "" && until < from {
		f.Add("/until", "fault.date_order")
	}
}
