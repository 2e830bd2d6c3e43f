// Package flow moves records through their statuses: the third lock. Each
// entity declares one table of steps; from a row come the check who may take
// it, the one guarded UPDATE, the journal line, the buttons, the API's
// actions, the diagram in the docs and a golden matrix. No other statement
// sets a status.
package flow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
)

// Head is what every record begins with.
type Head struct {
	ID        db.ID         `db:"id" json:"id"`
	Status    string        `db:"status" json:"status"`
	Version   int64         `db:"version" json:"version"`
	CreatedAt calendar.Time `db:"created_at" json:"created_at"`
	UpdatedAt calendar.Time `db:"updated_at" json:"updated_at"`
}

func (h *Head) head() *Head { return h }

func headOf(r any) *Head { return r.(interface{ head() *Head }).head() }

// Roles are those who may take a step.
type Roles = []access.Role

// Void is the status of a record entered in error. Every table has the step
// void; nothing is deleted.
const Void = "void"

// Tx is the transaction a step is taken in; op makes it.
type Tx interface {
	db.W
	Actor() access.Actor
	Now() calendar.Time
	Journal(journal.Line)
	// Route asks the agency's approval route whether the step may take effect.
	Route(entity, step string, record db.ID) (granted bool, err error)
}

// Step is one row of a flow.
type Step[R any] struct {
	Name string
	// From lists the statuses it starts in; none means it creates the record.
	From []string
	// To is the status after it; empty leaves the status as it is.
	To string
	By []access.Role
	// When says why the actor may not take it on this record, or nil. It is
	// pure: it looks at nothing but its arguments.
	When func(a access.Actor, r R) *fault.Fault
	// Plain steps need nothing but a click; others have a form of their own.
	Plain bool
	// Route marks a step that an agency may put under an approval route.
	Route bool
}

// Table is the flow of one entity.
type Table[R any] struct {
	Entity string // in the journal, the words and the docs
	Table  string // in the database
	// Root names what the record is part of, for history and sight.
	Root  func(r *R) (kind string, id db.ID)
	Steps []Step[R]
	// VoidBy may mark the record as entered in error.
	VoidBy []access.Role
}

// Define checks a table, adds the step void and makes it known to the docs.
func Define[R any](t Table[R]) *Table[R] {
	if _, ok := any(new(R)).(interface{ head() *Head }); !ok {
		panic("flow: " + t.Entity + " has no flow.Head")
	}
	if len(t.VoidBy) > 0 {
		var from []string
		for _, s := range t.Steps {
			for _, x := range append(slices.Clone(s.From), s.To) {
				if x != "" && !slices.Contains(from, x) {
					from = append(from, x)
				}
			}
		}
		t.Steps = append(t.Steps, Step[R]{Name: "void", From: from, To: Void, By: t.VoidBy})
	}
	for i, s := range t.Steps {
		if s.Name == "" || len(s.By) == 0 || len(s.From) == 0 && s.To == "" {
			panic(fmt.Sprintf("flow: %s has an unfinished step %d", t.Entity, i))
		}
		for _, o := range t.Steps[:i] {
			if o.Name == s.Name {
				panic("flow: " + t.Entity + " has two steps " + s.Name)
			}
		}
	}
	register(&t)
	return &t
}

// Step finds a step by name.
func (t *Table[R]) Step(name string) (Step[R], bool) {
	for _, s := range t.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step[R]{}, false
}

// May tells why the actor cannot take the step on this record now, or nil.
func (t *Table[R]) May(a access.Actor, step string, r R) *fault.Fault {
	s, ok := t.Step(step)
	if !ok {
		return fault.NotFound()
	}
	return s.may(a, r, headOf(&r).Status)
}

func (s Step[R]) may(a access.Actor, r R, status string) *fault.Fault {
	if !a.Is(s.By...) && !a.Is(access.System) {
		return fault.Forbid("flow.not_yours")
	}
	if !slices.Contains(s.From, status) && len(s.From)+len(status) > 0 {
		return fault.Conflict("flow.not_now")
	}
	if s.When != nil {
		return s.When(a, r)
	}
	return nil
}

// Action is a step as an actor meets it on a record: free, or blocked with a
// reason that the button shows.
type Action struct {
	Step    string
	Plain   bool
	Blocked *fault.Fault
}

