package intake

import (
	"context"
	"encoding/json"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/office/document"
)

// LeaveInput names the case that something joined by mistake, and why it is
// taken out.
type LeaveInput struct {
	Case    db.ID  `json:"case_id"`
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (in *LeaveInput) validate() error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason)
	if in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	if in.Case.IsZero() {
		f.Add("/case_id", "fault.required")
	}
	return f.Err()
}

// TakenOut is what came in after it was taken out of a case, or put back. Undo
// names the deed, for whoever took it out to take that back.
type TakenOut struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
	Undo    db.ID  `json:"undo_id,omitzero"`
}

// leaver takes one kind out of a case, and puts it back.
type leaver interface {
	leave(tx *op.Tx, r *Room, id db.ID, in LeaveInput) (TakenOut, error)
	back(tx *op.Tx, r *Room, id db.ID, version int64, lines []journal.Row) (TakenOut, error)
}

var leavers = map[string]leaver{
	KindInquiry: leaving[Inquiry]{flow: InquiryFlow,
		led: func(tx *op.Tx, x Inquiry) (int, error) {
			led, err := leads(tx, tx.Actor(), tx.Now(), KindInquiry, &x.Arrival)
			return len(led), err
		}},
	KindComplaint: leaving[Complaint]{flow: ComplaintFlow,
		last: func(x *Complaint) {
			x.Outcome, x.Answer = "", ""
			if x.Response == "" {
				x.RespondedAt = 0 // nobody but the mistake responded
			}
			x.next()
		},
		again: func(was journal.Changes, x *Complaint) error {
			err := reverted(was, "outcome", &x.Outcome)
			if err == nil {
				err = reverted(was, "answer", &x.Answer)
			}
			if err == nil {
				err = reverted(was, "responded_at", &x.RespondedAt)
			}
			x.next()
			return err
		}},
	KindReferral: leaving[InboundReferral]{flow: InboundReferralFlow,
		// Whatever its source was told holds no more: it is told anew.
		last: func(x *InboundReferral) { x.Answer, x.Told, x.ToldBy, x.ToldAt = "", "", "", 0 },
		again: func(was journal.Changes, x *InboundReferral) error {
			err := reverted(was, "answer", &x.Answer)
			for field, at := range map[string]*string{"told": &x.Told, "told_by": &x.ToldBy} {
				if err == nil {
					err = reverted(was, field, at)
				}
			}
			if err == nil {
				err = reverted(was, "told_at", &x.ToldAt)
			}
			return err
		}},
	KindApplication: leaving[Application]{flow: ApplicationFlow, fixed: decidedUpon},
}

// decidedUpon refuses to take an application out of the case in which
// something it asks for was decided: what was approved stands there.
func decidedUpon(tx *op.Tx, x Application) error {
	items, err := itemsOf(tx, x.ID)
	for _, i := range items {
		if i.Status == "approved" || i.Status == "denied" {
			return fault.Conflict("intake.fault.decided_upon")
		}
	}
	return err
}

// Leave takes what came in out of a case that it joined by mistake; out of the
// last one, it waits for an answer again. A case that it opened stays, to be
// closed or voided by itself.
func (r *Room) Leave(ctx context.Context, a access.Actor, kind string, id db.ID, in LeaveInput) (TakenOut, error) {
	k, ok := leavers[kind]
	if !ok {
		return TakenOut{}, fault.NotFound()
	}
	if err := in.validate(); err != nil {
		return TakenOut{}, err
	}
	return op.Do(ctx, r.run, a, kind+".leave "+id.String(), in, func(tx *op.Tx) (TakenOut, error) { return k.leave(tx, r, id, in) })
}

// UndoLeaveInput names the deed by which something was taken out of a case, and
// the version that it left.
type UndoLeaveInput struct {
	Undo    db.ID `json:"undo_id"`
	Version int64 `json:"version"`
}

// UndoLeave puts back into its case what the actor took out of it, as long as
// nobody has touched it since.
func (r *Room) UndoLeave(ctx context.Context, a access.Actor, kind string, id db.ID, in UndoLeaveInput) (TakenOut, error) {
	k, ok := leavers[kind]
	if !ok {
		return TakenOut{}, fault.NotFound()
	}
	return op.Do(ctx, r.run, a, kind+".undo_leave "+id.String(), in, func(tx *op.Tx) (TakenOut, error) {
		lines, err := journal.OfTx(tx, in.Undo)
		if err != nil {
			return TakenOut{}, err
		}
		return k.back(tx, r, id, in.Version, lines)
	})
}

// leaving is one kind.
type leaving[R any] struct {
	flow  *flow.Table[R]
	led   func(*op.Tx, R) (int, error)          // to how much else it led, besides cases
	fixed func(*op.Tx, R) error                 // why it must stay
	last  func(*R)                              // out of the last case
	again func(was journal.Changes, x *R) error // back into it
}

