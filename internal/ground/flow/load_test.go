package flow_test

import (
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
)

func whole(l journal.Line) string {
	text, err := l.Whole()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestLoadKeepsThePastAndWritesTheJournal(t *testing.T) {
	each(t, func(t *testing.T, f *field) {
		id := db.NewIDAt(1000)
		f.do(worker, func(x *tx) error {
			list := []kite{{Head: flow.Head{ID: id, Status: "up", CreatedAt: 1000}, Name: "old"}, {Name: "new"}}
			if err := flow.Load(x, kiteFlow, "make", list); err != nil {
				return err
			}
			got, err := db.All[kite](x, "SELECT "+db.Columns[kite]("")+" FROM kite ORDER BY name DESC")
			if err != nil {
				return err
			}
			if old := got[0]; old.ID != id || old.Status != "up" || old.CreatedAt != 1000 || old.UpdatedAt != 1000 || old.Version != 1 {
				t.Errorf("the old one: %+v", old.Head)
			}
			if fresh := got[1]; fresh.ID.IsZero() || fresh.Status != "made" || fresh.CreatedAt != x.now {
				t.Errorf("the new one: %+v", fresh.Head)
			}
			if len(x.lines) != 2 || x.lines[0].To != "up" || x.lines[0].Step != "make" || whole(x.lines[0]) != `{"name":[null,"old"]}` {
				t.Errorf("lines %+v, %s", x.lines, whole(x.lines[0]))
			}
			return nil
		})
		f.do(nobody, func(x *tx) error {
			if err := flow.Load(x, kiteFlow, "make", []kite{{Name: "third"}}); err == nil {
				t.Error("somebody who may not make one loaded one")
			}
			return nil
		})
	})
}
