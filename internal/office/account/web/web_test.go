package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/office/account/web"
	"kizuna/internal/office/agency"
)

const (
	base     = "http://127.0.0.1:8080"
	mail     = "admin@minato.example"
	password = "まいにち珈琲をのむ午後三時"
)

// browser is a person with a browser that runs no script: it keeps cookies.
type browser struct {
	t       *testing.T
	server  http.Handler
	cookies map[string]string
	lang    string
}

type house struct {
	browser
	room  *account.Room
	run   *op.Runner
	clock *calendar.Fake
	admin access.Actor
}

func open(t *testing.T, d *db.DB) house {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	run := &op.Runner{Data: d, Vault: v, Clock: clock}
	set := agency.New(run)
	room := account.New(run, set)
	first, err := account.Setup(t.Context(), run, account.SetupInput{Agency: text.Both("Minato"), Mail: mail, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	e := web.Entrance{Room: room}
	router := door.New(door.Config{Vault: v, BaseURL: base, Identify: e.Identify, Expired: e.Expired, Data: d, Drafts: draft.New(v, clock)})
	web.Mount(router, room, set, e)
	return house{browser{t, router, map[string]string{}, "en"}, room, run, clock, access.Actor{ID: first.ID, Roles: first.Roles}}
}

func (b browser) do(method, path string, form url.Values, headers ...string) (*http.Response, string) {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, base+path, body)
	r.RemoteAddr = "192.0.2.7:40000"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", base)
	}
	r.Header.Set("Accept-Language", b.lang)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return res, w.Body.String()
}

func (b browser) want(status int, method, path string, form url.Values, headers ...string) (*http.Response, string) {
	b.t.Helper()
	res, body := b.do(method, path, form, headers...)
	if res.StatusCode != status {
		b.t.Fatalf("%s %s answered %d, want %d:\n%s", method, path, res.StatusCode, status, body)
	}
	return res, body
}

func (b browser) signIn(as, with string) string {
	b.t.Helper()
	res, _ := b.want(303, "POST", "/sign-in", url.Values{"mail": {as}, "password": {with}, "to": {""}})
	return res.Header.Get("Location")
}

func TestSignInAndOut(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		res, _ := h.want(303, "GET", "/admin/users", nil)
		to := res.Header.Get("Location")
		if to != "/sign-in?to=%2Fadmin%2Fusers" {
			t.Fatalf("a stranger is sent to %s", to)
		}
		_, page := h.want(200, "GET", to, nil)
		if !strings.Contains(page, `value="/admin/users"`) || !strings.Contains(page, `autocomplete="current-password"`) {
			t.Error("the form forgot where to go, or hides from password managers")
		}
		_, page = h.want(422, "POST", "/sign-in", url.Values{"mail": {mail}, "password": {"wrong wrong wrong"}, "to": {"/admin/users"}})
		if strings.Contains(page, "wrong wrong wrong") || !strings.Contains(page, mail) {
			t.Error("the refused form must keep the address and not the password")
		}
		res, _ = h.want(303, "POST", "/sign-in", url.Values{"mail": {mail}, "password": {password}, "to": {"//evil.example/"}})
		if res.Header.Get("Location") != "/admin" {
			t.Errorf("led to %s", res.Header.Get("Location"))
		}
		for _, c := range res.Cookies() {
			if c.Name == "kizuna-sign-in" && (!c.HttpOnly || c.SameSite != http.SameSiteLaxMode) {
				t.Errorf("the cookie %+v", c)
			}
		}
		token := h.cookies["kizuna-sign-in"]
		h.want(200, "GET", "/admin/users", nil)
		h.want(403, "POST", "/sign-out", url.Values{}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		h.want(303, "POST", "/sign-out", url.Values{})
		if h.cookies["kizuna-sign-in"] != "" {
			t.Error("the cookie stayed")
		}
		h.cookies["kizuna-sign-in"] = token
		h.want(303, "GET", "/admin/users", nil)
	})
}

