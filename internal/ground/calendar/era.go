package calendar

import (
	"strconv"

	"kizuna/internal/ground/text"
)

// era is a Japanese era. The day an era begins belongs to it when written; the day on which Meiji
// and Taishō ended carried both names, so both are read. Dates before 1873, when Japan took up the
// Gregorian calendar, are counted as if it had been in use (as in JIS X 0301).
type era struct {
	letter byte
	name   text.Pair
	began  Date
	until  Date // the last day that may be written with this name
}

// eras in order. Sources: 行政官布告 (明治元年9月8日), the imperial rescripts of 1912-07-30 and
// 1926-12-25, 元号を改める政令 of 1989 (昭和64年政令第1号) and 2019 (平成31年政令第143号).
var eras = []era{
	{'m', text.Pair{JA: "明治", EN: "Meiji"}, "1868-01-25", "1912-07-30"},
	{'t', text.Pair{JA: "大正", EN: "Taisho"}, "1912-07-30", "1926-12-25"},
	{'s', text.Pair{JA: "昭和", EN: "Showa"}, "1926-12-25", "1989-01-07"},
	{'h', text.Pair{JA: "平成", EN: "Heisei"}, "1989-01-08", "2019-04-30"},
	{'r', text.Pair{JA: "令和", EN: "Reiwa"}, "2019-05-01", LastDate},
}

// eraOf is the era a day is written in and its year there; nil before 1868-01-25, for none, and for
// days so far off (9999-12-31) that they only mean "no end".
func eraOf(d Date) (*era, int) {
	if d.Year() >= 3000 {
		return nil, 0
	}
	for i := len(eras) - 1; i >= 0; i-- {
		if d >= eras[i].began {
			return &eras[i], d.Year() - eras[i].began.Year() + 1
		}
	}
	return nil, 0
}

// EraYear is the era and year of a day: 昭和43年, 令和元年, Showa 43. "" before 1868-01-25, from
// the year 3000 and for none.
func EraYear(d Date, lang text.Lang) string {
	e, year := eraOf(d)
	switch {
	case e == nil:
		return ""
	case lang.Base() != text.JA:
		return e.name.EN + " " + strconv.Itoa(year)
	case year == 1:
		return e.name.JA + "元年"
	}
	return e.name.JA + strconv.Itoa(year) + "年"
}

// Era writes a day by its era first, as birth dates are read in Japan: 昭和43年（1968）4月12日.
func Era(d Date) string {
	year := EraYear(d, text.JA)
	if year == "" {
		return westernDay(d)
	}
	return year + "（" + strconv.Itoa(d.Year()) + "）" + monthDay(d)
}

// eraDay is a day that a sentence about eras speaks of: 令和元年5月1日, 1 May 2019 (Reiwa 1).
type eraDay Date

func (e eraDay) In(lang text.Lang) string {
	d := Date(e)
	year := EraYear(d, lang)
	switch {
	case lang.Base() == text.JA && year == "":
		return westernDay(d)
	case lang.Base() == text.JA:
		return year + monthDay(d)
	case year == "":
		return d.std().Format("2 January 2006")
	}
	return d.std().Format("2 January 2006") + " (" + year + ")"
}

// plainDay is a day in a sentence, without weekday or era: 1800年1月1日, 1 January 1800.
type plainDay Date

func (p plainDay) In(lang text.Lang) string {
	if lang.Base() == text.JA {
		return westernDay(Date(p))
	}
	return Date(p).std().Format("2 January 2006")
}

func westernDay(d Date) string {
	if d == "" {
		return ""
	}
	return strconv.Itoa(d.Year()) + "年" + monthDay(d)
}

func monthDay(d Date) string {
	t := d.std()
	return strconv.Itoa(int(t.Month())) + "月" + strconv.Itoa(t.Day()) + "日"
}
