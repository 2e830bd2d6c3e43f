// Package web lets caseworkers assess, see what an assessment adds up to, keep
// needs, determine eligibility with an explanation in words, and decide on
// what was applied for; and speaks for all of it in the API.
package web

import (
	_ "embed"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("assessment.web", wordsFile)

var (
	readers  = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor)
	workers  = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
	judges   = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager)
	deciders = door.By(access.Caseworker, access.Supervisor, access.ProgramManager)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *assessment.Room) {
	p := &pages{room}
	d.Page("GET /desk/assessments/new", workers, p.choose)
	d.Page("POST /desk/assessments", workers, p.begin)
	d.Page("GET /desk/assessments/{id}", readers, p.show)
	d.Page("POST /desk/assessments/{id}/start", workers, p.start)
	d.Page("GET /desk/assessments/{id}/fill", workers, p.askFill)
	d.Page("POST /desk/assessments/{id}/fill", workers, p.fill)
	d.Page("POST /desk/assessments/{id}/complete", workers, p.complete)
	d.Page("GET /desk/assessments/{id}/override", workers, p.askOverride)
	d.Page("POST /desk/assessments/{id}/override", workers, p.override)
	d.Page("GET /desk/assessments/{id}/cancel", workers, p.askCancel)
	d.Page("POST /desk/assessments/{id}/cancel", workers, p.cancel)
	d.Page("GET /desk/needs/new", workers, p.askNeed)
	d.Page("POST /desk/needs", workers, p.identify)
	d.Page("POST /desk/needs/{id}/address", workers, p.address)
	d.Page("POST /desk/needs/{id}/reopen", workers, p.reopen)
	d.Page("GET /desk/needs/{id}/defer", workers, p.askDefer)
	d.Page("POST /desk/needs/{id}/defer", workers, p.deferNeed)
	d.Page("GET /desk/determinations/new", judges, p.askDetermine)
	d.Page("POST /desk/determinations", judges, p.determine)
	d.Page("GET /desk/determinations/{id}", readers, p.determination)
	d.Page("POST /desk/determinations/{id}/replay", readers, p.replay)
	d.Page("GET /desk/decisions/new", deciders, p.askDecide)
	d.Page("POST /desk/decisions", deciders, p.decide)
	d.Page("GET /desk/decisions/{id}", readers, p.decision)
	mountAPI(d, room)
}
