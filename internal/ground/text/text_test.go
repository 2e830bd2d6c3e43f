package text_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func TestRegisteredWordsAreWhole(t *testing.T) {
	if err := text.Check(); err != nil {
		t.Fatal(err)
	}
	keys := text.Keys()
	if !slices.IsSorted(keys) || !slices.Contains(keys, "fault.era_ended") {
		t.Errorf("keys: %v", keys)
	}
}

// Every fault that the ground makes by itself has a sentence that needs no more than it carries.
func TestEveryFaultSpeaks(t *testing.T) {
	for _, f := range []*fault.Fault{
		fault.Invalid(), fault.Malformed("", nil), fault.SignIn(), fault.Forbid(""), fault.NotFound(), fault.Conflict(""),
		fault.Moved(1), fault.TooMuch(0), fault.TooLarge("1 MiB"), fault.Unavailable(nil), fault.Required(), fault.KeyReuse(),
		fault.Defect(nil),
	} {
		ja, en := text.T(text.JA, f.Key, f.Args), text.T(text.EN, f.Key, f.Args)
		if !strings.HasSuffix(ja, "。") || !strings.HasSuffix(en, ".") || strings.ContainsAny(ja+en, "{}") {
			t.Errorf("%s: %s / %s", f.Key, ja, en)
		}
	}
}

type typedNumber int16

func TestPlaceholders(t *testing.T) {
	for _, c := range []struct {
		lang text.Lang
		key  string
		args map[string]any
		want string
	}{
		{text.JA, "fault.too_long", map[string]any{"max": 1200}, "1,200文字以内で入力してください。"},
		{text.EN, "fault.too_long", map[string]any{"max": 1200}, "Please keep this to 1,200 characters or fewer."},
		{text.EN, "fault.too_long", map[string]any{"max": 1}, "Please keep this to one character or fewer."},
		{text.EN, "fault.too_long", map[string]any{"max": typedNumber(1)}, "Please keep this to one character or fewer."},
		{text.EN, "fault.too_long", map[string]any{"max": typedNumber(2000)}, "Please keep this to 2,000 characters or fewer."},
		{text.EN, "fault.range", map[string]any{"min": -1234567, "max": 1234.5}, "Please enter a value from -1,234,567 to 1,234.5."},
		{text.EN, "fault.range", map[string]any{"min": uint8(0), "max": int64(999)}, "Please enter a value from 0 to 999."},
		{text.JA, "fault.unknown_field", map[string]any{"field": text.Pair{JA: "区分", EN: "Kind"}}, "「区分」という項目はありません。項目名をご確認ください。"},
		{text.EN, "fault.unknown_field", map[string]any{"field": text.Pair{JA: "区分", EN: "Kind"}}, "There is no field called “Kind”. Please check its name."},
		{text.EN, "fault.unknown_field", map[string]any{"field": "{max}"}, "There is no field called “{max}”. Please check its name."},
		{"vi", "fault.required", nil, "Please fill this in."},
		{"ja-Hira", "fault.required", nil, "入力してください。"},
		{"", "fault.required", nil, "入力してください。"},
	} {
		if got := text.T(c.lang, c.key, c.args); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.lang, c.key, got, c.want)
		}
	}
	if got := text.Spoken("ja-Hira", "fault.required"); got != text.JA {
		t.Errorf("spoken in %s", got)
	}
}

func TestWordSpeaksTheReadersLanguage(t *testing.T) {
	ctx := text.With(context.Background(), text.EN)
	if got := text.Word(ctx, "fault.too_long", "max", 20); got != "Please keep this to 20 characters or fewer." {
		t.Error(got)
	}
	if got := text.Word(context.Background(), "fault.required"); got != "入力してください。" {
		t.Error(got)
	}
}

func TestMissingWordsPanicUnderTest(t *testing.T) {
	for name, say := range map[string]func(){
		"key":         func() { text.T(text.JA, "fault.nonesuch", nil) },
		"placeholder": func() { text.T(text.JA, "fault.too_long", nil) },
		"odd pairs":   func() { text.Word(context.Background(), "fault.too_long", "max") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a missing %s goes unnoticed", name)
				}
			}()
			say()
		}()
	}
}

