package fault

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestStop asks the program to end in the middle of its work: whatever it took on is answered, and
// what it did not answer it did not do.
func TestStop(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		run := p.demo(t)
		l, d := newLoad(t, p, seed(t), run.base), p.open(t)
		l.each = true // no connection is closed as idle while a request is on its way into it
		code := -1
		l.run(150, func() { code = run.stop(t) })
		if code != 0 {
			t.Errorf("the program exits with %d:\n%s", code, run.tail())
		}
		var f found
		done, err := keys(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range l.open {
			if done[q.key] {
				f.add("%s was done and not answered", q.action.name)
			}
		}
		f.tell(t)
		report(t, p, "SIGTERM under load", fmt.Sprintf("%d acknowledged, %d not taken on, 0 done without an answer, exit %d", l.acked, len(l.open), code))
		run = p.serve(t)
		l.moveTo(run.base)
		l.holds(t, d, 0)
	})
}

// keys are those of the requests that were done.
func keys(d *db.DB) (map[string]bool, error) {
	out := map[string]bool{}
	err := read(d, func(q db.Q) error {
		all, err := db.All[string](q, "SELECT key FROM idempotency")
		for _, key := range all {
			out[key] = true
		}
		return err
	})
	return out, err
}

// TestTwo has two programs serve one database. Impatient senders send the same to both at once;
// one of the two is killed on the way. Nothing is lost, and no work is done twice.
func TestTwo(t *testing.T) {
	t.Parallel()
	for _, e := range kizunatest.Engines(t) {
		if e != db.Postgres {
			continue // a SQLite file is one program's
		}
		p := newPlace(t, e)
		first := p.demo(t)
		second := p.serve(t)
		l, d := newLoad(t, p, seed(t), first.base, second.base), p.open(t)
		queued := queue(t, d, 400)
		l.run(300, l.finish)
		drained(t, d, queued)
		if n, err := count(d, "SELECT COUNT(*) FROM job WHERE kind = ? AND key = '' AND tries <> 1", queuedKind); err != nil || n != 0 {
			t.Errorf("%d jobs were taken more than once (%v)", n, err)
		}
		l.settle(t, d)
		report(t, p, "two programs, one database", fmt.Sprintf("%d acknowledged, %d jobs once each", l.acked, queued))
		before := l.acked
		l.run(150, second.kill)
		l.moveTo(first.base)
		first.lives(t)
		l.holds(t, d, 0)
		l.everything(t)
		report(t, p, "one of two killed", fmt.Sprintf("%d acknowledged, 0 lost", l.acked-before))
	}
}

