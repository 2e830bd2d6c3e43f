package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/render"
)

type pages struct{ room *assessment.Room }

func at(id db.ID) string     { return "/desk/assessments/" + id.String() }
func caseAt(id db.ID) string { return "/desk/cases/" + id.String() }
func version(v int64) string { return strconv.FormatInt(v, 10) }
func word(key string) string { return "assessment.web." + key }
func said(ctx context.Context, key string, pairs ...any) string {
	return text.Word(ctx, word(key), pairs...)
}

// ofCase is what a page about a case is asked with.
type ofCase struct {
	Case       db.ID  `json:"case_id"`
	Person     db.ID  `json:"person_id"`
	Assessment db.ID  `json:"assessment_id"`
	Kind       string `json:"kind"`
}

func (p *pages) choose(w http.ResponseWriter, r *http.Request) error {
	var q ofCase
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	c, err := p.room.Choices(ctx, access.From(ctx), q.Case)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.assessment.begin")}, choosePage(c, ui.FormProps{Action: "/desk/assessments"}))
}

func (p *pages) begin(w http.ResponseWriter, r *http.Request) error {
	var in assessment.BeginInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		if door.Pressed(r) == "suggest" {
			if _, err = p.room.Suggest(ctx, a, in); err == nil {
				door.Toast(w, r, ui.OK, "assessment.web.suggested")
				return door.See(w, r, caseAt(in.Case))
			}
		} else {
			var x assessment.Assessment
			if x, err = p.room.Begin(ctx, a, in); err == nil {
				return door.See(w, r, at(x.ID)+"/fill")
			}
		}
	}
	c, loadErr := p.room.Choices(ctx, a, in.Case)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.assessment.begin")}, func(err error) templ.Component {
		return choosePage(c, ui.FormProps{Action: "/desk/assessments", Typed: door.Typed(r), Fault: err})
	})
}

// load opens the assessment of the address.
func (p *pages) load(r *http.Request) (assessment.File, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return assessment.File{}, err
	}
	return p.room.Get(r.Context(), access.From(r.Context()), id)
}

func (p *pages) page(ctx context.Context, f assessment.File) ui.Page {
	title := f.Assessment.Title.In(text.From(ctx))
	return ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: said(ctx, "case", "number", f.Case.Number), Href: caseAt(f.Case.ID)}, {Label: title}}}
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, p.page(r.Context(), f), resultPage(access.From(r.Context()), f, nil))
}

func (p *pages) start(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	seen, err := versionOf(r)
	if err != nil {
		return err
	}
	if _, err := p.room.Start(r.Context(), access.From(r.Context()), f.Assessment.ID, seen); err != nil {
		return door.Refuse(w, r, err, p.page(r.Context(), f), func(err error) templ.Component { return resultPage(access.From(r.Context()), f, err) })
	}
	return door.See(w, r, at(f.Assessment.ID)+"/fill")
}

func versionOf(r *http.Request) (int64, error) {
	var in struct {
		Version int64 `json:"version"`
	}
	err := door.Form(r, &in)
	return in.Version, err
}

