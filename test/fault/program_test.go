// Package fault proves that nothing is lost: it starts the program itself, as an operator would,
// works it hard through the API, and kills, stops or doubles it in the middle. What was
// acknowledged is counted out here, in another process, and looked for again afterwards.
//
//	KIZUNA_FAULT_ROUNDS   kills, cuts and so on of each kind on each engine; a few unless said
//	KIZUNA_FAULT_SEED     repeats a run's choices; every run prints its own
//	KIZUNA_FAULT_FOR      stops after the round in which this time has passed, such as 8m
//	KIZUNA_SOAK_FOR       how long the soak goes on, such as 30m; none unless said
//	KIZUNA_BINARY         the program, built already
package fault

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	if folders := os.Getenv(diskEnv); folders != "" {
		os.Exit(serveDisk(folders))
	}
	os.Exit(build(m))
}

// build makes the program once for all tests.
func build(m *testing.M) int {
	if binary = os.Getenv("KIZUNA_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "kizuna-fault-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "kizuna")
	cmd := exec.Command("go", "build", "-o", binary, "kizuna/cmd/kizuna")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		return 1
	}
	return m.Run()
}

// patience is how long anything may take before the test says that it hangs.
const patience = 4 * time.Minute

// place is where one installation keeps its things.
type place struct {
	engine  db.Engine
	dir     string
	url     string
	keys    keysFile
	program string // the one under test, where no other is named
	clock   string // the file that moves its clock, where one does
	ahead   time.Duration
}

// by is the same place in the hands of another program.
func (p *place) by(program string) *place {
	other := *p
	other.program = program
	return &other
}

// run is a command of the place's program, not started yet.
func (p *place) run(ctx context.Context, words ...string) *exec.Cmd {
	program := p.program
	if program == "" {
		program = binary
	}
	cmd := exec.CommandContext(ctx, program, p.flags(words...)...)
	if p.clock != "" {
		cmd.Env = append(os.Environ(), clockEnv+"="+p.clock)
	}
	return cmd
}

// keysFile is what kizuna demo writes with --keys.
type keysFile struct {
	Accounts []account `json:"accounts"`
}

type account struct {
	Role     string   `json:"role"`
	Email    string   `json:"email"`
	Password string   `json:"password"`
	APIKey   string   `json:"api_key"`
	User     string   `json:"user_id"`
	Teams    []string `json:"team_ids"`
}

// as gives the accounts of a role.
func (p *place) as(role string) []account {
	var out []account
	for _, a := range p.keys.Accounts {
		if a.Role == role {
			out = append(out, a)
		}
	}
	return out
}

func newPlace(t testing.TB, e db.Engine) *place {
	t.Helper()
	p := &place{engine: e, dir: t.TempDir(), url: kizunatest.EmptyURL(t, e)}
	if e == db.Postgres {
		waits(t, p.url)
	}
	return p
}

