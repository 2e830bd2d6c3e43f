package calendar_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
)

// The whole lists of years as the Cabinet Office published them; s marks a substitute holiday and
// c a citizens' holiday.
var published = map[int]string{
	2019: "01-01 01-14 02-11 03-21 04-29 04-30c 05-01 05-02c 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s 09-16 09-23 10-14 10-22 11-03 11-04s 11-23",
	2020: "01-01 01-13 02-11 02-23 02-24s 03-20 04-29 05-03 05-04 05-05 05-06s 07-23 07-24 08-10 09-21 09-22 11-03 11-23",
	2021: "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09s 09-20 09-23 11-03 11-23",
	2024: "01-01 01-08 02-11 02-12s 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s 09-16 09-22 09-23s 10-14 11-03 11-04s 11-23",
	2025: "01-01 01-13 02-11 02-23 02-24s 03-20 04-29 05-03 05-04 05-05 05-06s 07-21 08-11 09-15 09-23 10-13 11-03 11-23 11-24s",
	2026: "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-20 08-11 09-21 09-22c 09-23 10-12 11-03 11-23",
}

func TestPublishedHolidays(t *testing.T) {
	for year, want := range published {
		h := calendar.National(year, year)
		var got []string
		for _, d := range slices.Sorted(maps.Keys(h)) {
			mark := ""
			switch h[d].EN {
			case "Substitute holiday":
				mark = "s"
			case "Citizens' holiday":
				mark = "c"
			}
			got = append(got, string(d[5:])+mark)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%d\ngot  %s\nwant %s", year, s, want)
		}
	}
}

func TestHolidaysThroughTheLawsChanges(t *testing.T) {
	h := calendar.National(1900, 2200)
	for d, want := range map[calendar.Date]string{
		"1980-03-20": "春分の日",
		"1980-09-23": "秋分の日",
		"1985-05-04": "", // the day between came with 1986
		"1986-05-04": "", // a Sunday
		"1987-05-04": "休日（振替休日）",
		"1988-05-04": "休日（国民の休日）",
		"1988-04-29": "天皇誕生日",
		"1989-04-29": "みどりの日",
		"1989-02-24": "大喪の礼",
		"1989-12-23": "天皇誕生日",
		"1990-11-12": "即位礼正殿の儀",
		"1993-06-09": "結婚の儀",
		"1995-07-20": "",
		"1996-07-20": "海の日",
		"1998-05-04": "休日（振替休日）",
		"1999-01-15": "成人の日",
		"1999-03-21": "春分の日",
		"1999-03-22": "休日（振替休日）",
		"1999-10-10": "体育の日",
		"1999-10-11": "休日（振替休日）",
		"2000-01-10": "成人の日",
		"2000-01-15": "",
		"2000-03-20": "春分の日",
		"2000-10-09": "体育の日",
		"2002-09-15": "敬老の日",
		"2003-09-15": "敬老の日",
		"2003-07-21": "海の日",
		"2006-05-04": "休日（国民の休日）",
		"2007-04-29": "昭和の日",
		"2007-05-04": "みどりの日",
		"2008-05-06": "休日（振替休日）",
		"2009-05-06": "休日（振替休日）",
		"2009-09-22": "休日（国民の休日）",
		"2012-09-22": "秋分の日",
		"2015-08-11": "",
		"2015-09-22": "休日（国民の休日）",
		"2016-08-11": "山の日",
		"2018-12-23": "天皇誕生日",
		"2018-12-24": "休日（振替休日）",
		"2019-12-23": "",
		"2019-02-23": "",
		"2020-02-23": "天皇誕生日",
		"2020-10-12": "",
		"2022-10-10": "スポーツの日",
		"2023-01-02": "休日（振替休日）",
		"2023-03-21": "春分の日",
		"2027-03-21": "春分の日",
		"2027-03-22": "休日（振替休日）",
		"2032-09-21": "休日（国民の休日）",
		"2099-01-01": "元日",
		"2100-01-01": "",
		"1979-01-01": "",
	} {
		if got := h[d].JA; got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	h := calendar.National(2026, 2027)
	for d := calendar.Date("2026-12-29"); d <= "2027-01-03"; d = d.AddDays(1) {
		h[d] = text.Pair{JA: "年末年始", EN: "New Year closure"}
	}
	for _, c := range []struct {
		from calendar.Date
		n    int
		want calendar.Date
	}{
		{"2026-04-28", 1, "2026-04-30"},
		{"2026-05-01", 1, "2026-05-07"},
		{"2026-05-07", -1, "2026-05-01"},
		{"2026-05-02", 0, "2026-05-07"},
		{"2026-05-01", 0, "2026-05-01"},
		{"2026-09-18", 1, "2026-09-24"},
		{"2026-12-28", 1, "2027-01-04"},
		{"2026-11-24", 10, "2026-12-08"},
		{"", 3, ""},
		{calendar.LastDate, 3, calendar.LastDate},
	} {
		if got := h.AddWorking(c.from, c.n); got != c.want {
			t.Errorf("%s and %d working days: %s, want %s", c.from, c.n, got, c.want)
		}
	}
	if got := h.OnOrBefore("2026-05-06"); got != "2026-05-01" {
		t.Error(got)
	}
	if got := h.OnOrBefore("2026-05-01"); got != "2026-05-01" {
		t.Error(got)
	}
	if n := h.WorkingBetween("2026-04-28", "2026-05-08"); n != 4 {
		t.Error(n)
	}
	if h.Working("") {
		t.Error("none is a working day")
	}
	var none calendar.Holidays
	if got := none.AddWorking("2026-05-01", 1); got != "2026-05-04" {
		t.Error(got)
	}
}

func TestWorkingDaysAddUp(t *testing.T) {
	h := calendar.National(1980, 2099)
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.Date("1985-01-01").AddDays(rapid.IntRange(0, 40000).Draw(t, "day"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		e := h.AddWorking(d, n)
		if !h.Working(e) || h.WorkingBetween(d, e) != n || h.WorkingBetween(e, d) != -n {
			t.Fatalf("%s and %d working days: %s", d, n, e)
		}
		if back := h.AddWorking(e, -n); h.Working(d) && back != d {
			t.Fatalf("%s, %d on and back: %s", d, n, back)
		}
	})
}

func TestFiscalYears(t *testing.T) {
	for d, want := range map[calendar.Date]int{"2026-03-31": 2025, "2026-04-01": 2026, "2027-01-01": 2026, "": 0} {
		if got := calendar.FiscalYear(d); got != want {
			t.Errorf("%s is in %d, want %d", d, got, want)
		}
	}
	october := calendar.Fiscal(time.October)
	if got := october.Year("2026-09-30"); got != 2025 {
		t.Error(got)
	}
	if first, last := calendar.April.Bounds(2027); first != "2027-04-01" || last != "2028-03-31" {
		t.Error(first, last)
	}
	if first, last := calendar.Fiscal(time.January).Bounds(2024); first != "2024-01-01" || last != "2024-12-31" {
		t.Error(first, last)
	}
	for year, want := range map[int]string{
		2026: "令和8年度（2026年度）", 2019: "令和元年度（2019年度）", 2018: "平成30年度（2018年度）",
		1989: "平成元年度（1989年度）", 1988: "昭和63年度（1988年度）", 1926: "大正15年度（1926年度）",
	} {
		if got := calendar.April.Name(year, text.JA); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := calendar.April.Name(2026, text.EN); got != "fiscal year 2026 (Reiwa 8)" {
		t.Error(got)
	}
}
