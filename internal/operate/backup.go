package operate

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/vault"
)

// Sum is what a table holds: equal sums, equal rows, on any engine.
type Sum struct {
	Table string
	Rows  int64
	Hash  string // SHA-256 of its rows added up, in hex
}

// keyMark tells key files apart without telling the key.
func keyMark(v *vault.Vault) string { return hex.EncodeToString(v.MAC("archive")[:8]) }

// Sums adds up every table as it is at one moment.
func Sums(ctx context.Context, d *db.DB) ([]Sum, error) {
	var out []Sum
	err := d.Snapshot(ctx, func(q *db.Reader) error {
		out = nil
		return eachTable(q, func(t db.Table) error {
			var sum sumOf
			var row []byte
			err := db.EachRow(q, t, func(values []any) (err error) {
				if row, err = encodeRow(row[:0], values); err == nil {
					sum.add(row)
				}
				return err
			})
			out = append(out, Sum{t.Name, sum.rows, sum.hex()})
			return err
		})
	})
	return out, err
}

func eachTable(q db.Q, f func(db.Table) error) error {
	tables, err := db.Tables(q)
	for _, t := range tables {
		if err == nil {
			err = f(t)
		}
	}
	return err
}

// Backup writes everything in the database, files included, to w as it was at
// one moment, while the installation goes on working. The key file is not part
// of it.
func Backup(ctx context.Context, d *db.DB, v *vault.Vault, at calendar.Time, w io.Writer) ([]Sum, error) {
	if err := d.Ready(ctx); err != nil {
		return nil, err
	}
	packed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	a := newArchiveWriter(packed)
	head := archiveHead{Kizuna: "archive", Format: archiveFormat, Release: db.BinaryLevel, Engine: d.Engine().String(), At: at, Key: keyMark(v)}
	var out []Sum
	err = d.Snapshot(ctx, func(q *db.Reader) error {
		var err error
		if head.Schema, err = db.Mark(q); err != nil {
			return err
		}
		if err := a.line(head); err != nil {
			return err
		}
		return eachTable(q, func(t db.Table) error {
			sum, err := a.table(t, func(f func([]any) error) error { return db.EachRow(q, t, f) })
			out = append(out, Sum{t.Name, sum.rows, sum.hex()})
			return err
		})
	})
	if err == nil {
		err = a.end()
	}
	if err == nil {
		err = packed.Close()
	}
	return out, err
}

// BackupTo is Backup to a new file, which is there only when it is whole.
func BackupTo(ctx context.Context, d *db.DB, v *vault.Vault, at calendar.Time, path string) (sums []Sum, err error) {
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("%s exists; an archive overwrites nothing", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(f.Close()), os.Remove(f.Name()))
		}
	}()
	if sums, err = Backup(ctx, d, v, at, f); err != nil {
		return nil, err
	}
	if err = f.Sync(); err != nil {
		return nil, err
	}
	if err = f.Close(); err != nil {
		return nil, err
	}
	return sums, os.Rename(f.Name(), path)
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// Restored is what came of a restore.
type Restored struct {
	Sums    []Sum
	From    string // the engine it came from
	At      calendar.Time
	Journal journal.Verified
}

// Restore fills an empty, migrated database from an archive: all of it or
// nothing. Then it reads everything back, compares it with the archive and
// verifies the journal.
func Restore(ctx context.Context, d *db.DB, v *vault.Vault, r io.Reader) (Restored, error) {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return Restored{}, damaged(err)
	}
	a := newArchiveReader(packed)
	var head archiveHead
	if err := a.line(&head); err != nil {
		return Restored{}, err
	}
	if err := d.Ready(ctx); err != nil {
		return Restored{}, err
	}
	if err := head.fits(ctx, d, v); err != nil {
		return Restored{}, err
	}
	out := Restored{From: head.Engine, At: head.At}
	read := false
	if err := d.Fill(ctx, func(tx *db.Tx) error {
		if read { // the archive cannot be read a second time
			return errors.New("the database was not free; nothing was restored, try again")
		}
		read = true
		if out.Sums, err = restoreTables(tx, a); err != nil {
			return err
		}
		return search.Refill(tx)
	}); err != nil {
		return Restored{}, err
	}
	return out, out.verify(ctx, d, v)
}

