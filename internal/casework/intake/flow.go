package intake

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/office/agency"
)

var (
	keepers     = flow.Roles{access.IntakeWorker, access.Caseworker, access.Supervisor, access.System}
	supervisors = flow.Roles{access.Supervisor}
	anyone      = flow.Roles{access.Public, access.Resident, access.IntakeWorker, access.Caseworker, access.Supervisor, access.System}
)

// assign and its undoing are the same for whatever comes in: who leads the work
// gives it to anybody; a caseworker takes what nobody has, or hands on their own.
func assigning[R any](from ...string) []flow.Step[R] {
	return []flow.Step[R]{
		{Name: "assign", From: from, By: keepers, When: func(a access.Actor, x R) *fault.Fault { return mayAssign(a, of(&x)) }},
		{Name: "undo_assign", From: from, By: keepers},
	}
}

func mayAssign(a access.Actor, x *Arrival) *fault.Fault {
	if a.Is(access.IntakeWorker, access.Supervisor, access.System) || x.Owner.IsZero() || x.Owner == a.ID {
		return nil
	}
	return fault.Forbid("intake.fault.anothers")
}

// InquiryFlow is an inquiry's.
var InquiryFlow = flow.Define(flow.Table[Inquiry]{
	Entity: KindInquiry, Table: "inquiry",
	Root: func(x *Inquiry) (string, db.ID) { return KindInquiry, x.ID },
	Steps: append([]flow.Step[Inquiry]{
		{Name: "receive", To: "open", By: keepers},
		{Name: "edit", From: []string{"open"}, By: keepers},
		{Name: "answer", From: []string{"open"}, To: "answered", By: keepers},
		{Name: "follow_up", From: []string{"answered"}, By: keepers, When: toFollowUp},
		{Name: "turn", From: []string{"open", "answered", "joined"}, To: "joined", By: keepers},
		{Name: "join", From: []string{"open"}, To: "joined", By: keepers},
		{Name: "join_more", From: []string{"joined", "answered"}, By: keepers},
		{Name: "leave", From: []string{"joined", "answered"}, By: keepers},
		{Name: "leave_last", From: []string{"joined"}, To: "open", By: keepers},
		{Name: "undo_leave", From: []string{"joined", "answered"}, By: keepers},
		{Name: "undo_leave_last", From: []string{"open"}, To: "joined", By: keepers},
	}, assigning[Inquiry]("open", "answered")...),
	VoidBy: supervisors,
})

func toFollowUp(_ access.Actor, x Inquiry) *fault.Fault {
	if x.FollowUpAt == 0 {
		return fault.Conflict("intake.fault.nothing_to_follow_up")
	}
	return nil
}

// ComplaintFlow is a complaint's. It is resolved once: two who join it from the
// same copy meet at its version. Screening out takes a second reader.
var ComplaintFlow = flow.Define(flow.Table[Complaint]{
	Entity: KindComplaint, Table: "complaint",
	Root: func(x *Complaint) (string, db.ID) { return KindComplaint, x.ID },
	Steps: append([]flow.Step[Complaint]{
		{Name: "submit", To: "submitted", By: anyone},
		{Name: "review", From: []string{"submitted"}, To: "in_review", By: keepers, Plain: true},
		{Name: "edit", From: []string{"submitted", "in_review"}, By: keepers},
		{Name: "respond", From: []string{"submitted", "in_review"}, By: keepers, When: notResponded},
		{Name: "report", From: []string{"submitted", "in_review", "resolved"}, By: keepers},
		{Name: "join", From: []string{"submitted", "in_review"}, To: "resolved", By: keepers},
		{Name: "join_more", From: []string{"resolved"}, By: keepers},
		{Name: "leave", From: []string{"resolved"}, By: keepers, When: joinedACase},
		{Name: "leave_last", From: []string{"resolved"}, To: "in_review", By: keepers, When: joinedACase},
		{Name: "undo_leave", From: []string{"resolved"}, By: keepers},
		{Name: "undo_leave_last", From: []string{"in_review"}, To: "resolved", By: keepers},
		{Name: "no_action", From: []string{"in_review"}, To: "resolved", By: keepers, When: notProposed},
		{Name: "send_elsewhere", From: []string{"submitted", "in_review"}, To: "resolved", By: keepers},
		{Name: "propose_screening_out", From: []string{"in_review"}, By: keepers, When: notProposed},
		{Name: "screen_out", From: []string{"in_review"}, To: "resolved", By: keepers, When: bySecondReader},
		{Name: "send_back", From: []string{"in_review"}, By: keepers, When: bySecondReader},
		{Name: "reopen", From: []string{"resolved"}, To: "in_review", By: supervisors},
	}, assigning[Complaint]("submitted", "in_review", "resolved")...),
	VoidBy: supervisors,
})

