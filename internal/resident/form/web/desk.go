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
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/render"
	"kizuna/internal/resident/people"
)

// A form is asked about a person section by section, read over as a whole,
// signed where it asks for that, and completed. What belongs to another record
// is filled in and completed there; its files, signatures and what of it the
// person's record takes over are the same here.

func said(ctx context.Context, key string, pairs ...any) string {
	return text.Word(ctx, "form.web."+key, pairs...)
}

func version(v int64) string { return strconv.FormatInt(v, 10) }

func personAt(id db.ID) string { return "/desk/persons/" + id.String() }

// Panels are the room's parts of other pages: on a person's, what was asked
// about them.
func Panels() []ui.Panel {
	return []ui.Panel{{
		Key: "form-responses", On: "person", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, person db.ID) func(context.Context) templ.Component {
			lines := form.QueueLines(b, person)
			return func(context.Context) templ.Component {
				return personPanel(person, lines.Rows, a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker))
			}
		},
	}}
}

func lineTable(ctx context.Context, lines []form.Line) ui.TableProps {
	t := ui.TableProps{ID: "responses", Caption: said(ctx, "responses"), Columns: []ui.Column{
		{Label: said(ctx, "title")}, {Label: said(ctx, "status"), Tag: true}, {Label: said(ctx, "answered_on"), Priority: 2}},
		Empty: ui.EmptyProps{Title: said(ctx, "no_responses")}}
	for _, x := range lines {
		title := x.Title.In(text.From(ctx))
		if x.ProtectedClass != "" {
			title = said(ctx, "protected_title") // its name alone would tell
		}
		at := max(x.CompletedAt, x.CreatedAt)
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: render.ResponseAt(x.ID), Title: title, Muted: x.Status == "cancelled",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, x.Status)), ui.Text(at.Date(calendar.Zone(ctx)).In(text.From(ctx)))}})
	}
	return t
}

var responseTones = map[string]ui.Tone{"in_progress": ui.Warn, "completed": ui.OK, "amended": ui.Info}

func statusTag(ctx context.Context, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status.form_response."+status), Tone: responseTones[status]}
}

func askActs(ctx context.Context, person db.ID, asks bool) []ui.Act {
	if !asks {
		return nil
	}
	return []ui.Act{{Label: said(ctx, "ask"), Icon: "plus", Small: true, Href: "/desk/form-responses/new?person_id=" + person.String()}}
}

func formOptions(ctx context.Context, list []form.Form) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, f := range list {
		out[i] = ui.Option{Value: f.Key, Label: f.Title.In(text.From(ctx)), Hint: said(ctx, "purpose."+f.Purpose), Checked: len(list) == 1}
	}
	return out
}

