package web

import (
	"context"
	"net/http"
	"net/url"
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
	"kizuna/internal/resident/people"
)

// The roles that bring lists of persons.
var importers = door.By(access.Supervisor, access.IntakeWorker)

const importsAt = "/desk/imports"

func mountImports(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET /desk/imports", importers, p.imports)
	d.Page("POST /desk/imports", importers, p.upload, door.Uploads())
	d.Page("GET /desk/imports/{id}", importers, p.importPage)
	d.Page("GET /desk/imports/{id}/progress", importers, p.importProgress)
	d.Page("GET /desk/imports/{id}/rows/{line}", importers, p.importLine)
	d.Page("POST /desk/imports/{id}/check", importers, p.checkImport)
	d.Page("POST /desk/imports/{id}/decide", importers, p.decideRows)
	d.Page("POST /desk/imports/{id}/start", importers, p.startImport)
	d.Page("POST /desk/imports/{id}/resume", importers, p.stepImport("resume", room.ResumeImport))
	d.Page("POST /desk/imports/{id}/cancel", importers, p.stepImport("cancel", room.CancelImport))
	d.Page("GET /desk/imports/{id}/faults", importers, importAPI{room}.faults, door.Long())
	mountImportAPI(d, room)
}

func importPlace(ctx context.Context, title string) ui.Page {
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"}, {Label: text.Word(ctx, "people.web.imports")}}}
	if title != text.Word(ctx, "people.web.imports") {
		page.Crumbs[1].Href = importsAt
	}
	return page
}

func importAt(id db.ID, below ...string) string {
	return strings.Join(append([]string{importsAt, id.String()}, below...), "/")
}

func (p *pages) imports(w http.ResponseWriter, r *http.Request) error {
	page, content, err := p.importsPage(r, ui.FormProps{})
	if err != nil {
		return err
	}
	return door.Show(w, r, page, content)
}

func (p *pages) importsPage(r *http.Request, form ui.FormProps) (ui.Page, templ.Component, error) {
	ctx := r.Context()
	page := importPlace(ctx, text.Word(ctx, "people.web.imports"))
	before, err := door.Cursor(r.URL.Query().Get("cursor"))
	if err != nil {
		return page, nil, err
	}
	list, err := p.room.Imports(ctx, access.From(ctx), before, pageSize+1)
	if err != nil {
		return page, nil, err
	}
	list, next := door.Cut(list, pageSize, func(i people.Import) string { return i.ID.String() })
	table := importsTable(ctx, list)
	if next != "" || !before.IsZero() {
		table.Pager = pager(importsAt, next, !before.IsZero())
	}
	form.Action, form.Upload = importsAt, true
	return page, importsPage(form, table), nil
}

// pager leads on from a page of a list, and back to its beginning.
func pager(at, next string, behind bool) *ui.PagerProps {
	p := &ui.PagerProps{}
	join := "?"
	if strings.Contains(at, "?") {
		join = "&"
	}
	if next != "" {
		p.NextHref = at + join + "cursor=" + url.QueryEscape(next)
	}
	if behind {
		p.PrevHref = at
	}
	return p
}

// upload takes a list in; what is wrong with the file stands beside the field.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	var none struct{}
	r, in, err := door.Upload(r, &none)
	if err == nil && in == nil {
		err = fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	if err == nil {
		var made people.Import
		if made, err = p.room.UploadImport(r.Context(), access.From(r.Context()), in.Name, in.Type, in); err == nil {
			return door.See(w, r, importAt(made.ID))
		}
	}
	page, _, e := p.importsPage(r, ui.FormProps{})
	if e != nil {
		return e
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		_, content, e := p.importsPage(r, ui.FormProps{Fault: err})
		if e != nil {
			return templ.NopComponent
		}
		return content
	})
}

// rowQuery is which rows of an import are looked at.
type rowQuery struct {
	State   string `json:"state,omitempty"`
	Cursor  string `json:"cursor,omitempty"`
	Columns bool   `json:"columns,omitempty"` // name the columns anew
}