// On https the cookie is bound to the host.
func TestSecureCookie(t *testing.T) {
	h := open(t, kizunatest.NewDB(t, db.SQLite))
	router := door.New(door.Config{Vault: h.run.Vault, BaseURL: "https://kizuna.example"})
	e := web.Entrance{Room: h.room, Secure: true}
	web.Mount(router, h.room, agency.New(h.run), e)
	r := httptest.NewRequest("POST", "https://kizuna.example/sign-in", strings.NewReader(url.Values{"mail": {mail}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "__Host-kizuna-sign-in" && c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "" {
			r := httptest.NewRequest("GET", "https://kizuna.example/account", nil)
			r.AddCookie(c)
			if a, err := e.Identify(r); err != nil || a.ID != h.admin.ID {
				t.Errorf("came in as %+v: %v", a, err)
			}
			return
		}
	}
	t.Errorf("no bound cookie: %v %s", w.Result().Cookies(), w.Body)
}

var once = regexp.MustCompile(`data-copy="([^"]+)"`)

func TestUserPages(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.signIn(mail, password)
		h.want(422, "POST", "/admin/users", url.Values{"mail": {"aoi@minato.example"}, "name/ja": {"佐藤 葵"}})
		res, _ := h.want(303, "POST", "/admin/users", url.Values{"mail": {"aoi@minato.example"}, "name/ja": {"佐藤 葵"}, "roles": {"caseworker", "supervisor"}})
		at := res.Header.Get("Location")
		_, page := h.want(200, "GET", at, nil)
		for _, want := range []string{"佐藤 葵", "Caseworker, Supervisor", at + "/suspend"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		_, page = h.want(200, "POST", at+"/issue_code", url.Values{"idempotency_key": {"k1"}})
		code := once.FindStringSubmatch(page)
		if code == nil {
			t.Fatalf("no code on the page:\n%s", page)
		}
		aoi := browser{t, h.server, map[string]string{}, "ja"}
		aoi.want(422, "POST", "/sign-in/code", url.Values{"mail": {"aoi@minato.example"}, "code": {code[1]}, "new_password": {"short"}, "to": {""}})
		res, _ = aoi.want(303, "POST", "/sign-in/code", url.Values{"mail": {"aoi@minato.example"}, "code": {code[1]}, "new_password": {password}, "to": {""}})
		if res.Header.Get("Location") != "/desk" {
			t.Errorf("a caseworker begins at %s", res.Header.Get("Location"))
		}
		aoi.want(404, "GET", "/admin/users", nil)
		aoi.want(200, "GET", "/account", nil)

		h.want(200, "GET", at+"/edit", nil)
		_, page = h.want(412, "POST", at, url.Values{"mail": {"aoi@minato.example"}, "name/ja": {"佐藤 碧"}, "version": {"1"}})
		if !strings.Contains(page, "佐藤 碧") || !strings.Contains(page, "佐藤 葵") {
			t.Error("the merge page does not show both")
		}
		h.want(303, "POST", at+"/set_roles", url.Values{"roles": {"caseworker"}, "version": {"3"}})
		h.want(422, "POST", at+"/suspend", url.Values{"reason": {""}})
		h.want(303, "POST", at+"/suspend", url.Values{"reason": {"moved away"}})
		aoi.want(303, "GET", "/account", nil)
		h.want(303, "POST", at+"/restore", url.Values{})
	})
}

// Every page is drawn in both languages without a missing word.
func TestPagesInBothLanguages(t *testing.T) {
	h := open(t, kizunatest.NewDB(t, db.SQLite))
	for _, lang := range []string{"ja", "en"} {
		b := browser{t, h.server, map[string]string{}, lang}
		b.want(200, "GET", "/sign-in", nil)
		b.want(200, "GET", "/sign-in/code", nil)
		b.signIn(mail, password)
		at := "/admin/users/" + h.admin.ID.String()
		for _, path := range []string{
			"/account", "/account/password", "/account/keys", "/account/keys/new", "/admin/users", "/admin/users?kind=resident&q=x", "/admin/users/new",
			at, at + "/edit", at + "/set_roles", at + "/suspend", at + "/issue_code", "/admin/keys", "/admin/keys/new",
		} {
			_, page := b.want(200, "GET", path, nil)
			if !strings.Contains(page, `<html lang="`+lang) {
				t.Errorf("%s is not in %s", path, lang)
			}
			if strings.Contains(page, "account.web.") {
				t.Errorf("%s in %s shows a word key", path, lang)
			}
		}
	}
}

func TestOwnAccount(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.signIn(mail, password)
		other := browser{t, h.server, map[string]string{}, "en"}
		other.signIn(mail, password)
		h.want(303, "POST", "/account", url.Values{"language": {"ja"}, "keys_off": {"true"}})
		if _, page := h.want(200, "GET", "/account", nil); !strings.Contains(page, `<html lang="ja"`) {
			t.Error("the chosen language is not spoken")
		}
		h.want(422, "POST", "/account/password", url.Values{"current_password": {"wrong wrong"}, "new_password": {"four words and a bird"}})
		h.want(303, "POST", "/account/password", url.Values{"current_password": {password}, "new_password": {"four words and a bird"}})
		h.want(200, "GET", "/account", nil)
		other.want(303, "GET", "/account", nil)
		other.signIn(mail, "four words and a bird")
		h.want(204, "POST", "/account/keep", url.Values{})
		h.want(303, "POST", "/account/sign-ins/end", url.Values{})
		other.want(303, "GET", "/account", nil)
	})
}

