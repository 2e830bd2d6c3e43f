package search

import (
	"regexp"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
)

// Query is what somebody typed to find records of one kind.
type Query struct {
	Kind  string
	Text  string
	Limit int // how many are wanted; 0 is 50

	read []term // by Read
}

// Read reads what was typed once, for a query that is looked for and then compared with whom it found.
func (q Query) Read() Query {
	q.read = q.terms()
	return q
}

const (
	defaultLimit = 50
	maxQuery     = 120 // characters of a query that are read
	maxTerms     = 6   // words of a query that are read
	maxPairs     = 10  // neighbouring pairs of one word that are asked for
	maxWays      = 16  // combinations of readings that are asked for
)

func (q Query) limit() int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return min(q.Limit, 1000)
}

// Stages of a match, the best first. Each is asked for on its own, so that a common name's exact
// matches need not wait for its looser ones. The index answers a stage of whole names from one
// short list, however many records there are; the others meet the lists of every word.
const (
	stageFull  = iota // the words together are a whole name
	stageWhole        // every word is a whole part
	stageBegun        // the words together are the beginning of a whole name, or sound like one
	stagePart         // every word is a part's beginning, or its characters follow one another
	stageLoose        // sounds alike, or runs over several parts
	stages
)

// A way is one reading of a word: the tokens that must all be there. A token ending in * is a
// beginning.
type way []string

type termKind int

const (
	termText termKind = iota
	termDate
	termDigits
	termEmail
)

// term is one word of a query.
type term struct {
	kind    termKind
	text    string        // prepared
	date    string        // digits of a date: YYYYMMDD, YYYYMM, YYYY, or MMDD after "-"
	ways    [stages][]way // readings by stage; a stage without any cannot match
	kana    string        // as heard, when in kana
	latin   string        // as it sounds, when kana or Latin
	begins  []string      // what it may be the beginning of, when Latin
	folded  string        // in large kana and the common form of each character
	written string        // folded, without long marks
	over    []way         // that it runs over several parts, when nothing else was typed of a name
}

// terms reads a query. Anything may be in it; what cannot be searched for is passed over.
func (q Query) terms() []term {
	if q.read != nil {
		return q.read
	}
	text := prepare(clipTo(q.Text, maxQuery))
	list, text := dates(text)
	rest, text := phones(text)
	list = append(list, rest...)
	words := strings.FieldsFunc(text, separator)
	for i, word := range words {
		last := i == len(words)-1
		if strings.Contains(word, "@") {
			list = append(list, term{kind: termEmail, text: alphanumeric(word)})
			continue
		}
		list = append(list, wordTerms(word, last)...)
	}
	if len(list) > maxTerms {
		list = list[:maxTerms]
	}
	k := kindLetter(q.Kind)
	kept := list[:0]
	for _, t := range list {
		if t.read(k) {
			t.folded = enlarge(t.text)
			t.written = strings.ReplaceAll(t.folded, "ー", "")
			kept = append(kept, t)
		}
	}
	return kept
}

