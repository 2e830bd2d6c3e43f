package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

type pages struct{ room *intake.Room }

// kind is one of the four as the desk works with it.
type kind struct {
	entity, segment string
	form            func(form ui.FormProps) templ.Component
	create          door.Page
	open            func(ctx context.Context, a access.Actor, id db.ID) (view, error)
	join            func(ctx context.Context, a access.Actor, id db.ID, in intake.JoinInput) (intake.Joined, error)
	take            func(ctx context.Context, a access.Actor, id db.ID, step string, in intake.AnswerInput) error
	steps           []string
}

// view is what came in as its page shows it, whatever its kind.
type view struct {
	kind     kind
	Arrival  intake.Arrival
	Subject  string // whom it is about, as it was told
	Body     string
	Facts    []ui.Fact
	Tags     []ui.TagProps
	Reasons  []intake.Weight
	Sealed   bool // a reporter can be revealed
	Named    bool // it names somebody who can be registered
	Actions  []flow.Action
	Person   people.Card
	Cases    []cases.Case
	Away     bool // it stands in a case besides that the reader does not see
	History  []journal.Row
	Users    map[db.ID]text.Pair
	Team     text.Pair
	Now      calendar.Time
	Reporter *intake.Reporter // revealed
	Items    *ui.TableProps   // what is applied for
	Returned []ui.Fact        // the parts that were returned, and why
	Papers   []ui.Document
	Led      []intake.Led
	Reports  []intake.Report
	Notices  []ui.NoticeProps        // what to know before anything else
	Inbound  *intake.InboundReferral // where it is one
	Groups   []factGroup             // facts that have a card of their own
}

// factGroup is a card of facts.
type factGroup struct {
	Title string
	Facts []ui.Fact
}

func (v view) at() string { return intake.Href(v.kind.entity, v.Arrival.ID) }

func version(n int64) string { return strconv.FormatInt(n, 10) }

func viewOf[R any](f intake.File[R], a intake.Arrival) view {
	return view{Arrival: a, Actions: f.Actions, Person: f.Person, Cases: f.Cases, Away: f.Away, History: f.History, Users: f.Users, Team: f.Team, Now: f.Now, Led: f.Led, Reports: f.Reports}
}

// The words of coded values.

func kindKey(v string) string           { return "cases.kind." + v }
func channelKey(v string) string        { return "intake.channel." + v }
func allegationKey(v string) string     { return "intake.allegation." + v }
func discretionKey(v string) string     { return "intake.discretion." + v }
func dueKey(v string) string            { return "intake.due." + v }
func concernKey(v string) string        { return "intake.concern." + v }
func discretionHintKey(v string) string { return "intake.web.discretion_hint." + v }
func reachKey(v string) string          { return "intake.reach." + v }
func expenseKey(v string) string        { return "intake.expense." + v }
func paperKey(v string) string          { return "intake.paper." + v }
func involvedKey(v string) string       { return "intake.involved." + v }
func outcomeKey(v string) string        { return "intake.outcome." + v }
func purposeKey(v string) string        { return "intake.purpose." + v }
func periodKey(v string) string         { return "intake.period." + v }
func stageKey(v string) string          { return "intake.stage." + v }
func troubleKey(v string) string        { return "intake.trouble." + v }
func helpKey(v string) string           { return "intake.help." + v }
func entityKey(v string) string         { return "intake.entity." + v }
func freshKey(v string) string          { return "intake.web.fresh." + v }
func relationKey(v string) string       { return "people.relation." + v }

func stepKey(entity, step string) string     { return "step." + entity + "." + step }
func statusKey(entity, status string) string { return "status." + entity + "." + status }

func options(ctx context.Context, key func(string) string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v))}
	}
	return out
}

func coded(ctx context.Context, key func(string) string, v string) string {
	if v == "" {
		return ""
	}
	return text.Word(ctx, key(v))
}

