package people

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// DeathCorrection says that somebody did not die, or on another day.
type DeathCorrection struct {
	DiedOn  calendar.Date `json:"died_on,omitempty" doc:"The right day; left out where the person lives"`
	Reason  string        `json:"reason"`
	Version int64         `json:"version"`
}

// CorrectDeath takes back the record of a death, or moves it to the right day. What was stopped stays so until
// somebody looks at it: the person's cases ask for that, and nobody else is asked about the death any more.
func (r *Room) CorrectDeath(ctx context.Context, a access.Actor, id db.ID, in DeathCorrection) (Person, error) {
	var f fault.Fields
	requireReason(&f, &in.Reason)
	if in.DiedOn > r.today(ctx) {
		f.Add("/died_on", "fault.future")
	}
	if err := f.Err(); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.correct_death "+id.String(), in, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, in.Version)
		if err != nil {
			return p, err
		}
		if err := p.mayHaveDied(in.DiedOn); err != nil {
			return p, err
		}
		was := p.DiedOn
		p, err = flow.Take(tx, Flow, "correct_death", p, func(p *Person) { p.DiedOn = in.DiedOn }, flow.Because(in.Reason))
		if err != nil {
			return p, err
		}
		for _, f := range r.OnDeathCorrected {
			if err := f(tx, id, was, in.DiedOn); err != nil {
				return p, err
			}
		}
		if in.DiedOn != "" {
			err = r.stop(tx, id, in.DiedOn)
		}
		tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: id, Root: id})
		return p, err
	})
}

// mayHaveDied refuses a day before the birth, and the day that is recorded already.
func (p Person) mayHaveDied(on calendar.Date) error {
	switch {
	case on == "":
		return nil
	case on == p.DiedOn:
		return fault.Invalid(fault.Field{Pointer: "/died_on", Key: "people.fault.same_day"})
	case p.BirthDate != "" && on < p.BirthDate:
		return fault.Invalid(fault.Field{Pointer: "/died_on", Key: "people.fault.died_before_birth"})
	}
	return nil
}

// stop lets every other room stop what must not go on after a death.
func (r *Room) stop(tx *op.Tx, id db.ID, on calendar.Date) error {
	for _, f := range r.OnDeath {
		if err := f(tx, id, on); err != nil {
			return err
		}
	}
	return nil
}
