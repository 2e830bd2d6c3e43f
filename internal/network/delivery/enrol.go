package delivery

import (
	"bytes"
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
)

// Enrol gives residents places in sessions, as far as places, units and days
// go; a supervisor may let a limit be passed, with a reason. Where nobody got
// a place, the answer is why the first did not.
func (r *Room) Enrol(ctx context.Context, a access.Actor, in EnrolInput) ([]Placed, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	if in.Override != "" && !a.Is(access.Supervisor) {
		return nil, fault.Forbid("delivery.fault.override")
	}
	return op.Do(ctx, r.run, a, "session_enrolment.enrol", in, func(tx *op.Tx) ([]Placed, error) {
		list, err := sessionsByID(tx, in.Sessions)
		if err != nil {
			return nil, err
		}
		if len(list) < len(in.Sessions) {
			return nil, fault.NotFound()
		}
		placed, err := r.enrol(tx, a, list, in.Authorizations, in)
		if err != nil {
			return nil, err
		}
		return placed, allPlaced(placed, 1)
	})
}

// allPlaced is the first refusal where fewer than enough got a place.
func allPlaced(placed []Placed, enough int) error {
	got := 0
	var first *Placed
	for i, p := range placed {
		if p.Fault == "" {
			got++
		} else if first == nil {
			first = &placed[i]
		}
	}
	if first == nil || got >= enough {
		return nil
	}
	f := fault.Conflict(first.Fault)
	f.Args = first.Args
	return f
}

// seating is what must hold while places are given: the sessions' rows and
// then the authorizations' are locked before anything is counted.
type seating struct {
	known    map[db.ID]Authorization
	taken    map[db.ID]int64          // places, by session
	used     map[db.ID]int64          // thousandths, by authorization
	there    map[db.ID]map[db.ID]bool // authorizations, by session
	override bool
}

