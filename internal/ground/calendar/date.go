// Package calendar is time as an agency lives it: days without a clock, moments without a zone, the
// Japanese eras beside western years, ages, fiscal years, national holidays and working days.
// Every moment is kept in UTC; a day is always a day in the agency's zone. Nothing here reads the
// wall clock except System.
package calendar

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// Date is a day of the Gregorian calendar as YYYY-MM-DD; "" is none. Dates compare and sort as
// strings. It is stored as it is, in a TEXT column.
type Date string

// The first and last day that Kizuna accepts. 9999-12-31 is how other systems write "no end".
const (
	FirstDate Date = "1800-01-01"
	LastDate  Date = "9999-12-31"
)

// NewDate is the day with these numbers; false when there is no such day or it is out of range.
func NewDate(year int, month time.Month, day int) (Date, bool) {
	if month < 1 || month > 12 || day < 1 || day > lastDay(year, month) {
		return "", false
	}
	d := fromStd(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	return d, year <= 9999 && d >= FirstDate
}

// ISODate reads YYYY-MM-DD and nothing else, as the API and files write dates.
func ISODate(s string) (Date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return "", false
	}
	year, ok1 := digits(s[:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 {
		return "", false
	}
	return NewDate(year, time.Month(month), day)
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}

// lastDay is the number of days in a month.
func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func fromStd(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// std is midnight UTC of the day; the zero time for a date that is none.
func (d Date) std() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Valid says whether d is a real day in range. None ("") is not.
func (d Date) Valid() bool {
	_, ok := ISODate(string(d))
	return ok
}

// IsZero says that there is no date.
func (d Date) IsZero() bool { return d == "" }

// Year, Month and Day are the numbers of the day; of none they are those of the zero time.
func (d Date) Year() int { return d.std().Year() }

// Month is the month of the day.
func (d Date) Month() time.Month { return d.std().Month() }

// Day is the day of the month.
func (d Date) Day() int { return d.std().Day() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.std().Weekday() }

// Before says that d is an earlier day than e.
func (d Date) Before(e Date) bool { return d < e }

// After says that d is a later day than e.
func (d Date) After(e Date) bool { return d > e }

// Within says that from ≤ d ≤ until, where an empty from or until is open. None is never within.
func (d Date) Within(from, until Date) bool {
	return d != "" && from <= d && (until == "" || d <= until)
}

// AddDays is n days later, or earlier when n is negative. None stays none, and the result stays
// between FirstDate and LastDate.
func (d Date) AddDays(n int) Date {
	if d == "" {
		return ""
	}
	const most = 4_000_000 // more days than the calendar has
	return clamp(d.std().AddDate(0, 0, min(max(n, -most), most)))
}

// AddMonths is n months later on the same day of the month, or on the month's last day where it is
// shorter: a month after 31 January is 28 or 29 February. None stays none, and the result stays
// between FirstDate and LastDate.
func (d Date) AddMonths(n int) Date {
	if d == "" {
		return ""
	}
	const most = 200_000
	t := d.std()
	first := time.Date(t.Year(), t.Month()+time.Month(min(max(n, -most), most)), 1, 0, 0, 0, 0, time.UTC)
	return clamp(first.AddDate(0, 0, min(t.Day(), lastDay(first.Year(), first.Month()))-1))
}

// AddYears is AddMonths with twelve months to the year.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * min(max(n, -9000), 9000)) }

func clamp(t time.Time) Date {
	switch {
	case t.Year() > 9999:
		return LastDate
	case t.Year() < FirstDate.Year():
		return FirstDate
	}
	return fromStd(t)
}

// MonthStart and MonthEnd are the first and the last day of the month of d.
func (d Date) MonthStart() Date {
	if d == "" {
		return ""
	}
	return d[:8] + "01"
}

// MonthEnd is the last day of the month of d.
func (d Date) MonthEnd() Date {
	if d == "" {
		return ""
	}
	return d[:8] + Date(strconv.Itoa(lastDay(d.Year(), d.Month())))
}

// Between is the number of days from a to b, negative when b is earlier.
func Between(a, b Date) int {
	return int(b.std().Sub(a.std()) / (24 * time.Hour))
}

// Age is the number of full years on a day for somebody born on d, counted from birthday to
// birthday; who was born on 29 February has it on 1 March in ordinary years. It is negative before
// birth, and 0 where either date is none. Where a law counts the day before the birthday
// (年齢計算ニ関スル法律), ask for the next day.
func (d Date) Age(on Date) int {
	if d == "" || on == "" {
		return 0
	}
	age := on.Year() - d.Year()
	if on[4:] < d[4:] {
		age--
	}
	return age
}

// In writes the date for a reader of lang as FormatDate does, so that a date can stand for a
// placeholder.
func (d Date) In(lang text.Lang) string { return FormatDate(d, lang) }

// MarshalJSON writes YYYY-MM-DD, or null for none.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(d))
}

// UnmarshalJSON reads YYYY-MM-DD, and null or "" as none. Anything else is an invalid fault.
func (d *Date) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) || bytes.Equal(b, []byte(`""`)) {
		*d = ""
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return wrong("fault.not_a_date").WithCause(err)
	}
	read, ok := ISODate(s)
	if !ok {
		return wrong("fault.not_a_date")
	}
	*d = read
	return nil
}

// wrong is an invalid fault about the whole of what was read.
func wrong(key string, pairs ...any) *fault.Fault {
	var f fault.Fields
	f.Add("", key, pairs...)
	return fault.Invalid(f...)
}
