package web

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

func newActs(ctx context.Context, kinds []kind) []ui.Act {
	out := make([]ui.Act, len(kinds))
	for i, k := range kinds {
		out[i] = ui.Act{Label: text.Word(ctx, entityKey(k.entity)), Icon: "plus", Href: "/desk/intake/" + k.segment + "/new"}
	}
	return out
}

func reasons(ctx context.Context, list []intake.Weight) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, w := range list {
		out[i] = ui.Fact{Label: text.Word(ctx, w.Key), Value: "+" + strconv.FormatInt(w.Points, 10)}
	}
	return out
}

// reporterLine is how to reach who reported, and who they are.
func reporterLine(x intake.Reporter) string {
	return strings.Join(slices.DeleteFunc([]string{x.Contact, x.Safely, x.Relation}, func(s string) bool { return s == "" }), "・")
}

// emergencyLines are whom to call in Japan at once, or when a form is not the way to say it.
var emergencyLines = []struct{ number, shown, word string }{
	{"110", "110", "intake.web.call.police"},
	{"119", "119", "intake.web.call.ambulance"},
	{"189", "189", "intake.web.call.child"},
	{"%238008", "#8008", "intake.web.call.violence"},
}

// discretions are how a reporter may stand, each with what it means.
func discretions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(intake.Discretions))
	for i, v := range []string{"anonymous", "confidential", "named"} {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, discretionKey(v)), Hint: text.Word(ctx, discretionHintKey(v))}
	}
	return out
}

func fieldAt(list string, row int) string { return fmt.Sprintf("%s/%d", list, row) }

func stepFields(step string) templ.Component { return answerFields(asks(step)) }

// applicationForm is the desk's form, with what the catalog offers.
func (p *pages) applicationForm(form ui.FormProps) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return deskApplication(form, p.offers(ctx)).Render(ctx, w)
	})
}

func relations(ctx context.Context) []ui.Option {
	return options(ctx, relationKey, people.Relations[1:])
}

// ticked are the offers with the chosen ones ticked.
func ticked(offers []ui.Option, chosen []string) []ui.Option {
	out := slices.Clone(offers)
	for i := range out {
		out[i].Checked = slices.Contains(chosen, out[i].Value)
	}
	return out
}

// memberGroups draws those typed, or those stored.
func memberGroups(form ui.FormProps, list []memberIn, offers []ui.Option) []templ.Component {
	n := len(list)
	if form.Typed != nil {
		n = typedRows(form.Typed)
	}
	out := make([]templ.Component, n)
	for i := range out {
		var m memberIn
		if i < len(list) {
			m = list[i]
		}
		out[i] = memberGroup(fmt.Sprintf("household/%d", i), m, offers)
	}
	return out
}

func typedRows(typed url.Values) int {
	n := 0
	for key := range typed {
		if parts := strings.SplitN(key, "/", 3); len(parts) > 1 && parts[0] == "household" {
			if i, err := strconv.Atoi(parts[1]); err == nil {
				n = max(n, i+1)
			}
		}
	}
	return n
}

func likelihoods(ctx context.Context, list []intake.Likely) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, l := range list {
		out[i] = ui.Fact{Label: text.Word(ctx, helpKey(l.Help)), Value: text.Word(ctx, "intake.web.likely_yes"), Tone: ui.OK}
		if l.State == rule.Unknown {
			out[i].Value, out[i].Tone = text.Word(ctx, "intake.web.likely_unknown"), ui.Neutral
		}
	}
	return out
}

func mineTable(ctx context.Context, list []intake.Own) ui.TableProps {
	t := ui.TableProps{ID: "applications", Caption: text.Word(ctx, "intake.web.my_applications"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.entity.application")}, {Label: text.Word(ctx, "intake.web.at")}, {Label: text.Word(ctx, "intake.web.col.status"), Tag: true}},
		Empty:   ui.EmptyProps{Title: text.Word(ctx, "intake.web.none_yet"), Act: ui.Act{Label: text.Word(ctx, "intake.web.apply"), Href: "/my/apply", Kind: ui.Primary}}}
	for _, x := range list {
		received := ""
		if x.ReceivedAt != 0 {
			received = when(ctx, x.ReceivedAt)
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: myApplications + "/" + x.ID.String(), Title: x.Number, Sub: text.Word(ctx, purposeKey(x.Purpose)),
			Cells: []templ.Component{ui.Text(received), ui.Tag(ui.TagProps{Text: text.Word(ctx, statusKey("application", x.Status)), Tone: ui.Info})}})
	}
	return t
}

func ownFacts(ctx context.Context, x intake.Own, offers []intake.Offer) []ui.Fact {
	out := facts(ctx, "purpose", text.Word(ctx, purposeKey(x.Purpose)), "statement", x.Input.Statement)
	out = append(out, toldFacts(ctx, x.Input)...)
	for _, i := range x.Items {
		out = append(out, ui.Fact{Label: text.Word(ctx, "intake.web.field.items"), Value: strings.Join(said(itemName(ctx, offers, i), x.Input.NameOf(i.Applicant)), " · "), Note: text.Word(ctx, statusKey("application_item", i.Status))})
	}
	return out
}

// toldFacts are household, incomes and expenses as they were told.
func toldFacts(ctx context.Context, in intake.ApplicationInput) []ui.Fact {
	var out []ui.Fact
	a := answersOf(in)
	for i := range in.Household {
		out = append(out, ui.Fact{Label: text.Word(ctx, "intake.web.field.household"), Value: memberLine(ctx, a, i)})
	}
	for i := range in.Incomes {
		out = append(out, ui.Fact{Label: text.Word(ctx, "intake.web.field.incomes"), Value: incomeLine(ctx, a, i)})
	}
	for i := range in.Expenses {
		out = append(out, ui.Fact{Label: text.Word(ctx, "intake.part.expenses"), Value: expenseLine(ctx, a, i)})
	}
	return out
}

func returnedFacts(ctx context.Context, list []intake.ReturnedPart) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, p := range list {
		out[i] = ui.Fact{Label: intake.PartOf(ctx, p.Part), Value: p.Reason}
	}
	return out
}

// ownActs are the steps a resident may take now.
func ownActs(ctx context.Context, x intake.Own) []ui.Act {
	at, fields := myApplications+"/"+x.ID.String(), map[string]string{"version": version(x.Version)}
	var out []ui.Act
	for _, step := range x.Actions {
		act := ui.Act{Label: text.Word(ctx, stepKey("application", step))}
		switch step {
		case "submit", "send_again":
			act.Post, act.Fields, act.Kind = at+"/"+step, fields, ui.Primary
		case "withdraw":
			act.Post, act.Fields = at+"/"+step, fields
		case "change":
			act.Post, act.Fields = "/my/apply/begin", map[string]string{"application": x.ID.String()}
		default:
			continue
		}
		out = append(out, act)
	}
	return out
}
