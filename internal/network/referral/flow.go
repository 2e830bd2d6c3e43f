package referral

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	workers   = flow.Roles{access.Caseworker, access.Supervisor}
	system    = flow.Roles{access.System}
	answerers = append(slices.Clone(workers), access.ProviderManager, access.ProviderStaff)
	// waiting are the invitations that can still be answered or released.
	waiting = []string{"sent", "viewed", "requested", "waitlist_offered"}
)

// Flow is a referral's. Only one provider is ever authorized: approving locks
// the referral's row, moves it on from sent, and the unique index
// authorization_one holds the rest.
var Flow = flow.Define(flow.Table[Referral]{
	Entity: "referral", Table: "referral",
	Root: func(r *Referral) (string, db.ID) { return "case", r.Case },
	Steps: []flow.Step[Referral]{
		{Name: "draft", To: "draft", By: workers},
		{Name: "edit", From: []string{"draft"}, By: workers},
		{Name: "send", From: []string{"draft"}, To: "sent", By: workers, When: ready},
		{Name: "note_choice", From: []string{"sent"}, By: workers},
		{Name: "authorize", From: []string{"sent"}, To: "authorized", By: workers, Route: true},
		{Name: "emergency", To: "authorized", By: workers},
		{Name: "begin_service", From: []string{"authorized"}, To: "in_service", By: system},
		{Name: "complete", From: []string{"authorized", "in_service"}, To: "completed", By: append(slices.Clone(workers), access.System)},
		{Name: "end", From: []string{"authorized", "in_service"}, To: "ended", By: workers},
		{Name: "withdraw", From: []string{"draft", "sent"}, To: "withdrawn", By: append(slices.Clone(workers), access.System)},
		{Name: "unfilled", From: []string{"sent"}, To: "unfilled", By: workers},
		{Name: "declined_by_resident", From: []string{"sent"}, To: "declined", By: workers},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

// ready holds back what is not complete; the form says which part.
func ready(_ access.Actor, r Referral) *fault.Fault {
	switch {
	case len(r.Invitees.V) == 0:
		return fault.Conflict("referral.fault.nobody")
	case len(r.Fields.V) == 0 || r.Basis == "":
		return fault.Conflict("referral.fault.no_packet")
	}
	return nil
}

// InvitationFlow is an invitation's. An answer can be given again until the
// referral is decided.
var InvitationFlow = flow.Define(flow.Table[Invitation]{
	Entity: "invitation", Table: "invitation",
	Root: func(i *Invitation) (string, db.ID) { return "referral", i.Referral },
	Steps: []flow.Step[Invitation]{
		{Name: "send", To: "sent", By: workers},
		{Name: "view", From: []string{"sent"}, To: "viewed", By: flow.Roles{access.ProviderManager, access.ProviderStaff}},
		{Name: "request_authorization", From: waiting, To: "requested", By: answerers, When: unlessRecalled},
		{Name: "offer_waitlist", From: waiting, To: "waitlist_offered", By: answerers, When: unlessRecalled},
		{Name: "decline", From: waiting, To: "declined", By: answerers},
		{Name: "authorize", From: []string{"requested"}, To: "authorized", By: workers, When: notOwnEntry},
		{Name: "release", From: waiting, To: "not_selected", By: workers},
		{Name: "withdraw", From: waiting, To: "withdrawn", By: append(slices.Clone(workers), access.System)},
		{Name: "expire", From: []string{"sent", "viewed"}, To: "expired", By: system},
		{Name: "recall", From: append([]string{"authorized"}, waiting...), By: workers, When: unlessRecalled},
		{Name: "share_again", From: append([]string{"authorized"}, waiting...), By: workers, Plain: true},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func unlessRecalled(_ access.Actor, i Invitation) *fault.Fault {
	if i.Recalled {
		return fault.Conflict("referral.closed.recalled")
	}
	return nil
}

// notOwnEntry keeps duties apart: who entered an answer for a provider does
// not approve it.
func notOwnEntry(a access.Actor, i Invitation) *fault.Fault {
	if !i.EnteredBy.IsZero() && i.EnteredBy == a.ID {
		return fault.Forbid("referral.fault.own_entry")
	}
	return nil
}

// AuthorizationFlow is an authorization's.
var AuthorizationFlow = flow.Define(flow.Table[Authorization]{
	Entity: "authorization", Table: "authorization_given",
	Root: func(a *Authorization) (string, db.ID) { return "case", a.Case },
	Steps: []flow.Step[Authorization]{
		{Name: "grant", To: "active", By: workers},
		{Name: "emergency", To: "active", By: workers},
		{Name: "file_papers", From: []string{"active"}, By: workers, When: ifPapersOwed, Plain: true},
		{Name: "exhaust", From: []string{"active"}, To: "exhausted", By: system},
		{Name: "free", From: []string{"exhausted"}, To: "active", By: system},
		{Name: "expire", From: []string{"active"}, To: "expired", By: system},
		{Name: "complete", From: []string{"active", "exhausted"}, To: "completed", By: append(slices.Clone(workers), access.System)},
		{Name: "revoke", From: []string{"active", "exhausted"}, To: "revoked", By: workers},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func ifPapersOwed(_ access.Actor, a Authorization) *fault.Fault {
	if a.PaperBy == "" {
		return fault.Conflict("referral.fault.no_papers")
	}
	return nil
}

// MessageFlow is a message's; what was said stays.
var MessageFlow = flow.Define(flow.Table[Message]{
	Entity: "invitation_message", Table: "invitation_message",
	Root: func(m *Message) (string, db.ID) { return "referral", m.Referral },
	Steps: []flow.Step[Message]{
		{Name: "say", To: "said", By: answerers},
	},
})
