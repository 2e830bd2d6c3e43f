package fault

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	_ "kizuna/internal/server" // every room's flows
)

// found is what a look at the program and its database tells; empty when nothing was lost.
type found []string

func (f *found) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// settle verifies after a restart: first what is there as it is, then, once the requests whose
// fate nobody knew were repeated with their keys, that each of them happened exactly once.
func (l *load) settle(t testing.TB, d *db.DB) {
	t.Helper()
	var f found
	l.tokens(&f, d, false)
	for _, q := range l.open {
		if q.on != nil {
			l.halfway(&f, q)
		}
	}
	l.repeat(&f)
	l.tokens(&f, d, true)
	l.acknowledged(&f, l.touched)
	whole(&f, d)
	f.tell(t)
}

// holds fails the test at once unless all is well after a round: what was acknowledged and what must
// be whole, and what check and audit verify look at.
func (l *load) holds(t testing.TB, d *db.DB, round int) {
	t.Helper()
	l.settle(t, d)
	l.place.clean(t, "check")
	l.place.clean(t, "audit", "verify")
	if t.Failed() {
		t.Fatalf("lost in round %d", round+1)
	}
}

// everything asks once more for all that was ever acknowledged.
func (l *load) everything(t testing.TB) {
	t.Helper()
	var f found
	all := map[*record]bool{}
	for _, r := range l.records {
		all[r] = true
	}
	l.acknowledged(&f, all)
	f.tell(t)
}

func (f found) tell(t testing.TB) {
	t.Helper()
	for _, line := range f[:min(len(f), 20)] {
		t.Error(line)
	}
	if len(f) > 20 {
		t.Errorf("and %d more", len(f)-20)
	}
}

// tokens compares the records in the database with those that were acknowledged: none missing,
// none twice, none that nobody asked for. A request still open may have made its own; when sure,
// none is open any more.
func (l *load) tokens(f *found, d *db.DB, sure bool) {
	for _, a := range l.actions {
		if a.tokens == "" {
			continue
		}
		var rows []string
		if err := read(d, func(q db.Q) (err error) {
			rows, err = db.All[string](q, a.tokens, mark+"%")
			return err
		}); err != nil {
			f.add("%s: %v", a.name, err)
			continue
		}
		there := map[string]int{}
		for _, token := range rows {
			there[token]++
		}
		for _, r := range l.records {
			if r.kind == a.kind {
				if n := there[r.token]; n != 1 {
					f.add("%s %s (%s) was acknowledged and is there %d times", a.kind, r.id, r.token, n)
				}
				delete(there, r.token)
			}
		}
		for _, q := range l.open {
			if !sure && q.token != "" && q.kind() == a.kind {
				if there[q.token] > 1 {
					f.add("%s %s is there %d times before it was repeated", a.kind, q.token, there[q.token])
				}
				delete(there, q.token)
			}
		}
		for token, n := range there {
			f.add("%s %s is there %d times and nobody was told", a.kind, token, n)
		}
	}
}

// halfway looks at a record whose change is open: it stands before the change or after it.
func (l *load) halfway(f *found, q *ask) {
	answer, err := l.get(l.base(0), q.on)
	if err != nil {
		f.add("%s %s: %v", q.on.kind, q.on.id, err)
		return
	}
	after := *q.on
	after.version, after.want = q.on.version+1, map[string]any{}
	if q.still {
		after.version--
	}
	for _, from := range []map[string]any{q.on.want, q.become} {
		for field, value := range from {
			after.want[field] = value
		}
	}
	before, done := differences(q.on, answer), differences(&after, answer)
	if len(before) > 0 && len(done) > 0 {
		f.add("%s %s stands between before (%s) and after (%s)", q.on.kind, q.on.id, strings.Join(before, ", "), strings.Join(done, ", "))
	}
}

// repeat sends what is open once more, twice each, with the key of the first time.
func (l *load) repeat(f *found) {
	for _, q := range l.open {
		first, err := l.send(l.base(0), q)
		if err != nil {
			f.add("%s repeated with its key: %v", q.action.name, err)
			continue
		}
		second, err := l.send(l.base(1), q)
		if err != nil || first["id"] != second["id"] {
			f.add("%s repeated again with its key: %v instead of %v, %v", q.action.name, second["id"], first["id"], err)
		}
		l.take(q, first)
	}
	l.open = nil
}

