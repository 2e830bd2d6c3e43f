package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// BenchmarkLayer measures what this package adds to its drivers: the same work
// through it and by hand with statements prepared beforehand, in turn, on the
// same database. The bars are 0.95 of the driver's speed, and 0.90 for many
// rows; and on PostgreSQL twenty reads in one round trip are 1.5 times as fast
// as one after the other.
func BenchmarkLayer(b *testing.B) {
	for _, e := range kizunatest.Engines(b) {
		b.Run(e.String(), func(b *testing.B) {
			url := kizunatest.NewURL(b, e)
			d := withThings(b, url)
			ids := fillThings(b, d)
			hand := byHand(b, e, url)
			for _, w := range layerWork(b, d, hand, ids) {
				b.Run(w.name, func(b *testing.B) {
					for b.Loop() {
						got := timesAsFast(b, w.ours, w.theirs)
						b.ReportMetric(got, "of-the-other")
						b.Logf("FIGURE | %s | %s | %.2f of the speed of %s (the bar is %.2f) |", w.name, e, got, w.beside, w.bar)
					}
				})
			}
		})
	}
}

const layerThings = 5000

func fillThings(b *testing.B, d *db.DB) []db.ID {
	ids := make([]db.ID, layerThings)
	things := make([]thing, layerThings)
	for i := range ids {
		ids[i] = db.NewID()
		things[i] = aThing(ids[i], i)
	}
	write(b, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
	if err := d.Freshen(b.Context()); err != nil {
		b.Fatal(err)
	}
	return ids
}

func aThing(id db.ID, i int) thing {
	return thing{ID: id, Version: 1, Status: "open", Name: fmt.Sprintf("thing %d", i), At: moment(i), Amount: int64(i), Share: 0.5, Sealed: []byte("sealed")}
}

// layerWorkItem is done by this package and in another way that it is measured by.
type layerWorkItem struct {
	name, beside string
	bar          float64
	ours, theirs func(n int) error // so many times
}

const (
	driverPrepared = "the driver"
	oneByOne       = "one after the other"
)

func layerWork(b *testing.B, d *db.DB, hand handDriver, ids []db.ID) []layerWorkItem {
	ctx := b.Context()
	columns := db.Columns[thing]("")
	one := "SELECT " + columns + " FROM thing WHERE id = ?"
	fifty := "SELECT " + columns + " FROM thing WHERE id >= ? ORDER BY id LIMIT 50"
	next := 0
	id := func() db.ID { next++; return ids[next*37%(layerThings-50)] }
	reading := func(text string, rows int) (func(int) error, func(int) error) {
		return func(n int) error {
				for range n {
					err := d.Read(ctx, func(r *db.Reader) error {
						list, err := db.All[thing](r, text, id())
						if err == nil && len(list) != rows {
							err = fmt.Errorf("%d rows", len(list))
						}
						return err
					})
					if err != nil {
						return err
					}
				}
				return nil
			}, func(n int) error {
				for range n {
					if got, err := hand.read(ctx, text, id()); err != nil || got != rows {
						return fmt.Errorf("%d rows: %w", got, err)
					}
				}
				return nil
			}
	}
	things := func(rows int) []thing {
		list := make([]thing, rows)
		for i := range list {
			list[i] = aThing(db.NewID(), 0)
			list[i].Name = ""
		}
		return list
	}
	writing := func(rows int) (func(int) error, func(int) error) {
		return func(n int) error {
				for range n {
					list := things(rows)
					if err := d.Write(ctx, func(tx *db.Tx) error { return db.Insert(tx, "thing", list...) }); err != nil {
						return err
					}
				}
				return nil
			}, func(n int) error {
				for range n {
					if err := hand.insert(ctx, things(rows)); err != nil {
						return err
					}
				}
				return nil
			}
	}
	work := []layerWorkItem{
		{name: "one row by its key", beside: driverPrepared, bar: 0.95},
		{name: "fifty rows in order", beside: driverPrepared, bar: 0.95},
		{name: "one row written", beside: driverPrepared, bar: 0.95},
		{name: "two thousand rows written", beside: driverPrepared, bar: 0.90},
	}
	work[0].ours, work[0].theirs = reading(one, 1)
	work[1].ours, work[1].theirs = reading(fifty, 50)
	work[2].ours, work[2].theirs = writing(1)
	work[3].ours, work[3].theirs = writing(2000)
	if d.Engine() == db.SQLite {
		return work
	}
	twenty := func(send func(r *db.Reader) error) func(int) error {
		return func(n int) error {
			for range n {
				if err := d.Read(ctx, send); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return append(work, layerWorkItem{
		name: "twenty reads in one batch", beside: oneByOne, bar: 1.5,
		ours: twenty(func(r *db.Reader) error {
			batch := db.NewBatch()
			for range 20 {
				db.Queue[thing](batch, one, id())
			}
			return db.Send(r, batch)
		}),
		theirs: twenty(func(r *db.Reader) error {
			for range 20 {
				if _, err := db.All[thing](r, one, id()); err != nil {
					return err
				}
			}
			return nil
		}),
	})
}

// timesAsFast gives how many times as fast ours is: the median of pairs of
// some hundredths of a second each, since a machine's speed changes.
func timesAsFast(b *testing.B, ours, theirs func(int) error) float64 {
	const pairs, slice = 25, 40 * time.Millisecond
	took := func(f func(int) error, n int) time.Duration {
		began := time.Now()
		if err := f(n); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	n := 1
	for took(ours, n) < slice || took(theirs, n) < slice {
		n *= 2
	}
	var ratios []float64
	for i := range pairs {
		var us, them time.Duration
		if i%2 == 0 {
			us, them = took(ours, n), took(theirs, n)
		} else {
			them, us = took(theirs, n), took(ours, n)
		}
		ratios = append(ratios, float64(them)/float64(us))
	}
	slices.Sort(ratios)
	return ratios[pairs/2]
}

// handDriver is a driver used as one would by hand, on one connection.
type handDriver interface {
	read(ctx context.Context, text string, id db.ID) (int, error)
	insert(ctx context.Context, list []thing) error
}

func byHand(b *testing.B, e db.Engine, url string) handDriver {
	b.Helper()
	if e == db.Postgres {
		conn, err := pgx.Connect(b.Context(), url)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close(context.WithoutCancel(b.Context())) })
		return postgresByHand{conn}
	}
	pool, err := sql.Open(db.SQLiteDriver, db.SQLiteName(url))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { pool.Close() })
	conn, err := pool.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, pragma := range []string{"busy_timeout = 10000", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000", "mmap_size = 0"} {
		if _, err := conn.ExecContext(b.Context(), "PRAGMA "+pragma); err != nil {
			b.Fatal(err)
		}
	}
	return &sqliteByHand{conn, map[string]*sql.Stmt{}}
}

// The columns of a thing as one would write them out by hand.
var layerColumns = []string{"id", "parent", "version", "status", "name", "born", "at", "done", "amount", "share", "sealed", "label", "maybe"}

func destOf(x *thing) []any {
	return []any{&x.ID, &x.Parent, &x.Version, &x.Status, &x.Name, &x.Born, &x.At, &x.Done, &x.Amount, &x.Share, &x.Sealed, &x.Label, &x.Maybe}
}

func valuesOf(x thing, id any) []any {
	return []any{id, nil, x.Version, string(x.Status), x.Name, string(x.Born), int64(x.At), x.Done, x.Amount, x.Share, x.Sealed, x.Label, x.Maybe}
}

type sqliteByHand struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (s *sqliteByHand) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if p, ok := s.stmts[text]; ok {
		return p, nil
	}
	p, err := s.conn.PrepareContext(ctx, text)
	if err == nil {
		s.stmts[text] = p
	}
	return p, err
}

func (s *sqliteByHand) read(ctx context.Context, text string, id db.ID) (int, error) {
	p, err := s.prepared(ctx, text)
	if err != nil {
		return 0, err
	}
	rows, err := p.QueryContext(ctx, id[:])
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var list []thing
	for rows.Next() {
		var x thing
		if err := rows.Scan(destOf(&x)...); err != nil {
			return 0, err
		}
		list = append(list, x)
	}
	return len(list), rows.Err()
}

// insert takes as many rows in a statement as the layer does: more of them are slower.
func (s *sqliteByHand) insert(ctx context.Context, list []thing) error {
	if _, err := s.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for len(list) > 0 {
		n := db.Piece(min(db.MaxParameters/len(layerColumns), len(list)))
		row := "(?" + strings.Repeat(", ?", len(layerColumns)-1) + ")"
		p, err := s.prepared(ctx, "INSERT INTO thing ("+strings.Join(layerColumns, ", ")+") VALUES "+row+strings.Repeat(", "+row, n-1))
		if err != nil {
			return err
		}
		args := make([]any, 0, n*len(layerColumns))
		for _, x := range list[:n] {
			args = append(args, valuesOf(x, x.ID[:])...)
		}
		if _, err := p.ExecContext(ctx, args...); err != nil {
			return err
		}
		list = list[n:]
	}
	_, err := s.conn.ExecContext(ctx, "COMMIT")
	return err
}

type postgresByHand struct{ conn *pgx.Conn }

func (s postgresByHand) read(ctx context.Context, text string, id db.ID) (int, error) {
	rows, err := s.conn.Query(ctx, strings.Replace(text, "?", "$1", 1), [16]byte(id))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var list []thing
	for rows.Next() {
		var x thing
		if err := rows.Scan(destOf(&x)...); err != nil {
			return 0, err
		}
		list = append(list, x)
	}
	return len(list), rows.Err()
}

func (s postgresByHand) insert(ctx context.Context, list []thing) error {
	tx, err := s.conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	values := make([][]any, len(list))
	for i, x := range list {
		values[i] = valuesOf(x, [16]byte(x.ID))
	}
	if len(list) == 1 {
		_, err = tx.Exec(ctx, "INSERT INTO thing ("+strings.Join(layerColumns, ", ")+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", values[0]...)
	} else {
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"thing"}, layerColumns, pgx.CopyFromRows(values))
	}
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}
