package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/render"
)

// part is a response on the page of one of its questions.
type part struct {
	asked
	question form.Question
}

// openPart is the response and question of the address.
func (p *pages) openPart(r *http.Request, kind string) (x part, err error) {
	if x.asked, err = p.open(r); err != nil {
		return x, err
	}
	q, ok := x.Ready.Find(r.PathValue("question"))
	if !ok || q.Kind != kind || !x.Now.Visible[q.Key] {
		return x, fault.NotFound()
	}
	x.question = q
	return x, nil
}

// back is the section a question is asked in.
func (x part) back() string {
	for _, s := range x.Ready.Sections {
		if slices.ContainsFunc(s.Questions, func(q form.Question) bool { return q.Key == x.question.Key }) && x.may("save") {
			return x.at() + "/fill?section=" + s.Key
		}
	}
	return x.at()
}

func (p *pages) askAttach(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPart(r, "file")
	if err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context(), said(r.Context(), "attach")), attachPage(x, ui.FormProps{Action: r.URL.Path, Upload: true, Version: version(x.Response.Version)}))
}

// attach adds a file; what is wrong with it stands beside the field.
func (p *pages) attach(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPart(r, "file")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	var in struct {
		Version int64 `json:"version"`
	}
	r, upload, err := door.Upload(r, &in)
	if err == nil && upload == nil {
		err = fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	if err == nil {
		var f file.File
		if f, err = p.room.Upload(r.Context(), a, upload.Name, upload.Type, upload); err == nil {
			_, err = p.room.Attach(r.Context(), a, x.Response.ID, form.AttachInput{Question: x.question.Key, File: f.ID, Came: f, Version: in.Version})
		}
	}
	if err == nil {
		door.Toast(w, r, ui.OK, "form.web.attached")
		return door.See(w, r, r.URL.Path)
	}
	return door.Refuse(w, r, atFile(err), x.page(r.Context(), said(r.Context(), "attach")), func(err error) templ.Component {
		return attachPage(x, ui.FormProps{Action: r.URL.Path, Upload: true, Version: version(x.Response.Version), Fault: err})
	})
}

// atFile says of the field what is wrong with its file.
func atFile(err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		return err
	}
	g := *f
	g.Fields = slices.Clone(f.Fields)
	for i := range g.Fields {
		if g.Fields[i].Pointer == "" || g.Fields[i].Pointer == "/file_id" {
			g.Fields[i].Pointer = "/file"
		}
	}
	return &g
}

func (p *pages) detach(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPart(r, "file")
	if err != nil {
		return err
	}
	in := form.AttachInput{Question: x.question.Key}
	var sent struct {
		form.AttachInput
	}
	if err := door.Form(r, &sent); err != nil {
		return err
	}
	in.File, in.Version = sent.File, sent.Version
	if _, err := p.room.Detach(r.Context(), access.From(r.Context()), x.Response.ID, in); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "form.web.detached")
	return door.See(w, r, x.at()+"/attach/"+x.question.Key)
}

// file gives out a file of a response.
func (p *pages) file(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	of, err := door.ID(r, "file")
	if err != nil {
		return err
	}
	f, content, err := p.room.OpenFile(r.Context(), access.From(r.Context()), id, of)
	if err != nil {
		return err
	}
	file.Headers(w.Header(), f, r.URL.Query().Get("inline") == "true")
	http.ServeContent(w, r, "", f.At.Std(), content)
	return nil
}

func (x part) documents(ctx context.Context) []ui.Document {
	var out []ui.Document
	for _, f := range x.Response.Attached.V[x.question.Key] {
		d := ui.Document{Name: f.Name, Href: render.FileAt(x.Response.ID, f.File), Icon: "paperclip", Kind: f.MediaType}
		if x.may("detach") {
			d.Acts = []ui.Act{{Label: text.Word(ctx, "step.form_response.detach"), Small: true, Post: x.at() + "/attach/" + x.question.Key + "/remove",
				Fields: map[string]string{"file_id": f.File.String(), "version": version(x.Response.Version)}}}
		}
		out = append(out, d)
	}
	return out
}

func (p *pages) askSign(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPart(r, "signature")
	if err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context(), said(r.Context(), "sign")), signPage(x, x.signForm(r, nil)))
}

func (x part) signForm(r *http.Request, err error) ui.FormProps {
	return ui.FormProps{Action: r.URL.Path, Upload: true, Version: version(x.Response.Version), Typed: door.Typed(r), Fault: err}
}

// sign signs the answers that were shown. A scan of the paper comes with it
// where it was signed on paper.
func (p *pages) sign(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPart(r, "signature")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	var in form.SignInput
	r, upload, err := door.Upload(r, &in)
	in.Question = x.question.Key
	if err == nil && upload != nil {
		var f file.File
		if f, err = p.room.Upload(r.Context(), a, upload.Name, upload.Type, upload); err == nil {
			in.File, in.Came = f.ID, f
		}
		err = atFile(err)
	}
	if err == nil {
		_, err = p.room.Sign(r.Context(), a, x.Response.ID, in)
	}
	if err == nil {
		door.Toast(w, r, ui.OK, "form.web.signed")
		return door.See(w, r, x.at())
	}
	if errors.Is(err, fault.KindConflict) { // the answers are others than those that were read over
		if x, err2 := p.openPart(r, "signature"); err2 == nil {
			return door.Refuse(w, r, err, x.page(r.Context(), said(r.Context(), "sign")), func(err error) templ.Component {
				f := x.signForm(r, err)
				f.Typed.Set("version", f.Version)
				f.Typed.Del("agreed")
				return signPage(x, f)
			})
		}
	}
	return door.Refuse(w, r, err, x.page(r.Context(), said(r.Context(), "sign")), func(err error) templ.Component { return signPage(x, x.signForm(r, err)) })
}

// signWord says of a signature that is there that another takes its place.
func signWord(there bool) string {
	if there {
		return "sign_again"
	}
	return "sign"
}

func capacityOptions(ctx context.Context) []ui.Option {
	return choices(ctx, "form.render.capacity", form.Capacities)
}

func howOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "typed", Label: said(ctx, "sign_typed"), Hint: said(ctx, "sign_typed_hint"), Checked: true}, {Value: "paper", Label: said(ctx, "sign_paper"), Hint: said(ctx, "sign_paper_hint")}}
}
