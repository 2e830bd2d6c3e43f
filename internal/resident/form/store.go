package form

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

var (
	selectForm     = "SELECT " + db.Columns[Form]("") + " FROM form WHERE "
	selectResponse = "SELECT " + db.Columns[Response]("") + " FROM form_response WHERE "
)

// ByID gives a version of a form.
func ByID(q db.Q, id db.ID) (Form, error) { return db.One[Form](q, selectForm+"id = ?", id) }

// Published gives the version of a key that is asked now, or not found.
func Published(q db.Q, key string) (Form, error) {
	return db.One[Form](q, selectForm+"key = ? AND status = 'published'", key)
}

// FormsOf gives versions by id.
func FormsOf(q db.Q, ids ...db.ID) (map[db.ID]Form, error) {
	out := make(map[db.ID]Form, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Form](q, selectForm+"id IN (??)", db.ListOf(ids))
	for _, f := range list {
		out[f.ID] = f
	}
	return out, err
}

// PublishedFor lists what is asked now for a purpose, all when "".
func PublishedFor(q db.Q, purpose string) ([]Form, error) {
	return db.All[Form](q, selectForm+"status = 'published' AND (? = '' OR purpose = ?) ORDER BY key", purpose, purpose)
}

// listForms lists all versions, the newest of each key first.
func listForms(q db.Q, afterKey string, afterEdition int64, limit int) ([]Form, error) {
	return db.All[Form](q, selectForm+"status <> 'void' AND (key > ? OR key = ? AND edition < ?) ORDER BY key, edition DESC LIMIT ?",
		afterKey, afterKey, afterEdition, limit)
}

func editionsOf(q db.Q, key string) ([]Form, error) {
	return db.All[Form](q, selectForm+"key = ? AND status <> 'void' ORDER BY edition DESC LIMIT 50", key)
}

// lastEdition is the highest number given to a version of a key, void ones included.
func lastEdition(w db.W, key string) (int64, error) {
	n, _, err := db.Maybe[int64](w, "SELECT edition FROM form WHERE key = ? ORDER BY edition DESC LIMIT 1"+db.ForUpdate(w), key)
	return n, err
}

// ResponseByID gives a response whoever asks: for the room that owns it and
// has checked who sees it.
func ResponseByID(q db.Q, id db.ID) (Response, error) {
	return db.One[Response](q, selectResponse+"id = ?", id)
}

// QueueResponse is ResponseByID in a batch.
func QueueResponse(b *db.Batch, id db.ID) *db.Answer[Response] {
	return db.Queue[Response](b, selectResponse+"id = ?", id)
}

// QueueForm is ByID in a batch.
func QueueForm(b *db.Batch, id db.ID) *db.Answer[Form] {
	return db.Queue[Form](b, selectForm+"id = ?", id)
}

// loadResponse gives a response that the actor sees through its root: a
// person, or any other root that the actor reaches.
func loadResponse(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Response, error) {
	r, err := ResponseByID(q, id)
	if err != nil {
		return r, err
	}
	if r.RootKind == "person" {
		return r, people.Seen(q, a, now, r.Root)
	}
	a.Wide = false // what is restricted about other roots is theirs to say
	ok, err := sight.Lens{Actor: a, Now: now, Kind: r.RootKind}.Sees(q, r.Root)
	if err == nil && !ok {
		err = fault.NotFound()
	}
	return r, err
}

// responsesOf lists the responses about a person that stand alone or whose
// root is the person, the newest first.
func responsesOf(q db.Q, person, before db.ID, limit int) ([]Response, error) {
	if before.IsZero() {
		before = lastID
	}
	return db.All[Response](q, selectResponse+"person = ? AND id < ? AND root_kind = 'person' AND status <> 'void' ORDER BY id DESC LIMIT ?", person, before, limit)
}

// Line is a response as a person's page lists it.
type Line struct {
	ID             db.ID         `db:"id"`
	Status         string        `db:"status"`
	Title          text.Pair     `db:"title"`
	ProtectedClass string        `db:"protected_class"`
	Score          string        `db:"score"`
	CreatedAt      calendar.Time `db:"created_at"`
	CompletedAt    calendar.Time `db:"completed_at"`
}

const textLines = `SELECT r.id, r.status, f.title, f.protected_class, r.score, r.created_at, r.completed_at FROM form_response r JOIN form f ON f.id = r.form
	WHERE r.person = ? AND r.root_kind = 'person' AND r.status <> 'void' ORDER BY r.id DESC LIMIT ?`

// linesShown is how many responses a person's page lists.
const linesShown = 20

// QueueLines asks in a batch for the responses about a person that stand
// alone; the caller has checked that the actor may see the person.
func QueueLines(b *db.Batch, person db.ID) *db.Answer[Line] {
	return db.Queue[Line](b, textLines, person, linesShown)
}

// QueueHeld counts in a batch the responses about persons that stand alone,
// whom the actor may see.
func QueueHeld(b *db.Batch, _ access.Actor, _ calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	return db.Queue[people.Held](b, `SELECT 'form_response' AS kind, person, COUNT(*) AS n FROM form_response
		WHERE person IN (??) AND root_kind = 'person' AND status <> 'void' GROUP BY person`, db.ListOf(persons))
}

var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")
