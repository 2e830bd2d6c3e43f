package benefit

import (
	"context"
	"errors"
	"slices"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// This file is what follows from elsewhere: from a plan made or ended, from a
// decision, from a death, from a date.

// The prompts of this room.
const (
	lookKind  = "benefit.prompt.recertify"
	diedKind  = "benefit.prompt.died"
	routeKind = "benefit.prompt.approve"
	fullKind  = "benefit.prompt.full"
)

// FromPlan adds a template's programs and benefits to a plan that is made from
// it. Someone who is in a program already stays there. It fills
// careplan.Room.OnMake.
func (r *Room) FromPlan(tx *op.Tx, p careplan.Plan, c careplan.Content) error {
	stays, err := db.All[Enrolment](tx, textPlacesOwn, p.Person, db.ListOf(places))
	if err != nil {
		return err
	}
	for _, program := range c.Programs {
		if slices.ContainsFunc(stays, func(x Enrolment) bool { return x.Program == program }) {
			continue
		}
		x := Enrolment{Case: p.Case, Plan: p.ID, Person: p.Person, Program: program, From: p.From, Source: "plan", Record: p.ID}
		if _, err := apply(tx, x); err != nil {
			return outdated(known(err))
		}
	}
	for _, b := range c.Benefits {
		in := ProposeInput{Person: p.Person, Benefit: b.Benefit, Plan: p.ID, Quantity: b.Quantity, Amount: b.Amount, From: p.From, Until: p.Until}
		if _, err := r.propose(tx, p.Case, in, "plan", p.ID); err != nil {
			return outdated(err)
		}
	}
	return nil
}

// outdated says that a template asks for what is not given any more, or not
// so: the form that chose the template has no field for it.
func outdated(err error) error {
	if errors.Is(err, fault.KindInvalid) {
		return fault.Conflict("benefit.fault.template")
	}
	return err
}

// AfterPlan ends what a plan gave when the plan ends, or keeps it for the case
// without the plan. It fills careplan.Room.OnComplete.
func (r *Room) AfterPlan(tx *op.Tx, p careplan.Plan, e careplan.Ending) error {
	list, err := db.All[Assignment](tx, textOfPlan, p.ID, db.ListOf(open))
	if err != nil {
		return err
	}
	for _, x := range list {
		if e.Keep {
			_, err = flow.Take(tx, Flow, "keep", x, func(x *Assignment) { x.Plan = db.ID{} })
		} else {
			_, err = r.step(tx, x, ending(x, e.Completed), StepInput{Reason: e.Reason})
		}
		if err != nil {
			return err
		}
	}
	if err := cases.Settle(tx, p.Case, waitsKind, planHref(p.ID)); err != nil {
		return err
	}
	stays, err := db.All[Enrolment](tx, textPlacesPlan, p.ID, db.ListOf(places))
	if err != nil {
		return err
	}
	for _, x := range stays {
		switch {
		case e.Keep:
			_, err = flow.Take(tx, EnrolmentFlow, "keep", x, func(x *Enrolment) { x.Plan = db.ID{} })
		case e.Completed && x.Status == "in_progress":
			_, err = stepEnrolment(tx, x, "complete", e.Reason)
		default:
			_, err = stepEnrolment(tx, x, "withdraw", e.Reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ending is the step that ends an assignment.
func ending(x Assignment, completed bool) string {
	switch {
	case x.Status == "proposed":
		return "reject"
	case completed && x.Status == "active":
		return "complete"
	}
	return "end"
}

// Approval is what a decision on an application grants: a benefit with its
// quantity or amount, or a place in a program. Decision is its record.
type Approval struct {
	Decision db.ID
	Case     db.ID
	Person   db.ID
	Program  db.ID
	Benefit  db.ID
	Quantity ledger.Quantity
	Amount   ledger.Money
	From     calendar.Date
	Until    calendar.Date
}

// Grant makes what a decision approved, in the decision's own transaction: the
// decision is the approval. Where an agency has put assignments under an
// approval route, it stays proposed and its case is prompted; a program whose
// places are taken puts the person on its waiting list. The caller has checked
// that the actor may decide.
func (r *Room) Grant(tx *op.Tx, d Approval) error {
	if err := unlessRelated(tx, tx.Actor(), d.Person); err != nil {
		return err
	}
	if f := unlessSelf(tx.Actor(), d.Person); f != nil {
		return f
	}
	return tx.As(access.TheSystem(), func() error {
		if !d.Program.IsZero() {
			if err := r.grantPlace(tx, d); err != nil {
				return err
			}
		}
		if d.Benefit.IsZero() {
			return nil
		}
		return r.grantBenefit(tx, d)
	})
}

func (r *Room) grantBenefit(tx *op.Tx, d Approval) error {
	in := ProposeInput{Person: d.Person, Benefit: d.Benefit, Quantity: d.Quantity, Amount: d.Amount, From: d.From, Until: d.Until}
	x, err := r.propose(tx, d.Case, in, "decision", d.Decision)
	if err != nil {
		return err
	}
	_, err = r.step(tx, x, "approve", StepInput{})
	if f, ok := fault.As(err); ok && f.Key == "flow.awaits_route" {
		return cases.Raise(tx, cases.Prompt{Case: d.Case, Kind: routeKind, Href: href(x.ID)})
	}
	return err
}

func (r *Room) grantPlace(tx *op.Tx, d Approval) error {
	stays, err := db.All[Enrolment](tx, textPlacesOwn, d.Person, db.ListOf(places))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stays, func(x Enrolment) bool { return x.Program == d.Program })
	var x Enrolment
	if i >= 0 {
		x = stays[i]
	} else if x, err = apply(tx, Enrolment{Case: d.Case, Person: d.Person, Program: d.Program, From: d.From, Source: "decision", Record: d.Decision}); err != nil {
		return err
	}
	if x.Status == "in_progress" {
		return nil
	}
	err = place(tx, d.Program)
	if f, ok := fault.As(err); ok && f.Key == "benefit.fault.full" {
		if x.Status == "applied" {
			if _, err := stepEnrolment(tx, x, "waitlist", ""); err != nil {
				return err
			}
		}
		return cases.Raise(tx, cases.Prompt{Case: d.Case, Kind: fullKind, Href: "/desk/program-enrolments/" + x.ID.String()})
	}
	if err != nil {
		return err
	}
	_, err = stepEnrolment(tx, x, "enrol", "")
	return err
}

// OnDeath ends, as the system, what a person who died was given, their places
// in programs and the looks at them still to come, and prompts their cases. It
// fills people.Room.OnDeath; a second time it finds nothing.
func (r *Room) OnDeath(tx *op.Tx, person db.ID, _ calendar.Date) error {
	touched := map[db.ID]int{}
	died := text.Word(tx.Context(), "benefit.reason.died")
	err := tx.As(access.TheSystem(), func() error {
		list, err := db.All[Assignment](tx, textOfPerson, person, db.ListOf(open))
		if err != nil {
			return err
		}
		for _, x := range list {
			touched[x.Case]++
			if _, err := r.step(tx, x, ending(x, false), StepInput{Reason: died}); err != nil {
				return err
			}
		}
		stays, err := db.All[Enrolment](tx, textPlacesOwn, person, db.ListOf(places))
		if err != nil {
			return err
		}
		for _, x := range stays {
			touched[x.Case]++
			if _, err := stepEnrolment(tx, x, "withdraw", died); err != nil {
				return err
			}
		}
		looks, err := db.All[Recertification](tx, textLooksOf, person)
		if err != nil {
			return err
		}
		for _, x := range looks {
			touched[x.Case]++
			if _, err := flow.Take(tx, RecertificationFlow, "drop", x, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for of, n := range touched {
		if err := cases.Raise(tx, cases.Prompt{Case: of, Kind: diedKind, Args: map[string]any{"n": n}, Href: "/desk/cases/" + of.String()}); err != nil {
			return err
		}
	}
	return nil
}

// schedule sets the next look at an assignment, in its benefit's rhythm from a
// day, unless it ends before.
func schedule(tx *op.Tx, x Assignment, from calendar.Date) error {
	found, err := catalog.BenefitOf(tx, x.Benefit)
	if err != nil {
		return err
	}
	months := found[x.Benefit].RecertifyMonths
	due := from.AddMonths(int(months))
	if months == 0 || x.Until != "" && due > x.Until {
		return nil
	}
	if _, has, err := db.Maybe[Recertification](tx, textOpenLook, x.ID); err != nil || has {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		_, err := flow.Create(tx, RecertificationFlow, "schedule", Recertification{Assignment: x.ID, Case: x.Case, Person: x.Person, DueOn: due})
		return err
	})
}

// dropLook drops the look still to come at an assignment that ended.
func dropLook(tx *op.Tx, assignment db.ID) error {
	x, has, err := db.Maybe[Recertification](tx, textOpenLook, assignment)
	if err != nil || !has {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		if _, err := flow.Take(tx, RecertificationFlow, "drop", x, nil); err != nil {
			return err
		}
		return cases.Settle(tx, x.Case, lookKind, href(assignment))
	})
}

// LookInput is what a recertification found.
type LookInput struct {
	Note    string `json:"note,omitempty"`
	Version int64  `json:"version"`
}

// Recertify takes a step on a recertification: begin, recertify or lapse. A
// benefit that is still needed is looked at again in its rhythm; one that
// lapsed stays until somebody ends it.
func (r *Room) Recertify(ctx context.Context, a access.Actor, id db.ID, step string, in LookInput) (Recertification, error) {
	if step != "begin" && step != "recertify" && step != "lapse" {
		return Recertification{}, fault.NotFound()
	}
	var f fault.Fields
	line(&f, "/note", &in.Note)
	if in.Note == "" && step == "lapse" {
		f.Add("/note", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Recertification{}, err
	}
	return op.Do(ctx, r.run, a, "recertification."+step+" "+id.String(), in, func(tx *op.Tx) (Recertification, error) {
		x, err := part[Recertification](tx, selectLook, a, tx.Now(), id)
		if err != nil {
			return x, err
		}
		if err := flow.Fresh(x, in.Version); err != nil {
			return x, err
		}
		if step != "begin" {
			if err := unlessRelated(tx, a, x.Person); err != nil {
				return x, err
			}
		}
		x, err = flow.Take(tx, RecertificationFlow, step, x, func(x *Recertification) {
			if step != "begin" {
				x.DoneOn, x.Note = today(tx), in.Note
			}
		})
		if err != nil || step == "begin" {
			return x, err
		}
		if err := cases.Settle(tx, x.Case, lookKind, href(x.Assignment)); err != nil || step == "lapse" {
			return x, err
		}
		of, err := assignmentByID(tx, x.Assignment)
		if err != nil || !of.Running() {
			return x, err
		}
		return x, schedule(tx, of, max(x.DueOn, today(tx)))
	})
}

// How recertifications are watched: prompted so many days before, so many at a
// time.
const (
	lookDays  = 30
	sweepSize = 100
)

// WatchRecertifications is the periodic job that prompts what is due within 30
// days, or overdue. It may run any number of times.
func (r *Room) WatchRecertifications(ctx context.Context) error {
	until := calendar.Today(ctx, r.run.Clock).AddDays(lookDays)
	var last Recertification
	for {
		var list []Recertification
		err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			list, err = upcoming(q, until, last, sweepSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range list {
			_, err := op.Do(ctx, r.run, access.TheSystem(), "recertification.prompt", x.ID, func(tx *op.Tx) (bool, error) {
				now, has, err := db.Maybe[Recertification](tx, textOpenLook, x.Assignment)
				if err != nil || !has {
					return false, err
				}
				return true, cases.Raise(tx, cases.Prompt{Case: now.Case, Kind: lookKind, Due: now.DueOn, Href: href(now.Assignment)})
			})
			if err != nil {
				return err
			}
			last = x
		}
		if len(list) < sweepSize {
			return nil
		}
	}
}

// Busy is what is still given in a case. It fills cases.Room.Busy.
func Busy(q db.Q, of db.ID) ([]cases.Blocker, error) {
	b := db.NewBatch()
	list := db.Queue[Assignment](b, textOpenOfCase, of, db.ListOf(open))
	stays := db.Queue[Enrolment](b, textOpenPlaces, of, db.ListOf(places))
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	var out []cases.Blocker
	if n := len(list.Rows); n > 0 {
		out = append(out, cases.Blocker{Key: "benefit.busy.assignments", Args: map[string]any{"n": n}, Href: href(list.Rows[0].ID)})
	}
	if n := len(stays.Rows); n > 0 {
		out = append(out, cases.Blocker{Key: "benefit.busy.enrolments", Args: map[string]any{"n": n}, Href: "/desk/program-enrolments/" + stays.Rows[0].ID.String()})
	}
	return out, nil
}
