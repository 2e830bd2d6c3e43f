package web

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// fieldKeys are the words of the builder's fields, by the last step of their name.
var fieldKeys = map[string]string{
	"title": "form.web.field.title", "purpose": "form.web.field.purpose", "protected_class": "form.web.field.protected_class",
	"intro": "form.web.field.intro", "score": "form.web.field.points", "bands": "form.web.bands", "from": "form.web.field.from", "key": "form.web.field.key",
	"label": "form.web.field.label", "hint": "form.web.field.hint", "kind": "form.web.field.kind", "required": "form.web.field.required",
	"required_when": "form.web.field.required_when", "show": "form.web.field.show", "calculate": "form.web.field.calculate", "options": "form.web.field.options",
	"value": "form.web.field.value", "min": "form.web.field.min", "max": "form.web.field.max", "currency": "form.web.field.currency",
	"repeats": "form.web.field.repeats", "least": "form.web.field.least", "most": "form.web.field.most", "open": "form.web.field.open",
	"map_to": "form.web.field.map_to", "initial": "form.web.field.initial", "link_id": "form.web.field.link_id", "codes": "form.web.field.codes", "code": "form.web.field.codes",
	"questions": "form.web.field.definition", "sections": "form.web.sections", "derived_from": "form.web.field.derived_from",
}

// listKeys are the words of one of a list, by the name of the list.
var listKeys = map[string]string{"sections": "form.web.section_n", "questions": "form.web.question_n", "options": "form.web.option_n", "bands": "form.web.band_n", "codes": "form.web.code_n"}

// fieldWord reads the name of a field: questions/0/label/ja is 質問1 › 質問文（日本語）.
func fieldWord(ctx context.Context) func(name string) string {
	return func(name string) string {
		var out []string
		steps := strings.Split(name, "/")
		for i := 0; i < len(steps); i++ {
			if key := listKeys[steps[i]]; key != "" && i+1 < len(steps) {
				if n, ok := position(steps[i+1]); ok {
					out = append(out, text.Word(ctx, key, "n", n+1))
					i++
					continue
				}
			}
			switch {
			case steps[i] == "ja" || steps[i] == "en":
				out[max(len(out)-1, 0)] = text.Word(ctx, "form.web.in_"+steps[i], "field", out[max(len(out)-1, 0)])
			case steps[i] == "score" && len(steps) == 1:
				out = append(out, text.Word(ctx, "form.web.field.score"))
			case fieldKeys[steps[i]] != "":
				out = append(out, text.Word(ctx, fieldKeys[steps[i]]))
			default:
				out = append(out, steps[i])
			}
		}
		return strings.Join(out, " › ")
	}
}

