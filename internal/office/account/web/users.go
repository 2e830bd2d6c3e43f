package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
)

func escape(s string) string { return url.QueryEscape(s) }

// usersQuery is the list's filters, for the page and the API alike.
type usersQuery struct {
	Q      string      `json:"q"`
	Kind   string      `json:"kind"`
	Role   access.Role `json:"role"`
	Status string      `json:"status"`
	Team   db.ID       `json:"team_id"`
	Cursor string      `json:"cursor"`
}

func (q usersQuery) filter(limit int) (account.UserFilter, error) {
	after, err := readCursor(q.Cursor)
	return account.UserFilter{Kind: q.Kind, Role: q.Role, Status: q.Status, Team: q.Team, Query: q.Q, After: after, Limit: limit}, err
}

func writeCursor(c account.UserCursor) string {
	if c.ID.IsZero() {
		return ""
	}
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(s string) (c account.UserCursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fault.Invalid(fault.Field{Pointer: "/cursor", Key: "fault.bad_choice"})
	}
	return c, nil
}

func (p *pages) users(w http.ResponseWriter, r *http.Request) error {
	var q usersQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	filter, err := q.filter(50)
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	page, err := p.room.Users(r.Context(), a, filter)
	if err != nil {
		return err
	}
	teams, err := p.agency.TeamList(r.Context(), a, true)
	if err != nil {
		return err
	}
	waits, err := p.room.Waits(r.Context(), a)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "account.web.users")},
		usersPage(userTable(r.Context(), q, page, teams), waits, a.Is(access.Administrator)))
}

func userTable(ctx context.Context, q usersQuery, page account.UserPage, teams []agency.Team) ui.TableProps {
	t := ui.TableProps{ID: "users", Caption: text.Word(ctx, "account.web.users"), Keys: true,
		Filter: &ui.FilterProps{Action: "/admin/users", Value: q.Q, Placeholder: text.Word(ctx, "account.web.find"), Hidden: map[string]string{"kind": q.Kind}},
		Columns: []ui.Column{
			{Label: text.Word(ctx, "account.web.name")}, {Label: text.Word(ctx, "account.web.roles")},
			{Label: text.Word(ctx, "account.web.teams"), Priority: 2}, {Label: text.Word(ctx, "account.web.status"), Tag: true},
		},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "account.web.nobody")},
	}
	if q.Q != "" {
		t.Filter.ClearHref = "/admin/users?kind=" + escape(q.Kind)
	}
	for _, kind := range []string{account.Staff, account.Provider, account.Resident} {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, "account.web.kind."+kind), Href: "/admin/users?kind=" + kind, Count: -1,
			Current: q.Kind == kind || q.Kind == "" && kind == account.Staff})
	}
	for _, u := range page.Users {
		t.Rows = append(t.Rows, ui.Row{
			ID: u.ID.String(), Href: "/admin/users/" + u.ID.String(), Title: u.Name.In(text.From(ctx)), Sub: u.Mail, Muted: u.Status != "active",
			Cells: []templ.Component{ui.Text(roleNames(ctx, u.Roles)), ui.Text(teamNames(ctx, page.Teams[u.ID], teams)), ui.Tag(statusTag(ctx, u.Status))},
		})
	}
	if next := writeCursor(page.Next); next != "" || q.Cursor != "" {
		q.Cursor = ""
		t.Pager = &ui.PagerProps{}
		at := "/admin/users?kind=" + escape(q.Kind) + "&q=" + escape(q.Q)
		if next != "" {
			t.Pager.NextHref = at + "&cursor=" + next
		}
	}
	return t
}

func statusTag(ctx context.Context, status string) ui.TagProps {
	tag := ui.TagProps{Text: text.Word(ctx, "status.user."+status), Tone: ui.OK, Icon: "check"}
	if status != "active" {
		tag.Tone, tag.Icon = ui.Warn, "lock"
	}
	return tag
}

func roleNames(ctx context.Context, roles []access.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = RoleName(ctx, role)
	}
	return joined(ctx, names)
}

func teamNames(ctx context.Context, ids []db.ID, teams []agency.Team) string {
	var names []string
	for _, t := range teams {
		if slices.Contains(ids, t.ID) {
			names = append(names, t.Name.In(text.From(ctx)))
		}
	}
	return joined(ctx, names)
}

