package intake

import (
	"context"
	"encoding/json"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
)

// Complaint (通告・通報・苦情) is a report about somebody's situation.
type Complaint struct {
	Arrival
	Receipt     []byte              `db:"receipt"` // blind index of the receipt number
	Body        string              `db:"body"`
	About       string              `db:"about"`
	Address     string              `db:"address"`
	IncidentOn  calendar.Date       `db:"incident_on"`
	Happened    string              `db:"happened"` // when and how often, in the reporter's words
	Involved    db.JSON[[]Involved] `db:"participants"`
	Allegations db.JSON[[]string]   `db:"allegations"`
	InDanger    bool                `db:"in_danger"`
	Child       bool                `db:"child"`
	Frail       bool                `db:"frail"`
	Repeated    bool                `db:"repeated"`
	Discretion  string              `db:"discretion"` // named | confidential | anonymous
	Reporter    []byte              `db:"reporter"`   // sealed
	Priority    int64               `db:"priority"`   // 0 to 100
	Reasons     db.JSON[[]Weight]   `db:"reasons"`
	Outcome     string              `db:"outcome"` // opened | joined | no_action | sent_elsewhere | screened_out
	Answer      string              `db:"answer"`
	SentTo      string              `db:"sent_to"`
	ScreenedBy  db.ID               `db:"screened_by"`
	ScreenedFor string              `db:"screened_for"` // why screening it out was proposed
	ReportedTo  string              `db:"reported_to"`  // the authority that the last report was made to
	ReportedOn  calendar.Date       `db:"reported_on"`
	// RespondedAt is when somebody first did what the deadline asks for, or it
	// was resolved; 0 before. Its clock stops then.
	RespondedAt calendar.Time `db:"responded_at"`
	Response    string        `db:"response"`
	// Beside DueAt, until when somebody responds: until when an authority is
	// told (0: it need not be), and until when it is decided. NextAt is the
	// earliest of those that still run, and NextDue which it is, see Dues.
	ReportBy calendar.Time `db:"report_by"`
	DecideBy calendar.Time `db:"decide_by"`
	NextAt   calendar.Time `db:"next_at"`
	NextDue  string        `db:"next_due"`
}

// Dues are what a deadline of a complaint asks for.
var Dues = []string{"respond", "report", "decide"}

// next says which deadline runs now: the earliest whose deed is not done.
func (x *Complaint) next() {
	x.NextAt, x.NextDue = x.DecideBy, "decide"
	if x.ReportBy > 0 && x.ReportedOn == "" && (x.NextAt == 0 || x.ReportBy <= x.NextAt) {
		x.NextAt, x.NextDue = x.ReportBy, "report"
	}
	if x.RespondedAt == 0 && (x.NextAt == 0 || x.DueAt <= x.NextAt) {
		x.NextAt, x.NextDue = x.DueAt, "respond"
	}
}

// Late says that it was not responded to by its deadline.
func (x Complaint) Late(now calendar.Time) bool {
	if x.RespondedAt > 0 {
		return x.RespondedAt > x.DueAt
	}
	return x.Status != "resolved" && x.DueAt < now
}

// stop stops the clock, unless it has stopped before.
func (x *Complaint) stop(now calendar.Time) {
	if x.RespondedAt == 0 {
		x.RespondedAt = now
	}
	x.next()
}

// Reporter is who reported.
type Reporter struct {
	Name     string `json:"name,omitempty"`
	Contact  string `json:"contact,omitempty"`
	Relation string `json:"relation,omitempty"`
	Safely   string `json:"safely,omitempty"` // how and when they may be reached without danger
}

// Involved is somebody who had part in what is reported, as told.
type Involved struct {
	Name   string `json:"name"`
	Role   string `json:"role,omitempty"` // affected | accused | witness | other
	Detail string `json:"detail,omitempty"`
}

// InvolvedRoles are what part somebody had.
var InvolvedRoles = []string{"affected", "accused", "witness", "other"}

