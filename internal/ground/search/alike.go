package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Traits is what is compared of two records that may be of one person. What a room withholds it
// leaves out: every part may be empty.
type Traits struct {
	Names     []Name
	Born      string // YYYY-MM-DD, or YYYY-MM or YYYY when no more is known
	Gender    string
	Phones    []string
	Emails    []string
	Addresses []string
}

// Likeness says how much what two records have in common speaks for one person, in bits: each bit
// doubles the odds, and a negative weight speaks against. Reasons are its parts, the heaviest first.
type Likeness struct {
	Weight  float64
	Reasons []Reason
}

// Reason is one trait that was compared; Key is its word.
type Reason struct {
	Key  string  `json:"key"`
	Bits float64 `json:"bits"`
}

// Contact says that a reason tells of a telephone, an e-mail address or a place to live.
func (r Reason) Contact() bool {
	return slices.ContainsFunc([]string{"phone", "email", "address"}, func(of string) bool { return strings.HasPrefix(r.Key, "search.alike."+of) })
}

// level is one outcome of comparing a trait: how often it comes about when both records are of one
// person (same), and when they are of two (other). Its weight is log2(same/other), after I. P. Fellegi
// and A. B. Sunter, A Theory for Record Linkage, JASA 64 (1969).
type level struct {
	key         string
	same, other float64
}

// The levels of each trait. The shares of other come from how many names, birth dates and numbers an
// agency's residents have; those of same from what registers find among their duplicates: some one
// in twenty of most traits mistyped, telephones and addresses often out of date. A trait that either
// record lacks weighs nothing.
var (
	familySame   = level{"search.alike.family", .76, .004}
	familySound  = level{"search.alike.family_sound", .80, .005}
	familyOther  = level{"search.alike.family_characters", .05, .002} // sounds the same, other characters
	familyNear   = level{"search.alike.family_near", .04, .01}
	familyDiffer = level{"search.alike.family_differs", .12, .98}

	givenSame   = level{"search.alike.given", .80, .0012}
	givenSound  = level{"search.alike.given_sound", .90, .0035}
	givenOther  = level{"search.alike.given_characters", .04, .0025}
	givenNear   = level{"search.alike.given_near", .05, .01}
	givenDiffer = level{"search.alike.given_differs", .01, .98}

	swapped = level{"search.alike.swapped", .02, .05}

	bornSame   = level{"search.alike.born", .92, 1. / 25_000}
	bornSlip   = level{"search.alike.born_slip", .05, 1. / 700}
	bornWithin = level{"search.alike.born_within", .95, 1. / 70}
	bornDiffer = level{"search.alike.born_differs", .01, .98}

	genderSame   = level{"search.alike.gender", .99, .5}
	genderDiffer = level{"search.alike.gender_differs", .01, .5}

	phoneSame     = level{"search.alike.phone", .6, 1. / 30_000}
	phoneDiffer   = level{"search.alike.phone_differs", .4, 1}
	emailSame     = level{"search.alike.email", .6, 1. / 60_000}
	emailDiffer   = level{"search.alike.email_differs", .4, 1}
	addressSame   = level{"search.alike.address", .6, 1. / 5_000}
	addressNear   = level{"search.alike.address_near", .1, 1. / 2_000}
	addressDiffer = level{"search.alike.address_differs", .3, 1}
)

func (l level) bits() float64 { return math.Log2(l.same / l.other) }

// Of so many records one has a double, and a candidate shall rather be one than not by these odds.
const (
	doubled = 50
	odds    = 4
)

// Threshold is the weight, in bits, from which two of n records are a candidate: a record has n-1
// others that may resemble it by accident, so a larger agency asks for more.
func Threshold(n int) float64 { return math.Log2(doubled * odds * float64(max(n, 1000))) }

// Portrait is a record's traits, read once for many comparisons.
type Portrait struct {
	families, givens []spelling
	joined           []string // each whole name as it sounds, or in kanji
	born             string   // digits
	gender           string
	phones, emails   []string
	addresses        []string
}

// spelling is a part of a name as it can be compared.
type spelling struct {
	kanji string // folded, when it is neither kana nor Latin letters
	heard string // kana as heard, when a reading is known
	latin string // as it sounds, in Latin letters
}

