package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
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

// The words of coded values.

func stageKey(v string) string    { return "cases.stage." + v }
func kindKey(v string) string     { return "cases.kind." + v }
func priorityKey(v string) string { return "cases.priority." + v }
func riskKey(v string) string {
	if v == "" {
		v = "unrated"
	}
	return "cases.risk." + v
}
func waitsKey(v string) string      { return "cases.waits." + v }
func pauseKey(v string) string      { return "cases.pause_ground." + v }
func closeKey(v string) string      { return "cases.close_ground." + v }
func outcomeKey(v string) string    { return "cases.outcome." + v }
func roleKey(v string) string       { return "cases.role." + v }
func channelKey(v string) string    { return "cases.channel." + v }
func strengthKey(v string) string   { return "cases.strength." + v }
func memberRoleKey(v string) string { return "cases.member_role." + v }
func stepKey(v string) string       { return "step.case." + v }
func statusKey(v string) string     { return "status.case." + v }
func viewKey(v string) string       { return "cases.web.view." + v }
func fieldKey(v string) string      { return "cases.web.field." + v }
func timelineKey(v string) string   { return "cases.timeline." + v }

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

// said is a word when the text is the key of one, else what somebody wrote.
func said(ctx context.Context, s string, args map[string]any) string {
	if text.Has(s) {
		return text.T(text.From(ctx), s, args)
	}
	return s
}

func nameOf(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return text.Word(ctx, "cases.web.unnamed")
	}
	return c.Name
}

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" || d == cases.NoDue {
		return ""
	}
	return calendar.FormatDate(d, text.From(ctx))
}

func shortDate(ctx context.Context, d calendar.Date) string {
	if d == "" || d == cases.NoDue {
		return ""
	}
	return calendar.FormatShort(d, text.From(ctx))
}

// findNote says who can be chosen below, and how to get at others.
func findNote(ctx context.Context, c choices) string {
	switch {
	case c.find == "":
		return text.Word(ctx, "cases.web.colleagues_near")
	case c.found == 0:
		return text.Word(ctx, "cases.web.nobody_found")
	case c.more:
		return text.Word(ctx, "cases.web.colleagues_many", "most", mostOffered)
	}
	return text.Word(ctx, "cases.web.colleagues_found")
}

func userName(ctx context.Context, users map[db.ID]text.Pair, id db.ID) string {
	if name, ok := users[id]; ok {
		return name.In(text.From(ctx))
	}
	return ""
}

func listHref(f cases.Filter, view, after string) string {
	href := "/desk/cases?view=" + view
	if f.Mine {
		href += "&mine=true"
	}
	if f.Kind != "" {
		href += "&main_kind=" + f.Kind
	}
	if after != "" {
		href += "&after=" + after
	}
	return href
}

// worktable is the worklist as a table.
func worktable(ctx context.Context, l cases.List) ui.TableProps {
	t := ui.TableProps{
		ID: "cases", Caption: text.Word(ctx, "cases.web.title"), Keys: true,
		Filter: &ui.FilterProps{
			Action: "/desk/search", Placeholder: text.Word(ctx, "cases.web.find"),
		},
		Columns: []ui.Column{
			{Label: text.Word(ctx, "cases.web.col.person")},
			{Label: text.Word(ctx, "cases.web.col.due")},
			{Label: text.Word(ctx, "cases.web.col.stage"), Bare: true},
			{Label: text.Word(ctx, "cases.web.col.next"), Priority: 2},
			{Label: text.Word(ctx, "cases.web.col.kind"), Priority: 3},
			{Label: text.Word(ctx, "cases.web.col.owner"), Priority: 3},
		},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "cases.web.none"), Text: text.Word(ctx, "cases.web.none_hint"),
			Act: ui.Act{Label: text.Word(ctx, "cases.web.find_person"), Href: "/desk/persons", Kind: ui.Primary}},
	}
	for _, v := range cases.Views {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, viewKey(v)), Href: listHref(l.Filter, v, ""), Count: l.Counts[v], Current: v == l.Filter.View})
	}
	if l.Next != "" || l.Filter.After != "" {
		t.Pager = &ui.PagerProps{}
		if l.Next != "" {
			t.Pager.NextHref = listHref(l.Filter, l.Filter.View, l.Next)
		}
		if l.Filter.After != "" {
			t.Pager.PrevHref = listHref(l.Filter, l.Filter.View, "")
		}
	}
	for _, r := range l.Rows {
		t.Rows = append(t.Rows, rowOf(ctx, l, r))
	}
	return t
}