func (h archiveHead) fits(ctx context.Context, d *db.DB, v *vault.Vault) error {
	var schema string
	if err := d.Read(ctx, func(q *db.Reader) (err error) {
		schema, err = db.Mark(q)
		return err
	}); err != nil {
		return err
	}
	switch {
	case h.Kizuna != "archive":
		return fmt.Errorf("%w: it does not begin as one", ErrArchive)
	case h.Format > archiveFormat:
		return fmt.Errorf("the archive has format %d and this release reads up to %d; use a newer one", h.Format, archiveFormat)
	case h.Release > db.BinaryLevel:
		return db.ErrTooNew
	case h.Schema != schema:
		return errors.New("the archive was made by a release with other tables; restore it with that release, then migrate")
	case h.Key != keyMark(v):
		return errors.New("the archive belongs to another key file; put that one in place first")
	}
	return nil
}

// restoreTables reads every table of the archive into one of the same name.
func restoreTables(tx *db.Tx, a *archiveReader) ([]Sum, error) {
	tables := map[string]db.Table{}
	err := eachTable(tx, func(t db.Table) error {
		tables[t.Name] = t
		_, some, err := db.Maybe[int](tx, "SELECT 1 FROM "+t.Name+" LIMIT 1")
		if err == nil && some {
			err = fmt.Errorf("the database is not empty: there are rows in %s; restore only into an empty one", t.Name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Sum
	for {
		var head archiveTable
		if err := a.line(&head); err != nil {
			return nil, err
		}
		if head.Table == "" {
			break
		}
		t, ok := tables[head.Table]
		if !ok || !head.same(t) {
			return nil, fmt.Errorf("%w: table %q is not one of this release", ErrArchive, head.Table)
		}
		delete(tables, head.Table)
		sum, err := restoreTable(tx, a, t)
		if err != nil {
			return nil, err
		}
		out = append(out, Sum{t.Name, sum.rows, sum.hex()})
	}
	if len(tables) > 0 {
		return nil, fmt.Errorf("%w: %d tables are missing", ErrArchive, len(tables))
	}
	return out, a.end()
}

func (h archiveTable) same(t db.Table) bool {
	if len(h.Columns) != len(t.Columns) {
		return false
	}
	for i, c := range t.Columns {
		if h.Columns[i] != (archiveColumn{c.Name, c.Kind}) {
			return false
		}
	}
	return true
}

// Rows go into the database in lots of so many, or of so many bytes.
const (
	lotRows  = 2000
	lotBytes = 8 << 20
)

// restoreTable reads one lot of rows from the archive while the one before goes
// into the database: unpacking and adding up take about as long.
func restoreTable(tx *db.Tx, a *archiveReader, t db.Table) (sumOf, error) {
	lots := make(chan [][]any, 1)
	stop := make(chan struct{})
	var sum sumOf
	var unread error
	go func() {
		defer close(lots)
		sum, unread = readLots(a, len(t.Columns), func(lot [][]any) error {
			select {
			case lots <- lot:
				return nil
			case <-stop:
				return errStopped
			}
		})
	}()
	var unwritten error
	for lot := range lots {
		if unwritten = db.CopyRows(tx, t, lot); unwritten != nil {
			close(stop)
			break
		}
	}
	for range lots { // until the reader is done with the archive
	}
	if unwritten != nil {
		return sum, unwritten
	}
	return sum, unread
}

var errStopped = errors.New("the rows are not wanted any more")

// readLots reads a table of the archive and gives its rows away in lots.
func readLots(a *archiveReader, columns int, put func(lot [][]any) error) (sumOf, error) {
	var lot [][]any
	size := 0
	sum, err := a.table(columns, func(values []any) error {
		lot = append(lot, values)
		size += len(a.row)
		if len(lot) < lotRows && size < lotBytes {
			return nil
		}
		full := lot
		lot, size = make([][]any, 0, lotRows), 0
		return put(full)
	})
	if err != nil || len(lot) == 0 {
		return sum, err
	}
	return sum, put(lot)
}

// verify compares what the database gives back with what went in, and reads
// the whole journal.
func (r *Restored) verify(ctx context.Context, d *db.DB, v *vault.Vault) error {
	if err := d.Freshen(ctx); err != nil {
		return err
	}
	verified := make(chan error, 1) // beside the sums: each takes long, and most machines have two processors
	go func() {
		var err error
		r.Journal, err = journal.Verify(ctx, d, v)
		verified <- err
	}()
	back, err := Sums(ctx, d)
	if broken := <-verified; err == nil {
		err = broken
	}
	if err != nil {
		return err
	}
	for i, s := range back {
		if s != r.Sums[i] {
			return fmt.Errorf("table %s holds other rows than the archive", s.Table)
		}
	}
	if n := len(r.Journal.Broken); n > 0 {
		return fmt.Errorf("the journal does not hold: %d findings, the first: %s", n, r.Journal.Broken[0])
	}
	return nil
}
