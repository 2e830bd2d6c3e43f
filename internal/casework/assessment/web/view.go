package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/render"
	"kizuna/internal/resident/people"
)

var statusTones = map[string]ui.Tone{"suggested": ui.Info, "in_progress": ui.Warn, "completed": ui.OK, "identified": ui.Warn, "addressed": ui.OK,
	"approved": ui.OK, "denied": ui.Bad, "proposed": ui.Info}

func statusTag(ctx context.Context, entity, status string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+status), Tone: statusTones[status]}
}

// acts are the buttons of an assessment.
func acts(ctx context.Context, f assessment.File) []ui.Act {
	x := f.Assessment
	seen := map[string]string{"version": version(x.Version)}
	var out []ui.Act
	for _, s := range f.Actions {
		act := ui.Act{Label: text.Word(ctx, "step.assessment."+s.Step)}
		switch s.Step {
		case "start":
			act.Post, act.Fields, act.Kind = at(x.ID)+"/start", seen, ui.Primary
		case "complete":
			out = append(out, ui.Act{Label: said(ctx, "go_on"), Href: at(x.ID) + "/fill", Icon: "pencil"})
			act.Post, act.Fields, act.Kind = at(x.ID)+"/complete", seen, ui.Primary
		case "override", "cancel":
			act.Href = at(x.ID) + "/" + s.Step
		default:
			continue
		}
		out = append(out, act)
	}
	if !f.Response.ID.IsZero() {
		out = append(out, ui.Act{Label: said(ctx, "answers"), Href: render.ResponseAt(f.Response.ID), Icon: "clipboard-list"})
	}
	if f.Response.CompletedAt != 0 {
		out = append(out, ui.Act{Label: said(ctx, "print"), Href: "/desk/form-responses/" + f.Response.ID.String() + "/print", Icon: "printer"})
	}
	return out
}

func bandText(ctx context.Context, f assessment.File, key string) string {
	if f.Ready == nil {
		return key
	}
	if b, ok := f.Ready.Band(key); ok {
		return b.Label.In(text.From(ctx))
	}
	return key
}

// scoreFacts explain the score: what it is, what holds, and how it was last time.
func scoreFacts(ctx context.Context, f assessment.File) []ui.Fact {
	x := f.Assessment
	score, band := x.Score, x.Band
	if x.Status == "in_progress" {
		score, band = f.Now.Score, f.Now.Band
	}
	out := []ui.Fact{{Label: said(ctx, "score"), Value: score}, {Label: said(ctx, "band"), Value: bandText(ctx, f, band)}}
	if x.OverrideBand != "" {
		out = append(out, ui.Fact{Label: said(ctx, "holds"), Value: bandText(ctx, f, x.OverrideBand), Note: x.OverrideReason, Tone: ui.Warn})
	}
	if b := f.Before; b != nil && b.Score != "" {
		out = append(out, ui.Fact{Label: said(ctx, "last_time"), Value: b.Score + " " + bandText(ctx, f, b.Holds()), Note: said(ctx, "then", "on", b.CompletedOn.In(text.From(ctx)), "change", difference(ctx, b.Score, score)), Href: at(b.ID)})
	}
	return slices.DeleteFunc(out, func(f ui.Fact) bool { return f.Value == "" })
}

// difference is how a score moved.
func difference(ctx context.Context, was, now string) string {
	before, ok := rule.Value{Type: rule.Decimal, Text: was}.Minor(3)
	after, known := rule.Value{Type: rule.Decimal, Text: now}.Minor(3)
	switch {
	case !ok || !known || before == after:
		return said(ctx, "same")
	case after > before:
		return said(ctx, "higher")
	}
	return said(ctx, "lower")
}

// partFacts are the points each answer gave, the most first.
func partFacts(ctx context.Context, f assessment.File) []ui.Fact {
	parts := slices.Clone(f.Now.Parts)
	slices.SortStableFunc(parts, func(a, b form.Part) int { return int(b.Points - a.Points) })
	lang := text.From(ctx)
	var out []ui.Fact
	for _, part := range parts {
		q, _ := f.Ready.Find(part.Question)
		label := q.Label.In(lang)
		if part.Row > 0 {
			label = text.Word(ctx, "ui.repeat.nth", "name", label+" ", "n", part.Row)
		}
		out = append(out, ui.Fact{Label: label, Value: q.Said(lang, part.Answer), Note: render.Points(ctx, part.Points)})
	}
	return out
}