func rowOf(ctx context.Context, l cases.List, r cases.Row) ui.Row {
	who := l.Persons[r.Person]
	sub := r.Number
	if r.Title != "" {
		sub += "・" + r.Title
	}
	row := ui.Row{ID: r.ID.String(), Href: at(r.ID), Title: nameOf(ctx, who), Sub: sub}
	if r.Priority == "high" {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "cases.web.priority_high"), Tone: ui.Bad, Icon: "flag"})
	}
	if r.Risk == "high" {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "cases.web.risk_high"), Tone: ui.Bad, Icon: "alert-triangle"})
	}
	if r.WaitsFor != "" {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, waitsKey(r.WaitsFor)), Tone: ui.Warn, Icon: "hourglass"})
	}
	if r.Restricted {
		row.Marks = append(row.Marks, ui.Mark{Icon: "lock", Label: text.Word(ctx, "cases.web.is_restricted")})
	}
	due := ui.Text(dateIn(ctx, r.DueOn))
	if today := l.Today(); r.DueOn < today {
		due = ui.Strong(calendar.Due(today, r.DueOn, text.From(ctx)), ui.Bad)
	} else if r.DueOn != cases.NoDue {
		due = ui.Two(calendar.Due(today, r.DueOn, text.From(ctx)), dateIn(ctx, r.DueOn))
	}
	row.Cells = []templ.Component{
		due,
		ui.StageMeter(ui.StageMeterProps{At: slices.Index(cases.Stages, r.Stage) + 1, Of: len(cases.Stages), Label: text.Word(ctx, stageKey(r.Stage))}),
		ui.Text(said(ctx, r.NextAction, nil)),
		ui.Text(text.Word(ctx, kindKey(r.MainKind))),
		ui.Text(userName(ctx, l.Owners, r.Owner)),
	}
	return row
}

// highlights is the head of a case.
func highlights(ctx context.Context, a access.Actor, f cases.File, tab string, more panels) ui.HighlightsProps {
	c, who, lang := f.Case, f.Person(), text.From(ctx)
	h := ui.HighlightsProps{
		Initials: ui.Initials(nameOf(ctx, who)), Name: nameOf(ctx, who), Sub: subtitle(ctx, f),
		Tags: tags(ctx, f),
		Facts: []ui.Fact{
			{Label: text.Word(ctx, "cases.web.fact.number"), Value: c.Number, Note: text.Word(ctx, kindKey(c.MainKind))},
			{Label: text.Word(ctx, "cases.web.fact.birth"), Value: who.Birth().In(lang)},
			{Label: text.Word(ctx, "cases.web.fact.owner"), Value: userName(ctx, f.Users, c.Owner), Note: userName(ctx, f.Teams, c.Team)},
			{Label: text.Word(ctx, "cases.web.fact.next"), Value: said(ctx, c.NextAction, nil), Note: shortDate(ctx, c.DueOn)},
			{Label: text.Word(ctx, "cases.web.fact.last_contact"), Value: lastContact(ctx, f)},
			{Label: text.Word(ctx, "cases.web.fact.days"), Value: text.Word(ctx, "cases.web.days", "n", days(ctx, f))},
		},
		Stage: ui.StagePath(stagePath(ctx, f)),
		Tabs:  ui.TabsProps{Label: text.Word(ctx, "cases.web.tabs"), Items: tabs(ctx, f, tab, more)},
	}
	h.Acts = []ui.Act{{Label: text.Word(ctx, "cases.web.write_note"), Icon: "message", Href: at(c.ID) + "#note", Kind: ui.Primary}}
	for _, x := range f.Actions {
		if !slices.Contains(pageSteps, x.Step) && x.Step != "edit" && x.Step != "resume" {
			continue
		}
		h.More = append(h.More, act(ctx, f, x))
	}
	h.More = append(h.More, ui.Act{Label: text.Word(ctx, "cases.web.open_person"), Icon: "user", Href: "/desk/persons/" + c.Person.String()})
	return h
}

