package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestPower cuts the power again and again while the program is worked hard: the database's
// processes end with no word of warning, and of what their files were not synced each write is
// kept, lost or torn. What was acknowledged is there, nothing is there by half, and nothing is
// corrupt.
func TestPower(t *testing.T) {
	long(t)
	t.Parallel()
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			if e == db.SQLite {
				powerSQLite(t)
			} else {
				powerPostgres(t)
			}
		})
	}
}

// lottery counts what became of the writes that were not synced.
type lottery struct {
	cuts, kept, lost, torn int
}

func (y *lottery) add(kept, lost, torn int) {
	y.cuts, y.kept, y.lost, y.torn = y.cuts+1, y.kept+kept, y.lost+lost, y.torn+torn
}

func (y *lottery) String() string {
	return fmt.Sprintf("%d cuts, %d writes kept, %d lost, %d torn", y.cuts, y.kept, y.lost, y.torn)
}

// powerSQLite loses the power of the machine that everything runs on.
func powerSQLite(t *testing.T) {
	disk := newDisk(t)
	p := &place{engine: db.SQLite, dir: t.TempDir(), url: filepath.Join(disk.at, "kizuna.db")}
	seed := seed(t)
	choose := rand.New(rand.NewPCG(seed, 0))
	run := p.demo(t)
	l := newLoad(t, p, seed, run.base)
	l.play()
	var all lottery
	unknown := 0
	var ready []time.Duration
	for round := range turns(t, 1) {
		l.run(20+choose.IntN(200), run.kill)
		all.add(disk.cut(t, seed+uint64(round)))
		unknown += len(l.open)
		run = p.serve(t)
		ready = append(ready, run.ready)
		l.moveTo(run.base)
		look(t, p, func(d *db.DB) {
			sound(t, d)
			l.holds(t, d, round)
		})
	}
	l.everything(t)
	report(t, p, "power cut under load", fmt.Sprintf("%s, %d acknowledged, %d of unknown fate repeated, 0 lost, 0 half, 0 corrupt, ready %s", &all, l.acked, unknown, spread(ready)))
	soon(t, "ready after a power cut", ready, time.Second)
	run.ends(t)
}

// powerPostgres loses the power of the database's machine; the program stands on another and goes on.
func powerPostgres(t *testing.T) {
	disk := newDisk(t)
	c := clusterIn(t, disk.at)
	c.socketAside()
	p := c.place(t)
	seed := seed(t)
	choose := rand.New(rand.NewPCG(seed, 0))
	run := p.demo(t)
	l := newLoad(t, p, seed, run.base)
	l.play()
	l.rough = true
	var all lottery
	for round := range turns(t, 1) {
		l.run(20+choose.IntN(200), func() {
			c.lose()
			all.add(disk.cut(t, seed+uint64(round)))
			c.start()
			l.later(20, l.finish)
		})
		run.lives(t)
		look(t, p, func(d *db.DB) {
			sound(t, d)
			l.holds(t, d, round)
		})
	}
	l.everything(t)
	report(t, p, "power cut under load", fmt.Sprintf("%s, %d acknowledged, %d asked again, 0 lost, 0 half, 0 corrupt, the program never restarted", &all, l.acked, l.again))
	run.ends(t)
}

// look opens the database past the program for as long as f takes.
func look(t *testing.T, p *place, f func(d *db.DB)) {
	t.Helper()
	d, err := db.Open(t.Context(), p.url, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f(d)
}

// sound has the database look through its own pages, by a connection that has not looked before:
// SQLite's full-text index keeps the outline that it saw then, and calls itself corrupt by it.
func sound(t *testing.T, of *db.DB) {
	t.Helper()
	d, err := db.Open(t.Context(), of.URL(), 1)
	if err != nil {
		t.Errorf("the database cannot be opened: %v", err)
		return
	}
	defer d.Close()
	text, want := "PRAGMA integrity_check", "ok"
	if d.Engine() == db.Postgres {
		text, want = "SELECT CAST(COUNT(bt_index_check(c.oid)) AS text) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree' JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' WHERE c.relkind = 'i'", ""
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(tx, "CREATE EXTENSION IF NOT EXISTS amcheck")
			return err
		}); err != nil {
			t.Error(err)
			return
		}
	}
	if err := read(d, func(q db.Q) error {
		said, err := db.All[string](q, text)
		if err == nil && want != "" && !slices.Equal(said, []string{want}) {
			err = errors.New(strings.Join(said, "; "))
		}
		return err
	}); err != nil {
		t.Errorf("the database is not sound: %v", err)
	}
}

// socketAside puts the server's socket into memory: a file system that shows another's files may take
// a new socket for the dead one whose number it has.
func (c *cluster) socketAside() {
	c.t.Helper()
	c.crash()
	at := filepath.Join(c.dir, "pg/run")
	var st syscall.Stat_t
	if err := syscall.Stat(at, &st); err != nil {
		c.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, fmt.Sprintf("size=1m,mode=0700,uid=%d,gid=%d", st.Uid, st.Gid)); err != nil {
		c.t.Skipf("no memory can be mounted here: %v", err)
	}
	c.t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) }) // the folder goes with the rest
	c.start()
}

// lose ends every process of the server at once, and waits until the last is gone.
func (c *cluster) lose() {
	master, err := c.master()
	if err != nil {
		c.t.Error(err)
		return
	}
	all := append(children(master), master)
	for _, pid := range slices.Backward(all) { // the master first, so that it starts no others
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for slices.ContainsFunc(all, func(pid int) bool { return syscall.Kill(pid, 0) == nil && !ended(pid) }) {
		<-look.C
	}
	// After a power cut no process has that number; here one may wait to be counted and still have it.
	if err := errors.Join(os.Remove(filepath.Join(c.dir, "pg/data/postmaster.pid")), os.Remove(filepath.Join(c.dir, "pg/run/.s.PGSQL.5432.lock"))); err != nil {
		c.t.Error(err)
	}
}

// master is the process that began the server's others.
func (c *cluster) master() (pid int, err error) {
	b, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(b), "\n") // the process, folder, start, port, folder of the socket, address, memory
	if len(lines) > 6 {
		if said := strings.Fields(lines[6]); len(said) == 2 {
			if c.shared, err = strconv.Atoi(said[1]); err != nil {
				return 0, err
			}
		}
	}
	return strconv.Atoi(strings.TrimSpace(lines[0]))
}

// children are the processes that another began.
func children(of int) (out []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, path := range stats {
		if pid, parent, _ := stat(path); parent == of {
			out = append(out, pid)
		}
	}
	return out
}

// ended says that a process has and only waits to be counted.
func ended(pid int) bool {
	_, _, state := stat(fmt.Sprintf("/proc/%d/stat", pid))
	return state == "Z" || state == ""
}

// stat reads "pid (name) state parent …".
func stat(path string) (pid, parent int, state string) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, ""
	}
	number, _, _ := strings.Cut(string(b), " ")
	rest := string(b[strings.LastIndex(string(b), ")")+1:])
	if pid, err = strconv.Atoi(number); err != nil {
		return 0, 0, ""
	}
	if _, err := fmt.Sscan(rest, &state, &parent); err != nil {
		return 0, 0, ""
	}
	return pid, parent, state
}