// TestItSees plants one loss after the other and has the verification find each: a proof that
// cannot fail is none.
func TestItSees(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		run := p.demo(t)
		l, d := newLoad(t, p, seed(t), run.base), p.open(t)
		l.play()
		l.run(60, l.finish)
		person := l.last("person", nil)
		look := func() string {
			var f found
			l.tokens(&f, d, true)
			l.acknowledged(&f, map[*record]bool{person: true})
			whole(&f, d)
			return strings.Join(f, "\n")
		}
		if said := look(); said != "" {
			t.Fatalf("before anything is planted: %s", said)
		}
		marked := func(r *record) bool { return r.want["status"] != "enrolled" }
		for _, c := range []struct {
			of             *record
			do, undo, want string
		}{
			{l.last("case", did("story")), "DELETE FROM case_source WHERE case_id = ?", "", "joined and has no case"},
			{l.last("assessment", is("completed")), "UPDATE assessment SET score = '1' WHERE id = ?", "UPDATE assessment SET score = '8' WHERE id = ?", "answers stand apart"},
			{l.last("plan", is("active")), "DELETE FROM plan_review WHERE plan = ?", "", "no review"},
			{l.last("invitation", is("declined")), "DELETE FROM disclosure WHERE invitation = ?", "", "no disclosure names"},
			{l.last("invitation", is("not_selected")), "UPDATE invitation SET status = 'requested' WHERE id = ?", "UPDATE invitation SET status = 'not_selected' WHERE id = ?", "waits for an answer"},
			{l.last("authorization", nil), "DELETE FROM authorization_given WHERE id = ?", "", "authorization stand apart"},
			{l.last("schedule", is("approved")), "UPDATE schedule SET status = 'submitted' WHERE id = ?", "UPDATE schedule SET status = 'approved' WHERE id = ?", "lacks its sessions"},
			{l.last("place", is("enrolled")), "DELETE FROM disbursement WHERE enrolment = ?", "", "no disbursement"},
			{l.last("place", marked), "DELETE FROM attendance_mark WHERE enrolment = ?", "", "what was delivered stand apart"},
			{l.last("payment", is("approved")), "UPDATE payment_request SET amount = amount + 1 WHERE id = ?", "UPDATE payment_request SET amount = amount - 1 WHERE id = ?", "not the sum of its lines"},
			{l.last("payment", is("approved")), "DELETE FROM ledger_posting WHERE source IN (SELECT disbursement FROM payment_line WHERE request = ?)", "", "elsewhere than its books"},
			{person, "UPDATE person_name SET status = 'void' WHERE person = ? AND kind = 'legal'", "UPDATE person_name SET status = 'active' WHERE person = ? AND kind = 'legal'", "is there 0 times"},
			{person, "UPDATE person SET birth_date = '1951-03-02' WHERE id = ?", "UPDATE person SET birth_date = '1950-03-02' WHERE id = ?", "birth_date is 1951-03-02 instead of 1950-03-02"},
			{person, "UPDATE person SET version = version + 1 WHERE id = ?", "UPDATE person SET version = version - 1 WHERE id = ?", "stands elsewhere than its journal"},
			{person, "DELETE FROM person_name WHERE person = ? AND kind = 'former'", "", "second name is missing"},
			{person, "DELETE FROM reach WHERE record = ?", "", "in nobody's reach"},
			{person, "DELETE FROM search_row WHERE owner = ?", "", "cannot be found"},
			{person, "UPDATE journal SET version = 70 WHERE record = ? AND version = 1", "UPDATE journal SET version = 1 WHERE record = ? AND version = 70", "not 1 to n"},
		} {
			planted(t, d, c.do, c.undo, db.MustID(c.of.id), func() {
				if said := look(); !strings.Contains(said, c.want) {
					t.Errorf("%s: %q is not told, but\n%s", c.do, c.want, said)
				}
			})
		}
		if said := look(); said != "" {
			t.Fatalf("after all is put back: %s", said)
		}
	})
}

// told is a test that keeps what it is told.
type told struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (o *told) Errorf(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, fmt.Sprintf(format, args...))
}

// TestItGivesUp has a program refuse everything and say that it is ready, as one whose disk is full for good.
func TestItGivesUp(t *testing.T) {
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusInsufficientStorage)
		}
	}))
	defer full.Close()
	said := &told{TB: t}
	l := &load{t: said, client: full.Client(), bases: []string{full.URL}, rough: true, insists: 100 * time.Millisecond}
	if _, err := l.insist(0, &ask{method: http.MethodPost, path: "/api/v1/persons"}); err == nil || !l.over {
		t.Errorf("it went on: %v", err)
	}
	if len(said.said) != 1 || !strings.Contains(said.said[0], "/api/v1/persons is refused") || !strings.Contains(said.said[0], "507") {
		t.Errorf("it said %q", said.said)
	}
}

// last is the newest record of a kind that is so.
func (l *load) last(kind string, so func(*record) bool) *record {
	for _, r := range slices.Backward(l.records) {
		if r.kind == kind && (so == nil || so(r)) {
			return r
		}
	}
	l.t.Fatalf("no such %s", kind)
	return nil
}

// planted changes rows, calls f, and puts them back; rows that are deleted need no undo.
func planted(t *testing.T, d *db.DB, do, undo string, arg any, f func()) {
	t.Helper()
	rest, deletes := strings.CutPrefix(do, "DELETE FROM ")
	if deletes {
		script(t, d, "CREATE TABLE kept AS SELECT * FROM "+rest, arg)
	}
	must(t, d, do, arg)
	f()
	if !deletes {
		must(t, d, undo, arg)
		return
	}
	table, _, _ := strings.Cut(rest, " ")
	must(t, d, "INSERT INTO "+table+" SELECT * FROM kept")
	script(t, d, "DROP TABLE kept")
}

// must changes rows past the program, at least one.
func must(t *testing.T, d *db.DB, text string, args ...any) {
	t.Helper()
	if n := script(t, d, text, args...); n == 0 {
		t.Fatalf("nothing done by %s", text)
	}
}

func script(t *testing.T, d *db.DB, text string, args ...any) (n int64) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.Exec(tx, text, args...)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}