// acknowledged asks the program for records and compares them with what it acknowledged.
func (l *load) acknowledged(f *found, of map[*record]bool) {
	for r := range of {
		if r.path == "" {
			continue
		}
		answer, err := l.get(l.base(0), r)
		if err != nil {
			f.add("%s %s was acknowledged: %v", r.kind, r.id, err)
			continue
		}
		for _, x := range differences(r, answer) {
			f.add("%s %s: %s", r.kind, r.id, x)
		}
	}
}

func differences(r *record, answer map[string]any) (out []string) {
	number, _ := answer["version"].(json.Number)
	if got, err := number.Int64(); err != nil || got < r.version || got > r.version && !r.grows {
		out = append(out, fmt.Sprintf("version %q instead of %d", number, r.version))
	}
	for field, want := range r.want {
		if got := valueAt(answer, field); got != want {
			out = append(out, fmt.Sprintf("%s is %v instead of %v", field, got, want))
		}
	}
	slices.Sort(out)
	return out
}

// whole looks for half steps: in every table of every flow, in the journal, in what belongs to a
// person, and among the answers kept for repeated requests.
func whole(f *found, d *db.DB) {
	looks := []struct{ what, text string }{
		{"a record's versions are not 1 to n, each once", `SELECT entity || ' ' || COUNT(*) || ' rows to version ' || MAX(version) FROM journal
			GROUP BY entity, record HAVING COUNT(*) <> MAX(version) OR MIN(version) <> 1 OR COUNT(DISTINCT version) <> COUNT(*)`},
		{"a step does not begin where the one before ended", `SELECT b.entity || ' version ' || b.version || ' from ' || b.from_state || ' after ' || a.to_state
			FROM journal a JOIN journal b ON b.record = a.record AND b.version = a.version + 1 WHERE b.from_state <> a.to_state`},
		{"a key was taken and has no answer", "SELECT key FROM idempotency WHERE answer IS NULL"},
		{"a person has no name", "SELECT name FROM person p WHERE placeholder = '' AND NOT EXISTS (SELECT 1 FROM person_name n WHERE n.person = p.id AND n.status = 'active')"},
		{"a person cannot be found", "SELECT name FROM person p WHERE NOT EXISTS (SELECT 1 FROM search_row s WHERE s.kind = 'person' AND s.owner = p.id)"},
		{"a person is in nobody's reach", "SELECT name FROM person p WHERE NOT EXISTS (SELECT 1 FROM reach r WHERE r.kind = 'person' AND r.record = p.id)"},
		{"a person's second name is missing", "SELECT family FROM person_name n WHERE given LIKE '" + mark + "%' AND 1 <> (SELECT COUNT(*) FROM person_name o WHERE o.person = n.person AND o.kind = 'former' AND o.status = 'active')"},
		{"work is dead", "SELECT kind || ' ' || fault FROM job WHERE state = 'dead'"},
	}
	looks = append(looks, halves...)
	seen := map[string]bool{}
	for _, x := range flow.All() {
		if !seen[x.Table] {
			seen[x.Table] = true
			looks = append(looks, struct{ what, text string }{"a row of " + x.Table + " stands elsewhere than its journal",
				"SELECT r.status || ' ' || r.version FROM " + x.Table + ` r WHERE NOT EXISTS
				(SELECT 1 FROM journal j WHERE j.record = r.id AND j.version = r.version AND j.to_state = r.status)`})
		}
	}
	for _, look := range looks {
		var rows []string
		if err := read(d, func(q db.Q) (err error) {
			rows, err = db.All[string](q, look.text)
			return err
		}); err != nil {
			f.add("%s: %v", look.what, err)
		}
		for _, row := range rows[:min(len(rows), 3)] {
			f.add("%s: %s", look.what, row)
		}
		if len(rows) > 3 {
			f.add("%s: %d in all", look.what, len(rows))
		}
	}
}
