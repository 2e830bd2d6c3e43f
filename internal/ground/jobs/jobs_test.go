package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	. "kizuna/internal/ground/jobs"
	"kizuna/internal/kizunatest"
)

// start is a moment on a whole hour.
const start = calendar.Time(1_790_000_000_000 - 1_790_000_000_000%3_600_000)

type bench struct {
	t     testing.TB
	db    *db.DB
	clock *calendar.Fake
}

func onBench(t *testing.T, f func(t *testing.T, b *bench)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) { f(t, &bench{t, d, calendar.NewFake(start)}) })
}

// worker has no periodic work, so that tests count only their own.
func (b *bench) worker(kinds ...Kind) *Worker {
	w := New(b.db, b.clock, Options{Random: func() float64 { return 0.5 }, Poll: time.Millisecond,
		Log: slog.New(slog.DiscardHandler)})
	w.Forget("jobs.sweep")
	for _, k := range kinds {
		w.Register(k)
	}
	return w
}

func (b *bench) queue(job Job) (id db.ID) {
	b.t.Helper()
	b.write(func(tx *db.Tx) (err error) {
		id, err = Queue(tx, job)
		return err
	})
	return id
}

func (b *bench) write(f func(tx *db.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) get(id db.ID) (row Row) {
	b.t.Helper()
	err := b.db.Read(b.t.Context(), func(r *db.Reader) (err error) {
		row, err = Get(r, id)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

func (b *bench) drain(w *Worker) int {
	b.t.Helper()
	n, err := w.Drain(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestWorkIsDoneOnceInOrder(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		var got []string
		w := b.worker(Kind{Name: "say", Run: On(func(_ context.Context, c Claimed, word string) error {
			got = append(got, fmt.Sprint(word, c.Try))
			return nil
		})})
		late := b.queue(Job{Kind: "say", Payload: "late", RunAt: start.Add(time.Minute)})
		id := b.queue(Job{Kind: "say", Payload: "a"})
		b.queue(Job{Kind: "say", Payload: "b"})
		b.queue(Job{Kind: "unknown here"})
		if n := b.drain(w); n != 2 || !slices.Equal(got, []string{"a1", "b1"}) {
			t.Fatalf("%d ran: %v", n, got)
		}
		if row := b.get(id); row.State != Done || row.EndedAt != start || row.Tries != 1 {
			t.Errorf("%+v", row)
		}
		b.clock.Advance(time.Minute)
		if b.drain(w); b.get(late).State != Done || len(got) != 3 {
			t.Errorf("not done when its time came: %v", got)
		}
		if b.drain(w) != 0 {
			t.Error("done work ran again")
		}
	})
}

func TestQueueRollsBackWithItsDeed(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		w := b.worker(Kind{Name: "x", Run: func(context.Context, Claimed) error { return nil }})
		wrong := errors.New("the deed failed")
		err := b.db.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := Queue(tx, Job{Kind: "x"}); err != nil {
				return err
			}
			return wrong
		})
		if !errors.Is(err, wrong) || b.drain(w) != 0 {
			t.Errorf("%v; its work ran all the same", err)
		}
	})
}

