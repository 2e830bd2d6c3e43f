package web

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/document"
)

// Tab is the part of a case's page that lists its papers.
const Tab = "documents"

const desk = "/desk/documents"

// accepts is what the file dialog offers first; the ground looks at what really came.
const accepts = "application/pdf,image/*,.doc,.docx,.xls,.xlsx,.odt,.ods,.txt"

// mostFiles is how many files are taken at once.
const mostFiles = 20

type pages struct {
	room *document.Room
	// at is the page of a record that papers belong to.
	at func(kind string, id db.ID) string
}

func (p *pages) mount(d *door.Router) {
	d.Page("GET "+desk+"/new", checkers, p.fresh)
	d.Page("POST "+desk, checkers, p.ask)
	d.Page("GET "+desk+"/add", checkers, p.askAdd)
	d.Page("POST "+desk+"/add", checkers, p.add, door.Uploads())
	d.Page("GET "+desk+"/sheet", checkers, p.sheet)
	d.Page("GET "+desk+"/{id}", staff, p.show)
	d.Raw("GET "+desk+"/{id}/file", staff, api{p.room}.file, door.Long())
	d.Raw("GET "+desk+"/{id}/files/{file}", staff, api{p.room}.file, door.Long())
	for _, step := range []string{"receive", "add_file"} {
		d.Page("GET "+desk+"/{id}/"+step, checkers, p.askReceive(step))
		d.Page("POST "+desk+"/{id}/"+step, checkers, p.receive(step), door.Uploads())
	}
	p.mountMy(d)
	for _, step := range []string{"accept", "reject", "waive", "void"} {
		d.Page("GET "+desk+"/{id}/"+step, checkers, p.askStep(step))
		d.Page("POST "+desk+"/{id}/"+step, checkers, p.step(step))
	}
	for _, step := range []string{"look_again", "ask_again"} {
		d.Page("POST "+desk+"/{id}/"+step, checkers, p.step(step))
	}
}

// Panels are the room's parts of other pages: the papers of a case on a tab of
// their own, those of a person on theirs.
func Panels(room *document.Room) []ui.Panel {
	panel := func(kind, tab, word string) ui.Panel {
		return ui.Panel{Key: "documents", On: kind, Tab: tab, TabWord: word, Roles: access.StaffRoles,
			Queue: func(b *db.Batch, a access.Actor, of db.ID) func(context.Context) templ.Component {
				var list *db.Answer[document.Document]
				if kind == "person" {
					list = room.QueueOfPerson(b, a, of)
				} else {
					list = document.QueueOf(b, kind, of)
				}
				return func(ctx context.Context) templ.Component {
					if tab == "" && len(list.Rows) == 0 && !mayCheck(a) {
						return nil
					}
					return documentsCard(owner{kind, of}, a, list.Rows, documentsTable(ctx, a, list.Rows, room.Today(ctx)))
				}
			}}
	}
	return []ui.Panel{panel("case", Tab, "document.web.title"), panel("person", "", "")}
}

// owner is the record that papers belong to.
type owner struct {
	Kind string `json:"owner_kind"`
	ID   db.ID  `json:"owner_id"`
}

func (o owner) query() string {
	return "?" + url.Values{"owner_kind": {o.Kind}, "owner_id": {o.ID.String()}}.Encode()
}

func named(ctx context.Context, d document.Document) string { return d.Named(text.From(ctx)) }

func mayCheck(a access.Actor) bool { return a.Is(checkerRoles...) }

func at(id db.ID) string { return desk + "/" + id.String() }

func said(ctx context.Context, key string) string { return text.Word(ctx, "document.web."+key) }

func stepWord(ctx context.Context, step string) string { return text.Word(ctx, "step.document."+step) }

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return ""
	}
	return d.In(text.From(ctx))
}

var tones = map[string]ui.Tone{"requested": ui.Warn, "received": ui.Info, "accepted": ui.OK, "rejected": ui.Bad, "waived": ui.Neutral, "void": ui.Neutral}

// stateTag says where a paper stands; what is late or no longer holds is said instead.
func stateTag(ctx context.Context, d document.Document, today calendar.Date) ui.TagProps {
	switch {
	case d.Late(today):
		return ui.TagProps{Text: said(ctx, "late"), Tone: ui.Bad, Icon: "clock"}
	case d.Lapsed(today):
		return ui.TagProps{Text: said(ctx, "lapsed"), Tone: ui.Bad}
	}
	return ui.TagProps{Text: text.Word(ctx, "status.document."+d.Status), Tone: tones[d.Status]}
}