func TestNumbersByLanguage(t *testing.T) {
	for lang, want := range map[text.Lang]string{
		"ja": "1,234,567", "en": "1,234,567", "pt-BR": "1.234.567", "vi": "1.234.567", "fr": "1\u202f234\u202f567",
	} {
		if got := text.Number(lang, 1234567); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	if got := text.Number(text.EN, -9223372036854775808); got != "-9,223,372,036,854,775,808" {
		t.Error(got)
	}
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]text.Lang{
		"EN": "en", "pt_br": "pt-BR", "ja-hira": "ja-Hira", "zh-hant-tw": "zh-Hant-TW", "vi": "vi", " es ": "es",
		"": "", "e": "", "en-": "", "en-é": "", "<b>": "", "1a": "",
	} {
		if got, ok := text.ParseLang(tag); got != want || ok != (want != "") {
			t.Errorf("ParseLang(%q) = %q, %v", tag, got, ok)
		}
	}
	for lang, want := range map[text.Lang][]text.Lang{
		"ja": {"ja", "en"}, "en": {"en", "ja"}, "ja-Hira": {"ja-Hira", "ja", "en"}, "pt-BR": {"pt-BR", "pt", "en", "ja"},
		"en-GB": {"en-GB", "en", "ja"},
	} {
		if got := lang.Chain(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", lang, got, want)
		}
	}
	for lang, want := range map[text.Lang]text.Lang{"ja": "ja", "ja-Hira": "ja", "en-GB": "en", "vi": "en"} {
		if got := lang.Base(); got != want {
			t.Errorf("%s is written as %s, want %s", lang, got, want)
		}
	}
	for header, want := range map[string]text.Lang{
		"": "ja", "en-GB,en;q=0.9,ja;q=0.8": "en", "fr, ja;q=0.5, en;q=0.4": "ja", "fr": "ja", "en;q=0, ja;q=0.1": "ja",
		"ja;q=0.2, en;q=0.7": "en", ";;;,q=,en;q=x": "ja", "*": "ja",
	} {
		if got := text.Prefer(header, text.JA, text.EN); got != want {
			t.Errorf("Prefer(%q) = %s, want %s", header, got, want)
		}
	}
}

var program = text.Pair{JA: "住居確保", EN: "Housing", More: map[text.Lang]string{"vi": "Nhà ở", "ja-Hira": "すまい"}, Sort: "じゅうきょ"}

func TestPairFallsBack(t *testing.T) {
	for _, c := range []struct {
		pair  text.Pair
		lang  text.Lang
		want  string
		found text.Lang
	}{
		{program, "ja", "住居確保", "ja"},
		{program, "vi", "Nhà ở", "vi"},
		{program, "vi-VN", "Nhà ở", "vi"},
		{program, "es", "Housing", "en"},
		{program, "ja-Hira", "すまい", "ja-Hira"},
		{text.Pair{JA: "住居"}, "en", "住居", "ja"},
		{text.Pair{EN: "Housing"}, "ja", "Housing", "en"},
		{text.Pair{More: map[text.Lang]string{"vi": "Nhà"}}, "ja", "Nhà", "vi"},
		{text.Pair{}, "en", "", "en"},
		{text.Both("LINE"), "en", "LINE", "en"},
	} {
		if got, found := c.pair.Pick(c.lang); got != c.want || found != c.found || c.pair.In(c.lang) != got {
			t.Errorf("%v for %s: %q in %s", c.pair, c.lang, got, found)
		}
	}
	if program.SortKey("ja") != "じゅうきょ" || program.SortKey("en") != "housing" {
		t.Error("sort keys")
	}
}

func TestPairSetLeavesTheOriginalAlone(t *testing.T) {
	q := program.Set("vi", "").Set("es", "Vivienda").Set("ja", "住まい").Set("en", "Home")
	want := text.Pair{JA: "住まい", EN: "Home", More: map[text.Lang]string{"es": "Vivienda", "ja-Hira": "すまい"}, Sort: "じゅうきょ"}
	if !q.Equal(want) || program.Exact("vi") == "" || program.Exact("es") != "" {
		t.Errorf("%v, %v", q, program)
	}
}

