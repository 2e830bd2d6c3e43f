package web_test

import (
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
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/agency/web"
)

const base = "http://127.0.0.1:8080"

var (
	admin      = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Administrator}}
	auditor    = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Auditor}}
	caseworker = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
)

// ask sends a request as an actor and gives the answer's status, place and
// body.
type ask func(a access.Actor, method, path, body, lang string) (int, string, string)

func open(t *testing.T, d *db.DB) ask {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	run := &op.Runner{Data: d, Vault: v, Clock: clock}
	_, err = op.Do(t.Context(), run, access.TheSystem(), "agency.found", nil, func(tx *op.Tx) (agency.Settings, error) {
		return agency.Found(tx, agency.Usual(text.Pair{JA: "みなと市", EN: "Minato City"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	var who access.Actor
	router := door.New(door.Config{Vault: v, BaseURL: base, Identify: func(*http.Request) (access.Actor, error) { return who, nil }})
	web.Mount(router, agency.New(run))
	return func(a access.Actor, method, path, body, lang string) (int, string, string) {
		who = a
		r := httptest.NewRequest(method, base+path, strings.NewReader(body))
		r.Header.Set("Accept-Language", lang)
		r.Header.Set("Origin", base)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(path, "/api/") {
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("If-Match", `"1"`)
		}
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		b, err := io.ReadAll(w.Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.Code, w.Header().Get("Location"), string(b)
	}
}

func TestPagesInBothLanguages(t *testing.T) {
	do := open(t, kizunatest.NewDB(t, db.SQLite))
	post(t, do, 303, "/admin/teams", url.Values{"name/ja": {"相談係"}, "name/en": {"Advice"}})
	post(t, do, 303, "/admin/codes", url.Values{"list": {"district"}, "key": {"north"}, "label/ja": {"北"}})
	post(t, do, 303, "/admin/holidays", url.Values{"day": {"令和8年12月29日"}, "name/ja": {"年末休業"}})
	post(t, do, 303, "/admin/extra-fields", url.Values{"entity": {"person"}, "key": {"district"}, "label/ja": {"地区"}, "kind": {"choice"}, "list": {"district"}})
	for _, lang := range []string{"ja", "en"} {
		for _, path := range []string{"/admin/agency", "/admin/teams", "/admin/codes", "/admin/holidays", "/admin/extra-fields"} {
			for _, a := range []access.Actor{admin, auditor} {
				status, _, page := do(a, "GET", path, "", lang)
				if status != 200 || !strings.Contains(page, `<html lang="`+lang) || strings.Contains(page, "agency.web.") {
					t.Errorf("%s in %s for %v: %d\n%s", path, lang, a.Roles, status, page)
				}
			}
			if status, _, _ := do(caseworker, "GET", path, "", lang); status != 404 {
				t.Errorf("a caseworker at %s: %d", path, status)
			}
		}
	}
}

func post(t *testing.T, do ask, want int, path string, form url.Values) string {
	t.Helper()
	status, _, page := do(admin, "POST", path, form.Encode(), "ja")
	if status != want {
		t.Fatalf("POST %s answered %d, want %d:\n%s", path, status, want, page)
	}
	return page
}

var editHref = regexp.MustCompile(`/admin/teams/[0-9a-f-]{36}`)

func TestTeamPages(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		do := open(t, d)
		post(t, do, 422, "/admin/teams", url.Values{"position": {"1"}})
		post(t, do, 303, "/admin/teams", url.Values{"name/ja": {"福祉部"}})
		_, _, list := do(admin, "GET", "/admin/teams", "", "ja")
		at := editHref.FindString(list)
		if status, _, page := do(admin, "GET", at, "", "ja"); status != 200 || !strings.Contains(page, "福祉部") {
			t.Fatalf("%d %s", status, page)
		}
		post(t, do, 303, at, url.Values{"name/ja": {"福祉局"}, "version": {"1"}})
		page := post(t, do, 412, at, url.Values{"name/ja": {"福祉課"}, "version": {"1"}})
		if !strings.Contains(page, "福祉局") || !strings.Contains(page, "福祉課") {
			t.Error("the merge page does not show both names")
		}
		if status, _, _ := do(admin, "GET", at+"/close", "", "en"); status != 200 {
			t.Errorf("asking to close: %d", status)
		}
		post(t, do, 303, at+"/close", url.Values{"reason": {"reorganized"}})
		post(t, do, 303, at+"/reopen", url.Values{})
		if status, _, _ := do(auditor, "POST", at+"/close", "", "ja"); status != 404 {
			t.Errorf("an auditor closes a team: %d", status)
		}
	})
}

func TestSettingsPage(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		do := open(t, d)
		form := url.Values{"name/ja": {"みなと市"}, "zone": {"Asia/Tokyo"}, "currency": {"JPY"}, "fiscal_month": {"4"}, "language": {"ja"},
			"throttle_from": {"３"}, "idle_minutes": {"20"}, "absolute_hours": {"8"}, "version": {"1"}}
		post(t, do, 303, "/admin/agency", form)
		post(t, do, 412, "/admin/agency", form)
		form.Set("version", "2")
		form.Set("adult_from", "20")
		form.Set("consent_from", "21")
		if page := post(t, do, 422, "/admin/agency", form); !strings.Contains(page, "21") {
			t.Error("what was typed is gone")
		}
		form.Set("consent_from", "16")
		post(t, do, 303, "/admin/agency", form)
		if status, _, page := do(admin, "GET", "/admin/agency", "", "ja"); status != 200 || !strings.Contains(page, `value="16"`) {
			t.Errorf("the age is not kept: %d", status)
		}
		form.Set("zone", "Mars/Olympus")
		if page := post(t, do, 422, "/admin/agency", form); !strings.Contains(page, "Mars/Olympus") {
			t.Error("what was typed is gone")
		}
	})
}

func TestAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		do := open(t, d)
		for _, c := range []struct {
			a            access.Actor
			status       int
			method, path string
			body         string
		}{
			{auditor, 200, "GET", "/api/v1/agency", ""},
			{caseworker, 404, "GET", "/api/v1/agency", ""},
			{admin, 422, "POST", "/api/v1/agency/edit", `{"zone":"Asia/Tokyo"}`},
			{admin, 201, "POST", "/api/v1/teams", `{"name":{"ja":"相談係","en":""}}`},
			{caseworker, 200, "GET", "/api/v1/teams?limit=1", ""},
			{caseworker, 404, "POST", "/api/v1/teams", `{"name":{"ja":"x","en":""}}`},
			{admin, 201, "POST", "/api/v1/codes", `{"list":"l","key":"k","label":{"ja":"x","en":""}}`},
			{admin, 422, "POST", "/api/v1/codes", `{"list":"l","key":"k","label":{"ja":"x","en":""}}`},
			{admin, 200, "GET", "/api/v1/codes?list=l", ""},
			{admin, 201, "POST", "/api/v1/holidays", `{"day":"2026-12-29","name":{"ja":"x","en":""}}`},
			{admin, 200, "GET", "/api/v1/holidays", ""},
			{admin, 201, "POST", "/api/v1/extra-fields", `{"entity":"person","key":"k","kind":"text","label":{"ja":"x","en":""}}`},
			{admin, 200, "GET", "/api/v1/extra-fields", ""},
		} {
			if status, _, body := do(c.a, c.method, c.path, c.body, "en"); status != c.status {
				t.Errorf("%s %s answered %d, want %d: %s", c.method, c.path, status, c.status, body)
			}
		}
	})
}
