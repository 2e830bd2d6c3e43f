package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"context"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/web"
	"kizuna/internal/resident/people"
)

// visitor is the pages as one actor meets them.
type visitor struct {
	t     *testing.T
	door  *door.Router
	actor access.Actor
}

func visit(t *testing.T, run *op.Runner, a access.Actor, mount func(d *door.Router)) *visitor {
	v := &visitor{t: t, actor: a}
	v.door = door.New(door.Config{Vault: run.Vault, Data: run.Data, Drafts: draft.New(run.Vault, run.Clock),
		Identify: func(*http.Request) (access.Actor, error) { return v.actor, nil }})
	mount(v.door)
	return v
}

func (v *visitor) ask(method, path, lang, kind, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Accept-Language", lang)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	v.door.ServeHTTP(w, r)
	return w
}

// page is a page in both languages, each of which must be there.
func (v *visitor) page(path string, says ...string) string {
	v.t.Helper()
	body := ""
	for _, lang := range []string{"en", "ja"} {
		w := v.ask("GET", path, lang, "", "")
		if body = w.Body.String(); w.Code != http.StatusOK {
			v.t.Fatalf("GET %s (%s): %d %.400s", path, lang, w.Code, body)
		}
	}
	for _, s := range says {
		if !strings.Contains(body, s) {
			v.t.Errorf("GET %s does not say %q", path, s)
		}
	}
	return body
}

// post sends a form, and tells where it leads and what it says.
func (v *visitor) post(path string, want int, pairs ...string) (to, body string) {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := v.ask("POST", path, "ja", "application/x-www-form-urlencoded", form.Encode())
	if w.Code != want {
		v.t.Fatalf("POST %s: %d, not %d: %.1500s", path, w.Code, want, w.Body)
	}
	return w.Header().Get("Location"), w.Body.String()
}

// call is a call of the API; its answer as JSON.
func (v *visitor) call(method, path, match, body string, want int) map[string]any {
	v.t.Helper()
	w := v.ask(method, path, "ja", "application/json", body, "If-Match", match)
	if w.Code != want {
		v.t.Fatalf("%s %s: %d, not %d: %.800s", method, path, w.Code, want, w.Body)
	}
	out := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		v.t.Fatal(err)
	}
	return out
}

const base = "http://kizuna.test"

const questions = `{"sections":[{"key":"home","title":{"ja":"住まい","en":"Home"},"questions":[
 {"key":"kind","kind":"choice","label":{"ja":"住まいの種類","en":"Kind"},"required":true,"options":[{"value":"rent","label":{"ja":"賃貸","en":"Rented"},"score":1},{"value":"none","label":{"ja":"なし","en":"None"},"score":5}]},
 {"key":"t","kind":"text","label":{"ja":"一行","en":"Line"}},{"key":"l","kind":"long_text","label":{"ja":"文章","en":"Prose"}},
 {"key":"n","kind":"number","label":{"ja":"人数","en":"Number"}},{"key":"m","kind":"money","label":{"ja":"家賃","en":"Rent"},"show":"kind == 'rent'"},
 {"key":"d","kind":"date","label":{"ja":"いつから","en":"Since"}},{"key":"y","kind":"yes_no","label":{"ja":"滞納","en":"Arrears"}},
 {"key":"c","kind":"choices","label":{"ja":"頼れる人","en":"Helpers"},"options":[{"value":"a","label":{"ja":"家族","en":"Family"}}]},
 {"key":"s","kind":"scale","label":{"ja":"不安","en":"Worry"}},{"key":"p","kind":"phone","label":{"ja":"電話","en":"Phone"}},
 {"key":"a","kind":"address","label":{"ja":"住所","en":"Address"}},{"key":"x","kind":"note","label":{"ja":"おつかれさまでした","en":"Thank you"}},
 {"key":"half","kind":"number","label":{"ja":"半分","en":"Half"},"calculate":"n / 2"}]}],
 "bands":[{"key":"low","from":0,"label":{"ja":"軽い","en":"Low"}},{"key":"high","from":5,"label":{"ja":"重い","en":"High"}}]}`

