package search

import (
	_ "embed"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("search", wordsFile)

// Ranker weighs candidates against one query. It keeps what it worked out of a name for the next
// candidate of the same name, and is for one goroutine at a time.
type Ranker struct {
	typed  string // the query as typed, NFKC
	terms  []term
	sounds bool // some word of the query can be compared by its sound
	read   map[string]*reading
}

// NewRanker reads a query once for many candidates.
func NewRanker(q Query) *Ranker {
	r := &Ranker{typed: norm.NFKC.String(strings.ToValidUTF8(clipTo(q.Text, maxQuery), "")), terms: q.terms(), read: map[string]*reading{}}
	r.sounds = slices.ContainsFunc(r.terms, func(t term) bool { return t.kana != "" || t.latin != "" })
	return r
}

// Contacts says whether a word of the query may be a telephone number or an e-mail address; where
// none may, Fields.Phones and Fields.Emails change no score.
func (r *Ranker) Contacts() bool {
	return slices.ContainsFunc(r.terms, func(t term) bool { return t.kind == termDigits || t.kind == termEmail })
}

// Rank is NewRanker(q).Rank(f), for a single candidate.
func Rank(q Query, f Fields) (score int, reasons []string) { return NewRanker(q).Rank(f) }

// found is why a word of the query fits a candidate: 1–100 points and a word key.
type found struct {
	points int
	reason string
}

func (a found) or(b found) found {
	if b.points > a.points {
		return b
	}
	return a
}

// Rank gives 0–100, the mean over the words of the query of each one's best fit, and the word keys
// of the reasons in the order of the words: "search.family_kana" and so on. Words that fit nothing
// count as 0.
func (r *Ranker) Rank(f Fields) (score int, reasons []string) {
	if len(r.terms) == 0 {
		return 0, nil
	}
	forms := r.formsOf(f)
	for _, t := range r.terms {
		best := r.fit(t, f, forms)
		score += best.points
		if best.points > 0 && !slices.Contains(reasons, best.reason) {
			reasons = append(reasons, best.reason)
		}
	}
	return score / len(r.terms), reasons
}

// form is one part of a name as it can be compared.
type form struct {
	part string // "family", "given", "full_name" or "name_part"
	*reading
}

// reading is a text as it can be compared. What sounds cost is worked out when it is first asked
// for.
type reading struct {
	raw      string // as written, NFKC
	folded   string
	prepared string
	kana     string // large kana, when it is kana
	fromOwn  bool   // it is written in Latin letters
	pieces   []string

	heardOnce, latinOnce string
	heardDone, latinDone bool
}

// heard is the kana as heard; empty when it is not kana.
func (f *reading) heard() string {
	if !f.heardDone {
		f.heardOnce, f.heardDone = sound(f.kana), true
	}
	return f.heardOnce
}

// latin is how it sounds in Latin letters; empty when that cannot be told.
func (f *reading) latin() string {
	if !f.latinDone {
		f.latinDone = true
		switch {
		case f.kana != "":
			f.latinOnce = latin(spell(f.prepared))
		case f.fromOwn:
			f.latinOnce = latin(f.prepared)
		}
	}
	return f.latinOnce
}

// reading reads a text, or remembers it.
func (r *Ranker) reading(s string) *reading {
	if known, ok := r.read[s]; ok {
		return known
	}
	clipped := clip(s)
	whole := prepare(clipped)
	f := &reading{prepared: squeeze(whole), raw: squeeze(compose(clipped)), pieces: pieces(whole)}
	f.folded = enlarge(f.prepared)
	switch {
	case onlyKana(f.prepared):
		f.kana = strings.ReplaceAll(f.folded, "ー", "")
	case onlyLatin(f.prepared):
		f.fromOwn = true
	}
	r.read[s] = f
	return f
}

func (r *Ranker) formsOf(f Fields) []form {
	out := make([]form, 0, 8*len(f.Names))
	add := func(part, s string) *reading {
		if s == "" {
			return nil
		}
		read := r.reading(s)
		out = append(out, form{part, read})
		return read
	}
	pair := func(family, given string) {
		a, b := add("family", family), add("given", given)
		if a != nil && b != nil {
			add("full_name", family+given)
		}
		for _, whole := range []*reading{a, b} {
			if whole != nil {
				for _, piece := range whole.pieces {
					add("name_part", piece)
				}
			}
		}
	}
	for _, n := range f.Names {
		pair(n.Family, n.Given)
		if !r.sounds {
			continue // kanji are compared with nothing that is written for its sound
		}
		pair(n.FamilyKana, n.GivenKana)
		if romaji := add("full_name", n.Romaji); romaji != nil {
			for _, piece := range runs(prepare(clip(n.Romaji))) {
				add("name_part", piece)
			}
		}
	}
	return out
}

// pieces are the words of a prepared name that has several.
func pieces(prepared string) []string {
	list := strings.FieldsFunc(prepared, func(r rune) bool { return script(r) == 0 || r == '-' })
	if len(list) < 2 {
		return nil
	}
	return list
}

func (r *Ranker) fit(t term, f Fields, forms []form) found {
	switch t.kind {
	case termDate:
		return fitDate(t.date, f.Dates)
	case termDigits:
		return fitDigits(t, f)
	case termEmail:
		return fitEmail(t.text, f.Emails)
	}
	var best found
	for _, form := range forms {
		best = best.or(r.fitName(t, form))
	}
	for _, s := range f.Texts {
		if strings.Contains(squeeze(Fold(clip(s))), t.folded) {
			best = best.or(found{30, "search.text"})
		}
	}
	return best
}

// full is what a match of the whole name is worth beyond one of a part.
const full = 10

func (r *Ranker) fitName(t term, f form) found {
	bonus := 0
	if f.part == "full_name" {
		bonus = full
	}
	switch {
	case f.kana != "" && t.kana != "":
		return fitKana(t, f, bonus)
	case f.kana == "" && !f.fromOwn && f.folded != "" && t.folded == f.folded:
		if strings.Contains(squeeze(r.typed), f.raw) {
			return found{90 + bonus, "search." + f.part}
		}
		return found{85 + bonus, "search.variant"}
	case f.kana == "" && !f.fromOwn && strings.HasPrefix(f.folded, t.folded):
		return found{60 + bonus/2, "search.beginning"}
	case f.kana == "" && !f.fromOwn && strings.Contains(f.folded, t.folded):
		return found{40 + bonus/2, "search.inside"}
	case t.latin != "" && f.latin() != "":
		return fitLatin(t, f, bonus)
	}
	return found{}
}

func fitKana(t term, f form, bonus int) found {
	switch heard := t.kana; {
	case t.written == f.kana:
		return found{85 + bonus, "search." + f.part + "_kana"}
	case heard == f.heard():
		return found{80 + bonus, "search." + f.part + "_kana"}
	case strings.HasPrefix(f.kana, t.written) || strings.HasPrefix(f.heard(), heard):
		return found{55 + bonus/2, "search.beginning"}
	case strings.Contains(f.kana, t.written) || strings.Contains(f.heard(), heard):
		return found{40 + bonus/2, "search.inside"}
	case unvoiced(latin(spell(heard))) == unvoiced(f.latin()):
		return found{30, "search.similar"}
	}
	return found{}
}

func fitLatin(t term, f form, bonus int) found {
	switch {
	case t.latin == f.latin():
		if f.fromOwn && onlyLatin(t.text) {
			return found{85 + bonus, "search." + f.part}
		}
		return found{75 + bonus, "search.romaji"}
	case slices.ContainsFunc(append(t.begins, t.latin), func(s string) bool {
		return strings.HasPrefix(f.latin(), s) || strings.HasPrefix(labial.Replace(f.latin()), s)
	}):
		return found{50 + bonus/2, "search.beginning"}
	case unvoiced(t.latin) == unvoiced(f.latin()):
		return found{30, "search.similar"}
	}
	return found{}
}

func fitDate(digits string, dates []string) found {
	var best found
	for _, d := range dates {
		have := onlyDigits(d)
		switch {
		case digits[0] == '-':
			if len(have) == 8 && have[4:] == digits[1:] {
				best = best.or(found{50, "search.birth_day"})
			}
		case have == digits && len(digits) == 8:
			best = best.or(found{95, "search.birth_date"})
		case strings.HasPrefix(have, digits) && len(digits) == 6:
			best = best.or(found{60, "search.birth_month"})
		case strings.HasPrefix(have, digits) && len(digits) == 4:
			best = best.or(found{40, "search.birth_year"})
		}
	}
	return best
}

func fitDigits(t term, f Fields) found {
	var best found
	plain := alphanumeric(t.text)
	digits := onlyDigits(plain)
	for _, p := range f.Phones {
		switch have := phoneDigits(p); {
		case have == plain:
			best = best.or(found{100, "search.phone"})
		case len(plain) >= 3 && strings.HasSuffix(have, plain):
			best = best.or(found{70, "search.phone_end"})
		case len(plain) >= 6 && strings.HasPrefix(have, plain):
			best = best.or(found{50, "search.phone"})
		}
	}
	for _, n := range f.Numbers {
		switch have := alphanumeric(prepare(clip(n))); {
		case have == plain:
			best = best.or(found{100, "search.number"})
		case strings.HasPrefix(have, plain) || digits == plain && strings.HasSuffix(onlyDigits(have), digits):
			best = best.or(found{60, "search.number"})
		}
	}
	if digits == plain && (len(digits) == 4 || len(digits) == 8) {
		best = best.or(fitDate(digits, f.Dates))
	}
	if best.points == 0 && slices.ContainsFunc(f.Texts, func(s string) bool { return strings.Contains(Fold(clip(s)), t.text) }) {
		best = found{30, "search.text"}
	}
	return best
}

func fitEmail(plain string, emails []string) found {
	var best found
	for _, e := range emails {
		switch have := alphanumeric(prepare(clip(e))); {
		case have == plain:
			best = best.or(found{100, "search.email"})
		case strings.HasPrefix(have, plain):
			best = best.or(found{60, "search.email"})
		}
	}
	return best
}
