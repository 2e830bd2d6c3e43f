package form

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	// editors write the agency's question sets.
	editors = flow.Roles{access.Administrator, access.ProgramManager, access.System}
	// askers fill them in, for somebody or for themselves.
	askers = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker, access.Resident, access.System}
	// takers change a person's record by what was answered.
	takers = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker, access.System}
)

// Flow is a form version's. That only one version of a key is published, and
// one drafted, is held by the unique indexes form_published and form_draft;
// publishing retires the one before in the same step.
var Flow = flow.Define(flow.Table[Form]{
	Entity: "form", Table: "form",
	Root: func(f *Form) (string, db.ID) { return "form", f.ID },
	Steps: []flow.Step[Form]{
		{Name: "create", To: "draft", By: editors},
		{Name: "edit", From: []string{"draft"}, By: editors},
		{Name: "publish", From: []string{"draft"}, To: "published", By: editors, Plain: true, Route: true},
		{Name: "retire", From: []string{"published"}, To: "retired", By: editors, Plain: true},
	},
	VoidBy: flow.Roles{access.Administrator},
})

// ResponseFlow is a response's.
var ResponseFlow = flow.Define(flow.Table[Response]{
	Entity: "form_response", Table: "form_response",
	Root: func(r *Response) (string, db.ID) { return r.RootKind, r.Root },
	Steps: []flow.Step[Response]{
		{Name: "start", To: "in_progress", By: askers},
		{Name: "save", From: []string{"in_progress"}, By: askers},
		{Name: "complete", From: []string{"in_progress"}, To: "completed", By: askers, Plain: true},
		{Name: "amend", From: []string{"completed", "amended"}, To: "amended", By: askers},
		{Name: "take_over", From: []string{"completed", "amended"}, By: takers},
		{Name: "attach", From: []string{"in_progress"}, By: askers},
		{Name: "detach", From: []string{"in_progress"}, By: askers},
		{Name: "sign", From: []string{"in_progress", "completed", "amended"}, By: askers},
		{Name: "cancel", From: []string{"in_progress", "completed", "amended"}, To: "cancelled", By: askers},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

// alone refuses to change a response behind the back of the record that owns it.
func (r Response) alone() error {
	if r.OwnerKind != "" {
		return fault.Conflict("form.fault.owned")
	}
	return nil
}