func (r *Room) seat(tx *op.Tx, a access.Actor, list []Session, authorizations []db.ID, override bool) (s seating, err error) {
	ids := make([]db.ID, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	sortIDs(ids)
	if err := lockSessions(tx, ids); err != nil {
		return s, err
	}
	locked := slices.Clone(authorizations)
	sortIDs(locked)
	if err := r.authorizations.Lock(tx, locked); err != nil {
		return s, err
	}
	s.override = override
	if s.known, err = r.authorizations.Of(tx, locked...); err != nil {
		return s, err
	}
	for _, id := range locked {
		x, ok := s.known[id]
		if !ok {
			return s, fault.NotFound()
		}
		if err := r.mayUse(tx, a, x); err != nil {
			return s, err
		}
	}
	if s.taken, err = seatsTaken(tx, ids); err != nil {
		return s, err
	}
	if s.used, err = unitsUsed(tx, locked); err != nil {
		return s, err
	}
	s.there, err = whoIsIn(tx, ids, locked)
	return s, err
}

func sortIDs(ids []db.ID) {
	slices.SortFunc(ids, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
}

// enrol gives places to every authorization in every session it may have, the
// earlier sessions first.
func (r *Room) enrol(tx *op.Tx, a access.Actor, list []Session, authorizations []db.ID, in EnrolInput) ([]Placed, error) {
	s, err := r.seat(tx, a, list, authorizations, in.Override != "")
	if err != nil {
		return nil, err
	}
	if list, err = fresh(tx, list); err != nil {
		return nil, err
	}
	var placed []Placed
	var places []Enrolment
	var plans []Disbursement
	for _, session := range list {
		for _, id := range authorizations {
			x := s.known[id]
			if x.Provider != session.Provider {
				return nil, fault.NotFound()
			}
			p := Placed{Session: session.ID, Authorization: id}
			f, passed := s.refuse(session, x)
			if f != nil {
				p.Fault, p.Args = f.Key, f.Args
				placed = append(placed, p)
				continue
			}
			e, d := place(tx, session, x, in, passed)
			p.Enrolment = e.ID
			placed, places, plans = append(placed, p), append(places, e), append(plans, d)
			s.give(session, x, d.Planned)
		}
	}
	if len(places) == 0 {
		return placed, nil
	}
	if _, err := flow.CreateAll(tx, EnrolmentFlow, "enrol", places); err != nil {
		return nil, err
	}
	_, err = flow.CreateAll(tx, DisbursementFlow, "plan", plans)
	for _, e := range places {
		tx.Tell(op.Event{Name: "session_enrolment.enrolled", Entity: "session_enrolment", Record: e.ID, Root: e.Referral})
	}
	return placed, err
}

// fresh reads sessions again once their rows are held.
func fresh(tx *op.Tx, list []Session) ([]Session, error) {
	ids := make([]db.ID, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	return sessionsByID(tx, ids)
}

// refuse says why there is no place; passed reports a limit that was lifted.
func (s *seating) refuse(session Session, x Authorization) (why *fault.Fault, passed bool) {
	planned := x.Planned(session)
	limits := []struct {
		hit bool
		why *fault.Fault
	}{
		{session.Capacity > 0 && s.taken[session.ID] >= session.Capacity, fault.Conflict("delivery.fault.full").With("capacity", session.Capacity)},
		{s.used[x.ID]+int64(planned) > int64(x.Units), fault.Conflict("delivery.fault.units").With("units", x.Units)},
		{!x.Covers(session.On), fault.Conflict("delivery.fault.not_covered").With("from", x.From, "until", x.Until)},
	}
	switch {
	case session.Status != "scheduled":
		return fault.Conflict("delivery.fault.session_over"), false
	case !x.Active:
		return fault.Conflict("delivery.fault.not_active"), false
	case s.there[session.ID][x.ID]:
		return fault.Conflict("delivery.fault.enrolled"), false
	case !session.Benefit.IsZero() && session.Benefit != x.Benefit:
		return fault.Conflict("delivery.fault.other_benefit"), false
	}
	for _, l := range limits {
		if l.hit && !s.override {
			return l.why, false
		}
		passed = passed || l.hit
	}
	return nil, passed
}

func (s *seating) give(session Session, x Authorization, planned ledger.Quantity) {
	s.taken[session.ID]++
	s.used[x.ID] += int64(planned)
	if s.there[session.ID] == nil {
		s.there[session.ID] = map[db.ID]bool{}
	}
	s.there[session.ID][x.ID] = true
}

func place(tx *op.Tx, session Session, x Authorization, in EnrolInput, passed bool) (Enrolment, Disbursement) {
	e := Enrolment{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}, Session: session.ID, Provider: session.Provider, Authorization: x.ID,
		Referral: x.Referral, Case: x.Case, Person: x.Person, Assignment: x.Assignment, WalkIn: in.WalkIn, Note: in.Note}
	if e.Note == "" {
		e.Note = x.Note
	}
	if passed {
		e.OverLimit = in.Override
	}
	return e, Disbursement{Enrolment: e.ID, Provider: e.Provider, Authorization: x.ID, Referral: x.Referral, Case: x.Case, Person: x.Person,
		Assignment: x.Assignment, Benefit: x.Benefit, Planned: x.Planned(session)}
}

// onPlace runs an operation on an enrolment the actor sees, with its session's
// row held.
func onPlace[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, step string, in any, f func(tx *op.Tx, e Enrolment) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, "session_enrolment."+step+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		e, err := loadEnrolment(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		if err := lockSessions(tx, []db.ID{e.Session}); err != nil {
			return none, err
		}
		if e, err = loadEnrolment(tx, a, tx.Now(), id); err != nil {
			return none, err
		}
		return f(tx, e)
	})
}

// Cancel gives a place back, on the resident's side or the provider's.
func (r *Room) Cancel(ctx context.Context, a access.Actor, id db.ID, side string, in ReasonInput) (Enrolment, error) {
	step := "cancel_by_provider"
	if side == "resident" {
		step = "cancel_by_resident"
	}
	if err := in.Validate(); err != nil {
		return Enrolment{}, err
	}
	return onPlace(ctx, r, a, id, step, in, func(tx *op.Tx, e Enrolment) (Enrolment, error) {
		if err := flow.Fresh(e, in.Version); err != nil {
			return e, err
		}
		s, err := sessionsByID(tx, []db.ID{e.Session})
		if err != nil {
			return e, err
		}
		late := side == "resident" && s[0].On <= r.today(ctx)
		if err := cancelPlaces(tx, []Enrolment{e}, step, in.Reason, late); err != nil {
			return e, err
		}
		return loadEnrolment(tx, a, tx.Now(), id)
	})
}

// CancelMine gives back a resident's own place in a session that has not
// begun.
func (r *Room) CancelMine(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) error {
	if err := in.Validate(); err != nil {
		return err
	}
	_, err := op.Do(ctx, r.run, a, "session_enrolment.cancel_mine "+id.String(), in, func(tx *op.Tx) (db.ID, error) {
		list, err := enrolmentsByID(tx, []db.ID{id})
		if err != nil {
			return id, err
		}
		if len(list) == 0 || a.Person.IsZero() || list[0].Person != a.Person {
			return id, fault.NotFound()
		}
		sessions, err := sessionsByID(tx, []db.ID{list[0].Session})
		if err != nil {
			return id, err
		}
		if sessions[0].StartsAt <= tx.Now() {
			return id, fault.Conflict("delivery.fault.begun")
		}
		if err := flow.Fresh(list[0], in.Version); err != nil {
			return id, err
		}
		return id, cancelPlaces(tx, list, "cancel_by_resident", in.Reason, sessions[0].On <= r.today(ctx))
	})
	return err
}

// cancelPlaces takes a cancelling step on enrolments and their disbursements;
// late says that they were called off on the day.
func cancelPlaces(tx *op.Tx, list []Enrolment, step, reason string, late bool) error {
	done, faults, err := flow.TakeAll(tx, EnrolmentFlow, step, list, func(e *Enrolment) { e.LateCancel = late }, flow.Because(reason))
	if err != nil {
		return err
	}
	for _, f := range faults {
		return f
	}
	return withDisbursements(tx, done, "cancel")
}

func withDisbursements(tx *op.Tx, list []Enrolment, step string) error {
	if len(list) == 0 {
		return nil
	}
	plans, err := disbursementsOf(tx, ids(list))
	if err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		_, faults, err := flow.TakeAll(tx, DisbursementFlow, step, plans, nil)
		for _, f := range faults {
			return f
		}
		return err
	})
}

