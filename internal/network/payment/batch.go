package payment

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/network/payment/zengin"
	"kizuna/internal/office/agency"
)

// PlanPayout plans a money benefit to be paid; another person approves it.
func (r *Room) PlanPayout(ctx context.Context, a access.Actor, in PayoutInput) (Payout, error) {
	if err := in.Validate(); err != nil {
		return Payout{}, err
	}
	return op.Do(ctx, r.run, a, "payout.plan", in, func(tx *op.Tx) (Payout, error) {
		if _, err := cases.Load(tx, a, tx.Now(), in.Case); err != nil && !a.Is(books...) {
			return Payout{}, err
		}
		if !in.Payee.IsZero() {
			if _, err := payeeByID(tx, in.Payee); err != nil {
				return Payout{}, fault.Invalid(fault.Field{Pointer: "/payee_id", Key: "fault.bad_choice"})
			}
		}
		if err := r.within(tx, in); err != nil {
			return Payout{}, err
		}
		funds, err := r.Funds(tx, []db.ID{in.Benefit})
		if err != nil {
			return Payout{}, err
		}
		number, err := agency.Number(tx, "payout")
		if err != nil {
			return Payout{}, err
		}
		fiscal := funds[in.Benefit].Fiscal
		if fiscal == 0 {
			fiscal = calendar.April
		}
		return flow.Create(tx, PayoutFlow, "plan", Payout{Number: number, Case: in.Case, Person: in.Person, Assignment: in.Assignment, Benefit: in.Benefit,
			Payee: in.Payee, PayeeKind: in.PayeeKind, Method: in.Method, Minor: in.Amount.Minor, Currency: in.Amount.Currency, DueOn: in.DueOn,
			Fund: funds[in.Benefit].Code, FiscalYear: int64(fiscal.Year(in.DueOn)), Note: in.Note, PlannedBy: a.ID})
	})
}

func (r *Room) onPayout(ctx context.Context, a access.Actor, id db.ID, step string, version int64, in any, f func(tx *op.Tx, p Payout) (Payout, error)) (Payout, error) {
	return op.Do(ctx, r.run, a, "payout."+step+" "+id.String(), in, func(tx *op.Tx) (Payout, error) {
		if _, err := payoutsByID(tx, []db.ID{id}); err != nil {
			return Payout{}, err
		}
		p, err := loadPayout(tx, a, tx.Now(), id)
		if err == nil {
			err = flow.Fresh(p, version)
		}
		if err != nil {
			return p, err
		}
		return f(tx, p)
	})
}

// ApprovePayout lets a payout be paid.
func (r *Room) ApprovePayout(ctx context.Context, a access.Actor, id db.ID, version int64) (Payout, error) {
	return r.onPayout(ctx, a, id, "approve", version, version, func(tx *op.Tx, p Payout) (Payout, error) {
		p, err := flow.Take(tx, PayoutFlow, "approve", p, func(p *Payout) { p.ApprovedBy = a.ID })
		if err != nil {
			return p, err
		}
		return p, postPayout(tx, "approve", p, FundAccount(p.Fund, p.FiscalYear), PayableAccount("payout", p.ID))
	})
}

// CancelPayout stops a payout that has not left.
func (r *Room) CancelPayout(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Payout, error) {
	return r.stopPayout(ctx, a, id, "cancel", in)
}

// FailPayout says that the bank sent a payout back.
func (r *Room) FailPayout(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Payout, error) {
	return r.stopPayout(ctx, a, id, "fail", in)
}

func (r *Room) stopPayout(ctx context.Context, a access.Actor, id db.ID, step string, in TextInput) (Payout, error) {
	if err := in.Validate(); err != nil {
		return Payout{}, err
	}
	return r.onPayout(ctx, a, id, step, in.Version, in, func(tx *op.Tx, p Payout) (Payout, error) {
		was := p.Status
		p, err := flow.Take(tx, PayoutFlow, step, p, nil, flow.Because(in.Text))
		if err != nil || was != "approved" {
			return p, err
		}
		return p, postPayout(tx, step, p, PayableAccount("payout", p.ID), FundAccount(p.Fund, p.FiscalYear))
	})
}

