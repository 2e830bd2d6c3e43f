package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// parseWords reads one words.txt:
//
//	# a comment
//	people.found
//	  ja {n}人見つかりました
//	  en {n|One person found|{n} people found}
//
// A key stands on its own line; ja and en stand below it, indented, and further languages may
// follow. Whatever is wrong is reported with its line and left out.
func parseWords(area, where, file string) (map[string]word, []error) {
	r := reader{area: area, where: where, found: map[string]word{}}
	if !utf8.ValidString(file) {
		r.fault(0, "not UTF-8")
		return r.found, r.errs
	}
	for i, line := range strings.Split(file, "\n") {
		line = strings.TrimRight(line, " \t\r")
		switch {
		case line == "" || strings.HasPrefix(strings.TrimLeft(line, " \t"), "#"):
		case line[0] == ' ' || line[0] == '\t':
			r.phrase(i+1, strings.TrimLeft(line, " \t"))
		default:
			r.finish()
			r.start(i+1, line)
		}
	}
	r.finish()
	return r.found, r.errs
}

type reader struct {
	area, where string
	found       map[string]word
	errs        []error
	key         string // the key being read; "" after one that was refused
	line        int    // its line
	in          map[Lang]phrase
}

func (r *reader) fault(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s", r.where, line, fmt.Sprintf(format, args...)))
}

func (r *reader) start(line int, key string) {
	r.key, r.line, r.in = "", line, map[Lang]phrase{}
	if !strings.HasPrefix(key, r.area+".") && !flowWord(key) {
		key = r.area + "." + key
	}
	for part := range strings.SplitSeq(key, ".") {
		if !validName(part) {
			r.fault(line, "%q is no key: small letters, digits, _ and dots", key)
			return
		}
	}
	if other, twice := r.found[key]; twice {
		r.fault(line, "%s is already at %s", key, other.where)
		return
	}
	r.key = key
}

func (r *reader) phrase(line int, s string) {
	if r.in == nil {
		r.fault(line, "a phrase without a key above it")
		return
	}
	tag, s, _ := strings.Cut(s, " ")
	s = strings.TrimSpace(s)
	lang, ok := ParseLang(tag)
	switch {
	case !ok || string(lang) != tag:
		r.fault(line, "%q is no language", tag)
	case s == "":
		r.fault(line, "nothing said in %s", lang)
	case r.in[lang] != nil:
		r.fault(line, "%s is said twice", lang)
	default:
		p, err := parsePhrase(s)
		if err != nil {
			r.fault(line, "%v", err)
			p = phrase{}
		}
		r.in[lang] = p
	}
}

// finish closes the key being read: both languages are there and name the same placeholders.
func (r *reader) finish() {
	if r.key == "" {
		return
	}
	ja, en := r.in[JA], r.in[EN]
	for _, lang := range Langs {
		if r.in[lang] == nil {
			r.fault(r.line, "%s has no %s", r.key, lang)
		}
	}
	if ja != nil && en != nil {
		for _, lang := range slices.Sorted(maps.Keys(r.in)) {
			p := r.in[lang]
			if lost := p.unmatched(en); len(lost) > 0 {
				r.fault(r.line, "%s: {%s} is in %s but not in en", r.key, strings.Join(lost, "} {"), lang)
			}
			if lost := en.unmatched(p); len(lost) > 0 {
				r.fault(r.line, "%s: {%s} is in en but not in %s", r.key, strings.Join(lost, "} {"), lang)
			}
		}
	}
	r.found[r.key] = word{where: fmt.Sprintf("%s:%d", r.where, r.line), in: r.in}
	r.key = ""
}

// flowWord tells keys that stand in the file of a room but belong to a flow: status.case.open and
// step.case.close are looked up by entity, whatever the room.
func flowWord(key string) bool {
	return strings.HasPrefix(key, "status.") || strings.HasPrefix(key, "step.")
}