func (q rowQuery) after() (int64, error) {
	if q.Cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(q.Cursor, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Invalid(fault.Field{Pointer: "/cursor", Key: "fault.bad_choice"})
	}
	return n, nil
}

func (p *pages) importPage(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	page, content, err := p.importContent(r, id, nil, false)
	if err != nil {
		return err
	}
	return door.Show(w, r, page, content)
}

// importContent is the page of an import as it stands; columns asks for the form
// that names them, refused is what came back from a form of the page.
func (p *pages) importContent(r *http.Request, id db.ID, refused error, columns bool) (ui.Page, templ.Component, error) {
	ctx := r.Context()
	v, err := p.room.ImportOf(ctx, access.From(ctx), id)
	if err != nil {
		return ui.Page{}, nil, err
	}
	page := importPlace(ctx, importTitle(ctx, v))
	var q rowQuery
	if r.Method == http.MethodGet {
		if err := door.Query(r, &q); err != nil {
			return page, nil, err
		}
	}
	columns = columns || q.Columns && v.Status == "checked" || v.Status == "uploaded"
	form := ui.FormProps{Version: strconv.FormatInt(v.Version, 10), Fault: refused}
	if refused != nil {
		form.Typed = door.Typed(r)
	}
	switch {
	case columns && !v.Ended() && !v.Working():
		form.Action = importAt(id, "check")
		return page, importColumnsPage(v, form), nil
	case v.Working():
		return page, importWorkPage(v), nil
	}
	after, err := q.after()
	if err != nil {
		return page, nil, err
	}
	state := q.State
	if state == "" && v.Status == "checked" && v.Now["double"] > 0 {
		state = "double"
	}
	lines, err := p.room.ImportLines(ctx, access.From(ctx), id, only(state), after, pageSize+1)
	if err != nil {
		return page, nil, err
	}
	lines, next := door.Cut(lines, pageSize, func(l people.ImportLine) string { return strconv.FormatInt(l.Position, 10) })
	table := rowsTable(ctx, v, state, lines)
	if next != "" || after > 0 {
		table.Pager = pager(importAt(id)+"?state="+url.QueryEscape(state), next, after > 0)
	}
	form.Action = importAt(id, "start")
	return page, importReportPage(v, form, table), nil
}

// all is the view of every row.
const all = "all"

func only(state string) string {
	if state == all {
		return ""
	}
	return state
}

func importTitle(ctx context.Context, v people.ImportView) string {
	if v.Name == "" {
		return text.Word(ctx, "people.web.import.nameless")
	}
	return v.Name
}

// importProgress is the part of the page that asks for itself again while the
// work goes on; at its end it leads to the report.
func (p *pages) importProgress(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.room.ImportOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	if !ui.Swapping(r) {
		return door.See(w, r, importAt(id))
	}
	return door.Render(w, r, ui.Job(importJob(ctx, v)))
}

func importJob(ctx context.Context, v people.ImportView) ui.JobProps {
	job := ui.JobProps{
		Title: text.Word(ctx, "people.web.import.working."+v.Status), State: "done", Poll: importAt(v.ID, "progress"),
		Next: ui.Act{Label: text.Word(ctx, "people.web.import.see"), Href: importAt(v.ID), Kind: ui.Primary},
	}
	if v.Status == "cancelled" {
		job.State = "cancelled"
	}
	if v.Working() {
		job.State, job.Cancel = "running", cancelAct(ctx, v)
	}
	if v.Work != nil {
		job.Done, job.Total = int(v.Work.Done), int(v.Work.Total)
	} else {
		job.Done = int(v.Now.Total())
	}
	if !v.Working() {
		job.Done = int(v.Now.Total())
		job.Total = job.Done
	}
	return job
}

func cancelAct(ctx context.Context, v people.ImportView) ui.Act {
	return ui.Act{Label: text.Word(ctx, "step.import.cancel"), Post: importAt(v.ID, "cancel"), Fields: map[string]string{"version": strconv.FormatInt(v.Version, 10)}}
}

