package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
)

type pages struct {
	room  *referral.Room
	parts Parts
}

// pageSize is how many rows a list shows.
const pageSize = 50

func at(id db.ID) string { return "/desk/referrals/" + id.String() }

// listQuery is a list of referrals as an address holds it.
type listQuery struct {
	View   string `json:"view,omitempty"`
	Case   db.ID  `json:"case_id,omitzero"`
	Mine   bool   `json:"mine,omitempty"`
	Cursor db.ID  `json:"cursor,omitzero"`
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.List(ctx, access.From(ctx), referral.Filter{View: q.View, Case: q.Case, Mine: q.Mine, Before: q.Cursor, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "referral.web.title")}, listPage(listTable(ctx, q, list)))
}

// freshQuery is what a referral begins with.
type freshQuery struct {
	Case       db.ID `json:"case_id,omitzero"`
	Assignment db.ID `json:"assignment_id,omitzero"`
	Benefit    db.ID `json:"benefit_id,omitzero"`
	Provider   db.ID `json:"provider_id,omitzero"`
	Site       db.ID `json:"site_id,omitzero"`
	Offering   db.ID `json:"offering_id,omitzero"`
	Fit        int64 `json:"fit,omitempty"`
	Again      db.ID `json:"again,omitzero"` // the referral whose need nobody took on
}

// needForm is the need with the provider it was found from.
type needForm struct {
	referral.NeedInput
	Provider db.ID `json:"provider_id,omitzero"`
	Site     db.ID `json:"site_id,omitzero"`
	Offering db.ID `json:"offering_id,omitzero"`
	Fit      int64 `json:"fit,omitempty"`
}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	var q freshQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	in := needForm{NeedInput: referral.NeedInput{Case: q.Case, Assignment: q.Assignment, Benefit: q.Benefit, Unit: "session", Priority: "normal"},
		Provider: q.Provider, Site: q.Site, Offering: q.Offering, Fit: q.Fit}
	if !q.Assignment.IsZero() {
		v, err := p.room.Assignment(ctx, a, q.Assignment)
		if err != nil {
			return err
		}
		in.Case, in.Benefit, in.Title, in.Units, in.Unit, in.From, in.Until = v.Case, v.Benefit, v.Name.In(text.From(ctx)), v.Units, v.Unit, v.From, v.Until
	}
	if !q.Again.IsZero() {
		f, err := p.room.Get(ctx, a, q.Again)
		if err != nil {
			return err
		}
		in.NeedInput = needOf(f.Referral)
		in.Assignment = f.Referral.Assignment
	}
	return p.needPage(w, r, ui.FormProps{Action: "/desk/referrals"}, in, door.Edit{}, nil)
}

// needPage asks for the need; a case is chosen where none is given.
func (p *pages) needPage(w http.ResponseWriter, r *http.Request, form ui.FormProps, in needForm, edit door.Edit, wrong error) error {
	ctx, a := r.Context(), access.From(r.Context())
	choices, err := p.parts.Providers.Choices(ctx, a)
	if err != nil {
		return err
	}
	var own cases.List
	if in.Case.IsZero() {
		if own, err = p.parts.Cases.Worklist(ctx, a, cases.Filter{View: cases.Views[0], Limit: pageSize}); err != nil {
			return err
		}
	} else if _, err := p.parts.Cases.See(ctx, a, in.Case); err != nil {
		return err
	}
	page := ui.Page{Title: text.Word(ctx, "step.referral.draft")}
	if wrong == nil {
		return door.Show(w, r, page, needFormPage(form, in, choices.Benefits, own))
	}
	edit.Words, edit.Read, edit.Submit, edit.Cancel = needWords, readNeed(ctx, choices.Benefits), "referral.web.next_providers", form.Action
	return door.RefuseEdit(w, r, wrong, page, edit, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return needFormPage(form, in, choices.Benefits, own)
	})
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	var in needForm
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	var x referral.Referral
	if err == nil {
		x, err = p.room.Draft(ctx, a, in.NeedInput)
	}
	if err == nil && !in.Provider.IsZero() {
		_, err = p.room.Choose(ctx, a, x.ID, referral.ChooseInput{Version: x.Version, Invitees: []referral.Invitee{
			{Provider: in.Provider, Site: in.Site, Offering: in.Offering, Fit: min(max(in.Fit, 0), provider.MaxFit), Metres: -1}}})
	}
	if err == nil {
		return door.See(w, r, at(x.ID)+"/providers")
	}
	return p.needPage(w, r, ui.FormProps{Action: "/desk/referrals"}, in, door.Edit{}, err)
}

