package db_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func sample() []thing {
	seven := int64(7)
	first := db.NewID()
	return []thing{
		{
			ID: first, Version: 1, Status: "open", Name: "髙橋 さくら '\"?\\ $1", Born: "2019-05-01", At: 1_795_000_000_123,
			Done: true, Amount: -9_007_199_254_740_993, Share: 0.1, Sealed: []byte{0, 1, 0xff, '?'},
			Label: text.Pair{JA: "保育", EN: "Childcare"}, Maybe: &seven,
		},
		{ID: db.NewID(), Parent: first, Version: 1, Sealed: []byte{}},
		{ID: db.NewID(), Version: 3, Name: "𩸽🧑‍🤝‍🧑", Born: "0001-01-01"},
	}
}

func TestEveryKindOfColumnComesBackAsItWent(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		want := sample()
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", want...) })
		got := all[thing](t, d, "SELECT "+db.Columns[thing]("t")+" FROM thing t ORDER BY t.id")
		same(t, got, want)
		for _, w := range want {
			by := all[db.ID](t, d, `SELECT id FROM thing WHERE id = ? AND version = ? AND status = ? AND name = ? AND born = ?
				AND at = ? AND done = ? AND amount = ? AND share = ?`,
				w.ID, w.Version, w.Status, w.Name, w.Born, w.At, w.Done, w.Amount, w.Share)
			if !slices.Equal(by, []db.ID{w.ID}) {
				t.Errorf("%s is not found by its own values: %v", w.ID, by)
			}
		}
		if got := all[db.ID](t, d, "SELECT id FROM thing WHERE sealed = ?", want[0].Sealed); len(got) != 1 {
			t.Errorf("by bytes: %v", got)
		}
		if got := all[db.ID](t, d, "SELECT id FROM thing WHERE sealed IS NULL"); !slices.Equal(got, []db.ID{want[2].ID}) {
			t.Errorf("no bytes and NULL are taken for each other: %v", got)
		}
		if got := all[db.ID](t, d, "SELECT id FROM thing WHERE maybe = ?", want[0].Maybe); len(got) != 1 {
			t.Errorf("by pointer: %v", got)
		}
	})
}

func same(t *testing.T, got, want []thing) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if !got[i].Label.Equal(want[i].Label) || !bytes.Equal(got[i].Sealed, want[i].Sealed) {
			t.Errorf("row %d: %+v, want %+v", i, got[i], want[i])
		}
		g, w := got[i], want[i]
		g.Label, w.Label, g.Sealed, w.Sealed = text.Pair{}, text.Pair{}, nil, nil
		if !reflect.DeepEqual(g, w) {
			t.Errorf("row %d:\n got %+v\nwant %+v", i, g, w)
		}
	}
}

func TestSingleColumns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		things := sample()
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
		read(t, d, func(r *db.Reader) error {
			expect(t, r, []status{"open", "", ""}, "SELECT status FROM thing ORDER BY id")
			expect(t, r, []moment{1_795_000_000_123}, "SELECT at FROM thing WHERE at > ?", moment(0))
			expect(t, r, []bool{true, false, false}, "SELECT done FROM thing ORDER BY id")
			expect(t, r, []float64{0.1, 0, 0}, "SELECT share FROM thing ORDER BY id")
			expect(t, r, []db.ID{{}, things[0].ID, {}}, "SELECT parent FROM thing ORDER BY id")
			expect(t, r, [][]byte{things[0].Sealed}, "SELECT sealed FROM thing WHERE done = TRUE")
			expect(t, r, []int64{5}, "SELECT CAST(SUM(version) AS BIGINT) FROM thing")
			expect(t, r, []int64{5}, "SELECT SUM(version) FROM thing")
			expect(t, r, []int{3}, "SELECT COUNT(*) FROM thing")
			expect(t, r, []*int64{things[0].Maybe, nil, nil}, "SELECT maybe FROM thing ORDER BY id")
			expect(t, r, []moment{1_795_000_000_123}, "SELECT MAX(at) FROM thing")
			return nil
		})
	})
}

func expect[T any](t *testing.T, q db.Q, want []T, text string, args ...any) {
	t.Helper()
	got, err := db.All[T](q, text, args...)
	if err != nil {
		t.Errorf("%s: %v", text, err)
	} else if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", text, got, want)
	}
}

func TestNoneOneMany(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		read(t, d, func(r *db.Reader) error {
			if _, err := db.One[string](r, "SELECT name FROM tally WHERE name = ?", "z"); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("One of none: %v", err)
			}
			if _, ok, err := db.Maybe[string](r, "SELECT name FROM tally WHERE name = ?", "z"); ok || err != nil {
				t.Errorf("Maybe of none: %v %v", ok, err)
			}
			if v, ok, err := db.Maybe[string](r, "SELECT name FROM tally ORDER BY name"); v != "a" || !ok || err != nil {
				t.Errorf("Maybe of two: %v %v %v", v, ok, err)
			}
			return nil
		})
	})
}

