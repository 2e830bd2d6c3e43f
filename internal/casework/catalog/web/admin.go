package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// kind is one kind of record that is set up: R as it is stored, In
// as it is typed.
type kind[R, In any] struct {
	entity, path string
	flow         *flow.Table[R]
	list         func(ctx context.Context, a access.Actor, after db.ID, limit int) ([]R, error)
	get          func(ctx context.Context, a access.Actor, id db.ID) (R, error)
	create       func(ctx context.Context, a access.Actor, in In) (R, error)
	edit         func(ctx context.Context, a access.Actor, id db.ID, in In) (R, error)
	step         func(ctx context.Context, a access.Actor, id db.ID, name string, in catalog.Step) (R, error)
	input        func(R) In
	head         func(R) flow.Head
	name         func(R) (text.Pair, string)           // and its key
	note         func(ctx context.Context, x R) string // what tells it from others of its key
	fields       func(ctx context.Context, in In) templ.Component
	below        func(ctx context.Context, a access.Actor, x R) ([]templ.Component, error) // more of its page
}

// most is how many records of a kind the list shows; an agency has dozens.
const most = 200

func (k kind[R, In]) at(id db.ID) string { return "/admin/" + k.path + "/" + id.String() }

func mount[R, In any](d *door.Router, k kind[R, In], writers door.Roles) {
	root := "/admin/" + k.path
	d.Page("GET "+root, viewers, k.all)
	d.Page("GET "+root+"/new", writers, k.fresh)
	d.Page("POST "+root, writers, k.add)
	d.Page("GET "+root+"/{id}", viewers, k.show)
	d.Page("POST "+root+"/{id}", writers, k.save)
	for _, s := range k.flow.Steps {
		switch {
		case s.Plain:
			d.Page("POST "+root+"/{id}/"+s.Name, writers, k.take(s.Name))
		case s.Name == "cancel":
			d.Page("GET "+root+"/{id}/"+s.Name, writers, k.ask(s.Name))
			d.Page("POST "+root+"/{id}/"+s.Name, writers, k.take(s.Name))
		}
	}
}

func (k kind[R, In]) title(ctx context.Context) string { return text.Word(ctx, "catalog.web."+k.path) }

func (k kind[R, In]) all(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := k.list(ctx, access.From(ctx), db.ID{}, most)
	if err != nil {
		return err
	}
	t := ui.TableProps{ID: k.path, Caption: k.title(ctx), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "catalog.web.field.name")}, {Label: text.Word(ctx, "catalog.web.status"), Tag: true}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "catalog.web.none"), Act: ui.Act{Label: text.Word(ctx, "step."+k.entity+".create"), Href: "/admin/" + k.path + "/new"}}}
	for _, x := range list {
		name, key := k.name(x)
		h := k.head(x)
		if k.note != nil {
			key += " · " + k.note(ctx, x)
		}
		t.Rows = append(t.Rows, ui.Row{ID: h.ID.String(), Href: k.at(h.ID), Title: name.In(text.From(ctx)), Sub: key, Cells: []templ.Component{ui.Tag(statusTag(ctx, k.entity, h.Status))}})
	}
	return door.Show(w, r, ui.Page{Title: k.title(ctx)}, setupList(k.title(ctx), t, ui.Act{Label: text.Word(ctx, "step."+k.entity+".create"), Icon: "plus", Href: "/admin/" + k.path + "/new", Kind: ui.Primary}))
}

var tones = map[string]ui.Tone{"planned": ui.Info, "active": ui.OK, "published": ui.OK, "draft": ui.Warn}

func statusTag(ctx context.Context, entity, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+status), Tone: tones[status]}
}

func (k kind[R, In]) fresh(w http.ResponseWriter, r *http.Request) error {
	var in In
	ctx := r.Context()
	title := text.Word(ctx, "step."+k.entity+".create")
	return door.Show(w, r, ui.Page{Title: title}, setupForm(title, ui.FormProps{Action: "/admin/" + k.path}, k.fields(ctx, in), "/admin/"+k.path))
}

func (k kind[R, In]) add(w http.ResponseWriter, r *http.Request) error {
	return k.keep(w, r, k.create)
}

func (k kind[R, In]) save(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return k.keep(w, r, func(ctx context.Context, a access.Actor, in In) (R, error) { return k.edit(ctx, a, id, in) })
}

func (k kind[R, In]) keep(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, In) (R, error)) error {
	var in In
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		var x R
		if x, err = do(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "catalog.web.saved")
			return door.See(w, r, k.at(k.head(x).ID))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: k.title(ctx)}, func(err error) templ.Component {
		f := ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}
		return setupForm(k.title(ctx), f, k.fields(ctx, in), "/admin/"+k.path)
	})
}

func (k kind[R, In]) load(r *http.Request) (R, error) {
	var none R
	id, err := door.ID(r, "id")
	if err != nil {
		return none, err
	}
	return k.get(r.Context(), access.From(r.Context()), id)
}

