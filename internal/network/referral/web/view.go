package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

func languageKey(v string) string { return "people.language." + v }

func unitKey(v string) string { return "referral.web.unit." + v }

func priorityKey(v string) string { return "referral.web.priority." + v }

func declineKey(v string) string { return "referral.web.decline." + v }

func channelKey(v string) string { return "referral.web.channel." + v }

func answerKey(v string) string { return "step.invitation." + v }

func basisKey(v string) string { return "consent.basis." + v }

func fieldKey(v string) string { return "consent.field." + v }

func allFields() []string { return consent.Fields }

func options(ctx context.Context, key func(string) string, values, chosen []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v)), Checked: slices.Contains(chosen, v)}
	}
	return out
}

func withNone(label string, list []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: label}}, list...)
}

func languageOptions(ctx context.Context, chosen ...string) []ui.Option {
	return options(ctx, languageKey, people.SpokenLanguages, chosen)
}

func benefitOptions(ctx context.Context, list []provider.Benefit, chosen db.ID) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, b := range list {
		out[i] = ui.Option{Value: b.ID.String(), Label: b.Name.In(text.From(ctx)), Checked: b.ID == chosen}
	}
	return out
}

func providerOptions(ctx context.Context, list []provider.Provider) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, p := range list {
		out[i] = ui.Option{Value: p.ID.String(), Label: p.Name.In(text.From(ctx))}
	}
	return out
}

func caseOptions(l cases.List) []ui.Option {
	out := make([]ui.Option, len(l.Rows))
	for i, c := range l.Rows {
		out[i] = ui.Option{Value: c.ID.String(), Label: strings.TrimSpace(c.Number + " " + l.Persons[c.Person].Name + " " + c.Title)}
	}
	return out
}

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return ""
	}
	return d.In(text.From(ctx))
}

func unitsIn(ctx context.Context, q ledger.Quantity, unit string) string {
	if q == 0 {
		return ""
	}
	if unit == "" {
		return q.In(text.From(ctx))
	}
	return text.Word(ctx, "referral.web.units_of", "units", q, "unit", text.Word(ctx, unitKey(unit)))
}

func kilometres(metres int64) string {
	if metres < 0 {
		return ""
	}
	return strconv.FormatFloat(float64(metres)/1000, 'f', 1, 64) + " km"
}

func cost(ctx context.Context, i referral.Invitation) string {
	total, err := i.Cost()
	if err != nil || i.Currency == "" {
		return ""
	}
	return total.In(text.From(ctx))
}

func fieldWords(ctx context.Context, fields []string) string {
	return wordsOf(ctx, fieldKey, fields)
}

func wordsOf(ctx context.Context, key func(string) string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = text.Word(ctx, key(v))
	}
	return text.List(text.From(ctx), out)
}

// entryText is a packet's entry in the reader's language.
func entryText(ctx context.Context, e referral.Entry) string {
	if e.Withheld {
		return text.Word(ctx, "referral.web.protected")
	}
	if len(e.Values) == 0 {
		return text.Word(ctx, "referral.web.not_recorded")
	}
	lang := text.From(ctx)
	switch e.Field {
	case "gender":
		return wordsOf(ctx, func(v string) string { return "people.gender." + v }, e.Values)
	case "languages", "interpreter":
		return wordsOf(ctx, languageKey, e.Values)
	case "birth_date":
		return calendar.Date(e.Values[0]).In(lang)
	case "age_band":
		return text.Word(ctx, "referral.web.age_band", "from", e.Values[0])
	case "household":
		return text.Word(ctx, "referral.web.household_of", "n", e.Values[0])
	case "benefit":
		if lang.Base() != text.JA {
			return e.Values[len(e.Values)-1]
		}
		return e.Values[0]
	}
	return text.List(text.From(ctx), e.Values)
}

func packetFacts(ctx context.Context, p referral.Packet) []ui.Fact {
	out := make([]ui.Fact, len(p.Entries))
	for i, e := range p.Entries {
		out[i] = ui.Fact{Label: text.Word(ctx, fieldKey(e.Field)), Value: entryText(ctx, e)}
	}
	return out
}

