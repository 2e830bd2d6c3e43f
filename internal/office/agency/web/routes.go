// Package web is the set-up of the agency as administrators see it: settings,
// code lists, holidays, extra fields, teams, and their API.
package web

import (
	_ "embed"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("agency.web", wordsFile)

type pages struct{ room *agency.Room }

var (
	readers = door.By(access.Administrator, access.Auditor)
	keepers = door.By(access.Administrator)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *agency.Room) {
	p := &pages{room}
	d.Page("GET /admin/agency", readers, p.settings)
	d.Page("POST /admin/agency", keepers, p.saveSettings)
	d.Page("GET /admin/teams", readers, p.teams)
	d.Page("GET /admin/teams/new", keepers, p.newTeam)
	d.Page("POST /admin/teams", keepers, p.createTeam)
	d.Page("GET /admin/teams/{id}", keepers, p.team)
	d.Page("POST /admin/teams/{id}", keepers, p.saveTeam)
	d.Page("GET /admin/teams/{id}/close", keepers, p.askClose)
	d.Page("POST /admin/teams/{id}/close", keepers, p.closeTeam)
	d.Page("POST /admin/teams/{id}/reopen", keepers, p.reopenTeam)
	d.Page("GET /admin/codes", readers, p.codes)
	d.Page("POST /admin/codes", keepers, p.createCode)
	d.Page("POST /admin/codes/{id}/{step}", keepers, p.stepCode)
	d.Page("GET /admin/holidays", readers, p.holidays)
	d.Page("POST /admin/holidays", keepers, p.createHoliday)
	d.Page("POST /admin/holidays/{id}/void", keepers, p.voidHoliday)
	d.Page("GET /admin/extra-fields", readers, p.fields)
	d.Page("POST /admin/extra-fields", keepers, p.createField)
	d.Page("POST /admin/extra-fields/{id}/{step}", keepers, p.stepField)
	mountAPI(d, room)
}