func ids(list []Enrolment) []db.ID {
	out := make([]db.ID, len(list))
	for i, e := range list {
		out[i] = e.ID
	}
	return out
}

// Void marks an enrolment as entered in error: what was delivered under it is
// taken back.
func (r *Room) Void(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Enrolment, error) {
	if err := in.Validate(); err != nil {
		return Enrolment{}, err
	}
	return onPlace(ctx, r, a, id, "void", in, func(tx *op.Tx, e Enrolment) (Enrolment, error) {
		if err := flow.Fresh(e, in.Version); err != nil {
			return e, err
		}
		was := e
		e, err := flow.Take(tx, EnrolmentFlow, "void", e, nil, flow.Because(in.Reason))
		if err != nil {
			return e, err
		}
		tallies, err := talliedOf(tx, []db.ID{id})
		if err != nil {
			return e, err
		}
		t := tallies[id]
		if err := r.unclaimed(tx, t.Disbursement); err != nil {
			return e, err
		}
		if t.Delivered != 0 {
			m := newMark(a, was, t, MarkInput{Outcome: Absent, Note: in.Reason}, -t.Delivered)
			if _, err := flow.Create(tx, MarkFlow, "correct", m); err != nil {
				return e, err
			}
			if err := r.moved(tx, e.Authorization); err != nil {
				return e, err
			}
		}
		if was.Status == "cancelled_by_resident" || was.Status == "cancelled_by_provider" {
			return e, nil // its disbursement went with it
		}
		return e, withDisbursements(tx, []Enrolment{e}, "void")
	})
}

func (r *Room) unclaimed(tx *op.Tx, disbursements ...db.ID) error {
	if r.Claimed == nil {
		return nil
	}
	claimed, err := r.Claimed(tx, disbursements)
	for _, id := range disbursements {
		if claimed[id] && err == nil {
			return fault.Conflict("delivery.fault.claimed")
		}
	}
	return err
}

// Died gives back the places of a person who died, after the day of death; a
// slot of people.
func (r *Room) Died(tx *op.Tx, person db.ID, on calendar.Date) error {
	list, err := upcomingOf(tx, person, on)
	if err != nil || len(list) == 0 {
		return err
	}
	return tx.As(access.TheSystem(), func() error { return cancelPlaces(tx, list, "cancel_by_resident", "", false) })
}

// NoteInput is a short note beside a resident on the roster.
type NoteInput struct {
	Note    string `json:"note"`
	Version int64  `json:"version"`
}

// Note writes what stands beside a resident on the roster: a wheelchair, an
// interpreter.
func (r *Room) Note(ctx context.Context, a access.Actor, id db.ID, in NoteInput) (Enrolment, error) {
	var f fault.Fields
	line(&f, "/note", &in.Note, false)
	if err := f.Err(); err != nil {
		return Enrolment{}, err
	}
	return onPlace(ctx, r, a, id, "note", in, func(tx *op.Tx, e Enrolment) (Enrolment, error) {
		if err := flow.Fresh(e, in.Version); err != nil {
			return e, err
		}
		return flow.Take(tx, EnrolmentFlow, "note", e, func(e *Enrolment) { e.Note = in.Note })
	})
}

// WriteProgress keeps what went on for a resident in a session; earlier rooms
// move the goal.
func (r *Room) WriteProgress(ctx context.Context, a access.Actor, id db.ID, in ProgressInput) (Progress, error) {
	if err := in.Validate(); err != nil {
		return Progress{}, err
	}
	return onPlace(ctx, r, a, id, "progress", in, func(tx *op.Tx, e Enrolment) (Progress, error) {
		p := Progress{Enrolment: e.ID, Provider: e.Provider, Referral: e.Referral, Case: e.Case, Person: e.Person,
			Goal: in.Goal, Percent: -1, Body: in.Body, Author: a.ID}
		if in.Percent != nil {
			p.Percent = *in.Percent
		}
		p, err := flow.Create(tx, ProgressFlow, "write", p)
		if err != nil {
			return p, err
		}
		for _, f := range r.OnProgress {
			if err := f(tx, p); err != nil {
				return p, err
			}
		}
		return p, nil
	})
}
