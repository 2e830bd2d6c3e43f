package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// clockEnv names the file that moves the clock of a program built by movable.
const clockEnv = "KIZUNA_FAULT_CLOCK"

// movable builds the program with a clock that a file moves, in place of the machine's.
func movable(t *testing.T) (program string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(root, "internal/ground/calendar/system.go"): filepath.Join(root, "test/fault/testdata/clock/system.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	overlay, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "kizuna")
	if err := os.WriteFile(overlay, replaced, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, "kizuna/cmd/kizuna").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// moves the clock of the place's program to so much beside the machine's.
func (p *place) moves(t testing.TB, to time.Duration) {
	t.Helper()
	next := p.clock + ".next"
	if err := errors.Join(os.WriteFile(next, []byte(to.String()), 0o600), os.Rename(next, p.clock)); err != nil {
		t.Error(err)
	}
	p.ahead = to
}

// now is what the program's clock shows.
func (p *place) now() calendar.Time { return calendar.TimeOf(time.Now().Add(p.ahead)) }

// TestClock has the clock leap under load, an hour and a day, ahead and back, while the program
// goes on or as it is killed. Nothing acknowledged is lost, nothing happens by half or twice, no work
// waits until the clock has come there again, the journal is sealed, and lists show everything.
// PostgreSQL's own clock stays as it is: no statement asks it.
func TestClock(t *testing.T) {
	long(t)
	program := movable(t)
	each(t, func(t *testing.T, p *place) {
		p.program, p.clock = program, filepath.Join(p.dir, "clock")
		p.moves(t, 0)
		seed := seed(t)
		choose := rand.New(rand.NewPCG(seed, 0))
		run := p.demo(t)
		l, d := newLoad(t, p, seed, run.base), p.open(t)
		l.play()
		leaps := []struct {
			by   time.Duration
			kill bool
		}{{time.Hour, false}, {-time.Hour, true}, {24 * time.Hour, true}, {-24 * time.Hour, false}, {-time.Hour, false}, {time.Hour, true}, {-24 * time.Hour, true}, {24 * time.Hour, false}}
		queued, done, kills, unknown := 0, 0, 0, 0
		for round := range turns(t, len(leaps)) {
			x := leaps[round%len(leaps)]
			queued += queue(t, d, 20) + queueAt(t, d, 20, p.now())
			before := takenAgain(t, d)
			l.run(20+choose.IntN(60), func() {
				p.moves(t, p.ahead+x.by)
				if x.kill {
					run.kill()
					return
				}
				l.later(60, l.finish)
			})
			if x.kill {
				kills++
				unknown += len(l.open)
				run = p.serve(t)
				l.moveTo(run.base)
			}
			run.lives(t)
			l.holds(t, d, round)
			drainedBy(t, d, queued, math.MaxInt64)
			if again := takenAgain(t, d); !x.kill && again != before {
				t.Errorf("%d jobs were taken twice", again-before)
			}
			onTime(t, d, p)
			sealed(t, d)
			done++
		}
		l.everything(t)
		l.listed(t)
		report(t, p, "clock leaps under load", fmt.Sprintf("%d times, %d of them killed, %d acknowledged, %d of unknown fate repeated, 0 lost, 0 half, %d jobs done, those of no kill once each", done, kills, l.acked, unknown, queued))
		run.ends(t)
	})
}

// takenAgain is how many jobs of the harness were taken more than once.
func takenAgain(t testing.TB, d *db.DB) int64 {
	t.Helper()
	n, err := count(d, "SELECT COUNT(*) FROM job WHERE kind = ? AND key = '' AND tries > 1", queuedKind)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onTime waits until no periodic work counts as done for a time that is more than an hour ahead.
func onTime(t testing.TB, d *db.DB, p *place) {
	t.Helper()
	for began := time.Now(); ; {
		ahead, err := count(d, "SELECT COUNT(*) FROM lease WHERE name LIKE 'periodic %' AND until > ?", p.now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if ahead == 0 {
			return
		}
		if time.Since(began) > patience {
			t.Fatalf("%d kinds of periodic work wait for the clock", ahead)
		}
	}
}

// listed goes through each worker's referrals, which stand in the order of time, page by page: each
// that was acknowledged stands there once.
func (l *load) listed(t testing.TB) {
	t.Helper()
	seen := map[string]map[string]int{} // by worker, then by record
	for _, r := range l.records {
		if r.kind != "referral" {
			continue
		}
		if seen[r.by.User] == nil {
			seen[r.by.User] = l.pages(t, r.by, "/api/v1/referrals?view=all")
		}
		if n := seen[r.by.User][r.id]; n != 1 {
			t.Errorf("referral %s stands in its list %d times", r.id, n)
		}
	}
}

// pages counts what stands in a list of the API, page by page.
func (l *load) pages(t testing.TB, by account, path string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for cursor := ""; ; {
		answer, err := l.get(l.base(0), &record{by: by, path: path + "&limit=3&cursor=" + url.QueryEscape(cursor)})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, x := range list(answer, "items") {
			out[text(x, "id")]++
		}
		if cursor = text(answer, "next"); cursor == "" {
			return out
		}
	}
}
