package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
)

// rowStep is a step on something that belongs to a provider, at an address
// below the provider's page; asks tells that it wants a reason first.
type rowStep struct {
	rows, entity, step string
	asks               bool
	by                 door.Roles
	take               func(room *provider.Room, ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) error
}

var rowSteps = []rowStep{
	{"sites", "site", "close", true, keepers, func(room *provider.Room, ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) error {
		_, err := room.CloseSite(ctx, a, id, in)
		return err
	}},
	{"offerings", "offering", "end", true, keepers, func(room *provider.Room, ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) error {
		_, err := room.EndOffering(ctx, a, id, in)
		return err
	}},
	{"credentials", "credential", "verify", false, managers, credentialStep("verify")},
	{"credentials", "credential", "revoke", true, managers, credentialStep("revoke")},
	{"contracts", "contract", "activate", false, managers, contractStep("activate")},
	{"contracts", "contract", "end", true, managers, contractStep("end")},
}

func credentialStep(step string) func(*provider.Room, context.Context, access.Actor, db.ID, provider.StepInput) error {
	return func(room *provider.Room, ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) error {
		_, err := room.CredentialStep(ctx, a, id, step, in)
		return err
	}
}

func contractStep(step string) func(*provider.Room, context.Context, access.Actor, db.ID, provider.StepInput) error {
	return func(room *provider.Room, ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) error {
		_, err := room.ContractStep(ctx, a, id, step, in)
		return err
	}
}

func (x rowStep) title(ctx context.Context) string {
	return text.Word(ctx, "step."+x.entity+"."+x.step)
}

// named finds what the step is on, by name and version.
func (x rowStep) named(ctx context.Context, f provider.File, id db.ID) (name string, version int64, ok bool) {
	lang := text.From(ctx)
	switch x.rows {
	case "sites":
		if i := slices.IndexFunc(f.Sites, func(s provider.Site) bool { return s.ID == id }); i >= 0 {
			return f.Sites[i].Name.In(lang), f.Sites[i].Version, true
		}
	case "offerings":
		if i := slices.IndexFunc(f.Offerings, func(o provider.Offering) bool { return o.ID == id }); i >= 0 {
			return f.Offerings[i].Name.In(lang), f.Offerings[i].Version, true
		}
	case "credentials":
		if i := slices.IndexFunc(f.Credentials, func(c provider.Credential) bool { return c.ID == id }); i >= 0 {
			return text.Word(ctx, credentialKey(f.Credentials[i].Kind)), f.Credentials[i].Version, true
		}
	case "contracts":
		if i := slices.IndexFunc(f.Contracts, func(c provider.Contract) bool { return c.ID == id }); i >= 0 {
			return text.Word(ctx, contractKey(f.Contracts[i].Kind)), f.Contracts[i].Version, true
		}
	}
	return "", 0, false
}

// way is the page's title with the way back to the provider.
func way(ctx context.Context, f provider.File, title string) ui.Page {
	name := f.Provider.Name.In(text.From(ctx))
	return ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "provider.web.title"), Href: "/desk/providers"}, {Label: name, Href: at(f.Provider.ID)}, {Label: title}}}
}

// row reads the provider and which of its rows an address names.
func (p *pages) row(r *http.Request) (f provider.File, id db.ID, err error) {
	if id, err = door.ID(r, "row"); err == nil {
		f, err = p.file(r)
	}
	return f, id, err
}

func (p *pages) askRow(x rowStep) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, id, err := p.row(r)
		if err != nil {
			return err
		}
		c, ok := x.confirm(r.Context(), f, id)
		if !ok {
			return fault.NotFound()
		}
		return door.Show(w, r, way(r.Context(), f, c.Title), stepPage(c))
	}
}

func (x rowStep) confirm(ctx context.Context, f provider.File, id db.ID) (ui.ConfirmProps, bool) {
	name, version, ok := x.named(ctx, f, id)
	title := x.title(ctx)
	return ui.ConfirmProps{Form: editForm(at(f.Provider.ID)+"/"+x.rows+"/"+id.String()+"/"+x.step, version), Title: title, Text: name, Submit: title, Danger: true, CancelHref: at(f.Provider.ID)}, ok
}

func (p *pages) takeRow(x rowStep) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, id, err := p.row(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		c, ok := x.confirm(ctx, f, id)
		if !ok {
			return fault.NotFound()
		}
		var in provider.StepInput
		if err = door.Form(r, &in); err == nil {
			if err = x.take(p.room, ctx, access.From(ctx), id, in); err == nil {
				door.Toast(w, r, ui.OK, "provider.web.saved")
				return door.See(w, r, at(f.Provider.ID))
			}
		}
		if !x.asks {
			return err
		}
		return door.Refuse(w, r, err, way(ctx, f, c.Title), func(err error) templ.Component {
			c.Form.Typed, c.Form.Fault = door.Typed(r), err
			return stepPage(c)
		})
	}
}

