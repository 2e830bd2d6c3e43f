// Package agency is the agency as it set itself up: its name, zone, money and
// fiscal year, its code lists, holidays and extra fields, its teams, and the
// numbers people read out. One database holds one agency.
//
// It knows no user and no resident.
package agency

import (
	"cmp"
	_ "embed"
	"regexp"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("agency", wordsFile)

// Room holds the operations of this room.
type Room struct {
	run   *op.Runner
	known settingsKept
}

// New opens the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

// Self is the id of the agency's only row.
var Self = db.MustID("00000000-0000-7000-8000-0000000000a9")

// Settings are what the agency chose about itself.
type Settings struct {
	flow.Head
	Name     text.Pair `db:"name" json:"name"`
	Contact  text.Pair `db:"contact" json:"contact"`   // how residents reach it, in lines
	Zone     string    `db:"zone" json:"zone"`         // IANA name
	Currency string    `db:"currency" json:"currency"` // ISO 4217
	// FiscalMonth is the month in which the fiscal year starts, 1 to 12.
	FiscalMonth int64     `db:"fiscal_month" json:"fiscal_month"`
	Language    text.Lang `db:"language" json:"language"`
	// ThrottleFrom is the failed sign-in from which each further one waits.
	ThrottleFrom  int64 `db:"throttle_from" json:"throttle_from"`
	IdleMinutes   int64 `db:"idle_minutes" json:"idle_minutes"`     // until an unused sign-in ends
	AbsoluteHours int64 `db:"absolute_hours" json:"absolute_hours"` // until any sign-in ends
	Ages
	Deadlines
}

// Ages are from how many years on somebody decides for themselves.
type Ages struct {
	Adult int64 `db:"adult_from" json:"adult_from"` // in everything
	// Consent is about data of their own, also against their parents' will.
	Consent int64 `db:"consent_from" json:"consent_from"`
}

// UsualAges are those of Japan: an adult from 18 (Civil Code, article 4), and
// asked about data of their own from about 12 to 15 (Personal Information
// Protection Commission, Q&A on the guidelines, on the consent of children),
// of which the later is taken.
var UsualAges = Ages{Adult: 18, Consent: 15}

// Deadlines are how long the agency takes for what comes in.
type Deadlines struct {
	// In working days, by the agency's own calendar.
	Inquiry     int64 `db:"inquiry_days" json:"inquiry_days"`
	Inbound     int64 `db:"inbound_days" json:"inbound_days"`
	Application int64 `db:"application_days" json:"application_days"`
	Complaint   int64 `db:"complaint_days" json:"complaint_days"` // until it is decided
	// UrgentHours are elapsed hours, for a complaint where somebody is in danger and an urgent referral.
	UrgentHours int64 `db:"urgent_hours" json:"urgent_hours"`
	// RepeatDays is for how many days something else about the same person is a repeat.
	RepeatDays int64 `db:"repeat_days" json:"repeat_days"`
}

// UsualDeadlines hold where the agency chose none.
var UsualDeadlines = Deadlines{Inquiry: 3, Inbound: 5, Application: 10, Complaint: 20, UrgentHours: 24, RepeatDays: 90}

// check takes the usual for what was left out, and says what is out of range.
func (d *Deadlines) check(f *fault.Fields) {
	for _, x := range []struct {
		at         string
		n          *int64
		usual, max int64
	}{
		{"/inquiry_days", &d.Inquiry, UsualDeadlines.Inquiry, 60}, {"/inbound_days", &d.Inbound, UsualDeadlines.Inbound, 60},
		{"/application_days", &d.Application, UsualDeadlines.Application, 120}, {"/complaint_days", &d.Complaint, UsualDeadlines.Complaint, 120},
		{"/urgent_hours", &d.UrgentHours, UsualDeadlines.UrgentHours, 72}, {"/repeat_days", &d.RepeatDays, UsualDeadlines.RepeatDays, 730},
	} {
		*x.n = cmp.Or(*x.n, x.usual)
		checkRange(f, x.at, *x.n, 1, x.max)
	}
}

// Fiscal is how the agency counts fiscal years.
func (s Settings) Fiscal() calendar.Fiscal { return calendar.Fiscal(s.FiscalMonth) }

// SettingsInput is what the settings page and the API send.
type SettingsInput struct {
	Name          text.Pair `json:"name"`
	Contact       text.Pair `json:"contact,omitzero" doc:"How residents reach the agency: address, telephone and opening hours, in lines"`
	Zone          string    `json:"zone"`
	Currency      string    `json:"currency"`
	FiscalMonth   int64     `json:"fiscal_month"`
	Language      text.Lang `json:"language"`
	ThrottleFrom  int64     `json:"throttle_from"`
	IdleMinutes   int64     `json:"idle_minutes"`
	AbsoluteHours int64     `json:"absolute_hours"`
	// Of an adult, and of who consents alone; 0 stands for the usual.
	AdultFrom   int64 `json:"adult_from,omitempty"`
	ConsentFrom int64 `json:"consent_from,omitempty"`
	// How long it takes for what comes in; 0 stands for the usual.
	InquiryDays     int64 `json:"inquiry_days,omitempty"`
	InboundDays     int64 `json:"inbound_days,omitempty"`
	ApplicationDays int64 `json:"application_days,omitempty"`
	ComplaintDays   int64 `json:"complaint_days,omitempty"`
	UrgentHours     int64 `json:"urgent_hours,omitempty"`
	RepeatDays      int64 `json:"repeat_days,omitempty"`
	Version         int64 `json:"version"`
}

func (in *SettingsInput) deadlines() Deadlines {
	return Deadlines{in.InquiryDays, in.InboundDays, in.ApplicationDays, in.ComplaintDays, in.UrgentHours, in.RepeatDays}
}

func (in *SettingsInput) keep(d Deadlines) {
	in.InquiryDays, in.InboundDays, in.ApplicationDays, in.ComplaintDays, in.UrgentHours, in.RepeatDays = d.Inquiry, d.Inbound, d.Application, d.Complaint, d.UrgentHours, d.RepeatDays
}

// maxContact bounds, in characters, what is said of how the agency is reached.
const maxContact = 500

var currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)

