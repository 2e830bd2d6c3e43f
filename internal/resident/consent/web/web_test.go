package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/consent/web"
	"kizuna/internal/resident/people"
)

type desk struct {
	t     *testing.T
	door  *door.Router
	actor access.Actor
}

func (d *desk) do(method, path, lang string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	return w
}

func (d *desk) page(lang, path string, says ...string) {
	d.t.Helper()
	w := d.do("GET", path, lang, nil)
	if w.Code != http.StatusOK {
		d.t.Fatalf("GET %s (%s): %d", path, lang, w.Code)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			d.t.Errorf("GET %s (%s) does not say %q", path, lang, s)
		}
	}
}

func TestPagesAndAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		room, ctx := consent.New(run), context.Background()
		d := &desk{t: t, actor: kizunatest.Staff(access.Caseworker)}
		worker := d.actor
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, room, func(context.Context, []db.ID) (map[db.ID]string, error) { return nil, nil })
		p, err := people.New(run).Create(ctx, d.actor, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		d.page("ja", "/desk/consents/new?person="+p.ID.String(), "同意は支援の条件ではありません", "健康上の配慮")
		d.page("en", "/desk/consents/new?person="+p.ID.String(), "Help never depends on consent")
		form := url.Values{"person_id": {p.ID.String()}, "consenter": {p.ID.String() + "/self"}, "how": {"paper"},
			"invited": {"true"}, "fields": {"name", "needs"}, "purpose": {""}}
		if w := d.do("POST", "/desk/consents", "ja", form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without a purpose: %d", w.Code)
		}
		form.Set("purpose", "紹介のため")
		if w := d.do("POST", "/desk/consents", "ja", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/persons/"+p.ID.String() {
			t.Fatalf("given: %d %s", w.Code, w.Header().Get("Location"))
		}
		drawn := panel(t, run.Read, worker, p.ID)
		if !strings.Contains(drawn, "紹介のため") || !strings.Contains(drawn, "/withdraw") {
			t.Errorf("the person's page: %.400s", drawn)
		}
		var list struct {
			Items []struct {
				ID      string
				Version int64
				Actions []string
			}
		}
		w := d.do("GET", "/api/v1/consents?person_id="+p.ID.String(), "en", nil)
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Items) != 1 || len(list.Items[0].Actions) != 1 {
			t.Fatalf("API list: %d %.300s", w.Code, w.Body)
		}
		at := "/consents/" + list.Items[0].ID + "/withdraw"
		d.actor = kizunatest.Staff(access.Resident)
		d.actor.Person = p.ID
		d.page("ja", "/my/consents", "紹介のため", "/my"+at)
		d.page("en", "/my"+at, "Withdraw the consent")
		if w := d.do("POST", "/my"+at, "ja", url.Values{"version": {"1"}}); w.Code != http.StatusSeeOther {
			t.Errorf("withdrawn by the resident: %d", w.Code)
		}
		if w := d.do("POST", "/my"+at, "ja", url.Values{"version": {"1"}}); w.Code != http.StatusPreconditionFailed {
			t.Errorf("withdrawn again: %d", w.Code)
		}
		d.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{"/desk" + at, "/desk/consents/new?person=" + p.ID.String(), "/api/v1/consents/" + list.Items[0].ID,
			"/api/v1/consents?person_id=" + p.ID.String(), "/api/v1/disclosures?person_id=" + p.ID.String()} {
			if w := d.do("GET", path, "ja", nil); w.Code != http.StatusNotFound {
				t.Errorf("another team: GET %s %d", path, w.Code)
			}
		}
	})
}

func panel(t *testing.T, read func(context.Context, func(*db.Reader) error) error, a access.Actor, person db.ID) string {
	t.Helper()
	b := db.NewBatch()
	draw := web.Panels()[0].Queue(b, a, person)
	if err := read(context.Background(), func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
		t.Fatal(err)
	}
	html, err := templ.ToGoHTML(text.With(context.Background(), text.JA), draw(text.With(context.Background(), text.JA)))
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

// TestEmergencyPages records what left in an emergency by the page, and has another supervisor review it by
// page and API.
func TestEmergencyPages(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		worker, chief := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor)
		chief.Wide = true
		d := &desk{t: t, actor: worker}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, consent.New(run), func(context.Context, []db.ID) (map[db.ID]string, error) {
			return map[db.ID]string{worker.ID: "見本 職員"}, nil
		})
		p, err := people.New(run).Create(t.Context(), worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		child, err := people.New(run).Create(t.Context(), worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "望"}}, BirthDate: "2020-01-01"})
		if err != nil {
			t.Fatal(err)
		}
		d.page("ja", "/desk/consents/new?person="+child.ID.String(), "いま同意できる人が登録されていません")
		form := url.Values{"person_id": {child.ID.String()}, "consenter": {child.ID.String() + "/self"}, "how": {"paper"}, "invited": {"true"}, "fields": {"name"}, "purpose": {"紹介"}}
		if w := d.do("POST", "/desk/consents", "en", form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a child for themselves: %d", w.Code)
		}

		form = url.Values{"person_id": {p.ID.String()}, "recipient_name": {"港警察署"}, "recipient_kind": {"agency"}, "fields": {"name", "address"}, "basis": {"consent"}}
		d.page("en", "/desk/disclosures/new?person="+p.ID.String(), "Record what was passed on")
		w := d.do("POST", "/desk/disclosures", "en", form)
		for _, says := range []string{"lets this recipient have: Name, Address", "港警察署"} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), says) {
				t.Errorf("without a consent: %d, without %q", w.Code, says)
			}
		}
		form.Set("basis", "emergency")
		form.Set("reason", "行方が分からない")
		if w := d.do("POST", "/desk/disclosures", "ja", form); w.Code != http.StatusSeeOther {
			t.Fatalf("recorded: %d", w.Code)
		}
		if w := d.do("GET", "/desk/disclosures", "ja", nil); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
			t.Errorf("a caseworker's list: %d", w.Code)
		}
		d.actor = chief
		var list struct {
			Items []struct {
				ID      string
				Version int64
				Actions []string
			}
		}
		w = d.do("GET", "/api/v1/disclosures?to_review=true", "ja", nil)
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Items) != 1 || len(list.Items[0].Actions) != 1 {
			t.Fatalf("API list: %d %.300s", w.Code, w.Body)
		}
		at := "/desk/disclosures/" + list.Items[0].ID + "/review"
		d.page("ja", "/desk/disclosures", at, "丸山 修", "港警察署")
		d.page("en", at, "見本 職員", "More was told than needed")
		if w := d.do("POST", at, "ja", url.Values{"finding": {"too_much"}, "version": {"1"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without what follows: %d", w.Code)
		}
		if w := d.do("POST", at, "ja", url.Values{"finding": {"justified"}, "version": {"1"}}); w.Code != http.StatusSeeOther {
			t.Errorf("reviewed: %d", w.Code)
		}
		d.page("en", at, "Disclosed and reviewed")
		d.page("ja", "/desk/disclosures", "確認を待つものはありません")
	})
}
