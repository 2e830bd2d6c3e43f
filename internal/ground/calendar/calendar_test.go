package calendar_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func TestWrittenDates(t *testing.T) {
	const d, early calendar.Date = "2026-11-24", "1860-11-24"
	for what, c := range map[string][2]string{
		"long ja":       {calendar.FormatDate(d, text.JA), "2026年（令和8年）11月24日（火）"},
		"long en":       {calendar.FormatDate(d, text.EN), "Tuesday 24 November 2026"},
		"as argument":   {d.In(text.EN), "Tuesday 24 November 2026"},
		"short ja":      {calendar.FormatShort(d, text.JA), "11月24日（火）"},
		"short en":      {calendar.FormatShort(d, text.EN), "24 Nov 2026"},
		"day ja":        {calendar.FormatDay(d, text.JA), "2026年11月24日"},
		"day en":        {calendar.FormatDay(d, text.EN), "24 Nov 2026"},
		"month ja":      {calendar.FormatMonth(d, text.JA), "2026年11月"},
		"month en":      {calendar.FormatMonth(d, text.EN), "November 2026"},
		"weekday":       {calendar.WeekdayName(d.Weekday(), text.JA) + calendar.WeekdayName(d.Weekday(), text.EN), "火Tue"},
		"further":       {calendar.FormatDate(d, "vi"), "Tuesday 24 November 2026"},
		"easy Japanese": {calendar.FormatShort(d, "ja-Hira"), "11月24日（火）"},
		"first year":    {calendar.FormatDate("2019-05-01", text.JA), "2019年（令和元年）5月1日（水）"},
		"no end":        {calendar.FormatDate(calendar.LastDate, text.JA), "9999年12月31日（金）"},
		"before eras":   {calendar.FormatDate(early, text.JA), "1860年11月24日（土）"},
		"none":          {calendar.FormatDate("", text.JA) + calendar.FormatShort("", text.EN) + calendar.FormatMonth("", text.JA) + calendar.FormatDay("", text.JA) + calendar.Era(""), ""},
		"era":           {calendar.Era("1968-04-12"), "昭和43年（1968）4月12日"},
		"era, first":    {calendar.Era("1926-12-25"), "昭和元年（1926）12月25日"},
		"era, none":     {calendar.Era(early), "1860年11月24日"},
		"era year en":   {calendar.EraYear("1968-04-12", text.EN), "Showa 43"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
}

func TestErasBeginOnTheirDay(t *testing.T) {
	for d, want := range map[calendar.Date]string{
		"1868-01-24": "", "1868-01-25": "明治元年", "1912-07-29": "明治45年", "1912-07-30": "大正元年",
		"1926-12-24": "大正15年", "1926-12-25": "昭和元年", "1989-01-07": "昭和64年", "1989-01-08": "平成元年",
		"2019-04-30": "平成31年", "2019-05-01": "令和元年", "2026-11-24": "令和8年",
	} {
		if got := calendar.EraYear(d, text.JA); got != want {
			t.Errorf("%s is in %s, want %s", d, got, want)
		}
	}
}

func TestDatesAreReal(t *testing.T) {
	for s, want := range map[string]bool{
		"2024-02-29": true, "2023-02-29": false, "2000-02-29": true, "1900-02-29": false, "2024-04-31": false,
		"2024-00-10": false, "2024-13-10": false, "2024-01-00": false, "1799-12-31": false, "9999-12-31": true,
		"": false, "2024-1-1": false, "2024/01/01": false, "+024-01-01": false, "2024-01-01 ": false, "２024-01-01": false,
	} {
		if d, ok := calendar.ISODate(s); ok != want || calendar.Date(s).Valid() != want || ok && string(d) != s {
			t.Errorf("%q: %q, %v", s, d, ok)
		}
	}
	if _, ok := calendar.NewDate(10000, time.January, 1); ok {
		t.Error("the year 10000")
	}
}

func TestDateArithmetic(t *testing.T) {
	for _, c := range []struct{ got, want calendar.Date }{
		{calendar.Date("2024-02-28").AddDays(1), "2024-02-29"},
		{calendar.Date("2024-03-01").AddDays(-1), "2024-02-29"},
		{calendar.Date("2026-12-31").AddDays(1), "2027-01-01"},
		{calendar.Date("2026-01-31").AddMonths(1), "2026-02-28"},
		{calendar.Date("2024-01-31").AddMonths(1), "2024-02-29"},
		{calendar.Date("2026-03-31").AddMonths(-1), "2026-02-28"},
		{calendar.Date("2026-12-15").AddMonths(1), "2027-01-15"},
		{calendar.Date("2026-01-15").AddMonths(-13), "2024-12-15"},
		{calendar.Date("2024-02-29").AddYears(1), "2025-02-28"},
		{calendar.Date("2024-02-29").AddYears(4), "2028-02-29"},
		{calendar.Date("").AddDays(1), ""},
		{calendar.Date("").AddMonths(1), ""},
		{calendar.Date("").MonthStart() + calendar.Date("").MonthEnd(), ""},
		{calendar.LastDate.AddDays(1), calendar.LastDate},
		{calendar.LastDate.AddMonths(1 << 60), calendar.LastDate},
		{calendar.FirstDate.AddYears(-1 << 60), calendar.FirstDate},
		{calendar.FirstDate.AddDays(-1 << 60), calendar.FirstDate},
		{calendar.Date("2024-02-10").MonthStart(), "2024-02-01"},
		{calendar.Date("2024-02-10").MonthEnd(), "2024-02-29"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if d := calendar.Date("2026-11-24"); d.Weekday() != time.Tuesday || d.Year() != 2026 || d.Month() != 11 || d.Day() != 24 {
		t.Error("numbers of the day")
	}
	if n := calendar.Between("1868-01-25", "2026-11-24"); n != 58012 {
		t.Errorf("%d days since Meiji began", n) // Julian days 2403357 and 2461369
	}
}

func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.Date("1900-01-01").AddDays(rapid.IntRange(0, 90000).Draw(t, "day"))
		n := rapid.IntRange(-20000, 20000).Draw(t, "n")
		if e := d.AddDays(n); calendar.Between(d, e) != n || e.AddDays(-n) != d || !e.Valid() {
			t.Fatalf("%s and %d days is %s", d, n, e)
		}
		months := rapid.IntRange(-600, 600).Draw(t, "months")
		e := d.AddMonths(months)
		if gap := (e.Year()-d.Year())*12 + int(e.Month()) - int(d.Month()); gap != months || e.Day() > d.Day() || !e.Valid() {
			t.Fatalf("%s and %d months is %s", d, months, e)
		}
	})
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		d, from, until calendar.Date
		want           bool
	}{
		{"2026-04-01", "2026-04-01", "2026-04-01", true},
		{"2026-04-01", "", "", true},
		{"2026-04-01", "2026-04-02", "", false},
		{"2026-04-01", "", "2026-03-31", false},
		{"", "", "", false},
	} {
		if c.d.Within(c.from, c.until) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		born, on calendar.Date
		want     int
	}{
		{"1968-04-12", "2026-04-11", 57},
		{"1968-04-12", "2026-04-12", 58},
		{"1968-04-12", "1968-04-12", 0},
		{"2004-02-29", "2026-02-28", 21},
		{"2004-02-29", "2026-03-01", 22},
		{"2004-02-29", "2028-02-29", 24},
		{"2026-04-12", "2026-04-11", -1},
		{"", "2026-04-11", 0},
		{"2026-04-12", "", 0},
	} {
		if got := c.born.Age(c.on); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.born, c.on, got, c.want)
		}
	}
}

