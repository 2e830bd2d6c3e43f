package web

import (
	"context"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// mostArrivals is how many of what came in stand on the first page.
const mostArrivals = 8

// arrivalPages are where what came in is opened, by kind.
var arrivalPages = map[string]string{
	intake.KindComplaint: "complaints", intake.KindReferral: "inbound-referrals", intake.KindApplication: "applications", intake.KindInquiry: "inquiries",
}

// Intake tells those who receive what waits for them, and residents how far their applications are.
func Intake(room *intake.Room) []Source {
	return []Source{
		{On: ui.Desk, Roles: []access.Role{access.IntakeWorker}, Ask: func(ctx context.Context, a access.Actor) (Said, error) {
			found, err := room.List(ctx, a, intake.Triage{Limit: mostArrivals, Counted: true})
			if err != nil {
				return Said{}, err
			}
			return Said{Figures: arrivalFigures(ctx, found), Before: []templ.Component{triageCard(triage(ctx, found))}}, nil
		}},
		{On: ui.Desk, Roles: []access.Role{access.Supervisor, access.IntakeWorker}, Ask: func(ctx context.Context, a access.Actor) (Said, error) {
			found, err := room.Standing(ctx, a)
			if err != nil {
				return Said{}, err
			}
			return Said{Prompts: complaintPrompts(ctx, found)}, nil
		}},
		{On: ui.My, Roles: []access.Role{access.Resident}, Ask: func(ctx context.Context, a access.Actor) (Said, error) {
			if a.Person.IsZero() {
				return Said{}, nil
			}
			list, err := room.Mine(ctx, a)
			return ownApplications(ctx, list), err
		}},
	}
}

func arrivalFigures(ctx context.Context, found intake.Queue) []ui.Figure {
	out := make([]ui.Figure, len(intake.KindsIn))
	for i, kind := range intake.KindsIn {
		out[i] = ui.Figure{Value: ui.Count(min(found.Counts[kind], intake.MostCounted)), Label: text.Word(ctx, "intake.entity."+kind), Href: "/desk/intake?kind=" + kind}
	}
	return out
}

// complaintPrompts are what complaints ask of those who lead the work: that one is late, that nobody
// has one, and that one awaits a second reader.
func complaintPrompts(ctx context.Context, n map[string]int) []Prompt {
	var out []Prompt
	for _, x := range []struct {
		view, icon, title, verb string
		tone                    ui.Tone
	}{
		{intake.ViewOverdue, "alert-triangle", "home.complaints_late", "home.see_overdue", ui.Bad},
		{intake.ViewNobody, "inbox", "home.complaints_unclaimed", "home.assign", ui.Warn},
		{intake.ViewSecond, "eye", "home.complaints_to_read", "home.read", ui.Warn},
	} {
		if n[x.view] > 0 {
			out = append(out, Prompt{Prompt: ui.Prompt{Icon: x.icon, Tone: x.tone, Title: text.Word(ctx, x.title, "n", ui.Count(min(n[x.view], intake.MostCounted))),
				Act: ui.Act{Label: text.Word(ctx, x.verb), Href: "/desk/intake?kind=complaint&view=" + x.view}}})
		}
	}
	return out
}

// triage is what came in and waits for an answer, the earliest deadline first.
func triage(ctx context.Context, found intake.Queue) ui.TableProps {
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	t := ui.TableProps{
		ID: "triage", Caption: text.Word(ctx, "home.triage"),
		Columns: []ui.Column{{Label: text.Word(ctx, "home.column.arrival")}, {Label: text.Word(ctx, "home.column.kind"), Tag: true},
			{Label: text.Word(ctx, "home.column.answer_by"), Sorted: "asc"}, {Label: text.Word(ctx, "home.column.received"), Priority: 3}},
		Empty: ui.EmptyProps{Icon: "check-circle", Title: text.Word(ctx, "home.no_arrivals")},
	}
	for _, x := range found.Rows {
		row := ui.Row{ID: x.ID.String(), Href: "/desk/intake/" + arrivalPages[x.Kind] + "/" + x.ID.String(), Title: found.Persons[x.Person].Name, Sub: x.Number}
		if row.Title == "" {
			row.Title = x.Subject
		}
		if row.Title == "" {
			row.Title = text.Word(ctx, "home.not_named")
		}
		if x.Priority >= urgent {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "home.urgent"), Tone: ui.Bad, Icon: "alert-triangle"})
		}
		tone := ui.Neutral
		switch {
		case x.DueAt < found.Now:
			tone = ui.Bad
		case x.DueAt.Date(zone) == found.Now.Date(zone):
			tone = ui.Warn
		}
		row.Cells = []templ.Component{ui.Tag(ui.TagProps{Text: text.Word(ctx, "intake.entity."+x.Kind)}),
			ui.Strong(calendar.Relative(found.Now, x.DueAt, zone, lang), tone), ui.Text(calendar.Relative(found.Now, x.ReceivedAt, zone, lang))}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// urgent is the priority, of 100, from which something that came in stands out.
const urgent = 70

// ownApplications are a resident's: what is asked back comes first, the others say how far they are.
func ownApplications(ctx context.Context, list []intake.Own) Said {
	var said Said
	var facts []ui.Fact
	for _, x := range list {
		href := "/my/applications/" + x.ID.String()
		status := text.Word(ctx, "status.application."+x.Status)
		facts = append(facts, ui.Fact{Label: x.Number, Value: status, Href: href})
		switch x.Status {
		case "returned":
			said.Prompts = append(said.Prompts, Prompt{Prompt: ui.Prompt{Icon: "message", Tone: ui.Warn, Title: text.Word(ctx, "home.application_returned"), Sub: joined(ctx, x.Number, x.Asked),
				Act: ui.Act{Label: text.Word(ctx, "home.answer"), Href: href}}})
		case "draft":
			said.Prompts = append(said.Prompts, Prompt{Prompt: ui.Prompt{Icon: "file-text", Tone: ui.Info, Title: text.Word(ctx, "home.application_draft"), Sub: x.Number,
				Act: ui.Act{Label: text.Word(ctx, "home.go_on"), Href: href}}})
		}
	}
	said.Main = []templ.Component{applicationsCard(facts)}
	return said
}
