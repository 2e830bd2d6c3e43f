package web

import (
	"context"
	"net/http"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/consent"
)

// myView is a resident's first page as it is drawn.
type myView struct {
	Greeting string
	Said     Said
	Next     []ui.Prompt
	Agenda   []ui.AgendaItem
	Shared   []ui.Fact // what left the agency: when, to whom, what
	Looked   []ui.Fact // who opened the resident's record: when, in which role
}

// my is in plain words what happens next, and what is known of the resident to whom.
func (p *pages) my(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	v := myView{}
	var page ui.Page
	var err error
	if v.Said, err = p.hear(ctx, a, ui.My); err != nil {
		return err
	}
	if v.Greeting, page, err = p.greeting(ctx, a); err != nil {
		return err
	}
	if v.Shared, v.Looked, err = p.known(ctx, a); err != nil {
		return err
	}
	v.Next, v.Agenda = first(v.Said.Prompts), p.agenda(ctx, v.Said.Day)
	return door.Show(w, r, page, myPage(v))
}

// mostLooks is how many lines of who looked a first page shows; linesRead how many are read for it.
const (
	mostLooks = 8
	linesRead = 100
)

// known tells what was passed on about the resident who asks, and who looked. It speaks of the
// resident's own record only: the lines of a case, a complaint or an inquiry into somebody's
// conduct stand under another root and are never read here. Those who looked are named by role.
func (p *pages) known(ctx context.Context, a access.Actor) (shared, looked []ui.Fact, err error) {
	if a.Person.IsZero() {
		return nil, nil, nil
	}
	var lines []journal.ReadRow
	var passed []consent.Disclosure
	roles := map[db.ID]account.Roles{}
	err = p.Read(ctx, func(q *db.Reader) (err error) {
		if passed, err = consent.Disclosures(q, a.Person); err != nil {
			return err
		}
		if lines, err = journal.Opened(q, a.Person, linesRead); err != nil {
			return err
		}
		roles, err = account.RolesOf(q, readers(lines, a))
		return err
	})
	return sharedFacts(ctx, passed), lookFacts(ctx, lines, roles), err
}

// readers are who the lines are by, without the resident.
func readers(lines []journal.ReadRow, a access.Actor) []db.ID {
	var ids []db.ID
	for _, x := range lines {
		if x.Actor != a.ID {
			ids = append(ids, x.Actor)
		}
	}
	return distinct(ids)
}

// mostShared is how many disclosures a first page shows, the newest first.
const mostShared = 5

func sharedFacts(ctx context.Context, passed []consent.Disclosure) []ui.Fact {
	var out []ui.Fact
	for _, d := range passed[:min(len(passed), mostShared)] {
		what := make([]string, len(d.Fields.V))
		for i, f := range d.Fields.V {
			what[i] = text.Word(ctx, "consent.field."+f)
		}
		out = append(out, ui.Fact{Label: calendar.FormatDay(d.CreatedAt.Date(calendar.Zone(ctx)), text.From(ctx)), Value: d.RecipientName,
			Note: listed(ctx, what)})
	}
	return out
}

// lookFacts are the days on which somebody looked, each role once a day.
func lookFacts(ctx context.Context, lines []journal.ReadRow, roles map[db.ID]account.Roles) []ui.Fact {
	var out []ui.Fact
	seen := map[string]bool{}
	for _, x := range lines {
		who := roles[x.Actor]
		if len(who) == 0 || x.RootKind != "person" || len(out) == mostLooks {
			continue
		}
		day := calendar.FormatDay(x.At.Date(calendar.Zone(ctx)), text.From(ctx))
		words := make([]string, len(who))
		for i, role := range who {
			words[i] = text.Word(ctx, "home.looked."+string(role))
		}
		slices.Sort(words)
		line := ui.Fact{Label: day, Value: listed(ctx, slices.Compact(words))}
		if !seen[line.Label+line.Value] {
			seen[line.Label+line.Value] = true
			out = append(out, line)
		}
	}
	return out
}

// listed sets words behind each other.
func listed(ctx context.Context, words []string) string {
	out := ""
	for i, w := range words {
		if i > 0 {
			w = text.Word(ctx, "home.listed", "a", out, "b", w)
		}
		out = w
	}
	return out
}
