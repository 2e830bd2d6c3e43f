package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/payment"
)

var (
	requests = door.Resource{Name: "payment-requests", Doc: "What a provider asks to be paid for a period, out of its attendance"}
	lines    = door.Resource{Name: "payment-lines", Doc: "One disbursement at its rate"}
	batches  = door.Resource{Name: "batches", Doc: "What leaves for the bank in one file"}
	payees   = door.Resource{Name: "payees", Doc: "Where money goes"}
	payouts  = door.Resource{Name: "payouts", Doc: "A money benefit on its way to a payee"}

	speakers  = door.By(access.ProviderManager, access.ProviderStaff, access.FinanceOfficer, access.ProgramManager, access.Auditor)
	claimants = door.By(access.ProviderManager, access.ProviderStaff, access.FinanceOfficer)
	enterers  = door.By(access.ProviderManager, access.FinanceOfficer)
	planners  = door.By(access.Caseworker, access.Supervisor, access.FinanceOfficer)
	followers = door.By(access.Caseworker, access.Supervisor, access.FinanceOfficer, access.ProgramManager, access.Auditor)
)

func mountAPI(d *door.Router, room *payment.Room) {
	a := api{room}
	door.List(d, requests, speakers, a.list)
	door.Get(d, requests, speakers, a.get)
	door.Create(d, requests, claimants, a.build)
	door.Step(d, requests, "refresh", claimants, a.step(room.Refresh))
	door.Step(d, requests, "submit", claimants, a.step(room.Submit))
	door.Step(d, requests, "approve", deciders, a.step(room.Approve))
	door.Step(d, requests, "reject", deciders, a.reject)
	door.Step(d, requests, "void", claimants, a.withdraw)

	door.Get(d, lines, speakers, a.line)
	door.Step(d, lines, "query", finance, a.lineStep(room.Query))
	door.Step(d, lines, "answer", claimants, a.lineStep(room.Answer))
	door.Step(d, lines, "allow", finance, a.lineStep(room.Allow))
	door.Step(d, lines, "strike", finance, a.lineStep(room.Strike))

	door.List(d, batches, readers, a.batches)
	door.Get(d, batches, readers, a.batch)
	door.Create(d, batches, finance, a.buildBatch)
	door.Step(d, batches, "approve", deciders, a.batchStep(room.ApproveBatch))
	door.Step(d, batches, "export", finance, a.batchStep(room.ExportBatch))
	door.Step(d, batches, "settle", finance, a.settle)
	door.Step(d, batches, "cancel", finance, a.cancelBatch)
	p := &pages{room}
	d.Raw("GET /api/v1/batches/{id}/csv", readers, p.csv)
	d.Raw("GET /api/v1/batches/{id}/zengin", finance, p.zengin)

	door.List(d, payees, enterers, a.payees)
	door.Create(d, payees, enterers, a.enterPayee)
	door.Step(d, payees, "confirm", deciders, a.payeeStep(room.ConfirmPayee))
	door.Step(d, payees, "end", door.By(access.ProviderManager, access.FinanceOfficer, access.ProgramManager), a.payeeStep(room.EndPayee))

	door.List(d, payouts, followers, a.payouts)
	door.Get(d, payouts, followers, a.payout)
	door.Create(d, payouts, planners, a.planPayout)
	door.Step(d, payouts, "approve", payers, a.payoutStep(room.ApprovePayout))
	door.Step(d, payouts, "pay", finance, a.payoutStep(room.PayPayout))
	door.Step(d, payouts, "cancel", stoppers, a.payoutText(room.CancelPayout))
	door.Step(d, payouts, "fail", finance, a.payoutText(room.FailPayout))
}

var stoppers = door.By(access.Caseworker, access.Supervisor, access.FinanceOfficer, access.ProgramManager)

type api struct{ room *payment.Room }

// requestOut is a payment request in the API.
type requestOut struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Actions  []string      `json:"actions"`
	Number   string        `json:"number"`
	Provider db.ID         `json:"provider_id"`
	From     calendar.Date `json:"from"`
	Until    calendar.Date `json:"until"`
	Amount   ledger.Money  `json:"amount"`
	Invoice  string        `json:"invoice,omitempty"`
	DueOn    calendar.Date `json:"due_on"`
	Reason   string        `json:"reason,omitempty"`
	Batch    db.ID         `json:"batch_id,omitzero"`
	Flagged  int64         `json:"flagged" doc:"Lines that need a person"`
	Lines    []lineOut     `json:"lines,omitempty"`
}