// PayPayout says that a payout was handed over at the counter or as a voucher.
func (r *Room) PayPayout(ctx context.Context, a access.Actor, id db.ID, version int64) (Payout, error) {
	return r.onPayout(ctx, a, id, "pay", version, version, func(tx *op.Tx, p Payout) (Payout, error) {
		if p.Method == "transfer" {
			return p, fault.Conflict("payment.fault.by_batch")
		}
		p, err := flow.Take(tx, PayoutFlow, "pay", p, nil)
		if err != nil {
			return p, err
		}
		return p, postPayout(tx, "pay", p, PayableAccount("payout", p.ID), PaidAccount(p.Fund, p.FiscalYear))
	})
}

// BuildBatch gathers approved requests and payouts to be paid on a day.
func (r *Room) BuildBatch(ctx context.Context, a access.Actor, in BatchInput) (Batch, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Batch{}, err
	}
	return op.Do(ctx, r.run, a, "batch.build", in, func(tx *op.Tx) (Batch, error) {
		list, payouts, err := chosen(tx, in)
		if err != nil {
			return Batch{}, err
		}
		var sum ledger.Money
		for _, x := range list {
			if sum, err = sum.Add(x.Amount()); err != nil {
				return Batch{}, err
			}
		}
		for _, p := range payouts {
			if sum, err = sum.Add(p.Amount()); err != nil {
				return Batch{}, err
			}
		}
		number, err := agency.Number(tx, "batch")
		if err != nil {
			return Batch{}, err
		}
		b, err := flow.Create(tx, BatchFlow, "build", Batch{Number: number, Currency: sum.Currency, Minor: sum.Minor,
			Items: int64(len(list) + len(payouts)), PayOn: in.PayOn, BuiltBy: a.ID})
		if err != nil {
			return b, err
		}
		return b, putIn(tx, list, payouts, "batch", b.ID)
	})
}

// chosen loads what a batch is to pay, with the rows held.
func chosen(tx *op.Tx, in BatchInput) (list []Request, payouts []Payout, err error) {
	if len(in.Requests) > 0 {
		if list, err = requestsByID(tx, in.Requests); err != nil {
			return nil, nil, err
		}
	}
	if len(in.Payouts) > 0 {
		if payouts, err = payoutsByID(tx, in.Payouts); err != nil {
			return nil, nil, err
		}
	}
	if len(list) != len(in.Requests) || len(payouts) != len(in.Payouts) {
		return nil, nil, fault.NotFound()
	}
	for _, p := range payouts {
		if p.Method != "transfer" {
			return nil, nil, fault.Conflict("payment.fault.by_hand")
		}
	}
	return list, payouts, nil
}

// putIn puts requests and payouts into a batch, or takes them out of it.
func putIn(tx *op.Tx, list []Request, payouts []Payout, step string, batch db.ID) error {
	_, faults, err := flow.TakeAll(tx, RequestFlow, step, list, func(x *Request) { x.Batch = batch })
	if err != nil {
		return err
	}
	for _, f := range faults {
		return f
	}
	_, faults, err = flow.TakeAll(tx, PayoutFlow, step, payouts, func(p *Payout) { p.Batch = batch })
	for _, f := range faults {
		return f
	}
	return err
}

func onBatch(ctx context.Context, r *Room, a access.Actor, id db.ID, step string, version int64, in any, f func(tx *op.Tx, b Batch) (Batch, error)) (Batch, error) {
	if err := r.mayKeepBooks(a); err != nil {
		return Batch{}, err
	}
	return op.Do(ctx, r.run, a, "batch."+step+" "+id.String(), in, func(tx *op.Tx) (Batch, error) {
		if err := lockBatch(tx, id); err != nil {
			return Batch{}, err
		}
		b, err := loadBatch(tx, id)
		if err == nil {
			err = flow.Fresh(b, version)
		}
		if err != nil {
			return b, err
		}
		return f(tx, b)
	})
}

