package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func ruleAt(id db.ID) string { return "/admin/rules/" + id.String() }

func (p *pages) rules(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Rules(ctx, access.From(ctx), db.ID{}, most)
	if err != nil {
		return err
	}
	title := text.Word(ctx, "catalog.web.rules")
	return door.Show(w, r, ui.Page{Title: title}, setupList(title, ruleTable(ctx, list), ui.Act{}))
}

func ruleTable(ctx context.Context, list []catalog.EligibilityRule) ui.TableProps {
	t := ui.TableProps{ID: "rules", Caption: text.Word(ctx, "catalog.web.rules"), Columns: []ui.Column{
		{Label: text.Word(ctx, "catalog.web.field.name")}, {Label: text.Word(ctx, "catalog.web.status"), Tag: true}, {Label: text.Word(ctx, "catalog.web.edition"), Num: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "catalog.web.no_rules")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: ruleAt(x.ID), Title: x.Name.In(text.From(ctx)), Muted: x.Status == "retired",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "eligibility_rule", x.Status)), ui.Text(strconv.FormatInt(x.Edition, 10))}})
	}
	return t
}

// ruleIn is a rule as its page sends it: conditions, amount and examples as
// JSON text.
type ruleIn struct {
	SubjectKind string    `json:"subject_kind"`
	Subject     db.ID     `json:"subject_id"`
	Name        text.Pair `json:"name"`
	Rule        string    `json:"rule"`
	Version     int64     `json:"version"`
}

func ruleInOf(x catalog.EligibilityRule) ruleIn {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(x.Body.V) // a rule always has a JSON form
	return ruleIn{x.SubjectKind, x.Subject, x.Name, strings.TrimSpace(b.String()), x.Version}
}

func (in ruleIn) input() (catalog.RuleInput, error) {
	out := catalog.RuleInput{SubjectKind: in.SubjectKind, Subject: in.Subject, Name: in.Name, Version: in.Version}
	d := json.NewDecoder(strings.NewReader(in.Rule))
	d.DisallowUnknownFields()
	err := d.Decode(&out.Rule)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		line := 1 + strings.Count(in.Rule[:min(int(d.InputOffset()), len(in.Rule))], "\n")
		return out, fault.Invalid(fault.Field{Pointer: "/rule", Key: "catalog.web.fault.json", Args: map[string]any{"line": line}}).WithCause(err)
	}
	return out, nil
}

var sampleRule = rule.Rule{
	Conditions: []rule.Condition{{Key: "adult", Label: text.Pair{JA: "18歳以上である", EN: "Is 18 or older"}, Expr: "age >= 18"}},
	Examples:   []rule.Example{{Name: text.Pair{JA: "18歳", EN: "Aged 18"}, Facts: rule.Facts{"age": rule.Whole(18)}, Want: rule.Met}},
}