func TestKeyIsUniqueWhileWaitingOrRunning(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		var got []string
		w := b.worker(Kind{Name: "index", Run: On(func(_ context.Context, _ Claimed, word string) error {
			if got = append(got, word); word == "second" {
				b.queue(Job{Kind: "index", Key: "p1", Payload: "while running"})
			}
			return nil
		})})
		first := b.queue(Job{Kind: "index", Key: "p1", Payload: "first", RunAt: start.Add(time.Hour)})
		second := b.queue(Job{Kind: "index", Key: "p1", Payload: "second"})
		b.queue(Job{Kind: "index", Key: "p2", Payload: "other"})
		if first != second {
			t.Fatal("two waiting jobs with one key")
		}
		b.drain(w)
		slices.Sort(got)
		if want := []string{"other", "second", "while running"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if row := b.get(first); row.State != Done {
			t.Errorf("%+v", row)
		}
		if id := b.queue(Job{Kind: "index", Key: "p1", Payload: "later"}); id == first {
			t.Error("a finished job blocks its key")
		}
		b.write(func(tx *db.Tx) error {
			return QueueAll(tx, Job{Kind: "index", Key: "p3", Payload: "x"}, Job{Kind: "index", Key: "p3", Payload: "y"},
				Job{Kind: "index", Payload: "z"}, Job{Kind: "index", Payload: "z"})
		})
		got = nil
		b.drain(w)
		slices.Sort(got)
		if want := []string{"later", "y", "z", "z"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func TestFailedWorkComesBackLaterAndDies(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		works, dead := false, 0
		w := b.worker(Kind{Name: "mail", Tries: 3, Pause: time.Minute, Run: func(context.Context, Claimed) error {
			if works {
				return nil
			}
			return errors.New("the server says no")
		}})
		w.Options().OnDead = func(Claimed, error) { dead++ }
		id := b.queue(Job{Kind: "mail"})
		for try, pause := range []time.Duration{time.Minute, 2 * time.Minute} {
			if n, err := w.Drain(t.Context()); n != 1 || err == nil {
				t.Fatalf("try %d: %d %v", try+1, n, err)
			}
			row := b.get(id)
			if row.State != Waiting || row.RunAt != b.clock.Now().Add(pause) || row.Fault != "the server says no" {
				t.Fatalf("try %d: %+v", try+1, row)
			}
			b.clock.Advance(pause - time.Millisecond)
			if b.drain(w) != 0 {
				t.Fatal("came back early")
			}
			b.clock.Advance(time.Millisecond)
		}
		if _, err := w.Drain(t.Context()); err == nil || b.get(id).State != Dead || dead != 1 {
			t.Fatalf("after the last try: %+v, dead %d", b.get(id), dead)
		}
		b.clock.Advance(100 * time.Hour)
		if b.drain(w) != 0 {
			t.Fatal("dead work ran")
		}
		works = true
		b.write(func(tx *db.Tx) error { return Retry(tx, id) })
		if b.drain(w) != 1 || b.get(id).State != Done {
			t.Errorf("retried: %+v", b.get(id))
		}
		if err := b.db.Write(t.Context(), func(tx *db.Tx) error { return Retry(tx, id) }); !errors.Is(err, fault.KindConflict) {
			t.Errorf("retry of done work: %v", err)
		}
	})
}

func TestGiveUpRetryAfterAndPanics(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		w := b.worker(
			Kind{Name: "hopeless", Run: func(context.Context, Claimed) error { return GiveUp(errors.New("no such address")) }},
			Kind{Name: "busy", Run: func(context.Context, Claimed) error { return fault.TooMuch(time.Hour) }},
			Kind{Name: "broken", Run: func(context.Context, Claimed) error { panic("nil map") }},
			Kind{Name: "unreadable", Run: On(func(context.Context, Claimed, int) error { return nil })})
		hopeless, busy, broken := b.queue(Job{Kind: "hopeless"}), b.queue(Job{Kind: "busy"}), b.queue(Job{Kind: "broken"})
		unreadable := b.queue(Job{Kind: "unreadable", Payload: "text"})
		if n, err := w.Drain(t.Context()); n != 4 || err == nil {
			t.Fatal(n, err)
		}
		if row := b.get(hopeless); row.State != Dead {
			t.Errorf("%+v", row)
		}
		if row := b.get(busy); row.RunAt != start.Add(time.Hour) {
			t.Errorf("%+v", row)
		}
		if row := b.get(broken); row.State != Waiting || row.Fault != "panic: nil map" {
			t.Errorf("%+v", row)
		}
		if row := b.get(unreadable); row.State != Dead {
			t.Errorf("%+v", row)
		}
	})
}

// count adds one to a counter that lives in the database.
func count(tx db.W) error {
	_, err := db.Exec(tx, `INSERT INTO number_block (series, next) VALUES ('effects', 1)
		ON CONFLICT (series) DO UPDATE SET next = number_block.next + 1`)
	return err
}

