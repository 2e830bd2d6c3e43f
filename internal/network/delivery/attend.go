package delivery

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
)

// Attend takes the attendance of a session, or corrects it, in one operation:
// each row by itself, so that one that cannot be marked holds up no other.
// What is marked as it stands already changes nothing.
func (r *Room) Attend(ctx context.Context, a access.Actor, id db.ID, in AttendInput) (AttendanceTaken, error) {
	if err := in.Validate(); err != nil {
		return AttendanceTaken{}, err
	}
	return onSession(ctx, r, a, id, "attend", in, func(tx *op.Tx, s Session) (AttendanceTaken, error) {
		out := AttendanceTaken{Session: s, Marked: []db.ID{}, Refused: map[string]Placed{}}
		if s.Status != "scheduled" && s.Status != "completed" {
			return out, fault.Conflict("delivery.fault.session_over")
		}
		if s.On > calendar.Today(ctx, r.run.Clock) {
			return out, fault.Conflict("delivery.fault.not_begun")
		}
		list, err := enrolmentsOf(tx, a, tx.Now(), id)
		if err != nil {
			return out, err
		}
		work, err := r.sheet(tx, a, list, in, &out)
		if err != nil {
			return out, err
		}
		if err := work.take(tx, &out); err != nil {
			return out, err
		}
		if err := watchAbsences(tx, work.touched); err != nil {
			return out, err
		}
		if err := r.moved(tx, work.moved()...); err != nil {
			return out, err
		}
		if err := r.came(tx, work, out.Marked); err != nil {
			return out, err
		}
		if out.Open, err = unmarkedOf(tx, id); err != nil {
			return out, err
		}
		out.Session, err = finish(tx, a, s, in, out.Open)
		return out, err
	})
}

// finish counts who came without a name and completes the session when that
// was asked and nobody is left to be marked.
func finish(tx *op.Tx, a access.Actor, s Session, in AttendInput, open int) (Session, error) {
	var err error
	if in.WalkIns != nil {
		if s, err = flow.Take(tx, SessionFlow, "count", s, func(s *Session) { s.WalkIns = *in.WalkIns }); err != nil {
			return s, err
		}
	}
	if !in.Complete || s.Status != "scheduled" {
		return s, nil
	}
	if open > 0 {
		return s, fault.Conflict("delivery.fault.unmarked").With("n", open)
	}
	s, err = flow.Take(tx, SessionFlow, "complete", s, func(s *Session) { s.CompletedBy = a.ID })
	tx.Tell(op.Event{Name: "session.completed", Entity: "session", Record: s.ID, Root: s.Provider})
	return s, err
}

// After finishAfter days a session in which nobody waits to be marked completes
// by itself; until then walk-ins can still be added.
const finishAfter = 14

// finishAtOnce bounds how many sessions one transaction completes.
const finishAtOnce = 200

// Finish completes sessions of finishAfter days ago and earlier that everybody
// is marked in and nobody completed; a job calls it. It tells how many.
func (r *Room) Finish(ctx context.Context) (finished int, err error) {
	before := calendar.Today(ctx, r.run.Clock).AddDays(-finishAfter)
	for {
		n, err := op.Do(ctx, r.run, access.TheSystem(), "session.finish", nil, func(tx *op.Tx) (int, error) {
			found, err := unfinished(tx, before, finishAtOnce)
			if err != nil || len(found) == 0 {
				return 0, err
			}
			if err := lockSessions(tx, found); err != nil {
				return 0, err
			}
			list, err := stillUnfinished(tx, found)
			if err != nil {
				return 0, err
			}
			done, _, err := flow.TakeAll(tx, SessionFlow, "complete", list, nil)
			for _, s := range done {
				tx.Tell(op.Event{Name: "session.completed", Entity: "session", Record: s.ID, Root: s.Provider})
			}
			return len(found), err
		})
		finished += n
		if err != nil || n < finishAtOnce {
			return finished, err
		}
	}
}

// entries are the rows of a roster that change: enrolments by outcome, and the
// mark each gets.
type entries struct {
	by      map[string][]Enrolment
	marks   map[db.ID]Mark
	touched []Enrolment // whose absences may have changed
}

// sheet finds out what changes. Rows that may not are refused by themselves.
func (r *Room) sheet(tx *op.Tx, a access.Actor, list []Enrolment, in AttendInput, out *AttendanceTaken) (entries, error) {
	e := entries{by: map[string][]Enrolment{}, marks: map[db.ID]Mark{}}
	if len(list) == 0 {
		return e, missing(in.Marks, nil, out)
	}
	tallies, err := talliedOf(tx, ids(list))
	if err != nil {
		return e, err
	}
	claimed, err := r.claimed(tx, tallies)
	if err != nil {
		return e, err
	}
	asked, known := map[db.ID]MarkInput{}, map[db.ID]bool{}
	for _, m := range in.Marks {
		asked[m.Enrolment] = m
	}
	for _, row := range list {
		known[row.ID] = true
		m, ok := asked[row.ID]
		if !ok && (in.Rest == "" || row.Status != "enrolled") {
			continue
		}
		if !ok {
			m = MarkInput{Enrolment: row.ID, Outcome: in.Rest}
		}
		if m.Version > 0 {
			if err := flow.Fresh(row, m.Version); err != nil {
				return e, err
			}
		}
		t := tallies[row.ID]
		switch quantity := m.quantity(t.Planned); {
		case row.Status == m.Outcome && t.Delivered == quantity && (m.Note == "" || m.Note == t.Note):
			out.Marked = append(out.Marked, row.ID)
		case claimed[t.Disbursement]:
			out.Refused[row.ID.String()] = Placed{Enrolment: row.ID, Authorization: row.Authorization, Fault: "delivery.fault.claimed"}
		default:
			e.by[m.Outcome] = append(e.by[m.Outcome], row)
			e.marks[row.ID] = newMark(a, row, t, m, quantity-t.Delivered)
			if m.Outcome == Absent || row.Status == Absent {
				e.touched = append(e.touched, row)
			}
		}
	}
	return e, missing(in.Marks, known, out)
}

