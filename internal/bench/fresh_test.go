package bench

import (
	"testing"

	"kizuna/internal/ground/db"
)

func TestReplaysGetNewIDsWhereTheCallMadeThem(t *testing.T) {
	old, changed, twin, began := db.NewIDAt(1000), db.NewIDAt(1001), db.NewIDAt(1002), db.NewIDAt(2000)
	made := db.NewIDAt(2001)
	list := markFresh([]db.Statement{
		{Write: true, Args: []any{made, old, "C-2026-00001-4", "words", changed}},
		{Write: true, Args: []any{made}},
		{Args: []any{made}},
	}, began, map[db.ID]db.ID{changed: twin})
	a, b := refresh(list), refresh(list)
	if a[0].Args[0] == made || a[0].Args[0] != a[1].Args[0] || a[0].Args[0] == b[0].Args[0] {
		t.Errorf("made: %v, %v and %v", a[0].Args[0], a[1].Args[0], b[0].Args[0])
	}
	if a[0].Args[1] != old || a[0].Args[3] != "words" || a[2].Args[0] != made {
		t.Error("what was there before was changed")
	}
	if a[0].Args[4] != twin {
		t.Errorf("what was changed: %v, its twin is %v", a[0].Args[4], twin)
	}
	if a[0].Args[2] == "C-2026-00001-4" || a[0].Args[2] == b[0].Args[2] {
		t.Errorf("numbers: %v and %v", a[0].Args[2], b[0].Args[2])
	}
}
