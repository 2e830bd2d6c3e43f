package db_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
)

func TestIDsOfManyWritersNeverMeetAndEachWritersIncrease(t *testing.T) {
	const writers, each = 8, 3000 // more than 4096 within a millisecond
	made := make([][]db.ID, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for range each {
				made[w] = append(made[w], db.NewID())
			}
		})
	}
	group.Wait()
	seen := map[db.ID]bool{}
	for _, ids := range made {
		for i, id := range ids {
			if i > 0 && slices.Compare(ids[i-1][:], id[:]) >= 0 {
				t.Fatalf("%s does not come after %s", id, ids[i-1])
			}
			if seen[id] {
				t.Fatalf("%s was made twice", id)
			}
			seen[id] = true
			if id[6]>>4 != 7 || id[8]>>6 != 2 {
				t.Fatalf("%s is no UUID of version 7", id)
			}
		}
	}
}

func TestIDsMadeForThePastDoNotDisturbThoseOfNow(t *testing.T) {
	before := db.NewID()
	old := db.NewIDAt(time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	next := db.NewIDAt(time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	after := db.NewID()
	if !(old.String() < next.String() && next.String() < before.String() && before.String() < after.String()) {
		t.Errorf("order of %s %s %s %s", old, next, before, after)
	}
	if old.String()[:13] != "016a70b0-dc00" {
		t.Errorf("%s does not begin with the milliseconds of 2019-05-01", old)
	}
}

func TestABoundLeavesTheOrderOfIDsAlone(t *testing.T) {
	ms := time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	before, one, two := db.NewIDAt(ms-1), db.NewIDAt(ms), db.NewIDAt(ms)
	longAgo := db.FirstAt(ms - (180 * 24 * time.Hour).Milliseconds())
	three, bound := db.NewIDAt(ms), db.FirstAt(ms)
	inOrder := []string{longAgo.String(), before.String(), bound.String(), one.String(), two.String(), three.String()}
	if !slices.IsSorted(inOrder) {
		t.Error(inOrder)
	}
}

func TestIDTextAndJSON(t *testing.T) {
	type holder struct {
		ID   db.ID `json:"id"`
		None db.ID `json:"none,omitzero"`
	}
	rapid.Check(t, func(t *rapid.T) {
		id := db.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if back, err := db.ParseID(id.String()); !id.IsZero() && (err != nil || back != id) {
			t.Fatalf("%s came back as %s, %v", id, back, err)
		}
		b, err := json.Marshal(holder{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		var back holder
		if err := json.Unmarshal(b, &back); err != nil || back.ID != id || !back.None.IsZero() {
			t.Fatalf("%s came back as %v, %v", b, back, err)
		}
	})
	if b, _ := json.Marshal(db.ID{}); string(b) != `""` {
		t.Errorf("none is written as %s", b)
	}
	for _, bad := range []string{
		"", "x", "0190163d-8694-739b-aea5-966c26f8ad9", "0190163d-8694-739b-aea5-966c26f8ad911",
		"0190163d8694739baea5966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8adxx",
		"0190163d-8694-739b-aea5--66c26f8ad91", "{190163d-8694-739b-aea5-966c26f8ad9}",
	} {
		if id, err := db.ParseID(bad); err == nil {
			t.Errorf("%q was read as %s", bad, id)
		}
	}
}

func TestIDScan(t *testing.T) {
	want := db.NewID()
	for _, src := range []any{want[:], want.String()} {
		var id db.ID
		if err := id.Scan(src); err != nil || id != want {
			t.Errorf("%T: %s, %v", src, id, err)
		}
	}
	id := want
	if err := id.Scan(nil); err != nil || !id.IsZero() {
		t.Errorf("NULL: %s, %v", id, err)
	}
	for _, bad := range []any{[]byte{1, 2}, "no id", int64(7)} {
		if err := id.Scan(bad); err == nil {
			t.Errorf("%v was read", bad)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0190163d-8694-739b-aea5-966c26f8ad91")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := db.ParseID(s)
		if err != nil {
			return
		}
		if again, err := db.ParseID(id.String()); !id.IsZero() && (err != nil || again != id) {
			t.Errorf("%q gave %s, which gave %s", s, id, again)
		}
	})
}
