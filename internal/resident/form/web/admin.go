package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

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

type pages struct {
	room *form.Room
	base string // where the agency is reached
}

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

// shown is a version's page: what it is, what is wrong with it, what it changes,
// and a preview.
type shown struct {
	form     form.Form
	editions []form.Form
	actions  []ui.Act
	wrong    []ui.Fact     // what keeps a draft from being published
	changes  []form.Change // from the version published now
	against  int64         // the number of that version; 0 when there is none
	as       string        // how the preview looks: desk or phone
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
	return p.view(w, r, &in.Answers, door.Form(r, &in))
}

// view draws a version. raw are the answers of its preview; without any it
// begins as a response does.
func (p *pages) view(w http.ResponseWriter, r *http.Request, raw *map[string]any, refused error) error {
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
	s := shown{form: f, editions: editions, actions: acts(ctx, a, f), as: "desk"}
	if r.URL.Query().Get("as") == "phone" {
		s.as = "phone"
	}
	s.fields = ui.FormProps{Action: at(id) + "/preview?as=" + s.as + "#preview", NoKey: true, Typed: door.Typed(r)}
	s.compare()
	answers := f.Definition.V.Begun()
	if raw != nil {
		answers = *raw
	}
	ready, now, wrong, err := p.room.Try(ctx, f, answers)
	if err == nil {
		s.ready, s.now = ready, now
		if err := wrong.Err(); err != nil {
			s.fields.Fault = err
		}
	} else if !errors.Is(err, fault.KindInvalid) {
		return err
	}
	if err != nil {
		s.wrong = problemFacts(ctx, f, form.Problems(f.Definition.V))
	}
	page := ui.Page{Title: f.Title.In(text.From(ctx)), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "form.web.title"), Href: "/admin/forms"}, {Label: f.Title.In(text.From(ctx))}}}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component { return formPage(s, err) })
	}
	return door.Show(w, r, page, formPage(s, nil))
}

// compare says what a draft changes in what is asked now.
func (s *shown) compare() {
	for _, other := range s.editions {
		if s.form.Status == "draft" && other.Status == "published" {
			s.against, s.changes = other.Edition, form.Compare(other.Definition.V, s.form.Definition.V)
		}
	}
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
	out = append(out, ui.Act{Label: text.Word(ctx, "form.web.print"), Href: at(f.ID) + "/print", Icon: "printer"})
	if len(form.Problems(f.Definition.V)) == 0 {
		out = append(out, ui.Act{Label: text.Word(ctx, "form.web.download"), Href: at(f.ID) + "/fhir", Icon: "file-text"})
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
