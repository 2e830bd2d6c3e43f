package web

import (
	"context"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/resident/people"
)

var (
	households       = door.Resource{Name: "households", Doc: "People who count together"}
	householdMembers = door.Resource{Name: "household-members", Doc: "A person in a household for a time"}
)

func mountHouseholdAPI(d *door.Router, a api) {
	door.Get(d, households, readers, a.household)
	door.Create(d, households, writers, a.createHousehold)
	door.Step(d, households, "join", writers, a.join)
	door.Step(d, households, "move_out", writers, a.moveOut)
	door.Step(d, households, "lead", writers, a.lead)
	door.Step(d, households, "void", leaders, a.voidHousehold)
	door.Get(d, householdMembers, readers, a.member)
	door.Patch(d, householdMembers, writers, a.patchMember)
	door.Step(d, householdMembers, "remove", writers, a.removeMember)
}

type householdOut struct {
	ID       db.ID       `json:"id"`
	Status   string      `json:"status"`
	Version  int64       `json:"version"`
	Kind     string      `json:"kind"`
	Label    string      `json:"label,omitempty"`
	Withheld bool        `json:"withheld" doc:"The label is left out, because somebody in the household is under a protective measure"`
	Members  []memberOut `json:"members"`
	Unnamed  int         `json:"unnamed" doc:"Present members whom the caller may not know of"`
	RollUp   rollUpOut   `json:"roll_up"`
	Left     db.ID       `json:"left_household_id,omitzero" doc:"The household that those formed who moved out together"`
}

type memberOut struct {
	ID       db.ID         `json:"id"`
	Version  int64         `json:"version"`
	Person   db.ID         `json:"person_id"`
	Name     string        `json:"name"`
	Relation string        `json:"relation,omitempty"`
	Leads    bool          `json:"head"`
	From     calendar.Date `json:"from"`
	Until    calendar.Date `json:"until"`
}

// rollUpOut is what a household adds up to today, in this month.
type rollUpOut struct {
	On            calendar.Date `json:"on"`
	Size          int           `json:"size"`
	Children      int           `json:"children" doc:"Under 18"`
	Adults        int           `json:"adults"`
	Elders        int           `json:"elders" doc:"65 and over"`
	AgeUnknown    int           `json:"age_unknown"`
	Income        []sumOut      `json:"income" doc:"By currency; never added up across currencies"`
	Expense       []sumOut      `json:"expense"`
	IncomeUnknown int           `json:"income_unknown" doc:"Members of whom no income is on record"`
	LeftOut       int           `json:"left_out" doc:"Members whose circumstances the caller may not see"`
}

type sumOut struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Evidence string `json:"evidence" doc:"The weakest among what was added: stated, seen or verified"`
}

func sumsOut(list []people.Sum) []sumOut {
	out := make([]sumOut, len(list))
	for i, s := range list {
		out[i] = sumOut{strings.TrimSpace(s.Money.Amount()), s.Money.Currency, s.Evidence}
	}
	return out
}

func (x api) household(ctx context.Context, a access.Actor, id db.ID) (householdOut, error) {
	around, err := x.room.Household(ctx, a, id)
	if err != nil {
		return householdOut{}, err
	}
	h := around.Households[0]
	sum, err := around.RollUp(h, around.On)
	if err != nil {
		return householdOut{}, err
	}
	out := householdOut{ID: h.ID, Status: h.Status, Version: h.Version, Kind: h.Kind, Label: h.Label, Withheld: h.Withheld, Members: []memberOut{},
		RollUp: rollUpOut{sum.On, sum.Size, sum.Children, sum.Adults, sum.Elders, sum.Ages, sumsOut(sum.Income), sumsOut(sum.Expense), sum.Unknown, sum.Left}}
	for _, m := range h.Members {
		c, known := around.Others[m.Person]
		switch {
		case known:
			out.Members = append(out.Members, memberOut{m.ID, m.Version, m.Person, c.Name, m.Relation, m.Leads, m.From, m.Until})
		case m.Until == "":
			out.Unnamed++
		}
	}
	return out, nil
}

func (x api) createHousehold(ctx context.Context, a access.Actor, in people.HouseholdInput) (householdOut, error) {
	h, err := x.room.CreateHousehold(ctx, a, in)
	if err != nil {
		return householdOut{}, err
	}
	return x.household(ctx, a, h.ID)
}

func (x api) join(ctx context.Context, a access.Actor, id db.ID, in people.JoinInput) (householdOut, error) {
	if _, err := x.room.Join(ctx, a, id, in); err != nil {
		return householdOut{}, err
	}
	return x.household(ctx, a, id)
}

func (x api) moveOut(ctx context.Context, a access.Actor, id db.ID, in people.MoveOutInput) (householdOut, error) {
	_, left, err := x.room.MoveOut(ctx, a, id, in)
	if err != nil {
		return householdOut{}, err
	}
	out, err := x.household(ctx, a, id)
	out.Left = left.ID
	return out, err
}

func (x api) lead(ctx context.Context, a access.Actor, id db.ID, in people.LeadInput) (householdOut, error) {
	if _, err := x.room.Lead(ctx, a, id, in); err != nil {
		return householdOut{}, err
	}
	return x.household(ctx, a, id)
}

func (x api) voidHousehold(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (memberRemoved, error) {
	h, err := x.room.VoidHousehold(ctx, a, id, in)
	return memberRemoved{h.ID, h.Status, h.Version}, err
}

// membershipOut is a membership asked for by itself.
type membershipOut struct {
	ID        db.ID         `json:"id"`
	Status    string        `json:"status"`
	Version   int64         `json:"version"`
	Household db.ID         `json:"household_id"`
	Person    db.ID         `json:"person_id"`
	Relation  string        `json:"relation,omitempty"`
	Leads     bool          `json:"head"`
	From      calendar.Date `json:"from"`
	Until     calendar.Date `json:"until"`
}

func (x api) member(ctx context.Context, a access.Actor, id db.ID) (membershipOut, error) {
	m, err := x.room.Membership(ctx, a, id)
	return membershipOut{m.ID, m.Status, m.Version, m.Household, m.Person, m.Relation, m.Leads, m.From, m.Until}, err
}

// memberPatch is a merge patch: what is not sent stays.
type memberPatch struct {
	Relation *string        `json:"relation,omitempty"`
	From     *calendar.Date `json:"from,omitempty"`
	Until    *calendar.Date `json:"until,omitempty"`
	Version  int64          `json:"version"`
}

func (x api) patchMember(ctx context.Context, a access.Actor, id db.ID, in memberPatch) (householdOut, error) {
	m, err := x.room.Membership(ctx, a, id)
	if err != nil {
		return householdOut{}, err
	}
	change := people.MemberChange{Relation: m.Relation, From: m.From, Until: m.Until, Version: in.Version}
	set(&change.Relation, in.Relation)
	set(&change.From, in.From)
	set(&change.Until, in.Until)
	if _, err := x.room.ChangeMember(ctx, a, id, change); err != nil {
		return householdOut{}, err
	}
	return x.household(ctx, a, m.Household)
}

type memberRemoved struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
}

func (x api) removeMember(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (memberRemoved, error) {
	m, err := x.room.RemoveMember(ctx, a, id, in)
	return memberRemoved{m.ID, m.Status, m.Version}, err
}
