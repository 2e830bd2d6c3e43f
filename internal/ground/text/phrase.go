package text

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// phrase is one sentence with placeholders.
type phrase []part

// part is literal text, a placeholder, or a choice between one and many.
type part struct {
	lit       string
	name      string
	one, many phrase // both set when the part is a choice
	choice    bool
}

// parsePhrase reads "{name}" and "{n|one case|{n} cases}"; "\n" written out is a line end.
func parsePhrase(s string) (phrase, error) {
	p, rest, err := parseParts(s, "")
	if err == nil && rest != "" {
		err = errors.New("} without {")
	}
	return p, err
}

// parseParts reads up to, and leaves, the first character of stop or "}" outside a placeholder.
func parseParts(s, stop string) (phrase, string, error) {
	var p phrase
	for {
		i := strings.IndexAny(s, "{}"+stop)
		if i < 0 {
			return p.literal(s), "", nil
		}
		p = p.literal(s[:i])
		if s[i] != '{' {
			return p, s[i:], nil
		}
		next, rest, err := parsePlaceholder(s[i+1:])
		if err != nil {
			return nil, "", err
		}
		p, s = append(p, next), rest
	}
}

func (p phrase) literal(s string) phrase {
	if s == "" {
		return p
	}
	return append(p, part{lit: strings.ReplaceAll(s, `\n`, "\n")})
}

// parsePlaceholder reads what follows a "{".
func parsePlaceholder(s string) (part, string, error) {
	end := strings.IndexAny(s, "|}")
	if end < 0 {
		return part{}, "", errors.New("{ without }")
	}
	q := part{name: s[:end]}
	if !validName(q.name) {
		return part{}, "", fmt.Errorf("{%s} is no placeholder name", q.name)
	}
	if s[end] == '}' {
		return q, s[end+1:], nil
	}
	var err error
	q.choice = true
	if q.one, s, err = parseParts(s[end+1:], "|"); err != nil {
		return part{}, "", err
	}
	if !strings.HasPrefix(s, "|") {
		return part{}, "", fmt.Errorf("{%s|…} needs two forms", q.name)
	}
	if q.many, s, err = parseParts(s[1:], "|"); err != nil {
		return part{}, "", err
	}
	if !strings.HasPrefix(s, "}") {
		return part{}, "", fmt.Errorf("{%s|…} needs exactly two forms and a }", q.name)
	}
	return q, s[1:], nil
}

func validName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' && (r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// names collects placeholder names: printed ones, and those that only choose a form.
func (p phrase) names(printed, chosen map[string]bool) {
	for _, q := range p {
		switch {
		case q.choice:
			chosen[q.name] = true
			q.one.names(printed, chosen)
			q.many.names(printed, chosen)
		case q.name != "":
			printed[q.name] = true
		}
	}
}

// unmatched lists the placeholders that p prints and q does not know.
func (p phrase) unmatched(q phrase) []string {
	mine, theirs := map[string]bool{}, map[string]bool{}
	p.names(mine, map[string]bool{})
	q.names(theirs, theirs)
	var lost []string
	for name := range mine {
		if !theirs[name] {
			lost = append(lost, name)
		}
	}
	slices.Sort(lost)
	return lost
}

func (p phrase) fill(lang Lang, key string, args map[string]any) string {
	if len(p) == 1 && p[0].name == "" {
		return p[0].lit
	}
	var b strings.Builder
	p.write(&b, lang, key, args)
	return b.String()
}

func (p phrase) write(b *strings.Builder, lang Lang, key string, args map[string]any) {
	for _, q := range p {
		if q.name == "" {
			b.WriteString(q.lit)
			continue
		}
		v, ok := args[q.name]
		if !ok {
			missing(key + " needs {" + q.name + "}")
		}
		switch {
		case q.choice && isOne(v):
			q.one.write(b, lang, key, args)
		case q.choice:
			q.many.write(b, lang, key, args)
		case !ok:
			b.WriteString("{" + q.name + "}")
		default:
			b.WriteString(show(lang, v))
		}
	}
}

func isOne(v any) bool {
	return fmt.Sprint(v) == "1"
}

// show writes a placeholder's value for a reader of lang.
func show(lang Lang, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case interface{ In(Lang) string }:
		return v.In(lang)
	case fmt.Stringer:
		return v.String()
	case error:
		return v.Error()
	case int:
		return Number(lang, int64(v))
	case int64:
		return Number(lang, v)
	case float64:
		return decimal(lang, v)
	}
	return showKind(lang, v)
}

// List sets words after each other as lang does: 氏名、住所; name, address.
func List(lang Lang, words []string) string {
	if lang.Base() == JA {
		return strings.Join(words, "、")
	}
	return strings.Join(words, ", ")
}

// Number groups the digits of n as lang does: 1,234,567.
func Number(lang Lang, n int64) string {
	return group(lang, strconv.FormatInt(n, 10))
}

// marks are the grouping and decimal signs of languages that differ from Japanese and English.
var marks = map[string][2]string{
	"es": {".", ","}, "pt": {".", ","}, "vi": {".", ","}, "id": {".", ","}, "de": {".", ","},
	"it": {".", ","}, "tr": {".", ","}, "fr": {"\u202f", ","}, "ru": {"\u00a0", ","}, "uk": {"\u00a0", ","},
}

func marksOf(lang Lang) (grouping, point string) {
	base, _, _ := strings.Cut(string(lang), "-")
	if m, ok := marks[base]; ok {
		return m[0], m[1]
	}
	return ",", "."
}

func group(lang Lang, digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= 3 {
		return sign + digits
	}
	mark, _ := marksOf(lang)
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

func decimal(lang Lang, f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "–"
	}
	whole, fraction, has := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
	if !has {
		return group(lang, whole)
	}
	_, point := marksOf(lang)
	return group(lang, whole) + point + fraction
}

// showKind writes values whose type is one of ours over a number or a string.
func showKind(lang Lang, v any) string {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Number(lang, value.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return group(lang, fmt.Sprint(value.Uint()))
	case reflect.Float32, reflect.Float64:
		return decimal(lang, value.Float())
	}
	return fmt.Sprint(v)
}