// choose asks which form is asked about a person.
func (p *pages) choose(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Person db.ID `json:"person_id"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	c, err := p.room.Choices(ctx, access.From(ctx), q.Person)
	if err != nil {
		return err
	}
	return door.Show(w, r, choosing(ctx, c), choosePage(c, ui.FormProps{Action: "/desk/form-responses"}))
}

func choosing(ctx context.Context, c form.Choices) ui.Page {
	return ui.Page{Title: said(ctx, "ask"), Crumbs: []ui.Crumb{{Label: c.Person.Name, Href: personAt(c.Person.ID)}, {Label: said(ctx, "ask")}}}
}

func (p *pages) begin(w http.ResponseWriter, r *http.Request) error {
	var in form.BeginInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		var res form.Response
		if res, err = p.room.Begin(ctx, a, in); err == nil {
			return door.See(w, r, render.ResponseAt(res.ID)+"/fill")
		}
	}
	c, loadErr := p.room.Choices(ctx, a, in.Person)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, choosing(ctx, c), func(err error) templ.Component {
		return choosePage(c, ui.FormProps{Action: "/desk/form-responses", Typed: door.Typed(r), Fault: err})
	})
}

// asked is a response on its page, with whom it is about.
type asked struct {
	form.Answered
	who     people.Card
	actions []string
}

func (x asked) at() string { return render.ResponseAt(x.Response.ID) }

func (x asked) may(step string) bool {
	return slices.Contains(x.actions, step)
}

// open is the response of the address.
func (p *pages) open(r *http.Request) (x asked, err error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return x, err
	}
	a := access.From(r.Context())
	if x.Answered, x.who, err = p.room.Sheet(r.Context(), a, id); err != nil {
		return asked{}, err
	}
	for _, s := range form.ResponseFlow.Actions(a, x.Response) {
		owns := s.Step == "save" || s.Step == "complete" || s.Step == "amend" || s.Step == "cancel"
		if s.Blocked == nil && (x.Response.OwnerKind == "" || !owns) {
			x.actions = append(x.actions, s.Step)
		}
	}
	return x, nil
}

func (x asked) page(ctx context.Context, more ...string) ui.Page {
	title := x.Form.Title.In(text.From(ctx))
	out := ui.Page{Title: title}
	if !x.who.ID.IsZero() {
		out.Crumbs = append(out.Crumbs, ui.Crumb{Label: x.who.Name, Href: personAt(x.who.ID)})
	}
	out.Crumbs = append(out.Crumbs, ui.Crumb{Label: title})
	for _, m := range more {
		out.Crumbs[len(out.Crumbs)-1].Href = x.at()
		out.Crumbs = append(out.Crumbs, ui.Crumb{Label: m})
		out.Title = m + " · " + title
	}
	return out
}

func (p *pages) showResponse(w http.ResponseWriter, r *http.Request) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context()), responsePage(x, nil))
}

// acts are the buttons of a response.
func (x asked) acts(ctx context.Context) []ui.Act {
	seen := map[string]string{"version": version(x.Response.Version)}
	var out []ui.Act
	if x.may("save") {
		out = append(out, ui.Act{Label: said(ctx, "go_on"), Href: x.at() + "/fill", Icon: "pencil"})
	}
	if x.may("complete") {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.form_response.complete"), Post: x.at() + "/complete", Fields: seen, Kind: ui.Primary})
	}
	if x.may("take_over") && x.mapped() {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.form_response.take_over"), Href: x.at() + "/take-over", Icon: "refresh", Kind: ui.Primary})
	}
	if x.may("amend") {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.form_response.amend"), Href: x.at() + "/amend", Icon: "pencil"})
	}
	out = append(out, ui.Act{Label: said(ctx, "print_response"), Href: x.at() + "/print", Icon: "printer"})
	if x.may("cancel") {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.form_response.cancel"), Href: x.at() + "/cancel"})
	}
	return out
}

// mapped reports whether any answer is to a question mapped to the record.
func (x asked) mapped() bool {
	if x.Response.Person.IsZero() {
		return false
	}
	for _, s := range x.Ready.Sections {
		if _, ok := form.ListOf(s.MapTo); ok && s.Repeats && x.asks(s) {
			return true
		}
		for _, q := range s.Questions {
			_, ok := form.TargetOf(q.MapTo)
			if _, given := x.Now.Answers[q.Key]; ok && given {
				return true
			}
		}
	}
	return false
}

// asks reports whether any question of a section is shown.
func (x asked) asks(s form.Section) bool {
	return slices.ContainsFunc(s.Questions, func(q form.Question) bool { return x.Now.Visible[q.Key] })
}

// askFill draws a section: the one that is asked for, else the first shown.
func (p *pages) askFill(w http.ResponseWriter, r *http.Request) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	var q struct {
		Section string `json:"section"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if !x.may("save") {
		return door.See(w, r, x.at())
	}
	i := render.SectionAt(x.Ready, x.Now, q.Section)
	fields, err := p.fillForm(r, x, i)
	if err != nil {
		return err
	}
	if fields.Typed != nil {
		var typed form.Fill
		if _, err := door.Read(r, fields.Typed, &typed, true); err != nil && !errors.Is(err, fault.KindInvalid) { // what cannot be read is shown as it was typed
			return err
		}
		x.Now = p.room.AsTyped(r.Context(), x.Answered, typed)
	}
	return door.Show(w, r, x.page(r.Context()), fillPage(x, i, fields))
}