func TestPartial(t *testing.T) {
	for _, c := range []struct {
		typed  string
		want   calendar.Partial
		ja, en string
	}{
		{"昭和43年4月12日", calendar.Partial{Date: "1968-04-12", Precision: calendar.ToDay}, "昭和43年（1968）4月12日", "12 April 1968"},
		{"S43.4", calendar.Partial{Date: "1968-04-01", Precision: calendar.ToMonth}, "昭和43年（1968）4月", "April 1968"},
		{"1968-04", calendar.Partial{Date: "1968-04-01", Precision: calendar.ToMonth}, "昭和43年（1968）4月", "April 1968"},
		{"Apr 1968", calendar.Partial{Date: "1968-04-01", Precision: calendar.ToMonth}, "昭和43年（1968）4月", "April 1968"},
		{"昭和４３年", calendar.Partial{Date: "1968-01-01", Precision: calendar.ToYear}, "昭和43年（1968）", "1968"},
		{"S43", calendar.Partial{Date: "1968-01-01", Precision: calendar.ToYear}, "昭和43年（1968）", "1968"},
		{"1968", calendar.Partial{Date: "1968-01-01", Precision: calendar.ToYear}, "昭和43年（1968）", "1968"},
		{"平成元年", calendar.Partial{Date: "1989-01-01", Precision: calendar.ToYear}, "昭和64年／平成元年（1989）", "1989"},
		{"1989年1月", calendar.Partial{Date: "1989-01-01", Precision: calendar.ToMonth}, "昭和64年／平成元年（1989）1月", "January 1989"},
		{"1850", calendar.Partial{Date: "1850-01-01", Precision: calendar.ToYear}, "1850年", "1850"},
		{"不明", calendar.Partial{Precision: calendar.Unknown}, "不明", "not known"},
		{"Unknown", calendar.Partial{Precision: calendar.Unknown}, "不明", "not known"},
		{"", calendar.Partial{}, "", ""},
	} {
		got, err := calendar.ParsePartial(c.typed)
		if err != nil || got != c.want || !got.Valid() {
			t.Errorf("ParsePartial(%q) = %+v, %v", c.typed, got, err)
		}
		if got.In(text.JA) != c.ja || got.In(text.EN) != c.en {
			t.Errorf("%q: %s, %s; want %s, %s", c.typed, got.In(text.JA), got.In(text.EN), c.ja, c.en)
		}
		for _, written := range []string{c.ja, c.en} {
			if strings.Contains(written, "／") {
				continue // two eras in one year are written for reading only
			}
			if again, err := calendar.ParsePartial(written); err != nil || again != got {
				t.Errorf("%q is read back as %+v, %v", written, again, err)
			}
		}
	}
	for typed, want := range map[string]string{
		"昭和65年": "fault.era_ended", "令和元年4月": "fault.era_not_begun", "1968-13": "fault.date_unreal", "43": "fault.not_a_date", "43年": "fault.date_short_year",
	} {
		_, err := calendar.ParsePartial(typed)
		if f, ok := fault.As(err); !ok || f.Fields[0].Key != want {
			t.Errorf("ParsePartial(%q): %v, want %s", typed, err, want)
		}
	}
}

