package people

import (
	"slices"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// settleParts sees to what of a person would say the same twice, or of the
// person with themself: names, contacts and addresses that are equal, ties
// between the two, and households in which both are or which the two cannot be
// in at the same time. Of two contacts the one that is shielded more stays.
func settleParts(tx *op.Tx, b both, in MergeInput) error {
	if err := settleNames(tx, b, in.Name); err != nil {
		return err
	}
	if err := settleContacts(tx, b); err != nil {
		return err
	}
	if err := settleAddresses(tx, b); err != nil {
		return err
	}
	ties, err := tiesOf(tx, b.keep.ID, b.other.ID)
	if err != nil {
		return err
	}
	if err := removeAll(tx, RelationshipFlow, twice(ties, b)); err != nil {
		return err
	}
	if err := settleMembers(tx, b); err != nil {
		return err
	}
	return settleSpells(tx, b, in.Household)
}

// settleMembers leaves the person once in a household in which both are. Whoever
// heads it still does.
func settleMembers(tx *op.Tx, b both) error {
	goes, err := sharedMemberships(tx, b.keep.ID, b.other.ID)
	if err != nil {
		return err
	}
	stays, err := sharedMemberships(tx, b.other.ID, b.keep.ID)
	if err != nil {
		return err
	}
	led := map[db.ID]bool{}
	for _, m := range goes {
		led[m.Household] = led[m.Household] || m.Leads
	}
	if err := removeAll(tx, MemberFlow, goes); err != nil {
		return err
	}
	stays = slices.DeleteFunc(stays, func(m Member) bool { return !led[m.Household] || m.Leads })
	return takeEach(tx, MemberFlow, "change", stays, func(m *Member) { m.Leads, m.Relation = true, "self" })
}

// settleSpells sees to it that the person is in one registered household at a
// time, and in no household twice: what the record chosen for it says stands,
// and of the other's memberships what is left beside. Whoever would leave a
// household without its head is asked to say first who follows.
func settleSpells(tx *op.Tx, b both, chosen db.ID) error {
	all, err := spellsOf(tx, []db.ID{b.keep.ID, b.other.ID})
	if err != nil {
		return err
	}
	var gone, cut []Member
	var leaderless []db.ID
	left := map[db.ID]Member{}
	for _, m := range all {
		if m.Person == chosen {
			continue
		}
		now, stays := m.beside(all, chosen)
		if m.Leads && m.Until == "" && (!stays || now.Until != "") {
			leaderless = append(leaderless, m.Household)
		}
		switch {
		case !stays:
			gone = append(gone, m.Member)
		case now != m.Member:
			left[m.ID] = now
			cut = append(cut, m.Member)
		}
	}
	if err := ledOn(tx, leaderless, b); err != nil {
		return err
	}
	if err := removeAll(tx, MemberFlow, gone); err != nil {
		return err
	}
	return takeEach(tx, MemberFlow, "change", cut, func(m *Member) { m.From, m.Until = left[m.ID].From, left[m.ID].Until })
}

// beside is what is left of a membership once the days are taken from it on
// which those of the record chosen rule it out; false when nothing is. Where
// days are left before and after, the later ones are: they say where the person
// is now.
func (m spell) beside(all []spell, chosen db.ID) (Member, bool) {
	now := m.Member
	for _, o := range all {
		rules := o.Household == m.Household || o.Kind == "registered" && m.Kind == "registered"
		if o.Person != chosen || !rules || !now.overlaps(o.Member) {
			continue
		}
		switch {
		case o.Until != "" && (now.Until == "" || now.Until > o.Until):
			now.From = o.Until.AddDays(1)
		case o.From != "" && (now.From == "" || now.From < o.From):
			now.Until = o.From.AddDays(-1)
		default:
			return now, false
		}
	}
	return now, true
}

// ledOn refuses to take the head from households in which others are than the two.
func ledOn(tx *op.Tx, households []db.ID, b both) error {
	if len(households) == 0 {
		return nil
	}
	n, err := othersIn(tx, households, b.keep.ID, b.other.ID)
	if err == nil && n > 0 {
		err = fault.Conflict("people.fault.merge_lead_first")
	}
	return err
}

// takeEach takes a step on rows that this transaction holds: a fault of one ends it.
func takeEach[R any](tx *op.Tx, t *flow.Table[R], step string, rows []R, edit func(*R)) error {
	_, faults, err := flow.TakeAll(tx, t, step, rows, edit)
	for _, f := range faults {
		return f
	}
	return err
}

func removeAll[R any](tx *op.Tx, t *flow.Table[R], rows []R) error {
	return takeEach(tx, t, "remove", rows, nil)
}

// twice are the ties between the two, and those of the other that the one has
// as well.
func twice(ties []Relationship, b both) []Relationship {
	type tie struct {
		person, other db.ID
		kind          string
	}
	as := func(t Relationship) tie {
		for _, end := range []*db.ID{&t.Person, &t.Other} {
			if *end == b.other.ID {
				*end = b.keep.ID
			}
		}
		return tie{t.Person, t.Other, t.Kind}
	}
	known := map[tie]bool{}
	for _, t := range ties {
		if t.Person != b.other.ID && t.Other != b.other.ID && t.Until == "" {
			known[as(t)] = true
		}
	}
	var out []Relationship
	for _, t := range ties {
		if to := as(t); to.person == to.other {
			out = append(out, t)
		} else if (t.Person == b.other.ID || t.Other == b.other.ID) && known[to] {
			out = append(out, t)
		}
	}
	return out
}

// settleNames keeps one name of those that run as the person's; the others are
// aliases from then on, by which the person is still found.
func settleNames(tx *op.Tx, b both, from db.ID) error {
	main, rest := b.keep.ID, b.other.ID
	if from == rest {
		main, rest = rest, main
	}
	stays, err := db.All[Name](tx, textNames, main)
	if err != nil {
		return err
	}
	goes, err := db.All[Name](tx, textNames, rest)
	if err != nil {
		return err
	}
	var same, alias []Name
	for _, n := range goes {
		switch {
		case slices.ContainsFunc(stays, func(m Name) bool { return n.same(m) }):
			same = append(same, n)
		case n.Kind == "legal" || n.Kind == "preferred":
			alias = append(alias, n)
		}
	}
	if err := removeAll(tx, NameFlow, same); err != nil {
		return err
	}
	return takeEach(tx, NameFlow, "change", alias, func(n *Name) { n.Kind = "alias" })
}

// same says that two names are written and read alike.
func (n Name) same(m Name) bool {
	return n.Family == m.Family && n.Given == m.Given && n.FamilyKana == m.FamilyKana && n.GivenKana == m.GivenKana &&
		n.FamilyRomaji == m.FamilyRomaji && n.GivenRomaji == m.GivenRomaji
}

func settleContacts(tx *op.Tx, b both) error {
	own, err := db.All[Contact](tx, textContacts, b.keep.ID)
	if err != nil {
		return err
	}
	others, err := db.All[Contact](tx, textContacts, b.other.ID)
	if err != nil {
		return err
	}
	var gone []Contact
	for _, c := range others {
		i := slices.IndexFunc(own, func(o Contact) bool { return o.Kind == c.Kind && reduced(o.Value) == reduced(c.Value) })
		switch {
		case i < 0:
		case c.shield() > own[i].shield():
			gone = append(gone, own[i])
			own = slices.Delete(own, i, i+1)
		default:
			gone = append(gone, c)
		}
	}
	return removeAll(tx, ContactFlow, gone)
}

// reduced is a number or address without what writers put between.
func reduced(s string) string { return strings.NewReplacer("-", "", " ", "", "　", "").Replace(s) }

// shield is how much keeps a contact from being used or seen.
func (c Contact) shield() int {
	n := 0
	if !c.Safe {
		n++
	}
	if c.Protected {
		n += 2
	}
	return n
}

func settleAddresses(tx *op.Tx, b both) error {
	own, err := db.All[Address](tx, textAddresses, b.keep.ID)
	if err != nil {
		return err
	}
	others, err := db.All[Address](tx, textAddresses, b.other.ID)
	if err != nil {
		return err
	}
	var gone []Address
	for _, x := range others {
		i := slices.IndexFunc(own, func(o Address) bool {
			return o.Kind == x.Kind && reduced(o.Lines) == reduced(x.Lines) && o.From == x.From && o.Until == x.Until
		})
		switch {
		case i < 0:
		case x.Protected && !own[i].Protected:
			gone = append(gone, own[i])
			own = slices.Delete(own, i, i+1)
		default:
			gone = append(gone, x)
		}
	}
	return removeAll(tx, AddressFlow, gone)
}
