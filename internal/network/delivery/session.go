package delivery

import (
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
)

// Session is one meeting (セッション), from a schedule or standing alone (個別予約).
type Session struct {
	flow.Head
	Provider     db.ID         `db:"provider"`
	Schedule     db.ID         `db:"schedule"`
	Benefit      db.ID         `db:"benefit"`
	Title        string        `db:"title"`
	Seq          int64         `db:"seq"` // which of its schedule, from 1; 0 standing alone
	On           calendar.Date `db:"on_date"`
	StartsAt     calendar.Time `db:"starts_at"`
	EndsAt       calendar.Time `db:"ends_at"`
	Capacity     int64         `db:"capacity"`
	Place        string        `db:"place"`
	Practitioner string        `db:"practitioner"`
	WalkIns      int64         `db:"walk_ins"` // who came without a name
	MovedTo      db.ID         `db:"moved_to"` // the session it was postponed to
	CompletedBy  db.ID         `db:"completed_by"`
}

// Enrolment is a resident in a session (参加登録), under an authorization. It
// owns the status of its disbursement.
type Enrolment struct {
	flow.Head
	Session       db.ID  `db:"session"`
	Provider      db.ID  `db:"provider"`
	Authorization db.ID  `db:"authorization_id"`
	Referral      db.ID  `db:"referral"`
	Case          db.ID  `db:"case_id"`
	Person        db.ID  `db:"person" names:"person"`
	Assignment    db.ID  `db:"assignment"`
	Note          string `db:"note"`
	WalkIn        bool   `db:"walk_in"`
	OverLimit     string `db:"over_limit"` // why a supervisor let it pass a limit; "" within limits
	// LateCancel says that the resident gave the place back on the session's
	// day, by the agency's clock, or after it.
	LateCancel bool `db:"late_cancel"`
}

// Disbursement is what is to be given in a session (給付実績). What was given
// is the sum of its marks.
type Disbursement struct {
	flow.Head
	Enrolment     db.ID           `db:"enrolment"`
	Provider      db.ID           `db:"provider"`
	Authorization db.ID           `db:"authorization_id"`
	Referral      db.ID           `db:"referral"`
	Case          db.ID           `db:"case_id"`
	Person        db.ID           `db:"person" names:"person,enrolment=session_enrolment"`
	Assignment    db.ID           `db:"assignment"`
	Benefit       db.ID           `db:"benefit"`
	Planned       ledger.Quantity `db:"planned"`
}

// Mark is one entry of attendance; it is never changed. The quantity of a
// correction is the difference to what was delivered before it.
type Mark struct {
	flow.Head
	Enrolment     db.ID           `db:"enrolment"`
	Disbursement  db.ID           `db:"disbursement"`
	Provider      db.ID           `db:"provider"`
	Authorization db.ID           `db:"authorization_id"`
	Referral      db.ID           `db:"referral"`
	Assignment    db.ID           `db:"assignment"`
	Outcome       string          `db:"outcome"`
	Quantity      ledger.Quantity `db:"quantity"`
	Note          string          `db:"note"`
	CorrectionOf  db.ID           `db:"correction_of"`
	MarkedBy      db.ID           `db:"marked_by"`
}

// Progress is what went on for a resident in a session, and which goal moved.
type Progress struct {
	flow.Head
	Enrolment db.ID  `db:"enrolment"`
	Provider  db.ID  `db:"provider"`
	Referral  db.ID  `db:"referral"`
	Case      db.ID  `db:"case_id"`
	Person    db.ID  `db:"person" names:"person,enrolment=session_enrolment"`
	Goal      db.ID  `db:"goal"`
	Percent   int64  `db:"percent"` // of the goal; −1 not said
	Body      string `db:"body"`
	Author    db.ID  `db:"author"`
}

// The outcomes of attendance, which are the statuses of a marked enrolment.
const (
	Attended = "attended"
	Late     = "late"
	Excused  = "excused"
	Absent   = "absent"
)

// Cancelled is the status of a place that the resident gave back.
const Cancelled = "cancelled_by_resident"

// Outcomes lists the outcomes in the order of the roster.
var Outcomes = []string{Attended, Late, Excused, Absent}

