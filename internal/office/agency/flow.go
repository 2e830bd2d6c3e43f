package agency

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
)

var administrators = []access.Role{access.Administrator}

// itself is the root of every set-up record: the agency.
func itself[R any](*R) (string, db.ID) { return "agency", Self }

// SettingsFlow: set up once, then edited.
var SettingsFlow = flow.Define(flow.Table[Settings]{
	Entity: "agency", Table: "agency", Root: itself[Settings],
	Steps: []flow.Step[Settings]{
		// Only the system itself founds an agency, from `kizuna setup`.
		{Name: "found", To: "active", By: []access.Role{access.System}},
		{Name: "edit", From: []string{"active"}, By: administrators},
	},
})

// CodeFlow: a retired choice stays on old records and is no longer offered.
var CodeFlow = flow.Define(flow.Table[Code]{
	Entity: "code", Table: "code", Root: itself[Code],
	Steps: []flow.Step[Code]{
		{Name: "create", To: "active", By: administrators},
		{Name: "edit", From: []string{"active", "retired"}, By: administrators},
		{Name: "retire", From: []string{"active"}, To: "retired", By: administrators, Plain: true},
		{Name: "restore", From: []string{"retired"}, To: "active", By: administrators, Plain: true},
	},
})

// HolidayFlow: one active holiday a day (unique index holiday_day).
var HolidayFlow = flow.Define(flow.Table[Holiday]{
	Entity: "holiday", Table: "holiday", Root: itself[Holiday],
	Steps: []flow.Step[Holiday]{
		{Name: "create", To: "active", By: administrators},
	},
	VoidBy: administrators,
})

// FieldFlow: a retired field keeps its values and is no longer asked.
var FieldFlow = flow.Define(flow.Table[Field]{
	Entity: "extra_field", Table: "extra_field", Root: itself[Field],
	Steps: []flow.Step[Field]{
		{Name: "create", To: "active", By: administrators},
		{Name: "edit", From: []string{"active", "retired"}, By: administrators},
		{Name: "retire", From: []string{"active"}, To: "retired", By: administrators, Plain: true},
		{Name: "restore", From: []string{"retired"}, To: "active", By: administrators, Plain: true},
	},
})

// TeamFlow: a team is closed when its work has moved; it stays in the history.
// A team never stands below itself, and none closes over open ones: the
// operations lock the agency's row before they look at the tree.
var TeamFlow = flow.Define(flow.Table[Team]{
	Entity: "team", Table: "team", Root: func(t *Team) (string, db.ID) { return "team", t.ID },
	Steps: []flow.Step[Team]{
		{Name: "create", To: "active", By: administrators},
		{Name: "edit", From: []string{"active"}, By: administrators},
		{Name: "close", From: []string{"active"}, To: "closed", By: administrators},
		{Name: "reopen", From: []string{"closed"}, To: "active", By: administrators, Plain: true},
	},
})