// lineOut is a line in the API; the provider reads who it was for.
type lineOut struct {
	ID           db.ID           `json:"id"`
	Status       string          `json:"status"`
	Version      int64           `json:"version"`
	Actions      []string        `json:"actions"`
	Request      db.ID           `json:"payment_request_id"`
	Disbursement db.ID           `json:"disbursement_id"`
	Name         string          `json:"name,omitempty"`
	Number       string          `json:"number,omitempty"`
	ServiceOn    calendar.Date   `json:"service_on"`
	Outcome      string          `json:"outcome"`
	Delivered    ledger.Quantity `json:"delivered"`
	Quantity     ledger.Quantity `json:"quantity"`
	Rate         ledger.Money    `json:"rate"`
	Percent      int64           `json:"percent" doc:"Of the rate: 100 for what was delivered; less for an absence or a late cancellation, as agreed"`
	Amount       ledger.Money    `json:"amount"`
	Fund         string          `json:"fund"`
	FiscalYear   int64           `json:"fiscal_year"`
	Flags        []string        `json:"flags" doc:"Why a person must look: over_units, absent, double, outside, no_fund"`
	Allowed      string          `json:"allowed,omitempty"`
	Question     string          `json:"question,omitempty"`
	Answer       string          `json:"answer,omitempty"`
}

func outOfRequest(a access.Actor, x payment.RequestRow) requestOut {
	return requestOut{ID: x.ID, Status: x.Status, Version: x.Version, Actions: payment.RequestFlow.Free(a, x.Request), Number: x.Number, Provider: x.Request.Provider,
		From: x.From, Until: x.Until, Amount: x.Amount(), Invoice: x.Invoice, DueOn: x.DueOn, Reason: x.Reason, Batch: x.Batch, Flagged: x.Totals.Flagged}
}

func outOfLine(l payment.LineRow) lineOut {
	flags := l.Flags.V
	if flags == nil {
		flags = []string{}
	}
	return lineOut{ID: l.ID, Status: l.Status, Version: l.Version, Actions: l.Actions, Request: l.Request, Disbursement: l.Disbursement, Name: l.Who, Number: l.Number, ServiceOn: l.ServiceOn,
		Outcome: l.Outcome, Delivered: l.Delivered, Quantity: l.Quantity, Rate: ledger.Money{Minor: l.Rate, Currency: l.Currency}, Percent: l.Percent, Amount: l.Amount(), Fund: l.Fund,
		FiscalYear: l.FiscalYear, Flags: flags, Allowed: l.Allowed, Question: l.Question, Answer: l.Answer}
}

type requestQuery struct {
	door.Paging
	Status   string `json:"status,omitempty"`
	Provider db.ID  `json:"provider_id,omitzero"`
}

func (x api) list(ctx context.Context, a access.Actor, q requestQuery) (door.Items[requestOut], error) {
	var out door.Items[requestOut]
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	rows, err := x.room.Requests(ctx, a, payment.Filter{Status: q.Status, Provider: q.Provider, Before: from, Limit: q.Limit + 1})
	rows, out.Next = door.Cut(rows, q.Limit, func(r payment.RequestRow) string { return r.ID.String() })
	for _, r := range rows {
		out.Items = append(out.Items, outOfRequest(a, r))
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (requestOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return requestOut{}, err
	}
	out := outOfRequest(a, payment.RequestRow{Request: f.Request, Totals: f.Totals})
	for _, l := range f.Lines {
		out.Lines = append(out.Lines, outOfLine(l))
	}
	return out, nil
}

func (x api) build(ctx context.Context, a access.Actor, in payment.BuildInput) (requestOut, error) {
	r, err := x.room.Build(ctx, a, in)
	if err != nil {
		return requestOut{}, err
	}
	return x.get(ctx, a, r.ID)
}

func (x api) step(do func(context.Context, access.Actor, db.ID, int64) (payment.Request, error)) func(context.Context, access.Actor, db.ID, only) (requestOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in only) (requestOut, error) {
		if _, err := do(ctx, a, id, in.Version); err != nil {
			return requestOut{}, err
		}
		return x.get(ctx, a, id)
	}
}

func (x api) withdraw(ctx context.Context, a access.Actor, id db.ID, in only) (requestOut, error) {
	r, err := x.room.Withdraw(ctx, a, id, in.Version)
	return outOfRequest(a, payment.RequestRow{Request: r}), err
}

