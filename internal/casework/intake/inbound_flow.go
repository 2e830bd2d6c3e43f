package intake

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// partners may send a referral without an account, by a link.
var partners = append(flow.Roles{access.Public}, keepers...)

// InboundReferralFlow is an inbound referral's; joining a case accepts it. Its
// source is told by whoever tells it, or by the program when it asks with the
// receipt.
var InboundReferralFlow = flow.Define(flow.Table[InboundReferral]{
	Entity: KindReferral, Table: "inbound_referral",
	Root: func(x *InboundReferral) (string, db.ID) { return KindReferral, x.ID },
	Steps: append([]flow.Step[InboundReferral]{
		{Name: "receive", To: "new", By: partners},
		{Name: "review", From: []string{"new"}, To: "in_review", By: keepers, Plain: true},
		{Name: "edit", From: []string{"new", "in_review"}, By: keepers},
		{Name: "join", From: []string{"new", "in_review"}, To: "accepted", By: keepers},
		{Name: "join_more", From: []string{"accepted"}, By: keepers},
		{Name: "leave", From: []string{"accepted"}, By: keepers},
		{Name: "leave_last", From: []string{"accepted"}, To: "in_review", By: keepers},
		{Name: "undo_leave", From: []string{"accepted"}, By: keepers},
		{Name: "undo_leave_last", From: []string{"in_review"}, To: "accepted", By: keepers},
		{Name: "decline", From: []string{"new", "in_review"}, To: "declined", By: keepers},
		{Name: "send_elsewhere", From: []string{"new", "in_review"}, To: "sent_elsewhere", By: keepers},
		{Name: "tell", From: inboundEnded, By: keepers, When: mayBeTold},
		{Name: "give_receipt", From: append([]string{"new", "in_review"}, inboundEnded...), By: keepers, Plain: true},
		{Name: "agree", From: inboundEnded, By: flow.Roles{access.System}},
		{Name: "reopen", From: []string{"declined", "sent_elsewhere"}, To: "in_review", By: supervisors},
	}, assigning[InboundReferral]("new", "in_review")...),
	VoidBy: supervisors,
})

// inboundEnded are the statuses that are an outcome.
var inboundEnded = []string{"accepted", "declined", "sent_elsewhere"}

// mayBeTold holds where the client agreed that the outcome goes back.
func mayBeTold(_ access.Actor, x InboundReferral) *fault.Fault {
	if x.allows() == "closed" {
		return fault.Conflict("intake.fault.not_agreed")
	}
	return nil
}

// InboundLinkFlow is a link's: it is used once, or revoked. That it ran out is
// no step: the time says it.
var InboundLinkFlow = flow.Define(flow.Table[InboundLink]{
	Entity: "inbound_link", Table: "inbound_link",
	Root: func(x *InboundLink) (string, db.ID) { return "inbound_link", x.ID },
	Steps: []flow.Step[InboundLink]{
		{Name: "make", To: "open", By: keepers},
		{Name: "use", From: []string{"open"}, To: "used", By: flow.Roles{access.Public, access.System}},
		{Name: "revoke", From: []string{"open"}, To: "revoked", By: keepers, Plain: true},
	},
})

// listers bring lists of referrals.
var listers = flow.Roles{access.IntakeWorker, access.Supervisor}

// InboundListFlow is a list's: looked through when it is brought, then taken or
// let go.
var InboundListFlow = flow.Define(flow.Table[InboundList]{
	Entity: "inbound_list", Table: "inbound_list",
	Root: func(x *InboundList) (string, db.ID) { return "inbound_list", x.ID },
	Steps: []flow.Step[InboundList]{
		{Name: "bring", To: "checked", By: listers},
		{Name: "take", From: []string{"checked"}, To: "taken", By: listers, Plain: true},
		{Name: "cancel", From: []string{"checked"}, To: "cancelled", By: listers, Plain: true},
	},
})
