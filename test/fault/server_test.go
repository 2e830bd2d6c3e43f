package fault

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// cluster is a PostgreSQL of the test's own, which may fall over.
type cluster struct {
	t      testing.TB
	dir    string
	bin    string
	shared int // the memory that a server shares which was lost
}

// newCluster makes one and starts it; it ends with the test.
func newCluster(t testing.TB) *cluster {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "kizuna-pg-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return clusterIn(t, dir)
}

// clusterIn is newCluster in a folder that is there.
func clusterIn(t testing.TB, dir string) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: dir}
	t.Cleanup(func() { c.tool("stop") })
	c.tool("start")
	c.bin = c.tool("bin")
	return c
}

// place is an empty database in it for an installation.
func (c *cluster) place(t testing.TB) *place {
	t.Helper()
	p := &place{engine: db.Postgres, dir: t.TempDir(), url: c.tool("db", "agency")}
	waits(t, p.url)
	return p
}

// tool is run that must succeed, for the test's own goroutine.
func (c *cluster) tool(words ...string) string {
	c.t.Helper()
	out, err := c.run(words...)
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// start starts it where it does not run.
func (c *cluster) start() {
	if _, err := c.run("start"); err != nil {
		c.t.Error(err)
	}
}

// run runs tools/pg.sh for the cluster and gives what it printed.
func (c *cluster) run(words ...string) (string, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(root, "tools/pg.sh"), words...)
	cmd.Env = append(os.Environ(), "KIZUNA_PG_DIR="+filepath.Join(c.dir, "pg"))
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("pg.sh %s: %w\n%s", strings.Join(words, " "), err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// crash ends the server as if its machine had: no connection is told, nothing is tidied.
func (c *cluster) crash() {
	if _, err := c.server("pg_ctl", "-D", c.data(), "-m", "immediate", "-w", "-t", "60", "stop"); err != nil {
		c.t.Error(err)
	}
}

// server runs one of the server's own programs, as whom the server runs, and gives what it printed.
func (c *cluster) server(program string, words ...string) (string, error) {
	words = append([]string{filepath.Join(c.bin, program)}, words...)
	if os.Getuid() == 0 { // it runs as the system's own user then
		words = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"}, words...)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// must is server that must succeed, for the test's own goroutine.
func (c *cluster) must(program string, words ...string) string {
	c.t.Helper()
	out, err := c.server(program, words...)
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// TestServerFails takes PostgreSQL away under load and gives it back, again and again, and between
// times cuts the connections of whoever is in the middle of something. The program itself goes on:
// who is told to wait may ask again, the first write comes soon, and nothing acknowledged is lost.
func TestServerFails(t *testing.T) {
	long(t)
	t.Parallel()
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("PostgreSQL is not asked for")
	}
	c := newCluster(t)
	p := c.place(t)
	run := p.demo(t)
	l, d := newLoad(t, p, seed(t), run.base), p.open(t)
	l.play()
	l.rough = true
	var back []time.Duration
	cuts := 0
	for round := range turns(t, 1) {
		var began time.Time
		l.run(60, func() {
			cuts += cut(t, d)
			l.later(60, func() {
				c.crash()
				c.start()
				began = time.Now()
				l.later(1, func() {
					back = append(back, time.Since(began))
					l.later(60, l.finish)
				})
			})
		})
		run.lives(t)
		l.holds(t, d, round)
	}
	l.everything(t)
	report(t, p, "server taken away under load", fmt.Sprintf("%d times, and %d connections cut, %d acknowledged, %d asked again, 0 lost, 0 half, the program never restarted, first write after it was back %s",
		len(back), cuts, l.acked, l.again, spread(back)))
	soon(t, "the first write after the server is back", back, 2*time.Second)
	run.ends(t)
}

// cut ends every connection of the program to its database.
func cut(t testing.TB, d *db.DB) int {
	t.Helper()
	n, err := count(d, "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend') c")
	if err != nil {
		t.Error(err)
	}
	return int(n)
}
