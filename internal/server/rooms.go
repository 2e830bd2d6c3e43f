package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kizuna/internal/casework/assessment"
	assessmentweb "kizuna/internal/casework/assessment/web"
	"kizuna/internal/casework/benefit"
	benefitweb "kizuna/internal/casework/benefit/web"
	"kizuna/internal/casework/careplan"
	careplanweb "kizuna/internal/casework/careplan/web"
	"kizuna/internal/casework/cases"
	casesweb "kizuna/internal/casework/cases/web"
	"kizuna/internal/casework/catalog"
	catalogweb "kizuna/internal/casework/catalog/web"
	"kizuna/internal/casework/intake"
	intakeweb "kizuna/internal/casework/intake/web"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	homeweb "kizuna/internal/home/web"
	"kizuna/internal/network/delivery"
	deliveryweb "kizuna/internal/network/delivery/web"
	"kizuna/internal/network/payment"
	paymentweb "kizuna/internal/network/payment/web"
	"kizuna/internal/network/provider"
	providerweb "kizuna/internal/network/provider/web"
	"kizuna/internal/network/referral"
	referralweb "kizuna/internal/network/referral/web"
	"kizuna/internal/office/account"
	accountweb "kizuna/internal/office/account/web"
	"kizuna/internal/office/agency"
	agencyweb "kizuna/internal/office/agency/web"
	"kizuna/internal/office/document"
	documentweb "kizuna/internal/office/document/web"
	"kizuna/internal/office/task"
	taskweb "kizuna/internal/office/task/web"
	"kizuna/internal/resident/consent"
	consentweb "kizuna/internal/resident/consent/web"
	"kizuna/internal/resident/form"
	formweb "kizuna/internal/resident/form/web"
	"kizuna/internal/resident/people"
	peopleweb "kizuna/internal/resident/people/web"
)

// This file is the one place where rooms are put together: open makes them, wing by wing, and fills
// their slots; furnish hangs their pages and calls on the door.

// Rooms are all of them.
type Rooms struct {
	Agency    *agency.Room
	Account   *account.Room
	Documents *document.Room
	Tasks     *task.Room
	People    *people.Room

	Consents *consent.Room
	Forms    *form.Room

	Catalog     *catalog.Room
	Cases       *cases.Room
	Intake      *intake.Room
	Assessments *assessment.Room
	CarePlans   *careplan.Room
	Benefits    *benefit.Room

	Providers *provider.Room
	Referrals *referral.Room
	Delivery  *delivery.Room
	Payments  *payment.Room
}

// open makes the rooms, in the order of the work, and fills the slots they declare.
func (s *Server) open() *Rooms {
	x := &Rooms{}
	x.Agency = agency.New(s.Run)
	x.Account = account.New(s.Run, x.Agency)
	x.Documents = document.New(s.Run, s.files)
	x.Tasks = task.New(s.Run)
	x.People = people.New(s.Run)
	x.Consents = consent.New(s.Run)
	x.Forms = form.New(s.Run)
	x.Forms.People, x.Forms.Files = x.People, s.files
	x.Catalog = catalog.New(s.Run, currency)
	x.Cases = cases.New(s.Run)
	x.Intake = intake.New(s.Run, x.People, x.Cases)
	x.Assessments = assessment.New(s.Run, x.Catalog, currency)
	x.CarePlans = careplan.New(s.Run)
	x.Benefits = benefit.New(s.Run)
	x.Providers = provider.New(s.Run)
	x.Referrals = referral.New(s.Run)
	x.Delivery = delivery.New(s.Run, authorizations{x.Referrals})
	x.Payments = payment.New(s.Run, x.Delivery)
	x.fill()
	return x
}