// file reads the referral whose id is in the path.
func (p *pages) file(r *http.Request) (referral.File, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return referral.File{}, err
	}
	return p.room.Get(r.Context(), access.From(r.Context()), id)
}

// draftFile is file for the pages of the guided flow, which a referral leaves
// when it is sent.
func (p *pages) draftFile(w http.ResponseWriter, r *http.Request) (f referral.File, gone bool, err error) {
	if f, err = p.file(r); err != nil {
		return f, false, err
	}
	if f.Referral.Status != "draft" {
		return f, true, door.See(w, r, at(f.Referral.ID))
	}
	return f, false, nil
}

func form(x referral.Referral, below string) ui.FormProps {
	return ui.FormProps{Action: at(x.ID) + "/" + below, Version: strconv.FormatInt(x.Version, 10)}
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	page := ui.Page{Title: f.Referral.Title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "referral.web.title"), Href: "/desk/referrals"},
		{Label: f.Case.Number, Href: "/desk/cases/" + f.Case.ID.String()}, {Label: f.Referral.Number}}}
	return door.Show(w, r, page, referralPage(f, a))
}

func (p *pages) need(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := p.draftFile(w, r)
	if err != nil || gone {
		return err
	}
	in := needForm{NeedInput: needOf(f.Referral)}
	return p.needPage(w, r, door.Opened(form(f.Referral, "need"), in.NeedInput), in, door.Edit{}, nil)
}

// needOf is the need of a draft as its form shows it.
func needOf(x referral.Referral) referral.NeedInput {
	return referral.NeedInput{Case: x.Case, Benefit: x.Benefit, Title: x.Title, Priority: x.Priority, Language: x.Language,
		Units: x.Units, Unit: x.Unit, From: x.From, Until: x.Until}
}

var needWords = map[string]string{"benefit_id": "referral.web.benefit", "title": "referral.web.need", "units": "referral.web.units", "unit": "referral.web.unit",
	"from": "referral.web.from", "until": "referral.web.until", "language": "referral.web.language", "priority": "referral.web.priority"}

// readNeed reads the values of a need's form that are not words by themselves.
func readNeed(ctx context.Context, benefits []provider.Benefit) func(name, value string) string {
	return func(name, value string) string {
		var of []ui.Option
		switch name {
		case "benefit_id":
			of = benefitOptions(ctx, benefits, db.ID{})
		case "unit":
			of = options(ctx, unitKey, unitOptions(), nil)
		case "language":
			of = languageOptions(ctx)
		case "priority":
			of = options(ctx, priorityKey, referral.Priorities, nil)
		}
		return labelled(of, value)
	}
}

func labelled(of []ui.Option, value string) string {
	for _, o := range of {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}

func (p *pages) saveNeed(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in needForm
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EditNeed(ctx, access.From(ctx), id, in.NeedInput); err == nil {
			return door.See(w, r, at(id)+"/providers")
		}
	}
	f, readErr := p.file(r)
	if readErr != nil {
		return readErr
	}
	in.Case = f.Referral.Case
	edit := door.Edit{Form: form(f.Referral, "need")}
	if f.Referral.Status == "draft" {
		edit.Now = needOf(f.Referral)
	}
	back := form(f.Referral, "need")
	back.Version, back.Typed = door.Typed(r).Get("version"), door.Typed(r)
	return p.needPage(w, r, door.Opened(back, needOf(f.Referral)), in, edit, err)
}

// searchQuery narrows whom to ask.
type searchQuery struct {
	Q         string  `json:"q,omitempty"`
	Specialty string  `json:"specialty,omitempty"`
	Language  string  `json:"language,omitempty"`
	Open      bool    `json:"openings_only,omitempty"`
	WithinKm  float64 `json:"within_km,omitempty"`
	Any       bool    `json:"any_benefit,omitempty"`
}

func (p *pages) choose(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := p.draftFile(w, r)
	if err != nil || gone {
		return err
	}
	var q searchQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	return p.choosePage(w, r, f, q, nil)
}

