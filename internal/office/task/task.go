// Package task is what somebody has to do and by when: for one user, or in the
// queue of a team until somebody takes it. A task may belong to a record of a
// later room, and is then seen by whoever sees that record.
//
// It knows no case: owners are a kind and an id.
package task

import (
	_ "embed"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("task", wordsFile)

// Room holds the operations of this room.
type Room struct {
	run *op.Runner
	// Sees is the slot for later rooms: by kind of owner, whether an actor sees
	// the record.
	Sees map[string]Sees
}

// Sees tells whether an actor sees a record of another room.
type Sees func(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error)

// New opens the room.
func New(run *op.Runner) *Room { return &Room{run: run, Sees: map[string]Sees{}} }

// Where a task came from.
const (
	ByHand   = "hand"
	ByPlan   = "plan"   // a template or care plan
	ByPrompt = "prompt" // a rule that noticed something
)

// NoDue is the due date of a task without one: after all others.
const NoDue = calendar.LastDate

// Task is one thing to do.
type Task struct {
	flow.Head
	Title    string        `db:"title" json:"title"`
	Detail   string        `db:"detail" json:"detail"`
	Due      calendar.Date `db:"due" json:"due"`           // NoDue when there is none
	Priority int64         `db:"priority" json:"priority"` // 0 ordinary, 1 high, 2 urgent
	Assignee db.ID         `db:"assignee" json:"assignee_id"`
	Queue    db.ID         `db:"queue" json:"queue_id"` // a team, until somebody takes it
	// OwnerKind and Owner name the record it belongs to, if any.
	OwnerKind string        `db:"owner_kind" json:"owner_kind"`
	Owner     db.ID         `db:"owner" json:"owner_id" names:"@owner_kind"`
	Source    string        `db:"source" json:"source"`
	EndedAt   calendar.Time `db:"ended_at" json:"ended_at"` // 0 while it is to be done
}

// DueOn is the due date, none when there is none.
func (t Task) DueOn() calendar.Date {
	if t.Due == NoDue {
		return ""
	}
	return t.Due
}

// Input makes a task.
type Input struct {
	Title     string        `json:"title"`
	Detail    string        `json:"detail"`
	Due       calendar.Date `json:"due"`
	Priority  int64         `json:"priority"`
	Assignee  db.ID         `json:"assignee_id"`
	Queue     db.ID         `json:"queue_id"`
	OwnerKind string        `json:"owner_kind"`
	Owner     db.ID         `json:"owner_id"`
}

// Validate cleans the input and says what to correct.
func (in *Input) Validate() error {
	var f fault.Fields
	var key string
	var args map[string]any
	in.Title, key, args = text.Line(in.Title, 200)
	f.Check("/title", key, args)
	if in.Title == "" {
		f.Add("/title", "fault.required")
	}
	in.Detail, key, args = text.Prose(in.Detail, 4000)
	f.Check("/detail", key, args)
	if in.Due != "" && !in.Due.Valid() {
		f.Add("/due", "fault.date_unreal")
	}
	if in.Priority < 0 || in.Priority > 2 {
		f.Add("/priority", "fault.range", "min", 0, "max", 2)
	}
	if in.Assignee.IsZero() == in.Queue.IsZero() {
		f.Add("/assignee_id", "task.one_of_two")
	}
	if in.Owner.IsZero() != (in.OwnerKind == "") {
		f.Add("/owner_id", "fault.required")
	}
	return f.Err()
}

func (in Input) due() calendar.Date {
	if in.Due == "" {
		return NoDue
	}
	return in.Due
}

// Patch changes what it mentions.
type Patch struct {
	Version  int64          `json:"version"`
	Title    *string        `json:"title"`
	Detail   *string        `json:"detail"`
	Due      *calendar.Date `json:"due"`
	Priority *int64         `json:"priority"`
	Assignee *db.ID         `json:"assignee_id"` // takes it out of its queue
	Queue    *db.ID         `json:"queue_id"`    // takes it from its assignee
}

// input is the task as it would be after the patch.
func (p Patch) input(t Task) Input {
	in := Input{Title: t.Title, Detail: t.Detail, Due: t.DueOn(), Priority: t.Priority, Assignee: t.Assignee, Queue: t.Queue, OwnerKind: t.OwnerKind, Owner: t.Owner}
	set(&in.Title, p.Title)
	set(&in.Detail, p.Detail)
	set(&in.Due, p.Due)
	set(&in.Priority, p.Priority)
	if p.Assignee != nil {
		in.Assignee, in.Queue = *p.Assignee, db.ID{}
	}
	if p.Queue != nil {
		in.Queue = *p.Queue
		if p.Assignee == nil {
			in.Assignee = db.ID{}
		}
	}
	return in
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// StepInput takes a step. Version is the one that was seen, 0 where the page
// does not say: the step itself is then the only guard.
type StepInput struct {
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// mine tells whether a task is the actor's own, or lies in a queue of theirs.
func mine(a access.Actor, t Task) bool {
	return a.Known() && a.ID == t.Assignee || !t.Queue.IsZero() && slices.Contains(a.Teams, t.Queue)
}
