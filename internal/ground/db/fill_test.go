package db_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

func TestSnapshotSeesOneMoment(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		count := func(q db.Q) int {
			n, err := db.One[int](q, "SELECT COUNT(*) FROM thing")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if err := d.Snapshot(t.Context(), func(r *db.Reader) error {
			before := count(r)
			write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", thing{ID: db.NewID(), Name: "late"}) })
			if after := count(r); after != before {
				t.Errorf("a snapshot saw %d rows, then %d", before, after)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		read(t, d, func(r *db.Reader) error {
			if count(r) != 1 {
				t.Error("the row written meanwhile is lost")
			}
			return nil
		})
		failed := errors.New("failed")
		for range 10 { // more often than there are readers
			if err := d.Snapshot(t.Context(), func(*db.Reader) error { return failed }); !errors.Is(err, failed) {
				t.Fatal(err)
			}
		}
		read(t, d, func(r *db.Reader) error {
			count(r)
			return nil
		})
	})
}

// TestWhoFallsSilent: PostgreSQL ends a transaction whose program says nothing more, but not one that
// does much between two statements.
func TestWhoFallsSilent(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("who writes to a SQLite file and dies leaves it at once")
		}
		said := map[string]string{}
		look := func(name string, q db.Q) (err error) {
			said[name], err = db.One[string](q, "SHOW idle_in_transaction_session_timeout")
			return err
		}
		if err := errors.Join(
			d.Write(t.Context(), func(tx *db.Tx) error { return look("a write", tx) }),
			d.Fill(t.Context(), func(tx *db.Tx) error { return look("a load of many rows", tx) }),
			d.Snapshot(t.Context(), func(r *db.Reader) error { return look("a backup", r) }),
			d.Write(t.Context(), func(tx *db.Tx) error { return look("a write afterwards", tx) }),
		); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"a write": "1min", "a load of many rows": "0", "a backup": "0", "a write afterwards": "1min"}
		if !maps.Equal(said, want) {
			t.Errorf("%v instead of %v", said, want)
		}
	})
}

func tableNamed(t *testing.T, d *db.DB, name string) db.Table {
	t.Helper()
	var found db.Table
	read(t, d, func(r *db.Reader) error {
		all, err := db.Tables(r)
		for _, x := range all {
			if x.Name == name {
				found = x
			}
			if strings.HasPrefix(x.Name, "search_index") || x.Name == "schema_level" || x.Name == "goose_db_version" {
				t.Errorf("%s is not the agency's data", x.Name)
			}
		}
		return err
	})
	if found.Name == "" {
		t.Fatalf("no table %s", name)
	}
	return found
}

func rowsOf(t *testing.T, d *db.DB, table db.Table) [][]any {
	t.Helper()
	var out [][]any
	read(t, d, func(r *db.Reader) error {
		return db.EachRow(r, table, func(values []any) error {
			out = append(out, append([]any(nil), values...))
			return nil
		})
	})
	return out
}

