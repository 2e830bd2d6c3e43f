package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/resident/people"
)

var mergesResource = door.Resource{Name: "merges", Doc: "Two records of a person that were made one"}

// mergeOut is a merge in the API.
type mergeOut struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Actions  []string      `json:"actions"`
	Person   db.ID         `json:"person_id" doc:"The record that stays"`
	Merged   db.ID         `json:"merged_id" doc:"The record that was merged into it"`
	MergedAt calendar.Time `json:"merged_at"`
	Reason   string        `json:"reason,omitempty"`
}

func mergeOutOf(a access.Actor, m people.Merge, reason string) mergeOut {
	return mergeOut{m.ID, m.Status, m.Version, people.MergeFlow.Free(a, m), m.Person, m.Merged, m.CreatedAt, reason}
}

// mergeQuery is what a list of merges is asked.
type mergeQuery struct {
	door.Paging
	Person db.ID `json:"person_id" doc:"The record that stays"`
}

func (x api) merges(ctx context.Context, a access.Actor, q mergeQuery) (door.Items[mergeOut], error) {
	var out door.Items[mergeOut]
	if q.Person.IsZero() {
		return out, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Merges(ctx, a, q.Person, before, q.Limit+1)
	list, out.Next = door.Cut(list, q.Limit, func(m people.MergeView) string { return m.ID.String() })
	for _, m := range list {
		out.Items = append(out.Items, mergeOutOf(a, m.Merge, m.Reason))
	}
	return out, err
}

func (x api) mergeOf(ctx context.Context, a access.Actor, id db.ID) (mergeOut, error) {
	m, err := x.room.MergeOf(ctx, a, id)
	if err != nil {
		return mergeOut{}, err
	}
	return mergeOutOf(a, m.Merge, m.Reason), nil
}

func (x api) report(ctx context.Context, a access.Actor, in people.ReportInput) (duplicateOut, error) {
	d, err := x.room.Report(ctx, a, in)
	if err != nil {
		return duplicateOut{}, err
	}
	return x.duplicate(ctx, a, d.ID)
}

func (x api) merge(ctx context.Context, a access.Actor, id db.ID, in people.MergeInput) (mergeOut, error) {
	m, err := x.room.Merge(ctx, a, id, in)
	if err != nil {
		return mergeOut{}, err
	}
	return mergeOutOf(a, m, in.Reason), nil
}

func (x api) undo(ctx context.Context, a access.Actor, id db.ID, in people.UndoInput) (mergeOut, error) {
	m, err := x.room.Undo(ctx, a, id, in)
	if err != nil {
		return mergeOut{}, err
	}
	return mergeOutOf(a, m, ""), nil
}
