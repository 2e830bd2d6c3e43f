package calendar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/fault"
)

// ParseDate reads a day as people in Japan and abroad type it: 2019-05-01, 2019/5/1, 20190501,
// 2019年5月1日（水）, 令和元年5月1日, 令1.5.1, R1.5.1, 平成三十一年四月三十日, 1 May 2019, May 1, 2019, and
// everything FormatDate and Era write; full-width characters count as their ASCII twins. "" is none.
//
// The error is an invalid fault with one field, pointer "", whose key says why: what could be two
// dates (1/5/2019, 19/5/1) is refused, as is a day outside its era (平成31年5月1日) or its month.
func ParseDate(s string) (Date, error) {
	r, f := read(s)
	switch {
	case f != nil:
		return "", f
	case r.precision == "":
		return "", nil
	case r.precision != ToDay:
		return "", wrong("fault.date_needs_day")
	}
	return r.date, nil
}

// reading is what was understood: a day, or the first day of a month or year.
type reading struct {
	date      Date
	precision Precision // "" when nothing was written
}

// fields are the named parts of a form that matched.
type fields map[string]string

// forms in the order they are tried. The parts: e era, n its year, y western year, m month, d day,
// name an English month.
var forms = compile(
	`(?:西暦)?(?P<y>\d{4})年(?:\((?P<e>ERA)(?P<n>元|\d{1,3})年?\))?(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日?)?)?`,
	`(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?`,
	`(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})`,
	`(?P<y>\d{4})`,
	`(?P<e>ERA)(?P<n>元|\d{1,3})年?(?:\((?P<y>\d{4})年?\))?(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日?)?)?`,
	`(?P<e>ERA)(?P<n>元|\d{1,3})[-/.年](?P<m>\d{1,2})(?:[-/.月](?P<d>\d{1,2})日?)?`,
	`(?P<e>ERA)(?P<n>\d{2})(?P<m>\d{2})(?P<d>\d{2})`,
	`(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?[ -]*(?:of )?)?(?P<name>[a-z]{3,9})[., -]*(?P<y>\d{4})`,
	`(?P<name>[a-z]{3,9})[. -]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[, -]+(?P<y>\d{4})`,
	`(?P<y>\d{4})[ -]*(?P<name>[a-z]{3,9})[. -]*(?P<d>\d{1,2})`,
)

// refusals are forms that look like a date and say too little to be sure.
var refusals = []struct {
	form *regexp.Regexp
	key  string
}{
	{whole(`\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}`), "fault.date_ambiguous"},
	{whole(`\d{1,3}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{6}|\d{1,3}年(?:\d{1,2}月(?:\d{1,2}日?)?)?`), "fault.date_short_year"},
	{whole(`\d{1,2}(?:st|nd|rd|th)? ?[a-z]{3,9}[., -]*'?\d{2}|[a-z]{3,9}\.? ?\d{1,2}(?:st|nd|rd|th)?,? '?\d{2}`), "fault.date_short_year"},
	{whole(`\d{1,2}[-/.]\d{1,2}|\d{1,2}月(?:\d{1,2}日?)?`), "fault.date_needs_year"},
	{whole(`\d{1,2}(?:st|nd|rd|th)?[ -]?(?:of )?[a-z]{3,9}|[a-z]{3,9}\.?[ -]?\d{1,2}(?:st|nd|rd|th)?`), "fault.date_needs_year"},
}

func compile(patterns ...string) []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		out[i] = whole(strings.Replace(p, "ERA", `明治|大正|昭和|平成|令和|[明大昭平令mtshr]`, 1))
	}
	return out
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// read understands a date of any precision, or says why not.
func read(s string) (reading, *fault.Fault) {
	if d, ok := ISODate(s); ok {
		return reading{d, ToDay}, nil
	}
	if len(s) > 200 {
		return reading{}, wrong("fault.not_a_date")
	}
	s, weekday, ok := splitWeekday(fold(s))
	switch {
	case !ok, s == "" && weekday >= 0:
		return reading{}, wrong("fault.not_a_date")
	case s == "":
		return reading{}, nil
	}
	for _, form := range forms {
		if match := form.FindStringSubmatch(s); match != nil {
			if r, f, ok := resolve(named(form, match)); ok {
				return r, agree(r, weekday, f)
			}
		}
	}
	for _, refusal := range refusals {
		if refusal.form.MatchString(s) && plausible(s) {
			return reading{}, wrong(refusal.key)
		}
	}
	return reading{}, wrong("fault.not_a_date")
}

