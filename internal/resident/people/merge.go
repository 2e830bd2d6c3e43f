package people

import (
	"context"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
)

// Merge is two records of persons that were found to be one person's. The one
// stays and has all that belonged to the other; the other stands as merged, and
// whoever looks for it is led to the one. It can be taken back.
type Merge struct {
	flow.Head
	Person    db.ID              `db:"person"` // whose record stays
	Merged    db.ID              `db:"merged"`
	Duplicate db.ID              `db:"duplicate"`
	Txs       db.JSON[[]db.ID]   `db:"txs"` // the transactions that moved what was the other's
	Reach     db.JSON[Regranted] `db:"reach"`
}

// Regranted are the reaches of the record that stays which a merge opened and
// closed.
type Regranted struct {
	Opened []granted `json:"opened,omitempty"`
	Closed []granted `json:"closed,omitempty"`
}

// granted is a reach of a person as it is kept: an until of 0 is forever.
type granted struct {
	ScopeKind string        `json:"scope_kind"`
	Scope     db.ID         `json:"scope"`
	Why       string        `json:"why"`
	Until     calendar.Time `json:"until,omitzero"`
}

func (g granted) of(person db.ID) sight.Reach {
	return sight.Reach{ScopeKind: g.ScopeKind, Scope: g.Scope, Kind: "person", Record: person, Why: g.Why, Until: g.Until}
}

func grantedBy(x sight.Reach) granted {
	if x.Until == sight.Forever {
		x.Until = 0
	}
	return granted{x.ScopeKind, x.Scope, x.Why, x.Until}
}

func reaches(list []granted, person db.ID) []sight.Reach {
	out := make([]sight.Reach, len(list))
	for i, g := range list {
		out[i] = g.of(person)
	}
	return out
}

// MergeFlow is a merge's.
var MergeFlow = flow.Define(flow.Table[Merge]{
	Entity: "person_merge", Table: "person_merge",
	Root: func(m *Merge) (string, db.ID) { return "person", m.Person },
	Steps: []flow.Step[Merge]{
		{Name: "make", To: "merged", By: keepers},
		{Name: "follow", From: []string{"merged"}, By: flow.Roles{access.System}},
		{Name: "undo", From: []string{"merged"}, To: "undone", By: keepers},
	},
})

// MergeInput says which of two records stays, and which fields it takes from
// the other: each names the record that a field comes from, none the one that
// stays. A field that is empty in the record it would come from comes from the
// other.
type MergeInput struct {
	Keep        db.ID  `json:"keep_id" doc:"The person whose record stays"`
	Name        db.ID  `json:"name_from,omitzero" doc:"Whose name is the person's; the other is kept as an alias"`
	Birth       db.ID  `json:"birth_date_from,omitzero"`
	Gender      db.ID  `json:"gender_from,omitzero"`
	Languages   db.ID  `json:"languages_from,omitzero"`
	Interpreter db.ID  `json:"interpreter_from,omitzero"`
	Household   db.ID  `json:"household_from,omitzero" doc:"Whose household counts where both are registered in one at the same time; what the other record says ends before it"`
	Reason      string `json:"reason,omitempty"`
	// The versions of the candidate and of both persons as the editor saw them.
	Version int64 `json:"version"`
	First   int64 `json:"first_version" doc:"Version of the person who was registered first"`
	Second  int64 `json:"second_version"`
}

// sources are the fields that say where they come from, for the faults.
func (in *MergeInput) sources() map[string]*db.ID {
	return map[string]*db.ID{"/name_from": &in.Name, "/birth_date_from": &in.Birth, "/gender_from": &in.Gender,
		"/languages_from": &in.Languages, "/interpreter_from": &in.Interpreter, "/household_from": &in.Household}
}

// validate checks the input against the candidate, and fills in whose record
// each field comes from.
func (in *MergeInput) validate(d Duplicate) error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	switch in.Keep {
	case db.ID{}:
		f.Add("/keep_id", "fault.required")
	case d.Person, d.Other:
	default:
		f.Add("/keep_id", "fault.bad_choice")
	}
	for at, from := range in.sources() {
		if from.IsZero() {
			*from = in.Keep
		} else if *from != d.Person && *from != d.Other {
			f.Add(at, "fault.bad_choice")
		}
	}
	return f.Err()
}

// both are the two of a merge.
type both struct{ keep, other Person }

