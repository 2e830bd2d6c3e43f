package task

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var toDo = []string{"open", "in_progress"}

// workers are staff without the auditors, who change nothing.
var (
	workers = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Administrator}
	doers   = slices.Concat(workers, access.ProviderRoles, []access.Role{access.Resident})
)

// Flow: open to done. Staff do and hand on what they see; provider staff and
// residents do what is theirs.
var Flow = flow.Define(flow.Table[Task]{
	Entity: "task", Table: "task", Root: root,
	Steps: []flow.Step[Task]{
		{Name: "create", To: "open", By: workers},
		{Name: "edit", From: toDo, By: workers},
		{Name: "start", From: []string{"open"}, To: "in_progress", By: doers, When: staffOrMine, Plain: true},
		{Name: "complete", From: toDo, To: "done", By: doers, When: staffOrMine, Plain: true},
		{Name: "cancel", From: toDo, To: "cancelled", By: workers},
		{Name: "reopen", From: []string{"done", "cancelled"}, To: "open", By: workers, Plain: true},
	},
	VoidBy: []access.Role{access.Supervisor, access.Administrator},
})

// root is the record a task belongs to, so that it stands in its history.
func root(t *Task) (string, db.ID) {
	if t.Owner.IsZero() {
		return "task", t.ID
	}
	return t.OwnerKind, t.Owner
}

func staffOrMine(a access.Actor, t Task) *fault.Fault {
	if a.Is(workers...) || a.Is(access.System) || mine(a, t) {
		return nil
	}
	return fault.Forbid("task.not_yours")
}
