package web

import (
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/fhir"
)

const importAt = "/admin/forms/import"

// download sends a version as a questionnaire of FHIR.
func (p *pages) download(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	f, _, err := p.room.Get(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	b, err := fhir.Questionnaire(f, p.base)
	if err != nil {
		return p.view(w, r, nil, err)
	}
	ui.Secure(w.Header())
	w.Header().Set("Content-Type", fhir.Media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Key + ".fhir.json"}))
	_, err = w.Write(b) //nolint:gosec // a file to keep, of a type that no browser draws
	return err
}

// importIn is a questionnaire on its way in: a file, or after the report on it
// the document itself.
type importIn struct {
	Key      string `json:"key"`
	Document string `json:"document"`
}

func (p *pages) askImport(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, importTitle(r.Context()), importPage(ui.FormProps{Action: importAt, Upload: true, NoKey: true}))
}

func importTitle(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "form.web.import"), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "form.web.title"), Href: "/admin/forms"}, {Label: text.Word(ctx, "form.web.import")}}}
}

// imported is a questionnaire as a form, before anything is kept.
type imported struct {
	document string
	input    form.FormInput
	report   fhir.Report
	problems []fault.Field
}

// takeImport reports on a questionnaire, and keeps it once the report was seen.
func (p *pages) takeImport(w http.ResponseWriter, r *http.Request) error {
	var in importIn
	r, file, err := door.Upload(r, &in)
	if err == nil && file != nil {
		in.Document, err = readAll(file)
	}
	if err == nil && in.Document == "" {
		err = fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	if err != nil {
		return p.refuseImport(w, r, err)
	}
	x := imported{document: in.Document}
	if x.input, x.report, err = fhir.Read([]byte(in.Document)); err != nil {
		return p.refuseImport(w, r, err)
	}
	if in.Key != "" {
		x.input.Key = in.Key
	}
	x.problems = form.Problems(x.input.Definition)
	again := ui.FormProps{Action: importAt, Upload: true}
	if door.Pressed(r) != "keep" {
		return door.Show(w, r, importTitle(r.Context()), reportPage(again, x))
	}
	f, err := p.room.Create(r.Context(), access.From(r.Context()), x.input)
	if err != nil {
		return door.Refuse(w, r, err, importTitle(r.Context()), func(err error) templ.Component {
			again.Fault = err
			return reportPage(again, x)
		})
	}
	door.Toast(w, r, ui.OK, "form.web.imported")
	return door.See(w, r, at(f.ID)+"/edit")
}

// readAll reads a file that is small enough to stand on a page.
func readAll(file *door.File) (string, error) {
	b, err := io.ReadAll(io.LimitReader(file, maxImport+1))
	if err != nil {
		return "", err
	}
	if len(b) > maxImport {
		return "", fault.TooLarge("900 KiB")
	}
	return string(b), nil
}

// maxImport leaves room for the rest of a form beside the document, bytes.
const maxImport = 900 << 10

func (p *pages) refuseImport(w http.ResponseWriter, r *http.Request, err error) error {
	return door.Refuse(w, r, pointed(err), importTitle(r.Context()), func(err error) templ.Component {
		return importPage(ui.FormProps{Action: importAt, Upload: true, NoKey: true, Fault: err})
	})
}

// pointed makes every fault of a document one of the file, which says where in
// the document it is.
func pointed(err error) error {
	f, ok := fault.As(err)
	switch {
	case !ok:
		return err
	case f.Kind == fault.KindMalformed:
		return fault.Invalid(fault.Field{Pointer: "/file", Key: f.Key, Args: f.Args})
	case f.Kind == fault.KindTooLarge:
		return fault.Invalid(fault.Field{Pointer: "/file", Key: f.Key, Args: f.Args})
	}
	return err
}

// notes are a report as a table: where in the document, and what of it is lost.
func notes(ctx context.Context, x imported) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "notes", Caption: text.Word(ctx, "form.web.lost"), Columns: []ui.Column{
		{Label: text.Word(ctx, "form.web.lost_what")}, {Label: text.Word(ctx, "form.web.lost_item")}, {Label: text.Word(ctx, "form.web.lost_at"), Priority: 2},
	}}
	for _, n := range x.report.Notes {
		t.Rows = append(t.Rows, ui.Row{Title: n.In(lang), Cells: []templ.Component{ui.Text(n.LinkID), ui.Text(n.Pointer)}})
	}
	return t
}

// becomes says what a questionnaire turns into.
func becomes(ctx context.Context, x imported) []ui.Fact {
	questions := 0
	for _, s := range x.input.Definition.Sections {
		questions += len(s.Questions)
	}
	return []ui.Fact{
		{Label: text.Word(ctx, "form.web.field.title"), Value: x.input.Title.In(text.From(ctx))},
		{Label: text.Word(ctx, "form.web.sections"), Value: itoa(len(x.input.Definition.Sections))},
		{Label: text.Word(ctx, "form.web.field.definition"), Value: itoa(questions)},
	}
}
