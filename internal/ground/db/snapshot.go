package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Snapshot runs f with every statement seeing the database as it was at one
// moment, however long f takes; writers go on meanwhile.
func (d *DB) Snapshot(ctx context.Context, f func(*Reader) error) error {
	return explain(d.driver.snapshot(ctx, f))
}

func (d *sqliteDB) snapshot(ctx context.Context, f func(*Reader) error) error {
	return d.read(ctx, func(r *Reader) error {
		conn := r.session.(*sqliteConn).conn
		if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
			return err
		}
		err := f(r)
		if _, e := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); e != nil {
			return errors.Join(err, e, sql.ErrConnDone) // it must not be read from again
		}
		return err
	})
}

func (d *postgresDB) snapshot(ctx context.Context, f func(*Reader) error) error {
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() {
		still, done := toEnd(ctx)
		defer done()
		_ = tx.Rollback(still) // it read only
	}()
	if _, err := tx.Exec(ctx, unhurried); err != nil {
		return err
	}
	return f(&Reader{ctx, pgSession{tx}})
}

// Each runs a query and gives f one row at a time, so that any number of them
// needs no memory. The values belong to f for the call only.
func Each(q Q, text string, args []any, f func(values []any) error) error {
	done := trace(q.Context(), text, args, false)
	n := 0
	defer func() { done(n) }()
	r, err := q.query(text, args)
	if err != nil {
		return explain(err)
	}
	defer r.close()
	var values, dest []any
	for r.Next() {
		if values == nil {
			names, err := r.columns()
			if err != nil {
				return err
			}
			values, dest = make([]any, len(names)), make([]any, len(names))
			for i := range values {
				dest[i] = &values[i]
			}
		}
		if err := r.Scan(dest...); err != nil {
			return explain(err)
		}
		n++
		if err := f(values); err != nil {
			return err
		}
	}
	return explain(r.Err())
}