func position(step string) (int, bool) {
	n := 0
	for _, c := range step {
		if c < '0' || c > '9' || n > 10000 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, step != ""
}

// problemFacts lists problems with links to their fields.
func problemFacts(ctx context.Context, f form.Form, problems []fault.Field) []ui.Fact {
	var out []ui.Fact
	for _, x := range problems {
		name := strings.TrimPrefix(x.Pointer, "/")
		fact := ui.Fact{Label: fieldWord(ctx)(name), Value: text.T(text.From(ctx), x.Key, x.Args), Tone: ui.Bad}
		if f.Status == "draft" {
			fact.Href = problemAt(f, name)
		}
		out = append(out, fact)
	}
	return out
}

// problemAt is the page and field of a problem.
func problemAt(f form.Form, name string) string {
	page := at(f.ID) + "/edit"
	if rest, ok := strings.CutPrefix(name, "sections/"); ok {
		number, field, _ := strings.Cut(rest, "/")
		if n, ok := position(number); ok {
			page, name = sectionAt(f.ID, n+1), field
		}
	}
	return page + "#f-" + strings.ReplaceAll(name, "/", "-")
}

func kindOptions(ctx context.Context) []ui.Option { return choices(ctx, "form.web.kind", form.Kinds) }

// exprField is a field for an expression, with what is live about it.
func exprField(name, label, hint, value, check string) ui.Field {
	said, _ := json.Marshal(map[string]string{"check": name}) // always has a JSON form
	return ui.Field{Name: name, Label: label, Hint: hint, Value: value, Rows: 2, Lang: "en", Attrs: templ.Attributes{
		"hx-post": check, "hx-trigger": "input changed delay:500ms", "hx-include": "closest form", "hx-target": "#" + checkID(name), "hx-swap": "innerHTML", "hx-vals": string(said),
		"spellcheck": "false", "autocapitalize": "off",
	}}
}

func checkID(name string) string { return "check-" + strings.ReplaceAll(name, "/", "-") }

// wrongAt is what is wrong with a field, "" when nothing is.
func wrongAt(ctx context.Context, name string, problems []fault.Field) string {
	for _, x := range problems {
		if x.Pointer == "/"+name {
			return text.T(text.From(ctx), x.Key, x.Args)
		}
	}
	return ""
}

// Which fields a kind of question has.
func (q questionIn) chooses() bool {
	return q.Kind == "choice" || q.Kind == "choices" || len(q.Options) > 0
}
func (q questionIn) bounded() bool {
	return slices.Contains([]string{"number", "money", "scale"}, q.Kind)
}
func (q questionIn) scored() bool {
	return slices.Contains([]string{"yes_no", "number", "scale"}, q.Kind)
}

// folded reports whether nothing stands in the fields that are folded away.
func (q questionIn) folded(fields ui.FormProps, at string) bool {
	f, _ := fault.As(fields.Fault)
	if f != nil {
		for _, x := range f.Fields {
			for _, name := range []string{"hint", "show", "required_when", "calculate", "initial", "repeats", "most", "link_id", "key"} {
				if strings.HasPrefix(x.Pointer, "/"+at+"/"+name) {
					return false
				}
			}
		}
	}
	return q.Hint.IsZero() && q.Show == "" && q.RequiredWhen == "" && q.Calculate == "" && len(q.Initial) == 0 && !q.Repeats
}

// recordOptions are the fields of a person's record that a question of this
// kind can be mapped to, none for most kinds; in a section that is mapped to a
// list, what each of that says. What it is mapped to otherwise stays to be
// chosen.
func recordOptions(ctx context.Context, in sectionIn, q questionIn) []ui.Option {
	var out []ui.Option
	known := q.MapTo == ""
	add := func(key, word string, kinds []string) {
		if slices.Contains(kinds, q.Kind) {
			out = append(out, ui.Option{Value: key, Label: text.Word(ctx, word)})
			known = known || key == q.MapTo
		}
	}
	if in.Repeats {
		list, _ := form.ListOf(in.MapTo)
		for _, c := range list.Columns {
			add(c.Key, c.Word(), c.Kinds)
		}
	} else {
		for _, t := range form.Targets {
			add(t.Key, t.Word(), t.Kinds)
		}
	}
	if out == nil {
		return nil
	}
	if !known {
		out = append(out, ui.Option{Value: q.MapTo, Label: q.MapTo})
	}
	return append([]ui.Option{{Value: "", Label: text.Word(ctx, "form.web.no_record")}}, out...)
}

// listOptions are what a section that repeats can be mapped to.
func listOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.Word(ctx, "form.web.no_list")}}
	for _, l := range form.Lists {
		out = append(out, ui.Option{Value: l.Key, Label: text.Word(ctx, l.Word())})
	}
	return out
}

// counted is a number of repetitions as its field holds it.
func counted(n int) string { return points(int64(n)) }

// repeatable reports whether a question of this kind can have several answers.
func repeatable(q questionIn) bool { return slices.Contains(form.Repeatable, q.Kind) }

// begins reports whether a question of this kind can begin with an answer.
func begins(q questionIn) bool { return form.Question{Kind: kindOf(q)}.Typed() }

// factTypes are the words for what an answer is in an expression.
var factTypes = map[string]string{"number": "form.web.type.number", "money": "form.web.type.number", "scale": "form.web.type.number", "date": "form.web.type.date", "yes_no": "form.web.type.yes_no", "choices": "form.web.type.list"}

// usable lists the keys that expressions on a page may speak of: the answers
// before its section, and those of the section itself.
func usable(ctx context.Context, sections []form.Section, own []questionIn) ui.TableProps {
	t := ui.TableProps{ID: "keys", Caption: text.Word(ctx, "form.web.keys"), Columns: []ui.Column{{Label: text.Word(ctx, "form.web.field.key")}, {Label: text.Word(ctx, "form.web.field.label")}, {Label: text.Word(ctx, "form.web.answer")}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "form.web.no_keys")}}
	row := func(key, label, what string, options []string) {
		if len(options) > 0 {
			what = "'" + strings.Join(options, "', '") + "'"
		}
		t.Rows = append(t.Rows, ui.Row{Title: key, Cells: []templ.Component{ui.Text(label), ui.Text(what)}})
	}
	lang := text.From(ctx)
	for _, s := range sections {
		for _, q := range s.Questions {
			if q.Kind != "note" {
				row(q.Key, q.Label.In(lang), typeWord(ctx, q, s.Repeats), optionsOf(q, s.Repeats))
			}
		}
		if s.Repeats {
			row(s.Key, s.Title.In(lang), text.Word(ctx, "form.web.type.count"), nil)
		}
	}
	for _, x := range own {
		q := x.Question
		for _, o := range x.Options {
			q.Options = append(q.Options, o.Option)
		}
		if q.Kind != "note" {
			row(q.Key, q.Label.In(lang), typeWord(ctx, q, false), optionsOf(q, false))
		}
	}
	return t
}

