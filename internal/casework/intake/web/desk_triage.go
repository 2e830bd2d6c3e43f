package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

const (
	triageAt = "/desk/intake"
	assignAt = triageAt + "/assign"
)

func (p *pages) mountTriage(d *door.Router) {
	d.Page("GET "+triageAt, readers, p.triage)
	d.Page("GET "+assignAt, keepers, p.askAssign)
	d.Page("POST "+assignAt, keepers, p.assign)
	d.Page("POST "+triageAt+"/assignments/{id}/undo", keepers, p.undoAssign)
}

// triageQuery is which part of the board is shown.
type triageQuery struct {
	View  string   `json:"view,omitempty"`
	Kind  []string `json:"kind,omitempty"`
	After string   `json:"after,omitempty"`
}

// href is the board with another part of it.
func (q triageQuery) href() string {
	v := url.Values{}
	for name, value := range map[string]string{"view": q.View, "after": q.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for _, k := range q.Kind {
		v.Add("kind", k)
	}
	if len(v) == 0 {
		return triageAt
	}
	return triageAt + "?" + v.Encode()
}

// first is the same from the beginning.
func (q triageQuery) first() triageQuery {
	q.After = ""
	return q
}

func (p *pages) triage(w http.ResponseWriter, r *http.Request) error {
	var q triageQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	l, err := p.room.List(ctx, a, intake.Triage{Kinds: q.Kind, View: q.View, After: q.After, Counted: true})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.title")}, triagePage(p.kinds(), triageTable(ctx, a, l, q)))
}

func viewKey(view string) string {
	if view == intake.ViewAll {
		return "intake.web.all"
	}
	return "intake.web.view." + view
}

func emptyKey(view string) string {
	if view == intake.ViewAll {
		return "intake.web.nothing_waits"
	}
	return "intake.web.empty." + view
}

// triageTable is what waits, the nearest deadline first.
func triageTable(ctx context.Context, a access.Actor, l intake.Queue, q triageQuery) ui.TableProps {
	t := waitingTable(ctx, l)
	t.ID, t.Keys = "intake", true
	t.Empty = ui.EmptyProps{Icon: "check-circle", Title: text.Word(ctx, emptyKey(q.View))}
	if q.View != intake.ViewAll || len(q.Kind) > 0 {
		t.Empty.Act = ui.Act{Label: text.Word(ctx, "intake.web.see_all"), Href: triageAt}
	}
	for _, v := range intake.Views {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, viewKey(v)), Href: triageQuery{View: v, Kind: q.Kind}.href(), Count: l.InView[v], Current: v == q.View})
	}
	facet := ui.Facet{Name: "kind", Label: text.Word(ctx, "intake.web.col.kind"), Icon: "filter"}
	for _, k := range intake.KindsIn {
		facet.Options = append(facet.Options, ui.Option{Value: k, Label: text.Word(ctx, entityKey(k)), Checked: slices.Contains(q.Kind, k)})
	}
	t.Filter = &ui.FilterProps{Action: triageAt, Facets: []ui.Facet{facet}, Hidden: map[string]string{}}
	if q.View != intake.ViewAll {
		t.Filter.Hidden["view"] = q.View
	}
	if len(q.Kind) > 0 {
		t.Filter.ClearHref = triageQuery{View: q.View}.href()
	}
	if a.Is(intake.Owners...) && len(l.Rows) > 0 {
		post := assignAt + "?back=" + url.QueryEscape(q.href())
		t.Bulk = &ui.BulkProps{Acts: []ui.Act{{Label: text.Word(ctx, "intake.web.take_on"), Icon: "user", Post: post, Name: "do", Value: "mine", Kind: ui.Primary},
			{Label: text.Word(ctx, "intake.web.assign_to"), Icon: "users", Post: post, Name: "do", Value: "choose"}}}
	}
	if l.Next != "" || q.After != "" {
		t.Pager = &ui.PagerProps{Text: text.Word(ctx, "intake.web.shown", "n", len(t.Rows))}
		if l.Next != "" {
			t.Pager.NextHref = triageQuery{View: q.View, Kind: q.Kind, After: l.Next}.href()
		}
		if q.After != "" {
			t.Pager.PrevHref = q.first().href()
		}
	}
	return t
}