func (p *pages) choosePage(w http.ResponseWriter, r *http.Request, f referral.File, q searchQuery, wrong error) error {
	ctx, a := r.Context(), access.From(r.Context())
	preview, err := p.room.Preview(ctx, a, f.Referral.ID, nil)
	if err != nil {
		return err
	}
	in := provider.SearchInput{Text: q.Q, Specialty: q.Specialty, Language: q.Language, OpeningsOnly: q.Open, Near: preview.Position, WithinKm: q.WithinKm, Limit: 20}
	if !q.Any {
		in.Benefit = f.Referral.Benefit
	}
	if in.Near == nil {
		in.WithinKm = 0
	}
	found, err := p.parts.Providers.Search(ctx, a, in)
	if err != nil {
		return err
	}
	choices, err := p.parts.Providers.Choices(ctx, a)
	if err != nil {
		return err
	}
	page := ui.Page{Title: text.Word(ctx, "referral.web.step.providers")}
	if wrong == nil {
		return door.Show(w, r, page, choosePage(form(f.Referral, "providers"), f, q, found, choices.Specialties, in.Near != nil))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props := form(f.Referral, "providers")
		props.Typed, props.Fault = door.Typed(r), err
		return choosePage(props, f, q, found, choices.Specialties, in.Near != nil)
	})
}

// pickForm is the boxes that were ticked: provider, site, offering, fit and
// metres of each, as Pick writes them.
type pickForm struct {
	Pick    []string `json:"invitees"`
	Version int64    `json:"version"`
}

// pick writes an invitee as the value of a box.
func pick(x referral.Invitee) string {
	return fmt.Sprintf("%s,%s,%s,%d,%d", x.Provider, x.Site, x.Offering, x.Fit, x.Metres)
}

// inviteeOf is a found offering as an invitee.
func inviteeOf(f provider.Found) referral.Invitee {
	metres := int64(-1)
	if f.DistanceKm >= 0 {
		metres = int64(math.Round(f.DistanceKm * 1000))
	}
	return referral.Invitee{Provider: f.Provider.ID, Site: f.Site.ID, Offering: f.Offering.ID, Fit: int64(f.Fit), Metres: metres}
}

func (in pickForm) invitees() ([]referral.Invitee, error) {
	out := make([]referral.Invitee, len(in.Pick))
	for i, s := range in.Pick {
		parts := strings.Split(s, ",")
		wrong := fault.Invalid(fault.Field{Pointer: fault.At("invitees", i), Key: "fault.bad_choice"})
		if len(parts) != 5 {
			return nil, wrong
		}
		for n, id := range []*db.ID{&out[i].Provider, &out[i].Site, &out[i].Offering} {
			if id.UnmarshalText([]byte(parts[n])) != nil {
				return nil, wrong
			}
		}
		for n, v := range []*int64{&out[i].Fit, &out[i].Metres} {
			got, err := strconv.ParseInt(parts[3+n], 10, 64)
			if err != nil || got < -1 {
				return nil, wrong
			}
			*v = got
		}
	}
	return out, nil
}

func (p *pages) saveChoice(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in pickForm
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		var list []referral.Invitee
		if list, err = in.invitees(); err == nil {
			if _, err = p.room.Choose(ctx, access.From(ctx), id, referral.ChooseInput{Invitees: list, Version: in.Version}); err == nil {
				return door.See(w, r, at(id)+"/packet")
			}
		}
	}
	f, readErr := p.file(r)
	if readErr != nil {
		return readErr
	}
	return p.choosePage(w, r, f, searchQuery{}, err)
}

func (p *pages) packet(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := p.draftFile(w, r)
	if err != nil || gone {
		return err
	}
	return p.packetPage(w, r, f, nil)
}

// packetOf is the packet of a draft as its form shows it.
func packetOf(x referral.Referral, p referral.Preview) referral.CoverInput {
	return referral.CoverInput{Fields: chosenFields(x, p), Documents: x.Documents.V, Basis: basisOr(x), Provision: x.Provision, Reason: x.Reason, Summary: x.Summary,
		Goals: x.Goals, HealthNote: x.HealthNote, AnswerBy: x.AnswerBy, PacketUntil: x.PacketUntil}
}

var packetWords = map[string]string{"basis": "referral.web.basis", "provision": "referral.web.provision", "reason": "referral.web.reason", "summary": "consent.field.needs",
	"goals": "consent.field.goals", "health_note": "consent.field.health_note", "answer_by": "referral.web.answer_by", "packet_until": "referral.web.packet_until"}

