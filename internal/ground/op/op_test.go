package op_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
)

// lamp is a record that can be lit.
type lamp struct {
	flow.Head
	Oil int64 `db:"oil" json:"oil"`
}

var lampFlow = flow.Define(flow.Table[lamp]{
	Entity: "lamp", Table: "lamp",
	Root: func(l *lamp) (string, db.ID) { return "lamp", l.ID },
	Steps: []flow.Step[lamp]{
		{Name: "make", To: "dark", By: flow.Roles{access.Caseworker, access.Public}},
		{Name: "light", From: []string{"dark"}, To: "lit", By: flow.Roles{access.System}},
		{Name: "fill", From: []string{"dark", "lit"}, By: flow.Roles{access.Caseworker}},
	},
	VoidBy: flow.Roles{access.Caseworker},
})

var worker = access.Actor{ID: db.MustID("01900000-0000-7000-8000-000000000001"), Roles: []access.Role{access.Caseworker}, SignIn: db.MustID("01900000-0000-7000-8000-0000000000aa")}

const now = calendar.Time(1_790_000_000_000)

// each runs f on both engines and on PostgreSQL as serializable.
func each(t *testing.T, f func(t *testing.T, r *op.Runner)) {
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(name string, e db.Engine, more string) {
		t.Run(name, func(t *testing.T) {
			url := kizunatest.NewURL(t, e)
			if more != "" {
				mark := "?"
				if strings.Contains(url, "?") {
					mark = "&"
				}
				url += mark + more
			}
			d := kizunatest.OpenDB(t, url)
			id := map[db.Engine]string{db.SQLite: "BLOB", db.Postgres: "uuid"}[e]
			err := d.Script(t.Context(), "CREATE TABLE lamp (id "+id+` PRIMARY KEY, status TEXT NOT NULL, version BIGINT NOT NULL,
				created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, oil BIGINT NOT NULL)`)
			if err != nil {
				t.Fatal(err)
			}
			r := &op.Runner{Data: d, Vault: v, Clock: calendar.NewFake(now)}
			r.Subscribe("lamp.make", "tell.everybody")
			r.Subscribe("lamp.make", "tell.the_keeper")
			f(t, r)
		})
	}
	for _, e := range kizunatest.Engines(t) {
		run(e.String(), e, "")
		if e == db.Postgres {
			run("postgres serializable", e, "isolation=serializable")
		}
	}
}

type input struct{ Oil int64 }

type answer struct {
	ID  db.ID    `json:"id"`
	Oil int64    `json:"oil"`
	Say []string `json:"say,omitempty"`
}

func makeLamp(ctx context.Context, r *op.Runner, a access.Actor, in input) (answer, error) {
	return op.Do(ctx, r, a, "lamp.make", in, func(tx *op.Tx) (answer, error) {
		l, err := flow.Create(tx, lampFlow, "make", lamp{Oil: in.Oil})
		tx.Tell(op.Event{Name: "lamp.make", Entity: "lamp", Record: l.ID, Root: l.ID})
		return answer{ID: l.ID, Oil: l.Oil}, err
	})
}

