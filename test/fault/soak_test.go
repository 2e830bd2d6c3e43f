package fault

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSoak works the program for a long time: the whole journey by the API, and people who look at
// pages beside it. After each spell, once nobody asks, it is looked at what the program still holds:
// the memory that its collector finds in use, its goroutines, its files. It must not want more and
// more, and the last must be answered as the first.
func TestSoak(t *testing.T) {
	said := os.Getenv("KIZUNA_SOAK_FOR")
	if said == "" {
		t.Skip("a soak: KIZUNA_SOAK_FOR=30m go test -timeout 2h -run TestSoak ./test/fault, or tools/prove.sh soak")
	}
	goesOn, err := time.ParseDuration(said)
	if err != nil || goesOn < time.Minute {
		t.Fatalf("KIZUNA_SOAK_FOR is %q", said)
	}
	spell := min(time.Minute, goesOn/12)
	each(t, func(t *testing.T, p *place) {
		p.demo(t).ends(t)
		run := p.start(t, "serve", "--metrics", "127.0.0.1:0")
		l, d := newLoad(t, p, seed(t), run.base), p.open(t)
		l.play()
		m := &meter{}
		l.timed = m.took
		deeds := time.NewTicker(pace)
		defer deeds.Stop()
		l.pace = deeds.C
		looking := onlookers(t, p, run, m)
		m.spell(l, looking, spell) // what is kept is filled once
		all := []sample{m.sample(t, run, l, looking)}
		for n := time.Duration(0); n < goesOn/spell && !t.Failed(); n++ {
			m.spell(l, looking, spell)
			s := m.sample(t, run, l, looking)
			all = append(all, s)
			t.Logf("%4.0f min: %s", ((n + 1) * spell).Minutes(), s)
		}
		l.timed = nil
		left := idle(t, run, all[0])
		f := judge(t, p, l.told(), all[1:], all[0], left)
		l.holds(t, d, 0)
		l.everything(t)
		drained(t, d, 0)
		run.ends(t)
		f.tell(t)
	})
}

// pace is how often somebody writes: ten thousand deeds in half an hour, a week of an agency of three
// hundred. Without it the few providers of the demo would get years of sessions, and what slows down
// would be lists that nobody has; how the program does with years of them is measured by its own.
const pace = 160 * time.Millisecond

// sample is how the program stands after a spell.
type sample struct {
	at         time.Time
	p99        time.Duration
	took       []time.Duration
	live       float64 // MiB in use when the collector last ran, with nobody asking
	resident   float64 // MiB
	goroutines float64
	files      float64
}

func (s sample) String() string {
	return fmt.Sprintf("%d answers, p99 %.1f ms; live %.2f MiB, resident %.0f MiB, %.0f goroutines, %.0f files", len(s.took), ms(s.p99), s.live, s.resident, s.goroutines, s.files)
}

// meter keeps how long answers took.
type meter struct {
	mu  sync.Mutex
	all []time.Duration
}

func (m *meter) took(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, d)
}

// spell has everybody act for so long.
func (m *meter) spell(l *load, looking []*onlooker, long time.Duration) {
	m.mu.Lock()
	m.all = nil
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(l.t.Context(), long)
	defer cancel()
	defer context.AfterFunc(ctx, l.finish)()
	var all sync.WaitGroup
	for _, o := range looking {
		all.Go(func() { o.look(ctx) })
	}
	l.run(math.MaxInt32, nil)
	all.Wait()
}

// sample looks at the program when nobody asks it anything any more.
func (m *meter) sample(t testing.TB, run *process, l *load, looking []*onlooker) sample {
	t.Helper()
	m.mu.Lock()
	s := sample{at: time.Now(), took: m.all}
	m.mu.Unlock()
	s.p99 = p99(s.took)
	l.client.CloseIdleConnections()
	for _, o := range looking {
		o.client.CloseIdleConnections()
	}
	collected(t, run, 2) // what was in use when everybody left may still have been so in the first
	s.hold(figures(t, run))
	for range 4 { // something of the program's own may be under way each time
		collected(t, run, 1)
		s.live = min(s.live, figures(t, run)[liveMemory]/mib)
	}
	return s
}

const (
	mib        = 1 << 20
	liveMemory = "go_gc_heap_live_bytes"
)

func (s *sample) hold(x map[string]float64) {
	s.live, s.resident = x[liveMemory]/mib, x["process_resident_memory_bytes"]/mib
	s.goroutines, s.files = x["go_goroutines"], x["process_open_fds"]
}

func p99(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return all[len(all)*99/100]
}

