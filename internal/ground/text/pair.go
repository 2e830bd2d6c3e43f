package text

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Pair is content that an agency writes itself, in Japanese, English and any further language:
// the name of a program, a reason, a label. Nothing in it is required.
type Pair struct {
	JA   string          `json:"ja"`
	EN   string          `json:"en"`
	More map[Lang]string `json:"-"` // further languages
	Sort string          `json:"-"` // sort key, usually kana; "" sorts by the text
}

// Both is the same text in Japanese and English, for names that have no translation.
func Both(s string) Pair { return Pair{JA: s, EN: s} }

// In is the text for a reader of lang, along the chain of languages; "" when there is none at all.
func (p Pair) In(lang Lang) string {
	s, _ := p.Pick(lang)
	return s
}

// Pick is In together with the language it was found in, so that a page can show that it had to
// fall back.
func (p Pair) Pick(lang Lang) (string, Lang) {
	if s := p.Exact(lang); s != "" {
		return s, lang
	}
	for _, next := range lang.Chain() {
		if s := p.Exact(next); s != "" {
			return s, next
		}
	}
	for _, next := range slices.Sorted(maps.Keys(p.More)) {
		if s := p.More[next]; s != "" {
			return s, next
		}
	}
	return "", lang
}

// Exact is the text in lang itself, without falling back.
func (p Pair) Exact(lang Lang) string {
	switch lang {
	case JA:
		return p.JA
	case EN:
		return p.EN
	}
	return p.More[lang]
}

// Set returns the pair with another text in one language; "" removes it.
func (p Pair) Set(lang Lang, s string) Pair {
	switch lang {
	case JA:
		p.JA = s
	case EN:
		p.EN = s
	default:
		p.More = maps.Clone(p.More)
		if p.More == nil {
			p.More = map[Lang]string{}
		}
		p.More[lang] = s
		if s == "" {
			delete(p.More, lang)
		}
	}
	return p
}

// SortKey orders pairs for a reader of lang: the sort key for Japanese where one is given,
// otherwise the text in lower case.
func (p Pair) SortKey(lang Lang) string {
	if lang.Base() == JA && p.Sort != "" {
		return p.Sort
	}
	return strings.ToLower(p.In(lang))
}

// IsZero says that nothing is written in any language.
func (p Pair) IsZero() bool {
	return p.JA == "" && p.EN == "" && p.Sort == "" && len(p.More) == 0
}

// Equal compares all languages and the sort key.
func (p Pair) Equal(q Pair) bool {
	return p.JA == q.JA && p.EN == q.EN && p.Sort == q.Sort && maps.Equal(p.More, q.More)
}

// MarshalJSON writes one member per language and "sort": {"ja":"相談","en":"Advice","sort":"そうだん"}.
// The same pair always gives the same bytes. Empty members are left out, except ja and en.
func (p Pair) MarshalJSON() ([]byte, error) {
	out := []byte(`{"ja":`)
	out = appendString(out, p.JA)
	out = append(out, `,"en":`...)
	out = appendString(out, p.EN)
	for _, lang := range slices.Sorted(maps.Keys(p.More)) {
		if p.More[lang] != "" {
			out = append(out, ',')
			out = appendString(out, string(lang))
			out = append(out, ':')
			out = appendString(out, p.More[lang])
		}
	}
	if p.Sort != "" {
		out = append(out, `,"sort":`...)
		out = appendString(out, p.Sort)
	}
	return append(out, '}'), nil
}

func appendString(out []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return append(out, quoted...)
}

// UnmarshalJSON reads what MarshalJSON writes, and null as nothing. A member that is neither a
// language tag nor "sort" is refused.
func (p *Pair) UnmarshalJSON(b []byte) error {
	var members map[string]string
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	var q Pair
	for name, s := range members {
		if name == "sort" {
			q.Sort = s
			continue
		}
		lang, ok := ParseLang(name)
		if !ok || string(lang) != name {
			return fmt.Errorf("text: %q is not a language", name)
		}
		if s != "" {
			q = q.Set(lang, s)
		}
	}
	*p = q
	return nil
}

// Value stores a pair as JSON text; the empty pair as "".
func (p Pair) Value() (driver.Value, error) {
	if p.IsZero() {
		return "", nil
	}
	b, err := p.MarshalJSON()
	return string(b), err
}

// Scan reads a pair from a text column of either engine; "" and NULL are the empty pair.
func (p *Pair) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case nil:
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return fmt.Errorf("text: a pair is stored as text, not as %T", src)
	}
	if len(b) == 0 {
		*p = Pair{}
		return nil
	}
	return p.UnmarshalJSON(b)
}
