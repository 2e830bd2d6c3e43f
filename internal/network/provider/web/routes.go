// Package web shows providers to the desk, lets their own people keep them
// current in the portal, and speaks for them in the API.
package web

import (
	"context"
	_ "embed"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("provider.web", wordsFile)

// Parts are what the pages stand on besides their room.
type Parts struct {
	// Panels are later rooms' parts of a provider's page.
	Panels []ui.Panel
	// Read runs the panels' queries.
	Read func(ctx context.Context, f func(q *db.Reader) error) error
}

var (
	readers  = door.By(access.StaffRoles...)
	finders  = door.By(access.Caseworker, access.Supervisor, access.ProgramManager, access.Administrator)
	keepers  = door.By(access.ProgramManager, access.Administrator)
	managers = door.By(access.Supervisor, access.ProgramManager, access.Administrator)
	own      = door.By(access.ProviderRoles...)
	ownLead  = door.By(access.ProviderManager)
	anybody  = door.By(append(append([]access.Role{}, access.StaffRoles...), access.ProviderRoles...)...)
	leads    = door.By(access.ProgramManager, access.Administrator, access.ProviderManager)
	currents = door.By(access.ProgramManager, access.Administrator, access.ProviderManager, access.ProviderStaff)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *provider.Room, parts Parts) {
	p := &pages{room, parts}
	d.Page("GET /desk/providers", readers, p.search)
	d.Page("GET /desk/providers/new", finders, p.fresh)
	d.Page("POST /desk/providers", finders, p.create)
	d.Page("GET /desk/providers/{id}", readers, p.show)
	d.Page("GET /desk/providers/{id}/edit", keepers, p.edit)
	d.Page("POST /desk/providers/{id}", keepers, p.save)
	d.Page("POST /desk/providers/{id}/{step}", managers, p.step)
	d.Page("GET /desk/providers/{id}/{step}", managers, p.askStep)
	d.Page("GET /desk/providers/{id}/sites/new", keepers, p.freshSite)
	d.Page("POST /desk/providers/{id}/sites", keepers, p.addSite)
	d.Page("GET /desk/providers/{id}/offerings/new", keepers, p.freshOffering)
	d.Page("POST /desk/providers/{id}/offerings", keepers, p.addOffering)
	d.Page("GET /desk/providers/{id}/sites/{row}/edit", keepers, p.changeSite)
	d.Page("POST /desk/providers/{id}/sites/{row}", keepers, p.saveSite)
	d.Page("GET /desk/providers/{id}/offerings/{row}/edit", keepers, p.changeOffering)
	d.Page("POST /desk/providers/{id}/offerings/{row}", keepers, p.saveOffering)
	d.Page("GET /desk/providers/{id}/practitioners/new", keepers, p.freshPart(practitionerForm))
	d.Page("POST /desk/providers/{id}/practitioners", keepers, p.addPractitioner)
	d.Page("GET /desk/providers/{id}/credentials/new", keepers, p.freshPart(credentialForm))
	d.Page("POST /desk/providers/{id}/credentials", keepers, p.enterCredential)
	d.Page("GET /desk/providers/{id}/contracts/new", managers, p.freshPart(contractForm))
	d.Page("POST /desk/providers/{id}/contracts", managers, p.draftContract)
	for _, x := range rowSteps {
		if x.asks {
			d.Page("GET /desk/providers/{id}/"+x.rows+"/{row}/"+x.step, x.by, p.askRow(x))
		}
		d.Page("POST /desk/providers/{id}/"+x.rows+"/{row}/"+x.step, x.by, p.takeRow(x))
	}
	d.Page("GET /portal/provider", own, p.mine)
	d.Page("GET /portal/offerings/{id}", own, p.askOpenings)
	d.Page("POST /portal/offerings/{id}", own, p.setOpenings)
	d.Page("POST /portal/offerings/{id}/confirm", own, p.confirm)
	d.Page("GET /portal/provider/edit", ownLead, p.editMine)
	d.Page("POST /portal/provider", ownLead, p.saveMine)
	mountAPI(d, room)
}
