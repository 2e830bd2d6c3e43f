package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/server"
)

// Ruled is a call beside its floor: the thinnest server that could do such work on the same
// database, with no rights, journal, flow or ledger. Times are in microseconds of CPU, the
// database's included.
type Ruled struct {
	Name  string  `json:"name"`
	CPU   float64 `json:"cpu_us"`
	Floor float64 `json:"floor_us"`
	// Peer is how many times its floor the best peer took, and Less how many times less than it the
	// call should: measured once with peers and floor on one machine. 0 where nothing is asked.
	Peer float64 `json:"peer_of_floor"`
	Less float64 `json:"times_less"`
}

// OfFloor is how many times its floor a call takes.
func (r Ruled) OfFloor() float64 { return r.CPU / r.Floor }

// Held tells whether a call stays as far below the best peer as is asked of it.
func (r Ruled) Held() bool { return r.Less == 0 || r.OfFloor() <= r.Peer/r.Less }

// ruler is one kind of work, done by a call of Run (so many of them) and by its floor.
type ruler struct {
	name       string
	call       string
	times      int
	peer, less float64
	read       func(q db.Q, i int) (any, error) // what the floor answers as JSON
	write      func(w db.W, i int) (any, error)
	prepare    func(ctx context.Context, from, until int) error // what those requests are about, outside the timing
	// Work that is no call of Run, and what it is about.
	work  func(ctx context.Context, i int) error
	ready func(ctx context.Context, from, until int) error
}

// FloorOptions say what to time beside its floor, and how long.
type FloorOptions struct {
	Only     []string      // parts of the names of works; all when empty
	Patience time.Duration // about how long each is timed, half of it the floor
	Tell     func(Ruled)
}

// RunFloor times calls beside their floors, in turn. The floors write into tables of their own,
// which go afterwards; the calls write into the installation.
func RunFloor(ctx context.Context, srv *server.Server, o FloorOptions) ([]Ruled, error) {
	w, err := look(ctx, srv)
	if err != nil {
		return nil, err
	}
	defer w.leave(ctx)
	f := floor{w: w}
	if err := f.make(ctx); err != nil {
		return nil, err
	}
	defer f.drop(context.WithoutCancel(ctx))
	calls := map[string]Call{}
	for _, c := range w.calls() {
		calls[c.Name] = c
	}
	var out []Ruled
	rulers, err := f.rulers(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range rulers {
		c, some := calls[x.call]
		if !some && x.work == nil || !among(x.name, o.Only) {
			continue
		}
		r := Ruled{Name: x.name, Peer: x.peer, Less: x.less}
		t := timing{srv: srv, call: c, meter: w.meter, world: w}
		var cost, bottom time.Duration
		var done, bottoms, worked int
		for round := range rounds + 1 { // the first warms both up
			prepare, do := t.several(ctx, x.times)
			if x.work != nil {
				prepare = func(n int) error { return x.ready(ctx, worked, worked+n) }
				do = func() error {
					worked++
					return x.work(ctx, worked-1)
				}
			}
			spent, n, err := f.spend(ctx, o.Patience/2/rounds, prepare, do)
			if err != nil {
				return out, fmt.Errorf("%s: %w", x.name, err)
			}
			below, m, err := f.spend(ctx, o.Patience/2/rounds, func(n int) error {
				if x.prepare == nil {
					return nil
				}
				return x.prepare(ctx, f.made, f.made+n)
			}, func() error { return f.serve(ctx, x) })
			if err != nil {
				return out, fmt.Errorf("the floor of %s: %w", x.name, err)
			}
			if round > 0 {
				cost, done, bottom, bottoms = cost+spent, done+n, bottom+below, bottoms+m
			}
		}
		r.CPU, r.Floor = micros(cost)/float64(done), micros(bottom)/float64(bottoms)
		if o.Tell != nil {
			o.Tell(r)
		}
		out = append(out, r)
	}
	return out, nil
}

// several makes a call so many times.
func (t *timing) several(ctx context.Context, times int) (prepare func(n int) error, do func() error) {
	return func(n int) error { return t.prepare(ctx, n*times) }, func() error {
		for range times {
			if err := t.serve(t.request(ctx)); err != nil {
				return err
			}
		}
		return nil
	}
}

// floor is the thinnest server, with what it keeps.
type floor struct {
	w    *world
	made int
}

// spend does something again and again for about so long, and tells its CPU and how often.
func (f *floor) spend(ctx context.Context, long time.Duration, prepare func(int) error, do func() error) (time.Duration, int, error) {
	n := 1
	if err := prepare(n); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return 0, 0, err
	}
	n = min(most, max(1, int(long/max(time.Since(began), 1))))
	if err := prepare(n); err != nil {
		return 0, 0, err
	}
	before, err := f.w.meter.read(ctx)
	if err != nil {
		return 0, 0, err
	}
	for range n {
		if err := do(); err != nil {
			return 0, 0, err
		}
	}
	after, err := f.w.meter.read(ctx)
	return after - before, n, err
}

