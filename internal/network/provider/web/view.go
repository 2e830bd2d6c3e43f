package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/people"
)

func languageKey(v string) string { return "people.language." + v }

func accessKey(v string) string { return "provider.web.access." + v }

func kindKey(v string) string { return "provider.web.kind." + v }

func credentialKey(v string) string { return "provider.web.credential." + v }

func contractKey(v string) string { return "provider.web.contract." + v }

func genderKey(v string) string {
	if v == "" {
		v = "unstated"
	}
	return "people.gender." + v
}

func unitKey(v string) string { return "provider.web.unit." + v }

// words joins the words of coded values.
func words(ctx context.Context, key func(string) string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = text.Word(ctx, key(v))
	}
	return text.List(text.From(ctx), out)
}

func options(ctx context.Context, key func(string) string, values, chosen []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v))}
		for _, c := range chosen {
			out[i].Checked = out[i].Checked || c == v
		}
	}
	return out
}

// withNone puts a choice of nothing before the others.
func withNone(label string, list []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: label}}, list...)
}

func benefitOptions(ctx context.Context, list []provider.Benefit, chosen db.ID) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, b := range list {
		out[i] = ui.Option{Value: b.ID.String(), Label: b.Name.In(text.From(ctx)), Checked: b.ID == chosen}
	}
	return out
}

func specialtyOptions(ctx context.Context, list []provider.Named, chosen ...string) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, s := range list {
		out[i] = ui.Option{Value: s.Code, Label: s.Name.In(text.From(ctx))}
		for _, c := range chosen {
			out[i].Checked = out[i].Checked || c == s.Code
		}
	}
	return out
}

func siteOptions(ctx context.Context, list []provider.Site) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, s := range list {
		out[i] = ui.Option{Value: s.ID.String(), Label: s.Name.In(text.From(ctx)), Checked: len(list) == 1}
	}
	return out
}

func kilometres(km float64) string {
	if km < 0 {
		return ""
	}
	return strconv.FormatFloat(km, 'f', 1, 64) + " km"
}

func openings(ctx context.Context, o provider.Offering) string {
	switch {
	case o.Openings > 0:
		return text.Word(ctx, "provider.web.openings_n", "n", o.Openings)
	case o.WaitDays > 0:
		return text.Word(ctx, "provider.web.wait_n", "n", o.WaitDays)
	}
	return text.Word(ctx, "provider.web.full")
}

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return ""
	}
	return d.In(text.From(ctx))
}

func confirmed(ctx context.Context, at calendar.Time) string {
	if at == 0 {
		return text.Word(ctx, "provider.web.never_confirmed")
	}
	return text.Word(ctx, "provider.web.confirmed_on", "date", calendar.FormatShort(at.Date(calendar.Zone(ctx)), text.From(ctx)))
}

// siteLine is where an offering is; a site that is called like its provider is not named twice.
func siteLine(f provider.Found, lang text.Lang) string {
	if name := f.Site.Name.In(lang); name != f.Provider.Name.In(lang) {
		return strings.TrimSpace(name + " " + f.Site.Address)
	}
	return f.Site.Address
}

// reasons are why an offering fits, as words.
func reasons(ctx context.Context, f provider.Found) string {
	return words(ctx, func(k string) string { return k }, f.Reasons)
}

// foundTable shows what a search found, each with the way to refer to it.
func foundTable(ctx context.Context, q searchQuery, found []provider.Found) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "providers", Caption: text.Word(ctx, "provider.web.title"), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "provider.web.provider")}, {Label: text.Word(ctx, "provider.web.fit")},
		{Label: text.Word(ctx, "provider.web.offering")}, {Label: text.Word(ctx, "provider.web.openings")},
		{Label: text.Word(ctx, "provider.web.distance"), Num: true, Priority: 2},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.none"), Text: text.Word(ctx, "provider.web.none_hint")}}
	if len(found) > pageSize {
		found = found[:pageSize]
		t.Pager = &ui.PagerProps{NextHref: q.next(found[pageSize-1].Offering.ID)}
	}
	for _, f := range found {
		refer := "/desk/referrals/new?provider_id=" + f.Provider.ID.String() + "&site_id=" + f.Site.ID.String() + "&offering_id=" + f.Offering.ID.String() +
			"&fit=" + strconv.Itoa(f.Fit)
		if !f.Offering.Benefit.IsZero() {
			refer += "&benefit_id=" + f.Offering.Benefit.String()
		}
		t.Rows = append(t.Rows, ui.Row{
			ID: f.Offering.ID.String(), Href: at(f.Provider.ID), Title: f.Provider.Name.In(lang), Sub: siteLine(f, lang),
			Cells: []templ.Component{
				fitCell(f), ui.Text(f.Offering.Name.In(lang)), ui.Two(openings(ctx, f.Offering), confirmed(ctx, f.Offering.ConfirmedAt)), ui.Text(kilometres(f.DistanceKm)),
			},
			Acts: []ui.Act{{Label: text.Word(ctx, "provider.web.refer"), Icon: "send", Href: refer, Small: true}},
		})
	}
	return t
}

