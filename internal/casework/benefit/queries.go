package benefit

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/resident/people"
)

// File is an assignment as staff who see its case read it.
type File struct {
	Assignment Assignment
	Benefit    catalog.Benefit
	Person     people.Card
	Totals     Totals
	Looks      []Recertification // newest first
	Actions    []flow.Action
}

// Get opens an assignment and keeps that it was opened.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		found := QueueLoad(b, a, r.run.Now(), id)
		looks := db.Queue[Recertification](b, textLooks, id)
		if err := db.Send(q, b); err != nil {
			return err
		}
		x, ok := found.First()
		if !ok {
			return fault.NotFound()
		}
		f = File{Assignment: x, Looks: looks.Rows, Actions: Flow.Actions(a, x)}
		cards, err := people.CardsOf(q, x.Person)
		if err != nil {
			return err
		}
		kinds, err := catalog.BenefitOf(q, x.Benefit)
		if err != nil {
			return err
		}
		t, err := r.totals(q, []Assignment{x})
		f.Person, f.Benefit, f.Totals = cards[x.Person], kinds[x.Benefit], t[id]
		return err
	})
	if err != nil {
		return File{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", "benefit_assignment", id, "")
}

// Place is an enrolment as staff read it.
type Place struct {
	Enrolment Enrolment
	Program   catalog.Program
	Person    people.Card
	Actions   []flow.Action
}

// Place opens an enrolment.
func (r *Room) Place(ctx context.Context, a access.Actor, id db.ID) (Place, error) {
	var f Place
	err := r.run.Read(ctx, func(q *db.Reader) error {
		x, err := part[Enrolment](q, selectEnrolment, a, r.run.Now(), id)
		if err != nil {
			return err
		}
		cards, err := people.CardsOf(q, x.Person)
		if err != nil {
			return err
		}
		kinds, err := catalog.ProgramOf(q, x.Program)
		f = Place{x, kinds[x.Program], cards[x.Person], EnrolmentFlow.Actions(a, x)}
		return err
	})
	if err != nil {
		return Place{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", "program_enrolment", id, "")
}

// Look gives one recertification of a case the actor sees.
func (r *Room) Look(ctx context.Context, a access.Actor, id db.ID) (x Recertification, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err = part[Recertification](q, selectLook, a, r.run.Now(), id)
		return err
	})
	return x, err
}

// Asked is what a list asks for: rows of a case or person, or of every case
// the actor reaches, from before a row.
type Asked struct {
	Case, Person, Before db.ID
	Limit                int
}

// Listed are assignments with their totals and names.
type Listed struct {
	Rows     []Assignment
	Totals   map[db.ID]Totals
	Benefits map[db.ID]catalog.Benefit
}

// Assignments lists assignments, the newest first.
func (r *Room) Assignments(ctx context.Context, a access.Actor, x Asked) (out Listed, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err := page[Assignment](q, selectAssignment, a, r.run.Now(), x)
		if err != nil {
			return err
		}
		out, err = r.list(q, rows)
		return err
	})
	return out, err
}

func (r *Room) list(q db.Q, rows []Assignment) (Listed, error) {
	out := Listed{Rows: rows}
	var err error
	if out.Totals, err = r.totals(q, rows); err != nil {
		return out, err
	}
	seen := map[db.ID]bool{}
	var ids []db.ID
	for _, x := range rows {
		if !seen[x.Benefit] {
			seen[x.Benefit] = true
			ids = append(ids, x.Benefit)
		}
	}
	out.Benefits, err = catalog.BenefitOf(q, ids...)
	return out, err
}

// Enrolments lists enrolments, the newest first.
func (r *Room) Enrolments(ctx context.Context, a access.Actor, x Asked) (rows []Enrolment, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err = page[Enrolment](q, selectEnrolment, a, r.run.Now(), x)
		return err
	})
	return rows, err
}

