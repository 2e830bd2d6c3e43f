package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

const (
	linksAt  = "/desk/intake/links"
	linkPage = 50
)

func inboundPlace(ctx context.Context, word, at string) ui.Page {
	return ui.Page{Title: text.Word(ctx, word), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: "/desk/intake"}, {Label: text.Word(ctx, word), Href: at}}}
}

func (p *pages) links(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, err := door.Cursor(r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	list, err := p.room.Links(ctx, access.From(ctx), before, linkPage+1)
	if err != nil {
		return err
	}
	list, next := door.Cut(list, linkPage, func(l intake.LinkView) string { return l.ID.String() })
	table := linksTable(ctx, list)
	if next != "" || !before.IsZero() {
		table.Pager = &ui.PagerProps{}
		if next != "" {
			table.Pager.NextHref = linksAt + "?cursor=" + next
		}
		if !before.IsZero() {
			table.Pager.PrevHref = linksAt
		}
	}
	return door.Show(w, r, inboundPlace(ctx, "intake.web.links", linksAt), linksPage(table))
}

var linkTones = map[string]ui.Tone{"open": ui.OK, "used": ui.Info, "revoked": ui.Neutral, "expired": ui.Neutral}

func linksTable(ctx context.Context, list []intake.LinkView) ui.TableProps {
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	t := ui.TableProps{ID: "links", Caption: text.Word(ctx, "intake.web.links"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.web.inbound.source")}, {Label: text.Word(ctx, "intake.web.link_until")},
			{Label: text.Word(ctx, "intake.web.link_used"), Priority: 2}, {Label: text.Word(ctx, "intake.web.col.status"), Tag: true}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "intake.web.links_none"), Text: text.Word(ctx, "intake.web.links_hint"),
			Act: ui.Act{Label: text.Word(ctx, stepKey("inbound_link", "make")), Href: linksAt + "/new", Kind: ui.Primary}}}
	for _, x := range list {
		row := ui.Row{ID: x.ID.String(), Title: x.Name, Sub: x.ContactPerson, Muted: x.Stands != "open"}
		used := ""
		if x.UsedAt != 0 {
			used = calendar.FormatTime(x.UsedAt, zone, lang)
			row.Href = intake.Href(intake.KindReferral, x.Referral)
		}
		row.Cells = []templ.Component{ui.Text(calendar.FormatTime(x.ExpiresAt, zone, lang)), ui.Text(used),
			ui.Tag(ui.TagProps{Text: standing(ctx, x.Stands), Tone: linkTones[x.Stands]})}
		for _, a := range x.Actions {
			if a.Step == "revoke" && a.Blocked == nil {
				row.Acts = append(row.Acts, ui.Act{Label: text.Word(ctx, stepKey("inbound_link", "revoke")), Small: true, Post: linksAt + "/" + x.ID.String() + "/revoke",
					Fields: map[string]string{"version": version(x.Version)}})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func standing(ctx context.Context, stands string) string {
	if stands == "expired" {
		return text.Word(ctx, "intake.web.link_expired")
	}
	return text.Word(ctx, statusKey("inbound_link", stands))
}

func dayOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(intake.LinkDays))
	for i, n := range intake.LinkDays {
		out[i] = ui.Option{Value: strconv.Itoa(n), Label: text.Word(ctx, "intake.web.days", "n", n)}
	}
	return out
}

func (p *pages) askLink(w http.ResponseWriter, r *http.Request) error {
	return p.drawLink(w, r, nil)
}

func (p *pages) drawLink(w http.ResponseWriter, r *http.Request, refused error) error {
	ctx := r.Context()
	page, form, sources := inboundPlace(ctx, "intake.web.links", linksAt), ui.FormProps{Action: linksAt}, p.sources(ctx)
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return newLinkPage(form, sources)
		})
	}
	return door.Show(w, r, page, newLinkPage(form, sources))
}

// makeLink answers the POST itself, so that the link stands in no address.
func (p *pages) makeLink(d *door.Router) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in intake.LinkInput
		ctx := r.Context()
		err := door.Form(r, &in)
		var made intake.MadeLink
		if err == nil {
			made, err = p.room.MakeLink(ctx, access.From(ctx), in)
		}
		if err != nil {
			return p.drawLink(w, r, err)
		}
		link := d.Address("/public/refer/" + made.Secret)
		words := text.Word(ctx, "intake.web.link_letter", "link", link, "until", when(ctx, made.ExpiresAt))
		return door.Show(w, r, inboundPlace(ctx, "intake.web.links", linksAt), madeLinkPage(link, words))
	}
}

func (p *pages) revokeLink(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in versionIn
	if err := door.Form(r, &in); err != nil {
		return err
	}
	if _, err := p.room.RevokeLink(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "intake.web.saved")
	return door.See(w, r, linksAt)
}

// openLink shows whose a link is; looking uses nothing up, since mail programs
// look as well.
func (p *pages) openLink(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), r.PathValue("token")
	page := ui.Page{Title: text.Word(ctx, "intake.web.refer")}
	to, err := p.room.OpenLink(ctx, token)
	if errors.Is(err, fault.KindNotFound) {
		return door.Show(w, r, page, closedLink())
	}
	if err != nil {
		return err
	}
	return door.Show(w, r, page, openedLink(to, token))
}