// Actions lists the steps that the actor's roles allow from the record's
// status, with the reason where one is blocked.
func (t *Table[R]) Actions(a access.Actor, r R) []Action {
	var out []Action
	status := headOf(&r).Status
	for _, s := range t.Steps {
		if !a.Is(s.By...) || !slices.Contains(s.From, status) {
			continue
		}
		out = append(out, Action{Step: s.Name, Plain: s.Plain, Blocked: s.may(a, r, status)})
	}
	return out
}

// Free lists the names of the steps that the actor may take now: the API's
// actions.
func (t *Table[R]) Free(a access.Actor, r R) []string {
	out := []string{}
	for _, x := range t.Actions(a, r) {
		if x.Blocked == nil {
			out = append(out, x.Step)
		}
	}
	return out
}

// Option adds to what a step writes.
type Option func(*journal.Line)

// Because keeps a reason in the journal line.
func Because(reason string) Option {
	return func(l *journal.Line) {
		if reason != "" {
			l.Changes["reason"] = journal.Change{New: reason}
		}
	}
}

// Fresh compares the version an editor saw with the record's; if it moved on,
// the answer is the conflict that leads to the merge page.
func Fresh[R any](r R, seen int64) error {
	if headOf(&r).Version != seen {
		return fault.Moved(r)
	}
	return nil
}

// fixed are the columns that flow itself sets.
var fixed = []string{"id", "status", "version", "created_at", "updated_at"}

// Create takes a step that makes a record and stores it. The id is made here
// when the record has none.
func Create[R any](tx Tx, t *Table[R], step string, r R, opts ...Option) (R, error) {
	s, ok := t.Step(step)
	if !ok {
		return r, fault.Defect(fmt.Errorf("flow: %s has no step %s", t.Entity, step))
	}
	h := headOf(&r)
	h.Status = ""
	if f := s.may(tx.Actor(), r, ""); f != nil {
		return r, f
	}
	if h.ID.IsZero() {
		h.ID = db.NewIDAt(int64(tx.Now()))
	}
	h.Status, h.Version, h.CreatedAt, h.UpdatedAt = s.To, 1, tx.Now(), tx.Now()
	if err := db.Insert(tx, t.Table, r); err != nil {
		return r, err
	}
	changes := journal.Changes{}
	for _, c := range db.Values(r) {
		if !slices.Contains(fixed, c.Name) && !reflect.ValueOf(c.Value).IsZero() {
			changes[c.Name] = journal.Change{New: c.Value}
		}
	}
	t.write(tx, s, &r, "", changes, opts)
	return r, nil
}

// Take takes a step on a loaded record: it checks that the actor may, lets
// edit change the fields, and writes one UPDATE guarded by status and version.
// If the record moved on since it was loaded, nothing is written and the
// answer is a conflict.
func Take[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), opts ...Option) (R, error) {
	return take(tx, t, step, old, edit, false, opts)
}

func take[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), always bool, opts []Option) (R, error) {
	r, s, err := prepare(tx, t, step, old, edit)
	if err != nil {
		return old, err
	}
	changes, columns := diff(old, r)
	was := headOf(&old)
	if len(columns) == 0 && s.To == "" && !always {
		return old, nil // nothing changed: nothing to write
	}
	var b strings.Builder
	b.WriteString("UPDATE " + t.Table + " SET status = ?, version = version + 1, updated_at = ?")
	args := []any{headOf(&r).Status, tx.Now()}
	for _, c := range columns {
		b.WriteString(", " + c.Name + " = ?")
		args = append(args, c.Value)
	}
	b.WriteString(" WHERE id = ? AND status = ? AND version = ?")
	n, err := db.Exec(tx, b.String(), append(args, was.ID, was.Status, was.Version)...)
	if err != nil {
		return old, err
	}
	if n == 0 {
		return old, fault.Conflict("flow.moved_on")
	}
	t.write(tx, s, &r, was.Status, changes, opts)
	return r, nil
}

