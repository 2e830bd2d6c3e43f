package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/benefit/web"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// desk is the pages as one actor meets them.
type desk struct {
	t       *testing.T
	run     *op.Runner
	room    *benefit.Room
	catalog *catalog.Room
	door    *door.Router
	actor   access.Actor
	c       cases.Case
	meals   catalog.Benefit
	rent    catalog.Benefit
	salon   catalog.Program
}

func eachDesk(t *testing.T, f func(d *desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, _ := kizunatest.Runner(t, data)
		d := &desk{t: t, run: run, room: benefit.New(run), catalog: catalog.New(run, "JPY"), actor: kizunatest.Staff(access.Caseworker, access.Supervisor)}
		d.door = door.New(door.Config{Vault: run.Vault, Data: data, Drafts: draft.New(run.Vault, run.Clock),
			Identify: func(*http.Request) (access.Actor, error) { return d.actor, nil }})
		web.Mount(d.door, d.room)
		p, err := people.New(run).Create(t.Context(), d.actor, people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		if d.c, err = cases.New(run).Open(t.Context(), d.actor, cases.OpenInput{Person: p.ID, Kind: "housing"}); err != nil {
			t.Fatal(err)
		}
		d.setUp()
		f(d)
	})
}

// setUp enters what can be given.
func (d *desk) setUp() {
	d.t.Helper()
	ctx, manager := d.t.Context(), kizunatest.Staff(access.ProgramManager)
	give := func(in catalog.BenefitInput) catalog.Benefit {
		b, err := d.catalog.CreateBenefit(ctx, manager, in)
		if err == nil {
			b, err = d.catalog.StepBenefit(ctx, manager, b.ID, "activate", catalog.Step{Version: b.Version})
		}
		if err != nil {
			d.t.Fatal(err)
		}
		return b
	}
	d.meals = give(catalog.BenefitInput{Key: "meals", Name: text.Pair{JA: "配食サービス", EN: "Meals"}, Kind: "goods", Unit: "食", Quantity: ledger.Units(60), RecertifyMonths: 3, Frequency: "daily"})
	d.rent = give(catalog.BenefitInput{Key: "rent", Name: text.Pair{JA: "家賃補助", EN: "Rent"}, Kind: "money", Amount: ledger.Yen(40000)})
	p, err := d.catalog.CreateProgram(ctx, manager, catalog.ProgramInput{Key: "salon", Name: text.Pair{JA: "地域サロン", EN: "Salon"}})
	if err == nil {
		d.salon, err = d.catalog.StepProgram(ctx, manager, p.ID, "activate", catalog.Step{Version: p.Version})
	}
	if err != nil {
		d.t.Fatal(err)
	}
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

func (d *desk) panel() string {
	d.t.Helper()
	var out strings.Builder
	b := db.NewBatch()
	draw := web.Panels(d.room)[0].Queue(b, d.actor, d.c.ID)
	if err := d.run.Read(d.t.Context(), func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
		d.t.Fatal(err)
	}
	ctx := text.With(d.t.Context(), text.JA)
	if err := draw(ctx).Render(ctx, &out); err != nil {
		d.t.Fatal(err)
	}
	return out.String()
}

func TestABenefitByItsPages(t *testing.T) {
	eachDesk(t, func(d *desk) {
		of := "/desk/cases/" + d.c.ID.String()
		if page := d.panel(); !strings.Contains(page, "まだ給付がありません") || !strings.Contains(page, of+"/benefits/new") {
			t.Errorf("an empty panel says %s", page)
		}
		d.page("ja", of+"/benefits/new", "配食サービス", "家賃補助")
		d.page("en", of+"/benefits/new", "Meals")
		d.post(of+"/benefits", http.StatusUnprocessableEntity, "benefit_id", "")
		d.post(of+"/benefits", http.StatusUnprocessableEntity, "benefit_id", d.meals.ID.String(), "amount", "1,000")
		at := d.post(of+"/benefits", http.StatusSeeOther, "benefit_id", d.meals.ID.String(), "quantity", "４０", "until", "2027-11-23")
		d.page("ja", at, "配食サービス", "丸山 修", "承認待ち", "40 食", "毎日")
		d.page("en", at+"/edit", "Quantity")
		d.post(at, http.StatusSeeOther, "benefit_id", d.meals.ID.String(), "quantity", "60", "until", "2027-11-23", "version", "1")
		d.post(at+"/approve", http.StatusSeeOther, "version", "2")
		d.post(at+"/activate", http.StatusSeeOther, "version", "3")
		id := db.MustID(strings.TrimPrefix(at, "/desk/benefit-assignments/"))
		d.room.Delivered = func(db.Q, []db.ID) (map[db.ID]int64, error) { return map[db.ID]int64{id: 41000}, nil }
		d.page("ja", at, "41 / 60 食", "提供中", "19 食", "更新の確認")
		if page := d.panel(); !strings.Contains(page, "41 / 60 食") {
			t.Errorf("the panel has no meter: %s", page)
		}
		f, err := d.room.Get(t.Context(), d.actor, id)
		if err != nil {
			t.Fatal(err)
		}
		look := "/desk/recertifications/" + f.Looks[0].ID.String()
		d.page("ja", look+"/begin")
		d.post(look+"/begin", http.StatusSeeOther, "version", "1")
		d.page("en", look+"/lapse", "What was found")
		d.post(look+"/lapse", http.StatusUnprocessableEntity, "version", "2")
		d.post(look+"/recertify", http.StatusSeeOther, "note", "続ける", "version", "2")

		for _, step := range []string{"reject", "suspend", "end", "void"} {
			d.page("ja", at+"/"+step)
			d.page("en", at+"/"+step)
		}
		d.post(at+"/suspend", http.StatusUnprocessableEntity, "reason", "入院", "version", "4")
		d.post(at+"/suspend", http.StatusSeeOther, "reason", "入院", "ground", "hospital", "version", "4")
		d.page("ja", at, "停止中", "入院")
		d.post(at+"/end", http.StatusSeeOther, "reason", "転居", "version", "5")

		money := d.post(of+"/benefits", http.StatusSeeOther, "benefit_id", d.rent.ID.String())
		d.page("ja", money, "¥40,000", "自分が提案した金銭の給付は、ほかの人が承認します。")
		d.post(money+"/approve", http.StatusForbidden, "version", "1")

		d.page("ja", of+"/programs/new", "地域サロン")
		place := d.post(of+"/programs", http.StatusSeeOther, "program_id", d.salon.ID.String(), "person_id", d.c.Person.String())
		d.page("en", place, "Salon", "Applied")
		d.post(place+"/enrol", http.StatusSeeOther, "version", "1")
		d.page("ja", place, "利用中")
		d.page("ja", place+"/withdraw")
		d.post(of+"/programs", http.StatusConflict, "program_id", d.salon.ID.String(), "person_id", d.c.Person.String())

		worker := d.actor
		d.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: d.c.Person}
		if own := d.page("ja", "/my/benefits", "配食サービス", "地域サロン"); strings.Contains(own, "家賃補助") {
			t.Error("what is only proposed is told the resident")
		}
		d.actor.Person = db.NewID()
		d.page("en", "/my/benefits", "You receive no benefits")

		d.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{at, at + "/edit", at + "/end", place, look + "/lapse", of + "/benefits/new", of + "/programs/new"} {
			if w := d.ask(httptest.NewRequest("GET", path, nil), "ja"); w.Code != http.StatusNotFound {
				t.Errorf("another team got %s: %d", path, w.Code)
			}
		}
		d.actor = worker
	})
}

