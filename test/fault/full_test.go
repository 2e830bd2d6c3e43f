package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// small mounts a disk of so many megabytes; where that is not allowed the test is skipped.
func small(t testing.TB, megabytes int) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "kizuna-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0711", megabytes)); err != nil {
		t.Skipf("no disk of its own can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill takes what room there is left; what it gives makes the room again.
func fill(t testing.TB, dir string) (empty func()) {
	t.Helper()
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range [][]byte{make([]byte, 1<<20), make([]byte, 4096)} {
		for err = nil; err == nil; {
			_, err = ballast.Write(piece)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	return func() {
		if err := errors.Join(ballast.Truncate(0), ballast.Close(), os.Remove(ballast.Name())); err != nil {
			t.Error(err)
		}
	}
}

// roomy fails the test once what the database itself holds leaves no room to write on.
func roomy(t testing.TB, dir string) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	if free := st.Bavail * uint64(st.Bsize) >> 20; free < 32 {
		t.Fatalf("the database has grown until %d MiB are left on the test's own disk: too many rounds for it", free)
	}
}

// TestDiskFull fills the disk of the database under load. Who writes is told that there is no room,
// in words, with nothing kept; what shows nobody's data goes on; a person is not shown, because
// who looked cannot be kept, and it says so. With room again everything goes on by itself.
func TestDiskFull(t *testing.T) {
	long(t)
	t.Parallel()
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			disk := small(t, map[db.Engine]int{db.SQLite: 512, db.Postgres: 1024}[e])
			p := &place{engine: e, dir: t.TempDir(), url: filepath.Join(disk, "kizuna.db")}
			begin := func() {}
			if e == db.Postgres {
				c := clusterIn(t, disk)
				p, begin = c.place(t), c.start
			}
			run := p.demo(t)
			l, d := newLoad(t, p, seed(t), run.base), p.open(t)
			l.play()
			l.rough = true
			times := 0
			for round := range turns(t, 1) {
				times++
				roomy(t, disk)
				l.run(40, func() {
					empty := fill(t, disk)
					l.refusing(t, "on a full disk", l.full)
					empty()
					begin() // PostgreSQL itself ends where its log has no room; its operator starts it again
					l.later(40, l.finish)
				})
				run.lives(t)
				l.holds(t, d, round)
			}
			l.everything(t)
			report(t, p, "disk full under load", fmt.Sprintf("%d times, %d acknowledged, %d asked again, 0 lost, 0 half, the program never restarted", times, l.acked, l.again))
			run.ends(t)
		})
	}
}

// full says that an answer tells of a full disk; PostgreSQL may have ended over it.
func (l *load) full(status int) bool {
	return status == http.StatusInsufficientStorage || l.place.engine == db.Postgres && status == http.StatusServiceUnavailable
}

// refusing asks for what can be had while nothing can be kept, and for what cannot; told says which
// answers tell so, and when is the situation.
func (l *load) refusing(t testing.TB, when string, told func(status int) bool) {
	t.Helper()
	w := &worker{load: l}
	worker := w.account("caseworker")
	made := func(n int) *ask {
		q := w.create("caseworker", "/api/v1/persons", "", map[string]any{"names": []any{map[string]any{"family": "満杯", "given": strings.Repeat("長", 60)}}}, nil)
		q.key = fmt.Sprintf("%d-refusing-%d-%d", l.seed, l.spell, n)
		q.action = &action{name: "person " + when}
		return q
	}
	// What the database has put by before may take a few more.
	var no refused
	for n := range 2000 {
		_, err := l.send(l.base(0), made(n))
		if err == nil {
			continue
		}
		if !errors.As(err, &no) {
			t.Errorf("a write %s: %v", when, err)
			return
		}
		break
	}
	var problem struct {
		Detail string
	}
	if err := json.Unmarshal([]byte(no.body), &problem); err != nil || !told(no.status) || no.status == http.StatusInsufficientStorage && !strings.Contains(problem.Detail, "何も保存されていません") {
		t.Errorf("a write %s is answered %d: %s", when, no.status, no.body)
	}
	ask := func(path, key string) (status int, body string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.base(0)+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+key)
		}
		res, err := l.client.Do(r)
		if err != nil {
			t.Errorf("%s %s: %v", path, when, err)
			return 0, ""
		}
		defer res.Body.Close()
		all, err := io.ReadAll(res.Body)
		if err != nil {
			t.Errorf("%s %s: %v", path, when, err)
		}
		return res.StatusCode, string(all)
	}
	for _, path := range []string{"/healthz", "/sign-in"} { // as nobody: who is known is led home, where people are shown
		if status, body := ask(path, ""); status != http.StatusOK {
			t.Errorf("%s %s is answered %d: %.300s", path, when, status, body)
		}
	}
	// Some more lines of who looked may find room where others stand.
	status, body := ask("/api/v1/persons?q=x", worker.APIKey)
	for n := 0; n < 500 && status == http.StatusOK; n++ {
		status, body = ask("/api/v1/persons?q=x", worker.APIKey)
	}
	if !told(status) {
		t.Errorf("people %s are answered %d: %.300s", when, status, body)
	}
}
