package careplan

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	workers    = flow.Roles{access.Caseworker, access.Supervisor, access.System}
	supervisor = flow.Roles{access.Supervisor}
	builders   = flow.Roles{access.Administrator, access.ProgramManager}
	system     = flow.Roles{access.System}
	unended    = []string{"draft", "proposed", "active"}
)

// Readers are who reads care plans on a desk.
var Readers = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor}

// Writers are who writes them.
var Writers = []access.Role{access.Caseworker, access.Supervisor}

// Builders are who writes templates.
var Builders = []access.Role{access.Administrator, access.ProgramManager}

// TemplateFlow is a template's: one draft and one published edition of a code
// at most (unique indexes plan_template_draft, plan_template_published).
var TemplateFlow = flow.Define(flow.Table[Template]{
	Entity: "plan_template", Table: "plan_template",
	Root: func(t *Template) (string, db.ID) { return "plan_template", t.ID },
	Steps: []flow.Step[Template]{
		{Name: "create", To: "draft", By: builders},
		{Name: "edit", From: []string{"draft"}, By: builders},
		{Name: "publish", From: []string{"draft"}, To: "published", By: builders, Plain: true, Route: true},
		{Name: "retire", From: []string{"published"}, To: "retired", By: append(flow.Roles{access.System}, builders...), Plain: true},
	},
	VoidBy: builders,
})

// Flow is a plan's. One plan of a case is active at most (unique index
// care_plan_active); that everybody has answered is asked in the operation.
var Flow = flow.Define(flow.Table[Plan]{
	Entity: "care_plan", Table: "care_plan",
	Root: func(p *Plan) (string, db.ID) { return "case", p.Case },
	Steps: []flow.Step[Plan]{
		{Name: "make", To: "draft", By: workers},
		{Name: "edit", From: []string{"draft", "active"}, By: workers},
		{Name: "propose", From: []string{"draft"}, To: "proposed", By: workers, Plain: true},
		{Name: "back", From: []string{"proposed"}, To: "draft", By: workers, Plain: true},
		{Name: "activate", From: []string{"proposed"}, To: "active", By: workers, Plain: true, Route: true},
		{Name: "complete", From: []string{"active"}, To: "completed", By: workers},
		{Name: "cancel", From: unended, To: "cancelled", By: workers},
	},
	VoidBy: supervisor,
})

// AgreementFlow is an answer's; a person answers a plan once (unique index
// plan_agreement_once). A resident answers for themself only.
var AgreementFlow = flow.Define(flow.Table[Agreement]{
	Entity: "plan_agreement", Table: "plan_agreement",
	Root: func(g *Agreement) (string, db.ID) { return "case", g.Case },
	Steps: []flow.Step[Agreement]{
		{Name: "ask", To: "asked", By: workers},
		{Name: "agree", From: []string{"asked", "declined", "not_agreed"}, To: "agreed", By: append(flow.Roles{access.Resident}, workers...), When: adultsOwn},
		{Name: "decline", From: []string{"asked", "agreed"}, To: "declined", By: append(flow.Roles{access.Resident}, workers...), When: adultsOwn},
		{Name: "not_agree", From: []string{"asked", "declined"}, To: "not_agreed", By: workers, When: adultsOwn},
		{Name: "hear", From: []string{"asked"}, To: "heard", By: workers, When: childs},
		{Name: "lapse", From: []string{"asked", "agreed", "declined", "not_agreed", "heard"}, To: "lapsed", By: system},
	},
	VoidBy: supervisor,
})

// adultsOwn holds for an adult's answer, given by the adult or entered by staff
// who are somebody else.
func adultsOwn(a access.Actor, g Agreement) *fault.Fault {
	switch {
	case g.Capacity != "adult":
		return fault.Conflict("careplan.fault.child_is_heard")
	case a.Is(workers...):
		return notOneself(a, g.Person)
	case a.Person != g.Person:
		return fault.NotFound()
	}
	return nil
}

func childs(_ access.Actor, g Agreement) *fault.Fault {
	if g.Capacity != "child" {
		return fault.Conflict("careplan.fault.adult_answers")
	}
	return nil
}

