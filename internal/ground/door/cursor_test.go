package door_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
)

func TestCursorsComeBackAsTheyWere(t *testing.T) {
	id := db.NewID()
	if got, err := door.Cursor(id.String()); got != id || err != nil {
		t.Error(got, err)
	}
	for _, at := range []calendar.Time{1, 1_700_000_000_000, -5} {
		if gotAt, got, err := door.CursorTime(door.TimeCursor(at, id)); gotAt != at || got != id || err != nil {
			t.Error(gotAt, got, err)
		}
	}
	if got, err := door.Cursor(""); !got.IsZero() || err != nil {
		t.Error(got, err)
	}
	if at, got, err := door.CursorTime(""); at != 0 || !got.IsZero() || err != nil {
		t.Error(at, got, err)
	}
}

func TestCursorsOfNobodyAreRefused(t *testing.T) {
	id := db.NewID().String()
	for _, s := range []string{"x", "_", id + "0", "_" + id, "x_" + id, "1-" + id, "1_" + id[1:], " "} {
		if _, err := door.Cursor(s); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("Cursor(%q): %v", s, err)
		}
		if _, _, err := door.CursorTime(s); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("CursorTime(%q): %v", s, err)
		}
	}
}

func TestCut(t *testing.T) {
	at := func(n int) string { return strconv.Itoa(n) }
	if page, next := door.Cut([]int{1, 2, 3}, 2, at); !slices.Equal(page, []int{1, 2}) || next != "2" {
		t.Error(page, next)
	}
	if page, next := door.Cut([]int{1, 2}, 2, at); !slices.Equal(page, []int{1, 2}) || next != "" {
		t.Error(page, next)
	}
}
