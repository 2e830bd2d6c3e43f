package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

type pages struct{ room *form.Room }

// pageSize is how many versions the list shows.
const pageSize = 200

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.List(ctx, access.From(ctx), "", 0, pageSize)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "form.web.title")}, listPage(table(ctx, list)))
}

func at(id db.ID) string { return "/admin/forms/" + id.String() }

var tones = map[string]ui.Tone{"draft": ui.Warn, "published": ui.OK, "in_progress": ui.Info}

func table(ctx context.Context, list []form.Form) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "forms", Caption: text.Word(ctx, "form.web.title"), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "form.web.field.title")}, {Label: text.Word(ctx, "form.web.status"), Tag: true},
		{Label: text.Word(ctx, "form.web.edition"), Num: true}, {Label: text.Word(ctx, "form.web.field.purpose"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "form.web.none"), Act: ui.Act{Label: text.Word(ctx, "step.form.create"), Href: "/admin/forms/new"}}}
	for _, f := range list {
		t.Rows = append(t.Rows, ui.Row{ID: f.ID.String(), Href: at(f.ID), Title: f.Title.In(lang), Sub: f.Key, Muted: f.Status == "retired", Cells: []templ.Component{
			ui.Tag(ui.TagProps{Text: text.Word(ctx, "status.form."+f.Status), Tone: tones[f.Status]}),
			ui.Text(strconv.FormatInt(f.Edition, 10)), ui.Text(text.Word(ctx, "form.web.purpose."+f.Purpose)),
		}})
	}
	return t
}

// draftIn is a draft as the page sends it: its definition as JSON text.
type draftIn struct {
	Key            string    `json:"key"`
	Title          text.Pair `json:"title"`
	Purpose        string    `json:"purpose"`
	ProtectedClass string    `json:"protected_class"`
	Definition     string    `json:"definition"`
	Version        int64     `json:"version"`
}

func draftOf(f form.Form) draftIn {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(f.Definition.V) // a definition always has a JSON form
	return draftIn{f.Key, f.Title, f.Purpose, f.ProtectedClass, strings.TrimSpace(b.String()), f.Version}
}

// input reads the definition; what cannot be read is a fault that says where.
func (in draftIn) input() (form.FormInput, error) {
	out := form.FormInput{Key: in.Key, Title: in.Title, Purpose: in.Purpose, ProtectedClass: in.ProtectedClass, Version: in.Version}
	d := json.NewDecoder(strings.NewReader(in.Definition))
	d.DisallowUnknownFields()
	err := d.Decode(&out.Definition)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		line := 1 + strings.Count(in.Definition[:min(int(d.InputOffset()), len(in.Definition))], "\n")
		return out, fault.Invalid(fault.Field{Pointer: "/definition", Key: "form.web.fault.json", Args: map[string]any{"line": line}}).WithCause(err)
	}
	return out, nil
}

// sample is what a new form begins with.
var sample = form.Definition{Sections: []form.Section{{Key: "first", Title: text.Pair{JA: "はじめに", EN: "First"}, Questions: []form.Question{
	{Key: "situation", Kind: "long_text", Label: text.Pair{JA: "いま困っていること", EN: "What is difficult now"}, Required: true},
}}}}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in := draftOf(form.Form{Purpose: "assessment", Definition: db.AsJSON(sample)})
	if from := r.URL.Query().Get("from"); from != "" {
		id, err := db.ParseID(from)
		if err != nil {
			return fault.NotFound()
		}
		f, _, err := p.room.Get(ctx, access.From(ctx), id)
		if err != nil {
			return err
		}
		in = draftOf(f)
	}
	in.Version = 0
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.form.create")}, editPage(ui.FormProps{Action: "/admin/forms"}, in, "/admin/forms"))
}

