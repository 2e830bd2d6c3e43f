package fhir_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/fhir"
)

const base = "https://kizuna.example.jp"

// schema is the published schema of FHIR R4.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	at := filepath.Join(kizunatest.Vectors(t, "fhir/schema"), "fhir.schema.json")
	s, err := jsonschema.NewCompiler().Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fails is the part of testing that rapid shares.
type fails interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func validate(t fails, s *jsonschema.Schema, b []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Fatalf("not FHIR R4: %.1200v\n%s", err, b)
	}
}

func indented(v any) string {
	b, _ := json.MarshalIndent(v, "", " ")
	return string(b)
}

// roundTrip sends a form out and takes it in again.
func roundTrip(t fails, in form.FormInput) []byte {
	t.Helper()
	b, err := fhir.Questionnaire(formOf(in), base)
	if err != nil {
		t.Fatalf("%v\n%s", err, indented(in))
	}
	got, report, err := fhir.Read(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if len(report.Notes) > 0 {
		t.Errorf("lost: %v", report.Notes)
	}
	if want, have := indented(in), indented(got); want != have {
		t.Fatalf("%s", kizunatest.Difference(want, have)+"\n"+string(b))
	}
	return b
}

func formOf(in form.FormInput) form.Form {
	return form.Form{Head: flow.Head{ID: db.NewID(), Status: "published", Version: 2}, Key: in.Key, Edition: 3, Title: in.Title, Purpose: in.Purpose,
		ProtectedClass: in.ProtectedClass, Definition: db.AsJSON(in.Definition), PublishedAt: calendar.Time(1_790_000_000_000)}
}

func TestRoundTripOfAnyForm(t *testing.T) {
	s := schema(t)
	rapid.Check(t, func(t *rapid.T) {
		in := anyForm(t)
		validate(t, s, roundTrip(t, in))
		answers := anyAnswers(t, in.Definition)
		f := formOf(in)
		ready, err := f.Ready()
		if err != nil {
			t.Fatalf("%v", err)
		}
		today := calendar.Date("2026-11-23")
		counted := ready.Evaluate(ready.Evaluate(answers, today).Answers, today) // as a completed response keeps them
		x := form.Answered{Form: f, Ready: ready, Now: counted,
			Response: form.Response{Head: flow.Head{ID: db.NewID(), Status: "completed"}, Person: db.NewID(), CompletedAt: 1_790_000_000_000, CompletedBy: db.NewID()}}
		b, err := fhir.Response(x, base)
		if err != nil {
			t.Fatalf("%v", err)
		}
		validate(t, s, b)
		raw, report, err := fhir.ReadResponse(b, f)
		if err != nil || len(report.Notes) > 0 {
			t.Fatalf("%v %v", err, report.Notes)
		}
		back, wrong := in.Definition.Read(raw)
		if len(wrong) > 0 {
			t.Fatalf("%v\n%s", wrong, b)
		}
		again := ready.Evaluate(back, today)
		if want, have := indented(x.Now), indented(again); want != have {
			t.Fatalf("%s", kizunatest.Difference(want, have)+"\n"+string(b))
		}
	})
}

var words = []string{"住まい", "What is difficult?", "𠮷野家", "a <b> & “c”", "１行目\n２行目", "x"}

func anyPair(t *rapid.T, name string, required bool) text.Pair {
	pick := rapid.SampledFrom(append([]string{""}, words...))
	p := text.Pair{JA: pick.Draw(t, name+" ja"), EN: pick.Draw(t, name+" en")}
	if p.JA == "" && p.EN == "" {
		if !required {
			return text.Pair{}
		}
		p.JA = "必要"
	}
	if rapid.IntRange(0, 5).Draw(t, name+" more") == 0 {
		p = p.Set("vi", "Nhà ở").Set("ja-Hira", "すまい")
	}
	if rapid.IntRange(0, 9).Draw(t, name+" sort") == 0 {
		p.Sort = "すまい"
	}
	return p
}

func anyForm(t *rapid.T) form.FormInput {
	in := form.FormInput{Key: rapid.StringMatching(`[a-z][a-z0-9_]{0,20}`).Draw(t, "key"), Title: anyPair(t, "title", true),
		Purpose: rapid.SampledFrom(form.Purposes).Draw(t, "purpose"), ProtectedClass: rapid.SampledFrom(form.ProtectedClasses).Draw(t, "class")}
	d := form.Definition{Intro: anyPair(t, "intro", false), Score: rapid.SampledFrom([]string{"", "points", "points * 2 + 1"}).Draw(t, "score"),
		DerivedFrom: rapid.SampledFrom([]string{"", "http://example.org/Questionnaire/x|1.0"}).Draw(t, "from")}
	var before []known
	for i := range rapid.IntRange(1, 3).Draw(t, "sections") {
		s := form.Section{Key: "s" + string(rune('a'+i)), Title: anyPair(t, "section", true), Hint: anyPair(t, "section hint", false), Show: anyCondition(t, before)}
		if rapid.Bool().Draw(t, "linked") {
			s.LinkID = "/S-" + s.Key
			s.Codes = []form.Code{{System: "http://loinc.org", Code: "88122-7", Display: "Within the past 12 months"}}
		}
		if s.Repeats = rapid.Bool().Draw(t, "section repeats"); s.Repeats {
			s.Least, s.Most = rapid.IntRange(0, 2).Draw(t, "least"), rapid.IntRange(0, 4).Draw(t, "most")*10
			s.MapTo = rapid.SampledFrom([]string{"", "record/incomes"}).Draw(t, "listed")
			if i > 0 && slices.ContainsFunc(d.Sections, func(other form.Section) bool { return other.MapTo == s.MapTo }) {
				s.MapTo = ""
			}
		}
		within := slices.Clone(before)
		for j := range rapid.IntRange(1, 4).Draw(t, "questions") {
			q := anyQuestion(t, "q"+string(rune('a'+i))+string(rune('a'+j)), within, s.Repeats)
			s.Questions = append(s.Questions, q)
			within = append(within, known{q, false})
			before = append(before, known{q, s.Repeats})
		}
		d.Sections = append(d.Sections, s)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "bands") {
		d.Bands = append(d.Bands, form.Band{Key: "b" + string(rune('a'+i)), From: int64(i*3 - 2), Label: anyPair(t, "band", true)})
	}
	in.Definition = d
	return in
}

// known is a question before another, which that sees as a list or not.
type known struct {
	form.Question
	list bool
}

func anyQuestion(t *rapid.T, key string, before []known, repeats bool) form.Question {
	kinds := form.Kinds
	if repeats {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == "file" || k == "signature" })
	}
	q := form.Question{Key: key, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: anyPair(t, "label", true), Hint: anyPair(t, "hint", false),
		Required: rapid.Bool().Draw(t, "required"), Show: anyCondition(t, before), RequiredWhen: anyCondition(t, before)}
	if rapid.Bool().Draw(t, "linked") {
		q.LinkID = "/Q " + key
		q.Codes = []form.Code{{Code: "x-1"}, {System: "http://loinc.org", Code: "a b"}}
	}
	if q.Kind == "choice" || q.Kind == "choices" {
		for i := range rapid.IntRange(1, 4).Draw(t, "options") {
			o := form.Option{Value: "V." + string(rune('a'+i)), Label: anyPair(t, "option", true), Score: rapid.Int64Range(-3, 9).Draw(t, "points"),
				MapTo: rapid.SampledFrom([]string{"", "need/housing"}).Draw(t, "map")}
			if rapid.Bool().Draw(t, "coded") {
				o.Code = &form.Code{System: rapid.SampledFrom([]string{"", "http://loinc.org"}).Draw(t, "system"), Code: "LA 1-" + string(rune('0'+i)), Display: rapid.SampledFrom([]string{"", "Never"}).Draw(t, "display")}
			}
			q.Options = append(q.Options, o)
		}
	}
	bounds := rapid.SampledFrom([][2]string{{}, {"0", "10"}, {"-2", "7"}, {"1", ""}}).Draw(t, "bounds")
	q.Min, q.Max = bounds[0], bounds[1]
	if q.Kind == "number" && rapid.Bool().Draw(t, "odd bounds") {
		q.Min, q.Max = "1/3", "007.50"
	}
	if rapid.IntRange(0, 3).Draw(t, "currency") == 0 {
		q.Currency = "USD"
	}
	if rapid.IntRange(0, 3).Draw(t, "mapped") == 0 {
		q.Score, q.MapTo = 2, "need/income"
	}
	if q.Kind == "number" && rapid.Bool().Draw(t, "calculated") {
		for _, other := range before {
			if (other.Kind == "number" || other.Kind == "scale") && !other.list && !other.Repeats {
				q.Calculate = other.Key + " / 3"
			}
		}
	}
	if slices.Contains(form.Repeatable, q.Kind) && q.Calculate == "" && rapid.Bool().Draw(t, "repeats") {
		q.Repeats, q.Most = true, rapid.SampledFrom([]int{0, 5}).Draw(t, "at most")
	}
	if len(q.Options) > 0 {
		q.Open = rapid.Bool().Draw(t, "open")
	}
	if rapid.Bool().Draw(t, "begins") {
		q.Initial = anyInitial(t, q)
	}
	return q
}

