package intake

import (
	"context"
	"maps"
	"slices"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/office/agency"
)

// Clock is how many hours after it was received a complaint with an allegation
// must be responded to, and within how many it is reported, as the agency
// decided.
type Clock struct {
	flow.Head
	Allegation string `db:"allegation" json:"allegation"`
	Hours      int64  `db:"hours" json:"hours"`
	// Report is within how many hours it is reported to an authority; 0: it need not be.
	Report int64  `db:"report_hours" json:"report_hours"`
	Source string `db:"source" json:"source,omitempty"` // the rule or guidance it comes from
}

// usualHours hold where the agency decided nothing; 48 for abuse of a child is
// what the ministry's guidance asks for (児童相談所運営指針, 安全確認は通告受理後48時間以内).
var usualHours = map[string]int64{
	"violence": 24, "child_abuse": 48, "elder_abuse": 48, "disability_abuse": 48, "neglect": 48, "self_neglect": 72, "exploitation": 72,
	"unsafe_housing": 120, "eviction": 120, "no_income": 120, "service": 240, "other": 168,
}

// deadlines are by when what comes in is answered, and the days on which the
// agency works.
type deadlines struct {
	agency.Deadlines
	closed calendar.Holidays
	zone   *time.Location
	// Elapsed hours by allegation: until the first response, and until an
	// authority was told.
	respond, report map[string]int64
}

// longest is how far ahead of its receipt a deadline may lie, with all the days
// between on which nobody works.
const longest = 400

// deadlinesOf reads those of what came at a time, in an agency's zone.
func deadlinesOf(q db.Q, came calendar.Time, zone *time.Location) (d deadlines, err error) {
	d.zone = zone
	if d.Deadlines, err = agency.DeadlinesOf(q); err != nil {
		return d, err
	}
	day := came.Date(zone)
	d.closed, err = agency.Holidays(q, day, day.AddDays(longest))
	return d, err
}

// complaintDeadlinesOf reads those of complaints.
func complaintDeadlinesOf(q db.Q, came calendar.Time, zone *time.Location) (deadlines, error) {
	d, err := deadlinesOf(q, came, zone)
	if err != nil {
		return d, err
	}
	d.respond, d.report = maps.Clone(usualHours), map[string]int64{}
	list, err := clocks(q)
	for _, c := range list {
		d.respond[c.Allegation], d.report[c.Allegation] = c.Hours, c.Report
	}
	return d, err
}

// working is the same hour on the n-th working day after a time.
func (d deadlines) working(from calendar.Time, n int64) calendar.Time {
	at := from.Std().In(d.zone)
	return calendar.Moment(d.closed.AddWorking(from.Date(d.zone), int(n)), at.Hour(), at.Minute(), d.zone)
}

// complaint sets the deadlines of a complaint by what it says: first response
// and report in elapsed hours, where the earliest of its allegations governs,
// the decision in working days. One that was set before is never put off.
func (d deadlines) complaint(in ComplaintInput, x *Complaint, came calendar.Time) {
	var report int64
	respond := slices.Max(slices.Collect(maps.Values(d.respond)))
	for _, a := range in.Allegations {
		respond, report = min(respond, d.respond[a]), sooner(report, d.report[a])
	}
	if in.InDanger {
		respond = min(respond, d.UrgentHours)
	}
	x.DueAt = sooner(x.DueAt, came.Add(time.Duration(respond)*time.Hour))
	if report > 0 {
		x.ReportBy = sooner(x.ReportBy, came.Add(time.Duration(report)*time.Hour))
	}
	x.DecideBy = sooner(x.DecideBy, d.working(came, d.Complaint))
	x.next()
}

// sooner is the lesser of two, where 0 is none.
func sooner[N int64 | calendar.Time](a, b N) N {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
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
	Report     int64  `json:"report_hours,omitempty" doc:"Within how many hours it is reported to an authority; 0: it need not be"`
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
		if x.Report < 0 || x.Report > 24*90 {
			f.Add(at+"/report_hours", "fault.range", "min", 0, "max", 24*90)
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
		_, err := flow.Take(tx, ClockFlow, "edit", list[i], func(c *Clock) { c.Hours, c.Report, c.Source = in.Hours, in.Report, in.Source })
		return err
	case in.Hours == usualHours[in.Allegation] && in.Report == 0 && in.Source == "":
		return nil
	}
	_, err := flow.Create(tx, ClockFlow, "set", Clock{Allegation: in.Allegation, Hours: in.Hours, Report: in.Report, Source: in.Source})
	return err
}