func (p *pages) checkImport(w http.ResponseWriter, r *http.Request) error {
	var in people.CheckInput
	return p.onImport(w, r, &in, true, func(ctx context.Context, a access.Actor, id db.ID) (people.Import, error) {
		for n, field := range in.Fields {
			if field == leftOut {
				in.Fields[n] = ""
			}
		}
		return p.room.CheckImport(ctx, a, id, in)
	})
}

func (p *pages) startImport(w http.ResponseWriter, r *http.Request) error {
	var in people.StartInput
	return p.onImport(w, r, &in, false, func(ctx context.Context, a access.Actor, id db.ID) (people.Import, error) {
		return p.room.StartImport(ctx, a, id, in)
	})
}

func (p *pages) stepImport(step string, take func(ctx context.Context, a access.Actor, id db.ID, in people.ImportInput) (people.Import, error)) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in people.ImportInput
		return p.onImport(w, r, &in, false, func(ctx context.Context, a access.Actor, id db.ID) (people.Import, error) {
			i, err := take(ctx, a, id, in)
			if err == nil {
				door.Toast(w, r, ui.OK, "people.web.import."+step)
			}
			return i, err
		})
	}
}

// onImport takes a step and shows the import; what is refused is told on the
// page with the form it came from.
func (p *pages) onImport(w http.ResponseWriter, r *http.Request, in any, columns bool, take func(ctx context.Context, a access.Actor, id db.ID) (people.Import, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if _, err = take(ctx, access.From(ctx), id); err == nil {
			return door.See(w, r, importAt(id))
		}
	}
	page, content, e := p.importContent(r, id, err, columns)
	if e != nil {
		return e
	}
	return door.Refuse(w, r, err, page, func(error) templ.Component { return content })
}

// decision is what is said of rows: of those ticked, of all that wait, or of one,
// whose choice names who it is.
type decision struct {
	Rows    []string `json:"id,omitempty"`
	All     bool     `json:"all,omitempty"`
	Choice  string   `json:"choice,omitempty"`
	Version int64    `json:"version,omitempty"`
}

func (d decision) input() (people.DecideInput, error) {
	in := people.DecideInput{All: d.All, Choice: d.Choice, Version: d.Version}
	if choice, who, named := strings.Cut(d.Choice, " "); named {
		id, err := db.ParseID(who)
		if err != nil {
			return in, fault.Invalid(fault.Field{Pointer: "/choice", Key: "fault.bad_choice"})
		}
		in.Choice, in.Person = choice, id
	}
	for _, s := range d.Rows {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return in, fault.Invalid(fault.Field{Pointer: "/id", Key: "fault.bad_choice"})
		}
		in.Rows = append(in.Rows, n)
	}
	if !d.All && len(in.Rows) == 0 {
		return in, fault.Invalid(fault.Field{Pointer: "/id", Key: "people.web.fault.no_rows"})
	}
	return in, nil
}

func (p *pages) decideRows(w http.ResponseWriter, r *http.Request) error {
	var said decision
	return p.onImport(w, r, &said, false, func(ctx context.Context, a access.Actor, id db.ID) (people.Import, error) {
		if said.Version == 0 { // the bar over ticked rows has it in its address
			said.Version, _ = strconv.ParseInt(r.URL.Query().Get("version"), 10, 64)
		}
		in, err := said.input()
		if err != nil {
			return people.Import{}, err
		}
		i, err := p.room.DecideRows(ctx, a, id, in)
		if err == nil {
			door.Toast(w, r, ui.OK, "people.web.import.decided")
		}
		return i, err
	})
}

func (p *pages) importLine(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	position, err := strconv.ParseInt(r.PathValue("line"), 10, 64)
	if err != nil {
		return fault.NotFound()
	}
	ctx := r.Context()
	v, err := p.room.ImportOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	l, err := p.room.ImportLineOf(ctx, access.From(ctx), id, position)
	if err != nil {
		return err
	}
	page := importPlace(ctx, text.Word(ctx, "people.web.import.line", "n", position))
	page.Crumbs = append(page.Crumbs, ui.Crumb{Label: importTitle(ctx, v), Href: importAt(id)})
	form := ui.FormProps{Action: importAt(id, "decide"), Version: strconv.FormatInt(v.Version, 10), Hidden: map[string]string{"id": strconv.FormatInt(position, 10)}}
	return door.Show(w, r, page, importLinePage(v, l, form))
}

