package web_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/casework/intake/web"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/people"
)

// desk is the pages as one actor at a time meets them.
type desk struct {
	t      *testing.T
	run    *op.Runner
	people *people.Room
	door   *door.Router
	papers *document.Room
	actor  access.Actor
}

func eachDesk(t *testing.T, f func(d *desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		p := people.New(run)
		papers := document.New(run, file.New(data, run.Vault, run.Clock))
		room := intake.New(run, p, cases.New(run))
		room.Documents, papers.Sees[intake.KindApplication], papers.Sees[intake.KindReferral] = papers, intake.Sees, intake.SeesReferral
		program := db.NewID()
		room.Offers = func(db.Q, calendar.Date) ([]intake.Offer, error) {
			return []intake.Offer{{Program: program, Name: text.Pair{JA: "住居確保給付金", EN: "Housing benefit"}}}, nil
		}
		d := &desk{t: t, run: run, people: p, papers: papers, actor: kizunatest.Staff(access.IntakeWorker)}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, room)
		f(d)
	})
}

func (d *desk) ask(method, path, lang, body, kind string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Accept-Language", lang)
	if body != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	return w
}

func (d *desk) page(lang, path string, says ...string) string {
	d.t.Helper()
	w := d.ask("GET", path, lang, "", "")
	return d.read("GET "+path, w, http.StatusOK, says...)
}

func (d *desk) read(what string, w *httptest.ResponseRecorder, want int, says ...string) string {
	d.t.Helper()
	said := html.UnescapeString(w.Body.String())
	if w.Code != want {
		d.t.Fatalf("%s: %d, not %d: %.800s", what, w.Code, want, said)
	}
	for _, s := range says {
		if !strings.Contains(said, s) {
			d.t.Errorf("%s does not say %q", what, s)
		}
	}
	return said
}

func (d *desk) post(path string, want int, pairs ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := d.ask("POST", path, "ja", form.Encode(), "application/x-www-form-urlencoded")
	d.read("POST "+path, w, want)
	return w
}

func (d *desk) call(method, path, version string, in any, want int) map[string]any {
	d.t.Helper()
	body := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			d.t.Fatal(err)
		}
		body = string(b)
	}
	var headers []string
	if version != "" {
		headers = []string{"If-Match", `"` + version + `"`}
	}
	w := d.ask(method, path, "en", body, "application/json", headers...)
	out := map[string]any{}
	if w.Code != want || json.Unmarshal(w.Body.Bytes(), &out) != nil {
		d.t.Fatalf("%s %s: %d, not %d: %.600s", method, path, w.Code, want, w.Body)
	}
	return out
}

var aReceipt = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)

func (d *desk) osamu() people.Person {
	d.t.Helper()
	p, err := d.people.Create(d.t.Context(), d.actor, people.PersonInput{
		Names: []people.NameInput{{Family: "丸山", Given: "修", FamilyKana: "まるやま", GivenKana: "おさむ"}}, BirthDate: "1968-04-12"})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func TestFromTheStreetToACase(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker := d.actor
		p := d.osamu()

		d.actor = access.Nobody()
		v := d.visitor()
		v.reports()
		v.sends()
		receipt := aReceipt.FindString(v.page)
		if receipt == "" {
			t.Fatal("no receipt was shown")
		}
		d.page("ja", "/public/receipt")
		d.read("progress", d.post("/public/receipt", http.StatusOK, "receipt", strings.ToLower(receipt)), http.StatusOK, "受け付けました")
		d.post("/public/receipt", http.StatusUnprocessableEntity, "receipt", "0000-0000-0000")
		for _, path := range []string{"/desk/intake", "/my/applications"} {
			if w := d.ask("GET", path, "ja", "", ""); w.Code == http.StatusOK {
				t.Errorf("the public got %s", path)
			}
		}

		d.actor = worker
		list := d.page("ja", "/desk/intake", "まるやま", "通告・苦情")
		at := regexp.MustCompile(`/desk/intake/complaints/[0-9a-f-]{36}`).FindString(list)
		page := d.page("ja", at, "雨漏りの部屋", "届け出た人の名前は封をしてあります", "住まいを失うおそれ")
		d.page("en", at, "Put on a case", "Priority")
		if strings.Contains(list+page, "田島") {
			t.Error("a page names the reporter")
		}
		d.read("reveal", d.post(at+"/reveal", http.StatusOK), http.StatusOK, "田島よしえ")
		for _, step := range []string{"review", "no_action", "send_elsewhere", "propose_screening_out", "screen_out", "report"} {
			d.page("ja", at+"/"+step)
			d.page("en", at+"/"+step)
		}
		d.post(at+"/review", http.StatusSeeOther, "version", "1")
		d.post(at+"/no_action", http.StatusUnprocessableEntity, "version", "2")
		d.page("ja", at+"/join", "丸山 修", "新しいケースを開く")
		d.post(at+"/join", http.StatusUnprocessableEntity, "version", "2", "who", p.ID.String())
		d.post(at+"/join", http.StatusPreconditionFailed, "version", "1", "who", p.ID.String(), "into", "new", "main_kind", "housing")
		d.post(at+"/join", http.StatusSeeOther, "version", "2", "who", p.ID.String(), "into", "new", "main_kind", "housing")
		d.page("ja", at, "対応済み")

		d.actor = kizunatest.Staff(access.Caseworker)
		if w := d.ask("GET", at, "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("another team got a complaint: %d", w.Code)
		}
		if w := d.ask("POST", at+"/reveal", "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("a caseworker of another team revealed a reporter: %d", w.Code)
		}
	})
}