// anyInitial is what a question may begin with: for each kind one that keeps
// its bounds.
func anyInitial(t *rapid.T, q form.Question) []string {
	first := map[string]string{"yes_no": "true", "choice": "V.a", "choices": "V.a", "text": "みなと", "long_text": "１行目\n２行目", "date": "2026-04-01", "number": "3", "money": "4", "scale": "3",
		"phone": "03-0000-0000", "address": "みなと1-2-3"}[q.Kind]
	own := q.Open && rapid.Bool().Draw(t, "begins with one's own")
	switch {
	case q.Calculate != "" || first == "":
		return nil
	case own && q.Kind == "choice":
		return []string{"自分の答え"}
	case own:
		return []string{first, "自分の答え"}
	case q.Repeats && rapid.Bool().Draw(t, "begins with two"):
		return []string{first, first}
	}
	return []string{first}
}

// anyCondition speaks of questions before it, in ways that FHIR has and in
// ways that it has not.
func anyCondition(t *rapid.T, before []known) string {
	var list []string
	for _, q := range before {
		if q.Kind != "note" && (q.list || q.Repeats) {
			list = append(list, ofAny(q.Question)...)
		} else {
			list = append(list, conditions(q.Question)...)
		}
	}
	if len(list) == 0 || rapid.IntRange(0, 2).Draw(t, "conditional") == 0 {
		return ""
	}
	pick := rapid.SampledFrom(list)
	one, other := pick.Draw(t, "condition"), pick.Draw(t, "other condition")
	return rapid.SampledFrom([]string{one, one + " && " + other, one + " || " + other, "!(" + one + ")", one + " && (" + other + " || " + one + ")", one + "  "}).Draw(t, "joined")
}

