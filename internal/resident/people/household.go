package people

import (
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
)

// HouseholdInput is a household as it is typed or sent. Who heads it is said
// once; where nobody is said to, it is who is related to the head as "self",
// and otherwise who stands first.
type HouseholdInput struct {
	Kind    string        `json:"kind"`
	Label   string        `json:"label,omitempty"`
	Members []MemberInput `json:"members"`
}

// MemberInput is a person in a household from a day on.
type MemberInput struct {
	Person   db.ID         `json:"person_id"`
	Relation string        `json:"relation,omitempty"`
	Leads    bool          `json:"head,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
}

func (in *HouseholdInput) validate(today calendar.Date) error {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, HouseholdKinds)
	line(&f, "/label", &in.Label, maxName)
	if len(in.Members) == 0 {
		f.Add("/members", "fault.required")
	}
	tooMany(&f, "/members", len(in.Members))
	for i, m := range in.Members {
		at := fault.At("members", i, "")
		m.check(&f, strings.TrimSuffix(at, "/"), today)
		if slices.ContainsFunc(in.Members[:i], func(o MemberInput) bool { return o.Person == m.Person }) {
			f.Add(fault.At("members", i, "person_id"), "people.fault.already_member")
		}
		if m.Leads && slices.ContainsFunc(in.Members[:i], func(o MemberInput) bool { return o.Leads }) {
			f.Add(fault.At("members", i, "head"), "people.fault.one_head")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	return in.lead()
}

func (m MemberInput) check(f *fault.Fields, at string, today calendar.Date) {
	if m.Person.IsZero() {
		f.Add(at+"/person_id", "fault.required")
	}
	if m.Relation != "" {
		choose(f, at+"/relation", m.Relation, Relations)
	}
	if m.From > today {
		f.Add(at+"/from", "fault.future")
	}
}

// lead sees to it that one of the members heads the household and is related
// to the head as "self", and nobody else.
func (in *HouseholdInput) lead() error {
	head := slices.IndexFunc(in.Members, func(m MemberInput) bool { return m.Leads })
	if head < 0 {
		head = max(0, slices.IndexFunc(in.Members, func(m MemberInput) bool { return m.Relation == "self" }))
	}
	var f fault.Fields
	for i := range in.Members {
		if i != head && in.Members[i].Relation == "self" {
			f.Add(fault.At("members", i, "relation"), "people.fault.one_head")
		}
	}
	in.Members[head].Leads, in.Members[head].Relation = true, "self"
	return f.Err()
}

// JoinInput is a person who joins a household that somebody saw at a version.
type JoinInput struct {
	Person   db.ID         `json:"person_id"`
	Relation string        `json:"relation"`
	From     calendar.Date `json:"from"`
	Version  int64         `json:"version"`
}

func (in JoinInput) validate(today calendar.Date) error {
	var f fault.Fields
	MemberInput{Person: in.Person, Relation: in.Relation, From: in.From}.check(&f, "", today)
	if in.From == "" {
		f.Add("/from", "fault.required")
	}
	checkNotHead(&f, in.Relation)
	return f.Err()
}

// checkNotHead asks for the relation of somebody who is not the head.
func checkNotHead(f *fault.Fields, relation string) {
	switch relation {
	case "":
		f.Add("/relation", "fault.required")
	case "self":
		f.Add("/relation", "people.fault.one_head")
	}
}

// MoveOutInput is who leaves a household together, and the last day they were
// in it. Together, they form a household of the same kind from the next day on.
type MoveOutInput struct {
	Persons  []db.ID       `json:"person_ids"`
	On       calendar.Date `json:"on" doc:"The last day in the household"`
	Together bool          `json:"together,omitempty" doc:"Whether they form a household of their own from the next day on"`
	NewHead  db.ID         `json:"new_head_id,omitzero" doc:"Who heads that household; one of those who leave"`
	NextHead db.ID         `json:"next_head_id,omitzero" doc:"Who heads those who stay, when the head leaves"`
	Version  int64         `json:"version"`
}

func (in MoveOutInput) validate(today calendar.Date) error {
	var f fault.Fields
	if len(in.Persons) == 0 {
		f.Add("/person_ids", "people.fault.nobody_chosen")
	}
	switch {
	case in.On == "":
		f.Add("/on", "fault.required")
	case in.On > today:
		f.Add("/on", "fault.future")
	}
	switch {
	case !in.Together:
	case in.NewHead.IsZero() && len(in.Persons) != 1:
		f.Add("/new_head_id", "fault.required")
	case !in.NewHead.IsZero() && !slices.Contains(in.Persons, in.NewHead):
		f.Add("/new_head_id", "people.fault.head_not_leaving")
	}
	return f.Err()
}

// MemberChange is a membership as somebody who saw a version corrects it. A
// head's relation is "self" and is not typed.
type MemberChange struct {
	Relation string        `json:"relation,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
	Version  int64         `json:"version"`
}

