package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Fill runs f in one transaction that puts rows into empty tables. Indexes and
// references between rows stand aside meanwhile and are made and checked
// before it commits, so rows may come in any order. Nothing else may use the
// database.
func (d *DB) Fill(ctx context.Context, f func(*Tx) error) error {
	return explain(d.driver.fill(ctx, f))
}

// aside is a part of the schema that stands aside while tables are filled.
type aside struct {
	Drop string `db:"gone"`
	Make string `db:"back"`
}

const sqliteAside = `SELECT 'DROP INDEX "' || name || '"' AS gone, sql AS back FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`

func (d *sqliteDB) fill(ctx context.Context, f func(*Tx) error) error {
	// Making an index sorts its rows, which must not be held in memory.
	before := []string{"PRAGMA foreign_keys = OFF", "PRAGMA temp_store = FILE"}
	after := []string{"PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY"}
	return d.transact(ctx, func(tx *Tx) error {
		if err := withAside(tx, f, sqliteAside); err != nil {
			return err
		}
		lost, err := Dangling(tx)
		if err == nil && len(lost) > 0 {
			err = fmt.Errorf("%d rows refer to nothing, such as %s", len(lost), lost[0])
		}
		return err
	}, before, after)
}

// References before the indexes that they may need, and back the other way.
const (
	postgresReferences = `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', CAST(conrelid AS regclass), conname) AS gone,
	format('ALTER TABLE %s ADD CONSTRAINT %I %s', CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid)) AS back
	FROM pg_constraint WHERE contype = 'f' AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) ORDER BY conname`
	postgresIndexes = `SELECT format('DROP INDEX %s', CAST(i.indexrelid AS regclass)) AS gone, pg_get_indexdef(i.indexrelid) AS back
	FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
	WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
	AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype <> 'f') ORDER BY i.indexrelid`
)

func (d *postgresDB) fill(ctx context.Context, f func(*Tx) error) error {
	return d.write(ctx, func(tx *Tx) error {
		if _, err := Exec(tx, unhurried); err != nil {
			return err
		}
		if err := withAside(tx, f, postgresReferences, postgresIndexes); err != nil {
			return err
		}
		return restart(tx)
	})
}

func withAside(tx *Tx, f func(*Tx) error, lists ...string) error {
	var all []aside
	for _, list := range lists {
		parts, err := All[aside](tx, list)
		if err != nil {
			return err
		}
		all = append(all, parts...)
	}
	for _, a := range all {
		if _, err := Exec(tx, a.Drop); err != nil {
			return err
		}
	}
	if err := f(tx); err != nil {
		return err
	}
	for i := range all {
		if _, err := Exec(tx, all[len(all)-1-i].Make); err != nil {
			return err
		}
	}
	return nil
}

// restart lets self-numbering keys go on after the highest one there is.
func restart(tx *Tx) error {
	type key struct {
		Table  string `db:"table_name"`
		Column string `db:"column_name"`
	}
	keys, err := All[key](tx, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'")
	if err != nil {
		return err
	}
	for _, k := range keys {
		_, err := All[int64](tx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence(?, ?), COALESCE(MAX(%[1]s), 1), MAX(%[1]s) IS NOT NULL) FROM %[2]s", k.Column, k.Table), k.Table, k.Column)
		if err != nil {
			return err
		}
	}
	return nil
}

// Copy puts rows of values, in the order of the columns, into a table: COPY on
// PostgreSQL, statements of many rows on SQLite. It is for loading many rows.
func Copy(w W, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if _, done, err := w.copyIn(table, columns, rows); done {
		return explain(err)
	}
	fields := make([]field, len(columns))
	for i, c := range columns {
		fields[i].column = c
	}
	for len(rows) > 0 {
		n := piece(min(maxParameters/len(columns), len(rows)))
		args := make([]any, 0, n*len(columns))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := Exec(w, insertText(table, fields, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// Freshen lets PostgreSQL's planner know tables that were just loaded.
func (d *DB) Freshen(ctx context.Context) error {
	if d.engine == SQLite {
		return nil
	}
	return d.Script(ctx, "ANALYZE")
}

// copyIn is COPY; done is false where the engine has none.
func (t *Tx) copyIn(table string, columns []string, rows [][]any) (n int64, done bool, err error) {
	s, ok := t.session.(pgSession)
	if !ok {
		return 0, false, nil
	}
	n, err = s.run.CopyFrom(t.ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		return bindPostgres(rows[i]), nil
	}))
	return n, true, err
}
