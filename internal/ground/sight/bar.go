package sight

import (
	"strings"
	"sync"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// Bar keeps one user from a record and from every other that concerns it, whatever else reaches
// them: a team, a grant, the sight of everything. It is the user's own: neither their team nor
// their provider is barred by it.
type Bar struct {
	Scope  db.ID         `db:"scope"` // the user
	Kind   string        `db:"kind"`
	Record db.ID         `db:"record"`
	Why    string        `db:"why"`
	At     calendar.Time `db:"at"` // since when
}

// Shut writes bars; one that stands stays as it is.
func Shut(w db.W, bars ...Bar) error {
	for _, b := range bars { // one or two: a bar is somebody's own decision
		if _, err := db.Exec(w, "INSERT INTO bar (scope, kind, record, why, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, kind, record, why) DO NOTHING",
			b.Scope, b.Kind, b.Record, b.Why, b.At); err != nil {
			return err
		}
	}
	return nil
}

// Lift takes away every bar that was written for a reason, whatever record it came to be on.
func Lift(w db.W, scope db.ID, why string) error {
	_, err := db.Exec(w, "DELETE FROM bar WHERE scope = ? AND why = ?", scope, why)
	return err
}

// BarredFrom lists the users who are barred from any of some records.
func BarredFrom(q db.Q, kind string, records ...db.ID) ([]db.ID, error) {
	if len(records) == 0 {
		return nil, nil
	}
	return db.All[db.ID](q, "SELECT DISTINCT scope FROM bar WHERE record IN (??) AND kind = ? ORDER BY scope", db.ListOf(records), kind)
}

// concern says how records of one kind lead to barred ones of another: text selects the former,
// with barred in the place of the latter.
type concern struct{ of, text string }

var concerns = struct {
	sync.RWMutex
	of map[string][]concern
}{of: map[string][]concern{}}

// barredRecords stands in the text of a concern for the barred records.
const barredRecords = "@barred"

// Concerns says once for all that records of a kind concern those of another: who is barred from the
// one is barred from the other. The text selects the ids of the former and has @barred, in brackets
// and once, where those of the latter stand: nothing is kept beside the records themselves, so
// what is written, joined or merged later is barred too. It is for a package's variable.
func Concerns(kind, of, text string) bool {
	if strings.Count(text, barredRecords) != 1 {
		panic("sight: what " + kind + " concerns does not say once what is barred")
	}
	concerns.Lock()
	defer concerns.Unlock()
	concerns.of[kind] = append(concerns.of[kind], concern{of, text})
	return true
}

// barred selects the records of the lens' kind that the actor is barred from: they are few, so it is
// done once and not for each row.
func (l Lens) barred() Clause {
	const own = "SELECT record FROM bar WHERE scope = ? AND kind = ?"
	c := Clause{SQL: own, Args: []any{l.Actor.ID, l.Kind}}
	concerns.RLock()
	defer concerns.RUnlock()
	for _, x := range concerns.of[l.Kind] {
		c.SQL += " UNION ALL " + strings.Replace(x.text, barredRecords, own, 1)
		c.Args = append(c.Args, l.Actor.ID, x.of)
	}
	return c
}

// Free is the condition that the actor is not barred from a record, for a statement in which sight
// is not what finds it: column is the id. Every other condition of a lens holds it already.
func (l Lens) Free(column string) Clause {
	if !l.Actor.Barred {
		return Clause{SQL: "TRUE"}
	}
	c := l.barred()
	return Clause{SQL: column + " NOT IN (" + c.SQL + ")", Args: c.Args}
}

// Except leaves out of a condition what the actor is barred from.
func (l Lens) Except(c Clause, column string) Clause {
	if !l.Actor.Barred {
		return c
	}
	return And(Clause{SQL: "(" + c.SQL + ")", Args: c.Args}, l.Free(column))
}

// Bars tells whether the actor is barred from a record.
func (l Lens) Bars(q db.Q, record db.ID) (bool, error) {
	if !l.Actor.Barred {
		return false, nil
	}
	c := l.barred()
	_, ok, err := db.Maybe[int](q, "SELECT 1 FROM ("+c.SQL+") kept WHERE kept.record = ? LIMIT 1", append(c.Args, record)...)
	return ok, err
}

// BarsAmong tells from which of some records the actor is barred.
func (l Lens) BarsAmong(q db.Q, records ...db.ID) (map[db.ID]bool, error) {
	out := map[db.ID]bool{}
	if !l.Actor.Barred || len(records) == 0 {
		return out, nil
	}
	c := l.barred()
	list, err := db.All[db.ID](q, "SELECT kept.record FROM ("+c.SQL+") kept WHERE kept.record IN (??)", append(c.Args, db.ListOf(records))...)
	for _, id := range list {
		out[id] = true
	}
	return out, err
}