func importsTable(ctx context.Context, list []people.Import) ui.TableProps {
	t := ui.TableProps{
		ID: "imports", Caption: text.Word(ctx, "people.web.imports"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "people.web.import.when")}, {Label: text.Word(ctx, "people.web.import.status"), Tag: true},
			{Label: text.Word(ctx, "people.web.import.rows"), Num: true}, {Label: text.Word(ctx, "people.row.made"), Num: true}, {Label: text.Word(ctx, "people.row.fault"), Num: true, Priority: 2}},
		Empty: ui.EmptyProps{Icon: "users", Title: text.Word(ctx, "people.web.import.none"), Text: text.Word(ctx, "people.web.import.none_hint")},
	}
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	for _, i := range list {
		t.Rows = append(t.Rows, ui.Row{ID: i.ID.String(), Href: importAt(i.ID), Title: calendar.FormatTime(i.CreatedAt, zone, lang), Cells: []templ.Component{
			ui.Tags([]ui.TagProps{importTag(ctx, i)}), number(ctx, i.Counts.V.Total()), number(ctx, i.Counts.V["made"]), number(ctx, i.Counts.V.Of("fault", "refused")),
		}})
	}
	return t
}

func number(ctx context.Context, n int64) templ.Component {
	return ui.Text(text.Number(text.From(ctx), n))
}

func importTag(ctx context.Context, i people.Import) ui.TagProps {
	tag := ui.TagProps{Text: text.Word(ctx, "status.import."+i.Status)}
	switch i.Status {
	case "done":
		tag.Tone = ui.OK
	case "checked", "checking", "running":
		tag.Tone = ui.Info
	}
	return tag
}

// rowsTable lists rows in a state, with what is found out about each.
func rowsTable(ctx context.Context, v people.ImportView, state string, lines []people.ImportLine) ui.TableProps {
	if state == "" {
		state = all
	}
	t := ui.TableProps{
		ID: "rows", Caption: text.Word(ctx, "people.web.import.rows"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "people.web.field.name")}, {Label: text.Word(ctx, "people.web.import.state"), Tag: true},
			{Label: text.Word(ctx, "people.web.field.birth_date"), Priority: 2}, {Label: text.Word(ctx, "people.web.import.found")}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.import.no_rows")},
		Views: []ui.View{{Label: text.Word(ctx, "people.web.import.all"), Href: importAt(v.ID) + "?state=all", Count: int(v.Now.Total()), Current: state == all}},
	}
	for _, s := range people.RowStates {
		if n := v.Now[s]; n > 0 || s == state {
			t.Views = append(t.Views, ui.View{Label: text.Word(ctx, people.RowStateKey(s)), Href: importAt(v.ID) + "?state=" + s, Count: int(n), Current: s == state})
		}
	}
	if v.ErasedAt > 0 {
		t.Views, t.Empty.Title = nil, text.Word(ctx, "people.fault.import_erased")
	}
	if v.Status == "checked" && state != "fault" && len(lines) > 0 {
		post := importAt(v.ID, "decide") + "?version=" + strconv.FormatInt(v.Version, 10)
		t.Bulk = &ui.BulkProps{}
		for _, choice := range people.Choices {
			t.Bulk.Acts = append(t.Bulk.Acts, ui.Act{Label: text.Word(ctx, choiceKey(choice)), Post: post, Name: "choice", Value: choice})
		}
	}
	for _, l := range lines {
		t.Rows = append(t.Rows, rowLine(ctx, v, l))
	}
	return t
}

func choiceKey(choice string) string { return "people.web.choice." + choice }