func documentsTable(ctx context.Context, a access.Actor, list []document.Document, today calendar.Date) ui.TableProps {
	t := ui.TableProps{ID: "documents-list", Caption: said(ctx, "title"), Columns: []ui.Column{
		{Label: said(ctx, "paper")}, {Label: said(ctx, "state"), Tag: true}, {Label: said(ctx, "due"), Priority: 2}, {Label: said(ctx, "valid_until"), Priority: 3},
	}, Empty: ui.EmptyProps{Icon: "file-text", Title: said(ctx, "none"), Text: said(ctx, "none_hint")}}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y document.Document) int { return order(x, today) - order(y, today) })
	for _, d := range list {
		t.Rows = append(t.Rows, ui.Row{ID: d.ID.String(), Href: at(d.ID), Title: named(ctx, d), Sub: sub(ctx, d), Muted: d.Status == "waived",
			Cells: []templ.Component{ui.Tag(stateTag(ctx, d, today)), ui.Text(dateIn(ctx, d.Due)), ui.Text(dateIn(ctx, d.Until))}, Acts: rowActs(ctx, a, d)})
	}
	return t
}

// order puts first what somebody has to look at, then what is waited for, then the rest.
func order(d document.Document, today calendar.Date) int {
	switch {
	case d.Status == "received":
		return 0
	case d.Late(today):
		return 1
	case d.Status == "requested" || d.Status == "rejected":
		return 2
	case d.Status == "waived":
		return 4
	}
	return 3
}

// sub says below a paper's name what is to be known of it now.
func sub(ctx context.Context, d document.Document) string {
	switch {
	case d.Reason != "":
		return d.Reason
	case d.Required && d.Status == "requested":
		return said(ctx, "required")
	}
	return ""
}

// rowActs is the one step that a paper waits for.
func rowActs(ctx context.Context, a access.Actor, d document.Document) []ui.Act {
	if !mayCheck(a) {
		return nil
	}
	switch d.Status {
	case "requested", "rejected":
		return []ui.Act{{Label: stepWord(ctx, "receive"), Href: at(d.ID) + "/receive", Small: true}}
	case "received":
		return []ui.Act{{Label: said(ctx, "look"), Href: at(d.ID), Small: true}}
	}
	return nil
}

// cardActs ask for papers, add what came, and print what is still to be brought.
func cardActs(ctx context.Context, o owner, a access.Actor, list []document.Document) []ui.Act {
	if !mayCheck(a) {
		return nil
	}
	acts := []ui.Act{{Label: said(ctx, "ask"), Icon: "plus", Href: desk + "/new" + o.query(), Small: true}, {Label: said(ctx, "add"), Icon: "upload", Href: desk + "/add" + o.query(), Small: true}}
	if slices.ContainsFunc(waited(list), func(d document.Document) bool { return d.OwnerKind == o.Kind && d.Owner == o.ID }) {
		acts = append(acts, ui.Act{Label: said(ctx, "sheet"), Icon: "printer", Href: desk + "/sheet" + o.query(), Small: true})
	}
	return acts
}

// waited are the papers that are still to be brought.
func waited(list []document.Document) []document.Document {
	return slices.DeleteFunc(slices.Clone(list), func(d document.Document) bool { return !d.Waited() })
}

// owned reads which record a page is about, and whom its papers can concern.
func (p *pages) owned(r *http.Request) (o owner, people []document.Person, err error) {
	if err = door.Query(r, &o); err == nil {
		people, err = p.room.People(r.Context(), access.From(r.Context()), o.Kind, o.ID)
	}
	return o, people, err
}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	var o owner
	if err := door.Query(r, &o); err != nil {
		return err
	}
	return p.drawAsk(w, r, document.AskInput{OwnerKind: o.Kind, Owner: o.ID, Required: true}, nil)
}

func (p *pages) drawAsk(w http.ResponseWriter, r *http.Request, in document.AskInput, refused error) error {
	ctx := r.Context()
	kinds, err := p.room.Kinds(ctx)
	if err != nil {
		return err
	}
	people, err := p.room.People(ctx, access.From(ctx), in.OwnerKind, in.Owner)
	if err != nil {
		return err
	}
	if len(people) > 0 && in.Person.IsZero() && refused == nil {
		in.Person = people[0].ID
	}
	form := ui.FormProps{Action: desk}
	page, back := ui.Page{Title: said(ctx, "ask")}, p.at(in.OwnerKind, in.Owner)
	if refused == nil {
		return door.Show(w, r, page, askPage(form, in, kindOptions(ctx, kinds, in.Kinds), personOptions(people), back))
	}
	return door.Refuse(w, r, refused, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return askPage(form, in, kindOptions(ctx, kinds, in.Kinds), personOptions(people), back)
	})
}

