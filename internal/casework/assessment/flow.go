package assessment

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	assessors = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker, access.System}
	deciders  = flow.Roles{access.Caseworker, access.Supervisor, access.ProgramManager}
	leaders   = flow.Roles{access.Supervisor}
)

// Flow is an assessment's. Its answers have a flow of their own (form).
var Flow = flow.Define(flow.Table[Assessment]{
	Entity: "assessment", Table: "assessment",
	Root: func(x *Assessment) (string, db.ID) { return "case", x.Case },
	Steps: []flow.Step[Assessment]{
		{Name: "suggest", To: "suggested", By: assessors},
		{Name: "begin", To: "in_progress", By: assessors},
		{Name: "start", From: []string{"suggested"}, To: "in_progress", By: assessors, Plain: true},
		{Name: "complete", From: []string{"in_progress"}, To: "completed", By: assessors, Plain: true},
		{Name: "override", From: []string{"completed"}, By: assessors},
		{Name: "amend", From: []string{"completed"}, By: assessors},
		{Name: "cancel", From: []string{"suggested", "in_progress"}, To: "cancelled", By: assessors},
	},
	VoidBy: leaders,
})

// NeedFlow is a need's.
var NeedFlow = flow.Define(flow.Table[Need]{
	Entity: "need", Table: "need",
	Root: func(x *Need) (string, db.ID) { return "case", x.Case },
	Steps: []flow.Step[Need]{
		{Name: "identify", To: "identified", By: assessors},
		{Name: "edit", From: []string{"identified", "deferred"}, By: assessors},
		{Name: "address", From: []string{"identified", "deferred"}, To: "addressed", By: assessors, Plain: true},
		{Name: "defer", From: []string{"identified"}, To: "deferred", By: assessors},
		{Name: "reopen", From: []string{"addressed", "deferred"}, To: "identified", By: assessors, Plain: true},
	},
	VoidBy: leaders,
})

// DeterminationFlow makes a determination and never changes it.
var DeterminationFlow = flow.Define(flow.Table[Determination]{
	Entity: "determination", Table: "determination",
	Root: func(x *Determination) (string, db.ID) { return x.RootKind, x.Root },
	Steps: []flow.Step[Determination]{
		{Name: "determine", To: "made", By: append(flow.Roles{access.ProgramManager}, assessors...)},
	},
	VoidBy: leaders,
})

// DecisionFlow is a decision's. One decision stands on an item: unique index
// decision_item. Nobody decides on what they applied for.
var DecisionFlow = flow.Define(flow.Table[Decision]{
	Entity: "decision", Table: "decision",
	Root: func(x *Decision) (string, db.ID) { return x.RootKind, x.Root },
	Steps: []flow.Step[Decision]{
		{Name: "propose", To: "proposed", By: deciders},
		{Name: "approve", From: []string{"proposed"}, To: "approved", By: deciders, When: notOwn, Route: true},
		{Name: "deny", From: []string{"proposed"}, To: "denied", By: deciders, When: notOwn, Route: true},
	},
	VoidBy: leaders,
})

func notOwn(a access.Actor, d Decision) *fault.Fault {
	if d.own(a) {
		return fault.Forbid("assessment.fault.own_application")
	}
	return nil
}