func TestWhatDoesNotFitIsAnErrorAndTheConnectionGoesOn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		type short struct {
			Name string `db:"name"`
		}
		for range 20 { // more than there are connections
			read(t, d, func(r *db.Reader) error {
				if _, err := db.All[short](r, "SELECT name, n FROM tally"); err == nil {
					t.Error("a column without a field was read")
				}
				if _, err := db.All[int64](r, "SELECT name FROM tally"); err == nil {
					t.Error("a name was read as a number")
				}
				if _, err := db.All[string](r, "SELECT status FROM nowhere"); err == nil {
					t.Error("a table that is not there was read")
				}
				expect(t, r, []string{"a", "b"}, "SELECT name FROM tally ORDER BY name")
				return nil
			})
		}
	})
}

func TestListsOfEverySize(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var things []thing
		for i := range 40 {
			things = append(things, thing{ID: db.NewID(), Amount: int64(i)})
		}
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
		read(t, d, func(r *db.Reader) error {
			for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 9, 31, 33, 40} {
				var ids []db.ID
				for _, th := range things[:n] {
					ids = append(ids, th.ID)
				}
				expect(t, r, ids, "SELECT id FROM thing WHERE amount >= ? AND id IN (??) AND done = ? ORDER BY id", 0, db.ListOf(ids), false)
			}
			expect(t, r, []db.ID(nil), "SELECT id FROM thing WHERE id NOT IN (??)", db.List{})
			var many []int64
			for i := range int64(20_000) {
				many = append(many, i)
			}
			expect(t, r, []int{40}, "SELECT COUNT(*) FROM thing WHERE amount IN (??)", db.ListOf(many))
			return nil
		})
	})
}

func TestInsertInChunks(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		total := 0
		for _, n := range []int{1, 2, 15, 16, 17, 100, db.MaxParameters/13 + 1, 999} {
			var things []*thing
			for i := range n {
				things = append(things, &thing{ID: db.NewID(), Name: fmt.Sprint(n, i), Label: text.Both("x")})
			}
			write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
			total += n
		}
		write(t, d, func(tx *db.Tx) error { return db.Insert[thing](tx, "thing") })
		if got := all[int](t, d, "SELECT COUNT(*) FROM thing")[0]; got != total {
			t.Errorf("%d rows, want %d", got, total)
		}
	})
}

func TestBatch(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		things := sample()
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
		ctx, trace := db.WithTrace(t.Context())
		use := func(q db.Q) {
			b := db.NewBatch()
			list := db.Queue[thing](b, "SELECT "+db.Columns[thing]("")+" FROM thing WHERE id IN (??) ORDER BY id", db.ListOf([]db.ID{things[0].ID, things[2].ID}))
			count := db.Queue[int](b, "SELECT COUNT(*) FROM thing WHERE amount <= ?", 0)
			none := db.Queue[string](b, "SELECT name FROM tally WHERE name = ?", "z")
			if b.Len() != 3 {
				t.Errorf("%d queued", b.Len())
			}
			if err := db.Send(q, b); err != nil {
				t.Fatal(err)
			}
			same(t, list.Rows, []thing{things[0], things[2]})
			if n, ok := count.First(); !ok || n != 3 {
				t.Errorf("count %d %v", n, ok)
			}
			if _, ok := none.First(); ok {
				t.Error("a row out of nothing")
			}
			if err := db.Send(q, b); err != nil || b.Len() != 0 {
				t.Errorf("an empty batch: %v", err)
			}
			one := db.Queue[string](b, "SELECT name FROM tally WHERE name = ?", "a")
			if err := db.Send(q, b); err != nil || !slices.Equal(one.Rows, []string{"a"}) {
				t.Errorf("a batch of one: %v %v", one.Rows, err)
			}
		}
		if err := d.Read(ctx, func(r *db.Reader) error { use(r); return nil }); err != nil {
			t.Fatal(err)
		}
		trips := map[db.Engine]int{db.SQLite: 4, db.Postgres: 2}[d.Engine()]
		if trace.Count() != 4 || trace.Trips != trips {
			t.Errorf("%d statements in %d trips, want 4 in %d", trace.Count(), trace.Trips, trips)
		}
		write(t, d, func(tx *db.Tx) error { use(tx); return nil })
	})
}

func TestAFaultInABatchIsToldAndTheConnectionGoesOn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for range 20 {
			read(t, d, func(r *db.Reader) error {
				for _, bad := range []string{"SELECT nothing FROM tally", "SELECT n FROM tally"} {
					b := db.NewBatch()
					db.Queue[string](b, "SELECT name FROM tally")
					db.Queue[[]byte](b, bad+" WHERE name = ?", "a")
					db.Queue[bool](b, "SELECT name FROM tally")
					if err := db.Send(r, b); err == nil {
						t.Error("a batch with a fault in it was read")
					}
				}
				expect(t, r, []string{"a", "b"}, "SELECT name FROM tally ORDER BY name")
				return nil
			})
		}
	})
}