// Merge makes one record of the two of a candidate. Everything that names the
// other names the one that stays afterwards, in every room.
func (r *Room) Merge(ctx context.Context, a access.Actor, id db.ID, in MergeInput) (Merge, error) {
	return op.Do(ctx, r.run, a, "duplicate.merge "+id.String(), in, func(tx *op.Tx) (Merge, error) {
		in := in
		d, err := r.duplicate(tx, a, id)
		if err == nil {
			err = in.validate(d)
		}
		if err == nil {
			err = flow.Fresh(d, in.Version)
		}
		if err != nil {
			return Merge{}, err
		}
		b, err := r.two(tx, a, d, in)
		if err != nil {
			return Merge{}, err
		}
		for _, settle := range r.OnMerge {
			if err := settle(tx, b.keep.ID, b.other.ID); err != nil {
				return Merge{}, err
			}
		}
		return r.merge(ctx, tx, d, b, in)
	})
}

// two loads and holds the persons of a candidate, and says why they cannot be
// merged by this actor now.
func (r *Room) two(tx *op.Tx, a access.Actor, d Duplicate, in MergeInput) (both, error) {
	var b both
	if err := hold(tx, []db.ID{d.Person, d.Other}); err != nil {
		return b, err
	}
	first, err := load(tx, a, tx.Now(), d.Person)
	if err != nil {
		return b, unseen(err)
	}
	second, err := load(tx, a, tx.Now(), d.Other)
	if err != nil {
		return b, unseen(err)
	}
	switch {
	case first.Version != in.First || second.Version != in.Second:
		return b, fault.Conflict("people.fault.merge_moved_on")
	case (first.DiedOn == "") != (second.DiedOn == ""):
		return b, fault.Conflict("people.fault.merge_one_died")
	case !a.Person.IsZero() && (a.Person == first.ID || a.Person == second.ID):
		return b, fault.Forbid("people.fault.own_record")
	}
	b = both{keep: first, other: second}
	if in.Keep == second.ID {
		b = both{keep: second, other: first}
	}
	return b, nil
}

// unseen is what somebody is told who may know that the other exists and not
// what is in the record.
func unseen(err error) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
		return fault.Conflict("people.fault.merge_unseen")
	}
	return err
}

func (r *Room) merge(ctx context.Context, tx *op.Tx, d Duplicate, b both, in MergeInput) (Merge, error) {
	m := Merge{Person: b.keep.ID, Merged: b.other.ID, Duplicate: d.ID, Txs: db.AsJSON([]db.ID{tx.ID()})}
	if err := settleParts(tx, b, in); err != nil {
		return m, err
	}
	if err := withdrawOthers(tx, b, d.ID); err != nil {
		return m, err
	}
	moved, err := flow.Move(tx, "person", b.other.ID, b.keep.ID)
	if err != nil {
		return m, err
	}
	if err := moveBars(tx, moved[InterestFlow.Entity]); err != nil {
		return m, err
	}
	if err := r.join(ctx, tx, b, in); err != nil {
		return m, err
	}
	if m.Reach.V, err = shareReach(tx, b); err != nil {
		return m, err
	}
	if err := r.moved(tx, b.other.ID, b.keep.ID, moved); err != nil {
		return m, err
	}
	if m.Reach.V.Closed, err = closeTeams(tx, b); err != nil {
		return m, err
	}
	if _, err := flow.Take(tx, DuplicateFlow, "merge", d, func(*Duplicate) {}, flow.Because(in.Reason)); err != nil {
		return m, err
	}
	tellChanged(tx, b.keep.ID)
	tx.Tell(op.Event{Name: "person.merged", Entity: "person", Record: b.other.ID, Root: b.other.ID})
	return flow.Create(tx, MergeFlow, "make", m, flow.Because(in.Reason))
}

func (r *Room) moved(tx *op.Tx, from, to db.ID, records map[string][]db.ID) error {
	for _, follow := range r.OnMove {
		if err := follow(tx, from, to, records); err != nil {
			return err
		}
	}
	return nil
}

func tellChanged(tx *op.Tx, id db.ID) {
	tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: id, Root: id})
}

// join writes the two persons: the other gives up its number and stands as
// merged, the one takes what was chosen and what it lacks. What shields either
// shields the one.
func (r *Room) join(ctx context.Context, tx *op.Tx, b both, in MergeInput) error {
	return tx.As(access.TheSystem(), func() error {
		if _, err := flow.Take(tx, Flow, "merge", b.other, func(p *Person) {
			p.MergedInto = b.keep.ID
			if b.keep.Number == "" {
				p.Number = ""
			}
		}); err != nil {
			return err
		}
		if err := search.Remove(tx, "person", b.other.ID); err != nil {
			return err
		}
		_, err := r.wearAndTake(ctx, tx, b.keep, "take_in", func(p *Person) { *p = chosen(*p, b, in) })
		return err
	})
}