func TestABenefitByTheAPI(t *testing.T) {
	eachDesk(t, func(d *desk) {
		x := d.call("POST", "/api/v1/benefit-assignments", "", map[string]any{"case_id": d.c.ID, "benefit_id": d.meals.ID, "quantity": "12.5"}, http.StatusCreated)
		at := "/api/v1/benefit-assignments/" + x["id"].(string)
		d.call("POST", "/api/v1/benefit-assignments", "", map[string]any{"case_id": d.c.ID, "benefit_id": d.meals.ID, "status": "approved"}, http.StatusUnprocessableEntity)
		d.call("POST", at+"/approve", "", nil, http.StatusPreconditionRequired)
		got := d.call("POST", at+"/approve", "1", nil, http.StatusOK)
		totals := got["totals"].(map[string]any)
		if got["status"] != "approved" || totals["approved"] != "12.5" || totals["remaining"] != "12.5" {
			t.Errorf("approved as %v", got)
		}
		d.call("POST", at+"/approve", "1", nil, http.StatusPreconditionFailed)
		d.call("POST", at+"/end", "2", map[string]any{"reason": ""}, http.StatusUnprocessableEntity)
		money := d.call("POST", "/api/v1/benefit-assignments", "", map[string]any{"case_id": d.c.ID, "benefit_id": d.rent.ID}, http.StatusCreated)
		if money["amount"].(map[string]any)["amount"] != "40000" {
			t.Errorf("money as %v", money)
		}
		place := d.call("POST", "/api/v1/program-enrolments", "", map[string]any{"case_id": d.c.ID, "program_id": d.salon.ID}, http.StatusCreated)
		d.call("POST", "/api/v1/program-enrolments/"+place["id"].(string)+"/enrol", "1", nil, http.StatusOK)
		d.call("POST", at+"/activate", "2", nil, http.StatusOK)
		for path, n := range map[string]int{"benefit-assignments": 2, "program-enrolments": 1, "recertifications": 1} {
			if got := len(d.call("GET", "/api/v1/"+path+"?person_id="+d.c.Person.String(), "", nil, http.StatusOK)["items"].([]any)); got != n {
				t.Errorf("%d %s", got, path)
			}
		}
		first := d.call("GET", "/api/v1/benefit-assignments?limit=1", "", nil, http.StatusOK)
		next := d.call("GET", "/api/v1/benefit-assignments?limit=1&cursor="+first["next"].(string), "", nil, http.StatusOK)
		if next["items"].([]any)[0].(map[string]any)["id"] != x["id"] || next["next"] != nil {
			t.Errorf("pages %v then %v", first, next)
		}
		d.actor = kizunatest.Staff(access.Caseworker)
		d.call("GET", at, "", nil, http.StatusNotFound)
		if n := len(d.call("GET", "/api/v1/benefit-assignments", "", nil, http.StatusOK)["items"].([]any)); n != 0 {
			t.Errorf("another team lists %d", n)
		}
	})
}
