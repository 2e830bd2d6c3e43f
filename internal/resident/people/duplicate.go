package people

import (
	"bytes"
	"context"
	"math"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
)

// Duplicate is two persons who may be one. It is found whenever either is
// registered or changed, and waits for somebody to look at it; once they are
// said to be two, it is not found again.
type Duplicate struct {
	flow.Head
	Person  db.ID                    `db:"person"` // who was registered first
	Other   db.ID                    `db:"other"`
	Weight  int64                    `db:"weight"` // tenths of bits
	Reasons db.JSON[[]search.Reason] `db:"reasons"`
}

// DuplicateFlow is a candidate's. Its history is its own: in a person's it
// would tell of another whom the reader may not know.
var DuplicateFlow = flow.Define(flow.Table[Duplicate]{
	Entity: "duplicate", Table: "duplicate",
	Root: func(d *Duplicate) (string, db.ID) { return "duplicate", d.ID },
	Steps: []flow.Step[Duplicate]{
		{Name: "find", To: "open", By: flow.Roles{access.System}},
		{Name: "report", To: "open", By: keepers},
		{Name: "weigh", From: []string{"open"}, By: flow.Roles{access.System}},
		{Name: "withdraw", From: []string{"open"}, To: "withdrawn", By: flow.Roles{access.System}},
		{Name: "find_again", From: []string{"withdrawn"}, To: "open", By: flow.Roles{access.System}},
		{Name: "merge", From: []string{"open"}, To: "merged", By: keepers},
		{Name: "dismiss", From: []string{"open"}, To: "not_duplicate", By: keepers},
		{Name: "reopen", From: []string{"not_duplicate"}, To: "open", By: keepers},
		{Name: "separate", From: []string{"merged"}, To: "open", By: keepers},
	},
})

// Weigh compares a person, who was just registered or changed, with everybody
// who shares a key, and keeps the candidates in step.
func (r *Room) Weigh(ctx context.Context, person db.ID) error {
	found, stored, err := r.candidates(ctx, person)
	if err != nil || !due(person, found, stored) {
		return err
	}
	_, err = op.Do(ctx, r.run, access.TheSystem(), "duplicate.weigh "+person.String(), nil, func(tx *op.Tx) (struct{}, error) {
		// Two who are registered at once are each other's candidate: the second of the two waits here.
		ids := []db.ID{person}
		for _, l := range found {
			ids = append(ids, l.Card.ID)
		}
		if err := hold(tx, ids); err != nil {
			return struct{}{}, err
		}
		stored, err := duplicatesOf(tx, person)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, keepInStep(tx, person, found, stored)
	})
	return err
}

func (r *Room) candidates(ctx context.Context, person db.ID) (found []like, stored []Duplicate, err error) {
	today := r.today(ctx)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if stored, err = duplicatesOf(q, person); err != nil {
			return err
		}
		self, err := traitsOf(q, []db.ID{person}, today)
		if err != nil || len(self) == 0 || self[0].Card.Status != "active" {
			return err
		}
		n, err := r.persons(q)
		if err != nil {
			return err
		}
		others := sight.Clause{SQL: "p.status = 'active' AND p.id <> ?", Args: []any{person}}
		found, err = resembling(q, self[0].Traits, others, search.Threshold(n), today)
		found = strongest(person, found, stored)
		return err
	})
	return found, stored, err
}

// most is how many candidates somebody gets: nobody looks at more, and where a hundred records say the
// same, of unknown persons or out of an import gone wrong, each of them would have a hundred.
const most = 20

// strongest leaves out the weakest of those who would be new candidates beyond the most.
func strongest(person db.ID, found []like, stored []Duplicate) []like {
	known, open := map[db.ID]bool{}, 0
	for _, d := range stored {
		known[d.With(person)] = d.Status != "withdrawn"
		if d.Status == "open" {
			open++
		}
	}
	var out []like
	for _, l := range found { // the heaviest first
		if !known[l.Card.ID] {
			if open >= most {
				continue
			}
			open++
		}
		out = append(out, l)
	}
	return out
}

// With is the other one of the two.
func (d Duplicate) With(person db.ID) db.ID {
	if d.Person == person {
		return d.Other
	}
	return d.Person
}

// due says whether anything is to be written.
func due(person db.ID, found []like, stored []Duplicate) bool {
	known := map[db.ID]Duplicate{}
	for _, d := range stored {
		known[d.With(person)] = d
	}
	for _, l := range found {
		d, ok := known[l.Card.ID]
		if !ok || d.Status == "withdrawn" || d.Status == "open" && d.Weight != tenths(l.Weight) {
			return true
		}
		delete(known, l.Card.ID)
	}
	for _, d := range known {
		if d.Status == "open" && !d.reported() {
			return true
		}
	}
	return false
}

