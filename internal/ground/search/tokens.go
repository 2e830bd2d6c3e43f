package search

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// Form numbers the way tokens are made. A change of the tables or rules here must raise it, so that
// Renew finds what was indexed the old way.
const Form = 3

// A token is one ASCII word of small letters and digits: the kind's letter, the class, the value.
// Neither engine's own splitting or stemming can touch it. Classes:
const (
	classBigram = 'b' // two neighbouring characters of kanji or kana
	classFirst  = 'u' // the first character of a part
	classWhole  = 'w' // a whole part in kanji
	classLatin  = 'f' // a whole part as it sounds, in Latin letters
	classJoined = 'c' // all parts of a name together, as they sound
	classAlike  = 'v' // the same, with voiced consonants voiceless
	classParted = 'k' // all parts of a name one after the other, with a mark between
	classEdge   = 'r' // the first one to four Latin letters of a part
	classDay    = 'd' // a date; also its month
	classYear   = 'y'
	classMonth  = 'm' // month and day without year
	classPhone  = 't' // all digits of a telephone number
	classTail   = 's' // digits from the last to the first, for endings
	classNumber = 'n' // letters and digits of a number
	classEmail  = 'e'
)

const (
	maxTokens   = 400 // of one entry, repeats counted; a longer text is found by its beginning
	maxRunes    = 400 // of one field that are read
	edgeLetters = 4
)

// tokens gathers the tokens of one entry.
type tokens struct {
	kind byte
	list []string // with repeats
}

// kindLetter is the letter that leads a kind's tokens. Kinds that share one are told apart by the
// row's kind, only slower.
func kindLetter(kind string) byte {
	h := fnv.New32a()
	h.Write([]byte(kind))
	return code[h.Sum32()%26+10]
}

const code = "0123456789abcdefghijklmnopqrstuvwxyz"

// encode writes characters in letters and digits: three for kana, kanji and hangul, more for rare
// ones.
func encode(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 0x3000 && r < 0xa000:
			base36(&b, uint32(r-0x3000), 3)
		case r >= 0xac00 && r < 0xd7a4:
			base36(&b, uint32(r-0xac00+0x7000), 3)
		default:
			b.WriteString("zz")
			base36(&b, uint32(r), 4)
		}
	}
	return b.String()
}

func base36(b *strings.Builder, v uint32, width int) {
	var digits [4]byte
	for i := width - 1; i >= 0; i-- {
		digits[i] = code[v%36]
		v /= 36
	}
	b.Write(digits[:width])
}

func (t *tokens) add(class byte, value string) {
	if value == "" || len(value) > 120 || len(t.list) >= maxTokens {
		return
	}
	token := make([]byte, 0, len(value)+2)
	token = append(append(token, t.kind, class), value...)
	t.list = append(t.list, string(token))
}

// bigrams adds neighbouring pairs.
func (t *tokens) bigrams(s string) {
	last := ""
	for _, r := range s {
		now := encode(string(r))
		if last != "" {
			t.add(classBigram, last+now)
		}
		last = now
	}
}

func pairs(s string) []string {
	runes := []rune(s)
	var out []string
	for i := 0; i+1 < len(runes); i++ {
		out = append(out, string(runes[i:i+2]))
	}
	return out
}

