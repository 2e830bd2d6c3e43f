package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/careplan/web"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// desk is the pages as one actor meets them.
type desk struct {
	t     *testing.T
	run   *op.Runner
	room  *careplan.Room
	door  *door.Router
	actor access.Actor
	c     cases.Case
}

func eachDesk(t *testing.T, f func(d *desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		d := &desk{t: t, run: run, room: careplan.New(run), actor: kizunatest.Staff(access.Caseworker, access.Supervisor)}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, d.room, web.Parts{Read: run.Read})
		p, err := people.New(run).Create(t.Context(), d.actor, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}, BirthDate: "1968-04-12"})
		if err != nil {
			t.Fatal(err)
		}
		if d.c, err = cases.New(run).Open(t.Context(), d.actor, cases.OpenInput{Person: p.ID, Kind: "housing"}); err != nil {
			t.Fatal(err)
		}
		f(d)
	})
}

func (d *desk) ask(r *http.Request, lang string) *httptest.ResponseRecorder {
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	return w
}

// page is a page in a language; it must be there.
func (d *desk) page(lang, path string, says ...string) string {
	d.t.Helper()
	w := d.ask(httptest.NewRequest("GET", path, nil), lang)
	if w.Code != http.StatusOK {
		d.t.Fatalf("GET %s (%s): %d %.300s", path, lang, w.Code, w.Body)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			d.t.Errorf("GET %s (%s) does not say %q", path, lang, s)
		}
	}
	return w.Body.String()
}

// post sends a form, and tells where it leads.
func (d *desk) post(path string, want int, pairs ...string) string {
	d.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := d.ask(r, "ja")
	if w.Code != want {
		d.t.Fatalf("POST %s: %d, not %d: %.900s", path, w.Code, want, w.Body)
	}
	return w.Header().Get("Location")
}

