package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// The words of coded values.

func payeeKey(v string) string     { return "benefit.web.payee." + v }
func groundKey(v string) string    { return "benefit.web.ground." + v }
func frequencyKey(v string) string { return "benefit.web.frequency." + v }

func options(ctx context.Context, key func(string) string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v))}
	}
	return out
}

func benefitOptions(ctx context.Context, c benefit.Choices) []ui.Option {
	out := make([]ui.Option, len(c.Benefits))
	for i, x := range c.Benefits {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name.In(text.From(ctx))}
	}
	return out
}

func programOptions(ctx context.Context, c benefit.Choices) []ui.Option {
	out := make([]ui.Option, len(c.Programs))
	for i, x := range c.Programs {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name.In(text.From(ctx)), Hint: x.Description.In(text.From(ctx))}
	}
	return out
}

func personOptions(c benefit.Choices) []ui.Option {
	out := make([]ui.Option, len(c.Persons))
	for i, x := range c.Persons {
		out[i] = ui.Option{Value: x.ID.String(), Label: x.Name}
	}
	return out
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

func tag(ctx context.Context, entity, status string) ui.TagProps {
	tones := map[string]ui.Tone{
		"active": ui.OK, "in_progress": ui.OK, "completed": ui.OK, "recertified": ui.OK, "proposed": ui.Warn, "applied": ui.Warn, "waitlisted": ui.Warn, "due": ui.Warn,
		"approved": ui.Info, "suspended": ui.Bad, "rejected": ui.Bad, "denied": ui.Bad, "lapsed": ui.Bad,
	}
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+status), Tone: tones[status]}
}

func submitKind(s sheet) ui.Kind {
	if s.danger {
		return ui.Danger
	}
	return ui.Primary
}

// figure writes units or money for a reader.
func figure(ctx context.Context, n int64, x benefit.Assignment, unit string) string {
	if x.OfMoney() {
		return ledger.Money{Minor: n, Currency: x.Currency}.In(text.From(ctx))
	}
	return strings.TrimSpace(ledger.Quantity(n).In(text.From(ctx)) + " " + catalog.UnitIn(text.From(ctx), unit, ledger.Quantity(n)))
}

// meter is how much of an assignment was delivered.
func meter(ctx context.Context, x benefit.Assignment, t benefit.Totals, b catalog.Benefit) ui.ProgressProps {
	whole := t.Approved
	if whole == 0 {
		whole = max(int64(x.Quantity), x.Minor)
	}
	share := float64(min(t.Delivered, whole)) / float64(max(whole, 1))
	out := ui.ProgressProps{Value: int(share * 1000), Max: 1000, Label: b.Name.In(text.From(ctx)), Tone: ui.Info}
	out.Text = text.Word(ctx, "benefit.web.used", "used", figure(ctx, t.Delivered, x, ""), "whole", figure(ctx, whole, x, b.Unit))
	return out
}

// table lists assignments with a meter each.
func table(ctx context.Context, rows []benefit.Assignment, n benefit.Names, looks []benefit.Recertification) ui.TableProps {
	t := ui.TableProps{ID: "benefits", Caption: text.Word(ctx, "benefit.web.assignments"), Columns: []ui.Column{
		{Label: text.Word(ctx, "benefit.web.benefit")}, {Label: text.Word(ctx, "benefit.web.use"), Bare: true},
		{Label: text.Word(ctx, "benefit.web.period"), Priority: 2}, {Label: text.Word(ctx, "benefit.web.state"), Tag: true},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "benefit.web.none"), Icon: "banknote"}}
	due := map[db.ID]bool{}
	for _, x := range looks {
		due[x.Assignment] = true
	}
	for _, x := range rows {
		b := n.Benefits[x.Benefit]
		row := ui.Row{ID: x.ID.String(), Href: at(x.ID), Title: b.Name.In(text.From(ctx)), Sub: frequencyIn(ctx, x), Muted: !x.Running() && x.Status != "proposed",
			Cells: []templ.Component{ui.Progress(meter(ctx, x, n.Totals[x.ID], b)), ui.Text(periodIn(ctx, x.From, x.Until)), ui.Tag(tag(ctx, "benefit_assignment", x.Status))}}
		if refer := referAct(ctx, x, b); refer.Href != "" {
			refer.Small = true
			row.Acts = []ui.Act{refer}
		}
		if due[x.ID] {
			row.Marks = []ui.Mark{{Icon: "refresh", Label: text.Word(ctx, "benefit.web.recertified_in_rhythm")}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// referAct leads to asking providers for what the agency cannot give itself,
// while none is chosen; empty for who may not ask.
func referAct(ctx context.Context, x benefit.Assignment, b catalog.Benefit) ui.Act {
	waits := x.Provider.IsZero() && (x.Status == "approved" || x.Status == "active") && b.DeliveredBy != "agency" && !x.OfMoney()
	if !waits || !access.From(ctx).Is(access.Caseworker, access.Supervisor) {
		return ui.Act{}
	}
	return ui.Act{Label: text.Word(ctx, "benefit.web.refer"), Icon: "send", Href: "/desk/referrals/new?assignment_id=" + x.ID.String()}
}

func frequencyIn(ctx context.Context, x benefit.Assignment) string {
	if x.Frequency == "" {
		return ""
	}
	return text.Word(ctx, frequencyKey(x.Frequency))
}

// eachTime says how often the money of an assignment is given.
func eachTime(ctx context.Context, x benefit.Assignment) string {
	if !x.OfMoney() {
		return ""
	}
	return frequencyIn(ctx, x)
}

func placeTable(ctx context.Context, rows []benefit.Enrolment, programs map[db.ID]catalog.Program) ui.TableProps {
	t := ui.TableProps{ID: "enrolments", Caption: text.Word(ctx, "benefit.web.enrolments"), Columns: []ui.Column{
		{Label: text.Word(ctx, "benefit.web.program")}, {Label: text.Word(ctx, "benefit.web.period"), Priority: 2}, {Label: text.Word(ctx, "benefit.web.state"), Tag: true},
	}}
	for _, x := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: placeAt(x.ID), Title: programs[x.Program].Name.In(text.From(ctx)),
			Muted: x.Status == "withdrawn" || x.Status == "denied" || x.Status == "completed",
			Cells: []templ.Component{ui.Text(periodIn(ctx, x.From, x.Until)), ui.Tag(tag(ctx, "program_enrolment", x.Status))}})
	}
	return t
}