func subtitle(ctx context.Context, f cases.File) string {
	who := f.Person()
	parts := []string{}
	if who.Kana != who.Name && who.Kana != "" {
		parts = append(parts, who.Kana)
	}
	if youngest, _, known := who.Birth().Age(f.Today()); known && who.DiedOn == "" {
		parts = append(parts, text.Word(ctx, "cases.web.age", "n", youngest))
	}
	if f.Case.Title != "" {
		parts = append(parts, f.Case.Title)
	}
	return strings.Join(parts, "・")
}

var severities = map[string]ui.Tone{"info": ui.Info, "warn": ui.Warn, "danger": ui.Bad}

func tags(ctx context.Context, f cases.File) []ui.TagProps {
	var out []ui.TagProps
	for _, x := range f.Alerts {
		out = append(out, ui.TagProps{Text: x.Label, Tone: severities[x.Severity], Icon: "shield-alert"})
	}
	who, c := f.Person(), f.Case
	if who.DiedOn != "" {
		out = append(out, ui.TagProps{Text: text.Word(ctx, "cases.web.died"), Tone: ui.Outline})
	}
	if who.ContactProhibited {
		out = append(out, ui.TagProps{Text: text.Word(ctx, "cases.web.contact_prohibited"), Tone: ui.Bad, Icon: "phone"})
	}
	if who.ProtectedUntil != "" && who.ProtectedUntil >= f.Today() {
		out = append(out, ui.TagProps{Text: text.Word(ctx, "cases.web.protected"), Tone: ui.Warn, Icon: "shield"})
	}
	if c.Restricted {
		out = append(out, ui.TagProps{Text: text.Word(ctx, "cases.web.is_restricted"), Tone: ui.Bad, Icon: "lock"})
	}
	if c.Status != "open" {
		out = append(out, ui.TagProps{Text: text.Word(ctx, statusKey(c.Status)), Tone: ui.Info})
	}
	if c.WaitsFor != "" {
		out = append(out, ui.TagProps{Text: text.Word(ctx, waitsKey(c.WaitsFor)), Tone: ui.Warn, Icon: "hourglass"})
	}
	tone := ui.Outline
	switch c.Risk {
	case "high":
		tone = ui.Bad
	case "medium":
		tone = ui.Warn
	}
	out = append(out, ui.TagProps{Text: text.Word(ctx, "cases.web.risk_is", "risk", text.Word(ctx, riskKey(c.Risk))), Tone: tone})
	for _, k := range c.Kinds.V {
		out = append(out, ui.TagProps{Text: text.Word(ctx, kindKey(k)), Tone: ui.Outline})
	}
	return out
}

func lastContact(ctx context.Context, f cases.File) string {
	if f.Case.LastContactAt == 0 {
		return text.Word(ctx, "cases.web.no_contact")
	}
	return calendar.Relative(f.Now, f.Case.LastContactAt, calendar.Zone(ctx), text.From(ctx))
}

func days(ctx context.Context, f cases.File) int {
	return calendar.Between(f.Case.CreatedAt.Date(calendar.Zone(ctx)), f.Today())
}

// act is a step as a button: a plain one is pressed, the others have a page.
func act(ctx context.Context, f cases.File, x flow.Action) ui.Act {
	out := ui.Act{Label: text.Word(ctx, stepKey(x.Step))}
	switch {
	case x.Blocked != nil:
		out.Blocked = why(ctx, x)
	case x.Plain:
		out.Post, out.Fields = at(f.Case.ID)+"/"+x.Step, map[string]string{"version": version(f.Case.Version)}
	default:
		out.Href = at(f.Case.ID) + "/" + x.Step
	}
	return out
}