// ofAny are conditions about any one of a list.
func ofAny(q form.Question) []string {
	k := q.Key
	out := []string{"size(" + k + ") > 0", "size(" + k + ") > 2", k + ".exists(x, x == '3')", "sum(" + k + ") > 3"}
	if one := map[string]string{"yes_no": "true", "number": "3", "money": "4.5", "scale": "2", "date": "2026-04-01", "choice": "V.a", "choices": "V.a", "text": "住まい", "phone": "1"}[q.Kind]; one != "" {
		out = append(out, "'"+one+"' in "+k, "'"+one+"' in "+k)
	}
	return out
}

func conditions(q form.Question) []string {
	k := q.Key
	switch q.Kind {
	case "yes_no":
		return []string{k, "!" + k, k + " == false", k + " != true", k + " == " + k}
	case "number", "scale", "money":
		return []string{k + " > 3", "4.50 >= " + k, k + " != -2", k + " == " + k, k + " + 1 < 9", k + " == 1.5"}
	case "date":
		return []string{k + " < date('2026-04-01')", k + " == today", k + " == " + k}
	case "choice":
		return []string{k + " == 'V.a'", k + " != 'V.a'", k + " in ['V.a']", k + " == " + k, "size(" + k + ") > 1"}
	case "choices":
		return []string{"'V.a' in " + k, k + " == " + k, "size(" + k + ") > 1", "!('V.a' in " + k + ")"}
	case "file":
		return []string{k + " == " + k, "size(" + k + ") > 0"}
	case "note":
		return nil
	}
	return []string{k + " == '住\\'まい'", k + " != \"x\"", k + " == " + k, k + ".startsWith('a')", k + " == ''"}
}

