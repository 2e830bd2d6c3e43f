package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/delivery"
)

var (
	schedules     = door.Resource{Name: "schedules", Doc: "When and where a provider delivers a benefit, again and again"}
	sessions      = door.Resource{Name: "sessions", Doc: "One meeting, of a schedule or standing alone"}
	enrolments    = door.Resource{Name: "session-enrolments", Doc: "A resident in a session, under an authorization"}
	disbursements = door.Resource{Name: "disbursements", Doc: "What is to be given in a session, and what was"}

	speakers = door.By(access.ProviderManager, access.ProviderStaff, access.Caseworker, access.Supervisor, access.ProgramManager, access.Auditor)
	planners = door.By(access.ProviderManager, access.ProviderStaff, access.Caseworker, access.Supervisor)
	leaders  = door.By(access.Supervisor)
)

func mountAPI(d *door.Router, room *delivery.Room) {
	a := api{room}
	door.List(d, schedules, speakers, a.schedules)
	door.Get(d, schedules, speakers, a.schedule)
	door.Create(d, schedules, planners, a.draft)
	door.Call(d, "POST", schedules, "/ask", "A provider asks the agency to draft one", provider, a.ask)
	door.Patch(d, schedules, planners, a.edit)
	door.Step(d, schedules, "submit", planners, a.submit)
	door.Step(d, schedules, "approve", approvers, a.approve)
	door.Step(d, schedules, "reject", approvers, a.reject)
	door.Step(d, schedules, "close", planners, a.close)
	door.Step(d, schedules, "void", leaders, a.voidSchedule)

	door.List(d, sessions, speakers, a.sessions)
	door.Get(d, sessions, speakers, a.session)
	door.Create(d, sessions, planners, a.book)
	door.Step(d, sessions, "attend", planners, a.attend)
	door.Step(d, sessions, "postpone", planners, a.postpone)
	door.Step(d, sessions, "cancel", planners, a.cancel)
	door.Step(d, sessions, "void", leaders, a.voidSession)

	door.List(d, enrolments, speakers, a.enrolments)
	door.Get(d, enrolments, speakers, a.enrolment)
	door.Create(d, enrolments, planners, a.enrol)
	for _, outcome := range delivery.Outcomes {
		door.Step(d, enrolments, outcome, planners, a.mark(outcome))
	}
	door.Step(d, enrolments, "note", planners, a.note)
	door.Step(d, enrolments, "progress", planners, a.progress)
	door.Step(d, enrolments, "cancel_by_resident", planners, a.cancelPlace("resident"))
	door.Step(d, enrolments, "cancel_by_provider", planners, a.cancelPlace("provider"))
	door.Step(d, enrolments, "void", leaders, a.void)

	door.List(d, disbursements, speakers, a.disbursements)
	door.Get(d, disbursements, speakers, a.disbursement)
}

type api struct{ room *delivery.Room }

// scheduleOut is a schedule in the API.
type scheduleOut struct {
	ID           db.ID           `json:"id"`
	Status       string          `json:"status"`
	Version      int64           `json:"version"`
	Actions      []string        `json:"actions"`
	Provider     db.ID           `json:"provider_id"`
	Case         db.ID           `json:"case_id,omitzero"`
	Benefit      db.ID           `json:"benefit_id,omitzero"`
	Title        string          `json:"title"`
	Repeat       string          `json:"repeat"`
	Rule         string          `json:"rule" doc:"RRULE (RFC 5545)"`
	Weekdays     []string        `json:"weekdays"`
	From         calendar.Date   `json:"from"`
	Until        calendar.Date   `json:"until"`
	Starts       string          `json:"starts"`
	Minutes      int64           `json:"minutes"`
	Capacity     int64           `json:"capacity"`
	Place        string          `json:"place"`
	Practitioner string          `json:"practitioner"`
	Exceptions   []calendar.Date `json:"exceptions"`
	SkipHolidays bool            `json:"skip_holidays"`
	Asked        bool            `json:"asked"`
	Note         string          `json:"note"`
	NeedsOK      bool            `json:"needs_approval"`
	Sessions     []db.ID         `json:"session_ids"`
}