// suggestions are the needs the answers speak of that were not entered yet.
func suggestions(ctx context.Context, f assessment.File) []ui.Act {
	if f.Ready == nil || f.Assessment.Status != "completed" {
		return nil
	}
	var out []ui.Act
	for _, to := range f.Ready.Mapped(f.Now.Answers) {
		kind, ok := strings.CutPrefix(to, "need/")
		if !ok || !slices.Contains(assessment.NeedKinds, kind) || slices.ContainsFunc(f.Needs, func(n assessment.Need) bool { return n.Kind == kind }) {
			continue
		}
		out = append(out, ui.Act{Label: said(ctx, "kind."+kind), Icon: "plus", Small: true, Post: "/desk/needs", Fields: map[string]string{
			"case_id": f.Case.ID.String(), "person_id": f.Assessment.Person.String(), "assessment_id": f.Assessment.ID.String(), "kind": kind}})
	}
	return out
}

// steps are the sections of an assessment, as a guided flow.
func steps(ctx context.Context, f assessment.File, i int) []ui.Step {
	var out []ui.Step
	for j, s := range f.Ready.Sections {
		if !f.Now.Sections[j] {
			continue
		}
		step := ui.Step{Label: s.Title.In(text.From(ctx)), Href: at(f.Assessment.ID) + "/fill?section=" + s.Key}
		switch {
		case j == i:
			step.State = ui.StageNow
		case j < i:
			step.State = ui.StageDone
		}
		out = append(out, step)
	}
	return out
}

func bandOptions(ctx context.Context, f assessment.File) []ui.Option {
	out := []ui.Option{{Value: "", Label: said(ctx, "as_scored")}}
	if f.Ready == nil {
		return out
	}
	for _, b := range f.Ready.Bands {
		out = append(out, ui.Option{Value: b.Key, Label: b.Label.In(text.From(ctx))})
	}
	return out
}

func personOptions(persons map[db.ID]people.Card, chosen db.ID) []ui.Option {
	var out []ui.Option
	for id, c := range persons {
		out = append(out, ui.Option{Value: id.String(), Label: c.Name, Checked: id == chosen})
	}
	slices.SortFunc(out, func(a, b ui.Option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return out
}

func formOptions(ctx context.Context, list []form.Form) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, f := range list {
		out[i] = ui.Option{Value: f.Key, Label: f.Title.In(text.From(ctx)), Checked: len(list) == 1}
	}
	return out
}

func coded(ctx context.Context, list string, values []string) []ui.Option {
	out := make([]ui.Option, 0, len(values))
	for _, v := range values {
		if v == "" {
			v = "none"
		}
		o := ui.Option{Value: v, Label: said(ctx, list+"."+v)}
		if v == "none" {
			o.Value = ""
		}
		out = append(out, o)
	}
	return out
}

func needTable(ctx context.Context, list []assessment.Need, edits bool) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "needs-list", Caption: said(ctx, "needs"), Columns: []ui.Column{
		{Label: said(ctx, "need")}, {Label: said(ctx, "status"), Tag: true}, {Label: said(ctx, "severity")}, {Label: said(ctx, "since"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: said(ctx, "no_needs")}}
	for _, n := range list {
		severity := ""
		if n.Severity != "" {
			severity = said(ctx, "severity."+n.Severity)
		}
		row := ui.Row{ID: n.ID.String(), Title: said(ctx, "kind."+n.Kind), Sub: n.Detail, Muted: n.Status == "addressed",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "need", n.Status)), ui.Text(severity), ui.Text(n.IdentifiedOn.In(lang))}}
		if edits {
			row.Acts = needActs(ctx, n)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func needActs(ctx context.Context, n assessment.Need) []ui.Act {
	root, seen := "/desk/needs/"+n.ID.String(), map[string]string{"version": version(n.Version)}
	switch n.Status {
	case "identified":
		return []ui.Act{{Label: text.Word(ctx, "step.need.address"), Small: true, Post: root + "/address", Fields: seen}, {Label: text.Word(ctx, "step.need.defer"), Small: true, Href: root + "/defer"}}
	case "deferred", "addressed":
		return []ui.Act{{Label: text.Word(ctx, "step.need.reopen"), Small: true, Post: root + "/reopen", Fields: seen}}
	}
	return nil
}

func assessmentTable(ctx context.Context, list []assessment.Assessment) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "assessments-list", Caption: said(ctx, "title"), Columns: []ui.Column{
		{Label: said(ctx, "title")}, {Label: said(ctx, "status"), Tag: true}, {Label: said(ctx, "score"), Num: true}, {Label: said(ctx, "completed_on"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: said(ctx, "none")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: at(x.ID), Title: x.Title.In(lang), Sub: x.Why, Muted: x.Status == "cancelled",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "assessment", x.Status)), ui.Text(x.Score), ui.Text(x.CompletedOn.In(lang))}})
	}
	return t
}

