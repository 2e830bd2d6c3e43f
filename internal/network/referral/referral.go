// Package referral asks providers outside the agency to help: one need, up to
// five providers invited with exactly the packet that a basis covers, their
// answers side by side, and the authorization of one of them while the others
// are released.
//
// A packet is a sealed copy of what was shared: what changes at the agency
// never reaches a provider through it. It expires, can be recalled, closes
// when its consent ends, and every opening of it is kept.
package referral

import (
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// Referral is the stored row.
type Referral struct {
	flow.Head
	Number      string             `db:"number"`
	Case        db.ID              `db:"case_id"`
	Person      db.ID              `db:"person" names:"person"`
	Assignment  db.ID              `db:"assignment"` // the benefit assignment it is for, if any
	Benefit     db.ID              `db:"benefit"`
	Owner       db.ID              `db:"owner"` // the user who asks
	Title       string             `db:"title"`
	Summary     string             `db:"summary"` // the needs, as passed on
	Goals       string             `db:"goals"`
	HealthNote  string             `db:"health_note"`
	Priority    string             `db:"priority"`
	Language    string             `db:"language"`
	Units       ledger.Quantity    `db:"units"`
	Unit        string             `db:"unit"`
	From        calendar.Date      `db:"from_date"`
	Until       calendar.Date      `db:"until_date"`
	AnswerBy    calendar.Date      `db:"answer_by"`    // the last day to answer
	PacketUntil calendar.Date      `db:"packet_until"` // the last day to read the packet
	Invitees    db.JSON[[]Invitee] `db:"invitees"`     // chosen while it is a draft
	Fields      db.JSON[[]string]  `db:"fields"`       // of the packet, see consent.Fields
	Documents   db.JSON[[]db.ID]   `db:"documents"`
	Basis       string             `db:"basis"`
	Provision   string             `db:"provision"`
	Reason      string             `db:"reason"`
	SentAt      calendar.Time      `db:"sent_at"`
	Preferred   db.ID              `db:"preferred"` // the invitation the resident would choose
	Choice      string             `db:"choice"`    // what the resident said
	Chosen      db.ID              `db:"chosen"`    // the invitation authorized
}

// Invitee is a provider chosen to be asked.
type Invitee struct {
	Provider db.ID `json:"provider_id"`
	Site     db.ID `json:"site_id,omitzero"`
	Offering db.ID `json:"offering_id,omitzero"`
	Fit      int64 `json:"fit,omitempty"`
	Metres   int64 `json:"metres,omitempty"` // −1 is unknown
}

// Invitation is one provider asked, with its answer.
type Invitation struct {
	flow.Head
	Referral    db.ID             `db:"referral"`
	Case        db.ID             `db:"case_id"`
	Provider    db.ID             `db:"provider"`
	Site        db.ID             `db:"site"`
	Offering    db.ID             `db:"offering"`
	Fit         int64             `db:"fit"`
	Metres      int64             `db:"metres"` // to the resident; −1 is unknown
	Asked       db.JSON[Asked]    `db:"asked"`
	Packet      []byte            `db:"packet"` // sealed
	Fields      db.JSON[[]string] `db:"fields"`
	Basis       string            `db:"basis"`
	Consent     db.ID             `db:"consent"`
	AnswerBy    calendar.Date     `db:"answer_by"`
	PacketUntil calendar.Date     `db:"packet_until"`
	Recalled    bool              `db:"recalled"`
	ViewedAt    calendar.Time     `db:"viewed_at"`
	AnsweredAt  calendar.Time     `db:"answered_at"`
	// The offer, once there is one.
	Openings     int64             `db:"openings"`
	FirstDate    calendar.Date     `db:"first_date"`
	WaitDays     int64             `db:"wait_days"`
	Units        ledger.Quantity   `db:"units"`
	Unit         string            `db:"unit"`
	Minor        int64             `db:"minor"` // price of one unit, in the currency's smallest unit
	Currency     string            `db:"currency"`
	Practitioner string            `db:"practitioner"`
	Languages    db.JSON[[]string] `db:"languages"`
	Note         string            `db:"note"`
	Decline      string            `db:"decline"`
	// An answer entered for the provider says by whom, how, and who said it.
	EnteredBy db.ID  `db:"entered_by"`
	Channel   string `db:"channel"`
	SaidBy    string `db:"said_by"`
}

// Asked is what a provider is told of the need without any data of a person.
type Asked struct {
	Number   string          `json:"number"`
	Title    string          `json:"title"`
	Benefit  db.ID           `json:"benefit_id,omitzero"`
	Priority string          `json:"priority"`
	Language string          `json:"language,omitempty"`
	Units    ledger.Quantity `json:"units"`
	Unit     string          `json:"unit,omitempty"`
	From     calendar.Date   `json:"from"`
	Until    calendar.Date   `json:"until"`
}

// Price is the price of one unit.
func (i Invitation) Price() ledger.Money { return ledger.Money{Minor: i.Minor, Currency: i.Currency} }

// Cost is what the whole offer costs.
func (i Invitation) Cost() (ledger.Money, error) {
	if i.Currency == "" {
		return ledger.Money{}, nil
	}
	return i.Price().Times(i.Units, ledger.HalfUp)
}

// Authorization lets a provider deliver units at a rate within a period.
type Authorization struct {
	flow.Head
	Number     string            `db:"number"`
	Referral   db.ID             `db:"referral"`
	Invitation db.ID             `db:"invitation"`
	Case       db.ID             `db:"case_id"`
	Person     db.ID             `db:"person" names:"person,referral=referral"`
	Assignment db.ID             `db:"assignment"`
	Benefit    db.ID             `db:"benefit"`
	Provider   db.ID             `db:"provider"`
	Site       db.ID             `db:"site"`
	Codes      db.JSON[[]string] `db:"codes"`
	Units      ledger.Quantity   `db:"units"`
	Unit       string            `db:"unit"`
	Minor      int64             `db:"minor"` // of one unit
	Currency   string            `db:"currency"`
	From       calendar.Date     `db:"from_date"`
	Until      calendar.Date     `db:"until_date"`
	Years      db.JSON[[]Year]   `db:"years"`    // the period, split at the fiscal year
	FirstBy    calendar.Date     `db:"first_by"` // the agreed day of the first session
	ApprovedBy db.ID             `db:"approved_by"`
	Emergency  bool              `db:"emergency"`
	PaperBy    calendar.Date     `db:"paper_by"` // by when an emergency's papers follow
	Reason     string            `db:"reason"`
}

// Rate is the price of one unit.
func (a Authorization) Rate() ledger.Money { return ledger.Money{Minor: a.Minor, Currency: a.Currency} }

// Year is the part of a period within one fiscal year.
type Year struct {
	Fiscal int           `json:"fiscal_year"`
	From   calendar.Date `json:"from"`
	Until  calendar.Date `json:"until"`
}

// years splits a period at the fiscal year.
func years(f calendar.Fiscal, from, until calendar.Date) []Year {
	var out []Year
	for from <= until && len(out) < maxYears {
		year := f.Year(from)
		_, last := f.Bounds(year)
		out = append(out, Year{year, from, min(last, until)})
		from = last.AddDays(1)
	}
	return out
}

// Message is one message of an invitation's thread.
type Message struct {
	flow.Head
	Invitation db.ID  `db:"invitation"`
	Referral   db.ID  `db:"referral"`
	Author     db.ID  `db:"author"`
	Side       string `db:"side"` // agency | provider
	Body       string `db:"body"`
}

// The choices of coded fields.
var (
	Priorities = []string{"low", "normal", "high"}
	Declines   = []string{"full", "not_specialty", "distance", "language", "age", "conflict", "other"}
	Channels   = []string{"phone", "fax", "mail", "counter", "email"}
)

// Limits.
const (
	MaxInvitees   = 5
	maxTitle      = 200
	maxLine       = 300
	maxProse      = 4000
	maxYears      = 10
	maxPeriod     = 3660 // days
	answerDays    = 7    // to answer, unless said
	packetDays    = 30   // to read a packet, unless said
	maxPacketDays = 180
	maxOpenings   = 1000
	maxWait       = 3650
)

// NeedInput is the need a referral is about.
type NeedInput struct {
	Case       db.ID           `json:"case_id,omitzero"` // the assignment's when left out
	Assignment db.ID           `json:"assignment_id,omitzero"`
	Person     db.ID           `json:"person_id,omitzero"` // the case's main person when left out
	Benefit    db.ID           `json:"benefit_id,omitzero"`
	Title      string          `json:"title,omitempty"`
	Priority   string          `json:"priority,omitempty"`
	Language   string          `json:"language,omitempty"`
	Units      ledger.Quantity `json:"units,omitempty"`
	Unit       string          `json:"unit,omitempty"`
	From       calendar.Date   `json:"from,omitempty"`
	Until      calendar.Date   `json:"until,omitempty"`
	Version    int64           `json:"version,omitempty"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *NeedInput) Validate(today calendar.Date) error {
	var f fault.Fields
	line(&f, "/title", &in.Title, maxTitle)
	if in.Priority == "" {
		in.Priority = "normal"
	}
	choose(&f, "/priority", in.Priority, Priorities)
	if in.Language != "" {
		choose(&f, "/language", in.Language, people.SpokenLanguages)
	}
	if in.Unit != "" {
		choose(&f, "/unit", in.Unit, provider.Units)
	}
	if in.Units < 0 {
		f.Add("/units", "fault.negative")
	}
	period(&f, in.From, in.Until)
	if in.Until != "" && in.Until < today {
		f.Add("/until", "fault.past")
	}
	return f.Err()
}

// ChooseInput is the providers to ask.
type ChooseInput struct {
	Invitees []Invitee `json:"invitees"`
	Version  int64     `json:"version"`
}

// Validate says what is wrong with the choice.
func (in *ChooseInput) Validate() error {
	var f fault.Fields
	if len(in.Invitees) == 0 {
		f.Add("/invitees", "referral.fault.nobody")
	}
	if len(in.Invitees) > MaxInvitees {
		f.Add("/invitees", "referral.fault.too_many", "max", MaxInvitees)
	}
	for i, x := range in.Invitees {
		if x.Provider.IsZero() {
			f.Add(fault.At("invitees", i, "provider_id"), "fault.required")
		}
		for _, other := range in.Invitees[:i] {
			if other.Provider == x.Provider && other.Site == x.Site {
				f.Add(fault.At("invitees", i, "provider_id"), "referral.fault.twice")
			}
		}
	}
	return f.Err()
}

// CoverInput is what is passed on, on what basis and for how long.
type CoverInput struct {
	Fields      []string      `json:"fields"`
	Documents   []db.ID       `json:"document_ids,omitempty"`
	Basis       string        `json:"basis"`
	Provision   string        `json:"provision,omitempty"`
	Reason      string        `json:"reason,omitempty"`
	Summary     string        `json:"summary,omitempty"`
	Goals       string        `json:"goals,omitempty"`
	HealthNote  string        `json:"health_note,omitempty"`
	AnswerBy    calendar.Date `json:"answer_by,omitempty"`
	PacketUntil calendar.Date `json:"packet_until,omitempty"`
	Version     int64         `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it but the
// consent, which is asked for each provider.
func (in *CoverInput) Validate(today calendar.Date) error {
	var f fault.Fields
	for i, x := range in.Fields {
		choose(&f, fault.At("fields", i), x, consent.Fields)
	}
	in.Fields = inOrder(in.Fields)
	if len(in.Fields) == 0 {
		f.Add("/fields", "fault.required")
	}
	if in.Basis == "" {
		in.Basis = consent.ByConsent
	}
	consent.CheckBasis(&f, in.Basis, &in.Provision, &in.Reason)
	prose(&f, "/summary", &in.Summary)
	prose(&f, "/goals", &in.Goals)
	prose(&f, "/health_note", &in.HealthNote)
	if in.AnswerBy == "" {
		in.AnswerBy = today.AddDays(answerDays)
	}
	if in.PacketUntil == "" {
		in.PacketUntil = max(today.AddDays(packetDays), in.AnswerBy)
	}
	if in.AnswerBy < today {
		f.Add("/answer_by", "fault.past")
	}
	if in.PacketUntil < in.AnswerBy || in.PacketUntil > today.AddDays(maxPacketDays) {
		f.Add("/packet_until", "referral.fault.packet_until", "max", maxPacketDays)
	}
	if !slices.Contains(in.Fields, "documents") {
		in.Documents = nil
	}
	return f.Err()
}

func inOrder(fields []string) []string {
	var out []string
	for _, x := range consent.Fields {
		if slices.Contains(fields, x) {
			out = append(out, x)
		}
	}
	return out
}

// For says that an answer is entered for a provider: how it came and who gave
// it. It is left out where a provider answers in the portal.
type For struct {
	Channel string `json:"channel,omitempty"`
	SaidBy  string `json:"said_by,omitempty"`
}

func (x *For) check(f *fault.Fields, byAgency bool) {
	line(f, "/said_by", &x.SaidBy, maxLine)
	if !byAgency {
		*x = For{}
		return
	}
	choose(f, "/channel", x.Channel, Channels)
	if x.SaidBy == "" {
		f.Add("/said_by", "fault.required")
	}
}

// OfferInput asks for authorization: when, how much and at what price.
type OfferInput struct {
	Openings     int64           `json:"openings,omitempty"`
	FirstDate    calendar.Date   `json:"first_date"`
	Units        ledger.Quantity `json:"units"`
	Unit         string          `json:"unit,omitempty"`
	Price        ledger.Money    `json:"price,omitzero"` // of one unit
	Practitioner string          `json:"practitioner,omitempty"`
	Languages    []string        `json:"languages,omitempty"`
	Note         string          `json:"note,omitempty"`
	For
	Version int64 `json:"version"`
}

func (in *OfferInput) validate(byAgency bool, today calendar.Date) error {
	var f fault.Fields
	if in.FirstDate == "" {
		f.Add("/first_date", "fault.required")
	} else if in.FirstDate < today {
		f.Add("/first_date", "fault.past")
	}
	if in.Units <= 0 {
		f.Add("/units", "referral.fault.units")
	}
	if in.Unit == "" {
		in.Unit = "session"
	}
	choose(&f, "/unit", in.Unit, provider.Units)
	if in.Price.Currency == "" && in.Price.Minor == 0 {
		in.Price.Currency = ledger.Yen(0).Currency
	}
	if err := f.Absorb("/price", in.Price.Check()); err != nil {
		return err
	}
	if in.Price.Minor < 0 {
		f.Add("/price", "fault.negative")
	}
	if in.Openings < 0 || in.Openings > maxOpenings {
		f.Add("/openings", "fault.range", "min", 0, "max", maxOpenings)
	}
	for i, l := range in.Languages {
		choose(&f, fault.At("languages", i), l, people.SpokenLanguages)
	}
	line(&f, "/practitioner", &in.Practitioner, maxLine)
	prose(&f, "/note", &in.Note)
	in.For.check(&f, byAgency)
	return f.Err()
}

// WaitInput offers a place on a waitlist.
type WaitInput struct {
	WaitDays  int64         `json:"wait_days,omitempty"`
	FirstDate calendar.Date `json:"first_date,omitempty"`
	Note      string        `json:"note,omitempty"`
	For
	Version int64 `json:"version"`
}

func (in *WaitInput) validate(byAgency bool) error {
	var f fault.Fields
	if in.WaitDays <= 0 && in.FirstDate == "" {
		f.Add("/wait_days", "fault.required")
	}
	if in.WaitDays < 0 || in.WaitDays > maxWait {
		f.Add("/wait_days", "fault.range", "min", 0, "max", maxWait)
	}
	prose(&f, "/note", &in.Note)
	in.For.check(&f, byAgency)
	return f.Err()
}

// DeclineInput says no, and why.
type DeclineInput struct {
	Reason string `json:"reason"`
	Note   string `json:"note,omitempty"`
	For
	Version int64 `json:"version"`
}

func (in *DeclineInput) validate(byAgency bool) error {
	var f fault.Fields
	choose(&f, "/reason", in.Reason, Declines)
	prose(&f, "/note", &in.Note)
	if in.Reason == "other" && in.Note == "" {
		f.Add("/note", "fault.required")
	}
	in.For.check(&f, byAgency)
	return f.Err()
}

// ApproveInput is what is authorized of an offer; what is left out is as
// offered.
type ApproveInput struct {
	Units   ledger.Quantity `json:"units,omitempty"`
	From    calendar.Date   `json:"from,omitempty"`
	Until   calendar.Date   `json:"until,omitempty"`
	Price   ledger.Money    `json:"price,omitzero"`
	Codes   []string        `json:"codes,omitempty"`
	Choice  string          `json:"choice,omitempty"` // what the resident said
	Version int64           `json:"version"`
}

// fill takes from the offer and the need what was left out, and checks.
func (in *ApproveInput) fill(r Referral, i Invitation) error {
	if in.Units == 0 {
		in.Units = i.Units
	}
	if in.Price.Currency == "" {
		in.Price = i.Price()
	}
	if in.From == "" {
		in.From = max(r.From, i.FirstDate)
	}
	if in.Until == "" {
		in.Until = max(r.Until, in.From)
		if r.Until == "" {
			in.Until = in.From.AddMonths(3).AddDays(-1)
		}
	}
	var f fault.Fields
	if in.Units <= 0 {
		f.Add("/units", "referral.fault.units")
	}
	if in.Units > i.Units {
		f.Add("/units", "referral.fault.more_than_offered", "units", i.Units.String())
	}
	if err := f.Absorb("/price", in.Price.Check()); err != nil {
		return err
	}
	if in.Price.Minor < 0 || in.Price.Currency == i.Currency && in.Price.Minor > i.Minor {
		f.Add("/price", "referral.fault.dearer")
	}
	period(&f, in.From, in.Until)
	line(&f, "/choice", &in.Choice, maxLine)
	for n := range in.Codes {
		line(&f, fault.At("codes", n), &in.Codes[n], maxLine)
	}
	return f.Err()
}

// EmergencyInput authorizes by telephone, before plan or competing offers.
type EmergencyInput struct {
	Case     db.ID           `json:"case_id"`
	Person   db.ID           `json:"person_id,omitzero"`
	Provider db.ID           `json:"provider_id"`
	Site     db.ID           `json:"site_id,omitzero"`
	Benefit  db.ID           `json:"benefit_id,omitzero"`
	Title    string          `json:"title"`
	Units    ledger.Quantity `json:"units"`
	Unit     string          `json:"unit,omitempty"`
	Price    ledger.Money    `json:"price,omitzero"`
	From     calendar.Date   `json:"from,omitempty"` // today when left out
	Days     int64           `json:"days"`
	Reason   string          `json:"reason"`
	SaidBy   string          `json:"said_by,omitempty"` // who at the provider agreed
}

func (in *EmergencyInput) validate(today calendar.Date, most Cap) error {
	var f fault.Fields
	if in.Case.IsZero() {
		f.Add("/case_id", "fault.required")
	}
	if in.Provider.IsZero() {
		f.Add("/provider_id", "fault.required")
	}
	required(&f, "/title", &in.Title, maxTitle)
	required(&f, "/reason", &in.Reason, maxLine)
	line(&f, "/said_by", &in.SaidBy, maxLine)
	if in.Units <= 0 {
		f.Add("/units", "referral.fault.units")
	}
	if in.Unit == "" {
		in.Unit = "session"
	}
	choose(&f, "/unit", in.Unit, provider.Units)
	if in.From == "" {
		in.From = today
	}
	if in.From < today.AddDays(-1) || in.From > today.AddDays(1) {
		f.Add("/from", "referral.fault.emergency_now")
	}
	if in.Days < 1 || in.Days > most.Days {
		f.Add("/days", "fault.range", "min", 1, "max", most.Days)
	}
	if in.Price.Currency == "" {
		in.Price.Currency = ledger.Yen(0).Currency
	}
	cost, err := in.Price.Times(in.Units, ledger.HalfUp)
	if err := f.Absorb("/price", err); err != nil {
		return err
	}
	if in.Price.Minor < 0 || most.Amount.Currency == cost.Currency && cost.Minor > most.Amount.Minor {
		f.Add("/price", "referral.fault.emergency_amount", "most", most.Amount)
	}
	return f.Err()
}

// Cap bounds an emergency authorization.
type Cap struct {
	Days   int64
	Amount ledger.Money
}

// StepInput is a step that only says why.
type StepInput struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

func line(f *fault.Fields, at string, s *string, max int) {
	clean, key, args := text.Line(*s, max)
	*s = clean
	f.Check(at, key, args)
}

func required(f *fault.Fields, at string, s *string, max int) {
	if line(f, at, s, max); *s == "" {
		f.Add(at, "fault.required")
	}
}

func prose(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Prose(*s, maxProse)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

func period(f *fault.Fields, from, until calendar.Date) {
	if from != "" && until != "" && (until < from || calendar.Between(from, until) > maxPeriod) {
		f.Add("/until", "fault.date_order")
	}
}
