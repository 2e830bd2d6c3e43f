// Package web guides the desk through a referral, lays the offers side by
// side, lets providers answer in the portal, and speaks for referrals in the
// API.
package web

import (
	_ "embed"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("referral.web", wordsFile)

// Parts are what the pages stand on besides their room.
type Parts struct {
	// Providers finds whom to ask.
	Providers *provider.Room
	// Cases lists the worker's own, to begin a referral from a provider.
	Cases *cases.Room
	Clock calendar.Clock
}

var (
	readers   = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor)
	workers   = door.By(access.Caseworker, access.Supervisor)
	providers = door.By(access.ProviderRoles...)
	answerers = door.By(access.Caseworker, access.Supervisor, access.ProviderManager, access.ProviderStaff)
	either    = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Auditor, access.ProviderManager, access.ProviderStaff)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *referral.Room, parts Parts) {
	p := &pages{room, parts}
	d.Page("GET /desk/referrals", readers, p.list)
	d.Page("GET /desk/referrals/new", workers, p.fresh)
	d.Page("POST /desk/referrals", workers, p.draft)
	d.Page("GET /desk/referrals/{id}", readers, p.show)
	d.Page("GET /desk/referrals/{id}/need", workers, p.need)
	d.Page("POST /desk/referrals/{id}/need", workers, p.saveNeed)
	d.Page("GET /desk/referrals/{id}/providers", workers, p.choose)
	d.Page("POST /desk/referrals/{id}/providers", workers, p.saveChoice)
	d.Page("GET /desk/referrals/{id}/packet", workers, p.packet)
	d.Page("POST /desk/referrals/{id}/packet", workers, p.savePacket)
	d.Page("GET /desk/referrals/{id}/review", workers, p.review)
	d.Page("POST /desk/referrals/{id}/send", workers, p.send)
	d.Page("POST /desk/referrals/{id}/choice", workers, p.noteChoice)
	d.Page("GET /desk/referrals/{id}/{step}", workers, p.askStep)
	d.Page("POST /desk/referrals/{id}/{step}", workers, p.step)
	d.Page("GET /desk/invitations/{id}/approve", workers, p.askApprove)
	d.Page("POST /desk/invitations/{id}/approve", workers, p.approve)
	d.Page("GET /desk/invitations/{id}/enter", workers, p.askEnter)
	d.Page("POST /desk/invitations/{id}/enter", workers, p.enter)
	d.Page("GET /desk/invitations/{id}/recall", workers, p.askRecall)
	d.Page("POST /desk/invitations/{id}/recall", workers, p.recall)
	d.Page("GET /desk/invitations/{id}/share_again", workers, p.askShareAgain)
	d.Page("POST /desk/invitations/{id}/share_again", workers, p.shareAgain)
	d.Page("POST /desk/invitations/{id}/messages", workers, p.say)
	d.Page("GET /desk/authorizations/emergency", workers, p.askEmergency)
	d.Page("POST /desk/authorizations/emergency", workers, p.emergency)
	d.Page("POST /desk/authorizations/{id}/file_papers", workers, p.filePapers)
	d.Page("GET /portal/referrals", providers, p.inbox)
	d.Page("GET /portal/referrals/{id}", providers, p.open)
	d.Page("GET /portal/referrals/{id}/request", providers, p.askRequest)
	d.Page("POST /portal/referrals/{id}/request", providers, p.request)
	d.Page("GET /portal/referrals/{id}/waitlist", providers, p.askWait)
	d.Page("POST /portal/referrals/{id}/waitlist", providers, p.wait)
	d.Page("GET /portal/referrals/{id}/decline", providers, p.askDecline)
	d.Page("POST /portal/referrals/{id}/decline", providers, p.decline)
	d.Page("POST /portal/referrals/{id}/messages", providers, p.sayBack)
	mountAPI(d, room)
}
