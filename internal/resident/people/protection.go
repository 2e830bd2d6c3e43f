package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// requireReason refuses a step that somebody will ask about without its reason.
func requireReason(f *fault.Fields, reason *string) {
	line(f, "/reason", reason, maxLine)
	if *reason == "" {
		f.Add("/reason", "fault.required")
	}
}

// Unrestrict lets everybody see a person again whose work leads them there.
func (r *Room) Unrestrict(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Person, error) {
	if err := in.validate(); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.unrestrict "+id.String(), in, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, in.Version)
		if err != nil {
			return p, err
		}
		p, err = flow.Take(tx, Flow, "unrestrict", p, func(p *Person) { p.Restricted = false }, flow.Because(in.Reason))
		if err != nil {
			return p, err
		}
		for _, team := range a.Teams {
			if err := sight.Open(tx, sight.Reach{ScopeKind: sight.Team, Scope: team, Kind: "person", Record: id, Why: "registered"}); err != nil {
				return p, err
			}
		}
		for _, f := range r.OnPart {
			if err := f(tx, id); err != nil {
				return p, err
			}
		}
		tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: id, Root: id})
		return p, nil
	})
}

// UnprotectInput says which measure ends, and how.
type UnprotectInput struct {
	Measure db.ID         `json:"measure_id,omitzero" doc:"Which of them; may be left out where there is one"`
	Until   calendar.Date `json:"until,omitempty" doc:"Its last day; yesterday at the latest lets it end at once. Left out where it was entered in error"`
	Error   bool          `json:"in_error,omitempty" doc:"It was entered in error and never held"`
	Reason  string        `json:"reason"`
	Version int64         `json:"version" doc:"Of the person"`
}

func (in *UnprotectInput) validate() error {
	var f fault.Fields
	requireReason(&f, &in.Reason)
	switch {
	case in.Error && in.Until != "":
		f.Add("/until", "people.fault.measure_in_error")
	case !in.Error && in.Until == "":
		f.Add("/until", "fault.required")
	}
	return f.Err()
}

// Unprotect ends a protective measure, or takes back one that was entered in error. What it withheld is
// shown again from the day after its last, unless another measure goes on.
func (r *Room) Unprotect(ctx context.Context, a access.Actor, id db.ID, in UnprotectInput) (Person, error) {
	if err := in.validate(); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.unprotect "+id.String(), in, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, in.Version)
		if err != nil {
			return p, err
		}
		measures, err := db.All[Protection](tx, textProtections, id)
		if err != nil {
			return p, err
		}
		at := slices.IndexFunc(measures, func(m Protection) bool { return m.ID == in.Measure || in.Measure.IsZero() && len(measures) == 1 })
		if at < 0 {
			return p, fault.Invalid(fault.Field{Pointer: "/measure_id", Key: "fault.bad_choice"})
		}
		if !in.Error && in.Until < measures[at].From {
			return p, fault.Invalid(fault.Field{Pointer: "/until", Key: "people.fault.until_before_from"})
		}
		if measures, err = ended(tx, measures, at, in); err != nil {
			return p, err
		}
		var last calendar.Date
		for _, m := range measures {
			last = max(last, m.end())
		}
		p, err = flow.Take(tx, Flow, "unprotect", p, func(p *Person) { p.ProtectedUntil = last }, flow.Because(in.Reason))
		if err != nil {
			return p, err
		}
		tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: id, Root: id})
		return p, index(tx, p, r.today(ctx))
	})
}

// ended writes the end of one of the measures and gives those that stand.
func ended(tx *op.Tx, measures []Protection, at int, in UnprotectInput) ([]Protection, error) {
	m := measures[at]
	if in.Error {
		_, err := flow.Take(tx, ProtectionFlow, "remove", m, nil, flow.Because(in.Reason))
		return slices.Delete(measures, at, at+1), err
	}
	m, err := flow.Take(tx, ProtectionFlow, "change", m, func(m *Protection) { m.Until = in.Until }, flow.Because(in.Reason))
	measures[at] = m
	return measures, err
}

// Running are the measures that run on a day or will.
func (f File) Running(on calendar.Date) []Protection {
	return slices.DeleteFunc(slices.Clone(f.Protections), func(m Protection) bool { return m.end() < on })
}
