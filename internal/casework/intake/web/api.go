package web

import (
	"context"
	"errors"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

var (
	inquiriesOf    = door.Resource{Name: "inquiries", Doc: "Questions by telephone, counter, visit or outreach"}
	complaintsOf   = door.Resource{Name: "complaints", Doc: "Reports about somebody's situation; who reported is never among them"}
	referralsOf    = door.Resource{Name: "inbound-referrals", Doc: "Clients whom other organizations send"}
	applicationsOf = door.Resource{Name: "applications", Doc: "Applications for programs and benefits"}
	screeningsOf   = door.Resource{Name: "screenings", Doc: "Which help is worth applying for; nothing is kept of who asks"}
)

func mountAPI(d *door.Router, room *intake.Room) {
	x := api{room}
	x.mountTriage(d)
	x.mountClocks(d)
	applicants := door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.Resident)
	door.Call(d, "POST", screeningsOf, "", "Tell which help is likely from what is said, and keep none of it", applicants, screen)
	door.List(d, inquiriesOf, readers, x.list(intake.KindInquiry))
	door.Get(d, inquiriesOf, readers, x.inquiry)
	door.Create(d, inquiriesOf, keepers, x.receiveInquiry)
	door.Step(d, inquiriesOf, "edit", keepers, x.editInquiry)
	door.Step(d, inquiriesOf, "join", keepers, room.JoinInquiry)
	x.mountLeave(d, inquiriesOf, intake.KindInquiry)
	for _, step := range []string{"answer", "follow_up", "void"} {
		door.Step(d, inquiriesOf, step, stepRoles(step), after(room.InquiryStep, step, x.inquiry))
	}
	door.List(d, complaintsOf, readers, x.list(intake.KindComplaint))
	door.Get(d, complaintsOf, readers, x.complaint)
	door.Create(d, complaintsOf, applicants, room.SubmitComplaint)
	door.Step(d, complaintsOf, "edit", keepers, x.editComplaint)
	door.Step(d, complaintsOf, "join", keepers, room.JoinComplaint)
	door.Step(d, complaintsOf, "report", keepers, x.report)
	x.mountLeave(d, complaintsOf, intake.KindComplaint)
	for _, step := range []string{"review", "respond", "no_action", "send_elsewhere", "propose_screening_out", "screen_out", "send_back", "reopen", "void"} {
		door.Step(d, complaintsOf, step, stepRoles(step), after(room.ComplaintStep, step, x.complaint))
	}
	mountInboundAPI(d, x)
	door.List(d, applicationsOf, applicants, x.applications)
	door.Get(d, applicationsOf, applicants, x.application)
	door.Create(d, applicationsOf, applicants, x.begin)
	door.Step(d, applicationsOf, "change", applicants, x.change)
	door.Step(d, applicationsOf, "submit", applicants, x.submit)
	door.Step(d, applicationsOf, "identify", keepers, x.identify)
	door.Step(d, applicationsOf, "identify_applicant", keepers, x.identifyApplicant)
	door.Step(d, applicationsOf, "join", keepers, room.JoinApplication)
	x.mountLeave(d, applicationsOf, intake.KindApplication)
	for _, step := range []string{"review", "return", "void"} {
		door.Step(d, applicationsOf, step, stepRoles(step), after(room.ApplicationStep, step, x.application))
	}
	for _, step := range []string{"send_again", "withdraw"} {
		door.Step(d, applicationsOf, step, applicants, after(room.ApplicationStep, step, x.application))
	}
}

type api struct{ room *intake.Room }

// screenOut is what help is likely, and what might be if more were told.
type screenOut struct {
	Likely []likelyOut `json:"likely"`
}

type likelyOut struct {
	intake.Likely
	Label string `json:"label"`
}

func screen(ctx context.Context, _ access.Actor, in screeningIn) (screenOut, error) {
	out := screenOut{[]likelyOut{}}
	list, err := intake.Screen(in.input())
	for _, x := range list {
		out.Likely = append(out.Likely, likelyOut{x, text.Word(ctx, helpKey(x.Help))})
	}
	return out, err
}