// rowActs are the steps on a row that the reader may take.
func rowActs(ctx context.Context, f provider.File, rows string, id db.ID, version int64, actions []flow.Action) []ui.Act {
	var out []ui.Act
	for _, action := range actions {
		where := at(f.Provider.ID) + "/" + rows + "/" + id.String()
		if action.Step == "edit" {
			out = append(out, ui.Act{Label: text.Word(ctx, "provider.web.change"), Href: where + "/edit", Small: true})
			continue
		}
		for _, x := range rowSteps {
			if x.rows != rows || x.step != action.Step {
				continue
			}
			act := ui.Act{Label: x.title(ctx), Small: true}
			switch {
			case action.Blocked != nil:
				act.Blocked = text.T(text.From(ctx), action.Blocked.Key, action.Blocked.Args)
			case x.asks:
				act.Href = where + "/" + x.step
			default:
				act.Post, act.Fields = where+"/"+x.step, map[string]string{"version": strconv.FormatInt(version, 10)}
			}
			out = append(out, act)
		}
	}
	return out
}

// partForm is the form of one kind of part: its title and its fields.
type partForm struct {
	rows, title string
	fields      func(ctx context.Context, f provider.File, c provider.Choices) templ.Component
}

var (
	practitionerForm = partForm{"practitioners", "step.practitioner.add", func(_ context.Context, f provider.File, _ provider.Choices) templ.Component {
		return practitionerFields(provider.PractitionerInput{Gender: "unstated"}, openSites(f))
	}}
	credentialForm = partForm{"credentials", "step.credential.enter", func(_ context.Context, f provider.File, _ provider.Choices) templ.Component {
		return credentialFields(provider.CredentialInput{}, f.Practitioners)
	}}
	contractForm = partForm{"contracts", "step.contract.draft", func(_ context.Context, _ provider.File, c provider.Choices) templ.Component {
		return contractFields(provider.ContractInput{}, c)
	}}
)

func (p *pages) freshPart(x partForm) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := p.file(r)
		if err != nil {
			return err
		}
		page, form, err := p.part(r, x, f)
		if err != nil {
			return err
		}
		return door.Show(w, r, page, form(ui.FormProps{Action: at(f.Provider.ID) + "/" + x.rows}))
	}
}

func (p *pages) part(r *http.Request, x partForm, f provider.File) (ui.Page, func(ui.FormProps) templ.Component, error) {
	ctx := r.Context()
	c, err := p.room.Choices(ctx, access.From(ctx))
	page := way(ctx, f, text.Word(ctx, x.title))
	return page, func(form ui.FormProps) templ.Component {
		return partPage(form, page.Title, at(f.Provider.ID), x.fields(ctx, f, c))
	}, err
}

