package ui

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// draw renders a part in a language.
func draw(t *testing.T, lang text.Lang, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(text.With(context.Background(), lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWordsAreComplete(t *testing.T) {
	if err := text.Check(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range fault.Kinds() {
		if key := faultTitleKey(kind); !text.Has(key) {
			t.Errorf("no word %s for a fault page", key)
		}
	}
}

// A template says nothing by itself: every sentence is a word with a key.
func TestTemplatesHoldNoSentences(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	japanese := regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`)
	english := regexp.MustCompile(`>[^<{}]*[a-z]{2,} [a-z]{2,}[^<{}]*<`)
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(body), "\n") {
			if strings.HasPrefix(line, "//") {
				continue
			}
			if japanese.MatchString(line) || english.MatchString(line) {
				t.Errorf("%s:%d says something by itself: %s", name, i+1, line)
			}
		}
	}
}

// golden compares small fragments with testdata; -update writes them.
func TestGolden(t *testing.T) {
	required := fault.Invalid(fault.Field{Pointer: "/names/0/family", Key: "fault.required"})
	for name, part := range map[string]templ.Component{
		"button":       Button(Act{Label: "Open", Href: "/desk/cases/1", Kind: Primary, Icon: "briefcase"}),
		"button_post":  Button(Act{Label: "Approve", Post: "/approve", Fields: map[string]string{"version": "3"}}),
		"blocked":      Button(Act{Label: "Move on", Href: "/next", Blocked: "two goals are open"}),
		"tag":          Tag(TagProps{Text: "High risk", Tone: Bad}),
		"stage_path":   StagePath(StagePathProps{Stages: []Stage{{Label: "A", State: StageDone}, {Label: "B", State: StageNow}, {Label: "C"}}, Criteria: []Criterion{{Label: "signed", Met: true}}}),
		"row":          Table(TableProps{ID: "t", Columns: []Column{{Label: "Name"}, {Label: "Due", SortHref: "?s", Sorted: "asc"}}, Rows: []Row{{ID: "1", Href: "/1", Title: "Maruyama", Sub: "C-1", Unread: true, Cells: []templ.Component{nil}}}, Bulk: &BulkProps{Acts: []Act{{Label: "Close", Post: "/close"}}}}),
		"field_fault":  In(Form(FormProps{Action: "/save", Key: "key", Version: "2", Typed: url.Values{"names/0/family": {"x"}}, Fault: required}), TextField(Field{Name: "names/0/family", Label: "Family name", Value: "old", Required: true})),
		"date":         DateField(Field{Name: "birth_date", Label: "Born", Value: "S43.4.12"}),
		"segmented":    Segmented(Field{Name: "mark", Label: "Mark", Value: "b"}, []Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B", Tone: OK}}),
		"empty":        Empty(EmptyProps{Title: "Nothing yet", Act: Act{Label: "Start", Href: "/new"}}),
		"pager":        Pager(PagerProps{Text: "1–50", NextHref: "?after=x"}),
		"fault_page":   FaultPage(FaultProps{Err: fault.NotFound(), Ref: "7F"}),
		"merge_choice": Merge(MergeProps{Title: "Merge", Form: FormProps{Action: "/p", Key: "key", Version: "5"}, Keep: url.Values{"note": {"kept"}, "version": {"4"}, "idempotency_key": {"old"}}, Fields: []MergeField{{Name: "phone", Label: "Phone", Before: "1", Yours: "2", Theirs: "3"}}, Submit: "Save"}),
	} {
		t.Run(name, func(t *testing.T) {
			got := stable(draw(t, text.EN, part)) + "\n"
			path := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("changed; look, then run with -update\n got %s\nwant %s", got, want)
			}
		})
	}
}

var (
	freshKey  = regexp.MustCompile(`name="idempotency_key" value="[A-Za-z0-9_-]{22}"`)
	assetHash = regexp.MustCompile(`\.[0-9a-f]{12}\.`)
)

// stable takes what differs from run to run out of a fragment.
func stable(s string) string {
	s = freshKey.ReplaceAllString(s, `name="idempotency_key" value="FRESH"`)
	return assetHash.ReplaceAllString(s, ".HASH.")
}

func TestEverythingIsEscaped(t *testing.T) {
	const evil = `<script>alert("x")</script>'"&`
	tag := TagProps{Text: evil, Tone: Bad}
	act := Act{Label: evil, Href: "/x", Icon: evil}
	parts := []templ.Component{
		Button(act), Button(Act{Label: evil, Blocked: evil}), Button(Act{Label: evil, Post: evil, Fields: map[string]string{evil: evil}, IconOnly: true}),
		Menu(MenuProps{Label: evil, Items: []Act{act, {Label: evil, Blocked: evil}}}), Tag(tag), Tags([]TagProps{tag}), IconMark(evil, evil),
		Head(HeadProps{Title: evil, Note: evil, Meta: []TagProps{tag}, Figures: []Figure{{Value: evil, Of: evil, Label: evil}}}),
		Card(CardProps{Title: evil, Note: evil, ID: evil, Tag: tag, More: act}), Facts([]Fact{{Label: evil, Value: evil, Note: evil, Lang: evil}}),
		Tabs(TabsProps{Label: evil, Items: []TabItem{{Label: evil, Href: evil}}}), Notice(NoticeProps{Title: evil, Text: evil, Tone: Bad}), Toast(ToastProps{Text: evil}),
		Prompts(PromptsProps{Title: evil, Note: evil, Items: []Prompt{{Title: evil, Sub: evil, Icon: evil, Act: act}}}), StagePath(StagePathProps{Label: evil, Stages: []Stage{{Label: evil}}, Criteria: []Criterion{{Label: evil}}}),
		Highlights(HighlightsProps{Initials: evil, Name: evil, Sub: evil, Lang: evil, Tags: []TagProps{tag}}), Timeline(TimelineProps{Days: []Day{{Label: evil, Entries: []Entry{{Title: evil, Body: evil, Meta: evil, At: evil}}}}}),
		Composer(ComposerProps{Name: evil, Label: evil, Placeholder: evil, KindName: evil, Kinds: []Option{{Value: evil, Label: evil}}, Submit: evil}),
		Tasks([]TaskItem{{Title: evil, Sub: evil, Due: evil, Post: "/x"}}), Agenda([]AgendaItem{{From: evil, Title: evil, Note: evil}}), Progress(ProgressProps{Label: evil, Text: evil}), Members([]Member{{Initials: evil, Name: evil, Role: evil}}),
		Table(TableProps{ID: evil, Caption: evil, Views: []View{{Label: evil, Href: evil}}, Filter: &FilterProps{Action: evil, Value: evil, Placeholder: evil, Hidden: map[string]string{evil: evil}, Facets: []Facet{{Name: evil, Label: evil, Options: []Option{{Value: evil, Label: evil}}}}}, Bulk: &BulkProps{Acts: []Act{act}}, Columns: []Column{{Label: evil}, {Label: evil}}, Rows: []Row{{ID: evil, Title: evil, Sub: evil, Lang: evil, Marks: []Mark{{evil, evil}}, Cells: []templ.Component{Two(evil, evil)}}}, Pager: &PagerProps{Text: evil}}),
		Compare(CompareProps{Label: evil, Criteria: []string{evil}, Offers: []Offer{{Title: evil, Sub: evil, Note: evil, Values: []OfferValue{{Text: evil, Note: evil}}}}}), BarChart(BarChartProps{Title: evil, Bars: []Bar{{Label: evil, Value: 1, Text: evil}}}), LineChart(LineChartProps{Title: evil, Points: []Point{{Label: evil, Value: 1, Text: evil}}}),
		Network(NetworkProps{Centre: evil, Nodes: []Node{{Name: evil, Role: evil, Tie: TieStrained}}}), Documents([]Document{{Name: evil, Kind: evil, Size: evil, Note: evil, Tag: tag}}), Audit([]AuditLine{{Who: evil, What: evil, When: evil, Exact: evil, Where: evil, Why: evil, Changes: []Change{{evil, evil, evil}}}}),
		Money(MoneyProps{Caption: evil, Columns: []string{evil}, Lines: []MoneyLine{{Label: evil, Note: evil, Amounts: []string{evil}}}}), Consent(ConsentProps{Statement: evil, Shared: []string{evil}, Withheld: []string{evil}, Note: evil}), Signature(SignatureProps{Prefix: evil, Agreement: evil, Name: evil}), Signature(SignatureProps{SignedBy: evil, SignedAt: evil, How: evil}),
		PrintHead(PrintHeadProps{Agency: evil, Title: evil, Sub: evil, Number: evil, Stamps: []string{evil}}), Copy(evil), Reveal(evil, evil, evil), Confirm(ConfirmProps{Title: evil, Text: evil, Submit: evil}), FaultPage(FaultProps{Err: fault.NotFound(), Ref: evil}),
		Merge(MergeProps{Title: evil, Who: evil, When: evil, Keep: url.Values{evil: {evil}}, Fields: []MergeField{{Name: evil, Label: evil, Before: evil, Yours: evil, Theirs: evil}}}),
		Roster(RosterProps{Marks: []RosterMark{{Value: evil, Label: evil, Key: evil}}, People: []RosterPerson{{ID: evil, Name: evil, Kana: evil, Number: evil, Note: evil, Warning: evil, Mark: evil}}, Amount: evil, Submit: evil}),
		TextField(Field{Name: evil, Label: evil, Value: evil, Hint: evil, Fault: evil, Placeholder: evil, Prefix: evil, Suffix: evil}), TextArea(Field{Name: evil, Label: evil, Value: evil}), Select(Field{Name: evil, Label: evil}, []Option{{Value: evil, Label: evil}}), Radios(Field{Name: evil, Label: evil}, []Option{{Value: evil, Label: evil, Hint: evil}}),
		Check(Field{Name: evil, Label: evil}), DateField(Field{Name: evil, Label: evil, Value: evil, Echo: evil}), FileField(Field{Name: evil, Label: evil, Accept: evil}), PersonName(PersonNameProps{Prefix: evil, Legend: evil, Family: evil}), Address(AddressProps{Prefix: evil, Legend: evil, City: evil}),
		Repeater(RepeaterProps{Name: evil, Legend: evil, Groups: []templ.Component{Text(evil)}, AddLabel: evil}), Picker(PickerProps{Field: Field{Name: evil, Label: evil, Value: evil}, Chosen: evil, SearchHref: evil, Found: []Found{{ID: evil, Title: evil, Sub: evil, Why: evil}}}), SearchFound([]Found{{Title: evil, Sub: evil, Why: evil, Href: evil}}, evil),
		Question(QuestionProps{Title: evil, Hint: evil, Next: evil}), Answers([]Answer{{evil, evil, evil}}), Steps([]Step{{Label: evil}}), Job(JobProps{Title: evil, Text: evil, State: "running"}),
		Shell(Page{Title: evil, Audience: Desk, Agency: evil, Nav: []NavItem{{Label: evil, Href: evil, Section: evil}}, User: User{Name: evil, Initials: evil, Role: evil}, SearchHref: evil, SearchHint: evil, Crumbs: []Crumb{{evil, evil}}, QuickExit: evil, Toast: &ToastProps{Text: evil}, IdleSeconds: 9, KeepHref: evil}),
	}
	for i, part := range parts {
		got := draw(t, text.JA, part)
		if strings.Contains(got, "<script>alert") || strings.Contains(got, `="<script`) {
			t.Errorf("part %d lets markup through: %.200s", i, got)
		}
	}
}

func TestNoInlineStyleOrScript(t *testing.T) {
	inline := regexp.MustCompile(`\sstyle=|\son[a-z]+=|hx-on|<style|<script(?:>| [^s])|javascript:|js:`)
	for _, page := range GalleryPages() {
		r := httptest.NewRequest(http.MethodGet, "/admin/gallery?lang=en&page="+page, nil)
		w := httptest.NewRecorder()
		Gallery(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", page, w.Code)
		}
		body := w.Body.String()
		if at := inline.FindString(body); at != "" {
			t.Errorf("%s has %q, which the content policy blocks", page, at)
		}
		if n := strings.Count(body, "<h1"); n != 1 {
			t.Errorf("%s has %d h1", page, n)
		}
		if twice := repeated(regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(body, -1)); twice != "" {
			t.Errorf("%s has the id %q twice", page, twice)
		}
		if w.Header().Get("Content-Security-Policy") != ContentPolicy {
			t.Errorf("%s has no content policy", page)
		}
	}
}

// repeated answers the first value that stands twice.
func repeated(found [][]string) string {
	seen := map[string]bool{}
	for _, one := range found {
		if seen[one[1]] {
			return one[1]
		}
		seen[one[1]] = true
	}
	return ""
}

func TestColdPageIsSmall(t *testing.T) {
	const budget = 54 << 10 // bytes over the wire, in English, whose face comes too; the bar of every page is 60 KiB
	total := 0
	for _, name := range []string{"kizuna.css", "kizuna.js", "htmx.min.js", "icons.svg", "mark.svg"} {
		total += len(assetByName[name].small)
	}
	r := httptest.NewRequest(http.MethodGet, "/admin/gallery?page=case&lang=ja", nil)
	w := httptest.NewRecorder()
	Gallery(w, r)
	page := len(compress(w.Body.Bytes()))
	face := len(assetByName["inter.woff2"].plain)
	t.Logf("files %d, case page %d, English face %d bytes", total, page, face)
	if total+page+face > budget {
		t.Errorf("a cold page is %d bytes, more than %d", total+page, budget)
	}
}

// What is taken from the sheet and the script is for their authors only.
func TestSqueeze(t *testing.T) {
	sheet := "/* said */\n.a > .b, .c :where(p) {\n\tcolor: red;\n\tmargin: calc(1px + 2px) 0;\n}\n@media (min-width: 2px) and (max-width: 9px) { a::after { content: \" \"; } }\n"
	if got, want := string(squeezeStyle([]byte(sheet))), `.a>.b,.c :where(p){color:red;margin:calc(1px + 2px) 0}@media (min-width:2px) and (max-width:9px){a::after{content:" "}}`; strings.TrimSpace(got) != want {
		t.Errorf("sheet:\n%s", got)
	}
	if got := string(squeezeScript([]byte("// said\n(() => {\n\tuse(\"a // b\"); // kept\n\n})();\n"))); got != "(() => {\nuse(\"a // b\"); // kept\n})();\n" {
		t.Errorf("script:\n%s", got)
	}
	script, err := assetFiles.ReadFile("assets/kizuna.js")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(script), "\n") {
		if strings.Count(line, "`")%2 != 0 {
			t.Errorf("kizuna.js:%d: text that runs over lines would lose its indentation", i+1)
		}
	}
}

func TestAssets(t *testing.T) {
	get := func(path, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		Assets().ServeHTTP(w, r)
		return w
	}
	small, plain := get(Asset("kizuna.css"), "br, gzip"), get(Asset("kizuna.css"), "gzip;q=0")
	if small.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
		t.Error("gzip goes to those who take it and to no one else")
	}
	if !strings.Contains(plain.Body.String(), Asset("inter.woff2")) {
		t.Error("the style sheet must name the face by its hashed address")
	}
	if got := small.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control is %q", got)
	}
	for _, path := range []string{"/assets/kizuna.css", "/assets/", "/assets/../page.go", "/assets/refresh.sh"} {
		if w := get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

func TestTypedWinsOverRecord(t *testing.T) {
	form := func(typed url.Values) string {
		return draw(t, text.EN, In(Form(FormProps{Action: "/", Typed: typed}),
			TextField(Field{Name: "a", Value: "record"}), Radios(Field{Name: "b", Value: "one"}, []Option{{Value: "one"}, {Value: "two"}}), Check(Field{Name: "c", Value: "true"})))
	}
	fresh, back := form(nil), form(url.Values{"a": {"typed"}, "b": {"two"}})
	if !strings.Contains(fresh, `value="record"`) || !strings.Contains(fresh, `value="one" id="f-b" checked`) || !strings.Contains(fresh, `value="true" checked`) {
		t.Errorf("a fresh form shows the record: %s", fresh)
	}
	if strings.Contains(back, "record") || !strings.Contains(back, `value="typed"`) || !strings.Contains(back, `value="two" checked`) || strings.Contains(back, `value="true" checked`) {
		t.Errorf("a form that came back shows what was typed: %s", back)
	}
}

// An amount stands in its field as everywhere else, its thousands parted; what is no plain amount stays.
func TestMoneyFieldGroups(t *testing.T) {
	for amount, want := range map[string]string{"": "", "500": "500", "12000": "12,000", "1234567": "1,234,567", "12.34": "12.34", "1,000": "1,000"} {
		if got := draw(t, text.EN, MoneyField(Field{Name: "price", Value: amount})); !strings.Contains(got, `value="`+want+`"`) {
			t.Errorf("%q is not shown as %q: %s", amount, want, got)
		}
	}
}

// A choice that says in words what none means is not preceded by an empty one.
func TestSelectHasOneNone(t *testing.T) {
	list := []Option{{Value: "a", Label: "A"}}
	for _, options := range [][]Option{list, append([]Option{{Label: "Any benefit"}}, list...)} {
		if got := draw(t, text.EN, Select(Field{Name: "kind"}, options)); strings.Count(got, `<option value=""`) != 1 {
			t.Errorf("one way to choose nothing: %s", got)
		}
	}
}

func TestFaultsOf(t *testing.T) {
	err := fault.Invalid(fault.Field{Pointer: "/b", Key: "fault.required"}, fault.Field{Pointer: "/a", Key: "fault.required"}, fault.Field{Pointer: "/b", Key: "fault.invalid"})
	got := FaultsOf(text.With(context.Background(), text.EN), err)
	if strings.Join(got.Order, ",") != "b,a" || got.ByName["b"] != text.T(text.EN, "fault.required", nil) {
		t.Errorf("first message of each field, in order: %+v", got)
	}
	if unknown := FaultsOf(context.Background(), context.Canceled); unknown.Head != text.T(text.JA, "fault.defect", nil) {
		t.Errorf("an unknown error is a defect, not its own text: %+v", unknown)
	}
}

// The summary names the fields by their labels; a fault without a field on the page is told without a link.
func TestSummaryNamesFields(t *testing.T) {
	err := fault.Invalid(fault.Field{Pointer: "/a", Key: "fault.required"}, fault.Field{Pointer: "/elsewhere", Key: "fault.required"})
	got := draw(t, text.EN, In(Form(FormProps{ID: "p", Action: "/", Fault: err}), In(Fields(), TextField(Field{Name: "a", Label: "Family name"}))))
	said := text.T(text.EN, "fault.required", nil)
	if !strings.Contains(got, `<a href="#p-a">Family name: `+said) || strings.Contains(got, "#p-elsewhere") || strings.Count(got, said) != 3 {
		t.Error(got)
	}
}

func TestDate(t *testing.T) {
	for typed, want := range map[string]struct{ wrong, says string }{
		"昭和43年4月12日": {"", "12 April 1968 (Showa 43)"},
		"2019-05-01": {"", "1 May 2019 (Reiwa 1)"},
		"":           {"", ""},
		"2026-02-30": {wrong: "wrong"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/ui/date?v="+url.QueryEscape(typed), nil)
		w := httptest.NewRecorder()
		Date(w, r.WithContext(text.With(r.Context(), text.EN)))
		if got := w.Header().Get("Kizuna-Date"); got != want.wrong || (got == "" && w.Body.String() != want.says) || (got != "" && w.Body.Len() == 0) {
			t.Errorf("%q: %s %q", typed, got, w.Body)
		}
	}
}

func TestSmallWords(t *testing.T) {
	for name, want := range map[string]string{"丸山 修": "丸", "Osamu Maruyama": "OM", "Megumi": "M", "": "", "グエン・ティ・ラン": "グ"} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
	if Count(99) != "99" || Count(100) != "99+" {
		t.Error("lists count to 99+")
	}
	r := httptest.NewRequest(http.MethodGet, "/desk/people?q=%E5%B1%B1&lang=ja", nil)
	if got := LangHref(r, text.EN); got != "/desk/people?lang=en&q=%E5%B1%B1" {
		t.Errorf("switching language keeps the place: %s", got)
	}
}

func TestNetworkStaysInItsPicture(t *testing.T) {
	for n := 1; n <= 14; n++ {
		for _, s := range (NetworkProps{Nodes: make([]Node, n)}).spots() {
			if s.x < 14 || s.x > netWidth-14 || s.y < 14 || s.roleY > netHeight+2 {
				t.Errorf("%d nodes: one stands at %.0f,%.0f", n, s.x, s.y)
			}
		}
	}
}