func anyAnswers(t *rapid.T, d form.Definition) rule.Facts {
	raw := map[string]any{}
	for _, s := range d.Sections {
		if !s.Repeats {
			answer(t, s, raw)
			continue
		}
		var rows []any
		for range rapid.IntRange(0, 3).Draw(t, "repetitions") {
			row := map[string]any{}
			answer(t, s, row)
			rows = append(rows, row)
		}
		raw[s.Key] = rows
	}
	answers, _ := d.Read(raw)
	return answers
}

func answer(t *rapid.T, s form.Section, raw map[string]any) {
	for _, q := range s.Questions {
		if !q.Typed() || rapid.IntRange(0, 4).Draw(t, "unanswered") == 0 {
			continue
		}
		if raw[q.Key] = anyAnswer(t, q); q.Repeats {
			raw[q.Key] = []any{raw[q.Key], anyAnswer(t, q)}
		}
	}
}

func anyAnswer(t *rapid.T, q form.Question) any {
	own := q.Open && rapid.Bool().Draw(t, "own")
	switch q.Kind {
	case "yes_no":
		return rapid.Bool().Draw(t, "yes")
	case "number", "scale":
		return rapid.SampledFrom([]string{"1", "3", "4", "2.5"}).Draw(t, "number")
	case "money":
		return rapid.SampledFrom([]string{"1", "3", "4"}).Draw(t, "amount")
	case "date":
		return "2026-03-31"
	case "choice":
		if own {
			return "自分の答え"
		}
		return q.Options[0].Value
	case "choices":
		list := []any{q.Options[len(q.Options)-1].Value, q.Options[0].Value}
		if own {
			list = append(list, "自分の答え")
		}
		return list
	case "phone":
		return "03-0000-0000"
	}
	return rapid.SampledFrom([]string{"x", "住'まい", "a&b"}).Draw(t, "text")
}

// examples are the published questionnaires, by file.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, dir := range []string{"fhir/sdoh-2.3.0-examples", "fhir/uscore-7.0.0-examples"} {
		files, err := filepath.Glob(filepath.Join(kizunatest.Vectors(t, dir), "Questionnaire-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(file)] = b
		}
	}
	return out
}

func TestPublishedQuestionnairesComeIn(t *testing.T) {
	s := schema(t)
	for name, b := range examples(t) {
		t.Run(name, func(t *testing.T) {
			in, report, err := fhir.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			if err := in.Validate(); err != nil {
				t.Error(err)
			}
			if _, err := form.Compile(in.Definition); err != nil {
				t.Errorf("%v\n%s", err, indented(in))
			}
			questions := 0
			for _, s := range in.Definition.Sections {
				questions += len(s.Questions)
			}
			t.Logf("%s: %d sections, %d questions, %d notes", in.Key, len(in.Definition.Sections), questions, len(report.Notes))
			for _, n := range report.Notes {
				t.Logf("  %s %s: %s", n.Pointer, n.LinkID, n.In(text.EN))
			}
			validate(t, s, roundTrip(t, in))
		})
	}
}

func TestPublishedAnswersComeIn(t *testing.T) {
	in, _, err := fhir.Read(examples(t)["Questionnaire-TAPS.json"])
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(kizunatest.Vectors(t, "fhir/uscore-7.0.0-examples"), "QuestionnaireResponse-TAPS.json"))
	if err != nil {
		t.Fatal(err)
	}
	raw, report, err := fhir.ReadResponse(b, formOf(in))
	if err != nil {
		t.Fatal(err)
	}
	answers, wrong := in.Definition.Read(raw)
	if len(answers) != 5 || len(wrong) > 0 {
		t.Errorf("%v %v %v", answers, wrong, report.Notes)
	}
}

