// Package delivery is where help is given: schedules that providers draft and
// the agency approves, the sessions that come of them or stand alone, who is
// enrolled, who came, and how much was delivered by that.
//
// An enrolment makes its disbursement in the same step; the enrolment owns the
// status, and marks, which are never changed but corrected by another, add up
// to what was delivered. Only what was delivered is ever paid; paying is the
// next room's. What a provider sees of a resident comes from the
// authorization, never from the live record.
package delivery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
	"golang.org/x/text/width"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

// Schedule is the stored row: the same meeting again and again.
type Schedule struct {
	flow.Head
	Provider     db.ID                    `db:"provider"`
	Benefit      db.ID                    `db:"benefit"` // zero: any the provider is authorized for
	Case         db.ID                    `db:"case_id"` // for whose sake it was drafted; zero: nobody's
	Title        string                   `db:"title"`
	Repeat       string                   `db:"repeat"`
	Rule         string                   `db:"rule"` // RRULE (RFC 5545); "" meets once
	From         calendar.Date            `db:"from_date"`
	Until        calendar.Date            `db:"until_date"` // last day
	Starts       string                   `db:"starts"`     // on the agency's clock, 14:00
	Minutes      int64                    `db:"minutes"`
	Capacity     int64                    `db:"capacity"` // persons in each session; 0 without limit
	Place        string                   `db:"place"`
	Practitioner string                   `db:"practitioner"`
	Exceptions   db.JSON[[]calendar.Date] `db:"exceptions"` // days left out
	SkipHolidays bool                     `db:"skip_holidays"`
	Waiting      db.JSON[[]db.ID]         `db:"waiting"` // authorizations to enrol once it is approved
	Asked        bool                     `db:"asked"`   // the provider asks the agency to draft it
	Note         string                   `db:"note"`
	// NeedsApproval holds it back until the agency approves; contract or benefit say so.
	NeedsApproval bool  `db:"needs_approval"`
	DraftedBy     db.ID `db:"drafted_by"`
	SubmittedBy   db.ID `db:"submitted_by"`
	ApprovedBy    db.ID `db:"approved_by"`
}

// Repeats are the ways a schedule recurs: on the weekdays chosen, or on the
// first day's place in the month (the second Tuesday).
var Repeats = []string{"once", "daily", "weekly", "fortnightly", "monthly"}

// Weekdays are the days a week can be met on, by the names of RFC 5545.
var Weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// Limits of a schedule.
const (
	maxLine     = 200
	maxText     = 2000
	maxSessions = 400
	maxPersons  = 1000
	maxMinutes  = 24 * 60
	maxDays     = 3 * 366
)

// ScheduleInput is a schedule as it is typed or sent.
type ScheduleInput struct {
	Title        string          `json:"title"`
	Benefit      db.ID           `json:"benefit_id,omitzero"`
	Case         db.ID           `json:"case_id,omitzero"`
	Provider     db.ID           `json:"provider_id,omitzero" doc:"Needed when the agency drafts it"`
	Repeat       string          `json:"repeat" doc:"once, daily, weekly, fortnightly or monthly"`
	Weekdays     []string        `json:"weekdays,omitempty" doc:"MO TU WE TH FR SA SU; of a weekly or fortnightly schedule"`
	From         calendar.Date   `json:"from"`
	Until        calendar.Date   `json:"until,omitempty" doc:"Last day; needed unless it meets once"`
	Starts       string          `json:"starts" doc:"14:00"`
	Minutes      int64           `json:"minutes"`
	Capacity     int64           `json:"capacity,omitempty" doc:"Persons in each session; 0 without limit"`
	Place        string          `json:"place,omitempty"`
	Practitioner string          `json:"practitioner,omitempty"`
	Exceptions   []calendar.Date `json:"exceptions,omitempty" doc:"Days left out"`
	SkipHolidays bool            `json:"skip_holidays,omitempty"`
	Residents    []db.ID         `json:"authorization_ids,omitempty" doc:"Whom to enrol once it is approved"`
	Note         string          `json:"note,omitempty"`
	Version      int64           `json:"version"`
}