func (b *bench) effects() (n int64) {
	b.t.Helper()
	err := b.db.Read(b.t.Context(), func(r *db.Reader) (err error) {
		n, _, err = db.Maybe[int64](r, "SELECT next FROM number_block WHERE series = 'effects'")
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// A worker that fell silent loses its work to another; when it wakes up, its
// transaction must not commit, nor its outcome be written.
func TestLostLeaseCommitsNothing(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		work := func(ctx context.Context, c Claimed) error {
			return b.db.Write(ctx, func(tx *db.Tx) error {
				if err := count(tx); err != nil {
					return err
				}
				return c.Finish(tx)
			})
		}
		sleeper, other := b.worker(Kind{Name: "pay", Run: work}), b.worker(Kind{Name: "pay", Run: work})
		id := b.queue(Job{Kind: "pay"})
		list, err := sleeper.Take(t.Context(), []string{"pay"}, 4)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if b.drain(other) != 0 {
			t.Fatal("claimed twice")
		}
		b.clock.Advance(time.Minute + time.Millisecond)
		if b.drain(other) != 1 || b.effects() != 1 {
			t.Fatalf("not taken over: %d effects", b.effects())
		}
		o := sleeper.RunOne(t.Context(), list[0])
		if !errors.Is(o.Err(), ErrLost) || b.effects() != 1 {
			t.Fatalf("the sleeper's transaction: %v, %d effects", o.Err(), b.effects())
		}
		if err := sleeper.Settle(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if row := b.get(id); row.State != Done || row.Tries != 2 {
			t.Errorf("%+v", row)
		}
	})
}

func TestRenewedLeaseIsKept(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		nothing := Kind{Name: "long", Run: func(context.Context, Claimed) error { return nil }}
		holder, other := b.worker(nothing), b.worker(nothing)
		b.queue(Job{Kind: "long"})
		if list, err := holder.Take(t.Context(), []string{"long"}, 1); err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		for range 5 {
			b.clock.Advance(45 * time.Second)
			if err := holder.Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.drain(other) != 0 {
				t.Fatal("taken from a worker that renews")
			}
		}
	})
}

// Work that kills its process each time must not come back for ever.
func TestWorkThatKillsItsWorkerDies(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		k := Kind{Name: "bomb", Tries: 2, Run: func(context.Context, Claimed) error { t.Error("ran"); return nil }}
		id := b.queue(Job{Kind: "bomb"})
		for range 2 {
			if list, err := b.worker(k).Take(t.Context(), []string{"bomb"}, 1); err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			b.clock.Advance(2 * time.Minute)
			if err := b.worker(k).Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.worker(k).Drain(t.Context()); err == nil || b.get(id).State != Dead {
			t.Errorf("%v %+v", err, b.get(id))
		}
	})
}

