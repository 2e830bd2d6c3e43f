package flow_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

// kite is a record with a column of every kind.
type kite struct {
	flow.Head
	Owner  db.ID                   `db:"owner"`
	Name   string                  `db:"name"`
	Label  text.Pair               `db:"label"`
	Flown  bool                    `db:"flown"`
	At     calendar.Time           `db:"at"`
	Born   calendar.Date           `db:"born"`
	Amount int64                   `db:"amount"`
	Sealed []byte                  `db:"sealed"`
	Colors db.JSON[map[string]int] `db:"colors"`
	Limit  *int64                  `db:"ceiling"`
	Reason string                  `db:"reason"`
}

// tail is a dependent row of a kite; a kite has each color once.
type tail struct {
	flow.Head
	Kite  db.ID  `db:"kite" names:"kite"`
	Color string `db:"color"`
	Long  int64  `db:"long"`
}

const tables = `
CREATE TABLE kite (
  id $ID PRIMARY KEY, status TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  owner $ID, name TEXT NOT NULL, label TEXT NOT NULL, flown BOOLEAN NOT NULL, at BIGINT NOT NULL, born TEXT NOT NULL,
  amount BIGINT NOT NULL, sealed $BYTES, colors TEXT NOT NULL, ceiling BIGINT, reason TEXT NOT NULL
);
CREATE TABLE tail (
  id $ID PRIMARY KEY, status TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  kite $ID NOT NULL, color TEXT NOT NULL, long BIGINT NOT NULL
);
CREATE UNIQUE INDEX tail_color ON tail (kite, color) WHERE status = 'active';`

var kiteFlow = flow.Define(flow.Table[kite]{
	Entity: "kite", Table: "kite",
	Root: func(k *kite) (string, db.ID) { return "kite", k.ID },
	Steps: []flow.Step[kite]{
		{Name: "make", To: "made", By: flow.Roles{access.Caseworker}},
		{Name: "edit", From: []string{"made", "up"}, By: flow.Roles{access.Caseworker}, Plain: false},
		{Name: "launch", From: []string{"made", "down"}, To: "up", By: flow.Roles{access.Caseworker}, When: named, Plain: true},
		{Name: "land", From: []string{"up"}, To: "down", By: flow.Roles{access.Caseworker, access.Supervisor}},
		{Name: "sell", From: []string{"made", "down"}, To: "sold", By: flow.Roles{access.Supervisor}, Route: true},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func named(_ access.Actor, k kite) *fault.Fault {
	if k.Name == "" {
		return fault.Conflict("kite.nameless")
	}
	return nil
}

var tailFlow = flow.Part("tail", "tail", flow.Roles{access.Caseworker}, func(r *tail) (string, db.ID) { return "kite", r.Kite })

var (
	worker = access.Actor{ID: db.MustID("01900000-0000-7000-8000-000000000001"), Roles: []access.Role{access.Caseworker}}
	boss   = access.Actor{ID: db.MustID("01900000-0000-7000-8000-000000000002"), Roles: []access.Role{access.Supervisor}}
	nobody = access.Nobody()
)

// tx is what op gives a step, with the journal kept in hand.
type tx struct {
	*db.Tx
	actor access.Actor
	now   calendar.Time
	route func(entity, step string, record db.ID) (bool, error)
	lines []journal.Line
}

func (t *tx) Actor() access.Actor    { return t.actor }
func (t *tx) Now() calendar.Time     { return t.now }
func (t *tx) Journal(l journal.Line) { t.lines = append(t.lines, l) }
func (t *tx) Route(entity, step string, record db.ID) (bool, error) {
	if t.route == nil {
		return true, nil
	}
	return t.route(entity, step, record)
}

// field is a shed with kites in it.
type field struct {
	t   *testing.T
	d   *db.DB
	now calendar.Time
}

func each(t *testing.T, f func(t *testing.T, x *field)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		id, bytes := "BLOB", "BLOB"
		if d.Engine() == db.Postgres {
			id, bytes = "uuid", "bytea"
		}
		if err := d.Script(t.Context(), strings.NewReplacer("$ID", id, "$BYTES", bytes).Replace(tables)); err != nil {
			t.Fatal(err)
		}
		f(t, &field{t, d, 1_790_000_000_000})
	})
}

// as runs f in a transaction and gives the lines it wrote.
func (x *field) as(a access.Actor, f func(tx *tx) error) ([]journal.Line, error) {
	x.now++
	var lines []journal.Line
	err := x.d.Write(x.t.Context(), func(d *db.Tx) error {
		t := &tx{Tx: d, actor: a, now: x.now}
		err := f(t)
		lines = t.lines
		return err
	})
	return lines, err
}

func (x *field) do(a access.Actor, f func(tx *tx) error) []journal.Line {
	x.t.Helper()
	lines, err := x.as(a, f)
	if err != nil {
		x.t.Fatal(err)
	}
	return lines
}

func (x *field) make(k kite) kite {
	x.t.Helper()
	x.do(worker, func(tx *tx) (err error) {
		k, err = flow.Create(tx, kiteFlow, "make", k)
		return err
	})
	return k
}

func (x *field) load(id db.ID) (k kite) {
	x.t.Helper()
	err := x.d.Read(x.t.Context(), func(q *db.Reader) (err error) {
		k, err = db.One[kite](q, "SELECT "+db.Columns[kite]("")+" FROM kite WHERE id = ?", id)
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return k
}

// put brings a kite to a status without asking anybody.
func (x *field) put(k kite, status string) kite {
	x.t.Helper()
	x.do(worker, func(tx *tx) error {
		_, err := db.Exec(tx, "UPDATE kite SET status = ? WHERE id = ?", status, k.ID)
		return err
	})
	return x.load(k.ID)
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := fault.As(err); ok {
		return f.Key
	}
	return err.Error()
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	if got := keyOf(err); got != key {
		t.Errorf("fault %q, want %q (%v)", got, key, err)
	}
}

// said is a line's changes as they come back from the journal.
func said(t *testing.T, l journal.Line) string {
	t.Helper()
	b, err := json.Marshal(l.Changes)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var errUndo = errors.New("undo")