// kinds are the four, in the order they are shown.
func (p *pages) kinds() []kind {
	room := p.room
	return []kind{
		{
			entity: intake.KindComplaint, segment: "complaints", form: complaintForm, create: p.createComplaint, join: room.JoinComplaint,
			steps: []string{"review", "respond", "no_action", "send_elsewhere", "propose_screening_out", "screen_out", "send_back", "reopen", "void"},
			open:  p.openComplaint,
			take: func(ctx context.Context, a access.Actor, id db.ID, step string, in intake.AnswerInput) error {
				_, err := room.ComplaintStep(ctx, a, id, step, in)
				return err
			},
		},
		{
			entity: intake.KindReferral, segment: "inbound-referrals", form: p.inboundFresh, create: p.createReferral, join: room.JoinReferral,
			steps: inboundSteps, open: p.openReferral,
		},
		{
			entity: intake.KindApplication, segment: "applications", form: p.applicationForm, create: p.createApplication, join: room.JoinApplication,
			steps: []string{"review", "return", "send_again", "withdraw", "void"}, open: p.openApplication,
			take: func(ctx context.Context, a access.Actor, id db.ID, step string, in intake.AnswerInput) error {
				_, err := room.ApplicationStep(ctx, a, id, step, in)
				return err
			},
		},
		{
			entity: intake.KindInquiry, segment: "inquiries", form: inquiryForm, create: p.createInquiry, join: room.JoinInquiry,
			steps: []string{"answer", "follow_up", "void"}, open: p.openInquiry,
			take: func(ctx context.Context, a access.Actor, id db.ID, step string, in intake.AnswerInput) error {
				_, err := room.InquiryStep(ctx, a, id, step, in)
				return err
			},
		},
	}
}

func (p *pages) show(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.draw(w, r, k, nil) }
}

func (p *pages) draw(w http.ResponseWriter, r *http.Request, k kind, who *intake.Reporter) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := k.open(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	v.kind, v.Reporter = k, who
	if who == nil && v.Sealed && !access.From(ctx).Is(access.IntakeWorker, access.Supervisor) {
		v.Sealed = false
	}
	page := ui.Page{Title: v.Arrival.Number, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: "/desk/intake"}, {Label: v.Arrival.Number}}}
	return door.Show(w, r, page, arrivalPage(v))
}