// fill puts into the slots of earlier rooms what later ones say and do.
func (x *Rooms) fill() {
	x.Tasks.Sees["case"] = seesCase
	x.Documents.Sees["case"] = seesCase
	x.Documents.Sees["person"] = seesPerson
	x.Documents.Through["case"] = cases.Through
	x.Documents.Concerned["case"] = ofCase
	x.Documents.Concerned["person"] = ofPerson
	x.Documents.Sees[intake.KindApplication] = intake.Sees
	x.Documents.Sees[intake.KindReferral] = intake.SeesReferral
	x.Intake.Documents = x.Documents
	x.Account.MayEnter = append(x.Account.MayEnter, provider.MayEnter)
	x.People.ActorOf = x.actorOf
	x.People.Supports = supports
	x.People.OnHolds = append(x.People.OnHolds, cases.QueueHeld, careplan.QueueHeld, benefit.QueueHeld, referral.QueueHeld, consent.QueueHeld, form.QueueHeld)
	x.People.OnDeath = append(x.People.OnDeath, cases.OnDeath, x.Benefits.OnDeath, careplan.OnDeath, referral.OnDeath, x.Delivery.Died, payment.OnDeath)
	x.People.OnDeathCorrected = append(x.People.OnDeathCorrected, cases.OnDeathCorrected)
	x.People.OnMerge = append(x.People.OnMerge, cases.OnMerge, careplan.OnMerge, benefit.OnMerge, payment.OnMerge)
	x.People.OnInterest = append(x.People.OnInterest, cases.OnInterest)
	x.People.OnMove = append(x.People.OnMove, cases.OnMove, intake.OnMove)
	x.People.OnPart = append(x.People.OnPart, cases.OnPart)
	x.Cases.Criteria = append(x.Cases.Criteria, assessment.Criteria, careplan.Criteria, referral.Criteria, papersCame)
	x.Cases.Busy = append(x.Cases.Busy, assessment.Busy, careplan.Busy, benefit.Busy, referral.Busy, delivery.Busy)
	x.Cases.ReviewOn = careplan.ReviewOn
	x.Catalog.Facts = append(x.Catalog.Facts, assessment.Known{})
	x.Intake.Offers = offers
	x.Assessments.Items[itemKind] = appliedFor
	x.Assessments.OnDecided = append(x.Assessments.OnDecided, decided)
	x.Assessments.OnApproved = append(x.Assessments.OnApproved, granted(x.Benefits))
	x.CarePlans.OnMake = append(x.CarePlans.OnMake, x.Benefits.FromPlan)
	x.CarePlans.OnActivate = append(x.CarePlans.OnActivate, x.Benefits.PlanBegan)
	x.CarePlans.OnComplete = append(x.CarePlans.OnComplete, x.Benefits.AfterPlan)
	x.Benefits.Delivered = delivery.DeliveredOf
	x.Providers.Catalog = provider.OfCatalog(x.Catalog)
	x.Referrals.Catalog = x.Providers.Catalog
	x.Referrals.Assignments = assignments{}
	x.Consents.OnEnd = append(x.Consents.OnEnd, referral.ConsentEnded)
	x.Referrals.OnAuthorized = append(x.Referrals.OnAuthorized, begun(x.Benefits))
	x.Delivery.NeedsApproval = scheduleHeld
	x.Delivery.Providers = providerNames
	x.Referrals.Delivered = delivery.DeliveredUnder
	x.Delivery.OnDelivered = append(x.Delivery.OnDelivered, referral.Delivered)
	x.Delivery.OnCame = append(x.Delivery.OnCame, serviceBegun)
	x.Delivery.OnProgress = append(x.Delivery.OnProgress, goalMoved)
	x.Delivery.Claimed = payment.Claimed
	x.Benefits.Paid = payment.PaidOf
	x.Payments.Assigned = func(tx *op.Tx, id db.ID) (benefit.Assignment, error) {
		a, _, err := x.Benefits.Lock(tx, id)
		return a, err
	}
	x.Payments.Providers = providerNames
}

// actorOf is a user whose work goes on after the request that began it, with the rights they have now.
func (x *Rooms) actorOf(ctx context.Context, user db.ID) (access.Actor, error) {
	opened, err := x.Account.User(ctx, access.TheSystem(), user)
	if err == nil && opened.User.Status != "active" {
		err = fault.NotFound()
	}
	if err != nil {
		return access.Actor{}, err
	}
	return account.ActorOf(opened), nil
}

// seesCase tells whether an actor sees a case, for the tasks that belong to it.
func seesCase(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error) {
	_, err := cases.Load(q, a, now, id)
	if errors.Is(err, fault.KindNotFound) {
		return false, nil
	}
	return err == nil, err
}

// seesPerson tells whether an actor sees a person, for the documents that belong to them.
func seesPerson(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error) {
	err := people.Seen(q, a, now, id)
	if errors.Is(err, fault.KindNotFound) {
		return false, nil
	}
	return err == nil, err
}

// recordAt is the page of a record that documents belong to, at its documents.
func recordAt(kind string, id db.ID) string {
	switch kind {
	case "case":
		return "/desk/cases/" + id.String() + "?tab=" + documentweb.Tab
	case "person":
		return "/desk/persons/" + id.String() + "#documents"
	}
	return intake.Href(kind, id)
}

