// Package consent is what a person agreed to have passed on, and what was
// passed on: a consent says whose data, by whom it was given and in what
// capacity, which fields, to whom, for what and until when; a disclosure says
// each time data left the agency and on what basis.
//
// A consent is never a condition of help, and can be withdrawn at any time;
// what was disclosed stays on record for good. Nothing is sent from here.
package consent

import (
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Consent is the stored row.
type Consent struct {
	flow.Head
	Person      db.ID             `db:"person" names:"person"`
	GivenBy     db.ID             `db:"given_by" names:"person"` // the person, or who stands for them
	Capacity    string            `db:"capacity"`
	Fields      db.JSON[[]string] `db:"fields"`     // packet fields, see Fields
	Recipients  db.JSON[[]string] `db:"recipients"` // see Recipient; AnyInvited is everyone a referral asks
	Purpose     string            `db:"purpose"`
	GivenOn     calendar.Date     `db:"given_on"`
	Until       calendar.Date     `db:"until_date"` // the last day; "" until withdrawn
	How         string            `db:"how"`
	RecordedBy  db.ID             `db:"recorded_by"` // a user
	WithdrawnOn calendar.Date     `db:"withdrawn_on"`
}

// Covers tells which of the fields the consent does not let a recipient have
// on a day; all of them when it does not hold.
func (c Consent) Covers(recipient string, fields []string, on calendar.Date) (missing []string) {
	invited := strings.HasPrefix(recipient, provider) && slices.Contains(c.Recipients.V, AnyInvited)
	if !c.Holds(on) || !invited && !slices.Contains(c.Recipients.V, recipient) {
		return slices.Clone(fields)
	}
	for _, f := range fields {
		if !slices.Contains(c.Fields.V, f) {
			missing = append(missing, f)
		}
	}
	return missing
}

// Holds reports whether the consent stands on a day.
func (c Consent) Holds(on calendar.Date) bool {
	return c.Status == "given" && c.GivenOn <= on && (c.Until == "" || c.Until >= on)
}

// Fields are the packet fields, in the order they are shown: everything that
// can be passed on about a person.
var Fields = []string{"name", "kana", "birth_date", "age_band", "gender", "languages", "interpreter", "phone", "address",
	"household", "needs", "goals", "benefit", "health_note", "documents"}

// AnyInvited stands for every provider that a referral of this person invites.
const AnyInvited = "any_invited"

// Recipient is a provider's key among a consent's recipients.
func Recipient(id db.ID) string { return provider + id.String() }

// Named is the key of a recipient who is known by name only.
func Named(name string) string { return named + strings.Join(strings.Fields(name), " ") }

const (
	provider = "provider:"
	named    = "named:"
)

// The choices of coded fields.
var (
	Capacities = []string{"self", "parent", "guardian", "proxy", "minor"}
	Hows       = []string{"paper", "spoken", "online"}
	// Bases are why data may leave: the person's consent, a provision of law,
	// a conference bound to secrecy, an emergency, an order of a court.
	Bases = []string{ByConsent, ByLaw, ByConference, ByEmergency, ByCourt}
	// RecipientKinds are who data can be disclosed to.
	RecipientKinds = []string{"provider", "organization", "agency", "court", "other"}
)

// The bases of a disclosure.
const (
	ByConsent    = "consent"
	ByLaw        = "law"
	ByConference = "conference"
	ByEmergency  = "emergency"
	ByCourt      = "court"
)

// Input is a consent as it is typed or sent.
type Input struct {
	Person     db.ID         `json:"person_id"`
	GivenBy    db.ID         `json:"given_by_id,omitzero"` // the person when left out
	Capacity   string        `json:"capacity,omitempty"`
	Fields     []string      `json:"fields,omitempty"`
	Recipients []string      `json:"recipients,omitempty"`
	Purpose    string        `json:"purpose,omitempty"`
	GivenOn    calendar.Date `json:"given_on,omitempty"` // today when left out
	Until      calendar.Date `json:"until,omitempty"`
	How        string        `json:"how,omitempty"`
}

// Limits, in characters and rows.
const (
	maxPurpose    = 500
	maxLine       = 300
	maxRecipients = 50
)

// Validate cleans the input and says everything that is wrong with it.
func (in *Input) Validate(today calendar.Date) error {
	var f fault.Fields
	if in.Person.IsZero() {
		f.Add("/person_id", "fault.required")
	}
	if in.GivenBy.IsZero() {
		in.GivenBy = in.Person
	}
	if in.Capacity == "" && in.GivenBy == in.Person {
		in.Capacity = "self"
	}
	choose(&f, "/capacity", in.Capacity, Capacities)
	if by := in.Capacity == "self" || in.Capacity == "minor"; by != (in.GivenBy == in.Person) {
		f.Add("/given_by_id", "consent.fault.capacity")
	}
	choose(&f, "/how", in.How, Hows)
	line(&f, "/purpose", &in.Purpose, maxPurpose)
	if in.Purpose == "" {
		f.Add("/purpose", "fault.required")
	}
	in.Fields = checkFields(&f, in.Fields)
	in.checkRecipients(&f)
	if in.GivenOn == "" {
		in.GivenOn = today
	}
	if in.GivenOn > today {
		f.Add("/given_on", "fault.future")
	}
	if in.Until != "" && in.Until < max(today, in.GivenOn) {
		f.Add("/until", "fault.past")
	}
	return f.Err()
}

// checkFields refuses unknown fields and gives the others in order, each once.
func checkFields(f *fault.Fields, given []string) []string {
	if len(given) == 0 {
		f.Add("/fields", "fault.required")
	}
	for i, x := range given {
		choose(f, fault.At("fields", i), x, Fields)
	}
	var out []string
	for _, x := range Fields {
		if slices.Contains(given, x) {
			out = append(out, x)
		}
	}
	return out
}

func (in *Input) checkRecipients(f *fault.Fields) {
	if len(in.Recipients) == 0 {
		f.Add("/recipients", "fault.required")
	}
	if len(in.Recipients) > maxRecipients {
		f.Add("/recipients", "consent.fault.too_many", "max", maxRecipients)
	}
	for i, x := range in.Recipients {
		at := fault.At("recipients", i)
		if name, ok := strings.CutPrefix(x, named); ok {
			line(f, at, &name, maxLine)
			if in.Recipients[i] = Named(name); name == "" {
				f.Add(at, "fault.required")
			}
			continue
		}
		id, ok := strings.CutPrefix(x, provider)
		_, err := db.ParseID(id)
		if x != AnyInvited && (!ok || err != nil) {
			f.Add(at, "fault.bad_choice")
		}
	}
}

// Disclosure is one time that data left the agency. It is never taken back; what
// left in an emergency is looked at afterwards by a supervisor.
type Disclosure struct {
	flow.Head
	Person        db.ID             `db:"person" names:"person"`
	RecipientKind string            `db:"recipient_kind"`
	Recipient     db.ID             `db:"recipient"` // none for who is known by name only
	RecipientName string            `db:"recipient_name"`
	Fields        db.JSON[[]string] `db:"fields"`
	Basis         string            `db:"basis"`
	Consent       db.ID             `db:"consent"`   // by consent: which
	Provision     string            `db:"provision"` // by law or court: which
	Reason        string            `db:"reason"`
	Invitation    db.ID             `db:"invitation"` // with which it was sent, if so
	MadeBy        db.ID             `db:"made_by"`    // the user who let it out or recorded it
	ReviewedBy    db.ID             `db:"reviewed_by"`
	Finding       string            `db:"finding"` // see Findings
}

// Findings are what a review of a disclosure in an emergency comes to.
var Findings = []string{"justified", "too_much", "unjustified"}

// CheckBasis says what a basis needs besides its name: a consent is found by
// Covering, law and court name their provision, the others say why.
func CheckBasis(f *fault.Fields, basis string, provision, reason *string) {
	choose(f, "/basis", basis, Bases)
	line(f, "/provision", provision, maxLine)
	line(f, "/reason", reason, maxPurpose)
	switch {
	case (basis == ByLaw || basis == ByCourt) && *provision == "":
		f.Add("/provision", "consent.fault.provision")
	case (basis == ByConference || basis == ByEmergency) && *reason == "":
		f.Add("/reason", "consent.fault.reason")
	}
}

// check cleans what is said of a disclosure, but for which consent it stands on.
func (d *Disclosure) check(f *fault.Fields) {
	if d.Person.IsZero() {
		f.Add("/person_id", "fault.required")
	}
	choose(f, "/recipient_kind", d.RecipientKind, RecipientKinds)
	line(f, "/recipient_name", &d.RecipientName, maxLine)
	if d.RecipientName == "" {
		f.Add("/recipient_name", "fault.required")
	}
	d.Fields = db.AsJSON(checkFields(f, d.Fields.V))
	CheckBasis(f, d.Basis, &d.Provision, &d.Reason)
}

func (d *Disclosure) validate() error {
	var f fault.Fields
	d.check(&f)
	if (d.Basis == ByConsent) == d.Consent.IsZero() {
		f.Add("/consent_id", "consent.fault.which")
	}
	return f.Err()
}

func line(f *fault.Fields, at string, s *string, max int) {
	clean, key, args := text.Line(*s, max)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}