// Validate cleans the input and says what is wrong with it.
func (in *ScheduleInput) Validate() error {
	var f fault.Fields
	line(&f, "/title", &in.Title, true)
	line(&f, "/place", &in.Place, false)
	line(&f, "/practitioner", &in.Practitioner, false)
	prose(&f, "/note", &in.Note)
	if in.Repeat == "" {
		in.Repeat = "once"
	}
	choose(&f, "/repeat", in.Repeat, Repeats)
	for i, d := range in.Weekdays {
		choose(&f, fault.At("weekdays", i), d, Weekdays)
	}
	in.Starts = clock(&f, "/starts", in.Starts)
	within(&f, "/minutes", in.Minutes, 5, maxMinutes)
	within(&f, "/capacity", in.Capacity, 0, maxPersons)
	within(&f, "/authorization_ids", int64(len(in.Residents)), 0, maxPersons)
	in.period(&f)
	if err := f.Err(); err != nil {
		return err
	}
	s := Schedule{}
	in.copyTo(&s)
	if len(s.Days(nil)) == 0 {
		f.Add("/from", "delivery.fault.no_session")
	}
	return f.Err()
}

func (in *ScheduleInput) period(f *fault.Fields) {
	if in.Repeat == "once" {
		in.Until, in.Weekdays = in.From, nil
	}
	if in.From == "" {
		f.Add("/from", "fault.required")
	}
	switch {
	case in.Until == "":
		f.Add("/until", "fault.required")
	case in.Until < in.From:
		f.Add("/until", "fault.date_order")
	case in.From != "" && calendar.Between(in.From, in.Until) > maxDays:
		f.Add("/until", "fault.date_out_of_range", "first", in.From, "last", in.From.AddDays(maxDays))
	}
	if in.Repeat != "weekly" && in.Repeat != "fortnightly" {
		in.Weekdays = nil
	}
}

// copyTo brings the input into a schedule, all but its provider.
func (in ScheduleInput) copyTo(s *Schedule) {
	s.Title, s.Benefit, s.Case = in.Title, in.Benefit, in.Case
	s.Repeat, s.Rule = in.Repeat, in.rule()
	s.From, s.Until, s.Starts, s.Minutes = in.From, in.Until, in.Starts, in.Minutes
	s.Capacity, s.Place, s.Practitioner = in.Capacity, in.Place, in.Practitioner
	s.SkipHolidays, s.Note = in.SkipHolidays, in.Note
	s.Exceptions, s.Waiting = db.AsJSON(distinct(in.Exceptions)), db.AsJSON(distinct(in.Residents))
	s.Asked = false
}

// Input is the schedule as a form would send it back.
func (s Schedule) Input() ScheduleInput {
	return ScheduleInput{
		Title: s.Title, Benefit: s.Benefit, Case: s.Case, Provider: s.Provider, Repeat: s.Repeat, Weekdays: s.weekdays(),
		From: s.From, Until: s.Until, Starts: s.Starts, Minutes: s.Minutes, Capacity: s.Capacity, Place: s.Place,
		Practitioner: s.Practitioner, Exceptions: s.Exceptions.V, SkipHolidays: s.SkipHolidays, Residents: s.Waiting.V,
		Note: s.Note, Version: s.Version,
	}
}

// rule writes the recurrence as RFC 5545 does.
func (in ScheduleInput) rule() string {
	by := ""
	if len(in.Weekdays) > 0 {
		by = ";BYDAY=" + strings.Join(in.Weekdays, ",")
	}
	switch in.Repeat {
	case "daily":
		return "FREQ=DAILY"
	case "weekly":
		return "FREQ=WEEKLY" + by
	case "fortnightly":
		return "FREQ=WEEKLY;INTERVAL=2" + by
	case "monthly":
		day := Weekdays[(int(in.From.Weekday())+6)%7]
		return fmt.Sprintf("FREQ=MONTHLY;BYDAY=%d%s", (in.From.Day()-1)/7+1, day)
	}
	return ""
}

func (s Schedule) weekdays() []string {
	_, by, ok := strings.Cut(s.Rule, ";BYDAY=")
	if !ok || s.Repeat == "monthly" {
		return nil
	}
	return strings.Split(by, ",")
}

