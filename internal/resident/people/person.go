// Package people knows who is helped and those around them: persons with
// their names through time, addresses, contacts, identifiers, households,
// relationships and circumstances, and organizations.
//
// Search comes before create, everywhere. A restricted person leaves no trace
// for those who may not know; a protected address is withheld until it is
// revealed, and the reveal is kept. Nothing is ever deleted here.
package people

import (
	"fmt"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Person is the stored row. Name, Kana and Romaji are the name shown today,
// kept in step with the person's names.
type Person struct {
	flow.Head
	Number         string             `db:"number"`
	Placeholder    string             `db:"placeholder"` // "", unknown or unborn
	Name           string             `db:"name"`
	Kana           string             `db:"kana"` // also the sort key
	Romaji         string             `db:"romaji"`
	BirthDate      calendar.Date      `db:"birth_date"`
	BirthPrecision calendar.Precision `db:"birth_precision"`
	DiedOn         calendar.Date      `db:"died_on"`
	Gender         string             `db:"gender"`
	Languages      db.JSON[[]string]  `db:"languages"`
	Interpreter    string             `db:"interpreter"` // language needed; "" is none
	// ContactProhibited is that nobody turns to the person, by any way: who has to be told waits until they come.
	ContactProhibited bool           `db:"contact_prohibited"`
	ReachNote         string         `db:"reach_note"` // how they are reached safely: when, by whom, what is not to be said
	Restricted        bool           `db:"restricted"`
	ProtectedUntil    calendar.Date  `db:"protected_until"` // "9999-12-31" without an end; "" none
	Extra             db.JSON[Extra] `db:"extra"`
	MergedInto        db.ID          `db:"merged_into" names:"person"` // the record that stays; none unless merged
	Import            db.ID          `db:"import"`                     // the import that brought the record; none for others
}

// Extra are the agency's own typed fields by key.
type Extra map[string]any

// Protected reports whether a protective measure runs on the day.
func (p Person) Protected(on calendar.Date) bool {
	return p.ProtectedUntil != "" && p.ProtectedUntil >= on
}

// Birth is the birth date with its precision.
func (p Person) Birth() calendar.Partial { return calendar.NewPartial(p.BirthDate, p.BirthPrecision) }

// Name is one of a person's dated names.
type Name struct {
	flow.Head
	Person       db.ID         `db:"person" names:"person"`
	Kind         string        `db:"kind"` // legal | preferred | former | alias
	Family       string        `db:"family"`
	Given        string        `db:"given"`
	FamilyKana   string        `db:"family_kana"`
	GivenKana    string        `db:"given_kana"`
	FamilyRomaji string        `db:"family_romaji"`
	GivenRomaji  string        `db:"given_romaji"`
	From         calendar.Date `db:"from_date"`
	Until        calendar.Date `db:"until_date"`
}

// Contact is a way to reach a person.
type Contact struct {
	flow.Head
	Person    db.ID  `db:"person" names:"person"`
	Kind      string `db:"kind"` // phone | mobile | fax | email
	Value     string `db:"value"`
	Safe      bool   `db:"safe"` // a notice may be sent here
	Preferred bool   `db:"preferred"`
	Note      string `db:"note"`
	Protected bool   `db:"protected"`
}

// Address is where a person is registered, lives or gets mail.
type Address struct {
	flow.Head
	Person    db.ID         `db:"person" names:"person"`
	Kind      string        `db:"kind"` // registered | actual | mailing
	Postcode  string        `db:"postcode"`
	Lines     string        `db:"lines"`
	Latitude  float64       `db:"latitude"` // degrees, WGS 84; 0,0 is unknown
	Longitude float64       `db:"longitude"`
	From      calendar.Date `db:"from_date"`
	Until     calendar.Date `db:"until_date"`
	Protected bool          `db:"protected"`
}

// The choices of a person's coded fields.
var (
	NameKinds       = []string{"legal", "preferred", "former", "alias"}
	ContactKinds    = []string{"phone", "mobile", "fax", "email"}
	AddressKinds    = []string{"registered", "actual", "mailing"}
	BirthPrecisions = []string{string(calendar.ToDay), string(calendar.ToMonth), string(calendar.ToYear), string(calendar.Unknown)}
	Genders         = []string{"", "female", "male", "other", "unstated"}
	Placeholders    = []string{"", "unknown", "unborn"}
	SpokenLanguages = []string{"ja", "en", "zh", "ko", "vi", "tl", "pt", "es", "ne", "id", "my", "th", "uk", "jsl"}
)

// NameInput is a name as it is typed or sent.
type NameInput struct {
	ID           db.ID         `json:"id,omitzero"`
	Kind         string        `json:"kind,omitempty"`
	Family       string        `json:"family,omitempty"`
	Given        string        `json:"given,omitempty"`
	FamilyKana   string        `json:"family_kana,omitempty"`
	GivenKana    string        `json:"given_kana,omitempty"`
	FamilyRomaji string        `json:"family_romaji,omitempty"`
	GivenRomaji  string        `json:"given_romaji,omitempty"`
	From         calendar.Date `json:"from,omitempty"`
	Until        calendar.Date `json:"until,omitempty"`
}

// ContactInput is a contact as it is typed or sent.
type ContactInput struct {
	ID        db.ID  `json:"id,omitzero"`
	Kind      string `json:"kind,omitempty"`
	Value     string `json:"value,omitempty"`
	Unsafe    bool   `json:"unsafe,omitempty"` // no notice may be sent here
	Preferred bool   `json:"preferred,omitempty"`
	Note      string `json:"note,omitempty"`
	Protected bool   `json:"protected,omitempty"`
}

// AddressInput is an address as it is typed or sent.
type AddressInput struct {
	ID        db.ID         `json:"id,omitzero"`
	Kind      string        `json:"kind,omitempty"`
	Postcode  string        `json:"postcode,omitempty"`
	Lines     string        `json:"lines,omitempty"`
	Latitude  float64       `json:"latitude,omitempty"`
	Longitude float64       `json:"longitude,omitempty"`
	From      calendar.Date `json:"from,omitempty"`
	Until     calendar.Date `json:"until,omitempty"`
	Protected bool          `json:"protected,omitempty"`
}

// PersonInput is what a form or an API call says of a person.
type PersonInput struct {
	Names             []NameInput        `json:"names,omitempty"`
	BirthDate         calendar.Date      `json:"birth_date,omitempty"`
	BirthPrecision    calendar.Precision `json:"birth_precision,omitempty"`
	Gender            string             `json:"gender,omitempty"`
	Languages         []string           `json:"languages,omitempty"`
	Interpreter       string             `json:"interpreter,omitempty"`
	Placeholder       string             `json:"placeholder,omitempty"`
	Contacts          []ContactInput     `json:"contacts,omitempty"`
	Addresses         []AddressInput     `json:"addresses,omitempty"`
	Restricted        bool               `json:"restricted,omitempty"`
	ContactProhibited bool               `json:"contact_prohibited,omitempty" doc:"Nobody may turn to the person, by any way"`
	ReachNote         string             `json:"reach_note,omitempty" doc:"How the person is reached safely; empty while a protective measure withholds it"`
}

// Limits of what a person may hold, in characters and rows.
const (
	maxName  = 100
	maxLine  = 300
	maxParts = 20
)

// Validate cleans the input and says everything that is wrong with it. today
// bounds the birth date.
func (in *PersonInput) Validate(today calendar.Date) error {
	var f fault.Fields
	in.validateNames(&f)
	if in.BirthDate > today {
		f.Add("/birth_date", "fault.future")
	}
	in.validateBirth(&f)
	choose(&f, "/gender", in.Gender, Genders)
	choose(&f, "/placeholder", in.Placeholder, Placeholders)
	for i, l := range in.Languages {
		choose(&f, fmt.Sprintf("/languages/%d", i), l, SpokenLanguages)
	}
	if in.Interpreter != "" {
		choose(&f, "/interpreter", in.Interpreter, SpokenLanguages)
	}
	in.validateContacts(&f)
	in.validateAddresses(&f)
	line(&f, "/reach_note", &in.ReachNote, maxLine)
	return f.Err()
}

// validateBirth lets the date and how far it is known belong together: of a year alone the first day is kept.
func (in *PersonInput) validateBirth(f *fault.Fields) {
	if in.BirthPrecision == "" {
		in.BirthPrecision = calendar.ToDay
	}
	choose(f, "/birth_precision", string(in.BirthPrecision), BirthPrecisions)
	switch {
	case in.BirthDate == "" && in.BirthPrecision != calendar.Unknown:
		in.BirthPrecision = ""
	case in.BirthDate != "" && in.BirthPrecision == calendar.Unknown:
		f.Add("/birth_precision", "people.fault.birth_unknown")
	default:
		in.BirthDate = calendar.NewPartial(in.BirthDate, in.BirthPrecision).Date
	}
}

func (in *PersonInput) validateNames(f *fault.Fields) {
	in.Names = slices.DeleteFunc(in.Names, func(n NameInput) bool { return n.blank() })
	if len(in.Names) == 0 && in.Placeholder == "" {
		f.Add("/names/0/family", "fault.required")
	}
	tooMany(f, "/names", len(in.Names))
	for i := range in.Names {
		n, at := &in.Names[i], fmt.Sprintf("/names/%d", i)
		if n.Kind == "" {
			n.Kind = "legal"
		}
		choose(f, at+"/kind", n.Kind, NameKinds)
		line(f, at+"/family", &n.Family, maxName)
		line(f, at+"/given", &n.Given, maxName)
		line(f, at+"/family_kana", &n.FamilyKana, maxName)
		line(f, at+"/given_kana", &n.GivenKana, maxName)
		line(f, at+"/family_romaji", &n.FamilyRomaji, maxName)
		line(f, at+"/given_romaji", &n.GivenRomaji, maxName)
		n.FamilyKana, n.GivenKana = katakana(n.FamilyKana), katakana(n.GivenKana)
		if n.Family == "" && n.Given == "" {
			f.Add(at+"/family", "fault.required")
		}
		period(f, at, n.From, n.Until)
	}
}

func (n NameInput) blank() bool {
	return n.Family+n.Given+n.FamilyKana+n.GivenKana+n.FamilyRomaji+n.GivenRomaji == ""
}

func (in *PersonInput) validateContacts(f *fault.Fields) {
	in.Contacts = slices.DeleteFunc(in.Contacts, func(c ContactInput) bool { return c.ID.IsZero() && strings.TrimSpace(c.Value) == "" })
	tooMany(f, "/contacts", len(in.Contacts))
	for i := range in.Contacts {
		c, at := &in.Contacts[i], fmt.Sprintf("/contacts/%d", i)
		if c.Kind == "" {
			c.Kind = "phone"
		}
		choose(f, at+"/kind", c.Kind, ContactKinds)
		line(f, at+"/value", &c.Value, maxLine)
		line(f, at+"/note", &c.Note, maxLine)
		if c.Kind == "email" && c.Value != "" && !strings.Contains(c.Value, "@") {
			f.Add(at+"/value", "people.fault.email")
		}
		if c.Kind != "email" && c.Value != "" && digits(c.Value) < 3 {
			f.Add(at+"/value", "people.fault.phone")
		}
	}
}

func (in *PersonInput) validateAddresses(f *fault.Fields) {
	in.Addresses = slices.DeleteFunc(in.Addresses, func(a AddressInput) bool { return a.ID.IsZero() && strings.TrimSpace(a.Lines+a.Postcode) == "" })
	tooMany(f, "/addresses", len(in.Addresses))
	for i := range in.Addresses {
		a, at := &in.Addresses[i], fmt.Sprintf("/addresses/%d", i)
		if a.Kind == "" {
			a.Kind = "actual"
		}
		choose(f, at+"/kind", a.Kind, AddressKinds)
		line(f, at+"/postcode", &a.Postcode, 20)
		line(f, at+"/lines", &a.Lines, maxLine)
		if a.Lines == "" && a.ID.IsZero() {
			f.Add(at+"/lines", "fault.required")
		}
		period(f, at, a.From, a.Until)
	}
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

func tooMany(f *fault.Fields, at string, n int) {
	if n > maxParts {
		f.Add(at, "people.fault.too_many", "max", maxParts)
	}
}

func period(f *fault.Fields, at string, from, until calendar.Date) {
	if from != "" && until != "" && until < from {
		f.Add(at+"/until", "people.fault.until_before_from")
	}
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			n++
		}
	}
	return n
}