func kindOptions(ctx context.Context, kinds []agency.Code, chosen []string) []ui.Option {
	out := make([]ui.Option, len(kinds))
	for i, k := range kinds {
		out[i] = ui.Option{Value: k.Key, Label: k.Label.In(text.From(ctx)), Checked: slices.Contains(chosen, k.Key)}
	}
	return out
}

// othersLabel names the field for papers of no kind, which is the only one where the agency has no kinds.
func othersLabel(ctx context.Context, kinds []ui.Option) string {
	if len(kinds) == 0 {
		return said(ctx, "kinds")
	}
	return said(ctx, "others")
}

// personValue is the choice of a person, "" for none.
func personValue(id db.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func personOptions(list []document.Person) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, x := range list {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name}
	}
	return out
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	var in document.AskInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Ask(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "document.web.asked")
			return door.See(w, r, p.at(in.OwnerKind, in.Owner))
		}
	}
	if errors.Is(err, fault.KindNotFound) {
		return err
	}
	return p.drawAsk(w, r, in, err)
}

func (p *pages) askAdd(w http.ResponseWriter, r *http.Request) error {
	o, people, err := p.owned(r)
	if err != nil {
		return err
	}
	kinds, err := p.room.Kinds(r.Context())
	if err != nil {
		return err
	}
	return p.drawAdd(w, r, o, people, kinds, nil)
}

func (p *pages) drawAdd(w http.ResponseWriter, r *http.Request, o owner, people []document.Person, kinds []agency.Code, refused error) error {
	ctx := r.Context()
	form := ui.FormProps{Action: desk + "/add" + o.query(), Upload: true}
	page, back := ui.Page{Title: said(ctx, "add")}, p.at(o.Kind, o.ID)
	if refused == nil {
		return door.Show(w, r, page, addPage(form, kindOptions(ctx, kinds, nil), personOptions(people), back))
	}
	return door.Refuse(w, r, refused, page, func(err error) templ.Component {
		// Under the same key a file that was added already is not added again.
		form.Typed, form.Fault, form.Key = door.Typed(r), err, door.Key(r)
		return addPage(form, kindOptions(ctx, kinds, nil), personOptions(people), back)
	})
}