// waitingTable is rows of the board, without what goes with the whole of it.
func waitingTable(ctx context.Context, l intake.Queue) ui.TableProps {
	t := ui.TableProps{Caption: text.Word(ctx, "intake.web.title"), Columns: []ui.Column{
		{Label: text.Word(ctx, "intake.web.col.subject")}, {Label: text.Word(ctx, "intake.web.col.kind"), Tag: true},
		{Label: text.Word(ctx, "intake.web.col.due"), Sorted: "asc"}, {Label: text.Word(ctx, "intake.web.col.waited"), Priority: 2},
		{Label: text.Word(ctx, "intake.web.col.priority"), Num: true, Priority: 2}, {Label: text.Word(ctx, "intake.web.col.owner")},
		{Label: text.Word(ctx, "intake.web.col.status"), Priority: 3},
	}}
	for _, x := range l.Rows {
		t.Rows = append(t.Rows, waitingRow(ctx, l, x))
	}
	return t
}

func waitingRow(ctx context.Context, l intake.Queue, x intake.Waiting) ui.Row {
	lang := text.From(ctx)
	row := ui.Row{ID: itemOf(x), Href: intake.Href(x.Kind, x.ID), Title: x.Subject, Sub: x.Number, Marks: signs(ctx, l, x)}
	if c := l.Persons[x.Person]; c.Name != "" {
		row.Title = c.Name
	}
	if row.Title == "" {
		row.Title = text.Word(ctx, "intake.web.nobody_named")
	}
	if x.Priority >= urgent {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "intake.web.urgent"), Tone: ui.Bad, Icon: "flag"})
	}
	if x.Second {
		row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "intake.web.to_read"), Tone: ui.Warn, Icon: "eye"})
	}
	points := ""
	if x.Priority > 0 {
		points = strconv.FormatInt(x.Priority, 10)
	}
	status := text.Word(ctx, statusKey(x.Kind, x.Status))
	if x.Follows {
		status = text.Word(ctx, "intake.web.to_follow_up")
	}
	row.Cells = []templ.Component{
		ui.Tag(ui.TagProps{Text: text.Word(ctx, entityKey(x.Kind))}), dueCell(ctx, l, x), waitedCell(ctx, l, x), ui.Text(points), nil, ui.Text(status),
	}
	if owner, team := l.Users[x.Owner].In(lang), l.Teams[x.Team].In(lang); owner != "" {
		row.Cells[4] = ui.Two(owner, team)
	} else if team != "" {
		row.Cells[4] = ui.Two(text.Word(ctx, "intake.web.nobody_yet"), team)
	} else {
		row.Cells[4] = ui.Text(text.Word(ctx, "intake.web.nobody_yet"))
	}
	return row
}

// urgent is the priority, of 100, from which something stands out.
const urgent = 60

// signs are what to look at before something is begun: a protective measure, a
// person who may be known twice, or who was spoken of before.
func signs(ctx context.Context, l intake.Queue, x intake.Waiting) []ui.Mark {
	var out []ui.Mark
	if l.Persons[x.Person].Protected(l.Now.Date(calendar.Zone(ctx))) {
		out = append(out, ui.Mark{Icon: "shield", Label: text.Word(ctx, "intake.web.protected")})
	}
	if l.Persons[x.Person].ContactProhibited {
		out = append(out, ui.Mark{Icon: "phone", Label: text.Word(ctx, "intake.web.contact_prohibited")})
	}
	if n := l.Doubles[x.Person]; n > 0 {
		out = append(out, ui.Mark{Icon: "copy", Label: text.Word(ctx, "intake.web.doubles", "n", n)})
	}
	if n := l.Repeats[x.ID]; n > 0 {
		out = append(out, ui.Mark{Icon: "history", Label: text.Word(ctx, "intake.web.repeats", "n", n, "days", l.RepeatDays)})
	}
	return out
}

