package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/assessment/web"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
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

// story is a case with a form, a benefit and a rule behind it.
type story struct {
	*visitor
	run     *op.Runner
	room    *assessment.Room
	file    cases.Case
	benefit catalog.Benefit
}

func pair(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

func eachStory(t *testing.T, f func(s *story)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(tell(t, run))
	})
}

func tell(t *testing.T, run *op.Runner) *story {
	ctx, admin, worker := context.Background(), kizunatest.Staff(access.Administrator), kizunatest.Staff(access.Caseworker)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	help := catalog.New(run, "JPY")
	help.Facts = append(help.Facts, assessment.Known{})
	s := &story{run: run, room: assessment.New(run, help, "JPY")}
	s.visitor = visit(t, run, worker, func(d *door.Router) { web.Mount(d, s.room) })
	made, err := form.New(run).Create(ctx, admin, form.FormInput{Key: "life", Title: pair("くらしのアセスメント", "Life"), Purpose: "assessment", Definition: form.Definition{
		Sections: []form.Section{
			{Key: "home", Title: pair("住まい", "Home"), Questions: []form.Question{
				{Key: "unstable", Kind: "yes_no", Label: pair("住まいが不安定", "Unstable home"), Required: true, Score: 3, MapTo: "need/housing"},
				{Key: "weeks", Kind: "number", Label: pair("あと何週間", "Weeks left"), Show: "unstable", Required: true}}},
			{Key: "loss", Title: pair("死別", "Loss"), Show: "unstable", Questions: []form.Question{{Key: "lost", Kind: "yes_no", Label: pair("家族を亡くした", "Lost somebody"), Score: 2, MapTo: "need/grief"}}},
			{Key: "end", Title: pair("おわりに", "End"), Questions: []form.Question{{Key: "wish", Kind: "long_text", Label: pair("希望", "Wish")}}},
		},
		Bands: []form.Band{{Key: "low", From: 0, Label: pair("軽い", "Low")}, {Key: "high", From: 3, Label: pair("重い", "High")}},
	}})
	check(err)
	_, err = form.New(run).Publish(ctx, admin, made.ID, made.Version)
	check(err)
	p, err := people.New(run).Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}, BirthDate: "1968-04-12"})
	check(err)
	s.file, err = cases.New(run).Open(ctx, worker, cases.OpenInput{Person: p.ID, Kind: "housing"})
	check(err)
	s.benefit, err = help.CreateBenefit(ctx, admin, catalog.BenefitInput{Key: "rent", Name: pair("住居確保給付", "Rent help"), Kind: "money"})
	check(err)
	s.benefit, err = help.StepBenefit(ctx, admin, s.benefit.ID, "activate", catalog.Step{Version: s.benefit.Version})
	check(err)
	r, err := help.CreateRule(ctx, admin, catalog.RuleInput{SubjectKind: "benefit", Subject: s.benefit.ID, Name: pair("給付の要件", "Rule"), Rule: rule.Rule{
		Conditions: []rule.Condition{{Key: "adult", Label: pair("18歳以上である", "Adult"), Expr: "age >= 18"}, {Key: "income", Label: pair("収入が基準以下である", "Income"), Expr: "monthly_income <= 120000"}},
		Amount:     "45000",
		Examples:   []rule.Example{{Name: pair("例", "Example"), Want: rule.Met, Facts: rule.Facts{"age": rule.Whole(58), "monthly_income": rule.Amount(0, 0)}}},
	}})
	check(err)
	_, err = help.PublishRule(ctx, admin, r.ID, catalog.Step{Version: r.Version})
	check(err)
	return s
}