func (x api) reject(ctx context.Context, a access.Actor, id db.ID, in payment.TextInput) (requestOut, error) {
	if _, err := x.room.Reject(ctx, a, id, in); err != nil {
		return requestOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) line(ctx context.Context, a access.Actor, id db.ID) (lineOut, error) {
	l, err := x.room.Line(ctx, a, id)
	return outOfLine(l), err
}

func (x api) lineStep(do func(context.Context, access.Actor, db.ID, payment.TextInput) (payment.Line, error)) func(context.Context, access.Actor, db.ID, payment.TextInput) (lineOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in payment.TextInput) (lineOut, error) {
		if _, err := do(ctx, a, id, in); err != nil {
			return lineOut{}, err
		}
		return x.line(ctx, a, id)
	}
}

// batchOut is a batch in the API.
type batchOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Number     string        `json:"number"`
	Amount     ledger.Money  `json:"amount"`
	Items      int64         `json:"items"`
	PayOn      calendar.Date `json:"pay_on"`
	ExportedAt calendar.Time `json:"exported_at"`
	SettledOn  calendar.Date `json:"settled_on"`
	Missing    int           `json:"missing" doc:"Payments without a confirmed account"`
	Requests   []db.ID       `json:"payment_request_ids"`
	Payouts    []db.ID       `json:"payout_ids"`
}

func outOfBatch(a access.Actor, f payment.BatchFile) batchOut {
	b := f.Batch
	out := batchOut{ID: b.ID, Status: b.Status, Version: b.Version, Actions: payment.BatchFlow.Free(a, b), Number: b.Number, Amount: b.Amount(), Items: b.Items, PayOn: b.PayOn,
		ExportedAt: b.ExportedAt, SettledOn: b.SettledOn, Missing: f.Missing, Requests: []db.ID{}, Payouts: []db.ID{}}
	for _, x := range f.Requests {
		out.Requests = append(out.Requests, x.ID)
	}
	for _, x := range f.Payouts {
		out.Payouts = append(out.Payouts, x.ID)
	}
	return out
}

func (x api) batches(ctx context.Context, a access.Actor, q requestQuery) (door.Items[batchOut], error) {
	var out door.Items[batchOut]
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	rows, err := x.room.Batches(ctx, a, payment.Filter{Status: q.Status, Before: from, Limit: q.Limit + 1})
	rows, out.Next = door.Cut(rows, q.Limit, func(b payment.Batch) string { return b.ID.String() })
	for _, b := range rows {
		out.Items = append(out.Items, outOfBatch(a, payment.BatchFile{Batch: b}))
	}
	return out, err
}

func (x api) batch(ctx context.Context, a access.Actor, id db.ID) (batchOut, error) {
	f, err := x.room.Batch(ctx, a, id)
	if err != nil {
		return batchOut{}, err
	}
	return outOfBatch(a, f), nil
}

func (x api) buildBatch(ctx context.Context, a access.Actor, in payment.BatchInput) (batchOut, error) {
	b, err := x.room.BuildBatch(ctx, a, in)
	if err != nil {
		return batchOut{}, err
	}
	return x.batch(ctx, a, b.ID)
}

func (x api) batchStep(do func(context.Context, access.Actor, db.ID, int64) (payment.Batch, error)) func(context.Context, access.Actor, db.ID, only) (batchOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in only) (batchOut, error) {
		if _, err := do(ctx, a, id, in.Version); err != nil {
			return batchOut{}, err
		}
		return x.batch(ctx, a, id)
	}
}

func (x api) settle(ctx context.Context, a access.Actor, id db.ID, in payment.SettleInput) (batchOut, error) {
	if _, err := x.room.Settle(ctx, a, id, in); err != nil {
		return batchOut{}, err
	}
	return x.batch(ctx, a, id)
}

func (x api) cancelBatch(ctx context.Context, a access.Actor, id db.ID, in payment.TextInput) (batchOut, error) {
	if _, err := x.room.CancelBatch(ctx, a, id, in); err != nil {
		return batchOut{}, err
	}
	return x.batch(ctx, a, id)
}

// payeeOut is an account in the API: never its whole number.
type payeeOut struct {
	ID        db.ID    `json:"id"`
	Status    string   `json:"status"`
	Version   int64    `json:"version"`
	Actions   []string `json:"actions"`
	OwnerKind string   `json:"owner_kind"`
	Owner     db.ID    `json:"owner_id"`
	Name      string   `json:"name"`
	Tail      string   `json:"tail" doc:"The last digits of the account"`
}