// fillForm is the form of a section, with what was typed there and not sent.
func (p *pages) fillForm(r *http.Request, x asked, i int) (ui.FormProps, error) {
	f := door.Opened(ui.FormProps{Action: x.at() + "/fill", Version: version(x.Response.Version)}, shownOf(x, i))
	if i >= len(x.Ready.Sections) {
		return f, nil
	}
	return door.WithDraft(r, f, "form-response."+x.Response.ID.String()+"."+x.Ready.Sections[i].Key)
}

// held is a form that stays where it is while the network is gone.
func held(f ui.FormProps) ui.FormProps {
	f.Hold = true
	return f
}

// fillShown is a section as its form shows it.
type fillShown struct {
	Section string         `json:"section"`
	Answers map[string]any `json:"answers"`
}

func shownOf(x asked, i int) fillShown {
	out := fillShown{Answers: map[string]any{}}
	if i >= len(x.Ready.Sections) {
		return out
	}
	out.Section = x.Ready.Sections[i].Key
	out.Answers = render.Given(x.Ready.Sections[i], x.Response.Answers.V)
	return out
}

// fill keeps a section and goes on: to questions of it that only now are shown,
// to the next section, to where a file is attached, or to the answers as a
// whole. Answers that can be read are kept even if others cannot.
func (p *pages) fill(w http.ResponseWriter, r *http.Request) error {
	before, err := p.open(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in form.Fill
	var wrong fault.Fields
	if err = door.Form(r, &in); err == nil {
		_, wrong, err = p.room.Fill(ctx, a, before.Response.ID, in)
	}
	now, loadErr := p.open(r)
	if loadErr != nil {
		return loadErr
	}
	if err == nil {
		err = wrong.Err()
	}
	if err != nil {
		i := render.SectionAt(now.Ready, now.Now, in.Section)
		now.Now = p.room.AsTyped(ctx, now.Answered, in)
		return door.RefuseEdit(w, r, err, now.page(ctx), fillEdit(ctx, now, i), func(err error) templ.Component {
			seen := door.Typed(r).Get("version")
			if len(wrong) > 0 { // the other answers were kept
				seen = version(now.Response.Version)
			}
			return fillPage(now, i, door.Opened(ui.FormProps{Action: now.at() + "/fill", Version: seen, Typed: door.Typed(r), Fault: err}, shownOf(now, i)))
		})
	}
	if href, ok := render.Aside(door.Pressed(r), now.Response.ID); ok {
		return door.See(w, r, href)
	}
	if door.Pressed(r) == "later" {
		door.Toast(w, r, ui.OK, "form.web.kept")
		return door.See(w, r, now.at())
	}
	if key, ok := render.Onward(now.Ready, before.Now, now.Now, in.Section); ok {
		return door.See(w, r, now.at()+"/fill?section="+key)
	}
	return door.See(w, r, now.at())
}

// fillEdit is a section as it stands, for whoever answers it from an older one.
func fillEdit(ctx context.Context, x asked, i int) door.Edit {
	edit := door.Edit{Form: ui.FormProps{Action: x.at() + "/fill", Version: version(x.Response.Version)}, Submit: "form.web.continue", Cancel: x.at() + "/fill"}
	if !x.may("save") || i >= len(x.Ready.Sections) {
		return edit
	}
	edit.Now = shownOf(x, i)
	edit.Label = func(name string) string { return render.Called(ctx, x.Ready, name) }
	edit.Read = func(name, value string) string { return render.Reads(ctx, x.Ready, name, value) }
	return edit
}

// fillSteps are the sections of a response, as a guided flow.
func fillSteps(ctx context.Context, x asked, i int) []ui.Step {
	var out []ui.Step
	for j, s := range x.Ready.Sections {
		if !x.Now.Sections[j] {
			continue
		}
		step := ui.Step{Label: s.Title.In(text.From(ctx)), Href: x.at() + "/fill?section=" + s.Key}
		switch {
		case j == i:
			step.State = ui.StageNow
		case j < i:
			step.State = ui.StageDone
		}
		out = append(out, step)
	}
	return out
}

// complete ends a response, or leads to the section where something is missing.
func (p *pages) complete(w http.ResponseWriter, r *http.Request) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	seen, err := seenVersion(r)
	if err == nil {
		var res form.Response
		if res, err = p.room.Complete(ctx, a, x.Response.ID, seen); err == nil {
			door.Toast(w, r, ui.OK, "form.web.completed")
			return door.See(w, r, p.after(ctx, a, x, res))
		}
	}
	return door.Refuse(w, r, err, x.page(ctx), func(err error) templ.Component {
		if i, ok := render.MissingAt(x.Ready, err); ok {
			return fillPage(x, i, door.Opened(ui.FormProps{Action: x.at() + "/fill", Version: version(x.Response.Version), Fault: err}, shownOf(x, i)))
		}
		return responsePage(x, err)
	})
}

