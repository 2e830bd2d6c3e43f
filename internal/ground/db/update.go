package db

import (
	"fmt"
	"strings"
)

// Change is what one row becomes in UpdateAll.
type Change struct {
	ID      ID
	Version int64 // the version it must still have
	Values  []any // in the order of the columns
}

// UpdateAll changes many rows of a table in one statement per chunk: each row
// gets its own values and the next version, if it still has the version given
// and the status from. It gives the ids that were changed; the others had
// moved on.
func UpdateAll(q W, table, from string, columns []string, rows []Change) ([]ID, error) {
	var done []ID
	width := len(columns) + 2
	for len(rows) > 0 {
		n := min(maxParameters/width, len(rows))
		size := 1
		for size < n {
			size *= 2
		}
		text, args := updateAll(q.Engine(), table, columns, rows[:n], size)
		ids, err := All[ID](q, text, append(args, from)...)
		if err != nil {
			return nil, err
		}
		done = append(done, ids...)
		rows = rows[n:]
	}
	return done, nil
}

// updateAll repeats the last row up to size, so that few texts are needed.
func updateAll(e Engine, table string, columns []string, rows []Change, size int) (string, []any) {
	var b strings.Builder
	fmt.Fprintf(&b, "UPDATE %s SET version = version + 1", table)
	for i, c := range columns {
		fmt.Fprintf(&b, ", %s = v.column%d", c, i+3)
	}
	b.WriteString(" FROM (VALUES ")
	var args []any
	for i := range size {
		row := rows[min(i, len(rows)-1)]
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + typed(e, row.ID) + ", " + typed(e, row.Version))
		args = append(args, row.ID, row.Version)
		for _, v := range row.Values {
			b.WriteString(", " + typed(e, v))
			args = append(args, v)
		}
		b.WriteString(")")
	}
	plus := ""
	if e == SQLite {
		// Believing that few rows have the status, it would read the whole table instead of looking each row up.
		plus = "+"
	}
	fmt.Fprintf(&b, ") AS v WHERE %[1]s.id = v.column1 AND %[1]s.version = v.column2 AND %[2]s%[1]s.status = ? RETURNING %[1]s.id", table, plus)
	return b.String(), args
}