// fieldOptions are the boxes of the packet, each with what it would hold.
func fieldOptions(ctx context.Context, x referral.Referral, p referral.Preview) []ui.Option {
	out := options(ctx, fieldKey, allFields(), chosenFields(x, p))
	for i := range out {
		for _, e := range p.Packet.Entries {
			if e.Field == out[i].Value && e.Field != "needs" && e.Field != "goals" && e.Field != "health_note" && e.Field != "documents" {
				out[i].Hint = entryText(ctx, e)
			}
		}
		if slices.Contains(p.Withheld, out[i].Value) {
			out[i].Disabled, out[i].Checked, out[i].Hint = true, false, text.Word(ctx, "referral.web.protected")
		}
	}
	return out
}

// chosenFields are the fields ticked when the packet's page opens: as kept, or,
// of what most providers need, what a consent covers for each of those asked.
func chosenFields(x referral.Referral, p referral.Preview) []string {
	if len(x.Fields.V) > 0 {
		return x.Fields.V
	}
	usual := []string{"name", "needs", "goals", "benefit"}
	return slices.DeleteFunc(usual, func(field string) bool {
		for _, missing := range p.Missing {
			if slices.Contains(missing, field) {
				return true
			}
		}
		return false
	})
}

func documentOptions(f referral.File) []ui.Option {
	out := make([]ui.Option, len(f.Documents))
	for i, d := range f.Documents {
		out[i] = ui.Option{Value: d.ID.String(), Label: d.Title, Checked: slices.Contains(f.Referral.Documents.V, d.ID)}
	}
	return out
}

var flowSteps = []string{"need", "providers", "packet", "review"}

// stepsOf is where the guided flow stands.
func stepsOf(ctx context.Context, x referral.Referral, now string) []ui.Step {
	out := make([]ui.Step, len(flowSteps))
	for i, s := range flowSteps {
		out[i] = ui.Step{Label: text.Word(ctx, "referral.web.step."+s)}
		if !x.ID.IsZero() {
			out[i].Href = at(x.ID) + "/" + s
		}
		switch {
		case s == now:
			out[i].State = ui.StageNow
		case i < slices.Index(flowSteps, now):
			out[i].State = ui.StageDone
		}
	}
	return out
}

var tones = map[string]ui.Tone{"sent": ui.Info, "requested": ui.Info, "viewed": ui.Neutral, "waitlist_offered": ui.Warn, "authorized": ui.OK, "in_service": ui.OK,
	"completed": ui.OK, "active": ui.OK, "exhausted": ui.Warn, "declined": ui.Neutral, "expired": ui.Warn, "unfilled": ui.Warn, "revoked": ui.Bad}

func referralTag(ctx context.Context, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status.referral."+status), Tone: tones[status]}
}

func invitationTag(ctx context.Context, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status.invitation."+status), Tone: tones[status]}
}

var listViews = []string{"open", "decided", "all"}

func listHref(q listQuery, view string) string {
	href := "/desk/referrals?view=" + view
	if !q.Case.IsZero() {
		href += "&case_id=" + q.Case.String()
	}
	if q.Mine {
		href += "&mine=true"
	}
	return href
}

func listTable(ctx context.Context, q listQuery, list []referral.Listed) ui.TableProps {
	t := ui.TableProps{ID: "referrals", Caption: text.Word(ctx, "referral.web.title"), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "referral.web.need")}, {Label: text.Word(ctx, "referral.web.asked")},
		{Label: text.Word(ctx, "referral.web.answer_by"), Priority: 2}, {Label: text.Word(ctx, "referral.web.state"), Tag: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "referral.web.none"), Text: text.Word(ctx, "referral.web.none_hint"),
		Act: ui.Act{Label: text.Word(ctx, "step.referral.draft"), Href: "/desk/referrals/new"}}}
	if q.View == "" {
		q.View = "all"
	}
	for _, v := range listViews {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, "referral.web.view."+v), Href: listHref(q, v), Count: -1, Current: v == q.View})
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		t.Pager = &ui.PagerProps{NextHref: listHref(q, q.View) + "&cursor=" + list[pageSize-1].Referral.ID.String()}
	}
	for _, l := range list {
		x := l.Referral
		row := ui.Row{ID: x.ID.String(), Href: at(x.ID), Title: x.Title, Sub: l.Person.Name + " · " + x.Number,
			Cells: []templ.Component{ui.Text(text.Word(ctx, "referral.web.asked_n", "asked", l.Asked, "offers", l.Offers)), ui.Text(dateIn(ctx, x.AnswerBy)), ui.Tag(referralTag(ctx, x.Status))}}
		if l.Offers > 0 {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "referral.web.to_decide"), Tone: ui.Info, Icon: "scale"}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// criteria are the lines of a comparison; the names of the best stand beside