func outOfPayee(a access.Actor, p payment.Payee) payeeOut {
	return payeeOut{p.ID, p.Status, p.Version, payment.PayeeFlow.Free(a, p), p.OwnerKind, p.Owner, p.Name, p.Tail}
}

type payeeQuery struct {
	door.Paging
	OwnerKind string `json:"owner_kind,omitempty"`
	Owner     db.ID  `json:"owner_id,omitzero"`
}

func (x api) payees(ctx context.Context, a access.Actor, q payeeQuery) (door.Items[payeeOut], error) {
	var out door.Items[payeeOut]
	list, err := x.room.Payees(ctx, a, q.OwnerKind, q.Owner)
	if err == nil && q.OwnerKind == "" && !a.Is(access.ProviderRoles...) {
		list, err = x.room.ToConfirm(ctx, a)
	}
	for _, p := range list {
		out.Items = append(out.Items, outOfPayee(a, p))
	}
	return out, err
}

func (x api) enterPayee(ctx context.Context, a access.Actor, in payment.PayeeInput) (payeeOut, error) {
	p, err := x.room.EnterPayee(ctx, a, in)
	return outOfPayee(a, p), err
}

func (x api) payeeStep(do func(context.Context, access.Actor, db.ID, int64) (payment.Payee, error)) func(context.Context, access.Actor, db.ID, only) (payeeOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in only) (payeeOut, error) {
		p, err := do(ctx, a, id, in.Version)
		return outOfPayee(a, p), err
	}
}

// payoutOut is a payout in the API.
type payoutOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Number     string        `json:"number"`
	Case       db.ID         `json:"case_id"`
	Person     db.ID         `json:"person_id"`
	Assignment db.ID         `json:"benefit_assignment_id,omitzero"`
	Payee      db.ID         `json:"payee_id,omitzero"`
	PayeeKind  string        `json:"payee_kind"`
	Method     string        `json:"method"`
	Amount     ledger.Money  `json:"amount"`
	DueOn      calendar.Date `json:"due_on"`
	Batch      db.ID         `json:"batch_id,omitzero"`
	Note       string        `json:"note,omitempty"`
}

func outOfPayout(a access.Actor, p payment.Payout) payoutOut {
	return payoutOut{p.ID, p.Status, p.Version, payment.PayoutFlow.Free(a, p), p.Number, p.Case, p.Person, p.Assignment, p.Payee, p.PayeeKind, p.Method, p.Amount(), p.DueOn, p.Batch, p.Note}
}

type payoutQuery struct {
	door.Paging
	Status string `json:"status,omitempty"`
	Case   db.ID  `json:"case_id,omitzero"`
}

func (x api) payouts(ctx context.Context, a access.Actor, q payoutQuery) (door.Items[payoutOut], error) {
	var out door.Items[payoutOut]
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	rows, err := x.room.Payouts(ctx, a, payment.Filter{Status: q.Status, Case: q.Case, Before: from, Limit: q.Limit + 1})
	rows, out.Next = door.Cut(rows, q.Limit, func(p payment.Payout) string { return p.ID.String() })
	for _, p := range rows {
		out.Items = append(out.Items, outOfPayout(a, p))
	}
	return out, err
}

func (x api) payout(ctx context.Context, a access.Actor, id db.ID) (payoutOut, error) {
	p, err := x.room.Payout(ctx, a, id)
	return outOfPayout(a, p), err
}

func (x api) planPayout(ctx context.Context, a access.Actor, in payment.PayoutInput) (payoutOut, error) {
	p, err := x.room.PlanPayout(ctx, a, in)
	return outOfPayout(a, p), err
}

func (x api) payoutStep(do func(context.Context, access.Actor, db.ID, int64) (payment.Payout, error)) func(context.Context, access.Actor, db.ID, only) (payoutOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in only) (payoutOut, error) {
		p, err := do(ctx, a, id, in.Version)
		return outOfPayout(a, p), err
	}
}

func (x api) payoutText(do func(context.Context, access.Actor, db.ID, payment.TextInput) (payment.Payout, error)) func(context.Context, access.Actor, db.ID, payment.TextInput) (payoutOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in payment.TextInput) (payoutOut, error) {
		p, err := do(ctx, a, id, in)
		return outOfPayout(a, p), err
	}
}