// askFill draws a section: the one that is asked for, else the first shown.
func (p *pages) askFill(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	var q struct {
		Section string `json:"section"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if f.Ready == nil || f.Assessment.Status != "in_progress" {
		return door.See(w, r, at(f.Assessment.ID))
	}
	i := render.SectionAt(f.Ready, f.Now, q.Section)
	props, err := p.drafted(r, &f, i)
	if err != nil {
		return err
	}
	return door.Show(w, r, p.page(r.Context(), f), fillPage(f, i, props))
}

// drafted is the form of a section with what was typed there and not sent, and
// what would follow from it.
func (p *pages) drafted(r *http.Request, f *assessment.File, i int) (ui.FormProps, error) {
	if i >= len(f.Ready.Sections) {
		return ui.FormProps{}, nil
	}
	props, err := door.WithDraft(r, ui.FormProps{}, "assessment."+f.Assessment.ID.String()+"."+f.Ready.Sections[i].Key)
	if err != nil || props.Typed == nil {
		return props, err
	}
	var typed form.Fill
	if _, err := door.Read(r, props.Typed, &typed, true); err != nil && !errors.Is(err, fault.KindInvalid) { // what cannot be read is shown as it was typed
		return props, err
	}
	f.Now = p.room.AsTyped(r.Context(), *f, typed)
	return props, nil
}

// fill keeps a section and goes on: to questions of it that only now are
// shown, to the next section, or to the answers as a whole.
func (p *pages) fill(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	before, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	var in form.Fill
	var wrong fault.Fields
	if err = door.Form(r, &in); err == nil {
		var kept assessment.Filled
		kept, err = p.room.Fill(ctx, a, id, in)
		wrong = kept.Wrong
	}
	now, loadErr := p.room.Get(ctx, a, id)
	if loadErr != nil {
		return loadErr
	}
	if err == nil {
		err = wrong.Err()
	}
	if err != nil {
		if now.Ready == nil {
			return err
		}
		i := render.SectionAt(now.Ready, now.Now, in.Section)
		now.Now = p.room.AsTyped(ctx, now, in)
		return door.RefuseEdit(w, r, err, p.page(ctx, now), fillEdit(ctx, now, i), func(err error) templ.Component {
			seen := door.Typed(r).Get("version")
			if len(wrong) > 0 { // the other answers were kept
				seen = version(now.Response.Version)
			}
			return fillPage(now, i, ui.FormProps{Version: seen, Typed: door.Typed(r), Fault: err})
		})
	}
	if href, ok := render.Aside(door.Pressed(r), now.Response.ID); ok {
		return door.See(w, r, href)
	}
	if door.Pressed(r) == "later" {
		door.Toast(w, r, ui.OK, "assessment.web.kept")
		return door.See(w, r, caseAt(now.Case.ID))
	}
	return door.See(w, r, onward(before, now, in.Section))
}

// fillShown is a section as its form shows it.
type fillShown struct {
	Section string         `json:"section"`
	Answers map[string]any `json:"answers"`
}

func shownOf(f assessment.File, i int) fillShown {
	out := fillShown{Answers: map[string]any{}}
	if i >= len(f.Ready.Sections) {
		return out
	}
	out.Section = f.Ready.Sections[i].Key
	out.Answers = render.Given(f.Ready.Sections[i], f.Response.Answers.V)
	return out
}

// fillForm is the form of a section, drawn again with what p brings back.
func fillForm(f assessment.File, i int, p ui.FormProps) ui.FormProps {
	p.Action, p.Hold = at(f.Assessment.ID)+"/fill", true
	if p.Version == "" {
		p.Version = version(f.Response.Version)
	}
	return door.Opened(p, shownOf(f, i))
}

// fillEdit is a section as it stands, for whoever answers it from an older one.
func fillEdit(ctx context.Context, f assessment.File, i int) door.Edit {
	edit := door.Edit{Form: ui.FormProps{Action: at(f.Assessment.ID) + "/fill", Version: version(f.Response.Version)}, Submit: "assessment.web.continue", Cancel: at(f.Assessment.ID) + "/fill"}
	if f.Ready == nil || f.Assessment.Status != "in_progress" || i >= len(f.Ready.Sections) {
		return edit
	}
	edit.Now = shownOf(f, i)
	edit.Label = func(name string) string { return render.Called(ctx, f.Ready, name) }
	edit.Read = func(name, value string) string { return render.Reads(ctx, f.Ready, name, value) }
	return edit
}

func onward(before, now assessment.File, section string) string {
	if key, ok := render.Onward(now.Ready, before.Now, now.Now, section); ok {
		return at(now.Assessment.ID) + "/fill?section=" + key
	}
	return at(now.Assessment.ID)
}

// complete ends the assessment, or leads to the section where something is missing.
func (p *pages) complete(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	seen, err := versionOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if _, err = p.room.Complete(ctx, access.From(ctx), f.Assessment.ID, seen); err == nil {
		door.Toast(w, r, ui.OK, "assessment.web.completed")
		return door.See(w, r, at(f.Assessment.ID))
	}
	return door.Refuse(w, r, err, p.page(ctx, f), func(err error) templ.Component {
		if i, ok := render.MissingAt(f.Ready, err); ok {
			return fillPage(f, i, ui.FormProps{Fault: err})
		}
		return resultPage(access.From(ctx), f, err)
	})
}

func (p *pages) askOverride(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, p.page(r.Context(), f), overridePage(f, ui.FormProps{Action: r.URL.Path, Version: version(f.Assessment.Version)}))
}

func (p *pages) override(w http.ResponseWriter, r *http.Request) error {
	var in assessment.OverrideInput
	return p.take(w, r, &in, "assessment.web.overridden", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Override(ctx, a, id, in)
		return err
	}, overridePage)
}

func (p *pages) askCancel(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, p.page(r.Context(), f), cancelPage(f, ui.FormProps{Action: r.URL.Path, Version: version(f.Assessment.Version)}))
}

func (p *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	var in assessment.ReasonInput
	return p.take(w, r, &in, "assessment.web.cancelled", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Cancel(ctx, a, id, in)
		return err
	}, cancelPage)
}

// take runs a step's form and leads back to the assessment.
func (p *pages) take(w http.ResponseWriter, r *http.Request, in any, done string, do func(context.Context, access.Actor, db.ID) error, draw func(assessment.File, ui.FormProps) templ.Component) error {
	f, err := p.load(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if err = do(ctx, access.From(ctx), f.Assessment.ID); err == nil {
			door.Toast(w, r, ui.OK, done)
			return door.See(w, r, at(f.Assessment.ID))
		}
	}
	return door.Refuse(w, r, err, p.page(ctx, f), func(err error) templ.Component {
		return draw(f, ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) askNeed(w http.ResponseWriter, r *http.Request) error {
	var q ofCase
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	c, err := p.room.Choices(ctx, access.From(ctx), q.Case)
	if err != nil {
		return err
	}
	in := assessment.NeedInput{Case: q.Case, Person: q.Person, Kind: q.Kind, Assessment: q.Assessment}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.need.identify")}, needPage(c, in, ui.FormProps{Action: "/desk/needs"}))
}

func (p *pages) identify(w http.ResponseWriter, r *http.Request) error {
	var in assessment.NeedInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Identify(ctx, a, in); err == nil {
			door.Toast(w, r, ui.OK, "assessment.web.need_kept")
			if !in.Assessment.IsZero() {
				return door.See(w, r, at(in.Assessment))
			}
			return door.See(w, r, caseAt(in.Case))
		}
	}
	c, loadErr := p.room.Choices(ctx, a, in.Case)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.need.identify")}, func(err error) templ.Component {
		return needPage(c, in, ui.FormProps{Action: "/desk/needs", Typed: door.Typed(r), Fault: err})
	})
}

// need runs a plain step of a need and leads back to its case.
func (p *pages) need(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, a access.Actor, id db.ID, version int64) (assessment.Need, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	seen, err := versionOf(r)
	if err != nil {
		return err
	}
	n, err := do(r.Context(), access.From(r.Context()), id, seen)
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "assessment.web.need_kept")
	return door.See(w, r, caseAt(n.Case))
}

func (p *pages) address(w http.ResponseWriter, r *http.Request) error {
	return p.need(w, r, func(ctx context.Context, a access.Actor, id db.ID, version int64) (assessment.Need, error) {
		return p.room.AddressNeed(ctx, a, id, assessment.AddressInput{Version: version})
	})
}

func (p *pages) reopen(w http.ResponseWriter, r *http.Request) error {
	return p.need(w, r, p.room.ReopenNeed)
}

func (p *pages) askDefer(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	n, err := p.room.Need(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.need.defer")}, deferPage(n, ui.FormProps{Action: r.URL.Path, Version: version(n.Version)}))
}

func (p *pages) deferNeed(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	n, err := p.room.Need(ctx, a, id)
	if err != nil {
		return err
	}
	var in assessment.DeferInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.DeferNeed(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "assessment.web.need_kept")
			return door.See(w, r, caseAt(n.Case))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.need.defer")}, func(err error) templ.Component {
		return deferPage(n, ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}