// reveal opens the sealed reporter; asking is a POST, so that no link can do it.
func (p *pages) reveal(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	who, err := p.room.Reveal(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return p.draw(w, r, p.kinds()[0], &who)
}

func (p *pages) openComplaint(ctx context.Context, a access.Actor, id db.ID) (view, error) {
	f, err := p.room.Complaint(ctx, a, id)
	if err != nil {
		return view{}, err
	}
	x := f.Record
	v := viewOf(f, x.Arrival)
	v.Subject, v.Body, v.Reasons, v.Sealed = x.About, x.Body, x.Reasons.V, len(x.Reporter) > 0
	words := make([]string, len(x.Allegations.V))
	for i, y := range x.Allegations.V {
		words[i] = text.Word(ctx, allegationKey(y))
	}
	v.Tags = []ui.TagProps{{Text: text.Word(ctx, "intake.web.points", "n", x.Priority), Tone: tone(x.Priority), Icon: "flag"}}
	v.Facts = facts(ctx,
		"allegations", strings.Join(words, "・"), "about", x.About, "address", x.Address, "incident_on", x.IncidentOn.In(text.From(ctx)), "happened", x.Happened,
		"discretion", text.Word(ctx, discretionKey(x.Discretion)), "outcome", coded(ctx, outcomeKey, x.Outcome), "answer", x.Answer,
		"handed_to", x.SentTo, "respond_by", until(ctx, x.DueAt), "report_by", until(ctx, x.ReportBy), "decide_by", until(ctx, x.DecideBy),
		"responded", responded(ctx, x), "response", x.Response)
	if x.NextAt > 0 && x.Status != "resolved" {
		v.Arrival.DueAt = x.NextAt
	}
	v.Notices = complaintNotices(ctx, f)
	for _, y := range x.Involved.V {
		v.Facts = append(v.Facts, ui.Fact{Label: text.Word(ctx, involvedKey(y.Role)), Value: y.Name, Note: y.Detail})
	}
	return v, nil
}

// until is a deadline, "" for none.
func until(ctx context.Context, t calendar.Time) string {
	if t == 0 {
		return ""
	}
	return calendar.FormatTime(t, calendar.Zone(ctx), text.From(ctx))
}

func tone(points int64) ui.Tone {
	switch {
	case points >= 60:
		return ui.Bad
	case points >= 30:
		return ui.Warn
	}
	return ui.Outline
}

func (p *pages) openInquiry(ctx context.Context, a access.Actor, id db.ID) (view, error) {
	f, err := p.room.Inquiry(ctx, a, id)
	if err != nil {
		return view{}, err
	}
	x := f.Record
	v := viewOf(f, x.Arrival)
	v.Subject, v.Body = x.About, x.Body
	v.Facts = facts(ctx, "caller", x.Caller, "contact", x.Contact, "about", x.About, "answer", x.Answer, "handed_to", x.HandedTo,
		"follow_up_on", x.FollowUpOn.In(text.From(ctx)), "followed_up", x.FollowedUp)
	return v, nil
}

func (p *pages) openApplication(ctx context.Context, a access.Actor, id db.ID) (view, error) {
	f, err := p.room.Application(ctx, a, id)
	if err != nil {
		return view{}, err
	}
	offers, err := p.room.OffersToday(ctx)
	if err != nil {
		return view{}, err
	}
	x, lang := f.Record, text.From(ctx)
	v := viewOf(f, x.Arrival)
	who := x.Applicant.V
	v.Subject, v.Body, v.Named = strings.TrimSpace(who.Family+" "+who.Given), x.Statement, who.Family+who.Given != ""
	v.Facts = facts(ctx, "purpose", text.Word(ctx, purposeKey(x.Purpose)), "applicant", v.Subject, "birth_date", who.BirthDate.In(lang),
		"reach", coded(ctx, reachKey, who.Reach), "safely", who.Safely, "phone", who.Phone, "email", who.Email,
		"address", strings.TrimSpace(who.Postcode+" "+who.Address), "answer", x.Answer)
	items := itemsTable(ctx, a, f.Items, offers, x.Input(nil).NameOf, func(i intake.Item) bool { return !f.Away && !i.Whose(x).IsZero() })
	v.Items = &items
	for _, c := range x.CoApplicants(f.Items) {
		v.Facts = append(v.Facts, applicantFact(ctx, a, x, c))
	}
	v.Facts = append(v.Facts, toldFacts(ctx, x.Input(nil))...)
	v.Returned = returnedFacts(ctx, x.Returned.V)
	v.Papers, err = p.paperList(ctx, a, intake.KindApplication, id)
	return v, err
}

// paperList are the papers of what came in, each with the way to its file.
func (p *pages) paperList(ctx context.Context, a access.Actor, kind string, id db.ID) ([]ui.Document, error) {
	if p.room.Documents == nil {
		return nil, nil
	}
	list, err := p.room.Documents.List(ctx, a, kind, id)
	if err != nil {
		return nil, err
	}
	files, err := p.room.Documents.Files(ctx, list)
	out := make([]ui.Document, len(list))
	for i, d := range list {
		f := files[d.File]
		out[i] = ui.Document{Name: d.Title, Note: f.Name, Tag: ui.TagProps{Text: text.Word(ctx, statusKey("document", d.Status)), Tone: paperTones[d.Status]}}
		switch {
		case f.Waits():
			out[i].Tag = ui.TagProps{Text: text.Word(ctx, "intake.web.paper_waits"), Tone: ui.Warn}
		case f.Harmful():
			out[i].Tag = ui.TagProps{Text: text.Word(ctx, "intake.web.paper_harmful"), Tone: ui.Bad}
		case !d.File.IsZero():
			out[i].Href = "/api/v1/documents/" + d.ID.String() + "/file"
		}
	}
	return out, err
}

var paperTones = map[string]ui.Tone{"requested": ui.Warn, "received": ui.Info, "accepted": ui.OK, "rejected": ui.Bad}

// itemsTable lists what is applied for, each with the way to determine and to
// decide it; both need to know whose it is.
func itemsTable(ctx context.Context, a access.Actor, items []intake.Item, offers []intake.Offer, named func(string) string, known func(intake.Item) bool) ui.TableProps {
	t := ui.TableProps{ID: "items", Caption: text.Word(ctx, "intake.web.field.items"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.web.field.items")}, {Label: text.Word(ctx, "intake.web.col.status"), Tag: true}},
		Empty:   ui.EmptyProps{Title: text.Word(ctx, "intake.web.no_items")}}
	for _, i := range items {
		row := ui.Row{ID: i.ID.String(), Title: itemName(ctx, offers, i),
			Cells: []templ.Component{ui.Tag(ui.TagProps{Text: text.Word(ctx, statusKey("application_item", i.Status)), Tone: itemTones[i.Status]})}}
		if i.Applicant != "" {
			row.Sub = text.Word(ctx, "intake.web.for_applicant", "name", named(i.Applicant))
		}
		if known(i) && i.Status == "requested" {
			row.Acts = itemActs(ctx, a, i)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

var itemTones = map[string]ui.Tone{"requested": ui.Warn, "approved": ui.OK, "denied": ui.Bad}

// itemActs lead to the pages of the assessment room.
func itemActs(ctx context.Context, a access.Actor, i intake.Item) []ui.Act {
	item := "?item_kind=application_item&item_id=" + i.ID.String()
	var out []ui.Act
	if a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager) && !(i.Program.IsZero() && i.Benefit.IsZero()) {
		out = append(out, ui.Act{Label: text.Word(ctx, "intake.web.determine"), Href: "/desk/determinations/new" + item, Small: true})
	}
	if slices.ContainsFunc(intake.ItemFlow.Actions(a, i), func(x flow.Action) bool { return x.Step == "approve" }) {
		out = append(out, ui.Act{Label: text.Word(ctx, "intake.web.decide"), Href: "/desk/decisions/new" + item, Small: true})
	}
	return out
}

// Panels show on a case what was applied for and waits for a decision.
func Panels(room *intake.Room) []ui.Panel {
	return []ui.Panel{{Key: "applied", On: "case", Roles: access.StaffRoles, Queue: func(b *db.Batch, a access.Actor, of db.ID) func(context.Context) templ.Component {
		items := intake.QueueItemsOfCase(b, of)
		return func(ctx context.Context) templ.Component {
			if !slices.ContainsFunc(items.Rows, func(i intake.Item) bool { return i.Status == "requested" }) {
				return nil
			}
			offers, err := room.OffersToday(ctx)
			if err != nil {
				return ui.Notice(ui.NoticeProps{Tone: ui.Warn, Title: text.Word(ctx, "intake.web.unavailable")})
			}
			return itemsCard(itemsTable(ctx, a, items.Rows, offers, func(string) string { return text.Word(ctx, "intake.web.co_applicant") },
				func(i intake.Item) bool { return i.Applicant == "" || !i.Person.IsZero() }))
		}
	}}}
}

func itemName(ctx context.Context, offers []intake.Offer, i intake.Item) string {
	for _, o := range offers {
		if o.Program == i.Program && o.Benefit == i.Benefit && !(i.Program.IsZero() && i.Benefit.IsZero()) {
			return o.Name.In(text.From(ctx))
		}
	}
	if i.Label != "" {
		return i.Label
	}
	return text.Word(ctx, "intake.web.of_catalog")
}

// facts are what is said, by the name of its field; what is empty is left out.
func facts(ctx context.Context, pairs ...string) []ui.Fact {
	var out []ui.Fact
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[len(pair)-1]; value != "" {
			out = append(out, ui.Fact{Label: text.Word(ctx, fieldKey(name)), Value: value})
		}
	}
	return out
}

func fieldKey(v string) string { return "intake.web.field." + v }

func (v view) highlights(ctx context.Context) ui.HighlightsProps {
	x, lang, zone := v.Arrival, text.From(ctx), calendar.Zone(ctx)
	name := v.Person.Name
	if name == "" {
		name = v.Subject
	}
	if name == "" {
		name = text.Word(ctx, "intake.web.nobody_named")
	}
	h := ui.HighlightsProps{Initials: ui.Initials(name), Name: name, Sub: text.Word(ctx, entityKey(v.kind.entity)) + " " + x.Number,
		Tags: append([]ui.TagProps{{Text: text.Word(ctx, statusKey(v.kind.entity, x.Status)), Tone: ui.Info}}, v.Tags...),
		Facts: []ui.Fact{
			{Label: text.Word(ctx, "intake.web.field.channel"), Value: text.Word(ctx, channelKey(x.Channel))},
			{Label: text.Word(ctx, "intake.web.field.main_kind"), Value: coded(ctx, kindKey, x.MainKind)},
		}}
	if owner, team := v.Users[x.Owner].In(lang), v.Team.In(lang); owner+team != "" {
		h.Facts = append(h.Facts, ui.Fact{Label: text.Word(ctx, "intake.web.col.owner"), Value: strings.TrimSpace(owner + " " + team)})
	}
	if x.ReceivedAt != 0 {
		h.Facts = append(h.Facts,
			ui.Fact{Label: text.Word(ctx, "intake.web.col.waited"), Value: calendar.Relative(v.Now, x.ReceivedAt, zone, lang)},
			ui.Fact{Label: text.Word(ctx, "intake.web.col.due"), Value: calendar.FormatTime(x.DueAt, zone, lang)})
	}
	for _, a := range v.Actions {
		if a.Step == "turn" {
			h.More = append(h.More, turnActs(ctx, x.ID)...)
		}
		if act, ok := v.act(ctx, a); ok {
			if a.Step == "join" || a.Step == "review" || a.Step == "respond" {
				h.Acts = append(h.Acts, act)
			} else {
				h.More = append(h.More, act)
			}
		}
	}
	return h
}

// act is a step as a button; false when it has none here.
func (v view) act(ctx context.Context, a flow.Action) (ui.Act, bool) {
	step := a.Step
	if step == "join_more" {
		step = "join"
	}
	if step == "assign" {
		item := strings.Join([]string{v.kind.entity, version(v.Arrival.Version), v.Arrival.ID.String()}, ".")
		out := ui.Act{Label: text.Word(ctx, "intake.web.assign_to"), Icon: "users", Href: assignAt + "?" + url.Values{"id": {item}, "back": {v.at()}}.Encode()}
		if a.Blocked != nil {
			out.Blocked, out.Href = text.T(text.From(ctx), a.Blocked.Key, a.Blocked.Args), ""
		}
		return out, true
	}
	if !slices.Contains(append([]string{"join", "leave", "report"}, v.kind.steps...), step) ||
		a.Blocked != nil && slices.Contains([]string{"leave", "respond", "follow_up", "send_back"}, step) || step == "leave" && len(v.Cases) == 0 {
		return ui.Act{}, false
	}
	out := ui.Act{Label: text.Word(ctx, stepKey(v.kind.entity, a.Step))}
	switch {
	case a.Blocked != nil:
		out.Blocked = text.T(text.From(ctx), a.Blocked.Key, a.Blocked.Args)
	case a.Plain:
		out.Post, out.Fields = v.at()+"/"+step, map[string]string{"version": version(v.Arrival.Version)}
	default:
		out.Href = v.at() + "/" + step
	}
	if step == "join" {
		out.Kind = ui.Primary
	}
	return out, true
}

func (v view) lines(ctx context.Context) []ui.AuditLine {
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	out := make([]ui.AuditLine, 0, len(v.History))
	for _, row := range v.History {
		key := flow.StepWord(row.Entity, row.Step)
		if !text.Has(key) {
			continue
		}
		line := ui.AuditLine{When: calendar.FormatTime(row.At, zone, lang), Exact: calendar.FormatTime(row.At, zone, lang), What: text.Word(ctx, key)}
		if name, ok := v.Users[row.Actor]; ok {
			line.Who = name.In(lang)
		}
		if changes, err := row.Fields(); err == nil {
			line.Why, _ = changes[journal.Reason].New.(string)
		}
		out = append(out, line)
	}
	return out
}

func (v view) cases(ctx context.Context) []ui.Fact {
	out := make([]ui.Fact, len(v.Cases))
	for i, c := range v.Cases {
		out[i] = ui.Fact{Label: text.Word(ctx, kindKey(c.MainKind)), Value: c.Number, Href: "/desk/cases/" + c.ID.String()}
	}
	return out
}

// freshHead names the page of a new arrival and the way back to the list.
func (k kind) freshHead(ctx context.Context) ui.Page {
	title := text.Word(ctx, freshKey(k.entity))
	return ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: "/desk/intake"}, {Label: title}}}
}

