package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/casework/catalog/web"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
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

func TestSetUpOnPages(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		admin := kizunatest.Staff(access.Administrator)
		v := visit(t, run, admin, func(d *door.Router) { web.Mount(d, catalog.New(run, "JPY")) })
		for _, kind := range []string{"programs", "benefits", "funds", "goals", "specialties"} {
			v.page("/admin/" + kind)
			v.page("/admin/" + kind + "/new")
		}
		v.post("/admin/specialties", http.StatusSeeOther, "name/ja", "グリーフケア", "name/en", "Grief care", "code", "grief")
		v.post("/admin/funds", http.StatusSeeOther, "name/ja", "一般財源", "code", "general", "year_from", "令和8年4月1日", "budget", "１,０００,０００円")
		v.post("/admin/goals", http.StatusSeeOther, "name/ja", "住まいを安定させる", "key", "stable_home", "measure/ja", "転居なしの月数", "unit", "月")
		program, _ := v.post("/admin/programs", http.StatusSeeOther, "name/ja", "死別支援", "name/en", "Bereavement", "key", "bereavement", "from", "2026-04-01", "protected_class", "")
		v.post(program+"/activate", http.StatusSeeOther, "version", "1")
		_, body := v.post("/admin/benefits", http.StatusUnprocessableEntity, "name/ja", "グリーフ相談", "key", "Grief", "kind", "service", "protected_class", "")
		if !strings.Contains(body, "グリーフ相談") {
			t.Error("what was typed is lost")
		}
		benefit, _ := v.post("/admin/benefits", http.StatusSeeOther, "name/ja", "グリーフ相談", "key", "grief", "kind", "service", "quantity", "10", "unit", "回", "frequency", "weekly",
			"delivered_by", "providers", "specialties", "grief", "service_codes/0", "G-01", "service_codes/1", "", "program_id", strings.TrimPrefix(program, "/admin/programs/"), "protected_class", "")
		v.post(benefit+"/rates", http.StatusSeeOther, "price", "6,000", "unit", "session", "from", "2026-04-01", "until", "2027-04-01")
		_, body = v.post(benefit+"/rates", http.StatusUnprocessableEntity, "price", "7000", "unit", "session", "from", "2027-03-31")
		if !strings.Contains(body, "¥6,000") {
			t.Error("the rate that stands in the way is not named")
		}
		v.page(benefit, "¥6,000", "グリーフケア", "G-01")
		v.post(benefit+"/activate", http.StatusSeeOther, "version", "1")
		v.page(benefit + "/cancel")
		rule := `{"conditions":[{"key":"adult","label":{"ja":"18歳以上","en":"Adult"},"expr":"age >= 18"}],"examples":[{"name":{"ja":"17歳","en":"17"},"facts":{"age":{"type":"int","text":"17"}},"want":"met"}]}`
		id := strings.TrimPrefix(benefit, "/admin/benefits/")
		v.page("/admin/rules/new?subject_kind=benefit&subject_id="+id, "household_size")
		to, _ := v.post("/admin/rules", http.StatusSeeOther, "subject_kind", "benefit", "subject_id", id, "name/ja", "利用要件", "rule", rule)
		v.page(to, "公開する前に直すこと", "非該当")
		v.post(to+"/publish", http.StatusUnprocessableEntity, "version", "1")
		v.post(to, http.StatusSeeOther, "subject_kind", "benefit", "subject_id", id, "name/ja", "利用要件", "version", "1", "rule", strings.Replace(rule, `"want":"met"`, `"want":"not_met"`, 1))
		v.post(to+"/publish", http.StatusSeeOther, "version", "2")
		v.page(to, "公開中")
		v.page("/admin/rules", "利用要件")
		v.actor = kizunatest.Staff(access.Caseworker)
		v.page("/desk/programs", "死別支援", "グリーフ相談")
		v.page("/desk"+strings.TrimPrefix(program, "/admin"), "グリーフ相談")
		v.page("/desk"+strings.TrimPrefix(benefit, "/admin"), "¥6,000", "18歳以上")
		if w := v.ask("GET", "/admin/programs", "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("a caseworker in the set-up: %d", w.Code)
		}
	})
}

func TestSetUpInTheAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		v := visit(t, run, kizunatest.Staff(access.ProgramManager), func(d *door.Router) { web.Mount(d, catalog.New(run, "JPY")) })
		b := v.call("POST", "/api/v1/benefits", "", `{"key":"rent","name":{"ja":"家賃","en":"Rent"},"kind":"money","amount":{"amount":"40000","currency":"JPY"}}`, http.StatusCreated)
		path := "/api/v1/benefits/" + b["id"].(string)
		if b["amount"].(map[string]any)["amount"] != "40000" || b["status"] != "planned" {
			t.Errorf("%v", b)
		}
		b = v.call("PATCH", path, `"1"`, `{"max_amount":{"amount":"53700","currency":"JPY"}}`, http.StatusOK)
		if b["version"] != 2.0 || b["amount"].(map[string]any)["amount"] != "40000" {
			t.Errorf("%v", b)
		}
		v.call("PATCH", path, `"1"`, `{"unit":"月"}`, http.StatusPreconditionFailed)
		v.call("POST", path+"/activate", `"2"`, `{}`, http.StatusOK)
		v.call("POST", path+"/cancel", `"3"`, `{}`, http.StatusUnprocessableEntity)
		id := b["id"].(string)
		r := v.call("POST", "/api/v1/rates", "", `{"benefit_id":"`+id+`","unit":"month","price":{"amount":"100","currency":"JPY"},"from":"2026-04-01"}`, http.StatusCreated)
		v.call("POST", "/api/v1/rates/"+r["id"].(string)+"/end", `"1"`, `{"until":"2027-04-01"}`, http.StatusOK)
		if list := v.call("GET", "/api/v1/rates?benefit_id="+id, "", "", http.StatusOK); len(list["items"].([]any)) != 1 {
			t.Errorf("%v", list)
		}
		rule := v.call("POST", "/api/v1/eligibility-rules", "", `{"subject_kind":"benefit","subject_id":"`+id+`","name":{"ja":"要件","en":"Rule"},"rule":{"conditions":[{"key":"a","label":{"ja":"成人","en":"Adult"},"expr":"age >= 18"}]}}`, http.StatusCreated)
		path = "/api/v1/eligibility-rules/" + rule["id"].(string)
		out := v.call("POST", path+"/publish", `"1"`, `{}`, http.StatusUnprocessableEntity)
		if out["fields"].(map[string]any)["/rule/examples"] == nil {
			t.Errorf("%v", out)
		}
		v.call("PATCH", path, `"1"`, `{"rule":{"conditions":[{"key":"a","label":{"ja":"成人","en":"Adult"},"expr":"age >= 18"}],"examples":[{"name":{"ja":"18","en":"18"},"facts":{"age":{"type":"int","text":"18"}},"want":"met"}]}}`, http.StatusOK)
		v.call("POST", path+"/publish", `"2"`, `{}`, http.StatusOK)
		for _, kind := range []string{"programs", "benefits", "funds", "goal-definitions", "specialties", "rates", "eligibility-rules"} {
			v.call("GET", "/api/v1/"+kind, "", "", http.StatusOK)
		}
		for _, made := range []string{`programs {"key":"p","name":{"ja":"p","en":"p"}}`, `goal-definitions {"key":"g","name":{"ja":"g","en":"g"}}`, `specialties {"code":"s","name":{"ja":"s","en":"s"}}`,
			`funds {"code":"f","name":{"ja":"f","en":"f"},"year_from":"2026-04-01","budget":{"amount":"1","currency":"JPY"}}`} {
			kind, body, _ := strings.Cut(made, " ")
			x := v.call("POST", "/api/v1/"+kind, "", body, http.StatusCreated)
			v.call("PATCH", "/api/v1/"+kind+"/"+x["id"].(string), `"1"`, `{"name":{"ja":"新","en":"New"}}`, http.StatusOK)
		}
		v.actor = kizunatest.Staff(access.Caseworker)
		if w := v.ask("POST", "/api/v1/programs", "ja", "application/json", `{}`); w.Code != http.StatusNotFound {
			t.Errorf("a caseworker set something up: %d", w.Code)
		}
	})
}
