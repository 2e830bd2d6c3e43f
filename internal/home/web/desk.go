package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/people"
)

// The roles to whom cases are work of their own, and those who look over everybody's.
var (
	workers   = []access.Role{access.Caseworker, access.Supervisor}
	overseers = []access.Role{access.Supervisor, access.ProgramManager, access.Auditor}
)

// pageOfWork is how many cases the first page shows at once, pageOfTasks how many tasks.
const (
	pageOfWork  = 14
	pageOfTasks = 8
)

// deskQuery is which part of the worklist is shown.
type deskQuery struct {
	View  string `json:"view"`
	Kind  string `json:"kind"`
	All   bool   `json:"all"` // the team's and not only one's own
	After string `json:"after"`
}

// href is the first page with another part of the worklist.
func (q deskQuery) href() string {
	v := url.Values{}
	for name, value := range map[string]string{"view": q.View, "kind": q.Kind, "after": q.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.All {
		v.Set("all", "true")
	}
	if len(v) == 0 {
		return "/desk"
	}
	return "/desk?" + v.Encode()
}

// deskView is the desk's first page as it is drawn.
type deskView struct {
	Greeting, Day string
	Said          Said
	Prompts       []ui.Prompt
	Works         bool // has cases or looks over them
	List          cases.List
	Query         deskQuery
	Today         calendar.Date
	Agenda        []ui.AgendaItem
	Tasks         []ui.TaskItem
	TaskActs      []ui.Act
	MoreTasks     ui.Act
}

func (p *pages) desk(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	v := deskView{Today: p.today(ctx)}
	if err := door.Query(r, &v.Query); err != nil {
		return err
	}
	if !a.Is(workers...) {
		v.Query.All = true // who looks over the work has none of their own
	}
	var page ui.Page
	var err error
	if v.Said, err = p.hear(ctx, a, ui.Desk); err != nil {
		return err
	}
	if err := p.own(ctx, a, &v); err != nil {
		return err
	}
	if v.Greeting, page, err = p.greeting(ctx, a); err != nil {
		return err
	}
	v.Day, v.Agenda, v.Prompts = calendar.FormatDate(v.Today, text.From(ctx)), p.agenda(ctx, v.Said.Day), first(v.Said.Prompts)
	if v.Works && a.Is(workers...) && !v.Query.All && v.Query.Kind == "" {
		page.Counted = map[string]int{"/desk/cases": v.List.Counts[cases.ViewOpen]}
	}
	v.TaskActs = p.act(ctx, a, "home.add", "plus", "/desk/tasks/new")
	for i := range v.TaskActs {
		v.TaskActs[i].Kind = ui.Quiet
	}
	return door.Show(w, r, page, deskPage(v))
}

// own reads the actor's worklist, prompts and tasks.
func (p *pages) own(ctx context.Context, a access.Actor, v *deskView) error {
	if p.Cases != nil && a.Is(append(workers, overseers...)...) {
		v.Works = true
		var err error
		v.List, err = p.Cases.Worklist(ctx, a, cases.Filter{View: v.Query.View, Mine: !v.Query.All, Kind: v.Query.Kind, After: v.Query.After, Limit: pageOfWork, Ownerless: true})
		if err != nil {
			return err
		}
		v.Said.Figures = append(caseFigures(ctx, v.List.Counts, v.Query), v.Said.Figures...)
		if a.Is(workers...) {
			v.Said.Prompts = append(v.Said.Prompts, overdue(ctx, *v)...)
		}
	}
	todo, more, err := p.todo(ctx, a)
	if err != nil {
		return err
	}
	if more {
		v.MoreTasks = ui.Act{Label: text.Word(ctx, "home.all_tasks"), Href: "/desk/tasks"}
	}
	var asked []cases.Reminder
	var about map[db.ID]cases.Case
	var persons map[db.ID]people.Card
	err = p.Read(ctx, func(q *db.Reader) (err error) {
		if p.Cases != nil && a.Is(workers...) {
			if asked, err = cases.RemindersOf(q, a, mostPrompts); err != nil {
				return err
			}
		}
		about, persons, err = aboutCases(q, a, p.Clock.Now(), asked, todo)
		return err
	})
	told := map[string]bool{} // what another source says better
	for _, x := range v.Said.Prompts {
		told[x.Act.Href] = true
	}
	for _, x := range asked {
		if told[x.Href] {
			continue
		}
		v.Said.Prompts = append(v.Said.Prompts, casePrompt(ctx, x, about[x.Case], persons, v.Today))
	}
	v.Tasks = taskItems(ctx, todo, about, persons, v.Today, "/desk")
	return err
}

// todo is what the actor has to do, and whether there is more of it.
func (p *pages) todo(ctx context.Context, a access.Actor) (list []task.Task, more bool, err error) {
	if p.Tasks == nil {
		return nil, false, nil
	}
	list, next, err := p.Tasks.List(ctx, a, task.Filter{Limit: pageOfTasks})
	return list, !next.ID.IsZero(), err
}

// aboutCases gives the cases that prompts and tasks speak of, and whom each is for. Whoever was
// given a prompt or a task may know that much of its case.
func aboutCases(q db.Q, a access.Actor, now calendar.Time, asked []cases.Reminder, todo []task.Task) (map[db.ID]cases.Case, map[db.ID]people.Card, error) {
	var ids, persons, told []db.ID
	for _, x := range asked {
		ids = append(ids, x.Case)
		if !x.About.IsZero() {
			told = append(told, x.About)
		}
	}
	for _, t := range todo {
		if t.OwnerKind == "case" {
			ids = append(ids, t.Owner)
		}
	}
	about, err := cases.CasesOf(q, distinct(ids)...)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range about {
		persons = append(persons, c.Person)
	}
	cards, err := people.CardsFor(q, a, now, distinct(persons), distinct(told))
	return about, cards, err
}

func distinct(ids []db.ID) []db.ID {
	slices.SortFunc(ids, func(x, y db.ID) int { return slices.Compare(x[:], y[:]) })
	return slices.Compact(ids)
}

// casePrompt is what the program asks on a case, with its one verb.
func casePrompt(ctx context.Context, x cases.Reminder, c cases.Case, persons map[db.ID]people.Card, today calendar.Date) Prompt {
	due, tone := dueIn(ctx, today, x.DueOn)
	href := x.Href
	if href == "" {
		href = "/desk/cases/" + x.Case.String()
	}
	verb := "home.open"
	if text.Has(x.Kind + ".verb") {
		verb = x.Kind + ".verb"
	}
	title := x.Title(text.From(ctx), persons)
	if name := persons[c.Person].Name; name != "" {
		title = text.Word(ctx, "home.about", "who", name, "what", title)
	}
	if tone == ui.Neutral {
		tone = ui.Info
	}
	return Prompt{Due: x.DueOn, Prompt: ui.Prompt{Icon: "clock", Tone: tone, Title: title, Sub: joined(ctx, c.Number, due),
		Href: "/desk/cases/" + x.Case.String(), Act: ui.Act{Label: text.Word(ctx, verb), Href: href}}}
}

// joined sets what is there beside each other.
func joined(ctx context.Context, words ...string) string {
	out := ""
	for _, w := range words {
		if w == "" {
			continue
		}
		if out != "" {
			w = text.Word(ctx, "home.joined", "a", out, "b", w)
		}
		out = w
	}
	return out
}

// dueIn says how a deadline stands and how serious that is; nothing for none.
func dueIn(ctx context.Context, today, due calendar.Date) (string, ui.Tone) {
	lang := text.From(ctx)
	switch {
	case due == "" || due == calendar.LastDate:
		return "", ui.Neutral
	case due < today:
		return calendar.Due(today, due, lang), ui.Bad
	case due == today:
		return text.Word(ctx, "home.today"), ui.Warn
	case calendar.Between(today, due) < 7:
		return calendar.FormatShort(due, lang), ui.Info
	}
	return calendar.FormatShort(due, lang), ui.Neutral
}

// caseFigures are how the actor's cases stand.
func caseFigures(ctx context.Context, counts map[string]int, q deskQuery) []ui.Figure {
	out := make([]ui.Figure, 0, 4)
	for _, x := range []struct{ view, word string }{
		{cases.ViewWeek, "home.figure.week"}, {cases.ViewOverdue, "home.figure.overdue"},
		{cases.ViewWaiting, "home.figure.waiting"}, {cases.ViewOpen, "home.figure.open"},
	} {
		f := ui.Figure{Value: ui.Count(counts[x.view]), Label: text.Word(ctx, x.word), Href: deskQuery{View: x.view, All: q.All}.href()}
		if x.view == cases.ViewOverdue && counts[x.view] > 0 {
			f.Tone = ui.Bad
		}
		out = append(out, f)
	}
	return out
}

// overdue asks for the cases whose day has passed; nothing when there are none, or when the list
// shows just these.
func overdue(ctx context.Context, v deskView) []Prompt {
	n := v.List.Counts[cases.ViewOverdue]
	if n == 0 || v.Query.View == cases.ViewOverdue {
		return nil
	}
	p := Prompt{Due: v.Today.AddDays(-1), Prompt: ui.Prompt{Icon: "alert-triangle", Tone: ui.Bad, Title: text.Word(ctx, "home.overdue", "n", n),
		Act: ui.Act{Label: text.Word(ctx, "home.see_overdue"), Href: deskQuery{View: cases.ViewOverdue, All: v.Query.All}.href()}}}
	if len(v.List.Rows) > 0 && v.List.Rows[0].DueOn < v.Today {
		c := v.List.Rows[0]
		due, _ := dueIn(ctx, v.Today, c.DueOn)
		who := v.List.Persons[c.Person].Name
		if who == "" {
			who = c.Number
		}
		p.Sub = text.Word(ctx, "home.overdue_sub", "who", who, "due", due)
	}
	return []Prompt{p}
}

// worklist is the table of cases.
func worklist(ctx context.Context, v deskView) ui.TableProps {
	t := ui.TableProps{
		ID: "cases", Caption: text.Word(ctx, "home.cases"), Keys: true,
		Filter: kindFilter(ctx, v.Query),
		Columns: []ui.Column{
			{Label: text.Word(ctx, "home.column.case")}, {Label: text.Word(ctx, "home.column.stage"), Priority: 2, Bare: true},
			{Label: text.Word(ctx, "home.column.next")}, {Label: text.Word(ctx, "home.column.due"), Sorted: "asc"},
			{Label: text.Word(ctx, "home.column.contact"), Num: true, Priority: 3},
		},
		Empty: ui.EmptyProps{Icon: "check-circle", Title: text.Word(ctx, "home.no_cases")},
	}
	for _, view := range cases.Views {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, "home.view."+view), Count: v.List.Counts[view], Current: view == v.List.Filter.View,
			Href: deskQuery{View: view, Kind: v.Query.Kind, All: v.Query.All}.href()})
	}
	for _, c := range v.List.Rows {
		t.Rows = append(t.Rows, caseRow(ctx, v, c))
	}
	if v.List.Next != "" || v.Query.After != "" {
		t.Pager = &ui.PagerProps{Text: text.Word(ctx, "home.shown", "n", len(t.Rows))}
		if v.Query.After != "" {
			t.Pager.PrevHref = deskQuery{View: v.Query.View, Kind: v.Query.Kind, All: v.Query.All}.href()
		}
		if v.List.Next != "" {
			t.Pager.NextHref = deskQuery{View: v.Query.View, Kind: v.Query.Kind, All: v.Query.All, After: v.List.Next}.href()
		}
	}
	return t
}

