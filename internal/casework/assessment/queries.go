package assessment

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/people"
)

// File is an assessment as those who work on its case read it.
type File struct {
	Assessment Assessment
	Actions    []flow.Action
	Case       cases.Case
	Person     people.Card
	Form       form.Form     // zero while only suggested
	Response   form.Response // zero while only suggested
	Ready      *form.Ready   // nil while only suggested
	Now        form.Evaluation
	Before     *Assessment // the last completed one with the same form in this case
	Needs      []Need      // found here
}

// Get opens an assessment.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (f File, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if f.Assessment, err = byID(q, Flow, id); err != nil {
			return err
		}
		if f.Case, err = loadCase(q, a, r.run.Now(), f.Assessment.Case); err != nil {
			return err
		}
		return f.read(q)
	})
	if err != nil {
		return File{}, err
	}
	f.Actions = Flow.Actions(a, f.Assessment)
	if err := f.evaluate(ctx, r.run.Now()); err != nil {
		return File{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", "case", f.Case.ID, "assessment")
}

func (f *File) read(q db.Q) error {
	x := f.Assessment
	b := db.NewBatch()
	cards := people.QueueCards(b, x.Person)
	forms := form.QueueForm(b, x.Form)
	responses := form.QueueResponse(b, x.Response)
	if err := db.Send(q, b); err != nil {
		return err
	}
	f.Person, _ = cards.First()
	f.Form, _ = forms.First()
	f.Response, _ = responses.First()
	last, found, err := lastOf(q, x)
	if err != nil {
		return err
	}
	if found {
		f.Before = &last
	}
	f.Needs, err = needsFrom(q, x.ID, x.Case)
	return err
}

// evaluate looks at the answers as of the moment they were completed, else now.
func (f *File) evaluate(ctx context.Context, now calendar.Time) (err error) {
	if f.Form.ID.IsZero() {
		return nil
	}
	if f.Ready, err = f.Form.Ready(); err != nil {
		return err
	}
	if f.Response.CompletedAt != 0 {
		now = f.Response.CompletedAt
	}
	f.Now = f.Ready.Evaluate(f.Response.Answers.V, now.Date(calendar.Zone(ctx)))
	f.Now.Of = &f.Response
	return nil
}

// AsTyped is what would follow from answers as they stand on a page; nothing is
// kept.
func (r *Room) AsTyped(ctx context.Context, f File, in form.Fill) form.Evaluation {
	now := f.Ready.AsTyped(f.Response.Answers.V, in, calendar.Today(ctx, r.run.Clock))
	now.Of = &f.Response
	return now
}

// Of asks for what belongs to a case, from before one of them (zero: from the
// newest).
type Of struct {
	Case, Before db.ID
	Limit        int
}

func listOf[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], of Of) (list []R, err error) {
	if of.Case.IsZero() {
		return nil, fault.Invalid(fault.Field{Pointer: "/case_id", Key: "fault.required"})
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := loadCase(q, a, r.run.Now(), of.Case); err != nil {
			return err
		}
		list, err = db.All[R](q, ofCase(t), of.Case, before(of.Before), of.Limit)
		return err
	})
	return list, err
}

// Assessments lists the assessments of a case the actor sees.
func (r *Room) Assessments(ctx context.Context, a access.Actor, of Of) ([]Assessment, error) {
	return listOf(ctx, r, a, Flow, of)
}

// Needs lists the needs in a case the actor sees.
func (r *Room) Needs(ctx context.Context, a access.Actor, of Of) ([]Need, error) {
	return listOf(ctx, r, a, NeedFlow, of)
}

// Determinations lists the determinations of a case the actor sees.
func (r *Room) Determinations(ctx context.Context, a access.Actor, of Of) ([]Determination, error) {
	return listOf(ctx, r, a, DeterminationFlow, of)
}

// Decisions lists the decisions of a case the actor sees.
func (r *Room) Decisions(ctx context.Context, a access.Actor, of Of) ([]Decision, error) {
	return listOf(ctx, r, a, DecisionFlow, of)
}