func TestAnAssessmentByItsPages(t *testing.T) {
	eachStory(t, func(s *story) {
		of := "case_id=" + s.file.ID.String()
		s.page("/desk/assessments/new?"+of, "くらしのアセスメント", "髙橋 修")
		s.post("/desk/assessments", http.StatusUnprocessableEntity, "case_id", s.file.ID.String(), "form_key", "nothing")
		fill, _ := s.post("/desk/assessments", http.StatusSeeOther, "case_id", s.file.ID.String(), "form_key", "life")
		at := strings.TrimSuffix(fill, "/fill")
		if page := s.page(fill, "住まいが不安定"); strings.Contains(page, "あと何週間") || strings.Contains(page, "死別") {
			s.t.Error("what does not apply is asked")
		}
		to, _ := s.post(fill, http.StatusSeeOther, "section", "home", "version", "1", "answers/unstable", "true", "do", "continue")
		if to != fill+"?section=home" {
			s.t.Errorf("the questions that follow are passed over: %s", to)
		}
		s.page(to, "あと何週間", "死別")
		_, page := s.post(fill, http.StatusUnprocessableEntity, "section", "home", "version", "2", "answers/unstable", "true", "answers/weeks", "たくさん")
		if !strings.Contains(page, "たくさん") {
			s.t.Error("what was typed is lost")
		}
		to, _ = s.post(fill, http.StatusSeeOther, "section", "home", "version", "2", "answers/unstable", "true", "do", "continue")
		if to != fill+"?section=loss" {
			s.t.Errorf("goes on to %s", to)
		}
		_, page = s.post(at+"/complete", http.StatusUnprocessableEntity, "version", "1")
		if !strings.Contains(page, "answers/weeks") {
			s.t.Error("completing does not lead to what is missing")
		}
		s.post(fill, http.StatusSeeOther, "section", "home", "version", "2", "answers/unstable", "true", "answers/weeks", "３")
		to, _ = s.post(fill, http.StatusSeeOther, "section", "loss", "version", "3", "answers/lost", "true", "do", "later")
		if to != "/desk/cases/"+s.file.ID.String() {
			s.t.Errorf("later leads to %s", to)
		}
		to, _ = s.post(fill, http.StatusSeeOther, "section", "end", "version", "4", "answers/wish", "ここで暮らしたい")
		if to != at {
			s.t.Errorf("the end leads to %s", to)
		}
		s.page(at, "ここで暮らしたい", "完了する")
		s.post(at+"/complete", http.StatusSeeOther, "version", "1")
		s.page(at, "重い", "+3点", "回答から考えられる課題", "死別")
		id := strings.TrimPrefix(at, "/desk/assessments/")
		to, _ = s.post("/desk/needs", http.StatusSeeOther, "case_id", s.file.ID.String(), "assessment_id", id, "kind", "grief")
		if to != at {
			s.t.Errorf("the need leads to %s", to)
		}
		s.page(at+"/override", "点数のとおり")
		s.post(at+"/override", http.StatusUnprocessableEntity, "version", "2", "band", "low", "reason", "")
		s.post(at+"/override", http.StatusSeeOther, "version", "2", "band", "low", "reason", "家族が近くにいる")
		s.page(at, "家族が近くにいる")
		s.needs(of)
	})
}

func (s *story) needs(of string) {
	s.page("/desk/needs/new?"+of, "住まい")
	s.post("/desk/needs", http.StatusUnprocessableEntity, "case_id", s.file.ID.String(), "kind", "")
	s.post("/desk/needs", http.StatusSeeOther, "case_id", s.file.ID.String(), "kind", "housing", "severity", "high", "detail", "退去を求められている")
	list := s.call("GET", "/api/v1/needs?"+of, "", "", http.StatusOK)["items"].([]any)
	if len(list) != 2 {
		s.t.Fatalf("%v", list)
	}
	path := "/desk/needs/" + list[0].(map[string]any)["id"].(string)
	s.page(path + "/defer")
	s.post(path+"/defer", http.StatusUnprocessableEntity, "version", "1", "reason", "")
	s.post(path+"/defer", http.StatusSeeOther, "version", "1", "reason", "入院中", "review_on", "令和9年1月15日")
	s.post(path+"/reopen", http.StatusSeeOther, "version", "2")
	s.post(path+"/address", http.StatusSeeOther, "version", "3")
	panel := s.panel()
	for _, says := range []string{"退去を求められている", "くらしのアセスメント", "対応済み"} {
		if !strings.Contains(panel, says) {
			s.t.Errorf("the case's page does not say %q", says)
		}
	}
}

