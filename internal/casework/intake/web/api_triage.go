package web

import (
	"context"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
)

var arrivalsOf = door.Resource{Name: "arrivals", Doc: "All that came in and waits for an answer, whatever its kind, the nearest deadline first"}

func (x api) mountTriage(d *door.Router) {
	door.List(d, arrivalsOf, readers, x.arrivals)
	door.Call(d, "POST", arrivalsOf, "/assign", "Give several to a person or a team; what cannot be given is named with the reason, the rest is done", keepers, x.room.Assign)
	door.Call(d, "POST", arrivalsOf, "/undo_assign", "Take an assignment of your own back", keepers, x.undoAssign)
}

// arrivalsQuery is which part of the board is asked for.
type arrivalsQuery struct {
	door.Paging
	View string   `json:"view,omitempty" enum:"mine,team,nobody,overdue,second"`
	Kind []string `json:"kind,omitempty"`
}

// arrivalOut is something on the board, with its signs.
type arrivalOut struct {
	Kind string `json:"kind"`
	waitingOut
	Version   int64  `json:"version"`
	Hourly    bool   `json:"hourly" doc:"Its clock counts hours, not working days"`
	Late      bool   `json:"late"`
	FollowsUp bool   `json:"follows_up" doc:"An inquiry that was handed on and is to be followed up"`
	NextDue   string `json:"next_due,omitempty" doc:"Of a complaint: what due_at asks for: respond, report (to an authority) or decide"`
	Second    bool   `json:"second_reading" doc:"Screening it out was proposed"`
	Doubles   int    `json:"doubles" doc:"Records that may be the same person"`
	Repeats   int    `json:"repeats" doc:"Others about the same person within the days before that the agency set"`
}

func (x api) arrivals(ctx context.Context, a access.Actor, q arrivalsQuery) (door.Items[arrivalOut], error) {
	var out door.Items[arrivalOut]
	l, err := x.room.List(ctx, a, intake.Triage{Kinds: q.Kind, View: q.View, After: q.Cursor, Limit: q.Limit})
	for _, w := range l.Rows {
		out.Items = append(out.Items, arrivalOut{Kind: w.Kind, waitingOut: waitingOf(w), Version: w.Version, Hourly: w.Hourly, Late: w.Late(l.Now), FollowsUp: w.Follows,
			NextDue: w.NextDue, Second: w.Second, Doubles: l.Doubles[w.Person], Repeats: l.Repeats[w.ID]})
	}
	out.Next = l.Next
	return out, err
}

// undoIn names an assignment by the undo_id that it was answered with.
type undoIn struct {
	Undo db.ID `json:"undo_id"`
}

func (x api) undoAssign(ctx context.Context, a access.Actor, in undoIn) (intake.Assigned, error) {
	return x.room.Undo(ctx, a, in.Undo)
}
