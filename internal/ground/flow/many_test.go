package flow_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
)

// TestTakeAll gives one step to records of which some may not take it, some
// have moved on, and the others differ in status and in what changes.
func TestTakeAll(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		var olds []kite
		add := func(status, name string) kite {
			k := x.put(x.make(kite{Name: name}), status)
			olds = append(olds, k)
			return k
		}
		for i := range 20 {
			add("made", fmt.Sprint("made ", i))
			add("down", fmt.Sprint("down ", i))
		}
		flying, nameless := add("up", "flies"), add("made", "")
		stale := add("made", "stale")
		x.do(worker, func(tx *tx) error {
			_, err := flow.Take(tx, kiteFlow, "edit", stale, func(k *kite) { k.Amount = 99 })
			return err
		})
		want := map[db.ID]string{flying.ID: "flow.not_now", nameless.ID: "kite.nameless", stale.ID: "flow.moved_on"}

		ctx, trace := db.WithTrace(t.Context())
		var lines []journal.Line
		var done []kite
		err := x.d.Write(ctx, func(d *db.Tx) error {
			tx := &tx{Tx: d, actor: worker, now: x.now}
			var faults map[db.ID]*fault.Fault
			var err error
			done, faults, err = flow.TakeAll(tx, kiteFlow, "launch", olds, func(k *kite) {
				if strings.HasSuffix(k.Name, "3") {
					k.Amount = 3
				}
			}, flow.Because("wind"))
			lines = tx.lines
			if len(faults) != len(want) {
				t.Errorf("faults %v", faults)
			}
			for id, key := range want {
				if keyOf(faults[id]) != key {
					t.Errorf("fault %v, want %s", faults[id], key)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if trace.Count() != 4 { // made and down, with and without amount
			t.Errorf("%d statements", trace.Count())
		}
		if len(done) != 40 || len(lines) != 40 {
			t.Fatalf("%d done, %d lines", len(done), len(lines))
		}
		for i, k := range done {
			old := olds[slices.IndexFunc(olds, func(o kite) bool { return o.ID == k.ID })]
			if got := x.load(k.ID); !reflect.DeepEqual(got, k) || k.Status != "up" || k.Version != old.Version+1 {
				t.Errorf("stored %+v, want %+v", got, k)
			}
			l := lines[i]
			changes := `{"because":[null,"wind"]}`
			if strings.HasSuffix(k.Name, "3") {
				changes = `{"amount":[0,3],"because":[null,"wind"]}`
			}
			if l.Record != k.ID || l.From != old.Status || l.To != "up" || l.Version != k.Version || said(t, l) != changes {
				t.Errorf("line %+v of %+v", l, k)
			}
		}
		for _, k := range []kite{flying, nameless} {
			if got := x.load(k.ID); !reflect.DeepEqual(got, k) {
				t.Errorf("left as %+v, was %+v", got, k)
			}
		}
		if got := x.load(stale.ID); got.Status != "made" || got.Version != 2 || got.Amount != 99 {
			t.Errorf("the stale one is %+v", got)
		}
	})
}

// TestTakeAllOfEveryKind sets every column of a group by one statement.
func TestTakeAllOfEveryKind(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		olds := []kite{x.make(kite{}), x.make(kite{}), x.make(kite{})}
		limit := int64(4)
		x.do(worker, func(tx *tx) error {
			done, faults, err := flow.TakeAll(tx, kiteFlow, "edit", olds, func(k *kite) {
				k.Owner, k.Name, k.Label.JA, k.Flown, k.At, k.Born, k.Amount = worker.ID, "n", "赤", true, 5, "2020-02-02", 7
				k.Sealed, k.Colors, k.Limit, k.Reason = []byte{0, 1}, db.AsJSON(map[string]int{"red": 1}), &limit, "r"
			})
			if len(done) != 3 || len(faults) != 0 {
				t.Errorf("%d done, faults %v", len(done), faults)
			}
			return err
		})
		for _, k := range olds {
			got := x.load(k.ID)
			if got.Owner != worker.ID || got.Name != "n" || got.Label.JA != "赤" || !got.Flown || got.At != 5 || got.Born != "2020-02-02" || got.Amount != 7 ||
				!slices.Equal(got.Sealed, []byte{0, 1}) || got.Colors.V["red"] != 1 || got.Limit == nil || *got.Limit != 4 || got.Reason != "r" || got.Version != 2 {
				t.Errorf("stored %+v", got)
			}
		}
	})
}

