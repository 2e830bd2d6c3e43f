package web

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

func urlEscape(s string) string { return url.QueryEscape(s) }

func listTable(ctx context.Context, q string) ui.TableProps {
	return ui.TableProps{
		ID: "persons", Caption: text.Word(ctx, "people.web.title"), Keys: true,
		Filter: &ui.FilterProps{Action: "/desk/persons", Value: q, Placeholder: text.Word(ctx, "people.web.find"), ClearHref: clearHref(q)},
		Columns: []ui.Column{
			{Label: text.Word(ctx, "people.web.field.name")},
			{Label: text.Word(ctx, "people.web.field.birth_date")},
			{Label: text.Word(ctx, "people.web.field.gender"), Priority: 3},
			{Label: text.Word(ctx, "people.web.match"), Priority: 2},
		},
	}
}

func clearHref(q string) string {
	if q == "" {
		return ""
	}
	return "/desk/persons"
}

// matchTable shows what a search found; who is only findable comes without a
// link and says so.
func matchTable(ctx context.Context, q string, matches []people.Match) ui.TableProps {
	t := listTable(ctx, q)
	t.Rows = matchRows(ctx, matches)
	t.Empty = ui.EmptyProps{
		Title: text.Word(ctx, "people.web.none_found"), Text: text.Word(ctx, "people.web.none_found_hint"),
		Act: ui.Act{Label: text.Word(ctx, "people.web.new"), Href: "/desk/persons/new", Kind: ui.Primary},
	}
	return t
}

// alikeTable shows whom somebody may be about to register again.
func alikeTable(ctx context.Context, matches []people.Match) ui.TableProps {
	t := listTable(ctx, "")
	t.ID, t.Filter, t.Keys, t.Caption = "alike", nil, false, text.Word(ctx, "people.web.alike")
	t.Rows = matchRows(ctx, matches)
	return t
}

func matchRows(ctx context.Context, matches []people.Match) []ui.Row {
	var out []ui.Row
	for _, m := range matches {
		row := rowOf(ctx, m.Card)
		birth := dateText(ctx, m.Card.Birth())
		if !m.Visible {
			row.Href, row.Muted = "", true
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.elsewhere"), Icon: "lock"})
			birth = dateText(ctx, calendar.NewPartial(m.Card.BirthDate, calendar.ToYear))
		}
		row.Cells = []templ.Component{ui.Text(birth), ui.Text(genderWord(ctx, m.Card.Gender)), ui.Text(text.List(text.From(ctx), reasonsIn(ctx, m.Reasons)))}
		out = append(out, row)
	}
	return out
}

func cardTable(ctx context.Context, cards []people.Card, paged bool) ui.TableProps {
	t := listTable(ctx, "")
	t.Columns = t.Columns[:3]
	pager := &ui.PagerProps{}
	if len(cards) > pageSize {
		cards = cards[:pageSize]
		pager.NextHref = "/desk/persons?cursor=" + cards[pageSize-1].ID.String()
	}
	if paged {
		pager.PrevHref = "/desk/persons"
	}
	if pager.NextHref != "" || paged {
		t.Pager = pager
	}
	for _, c := range cards {
		row := rowOf(ctx, c)
		row.Cells = []templ.Component{ui.Text(dateText(ctx, c.Birth())), ui.Text(genderWord(ctx, c.Gender))}
		t.Rows = append(t.Rows, row)
	}
	t.Empty = ui.EmptyProps{
		Title: text.Word(ctx, "people.web.none"), Text: text.Word(ctx, "people.web.none_hint"),
		Act: ui.Act{Label: text.Word(ctx, "people.web.new"), Href: "/desk/persons/new", Kind: ui.Primary},
	}
	return t
}

func rowOf(ctx context.Context, c people.Card) ui.Row {
	row := ui.Row{ID: c.ID.String(), Href: "/desk/persons/" + c.ID.String(), Title: nameOr(ctx, c.Name), Sub: c.Kana}
	if c.Kana == c.Name {
		row.Sub = ""
	}
	if c.DiedOn != "" {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.died")})
	}
	if c.Restricted {
		row.Marks = append(row.Marks, ui.Mark{Icon: "lock", Label: text.Word(ctx, "people.web.is_restricted")})
	}
	return row
}

func foundOf(ctx context.Context, m people.Match) ui.Found {
	f := ui.Found{ID: m.Card.ID.String(), Title: nameOr(ctx, m.Card.Name), Sub: m.Card.Kana,
		Why: text.List(text.From(ctx), reasonsIn(ctx, m.Reasons))}
	if m.Visible {
		f.Href = "/desk/persons/" + f.ID
	} else {
		f.Href = "/desk/persons?q=" + urlEscape(m.Card.Name)
		f.Tags = []ui.TagProps{{Text: text.Word(ctx, "people.web.elsewhere"), Icon: "lock"}}
	}
	return f
}

func nameOr(ctx context.Context, name string) string {
	if name == "" {
		return text.Word(ctx, "people.placeholder.unknown")
	}
	return name
}

func genderWord(ctx context.Context, g string) string { return coded(ctx, genderKey, g) }

// coded is the word of a coded value; none is empty.
func coded(ctx context.Context, key func(v string) string, v string) string {
	if v == "" {
		return ""
	}
	return text.Word(ctx, key(v))
}

// options are the choices of a coded field.
func options(ctx context.Context, key func(v string) string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: coded(ctx, key, v)}
	}
	return out
}