// A form sent after the sign-in expired is parked for the same user.
func TestExpiredFormIsParked(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.signIn(mail, password)
		h.clock.Advance(40 * time.Minute)
		res, _ := h.want(303, "POST", "/admin/users", url.Values{"mail": {"aoi@minato.example"}, "name/ja": {"佐藤 葵"}, "roles": {"caseworker"}})
		to, err := url.Parse(res.Header.Get("Location"))
		if err != nil || !strings.HasPrefix(to.Query().Get("to"), "/account/parked/") {
			t.Fatalf("sent to %s", to)
		}
		res, _ = h.want(303, "POST", "/sign-in", url.Values{"mail": {mail}, "password": {password}, "to": {to.Query().Get("to")}})
		_, page := h.want(200, "GET", res.Header.Get("Location"), nil)
		if !strings.Contains(page, "佐藤 葵") {
			t.Errorf("what was typed is lost:\n%s", page)
		}
	})
}

func TestAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		k, err := h.room.CreateKey(t.Context(), h.admin, account.KeyInput{Name: "test", Roles: h.admin.Roles, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		call := func(status int, method, path, body string, headers ...string) map[string]any {
			t.Helper()
			r := httptest.NewRequest(method, base+"/api/v1/"+path, strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+k.Secret)
			r.Header.Set("Content-Type", "application/json")
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			h.server.ServeHTTP(w, r)
			if w.Code != status {
				t.Fatalf("%s %s answered %d, want %d: %s", method, path, w.Code, status, w.Body)
			}
			var out map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			return out
		}
		call(422, "POST", "users", `{"mail":"x","roles":["system"]}`)
		call(422, "POST", "users", `{"mail":"x@y.example","name":{"ja":"x","en":""},"roles":["caseworker"],"status":"suspended"}`)
		u := call(201, "POST", "users", `{"mail":"aoi@minato.example","name":{"ja":"佐藤 葵","en":""},"roles":["caseworker"]}`)
		id := u["id"].(string)
		call(428, "PATCH", "users/"+id, `{"mail":"sato@minato.example"}`)
		u = call(200, "PATCH", "users/"+id, `{"mail":"sato@minato.example"}`, "If-Match", `"1"`)
		if u["mail"] != "sato@minato.example" || u["version"] != 2.0 {
			t.Errorf("patched: %v", u)
		}
		call(412, "POST", "users/"+id+"/suspend", `{"reason":"left"}`, "If-Match", `"1"`)
		u = call(200, "POST", "users/"+id+"/suspend", `{"reason":"left"}`, "If-Match", `"2"`)
		if u["status"] != "suspended" {
			t.Errorf("suspended: %v", u)
		}
		if list := call(200, "GET", "users?q=sato", ""); len(list["items"].([]any)) != 1 {
			t.Errorf("found: %v", list)
		}
		call(403, "POST", "api-keys", `{"name":"more","roles":["administrator"],"days":1}`)
		keys := call(200, "GET", "api-keys", "")
		if len(keys["items"].([]any)) != 1 || strings.Contains(k.Secret, keys["items"].([]any)[0].(map[string]any)["id"].(string)) {
			t.Errorf("keys: %v", keys)
		}
		k, err = h.room.CreateKey(t.Context(), h.admin, account.KeyInput{Name: "reads", Roles: h.admin.Roles, ReadOnly: true, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		call(200, "GET", "users/"+id, "")
		call(403, "POST", "users/"+id+"/restore", `{}`, "If-Match", `"3"`)
		k.Secret = "kizuna_nothing"
		call(401, "GET", "users", "")
	})
}
