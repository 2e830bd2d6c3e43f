package careplan

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// Goal (目標) is what shall have changed. Parent is the goal it is a part of;
// parts have no parts.
type Goal struct {
	flow.Head
	Plan     db.ID         `db:"plan"`
	Case     db.ID         `db:"case_id"`
	Parent   db.ID         `db:"parent"`
	Person   db.ID         `db:"person" names:"person"` // whose it is; none is everybody's
	Label    string        `db:"label"`
	Area     string        `db:"area"`
	Measure  string        `db:"measure"`
	Baseline string        `db:"baseline"`
	Target   string        `db:"target"`
	Percent  int64         `db:"percent"` // 0 to 100, as last said
	DueOn    calendar.Date `db:"due_on"`
	AtRisk   bool          `db:"at_risk"` // as last said
	ClosedOn calendar.Date `db:"closed_on"`
}

// Open reports whether the goal has no outcome yet.
func (g Goal) Open() bool { return g.Status == "not_started" || g.Status == "in_progress" }

// Progress is one entry of what moved a goal. Source and Record name what it
// came out of, such as a session; none is a caseworker's own word.
type Progress struct {
	flow.Head
	Goal    db.ID         `db:"goal"`
	Plan    db.ID         `db:"plan"`
	Case    db.ID         `db:"case_id"`
	On      calendar.Date `db:"on_date"`
	Percent int64         `db:"percent"`
	Note    string        `db:"note"`
	Source  string        `db:"source"`
	Record  db.ID         `db:"record"`
}

// Areas are the parts of life that goals are about.
var Areas = []string{"", "daily_life", "health", "mind", "housing", "income", "work", "learning", "family", "community", "legal"}

// GoalInput is a goal as it is typed or sent.
type GoalInput struct {
	Parent   db.ID         `json:"parent_id,omitzero"`
	Person   db.ID         `json:"person_id,omitzero"`
	Label    string        `json:"label"`
	Area     string        `json:"area,omitempty"`
	Measure  string        `json:"measure,omitempty"`
	Baseline string        `json:"baseline,omitempty"`
	Target   string        `json:"target,omitempty"`
	DueOn    calendar.Date `json:"due_on,omitempty"`
	Version  int64         `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *GoalInput) Validate() error {
	var f fault.Fields
	line(&f, "/label", &in.Label, maxTitle)
	if in.Label == "" {
		f.Add("/label", "fault.required")
	}
	choose(&f, "/area", in.Area, Areas)
	line(&f, "/measure", &in.Measure, maxLine)
	line(&f, "/baseline", &in.Baseline, maxLine)
	line(&f, "/target", &in.Target, maxLine)
	return f.Err()
}

// Input is the goal as a form or call would send it back.
func (g Goal) Input() GoalInput {
	return GoalInput{Parent: g.Parent, Person: g.Person, Label: g.Label, Area: g.Area, Measure: g.Measure, Baseline: g.Baseline,
		Target: g.Target, DueOn: g.DueOn, Version: g.Version}
}

func (in GoalInput) copyTo(g *Goal) {
	g.Parent, g.Person, g.Label, g.Area, g.Measure = in.Parent, in.Person, in.Label, in.Area, in.Measure
	g.Baseline, g.Target, g.DueOn = in.Baseline, in.Target, in.DueOn
}

// ProgressInput says how far a goal is.
type ProgressInput struct {
	Percent int64         `json:"percent"`
	Note    string        `json:"note,omitempty"`
	On      calendar.Date `json:"on,omitempty"` // today when left out
	AtRisk  bool          `json:"at_risk,omitempty"`
	Version int64         `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ProgressInput) Validate(today calendar.Date) error {
	var f fault.Fields
	if in.Percent < 0 || in.Percent > 100 {
		f.Add("/percent", "fault.range", "min", 0, "max", 100)
	}
	prose(&f, "/note", &in.Note)
	if in.On > today {
		f.Add("/on", "fault.future")
	}
	return f.Err()
}

// GoalStepInput is what an outcome of a goal, or taking it back, asks for.
type GoalStepInput struct {
	Note    string `json:"note,omitempty"`
	Version int64  `json:"version"`
}

func (in *GoalStepInput) validate(step string) error {
	var f fault.Fields
	line(&f, "/note", &in.Note, maxLine)
	if in.Note == "" && (step == "not_achieve" || step == "cancel" || step == "reopen" || step == "void") {
		f.Add("/note", "fault.required")
	}
	return f.Err()
}
