package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// inboundSteps are the steps of an inbound referral that have a page or a
// button.
var inboundSteps = []string{"review", "edit", "decline", "send_elsewhere", "tell", "give_receipt", "reopen", "void"}

func (p *pages) mountInbound(d *door.Router) {
	d.Page("GET "+linksAt, readers, p.links)
	d.Page("GET "+linksAt+"/new", keepers, p.askLink)
	d.Page("POST "+linksAt, keepers, p.makeLink(d))
	d.Page("POST "+linksAt+"/{id}/revoke", keepers, p.revokeLink)
	d.Page("GET "+listsAt, listers, p.lists)
	d.Page("POST "+listsAt, listers, p.bringList, door.Uploads())
	d.Page("GET "+listsAt+"/{id}", listers, p.showList)
	d.Page("POST "+listsAt+"/{id}/take", listers, p.listStep("take"))
	d.Page("POST "+listsAt+"/{id}/cancel", listers, p.listStep("cancel"))
	limits := publicLimits()
	guide.Mount(d, p.referForm(), limits)
	d.Page("GET /public/refer/{token}", door.Anyone, p.openLink, door.Limited(limits.Guesses))
}

func cameKey(v string) string     { return "intake.came." + v }
func agreedKey(v string) string   { return "intake.agreed." + v }
func tellBackKey(v string) string { return "intake.tell_back." + v }
func groundsKey(v string) string  { return "intake.grounds." + v }
func languageKey(v string) string { return "people.language." + v }

func (p *pages) openReferral(ctx context.Context, a access.Actor, id db.ID) (view, error) {
	f, err := p.room.Referral(ctx, a, id)
	if err != nil {
		return view{}, err
	}
	x, lang := f.Record, text.From(ctx)
	v := viewOf(f, x.Arrival)
	v.Inbound, v.Subject, v.Body, v.Named = &x, x.Client, x.Need, x.Client != ""
	v.Facts = facts(ctx, "needed_on", x.NeededOn.In(lang), "came", coded(ctx, cameKey, x.Came))
	v.Groups = inboundGroups(ctx, x, strings.TrimSpace(f.Source.Name.In(lang)+" "+x.Source))
	if x.Urgent {
		v.Tags = append(v.Tags, ui.TagProps{Text: text.Word(ctx, "intake.web.urgent"), Tone: ui.Bad, Icon: "flag"})
	}
	if x.Agreed == "no" {
		v.Tags = append(v.Tags, ui.TagProps{Text: text.Word(ctx, "intake.web.not_agreed"), Tone: ui.Warn})
	}
	v.Papers, err = p.paperList(ctx, a, intake.KindReferral, id)
	return v, err
}

// inboundGroups are client, source, agreement and outcome as cards; one that
// says nothing is left out.
func inboundGroups(ctx context.Context, x intake.InboundReferral, source string) []factGroup {
	lang := text.From(ctx)
	all := []factGroup{
		{text.Word(ctx, "intake.web.inbound.outcome"), facts(ctx, "grounds", coded(ctx, groundsKey, x.Grounds), "handed_to", x.SentTo, "answer", x.Answer, "told", toldLine(ctx, x))},
		{text.Word(ctx, "intake.web.field.client"), facts(ctx, "client", strings.Join(said(x.Client, x.ClientKana), " · "), "client_birth", x.ClientBirth.In(lang),
			"client_phone", x.ClientPhone, "client_address", x.ClientAddress, "client_language", coded(ctx, languageKey, x.ClientLanguage), "household", x.Household)},
		{text.Word(ctx, "intake.web.inbound.source"), facts(ctx, "source", source, "contact_person", x.ContactPerson, "source_phone", x.SourcePhone,
			"source_email", x.SourceEmail, "contact", x.Contact, "reference", x.Reference)},
		{text.Word(ctx, "intake.web.inbound.agreement"), facts(ctx, "agreed", coded(ctx, agreedKey, x.Agreed), "tell_back", coded(ctx, tellBackKey, x.TellBack))},
	}
	return slices.DeleteFunc(all, func(g factGroup) bool { return len(g.Facts) == 0 })
}

// toldLine is what the source was told, how and when.
func toldLine(ctx context.Context, x intake.InboundReferral) string {
	if x.ToldAt == 0 {
		return ""
	}
	way := text.Word(ctx, "intake.web.receipt")
	if x.ToldBy != "receipt" {
		way = coded(ctx, channelKey, x.ToldBy)
	}
	return strings.Join(said(coded(ctx, tellBackKey, x.Told), way, when(ctx, x.ToldAt)), " · ")
}