// counts says what there is: lamps, journal lines, jobs, kept answers.
func counts(t *testing.T, r *op.Runner) (out [4]int) {
	t.Helper()
	err := r.Read(t.Context(), func(q *db.Reader) (err error) {
		for i, table := range []string{"lamp", "journal", "job", "idempotency"} {
			if out[i], err = db.One[int](q, "SELECT COUNT(*) FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func want(t *testing.T, r *op.Runner, lamps, lines, jobs, keys int) {
	t.Helper()
	if got, want := counts(t, r), [4]int{lamps, lines, jobs, keys}; got != want {
		t.Errorf("lamps, lines, jobs, keys are %v, want %v", got, want)
	}
}

func rows(t *testing.T, r *op.Runner) (out []journal.Row) {
	t.Helper()
	err := r.Read(t.Context(), func(q *db.Reader) (err error) {
		out, err = db.All[journal.Row](q, "SELECT "+db.Columns[journal.Row]("")+" FROM journal ORDER BY id")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		out, err := makeLamp(t.Context(), r, worker, input{Oil: 3})
		if err != nil {
			t.Fatal(err)
		}
		want(t, r, 1, 1, 2, 0)
		l := rows(t, r)[0]
		if l.Record != out.ID || l.Actor != worker.ID || l.ActorKind != "staff" || l.Via != worker.SignIn || l.At != now || l.Tx.IsZero() {
			t.Errorf("line %+v", l)
		}
		err = r.Read(t.Context(), func(q *db.Reader) error {
			kinds, err := db.All[string](q, "SELECT kind FROM job WHERE state = 'waiting' AND payload LIKE ? ORDER BY kind", "%"+out.ID.String()+"%")
			if strings.Join(kinds, " ") != "tell.everybody tell.the_keeper" {
				t.Errorf("jobs %v", kinds)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		failing := errors.New("late")
		for name, end := range map[string]func() error{
			"error": func() error { return failing },
			"panic": func() error { panic("late") },
		} {
			func() {
				defer func() {
					if p := recover(); p != nil && name != "panic" {
						t.Errorf("%s: panic %v", name, p)
					}
				}()
				got, err := op.Do(op.WithKey(t.Context(), "k"), r, worker, "lamp.make", nil, func(tx *op.Tx) (answer, error) {
					l, err := flow.Create(tx, lampFlow, "make", lamp{})
					if err != nil {
						t.Error(err)
					}
					tx.Tell(op.Event{Name: "lamp.make", Record: l.ID})
					return answer{ID: l.ID}, end()
				})
				if !errors.Is(err, failing) || got.ID != (db.ID{}) {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			}()
			want(t, r, 1, 1, 2, 0)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err = op.Do(ctx, r, worker, "lamp.make", nil, func(tx *op.Tx) (answer, error) {
			_, err := flow.Create(tx, lampFlow, "make", lamp{})
			cancel()
			return answer{}, err
		})
		if err == nil {
			t.Error("a caller who left was written for")
		}
		want(t, r, 1, 1, 2, 0)
	})
}

func TestSameKeySameAnswer(t *testing.T) {
	for name, a := range map[string]access.Actor{"worker": worker, "public": access.Nobody()} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, r *op.Runner) {
				ctx := op.WithKey(t.Context(), "once")
				first, err := makeLamp(ctx, r, a, input{Oil: 3})
				if err != nil {
					t.Fatal(err)
				}
				again, err := makeLamp(ctx, r, a, input{Oil: 3})
				if err != nil || again.ID != first.ID || again.Oil != 3 {
					t.Errorf("again %+v, %v; first %+v", again, err, first)
				}
				want(t, r, 1, 1, 2, 1)
				if _, err := makeLamp(ctx, r, a, input{Oil: 4}); !errors.Is(err, fault.KindKeyReuse) {
					t.Errorf("another body gave %v", err)
				}
				if _, err := op.Do(ctx, r, a, "lamp.other", input{Oil: 3}, func(*op.Tx) (answer, error) { return answer{}, nil }); !errors.Is(err, fault.KindKeyReuse) {
					t.Errorf("another operation gave %v", err)
				}
				want(t, r, 1, 1, 2, 1)
				other := worker
				other.ID = db.NewID()
				if o, err := makeLamp(ctx, r, other, input{Oil: 4}); err != nil || o.ID == first.ID {
					t.Errorf("another actor with the same key: %+v, %v", o, err)
				}
				if _, err := makeLamp(op.WithKey(t.Context(), strings.Repeat("k", op.MaxKey+1)), r, a, input{}); !errors.Is(err, fault.KindInvalid) {
					t.Errorf("a long key gave %v", err)
				}
				want(t, r, 2, 2, 4, 2)
			})
		})
	}
}

// TestFaultKeepsNoKey repeats a refused operation once it may succeed.
func TestFaultKeepsNoKey(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		ctx := op.WithKey(t.Context(), "once")
		nobodys := access.Actor{ID: worker.ID, Roles: []access.Role{access.Auditor}}
		if _, err := makeLamp(ctx, r, nobodys, input{Oil: 3}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("refused with %v", err)
		}
		want(t, r, 0, 0, 0, 0)
		if _, err := makeLamp(ctx, r, worker, input{Oil: 5}); err != nil {
			t.Error(err)
		}
		want(t, r, 1, 1, 2, 1)
	})
}

func TestRacingWithOneKey(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		var all sync.WaitGroup
		ids := make([]db.ID, 12)
		for i := range ids {
			all.Go(func() {
				out, err := makeLamp(op.WithKey(t.Context(), "once"), r, worker, input{Oil: 3})
				if err != nil {
					t.Error(err)
				}
				ids[i] = out.ID
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] || id.IsZero() {
				t.Errorf("answers differ: %s and %s", id, ids[0])
			}
		}
		want(t, r, 1, 1, 2, 1)
	})
}

// TestRacingOnOneRecord has many add oil, each reading it inside: every drop
// counts, and each has exactly one line, however often a closure ran.
func TestRacingOnOneRecord(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		made, err := makeLamp(t.Context(), r, worker, input{})
		if err != nil {
			t.Fatal(err)
		}
		const many = 16
		var all sync.WaitGroup
		for range many {
			all.Go(func() {
				_, err := op.Do(t.Context(), r, worker, "lamp.fill", nil, func(tx *op.Tx) (lamp, error) {
					l, err := db.One[lamp](tx, "SELECT "+db.Columns[lamp]("")+" FROM lamp WHERE id = ?"+db.ForUpdate(tx), made.ID)
					if err != nil {
						return l, err
					}
					return flow.Take(tx, lampFlow, "fill", l, func(l *lamp) { l.Oil++ })
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i, row := range rows(t, r) {
			if i > 0 && row.Step != "fill" || row.Version > many+1 {
				t.Errorf("row %+v", row)
			}
		}
		want(t, r, 1, many+1, 2, 0)
		err = r.Read(t.Context(), func(q *db.Reader) error {
			l, err := db.One[lamp](q, "SELECT "+db.Columns[lamp]("")+" FROM lamp")
			if l.Oil != many || l.Version != many+1 {
				t.Errorf("lamp %+v", l)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestRunAgain makes a serialization failure by force: the closure runs again
// from nothing, and only the second run's lines, jobs and answer are there.
func TestRunAgain(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		if r.Data.Engine() == db.SQLite || !strings.Contains(r.Data.URL(), "serializable") {
			return // has no such failure
		}
		made, err := makeLamp(t.Context(), r, worker, input{})
		if err != nil {
			t.Fatal(err)
		}
		fill := func(ctx context.Context, by int64, meanwhile func()) (answer, error) {
			return op.Do(ctx, r, worker, "lamp.fill", by, func(tx *op.Tx) (answer, error) {
				l, err := db.One[lamp](tx, "SELECT "+db.Columns[lamp]("")+" FROM lamp WHERE id = ?", made.ID)
				if err != nil {
					return answer{}, err
				}
				meanwhile()
				tx.Tell(op.Event{Name: "lamp.make", Record: l.ID})
				l, err = flow.Take(tx, lampFlow, "fill", l, func(l *lamp) { l.Oil += by })
				return answer{ID: l.ID, Oil: l.Oil}, err
			})
		}
		runs := 0
		out, err := fill(op.WithKey(t.Context(), "once"), 10, func() {
			if runs++; runs == 1 {
				if _, err := fill(t.Context(), 1, func() {}); err != nil {
					t.Error(err)
				}
			}
		})
		if err != nil || runs != 2 || out.Oil != 11 {
			t.Errorf("%d runs, %+v, %v", runs, out, err)
		}
		want(t, r, 1, 3, 6, 1)
	})
}

// hooked is a clock that does something when asked for the nth time.
type hooked struct {
	calendar.Clock
	asked, at int
	hook      func()
}

func (h *hooked) Now() calendar.Time {
	if h.asked++; h.asked == h.at {
		h.hook()
	}
	return h.Clock.Now()
}

// TestReplayAfterATry has the first try fail and the second find the answer
// of another who sent the same: nothing of the first may show in it.
func TestReplayAfterATry(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		ctx := op.WithKey(t.Context(), "once")
		if r.Data.Engine() == db.SQLite {
			return // its one writer is held while a try runs, so nobody comes between
		}
		other := &op.Runner{Data: r.Data, Vault: r.Vault, Clock: r.Clock}
		r.Clock = &hooked{Clock: r.Clock, at: 2, hook: func() {
			_, err := op.Do(ctx, other, worker, "lamp.say", nil, func(*op.Tx) (answer, error) { return answer{Oil: 2}, nil })
			if err != nil {
				t.Error(err)
			}
		}}
		tries := 0
		out, err := op.Do(ctx, r, worker, "lamp.say", nil, func(*op.Tx) (answer, error) {
			tries++
			return answer{Oil: 1, Say: []string{"first"}}, errors.New("database is locked")
		})
		if err != nil || tries != 1 || fmt.Sprint(out) != fmt.Sprint(answer{Oil: 2}) {
			t.Errorf("%d tries, %+v, %v", tries, out, err)
		}
	})
}

// TestAs lets the system take a step within a worker's operation: each line
// says who took it.
func TestAs(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		_, err := op.Do(t.Context(), r, worker, "lamp.make", nil, func(tx *op.Tx) (lamp, error) {
			l, err := flow.Create(tx, lampFlow, "make", lamp{})
			if err != nil {
				return l, err
			}
			if _, err := flow.Take(tx, lampFlow, "light", l, nil); !errors.Is(err, fault.KindForbidden) {
				t.Errorf("the worker lights it: %v", err)
			}
			err = tx.As(access.TheSystem(), func() (err error) {
				l, err = flow.Take(tx, lampFlow, "light", l, nil)
				return err
			})
			if err != nil {
				return l, err
			}
			func() {
				defer func() { _ = recover() }()
				_ = tx.As(access.TheSystem(), func() error { panic("inside") })
			}()
			if tx.Actor().ID != worker.ID {
				t.Errorf("after it acts %+v", tx.Actor())
			}
			return flow.Take(tx, lampFlow, "fill", l, func(l *lamp) { l.Oil = 1 })
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows(t, r) {
			got = append(got, fmt.Sprint(row.Step, " ", row.ActorKind, " ", row.Actor == worker.ID))
		}
		if fmt.Sprint(got) != "[make staff true light system false fill staff true]" {
			t.Errorf("lines %v", got)
		}
		checked, err := journal.Verify(t.Context(), r.Data, r.Vault)
		if err != nil || len(checked.Broken) > 0 {
			t.Errorf("%+v, %v", checked, err)
		}
	})
}

// TestRouter asks the agency before a routed step; without one all are granted.
func TestRouter(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		asked := 0
		ask := func() (granted bool) {
			_, err := op.Do(t.Context(), r, worker, "x", nil, func(tx *op.Tx) (none struct{}, err error) {
				granted, err = tx.Route("lamp", "light", worker.ID)
				return none, err
			})
			if err != nil {
				t.Fatal(err)
			}
			return granted
		}
		if !ask() {
			t.Error("no router refuses")
		}
		r.Router = func(tx *op.Tx, entity, step string, record db.ID) (bool, error) {
			asked++
			return entity+step != "lamplight" || record != worker.ID, nil
		}
		if ask() || asked != 1 {
			t.Error("the router was not heard")
		}
	})
}
