package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

const applicantAt = "/desk/intake/applications/{id}/identify_applicant"

func (p *pages) mountApplicants(d *door.Router) {
	d.Page("GET "+applicantAt, keepers, p.askApplicant)
	d.Page("POST "+applicantAt, keepers, p.identifyApplicant)
}

// applicantIn is who a co-applicant is: a person, or nobody known yet.
type applicantIn struct {
	Applicant string `json:"applicant"`
	Who       string `json:"who,omitempty"`
	Version   int64  `json:"version"`
}

// registerNew is the choice of nobody who is known.
const registerNew = "new"

// applicantFact is a co-applicant as the application's page names them: who
// they are once that is known, or the way to say so.
func applicantFact(ctx context.Context, a access.Actor, x intake.Application, c intake.CoApplicant) ui.Fact {
	out := ui.Fact{Label: text.Word(ctx, "intake.web.co_applicant"), Value: memberWords(ctx, c.HouseholdMember)}
	switch {
	case !c.Person.IsZero():
		out.Href, out.Note = "/desk/persons/"+c.Person.String(), text.Word(ctx, "intake.web.co_applicant_known")
	case len(c.Items) > 0 && slices.ContainsFunc(intake.ApplicationFlow.Actions(a, x), func(s flow.Action) bool { return s.Step == "identify" }):
		out.Href = intake.Href(intake.KindApplication, x.ID) + "/identify_applicant?" + url.Values{"applicant": {c.Key}}.Encode()
		out.Note = text.Word(ctx, "intake.web.co_applicant_unknown")
	}
	return out
}

func (p *pages) askApplicant(w http.ResponseWriter, r *http.Request) error {
	var in applicantIn
	if err := door.Query(r, &in); err != nil {
		return err
	}
	return p.drawApplicant(w, r, in.Applicant, nil)
}

func (p *pages) drawApplicant(w http.ResponseWriter, r *http.Request, key string, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Application(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	all := f.Record.CoApplicants(f.Items)
	n := slices.IndexFunc(all, func(c intake.CoApplicant) bool { return c.Key == key && len(c.Items) > 0 })
	if n < 0 {
		return fault.NotFound()
	}
	alike, err := p.room.AlikeApplicants(ctx, access.From(ctx), all[n])
	if err != nil {
		return err
	}
	title, at := text.Word(ctx, "step.application_item.identify"), intake.Href(intake.KindApplication, id)
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: triageAt}, {Label: f.Record.Number, Href: at}, {Label: title}}}
	form := ui.FormProps{Action: at + "/identify_applicant", Version: version(f.Record.Version)}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return applicantPage(form, f.Record.Number, at, all[n], alike)
		})
	}
	return door.Show(w, r, page, applicantPage(form, f.Record.Number, at, all[n], alike))
}

func (p *pages) identifyApplicant(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in applicantIn
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		out := intake.ApplicantInput{Applicant: in.Applicant, Register: in.Who == registerNew, Version: in.Version}
		if in.Who != registerNew && out.Person.UnmarshalText([]byte(in.Who)) != nil {
			out.Person = db.ID{}
		}
		if _, err = p.room.IdentifyApplicant(ctx, access.From(ctx), id, out); err == nil {
			door.Toast(w, r, ui.OK, "intake.web.saved")
			return door.See(w, r, intake.Href(intake.KindApplication, id))
		}
	}
	return p.drawApplicant(w, r, in.Applicant, atField(err, "/person_id", "/who"))
}

// atField puts a fault beside the field that asks for it on the page.
func atField(err error, from, to string) error {
	told, ok := fault.As(err)
	if !ok || told.Kind != fault.KindInvalid {
		return err
	}
	fields := slices.Clone(told.Fields)
	for i := range fields {
		if fields[i].Pointer == from {
			fields[i].Pointer = to
		}
	}
	return fault.Invalid(fields...)
}

// alikeOptions are those who may be the co-applicant, and that it is nobody who
// is known.
func alikeOptions(ctx context.Context, alike []people.Match) []ui.Option {
	out := make([]ui.Option, 0, len(alike)+1)
	for _, m := range alike {
		out = append(out, ui.Option{Value: m.Card.ID.String(), Label: m.Card.Name, Hint: m.Card.Kana})
	}
	return append(out, ui.Option{Value: registerNew, Label: text.Word(ctx, "intake.web.register_applicant"), Hint: text.Word(ctx, "intake.web.register_applicant_hint")})
}

// askedPaperFields ask for the papers that the answers ask for, each with whose
// it is.
func askedPaperFields(in applyAnswers) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var f fault.Fields
		whole := in.input(&f)
		var papers []string
		for _, x := range asked(in) {
			papers = append(papers, whole.Titled(intake.PaperOf(ctx, x.Kind), x.For))
		}
		return paperFields(papers, coApplicants(ctx, in)).Render(ctx, w)
	})
}