// ApproveBatch lets a batch leave; whoever built it cannot.
func (r *Room) ApproveBatch(ctx context.Context, a access.Actor, id db.ID, version int64) (Batch, error) {
	return onBatch(ctx, r, a, id, "approve", version, version, func(tx *op.Tx, b Batch) (Batch, error) {
		if err := r.mayHandle(tx, a, id); err != nil {
			return b, err
		}
		return flow.Take(tx, BatchFlow, "approve", b, func(b *Batch) { b.ApprovedBy = a.ID })
	})
}

// ExportBatch says that the batch's file goes to the bank. Everything in it
// needs a confirmed account, and so does the agency.
func (r *Room) ExportBatch(ctx context.Context, a access.Actor, id db.ID, version int64) (Batch, error) {
	return onBatch(ctx, r, a, id, "export", version, version, func(tx *op.Tx, b Batch) (Batch, error) {
		if err := r.mayHandle(tx, a, id); err != nil {
			return b, err
		}
		if _, err := r.transfer(tx, b); err != nil {
			return b, err
		}
		return flow.Take(tx, BatchFlow, "export", b, func(b *Batch) { b.ExportedAt = tx.Now() })
	})
}

// SettleInput says on which day the bank paid.
type SettleInput struct {
	On      calendar.Date `json:"settled_on"`
	Version int64         `json:"version"`
}

// Settle says that the bank has paid a batch: its requests and payouts are
// paid and the books closed over them.
func (r *Room) Settle(ctx context.Context, a access.Actor, id db.ID, in SettleInput) (Batch, error) {
	if in.On == "" {
		return Batch{}, fault.Invalid(fault.Field{Pointer: "/settled_on", Key: "fault.required"})
	}
	if in.On > r.today(ctx) {
		return Batch{}, fault.Invalid(fault.Field{Pointer: "/settled_on", Key: "fault.future"})
	}
	return onBatch(ctx, r, a, id, "settle", in.Version, in, func(tx *op.Tx, b Batch) (Batch, error) {
		b, err := flow.Take(tx, BatchFlow, "settle", b, func(b *Batch) { b.SettledOn = in.On })
		if err != nil {
			return b, err
		}
		return b, tx.As(access.TheSystem(), func() error { return pay(tx, b) })
	})
}

func pay(tx *op.Tx, b Batch) error {
	list, err := requestsOfBatch(tx, b.ID)
	if err != nil {
		return err
	}
	if _, err := takeEvery(tx, RequestFlow, "pay", list); err != nil {
		return err
	}
	if len(list) > 0 {
		var ids []db.ID
		for _, x := range list {
			ids = append(ids, x.ID)
			tx.Tell(op.Event{Name: "payment_request.paid", Entity: "payment_request", Record: x.ID, Root: x.ID})
		}
		lines, err := linesOfAll(tx, ids)
		if err != nil {
			return err
		}
		if lines, err = takeEvery(tx, LineFlow, "pay", lines); err != nil {
			return err
		}
		sortLines(lines)
		if err := post(tx, "batch "+b.ID.String()+" settle", "payment.settle", lines, settle); err != nil {
			return err
		}
	}
	payouts, err := payoutsOfBatch(tx, b.ID)
	if err != nil {
		return err
	}
	for _, p := range payouts {
		if p.Status != "approved" {
			continue // the bank sent it back
		}
		if p, err = flow.Take(tx, PayoutFlow, "pay", p, nil); err != nil {
			return err
		}
		if err := postPayout(tx, "pay", p, PayableAccount("payout", p.ID), PaidAccount(p.Fund, p.FiscalYear)); err != nil {
			return err
		}
	}
	return nil
}

// CancelBatch gives up a batch that has not left; what was in it can go into
// another.
func (r *Room) CancelBatch(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Batch, error) {
	if err := in.Validate(); err != nil {
		return Batch{}, err
	}
	return onBatch(ctx, r, a, id, "cancel", in.Version, in, func(tx *op.Tx, b Batch) (Batch, error) {
		b, err := flow.Take(tx, BatchFlow, "cancel", b, nil, flow.Because(in.Text))
		if err != nil {
			return b, err
		}
		list, err := requestsOfBatch(tx, id)
		if err != nil {
			return b, err
		}
		payouts, err := payoutsOfBatch(tx, id)
		if err != nil {
			return b, err
		}
		return b, tx.As(access.TheSystem(), func() error { return putIn(tx, list, payouts, "unbatch", db.ID{}) })
	})
}

