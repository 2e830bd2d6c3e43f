package document

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// Flow: what was rejected may come again, and what is not needed after all may be asked for again. Provider staff and residents hand in
// what was asked of a record they see.
var Flow = flow.Define(flow.Table[Document]{
	Entity: "document", Table: "document", Root: func(d *Document) (string, db.ID) { return d.OwnerKind, d.Owner },
	Steps: []flow.Step[Document]{
		{Name: "request", To: "requested", By: askers},
		{Name: "add", To: "received", By: bringers},
		{Name: "receive", From: []string{"requested", "rejected"}, To: "received", By: bringers},
		{Name: "add_file", From: []string{"received"}, To: "received", By: bringers},
		{Name: "accept", From: []string{"received"}, To: "accepted", By: checkers, Plain: true},
		{Name: "reject", From: []string{"received"}, To: "rejected", By: checkers},
		{Name: "look_again", From: []string{"accepted", "rejected"}, To: "received", By: checkers, When: whereItCame, Plain: true},
		{Name: "waive", From: []string{"requested", "rejected"}, To: "waived", By: checkers},
		{Name: "ask_again", From: []string{"waived"}, To: "requested", By: checkers, Plain: true},
	},
	VoidBy: checkers,
})

// checkers look at what came; bringers hand it in. The program does both for
// who has no sign-in: it asks for what a rule asks, and takes what was sent.
var (
	checkers = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer}
	askers   = slices.Concat(checkers, []access.Role{access.System})
	bringers = slices.Concat(askers, access.ProviderRoles, []access.Role{access.Resident})
)

// whereItCame keeps a paper that never came from being looked at.
func whereItCame(_ access.Actor, d Document) *fault.Fault {
	if d.File.IsZero() {
		return fault.Conflict("document.no_file")
	}
	return nil
}