func (in MemberChange) validate(today calendar.Date) error {
	var f fault.Fields
	if in.Relation != "" {
		choose(&f, "/relation", in.Relation, Relations)
	}
	if in.From > today {
		f.Add("/from", "fault.future")
	}
	if in.Until > today {
		f.Add("/until", "fault.future")
	}
	period(&f, "", in.From, in.Until)
	return f.Err()
}

// LeadInput says who heads a household from now on.
type LeadInput struct {
	Person  db.ID `json:"person_id"`
	Version int64 `json:"version"`
}

// Spell is a membership with the kind of its household.
type spell struct {
	Member
	Kind string `db:"kind"`
}

// overlaps reports whether two memberships have a day in common.
func (m Member) overlaps(o Member) bool {
	return (m.Until == "" || o.From == "" || o.From <= m.Until) && (o.Until == "" || m.From == "" || m.From <= o.Until)
}

// fits says why a membership cannot stand beside a person's others: nobody is
// in one household twice at a time, nor in two that are registered, nor before
// birth or after death.
func (m Member) fits(kind string, p Person, others []spell, at string) *fault.Field {
	switch {
	case m.From != "" && p.BirthDate != "" && m.From < p.BirthDate:
		return &fault.Field{Pointer: at + "/from", Key: "people.fault.before_birth"}
	case p.DiedOn != "" && m.From > p.DiedOn:
		return &fault.Field{Pointer: at + "/from", Key: "people.fault.after_death"}
	}
	for _, o := range others {
		switch {
		case o.ID == m.ID || o.Person != m.Person || !m.overlaps(o.Member):
		case o.Household == m.Household:
			return &fault.Field{Pointer: at + "/person_id", Key: "people.fault.already_member"}
		case kind == "registered" && o.Kind == kind:
			return &fault.Field{Pointer: at + "/person_id", Key: "people.fault.already_registered"}
		}
	}
	return nil
}

// HouseholdView is a household as one of its members' page shows it.
type HouseholdView struct {
	Household
	Members  []Member // who is in it and who was: the head first, then by when they came
	Withheld bool     // its label, because one of those who live there is protected
}

// In are the members on a day, the dead no longer.
func (h HouseholdView) In(on calendar.Date, died func(db.ID) calendar.Date) []Member {
	return slices.DeleteFunc(slices.Clone(h.Members), func(m Member) bool {
		dead := died(m.Person)
		return !on.Within(m.From, m.Until) || dead != "" && dead <= on
	})
}

// Past are the memberships that had ended by a day.
func (h HouseholdView) Past(on calendar.Date) []Member {
	return slices.DeleteFunc(slices.Clone(h.Members), func(m Member) bool { return m.Until == "" || m.Until >= on })
}

// Standing gives who is in it without an end.
func (h HouseholdView) Standing() []Member {
	return slices.DeleteFunc(slices.Clone(h.Members), func(m Member) bool { return m.Until != "" })
}

// RollUp is what a household adds up to on a day. A child is under 18, an elder
// 65 or more, in full years; whose birth date is not known, or not for the
// reader to know, is counted apart.
type RollUp struct {
	On                                   calendar.Date
	Size, Children, Adults, Elders, Ages int // Ages are those of unknown age
	Income, Expense                      []Sum
	Unknown                              int // members of whom no income is on record for the month
	Left                                 int // members whose circumstances the reader may not see
	Loose                                int // amounts without a period, which are in no sum
}

// Sum is money of one currency in a month, with the weakest evidence among what
// was added.
type Sum struct {
	Money    ledger.Money
	Evidence string
}

// Evidences are how well a circumstance is known, the weakest first.
var Evidences = []string{"stated", "seen", "verified"}

// MonthlyShare is what an amount comes to in the month of a day: monthly ones
// in full in each month in which they run on a day or more, yearly ones a
// twelfth, rounded down, what came once in the month it came. False when it
// does not fall into the month, or when it has no period.
func (c Circumstance) MonthlyShare(on calendar.Date) (int64, bool) {
	first, last := on.MonthStart(), on.MonthEnd()
	if c.Until != "" && c.Until < first || c.From > last {
		return 0, false
	}
	switch c.Period {
	case "month":
		return c.Minor, true
	case "year":
		return c.Minor / 12, true
	case "once":
		return c.Minor, c.From >= first
	}
	return 0, false
}

// add adds an amount to its currency's sum.
func add(sums []Sum, m ledger.Money, evidence string) ([]Sum, error) {
	i := slices.IndexFunc(sums, func(s Sum) bool { return s.Money.Currency == m.Currency })
	if i < 0 {
		return append(sums, Sum{m, evidence}), nil
	}
	total, err := sums[i].Money.Add(m)
	sums[i].Money = total
	if slices.Index(Evidences, evidence) < slices.Index(Evidences, sums[i].Evidence) {
		sums[i].Evidence = evidence
	}
	return sums, err
}
