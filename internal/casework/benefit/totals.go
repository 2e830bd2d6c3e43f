package benefit

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
)

// Totals is how far an assignment is. Approved, Delivered and Remaining are
// thousandths of the benefit's unit, or money in the smallest unit of the
// assignment's currency where it is OfMoney; Paid is always money.
type Totals struct {
	OfMoney   bool
	Approved  int64
	Delivered int64
	Remaining int64
	Paid      ledger.Money
}

// total derives them; today is how far an assignment without an end has come.
// Nothing is approved before approval; nothing remains once
// it has ended, and never less than nothing.
func total(x Assignment, today calendar.Date, delivered int64, paid ledger.Money) (Totals, error) {
	t := Totals{OfMoney: x.OfMoney(), Delivered: delivered, Paid: paid}
	if x.Status == "proposed" || x.Status == "rejected" || x.Status == "void" {
		return t, nil
	}
	if t.Approved = int64(x.Quantity); t.OfMoney {
		whole, err := x.Whole(today)
		if err != nil {
			return t, err
		}
		t.Approved = whole.Minor
		t.Delivered = max(delivered, paid.Minor)
	}
	if x.Running() {
		t.Remaining = max(0, t.Approved-t.Delivered)
	}
	return t, nil
}

// totals asks the rooms that deliver and pay; the caller has checked sight.
func (r *Room) totals(q db.Q, list []Assignment) (map[db.ID]Totals, error) {
	out := make(map[db.ID]Totals, len(list))
	if len(list) == 0 {
		return out, nil
	}
	ids := make([]db.ID, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	delivered, paid := map[db.ID]int64{}, map[db.ID]ledger.Money{}
	var err error
	if r.Delivered != nil {
		if delivered, err = r.Delivered(q, ids); err != nil {
			return nil, err
		}
	}
	if r.Paid != nil {
		if paid, err = r.Paid(q, ids); err != nil {
			return nil, err
		}
	}
	today := r.run.Now().Date(calendar.Zone(q.Context()))
	for _, x := range list {
		if out[x.ID], err = total(x, today, delivered[x.ID], paid[x.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// TotalsOf gives the totals of assignments by id; the caller has checked that
// the actor may see what names them.
func (r *Room) TotalsOf(q db.Q, ids ...db.ID) (map[db.ID]Totals, error) {
	list, err := AssignmentsOf(q, ids...)
	if err != nil {
		return nil, err
	}
	return r.totals(q, list)
}
