package careplan

import (
	"context"
	"errors"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// The prompts of reviews.
const (
	reviewKind = "careplan.prompt.review_due"
	missedKind = "careplan.prompt.review_missed"
	diedKind   = "careplan.prompt.died"
)

func settleReviews(tx *op.Tx, p Plan) error {
	for _, kind := range []string{reviewKind, missedKind} {
		if err := cases.Settle(tx, p.Case, kind, href(p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Review keeps what a review found and schedules the next one.
func (r *Room) Review(ctx context.Context, a access.Actor, id db.ID, in ReviewInput) (Review, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Review{}, err
	}
	return onPart(ctx, r, a, id, "plan_review.do", selectReview, in.Version, in, planOfReview, func(tx *op.Tx, p Plan, x Review) (Review, error) {
		if p.Status != "active" {
			return x, fault.Conflict("careplan.fault.plan_ended")
		}
		next := in.NextOn
		if next == "" {
			next = today(tx).AddDays(int(p.ReviewDays))
		}
		x, err := flow.Take(tx, ReviewFlow, "do", x, func(x *Review) {
			x.Moved, x.DoneOn, x.NextOn, x.Reviewer = in.Moved, in.DoneOn, next, a.ID
			if x.DoneOn == "" {
				x.DoneOn = today(tx)
			}
		})
		if err != nil {
			return x, err
		}
		if _, err := flow.Create(tx, ReviewFlow, "schedule", Review{Plan: p.ID, Case: p.Case, DueOn: next}); err != nil {
			return x, err
		}
		if err := settleReviews(tx, p); err != nil {
			return x, err
		}
		tx.Tell(op.Event{Name: "plan_review.done", Entity: "plan_review", Record: x.ID, Root: x.Case})
		return x, cases.SetNext(tx, p.Case, next, "careplan.next.review")
	})
}

// MoveReview puts a due review on another day, for a reason.
func (r *Room) MoveReview(ctx context.Context, a access.Actor, id db.ID, on calendar.Date, version int64, reason string) (Review, error) {
	var f fault.Fields
	if on < calendar.Today(ctx, r.run.Clock) {
		f.Add("/due_on", "fault.past")
	}
	line(&f, "/reason", &reason, maxLine)
	if reason == "" {
		f.Add("/reason", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Review{}, err
	}
	return onPart(ctx, r, a, id, "plan_review.move", selectReview, version, on, planOfReview, func(tx *op.Tx, p Plan, x Review) (Review, error) {
		x, err := flow.Take(tx, ReviewFlow, "move", x, func(x *Review) { x.DueOn = on }, flow.Because(reason))
		if err != nil {
			return x, err
		}
		if err := settleReviews(tx, p); err != nil {
			return x, err
		}
		return x, cases.SetNext(tx, p.Case, on, "careplan.next.review")
	})
}

// How reviews are watched, in days: prompted so long before; one that was
// missed is due again so long after.
const (
	promptDays = 7
	againDays  = 7
	sweepSize  = 100
)

// WatchReviews is the periodic job of a morning: it prompts what is due within
// a week, marks what was not done on its day as missed, and sets a new date,
// so that no active plan goes without one. It may run any number of times.
func (r *Room) WatchReviews(ctx context.Context) error {
	day := calendar.Today(ctx, r.run.Clock)
	for {
		var list []Review
		err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			list, err = overdueReviews(q, day, sweepSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := r.watch(ctx, x.ID, "plan_review.miss", func(tx *op.Tx, x Review) error { return miss(tx, x, day) }); err != nil {
				return err
			}
		}
		if len(list) < sweepSize {
			return r.promptReviews(ctx, day)
		}
	}
}

func (r *Room) promptReviews(ctx context.Context, day calendar.Date) error {
	var last Review
	for {
		var list []Review
		err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			list, err = upcomingReviews(q, day, day.AddDays(promptDays), last, sweepSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range list {
			err := r.watch(ctx, x.ID, "plan_review.prompt", func(tx *op.Tx, x Review) error {
				return cases.Raise(tx, cases.Prompt{Case: x.Case, Kind: reviewKind, Due: x.DueOn, Href: href(x.Plan)})
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

// watch works on one review that is still due; someone who did it in between
// was first.
func (r *Room) watch(ctx context.Context, id db.ID, name string, f func(tx *op.Tx, x Review) error) error {
	_, err := op.Do(ctx, r.run, access.TheSystem(), name, id, func(tx *op.Tx) (bool, error) {
		x, err := reviewByID(tx, id)
		if err != nil || x.Status != "due" {
			return false, err
		}
		return true, f(tx, x)
	})
	if errors.Is(err, fault.KindConflict) {
		return nil
	}
	return err
}

func miss(tx *op.Tx, x Review, day calendar.Date) error {
	if x.DueOn >= day {
		return nil
	}
	next := day.AddDays(againDays)
	if _, err := flow.Take(tx, ReviewFlow, "miss", x, func(x *Review) { x.NextOn = next }); err != nil {
		return err
	}
	if _, err := flow.Create(tx, ReviewFlow, "schedule", Review{Plan: x.Plan, Case: x.Case, DueOn: next}); err != nil {
		return err
	}
	if err := cases.Settle(tx, x.Case, reviewKind, href(x.Plan)); err != nil {
		return err
	}
	return cases.Raise(tx, cases.Prompt{Case: x.Case, Kind: missedKind, Due: day, Href: href(x.Plan)})
}

// OnDeath stops, as the system, what plans still ask of a person who died:
// answers, tasks, and the reviews of plans that were for them. Their cases get
// a prompt. It belongs into people.Room.OnDeath.
func OnDeath(tx *op.Tx, person db.ID, _ calendar.Date) error {
	touched := map[db.ID]db.ID{} // case by plan
	err := tx.As(access.TheSystem(), func() error {
		asked, err := db.All[Agreement](tx, textAskedOf, person)
		if err != nil {
			return err
		}
		for _, x := range asked {
			touched[x.Plan] = x.Case
			if _, err := flow.Take(tx, AgreementFlow, "lapse", x, nil); err != nil {
				return err
			}
		}
		tasks, err := db.All[Task](tx, textTasksOf, person)
		if err != nil {
			return err
		}
		for _, x := range tasks {
			touched[x.Plan] = x.Case
			if _, err := flow.Take(tx, TaskFlow, "cancel", x, nil); err != nil {
				return err
			}
		}
		due, err := db.All[Review](tx, textDueOf, person)
		if err != nil {
			return err
		}
		for _, x := range due {
			touched[x.Plan] = x.Case
			if _, err := flow.Take(tx, ReviewFlow, "drop", x, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for plan, of := range touched {
		if err := cases.Raise(tx, cases.Prompt{Case: of, Kind: diedKind, Href: href(plan)}); err != nil {
			return err
		}
	}
	return nil
}
