package delivery

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// onSchedule runs an operation on a schedule the actor sees, whose row it
// holds.
func onSchedule(ctx context.Context, r *Room, a access.Actor, id db.ID, step string, version int64, in any, f func(tx *op.Tx, s Schedule) (Schedule, error)) (Schedule, error) {
	return op.Do(ctx, r.run, a, "schedule."+step+" "+id.String(), in, func(tx *op.Tx) (Schedule, error) {
		if err := lockSchedule(tx, id); err != nil {
			return Schedule{}, err
		}
		s, err := loadSchedule(tx, a, tx.Now(), id)
		if err != nil {
			return s, err
		}
		if err := flow.Fresh(s, version); err != nil {
			return s, err
		}
		return f(tx, s)
	})
}

// Draft writes a schedule that is not yet sent in.
func (r *Room) Draft(ctx context.Context, a access.Actor, in ScheduleInput) (Schedule, error) {
	if err := in.Validate(); err != nil {
		return Schedule{}, err
	}
	return op.Do(ctx, r.run, a, "schedule.draft", in, func(tx *op.Tx) (Schedule, error) {
		s := Schedule{DraftedBy: a.ID}
		in.copyTo(&s)
		if err := r.place(tx, a, in.Provider, &s); err != nil {
			return s, err
		}
		return openSchedule(tx, "draft", s)
	})
}

// AskInput asks the agency for a schedule.
type AskInput struct {
	Title     string  `json:"title"`
	Note      string  `json:"note"`
	Residents []db.ID `json:"authorization_ids,omitempty" doc:"For whom it is needed"`
}

// Ask lets a provider that cannot draft a schedule ask the agency to.
func (r *Room) Ask(ctx context.Context, a access.Actor, in AskInput) (Schedule, error) {
	var f fault.Fields
	line(&f, "/title", &in.Title, true)
	prose(&f, "/note", &in.Note)
	within(&f, "/authorization_ids", int64(len(in.Residents)), 0, maxPersons)
	if err := f.Err(); err != nil {
		return Schedule{}, err
	}
	return op.Do(ctx, r.run, a, "schedule.ask", in, func(tx *op.Tx) (Schedule, error) {
		s := Schedule{Title: in.Title, Note: in.Note, Asked: true, Waiting: db.AsJSON(distinct(in.Residents)), DraftedBy: a.ID}
		if err := r.place(tx, a, db.ID{}, &s); err != nil {
			return s, err
		}
		return openSchedule(tx, "ask", s)
	})
}

func openSchedule(tx *op.Tx, step string, s Schedule) (Schedule, error) {
	s, err := flow.Create(tx, ScheduleFlow, step, s)
	if err != nil {
		return s, err
	}
	err = sight.Open(tx, sight.Reach{ScopeKind: sight.Provider, Scope: s.Provider, Kind: "schedule", Record: s.ID, Why: "own"})
	tx.Tell(op.Event{Name: "schedule." + step, Entity: "schedule", Record: s.ID, Root: s.Provider})
	return s, err
}

// place checks whose schedule it is and whom it is for: a provider drafts its
// own, the agency for a provider it names. The case is that of the first
// resident who waits for it.
func (r *Room) place(tx *op.Tx, a access.Actor, provider db.ID, s *Schedule) error {
	if a.Is(access.ProviderRoles...) {
		provider, s.Case = a.Provider, db.ID{}
	}
	if s.Provider.IsZero() {
		s.Provider = provider
	}
	waiting, err := r.authorizations.Of(tx, s.Waiting.V...)
	if err != nil {
		return err
	}
	for i, id := range s.Waiting.V {
		x, ok := waiting[id]
		if !ok || r.mayUse(tx, a, x) != nil || !s.Provider.IsZero() && x.Provider != s.Provider {
			return fault.Invalid(fault.Field{Pointer: fault.At("authorization_ids", i), Key: "fault.bad_choice"})
		}
		s.Provider = x.Provider
		if s.Case.IsZero() {
			s.Case = x.Case
		}
		if s.Benefit.IsZero() {
			s.Benefit = x.Benefit
		}
	}
	if s.Provider.IsZero() {
		return fault.Invalid(fault.Field{Pointer: "/provider_id", Key: "fault.required"})
	}
	if !s.Case.IsZero() && !a.Is(access.ProviderRoles...) {
		_, err = cases.Load(tx, a, tx.Now(), s.Case)
	}
	return err
}