// created leads to what was made, or draws the form again.
func (p *pages) created(w http.ResponseWriter, r *http.Request, entity string, id db.ID, err error) error {
	if err == nil {
		door.Toast(w, r, ui.OK, "intake.web.taken_down")
		return door.See(w, r, intake.Href(entity, id))
	}
	i := slices.IndexFunc(p.kinds(), func(k kind) bool { return k.entity == entity })
	k := p.kinds()[i]
	return door.Refuse(w, r, err, k.freshHead(r.Context()), func(err error) templ.Component {
		return freshPage(k, ui.FormProps{Action: "/desk/intake/" + k.segment, Typed: door.Typed(r), Fault: err, Hidden: originOf(door.Typed(r))}, "")
	})
}

func (p *pages) createInquiry(w http.ResponseWriter, r *http.Request) error {
	var in intake.InquiryInput
	var x intake.Inquiry
	err := door.Form(r, &in)
	if err == nil {
		x, err = p.room.ReceiveInquiry(r.Context(), access.From(r.Context()), in)
	}
	return p.created(w, r, intake.KindInquiry, x.ID, err)
}

func (p *pages) createComplaint(w http.ResponseWriter, r *http.Request) error {
	var in intake.ComplaintInput
	var x intake.Submitted
	err := door.Form(r, &in)
	if err == nil {
		x, err = p.room.SubmitComplaint(r.Context(), access.From(r.Context()), in)
	}
	if err == nil {
		return p.receipt(w, r, x, intake.Href(intake.KindComplaint, x.ID))
	}
	return p.created(w, r, intake.KindComplaint, x.ID, err)
}