// add takes files in; each becomes a paper of its own. One that cannot be taken holds up no other.
func (p *pages) add(w http.ResponseWriter, r *http.Request) error {
	o, people, err := p.owned(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	kinds, err := p.room.Kinds(ctx)
	if err != nil {
		return err
	}
	came, wrong := 0, fault.Fields{}
	err = door.Stream(r, func(sent url.Values, f *door.File) error {
		if came >= mostFiles {
			wrong.Add("/file", "document.web.too_many_files", "max", mostFiles)
			return nil
		}
		in, err := paperOf(o, kinds, sent, f.Name)
		if err != nil {
			return err
		}
		took, err := p.takeFile(ctx, a, f, &wrong, func(taken file.File) error {
			_, err := p.room.CreateWith(op.WithKey(ctx, keyOf(sent.Get("idempotency_key"), taken)), a, in, taken)
			return err
		})
		if took {
			came++
		}
		return err
	})
	if errors.Is(err, fault.KindTooLarge) {
		wrong.Add("/file", "document.web.too_large")
		err = nil
	}
	if err != nil {
		return err
	}
	if len(wrong) == 0 && came == 0 {
		wrong.Add("/file", "fault.required")
	}
	if err := ofFiles(ctx, wrong, came); err != nil {
		return p.drawAdd(w, r, o, people, kinds, err)
	}
	door.Toast(w, r, ui.OK, "document.web.added", "n", came)
	return door.See(w, r, p.at(o.Kind, o.ID))
}

// paperOf is a file that came, as a paper: named as was typed, else by its kind, else by its file.
func paperOf(o owner, kinds []agency.Code, sent url.Values, name string) (document.Input, error) {
	in := document.Input{Title: sent.Get("title"), Kind: sent.Get("kind"), OwnerKind: o.Kind, Owner: o.ID, Note: sent.Get("note")}
	if id := sent.Get("person_id"); id != "" {
		var err error
		if in.Person, err = db.ParseID(id); err != nil {
			return in, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.bad_choice"})
		}
	}
	i := slices.IndexFunc(kinds, func(k agency.Code) bool { return k.Key == in.Kind })
	switch {
	case in.Title != "":
	case i >= 0:
		in.Title, in.TitleEN = kinds[i].Label.JA, kinds[i].Label.EN
	default:
		in.Title = name
	}
	return in, nil
}

// keyOf is a form's idempotency key for one of its files, by what is in it: sent again, each file finds
// its own answer.
func keyOf(key string, f file.File) string {
	if key == "" {
		return ""
	}
	return key + "/" + hex.EncodeToString(f.Digest[:12])
}

// takeFile takes a file in and hands it to what is to hold it. What is wrong with it is gathered under its
// name, and it did not come then; what is no fault of the file's is passed on.
func (p *pages) takeFile(ctx context.Context, a access.Actor, f *door.File, wrong *fault.Fields, hold func(file.File) error) (took bool, err error) {
	taken, err := p.room.Upload(ctx, a, f.Name, f.Type, f)
	if err == nil {
		err = hold(taken)
	}
	told, ok := fault.As(err)
	if err == nil || !ok || told.Kind != fault.KindInvalid {
		return err == nil, err
	}
	for _, x := range told.Fields {
		if x.Pointer == "" || x.Pointer == "/file_id" {
			x = fault.Field{Pointer: "/file", Key: "document.web.bad_file", Args: map[string]any{"name": f.Name, "why": text.T(text.From(ctx), x.Key, x.Args)}}
		}
		if !slices.ContainsFunc(*wrong, func(y fault.Field) bool { return y.Pointer == x.Pointer && x.Pointer != "/file" }) {
			*wrong = append(*wrong, x)
		}
	}
	return false, nil
}

// ofFiles is what is wrong with files, as one fault of their field: a field has room for one. It tells how many of them
// came all the same.
func ofFiles(ctx context.Context, wrong fault.Fields, came int) error {
	var told []string
	out := fault.Fields{}
	for _, x := range wrong {
		if x.Pointer != "/file" {
			out = append(out, x)
			continue
		}
		if words := text.T(text.From(ctx), x.Key, x.Args); !slices.Contains(told, words) {
			told = append(told, words)
		}
	}
	if len(told) > 0 && came > 0 {
		told = append(told, text.Word(ctx, "document.web.some_added", "n", came))
	}
	if len(told) > 0 {
		out.Add("/file", "document.web.of_files", "all", strings.Join(told, " "))
	}
	return out.Err()
}

// open reads the paper that a page is about.
func (p *pages) open(r *http.Request) (document.Document, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return document.Document{}, err
	}
	return p.room.Document(r.Context(), access.From(r.Context()), id)
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	files, err := p.room.FilesOf(ctx, d)
	if err != nil {
		return err
	}
	people, err := p.room.People(ctx, access.From(ctx), d.OwnerKind, d.Owner)
	if err != nil {
		return err
	}
	v := view{Document: d, files: files, base: at(d.ID), back: p.at(d.OwnerKind, d.Owner), today: p.room.Today(ctx), by: access.From(ctx)}
	for _, x := range people {
		if x.ID == d.Person {
			v.person = x.Name
		}
	}
	return door.Show(w, r, ui.Page{Title: named(ctx, d)}, documentPage(v))
}

// view is a paper's page.
type view struct {
	document.Document
	files  []file.File // the newest first
	base   string      // the page's own address
	person string      // whom it concerns
	back   string
	today  calendar.Date
	by     access.Actor
}

// acts are the steps that may be taken, those that ask nothing at once.
func (v view) acts(ctx context.Context) []ui.Act {
	out := []ui.Act{}
	for _, s := range document.Flow.Actions(v.by, v.Document) {
		if s.Blocked != nil {
			continue
		}
		act := ui.Act{Label: stepWord(ctx, s.Step), Href: at(v.ID) + "/" + s.Step}
		switch s.Step {
		case "accept":
			act.Kind = ui.Primary
		case "look_again", "ask_again":
			act.Href, act.Post, act.Fields = "", at(v.ID)+"/"+s.Step, map[string]string{"version": strconv.FormatInt(v.Version, 10)}
		}
		out = append(out, act)
	}
	return out
}