func TestProgressBookmarkAndCancel(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		owner := db.NewID()
		var id db.ID
		stopAt, from := 3, -1
		w := b.worker(Kind{Name: "import", Pause: time.Second, Run: func(ctx context.Context, c Claimed) error {
			row := 0
			if _, err := c.Bookmark(&row); err != nil {
				return err
			}
			from = row
			for ; row < 6; row++ {
				if row == stopAt {
					return errors.New("interrupted")
				}
				if row == 5 {
					b.write(func(tx *db.Tx) error { return Cancel(tx, id, b.clock.Now()) })
				}
				err := b.db.Write(ctx, func(tx *db.Tx) error {
					if err := count(tx); err != nil {
						return err
					}
					return c.Advance(tx, int64(row+1), 6, row+1)
				})
				if err != nil {
					return err
				}
			}
			return nil
		}})
		id = b.queue(Job{Kind: "import", Owner: owner})
		if _, err := w.Drain(t.Context()); err == nil || b.effects() != 3 {
			t.Fatalf("%v, %d effects", err, b.effects())
		}
		if row := b.get(id); row.Done != 3 || row.Total != 6 {
			t.Errorf("%+v", row)
		}
		stopAt = -1
		b.clock.Advance(time.Minute)
		_, err := w.Drain(t.Context())
		if !errors.Is(err, ErrCancelled) || from != 3 || b.effects() != 5 {
			t.Errorf("%v, from %d, %d effects", err, from, b.effects())
		}
		if row := b.get(id); row.State != Cancelled || row.Done != 5 {
			t.Errorf("%+v", row)
		}
		err = b.db.Read(t.Context(), func(r *db.Reader) error {
			rows, err := Owned(r, owner, 10)
			if len(rows) != 1 || rows[0].ID != id {
				t.Errorf("the owner sees %+v", rows)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestCancelReachesARunningHandler(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		var w *Worker
		var id db.ID
		w = b.worker(Kind{Name: "export", Run: func(ctx context.Context, c Claimed) error {
			if err := c.Progress(ctx, 1, 10); err != nil {
				return err
			}
			b.write(func(tx *db.Tx) error { return Cancel(tx, id, b.clock.Now()) })
			if err := c.Progress(ctx, 2, 10); err != nil {
				return fmt.Errorf("asked again within a quarter second: %w", err)
			}
			if err := w.Tend(ctx); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}})
		id = b.queue(Job{Kind: "export"})
		if _, err := w.Drain(t.Context()); !errors.Is(err, ErrCancelled) {
			t.Fatal(err)
		}
		if row := b.get(id); row.State != Cancelled || row.Done != 1 {
			t.Errorf("%+v", row)
		}
		waiting := b.queue(Job{Kind: "export"})
		b.write(func(tx *db.Tx) error { return Cancel(tx, waiting, b.clock.Now()) })
		if b.drain(w) != 0 || b.get(waiting).State != Cancelled {
			t.Error("cancelled work ran")
		}
	})
}

func TestPeriodicWorkRunsOncePerSlot(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		ran := 0
		k := Kind{Name: "tidy", Periodic: Every(time.Hour), Run: func(context.Context, Claimed) error { ran++; return nil }}
		one, two := b.worker(k), b.worker(k)
		for range 3 {
			b.drain(one)
			b.drain(two)
		}
		if ran != 1 {
			t.Fatalf("ran %d times in one slot", ran)
		}
		b.write(func(tx *db.Tx) error { _, err := Sweep(tx, b.clock.Now().Add(time.Hour)); return err })
		b.clock.Set(start.Add(-time.Hour)) // a clock that jumped back
		b.drain(b.worker(k))
		if ran != 1 {
			t.Fatal("a slot ran again")
		}
		b.clock.Set(start.Add(5 * time.Hour))
		b.drain(two)
		b.drain(one)
		if ran != 2 {
			t.Errorf("after five hours %d runs, want one more", ran)
		}
	})
}

// A clock that was a day ahead and is set right puts nothing off until it has come there again.
func TestClockSetBack(t *testing.T) {
	const day = 24 * time.Hour
	onBench(t, func(t *testing.T, b *bench) {
		ran := map[string]int{}
		does := func(name string, tries int64) Kind {
			return Kind{Name: name, Tries: tries, Run: func(context.Context, Claimed) error {
				if ran[name]++; name == "failing" && ran[name] == 1 {
					return errors.New("not yet")
				}
				return nil
			}}
		}
		tidy := does("tidy", 3)
		tidy.Periodic = Every(time.Hour)
		kinds := []Kind{does("due", 3), does("held", 3), does("failing", 3), does("planned", 3), tidy}
		b.clock.Advance(day)
		ahead := b.clock.Now()
		one := b.worker(kinds...)
		b.queue(Job{Kind: "failing"})
		b.queue(Job{Kind: "held", RunAt: ahead})
		if list, err := one.Take(t.Context(), []string{"held"}, 1); err != nil || len(list) != 1 { // and dies
			t.Fatal(list, err)
		}
		if _, err := one.Drain(t.Context()); err == nil || ran["failing"] != 1 || ran["tidy"] != 1 {
			t.Fatalf("before: %v, %v", ran, err)
		}
		b.queue(Job{Kind: "due", RunAt: ahead.Add(time.Second)}) // as an operation does with its own moment
		b.queue(Job{Kind: "planned", RunAt: ahead.Add(time.Hour)})
		b.clock.Set(start)
		b.drain(b.worker(kinds...))
		for name, want := range map[string]int{"due": 1, "held": 1, "failing": 2, "tidy": 2, "planned": 0} {
			if ran[name] != want {
				t.Errorf("%s ran %d times instead of %d", name, ran[name], want)
			}
		}
		b.drain(one)
		if ran["tidy"] != 2 {
			t.Errorf("the slot ran %d times", ran["tidy"])
		}
		b.clock.Advance(day + 2*time.Hour)
		if b.drain(one); ran["planned"] != 1 {
			t.Error("what was planned for later did not run")
		}
	})
}

