package people

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people/sheet"
)

// listReading turns rows of a list into drafts.
type listReading struct {
	layout Layout
	today  calendar.Date
	seed   maphash.Seed
	lines  map[uint64]int64 // by what tells persons apart: the row that said it first
	heads  map[string]bool  // numbers of households that have a head
}

func newReading(l Layout, today calendar.Date) *listReading {
	return &listReading{layout: l, today: today, seed: maphash.MakeSeed(), lines: map[uint64]int64{}, heads: map[string]bool{}}
}

// rowReader is a row as it is read: cells by field, and which part of the input each
// field became.
type rowReader struct {
	r      *listReading
	cells  []string
	draft  *Draft
	faults fault.Fields
	from   map[string]string // field by pointer
}

// draft reads a row; what is wrong with it is in it.
func (r *listReading) draft(row sheet.Row) Draft {
	var d Draft
	if row.Broken {
		d.Faults = []RowFault{{Column: -1, Text: inBoth("people.fault.list_row", nil)}}
		return d
	}
	l := rowReader{r: r, cells: row.Cells, draft: &d, from: map[string]string{}}
	l.names()
	l.facts()
	l.contacts()
	l.homes()
	l.household()
	if err := d.Person.Validate(r.today); err != nil {
		if f, ok := fault.As(err); ok {
			for _, x := range f.Fields {
				l.faults = append(l.faults, fault.Field{Pointer: l.from[x.Pointer], Key: x.Key, Args: x.Args})
			}
		}
	}
	for _, x := range l.faults {
		d.Faults = append(d.Faults, RowFault{Column: r.layout.field(x.Pointer), Text: inBoth(x.Key, x.Args)})
	}
	d.Twin = r.twin(int64(row.Line), d)
	return d
}

func inBoth(key string, args map[string]any) text.Pair {
	return text.Pair{JA: text.T(text.JA, key, args), EN: text.T(text.EN, key, args)}
}

// cell is what a field's cell says, as it was before an export guarded it.
func (l *rowReader) cell(field string) string {
	at := l.r.layout.field(field)
	if at < 0 || at >= len(l.cells) {
		return ""
	}
	s := strings.Join(strings.FieldsFunc(l.cells[at], func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	return strings.TrimSpace(wideKana(sheet.Unguard(s)))
}

// narrow is cell for what is written in digits and Latin letters.
func (l *rowReader) narrow(field string) string { return norm.NFKC.String(l.cell(field)) }

// is notes which field a part of the input came from.
func (l *rowReader) is(pointer, field string) { l.from[pointer] = field }

func (l *rowReader) wrong(field, key string, pairs ...any) { l.faults.Add(field, key, pairs...) }

func (l *rowReader) names() {
	n := NameInput{Kind: "legal", Family: l.cell("family"), Given: l.cell("given"), FamilyKana: l.cell("family_kana"), GivenKana: l.cell("given_kana"),
		FamilyRomaji: l.cell("family_romaji"), GivenRomaji: l.cell("given_romaji")}
	family := "family"
	if whole := l.cell("name"); n.Family == "" && whole != "" {
		family = "name"
		n.Family, n.Given = parted(whole, n.Given)
	}
	if whole := l.cell("kana"); n.FamilyKana == "" && n.GivenKana == "" && whole != "" {
		n.FamilyKana, n.GivenKana = parted(whole, "")
		l.is("/names/0/family_kana", "kana")
		l.is("/names/0/given_kana", "kana")
	} else {
		l.is("/names/0/family_kana", "family_kana")
		l.is("/names/0/given_kana", "given_kana")
	}
	if l.r.layout.field("family") < 0 {
		family = "name"
	}
	l.is("/names/0/family", family)
	l.is("/names/0/given", "given")
	l.is("/names/0/family_romaji", "family_romaji")
	l.is("/names/0/given_romaji", "given_romaji")
	l.draft.Person.Names = []NameInput{n}
}

// Parted splits a name that was written in one piece into family and given name.
func Parted(whole string) (family, given string) { return parted(strings.TrimSpace(whole), "") }

// parted splits a name at its first space; one in Latin letters has the family
// name last, unless a comma says otherwise.
func parted(whole, given string) (family, rest string) {
	if given != "" {
		return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(whole), given)), given
	}
	if before, after, ok := strings.Cut(whole, ","); ok && latin(whole) {
		return strings.TrimSpace(before), strings.TrimSpace(after)
	}
	words := strings.FieldsFunc(whole, unicode.IsSpace)
	switch {
	case len(words) < 2:
		return whole, ""
	case latin(whole):
		return words[len(words)-1], strings.Join(words[:len(words)-1], " ")
	}
	return words[0], strings.Join(words[1:], " ")
}