func (p *pages) createApplication(w http.ResponseWriter, r *http.Request) error {
	in, err := p.readApplication(r)
	var x intake.Submitted
	if err == nil {
		x, err = p.room.Apply(r.Context(), access.From(r.Context()), in)
	}
	if err == nil {
		return p.receipt(w, r, x, intake.Href(intake.KindApplication, x.ID))
	}
	return p.created(w, r, intake.KindApplication, x.ID, err)
}

// receipt shows, once, the number with which the sender can ask how far it is.
// It answers the POST itself, so that the receipt stands in no address.
func (p *pages) receipt(w http.ResponseWriter, r *http.Request, x intake.Submitted, next string) error {
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "intake.web.received")}, receiptPage(x, next, ""))
}

func (p *pages) askStep(k kind, step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawStep(w, r, k, step, nil) }
}

func (p *pages) drawStep(w http.ResponseWriter, r *http.Request, k kind, step string, refused error) error {
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
	page, form := ui.Page{Title: text.Word(ctx, stepKey(k.entity, step))}, ui.FormProps{Action: v.at() + "/" + step, Version: version(v.Arrival.Version)}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return stepPage(form, step, v)
		})
	}
	return door.Show(w, r, page, stepPage(form, step, v))
}

func (p *pages) step(k kind, step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in intake.AnswerInput
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			if err = k.take(ctx, access.From(ctx), id, step, in); err == nil {
				door.Toast(w, r, ui.OK, "intake.web.saved")
				return door.See(w, r, intake.Href(k.entity, id))
			}
		}
		return p.drawStep(w, r, k, step, err)
	}
}

