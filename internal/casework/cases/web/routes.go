// Package web shows cases to agency staff and speaks for them in the API: the
// worklist, and the case with its stage path, what is to be done, the notes and
// the timeline.
package web

import (
	"context"
	_ "embed"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("cases.web", wordsFile)

// Parts are what the pages stand on besides their room.
type Parts struct {
	// People finds who is to take part.
	People *people.Room
	// Panels are other rooms' parts of a case's page.
	Panels []ui.Panel
	// Read runs the panels' queries.
	Read func(ctx context.Context, f func(q *db.Reader) error) error
}

var (
	readers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor)
	openers = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
	workers = door.By(access.Caseworker, access.Supervisor)
)

// pageSteps are the steps of a case that have a page of their own; the plain
// ones are done by their button.
var pageSteps = []string{"back", "pause", "lost_contact", "resolve", "close", "transfer", "acknowledge", "reopen", "assign", "restrict", "unrestrict", "void"}

var plainSteps = []string{"to_planning", "to_assigning", "to_monitoring", "resume"}

// by is who may take a step at the desk, from its flow.
func by[R any](t *flow.Table[R], step string) door.Roles {
	s, _ := t.Step(step)
	return door.By(slices.DeleteFunc(slices.Clone(s.By), func(r access.Role) bool { return !slices.Contains(access.StaffRoles, r) })...)
}

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *cases.Room, parts Parts) {
	p := &pages{room, parts}
	d.Page("GET /desk/cases", readers, p.list)
	d.Page("GET /desk/cases/new", openers, p.fresh)
	d.Page("POST /desk/cases", openers, p.open)
	d.Page("GET /desk/cases/{id}", readers, p.show)
	d.Page("GET /desk/cases/{id}/history", readers, p.history)
	d.Page("GET /desk/cases/{id}/edit", workers, p.edit)
	d.Page("POST /desk/cases/{id}", workers, p.save)
	d.Page("POST /desk/cases/{id}/notes", openers, p.note)
	d.Page("GET /desk/cases/{id}/participants/new", openers, p.askParticipant)
	d.Page("POST /desk/cases/{id}/participants", openers, p.addParticipant)
	d.Page("POST /desk/participants/{id}/end", workers, p.endParticipant)
	d.Page("GET /desk/cases/{id}/team", workers, p.askMember)
	d.Page("POST /desk/cases/{id}/team", workers, p.addMember)
	d.Page("POST /desk/case-members/{id}/end", workers, p.endMember)
	d.Page("GET /desk/notes/{id}", openers, p.askNote)
	d.Page("POST /desk/notes/{id}", openers, p.changeNote)
	d.Page("POST /desk/notes/{id}/publish", openers, p.publishNote)
	d.Page("POST /desk/prompts/{id}/dismiss", workers, p.dismiss)
	for _, step := range pageSteps {
		d.Page("GET /desk/cases/{id}/"+step, by(cases.Flow, step), p.askStep(step))
		d.Page("POST /desk/cases/{id}/"+step, by(cases.Flow, step), p.takeStep(step))
	}
	for _, step := range plainSteps {
		d.Page("POST /desk/cases/{id}/"+step, by(cases.Flow, step), p.takeStep(step))
	}
	mountAPI(d, room)
}
