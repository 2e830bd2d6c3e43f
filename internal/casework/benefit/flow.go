package benefit

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	workers    = flow.Roles{access.Caseworker, access.Supervisor, access.System}
	supervisor = flow.Roles{access.Supervisor}
	system     = flow.Roles{access.System}
)

// Readers are who reads benefits on a desk.
var Readers = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Auditor}

// Writers are who assigns them.
var Writers = []access.Role{access.Caseworker, access.Supervisor}

// Flow is an assignment's. The budget of its fund is asked in the operation,
// which holds the fund's row; what one decision grants is granted once (unique
// index benefit_assignment_decided). That nobody decides on a relative is
// asked in the operation too.
var Flow = flow.Define(flow.Table[Assignment]{
	Entity: "benefit_assignment", Table: "benefit_assignment",
	Root: func(x *Assignment) (string, db.ID) { return "case", x.Case },
	Steps: []flow.Step[Assignment]{
		{Name: "propose", To: "proposed", By: workers, When: notOneself},
		{Name: "edit", From: []string{"proposed"}, By: workers, When: notOneself},
		{Name: "approve", From: []string{"proposed"}, To: "approved", By: workers, When: mayApprove, Plain: true, Route: true},
		{Name: "reject", From: []string{"proposed"}, To: "rejected", By: workers, When: notOneself},
		{Name: "activate", From: []string{"approved", "waitlisted"}, To: "active", By: workers, When: notOneself, Plain: true},
		{Name: "waitlist", From: []string{"approved"}, To: "waitlisted", By: workers, When: notOneself, Plain: true},
		{Name: "suspend", From: []string{"active"}, To: "suspended", By: workers, When: notOneself},
		{Name: "resume", From: []string{"suspended"}, To: "active", By: workers, When: notOneself, Plain: true},
		{Name: "complete", From: []string{"active"}, To: "completed", By: workers, When: notOneself, Plain: true},
		{Name: "end", From: running, To: "ended", By: workers, When: notOneself},
		{Name: "choose", From: running, By: system},
		{Name: "keep", From: open, By: workers},
	},
	VoidBy: supervisor,
})

// notOneself keeps staff from deciding on what they are given themselves.
func notOneself(a access.Actor, x Assignment) *fault.Fault { return unlessSelf(a, x.Person) }

func unlessSelf(a access.Actor, person db.ID) *fault.Fault {
	if !a.Person.IsZero() && a.Person == person {
		return fault.Forbid("benefit.fault.own_record")
	}
	return nil
}

// mayApprove holds for money only when another one proposed it.
func mayApprove(a access.Actor, x Assignment) *fault.Fault {
	if x.OfMoney() && a.Known() && a.ID == x.Proposer {
		return fault.Forbid("benefit.fault.own_proposal")
	}
	return notOneself(a, x)
}

// EnrolmentFlow is an enrolment's. A person is in a program once (unique index
// program_enrolment_once); its places are counted in the operation, which
// holds the program's row.
var EnrolmentFlow = flow.Define(flow.Table[Enrolment]{
	Entity: "program_enrolment", Table: "program_enrolment",
	Root: func(x *Enrolment) (string, db.ID) { return "case", x.Case },
	Steps: []flow.Step[Enrolment]{
		{Name: "apply", To: "applied", By: workers, When: notOwnPlace},
		{Name: "waitlist", From: []string{"applied"}, To: "waitlisted", By: workers, When: notOwnPlace, Plain: true},
		{Name: "enrol", From: []string{"applied", "waitlisted"}, To: "in_progress", By: workers, When: notOwnPlace, Plain: true},
		{Name: "deny", From: []string{"applied", "waitlisted"}, To: "denied", By: workers, When: notOwnPlace},
		{Name: "complete", From: []string{"in_progress"}, To: "completed", By: workers, When: notOwnPlace, Plain: true},
		{Name: "withdraw", From: places, To: "withdrawn", By: workers, When: notOwnPlace},
		{Name: "keep", From: places, By: workers},
	},
	VoidBy: supervisor,
})

func notOwnPlace(a access.Actor, x Enrolment) *fault.Fault { return unlessSelf(a, x.Person) }

// RecertificationFlow is a recertification's; an assignment has one open
// (unique index recertification_once). Lapsing takes somebody's word: a date
// alone ends nothing.
var RecertificationFlow = flow.Define(flow.Table[Recertification]{
	Entity: "recertification", Table: "recertification",
	Root: func(x *Recertification) (string, db.ID) { return "case", x.Case },
	Steps: []flow.Step[Recertification]{
		{Name: "schedule", To: "due", By: system},
		{Name: "begin", From: []string{"due"}, To: "in_progress", By: workers, When: notOwnLook, Plain: true},
		{Name: "recertify", From: []string{"in_progress"}, To: "recertified", By: workers, When: notOwnLook},
		{Name: "lapse", From: []string{"due", "in_progress"}, To: "lapsed", By: workers, When: notOwnLook},
		{Name: "drop", From: []string{"due", "in_progress"}, To: "dropped", By: system},
	},
	VoidBy: supervisor,
})

func notOwnLook(a access.Actor, x Recertification) *fault.Fault { return unlessSelf(a, x.Person) }
