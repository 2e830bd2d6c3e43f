package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// CreateHousehold makes a household of persons the actor sees.
func (r *Room) CreateHousehold(ctx context.Context, a access.Actor, in HouseholdInput) (Household, error) {
	if err := in.validate(r.today(ctx)); err != nil {
		return Household{}, err
	}
	return op.Do(ctx, r.run, a, "household.create", in, func(tx *op.Tx) (Household, error) {
		h, err := flow.Create(tx, HouseholdFlow, "create", Household{Kind: in.Kind, Label: in.Label})
		if err != nil {
			return h, err
		}
		rows := make([]Member, len(in.Members))
		for i, m := range in.Members {
			rows[i] = Member{Household: h.ID, Person: m.Person, Relation: m.Relation, Leads: m.Leads, From: m.From}
		}
		return h, admit(tx, a, h, rows, func(i int) string { return fault.At("members", i, "") })
	})
}

// admit enters persons the actor sees as members, where their other households
// allow it. at points to where a member stands in the input.
func admit(tx *op.Tx, a access.Actor, h Household, rows []Member, at func(i int) string) error {
	ids := make([]db.ID, len(rows))
	for i, m := range rows {
		ids[i] = m.Person
	}
	persons, err := standing(tx, a, ids)
	if err != nil {
		return err
	}
	spells, err := spellsOf(tx, ids)
	if err != nil {
		return err
	}
	var faults []fault.Field
	for i, m := range rows {
		if bad := m.fits(h.Kind, persons[m.Person], spells, trimSlash(at(i))); bad != nil {
			faults = append(faults, *bad)
		}
	}
	if len(faults) > 0 {
		return fault.Invalid(faults...)
	}
	_, err = flow.CreateAll(tx, MemberFlow, "add", rows)
	return err
}

func trimSlash(at string) string {
	if n := len(at); n > 0 && at[n-1] == '/' {
		return at[:n-1]
	}
	return at
}

// onHousehold takes a step of a household that the actor saw at a version. The
// step comes first: of two with the same copy the second is told, before
// anything about the members is read.
func (r *Room) onHousehold(ctx context.Context, a access.Actor, id db.ID, step string, in any, version int64, do func(tx *op.Tx, h Household) error) (Household, error) {
	return op.Do(ctx, r.run, a, "household."+step+" "+id.String(), in, func(tx *op.Tx) (Household, error) {
		h, err := loadHousehold(tx, a, id)
		if err == nil {
			err = flow.Fresh(h, version)
		}
		if err != nil {
			return h, err
		}
		if h, err = flow.Touch(tx, HouseholdFlow, step, h, func(*Household) {}); err != nil {
			return h, err
		}
		return h, do(tx, h)
	})
}

// Join adds a person to a household whose member the actor sees.
func (r *Room) Join(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Household, error) {
	if err := in.validate(r.today(ctx)); err != nil {
		return Household{}, err
	}
	return r.onHousehold(ctx, a, id, "join", in, in.Version, func(tx *op.Tx, h Household) error {
		row := Member{Household: id, Person: in.Person, Relation: in.Relation, From: in.From}
		return admit(tx, a, h, []Member{row}, func(int) string { return "" })
	})
}

// MoveOut ends memberships on a day, all in one. Those who leave together form
// a household of the same kind from the next day on, which is the second answer.
func (r *Room) MoveOut(ctx context.Context, a access.Actor, id db.ID, in MoveOutInput) (stay, left Household, err error) {
	if err := in.validate(r.today(ctx)); err != nil {
		return stay, left, err
	}
	both, err := op.Do(ctx, r.run, a, "household.move_out "+id.String(), in, func(tx *op.Tx) ([2]Household, error) {
		var out [2]Household
		h, err := loadHousehold(tx, a, id)
		if err == nil {
			err = flow.Fresh(h, in.Version)
		}
		if err != nil {
			return out, err
		}
		if out[0], err = flow.Touch(tx, HouseholdFlow, "move_out", h, func(*Household) {}); err != nil {
			return out, err
		}
		going, err := r.leave(tx, a, h, in)
		if err == nil && in.Together {
			out[1], err = form(tx, a, h.Kind, going, in)
		}
		return out, err
	})
	return both[0], both[1], err
}