// panel is this room's part of the case's page.
func (s *story) panel() string {
	var out strings.Builder
	for _, x := range web.Panels() {
		b := db.NewBatch()
		draw := x.Queue(b, s.actor, s.file.ID)
		if err := s.run.Read(context.Background(), func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
			s.t.Fatal(err)
		}
		ctx := text.With(context.Background(), text.JA)
		if err := draw(ctx).Render(ctx, &out); err != nil {
			s.t.Fatal(err)
		}
	}
	return out.String()
}

func TestDeterminationAndDecisionByTheirPages(t *testing.T) {
	eachStory(t, func(s *story) {
		of := "case_id=" + s.file.ID.String()
		s.page("/desk/determinations/new?"+of, "住居確保給付")
		sheet := "/desk/determinations/new?" + of + "&subject=benefit%3A" + s.benefit.ID.String()
		s.page(sheet, "給付の要件", "58", "記録にありません")
		_, page := s.post("/desk/determinations", http.StatusUnprocessableEntity, "case_id", s.file.ID.String(), "subject_kind", "benefit", "subject_id", s.benefit.ID.String(), "facts/monthly_income", "たくさん")
		if !strings.Contains(page, "たくさん") {
			s.t.Error("what was typed is lost")
		}
		facts := []string{"case_id", s.file.ID.String(), "person_id", "", "item_kind", "", "item_id", "", "subject_kind", "benefit", "subject_id", s.benefit.ID.String()}
		to, _ := s.post("/desk/determinations", http.StatusSeeOther, append(facts, "facts/age", "58", "facts/monthly_income", "")...)
		s.page(to, "まだ判定できません", "月収がわかりません", "該当")
		to, _ = s.post("/desk/determinations", http.StatusSeeOther, append(facts, "facts/monthly_income", "150,000")...)
		s.page(to, "満たしていない条件があります", "収入が基準以下である", "¥150,000", "「月収」が¥120,000以下であれば満たします", "担当者が入力")
		_, page = s.post(to+"/replay", http.StatusOK)
		if !strings.Contains(page, "同じ結果になりました") {
			s.t.Error("the replay does not say how it came out")
		}
		s.decide()
	})
}

func (s *story) decide() {
	item := assessment.Item{Kind: "application_item", ID: db.NewID(), Case: s.file.ID, Person: s.file.Person, SubjectKind: "benefit", Subject: s.benefit.ID, From: "2026-12-01"}
	s.room.Items["application_item"] = func(db.Q, access.Actor, calendar.Time, db.ID) (assessment.Item, error) { return item, nil }
	of := "item_kind=application_item&item_id=" + item.ID.String()
	s.page("/desk/decisions/new?"+of, "まだ判定していません")
	s.page("/desk/determinations/new?"+of, "給付の要件")
	to, _ := s.post("/desk/determinations", http.StatusSeeOther, "item_kind", "application_item", "item_id", item.ID.String(), "facts/monthly_income", "0")
	id := strings.TrimPrefix(to, "/desk/determinations/")
	s.page("/desk/decisions/new?"+of, "45,000", "該当")
	base := []string{"item_kind", "application_item", "item_id", item.ID.String(), "determination_id", id}
	s.post("/desk/decisions", http.StatusUnprocessableEntity, append(base, "result", "denied")...)
	to, _ = s.post("/desk/decisions", http.StatusSeeOther, append(base, "result", "approved", "amount", "45,000", "quantity", "", "from", "2026-12-01", "until", "")...)
	s.page(to, "承認", "¥45,000")
	if w := s.ask("GET", "/desk/decisions/new?"+of, "ja", "", ""); w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		s.t.Errorf("a decided item is asked again: %d", w.Code)
	}
	d := s.call("GET", "/api/v1/decisions?case_id="+s.file.ID.String(), "", "", http.StatusOK)["items"].([]any)
	if len(d) != 1 || d[0].(map[string]any)["amount"].(map[string]any)["amount"] != "45000" {
		s.t.Errorf("%v", d)
	}
}