// chosen is the record that stays, with the fields that come from the other.
func chosen(p Person, b both, in MergeInput) Person {
	from := func(id db.ID, empty func(Person) bool) Person {
		at, rest := b.keep, b.other
		if id == b.other.ID {
			at, rest = b.other, b.keep
		}
		if empty(at) {
			return rest
		}
		return at
	}
	birth := from(in.Birth, func(x Person) bool { return x.BirthDate == "" })
	p.BirthDate, p.BirthPrecision = birth.BirthDate, birth.BirthPrecision
	p.Gender = from(in.Gender, func(x Person) bool { return x.Gender == "" || x.Gender == "unstated" }).Gender
	p.Languages = from(in.Languages, func(x Person) bool { return len(x.Languages.V) == 0 }).Languages
	p.Interpreter = from(in.Interpreter, func(x Person) bool { return x.Interpreter == "" }).Interpreter
	p.Number = from(p.ID, func(x Person) bool { return x.Number == "" }).Number
	if b.keep.Placeholder == "" || b.other.Placeholder == "" {
		p.Placeholder = ""
	}
	p.ContactProhibited = b.keep.ContactProhibited || b.other.ContactProhibited
	p.ReachNote = strings.Join(slices.Compact(slices.DeleteFunc([]string{b.keep.ReachNote, b.other.ReachNote}, func(s string) bool { return s == "" })), " / ")
	p.Restricted = b.keep.Restricted || b.other.Restricted
	p.ProtectedUntil = max(b.keep.ProtectedUntil, b.other.ProtectedUntil)
	extra := Extra{}
	for _, x := range []Person{b.other, b.keep} {
		for key, v := range x.Extra.V {
			extra[key] = v
		}
	}
	if len(extra) > 0 {
		p.Extra = db.AsJSON(extra)
	}
	return p
}

// withdrawOthers takes back what else the merged one was a candidate for. Who
// is alike the one that stays is found anew; whom somebody proposed beside the
// other stands beside the one from now on.
func withdrawOthers(tx *op.Tx, b both, but db.ID) error {
	list, err := duplicatesOf(tx, b.other.ID)
	if err != nil {
		return err
	}
	known, err := duplicatesOf(tx, b.keep.ID)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d Duplicate) bool { return d.ID == but || d.Status != "open" })
	var fresh, again []Duplicate
	for _, d := range list {
		third := d.With(b.other.ID)
		i := slices.IndexFunc(known, func(x Duplicate) bool { return x.With(b.keep.ID) == third })
		switch {
		case !d.reported():
		case i < 0:
			fresh = append(fresh, proposal(b.keep.ID, third))
		case known[i].Status == "withdrawn":
			again = append(again, known[i])
		}
	}
	return tx.As(access.TheSystem(), func() error {
		if _, _, err := flow.TakeAll(tx, DuplicateFlow, "withdraw", list, nil); err != nil {
			return err
		}
		if _, err := flow.CreateAll(tx, DuplicateFlow, "find", fresh); err != nil {
			return err
		}
		_, _, err := flow.TakeAll(tx, DuplicateFlow, "find_again", again, func(d *Duplicate) { d.Reasons = proposal(d.Person, d.Other).Reasons })
		return err
	})
}

// shareReach lets those who reach the other reach the one that stays, and
// tells which reaches are new.
func shareReach(tx *op.Tx, b both) (Regranted, error) {
	own, err := sight.Of(tx, "person", b.keep.ID)
	if err != nil {
		return Regranted{}, err
	}
	others, err := sight.Of(tx, "person", b.other.ID)
	if err != nil {
		return Regranted{}, err
	}
	var out Regranted
	for _, x := range others {
		if !slices.ContainsFunc(own, func(o sight.Reach) bool { return o.Scope == x.Scope && o.Why == x.Why }) {
			out.Opened = append(out.Opened, grantedBy(x))
		}
	}
	return out, sight.Open(tx, reaches(out.Opened, b.keep.ID)...)
}