func rowLine(ctx context.Context, v people.ImportView, l people.ImportLine) ui.Row {
	row := ui.Row{ID: strconv.FormatInt(l.Position, 10), Href: importAt(v.ID, "rows", strconv.FormatInt(l.Position, 10)),
		Title: nameOr(ctx, l.Draft.Name()), Sub: text.Word(ctx, "people.web.import.line", "n", l.Position), Muted: l.State == "left"}
	row.Cells = []templ.Component{
		ui.Tags([]ui.TagProps{rowTag(ctx, l.State)}),
		ui.Text(dateText(ctx, calendar.NewPartial(l.Draft.Person.BirthDate, l.Draft.Person.BirthPrecision))),
		ui.Text(strings.Join(findings(ctx, v, l), " / ")),
	}
	if v.Ended() && l.Match != nil && l.Match.Visible && l.State != "left" {
		row.Href = "/desk/persons/" + l.Match.Card.ID.String()
	}
	return row
}

func rowTag(ctx context.Context, state string) ui.TagProps {
	tag := ui.TagProps{Text: text.Word(ctx, people.RowStateKey(state))}
	switch state {
	case "double":
		tag.Tone = ui.Warn
	case "fault", "refused":
		tag.Tone = ui.Bad
	case "made", "filled", "matched":
		tag.Tone = ui.OK
	}
	return tag
}

// findings say in short what is wrong with a row, or whom it may be about.
func findings(ctx context.Context, v people.ImportView, l people.ImportLine) []string {
	var out []string
	for _, f := range l.Draft.Faults {
		s := f.Text.In(text.From(ctx))
		if f.Column >= 0 && f.Column < len(v.Layout.Headings) {
			s = text.Word(ctx, "people.import.at", "column", v.Layout.Headings[f.Column], "fault", s)
		}
		out = append(out, s)
	}
	if l.Draft.Twin > 0 {
		out = append(out, text.Word(ctx, "people.web.import.twin", "n", l.Draft.Twin))
	}
	if l.State == "double" && len(l.Alike) > 0 {
		out = append(out, text.Word(ctx, "people.web.import.alike", "name", nameOr(ctx, l.Alike[0].Card.Name), "n", len(l.Alike)))
	}
	if l.State == "same" || l.State == "fill" {
		if l.Match != nil {
			out = append(out, nameOr(ctx, l.Match.Card.Name))
		}
	}
	return out
}

// sampleOf shows what stands in a column.
func sampleOf(v people.ImportView, column int) string {
	var out []string
	for _, row := range v.Layout.Sample {
		if column < len(row) && row[column] != "" {
			out = append(out, row[column])
		}
	}
	return strings.Join(out[:min(3, len(out))], " · ")
}

func headingOf(ctx context.Context, v people.ImportView, column int) string {
	if h := v.Layout.Headings[column]; h != "" {
		return h
	}
	return text.Word(ctx, "people.web.import.column", "n", column+1)
}

// leftOut is the choice of a column that is not imported: an empty one would not come back from the form.
const leftOut = "-"

func fieldOptions(ctx context.Context) []ui.Option {
	return append([]ui.Option{{Value: leftOut, Label: text.Word(ctx, "people.web.import.leave_out")}}, options(ctx, importFieldKey, people.ImportFields())...)
}

// fileFacts tell how the file was read, so that a wrong guess is seen.
func fileFacts(ctx context.Context, v people.ImportView) []ui.Fact {
	l := v.Layout
	facts := []ui.Fact{{Label: text.Word(ctx, "people.web.import.kind"), Value: strings.ToUpper(l.Format)}}
	if l.Sheet != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "people.web.import.sheet"), Value: l.Sheet})
	}
	if l.Encoding != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "people.web.import.encoding"), Value: strings.ToUpper(strings.ReplaceAll(l.Encoding, "_", "-"))})
	}
	return facts
}

func countFacts(ctx context.Context, v people.ImportView) []ui.Fact {
	facts := []ui.Fact{{Label: text.Word(ctx, "people.web.import.rows"), Value: text.Number(text.From(ctx), v.Now.Total())}}
	for _, s := range people.RowStates {
		if n := v.Now[s]; n > 0 {
			facts = append(facts, ui.Fact{Label: text.Word(ctx, people.RowStateKey(s)), Value: text.Number(text.From(ctx), n)})
		}
	}
	return facts
}