func TestPartialIsCutToWhatIsKnown(t *testing.T) {
	for p, want := range map[calendar.Precision]calendar.Partial{
		calendar.ToDay:   {Date: "1968-04-12", Precision: calendar.ToDay},
		calendar.ToMonth: {Date: "1968-04-01", Precision: calendar.ToMonth},
		calendar.ToYear:  {Date: "1968-01-01", Precision: calendar.ToYear},
		calendar.Unknown: {Precision: calendar.Unknown},
	} {
		if got := calendar.NewPartial("1968-04-12", p); got != want || !got.Valid() {
			t.Errorf("%s: %+v", p, got)
		}
	}
	if got := calendar.NewPartial("", calendar.ToYear); !got.IsZero() || !got.Valid() {
		t.Errorf("%+v", got)
	}
	for _, p := range []calendar.Partial{
		{Date: "1968-04-12", Precision: calendar.ToMonth}, {Date: "1968-04-12", Precision: calendar.Unknown},
		{Date: "1968-04-12"}, {Precision: calendar.ToDay}, {Date: "1968-04-12", Precision: "week"}, {Date: "x", Precision: calendar.ToDay},
	} {
		if p.Valid() {
			t.Errorf("%+v is valid", p)
		}
	}
	p := calendar.NewPartial("1968-02-12", calendar.ToMonth)
	if first, last := p.Bounds(); first != "1968-02-01" || last != "1968-02-29" {
		t.Error(first, last)
	}
	if youngest, oldest, known := p.Age("2026-02-10"); youngest != 57 || oldest != 58 || !known {
		t.Error(youngest, oldest, known)
	}
	if _, _, known := (calendar.Partial{Precision: calendar.Unknown}).Age("2026-02-10"); known {
		t.Error("an unknown birth date has an age")
	}
}

