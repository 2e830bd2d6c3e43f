package people

import (
	"encoding/json"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people/sheet"
)

// Import is a list of persons that somebody brought. It is looked through
// before anything is made of it, and is its owner's alone: the list may name
// whom others must not know. What it brought is seen like everybody else.
type Import struct {
	flow.Head
	Owner         db.ID           `db:"owner"`
	File          db.ID           `db:"file"`           // none once it is erased
	Digest        []byte          `db:"digest"`         // equal for equal files
	Layout        []byte          `db:"layout"`         // sealed
	HouseholdKind string          `db:"household_kind"` // of the households in the list
	On            calendar.Date   `db:"on_date"`        // since when their members are in them
	Trouble       string          `db:"trouble"`        // word of why it could not be looked through
	Work          db.ID           `db:"work"`           // the job that does it
	Counts        db.JSON[Counts] `db:"counts"`
	EndedAt       calendar.Time   `db:"ended_at"`
	ErasedAt      calendar.Time   `db:"erased_at"`
}

// Counts are how many rows are in each state.
type Counts map[string]int64

// Of sums up states.
func (c Counts) Of(states ...string) int64 {
	var n int64
	for _, s := range states {
		n += c[s]
	}
	return n
}

// Total is how many rows there are.
func (c Counts) Total() int64 {
	var n int64
	for _, of := range c {
		n += of
	}
	return n
}

// The states of a row. Until the import runs: a new person, one that may be
// there already and waits for a word, the same as somebody (left as is, or filled
// where it is empty), left out, or faulty. Then what was made of it; refused is
// what could not be made any more when its turn came.
var (
	RowStates  = []string{rowDouble, rowFault, rowReady, rowSame, rowFill, rowLeft, rowMade, rowMatched, rowFilled, rowRefused}
	rowPending = []string{rowReady, rowSame, rowFill}
	rowOpen    = []string{rowReady, rowSame, rowFill, rowDouble, rowLeft}
)

const (
	rowDouble  = "double"
	rowFault   = "fault"
	rowReady   = "ready"
	rowSame    = "same"
	rowFill    = "fill"
	rowLeft    = "left"
	rowMade    = "made"
	rowMatched = "matched"
	rowFilled  = "filled"
	rowRefused = "refused"
)

// importers bring lists: those who register people every day, and who answers
// for them. The persons are registered by the one who starts it.
var importers = flow.Roles{access.Supervisor, access.IntakeWorker}

// ImportFlow is a list's: uploaded and its columns named, looked through
// (checked), running, done.
var ImportFlow = flow.Define(flow.Table[Import]{
	Entity: "import", Table: "import",
	Root: func(i *Import) (string, db.ID) { return "import", i.ID },
	Steps: []flow.Step[Import]{
		{Name: "upload", To: "uploaded", By: importers},
		{Name: "check", From: []string{"uploaded", "checked"}, To: "checking", By: importers},
		{Name: "checked", From: []string{"checking"}, To: "checked", By: flow.Roles{access.System}},
		{Name: "fail", From: []string{"checking"}, To: "uploaded", By: flow.Roles{access.System}},
		{Name: "decide", From: []string{"checked"}, By: importers},
		{Name: "start", From: []string{"checked"}, To: "running", By: importers},
		{Name: "resume", From: []string{"checking", "running"}, By: importers},
		{Name: "finish", From: []string{"running"}, To: "done", By: flow.Roles{access.System}},
		{Name: "cancel", From: []string{"uploaded", "checking", "checked", "running"}, To: "cancelled", By: importers},
		{Name: "erase", From: []string{"done", "cancelled"}, By: flow.Roles{access.System}},
	},
})

// ImportHouseholdKinds are what the households of a list can be.
var ImportHouseholdKinds = []string{"registered", "living"}

// Ended says that nothing more becomes of it.
func (i Import) Ended() bool { return i.Status == "done" || i.Status == "cancelled" }

// Working says that a job is at it.
func (i Import) Working() bool { return i.Status == "checking" || i.Status == "running" }

func (i Import) holder() file.Owner { return file.Owner{Kind: "import", ID: i.ID} }

// Layout is how a list is made up.
type Layout struct {
	Format    string     `json:"format"`
	Encoding  string     `json:"encoding,omitempty"`
	Separator string     `json:"separator,omitempty"`
	Sheet     string     `json:"sheet,omitempty"`
	Headings  []string   `json:"headings"`
	Fields    []string   `json:"fields"` // by column; "" is left out
	Bare      bool       `json:"bare"`   // the first row is a person, not headings
	Sample    [][]string `json:"sample"` // its first rows, cut short
}

const (
	sampled  = 4  // rows shown while columns are named
	cellSeen = 60 // characters of them
)

// field is the column of a field, -1 where it has none.
func (l Layout) field(name string) int { return slices.Index(l.Fields, name) }

func (r *Room) sealLayout(l Layout) ([]byte, error) {
	b, err := json.Marshal(l)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return r.run.Vault.Seal("import layout", b), nil
}

func (r *Room) layoutOf(i Import) (Layout, error) {
	var l Layout
	if len(i.Layout) == 0 {
		return l, nil
	}
	b, err := r.run.Vault.Unseal("import layout", i.Layout)
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		return l, fault.Defect(err)
	}
	return l, nil
}

