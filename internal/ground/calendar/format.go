package calendar

import (
	"strconv"
	"time"

	"kizuna/internal/ground/text"
)

var weekdaysJA = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// WeekdayName is the short name of a weekday: 火, Tue.
func WeekdayName(w time.Weekday, lang text.Lang) string {
	if lang.Base() == text.JA {
		return weekdaysJA[w]
	}
	return w.String()[:3]
}

// FormatDate writes a day in full: 2026年（令和8年）11月24日（火）, Tuesday 24 November 2026.
func FormatDate(d Date, lang text.Lang) string {
	if d == "" {
		return ""
	}
	if lang.Base() != text.JA {
		return d.std().Format("Monday 2 January 2006")
	}
	s := strconv.Itoa(d.Year()) + "年"
	if year := EraYear(d, lang); year != "" {
		s += "（" + year + "）"
	}
	return s + monthDay(d) + "（" + weekdaysJA[d.Weekday()] + "）"
}

// FormatShort writes a day for lists: 11月24日（火）, 24 Nov 2026. The Japanese form leaves the year
// out; use FormatDay where it matters.
func FormatShort(d Date, lang text.Lang) string {
	if d == "" {
		return ""
	}
	if lang.Base() == text.JA {
		return monthDay(d) + "（" + weekdaysJA[d.Weekday()] + "）"
	}
	return d.std().Format("2 Jan 2006")
}

// FormatDay writes a day with its western year for columns: 2026年11月24日, 24 Nov 2026.
func FormatDay(d Date, lang text.Lang) string {
	if lang.Base() == text.JA {
		return westernDay(d)
	}
	return FormatShort(d, lang)
}

// FormatMonth writes the month of a day: 2026年11月, November 2026.
func FormatMonth(d Date, lang text.Lang) string {
	if d == "" {
		return ""
	}
	return yearMonth{d.Year(), d.Month()}.In(lang)
}

// yearMonth is a month that a sentence speaks of.
type yearMonth struct {
	year  int
	month time.Month
}

func (m yearMonth) In(lang text.Lang) string {
	if lang.Base() == text.JA {
		return strconv.Itoa(m.year) + "年" + strconv.Itoa(int(m.month)) + "月"
	}
	return m.month.String() + " " + strconv.Itoa(m.year)
}