// assignmentActs are an assignment's steps, and the way to a provider first.
func assignmentActs(ctx context.Context, f benefit.File) []ui.Act {
	out := acts(ctx, at(f.Assignment.ID), "benefit_assignment", f.Assignment.Version, f.Actions)
	if refer := referAct(ctx, f.Assignment, f.Benefit); refer.Href != "" {
		refer.Kind = ui.Primary
		for i := range out {
			out[i].Kind = ""
		}
		out = append([]ui.Act{refer}, out...)
	}
	return out
}

// acts are the steps as buttons: a plain one is pressed, the others have a
// page.
func acts(ctx context.Context, to, entity string, v int64, list []flow.Action) []ui.Act {
	var out []ui.Act
	for _, x := range list {
		if x.Step == "keep" {
			continue // follows from a plan's end
		}
		act := ui.Act{Label: text.Word(ctx, "step."+entity+"."+x.Step)}
		switch {
		case x.Blocked != nil:
			act.Blocked = text.T(text.From(ctx), x.Blocked.Key, x.Blocked.Args)
		case x.Plain && len(out) == 0:
			act.Kind = ui.Primary
			fallthrough
		case x.Plain:
			act.Post, act.Fields = to+"/"+x.Step, map[string]string{"version": version(v)}
		default:
			act.Href = to + "/" + x.Step
		}
		out = append(out, act)
	}
	return out
}

func facts(ctx context.Context, f benefit.File) []ui.Fact {
	x, t := f.Assignment, f.Totals
	out := []ui.Fact{
		{Label: text.Word(ctx, "benefit.web.person"), Value: f.Person.Name, Href: "/desk/persons/" + x.Person.String()},
		{Label: text.Word(ctx, "benefit.web.period"), Value: periodIn(ctx, x.From, x.Until)},
		{Label: text.Word(ctx, "benefit.web.frequency_label"), Value: frequencyIn(ctx, x)},
		{Label: text.Word(ctx, "benefit.web.asked"), Value: figure(ctx, max(int64(x.Quantity), x.Minor), x, f.Benefit.Unit), Note: eachTime(ctx, x)},
		{Label: text.Word(ctx, "benefit.web.approved"), Value: figure(ctx, t.Approved, x, f.Benefit.Unit)},
		{Label: text.Word(ctx, "benefit.web.delivered"), Value: figure(ctx, t.Delivered, x, f.Benefit.Unit)},
		{Label: text.Word(ctx, "benefit.web.remaining"), Value: figure(ctx, t.Remaining, x, f.Benefit.Unit)},
	}
	if !t.Paid.IsZero() {
		out = append(out, ui.Fact{Label: text.Word(ctx, "benefit.web.paid"), Value: t.Paid.In(text.From(ctx))})
	}
	if x.PayeeKind != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "benefit.web.field.payee_kind"), Value: x.PayeeName, Note: text.Word(ctx, payeeKey(x.PayeeKind))})
	}
	if x.SuspendGround != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "benefit.web.field.ground"), Value: text.Word(ctx, groundKey(x.SuspendGround)), Tone: ui.Warn})
	}
	return out
}

func lookFacts(ctx context.Context, f benefit.File) []ui.Fact {
	var out []ui.Fact
	for _, x := range f.Looks {
		out = append(out, ui.Fact{Label: dateIn(ctx, x.DueOn), Value: text.Word(ctx, "status.recertification."+x.Status), Note: x.Note})
	}
	return out
}

