package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/referral"
)

var (
	referrals      = door.Resource{Name: "referrals", Doc: "One need put to providers outside the agency"}
	invitations    = door.Resource{Name: "invitations", Doc: "One provider asked, with what was shared and what it answered"}
	authorizations = door.Resource{Name: "authorizations", Doc: "What a provider may deliver, at what rate and until when"}
	messages       = door.Resource{Name: "messages", Under: "invitations/{invitation}", Doc: "Messages between the agency and one provider"}
)

func mountAPI(d *door.Router, room *referral.Room) {
	x := api{room}
	door.List(d, referrals, readers, x.list)
	door.Get(d, referrals, readers, x.get)
	door.Create(d, referrals, workers, x.create)
	door.Patch(d, referrals, workers, x.patch)
	door.Step(d, referrals, "choose", workers, x.choose)
	door.Step(d, referrals, "cover", workers, x.cover)
	door.Step(d, referrals, "send", workers, x.send)
	door.Step(d, referrals, "note_choice", workers, x.noteChoice)
	for step := range stepPages {
		door.Step(d, referrals, step, workers, func(ctx context.Context, a access.Actor, id db.ID, in referral.StepInput) (referralOut, error) {
			_, err := room.Step(ctx, a, id, step, in)
			return x.done(ctx, a, id, err)
		})
	}
	door.List(d, invitations, either, x.listInvitations)
	door.Get(d, invitations, either, x.invitation)
	door.Step(d, invitations, "request_authorization", answerers, x.request)
	door.Step(d, invitations, "offer_waitlist", answerers, x.wait)
	door.Step(d, invitations, "decline", answerers, x.decline)
	door.Step(d, invitations, "approve", workers, x.approve)
	for _, step := range []string{"recall", "withdraw"} {
		door.Step(d, invitations, step, workers, func(ctx context.Context, a access.Actor, id db.ID, in referral.StepInput) (invitationOut, error) {
			_, err := room.Recall(ctx, a, id, step, in)
			return x.answered(ctx, a, id, err)
		})
	}
	door.Step(d, invitations, "share_again", workers, func(ctx context.Context, a access.Actor, id db.ID, in referral.StepInput) (invitationOut, error) {
		_, err := room.ShareAgain(ctx, a, id, in)
		return x.answered(ctx, a, id, err)
	})
	door.Create(d, messages, answerers, x.say)
	door.List(d, authorizations, either, x.listAuthorizations)
	door.Get(d, authorizations, either, x.authorization)
	door.Call(d, "POST", authorizations, "/emergency", "Authorize by telephone, capped; papers follow", workers, x.emergency)
	for _, step := range []string{"revoke", "complete", "file_papers"} {
		door.Step(d, authorizations, step, workers, func(ctx context.Context, a access.Actor, id db.ID, in referral.StepInput) (authorizationOut, error) {
			z, err := room.AuthorizationStep(ctx, a, id, step, in)
			return authorizationOf(a, z), err
		})
	}
}

type api struct{ room *referral.Room }

type referralOut struct {
	ID          db.ID              `json:"id"`
	Status      string             `json:"status"`
	Version     int64              `json:"version"`
	Actions     []string           `json:"actions"`
	Number      string             `json:"number"`
	Case        db.ID              `json:"case_id"`
	Person      db.ID              `json:"person_id"`
	Assignment  db.ID              `json:"assignment_id,omitzero"`
	Benefit     db.ID              `json:"benefit_id,omitzero"`
	Title       string             `json:"title"`
	Summary     string             `json:"summary,omitempty"`
	Goals       string             `json:"goals,omitempty"`
	HealthNote  string             `json:"health_note,omitempty"`
	Priority    string             `json:"priority"`
	Language    string             `json:"language,omitempty"`
	Units       ledger.Quantity    `json:"units"`
	Unit        string             `json:"unit,omitempty"`
	From        calendar.Date      `json:"from"`
	Until       calendar.Date      `json:"until"`
	AnswerBy    calendar.Date      `json:"answer_by"`
	PacketUntil calendar.Date      `json:"packet_until"`
	Invitees    []referral.Invitee `json:"invitees"`
	Fields      []string           `json:"fields"`
	Documents   []db.ID            `json:"document_ids"`
	Basis       string             `json:"basis,omitempty"`
	Provision   string             `json:"provision,omitempty"`
	Reason      string             `json:"reason,omitempty"`
	Preferred   db.ID              `json:"preferred_id,omitzero"`
	Choice      string             `json:"choice,omitempty"`
	Chosen      db.ID              `json:"chosen_id,omitzero"`
	Invitations []invitationOut    `json:"invitations"`
	CreatedAt   calendar.Time      `json:"created_at"`
}