// ImportRow is a row of a list as it is kept until it is erased.
type ImportRow struct {
	Import    db.ID  `db:"import"`
	Position  int64  `db:"position"` // its line in the file, from 1
	State     string `db:"state"`
	Person    db.ID  `db:"person"` // made of it, the same as it, or the likeliest to be
	Household db.ID  `db:"household"`
	Kin       []byte `db:"kin"` // equal for rows with one number of a household
	Sealed    []byte `db:"sealed"`
}

// Draft is what a row says of a person, and what was found out about it.
type Draft struct {
	Person    PersonInput `json:"person"`
	Number    string      `json:"number,omitempty"`
	Household string      `json:"household,omitempty"`
	Relation  string      `json:"relation,omitempty"`
	Faults    []RowFault  `json:"faults,omitempty"`
	Alike     []RowAlike  `json:"alike,omitempty"`
	Twin      int64       `json:"twin,omitempty"` // the row of the same list that says the same
}

// RowFault is what is wrong with a cell, or with the whole row (column -1).
type RowFault struct {
	Column int       `json:"column"`
	Text   text.Pair `json:"text"`
}

// RowAlike is somebody whom the row may be about.
type RowAlike struct {
	Person  db.ID    `json:"person"`
	Score   int      `json:"score"`
	Reasons []string `json:"reasons,omitempty"` // word keys
}

func (r *Room) sealDraft(d Draft) ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return r.run.Vault.Seal("import row", b), nil
}

func (r *Room) draftOf(row ImportRow) (Draft, error) {
	var d Draft
	b, err := r.run.Vault.Unseal("import row", row.Sealed)
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err != nil {
		return d, fault.Defect(err)
	}
	return d, nil
}

// Name is who the row is about, as it is written.
func (d Draft) Name() string {
	if len(d.Person.Names) == 0 {
		return ""
	}
	n := d.Person.Names[0]
	return join(n.Family, n.Given)
}

// CheckInput names the columns of a list.
type CheckInput struct {
	Fields        []string      `json:"fields"`
	Bare          bool          `json:"bare,omitempty"`
	HouseholdKind string        `json:"household_kind,omitempty"`
	On            calendar.Date `json:"on,omitempty"`
	Version       int64         `json:"version"`
}

func (in *CheckInput) validate(l Layout, today calendar.Date) error {
	var f fault.Fields
	if len(in.Fields) == 0 { // as they were found
		in.Fields = l.Fields
	}
	if len(in.Fields) != len(l.Headings) {
		f.Add("/fields", "people.fault.import_columns", "n", len(l.Headings))
	}
	if in.HouseholdKind == "" {
		in.HouseholdKind = ImportHouseholdKinds[0]
	}
	choose(&f, "/household_kind", in.HouseholdKind, ImportHouseholdKinds)
	if in.On > today {
		f.Add("/on", "fault.future")
	}
	taken := map[string]bool{}
	for i, name := range in.Fields {
		if name == "" {
			continue
		}
		choose(&f, fault.At("fields", i), name, sheet.Fields)
		if taken[name] {
			f.Add(fault.At("fields", i), "people.fault.import_twice")
		}
		taken[name] = true
	}
	if !taken["name"] && !taken["family"] {
		f.Add("/fields/0", "people.fault.import_nameless")
	}
	return f.Err()
}

// Choices are what can be said of a row.
var Choices = []string{"new", "same", "fill", "left"}

// DecideInput says of rows what is to become of them: of those named, or of
// all that wait for a word.
type DecideInput struct {
	Rows    []int64 `json:"rows,omitempty"`
	All     bool    `json:"all,omitempty"`
	Choice  string  `json:"choice"`
	Person  db.ID   `json:"person_id,omitzero"` // who it is, where it is one row
	Version int64   `json:"version"`
}

// maxDecided bounds how many rows are named at once.
const maxDecided = 500

func (in DecideInput) validate() error {
	var f fault.Fields
	choose(&f, "/choice", in.Choice, Choices)
	switch {
	case in.All && len(in.Rows) > 0, len(in.Rows) > maxDecided, !in.All && len(in.Rows) == 0:
		f.Add("/rows", "people.fault.import_rows", "max", maxDecided)
	case !in.Person.IsZero() && len(in.Rows) != 1:
		f.Add("/person_id", "people.fault.import_one")
	}
	return f.Err()
}

// state is what the choice makes of a row.
func (in DecideInput) state() string {
	if in.Choice == "new" {
		return rowReady
	}
	return in.Choice
}

// StartInput begins an import. Again says that the same file may be brought
// once more.
type StartInput struct {
	Again   bool  `json:"again,omitempty"`
	Version int64 `json:"version"`
}

// ImportInput is a step on an import as an editor who saw a version takes it.
type ImportInput struct {
	Version int64 `json:"version"`
}

// RowStateKey is the word of a row's state.
func RowStateKey(state string) string { return "people.row." + state }

// ImportFields are what a column of a list can hold, in the order in which they
// are offered.
func ImportFields() []string { return sheet.Fields }