// after takes a step and answers the record as it stands then.
func after[R, Out any](take func(context.Context, access.Actor, db.ID, string, intake.AnswerInput) (R, error), step string,
	get func(context.Context, access.Actor, db.ID) (Out, error)) func(context.Context, access.Actor, db.ID, intake.AnswerInput) (Out, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in intake.AnswerInput) (Out, error) {
		var none Out
		if _, err := take(ctx, a, id, step, in); err != nil {
			return none, err
		}
		out, err := get(ctx, a, id)
		if errors.Is(err, fault.KindNotFound) {
			return none, nil // entered in error, or out of sight
		}
		return out, err
	}
}

// head is what every record that comes in has.
type head struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Number     string        `json:"number"`
	MainKind   string        `json:"main_kind,omitempty"`
	Channel    string        `json:"channel"`
	Person     db.ID         `json:"person_id,omitzero"`
	Team       db.ID         `json:"team_id,omitzero"`
	Owner      db.ID         `json:"owner_id,omitzero"`
	CameOf     db.ID         `json:"inquiry_id,omitzero" doc:"The inquiry it came of"`
	ReceivedAt calendar.Time `json:"received_at,omitempty"`
	DueAt      calendar.Time `json:"due_at,omitempty"`
	Cases      []db.ID       `json:"case_ids"`
}

func headOf[R any](f intake.File[R], a intake.Arrival) head {
	h := head{ID: a.ID, Status: a.Status, Version: a.Version, Actions: free(f.Actions), Number: a.Number, MainKind: a.MainKind, Channel: a.Channel,
		Person: a.Person, Team: a.Team, Owner: a.Owner, CameOf: a.CameOf, ReceivedAt: a.ReceivedAt, DueAt: a.DueAt, Cases: []db.ID{}}
	for _, c := range f.Cases {
		h.Cases = append(h.Cases, c.ID)
	}
	return h
}

func free(actions []flow.Action) []string {
	out := []string{}
	for _, x := range actions {
		if x.Blocked == nil {
			out = append(out, x.Step)
		}
	}
	return out
}

// waitingOut is what waits, in a list.
type waitingOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Number     string        `json:"number"`
	MainKind   string        `json:"main_kind,omitempty"`
	Channel    string        `json:"channel"`
	Person     db.ID         `json:"person_id,omitzero"`
	Team       db.ID         `json:"team_id,omitzero"`
	Owner      db.ID         `json:"owner_id,omitzero"`
	Subject    string        `json:"subject,omitempty"`
	Priority   int64         `json:"priority,omitempty"`
	ReceivedAt calendar.Time `json:"received_at"`
	DueAt      calendar.Time `json:"due_at"`
}

func waitingOf(w intake.Waiting) waitingOut {
	return waitingOut{ID: w.ID, Status: w.Status, Number: w.Number, MainKind: w.MainKind, Channel: w.Channel, Person: w.Person, Team: w.Team, Owner: w.Owner,
		Subject: w.Subject, Priority: w.Priority, ReceivedAt: w.ReceivedAt, DueAt: w.DueAt}
}

type pageQuery struct{ door.Paging }

// list gives what waits of a kind, the earliest deadline first.
func (x api) list(kind string) func(context.Context, access.Actor, pageQuery) (door.Items[waitingOut], error) {
	return func(ctx context.Context, a access.Actor, q pageQuery) (door.Items[waitingOut], error) {
		var out door.Items[waitingOut]
		l, err := x.room.List(ctx, a, intake.Triage{Kinds: []string{kind}, After: q.Cursor, Limit: q.Limit})
		for _, w := range l.Rows {
			out.Items = append(out.Items, waitingOf(w))
		}
		out.Next = l.Next
		return out, err
	}
}

type inquiryOut struct {
	head
	Body       string        `json:"body"`
	Caller     string        `json:"caller,omitempty"`
	Contact    string        `json:"contact,omitempty"`
	About      string        `json:"about,omitempty"`
	Answer     string        `json:"answer,omitempty"`
	HandedTo   string        `json:"handed_to,omitempty"`
	FollowUpOn calendar.Date `json:"follow_up_on,omitempty"`
	FollowedUp string        `json:"followed_up,omitempty"`
	Led        []intake.Led  `json:"came_of_it"`
}

func (x api) inquiry(ctx context.Context, a access.Actor, id db.ID) (inquiryOut, error) {
	f, err := x.room.Inquiry(ctx, a, id)
	r := f.Record
	return inquiryOut{headOf(f, r.Arrival), r.Body, r.Caller, r.Contact, r.About, r.Answer, r.HandedTo, r.FollowUpOn, r.FollowedUp, append([]intake.Led{}, f.Led...)}, err
}