// The choices of a complaint's coded fields.
var (
	Allegations = []string{"violence", "child_abuse", "elder_abuse", "disability_abuse", "neglect", "self_neglect", "exploitation",
		"unsafe_housing", "eviction", "no_income", "service", "other"}
	Discretions = []string{"named", "confidential", "anonymous"}
)

// ComplaintInput is a complaint as it is typed or sent.
type ComplaintInput struct {
	Allegations []string      `json:"allegations"`
	Body        string        `json:"body"`
	About       string        `json:"about,omitempty"`
	Address     string        `json:"address,omitempty"`
	IncidentOn  calendar.Date `json:"incident_on,omitempty"`
	Happened    string        `json:"happened,omitempty"`
	Involved    []Involved    `json:"participants,omitempty"`
	InDanger    bool          `json:"in_danger,omitempty"`
	Child       bool          `json:"child,omitempty"`
	Frail       bool          `json:"frail,omitempty"`
	Repeated    bool          `json:"repeated,omitempty"`
	Kind        string        `json:"main_kind,omitempty"`
	Channel     string        `json:"channel,omitempty"`
	Discretion  string        `json:"discretion,omitempty"`
	Reporter    Reporter      `json:"reporter,omitzero"`
	Origin
	Version int64 `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ComplaintInput) Validate(today calendar.Date) error {
	var f fault.Fields
	if len(in.Allegations) == 0 {
		f.Add("/allegations", "fault.required")
	}
	slices.Sort(in.Allegations)
	in.Allegations = slices.Compact(in.Allegations)
	for i, x := range in.Allegations {
		choose(&f, fault.At("allegations", i), x, Allegations)
	}
	prose(&f, "/body", &in.Body, true)
	line(&f, "/about", &in.About)
	line(&f, "/address", &in.Address)
	if in.IncidentOn > today {
		f.Add("/incident_on", "fault.future")
	}
	line(&f, "/happened", &in.Happened)
	in.validateInvolved(&f)
	kindOrNone(&f, "/main_kind", in.Kind)
	if in.Channel == "" {
		in.Channel = "online"
	}
	choose(&f, "/channel", in.Channel, Channels)
	in.validateReporter(&f)
	return f.Err()
}

func (in *ComplaintInput) validateInvolved(f *fault.Fields) {
	if len(in.Involved) > maxRows {
		f.Add("/participants", "intake.fault.too_many", "max", maxRows)
	}
	for i := range in.Involved {
		x, at := &in.Involved[i], fault.At("participants", i)
		line(f, at+"/name", &x.Name)
		line(f, at+"/detail", &x.Detail)
		if x.Name == "" {
			f.Add(at+"/name", "fault.required")
		}
		if x.Role == "" {
			x.Role = "other"
		}
		choose(f, at+"/role", x.Role, InvolvedRoles)
	}
}

// validateReporter keeps nothing of an anonymous reporter, whatever was typed.
func (in *ComplaintInput) validateReporter(f *fault.Fields) {
	if in.Discretion == "" {
		in.Discretion = "confidential"
	}
	choose(f, "/discretion", in.Discretion, Discretions)
	if in.Discretion == "anonymous" {
		in.Reporter = Reporter{}
		return
	}
	line(f, "/reporter/name", &in.Reporter.Name)
	line(f, "/reporter/contact", &in.Reporter.Contact)
	line(f, "/reporter/relation", &in.Reporter.Relation)
	line(f, "/reporter/safely", &in.Reporter.Safely)
	if in.Reporter.Name == "" {
		f.Add("/reporter/name", "intake.fault.reporter_name")
	}
}

func (in ComplaintInput) copyTo(x *Complaint) {
	x.Allegations, x.Body, x.About, x.Address, x.IncidentOn = db.AsJSON(in.Allegations), in.Body, in.About, in.Address, in.IncidentOn
	x.InDanger, x.Child, x.Frail, x.Repeated, x.MainKind, x.Channel = in.InDanger, in.Child, in.Frail, in.Repeated, in.Kind, in.Channel
	x.Happened, x.Involved = in.Happened, db.AsJSON(in.Involved)
	x.Priority, x.Reasons.V = Prioritize(in)
}

// Submitted is what whoever submitted gets: the number to read out and, once,
// the receipt with which its holder can ask how far it is.
type Submitted struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Number     string        `json:"number"`
	Receipt    string        `json:"receipt"`
	ReceivedAt calendar.Time `json:"received_at"`
}

// CheckComplaint says everything that is wrong with a complaint before it is sent.
func (r *Room) CheckComplaint(ctx context.Context, in *ComplaintInput) error {
	return in.Validate(calendar.Today(ctx, r.run.Clock))
}

// SubmitComplaint takes a complaint from anyone.
func (r *Room) SubmitComplaint(ctx context.Context, a access.Actor, in ComplaintInput) (Submitted, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Submitted{}, err
	}
	x := Complaint{Discretion: in.Discretion}
	in.copyTo(&x)
	if in.Discretion != "anonymous" {
		plain, err := json.Marshal(in.Reporter)
		if err != nil {
			return Submitted{}, err
		}
		x.Reporter = r.run.Vault.Seal(reporterPurpose, plain)
	}
	receipt := agency.Receipt()
	x.Receipt = r.blind(receipt)
	if !a.Is(access.StaffRoles...) {
		a, in.Origin = access.Nobody(), Origin{} // a report must not be traced to who is signed in
	}
	return op.Do(ctx, r.run, a, "complaint.submit", in, func(tx *op.Tx) (Submitted, error) {
		x := x // the closure may run again
		due, err := complaintDeadlinesOf(tx, tx.Now(), calendar.Zone(ctx))
		if err == nil {
			err = in.turn(tx, &x.Arrival, in.Discretion != "named")
		}
		if err != nil {
			return Submitted{}, err
		}
		due.complaint(in, &x, tx.Now())
		x, err = createIn(tx, ComplaintFlow, "submit", x, x.DueAt)
		return Submitted{x.ID, x.Status, x.Version, x.Number, receipt, x.ReceivedAt}, err
	})
}

const reporterPurpose = "complaint reporter"

func (r *Room) blind(receipt string) []byte { return r.run.Vault.Blind("receipt", receipt) }

// EditComplaint corrects a complaint; its priority is worked out anew. What was
// said of the reporter stays as it is.
func (r *Room) EditComplaint(ctx context.Context, a access.Actor, id db.ID, in ComplaintInput) (Complaint, error) {
	in.Discretion = "anonymous" // the reporter is not edited
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Complaint{}, err
	}
	var due deadlines
	err := r.run.Read(ctx, func(q *db.Reader) error {
		x, err := load(q, a, r.run.Now(), ComplaintFlow, id)
		if err == nil {
			due, err = complaintDeadlinesOf(q, x.ReceivedAt, calendar.Zone(ctx))
		}
		return err
	})
	if err != nil {
		return Complaint{}, err
	}
	return take(ctx, r, a, ComplaintFlow, "edit", id, in.Version, "", in, func(_ *op.Tx, x *Complaint) {
		in.copyTo(x)
		due.complaint(in, x, x.ReceivedAt)
	}, nil)
}

// complaintStep is what a step asks for and does.
type complaintStep struct {
	answer, handed, reason bool
	edit                   func(tx *op.Tx, in AnswerInput, x *Complaint)
}

func outcome(name string) func(*op.Tx, AnswerInput, *Complaint) {
	return func(tx *op.Tx, in AnswerInput, x *Complaint) {
		x.Outcome, x.Answer, x.SentTo = name, in.Answer, in.HandedTo
		x.stop(tx.Now())
	}
}

var complaintSteps = map[string]complaintStep{
	"review": {edit: func(tx *op.Tx, _ AnswerInput, x *Complaint) {
		if a := tx.Actor(); x.Team.IsZero() && len(a.Teams) > 0 {
			x.Team = a.Teams[0]
		}
	}},
	"no_action":      {answer: true, edit: outcome("no_action")},
	"send_elsewhere": {answer: true, handed: true, edit: outcome("sent_elsewhere")},
	"respond": {answer: true, edit: func(tx *op.Tx, in AnswerInput, x *Complaint) {
		x.Response = in.Answer
		x.stop(tx.Now())
	}},
	"propose_screening_out": {reason: true, edit: func(tx *op.Tx, in AnswerInput, x *Complaint) {
		x.ScreenedBy, x.ScreenedFor = tx.Actor().ID, in.Reason
	}},
	"screen_out": {answer: true, edit: outcome("screened_out")},
	"send_back":  {reason: true, edit: func(_ *op.Tx, _ AnswerInput, x *Complaint) { x.ScreenedBy, x.ScreenedFor = db.ID{}, "" }},
	"reopen": {reason: true, edit: func(_ *op.Tx, _ AnswerInput, x *Complaint) {
		x.Outcome, x.Answer, x.SentTo, x.ScreenedBy, x.ScreenedFor = "", "", "", db.ID{}, ""
	}},
	"void": {reason: true},
}

// ComplaintStep takes a step of the flow that has no operation of its own:
// review, respond, no_action, send_elsewhere, propose_screening_out,
// screen_out, send_back, reopen, void.
func (r *Room) ComplaintStep(ctx context.Context, a access.Actor, id db.ID, step string, in AnswerInput) (Complaint, error) {
	s, ok := complaintSteps[step]
	if !ok {
		return Complaint{}, fault.NotFound()
	}
	if err := in.validate(s.answer, s.handed, s.reason); err != nil {
		return Complaint{}, err
	}
	var due deadlines
	if step == "reopen" { // it is decided anew, and has the time for it
		err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			due, err = deadlinesOf(q, r.run.Now(), calendar.Zone(ctx))
			return err
		})
		if err != nil {
			return Complaint{}, err
		}
	}
	return take(ctx, r, a, ComplaintFlow, step, id, in.Version, in.Reason, in, func(tx *op.Tx, x *Complaint) {
		if s.edit != nil {
			s.edit(tx, in, x)
		}
		if step == "reopen" {
			x.DecideBy = due.working(tx.Now(), due.Complaint)
			x.next()
		}
	}, func(tx *op.Tx, x Complaint) error {
		if step != "review" || x.Team.IsZero() {
			return nil
		}
		return claim(tx, KindComplaint, &x.Arrival)
	})
}

// Reveal opens the sealed reporter of a complaint for intake workers and for
// supervisors of the team that has it, not for those who see it because nobody
// has claimed it; that it was revealed is kept before the answer leaves.
func (r *Room) Reveal(ctx context.Context, a access.Actor, id db.ID) (Reporter, error) {
	if !a.Is(access.IntakeWorker, access.Supervisor) {
		return Reporter{}, fault.NotFound()
	}
	var x Complaint
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if x, err = load(q, a, r.run.Now(), ComplaintFlow, id); err != nil {
			return err
		}
		own, err := sight.Lens{Actor: atDesk(a), Now: r.run.Now(), Kind: KindComplaint}.Sees(q, id)
		if err == nil && !own {
			err = fault.NotFound()
		}
		return err
	})
	if err != nil {
		return Reporter{}, err
	}
	if len(x.Reporter) == 0 {
		return Reporter{}, fault.NotFound()
	}
	if err := r.run.Reads.Note(ctx, a, "revealed", KindComplaint, id, "reporter"); err != nil {
		return Reporter{}, err
	}
	plain, err := r.run.Vault.Unseal(reporterPurpose, x.Reporter)
	if err != nil {
		return Reporter{}, err
	}
	var out Reporter
	return out, json.Unmarshal(plain, &out)
}
