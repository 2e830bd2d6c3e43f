package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

var errUndo = errors.New("undo")

// TestBothEnginesGiveTheSame plays random inserts, updates and reads on both
// engines; what they answer and what they hold in the end are alike.
func TestBothEnginesGiveTheSame(t *testing.T) {
	kizunatest.BothDB(t, func(t *testing.T, sqlite, postgres *db.DB) {
		ds := []*db.DB{sqlite, postgres}
		for _, d := range ds {
			if err := d.Script(t.Context(), db.Dialect(d.Engine(), thingTable)); err != nil {
				t.Fatal(err)
			}
		}
		rapid.Check(t, func(rt *rapid.T) {
			for _, d := range ds {
				write(t, d, func(tx *db.Tx) error {
					_, err := db.Exec(tx, "DELETE FROM thing")
					return err
				})
			}
			ids := []db.ID{{}} // made in order, so that both engines sort them alike
			for range rapid.IntRange(1, 12).Draw(rt, "transactions") {
				steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) func(tx *db.Tx) (string, error) { return drawStep(rt, &ids) }), 1, 6).Draw(rt, "steps")
				undo := rapid.Bool().Draw(rt, "undo")
				said := make([][]string, len(ds))
				for i, d := range ds {
					said[i] = playSteps(t, d, steps, undo)
				}
				if !slices.Equal(said[0], said[1]) {
					rt.Fatalf("SQLite   %q\nPostgres %q", said[0], said[1])
				}
			}
		})
	})
}

// playSteps runs steps in one transaction up to the first that fails.
func playSteps(t *testing.T, d *db.DB, steps []func(*db.Tx) (string, error), undo bool) (said []string) {
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		said = nil
		for _, step := range steps {
			answer, err := step(tx)
			if err != nil {
				return err
			}
			said = append(said, answer)
		}
		if undo {
			return errUndo
		}
		return nil
	})
	switch {
	case db.IsUnique(err, "thing.name, thing.born"):
		said = append(said, "taken")
	case err != nil && !errors.Is(err, errUndo):
		said = append(said, "failed")
	}
	rows := all[thing](t, d, "SELECT "+db.Columns[thing]("")+" FROM thing ORDER BY id")
	return append(said, fmt.Sprint(rows))
}

// hard is text that engines are known to treat each in its own way.
var hard = rapid.OneOf(
	rapid.SampledFrom([]string{"", "a", "A", "é", "e\u0301", "髙", "高", "?", "$1", "'", "\\", "%", "_", " a ", "ﾊ", "𩸽", "10", "9"}),
	rapid.StringN(0, 8, -1).Filter(func(s string) bool { return !slices.Contains([]byte(s), 0) }),
)

func drawStep(rt *rapid.T, ids *[]db.ID) func(tx *db.Tx) (string, error) {
	id := rapid.SampledFrom(*ids).Draw(rt, "id")
	name, at := hard.Draw(rt, "text"), moment(rapid.Int64().Draw(rt, "number"))
	columns := db.Columns[thing]("")
	switch rapid.SampledFrom([]string{"insert", "update", "all", "from", "by name", "sum", "list", "keyset"}).Draw(rt, "step") {
	case "insert":
		th := thing{
			ID: db.NewID(), Parent: id, Version: 1, Status: "open", Name: name, Born: day(hard.Draw(rt, "born")), At: at, Done: rapid.Bool().Draw(rt, "done"),
			Share: rapid.Float64Range(-1e15, 1e15).Draw(rt, "share"), Sealed: append(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes"), 1), Label: text.Both(name),
		}
		*ids = append(*ids, th.ID)
		return func(tx *db.Tx) (string, error) { return "", db.Insert(tx, "thing", th) }
	case "update":
		return func(tx *db.Tx) (string, error) {
			n, err := db.Exec(tx, "UPDATE thing SET name = ?, at = ?, version = version + 1 WHERE id = ?", name, at, id)
			return fmt.Sprint(n), err
		}
	case "all":
		var changes []db.Change
		for _, id := range *ids {
			changes = append(changes, db.Change{ID: id, Version: 1, Values: []any{at, name}})
		}
		return func(tx *db.Tx) (string, error) {
			done, err := db.UpdateAll(tx, "thing", "open", []string{"at", "born"}, changes)
			slices.SortFunc(done, func(a, b db.ID) int { return slices.Compare(a[:], b[:]) })
			return fmt.Sprint(done), err
		}
	case "from":
		return asked[db.ID]("SELECT id FROM thing WHERE name >= ? ORDER BY name, id", name)
	case "by name":
		return asked[thing]("SELECT "+columns+" FROM thing WHERE name = ? OR born = ? ORDER BY id", name, name)
	case "sum":
		return asked[int64]("SELECT SUM(version) FROM thing WHERE done = ? GROUP BY status ORDER BY status", true)
	case "list":
		return asked[db.ID]("SELECT id FROM thing WHERE parent IN (??) OR at > ? ORDER BY id", db.ListOf(*ids), at)
	}
	return asked[db.ID]("SELECT id FROM thing WHERE (name, id) > (?, ?) ORDER BY name, id LIMIT 3", name, id)
}

func asked[T any](text string, args ...any) func(tx *db.Tx) (string, error) {
	return func(tx *db.Tx) (string, error) {
		rows, err := db.All[T](tx, text, args...)
		return fmt.Sprint(rows), err
	}
}
