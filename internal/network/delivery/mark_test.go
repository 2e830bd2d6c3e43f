package delivery_test

import (
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/network/delivery"
)

// TestAMarkComparesWhatWasSeen marks by the version that was seen: sent again with its key it is the
// same mark, and from a stale copy nobody is marked.
func TestAMarkComparesWhatWasSeen(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		s := h.book(0, x.ID)
		id := h.roster(h.provider, s.ID).Seats[0].Enrolment.ID
		half := ledger.Quantity(500)
		mark := delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: id, Outcome: "late", Quantity: &half, Version: 1}}}
		keyed := op.WithKey(ctx, "one mark")
		for range 2 {
			if out, err := h.Attend(keyed, h.provider, s.ID, mark); err != nil || len(out.Marked) != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
		}
		mark.Marks[0].Outcome = "absent"
		if _, err := h.Attend(ctx, h.provider, s.ID, mark); keyOf(err) != "fault.moved" || fault.From(err).Moved == nil {
			t.Errorf("marked from a stale copy: %v", err)
		}
		if f := h.file(id); len(f.Marks) != 1 || f.Place.Status != "late" || f.Place.Delivered != 500 {
			t.Errorf("%+v", f.Place)
		}
		mark.Marks[0].Version = 2
		if _, err := h.Attend(ctx, h.provider, s.ID, mark); err != nil {
			t.Error(err)
		}
	})
}

// TestASessionCompletesByItself leaves a session of two weeks ago alone while somebody waits to be marked
// in it, and completes it once nobody does.
func TestASessionCompletesByItself(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.authorize(8)
		empty, s := h.book(0), h.book(0, x.ID)
		status := func(id db.ID) string { return h.roster(h.provider, id).Session.Status }
		finishes := func(want int, says string) {
			t.Helper()
			if n, err := h.Finish(ctx); err != nil || n != want {
				t.Errorf("%s: %d finished, %v", says, n, err)
			}
		}
		h.clock.Advance(14 * 24 * time.Hour)
		finishes(0, "on the fourteenth day")
		h.clock.Advance(24 * time.Hour)
		finishes(1, "on the fifteenth day")
		if status(empty.ID) != "completed" || status(s.ID) != "scheduled" {
			t.Errorf("nobody had a place: %s; one waits to be marked: %s", status(empty.ID), status(s.ID))
		}
		h.attend(s, delivery.AttendInput{Rest: "attended"})
		finishes(1, "once everybody is marked")
		finishes(0, "again")
		if status(s.ID) != "completed" {
			t.Error(status(s.ID))
		}
		// A mistake can still be corrected.
		h.attend(s, delivery.AttendInput{Marks: []delivery.MarkInput{{Enrolment: h.roster(h.provider, s.ID).Seats[0].Enrolment.ID, Outcome: "late"}}})
	})
}
