package db_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestSoundIsNotMisledByAnotherConnection writes the full-text index in many pieces, which it brings
// together, while a look is taken between: nothing is wrong at any time.
func TestSoundIsNotMisledByAnotherConnection(t *testing.T) {
	url := kizunatest.NewURL(t, db.SQLite)
	writer, other := kizunatest.OpenDB(t, url), kizunatest.OpenDB(t, url)
	for n := range 30 {
		write(t, writer, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", int64(n+1), fmt.Sprintf("|lamp||oil%d|", n))
			return err
		})
		if n%7 == 0 {
			write(t, writer, func(tx *db.Tx) error {
				_, err := db.Exec(tx, "INSERT INTO search_index (search_index, rank) VALUES ('merge', -500)")
				return err
			})
		}
		if wrong, err := other.Sound(t.Context()); err != nil || len(wrong) > 0 {
			t.Fatalf("after %d: %v, %v", n+1, wrong, err)
		}
	}
}

func TestSoundFindsWhatIsWrong(t *testing.T) {
	for name, plant := range map[string]func(t *testing.T, d *db.DB){
		"fts5": func(t *testing.T, d *db.DB) { script(t, d, "DELETE FROM search_index_data WHERE id > 100") },
		"page": func(t *testing.T, d *db.DB) { spoil(t, d, "thing_name_born", 0x7f) },
	} {
		t.Run(name, func(t *testing.T) {
			d := withThings(t, kizunatest.NewURL(t, db.SQLite))
			script(t, d, "INSERT INTO search_index (rowid, tokens) VALUES (1, '|lamp|')")
			if wrong, err := d.Sound(t.Context()); err != nil || len(wrong) > 0 {
				t.Fatalf("before: %v, %v", wrong, err)
			}
			plant(t, d)
			wrong, err := d.Sound(t.Context())
			if err != nil || !strings.Contains(strings.Join(wrong, "\n"), name) {
				t.Errorf("said %q, %v", wrong, err)
			}
		})
	}
}

// spoil writes a byte over the head of a table's or index's first page in the file itself.
func spoil(t *testing.T, d *db.DB, name string, with byte) {
	t.Helper()
	at := all[int64](t, d, "SELECT rootpage FROM sqlite_master WHERE name = ?", name)[0]
	all[struct {
		Busy  int64 `db:"busy"`
		Log   int64 `db:"log"`
		Moved int64 `db:"checkpointed"`
	}](t, d, "PRAGMA wal_checkpoint(TRUNCATE)")
	f, err := os.OpenFile(d.URL(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 100)
	if _, err := f.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{with}, (at-1)*int64(binary.BigEndian.Uint16(head[16:]))); err != nil {
		t.Fatal(err)
	}
}

func script(t testing.TB, d *db.DB, text string) {
	t.Helper()
	if err := d.Script(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsKeptAfterAFailedStatement has a statement fail in a way that ends the transaction at
// once, as a failing disk does: what follows it must not be kept on its own.
func TestNothingIsKeptAfterAFailedStatement(t *testing.T) {
	d := withThings(t, kizunatest.NewURL(t, db.SQLite))
	for _, hides := range []bool{false, true} {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := db.Exec(tx, "INSERT OR ROLLBACK INTO tally (name, n) VALUES ('a', 1)"); !db.IsUnique(err, "tally.name") {
				t.Errorf("no unique error: %v", err)
			}
			_, err := db.Exec(tx, "UPDATE tally SET n = 7")
			if hides {
				return nil
			}
			return err
		})
		if err == nil {
			t.Error("a transaction that was over was committed")
		}
		if got := tally(t, d, "a"); got != 0 {
			t.Errorf("%d stayed", got)
		}
	}
}

// TestABrokenConnectionIsGivenUp marks the connection that writes and the one that reads, and has a
// page of the file prove spoilt: neither is used again, and no other gets their place in the pool.
func TestABrokenConnectionIsGivenUp(t *testing.T) {
	d := withThings(t, kizunatest.NewURL(t, db.SQLite))
	script(t, d, "CREATE TEMP TABLE mark (n)")
	marked := func() (n int64) {
		write(t, d, func(tx *db.Tx) (err error) {
			n, err = db.One[int64](tx, "SELECT COUNT(*) FROM sqlite_temp_master WHERE name = 'mark'")
			return err
		})
		return n
	}
	if marked() != 1 {
		t.Fatal("the connection that writes is another one at each turn")
	}
	spoil(t, d, "thing", 0x7f)
	opened := db.Connections(d)
	for range 3 {
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := db.All[int64](tx, "PRAGMA shrink_memory"); err != nil { // it has pages at hand
				return err
			}
			_, err := db.Exec(tx, "UPDATE thing SET name = 'x'")
			return err
		}); err == nil || !strings.Contains(err.Error(), "malformed") {
			t.Fatalf("a spoilt page: %v", err)
		}
	}
	if marked() != 0 {
		t.Error("the connection that met a spoilt page writes again")
	}
	if open := db.Connections(d); open > opened {
		t.Errorf("%d connections are open, before %d", open, opened)
	}
}