func clipTo(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func separator(r rune) bool { return r != '@' && script(r) == 0 && r != '_' && r != '+' }

// wordTerms cuts a word where letters give way to kanji or kana. One letter left behind kana is
// the start of a syllable still being typed, and is passed over.
func wordTerms(word string, last bool) []term {
	var out []term
	pieces := runs(word)
	for i, run := range pieces {
		if last && i > 0 && i == len(pieces)-1 && len(run) == 1 && run[0] >= 'a' && run[0] <= 'z' {
			break
		}
		t := term{text: run}
		if ascii(run) && onlyDigits(run) != "" && (onlyDigits(run) == alphanumeric(run) || !onlyLatin(run)) {
			t.kind = termDigits
		}
		out = append(out, t)
	}
	return out
}

var (
	dayPattern = regexp.MustCompile(`(?:(?:明治|大正|昭和|平成|令和|\b[mtshr]\.? ?)(?:元|[0-9]{1,2})|[0-9]{4}) ?[年./-] ?[0-9]{1,2} ?[月./-] ?[0-9]{1,2}\b ?日?|` +
		`\b[0-9]{1,2}(?:st|nd|rd|th)? [a-z]{3,9}\.?,? [0-9]{4}\b|\b[a-z]{3,9}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}\b`)
	yearPattern = regexp.MustCompile(`(?:明治|大正|昭和|平成|令和)(?:元|[0-9]{1,2}) ?年?(?: ?[0-9]{1,2} ?月)?|\b[mtshr][0-9]{1,2}\b|\b[0-9]{4} ?年(?: ?[0-9]{1,2} ?月)?`)
	monthDay    = regexp.MustCompile(`\b([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?日`)
	phoneLike   = regexp.MustCompile(`\+?[0-9(][0-9()-]*(?: [0-9][0-9()-]*)*`)
)

// dates takes the dates out of a query, in any way calendar reads.
func dates(text string) ([]term, string) {
	if !strings.ContainsFunc(text, isDigit) && !strings.Contains(text, "元") {
		return nil, text
	}
	var out []term
	take := func(pattern *regexp.Regexp, read func(string) string) {
		text = pattern.ReplaceAllStringFunc(text, func(found string) string {
			digits := read(found)
			if digits == "" {
				return found
			}
			out = append(out, term{kind: termDate, text: strings.TrimSpace(found), date: digits})
			return " "
		})
	}
	take(dayPattern, readDate)
	take(yearPattern, readDate)
	take(monthDay, func(s string) string {
		m := monthDay.FindStringSubmatch(s)
		return "-" + two(m[1]) + two(m[2])
	})
	return out, text
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func two(s string) string { return ("0" + s)[len(s)-1:] }

func readDate(s string) string {
	p, err := calendar.ParsePartial(s)
	if err != nil {
		return ""
	}
	digits := onlyDigits(string(p.Date))
	switch p.Precision {
	case calendar.ToDay:
		return digits
	case calendar.ToMonth:
		return digits[:6]
	case calendar.ToYear:
		return digits[:4]
	}
	return ""
}

// phones takes telephone numbers that are written with spaces or marks out of a query.
func phones(text string) ([]term, string) {
	var out []term
	text = phoneLike.ReplaceAllStringFunc(text, func(found string) string {
		digits := phoneDigits(found)
		if len(digits) < 9 || len(digits) > 15 || digits[0] != '0' && found[0] != '+' {
			return found
		}
		out = append(out, term{kind: termDigits, text: digits})
		return " "
	})
	return out, text
}

// read works out the term's tokens; false when there is nothing to look for.
func (t *term) read(kind byte) bool {
	tok := func(class byte, value string) string { return string([]byte{kind, class}) + value }
	switch t.kind {
	case termDate:
		t.readDate(tok)
	case termDigits:
		t.readDigits(tok)
	case termEmail:
		if t.text != "" {
			t.may(stageWhole, tok(classEmail, t.text))
			t.may(stagePart, tok(classEmail, t.text)+"*")
		}
	default:
		t.readText(tok)
	}
	for _, ways := range t.ways {
		if len(ways) > 0 {
			return true
		}
	}
	return false
}

func (t *term) may(stage int, list ...string) {
	t.ways[stage] = append(t.ways[stage], tidy(list))
}

type tokenMaker func(class byte, value string) string

func (t *term) readDate(tok tokenMaker) {
	switch {
	case t.date[0] == '-':
		t.may(stageWhole, tok(classMonth, t.date[1:]))
	case len(t.date) == 4:
		t.may(stageWhole, tok(classYear, t.date))
	default:
		t.may(stageWhole, tok(classDay, t.date))
	}
}

func (t *term) readDigits(tok tokenMaker) {
	plain := alphanumeric(t.text)
	digits := onlyDigits(plain)
	t.may(stageWhole, tok(classNumber, plain))
	if len(digits) == len(plain) {
		t.may(stageWhole, tok(classPhone, digits))
		if len(digits) == 8 {
			t.may(stageWhole, tok(classDay, digits))
		}
		if len(digits) == 4 {
			t.may(stageWhole, tok(classYear, digits))
		}
		if len(digits) >= 3 {
			t.may(stagePart, tok(classTail, reversed(digits))+"*")
		}
		if len(digits) >= 6 {
			t.may(stagePart, tok(classPhone, digits)+"*")
		}
	}
	if len(plain) >= 4 {
		t.may(stagePart, tok(classNumber, plain)+"*")
	}
}

func (t *term) readText(tok tokenMaker) {
	switch {
	case onlyLatin(t.text):
		t.readLatin(tok)
	case onlyKana(t.text):
		t.readKana(tok)
	default:
		t.readKanji(tok)
	}
}

func (t *term) readLatin(tok tokenMaker) {
	t.latin = latin(t.text)
	if t.latin == "" {
		return
	}
	t.may(stageWhole, tok(classLatin, t.latin))
	t.may(stageWhole, tok(classJoined, t.latin))
	for _, begun := range unfinished(t.text) {
		t.begins = append(t.begins, latin(begun))
		if typed := latinTyped(begun); len(typed) <= edgeLetters {
			t.may(stagePart, tok(classEdge, typed))
		} else {
			t.may(stagePart, tok(classLatin, latin(begun))+"*")
		}
		if whole := latin(begun); len(whole) > edgeLetters+1 {
			t.over = append(t.over, way{tok(classJoined, whole) + "*"})
		}
	}
	t.may(stageLoose, tok(classLatin, unvoiced(t.latin)))
}

// unfinished gives what a beginning may become: after c comes chi as well as ca, after d dzu.
func unfinished(s string) []string {
	switch {
	case strings.HasSuffix(s, "c"):
		return []string{s, s + "h"}
	case strings.HasSuffix(s, "d"):
		return []string{s, strings.TrimSuffix(s, "d") + "z"}
	}
	return []string{s}
}

func (t *term) readKana(tok tokenMaker) {
	written := strings.ReplaceAll(enlarge(t.text), "ー", "")
	t.kana, t.latin = sound(written), latin(spell(t.text))
	if t.latin != "" {
		t.may(stageWhole, tok(classLatin, t.latin))
		t.may(stageWhole, tok(classJoined, t.latin))
		t.may(stageLoose, tok(classLatin, unvoiced(t.latin)))
	}
	for _, form := range []string{written, t.kana} {
		if list := bigramTokens(tok, form); len(list) > 0 {
			t.may(stagePart, list...)
		}
	}
	if len(t.ways[stagePart]) == 0 && t.kana != "" {
		t.may(stagePart, tok(classFirst, encode(first(written))))
	}
}

func bigramTokens(tok tokenMaker, s string) []string {
	var out []string
	for _, pair := range pairs(s) {
		if len(out) == maxPairs {
			break
		}
		out = append(out, tok(classBigram, encode(pair)))
	}
	return out
}

func (t *term) readKanji(tok tokenMaker) {
	folded := enlarge(t.text)
	if whole := encode(folded); len(whole) <= 120 {
		t.may(stageWhole, tok(classWhole, whole))
	}
	list := bigramTokens(tok, folded)
	if len(list) == 0 {
		t.may(stagePart, tok(classFirst, encode(folded)))
		return
	}
	t.may(stagePart, list...)
	t.readMixed(tok)
}

// readMixed reads 山田たろう as 山田 and タロウ: some names have their kanji chosen while the rest is
// still kana.
func (t *term) readMixed(tok tokenMaker) {
	runes := []rune(t.text)
	cut := len(runes)
	for cut > 0 && isKana(runes[cut-1]) {
		cut--
	}
	if cut == 0 || cut == len(runes) {
		return
	}
	front, back := term{text: string(runes[:cut])}, term{text: string(runes[cut:])}
	front.readKanji(tok)
	back.readKana(tok)
	t.latin = back.latin
	for _, a := range front.ways[stagePart] {
		for _, b := range slices.Concat(back.ways[stagePart], back.ways[stageWhole]) {
			t.may(stageLoose, slices.Concat(a, b)...)
		}
	}
}

// plan is the readings of every word by stage; a stage without any cannot match.
type plan [stages][][]way

func (q Query) plan() plan {
	terms := slices.Clone(q.terms())
	names, rest := textTerms(terms)
	if len(names) == 1 {
		names[0].ways[stageLoose] = slices.Concat(names[0].ways[stageLoose], names[0].over)
	}
	var out plan
	for _, stage := range []int{stageWhole, stagePart, stageLoose} {
		out[stage] = readings(terms, stage)
	}
	exact, begun := together(kindLetter(q.Kind), names)
	if others := readings(rest, stageWhole); exact != nil && len(others) == len(rest) {
		out[stageFull], out[stageBegun] = append(others, exact), append(slices.Clone(others), begun)
	}
	return out
}

// several says that more than one word of a name was typed, so that there are stages of whole names.
func (p plan) several() bool { return p[stageFull] != nil }

// textTerms parts the words of a name from the rest.
func textTerms(terms []term) (names []*term, rest []term) {
	for i, t := range terms {
		if t.kind == termText {
			names = append(names, &terms[i])
		} else {
			rest = append(rest, t)
		}
	}
	return names, rest
}

// readings are the ways of every word at a stage; none when a word has none.
func readings(terms []term, stage int) [][]way {
	var out [][]way
	for _, t := range terms {
		ways := t.upTo(stage)
		if len(ways) == 0 {
			return nil
		}
		out = append(out, ways)
	}
	return out
}

// together reads several words as one name, in the order typed and the other way about: as a whole;
// as the beginning of one whose first words are whole parts, or as one that sounds alike. Words in
// several scripts are no one name.
func together(kind byte, names []*term) (exact, begun []way) {
	if len(names) < 2 {
		return nil, nil
	}
	words := make([]string, len(names))
	for i, t := range names {
		words[i] = t.text
	}
	one := func(class byte, value string) way { return way{string([]byte{kind, class}) + value} }
	for range 2 {
		class, joined := asOneName(words)
		parts := parted(words)
		if class == 0 || len(parts) == 0 || len(joined) > 120 {
			return nil, nil
		}
		exact = append(exact, one(class, joined))
		for _, p := range parts {
			begun = append(begun, one(classParted, p+"*"))
		}
		if class == classJoined {
			begun = append(begun, one(classAlike, unvoiced(joined)))
		}
		slices.Reverse(words)
	}
	return exact, begun
}

// asOneName gives what words make together, and the class of its token.
func asOneName(words []string) (class byte, value string) {
	joined := strings.Join(words, "")
	switch {
	case onlyLatin(joined):
		class, value = classJoined, latin(joined)
	case onlyKana(joined):
		class, value = classJoined, latin(spell(joined))
	case !slices.ContainsFunc(words, func(w string) bool { return onlyLatin(w) || onlyKana(w) }):
		class, value = classWhole, encode(enlarge(joined))
	}
	if value == "" {
		return 0, ""
	}
	return class, value
}

// parted gives words as a parted name begins with them, in every way the last may go on.
func parted(words []string) []string {
	words = slices.Clone(words)
	var out []string
	last := len(words) - 1
	for _, s := range unfinished(words[last]) {
		words[last] = s
		values, _ := partValues(words)
		if value := strings.Join(values, mark); value != "" && len(value) <= 120 {
			out = append(out, value)
		}
	}
	return out
}

// upTo gives the ways of a word at a stage and those of the tighter ones that they do not include.
func (t term) upTo(stage int) []way {
	var out []way
	for s := stage; s >= 0; s-- {
		if s == stageWhole && stage > s && t.begins != nil {
			continue // a beginning, and the joined name, include the whole
		}
		for _, w := range t.ways[s] {
			if !slices.ContainsFunc(out, w.implies) {
				out = append(out, w)
			}
		}
	}
	return out
}

// implies says that whatever has w's tokens has the other's too.
func (w way) implies(other way) bool {
	return !slices.ContainsFunc(other, func(token string) bool {
		head, open := strings.CutSuffix(token, "*")
		return !slices.ContainsFunc(w, func(have string) bool { return have == token || open && strings.HasPrefix(have, head) })
	})
}

// sets multiplies the readings of all words out: each set is one choice for every word.
func sets(words [][]way) []way {
	out := []way{nil}
	for _, ways := range words {
		if len(out)*len(ways) > maxWays {
			ways = ways[:max(1, maxWays/len(out))]
		}
		var next []way
		for _, a := range out {
			for _, b := range ways {
				next = append(next, tidy(slices.Concat(a, b)))
			}
		}
		out = next
	}
	return out
}

// tidy orders the tokens of a way and leaves out a beginning that another token has anyway.
func tidy(w way) way {
	slices.Sort(w)
	w = slices.Compact(w)
	return slices.DeleteFunc(slices.Clone(w), func(token string) bool {
		head, ok := strings.CutSuffix(token, "*")
		return ok && slices.ContainsFunc(w, func(other string) bool { return other != token && strings.HasPrefix(other, head) })
	})
}
