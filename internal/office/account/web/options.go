package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
)

func newUserAct(ctx context.Context, keeper bool) []ui.Act {
	if !keeper {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.user.create"), Icon: "user-plus", Href: "/admin/users/new", Kind: ui.Primary}}
}

func languageOptions(ctx context.Context, chosen text.Lang) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.Word(ctx, "account.web.language.browser"), Checked: chosen == ""}}
	for _, lang := range text.Langs {
		out = append(out, ui.Option{Value: string(lang), Label: text.Word(ctx, "account.web.language."+string(lang)), Checked: lang == chosen})
	}
	return out
}

func roleOptions(ctx context.Context, roles, chosen []access.Role) []ui.Option {
	out := make([]ui.Option, len(roles))
	for i, role := range roles {
		out[i] = ui.Option{Value: string(role), Label: RoleName(ctx, role), Hint: text.Word(ctx, "account.web.may."+string(role)), Checked: slices.Contains(chosen, role)}
	}
	return out
}

// rolesOf are the roles a kind of user can have.
func rolesOf(kind string) []access.Role {
	switch kind {
	case account.Provider:
		return access.ProviderRoles
	case account.Resident:
		return []access.Role{access.Resident}
	}
	return access.StaffRoles
}

func teamOptions(ctx context.Context, tree []agency.Branch, chosen []db.ID) []ui.Option {
	out := make([]ui.Option, len(tree))
	for i, t := range tree {
		out[i] = ui.Option{Value: t.ID.String(), Label: strings.Repeat("　", t.Depth) + t.Name.In(text.From(ctx)), Checked: slices.Contains(chosen, t.ID)}
	}
	return out
}

func passwordText(ctx context.Context, now, at calendar.Time) string {
	if at.IsZero() {
		return text.Word(ctx, "account.web.no_password")
	}
	return text.Word(ctx, "account.web.password_at", "when", calendar.Relative(now, at, calendar.Zone(ctx), text.From(ctx)))
}

// shownBefore is what the form showed when it was opened.
func shownBefore(v userFormView) string {
	if was := v.form.Typed.Get(door.Was); was != "" {
		return was
	}
	return door.Shown(v.in)
}

// agentName says a browser in two words, from what it says of itself.
func agentName(ctx context.Context, agent string) string {
	pick := func(of ...string) string {
		for _, name := range of {
			mark, said, _ := strings.Cut(name, "=")
			if strings.Contains(agent, mark) {
				return said
			}
		}
		return ""
	}
	browser := pick("Edg/=Edge", "Firefox/=Firefox", "Chrome/=Chrome", "Safari/=Safari")
	system := pick("Windows=Windows", "iPhone=iPhone", "iPad=iPad", "Android=Android", "Mac OS=macOS", "Linux=Linux")
	if name := strings.TrimSpace(browser + " " + system); name != "" {
		return name
	}
	return text.Word(ctx, "account.web.unknown_agent")
}

// historyTable is what happened to a user, newest first, and by whom.
func historyTable(ctx context.Context, v userView) ui.TableProps {
	t := ui.TableProps{ID: "history-list", Caption: text.Word(ctx, "account.web.history"), Columns: []ui.Column{
		{Label: text.Word(ctx, "account.web.what")}, {Label: text.Word(ctx, "account.web.who")}, {Label: text.Word(ctx, "account.web.since")},
	}}
	for _, row := range v.History {
		who := text.Word(ctx, "account.web.system")
		if !row.Actor.IsZero() {
			who = v.names[row.Actor].In(text.From(ctx))
		}
		t.Rows = append(t.Rows, ui.Row{ID: row.ID.String(), Title: text.Word(ctx, flow.StepWord(row.Entity, row.Step)), Cells: []templ.Component{ui.Text(who), when(ctx, v.now, row.At)}})
	}
	return t
}

func newKeyAct(ctx context.Context, at string, may bool) []ui.Act {
	if !may {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.api_key.create"), Icon: "plus", Href: at + "/new", Kind: ui.Primary}}
}

// joined lists names as the reader's language does.
func joined(ctx context.Context, names []string) string {
	return text.List(text.From(ctx), names)
}
