// Package document is the papers of a record: those asked for on its checklist
// and those that came. A document is seen by whoever sees the record it
// belongs to, and its file is given out through it alone.
//
// It knows no case: owners are a kind and an id.
package document

import (
	_ "embed"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("document", wordsFile)

// Room holds the operations of this room.
type Room struct {
	run   *op.Runner
	files *file.Files
	// Sees is the slot for later rooms: by kind of owner, whether an actor sees
	// the record.
	Sees map[string]Sees
	// Through is the slot for later rooms: by kind of owner, the condition under
	// which an actor sees a record, whose id stands in a column.
	Through map[string]func(a access.Actor, now calendar.Time, column string) sight.Clause
	// Concerned is the slot for later rooms: by kind of owner, whom its papers
	// can concern, the one it is mainly for first.
	Concerned map[string]Concerned
}

// Sees tells whether an actor sees a record of another room.
type Sees func(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error)

// Concerned lists the persons whom a record's papers can concern; the caller
// has checked that the actor may see the record.
type Concerned func(q db.Q, id db.ID) ([]Person, error)

// Person is whom a paper can concern, as much as these pages say of them.
type Person struct {
	ID   db.ID
	Name string
	// Languages are what they understand, the best first.
	Languages []string
	// Prohibited is that nobody turns to them: what is for them is handed over when they come.
	Prohibited bool
}

// New opens the room.
func New(run *op.Runner, files *file.Files) *Room {
	return &Room{run: run, files: files, Sees: map[string]Sees{}, Concerned: map[string]Concerned{},
		Through: map[string]func(access.Actor, calendar.Time, string) sight.Clause{}}
}

// Document is a checklist item, and the paper once it came.
type Document struct {
	flow.Head
	Title     string        `db:"title" json:"title"`
	TitleEN   string        `db:"title_en" json:"title_en"` // "" where it has one name only; see Named
	Kind      string        `db:"kind" json:"kind"`         // key of the code list document_kind; may be empty
	OwnerKind string        `db:"owner_kind" json:"owner_kind"`
	Owner     db.ID         `db:"owner" json:"owner_id" names:"@owner_kind"`
	File      db.ID         `db:"file" json:"file_id"`
	Due       calendar.Date `db:"due" json:"due"`
	// Required marks what the record cannot do without.
	Required bool   `db:"required" json:"required"`
	Note     string `db:"note" json:"note"` // for those who work on the record
	// Part is for which part of its record the paper is, as that record calls
	// it, such as one of those who apply together; "" for all of it.
	Part string `db:"part" json:"part"`
	// Instruction is said to whoever is to bring it.
	Instruction string `db:"instruction" json:"instruction"`
	// Until is the last day on which the paper holds, in the agency's zone; ""
	// says nothing of an end.
	Until calendar.Date `db:"valid_until" json:"valid_until"`
	// Reason is why it was sent back, or is not needed after all.
	Reason string `db:"reason" json:"reason"`
	// Person is whom it concerns; none where it concerns nobody more than others.
	Person db.ID `db:"person" json:"person_id" names:"person"`
	// Shown lets that person see it, and bring it, on their own page. A resident
	// sees no case, so a case's paper is theirs to see by this alone.
	Shown bool `db:"shown" json:"shown"`
}

// Named is what it is called in a language.
func (d Document) Named(lang text.Lang) string {
	return text.Pair{JA: d.Title, EN: d.TitleEN}.In(lang)
}

// Came tells whether there is something to look at or pass on: neither what
// was never brought nor what was sent back.
func (d Document) Came() bool {
	return !d.File.IsZero() && (d.Status == "received" || d.Status == "accepted")
}

// Waited tells whether it is still to be brought.
func (d Document) Waited() bool { return d.Status == "requested" || d.Status == "rejected" }

// shownTo tells whether it is the actor's own to see.
func (d Document) shownTo(a access.Actor) bool {
	return d.Shown && a.Is(access.Resident) && !a.Person.IsZero() && d.Person == a.Person
}

// Late tells whether a paper was to have come before today.
func (d Document) Late(today calendar.Date) bool {
	return d.Due != "" && d.Due < today && d.Waited()
}

// Lapsed tells whether an accepted paper no longer holds.
func (d Document) Lapsed(today calendar.Date) bool {
	return d.Status == "accepted" && d.Until != "" && d.Until < today
}

// Input asks for a document, or adds one that came unasked.
type Input struct {
	Title     string        `json:"title"`
	TitleEN   string        `json:"title_en,omitempty" doc:"Its name in English; title is then the Japanese one"`
	Kind      string        `json:"kind"`
	OwnerKind string        `json:"owner_kind"`
	Owner     db.ID         `json:"owner_id"`
	File      db.ID         `json:"file_id"` // uploaded before; none asks for it
	Due       calendar.Date `json:"due"`
	Required  bool          `json:"required"`
	Note      string        `json:"note"`
	Part      string        `json:"part,omitempty" doc:"For which part of its record it is, as that record calls it, such as the key of a co-applicant"`
	// Instruction is said to whoever is to bring it.
	Instruction string        `json:"instruction,omitempty"`
	Until       calendar.Date `json:"valid_until,omitempty"` // the last day on which the paper holds
	Person      db.ID         `json:"person_id,omitzero" doc:"Whom it concerns: somebody who takes part in the record"`
	Shown       bool          `json:"shown,omitempty" doc:"Lets that person see it, and bring it, on their own page"`
}

// Validate cleans the input and says what to correct.
func (in *Input) Validate() error {
	var f fault.Fields
	var key string
	var args map[string]any
	in.Title, key, args = text.Line(in.Title, 200)
	f.Check("/title", key, args)
	if in.Title == "" {
		f.Add("/title", "fault.required")
	}
	in.TitleEN, key, args = text.Line(in.TitleEN, 200)
	f.Check("/title_en", key, args)
	in.Kind, key, args = text.Line(in.Kind, 40)
	f.Check("/kind", key, args)
	in.Note, key, args = text.Prose(in.Note, 2000)
	f.Check("/note", key, args)
	in.Part, key, args = text.Line(in.Part, 40)
	f.Check("/part", key, args)
	in.Instruction, key, args = text.Prose(in.Instruction, 2000)
	f.Check("/instruction", key, args)
	if in.Due != "" && !in.Due.Valid() {
		f.Add("/due", "fault.date_unreal")
	}
	if in.Until != "" && !in.Until.Valid() {
		f.Add("/valid_until", "fault.date_unreal")
	}
	if in.Owner.IsZero() || in.OwnerKind == "" {
		f.Add("/owner_id", "fault.required")
	}
	if in.Shown && in.Person.IsZero() {
		f.Add("/person_id", "fault.required")
	}
	return f.Err()
}

// StepInput takes a step. Version is the one that was seen; whoever brings a
// paper may leave it out, since the step itself is guard enough there.
type StepInput struct {
	Version int64  `json:"version"`
	Reason  string `json:"reason"`  // why rejected, not needed or entered in error
	File    db.ID  `json:"file_id"` // what came, for receive
	// Until is the last day on which what is accepted holds; "" leaves it as it is.
	Until calendar.Date `json:"valid_until,omitempty"`
}

// mostAsked is how many papers are asked for at once.
const mostAsked = 30

// AskInput asks for several papers of a record at once.
type AskInput struct {
	OwnerKind   string        `json:"owner_kind"`
	Owner       db.ID         `json:"owner_id"`
	Kinds       []string      `json:"kinds,omitempty"`  // keys of the code list document_kind
	Others      string        `json:"others,omitempty"` // titles of other papers, one in a line
	Instruction string        `json:"instruction,omitempty"`
	Due         calendar.Date `json:"due,omitempty"`
	Required    bool          `json:"required,omitempty"`
	Person      db.ID         `json:"person_id,omitzero"`
	Shown       bool          `json:"shown,omitempty"`
}

// each is what is asked for, paper by paper. Labels are the names of the kinds.
func (in AskInput) each(labels map[string]text.Pair) ([]Input, error) {
	var f fault.Fields
	out := []Input{}
	add := func(kind string, title text.Pair) {
		out = append(out, Input{Title: title.JA, TitleEN: title.EN, Kind: kind, OwnerKind: in.OwnerKind, Owner: in.Owner, Due: in.Due, Required: in.Required,
			Instruction: in.Instruction, Person: in.Person, Shown: in.Shown})
	}
	for _, k := range in.Kinds {
		if labels[k].JA == "" {
			f.Add("/kinds", "fault.bad_choice")
			continue
		}
		add(k, labels[k])
	}
	for line := range strings.Lines(in.Others) {
		if line = strings.TrimSpace(line); line != "" {
			add("", text.Pair{JA: line})
		}
	}
	switch {
	case len(f) > 0:
	case len(out) == 0:
		f.Add("/kinds", "fault.required")
	case len(out) > mostAsked:
		f.Add("/others", "document.too_many", "max", mostAsked)
	}
	for i := range out {
		told, _ := fault.As(out[i].Validate())
		if told == nil {
			continue
		}
		for _, x := range told.Fields {
			if x.Pointer == "/title" {
				x.Pointer = "/others"
			}
			if !slices.ContainsFunc(f, func(y fault.Field) bool { return y.Pointer == x.Pointer }) {
				f = append(f, x)
			}
		}
	}
	return out, f.Err()
}

// holder is the owner under which the ground keeps a document's file.
func holder(id db.ID) file.Owner { return file.Owner{Kind: "document", ID: id} }