func (p *pages) create(w http.ResponseWriter, r *http.Request) error {
	return p.keep(w, r, db.ID{}, "step.form.create", "/admin/forms", p.room.Create)
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, _, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.form.edit")},
		editPage(door.Opened(ui.FormProps{Action: at(id), Version: strconv.FormatInt(f.Version, 10)}, draftOf(f)), draftOf(f), at(id)))
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return p.keep(w, r, id, "step.form.edit", at(id), func(ctx context.Context, a access.Actor, in form.FormInput) (form.Form, error) {
		return p.room.Edit(ctx, a, id, in)
	})
}

var draftWords = map[string]string{"key": "form.web.field.key", "title/ja": "form.web.field.title_ja", "title/en": "form.web.field.title_en",
	"purpose": "form.web.field.purpose", "protected_class": "form.web.field.protected_class", "definition": "form.web.field.definition"}

// readDraft reads the builder's choices in words.
func readDraft(ctx context.Context) func(name, value string) string {
	return func(name, value string) string {
		var of []ui.Option
		switch name {
		case "purpose":
			of = choices(ctx, "form.web.purpose", form.Purposes)
		case "protected_class":
			of = choices(ctx, "form.web.class", form.ProtectedClasses)
		}
		if i := slices.IndexFunc(of, func(o ui.Option) bool { return o.Value == value }); i >= 0 {
			return of[i].Label
		}
		return ""
	}
}

// keep reads the builder and makes or changes a draft; id is none for a new one.
func (p *pages) keep(w http.ResponseWriter, r *http.Request, id db.ID, title, back string, do func(context.Context, access.Actor, form.FormInput) (form.Form, error)) error {
	ctx := r.Context()
	var in draftIn
	err := door.Form(r, &in)
	if err == nil {
		var input form.FormInput
		if input, err = in.input(); err == nil {
			var f form.Form
			if f, err = do(ctx, access.From(ctx), input); err == nil {
				door.Toast(w, r, ui.OK, "form.web.saved")
				return door.See(w, r, at(f.ID))
			}
		}
	}
	edit := door.Edit{Words: draftWords, Read: readDraft(ctx), Submit: "form.web.save", Cancel: back}
	again := ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r)}
	if !id.IsZero() {
		now, _, missing := p.room.Get(ctx, access.From(ctx), id)
		if missing != nil {
			return missing
		}
		if again = door.Opened(again, draftOf(now)); now.Status == "draft" {
			edit.Now, edit.Form = draftOf(now), ui.FormProps{Action: r.URL.Path, Version: strconv.FormatInt(now.Version, 10)}
		}
	}
	return door.RefuseEdit(w, r, err, ui.Page{Title: text.Word(ctx, title)}, edit, func(err error) templ.Component {
		again.Fault = err
		return editPage(again, in, back)
	})
}

// shown is a version's page: what it is, what is wrong with it, and a preview.
type shown struct {
	form     form.Form
	editions []form.Form
	actions  []ui.Act
	wrong    []ui.Fact // what keeps a draft from being published
	ready    *form.Ready
	now      form.Evaluation
	fields   ui.FormProps
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error { return p.view(w, r, nil, nil) }

// preview answers the questions as far as they were answered, and keeps nothing.
func (p *pages) preview(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Answers map[string]any `json:"answers"`
	}
	if err := door.Form(r, &in); err != nil {
		return err
	}
	return p.view(w, r, in.Answers, nil)
}

func (p *pages) view(w http.ResponseWriter, r *http.Request, raw map[string]any, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	a := access.From(ctx)
	f, editions, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	s := shown{form: f, editions: editions, actions: acts(ctx, a, f), fields: ui.FormProps{Action: at(id) + "/preview", NoKey: true, Typed: door.Typed(r)}}
	ready, now, wrong, err := p.room.Try(ctx, f, raw)
	if err == nil {
		s.ready, s.now = ready, now
		if err := wrong.Err(); err != nil {
			s.fields.Fault = err
		}
	} else if !errors.Is(err, fault.KindInvalid) {
		return err
	}
	s.wrong = faults(ctx, err)
	page := ui.Page{Title: f.Title.In(text.From(ctx)), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "form.web.title"), Href: "/admin/forms"}, {Label: f.Title.In(text.From(ctx))}}}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component { return formPage(s, err) })
	}
	return door.Show(w, r, page, formPage(s, nil))
}