// waits fails the test on a server that does not wait for its disk: what it acknowledges may be lost.
func waits(t testing.TB, url string) {
	t.Helper()
	d, err := db.Open(t.Context(), url, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"fsync", "synchronous_commit"} {
		if err := d.Read(t.Context(), func(r *db.Reader) error {
			set, err := db.One[string](r, "SHOW "+name)
			if err == nil && set != "on" {
				err = fmt.Errorf("%s is %s; tools/pg.sh start without KIZUNA_PG_SYNC", name, set)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// each runs f in an installation of its own on each engine.
func each(t *testing.T, f func(t *testing.T, p *place)) {
	t.Parallel() // most of the time is spent waiting for the disk
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			f(t, newPlace(t, e))
		})
	}
}

// flags name the installation to every command.
func (p *place) flags(words ...string) []string {
	return append(words, "--data", p.dir, "--db", p.url)
}

// command runs a command to its end and gives what it said and its exit code.
func (p *place) command(t testing.TB, words ...string) (said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := p.run(ctx, words...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// clean fails the test unless a command finds nothing wrong.
func (p *place) clean(t testing.TB, words ...string) {
	t.Helper()
	if said, code := p.command(t, words...); code != 0 {
		t.Errorf("kizuna %s exits with %d:\n%s", strings.Join(words, " "), code, said)
	}
}

// open is a look into the database past the program.
func (p *place) open(t testing.TB) *db.DB {
	t.Helper()
	return kizunatest.OpenDB(t, p.url)
}

// process is the program while it serves.
type process struct {
	base  string
	inner string        // where it tells how it does, if it was asked to
	ready time.Duration // from its start to its own word that it serves
	cmd   *exec.Cmd
	log   string
	ended chan struct{}
	err   error
}

// demo makes the demo agency, serves it, and reads its sign-ins.
func (p *place) demo(t testing.TB) *process {
	t.Helper()
	at := filepath.Join(p.dir, "keys.json")
	run := p.start(t, "demo", "--persons", "20", "--keys", at)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	until := time.After(patience)
	for { // they are written once it answers
		b, err := os.ReadFile(at)
		if err == nil {
			err = json.Unmarshal(b, &p.keys)
		}
		if err == nil {
			return run
		}
		select {
		case <-look.C:
		case <-until:
			t.Fatal(err)
		}
	}
}

// serve serves what is there.
func (p *place) serve(t testing.TB) *process {
	t.Helper()
	return p.start(t, "serve")
}

// start starts the program and waits until it says that it is ready.
func (p *place) start(t testing.TB, words ...string) *process {
	t.Helper()
	log, err := os.CreateTemp(p.dir, "log-*")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	run := &process{log: log.Name(), ended: make(chan struct{})}
	run.cmd = p.run(context.WithoutCancel(t.Context()), append(words, "--addr", "127.0.0.1:0")...) // it is ended by hand
	run.cmd.Stderr = log
	out, err := run.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addresses := make(chan string, 1)
	go run.watch(out, addresses)
	t.Cleanup(run.kill)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of its log:\n%s", run.tail())
		}
	})
	select {
	case run.base = <-addresses:
	case <-run.ended:
		t.Fatalf("the program ended before it served: %v", run.err)
	case <-time.After(patience):
		t.Fatal("the program does not say where it serves")
	}
	if err := run.untilReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	run.ready = time.Since(began)
	return run
}

// watch reads what the program says, tells its address, and waits for its end.
func (run *process) watch(out io.Reader, addresses chan<- string) {
	lines := bufio.NewScanner(out)
	for told := false; lines.Scan(); {
		if _, at, ok := strings.Cut(lines.Text(), "tells how it does at "); ok {
			run.inner = "http://" + at
		} else if _, at, ok := strings.Cut(lines.Text(), "http://"); ok && !told {
			told = true
			addresses <- "http://" + strings.TrimSpace(at)
		}
	}
	run.err = run.cmd.Wait()
	close(run.ended)
}

func (run *process) untilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, run.base+"/readyz", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("not ready: %w", err)
		}
	}
}

// kill ends the program as a power cut does: with no word of warning.
func (run *process) kill() {
	_ = run.cmd.Process.Kill() // it may have ended by itself
	<-run.ended
}

// stop asks the program to end and waits for its exit code.
func (run *process) stop(t testing.TB) int {
	t.Helper()
	if err := run.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-run.ended:
	case <-time.After(patience):
		t.Fatal("the program does not stop")
	}
	return run.cmd.ProcessState.ExitCode()
}

// lives fails the test at once unless it is still the program that was started, and answers.
func (run *process) lives(t testing.TB) {
	t.Helper()
	select {
	case <-run.ended:
		t.Fatalf("the program ended: %v", run.err)
	default:
	}
	if err := run.untilReady(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ends stops the program when all is done.
func (run *process) ends(t testing.TB) {
	t.Helper()
	if code := run.stop(t); code != 0 {
		t.Errorf("the stop at the end exits with %d", code)
	}
}

func (run *process) tail() string {
	b, err := os.ReadFile(run.log)
	if err != nil {
		return err.Error()
	}
	var said []string
	for line := range strings.Lines(string(b)) {
		if !strings.Contains(line, `"level":"INFO"`) {
			said = append(said, line)
		}
	}
	return strings.Join(said[max(0, len(said)-20):], "")
}