// AbsencesUntilPrompt is how many absences without notice under one
// authorization ask the caseworker to look.
const AbsencesUntilPrompt = 3

// SessionInput is a session that stands alone.
type SessionInput struct {
	Title        string        `json:"title"`
	Benefit      db.ID         `json:"benefit_id,omitzero"`
	Provider     db.ID         `json:"provider_id,omitzero" doc:"Needed when the agency books it"`
	On           calendar.Date `json:"on"`
	Starts       string        `json:"starts" doc:"14:00"`
	Minutes      int64         `json:"minutes"`
	Capacity     int64         `json:"capacity,omitempty"`
	Place        string        `json:"place,omitempty"`
	Practitioner string        `json:"practitioner,omitempty"`
	Residents    []db.ID       `json:"authorization_ids,omitempty" doc:"Whom to enrol at once"`
}

// Validate cleans the input and says what is wrong with it.
func (in *SessionInput) Validate() error {
	var f fault.Fields
	line(&f, "/title", &in.Title, true)
	line(&f, "/place", &in.Place, false)
	line(&f, "/practitioner", &in.Practitioner, false)
	if in.On == "" {
		f.Add("/on", "fault.required")
	}
	in.Starts = clock(&f, "/starts", in.Starts)
	within(&f, "/minutes", in.Minutes, 5, maxMinutes)
	within(&f, "/capacity", in.Capacity, 0, maxPersons)
	within(&f, "/authorization_ids", int64(len(in.Residents)), 0, maxPersons)
	return f.Err()
}

func (in SessionInput) session(provider db.ID, zone *time.Location) Session {
	s := Session{Provider: provider, Benefit: in.Benefit, Title: in.Title, Capacity: in.Capacity, Place: in.Place, Practitioner: in.Practitioner}
	s.at(in.On, in.Starts, in.Minutes, zone)
	return s
}

// at sets when the session is, on the agency's clock.
func (s *Session) at(on calendar.Date, starts string, minutes int64, zone *time.Location) {
	t, err := time.Parse("15:04", starts)
	if err != nil {
		return // validated before
	}
	s.On = on
	s.StartsAt = calendar.Moment(on, t.Hour(), t.Minute(), zone)
	s.EndsAt = s.StartsAt.Add(time.Duration(minutes) * time.Minute)
}

// PostponeInput says when a session is held instead.
type PostponeInput struct {
	On      calendar.Date `json:"on"`
	Starts  string        `json:"starts,omitempty" doc:"The same hour when left out"`
	Reason  string        `json:"reason"`
	Version int64         `json:"version"`
}

// Validate cleans the input; today is the first day to postpone to.
func (in *PostponeInput) Validate(today calendar.Date) error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, true)
	switch {
	case in.On == "":
		f.Add("/on", "fault.required")
	case in.On < today:
		f.Add("/on", "fault.past")
	}
	if in.Starts != "" {
		in.Starts = clock(&f, "/starts", in.Starts)
	}
	return f.Err()
}

// ReasonInput goes with a step that must be explained.
type ReasonInput struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

// Validate cleans the input.
func (in *ReasonInput) Validate() error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, true)
	return f.Err()
}

// EnrolInput enrols residents, each named by an authorization, in sessions.
type EnrolInput struct {
	Sessions       []db.ID `json:"session_ids"`
	Authorizations []db.ID `json:"authorization_ids"`
	WalkIn         bool    `json:"walk_in,omitempty"`
	Note           string  `json:"note,omitempty"`
	Override       string  `json:"override,omitempty" doc:"Why a supervisor lets a limit be passed"`
}

// Validate cleans the input.
func (in *EnrolInput) Validate() error {
	var f fault.Fields
	line(&f, "/note", &in.Note, false)
	line(&f, "/override", &in.Override, false)
	in.Sessions, in.Authorizations = distinct(in.Sessions), distinct(in.Authorizations)
	if len(in.Sessions) == 0 {
		f.Add("/session_ids", "fault.required")
	}
	if len(in.Authorizations) == 0 {
		f.Add("/authorization_ids", "fault.required")
	}
	within(&f, "/session_ids", int64(len(in.Sessions)), 0, maxSessions)
	within(&f, "/authorization_ids", int64(len(in.Authorizations)), 0, maxPersons)
	if f == nil {
		within(&f, "/authorization_ids", int64(len(in.Sessions)*len(in.Authorizations)), 1, 2*maxPersons)
	}
	return f.Err()
}