func (v view) facts(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: said(ctx, key), Value: value})
		}
	}
	add("person", v.person)
	if v.Shown {
		add("shown_label", said(ctx, "shown_yes"))
	}
	add("reason", v.Reason)
	add("due", dateIn(ctx, v.Due))
	add("valid_until", dateIn(ctx, v.Until))
	if v.Required {
		add("required_label", said(ctx, "required"))
	}
	add("instruction", v.Instruction)
	add("note", v.Note)
	return out
}

// shown is the present file where it can be shown on the page itself: what came before is opened from the list.
func (v view) shown() (f file.File, ok bool) {
	i := slices.IndexFunc(v.files, func(f file.File) bool { return f.ID == v.File })
	if i < 0 {
		return f, false
	}
	f = v.files[i]
	return f, !f.Active && !f.Waits() && !f.Harmful() && slices.Contains([]string{"image/jpeg", "image/png", "image/webp", "image/gif"}, f.MediaType)
}

// documents are the files as they are listed: what the virus check holds up or found cannot be opened.
func (v view) documents(ctx context.Context) []ui.Document {
	out := make([]ui.Document, len(v.files))
	for i, f := range v.files {
		d := ui.Document{Name: f.Name, Kind: kindWord(ctx, f.MediaType), Size: file.Size(f.Size), Note: calendar.FormatDay(f.At.Date(calendar.Zone(ctx)), text.From(ctx))}
		switch {
		case f.Waits():
			d.Tag = ui.TagProps{Text: said(ctx, "waits"), Tone: ui.Warn}
		case f.Harmful():
			d.Tag = ui.TagProps{Text: said(ctx, "harmful"), Tone: ui.Bad}
		default:
			d.Href = v.base + "/files/" + f.ID.String() + "?inline=true"
		}
		out[i] = d
	}
	return out
}

// kindWord says in a word what sort of file it is.
func kindWord(ctx context.Context, mediaType string) string {
	switch {
	case mediaType == "application/pdf":
		return "PDF"
	case strings.HasPrefix(mediaType, "image/"):
		return said(ctx, "photo")
	}
	return said(ctx, "other_file")
}

func (p *pages) askReceive(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawReceive(w, r, step, nil) }
}

func (p *pages) drawReceive(w http.ResponseWriter, r *http.Request, step string, refused error) error {
	d, err := p.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page, form := ui.Page{Title: stepWord(ctx, step)}, ui.FormProps{Action: at(d.ID) + "/" + step, Upload: true, Version: strconv.FormatInt(d.Version, 10)}
	if refused == nil {
		return door.Show(w, r, page, receivePage(form, d, step))
	}
	return door.Refuse(w, r, refused, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return receivePage(form, d, step)
	})
}

// receive takes in the paper that was asked for, or another file of one that came.
func (p *pages) receive(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := p.open(r)
		if err != nil {
			return err
		}
		if err := p.bring(r, d, step); err != nil {
			return p.drawReceive(w, r, step, err)
		}
		door.Toast(w, r, ui.OK, "document.web.saved")
		return door.See(w, r, at(d.ID))
	}
}

// bring takes the files of a form in for a paper: the first by its step, each further one added to it. A file that
// cannot be taken holds up no other.
func (p *pages) bring(r *http.Request, d document.Document, step string) error {
	ctx, a := r.Context(), access.From(r.Context())
	came, wrong := 0, fault.Fields{}
	err := door.Stream(r, func(sent url.Values, f *door.File) error {
		if came >= mostFiles {
			wrong.Add("/file", "document.web.too_many_files", "max", mostFiles)
			return nil
		}
		took, err := p.takeFile(ctx, a, f, &wrong, func(taken file.File) error {
			_, err := p.room.StepWith(op.WithKey(ctx, keyOf(sent.Get("idempotency_key"), taken)), a, d.ID, step, document.StepInput{}, taken)
			return err
		})
		if took {
			came++
			step = "add_file"
		}
		return err
	})
	switch {
	case errors.Is(err, fault.KindTooLarge):
		wrong.Add("/file", "document.web.too_large")
	case err != nil:
		return err
	case len(wrong) == 0 && came == 0:
		wrong.Add("/file", "fault.required")
	}
	return ofFiles(ctx, wrong, came)
}

