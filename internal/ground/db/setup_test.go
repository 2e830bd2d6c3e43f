package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

// thing is a table with a column of every kind that migrations use.
type thing struct {
	ID      db.ID     `db:"id"`
	Parent  db.ID     `db:"parent"`
	Version int64     `db:"version"`
	Status  status    `db:"status"`
	Name    string    `db:"name"`
	Born    day       `db:"born"`
	At      moment    `db:"at"`
	Done    bool      `db:"done"`
	Amount  int64     `db:"amount"`
	Share   float64   `db:"share"`
	Sealed  []byte    `db:"sealed"`
	Label   text.Pair `db:"label"`
	Maybe   *int64    `db:"maybe"`
}

const thingTable = `
CREATE TABLE thing (
  id      $ID PRIMARY KEY,
  parent  $ID REFERENCES thing (id),
  version BIGINT NOT NULL DEFAULT 1,
  status  TEXT NOT NULL DEFAULT '',
  name    TEXT NOT NULL DEFAULT '',
  born    TEXT NOT NULL DEFAULT '',
  at      BIGINT NOT NULL DEFAULT 0,
  done    BOOLEAN NOT NULL DEFAULT FALSE,
  amount  BIGINT NOT NULL DEFAULT 0,
  share   DOUBLE PRECISION NOT NULL DEFAULT 0,
  sealed  $BYTES,
  label   TEXT NOT NULL DEFAULT '{}',
  maybe   BIGINT
);
CREATE UNIQUE INDEX thing_name_born ON thing (name, born) WHERE name <> '';
CREATE TABLE tally (name TEXT PRIMARY KEY, n BIGINT NOT NULL) $SMALL;
INSERT INTO tally (name, n) VALUES ('a', 0), ('b', 0);
`

// each runs f on every way a database may be opened: SQLite, PostgreSQL, as
// behind a transaction-pooling proxy, and serializable.
func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	eachURL(t, func(t *testing.T, url string) { f(t, withThings(t, url)) })
}

func eachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for _, e := range kizunatest.Engines(t) {
		for _, way := range ways(e) {
			t.Run(strings.Trim(e.String()+" "+way, " "), func(t *testing.T) {
				f(t, with(kizunatest.NewURL(t, e), way))
			})
		}
	}
}

func ways(e db.Engine) []string {
	if e == db.SQLite {
		return []string{""}
	}
	return []string{"", "default_query_exec_mode=exec", "isolation=serializable"}
}

func with(url, parameter string) string {
	if parameter == "" {
		return url
	}
	if strings.Contains(url, "?") {
		return url + "&" + parameter
	}
	return url + "?" + parameter
}

func withThings(t testing.TB, url string) *db.DB {
	t.Helper()
	d := kizunatest.OpenDB(t, url)
	if err := d.Script(t.Context(), db.Dialect(d.Engine(), thingTable)); err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, d *db.DB, f func(r *db.Reader) error) {
	t.Helper()
	if err := d.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func all[T any](t testing.TB, d *db.DB, text string, args ...any) []T {
	t.Helper()
	var out []T
	read(t, d, func(r *db.Reader) (err error) {
		out, err = db.All[T](r, text, args...)
		return err
	})
	return out
}

func tally(t testing.TB, d *db.DB, name string) int64 {
	t.Helper()
	return all[int64](t, d, "SELECT n FROM tally WHERE name = ?", name)[0]
}

func raise(ctx context.Context, d *db.DB, name string) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		n, err := db.One[int64](tx, "SELECT n FROM tally WHERE name = ?"+db.ForUpdate(tx), name)
		if err != nil {
			return err
		}
		_, err = db.Exec(tx, "UPDATE tally SET n = ? WHERE name = ?", n+1, name)
		return err
	})
}

// Named kinds as the rooms have them; their String is for people and must not
// reach the database.
type (
	status string
	day    string
	moment int64
)

func (s status) String() string { return "status " + string(s) }
func (d day) String() string    { return "day " + string(d) }
func (m moment) String() string { return fmt.Sprintf("moment %d", int64(m)) }