// notOneself keeps staff from working on their own record.
func notOneself(a access.Actor, person db.ID) *fault.Fault {
	if !person.IsZero() && a.Person == person && a.Is(access.StaffRoles...) {
		return fault.Forbid("careplan.fault.own_record")
	}
	return nil
}

// GoalFlow is a goal's. That its parts have an outcome before it is achieved
// is asked in the operation, which holds the plan's row.
var GoalFlow = flow.Define(flow.Table[Goal]{
	Entity: "goal", Table: "goal",
	Root: func(g *Goal) (string, db.ID) { return "case", g.Case },
	Steps: []flow.Step[Goal]{
		{Name: "add", To: "not_started", By: workers},
		{Name: "edit", From: []string{"not_started", "in_progress"}, By: workers},
		{Name: "start", From: []string{"not_started"}, To: "in_progress", By: workers, Plain: true},
		{Name: "progress", From: []string{"not_started", "in_progress"}, To: "in_progress", By: workers},
		{Name: "achieve", From: []string{"in_progress"}, To: "achieved", By: workers},
		{Name: "partly_achieve", From: []string{"in_progress"}, To: "partly_achieved", By: workers},
		{Name: "not_achieve", From: []string{"not_started", "in_progress"}, To: "not_achieved", By: workers},
		{Name: "cancel", From: []string{"not_started", "in_progress"}, To: "cancelled", By: workers},
		{Name: "reopen", From: []string{"achieved", "partly_achieved", "not_achieved", "cancelled"}, To: "in_progress", By: workers},
	},
	VoidBy: workers,
})

// ProgressFlow is that of what moved a goal: an entry stands, or was entered
// in error.
var ProgressFlow = flow.Define(flow.Table[Progress]{
	Entity: "goal_progress", Table: "goal_progress",
	Root:   func(p *Progress) (string, db.ID) { return "case", p.Case },
	Steps:  []flow.Step[Progress]{{Name: "record", To: "recorded", By: workers}},
	VoidBy: workers,
})

// TaskFlow is a task's; a resident ticks off their own.
var TaskFlow = flow.Define(flow.Table[Task]{
	Entity: "plan_task", Table: "plan_task",
	Root: func(t *Task) (string, db.ID) { return "case", t.Case },
	Steps: []flow.Step[Task]{
		{Name: "add", To: "open", By: workers},
		{Name: "edit", From: []string{"open", "in_progress"}, By: workers},
		{Name: "start", From: []string{"open"}, To: "in_progress", By: append(flow.Roles{access.Resident}, workers...), When: ownTask, Plain: true},
		{Name: "finish", From: []string{"open", "in_progress"}, To: "done", By: append(flow.Roles{access.Resident}, workers...), When: ownTask, Plain: true},
		{Name: "reopen", From: []string{"done"}, To: "open", By: append(flow.Roles{access.Resident}, workers...), When: ownTask, Plain: true},
		{Name: "cancel", From: []string{"open", "in_progress"}, To: "cancelled", By: workers, Plain: true},
		{Name: "hand_over", From: []string{"open", "in_progress"}, To: "handed_over", By: workers},
	},
	VoidBy: workers,
})

func ownTask(a access.Actor, t Task) *fault.Fault {
	if !a.Is(workers...) && (t.Person.IsZero() || a.Person != t.Person) {
		return fault.NotFound()
	}
	return nil
}

// ReviewFlow is a review's; an active plan has one that is due (unique index
// plan_review_due_once). One that was missed can still be done.
var ReviewFlow = flow.Define(flow.Table[Review]{
	Entity: "plan_review", Table: "plan_review",
	Root: func(r *Review) (string, db.ID) { return "case", r.Case },
	Steps: []flow.Step[Review]{
		{Name: "schedule", To: "due", By: workers},
		{Name: "move", From: []string{"due"}, By: workers},
		{Name: "do", From: []string{"due"}, To: "done", By: workers},
		{Name: "miss", From: []string{"due"}, To: "missed", By: system},
		{Name: "drop", From: []string{"due"}, To: "dropped", By: workers},
	},
	VoidBy: supervisor,
})