// found are those who may be meant: of a referral, whoever is alike, unless
// somebody searches for another.
func (p *pages) found(ctx context.Context, a access.Actor, j joinForm) (intake.Candidates, error) {
	if j.Inbound != nil && j.Q == withoutTitle(j.Subject) {
		return p.room.FindNamed(ctx, a, j.Q, *j.Inbound)
	}
	return p.room.Find(ctx, a, j.Q, j.Person.ID)
}

// inboundFresh is the form of a new referral.
func (p *pages) inboundFresh(form ui.FormProps) templ.Component {
	return p.inboundFields(form, intake.InboundInput{Channel: "fax", Agreed: "unknown", TellBack: "closed"}, "/desk/intake")
}

// inboundFields draws the form with the organizations that are known.
func (p *pages) inboundFields(form ui.FormProps, in intake.InboundInput, back string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return inboundForm(form, in, p.sources(ctx), back).Render(ctx, w)
	})
}

// sources are the organizations that may refer.
func (p *pages) sources(ctx context.Context) []ui.Option {
	list, err := p.room.SourcesKnown(ctx, access.From(ctx))
	if err != nil {
		return nil // the form works without: the name can be written
	}
	out := make([]ui.Option, len(list))
	for i, o := range list {
		out[i] = ui.Option{Value: o.ID.String(), Label: o.Name.In(text.From(ctx))}
	}
	slices.SortFunc(out, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}

func idValue(id db.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func (p *pages) createReferral(w http.ResponseWriter, r *http.Request) error {
	var in intake.InboundInput
	var x intake.ReceivedReferral
	err := door.Form(r, &in)
	if err == nil {
		x, err = p.room.TakeReferral(r.Context(), access.From(r.Context()), "desk", in)
	}
	return p.created(w, r, intake.KindReferral, x.ID, err)
}

func (p *pages) askInbound(k kind, step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawInbound(w, r, k, step, nil) }
}

func (p *pages) drawInbound(w http.ResponseWriter, r *http.Request, k kind, step string, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := k.open(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	v.kind = k
	title := text.Word(ctx, stepKey(k.entity, step))
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: "/desk/intake"}, {Label: v.Arrival.Number, Href: v.at()}, {Label: title}}}
	form := ui.FormProps{Action: v.at() + "/" + step, Version: version(v.Arrival.Version)}
	draw := func(form ui.FormProps) templ.Component {
		if step == "edit" {
			return inboundEditPage(v, p.inboundFields(form, v.Inbound.Input(), v.at()))
		}
		return inboundStepPage(form, step, v)
	}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return draw(form)
		})
	}
	return door.Show(w, r, page, draw(form))
}

func (p *pages) inboundStep(k kind, step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		ctx, a := r.Context(), access.From(r.Context())
		switch step {
		case "edit":
			var in intake.InboundInput
			if err = door.Form(r, &in); err == nil {
				_, err = p.room.EditReferral(ctx, a, id, in)
			}
		case "give_receipt":
			var in versionIn
			var x intake.Submitted
			if err = door.Form(r, &in); err == nil {
				if x, err = p.room.GiveReceipt(ctx, a, id, in.Version); err == nil {
					return door.Show(w, r, ui.Page{Title: text.Word(ctx, stepKey(k.entity, step))}, sourceReceiptPage(x, intake.Href(k.entity, id)))
				}
			}
		default:
			var in intake.InboundAnswer
			if err = door.Form(r, &in); err == nil {
				_, err = p.room.ReferralStep(ctx, a, id, step, in)
			}
		}
		if err == nil {
			door.Toast(w, r, ui.OK, "intake.web.saved")
			return door.See(w, r, intake.Href(k.entity, id))
		}
		return p.drawInbound(w, r, k, step, err)
	}
}

func boolValue(v bool) string {
	if v {
		return "true"
	}
	return ""
}

// goesBack says how much of an answer the source will see.
func goesBack(ctx context.Context, v view) string {
	return text.Word(ctx, "intake.web.inbound.goes_back", "how", coded(ctx, tellBackKey, v.Inbound.TellBack))
}

// otherWays lead to the ways in which a referral comes without being typed.
func otherWays(ctx context.Context) []ui.Act {
	out := []ui.Act{{Label: text.Word(ctx, "intake.web.links"), Href: linksAt, Small: true}}
	if access.From(ctx).Is(access.IntakeWorker, access.Supervisor) {
		out = append(out, ui.Act{Label: text.Word(ctx, "intake.web.lists"), Href: listsAt, Small: true})
	}
	return out
}
