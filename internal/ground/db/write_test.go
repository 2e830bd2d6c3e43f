package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/kizunatest"
)

func TestManyWritersLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 16, 12
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					if err := raise(t.Context(), d, "a"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if got := tally(t, d, "a"); got != writers*each {
			t.Errorf("%d of %d were kept", got, writers*each)
		}
	})
}

// TestTwoThatWouldEachBreakTheOthersRule plays write skew: each reads both
// rows and raises its own only while the sum is 0. Read committed lets both
// pass, which is why counting reads lock; SQLite and serializable do not.
func TestTwoThatWouldEachBreakTheOthersRule(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		if !strings.Contains(url, "serializable") {
			t.Skip("only serializable runs into it")
		}
		d := withThings(t, url)
		var tries atomic.Int64
		var meet, group sync.WaitGroup
		meet.Add(2)
		for _, own := range []string{"a", "b"} {
			group.Go(func() {
				first := true
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					tries.Add(1)
					sum, err := db.One[int64](tx, "SELECT SUM(n) FROM tally")
					if err != nil {
						return err
					}
					if first {
						first = false
						meet.Done()
						meet.Wait()
					}
					if sum > 0 {
						return nil
					}
					_, err = db.Exec(tx, "UPDATE tally SET n = 1 WHERE name = ?", own)
					return err
				})
				if err != nil {
					t.Errorf("%s: %v", own, err)
				}
			})
		}
		group.Wait()
		// The server may also turn one away that would have been right.
		if sum := tally(t, d, "a") + tally(t, d, "b"); sum != 1 || tries.Load() < 3 {
			t.Errorf("sum %d after %d tries, want 1 after 3 or more", sum, tries.Load())
		}
	})
}

func TestADeadlockRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite {
			t.Skip("one writer cannot deadlock")
		}
		var meet, group sync.WaitGroup
		meet.Add(2)
		for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
			group.Go(func() {
				first := true
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					for i, name := range order {
						if _, err := db.Exec(tx, "UPDATE tally SET n = n + 1 WHERE name = ?", name); err != nil {
							return err
						}
						if i == 0 && first {
							first = false
							meet.Done()
							meet.Wait()
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if a, b := tally(t, d, "a"), tally(t, d, "b"); a != 2 || b != 2 {
			t.Errorf("%d and %d, want 2 and 2", a, b)
		}
	})
}

func TestAWriteThatNeverSucceedsEnds(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite {
			t.Skip("raises the failure on the server")
		}
		tries := 0
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tries++
			_, err := db.Exec(tx, "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
			return err
		})
		if !errors.Is(err, fault.KindUnavailable) || tries < 5 {
			t.Errorf("%v after %d tries", err, tries)
		}
	})
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	boom := errors.New("boom")
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := db.Exec(tx, "UPDATE tally SET n = 5"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("error %v", err)
		}
		if got := tally(t, d, "a"); got != 0 {
			t.Errorf("%d stayed", got)
		}
	})
}

func TestAWriteThatHidesAFailedStatementLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := db.Exec(tx, "UPDATE tally SET n = 5 WHERE name = ?", "a"); err != nil {
				return err
			}
			if _, err := db.Exec(tx, "INSERT INTO tally (name, n) VALUES (?, ?)", "b", 1); !db.IsUnique(err, "tally.name") {
				t.Errorf("no unique error: %v", err)
			}
			return nil
		})
		if err == nil {
			t.Error("a transaction with a failed statement in it was committed")
		}
		if got := tally(t, d, "a"); got != 0 {
			t.Errorf("%d stayed", got)
		}
	})
}

