package cases

import (
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Past is a case to load, with what was written on it. Its number is given
// here; the notes bring their author.
type Past struct {
	Case  Case
	Notes []Note
}

// LoadPast takes in cases that were worked on elsewhere before, in few statements,
// with journal rows, search rows and reach as if each had been opened here.
// The records must be valid; a restricted person's case is restricted.
func LoadPast(tx *op.Tx, in []Past) error {
	numbers, err := agency.Numbers(tx, "case", len(in))
	if err != nil {
		return err
	}
	persons := make([]db.ID, len(in))
	for i := range in {
		persons[i] = in[i].Case.Person
	}
	cards, err := people.CardsOf(tx, persons...)
	if err != nil {
		return err
	}
	list := make([]Case, len(in))
	for i := range in {
		c := in[i].Case
		if c.ID.IsZero() {
			c.ID = db.NewIDAt(int64(tx.Now()))
		}
		c.Number, c.Restricted = numbers[i], c.Restricted || cards[c.Person].Restricted
		list[i] = c
	}
	if err := flow.Load(tx, Flow, "open", list); err != nil {
		return err
	}
	if err := flow.Load(tx, ParticipantFlow, "add", mains(list, calendar.Zone(tx.Context()))); err != nil {
		return err
	}
	if err := flow.Load(tx, NoteFlow, "write", notesOf(list, in)); err != nil {
		return err
	}
	entries, reach := found(list, cards)
	if err := search.PutAll(tx, entries...); err != nil {
		return err
	}
	return sight.Open(tx, reach...)
}

func mains(list []Case, zone *time.Location) []Participant {
	out := make([]Participant, len(list))
	for i, c := range list {
		out[i] = Participant{Head: flow.Head{CreatedAt: c.CreatedAt}, Case: c.ID, Person: c.Person, Role: "main", From: c.CreatedAt.Date(zone)}
	}
	return out
}

func notesOf(list []Case, in []Past) []Note {
	var out []Note
	for i, x := range in {
		for _, n := range x.Notes {
			n.Case = list[i].ID
			out = append(out, n)
		}
	}
	return out
}

// found is how loaded cases are found and reached.
func found(list []Case, cards map[db.ID]people.Card) ([]search.Entry, []sight.Reach) {
	entries := make([]search.Entry, len(list))
	var reach []sight.Reach
	for i, c := range list {
		entries[i] = entryOf(c.ID, c.Number)
		for _, s := range scopes(c, nil) {
			s.Kind, s.Record = "case", c.ID
			reach = append(reach, s)
			if s.ScopeKind == sight.Team && cards[c.Person].Restricted {
				continue
			}
			s.Kind, s.Record, s.Why = "person", c.Person, because(c.ID)
			reach = append(reach, s)
		}
	}
	return entries, reach
}
