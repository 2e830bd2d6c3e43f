package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// The builder shows a draft as an overview, where it is named, rated and its
// sections put in order, and section by section. A draft may be kept
// unfinished: what keeps it from being published stands beside its field.

func itoa(n int) string { return strconv.Itoa(n) }

// bandIn and those after it are a definition as the builder's fields hold it:
// numbers are text until they are read, so that nothing typed is lost.
type bandIn struct {
	form.Band
	From string `json:"from"`
}

// headIn is everything of a draft but its sections.
type headIn struct {
	Title          text.Pair `json:"title"`
	Purpose        string    `json:"purpose"`
	ProtectedClass string    `json:"protected_class"`
	Intro          text.Pair `json:"intro"`
	Score          string    `json:"score"`
	Bands          []bandIn  `json:"bands"`
	Version        int64     `json:"version,omitempty"`
	Check          string    `json:"check,omitempty"` // the expression to look at, by the name of its field
}

type optionIn struct {
	form.Option
	Score string `json:"score"`
}

type questionIn struct {
	form.Question
	Score   string     `json:"score"`
	Options []optionIn `json:"options"`
}

// sectionIn is one section of a draft.
type sectionIn struct {
	form.Section
	Questions []questionIn `json:"questions"`
	NewKind   string       `json:"new_kind,omitempty"` // of the question to add
	Version   int64        `json:"version,omitempty"`
	Check     string       `json:"check,omitempty"`
}

func points(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func headOf(f form.Form) headIn {
	d := f.Definition.V
	out := headIn{Title: f.Title, Purpose: f.Purpose, ProtectedClass: f.ProtectedClass, Intro: d.Intro, Score: d.Score}
	for _, b := range d.Bands {
		x := bandIn{b, strconv.FormatInt(b.From, 10)}
		x.Band.From = 0
		out.Bands = append(out.Bands, x)
	}
	return out
}

func sectionOf(s form.Section) sectionIn {
	out := sectionIn{Section: s}
	for _, q := range s.Questions {
		x := questionIn{Question: q, Score: points(q.Score)}
		for _, o := range q.Options {
			y := optionIn{o, points(o.Score)}
			y.Option.Score = 0
			x.Options = append(x.Options, y)
		}
		x.Question.Options, x.Question.Score = nil, 0
		out.Questions = append(out.Questions, x)
	}
	out.Section.Questions = nil
	return out
}

// whole reads a number of points; nothing typed is 0.
func whole(wrong *fault.Fields, at, typed string) int64 {
	if typed == "" {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	if err != nil {
		wrong.Add(at, "form.web.fault.whole")
	}
	return n
}

func (in headIn) bands(wrong *fault.Fields) []form.Band {
	var out []form.Band
	for i, b := range in.Bands {
		b.Band.From = whole(wrong, fault.At("bands", i, "from"), b.From)
		out = append(out, b.Band)
	}
	return out
}

// section reads the points; what is no number is a fault at its field.
func (in sectionIn) section() (form.Section, fault.Fields) {
	var wrong fault.Fields
	out := in.Section
	out.Questions = nil
	for i, q := range in.Questions {
		x := q.Question
		x.Score, x.Options = whole(&wrong, fault.At("questions", i, "score"), q.Score), nil
		if !q.scored() {
			wrong = slices.DeleteFunc(wrong, func(f fault.Field) bool { return f.Pointer == fault.At("questions", i, "score") }) // it has no field there
		}
		for j, o := range q.Options {
			o.Option.Score = whole(&wrong, fault.At("questions", i, "options", j, "score"), o.Score)
			x.Options = append(x.Options, o.Option)
		}
		out.Questions = append(out.Questions, x)
	}
	return out, wrong
}

// inputOf is a version as its operation takes it.
func inputOf(f form.Form) form.FormInput {
	in := form.FormInput{Key: f.Key, Title: f.Title, Purpose: f.Purpose, ProtectedClass: f.ProtectedClass, Definition: f.Definition.V, Version: f.Version}
	in.Definition.Sections = slices.Clone(in.Definition.Sections)
	return in
}

// draft gives the draft of a page, whoever may see it; a version that is no
// draft any more has none.
func (p *pages) draft(r *http.Request) (form.Form, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return form.Form{}, err
	}
	f, _, err := p.room.Get(r.Context(), access.From(r.Context()), id)
	if err == nil && f.Status != "draft" {
		err = fault.Conflict("form.web.fault.no_draft")
	}
	return f, err
}

func builderTitle(ctx context.Context, f form.Form, more ...ui.Crumb) ui.Page {
	title := f.Title.In(text.From(ctx))
	crumbs := []ui.Crumb{{Label: text.Word(ctx, "form.web.title"), Href: "/admin/forms"}, {Label: title, Href: at(f.ID)}, {Label: text.Word(ctx, "form.web.edit"), Href: at(f.ID) + "/edit"}}
	crumbs = append(crumbs, more...)
	crumbs[len(crumbs)-1].Href = ""
	return ui.Page{Title: text.Word(ctx, "form.web.edit") + " · " + title, Crumbs: crumbs}
}

// unfinished says beside the fields what keeps a draft from being published.
func unfinished(fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &fault.Fault{Kind: fault.KindInvalid, Key: "form.web.to_correct", Fields: fields}
}

// below are the problems under a pointer, pointing from there.
func below(problems []fault.Field, at string) []fault.Field {
	var out []fault.Field
	for _, x := range problems {
		if rest, ok := strings.CutPrefix(x.Pointer, at+"/"); ok {
			x.Pointer = "/" + rest
			out = append(out, x)
		}
	}
	return out
}

// overview is what the builder's first page shows.
type overview struct {
	form     form.Form
	in       headIn
	fields   ui.FormProps
	problems []fault.Field
}

// edit opens the builder.
func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	x := overview{form: f, in: headOf(f), problems: form.Problems(f.Definition.V)}
	x.fields = door.Opened(ui.FormProps{Action: at(f.ID), Version: strconv.FormatInt(f.Version, 10), Class: "build"}, x.in)
	if x.fields, err = door.WithDraft(r, x.fields, "form."+f.ID.String()); err != nil {
		return err
	}
	if x.fields.Typed != nil {
		if _, err := door.Read(r, x.fields.Typed, &x.in, true); err != nil && !errors.Is(err, fault.KindInvalid) { // what cannot be read is shown as it was typed
			return err
		}
	}
	x.fields.Fault = unfinished(headProblems(x.problems))
	return door.Show(w, r, builderTitle(ctx, f), overviewPage(x))
}