// kindFilter narrows the worklist to cases of one kind.
func kindFilter(ctx context.Context, q deskQuery) *ui.FilterProps {
	facet := ui.Facet{Name: "kind", Label: text.Word(ctx, "home.kind"), Icon: "filter"}
	for _, k := range cases.Kinds {
		facet.Options = append(facet.Options, ui.Option{Value: k, Label: text.Word(ctx, "cases.kind."+k), Checked: k == q.Kind})
	}
	f := &ui.FilterProps{Action: "/desk", Facets: []ui.Facet{facet}, Hidden: map[string]string{}}
	if q.View != "" {
		f.Hidden["view"] = q.View
	}
	if q.All {
		f.Hidden["all"] = "true"
	}
	if q.Kind != "" {
		f.ClearHref = deskQuery{View: q.View, All: q.All}.href()
	}
	return f
}

// longAgo is after how many days without a word the last contact stands out.
const longAgo = 14

func caseRow(ctx context.Context, v deskView, c cases.Row) ui.Row {
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	kind := c.Title
	if kind == "" {
		kind = text.Word(ctx, "cases.kind."+c.MainKind)
	}
	row := ui.Row{ID: c.ID.String(), Href: "/desk/cases/" + c.ID.String(), Title: v.List.Persons[c.Person].Name, Sub: joined(ctx, c.Number, kind),
		Unread: c.Stage == cases.Assessing && c.LastContactAt == 0}
	if row.Title == "" {
		row.Title = c.Number
	}
	if c.Restricted {
		row.Marks = append(row.Marks, ui.Mark{Icon: "lock", Label: text.Word(ctx, "home.restricted")})
	}
	switch c.Risk {
	case "high":
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "home.risk.high"), Tone: ui.Bad, Icon: "shield-alert"})
	case "medium":
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "home.risk.medium"), Tone: ui.Warn})
	}
	next := c.NextAction
	if text.Has(next) {
		next = text.Word(ctx, next)
	}
	due, tone := dueIn(ctx, v.Today, c.DueOn)
	contact := ui.Text("—")
	if c.LastContactAt != 0 {
		day := c.LastContactAt.Date(zone)
		contact = ui.Text(calendar.RelativeDay(v.Today, day, lang))
		if calendar.Between(day, v.Today) > longAgo {
			contact = ui.Strong(calendar.RelativeDay(v.Today, day, lang), ui.Info)
		}
	}
	row.Cells = []templ.Component{
		ui.StageMeter(ui.StageMeterProps{At: slices.Index(cases.Stages, c.Stage) + 1, Of: len(cases.Stages), Label: text.Word(ctx, "cases.stage."+c.Stage)}),
		ui.Text(next), ui.Strong(orDash(due), tone), contact,
	}
	return row
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// listTitle names the worklist by whose it is.
func listTitle(ctx context.Context, q deskQuery) string {
	if q.All {
		return text.Word(ctx, "home.all_cases")
	}
	return text.Word(ctx, "home.my_cases")
}

// otherList leads from one's own cases to everybody's one may see, and back.
func otherList(ctx context.Context, q deskQuery) ui.Act {
	if q.All {
		return ui.Act{Label: text.Word(ctx, "home.my_cases"), Href: deskQuery{View: q.View}.href()}
	}
	return ui.Act{Label: text.Word(ctx, "home.all_cases"), Href: deskQuery{View: q.View, All: true}.href()}
}

func versioned(version int64) map[string]string {
	return map[string]string{"version": strconv.FormatInt(version, 10)}
}