// TestASteadyQueryLeavesTheConnectionAsItWas asks by itself, among others, and with a fault in it.
func TestASteadyQueryLeavesTheConnectionAsItWas(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		read(t, d, func(r *db.Reader) error {
			for range 12 { // more often than PostgreSQL takes to choose a plan
				alone := db.NewBatch()
				names := db.Queue[string](alone, "SELECT name FROM tally WHERE name = ?", "a")
				alone.Steady()
				if err := db.Send(r, alone); err != nil || len(names.Rows) != 1 {
					t.Fatalf("alone: %v, %v", names.Rows, err)
				}
				b := db.NewBatch()
				first := db.Queue[string](b, "SELECT name FROM tally WHERE name = ?", "a")
				steady := db.Queue[string](b, "SELECT name FROM tally WHERE name = ?", "b")
				b.Steady()
				last := db.Queue[int](b, "SELECT COUNT(*) FROM tally")
				if err := db.Send(r, b); err != nil || first.Rows[0] != "a" || steady.Rows[0] != "b" || last.Rows[0] != 2 {
					t.Fatalf("among others: %v %v %v, %v", first.Rows, steady.Rows, last.Rows, err)
				}
				bad := db.NewBatch()
				db.Queue[int](bad, "SELECT 1 / n FROM tally WHERE n = ?", 0)
				bad.Steady()
				if err := db.Send(r, bad); err == nil && d.Engine() == db.Postgres {
					t.Error("a division by nothing was answered")
				}
				if d.Engine() == db.Postgres {
					expect(t, r, []string{"auto"}, "SHOW plan_cache_mode")
				}
			}
			return nil
		})
	})
}

func TestUpdateAll(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const n = 1000 // more than one chunk of 4000 parameters
		var things []thing
		var changes []db.Change
		for i := range n {
			th := thing{ID: db.NewID(), Version: 1, Status: "open"}
			change := db.Change{ID: th.ID, Version: 1, Values: []any{status("held"), moment(i), i%2 == 0, []byte{byte(i)}, db.ID{}, text.Both("い"), 0.5, th.Maybe}}
			switch i {
			case 3:
				change.Version = 2 // somebody was faster
			case 4, n - 1:
				th.Status = "closed"
			case 5:
				change.Values[4] = th.ID
			}
			things, changes = append(things, th), append(changes, change)
		}
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", things...) })
		var done []db.ID
		write(t, d, func(tx *db.Tx) (err error) {
			done, err = db.UpdateAll(tx, "thing", "open", []string{"status", "at", "done", "sealed", "parent", "label", "share", "maybe"}, changes)
			return err
		})
		if len(done) != n-3 {
			t.Fatalf("%d changed, want %d", len(done), n-3)
		}
		for i, th := range all[thing](t, d, "SELECT "+db.Columns[thing]("")+" FROM thing ORDER BY id") {
			stays := i == 3 || i == 4 || i == n-1
			if slices.Contains(done, th.ID) == stays {
				t.Errorf("row %d: told %v", i, !stays)
			}
			want := things[i]
			if !stays {
				want.Version, want.Status, want.At, want.Done, want.Sealed, want.Label, want.Share = 2, "held", moment(i), i%2 == 0, []byte{byte(i)}, text.Both("い"), 0.5
			}
			if i == 5 {
				want.Parent = want.ID
			}
			same(t, []thing{th}, []thing{want})
		}
	})
}

func TestUniqueErrorsNameTheColumnsAlike(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		a := thing{ID: db.NewID(), Name: "山田", Born: "2001-02-03"}
		for _, b := range []struct {
			thing
			columns string
		}{
			{thing{ID: db.NewID(), Name: a.Name, Born: a.Born}, "thing.name, thing.born"},
			{thing{ID: a.ID}, "thing.id"},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(tx, "thing", a, b.thing) })
			if !db.IsUnique(err, b.columns) || !db.IsUnique(err, "") || db.IsUnique(err, "tally") {
				t.Errorf("want unique %s, got %v", b.columns, err)
			}
			if bytes.Contains([]byte(fmt.Sprint(err)), []byte("山田")) {
				t.Errorf("the error tells what was typed: %v", err)
			}
		}
		if got := all[int](t, d, "SELECT COUNT(*) FROM thing")[0]; got != 0 {
			t.Errorf("%d rows stayed", got)
		}
	})
}

func TestTextSortsByItsBytesOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		names := []string{"Z", "a", "ア", "あ", "Ä", "亜", "b", "ab", "a b", "ー", "ｱ", "10", "9", "_"}
		write(t, d, func(tx *db.Tx) error {
			for _, n := range names {
				if err := db.Insert(tx, "thing", thing{ID: db.NewID(), Name: n}); err != nil {
					return err
				}
			}
			return nil
		})
		slices.Sort(names)
		if got := all[string](t, d, "SELECT name FROM thing ORDER BY name"); !slices.Equal(got, names) {
			t.Errorf("%v, want %v", got, names)
		}
	})
}