// katakana writes hiragana as katakana, the form names are kept and sorted in.
func katakana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, s)
}

// shown picks the name a person goes by on a day: preferred before legal
// before the others, the latest first.
func shown(names []Name, on calendar.Date) (Name, bool) {
	best, found := Name{}, false
	for _, n := range names {
		if !on.Within(n.From, n.Until) {
			continue
		}
		if !found || slices.Index(showOrder, n.Kind) < slices.Index(showOrder, best.Kind) ||
			n.Kind == best.Kind && n.From > best.From {
			best, found = n, true
		}
	}
	if !found && len(names) > 0 {
		return names[0], true
	}
	return best, found
}

var showOrder = []string{"preferred", "legal", "alias", "former"}

// Full joins family and given name the way the name is written: with a space,
// family first unless it is written in Latin letters only.
func (n Name) Full() string { return join(n.Family, n.Given) }

// FullKana is the reading, family first.
func (n Name) FullKana() string { return strings.TrimSpace(n.FamilyKana + " " + n.GivenKana) }

// FullRomaji is the name in Latin letters, given name first.
func (n Name) FullRomaji() string { return strings.TrimSpace(n.GivenRomaji + " " + n.FamilyRomaji) }

func join(family, given string) string {
	if latin(family) && latin(given) {
		return strings.TrimSpace(given + " " + family)
	}
	return strings.TrimSpace(family + " " + given)
}

func latin(s string) bool {
	for _, r := range s {
		if r > 0x24f {
			return false
		}
	}
	return true
}

// wear puts the name shown today on the person's row.
func (p *Person) wear(names []Name, today calendar.Date) {
	n, ok := shown(names, today)
	if !ok {
		p.Name, p.Kana, p.Romaji = "", "", ""
		return
	}
	p.Name, p.Kana, p.Romaji = n.Full(), n.FullKana(), n.FullRomaji()
	if p.Kana == "" {
		p.Kana = n.Full()
	}
}
