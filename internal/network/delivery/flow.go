package delivery

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	// planners draft schedules and book sessions.
	planners = flow.Roles{access.ProviderManager, access.ProviderStaff, access.Caseworker, access.Supervisor}
	// approvers look at schedules for the agency.
	approvers = flow.Roles{access.Caseworker, access.Supervisor, access.ProgramManager}
	system    = flow.Roles{access.System}
)

// ScheduleFlow is a schedule's. Where neither contract nor benefit asks for
// approval, the system approves in the step that submits.
var ScheduleFlow = flow.Define(flow.Table[Schedule]{
	Entity: "schedule", Table: "schedule",
	Root: func(s *Schedule) (string, db.ID) { return "provider", s.Provider },
	Steps: []flow.Step[Schedule]{
		{Name: "draft", To: "draft", By: planners},
		{Name: "ask", To: "draft", By: access.ProviderRoles},
		{Name: "edit", From: []string{"draft", "rejected"}, By: planners},
		{Name: "submit", From: []string{"draft", "rejected"}, To: "submitted", By: planners, When: whenWhole, Plain: true},
		{Name: "approve", From: []string{"submitted"}, To: "approved", By: approvers, When: unlessOwnSchedule, Plain: true, Route: true},
		{Name: "reject", From: []string{"submitted"}, To: "rejected", By: approvers, When: unlessOwnSchedule},
		{Name: "close", From: []string{"draft", "approved", "rejected"}, To: "closed", By: planners, Plain: true},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func whenWhole(_ access.Actor, s Schedule) *fault.Fault {
	if s.Asked || s.From == "" {
		return fault.Conflict("delivery.fault.unfinished")
	}
	return nil
}

func unlessOwnSchedule(a access.Actor, s Schedule) *fault.Fault {
	if a.Known() && s.SubmittedBy == a.ID {
		return fault.Forbid("delivery.fault.own_schedule")
	}
	return nil
}

// SessionFlow is a session's. A schedule meets once at a time: the unique
// index session_once.
var SessionFlow = flow.Define(flow.Table[Session]{
	Entity: "session", Table: "session",
	Root: func(s *Session) (string, db.ID) { return "provider", s.Provider },
	Steps: []flow.Step[Session]{
		{Name: "schedule", To: "scheduled", By: planners},
		{Name: "count", From: []string{"scheduled", "completed"}, By: planners},
		{Name: "complete", From: []string{"scheduled"}, To: "completed", By: append(planners[:len(planners):len(planners)], system...)},
		{Name: "postpone", From: []string{"scheduled"}, To: "postponed", By: planners},
		{Name: "cancel", From: []string{"scheduled"}, To: "cancelled", By: planners},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

// marked are the statuses of an enrolment whose attendance was taken.
var marked = []string{"enrolled", Attended, Late, Excused, Absent}

// EnrolmentFlow is a session enrolment's. The session's row is locked before
// its capacity is counted, the authorization's before its units are; nobody is
// twice in a session under one authorization: the unique index
// session_enrolment_once.
var EnrolmentFlow = flow.Define(flow.Table[Enrolment]{
	Entity: "session_enrolment", Table: "session_enrolment",
	Root: func(e *Enrolment) (string, db.ID) { return root(e.Referral, e.Provider) },
	Steps: []flow.Step[Enrolment]{
		{Name: "enrol", To: "enrolled", By: planners},
		{Name: "note", From: marked, By: planners},
		{Name: Attended, From: marked, To: Attended, By: planners, Plain: true},
		{Name: Late, From: marked, To: Late, By: planners, Plain: true},
		{Name: Excused, From: marked, To: Excused, By: planners, Plain: true},
		{Name: Absent, From: marked, To: Absent, By: planners, Plain: true},
		{Name: "cancel_by_resident", From: []string{"enrolled"}, To: "cancelled_by_resident", By: append(flow.Roles{access.Resident}, planners...), When: ownPlace},
		{Name: "cancel_by_provider", From: []string{"enrolled"}, To: "cancelled_by_provider", By: planners},
		{Name: "move", From: []string{"enrolled"}, By: system},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func ownPlace(a access.Actor, e Enrolment) *fault.Fault {
	if a.Is(planners...) || a.Is(access.System) || a.Person == e.Person {
		return nil
	}
	return fault.NotFound()
}

// root is what an enrolment and all that follows from it are part of: the
// referral they were authorized by, or the provider.
func root(referral, provider db.ID) (string, db.ID) {
	if !referral.IsZero() {
		return "referral", referral
	}
	return "provider", provider
}

// DisbursementFlow is a disbursement's: made with its enrolment, cancelled
// with it. It is paid at most once; the payment room's lines hold that.
var DisbursementFlow = flow.Define(flow.Table[Disbursement]{
	Entity: "disbursement", Table: "disbursement",
	Root: func(d *Disbursement) (string, db.ID) { return root(d.Referral, d.Provider) },
	Steps: []flow.Step[Disbursement]{
		{Name: "plan", To: "planned", By: planners},
		{Name: "cancel", From: []string{"planned"}, To: "cancelled", By: system},
		{Name: "void", From: []string{"planned"}, To: flow.Void, By: system},
	},
})

// MarkFlow is an attendance mark's: it is made and stays. An enrolment has one
// first mark and a mark one correction: the unique indexes
// attendance_mark_first and attendance_mark_corrected.
var MarkFlow = flow.Define(flow.Table[Mark]{
	Entity: "attendance_mark", Table: "attendance_mark",
	Root: func(m *Mark) (string, db.ID) { return root(m.Referral, m.Provider) },
	Steps: []flow.Step[Mark]{
		{Name: "mark", To: "marked", By: planners},
		{Name: "correct", To: "marked", By: planners},
	},
})

// ProgressFlow is a progress note's.
var ProgressFlow = flow.Define(flow.Table[Progress]{
	Entity: "progress_note", Table: "progress_note",
	Root: func(p *Progress) (string, db.ID) { return root(p.Referral, p.Provider) },
	Steps: []flow.Step[Progress]{
		{Name: "write", To: "written", By: planners},
	},
	VoidBy: planners,
})
