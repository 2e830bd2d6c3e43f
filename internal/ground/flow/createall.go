package flow

import (
	"fmt"
	"reflect"
	"slices"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
)

// CreateAll is Create for many records of one kind, in few statements. One
// that may not be made refuses all.
func CreateAll[R any](tx Tx, t *Table[R], step string, recs []R, opts ...Option) ([]R, error) {
	s, ok := t.Step(step)
	if !ok {
		return nil, fault.Defect(fmt.Errorf("flow: %s has no step %s", t.Entity, step))
	}
	made := slices.Clone(recs)
	for i := range made {
		h := headOf(&made[i])
		h.Status = ""
		if f := s.may(tx.Actor(), made[i], ""); f != nil {
			return nil, f
		}
		if h.ID.IsZero() {
			h.ID = db.NewIDAt(int64(tx.Now()))
		}
		h.Status, h.Version, h.CreatedAt, h.UpdatedAt = s.To, 1, tx.Now(), tx.Now()
	}
	if err := db.Insert(tx, t.Table, made...); err != nil {
		return nil, err
	}
	for i := range made {
		changes, err := whole(made[i])
		if err != nil {
			return nil, err
		}
		t.write(tx, s, &made[i], "", changes, opts)
	}
	return made, nil
}

// whole is what the journal says of a new record: every field that is not
// empty.
func whole[R any](r R) (journal.Changes, error) {
	fields, err := values(r)
	if err != nil {
		return nil, err
	}
	changes := journal.Changes{}
	for _, v := range fields {
		if given := reflect.ValueOf(v.given); given.IsValid() && !given.IsZero() && !slices.Contains(fixed, v.name) {
			changes[v.name] = journal.Change{New: v.said}
		}
	}
	return changes, nil
}
