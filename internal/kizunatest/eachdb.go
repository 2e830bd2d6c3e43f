package kizunatest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"kizuna/internal/ground/db"
)

// Engines are the engines this run tests: both, unless KIZUNA_TEST_ENGINES
// says sqlite or postgres.
func Engines(t testing.TB) []db.Engine {
	t.Helper()
	switch v := os.Getenv("KIZUNA_TEST_ENGINES"); v {
	case "", "both":
		return []db.Engine{db.SQLite, db.Postgres}
	case "sqlite":
		return []db.Engine{db.SQLite}
	case "postgres":
		return []db.Engine{db.Postgres}
	default:
		t.Fatalf("KIZUNA_TEST_ENGINES is %q: sqlite, postgres or both", v)
		return nil
	}
}

// EachDB runs f once per engine, each time on a freshly cloned and migrated
// database of its own. A missing PostgreSQL fails the test, unless
// KIZUNA_TEST_ENGINES=sqlite.
func EachDB(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range Engines(t) {
		t.Run(e.String(), func(t *testing.T) { f(t, NewDB(t, e)) })
	}
}

// BothDB gives f one fresh database per engine at once, to compare them; with
// one engine it skips.
func BothDB(t *testing.T, f func(t *testing.T, sqlite, postgres *db.DB)) {
	t.Helper()
	if len(Engines(t)) < 2 {
		t.Skip("compares both engines; KIZUNA_TEST_ENGINES names one")
	}
	f(t, NewDB(t, db.SQLite), NewDB(t, db.Postgres))
}

// NewDB is a freshly cloned, migrated database, gone when the test ends.
func NewDB(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	return OpenDB(t, NewURL(t, e))
}

// OpenDB opens a database by its address until the test ends.
func OpenDB(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, 0)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(d.Close)
	return d
}

// NewURL is the address of a freshly cloned, migrated database that nobody
// has opened yet, gone when the test ends.
func NewURL(t testing.TB, e db.Engine) string {
	t.Helper()
	if e == db.Postgres {
		return clonePostgres(t, templatePostgres(t))
	}
	return fileWith(t, templateSQLite(t))
}

// EmptyURL is NewURL without any table.
func EmptyURL(t testing.TB, e db.Engine) string {
	t.Helper()
	if e == db.Postgres {
		return clonePostgres(t, "template0")
	}
	return filepath.Join(t.TempDir(), "kizuna.db")
}

var sqliteTemplate struct {
	sync.Mutex
	file []byte
}

// templateSQLite is the bytes of a migrated database file, made once per test
// binary; a failure is told to every test that asks.
func templateSQLite(t testing.TB) []byte {
	t.Helper()
	sqliteTemplate.Lock()
	defer sqliteTemplate.Unlock()
	if sqliteTemplate.file == nil {
		path := filepath.Join(t.TempDir(), "template.db")
		migrate(t, path)
		file, err := closedFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sqliteTemplate.file = file
	}
	return sqliteTemplate.file
}

func migrate(t testing.TB, url string) {
	t.Helper()
	d, err := db.Open(t.Context(), url, 2)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	defer d.Close()
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}
