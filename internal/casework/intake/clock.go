package intake

import (
	"context"
	"slices"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Clock is how many hours after it was received a complaint with an allegation
// must be responded to, as the agency decided.
type Clock struct {
	flow.Head
	Allegation string `db:"allegation" json:"allegation"`
	Hours      int64  `db:"hours" json:"hours"`
	Source     string `db:"source" json:"source,omitempty"` // the rule or guidance it comes from
}

// usualHours hold where the agency decided nothing; 48 for abuse of a child is
// what the ministry's guidance asks for (児童相談所運営指針, 安全確認は通告受理後48時間以内).
var usualHours = map[string]int64{
	"violence": 24, "child_abuse": 48, "elder_abuse": 48, "disability_abuse": 48, "neglect": 48, "self_neglect": 72, "exploitation": 72,
	"unsafe_housing": 120, "eviction": 120, "no_income": 120, "service": 240, "other": 168,
}

// inDangerHours is within what a complaint is responded to in any case where
// somebody is in danger now.
const inDangerHours = 24

// hoursOf gives the hours by allegation that hold now.
func hoursOf(q db.Q) (map[string]int64, error) {
	list, err := clocks(q)
	out := make(map[string]int64, len(usualHours))
	for k, h := range usualHours {
		out[k] = h
	}
	for _, c := range list {
		out[c.Allegation] = c.Hours
	}
	return out, err
}

// within is by when somebody must have responded to a complaint, in elapsed
// hours: the earliest of its allegations governs it, and a day where somebody
// is in danger.
func within(in ComplaintInput, hours map[string]int64) time.Duration {
	least := slices.MaxFunc(Allegations, func(x, y string) int { return int(hours[x] - hours[y]) })
	n := hours[least]
	for _, x := range in.Allegations {
		n = min(n, hours[x])
	}
	if in.InDanger {
		n = min(n, inDangerHours)
	}
	return time.Duration(n) * time.Hour
}

// Clocks gives the hours of every allegation, in the order of Allegations;
// those without an id come with the program.
func (r *Room) Clocks(ctx context.Context, a access.Actor) ([]Clock, error) {
	if !a.Is(access.StaffRoles...) && !a.Is(access.Administrator) {
		return nil, fault.NotFound()
	}
	var list []Clock
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		list, err = clocks(q)
		return err
	})
	out := make([]Clock, len(Allegations))
	for i, x := range Allegations {
		out[i] = Clock{Allegation: x, Hours: usualHours[x]}
		for _, c := range list {
			if c.Allegation == x {
				out[i] = c
			}
		}
	}
	return out, err
}

// ClockInput sets the hours of one allegation. Version is 0 where those hold
// that come with the program.
type ClockInput struct {
	Allegation string `json:"allegation"`
	Hours      int64  `json:"hours"`
	Source     string `json:"source,omitempty"`
	Version    int64  `json:"version"`
}

// ClocksInput sets several; those that stay as they are change nothing.
type ClocksInput struct {
	Clocks []ClockInput `json:"clocks"`
}

// Validate says everything that is wrong with the input.
func (in *ClocksInput) Validate() error {
	var f fault.Fields
	for i := range in.Clocks {
		x, at := &in.Clocks[i], fault.At("clocks", i)
		choose(&f, at+"/allegation", x.Allegation, Allegations)
		if x.Hours < 1 || x.Hours > 24*90 {
			f.Add(at+"/hours", "fault.range", "min", 1, "max", 24*90)
		}
		line(&f, at+"/source", &x.Source)
	}
	return f.Err()
}

// SetClocks says within how many hours complaints are responded to from now
// on; what came in before keeps its deadline.
func (r *Room) SetClocks(ctx context.Context, a access.Actor, in ClocksInput) ([]Clock, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	if !a.Is(access.Administrator) {
		return nil, fault.Forbid("flow.not_yours")
	}
	_, err := op.Do(ctx, r.run, a, "allegation_clock.set", in, func(tx *op.Tx) (int, error) {
		list, err := clocks(tx)
		if err != nil {
			return 0, err
		}
		for _, x := range in.Clocks {
			if err := set(tx, list, x); err != nil {
				return 0, err
			}
		}
		return len(in.Clocks), nil
	})
	if err != nil {
		return nil, err
	}
	return r.Clocks(ctx, a)
}

func set(tx *op.Tx, list []Clock, in ClockInput) error {
	i := slices.IndexFunc(list, func(c Clock) bool { return c.Allegation == in.Allegation })
	switch {
	case i < 0 && in.Version > 0 || i >= 0 && list[i].Version != in.Version:
		return fault.Conflict("flow.moved_on")
	case i >= 0:
		_, err := flow.Take(tx, ClockFlow, "edit", list[i], func(c *Clock) { c.Hours, c.Source = in.Hours, in.Source })
		return err
	case in.Hours == usualHours[in.Allegation] && in.Source == "":
		return nil
	}
	_, err := flow.Create(tx, ClockFlow, "set", Clock{Allegation: in.Allegation, Hours: in.Hours, Source: in.Source})
	return err
}