// every is a questionnaire with an item of every type.
const every = `{"resourceType":"Questionnaire","status":"active","language":"en-US","title":"Every type","copyright":"(c)","url":"http://example.org/q","version":"2","item":[
 {"linkId":"0","type":"display","text":"Welcome"},
 {"linkId":"1","type":"group","text":"First","item":[
  {"linkId":"1.1","type":"boolean","text":"Smokes?","item":[{"linkId":"1.1.h","type":"display","text":"Ever","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl","valueCodeableConcept":{"coding":[{"code":"help"}]}}]},{"linkId":"1.1.1","type":"integer","text":"How many?"}]},
  {"linkId":"1.2","type":"decimal","text":"Weight"},{"linkId":"1.3","type":"date","text":"Since"},{"linkId":"1.4","type":"dateTime","text":"When"},{"linkId":"1.5","type":"time","text":"At"},
  {"linkId":"1.6","type":"string","text":"Name","maxLength":10,"repeats":true},{"linkId":"1.7","type":"text","text":"Story"},{"linkId":"1.8","type":"url","text":"Site"},
  {"linkId":"1.9","type":"choice","text":"Food","repeats":true,"answerOption":[{"valueString":"Rice & beans","initialSelected":true},{"valueString":"Rice | beans"},{"valueInteger":3},{"valueCoding":{"system":"http://loinc.org","code":"LA 6","display":"No"},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":1.5}]}]},
  {"linkId":"1.10","type":"open-choice","text":"Pet","answerValueSet":"#pets"},{"linkId":"1.11","type":"choice","text":"Land","answerValueSet":"http://example.org/lands"},
  {"linkId":"1.12","type":"attachment","text":"Photo"},{"linkId":"1.13","type":"reference","text":"Doctor"},
  {"linkId":"1.14","type":"quantity","text":"Height","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-unit","valueCoding":{"system":"http://unitsofmeasure.org","code":"cm"}}]},
  {"linkId":"G","type":"group","text":"Inner","prefix":"(a)","enableWhen":[{"question":"1.1","operator":"=","answerBoolean":true}],"item":[{"linkId":"if","type":"boolean","text":"Deep","readOnly":true,"enableBehavior":"any","enableWhen":[{"question":"1.2","operator":">","answerDecimal":60.5},{"question":"1.9","operator":"=","answerCoding":{"code":"LA 6"}}]}]},
  {"linkId":"1.15","type":"string","text":"Later","enableWhen":[{"question":"2","operator":"exists","answerBoolean":true}]},
  {"linkId":"1.16","type":"string","text":"Other","enableWhen":[{"question":"1.7","operator":"!=","answerString":"x"}]}
 ]}],"contained":[{"resourceType":"ValueSet","id":"pets","status":"active","compose":{"include":[{"system":"urn:pets","concept":[{"code":"cat","display":"Cat"},{"code":"dog"}]}]}}]}`