func listOr[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func referralOf(a access.Actor, x referral.Referral) referralOut {
	return referralOut{ID: x.ID, Status: x.Status, Version: x.Version, Actions: referral.Flow.Free(a, x), Number: x.Number, Case: x.Case, Person: x.Person,
		Assignment: x.Assignment, Benefit: x.Benefit, Title: x.Title, Summary: x.Summary, Goals: x.Goals, HealthNote: x.HealthNote, Priority: x.Priority,
		Language: x.Language, Units: x.Units, Unit: x.Unit, From: x.From, Until: x.Until, AnswerBy: x.AnswerBy, PacketUntil: x.PacketUntil,
		Invitees: listOr(x.Invitees.V), Fields: listOr(x.Fields.V), Documents: listOr(x.Documents.V), Basis: x.Basis, Provision: x.Provision, Reason: x.Reason,
		Preferred: x.Preferred, Choice: x.Choice, Chosen: x.Chosen, Invitations: []invitationOut{}, CreatedAt: x.CreatedAt}
}

type referralQuery struct {
	door.Paging
	View string `json:"view,omitempty" doc:"open, decided or all"`
	Case db.ID  `json:"case_id,omitzero"`
	Mine bool   `json:"mine,omitempty"`
}

// referralItem is a referral in a list.
type referralItem struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Number   string        `json:"number"`
	Title    string        `json:"title"`
	Case     db.ID         `json:"case_id"`
	Person   db.ID         `json:"person_id"`
	Asked    int           `json:"asked"`
	Offers   int           `json:"offers"`
	AnswerBy calendar.Date `json:"answer_by"`
}

func (x api) list(ctx context.Context, a access.Actor, q referralQuery) (out door.Items[referralItem], err error) {
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.List(ctx, a, referral.Filter{View: q.View, Case: q.Case, Mine: q.Mine, Before: before, Limit: q.Limit + 1})
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].Referral.ID.String()
	}
	for _, l := range list {
		r := l.Referral
		out.Items = append(out.Items, referralItem{r.ID, r.Status, r.Version, r.Number, r.Title, r.Case, r.Person, l.Asked, l.Offers, r.AnswerBy})
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (referralOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return referralOut{}, err
	}
	out := referralOf(a, f.Referral)
	for _, i := range f.Invitations {
		item := invitationOf(a, i)
		item.Agency = agencyPart(i, f.Best[i.ID])
		out.Invitations = append(out.Invitations, item)
	}
	return out, nil
}

