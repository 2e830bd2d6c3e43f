package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
)

// A record says whom it is about in a column that holds another record's id.
// When two records of one kind turn out to be one, all that names the one
// comes to name the other. So such a field is tagged with the entity that it
// names:
//
//	Person db.ID `db:"person" names:"person"`
//	Owner  db.ID `db:"owner" names:"@owner_kind"`                              // the entity stands in another column
//	Root   db.ID `db:"root" names:"@root_kind,person"`                         // found by another column that names the same
//	Person db.ID `db:"person" names:"person,enrolment=session_enrolment"`      // found by what it is part of, which names the same
//
// Moving is no step of a record's own flow: it changes neither what the record
// says nor its status, and whoever may take the step that makes the two one
// may see to it. It is journaled under these names instead.
const (
	moving  = "move"
	backing = "give_back"
)

// StepWord is the key of the word for a step in a history.
func StepWord(entity, step string) string {
	if step == moving || step == backing {
		return "flow.step." + step
	}
	return "step." + entity + "." + step
}

// Reference is a column that names records of another flow.
type Reference struct {
	Entity, Table, Column string
	Names                 string // the entity named; empty where KindColumn says it
	KindColumn            string
	// Via is a column by which the record is found, since this one has no index: it names the same,
	// or it is the id of a row of ViaTable, whose column of the same name names the same.
	Via, ViaTable string
	field         []int
	kindField     []int
}

// table is a flow without its record type, as far as moving goes.
type table struct {
	entity string
	refs   []Reference
	gather func(tx Tx, refs []Reference, kind string, from, to db.ID) (found, error)
	back   func(tx Tx, lines []journal.Row) ([]db.ID, error)
}

// found are records that are to be moved.
type found struct {
	ids   []db.ID
	write func() error
}

// referencesOf reads the tags of a record.
func referencesOf(entity, name string, t reflect.Type) []Reference {
	var out []Reference
	columns := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		columns[f.Tag.Get("db")] = f.Index
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("names")
		if !ok {
			continue
		}
		if f.Type != reflect.TypeFor[db.ID]() {
			panic("flow: " + entity + "." + f.Name + " names a record and is no id")
		}
		r := Reference{Entity: entity, Table: name, Column: f.Tag.Get("db"), field: f.Index}
		r.Names, r.Via, _ = strings.Cut(tag, ",")
		r.Via, r.ViaTable, _ = strings.Cut(r.Via, "=")
		if kind, elsewhere := strings.CutPrefix(r.Names, "@"); elsewhere {
			r.Names, r.KindColumn, r.kindField = "", kind, columns[kind]
			if r.kindField == nil {
				panic("flow: " + entity + " has no column " + kind)
			}
		}
		out = append(out, r)
	}
	return out
}

// References lists every column that can name a record of a kind, by table.
func References(kind string) []Reference {
	var out []Reference
	for _, t := range tables() {
		out = append(out, t.to(kind)...)
	}
	slices.SortFunc(out, func(a, b Reference) int { return strings.Compare(a.Table+" "+a.Column, b.Table+" "+b.Column) })
	return out
}

func (t table) to(kind string) []Reference {
	return slices.DeleteFunc(slices.Clone(t.refs), func(r Reference) bool { return r.Names != kind && r.KindColumn == "" })
}

func tables() []table {
	registry.Lock()
	defer registry.Unlock()
	return slices.Clone(registry.tables)
}

// Move makes every record that names one record of a kind name another
// instead, with a journal line each, and tells which, by entity. What would
// then say the same twice must be settled before.
func Move(tx Tx, kind string, from, to db.ID) (map[string][]db.ID, error) {
	moved := map[string][]db.ID{}
	var all []found
	// All are found before the first is changed: some are found by others.
	for _, t := range tables() {
		refs := t.to(kind)
		if len(refs) == 0 {
			continue
		}
		f, err := t.gather(tx, refs, kind, from, to)
		if err != nil {
			return nil, err
		}
		if len(f.ids) > 0 {
			all = append(all, f)
			moved[t.entity] = f.ids
		}
	}
	for _, f := range all {
		if err := f.write(); err != nil {
			return nil, err
		}
	}
	return moved, nil
}

// GiveBack takes back what the lines of earlier transactions say was done to
// records: each field that still holds what it was given then gets what it
// held before, and so does the status. What was changed since stays, and a record
// that was made then. It tells which records got something back, by entity.
func GiveBack(tx Tx, lines []journal.Row) (map[string][]db.ID, error) {
	of := map[string][]journal.Row{}
	for _, l := range lines {
		if l.Version > 1 {
			of[l.Entity] = append(of[l.Entity], l)
		}
	}
	given := map[string][]db.ID{}
	for _, t := range tables() {
		if len(of[t.entity]) == 0 {
			continue
		}
		ids, err := t.back(tx, of[t.entity])
		if err != nil {
			return nil, err
		}
		given[t.entity] = ids
		delete(of, t.entity)
	}
	for entity := range of {
		return nil, fault.Defect(fmt.Errorf("flow: lines of %s, which has no flow", entity))
	}
	return given, nil
}