func importActs(ctx context.Context, v people.ImportView) []ui.Act {
	var out []ui.Act
	if v.ErasedAt == 0 && v.Now.Of("fault", "refused") > 0 {
		out = append(out, ui.Act{Label: text.Word(ctx, "people.web.import.faults"), Icon: "download", Href: importAt(v.ID, "faults")})
	}
	if v.Status == "checked" {
		out = append(out, ui.Act{Label: text.Word(ctx, "people.web.import.columns_again"), Href: importAt(v.ID) + "?columns=true"})
	}
	if !v.Ended() && !v.Working() {
		out = append(out, cancelAct(ctx, v))
	}
	return out
}

func startImportAct(ctx context.Context, v people.ImportView) ui.Act {
	pending := v.Now.Of("ready", "same", "fill")
	act := ui.Act{Label: text.Word(ctx, "people.web.import.start", "n", pending), Kind: ui.Primary}
	switch {
	case v.Now["double"] > 0:
		act.Blocked = text.Word(ctx, "people.fault.import_undecided")
	case pending == 0:
		act.Blocked = text.Word(ctx, "people.fault.import_nothing")
	}
	return act
}

// draftFacts say what a row says.
func draftFacts(ctx context.Context, l people.ImportLine) []ui.Fact {
	d := l.Draft
	var out []ui.Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: text.Word(ctx, key), Value: value})
		}
	}
	add("people.web.field.name", d.Name())
	if len(d.Person.Names) > 0 {
		add("people.web.duplicate.reading", strings.TrimSpace(d.Person.Names[0].FamilyKana+" "+d.Person.Names[0].GivenKana))
	}
	add("people.web.field.birth_date", dateText(ctx, calendar.NewPartial(d.Person.BirthDate, d.Person.BirthPrecision)))
	add("people.web.field.gender", genderWord(ctx, d.Person.Gender))
	for _, c := range d.Person.Contacts {
		add(contactKindKey(c.Kind), c.Value)
	}
	for _, a := range d.Person.Addresses {
		add(addressKindKey(a.Kind), strings.TrimSpace(a.Postcode+" "+a.Lines))
	}
	add("people.web.import_field.number", d.Number)
	add("people.web.import_field.household", d.Household)
	add("people.web.import_field.relation", coded(ctx, relationKey, d.Relation))
	return out
}

// rowChoices are what can be said of a row: a new person, somebody who was found
// and whom the actor may open, or nobody.
func rowChoices(ctx context.Context, l people.ImportLine) []ui.Option {
	out := []ui.Option{{Value: "new", Label: text.Word(ctx, choiceKey("new"))}}
	seen := map[db.ID]bool{}
	who := l.Alike
	if l.Match != nil {
		who = append([]people.Match{*l.Match}, who...)
	}
	for _, m := range who {
		if seen[m.Card.ID] || !m.Visible { // who is another team's is theirs to say
			continue
		}
		seen[m.Card.ID] = true
		hint := birthOf(ctx, m)
		if why := text.List(text.From(ctx), reasonsIn(ctx, m.Reasons)); why != "" {
			hint = strings.TrimSpace(hint + " " + why)
		}
		for _, choice := range []string{"same", "fill"} {
			out = append(out, ui.Option{Value: choice + " " + m.Card.ID.String(), Label: text.Word(ctx, "people.web.choice_of."+choice, "name", nameOr(ctx, m.Card.Name)), Hint: hint})
		}
	}
	return append(out, ui.Option{Value: "left", Label: text.Word(ctx, choiceKey("left"))})
}

// chosenFor is the choice that a row stands at.
func chosenFor(l people.ImportLine) string {
	switch l.State {
	case "ready":
		return "new"
	case "same", "fill":
		return l.State + " " + l.Person.String()
	case "left":
		return "left"
	}
	return ""
}

func importHouseholdKey(kind string) string { return "people.web.import_household." + kind }

func importFieldKey(field string) string { return "people.web.import_field." + field }