func (p *pages) askStep(step string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error { return p.confirm(w, r, step, nil) }
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request, step string, refused error) error {
	d, err := p.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	props := ui.ConfirmProps{Form: ui.FormProps{Action: at(d.ID) + "/" + step, Version: strconv.FormatInt(d.Version, 10)},
		Title: stepWord(ctx, step), Text: said(ctx, "hint_"+step), Submit: stepWord(ctx, step), Danger: step == flow.Void, CancelHref: at(d.ID),
		Facts: []ui.Fact{{Label: said(ctx, "paper"), Value: named(ctx, d)}}}
	page := ui.Page{Title: props.Title}
	if refused == nil {
		return door.Show(w, r, page, stepPage(props, step, d))
	}
	return door.Refuse(w, r, refused, page, func(err error) templ.Component {
		props.Form.Typed, props.Form.Fault = door.Typed(r), err
		return stepPage(props, step, d)
	})
}

func (p *pages) step(step string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := p.open(r)
		if err != nil {
			return err
		}
		var in document.StepInput
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			_, err = p.room.Step(ctx, access.From(ctx), d.ID, step, in)
		}
		switch {
		case err == nil:
			door.Toast(w, r, ui.OK, "document.web.saved")
			if step == flow.Void {
				return door.See(w, r, p.at(d.OwnerKind, d.Owner))
			}
			return door.See(w, r, at(d.ID))
		case step == "look_again" || step == "ask_again":
			return err
		}
		return p.confirm(w, r, step, err)
	}
}

// handout is what is printed of papers and handed over: to whom, in which language, what they are to bring.
type handout struct {
	lang   text.Lang
	to     document.Person // nobody where it is not known whom the papers concern
	list   []document.Document
	office agency.Settings
	on     calendar.Date
}

// sheet is a page to print and hand over: what somebody is still to bring, by when and how, in a language that they
// understand, or in the one that was chosen. Nobody else of a household is named on it, nor what their papers are.
func (p *pages) sheet(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		owner
		In string `json:"in"`
		To db.ID  `json:"person_id"`
	}
	if err := door.Query(r, &asked); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	list, err := p.room.List(ctx, a, asked.Kind, asked.ID)
	if err != nil {
		return err
	}
	people, err := p.room.People(ctx, a, asked.Kind, asked.ID)
	if err != nil {
		return err
	}
	h := handout{on: p.room.Today(ctx)}
	if h.office, err = p.room.Office(ctx); err != nil {
		return err
	}
	if len(people) > 0 {
		h.to = people[max(0, slices.IndexFunc(people, func(x document.Person) bool { return x.ID == asked.To }))]
	}
	h.list = slices.DeleteFunc(waited(list), func(d document.Document) bool { return !d.Person.IsZero() && d.Person != h.to.ID })
	h.lang = languageOf(h.to)
	if slices.Contains(text.Langs, text.Lang(asked.In)) {
		h.lang = text.Lang(asked.In)
	}
	ways := append(h.ways(ctx, people, asked.owner), ui.Act{Label: said(ctx, "back"), Href: p.at(asked.Kind, asked.ID)})
	page := ui.Page{Title: text.Word(text.With(ctx, h.lang), "document.web.sheet_title")}
	return door.Show(w, r, page, sheetPage(in(h.lang, sheetCard(h)), h.to, ways))
}

// ways lead to the sheet in the other language, and to those of the others whom the papers concern.
func (h handout) ways(ctx context.Context, people []document.Person, o owner) []ui.Act {
	at := desk + "/sheet" + o.query()
	var out []ui.Act
	for _, l := range text.Langs {
		if l != h.lang {
			out = append(out, ui.Act{Label: said(ctx, "sheet_in."+string(l)), Href: at + "&person_id=" + h.to.ID.String() + "&in=" + string(l)})
		}
	}
	for _, x := range people {
		if x.ID != h.to.ID {
			out = append(out, ui.Act{Label: text.Word(ctx, "document.web.sheet_for", "name", x.Name), Href: at + "&person_id=" + x.ID.String()})
		}
	}
	return out
}

// languageOf is the language in which somebody is written to: Japanese where they understand it or nothing is known,
// else English.
func languageOf(x document.Person) text.Lang {
	if len(x.Languages) == 0 || slices.Contains(x.Languages, string(text.JA)) {
		return text.JA
	}
	return text.EN
}

// in draws a part of a page in another language than the reader's.
func in(lang text.Lang, part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return part.Render(text.With(ctx, lang), w) })
}

// reasonHint says who reads the reason.
func reasonHint(ctx context.Context, step string) string {
	if step == "reject" {
		return said(ctx, "reason_hint")
	}
	return ""
}