// closeTeams takes a person who has become restricted by a merge away from the
// teams, as restricting does.
func closeTeams(tx *op.Tx, b both) ([]granted, error) {
	if !b.keep.Restricted && !b.other.Restricted {
		return nil, nil
	}
	list, err := sight.Of(tx, "person", b.keep.ID)
	if err != nil {
		return nil, err
	}
	var closed []granted
	for _, x := range list {
		if x.ScopeKind == sight.Team {
			closed = append(closed, grantedBy(x))
		}
	}
	return closed, sight.CloseKind(tx, "person", b.keep.ID, sight.Team)
}

// MergeView is a merge as it is shown with the record that stayed.
type MergeView struct {
	Merge
	Other   Card
	Reason  string
	By      db.ID
	Actions []flow.Action
}

// Merges lists what was merged into a person that the actor sees, the latest
// first, from before one (zero: from the latest), without what was taken back.
func (r *Room) Merges(ctx context.Context, a access.Actor, person, before db.ID, limit int) ([]MergeView, error) {
	var out []MergeView
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), person); err != nil {
			return err
		}
		list, err := mergesInto(q, person, before, limit)
		if err == nil {
			out, err = viewed(q, a, list)
		}
		return err
	})
	return out, err
}

// MergeOf gives one merge to who sees the record that stayed.
func (r *Room) MergeOf(ctx context.Context, a access.Actor, id db.ID) (MergeView, error) {
	var out []MergeView
	err := r.run.Read(ctx, func(q *db.Reader) error {
		m, err := loadMerge(q, id)
		if err == nil {
			_, err = load(q, a, r.run.Now(), m.Person)
		}
		if err == nil {
			out, err = viewed(q, a, []Merge{m})
		}
		return err
	})
	if err != nil {
		return MergeView{}, err
	}
	return out[0], nil
}

func viewed(q db.Q, a access.Actor, list []Merge) ([]MergeView, error) {
	out := make([]MergeView, len(list))
	var persons, merges []db.ID
	for i, m := range list {
		out[i] = MergeView{Merge: m, Actions: MergeFlow.Actions(a, m)}
		persons, merges = append(persons, m.Merged), append(merges, m.ID)
	}
	if len(list) == 0 {
		return out, nil
	}
	cards, err := CardsOf(q, persons...)
	if err != nil {
		return nil, err
	}
	made, err := journal.First(q, merges)
	for i := range out {
		out[i].Other, out[i].By = cards[out[i].Merged], made[out[i].ID].Actor
		changes, bad := made[out[i].ID].Fields()
		if bad != nil {
			return nil, bad
		}
		out[i].Reason, _ = changes[journal.Reason].New.(string)
	}
	return out, err
}

// Follow moves what came to name a person after they were merged: a write that
// was on its way then. It is done once more soon after each merge.
func (r *Room) Follow(ctx context.Context, person db.ID) error {
	_, err := op.Do(ctx, r.run, access.TheSystem(), "person_merge.follow "+person.String(), nil, func(tx *op.Tx) (bool, error) {
		m, ok, err := mergeOf(tx, person)
		if err != nil || !ok {
			return false, err
		}
		if err := hold(tx, []db.ID{m.Person, m.Merged}); err != nil {
			return false, err
		}
		moved, err := flow.Move(tx, "person", m.Merged, m.Person)
		if err != nil || len(moved) == 0 {
			return false, err
		}
		if err := r.moved(tx, m.Merged, m.Person, moved); err != nil {
			return false, err
		}
		if err := moveBars(tx, moved[InterestFlow.Entity]); err != nil {
			return false, err
		}
		p, err := load(tx, access.TheSystem(), tx.Now(), m.Person)
		if err == nil {
			err = index(tx, p, r.today(ctx))
		}
		if err != nil {
			return false, err
		}
		_, err = flow.Take(tx, MergeFlow, "follow", m, func(m *Merge) { m.Txs = db.AsJSON(append(slices.Clone(m.Txs.V), tx.ID())) })
		return true, err
	})
	return err
}

// Standing leads from a record that was merged to the one that stays, for who
// sees that.
func (r *Room) Standing(ctx context.Context, a access.Actor, person db.ID) (db.ID, error) {
	var at db.ID
	err := r.run.Read(ctx, func(q *db.Reader) error {
		into, ok, err := mergedInto(q, person)
		if err != nil {
			return err
		}
		if !ok {
			return fault.NotFound()
		}
		at = into
		_, err = load(q, a, r.run.Now(), at)
		return err
	})
	return at, err
}