func outcomeTable(ctx context.Context, determinations []assessment.Determination, decisions []assessment.Decision) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "outcomes", Caption: said(ctx, "outcomes"), Columns: []ui.Column{
		{Label: said(ctx, "subject")}, {Label: said(ctx, "status"), Tag: true}, {Label: said(ctx, "amount"), Num: true}, {Label: said(ctx, "on"), Priority: 2},
	}}
	for _, d := range decisions {
		amount := ""
		if d.Currency != "" {
			amount = d.Amount().In(lang)
		}
		t.Rows = append(t.Rows, ui.Row{ID: d.ID.String(), Href: "/desk/decisions/" + d.ID.String(), Title: d.SubjectName.In(lang), Sub: said(ctx, "decision"),
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "decision", d.Status)), ui.Text(amount), ui.Text(d.DecidedOn.In(lang))}})
	}
	for _, d := range determinations {
		amount := ""
		if d.Currency != "" {
			amount = d.Amount().In(lang)
		}
		t.Rows = append(t.Rows, ui.Row{ID: d.ID.String(), Href: "/desk/determinations/" + d.ID.String(), Title: d.SubjectName.In(lang), Sub: said(ctx, "determination"),
			Cells: []templ.Component{ui.Tag(stateTag(ctx, rule.State(d.State))), ui.Text(amount), ui.Text(d.On.In(lang))}})
	}
	return t
}

// Panels are this room's part of a case's page.
func Panels() []ui.Panel {
	return []ui.Panel{{
		Key: "assessments", On: "case", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, id db.ID) func(context.Context) templ.Component {
			s := assessment.QueueSummary(b, id)
			return func(context.Context) templ.Component {
				return panel(id, s, a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker))
			}
		},
	}}
}

func startAct(ctx context.Context, caseID db.ID, edits bool) []ui.Act {
	return actIf(edits, text.Word(ctx, "step.assessment.begin"), "/desk/assessments/new?case_id="+caseID.String())
}

func needAct(ctx context.Context, caseID db.ID, edits bool) []ui.Act {
	return actIf(edits, text.Word(ctx, "step.need.identify"), "/desk/needs/new?case_id="+caseID.String())
}

func determineAct(ctx context.Context, caseID db.ID, edits bool) []ui.Act {
	return actIf(edits, text.Word(ctx, "step.determination.determine"), "/desk/determinations/new?case_id="+caseID.String())
}

func actIf(may bool, label, href string) []ui.Act {
	if !may {
		return nil
	}
	return []ui.Act{{Label: label, Icon: "plus", Small: true, Href: href}}
}

// determinationActs lead on: make it again, decide, back to the case.
func determinationActs(ctx context.Context, x explained) []ui.Act {
	d := x.Determination
	out := []ui.Act{{Label: said(ctx, "replay"), Icon: "refresh", Post: "/desk/determinations/" + d.ID.String() + "/replay"}}
	if !d.Item.IsZero() {
		out = append(out, ui.Act{Label: said(ctx, "decide"), Kind: ui.Primary, Href: "/desk/decisions/new?item_kind=" + d.ItemKind + "&item_id=" + d.Item.String()})
	}
	if !d.Case.IsZero() {
		out = append(out, ui.Act{Label: said(ctx, "to_case"), Href: caseAt(d.Case)})
	}
	return out
}

func citedText(d assessment.Desk) string {
	id, _ := proposed(d)
	return id.String()
}

func amountText(d assessment.Desk) string {
	_, amount := proposed(d)
	return plain(amount)
}

func quantityText(d assessment.Desk) string {
	if d.Item.Quantity == 0 {
		return ""
	}
	return d.Item.Quantity.String()
}