// why says what blocks a step and names what is missing.
func why(ctx context.Context, x flow.Action) string {
	lang := text.From(ctx)
	parts := []string{text.T(lang, x.Blocked.Key, x.Blocked.Args)}
	for _, field := range x.Blocked.Fields {
		parts = append(parts, said(ctx, field.Key, field.Args))
	}
	return strings.Join(parts, " ")
}

// stagePath is the path with the criteria of the present stage and the way on.
func stagePath(ctx context.Context, f cases.File) ui.StagePathProps {
	p := ui.StagePathProps{Label: text.Word(ctx, "cases.web.path")}
	now := slices.Index(cases.Stages, f.Case.Stage)
	for i, s := range cases.Stages {
		stage := ui.Stage{Label: text.Word(ctx, stageKey(s))}
		switch {
		case i < now:
			stage.State = ui.StageDone
		case i == now:
			stage.State = ui.StageNow
		}
		p.Stages = append(p.Stages, stage)
	}
	if f.Case.Status != "open" {
		return p
	}
	for _, x := range f.Criteria {
		p.Criteria = append(p.Criteria, ui.Criterion{Label: said(ctx, x.Key, x.Args), Met: x.Met, Href: x.Href})
	}
	for _, x := range f.Actions {
		on := map[string]string{cases.Assessing: "to_planning", cases.Planning: "to_assigning", cases.Assigning: "to_monitoring", cases.Monitoring: "resolve"}
		if x.Step == on[f.Case.Stage] {
			p.Acts = append(p.Acts, act(ctx, f, x))
		}
	}
	return p
}

const tabPeople = "people"

func tabs(ctx context.Context, f cases.File, tab string, more panels) []ui.TabItem {
	out := []ui.TabItem{{Label: text.Word(ctx, "cases.web.overview"), Href: at(f.Case.ID), Current: tab == ""}}
	for _, t := range more.tabs {
		out = append(out, ui.TabItem{Label: text.Word(ctx, t.TabWord), Href: at(f.Case.ID) + "?tab=" + t.Tab, Current: t.Tab == tab})
	}
	return append(out,
		ui.TabItem{Label: text.Word(ctx, "cases.web.people"), Href: at(f.Case.ID) + "?tab=" + tabPeople, Count: len(f.Participants), Current: tab == tabPeople},
		ui.TabItem{Label: text.Word(ctx, "cases.web.history"), Href: at(f.Case.ID) + "/history"})
}

// mains and sides are the columns of the page.
func mains(ctx context.Context, f cases.File, tab string, more panels) []templ.Component {
	if tab == tabPeople {
		return append([]templ.Component{peopleCard(f), teamCard(f)}, more.main...)
	}
	if tab != "" {
		return more.main
	}
	out := slices.Clone(more.main)
	if len(f.Sources) > 0 {
		out = append(out, sourceCard(f))
	}
	return append(out, networkCard(f), teamCard(f))
}

func sides(ctx context.Context, f cases.File, note ui.FormProps, more panels) []templ.Component {
	out := []templ.Component{nextCard(f)}
	out = append(out, more.side...)
	return append(out, timelineCard(f, note, timeline(ctx, f)))
}

// nextAction is what the case itself says comes next.
func nextAction(ctx context.Context, f cases.File) ui.TaskItem {
	item := ui.TaskItem{Title: said(ctx, f.Case.NextAction, nil)}
	if f.Case.DueOn != "" {
		item.Due = calendar.Due(f.Today(), f.Case.DueOn, text.From(ctx))
		if f.Case.DueOn < f.Today() {
			item.DueTone = ui.Bad
		}
	}
	return item
}

