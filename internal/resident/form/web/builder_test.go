package web_test

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/web"
	"kizuna/internal/resident/people"
)

// builder is the pages of a room, with a draft to build on.
type builder struct {
	*visitor
	room *form.Room
	id   db.ID
	at   string
}

func building(t *testing.T, run *op.Runner, d form.Definition) builder {
	t.Helper()
	room := form.New(run)
	v := visit(t, run, kizunatest.Staff(access.Administrator), func(d *door.Router) { web.Mount(d, room, base) })
	f, err := room.Create(context.Background(), v.actor, form.FormInput{Key: "home", Title: text.Pair{JA: "住まい", EN: "Home"}, Purpose: "assessment", Definition: d})
	if err != nil {
		t.Fatal(err)
	}
	return builder{v, room, f.ID, "/admin/forms/" + f.ID.String()}
}

func (b builder) draft() form.Form {
	b.t.Helper()
	f, _, err := b.room.Get(context.Background(), b.actor, b.id)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

var (
	inputs  = regexp.MustCompile(`<input[^>]*>`)
	areas   = regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`)
	selects = regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>`)
	chosen  = regexp.MustCompile(`<option value="([^"]*)"[^>]* selected`)
	attr    = regexp.MustCompile(`(name|value|type)="([^"]*)"`)
	unhtml  = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// fields are what a browser would send of a page's form, without any button.
func fields(page string) url.Values {
	out := url.Values{}
	for _, tag := range inputs.FindAllString(page, -1) {
		a := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(tag, -1) {
			a[m[1]] = unhtml.Replace(m[2])
		}
		if a["name"] == "" || (a["type"] == "checkbox" || a["type"] == "radio") && !strings.Contains(tag, " checked") || a["name"] == "q" {
			continue
		}
		out.Add(a["name"], a["value"])
	}
	for _, m := range areas.FindAllStringSubmatch(page, -1) {
		out.Set(m[1], unhtml.Replace(m[2]))
	}
	for _, m := range selects.FindAllStringSubmatch(page, -1) {
		if c := chosen.FindStringSubmatch(m[2]); c != nil {
			out.Set(m[1], c[1])
		}
	}
	return out
}

// send posts fields, changed in pairs.
func (b builder) send(path string, want int, typed url.Values, pairs ...string) (to, body string) {
	b.t.Helper()
	var all []string
	for i := 0; i+1 < len(pairs); i += 2 {
		typed.Set(pairs[i], pairs[i+1])
	}
	for name, values := range typed {
		for _, v := range values {
			all = append(all, name, v)
		}
	}
	return b.post(path, want, all...)
}

func two() form.Definition {
	pair := func(s string) text.Pair { return text.Pair{JA: s, EN: s + " (en)"} }
	return form.Definition{Sections: []form.Section{
		{Key: "one", Title: pair("一"), Questions: []form.Question{
			{Key: "late", Kind: "yes_no", Label: pair("滞納").Set("vi", "Trễ"), Required: true, Score: 2, MapTo: "need/housing", LinkID: "/1", Codes: []form.Code{{System: "http://loinc.org", Code: "1-8"}}},
			{Key: "kind", Kind: "choice", Label: pair("種類"), Options: []form.Option{{Value: "rent", Label: pair("賃貸"), Score: 1, Code: &form.Code{System: "http://loinc.org", Code: "LA 1"}}, {Value: "late", Label: pair("持ち家"), MapTo: "need/x"}}},
			{Key: "months", Kind: "number", Label: pair("月数"), Hint: pair("数"), Show: "late || kind == 'late'", RequiredWhen: "late", Min: "1", Max: "60", Score: -1},
		}},
		{Key: "two", Title: pair("二"), Hint: pair("次"), Show: "late", Questions: []form.Question{
			{Key: "rent", Kind: "money", Label: pair("家賃"), Currency: "USD"}, {Key: "note", Kind: "note", Label: pair("以上")},
			{Key: "half", Kind: "number", Label: pair("半分"), Calculate: "rent / 2"}}},
	}, Score: "points * 2", Bands: []form.Band{{Key: "low", From: -3, Label: pair("低い")}}}
}

func TestBuilderKeepsWhatItDoesNotShow(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		before := fmt.Sprintf("%+v", b.draft().Definition.V)
		b.send(b.at, http.StatusSeeOther, fields(b.page(b.at+"/edit")))
		for _, n := range []string{"1", "2"} {
			to, _ := b.send(b.at+"/sections/"+n, http.StatusSeeOther, fields(b.page(b.at+"/sections/"+n)))
			if to != b.at+"/edit#section-"+n {
				t.Errorf("a section without fault leads to %s", to)
			}
		}
		after := b.draft().Definition.V
		code := after.Sections[0].Questions[1].Options[0].Code
		after.Sections[0].Questions[1].Options[0].Code = two().Sections[0].Questions[1].Options[0].Code
		if code == nil || *code != *after.Sections[0].Questions[1].Options[0].Code {
			t.Errorf("the code of a choice is %v", code)
		}
		strip := regexp.MustCompile(`Code:0x[0-9a-f]+`)
		if got := strip.ReplaceAllString(fmt.Sprintf("%+v", after), "Code:"); got != strip.ReplaceAllString(before, "Code:") {
			t.Errorf("opened and saved, it is\n%s\nand was\n%s", got, before)
		}
	})
}

