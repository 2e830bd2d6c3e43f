// Package web shows people to agency staff and speaks for them in the API:
// search first, then the file, with forms that keep what was typed.
package web

import (
	"context"
	_ "embed"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("people.web", wordsFile)

// Parts are what the pages stand on besides their room.
type Parts struct {
	// Names gives the names of users, for the history.
	Names func(ctx context.Context, users []db.ID) (map[db.ID]string, error)
	// Panels are other rooms' parts of a person's page.
	Panels []ui.Panel
	// Read runs the panels' queries.
	Read func(ctx context.Context, f func(q *db.Reader) error) error
}

// The roles that read people, and those that write.
var (
	readers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor)
	writers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
	leaders = door.By(access.Supervisor)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *people.Room, parts Parts) {
	p := &pages{room, parts}
	d.Page("GET /desk/persons", readers, p.list)
	d.Page("GET /desk/search", readers, p.quick)
	d.Page("GET /desk/persons/new", writers, p.fresh)
	d.Page("POST /desk/persons", writers, p.create)
	d.Page("POST /desk/persons/alike", writers, p.alike)
	d.Page("GET /desk/persons/{id}", readers, p.show)
	d.Page("GET /desk/persons/{id}/history", readers, p.history)
	d.Page("GET /desk/persons/{id}/edit", writers, p.edit)
	d.Page("POST /desk/persons/{id}", writers, p.save)
	d.Page("POST /desk/persons/{id}/reveal", writers, p.reveal)
	d.Page("GET /desk/persons/{id}/protect", writers, p.askProtect)
	d.Page("POST /desk/persons/{id}/protect", writers, p.protect)
	d.Page("GET /desk/persons/{id}/record_death", writers, p.askDeath)
	d.Page("POST /desk/persons/{id}/record_death", writers, p.recordDeath)
	d.Page("GET /desk/persons/{id}/restrict", leaders, p.askRestrict)
	d.Page("POST /desk/persons/{id}/restrict", leaders, p.restrict)
	d.Page("GET /desk/persons/{id}/unrestrict", leaders, p.askUnrestrict)
	d.Page("POST /desk/persons/{id}/unrestrict", leaders, p.unrestrict)
	d.Page("GET /desk/persons/{id}/unprotect", leaders, p.askUnprotect)
	d.Page("POST /desk/persons/{id}/unprotect", leaders, p.unprotect)
	d.Page("GET /desk/persons/{id}/correct_death", leaders, p.askCorrectDeath)
	d.Page("POST /desk/persons/{id}/correct_death", leaders, p.correctDeath)
	d.Page("GET /desk/persons/pick", writers, p.pick)
	mountHouseholds(d, p, room)
	mountCircumstances(d, p, room)
	mountAPI(d, room)
	mountDuplicates(d, p, room)
	mountImports(d, p, room)
	mountInterests(d, p, room)
}

// mountHouseholds registers a person's households and ties and the acts on them.
func mountHouseholds(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET /desk/persons/{id}/household", readers, p.household)
	d.Page("GET /desk/persons/{id}/genogram", readers, p.genogram)
	d.Page("GET /desk/persons/{id}/ecomap", readers, p.ecomap)
	for address, act := range map[string]homeAct{
		"persons/{id}/household/new":    startAct(room),
		"households/{id}/join":          joinAct(room),
		"households/{id}/move_out":      moveOutAct(room),
		"households/{id}/lead":          leadAct(room),
		"persons/{id}/relate":           relateAct(room),
		"relationships/{id}/change":     changeTieAct(room),
		"relationships/{id}/remove":     removeTieAct(room),
		"household-members/{id}/change": changeMemberAct(room),
		"household-members/{id}/remove": removeMemberAct(room),
	} {
		d.Page("GET /desk/"+address, writers, p.askHome(act))
		d.Page("POST /desk/"+address, writers, p.takeHome(act))
	}
	d.Page("GET /desk/households/{id}/void", leaders, p.askHome(voidHouseholdAct(room)))
	d.Page("POST /desk/households/{id}/void", leaders, p.takeHome(voidHouseholdAct(room)))
}