func named(form *regexp.Regexp, match []string) fields {
	parts := fields{}
	for i, name := range form.SubexpNames() {
		if name != "" {
			parts[name] = match[i]
		}
	}
	return parts
}

// resolve turns the parts of a form into a date; false when a word in it is no month, so that
// another form may fit.
func resolve(p fields) (reading, *fault.Fault, bool) {
	month, _ := digits(p["m"])
	if name, has := p["name"]; has {
		if month = monthNamed(name); month == 0 {
			return reading{}, nil, false
		}
	}
	day, _ := digits(p["d"])
	year, _ := digits(p["y"])
	precision := ToYear
	switch {
	case p["d"] != "":
		precision = ToDay
	case p["m"] != "" || p["name"] != "":
		precision = ToMonth
	}
	if precision != ToDay {
		day = 1
	}
	if precision == ToYear {
		month = 1
	}
	if p["e"] == "" {
		d, f := western(year, month, day)
		return reading{d, precision}, f, true
	}
	r, f := inEra(p["e"], p["n"], month, day, precision)
	if f == nil && p["y"] != "" && r.date.Year() != year {
		f = wrong("fault.date_disagrees")
	}
	return r, f, true
}

// western checks the numbers of a day and says which of them cannot be.
func western(year, month, day int) (Date, *fault.Fault) {
	switch {
	case year < FirstDate.Year():
		return "", wrong("fault.date_out_of_range", "first", plainDay(FirstDate), "last", plainDay(LastDate))
	case month < 1 || month > 12 || day < 1 || day > 31:
		return "", wrong("fault.date_unreal")
	}
	m := yearMonth{year, time.Month(month)}
	if last := lastDay(year, m.month); day > last {
		return "", wrong("fault.date_past_month_end", "month", m, "last", last)
	}
	d, _ := NewDate(year, m.month, day)
	return d, nil
}

// inEra reads a year of an era, and checks that the day, month or year lies in that era at least
// in part.
func inEra(name, n string, month, day int, precision Precision) (reading, *fault.Fault) {
	e := eraNamed(name)
	year := 1
	if n != "元" {
		year, _ = digits(n)
	}
	if year < 1 {
		return reading{}, wrong("fault.date_unreal")
	}
	d, f := western(e.began.Year()+year-1, month, day)
	if f != nil {
		return reading{}, f
	}
	first, last := (Partial{d, precision}).Bounds()
	switch {
	case first > e.until:
		return reading{}, wrong("fault.era_ended", "era", e.name, "ended", eraDay(e.until), "next", eraDay(d))
	case last < e.began:
		return reading{}, wrong("fault.era_not_begun", "era", e.name, "began", eraDay(e.began), "before", eraDay(d))
	}
	return reading{d, precision}, nil
}

func eraNamed(name string) *era {
	i := slices.IndexFunc(eras, func(e era) bool {
		return strings.HasPrefix(e.name.JA, name) || name[0] == e.letter
	})
	return &eras[i]
}

// agree refuses a date whose weekday, written beside it, is another.
func agree(r reading, weekday int, f *fault.Fault) *fault.Fault {
	if f == nil && weekday >= 0 && (r.precision != ToDay || int(r.date.Weekday()) != weekday) {
		return wrong("fault.date_disagrees")
	}
	return f
}

// monthNamed finds an English month by its name or its first three or more letters; 0 for none.
func monthNamed(s string) int {
	for m := time.January; m <= time.December; m++ {
		if len(s) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), s) {
			return int(m)
		}
	}
	return 0
}

var letters = regexp.MustCompile(`[a-z]{3,}`)

// plausible says that the words in s, if any, are months.
func plausible(s string) bool {
	for _, w := range letters.FindAllString(s, -1) {
		if monthNamed(w) == 0 {
			return false
		}
	}
	return true
}

