package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func submitKind(s sheet) ui.Kind {
	if s.danger {
		return ui.Danger
	}
	return ui.Primary
}

func noticeTone(s sheet) ui.Tone {
	if s.danger {
		return ui.Warn
	}
	return ui.Info
}

func (p *pages) makeSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	c, list, err := p.room.For(ctx, a, id)
	if err != nil {
		return sheet{}, err
	}
	choices := []ui.Option{{Value: "", Label: text.Word(ctx, "careplan.web.no_template"), Checked: len(list) == 0}}
	for _, t := range list {
		choices = append(choices, ui.Option{Value: t.ID.String(), Label: t.Name.In(text.From(ctx)), Hint: t.Note.In(text.From(ctx))})
	}
	return sheet{title: "step.care_plan.make", note: c.Number, action: caseAt(id) + "/plans", cancel: caseAt(id), submit: "step.care_plan.make",
		fields: makeFields(choices)}, nil
}

func (p *pages) make(w http.ResponseWriter, r *http.Request) error {
	var in careplan.MakeInput
	return p.deed(w, r, &in, p.makeSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		made, err := p.room.Make(ctx, a, id, in)
		return planAt(made.ID), err
	})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.plan(w, r, func(f careplan.File, main, side []templ.Component) templ.Component { return planPage(f, main, side) })
}

// sheet is the plan on paper.
func (p *pages) sheet(w http.ResponseWriter, r *http.Request) error {
	return p.plan(w, r, func(f careplan.File, main, _ []templ.Component) templ.Component { return planSheet(f, main) })
}

func (p *pages) plan(w http.ResponseWriter, r *http.Request, draw func(f careplan.File, main, side []templ.Component) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	main, side, err := p.panels(ctx, a, id)
	if err != nil {
		return err
	}
	page := ui.Page{Title: f.Plan.Title, Crumbs: []ui.Crumb{
		{Label: f.Case.Number, Href: caseAt(f.Plan.Case)}, {Label: edition(ctx, f.Plan)},
	}}
	return door.Show(w, r, page, draw(f, main, side))
}

// panels draws later rooms' parts of a plan's page, all from one batch.
func (p *pages) panels(ctx context.Context, a access.Actor, id db.ID) (main, side []templ.Component, err error) {
	b := db.NewBatch()
	type drawn struct {
		side bool
		draw func(context.Context) templ.Component
	}
	var all []drawn
	for _, x := range p.parts.Panels {
		if x.On == "care_plan" && a.Is(x.Roles...) {
			all = append(all, drawn{x.Side, x.Queue(b, a, id)})
		}
	}
	if b.Len() > 0 {
		if err := p.parts.Read(ctx, func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
			return nil, nil, err
		}
	}
	for _, x := range all {
		switch c := x.draw(ctx); {
		case c == nil:
		case x.side:
			side = append(side, c)
		default:
			main = append(main, c)
		}
	}
	return main, side, nil
}

func (p *pages) editSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	f, err := p.room.Get(ctx, a, id)
	return sheet{title: "careplan.web.edit", note: f.Plan.Title, action: planAt(id), cancel: planAt(id), submit: "careplan.web.save",
		fields: editFields(f.Plan.Input()), version: f.Plan.Version, shown: f.Plan.Input()}, err
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	var in careplan.EditInput
	return p.deed(w, r, &in, p.editSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		_, err := p.room.Edit(ctx, a, id, in)
		return planAt(id), err
	})
}

// step takes a plain step of a plan.
func (p *pages) step(step string) door.Page {
	take := map[string]func(context.Context, access.Actor, db.ID, int64) (careplan.Plan, error){
		"propose": p.room.Propose, "back": p.room.Back, "activate": p.room.Activate,
	}[step]
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.press(w, r, func(ctx context.Context, a access.Actor, id db.ID, version int64) (string, error) {
			_, err := take(ctx, a, id, version)
			return planAt(id), err
		})
	}
}

func (p *pages) closeSheet(step string) sheets {
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		f, err := p.room.Get(ctx, a, id)
		return sheet{title: "step.care_plan." + step, note: f.Plan.Title, action: planAt(id) + "/" + step, cancel: planAt(id), submit: "step.care_plan." + step,
			danger: step == "cancel", hint: "careplan.web.close_hint", fields: closeFields(step), version: f.Plan.Version}, err
	}
}

func (p *pages) close(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in careplan.CloseInput
		return p.deed(w, r, &in, p.closeSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			var err error
			if step == "complete" {
				_, err = p.room.Complete(ctx, a, id, in)
			} else {
				_, err = p.room.Cancel(ctx, a, id, in)
			}
			return planAt(id), err
		})
	}
}

func (p *pages) voidSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	f, err := p.room.Get(ctx, a, id)
	return sheet{title: "step.care_plan.void", note: f.Plan.Title, action: planAt(id) + "/void", cancel: planAt(id), submit: "step.care_plan.void",
		danger: true, hint: "careplan.web.void_hint", fields: reasonFields(), version: f.Plan.Version}, err
}

type reasonIn struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (p *pages) void(w http.ResponseWriter, r *http.Request) error {
	var in reasonIn
	return p.deed(w, r, &in, p.voidSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.Void(ctx, a, id, in.Version, in.Reason)
		return caseAt(x.Case), err
	})
}
