package task

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
)

var selectTask = "SELECT " + db.Columns[Task]("") + " FROM task"

func load(q db.Q, id db.ID) (Task, error) { return db.One[Task](q, selectTask+" WHERE id = ?", id) }

// Cursor is the last task of the page before.
type Cursor struct {
	Due calendar.Date `json:"d"`
	ID  db.ID         `json:"i"`
}

// ofAssignee lists what a user has to do, due first.
func ofAssignee(q db.Q, a access.Actor, after Cursor, limit int) ([]Task, error) {
	return open(q, a, sight.Clause{SQL: "assignee = ?", Args: []any{a.ID}}, after, limit)
}

// ofQueue lists what waits in a team's queue, due first.
func ofQueue(q db.Q, a access.Actor, team db.ID, after Cursor, limit int) ([]Task, error) {
	return open(q, a, sight.Clause{SQL: "queue = ?", Args: []any{team}}, after, limit)
}

// open lists what is to be done, without what belongs to a case that the actor is barred from.
func open(q db.Q, a access.Actor, of sight.Clause, after Cursor, limit int) ([]Task, error) {
	if a.Barred {
		free := sight.Lens{Actor: a, Kind: "case"}.Free("owner")
		of = sight.And(of, sight.Clause{SQL: "(owner IS NULL OR owner_kind <> 'case' OR " + free.SQL + ")", Args: free.Args})
	}
	return db.All[Task](q, selectTask+" WHERE "+of.SQL+" AND ended_at = 0 AND (due, id) > (?, ?) ORDER BY due, id LIMIT ?",
		append(of.Args, after.Due, first(after.ID), limit)...)
}

const ownerText = " WHERE owner = ? AND owner_kind = ? ORDER BY ended_at, due, id LIMIT ?"

// first is an id, or for none one before all others; NULL compares with
// nothing.
func first(id db.ID) db.ID {
	if id.IsZero() {
		id[15] = 1
	}
	return id
}

// QueueOf adds the tasks of a record to a batch: those to be done first, due
// first.
func QueueOf(b *db.Batch, kind string, owner db.ID, limit int) *db.Answer[Task] {
	return db.Queue[Task](b, selectTask+ownerText, owner, kind, limit)
}

// Of lists the tasks of a record as QueueOf does.
func Of(q db.Q, kind string, owner db.ID, limit int) ([]Task, error) {
	return db.All[Task](q, selectTask+ownerText, owner, kind, limit)
}

// OpenOf lists what is still to be done for a record, for closing it.
func OpenOf(q db.Q, kind string, owner db.ID) ([]Task, error) {
	return db.All[Task](q, selectTask+" WHERE owner = ? AND owner_kind = ? AND ended_at = 0 ORDER BY due, id", owner, kind)
}