func highlights(ctx context.Context, f provider.File, a access.Actor) ui.HighlightsProps {
	lang, x := text.From(ctx), f.Provider
	name := x.Name.In(lang)
	h := ui.HighlightsProps{Initials: ui.Initials(name), Name: name, Sub: x.Name.Sort,
		Tags: []ui.TagProps{{Text: text.Word(ctx, "status.provider."+x.Status), Tone: map[string]ui.Tone{"active": ui.OK, "suspended": ui.Bad, "applied": ui.Warn}[x.Status]}},
		Facts: []ui.Fact{
			{Label: text.Word(ctx, "provider.web.number"), Value: x.Number}, {Label: text.Word(ctx, "provider.web.kind"), Value: text.Word(ctx, kindKey(x.Kind))},
			{Label: text.Word(ctx, "provider.web.phone"), Value: f.Organization.Phone}, {Label: text.Word(ctx, "provider.web.email"), Value: f.Organization.Email},
			{Label: text.Word(ctx, "provider.web.languages"), Value: words(ctx, languageKey, x.Languages.V)},
		}}
	if x.Hidden {
		h.Tags = append(h.Tags, ui.TagProps{Text: text.Word(ctx, "provider.web.hidden"), Icon: "eye-off"})
	}
	for _, s := range f.Actions {
		act := ui.Act{Label: text.Word(ctx, "step.provider."+s.Step), Href: at(x.ID) + "/" + s.Step}
		needs, known := steps[s.Step]
		switch {
		case s.Step == "edit":
			act.Icon = "pencil"
			h.Acts = append(h.Acts, act)
			continue
		case !known:
			continue
		case !needs:
			act = ui.Act{Label: act.Label, Post: act.Href, Fields: map[string]string{"version": strconv.FormatInt(x.Version, 10)}, Kind: ui.Primary}
			h.Acts = append(h.Acts, act)
			continue
		}
		h.More = append(h.More, act)
	}
	return h
}

// offeringTable shows what a provider offers. In the portal each line can be
// confirmed and kept current.
func offeringTable(ctx context.Context, f provider.File, portal bool) ui.TableProps {
	lang := text.From(ctx)
	sites := map[db.ID]provider.Site{}
	for _, s := range f.Sites {
		sites[s.ID] = s
	}
	t := ui.TableProps{ID: "offerings", Caption: text.Word(ctx, "provider.web.offerings"), Columns: []ui.Column{
		{Label: text.Word(ctx, "provider.web.offering")}, {Label: text.Word(ctx, "provider.web.openings")},
		{Label: text.Word(ctx, "provider.web.first_date"), Priority: 2}, {Label: text.Word(ctx, "provider.web.confirmed")},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.no_offerings")}}
	for _, o := range f.Offerings {
		row := ui.Row{ID: o.ID.String(), Title: o.Name.In(lang), Sub: sites[o.Site].Name.In(lang), Muted: o.Status != "active",
			Cells: []templ.Component{ui.Text(openings(ctx, o)), ui.Text(dateIn(ctx, o.FirstDate)), ui.Text(confirmed(ctx, o.ConfirmedAt))}}
		if o.Status != "active" {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "status.offering."+o.Status)}}
		}
		if portal && o.Status == "active" {
			at := "/portal/offerings/" + o.ID.String()
			row.Acts = []ui.Act{
				{Label: text.Word(ctx, "step.offering.confirm"), Icon: "check", Post: at + "/confirm", Fields: map[string]string{"version": strconv.FormatInt(o.Version, 10)}, Kind: ui.Primary, Small: true},
				{Label: text.Word(ctx, "step.offering.set_openings"), Href: at, Small: true},
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func siteFacts(ctx context.Context, list []provider.Site) []ui.Fact {
	lang := text.From(ctx)
	out := make([]ui.Fact, len(list))
	for i, s := range list {
		note := strings.TrimSpace(s.Phone + " " + s.Hours + " " + words(ctx, accessKey, s.Accessibility.V))
		out[i] = ui.Fact{Label: s.Name.In(lang), Value: strings.TrimSpace(s.Postcode + " " + s.Address), Note: note}
	}
	return out
}

func credentialFacts(ctx context.Context, list []provider.Credential) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, x := range list {
		out[i] = ui.Fact{Label: text.Word(ctx, credentialKey(x.Kind)), Value: strings.TrimSpace(x.Issuer + " " + x.Number),
			Note: text.Word(ctx, "status.credential."+x.Status) + " " + dateIn(ctx, x.Until)}
	}
	return out
}

func contractFacts(ctx context.Context, list []provider.Contract) []ui.Fact {
	lang := text.From(ctx)
	out := make([]ui.Fact, len(list))
	for i, x := range list {
		value := text.Word(ctx, contractKey(x.Kind))
		if x.Minor > 0 {
			value += " " + (ledger.Money{Minor: x.Minor, Currency: x.Currency}).In(lang)
		}
		if x.Unit != "" {
			value += " / " + text.Word(ctx, unitKey(x.Unit))
		}
		out[i] = ui.Fact{Label: text.Word(ctx, "status.contract."+x.Status), Value: value, Note: dateIn(ctx, x.From) + "–" + dateIn(ctx, x.Until)}
	}
	return out
}

func spoken() []string { return people.SpokenLanguages }
