package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// determineQuery opens the page of a determination; subject is kind:id as the
// page's one list offers it.
type determineQuery struct {
	Case        db.ID  `json:"case_id"`
	Person      db.ID  `json:"person_id"`
	ItemKind    string `json:"item_kind"`
	Item        db.ID  `json:"item_id"`
	SubjectKind string `json:"subject_kind"`
	Subject     db.ID  `json:"subject_id"`
	Choice      string `json:"subject"`
}

func (q determineQuery) input() assessment.DetermineInput {
	in := assessment.DetermineInput{Case: q.Case, Person: q.Person, ItemKind: q.ItemKind, Item: q.Item, SubjectKind: q.SubjectKind, Subject: q.Subject}
	if kind, id, ok := strings.Cut(q.Choice, ":"); ok {
		if parsed, err := db.ParseID(id); err == nil {
			in.SubjectKind, in.Subject = kind, parsed
		}
	}
	return in
}

// askDetermine asks what is to be determined, then shows what the rule asks
// and what is known.
func (p *pages) askDetermine(w http.ResponseWriter, r *http.Request) error {
	var q determineQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	in := q.input()
	page := ui.Page{Title: text.Word(ctx, "step.determination.determine")}
	if in.Subject.IsZero() && in.Item.IsZero() {
		c, err := p.room.Choices(ctx, a, q.Case)
		if err != nil {
			return err
		}
		return door.Show(w, r, page, subjectPage(c, nil))
	}
	s, err := p.room.Sheet(ctx, a, in)
	if err != nil && !q.Case.IsZero() {
		c, loadErr := p.room.Choices(ctx, a, q.Case)
		if loadErr != nil {
			return loadErr
		}
		return door.Refuse(w, r, err, page, func(err error) templ.Component { return subjectPage(c, err) })
	}
	if err != nil {
		return err
	}
	return door.Show(w, r, page, sheetPage(s, ui.FormProps{Action: "/desk/determinations"}))
}

func (p *pages) determine(w http.ResponseWriter, r *http.Request) error {
	var in assessment.DetermineInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		var d assessment.Determination
		if d, err = p.room.Determine(ctx, a, in); err == nil {
			return door.See(w, r, "/desk/determinations/"+d.ID.String())
		}
	}
	plain := in
	plain.Facts = nil
	s, loadErr := p.room.Sheet(ctx, a, plain)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.determination.determine")}, func(err error) templ.Component {
		return sheetPage(s, ui.FormProps{Action: "/desk/determinations", Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) determination(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Determination(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	labels, err := p.labels()
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "assessment.web.determination")}, determinationPage(explained{x, labels}, nil))
}

// replay makes the determination again and says whether it comes out the same.
func (p *pages) replay(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	x, err := p.room.Determination(ctx, a, id)
	if err != nil {
		return err
	}
	again, err := p.room.Replay(ctx, a, id)
	if err != nil {
		return err
	}
	labels, err := p.labels()
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "assessment.web.determination")}, determinationPage(explained{x, labels}, &again.Same))
}

// labels are the facts that can be spoken of, by name.
func (p *pages) labels() (map[string]rule.Fact, error) {
	facts, err := p.room.Declared()
	out := make(map[string]rule.Fact, len(facts))
	for _, f := range facts {
		out[f.Name] = f
	}
	return out, err
}

// explained is a determination with the words for its facts.
type explained struct {
	assessment.Determined
	facts map[string]rule.Fact
}

func (x explained) fact(ctx context.Context, name string) string {
	if f, ok := x.facts[name]; ok {
		return f.Label.In(text.From(ctx))
	}
	return name
}

// conditions say of each condition whether it is met and on what that rests.
func (x explained) conditions(ctx context.Context) []ui.Fact {
	lang := text.From(ctx)
	var out []ui.Fact
	for _, f := range x.Determination.Outcome.V.Findings {
		label := f.Key
		for _, c := range x.Rule.Body.V.Conditions {
			if c.Key == f.Key {
				label = c.Label.In(lang)
			}
		}
		out = append(out, ui.Fact{Label: label, View: ui.Tag(stateTag(ctx, f.State)), Value: f.State.In(lang), Note: x.because(ctx, f), Tone: stateTones[f.State]})
	}
	return out
}

