package web

import (
	"context"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
)

// stepAction is a step as a page draws it.
type stepAction = flow.Action

// Panels are the room's parts of other pages: on a case's, its referrals with
// the offers that wait for a decision.
func Panels(clock calendar.Clock) []ui.Panel {
	return []ui.Panel{{
		Key: "referrals", On: "case", Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, id db.ID) func(context.Context) templ.Component {
			found := referral.QueueOfCase(b, a, clock.Now(), id)
			return func(ctx context.Context) templ.Component {
				return casePanel(ofCase(ctx, id, a, found), a.Is(access.Caseworker, access.Supervisor), id)
			}
		},
	}}
}

// shown is one referral of a case as its panel draws it.
type shown struct {
	title string
	tag   ui.TagProps
	acts  []ui.Act
	table ui.TableProps
}

func ofCase(ctx context.Context, _ db.ID, a access.Actor, found referral.OfCase) []shown {
	names := map[db.ID]provider.Provider{}
	for _, p := range found.Providers.Rows {
		names[p.ID] = p
	}
	var out []shown
	for _, x := range found.Referrals.Rows {
		s := shown{title: text.Word(ctx, "referral.web.panel", "title", x.Title), tag: referralTag(ctx, x.Status),
			acts: []ui.Act{{Label: text.Word(ctx, "referral.web.open"), Href: at(x.ID), Small: true}}}
		offers := 0
		s.table = ui.TableProps{ID: "referral-" + x.ID.String(), Caption: x.Title, Columns: []ui.Column{
			{Label: text.Word(ctx, "referral.web.provider")}, {Label: text.Word(ctx, "referral.web.fit"), Bare: true}, {Label: text.Word(ctx, "referral.web.first_date")},
			{Label: text.Word(ctx, "referral.web.cost"), Num: true}, {Label: text.Word(ctx, "referral.web.distance"), Num: true, Priority: 2}, {Label: text.Word(ctx, "referral.web.state"), Tag: true},
		}, Empty: ui.EmptyProps{Title: text.Word(ctx, "referral.web.nobody_asked")}}
		for _, i := range found.Invitations.Rows {
			if i.Referral != x.ID {
				continue
			}
			if i.Status == "requested" {
				offers++
			}
			s.table.Rows = append(s.table.Rows, ui.Row{ID: i.ID.String(), Href: at(x.ID), Title: names[i.Provider].Name.In(text.From(ctx)), Sub: i.Note, Muted: i.Decline != "",
				Cells: []templ.Component{ui.Dots(int(i.Fit), provider.MaxFit, text.Word(ctx, "referral.web.fit")), ui.Text(dateIn(ctx, i.FirstDate)), ui.Text(cost(ctx, i)),
					ui.Text(kilometres(i.Metres)), ui.Tag(invitationTag(ctx, i.Status))}})
		}
		if offers > 0 && x.Status == "sent" {
			s.tag = ui.TagProps{Text: text.Word(ctx, "referral.web.requests_n", "n", offers), Tone: ui.Info}
			if a.Is(access.Caseworker, access.Supervisor) {
				s.acts = []ui.Act{{Label: text.Word(ctx, "referral.web.compare"), Href: at(x.ID), Kind: ui.Primary, Small: true}}
			}
		}
		out = append(out, s)
	}
	return out
}