// call is a call of the API.
func (d *desk) call(method, path, version string, in any, want int) map[string]any {
	d.t.Helper()
	if in == nil {
		in = struct{}{}
	}
	body, err := json.Marshal(in)
	if err != nil {
		d.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	if version != "" {
		r.Header.Set("If-Match", `"`+version+`"`)
	}
	w := d.ask(r, "en")
	out := map[string]any{}
	if w.Code != want || json.Unmarshal(w.Body.Bytes(), &out) != nil {
		d.t.Fatalf("%s %s: %d, not %d: %.600s", method, path, w.Code, want, w.Body)
	}
	return out
}

func (d *desk) file(at string) careplan.File {
	d.t.Helper()
	f, err := d.room.Get(d.t.Context(), d.actor, db.MustID(strings.TrimPrefix(at, "/desk/plans/")))
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

func TestAPlanByItsPages(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker, of := d.actor, "/desk/cases/"+d.c.ID.String()
		d.page("ja", of+"/plans/new", "ケアプランを作る", "ひな型を使わない")
		at := d.post(of+"/plans", http.StatusSeeOther, "title", "在宅生活の安定", "wish", "夜眠りたい<b>", "from", "令和8年11月24日")
		if page := d.page("ja", at, "在宅生活の安定", "第1版", "作成中", "目標を一つ以上加えてから"); strings.Contains(page, "眠りたい<b>") {
			t.Error("a wish is not escaped")
		}
		d.page("en", at, "Edition 1", "Set at least one goal")
		d.page("ja", at+"/edit", "本人の望む暮らし")
		d.post(at, http.StatusUnprocessableEntity, "title", "", "version", "1")

		d.page("ja", at+"/goals/new", "評価の目安")
		d.post(at+"/goals", http.StatusUnprocessableEntity, "label", "")
		d.post(at+"/goals", http.StatusSeeOther, "label", "週5日眠れる", "area", "mind", "target", "週5日")
		d.page("ja", at+"/tasks/new")
		d.post(at+"/tasks", http.StatusSeeOther, "title", "日記をつける", "party", "resident")
		f := d.file(at)
		goal, task := "/desk/goals/"+f.Goals[0].ID.String(), f.Tasks[0]
		d.page("ja", goal, "週5日眠れる", "進み具合を記録する")
		d.page("en", goal+"/edit", "Measure")
		d.page("ja", goal+"/progress")
		d.post(goal+"/progress", http.StatusUnprocessableEntity, "percent", "120", "version", "1")
		d.post(goal+"/progress", http.StatusSeeOther, "percent", "40", "note", "週3日", "at_risk", "true", "version", "1")
		d.page("ja", at, "要注意", "40%")
		for _, step := range []string{"achieve", "partly_achieve", "not_achieve", "cancel", "reopen", "void"} {
			d.page("en", goal+"/"+step)
		}
		d.page("ja", "/desk/plan-tasks/"+task.ID.String(), "日記をつける")

		d.post(at+"/propose", http.StatusSeeOther, "version", "1")
		d.page("ja", at, "まだ1人の同意・意向が記録されていません", "丸山 修")
		asked := d.file(at).Agreements[0]
		for _, step := range []string{"agree", "decline", "not_agree"} {
			d.page("ja", "/desk/agreements/"+asked.ID.String()+"/"+step)
			d.page("en", "/desk/agreements/"+asked.ID.String()+"/"+step)
		}

		// The resident reads it in plain words and signs.
		d.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: d.c.Person}
		own := d.page("ja", "/my/plan", "わたしの支援計画", "週5日眠れる", "あなたがすること", "計画に同意する")
		for _, hidden := range []string{d.c.Number, "/desk/", "要注意"} {
			if strings.Contains(own, hidden) {
				t.Errorf("the resident is shown %q", hidden)
			}
		}
		d.page("en", "/my/plan", "My plan", "Agree to the plan")
		agree := "/my/plan/" + asked.ID.String() + "/agree"
		d.page("ja", agree, "この計画の内容を読んで")
		d.page("en", "/my/plan/"+asked.ID.String()+"/decline", "What should be changed?")
		d.post(agree, http.StatusUnprocessableEntity, "version", "1")
		d.post(agree, http.StatusSeeOther, "signature/agreed", "true", "signature/name", "丸山 修", "version", "1")
		d.post("/my/plan-tasks/"+task.ID.String()+"/finish", http.StatusSeeOther, "version", "1")
		d.page("ja", "/my/plan", "丸山 修")
		if w := d.ask(httptest.NewRequest("GET", at, nil), "ja"); w.Code == http.StatusOK {
			t.Error("a resident opened the desk")
		}
		d.actor.Person = db.NewID()
		if w := d.ask(httptest.NewRequest("GET", agree, nil), "ja"); w.Code != http.StatusNotFound {
			t.Errorf("another resident got %d", w.Code)
		}
		d.page("ja", "/my/plan", "いま、計画はありません")

		d.actor = worker
		d.post(at+"/activate", http.StatusSeeOther, "version", "2")
		d.page("ja", at, "実施中", "モニタリングを記録する", "結果が決まっていない目標が1件あります")
		d.page("en", at+"/sheet", "Agreed", "Print")
		due, _ := d.file(at).Due()
		review := "/desk/reviews/" + due.ID.String()
		d.page("ja", review, "前回からの動き", "週3日")
		d.page("ja", review+"/move")
		d.post(review, http.StatusUnprocessableEntity, "version", "1")
		d.post(review, http.StatusSeeOther, "moved", "眠れる日が増えた", "version", "1")
		d.post(goal+"/achieve", http.StatusSeeOther, "version", "2")
		d.page("ja", at+"/complete", "残っているもの")
		d.page("ja", at+"/cancel")
		d.page("ja", at+"/void")
		d.post(at+"/complete", http.StatusUnprocessableEntity, "version", "3")
		d.post(at+"/complete", http.StatusSeeOther, "outcome", "goals_met", "rest", "close", "version", "3")
		d.page("en", at, "Completed", "Goals met")

		d.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{at, at + "/sheet", at + "/edit", goal, goal + "/edit", review, of + "/plans/new"} {
			if w := d.ask(httptest.NewRequest("GET", path, nil), "ja"); w.Code != http.StatusNotFound {
				t.Errorf("another team got %s: %d", path, w.Code)
			}
		}
	})
}

func TestTemplatesAreSetUp(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.actor = kizunatest.Staff(access.Administrator)
		d.page("ja", "/admin/plan-templates", "まだひな型がありません")
		d.page("en", "/admin/plan-templates/new", "Code")
		typed := []string{"code", "bereaved", "name/ja", "遺族の生活再建", "name/en", "After a loss", "months", "６", "goals/0/label/ja", "悲嘆と向き合う", "goals/0/area", "mind",
			"tasks/0/title/ja", "年金事務所に行く", "tasks/0/party", "resident", "tasks/0/goal", "1", "tasks/0/working_days", "3"}
		d.post("/admin/plan-templates", http.StatusOK, append(typed, "add", "goals")...)
		d.post("/admin/plan-templates", http.StatusUnprocessableEntity, typed[2:]...)
		at := d.post("/admin/plan-templates", http.StatusSeeOther, typed...)
		d.page("ja", at, "悲嘆と向き合う", "公開する")
		d.post(at, http.StatusSeeOther, append(typed[2:], "version", "1")...)
		d.post(at+"/publish", http.StatusSeeOther, "version", "1")
		d.page("en", at, "Published", "Draft the next edition")
		next := d.post(at+"/revise", http.StatusSeeOther)
		d.page("ja", next, "悲嘆と向き合う")
		if next == at {
			t.Error("revised in place")
		}
	})
}