func TestEveryTypeComesInOrIsReported(t *testing.T) {
	in, report, err := fhir.Read([]byte(every))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := form.Compile(in.Definition); err != nil {
		t.Fatalf("%v\n%s", err, indented(in))
	}
	kinds := ""
	for _, s := range in.Definition.Sections {
		for _, q := range s.Questions {
			kinds += q.LinkID + "=" + q.Key + ":" + q.Kind + map[bool]string{true: "*"}[q.Repeats] + map[bool]string{true: "+"}[q.Open] + "[" + q.Show + "] "
		}
	}
	want := "0=q_0:note[] 1.1=q_1_1:yes_no[] 1.1.1=q_1_1_1:number[q_1_1 == q_1_1] 1.2=q_1_2:number[] 1.3=q_1_3:date[] 1.4=q_1_4:date[] 1.5=q_1_5:text[] 1.6=q_1_6:text*[] 1.7=q_1_7:long_text[] 1.8=q_1_8:text[] " +
		"1.9=q_1_9:choices[] 1.10=q_1_10:choice+[] 1.11=q_1_11:text[] 1.12=q_1_12:file[] 1.13=q_1_13:text[] 1.14=q_1_14:number[] G=g:note[q_1_1] if=if_:yes_no[(q_1_1) && (q_1_2 > 60.5 || 'LA_6' in q_1_9)] " +
		"1.15=q_1_15:text[] 1.16=q_1_16:text[q_1_7 != 'x'] "
	if kinds != want {
		t.Errorf("%s", kizunatest.Difference(strings.ReplaceAll(want, "] ", "]\n"), strings.ReplaceAll(kinds, "] ", "]\n")))
	}
	var told []string
	for _, n := range report.Notes {
		told = append(told, n.Key[len("fhir.note."):]+" "+n.LinkID)
	}
	for _, want := range []string{"loose 0", "below 1.1", "integer 1.1.1", "date_time 1.4", "time 1.5", "max_length 1.6", "url 1.8", "points 1.9",
		"value_set 1.11", "reference 1.13", "unit 1.14", "flattened G", "read_only if", "condition_of_none 1.15", "not_equal 1.16", "member "} {
		if !slices.Contains(told, want) {
			t.Errorf("not told: %s\n%q", want, told)
		}
	}
	if food, _ := in.Definition.Find("q_1_9"); len(food.Initial) != 1 || food.Initial[0] != food.Options[0].Value {
		t.Errorf("begins with %v", food.Initial)
	}
	first, _ := in.Definition.Find("q_1_1")
	if first.Hint.EN != "Ever" || in.Title.EN != "Every type" || in.Definition.DerivedFrom != "http://example.org/q|2" {
		t.Errorf("%+v", in)
	}
	roundTrip(t, in)
}

