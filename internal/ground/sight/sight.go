// Package sight decides which records an actor may see: the second lock. A
// row of reach says that a scope (a user, a team, a provider, a resident)
// reaches a record, why, and until when. Rooms write these rows in the deed's
// own transaction; every list and every load joins them. Children are seen
// through their root. A bar keeps one user from a record whatever reaches it.
//
// It knows no domain word: a kind is only a name.
package sight

import (
	"maps"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// Scope kinds.
const (
	User     = "user"
	Team     = "team"
	Provider = "provider"
	Resident = "resident"
	Grant    = "grant" // a user, for a time, by an access request or break-glass
)

// Forever is the until of a reach without an end.
const Forever = calendar.Time(1<<63 - 1)

// Reach is one reason why a scope sees a record.
type Reach struct {
	ScopeKind string        `db:"scope_kind"`
	Scope     db.ID         `db:"scope"`
	Kind      string        `db:"kind"`
	Record    db.ID         `db:"record"`
	Why       string        `db:"why"`
	Until     calendar.Time `db:"until"`
}

// Open gives scopes sight of records; an until of 0 means forever. A reach
// with the same scope, record and why is renewed.
func Open(w db.W, rows ...Reach) error {
	rows = lastOfEach(rows)
	for len(rows) > 0 {
		n := 1
		for n*2 <= min(len(rows), 512) {
			n *= 2 // few texts
		}
		args := make([]any, 0, 6*n)
		for _, r := range rows[:n] {
			args = append(args, r.ScopeKind, r.Scope, r.Kind, r.Record, r.Why, r.Until)
		}
		_, err := db.Exec(w, "INSERT INTO reach (scope_kind, scope, kind, record, why, until) VALUES (?, ?, ?, ?, ?, ?)"+
			strings.Repeat(", (?, ?, ?, ?, ?, ?)", n-1)+
			" ON CONFLICT (scope, kind, record, why) DO UPDATE SET scope_kind = excluded.scope_kind, until = excluded.until", args...)
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// lastOfEach leaves out rows without a scope and all but the last of those
// with one key: no statement may touch a row twice. The rest is in the order
// of the keys, so that two who open the same rows do not wait for each other.
func lastOfEach(rows []Reach) []Reach {
	last := make(map[string]Reach, len(rows))
	for _, r := range rows {
		if r.Scope.IsZero() {
			continue
		}
		if r.Until == 0 {
			r.Until = Forever
		}
		last[string(r.Scope[:])+string(r.Record[:])+r.Kind+"\x00"+r.Why] = r
	}
	out := make([]Reach, 0, len(last))
	for _, key := range slices.Sorted(maps.Keys(last)) {
		out = append(out, last[key])
	}
	return out
}

// Close takes a reason away from every scope, or from one.
func Close(w db.W, kind string, record db.ID, why string, scopes ...db.ID) error {
	if len(scopes) == 0 {
		_, err := db.Exec(w, "DELETE FROM reach WHERE record = ? AND kind = ? AND why = ?", record, kind, why)
		return err
	}
	_, err := db.Exec(w, "DELETE FROM reach WHERE record = ? AND kind = ? AND why = ? AND scope IN (??)", record, kind, why, db.ListOf(scopes))
	return err
}

// CloseKind takes a record away from every scope of a kind, whatever the
// reason: when a record becomes restricted, teams no longer reach it.
func CloseKind(w db.W, kind string, record db.ID, scopeKind string) error {
	_, err := db.Exec(w, "DELETE FROM reach WHERE record = ? AND kind = ? AND scope_kind = ?", record, kind, scopeKind)
	return err
}

// CloseReasons takes several reasons away from every scope.
func CloseReasons(w db.W, kind string, record db.ID, whys []string) error {
	if len(whys) == 0 {
		return nil
	}
	_, err := db.Exec(w, "DELETE FROM reach WHERE record = ? AND kind = ? AND why IN (??)", record, kind, db.ListOf(whys))
	return err
}

// CloseMany takes several reasons away from every scope of many records of a kind.
func CloseMany(w db.W, kind string, records []db.ID, whys ...string) error {
	if len(records) == 0 || len(whys) == 0 {
		return nil
	}
	_, err := db.Exec(w, "DELETE FROM reach WHERE record IN (??) AND kind = ? AND why IN (??)", db.ListOf(records), kind, db.ListOf(whys))
	return err
}

// Clause is a condition for a WHERE, with its arguments.
type Clause struct {
	SQL  string
	Args []any
}

// Lens is what an actor sees of one kind at one moment.
type Lens struct {
	Actor access.Actor
	Now   calendar.Time
	Kind  string
	// Restricted is the column that marks records which a wide actor does not
	// see either; empty when the kind has none.
	Restricted string
}

// One is the condition to load a record whose id is known: column is the id.
func (l Lens) One(column string) Clause {
	c := Clause{
		SQL:  "EXISTS (SELECT 1 FROM reach WHERE reach.scope IN (??) AND reach.kind = ? AND reach.record = " + column + " AND reach.until > ?)",
		Args: []any{db.ListOf(l.Actor.Scopes()), l.Kind, l.Now},
	}
	return l.Except(l.widen(c), column)
}

// Among is the condition for a list: the records are found from reach.
func (l Lens) Among(column string) Clause {
	c := Clause{
		SQL:  column + " IN (SELECT record FROM reach WHERE scope IN (??) AND kind = ? AND until > ?)",
		Args: []any{db.ListOf(l.Actor.Scopes()), l.Kind, l.Now},
	}
	return l.Except(l.widen(c), column)
}

// few is how many records somebody may reach for a list to begin at those.
const few = 3000

// Listing is the condition for a page of a list that has an order of its own, such as the newest
// first: column is the id of the record that sight is asked of. For who reaches few records the
// list is made from those; who reaches more goes through it in its order, where what they see is
// never far.
func (l Lens) Listing(q db.Q, column string) (Clause, error) {
	if l.Actor.Is(access.System) || l.Actor.Wide {
		return l.Passing(column), nil
	}
	n, err := db.One[int](q, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM reach WHERE scope IN (??) AND kind = ? LIMIT ?) n", db.ListOf(l.Actor.Scopes()), l.Kind, few+1)
	if err != nil || n > few {
		return l.Passing(column), err
	}
	return l.Among(column), nil
}

// Passing is the condition for a list whose own index leads to hardly anything but what the actor
// sees, such as a provider's own: each row is asked for as it passes, and no engine begins at reach.
func (l Lens) Passing(column string) Clause {
	return l.Except(l.widen(Clause{
		SQL:  "(SELECT 1 FROM reach WHERE reach.scope IN (??) AND reach.kind = ? AND reach.record = " + column + " AND reach.until > ? LIMIT 1) IS NOT NULL",
		Args: []any{db.ListOf(l.Actor.Scopes()), l.Kind, l.Now},
	}), column)
}

func (l Lens) widen(c Clause) Clause {
	if l.Actor.Is(access.System) {
		return Clause{SQL: "TRUE"} // the agency's own work is not kept from anybody's record
	}
	if !l.Actor.Wide {
		return c
	}
	if l.Restricted == "" {
		return Clause{SQL: "TRUE"}
	}
	return Clause{SQL: "(" + l.Restricted + " = FALSE OR " + c.SQL + ")", Args: c.Args}
}

// And joins conditions.
func And(clauses ...Clause) Clause {
	parts := make([]string, len(clauses))
	var args []any
	for i, c := range clauses {
		parts[i] = c.SQL
		args = append(args, c.Args...)
	}
	return Clause{SQL: strings.Join(parts, " AND "), Args: args}
}

// Sees tells whether the actor sees a record through reach; for kinds without
// a table of their own to join.
func (l Lens) Sees(q db.Q, record db.ID) (bool, error) {
	if kept, err := l.Bars(q, record); err != nil || kept {
		return false, err
	}
	if l.Actor.Is(access.System) || l.Actor.Wide && l.Restricted == "" {
		return true, nil
	}
	_, ok, err := db.Maybe[int](q, "SELECT 1 FROM reach WHERE scope IN (??) AND kind = ? AND record = ? AND until > ? LIMIT 1",
		db.ListOf(l.Actor.Scopes()), l.Kind, record, l.Now)
	return ok, err
}

// Of lists every reason why a record is seen, for "who can see this?".
func Of(q db.Q, kind string, record db.ID) ([]Reach, error) {
	return db.All[Reach](q, "SELECT "+db.Columns[Reach]("")+" FROM reach WHERE record = ? AND kind = ? ORDER BY scope_kind, scope, why", record, kind)
}
