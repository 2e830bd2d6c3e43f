package server_test

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// kept are texts that people may have and that come back byte for byte, as text and nothing else.
var kept = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</textarea></title>&amp;&#39;'`, `{{.}} ${7*7} %s %00`,
	`=1+1`, `@SUM(A1)`, `+81-3`, `-2+3`, `＝1+1`, `𠮷野 𩸽`, `家族👨‍👩‍👧🏳️‍🌈`, "神\U0002f80f辻󠄀", `' OR 1=1 --`, `../../etc/passwd`, "\u202ertl\u202c",
}

// wrong are bodies of a person that are no person, and what must come back: a status, and the
// field where one is to blame.
var wrong = []struct{ name, body, kind, field string }{
	{"nothing", ``, "", "/names/0/family"},
	{"empty object", `{}`, "", "/names/0/family"},
	{"blank name", `{"names":[{"family":" 　 "}]}`, "", "/names/0/family"},
	{"name too long", `{"names":[{"family":"` + strings.Repeat("長", 101) + `"}]}`, "", "/names/0/family"},
	{"too many names", `{"names":[` + strings.TrimSuffix(strings.Repeat(`{"family":"a"},`, 200), ",") + `]}`, "", "/names"},
	{"two lines", `{"names":[{"family":"a\nb"}]}`, "", "/names/0/family"},
	{"no such day", `{"names":[{"family":"a"}],"birth_date":"2023-02-30"}`, "", "/birth_date"},
	{"an era that was over", `{"names":[{"family":"a"}],"birth_date":"平成31年5月1日"}`, "", "/birth_date"},
	{"no date", `{"names":[{"family":"a"}],"birth_date":"yesterday"}`, "", "/birth_date"},
	{"a day to come", `{"names":[{"family":"a"}],"birth_date":"2999-01-01"}`, "", "/birth_date"},
	{"unknown field", `{"names":[{"family":"a"}],"admin":true}`, "", "/admin"},
	{"unknown field below", `{"names":[{"family":"a","id_card":"x"}]}`, "", "/names/0/id_card"},
	{"unknown choice", `{"names":[{"family":"a"}],"gender":"<b>"}`, "", "/gender"},
	{"text for a list", `{"names":"a"}`, "", "/names"},
	{"number for text", `{"names":[{"family":7}]}`, "", "/names/0/family"},
	{"NUL", `{"names":[{"family":"a\u0000b"}]}`, "", "/names/0/family"},
	{"control character", `{"names":[{"family":"a\u001bb"}]}`, "", "/names/0/family"},
	{"half a surrogate", `{"names":[{"family":"\ud842"}]}`, "", ""},
	{"broken UTF-8", "{\"names\":[{\"family\":\"\xff\xfe\"}]}", "", ""},
	{"raw NUL", "{\"names\":[{\"family\":\"\x00\"}]}", "", ""},
	{"no JSON", `<person/>`, "", ""},
	{"half a JSON", `{"names":[{"family":"a"`, "", ""},
	{"two JSONs", `{"names":[{"family":"a"}]} {}`, "", ""},
	{"a list", `[]`, "", ""},
	{"deep", strings.Repeat(`{"names":[`, 100_000), "", ""},
	{"no number", `{"names":[{"family":"a"}],"addresses":[{"kind":"actual","lines":"x","latitude":1e999}]}`, "", ""},
	{"another kind of body", `{"names":[{"family":"a"}]}`, "text/plain", ""},
	{"a form", `names/0/family=a`, "application/x-www-form-urlencoded", ""},
}

// TestHostileInput sends the person form and the API what people send by mistake or on purpose.
func TestHostileInput(t *testing.T) {
	kizunatest.OneByOne(t)
	eachSample(t, func(t *testing.T, s *sample) {
		v := s.as("caseworker")
		before := s.persons(v)
		for _, x := range wrong {
			var headers []string
			if x.kind != "" {
				headers = []string{"Content-Type", x.kind}
			}
			told(t, x.name, s.ask(v, "POST", "/api/v1/persons", x.body, headers...), x.field)
		}
		large := `{"names":[{"family":"` + strings.Repeat("a", 100<<20) + `"}]}`
		if w := s.ask(v, "POST", "/api/v1/persons", large); w.Code != 413 {
			t.Errorf("100 MB: %d", w.Code)
		}
		if w := s.ask(v, "POST", "/desk/persons", "names/0/family="+large); w.Code != 413 {
			t.Errorf("100 MB by form: %d", w.Code)
		}
		if w := s.ask(v, "POST", "/desk/persons", ""); w.Code != 422 || !strings.Contains(w.Body.String(), "names/0/family") {
			t.Errorf("empty form: %d", w.Code)
		}
		s.wrongForms(v)
		if after := s.persons(v); after != before {
			t.Errorf("%d persons were made of bad input", after-before)
		}
		for _, words := range kept {
			s.keeps(v, words)
		}
	})
}

