package flow

import (
	"fmt"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// TakeAll takes one step on many loaded records, each with its own edit, in
// one UPDATE per from-status and set of changed fields. Rows that may not take
// the step or have moved on are left as they are and named with their fault;
// done holds the others, in no particular order. No record may be given twice.
func TakeAll[R any](tx Tx, t *Table[R], step string, olds []R, edit func(*R), opts ...Option) (done []R, faults map[db.ID]*fault.Fault, err error) {
	faults = map[db.ID]*fault.Fault{}
	seen := make(map[db.ID]bool, len(olds))
	var groups grouped[R]
	for _, old := range olds {
		id := headOf(&old).ID
		if seen[id] {
			return nil, nil, fault.Defect(fmt.Errorf("flow: %s %s given twice", t.Entity, id))
		}
		seen[id] = true
		p, err := prepare(tx, t, step, old, edit)
		switch f, ofRow := rowFault(err); {
		case ofRow:
			faults[id] = f
		case err != nil:
			return nil, nil, err
		case p.idle():
			done = append(done, old)
		default:
			groups.add(p)
		}
	}
	changed, err := groups.store(tx, t, opts, faults)
	if err != nil {
		return nil, nil, err
	}
	return append(done, changed...), faults, nil
}

// rowFault is bad news about one row; a defect or a part that does not answer
// ends the whole.
func rowFault(err error) (*fault.Fault, bool) {
	f, ok := fault.As(err)
	return f, ok && !f.Kind.Ours()
}

// together are steps that go into one UPDATE.
type together[R any] struct{ steps []prepared[R] }

// grouped are steps by what they share to go into one UPDATE, in the order of
// the first of each.
type grouped[R any] struct {
	by    map[string]*together[R]
	order []*together[R]
}

func (g *grouped[R]) add(p prepared[R]) {
	key := p.together()
	at := g.by[key]
	if at == nil {
		if g.by == nil {
			g.by = map[string]*together[R]{}
		}
		at = &together[R]{}
		g.by[key], g.order = at, append(g.order, at)
	}
	at.steps = append(at.steps, p)
}

func (g *grouped[R]) store(tx Tx, t *Table[R], opts []Option, faults map[db.ID]*fault.Fault) (done []R, err error) {
	for _, at := range g.order {
		changed, err := at.store(tx, t, opts, faults)
		if err != nil {
			return nil, err
		}
		done = append(done, changed...)
	}
	return done, nil
}

// together names what steps must share to go into one UPDATE.
func (p prepared[R]) together() string {
	return p.was.Status + " " + strings.Join(p.names(), ",")
}

func (p prepared[R]) names() []string {
	names := []string{"status", "updated_at"}
	for _, c := range p.columns {
		names = append(names, c.Name)
	}
	return names
}

func (g together[R]) store(tx Tx, t *Table[R], opts []Option, faults map[db.ID]*fault.Fault) (done []R, err error) {
	rows := make([]db.Change, len(g.steps))
	for i, p := range g.steps {
		rows[i] = db.Change{ID: p.was.ID, Version: p.was.Version, Values: []any{headOf(&p.now).Status, tx.Now()}}
		for _, c := range p.columns {
			rows[i].Values = append(rows[i].Values, c.Value)
		}
	}
	ids, err := db.UpdateAll(tx, t.Table, g.steps[0].was.Status, g.steps[0].names(), rows)
	if err != nil {
		return nil, err
	}
	changed := make(map[db.ID]bool, len(ids))
	for _, id := range ids {
		changed[id] = true
	}
	for _, p := range g.steps {
		if !changed[p.was.ID] {
			faults[p.was.ID] = fault.Conflict("flow.moved_on")
			continue
		}
		t.write(tx, p.step, &p.now, p.was.Status, p.changes, opts)
		done = append(done, p.now)
	}
	return done, nil
}
