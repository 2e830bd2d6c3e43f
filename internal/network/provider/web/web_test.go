package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/provider/web"
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

func (d *desk) page(lang, path string, says ...string) string {
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
	return w.Body.String()
}

func (d *desk) post(path string, form url.Values, status int) string {
	d.t.Helper()
	w := d.do("POST", path, "ja", form)
	if w.Code != status {
		d.t.Fatalf("POST %s: %d, want %d: %.600s", path, w.Code, status, w.Body)
	}
	return w.Header().Get("Location")
}

func TestDeskAndPortal(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		room := provider.New(run)
		d := &desk{t: t, actor: kizunatest.Staff(access.ProgramManager)}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, room, web.Parts{Read: run.Read})
		d.page("ja", "/desk/providers", "提供者を探す")
		d.page("en", "/desk/providers/new", "Register a provider")
		d.post("/desk/providers", url.Values{"name/ja": {""}}, http.StatusUnprocessableEntity)
		at := d.post("/desk/providers", url.Values{"name/ja": {"みどりの相談室"}, "kana": {"ミドリノソウダンシツ"}, "kind": {"organization"}, "phone": {"045-000-0000"}}, http.StatusSeeOther)
		d.page("ja", "/desk/providers", "登録の申請", "みどりの相談室")
		d.post(at+"/activate", url.Values{"version": {"1"}}, http.StatusSeeOther)
		d.page("en", at+"/sites/new", "Add a site")
		d.post(at+"/sites", url.Values{"name/ja": {"本部"}, "latitude": {"35.45"}, "longitude": {"139.64"}}, http.StatusSeeOther)
		id, err := db.ParseID(strings.TrimPrefix(at, "/desk/providers/"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := room.Get(context.Background(), d.actor, id)
		if err != nil {
			t.Fatal(err)
		}
		d.page("ja", at+"/offerings/new", "本部")
		d.post(at+"/offerings", url.Values{"site_id": {f.Sites[0].ID.String()}, "name/ja": {"グリーフカウンセリング"}, "openings": {"9"}, "capacity": {"5"}}, http.StatusUnprocessableEntity)
		d.post(at+"/offerings", url.Values{"site_id": {f.Sites[0].ID.String()}, "name/ja": {"グリーフカウンセリング"}, "openings": {"2"}, "capacity": {"5"}}, http.StatusSeeOther)
		d.page("ja", at, "グリーフカウンセリング", "空き2人")
		d.page("ja", "/desk/providers?q="+url.QueryEscape("みどりの"), "/desk/referrals/new?provider_id="+id.String(), "空きあり")
		d.page("ja", at+"/suspend", "理由")
		d.post(at+"/suspend", url.Values{"version": {"2"}}, http.StatusUnprocessableEntity)

		f, err = room.Get(context.Background(), d.actor, id)
		if err != nil {
			t.Fatal(err)
		}
		offering := "/portal/offerings/" + f.Offerings[0].ID.String()
		d.actor = kizunatest.Staff(access.ProviderManager)
		d.actor.Provider = id
		d.page("ja", "/portal/provider", "変わりありません", offering)
		d.page("en", offering, "Update openings")
		// Confirmed in the very moment it was entered: nothing changes.
		d.post(offering+"/confirm", url.Values{"version": {"1"}}, http.StatusSeeOther)
		d.post(offering, url.Values{"openings": {"1"}, "capacity": {"5"}, "version": {"1"}}, http.StatusSeeOther)
		d.page("ja", "/portal/provider/edit", "みどりの相談室")
		d.post("/portal/provider", url.Values{"name/ja": {"みどりの相談室 港町"}, "version": {"2"}}, http.StatusSeeOther)
		if w := d.do("GET", "/api/v1/providers/"+id.String(), "en", nil); w.Code != http.StatusOK {
			t.Errorf("their own in the API: %d %s", w.Code, w.Body)
		}
		d.actor.Provider = db.NewID()
		for _, path := range []string{offering, "/portal/provider", "/api/v1/providers/" + id.String(), "/api/v1/offerings/" + f.Offerings[0].ID.String(), at} {
			if w := d.do("GET", path, "ja", nil); w.Code != http.StatusNotFound {
				t.Errorf("another provider: GET %s %d", path, w.Code)
			}
		}
		d.actor = kizunatest.Staff(access.Caseworker)
		var found struct {
			Items []struct {
				ProviderName text.Pair `json:"provider_name"`
				Fit          int
				Reasons      []string
			}
		}
		w := d.do("GET", "/api/v1/offerings?q="+url.QueryEscape("港町")+"&latitude=35.4437&longitude=139.638&within_km=5", "en", nil)
		if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || len(found.Items) != 1 || found.Items[0].Fit != provider.MaxFit {
			t.Errorf("found in the API: %d %s", w.Code, w.Body)
		}
	})
}