// Days are the days the schedule meets on, up to maxSessions: those of its
// rule, less its exceptions and, where it skips them, holidays.
func (s Schedule) Days(holidays calendar.Holidays) []calendar.Date {
	if !s.From.Valid() || !s.Until.Valid() {
		return nil
	}
	days := []calendar.Date{s.From}
	if s.Rule != "" {
		days = s.recurring()
	}
	kept := days[:0]
	for _, d := range days {
		if _, off := holidays[d]; slices.Contains(s.Exceptions.V, d) || s.SkipHolidays && off {
			continue
		}
		if kept = append(kept, d); len(kept) == maxSessions {
			break
		}
	}
	return kept
}

// recurring walks the rule in days alone, so that no clock change moves one.
func (s Schedule) recurring() []calendar.Date {
	option, err := rrule.StrToROption(s.Rule)
	if err != nil {
		return nil
	}
	option.Dtstart, option.Until = midnight(s.From), midnight(s.Until)
	r, err := rrule.NewRRule(*option)
	if err != nil {
		return nil
	}
	var days []calendar.Date
	for next := r.Iterator(); len(days) < 2*maxSessions; {
		t, ok := next()
		if !ok {
			break
		}
		days = append(days, calendar.Date(t.Format(time.DateOnly)))
	}
	return days
}

func midnight(d calendar.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}

// Authorization is what delivery must know of an authorization. Name, Kana,
// Number and Note are what the provider was told of the resident; a name that
// was not passed on, or is withheld, is empty.
type Authorization struct {
	ID, Provider, Referral, Case, Person, Assignment, Benefit db.ID

	Name, Kana, Number, Note string
	Withheld                 bool // the name may no longer be known

	BenefitName text.Pair
	Active      bool // may be delivered on: neither revoked nor completed
	Units       ledger.Quantity
	Rate        ledger.Money    // for one unit
	Rounding    ledger.Rounding // as the contract says; down unless said
	Hourly      bool            // a unit is an hour, not a session
	From, Until calendar.Date   // first and last day
}

// Called is how the resident is called: by name, or by the authorization's
// number where the name is not to be known.
func (x Authorization) Called() string { return cmp.Or(x.Name, x.Number) }

// Planned is how many units a session of that length takes.
func (x Authorization) Planned(s Session) ledger.Quantity {
	if !x.Hourly {
		return ledger.Units(1)
	}
	return ledger.Quantity(s.EndsAt.Sub(s.StartsAt).Milliseconds() / 3600)
}

// Amount is what a quantity comes to at the rate, rounded once.
func (x Authorization) Amount(q ledger.Quantity) (ledger.Money, error) {
	return x.Rate.Times(q, cmp.Or(x.Rounding, ledger.Floor))
}

// Part is a percentage of what a quantity comes to at the rate, rounded once.
func (x Authorization) Part(q ledger.Quantity, percent int64) (ledger.Money, error) {
	return x.Rate.Share(int64(q)*percent, int64(ledger.Units(1))*100, cmp.Or(x.Rounding, ledger.Floor))
}

// Covers reports whether the authorization holds on a day.
func (x Authorization) Covers(on calendar.Date) bool { return on.Within(x.From, x.Until) }

func line(f *fault.Fields, at string, s *string, required bool) {
	clean, key, args := text.Line(*s, maxLine)
	*s = clean
	f.Check(at, key, args)
	if required && clean == "" {
		f.Add(at, "fault.required")
	}
}

func prose(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Prose(*s, maxText)
	*s = clean
	f.Check(at, key, args)
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

func within(f *fault.Fields, at string, n, least, most int64) {
	if n < least || n > most {
		f.Add(at, "fault.range", "min", least, "max", most)
	}
}

// clock reads an hour and minute, also with full-width digits, as 14:05.
func clock(f *fault.Fields, at, s string) string {
	for _, layout := range []string{"15:04", "15時04分", "15時", "15:04:05"} {
		if t, err := time.Parse(layout, strings.TrimSpace(width.Fold.String(s))); err == nil {
			return t.Format("15:04")
		}
	}
	f.Add(at, "fault.not_a_time")
	return ""
}

func distinct[T comparable](list []T) []T {
	var out []T
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
