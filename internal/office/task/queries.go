package task

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Filter chooses one list: the tasks of a record, of a queue, or else the
// actor's own.
type Filter struct {
	Queue     db.ID
	OwnerKind string
	Owner     db.ID
	After     Cursor
	Limit     int // 50 when 0, at most 200
}

// List lists tasks, due first. A record's list ends with what is over and is
// given whole, up to the limit.
func (r *Room) List(ctx context.Context, a access.Actor, f Filter) (out []Task, next Cursor, err error) {
	if !a.Known() {
		return nil, next, fault.SignIn()
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		switch {
		case !f.Owner.IsZero():
			if err := r.ownerSeen(q, a, f.OwnerKind, f.Owner); err != nil {
				return err
			}
			out, err = Of(q, f.OwnerKind, f.Owner, f.Limit)
			return err
		case !f.Queue.IsZero():
			if !slices.Contains(a.Teams, f.Queue) {
				return fault.NotFound()
			}
			out, err = ofQueue(q, a, f.Queue, f.After, f.Limit+1)
		default:
			out, err = ofAssignee(q, a, f.After, f.Limit+1)
		}
		if len(out) > f.Limit {
			out = out[:f.Limit]
			next = Cursor{out[f.Limit-1].Due, out[f.Limit-1].ID}
		}
		return err
	})
	return out, next, err
}

// Task opens one task.
func (r *Room) Task(ctx context.Context, a access.Actor, id db.ID) (t Task, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if t, err = load(q, id); err != nil {
			return err
		}
		return r.sees(q, a, t)
	})
	if err != nil {
		return Task{}, err
	}
	return t, nil
}
