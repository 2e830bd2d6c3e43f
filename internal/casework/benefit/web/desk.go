package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

type pages struct{ room *benefit.Room }

// sheet is a form of its own for one deed.
type sheet struct {
	title   string // word key, also of the button
	note    string // what it is about
	action  string
	cancel  string
	danger  bool
	fields  templ.Component
	version int64 // of what it changes; 0 for something new
}

// sheets makes the sheet of a record again and again: first empty, then as
// typed.
type sheets func(ctx context.Context, a access.Actor, id db.ID) (sheet, error)

func (p *pages) ask(of sheets) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		ctx := r.Context()
		s, err := of(ctx, access.From(ctx), id)
		if err != nil {
			return err
		}
		form := ui.FormProps{Action: s.action}
		if s.version > 0 {
			form.Version = version(s.version)
		}
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, s.title)}, sheetPage(s, form))
	}
}

// deed reads a sheet's form, does it and leads on, or shows the sheet as typed.
func (p *pages) deed(w http.ResponseWriter, r *http.Request, in any, of sheets, do func(ctx context.Context, a access.Actor, id db.ID) (to string, err error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, in); err == nil {
		var to string
		if to, err = do(ctx, a, id); err == nil {
			door.Toast(w, r, ui.OK, "benefit.web.saved")
			return door.See(w, r, to)
		}
	}
	s, missing := of(ctx, a, id)
	if missing != nil {
		return missing
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, s.title)}, func(err error) templ.Component {
		return sheetPage(s, ui.FormProps{Action: s.action, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}

// button does what a button says, from the version its page showed.
func (p *pages) button(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, a access.Actor, id db.ID, in benefit.StepInput) (to string, err error)) error {
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
	ctx := r.Context()
	to, err := do(ctx, access.From(ctx), id, benefit.StepInput{Version: in.Version})
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "benefit.web.saved")
	return door.See(w, r, to)
}

func version(n int64) string { return strconv.FormatInt(n, 10) }

func at(id db.ID) string { return "/desk/benefit-assignments/" + id.String() }

func placeAt(id db.ID) string { return "/desk/program-enrolments/" + id.String() }

func caseAt(id db.ID) string { return "/desk/cases/" + id.String() }

func (p *pages) newSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	c, err := p.room.Choices(ctx, a, id)
	return sheet{title: "step.benefit_assignment.propose", note: c.Case.Number, action: caseAt(id) + "/benefits", cancel: caseAt(id),
		fields: proposeFields(benefit.ProposeInput{Person: c.Case.Person}, c)}, err
}

func (p *pages) propose(w http.ResponseWriter, r *http.Request) error {
	var in benefit.ProposeInput
	return p.deed(w, r, &in, p.newSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.Propose(ctx, a, id, in)
		return at(x.ID), err
	})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	name := f.Benefit.Name.In(text.From(ctx))
	page := ui.Page{Title: name, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "benefit.web.case"), Href: caseAt(f.Assignment.Case)}, {Label: name}}}
	return door.Show(w, r, page, assignmentPage(f))
}

func (p *pages) editSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	f, err := p.room.Get(ctx, a, id)
	if err != nil {
		return sheet{}, err
	}
	c, err := p.room.Choices(ctx, a, f.Assignment.Case)
	return sheet{title: "step.benefit_assignment.edit", action: at(id), cancel: at(id), fields: proposeFields(f.Assignment.Input(), c), version: f.Assignment.Version}, err
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	var in benefit.ProposeInput
	return p.deed(w, r, &in, p.editSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		f, err := p.room.Get(ctx, a, id)
		if err != nil {
			return "", err
		}
		in.Plan, in.Goal = f.Assignment.Plan, f.Assignment.Goal
		_, err = p.room.Edit(ctx, a, id, in)
		return at(id), err
	})
}

// waitsSheet asks what of a plan is approved.
func (p *pages) waitsSheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	x, err := p.room.Waits(ctx, a, id)
	return sheet{title: "benefit.web.approve_together", note: joined(ctx, x.Case.Number, x.Plan.Title), action: planAt(id) + "/approve-benefits", cancel: caseAt(x.Case.ID), fields: waitsFields(x)}, err
}