func prepare[R any](tx Tx, t *Table[R], step string, old R, edit func(*R)) (R, Step[R], error) {
	s, ok := t.Step(step)
	if !ok {
		return old, s, fault.Defect(fmt.Errorf("flow: %s has no step %s", t.Entity, step))
	}
	was := *headOf(&old)
	if f := s.may(tx.Actor(), old, was.Status); f != nil {
		return old, s, f
	}
	if s.Route {
		granted, err := tx.Route(t.Entity, step, was.ID)
		if err != nil {
			return old, s, err
		}
		if !granted {
			return old, s, fault.Conflict("flow.awaits_route")
		}
	}
	r := old
	if edit != nil {
		edit(&r)
	}
	h := headOf(&r)
	*h = was
	if s.To != "" {
		h.Status = s.To
	}
	h.Version++
	h.UpdatedAt = tx.Now()
	return r, s, nil
}

// diff gives the changed fields for the journal and their columns to write.
func diff[R any](old, now R) (journal.Changes, []db.Column) {
	changes := journal.Changes{}
	var columns []db.Column
	before := db.Values(old)
	for i, c := range db.Values(now) {
		if slices.Contains(fixed, c.Name) || reflect.DeepEqual(before[i].Value, c.Value) {
			continue
		}
		changes[c.Name] = journal.Change{Old: before[i].Value, New: c.Value}
		columns = append(columns, c)
	}
	return changes, columns
}

func (t *Table[R]) write(tx Tx, s Step[R], r *R, from string, changes journal.Changes, opts []Option) {
	h := headOf(r)
	kind, root := t.Root(r)
	line := journal.Line{
		Step: s.Name, Entity: t.Entity, Record: h.ID, Version: h.Version,
		RootKind: kind, Root: root, From: from, To: h.Status, Changes: changes,
	}
	for _, o := range opts {
		o(&line)
	}
	tx.Journal(line)
}

// TakeAll takes one step on many loaded records, each with its own edit, in
// one UPDATE per from-status and set of changed fields. Rows that may not take
// the step or have moved on are left as they are and named with their fault.
func TakeAll[R any](tx Tx, t *Table[R], step string, olds []R, edit func(*R), opts ...Option) ([]R, map[db.ID]*fault.Fault, error) {
	type group struct {
		from    string
		columns []string
		rows    []db.Change
	}
	var done []R
	faults := map[db.ID]*fault.Fault{}
	groups := map[string]*group{}
	var order []string
	type made struct {
		old, now R
		changes  journal.Changes
	}
	ready := map[db.ID]made{}
	for _, old := range olds {
		was := headOf(&old)
		r, s, err := prepare(tx, t, step, old, edit)
		if f, ok := fault.As(err); ok && f.Kind != fault.KindDefect {
			faults[was.ID] = f
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		changes, columns := diff(old, r)
		if len(columns) == 0 && s.To == "" {
			done = append(done, old)
			continue
		}
		names := []string{"status", "updated_at"}
		values := []any{headOf(&r).Status, tx.Now()}
		for _, c := range columns {
			names, values = append(names, c.Name), append(values, c.Value)
		}
		key := was.Status + " " + strings.Join(names, ",")
		g := groups[key]
		if g == nil {
			g = &group{from: was.Status, columns: names}
			groups[key], order = g, append(order, key)
		}
		g.rows = append(g.rows, db.Change{ID: was.ID, Version: was.Version, Values: values})
		ready[was.ID] = made{old, r, changes}
	}
	s, _ := t.Step(step)
	for _, key := range order {
		g := groups[key]
		ids, err := db.UpdateAll(tx, t.Table, g.from, g.columns, g.rows)
		if err != nil {
			return nil, nil, err
		}
		changed := make(map[db.ID]bool, len(ids))
		for _, id := range ids {
			changed[id] = true
		}
		for _, row := range g.rows {
			m := ready[row.ID]
			if !changed[row.ID] {
				faults[row.ID] = fault.Conflict("flow.moved_on")
				continue
			}
			t.write(tx, s, &m.now, g.from, m.changes, opts)
			done = append(done, m.now)
		}
	}
	return done, faults, nil
}

// Touch is Take that moves the version even when no field of the record
// itself changed: for a change of its dependent rows, so that two editors of
// the whole meet at its head.
func Touch[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), opts ...Option) (R, error) {
	return take(tx, t, step, old, edit, true, opts)
}
