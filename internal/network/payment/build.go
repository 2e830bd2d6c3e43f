package payment

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/delivery"
)

// draftLines works out what a provider may claim for a period: what was
// delivered, at the authorized rate, less what is claimed elsewhere; and, when
// asked, absences without notice at their planned quantity. What a person must
// look at is flagged with the reason.
func (r *Room) draftLines(q db.Q, x Request) ([]Line, error) {
	given, err := delivery.PayableOf(q, x.Provider, x.From, x.Until)
	if err != nil || len(given) == 0 {
		return nil, err
	}
	var under, benefits, disbursements []db.ID
	for _, p := range given {
		under, benefits, disbursements = append(under, p.Authorization), append(benefits, p.Benefit), append(disbursements, p.Disbursement)
	}
	known, err := r.delivery.Know(q, distinct(under)...)
	if err != nil {
		return nil, err
	}
	used, err := delivery.DeliveredBefore(q, distinct(under), x.From)
	if err != nil {
		return nil, err
	}
	funds, err := r.Funds(q, distinct(benefits))
	if err != nil {
		return nil, err
	}
	taken, err := liveLines(q, disbursements)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for i, p := range given {
		used[p.Authorization] += int64(p.Delivered)
		absent := p.Outcome == delivery.Absent && p.Delivered == 0
		if p.Delivered == 0 && !(absent && x.Absences) {
			continue
		}
		if in, ok := taken[p.Disbursement]; ok && in != x.ID {
			continue
		}
		a := known[p.Authorization]
		l, err := lineOf(x, p, a, funds[p.Benefit])
		if err != nil {
			return nil, err
		}
		l.Flags.V = flagged(p, a, used[p.Authorization], overlaps(given[:i], p), l.Fund == "")
		lines = append(lines, l)
	}
	return lines, nil
}

// lineOf is a disbursement at its rate, rounded once as the contract says.
func lineOf(x Request, p delivery.Payable, a delivery.Authorization, fund Fund) (Line, error) {
	quantity := p.Delivered
	if quantity == 0 {
		quantity = p.Planned
	}
	amount, err := a.Amount(quantity)
	if err != nil {
		return Line{}, err
	}
	fiscal := fund.Fiscal
	if fiscal == 0 {
		fiscal = calendar.April
	}
	return Line{Request: x.ID, Provider: x.Provider, Disbursement: p.Disbursement, Session: p.Session, Authorization: p.Authorization,
		Case: p.Case, Assignment: p.Assignment, Benefit: p.Benefit, ServiceOn: p.On, Outcome: p.Outcome, Delivered: p.Delivered, Quantity: quantity,
		Rate: a.Rate.Minor, Minor: amount.Minor, Currency: a.Rate.Currency, Fund: fund.Code, FiscalYear: int64(fiscal.Year(p.On))}, nil
}

func flagged(p delivery.Payable, a delivery.Authorization, used int64, double, noFund bool) (flags []string) {
	for _, x := range []struct {
		on   bool
		flag string
	}{
		{used > int64(a.Units) && p.Delivered > 0, OverUnits},
		{p.Delivered == 0, NotHere},
		{double && p.Delivered > 0, Double},
		{!a.Covers(p.On), Outside},
		{noFund, NoFund},
	} {
		if x.on {
			flags = append(flags, x.flag)
		}
	}
	return flags
}

// overlaps reports whether the resident was in another session at the time.
func overlaps(earlier []delivery.Payable, p delivery.Payable) bool {
	for _, o := range earlier {
		if o.Person == p.Person && o.Delivered > 0 && o.StartsAt < p.EndsAt && p.StartsAt < o.EndsAt {
			return true
		}
	}
	return false
}

// total is what lines come to, in one currency.
func total(lines []Line) (sum ledger.Money, err error) {
	for _, l := range lines {
		if !l.counts() && l.Status != "" {
			continue
		}
		if sum, err = sum.Add(l.Amount()); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// changed tells which stored lines are no longer what would be claimed now,
// and which lines would be claimed that are not stored.
func changed(stored, wanted []Line) (stale, fresh []Line) {
	want := map[db.ID]Line{}
	for _, l := range wanted {
		want[l.Disbursement] = l
	}
	for _, l := range stored {
		w, ok := want[l.Disbursement]
		if ok && l.Status == "claimed" && w.Quantity == l.Quantity && w.Minor == l.Minor && same(w.Flags.V, l.Flags.V) {
			delete(want, l.Disbursement)
			continue
		}
		if l.counts() {
			stale = append(stale, l)
		}
	}
	for _, l := range wanted {
		if _, ok := want[l.Disbursement]; ok {
			fresh = append(fresh, l)
		}
	}
	return stale, fresh
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func claimedTwice(err error) error {
	if db.IsUnique(err, "payment_line.disbursement") {
		return fault.Conflict("payment.fault.claimed")
	}
	return err
}
