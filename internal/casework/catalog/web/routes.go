// Package web shows what help exists to everybody on the desk, lets
// administrators set it up, with rules tried on their example cases, and
// speaks for the catalog in the API.
package web

import (
	_ "embed"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("catalog.web", wordsFile)

var (
	readers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Auditor)
	viewers = door.By(access.Administrator, access.ProgramManager, access.FinanceOfficer, access.Auditor)
	staff   = door.By(access.StaffRoles...)
	makers  = door.By(access.ProgramManager, access.Administrator)
	payers  = door.By(access.ProgramManager, access.FinanceOfficer, access.Administrator)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *catalog.Room) {
	p := &pages{room}
	d.Page("GET /desk/programs", readers, p.browse)
	d.Page("GET /desk/programs/{id}", readers, p.program)
	d.Page("GET /desk/benefits/{id}", readers, p.benefit)
	mount(d, programs(room), makers)
	mount(d, benefits(room), makers)
	mount(d, funds(room), payers)
	mount(d, goals(room), makers)
	mount(d, specialties(room), makers)
	d.Page("POST /admin/benefits/{id}/rates", payers, p.addRate)
	d.Page("GET /admin/rates/{id}", payers, p.askEnd)
	d.Page("POST /admin/rates/{id}/end", payers, p.endRate)
	d.Page("GET /admin/rules", viewers, p.rules)
	d.Page("GET /admin/rules/new", makers, p.newRule)
	d.Page("POST /admin/rules", makers, p.createRule)
	d.Page("GET /admin/rules/{id}", viewers, p.rule)
	d.Page("GET /admin/rules/{id}/edit", makers, p.editRule)
	d.Page("POST /admin/rules/{id}", makers, p.saveRule)
	d.Page("POST /admin/rules/{id}/publish", makers, p.publishRule)
	d.Page("POST /admin/rules/{id}/retire", makers, p.retireRule)
	mountAPI(d, room)
}