// transfer is the batch as the bank takes it: one payment for each provider
// and payout.
func (r *Room) transfer(q db.Q, b Batch) (zengin.File, error) {
	var file zengin.File
	f, err := r.batch(q, b.ID)
	if err != nil {
		return file, err
	}
	if f.Missing > 0 {
		return file, fault.Conflict("payment.fault.no_account").With("n", f.Missing)
	}
	own, err := confirmedOf(q, "agency", []db.ID{agency.Self})
	if err != nil {
		return file, err
	}
	payer, ok := own[agency.Self]
	if !ok {
		return file, fault.Conflict("payment.fault.no_payer")
	}
	if b.Currency != "JPY" {
		return file, fault.Conflict("payment.fault.not_yen")
	}
	from, err := r.open(payer)
	if err != nil {
		return file, err
	}
	file = zengin.File{Requester: from.Requester, RequesterName: from.Holder, MonthDay: strings.ReplaceAll(string(b.PayOn)[5:], "-", ""), From: from.Account}
	byPayee := map[db.ID]int{}
	for _, x := range f.Requests {
		at, ok := byPayee[x.Request.Provider]
		if !ok {
			at = len(file.Payments)
			byPayee[x.Request.Provider] = at
			if file.Payments, err = r.add(file.Payments, f.Payees[x.Request.Provider], b.Number); err != nil {
				return file, err
			}
		}
		file.Payments[at].Amount += x.Minor
	}
	for _, p := range f.Payouts {
		if p.Status != "approved" && p.Status != "paid" {
			continue
		}
		if file.Payments, err = r.add(file.Payments, f.Payees[p.ID], p.Number); err != nil {
			return file, err
		}
		file.Payments[len(file.Payments)-1].Amount = p.Minor
	}
	return file, nil
}

func (r *Room) add(list []zengin.Payment, to Payee, note string) ([]zengin.Payment, error) {
	kept, err := r.open(to)
	return append(list, zengin.Payment{Account: kept.Account, New: "0", Note: note}), err
}

// Zengin is the transfer file of a batch that another person approved.
func (r *Room) Zengin(ctx context.Context, a access.Actor, id db.ID) (name string, data []byte, err error) {
	if !a.Is(finance...) {
		return "", nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b, err := exportable(q, id)
		if err == nil {
			err = r.mayHandle(q, a, id)
		}
		if err != nil {
			return err
		}
		f, err := r.transfer(q, b)
		if err != nil {
			return err
		}
		name = b.Number + ".txt"
		data, err = f.Encode()
		if err != nil {
			err = fault.Defect(err)
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return name, data, r.run.Reads.Note(ctx, a, "exported", "batch", id, "zengin")
}

func exportable(q db.Q, id db.ID) (Batch, error) {
	b, err := loadBatch(q, id)
	if err == nil && b.Status != "exported" && b.Status != "settled" {
		err = fault.Conflict("payment.fault.not_exported")
	}
	return b, err
}

// CSV lists what a batch pays, line by line, with fund, year and disbursement.
func (r *Room) CSV(ctx context.Context, a access.Actor, id db.ID) (name string, data []byte, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	out.WriteString("\ufeff") // spreadsheets take it for Shift_JIS otherwise
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	err = r.run.Read(ctx, func(q *db.Reader) error {
		f, err := r.batch(q, id)
		if err == nil {
			err = r.withhold(q, a, &f)
		}
		if err != nil {
			return err
		}
		name = f.Batch.Number + ".csv"
		return writeBatch(ctx, q, w, f)
	})
	if err != nil {
		return "", nil, err
	}
	w.Flush()
	return name, out.Bytes(), r.run.Reads.Note(ctx, a, "exported", "batch", id, "csv")
}