// reported says that somebody proposed the two. It stays so however little they are alike.
func (d Duplicate) reported() bool {
	return slices.ContainsFunc(d.Reasons.V, func(x search.Reason) bool { return x.Key == reported })
}

const reported = "people.alike.reported"

func tenths(bits float64) int64 { return int64(math.Round(bits * 10)) }

func keepInStep(tx *op.Tx, person db.ID, found []like, stored []Duplicate) error {
	var fresh []Duplicate
	later := map[string][]Duplicate{} // by step
	alike := map[db.ID]like{}
	weigh := func(d *Duplicate) {
		if l, ok := alike[d.With(person)]; ok {
			reasons := slices.Clone(l.Reasons)
			if d.reported() {
				reasons = append(reasons, search.Reason{Key: reported})
			}
			d.Weight, d.Reasons = tenths(l.Weight), db.AsJSON(reasons)
		}
	}
	for _, l := range found {
		alike[l.Card.ID] = l
		if slices.ContainsFunc(stored, func(d Duplicate) bool { return d.With(person) == l.Card.ID }) {
			continue
		}
		d := pair(person, l.Card.ID)
		weigh(&d)
		fresh = append(fresh, d)
	}
	for _, d := range stored {
		_, still := alike[d.With(person)]
		switch {
		case still && d.Status == "open":
			later["weigh"] = append(later["weigh"], d)
		case still && d.Status == "withdrawn":
			later["find_again"] = append(later["find_again"], d)
		case !still && d.Status == "open" && !d.reported():
			later["withdraw"] = append(later["withdraw"], d)
		}
	}
	if _, err := flow.CreateAll(tx, DuplicateFlow, "find", fresh); err != nil {
		return err
	}
	for _, step := range []string{"weigh", "find_again", "withdraw"} {
		if _, _, err := flow.TakeAll(tx, DuplicateFlow, step, later[step], weigh); err != nil {
			return err
		}
	}
	return nil
}

// Candidate is a duplicate as an actor may know of it.
type Candidate struct {
	Duplicate
	First, Second Match // the persons; Score is the weight in bits of both
	Actions       []flow.Action
}

// judges says that candidates are an actor's to look at.
func judges(a access.Actor) bool { return a.Is(keepers...) || a.Is(access.Auditor) }

// DuplicateStatuses are the lists of candidates that are shown.
var DuplicateStatuses = []string{"open", "not_duplicate"}

// Duplicates lists the candidates in a status that an actor may know of, the
// latest found first, from before one (zero: from the latest).
func (r *Room) Duplicates(ctx context.Context, a access.Actor, status string, before db.ID, limit int) ([]Candidate, error) {
	if !judges(a) {
		return nil, fault.NotFound()
	}
	if !slices.Contains(DuplicateStatuses, status) {
		return nil, fault.Invalid(fault.Field{Pointer: "/status", Key: "fault.bad_choice"})
	}
	var out []Candidate
	err := r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listDuplicates(q, a, r.run.Now(), status, before, limit)
		if err != nil {
			return err
		}
		out, err = r.shown(q, a, list, r.today(ctx))
		return err
	})
	return out, err
}