func outOfSchedule(a access.Actor, s delivery.Schedule) scheduleOut {
	in := s.Input()
	return scheduleOut{ID: s.ID, Status: s.Status, Version: s.Version, Actions: delivery.ScheduleFlow.Free(a, s), Provider: s.Provider, Case: s.Case, Benefit: s.Benefit,
		Title: s.Title, Repeat: s.Repeat, Rule: s.Rule, Weekdays: list(in.Weekdays), From: s.From, Until: s.Until, Starts: s.Starts, Minutes: s.Minutes, Capacity: s.Capacity,
		Place: s.Place, Practitioner: s.Practitioner, Exceptions: list(s.Exceptions.V), SkipHolidays: s.SkipHolidays, Asked: s.Asked, Note: s.Note,
		NeedsOK: s.NeedsApproval, Sessions: []db.ID{}}
}

func list[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

type scheduleQuery struct {
	door.Paging
	Status   string `json:"status,omitempty"`
	Provider db.ID  `json:"provider_id,omitzero"`
	Case     db.ID  `json:"case_id,omitzero"`
}

func (x api) schedules(ctx context.Context, a access.Actor, q scheduleQuery) (door.Items[scheduleOut], error) {
	var out door.Items[scheduleOut]
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	rows, err := x.room.Schedules(ctx, a, delivery.ScheduleFilter{Status: q.Status, Provider: q.Provider, Case: q.Case, Before: from, Limit: q.Limit + 1})
	rows, out.Next = door.Cut(rows, q.Limit, func(s delivery.Schedule) string { return s.ID.String() })
	for _, s := range rows {
		out.Items = append(out.Items, outOfSchedule(a, s))
	}
	return out, err
}

func (x api) schedule(ctx context.Context, a access.Actor, id db.ID) (scheduleOut, error) {
	f, err := x.room.Schedule(ctx, a, id)
	if err != nil {
		return scheduleOut{}, err
	}
	out := outOfSchedule(a, f.Schedule)
	for _, s := range f.Sessions {
		out.Sessions = append(out.Sessions, s.ID)
	}
	return out, nil
}

// again answers with the record as it stands after a step.
func again[R, Out any](ctx context.Context, a access.Actor, id db.ID, err error, get func(context.Context, access.Actor, db.ID) (Out, error), _ R) (Out, error) {
	if err != nil {
		var none Out
		return none, err
	}
	return get(ctx, a, id)
}

func (x api) draft(ctx context.Context, a access.Actor, in delivery.ScheduleInput) (scheduleOut, error) {
	s, err := x.room.Draft(ctx, a, in)
	return again(ctx, a, s.ID, err, x.schedule, s)
}

func (x api) ask(ctx context.Context, a access.Actor, in delivery.AskInput) (scheduleOut, error) {
	s, err := x.room.Ask(ctx, a, in)
	return again(ctx, a, s.ID, err, x.schedule, s)
}

// schedulePatch is a merge patch: what is not sent stays.
type schedulePatch struct {
	Title        *string          `json:"title,omitempty"`
	Benefit      *db.ID           `json:"benefit_id,omitempty"`
	Repeat       *string          `json:"repeat,omitempty"`
	Weekdays     *[]string        `json:"weekdays,omitempty"`
	From         *calendar.Date   `json:"from,omitempty"`
	Until        *calendar.Date   `json:"until,omitempty"`
	Starts       *string          `json:"starts,omitempty"`
	Minutes      *int64           `json:"minutes,omitempty"`
	Capacity     *int64           `json:"capacity,omitempty"`
	Place        *string          `json:"place,omitempty"`
	Practitioner *string          `json:"practitioner,omitempty"`
	Exceptions   *[]calendar.Date `json:"exceptions,omitempty"`
	SkipHolidays *bool            `json:"skip_holidays,omitempty"`
	Residents    *[]db.ID         `json:"authorization_ids,omitempty"`
	Note         *string          `json:"note,omitempty"`
	Version      int64            `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) edit(ctx context.Context, a access.Actor, id db.ID, in schedulePatch) (scheduleOut, error) {
	f, err := x.room.Schedule(ctx, a, id)
	if err != nil {
		return scheduleOut{}, err
	}
	edit := f.Schedule.Input()
	edit.Version = in.Version
	set(&edit.Title, in.Title)
	set(&edit.Benefit, in.Benefit)
	set(&edit.Repeat, in.Repeat)
	set(&edit.Weekdays, in.Weekdays)
	set(&edit.From, in.From)
	set(&edit.Until, in.Until)
	set(&edit.Starts, in.Starts)
	set(&edit.Minutes, in.Minutes)
	set(&edit.Capacity, in.Capacity)
	set(&edit.Place, in.Place)
	set(&edit.Practitioner, in.Practitioner)
	set(&edit.Exceptions, in.Exceptions)
	set(&edit.SkipHolidays, in.SkipHolidays)
	set(&edit.Residents, in.Residents)
	set(&edit.Note, in.Note)
	s, err := x.room.EditSchedule(ctx, a, id, edit)
	return again(ctx, a, id, err, x.schedule, s)
}

func (x api) submit(ctx context.Context, a access.Actor, id db.ID, in only) (scheduleOut, error) {
	s, err := x.room.Submit(ctx, a, id, in.Version)
	return again(ctx, a, id, err, x.schedule, s)
}

func (x api) approve(ctx context.Context, a access.Actor, id db.ID, in only) (scheduleOut, error) {
	s, err := x.room.Approve(ctx, a, id, in.Version)
	return again(ctx, a, id, err, x.schedule, s)
}

func (x api) reject(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (scheduleOut, error) {
	s, err := x.room.Reject(ctx, a, id, in)
	return again(ctx, a, id, err, x.schedule, s)
}

func (x api) close(ctx context.Context, a access.Actor, id db.ID, in only) (scheduleOut, error) {
	s, err := x.room.Close(ctx, a, id, in.Version)
	return again(ctx, a, id, err, x.schedule, s)
}

func (x api) voidSchedule(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (scheduleOut, error) {
	s, err := x.room.VoidSchedule(ctx, a, id, in)
	return again(ctx, a, id, err, x.schedule, s)
}

// sessionOut is a session in the API, with the places its reader may see.
type sessionOut struct {
	ID           db.ID         `json:"id"`
	Status       string        `json:"status"`
	Version      int64         `json:"version"`
	Actions      []string      `json:"actions"`
	Provider     db.ID         `json:"provider_id"`
	Schedule     db.ID         `json:"schedule_id,omitzero"`
	Title        string        `json:"title"`
	Seq          int64         `json:"seq,omitempty"`
	On           calendar.Date `json:"on"`
	StartsAt     calendar.Time `json:"starts_at"`
	EndsAt       calendar.Time `json:"ends_at"`
	Capacity     int64         `json:"capacity"`
	Enrolled     int64         `json:"enrolled"`
	WalkIns      int64         `json:"walk_ins"`
	Place        string        `json:"place"`
	Practitioner string        `json:"practitioner"`
	MovedTo      db.ID         `json:"moved_to_id,omitzero"`
	Enrolments   []seatOut     `json:"enrolments,omitempty"`
}

// seatOut is a place on a roster.
type seatOut struct {
	ID            db.ID           `json:"id"`
	Status        string          `json:"status"`
	Version       int64           `json:"version"`
	Authorization db.ID           `json:"authorization_id"`
	Name          string          `json:"name"`
	Kana          string          `json:"kana,omitempty"`
	Number        string          `json:"number,omitempty"`
	Planned       ledger.Quantity `json:"planned"`
	Delivered     ledger.Quantity `json:"delivered"`
	Left          ledger.Quantity `json:"left"`
	Note          string          `json:"note,omitempty"`
}

func outOfSession(a access.Actor, s delivery.Session, enrolled int64) sessionOut {
	return sessionOut{ID: s.ID, Status: s.Status, Version: s.Version, Actions: delivery.SessionFlow.Free(a, s), Provider: s.Provider, Schedule: s.Schedule, Title: s.Title, Seq: s.Seq,
		On: s.On, StartsAt: s.StartsAt, EndsAt: s.EndsAt, Capacity: s.Capacity, Enrolled: enrolled, WalkIns: s.WalkIns, Place: s.Place, Practitioner: s.Practitioner, MovedTo: s.MovedTo}
}

type sessionQuery struct {
	door.Paging
	Status   string        `json:"status,omitempty"`
	Provider db.ID         `json:"provider_id,omitzero"`
	Case     db.ID         `json:"case_id,omitzero"`
	Schedule db.ID         `json:"schedule_id,omitzero"`
	From     calendar.Date `json:"from,omitempty" doc:"First day"`
}

func (x api) sessions(ctx context.Context, a access.Actor, q sessionQuery) (door.Items[sessionOut], error) {
	var out door.Items[sessionOut]
	at, id, err := door.CursorTime(q.Cursor)
	if err != nil {
		return out, err
	}
	if at == 0 && q.From != "" {
		at = calendar.Moment(q.From, 0, 0, calendar.Zone(ctx))
	}
	rows, err := x.room.Sessions(ctx, a, delivery.SessionFilter{Provider: q.Provider, Case: q.Case, Schedule: q.Schedule, Status: q.Status, After: at, AfterID: id, Limit: q.Limit + 1})
	rows, out.Next = door.Cut(rows, q.Limit, cursorOf)
	for _, s := range rows {
		out.Items = append(out.Items, outOfSession(a, s.Session, s.Enrolled))
	}
	return out, err
}

func (x api) session(ctx context.Context, a access.Actor, id db.ID) (sessionOut, error) {
	r, err := x.room.Roster(ctx, a, id)
	if err != nil {
		return sessionOut{}, err
	}
	out := outOfSession(a, r.Session, r.Taken)
	for _, s := range r.Seats {
		out.Enrolments = append(out.Enrolments, seatOut{ID: s.Enrolment.ID, Status: s.Enrolment.Status, Version: s.Enrolment.Version, Authorization: s.Authorization.ID,
			Name: s.Authorization.Name, Kana: s.Authorization.Kana, Number: s.Authorization.Number, Planned: s.Planned, Delivered: s.Delivered, Left: s.Left, Note: s.Note})
	}
	return out, nil
}

func (x api) book(ctx context.Context, a access.Actor, in delivery.SessionInput) (sessionOut, error) {
	s, err := x.room.Book(ctx, a, in)
	if err != nil {
		return sessionOut{}, err
	}
	if a.Is(access.ProviderRoles...) || len(in.Residents) > 0 {
		return x.session(ctx, a, s.ID)
	}
	return outOfSession(a, s, 0), nil // staff see a session once somebody of theirs has a place
}

// attendOut is what became of a roster, row by row.
type attendOut struct {
	ID      db.ID                      `json:"id"`
	Status  string                     `json:"status"`
	Version int64                      `json:"version"`
	Marked  []db.ID                    `json:"marked"`
	Refused map[string]delivery.Placed `json:"refused" doc:"By enrolment: why it was not marked"`
	Open    int                        `json:"open" doc:"Enrolments not marked yet"`
}

func (x api) attend(ctx context.Context, a access.Actor, id db.ID, in delivery.AttendInput) (attendOut, error) {
	out, err := x.room.Attend(ctx, a, id, in)
	return attendOut{id, out.Session.Status, out.Session.Version, out.Marked, out.Refused, out.Open}, err
}

func (x api) postpone(ctx context.Context, a access.Actor, id db.ID, in delivery.PostponeInput) (sessionOut, error) {
	s, err := x.room.Postpone(ctx, a, id, in)
	return again(ctx, a, s.ID, err, x.session, s)
}

func (x api) cancel(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (sessionOut, error) {
	s, err := x.room.CancelSession(ctx, a, id, in)
	return again(ctx, a, id, err, x.session, s)
}

func (x api) voidSession(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (sessionOut, error) {
	s, err := x.room.VoidSession(ctx, a, id, in)
	return outOfSession(a, s, 0), err
}

// placeOut is an enrolment in the API.
type placeOut struct {
	ID            db.ID           `json:"id"`
	Status        string          `json:"status"`
	Version       int64           `json:"version"`
	Actions       []string        `json:"actions"`
	Session       db.ID           `json:"session_id"`
	Authorization db.ID           `json:"authorization_id"`
	Case          db.ID           `json:"case_id,omitzero"`
	Person        db.ID           `json:"person_id"`
	Assignment    db.ID           `json:"benefit_assignment_id,omitzero"`
	Disbursement  db.ID           `json:"disbursement_id"`
	Planned       ledger.Quantity `json:"planned"`
	Delivered     ledger.Quantity `json:"delivered"`
	WalkIn        bool            `json:"walk_in"`
	Note          string          `json:"note"`
	OverLimit     string          `json:"over_limit,omitempty"`
	LateCancel    bool            `json:"late_cancel,omitempty" doc:"The resident gave the place back on the day"`
	StartsAt      calendar.Time   `json:"starts_at"`
	Marks         []markOut       `json:"marks,omitempty"`
}

// markOut is one mark; corrections follow what they correct.
type markOut struct {
	Outcome  string          `json:"outcome"`
	Quantity ledger.Quantity `json:"quantity" doc:"Difference to what was delivered before"`
	Note     string          `json:"note,omitempty"`
	At       calendar.Time   `json:"at"`
	By       db.ID           `json:"by_id"`
}

func outOfPlace(a access.Actor, p delivery.Place) placeOut {
	return placeOut{ID: p.ID, Status: p.Status, Version: p.Version, Actions: delivery.EnrolmentFlow.Free(a, p.Enrolment), Session: p.Session, Authorization: p.Authorization, Case: p.Case,
		Person: p.Person, Assignment: p.Assignment, Disbursement: p.Disbursement, Planned: p.Planned, Delivered: p.Delivered, WalkIn: p.WalkIn, Note: p.Note,
		OverLimit: p.OverLimit, LateCancel: p.LateCancel, StartsAt: p.StartsAt}
}

type enrolmentQuery struct {
	door.Paging
	Status        string `json:"status,omitempty"`
	Session       db.ID  `json:"session_id,omitzero"`
	Case          db.ID  `json:"case_id,omitzero"`
	Authorization db.ID  `json:"authorization_id,omitzero"`
}

func (x api) places(ctx context.Context, a access.Actor, q enrolmentQuery) ([]delivery.Place, string, error) {
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := x.room.Places(ctx, a, delivery.PlaceFilter{Session: q.Session, Case: q.Case, Authorization: q.Authorization, Status: q.Status, Before: from, Limit: q.Limit + 1})
	rows, next := door.Cut(rows, q.Limit, func(p delivery.Place) string { return p.ID.String() })
	return rows, next, err
}

func (x api) enrolments(ctx context.Context, a access.Actor, q enrolmentQuery) (door.Items[placeOut], error) {
	var out door.Items[placeOut]
	rows, next, err := x.places(ctx, a, q)
	for _, p := range rows {
		out.Items = append(out.Items, outOfPlace(a, p))
	}
	out.Next = next
	return out, err
}

func (x api) enrolment(ctx context.Context, a access.Actor, id db.ID) (placeOut, error) {
	f, err := x.room.Enrolment(ctx, a, id)
	if err != nil {
		return placeOut{}, err
	}
	out := outOfPlace(a, f.Place)
	for _, m := range f.Marks {
		out.Marks = append(out.Marks, markOut{m.Outcome, m.Quantity, m.Note, m.CreatedAt, m.MarkedBy})
	}
	return out, nil
}

// enrolOut says who got a place; ID is the first.
type enrolOut struct {
	ID     db.ID             `json:"id,omitzero"`
	Placed []delivery.Placed `json:"placed"`
}

func (x api) enrol(ctx context.Context, a access.Actor, in delivery.EnrolInput) (enrolOut, error) {
	placed, err := x.room.Enrol(ctx, a, in)
	out := enrolOut{Placed: placed}
	for _, p := range placed {
		if p.Fault == "" {
			out.ID = p.Enrolment
			break
		}
	}
	return out, err
}

type markIn struct {
	Quantity *ledger.Quantity `json:"quantity,omitempty"`
	Note     string           `json:"note,omitempty"`
	Version  int64            `json:"version"`
}

func (x api) mark(outcome string) func(context.Context, access.Actor, db.ID, markIn) (placeOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in markIn) (placeOut, error) {
		f, err := x.room.Enrolment(ctx, a, id)
		if err != nil {
			return placeOut{}, err
		}
		err = markOne(ctx, x.room, a, f.Place, delivery.MarkInput{Outcome: outcome, Quantity: in.Quantity, Note: in.Note, Version: in.Version})
		return again(ctx, a, id, err, x.enrolment, f)
	}
}

// refusal is why a resident was not marked, as a fault.
func refusal(out delivery.AttendanceTaken, id db.ID) error {
	why, refused := out.Refused[id.String()]
	if !refused {
		return nil
	}
	f := fault.Conflict("")
	f.Key, f.Args = why.Fault, why.Args
	return f
}

func (x api) note(ctx context.Context, a access.Actor, id db.ID, in delivery.NoteInput) (placeOut, error) {
	e, err := x.room.Note(ctx, a, id, in)
	return again(ctx, a, id, err, x.enrolment, e)
}

type progressIn struct {
	delivery.ProgressInput
	Version int64 `json:"version"`
}

func (x api) progress(ctx context.Context, a access.Actor, id db.ID, in progressIn) (placeOut, error) {
	p, err := x.room.WriteProgress(ctx, a, id, in.ProgressInput)
	return again(ctx, a, id, err, x.enrolment, p)
}

func (x api) cancelPlace(side string) func(context.Context, access.Actor, db.ID, delivery.ReasonInput) (placeOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (placeOut, error) {
		e, err := x.room.Cancel(ctx, a, id, side, in)
		return again(ctx, a, id, err, x.enrolment, e)
	}
}

func (x api) void(ctx context.Context, a access.Actor, id db.ID, in delivery.ReasonInput) (placeOut, error) {
	e, err := x.room.Void(ctx, a, id, in)
	return again(ctx, a, id, err, x.enrolment, e)
}

// disbursementOut is what is to be given, and what was.
type disbursementOut struct {
	ID         db.ID           `json:"id"`
	Enrolment  db.ID           `json:"session_enrolment_id"`
	Assignment db.ID           `json:"benefit_assignment_id,omitzero"`
	Benefit    db.ID           `json:"benefit_id,omitzero"`
	Person     db.ID           `json:"person_id"`
	On         calendar.Date   `json:"service_on"`
	Status     string          `json:"status" doc:"Of the enrolment, which owns it"`
	Planned    ledger.Quantity `json:"planned"`
	Delivered  ledger.Quantity `json:"delivered"`
}

func outOfDisbursement(p delivery.Place) disbursementOut {
	return disbursementOut{p.Disbursement, p.ID, p.Assignment, p.Benefit, p.Person, p.On, p.Status, p.Planned, p.Delivered}
}

func (x api) disbursements(ctx context.Context, a access.Actor, q enrolmentQuery) (door.Items[disbursementOut], error) {
	var out door.Items[disbursementOut]
	rows, next, err := x.places(ctx, a, q)
	for _, p := range rows {
		out.Items = append(out.Items, outOfDisbursement(p))
	}
	out.Next = next
	return out, err
}

func (x api) disbursement(ctx context.Context, a access.Actor, id db.ID) (disbursementOut, error) {
	rows, err := x.room.Places(ctx, a, delivery.PlaceFilter{Disbursement: id, Limit: 1})
	if err == nil && len(rows) == 0 {
		err = fault.NotFound()
	}
	if err != nil {
		return disbursementOut{}, err
	}
	return outOfDisbursement(rows[0]), nil
}