func (k kind[R, In]) show(w http.ResponseWriter, r *http.Request) error {
	x, err := k.load(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	a, h := access.From(ctx), k.head(x)
	name, _ := k.name(x)
	title := name.In(text.From(ctx))
	var more []templ.Component
	if k.below != nil {
		if more, err = k.below(ctx, a, x); err != nil {
			return err
		}
	}
	var fields templ.Component
	if slices.Contains(k.flow.Free(a, x), "edit") {
		fields = k.fields(ctx, k.input(x))
	}
	form := ui.FormProps{Action: k.at(h.ID), Version: strconv.FormatInt(h.Version, 10)}
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: k.title(ctx), Href: "/admin/" + k.path}, {Label: title}}}
	return door.Show(w, r, page, setupPage(title, statusTag(ctx, k.entity, h.Status), k.acts(ctx, a, x), form, fields, "/admin/"+k.path, more))
}

func (k kind[R, In]) acts(ctx context.Context, a access.Actor, x R) []ui.Act {
	h := k.head(x)
	var out []ui.Act
	for _, s := range k.flow.Actions(a, x) {
		act := ui.Act{Label: text.Word(ctx, "step."+k.entity+"."+s.Step)}
		switch {
		case s.Plain:
			act.Post, act.Fields = k.at(h.ID)+"/"+s.Step, map[string]string{"version": strconv.FormatInt(h.Version, 10)}
		case s.Step == "cancel":
			act.Href = k.at(h.ID) + "/cancel"
		default:
			continue
		}
		if s.Blocked != nil {
			act.Blocked = text.Word(ctx, s.Blocked.Key)
		}
		out = append(out, act)
	}
	return out
}

func (k kind[R, In]) ask(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := k.load(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		title := text.Word(ctx, "step."+k.entity+"."+step)
		return door.Show(w, r, ui.Page{Title: title}, reasonPage(title, ui.FormProps{Action: r.URL.Path, Version: strconv.FormatInt(k.head(x).Version, 10)}, k.at(k.head(x).ID)))
	}
}

func (k kind[R, In]) take(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		ctx := r.Context()
		var in catalog.Step
		if err = door.Form(r, &in); err == nil {
			if _, err = k.step(ctx, access.From(ctx), id, step, in); err == nil {
				door.Toast(w, r, ui.OK, "catalog.web.done")
				return door.See(w, r, k.at(id))
			}
		}
		title := text.Word(ctx, "step."+k.entity+"."+step)
		return door.Refuse(w, r, err, ui.Page{Title: title}, func(err error) templ.Component {
			return reasonPage(title, ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}, k.at(id))
		})
	}
}

func programs(room *catalog.Room) kind[catalog.Program, catalog.ProgramInput] {
	return kind[catalog.Program, catalog.ProgramInput]{
		entity: "program", path: "programs", flow: catalog.ProgramFlow, list: room.Programs, create: room.CreateProgram, edit: room.EditProgram, step: room.StepProgram,
		get: func(ctx context.Context, a access.Actor, id db.ID) (catalog.Program, error) {
			f, err := room.Program(ctx, a, id)
			return f.Program, err
		},
		input: catalog.Program.Input, head: func(x catalog.Program) flow.Head { return x.Head },
		name:   func(x catalog.Program) (text.Pair, string) { return x.Name, x.Key },
		fields: func(_ context.Context, in catalog.ProgramInput) templ.Component { return programFields(in) },
		below: func(ctx context.Context, a access.Actor, x catalog.Program) ([]templ.Component, error) {
			f, err := room.Program(ctx, a, x.ID)
			return []templ.Component{ruleCard("program", x.ID, f.Rules)}, err
		},
	}
}

func benefits(room *catalog.Room) kind[catalog.Benefit, catalog.BenefitInput] {
	return kind[catalog.Benefit, catalog.BenefitInput]{
		entity: "benefit", path: "benefits", flow: catalog.BenefitFlow, list: room.Benefits, create: room.CreateBenefit, edit: room.EditBenefit, step: room.StepBenefit,
		get: func(ctx context.Context, a access.Actor, id db.ID) (catalog.Benefit, error) {
			f, err := room.Benefit(ctx, a, id)
			return f.Benefit, err
		},
		input: catalog.Benefit.Input, head: func(x catalog.Benefit) flow.Head { return x.Head },
		name: func(x catalog.Benefit) (text.Pair, string) { return x.Name, x.Key },
		fields: func(ctx context.Context, in catalog.BenefitInput) templ.Component {
			return benefitFields(in, programChoices(ctx, room, in.Program), specialtyChoices(ctx, room, in.Specialties))
		},
		below: func(ctx context.Context, a access.Actor, x catalog.Benefit) ([]templ.Component, error) {
			f, err := room.Benefit(ctx, a, x.ID)
			return []templ.Component{rateCard(f, ui.FormProps{ID: "rate", Action: "/admin/benefits/" + x.ID.String() + "/rates"}, a.Is(access.ProgramManager, access.FinanceOfficer, access.Administrator)), ruleCard("benefit", x.ID, f.Rules)}, err
		},
	}
}