// shown puts the persons beside the candidates. Of one who is protected no reason tells of contacts any
// more, also while the candidate still waits to be weighed again.
func (r *Room) shown(q db.Q, a access.Actor, list []Duplicate, today calendar.Date) ([]Candidate, error) {
	var ids []db.ID
	for _, d := range list {
		ids = append(ids, d.Person, d.Other)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	cards, err := CardsOf(q, ids...)
	if err != nil {
		return nil, err
	}
	visible, err := visibleAmong(q, a, r.run.Now(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]Candidate, len(list))
	for i, d := range list {
		if cards[d.Person].Protected(today) || cards[d.Other].Protected(today) {
			d.Reasons.V = slices.DeleteFunc(slices.Clone(d.Reasons.V), search.Reason.Contact)
		}
		match := func(id db.ID) Match {
			m := Match{Card: cards[id], Score: int(d.Weight / 10), Visible: visible[id]}
			for _, reason := range d.Reasons.V {
				m.Reasons = append(m.Reasons, reason.Key)
			}
			return m
		}
		out[i] = Candidate{Duplicate: d, First: match(d.Person), Second: match(d.Other), Actions: DuplicateFlow.Actions(a, d)}
	}
	return out, nil
}

// Duplicate gives one candidate, and the files of the two as far as the actor
// sees them; that they were opened is kept.
func (r *Room) Duplicate(ctx context.Context, a access.Actor, id db.ID) (Candidate, [2]File, error) {
	var files [2]File
	c, err := r.DuplicateOf(ctx, a, id)
	if err != nil {
		return c, files, err
	}
	for i, m := range []Match{c.First, c.Second} {
		if !m.Visible {
			continue
		}
		if files[i], err = r.Get(ctx, a, m.Card.ID); err != nil {
			return c, files, err
		}
	}
	return c, files, nil
}

// DuplicateOf gives one candidate with the cards of the two.
func (r *Room) DuplicateOf(ctx context.Context, a access.Actor, id db.ID) (Candidate, error) {
	var found []Candidate
	err := r.run.Read(ctx, func(q *db.Reader) error {
		d, err := r.duplicate(q, a, id)
		if err == nil {
			found, err = r.shown(q, a, []Duplicate{d}, r.today(ctx))
		}
		return err
	})
	if err != nil {
		return Candidate{}, err
	}
	return found[0], nil
}

func (r *Room) duplicate(q db.Q, a access.Actor, id db.ID) (Duplicate, error) {
	if !judges(a) {
		return Duplicate{}, fault.NotFound()
	}
	return loadDuplicate(q, a, r.run.Now(), id)
}

// ReportInput names two persons who may be one.
type ReportInput struct {
	Person db.ID `json:"person_id"`
	Other  db.ID `json:"other_id"`
}

// pair is the candidate of two persons.
func pair(one, other db.ID) Duplicate {
	if bytes.Compare(other[:], one[:]) < 0 { // ids grow with time
		one, other = other, one
	}
	return Duplicate{Person: one, Other: other}
}

// proposal is a candidate that somebody thought of.
func proposal(one, other db.ID) Duplicate {
	d := pair(one, other)
	d.Reasons = db.AsJSON([]search.Reason{{Key: reported}})
	return d
}

// Report proposes two persons whom nobody would find alike, for instance
// because one record has another name. Where the two are a candidate already,
// that is it.
func (r *Room) Report(ctx context.Context, a access.Actor, in ReportInput) (Duplicate, error) {
	var f fault.Fields
	if in.Person.IsZero() {
		f.Add("/person_id", "fault.required")
	}
	if in.Other.IsZero() {
		f.Add("/other_id", "fault.required")
	} else if in.Other == in.Person {
		f.Add("/other_id", "people.fault.same_record")
	}
	if err := f.Err(); err != nil {
		return Duplicate{}, err
	}
	return op.Do(ctx, r.run, a, "duplicate.report", in, func(tx *op.Tx) (Duplicate, error) {
		d := proposal(in.Person, in.Other)
		if err := hold(tx, []db.ID{d.Person, d.Other}); err != nil {
			return d, err
		}
		if err := Seen(tx, a, tx.Now(), d.Person, d.Other); err != nil {
			return d, err
		}
		stored, err := duplicatesOf(tx, d.Person)
		if err != nil {
			return d, err
		}
		i := slices.IndexFunc(stored, func(x Duplicate) bool { return x.With(d.Person) == d.Other })
		switch {
		case i < 0:
			return flow.Create(tx, DuplicateFlow, "report", d)
		case stored[i].Status == "withdrawn":
			err = tx.As(access.TheSystem(), func() error {
				d, err = flow.Take(tx, DuplicateFlow, "find_again", stored[i], func(x *Duplicate) { x.Reasons = d.Reasons })
				return err
			})
			return d, err
		}
		return stored[i], nil
	})
}

// DuplicateInput is a step on a candidate as an editor who saw a version takes it.
type DuplicateInput struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

// Dismiss says that the two are not one person: they are not proposed again.
func (r *Room) Dismiss(ctx context.Context, a access.Actor, id db.ID, in DuplicateInput) (Duplicate, error) {
	return r.judge(ctx, a, id, "dismiss", in)
}

// Reopen takes a Dismiss back.
func (r *Room) Reopen(ctx context.Context, a access.Actor, id db.ID, in DuplicateInput) (Duplicate, error) {
	return r.judge(ctx, a, id, "reopen", in)
}

func (r *Room) judge(ctx context.Context, a access.Actor, id db.ID, step string, in DuplicateInput) (Duplicate, error) {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	if err := f.Err(); err != nil {
		return Duplicate{}, err
	}
	return op.Do(ctx, r.run, a, "duplicate."+step+" "+id.String(), in, func(tx *op.Tx) (Duplicate, error) {
		d, err := r.duplicate(tx, a, id)
		if err == nil {
			err = flow.Fresh(d, in.Version)
		}
		if err != nil {
			return d, err
		}
		var opts []flow.Option
		if in.Reason != "" {
			opts = append(opts, flow.Because(in.Reason))
		}
		return flow.Take(tx, DuplicateFlow, step, d, func(*Duplicate) {}, opts...)
	})
}
