// Package web lets administrators write the agency's question sets, with a
// preview that answers like the real thing, and speaks for forms and responses
// in the API.
package web

import (
	_ "embed"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("form.web", wordsFile)

var (
	viewers = door.By(access.Administrator, access.ProgramManager, access.Auditor)
	readers = door.By(access.StaffRoles...)
	editors = door.By(access.Administrator, access.ProgramManager)
	deskers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor)
	askers  = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
)

// Mount registers the room's pages and API. base is where the agency is
// reached: the questionnaires that leave are known by it.
func Mount(d *door.Router, room *form.Room, base string) {
	p := &pages{room, base}
	d.Page("GET /admin/forms", viewers, p.list)
	d.Page("GET /admin/forms/new", editors, p.fresh)
	d.Page("POST /admin/forms", editors, p.create)
	d.Page("GET /admin/forms/{id}", viewers, p.show)
	d.Page("POST /admin/forms/{id}/preview", viewers, p.preview)
	d.Page("GET /admin/forms/{id}/edit", editors, p.edit)
	d.Page("POST /admin/forms/{id}", editors, p.save)
	d.Page("POST /admin/forms/{id}/check", editors, p.check)
	d.Page("GET /admin/forms/{id}/sections/{section}", editors, p.editSection)
	d.Page("POST /admin/forms/{id}/sections/{section}", editors, p.saveSection)
	d.Page("POST /admin/forms/{id}/sections/{section}/check", editors, p.checkSection)
	d.Page("GET /admin/forms/{id}/text", editors, p.editText)
	d.Page("POST /admin/forms/{id}/text", editors, p.saveText, door.Uploads())
	d.Page("GET /admin/forms/{id}/print", viewers, p.print)
	d.Page("GET /admin/forms/{id}/fhir", viewers, p.download)
	d.Page("GET /admin/forms/import", editors, p.askImport)
	d.Page("POST /admin/forms/import", editors, p.takeImport, door.Uploads())
	d.Page("GET /desk/form-responses/new", askers, p.choose)
	d.Page("POST /desk/form-responses", askers, p.begin)
	d.Page("GET /desk/form-responses/{id}", deskers, p.showResponse)
	d.Page("GET /desk/form-responses/{id}/print", deskers, p.printResponse)
	d.Page("GET /desk/form-responses/{id}/fill", askers, p.askFill)
	d.Page("POST /desk/form-responses/{id}/fill", askers, p.fill)
	d.Page("POST /desk/form-responses/{id}/complete", askers, p.complete)
	d.Page("GET /desk/form-responses/{id}/amend", askers, p.askAmend)
	d.Page("POST /desk/form-responses/{id}/amend", askers, p.amend)
	d.Page("GET /desk/form-responses/{id}/cancel", askers, p.askCancel)
	d.Page("POST /desk/form-responses/{id}/cancel", askers, p.cancel)
	d.Page("GET /desk/form-responses/{id}/take-over", askers, p.askTakeOver)
	d.Page("POST /desk/form-responses/{id}/take-over", askers, p.takeOver)
	d.Page("GET /desk/form-responses/{id}/attach/{question}", askers, p.askAttach)
	d.Page("POST /desk/form-responses/{id}/attach/{question}", askers, p.attach, door.Uploads())
	d.Page("POST /desk/form-responses/{id}/attach/{question}/remove", askers, p.detach)
	d.Page("GET /desk/form-responses/{id}/files/{file}", deskers, p.file, door.Long())
	d.Page("GET /desk/form-responses/{id}/sign/{question}", askers, p.askSign)
	d.Page("POST /desk/form-responses/{id}/sign/{question}", askers, p.sign, door.Uploads())
	d.Page("POST /admin/forms/{id}/publish", editors, p.publish)
	d.Page("POST /admin/forms/{id}/retire", editors, p.retire)
	mountAPI(d, room, base)
}
