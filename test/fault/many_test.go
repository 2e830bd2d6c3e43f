package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// TestMany has two programs serve and two work on one database, however it is reached: at once,
// through a proxy that lends a connection for a transaction, and with every transaction
// serializable, as in an engine spread over machines. Impatient senders send the same to both; then
// one of each kind is killed in the middle. No job is done twice while nobody dies, nobody is told
// of a transaction that had to be tried again, and nothing is lost.
func TestMany(t *testing.T) {
	long(t)
	t.Parallel()
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("PostgreSQL is not asked for")
	}
	for name, way := range map[string]func(t *testing.T, url string) string{
		"at once":       func(_ *testing.T, url string) string { return url },
		"through proxy": proxied,
		"serializable":  func(_ *testing.T, url string) string { return url + "&isolation=serializable" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, db.Postgres)
			if code := p.demo(t).stop(t); code != 0 { // it migrates, which takes a connection of one's own
				t.Fatalf("the stop exits with %d", code)
			}
			d := p.open(t)
			p.url = way(t, p.url)
			serving := []*process{p.start(t, "serve", "--no-worker"), p.start(t, "serve", "--no-worker")}
			working := []*process{p.background(t, "work"), p.background(t, "work")}
			l := newLoad(t, p, seed(t), serving[0].base, serving[1].base)
			queued := queue(t, d, 400)
			l.run(200, l.finish)
			drained(t, d, queued)
			if n, err := count(d, "SELECT COUNT(*) FROM job WHERE kind = ? AND key = '' AND tries <> 1", queuedKind); err != nil || n != 0 {
				t.Errorf("%d jobs were taken more than once (%v)", n, err)
			}
			l.settle(t, d)
			more := queue(t, d, 400)
			l.run(60, func() {
				working[1].kill()
				serving[1].kill()
			})
			l.moveTo(serving[0].base)
			l.holds(t, d, 0)
			hasten(t, d)
			drained(t, d, queued+more)
			l.everything(t)
			report(t, p, "two serve, two work, "+name, fmt.Sprintf("%d acknowledged, %d jobs once each, then one of each killed and %d jobs done, 0 lost", l.acked, queued, more))
			for _, run := range []*process{serving[0], working[0]} {
				run.ends(t)
			}
		})
	}
}

// background starts a command that says nothing and goes on until it is told to stop.
func (p *place) background(t testing.TB, words ...string) *process {
	t.Helper()
	log, err := os.CreateTemp(p.dir, "log-*")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	run := &process{log: log.Name(), ended: make(chan struct{}), cmd: p.run(context.WithoutCancel(t.Context()), words...)}
	run.cmd.Stderr = log
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		run.err = run.cmd.Wait()
		close(run.ended)
	}()
	t.Cleanup(run.kill)
	return run
}

// proxied is the way to a database through a pgbouncer of the test's own that pools transactions.
func proxied(t *testing.T, url string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("no pgbouncer here; tools/install.sh pg installs one")
	}
	dir, err := os.MkdirTemp("/tmp", "kizuna-pool-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	name, rest, _ := strings.Cut(strings.TrimPrefix(url, "postgres://kizuna@/"), "?")
	host, _, _ := strings.Cut(strings.TrimPrefix(rest, "host="), "&")
	config := filepath.Join(dir, "pgbouncer.ini")
	said := fmt.Sprintf(`[databases]
%s = host=%s user=kizuna
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = %s
auth_type = any
pool_mode = transaction
max_client_conn = 200
default_pool_size = 10
logfile = %s/log
`, name, host, dir, dir)
	if err := errors.Join(os.WriteFile(config, []byte(said), 0o644), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	words := []string{program, config}
	if os.Getuid() == 0 { // it does not run as root
		words = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"}, words...)
	}
	cmd := exec.Command(words[0], words[1:]...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, ".s.PGSQL.6432"))
		if err == nil {
			_ = c.Close()
			break
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("the proxy does not answer: %v\n%s", err, log)
		}
	}
	return "postgres://kizuna@/" + name + "?host=" + dir + "&port=6432&default_query_exec_mode=exec"
}
