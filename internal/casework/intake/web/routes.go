// Package web is the doors in as people meet them: the triage list and what
// came in for agency staff, complaint, screening, application and receipt for
// anyone, a resident's own applications, and the API.
package web

import (
	_ "embed"
	"slices"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("intake.web", wordsFile)

var (
	readers   = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.Auditor)
	keepers   = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
	revealers = door.By(access.Supervisor, access.IntakeWorker)
	residents = door.By(access.Resident)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *intake.Room) {
	p := &pages{room}
	p.mountTriage(d)
	for _, k := range p.kinds() {
		at := "/desk/intake/" + k.segment
		d.Page("GET "+at+"/new", keepers, p.fresh(k))
		d.Page("POST "+at, keepers, k.create)
		d.Page("GET "+at+"/{id}", readers, p.show(k))
		d.Page("GET "+at+"/{id}/join", keepers, p.askJoin(k))
		d.Page("POST "+at+"/{id}/join", keepers, p.join(k))
		for _, step := range k.steps {
			roles := stepRoles(step)
			ask, take := p.askStep(k, step), p.step(k, step)
			if k.entity == intake.KindReferral {
				ask, take = p.askInbound(k, step), p.inboundStep(k, step)
			}
			d.Page("GET "+at+"/{id}/"+step, roles, ask)
			d.Page("POST "+at+"/{id}/"+step, roles, take)
		}
	}
	d.Page("POST /desk/intake/complaints/{id}/reveal", revealers, p.reveal)
	p.mountReport(d)
	p.mountLeave(d)
	p.mountApplicants(d)
	p.mountClocks(d)
	p.mountInbound(d)
	p.mountPublic(d)
	p.mountMy(d)
	mountAPI(d, room)
}

// stepRoles are who may ask for a step; the flow says who may take it.
func stepRoles(step string) door.Roles {
	if slices.Contains([]string{"void", "reopen"}, step) {
		return door.By(access.Supervisor)
	}
	return keepers
}
