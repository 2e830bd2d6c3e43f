package cases

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// Participant (関係者) is a person or an organization in a role.
type Participant struct {
	flow.Head
	Case         db.ID         `db:"case_id"`
	Person       db.ID         `db:"person" names:"person"`
	Organization db.ID         `db:"organization"`
	Role         string        `db:"role"`
	Channel      string        `db:"channel"` // preferred
	Hours        string        `db:"hours"`   // when they can be reached
	Strength     string        `db:"strength"`
	Note         string        `db:"note"`
	From         calendar.Date `db:"from_date"`
	Until        calendar.Date `db:"until_date"`
}

// The choices of a participant's coded fields.
var (
	Roles     = []string{"main", "household", "family", "guardian", "proxy", "neighbour", "doctor", "school", "employer", "landlord", "helper", "other"}
	Channels  = []string{"phone", "visit", "counter", "mail", "letter", "online", "meeting", "other"}
	Strengths = []string{"", "strong", "weak", "strained"}
)

// ParticipantInput is a participant as it is typed or sent.
type ParticipantInput struct {
	Person       db.ID         `json:"person_id,omitzero"`
	Organization db.ID         `json:"organization_id,omitzero"`
	Role         string        `json:"role"`
	Channel      string        `json:"channel,omitempty"`
	Hours        string        `json:"hours,omitempty"`
	Strength     string        `json:"strength,omitempty"`
	Note         string        `json:"note,omitempty"`
	From         calendar.Date `json:"from,omitempty"`
	Until        calendar.Date `json:"until,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ParticipantInput) Validate() error {
	var f fault.Fields
	if in.Person.IsZero() == in.Organization.IsZero() {
		f.Add("/person_id", "cases.fault.person_or_organization")
	}
	choose(&f, "/role", in.Role, Roles)
	if in.Channel != "" {
		choose(&f, "/channel", in.Channel, Channels)
	}
	choose(&f, "/strength", in.Strength, Strengths)
	line(&f, "/hours", &in.Hours, maxLine)
	line(&f, "/note", &in.Note, maxLine)
	if in.From != "" && in.Until != "" && in.Until < in.From {
		f.Add("/until", "fault.date_order")
	}
	return f.Err()
}

func (in ParticipantInput) participant(of db.ID) Participant {
	return Participant{Case: of, Person: in.Person, Organization: in.Organization, Role: in.Role, Channel: in.Channel, Hours: in.Hours,
		Strength: in.Strength, Note: in.Note, From: in.From, Until: in.Until}
}

// input is a participant as it would be added.
func (p Participant) input() ParticipantInput {
	return ParticipantInput{Person: p.Person, Organization: p.Organization, Role: p.Role, Channel: p.Channel, Hours: p.Hours,
		Strength: p.Strength, Note: p.Note, From: p.From, Until: p.Until}
}

// Member is a user of the case team.
type Member struct {
	flow.Head
	Case db.ID  `db:"case_id"`
	User db.ID  `db:"user_id"`
	Role string `db:"role"` // co_worker | supervisor | specialist | helper
}

// MemberRoles are what a member of the case team does.
var MemberRoles = []string{"co_worker", "supervisor", "specialist", "helper"}

// Note (支援経過記録) is what was said and done. A draft is its author's own;
// a published one is the case's, and a confidential one is read by its author,
// the case's owner, the case team and supervisors only.
type Note struct {
	flow.Head
	Case         db.ID         `db:"case_id"`
	Author       db.ID         `db:"author"`
	Channel      string        `db:"channel"`
	HappenedAt   calendar.Time `db:"happened_at"`
	Minutes      int64         `db:"minutes"`
	Reached      bool          `db:"reached"` // false: nobody could be spoken to
	Attendees    string        `db:"attendees"`
	Body         string        `db:"body"`
	NextStep     string        `db:"next_step"`
	Confidential bool          `db:"confidential"`
}

// NoteInput is a note as it is typed or sent.
type NoteInput struct {
	Channel      string        `json:"channel,omitempty"`
	HappenedAt   calendar.Time `json:"happened_at,omitempty"` // now when left out
	Minutes      int64         `json:"minutes,omitempty"`
	Unreached    bool          `json:"unreached,omitempty"`
	Attendees    string        `json:"attendees,omitempty"`
	Body         string        `json:"body"`
	NextStep     string        `json:"next_step,omitempty"`
	Confidential bool          `json:"confidential,omitempty"`
	// Draft keeps the note to its author until it is published.
	Draft   bool  `json:"as_draft,omitempty"`
	Version int64 `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *NoteInput) Validate(now calendar.Time) error {
	var f fault.Fields
	if in.Channel == "" {
		in.Channel = "phone"
	}
	choose(&f, "/channel", in.Channel, Channels)
	prose(&f, "/body", &in.Body)
	if in.Body == "" {
		f.Add("/body", "fault.required")
	}
	line(&f, "/attendees", &in.Attendees, maxLine)
	line(&f, "/next_step", &in.NextStep, maxLine)
	if in.Minutes < 0 || in.Minutes > 24*60 {
		f.Add("/minutes", "fault.range", "min", 0, "max", 24*60)
	}
	if in.HappenedAt > now {
		f.Add("/happened_at", "fault.future")
	}
	return f.Err()
}

func (in NoteInput) copyTo(n *Note) {
	n.Channel, n.Minutes, n.Reached = in.Channel, in.Minutes, !in.Unreached
	n.Attendees, n.Body, n.NextStep, n.Confidential = in.Attendees, in.Body, in.NextStep, in.Confidential
	if in.HappenedAt != 0 {
		n.HappenedAt = in.HappenedAt
	}
}

// Reminder is a prompt as it is kept: what the program asks the case's owner,
// or its team when nobody owns it, to do.
type Reminder struct {
	flow.Head
	Case  db.ID                   `db:"case_id"`
	Owner db.ID                   `db:"owner"`
	Team  db.ID                   `db:"team"`
	Kind  string                  `db:"kind"` // a word key
	DueOn calendar.Date           `db:"due_on"`
	Args  db.JSON[map[string]any] `db:"args"`
	Href  string                  `db:"href"`
	// About is a person the prompt speaks of besides the one the case is for. It
	// names them only to who may see them.
	About db.ID `db:"about"`
}

// Attached ties what came in to a case.
type Attached struct {
	flow.Head
	Case   db.ID  `db:"case_id"`
	Kind   string `db:"kind"`
	Record db.ID  `db:"record"`
}
