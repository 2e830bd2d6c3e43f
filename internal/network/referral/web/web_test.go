package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/network/referral/web"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

type town struct {
	t     *testing.T
	door  *door.Router
	actor access.Actor
}

func (c *town) do(method, path, lang, kind, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	c.door.ServeHTTP(w, r)
	return w
}

const formKind = "application/x-www-form-urlencoded"

func (c *town) page(lang, path string, says ...string) string {
	c.t.Helper()
	w := c.do("GET", path, lang, formKind, "")
	if w.Code != http.StatusOK {
		c.t.Fatalf("GET %s (%s): %d", path, lang, w.Code)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			c.t.Errorf("GET %s (%s) does not say %q", path, lang, s)
		}
	}
	return w.Body.String()
}

func (c *town) post(path string, form url.Values, status int, says ...string) string {
	c.t.Helper()
	w := c.do("POST", path, "ja", formKind, form.Encode())
	if w.Code != status {
		summary := regexp.MustCompile(`(?s)<main.*</main>`).FindString(w.Body.String())
		c.t.Fatalf("POST %s: %d, want %d: %.1500s", path, w.Code, status, summary)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			c.t.Errorf("POST %s does not say %q", path, s)
		}
	}
	return w.Header().Get("Location")
}

var (
	boxes    = regexp.MustCompile(`name="invitees" value="([^"]+)"`)
	versions = regexp.MustCompile(`name="version" value="(\d+)"`)
	approves = regexp.MustCompile(`/desk/invitations/[0-9a-f-]{36}/approve`)
)

var fieldBoxes = regexp.MustCompile(`<input[^>]*name="fields"[^>]*>`)

// ticked are the fields of a packet's page that are ticked, in its order.
func ticked(html string) string {
	var out []string
	for _, box := range fieldBoxes.FindAllString(html, -1) {
		if strings.Contains(box, " checked") {
			_, value, _ := strings.Cut(box, `value="`)
			value, _, _ = strings.Cut(value, `"`)
			out = append(out, value)
		}
	}
	return strings.Join(out, " ")
}

func version(t *testing.T, html string) string {
	t.Helper()
	m := versions.FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("the page has no version: %.300s", html)
	}
	return m[1]
}

