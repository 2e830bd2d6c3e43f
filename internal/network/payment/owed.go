package payment

import (
	"context"
	"errors"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// Owed is a money benefit under way, as those who plan its payouts read it:
// the case by its number alone.
type Owed struct {
	Assignment benefit.Assignment
	Number     string // of the case
	Benefit    catalog.Benefit
	Whole      ledger.Money // of all times; up to today where there is no end
	Paid       ledger.Money // so far
}

// Left is what of the benefit was not paid yet.
func (o Owed) Left() ledger.Money {
	left := o.Whole
	left.Minor = max(0, left.Minor-o.Paid.Minor)
	return left
}

// Next is what is paid at once: what is given each time, as far as it is left.
func (o Owed) Next() ledger.Money {
	next := o.Assignment.Amount()
	next.Minor = min(next.Minor, o.Left().Minor)
	return next
}

// within holds a payout to what its assignment gives: each time no more than
// was assigned, and no more in all. The assignment's row is held.
func (r *Room) within(tx *op.Tx, in PayoutInput) error {
	if in.Assignment.IsZero() || r.Assigned == nil {
		return nil
	}
	x, err := r.Assigned(tx, in.Assignment)
	if err != nil && !errors.Is(err, fault.KindNotFound) {
		return err
	}
	if err != nil || x.Case != in.Case || x.Person != in.Person || x.Benefit != in.Benefit || x.Currency != in.Amount.Currency {
		return fault.Invalid(fault.Field{Pointer: "/benefit_assignment_id", Key: "fault.bad_choice"})
	}
	list, err := payoutsUnder(tx, x.ID)
	if err != nil {
		return err
	}
	each := x.Amount()
	for _, p := range list {
		if x.Times(p.DueOn) == x.Times(in.DueOn) {
			each.Minor -= p.Minor
		}
	}
	if in.Amount.Minor > each.Minor {
		each.Minor = max(0, each.Minor)
		return fault.Invalid(fault.Field{Pointer: "/amount", Key: "payment.fault.each_time", Args: map[string]any{"most": each}})
	}
	if x.Until == "" {
		return nil
	}
	whole, err := x.Whole("")
	for _, p := range list {
		whole.Minor -= p.Minor
	}
	if err == nil && in.Amount.Minor > whole.Minor {
		whole.Minor = max(0, whole.Minor)
		return fault.Invalid(fault.Field{Pointer: "/amount", Key: "payment.fault.in_all", Args: map[string]any{"most": whole}})
	}
	return err
}

// Owed lists the money benefits under way, the newest first.
func (r *Room) Owed(ctx context.Context, a access.Actor, before db.ID, limit int) (list []Owed, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err := benefit.MoneyUnderWay(q, before, limited(limit))
		if err == nil {
			list, err = r.owed(q, rows)
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
		list, err := r.owed(q, rows)
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

func (r *Room) owed(q db.Q, rows []benefit.Assignment) ([]Owed, error) {
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
		whole, sumErr := x.Whole(r.today(q.Context()))
		if sumErr != nil {
			return nil, sumErr
		}
		out[i] = Owed{x, files[x.Case].Number, benefits[x.Benefit], whole, ledger.Money{Minor: paid[x.ID].Minor, Currency: x.Currency}}
	}
	return out, err
}

// Told is what a payout's own record has only as ids.
type Told struct {
	Case    string    // its number
	Benefit text.Pair // the name; empty where it would tell what is protected
	Payee   Payee     // the account it goes to; without an id where there is none
}

// ToldOf tells of payouts, by id, for what and where to they are.
func (r *Room) ToldOf(ctx context.Context, list ...Payout) (out map[db.ID]Told, err error) {
	var of, kinds, to []db.ID
	for _, x := range list {
		of, kinds = append(of, x.Case), append(kinds, x.Benefit)
		if !x.Payee.IsZero() {
			to = append(to, x.Payee)
		}
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		files, err := cases.CasesOf(q, distinct(of)...)
		if err != nil {
			return err
		}
		benefits, err := catalog.BenefitOf(q, distinct(kinds)...)
		if err != nil {
			return err
		}
		payees, err := payeesByID(q, distinct(to))
		out = make(map[db.ID]Told, len(list))
		for _, x := range list {
			t := Told{Case: files[x.Case].Number, Payee: payees[x.Payee]}
			if b := benefits[x.Benefit]; b.ProtectedClass == "" {
				t.Benefit = b.Name
			}
			out[x.ID] = t
		}
		return err
	})
	return out, err
}