// headProblems are those of the fields on the overview itself.
func headProblems(problems []fault.Field) []fault.Field {
	return slices.DeleteFunc(slices.Clone(problems), func(x fault.Field) bool { return strings.HasPrefix(x.Pointer, "/sections") })
}

// save keeps the overview; its buttons then add, copy, move or remove a section.
func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	var in headIn
	err = door.Form(r, &in)
	input, to := inputOf(f), at(f.ID)+"/edit"
	if err == nil {
		var wrong fault.Fields
		d := &input.Definition
		input.Title, input.Purpose, input.ProtectedClass, input.Version = in.Title, in.Purpose, in.ProtectedClass, in.Version
		d.Intro, d.Score, d.Bands = in.Intro, in.Score, in.bands(&wrong)
		var n int
		d.Sections, n = rearranged(d.Sections, door.Pressed(r))
		if in.Version != f.Version && door.Pressed(r) == "" && reflect.DeepEqual(headOf(f), opened[headIn](r)) {
			input.Version = f.Version // somebody else changed sections only
		}
		if door.Pressed(r) == "new" {
			to = sectionAt(f.ID, n)
		} else if n > 0 {
			to += "#section-" + itoa(n)
		}
		err = wrong.Err()
	}
	if err == nil {
		if _, err = p.room.Edit(ctx, access.From(ctx), f.ID, input); err == nil {
			door.Toast(w, r, ui.OK, "form.web.saved")
			return door.See(w, r, to)
		}
	}
	edit := door.Edit{Now: headOf(f), Form: ui.FormProps{Action: at(f.ID), Version: strconv.FormatInt(f.Version, 10)}, Label: fieldWord(ctx), Read: readDraft(ctx), Submit: "form.web.save", Cancel: at(f.ID) + "/edit"}
	return door.RefuseEdit(w, r, err, builderTitle(ctx, f), edit, func(err error) templ.Component {
		again := door.Opened(ui.FormProps{Action: at(f.ID), Class: "build", Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}, headOf(f))
		return overviewPage(overview{form: f, in: in, fields: again, problems: form.Problems(f.Definition.V)})
	})
}