func (p *pages) user(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	u, teams, err := p.opened(r)
	if err != nil {
		return err
	}
	var actors []db.ID
	for _, row := range u.History {
		if !row.Actor.IsZero() {
			actors = append(actors, row.Actor)
		}
	}
	names, err := p.room.NamesOf(ctx, actors)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: u.Name.In(text.From(ctx))}, userPage(userView{
		Opened: u, teams: teams, names: names, acts: userActs(ctx, a, u.User), now: p.room.Now(),
	}))
}

func (p *pages) opened(r *http.Request) (account.Opened, []agency.Team, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return account.Opened{}, nil, err
	}
	a := access.From(r.Context())
	u, err := p.room.User(r.Context(), a, id)
	if err != nil {
		return u, nil, err
	}
	teams, err := p.agency.TeamList(r.Context(), a, true)
	return u, teams, err
}

// userActs are the steps an actor has on a user, as buttons.
func userActs(ctx context.Context, a access.Actor, u account.User) []ui.Act {
	icons := map[string]string{"edit": "pencil", "set_roles": "users", "issue_code": "key", "suspend": "lock", "restore": "undo"}
	at := "/admin/users/" + u.ID.String() + "/"
	var acts []ui.Act
	for _, x := range account.UserFlow.Actions(a, u) {
		if icons[x.Step] == "" {
			continue
		}
		act := ui.Act{Label: text.Word(ctx, "step.user."+x.Step), Icon: icons[x.Step]}
		switch {
		case x.Blocked != nil:
			act.Blocked = text.Word(ctx, x.Blocked.Key)
		case x.Plain:
			act.Post = at + x.Step
		default:
			act.Href = at + x.Step
		}
		acts = append(acts, act)
	}
	return acts
}

func (p *pages) newUser(w http.ResponseWriter, r *http.Request) error {
	return p.showUserForm(w, r, "", account.UserInput{}, nil)
}

// showUserForm draws the form of a new user, or of one with an address.
func (p *pages) showUserForm(w http.ResponseWriter, r *http.Request, at string, in account.UserInput, err error) error {
	teams, teamErr := p.agency.TeamList(r.Context(), access.From(r.Context()), false)
	if teamErr != nil {
		return teamErr
	}
	v := userFormView{form: ui.FormProps{Action: "/admin/users"}, in: in, teams: agency.Tree(teams, text.From(r.Context())), title: text.Word(r.Context(), "step.user.create"), back: "/admin/users"}
	if at != "" {
		v.form.Action, v.form.Version, v.edit, v.title, v.back = at, strconv.FormatInt(in.Version, 10), true, text.Word(r.Context(), "step.user.edit"), at
	}
	page := ui.Page{Title: v.title}
	if err == nil {
		return door.Show(w, r, page, userForm(v))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		v.form.Typed, v.form.Fault = door.Typed(r), err
		return userForm(v)
	})
}

func (p *pages) createUser(w http.ResponseWriter, r *http.Request) error {
	var in account.UserInput
	err := door.Form(r, &in)
	if err == nil {
		var u account.User
		if u, err = p.room.CreateUser(r.Context(), access.From(r.Context()), in); err == nil {
			door.Toast(w, r, ui.OK, "account.web.user_made")
			return door.See(w, r, "/admin/users/"+u.ID.String())
		}
	}
	return p.showUserForm(w, r, "", in, err)
}

func (p *pages) editUser(w http.ResponseWriter, r *http.Request) error {
	u, _, err := p.opened(r)
	if err != nil {
		return err
	}
	return p.showUserForm(w, r, "/admin/users/"+u.ID.String(), inputOf(u), nil)
}

func inputOf(u account.Opened) account.UserInput {
	return account.UserInput{Mail: u.Mail, Name: u.Name, Roles: u.Roles, Teams: u.Teams, Provider: u.Provider, Person: u.Person, Language: u.Language, Version: u.Version}
}

func (p *pages) saveUser(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	at := "/admin/users/" + id.String()
	var in account.UserInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EditUser(r.Context(), access.From(r.Context()), id, in); err == nil {
			door.Toast(w, r, ui.OK, "account.web.saved")
			return door.See(w, r, at)
		}
	}
	if _, moved := door.Moved[account.User](err); moved {
		return p.mergeUser(w, r, at, err)
	}
	return p.showUserForm(w, r, at, in, err)
}