// Need gives a need through its case.
func (r *Room) Need(ctx context.Context, a access.Actor, id db.ID) (n Need, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if n, err = byID(q, NeedFlow, id); err != nil {
			return err
		}
		_, err = loadCase(q, a, r.run.Now(), n.Case)
		return err
	})
	return n, err
}

// Determined is a determination with what explains it.
type Determined struct {
	Determination Determination
	Rule          catalog.EligibilityRule
	Person        people.Card
}

// Determination gives a determination to who sees what it belongs to.
func (r *Room) Determination(ctx context.Context, a access.Actor, id db.ID) (out Determined, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Determination, err = r.loadDetermination(q, a, id); err != nil {
			return err
		}
		if out.Rule, err = catalog.RuleByID(q, out.Determination.Rule); err != nil {
			return err
		}
		cards, err := people.CardsOf(q, out.Determination.Person)
		out.Person = cards[out.Determination.Person]
		return err
	})
	return out, err
}

// Decision gives a decision to who sees what it belongs to.
func (r *Room) Decision(ctx context.Context, a access.Actor, id db.ID) (d Decision, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if d, err = byID(q, DecisionFlow, id); err != nil {
			return err
		}
		return seesRoot(q, a, r.run.Now(), d.RootKind, d.Root)
	})
	return d, err
}

// Desk is what a decision is made from.
type Desk struct {
	Item           Item
	Person         people.Card
	SubjectName    text.Pair
	Determinations []Determination // for the item, the newest first
	Decision       *Decision       // that stands already
}

// Desk gathers what a decision on an item needs.
func (r *Room) Desk(ctx context.Context, a access.Actor, kind string, id db.ID) (out Desk, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Item, err = r.item(q, a, r.run.Now(), kind, id); err != nil {
			return err
		}
		s := Sheet{SubjectKind: out.Item.SubjectKind, Subject: out.Item.Subject}
		if err := s.nameSubject(q); err != nil {
			return err
		}
		out.SubjectName = s.SubjectName
		cards, err := people.CardsOf(q, out.Item.Person)
		if err != nil {
			return err
		}
		out.Person = cards[out.Item.Person]
		if out.Determinations, err = DeterminationsOn(q, kind, id); err != nil {
			return err
		}
		d, found, err := DecisionOn(q, kind, id)
		if found {
			out.Decision = &d
		}
		return err
	})
	return out, err
}

// Choices is what an assessment or determination in a case can be about.
type Choices struct {
	Case     cases.Case
	Persons  map[db.ID]people.Card // taking part
	Forms    []form.Form
	Programs []catalog.Program
	Benefits []catalog.Benefit
}

// Choices gives what can be asked about whom in a case.
func (r *Room) Choices(ctx context.Context, a access.Actor, caseID db.ID) (out Choices, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Case, err = loadCase(q, a, r.run.Now(), caseID); err != nil {
			return err
		}
		ids, err := cases.Persons(q, caseID)
		if err != nil {
			return err
		}
		if out.Persons, err = people.CardsOf(q, ids...); err != nil {
			return err
		}
		if out.Forms, err = form.PublishedFor(q, "assessment"); err != nil {
			return err
		}
		out.Programs, out.Benefits, err = catalog.Running(q)
		return err
	})
	return out, err
}

// Summary is what a case page shows of this room.
type Summary struct {
	Assessments    *db.Answer[Assessment]
	Needs          *db.Answer[Need]
	Determinations *db.Answer[Determination]
	Decisions      *db.Answer[Decision]
}

// QueueSummary asks in a batch for what a case page shows; the caller has
// checked that the actor may see the case.
func QueueSummary(b *db.Batch, caseID db.ID) Summary {
	return Summary{
		db.Queue[Assessment](b, ofCase(Flow), caseID, lastID, panelSize),
		db.Queue[Need](b, ofCase(NeedFlow), caseID, lastID, panelSize),
		db.Queue[Determination](b, ofCase(DeterminationFlow), caseID, lastID, panelSize),
		db.Queue[Decision](b, ofCase(DecisionFlow), caseID, lastID, panelSize),
	}
}