func TestThePanelsOfACase(t *testing.T) {
	eachDesk(t, func(d *desk) {
		p, err := d.room.Make(t.Context(), d.actor, d.c.ID, careplan.MakeInput{Title: "在宅"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.room.AddGoal(t.Context(), d.actor, p.ID, careplan.GoalInput{Label: "眠れる"}); err != nil {
			t.Fatal(err)
		}
		for _, x := range web.Panels(d.room) {
			b := db.NewBatch()
			draw := x.Queue(b, d.actor, d.c.ID)
			if err := d.run.Read(t.Context(), func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := draw(text.With(t.Context(), text.JA)).Render(text.With(t.Context(), text.JA), &out); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{"眠れる", "第1版", "目標"} {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%s does not say %q", x.Key, s)
				}
			}
		}
	})
}

func TestAPlanByTheAPI(t *testing.T) {
	eachDesk(t, func(d *desk) {
		plan := d.call("POST", "/api/v1/care-plans", "", map[string]any{"case_id": d.c.ID, "title": "在宅"}, http.StatusCreated)
		at := "/api/v1/care-plans/" + plan["id"].(string)
		d.call("POST", "/api/v1/care-plans", "", map[string]any{"case_id": d.c.ID, "titel": "x"}, http.StatusUnprocessableEntity)
		d.call("POST", at+"/propose", "", nil, http.StatusPreconditionRequired)
		goal := d.call("POST", "/api/v1/goals", "", map[string]any{"care_plan_id": plan["id"], "label": "眠れる"}, http.StatusCreated)
		d.call("POST", at+"/propose", "1", nil, http.StatusOK)
		d.call("POST", at+"/propose", "1", nil, http.StatusPreconditionFailed)
		asked := d.call("GET", "/api/v1/plan-agreements?care_plan_id="+plan["id"].(string), "", nil, http.StatusOK)["items"].([]any)[0].(map[string]any)
		d.call("POST", "/api/v1/plan-agreements/"+asked["id"].(string)+"/agree", "1", map[string]any{"how": "spoken"}, http.StatusOK)
		got := d.call("POST", at+"/activate", "2", nil, http.StatusOK)
		if got["status"] != "active" || len(got["reviews"].([]any)) != 1 || len(got["goals"].([]any)) != 1 {
			t.Errorf("active as %v", got)
		}
		d.call("PATCH", at, "3", map[string]any{"wish": "夜眠りたい"}, http.StatusOK)
		d.call("POST", "/api/v1/goals/"+goal["id"].(string)+"/progress", "1", map[string]any{"percent": 60}, http.StatusOK)
		d.call("POST", "/api/v1/goals/"+goal["id"].(string)+"/achieve", "2", nil, http.StatusOK)
		task := d.call("POST", "/api/v1/plan-tasks", "", map[string]any{"care_plan_id": plan["id"], "title": "日記", "party": "resident"}, http.StatusCreated)
		d.call("POST", "/api/v1/plan-tasks/"+task["id"].(string)+"/finish", "1", nil, http.StatusOK)
		review := got["reviews"].([]any)[0].(map[string]any)
		d.call("POST", "/api/v1/reviews/"+review["id"].(string)+"/do", "1", map[string]any{"moved": "眠れた"}, http.StatusOK)
		done := d.call("POST", at+"/complete", "4", map[string]any{"outcome": "goals_met"}, http.StatusOK)
		if done["status"] != "completed" {
			t.Errorf("completed as %v", done)
		}
		for _, path := range []string{"care-plans", "goals", "reviews", "plan-tasks", "plan-agreements"} {
			if n := len(d.call("GET", "/api/v1/"+path, "", nil, http.StatusOK)["items"].([]any)); n == 0 {
				t.Errorf("%s lists nothing", path)
			}
		}
		d.actor = kizunatest.Staff(access.Caseworker)
		d.call("GET", at, "", nil, http.StatusNotFound)
		for _, path := range []string{"care-plans", "goals", "reviews", "plan-tasks", "plan-agreements"} {
			if n := len(d.call("GET", "/api/v1/"+path, "", nil, http.StatusOK)["items"].([]any)); n != 0 {
				t.Errorf("another team lists %d %s", n, path)
			}
		}
	})
}