// them where referral.Best judges.
var criteria = []struct{ word, best string }{
	{"referral.web.fit", "fit"}, {"referral.web.first_date", "first_date"}, {"referral.web.cost", "cost"}, {"referral.web.price", ""},
	{"referral.web.distance", "distance"}, {"referral.web.language", "language"}, {"referral.web.practitioner", ""},
}

// comparison sets the offers of a referral side by side.
func comparison(ctx context.Context, f referral.File, a access.Actor) ui.CompareProps {
	out := ui.CompareProps{Label: text.Word(ctx, "referral.web.offers")}
	for _, c := range criteria {
		out.Criteria = append(out.Criteria, text.Word(ctx, c.word))
	}
	for _, i := range f.Invitations {
		out.Offers = append(out.Offers, offerOf(ctx, f, i, a))
	}
	return out
}

func offerOf(ctx context.Context, f referral.File, i referral.Invitation, a access.Actor) ui.Offer {
	lang := text.From(ctx)
	o := ui.Offer{Title: f.Providers[i.Provider].Name.In(lang), Sub: f.Sites[i.Site].Name.In(lang), Href: "/desk/providers/" + i.Provider.String(),
		Tags: []ui.TagProps{invitationTag(ctx, i.Status)}, Note: i.Note}
	if o.Sub == o.Title {
		o.Sub = "" // a provider with one site of its own name
	}
	if i.ID == f.Referral.Preferred {
		o.Tags = append(o.Tags, ui.TagProps{Text: text.Word(ctx, "referral.web.preferred"), Icon: "heart", Tone: ui.OK})
	}
	if i.SaidBy != "" {
		o.Tags = append(o.Tags, ui.TagProps{Text: text.Word(ctx, "referral.web.entered_for", "channel", text.Word(ctx, channelKey(i.Channel)), "who", i.SaidBy), Icon: "phone"})
	}
	if i.Decline != "" {
		o.Note = strings.TrimSpace(text.Word(ctx, declineKey(i.Decline)) + " " + i.Note)
	}
	price := ""
	if i.Currency != "" {
		price = i.Price().In(lang) + " × " + unitsIn(ctx, i.Units, i.Unit)
	}
	first := dateIn(ctx, i.FirstDate)
	if i.WaitDays > 0 {
		first = strings.TrimSpace(first + " " + text.Word(ctx, "referral.web.wait_n", "n", i.WaitDays))
	}
	o.Values = []ui.OfferValue{
		{View: ui.Dots(int(i.Fit), provider.MaxFit, text.Word(ctx, "referral.web.fit"))}, {Text: first}, {Text: cost(ctx, i)}, {Text: price},
		{Text: kilometres(i.Metres)}, {Text: wordsOf(ctx, languageKey, i.Languages.V)}, {Text: i.Practitioner},
	}
	for n, c := range criteria {
		o.Values[n].Best = c.best != "" && slices.Contains(f.Best[i.ID], c.best)
	}
	o.Act = offerAct(ctx, f, i, a)
	o.Muted = o.Act.Label == "" && i.Status != "authorized" && i.Status != "sent" && i.Status != "viewed"
	return o
}

// offerAct is what can be done with an offer: approve it, or say why not.
func offerAct(ctx context.Context, f referral.File, i referral.Invitation, a access.Actor) ui.Act {
	if f.Referral.Status != "sent" || i.Status != "requested" || !a.Is(access.Caseworker, access.Supervisor) {
		return ui.Act{}
	}
	act := ui.Act{Label: text.Word(ctx, "step.invitation.authorize"), Href: "/desk/invitations/" + i.ID.String() + "/approve", Kind: ui.Primary}
	if why := referral.InvitationFlow.May(a, "authorize", i); why != nil {
		act.Blocked = text.T(text.From(ctx), why.Key, why.Args)
	}
	return act
}

func offerFacts(ctx context.Context, i referral.Invitation) []ui.Fact {
	return []ui.Fact{
		{Label: text.Word(ctx, "referral.web.first_date"), Value: dateIn(ctx, i.FirstDate)},
		{Label: text.Word(ctx, "referral.web.units"), Value: unitsIn(ctx, i.Units, i.Unit)},
		{Label: text.Word(ctx, "referral.web.price"), Value: i.Price().In(text.From(ctx))},
		{Label: text.Word(ctx, "referral.web.cost"), Value: cost(ctx, i)},
		{Label: text.Word(ctx, "referral.web.practitioner"), Value: i.Practitioner},
	}
}