// serve answers a request as the thinnest server would: a transaction, and what it gave as JSON.
func (f *floor) serve(ctx context.Context, x ruler) error {
	i := f.made
	f.made++
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var answer any
		var err error
		if x.read != nil {
			err = f.w.srv.Run.Data.Read(r.Context(), func(q *db.Reader) (err error) { answer, err = x.read(q, i); return err })
		} else {
			err = f.w.srv.Run.Data.Write(r.Context(), func(tx *db.Tx) (err error) { answer, err = x.write(tx, i); return err })
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(answer) // the recorder takes everything
	})
	got := httptest.NewRecorder()
	handler.ServeHTTP(got, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	if got.Code != http.StatusOK {
		return fmt.Errorf("answered %d: %s", got.Code, got.Body)
	}
	return nil
}

// The tables that floors write into: as many columns and indexes as the work needs at least.
var floorTables = []string{
	"CREATE TABLE floor_referral (id $ID PRIMARY KEY, case_id $ID NOT NULL, person $ID NOT NULL, status TEXT NOT NULL, title TEXT NOT NULL, units BIGINT NOT NULL, created_at BIGINT NOT NULL)",
	"CREATE INDEX floor_referral_case ON floor_referral (case_id, id)",
	"CREATE TABLE floor_place (id $ID PRIMARY KEY, session BIGINT NOT NULL, person $ID NOT NULL, status TEXT NOT NULL)",
	"CREATE INDEX floor_place_session ON floor_place (session)",
	"CREATE TABLE floor_disbursement (id $ID PRIMARY KEY, place $ID NOT NULL, units BIGINT NOT NULL, amount BIGINT NOT NULL, on_date TEXT NOT NULL)",
	"CREATE INDEX floor_disbursement_place ON floor_disbursement (place)",
	"CREATE TABLE floor_person (id $ID PRIMARY KEY, family TEXT NOT NULL, given TEXT NOT NULL, family_kana TEXT NOT NULL, given_kana TEXT NOT NULL, birth_date TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL)",
	"CREATE INDEX floor_person_kana ON floor_person (family_kana, given_kana)",
}