// lookActs are what can be done with the look still to come.
func lookActs(ctx context.Context, f benefit.File) []ui.Act {
	var out []ui.Act
	for _, x := range f.Looks {
		for _, s := range benefit.RecertificationFlow.Free(access.From(ctx), x) {
			if s != "void" {
				out = append(out, ui.Act{Label: text.Word(ctx, "step.recertification."+s), Href: "/desk/recertifications/" + x.ID.String() + "/" + s, Small: true})
			}
		}
	}
	return out
}

// Panels are this room's parts of the pages of a case and a plan: what is
// given, with a meter each, and the programs.
func Panels(room *benefit.Room) []ui.Panel {
	panel := func(on string) ui.Panel {
		return ui.Panel{Key: "benefits", On: on, Roles: benefit.Readers, Queue: func(b *db.Batch, a access.Actor, of db.ID) func(context.Context) templ.Component {
			o := benefit.QueueOverview(b, of, on == "care_plan")
			return func(ctx context.Context) templ.Component {
				n, err := room.NamesOf(ctx, o)
				if err != nil {
					return ui.Notice(ui.NoticeProps{Tone: ui.Warn, Title: text.Word(ctx, "benefit.web.unavailable")})
				}
				return benefitsPanel(table(ctx, o.Rows.Rows, n, o.Looks.Rows), placeTable(ctx, o.Places.Rows, n.Programs), addActs(ctx, a, of, on))
			}
		}}
	}
	return []ui.Panel{panel("case"), panel("care_plan")}
}

// addActs add to a case; a plan's page leads there.
func addActs(ctx context.Context, a access.Actor, of db.ID, on string) []ui.Act {
	if on != "case" || !a.Is(benefit.Writers...) {
		return nil
	}
	return []ui.Act{
		{Label: text.Word(ctx, "benefit.web.add"), Icon: "plus", Href: caseAt(of) + "/benefits/new", Small: true},
		{Label: text.Word(ctx, "step.program_enrolment.apply"), Icon: "plus", Href: caseAt(of) + "/programs/new", Small: true},
	}
}

// pick is a row that can be chosen, with the version the page showed.
func pick(kind string, id db.ID, v int64) string { return kind + " " + id.String() + " " + version(v) }

// picked reads what was chosen back; what is none of the program's own making
// is left out.
func picked(x benefit.Waiting, chosen []string) benefit.ApprovePlanInput {
	in := benefit.ApprovePlanInput{Plan: x.Plan.ID}
	for _, s := range chosen {
		var kind, which string
		var one benefit.Pick
		if _, err := fmt.Sscanf(s, "%s %s %d", &kind, &which, &one.Version); err != nil {
			continue
		}
		id, err := db.ParseID(which)
		if err != nil {
			continue
		}
		one.ID = id
		if kind == "assignment" {
			in.Assignments = append(in.Assignments, one)
		} else {
			in.Enrolments = append(in.Enrolments, one)
		}
	}
	return in
}

// waitOptions are what of a plan waits, chosen unless something keeps the
// reader from approving it: that is said beside it.
func waitOptions(ctx context.Context, x benefit.Waiting) []ui.Option {
	var out []ui.Option
	lang := text.From(ctx)
	add := func(kind string, id db.ID, v int64, label, hint string) {
		o := ui.Option{Value: pick(kind, id, v), Label: label, Hint: hint, Checked: true}
		if f := x.Blocked[id]; f != nil {
			o.Checked, o.Disabled, o.Hint = false, true, text.T(lang, f.Key, f.Args)
		}
		out = append(out, o)
	}
	for _, y := range x.Assignments {
		b := x.Names.Benefits[y.Benefit]
		much := figure(ctx, y.Minor, y, "")
		if !y.OfMoney() {
			much = figure(ctx, int64(y.Quantity), y, b.Unit)
		}
		add("assignment", y.ID, y.Version, b.Name.In(lang), joined(ctx, much, frequencyIn(ctx, y), periodIn(ctx, y.From, y.Until)))
	}
	for _, y := range x.Enrolments {
		add("enrolment", y.ID, y.Version, x.Names.Programs[y.Program].Name.In(lang), joined(ctx, text.Word(ctx, "benefit.web.place"), periodIn(ctx, y.From, y.Until)))
	}
	return out
}

// joined sets what is there beside each other.
func joined(ctx context.Context, words ...string) string {
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	return strings.Join(words, " · ")
}

func ownFacts(ctx context.Context, x benefit.Assignment, o benefit.Own) []ui.Fact {
	t, b := o.Totals[x.ID], o.Benefits[x.Benefit]
	return []ui.Fact{
		{Label: text.Word(ctx, "benefit.web.my.period"), Value: periodIn(ctx, x.From, x.Until)},
		{Label: text.Word(ctx, "benefit.web.my.left"), Value: figure(ctx, t.Remaining, x, b.Unit), View: ui.Progress(meter(ctx, x, t, b))},
	}
}

func quantityText(in benefit.ProposeInput) string {
	if in.Quantity == 0 {
		return ""
	}
	return in.Quantity.String()
}

func amountText(in benefit.ProposeInput) string {
	if in.Amount.Minor == 0 {
		return ""
	}
	return in.Amount.Amount()
}
