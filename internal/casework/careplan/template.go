package careplan

import (
	"regexp"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

// Template is what a plan can be made from. Editions share a code; one of them
// is published, and a published one never changes.
type Template struct {
	flow.Head
	Code       string           `db:"code"`
	Edition    int64            `db:"edition"`
	Name       text.Pair        `db:"name"`
	Note       text.Pair        `db:"note"`
	Months     int64            `db:"months"` // how long a plan of it runs
	ReviewDays int64            `db:"review_days"`
	Content    db.JSON[Content] `db:"content"`
}

// Content is what a template puts into a plan.
type Content struct {
	Goals    []TemplateGoal    `json:"goals,omitempty"`
	Tasks    []TemplateTask    `json:"tasks,omitempty"`
	Programs []db.ID           `json:"program_ids,omitempty"`
	Benefits []TemplateBenefit `json:"benefits,omitempty"`
}

// TemplateGoal is a goal to copy; it is due some days after the plan begins.
type TemplateGoal struct {
	Label   text.Pair `json:"label"`
	Area    string    `json:"area,omitempty"`
	Measure text.Pair `json:"measure,omitzero"`
	Target  text.Pair `json:"target,omitzero"`
	Days    int64     `json:"days,omitempty"`
}

// TemplateTask is a task to copy. Goal is the place of its goal in the
// template, from 1; WorkingDays are counted from the day the plan begins.
type TemplateTask struct {
	Title       text.Pair `json:"title"`
	Party       string    `json:"party"`
	Goal        int64     `json:"goal,omitempty"`
	WorkingDays int64     `json:"working_days,omitempty"`
}

// TemplateBenefit is a benefit to propose: so many units, or so much money, in
// all; the benefit's own usual amount when neither is said.
type TemplateBenefit struct {
	Benefit  db.ID           `json:"benefit_id"`
	Quantity ledger.Quantity `json:"quantity,omitempty"`
	Amount   ledger.Money    `json:"amount,omitzero"`
}

// TemplateInput is a template as it is typed or sent.
type TemplateInput struct {
	Code       string            `json:"code,omitempty"` // of the first edition
	Name       text.Pair         `json:"name"`
	Note       text.Pair         `json:"note,omitzero"`
	Months     int64             `json:"months,omitempty"`
	ReviewDays int64             `json:"review_days,omitempty"`
	Goals      []TemplateGoal    `json:"goals,omitempty"`
	Tasks      []TemplateTask    `json:"tasks,omitempty"`
	Programs   []db.ID           `json:"program_ids,omitempty"`
	Benefits   []TemplateBenefit `json:"benefits,omitempty"`
	Version    int64             `json:"version,omitempty"`
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// Validate cleans the input and says everything that is wrong with it.
func (in *TemplateInput) Validate() error {
	var f fault.Fields
	if in.Code != "" && !codeForm.MatchString(in.Code) {
		f.Add("/code", "careplan.fault.code")
	}
	if in.Name.IsZero() {
		f.Add("/name/ja", "fault.required")
	}
	pair(&f, "/name", &in.Name)
	pair(&f, "/note", &in.Note)
	if in.Months == 0 {
		in.Months = 6
	}
	if in.ReviewDays == 0 {
		in.ReviewDays = usualReviewDays
	}
	within(&f, "/months", in.Months, 1, 60)
	within(&f, "/review_days", in.ReviewDays, 1, 366)
	if max(len(in.Goals), len(in.Tasks), len(in.Benefits), len(in.Programs)) > maxRows {
		f.Add("", "careplan.fault.too_many", "max", maxRows)
	}
	in.validateRows(&f)
	return f.Err()
}

func (in *TemplateInput) validateRows(f *fault.Fields) {
	for i := range in.Goals {
		g := &in.Goals[i]
		pair(f, fault.At("goals", i, "label"), &g.Label)
		pair(f, fault.At("goals", i, "measure"), &g.Measure)
		pair(f, fault.At("goals", i, "target"), &g.Target)
		if g.Label.IsZero() {
			f.Add(fault.At("goals", i, "label", "ja"), "fault.required")
		}
		choose(f, fault.At("goals", i, "area"), g.Area, Areas)
		within(f, fault.At("goals", i, "days"), g.Days, 0, 3660)
	}
	for i := range in.Tasks {
		t := &in.Tasks[i]
		pair(f, fault.At("tasks", i, "title"), &t.Title)
		if t.Title.IsZero() {
			f.Add(fault.At("tasks", i, "title", "ja"), "fault.required")
		}
		choose(f, fault.At("tasks", i, "party"), t.Party, Parties)
		within(f, fault.At("tasks", i, "goal"), t.Goal, 0, int64(len(in.Goals)))
		within(f, fault.At("tasks", i, "working_days"), t.WorkingDays, 0, 1000)
	}
	for i, b := range in.Benefits {
		if b.Benefit.IsZero() {
			f.Add(fault.At("benefits", i, "benefit_id"), "fault.required")
		}
		if b.Quantity < 0 || b.Amount.Minor < 0 {
			f.Add(fault.At("benefits", i, "quantity"), "fault.negative")
		}
	}
}

// Input is the template as a form or call would send it back.
func (t Template) Input() TemplateInput {
	c := t.Content.V
	return TemplateInput{Code: t.Code, Name: t.Name, Note: t.Note, Months: t.Months, ReviewDays: t.ReviewDays,
		Goals: c.Goals, Tasks: c.Tasks, Programs: c.Programs, Benefits: c.Benefits, Version: t.Version}
}

func (in TemplateInput) copyTo(t *Template) {
	t.Name, t.Note, t.Months, t.ReviewDays = in.Name, in.Note, in.Months, in.ReviewDays
	t.Content = db.AsJSON(Content{Goals: in.Goals, Tasks: in.Tasks, Programs: in.Programs, Benefits: in.Benefits})
}

func pair(f *fault.Fields, at string, p *text.Pair) {
	line(f, at+"/ja", &p.JA, maxLine)
	line(f, at+"/en", &p.EN, maxLine)
}

func within(f *fault.Fields, at string, n, least, most int64) {
	if n < least || n > most {
		f.Add(at, "fault.range", "min", least, "max", most)
	}
}
