// Package flow moves records through their statuses: the third lock. Each
// entity declares one table of steps; from a row come the check who may take
// it, the one guarded UPDATE, the journal line, the buttons, the API's
// actions, the diagram in the docs and a golden matrix. No other statement
// sets a status.
package flow

import (
	"fmt"
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
	if t.Entity == "" || t.Table == "" || t.Root == nil {
		panic("flow: " + t.Entity + t.Table + " needs an entity, a table and a root")
	}
	if len(t.VoidBy) > 0 {
		var from []string
		for _, s := range t.Steps {
			for _, x := range append(slices.Clone(s.From), s.To) {
				if x != "" && x != Void && !slices.Contains(from, x) {
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
		if s.Route && len(s.From) == 0 {
			panic("flow: " + t.Entity + " " + s.Name + " makes the record, so no route can hold it")
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

// Because keeps a reason in the journal line, under journal.Reason.
func Because(reason string) Option {
	return func(l *journal.Line) {
		if reason != "" {
			l.Changes[journal.Reason] = journal.Change{New: reason}
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
	made, err := CreateAll(tx, t, step, []R{r}, opts...)
	if err != nil {
		return r, err
	}
	return made[0], nil
}

// Take takes a step on a loaded record: it checks that the actor may, lets
// edit change the fields, and writes one UPDATE guarded by status and version.
// If the record moved on since it was loaded, nothing is written and the
// answer is a conflict.
func Take[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), opts ...Option) (R, error) {
	return take(tx, t, step, old, edit, false, opts)
}

func take[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), always bool, opts []Option) (R, error) {
	p, err := prepare(tx, t, step, old, edit)
	if err != nil {
		return old, err
	}
	if p.idle() && !always {
		return old, nil // nothing changed: nothing to write
	}
	if err := p.store(tx, t, opts); err != nil {
		return old, err
	}
	return p.now, nil
}

// prepared is a step that may be taken on a record and is not yet written.
type prepared[R any] struct {
	step    Step[R]
	was     Head
	now     R
	changes journal.Changes
	columns []db.Column
}

// idle reports that neither a field nor the step itself changes anything.
func (p prepared[R]) idle() bool { return len(p.columns) == 0 && p.step.To == "" }

// store writes the step, unless the record moved on.
func (p prepared[R]) store(tx Tx, t *Table[R], opts []Option) error {
	var b strings.Builder
	b.WriteString("UPDATE " + t.Table + " SET status = ?, version = version + 1, updated_at = ?")
	args := []any{headOf(&p.now).Status, tx.Now()}
	for _, c := range p.columns {
		b.WriteString(", " + c.Name + " = ?")
		args = append(args, c.Value)
	}
	b.WriteString(" WHERE id = ? AND status = ? AND version = ?")
	n, err := db.Exec(tx, b.String(), append(args, p.was.ID, p.was.Status, p.was.Version)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Conflict("flow.moved_on")
	}
	t.write(tx, p.step, &p.now, p.was.Status, p.changes, opts)
	return nil
}

func prepare[R any](tx Tx, t *Table[R], step string, old R, edit func(*R)) (p prepared[R], err error) {
	s, ok := t.Step(step)
	if !ok {
		return p, fault.Defect(fmt.Errorf("flow: %s has no step %s", t.Entity, step))
	}
	if f := s.may(tx.Actor(), old, headOf(&old).Status); f != nil {
		return p, f
	}
	if s.Route {
		granted, err := tx.Route(t.Entity, step, headOf(&old).ID)
		if err != nil {
			return p, err
		}
		if !granted {
			return p, fault.Conflict("flow.awaits_route")
		}
	}
	return change(tx, s, old, edit)
}

// change is a step that was found to be allowed.
func change[R any](tx Tx, s Step[R], old R, edit func(*R)) (p prepared[R], err error) {
	p = prepared[R]{step: s, was: *headOf(&old), now: old}
	before, err := values(old)
	if err != nil {
		return p, err
	}
	if edit != nil {
		edit(&p.now)
	}
	h := headOf(&p.now)
	*h = p.was
	if s.To != "" {
		h.Status = s.To
	}
	h.Version++
	h.UpdatedAt = tx.Now()
	p.changes, p.columns, err = diff(before, p.now)
	return p, err
}

// diff gives the changed fields for the journal and their columns to write. A
// field changed when what its column holds did.
func diff[R any](before []value, now R) (journal.Changes, []db.Column, error) {
	after, err := values(now)
	if err != nil {
		return nil, nil, err
	}
	changes := journal.Changes{}
	var columns []db.Column
	for i, v := range after {
		if slices.Contains(fixed, v.name) || before[i].same(v) {
			continue
		}
		changes[v.name] = journal.Change{Old: before[i].said, New: v.said}
		columns = append(columns, db.Column{Name: v.name, Value: v.given})
	}
	return changes, columns, nil
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

// Touch is Take that moves the version even when no field of the record
// itself changed: for a change of its dependent rows, so that two editors of
// the whole meet at its head.
func Touch[R any](tx Tx, t *Table[R], step string, old R, edit func(*R), opts ...Option) (R, error) {
	return take(tx, t, step, old, edit, true, opts)
}
