package calendar

import (
	_ "embed"
	"strconv"
	"time"

	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("calendar", wordsFile)

// Holidays are the days, besides Saturdays and Sundays, on which an office is closed, with the name
// of each. An agency adds its own to the national ones.
type Holidays map[Date]text.Pair

// Working says that the office is open on d.
func (h Holidays) Working(d Date) bool {
	w := d.Weekday()
	_, off := h[d]
	return d != "" && w != time.Saturday && w != time.Sunday && !off
}

// AddWorking is the n-th working day after d, or before it when n is negative; d itself does not
// count. With n 0 it is d, or the next working day when the office is closed on d.
func (h Holidays) AddWorking(d Date, n int) Date {
	if d == "" {
		return ""
	}
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	if n == 0 {
		d, n = d.AddDays(-1), 1
	}
	for n > 0 && d > FirstDate && d < LastDate {
		if d = d.AddDays(step); h.Working(d) {
			n--
		}
	}
	return d
}

// OnOrBefore is d, or the last working day before it when the office is closed on d.
func (h Holidays) OnOrBefore(d Date) Date {
	if d == "" || h.Working(d) {
		return d
	}
	return h.AddWorking(d, -1)
}

// WorkingBetween counts the working days after a, up to and with b; negative when b is earlier.
func (h Holidays) WorkingBetween(a, b Date) int {
	if b < a {
		return -h.WorkingBetween(b, a)
	}
	n := 0
	for a < b {
		if a = a.AddDays(1); h.Working(a) {
			n++
		}
	}
	return n
}

// Fiscal is the month in which a fiscal year starts.
type Fiscal time.Month

// April is when the fiscal year of public bodies in Japan starts.
const April = Fiscal(time.April)

// Year is the fiscal year of a day, named by the western year in which it starts; 0 for none.
func (f Fiscal) Year(d Date) int {
	switch {
	case d == "":
		return 0
	case d.Month() < time.Month(f):
		return d.Year() - 1
	}
	return d.Year()
}

// Bounds are the first and last day of a fiscal year.
func (f Fiscal) Bounds(year int) (first, last Date) {
	start := time.Date(year, time.Month(f), 1, 0, 0, 0, 0, time.UTC)
	return clamp(start), clamp(start.AddDate(1, 0, -1))
}

// Name writes a fiscal year by the era of its third month: 令和8年度（2026年度）, fiscal year 2026
// (Reiwa 8). So 2019 is 令和元年度 as a whole, as the ministries agreed on 2019-04-02, and 1988, in
// whose tenth month Heisei began, remains 昭和63年度.
func (f Fiscal) Name(year int, lang text.Lang) string {
	first, _ := f.Bounds(year)
	return text.T(lang, "calendar.fiscal_year", map[string]any{
		"year": strconv.Itoa(year), "era": EraYear(first.AddMonths(2), lang)})
}

// FiscalYear is the fiscal year of a day where it starts in April.
func FiscalYear(d Date) int { return April.Year(d) }