// Validate cleans the input and says what to correct.
func (in *SettingsInput) Validate() error {
	var f fault.Fields
	checkLabel(&f, "/name", &in.Name)
	for _, lang := range text.Langs {
		clean, key, args := text.Prose(in.Contact.Exact(lang), maxContact)
		f.Check("/contact/"+string(lang), key, args)
		in.Contact = in.Contact.Set(lang, clean)
	}
	if _, err := calendar.LoadZone(in.Zone); err != nil {
		f.Add("/zone", "fault.bad_choice")
	}
	if !currencyShape.MatchString(in.Currency) {
		f.Add("/currency", "fault.bad_choice")
	}
	checkRange(&f, "/fiscal_month", in.FiscalMonth, 1, 12)
	if lang, ok := text.ParseLang(string(in.Language)); !ok || lang != in.Language {
		f.Add("/language", "fault.bad_choice")
	}
	checkRange(&f, "/throttle_from", in.ThrottleFrom, 3, 5)
	checkRange(&f, "/idle_minutes", in.IdleMinutes, 5, 120)
	checkRange(&f, "/absolute_hours", in.AbsoluteHours, 1, 24)
	in.AdultFrom, in.ConsentFrom = cmp.Or(in.AdultFrom, UsualAges.Adult), cmp.Or(in.ConsentFrom, UsualAges.Consent)
	checkRange(&f, "/adult_from", in.AdultFrom, 14, 25)
	checkRange(&f, "/consent_from", in.ConsentFrom, 10, max(10, in.AdultFrom))
	due := in.deadlines()
	due.check(&f)
	in.keep(due)
	return f.Err()
}

// Usual are the settings of an agency that has chosen nothing but its name.
func Usual(name text.Pair) SettingsInput {
	in := SettingsInput{
		Name: name, Zone: "Asia/Tokyo", Currency: "JPY", FiscalMonth: 4, Language: text.JA,
		ThrottleFrom: 5, IdleMinutes: 30, AbsoluteHours: 12, AdultFrom: UsualAges.Adult, ConsentFrom: UsualAges.Consent,
	}
	in.keep(UsualDeadlines)
	return in
}

func (in SettingsInput) into(s *Settings) {
	s.Name, s.Contact, s.Zone, s.Currency, s.FiscalMonth = in.Name, in.Contact, in.Zone, in.Currency, in.FiscalMonth
	s.Language, s.ThrottleFrom = in.Language, in.ThrottleFrom
	s.IdleMinutes, s.AbsoluteHours = in.IdleMinutes, in.AbsoluteHours
	s.Ages, s.Deadlines = Ages{in.AdultFrom, in.ConsentFrom}, in.deadlines()
}

// Code is one choice of a code list. Its key never changes; its label may.
type Code struct {
	flow.Head
	List     string    `db:"list" json:"list"`
	Key      string    `db:"key" json:"key"`
	Label    text.Pair `db:"label" json:"label"`
	Position int64     `db:"position" json:"position"`
}

// CodeInput adds a choice.
type CodeInput struct {
	List     string    `json:"list"`
	Key      string    `json:"key"`
	Label    text.Pair `json:"label"`
	Position int64     `json:"position"`
}

// Validate cleans the input and says what to correct.
func (in *CodeInput) Validate() error {
	var f fault.Fields
	checkKey(&f, "/list", in.List)
	checkKey(&f, "/key", in.Key)
	checkLabel(&f, "/label", &in.Label)
	checkRange(&f, "/position", in.Position, 0, 1_000_000)
	return f.Err()
}

// Holiday is a day on which this office is closed besides the national ones.
type Holiday struct {
	flow.Head
	Day  calendar.Date `db:"day" json:"day"`
	Name text.Pair     `db:"name" json:"name"`
}

// HolidayInput adds a holiday.
type HolidayInput struct {
	Day  calendar.Date `json:"day"`
	Name text.Pair     `json:"name"`
}

// Validate cleans the input and says what to correct.
func (in *HolidayInput) Validate() error {
	var f fault.Fields
	if in.Day == "" {
		f.Add("/day", "fault.required")
	} else if !in.Day.Valid() {
		f.Add("/day", "fault.date_unreal")
	}
	checkLabel(&f, "/name", &in.Name)
	return f.Err()
}

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func checkKey(f *fault.Fields, pointer, key string) {
	if !keyShape.MatchString(key) {
		f.Add(pointer, "agency.bad_key")
	}
}

// checkLabel cleans a label; at least one language must be written.
func checkLabel(f *fault.Fields, pointer string, p *text.Pair) {
	langs := append([]text.Lang{}, text.Langs...)
	for lang := range p.More {
		langs = append(langs, lang)
	}
	for _, lang := range langs {
		clean, key, args := text.Line(p.Exact(lang), 200)
		f.Check(pointer+"/"+string(lang), key, args)
		*p = p.Set(lang, clean)
	}
	if p.In(text.JA) == "" {
		f.Add(pointer, "fault.required")
	}
}

func checkRange(f *fault.Fields, pointer string, n, min, max int64) {
	if n < min || n > max {
		f.Add(pointer, "fault.range", "min", min, "max", max)
	}
}