// EditSchedule changes a schedule that is not sent in, or was rejected.
func (r *Room) EditSchedule(ctx context.Context, a access.Actor, id db.ID, in ScheduleInput) (Schedule, error) {
	if err := in.Validate(); err != nil {
		return Schedule{}, err
	}
	return onSchedule(ctx, r, a, id, "edit", in.Version, in, func(tx *op.Tx, s Schedule) (Schedule, error) {
		next := s
		in.copyTo(&next)
		if a.Is(access.ProviderRoles...) {
			next.Case = s.Case
		}
		if err := r.place(tx, a, s.Provider, &next); err != nil {
			return s, err
		}
		return flow.Take(tx, ScheduleFlow, "edit", s, func(s *Schedule) { *s = next })
	})
}

// Submit sends a schedule in. Where nobody has to approve it, it is approved
// in the same step.
func (r *Room) Submit(ctx context.Context, a access.Actor, id db.ID, version int64) (Schedule, error) {
	return onSchedule(ctx, r, a, id, "submit", version, version, func(tx *op.Tx, s Schedule) (Schedule, error) {
		needs := false
		if r.NeedsApproval != nil {
			var err error
			if needs, err = r.NeedsApproval(tx, s.Provider, s.Benefit, s.From); err != nil {
				return s, err
			}
		}
		s, err := flow.Take(tx, ScheduleFlow, "submit", s, func(s *Schedule) { s.NeedsApproval, s.SubmittedBy = needs, a.ID })
		if err != nil {
			return s, err
		}
		tx.Tell(op.Event{Name: "schedule.submitted", Entity: "schedule", Record: s.ID, Root: s.Provider})
		if needs {
			return s, r.askApproval(tx, s)
		}
		err = tx.As(access.TheSystem(), func() error {
			s, err = r.approve(tx, s, db.ID{})
			return err
		})
		return s, err
	})
}

// scheduleKind is the prompt that asks for a schedule to be looked at.
const scheduleKind = "delivery.prompt.schedule"

func (r *Room) askApproval(tx *op.Tx, s Schedule) error {
	if s.Case.IsZero() {
		return nil
	}
	return cases.Raise(tx, cases.Prompt{Case: s.Case, Kind: scheduleKind, Args: map[string]any{"title": s.Title}, Href: "/desk/schedules/" + s.ID.String()})
}

func settleApproval(tx *op.Tx, s Schedule) error {
	if s.Case.IsZero() {
		return nil
	}
	return cases.Settle(tx, s.Case, scheduleKind, "/desk/schedules/"+s.ID.String())
}

// Approve lets a schedule take effect: its sessions are made, and who waits
// for it is enrolled as far as places and units go.
func (r *Room) Approve(ctx context.Context, a access.Actor, id db.ID, version int64) (Schedule, error) {
	return onSchedule(ctx, r, a, id, "approve", version, version, func(tx *op.Tx, s Schedule) (Schedule, error) {
		s, err := r.approve(tx, s, a.ID)
		if err != nil {
			return s, err
		}
		return s, settleApproval(tx, s)
	})
}

func (r *Room) approve(tx *op.Tx, s Schedule, by db.ID) (Schedule, error) {
	s, err := flow.Take(tx, ScheduleFlow, "approve", s, func(s *Schedule) { s.ApprovedBy = by })
	if err != nil {
		return s, err
	}
	tx.Tell(op.Event{Name: "schedule.approved", Entity: "schedule", Record: s.ID, Root: s.Provider})
	return s, tx.As(access.TheSystem(), func() error { return r.materialize(tx, s) })
}