// leave ends the memberships and gives those who stay a head.
func (r *Room) leave(tx *op.Tx, a access.Actor, h Household, in MoveOutInput) ([]Member, error) {
	all, err := membersOf(tx, h.ID)
	if err != nil {
		return nil, err
	}
	var going, staying []Member
	led := false
	var f fault.Fields
	for _, m := range all {
		switch {
		case m.Until != "":
		case !slices.Contains(in.Persons, m.Person):
			staying = append(staying, m)
		default:
			going, led = append(going, m), led || m.Leads
			if m.From > in.On {
				f.Add("/on", "people.fault.until_before_from")
			}
		}
	}
	if len(going) != len(in.Persons) {
		return nil, fault.NotFound()
	}
	next := slices.IndexFunc(staying, func(m Member) bool { return m.Person == in.NextHead })
	switch {
	case !in.NextHead.IsZero() && (next < 0 || !led):
		f.Add("/next_head_id", "fault.bad_choice")
	case led && next < 0 && len(staying) > 0:
		f.Add("/next_head_id", "people.fault.who_heads")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if _, err := standing(tx, a, in.Persons); err != nil {
		return nil, err
	}
	if err := takeMembers(tx, "change", going, func(m *Member) { m.Until = in.On }); err != nil {
		return nil, err
	}
	if next < 0 {
		return going, nil
	}
	return going, crown(tx, staying, in.NextHead)
}

func takeMembers(tx *op.Tx, step string, rows []Member, edit func(*Member), opts ...flow.Option) error {
	_, faults, err := flow.TakeAll(tx, MemberFlow, step, rows, edit, opts...)
	for _, f := range faults {
		return f
	}
	return err
}

// crown makes one of the members the head. How the others are related to the
// new head nobody has said, so it is unknown until somebody does.
func crown(tx *op.Tx, members []Member, head db.ID) error {
	return takeMembers(tx, "change", members, func(m *Member) {
		m.Leads, m.Relation = m.Person == head, ""
		if m.Leads {
			m.Relation = "self"
		}
	})
}

// form makes the household of those who left together.
func form(tx *op.Tx, a access.Actor, kind string, going []Member, in MoveOutInput) (Household, error) {
	h, err := flow.Create(tx, HouseholdFlow, "create", Household{Kind: kind})
	if err != nil {
		return h, err
	}
	rows := make([]Member, len(going))
	for i, m := range going {
		rows[i] = Member{Household: h.ID, Person: m.Person, From: in.On.AddDays(1), Leads: m.Person == in.NewHead || len(going) == 1}
		if rows[i].Leads {
			rows[i].Relation = "self"
		}
	}
	return h, admit(tx, a, h, rows, func(int) string { return "" })
}

// Lead makes somebody else in a household its head.
func (r *Room) Lead(ctx context.Context, a access.Actor, id db.ID, in LeadInput) (Household, error) {
	return r.onHousehold(ctx, a, id, "lead", in, in.Version, func(tx *op.Tx, h Household) error {
		all, err := membersOf(tx, h.ID)
		if err != nil {
			return err
		}
		now := HouseholdView{Members: all}.Standing()
		i := slices.IndexFunc(now, func(m Member) bool { return m.Person == in.Person })
		if i < 0 || now[i].Leads {
			return fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.bad_choice"})
		}
		return crown(tx, now, in.Person)
	})
}

// VoidHousehold takes back a household that was entered in error, with all its
// memberships. Who does so may open the record of everybody who was in it.
func (r *Room) VoidHousehold(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Household, error) {
	if err := in.validate(); err != nil {
		return Household{}, err
	}
	return op.Do(ctx, r.run, a, "household.void "+id.String(), in, func(tx *op.Tx) (Household, error) {
		h, err := loadHousehold(tx, a, id)
		if err == nil {
			err = flow.Fresh(h, in.Version)
		}
		if err != nil {
			return h, err
		}
		if h, err = flow.Take(tx, HouseholdFlow, "void", h, func(*Household) {}, flow.Because(in.Reason)); err != nil {
			return h, err
		}
		all, err := membersOf(tx, id)
		if err != nil {
			return h, err
		}
		ids := make([]db.ID, len(all))
		for i, m := range all {
			ids[i] = m.Person
		}
		open, err := visibleAmong(tx, a, tx.Now(), ids)
		if err != nil {
			return h, err
		}
		if slices.ContainsFunc(ids, func(id db.ID) bool { return !open[id] }) {
			return h, fault.Conflict("people.fault.void_unseen")
		}
		return h, takeMembers(tx, "remove", all, func(*Member) {}, flow.Because(in.Reason))
	})
}

// ChangeMember corrects the dates and the relation of a membership.
func (r *Room) ChangeMember(ctx context.Context, a access.Actor, id db.ID, in MemberChange) (Member, error) {
	if err := in.validate(r.today(ctx)); err != nil {
		return Member{}, err
	}
	return r.onMember(ctx, a, id, "change", in, in.Version, func(tx *op.Tx, h Household, m Member, all []Member) (Member, error) {
		now := m
		now.From, now.Until = in.From, in.Until
		if !m.Leads {
			now.Relation = in.Relation
		}
		if err := r.corrects(tx, a, h, m, now, all); err != nil {
			return m, err
		}
		return flow.Take(tx, MemberFlow, "change", m, func(x *Member) { x.From, x.Until, x.Relation = now.From, now.Until, now.Relation })
	})
}

// corrects says why a membership cannot be what somebody wants to correct it to.
func (r *Room) corrects(tx *op.Tx, a access.Actor, h Household, m, now Member, all []Member) error {
	var f fault.Fields
	if !m.Leads && now.Relation == "self" {
		f.Add("/relation", "people.fault.one_head")
	}
	if m.Leads && m.Until == "" && now.Until != "" && len(HouseholdView{Members: all}.Standing()) > 1 {
		f.Add("/until", "people.fault.move_head_out")
	}
	if m.Leads && m.Until != "" && now.Until == "" && len(HouseholdView{Members: all}.Standing()) > 0 {
		f.Add("/until", "people.fault.one_head")
	}
	persons, err := standing(tx, a, []db.ID{m.Person})
	if err != nil {
		return err
	}
	spells, err := spellsOf(tx, []db.ID{m.Person})
	if err != nil {
		return err
	}
	if bad := now.fits(h.Kind, persons[m.Person], spells, ""); bad != nil {
		if bad.Pointer == "/person_id" {
			bad.Pointer = "/from"
		}
		f.Add(bad.Pointer, bad.Key)
	}
	return f.Err()
}

// RemoveInput is why something was a mistake.
type RemoveInput struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (in *RemoveInput) validate() error {
	var f fault.Fields
	requireReason(&f, &in.Reason)
	return f.Err()
}

// RemoveMember takes back a membership that was entered in error. A head is
// followed first, as long as there are others.
func (r *Room) RemoveMember(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Member, error) {
	if err := in.validate(); err != nil {
		return Member{}, err
	}
	return r.onMember(ctx, a, id, "remove", in, in.Version, func(tx *op.Tx, _ Household, m Member, all []Member) (Member, error) {
		if m.Leads && m.Until == "" && len(HouseholdView{Members: all}.Standing()) > 1 {
			return m, fault.Conflict("people.fault.lead_first")
		}
		return flow.Take(tx, MemberFlow, "remove", m, func(*Member) {}, flow.Because(in.Reason))
	})
}

// onMember works on one membership of a person the actor sees, from the version
// that was seen, with its household held.
func (r *Room) onMember(ctx context.Context, a access.Actor, id db.ID, step string, in any, version int64,
	do func(tx *op.Tx, h Household, m Member, all []Member) (Member, error),
) (Member, error) {
	return op.Do(ctx, r.run, a, "household_member."+step+" "+id.String(), in, func(tx *op.Tx) (Member, error) {
		m, err := loadMember(tx, id)
		if err == nil {
			err = Seen(tx, a, tx.Now(), m.Person)
		}
		if err != nil {
			return Member{}, err
		}
		if err := flow.Fresh(m, version); err != nil {
			return m, err
		}
		h, err := loadHousehold(tx, a, m.Household)
		if err != nil {
			return m, err
		}
		if h, err = flow.Touch(tx, HouseholdFlow, "correct", h, func(*Household) {}); err != nil {
			return m, err
		}
		all, err := membersOf(tx, h.ID)
		if err != nil {
			return m, err
		}
		return do(tx, h, m, all)
	})
}