func TestTakeAllAtSize(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		olds := make([]kite, 1500)
		for i := range olds {
			olds[i] = kite{Head: flow.Head{ID: db.NewID(), Status: "made", Version: 1}, Name: "n"}
		}
		x.do(worker, func(tx *tx) error { return db.Insert(tx, "kite", olds...) })
		x.do(worker, func(tx *tx) error {
			done, faults, err := flow.TakeAll(tx, kiteFlow, "launch", olds, nil)
			if len(done) != len(olds) || len(faults) != 0 || len(tx.lines) != len(olds) {
				t.Errorf("%d done, %d faults, %d lines", len(done), len(faults), len(tx.lines))
			}
			return err
		})
		x.do(worker, func(tx *tx) error {
			n, err := db.One[int](tx, "SELECT COUNT(*) FROM kite WHERE status = 'up' AND version = 2")
			if n != len(olds) {
				t.Errorf("%d are up", n)
			}
			return err
		})
	})
}

func TestTakeAllEnds(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "n"})
		_, err := x.as(worker, func(tx *tx) error {
			_, _, err := flow.TakeAll(tx, kiteFlow, "launch", []kite{k, k}, nil)
			return err
		})
		wantKey(t, err, "fault.defect")
		_, err = x.as(worker, func(tx *tx) error {
			_, _, err := flow.TakeAll(tx, kiteFlow, "burn", []kite{k}, nil)
			return err
		})
		wantKey(t, err, "fault.defect")
		_, err = x.as(boss, func(tx *tx) error {
			tx.route = func(string, string, db.ID) (bool, error) { return false, fault.Unavailable(nil) }
			_, faults, err := flow.TakeAll(tx, kiteFlow, "sell", []kite{k}, nil)
			if len(faults) > 0 {
				t.Errorf("taken for the row's fault: %v", faults)
			}
			return err
		})
		wantKey(t, err, "fault.unavailable")
		if got := x.load(k.ID); !reflect.DeepEqual(got, k) {
			t.Errorf("changed to %+v", got)
		}
	})
}