func (l *rowReader) facts() {
	p := &l.draft.Person
	birth, err := calendar.ParsePartial(l.cell("birth_date"))
	_ = l.faults.Absorb("birth_date", err) // it gives no other error
	p.BirthDate, p.BirthPrecision = birth.Date, birth.Precision
	l.is("/birth_date", "birth_date")
	if said := l.cell("gender"); said != "" {
		code, ok := genderWords[sheet.Fold(said)]
		if !ok {
			l.wrong("gender", "people.fault.import_gender")
		}
		p.Gender = code
	}
	for _, said := range strings.FieldsFunc(l.cell("language"), func(r rune) bool { return strings.ContainsRune(",、;・/ 　", r) }) {
		code, ok := languageWords[sheet.Fold(said)]
		if !ok {
			l.wrong("language", "people.fault.import_language")
			break
		}
		p.Languages = append(p.Languages, code)
	}
	l.draft.Number = strings.NewReplacer("-", "", " ", "").Replace(l.narrow("number"))
	if clean, key, args := text.Line(l.draft.Number, maxName); key != "" {
		l.faults.Check("number", key, args)
	} else {
		l.draft.Number = clean
	}
}

func (l *rowReader) contacts() {
	for _, field := range []string{"mobile", "phone", "email"} {
		value := l.narrow(field)
		if value == "" {
			continue
		}
		kind := field
		if field == "phone" && isMobile(value) {
			kind = "mobile"
		}
		at := fault.At("contacts", len(l.draft.Person.Contacts))
		l.is(at+"/value", field)
		l.draft.Person.Contacts = append(l.draft.Person.Contacts, ContactInput{Kind: kind, Value: value})
	}
}

// isMobile knows the telephone numbers of Japan that are mobile.
func isMobile(number string) bool {
	return slices.ContainsFunc([]string{"070", "080", "090"}, func(p string) bool { return strings.HasPrefix(number, p) })
}

func (l *rowReader) homes() {
	postcode := strings.TrimPrefix(l.narrow("postcode"), "〒")
	for _, x := range []struct{ field, kind string }{{"address", "registered"}, {"actual_address", "actual"}} {
		field := x.field
		a := AddressInput{Kind: x.kind, Lines: l.cell(field)}
		if field == "address" || l.r.layout.field("address") < 0 {
			a.Postcode, postcode = postcode, ""
		}
		if a.Lines == "" && a.Postcode == "" {
			continue
		}
		at := fault.At("addresses", len(l.draft.Person.Addresses))
		l.is(at+"/lines", field)
		l.is(at+"/postcode", "postcode")
		l.draft.Person.Addresses = append(l.draft.Person.Addresses, a)
	}
}

func (l *rowReader) household() {
	d := l.draft
	d.Household = l.narrow("household")
	said := l.cell("relation")
	if said == "" {
		return
	}
	code, ok := relationWords[sheet.Fold(said)]
	switch {
	case !ok:
		l.wrong("relation", "people.fault.import_relation")
	case d.Household == "" && l.r.layout.field("household") >= 0:
		l.wrong("household", "people.fault.import_household")
	}
	if d.Relation = code; code == "self" && d.Household != "" {
		if l.r.heads[d.Household] {
			l.wrong("relation", "people.fault.import_heads")
		}
		l.r.heads[d.Household] = true
	}
}

