package flow

import (
	"fmt"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Align makes the dependent rows of a record be the wanted ones: a wanted row
// with the id of a stored one takes the step change, one without an id takes
// add, and stored rows that nobody wants take remove. copy brings the editable
// fields of a wanted row into the stored one and reports whether to keep it.
// What goes is removed first, so that what comes may take its place under a
// unique index.
func Align[R any](tx Tx, t *Table[R], stored, wanted []R, copy func(dst *R, want R) (keep bool)) error {
	left := make(map[db.ID]R, len(stored))
	for _, r := range stored {
		left[headOf(&r).ID] = r
	}
	var changes []prepared[R]
	for i, want := range wanted {
		id := headOf(&want).ID
		if id.IsZero() {
			continue
		}
		old, ok := left[id]
		if !ok {
			return fault.Invalid(fault.Field{Pointer: fmt.Sprintf("/%d/id", i), Key: "fault.bad_choice"})
		}
		keep := false
		p, err := prepare(tx, t, "change", old, func(r *R) { keep = copy(r, want) })
		if err != nil {
			return err
		}
		if keep {
			delete(left, id)
			changes = append(changes, p)
		}
	}
	for _, r := range stored {
		if _, ok := left[headOf(&r).ID]; !ok {
			continue
		}
		if _, err := Take(tx, t, "remove", r, nil); err != nil {
			return err
		}
	}
	for _, p := range changes {
		if p.idle() {
			continue
		}
		if err := p.store(tx, t, nil); err != nil {
			return err
		}
	}
	for _, want := range wanted {
		if !headOf(&want).ID.IsZero() {
			continue
		}
		if _, err := Create(tx, t, "add", want); err != nil {
			return err
		}
	}
	return nil
}

// Part is the flow of dependent rows: added, changed, and removed when they
// were entered in error.
func Part[R any](entity, table string, by Roles, root func(r *R) (string, db.ID)) *Table[R] {
	return Define(Table[R]{
		Entity: entity, Table: table, Root: root,
		Steps: []Step[R]{
			{Name: "add", To: "active", By: by},
			{Name: "change", From: []string{"active"}, By: by},
			{Name: "remove", From: []string{"active"}, To: Void, By: by},
		},
	})
}