// leave lets those who work on the case see what came in no more, takes out of
// it who and what came with it, and takes the step on the version that was
// read.
func (l leaving[R]) leave(tx *op.Tx, r *Room, id db.ID, in LeaveInput) (TakenOut, error) {
	a := tx.Actor()
	rec, err := load(tx, a, tx.Now(), l.flow, id)
	if err == nil {
		err = flow.Fresh(rec, in.Version)
	}
	if err != nil {
		return TakenOut{}, err
	}
	if l.fixed != nil {
		if err := l.fixed(tx, rec); err != nil {
			return TakenOut{}, err
		}
	}
	c, err := cases.Load(tx, a, tx.Now(), in.Case)
	if err != nil {
		return TakenOut{}, err
	}
	left, came, err := cases.DetachSource(tx, c, l.flow.Entity, id, in.Reason, joinedPrompt, Href(l.flow.Entity, id))
	if err == nil {
		err = r.withdrawLent(tx, c.ID, came, in.Reason)
	}
	if err == nil && l.led != nil {
		var more int
		more, err = l.led(tx, rec)
		left += more
	}
	if err != nil {
		return TakenOut{}, err
	}
	step, edit := "leave", func(*R) {}
	if _, ok := l.flow.Step("leave_last"); ok && left == 0 && l.flow.May(a, "leave_last", rec) == nil {
		step = "leave_last"
		if l.last != nil {
			edit = l.last
		}
	}
	rec, err = flow.Touch(tx, l.flow, step, rec, edit, flow.Because(in.Reason))
	x := of(&rec)
	return TakenOut{x.ID, x.Status, x.Version, tx.ID()}, err
}

// withdrawLent takes the papers out of a case that came with something in the
// deed that tied it to the case, unless somebody looked at them since.
func (r *Room) withdrawLent(tx *op.Tx, of db.ID, came []journal.Row, reason string) error {
	if r.Documents == nil {
		return nil
	}
	list, err := document.Of(tx, "case", of)
	if err != nil {
		return err
	}
	lent := map[db.ID]bool{}
	for _, l := range came {
		lent[l.Record] = l.Entity == document.Flow.Entity && l.Step == "add"
	}
	for _, d := range list {
		if !lent[d.ID] || d.Version != 1 {
			continue
		}
		if err := tx.As(access.TheSystem(), func() error {
			_, err := flow.Take(tx, document.Flow, "void", d, nil, flow.Because(reason))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// back is leave the other way round; lines are those of the deed. What its
// actor may see no more since, because they saw it with the case, they see again.
func (l leaving[R]) back(tx *op.Tx, r *Room, id db.ID, version int64, lines []journal.Row) (out TakenOut, err error) {
	deed, detached := l.deed(tx.Actor(), id, lines)
	if deed.ID.IsZero() || detached.IsZero() {
		return out, fault.NotFound()
	}
	recs, err := handed(tx, l.flow, []db.ID{id})
	if err != nil || len(recs) == 0 {
		return out, fault.NotFound()
	}
	rec := recs[0]
	if v := of(&rec).Version; v != deed.Version || v != version {
		return out, fault.Conflict("flow.moved_on")
	}
	c, err := cases.AttachAgain(tx, detached, lines)
	if err == nil && c.Status != "open" && c.Status != "paused" {
		err = fault.Conflict("intake.fault.case_ended")
	}
	if err == nil && l.flow.Entity == KindReferral {
		err = r.bringAlong(tx, c.ID, id)
	}
	if err != nil {
		return out, err
	}
	was, err := deed.Fields()
	if err != nil {
		return out, err
	}
	step, edit := "undo_leave", func(*R) {}
	if deed.Step == "leave_last" {
		step = "undo_leave_last"
		if l.again != nil {
			edit = func(x *R) { err = l.again(was, x) }
		}
	}
	rec, wrong := flow.Touch(tx, l.flow, step, rec, edit)
	if err == nil {
		err = wrong
	}
	x := of(&rec)
	return TakenOut{ID: x.ID, Status: x.Status, Version: x.Version}, err
}

// deed finds the line of leaving a case among those of one deed of the actor's,
// and what tied the two.
func (l leaving[R]) deed(a access.Actor, id db.ID, lines []journal.Row) (deed journal.Row, detached db.ID) {
	for _, x := range lines {
		switch {
		case x.Entity == l.flow.Entity && x.Record == id && (x.Step == "leave" || x.Step == "leave_last") && x.Actor == a.ID:
			deed = x
		case x.Entity == cases.AttachedFlow.Entity && x.Step == flow.Void:
			detached = x.Record
		}
	}
	return deed, detached
}

// reverted gives a field what it held before a change, if that changed it.
func reverted[T any](changes journal.Changes, field string, at *T) error {
	c, changed := changes[field]
	if !changed {
		return nil
	}
	var none T
	*at = none
	if c.Old == nil || c.Old == "" {
		return nil
	}
	b, err := json.Marshal(c.Old)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, at)
}
