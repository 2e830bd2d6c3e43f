package db_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

func eachEmptyURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for _, e := range kizunatest.Engines(t) {
		for _, way := range ways(e) {
			t.Run(strings.Trim(e.String()+" "+way, " "), func(t *testing.T) {
				f(t, with(kizunatest.EmptyURL(t, e), way))
			})
		}
	}
}

// TestMigrationsAreAddedAtTheEnd holds what is in testdata/migrations.txt, to which a change that adds a
// migration adds its line at the end: a database that stands at one refuses any that comes before it, and
// never runs again one that was changed.
func TestMigrationsAreAddedAtTheEnd(t *testing.T) {
	kept, err := os.ReadFile("testdata/migrations.txt")
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for line := range strings.Lines(string(kept)) {
		name, sum, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name <= last {
			t.Errorf("%s comes after %s: give it a number above", name, last)
		}
		last = name
		at := slices.Index(there, "migrations/"+name)
		if at < 0 {
			t.Errorf("%s is gone", name)
			continue
		}
		there = slices.Delete(there, at, at+1)
		b, err := os.ReadFile(filepath.Join("migrations", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(b))[:16]; got != sum {
			t.Errorf("%s was changed: it is %s, not %s", name, got, sum)
		}
	}
	for _, name := range there {
		t.Errorf("%s has no line in testdata/migrations.txt", name)
	}
}

func TestFourStartersMigrateAtOnce(t *testing.T) {
	eachEmptyURL(t, func(t *testing.T, url string) {
		var starters []*db.DB
		for range 4 {
			starters = append(starters, kizunatest.OpenDB(t, url))
		}
		pending, err := starters[0].Pending(t.Context())
		if err != nil || len(pending) == 0 {
			t.Fatalf("pending before: %v, %v", pending, err)
		}
		var group sync.WaitGroup
		ran := make([]int, len(starters))
		for i, d := range starters {
			group.Go(func() {
				n, err := d.Migrate(t.Context())
				if err != nil {
					t.Error(err)
				}
				ran[i] = n
				if err := d.Ready(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		total := 0
		for _, n := range ran {
			total += n
		}
		if total != len(pending) {
			t.Errorf("%d steps ran (%v), there were %d", total, ran, len(pending))
		}
		if n, err := starters[0].Migrate(t.Context()); n != 0 || err != nil {
			t.Errorf("once more: %d, %v", n, err)
		}
	})
}

func TestPendingChangesNothing(t *testing.T) {
	eachEmptyURL(t, func(t *testing.T, url string) {
		d := kizunatest.OpenDB(t, url)
		if _, err := d.Pending(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := d.Ready(t.Context()); err == nil {
			t.Error("an empty database is ready")
		}
		tables := "SELECT name FROM sqlite_master"
		if d.Engine() == db.Postgres {
			tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
		}
		if got := all[string](t, d, tables); len(got) > 0 {
			t.Errorf("asking made %v", got)
		}
	})
}

func TestADatabaseOfANewerReleaseIsNotReady(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		if err := d.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE schema_level SET min_binary = ?", db.BinaryLevel+1)
			return err
		})
		if err := d.Ready(t.Context()); !errors.Is(err, db.ErrTooNew) {
			t.Errorf("%v", err)
		}
		if _, err := d.Migrate(t.Context()); !errors.Is(err, db.ErrTooNew) {
			t.Errorf("migrated again: %v", err)
		}
	})
}

// TestANewerReleaseMayAdd adds to the schema as a newer release does: this one goes on, says so, and
// does not take the schema for its own.
func TestANewerReleaseMayAdd(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		mark := func() string {
			t.Helper()
			var out string
			if err := d.Read(t.Context(), func(r *db.Reader) (err error) {
				out, err = db.Mark(r)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return out
		}
		newer := func(want int) {
			t.Helper()
			if n, err := d.Newer(t.Context()); err != nil || n != want {
				t.Errorf("%d newer migrations instead of %d, %v", n, want, err)
			}
		}
		newer(0)
		before := mark()
		write(t, d, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "ALTER TABLE job ADD COLUMN newer TEXT")
			return err
		})
		columns := mark()
		write(t, d, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
			return err
		})
		newer(1)
		if steps := mark(); before == columns || columns == steps {
			t.Errorf("the marks are %s, %s with a column more, %s with a migration more", before, columns, steps)
		}
		if n, err := d.Migrate(t.Context()); n != 0 || err != nil {
			t.Errorf("migrated again: %d, %v", n, err)
		}
		if err := d.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestAMigrationLetsOthersThrough has somebody hold a table that a migration wants: who comes after
// does not wait for the two of them, and the migration gets the table in the end.
func TestAMigrationLetsOthersThrough(t *testing.T) {
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("on SQLite one writes at a time")
	}
	d := kizunatest.OpenDB(t, kizunatest.EmptyURL(t, db.Postgres))
	if err := db.MigrateTo(t.Context(), d, 44); err != nil { // the next one makes indexes of case_file anew
		t.Fatal(err)
	}
	held, free, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(free) })
	defer release() // also where it fails, or the database would never close
	var group sync.WaitGroup
	group.Go(func() {
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := db.Exec(tx, "LOCK TABLE case_file IN ROW EXCLUSIVE MODE"); err != nil {
				return err
			}
			close(held)
			<-free
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-held
	group.Go(func() {
		defer close(over)
		if n, err := d.Migrate(t.Context()); n < 3 || err != nil {
			t.Errorf("%d steps ran, %v", n, err)
		}
	})
	for len(all[int](t, d, "SELECT 1 FROM pg_locks WHERE relation = CAST('case_file' AS regclass) AND NOT granted")) == 0 {
		select {
		case <-over:
			t.Fatal("it did not wait for who holds the table")
		default:
		}
	}
	write(t, d, func(tx *db.Tx) error {
		_, err := db.Exec(tx, "UPDATE case_file SET version = version WHERE version < 0")
		return err
	})
	release()
	group.Wait()
	if err := d.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDialect(t *testing.T) {
	const text = `CREATE TABLE a (
  id $ID PRIMARY KEY, seq $SEQ, body $BYTES NOT NULL, name TEXT NOT NULL, kind TEXT) $SMALL;
UPDATE a SET name = CAST(seq AS TEXT);
--sqlite:CREATE VIRTUAL TABLE s USING fts5 (x);
--postgres:CREATE INDEX s ON a USING gin (x);`
	want := map[db.Engine]string{
		db.SQLite: `CREATE TABLE a (
  id BLOB PRIMARY KEY, seq INTEGER PRIMARY KEY, body BLOB NOT NULL, name TEXT NOT NULL, kind TEXT) WITHOUT ROWID;
UPDATE a SET name = CAST(seq AS TEXT);
CREATE VIRTUAL TABLE s USING fts5 (x);
--postgres:CREATE INDEX s ON a USING gin (x);`,
		db.Postgres: `CREATE TABLE a (
  id uuid PRIMARY KEY, seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, body bytea NOT NULL, name TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C") ;
UPDATE a SET name = CAST(seq AS TEXT);
--sqlite:CREATE VIRTUAL TABLE s USING fts5 (x);
CREATE INDEX s ON a USING gin (x);`,
	}
	for e, w := range want {
		if got := db.Dialect(e, text); got != w {
			t.Errorf("%s:\n%s\nwant\n%s", e, got, w)
		}
	}
}

func TestBothEnginesGetTheSameColumns(t *testing.T) {
	kizunatest.BothDB(t, func(t *testing.T, sqlite, postgres *db.DB) {
		type column struct {
			Table string `db:"tab"`
			Name  string `db:"col"`
			Kind  string `db:"kind"`
		}
		kinds := map[string]string{
			"BLOB": "bytes", "uuid": "bytes", "bytea": "bytes", "TEXT": "text", "text": "text", "BIGINT": "number", "bigint": "number",
			"INTEGER": "number", "integer": "number", "smallint": "number", "BOOLEAN": "boolean", "boolean": "boolean",
			"DOUBLE PRECISION": "double", "double precision": "double", "tsvector": "text", "TOKEN_TEXT": "text",
		}
		list := func(d *db.DB, text string) map[string]string {
			out := map[string]string{}
			for _, c := range all[column](t, d, text) {
				kind, ok := kinds[c.Kind]
				if !ok {
					kind = c.Kind
				}
				out[c.Table+"."+c.Name] = kind
			}
			return out
		}
		left := list(sqlite, `SELECT m.name AS tab, c.name AS col, c.type AS kind FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.sql NOT LIKE '%VIRTUAL%'`)
		right := list(postgres, `SELECT table_name AS tab, column_name AS col, data_type AS kind FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`)
		virtual := all[string](t, sqlite, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%VIRTUAL%'")
		engineOwn := func(key string) bool { // a search table is each engine's own
			for _, v := range virtual {
				if strings.HasPrefix(key, v) {
					return true
				}
			}
			return false
		}
		for key, kind := range left {
			if right[key] != kind && !engineOwn(key) {
				t.Errorf("%s is %s on SQLite and %q on PostgreSQL", key, kind, right[key])
			}
		}
		for key := range right {
			if left[key] == "" && !engineOwn(key) {
				t.Errorf("%s is on PostgreSQL only", key)
			}
		}
	})
}
