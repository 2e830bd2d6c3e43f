package flow

import (
	"fmt"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
)

// Load is CreateAll for records with a past of their own, which an import or
// a synthetic agency brings: ids, status and times that a record has are kept.
// The records must stay as they are until the operation has ended. Only the
// Load of a room calls it.
func Load[R any](tx Tx, t *Table[R], step string, recs []R) error {
	s, ok := t.Step(step)
	if !ok {
		return fault.Defect(fmt.Errorf("flow: %s has no step %s", t.Entity, step))
	}
	for i := range recs {
		h := headOf(&recs[i])
		if f := s.may(tx.Actor(), recs[i], ""); f != nil {
			return f
		}
		if h.ID.IsZero() {
			h.ID = db.NewIDAt(int64(tx.Now()))
		}
		if h.Status == "" {
			h.Status = s.To
		}
		if h.CreatedAt == 0 {
			h.CreatedAt = tx.Now()
		}
		h.Version, h.UpdatedAt = 1, h.CreatedAt
	}
	if err := db.Insert(tx, t.Table, recs...); err != nil {
		return err
	}
	for i := range recs {
		t.write(tx, s, &recs[i], "", nil, []Option{func(l *journal.Line) {
			l.Whole = func() ([]byte, error) { return wholeText(&recs[i]) }
		}})
	}
	return nil
}