func TestWhatIsNoQuestionnaire(t *testing.T) {
	for name, c := range map[string]struct{ doc, at, key string }{
		"no JSON":        {`{"resourceType":`, "", "fhir.fault.json"},
		"two values":     {`{} {}`, "", "fhir.fault.json"},
		"another kind":   {`{"resourceType":"Patient"}`, "/resourceType", "fhir.fault.kind"},
		"a list":         {`[]`, "/resourceType", "fhir.fault.kind"},
		"no linkId":      {`{"resourceType":"Questionnaire","item":[{"type":"group"}]}`, "/item/0/linkId", "fault.required"},
		"linkId twice":   {`{"resourceType":"Questionnaire","item":[{"linkId":"a","type":"group","item":[{"linkId":"a","type":"string"}]}]}`, "/item/0/item/0/linkId", "fhir.fault.twice"},
		"unknown type":   {`{"resourceType":"Questionnaire","item":[{"linkId":"a","type":"coding"}]}`, "/item/0/type", "fault.bad_choice"},
		"a wrong shape":  {`{"resourceType":"Questionnaire","item":[{"linkId":"a","type":"group"},{"linkId":"b","text":7}]}`, "/item/1/text", "fhir.fault.shape"},
		"nested too far": {`{"resourceType":"Questionnaire","item":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`, "/item" + strings.Repeat("/0", 39), "fhir.fault.deep"},
		"too many items": {`{"resourceType":"Questionnaire","item":[` + strings.TrimSuffix(strings.Repeat(`{"linkId":"a","type":"string"},`, 4001), ",") + `]}`, "/item", "fhir.fault.items"},
	} {
		_, _, err := fhir.Read([]byte(c.doc))
		f, ok := fault.As(err)
		switch {
		case !ok:
			t.Errorf("%s: %v", name, err)
		case f.Kind == fault.KindMalformed && f.Key == c.key:
		case len(f.Fields) == 0 || f.Fields[0].Pointer != c.at || f.Fields[0].Key != c.key:
			t.Errorf("%s: %v, not %s %s", name, err, c.at, c.key)
		}
	}
	if _, _, err := fhir.Read(make([]byte, 5<<20)); fault.Status(err) != 413 {
		t.Errorf("five MiB: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(every))
	f.Add([]byte(`{"resourceType":"Questionnaire","item":[{"linkId":"a","type":"choice","answerOption":[{}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, _, err := fhir.Read(b)
		if err != nil {
			return
		}
		if in.Validate() != nil {
			return
		}
		if _, err := form.Compile(in.Definition); err == nil {
			if _, err := fhir.Questionnaire(formOf(in), base); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzReadResponse(f *testing.F) {
	in, _, err := fhir.Read([]byte(every))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1.1","answer":[{"valueBoolean":true,"item":[{"linkId":"1.1.1","answer":[{"valueInteger":3}]}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if raw, _, err := fhir.ReadResponse(b, formOf(in)); err == nil {
			in.Definition.Read(raw)
		}
	})
}

func TestConditionsAsOthersReadThem(t *testing.T) {
	pair := text.Both("見本")
	for show, want := range map[string]string{
		"late":                       `late = true`,
		"!late":                      `late = false`,
		"late != true":               `late exists true, late != true; all`, // in FHIR != holds for what is not answered, too
		"kind == 'rent'":             `kind = rent`,
		"kind in ['rent', 'own']":    `kind = rent, kind = own; any; cel`,
		"'a' in list && late":        `list = a, late = true; all`,
		"list == list":               `list exists true`,
		"n >= 3 || n < 0.5":          `n >= 3, n < 0.5; any`,
		"rent > 1000":                `rent > 1000 JPY`,
		"since < date('2026-04-01')": `since < 2026-04-01`,
		"name == 'x'":                `name = x`,
		"late != true || n > 1":      `cel`,
		"late && (n > 1 || n < 0)":   `cel`,
		"since < today":              `cel`,
		"n + 1 > 3":                  `cel`,
	} {
		d := form.Definition{Sections: []form.Section{{Key: "s", Title: pair, Questions: []form.Question{
			{Key: "late", Kind: "yes_no", Label: pair}, {Key: "kind", Kind: "choice", Label: pair, Options: []form.Option{{Value: "rent", Label: pair}, {Value: "own", Label: pair}}},
			{Key: "list", Kind: "choices", Label: pair, Options: []form.Option{{Value: "a", Label: pair}}}, {Key: "n", Kind: "number", Label: pair}, {Key: "rent", Kind: "money", Label: pair},
			{Key: "since", Kind: "date", Label: pair}, {Key: "name", Kind: "text", Label: pair}, {Key: "then", Kind: "text", Label: pair, Show: show},
		}}}}
		b := roundTrip(t, form.FormInput{Key: "k", Title: pair, Purpose: "other", Definition: d})
		var doc struct {
			Item []struct {
				Item []struct {
					EnableWhen     []map[string]any
					EnableBehavior string
					Extension      []struct{ URL string }
				}
			}
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		last := doc.Item[0].Item[7]
		var parts, all []string
		for _, w := range last.EnableWhen {
			one := fmt.Sprintf("%v %v", w["question"], w["operator"])
			for name, v := range w {
				switch x := v.(type) {
				case map[string]any:
					one += fmt.Sprintf(" %v %v", x["value"], x["code"])
				default:
					if strings.HasPrefix(name, "answer") {
						one += fmt.Sprint(" ", v)
					}
				}
			}
			parts = append(parts, strings.Replace(one, " <nil>", "", 1))
		}
		for _, s := range []string{strings.Join(parts, ", "), last.EnableBehavior} {
			if s != "" {
				all = append(all, s)
			}
		}
		if len(last.Extension) > 0 {
			all = append(all, "cel")
		}
		if got := strings.Join(all, "; "); got != want {
			t.Errorf("%s leaves as %s, not %s", show, got, want)
		}
	}
}

// TestWhatIsWrittenBesideChoices follows an open choice in, and an answer that
// was none of those offered.
func TestWhatIsWrittenBesideChoices(t *testing.T) {
	in, _, err := fhir.Read([]byte(`{"resourceType":"Questionnaire","name":"Pets","item":[{"linkId":"g","type":"group","text":"Pets","item":[
		{"linkId":"pet","type":"open-choice","text":"Which pet?","answerOption":[{"valueString":"cat"}]},
		{"linkId":"since","type":"date","text":"Since when?","initial":[{"valueDate":"2026-04-01"}]},
		{"linkId":"photo","type":"attachment","text":"A photograph"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := form.Form{Key: in.Key, Definition: db.AsJSON(in.Definition)}
	if q, _ := in.Definition.Find("since"); len(q.Initial) != 1 || q.Initial[0] != "2026-04-01" {
		t.Errorf("begins with %v", q.Initial)
	}
	got, report, err := fhir.ReadResponse([]byte(`{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"g","item":[
		{"linkId":"pet","answer":[{"valueString":"a tame crow"}]},
		{"linkId":"photo","answer":[{"valueAttachment":{"contentType":"image/png","title":"crow"}}]}]}]}`), f)
	if err != nil || got["pet"] != "a tame crow" || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if len(report.Notes) != 1 || report.Notes[0].Key != "fhir.note.apart" {
		t.Errorf("told: %v", report.Notes)
	}
	answers, wrong := in.Definition.Read(got)
	if q, _ := in.Definition.Find("pet"); len(wrong) > 0 || q.Said(text.EN, answers["pet"]) != "Other: a tame crow" {
		t.Errorf("%v, %v", answers, wrong)
	}
}

// TestAGroupThatRepeats follows groups that repeat in, at the top and within
// another, and the answers of each repetition.
func TestAGroupThatRepeats(t *testing.T) {
	in, report, err := fhir.Read([]byte(`{"resourceType":"Questionnaire","name":"Family","item":[
		{"linkId":"child","type":"group","text":"Children","repeats":true,"required":true,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs","valueInteger":8}],"item":[
			{"linkId":"name","type":"string","text":"Name"},{"linkId":"school","type":"boolean","text":"At school?"},
			{"linkId":"which","type":"string","text":"Which?","repeats":true,"enableWhen":[{"question":"school","operator":"=","answerBoolean":true}]}]},
		{"linkId":"home","type":"group","text":"Home","enableWhen":[{"question":"school","operator":"=","answerBoolean":true}],"item":[
			{"linkId":"rooms","type":"integer","text":"Rooms"},
			{"linkId":"pet","type":"group","text":"Pets","repeats":true,"item":[{"linkId":"kind","type":"string","text":"Kind"},{"linkId":"photo","type":"attachment","text":"Photo"}]},
			{"linkId":"notes","type":"text","text":"Notes"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, s := range in.Definition.Sections {
		said += fmt.Sprintf("%s %v %d-%d [%s]:", s.Key, s.Repeats, s.Least, s.Most, s.Show)
		for _, q := range s.Questions {
			said += " " + q.Key
		}
		said += "\n"
	}
	if want := "child true 1-8 []: name school which\nhome false 0-0 ['true' in school]: rooms\npet true 0-0 ['true' in school]: kind photo\nhome_2 false 0-0 ['true' in school]: notes\n"; said != want {
		t.Errorf("%s", kizunatest.Difference(want, said))
	}
	if _, err := form.Compile(in.Definition); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, n := range report.Notes {
		told = append(told, n.Key[len("fhir.note."):]+" "+n.LinkID)
	}
	if want := []string{"integer rooms", "own_section pet", "file_repeats photo"}; !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
	roundTrip(t, in)
	got, report, err := fhir.ReadResponse([]byte(`{"resourceType":"QuestionnaireResponse","status":"completed","item":[
		{"linkId":"child","item":[{"linkId":"name","answer":[{"valueString":"Aoi"}]},{"linkId":"school","answer":[{"valueBoolean":true}]},{"linkId":"which","answer":[{"valueString":"Minato"},{"valueString":"Music"}]}]},
		{"linkId":"child","item":[{"linkId":"name","answer":[{"valueString":"Ren"}]}]},
		{"linkId":"home","item":[{"linkId":"pet","item":[{"linkId":"kind","answer":[{"valueString":"cat"}]}]}]}]}`), formOf(in))
	if err != nil || len(report.Notes) > 0 {
		t.Fatalf("%v, %v", err, report.Notes)
	}
	if got, want := fmt.Sprint(got), "map[child:[map[name:Aoi school:true which:[Minato Music]] map[name:Ren]] pet:[map[kind:cat]]]"; got != want {
		t.Errorf("%s", kizunatest.Difference(want, got))
	}
}
