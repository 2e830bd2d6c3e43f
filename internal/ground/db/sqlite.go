package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// sqliteDB keeps one connection for writing and a pool for reading, each with
// its own prepared statements: a single writer with BEGIN IMMEDIATE never
// fails busy within the process and commits faster than many.
type sqliteDB struct {
	path   string
	pool   *sql.DB
	writer chan *sqliteConn
	seats  chan struct{} // one for each that may read at once
	once   sync.Once
	closed chan struct{}

	mu   sync.Mutex
	idle []*sqliteConn // for reading; the last given back is the next taken, since its pages are at hand
}

var errClosed = errors.New("the database is closed")

type sqliteConn struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	failed error // of a statement since the transaction began, or since it was last taken to read
	within bool  // a transaction that writes
}

// maxStatements bounds the kept statements per connection.
const maxStatements = 500

func openSQLite(ctx context.Context, path string, readers int) (backend, error) {
	if readers == 0 {
		readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	pool, err := sql.Open(sqliteDriver, sqliteName(path))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(readers + 2)
	pool.SetMaxIdleConns(-1) // one that was given up is closed, not handed out again
	d := &sqliteDB{path: path, pool: pool, writer: make(chan *sqliteConn, 1), seats: make(chan struct{}, readers), closed: make(chan struct{})}
	w, err := d.connect(ctx, false)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d.writer <- w
	return d, nil
}

func (d *sqliteDB) connect(ctx context.Context, reader bool) (*sqliteConn, error) {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	pragmas := []string{
		"PRAGMA busy_timeout = 10000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
		"PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -16000",
		"PRAGMA mmap_size = 0", "PRAGMA trusted_schema = OFF",
	}
	if reader {
		pragmas = append(pragmas, "PRAGMA query_only = ON", "PRAGMA cache_size = -8000")
	}
	c := &sqliteConn{conn: conn, stmts: map[string]*sql.Stmt{}}
	if err := c.pragmas(ctx, pragmas); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *sqliteConn) pragmas(ctx context.Context, list []string) error {
	for _, p := range list {
		if _, err := c.conn.ExecContext(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (d *sqliteDB) read(ctx context.Context, f func(*Reader) error) error {
	select {
	case d.seats <- struct{}{}:
	case <-d.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.seats }()
	c, err := d.reader(ctx)
	if err != nil {
		return err
	}
	c.failed = nil
	defer func() {
		if lost(err) || broken(c.failed) {
			c.close()
			return
		}
		d.mu.Lock()
		d.idle = append(d.idle, c)
		d.mu.Unlock()
	}()
	err = f(&Reader{ctx, c})
	return err
}

// reader takes an idle connection for reading, or opens another one.
func (d *sqliteDB) reader(ctx context.Context) (*sqliteConn, error) {
	d.mu.Lock()
	last := len(d.idle) - 1
	if last < 0 {
		d.mu.Unlock()
		return d.connect(ctx, true)
	}
	c := d.idle[last]
	d.idle = d.idle[:last]
	d.mu.Unlock()
	return c, nil
}

func (d *sqliteDB) write(ctx context.Context, f func(*Tx) error) error {
	return d.transact(ctx, f, nil, nil)
}

// transact writes in one transaction; before and after are pragmas of the
// connection that no transaction may hold.
func (d *sqliteDB) transact(ctx context.Context, f func(*Tx) error, before, after []string) (err error) {
	var c *sqliteConn
	select {
	case c = <-d.writer:
	case <-d.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.writer <- c }()
	if c == nil {
		if c, err = d.connect(ctx, false); err != nil {
			c = nil
			return err
		}
	}
	still := context.WithoutCancel(ctx)
	defer func() {
		if c != nil && c.pragmas(still, after) != nil {
			c.close()
			c = nil
		}
	}()
	err = c.pragmas(still, before)
	if err == nil {
		_, err = c.conn.ExecContext(still, "BEGIN IMMEDIATE")
	}
	if err != nil {
		if lost(err) || broken(err) {
			c.close()
			c = nil
		}
		return err
	}
	c.failed, c.within = nil, true
	done := false
	defer func() {
		c.within = false
		if done {
			return
		}
		_, e := c.conn.ExecContext(still, "ROLLBACK")
		if e != nil && !strings.Contains(e.Error(), "no transaction is active") || broken(c.failed) {
			c.close()
			c = nil
		}
	}()
	if err = f(&Tx{ctx, c}); err != nil {
		return err
	}
	if err = ctx.Err(); err != nil {
		return err
	}
	if c.failed != nil {
		// PostgreSQL does not commit after a failed statement, so neither do we.
		return fmt.Errorf("db: the closure went on after a failed statement: %w", c.failed)
	}
	if _, err = c.conn.ExecContext(still, "COMMIT"); err != nil {
		c.failed = err
		return err
	}
	done = true
	return nil
}

func lost(err error) bool {
	return err != nil && (errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "bad connection"))
}

// broken reports that the file could not be read or written, or does not hold what it should: what
// the connection remembers of it is not built upon. A disk without room is no such thing, and there
// it might not be opened again.
func broken(err error) bool {
	if err == nil {
		return false
	}
	s := err.Error()
	return strings.Contains(s, "disk I/O error") || strings.Contains(s, "disk image is malformed") || strings.Contains(s, "not a database")
}

func (d *sqliteDB) ping(ctx context.Context) error {
	return d.read(ctx, func(r *Reader) error {
		_, err := All[int](r, "SELECT 1")
		return err
	})
}

func (d *sqliteDB) script(ctx context.Context, text string) error {
	return d.write(ctx, func(t *Tx) error {
		c := t.session.(*sqliteConn)
		_, err := c.conn.ExecContext(ctx, text)
		c.failed = err
		return err
	})
}

func (d *sqliteDB) close() {
	d.once.Do(func() {
		close(d.closed)
		for range cap(d.seats) {
			d.seats <- struct{}{} // when who reads is done
		}
		for _, c := range d.idle {
			c.close()
		}
		if c := <-d.writer; c != nil {
			c.close()
		}
		d.pool.Close()
	})
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.conn.Close()
}

// Engine is SQLite.
func (c *sqliteConn) Engine() Engine { return SQLite }

func (c *sqliteConn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if c.within && c.failed != nil {
		// Some failures, of the disk above all, end the transaction at once: what follows would be kept on its own.
		return nil, fmt.Errorf("db: a statement after a failed one: %w", c.failed)
	}
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		for k, s := range c.stmts {
			s.Close()
			delete(c.stmts, k)
			break
		}
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		c.failed = err
		return nil, fmt.Errorf("%w in: %s", err, text)
	}
	c.stmts[text] = s
	return s, nil
}

func (c *sqliteConn) queryContext(ctx context.Context, text string, args []any) (rows, error) {
	s, err := c.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(ctx, bindSQLite(args)...)
	if err != nil {
		c.failed = err
		return nil, err
	}
	return sqliteRows{r, c}, nil
}

func (c *sqliteConn) execContext(ctx context.Context, text string, args []any) (int64, error) {
	s, err := c.stmt(ctx, text)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, bindSQLite(args)...)
	if err != nil {
		c.failed = err
		return 0, err
	}
	return r.RowsAffected()
}

func (c *sqliteConn) batch(ctx context.Context, items []*queued) error {
	for _, it := range items {
		done := trace(ctx, it.text, it.args, false)
		r, err := c.queryContext(ctx, it.text, it.args)
		if err != nil {
			done(0)
			return err
		}
		n, err := it.read(r)
		done(n)
		if err != nil {
			return err
		}
	}
	return nil
}

type sqliteRows struct {
	*sql.Rows
	conn *sqliteConn
}

// Err also notes a failure that came with a row, such as an INSERT's with
// RETURNING.
func (r sqliteRows) Err() error {
	err := r.Rows.Err()
	if err != nil {
		r.conn.failed = err
	}
	return err
}

func (r sqliteRows) columns() ([]string, error) { return r.Columns() }
func (r sqliteRows) close()                     { r.Close() }
