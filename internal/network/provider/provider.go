// Package provider is who delivers help outside the agency: organizations and
// individuals with their sites, practitioners, specialties, credentials and
// contracts, and what they offer where, with how many openings, confirmed by
// themselves. It finds the offerings that fit a need.
//
// It extends an organization of people, knows no resident, and what hsds
// imports from a directory elsewhere comes in through the same flows.
package provider

import (
	"cmp"
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// Provider is the stored row. Name is its organization's, kept in step.
type Provider struct {
	flow.Head
	Number         string            `db:"number"`
	Organization   db.ID             `db:"organization"`
	Kind           string            `db:"kind"` // organization | individual
	Name           text.Pair         `db:"name"`
	Sort           string            `db:"sort"` // kana or lower-case name
	Summary        text.Pair         `db:"summary"`
	Website        string            `db:"website"`
	Languages      db.JSON[[]string] `db:"languages"`
	Hidden         bool              `db:"hidden"` // not searchable
	ProtectedClass string            `db:"protected_class"`
	External       string            `db:"external"` // its id in the directory it came from
}

// Site is a place where a provider works.
type Site struct {
	flow.Head
	Provider      db.ID             `db:"provider"`
	Name          text.Pair         `db:"name"`
	Postcode      string            `db:"postcode"`
	Address       string            `db:"address"`
	Latitude      float64           `db:"latitude"` // degrees, WGS 84; 0,0 is unknown
	Longitude     float64           `db:"longitude"`
	Phone         string            `db:"phone"`
	Hours         string            `db:"hours"`
	Languages     db.JSON[[]string] `db:"languages"`
	Accessibility db.JSON[[]string] `db:"accessibility"`
	External      string            `db:"external"`
}

// Placed reports whether the site's position is known.
func (s Site) Placed() bool { return s.Latitude != 0 || s.Longitude != 0 }

// Practitioner is a professional who works for a provider, at one site or all.
type Practitioner struct {
	flow.Head
	Provider   db.ID             `db:"provider"`
	Site       db.ID             `db:"site"`
	Name       string            `db:"name"`
	Kana       string            `db:"kana"`
	Profession string            `db:"profession"`
	Gender     string            `db:"gender"`
	Languages  db.JSON[[]string] `db:"languages"`
	LowestAge  int64             `db:"lowest_age"` // years of those they work with; 0 is no limit
	HighestAge int64             `db:"highest_age"`
	From       calendar.Date     `db:"from_date"`
	Until      calendar.Date     `db:"until_date"`
}

// Credential is a licence or accreditation of a provider or a practitioner.
type Credential struct {
	flow.Head
	Provider     db.ID         `db:"provider"`
	Practitioner db.ID         `db:"practitioner"`
	Kind         string        `db:"kind"`
	Number       string        `db:"number"`
	Issuer       string        `db:"issuer"`
	From         calendar.Date `db:"from_date"`
	Until        calendar.Date `db:"until_date"`
	EnteredBy    db.ID         `db:"entered_by"`
	VerifiedBy   db.ID         `db:"verified_by"`
	VerifiedOn   calendar.Date `db:"verified_on"`
}

// Offering is what a provider does at a site: usually a benefit of the
// agency's catalog; from a directory elsewhere, a service by its name.
type Offering struct {
	flow.Head
	Provider    db.ID             `db:"provider"`
	Site        db.ID             `db:"site"`
	Benefit     db.ID             `db:"benefit"`
	Name        text.Pair         `db:"name"`
	Capacity    int64             `db:"capacity"` // people at once; 0 is not said
	Openings    int64             `db:"openings"`
	WaitDays    int64             `db:"wait_days"`
	FirstDate   calendar.Date     `db:"first_date"`
	Languages   db.JSON[[]string] `db:"languages"`
	Note        string            `db:"note"`
	ConfirmedAt calendar.Time     `db:"confirmed_at"` // when the provider last said so
	External    string            `db:"external"`
}

// Specialty is one specialty of an offering.
type Specialty struct {
	flow.Head
	Provider db.ID  `db:"provider"`
	Offering db.ID  `db:"offering"`
	Code     string `db:"code"`
}

// Contract is on what terms a provider works for the agency.
type Contract struct {
	flow.Head
	Provider      db.ID           `db:"provider"`
	Benefit       db.ID           `db:"benefit"` // none: for everything
	Kind          string          `db:"kind"`
	Unit          string          `db:"unit"`  // of a unit price
	Minor         int64           `db:"minor"` // price, in the currency's smallest unit
	Currency      string          `db:"currency"`
	Rounding      ledger.Rounding `db:"rounding"`
	ClosingDay    int64           `db:"closing_day"` // of the month; 0 is its last
	InvoiceNumber string          `db:"invoice_number"`
	// NeedsScheduleApproval holds schedules back until the agency approves.
	NeedsScheduleApproval bool          `db:"needs_schedule_approval"`
	From                  calendar.Date `db:"from_date"`
	Until                 calendar.Date `db:"until_date"`
	DraftedBy             db.ID         `db:"drafted_by"`
}

// The choices of coded fields.
var (
	Kinds           = []string{"organization", "individual"}
	CredentialKinds = []string{"licence", "registration", "accreditation", "certificate", "insurance", "other"}
	ContractKinds   = []string{"unit_price", "lump_sum", "cost", "placement"}
	Units           = []string{"session", "person", "hour", "day", "month"}
	Accessibility   = []string{"wheelchair", "ramp", "elevator", "restroom", "disabled_parking", "deaf_interpreter", "tape_braille", "tty", "cd"}
	// ProtectedClasses have a basis of their own; the names of such providers
	// stay out of lists and payments.
	ProtectedClasses = []string{"", "substance_use", "partner_violence", "child_protection", "hiv", "mental_health"}
)

// Limits, in characters and rows.
const (
	maxLine  = 300
	maxNote  = 2000
	maxCodes = 30
	maxAge   = 150
	maxSeats = 100000
	maxWait  = 3650
)

// Input is a provider as it is typed or sent.
type Input struct {
	Name           text.Pair `json:"name"`
	Kana           string    `json:"kana,omitempty"`
	Kind           string    `json:"kind,omitempty"`
	Summary        text.Pair `json:"summary,omitzero"`
	Phone          string    `json:"phone,omitempty"`
	Email          string    `json:"email,omitempty"`
	Address        string    `json:"address,omitempty"`
	Website        string    `json:"website,omitempty"`
	Languages      []string  `json:"languages,omitempty"`
	Hidden         bool      `json:"hidden,omitempty"`
	ProtectedClass string    `json:"protected_class,omitempty"`
	Version        int64     `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *Input) Validate() error {
	var f fault.Fields
	pair(&f, "/name", &in.Name, maxLine)
	if in.Name.JA+in.Name.EN == "" {
		f.Add("/name/ja", "fault.required")
	}
	pair(&f, "/summary", &in.Summary, maxNote)
	if in.Kind == "" {
		in.Kind = "organization"
	}
	choose(&f, "/kind", in.Kind, Kinds)
	choose(&f, "/protected_class", in.ProtectedClass, ProtectedClasses)
	line(&f, "/kana", &in.Kana)
	line(&f, "/phone", &in.Phone)
	line(&f, "/email", &in.Email)
	line(&f, "/address", &in.Address)
	line(&f, "/website", &in.Website)
	chooseAll(&f, "/languages", in.Languages, people.SpokenLanguages)
	return f.Err()
}

func (in Input) copyTo(p *Provider) {
	p.Kind, p.Name, p.Summary, p.Website = in.Kind, in.Name, in.Summary, in.Website
	p.Languages, p.Hidden, p.ProtectedClass = db.AsJSON(in.Languages), in.Hidden, in.ProtectedClass
	p.Sort = sortOf(in.Name, in.Kana)
	p.Name.Sort = in.Kana
}

func sortOf(name text.Pair, kana string) string {
	if kana != "" {
		return kana
	}
	return cmp.Or(name.SortKey(text.JA), name.SortKey(text.EN))
}

// SiteInput is a site as it is typed or sent.
type SiteInput struct {
	Provider      db.ID     `json:"provider_id,omitzero"`
	Name          text.Pair `json:"name"`
	Postcode      string    `json:"postcode,omitempty"`
	Address       string    `json:"address,omitempty"`
	Latitude      float64   `json:"latitude,omitempty"`
	Longitude     float64   `json:"longitude,omitempty"`
	Phone         string    `json:"phone,omitempty"`
	Hours         string    `json:"hours,omitempty"`
	Languages     []string  `json:"languages,omitempty"`
	Accessibility []string  `json:"accessibility,omitempty"`
	Version       int64     `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *SiteInput) Validate() error {
	var f fault.Fields
	pair(&f, "/name", &in.Name, maxLine)
	if in.Name.JA+in.Name.EN == "" {
		f.Add("/name/ja", "fault.required")
	}
	line(&f, "/postcode", &in.Postcode)
	line(&f, "/address", &in.Address)
	line(&f, "/phone", &in.Phone)
	line(&f, "/hours", &in.Hours)
	between(&f, "/latitude", in.Latitude, 90)
	between(&f, "/longitude", in.Longitude, 180)
	chooseAll(&f, "/languages", in.Languages, people.SpokenLanguages)
	chooseAll(&f, "/accessibility", in.Accessibility, Accessibility)
	return f.Err()
}

func (in SiteInput) copyTo(s *Site) {
	s.Name, s.Postcode, s.Address, s.Latitude, s.Longitude = in.Name, in.Postcode, in.Address, in.Latitude, in.Longitude
	s.Phone, s.Hours, s.Languages, s.Accessibility = in.Phone, in.Hours, db.AsJSON(in.Languages), db.AsJSON(in.Accessibility)
}

// OfferingInput is an offering as it is typed or sent.
type OfferingInput struct {
	Site        db.ID         `json:"site_id,omitzero"`
	Benefit     db.ID         `json:"benefit_id,omitzero"`
	Name        text.Pair     `json:"name,omitzero"` // the benefit's when left out
	Specialties []string      `json:"specialties,omitempty"`
	Capacity    int64         `json:"capacity,omitempty"`
	Openings    int64         `json:"openings,omitempty"`
	WaitDays    int64         `json:"wait_days,omitempty"`
	FirstDate   calendar.Date `json:"first_date,omitempty"`
	Languages   []string      `json:"languages,omitempty"`
	Note        string        `json:"note,omitempty"`
	Version     int64         `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *OfferingInput) Validate() error {
	var f fault.Fields
	pair(&f, "/name", &in.Name, maxLine)
	if in.Benefit.IsZero() && in.Name.JA+in.Name.EN == "" {
		f.Add("/name/ja", "fault.required")
	}
	in.seats().check(&f)
	chooseAll(&f, "/languages", in.Languages, people.SpokenLanguages)
	prose(&f, "/note", &in.Note)
	if len(in.Specialties) > maxCodes {
		f.Add("/specialties", "provider.fault.too_many", "max", maxCodes)
	}
	for i := range in.Specialties {
		line(&f, fault.At("specialties", i), &in.Specialties[i])
	}
	in.Specialties = slices.DeleteFunc(in.Specialties, func(s string) bool { return s == "" })
	slices.Sort(in.Specialties)
	in.Specialties = slices.Compact(in.Specialties)
	return f.Err()
}

func (in OfferingInput) seats() SeatsInput {
	return SeatsInput{Capacity: in.Capacity, Openings: in.Openings, WaitDays: in.WaitDays, FirstDate: in.FirstDate}
}

func (in OfferingInput) copyTo(o *Offering) {
	o.Benefit, o.Name, o.Note, o.Languages = in.Benefit, in.Name, in.Note, db.AsJSON(in.Languages)
	in.seats().copyTo(o)
}

// SeatsInput is what a provider keeps current about an offering.
type SeatsInput struct {
	Capacity  int64         `json:"capacity,omitempty"`
	Openings  int64         `json:"openings"`
	WaitDays  int64         `json:"wait_days,omitempty"`
	FirstDate calendar.Date `json:"first_date,omitempty"`
	Version   int64         `json:"version"`
}

func (in SeatsInput) check(f *fault.Fields) {
	count(f, "/capacity", in.Capacity, maxSeats)
	count(f, "/openings", in.Openings, maxSeats)
	count(f, "/wait_days", in.WaitDays, maxWait)
	if in.Capacity > 0 && in.Openings > in.Capacity {
		f.Add("/openings", "provider.fault.openings", "capacity", in.Capacity)
	}
}

func (in SeatsInput) copyTo(o *Offering) {
	o.Capacity, o.Openings, o.WaitDays, o.FirstDate = in.Capacity, in.Openings, in.WaitDays, in.FirstDate
}

// PractitionerInput is a practitioner as it is typed or sent.
type PractitionerInput struct {
	Provider   db.ID         `json:"provider_id,omitzero"`
	Site       db.ID         `json:"site_id,omitzero"`
	Name       string        `json:"name"`
	Kana       string        `json:"kana,omitempty"`
	Profession string        `json:"profession,omitempty"`
	Gender     string        `json:"gender,omitempty"`
	Languages  []string      `json:"languages,omitempty"`
	LowestAge  int64         `json:"lowest_age,omitempty"`
	HighestAge int64         `json:"highest_age,omitempty"`
	From       calendar.Date `json:"from,omitempty"`
	Until      calendar.Date `json:"until,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *PractitionerInput) Validate() error {
	var f fault.Fields
	line(&f, "/name", &in.Name)
	if in.Name == "" {
		f.Add("/name", "fault.required")
	}
	line(&f, "/kana", &in.Kana)
	line(&f, "/profession", &in.Profession)
	choose(&f, "/gender", in.Gender, people.Genders)
	chooseAll(&f, "/languages", in.Languages, people.SpokenLanguages)
	count(&f, "/lowest_age", in.LowestAge, maxAge)
	count(&f, "/highest_age", in.HighestAge, maxAge)
	period(&f, in.From, in.Until)
	return f.Err()
}

// CredentialInput is a credential as it is typed or sent.
type CredentialInput struct {
	Provider     db.ID         `json:"provider_id,omitzero"`
	Practitioner db.ID         `json:"practitioner_id,omitzero"`
	Kind         string        `json:"kind"`
	Number       string        `json:"number,omitempty"`
	Issuer       string        `json:"issuer,omitempty"`
	From         calendar.Date `json:"from,omitempty"`
	Until        calendar.Date `json:"until,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *CredentialInput) Validate() error {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, CredentialKinds)
	line(&f, "/number", &in.Number)
	line(&f, "/issuer", &in.Issuer)
	period(&f, in.From, in.Until)
	return f.Err()
}

// ContractInput is a contract as it is typed or sent.
type ContractInput struct {
	Provider              db.ID           `json:"provider_id,omitzero"`
	Benefit               db.ID           `json:"benefit_id,omitzero"`
	Kind                  string          `json:"kind"`
	Unit                  string          `json:"unit,omitempty"`
	Price                 ledger.Money    `json:"price,omitzero"`
	Rounding              ledger.Rounding `json:"rounding,omitempty"`
	ClosingDay            int64           `json:"closing_day,omitempty"`
	InvoiceNumber         string          `json:"invoice_number,omitempty"`
	NeedsScheduleApproval bool            `json:"needs_schedule_approval,omitempty"`
	From                  calendar.Date   `json:"from"`
	Until                 calendar.Date   `json:"until,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ContractInput) Validate() error {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, ContractKinds)
	if in.Kind == "unit_price" {
		choose(&f, "/unit", in.Unit, Units)
	}
	if in.Price.Currency != "" {
		if err := f.Absorb("/price", in.Price.Check()); err != nil {
			return err
		}
	}
	if in.Price.Minor < 0 {
		f.Add("/price", "fault.negative")
	}
	if in.Rounding == "" {
		in.Rounding = ledger.Floor
	}
	choose(&f, "/rounding", in.Rounding, ledger.Roundings)
	count(&f, "/closing_day", in.ClosingDay, 31)
	line(&f, "/invoice_number", &in.InvoiceNumber)
	if in.From == "" {
		f.Add("/from", "fault.required")
	}
	period(&f, in.From, in.Until)
	return f.Err()
}

func pair(f *fault.Fields, at string, p *text.Pair, max int) {
	for _, lang := range []text.Lang{text.JA, text.EN} {
		clean, key, args := text.Prose(p.Exact(lang), max)
		*p = p.Set(lang, clean)
		f.Check(at+"/"+string(lang), key, args)
	}
}

func line(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Line(*s, maxLine)
	*s = clean
	f.Check(at, key, args)
}

func prose(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Prose(*s, maxNote)
	*s = clean
	f.Check(at, key, args)
}

func choose[T comparable](f *fault.Fields, at string, v T, among []T) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

func chooseAll(f *fault.Fields, at string, list, among []string) {
	for i, v := range list {
		choose(f, at+fault.At(i), v, among)
	}
}

func count(f *fault.Fields, at string, n, most int64) {
	if n < 0 || n > most {
		f.Add(at, "fault.range", "min", 0, "max", most)
	}
}

func between(f *fault.Fields, at string, v, most float64) {
	if v < -most || v > most {
		f.Add(at, "fault.range", "min", -most, "max", most)
	}
}

func period(f *fault.Fields, from, until calendar.Date) {
	if from != "" && until != "" && until < from {
		f.Add("/until", "provider.fault.until_before_from")
	}
}
