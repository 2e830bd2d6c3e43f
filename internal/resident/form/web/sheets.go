package web

import (
	"context"
	"net/http"
	"strconv"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// print is a version as a sheet to be answered on paper.
func (p *pages) print(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, _, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	title := f.Title.In(text.From(ctx))
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "form.web.title"), Href: "/admin/forms"}, {Label: title, Href: at(id)}, {Label: text.Word(ctx, "form.web.print")}}}
	return door.Show(w, r, page, blankSheet(f, editionNote(ctx, f)))
}

func editionNote(ctx context.Context, f form.Form) string {
	return text.Word(ctx, "form.web.edition") + " " + strconv.FormatInt(f.Edition, 10) + " · " + text.Word(ctx, "status.form."+f.Status)
}

// printResponse is a response as a sheet to be signed and filed.
func (p *pages) printResponse(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, who, err := p.room.Sheet(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: x.Form.Title.In(text.From(ctx))}, filledSheet(x, who.Name))
}

// responseFacts say when answers were given and how they stand.
func responseFacts(ctx context.Context, x form.Answered) []ui.Fact {
	out := []ui.Fact{{Label: text.Word(ctx, "form.web.status"), Value: text.Word(ctx, "status.form_response."+x.Response.Status)},
		{Label: text.Word(ctx, "form.web.edition"), Value: strconv.FormatInt(x.Form.Edition, 10)}}
	if x.Response.CompletedAt != 0 {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.web.completed_at"), Value: calendar.FormatTime(x.Response.CompletedAt, calendar.Zone(ctx), text.From(ctx))})
	}
	return out
}

// previewTabs choose how a preview looks.
func previewTabs(ctx context.Context, s shown) ui.TabsProps {
	t := ui.TabsProps{Label: text.Word(ctx, "form.web.preview_as")}
	for _, as := range []string{"desk", "phone"} {
		t.Items = append(t.Items, ui.TabItem{Label: text.Word(ctx, "form.web.as."+as), Href: at(s.form.ID) + "?as=" + as + "#preview", Current: s.as == as})
	}
	t.Items = append(t.Items, ui.TabItem{Label: text.Word(ctx, "form.web.as.print"), Href: at(s.form.ID) + "/print"})
	return t
}