// asks tells which fields the form of a step has.
func asks(step string) (answer, handed, day, reason bool) {
	switch step {
	case "answer":
		return true, true, true, false
	case "send_elsewhere":
		return true, true, false, false
	case "follow_up":
		return true, false, true, false
	case "no_action", "screen_out", "decline", "return", "respond":
		return true, false, false, false
	}
	return false, false, false, step == "propose_screening_out" || step == "send_back" || step == "reopen" || step == "void"
}

// joinForm is the page that finds the person first, then the case.
type joinForm struct {
	view
	Q       string
	Found   intake.Candidates
	Form    ui.FormProps
	Persons []ui.Option
	Running []ui.Option
}

// withoutTitle is a name as it is kept: who called said it with a title.
func withoutTitle(name string) string {
	name = strings.TrimSpace(name)
	for _, title := range []string{"さん", "さま", "ちゃん", "くん", "様", "氏", "殿"} {
		if bare, had := strings.CutSuffix(name, title); had {
			return strings.TrimSpace(bare)
		}
	}
	for _, title := range []string{"Mr. ", "Ms. ", "Mrs. ", "Mr ", "Ms ", "Mrs "} {
		if bare, had := strings.CutPrefix(name, title); had {
			return strings.TrimSpace(bare)
		}
	}
	return name
}