// doNext is what the program asks, each with the way to do it.
func doNext(ctx context.Context, f cases.File) []ui.TaskItem {
	out := make([]ui.TaskItem, len(f.Prompts))
	for i, p := range f.Prompts {
		out[i] = ui.TaskItem{
			Title: p.Title(text.From(ctx), f.Persons), Href: p.Href, Due: calendar.Due(f.Today(), p.DueOn, text.From(ctx)),
			Post: "/desk/prompts/" + p.ID.String() + "/dismiss", Fields: map[string]string{"version": version(p.Version)},
		}
		if p.DueOn < f.Today() {
			out[i].DueTone = ui.Bad
		}
	}
	return out
}

func network(ctx context.Context, f cases.File) ui.NetworkProps {
	n := ui.NetworkProps{Centre: nameOf(ctx, f.Person()), Title: text.Word(ctx, "cases.web.network")}
	for _, p := range f.Participants {
		if p.Status != "active" || p.Role == "main" {
			continue
		}
		node := ui.Node{Role: text.Word(ctx, roleKey(p.Role)), Tie: ui.Tie(p.Strength), Org: p.Person.IsZero(), Name: participantName(ctx, f, p)}
		if node.Tie == "" {
			node.Tie = ui.TieWeak
		}
		node.Dead = f.Persons[p.Person].DiedOn != ""
		n.Nodes = append(n.Nodes, node)
	}
	return n
}

func participantName(ctx context.Context, f cases.File, p cases.Participant) string {
	if p.Person.IsZero() {
		return f.Bodies[p.Organization].Name.In(text.From(ctx))
	}
	return nameOf(ctx, f.Persons[p.Person])
}

func participants(ctx context.Context, f cases.File) ui.TableProps {
	t := ui.TableProps{ID: "participants", Caption: text.Word(ctx, "cases.web.people"), Columns: []ui.Column{
		{Label: text.Word(ctx, "cases.web.col.name")}, {Label: text.Word(ctx, "cases.web.field.role")},
		{Label: text.Word(ctx, "cases.web.field.channel"), Priority: 2}, {Label: text.Word(ctx, "cases.web.field.note"), Priority: 3},
	}}
	for _, p := range f.Participants {
		row := ui.Row{ID: p.ID.String(), Title: participantName(ctx, f, p), Muted: p.Status != "active", Cells: []templ.Component{
			ui.Text(text.Word(ctx, roleKey(p.Role))), ui.Two(coded(ctx, channelKey, p.Channel), p.Hours), ui.Text(p.Note),
		}}
		if !p.Person.IsZero() {
			row.Href = "/desk/persons/" + p.Person.String()
		}
		if p.Status == "active" && p.Role != "main" {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "step.participant.end"), Post: "/desk/participants/" + p.ID.String() + "/end",
				Fields: map[string]string{"version": version(p.Version)}, Small: true}}
		}
		if p.Status == "ended" {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "status.participant.ended")}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func team(ctx context.Context, f cases.File) []ui.Member {
	var out []ui.Member
	add := func(id db.ID, role string) {
		name := userName(ctx, f.Users, id)
		if name == "" {
			name = text.Word(ctx, "cases.web.unnamed")
		}
		out = append(out, ui.Member{Initials: ui.Initials(name), Name: name, Role: role})
	}
	if !f.Case.Owner.IsZero() {
		add(f.Case.Owner, text.Word(ctx, "cases.web.owner"))
	}
	for _, m := range f.Members {
		add(m.User, coded(ctx, memberRoleKey, m.Role))
	}
	return out
}

func sources(ctx context.Context, f cases.File) []ui.Fact {
	out := make([]ui.Fact, len(f.Sources))
	for i, s := range f.Sources {
		label := s.Kind
		if key := "intake.entity." + s.Kind; text.Has(key) {
			label = text.Word(ctx, key)
		}
		segment := map[string]string{"inquiry": "inquiries", "complaint": "complaints", "inbound_referral": "inbound-referrals", "application": "applications"}[s.Kind]
		out[i] = ui.Fact{Label: label, Value: calendar.FormatTime(s.CreatedAt, calendar.Zone(ctx), text.From(ctx)), Href: "/desk/intake/" + segment + "/" + s.Record.String()}
	}
	return out
}