func TestFormsAreWrittenTriedAndPublished(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room := form.New(run)
		v := visit(t, run, kizunatest.Staff(access.Administrator), func(d *door.Router) { web.Mount(d, room, base) })
		v.page("/admin/forms")
		v.page("/admin/forms/new", "キー")
		draft := []string{"key", "home", "title/ja", "住まいの質問票", "title/en", "Home", "purpose", "assessment", "protected_class", ""}
		_, body := v.post("/admin/forms", http.StatusUnprocessableEntity, append(draft, "definition", "{\n\"section\":[]}")...)
		if !strings.Contains(body, "JSON") || !strings.Contains(body, "住まいの質問票") {
			t.Error("what was typed, or what is wrong, is not shown")
		}
		to, _ := v.post("/admin/forms", http.StatusSeeOther, append(draft, "definition", strings.Replace(questions, "n / 2", "n / ", 1))...)
		v.page(to, "公開する前に直すこと", "第1章 › 質問13 › 答えを計算する")
		to = strings.TrimSuffix(to, "/edit")
		v.page(to, "公開する前に直すこと", to+"/sections/1#f-questions-12-calculate")
		_, body = v.post(to+"/publish", http.StatusUnprocessableEntity, "version", "1")
		if !strings.Contains(body, "かっこや演算子") {
			t.Error("the page does not say what keeps it from being published")
		}
		v.page(to+"/text", "n / ")
		_, body = v.parts(to+"/text", "", http.StatusUnprocessableEntity, "version", "1", "definition", "{")
		if !strings.Contains(body, "1行目") {
			t.Error("the page does not say where the text cannot be read")
		}
		v.parts(to+"/text", "", http.StatusSeeOther, "version", "1", "definition", questions)
		page := v.page(to, "住まいの種類", "一行", "文章", "人数", "いつから", "滞納", "頼れる人", "不安", "電話", "住所", "おつかれさまでした", "半分")
		if strings.Contains(page, "answers/m\"") {
			t.Error("the rent is asked before it is known to be rented")
		}
		_, page = v.post(to+"/preview", http.StatusOK, "answers/kind", "none", "answers/n", "３", "answers/d", "令和8年4月1日")
		v.page(to+"?as=phone", "as-phone")
		v.page(to+"/print", "住まいの種類", "Kind", "sheet-tick", "「住まいの種類」が「賃貸」")
		for _, s := range []string{"重い", "1.5"} {
			if !strings.Contains(page, s) {
				t.Errorf("the preview does not say %q", s)
			}
		}
		_, page = v.post(to+"/preview", http.StatusOK, "answers/kind", "rent")
		if !strings.Contains(page, "answers/m\"") {
			t.Error("the rent is not asked once it is known to be rented")
		}
		v.post(to+"/publish", http.StatusSeeOther, "version", "2")
		v.page(to, "公開中")
		v.page("/admin/forms/new?from="+strings.TrimPrefix(to, "/admin/forms/"), "住まいの質問票")
		v.post(to+"/retire", http.StatusSeeOther, "version", "3")
		v.page("/admin/forms", "使用終了")
	})
}

func TestFormsInTheAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		v := visit(t, run, kizunatest.Staff(access.ProgramManager), func(d *door.Router) { web.Mount(d, form.New(run), base) })
		made := v.call("POST", "/api/v1/forms", "", `{"key":"home","title":{"ja":"住まい","en":"Home"},"purpose":"assessment","definition":`+questions+`}`, http.StatusCreated)
		path := "/api/v1/forms/" + made["id"].(string)
		v.call("PATCH", path, `"1"`, `{"purpose":"intake"}`, http.StatusOK)
		v.call("PATCH", path, `"1"`, `{"purpose":"other"}`, http.StatusPreconditionFailed)
		v.call("POST", path+"/publish", `"2"`, `{}`, http.StatusOK)
		if list := v.call("GET", "/api/v1/forms?limit=1", "", "", http.StatusOK); len(list["items"].([]any)) != 1 {
			t.Errorf("%v", list)
		}
		v.actor = kizunatest.Staff(access.Caseworker)
		p, err := people.New(run).Create(context.Background(), v.actor, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		res := v.call("POST", "/api/v1/form-responses", "", `{"form_key":"home","person_id":"`+p.ID.String()+`"}`, http.StatusCreated)
		path = "/api/v1/form-responses/" + res["id"].(string)
		out := v.call("POST", path+"/complete", `"1"`, `{}`, http.StatusUnprocessableEntity)
		if out["fields"].(map[string]any)["/answers/kind"] == nil {
			t.Errorf("what is missing is not named: %v", out)
		}
		v.call("POST", path+"/save", `"1"`, `{"answers":{"kind":"none","n":3,"y":true,"c":["a"]}}`, http.StatusOK)
		done := v.call("POST", path+"/complete", `"2"`, `{}`, http.StatusOK)
		answers := done["answers"].(map[string]any)
		if done["score"] != "5" || done["band"] != "high" || answers["half"] != "1.5" || answers["y"] != true {
			t.Errorf("%v", done)
		}
		v.call("POST", path+"/amend", `"3"`, `{"answers":{"kind":"rent","m":"50000"},"reason":"聞き違い"}`, http.StatusOK)
		v.call("GET", "/api/v1/form-responses?person_id="+p.ID.String(), "", "", http.StatusOK)
		v.call("POST", path+"/cancel", `"4"`, `{"reason":"重複"}`, http.StatusOK)
		v.actor = kizunatest.Staff(access.Caseworker)
		v.call("GET", path, "", "", http.StatusNotFound)
	})
}