func tailsOf(x *field, k kite) (out []tail) {
	x.t.Helper()
	err := x.d.Read(x.t.Context(), func(q *db.Reader) (err error) {
		out, err = db.All[tail](q, "SELECT "+db.Columns[tail]("")+" FROM tail WHERE kite = ? AND status = 'active' ORDER BY color", k.ID)
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

func TestAlign(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{})
		align := func(wanted ...tail) ([]journal.Line, error) {
			stored := tailsOf(x, k)
			return x.as(worker, func(tx *tx) error {
				return flow.Align(tx, tailFlow, stored, wanted, func(dst *tail, want tail) bool {
					dst.Color, dst.Long = want.Color, want.Long
					return want.Color != ""
				})
			})
		}
		steps := func(lines []journal.Line, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, l := range lines {
				out = append(out, l.Step)
				if l.RootKind != "kite" || l.Root != k.ID {
					t.Errorf("root of %+v", l)
				}
			}
			return strings.Join(out, " ")
		}
		want := func(does, got string, colors ...string) []tail {
			t.Helper()
			rows := tailsOf(x, k)
			var has []string
			for _, r := range rows {
				has = append(has, fmt.Sprint(r.Color, r.Long))
			}
			if got != does || !slices.Equal(has, colors) {
				t.Errorf("steps %q, want %q; rows %v, want %v", got, does, has, colors)
			}
			return rows
		}
		rows := want("add add add", steps(align(tail{Kite: k.ID, Color: "blue", Long: 1}, tail{Kite: k.ID, Color: "green", Long: 2}, tail{Kite: k.ID, Color: "red", Long: 3})), "blue1", "green2", "red3")
		want("", steps(align(rows...)), "blue1", "green2", "red3")

		blue, green, red := rows[0], rows[1], rows[2]
		green.Long = 5
		blue.Color = "" // copy says no: it goes
		rows = want("remove change", steps(align(green, blue, red)), "green5", "red3")
		if rows[0].ID != green.ID || rows[0].Version != 2 || rows[1].Version != 1 {
			t.Errorf("rows %+v", rows)
		}
		// A new row may take the place of one that goes, and a changed one too.
		rows = want("remove add", steps(align(rows[0], tail{Kite: k.ID, Color: "red", Long: 4})), "green5", "red4")
		moved := rows[1]
		moved.Color = "green"
		rows = want("remove change", steps(align(moved)), "green4")

		_, err := align(tail{Head: flow.Head{ID: db.NewID()}, Kite: k.ID, Color: "x"})
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.KindInvalid || f.Fields[0].Pointer != "/0/id" {
			t.Errorf("a foreign id gave %v", err)
		}
		_, err = align(rows[0], rows[0])
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindInvalid || f.Fields[0].Pointer != "/1/id" {
			t.Errorf("an id twice gave %v", err)
		}
		want("remove", steps(align()))
	})
}

// TestAlignStale lets another change a row between load and align.
func TestAlignStale(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{})
		x.do(worker, func(tx *tx) error {
			_, err := flow.Create(tx, tailFlow, "add", tail{Kite: k.ID, Color: "red"})
			return err
		})
		stored := tailsOf(x, k)
		x.do(worker, func(tx *tx) error {
			_, err := flow.Take(tx, tailFlow, "change", stored[0], func(r *tail) { r.Long = 1 })
			return err
		})
		for name, wanted := range map[string][]tail{"change": {{Head: stored[0].Head, Kite: k.ID, Color: "red", Long: 2}}, "remove": nil} {
			_, err := x.as(worker, func(tx *tx) error {
				return flow.Align(tx, tailFlow, stored, wanted, func(dst *tail, want tail) bool { dst.Long = want.Long; return true })
			})
			if keyOf(err) != "flow.moved_on" {
				t.Errorf("%s gave %v", name, err)
			}
		}
		_, err := x.as(access.Nobody(), func(tx *tx) error { return flow.Align(tx, tailFlow, stored, nil, nil) })
		wantKey(t, err, "flow.not_yours")
		if got := tailsOf(x, k); len(got) != 1 || got[0].Long != 1 || got[0].Version != 2 {
			t.Errorf("rows %+v", got)
		}
	})
}

func TestCreateAll(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		kites := make([]kite, 120)
		for i := range kites {
			kites[i].Name = "n"
		}
		lines := x.do(worker, func(tx *tx) error {
			made, err := flow.CreateAll(tx, kiteFlow, "make", kites)
			if len(made) != len(kites) || made[119].ID.IsZero() || made[119].Status != "made" || made[119].Version != 1 {
				t.Errorf("%d made, the last %+v", len(made), made[len(made)-1].Head)
			}
			return err
		})
		if len(lines) != len(kites) || lines[0].Changes["name"].New != "n" {
			t.Errorf("%d lines", len(lines))
		}
		if _, err := x.as(boss, func(tx *tx) error { _, err := flow.CreateAll(tx, kiteFlow, "make", kites); return err }); err == nil {
			t.Error("a supervisor made kites")
		}
		x.do(worker, func(tx *tx) error {
			n, err := db.One[int](tx, "SELECT COUNT(*) FROM kite")
			if n != len(kites) {
				t.Errorf("%d are there", n)
			}
			return err
		})
	})
}