func movable[R any](t *Table[R]) table {
	return table{
		entity: t.Entity,
		refs:   referencesOf(t.Entity, t.Table, reflect.TypeFor[R]()),
		gather: func(tx Tx, refs []Reference, kind string, from, to db.ID) (found, error) {
			recs, err := naming[R](tx, t.Table, refs, kind, from)
			if err != nil {
				return found{}, err
			}
			var f found
			for i := range recs {
				f.ids = append(f.ids, headOf(&recs[i]).ID)
			}
			f.write = func() error {
				return outside(tx, t, moving, recs, func(r *R) { rename(r, refs, kind, from, to) })
			}
			return f, nil
		},
		back: func(tx Tx, lines []journal.Row) ([]db.ID, error) { return giveBack(tx, t, lines) },
	}
}

// naming gives the records that name one, held until the transaction ends.
func naming[R any](tx Tx, name string, refs []Reference, kind string, id db.ID) ([]R, error) {
	var conditions []string
	var args []any
	for _, r := range refs {
		c := r.Column + " = ?"
		args = append(args, id)
		switch {
		case r.ViaTable != "":
			c += fmt.Sprintf(" AND %s IN (SELECT id FROM %s WHERE %s = ?)", r.Via, r.ViaTable, r.Column)
			args = append(args, id)
		case r.Via != "":
			c += " AND " + r.Via + " = ?"
			args = append(args, id)
		}
		if r.KindColumn != "" {
			c += " AND " + r.KindColumn + " = ?"
			args = append(args, kind)
		}
		conditions = append(conditions, "("+c+")")
	}
	return db.All[R](tx, "SELECT "+db.Columns[R]("")+" FROM "+name+" WHERE "+strings.Join(conditions, " OR ")+" ORDER BY id"+db.ForUpdate(tx), args...)
}

func rename(r any, refs []Reference, kind string, from, to db.ID) {
	v := reflect.ValueOf(r).Elem()
	for _, ref := range refs {
		if ref.KindColumn != "" && v.FieldByIndex(ref.kindField).String() != kind {
			continue
		}
		if f := v.FieldByIndex(ref.field); f.Interface() == from {
			f.Set(reflect.ValueOf(to))
		}
	}
}

// outside writes a change that is no step of the flow. All must be as they
// were read, which they are in a transaction that holds them.
func outside[R any](tx Tx, t *Table[R], name string, recs []R, edit func(*R)) error {
	var groups grouped[R]
	for _, old := range recs {
		p, err := change(tx, Step[R]{Name: name, To: headOf(&old).Status, By: Roles{access.System}}, old, edit)
		if err != nil {
			return err
		}
		if len(p.columns) > 0 {
			groups.add(p)
		}
	}
	faults := map[db.ID]*fault.Fault{}
	_, err := groups.store(tx, t, nil, faults)
	for _, f := range faults {
		return f
	}
	return err
}

// giveBack goes through the lines of one entity, the latest first.
func giveBack[R any](tx Tx, t *Table[R], lines []journal.Row) ([]db.ID, error) {
	var ids []db.ID
	of := map[db.ID][]journal.Row{}
	for _, l := range slices.Backward(lines) {
		if of[l.Record] == nil {
			ids = append(ids, l.Record)
		}
		of[l.Record] = append(of[l.Record], l)
	}
	recs, err := db.All[R](tx, "SELECT "+db.Columns[R]("")+" FROM "+t.Table+" WHERE id IN (??) ORDER BY id"+db.ForUpdate(tx), db.ListOf(ids))
	if err != nil {
		return nil, err
	}
	var back []db.ID
	for _, rec := range recs {
		id := headOf(&rec).ID
		was, err := before(rec, of[id])
		if err != nil {
			return nil, err
		}
		// One by one: what each gets back is its own, and by another status another statement.
		p, err := change(tx, Step[R]{Name: backing, To: headOf(&was).Status, By: Roles{access.System}}, rec, func(r *R) { *r = was })
		if err != nil {
			return nil, err
		}
		if len(p.columns) == 0 && headOf(&was).Status == headOf(&rec).Status {
			continue
		}
		if err := p.store(tx, t, nil); err != nil {
			return nil, err
		}
		back = append(back, id)
	}
	return back, nil
}

// before is a record without what lines of it, the latest first, say was done.
func before[R any](now R, lines []journal.Row) (R, error) {
	was := now
	v := reflect.ValueOf(&was).Elem()
	for _, l := range lines {
		if h := headOf(&was); l.From != "" && h.Status == l.To {
			h.Status = l.From
		}
		if l.Changes == "" {
			continue
		}
		var changes map[string][2]json.RawMessage
		if err := json.Unmarshal([]byte(l.Changes), &changes); err != nil {
			return was, fmt.Errorf("flow: line of %s: %w", l.Entity, err)
		}
		for _, f := range reflect.VisibleFields(v.Type()) {
			c, ok := changes[f.Tag.Get("db")]
			if !ok {
				continue
			}
			field := v.FieldByIndex(f.Index)
			given := reflect.New(f.Type)
			if err := json.Unmarshal(c[1], given.Interface()); err != nil {
				return was, fmt.Errorf("flow: line of %s.%s: %w", l.Entity, f.Name, err)
			}
			if !reflect.DeepEqual(given.Elem().Interface(), field.Interface()) {
				continue // changed since
			}
			old := reflect.New(f.Type)
			if err := json.Unmarshal(c[0], old.Interface()); err != nil {
				return was, fmt.Errorf("flow: line of %s.%s: %w", l.Entity, f.Name, err)
			}
			field.Set(old.Elem())
		}
	}
	return was, nil
}

// Before is a record as it was before a line of it, as far as it still holds
// what it was given then: for the step that takes another back.
func Before[R any](now R, lines ...journal.Row) (R, error) { return before(now, lines) }
