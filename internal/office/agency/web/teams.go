package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/agency"
)

func (p *pages) teams(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	teams, err := p.room.TeamList(ctx, access.From(ctx), true)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "agency.web.teams")}, teamsPage(teamTable(ctx, access.From(ctx), teams), mayEdit(r)))
}

func teamTable(ctx context.Context, a access.Actor, teams []agency.Team) ui.TableProps {
	t := ui.TableProps{ID: "teams", Caption: text.Word(ctx, "agency.web.teams"), Empty: ui.EmptyProps{Title: text.Word(ctx, "agency.web.no_teams")}, Columns: []ui.Column{
		{Label: text.Word(ctx, "agency.web.name")}, {Label: text.Word(ctx, "agency.web.kind"), Priority: 2}, {Label: text.Word(ctx, "agency.web.status"), Tag: true},
	}}
	for _, b := range agency.Tree(teams, text.From(ctx)) {
		kind := "agency.web.own_team"
		if b.Contracted {
			kind = "agency.web.contracted"
		}
		tag := ui.TagProps{Text: text.Word(ctx, "status.team."+b.Status), Tone: ui.OK, Icon: "check"}
		if b.Status != "active" {
			tag.Tone, tag.Icon = ui.Neutral, "archive"
		}
		row := ui.Row{ID: b.ID.String(), Title: strings.Repeat("　", b.Depth) + b.Name.In(text.From(ctx)), Muted: b.Status != "active",
			Cells: []templ.Component{ui.Text(text.Word(ctx, kind)), ui.Tag(tag)}}
		at := "/admin/teams/" + b.ID.String()
		for _, x := range agency.TeamFlow.Actions(a, b.Team) {
			act := ui.Act{Label: text.Word(ctx, "step.team."+x.Step), Small: true}
			switch {
			case x.Step == "edit":
				row.Href = at
				continue
			case x.Plain:
				act.Post = at + "/" + x.Step
			default:
				act.Href = at + "/" + x.Step
			}
			row.Acts = append(row.Acts, act)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// teamView is the form of a team as it is drawn.
type teamView struct {
	form  ui.FormProps
	in    agency.TeamInput
	tree  []agency.Branch
	title string
	id    db.ID
}

func (p *pages) showTeam(w http.ResponseWriter, r *http.Request, id db.ID, in agency.TeamInput, err error) error {
	ctx := r.Context()
	teams, listErr := p.room.TeamList(ctx, access.From(ctx), false)
	if listErr != nil {
		return listErr
	}
	v := teamView{form: ui.FormProps{Action: "/admin/teams"}, in: in, tree: agency.Tree(teams, text.From(ctx)), title: text.Word(ctx, "step.team.create"), id: id}
	if !id.IsZero() {
		v.form.Action, v.form.Version, v.title = "/admin/teams/"+id.String(), number(in.Version), text.Word(ctx, "step.team.edit")
	}
	page := ui.Page{Title: v.title}
	if err == nil {
		return door.Show(w, r, page, teamPage(v))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		v.form.Typed, v.form.Fault = door.Typed(r), err
		return teamPage(v)
	})
}

func (p *pages) newTeam(w http.ResponseWriter, r *http.Request) error {
	return p.showTeam(w, r, db.ID{}, agency.TeamInput{}, nil)
}

func (p *pages) createTeam(w http.ResponseWriter, r *http.Request) error {
	var in agency.TeamInput
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.CreateTeam(r.Context(), access.From(r.Context()), in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/teams")
		}
	}
	return p.showTeam(w, r, db.ID{}, in, err)
}

func teamInput(t agency.Team) agency.TeamInput {
	return agency.TeamInput{Name: t.Name, Parent: t.Parent, Contracted: t.Contracted, Position: t.Position, Version: t.Version}
}

func (p *pages) team(w http.ResponseWriter, r *http.Request) error {
	t, err := p.loaded(r)
	if err != nil {
		return err
	}
	return p.showTeam(w, r, t.ID, teamInput(t), nil)
}

func (p *pages) loaded(r *http.Request) (agency.Team, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return agency.Team{}, err
	}
	return p.room.Team(r.Context(), access.From(r.Context()), id)
}

func (p *pages) saveTeam(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var in agency.TeamInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EditTeam(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/teams")
		}
	}
	if now, moved := door.Moved[agency.Team](err); moved {
		return p.mergeTeam(w, r, now, err)
	}
	return p.showTeam(w, r, id, in, err)
}

// mergeTeam sets what the second editor typed beside what the first saved.
func (p *pages) mergeTeam(w http.ResponseWriter, r *http.Request, now agency.Team, err error) error {
	ctx := r.Context()
	teams, listErr := p.room.TeamList(ctx, access.From(ctx), true)
	if listErr != nil {
		return listErr
	}
	nameOf := func(id string) string {
		for _, t := range teams {
			if t.ID.String() == id {
				return t.Name.In(text.From(ctx))
			}
		}
		return ""
	}
	labels := map[string]string{"name/ja": "agency.web.name_ja", "name/en": "agency.web.name_en", "parent_id": "agency.web.parent", "contracted": "agency.web.contracted", "position": "agency.web.position"}
	fields, keep := door.Merged(r, teamInput(now))
	for i, f := range fields {
		fields[i].Label = text.Word(ctx, labels[f.Name])
		fields[i].YoursText, fields[i].TheirsText = nameOf(f.Yours), nameOf(f.Theirs)
	}
	page := ui.Page{Title: text.Word(ctx, "step.team.edit")}
	return door.Refuse(w, r, err, page, func(error) templ.Component {
		return ui.Merge(ui.MergeProps{Form: ui.FormProps{Action: "/admin/teams/" + now.ID.String(), Version: number(now.Version)}, Title: page.Title,
			Fields: fields, Keep: keep, Submit: text.Word(ctx, "agency.web.save"), Cancel: "/admin/teams"})
	})
}

func (p *pages) askClose(w http.ResponseWriter, r *http.Request) error {
	return p.showClose(w, r, nil)
}

func (p *pages) showClose(w http.ResponseWriter, r *http.Request, err error) error {
	t, loadErr := p.loaded(r)
	if loadErr != nil {
		return loadErr
	}
	form := ui.FormProps{Action: "/admin/teams/" + t.ID.String() + "/close"}
	page := ui.Page{Title: text.Word(r.Context(), "step.team.close")}
	if err == nil {
		return door.Show(w, r, page, closePage(form, t))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return closePage(form, t)
	})
}

func (p *pages) closeTeam(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in agency.StepInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.CloseTeam(r.Context(), access.From(r.Context()), id, in); err == nil {
			door.ToastUndo(w, r, "/admin/teams/"+id.String()+"/reopen", "", "agency.web.team_closed")
			return door.See(w, r, "/admin/teams")
		}
	}
	return p.showClose(w, r, err)
}

func (p *pages) reopenTeam(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	if _, err := p.room.ReopenTeam(r.Context(), access.From(r.Context()), id, agency.StepInput{}); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "agency.web.saved")
	return door.See(w, r, "/admin/teams")
}

func parentOptions(ctx context.Context, v teamView) []ui.Option {
	var out []ui.Option
	for _, b := range v.tree {
		if b.ID != v.id {
			out = append(out, ui.Option{Value: b.ID.String(), Label: strings.Repeat("　", b.Depth) + b.Name.In(text.From(ctx)), Checked: b.ID == v.in.Parent})
		}
	}
	return out
}
