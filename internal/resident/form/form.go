// Package form knows the question sets (質問票) that an agency writes itself,
// version by version, and the answers given to them.
//
// A response keeps the version it was asked in. Which questions are shown and
// which must be answered follows from earlier answers; the score and its band
// follow from all of them. The room never decides what an answer means for
// anybody: assessments and applications do.
package form

import (
	"regexp"
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Form is one version of a question set. Only one version of a key is
// published, and only one is being drafted.
type Form struct {
	flow.Head
	Key            string              `db:"key"`
	Edition        int64               `db:"edition"` // 1, 2, 3 …
	Title          text.Pair           `db:"title"`
	Purpose        string              `db:"purpose"`
	ProtectedClass string              `db:"protected_class"` // "" or what makes its name confidential
	Definition     db.JSON[Definition] `db:"definition"`
	PublishedAt    calendar.Time       `db:"published_at"`
}

// Definition is what is asked and what follows from the answers.
type Definition struct {
	Intro    text.Pair `json:"intro,omitzero"`
	Sections []Section `json:"sections"`
	// Score is an expression over the answers and points; "" is points itself.
	Score string `json:"score,omitempty"`
	Bands []Band `json:"bands,omitempty"`
	// DerivedFrom is the address of the questionnaire of another publisher
	// that the form was made from, with its version: url|version.
	DerivedFrom string `json:"derived_from,omitempty"`
}

// Code is what a terminology calls a section or question; other systems
// recognize it by that.
type Code struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

// Section is a part of a form: one page of it. One that repeats is answered
// once for each of several, such as of the children; its key is then the name
// of its answers.
type Section struct {
	Key       string     `json:"key"`
	Title     text.Pair  `json:"title"`
	Hint      text.Pair  `json:"hint,omitzero"`
	Show      string     `json:"show,omitempty"` // condition; "" always
	Questions []Question `json:"questions"`
	Repeats   bool       `json:"repeats,omitempty"`
	Least     int        `json:"least,omitempty"` // repetitions that there must be
	Most      int        `json:"most,omitempty"`  // repetitions that there may be; usualMost when 0
	// MapTo names what the record has several of, which it begins with; see
	// Lists. Its questions are mapped to what each of those says.
	MapTo string `json:"map_to,omitempty"`
	// LinkID is what other systems call it where they do not call it by its key.
	LinkID string `json:"link_id,omitempty"`
	Codes  []Code `json:"codes,omitempty"`
}

// Question is one thing asked. Its key is the name of its answer in
// conditions; those may speak of questions before it only.
type Question struct {
	Key          string    `json:"key"`
	Kind         string    `json:"kind"`
	Label        text.Pair `json:"label"`
	Hint         text.Pair `json:"hint,omitzero"`
	Required     bool      `json:"required,omitempty"`
	RequiredWhen string    `json:"required_when,omitempty"`
	Show         string    `json:"show,omitempty"`
	Calculate    string    `json:"calculate,omitempty"` // the answer follows from others and is not asked
	Options      []Option  `json:"options,omitempty"`   // of choice and choices
	// Open lets an answer of one's own stand beside the choices, or in their place.
	Open     bool   `json:"open,omitempty"`
	Min      string `json:"min,omitempty"` // of number, money and scale
	Max      string `json:"max,omitempty"`
	Currency string `json:"currency,omitempty"` // of money; JPY when ""
	// Score is the points for a yes, or for each step of a scale or number.
	Score int64 `json:"score,omitempty"`
	// Repeats asks for any number of answers, Most of them at the most; see Section.
	Repeats bool `json:"repeats,omitempty"`
	Most    int  `json:"most,omitempty"`
	// MapTo names what else the answer says: need/housing suggests a need,
	// record/phone is a field of the person's record; see Targets.
	MapTo string `json:"map_to,omitempty"`
	// Initial is the answer it begins with where the record has none, as it
	// would be typed; several of choices.
	Initial []string `json:"initial,omitempty"`
	// LinkID is what other systems call it where they do not call it by its key.
	LinkID string `json:"link_id,omitempty"`
	Codes  []Code `json:"codes,omitempty"`
}

// Option is one answer to choose.
type Option struct {
	Value string    `json:"value"`
	Label text.Pair `json:"label"`
	Score int64     `json:"score,omitempty"`
	MapTo string    `json:"map_to,omitempty"`
	// Code is what a terminology calls it; nil where only this form does.
	Code *Code `json:"code,omitempty"`
}

// Band names the scores from a number on, up to the next band.
type Band struct {
	Key   string    `json:"key"`
	From  int64     `json:"from"`
	Label text.Pair `json:"label"`
}

// The choices of a form's coded fields.
var (
	Kinds            = []string{"text", "long_text", "number", "money", "date", "yes_no", "choice", "choices", "scale", "phone", "address", "file", "signature", "note"}
	Purposes         = []string{"assessment", "intake", "application", "screening", "review", "other"}
	ProtectedClasses = []string{"", "substance_use", "partner_violence", "child_protection", "hiv", "mental_health"}
)

// Limits of a definition.
const (
	maxSections  = 40
	maxQuestions = 60 // of one section
	maxOptions   = 100
	maxLabel     = 500 // characters
	maxBands     = 20
	maxCodes     = 20
	maxLink      = 255 // characters of what others call something
)

var (
	keyForm     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)
	codeForm    = regexp.MustCompile(`^[^\s]+( [^\s]+)*$`)
	addressForm = regexp.MustCompile(`^[^\s]*$`)
	valueForm   = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,60}$`)
	reservedKey = []string{"today", "points", "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
		"if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"}
)

// IsKey reports whether a section or question may have this key.
func IsKey(key string) bool { return keyForm.MatchString(key) && !slices.Contains(reservedKey, key) }

// IsValue reports whether a choice may have this value.
func IsValue(v string) bool { return valueForm.MatchString(v) }

// FormInput is a draft as a form or an API call says it.
type FormInput struct {
	Key            string     `json:"key"`
	Title          text.Pair  `json:"title"`
	Purpose        string     `json:"purpose,omitempty"`
	ProtectedClass string     `json:"protected_class,omitempty"`
	Definition     Definition `json:"definition"`
	Version        int64      `json:"version,omitempty"`
}

// Validate says what is wrong with the head of a form. A draft's definition
// may be unfinished; publishing checks it.
func (in *FormInput) Validate() error {
	var f fault.Fields
	if !keyForm.MatchString(in.Key) {
		f.Add("/key", "form.fault.key")
	}
	label(&f, "/title", &in.Title, true)
	if in.Purpose == "" {
		in.Purpose = "other"
	}
	choose(&f, "/purpose", in.Purpose, Purposes)
	choose(&f, "/protected_class", in.ProtectedClass, ProtectedClasses)
	return f.Err()
}

func label(f *fault.Fields, at string, p *text.Pair, required bool) {
	for i, s := range []*string{&p.JA, &p.EN} {
		clean, key, args := text.Prose(*s, maxLabel)
		*s = clean
		f.Check(at+[]string{"/ja", "/en"}[i], key, args)
	}
	if required && p.JA == "" && p.EN == "" {
		f.Add(at+"/ja", "fault.required")
	}
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

// Find gives a question by its key.
func (d Definition) Find(key string) (Question, bool) {
	q, _, ok := d.find(key)
	return q, ok
}

// find is Find with the section that the question is asked in.
func (d Definition) find(key string) (Question, Section, bool) {
	for _, s := range d.Sections {
		for _, q := range s.Questions {
			if q.Key == key {
				return q, s, true
			}
		}
	}
	return Question{}, Section{}, false
}

// Section gives a section by its key and its place among all.
func (d Definition) Section(key string) (Section, int, bool) {
	for i, s := range d.Sections {
		if s.Key == key {
			return s, i, true
		}
	}
	return Section{}, 0, false
}

// Band gives a band by its key.
func (d Definition) Band(key string) (Band, bool) {
	for _, b := range d.Bands {
		if b.Key == key {
			return b, true
		}
	}
	return Band{}, false
}

// Asks reports whether the question takes an answer from a person.
func (q Question) Asks() bool { return q.Kind != "note" && q.Calculate == "" }

// Typed reports whether its answer is typed or chosen among the others. A file
// is attached and a signature given by deeds of their own.
func (q Question) Typed() bool { return q.Asks() && q.Kind != "file" && q.Kind != "signature" }

// valueType is the type of a question's answer; "" for none.
func (q Question) valueType() rule.Type {
	if q.Repeats {
		return rule.List
	}
	switch q.Kind {
	case "number":
		return rule.Decimal
	case "money":
		return rule.Money
	case "date":
		return rule.Date
	case "yes_no":
		return rule.Bool
	case "choices", "file":
		return rule.List
	case "scale":
		return rule.Int
	case "note":
		return ""
	}
	return rule.String
}

// Response is somebody's answers to a version of a form.
type Response struct {
	flow.Head
	Form        db.ID               `db:"form"`
	FormKey     string              `db:"form_key"`
	Person      db.ID               `db:"person" names:"person"` // whom the answers are about; none for anonymous ones
	RootKind    string              `db:"root_kind"`
	Root        db.ID               `db:"root" names:"@root_kind"`
	OwnerKind   string              `db:"owner_kind"` // "" stands alone
	Owner       db.ID               `db:"owner" names:"@owner_kind,person"`
	Answers     db.JSON[rule.Facts] `db:"answers"`
	Score       string              `db:"score"` // decimal; "" when there is none
	Band        string              `db:"band"`
	CompletedAt calendar.Time       `db:"completed_at"`
	CompletedBy db.ID               `db:"completed_by"`
	// What follows is by question.
	Prefilled  db.JSON[map[string]Prefill]      `db:"prefilled"`  // what the person's record said when it was begun
	Taken      db.JSON[map[string]Taken]        `db:"taken"`      // what was taken over into the record
	Attached   db.JSON[map[string][]Attachment] `db:"attached"`   // the files that the answer is
	Signatures db.JSON[map[string]Signature]    `db:"signatures"` // who signed
}
