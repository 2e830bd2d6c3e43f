// Package text is the language of Kizuna's pages, letters and faults: which language a reader
// wants, the words kept in every words.txt, content that an agency writes in several languages,
// and the cleaning of what people type. It never holds a sentence in Go code.
package text

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Lang is a language tag (BCP 47): "ja" and "en" always, others where an agency adds them, such as
// "vi", "pt-BR" or "ja-Hira" for やさしい日本語.
type Lang string

// The languages that every word has.
const (
	JA Lang = "ja"
	EN Lang = "en"
)

// Langs are the languages that every word has, in the order they are shown.
var Langs = []Lang{JA, EN}

type langKey struct{}

// With returns a context whose reader wants lang.
func With(ctx context.Context, lang Lang) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// From is the language the reader wants; Japanese when nobody said.
func From(ctx context.Context) Lang {
	if lang, ok := ctx.Value(langKey{}).(Lang); ok && lang != "" {
		return lang
	}
	return JA
}

// ParseLang reads a language tag in any case: "EN" and "pt-br" are "en" and "pt-BR".
func ParseLang(s string) (Lang, bool) {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"), "-")
	for i, part := range parts {
		if len(part) == 0 || len(part) > 8 || strings.IndexFunc(part, notAlphanumeric) >= 0 {
			return "", false
		}
		part = strings.ToLower(part)
		switch {
		case i == 0 && (len(part) < 2 || len(part) > 3 || strings.ContainsAny(part, "0123456789")):
			return "", false
		case i > 0 && len(part) == 2:
			part = strings.ToUpper(part)
		case i > 0 && len(part) == 4:
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		parts[i] = part
	}
	return Lang(strings.Join(parts, "-")), true
}

func notAlphanumeric(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}

// Chain is the order in which content is looked for: the language itself, its wider forms, then
// English and Japanese (for a form of Japanese: Japanese, then English).
func (l Lang) Chain() []Lang {
	switch l {
	case JA, "":
		return []Lang{JA, EN}
	case EN:
		return []Lang{EN, JA}
	}
	chain := []Lang{l}
	for s := string(l); ; {
		cut := strings.LastIndexByte(s, '-')
		if cut < 0 {
			break
		}
		s = s[:cut]
		chain = append(chain, Lang(s))
	}
	for _, last := range []Lang{EN, JA} {
		if !slices.Contains(chain, last) {
			chain = append(chain, last)
		}
	}
	return chain
}

// Base is the language among Japanese and English whose grammar and dates serve l.
func (l Lang) Base() Lang {
	if l == JA || l == EN {
		return l
	}
	for _, next := range l.Chain() {
		if next == JA || next == EN {
			return next
		}
	}
	return JA
}

// Prefer reads an Accept-Language header and gives the best of the offered languages, the first of
// them when none is wanted.
func Prefer(header string, offered ...Lang) Lang {
	best, bestWeight := offered[0], 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(strings.TrimSpace(q), 64); err != nil {
				continue
			}
		}
		lang, ok := ParseLang(tag)
		if !ok || weight <= bestWeight {
			continue
		}
		if found, ok := among(lang, offered); ok {
			best, bestWeight = found, weight
		}
	}
	return best
}

// among finds the wanted language, or a wider form of it, among those offered.
func among(want Lang, offered []Lang) (Lang, bool) {
	for s := string(want); ; {
		if slices.Contains(offered, Lang(s)) {
			return Lang(s), true
		}
		cut := strings.LastIndexByte(s, '-')
		if cut < 0 {
			return "", false
		}
		s = s[:cut]
	}
}