// twin is the row before that is about the same person: with the same number,
// or the same name (as written or as read) and the same birth date or contact.
func (r *listReading) twin(at int64, d Draft) int64 {
	if len(d.Faults) > 0 || len(d.Person.Names) == 0 {
		return 0
	}
	n, found := d.Person.Names[0], int64(0)
	var with []string
	if d.Person.BirthDate != "" {
		with = append(with, string(d.Person.BirthDate))
	}
	for _, c := range d.Person.Contacts {
		with = append(with, sheet.Fold(c.Value))
	}
	var keys []string
	if d.Number != "" {
		keys = append(keys, "#"+d.Number)
	}
	for _, w := range with {
		for _, name := range []string{n.Family + n.Given, n.FamilyKana + n.GivenKana} {
			if name != "" {
				keys = append(keys, sheet.Fold(name)+"|"+w)
			}
		}
	}
	for _, k := range keys {
		h := maphash.String(r.seed, k)
		if first, ok := r.lines[h]; ok {
			found = first
		} else {
			r.lines[h] = at
		}
	}
	return found
}

// wideKana writes half-width kana, as older systems do, in full width.
func wideKana(s string) string {
	if !strings.ContainsFunc(s, halfKana) {
		return s
	}
	var out, run strings.Builder
	flush := func() {
		out.WriteString(norm.NFKC.String(run.String()))
		run.Reset()
	}
	for _, r := range s {
		if halfKana(r) {
			run.WriteRune(r)
			continue
		}
		flush()
		out.WriteRune(r)
	}
	flush()
	return out.String()
}

func halfKana(r rune) bool { return r >= '｡' && r <= 'ﾟ' }

func words(codes map[string][]string) map[string]string {
	out := map[string]string{}
	for code, list := range codes {
		out[sheet.Fold(code)] = code
		for _, w := range list {
			out[sheet.Fold(w)] = code
		}
	}
	return out
}

// The words by which coded values are written in lists. 1 and 2 are the codes
// of ISO 5218 and JIS X 0303, which agree.
var (
	genderWords = words(map[string][]string{
		"female":   {"女", "女性", "女子", "f", "woman", "w", "2"},
		"male":     {"男", "男性", "男子", "m", "man", "1"},
		"other":    {"その他", "他", "x", "nonbinary"},
		"unstated": {"無回答", "答えない", "回答しない", "不明", "unknown", "notstated", "0", "9"},
	})
	relationWords = words(map[string][]string{
		"self":        {"世帯主", "本人", "主", "筆頭者", "head", "householder", "headofhousehold"},
		"spouse":      {"妻", "夫", "配偶者", "妻（未届）", "夫（未届）", "未届の妻", "未届の夫", "wife", "husband", "partner"},
		"child":       {"子", "長男", "次男", "二男", "三男", "四男", "長女", "次女", "二女", "三女", "四女", "息子", "娘", "養子", "妻の子", "夫の子", "son", "daughter"},
		"parent":      {"父", "母", "父母", "妻の父", "妻の母", "夫の父", "夫の母", "養父", "養母", "father", "mother"},
		"sibling":     {"兄", "弟", "姉", "妹", "兄弟", "姉妹", "brother", "sister"},
		"grandparent": {"祖父", "祖母", "grandfather", "grandmother"},
		"grandchild":  {"孫", "子の子", "grandson", "granddaughter"},
		"other":       {"その他", "縁故者", "同居人", "同居者", "おい", "めい", "甥", "姪", "子の妻", "子の夫", "おば", "おじ"},
	})
	languageWords = words(map[string][]string{
		"ja": {"日本語", "japanese"}, "en": {"英語", "english"}, "zh": {"中国語", "chinese"}, "ko": {"韓国語", "朝鮮語", "韓国・朝鮮語", "korean"},
		"vi": {"ベトナム語", "vietnamese"}, "tl": {"タガログ語", "フィリピン語", "tagalog", "filipino"}, "pt": {"ポルトガル語", "portuguese"},
		"es": {"スペイン語", "spanish"}, "ne": {"ネパール語", "nepali"}, "id": {"インドネシア語", "indonesian"}, "my": {"ミャンマー語", "ビルマ語", "burmese"},
		"th": {"タイ語", "thai"}, "uk": {"ウクライナ語", "ukrainian"}, "jsl": {"手話", "日本手話", "signlanguage", "japanesesignlanguage"},
	})
)
