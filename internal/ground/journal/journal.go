// Package journal keeps what happened: one row for every change of a record
// and one for every opening of a person or a case. It is the audit trail, the
// record's history, the case's timeline, the answer to a lost race and the
// source of the as-of view, all in one.
//
// Each row carries a MAC of its own bytes. A sealer gives committed rows a
// position and chains them, so that Verify can name a row that was altered,
// removed or added. Rows are never changed afterwards.
package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// Change is a field's value before and after. A creation has no Old.
type Change struct {
	Old any
	New any
}

// Changes are the changed fields by column name.
type Changes map[string]Change

// MarshalJSON writes {"field":[old,new]}.
func (c Change) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{c.Old, c.New}) }

// UnmarshalJSON reads what MarshalJSON wrote. A whole number is an int64 and
// exact, any other a float64.
func (c *Change) UnmarshalJSON(b []byte) error {
	var pair [2]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&pair); err != nil {
		return err
	}
	c.Old, c.New = exact(pair[0]), exact(pair[1])
	return nil
}

// exact turns numbers, also inside lists and objects, into Go's own.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // what does not fit is infinite
		return f
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = exact(v[k])
		}
	}
	return v
}

// Reason is the name under which Changes hold why a step was taken. No column
// has it.
const Reason = "because"

// Line is what a deed says about one record.
type Line struct {
	Step     string // the flow step taken
	Entity   string
	Record   db.ID
	Version  int64  // the record's version after the step
	RootKind string // the person, case, provider … this is part of
	Root     db.ID
	From, To string // the status before and after
	Changes  Changes
	// Whole gives the changes as a row keeps them, of a record that is loaded
	// with many others; then Changes is empty. It may be called at any time
	// until the transaction ends.
	Whole func() ([]byte, error)
	// By is who took the step, when another than the stamp's actor did.
	By *access.Actor
}

// Row is a line as it is kept.
type Row struct {
	ID        db.ID         `db:"id"`
	At        calendar.Time `db:"at"`
	Tx        db.ID         `db:"tx"`
	Actor     db.ID         `db:"actor"`
	ActorKind string        `db:"actor_kind"`
	Via       db.ID         `db:"via"` // the sign-in or API key
	Step      string        `db:"step"`
	Entity    string        `db:"entity"`
	Record    db.ID         `db:"record"`
	Version   int64         `db:"version"`
	RootKind  string        `db:"root_kind"`
	Root      db.ID         `db:"root"`
	From      string        `db:"from_state"`
	To        string        `db:"to_state"`
	Changes   string        `db:"changes"`
	MAC       []byte        `db:"mac"`
}

// Fields decodes the changed fields.
func (r Row) Fields() (Changes, error) {
	out := Changes{}
	if r.Changes == "" {
		return out, nil
	}
	return out, json.Unmarshal([]byte(r.Changes), &out)
}

func (r Row) bytes() [][]byte {
	return [][]byte{
		r.ID[:], number(int64(r.At)), r.Tx[:], r.Actor[:], []byte(r.ActorKind), r.Via[:], []byte(r.Step), []byte(r.Entity),
		r.Record[:], number(r.Version), []byte(r.RootKind), r.Root[:], []byte(r.From), []byte(r.To), []byte(r.Changes),
	}
}

