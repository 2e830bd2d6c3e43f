package web

import (
	"context"
	"net/http"
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
	"kizuna/internal/resident/consent"
)

type pages struct{ room *consent.Room }

// Panels are the room's parts of other pages: on a person's, what they agreed
// to and what was passed on.
func Panels() []ui.Panel {
	return []ui.Panel{{
		Key: "consents", On: "person", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, person db.ID) func(context.Context) templ.Component {
			consents, disclosures := consent.QueueOf(b, person), consent.QueueDisclosures(b, person)
			return func(ctx context.Context) templ.Component {
				return personPanel(person, a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker), consents.Rows, disclosures.Rows)
			}
		},
	}}
}

func capacityKey(v string) string { return "consent.capacity." + v }

func howKey(v string) string { return "consent.how." + v }

func basisKey(v string) string { return "consent.basis." + v }

func fieldKey(v string) string { return "consent.field." + v }

func options(ctx context.Context, key func(string) string, values, chosen []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v))}
		for _, c := range chosen {
			out[i].Checked = out[i].Checked || c == v
		}
	}
	return out
}

// fieldWords names packet fields.
func fieldWords(ctx context.Context, fields []string) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = text.Word(ctx, fieldKey(f))
	}
	return text.List(text.From(ctx), words)
}

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return text.Word(ctx, "consent.web.until_withdrawn")
	}
	return d.In(text.From(ctx))
}

var tones = map[string]ui.Tone{"given": ui.OK, "withdrawn": ui.Warn, "expired": ui.Neutral}

// consentTable lists consents; act is where one is withdrawn, "" nowhere.
func consentTable(ctx context.Context, list []consent.Consent, act string) ui.TableProps {
	t := ui.TableProps{ID: "consents-list", Caption: text.Word(ctx, "consent.web.title"), Columns: []ui.Column{
		{Label: text.Word(ctx, "consent.web.purpose")}, {Label: text.Word(ctx, "consent.web.fields"), Priority: 2},
		{Label: text.Word(ctx, "consent.web.until")}, {Label: text.Word(ctx, "consent.web.state"), Tag: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "consent.web.none")}}
	for _, c := range list {
		row := ui.Row{ID: c.ID.String(), Title: c.Purpose, Muted: c.Status != "given",
			Sub: text.Word(ctx, capacityKey(c.Capacity)) + " · " + text.Word(ctx, howKey(c.How)) + " · " + c.GivenOn.In(text.From(ctx)),
			Cells: []templ.Component{
				ui.Text(fieldWords(ctx, c.Fields.V)), ui.Text(dateIn(ctx, c.Until)),
				ui.Tag(ui.TagProps{Text: text.Word(ctx, "status.consent."+c.Status), Tone: tones[c.Status]}),
			}}
		if act != "" && c.Status == "given" {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "step.consent.withdraw"), Href: act + c.ID.String() + "/withdraw", Small: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// disclosureTable lists what was passed on. Residents read to whom and what,
// never the reason of an investigation.
func disclosureTable(ctx context.Context, list []consent.Disclosure, whole bool) ui.TableProps {
	t := ui.TableProps{ID: "disclosures", Caption: text.Word(ctx, "consent.web.disclosures"), Columns: []ui.Column{
		{Label: text.Word(ctx, "consent.web.recipient")}, {Label: text.Word(ctx, "consent.web.fields"), Priority: 2}, {Label: text.Word(ctx, "consent.web.basis")},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "consent.web.none_disclosed")}}
	for _, x := range list {
		why := ""
		if whole {
			why = strings.TrimSpace(x.Provision + " " + x.Reason)
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Title: x.RecipientName, Sub: calendar.FormatTime(x.CreatedAt, calendar.Zone(ctx), text.From(ctx)),
			Cells: []templ.Component{ui.Text(fieldWords(ctx, x.Fields.V)), ui.Two(text.Word(ctx, basisKey(x.Basis)), why)}})
	}
	return t
}

// freshQuery says for whom a consent is recorded.
type freshQuery struct {
	Person db.ID  `json:"person"`
	Back   string `json:"back,omitempty"`
}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	var q freshQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	if _, err := p.room.Of(ctx, access.From(ctx), q.Person); err != nil {
		return err
	}
	in := giveForm{Input: consent.Input{Person: q.Person, GivenBy: q.Person, Capacity: "self", How: "paper",
		Fields: []string{"name", "needs"}, Recipients: []string{consent.AnyInvited}}, Back: q.Back}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.consent.give")}, givePage(ui.FormProps{Action: "/desk/consents"}, in))
}

// giveForm is the form of a consent; it leads back to where it was asked for.
type giveForm struct {
	consent.Input
	Back string `json:"back,omitempty"`
}

func (p *pages) give(w http.ResponseWriter, r *http.Request) error {
	var in giveForm
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Give(ctx, access.From(ctx), in.Input); err == nil {
			door.Toast(w, r, ui.OK, "consent.web.given")
			return door.See(w, r, door.Local(in.Back, "/desk/persons/"+in.Person.String()))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.consent.give")}, func(err error) templ.Component {
		return givePage(ui.FormProps{Action: "/desk/consents", Typed: door.Typed(r), Fault: err}, in)
	})
}

// back is where a consent's pages lead: the person's page, or the resident's
// own list.
func back(a access.Actor, c consent.Consent) string {
	if a.Is(access.StaffRoles...) {
		return "/desk/persons/" + c.Person.String()
	}
	return "/my/consents"
}

func (p *pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.confirm(w, r, nil)
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	c, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	props := ui.ConfirmProps{
		Form:  ui.FormProps{Action: r.URL.Path, Version: strconv.FormatInt(c.Version, 10), Typed: door.Typed(r), Fault: wrong},
		Title: text.Word(ctx, "step.consent.withdraw"), Text: text.Word(ctx, "consent.web.withdraw_hint"), Submit: text.Word(ctx, "step.consent.withdraw"),
		Facts:  []ui.Fact{{Label: text.Word(ctx, "consent.web.purpose"), Value: c.Purpose}, {Label: text.Word(ctx, "consent.web.fields"), Value: fieldWords(ctx, c.Fields.V)}},
		Danger: true, CancelHref: back(a, c),
	}
	page := ui.Page{Title: props.Title}
	if wrong != nil {
		return door.Refuse(w, r, wrong, page, func(error) templ.Component { return withdrawPage(props) })
	}
	return door.Show(w, r, page, withdrawPage(props))
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in consent.WithdrawInput
	if err = door.Form(r, &in); err == nil {
		var c consent.Consent
		if c, err = p.room.Withdraw(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "consent.web.withdrawn")
			return door.See(w, r, back(a, c))
		}
	}
	if fault.From(err).Kind == fault.KindNotFound {
		return err
	}
	return p.confirm(w, r, err)
}

func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Of(ctx, a, a.Person)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "consent.web.mine")}, minePage(consentTable(ctx, f.Consents, "/my/consents/"), disclosureTable(ctx, f.Disclosures, false)))
}