func TestAssessmentsInTheAPI(t *testing.T) {
	eachStory(t, func(s *story) {
		of := s.file.ID.String()
		x := s.call("POST", "/api/v1/assessments", "", `{"case_id":"`+of+`","form_key":"life","suggest":true,"why":"死別"}`, http.StatusCreated)
		path := "/api/v1/assessments/" + x["id"].(string)
		x = s.call("POST", path+"/start", `"1"`, `{}`, http.StatusOK)
		if x["status"] != "in_progress" || len(x["missing"].([]any)) != 1 {
			s.t.Errorf("%v", x)
		}
		x = s.call("POST", path+"/answers", "", `{"answers":{"unstable":true},"answers_version":1}`, http.StatusOK)
		if x["missing"].([]any)[0] != "/answers/weeks" || x["answers_version"] != 2.0 {
			s.t.Errorf("%v", x)
		}
		s.call("POST", path+"/complete", `"2"`, `{}`, http.StatusUnprocessableEntity)
		s.call("POST", path+"/answers", "", `{"answers":{"weeks":"x"},"answers_version":2}`, http.StatusUnprocessableEntity)
		now := s.call("GET", path, "", "", http.StatusOK)
		if now["answers_version"] != 2.0 {
			s.t.Errorf("what could not be read moved the answers: %v", now)
		}
		s.call("POST", path+"/answers", "", `{"answers":{"weeks":3},"answers_version":2}`, http.StatusOK)
		x = s.call("POST", path+"/complete", `"2"`, `{}`, http.StatusOK)
		if x["score"] != "3" || x["band"] != "high" {
			s.t.Errorf("%v", x)
		}
		s.call("POST", path+"/amend", `"3"`, `{"answers":{"lost":true},"reason":"追記"}`, http.StatusOK)
		s.call("POST", path+"/override", `"4"`, `{"band":"low","reason":"x"}`, http.StatusOK)
		n := s.call("POST", "/api/v1/needs", "", `{"case_id":"`+of+`","kind":"grief"}`, http.StatusCreated)
		need := "/api/v1/needs/" + n["id"].(string)
		s.call("PATCH", need, `"1"`, `{"severity":"high"}`, http.StatusOK)
		s.call("POST", need+"/defer", `"2"`, `{"reason":"x"}`, http.StatusOK)
		s.call("POST", need+"/reopen", `"3"`, `{}`, http.StatusOK)
		s.call("POST", need+"/address", `"4"`, `{}`, http.StatusOK)
		d := s.call("POST", "/api/v1/determinations", "", `{"case_id":"`+of+`","subject_kind":"benefit","subject_id":"`+s.benefit.ID.String()+`","facts":{"monthly_income":0}}`, http.StatusCreated)
		if d["state"] != "met" || d["amount"].(map[string]any)["amount"] != "45000" {
			s.t.Errorf("%v", d)
		}
		again := s.call("POST", "/api/v1/determinations/"+d["id"].(string)+"/replay", "", `{}`, http.StatusOK)
		if again["same"] != true {
			s.t.Errorf("%v", again)
		}
		s.actor = kizunatest.Staff(access.Caseworker)
		for _, hidden := range []string{path, need, "/api/v1/determinations/" + d["id"].(string), "/api/v1/assessments?case_id=" + of} {
			s.call("GET", hidden, "", "", http.StatusNotFound)
		}
	})
}