func TestDateInJSON(t *testing.T) {
	type record struct {
		From  calendar.Date `json:"from"`
		Until calendar.Date `json:"until"`
	}
	got, err := json.Marshal(record{From: "2026-04-01"})
	if err != nil || string(got) != `{"from":"2026-04-01","until":null}` {
		t.Errorf("%s, %v", got, err)
	}
	var back record
	if err := json.Unmarshal(got, &back); err != nil || back != (record{From: "2026-04-01"}) {
		t.Errorf("%+v, %v", back, err)
	}
	for _, bad := range []string{`"2026-02-30"`, `"2026/4/1"`, `"令和8年4月1日"`, `7`, `{}`} {
		d := calendar.Date("2026-04-01")
		if err := json.Unmarshal([]byte(bad), &d); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTimeInJSON(t *testing.T) {
	at := calendar.Moment("2026-11-24", 14, 5, calendar.Tokyo)
	got, err := json.Marshal([]calendar.Time{at, 0, at.Add(7 * time.Millisecond)})
	if err != nil || string(got) != `["2026-11-24T05:05:00.000Z",null,"2026-11-24T05:05:00.007Z"]` {
		t.Errorf("%s, %v", got, err)
	}
	var back []calendar.Time
	err = json.Unmarshal([]byte(`["2026-11-24T14:05:00+09:00",null,"2026-11-24T05:05:00.0079Z"]`), &back)
	if err != nil || len(back) != 3 || back[0] != at || back[1] != 0 || back[2] != at+7 {
		t.Errorf("%v, %v", back, err)
	}
	var one calendar.Time
	for _, bad := range []string{`"2026-11-24"`, `"2026-11-24T14:05:00"`, `1764`, `""`} {
		if err := json.Unmarshal([]byte(bad), &one); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := json.Marshal(calendar.Time(1 << 60)); err == nil {
		t.Error("the year 36 million has an RFC 3339 form")
	}
}

func TestDaysAreThoseOfTheZone(t *testing.T) {
	newYork, err := calendar.LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := calendar.TimeOf(time.Date(2026, 3, 31, 15, 30, 0, 0, time.UTC))
	ctx := context.Background()
	clock := calendar.NewFake(at)
	if got := calendar.Today(ctx, clock); got != "2026-04-01" {
		t.Errorf("in Tokyo it is %s", got)
	}
	if got := calendar.Today(calendar.WithZone(ctx, newYork), clock); got != "2026-03-31" {
		t.Errorf("in New York it is %s", got)
	}
	if got := calendar.FormatTime(at, calendar.Tokyo, text.JA); got != "2026年（令和8年）4月1日（水）00:30" {
		t.Error(got)
	}
	if got := calendar.FormatTime(at, newYork, text.EN); got != "Tuesday 31 March 2026, 11:30" {
		t.Error(got)
	}
	if got := calendar.FormatTime(0, newYork, text.EN) + calendar.FormatHour(0, newYork) + calendar.Time(0).String(); got != "" {
		t.Error(got)
	}
	if d := calendar.Time(0).Date(newYork); d != "" || !calendar.TimeOf(time.Time{}).IsZero() || !calendar.Time(0).Std().IsZero() {
		t.Error("none has a day")
	}
	for _, name := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
		if _, err := calendar.LoadZone(name); err == nil {
			t.Errorf("%q is a zone", name)
		}
	}
}

func TestFakeClock(t *testing.T) {
	start := calendar.Moment("2026-04-01", 9, 0, calendar.Tokyo)
	clock := calendar.NewFake(start)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			clock.Advance(time.Second)
			_ = clock.Now()
		})
	}
	all.Wait()
	if got := clock.Now().Sub(start); got != 100*time.Second {
		t.Errorf("the clock moved by %s", got)
	}
	clock.Set(start)
	if now := clock.Now(); now != start || now.Before(start) || now.After(start) {
		t.Error("the clock did not go back")
	}
	before := time.Now().UnixMilli()
	if now := int64(calendar.System.Now()); now < before {
		t.Errorf("the machine's clock shows %d after %d", now, before)
	}
}

