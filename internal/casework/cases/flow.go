package cases

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	workers    = flow.Roles{access.Caseworker, access.Supervisor, access.System}
	openers    = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker, access.System}
	supervisor = flow.Roles{access.Supervisor}
	running    = []string{"open", "paused"}
)

// Flow is a case's. The stage is a second field that only these steps move:
// each names the stage it starts from. Whether the work of a stage is done, and
// whether anything still hangs on the case, is asked of the later rooms in the
// operation (Criteria, Busy). The one person a case is mainly for is held by
// the unique index case_participant_main.
var Flow = flow.Define(flow.Table[Case]{
	Entity: "case", Table: "case_file",
	Root: func(c *Case) (string, db.ID) { return "case", c.ID },
	Steps: []flow.Step[Case]{
		{Name: "open", To: "open", By: openers},
		{Name: "edit", From: running, By: workers},
		{Name: "assign", From: running, By: openers},
		{Name: "to_planning", From: []string{"open"}, By: workers, When: inStage(Assessing), Plain: true},
		{Name: "to_assigning", From: []string{"open"}, By: workers, When: inStage(Planning), Plain: true},
		{Name: "to_monitoring", From: []string{"open"}, By: workers, When: inStage(Assigning), Plain: true},
		{Name: "back", From: []string{"open"}, By: workers, When: pastFirst},
		{Name: "pause", From: []string{"open"}, To: "paused", By: workers},
		{Name: "lost_contact", From: []string{"open"}, To: "paused", By: workers},
		{Name: "resume", From: []string{"paused"}, To: "open", By: workers, Plain: true},
		{Name: "resolve", From: []string{"open"}, To: "resolved", By: workers, When: inStage(Monitoring), Route: true},
		{Name: "close", From: running, To: "closed", By: workers, Route: true},
		{Name: "transfer", From: running, To: "transferred", By: workers, Route: true},
		{Name: "acknowledge", From: []string{"transferred"}, By: workers, When: unacknowledged},
		{Name: "reopen", From: []string{"resolved", "closed", "transferred"}, To: "open", By: workers},
		{Name: "restrict", From: running, By: supervisor, When: unlessRestricted},
		{Name: "unrestrict", From: running, By: supervisor, When: ifRestricted},
		{Name: "set_next", From: running, By: flow.Roles{access.System}},
		{Name: "contacted", From: []string{"open", "paused", "resolved", "closed", "transferred"}, By: flow.Roles{access.System}},
	},
	VoidBy: supervisor,
})

func inStage(stage string) func(access.Actor, Case) *fault.Fault {
	return func(_ access.Actor, c Case) *fault.Fault {
		if c.Stage != stage {
			return fault.Conflict("cases.fault.other_stage")
		}
		return nil
	}
}

func pastFirst(_ access.Actor, c Case) *fault.Fault {
	if c.Stage == Assessing {
		return fault.Conflict("cases.fault.first_stage")
	}
	return nil
}

func unacknowledged(_ access.Actor, c Case) *fault.Fault {
	if c.AcknowledgedOn != "" {
		return fault.Conflict("cases.fault.acknowledged")
	}
	return nil
}

func unlessRestricted(_ access.Actor, c Case) *fault.Fault {
	if c.Restricted {
		return fault.Conflict("cases.fault.already_restricted")
	}
	return nil
}

func ifRestricted(_ access.Actor, c Case) *fault.Fault {
	if !c.Restricted {
		return fault.Conflict("cases.fault.not_restricted")
	}
	return nil
}

// ParticipantFlow is a participant's; nobody takes part twice at once (unique
// index case_participant_once).
var ParticipantFlow = flow.Define(flow.Table[Participant]{
	Entity: "participant", Table: "case_participant",
	Root: func(p *Participant) (string, db.ID) { return "case", p.Case },
	Steps: []flow.Step[Participant]{
		{Name: "add", To: "active", By: openers},
		{Name: "change", From: []string{"active"}, By: workers},
		{Name: "end", From: []string{"active"}, To: "ended", By: workers, When: unlessMain},
	},
	VoidBy: workers,
})

func unlessMain(_ access.Actor, p Participant) *fault.Fault {
	if p.Role == "main" {
		return fault.Conflict("cases.fault.main_stays")
	}
	return nil
}

// MemberFlow is a case team member's.
var MemberFlow = flow.Define(flow.Table[Member]{
	Entity: "case_member", Table: "case_member",
	Root: func(m *Member) (string, db.ID) { return "case", m.Case },
	Steps: []flow.Step[Member]{
		{Name: "add", To: "active", By: workers},
		{Name: "end", From: []string{"active"}, To: "ended", By: workers, Plain: true},
	},
	VoidBy: workers,
})

// NoteFlow is a note's. A published note can be amended by its author; the
// journal keeps what it said before.
var NoteFlow = flow.Define(flow.Table[Note]{
	Entity: "note", Table: "case_note",
	Root: func(n *Note) (string, db.ID) { return "case", n.Case },
	Steps: []flow.Step[Note]{
		{Name: "write", To: "draft", By: openers},
		{Name: "change", From: []string{"draft"}, By: openers, When: ownNote},
		{Name: "publish", From: []string{"draft"}, To: "published", By: openers, When: ownNote, Plain: true},
		{Name: "amend", From: []string{"published"}, By: openers, When: ownNote},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func ownNote(a access.Actor, n Note) *fault.Fault {
	if a.ID != n.Author {
		return fault.Forbid("cases.fault.not_author")
	}
	return nil
}

// ReminderFlow is a prompt's: raised and settled by the program, or dismissed
// by who sees that it needs nothing.
var ReminderFlow = flow.Define(flow.Table[Reminder]{
	Entity: "prompt", Table: "case_prompt",
	Root: func(p *Reminder) (string, db.ID) { return "case", p.Case },
	Steps: []flow.Step[Reminder]{
		{Name: "raise", To: "open", By: flow.Roles{access.System}},
		{Name: "renew", From: []string{"open"}, By: flow.Roles{access.System}},
		{Name: "hand_over", From: []string{"open"}, By: flow.Roles{access.System}},
		{Name: "settle", From: []string{"open"}, To: "done", By: flow.Roles{access.System}},
		{Name: "dismiss", From: []string{"open"}, To: "dismissed", By: workers, Plain: true},
		{Name: "withdraw", From: []string{"open", "done", "dismissed"}, To: "withdrawn", By: flow.Roles{access.System}},
	},
	VoidBy: supervisor,
})

// AttachedFlow is that of what came in and led to the case.
var AttachedFlow = flow.Define(flow.Table[Attached]{
	Entity: "case_source", Table: "case_source",
	Root: func(s *Attached) (string, db.ID) { return "case", s.Case },
	Steps: []flow.Step[Attached]{
		{Name: "attach", To: "active", By: openers},
	},
	VoidBy: openers,
})