// rearranged carries out a press on the list of sections: "up:2" and "down:2"
// move, "copy:2" and "drop:2" copy and remove, "new" adds one. at is the place
// afterwards, from 1; 0 when nothing was pressed.
func rearranged(list []form.Section, pressed string) (out []form.Section, at int) {
	if pressed == "new" {
		list = append(list, form.Section{Key: freeKey(list, "section")})
		return list, len(list)
	}
	verb, number, _ := strings.Cut(pressed, ":")
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(list) {
		return list, 0
	}
	switch verb {
	case "copy":
		return slices.Insert(list, i+1, copied(list, list[i])), i + 2
	case "drop":
		return slices.Delete(list, i, i+1), max(i, 1)
	}
	return list, moved(list, i, verb) + 1
}

// moved sets one of a list one place up or down, and says where it is then.
func moved[T any](list []T, i int, verb string) int {
	j := i
	switch verb {
	case "up":
		j = max(i-1, 0)
	case "down":
		j = min(i+1, len(list)-1)
	}
	list[i], list[j] = list[j], list[i]
	return j
}

// freeKey is a key that neither a section nor a question of them has.
func freeKey(list []form.Section, base string) string {
	taken := map[string]bool{}
	for _, s := range list {
		taken[s.Key] = true
		for _, q := range s.Questions {
			taken[q.Key] = true
		}
	}
	return free(taken, base)
}

func free(taken map[string]bool, base string) string {
	base = base[:min(len(base), 50)]
	key := base
	for n := 2; taken[key]; n++ {
		key = base + "_" + itoa(n)
	}
	taken[key] = true
	return key
}

// copied is a section once more, under keys of its own. Conditions that speak
// of its questions speak of the copies.
func copied(list []form.Section, s form.Section) form.Section {
	was := s.Key
	s.Key, s.LinkID = freeKey(list, s.Key), ""
	s.Questions = slices.Clone(s.Questions)
	keys := map[string]string{was: s.Key}
	for i := range s.Questions {
		q := &s.Questions[i]
		was := q.Key
		q.Key, q.LinkID = freeKey(append(list, s), was), ""
		keys[was] = q.Key
		for _, x := range []*string{&q.Show, &q.RequiredWhen, &q.Calculate} {
			*x = renamed(*x, keys)
		}
	}
	return s
}

// names finds the names in an expression, and its texts whole, so that what
// stands in them is left alone.
var names = regexp.MustCompile(`'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[a-zA-Z_][a-zA-Z0-9_]*`)

// renamed is an expression with some of its names changed.
func renamed(source string, keys map[string]string) string {
	return names.ReplaceAllStringFunc(source, func(name string) string { return first(keys[name], name) })
}

func sectionAt(id db.ID, n int) string { return at(id) + "/sections/" + itoa(n) }

// sheet is what the page of one section shows.
type sheet struct {
	form   form.Form
	n      int // from 1
	in     sectionIn
	fields ui.FormProps
	theirs []form.Change // what somebody else changed meanwhile
}

// numbered gives the section of a page.
func numbered(r *http.Request, f form.Form) (int, error) {
	n, err := strconv.Atoi(r.PathValue("section"))
	if err != nil || n < 1 || n > len(f.Definition.V.Sections) {
		return 0, fault.NotFound()
	}
	return n, nil
}

func (p *pages) editSection(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	n, err := numbered(r, f)
	if err != nil {
		return err
	}
	s := f.Definition.V.Sections[n-1]
	x := sheet{form: f, n: n, in: sectionOf(s)}
	x.fields = door.Opened(ui.FormProps{Action: sectionAt(f.ID, n), Version: strconv.FormatInt(f.Version, 10), Class: "build"}, x.in)
	if x.fields, err = door.WithDraft(r, x.fields, draftOfSection(f, s)); err != nil {
		return err
	}
	if x.fields.Typed != nil {
		if _, err := door.Read(r, x.fields.Typed, &x.in, true); err != nil && !errors.Is(err, fault.KindInvalid) { // what cannot be read is shown as it was typed
			return err
		}
	} else if !s.Title.IsZero() || len(s.Questions) > 0 {
		x.fields.Fault = unfinished(below(form.Problems(f.Definition.V), fault.At("sections", n-1)))
	}
	return door.Show(w, r, x.title(r.Context()), sectionPage(x))
}