func (p *pages) packetPage(w http.ResponseWriter, r *http.Request, f referral.File, wrong error) error {
	ctx := r.Context()
	preview, err := p.room.Preview(ctx, access.From(ctx), f.Referral.ID, allFields())
	if err != nil {
		return err
	}
	page := ui.Page{Title: text.Word(ctx, "referral.web.step.packet")}
	props := form(f.Referral, "packet")
	if wrong == nil {
		return door.Show(w, r, page, packetPage(door.Opened(props, packetOf(f.Referral, preview)), f, preview))
	}
	edit := door.Edit{Form: props, Words: packetWords, Submit: "referral.web.next_review", Cancel: at(f.Referral.ID) + "/packet",
		Read: func(name, value string) string {
			if name == "basis" {
				return labelled(options(ctx, basisKey, consent.Bases, nil), value)
			}
			return ""
		}}
	if f.Referral.Status == "draft" {
		edit.Now = packetOf(f.Referral, preview)
	}
	return door.RefuseEdit(w, r, wrong, page, edit, func(err error) templ.Component {
		props.Version, props.Typed, props.Fault = door.Typed(r).Get("version"), door.Typed(r), err
		return packetPage(door.Opened(props, packetOf(f.Referral, preview)), f, preview)
	})
}

func (p *pages) savePacket(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.CoverInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Cover(ctx, access.From(ctx), id, in); err == nil {
			return door.See(w, r, at(id)+"/review")
		}
	}
	f, readErr := p.file(r)
	if readErr != nil {
		return readErr
	}
	return p.packetPage(w, r, f, err)
}

func (p *pages) review(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := p.draftFile(w, r)
	if err != nil || gone {
		return err
	}
	return p.reviewPage(w, r, f, nil)
}

func (p *pages) reviewPage(w http.ResponseWriter, r *http.Request, f referral.File, wrong error) error {
	ctx := r.Context()
	preview, err := p.room.Preview(ctx, access.From(ctx), f.Referral.ID, nil)
	if err != nil {
		return err
	}
	page := ui.Page{Title: text.Word(ctx, "referral.web.step.review")}
	props := form(f.Referral, "send")
	if wrong == nil {
		return door.Show(w, r, page, reviewPage(props, f, preview))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props.Fault = err
		return reviewPage(props, f, preview)
	})
}

func (p *pages) send(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.SendInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Send(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.sent")
			return door.See(w, r, at(id))
		}
	}
	f, readErr := p.file(r)
	if readErr != nil {
		return readErr
	}
	return p.reviewPage(w, r, f, err)
}

// stepPages are the steps that ask for a reason on a page of their own.
var stepPages = map[string]bool{"withdraw": true, "unfilled": true, "declined_by_resident": true, "end": true, "complete": true}

func (p *pages) askStep(w http.ResponseWriter, r *http.Request) error {
	return p.confirmStep(w, r, nil)
}

func (p *pages) confirmStep(w http.ResponseWriter, r *http.Request, wrong error) error {
	step := r.PathValue("step")
	if !stepPages[step] {
		return fault.NotFound()
	}
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	title := text.Word(ctx, "step.referral."+step)
	props := ui.ConfirmProps{Form: form(f.Referral, step), Title: title, Text: f.Referral.Title, Submit: title, Danger: step != "complete", CancelHref: at(f.Referral.ID)}
	page := ui.Page{Title: title}
	if wrong == nil {
		return door.Show(w, r, page, reasonPage(props, step != "complete"))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props.Form.Typed, props.Form.Fault = door.Typed(r), err
		return reasonPage(props, step != "complete")
	})
}

func (p *pages) step(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.StepInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Step(ctx, access.From(ctx), id, r.PathValue("step"), in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.saved")
			return door.See(w, r, at(id))
		}
	}
	return p.confirmStep(w, r, err)
}

func (p *pages) noteChoice(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.ChoiceInput
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.NoteChoice(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.saved")
			return door.See(w, r, at(id))
		}
	}
	return p.again(w, r, id, err)
}

// again shows the referral's page with what was wrong with a small form on it.
func (p *pages) again(w http.ResponseWriter, r *http.Request, id db.ID, wrong error) error {
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	return door.Refuse(w, r, wrong, ui.Page{Title: f.Referral.Title}, func(err error) templ.Component { return refusedPage(f, a, err) })
}

// hint is a sentence under a field of the flow.
func hint(ctx context.Context, key string, pairs ...any) string {
	return text.Word(ctx, "referral.web."+key, pairs...)
}
