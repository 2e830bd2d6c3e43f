package calendar_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func TestParseDate(t *testing.T) {
	for typed, want := range map[string]calendar.Date{
		"":                    "",
		"　":                   "",
		"2019-05-01":          "2019-05-01",
		"2019/5/1":            "2019-05-01",
		"2019.5.1":            "2019-05-01",
		"2019 / 5 / 1":        "2019-05-01",
		"20190501":            "2019-05-01",
		"２０１９／５／１":            "2019-05-01",
		"２０１９－０５－０１":          "2019-05-01",
		"2019ー5ー1":            "2019-05-01",
		"2019−5−1":            "2019-05-01",
		"2019-05-01 00:00:00": "2019-05-01",
		"2019/5/1 0:00":       "2019-05-01",
		"2019-05-01T00:00:00": "2019-05-01",
		"2019年5月1日":           "2019-05-01",
		"2019年5月1":            "2019-05-01",
		"2019 年 5 月 1 日":      "2019-05-01",
		"西暦2019年5月1日":         "2019-05-01",
		"２０１９年５月１日（水）":        "2019-05-01",
		"2019年5月1日 水曜日":       "2019-05-01",
		"2019年（令和元年）5月1日（水）":         "2019-05-01",
		"令和元年5月1日":                   "2019-05-01",
		"令和1年5月1日":                   "2019-05-01",
		"㋿元年5月1日":                    "2019-05-01",
		"令和元年五月一日":                   "2019-05-01",
		"令元.5.1":                     "2019-05-01",
		"R1.5.1":                     "2019-05-01",
		"r1/5/1":                     "2019-05-01",
		"Ｒ１．５．１":                     "2019-05-01",
		"R01-05-01":                  "2019-05-01",
		"R元.5.1":                     "2019-05-01",
		"R 1.5.1":                    "2019-05-01",
		"R1年5月1日":                    "2019-05-01",
		"R010501":                    "2019-05-01",
		"平成31年4月30日":                 "2019-04-30",
		"平成三十一年四月三十日":                "2019-04-30",
		"㍻31年4月30日":                  "2019-04-30",
		"H31.4.30":                   "2019-04-30",
		"平成元年1月8日":                   "1989-01-08",
		"昭和64年1月7日":                  "1989-01-07",
		"S64.1.7":                    "1989-01-07",
		"昭和43年（1968）4月12日":           "1968-04-12",
		"昭和43年(1968年)4月12日":          "1968-04-12",
		"昭43.4.12":                   "1968-04-12",
		"昭和弐拾年八月拾五日":                 "1945-08-15",
		"昭和元年12月25日":                 "1926-12-25",
		"大正15年12月24日":                "1926-12-24",
		"大正15年12月25日":                "1926-12-25", // both eras had this day
		"T1.7.30":                    "1912-07-30",
		"明治45年7月29日":                 "1912-07-29",
		"明治45年7月30日":                 "1912-07-30", // and this one
		"明治元年1月25日":                  "1868-01-25",
		"M1.1.25":                    "1868-01-25",
		"一九六八年四月十二日":                 "1968-04-12",
		"二〇二六年十一月二十四日":               "2026-11-24",
		"二千二十六年十一月二十四日":              "2026-11-24",
		"千九百六十八年四月十二日":               "1968-04-12",
		"2024年2月29日":                 "2024-02-29",
		"1 May 2019":                 "2019-05-01",
		"1 may 2019":                 "2019-05-01",
		"01-May-2019":                "2019-05-01",
		"1st of May 2019":            "2019-05-01",
		"22nd November 2026":         "2026-11-22",
		"May 1, 2019":                "2019-05-01",
		"May 1st, 2019":              "2019-05-01",
		"Sept. 3, 2020":              "2020-09-03",
		"2019 May 1":                 "2019-05-01",
		"2019-May-01":                "2019-05-01",
		"Wed, 1 May 2019":            "2019-05-01",
		"Wednesday 1 May 2019":       "2019-05-01",
		"Wednesday May 1 2019":       "2019-05-01",
		"Tuesday, November 24, 2026": "2026-11-24",
		"9999-12-31":                 "9999-12-31",
		"1800-01-01":                 "1800-01-01",
	} {
		got, err := calendar.ParseDate(typed)
		if err != nil || got != want {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestParseDateSaysWhyNot(t *testing.T) {
	for typed, want := range map[string][3]string{ // key, and what ja and en must hold
		"平成31年5月1日":               {"fault.era_ended", "平成は平成31年4月30日で終わっています。この日は令和元年5月1日です", "Heisei ended on 30 April 2019 (Heisei 31). That day is 1 May 2019 (Reiwa 1)."},
		"H31.5.1":                 {"fault.era_ended", "令和元年5月1日", "Reiwa 1"},
		"昭和99年1月1日":               {"fault.era_ended", "令和6年1月1日", "1 January 2024 (Reiwa 6)"},
		"昭和64年1月8日":               {"fault.era_ended", "平成元年1月8日", "Heisei 1"},
		"大正15年12月26日":             {"fault.era_ended", "昭和元年12月26日", "Showa 1"},
		"明治45年7月31日":              {"fault.era_ended", "大正元年7月31日", "Taisho 1"},
		"平成元年1月7日":                {"fault.era_not_begun", "昭和64年1月7日", "Showa 64"},
		"令和元年4月30日":               {"fault.era_not_begun", "平成31年4月30日", "Heisei 31"},
		"昭和元年12月24日":              {"fault.era_not_begun", "大正15年12月24日", "Taisho 15"},
		"大正元年7月29日":               {"fault.era_not_begun", "明治45年7月29日", "Meiji 45"},
		"明治元年1月24日":               {"fault.era_not_begun", "1868年1月24日", "24 January 1868"},
		"2019-02-30":              {"fault.date_past_month_end", "2019年2月は28日まで", "February 2019 has only 28 days"},
		"2023年2月29日":              {"fault.date_past_month_end", "2023年2月は28日まで", "28 days"},
		"平成31年4月31日":              {"fault.date_past_month_end", "2019年4月は30日まで", "30 days"},
		"31 April 2019":           {"fault.date_past_month_end", "", ""},
		"2019-13-01":              {"fault.date_unreal", "暦にない", "no such date"},
		"2019-00-01":              {"fault.date_unreal", "", ""},
		"2019-01-32":              {"fault.date_unreal", "", ""},
		"令和0年5月1日":                {"fault.date_unreal", "", ""},
		"1/5/2019":                {"fault.date_ambiguous", "年・月・日の順", "2026-11-24"},
		"24/11/2026":              {"fault.date_ambiguous", "", ""},
		"01.05.2019":              {"fault.date_ambiguous", "", ""},
		"01 05 2019":              {"fault.date_ambiguous", "", ""},
		"19/5/1":                  {"fault.date_short_year", "元号", "four digits"},
		"31.5.1":                  {"fault.date_short_year", "", ""},
		"190501":                  {"fault.date_short_year", "", ""},
		"31年5月1日":                 {"fault.date_short_year", "", ""},
		"1 May 19":                {"fault.date_short_year", "", ""},
		"May 1, '19":              {"fault.date_short_year", "", ""},
		"5/1":                     {"fault.date_needs_year", "年も", "include the year"},
		"5月1日":                    {"fault.date_needs_year", "", ""},
		"1 May":                   {"fault.date_needs_year", "", ""},
		"May 1":                   {"fault.date_needs_year", "", ""},
		"2019":                    {"fault.date_needs_day", "すべて", "full date"},
		"2019-05":                 {"fault.date_needs_day", "", ""},
		"2019年5月":                 {"fault.date_needs_day", "", ""},
		"昭和43年":                   {"fault.date_needs_day", "", ""},
		"May 2019":                {"fault.date_needs_day", "", ""},
		"2019年5月1日（木）":            {"fault.date_disagrees", "曜日", "weekday"},
		"Thu 1 May 2019":          {"fault.date_disagrees", "", ""},
		"2019年（平成30年）5月1日":        {"fault.date_disagrees", "", ""},
		"昭和43年（1969）4月12日":        {"fault.date_disagrees", "", ""},
		"1799-12-31":              {"fault.date_out_of_range", "1800年1月1日から9999年12月31日まで", "from 1 January 1800 to 31 December 9999"},
		"0019-05-01":              {"fault.date_out_of_range", "", ""},
		"tomorrow":                {"fault.not_a_date", "読み取れません", "could not be read"},
		"1 Foo 2019":              {"fault.not_a_date", "", ""},
		"foo 1":                   {"fault.not_a_date", "", ""},
		"令和":                      {"fault.not_a_date", "", ""},
		"慶応3年1月1日":                {"fault.not_a_date", "", ""},
		"2十19年5月1日":               {"fault.not_a_date", "", ""},
		"2019-05-01 09:30":        {"fault.not_a_date", "", ""},
		"（火）":                     {"fault.not_a_date", "", ""},
		"-5":                      {"fault.not_a_date", "", ""},
		strings.Repeat("1", 1000): {"fault.not_a_date", "", ""},
	} {
		d, err := calendar.ParseDate(typed)
		f, ok := fault.As(err)
		if !ok || d != "" || f.Kind != fault.KindInvalid || len(f.Fields) != 1 {
			t.Errorf("ParseDate(%q) = %q, %v; want one invalid field", typed, d, err)
			continue
		}
		field := f.Fields[0]
		if field.Key != want[0] {
			t.Errorf("ParseDate(%q): %s, want %s", typed, field.Key, want[0])
			continue
		}
		for i, lang := range text.Langs {
			if said := text.T(lang, field.Key, field.Args); !strings.Contains(said, want[i+1]) {
				t.Errorf("ParseDate(%q) says %q, want %q", typed, said, want[i+1])
			}
		}
	}
}

// Everything that Kizuna writes, it reads back as the same day.
func TestWrittenDatesAreReadBack(t *testing.T) {
	const first, last = calendar.Date("1868-01-25"), calendar.Date("2099-12-31")
	days := calendar.Between(first, last)
	rapid.Check(t, func(t *rapid.T) {
		d := first.AddDays(rapid.IntRange(0, days).Draw(t, "day"))
		readBack(t, d)
	})
	for n := 0; n <= days; n += 29 {
		readBack(t, first.AddDays(n))
	}
	for _, d := range []calendar.Date{
		"1868-01-25", "1912-07-29", "1912-07-30", "1912-07-31", "1926-12-24", "1926-12-25", "1926-12-26",
		"1989-01-07", "1989-01-08", "2019-04-30", "2019-05-01", "2020-02-29", "2099-12-31",
	} {
		readBack(t, d)
	}
}

func readBack(t interface{ Fatalf(string, ...any) }, d calendar.Date) {
	for _, written := range []string{
		string(d), calendar.FormatDate(d, text.JA), calendar.FormatDate(d, text.EN), calendar.Era(d),
		calendar.FormatDay(d, text.JA), calendar.FormatDay(d, text.EN),
		calendar.Partial{Date: d, Precision: calendar.ToDay}.In(text.EN),
	} {
		if got, err := calendar.ParseDate(written); err != nil || got != d {
			t.Fatalf("ParseDate(%q) = %q, %v; want %s", written, got, err, d)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2019-05-01", "令和元年5月1日", "R1.5.1", "平成三十一年四月三十日", "2019年（令和元年）5月1日（水）",
		"Wednesday 1 May 2019", "1/5/2019", "昭和43年（1968）4月12日", "19/5/1", "不明", "㋿1.1.1", "S64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			bad, ok := fault.As(err)
			if !ok || d != "" || len(bad.Fields) != 1 {
				t.Fatalf("%q: %q, %v", s, d, err)
			}
			for _, lang := range text.Langs {
				text.T(lang, bad.Fields[0].Key, bad.Fields[0].Args)
			}
		} else if d != "" {
			if !d.Valid() {
				t.Fatalf("%q gives %q", s, d)
			}
			readBack(t, d)
		}
		if p, err := calendar.ParsePartial(s); err == nil && !p.Valid() {
			t.Fatalf("%q gives %+v", s, p)
		}
	})
}