// done gives a referral again after a step.
func (x api) done(ctx context.Context, a access.Actor, id db.ID, err error) (referralOut, error) {
	if err != nil {
		return referralOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) create(ctx context.Context, a access.Actor, in referral.NeedInput) (referralOut, error) {
	r, err := x.room.Draft(ctx, a, in)
	return x.done(ctx, a, r.ID, err)
}

// needPatch is a merge patch of a draft's need: what is not sent stays.
type needPatch struct {
	Benefit  *db.ID           `json:"benefit_id,omitempty"`
	Title    *string          `json:"title,omitempty"`
	Priority *string          `json:"priority,omitempty"`
	Language *string          `json:"language,omitempty"`
	Units    *ledger.Quantity `json:"units,omitempty"`
	Unit     *string          `json:"unit,omitempty"`
	From     *calendar.Date   `json:"from,omitempty"`
	Until    *calendar.Date   `json:"until,omitempty"`
	Version  int64            `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in needPatch) (referralOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return referralOut{}, err
	}
	r := f.Referral
	edit := referral.NeedInput{Benefit: r.Benefit, Title: r.Title, Priority: r.Priority, Language: r.Language, Units: r.Units, Unit: r.Unit,
		From: r.From, Until: r.Until, Version: in.Version}
	set(&edit.Benefit, in.Benefit)
	set(&edit.Title, in.Title)
	set(&edit.Priority, in.Priority)
	set(&edit.Language, in.Language)
	set(&edit.Units, in.Units)
	set(&edit.Unit, in.Unit)
	set(&edit.From, in.From)
	set(&edit.Until, in.Until)
	_, err = x.room.EditNeed(ctx, a, id, edit)
	return x.done(ctx, a, id, err)
}

func (x api) choose(ctx context.Context, a access.Actor, id db.ID, in referral.ChooseInput) (referralOut, error) {
	_, err := x.room.Choose(ctx, a, id, in)
	return x.done(ctx, a, id, err)
}

func (x api) cover(ctx context.Context, a access.Actor, id db.ID, in referral.CoverInput) (referralOut, error) {
	_, err := x.room.Cover(ctx, a, id, in)
	return x.done(ctx, a, id, err)
}

func (x api) send(ctx context.Context, a access.Actor, id db.ID, in referral.SendInput) (referralOut, error) {
	_, err := x.room.Send(ctx, a, id, in)
	return x.done(ctx, a, id, err)
}

func (x api) noteChoice(ctx context.Context, a access.Actor, id db.ID, in referral.ChoiceInput) (referralOut, error) {
	_, err := x.room.NoteChoice(ctx, a, id, in)
	return x.done(ctx, a, id, err)
}

// invitationOut is an invitation as its provider reads it. Agency stands
// beside it for the agency's staff; Packet and Messages only for who opened it
// alone.
type invitationOut struct {
	ID           db.ID            `json:"id"`
	Status       string           `json:"status"`
	Version      int64            `json:"version"`
	Actions      []string         `json:"actions"`
	Asked        referral.Asked   `json:"asked"`
	AnswerBy     calendar.Date    `json:"answer_by"`
	PacketUntil  calendar.Date    `json:"packet_until"`
	Provider     db.ID            `json:"provider_id"`
	Site         db.ID            `json:"site_id,omitzero"`
	Openings     int64            `json:"openings"`
	FirstDate    calendar.Date    `json:"first_date"`
	WaitDays     int64            `json:"wait_days"`
	Units        ledger.Quantity  `json:"units"`
	Unit         string           `json:"unit,omitempty"`
	Price        *ledger.Money    `json:"price"`
	Practitioner string           `json:"practitioner,omitempty"`
	Languages    []string         `json:"languages"`
	Note         string           `json:"note,omitempty"`
	Decline      string           `json:"decline,omitempty"`
	Closed       string           `json:"closed,omitempty" doc:"Why the packet cannot be read"`
	Packet       []referral.Entry `json:"packet,omitempty"`
	Messages     []messageOut     `json:"messages,omitempty"`
	Agency       *agencyOut       `json:"agency,omitempty"`
}

// agencyOut is what of an invitation only the agency reads.
type agencyOut struct {
	Referral db.ID    `json:"referral_id"`
	Case     db.ID    `json:"case_id"`
	Fit      int64    `json:"fit"`
	Metres   *int64   `json:"metres"`
	Best     []string `json:"best"`
	Basis    string   `json:"basis"`
	Consent  db.ID    `json:"consent_id,omitzero"`
	Fields   []string `json:"fields"`
	Recalled bool     `json:"recalled"`
	Channel  string   `json:"channel,omitempty"`
	SaidBy   string   `json:"said_by,omitempty"`
}

type messageOut struct {
	ID        db.ID         `json:"id"`
	Side      string        `json:"side"`
	Body      string        `json:"body"`
	CreatedAt calendar.Time `json:"created_at"`
}

func invitationOf(a access.Actor, i referral.Invitation) invitationOut {
	out := invitationOut{ID: i.ID, Status: i.Status, Version: i.Version, Actions: referral.InvitationFlow.Free(a, i), Asked: i.Asked.V, AnswerBy: i.AnswerBy,
		PacketUntil: i.PacketUntil, Provider: i.Provider, Site: i.Site, Openings: i.Openings, FirstDate: i.FirstDate, WaitDays: i.WaitDays,
		Units: i.Units, Unit: i.Unit, Practitioner: i.Practitioner, Languages: listOr(i.Languages.V), Note: i.Note, Decline: i.Decline}
	if i.Currency != "" {
		price := i.Price()
		out.Price = &price
	}
	return out
}

func agencyPart(i referral.Invitation, best []string) *agencyOut {
	out := &agencyOut{Referral: i.Referral, Case: i.Case, Fit: i.Fit, Best: listOr(best), Basis: i.Basis, Consent: i.Consent, Fields: listOr(i.Fields.V),
		Recalled: i.Recalled, Channel: i.Channel, SaidBy: i.SaidBy}
	if i.Metres >= 0 {
		out.Metres = &i.Metres
	}
	return out
}

type invitationQuery struct {
	door.Paging
	View     string `json:"view,omitempty" doc:"Providers: waiting, answered, authorized or over"`
	Referral db.ID  `json:"referral_id,omitzero" doc:"Staff: whose"`
}

func (x api) listInvitations(ctx context.Context, a access.Actor, q invitationQuery) (out door.Items[invitationOut], err error) {
	if a.Is(access.StaffRoles...) {
		if q.Referral.IsZero() {
			return out, fault.Invalid(fault.Field{Pointer: "/referral_id", Key: "fault.required"})
		}
		r, err := x.get(ctx, a, q.Referral)
		out.Items = r.Invitations
		return out, err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, _, err := x.room.Received(ctx, a, q.View, before, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, i := range list {
		out.Items = append(out.Items, invitationOf(a, i))
	}
	return out, err
}

func (x api) invitation(ctx context.Context, a access.Actor, id db.ID) (invitationOut, error) {
	if a.Is(access.StaffRoles...) {
		i, err := x.room.Invitation(ctx, a, id)
		if err != nil {
			return invitationOut{}, err
		}
		out := invitationOf(a, i)
		out.Agency = agencyPart(i, nil)
		return out, nil
	}
	o, err := x.room.Open(ctx, a, id)
	if err != nil {
		return invitationOut{}, err
	}
	out := invitationOf(a, o.Invitation)
	out.Packet = o.Packet.Entries
	if o.Closed != "" {
		out.Closed, out.Actions = text.Word(ctx, o.Closed), []string{}
	}
	for _, m := range o.Messages {
		out.Messages = append(out.Messages, messageOut{m.ID, m.Side, m.Body, m.CreatedAt})
	}
	return out, nil
}

// answered gives an invitation again after a step.
func (x api) answered(ctx context.Context, a access.Actor, id db.ID, err error) (invitationOut, error) {
	if err != nil {
		return invitationOut{}, err
	}
	return x.invitation(ctx, a, id)
}

func (x api) request(ctx context.Context, a access.Actor, id db.ID, in referral.OfferInput) (invitationOut, error) {
	_, err := x.room.RequestAuthorization(ctx, a, id, in)
	return x.answered(ctx, a, id, err)
}

func (x api) wait(ctx context.Context, a access.Actor, id db.ID, in referral.WaitInput) (invitationOut, error) {
	_, err := x.room.OfferWaitlist(ctx, a, id, in)
	return x.answered(ctx, a, id, err)
}

func (x api) decline(ctx context.Context, a access.Actor, id db.ID, in referral.DeclineInput) (invitationOut, error) {
	_, err := x.room.Decline(ctx, a, id, in)
	return x.answered(ctx, a, id, err)
}

func (x api) approve(ctx context.Context, a access.Actor, id db.ID, in referral.ApproveInput) (authorizationOut, error) {
	z, err := x.room.Approve(ctx, a, id, in)
	return authorizationOf(a, z), err
}

type sayIn struct {
	Invitation db.ID  `json:"-" path:"invitation"`
	Body       string `json:"body"`
}

func (x api) say(ctx context.Context, a access.Actor, in sayIn) (messageOut, error) {
	m, err := x.room.Say(ctx, a, in.Invitation, referral.SayInput{Body: in.Body})
	return messageOut{m.ID, m.Side, m.Body, m.CreatedAt}, err
}

type authorizationOut struct {
	ID         db.ID            `json:"id"`
	Status     string           `json:"status"`
	Version    int64            `json:"version"`
	Actions    []string         `json:"actions"`
	Number     string           `json:"number"`
	Provider   db.ID            `json:"provider_id"`
	Site       db.ID            `json:"site_id,omitzero"`
	Invitation db.ID            `json:"invitation_id,omitzero"`
	Benefit    db.ID            `json:"benefit_id,omitzero"`
	Codes      []string         `json:"codes"`
	Units      ledger.Quantity  `json:"units"`
	Unit       string           `json:"unit"`
	Remaining  *ledger.Quantity `json:"remaining,omitempty" doc:"Units not delivered yet; left out in the answer to a step"`
	Rate       ledger.Money     `json:"rate"`
	From       calendar.Date    `json:"from"`
	Until      calendar.Date    `json:"until"`
	Years      []referral.Year  `json:"years"`
	FirstBy    calendar.Date    `json:"first_by"`
	Emergency  bool             `json:"emergency"`
	Referral   db.ID            `json:"referral_id,omitzero"` // staff only, as the rest below
	Case       db.ID            `json:"case_id,omitzero"`
	Person     db.ID            `json:"person_id,omitzero"`
	Assignment db.ID            `json:"assignment_id,omitzero"`
	PaperBy    calendar.Date    `json:"paper_by,omitempty"`
}

func authorizationOf(a access.Actor, z referral.Authorization) authorizationOut {
	out := authorizationOut{ID: z.ID, Status: z.Status, Version: z.Version, Actions: referral.AuthorizationFlow.Free(a, z), Number: z.Number, Provider: z.Provider,
		Site: z.Site, Invitation: z.Invitation, Benefit: z.Benefit, Codes: listOr(z.Codes.V), Units: z.Units, Unit: z.Unit, Rate: z.Rate(),
		From: z.From, Until: z.Until, Years: listOr(z.Years.V), FirstBy: z.FirstBy, Emergency: z.Emergency}
	if a.Is(access.StaffRoles...) {
		out.Referral, out.Case, out.Person, out.Assignment, out.PaperBy = z.Referral, z.Case, z.Person, z.Assignment, z.PaperBy
	}
	return out
}

func givenOf(a access.Actor, z referral.Given) authorizationOut {
	out := authorizationOf(a, z.Authorization)
	out.Remaining = &z.Left
	return out
}

type authorizationQuery struct {
	door.Paging
	Case db.ID `json:"case_id,omitzero"`
}

func (x api) listAuthorizations(ctx context.Context, a access.Actor, q authorizationQuery) (out door.Items[authorizationOut], err error) {
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.ListAuthorizations(ctx, a, q.Case, before, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, z := range list {
		out.Items = append(out.Items, givenOf(a, z))
	}
	return out, err
}

func (x api) authorization(ctx context.Context, a access.Actor, id db.ID) (authorizationOut, error) {
	z, err := x.room.Authorization(ctx, a, id)
	if err != nil {
		return authorizationOut{}, err
	}
	return givenOf(a, z), nil
}

func (x api) emergency(ctx context.Context, a access.Actor, in referral.EmergencyInput) (authorizationOut, error) {
	z, err := x.room.AuthorizeEmergency(ctx, a, in)
	return authorizationOf(a, z), err
}
