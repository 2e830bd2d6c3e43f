package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// network is what calls between the agency and providers are made on: cases,
// providers and authorizations of this run's own, made by the rooms'
// operations as people would make them.
type network struct {
	w         *world
	actor     access.Actor // who works on the cases
	today     calendar.Date
	providers []db.ID
	keeper    asker // manages the first provider
	cases     []db.ID
	granted   []db.ID // authorizations of the first provider

	drafts   []referral.Referral // the first is never sent
	sessions []roster            // the first is never marked
}

// roster is a session with its enrolments and disbursements, in the order of
// their authorizations.
type roster struct {
	session db.ID
	places  []place
}

type place struct {
	Session      db.ID `db:"session"`
	Enrolment    db.ID `db:"enrolment"`
	Disbursement db.ID `db:"disbursement"`
}

// The sizes of the network: how many are asked at once and how many come.
const (
	asked   = 3
	came    = 100
	running = 20
)

// build makes the network, once.
func (n *network) build(ctx context.Context) error {
	if n.granted != nil {
		return nil
	}
	n.actor = access.Actor{ID: n.w.many.user, Roles: []access.Role{access.Caseworker, access.ProgramManager}, Teams: []db.ID{n.w.team}}
	n.today = calendar.Today(ctx, n.w.srv.Run.Clock)
	for i := range asked {
		if err := n.provider(ctx, i); err != nil {
			return err
		}
	}
	for i := range running {
		if err := n.begin(ctx, i); err != nil {
			return err
		}
	}
	for i := range came {
		z, err := n.w.srv.Rooms.Referrals.AuthorizeEmergency(ctx, n.actor, referral.EmergencyInput{
			Case: pick(n.cases, i), Provider: n.providers[0], Title: "計測", Units: ledger.Units(90_000), Price: ledger.Yen(1), From: n.today.AddDays(-1), Days: 14, Reason: "計測",
		})
		if err != nil {
			return err
		}
		n.granted = append(n.granted, z.ID)
	}
	return nil
}

// provider enters a provider; the first has somebody who signs in.
func (n *network) provider(ctx context.Context, i int) error {
	rooms := n.w.srv.Rooms
	p, err := rooms.Providers.Create(ctx, n.actor, provider.Input{Name: text.Pair{JA: fmt.Sprintf("計測事業所 %d", i+1), EN: fmt.Sprintf("Measured Provider %d", i+1)}})
	if err != nil {
		return err
	}
	if p, err = rooms.Providers.Step(ctx, n.actor, p.ID, "activate", provider.StepInput{Version: p.Version}); err != nil {
		return err
	}
	n.providers = append(n.providers, p.ID)
	if i > 0 {
		return nil
	}
	u, err := rooms.Account.CreateUser(ctx, access.TheSystem(), account.UserInput{
		Mail: rand.Text() + "@bench.example", Name: text.Pair{JA: "計測 一", EN: "Measured One"}, Roles: []access.Role{access.ProviderManager}, Provider: p.ID,
	})
	if err != nil {
		return err
	}
	n.keeper.user = u.ID
	n.keeper.key, err = n.w.key(ctx, u.ID, access.ProviderManager)
	return err
}

// begin opens a case of a new person who agrees to be told of to anybody asked.
func (n *network) begin(ctx context.Context, i int) error {
	rooms := n.w.srv.Rooms
	p, err := rooms.People.Create(ctx, n.actor, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: unheard(i, '一', 2000), Given: "測"}}, BirthDate: "1970-01-01"})
	if err != nil {
		return err
	}
	c, err := rooms.Cases.Open(ctx, n.actor, cases.OpenInput{Person: p.ID, Kind: "health", Owner: n.actor.ID, Team: n.w.team})
	if err != nil {
		return err
	}
	n.cases = append(n.cases, c.ID)
	_, err = rooms.Consents.Give(ctx, n.actor, consent.Input{Person: p.ID, Fields: shared, Recipients: []string{consent.AnyInvited}, Purpose: "計測", How: "spoken"})
	return err
}

// shared is what a packet of this run tells.
var shared = []string{"name", "kana", "age_band", "languages"}