// From the case to the authorization, through pages alone and without script.
func TestGuidedFlowPortalAndComparison(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		ctx := context.Background()
		room, shops, caseRoom := referral.New(run), provider.New(run), cases.New(run)
		c := &town{t: t, actor: kizunatest.Staff(access.Caseworker)}
		worker := c.actor
		c.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return c.actor, nil }})
		web.Mount(c.door, room, web.Parts{Providers: shops, Cases: caseRoom, Clock: clock})
		p, err := people.New(run).Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}},
			Addresses: []people.AddressInput{{Kind: "actual", Lines: "みなと市栄町2-14", Latitude: 35.4437, Longitude: 139.638}}})
		check(t, err)
		file, err := caseRoom.Open(ctx, worker, cases.OpenInput{Person: p.ID, Kind: "health", Title: "死別後の支援"})
		check(t, err)
		manager := kizunatest.Staff(access.ProgramManager)
		var staff []access.Actor
		for n, name := range []string{"みどりの相談室", "こころケア港町", "佐野カウンセリング"} {
			x, err := shops.Create(ctx, manager, provider.Input{Name: text.Pair{JA: name}})
			check(t, err)
			_, err = shops.Step(ctx, manager, x.ID, "activate", provider.StepInput{Version: x.Version})
			check(t, err)
			s, err := shops.AddSite(ctx, manager, provider.SiteInput{Provider: x.ID, Name: text.Pair{JA: "本部"}, Latitude: 35.45 + float64(n)/100, Longitude: 139.64})
			check(t, err)
			_, err = shops.AddOffering(ctx, manager, provider.OfferingInput{Site: s.ID, Name: text.Pair{JA: "グリーフカウンセリング"}, Openings: 2})
			check(t, err)
			a := kizunatest.Staff(access.ProviderStaff)
			a.Provider = x.ID
			staff = append(staff, a)
		}

		c.page("en", "/desk/referrals/new?case_id="+file.ID.String(), "Start a referral", "Need")
		c.page("ja", "/desk/referrals/new", file.Number)
		c.post("/desk/referrals", url.Values{"case_id": {file.ID.String()}, "title": {""}, "unit": {"session"}}, http.StatusUnprocessableEntity)
		next := c.post("/desk/referrals", url.Values{"case_id": {file.ID.String()}, "title": {"グリーフカウンセリング"}, "units": {"８"}, "unit": {"session"},
			"from": {"令和8年12月1日"}, "until": {"2027-02-28"}}, http.StatusSeeOther)
		at := strings.TrimSuffix(next, "/providers")
		html := c.page("ja", next+"?q="+url.QueryEscape("グリーフ"), "みどりの相談室", "5km以内")
		c.post(next, url.Values{"version": {version(t, html)}}, http.StatusUnprocessableEntity, "紹介先の提供者を選んでください")
		picks := url.Values{"version": {version(t, html)}}
		for _, m := range boxes.FindAllStringSubmatch(html, -1) {
			picks.Add("invitees", m[1])
		}
		if n := len(picks["invitees"]); n != 3 {
			t.Fatalf("%d boxes", n)
		}
		next = c.post(next, picks, http.StatusSeeOther)
		html = c.page("ja", next, "丸山 修", "同意がまだない項目があります")
		if got := ticked(html); got != "" {
			t.Errorf("ticked without any consent: %s", got)
		}
		packet := url.Values{"version": {version(t, html)}, "fields": {"name", "needs"}, "basis": {"consent"}, "summary": {"眠れない日が続く"}}
		c.post(next, packet, http.StatusUnprocessableEntity, "同意がありません")
		_, err = consent.New(run).Give(ctx, worker, consent.Input{Person: p.ID, Fields: []string{"name", "needs"}, Recipients: []string{consent.AnyInvited}, Purpose: "紹介", How: "paper"})
		check(t, err)
		if got := ticked(c.page("ja", next)); got != "name needs" {
			t.Errorf("a consent to name and needs ticks %q", got)
		}
		next = c.post(next, packet, http.StatusSeeOther)
		html = c.page("ja", next, "渡る内容", "眠れない日が続く", "こころケア港町")
		c.page("en", next, "Exactly what is passed on")
		c.post(at+"/send", url.Values{"version": {version(t, html)}}, http.StatusSeeOther)

		for n := range 2 {
			c.actor = staff[n]
			html = c.page("ja", "/portal/referrals", "グリーフカウンセリング")
			inside := regexp.MustCompile(`/portal/referrals/[0-9a-f-]{36}`).FindString(html)
			c.page("ja", inside, "眠れない日が続く", "承認を要請する")
			html = c.page("en", inside+"/request", "Request authorization")
			c.post(inside+"/request", url.Values{"version": {version(t, html)}, "first_date": {""}, "units": {"8"}, "unit": {"session"}}, http.StatusUnprocessableEntity)
			c.post(inside+"/request", url.Values{"version": {version(t, html)}, "first_date": {fmt.Sprintf("2026-12-0%d", n+2)}, "units": {"8"}, "unit": {"session"}, "price": {fmt.Sprint(12000 + 1000*n)}}, http.StatusSeeOther)
			c.post(inside+"/messages", url.Values{"body": {"よろしくお願いします"}}, http.StatusSeeOther)
		}
		c.actor = staff[2]
		inside := regexp.MustCompile(`/portal/referrals/[0-9a-f-]{36}`).FindString(c.page("ja", "/portal/referrals"))
		html = c.page("ja", inside+"/decline", "辞退の理由")
		c.post(inside+"/decline", url.Values{"version": {version(t, html)}, "reason": {"full"}}, http.StatusSeeOther)
		c.page("ja", inside, "情報は表示されていません")
		c.actor = staff[0]
		if w := c.do("GET", inside, "ja", formKind, ""); w.Code != http.StatusNotFound {
			t.Errorf("another provider's invitation: %d", w.Code)
		}
		if w := c.do("GET", strings.Replace(inside, "/portal/referrals/", "/api/v1/invitations/", 1), "ja", formKind, ""); w.Code != http.StatusNotFound {
			t.Errorf("another provider's invitation in the API: %d", w.Code)
		}

		c.actor = worker
		if drawn := casePanel(t, run.Read, web.Panels(clock)[0].Queue, worker, file.ID); !strings.Contains(drawn, "比較して承認") || !strings.Contains(drawn, "¥96,000") {
			t.Errorf("the case's page: %.800s", drawn)
		}
		html = c.page("ja", at, "回答の比較", "よろしくお願いします", "満員")
		approve := approves.FindString(html)
		if approve == "" {
			t.Fatal("nothing to approve")
		}
		html = c.page("ja", approve, "取り消せません")
		form := url.Values{"version": {version(t, html)}, "units": {"99"}}
		c.post(approve, form, http.StatusUnprocessableEntity)
		form.Set("units", "8")
		c.post(approve, form, http.StatusSeeOther)
		c.post(approve, form, http.StatusConflict)
		c.page("en", at, "Authorization Z-2026", "Not selected")

		var out struct {
			Status      string
			Invitations []struct{ Status string }
		}
		w := c.do("GET", strings.Replace(at, "/desk/", "/api/v1/", 1), "en", formKind, "")
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Status != "authorized" || len(out.Invitations) != 3 {
			t.Errorf("in the API: %d %s", w.Code, w.Body)
		}
		if strings.Contains(c.page("ja", at), "ほかの提供者を探す") {
			t.Error("others are to be asked for what is authorized")
		}
		x, err := room.Draft(ctx, worker, referral.NeedInput{Case: file.ID, Title: "家事の手伝い", Units: ledger.Units(4), Unit: "hour", Priority: "high"})
		check(t, err)
		x, err = room.Choose(ctx, worker, x.ID, referral.ChooseInput{Invitees: []referral.Invitee{{Provider: staff[0].Provider, Metres: -1}}, Version: x.Version})
		check(t, err)
		x, err = room.Cover(ctx, worker, x.ID, referral.CoverInput{Fields: []string{"name"}, Basis: consent.ByConsent, Version: x.Version})
		check(t, err)
		_, err = room.Send(ctx, worker, x.ID, referral.SendInput{Version: x.Version})
		check(t, err)
		sent := "/desk/referrals/" + x.ID.String()
		if strings.Contains(c.page("ja", sent), "ほかの提供者を探す") {
			t.Error("others are to be asked while one may still answer")
		}
		f, err := room.Get(ctx, worker, x.ID)
		check(t, err)
		_, err = room.Decline(ctx, staff[0], f.Invitations[0].ID, referral.DeclineInput{Reason: "full", Version: f.Invitations[0].Version})
		check(t, err)
		c.page("en", sent, "Ask others", "/desk/referrals/new?again="+x.ID.String())
		c.page("ja", "/desk/referrals/new?again="+x.ID.String(), `value="家事の手伝い"`, `value="4"`, file.ID.String())
		endCase := func(status string) {
			check(t, run.Data.Write(t.Context(), func(tx *db.Tx) error {
				_, err := db.Exec(tx, "UPDATE case_file SET status = ? WHERE id = ?", status, file.ID)
				return err
			}))
		}
		endCase("closed")
		if strings.Contains(c.page("ja", sent), "ほかの提供者を探す") {
			t.Error("others are to be asked for a case that has ended")
		}
		endCase("open")
		for _, path := range []string{"/desk/referrals", "/desk/referrals?view=decided&case_id=" + file.ID.String(), "/desk/authorizations/emergency?case_id=" + file.ID.String(), at + "/end"} {
			c.page("ja", path)
			c.page("en", path)
		}
		c.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{at, at + "/end", approve, strings.Replace(at, "/desk/", "/api/v1/", 1), "/desk/referrals/new?again=" + x.ID.String(), "/desk/referrals/new?case_id=" + file.ID.String()} {
			if w := c.do("GET", path, "ja", formKind, ""); w.Code != http.StatusNotFound {
				t.Errorf("another team: GET %s %d", path, w.Code)
			}
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func casePanel(t *testing.T, read func(context.Context, func(*db.Reader) error) error, queue func(*db.Batch, access.Actor, db.ID) func(context.Context) templ.Component, a access.Actor, id db.ID) string {
	t.Helper()
	b := db.NewBatch()
	draw := queue(b, a, id)
	check(t, read(context.Background(), func(q *db.Reader) error { return db.Send(q, b) }))
	ctx := text.With(context.Background(), text.JA)
	html, err := templ.ToGoHTML(ctx, draw(ctx))
	check(t, err)
	return string(html)
}