// typeWord says what an answer is in an expression; in a list there is one of
// each repetition.
func typeWord(ctx context.Context, q form.Question, list bool) string {
	key := factTypes[q.Kind]
	switch {
	case list || q.Repeats:
		key = "form.web.type.list"
	case key == "":
		key = "form.web.type.text"
	}
	return text.Word(ctx, key)
}

// optionsOf are the values of a question's choices; of a list it is said that
// it is one.
func optionsOf(q form.Question, list bool) []string {
	var out []string
	for _, o := range q.Options {
		if !list {
			out = append(out, o.Value)
		}
	}
	return out
}

// others are the languages of a text besides the two that have fields.
func others(p text.Pair) map[string]string {
	out := map[string]string{}
	for lang, s := range p.More {
		out[string(lang)] = s
	}
	if p.Sort != "" {
		out["sort"] = p.Sort
	}
	return out
}

// press is a small button of a question or section.
func press(ctx context.Context, key, icon, do, action string, n int) ui.Act {
	return ui.Act{Label: text.Word(ctx, key, "n", n), Icon: icon, IconOnly: true, Small: true, Kind: ui.Quiet, Name: "do", Value: do, FormAction: action, SkipChecks: true}
}

// moves are the buttons of one of a list, at i of of.
func moves(ctx context.Context, what, action string, i, of int) []ui.Act {
	var out []ui.Act
	if i > 0 {
		out = append(out, press(ctx, "form.web.up_"+what, "arrow-up", "up:"+itoa(i), action+"#"+what+"-"+itoa(i), i+1))
	}
	if i < of-1 {
		out = append(out, press(ctx, "form.web.down_"+what, "arrow-down", "down:"+itoa(i), action+"#"+what+"-"+itoa(i+2), i+1))
	}
	return append(out, press(ctx, "form.web.copy_"+what, "copy", "copy:"+itoa(i), action+"#"+what+"-"+itoa(i+2), i+1),
		press(ctx, "form.web.drop_"+what, "trash", "drop:"+itoa(i), action+"#"+what+"-"+itoa(max(i, 1)), i+1))
}

// changeTable reads the differences between two versions.
func changeTable(ctx context.Context, caption string, list []form.Change) ui.TableProps {
	t := ui.TableProps{ID: "changes", Caption: caption, Columns: []ui.Column{{Label: text.Word(ctx, "form.web.change_of")}, {Label: text.Word(ctx, "form.web.change_what")}, {Label: text.Word(ctx, "form.web.change_fields")}}}
	for _, c := range list {
		name := first(c.Label.In(text.From(ctx)), c.Key)
		if c.Of == "form" {
			name = text.Word(ctx, "form.web.whole_form")
		}
		var fields []string
		for _, f := range c.Fields {
			key := fieldKeys[f]
			if f == "score" && c.Of == "form" {
				key = "form.web.field.score"
			}
			fields = append(fields, text.Word(ctx, key))
		}
		t.Rows = append(t.Rows, ui.Row{Title: name, Cells: []templ.Component{ui.Text(text.Word(ctx, "form.web.change."+c.What+"_"+c.Of)), ui.Text(text.List(text.From(ctx), fields))}})
	}
	return t
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// kindOf is the kind of a question, one that there is.
func kindOf(q questionIn) string {
	if slices.Contains(form.Kinds, q.Kind) {
		return q.Kind
	}
	return form.Kinds[0]
}

func codeFacts(ctx context.Context, codes []form.Code) []ui.Fact {
	var out []ui.Fact
	for _, c := range codes {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.web.field.codes"), Value: strings.TrimSpace(c.Code + " " + c.Display), Note: c.System, Lang: "en"})
	}
	return out
}
