package fault

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// newerMigration is what a newer release adds first: columns that may be empty to tables that are
// written all the time, a table, an index. Nothing that the older one uses is changed.
const newerMigration = `-- +goose Up
ALTER TABLE person ADD COLUMN newer_wish TEXT;
ALTER TABLE job ADD COLUMN newer_mark BIGINT;
CREATE TABLE newer_thing (id $ID PRIMARY KEY, person $ID NOT NULL REFERENCES person (id), name TEXT NOT NULL);
CREATE INDEX newer_order ON journal (entity, at);
-- +goose Down
SELECT 1;
`

// newer builds the release after this one: this very source with one more migration, and the next
// level.
func newer(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	folder := filepath.Join(root, "internal/ground/db")
	source, err := os.ReadFile(filepath.Join(folder, "migrate.go"))
	if err != nil {
		t.Fatal(err)
	}
	level := fmt.Sprintf("const BinaryLevel = %d\n", db.BinaryLevel)
	if !strings.Contains(string(source), level) {
		t.Fatalf("migrate.go does not say %q", level)
	}
	replaced := map[string]string{}
	for path, text := range map[string]string{
		"migrate.go":                 strings.Replace(string(source), level, fmt.Sprintf("const BinaryLevel = %d\n", db.BinaryLevel+1), 1),
		"migrations/99999_newer.sql": newerMigration,
	} {
		to := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replaced[filepath.Join(folder, path)] = to
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	at, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "kizuna-newer")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", at, "-o", program, "./cmd/kizuna")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// TestBeside brings an installation to a newer release while it is worked hard: the newer release
// migrates under the older one, serves and works beside it on the same schema, and takes over when
// the older one is stopped. Then the older one comes back, as after an upgrade that was regretted,
// until a release after the next takes away what it needs. A SQLite file is one program's, so there
// the newer one takes over from the older.
func TestBeside(t *testing.T) {
	long(t)
	program := newer(t)
	each(t, func(t *testing.T, p *place) {
		after := p.by(program)
		if code := p.demo(t).stop(t); code != 0 {
			t.Fatalf("the stop exits with %d", code)
		}
		after.keys = p.keys
		after.refuses(t, "run kizuna migrate", "serve")
		fresh := &place{engine: p.engine, dir: t.TempDir(), url: kizunatest.EmptyURL(t, p.engine), program: program}
		fresh.clean(t, "migrate")

		serving := p.shift(t)
		l, d := newLoad(t, p, seed(t), serving[0].base), p.open(t)
		l.play()
		l.rough = true // who is told to wait, or nothing, as a program stops, asks again
		queued := queue(t, d, 100)
		told := watch(t)
		told.add(serving[0].base)
		load := l.begin()
		load.reach(t, 60)
		after.clean(t, "migrate")
		queued += queue(t, d, 100)
		load.reach(t, 60)
		how := "then the older stopped and the newer started"
		var taking []*process
		if p.engine == db.Postgres {
			taking = after.shift(t)
			told.add(taking[0].base)
			l.moveTo(serving[0].base, taking[0].base)
			queued += queue(t, d, 200)
			before := l.told()
			load.reach(t, 200)
			how = fmt.Sprintf("%d acknowledged by both at once", l.told()-before)
		}
		taking = relieved(t, l, told, after, serving, taking)
		load.reach(t, 60)
		load.end()
		drained(t, d, queued)
		once(t, d)
		l.holds(t, d, 0)
		after.clean(t, "check")
		after.clean(t, "audit", "verify")
		same(t, "after the newer release has taken over", schema(t, fresh.url), schema(t, p.url))

		load = l.begin()
		serving = relieved(t, l, told, p, taking, nil)
		queued += queue(t, d, 100)
		load.reach(t, 60)
		load.end()
		drained(t, d, queued)
		once(t, d)
		l.holds(t, d, 1)
		l.everything(t)
		p.says(t, "a newer release has added to the database", "migrate")
		p.kept(t, fresh)
		told.end(t)

		must(t, d, "UPDATE schema_level SET min_binary = ?", db.BinaryLevel+1)
		for _, words := range [][]string{{"serve"}, {"work"}, {"migrate"}, {"check"}, {"backup", "--to", filepath.Join(p.dir, "refused")}} {
			p.refuses(t, "use that one", words...)
		}
		if status, _ := ready(t, serving[0].base); status != http.StatusServiceUnavailable {
			t.Errorf("/readyz of a program too old is answered %d", status)
		}
		after.clean(t, "check")
		for _, run := range serving {
			run.ends(t)
		}
		report(t, p, "a newer release and back", fmt.Sprintf("migrated under load, %s, %d acknowledged in all, %d asked again, %d jobs once each, ready in each of %d looks, 0 lost, 0 half, then back to the older release; its backup restored by the newer",
			how, l.acked, l.again, queued, told.looks))
	})
}

// shift starts what serves and, where another process may, what works.
func (p *place) shift(t testing.TB) []*process {
	t.Helper()
	if p.engine == db.SQLite {
		return []*process{p.serve(t)}
	}
	return []*process{p.start(t, "serve", "--no-worker"), p.background(t, "work")}
}

// relieved stops those who worked so far and gives those who go on: next, or, where nobody else may
// be there meanwhile, who then starts by the place's program.
func relieved(t testing.TB, l *load, told *watcher, by *place, was, next []*process) []*process {
	t.Helper()
	told.drop(was[0].base)
	if next != nil {
		l.moveTo(next[0].base)
	} else if by.engine == db.Postgres {
		next = by.shift(t)
		l.moveTo(next[0].base)
	}
	for _, run := range was {
		if code := run.stop(t); code != 0 {
			t.Errorf("the stop exits with %d:\n%s", code, run.tail())
		}
	}
	if next == nil {
		next = by.shift(t)
		l.moveTo(next[0].base)
	}
	told.add(next[0].base)
	return next
}

// says fails the test unless a command succeeds and says so.
func (p *place) says(t testing.TB, want string, words ...string) {
	t.Helper()
	if said, code := p.command(t, words...); code != 0 || !strings.Contains(said, want) {
		t.Errorf("kizuna %s exits with %d and does not say %q:\n%s", strings.Join(words, " "), code, want, said)
	}
}

// refuses fails the test unless a command does nothing and says why.
func (p *place) refuses(t testing.TB, want string, words ...string) {
	t.Helper()
	if said, code := p.command(t, words...); code != 1 || !strings.Contains(said, want) {
		t.Errorf("kizuna %s exits with %d and does not say %q:\n%s", strings.Join(words, " "), code, want, said)
	}
}

// kept has the older release back up what the newer one added to, and the newer one restore it into
// its own empty place.
func (p *place) kept(t testing.TB, fresh *place) {
	t.Helper()
	archive := filepath.Join(p.dir, "archive")
	p.clean(t, "backup", "--to", archive)
	key, err := os.ReadFile(filepath.Join(p.dir, "kizuna.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fresh.dir, "kizuna.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	fresh.clean(t, "restore", "--from", archive)
	fresh.clean(t, "check")
}

// once fails the test where work was taken more than once.
func once(t testing.TB, d *db.DB) {
	t.Helper()
	if n, err := count(d, "SELECT COUNT(*) FROM job WHERE kind = ? AND key = '' AND tries <> 1", queuedKind); err != nil || n != 0 {
		t.Errorf("%d jobs were taken more than once (%v)", n, err)
	}
}

// spell is a load that goes on while the test does other things.
type spell struct {
	load *load
	over chan struct{}
}

// begin lets all act until end.
func (l *load) begin() *spell {
	s := &spell{load: l, over: make(chan struct{})}
	begun := make(chan struct{})
	go func() {
		defer close(s.over)
		l.run(1, func() { close(begun) })
	}()
	select {
	case <-begun:
	case <-s.over:
	}
	return s
}

// reach waits for so many more acknowledgements.
func (s *spell) reach(t testing.TB, acks int) {
	t.Helper()
	reached := make(chan struct{})
	s.load.later(acks, func() { close(reached) })
	select {
	case <-reached:
	case <-s.over:
		t.Fatal("the load is over")
	case <-time.After(patience):
		s.end()
		t.Fatalf("%d more were not acknowledged", acks)
	}
}

// end lets what is under way come to its end.
func (s *spell) end() {
	s.load.finish()
	<-s.over
}

// watcher asks programs all the time whether they are ready.
type watcher struct {
	mu    sync.Mutex
	bases map[string]bool
	looks int
	wrong []string
	stop  chan struct{}
	over  chan struct{}
}

// watch begins to ask those that are added.
func watch(t testing.TB) *watcher {
	w := &watcher{bases: map[string]bool{}, stop: make(chan struct{}), over: make(chan struct{})}
	every := time.NewTicker(50 * time.Millisecond)
	go func() {
		defer close(w.over)
		defer every.Stop()
		for {
			select {
			case <-w.stop:
				return
			case <-t.Context().Done():
				return
			case <-every.C:
				w.look(t)
			}
		}
	}()
	return w
}

func (w *watcher) look(t testing.TB) {
	w.mu.Lock()
	defer w.mu.Unlock() // who is dropped is not being asked any more
	for base := range w.bases {
		w.looks++
		if status, said := ready(t, base); status != http.StatusOK {
			w.wrong = append(w.wrong, fmt.Sprintf("%d %s", status, said))
		}
	}
}

// ready asks a program whether it is.
func ready(t testing.TB, base string) (status int, said string) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return 0, err.Error()
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(b)
}

func (w *watcher) add(base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bases[base] = true
}

func (w *watcher) drop(base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.bases, base)
}

// end stops asking, and fails the test where a program was not ready.
func (w *watcher) end(t testing.TB) {
	t.Helper()
	close(w.stop)
	<-w.over
	found(w.wrong).tell(t)
}
