package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func edition(ctx context.Context, p careplan.Plan) string {
	return text.Word(ctx, "careplan.web.edition", "n", p.Edition)
}

func dateIn(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return ""
	}
	return calendar.FormatDay(d, text.From(ctx))
}

func periodIn(ctx context.Context, from, until calendar.Date) string {
	return strings.TrimSpace(dateIn(ctx, from) + " – " + dateIn(ctx, until))
}

func statusTag(ctx context.Context, entity, status string) ui.TagProps {
	tones := map[string]ui.Tone{
		"active": ui.OK, "achieved": ui.OK, "agreed": ui.OK, "heard": ui.OK, "done": ui.OK, "published": ui.OK,
		"proposed": ui.Warn, "asked": ui.Warn, "due": ui.Info, "in_progress": ui.Info, "partly_achieved": ui.Info, "not_agreed": ui.Info,
		"missed": ui.Bad, "declined": ui.Bad, "not_achieved": ui.Bad,
	}
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+status), Tone: tones[status]}
}

// goalTag is how a goal stands: its outcome, or whether it goes well.
func goalTag(ctx context.Context, g careplan.Goal) ui.TagProps {
	switch {
	case g.Status == "achieved":
		return ui.TagProps{Text: text.Word(ctx, "status.goal.achieved"), Tone: ui.OK, Icon: "check"}
	case g.AtRisk:
		return ui.TagProps{Text: text.Word(ctx, "careplan.web.at_risk"), Tone: ui.Warn, Icon: "alert-triangle"}
	case g.Status == "in_progress":
		return ui.TagProps{Text: text.Word(ctx, "careplan.web.on_track")}
	}
	return statusTag(ctx, "goal", g.Status)
}

// progressOf is how far a goal is by its tasks, or as last said.
func progressOf(ctx context.Context, g careplan.Goal, tasks []careplan.Task) ui.ProgressProps {
	done, all := 0, 0
	for _, t := range tasks {
		if t.Goal == g.ID && t.Status != "cancelled" {
			all++
			if t.Status == "done" {
				done++
			}
		}
	}
	out := ui.ProgressProps{Value: int(g.Percent), Max: 100, Label: g.Label, Text: text.Word(ctx, "careplan.web.percent", "n", g.Percent), Tone: ui.OK}
	if all > 0 && g.Percent == 0 {
		out.Value, out.Max, out.Text = done, all, text.Word(ctx, "careplan.web.tasks_of", "n", done, "of", all)
	}
	if g.AtRisk {
		out.Tone = ui.Warn
	}
	return out
}

