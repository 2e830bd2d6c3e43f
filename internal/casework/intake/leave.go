package intake

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
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

// LeaveInquiry takes an inquiry out of a case that it joined by mistake; out of
// the last one, it is open again.
func (r *Room) LeaveInquiry(ctx context.Context, a access.Actor, id db.ID, in LeaveInput) (Inquiry, error) {
	return leave(ctx, r, a, InquiryFlow, id, in, nil)
}

// LeaveComplaint takes a complaint out of a case that it joined by mistake; out
// of the last one, it is in review again. A case that it opened stays, to be
// closed or voided by itself.
func (r *Room) LeaveComplaint(ctx context.Context, a access.Actor, id db.ID, in LeaveInput) (Complaint, error) {
	return leave(ctx, r, a, ComplaintFlow, id, in, func(x *Complaint) {
		x.Outcome, x.Answer = "", ""
		if x.Response == "" {
			x.RespondedAt = 0 // nobody but the mistake responded
		}
		x.next()
	})
}

// leave runs as one operation: those who work on the case see what came in no
// more, who came to take part with it is taken out, and the step is taken on
// the version that was read.
func leave[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], id db.ID, in LeaveInput, last func(*R)) (R, error) {
	if err := in.validate(); err != nil {
		var none R
		return none, err
	}
	return op.Do(ctx, r.run, a, t.Entity+".leave "+id.String(), in, func(tx *op.Tx) (R, error) {
		rec, err := load(tx, a, tx.Now(), t, id)
		if err == nil {
			err = flow.Fresh(rec, in.Version)
		}
		if err != nil {
			return rec, err
		}
		c, err := cases.Load(tx, a, tx.Now(), in.Case)
		if err != nil {
			return rec, err
		}
		left, err := cases.DetachSource(tx, c, t.Entity, id, in.Reason, joinedPrompt, Href(t.Entity, id))
		if err != nil {
			return rec, err
		}
		var led []Led // what else an inquiry was led on to
		if t.Entity == KindInquiry {
			if led, err = leads(tx, a, tx.Now(), t.Entity, of(&rec)); err != nil {
				return rec, err
			}
		}
		if left+len(led) == 0 && t.May(a, "leave_last", rec) == nil {
			return flow.Take(tx, t, "leave_last", rec, last, flow.Because(in.Reason))
		}
		return flow.Touch(tx, t, "leave", rec, nil, flow.Because(in.Reason))
	})
}