func (s *sample) persons(v *visitor) int {
	var out struct{ Items []any }
	s.must(json.Unmarshal(s.ask(v, "GET", "/api/v1/persons?limit=200", "").Body.Bytes(), &out))
	return len(out.Items)
}

// told fails the test unless an answer is a fault that says what is wrong and where.
func told(t *testing.T, name string, w *httptest.ResponseRecorder, field string) {
	t.Helper()
	var p struct {
		Detail string
		Fields map[string]string
	}
	err := json.Unmarshal(w.Body.Bytes(), &p)
	switch {
	case w.Code < 400 || w.Code >= 500:
		t.Errorf("%s: answered %d: %.200s", name, w.Code, w.Body)
	case err != nil || p.Detail == "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json"):
		t.Errorf("%s: no clear fault (%v): %.200s", name, err, w.Body)
	case field != "" && p.Fields[field] == "":
		t.Errorf("%s: %s is not told: %v", name, field, p.Fields)
	}
}

// wrongForms sends the same mistakes by the page, which comes back with what was typed.
func (s *sample) wrongForms(v *visitor) {
	s.t.Helper()
	for _, x := range []struct{ field, value string }{
		{"names/0/given", strings.Repeat("x", 5000)}, {"names/0/family", strings.Repeat("長", 101)}, {"names/0/family", "a\x00b"}, {"names/0/family", "\xff\xfe"},
		{"birth_date", "2023-02-30"}, {"birth_date", "<b>昨日</b>"}, {"gender", "<script>"}, {"unheard_of", "x"}, {"names/x/family", "x"},
	} {
		form := url.Values{"names/0/family": {"名"}, "names/0/given": {"名"}, "names/0/family_kana": {"<i>残る</i>"}, x.field: {x.value}}
		w := s.ask(v, "POST", "/desk/persons", form.Encode())
		if w.Code < 400 || w.Code >= 500 {
			s.t.Errorf("form, %s %.20q: answered %d", x.field, x.value, w.Code)
		}
		if w.Code == 422 && !strings.Contains(w.Body.String(), html.EscapeString("<i>残る</i>")) {
			s.t.Errorf("form, %s %.20q: what was typed is gone", x.field, x.value)
		}
	}
}

// keeps makes a person with such a name and reads it back, by the API and on the page.
func (s *sample) keeps(v *visitor, words string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"names": []any{map[string]any{"family": words, "given": "x"}}, "addresses": []any{map[string]any{"kind": "actual", "lines": words}}})
	s.must(err)
	w := s.ask(v, "POST", "/api/v1/persons", string(body))
	var out struct {
		ID        string
		Names     []struct{ Family string }
		Addresses []struct{ Lines string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 201 || out.Names[0].Family != words || out.Addresses[0].Lines != words {
		s.t.Errorf("%q: %d %.300s", words, w.Code, w.Body)
		return
	}
	page := s.ask(v, "GET", "/desk/persons/"+out.ID, "")
	if raw := page.Body.String(); page.Code != 200 || !strings.Contains(html.UnescapeString(raw), words) {
		s.t.Errorf("%q is not on its page (%d)", words, page.Code)
	} else if strings.ContainsAny(words, "<>") && strings.Contains(raw, words) {
		s.t.Errorf("%q is on its page as markup", words)
	}
}

// seeds are what a creation needs beside text to be taken: choices, dates, and references of the
// sample. A call without a seed is only held to answer no fault of the program.
func (s *sample) seeds() map[string]map[string]any {
	person := s.person["osamu"].String()
	return map[string]map[string]any{
		"/api/v1/persons":       {"names": []any{map[string]any{"kind": "legal", "family": hole, "given": hole}}, "addresses": []any{map[string]any{"kind": "actual", "lines": hole}}},
		"/api/v1/organizations": {"name": map[string]any{"ja": hole, "en": hole}, "address": hole},
		"/api/v1/tasks":         {"title": hole, "detail": hole, "queue_id": s.teams["community"].String()},
		"/api/v1/households":    {"kind": "registered", "label": hole, "members": []any{map[string]any{"person_id": person}}},
		"/api/v1/circumstances": {"person_id": person, "kind": "housing", "housing": "rented", "detail": hole},
		"/api/v1/teams":         {"name": map[string]any{"ja": hole, "en": hole}},
		"/api/v1/cases":         {"person_id": person, "main_kind": "housing", "title": hole},
	}
}

// hole is where a seed wants hostile text.
const hole = "\x01hole"

// TestEveryCallKeepsText walks the specification: every call that takes text is sent hostile text in
// every field. No answer is a defect, and where it is taken, it comes back byte for byte.
func TestEveryCallKeepsText(t *testing.T) {
	kizunatest.OneByOne(t)
	eachSample(t, func(t *testing.T, s *sample) {
		spec := s.spec()
		seeds, taken := s.seeds(), map[string]bool{}
		for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
			for _, method := range []string{"post", "patch"} {
				op, ok := spec.Paths[path][method]
				if !ok || op.RequestBody == nil {
					continue
				}
				schema := op.RequestBody.Content["application/json"].Schema
				target := strings.NewReplacer("{id}", db.NewID().String(), "{person}", s.person["osamu"].String()).Replace(path)
				for _, words := range kept {
					s.defends(strings.ToUpper(method), target, spec.fill(schema, words, 0))
					if seed, ok := seeds[path]; ok && method == "post" && s.takes(target, pour(seed, words), words) {
						taken[path] = true
					}
				}
			}
		}
		for path := range seeds {
			if _, offered := spec.Paths[path]; offered && !taken[path] {
				t.Errorf("nothing was taken at %s: its seed is out of date", path)
			}
		}
	})
}