func TestBuilderArrangesSections(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		keys := func() string {
			s := ""
			for _, x := range b.draft().Definition.V.Sections {
				s += x.Key + " "
			}
			return s
		}
		for _, c := range []struct{ do, to, want string }{
			{"down:0", "/edit#section-2", "two one "}, {"up:1", "/edit#section-1", "one two "}, {"copy:0", "/edit#section-2", "one one_2 two "},
			{"drop:1", "/edit#section-1", "one two "}, {"new", "/sections/3", "one two section "}, {"drop:9", "/edit", "one two section "}, {"up:0", "/edit#section-1", "one two section "},
		} {
			to, _ := b.send(b.at, http.StatusSeeOther, fields(b.page(b.at+"/edit")), "do", c.do, "intro/ja", "はじめに")
			if got := keys(); got != c.want || to != b.at+c.to {
				t.Errorf("%s: %s at %s, not %s at %s", c.do, got, to, c.want, c.to)
			}
			if q, ok := b.draft().Definition.V.Find("months_2"); c.do == "copy:0" && (!ok || q.Show != "late_2 || kind_2 == 'late'") {
				t.Errorf("the copy speaks of others: %+v", q)
			}
		}
		if b.draft().Definition.V.Intro.JA != "はじめに" {
			t.Error("what was typed beside the button is lost")
		}
		b.page(b.at+"/edit", "直すところ", b.at+"/sections/3#f-title-ja")
		b.page(b.at+"/sections/3", "質問を加える")
		if w := b.ask("GET", b.at+"/sections/4", "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("a section that is not there: %d", w.Code)
		}
	})
}

func TestBuilderArrangesQuestionsBeforeAnythingIsKept(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		at := b.at + "/sections/1"
		typed := fields(b.page(at))
		keys := func() string {
			s := ""
			for i := 0; typed.Has(fmt.Sprintf("questions/%d/kind", i)); i++ {
				s += typed.Get(fmt.Sprintf("questions/%d/key", i)) + " "
			}
			return s
		}
		press := func(do, want string) string {
			t.Helper()
			_, page := b.send(at, http.StatusOK, typed, "do", do, "questions/0/score", "many")
			if typed = fields(page); keys() != want {
				t.Errorf("%s: %s, not %s", do, keys(), want)
			}
			return page
		}
		press("down:0", "kind late months ")
		if typed.Get("questions/1/score") != "many" {
			t.Error("what was typed did not move along, or is lost")
		}
		press("up:1", "late kind months ")
		press("copy:1", "late kind kind_2 months ")
		press("drop:2", "late kind months ")
		typed.Set("new_kind", "choice")
		page := press("new", "late kind months question ")
		if !strings.Contains(page, "questions/3/options/1/value") {
			t.Error("a new question of one choice has no fields for choices")
		}
		press("add:questions/3/options", "late kind months question ")
		press("remove:questions/3/options/0", "late kind months question ")
		typed.Set("questions/3/kind", "number")
		if page = press("look", "late kind months question "); !strings.Contains(page, "questions/3/min") {
			t.Error("the fields of the kind chosen are not there")
		}
		if b.draft().Version != 1 {
			t.Error("something was kept")
		}
		_, page = b.send(at, http.StatusUnprocessableEntity, typed, "questions/0/score", "many")
		if !strings.Contains(page, "整数で入力してください") || !strings.Contains(page, `value="many"`) {
			t.Error("what is no number is not said, or not shown as typed")
		}
		typed = fields(page)
		to, _ := b.send(at, http.StatusSeeOther, typed, "questions/0/score", "5", "questions/0/show", "late &&", "questions/3/label/ja", "")
		if to != at || b.draft().Definition.V.Sections[0].Questions[0].Score != 5 {
			t.Errorf("an unfinished section leads to %s", to)
		}
		b.page(at, "公開する前に、次のところを直してください", "かっこや演算子", "late &amp;&amp;")
	})
}