func number(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

// Stamp is who, when and in which transaction lines are written.
type Stamp struct {
	Tx    db.ID
	At    calendar.Time
	Actor access.Actor
}

// Append writes the lines of one transaction. Only op calls it.
func Append(w db.W, v *vault.Vault, s Stamp, lines []Line) error {
	rows, err := made(v, s, lines)
	if err != nil {
		return err
	}
	return db.Insert(w, "journal", rows...)
}

// made are the rows of lines.
func made(v *vault.Vault, s Stamp, lines []Line) ([]Row, error) {
	rows := make([]Row, len(lines))
	for i, l := range lines {
		by := s.Actor
		if l.By != nil {
			by = *l.By
		}
		r := Row{
			ID: db.NewIDAt(int64(s.At)), At: s.At, Tx: s.Tx, Actor: by.ID, ActorKind: by.Kind(), Via: by.SignIn,
			Step: l.Step, Entity: l.Entity, Record: l.Record, Version: l.Version,
			RootKind: l.RootKind, Root: l.Root, From: l.From, To: l.To,
		}
		b, err := l.changes()
		if err != nil {
			return nil, fmt.Errorf("journal %s %s: %w", l.Entity, l.Step, err)
		}
		r.Changes = string(b)
		r.MAC = v.MAC("journal", r.bytes()...)
		rows[i] = r
	}
	return rows, nil
}

func (l Line) changes() ([]byte, error) {
	switch {
	case l.Whole != nil:
		return l.Whole()
	case len(l.Changes) > 0:
		return json.Marshal(l.Changes)
	}
	return nil, nil
}

var rowColumns = db.Columns[Row]("")

// History gives a root's rows, newest first, older than before (zero: from
// the newest).
func History(q db.Q, root, before db.ID, limit int) ([]Row, error) {
	return db.All[Row](q, historyText, historyArgs(root, before, limit)...)
}

// QueueHistory is History in a batch.
func QueueHistory(b *db.Batch, root, before db.ID, limit int) *db.Answer[Row] {
	return db.Queue[Row](b, historyText, historyArgs(root, before, limit)...)
}

var historyText = "SELECT " + rowColumns + " FROM journal WHERE root = ? AND id < ? ORDER BY id DESC LIMIT ?"

func historyArgs(root, before db.ID, limit int) []any {
	if before.IsZero() {
		for i := range before {
			before[i] = 0xff
		}
	}
	return []any{root, before, limit}
}

// RootOf tells what a record belongs to, from its first line: the kind and the id of its root, which may be itself. A
// record without a line is not found.
func RootOf(q db.Q, record db.ID) (kind string, root db.ID, err error) {
	found, err := db.One[Row](q, "SELECT "+rowColumns+" FROM journal WHERE record = ? ORDER BY version, id LIMIT 1", record)
	return found.RootKind, found.Root, err
}

// OfRecord gives all rows of one record, oldest first.
func OfRecord(q db.Q, record db.ID) ([]Row, error) {
	return db.All[Row](q, "SELECT "+rowColumns+" FROM journal WHERE record = ? ORDER BY version, id", record)
}

// First gives the rows that made records.
func First(q db.Q, records []db.ID) (map[db.ID]Row, error) {
	rows, err := db.All[Row](q, "SELECT "+rowColumns+" FROM journal WHERE record IN (??) AND version = 1", db.ListOf(records))
	out := make(map[db.ID]Row, len(rows))
	for _, r := range rows {
		out[r.Record] = r
	}
	return out, err
}

// OfTx gives the rows of one transaction in the order in which they were written. Its id and theirs
// are of one moment, so only the rows of about that moment are looked at.
func OfTx(q db.Q, tx db.ID) ([]Row, error) {
	first, last := db.Around(tx)
	return db.All[Row](q, "SELECT "+rowColumns+" FROM journal WHERE id BETWEEN ? AND ? AND tx = ? ORDER BY id", first, last, tx)
}

// Moved is one field that others changed: what it was at the version asked
// for, what it is now, and who changed it last.
type Moved struct {
	Field     string
	Base, Now any
	Actor     db.ID
	At        calendar.Time
}

// Since tells which fields of a record differ from what they were at a
// version, for the page that lets the second of two editors choose. What was
// changed and changed back is not among them.
func Since(q db.Q, record db.ID, version int64) ([]Moved, error) {
	rows, err := db.All[Row](q, "SELECT "+rowColumns+" FROM journal WHERE record = ? AND version > ? ORDER BY version, id", record, version)
	if err != nil {
		return nil, err
	}
	var out []Moved
	for _, r := range rows {
		changes, err := r.Fields()
		if err != nil {
			return nil, err
		}
		for _, name := range sortedKeys(changes) {
			if name == Reason {
				continue
			}
			c := changes[name]
			i := slices.IndexFunc(out, func(m Moved) bool { return m.Field == name })
			if i < 0 {
				out = append(out, Moved{Field: name, Base: c.Old})
				i = len(out) - 1
			}
			out[i].Now, out[i].Actor, out[i].At = c.New, r.Actor, r.At
		}
	}
	return slices.DeleteFunc(out, func(m Moved) bool { return reflect.DeepEqual(m.Base, m.Now) }), nil
}

func sortedKeys(c Changes) []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// FieldChange is a change with its field's name.
type FieldChange struct {
	Field string
	Change
}

// Sorted gives the changes by field name.
func (c Changes) Sorted() []FieldChange {
	out := make([]FieldChange, 0, len(c))
	for _, k := range sortedKeys(c) {
		out = append(out, FieldChange{k, c[k]})
	}
	return out
}

// Actors lists who wrote the rows, each once.
func Actors(rows []Row) []db.ID {
	var out []db.ID
	for _, r := range rows {
		if !r.Actor.IsZero() && !slices.Contains(out, r.Actor) {
			out = append(out, r.Actor)
		}
	}
	return out
}
