package calendar

import (
	"strconv"
	"strings"

	"kizuna/internal/ground/text"
)

// Precision says how much of a date is known.
type Precision string

// The precisions of a date.
const (
	ToDay   Precision = "day"
	ToMonth Precision = "month"
	ToYear  Precision = "year"
	Unknown Precision = "unknown"
)

// Partial is a date that may be known only to the month or year, or known to be unknown: a birth
// date. Date is then the first day of what is known, and "" when unknown. The zero Partial is none.
type Partial struct {
	Date      Date      `json:"date"`
	Precision Precision `json:"precision"`
}

// NewPartial cuts d to what is known.
func NewPartial(d Date, p Precision) Partial {
	switch {
	case p == Unknown:
		return Partial{"", Unknown}
	case d == "":
		return Partial{}
	case p == ToYear:
		return Partial{d[:5] + "01-01", ToYear}
	case p == ToMonth:
		return Partial{d.MonthStart(), ToMonth}
	}
	return Partial{d, ToDay}
}

// ParsePartial reads what ParseDate reads, and also a month or year alone (1968年4月, 昭和43年, S43,
// April 1968, 1968) and 不明 or unknown. "" is none. The error is like ParseDate's.
func ParsePartial(s string) (Partial, error) {
	switch strings.Trim(fold(s), ".()") {
	case "不明", "未詳", "不詳", "unknown", "not known":
		return Partial{Precision: Unknown}, nil
	}
	r, f := read(s)
	if f != nil {
		return Partial{}, f
	}
	return Partial{r.date, r.precision}, nil
}

// IsZero says that nothing was said, not even that it is unknown.
func (p Partial) IsZero() bool { return p == Partial{} }

// Valid says that date and precision belong together.
func (p Partial) Valid() bool {
	switch p.Precision {
	case Unknown:
		return p.Date == ""
	case ToDay, ToMonth, ToYear:
		return p.Date.Valid() && p == NewPartial(p.Date, p.Precision)
	}
	return p.IsZero()
}

// Bounds are the first and last day it may have been; both "" when unknown or none.
func (p Partial) Bounds() (first, last Date) {
	switch {
	case p.Date == "":
		return "", ""
	case p.Precision == ToMonth:
		return p.Date, p.Date.MonthEnd()
	case p.Precision == ToYear:
		return p.Date, p.Date[:5] + "12-31"
	}
	return p.Date, p.Date
}

// Age is the youngest and oldest that somebody born then can be on a day; false when unknown.
func (p Partial) Age(on Date) (youngest, oldest int, known bool) {
	first, last := p.Bounds()
	if first == "" || on == "" {
		return 0, 0, false
	}
	return last.Age(on), first.Age(on), true
}

// In writes what is known, in Japanese by era first: 昭和43年（1968）4月12日, 昭和43年（1968）4月,
// 昭和64年／平成元年（1989）, 12 April 1968, April 1968, 1968, 不明. None is "".
func (p Partial) In(lang text.Lang) string {
	switch {
	case p.Precision == Unknown:
		return text.T(lang, "calendar.unknown", nil)
	case p.Date == "":
		return ""
	case lang.Base() == text.JA:
		return p.japanese()
	}
	layout := map[Precision]string{ToYear: "2006", ToMonth: "January 2006"}[p.Precision]
	if layout == "" {
		layout = "2 January 2006"
	}
	return p.Date.std().Format(layout)
}

func (p Partial) japanese() string {
	if p.Precision == ToDay {
		return Era(p.Date)
	}
	first, last := p.Bounds()
	s := strconv.Itoa(p.Date.Year()) + "年"
	if from, until := EraYear(first, text.JA), EraYear(last, text.JA); until != "" {
		years := until
		if from != until && from != "" {
			years = from + "／" + until
		}
		s = years + "（" + strconv.Itoa(p.Date.Year()) + "）"
	}
	if p.Precision == ToMonth {
		s += strconv.Itoa(int(p.Date.Month())) + "月"
	}
	return s
}
