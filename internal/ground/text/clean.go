package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/fault"
)

// Clean prepares what somebody typed for keeping: Unicode NFC, line ends as "\n", no white space
// around. Characters people chose stay as they are: emoji, rare kanji such as 𠮷, variation
// selectors, and the compatibility ideographs that names are registered with (神 U+FA19), which
// plain NFC would replace. Refused with fault.bad_text: broken UTF-8, control characters except
// newline and tab, and code points that are no characters.
func Clean(s string) (string, error) {
	if !acceptable(s) {
		return "", fault.Invalid(fault.Field{Key: "fault.bad_text"})
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return strings.TrimFunc(compose(s), blank), nil
}

func acceptable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
		case r < 0x20, r >= 0x7f && r <= 0x9f:
			return false
		case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
			return false
		}
	}
	return true
}

// blank is white space, the ideographic space included, and a stray byte order mark.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// compose is NFC that leaves compatibility ideographs alone.
func compose(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	from := 0
	for i, r := range s {
		if compatibilityIdeograph(r) {
			b.WriteString(norm.NFC.String(s[from:i]))
			b.WriteRune(r)
			from = i + utf8.RuneLen(r)
		}
	}
	b.WriteString(norm.NFC.String(s[from:]))
	return b.String()
}

func compatibilityIdeograph(r rune) bool {
	return r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f
}

// Line checks a one-line answer of at most max characters: it gives the cleaned text, and the word
// key and placeholders of what is wrong ("" when nothing is). An empty answer is right; what is
// required is the asker's to say.
func Line(s string, max int) (clean, key string, args map[string]any) {
	clean, key, args = Prose(s, max)
	if key == "" && strings.ContainsAny(clean, "\n\t\u2028\u2029") {
		return clean, "fault.one_line", nil
	}
	return clean, key, args
}

// Prose checks an answer of several lines and at most max characters, as Line does.
func Prose(s string, max int) (clean, key string, args map[string]any) {
	clean, err := Clean(s)
	if err != nil {
		return s, "fault.bad_text", nil
	}
	if n := utf8.RuneCountInString(clean); n > max {
		return clean, "fault.too_long", map[string]any{"max": max, "over": n - max}
	}
	return clean, "", nil
}
