package kizunatest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"kizuna/internal/ground/db"
)

// Made is a database with records in it, made once per engine by a test binary;
// every test gets a copy of its own. Make leaves nothing open behind it and
// answers what tests need to know of the records, such as ids: all tests share
// the answer, and none may alter it.
type Made[T any] struct {
	Make func(t testing.TB, d *db.DB) T

	mu   sync.Mutex
	done map[db.Engine]mould[T]
}

// mould is what copies are taken from: the file's bytes, or a database's name.
type mould[T any] struct {
	known T
	file  []byte
	name  string
}

// Each runs f once per engine, each time on a copy of its own.
func (m *Made[T]) Each(t *testing.T, f func(t *testing.T, d *db.DB, known T)) {
	t.Helper()
	for _, e := range Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			d, known := m.Copy(t, e)
			f(t, d, known)
		})
	}
}

// Copy is a database as Make left it, gone when the test ends.
func (m *Made[T]) Copy(t testing.TB, e db.Engine) (*db.DB, T) {
	t.Helper()
	from := m.mould(t, e)
	if e == db.Postgres {
		return OpenDB(t, clonePostgres(t, from.name)), from.known
	}
	return OpenDB(t, fileWith(t, from.file)), from.known
}

func (m *Made[T]) mould(t testing.TB, e db.Engine) mould[T] {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if out, ok := m.done[e]; ok {
		return out
	}
	var url string
	var out mould[T]
	if e == db.Postgres {
		// It lives as long as the binary; the next one sweeps it away.
		c := postgres(t)
		var err error
		if out.name, err = c.clone(t.Context(), templatePostgres(t)); err != nil {
			t.Fatal(err)
		}
		url = c.address(out.name)
	} else {
		url = fileWith(t, templateSQLite(t))
	}
	d, err := db.Open(t.Context(), url, 0)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	func() {
		defer d.Close()
		out.known = m.Make(t, d)
	}()
	if e == db.SQLite {
		if out.file, err = closedFile(url); err != nil {
			t.Fatal(err)
		}
	}
	if m.done == nil {
		m.done = map[db.Engine]mould[T]{}
	}
	m.done[e] = out
	return out
}

// fileWith is the path of a new SQLite file with these bytes.
func fileWith(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kizuna.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// closedFile is all of a SQLite database that nobody has open.
func closedFile(path string) ([]byte, error) {
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, fmt.Errorf("%s was not closed: its WAL is still there", path)
	}
	b, err := os.ReadFile(path)
	return slices.Clip(b), err
}