func TestExpressionsAreLookedAtWhileTheyAreTyped(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		typed := fields(b.page(b.at + "/sections/1"))
		for source, want := range map[string]string{"late": "このまま使えます", "nobody": "nobody", "months > 3": "後にあります", "": ""} {
			_, said := b.send(b.at+"/sections/1/check", http.StatusOK, typed, "check", "questions/1/show", "questions/1/show", source)
			if !strings.Contains(said, want) || want == "" && strings.TrimSpace(said) != "" || strings.Contains(said, "<html") {
				t.Errorf("%s: %s", source, said)
			}
		}
		typed = fields(b.page(b.at + "/edit"))
		_, said := b.send(b.at+"/check", http.StatusOK, typed, "check", "score", "score", "points *")
		if !strings.Contains(said, "fault") {
			t.Errorf("score: %s", said)
		}
	})
}

func TestTwoBuildersOfOneForm(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		first, second := fields(b.page(b.at+"/sections/1")), fields(b.page(b.at+"/sections/2"))
		again, head := fields(b.page(b.at+"/sections/1")), fields(b.page(b.at+"/edit"))
		late := fields(b.page(b.at + "/sections/1"))
		b.send(b.at+"/sections/1", http.StatusSeeOther, first, "questions/0/label/ja", "遅れ")
		b.send(b.at+"/sections/2", http.StatusSeeOther, second, "title/ja", "第二") // another section is in nobody's way
		b.send(b.at, http.StatusSeeOther, head, "intro/ja", "説明")                 // nor is the head
		_, page := b.send(b.at+"/sections/1", http.StatusPreconditionFailed, again, "questions/0/label/ja", "おくれ", "questions/1/label/ja", "住まいの種類")
		for _, s := range []string{"遅れ", "おくれ", "質問1 › 質問文（日本語）"} {
			if !strings.Contains(page, s) {
				t.Errorf("the page of both sides does not say %q", s)
			}
		}
		late.Set("new_kind", "text")
		_, page = b.send(b.at+"/sections/1", http.StatusOK, late, "do", "new")
		late = fields(page)
		_, page = b.send(b.at+"/sections/1", http.StatusConflict, late, "questions/3/label/ja", "新しい")
		if !strings.Contains(page, "ほかの人が変えたところ") || !strings.Contains(page, "遅れ") || !strings.Contains(page, "新しい") {
			t.Error("what the other changed, or what was typed, is not shown")
		}
		b.send(b.at+"/sections/1", http.StatusSeeOther, fields(page))
		got := b.draft().Definition.V
		if got.Intro.JA != "説明" || got.Sections[1].Title.JA != "第二" || got.Sections[0].Questions[0].Label.JA != "滞納" || len(got.Sections[0].Questions) != 4 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTheTextOfTwoBuilders(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		typed := fields(b.page(b.at + "/text"))
		b.send(b.at+"/sections/1", http.StatusSeeOther, fields(b.page(b.at+"/sections/1")), "questions/0/label/ja", "遅れ")
		_, page := b.post(b.at+"/text", http.StatusPreconditionFailed, "version", typed.Get("version"), "definition", strings.Replace(typed.Get("definition"), "月数", "何か月", 1))
		if !strings.Contains(page, "何か月") || !strings.Contains(page, "遅れ") {
			t.Error("both sides are not shown")
		}
	})
}

