package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/cases/web"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// desk is the pages as one actor meets them.
type desk struct {
	t     *testing.T
	run   *op.Runner
	room  *cases.Room
	door  *door.Router
	actor access.Actor
}

func eachDesk(t *testing.T, f func(d *desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		d := &desk{t: t, run: run, room: cases.New(run), actor: kizunatest.Staff(access.Caseworker, access.Supervisor)}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, d.room, web.Parts{Read: run.Read, People: people.New(run)})
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
		d.t.Fatalf("POST %s: %d, not %d: %.600s", path, w.Code, want, w.Body)
	}
	return w.Header().Get("Location")
}

// call is a call of the API.
func (d *desk) call(method, path string, version string, in any, want int) map[string]any {
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

func (d *desk) person(family, given string) people.Person {
	d.t.Helper()
	p, err := people.New(d.run).Create(d.t.Context(), d.actor, people.PersonInput{
		Names:     []people.NameInput{{Family: family, Given: given, FamilyKana: "まるやま", GivenKana: "おさむ"}},
		BirthDate: "1968-04-12",
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func TestACaseByItsPages(t *testing.T) {
	eachDesk(t, func(d *desk) {
		p := d.person("丸山", "修")
		d.page("ja", "/desk/cases", "この一覧にケースはありません")
		d.page("en", "/desk/cases/new?person="+p.ID.String(), "Open a case for")
		d.post("/desk/cases", http.StatusUnprocessableEntity, "person_id", p.ID.String())
		at := d.post("/desk/cases", http.StatusSeeOther, "person_id", p.ID.String(), "main_kind", "housing", "title", "住まい", "priority", "high")
		page := d.page("ja", at, "丸山 修", "58歳", "計画へ進む", "リスクの評価", "この段階で必要なことが、まだ済んでいません。")
		if strings.Contains(page, `action="`+at+`/to_planning"`) {
			t.Error("a blocked step can be pressed")
		}
		d.page("en", at, "Go on to planning", "Record a contact", "aged 58")
		d.page("ja", "/desk/cases", "丸山 修", "住まい")

		d.page("ja", at+"/edit", "リスク")
		d.post(at, http.StatusSeeOther, "main_kind", "housing", "title", "住まい", "priority", "high", "risk", "high", "version", "1")
		if page := d.page("ja", at); !strings.Contains(page, `action="`+at+`/to_planning"`) {
			t.Error("the step is still blocked")
		}
		merge := httptest.NewRequest("POST", at, strings.NewReader("main_kind=health&title=x&priority=low&version=1"))
		merge.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := d.ask(merge, "ja"); w.Code != http.StatusPreconditionFailed || !strings.Contains(w.Body.String(), "ほかの人がこのケースを変更しました") {
			t.Errorf("a second editor gets %d", w.Code)
		}

		d.post(at+"/notes", http.StatusUnprocessableEntity, "body", "", "channel", "phone")
		d.post(at+"/notes", http.StatusSeeOther, "body", "眠れない日が続く<b>", "channel", "phone")
		if page := d.page("ja", at, "眠れない日が続く&lt;b&gt;"); strings.Contains(page, "続く<b>") {
			t.Error("a note is not escaped")
		}
		d.post(at+"/notes", http.StatusSeeOther, "body", "まだ途中", "channel", "visit", "do", "draft", "draft", "case.note.1")
		d.page("ja", at, "あなたの下書き", "まだ途中")
		d.page("en", at+"/history", "Telephone")

		for _, step := range []string{"back", "pause", "lost_contact", "resolve", "close", "transfer", "acknowledge", "reopen", "assign", "restrict", "unrestrict", "void"} {
			d.page("ja", at+"/"+step)
			d.page("en", at+"/"+step)
		}
		c, _ := d.room.See(t.Context(), d.actor, db.MustID(strings.TrimPrefix(at, "/desk/cases/")))
		d.post(at+"/pause", http.StatusUnprocessableEntity, "ground", "hospital", "version", num(c.Version))
		d.post(at+"/pause", http.StatusSeeOther, "ground", "hospital", "review_on", "令和9年1月10日", "version", num(c.Version))
		d.page("ja", at, "休止中：入院", "休止を見直す日です")

		d.person("丸山", "節子")
		d.page("ja", at+"/participants/new?q="+url.QueryEscape("節子"), "丸山 節子")
		d.page("en", at+"/team")
		d.page("ja", at+"?tab=people", "関係者を加える")

		d.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{at, at + "/edit", at + "/history", at + "/close"} {
			if w := d.ask(httptest.NewRequest("GET", path, nil), "ja"); w.Code != http.StatusNotFound {
				t.Errorf("another team got %s: %d", path, w.Code)
			}
		}
	})
}

// TestColleaguesOfALargeAgency offers those of the teams, finds the others by
// name, and keeps who was chosen on a form that comes back.
func TestColleaguesOfALargeAgency(t *testing.T) {
	eachDesk(t, func(d *desk) {
		users := account.New(d.run, agency.New(d.run))
		admin := kizunatest.Staff(access.Administrator)
		hire := func(name string) db.ID {
			u, err := users.CreateUser(d.t.Context(), admin, account.UserInput{Mail: strings.ReplaceAll(name, " ", ".") + "@minato.example", Name: text.Both(name), Roles: []access.Role{access.Caseworker}})
			if err != nil {
				d.t.Fatal(err)
			}
			return u.ID
		}
		far := hire("Zoe Far")
		at := d.post("/desk/cases", http.StatusSeeOther, "person_id", d.person("丸山", "修").ID.String(), "main_kind", "housing", "title", "住まい", "priority", "high")
		for _, path := range []string{at + "/assign", at + "/team"} {
			if page := d.page("ja", path, "Zoe Far"); strings.Contains(page, "職員を探す") {
				d.t.Errorf("%s looks for one of few", path)
			}
		}
		for i := range 101 {
			hire(fmt.Sprintf("Ann %d", i))
		}
		for _, path := range []string{at + "/assign", at + "/team"} {
			if page := d.page("ja", path, "職員を探す", "自分のチームの職員"); strings.Contains(page, far.String()) || strings.Contains(page, "Ann 1") {
				d.t.Errorf("%s offers everybody", path)
			}
			d.page("en", path+"?find=zoe", "Zoe Far", far.String(), "Choose below")
			d.page("ja", path+"?find=%E3%81%82", "見つかりませんでした")
			d.page("en", path+"?find=ann", "the first 100")
		}
		form := url.Values{"owner_id": {far.String()}, "team_id": {"x"}, "version": {"1"}}
		r := httptest.NewRequest("POST", at+"/assign", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := d.ask(r, "ja"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="`+far.String()+`" selected`) {
			d.t.Errorf("the form that came back: %d, chosen there %v", w.Code, strings.Contains(w.Body.String(), far.String()))
		}
		p := d.person("丸山", "節子")
		d.page("ja", "/desk/cases/new?find=zoe&person="+p.ID.String(), "Zoe Far", `name="person" value="`+p.ID.String())
	})
}

func num(n int64) string { b, _ := json.Marshal(n); return string(b) }

func TestACaseByTheAPI(t *testing.T) {
	eachDesk(t, func(d *desk) {
		p, spouse := d.person("丸山", "修"), d.person("丸山", "節子")
		c := d.call("POST", "/api/v1/cases", "", map[string]any{"person_id": p.ID, "main_kind": "housing"}, http.StatusCreated)
		at := "/api/v1/cases/" + c["id"].(string)
		if blocked := c["blocked"].([]any); len(blocked) == 0 || !strings.Contains(blocked[0].(map[string]any)["why"].(string), "Risk is rated") {
			t.Errorf("blocked: %v", c["blocked"])
		}
		d.call("POST", at+"/to_planning", "1", nil, http.StatusConflict)
		d.call("PATCH", at, "", map[string]any{"risk": "low"}, http.StatusPreconditionRequired)
		d.call("PATCH", at, "1", map[string]any{"risk": "low"}, http.StatusOK)
		c = d.call("POST", at+"/to_planning", "2", nil, http.StatusOK)
		if c["stage"] != "planning" {
			t.Errorf("after the step: %v", c)
		}
		d.call("POST", at+"/back", "2", map[string]any{"reason": "x"}, http.StatusPreconditionFailed)

		made := d.call("POST", "/api/v1/participants", "", map[string]any{"case_id": c["id"], "person_id": spouse.ID, "role": "household"}, http.StatusCreated)
		d.call("PATCH", "/api/v1/participants/"+made["id"].(string), "1", map[string]any{"strength": "strong"}, http.StatusOK)
		d.call("POST", "/api/v1/participants/"+made["id"].(string)+"/end", "2", nil, http.StatusOK)
		note := d.call("POST", "/api/v1/notes", "", map[string]any{"case_id": c["id"], "body": "電話", "as_draft": true}, http.StatusCreated)
		d.call("POST", "/api/v1/notes/"+note["id"].(string)+"/publish", "1", nil, http.StatusOK)
		d.call("POST", "/api/v1/notes", "", map[string]any{"case_id": c["id"], "body": "訪問"}, http.StatusCreated)
		seen := map[any]bool{}
		for cursor, pages := "", 0; pages < 3; pages++ {
			list := d.call("GET", "/api/v1/notes?limit=1&case_id="+c["id"].(string)+cursor, "", nil, http.StatusOK)
			for _, n := range list["items"].([]any) {
				seen[n.(map[string]any)["body"]] = true
			}
			if list["next"] == nil {
				break
			}
			cursor = "&cursor=" + list["next"].(string)
		}
		if len(seen) != 2 {
			t.Errorf("notes: %v", seen)
		}
		d.call("GET", "/api/v1/notes?cursor=x&case_id="+c["id"].(string), "", nil, http.StatusUnprocessableEntity)
		if list := d.call("GET", "/api/v1/cases?view=open&limit=10", "", nil, http.StatusOK); len(list["items"].([]any)) != 1 {
			t.Errorf("cases: %v", list)
		}
		d.call("POST", "/api/v1/cases", "", map[string]any{"person_id": p.ID, "main_kind": "housing", "status": "closed"}, http.StatusUnprocessableEntity)
		d.actor = kizunatest.Staff(access.Caseworker)
		d.call("GET", at, "", nil, http.StatusNotFound)
	})
}