// Draw reads traits.
func Draw(t Traits) Portrait {
	p := Portrait{born: onlyDigits(t.Born), gender: t.Gender}
	for _, n := range t.Names {
		romaji := pieces(prepare(clip(n.Romaji))) // the given name first
		var familyRomaji, givenRomaji string
		if len(romaji) == 2 {
			givenRomaji, familyRomaji = romaji[0], romaji[1]
		}
		family, given := spelled(n.Family, n.FamilyKana, familyRomaji), spelled(n.Given, n.GivenKana, givenRomaji)
		p.families, p.givens = family.among(p.families), given.among(p.givens)
		if family.latin != "" || given.latin != "" {
			p.joined = append(p.joined, shorten(family.latin+given.latin), shorten(given.latin+family.latin))
		}
	}
	for _, s := range t.Phones {
		p.phones = append(p.phones, phoneDigits(s))
	}
	for _, s := range t.Emails {
		p.emails = append(p.emails, alphanumeric(prepare(clip(s))))
	}
	for _, s := range t.Addresses {
		p.addresses = append(p.addresses, place(s))
	}
	return p
}

func spelled(written, kana, romaji string) spelling {
	var s spelling
	written, kana = squeeze(prepare(clip(written))), squeeze(prepare(clip(kana)))
	switch {
	case onlyKana(written) && kana == "":
		kana = written
	case onlyLatin(written):
		romaji = cmp.Or(romaji, written)
	case !onlyKana(written):
		s.kanji = enlarge(written)
	}
	if onlyKana(kana) {
		s.heard, s.latin = sound(strings.ReplaceAll(enlarge(kana), "ー", "")), latin(spell(kana))
	}
	if onlyLatin(written) || s.latin == "" {
		s.latin = latin(romaji) // 'Nguyen' is not spelled as グエン is
	}
	return s
}

func (s spelling) among(list []spelling) []spelling {
	if s == (spelling{}) || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// place is an address without what is written in several ways: spaces, and 丁目, 番地 and 号 for dashes.
func place(s string) string {
	s = placeWords.Replace(Fold(clip(s)))
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '-' || script(r) != 0 {
			return r
		}
		return -1
	}, s), "-")
}

var placeWords = strings.NewReplacer("丁目", "-", "番地", "-", "番", "-", "号室", "", "号", "", "の", "-")

// Like compares two records.
func (p Portrait) Like(o Portrait) Likeness {
	var out Likeness
	family, given, turned := p.named(o)
	add := func(l *level) {
		if l != nil {
			out.Weight += l.bits()
			out.Reasons = append(out.Reasons, Reason{l.key, math.Round(l.bits()*10) / 10})
		}
	}
	born := bornLevel(p.born, o.born)
	for _, l := range []*level{family, given, turned, born, genderLevel(p.gender, o.gender)} {
		add(l)
	}
	// Who lives together shares a telephone, an address and often a family name: these speak for one
	// person only where the given name and the birth date do not speak for two.
	alone := given != nil && given != &givenDiffer && born != &bornDiffer
	for _, l := range []*level{
		either(p.phones, o.phones, &phoneSame, &phoneDiffer),
		either(p.emails, o.emails, &emailSame, &emailDiffer),
		addressLevel(p.addresses, o.addresses),
	} {
		if l != nil && (alone || l.bits() < 0) {
			add(l)
		}
	}
	slices.SortStableFunc(out.Reasons, func(a, b Reason) int { return cmp.Compare(math.Abs(b.Bits), math.Abs(a.Bits)) })
	return out
}

// named compares the family and the given names, each with each: somebody married or goes by another
// name. Turned says that one's family name is the other's given name.
func (p Portrait) named(o Portrait) (family, given, turned *level) {
	family = heaviest(p.families, o.families, familyLevel)
	given = heaviest(p.givens, o.givens, givenLevel)
	if weight(family)+weight(given) > 4 {
		return family, given, nil
	}
	a, b := heaviest(p.families, o.givens, familyLevel), heaviest(p.givens, o.families, givenLevel)
	if c, d := heaviest(o.families, p.givens, familyLevel), heaviest(o.givens, p.families, givenLevel); weight(c)+weight(d) > weight(a)+weight(b) {
		a, b = c, d
	}
	if a != nil && b != nil && weight(a)+weight(b)+swapped.bits() > weight(family)+weight(given) {
		return a, b, &swapped
	}
	if slices.ContainsFunc(p.joined, func(s string) bool { return s != "" && slices.Contains(o.joined, s) }) {
		return &familySound, &givenSound, nil // cut elsewhere, or all in one field
	}
	return family, given, nil
}

func weight(l *level) float64 {
	if l == nil {
		return 0
	}
	return l.bits()
}