var (
	dashes       = strings.NewReplacer("ー", "-", "−", "-", "‐", "-", "–", "-", "—", "-", "―", "-", "。", ".", "、", ".", "・", ".")
	japanese     = regexp.MustCompile(` *([年月日()元明治大正昭和平成令西暦曜火水木金土]) *`)
	eraLetter    = regexp.MustCompile(`^([mtshr]) (\d)`)
	spacedMarks  = regexp.MustCompile(` *([-/.]) *`)
	atMidnight   = regexp.MustCompile(`[ t]0?0:00(?::00(?:\.0+)?)?$`)
	kanjiNumeral = regexp.MustCompile(`[〇零一二三四五六七八九壱弐参十拾廿百千]+`)
)

// fold brings what was typed to one shape: compatibility forms and full-width characters to their
// plain twins (㋿ to 令和), small letters, one kind of dash, single spaces and none around Japanese
// words, kanji numerals as digits, no midnight after a date.
func fold(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.Join(strings.Fields(dashes.Replace(s)), " ")
	s = atMidnight.ReplaceAllString(s, "")
	s = japanese.ReplaceAllString(s, "$1")
	s = eraLetter.ReplaceAllString(s, "$1$2")
	s = spacedMarks.ReplaceAllString(s, "$1")
	return numerals(s)
}

// numerals replaces kanji numerals, unless one stands beside a digit or makes no sense.
func numerals(s string) string {
	var b strings.Builder
	from := 0
	for _, at := range kanjiNumeral.FindAllStringIndex(s, -1) {
		n, ok := kanjiNumber(s[at[0]:at[1]])
		if !ok || at[0] > 0 && isDigit(s[at[0]-1]) || at[1] < len(s) && isDigit(s[at[1]]) {
			return s
		}
		b.WriteString(s[from:at[0]])
		b.WriteString(n)
		from = at[1]
	}
	b.WriteString(s[from:])
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// kanjiNumber reads 二〇二六 digit by digit and 三十一 or 二千二十六 by place.
func kanjiNumber(s string) (string, bool) {
	const units = "〇一二三四五六七八九"
	s = strings.NewReplacer("零", "〇", "壱", "一", "弐", "二", "参", "三", "拾", "十", "廿", "二十").Replace(s)
	total, digit, place := 0, -1, 10000
	var plain strings.Builder
	for _, r := range s {
		worth := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		if worth == 0 {
			d := strings.IndexRune(units, r) / len("〇")
			if digit >= 0 && place < 10000 {
				return "", false
			}
			digit = d
			plain.WriteString(strconv.Itoa(d))
			continue
		}
		if worth >= place || plain.Len() > 1 && place == 10000 {
			return "", false
		}
		total += max(digit, 1) * worth
		digit, place = -1, worth
	}
	if place == 10000 {
		return plain.String(), true
	}
	return strconv.Itoa(total + max(digit, 0)), true
}

var (
	weekdayAfter  = regexp.MustCompile(`(?:\(([日月火水木金土])(?:曜日?)?\)|([日月火水木金土])曜日?)$`)
	weekdayBefore = regexp.MustCompile(`^([a-z]{3,9})\.?,? `)
)

// splitWeekday takes off the weekday after a Japanese date or before an English one: 0 for Sunday
// to 6, −1 for none. False when a word before the date is cut off by nothing known.
func splitWeekday(s string) (rest string, weekday int, ok bool) {
	if m := weekdayAfter.FindStringSubmatchIndex(s); m != nil {
		name := s[max(m[2], m[4]):max(m[3], m[5])]
		return s[:m[0]], slices.Index(weekdaysJA[:], name), true
	}
	if m := weekdayBefore.FindStringSubmatch(s); m != nil {
		for w := time.Sunday; w <= time.Saturday; w++ {
			if strings.HasPrefix(strings.ToLower(w.String()), m[1]) {
				return s[len(m[0]):], int(w), true
			}
		}
		return s, -1, monthNamed(m[1]) != 0
	}
	return s, -1, true
}