func (x api) receiveInquiry(ctx context.Context, a access.Actor, in intake.InquiryInput) (inquiryOut, error) {
	r, err := x.room.ReceiveInquiry(ctx, a, in)
	if err != nil {
		return inquiryOut{}, err
	}
	return x.inquiry(ctx, a, r.ID)
}

func (x api) editInquiry(ctx context.Context, a access.Actor, id db.ID, in intake.InquiryInput) (inquiryOut, error) {
	if _, err := x.room.EditInquiry(ctx, a, id, in); err != nil {
		return inquiryOut{}, err
	}
	return x.inquiry(ctx, a, id)
}

// complaintOut is a complaint without who reported it.
type complaintOut struct {
	head
	Allegations []string          `json:"allegations"`
	Body        string            `json:"body"`
	About       string            `json:"about,omitempty"`
	Address     string            `json:"address,omitempty"`
	IncidentOn  calendar.Date     `json:"incident_on,omitempty"`
	Happened    string            `json:"happened,omitempty"`
	Involved    []intake.Involved `json:"participants"`
	InDanger    bool              `json:"in_danger"`
	Child       bool              `json:"child"`
	Frail       bool              `json:"frail"`
	Repeated    bool              `json:"repeated"`
	Discretion  string            `json:"discretion"`
	Priority    int64             `json:"priority"`
	Reasons     []intake.Weight   `json:"reasons"`
	Outcome     string            `json:"outcome,omitempty"`
	Answer      string            `json:"answer,omitempty"`
	Proposed    string            `json:"screening_out_proposed,omitempty" doc:"Why screening it out was proposed, while it awaits a second reader"`
	RespondedAt calendar.Time     `json:"responded_at,omitempty" doc:"When its clock stopped"`
	Response    string            `json:"response,omitempty"`
	ReportBy    calendar.Time     `json:"report_by,omitempty" doc:"Until when an authority must be told; none where it need not be"`
	DecideBy    calendar.Time     `json:"decide_by,omitempty"`
	NextAt      calendar.Time     `json:"next_at,omitempty" doc:"The earliest of due_at, report_by and decide_by whose deed is not done"`
	NextDue     string            `json:"next_due" doc:"Which that is: respond, report or decide"`
	Late        bool              `json:"late" doc:"It was not responded to by its deadline"`
	Reports     []reportOut       `json:"reports"`
}

func (x api) complaint(ctx context.Context, a access.Actor, id db.ID) (complaintOut, error) {
	f, err := x.room.Complaint(ctx, a, id)
	r := f.Record
	return complaintOut{headOf(f, r.Arrival), append([]string{}, r.Allegations.V...), r.Body, r.About, r.Address, r.IncidentOn, r.Happened,
		append([]intake.Involved{}, r.Involved.V...), r.InDanger, r.Child, r.Frail,
		r.Repeated, r.Discretion, r.Priority, append([]intake.Weight{}, r.Reasons.V...), r.Outcome, r.Answer,
		r.ScreenedFor, r.RespondedAt, r.Response, r.ReportBy, r.DecideBy, r.NextAt, r.NextDue, r.Late(f.Now), reportsOut(f.Reports)}, err
}

func (x api) editComplaint(ctx context.Context, a access.Actor, id db.ID, in intake.ComplaintInput) (complaintOut, error) {
	if _, err := x.room.EditComplaint(ctx, a, id, in); err != nil {
		return complaintOut{}, err
	}
	return x.complaint(ctx, a, id)
}

type itemOut struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
	Program db.ID  `json:"program_id,omitzero"`
	Benefit db.ID  `json:"benefit_id,omitzero"`
	Label   string `json:"label,omitempty"`
	// Applicant is a household member's key.
	Applicant string `json:"applicant,omitempty" doc:"The key of the household member who applies for it; left out: the main applicant"`
	Person    db.ID  `json:"person_id,omitzero" doc:"Who that member is, once it is known"`
}

func itemsOut(items []intake.Item) []itemOut {
	out := make([]itemOut, len(items))
	for i, x := range items {
		out[i] = itemOut{x.ID, x.Status, x.Version, x.Program, x.Benefit, x.Label, x.Applicant, x.Person}
	}
	return out
}