// addPart reads the form of a part and adds it.
func (p *pages) addPart(w http.ResponseWriter, r *http.Request, x partForm, in any, add func(ctx context.Context, a access.Actor, of db.ID) error) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if err = add(ctx, access.From(ctx), f.Provider.ID); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(f.Provider.ID))
		}
	}
	page, form, unread := p.part(r, x, f)
	if unread != nil {
		return unread
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		return form(ui.FormProps{Action: r.URL.Path, Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) addPractitioner(w http.ResponseWriter, r *http.Request) error {
	var in provider.PractitionerInput
	return p.addPart(w, r, practitionerForm, &in, func(ctx context.Context, a access.Actor, of db.ID) error {
		in.Provider = of
		_, err := p.room.AddPractitioner(ctx, a, in)
		return err
	})
}

func (p *pages) enterCredential(w http.ResponseWriter, r *http.Request) error {
	var in provider.CredentialInput
	return p.addPart(w, r, credentialForm, &in, func(ctx context.Context, a access.Actor, of db.ID) error {
		in.Provider = of
		_, err := p.room.EnterCredential(ctx, a, in)
		return err
	})
}

func (p *pages) draftContract(w http.ResponseWriter, r *http.Request) error {
	var in provider.ContractInput
	return p.addPart(w, r, contractForm, &in, func(ctx context.Context, a access.Actor, of db.ID) error {
		in.Provider = of
		_, err := p.room.DraftContract(ctx, a, in)
		return err
	})
}

func (p *pages) changeSite(w http.ResponseWriter, r *http.Request) error {
	f, s, err := p.site(r)
	if err != nil {
		return err
	}
	page := way(r.Context(), f, text.Word(r.Context(), "step.site.edit"))
	in := siteShown(s)
	form := door.Opened(editForm(at(f.Provider.ID)+"/sites/"+s.ID.String(), s.Version), in)
	return door.Show(w, r, page, sitePage(form, in, page.Title, at(f.Provider.ID)))
}

// siteShown is a site as its form shows it.
func siteShown(s provider.Site) provider.SiteInput {
	in := s.Input()
	in.Provider = db.ID{} // the address says whose
	return in
}

var siteWords = map[string]string{"name/ja": "provider.web.name_ja", "name/en": "provider.web.name_en", "postcode": "provider.web.postcode", "address": "provider.web.address",
	"phone": "provider.web.phone", "latitude": "provider.web.latitude", "longitude": "provider.web.longitude", "hours": "provider.web.hours"}

func (p *pages) site(r *http.Request) (provider.File, provider.Site, error) {
	f, id, err := p.row(r)
	if err != nil {
		return f, provider.Site{}, err
	}
	for _, s := range f.Sites {
		if s.ID == id {
			return f, s, nil
		}
	}
	return f, provider.Site{}, fault.NotFound()
}

func (p *pages) saveSite(w http.ResponseWriter, r *http.Request) error {
	f, s, err := p.site(r)
	if err != nil {
		return err
	}
	var in provider.SiteInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EditSite(ctx, access.From(ctx), s.ID, in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(f.Provider.ID))
		}
	}
	page := way(ctx, f, text.Word(ctx, "step.site.edit"))
	now, back := siteShown(s), at(f.Provider.ID)
	edit := door.Edit{Now: now, Form: editForm(r.URL.Path, now.Version), Words: siteWords, Submit: "provider.web.save", Cancel: back}
	return door.RefuseEdit(w, r, err, page, edit, func(err error) templ.Component {
		form := editForm(r.URL.Path, in.Version)
		form.Typed, form.Fault = door.Typed(r), err
		return sitePage(door.Opened(form, now), in, page.Title, back)
	})
}

func (p *pages) changeOffering(w http.ResponseWriter, r *http.Request) error {
	return p.offeringEdit(w, r, nil)
}

func (p *pages) offeringEdit(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, id, err := p.row(r)
	if err != nil {
		return err
	}
	in, ok := f.Offering(id)
	if !ok {
		return fault.NotFound()
	}
	ctx := r.Context()
	choices, err := p.room.Choices(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	in.Site = db.ID{} // an offering stays where it is
	page, form, back := way(ctx, f, text.Word(ctx, "step.offering.edit")), editForm(at(f.Provider.ID)+"/offerings/"+id.String(), in.Version), at(f.Provider.ID)
	if wrong == nil {
		return door.Show(w, r, page, offeringPage(door.Opened(form, in), in, nil, choices, page.Title, back))
	}
	edit := door.Edit{Now: in, Form: form, Words: offeringWords, Submit: "provider.web.save", Cancel: back, Read: func(name, value string) string {
		i := slices.IndexFunc(choices.Benefits, func(b provider.Benefit) bool { return b.ID.String() == value })
		if name != "benefit_id" || i < 0 {
			return ""
		}
		return choices.Benefits[i].Name.In(text.From(ctx))
	}}
	return door.RefuseEdit(w, r, wrong, page, edit, func(err error) templ.Component {
		form.Version, form.Typed, form.Fault = door.Typed(r).Get("version"), door.Typed(r), err
		return offeringPage(door.Opened(form, in), in, nil, choices, page.Title, back)
	})
}

// seatWords are what a provider keeps current, and offeringWords all of an offering.
var (
	seatWords     = map[string]string{"capacity": "provider.web.capacity", "openings": "provider.web.openings", "wait_days": "provider.web.wait_days", "first_date": "provider.web.first_date"}
	offeringWords = map[string]string{"benefit_id": "provider.web.benefit", "name/ja": "provider.web.name_ja", "name/en": "provider.web.name_en", "note": "provider.web.note",
		"capacity": "provider.web.capacity", "openings": "provider.web.openings", "wait_days": "provider.web.wait_days", "first_date": "provider.web.first_date"}
)

func (p *pages) saveOffering(w http.ResponseWriter, r *http.Request) error {
	f, id, err := p.row(r)
	if err != nil {
		return err
	}
	var in provider.OfferingInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EditOffering(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(f.Provider.ID))
		}
	}
	return p.offeringEdit(w, r, err)
}

func practitionerOptions(list []provider.Practitioner) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, x := range list {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name}
	}
	return out
}