func TestDaily(t *testing.T) {
	s := Daily(2, 30, calendar.Tokyo)
	at := func(day calendar.Date, hour, minute int) calendar.Time {
		return calendar.Moment(day, hour, minute, calendar.Tokyo)
	}
	for now, want := range map[calendar.Time]calendar.Time{
		at("2026-11-21", 2, 29):  at("2026-11-20", 2, 30),
		at("2026-11-21", 2, 30):  at("2026-11-21", 2, 30),
		at("2026-11-21", 23, 59): at("2026-11-21", 2, 30),
		at("2027-01-01", 0, 0):   at("2026-12-31", 2, 30),
	} {
		if got := s(now); got != want {
			t.Errorf("at %v the slot began %v, want %v", now, got, want)
		}
	}
}

func TestRunDoesAllOnceWithSeveralWorkers(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		const jobs = 2000
		var mu sync.Mutex
		seen := map[int]int{}
		all := make(chan struct{})
		k := Kind{Name: "n", Run: On(func(_ context.Context, _ Claimed, n int) error {
			mu.Lock()
			defer mu.Unlock()
			if seen[n]++; len(seen) == jobs {
				close(all)
			}
			return nil
		})}
		var list []Job
		for n := range jobs {
			list = append(list, Job{Kind: "n", Payload: n})
		}
		b.write(func(tx *db.Tx) error { return QueueAll(tx, list...) })
		ctx, stop := context.WithCancel(t.Context())
		var workers sync.WaitGroup
		for range 3 {
			w := b.worker(k)
			workers.Go(func() { w.Run(ctx) })
		}
		<-all
		stop()
		workers.Wait()
		for n, times := range seen {
			if times != 1 {
				t.Fatalf("%d ran %d times", n, times)
			}
		}
		if n := b.inState(Done); n != jobs {
			t.Errorf("%d of %d done", n, jobs)
		}
	})
}

func (b *bench) inState(s State) (n int64) {
	b.t.Helper()
	err := b.db.Read(b.t.Context(), func(r *db.Reader) (err error) {
		n, err = db.One[int64](r, "SELECT COUNT(*) FROM job WHERE state = ?", string(s))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// On a stop, short work that runs may end, long work is stopped and given
// back with its try, and what was claimed ahead waits again.
func TestStopFinishesOrGivesBack(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		begun, end := make(chan string, 2), make(chan struct{})
		w := b.worker(
			Kind{Name: "short", Run: func(context.Context, Claimed) error { begun <- "short"; <-end; return nil }},
			Kind{Name: "long", Long: true, Run: func(ctx context.Context, _ Claimed) error {
				begun <- "long"
				<-ctx.Done()
				close(end)
				return ctx.Err()
			}})
		w.Options().Runners = 1
		b.queue(Job{Kind: "short"})
		rest := b.queue(Job{Kind: "short"})
		long := b.queue(Job{Kind: "long"})
		ctx, stop := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() { w.Run(ctx) })
		<-begun
		<-begun
		stop()
		run.Wait()
		if done, waiting := b.inState(Done), b.inState(Waiting); done != 1 || waiting != 2 {
			t.Fatalf("%d done, %d waiting", done, waiting)
		}
		for _, id := range []db.ID{rest, long} {
			if row := b.get(id); row.Tries != 0 || row.RunAt != 0 {
				t.Errorf("not given back whole: %+v", row)
			}
		}
	})
}