func (p *pages) askJoin(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawJoin(w, r, k, nil) }
}

func (p *pages) drawJoin(w http.ResponseWriter, r *http.Request, k kind, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	v, err := k.open(ctx, a, id)
	if err != nil {
		return err
	}
	v.kind = k
	j := joinForm{view: v, Q: r.URL.Query().Get("q"), Form: ui.FormProps{Action: v.at() + "/join", Version: version(v.Arrival.Version)}}
	if j.Q == "" {
		j.Q = withoutTitle(v.Subject)
	}
	if j.Found, err = p.found(ctx, a, j); err != nil {
		return err
	}
	j.choices(ctx)
	page := ui.Page{Title: text.Word(ctx, stepKey(k.entity, "join"))}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			j.Form.Typed, j.Form.Fault = door.Typed(r), err
			return joinPage(j)
		})
	}
	return door.Show(w, r, page, joinPage(j))
}

// choices are who may be meant, and the running cases of each.
func (j *joinForm) choices(ctx context.Context) {
	lang := text.From(ctx)
	for _, m := range j.Found.Found {
		why := make([]string, len(m.Reasons))
		for i, key := range m.Reasons {
			why[i] = text.Word(ctx, key)
		}
		j.Persons = append(j.Persons, ui.Option{Value: m.Card.ID.String(), Label: m.Card.Name,
			Hint: strings.Join(slices.DeleteFunc([]string{m.Card.Kana, m.Card.Birth().In(lang), strings.Join(why, "・")}, func(s string) bool { return s == "" }), " ")})
		j.running(ctx, m.Card)
	}
	if c := j.Person; !c.ID.IsZero() && !slices.ContainsFunc(j.Persons, func(o ui.Option) bool { return o.Value == c.ID.String() }) {
		j.Persons = append(j.Persons, ui.Option{Value: c.ID.String(), Label: c.Name})
		j.running(ctx, c)
	}
	if j.Named {
		j.Persons = append(j.Persons, ui.Option{Value: registerNamed, Label: text.Word(ctx, "intake.web.register_named", "name", j.Subject)})
	}
	j.Running = append(j.Running, ui.Option{Value: openNew, Label: text.Word(ctx, "intake.web.open_new")})
}

// running adds the running cases of somebody who may be meant.
func (j *joinForm) running(ctx context.Context, of people.Card) {
	for _, c := range j.Found.Cases[of.ID] {
		j.Running = append(j.Running, ui.Option{Value: c.ID.String(), Label: c.Number, Hint: text.Word(ctx, kindKey(c.MainKind)) + " " + of.Name})
	}
}

// The choices of the join form that are no record.
const (
	registerNamed = "register"
	openNew       = "new"
)

// joinIn is the join form as it is sent.
type joinIn struct {
	Who     string `json:"who,omitempty"`
	Into    string `json:"into"`
	Kind    string `json:"main_kind,omitempty"`
	Title   string `json:"title,omitempty"`
	Answer  string `json:"answer,omitempty"`
	Version int64  `json:"version"`
}

func (in joinIn) input() intake.JoinInput {
	out := intake.JoinInput{Answer: in.Answer, Version: in.Version, RegisterNamed: in.Who == registerNamed}
	if id, err := db.ParseID(in.Who); err == nil {
		out.Person = id
	}
	if id, err := db.ParseID(in.Into); err == nil {
		out.Case = id
	} else if in.Into == openNew {
		out.Open = &intake.OpenInput{Kind: in.Kind, Title: in.Title}
	}
	return out
}

func (p *pages) join(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in joinIn
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			var done intake.Joined
			if done, err = k.join(ctx, access.From(ctx), id, in.input()); err == nil {
				door.Toast(w, r, ui.OK, "intake.web.joined", "number", done.Number)
				return door.See(w, r, intake.Href(k.entity, id))
			}
		}
		return p.drawJoin(w, r, k, err)
	}
}