// Recertifications lists recertifications, the newest first.
func (r *Room) Recertifications(ctx context.Context, a access.Actor, x Asked) (rows []Recertification, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		rows, err = page[Recertification](q, selectLook, a, r.run.Now(), x)
		return err
	})
	return rows, err
}

// Choices are what a form to assign something offers.
type Choices struct {
	Case     cases.Case
	Persons  []people.Card // living, the one the case is for first
	Programs []catalog.Program
	Benefits []catalog.Benefit
}

// Choices gives what can be assigned in a case the actor sees.
func (r *Room) Choices(ctx context.Context, a access.Actor, of db.ID) (out Choices, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Case, err = seeCase(q, a, r.run.Now(), of); err != nil {
			return err
		}
		ids, err := cases.Persons(q, of)
		if err != nil {
			return err
		}
		cards, err := people.CardsOf(q, ids...)
		if err != nil {
			return err
		}
		for _, id := range append([]db.ID{out.Case.Person}, ids...) {
			if card, ok := cards[id]; ok && card.DiedOn == "" {
				out.Persons = append(out.Persons, card)
				delete(cards, id)
			}
		}
		out.Programs, out.Benefits, err = catalog.Running(q)
		return err
	})
	return out, err
}

// Own are a resident's benefits and places, as they read them.
type Own struct {
	Listed
	Places   []Enrolment
	Programs map[db.ID]catalog.Program
}

// Own lists what a resident was given or is to be given; what was only
// proposed or refused is told by its notice, not here.
func (r *Room) Own(ctx context.Context, a access.Actor) (out Own, err error) {
	if a.Person.IsZero() {
		return out, nil
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		rows := db.Queue[Assignment](b, textOfPerson, a.Person, db.ListOf(append([]string{"completed", "ended"}, running...)))
		stays := db.Queue[Enrolment](b, textPlacesOwn, a.Person, db.ListOf(places))
		if err := db.Send(q, b); err != nil {
			return err
		}
		if out.Listed, err = r.list(q, rows.Rows); err != nil {
			return err
		}
		out.Places = stays.Rows
		var ids []db.ID
		for _, x := range out.Places {
			ids = append(ids, x.Program)
		}
		out.Programs, err = catalog.ProgramOf(q, ids...)
		return err
	})
	return out, err
}

// Overview is what the page of a case or plan shows of its benefits.
type Overview struct {
	Rows   *db.Answer[Assignment]
	Places *db.Answer[Enrolment]
	Looks  *db.Answer[Recertification]
}

// QueueOverview asks for it in a batch, of a case or a plan; the page has
// checked that the actor may see it.
func QueueOverview(b *db.Batch, of db.ID, plan bool) Overview {
	if plan {
		return Overview{db.Queue[Assignment](b, textAllOfPlan, of), db.Queue[Enrolment](b, textAllPlaces, of), db.Queue[Recertification](b, textLooksOfPlan, of)}
	}
	return Overview{db.Queue[Assignment](b, textOfCase, of), db.Queue[Enrolment](b, textPlacesOf, of), db.Queue[Recertification](b, textLooksOfCase, of)}
}

// Names are what an overview needs besides its rows.
type Names struct {
	Totals   map[db.ID]Totals
	Benefits map[db.ID]catalog.Benefit
	Programs map[db.ID]catalog.Program
}

// NamesOf reads them.
func (r *Room) NamesOf(ctx context.Context, o Overview) (out Names, err error) {
	return r.namesOf(ctx, o.Rows.Rows, o.Places.Rows)
}

func (r *Room) namesOf(ctx context.Context, rows []Assignment, places []Enrolment) (out Names, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		l, err := r.list(q, rows)
		if err != nil {
			return err
		}
		var ids []db.ID
		for _, x := range places {
			ids = append(ids, x.Program)
		}
		out = Names{Totals: l.Totals, Benefits: l.Benefits}
		out.Programs, err = catalog.ProgramOf(q, ids...)
		return err
	})
	return out, err
}
