package db

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresDB is a pool of pgx connections.
type postgresDB struct {
	pool *pgxpool.Pool
	iso  pgx.TxIsoLevel
}

// settings are those of a connection: how it plans, and how long a transaction may wait for its
// program. Compiling a plan, or starting workers for it, costs more than
// an answer to a person takes; and what is asked for is in memory or on a disk without a head to
// move, so that an index costs little more than reading on. A program that falls silent in the middle
// of a transaction, because its machine froze or the network broke, must not hold the rows that it has
// changed any longer than work is left with a silent worker: nobody else could take them up.
const settings = "set_config('idle_in_transaction_session_timeout', '60000', FALSE), set_config('jit', 'off', FALSE), set_config('max_parallel_workers_per_gather', '0', FALSE), set_config('random_page_cost', '1.1', FALSE)"

// openPostgres connects. The URL may carry pgx's own parameters, such as
// default_query_exec_mode=exec behind a transaction-pooling pgbouncer, and
// ours: isolation=serializable.
func openPostgres(ctx context.Context, url string, conns int) (backend, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	iso := pgx.ReadCommitted
	if v := cfg.ConnConfig.RuntimeParams["isolation"]; v != "" {
		delete(cfg.ConnConfig.RuntimeParams, "isolation")
		if v != "serializable" {
			return nil, fmt.Errorf("database address: isolation %q", v)
		}
		iso = pgx.Serializable
	}
	if conns == 0 {
		conns = max(8, 4*runtime.GOMAXPROCS(0))
	}
	cfg.MaxConns = int32(conns)
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SELECT "+settings, pgx.QueryExecModeSimpleProtocol)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool, iso}, nil
}

func (d *postgresDB) read(ctx context.Context, f func(*Reader) error) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return f(&Reader{ctx, pgSession{conn.Conn()}})
}

func (d *postgresDB) write(ctx context.Context, f func(*Tx) error) error {
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: d.iso})
	if err != nil {
		return err
	}
	defer func() {
		still, done := toEnd(ctx)
		defer done()
		_ = tx.Rollback(still) // after a commit it does nothing
	}()
	if err := f(&Tx{ctx, pgSession{tx}}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	still, done := toEnd(ctx)
	defer done()
	return tx.Commit(still)
}

// unhurried is for a transaction that does much between two statements.
const unhurried = "SET LOCAL idle_in_transaction_session_timeout = 0"

// toEnd is ctx for ending a transaction: a caller who leaves in the middle of
// a COMMIT must not make its outcome unknown.
func toEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

func (d *postgresDB) ping(ctx context.Context) error { return d.pool.Ping(ctx) }

func (d *postgresDB) script(ctx context.Context, text string) error {
	_, err := d.pool.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol)
	return err
}

func (d *postgresDB) close() { d.pool.Close() }

// pgRunner is a connection or a transaction.
type pgRunner interface {
	Query(ctx context.Context, text string, args ...any) (pgx.Rows, error)
	Exec(ctx context.Context, text string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

type pgSession struct{ run pgRunner }

// Engine is Postgres.
func (s pgSession) Engine() Engine { return Postgres }

func (s pgSession) queryContext(ctx context.Context, text string, args []any) (rows, error) {
	r, err := s.run.Query(ctx, number(text), bindPostgres(args)...)
	if err != nil {
		return nil, err
	}
	return pgRows{r}, nil
}

func (s pgSession) execContext(ctx context.Context, text string, args []any) (int64, error) {
	tag, err := s.run.Exec(ctx, number(text), bindPostgres(args)...)
	return tag.RowsAffected(), err
}

func (s pgSession) batch(ctx context.Context, items []*queued) error {
	if len(items) == 1 && !items[0].steady {
		it := items[0]
		done := trace(ctx, it.text, it.args, false)
		r, err := s.queryContext(ctx, it.text, it.args)
		if err != nil {
			done(0)
			return err
		}
		n, err := it.read(r)
		done(n)
		return err
	}
	// The statements of a trip stand or fall together, the settings around a steady one with them.
	const steadyPlan, ownPlan = "SET plan_cache_mode = force_generic_plan", "RESET plan_cache_mode"
	b := &pgx.Batch{}
	for _, it := range items {
		if it.steady {
			b.Queue(steadyPlan)
		}
		b.Queue(number(it.text), bindPostgres(it.args)...)
		if it.steady {
			b.Queue(ownPlan)
		}
	}
	res := s.run.SendBatch(ctx, b)
	defer res.Close()
	for i, it := range items {
		if it.steady {
			if _, err := res.Exec(); err != nil {
				return err
			}
		}
		done := trace(ctx, it.text, it.args, false)
		r, err := res.Query()
		if err != nil {
			done(0)
			return err
		}
		n, err := it.read(pgRows{r})
		done(n)
		if i > 0 {
			sameTrip(ctx)
		}
		if err == nil && it.steady {
			steadily(ctx)
			_, err = res.Exec()
		}
		if err != nil {
			return err
		}
	}
	return res.Close()
}

type pgRows struct{ pgx.Rows }

func (r pgRows) columns() ([]string, error) {
	fields := r.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names, nil
}

func (r pgRows) close() { r.Close() }
