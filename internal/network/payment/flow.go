package payment

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	claimants = flow.Roles{access.ProviderManager, access.ProviderStaff, access.FinanceOfficer}
	finance   = flow.Roles{access.FinanceOfficer}
	deciders  = flow.Roles{access.FinanceOfficer, access.ProgramManager}
	system    = flow.Roles{access.System}
)

// RequestFlow is a payment request's. Its row is locked before its lines are
// looked at, so that none changes while it is approved.
var RequestFlow = flow.Define(flow.Table[Request]{
	Entity: "payment_request", Table: "payment_request",
	Root: func(r *Request) (string, db.ID) { return "payment_request", r.ID },
	Steps: []flow.Step[Request]{
		{Name: "build", To: "draft", By: claimants},
		{Name: "refresh", From: []string{"draft"}, By: claimants, Plain: true},
		{Name: "submit", From: []string{"draft"}, To: "submitted", By: claimants, Plain: true},
		{Name: "query", From: []string{"submitted"}, To: "queried", By: finance},
		{Name: "answer", From: []string{"queried"}, To: "submitted", By: claimants},
		{Name: "amend", From: []string{"submitted", "queried"}, By: finance},
		{Name: "approve", From: []string{"submitted"}, To: "approved", By: deciders, When: unlessOwnRequest, Plain: true, Route: true},
		{Name: "reject", From: []string{"submitted", "queried"}, To: "rejected", By: deciders, When: unlessOwnRequest},
		{Name: "batch", From: []string{"approved"}, By: finance, When: unlessBatched},
		{Name: "unbatch", From: []string{"approved"}, By: system},
		{Name: "pay", From: []string{"approved"}, To: "paid", By: system},
		{Name: "void", From: []string{"draft"}, To: flow.Void, By: claimants},
	},
})

func unlessOwnRequest(a access.Actor, r Request) *fault.Fault {
	if a.Known() && (r.SubmittedBy == a.ID || r.BuiltBy == a.ID) {
		return fault.Forbid("payment.fault.own_request")
	}
	return nil
}

func unlessBatched(_ access.Actor, r Request) *fault.Fault {
	if !r.Batch.IsZero() {
		return fault.Conflict("payment.fault.batched")
	}
	return nil
}

// LineFlow is a line's. A disbursement is in one line that counts: the unique
// index payment_line_once.
var LineFlow = flow.Define(flow.Table[Line]{
	Entity: "payment_line", Table: "payment_line",
	Root: func(l *Line) (string, db.ID) { return "payment_request", l.Request },
	Steps: []flow.Step[Line]{
		{Name: "claim", To: "claimed", By: claimants},
		{Name: "query", From: []string{"claimed"}, To: "queried", By: finance},
		{Name: "answer", From: []string{"queried"}, To: "claimed", By: claimants},
		{Name: "allow", From: []string{"claimed", "queried"}, To: "claimed", By: finance, When: ifFlagged},
		{Name: "strike", From: []string{"claimed", "queried"}, To: "struck", By: finance},
		{Name: "release", From: []string{"claimed", "queried"}, To: "released", By: system},
		{Name: "pay", From: []string{"claimed"}, To: "paid", By: system},
	},
})

func ifFlagged(_ access.Actor, l Line) *fault.Fault {
	if len(l.Flags.V) == 0 {
		return fault.Conflict("payment.fault.not_flagged")
	}
	return nil
}

// PayeeFlow is a payee's. An owner has one confirmed account: the unique index
// payee_one.
var PayeeFlow = flow.Define(flow.Table[Payee]{
	Entity: "payee", Table: "payee",
	Root: func(p *Payee) (string, db.ID) { return p.OwnerKind, p.Owner },
	Steps: []flow.Step[Payee]{
		{Name: "enter", To: "entered", By: flow.Roles{access.ProviderManager, access.FinanceOfficer, access.Caseworker, access.Supervisor}},
		{Name: "confirm", From: []string{"entered"}, To: "confirmed", By: deciders, When: unlessEnteredBy, Plain: true},
		{Name: "end", From: []string{"entered", "confirmed"}, To: "ended", By: append(flow.Roles{access.ProviderManager}, deciders...), Plain: true},
	},
})

func unlessEnteredBy(a access.Actor, p Payee) *fault.Fault {
	if a.Known() && p.EnteredBy == a.ID {
		return fault.Forbid("payment.fault.own_account")
	}
	return nil
}

// PayoutFlow is a payout's.
var PayoutFlow = flow.Define(flow.Table[Payout]{
	Entity: "payout", Table: "payout",
	Root: func(p *Payout) (string, db.ID) { return "case", p.Case },
	Steps: []flow.Step[Payout]{
		{Name: "plan", To: "planned", By: flow.Roles{access.Caseworker, access.Supervisor, access.FinanceOfficer}},
		{Name: "approve", From: []string{"planned"}, To: "approved", By: append(flow.Roles{access.Supervisor}, deciders...), When: unlessPlannedBy, Plain: true, Route: true},
		{Name: "cancel", From: []string{"planned", "approved"}, To: "cancelled", By: append(flow.Roles{access.Caseworker, access.Supervisor, access.System}, deciders...), When: unlessPayoutBatched},
		{Name: "batch", From: []string{"approved"}, By: finance, When: unlessPayoutBatched},
		{Name: "unbatch", From: []string{"approved"}, By: system},
		{Name: "pay", From: []string{"approved"}, To: "paid", By: finance},
		{Name: "fail", From: []string{"approved"}, To: "failed", By: finance},
	},
})

func unlessPlannedBy(a access.Actor, p Payout) *fault.Fault {
	if a.Known() && p.PlannedBy == a.ID {
		return fault.Forbid("payment.fault.own_request")
	}
	return nil
}

func unlessPayoutBatched(_ access.Actor, p Payout) *fault.Fault {
	if !p.Batch.IsZero() {
		return fault.Conflict("payment.fault.batched")
	}
	return nil
}

// BatchFlow is a batch's.
var BatchFlow = flow.Define(flow.Table[Batch]{
	Entity: "batch", Table: "payment_batch",
	Root: func(b *Batch) (string, db.ID) { return "batch", b.ID },
	Steps: []flow.Step[Batch]{
		{Name: "build", To: "draft", By: finance},
		{Name: "approve", From: []string{"draft"}, To: "approved", By: deciders, When: unlessBuiltBy, Plain: true, Route: true},
		{Name: "export", From: []string{"approved"}, To: "exported", By: finance, Plain: true},
		{Name: "settle", From: []string{"exported"}, To: "settled", By: finance},
		{Name: "cancel", From: []string{"draft", "approved"}, To: "cancelled", By: finance},
	},
})

func unlessBuiltBy(a access.Actor, b Batch) *fault.Fault {
	if a.Known() && b.BuiltBy == a.ID {
		return fault.Forbid("payment.fault.own_batch")
	}
	return nil
}