// collected waits until the collector has run so often with nobody asking but this: for one small page
// after the other, until what they take is enough for it to run.
func collected(t testing.TB, run *process, times float64) {
	t.Helper()
	const cycles = "go_gc_cycles_total_gc_cycles_total"
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for until := figures(t, run)[cycles] + times; figures(t, run)[cycles] < until; {
		for range 20 {
			if _, err := opened(ctx, http.DefaultClient, run.base+"/sign-in"); err != nil {
				t.Fatal(err)
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// figures is what the program tells of itself.
func figures(t testing.TB, run *process) map[string]float64 {
	t.Helper()
	said, err := opened(t.Context(), http.DefaultClient, run.inner)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(said) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name != "#" {
			if out[name], err = strconv.ParseFloat(value, 64); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
	}
	return out
}

// opened gives what is answered, to its end.
func opened(ctx context.Context, client *http.Client, at string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || res.Request.URL.Path != r.URL.Path) {
		err = fmt.Errorf("%s is answered %d at %s: %.200s", at, res.StatusCode, res.Request.URL.Path, b)
	}
	return string(b), err
}

// idle waits until the program holds no more goroutines and files than it did, or its patience is over.
func idle(t testing.TB, run *process, before sample) (now sample) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		now.hold(figures(t, run))
		if now.goroutines <= before.goroutines && now.files <= before.files {
			return now
		}
		http.DefaultClient.CloseIdleConnections()
		select {
		case <-look.C:
		case <-ctx.Done():
			return now
		}
	}
}

// onlooker is somebody who is signed in and looks at one page after the other.
type onlooker struct {
	t      testing.TB
	base   string
	pages  []string
	client *http.Client
	meter  *meter
	rand   *rand.Rand
}

// onlookers sign in.
func onlookers(t testing.TB, p *place, run *process, m *meter) (all []*onlooker) {
	t.Helper()
	for i, x := range []struct {
		role  string
		pages []string
	}{
		{"caseworker", []string{"/desk", "/desk/cases", "/desk/persons?q=yoshida", "/desk/tasks", "/desk/referrals", "/desk/persons/new", "/desk/intake/complaints/new"}},
		{"supervisor", []string{"/desk", "/desk/cases", "/desk/sessions", "/desk/schedules", "/desk/intake", "/desk/providers", "/desk/programs"}},
		{"finance_officer", []string{"/desk", "/desk/payments", "/desk/batches", "/desk/payouts", "/desk/payees"}},
		{"provider_manager", []string{"/portal"}},
	} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		o := &onlooker{t: t, base: run.base, pages: x.pages, meter: m, rand: rand.New(rand.NewPCG(1, uint64(i))), client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{}}}
		who := p.as(x.role)[0]
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, run.base+"/sign-in", strings.NewReader(url.Values{"mail": {who.Email}, "password": {who.Password}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := o.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || res.Request.URL.Path == "/sign-in" {
			t.Fatalf("%s is not let in: %d at %s", who.Email, res.StatusCode, res.Request.URL)
		}
		all = append(all, o)
	}
	return all
}

// look opens pages until ctx ends.
func (o *onlooker) look(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		if _, err := opened(context.WithoutCancel(ctx), o.client, o.base+o.pages[o.rand.IntN(len(o.pages))]); err != nil {
			o.t.Error(err)
			return
		}
		o.meter.took(time.Since(began))
	}
}

// The bars of a soak; it fails only above twice of each, for machines are shared.
const (
	growthBar = 1.0 // MiB of live memory an hour
	slowerBar = 1.2 // the last p99 by the first
)

// judge compares the second half of the soak with no growth, and its last quarter with its first.
func judge(t testing.TB, p *place, acked int, all []sample, before, left sample) (f found) {
	t.Helper()
	if len(all) < 6 {
		f.add("%d spells are too few to judge", len(all))
		return f
	}
	slope, doubt := growth(all[len(all)/2:])
	quarter := func(some []sample) time.Duration {
		var took []time.Duration
		for _, s := range some {
			took = append(took, s.took...)
		}
		return p99(took)
	}
	first, last := quarter(all[:len(all)/4]), quarter(all[len(all)-len(all)/4:])
	slower := float64(last) / float64(first)
	answers := 0
	for _, s := range all {
		answers += len(s.took)
	}
	end := all[len(all)-1]
	report(t, p, "soak", fmt.Sprintf("%.0f min, %d answers, %d acknowledged; live memory %.1f MiB, at the end %.1f, in the second half %+.1f ± %.1f MiB an hour; resident %.0f, then %.0f MiB; once idle %.0f goroutines, before %.0f, %.0f files, before %.0f; p99 %.1f ms in the first quarter, %.1f in the last (%.2f of it)%s",
		end.at.Sub(before.at).Minutes(), answers, acked, before.live, end.live, slope, doubt, before.resident, end.resident, left.goroutines, before.goroutines, left.files, before.files, ms(first), ms(last), slower, size(p)))
	if slope-2*doubt > 2*growthBar {
		f.add("live memory grows by %.1f ± %.1f MiB an hour", slope, doubt)
	}
	if slower > 2*slowerBar {
		f.add("the last p99 is %.2f of the first", slower)
	}
	if left.goroutines > before.goroutines || left.files > before.files {
		f.add("once idle there are %.0f goroutines instead of %.0f, %.0f files instead of %.0f", left.goroutines, before.goroutines, left.files, before.files)
	}
	return f
}

// size is how large a SQLite file has become, its log apart.
func size(p *place) string {
	at, err := os.Stat(strings.TrimPrefix(p.url, "sqlite:"))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("; the file %.0f MiB", float64(at.Size())/mib)
}

// growth is the slope of live memory in MiB an hour by least squares, and its standard error.
func growth(all []sample) (slope, doubt float64) {
	n := float64(len(all))
	hours := func(s sample) float64 { return s.at.Sub(all[0].at).Hours() }
	var x, y, xx, xy float64
	for _, s := range all {
		x, y = x+hours(s)/n, y+s.live/n
	}
	for _, s := range all {
		xx += (hours(s) - x) * (hours(s) - x)
		xy += (hours(s) - x) * (s.live - y)
	}
	slope = xy / xx
	var off float64
	for _, s := range all {
		e := s.live - y - slope*(hours(s)-x)
		off += e * e
	}
	return slope, math.Sqrt(off / (n - 2) / xx)
}