// defends sends a body as everybody who may come in; nobody gets a defect.
func (s *sample) defends(method, target string, body any) {
	s.t.Helper()
	b, err := json.Marshal(body)
	s.must(err)
	for _, name := range []string{"caseworker", "supervisor", "administrator", "provider_manager", "resident"} {
		if w := s.ask(s.as(name), method, target, string(b), "If-Match", `"1"`); w.Code >= 500 {
			s.t.Errorf("%s %s as %s: %d %s\n%.300s", method, target, name, w.Code, w.Body, b)
		}
	}
}

// takes sends a body that is right but for its words to the first who may; the answer repeats them.
func (s *sample) takes(target string, body any, words string) bool {
	s.t.Helper()
	b, err := json.Marshal(body)
	s.must(err)
	for _, name := range []string{"intake_worker", "administrator"} {
		w := s.ask(s.as(name), "POST", target, string(b))
		if w.Code >= 300 {
			continue
		}
		var out any
		s.must(json.Unmarshal(w.Body.Bytes(), &out))
		for path, sent := range leaves("", body) {
			if got, ok := leaves("", out)[path]; ok && sent == words && got != sent {
				s.t.Errorf("%s %s: %q came back as %q", target, path, sent, got)
			}
		}
		return true
	}
	return false
}

// pour puts words into the holes of a seed.
func pour(v any, words string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = pour(x, words)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = pour(x, words)
		}
		return out
	case string:
		if v == hole {
			return words
		}
	}
	return v
}

// leaves are the texts in a value by their paths.
func leaves(at string, v any) map[string]string {
	out := map[string]string{}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			maps.Copy(out, leaves(at+"/"+k, x))
		}
	case []any:
		for i, x := range v {
			maps.Copy(out, leaves(fmt.Sprint(at, "/", i), x))
		}
	case string:
		out[at] = v
	}
	return out
}

// specification is as much of the OpenAPI document as the walk needs.
type specification struct {
	Paths map[string]map[string]struct {
		RequestBody *struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Properties map[string]schema
	Items      *schema
}

func (s *sample) spec() specification {
	s.t.Helper()
	b, err := s.srv.Router.Spec()
	s.must(err)
	var out specification
	s.must(json.Unmarshal(b, &out))
	if len(out.Paths) == 0 {
		s.t.Fatal("the specification is empty")
	}
	return out
}

// fill makes a value of a schema with the words in every text.
func (p specification) fill(x schema, words string, depth int) any {
	if name, ok := strings.CutPrefix(x.Ref, "#/components/schemas/"); ok {
		x = p.Components.Schemas[name]
	}
	kind := fmt.Sprint(x.Type)
	switch {
	case depth > 6:
		return nil
	case len(x.Properties) > 0:
		out := map[string]any{}
		for name, field := range x.Properties {
			out[name] = p.fill(field, words, depth+1)
		}
		return out
	case x.Items != nil:
		return []any{p.fill(*x.Items, words, depth+1)}
	case strings.Contains(kind, "string"):
		return words
	case strings.Contains(kind, "boolean"):
		return true
	case strings.Contains(kind, "integer"), strings.Contains(kind, "number"):
		return 1
	}
	return map[string]any{words: words}
}