// mergeUser sets what the second editor typed beside what the first saved.
func (p *pages) mergeUser(w http.ResponseWriter, r *http.Request, at string, err error) error {
	u, teams, openErr := p.opened(r)
	if openErr != nil {
		return openErr
	}
	ctx := r.Context()
	fields, keep := door.Merged(r, inputOf(u))
	labels := map[string]string{"mail": "account.web.mail", "name/ja": "account.web.name_ja", "name/en": "account.web.name_en", "language": "account.web.language", "team_ids": "account.web.teams"}
	for i, f := range fields {
		if key := labels[f.Name]; key != "" {
			fields[i].Label = text.Word(ctx, key)
		}
		if id, err := db.ParseID(f.Yours); err == nil {
			fields[i].YoursText = teamNames(ctx, []db.ID{id}, teams)
		}
		if id, err := db.ParseID(f.Theirs); err == nil {
			fields[i].TheirsText = teamNames(ctx, []db.ID{id}, teams)
		}
	}
	page := ui.Page{Title: text.Word(ctx, "step.user.edit")}
	return door.Refuse(w, r, err, page, func(error) templ.Component {
		return ui.Merge(ui.MergeProps{Form: ui.FormProps{Action: at, Version: strconv.FormatInt(u.Version, 10)}, Title: page.Title,
			Fields: fields, Keep: keep, Submit: text.Word(ctx, "account.web.save"), Cancel: at})
	})
}

func (p *pages) askRoles(w http.ResponseWriter, r *http.Request) error {
	return p.showRoles(w, r, nil)
}

func (p *pages) showRoles(w http.ResponseWriter, r *http.Request, err error) error {
	u, _, openErr := p.opened(r)
	if openErr != nil {
		return openErr
	}
	form := ui.FormProps{Action: "/admin/users/" + u.ID.String() + "/set_roles", Version: strconv.FormatInt(u.Version, 10)}
	page := ui.Page{Title: text.Word(r.Context(), "step.user.set_roles")}
	if err == nil {
		return door.Show(w, r, page, rolesPage(form, u.User))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return rolesPage(form, u.User)
	})
}

func (p *pages) setRoles(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in account.RolesInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.SetRoles(r.Context(), access.From(r.Context()), id, in); err == nil {
			door.Toast(w, r, ui.OK, "account.web.saved")
			return door.See(w, r, "/admin/users/"+id.String())
		}
	}
	return p.showRoles(w, r, err)
}

func (p *pages) askSuspend(w http.ResponseWriter, r *http.Request) error {
	return p.showSuspend(w, r, nil)
}

func (p *pages) showSuspend(w http.ResponseWriter, r *http.Request, err error) error {
	u, _, openErr := p.opened(r)
	if openErr != nil {
		return openErr
	}
	at := "/admin/users/" + u.ID.String()
	form := ui.FormProps{Action: at + "/suspend"}
	page := ui.Page{Title: text.Word(r.Context(), "step.user.suspend")}
	if err == nil {
		return door.Show(w, r, page, suspendPage(form, u.User, at))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return suspendPage(form, u.User, at)
	})
}

func (p *pages) suspend(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in account.StepInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Suspend(r.Context(), access.From(r.Context()), id, in); err == nil {
			door.ToastUndo(w, r, "/admin/users/"+id.String()+"/restore", "", "account.web.suspended")
			return door.See(w, r, "/admin/users/"+id.String())
		}
	}
	return p.showSuspend(w, r, err)
}

func (p *pages) restore(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	if _, err := p.room.Restore(r.Context(), access.From(r.Context()), id, 0); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "account.web.restored")
	return door.See(w, r, "/admin/users/"+id.String())
}

func (p *pages) askIssue(w http.ResponseWriter, r *http.Request) error {
	u, _, err := p.opened(r)
	if err != nil {
		return err
	}
	at := "/admin/users/" + u.ID.String()
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.user.issue_code")}, issuePage(ui.FormProps{Action: at + "/issue_code"}, u.User, at))
}

// issue shows the code in the answer itself: it stands in no address and is
// not shown again.
func (p *pages) issue(w http.ResponseWriter, r *http.Request) error {
	u, _, err := p.opened(r)
	if err != nil {
		return err
	}
	code, err := p.room.IssueCode(r.Context(), access.From(r.Context()), u.ID, 0)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "account.web.code")}, oncePage(onceView{
		title: text.Word(r.Context(), "account.web.code"), hint: text.Word(r.Context(), "account.web.code_once", "name", u.Name),
		value: code, back: "/admin/users/" + u.ID.String(),
	}))
}