// goalTable lists goals, each followed by its parts.
func goalTable(ctx context.Context, goals []careplan.Goal, tasks []careplan.Task) ui.TableProps {
	t := ui.TableProps{ID: "goals", Caption: text.Word(ctx, "careplan.web.goals"), Columns: []ui.Column{
		{Label: text.Word(ctx, "careplan.web.goals")}, {Label: text.Word(ctx, "careplan.web.progress"), Bare: true},
		{Label: text.Word(ctx, "careplan.web.state"), Tag: true}, {Label: text.Word(ctx, "careplan.web.field.due_on"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "careplan.web.no_goals"), Icon: "target"}}
	for _, g := range inOrder(goals) {
		row := ui.Row{ID: g.ID.String(), Href: goalAt(g.ID), Title: g.Label, Sub: areaIn(ctx, g), Muted: g.Status == "cancelled"}
		if !g.Parent.IsZero() {
			row.Sub = strings.TrimPrefix(text.Word(ctx, "careplan.web.part")+"・"+row.Sub, "・")
			row.Sub = strings.TrimSuffix(row.Sub, "・")
		}
		row.Cells = []templ.Component{ui.Progress(progressOf(ctx, g, tasks)), ui.Tag(goalTag(ctx, g)), ui.Text(dueOf(ctx, g))}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func dueOf(ctx context.Context, g careplan.Goal) string {
	if g.ClosedOn != "" {
		return dateIn(ctx, g.ClosedOn)
	}
	return dateIn(ctx, g.DueOn)
}

func areaIn(ctx context.Context, g careplan.Goal) string {
	if g.Area == "" {
		return g.Measure
	}
	return text.Word(ctx, areaKey(g.Area))
}

func inOrder(goals []careplan.Goal) []careplan.Goal {
	var out []careplan.Goal
	for _, g := range goals {
		if !g.Parent.IsZero() {
			continue
		}
		out = append(out, g)
		for _, x := range goals {
			if x.Parent == g.ID {
				out = append(out, x)
			}
		}
	}
	return out
}

// goalsNote says how many have been achieved.
func goalsNote(ctx context.Context, goals []careplan.Goal) string {
	n := 0
	for _, g := range goals {
		if g.Status == "achieved" {
			n++
		}
	}
	if len(goals) == 0 {
		return ""
	}
	return text.Word(ctx, "careplan.web.achieved_of", "n", n, "of", len(goals))
}

func taskItems(ctx context.Context, tasks []careplan.Task, writes bool) []ui.TaskItem {
	var out []ui.TaskItem
	for _, t := range tasks {
		if t.Status == "cancelled" || t.Status == "handed_over" {
			continue
		}
		item := ui.TaskItem{Title: t.Title, Sub: text.Word(ctx, partyKey(t.Party)), Due: dateIn(ctx, t.DueOn), Done: t.Status == "done"}
		if writes {
			step := "finish"
			if item.Done {
				step = "reopen"
			}
			item.Href, item.Post, item.Fields = taskAt(t.ID), taskAt(t.ID)+"/"+step, map[string]string{"version": version(t.Version)}
		}
		out = append(out, item)
	}
	return out
}

// ended tells whether a plan can no longer be worked on.
func ended(p careplan.Plan) bool { return p.Status == "completed" || p.Status == "cancelled" }

// head is the head of a plan's page.
func head(ctx context.Context, a access.Actor, f careplan.File) ui.HeadProps {
	p := f.Plan
	h := ui.HeadProps{Title: p.Title, Note: edition(ctx, p) + "・" + f.Case.Number + "・" + f.Persons[p.Person].Name,
		Tags: []ui.TagProps{statusTag(ctx, "care_plan", p.Status)}}
	if p.Outcome != "" {
		h.Tags = append(h.Tags, ui.TagProps{Text: text.Word(ctx, outcomeKey(p.Outcome)), Tone: ui.Outline})
	}
	primary := map[string]string{"draft": "propose", "proposed": "activate", "active": "complete"}[p.Status]
	for _, x := range f.Actions {
		act := actOf(ctx, planAt(p.ID), "care_plan", p.Version, x)
		if x.Step == primary {
			act.Kind = ui.Primary
			h.Acts = append([]ui.Act{act}, h.Acts...)
			continue
		}
		act.Small = true
		h.Acts = append(h.Acts, act)
	}
	return withSheet(ctx, h, p)
}

func withSheet(ctx context.Context, h ui.HeadProps, p careplan.Plan) ui.HeadProps {
	h.Acts = append(h.Acts, ui.Act{Label: text.Word(ctx, "careplan.web.sheet"), Icon: "printer", Href: planAt(p.ID) + "/sheet", Small: true})
	return h
}

// actOf is a step as a button: a plain one is pressed, the others have a page.
func actOf(ctx context.Context, at, entity string, v int64, x flow.Action) ui.Act {
	out := ui.Act{Label: text.Word(ctx, "step."+entity+"."+x.Step)}
	switch {
	case x.Blocked != nil:
		out.Blocked = text.T(text.From(ctx), x.Blocked.Key, x.Blocked.Args)
	case x.Plain:
		out.Post, out.Fields = at+"/"+x.Step, map[string]string{"version": version(v)}
	default:
		out.Href = at + "/" + x.Step
	}
	return out
}

// agreementActs are what can be recorded of an answer; while the plan is
// proposed only.
func agreementActs(ctx context.Context, a access.Actor, f careplan.File, x careplan.Agreement) []ui.Act {
	if f.Plan.Status != "proposed" {
		return nil
	}
	var out []ui.Act
	for _, act := range careplan.AgreementFlow.Actions(a, x) {
		if act.Step == "void" || act.Blocked != nil {
			continue
		}
		b := actOf(ctx, "/desk/agreements/"+x.ID.String(), "plan_agreement", x.Version, act)
		b.Small = true
		out = append(out, b)
	}
	return out
}

func answerNote(ctx context.Context, x careplan.Agreement) string {
	parts := []string{}
	if x.Basis != "" {
		parts = append(parts, text.Word(ctx, basisKey(x.Basis)))
	}
	if x.How != "" {
		parts = append(parts, text.Word(ctx, howKey(x.How)))
	}
	if x.SignedOn != "" {
		parts = append(parts, dateIn(ctx, x.SignedOn))
	}
	return strings.Join(parts, "・")
}

func reviewFacts(ctx context.Context, f careplan.File) []ui.Fact {
	var out []ui.Fact
	for _, x := range f.Reviews {
		fact := ui.Fact{Label: dateIn(ctx, x.DueOn), Value: x.Moved, View: ui.Tag(statusTag(ctx, "plan_review", x.Status))}
		if x.Moved != "" {
			fact.View, fact.Note = nil, text.Word(ctx, "status.plan_review."+x.Status)
		}
		out = append(out, fact)
	}
	return out
}

func planFacts(ctx context.Context, p careplan.Plan) []ui.Fact {
	out := []ui.Fact{{Label: text.Word(ctx, "careplan.web.field.period"), Value: periodIn(ctx, p.From, p.Until)}}
	if p.Wish != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.field.wish"), Value: p.Wish})
	}
	if p.Summary != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.field.summary"), Value: p.Summary})
	}
	return out
}

func goalFacts(ctx context.Context, g careplan.Goal, f careplan.File) []ui.Fact {
	return []ui.Fact{
		{Label: text.Word(ctx, "careplan.web.field.area"), Value: text.Word(ctx, areaKey(g.Area))},
		{Label: text.Word(ctx, "careplan.web.field.measure"), Value: g.Measure},
		{Label: text.Word(ctx, "careplan.web.field.baseline"), Value: g.Baseline},
		{Label: text.Word(ctx, "careplan.web.field.target"), Value: g.Target},
		{Label: text.Word(ctx, "careplan.web.field.whose"), Value: f.Persons[g.Person].Name},
		{Label: text.Word(ctx, "careplan.web.field.due_on"), Value: dateIn(ctx, g.DueOn)},
		{Label: text.Word(ctx, "careplan.web.progress"), View: ui.Progress(progressOf(ctx, g, f.Tasks))},
	}
}

func goalHead(ctx context.Context, g careplan.Goal, f careplan.File, acts []flow.Action) ui.HeadProps {
	h := ui.HeadProps{Title: g.Label, Note: f.Plan.Title, Tags: []ui.TagProps{goalTag(ctx, g)}}
	if ended(f.Plan) {
		return h
	}
	for _, x := range acts {
		if x.Step == "start" {
			continue // recording progress starts it
		}
		act := actOf(ctx, goalAt(g.ID), "goal", g.Version, x)
		act.Small = true
		if x.Step == "progress" {
			act.Small, act.Kind = false, ui.Primary
			h.Acts = append([]ui.Act{act}, h.Acts...)
			continue
		}
		h.Acts = append(h.Acts, act)
	}
	return h
}

func entriesOf(f careplan.File, goal db.ID) []careplan.Progress {
	var out []careplan.Progress
	for _, x := range f.Progress {
		if x.Goal == goal {
			out = append(out, x)
		}
	}
	return out
}

func progressFacts(ctx context.Context, list []careplan.Progress) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, x := range list {
		out[i] = ui.Fact{Label: dateIn(ctx, x.On), Value: text.Word(ctx, "careplan.web.percent", "n", x.Percent), Note: x.Note}
	}
	return out
}

