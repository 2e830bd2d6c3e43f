// Package web shows what a person agreed to and what was passed on, to staff
// on the person's page and to residents on theirs, and speaks for it in the
// API.
package web

import (
	"context"
	_ "embed"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/consent"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("consent.web", wordsFile)

var (
	recorders = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker)
	reviewers = door.By(access.Supervisor)
	residents = door.By(access.Resident)
	either    = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.Resident)
	anyReader = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor, access.Resident)
)

// Mount registers the room's pages and API. names gives the names of users.
func Mount(d *door.Router, room *consent.Room, names func(ctx context.Context, users []db.ID) (map[db.ID]string, error)) {
	p := &pages{room, names}
	d.Page("GET /desk/consents/new", recorders, p.fresh)
	d.Page("POST /desk/consents", recorders, p.give)
	d.Page("GET /desk/consents/{id}/withdraw", recorders, p.askWithdraw)
	d.Page("POST /desk/consents/{id}/withdraw", recorders, p.withdraw)
	d.Page("GET /desk/disclosures", reviewers, p.toReview)
	d.Page("GET /desk/disclosures/new", recorders, p.askRecord)
	d.Page("POST /desk/disclosures", recorders, p.record)
	d.Page("GET /desk/disclosures/{id}/review", reviewers, p.askReview)
	d.Page("POST /desk/disclosures/{id}/review", reviewers, p.review)
	d.Page("GET /my/consents", residents, p.mine)
	d.Page("GET /my/consents/{id}/withdraw", residents, p.askWithdraw)
	d.Page("POST /my/consents/{id}/withdraw", residents, p.withdraw)
	mountAPI(d, room)
}