// head is the head of a referral's page with the steps that can be taken.
func head(ctx context.Context, f referral.File, a access.Actor) ui.HeadProps {
	x := f.Referral
	h := ui.HeadProps{Title: x.Title, Note: x.Number + " · " + f.Person.Name, Tags: []ui.TagProps{referralTag(ctx, x.Status)}}
	if x.Status == "draft" && slices.ContainsFunc(f.Actions, func(s stepAction) bool { return s.Step == "edit" }) {
		h.Acts = append(h.Acts, ui.Act{Label: text.Word(ctx, "referral.web.go_on"), Href: at(x.ID) + "/" + nextStep(x), Kind: ui.Primary})
	}
	for _, s := range f.Actions {
		if stepPages[s.Step] {
			h.Acts = append(h.Acts, ui.Act{Label: text.Word(ctx, "step.referral."+s.Step), Href: at(x.ID) + "/" + s.Step})
		}
	}
	running := f.Case.Status == "open" || f.Case.Status == "paused"
	if running && nobodyLeft(f) && a.Is(access.Caseworker, access.Supervisor) {
		h.Acts = append([]ui.Act{{Label: text.Word(ctx, "referral.web.ask_others"), Icon: "search", Href: "/desk/referrals/new?again=" + x.ID.String(), Kind: ui.Primary}}, h.Acts...)
	}
	return h
}

// nobodyLeft says that nobody who was asked can still take the need on, so that others must be.
func nobodyLeft(f referral.File) bool {
	return f.Referral.Status == "unfilled" || f.Referral.Status == "sent" && !slices.ContainsFunc(f.Invitations, func(i referral.Invitation) bool {
		return slices.Contains([]string{"sent", "viewed", "requested", "waitlist_offered"}, i.Status)
	})
}

// nextStep is where a draft goes on.
func nextStep(x referral.Referral) string {
	switch {
	case len(x.Invitees.V) == 0:
		return "providers"
	case len(x.Fields.V) == 0:
		return "packet"
	}
	return "review"
}

func needFacts(ctx context.Context, x referral.Referral) []ui.Fact {
	facts := []ui.Fact{
		{Label: text.Word(ctx, "referral.web.units"), Value: unitsIn(ctx, x.Units, x.Unit)},
		{Label: text.Word(ctx, "referral.web.period"), Value: strings.TrimPrefix(dateIn(ctx, x.From)+"–"+dateIn(ctx, x.Until), "–")},
		{Label: text.Word(ctx, "referral.web.answer_by"), Value: dateIn(ctx, x.AnswerBy)},
		{Label: text.Word(ctx, "referral.web.packet_until"), Value: dateIn(ctx, x.PacketUntil)},
	}
	if x.Basis != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.basis"), Value: text.Word(ctx, basisKey(x.Basis)), Note: strings.TrimSpace(x.Provision + " " + x.Reason)})
	}
	if len(x.Fields.V) > 0 {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.fields"), Value: fieldWords(ctx, x.Fields.V)})
	}
	if x.Choice != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.choice"), Value: x.Choice})
	}
	return facts
}

func authorizationFacts(ctx context.Context, f referral.File, z referral.Authorization) []ui.Fact {
	lang := text.From(ctx)
	facts := []ui.Fact{
		{Label: text.Word(ctx, "referral.web.provider"), Value: f.Providers[z.Provider].Name.In(lang), Href: "/desk/providers/" + z.Provider.String()},
		{Label: text.Word(ctx, "referral.web.units"), Value: unitsIn(ctx, z.Units, z.Unit), Note: text.Word(ctx, "referral.web.units_left", "units", f.Left[z.ID])},
		{Label: text.Word(ctx, "referral.web.price"), Value: z.Rate().In(lang)},
		{Label: text.Word(ctx, "referral.web.period"), Value: dateIn(ctx, z.From) + "–" + dateIn(ctx, z.Until)},
	}
	if z.FirstBy != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.first_date"), Value: dateIn(ctx, z.FirstBy)})
	}
	if z.PaperBy != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.papers_by"), Value: dateIn(ctx, z.PaperBy), Tone: ui.Warn})
	}
	return facts
}