// after is where a completed response leads: to what the person's record says
// otherwise, where the actor may change that.
func (p *pages) after(ctx context.Context, a access.Actor, x asked, res form.Response) string {
	if x.mapped() && !res.Person.IsZero() {
		if d, err := p.room.Differences(ctx, a, res.ID); err == nil && len(d.Differences) > 0 {
			return x.at() + "/take-over"
		}
	}
	return x.at()
}

func seenVersion(r *http.Request) (int64, error) {
	var in struct {
		Version int64 `json:"version"`
	}
	err := door.Form(r, &in)
	return in.Version, err
}

func (p *pages) askCancel(w http.ResponseWriter, r *http.Request) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context(), text.Word(r.Context(), "step.form_response.cancel")), cancelPage(x, ui.FormProps{Action: r.URL.Path, Version: version(x.Response.Version)}))
}

func (p *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	var in stepIn
	return p.change(w, r, &in, "form.web.cancelled", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Cancel(ctx, a, id, in.Version, in.Reason)
		return err
	}, cancelPage)
}

func (p *pages) askAmend(w http.ResponseWriter, r *http.Request) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context(), text.Word(r.Context(), "step.form_response.amend")), amendPage(x, ui.FormProps{Action: r.URL.Path, Version: version(x.Response.Version)}))
}

func (p *pages) amend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var in form.AmendInput
	return p.change(w, r, &in, "form.web.amended", func(ctx context.Context, a access.Actor, id db.ID) error {
		x, err := p.open(r)
		if err != nil {
			return err
		}
		in.Answers = cleared(x, in.Answers)
		_, err = p.room.Amend(ctx, a, id, in)
		return err
	}, func(x asked, f ui.FormProps) templ.Component {
		x.Now = x.with(ctx, in.Answers)
		return amendPage(x, f)
	})
}

// with is what would follow if these were the answers, so that a question that
// is asked only because of them is on the page.
func (x asked) with(ctx context.Context, raw map[string]any) form.Evaluation {
	apart := rule.Facts{}
	for key, v := range x.Response.Answers.V {
		if q, ok := x.Ready.Find(key); ok && !q.Typed() {
			apart[key] = v
		}
	}
	now := x.Ready.AsTyped(apart, form.Fill{Answers: raw}, completedDay(ctx, x.Answered))
	now.Of = &x.Response
	return now
}

// cleared are the answers of a page with all questions that were shown: one
// without any box ticked is sent by no field, and has no answer.
func cleared(x asked, sent map[string]any) map[string]any {
	out := map[string]any{}
	for _, s := range x.Ready.Sections {
		for _, q := range s.Questions {
			if x.Now.Visible[q.Key] && s.Repeats {
				out[s.Key] = ""
			} else if x.Now.Visible[q.Key] && q.Typed() {
				out[q.Key] = ""
			}
		}
	}
	for key, v := range sent {
		out[key] = v
	}
	return out
}

// change runs a step's form and leads back to the response.
func (p *pages) change(w http.ResponseWriter, r *http.Request, in any, done string, do func(context.Context, access.Actor, db.ID) error, draw func(asked, ui.FormProps) templ.Component) error {
	x, err := p.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if err = do(ctx, access.From(ctx), x.Response.ID); err == nil {
			door.Toast(w, r, ui.OK, done)
			return door.See(w, r, x.at())
		}
	}
	return door.Refuse(w, r, err, x.page(ctx), func(err error) templ.Component {
		return draw(x, ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}