// draftUpTo makes complete drafts, to be sent to three, for so many requests
// and one more.
func (n *network) draftUpTo(ctx context.Context, count int) error {
	if err := n.build(ctx); err != nil {
		return err
	}
	room := n.w.srv.Rooms.Referrals
	for i := len(n.drafts); i <= count; i++ {
		x, err := room.Draft(ctx, n.actor, referral.NeedInput{Case: pick(n.cases, i), Title: "計測", Units: ledger.Units(3)})
		if err != nil {
			return err
		}
		invitees := make([]referral.Invitee, asked)
		for j, p := range n.providers {
			invitees[j].Provider = p
		}
		if x, err = room.Choose(ctx, n.actor, x.ID, referral.ChooseInput{Invitees: invitees, Version: x.Version}); err != nil {
			return err
		}
		if x, err = room.Cover(ctx, n.actor, x.ID, referral.CoverInput{Fields: shared, Basis: consent.ByConsent, Version: x.Version}); err != nil {
			return err
		}
		n.drafts = append(n.drafts, x)
	}
	return nil
}

// bookUpTo books sessions in which everybody has a place, for so many requests
// and one more.
func (n *network) bookUpTo(ctx context.Context, count int) error {
	if err := n.build(ctx); err != nil {
		return err
	}
	keeper := access.Actor{ID: n.keeper.user, Roles: []access.Role{access.ProviderManager}, Provider: n.providers[0]}
	var made []db.ID
	for i := len(n.sessions); i <= count; i++ {
		s, err := n.w.srv.Rooms.Delivery.Book(ctx, keeper, delivery.SessionInput{Title: "計測", On: n.today.AddDays(-1), Starts: "10:00", Minutes: 60, Residents: n.granted})
		if err != nil {
			return err
		}
		made = append(made, s.ID)
	}
	if len(made) == 0 {
		return nil
	}
	var list []place
	err := n.w.srv.Run.Read(ctx, func(q *db.Reader) (err error) {
		list, err = db.All[place](q, `SELECT e.session AS session, e.id AS enrolment, d.id AS disbursement
			FROM session_enrolment e JOIN disbursement d ON d.enrolment = e.id WHERE e.session IN (??) ORDER BY e.authorization_id`, db.ListOf(made))
		return err
	})
	of := map[db.ID][]place{}
	for _, p := range list {
		of[p.Session] = append(of[p.Session], p)
	}
	for _, id := range made {
		n.sessions = append(n.sessions, roster{id, of[id]})
	}
	return err
}

func (w *world) networkCalls() []Call {
	if len(w.cases) == 0 {
		return nil
	}
	n := &w.network
	return []Call{
		{Name: "new referral", Writes: true, Queries: 16, Prepare: func(ctx context.Context, _ int) error { return n.build(ctx) }, Request: func(i int) *http.Request {
			return w.many.ask("POST", "/api/v1/referrals", fmt.Sprintf(`{"case_id":%q,"title":"計測 %d","units":3000}`, pick(n.cases, i), i))
		}},
		{Name: "referral sent to three", Writes: true, Queries: 32, Prepare: n.draftUpTo, Request: func(i int) *http.Request {
			x := n.drafts[i+1]
			return w.many.step("/api/v1/referrals/"+x.ID.String()+"/send", x.Version, `{}`)
		}, Twin: func(i int) map[db.ID]db.ID {
			return map[db.ID]db.ID{n.drafts[i+1].ID: n.drafts[0].ID}
		}},
		{Name: "attendance of 100", Writes: true, Queries: 17, Prepare: n.bookUpTo, Request: func(i int) *http.Request {
			return n.keeper.step("/api/v1/sessions/"+n.sessions[i+1].session.String()+"/attend", 1, `{"rest":"attended","complete":true}`)
		}, Twin: func(i int) map[db.ID]db.ID {
			of, to := n.sessions[i+1], n.sessions[0]
			twin := map[db.ID]db.ID{of.session: to.session}
			for k, p := range of.places {
				twin[p.Enrolment], twin[p.Disbursement] = to.places[k].Enrolment, to.places[k].Disbursement
			}
			return twin
		}},
	}
}
