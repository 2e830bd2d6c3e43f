package fault

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestStandby loses the database's primary under load, again and again, and has its standby take
// over; then a new standby follows that one. The program knows both by name and goes on. Where a
// commit waits for the standby nothing acknowledged is lost; where it does not, what is lost is the
// newest alone, and the rest is whole.
func TestStandby(t *testing.T) {
	long(t)
	t.Parallel()
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("PostgreSQL is not asked for")
	}
	t.Run("waited for", func(t *testing.T) {
		t.Parallel()
		standbyWaitedFor(t)
	})
	t.Run("not waited for", func(t *testing.T) {
		t.Parallel()
		standbyBehind(t)
	})
}

// standbyWaitedFor has every commit wait until the standby has it on its disk.
func standbyWaitedFor(t *testing.T) {
	p, primary, standby := pair(t)
	primary.waitFor("*")
	seed := seed(t)
	choose := rand.New(rand.NewPCG(seed, 0))
	run := p.demo(t)
	l, d := newLoad(t, p, seed, run.base), p.open(t)
	l.play()
	l.rough = true
	var first []time.Duration
	for round := range turns(t, 1) {
		l.run(20+choose.IntN(200), func() {
			primary.lose()
			standby.promote()
			began := time.Now()
			l.later(1, func() {
				first = append(first, time.Since(began))
				l.later(40, l.finish)
			})
		})
		run.lives(t)
		l.holds(t, d, round)
		primary, standby = standby, primary
		standby.follow(primary)
		primary.waitFor("*")
	}
	l.everything(t)
	report(t, p, "standby takes over, waited for", fmt.Sprintf("%d times, %d acknowledged, %d asked again, 0 lost, 0 half, the program never restarted, first write after it took over %s",
		len(first), l.acked, l.again, spread(first)))
	soon(t, "the first write after the standby took over", first, 2*time.Second)
	run.ends(t)
}

// standbyBehind has no commit wait. Every other time the standby receives nothing any more for a
// while before the primary is lost, as over a slow line.
func standbyBehind(t *testing.T) {
	p, primary, standby := pair(t)
	seed := seed(t)
	choose := rand.New(rand.NewPCG(seed, 0))
	run := p.demo(t)
	l, d := newLoad(t, p, seed, run.base), p.open(t)
	l.play()
	l.rough, l.past = true, &past{}
	var lost []int
	for round := range turns(t, 2) {
		fail := func() {
			l.loses()
			primary.lose()
			standby.receive(syscall.SIGCONT)
			standby.promote()
			l.lost()
		}
		l.run(20+choose.IntN(100), func() {
			if round%2 == 1 {
				fail()
				return
			}
			standby.receive(syscall.SIGSTOP)
			l.later(60+choose.IntN(100), fail)
		})
		run.lives(t)
		lost = append(lost, l.takeBack(t, d))
		l.holds(t, d, round)
		l.run(40, l.finish)
		l.holds(t, d, round)
		primary, standby = standby, primary
		standby.follow(primary)
	}
	l.everything(t)
	report(t, p, "standby takes over, not waited for", fmt.Sprintf("%d times, %d acknowledged, of them lost %v, always the newest, %d in the middle of the change told so, 0 half, the program never restarted",
		len(lost), l.acked, lost, l.past.refused))
	if slices.Max(lost) == 0 {
		t.Error("nothing was lost: the standby was never behind, and this proves nothing")
	}
	run.ends(t)
}

// pair is an empty database on a server that another follows; its address names both and means
// the one that takes writes.
func pair(t *testing.T) (p *place, primary, standby *cluster) {
	t.Helper()
	primary, standby = newCluster(t), newCluster(t)
	primary.says("ALTER SYSTEM SET dynamic_shared_memory_type = mmap") // nothing stays behind in memory when it is lost
	primary.crash()
	primary.start()
	p = primary.place(t)
	name, _, _ := strings.Cut(p.url, "?")
	p.url = name + "?target_session_attrs=read-write&host=" + url.QueryEscape(primary.socket()+","+standby.socket())
	standby.follow(primary)
	return p, primary, standby
}

func (c *cluster) socket() string { return filepath.Join(c.dir, "pg/run") }

func (c *cluster) data() string { return filepath.Join(c.dir, "pg/data") }