// givenActs are what can be done with an authorization: its papers came in, or
// more is to be asked for once it is used up.
func givenActs(ctx context.Context, z referral.Authorization, a access.Actor) []ui.Act {
	acts := papersAct(ctx, z, a)
	if z.Status == "exhausted" && a.Is(access.Caseworker, access.Supervisor) {
		href := "/desk/referrals/new?case_id=" + z.Case.String()
		if !z.Assignment.IsZero() {
			href = "/desk/referrals/new?assignment_id=" + z.Assignment.String()
		}
		acts = append(acts, ui.Act{Label: text.Word(ctx, "referral.web.more_units"), Icon: "send", Href: href, Small: true})
	}
	return acts
}

func papersAct(ctx context.Context, z referral.Authorization, a access.Actor) []ui.Act {
	if z.PaperBy == "" || referral.AuthorizationFlow.May(a, "file_papers", z) != nil {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.authorization.file_papers"), Post: "/desk/authorizations/" + z.ID.String() + "/file_papers",
		Fields: map[string]string{"version": strconv.FormatInt(z.Version, 10)}, Small: true}}
}

// threadEntries are the messages of an invitation, the newest first.
func threadEntries(ctx context.Context, list []referral.Message) ui.TimelineProps {
	day := ui.Day{}
	for n := len(list) - 1; n >= 0; n-- {
		m := list[n]
		day.Entries = append(day.Entries, ui.Entry{Icon: "message-square", Title: text.Word(ctx, "referral.web.side."+m.Side), Body: m.Body,
			Meta: calendar.FormatTime(m.CreatedAt, calendar.Zone(ctx), text.From(ctx)), At: m.CreatedAt.String()})
	}
	return ui.TimelineProps{Days: []ui.Day{day}}
}

func sayForm(ctx context.Context, action string) ui.ComposerProps {
	return ui.ComposerProps{Form: ui.FormProps{Action: action, ID: "say-" + strings.ReplaceAll(strings.Trim(action, "/"), "/", "-")}, Name: "body", Label: text.Word(ctx, "referral.web.message"),
		Submit: text.Word(ctx, "step.invitation_message.say")}
}

// pickOptions are the boxes of whom to ask: those chosen, then those found.
func pickOptions(ctx context.Context, f referral.File, found []provider.Found) []ui.Option {
	lang := text.From(ctx)
	var out []ui.Option
	chosen := f.Referral.Invitees.V
	for _, x := range chosen {
		out = append(out, ui.Option{Value: pick(x), Label: f.Providers[x.Provider].Name.In(lang), Hint: strings.TrimSpace(f.Sites[x.Site].Name.In(lang) + " " + kilometres(x.Metres)), Checked: true})
	}
	for _, o := range found {
		if slices.ContainsFunc(chosen, func(x referral.Invitee) bool { return x.Provider == o.Provider.ID && x.Site == o.Site.ID }) {
			continue
		}
		x := inviteeOf(o)
		hint := []string{o.Offering.Name.In(lang), text.Word(ctx, "referral.web.fit_of", "n", o.Fit, "of", provider.MaxFit)}
		for _, key := range o.Reasons {
			hint = append(hint, text.Word(ctx, key))
		}
		if km := kilometres(x.Metres); km != "" {
			hint = append(hint, km)
		}
		out = append(out, ui.Option{Value: pick(x), Label: o.Provider.Name.In(lang), Hint: strings.Join(hint, " · ")})
	}
	return out
}

func specialtyOptions(ctx context.Context, list []provider.Named, chosen string) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, x := range list {
		out[i] = ui.Option{Value: x.Code, Label: x.Name.In(text.From(ctx)), Checked: x.Code == chosen}
	}
	return out
}

func inboxHref(view string) string { return "/portal/referrals?view=" + view }