func TestPublishedFormsAreNotBuilt(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		section := fields(b.page(b.at + "/sections/1"))
		b.post(b.at+"/publish", http.StatusSeeOther, "version", "1")
		for _, path := range []string{"/edit", "/text", "/sections/1"} {
			if w := b.ask("GET", b.at+path, "ja", "", ""); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "新しい版") {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		b.send(b.at+"/sections/1", http.StatusConflict, section)
		to, _ := b.post("/admin/forms", http.StatusSeeOther, "key", "home", "title/ja", "住まい", "title/en", "", "purpose", "assessment", "protected_class", "", "from", b.id.String())
		next := strings.TrimSuffix(to, "/edit")
		b.page(next, "第1版から変わるところ", "変わるところはありません")
		b.send(next+"/sections/1", http.StatusSeeOther, fields(b.page(next+"/sections/1")), "questions/0/label/ja", "遅れていますか", "questions/1/options/0/score", "4")
		b.page(next, "質問を変更", "質問文", "選択肢")
	})
}

// parts posts a form as parts, with a file where one is given.
func (v *visitor) parts(path, document string, want int, pairs ...string) (to, body string) {
	v.t.Helper()
	var s strings.Builder
	m := multipart.NewWriter(&s)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	if document != "" {
		part, err := m.CreateFormFile("file", "q.json")
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write([]byte(document))
	}
	_ = m.Close()
	w := v.ask("POST", path, "ja", m.FormDataContentType(), s.String())
	if w.Code != want {
		v.t.Fatalf("POST %s: %d, not %d: %.800s", path, w.Code, want, w.Body)
	}
	return w.Header().Get("Location"), w.Body.String()
}

func (b builder) upload(document string, want int, pairs ...string) (to, body string) {
	b.t.Helper()
	return b.parts("/admin/forms/import", document, want, pairs...)
}

const foreign = `{"resourceType":"Questionnaire","name":"Pets","title":"Pets & homes","publisher":"Somebody","item":[{"linkId":"1","type":"group","text":"Pets","item":[
 {"linkId":"1.1","type":"open-choice","text":"Which?","answerOption":[{"valueString":"Cat"}]},{"linkId":"1.2","type":"attachment","text":"Photo"}]}]}`

func TestQuestionnairesComeInAfterTheirReport(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		b.page("/admin/forms/import", "FHIR R4")
		for document, want := range map[string]string{"": "入力", "{": "JSONとして読めません", `{"resourceType":"Patient"}`: "Questionnaireではありません"} {
			if _, page := b.upload(document, http.StatusUnprocessableEntity); !strings.Contains(page, want) {
				t.Errorf("%q: the page does not say %s", document, want)
			}
		}
		_, page := b.upload(foreign, http.StatusOK)
		for _, s := range []string{"publisher", "まだ何も保存していません", "Pets &amp; homes"} {
			if !strings.Contains(page, s) {
				t.Errorf("the report does not say %q", s)
			}
		}
		list, err := b.room.List(context.Background(), b.actor, "", 0, 9)
		if err != nil || len(list) != 1 {
			t.Errorf("the report kept something: %d, %v", len(list), err)
		}
		typed := fields(page)
		_, page = b.upload("", http.StatusUnprocessableEntity, "document", typed.Get("document"), "key", "home", "do", "keep")
		if !strings.Contains(page, "すでに下書きがあります") {
			t.Error("a key that is being drafted is taken")
		}
		to, _ := b.upload("", http.StatusSeeOther, "document", typed.Get("document"), "key", typed.Get("key"), "do", "keep")
		b.page(to, "Pets")
		w := b.ask("GET", strings.TrimSuffix(to, "/edit")+"/fhir", "ja", "", "")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/fhir+json" || !strings.Contains(w.Body.String(), `"linkId": "1.1"`) {
			t.Errorf("%d %v %.300s", w.Code, w.Header(), w.Body)
		}
	})
}

func TestFHIRInTheAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		b := building(t, run, two())
		api := "/api/v1/forms/" + b.id.String()
		w := b.ask("GET", api+"/fhir", "ja", "", "")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/fhir+json" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		ours := w.Body.String()
		report := b.call("POST", "/api/v1/forms/fhir-report", "", ours, http.StatusOK)
		if report["key"] != "home" || len(report["notes"].([]any)) != 0 || len(report["problems"].([]any)) != 0 {
			t.Errorf("%v", report)
		}
		b.call("POST", "/api/v1/forms/fhir", "", ours, http.StatusUnprocessableEntity) // that key is being drafted
		out := b.call("POST", "/api/v1/forms/fhir", "", `{"resourceType":"Questionnaire","item":[{"type":"group"}]}`, http.StatusUnprocessableEntity)
		if out["fields"].(map[string]any)["/item/0/linkId"] == nil {
			t.Errorf("%v", out)
		}
		made := b.call("POST", "/api/v1/forms/fhir", "", foreign, http.StatusCreated)
		if made["key"] != "pets" || made["status"] != "draft" || len(made["notes"].([]any)) == 0 {
			t.Errorf("%v", made)
		}
		if w := b.ask("POST", "/api/v1/forms/fhir", "ja", "text/plain", foreign); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("plain text: %d", w.Code)
		}
		b.call("POST", api+"/publish", `"1"`, `{}`, http.StatusOK)
		b.actor = kizunatest.Staff(access.Caseworker)
		if w := b.ask("POST", "/api/v1/forms/fhir", "ja", "application/fhir+json", foreign); w.Code != http.StatusNotFound {
			t.Errorf("a caseworker makes forms: %d", w.Code)
		}
		p, err := people.New(run).Create(context.Background(), b.actor, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		res := b.call("POST", "/api/v1/form-responses", "", `{"form_key":"home","person_id":"`+p.ID.String()+`"}`, http.StatusCreated)
		path := "/api/v1/form-responses/" + res["id"].(string)
		filled := b.call("POST", path+"/fhir", `"1"`, `{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"section.one","item":[
			{"linkId":"/1","answer":[{"valueBoolean":true}]},{"linkId":"months","answer":[{"valueDecimal":2}]},{"linkId":"nobody","answer":[{"valueBoolean":true}]}]}]}`, http.StatusOK)
		if a := filled["answers"].(map[string]any); a["late"] != true || a["months"] != "2" || len(filled["notes"].([]any)) != 1 {
			t.Errorf("%v", filled)
		}
		b.call("POST", path+"/fhir", `"1"`, `{"resourceType":"QuestionnaireResponse"}`, http.StatusPreconditionFailed)
		b.call("POST", path+"/complete", `"2"`, `{}`, http.StatusOK)
		w = b.ask("GET", path+"/fhir", "ja", "", "")
		if s := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(s, `"status": "completed"`) || strings.Contains(s, "髙橋") {
			t.Errorf("%d %s", w.Code, s)
		}
		sheet := "/desk" + strings.TrimPrefix(path, "/api/v1") + "/print"
		b.page(sheet, "髙橋", "滞納", "完了")
		reads, err := readsOf(run, p.ID)
		if err != nil || !slices.Contains(reads, "form_response") {
			t.Errorf("that the answers were opened is not noted: %v, %v", reads, err)
		}
		b.actor = kizunatest.Staff(access.Caseworker)
		for _, path := range []string{path + "/fhir", sheet} {
			if w := b.ask("GET", path, "ja", "", ""); w.Code != http.StatusNotFound {
				t.Errorf("%s of somebody else’s: %d", path, w.Code)
			}
		}
	})
}

// readsOf lists what was opened of a person, by detail.
func readsOf(run *op.Runner, person db.ID) (list []string, err error) {
	err = run.Read(context.Background(), func(q *db.Reader) error {
		list, err = db.All[string](q, "SELECT detail FROM read_line WHERE root = ?", person)
		return err
	})
	return list, err
}