// currency is that of the agency's money.
const currency = "JPY"

// furnish registers the routes of every room's web package.
func (s *Server) furnish(d *door.Router) {
	d.Page("GET /{$}", door.Anyone, func(w http.ResponseWriter, r *http.Request) error {
		return door.See(w, r, access.Home(access.From(r.Context())))
	})
	s.gallery(d)
	accountweb.Mount(d, s.Rooms.Account, s.Rooms.Agency, s.entrance())
	agencyweb.Mount(d, s.Rooms.Agency)
	taskweb.Mount(d, s.Rooms.Tasks)
	peopleweb.Mount(d, s.Rooms.People, peopleweb.Parts{Names: s.names, Panels: s.panels(), Read: s.Run.Read})
	casesweb.Mount(d, s.Rooms.Cases, casesweb.Parts{People: s.Rooms.People, Panels: s.panels(), Read: s.Run.Read})
	intakeweb.Mount(d, s.Rooms.Intake)
	formweb.Mount(d, s.Rooms.Forms, s.config.BaseURL)
	catalogweb.Mount(d, s.Rooms.Catalog)
	assessmentweb.Mount(d, s.Rooms.Assessments)
	consentweb.Mount(d, s.Rooms.Consents, s.names)
	benefitweb.Mount(d, s.Rooms.Benefits)
	documentweb.Mount(d, s.Rooms.Documents, recordAt)
	providerweb.Mount(d, s.Rooms.Providers, providerweb.Parts{Panels: s.panels(), Read: s.Run.Read})
	careplanweb.Mount(d, s.Rooms.CarePlans, careplanweb.Parts{Panels: s.panels(), Read: s.Run.Read})
	referralweb.Mount(d, s.Rooms.Referrals, referralweb.Parts{Providers: s.Rooms.Providers, Cases: s.Rooms.Cases, Clock: s.config.Clock})
	deliveryweb.Mount(d, s.Rooms.Delivery)
	paymentweb.Mount(d, s.Rooms.Payments)
	homeweb.Mount(d, homeweb.Parts{Agency: s.Rooms.Agency, Account: s.Rooms.Account, Tasks: s.Rooms.Tasks, Cases: s.Rooms.Cases,
		Sources: s.sources(), Clock: s.config.Clock, Read: s.Run.Read, Way: s.way})
}

// sources are what rooms say on the first pages, in the order it is shown.
func (s *Server) sources() []homeweb.Source {
	return append(homeweb.Intake(s.Rooms.Intake), homeweb.Network(s.config.Clock, s.Run.Read)...)
}

// panels are every room's parts of other rooms' pages, in the order they are shown.
func (s *Server) panels() []ui.Panel {
	return slices.Concat(casesweb.Panels(s.Rooms.Cases), referralweb.Panels(s.config.Clock),
		intakeweb.Panels(s.Rooms.Intake), deliveryweb.Panels(s.Rooms.Delivery), assessmentweb.Panels(), careplanweb.Panels(s.Rooms.CarePlans),
		benefitweb.Panels(s.Rooms.Benefits), formweb.Panels(), consentweb.Panels(), documentweb.Panels(s.Rooms.Documents))
}

// names gives the names of users in the reader's language.
func (s *Server) names(ctx context.Context, users []db.ID) (map[db.ID]string, error) {
	names, err := s.Rooms.Account.NamesOf(ctx, users)
	out := make(map[db.ID]string, len(names))
	for id, name := range names {
		out[id] = name.In(text.From(ctx))
	}
	return out, err
}

// entrance says who a request is by, from its sign-in or key.
func (s *Server) entrance() accountweb.Entrance {
	return accountweb.Entrance{Room: s.Rooms.Account, Secure: strings.HasPrefix(s.config.BaseURL, "https://"), Demo: s.config.Demo}
}

// setting is what the agency says about languages, time and money; before it is set up, Japan's.
func (s *Server) setting(ctx context.Context) door.Setting {
	out := door.Setting{Langs: text.Langs, Zone: calendar.Tokyo, Currency: "JPY"}
	chosen, err := s.Rooms.Agency.Settings(ctx)
	if err != nil {
		return out
	}
	if zone, err := calendar.LoadZone(chosen.Zone); err == nil {
		out.Zone = zone
	}
	if chosen.Language == text.EN {
		out.Langs = []text.Lang{text.EN, text.JA}
	}
	if chosen.Currency != "" {
		out.Currency = chosen.Currency
	}
	return out
}
