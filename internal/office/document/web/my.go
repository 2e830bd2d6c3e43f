package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/document"
)

const my = "/my/documents"

// acceptsMine is what a resident may bring: papers and photographs of them. A telephone offers its camera.
const acceptsMine = "image/*,application/pdf"

func (p *pages) mountMy(d *door.Router) {
	d.Page("GET "+my, residents, p.mine)
	d.Page("GET "+my+"/{id}", residents, p.own)
	d.Raw("GET "+my+"/{id}/files/{file}", residents, api{p.room}.file, door.Long())
	for _, step := range []string{"receive", "add_file"} {
		d.Page("POST "+my+"/{id}/"+step, residents, p.bringOwn(step), door.Uploads())
	}
}

func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Mine(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: said(ctx, "mine")}, minePage(mineTable(ctx, list, p.room.Today(ctx))))
}

// mineTable lists first what the resident is to bring.
func mineTable(ctx context.Context, list []document.Document, today calendar.Date) ui.TableProps {
	t := ui.TableProps{ID: "my-documents", Caption: said(ctx, "mine"), Columns: []ui.Column{
		{Label: said(ctx, "paper")}, {Label: said(ctx, "state"), Tag: true}, {Label: said(ctx, "due")},
	}, Empty: ui.EmptyProps{Icon: "file-text", Title: said(ctx, "mine_none"), Text: said(ctx, "mine_none_hint")}}
	for _, waits := range []bool{true, false} {
		for _, d := range list {
			if d.Waited() != waits {
				continue
			}
			t.Rows = append(t.Rows, ui.Row{ID: d.ID.String(), Href: my + "/" + d.ID.String(), Title: named(ctx, d), Sub: d.Reason, Muted: d.Status == "waived",
				Cells: []templ.Component{ui.Tag(myTag(ctx, d, today)), ui.Text(dateIn(ctx, d.Due))}})
		}
	}
	return t
}

// myTag says where a paper stands in words for whoever brings it.
func myTag(ctx context.Context, d document.Document, today calendar.Date) ui.TagProps {
	if d.Late(today) && d.Status == "requested" {
		return ui.TagProps{Text: said(ctx, "my_late"), Tone: ui.Warn, Icon: "clock"}
	}
	return ui.TagProps{Text: said(ctx, "my."+d.Status), Tone: tones[d.Status]}
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error { return p.drawOwn(w, r, nil) }

func (p *pages) drawOwn(w http.ResponseWriter, r *http.Request, refused error) error {
	d, err := p.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	files, err := p.room.FilesOf(ctx, d)
	if err != nil {
		return err
	}
	base := my + "/" + d.ID.String()
	v := view{Document: d, files: files, base: base, today: p.room.Today(ctx), by: access.From(ctx)}
	form := ui.FormProps{Action: base + "/" + v.bringing(), Upload: true, Fault: refused}
	page := ui.Page{Title: named(ctx, d)}
	if refused == nil {
		return door.Show(w, r, page, ownPage(v, form))
	}
	return door.Refuse(w, r, refused, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return ownPage(v, form)
	})
}

// bringing is the step by which the resident may bring something now, "" for none.
func (v view) bringing() string {
	switch v.Status {
	case "requested", "rejected":
		return "receive"
	case "received":
		return "add_file"
	}
	return ""
}

// bringOwn takes in what a resident photographed or chose.
func (p *pages) bringOwn(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := p.open(r)
		if err != nil {
			return err
		}
		if err := p.bring(r, d, step); err != nil {
			return p.drawOwn(w, r, err)
		}
		door.Toast(w, r, ui.OK, "document.web.my_sent")
		return door.See(w, r, my+"/"+d.ID.String())
	}
}

// myFacts is what is to be known of a paper by whoever brings it.
func (v view) myFacts(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	if v.Due != "" && v.Waited() {
		out = append(out, ui.Fact{Label: said(ctx, "due"), Value: calendar.FormatDay(v.Due, text.From(ctx))})
	}
	if v.Instruction != "" {
		out = append(out, ui.Fact{Label: said(ctx, "my_instruction"), Value: v.Instruction})
	}
	if v.Until != "" {
		out = append(out, ui.Fact{Label: said(ctx, "valid_until"), Value: calendar.FormatDay(v.Until, text.From(ctx))})
	}
	return out
}