func TestPairInJSON(t *testing.T) {
	got, err := json.Marshal(map[string]text.Pair{"name": program})
	want := `{"name":{"ja":"住居確保","en":"Housing","ja-Hira":"すまい","vi":"Nhà ở","sort":"じゅうきょ"}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for in, ok := range map[string]bool{
		`{"ja":"a"}`: true, `{}`: true, `null`: true, `{"ja":"a","vi":""}`: true,
		`{"ja":1}`: false, `{"jp ":"a"}`: false, `{"EN":"a"}`: false, `"a"`: false, `[]`: false, `{"name":"a"}`: false,
	} {
		var p text.Pair
		if err := json.Unmarshal([]byte(in), &p); (err == nil) != ok {
			t.Errorf("%s: %v", in, err)
		}
		if _, has := p.More["vi"]; has {
			t.Error("an empty text is kept")
		}
	}
}

func TestPairRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := text.Pair{JA: rapid.String().Draw(t, "ja"), EN: rapid.String().Draw(t, "en"), Sort: rapid.String().Draw(t, "sort")}
		if rapid.Bool().Draw(t, "further") {
			p = p.Set("vi", rapid.String().Draw(t, "vi"))
		}
		stored, err := p.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, []byte(stored.(string))} {
			var q text.Pair
			if err := q.Scan(src); err != nil || !q.Equal(p) {
				t.Fatalf("%#v came back as %#v, %v", p, q, err)
			}
		}
	})
	var p text.Pair
	for _, stored := range []any{nil, "", []byte(`{"ja":""}`)} {
		if err := p.Scan(stored); err != nil || !p.IsZero() {
			t.Errorf("%v: %v, %v", stored, p, err)
		}
	}
	if v, _ := (text.Pair{}).Value(); v != "" {
		t.Errorf("nothing is stored as %v", v)
	}
	if p.Scan(7) == nil || p.Scan("{") == nil {
		t.Error("a pair is read from what is none")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"  山田　":                  "山田",
		"　\t\n":                  "",
		"\ufeff山田":               "山田",
		"a\r\nb\rc\nd":           "a\nb\nc\nd",
		"は\u3099ハ\u309a":         "ばパ",
		"e\u0301":                "é",
		"𠮷野家":                    "𠮷野家",
		"葛\U000e0100城":           "葛\U000e0100城", // variation selector
		"辻\ufe00":                "辻\ufe00",
		"神\u304b\u3099":          "神が", // U+FA19 stays, the kana beside it is composed
		"\ufa19\ufa11\U0002f800": "\ufa19\ufa11\U0002f800",
		"👨\u200d👩\u200d👧 ❤\ufe0f 🇯🇵": "👨\u200d👩\u200d👧 ❤\ufe0f 🇯🇵",
		"ｱｲｳ １２３":                    "ｱｲｳ １２３", // width is the typist's choice
		"\ufffd":                     "\ufffd",
		"\u202eabc":                  "\u202eabc",
	} {
		got, err := text.Clean(in)
		if err != nil || got != want {
			t.Errorf("Clean(%+q) = %+q, %v; want %+q", in, got, err, want)
		}
	}
	for _, in := range []string{"a\x00b", "\xff", "山\xe7\x94", "a\x1bb", "a\x08", "\x7f", "\u0085", "\ufffe", "\uffff", "\U0001fffe", "\ufdd0", "\xed\xa0\x80"} {
		got, err := text.Clean(in)
		if f, ok := fault.As(err); !ok || got != "" || f.Fields[0].Key != "fault.bad_text" {
			t.Errorf("Clean(%+q) = %+q, %v", in, got, err)
		}
	}
}

func TestLineAndProse(t *testing.T) {
	for _, c := range []struct {
		in          string
		max         int
		line, prose string // keys
	}{
		{" 𠮷野 ", 2, "", ""},
		{"𠮷野家", 2, "fault.too_long", "fault.too_long"},
		{"", 2, "", ""},
		{"一\n二", 3, "fault.one_line", ""},
		{"一\t二", 3, "fault.one_line", ""},
		{"一\u2028二", 3, "fault.one_line", ""},
		{"一\r\n二", 3, "fault.one_line", ""},
		{"\x00", 3, "fault.bad_text", "fault.bad_text"},
	} {
		line, key, args := text.Line(c.in, c.max)
		if key != c.line {
			t.Errorf("Line(%q): %s, want %s", c.in, key, c.line)
		}
		if key != "" {
			text.T(text.EN, key, args)
		}
		prose, key, _ := text.Prose(c.in, c.max)
		if key != c.prose || prose != line {
			t.Errorf("Prose(%q): %q %s, want %q %s", c.in, prose, key, line, c.prose)
		}
	}
	if _, _, args := text.Line("12345", 3); args["max"] != 3 || args["over"] != 2 {
		t.Errorf("%v", args)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"山田　", "葛\U000e0100城", "は\u3099", "\ufa19\u0301", "\x00", "\xff", "a\r\nb", "👨\u200d👩", "\u0344\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean, err := text.Clean(s)
		if err != nil {
			if !errors.Is(err, fault.KindInvalid) || clean != "" {
				t.Fatalf("%+q: %+q, %v", s, clean, err)
			}
			return
		}
		if again, err := text.Clean(clean); err != nil || again != clean {
			t.Fatalf("%+q cleans to %+q, and that to %+q, %v", s, clean, again, err)
		}
		for _, r := range clean {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Fatalf("%+q keeps %U", s, r)
			}
		}
	})
}