func tasksOfGoal(tasks []careplan.Task, goal db.ID) []careplan.Task {
	return slices.DeleteFunc(slices.Clone(tasks), func(t careplan.Task) bool { return t.Goal != goal })
}

func writes(a access.Actor) bool { return a.Is(careplan.Writers...) }

// Panels are this room's parts of a case's page: the goals on the overview,
// the plans on a tab of their own.
func Panels(*careplan.Room) []ui.Panel {
	return []ui.Panel{
		{Key: "goals", On: "case", Roles: careplan.Readers, Queue: func(b *db.Batch, a access.Actor, of db.ID) func(context.Context) templ.Component {
			o := careplan.QueueOverview(b, of)
			return func(context.Context) templ.Component {
				if len(o.Plans.Rows) == 0 {
					return nil
				}
				return goalsPanel(o.Plans.Rows[0], o.Goals.Rows, o.Tasks.Rows)
			}
		}},
		{Key: "plans", On: "case", Tab: careplan.Tab, TabWord: "careplan.title", Roles: careplan.Readers, Queue: func(b *db.Batch, a access.Actor, of db.ID) func(context.Context) templ.Component {
			o := careplan.QueueOverview(b, of)
			return func(ctx context.Context) templ.Component {
				return plansPanel(of, planTable(ctx, o), o.Goals.Rows, o.Tasks.Rows, writes(a))
			}
		}},
	}
}

func planTable(ctx context.Context, o careplan.Overview) ui.TableProps {
	t := ui.TableProps{ID: "plans", Caption: text.Word(ctx, "careplan.title"), Columns: []ui.Column{
		{Label: text.Word(ctx, "careplan.title")}, {Label: text.Word(ctx, "careplan.web.state"), Tag: true},
		{Label: text.Word(ctx, "careplan.web.field.period"), Priority: 2}, {Label: text.Word(ctx, "careplan.web.next_review")},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "careplan.web.no_plan"), Icon: "target"}}
	due := map[db.ID]calendar.Date{}
	for _, x := range o.Due.Rows {
		due[x.Plan] = x.DueOn
	}
	for _, p := range o.Plans.Rows {
		t.Rows = append(t.Rows, ui.Row{ID: p.ID.String(), Href: planAt(p.ID), Title: p.Title, Sub: edition(ctx, p), Muted: ended(p),
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "care_plan", p.Status)), ui.Text(periodIn(ctx, p.From, p.Until)), ui.Text(dateIn(ctx, due[p.ID]))}})
	}
	return t
}