func TestRowsMoveFromOneEngineToTheOther(t *testing.T) {
	maybe := int64(7)
	parent := thing{ID: db.NewID(), Version: 1 << 60, Name: "親|'\\\n", Share: 0.1, Sealed: []byte{0, 1, 255}, Label: text.Pair{JA: "名", EN: "name"}}
	child := thing{ID: db.NewID(), Parent: parent.ID, Done: true, Amount: -5, Maybe: &maybe}
	kizunatest.BothDB(t, func(t *testing.T, sqlite, postgres *db.DB) {
		for _, d := range []*db.DB{sqlite, postgres} {
			if err := d.Script(t.Context(), db.Dialect(d.Engine(), thingTable)); err != nil {
				t.Fatal(err)
			}
		}
		write(t, sqlite, func(tx *db.Tx) error { return db.Insert(tx, "thing", parent, child) })
		from, to := tableNamed(t, sqlite, "thing"), tableNamed(t, postgres, "thing")
		if len(from.Columns) != 13 || !reflect.DeepEqual(from.Names(), to.Names()) {
			t.Fatalf("columns %v and %v", from.Names(), to.Names())
		}
		for i := range from.Columns {
			if from.Columns[i].Kind != to.Columns[i].Kind {
				t.Errorf("%s is %s and %s", from.Columns[i].Name, from.Columns[i].Kind, to.Columns[i].Kind)
			}
		}
		rows := rowsOf(t, sqlite, from)
		kept := fmt.Sprint(rows)
		rows[0], rows[1] = rows[1], rows[0] // the child comes before its parent
		if err := postgres.Fill(t.Context(), func(tx *db.Tx) error { return db.CopyRows(tx, to, rows) }); err != nil {
			t.Fatal(err)
		}
		back := rowsOf(t, postgres, to)
		back[0], back[1] = back[1], back[0]
		if fmt.Sprint(back) != kept {
			t.Errorf("it was\n%s\nand is\n%s", kept, fmt.Sprint(back))
		}
		if got := all[thing](t, postgres, "SELECT "+db.Columns[thing]("")+" FROM thing WHERE id = ?", child.ID); !reflect.DeepEqual(got, []thing{child}) && *got[0].Maybe != 7 {
			t.Errorf("child %+v", got)
		}
	})
}

func TestFillRefusesWhatRefersToNothingAndKeepsTheSchema(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		table := tableNamed(t, d, "thing")
		orphan := thing{ID: db.NewID(), Parent: db.NewID()}
		fill := func(things ...thing) error {
			return d.Fill(t.Context(), func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
		}
		if err := fill(orphan); err == nil {
			t.Fatal("a row that refers to nothing was taken")
		}
		if n := len(rowsOf(t, d, table)); n != 0 {
			t.Fatalf("%d rows of a failed fill", n)
		}
		one := thing{ID: db.NewID(), Name: "one"}
		if err := fill(one, thing{ID: db.NewID(), Name: "one"}); !db.IsUnique(err, "") {
			t.Fatalf("two of the same name: %v", err)
		}
		if err := fill(one); err != nil {
			t.Fatal(err)
		}
		insert := func(x thing) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(tx, "thing", x) })
		}
		if insert(orphan) == nil {
			t.Error("references are no longer checked")
		}
		if err := insert(thing{ID: db.NewID(), Name: "one"}); !db.IsUnique(err, "") {
			t.Errorf("the index was not made again: %v", err)
		}
	})
}

func TestSelfNumberingKeysGoOn(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		table := tableNamed(t, d, "search_row")
		owner := db.NewID()
		row := []any{int64(41), "person", owner[:], int64(1), "pba pbb"}
		if err := d.Fill(t.Context(), func(tx *db.Tx) error { return db.CopyRows(tx, table, [][]any{row}) }); err != nil {
			t.Fatal(err)
		}
		if got := rowsOf(t, d, table); len(got) != 1 || got[0][4] != "pba pbb" {
			t.Fatalf("tokens: %v", got)
		}
		write(t, d, func(tx *db.Tx) error {
			tokens := "?"
			if d.Engine() == db.Postgres {
				tokens = "CAST(CAST(? AS text) AS tsvector)"
			}
			next, err := db.One[int64](tx, "INSERT INTO search_row (kind, owner, form, tokens) VALUES (?, ?, ?, "+tokens+") RETURNING id", "person", db.NewID(), 1, "|x|")
			if next != 42 {
				t.Errorf("the next is %d", next)
			}
			return err
		})
	})
}

func TestManyRecordsByCopy(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		many := make([]thing, 1203)
		for i := range many {
			many[i] = thing{ID: db.NewID(), Name: fmt.Sprint(i), Status: "open", At: moment(i), Sealed: []byte{1}, Label: text.Pair{EN: fmt.Sprint(i)}}
		}
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", many...) })
		got := all[thing](t, d, "SELECT "+db.Columns[thing]("")+" FROM thing ORDER BY id")
		if !reflect.DeepEqual(got, many) {
			t.Error("not the same back")
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(tx, "thing", many...) })
		if !db.IsUnique(err, "thing") {
			t.Errorf("the same again: %v", err)
		}
	})
}
