package payment

import (
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/delivery"
)

// draftLines works out what a provider may claim for a period: what was
// delivered, at the authorized rate; of absences without notice and of places
// given back on the day the percentage that the rate of that day agrees to, at
// their planned quantity; and, when asked, absences for which nothing was
// agreed. What is claimed elsewhere is left out, and what a person must look at
// is flagged with the reason.
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
	rates, err := r.Rates(q, x.Provider, distinct(benefits))
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
		percent, agreed := due(p, rates)
		if percent == 0 && p.Outcome == delivery.Absent && x.Absences {
			percent = 100
		}
		if percent == 0 {
			continue
		}
		if in, ok := taken[p.Disbursement]; ok && in != x.ID {
			continue
		}
		a := known[p.Authorization]
		l, err := lineOf(x, p, a, percent, funds[p.Benefit])
		if err != nil {
			return nil, err
		}
		l.Flags.V = flagged(p, a, agreed, used[p.Authorization], overlaps(given[:i], p), l.Fund == "")
		lines = append(lines, l)
	}
	return lines, nil
}

// due is which percentage of the rate a disbursement is paid at: all of what was
// delivered; of a session the resident did not come to, or called off on the
// day, what the rate of that day says. agreed is false where it says nothing.
func due(p delivery.Payable, rates []catalog.Rate) (percent int64, agreed bool) {
	if p.Delivered != 0 {
		return 100, true
	}
	rate, _ := catalog.InForce(rates, p.Benefit, p.On)
	switch p.Outcome {
	case delivery.Absent:
		percent = rate.NoShowPercent
	case delivery.Cancelled:
		percent = rate.LateCancelPercent
	}
	return percent, percent > 0
}

// lineOf is a disbursement at a percentage of its rate, rounded once as the
// contract says.
func lineOf(x Request, p delivery.Payable, a delivery.Authorization, percent int64, fund Fund) (Line, error) {
	quantity := p.Delivered
	if quantity == 0 {
		quantity = p.Planned
	}
	amount, err := a.Part(quantity, percent)
	if err != nil {
		return Line{}, err
	}
	fiscal := fund.Fiscal
	if fiscal == 0 {
		fiscal = calendar.April
	}
	return Line{Request: x.ID, Provider: x.Provider, Disbursement: p.Disbursement, Session: p.Session, Authorization: p.Authorization,
		Case: p.Case, Assignment: p.Assignment, Benefit: p.Benefit, ServiceOn: p.On, Outcome: p.Outcome, Delivered: p.Delivered, Quantity: quantity,
		Rate: a.Rate.Minor, Percent: percent, Minor: amount.Minor, Currency: a.Rate.Currency, Fund: fund.Code, FiscalYear: int64(fiscal.Year(p.On))}, nil
}

func flagged(p delivery.Payable, a delivery.Authorization, agreed bool, used int64, double, noFund bool) (flags []string) {
	for _, x := range []struct {
		on   bool
		flag string
	}{
		{used > int64(a.Units) && p.Delivered > 0, OverUnits},
		{!agreed, NotHere},
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
		if ok && l.Status == "claimed" && w.Quantity == l.Quantity && w.Percent == l.Percent && w.Minor == l.Minor && same(w.Flags.V, l.Flags.V) {
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