func TestListsAndHealth(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		w := b.worker(Kind{Name: "ok", Run: func(context.Context, Claimed) error { return nil }},
			Kind{Name: "bad", Run: func(context.Context, Claimed) error { return GiveUp(errors.New("no")) }})
		for range 5 {
			b.queue(Job{Kind: "ok"})
			b.queue(Job{Kind: "bad"})
		}
		for i := range 5 {
			b.queue(Job{Kind: "later", RunAt: start.Add(time.Duration(i) * time.Minute)})
		}
		_, _ = w.Drain(t.Context())
		b.write(func(tx *db.Tx) error {
			for _, state := range []State{Done, Dead, Waiting} {
				var seen []db.ID
				var after *Cursor
				for {
					rows, next, err := List(tx, state, after, 2)
					if err != nil {
						return err
					}
					for _, r := range rows {
						seen = append(seen, r.ID)
					}
					if after = next; next == nil {
						break
					}
				}
				slices.SortFunc(seen, func(a, b db.ID) int { return slices.Compare(a[:], b[:]) })
				if len(slices.Compact(seen)) != 5 {
					t.Errorf("%s: %d rows", state, len(seen))
				}
			}
			h, err := HealthAt(tx, start.Add(time.Minute))
			if want := (Health{Due: 2, Oldest: start, Dead: 5}); h != want {
				t.Errorf("%+v, want %+v", h, want)
			}
			return err
		})
		b.clock.Advance(time.Hour)
		b.write(func(tx *db.Tx) error {
			n, err := Sweep(tx, b.clock.Now())
			if n != 5 {
				t.Errorf("swept %d, want the five done ones", n)
			}
			return err
		})
	})
}

func TestPausesGrowAndSpread(t *testing.T) {
	random := 0.0
	w := New(nil, calendar.NewFake(start), Options{Random: func() float64 { return random }})
	for try, want := range map[int64]time.Duration{1: 15 * time.Second, 2: 30 * time.Second, 40: 6 * time.Hour * 3 / 4} {
		if got := w.PauseAfter(20*time.Second, try); got != want {
			t.Errorf("try %d: %v, want %v", try, got, want)
		}
	}
	random = 1
	if got := w.PauseAfter(20*time.Second, 1); got != 25*time.Second {
		t.Error(got)
	}
}

// BenchmarkNoOp reports how many pieces of work that do nothing get done in a
// second, from a full queue.
func BenchmarkNoOp(b *testing.B) {
	for _, e := range kizunatest.Engines(b) {
		b.Run(e.String(), func(b *testing.B) {
			d := kizunatest.NewDB(b, e)
			const jobs = 50_000
			for b.Loop() {
				b.StopTimer()
				list := make([]Job, jobs)
				for i := range list {
					list[i] = Job{Kind: "no-op", Key: fmt.Sprint(i), Payload: i}
				}
				if err := d.Write(b.Context(), func(tx *db.Tx) error { return QueueAll(tx, list...) }); err != nil {
					b.Fatal(err)
				}
				left := make(chan struct{}, jobs)
				w := New(d, calendar.System, Options{})
				w.Register(Kind{Name: "no-op", Run: func(context.Context, Claimed) error { left <- struct{}{}; return nil }})
				ctx, stop := context.WithCancel(b.Context())
				b.StartTimer()
				var run sync.WaitGroup
				run.Go(func() { w.Run(ctx) })
				for range jobs {
					<-left
				}
				stop()
				run.Wait()
			}
			each := float64(jobs*b.N) / b.Elapsed().Seconds()
			b.ReportMetric(each, "jobs/s")
			b.Logf("FIGURE | jobs that do nothing | %s | %.0f a second (the bar is %s) |", e, each, map[db.Engine]string{db.SQLite: "50,000", db.Postgres: "5,000"}[e])
		})
	}
}
