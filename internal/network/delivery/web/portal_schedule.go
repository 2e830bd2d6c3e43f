package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

func scheduleActs(ctx context.Context, at string) []ui.Act {
	if at != "/portal/schedules" {
		return nil
	}
	return []ui.Act{
		{Label: text.Word(ctx, "delivery.web.ask_schedule"), Href: at + "/ask"},
		{Label: text.Word(ctx, "delivery.web.new_schedule"), Icon: "plus", Href: at + "/new", Kind: ui.Primary},
	}
}

func scheduleTitle(ctx context.Context, form ui.FormProps) string {
	if form.Version == "" {
		return text.Word(ctx, "delivery.web.new_schedule")
	}
	return text.Word(ctx, "delivery.web.edit_schedule")
}

func repeatOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(delivery.Repeats))
	for i, v := range delivery.Repeats {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, "delivery.repeat."+v)}
	}
	return out
}

func weekdayOptions(ctx context.Context, chosen []string) []ui.Option {
	out := make([]ui.Option, len(delivery.Weekdays))
	for i, v := range delivery.Weekdays {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, "delivery.weekday."+strings.ToLower(v)), Checked: slices.Contains(chosen, v)}
	}
	return out
}

func exceptionGroups(form ui.FormProps, days []calendar.Date) []templ.Component {
	n := len(days)
	for name := range form.Typed {
		if i, err := strconv.Atoi(strings.TrimPrefix(name, "exceptions/")); err == nil {
			n = max(n, i+1)
		}
	}
	out := make([]templ.Component, n)
	for i := range out {
		value := ""
		if i < len(days) {
			value = string(days[i])
		}
		out[i] = exceptionGroup(fmt.Sprintf("exceptions/%d", i), value)
	}
	return out
}

// number is a count in a field; none is empty.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func scheduleFacts(ctx context.Context, f delivery.ScheduleFile) []ui.Fact {
	s := f.Schedule
	facts := []ui.Fact{
		{Label: text.Word(ctx, "delivery.web.field.when"), Value: recurs(ctx, s), Note: span(ctx, s)},
		{Label: text.Word(ctx, "delivery.web.field.place"), Value: s.Place},
		{Label: text.Word(ctx, "delivery.web.field.practitioner"), Value: s.Practitioner},
		{Label: text.Word(ctx, "delivery.web.field.capacity"), Value: number(s.Capacity)},
		{Label: text.Word(ctx, "delivery.web.field.note"), Value: s.Note},
	}
	if len(f.Days) > 0 {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "delivery.web.field.days"), Value: days(ctx, f.Days)})
	}
	if len(s.Exceptions.V) > 0 {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "delivery.web.field.exceptions"), Value: days(ctx, s.Exceptions.V)})
	}
	return slices.DeleteFunc(facts, func(x ui.Fact) bool { return x.Value == "" })
}

// days lists the first days in full and counts the rest.
func days(ctx context.Context, list []calendar.Date) string {
	const most = 6
	words := make([]string, 0, most)
	for _, d := range list[:min(most, len(list))] {
		words = append(words, calendar.FormatShort(d, text.From(ctx)))
	}
	out := text.List(text.From(ctx), words)
	if len(list) > most {
		out = text.Word(ctx, "delivery.web.and_more", "days", out, "n", len(list)-most)
	}
	return out
}

func waitingFacts(ctx context.Context, f delivery.ScheduleFile) []ui.Fact {
	out := make([]ui.Fact, len(f.Waiting))
	for i, x := range f.Waiting {
		out[i] = ui.Fact{Label: x.Number, Value: x.Called(), Note: text.Word(ctx, "delivery.web.units", "n", x.Units)}
	}
	return out
}