func matchOptions(ctx context.Context, found []people.Match) []ui.Option {
	var out []ui.Option
	for _, m := range found {
		if m.Visible {
			out = append(out, ui.Option{Value: m.Card.ID.String(), Label: nameOf(ctx, m.Card), Hint: strings.TrimSpace(m.Card.Kana + " " + m.Card.Birth().In(text.From(ctx)))})
		}
	}
	return out
}

// quietSteps are the lines of the journal that a timeline leaves out: what the
// program keeps for itself, and what follows from a deed that has its own line.
var quietSteps = map[string][]string{
	"case": {"set_next", "contacted"}, "prompt": {"raise", "renew", "settle", "hand_over"}, "note": {"write", "change"},
	"goal": {"progress"}, "plan_review": {"schedule"}, "form_response": {"start", "save", "complete"},
	"referral": {"edit", "authorize"}, "benefit_assignment": {"choose"},
}

// timeline is what happened, by day, newest first.
func timeline(ctx context.Context, f cases.File) []ui.Day {
	zone, lang := calendar.Zone(ctx), text.From(ctx)
	notes := map[db.ID]cases.Note{}
	for _, n := range f.Notes {
		notes[n.ID] = n
	}
	var out []ui.Day
	for _, row := range f.History {
		e, ok := entry(ctx, f, notes, row)
		if !ok {
			continue
		}
		on := row.At.Date(zone)
		label := calendar.FormatDay(on, lang)
		e.Meta, e.At = calendar.FormatHour(row.At, zone), row.At.Std().Format(time.RFC3339)
		if who := actorName(ctx, f, row); who != "" {
			e.Meta += "・" + who
		}
		if len(out) == 0 || out[len(out)-1].Label != label {
			out = append(out, ui.Day{Label: label})
		}
		day := &out[len(out)-1]
		day.Entries = append(day.Entries, e)
	}
	return out
}

func actorName(ctx context.Context, f cases.File, row journal.Row) string {
	if name := userName(ctx, f.Users, row.Actor); name != "" {
		return name
	}
	if row.ActorKind == "system" {
		return text.Word(ctx, "cases.web.program")
	}
	return ""
}

// entry is one line of the journal as the timeline says it; false leaves it out.
func entry(ctx context.Context, f cases.File, notes map[db.ID]cases.Note, row journal.Row) (ui.Entry, bool) {
	if slices.Contains(quietSteps[row.Entity], row.Step) {
		return ui.Entry{}, false
	}
	e := ui.Entry{Icon: icons[row.Entity], Title: happened(ctx, row.Entity, row.Step)}
	if e.Icon == "" {
		e.Icon = "history"
	}
	changes, err := row.Fields()
	if err != nil {
		return ui.Entry{}, false
	}
	if reason, ok := changes[journal.Reason].New.(string); ok {
		e.Body = reason
	}
	switch row.Entity {
	case "note":
		n, readable := notes[row.Record]
		if !readable {
			return ui.Entry{Icon: "lock", Title: text.Word(ctx, "cases.web.confidential_note")}, row.Step == "publish"
		}
		e.Icon, e.Href = channelIcons[n.Channel], "/desk/notes/"+n.ID.String()
		if row.Step == "publish" {
			e.Title, e.Body = noteTitle(ctx, n), n.Body
			if n.NextStep != "" {
				e.Body += "\n→ " + n.NextStep
			}
			if n.Confidential {
				e.Tags = []ui.TagProps{{Text: text.Word(ctx, "cases.web.confidential"), Icon: "lock"}}
			}
		}
	case "participant":
		for _, p := range f.Participants {
			if p.ID == row.Record {
				e.Title += text.Word(ctx, "cases.web.colon") + participantName(ctx, f, p)
			}
		}
	case "case":
		if row.Step == "resolve" || row.Step == "close" {
			e.Tone = ui.OK
		}
	}
	return e, true
}