// faults lists where a definition does not hold.
func faults(ctx context.Context, err error) []ui.Fact {
	f, ok := fault.As(err)
	if !ok {
		return nil
	}
	var out []ui.Fact
	for _, x := range f.Fields {
		out = append(out, ui.Fact{Label: x.Pointer, Value: text.T(text.From(ctx), x.Key, x.Args), Tone: ui.Bad})
	}
	return out
}

func acts(ctx context.Context, a access.Actor, f form.Form) []ui.Act {
	version := map[string]string{"version": strconv.FormatInt(f.Version, 10)}
	var out []ui.Act
	for _, x := range form.Flow.Actions(a, f) {
		act := ui.Act{Label: text.Word(ctx, "step.form."+x.Step)}
		switch x.Step {
		case "edit":
			act.Href, act.Icon = at(f.ID)+"/edit", "pencil"
		case "publish":
			act.Post, act.Fields, act.Kind = at(f.ID)+"/publish", version, ui.Primary
		case "retire":
			act.Post, act.Fields = at(f.ID)+"/retire", version
		default:
			continue
		}
		if x.Blocked != nil {
			act.Blocked = text.Word(ctx, x.Blocked.Key)
		}
		out = append(out, act)
	}
	if f.Status != "draft" && a.Is(access.Administrator, access.ProgramManager) {
		out = append(out, ui.Act{Label: text.Word(ctx, "form.web.next"), Href: "/admin/forms/new?from=" + f.ID.String(), Icon: "copy"})
	}
	return out
}

func (p *pages) publish(w http.ResponseWriter, r *http.Request) error {
	return p.take(w, r, "form.web.published", p.room.Publish)
}

func (p *pages) retire(w http.ResponseWriter, r *http.Request) error {
	return p.take(w, r, "form.web.retired", p.room.Retire)
}

func (p *pages) take(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, access.Actor, db.ID, int64) (form.Form, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in struct {
		Version int64 `json:"version"`
	}
	if err := door.Form(r, &in); err != nil {
		return err
	}
	if _, err := do(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
		return p.view(w, r, nil, err)
	}
	door.Toast(w, r, ui.OK, done)
	return door.See(w, r, at(id))
}

func choices(ctx context.Context, list string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		key := list + "." + v
		if v == "" {
			key = list + ".none"
		}
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key)}
	}
	return out
}

// about are the facts of a version.
func about(ctx context.Context, f form.Form) []ui.Fact {
	out := []ui.Fact{
		{Label: text.Word(ctx, "form.web.field.key"), Value: f.Key},
		{Label: text.Word(ctx, "form.web.edition"), Value: strconv.FormatInt(f.Edition, 10)},
		{Label: text.Word(ctx, "form.web.field.purpose"), Value: text.Word(ctx, "form.web.purpose."+f.Purpose)},
	}
	if f.ProtectedClass != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.web.field.protected_class"), Value: text.Word(ctx, "form.web.class."+f.ProtectedClass)})
	}
	if f.PublishedAt != 0 {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.web.published_at"), Value: calendar.FormatTime(f.PublishedAt, calendar.Zone(ctx), text.From(ctx))})
	}
	return out
}

// result is what a preview adds up to.
func result(ctx context.Context, s shown) []ui.Fact {
	if s.now.Score == "" {
		return nil
	}
	out := []ui.Fact{{Label: text.Word(ctx, "form.web.score"), Value: s.now.Score}}
	if b, ok := s.ready.Band(s.now.Band); ok {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.web.band"), Value: b.Label.In(text.From(ctx))})
	}
	return out
}