// programChoices are the programs a benefit can belong to. Should they not be
// read, the field offers what is chosen only.
func programChoices(ctx context.Context, room *catalog.Room, chosen db.ID) []ui.Option {
	list, err := room.Programs(ctx, access.From(ctx), db.ID{}, most)
	if err != nil {
		return []ui.Option{{Value: chosen.String(), Label: chosen.String()}}
	}
	out := make([]ui.Option, len(list))
	for i, x := range list {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name.In(text.From(ctx))}
	}
	return out
}

func specialtyChoices(ctx context.Context, room *catalog.Room, chosen []string) []ui.Option {
	list, err := room.Specialties(ctx, access.From(ctx), db.ID{}, most)
	var out []ui.Option
	for _, x := range list {
		if x.Status == "active" || slices.Contains(chosen, x.Code) {
			out = append(out, ui.Option{Value: x.Code, Label: x.Name.In(text.From(ctx)), Checked: slices.Contains(chosen, x.Code)})
		}
	}
	for _, code := range chosen {
		if err != nil || !slices.ContainsFunc(list, func(x catalog.Specialty) bool { return x.Code == code }) {
			out = append(out, ui.Option{Value: code, Label: code, Checked: true})
		}
	}
	return out
}

func funds(room *catalog.Room) kind[catalog.Fund, catalog.FundInput] {
	return kind[catalog.Fund, catalog.FundInput]{
		entity: "fund", path: "funds", flow: catalog.FundFlow, list: room.Funds, get: room.Fund, create: room.CreateFund, edit: room.EditFund, step: room.StepFund,
		input: catalog.Fund.Input, head: func(x catalog.Fund) flow.Head { return x.Head },
		name: func(x catalog.Fund) (text.Pair, string) { return x.Name, x.Code },
		note: func(ctx context.Context, x catalog.Fund) string {
			return span(ctx, x.YearFrom, x.YearUntil().AddDays(-1))
		},
		fields: func(_ context.Context, in catalog.FundInput) templ.Component { return fundFields(in) },
	}
}

func goals(room *catalog.Room) kind[catalog.GoalDefinition, catalog.GoalInput] {
	return kind[catalog.GoalDefinition, catalog.GoalInput]{
		entity: "goal_definition", path: "goals", flow: catalog.GoalFlow, list: room.Goals, get: room.Goal, create: room.CreateGoal, edit: room.EditGoal, step: room.StepGoal,
		input: catalog.GoalDefinition.Input, head: func(x catalog.GoalDefinition) flow.Head { return x.Head },
		name:   func(x catalog.GoalDefinition) (text.Pair, string) { return x.Name, x.Key },
		fields: func(_ context.Context, in catalog.GoalInput) templ.Component { return goalFields(in) },
	}
}

func specialties(room *catalog.Room) kind[catalog.Specialty, catalog.SpecialtyInput] {
	return kind[catalog.Specialty, catalog.SpecialtyInput]{
		entity: "specialty", path: "specialties", flow: catalog.SpecialtyFlow, list: room.Specialties, get: room.Specialty, create: room.CreateSpecialty, edit: room.EditSpecialty, step: room.StepSpecialty,
		input: catalog.Specialty.Input, head: func(x catalog.Specialty) flow.Head { return x.Head },
		name:   func(x catalog.Specialty) (text.Pair, string) { return x.Name, x.Code },
		fields: func(_ context.Context, in catalog.SpecialtyInput) templ.Component { return specialtyFields(in) },
	}
}

func (p *pages) addRate(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in catalog.RateInput
	if err = door.Form(r, &in); err == nil {
		in.Benefit = id
		if _, err = p.room.CreateRate(ctx, a, in); err == nil {
			door.Toast(w, r, ui.OK, "catalog.web.saved")
			return door.See(w, r, "/admin/benefits/"+id.String())
		}
	}
	f, loadErr := p.room.Benefit(ctx, a, id)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.rate.create")}, func(err error) templ.Component {
		return setupRates(f, ui.FormProps{ID: "rate", Action: r.URL.Path, Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) askEnd(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Rate(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.rate.end")},
		endPage(ui.FormProps{Action: "/admin/rates/" + id.String() + "/end", Version: strconv.FormatInt(x.Version, 10)}, "/admin/benefits/"+x.Benefit.String()))
}

func (p *pages) endRate(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var in catalog.EndInput
	back := "/admin/benefits"
	if err = door.Form(r, &in); err == nil {
		var x catalog.Rate
		if x, err = p.room.EndRate(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "catalog.web.done")
			return door.See(w, r, back+"/"+x.Benefit.String())
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.rate.end")}, func(err error) templ.Component {
		return endPage(ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}, back)
	})
}

// choices are the words of a coded field.
func choices(ctx context.Context, list string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: coded(ctx, list, v)}
	}
	return out
}

func coded(ctx context.Context, list, v string) string {
	if v == "" {
		v = "none"
	}
	return text.Word(ctx, "catalog.web."+list+"."+v)
}