func TestTheDeskTakesDown(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for _, segment := range []string{"complaints", "inbound-referrals", "applications", "inquiries"} {
			d.page("ja", "/desk/intake/"+segment+"/new")
			d.page("en", "/desk/intake/"+segment+"/new")
			d.post("/desk/intake/"+segment, http.StatusUnprocessableEntity, "channel", "phone")
		}
		at := d.post("/desk/intake/inquiries", http.StatusSeeOther, "channel", "phone", "body", "家賃の相談").Header().Get("Location")
		d.page("ja", at, "家賃の相談")
		d.page("ja", at+"/answer")
		d.post(at+"/answer", http.StatusSeeOther, "version", "1", "answer", "窓口を案内した")
		at = d.post("/desk/intake/inbound-referrals", http.StatusSeeOther, "channel", "fax", "source", "港南病院", "client", "丸山 修", "need", "退院後の住まい").Header().Get("Location")
		d.page("en", at, "退院後の住まい")
		d.page("ja", at+"/join", "丸山 修さんを新しく登録する")
		d.post(at+"/join", http.StatusSeeOther, "version", "1", "who", "register", "into", "new", "main_kind", "housing", "answer", "引き受けました")
		d.page("ja", at, "受入れ", "丸山 修")
		w := d.post("/desk/intake/applications", http.StatusOK, "channel", "counter", "applicant/family", "丸山", "applicant/given", "修", "wish", "配食", "income", "83,000")
		if aReceipt.FindString(w.Body.String()) == "" {
			t.Error("no receipt for the counter")
		}
		d.page("en", "/desk/intake?kind=application", "丸山 修")
	})
}

func TestByTheAPI(t *testing.T) {
	eachDesk(t, func(d *desk) {
		p := d.osamu()
		made := d.call("POST", "/api/v1/complaints", "", map[string]any{"allegations": []string{"eviction"}, "body": "x", "reporter": map[string]any{"name": "田島"}}, http.StatusCreated)
		at := "/api/v1/complaints/" + made["id"].(string)
		got := d.call("GET", at, "", nil, http.StatusOK)
		if said, _ := json.Marshal(got); strings.Contains(string(said), "田島") || got["priority"].(float64) != 15 {
			t.Errorf("complaint: %s", said)
		}
		joined := d.call("POST", at+"/join", "1", map[string]any{"person_id": p.ID, "open": map[string]any{"main_kind": "housing"}}, http.StatusOK)
		d.call("POST", at+"/join", "1", map[string]any{"person_id": p.ID, "open": map[string]any{"main_kind": "housing"}}, http.StatusPreconditionFailed)
		ref := d.call("POST", "/api/v1/inbound-referrals", "", map[string]any{"source": "港南病院", "client": "丸山", "need": "住まい"}, http.StatusCreated)
		d.call("POST", "/api/v1/inbound-referrals/"+ref["id"].(string)+"/join", "1", map[string]any{"person_id": p.ID, "case_id": joined["case_id"]}, http.StatusOK)
		app := d.call("POST", "/api/v1/applications", "", map[string]any{"person_id": p.ID, "items": []map[string]any{{"label": "配食"}},
			"incomes": []map[string]any{{"amount": map[string]any{"amount": "83000", "currency": "JPY"}}}}, http.StatusCreated)
		at = "/api/v1/applications/" + app["id"].(string)
		app = d.call("POST", at+"/submit", "1", nil, http.StatusOK)
		if app["status"] != "submitted" || len(app["items"].([]any)) != 1 {
			t.Errorf("application: %v", app)
		}
		d.call("POST", at+"/join", "2", map[string]any{"case_id": joined["case_id"]}, http.StatusOK)
		inq := d.call("POST", "/api/v1/inquiries", "", map[string]any{"channel": "phone", "body": "x"}, http.StatusCreated)
		d.call("POST", "/api/v1/inquiries/"+inq["id"].(string)+"/answer", "1", map[string]any{"answer": "y"}, http.StatusOK)
		if list := d.call("GET", "/api/v1/applications", "", nil, http.StatusOK); len(list["items"].([]any)) != 1 {
			t.Errorf("waiting: %v", list)
		}
	})
}

// TestACaseOutOfSight says that something was tied to a case where the reader may not see which.
func TestACaseOutOfSight(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, owner := d.t.Context(), kizunatest.Staff(access.Caseworker)
		p, err := d.people.Create(ctx, owner, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := cases.New(d.run).Open(ctx, owner, cases.OpenInput{Person: p.ID, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		got := d.call("POST", "/api/v1/inquiries", "", map[string]any{"channel": "phone", "body": "家賃のこと"}, http.StatusCreated)
		id := got["id"].(string)
		d.page("ja", "/desk/intake/inquiries/"+id, "まだケースにつながっていません")
		d.call("POST", "/api/v1/inquiries/"+id+"/join", `"1"`, map[string]any{"case_id": c.ID, "answer": "担当が伺います"}, http.StatusOK)
		said := d.page("en", "/desk/intake/inquiries/"+id, "On a case that is not shown to you")
		d.page("en", "/desk/intake/inquiries/"+id+"/leave", "On no case that is shown to you", "ask its owner or a supervisor")
		if strings.Contains(said, c.Number) || strings.Contains(said, "Not on a case yet") {
			t.Error("the page of a reader who does not see the case names it, or says there is none")
		}
		d.actor = owner
		d.page("en", "/desk/intake/inquiries/"+id, c.Number)
	})
}