// materialize makes the sessions of an approved schedule.
func (r *Room) materialize(tx *op.Tx, s Schedule) error {
	holidays, err := r.holidays(tx, s)
	if err != nil {
		return err
	}
	zone := calendar.Zone(tx.Context())
	var made []Session
	for i, day := range s.Days(holidays) {
		x := Session{Provider: s.Provider, Schedule: s.ID, Benefit: s.Benefit, Title: s.Title, Seq: int64(i + 1),
			Capacity: s.Capacity, Place: s.Place, Practitioner: s.Practitioner}
		x.at(day, s.Starts, s.Minutes, zone)
		made = append(made, x)
	}
	if made, err = openSessions(tx, made...); err != nil || len(s.Waiting.V) == 0 {
		return err
	}
	_, err = r.enrol(tx, access.TheSystem(), made, s.Waiting.V, EnrolInput{})
	return err
}

func openSessions(tx *op.Tx, list ...Session) ([]Session, error) {
	made, err := flow.CreateAll(tx, SessionFlow, "schedule", list)
	if err != nil {
		return nil, err
	}
	reach := make([]sight.Reach, len(made))
	for i, s := range made {
		reach[i] = sight.Reach{ScopeKind: sight.Provider, Scope: s.Provider, Kind: "session", Record: s.ID, Why: "own"}
	}
	return made, sight.Open(tx, reach...)
}

// Reject sends a schedule back with a reason; it may be changed and sent in
// again.
func (r *Room) Reject(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Schedule, error) {
	if err := in.Validate(); err != nil {
		return Schedule{}, err
	}
	return onSchedule(ctx, r, a, id, "reject", in.Version, in, func(tx *op.Tx, s Schedule) (Schedule, error) {
		s, err := flow.Take(tx, ScheduleFlow, "reject", s, func(s *Schedule) { s.Note = in.Reason }, flow.Because(in.Reason))
		if err != nil {
			return s, err
		}
		tx.Tell(op.Event{Name: "schedule.rejected", Entity: "schedule", Record: s.ID, Root: s.Provider})
		return s, settleApproval(tx, s)
	})
}

// Close ends a schedule: its coming sessions are cancelled, and their places
// with them.
func (r *Room) Close(ctx context.Context, a access.Actor, id db.ID, version int64) (Schedule, error) {
	return onSchedule(ctx, r, a, id, "close", version, version, func(tx *op.Tx, s Schedule) (Schedule, error) {
		s, err := flow.Take(tx, ScheduleFlow, "close", s, nil)
		if err != nil {
			return s, err
		}
		list, err := sessionsOfSchedule(tx, id)
		if err != nil {
			return s, err
		}
		for _, x := range list {
			if x.Status != "scheduled" || x.StartsAt <= tx.Now() {
				continue
			}
			if _, err := cancelSession(tx, x, ""); err != nil {
				return s, err
			}
		}
		return s, nil
	})
}

// VoidSchedule marks a schedule as entered in error, unless it has sessions.
func (r *Room) VoidSchedule(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Schedule, error) {
	if err := in.Validate(); err != nil {
		return Schedule{}, err
	}
	return onSchedule(ctx, r, a, id, "void", in.Version, in, func(tx *op.Tx, s Schedule) (Schedule, error) {
		list, err := sessionsOfSchedule(tx, id)
		if err != nil {
			return s, err
		}
		if len(list) > 0 {
			return s, fault.Conflict("delivery.fault.has_sessions")
		}
		return flow.Take(tx, ScheduleFlow, "void", s, nil, flow.Because(in.Reason))
	})
}

// onSession runs an operation on a session the actor sees, whose row it holds.
func onSession[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, step string, in any, f func(tx *op.Tx, s Session) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, "session."+step+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		if err := lockSessions(tx, []db.ID{id}); err != nil {
			return none, err
		}
		s, err := loadSession(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		return f(tx, s)
	})
}

// Book makes a session that stands alone, and enrols in it.
func (r *Room) Book(ctx context.Context, a access.Actor, in SessionInput) (Session, error) {
	if err := in.Validate(); err != nil {
		return Session{}, err
	}
	return op.Do(ctx, r.run, a, "session.book", in, func(tx *op.Tx) (Session, error) {
		s := Schedule{Benefit: in.Benefit, Waiting: db.AsJSON(distinct(in.Residents))}
		if err := r.place(tx, a, in.Provider, &s); err != nil {
			return Session{}, err
		}
		in.Benefit = s.Benefit
		made, err := openSessions(tx, in.session(s.Provider, calendar.Zone(ctx)))
		if err != nil {
			return Session{}, err
		}
		if len(s.Waiting.V) == 0 {
			return made[0], nil
		}
		placed, err := r.enrol(tx, a, made, s.Waiting.V, EnrolInput{})
		if err != nil {
			return made[0], err
		}
		return made[0], allPlaced(placed, len(placed))
	})
}