func first(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// kana adds a part in kana: as written, as heard, and spelled.
func (t *tokens) kana(part string) {
	written := strings.ReplaceAll(enlarge(part), "ー", "")
	heard := sound(written)
	t.bigrams(written)
	if heard != written {
		t.bigrams(heard)
	}
	t.add(classFirst, encode(first(written)))
	t.latin(spell(part))
}

// latin adds a part in Latin letters.
func (t *tokens) latin(part string) {
	whole := latin(part)
	t.add(classLatin, whole)
	t.add(classLatin, unvoiced(whole))
	typed := latinTyped(part)
	t.edges(typed)
	if whole != typed {
		t.edges(whole)
	}
	if m := labial.Replace(typed); m != typed {
		t.edges(m)
	}
}

func (t *tokens) edges(s string) {
	for n := 1; n <= min(edgeLetters, len(s)); n++ {
		t.add(classEdge, s[:n])
	}
}

var labial = strings.NewReplacer("nb", "mb", "np", "mp", "nm", "m")

// part adds one run of a text: kana, Latin letters, digits, or anything else by its characters.
func (t *tokens) part(s string) {
	switch {
	case onlyKana(s):
		t.kana(s)
	case onlyLatin(s):
		if strings.Contains(s, "-") {
			for _, piece := range strings.Split(s, "-") {
				t.latin(piece)
			}
		}
		t.latin(s)
	case ascii(s):
		t.add(classNumber, alphanumeric(s))
	default:
		folded := enlarge(s)
		t.add(classWhole, encode(folded))
		t.add(classFirst, encode(first(folded)))
		t.bigrams(folded)
	}
}

// names adds every name, and each family name with the given names of the others: people are asked
// for by the name they married out of and the one they go by.
func (t *tokens) names(list []Name) {
	for i, n := range list {
		t.name(n)
		for j, other := range list {
			if i != j {
				t.whole(prepare(clip(n.Family)), prepare(clip(other.Given)))
				t.whole(prepare(clip(n.FamilyKana)), prepare(clip(other.GivenKana)))
			}
		}
	}
}

// whole adds what a family and a given name, prepared, make together, and where they have several
// words, each with each: Maria Clara Santos is also Maria Santos.
func (t *tokens) whole(family, given string) {
	if family == "" || given == "" {
		return
	}
	t.together(family, given)
	f, g := append(pieces(family), family), append(pieces(given), given)
	if len(f)*len(g) == 1 {
		return
	}
	for _, a := range f {
		for _, b := range g {
			t.together(a, b)
		}
	}
}

func (t *tokens) together(family, given string) {
	joined := squeeze(family + given)
	switch {
	case onlyKana(joined):
		t.joined(latin(spell(joined)))
	case ascii(joined):
		t.joined(latin(joined))
	default:
		t.add(classWhole, encode(enlarge(joined)))
	}
	t.parted(append(runs(family), runs(given)...))
}

// mark stands between the parts of a parted name; no value has it in its own: encode writes none, and
// latin makes doubled letters single.
const mark = "zzz"

// parted adds the parts of a name, prepared, when they are all in one script.
func (t *tokens) parted(parts []string) {
	values, _ := partValues(parts)
	if len(values) > 1 {
		t.add(classParted, strings.Join(values, mark))
	}
}

// partValues gives each part as its own token has it, and the class of such tokens; none where
// parts are in several scripts.
func partValues(parts []string) (values []string, class byte) {
	for _, part := range parts {
		value, of := encode(enlarge(part)), byte(classWhole)
		switch {
		case onlyKana(part):
			value, of = latin(spell(part)), classLatin
		case onlyLatin(part):
			value, of = latin(part), classLatin
		}
		if value == "" || class != 0 && class != of {
			return nil, 0
		}
		values, class = append(values, value), of
	}
	return values, class
}

func (t *tokens) name(n Name) {
	family, given := prepare(clip(n.Family)), prepare(clip(n.Given))
	t.parts(family)
	t.parts(given)
	t.whole(family, given)
	if joined := enlarge(squeeze(family + given)); family != "" && given != "" && !ascii(joined) {
		t.bigrams(joined)
	}
	familyKana, givenKana := prepare(clip(n.FamilyKana)), prepare(clip(n.GivenKana))
	t.parts(familyKana)
	t.parts(givenKana)
	t.whole(familyKana, givenKana)
	if joined := squeeze(familyKana + givenKana); onlyKana(joined) {
		written := strings.ReplaceAll(enlarge(joined), "ー", "")
		t.bigrams(written)
		t.bigrams(sound(written))
		t.joined(latin(spell(joined)))
	}
	romaji := prepare(clip(n.Romaji))
	t.parts(romaji)
	t.joined(latin(romaji))
	t.parted(runs(romaji))
}

// joined adds a whole name as it sounds.
func (t *tokens) joined(sounds string) {
	t.add(classJoined, sounds)
	t.add(classAlike, unvoiced(sounds))
}

// parts adds every part of a prepared text.
func (t *tokens) parts(prepared string) {
	for _, run := range runs(prepared) {
		t.part(run)
	}
}

func (t *tokens) entry(f Fields) {
	t.names(f.Names)
	for _, d := range f.Dates {
		t.date(d)
	}
	for _, p := range f.Phones {
		digits := phoneDigits(p)
		t.add(classPhone, digits)
		t.add(classTail, reversed(digits))
	}
	for _, n := range f.Numbers {
		plain := alphanumeric(prepare(clip(n)))
		t.add(classNumber, plain)
		t.add(classTail, reversed(onlyDigits(plain)))
	}
	for _, e := range f.Emails {
		t.add(classEmail, alphanumeric(prepare(clip(e))))
	}
	for _, s := range f.Texts {
		t.parts(prepare(clip(s)))
	}
}

// date adds YYYY-MM-DD, YYYY-MM or YYYY.
func (t *tokens) date(d string) {
	digits := onlyDigits(d)
	if len(digits) >= 4 {
		t.add(classYear, digits[:4])
	}
	if len(digits) >= 6 {
		t.add(classDay, digits[:6])
	}
	if len(digits) >= 8 {
		t.add(classDay, digits[:8])
		t.add(classMonth, digits[4:8])
	}
}

// tokensOf gives an entry's tokens in order.
func tokensOf(kind string, f Fields) []string {
	t := tokens{kind: kindLetter(kind), list: make([]string, 0, 64)}
	t.entry(f)
	slices.Sort(t.list)
	return slices.Compact(t.list)
}

// runs cuts a prepared text at spaces and marks, and where letters give way to kanji or kana.
func runs(s string) []string {
	var out []string
	start, was := -1, 0
	for i, r := range s {
		is := script(r)
		if is != was && start >= 0 {
			out = append(out, s[start:i])
			start = -1
		}
		if is != 0 && start < 0 {
			start = i
		}
		was = is
	}
	if start >= 0 {
		out = append(out, s[start:])
	}
	var kept []string
	for _, run := range out {
		if run = strings.Trim(run, "'-."); run != "" {
			kept = append(kept, run)
		}
	}
	return kept
}

// script sorts characters: 0 separates, 1 Latin letters and digits, 2 the rest.
func script(r rune) int {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '\'' || r == '-' || r == '.':
		return 1
	case r == '・' || r == '゠':
		return 0
	case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Mc, r) || r == 'ー':
		return 2
	}
	return 0
}

func squeeze(s string) string { return strings.Join(strings.FieldsFunc(s, separates), "") }

func separates(r rune) bool { return script(r) == 0 }

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// phoneDigits gives the digits of a number dialled in Japan: +81 90… is 090….
func phoneDigits(s string) string {
	s = prepare(clip(s))
	digits := onlyDigits(s)
	if national, ok := strings.CutPrefix(digits, "81"); ok && strings.HasPrefix(strings.TrimSpace(s), "+") {
		return "0" + strings.TrimPrefix(national, "0")
	}
	return digits
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// clip keeps the beginning of a text that is longer than any search needs.
func clip(s string) string {
	n := 0
	for i := range s {
		if n == maxRunes {
			return s[:i]
		}
		n++
	}
	return s
}