func heaviest(a, b []spelling, compare func(a, b spelling) *level) *level {
	var best *level
	for _, x := range a {
		for _, y := range b {
			if l := compare(x, y); l != nil && (best == nil || l.bits() > best.bits()) {
				best = l
			}
		}
	}
	return best
}

func familyLevel(a, b spelling) *level {
	return partLevel(a, b, &familySame, &familySound, &familyOther, &familyNear, &familyDiffer)
}

func givenLevel(a, b spelling) *level {
	return partLevel(a, b, &givenSame, &givenSound, &givenOther, &givenNear, &givenDiffer)
}

func partLevel(a, b spelling, same, sounds, other, near, differ *level) *level {
	kanji := a.kanji != "" && b.kanji != ""
	heard := a.latin != "" && b.latin != ""
	alike := heard && (a.latin == b.latin || a.heard != "" && a.heard == b.heard)
	switch {
	case kanji && a.kanji == b.kanji && (!heard || alike):
		return same
	case kanji && a.kanji == b.kanji:
		return sounds // read otherwise: 山崎 is ヤマザキ and ヤマサキ
	case alike && kanji:
		return other
	case alike && a.kanji == "" && b.kanji == "" && a.heard == "" && b.heard == "":
		return same // both in Latin letters
	case alike:
		return sounds
	case heard && close(a, b):
		return near
	case heard || kanji:
		return differ
	}
	return nil
}

// close says that a slip of the hand or the ear lies between two readings.
func close(a, b spelling) bool {
	if unvoiced(a.latin) == unvoiced(b.latin) {
		return true
	}
	if a.heard != "" && b.heard != "" {
		return slips([]rune(a.heard), []rune(b.heard), 1, 4)
	}
	return slips([]rune(a.latin), []rune(b.latin), 1, 5) || slips([]rune(a.latin), []rune(b.latin), 2, 9)
}

// slips says that at most so many changes lie between two words of at least so many letters: one
// letter more, less or another, or two neighbours exchanged. The first letter counts like others.
func slips(a, b []rune, most, least int) bool {
	if min(len(a), len(b)) < least-most || max(len(a), len(b)) < least || len(a)-len(b) > most || len(b)-len(a) > most {
		return false
	}
	return distance(a, b) <= most
}

// distance is the optimal string alignment distance.
func distance(a, b []rune) int {
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		now, last, before := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

func bornLevel(a, b string) *level {
	n := min(len(a), len(b))
	switch {
	case n < 4:
		return nil
	case n < 8 && a[:n] == b[:n]:
		return &bornWithin
	case n < 8:
		return &bornDiffer
	case a == b:
		return &bornSame
	case misread(a, b):
		return &bornSlip
	}
	return &bornDiffer
}

// eras begin their count of years in these; a year of one era is often put down to the next.
var eraYears = []int{1868, 1912, 1926, 1989, 2019}

// misread says that one digit lies between two dates, or two neighbouring ones exchanged, or day and
// month, or the era.
func misread(a, b string) bool {
	if distance([]rune(a), []rune(b)) == 1 {
		return true
	}
	if a[:4] == b[:4] && a[4:6] == b[6:] && a[6:] == b[4:6] {
		return true
	}
	if a[4:] != b[4:] {
		return false
	}
	apart := number(a[:4]) - number(b[:4])
	for i, x := range eraYears {
		for _, y := range eraYears[i+1:] {
			if apart == y-x || apart == x-y {
				return true
			}
		}
	}
	return false
}

func number(digits string) int {
	n := 0
	for _, r := range digits {
		n = 10*n + int(r-'0')
	}
	return n
}

func genderLevel(a, b string) *level {
	switch {
	case a != "female" && a != "male" || b != "female" && b != "male":
		return nil
	case a == b:
		return &genderSame
	}
	return &genderDiffer
}

// either says whether one of several is in both.
func either(a, b []string, same, differ *level) *level {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	if slices.ContainsFunc(a, func(s string) bool { return s != "" && slices.Contains(b, s) }) {
		return same
	}
	return differ
}

// wholePlace is how many characters of an address make it more than a street.
const wholePlace = 8

// addressLevel also takes an address that goes on where the other ends, with the building, for near.
func addressLevel(a, b []string) *level {
	l := either(a, b, &addressSame, &addressDiffer)
	if l != &addressDiffer {
		return l
	}
	for _, x := range a {
		for _, y := range b {
			if len([]rune(x)) >= wholePlace && strings.HasPrefix(y, x) || len([]rune(y)) >= wholePlace && strings.HasPrefix(x, y) {
				return &addressNear
			}
		}
	}
	return l
}
