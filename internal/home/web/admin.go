package web

import (
	"context"
	"net/http"
	"strconv"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
)

// admin is what is still to be set up before people can be helped, in the order it is needed.
func (p *pages) admin(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	said, err := p.hear(ctx, a, ui.Admin)
	if err != nil {
		return err
	}
	greeting, page, err := p.greeting(ctx, a)
	if err != nil {
		return err
	}
	if !a.Is(access.Administrator, access.Auditor) {
		return door.Show(w, r, page, adminPage(greeting, said.Figures, nil, p.help(ctx, a), said, first(said.Prompts)))
	}
	office, waits, err := p.office(ctx, a)
	if err != nil {
		return err
	}
	if waits > 0 {
		said.Prompts = append(said.Prompts, Prompt{Prompt: ui.Prompt{Icon: "shield-alert", Tone: ui.Warn, Title: text.Word(ctx, "home.guessing", "n", waits),
			Sub: text.Word(ctx, "home.guessing_note"), Act: ui.Act{Label: text.Word(ctx, "home.see_users"), Href: p.Way(a, "/admin/users")}}})
	}
	steps := append(office, said.Setup...)
	done := 0
	for i := range steps {
		if steps[i].State == ui.StageDone {
			done++
		}
	}
	for i := range steps {
		if steps[i].State != ui.StageDone {
			steps[i].State = ui.StageNow
			break
		}
	}
	figures := append([]ui.Figure{{Value: strconv.Itoa(done), Of: strconv.Itoa(len(steps)), Label: text.Word(ctx, "home.setup_done")}}, said.Figures...)
	return door.Show(w, r, page, adminPage(greeting, figures, steps, nil, said, first(said.Prompts)))
}

// office are the first steps of setting up: the agency itself, its teams, its people. waits is how
// many accounts and addresses are slowed for guessing.
func (p *pages) office(ctx context.Context, a access.Actor) (steps []ui.Step, waits int, err error) {
	teams, err := p.Agency.TeamList(ctx, a, false)
	if err != nil {
		return nil, 0, err
	}
	users, err := p.Account.Users(ctx, a, account.UserFilter{Status: "active", Limit: 2})
	if err != nil {
		return nil, 0, err
	}
	if waits, err = p.Account.Waits(ctx, a); err != nil {
		return nil, 0, err
	}
	return []ui.Step{
		p.step(ctx, a, "home.setup.agency", true, "/admin/agency", "/admin/settings"), // without it nobody could be here
		p.step(ctx, a, "home.setup.teams", len(teams) > 0, "/admin/teams"),
		p.step(ctx, a, "home.setup.users", len(users.Users) > 1, "/admin/users"),
	}, waits, nil
}

// help are the places where what help there is is kept, for those who keep it and not the office.
func (p *pages) help(ctx context.Context, a access.Actor) (places []ui.Act) {
	for _, x := range []struct{ word, at string }{
		{"catalog.web.programs", "/admin/programs"}, {"catalog.web.benefits", "/admin/benefits"}, {"catalog.web.funds", "/admin/funds"}, {"catalog.web.rules", "/admin/rules"},
		{"catalog.web.goals", "/admin/goals"}, {"catalog.web.specialties", "/admin/specialties"}, {"form.web.title", "/admin/forms"}, {"careplan.web.templates", "/admin/plan-templates"},
	} {
		if s := p.step(ctx, a, x.word, false, x.at); s.Href != "" {
			places = append(places, ui.Act{Label: s.Label, Href: s.Href})
		}
	}
	return places
}

func (p *pages) step(ctx context.Context, a access.Actor, word string, done bool, at ...string) ui.Step {
	s := ui.Step{Label: text.Word(ctx, word), Href: p.Way(a, at...)}
	if done {
		s.State = ui.StageDone
	}
	return s
}