func (f *floor) make(ctx context.Context) error {
	f.drop(ctx) // what an interrupted run left
	return f.w.srv.Run.Data.Write(ctx, func(tx *db.Tx) error {
		id := "BLOB"
		if tx.Engine() == db.Postgres {
			id = "UUID"
		}
		for _, text := range floorTables {
			if _, err := db.Exec(tx, strings.ReplaceAll(text, "$ID", id)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *floor) drop(ctx context.Context) {
	for _, table := range []string{"floor_referral", "floor_place", "floor_disbursement", "floor_person"} {
		// Where the connection is gone the next run drops them.
		_ = f.w.srv.Run.Data.Write(ctx, func(tx *db.Tx) error { _, err := db.Exec(tx, "DROP TABLE IF EXISTS "+table); return err })
	}
}

type floorReferral struct {
	ID      db.ID         `db:"id" json:"id"`
	Case    db.ID         `db:"case_id" json:"case_id"`
	Person  db.ID         `db:"person" json:"person"`
	Status  string        `db:"status" json:"status"`
	Title   string        `db:"title" json:"title"`
	Units   int64         `db:"units" json:"units"`
	Created calendar.Time `db:"created_at" json:"created_at"`
}

type floorPlace struct {
	ID      db.ID  `db:"id" json:"id"`
	Session int64  `db:"session" json:"session"`
	Person  db.ID  `db:"person" json:"person"`
	Status  string `db:"status" json:"status"`
}

type floorDisbursement struct {
	ID     db.ID         `db:"id" json:"id"`
	Place  db.ID         `db:"place" json:"place"`
	Units  int64         `db:"units" json:"units"`
	Amount int64         `db:"amount" json:"amount"`
	On     calendar.Date `db:"on_date" json:"on"`
}

type floorPerson struct {
	ID         db.ID         `db:"id" json:"id"`
	Family     string        `db:"family" json:"family"`
	Given      string        `db:"given" json:"given"`
	FamilyKana string        `db:"family_kana" json:"family_kana"`
	GivenKana  string        `db:"given_kana" json:"given_kana"`
	Birth      calendar.Date `db:"birth_date" json:"birth_date"`
	Phone      string        `db:"phone" json:"phone"`
	Address    string        `db:"address" json:"address"`
}

type floorCase struct {
	ID     db.ID  `db:"id" json:"id"`
	Number string `db:"number" json:"number"`
	Title  string `db:"title" json:"title"`
	Stage  string `db:"stage" json:"stage"`
	Status string `db:"status" json:"status"`
	Risk   string `db:"risk" json:"risk"`
	Due    string `db:"due_on" json:"due_on"`
	Next   string `db:"next_action" json:"next_action"`
	Family string `db:"family" json:"family"`
	Given  string `db:"given" json:"given"`
}

type floorLine struct {
	ID     db.ID  `db:"id" json:"id"`
	Status string `db:"status" json:"status"`
	What   string `db:"what" json:"what"`
}

const floorCases = `SELECT c.id, c.number, c.title, c.stage, c.status, c.risk, c.due_on, c.next_action, COALESCE(n.family, '') AS family, COALESCE(n.given, '') AS given
	FROM case_file c LEFT JOIN person_name n ON n.person = c.person AND n.kind = 'legal' WHERE `

// The lists that stand on a case's page.
var floorLists = []string{
	"SELECT id, status, role AS what FROM case_participant WHERE case_id = ? ORDER BY id LIMIT 50",
	"SELECT id, status, title AS what FROM referral WHERE case_id = ? ORDER BY id LIMIT 50",
	"SELECT id, status, '' AS what FROM care_plan WHERE case_id = ? ORDER BY id LIMIT 50",
	"SELECT id, status, '' AS what FROM assessment WHERE case_id = ? ORDER BY id LIMIT 50",
	"SELECT id, status, title AS what FROM task WHERE owner = ? AND owner_kind = 'case' AND ended_at = 0 ORDER BY due, id LIMIT 50",
}

// The sizes of the works.
const (
	floorSession = 100 // places that are marked at once
	floorImport  = 200 // persons that come in at once
)

// rulers are the works, with what the best peer took of its floor and how many times less is asked:
// PocketBase 0.39 on SQLite with 100,000 persons, measured on 2026-11-21 beside such a floor.
func (f *floor) rulers(ctx context.Context) ([]ruler, error) {
	l, brought, err := f.w.newLists(ctx, floorImport)
	if err != nil {
		return nil, err
	}
	imported := ruler{name: "import of 200 persons", peer: 96 / 6.1, less: 4, write: f.writePersons}
	if brought {
		imported.work, imported.ready = l.run, l.ready
	}
	now := f.w.srv.Run.Now()
	today := now.Date(calendar.Zone(ctx))
	return []ruler{
		{name: "worklist, 50 rows", call: "worklist", times: 1, peer: 5.0 / 0.48, less: 4, read: func(q db.Q, _ int) (any, error) {
			return db.All[floorCase](q, floorCases+"c.owner = ? AND c.status = 'open' ORDER BY c.due_on, c.id LIMIT 50", f.w.many.user)
		}},
		{name: "person search by part of a name, beside a LIKE over all names", call: "person search, common name", times: 1, peer: 1, less: 1, read: func(q db.Q, _ int) (any, error) {
			part := "%" + f.w.common + "%"
			return db.All[floorLine](q, "SELECT person AS id, status, family || ' ' || given AS what FROM person_name WHERE family LIKE ? OR given LIKE ? OR family_kana LIKE ? ORDER BY family_kana, given_kana LIMIT 50", part, part, part)
		}},
		{name: "case with its related lists", call: "open case", times: 1, peer: 2.4 / 0.23, less: 3, read: func(q db.Q, i int) (any, error) {
			id := pick(f.w.cases, i)
			one, err := db.One[floorCase](q, floorCases+"c.id = ?", id)
			out := map[string]any{"case": one}
			for n, text := range floorLists {
				if err != nil {
					break
				}
				var list []floorLine
				list, err = db.All[floorLine](q, text, id)
				out[strconv.Itoa(n)] = list
			}
			return out, err
		}},
		{name: "create a referral", call: "new referral", times: 1, peer: 0.91 / 0.32, less: 1.5, write: func(w db.W, i int) (any, error) {
			x := floorReferral{db.NewID(), pick(f.w.cases, i), pick(f.w.persons, i), "draft", "計測", 3000, now}
			return x, db.Insert(w, "floor_referral", x)
		}},
		{name: "attendance of 100", call: "attendance of 100", times: 1, peer: 68 / 0.49, less: 40, write: attend(today), prepare: f.seat},
		imported,
	}, nil
}

// writePersons writes what a list says of persons, and nothing else.
func (f *floor) writePersons(w db.W, i int) (any, error) {
	all := make([]floorPerson, floorImport)
	today := f.w.srv.Run.Now().Date(calendar.Tokyo)
	for n := range all {
		x := pick(f.w.names, i+n)
		all[n] = floorPerson{db.NewID(), x.Family, x.Given, x.FamilyKana, x.GivenKana, today, "090-0000-0000", "みなと市栄町1-1"}
	}
	return all, db.Insert(w, "floor_person", all...)
}

// attend marks the places of a session and writes what each is owed.
func attend(today calendar.Date) func(w db.W, i int) (any, error) {
	return func(w db.W, i int) (any, error) {
		session := int64(i)
		places, err := db.All[floorPlace](w, "SELECT id, session, person, status FROM floor_place WHERE session = ?", session)
		if err != nil {
			return nil, err
		}
		if _, err := db.Exec(w, "UPDATE floor_place SET status = 'attended' WHERE session = ?", session); err != nil {
			return nil, err
		}
		owed := make([]floorDisbursement, len(places))
		for n, x := range places {
			owed[n] = floorDisbursement{db.NewID(), x.ID, 1000, 3000, today}
		}
		return owed, db.Insert(w, "floor_disbursement", owed...)
	}
}

// seat fills the sessions from one up to another, outside the timing.
func (f *floor) seat(ctx context.Context, from, until int) error {
	return f.w.srv.Run.Data.Write(ctx, func(tx *db.Tx) error {
		for i := from; i < until; i++ {
			all := make([]floorPlace, floorSession)
			for n := range all {
				all[n] = floorPlace{db.NewID(), int64(i), pick(f.w.persons, n), "enrolled"}
			}
			if err := db.Insert(tx, "floor_place", all...); err != nil {
				return err
			}
		}
		return nil
	})
}