// missing refuses the rows that are not on the roster.
func missing(marks []MarkInput, known map[db.ID]bool, out *AttendanceTaken) error {
	for _, m := range marks {
		if !known[m.Enrolment] {
			out.Refused[m.Enrolment.String()] = Placed{Enrolment: m.Enrolment, Fault: "fault.not_found"}
		}
	}
	return nil
}

func (r *Room) claimed(tx *op.Tx, tallies map[db.ID]tallied) (map[db.ID]bool, error) {
	var corrected []db.ID
	for _, t := range tallies {
		if !t.Last.IsZero() {
			corrected = append(corrected, t.Disbursement)
		}
	}
	if r.Claimed == nil || len(corrected) == 0 {
		return nil, nil
	}
	sortIDs(corrected)
	return r.Claimed(tx, corrected)
}

func newMark(a access.Actor, e Enrolment, t tallied, in MarkInput, quantity ledger.Quantity) Mark {
	return Mark{Enrolment: e.ID, Disbursement: t.Disbursement, Provider: e.Provider, Authorization: e.Authorization, Referral: e.Referral,
		Assignment: e.Assignment, Outcome: in.Outcome, Quantity: quantity, Note: in.Note, CorrectionOf: t.Last, MarkedBy: a.ID}
}

// take moves the enrolments, one step for each outcome, and adds the marks of
// those that were moved.
func (e entries) take(tx *op.Tx, out *AttendanceTaken) error {
	var first, corrections []Mark
	for _, outcome := range Outcomes {
		if len(e.by[outcome]) == 0 {
			continue
		}
		done, faults, err := flow.TakeAll(tx, EnrolmentFlow, outcome, e.by[outcome], nil)
		if err != nil {
			return err
		}
		for id, f := range faults {
			out.Refused[id.String()] = Placed{Enrolment: id, Fault: f.Key, Args: f.Args}
		}
		for _, row := range done {
			out.Marked = append(out.Marked, row.ID)
			if m := e.marks[row.ID]; m.CorrectionOf.IsZero() {
				first = append(first, m)
			} else {
				corrections = append(corrections, m)
			}
		}
	}
	if len(first) > 0 {
		if _, err := flow.CreateAll(tx, MarkFlow, "mark", first); err != nil {
			return err
		}
	}
	if len(corrections) == 0 {
		return nil
	}
	_, err := flow.CreateAll(tx, MarkFlow, "correct", corrections)
	return err
}

// came tells earlier rooms who came, of those that were marked.
func (r *Room) came(tx *op.Tx, work entries, done []db.ID) error {
	var list []Enrolment
	for _, e := range slices.Concat(work.by[Attended], work.by[Late]) {
		if slices.Contains(done, e.ID) {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil
	}
	for _, f := range r.OnCame {
		if err := f(tx, list); err != nil {
			return err
		}
	}
	return nil
}

// moved gives the authorizations under which the marks change what was
// delivered.
func (e entries) moved() (under []db.ID) {
	for _, m := range e.marks {
		if m.Quantity != 0 {
			under = append(under, m.Authorization)
		}
	}
	return distinct(under)
}

// moved tells earlier rooms how much was delivered under authorizations, once
// nobody else can add to it.
func (r *Room) moved(tx *op.Tx, under ...db.ID) error {
	if len(under) == 0 || len(r.OnDelivered) == 0 {
		return nil
	}
	sortIDs(under)
	if err := r.authorizations.Lock(tx, under); err != nil {
		return err
	}
	sums, err := DeliveredUnder(tx, under...)
	for _, f := range r.OnDelivered {
		if err == nil {
			err = f(tx, sums)
		}
	}
	return err
}

// absenceKind is the prompt that tells of repeated absence.
const absenceKind = "delivery.prompt.absences"

// watchAbsences raises a prompt on the case when somebody was absent without
// notice too often under one authorization, and settles it when a correction
// takes that back.
func watchAbsences(tx *op.Tx, touched []Enrolment) error {
	var under []db.ID
	of := map[db.ID]Enrolment{}
	for _, e := range touched {
		if e.Case.IsZero() {
			continue
		}
		of[e.Authorization] = e
		under = append(under, e.Authorization)
	}
	if len(under) == 0 {
		return nil
	}
	under = distinct(under)
	sortIDs(under)
	absences, err := absencesUnder(tx, under)
	if err != nil {
		return err
	}
	for _, id := range under {
		e := of[id]
		href := "/desk/sessions?authorization=" + e.Authorization.String()
		if n := absences[id]; n >= AbsencesUntilPrompt {
			err = cases.Raise(tx, cases.Prompt{Case: e.Case, Kind: absenceKind, Args: map[string]any{"n": n}, Href: href})
		} else if n == AbsencesUntilPrompt-1 {
			err = cases.Settle(tx, e.Case, absenceKind, href)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