// Placed is what became of one resident in one session.
type Placed struct {
	Session       db.ID          `json:"session_id"`
	Authorization db.ID          `json:"authorization_id"`
	Enrolment     db.ID          `json:"enrolment_id,omitzero"`
	Fault         string         `json:"fault,omitempty" doc:"Word key of why not"`
	Args          map[string]any `json:"args,omitempty"`
}

// MarkInput marks the attendance of one resident, or corrects it.
type MarkInput struct {
	Enrolment db.ID            `json:"enrolment_id"`
	Outcome   string           `json:"outcome" doc:"attended, late, excused or absent"`
	Quantity  *ledger.Quantity `json:"quantity,omitempty" doc:"Units delivered; as planned when left out, nothing when absent"`
	Note      string           `json:"note,omitempty"`
	Version   int64            `json:"version,omitempty" doc:"Of the enrolment as it was seen: nobody is marked if it moved on; left out, it is not compared"`
}

// AttendInput is the attendance of one session.
type AttendInput struct {
	Marks    []MarkInput `json:"marks,omitempty"`
	Rest     string      `json:"rest,omitempty" doc:"Outcome of everybody not marked yet"`
	WalkIns  *int64      `json:"walk_ins,omitempty" doc:"How many came without a name"`
	Complete bool        `json:"complete,omitempty" doc:"Nobody is left to be marked"`
	Version  int64       `json:"version"` // not compared: each mark guards its own row
}

// Validate cleans the input.
func (in *AttendInput) Validate() error {
	var f fault.Fields
	seen := map[db.ID]bool{}
	for i := range in.Marks {
		m, at := &in.Marks[i], fault.At("marks", i)
		choose(&f, at+"/outcome", m.Outcome, Outcomes)
		line(&f, at+"/note", &m.Note, false)
		if m.Quantity != nil {
			within(&f, at+"/quantity", int64(*m.Quantity), 0, int64(ledger.Units(1000)))
		}
		if m.Enrolment.IsZero() || seen[m.Enrolment] {
			f.Add(at+"/enrolment_id", "fault.bad_choice")
		}
		seen[m.Enrolment] = true
	}
	if in.Rest != "" {
		choose(&f, "/rest", in.Rest, Outcomes)
	}
	if in.WalkIns != nil {
		within(&f, "/walk_ins", *in.WalkIns, 0, 10_000)
	}
	within(&f, "/marks", int64(len(in.Marks)), 0, 2*maxPersons)
	return f.Err()
}

// quantity is what an outcome delivers unless it is said: what was planned to
// who came, nothing to who did not.
func (m MarkInput) quantity(planned ledger.Quantity) ledger.Quantity {
	switch {
	case m.Outcome == Excused || m.Outcome == Absent:
		return 0
	case m.Quantity != nil:
		return *m.Quantity
	}
	return planned
}

// AttendanceTaken is what became of a roster.
type AttendanceTaken struct {
	Session Session           `json:"session"`
	Marked  []db.ID           `json:"marked"`  // enrolments
	Refused map[string]Placed `json:"refused"` // by enrolment
	Open    int               `json:"open"`    // enrolments not marked yet
}

// ProgressInput is a note of what went on.
type ProgressInput struct {
	Goal    db.ID  `json:"goal_id,omitzero"`
	Percent *int64 `json:"percent,omitempty" doc:"How far the goal is reached"`
	Body    string `json:"body"`
}

// Validate cleans the input.
func (in *ProgressInput) Validate() error {
	var f fault.Fields
	prose(&f, "/body", &in.Body)
	if in.Body == "" {
		f.Add("/body", "fault.required")
	}
	if in.Percent != nil {
		within(&f, "/percent", *in.Percent, 0, 100)
	}
	return f.Err()
}