// follow makes the cluster anew, as a standby of another.
func (c *cluster) follow(primary *cluster) {
	c.t.Helper()
	if _, err := os.Stat(filepath.Join(c.data(), "postmaster.pid")); err == nil {
		c.crash()
	}
	if err := os.RemoveAll(c.data()); err != nil {
		c.t.Fatal(err)
	}
	if c.shared != 0 {
		_, _ = unix.SysvShmCtl(c.shared, unix.IPC_RMID, nil) // it may be gone by itself
	}
	slot := fmt.Sprintf("standby_%d", time.Now().UnixNano())
	c.must("pg_basebackup", "-D", c.data(), "-h", primary.socket(), "-U", "kizuna", "-c", "fast", "-X", "stream", "-R", "-C", "-S", slot)
	config, err := os.OpenFile(filepath.Join(c.data(), "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	// The last word counts; the copy has the primary's before it.
	_, err = fmt.Fprintf(config, "unix_socket_directories = '%s'\nsynchronous_standby_names = ''\n", c.socket())
	if err := errors.Join(err, config.Close()); err != nil {
		c.t.Fatal(err)
	}
	c.tool("start")
	primary.until("async", "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
}

// waitFor names the standbys that a commit waits for, and waits until it does.
func (c *cluster) waitFor(names string) {
	c.t.Helper()
	c.says("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'")
	c.says("SELECT pg_reload_conf()")
	c.until("sync", "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
}

// until asks the server until it answers so.
func (c *cluster) until(want, text string) {
	c.t.Helper()
	began := time.Now()
	for said := c.says(text); said != want; said = c.says(text) {
		if time.Since(began) > patience {
			c.t.Fatalf("%s is %q and never %q", text, said, want)
		}
	}
}

// promote has a standby take over, and returns when it has.
func (c *cluster) promote() {
	if _, err := c.server("pg_ctl", "-D", c.data(), "-w", "-t", "60", "promote"); err != nil {
		c.t.Error(err)
	}
}

// receive sends a signal to what receives the primary's changes.
func (c *cluster) receive(signal syscall.Signal) {
	master, err := c.master()
	if err != nil {
		c.t.Error(err)
		return
	}
	for _, pid := range children(master) {
		if said, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(said), "walreceiver") {
			if err := unix.Kill(pid, signal); err != nil {
				c.t.Error(err)
			}
		}
	}
}

// says is what the server answers to a statement.
func (c *cluster) says(text string) string {
	c.t.Helper()
	return c.must("psql", "-h", c.socket(), "-U", "kizuna", "-d", "postgres", "-XAtqc", text)
}

// past is what was acknowledged since a standby last took over: what it did not have is taken back.
type past struct {
	acks    []ack
	before  int // acknowledged when the primary was lost
	after   int // and when the standby had taken over
	losing  bool
	refused int // asked for a change of what was lost
}

// loses ends the spell because the primary is lost now: who is in the middle of changing what the
// standby does not have is refused.
func (l *load) loses() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over, l.past.losing, l.past.before = true, true, l.acked
}

// lost says that the standby has taken over.
func (l *load) lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.past.after = l.acked
}

// ack is an acknowledgement, with how its records stood then.
type ack struct {
	key   string
	asked int // how many were acknowledged when it was first asked for
	n     int // its own number
	stood map[*record]record
}

// add notes the acknowledgement of q and how what it touched stands now.
func (p *past) add(q *ask, n int, touched map[*record]bool) {
	a := ack{key: q.key, asked: q.asked, n: n, stood: map[*record]record{}}
	for r := range touched {
		was := *r
		was.want = maps.Clone(r.want)
		a.stood[r] = was
	}
	p.acks = append(p.acks, a)
}

// takeBack forgets what the standby did not have, and gives how many acknowledgements that are.
// Each must have come later than every one that is kept was asked for, and before the standby
// took over. Nobody builds on what is from before any more.
func (l *load) takeBack(t testing.TB, d *db.DB) (lost int) {
	t.Helper()
	there, err := keys(d)
	if err != nil {
		t.Fatal(err)
	}
	var f found
	oldest := 0
	gone, stood := map[*record]bool{}, map[*record]record{}
	for _, a := range l.past.acks {
		switch {
		case there[a.key]:
			if oldest > 0 && a.asked >= oldest && a.n <= l.past.before {
				f.add("acknowledgement %d was lost, and not %d, which was asked for after it", oldest, a.n)
			}
			for r, was := range a.stood {
				stood[r] = was
				delete(gone, r)
			}
			continue
		case a.n > l.past.after:
			f.add("%s was acknowledged after the standby took over and is lost", a.key)
		}
		if lost++; oldest == 0 {
			oldest = a.n
		}
		for r := range a.stood {
			if _, known := stood[r]; !known {
				gone[r] = true
			}
		}
	}
	f.tell(t)
	l.records = slices.DeleteFunc(l.records, func(r *record) bool { return gone[r] })
	l.touched, l.mine = map[*record]bool{}, map[stock][]*record{}
	for _, r := range l.records {
		if was, ok := stood[r]; ok {
			r.version, r.want = was.version, was.want
		}
		r.owner = nobody
		l.touched[r] = true
	}
	l.past.acks, l.past.losing = nil, false
	return lost
}

// nobody owns what no worker may build on.
const nobody = -1