func TestRelative(t *testing.T) {
	now := calendar.Moment("2026-11-24", 14, 0, calendar.Tokyo)
	for _, c := range []struct {
		gap    time.Duration
		ja, en string
	}{
		{0, "たった今", "just now"},
		{-59 * time.Second, "たった今", "just now"},
		{-time.Minute, "1分前", "1 minute ago"},
		{-59 * time.Minute, "59分前", "59 minutes ago"},
		{-time.Hour, "1時間前", "1 hour ago"},
		{-14 * time.Hour, "14時間前", "14 hours ago"},
		{-15 * time.Hour, "昨日", "yesterday"},
		{-39 * time.Hour, "2日前", "2 days ago"},
		{5 * time.Minute, "5分後", "in 5 minutes"},
		{2 * time.Hour, "2時間後", "in 2 hours"},
		{10 * time.Hour, "明日", "tomorrow"},
		{3 * 24 * time.Hour, "3日後", "in 3 days"},
		{13 * 24 * time.Hour, "13日後", "in 13 days"},
		{14 * 24 * time.Hour, "2週間後", "in 2 weeks"},
		{-28 * 24 * time.Hour, "4週間前", "4 weeks ago"},
		{-29 * 24 * time.Hour, "2026年10月26日", "26 Oct 2026"},
	} {
		if got := calendar.Relative(now, now.Add(c.gap), calendar.Tokyo, text.JA); got != c.ja {
			t.Errorf("%s: %s, want %s", c.gap, got, c.ja)
		}
		if got := calendar.Relative(now, now.Add(c.gap), calendar.Tokyo, text.EN); got != c.en {
			t.Errorf("%s: %s, want %s", c.gap, got, c.en)
		}
	}
	midnight := calendar.Moment("2026-11-24", 0, 10, calendar.Tokyo)
	if got := calendar.Relative(midnight, midnight.Add(-20*time.Minute), calendar.Tokyo, text.EN); got != "20 minutes ago" {
		t.Error(got)
	}
	if got := calendar.Relative(now, 0, calendar.Tokyo, text.EN) + calendar.RelativeDay("2026-11-24", "", text.EN) + calendar.Due("2026-11-24", "", text.EN); got != "" {
		t.Error(got)
	}
	if got := calendar.RelativeDay("2026-11-24", "2026-11-24", text.JA); got != "今日" {
		t.Error(got)
	}
}

func TestDue(t *testing.T) {
	for deadline, want := range map[calendar.Date][2]string{
		"2026-11-22": {"2日遅れ", "2 days late"},
		"2026-11-23": {"1日遅れ", "1 day late"},
		"2026-11-24": {"今日まで", "due today"},
		"2026-11-25": {"あと1日", "1 day left"},
		"2026-11-27": {"あと3日", "3 days left"},
		"2023-11-24": {"1,096日遅れ", "1,096 days late"},
	} {
		ja, en := calendar.Due("2026-11-24", deadline, text.JA), calendar.Due("2026-11-24", deadline, text.EN)
		if ja != want[0] || en != want[1] {
			t.Errorf("%s: %s, %s", deadline, ja, en)
		}
	}
}

func TestWordsAreWhole(t *testing.T) {
	if err := text.Check(); err != nil {
		t.Fatal(err)
	}
}