func notResponded(_ access.Actor, x Complaint) *fault.Fault {
	if x.RespondedAt > 0 {
		return fault.Conflict("intake.fault.responded")
	}
	return nil
}

func joinedACase(_ access.Actor, x Complaint) *fault.Fault {
	if x.Outcome != "joined" && x.Outcome != "opened" {
		return fault.Conflict("intake.fault.no_case")
	}
	return nil
}

func notProposed(_ access.Actor, x Complaint) *fault.Fault {
	if !x.ScreenedBy.IsZero() {
		return fault.Conflict("intake.fault.proposed")
	}
	return nil
}

func bySecondReader(a access.Actor, x Complaint) *fault.Fault {
	switch {
	case x.ScreenedBy.IsZero():
		return fault.Conflict("intake.fault.not_proposed")
	case x.ScreenedBy == a.ID:
		return fault.Forbid("intake.fault.second_reader")
	}
	return nil
}

// ClockFlow is that of the hours by allegation; void, and those that come with
// the program hold again.
var ClockFlow = flow.Define(flow.Table[Clock]{
	Entity: "allegation_clock", Table: "allegation_clock",
	Root: func(*Clock) (string, db.ID) { return "agency", agency.Self },
	Steps: []flow.Step[Clock]{
		{Name: "set", To: "active", By: flow.Roles{access.Administrator}},
		{Name: "edit", From: []string{"active"}, By: flow.Roles{access.Administrator}},
	},
	VoidBy: flow.Roles{access.Administrator},
})

// ReportFlow is that of a report made to an authority, which is never taken
// back.
var ReportFlow = flow.Define(flow.Table[Report]{
	Entity: "complaint_report", Table: "complaint_report",
	Root: func(x *Report) (string, db.ID) { return KindComplaint, x.Complaint },
	Steps: []flow.Step[Report]{
		{Name: "make", To: "made", By: keepers},
	},
	VoidBy: supervisors,
})

// applicants may begin, change and send an application.
var applicants = anyone

// ApplicationFlow is an application's. A resident acts on their own only, which
// sight holds; it is decided when its last item is.
var ApplicationFlow = flow.Define(flow.Table[Application]{
	Entity: KindApplication, Table: "application",
	Root: func(x *Application) (string, db.ID) { return KindApplication, x.ID },
	Steps: append([]flow.Step[Application]{
		{Name: "begin", To: "draft", By: applicants},
		{Name: "change", From: []string{"draft", "returned"}, By: applicants},
		{Name: "submit", From: []string{"draft"}, To: "submitted", By: applicants, Plain: true},
		{Name: "identify", From: []string{"submitted", "in_review", "returned"}, By: keepers},
		{Name: "review", From: []string{"submitted"}, To: "in_review", By: keepers, Plain: true},
		{Name: "return", From: []string{"in_review"}, To: "returned", By: keepers},
		{Name: "send_again", From: []string{"returned"}, To: "in_review", By: applicants, Plain: true},
		{Name: "join", From: []string{"submitted", "in_review", "returned", "decided"}, By: keepers},
		{Name: "leave", From: []string{"submitted", "in_review", "returned"}, By: keepers},
		{Name: "undo_leave", From: []string{"submitted", "in_review", "returned"}, By: keepers},
		{Name: "decide", From: []string{"submitted", "in_review", "returned"}, To: "decided", By: flow.Roles{access.System}},
		{Name: "withdraw", From: []string{"draft", "submitted", "in_review", "returned"}, To: "withdrawn", By: applicants},
	}, assigning[Application]("submitted", "in_review", "returned")...),
	VoidBy: supervisors,
})

// ItemFlow is that of one program or benefit applied for. assessment decides
// it; a denied one may be decided anew, as an appeal may ask.
var ItemFlow = flow.Define(flow.Table[Item]{
	Entity: "application_item", Table: "application_item",
	Root: func(x *Item) (string, db.ID) { return KindApplication, x.Application },
	Steps: []flow.Step[Item]{
		{Name: "add", To: "requested", By: applicants},
		{Name: "change", From: []string{"requested"}, By: applicants},
		{Name: "identify", From: []string{"requested"}, By: keepers},
		{Name: "approve", From: []string{"requested", "denied"}, To: "approved", By: flow.Roles{access.Caseworker, access.Supervisor, access.ProgramManager, access.System}},
		{Name: "deny", From: []string{"requested"}, To: "denied", By: flow.Roles{access.Caseworker, access.Supervisor, access.ProgramManager, access.System}},
		{Name: "withdraw", From: []string{"requested"}, To: "withdrawn", By: applicants},
		{Name: "remove", From: []string{"requested"}, To: flow.Void, By: applicants},
	},
})