// TestClosuresThatEndBadly proves that each way out of a closure gives the
// connection back: more rounds than there are connections.
func TestClosuresThatEndBadly(t *testing.T) {
	rounds := 4*runtime.GOMAXPROCS(0) + 20
	outs := map[string]func(){
		"panic": func() { panic("boom") },
		"exit":  runtime.Goexit,
	}
	for name, out := range outs {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, d *db.DB) {
				for range rounds {
					inGoroutine(func() {
						d.Write(t.Context(), func(tx *db.Tx) error {
							db.Exec(tx, "UPDATE tally SET n = 5")
							out()
							return nil
						})
					})
					inGoroutine(func() {
						d.Read(t.Context(), func(r *db.Reader) error {
							db.All[string](r, "SELECT name FROM tally")
							out()
							return nil
						})
					})
				}
				if got := tally(t, d, "a"); got != 0 {
					t.Errorf("%d stayed", got)
				}
				if err := raise(t.Context(), d, "a"); err != nil {
					t.Fatal(err)
				}
				if got := tally(t, d, "a"); got != 1 {
					t.Errorf("%d after one more", got)
				}
			})
		})
	}
}

func inGoroutine(f func()) {
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		defer group.Done()
		defer func() { _ = recover() }()
		f()
	}()
	group.Wait()
}

func TestLeavingInTheMiddleOfAWriteRollsBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for round := range 20 {
			ctx, leave := context.WithCancel(t.Context())
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := db.Exec(tx, "UPDATE tally SET n = 5"); err != nil {
					return err
				}
				leave()
				if round%2 == 0 {
					return nil // a closure that does not look
				}
				_, err := db.All[string](tx, "SELECT name FROM tally")
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if got := tally(t, d, "a"); got != 0 {
			t.Errorf("%d stayed", got)
		}
		if err := raise(t.Context(), d, "a"); err != nil {
			t.Fatal(err)
		}
	})
}

const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT COUNT(*) FROM c"

func TestLeavingInTheMiddleOfAStatementStopsIt(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite && db.CDriver {
			t.Skip("the C driver loses an interrupt that comes just before the first step, and the statement never ends")
		}
		for range 3 {
			for _, run := range []func(ctx context.Context, f func(q db.Q) error) error{
				func(ctx context.Context, f func(q db.Q) error) error {
					return d.Read(ctx, func(r *db.Reader) error { return f(r) })
				},
				func(ctx context.Context, f func(q db.Q) error) error {
					return d.Write(ctx, func(tx *db.Tx) error { return f(tx) })
				},
			} {
				ctx, leave := context.WithCancel(t.Context())
				err := run(ctx, func(q db.Q) error {
					if _, err := db.All[string](q, "SELECT name FROM tally"); err != nil {
						return err
					}
					go func() {
						defer leave()
						runs(t, d, true)
					}()
					_, err := db.All[int64](q, endless)
					return err
				})
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("%v", err)
				}
			}
		}
		runs(t, d, false)
		if err := raise(t.Context(), d, "a"); err != nil {
			t.Fatal(err)
		}
		if got := tally(t, d, "a"); got != 1 {
			t.Errorf("%d", got)
		}
	})
}

// runs waits until the PostgreSQL server works on the endless statement, or no
// longer does: one that is cancelled before it began goes on for a while.
func runs(t *testing.T, d *db.DB, want bool) {
	for d.Engine() == db.Postgres && t.Context().Err() == nil {
		err := d.Read(t.Context(), func(r *db.Reader) error {
			n, err := db.One[int](r, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query = ?", endless)
			if err == nil && (n > 0) != want {
				err = errNotYet
			}
			return err
		})
		if !errors.Is(err, errNotYet) {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

var errNotYet = errors.New("not yet")

func TestWhoWaitsForTheWriterMayLeave(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			if _, err := db.Exec(tx, "UPDATE tally SET n = 1 WHERE name = 'a'"); err != nil {
				return err
			}
			ctx, leave := context.WithCancel(t.Context())
			go leave()
			if err := d.Write(ctx, func(inner *db.Tx) error {
				_, err := db.Exec(inner, "UPDATE tally SET n = 2 WHERE name = 'a'")
				return err
			}); !errors.Is(err, context.Canceled) {
				t.Errorf("the second writer: %v", err)
			}
			return nil
		})
		if got := tally(t, d, "a"); got != 1 {
			t.Errorf("%d", got)
		}
	})
}

func TestAReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, text := range []string{
			"INSERT INTO tally (name, n) VALUES ('z', 1) RETURNING name",
			"\n\t update tally SET n = 9 RETURNING name", "DELETE FROM tally RETURNING name",
		} {
			for _, run := range []func(r *db.Reader){
				func(r *db.Reader) { db.All[string](r, text) },
				func(r *db.Reader) {
					b := db.NewBatch()
					db.Queue[string](b, text)
					db.Send(r, b)
				},
			} {
				refused := false
				read(t, d, func(r *db.Reader) error {
					defer func() { refused = recover() != nil }()
					run(r)
					return nil
				})
				if !refused {
					t.Errorf("%q ran in a read", text)
				}
			}
		}
		if got := all[int](t, d, "SELECT COUNT(*) FROM tally WHERE n = 0")[0]; got != 2 {
			t.Errorf("%d rows as before, want 2", got)
		}
	})
}

func TestKeptStatementsAreBounded(t *testing.T) {
	d := withThings(t, kizunatest.NewURL(t, db.SQLite))
	write(t, d, func(tx *db.Tx) error {
		for i := range 2 * db.MaxStatements {
			if _, err := db.All[string](tx, fmt.Sprintf("SELECT name FROM tally WHERE n = %d AND name = ?", i), "a"); err != nil {
				return err
			}
		}
		if kept := db.KeptStatements(tx); kept > db.MaxStatements || kept < db.MaxStatements/2 {
			t.Errorf("%d kept, the bound is %d", kept, db.MaxStatements)
		}
		return nil
	})
}

func TestCloseWaitsForReadsAndThenNothingRuns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var started, group sync.WaitGroup
		release := make(chan struct{})
		const readers = 3
		started.Add(readers)
		for range readers {
			group.Go(func() {
				err := d.Read(t.Context(), func(r *db.Reader) error {
					started.Done()
					<-release
					_, err := db.All[string](r, "SELECT name FROM tally")
					return err
				})
				if err != nil {
					t.Errorf("a read that ran when Close was called: %v", err)
				}
			})
		}
		started.Wait()
		for range 2 {
			group.Go(d.Close)
		}
		close(release)
		group.Wait()
		if err := d.Read(t.Context(), func(*db.Reader) error { return nil }); !errors.Is(err, fault.KindUnavailable) {
			t.Errorf("a read after Close: %v", err)
		}
		if err := raise(t.Context(), d, "a"); !errors.Is(err, fault.KindUnavailable) {
			t.Errorf("a write after Close: %v", err)
		}
		if err := d.Ping(t.Context()); err == nil {
			t.Error("a closed database answers")
		}
	})
}

func TestAnOtherProcessOnTheSameFile(t *testing.T) {
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			url := kizunatest.NewURL(t, e)
			ds := []*db.DB{withThings(t, url), kizunatest.OpenDB(t, url)}
			var group sync.WaitGroup
			const each = 25
			for _, d := range ds {
				for range 2 {
					group.Go(func() {
						for range each {
							if err := raise(t.Context(), d, "a"); err != nil {
								t.Error(err)
							}
						}
					})
				}
			}
			group.Wait()
			if got := tally(t, ds[0], "a"); got != 4*each {
				t.Errorf("%d of %d were kept", got, 4*each)
			}
		})
	}
}

// TestNoneTakesWrites has the server of an address that asks for one that takes writes take none,
// as a standby does before it takes over: whoever asks is told to wait.
func TestNoneTakesWrites(t *testing.T) {
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("PostgreSQL is not asked for")
	}
	url := kizunatest.NewURL(t, db.Postgres)
	d := kizunatest.OpenDB(t, url+"&target_session_attrs=read-write")
	if err := d.Script(t.Context(), `DO $$ BEGIN
		EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET default_transaction_read_only = on'; END $$`); err != nil {
		t.Fatal(err)
	}
	if err := kizunatest.OpenDB(t, url).Read(t.Context(), func(q *db.Reader) error {
		_, err := db.One[int64](q, `SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend') AS cut`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for range 3 { // first over the connection that was cut, then over new ones
		if err := d.Write(t.Context(), func(*db.Tx) error { return nil }); !errors.Is(err, fault.KindUnavailable) {
			t.Errorf("a write while no server takes any: %v", err)
		}
	}
}
