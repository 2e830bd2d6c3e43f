package db

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"kizuna/internal/ground/fault"
)

// DB is an agency's database.
type DB struct {
	engine Engine
	url    string
	driver backend
}

// backend is what each engine provides.
type backend interface {
	read(ctx context.Context, f func(*Reader) error) error
	write(ctx context.Context, f func(*Tx) error) error
	snapshot(ctx context.Context, f func(*Reader) error) error
	fill(ctx context.Context, f func(*Tx) error) error
	ping(ctx context.Context) error
	sound(ctx context.Context) ([]string, error)
	script(ctx context.Context, text string) error
	close()
}

// Open opens the database at a postgres:// URL or a SQLite file path. It does
// not migrate. readers is how many SQLite readers or PostgreSQL connections
// to keep; 0 chooses by the processors.
func Open(ctx context.Context, url string, readers int) (*DB, error) {
	d := &DB{url: url}
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		d.engine = Postgres
		d.driver, err = openPostgres(ctx, url, readers)
	} else {
		d.engine = SQLite
		d.driver, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), readers)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Engine tells which engine this is.
func (d *DB) Engine() Engine { return d.engine }

// URL is the address it was opened with; it may hold a password.
func (d *DB) URL() string { return d.url }

// Close waits for what runs and closes every connection.
func (d *DB) Close() { d.driver.close() }

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return explain(d.driver.ping(ctx)) }

// Script runs several statements without parameters, for migrations and tests.
func (d *DB) Script(ctx context.Context, text string) error { return d.driver.script(ctx, text) }

// Reader is a scope for reading. On PostgreSQL its statements run without
// BEGIN; use a Batch where a page needs several.
type Reader struct {
	ctx context.Context
	session
}

// Tx is a scope for writing, in one transaction.
type Tx struct {
	ctx context.Context
	session
}

// session is one connection of a driver, in or out of a transaction.
type session interface {
	Engine() Engine
	queryContext(ctx context.Context, text string, args []any) (rows, error)
	execContext(ctx context.Context, text string, args []any) (int64, error)
	batch(ctx context.Context, items []*queued) error
}

// Context is the request's.
func (r *Reader) Context() context.Context { return r.ctx }

// Context is the request's.
func (t *Tx) Context() context.Context { return t.ctx }

func (r *Reader) query(text string, args []any) (rows, error) {
	mustRead(text)
	return r.queryContext(r.ctx, text, args)
}

func (r *Reader) exec(text string, _ []any) (int64, error) { panic("db: write in a read: " + text) }

func (r *Reader) sendBatch(items []*queued) error {
	for _, it := range items {
		mustRead(it.text)
	}
	return r.session.batch(r.ctx, items)
}

// mustRead refuses a statement that writes and gives rows back: PostgreSQL
// would run it outside any transaction.
func mustRead(text string) {
	word := strings.TrimLeft(text, " \t\n(")
	if len(word) < 6 {
		return
	}
	switch strings.ToUpper(word[:6]) {
	case "INSERT", "UPDATE", "DELETE":
		panic("db: write in a read: " + text)
	}
}

func (t *Tx) query(text string, args []any) (rows, error) {
	return t.queryContext(t.ctx, text, args)
}

func (t *Tx) exec(text string, args []any) (int64, error) {
	return t.execContext(t.ctx, text, args)
}

func (t *Tx) sendBatch(items []*queued) error { return t.session.batch(t.ctx, items) }

// ForUpdate is the row-lock clause a counting read needs on PostgreSQL; SQLite
// has one writer and needs none. Write it at the end of the statement.
func ForUpdate(q Q) string {
	if q.Engine() == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is ForUpdate that passes over rows others hold, for claiming work.
func SkipLocked(q Q) string {
	if q.Engine() == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Read runs f with a connection for reading.
func (d *DB) Read(ctx context.Context, f func(*Reader) error) error {
	scoped(ctx, false)
	return explain(d.driver.read(ctx, f))
}

// A write is tried again this often and this long; many serializable writers
// on one row need some tens of tries.
const (
	maxTries    = 40
	maxRetrying = 30 * time.Second
)

// Write runs f in a transaction and commits. When the engine reports a
// serialization failure, deadlock or busy database, f runs again, so it must
// have no effect outside the transaction.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	start := time.Now()
	for try := 1; ; try++ {
		scoped(ctx, true)
		err := d.driver.write(ctx, f)
		if err == nil || !canRetry(err) {
			return explain(err)
		}
		if try == maxTries || time.Since(start) > maxRetrying {
			return fault.Unavailable(err)
		}
		if err := wait(ctx, try); err != nil {
			return err
		}
	}
}

// wait pauses before the next try, longer after each and never the same.
func wait(ctx context.Context, try int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(rand.Int64N(int64(time.Millisecond) << min(try, 7)))):
		return nil
	}
}
