package calendar

import (
	"time"

	"kizuna/internal/ground/text"
)

// Relative says how long ago or ahead t is, as people say it: たった今, 5分前, 昨日, 3日前, in 2 hours,
// tomorrow. Days are those of zone; past four weeks it is the date.
func Relative(now, t Time, zone *time.Location, lang text.Lang) string {
	if t == 0 {
		return ""
	}
	gap := t.Sub(now)
	today, day := now.Date(zone), t.Date(zone)
	switch minutes, hours := int(gap.Abs().Minutes()), int(gap.Abs().Hours()); {
	case minutes < 1:
		return text.T(lang, "calendar.just_now", nil)
	case minutes < 60:
		return counted(lang, "minutes", gap > 0, minutes)
	case day == today:
		return counted(lang, "hours", gap > 0, hours)
	}
	return RelativeDay(today, day, lang)
}

// RelativeDay says how far d is from today: 今日, 明日, 3日前, in 2 weeks; past four weeks it is the
// date.
func RelativeDay(today, d Date, lang text.Lang) string {
	if d == "" {
		return ""
	}
	gap := Between(today, d)
	days := max(gap, -gap)
	switch {
	case gap == 0:
		return text.T(lang, "calendar.today", nil)
	case gap == 1:
		return text.T(lang, "calendar.tomorrow", nil)
	case gap == -1:
		return text.T(lang, "calendar.yesterday", nil)
	case days < 14:
		return counted(lang, "days", gap > 0, days)
	case days <= 28:
		return counted(lang, "weeks", gap > 0, days/7)
	}
	return FormatDay(d, lang)
}

func counted(lang text.Lang, unit string, ahead bool, n int) string {
	key := "calendar." + unit + "_ago"
	if ahead {
		key = "calendar." + unit + "_ahead"
	}
	return text.T(lang, key, map[string]any{"n": n})
}

// Due says how a deadline stands: 2日遅れ, 今日まで, あと3日, 2 days late, due today, 3 days left.
func Due(today, deadline Date, lang text.Lang) string {
	if deadline == "" {
		return ""
	}
	left := Between(today, deadline)
	switch {
	case left < 0:
		return text.T(lang, "calendar.days_late", map[string]any{"n": -left})
	case left == 0:
		return text.T(lang, "calendar.due_today", nil)
	}
	return text.T(lang, "calendar.days_left", map[string]any{"n": left})
}