func numberIn(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// withSteps adds to the table of offerings what may be done with each.
func withSteps(ctx context.Context, t ui.TableProps, f provider.File, a access.Actor) ui.TableProps {
	for i, o := range f.Offerings {
		t.Rows[i].Acts = rowActs(ctx, f, "offerings", o.ID, o.Version, provider.OfferingFlow.Actions(a, o))
	}
	return t
}

func siteTable(ctx context.Context, f provider.File, a access.Actor) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "sites", Caption: text.Word(ctx, "provider.web.sites"), Columns: []ui.Column{{Label: text.Word(ctx, "provider.web.site")},
		{Label: text.Word(ctx, "provider.web.phone")}, {Label: text.Word(ctx, "provider.web.hours"), Priority: 2}}, Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.no_sites")}}
	for _, s := range f.Sites {
		row := ui.Row{ID: s.ID.String(), Title: s.Name.In(lang), Sub: strings.TrimSpace(s.Postcode + " " + s.Address), Muted: s.Status != "active",
			Cells: []templ.Component{ui.Text(s.Phone), ui.Two(s.Hours, words(ctx, accessKey, s.Accessibility.V))}, Acts: rowActs(ctx, f, "sites", s.ID, s.Version, provider.SiteFlow.Actions(a, s))}
		if s.Status != "active" {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "status.site."+s.Status)}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func practitionerTable(ctx context.Context, f provider.File) ui.TableProps {
	t := ui.TableProps{ID: "practitioners", Caption: text.Word(ctx, "provider.web.practitioners"), Columns: []ui.Column{{Label: text.Word(ctx, "provider.web.person_name")},
		{Label: text.Word(ctx, "provider.web.profession")}, {Label: text.Word(ctx, "provider.web.languages"), Priority: 2}}, Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.no_practitioners")}}
	for _, x := range f.Practitioners {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Title: x.Name, Sub: x.Kana, Cells: []templ.Component{ui.Text(x.Profession), ui.Text(words(ctx, languageKey, x.Languages.V))}})
	}
	return t
}

func credentialTable(ctx context.Context, f provider.File, a access.Actor) ui.TableProps {
	t := ui.TableProps{ID: "credentials", Caption: text.Word(ctx, "provider.web.credentials"), Columns: []ui.Column{{Label: text.Word(ctx, "provider.web.kind")},
		{Label: text.Word(ctx, "provider.web.number")}, {Label: text.Word(ctx, "provider.web.until")}, {Label: text.Word(ctx, "provider.web.state"), Tag: true}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.no_credentials")}}
	people := map[db.ID]string{}
	for _, x := range f.Practitioners {
		people[x.ID] = x.Name
	}
	for _, c := range f.Credentials {
		t.Rows = append(t.Rows, ui.Row{ID: c.ID.String(), Title: text.Word(ctx, credentialKey(c.Kind)), Sub: people[c.Practitioner], Muted: c.Status == "expired" || c.Status == "revoked",
			Cells: []templ.Component{ui.Two(c.Number, c.Issuer), ui.Text(dateIn(ctx, c.Until)), ui.Tag(stateTag(ctx, "credential", c.Status))},
			Acts:  rowActs(ctx, f, "credentials", c.ID, c.Version, provider.CredentialFlow.Actions(a, c))})
	}
	return t
}

func contractTable(ctx context.Context, f provider.File, a access.Actor) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "contracts", Caption: text.Word(ctx, "provider.web.contracts"), Columns: []ui.Column{{Label: text.Word(ctx, "provider.web.kind")},
		{Label: text.Word(ctx, "provider.web.price"), Num: true}, {Label: text.Word(ctx, "provider.web.period"), Priority: 2}, {Label: text.Word(ctx, "provider.web.state"), Tag: true}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "provider.web.no_contracts")}}
	for _, c := range f.Contracts {
		price := ""
		if c.Minor > 0 {
			price = (ledger.Money{Minor: c.Minor, Currency: c.Currency}).In(lang)
		}
		if c.Unit != "" {
			price += " / " + text.Word(ctx, unitKey(c.Unit))
		}
		t.Rows = append(t.Rows, ui.Row{ID: c.ID.String(), Title: text.Word(ctx, contractKey(c.Kind)), Sub: f.Benefits[c.Benefit].Name.In(lang), Muted: c.Status == "ended",
			Cells: []templ.Component{ui.Text(price), ui.Text(dateIn(ctx, c.From) + "–" + dateIn(ctx, c.Until)), ui.Tag(stateTag(ctx, "contract", c.Status))},
			Acts:  rowActs(ctx, f, "contracts", c.ID, c.Version, provider.ContractFlow.Actions(a, c))})
	}
	return t
}

func stateTag(ctx context.Context, entity, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+status),
		Tone: map[string]ui.Tone{"verified": ui.OK, "active": ui.OK, "pending": ui.Warn, "draft": ui.Warn, "expired": ui.Bad, "revoked": ui.Bad}[status]}
}
