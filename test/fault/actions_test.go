package fault

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// action is one thing that people do with the program under load.
type action struct {
	name   string
	kind   string // of the record that it makes, "" for a change
	call   string // as the specification names it: POST /persons
	single bool   // GET path/{id} gives the record
	grows  bool   // what belongs to the record moves its version on
	// tokens lists the tokens of all such records in the database, one row each; ? is their mark.
	tokens string
	make   func(w *worker) *ask
}

var actions = []*action{
	{name: "person.create", kind: "person", call: "POST /persons", single: true,
		tokens: "SELECT given AS token FROM person_name WHERE kind = 'legal' AND given LIKE ? AND status = 'active'",
		make: func(w *worker) *ask {
			token := w.load.token()
			return w.create("caseworker", "/api/v1/persons", token, map[string]any{
				"names":      []any{map[string]any{"family": "𠮷田", "given": token, "family_kana": "ヨシダ", "given_kana": "シゲル"}, map[string]any{"kind": "former", "family": "旧姓", "given": "茂"}},
				"birth_date": "1950-03-02", "languages": []string{"ja", "en"},
				"contacts":  []any{map[string]any{"kind": "mobile", "value": "090-0000-1234"}},
				"addresses": []any{map[string]any{"kind": "actual", "lines": "みなと市 " + token}},
			}, map[string]any{"names.0.given": token, "names.1.family": "旧姓", "birth_date": "1950-03-02", "addresses.0.lines": "みなと市 " + token})
		}},
	{name: "person.edit", call: "PATCH /persons/{id}", make: func(w *worker) *ask {
		p, line := w.any("person"), "丁目 "+w.load.token()
		spoken := pick(w, "en", "vi", "ne", "pt")
		return w.change(p, http.MethodPatch, "", map[string]any{"interpreter": spoken, "addresses": []any{map[string]any{"kind": "actual", "lines": line}}},
			map[string]any{"interpreter": spoken, "addresses.0.lines": line})
	}},
	{name: "circumstance.add", kind: "circumstance", call: "POST /circumstances",
		tokens: "SELECT detail AS token FROM circumstance WHERE detail LIKE ? AND status = 'active'",
		make: func(w *worker) *ask {
			p, token := w.any("person"), w.load.token()
			if p == nil {
				return nil
			}
			q := w.create("caseworker", "/api/v1/circumstances", token, map[string]any{"person_id": p.id, "kind": "housing", "housing": "rented", "detail": token, "from": "2026-01-05"}, nil)
			q.by = p.by
			return q
		}},
	{name: "organization.create", kind: "organization", call: "POST /organizations",
		tokens: "SELECT phone AS token FROM organization WHERE phone LIKE ? AND status = 'active'",
		make: func(w *worker) *ask {
			token := w.load.token()
			return w.create("intake_worker", "/api/v1/organizations", token,
				map[string]any{"name": map[string]any{"ja": "病院 " + token, "en": "Hospital"}, "phone": token}, nil)
		}},
	{name: "task.create", kind: "task", call: "POST /tasks", single: true,
		tokens: "SELECT title AS token FROM task WHERE title LIKE ?",
		make: func(w *worker) *ask {
			token, by := w.load.token(), w.account("caseworker")
			return w.create("caseworker", "/api/v1/tasks", token, map[string]any{"title": token, "detail": "電話する", "due": "2026-12-24", "assignee_id": by.User},
				map[string]any{"title": token, "detail": "電話する", "status": "open"})
		}},
	{name: "task.start", call: "POST /tasks/{id}/start", make: func(w *worker) *ask { return w.taskStep("open", "start", "in_progress") }},
	{name: "task.complete", call: "POST /tasks/{id}/complete", make: func(w *worker) *ask { return w.taskStep("in_progress", "complete", "done") }},
	{name: "case.open", kind: "case", call: "POST /cases", single: true, grows: true, // a note is a contact
		tokens: "SELECT title AS token FROM case_file WHERE title LIKE ?",
		make: func(w *worker) *ask {
			p, token := w.any("person"), w.load.token()
			if p == nil {
				return nil
			}
			q := w.create("caseworker", "/api/v1/cases", token, map[string]any{"person_id": p.id, "main_kind": "housing", "title": token, "owner_id": p.by.User},
				map[string]any{"title": token, "person_id": p.id})
			q.by = p.by
			return q
		}},
	{name: "note.add", kind: "note", call: "POST /notes", single: true,
		tokens: "SELECT attendees AS token FROM case_note WHERE attendees LIKE ?",
		make: func(w *worker) *ask {
			c, token := w.any("case"), w.load.token()
			if c == nil {
				return nil
			}
			q := w.create("caseworker", "/api/v1/notes", token, map[string]any{"case_id": c.id, "attendees": token, "body": "本人と面談した。<b>" + token + "</b>"},
				map[string]any{"attendees": token, "body": "本人と面談した。<b>" + token + "</b>"})
			q.by = c.by
			return q
		}},
}

func pick(w *worker, of ...string) string { return of[w.rand.IntN(len(of))] }

// account is one of a role's, the same for the same worker.
func (w *worker) account(role string) account {
	some := w.load.place.as(role)
	if len(some) == 0 {
		panic("the demo has no " + role)
	}
	return some[w.n%len(some)]
}

// create asks for a new record.
func (w *worker) create(role, path, token string, body, become map[string]any) *ask {
	return &ask{by: w.account(role), method: http.MethodPost, path: path, token: token, body: body, become: become}
}

// change asks for a change of a record; nil when there is none to change.
func (w *worker) change(r *record, method, step string, body, become map[string]any) *ask {
	if r == nil {
		return nil
	}
	return &ask{by: r.by, method: method, path: r.path + step, on: r, match: r.version, body: body, become: become}
}

// taskStep takes a step of a task that stands where the step begins.
func (w *worker) taskStep(from, step, to string) *ask {
	for _, r := range slices.Backward(w.own("task")) {
		if r.want["status"] == from {
			return w.change(r, http.MethodPost, "/"+step, map[string]any{}, map[string]any{"status": to})
		}
	}
	return nil
}

// offered fails the test where the running program has no call for an action.
func offered(t testing.TB, base string, all []*action) []*action {
	t.Helper()
	res, err := http.Get(base + "/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var spec struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.NewDecoder(res.Body).Decode(&spec); err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for path, methods := range spec.Paths {
		for method := range methods {
			calls[strings.ToUpper(method)+" "+strings.TrimPrefix(path, "/api/v1")] = true
		}
	}
	for _, a := range all {
		if !calls[a.call] {
			t.Fatalf("%s: the program has no %s", a.name, a.call)
		}
	}
	return all
}
