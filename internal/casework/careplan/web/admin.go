package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func templateAt(id db.ID) string { return "/admin/plan-templates/" + id.String() }

func (p *pages) templates(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Templates(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "careplan.web.templates")}, templateList(templateTable(ctx, list)))
}

func templateTable(ctx context.Context, list []careplan.Template) ui.TableProps {
	t := ui.TableProps{ID: "plan-templates", Caption: text.Word(ctx, "careplan.web.templates"), Columns: []ui.Column{
		{Label: text.Word(ctx, "careplan.web.field.name")}, {Label: text.Word(ctx, "careplan.web.state"), Tag: true}, {Label: text.Word(ctx, "careplan.web.goals"), Num: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "careplan.web.no_templates")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: templateAt(x.ID), Title: x.Name.In(text.From(ctx)), Sub: x.Code + "・" + text.Word(ctx, "careplan.web.edition", "n", x.Edition),
			Muted: x.Status == "retired", Cells: []templ.Component{ui.Tag(statusTag(ctx, "plan_template", x.Status)), ui.Text(strconv.Itoa(len(x.Content.V.Goals)))}})
	}
	return t
}

// choices are what a template can put into a plan besides goals and tasks.
type choices struct {
	programs []catalog.Program
	benefits []catalog.Benefit
}

func (p *pages) choices(ctx context.Context) (c choices, err error) {
	err = p.parts.Read(ctx, func(q *db.Reader) error {
		c.programs, c.benefits, err = catalog.Running(q)
		return err
	})
	return c, err
}

func (c choices) programOptions(ctx context.Context, chosen []db.ID) []ui.Option {
	out := make([]ui.Option, len(c.programs))
	for i, x := range c.programs {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name.In(text.From(ctx)), Checked: slices.Contains(chosen, x.ID)}
	}
	return out
}

func (c choices) benefitOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(c.benefits))
	for i, x := range c.benefits {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name.In(text.From(ctx))}
	}
	return out
}

func (p *pages) newTemplate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.choices(ctx)
	if err != nil {
		return err
	}
	in := careplan.TemplateInput{Months: 6, ReviewDays: 30, Goals: []careplan.TemplateGoal{{}}}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.plan_template.create")}, templateForm(ui.FormProps{Action: "/admin/plan-templates"}, in, c, nil))
}

func (p *pages) createTemplate(w http.ResponseWriter, r *http.Request) error {
	return p.saved(w, r, ui.FormProps{Action: "/admin/plan-templates"}, p.room.CreateTemplate)
}

func (p *pages) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return p.saved(w, r, ui.FormProps{Action: templateAt(id)}, func(ctx context.Context, a access.Actor, in careplan.TemplateInput) (careplan.Template, error) {
		return p.room.EditTemplate(ctx, a, id, in)
	})
}

func (p *pages) saved(w http.ResponseWriter, r *http.Request, form ui.FormProps, save func(context.Context, access.Actor, careplan.TemplateInput) (careplan.Template, error)) error {
	var in careplan.TemplateInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		var t careplan.Template
		if t, err = save(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "careplan.web.saved")
			return door.See(w, r, templateAt(t.ID))
		}
	}
	c, missing := p.choices(ctx)
	if missing != nil {
		return missing
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "careplan.web.templates")}, func(err error) templ.Component {
		form.Typed, form.Fault, form.Version = door.Typed(r), err, door.Typed(r).Get("version")
		return templateForm(form, in, c, nil)
	})
}

func (p *pages) template(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	t, err := p.room.Template(ctx, a, id)
	if err != nil {
		return err
	}
	c, err := p.choices(ctx)
	if err != nil {
		return err
	}
	acts := templateActs(ctx, a, t)
	page := ui.Page{Title: t.Name.In(text.From(ctx)), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "careplan.web.templates"), Href: "/admin/plan-templates"}, {Label: t.Code}}}
	if t.Status == "draft" && a.Is(careplan.Builders...) {
		return door.Show(w, r, page, templateForm(ui.FormProps{Action: templateAt(id), Version: version(t.Version)}, t.Input(), c, acts))
	}
	return door.Show(w, r, page, templatePage(t, acts))
}

// templateActs are the steps of a template, and the next edition.
func templateActs(ctx context.Context, a access.Actor, t careplan.Template) []ui.Act {
	var out []ui.Act
	for _, x := range careplan.TemplateFlow.Actions(a, t) {
		if x.Step == "edit" {
			continue
		}
		x = flow.Action{Step: x.Step, Plain: true, Blocked: x.Blocked}
		out = append(out, actOf(ctx, templateAt(t.ID), "plan_template", t.Version, x))
	}
	if a.Is(careplan.Builders...) && (t.Status == "published" || t.Status == "retired") {
		out = append(out, ui.Act{Label: text.Word(ctx, "careplan.web.revise"), Post: templateAt(t.ID) + "/revise", Icon: "pencil"})
	}
	return out
}

func (p *pages) revise(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var none struct{}
	if err := door.Form(r, &none); err != nil {
		return err
	}
	ctx := r.Context()
	t, err := p.room.Revise(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.See(w, r, templateAt(t.ID))
}

func (p *pages) stepTemplate(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.press(w, r, func(ctx context.Context, a access.Actor, id db.ID, version int64) (string, error) {
			_, err := p.room.StepTemplate(ctx, a, id, step, version)
			return "/admin/plan-templates", err
		})
	}
}

// groups draws a repeater's rows: those typed, else those stored.
func groups[T any](form ui.FormProps, name string, list []T, draw func(at string, v T) templ.Component) []templ.Component {
	n := len(list)
	if form.Typed != nil {
		n = 0
		for key := range form.Typed {
			if parts := strings.SplitN(key, "/", 3); len(parts) == 3 && parts[0] == name {
				if i, err := strconv.Atoi(parts[1]); err == nil {
					n = max(n, i+1)
				}
			}
		}
	}
	out := make([]templ.Component, n)
	for i := range out {
		var v T
		if i < len(list) {
			v = list[i]
		}
		out[i] = draw(fmt.Sprintf("%s/%d", name, i), v)
	}
	return out
}

// figure is a number in a field, nothing for none.
func figure(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func contentFacts(ctx context.Context, t careplan.Template) []ui.Fact {
	lang := text.From(ctx)
	var out []ui.Fact
	for _, g := range t.Content.V.Goals {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.goals"), Value: g.Label.In(lang), Note: g.Target.In(lang)})
	}
	for _, x := range t.Content.V.Tasks {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.tasks"), Value: x.Title.In(lang), Note: text.Word(ctx, partyKey(x.Party))})
	}
	return out
}

func quantityText(b careplan.TemplateBenefit) string {
	if b.Quantity == 0 {
		return ""
	}
	return b.Quantity.String()
}

func amountText(b careplan.TemplateBenefit) string {
	if b.Amount.Minor == 0 {
		return ""
	}
	return b.Amount.Amount()
}

func benefitGroups(form ui.FormProps, in careplan.TemplateInput, c choices) []templ.Component {
	return groups(form, "benefits", in.Benefits, func(at string, b careplan.TemplateBenefit) templ.Component { return templateBenefit(at, b, c) })
}
