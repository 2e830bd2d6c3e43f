package payment

import (
	"context"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
)

// Owed is a money benefit under way, as those who plan its payouts read it:
// the case by its number alone.
type Owed struct {
	Assignment benefit.Assignment
	Number     string // of the case
	Benefit    catalog.Benefit
	Paid       ledger.Money // so far
}

// Left is what of the benefit was not paid yet.
func (o Owed) Left() ledger.Money {
	left := o.Assignment.Amount()
	left.Minor = max(0, left.Minor-o.Paid.Minor)
	return left
}

// Owed lists the money benefits under way, the newest first.
func (r *Room) Owed(ctx context.Context, a access.Actor, before db.ID, limit int) (list []Owed, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err := benefit.MoneyUnderWay(q, before, limited(limit))
		if err == nil {
			list, err = owed(q, rows)
		}
		return err
	})
	return list, err
}

// OwedOn opens one money benefit under way, with the accounts it may be paid to.
func (r *Room) OwedOn(ctx context.Context, a access.Actor, assignment db.ID) (o Owed, accounts []Payee, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return o, nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err := benefit.AssignmentsOf(q, assignment)
		if err != nil {
			return err
		}
		if len(rows) == 0 || !rows[0].OfMoney() || !rows[0].Running() {
			return fault.NotFound()
		}
		list, err := owed(q, rows)
		if err != nil {
			return err
		}
		o = list[0]
		if accounts, err = payeesOf(q, "person", o.Assignment.Person); err != nil {
			return err
		}
		others, err := payeesOf(q, "third_party", o.Assignment.Person)
		accounts = append(accounts, others...)
		return err
	})
	return o, accounts, err
}

func owed(q db.Q, rows []benefit.Assignment) ([]Owed, error) {
	var ids, of, kinds []db.ID
	for _, x := range rows {
		ids, of, kinds = append(ids, x.ID), append(of, x.Case), append(kinds, x.Benefit)
	}
	files, err := cases.CasesOf(q, distinct(of)...)
	if err != nil {
		return nil, err
	}
	benefits, err := catalog.BenefitOf(q, distinct(kinds)...)
	if err != nil {
		return nil, err
	}
	paid, err := PaidOf(q, ids)
	out := make([]Owed, len(rows))
	for i, x := range rows {
		sum := ledger.Money{Minor: paid[x.ID].Minor, Currency: x.Currency}
		out[i] = Owed{x, files[x.Case].Number, benefits[x.Benefit], sum}
	}
	return out, err
}
