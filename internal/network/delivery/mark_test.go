package delivery_test

import (
	"testing"

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
