package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
)

// complaintForm asks a complaint of anyone, one question a page: whether somebody is in danger
// first, since then a telephone is better than any form.
func (p *pages) complaintForm() guide.Form[intake.ComplaintInput, intake.Submitted] {
	return guide.Form[intake.ComplaintInput, intake.Submitted]{
		Name: "complaint", At: "/public/complaint", Who: door.Anyone, Word: "intake.web.complain",
		Data: p.room.Data(), Drafts: p.room.Drafts(),
		Intro: complaintIntro(),
		Questions: []guide.Question[intake.ComplaintInput]{
			{Key: "danger", Word: "intake.web.ask.danger", Asks: []string{"in_danger"}, Must: []string{"in_danger"},
				Fields: static[intake.ComplaintInput](dangerFields()), Answer: func(ctx context.Context, in intake.ComplaintInput) []string { return yes(ctx, in.InDanger) }},
			{Key: "concern", Word: "intake.web.ask.concern", Hint: "intake.web.ask.several", Asks: []string{"allegations"},
				Fields: static[intake.ComplaintInput](concernFields()), Answer: concerns},
			{Key: "what", Word: "intake.web.ask.what", Hint: "intake.web.ask.what_hint", Asks: []string{"body"},
				Fields: static[intake.ComplaintInput](whatFields()), Answer: func(_ context.Context, in intake.ComplaintInput) []string { return said(in.Body) }},
			{Key: "when", Word: "intake.web.ask.when", Hint: "intake.web.ask.skip", Asks: []string{"incident_on", "happened", "repeated"},
				Fields: static[intake.ComplaintInput](whenFields()), Answer: whenAnswer},
			{Key: "where", Word: "intake.web.ask.where", Hint: "intake.web.ask.where_hint", Asks: []string{"address"},
				Fields: static[intake.ComplaintInput](whereFields()), Answer: func(_ context.Context, in intake.ComplaintInput) []string { return said(in.Address) }},
			{Key: "who", Word: "intake.web.ask.who", Hint: "intake.web.ask.skip", Asks: []string{"about", "child", "frail"},
				Fields: static[intake.ComplaintInput](whoFields()), Answer: whoAnswer},
			{Key: "others", Word: "intake.web.ask.others", Rows: involvedRows(), Fields: func(_ intake.ComplaintInput, row int) templ.Component {
				return involvedFields(fieldAt("participants", row))
			},
				Answer: func(ctx context.Context, in intake.ComplaintInput) []string {
					out := make([]string, len(in.Involved))
					for i := range in.Involved {
						out[i] = involvedLine(ctx, in, i)
					}
					return out
				}},
			{Key: "name", Word: "intake.web.ask.name", Hint: "intake.web.ask.name_hint", Asks: []string{"discretion"}, Must: []string{"discretion"},
				Fields: static[intake.ComplaintInput](discretionFields()), Answer: func(ctx context.Context, in intake.ComplaintInput) []string {
					return said(coded(ctx, discretionKey, in.Discretion))
				}},
			{Key: "you", Word: "intake.web.ask.you", Hint: "intake.web.ask.you_hint", Asks: []string{"reporter/name", "reporter/relation"}, When: notAnonymous,
				Fields: static[intake.ComplaintInput](youFields()), Answer: func(_ context.Context, in intake.ComplaintInput) []string {
					return said(in.Reporter.Name, in.Reporter.Relation)
				}},
			{Key: "reach", Word: "intake.web.ask.reach", Hint: "intake.web.ask.reach_hint", Asks: []string{"reporter/contact", "reporter/safely"}, When: notAnonymous,
				Fields: static[intake.ComplaintInput](reachFields()), Answer: func(_ context.Context, in intake.ComplaintInput) []string {
					return said(in.Reporter.Contact, in.Reporter.Safely)
				}},
		},
		Check: func(ctx context.Context, in *intake.ComplaintInput) error { return p.room.CheckComplaint(ctx, in) },
		Send: func(ctx context.Context, in intake.ComplaintInput, _ db.ID) (intake.Submitted, error) {
			in.Channel = "online"
			return p.room.SubmitComplaint(ctx, access.Nobody(), in)
		},
		Done: func(x intake.Submitted) templ.Component { return receiptPage(x, "/public/receipt", "") },
	}
}

// static are fields that are the same whatever was answered.
func static[In any](fields templ.Component) func(In, int) templ.Component {
	return func(In, int) templ.Component { return fields }
}

func notAnonymous(in intake.ComplaintInput) bool { return in.Discretion != "anonymous" }

// said are the lines in which something was said.
func said(lines ...string) []string {
	return slices.DeleteFunc(lines, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func yes(ctx context.Context, v bool) []string {
	if v {
		return []string{text.Word(ctx, "intake.web.yes")}
	}
	return []string{text.Word(ctx, "intake.web.no")}
}

// ifSo is a word when something holds.
func ifSo(ctx context.Context, v bool, word string) string {
	if v {
		return text.Word(ctx, word)
	}
	return ""
}

func concerns(ctx context.Context, in intake.ComplaintInput) []string {
	out := make([]string, len(in.Allegations))
	for i, x := range in.Allegations {
		out[i] = coded(ctx, concernKey, x)
	}
	return out
}

func whenAnswer(ctx context.Context, in intake.ComplaintInput) []string {
	return said(in.IncidentOn.In(text.From(ctx)), in.Happened, ifSo(ctx, in.Repeated, "intake.web.field.repeated"))
}

func whoAnswer(ctx context.Context, in intake.ComplaintInput) []string {
	return said(in.About, ifSo(ctx, in.Child, "intake.web.field.child"), ifSo(ctx, in.Frail, "intake.web.field.frail"))
}

func involvedRows() *guide.Rows[intake.ComplaintInput] {
	return &guide.Rows[intake.ComplaintInput]{Name: "participants", Word: "intake.web.ask.other", Hint: "intake.web.ask.other_hint", Most: 10, Line: involvedLine,
		Any: "intake.web.ask.others_any", More: "intake.web.ask.others_more"}
}

func involvedLine(ctx context.Context, in intake.ComplaintInput, row int) string {
	if row >= len(in.Involved) {
		return ""
	}
	x := in.Involved[row]
	return strings.Join(said(x.Name, coded(ctx, involvedKey, x.Role), x.Detail), " · ")
}