func draftOfSection(f form.Form, s form.Section) string {
	key := s.Key
	if !form.IsKey(key) {
		key = "-"
	}
	return "form." + f.ID.String() + "." + key
}

func (x sheet) title(ctx context.Context) ui.Page {
	return builderTitle(ctx, x.form, ui.Crumb{Label: text.Word(ctx, "form.web.section_n", "n", x.n)})
}

// saveSection keeps a section, or draws it again with its questions in another
// order.
func (p *pages) saveSection(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	x := sheet{form: f}
	if x.n, err = strconv.Atoi(r.PathValue("section")); err != nil {
		return fault.NotFound()
	}
	err = door.Form(r, &x.in)
	x.fields = ui.FormProps{Action: r.URL.Path, Class: "build", Version: door.Typed(r).Get("version"), Hidden: map[string]string{door.Was: door.Typed(r).Get(door.Was)}}
	if err == nil && x.in.press(door.Pressed(r), f) {
		return door.Again(w, r, x.in, x.title(r.Context()), func(typed url.Values) templ.Component {
			x.fields.Typed = typed
			return sectionPage(x)
		})
	}
	if err == nil {
		return p.keepSection(w, r, x)
	}
	return p.refuseSection(w, r, x, err)
}

func (p *pages) refuseSection(w http.ResponseWriter, r *http.Request, x sheet, err error) error {
	return door.Refuse(w, r, err, x.title(r.Context()), func(err error) templ.Component {
		x.fields.Typed, x.fields.Fault = door.Typed(r), err
		return sectionPage(x)
	})
}

// keepSection sets a section in its place. Where somebody else has changed the
// draft meanwhile, but not this section, nothing is in dispute.
func (p *pages) keepSection(w http.ResponseWriter, r *http.Request, x sheet) error {
	ctx := r.Context()
	s, wrong := x.in.section()
	if err := wrong.Err(); err != nil {
		return p.refuseSection(w, r, x, err)
	}
	input, i := inputOf(x.form), x.n-1
	if x.in.Version != x.form.Version {
		was := opened[sectionIn](r)
		i = slices.IndexFunc(input.Definition.Sections, func(s form.Section) bool { return s.Key == was.Key })
		if i < 0 || !reflect.DeepEqual(sectionOf(input.Definition.Sections[i]), was) {
			return p.disputed(w, r, x, was, i)
		}
	}
	if i < 0 || i >= len(input.Definition.Sections) {
		return fault.NotFound()
	}
	input.Definition.Sections[i] = s
	f, err := p.room.Edit(ctx, access.From(ctx), x.form.ID, input)
	if err != nil {
		return p.refuseSection(w, r, x, err)
	}
	if n := len(below(form.Problems(f.Definition.V), fault.At("sections", i))); n > 0 {
		door.Toast(w, r, ui.Warn, "form.web.saved_unfinished", "n", n)
		return door.See(w, r, sectionAt(f.ID, i+1))
	}
	door.Toast(w, r, ui.OK, "form.web.saved")
	return door.See(w, r, at(f.ID)+"/edit#section-"+itoa(i+1))
}

// opened is what a page showed when it was opened.
func opened[T any](r *http.Request) (was T) {
	b, err := base64.RawURLEncoding.DecodeString(door.Typed(r).Get(door.Was))
	if err == nil {
		_ = json.Unmarshal(b, &was) // what cannot be read is like nothing that there is
	}
	return was
}