// dueCell is the deadline that runs and what it asks for: in hours where its clock counts those, and how late
// it is once it has passed.
func dueCell(ctx context.Context, l intake.Queue, x intake.Waiting) templ.Component {
	what := coded(ctx, dueKey, x.NextDue)
	late := func(how string) templ.Component {
		if what != "" {
			how = text.Word(ctx, "intake.web.due_late", "what", what, "how", how)
		}
		return ui.Strong(how, ui.Bad)
	}
	switch {
	case x.Late(l.Now) && !x.Hourly && working(ctx, l, x.DueAt, l.Now) == 0:
		return late(text.Word(ctx, "intake.web.late_today"))
	case x.Late(l.Now):
		return late(text.Word(ctx, "intake.web.late", "since", span(ctx, l, x, x.DueAt, l.Now)))
	default:
		return ui.Two(text.Word(ctx, "intake.web.left_until", "time", span(ctx, l, x, l.Now, x.DueAt)), strings.TrimSpace(what+" "+short(ctx, x.DueAt)))
	}
}

// short is a time as a list has it: the day and the hour.
func short(ctx context.Context, t calendar.Time) string {
	zone := calendar.Zone(ctx)
	return calendar.FormatShort(t.Date(zone), text.From(ctx)) + " " + calendar.FormatHour(t, zone)
}

// working counts the days on which the agency works from one time to another.
func working(ctx context.Context, l intake.Queue, from, until calendar.Time) int {
	zone := calendar.Zone(ctx)
	return max(0, l.Holidays.WorkingBetween(from.Date(zone), until.Date(zone)))
}

func respondedKey(late bool) string {
	if late {
		return "intake.web.responded_late"
	}
	return "intake.web.responded"
}

// waitedCell is how long it has waited since it was received.
func waitedCell(ctx context.Context, l intake.Queue, x intake.Waiting) templ.Component {
	return ui.Two(span(ctx, l, x, x.ReceivedAt, l.Now), short(ctx, x.ReceivedAt))
}

// span is a stretch of time as the clock of something counts it: elapsed hours,
// or the days on which the agency works.
func span(ctx context.Context, l intake.Queue, x intake.Waiting, from, until calendar.Time) string {
	if x.Hourly {
		return hours(ctx, int(until.Sub(from).Hours()))
	}
	return text.Word(ctx, "intake.web.working_days", "n", working(ctx, l, from, until))
}

func hours(ctx context.Context, n int) string {
	if n < 1 {
		return text.Word(ctx, "intake.web.under_an_hour")
	}
	return text.Word(ctx, "intake.web.hours", "n", n)
}

// itemOf is a row as a form posts it: kind, version and id.
func itemOf(x intake.Waiting) string {
	return strings.Join([]string{x.Kind, strconv.FormatInt(x.Version, 10), x.ID.String()}, ".")
}

// itemsIn reads them back.
func itemsIn(list []string) ([]intake.Chosen, error) {
	out := make([]intake.Chosen, len(list))
	for i, s := range list {
		parts := strings.Split(s, ".")
		if len(parts) != 3 {
			return nil, fault.Invalid(fault.Field{Pointer: fault.At("items", i), Key: "fault.bad_choice"})
		}
		id, err := db.ParseID(parts[2])
		n, nerr := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || nerr != nil {
			return nil, fault.Invalid(fault.Field{Pointer: fault.At("items", i), Key: "fault.bad_choice"})
		}
		out[i] = intake.Chosen{Kind: parts[0], ID: id, Version: n}
	}
	return out, nil
}

// assignIn is what was chosen, and to whom it goes.
type assignIn struct {
	Items []string `json:"id,omitempty"`
	Owner db.ID    `json:"owner_id,omitzero"`
	Team  db.ID    `json:"team_id,omitzero"`
	Find  string   `json:"find,omitempty"`
	Back  string   `json:"back,omitempty"`
}

// assignForm is the page on which somebody says to whom.
type assignForm struct {
	intake.Queue
	To         intake.Receivers
	Form       ui.FormProps
	Table      ui.TableProps
	Missing    int // chosen, but no longer waiting
	Find, Back string
}

func (f assignForm) users(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(f.To.Users.List))
	for i, u := range f.To.Users.List {
		out[i] = ui.Option{Value: u.ID.String(), Label: u.Name.In(text.From(ctx))}
	}
	return out
}

func (f assignForm) teams(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(f.To.Teams))
	for i, t := range f.To.Teams {
		out[i] = ui.Option{Value: t.ID.String(), Label: t.Name.In(text.From(ctx))}
	}
	return out
}

