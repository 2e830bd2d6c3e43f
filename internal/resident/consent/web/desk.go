package web

import (
	"context"
	"net/http"
	"slices"
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

type pages struct {
	room  *consent.Room
	names func(ctx context.Context, users []db.ID) (map[db.ID]string, error)
}

// Panels are the room's parts of other pages: on a person's, what they agreed
// to and what was passed on.
func Panels() []ui.Panel {
	return []ui.Panel{{
		Key: "consents", On: "person", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, person db.ID) func(context.Context) templ.Component {
			consents, disclosures := consent.QueueOf(b, person), consent.QueueDisclosures(b, person)
			return func(ctx context.Context) templ.Component {
				return personPanel(person, a, consents.Rows, disclosures.Rows)
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
		{Label: text.Word(ctx, "consent.web.recipient"), Priority: 3}, {Label: text.Word(ctx, "consent.web.until")}, {Label: text.Word(ctx, "consent.web.state"), Tag: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "consent.web.none")}}
	for _, c := range list {
		row := ui.Row{ID: c.ID.String(), Title: c.Purpose, Muted: c.Status != "given",
			Sub: text.Word(ctx, capacityKey(c.Capacity)) + " · " + text.Word(ctx, howKey(c.How)) + " · " + c.GivenOn.In(text.From(ctx)),
			Cells: []templ.Component{
				ui.Text(fieldWords(ctx, c.Fields.V)), ui.Text(recipientWords(ctx, c.Recipients.V)), ui.Text(dateIn(ctx, c.Until)),
				ui.Tag(ui.TagProps{Text: text.Word(ctx, "status.consent."+c.Status), Tone: tones[c.Status]}),
			}}
		if act != "" && c.Status == "given" {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "step.consent.withdraw"), Href: act + c.ID.String() + "/withdraw", Small: true}}
		}
		t.Rows = append(t.Rows, row)
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
	may, err := p.room.Consenters(ctx, access.From(ctx), q.Person)
	if err != nil {
		return err
	}
	in := giveForm{Person: q.Person, How: "paper", Fields: []string{"name", "needs"}, Invited: true, Back: q.Back}
	if len(may) > 0 {
		in.Consenter = consenterValue(may[0])
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.consent.give")}, givePage(ui.FormProps{Action: "/desk/consents"}, in, may))
}

// giveForm is the form of a consent; it leads back to where it was asked for.
type giveForm struct {
	Person    db.ID         `json:"person_id"`
	Consenter string        `json:"consenter,omitempty"` // who and as what, see consenterValue
	Fields    []string      `json:"fields,omitempty"`
	Invited   bool          `json:"invited,omitempty"` // to every provider that a referral asks
	Named     string        `json:"named,omitempty"`   // to others, one in a line
	Purpose   string        `json:"purpose,omitempty"`
	GivenOn   calendar.Date `json:"given_on,omitempty"`
	Until     calendar.Date `json:"until,omitempty"`
	How       string        `json:"how,omitempty"`
	Back      string        `json:"back,omitempty"`
}

func consenterValue(c consent.Consenter) string { return c.ID.String() + "/" + c.Capacity }

// input is the consent that the form says.
func (in giveForm) input() consent.Input {
	out := consent.Input{Person: in.Person, Fields: in.Fields, Purpose: in.Purpose, GivenOn: in.GivenOn, Until: in.Until, How: in.How}
	id, capacity, _ := strings.Cut(in.Consenter, "/")
	if by, err := db.ParseID(id); err == nil {
		out.GivenBy, out.Capacity = by, capacity
	}
	if in.Invited {
		out.Recipients = append(out.Recipients, consent.AnyInvited)
	}
	for name := range strings.Lines(in.Named) {
		if name = strings.TrimSpace(name); name != "" {
			out.Recipients = append(out.Recipients, consent.Named(name))
		}
	}
	return out
}

// onForm moves the faults of a consent to the fields by which the form says it.
func onForm(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	on := *f
	on.Fields = slices.Clone(f.Fields)
	for i, x := range on.Fields {
		switch {
		case x.Pointer == "/given_by_id" || x.Pointer == "/capacity":
			on.Fields[i].Pointer = "/consenter"
		case strings.HasPrefix(x.Pointer, "/recipients"):
			on.Fields[i].Pointer = "/named"
		}
	}
	return &on
}

func (p *pages) give(w http.ResponseWriter, r *http.Request) error {
	var in giveForm
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Give(ctx, a, in.input()); err == nil {
			door.Toast(w, r, ui.OK, "consent.web.given")
			return door.See(w, r, door.Local(in.Back, "/desk/persons/"+in.Person.String()))
		}
	}
	may, unseen := p.room.Consenters(ctx, a, in.Person)
	if unseen != nil {
		return unseen
	}
	return door.Refuse(w, r, onForm(err), ui.Page{Title: text.Word(ctx, "step.consent.give")}, func(err error) templ.Component {
		return givePage(ui.FormProps{Action: "/desk/consents", Typed: door.Typed(r), Fault: err}, in, may)
	})
}

// consenterOptions are those who may consent, by name and as what.
func consenterOptions(ctx context.Context, may []consent.Consenter) []ui.Option {
	out := make([]ui.Option, len(may))
	for i, c := range may {
		name := c.Name
		if name == "" {
			name = text.Word(ctx, "consent.web.no_name")
		}
		out[i] = ui.Option{Value: consenterValue(c), Label: name, Hint: text.Word(ctx, capacityKey(c.Capacity))}
	}
	return out
}

// recipientWords names to whom a consent lets data go.
func recipientWords(ctx context.Context, recipients []string) string {
	var words []string
	providers := 0
	for _, x := range recipients {
		switch name, named := strings.CutPrefix(x, consent.Named("")); {
		case named:
			words = append(words, name)
		case x == consent.AnyInvited:
			words = append([]string{text.Word(ctx, "consent.web.any_invited")}, words...)
		default:
			providers++
		}
	}
	if providers > 0 {
		words = append(words, text.Word(ctx, "consent.web.named_providers", "n", providers))
	}
	return text.List(text.From(ctx), words)
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
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "consent.web.mine")}, minePage(consentTable(ctx, f.Consents, "/my/consents/"), disclosureTable(ctx, f.Disclosures, a)))
}