func inboxTable(ctx context.Context, q inboxQuery, list []referral.Invitation, counts map[string]int) ui.TableProps {
	t := ui.TableProps{ID: "invitations", Caption: text.Word(ctx, "referral.web.inbox"), Columns: []ui.Column{
		{Label: text.Word(ctx, "referral.web.need")}, {Label: text.Word(ctx, "referral.web.units")}, {Label: text.Word(ctx, "referral.web.answer_by")}, {Label: text.Word(ctx, "referral.web.state"), Tag: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "referral.web.inbox_none")}}
	for _, v := range referral.InboxViews {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, "referral.web.inbox."+v), Href: inboxHref(v), Count: counts[v], Current: v == q.View})
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		t.Pager = &ui.PagerProps{NextHref: inboxHref(q.View) + "&cursor=" + list[pageSize-1].ID.String()}
	}
	for _, i := range list {
		t.Rows = append(t.Rows, ui.Row{ID: i.ID.String(), Href: portalAt(i.ID), Title: i.Asked.V.Title, Sub: i.Asked.V.Number, Unread: i.Status == "sent",
			Cells: []templ.Component{ui.Text(unitsIn(ctx, i.Asked.V.Units, i.Asked.V.Unit)), ui.Text(dateIn(ctx, i.AnswerBy)), ui.Tag(invitationTag(ctx, i.Status))}})
	}
	return t
}

func askedFacts(ctx context.Context, i referral.Invitation) []ui.Fact {
	x := i.Asked.V
	return []ui.Fact{
		{Label: text.Word(ctx, "referral.web.units"), Value: unitsIn(ctx, x.Units, x.Unit)},
		{Label: text.Word(ctx, "referral.web.period"), Value: strings.TrimPrefix(dateIn(ctx, x.From)+"–"+dateIn(ctx, x.Until), "–")},
		{Label: text.Word(ctx, "referral.web.language"), Value: languageWord(ctx, x.Language)},
		{Label: text.Word(ctx, "referral.web.answer_by"), Value: dateIn(ctx, i.AnswerBy)},
		{Label: text.Word(ctx, "referral.web.packet_until"), Value: dateIn(ctx, i.PacketUntil)},
	}
}

func languageWord(ctx context.Context, v string) string {
	if v == "" {
		return ""
	}
	return text.Word(ctx, languageKey(v))
}

// below is the page of each answer in the portal.
var below = map[string]string{"request_authorization": "request", "offer_waitlist": "waitlist", "decline": "decline"}

// answerActs are the buttons of an open invitation.
func answerActs(ctx context.Context, o referral.Opened) []ui.Act {
	var out []ui.Act
	for _, s := range o.Actions {
		page, ok := below[s.Step]
		if !ok {
			continue
		}
		act := ui.Act{Label: text.Word(ctx, "step.invitation."+s.Step), Href: portalAt(o.Invitation.ID) + "/" + page}
		if s.Step == "request_authorization" {
			act.Kind = ui.Primary
		}
		out = append(out, act)
	}
	return out
}

// givenNotice tells a provider what it is authorized for, or that it is used up.
func givenNotice(ctx context.Context, o referral.Opened) ui.NoticeProps {
	z := o.Authorization
	out := ui.NoticeProps{Tone: ui.OK, Title: text.Word(ctx, "referral.web.you_are_authorized", "number", z.Number), Acts: planActs(ctx, *z),
		Text: text.Word(ctx, "referral.web.authorized_for", "units", unitsIn(ctx, z.Units, z.Unit), "from", dateIn(ctx, z.From), "until", dateIn(ctx, z.Until)) +
			text.Word(ctx, "referral.web.left_of", "units", o.Left)}
	if z.Status == "exhausted" {
		out.Tone, out.Text = ui.Warn, text.Word(ctx, "referral.web.used_up", "units", unitsIn(ctx, z.Units, z.Unit))
	}
	return out
}

// planActs lead from an authorization that runs to planning its sessions.
func planActs(ctx context.Context, z referral.Authorization) []ui.Act {
	if z.Status != "active" {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "referral.web.plan_sessions"), Icon: "calendar-plus", Href: "/portal/schedules/new?authorization_id=" + z.ID.String(), Small: true}}
}

func ownOffer(i referral.Invitation) bool { return i.AnsweredAt != 0 }

func ownFacts(ctx context.Context, i referral.Invitation) []ui.Fact {
	facts := []ui.Fact{{Label: text.Word(ctx, "referral.web.answer"), Value: text.Word(ctx, "status.invitation."+i.Status)}}
	if i.Currency != "" {
		facts = append(facts, offerFacts(ctx, i)...)
	}
	if i.WaitDays > 0 {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.wait_days"), Value: text.Word(ctx, "referral.web.wait_n", "n", i.WaitDays)})
	}
	if i.Note != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "referral.web.note"), Value: i.Note})
	}
	return facts
}