// disputed shows a section that somebody else changed too: field by field where
// both have the same questions, and otherwise what the other changed, above
// what was typed. Saving that again puts it in the place of the other's.
func (p *pages) disputed(w http.ResponseWriter, r *http.Request, x sheet, was sectionIn, i int) error {
	ctx := r.Context()
	if i < 0 {
		return p.refuseSection(w, r, x, fault.Conflict("form.web.fault.section_gone"))
	}
	theirs := x.form.Definition.V.Sections[i]
	x.n = i + 1
	now := ui.FormProps{Action: sectionAt(x.form.ID, x.n), Class: "build", Version: strconv.FormatInt(x.form.Version, 10)}
	mine, _ := x.in.section()
	before, _ := was.section()
	if slices.Equal(keysOf(before), keysOf(mine)) && slices.Equal(keysOf(before), keysOf(theirs)) {
		edit := door.Edit{Now: sectionOf(theirs), Form: now, Label: fieldWord(ctx), Read: readDraft(ctx), Submit: "form.web.save", Cancel: now.Action}
		return door.RefuseEdit(w, r, fault.Moved(theirs), x.title(ctx), edit, nil)
	}
	x.theirs = form.Compare(form.Definition{Sections: []form.Section{before}}, form.Definition{Sections: []form.Section{theirs}})
	x.fields = door.Opened(now, sectionOf(theirs))
	return door.Refuse(w, r, fault.Conflict("form.web.fault.section_moved"), x.title(ctx), func(err error) templ.Component {
		x.fields.Fault, x.fields.Typed = err, door.Typed(r)
		x.fields.Typed.Set(door.Was, x.fields.Hidden[door.Was])
		x.fields.Typed.Set("version", now.Version)
		return sectionPage(x)
	})
}

func keysOf(s form.Section) []string {
	out := []string{s.Key}
	for _, q := range s.Questions {
		out = append(out, q.Key)
		for _, o := range q.Options {
			out = append(out, "="+o.Value)
		}
	}
	return out
}

// press carries out a button of a section's page: "up:3", "down:3", "copy:3",
// "drop:3" with the question in this place, "new" adds one, "look" only draws
// the fields that go with the kinds chosen.
func (in *sectionIn) press(pressed string, f form.Form) bool {
	taken := map[string]bool{}
	for _, s := range f.Definition.V.Sections {
		for _, q := range s.Questions {
			taken[q.Key] = true
		}
	}
	for _, q := range in.Questions {
		taken[q.Key] = true
	}
	verb, number, _ := strings.Cut(pressed, ":")
	i, err := strconv.Atoi(number)
	inside := err == nil && i >= 0 && i < len(in.Questions)
	switch {
	case verb == "look":
	case verb == "new":
		kind := in.NewKind
		if !slices.Contains(form.Kinds, kind) {
			kind = "text"
		}
		q := questionIn{Question: form.Question{Key: free(taken, "question"), Kind: kind}}
		if kind == "choice" || kind == "choices" {
			q.Options = make([]optionIn, 2)
		}
		in.Questions = append(in.Questions, q)
	case verb == "copy" && inside:
		q := in.Questions[i]
		q.Key, q.LinkID, q.Options = free(taken, first(q.Key, "question")), "", slices.Clone(q.Options)
		in.Questions = slices.Insert(in.Questions, i+1, q)
	case verb == "drop" && inside:
		in.Questions = slices.Delete(in.Questions, i, i+1)
	case (verb == "up" || verb == "down") && inside:
		moved(in.Questions, i, verb)
	default:
		return false
	}
	return true
}

func first(of ...string) string {
	for _, s := range of {
		if s != "" {
			return s
		}
	}
	return ""
}

// check answers, while an expression is typed, what is wrong with it.
func (p *pages) check(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	var in headIn
	if err := door.Form(r, &in); err != nil && in.Check == "" {
		return err // other fields may be half typed
	}
	d := f.Definition.V
	d.Score = in.Score
	return door.Render(w, r, checked(in.Score, in.Check, form.Problems(d)))
}

// checkSection is check on the page of a section: with the other questions as
// they are typed too.
func (p *pages) checkSection(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	n, err := numbered(r, f)
	if err != nil {
		return err
	}
	var in sectionIn
	if err := door.Form(r, &in); err != nil && in.Check == "" {
		return err // other fields may be half typed
	}
	d := inputOf(f).Definition
	d.Sections[n-1], _ = in.section()
	return door.Render(w, r, checked(door.Typed(r).Get(in.Check), in.Check, below(form.Problems(d), fault.At("sections", n-1))))
}
