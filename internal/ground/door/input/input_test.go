package input_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"

	"kizuna/internal/ground/door/input"
)

type inner struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

type base struct {
	Common string `json:"common"`
}

type everything struct {
	base
	Base
	Word   *string           `json:"word"`
	Number *int              `json:"number"`
	When   calendar.Time     `json:"when"`
	Born   calendar.Partial  `json:"born"`
	Amount ledger.Money      `json:"amount"`
	Hours  ledger.Quantity   `json:"hours"`
	Share  float64           `json:"share"`
	Small  int8              `json:"small"`
	Rows   []inner           `json:"rows"`
	Extra  map[string]any    `json:"extra"`
	Labels map[string]string `json:"labels"`
	Raw    json.RawMessage   `json:"raw"`
	Inside inner             `json:"inside"`
	Title  text.Pair         `json:"title"`
	Hidden string            `json:"-"`
}

// Base is embedded and exported, so its fields are those of the whole.
type Base struct {
	Shared string `json:"shared"`
}

var tokyo = input.Settings{Zone: calendar.Tokyo, Currency: "USD"}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestFormAndJSONReadTheSame(t *testing.T) {
	var a, b everything
	_, err := input.Form(form("shared", "s", "word", "w", "when", "2026-11-24T10:30", "born", "昭和43年4月", "amount", "1,234.50", "hours", "１.５",
		"share", "0.25", "small", "-3", "rows/0/name", "x", "rows/0/tags", "1", "rows/0/tags", "2", "extra/height", "180", "extra/known", "a", "extra/known", "b",
		"labels/a~1b", "c", "inside/name", "n", "title/ja", "題", "title/vi", "v"), &a, nil, false, tokyo)
	if err != nil {
		t.Fatal(err)
	}
	err = input.JSON([]byte(`{"shared":"s","word":"w","when":"2026-11-24T01:30:00Z","born":{"date":"1968-04-01","precision":"month"},"amount":{"amount":"1234.50","currency":"USD"},
		"hours":"1.5","share":0.25,"small":-3,"rows":[{"name":"x","tags":["1","2"]}],"extra":{"height":"180","known":["a","b"]},"labels":{"a/b":"c"},"inside":{"name":"n"},
		"title":{"ja":"題","vi":"v"}}`), &b, false, tokyo)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("form %+v\nJSON %+v", a, b)
	}
}

func TestFreeJSONIsKept(t *testing.T) {
	var a everything
	if err := input.JSON([]byte(`{"raw":{"b":[1,2.50,true,null,"あ<"],"a":{}}}`), &a, false, tokyo); err != nil {
		t.Fatal(err)
	}
	if got := string(a.Raw); got != `{"a":{},"b":[1,2.50,true,null,"あ<"]}` {
		t.Error(got)
	}
	if err := input.JSON([]byte(`{"raw":{"b":["a\u0001"]}}`), &a, false, tokyo); !errors.Is(err, fault.KindInvalid) {
		t.Errorf("control character in free JSON: %v", err)
	}
}

func TestWhatIsLeftOutSaysNothing(t *testing.T) {
	one, word := 1, "w"
	for _, c := range []struct {
		body   string
		patch  bool
		word   *string
		number *int
	}{
		{`{}`, true, nil, nil},
		{`{"word":null}`, false, nil, nil},
		{`{"word":null}`, true, new(string), nil},
		{`{"word":"w","number":1}`, true, &word, &one},
	} {
		var got everything
		if err := input.JSON([]byte(c.body), &got, c.patch, tokyo); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Word, c.word) || !reflect.DeepEqual(got.Number, c.number) {
			t.Errorf("%s: %v %v", c.body, got.Word, got.Number)
		}
	}
	var got everything
	if _, err := input.Form(form("word", "", "number", " ", "small", "", "share", "", "amount", "", "hours", "", "when", "", "born", ""), &got, nil, false, tokyo); err != nil {
		t.Fatal(err)
	}
	if got.Word == nil || *got.Word != "" || got.Number != nil {
		t.Errorf("typed empty: %v %v", got.Word, got.Number)
	}
}

func TestHiddenAndUnexportedFieldsAreNotThere(t *testing.T) {
	for _, name := range []string{"Hidden", "-", "base", "Base", "Shared"} {
		var got everything
		if _, err := input.Form(form(name, "x"), &got, nil, false, tokyo); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err := input.JSON([]byte(`{"`+name+`":"x"}`), &got, false, tokyo); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("JSON %s: %v", name, err)
		}
		if !reflect.DeepEqual(got, everything{}) {
			t.Errorf("%s got in: %+v", name, got)
		}
	}
}

func TestManyNamesTakeNoLongTime(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"extra":{`)
	for i := range 60_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.Repeat("x", 4) + time.Duration(i).String() + `":1`)
	}
	b.WriteString(`}}`)
	var got everything
	if err := input.JSON([]byte(b.String()), &got, false, tokyo); err != nil || len(got.Extra) != 60_000 {
		t.Errorf("%d, %v", len(got.Extra), err)
	}
}

func TestRepeatedKeepsWhatIsTyped(t *testing.T) {
	got := input.Repeated(form("rows/0/name", "a", "rows/4/name", "b", "word", "w"), "rows", "")
	if want := form("rows/0/name", "a", "rows/1/name", "b", "rows/2", "", "word", "w"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	got = input.Repeated(form("inside/tags/0", "a", "inside/tags/1", "b"), "", "inside/tags/0")
	if want := form("inside/tags/0", "b"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	got = input.Repeated(form("word", "w"), "", "rows/7")
	if want := form("word", "w"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"word":"a"}`, `{"rows":[{"name":null}],"extra":{"a":[1,{}]}}`, `{"title":{"ja":""}}`, `{"word":"\ud83d\ude00"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got everything
		err := input.JSON([]byte(s), &got, false, tokyo)
		if err == nil && !json.Valid([]byte(s)) {
			t.Errorf("took %q", s)
		}
		if f, ok := fault.As(err); err != nil && (!ok || f.Kind != fault.KindInvalid && f.Kind != fault.KindMalformed) {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add("word=a&rows%2F0%2Fname=x&extra%2Fa=1&title%2Fja=a")
	f.Add("rows=1&rows%2F=2&%2F%2F=3&amount%2Famount=1&born=1")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		var got everything
		tidy, err := input.Form(v, &got, nil, false, tokyo)
		if err != nil {
			return
		}
		var again everything
		_, err = input.Form(tidy, &again, nil, false, tokyo)
		if a, b := written(t, got), written(t, again); err != nil || a != b {
			t.Errorf("drawn again it reads differently: %v\n%s\n%s", err, a, b)
		}
	})
}

// written is what was read; an empty list is as good as none.
func written(t *testing.T, x everything) string {
	t.Helper()
	x.Raw = nil
	b, err := json.Marshal(x)
	if err != nil {
		t.Skip(err) // a number that JSON cannot hold, or a year past 9999
	}
	return strings.NewReplacer("[]", "null", "{}", "null").Replace(string(b))
}