var icons = map[string]string{"case": "briefcase", "participant": "users", "case_member": "user-plus", "case_source": "inbox", "prompt": "bell",
	"assessment": "clipboard-check", "care_plan": "target", "referral": "send", "invitation": "handshake", "authorization": "shield-check",
	"benefit_assignment": "banknote", "session_enrolment": "calendar", "document": "file-text", "task": "list-checks"}

var channelIcons = map[string]string{"phone": "phone", "visit": "car", "counter": "building", "mail": "mail", "letter": "mail", "online": "video",
	"meeting": "users", "other": "message"}

func noteTitle(ctx context.Context, n cases.Note) string {
	title := text.Word(ctx, channelKey(n.Channel))
	if !n.Reached {
		title += text.Word(ctx, "cases.web.unreached")
	}
	return title
}

// told are the words for what happened, by entity and step: a room that has
// better ones than the step's own registers <room>.timeline.<entity>.<step>.
var told = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, key := range text.Keys() {
		if _, rest, ok := strings.Cut(key, ".timeline."); ok {
			out[rest] = key
		}
	}
	return out
})

func happened(ctx context.Context, entity, step string) string {
	if key := timelineKey(entity + "." + step); text.Has(key) {
		return text.Word(ctx, key)
	}
	if key, ok := told()[entity+"."+step]; ok {
		return text.Word(ctx, key)
	}
	return said(ctx, flow.StepWord(entity, step), nil)
}

func noteKinds(ctx context.Context) []ui.Option {
	out := options(ctx, channelKey, cases.Channels)
	out[0].Checked = true
	return out
}

// Panels are this room's parts of other rooms' pages: a person's cases.
func Panels(room *cases.Room) []ui.Panel {
	return []ui.Panel{{
		Key: "cases", On: "person", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, person db.ID) func(context.Context) templ.Component {
			found := cases.QueueOfPerson(b, a, room.Now(), person)
			return func(ctx context.Context) templ.Component {
				return personCases(person.String(), casesTable(ctx, found.Rows), a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker))
			}
		},
	}}
}

func casesTable(ctx context.Context, list []cases.Case) ui.TableProps {
	t := ui.TableProps{ID: "person-cases", Caption: text.Word(ctx, "cases.web.title"), Columns: []ui.Column{
		{Label: text.Word(ctx, "cases.web.fact.number")}, {Label: text.Word(ctx, "cases.web.col.stage")}, {Label: text.Word(ctx, "cases.web.col.due"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "cases.web.no_case")}}
	for _, c := range list {
		t.Rows = append(t.Rows, ui.Row{ID: c.ID.String(), Href: at(c.ID), Title: c.Number, Sub: strings.TrimSpace(text.Word(ctx, kindKey(c.MainKind)) + " " + c.Title),
			Muted: c.Status != "open" && c.Status != "paused",
			Cells: []templ.Component{ui.Two(text.Word(ctx, stageKey(c.Stage)), text.Word(ctx, statusKey(c.Status))), ui.Text(dateIn(ctx, c.DueOn))}})
	}
	return t
}

// asksReason tells whether a step's form asks why.
func asksReason(step string) bool {
	return slices.Contains([]string{"back", "close", "transfer", "reopen", "restrict", "unrestrict", "void"}, step)
}

func openCase(ctx context.Context, person string, opens bool) ui.Act {
	if !opens {
		return ui.Act{}
	}
	return ui.Act{Label: text.Word(ctx, "cases.web.new"), Href: "/desk/cases/new?person=" + person}
}

// shownOf is what the form showed first; when it comes back, it is kept.
func shownOf(form ui.FormProps, in cases.EditInput) string {
	if v := form.Typed.Get(door.Was); v != "" {
		return v
	}
	return door.Shown(in)
}

func kindChecks(ctx context.Context, chosen []string) []ui.Option {
	out := options(ctx, kindKey, cases.Kinds)
	for i := range out {
		out[i].Checked = slices.Contains(chosen, out[i].Value)
	}
	return out
}