func (p *pages) askAssign(w http.ResponseWriter, r *http.Request) error {
	var in assignIn
	if err := door.Query(r, &in); err != nil {
		return err
	}
	if len(in.Items) == 0 {
		return door.See(w, r, triageAt)
	}
	return p.drawAssign(w, r, in, nil)
}

func (p *pages) drawAssign(w http.ResponseWriter, r *http.Request, in assignIn, refused error) error {
	ctx, a := r.Context(), access.From(r.Context())
	items, err := itemsIn(in.Items)
	if err != nil {
		return err
	}
	f := assignForm{Find: in.Find, Back: door.Local(in.Back, triageAt), Form: ui.FormProps{Action: assignAt}}
	if f.Queue, err = p.room.Pick(ctx, a, items); err != nil {
		return err
	}
	if f.Missing = len(items) - len(f.Rows); len(f.Rows) == 0 {
		return fault.NotFound()
	}
	if f.To, err = p.room.Receivers(ctx, a, in.Find, in.Owner); err != nil {
		return err
	}
	f.Table = waitingTable(ctx, f.Queue)
	f.Table.ID = "chosen"
	page := ui.Page{Title: text.Word(ctx, "intake.web.assign"), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "intake.web.title"), Href: triageAt}, {Label: text.Word(ctx, "intake.web.assign")}}}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			f.Form.Typed, f.Form.Fault = door.Typed(r), err
			return assignPage(f)
		})
	}
	return door.Show(w, r, page, assignPage(f))
}

// assign gives what was chosen to whoever pressed the button, or asks to whom,
// or does as was said there.
func (p *pages) assign(w http.ResponseWriter, r *http.Request) error {
	var in assignIn
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if back := r.URL.Query().Get("back"); back != "" {
		in.Back = back
	}
	in.Back = door.Local(in.Back, triageAt)
	switch {
	case err != nil:
		return p.drawAssign(w, r, in, err)
	case len(in.Items) == 0:
		door.Toast(w, r, ui.Warn, "intake.fault.nothing_chosen")
		return door.See(w, r, in.Back)
	case door.Pressed(r) == "choose":
		return door.See(w, r, assignAt+"?"+url.Values{"id": in.Items, "back": {in.Back}}.Encode())
	case door.Pressed(r) == "mine":
		in.Owner, in.Team = a.ID, db.ID{}
	}
	items, err := itemsIn(in.Items)
	if err != nil {
		return err
	}
	done, err := p.room.Assign(ctx, a, intake.AssignInput{Items: items, Owner: in.Owner, Team: in.Team})
	if err != nil {
		return p.drawAssign(w, r, in, err)
	}
	if len(done.Left) > 0 {
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.assign")}, assignedPage(done, in.Back))
	}
	door.ToastUndo(w, r, undoAt(done), "", "intake.web.assigned", "n", len(done.Done))
	return door.See(w, r, in.Back)
}

func undoAt(done intake.Assigned) string {
	return triageAt + "/assignments/" + done.Undo.String() + "/undo"
}

func undoActs(ctx context.Context, done intake.Assigned) []ui.Act {
	return []ui.Act{{Label: text.Word(ctx, "intake.web.undo"), Icon: "undo", Post: undoAt(done)}}
}

func (p *pages) undoAssign(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	done, err := p.room.Undo(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	if len(done.Left) > 0 {
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.undo")}, undonePage(done))
	}
	door.Toast(w, r, ui.OK, "intake.web.undone", "n", len(done.Done))
	return door.See(w, r, triageAt)
}

// leftTable names what was left as it is, and why.
func leftTable(ctx context.Context, list []intake.Left) ui.TableProps {
	t := ui.TableProps{ID: "left", Caption: text.Word(ctx, "intake.web.left"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.web.col.number")}, {Label: text.Word(ctx, "intake.web.col.why")}}}
	for _, x := range list {
		row := ui.Row{ID: x.ID.String(), Title: text.Word(ctx, entityKey(x.Kind)), Cells: []templ.Component{ui.Text(text.Word(ctx, x.Why))}}
		if x.Number != "" {
			row.Title, row.Sub, row.Href = x.Number, row.Title, intake.Href(x.Kind, x.ID)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
