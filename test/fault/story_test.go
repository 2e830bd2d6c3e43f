package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

// scene is what of the demo agency the story is played with.
type scene struct {
	benefit, template string
	providers         []string // each led by the provider manager of the same place
}

func (l *load) scene(t testing.TB) scene {
	t.Helper()
	var out scene
	first := func(by account, path, field, want string) string {
		answer, err := l.get(l.base(0), &record{by: by, path: path})
		if err != nil {
			t.Fatal(err)
		}
		items, _ := answer["items"].([]any)
		for _, x := range items {
			if want == "" || valueAt(x, field) == want {
				return text(x, "id")
			}
		}
		t.Fatalf("%s has no %s %s", path, field, want)
		return ""
	}
	staff := l.place.as("caseworker")[0]
	out.benefit = first(staff, "/api/v1/benefits?limit=100", "key", "grief_counselling")
	out.template = first(staff, "/api/v1/plan-templates", "", "")
	for _, p := range l.place.as("provider_manager") {
		out.providers = append(out.providers, first(p, "/api/v1/providers", "", ""))
	}
	l.enrich(t)
	return out
}

// enrich gives every fund more than the longest run can spend: a year of the demo's is spent in minutes.
func (l *load) enrich(t testing.TB) {
	t.Helper()
	by := l.place.as("program_manager")[0]
	answer, err := l.get(l.base(0), &record{by: by, path: "/api/v1/funds?limit=100"})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list(answer, "items") {
		version, err := strconv.ParseInt(fmt.Sprint(valueAt(x, "version")), 10, 64)
		if err != nil || text(x, "status") != "active" {
			continue
		}
		if _, err := l.send(l.base(0), &ask{by: by, method: http.MethodPatch, path: "/api/v1/funds/" + text(x, "id"), key: l.token(), match: version,
			body: map[string]any{"budget": map[string]any{"amount": "900000000000", "currency": "JPY"}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// text is what an answer says at a path, "" when it says nothing there.
func text(answer any, path string) string {
	s, _ := valueAt(answer, path).(string)
	return s
}

// list is what an answer holds at a path.
func list(answer any, path string) []any {
	out, _ := valueAt(answer, path).([]any)
	return out
}

// latest is the worker's newest record of a kind for which something is still to be done, and
// notes that it is being done: an ask that was sent is repeated until it is answered.
func (w *worker) latest(kind, todo string, ready func(*record) bool) *record {
	for _, r := range slices.Backward(w.own(kind)) {
		if !r.did[todo] && (ready == nil || ready(r)) {
			r.did[todo] = true
			return r
		}
	}
	return nil
}

// is tells whether a record was acknowledged to stand so.
func is(status string) func(*record) bool {
	return func(r *record) bool { return r.want["status"] == status }
}

func did(what string) func(*record) bool { return func(r *record) bool { return r.did[what] } }

// take asks for a step of a record; it stands where to says then.
func (w *worker) take(r *record, step, to string, body map[string]any) *ask {
	if r == nil {
		return nil
	}
	return w.change(r, http.MethodPost, "/"+step, body, map[string]any{"status": to})
}

// under asks for a new record that belongs to another, made by the same person.
func (w *worker) under(parent *record, path, token string, body, become map[string]any) *ask {
	q := w.create("caseworker", path, token, body, become)
	q.by, q.of = parent.by, parent
	return q
}

// manager is the provider manager whom the story of this worker asks as number i.
func (w *worker) manager(i int) (account, string) {
	all := w.load.place.as("provider_manager")
	at := (w.n + i) % len(all)
	return all[at], w.load.with.providers[at]
}

// days are four days of the past, also by a clock that is a day behind, that no other worker uses
// with the same provider.
func (w *worker) days() (from, until string) {
	back := -2 - 4*(w.n/len(w.load.with.providers))
	return day(back - 3), day(back)
}

// day is so many days from the agency's today.
func day(n int) string {
	return time.Now().In(time.FixedZone("JST", 9*60*60)).AddDate(0, 0, n).Format(time.DateOnly)
}

// story are the actions of the journey in its order: the doors in, the assessment, the plan, the
// referral, the sessions, the payment.
var story = []*action{
	{name: "complaint.submit", kind: "complaint", call: "POST /complaints", single: true,
		tokens: "SELECT about AS token FROM complaint WHERE about LIKE ?",
		make: func(w *worker) *ask {
			if w.waits("complaint", "joined") {
				return nil
			}
			token := w.load.token()
			return w.create("caseworker", "/api/v1/complaints", token, map[string]any{"allegations": []string{"unsafe_housing"}, "body": "窓が割れたまま " + token, "about": token,
				"discretion": "confidential", "reporter": map[string]any{"name": "沖野 七郎"}, "channel": "phone"},
				map[string]any{"status": "submitted", "about": token, "body": "窓が割れたまま " + token})
		}},
	{name: "inbound.receive", kind: "inbound", call: "POST /inbound-referrals", single: true,
		tokens: "SELECT source AS token FROM inbound_referral WHERE source LIKE ?",
		make: func(w *worker) *ask {
			if w.waits("inbound", "joined") {
				return nil
			}
			token := w.load.token()
			return w.create("caseworker", "/api/v1/inbound-referrals", token, map[string]any{"source": token, "client": "ヨシダ シゲル", "need": "退院後の生活支援", "channel": "fax"},
				map[string]any{"status": "new", "source": token, "need": "退院後の生活支援"})
		}},
	{name: "application.begin", kind: "application", call: "POST /applications", single: true,
		tokens: "SELECT statement AS token FROM application a WHERE statement LIKE ? AND 1 = (SELECT COUNT(*) FROM application_item i WHERE i.application = a.id)",
		make: func(w *worker) *ask {
			p, token := w.latest("person", "applies", nil), w.load.token()
			if p == nil {
				return nil
			}
			return w.under(p, "/api/v1/applications", token, map[string]any{"person_id": p.id, "channel": "counter", "statement": token, "items": []any{map[string]any{"benefit_id": w.load.with.benefit}}},
				map[string]any{"status": "draft", "statement": token, "items.0.benefit_id": w.load.with.benefit})
		}},
	{name: "application.submit", call: "POST /applications/{id}/submit", make: func(w *worker) *ask {
		return w.take(w.latest("application", "submit", nil), "submit", "submitted", map[string]any{})
	}},
	{name: "inbound.join", call: "POST /inbound-referrals/{id}/join", make: func(w *worker) *ask {
		p := w.latest("person", "seen", did("applies"))
		if p == nil {
			return nil
		}
		r := w.latest("inbound", "joined", func(r *record) bool { return r.by.User == p.by.User })
		if r == nil {
			p.did["seen"] = false
			return nil
		}
		token := w.load.token()
		q := w.take(r, "join", "accepted", map[string]any{"person_id": p.id, "open": map[string]any{"main_kind": "housing", "title": token}})
		q.token, q.apart, q.makes = token, true, "case"
		q.after = func(l *load, answer map[string]any) {
			q.on.want["case_ids.0"] = answer["case_id"]
			l.add(q, &record{kind: "case", id: text(answer, "case_id"), path: "/api/v1/cases/" + text(answer, "case_id"), token: token, by: q.by, of: p, version: 1, grows: true,
				did: map[string]bool{"story": true}, want: map[string]any{"title": token, "person_id": p.id, "status": "open"}})
		}
		return q
	}},
	{name: "complaint.join", call: "POST /complaints/{id}/join", make: func(w *worker) *ask {
		return w.join("complaint", "resolved", nil)
	}},
	{name: "application.join", call: "POST /applications/{id}/join", make: func(w *worker) *ask {
		return w.join("application", "submitted", is("submitted"))
	}},
	{name: "assessment.begin", kind: "assessment", call: "POST /assessments", single: true,
		tokens: "SELECT c.title AS token FROM assessment a JOIN case_file c ON c.id = a.case_id WHERE c.title LIKE ?",
		make: func(w *worker) *ask {
			c := w.latest("case", "assessed", func(r *record) bool { return r.did["complaint"] && r.did["application"] })
			if c == nil {
				return nil
			}
			return w.under(c, "/api/v1/assessments", c.token, map[string]any{"case_id": c.id, "form_key": "life_needs", "person_id": c.of.id},
				map[string]any{"status": "in_progress", "answers_version": json.Number("1")})
		}},
	{name: "assessment.answers", call: "POST /assessments/{id}/answers", make: func(w *worker) *ask {
		r := w.latest("assessment", "answered", nil)
		if r == nil {
			return nil
		}
		wish := "今の部屋で暮らしたい " + w.load.token()
		q := w.change(r, http.MethodPost, "/answers", map[string]any{"answers_version": 1, "answers": map[string]any{"rent_late": true, "rent_months": 2, "income_lost": true, "sleep": "poor",
			"bereaved": false, "support": "1", "wish": wish}}, map[string]any{"answers.wish": wish, "answers.rent_months": "2", "answers_version": json.Number("2")})
		q.still, q.match = true, 0
		return q
	}},
	{name: "assessment.complete", call: "POST /assessments/{id}/complete", make: func(w *worker) *ask {
		q := w.take(w.latest("assessment", "completed", did("answered")), "complete", "completed", map[string]any{})
		if q != nil {
			q.on.of.did["measured"] = true
			q.become["score"], q.become["band"], q.become["answers_version"] = "8", "high", json.Number("3")
		}
		return q
	}},
	{name: "plan.make", kind: "plan", call: "POST /care-plans", single: true,
		tokens: "SELECT title AS token FROM care_plan WHERE title LIKE ?",
		make: func(w *worker) *ask {
			c, token := w.latest("case", "planned", did("measured")), w.load.token()
			if c == nil {
				return nil
			}
			return w.under(c, "/api/v1/care-plans", token, map[string]any{"case_id": c.id, "title": token, "template_id": w.load.with.template},
				map[string]any{"title": token, "status": "draft", "template_id": w.load.with.template})
		}},
	{name: "goal.add", kind: "goal", call: "POST /goals", single: true,
		tokens: "SELECT label AS token FROM goal WHERE label LIKE ?",
		make: func(w *worker) *ask {
			p, token := w.latest("plan", "aimed", is("draft")), w.load.token()
			if p == nil {
				return nil
			}
			return w.under(p, "/api/v1/goals", token, map[string]any{"care_plan_id": p.id, "label": token}, map[string]any{"label": token, "status": "not_started"})
		}},
	{name: "plan.propose", call: "POST /care-plans/{id}/propose", make: func(w *worker) *ask {
		q := w.take(w.latest("plan", "proposed", did("aimed")), "propose", "proposed", map[string]any{})
		if q != nil {
			q.after = func(l *load, answer map[string]any) {
				for _, g := range list(answer, "agreements") {
					l.add(q, &record{kind: "agreement", id: text(g, "id"), path: "/api/v1/plan-agreements/" + text(g, "id"), by: q.by, of: q.on, version: 1, want: map[string]any{"status": "asked"}})
				}
			}
		}
		return q
	}},
	{name: "agreement.agree", call: "POST /plan-agreements/{id}/agree", make: func(w *worker) *ask {
		return w.take(w.latest("agreement", "agreed", nil), "agree", "agreed", map[string]any{"how": "paper", "signed_name": "𠮷田 茂"})
	}},
	{name: "plan.activate", call: "POST /care-plans/{id}/activate", make: func(w *worker) *ask {
		for _, g := range slices.Backward(w.own("agreement")) {
			if p := g.of; g.want["status"] == "agreed" && !p.did["activated"] {
				p.did["activated"], p.of.did["underway"] = true, true
				return w.take(p, "activate", "active", map[string]any{})
			}
		}
		return nil
	}},
	{name: "assignment.propose", kind: "assignment", call: "POST /benefit-assignments", single: true,
		tokens: "SELECT c.title AS token FROM benefit_assignment a JOIN case_file c ON c.id = a.case_id WHERE a.plan IS NULL AND c.title LIKE ?",
		make: func(w *worker) *ask {
			c := w.latest("case", "assigned", did("underway"))
			if c == nil {
				return nil
			}
			q := w.under(c, "/api/v1/benefit-assignments", c.token, map[string]any{"case_id": c.id, "benefit_id": w.load.with.benefit, "quantity": "8"}, map[string]any{"status": "proposed", "quantity": "8"})
			q.grows = true // giving it begins it
			return q
		}},
	{name: "assignment.approve", call: "POST /benefit-assignments/{id}/approve", make: func(w *worker) *ask {
		q := w.take(w.latest("assignment", "approved", nil), "approve", "approved", map[string]any{})
		if q != nil {
			q.become["totals.approved"] = "8"
		}
		return q
	}},
	{name: "consent.give", kind: "consent", call: "POST /consents", single: true,
		tokens: "SELECT purpose AS token FROM consent WHERE purpose LIKE ?",
		make: func(w *worker) *ask {
			c, token := w.latest("case", "consented", did("assigned")), w.load.token()
			if c == nil {
				return nil
			}
			return w.under(c, "/api/v1/consents", token, map[string]any{"person_id": c.of.id, "fields": []string{"name"}, "recipients": []string{"any_invited"}, "purpose": token, "how": "paper", "given_on": day(-2)},
				map[string]any{"status": "given", "purpose": token, "fields.0": "name"})
		}},
	{name: "referral.draft", kind: "referral", call: "POST /referrals", single: true,
		tokens: "SELECT title AS token FROM referral WHERE title LIKE ?",
		make: func(w *worker) *ask {
			z, token := w.latest("assignment", "referred", func(r *record) bool { return r.want["status"] == "approved" && r.of.did["consented"] }), w.load.token()
			if z == nil {
				return nil
			}
			from, _ := w.days()
			q := w.under(z, "/api/v1/referrals", token, map[string]any{"assignment_id": z.id, "title": token, "units": "8", "from": from}, map[string]any{"title": token, "status": "draft", "units": "8"})
			q.grows = true // delivery begins it
			return q
		}},
	{name: "referral.choose", call: "POST /referrals/{id}/choose", make: func(w *worker) *ask {
		var asked []any
		become := map[string]any{"status": "draft"}
		for i := range 3 {
			_, id := w.manager(i)
			asked = append(asked, map[string]any{"provider_id": id})
			become[fmt.Sprintf("invitees.%d.provider_id", i)] = id
		}
		return w.change(w.latest("referral", "chosen", nil), http.MethodPost, "/choose", map[string]any{"invitees": asked}, become)
	}},
	{name: "referral.cover", call: "POST /referrals/{id}/cover", make: func(w *worker) *ask {
		return w.change(w.latest("referral", "covered", did("chosen")), http.MethodPost, "/cover", map[string]any{"fields": []string{"name"}, "basis": "consent", "summary": "相談"},
			map[string]any{"basis": "consent", "fields.0": "name", "summary": "相談"})
	}},
	{name: "referral.send", call: "POST /referrals/{id}/send", make: func(w *worker) *ask {
		q := w.take(w.latest("referral", "sent", did("covered")), "send", "sent", map[string]any{})
		if q != nil {
			q.after = func(l *load, answer map[string]any) {
				for _, x := range list(answer, "invitations") {
					l.add(q, &record{kind: "invitation", id: text(x, "id"), path: "/api/v1/invitations/" + text(x, "id"), token: text(x, "provider_id"), by: q.by, of: q.on, version: 1, grows: true,
						want: map[string]any{"status": "sent"}})
				}
			}
		}
		return q
	}},
	{name: "invitation.offer", call: "POST /invitations/{id}/request_authorization", make: func(w *worker) *ask {
		for i := range 2 {
			by, id := w.manager(i)
			r := w.latest("invitation", "answered", func(r *record) bool { return r.token == id })
			if r == nil {
				continue
			}
			q := w.take(r, "request_authorization", "requested", map[string]any{"openings": 2, "first_date": day(3), "units": "8", "unit": "session",
				"price": map[string]any{"amount": "5000", "currency": "JPY"}, "note": "空きあり"})
			q.by, q.become["units"], q.become["price.amount"], q.become["note"] = by, "8", "5000", "空きあり"
			return q
		}
		return nil
	}},
	{name: "invitation.decline", call: "POST /invitations/{id}/decline", make: func(w *worker) *ask {
		by, id := w.manager(2)
		q := w.take(w.latest("invitation", "answered", func(r *record) bool { return r.token == id }), "decline", "declined", map[string]any{"reason": "full"})
		if q != nil {
			q.by, q.become["decline"] = by, "full"
		}
		return q
	}},
	{name: "invitation.approve", call: "POST /invitations/{id}/approve", make: func(w *worker) *ask {
		_, id := w.manager(0)
		all := w.own("invitation")
		r := w.latest("invitation", "decided", func(r *record) bool {
			return r.token == id && !slices.ContainsFunc(all, func(o *record) bool { return o.of == r.of && o.want["status"] == "sent" })
		})
		if r == nil || len(all) < 3 {
			return nil
		}
		from, until := w.days()
		q := w.take(r, "approve", "authorized", map[string]any{"choice": "家から近い", "from": from})
		q.apart = true
		q.after = func(l *load, answer map[string]any) { l.authorized(q, answer, from, until) }
		return q
	}},
	{name: "schedule.draft", kind: "schedule", call: "POST /schedules", single: true,
		tokens: "SELECT title AS token FROM schedule WHERE title LIKE ?",
		make: func(w *worker) *ask {
			z, token := w.latest("authorization", "scheduled", nil), w.load.token()
			if z == nil {
				return nil
			}
			q := w.under(z, "/api/v1/schedules", token, map[string]any{"title": token, "benefit_id": w.load.with.benefit, "case_id": z.of.of.of.of.id, "repeat": "daily",
				"from": z.from, "until": z.until, "starts": "00:00", "minutes": 30}, map[string]any{"title": token, "status": "draft", "repeat": "daily"})
			q.by, _ = w.manager(0)
			return q
		}},
	{name: "schedule.submit", call: "POST /schedules/{id}/submit", make: func(w *worker) *ask {
		return w.take(w.latest("schedule", "submitted", nil), "submit", "submitted", map[string]any{})
	}},
	{name: "schedule.approve", call: "POST /schedules/{id}/approve", make: func(w *worker) *ask {
		r := w.latest("schedule", "approved", did("submitted"))
		q := w.take(r, "approve", "approved", map[string]any{})
		if q != nil {
			q.by = r.of.of.of.by
			q.after = func(_ *load, answer map[string]any) { r.parts = list(answer, "session_ids") }
		}
		return q
	}},
	{name: "enrolment.enrol", kind: "roster", call: "POST /session-enrolments",
		tokens: "SELECT s.title || '/' || COUNT(*) AS token FROM session_enrolment e JOIN session s ON s.id = e.session WHERE s.title LIKE ? GROUP BY s.title",
		make: func(w *worker) *ask {
			r := w.latest("schedule", "enrolled", func(r *record) bool { return len(r.parts) > 0 })
			if r == nil {
				return nil
			}
			q := w.under(r, "/api/v1/session-enrolments", r.token+"/4", map[string]any{"session_ids": r.parts, "authorization_ids": []string{r.of.id}}, nil)
			q.after = func(l *load, answer map[string]any) {
				for _, x := range list(answer, "placed") {
					l.seat(q, r, text(x, "enrolment_id"), text(x, "session_id"))
				}
			}
			return q
		}},
	{name: "session.book", kind: "roster", call: "POST /sessions",
		tokens: "", // counted with the enrolments
		make: func(w *worker) *ask {
			r := w.latest("schedule", "booked", did("enrolled"))
			if r == nil {
				return nil
			}
			token := w.load.token()
			q := w.under(r, "/api/v1/sessions", token+"/1", map[string]any{"title": token, "on": r.of.until, "starts": "00:30", "minutes": 30, "authorization_ids": []string{r.of.id}}, nil)
			q.after = func(l *load, answer map[string]any) {
				l.seat(q, r, text(answer, "enrolments.0.id"), text(answer, "id"))
			}
			return q
		}},
	{name: "attendance.attended", call: "POST /session-enrolments/{id}/attended", make: func(w *worker) *ask {
		if w.waits("payment", "submitted") { // what a claim rests on stays as it is until it is sent
			return nil
		}
		q := w.take(w.latest("place", "marked", nil), "attended", "attended", map[string]any{"note": "初回"})
		if q != nil {
			q.become["delivered"] = "1"
		}
		return q
	}},
	{name: "attendance.corrected", call: "POST /session-enrolments/{id}/late", make: func(w *worker) *ask {
		if w.waits("payment", "submitted") { // what a claim rests on stays as it is until it is sent
			return nil
		}
		q := w.take(w.latest("place", "corrected", func(r *record) bool { return r.want["status"] == "attended" && !r.did["closed"] }), "late", "late", map[string]any{"quantity": "0.5"})
		if q != nil {
			q.become["delivered"], q.become["marks.1.outcome"] = "0.5", "late"
		}
		return q
	}},
	{name: "session.attend", call: "POST /sessions/{id}/attend", make: func(w *worker) *ask {
		if w.waits("payment", "submitted") { // what a claim rests on stays as it is until it is sent
			return nil
		}
		r := w.latest("place", "closed", did("corrected"))
		if r == nil {
			return nil
		}
		return &ask{by: r.by, method: http.MethodPost, path: "/api/v1/sessions/" + r.token + "/attend", of: r, match: 1, makes: "none",
			body: map[string]any{"rest": "attended", "complete": true}, after: func(*load, map[string]any) { r.did["claimable"] = true }}
	}},
	{name: "payment.build", kind: "payment", call: "POST /payment-requests", single: true,
		tokens: "SELECT invoice AS token FROM payment_request WHERE invoice LIKE ?",
		make: func(w *worker) *ask {
			r := w.latest("place", "claimed", did("claimable"))
			if r == nil {
				return nil
			}
			for _, o := range w.own("place") {
				if o.did["marked"] { // a claim is not changed under its feet
					o.did["claimed"], o.did["corrected"] = true, true
				}
			}
			from, until := w.days()
			token := w.load.token()
			q := w.under(r, "/api/v1/payment-requests", token, map[string]any{"from": from, "until": until, "invoice": token}, map[string]any{"status": "draft", "invoice": token})
			q.after = func(l *load, answer map[string]any) {
				l.newest().want["amount.amount"] = valueAt(answer, "amount.amount")
			}
			return q
		}},
	{name: "payment.submit", call: "POST /payment-requests/{id}/submit", make: func(w *worker) *ask {
		return w.take(w.latest("payment", "submitted", nil), "submit", "submitted", map[string]any{})
	}},
	{name: "payment.approve", call: "POST /payment-requests/{id}/approve", make: func(w *worker) *ask {
		q := w.take(w.latest("payment", "approved", did("submitted")), "approve", "approved", map[string]any{})
		if q != nil {
			q.by = w.account("finance_officer")
		}
		return q
	}},
}

// storyline is the story with what it begins with.
var storyline = append([]*action{actions[0]}, story...)

// waits tells whether the worker has one of a kind that something is still to be done with.
func (w *worker) waits(kind, todo string) bool {
	return slices.ContainsFunc(w.own(kind), func(r *record) bool { return !r.did[todo] })
}

// join attaches what came in to a case of the story that has none of its kind yet.
func (w *worker) join(kind, to string, ready func(*record) bool) *ask {
	c := w.latest("case", kind, did("story"))
	if c == nil {
		return nil
	}
	r := w.latest(kind, "joined", func(r *record) bool {
		return r.by.User == c.by.User && (ready == nil || ready(r)) && (r.of == nil || r.of == c.of)
	})
	if r == nil {
		c.did[kind] = false
		return nil
	}
	q := w.take(r, "join", to, map[string]any{"person_id": c.of.id, "case_id": c.id})
	q.apart = true
	q.become["case_ids.0"] = c.id
	return q
}

// authorized notes what an approval did in the same step: one authorization, and every other
// provider released.
func (l *load) authorized(q *ask, answer map[string]any, from, until string) {
	l.add(q, &record{kind: "authorization", id: text(answer, "id"), path: "/api/v1/authorizations/" + text(answer, "id"), by: q.by, of: q.on, version: 1, from: from, until: until, grows: true,
		want: map[string]any{"units": "8", "rate.amount": "5000", "invitation_id": q.on.id}})
	for _, o := range l.records {
		if o.kind == "invitation" && o.of == q.on.of && o.want["status"] == "requested" {
			o.want["status"] = "not_selected"
			l.touched[o] = true
		}
	}
	sent, given := q.on.of, q.on.of.of
	delete(sent.want, "status") // it is in service, and its benefit given, from the first session on
	delete(given.want, "status")
	l.touched[sent], l.touched[given] = true, true
}

// seat notes a place in a session, with what is to be given there.
func (l *load) seat(q *ask, schedule *record, id, session string) {
	l.add(q, &record{kind: "place", id: id, path: "/api/v1/session-enrolments/" + id, token: session, by: q.by, of: schedule, version: 1,
		want: map[string]any{"status": "enrolled", "authorization_id": schedule.of.id, "planned": "1", "delivered": "0"}})
}

// halves are the looks for half a step of the story: each finds rows that one deed leaves together
// or not at all.
var halves = []struct{ what, text string }{
	{"what came in was joined and has no case", `SELECT 'complaint ' || number FROM complaint x WHERE outcome = 'joined' AND NOT EXISTS (SELECT 1 FROM case_source s WHERE s.record = x.id AND s.status = 'active')
		UNION ALL SELECT 'referral ' || number FROM inbound_referral x WHERE x.status = 'accepted' AND NOT EXISTS (SELECT 1 FROM case_source s WHERE s.record = x.id AND s.status = 'active')`},
	{"a case has a source that was not joined", `SELECT s.kind FROM case_source s WHERE s.status = 'active' AND (EXISTS (SELECT 1 FROM complaint x WHERE x.id = s.record AND x.status <> 'resolved')
		OR EXISTS (SELECT 1 FROM inbound_referral x WHERE x.id = s.record AND x.status <> 'accepted'))`},
	{"a case has no participant", "SELECT number FROM case_file c WHERE NOT EXISTS (SELECT 1 FROM case_participant p WHERE p.case_id = c.id AND p.person = c.person)"},
	{"a case is in nobody's reach", "SELECT number FROM case_file c WHERE NOT EXISTS (SELECT 1 FROM reach r WHERE r.kind = 'case' AND r.record = c.id)"},
	{"an assessment and its answers stand apart", "SELECT a.status || ' ' || r.status FROM assessment a JOIN form_response r ON r.id = a.response WHERE (a.status = 'completed') <> (r.status IN ('completed', 'amended')) OR a.score <> r.score"},
	{"an assessment in progress has no answers", "SELECT status FROM assessment WHERE status IN ('in_progress', 'completed') AND response IS NULL"},
	{"a plan of a template lacks its goals", "SELECT title FROM care_plan p WHERE template IS NOT NULL AND NOT EXISTS (SELECT 1 FROM goal g WHERE g.plan = p.id)"},
	{"a proposed plan asks nobody", "SELECT title FROM care_plan p WHERE status IN ('proposed', 'active') AND NOT EXISTS (SELECT 1 FROM plan_agreement g WHERE g.plan = p.id)"},
	{"an active plan has no review", "SELECT title FROM care_plan p WHERE (status = 'active') <> (1 = (SELECT COUNT(*) FROM plan_review r WHERE r.plan = p.id AND r.status = 'due'))"},
	{"a referral was sent to others than invited", "SELECT title FROM referral r WHERE title LIKE '" + mark + "%' AND (SELECT COUNT(*) FROM invitation i WHERE i.referral = r.id) <> (CASE status WHEN 'draft' THEN 0 ELSE 3 END)"},
	{"an invitation shares what no disclosure names", "SELECT status FROM invitation i WHERE 1 <> (SELECT COUNT(*) FROM disclosure d WHERE d.invitation = i.id)"},
	{"an invitation is out of its provider's reach", "SELECT status FROM invitation i WHERE NOT EXISTS (SELECT 1 FROM reach r WHERE r.kind = 'invitation' AND r.record = i.id)"},
	{"an approval and its authorization stand apart", "SELECT status FROM invitation i WHERE (status = 'authorized') <> (1 = (SELECT COUNT(*) FROM authorization_given z WHERE z.invitation = i.id))"},
	{"a referral is authorized other than once", "SELECT title FROM referral r WHERE title LIKE '" + mark + "%' AND (SELECT COUNT(*) FROM authorization_given z WHERE z.referral = r.id) <> (CASE WHEN status IN ('draft', 'sent') THEN 0 ELSE 1 END)"},
	{"a provider waits for an answer after the approval", "SELECT r.title FROM referral r JOIN invitation i ON i.referral = r.id WHERE r.status NOT IN ('draft', 'sent') AND i.status IN ('sent', 'viewed', 'requested', 'waitlist_offered')"},
	{"an approved schedule lacks its sessions", "SELECT title FROM schedule h WHERE title LIKE '" + mark + "%' AND (SELECT COUNT(*) FROM session s WHERE s.schedule = h.id) <> (CASE status WHEN 'approved' THEN 4 ELSE 0 END)"},
	{"an enrolment has no disbursement, or two", "SELECT status FROM session_enrolment e WHERE 1 <> (SELECT COUNT(*) FROM disbursement d WHERE d.enrolment = e.id)"},
	{"a disbursement has no enrolment", "SELECT status FROM disbursement d WHERE NOT EXISTS (SELECT 1 FROM session_enrolment e WHERE e.id = d.enrolment)"},
	{"attendance and what was delivered stand apart", `SELECT e.status FROM session_enrolment e WHERE (e.status IN ('attended', 'late', 'excused', 'absent')) <> EXISTS (SELECT 1 FROM attendance_mark m WHERE m.enrolment = e.id)
		OR e.status IN ('attended', 'late') AND 0 >= (SELECT SUM(m.quantity) FROM attendance_mark m WHERE m.enrolment = e.id)`},
	{"a place is not marked as its last mark says", `SELECT e.status || ' ' || m.outcome FROM session_enrolment e JOIN attendance_mark m ON m.enrolment = e.id WHERE m.outcome <> e.status
		AND e.status <> 'void' AND NOT EXISTS (SELECT 1 FROM attendance_mark c WHERE c.correction_of = m.id)`},
	{"a completed session has places to mark", "SELECT s.title FROM session s JOIN session_enrolment e ON e.session = s.id WHERE s.status = 'completed' AND e.status = 'enrolled'"},
	{"a claim is not the sum of its lines", "SELECT number FROM payment_request r WHERE amount <> (SELECT COALESCE(SUM(l.amount), 0) FROM payment_line l WHERE l.request = r.id AND l.status IN ('claimed', 'queried', 'paid'))"},
	{"a line claims other than was delivered", `SELECT r.number FROM payment_request r JOIN payment_line l ON l.request = r.id WHERE r.invoice LIKE '` + mark + `%' AND l.status <> 'void'
		AND l.delivered <> (SELECT SUM(m.quantity) FROM attendance_mark m WHERE m.disbursement = l.disbursement)`},
	{"the books do not balance", "SELECT key FROM ledger_transaction t WHERE 0 <> (SELECT SUM(amount) FROM ledger_posting p WHERE p.transaction_id = t.id)"},
	{"a claim stands elsewhere than its books", `SELECT r.number || ' ' || r.status FROM payment_request r JOIN payment_line l ON l.request = r.id WHERE l.amount > 0 AND r.status IN ('draft', 'submitted', 'approved')
		AND (CASE r.status WHEN 'draft' THEN 0 WHEN 'submitted' THEN 2 ELSE 4 END) <> (SELECT COUNT(*) FROM ledger_posting p WHERE p.source_kind = 'disbursement' AND p.source = l.disbursement)`},
}
