package demo

import (
	"container/heap"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
)

// The demo's past is told by tales: each is one thread of the agency's work,
// such as a case from the first call to its end, and reads as it happened. It
// acts as those who did it and lets time pass between the acts. All tales are
// told side by side in the order of the days, by a clock that was set back;
// what would happen after today is left untold. So a case that came in last
// week stands where a case stands after a week.

// yearDays is how far back the history goes, in days.
const yearDays = 365

// tale tells one thread of the history.
type tale struct {
	name  string
	start calendar.Time
	tell  func(t *teller)
}

// teller is what a tale acts with.
type teller struct {
	*maker
	ctx  context.Context
	r    *rand.Rand
	pass func(calendar.Time) bool // lets time pass until then
}

// failed carries the error of an act out of a tale, and untold ends a tale
// that would go on after today.
type (
	failed struct{ err error }
	untold struct{}
)

// try gives what an act gave; an error ends the tale, and the making.
func try[T any](v T, err error) T {
	must(err)
	return v
}

func must(err error) {
	if err != nil {
		panic(failed{err})
	}
}

// stop ends a tale where it is: nobody got any further.
func (t *teller) stop() { panic(untold{}) }

// now is the moment of the tale.
func (t *teller) now() calendar.Time { return t.clock.Now() }

func (t *teller) today() calendar.Date { return t.now().Date(calendar.Tokyo) }

// at goes on at an hour of a day, or at once where that is over.
func (t *teller) at(day calendar.Date, hour, minute int) {
	t.until(calendar.Moment(day, hour, minute, calendar.Tokyo))
}

func (t *teller) until(then calendar.Time) {
	if !t.pass(max(then, t.now())) {
		t.stop()
	}
}

// later goes on some days later, on a working day, at an hour of work.
func (t *teller) later(days int) {
	t.at(t.holidays.AddWorking(t.today().AddDays(days), 0), 9+t.r.IntN(8), t.r.IntN(60))
}

// say is what somebody of the agency writes, in its language.
func (t *teller) say(p text.Pair) string { return p.In(t.o.Lang) }

// thread is a tale as far as it was told; at is when it goes on.
type thread struct {
	at   calendar.Time
	n    int // of those at the same moment, the first begun goes first
	name string
	next func() (calendar.Time, bool)
	stop func()
}

// loom holds the threads, the earliest on top.
type loom []*thread

func (l loom) Len() int { return len(l) }
func (l loom) Less(i, j int) bool {
	return l[i].at < l[j].at || l[i].at == l[j].at && l[i].n < l[j].n
}
func (l loom) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push takes a *thread; heap calls it.
func (l *loom) Push(x any) { *l = append(*l, x.(*thread)) }

// Pop gives a *thread; heap calls it.
func (l *loom) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// begin adds a tale to those that are told; one tale may begin another.
func (m *maker) begin(ctx context.Context, x tale) {
	m.begun++
	th := &thread{at: x.start, n: m.begun, name: x.name}
	th.next, th.stop = iter.Pull(m.sequence(ctx, x, m.begun))
	heap.Push(&m.loom, th)
}

// sequence is a tale as the moments at which it goes on.
func (m *maker) sequence(ctx context.Context, x tale, n int) iter.Seq[calendar.Time] {
	return func(yield func(calendar.Time) bool) {
		defer func() {
			switch e := recover().(type) {
			case nil, untold:
			case failed:
				m.failed = fmt.Errorf("%s on %s: %w", x.name, m.clock.Now().Date(calendar.Tokyo), e.err)
			default:
				panic(e)
			}
		}()
		x.tell(&teller{maker: m, ctx: ctx, r: rand.New(rand.NewPCG(seed, uint64(n))), pass: yield})
	}
}

// tellAll tells every tale until now.
func (m *maker) tellAll(now calendar.Time) error {
	defer func() {
		for _, th := range m.loom {
			th.stop()
		}
	}()
	month := ""
	for len(m.loom) > 0 && m.failed == nil {
		th := heap.Pop(&m.loom).(*thread)
		if th.at > now {
			th.stop()
			continue
		}
		if m.clock.Now() < th.at {
			m.clock.Set(th.at)
		}
		if at := string(th.at.Date(calendar.Tokyo).MonthStart())[:7]; at != month {
			month = at
			m.tell("demo: the year, " + month)
		}
		at, more := th.next()
		if more {
			th.at = at
			heap.Push(&m.loom, th)
		}
	}
	m.clock.Set(now)
	return m.failed
}

// seed is what chance begins with: the same demo every time.
const seed = 20260401