func planAt(id db.ID) string { return "/desk/care-plans/" + id.String() }

// approvePlan approves what was chosen of a plan and leads back to its case.
func (p *pages) approvePlan(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Chosen []string `json:"chosen,omitempty"`
	}
	return p.deed(w, r, &in, p.waitsSheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.Waits(ctx, a, id)
		if err != nil {
			return "", err
		}
		_, err = p.room.ApprovePlan(ctx, a, picked(x, in.Chosen))
		return caseAt(x.Case.ID), err
	})
}

// press takes a plain step of an assignment.
func (p *pages) press(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.button(w, r, func(ctx context.Context, a access.Actor, id db.ID, in benefit.StepInput) (string, error) {
			_, err := p.room.Step(ctx, a, id, step, in)
			return at(id), err
		})
	}
}

func (p *pages) stepSheet(step string) sheets {
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		f, err := p.room.Get(ctx, a, id)
		return sheet{title: "step.benefit_assignment." + step, note: f.Benefit.Name.In(text.From(ctx)), action: at(id) + "/" + step, cancel: at(id),
			danger: step != "suspend", fields: reasonFields(step), version: f.Assignment.Version}, err
	}
}

func (p *pages) step(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in benefit.StepInput
		return p.deed(w, r, &in, p.stepSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			x, err := p.room.Step(ctx, a, id, step, in)
			return caseAt(x.Case), err
		})
	}
}

func (p *pages) applySheet(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
	c, err := p.room.Choices(ctx, a, id)
	return sheet{title: "step.program_enrolment.apply", note: c.Case.Number, action: caseAt(id) + "/programs", cancel: caseAt(id), fields: applyFields(c)}, err
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	var in benefit.ApplyInput
	return p.deed(w, r, &in, p.applySheet, func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
		x, err := p.room.Apply(ctx, a, id, in)
		return placeAt(x.ID), err
	})
}

func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Place(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	name := f.Program.Name.In(text.From(ctx))
	page := ui.Page{Title: name, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "benefit.web.case"), Href: caseAt(f.Enrolment.Case)}, {Label: name}}}
	return door.Show(w, r, page, placePage(f))
}

func (p *pages) pressPlace(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.button(w, r, func(ctx context.Context, a access.Actor, id db.ID, in benefit.StepInput) (string, error) {
			_, err := p.room.StepEnrolment(ctx, a, id, step, in)
			return placeAt(id), err
		})
	}
}

func (p *pages) placeSheet(step string) sheets {
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		f, err := p.room.Place(ctx, a, id)
		return sheet{title: "step.program_enrolment." + step, note: f.Program.Name.In(text.From(ctx)), action: placeAt(id) + "/" + step, cancel: placeAt(id),
			danger: true, fields: reasonFields(step), version: f.Enrolment.Version}, err
	}
}

func (p *pages) stepPlace(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in benefit.StepInput
		return p.deed(w, r, &in, p.placeSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			x, err := p.room.StepEnrolment(ctx, a, id, step, in)
			return caseAt(x.Case), err
		})
	}
}

func (p *pages) lookSheet(step string) sheets {
	return func(ctx context.Context, a access.Actor, id db.ID) (sheet, error) {
		x, err := p.room.Look(ctx, a, id)
		return sheet{title: "step.recertification." + step, action: "/desk/recertifications/" + id.String() + "/" + step, cancel: at(x.Assignment),
			danger: step == "lapse", fields: lookFields(step), version: x.Version}, err
	}
}

func (p *pages) look(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in benefit.LookInput
		return p.deed(w, r, &in, p.lookSheet(step), func(ctx context.Context, a access.Actor, id db.ID) (string, error) {
			x, err := p.room.Recertify(ctx, a, id, step, in)
			return at(x.Assignment), err
		})
	}
}

// own is what a resident was given.
func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Own(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "benefit.web.my")}, ownPage(list))
}