// Postpone holds a session at another time: a new one takes its place and
// those not marked yet.
func (r *Room) Postpone(ctx context.Context, a access.Actor, id db.ID, in PostponeInput) (Session, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Session{}, err
	}
	return onSession(ctx, r, a, id, "postpone", in, func(tx *op.Tx, s Session) (Session, error) {
		if err := flow.Fresh(s, in.Version); err != nil {
			return s, err
		}
		next := s
		next.Head = flow.Head{ID: db.NewIDAt(int64(tx.Now()))}
		zone, minutes := calendar.Zone(ctx), int64(s.EndsAt.Sub(s.StartsAt).Minutes())
		if in.Starts == "" {
			in.Starts = calendar.FormatHour(s.StartsAt, zone)
		}
		next.at(in.On, in.Starts, minutes, zone)
		if _, err := flow.Take(tx, SessionFlow, "postpone", s, func(s *Session) { s.MovedTo = next.ID }, flow.Because(in.Reason)); err != nil {
			return s, err
		}
		made, err := openSessions(tx, next)
		if err != nil {
			if db.IsUnique(err, "session.schedule") {
				return s, fault.Invalid(fault.Field{Pointer: "/on", Key: "delivery.fault.same_time"})
			}
			return s, err
		}
		return made[0], tx.As(access.TheSystem(), func() error { return moveEnrolled(tx, s.ID, made[0].ID) })
	})
}

func moveEnrolled(tx *op.Tx, from, to db.ID) error {
	list, err := enrolled(tx, from)
	if err != nil {
		return err
	}
	_, _, err = flow.TakeAll(tx, EnrolmentFlow, "move", list, func(e *Enrolment) { e.Session = to })
	return err
}

// enrolled gives those of a session not marked yet.
func enrolled(q db.Q, session db.ID) ([]Enrolment, error) {
	list, err := allEnrolmentsOf(q, session)
	kept := list[:0]
	for _, e := range list {
		if e.Status == "enrolled" {
			kept = append(kept, e)
		}
	}
	return kept, err
}

// CancelSession calls a session off; those not marked yet lose their place.
func (r *Room) CancelSession(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Session, error) {
	if err := in.Validate(); err != nil {
		return Session{}, err
	}
	return onSession(ctx, r, a, id, "cancel", in, func(tx *op.Tx, s Session) (Session, error) {
		if err := flow.Fresh(s, in.Version); err != nil {
			return s, err
		}
		return cancelSession(tx, s, in.Reason)
	})
}

func cancelSession(tx *op.Tx, s Session, reason string) (Session, error) {
	s, err := flow.Take(tx, SessionFlow, "cancel", s, nil, flow.Because(reason))
	if err != nil {
		return s, err
	}
	list, err := enrolled(tx, s.ID)
	if err != nil || len(list) == 0 {
		return s, err
	}
	err = cancelPlaces(tx, list, "cancel_by_provider", reason, false)
	tx.Tell(op.Event{Name: "session.cancelled", Entity: "session", Record: s.ID, Root: s.Provider})
	return s, err
}

// VoidSession marks a session as entered in error, unless somebody was
// enrolled in it.
func (r *Room) VoidSession(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Session, error) {
	if err := in.Validate(); err != nil {
		return Session{}, err
	}
	return onSession(ctx, r, a, id, "void", in, func(tx *op.Tx, s Session) (Session, error) {
		if err := flow.Fresh(s, in.Version); err != nil {
			return s, err
		}
		taken, err := allEnrolmentsOf(tx, id)
		if err != nil {
			return s, err
		}
		if len(taken) > 0 {
			return s, fault.Conflict("delivery.fault.has_places")
		}
		return flow.Take(tx, SessionFlow, "void", s, nil, flow.Because(in.Reason))
	})
}