func (p *pages) newRule(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Kind    string `json:"subject_kind"`
		Subject db.ID  `json:"subject_id"`
		From    db.ID  `json:"from"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	x := catalog.EligibilityRule{SubjectKind: q.Kind, Subject: q.Subject, Body: db.AsJSON(sampleRule)}
	if !q.From.IsZero() {
		var err error
		if x, err = p.room.Rule(ctx, access.From(ctx), q.From); err != nil {
			return err
		}
	}
	in := ruleInOf(x)
	in.Version = 0
	return p.drawRule(w, r, "step.eligibility_rule.create", ui.FormProps{Action: "/admin/rules"}, in, "/admin/rules")
}

func (p *pages) drawRule(w http.ResponseWriter, r *http.Request, title string, f ui.FormProps, in ruleIn, back string) error {
	facts, err := p.declared(r.Context())
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), title)}, ruleForm(text.Word(r.Context(), title), f, in, facts, back))
}

// declared lists the facts that a rule may speak of.
func (p *pages) declared(ctx context.Context) ([]ui.Fact, error) {
	set, err := p.room.Declared()
	if err != nil {
		return nil, fault.Defect(err)
	}
	var out []ui.Fact
	for _, f := range set.Facts() {
		out = append(out, ui.Fact{Label: f.Name, Value: f.Label.In(text.From(ctx)), Note: text.Word(ctx, "rule.type_"+string(f.Type))})
	}
	return out, nil
}

func (p *pages) createRule(w http.ResponseWriter, r *http.Request) error {
	return p.keepRule(w, r, "step.eligibility_rule.create", p.room.CreateRule)
}

func (p *pages) editRule(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	x, err := p.room.Rule(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return p.drawRule(w, r, "step.eligibility_rule.edit", ui.FormProps{Action: ruleAt(id), Version: strconv.FormatInt(x.Version, 10)}, ruleInOf(x), ruleAt(id))
}

func (p *pages) saveRule(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return p.keepRule(w, r, "step.eligibility_rule.edit", func(ctx context.Context, a access.Actor, in catalog.RuleInput) (catalog.EligibilityRule, error) {
		return p.room.EditRule(ctx, a, id, in)
	})
}

func (p *pages) keepRule(w http.ResponseWriter, r *http.Request, title string, do func(context.Context, access.Actor, catalog.RuleInput) (catalog.EligibilityRule, error)) error {
	ctx := r.Context()
	var in ruleIn
	err := door.Form(r, &in)
	if err == nil {
		var input catalog.RuleInput
		if input, err = in.input(); err == nil {
			var x catalog.EligibilityRule
			if x, err = do(ctx, access.From(ctx), input); err == nil {
				door.Toast(w, r, ui.OK, "catalog.web.saved")
				return door.See(w, r, ruleAt(x.ID))
			}
		}
	}
	facts, declErr := p.declared(ctx)
	if declErr != nil {
		return declErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, title)}, func(err error) templ.Component {
		return ruleForm(text.Word(ctx, title), ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}, in, facts, "/admin/rules")
	})
}

// shownRule is a version's page: its conditions, and how its examples come out now.
type shownRule struct {
	rule     catalog.EligibilityRule
	acts     []ui.Act
	wrong    []ui.Fact
	examples []ui.Fact
	facts    []ui.Fact
}

func (p *pages) rule(w http.ResponseWriter, r *http.Request) error { return p.viewRule(w, r, nil) }

func (p *pages) viewRule(w http.ResponseWriter, r *http.Request, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	x, err := p.room.Rule(ctx, a, id)
	if err != nil {
		return err
	}
	s := shownRule{rule: x, acts: ruleActs(ctx, a, x)}
	outcomes, wrong := p.room.Check(x.Body.V)
	if f, ok := fault.As(wrong); ok {
		for _, field := range f.Fields {
			s.wrong = append(s.wrong, ui.Fact{Label: field.Pointer, Value: text.T(text.From(ctx), field.Key, field.Args), Tone: ui.Bad})
		}
	}
	s.examples = exampleFacts(ctx, x.Body.V.Examples, outcomes)
	if s.facts, err = p.declared(ctx); err != nil {
		return err
	}
	title := x.Name.In(text.From(ctx))
	page := ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "catalog.web.rules"), Href: "/admin/rules"}, {Label: title}}}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component { return rulePage(s, err) })
	}
	return door.Show(w, r, page, rulePage(s, nil))
}

func exampleFacts(ctx context.Context, examples []rule.Example, outcomes []rule.Outcome) []ui.Fact {
	lang := text.From(ctx)
	var out []ui.Fact
	for i, e := range examples {
		f := ui.Fact{Label: e.Name.In(lang), Value: text.Word(ctx, "catalog.web.not_tried"), Tone: ui.Warn}
		if i < len(outcomes) {
			f.Value, f.Tone = outcomes[i].State.In(lang), ui.OK
			f.Note = outcomes[i].Amount
			if outcomes[i].State != e.Want || e.Amount != "" && e.Amount != outcomes[i].Amount {
				f.Tone, f.Note = ui.Bad, text.Word(ctx, "catalog.web.wanted", "want", strings.TrimSpace(e.Want.In(lang)+" "+e.Amount))
			}
		}
		out = append(out, f)
	}
	return out
}

func conditionFacts(ctx context.Context, r rule.Rule) []ui.Fact {
	var out []ui.Fact
	for _, c := range r.Conditions {
		out = append(out, ui.Fact{Label: c.Label.In(text.From(ctx)), Value: c.Expr, Note: c.Key, Lang: "en"})
	}
	if r.Amount != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "catalog.web.amount"), Value: r.Amount, Lang: "en"})
	}
	return out
}

func ruleActs(ctx context.Context, a access.Actor, x catalog.EligibilityRule) []ui.Act {
	version := map[string]string{"version": strconv.FormatInt(x.Version, 10)}
	var out []ui.Act
	for _, s := range catalog.RuleFlow.Actions(a, x) {
		act := ui.Act{Label: text.Word(ctx, "step.eligibility_rule."+s.Step)}
		switch s.Step {
		case "edit":
			act.Href, act.Icon = ruleAt(x.ID)+"/edit", "pencil"
		case "publish":
			act.Post, act.Fields, act.Kind = ruleAt(x.ID)+"/publish", version, ui.Primary
		case "retire":
			act.Post, act.Fields = ruleAt(x.ID)+"/retire", version
		default:
			continue
		}
		out = append(out, act)
	}
	if x.Status != "draft" && a.Is(access.Administrator) {
		out = append(out, ui.Act{Label: text.Word(ctx, "catalog.web.next"), Icon: "copy", Href: "/admin/rules/new?from=" + x.ID.String()})
	}
	return out
}

func (p *pages) publishRule(w http.ResponseWriter, r *http.Request) error {
	return p.takeRule(w, r, p.room.PublishRule)
}

func (p *pages) retireRule(w http.ResponseWriter, r *http.Request) error {
	return p.takeRule(w, r, p.room.RetireRule)
}

func (p *pages) takeRule(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, db.ID, catalog.Step) (catalog.EligibilityRule, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in catalog.Step
	if err := door.Form(r, &in); err != nil {
		return err
	}
	if _, err := do(r.Context(), access.From(r.Context()), id, in); err != nil {
		return p.viewRule(w, r, err)
	}
	door.Toast(w, r, ui.OK, "catalog.web.done")
	return door.See(w, r, ruleAt(id))
}
