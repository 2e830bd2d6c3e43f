package calendar

import (
	"time"

	"kizuna/internal/ground/text"
)

// The years for which National knows the holidays: those for which the equinox formula holds. The
// equinoxes are proclaimed each February for the next year and may in principle differ from it.
const (
	FirstHolidayYear = 1980
	LastHolidayYear  = 2099
)

// holiday is one line of the law: a day of the year, or the n-th Monday of a month, from one year
// until another.
type holiday struct {
	key         string
	month       time.Month
	day, monday int // one of them
	from, until int // years, both included; 0 is open
}

// national is 国民の祝日に関する法律 (昭和23年法律第178号) with its amendments, the one-day laws of 1989,
// 1990, 1993 and 2019 (平成30年法律第99号), and the Olympic special measures law for 2020 and 2021.
var national = []holiday{
	{key: "new_year", month: 1, day: 1},
	{key: "coming_of_age", month: 1, day: 15, until: 1999},
	{key: "coming_of_age", month: 1, monday: 2, from: 2000},
	{key: "foundation", month: 2, day: 11},
	{key: "emperor", month: 2, day: 23, from: 2020},
	{key: "emperor", month: 4, day: 29, until: 1988},
	{key: "emperor", month: 12, day: 23, from: 1989, until: 2018},
	{key: "greenery", month: 4, day: 29, from: 1989, until: 2006},
	{key: "greenery", month: 5, day: 4, from: 2007},
	{key: "showa", month: 4, day: 29, from: 2007},
	{key: "constitution", month: 5, day: 3},
	{key: "children", month: 5, day: 5},
	{key: "marine", month: 7, day: 20, from: 1996, until: 2002},
	{key: "marine", month: 7, monday: 3, from: 2003, until: 2019},
	{key: "marine", month: 7, day: 23, from: 2020, until: 2020},
	{key: "marine", month: 7, day: 22, from: 2021, until: 2021},
	{key: "marine", month: 7, monday: 3, from: 2022},
	{key: "mountain", month: 8, day: 11, from: 2016, until: 2019},
	{key: "mountain", month: 8, day: 10, from: 2020, until: 2020},
	{key: "mountain", month: 8, day: 8, from: 2021, until: 2021},
	{key: "mountain", month: 8, day: 11, from: 2022},
	{key: "aged", month: 9, day: 15, until: 2002},
	{key: "aged", month: 9, monday: 3, from: 2003},
	{key: "health_sports", month: 10, day: 10, until: 1999},
	{key: "health_sports", month: 10, monday: 2, from: 2000, until: 2019},
	{key: "sports", month: 7, day: 24, from: 2020, until: 2020},
	{key: "sports", month: 7, day: 23, from: 2021, until: 2021},
	{key: "sports", month: 10, monday: 2, from: 2022},
	{key: "culture", month: 11, day: 3},
	{key: "labour", month: 11, day: 23},
	{key: "state_funeral", month: 2, day: 24, from: 1989, until: 1989},
	{key: "enthronement", month: 11, day: 12, from: 1990, until: 1990},
	{key: "wedding", month: 6, day: 9, from: 1993, until: 1993},
	{key: "accession", month: 5, day: 1, from: 2019, until: 2019},
	{key: "enthronement", month: 10, day: 22, from: 2019, until: 2019},
}

// National are the national holidays of Japan from one year to another, both included, as far as
// FirstHolidayYear and LastHolidayYear reach.
func National(from, until int) Holidays {
	h := Holidays{}
	for year := max(from, FirstHolidayYear); year <= min(until, LastHolidayYear); year++ {
		h.addNational(year)
	}
	return h
}

func (h Holidays) addNational(year int) {
	named := map[Date]string{
		vernalEquinox(year):   "vernal_equinox",
		autumnalEquinox(year): "autumnal_equinox",
	}
	for _, rule := range national {
		if year >= rule.from && (rule.until == 0 || year <= rule.until) {
			named[rule.in(year)] = rule.key
		}
	}
	substitutes := substitutes(year, named)
	for d, key := range between(year, named, substitutes) {
		h.name(d, key)
	}
	for d := range substitutes {
		h.name(d, "substitute")
	}
	for d, key := range named {
		h.name(d, key)
	}
}

func (h Holidays) name(d Date, key string) {
	h[d] = text.Pair{JA: text.T(text.JA, "calendar."+key, nil), EN: text.T(text.EN, "calendar."+key, nil)}
}

func (r holiday) in(year int) Date {
	if r.monday == 0 {
		return day(year, r.month, r.day)
	}
	first := day(year, r.month, 1)
	return first.AddDays((int(time.Monday)-int(first.Weekday())+7)%7 + 7*(r.monday-1))
}

func day(year int, month time.Month, d int) Date {
	return fromStd(time.Date(year, month, d, 0, 0, 0, 0, time.UTC))
}

// substitutes are the days off for holidays on a Sunday (第3条第2項): the next day, since 2007 the
// next day that is no holiday itself.
func substitutes(year int, named map[Date]string) map[Date]bool {
	off := map[Date]bool{}
	for d := range named {
		if d.Weekday() != time.Sunday {
			continue
		}
		next := d.AddDays(1)
		for year >= 2007 && named[next] != "" {
			next = next.AddDays(1)
		}
		off[next] = true
	}
	return off
}

// between are the days with a holiday before and after (第3条第3項, since 1986); until 2006 neither
// Sundays nor substitutes counted.
func between(year int, named map[Date]string, substitutes map[Date]bool) map[Date]string {
	off := map[Date]string{}
	for d := range named {
		middle := d.AddDays(1)
		switch {
		case year < 1986 || named[middle] != "" || named[d.AddDays(2)] == "":
		case year < 2007 && (middle.Weekday() == time.Sunday || substitutes[middle]):
		default:
			off[middle] = "citizens"
		}
	}
	return off
}

// vernalEquinox and autumnalEquinox use the usual approximation for 1980 to 2099 (新こよみ便利帳).
func vernalEquinox(year int) Date { return equinox(year, time.March, 20.8431) }

func autumnalEquinox(year int) Date { return equinox(year, time.September, 23.2488) }

func equinox(year int, month time.Month, base float64) Date {
	since := year - 1980
	return day(year, month, int(base+0.242194*float64(since))-since/4)
}
