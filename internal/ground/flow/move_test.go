package flow_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
)

// kept are lines as the journal keeps them.
func kept(t *testing.T, lines []journal.Line) []journal.Row {
	t.Helper()
	rows := make([]journal.Row, len(lines))
	for i, l := range lines {
		b, err := json.Marshal(l.Changes)
		if err != nil {
			t.Fatal(err)
		}
		rows[i] = journal.Row{Entity: l.Entity, Step: l.Step, Record: l.Record, Version: l.Version, From: l.From, To: l.To, Changes: string(b)}
	}
	return rows
}

// bare is a kite without what counts its changes.
func bare(k kite) string {
	k.Version, k.UpdatedAt = 0, 0
	return fmt.Sprintf("%+v", shown(k))
}

// TestGiveBack changes one column of every kind and takes that back; what was changed since stays.
func TestGiveBack(t *testing.T) {
	one := int64(1)
	start := kite{Name: "鳶", Sealed: []byte{1, 2}, Colors: db.AsJSON(map[string]int{"red": 1}), Limit: &one, At: 1_790_000_000_000, Born: "2019-05-01"}
	other := db.MustID("01900000-0000-7000-8000-00000000000a")
	edits := map[string]func(*kite){
		"id": func(k *kite) { k.Owner = other }, "string": func(k *kite) { k.Name = "鷹" }, "pair": func(k *kite) { k.Label = k.Label.Set("pt", "vermelho") },
		"boolean": func(k *kite) { k.Flown = true }, "time": func(k *kite) { k.At = 0 }, "date": func(k *kite) { k.Born = "" },
		"number": func(k *kite) { k.Amount = 9_007_199_254_740_993 }, "bytes": func(k *kite) { k.Sealed = nil },
		"json": func(k *kite) { k.Colors = db.AsJSON(map[string]int(nil)) }, "pointer": func(k *kite) { k.Limit = nil },
	}
	each(t, func(t *testing.T, x *field) {
		for name, edit := range edits {
			old := x.load(x.make(start).ID)
			var now kite
			lines := x.do(worker, func(tx *tx) (err error) {
				if now, err = flow.Take(tx, kiteFlow, "edit", old, edit, flow.Because("wind")); err == nil {
					now, err = flow.Take(tx, kiteFlow, "launch", now, nil)
				}
				return err
			})
			since := x.do(worker, func(tx *tx) error {
				_, err := flow.Take(tx, kiteFlow, "edit", now, func(k *kite) { k.Reason = "since" })
				return err
			})
			told := x.do(worker, func(tx *tx) error {
				given, err := flow.GiveBack(tx, kept(t, lines))
				if len(given["kite"]) != 1 {
					t.Errorf("%s: given back %v", name, given)
				}
				return err
			})
			want := old
			want.Reason = "since"
			if got := x.load(old.ID); bare(got) != bare(want) || got.Version != since[0].Version+1 {
				t.Errorf("%s: %+v\nwant %+v", name, shown(got), shown(want))
			}
			if len(told) != 1 || told[0].Step != "give_back" || told[0].To != "made" {
				t.Errorf("%s: told %+v", name, told)
			}
			again := x.do(worker, func(tx *tx) error { _, err := flow.GiveBack(tx, kept(t, lines)); return err })
			if len(again) != 0 {
				t.Errorf("%s: given back twice: %+v", name, again)
			}
		}
	})
}

// TestMove has tails of one kite go to another, whatever their status, and no others.
func TestMove(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		from, to, third := x.make(kite{Name: "鳶"}), x.make(kite{Name: "鷹"}), x.make(kite{Name: "雀"})
		var tails []tail
		x.do(worker, func(tx *tx) (err error) {
			if tails, err = flow.CreateAll(tx, tailFlow, "add", []tail{{Kite: from.ID, Color: "red"}, {Kite: from.ID, Color: "blue"}, {Kite: third.ID, Color: "red"}}); err == nil {
				_, err = flow.Take(tx, tailFlow, "remove", tails[1], nil)
			}
			return err
		})
		lines := x.do(boss, func(tx *tx) error { // whose own step it would not be
			moved, err := flow.Move(tx, "kite", from.ID, to.ID)
			if len(moved["tail"]) != 2 {
				t.Errorf("moved %v", moved)
			}
			return err
		})
		if len(lines) != 2 || lines[0].Step != "move" || lines[0].Root != to.ID {
			t.Errorf("told %+v", lines)
		}
		of := func(kite db.ID) int { return len(tailsOf(x, x.load(kite))) }
		if of(from.ID) != 0 || of(to.ID) != 1 || of(third.ID) != 1 {
			t.Errorf("tails %d, %d, %d", of(from.ID), of(to.ID), of(third.ID))
		}
		x.do(boss, func(tx *tx) error { _, err := flow.GiveBack(tx, kept(t, lines)); return err })
		if of(from.ID) != 1 || of(to.ID) != 0 || of(third.ID) != 1 {
			t.Errorf("given back: tails %d, %d, %d", of(from.ID), of(to.ID), of(third.ID))
		}
	})
}