type applicationOut struct {
	head
	Purpose   string                   `json:"purpose"`
	Applicant intake.Applicant         `json:"applicant,omitzero"`
	Household []intake.HouseholdMember `json:"household"`
	Incomes   []intake.Income          `json:"incomes"`
	Expenses  []intake.Expense         `json:"expenses"`
	Statement string                   `json:"statement,omitempty"`
	Declared  bool                     `json:"declared"`
	Answer    string                   `json:"answer,omitempty"`
	Returned  []intake.ReturnedPart    `json:"returned"`
	Items     []itemOut                `json:"items"`
}

// application is the record for staff, and a resident's own as they may see it.
func (x api) application(ctx context.Context, a access.Actor, id db.ID) (applicationOut, error) {
	if a.Is(access.Resident) {
		own, err := x.room.MyApplication(ctx, a, id)
		return ownOut(own), err
	}
	f, err := x.room.Application(ctx, a, id)
	r := f.Record
	return applicationOut{headOf(f, r.Arrival), r.Purpose, r.Applicant.V, append([]intake.HouseholdMember{}, r.Household.V...),
		append([]intake.Income{}, r.Incomes.V...), append([]intake.Expense{}, r.Expenses.V...), r.Statement, r.Declared, r.Answer,
		append([]intake.ReturnedPart{}, r.Returned.V...), itemsOut(f.Items)}, err
}

func ownOut(own intake.Own) applicationOut {
	return applicationOut{
		head: head{ID: own.ID, Status: own.Status, Version: own.Version, Actions: own.Actions, Number: own.Number, Channel: own.Input.Channel,
			ReceivedAt: own.ReceivedAt, Cases: []db.ID{}},
		Purpose: own.Purpose, Applicant: own.Input.Applicant, Household: append([]intake.HouseholdMember{}, own.Input.Household...),
		Incomes: append([]intake.Income{}, own.Input.Incomes...), Expenses: append([]intake.Expense{}, own.Input.Expenses...),
		Statement: own.Input.Statement, Declared: own.Input.Declared, Answer: own.Asked, Returned: append([]intake.ReturnedPart{}, own.Returned...),
		Items: itemsOut(own.Items),
	}
}

func (x api) applications(ctx context.Context, a access.Actor, q pageQuery) (door.Items[waitingOut], error) {
	if !a.Is(access.Resident) {
		return x.list(intake.KindApplication)(ctx, a, q)
	}
	own, err := x.room.Mine(ctx, a)
	var out door.Items[waitingOut]
	for _, o := range own {
		out.Items = append(out.Items, waitingOut{ID: o.ID, Status: o.Status, Number: o.Number, Channel: o.Input.Channel, ReceivedAt: o.ReceivedAt})
	}
	return out, err
}

// begin makes a draft; submit sends it.
func (x api) begin(ctx context.Context, a access.Actor, in intake.ApplicationInput) (applicationOut, error) {
	r, err := x.room.BeginApplication(ctx, a, in)
	if err != nil {
		return applicationOut{}, err
	}
	return x.application(ctx, a, r.ID)
}

func (x api) change(ctx context.Context, a access.Actor, id db.ID, in intake.ApplicationInput) (applicationOut, error) {
	if _, err := x.room.ChangeApplication(ctx, a, id, in); err != nil {
		return applicationOut{}, err
	}
	return x.application(ctx, a, id)
}

// versionIn is a step that asks for nothing.
type versionIn struct {
	Version int64 `json:"version"`
}

func (x api) submit(ctx context.Context, a access.Actor, id db.ID, in versionIn) (applicationOut, error) {
	if _, err := x.room.SubmitApplication(ctx, a, id, in.Version); err != nil {
		return applicationOut{}, err
	}
	return x.application(ctx, a, id)
}

func (x api) identifyApplicant(ctx context.Context, a access.Actor, id db.ID, in intake.ApplicantInput) (applicationOut, error) {
	if _, err := x.room.IdentifyApplicant(ctx, a, id, in); err != nil {
		return applicationOut{}, err
	}
	return x.application(ctx, a, id)
}

func (x api) identify(ctx context.Context, a access.Actor, id db.ID, in intake.JoinInput) (applicationOut, error) {
	if _, err := x.room.Identify(ctx, a, id, in); err != nil {
		return applicationOut{}, err
	}
	return x.application(ctx, a, id)
}