var stateTones = map[rule.State]ui.Tone{rule.Met: ui.OK, rule.NotMet: ui.Bad, rule.Unknown: ui.Warn}
var stateIcons = map[rule.State]string{rule.Met: "check", rule.NotMet: "x", rule.Unknown: "info"}

func stateTag(ctx context.Context, s rule.State) ui.TagProps {
	return ui.TagProps{Text: s.In(text.From(ctx)), Tone: stateTones[s], Icon: stateIcons[s]}
}

// because names the facts a finding rests on, or those that are missing.
func (x explained) because(ctx context.Context, f rule.Finding) string {
	if f.Fault != "" {
		return text.Word(ctx, f.Fault)
	}
	var parts []string
	for _, name := range sorted(f.Facts) {
		parts = append(parts, x.fact(ctx, name)+": "+valueText(ctx, f.Facts[name], x.Determination.Amount().Currency))
	}
	for _, name := range f.Missing {
		parts = append(parts, said(ctx, "missing", "fact", x.fact(ctx, name)))
	}
	return text.List(text.From(ctx), parts)
}

func sorted(facts rule.Facts) []string {
	var names []string
	for name := range facts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// valueText writes a fact's value for a reader.
func valueText(ctx context.Context, v rule.Value, currency string) string {
	lang := text.From(ctx)
	switch v.Type {
	case rule.Bool:
		if v.Text == "true" {
			return text.Word(ctx, "form.yes")
		}
		return text.Word(ctx, "form.no")
	case rule.Date:
		return calendar.Date(v.Text).In(lang)
	case rule.List:
		if len(v.List) == 0 {
			return said(ctx, "nothing")
		}
		words := make([]string, len(v.List))
		for i, s := range v.List {
			words[i] = itemText(ctx, s)
		}
		return text.List(text.From(ctx), words)
	case rule.Money:
		if currency == "" {
			currency = "JPY"
		}
		places, _ := ledger.Exponent(currency)
		if n, ok := v.Minor(places); ok {
			return ledger.Money{Minor: n, Currency: currency}.In(lang)
		}
	}
	return v.Text
}

// itemText is the word of a listed need, or the item itself.
func itemText(ctx context.Context, s string) string {
	if slices.Contains(assessment.NeedKinds, s) {
		return said(ctx, "kind."+s)
	}
	return s
}

// used are all facts the determination rests on, and where each came from.
func (x explained) used(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, name := range sorted(x.Determination.Facts.V) {
		from := said(ctx, "from_record")
		if slices.Contains(x.Determination.Stated.V, name) {
			from = said(ctx, "from_worker")
		}
		out = append(out, ui.Fact{Label: x.fact(ctx, name), Value: valueText(ctx, x.Determination.Facts.V[name], x.Determination.Currency), Note: from})
	}
	return out
}

// changes say what single fact would meet each unmet condition.
func (x explained) changes(ctx context.Context) []string {
	var out []string
	for _, c := range x.Determination.WouldChange.V {
		out = append(out, text.Word(ctx, "rule.would_"+string(c.Op), "fact", x.fact(ctx, c.Fact), "value", valueText(ctx, c.Value, x.Determination.Currency)))
	}
	return out
}

func (x explained) summary(ctx context.Context) []ui.Fact {
	d := x.Determination
	out := []ui.Fact{
		{Label: said(ctx, "person"), Value: x.Person.Name},
		{Label: said(ctx, "subject"), Value: d.SubjectName.In(text.From(ctx))},
		{Label: said(ctx, "on"), Value: d.On.In(text.From(ctx))},
		{Label: said(ctx, "rule"), Value: x.Rule.Name.In(text.From(ctx)), Note: said(ctx, "edition", "n", version(d.Edition))},
	}
	if d.Currency != "" {
		out = append(out, ui.Fact{Label: said(ctx, "amount"), Value: d.Amount().In(text.From(ctx))})
	}
	return out
}

// factField is a fact as it can be given by hand.
func factField(ctx context.Context, s assessment.Sheet, f rule.Fact) ui.Field {
	field := ui.Field{Name: "facts/" + f.Name, Label: f.Label.In(text.From(ctx))}
	if v, ok := s.Facts[f.Name]; ok {
		field.Value = v.Text
		field.Hint = said(ctx, "known")
	} else {
		field.Hint = said(ctx, "not_known")
	}
	return field
}

func factOptions(ctx context.Context, s assessment.Sheet, f rule.Fact) []ui.Option {
	out := make([]ui.Option, len(f.Options))
	for i, o := range f.Options {
		out[i] = ui.Option{Value: o, Label: itemText(ctx, o), Checked: slices.Contains(s.Facts[f.Name].List, o)}
	}
	return out
}

func subjects(ctx context.Context, programs []catalog.Program, benefits []catalog.Benefit) []ui.Option {
	lang := text.From(ctx)
	var out []ui.Option
	for _, x := range programs {
		out = append(out, ui.Option{Value: "program:" + x.ID.String(), Label: said(ctx, "program", "name", x.Name.In(lang))})
	}
	for _, x := range benefits {
		out = append(out, ui.Option{Value: "benefit:" + x.ID.String(), Label: said(ctx, "benefit", "name", x.Name.In(lang))})
	}
	return out
}

// decideQuery opens the page of a decision.
type decideQuery struct {
	ItemKind string `json:"item_kind"`
	Item     db.ID  `json:"item_id"`
}

func (p *pages) askDecide(w http.ResponseWriter, r *http.Request) error {
	var q decideQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	desk, err := p.room.Desk(ctx, access.From(ctx), q.ItemKind, q.Item)
	if err != nil {
		return err
	}
	if desk.Decision != nil {
		return door.See(w, r, "/desk/decisions/"+desk.Decision.ID.String())
	}
	return door.Show(w, r, ui.Page{Title: said(ctx, "decide")}, decidePage(desk, ui.FormProps{Action: "/desk/decisions"}))
}

func (p *pages) decide(w http.ResponseWriter, r *http.Request) error {
	var in assessment.DecideInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		var d assessment.Decision
		if d, err = p.room.Decide(ctx, a, in); err == nil {
			door.Toast(w, r, ui.OK, "assessment.web.decided")
			return door.See(w, r, "/desk/decisions/"+d.ID.String())
		}
	}
	desk, loadErr := p.room.Desk(ctx, a, in.ItemKind, in.Item)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: said(ctx, "decide")}, func(err error) templ.Component {
		return decidePage(desk, ui.FormProps{Action: "/desk/decisions", Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) decision(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	d, err := p.room.Decision(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: said(ctx, "decision")}, decisionPage(d))
}

// proposed is what a decision page offers to grant.
func proposed(desk assessment.Desk) (determination db.ID, amount ledger.Money) {
	amount = desk.Item.Amount
	if len(desk.Determinations) == 0 {
		return db.ID{}, amount
	}
	latest := desk.Determinations[0]
	if latest.Currency != "" {
		amount = latest.Amount()
	}
	return latest.ID, amount
}

func plain(m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.Amount()
}

func decisionFacts(ctx context.Context, d assessment.Decision) []ui.Fact {
	lang := text.From(ctx)
	all := []ui.Fact{
		{Label: said(ctx, "subject"), Value: d.SubjectName.In(lang)},
		{Label: said(ctx, "decided_on"), Value: d.DecidedOn.In(lang)},
		{Label: said(ctx, "reasons"), Value: d.Reasons},
	}
	if d.Status == "approved" {
		if d.Currency != "" {
			all = append(all, ui.Fact{Label: said(ctx, "amount"), Value: d.Amount().In(lang)})
		}
		if d.Quantity != 0 {
			all = append(all, ui.Fact{Label: said(ctx, "quantity"), Value: d.Quantity.In(lang)})
		}
		all = append(all, ui.Fact{Label: said(ctx, "from"), Value: d.From.In(lang)}, ui.Fact{Label: said(ctx, "until"), Value: d.Until.In(lang)})
	}
	if !d.Determination.IsZero() {
		all = append(all, ui.Fact{Label: said(ctx, "determination"), Value: said(ctx, "open"), Href: "/desk/determinations/" + d.Determination.String()})
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}
