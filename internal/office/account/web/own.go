package web

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
)

type preferences struct {
	Language text.Lang `json:"language"`
	KeysOff  bool      `json:"keys_off"`
}

// ownView is one's own account as it is drawn.
type ownView struct {
	profile account.Profile
	signIns []account.SignIn
	form    ui.FormProps
	now     calendar.Time
	here    access.Actor
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	view, err := p.ownView(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "account.web.own")}, ownPage(view))
}

// ownActs leads to the rest of one's account. Residents have no interests to declare.
func ownActs(ctx context.Context, a access.Actor) []ui.Act {
	out := []ui.Act{
		{Label: text.Word(ctx, "account.web.change_password"), Icon: "key", Href: "/account/password"},
		{Label: text.Word(ctx, "account.web.keys"), Icon: "zap", Href: "/account/keys"},
	}
	if a.Is(access.StaffRoles...) || a.Is(access.ProviderRoles...) {
		out = append(out, ui.Act{Label: text.Word(ctx, "account.web.interests"), Icon: "shield", Href: "/account/interests"})
	}
	return out
}

func (p *pages) ownView(r *http.Request) (ownView, error) {
	a := access.From(r.Context())
	v := ownView{here: a, now: p.room.Now(), form: ui.FormProps{Action: "/account"}}
	var err error
	if v.profile, err = p.room.Profile(r.Context(), a); err != nil {
		return v, err
	}
	v.signIns, err = p.room.SignIns(r.Context(), a)
	return v, err
}

func (p *pages) prefer(w http.ResponseWriter, r *http.Request) error {
	var in preferences
	err := door.Form(r, &in)
	if err == nil {
		if err = p.room.Prefer(r.Context(), access.From(r.Context()), in.Language, in.KeysOff); err == nil {
			if in.Language != "" {
				http.SetCookie(w, p.door.Cookie("lang", string(in.Language), 365*24*time.Hour))
				r = r.WithContext(text.With(r.Context(), in.Language))
			}
			door.Toast(w, r, ui.OK, "account.web.saved")
			return door.See(w, r, "/account")
		}
	}
	view, loadErr := p.ownView(r)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), "account.web.own")}, func(err error) templ.Component {
		view.form.Typed, view.form.Fault = door.Typed(r), err
		return ownPage(view)
	})
}

func (p *pages) askPassword(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "account.web.change_password")}, passwordPage(ui.FormProps{Action: "/account/password"}))
}

func (p *pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	var in account.PasswordInput
	err := door.Form(r, &in)
	if err == nil {
		in.Device = device(r)
		var token string
		if token, err = p.room.SetPassword(r.Context(), access.From(r.Context()), in); err == nil {
			http.SetCookie(w, p.door.Cookie(signInCookie, token, 0))
			door.Toast(w, r, ui.OK, "account.web.password_set")
			return door.See(w, r, "/account")
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), "account.web.change_password")}, func(err error) templ.Component {
		return passwordPage(ui.FormProps{Action: "/account/password", Typed: door.Typed(r), Fault: err})
	})
}

func (p *pages) endSignIn(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	if err := p.room.EndSignIn(r.Context(), a, id); err != nil {
		return err
	}
	if id == a.SignIn {
		return p.leave(w, r)
	}
	door.Toast(w, r, ui.OK, "account.web.ended")
	return door.See(w, r, "/account")
}

func (p *pages) endEverywhere(w http.ResponseWriter, r *http.Request) error {
	if err := p.room.EndEverywhere(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	return p.leave(w, r)
}

// keep answers the page that asks for the sign-in to go on; being asked is
// enough.
func (p *pages) keep(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func codeHref(to string) templ.SafeURL {
	if to == "" {
		return "/sign-in/code"
	}
	return templ.URL("/sign-in/code?to=" + escape(to))
}

// signInRows is the list of one's own sign-ins.
func signInRows(ctx context.Context, v ownView) ui.TableProps {
	t := ui.TableProps{ID: "sign-ins", Caption: text.Word(ctx, "account.web.sign_ins"), Columns: []ui.Column{
		{Label: text.Word(ctx, "account.web.agent")}, {Label: text.Word(ctx, "account.web.address"), Priority: 2},
		{Label: text.Word(ctx, "account.web.since"), Priority: 2}, {Label: text.Word(ctx, "account.web.seen")},
	}}
	for _, s := range v.signIns {
		row := ui.Row{ID: s.ID.String(), Title: agentName(ctx, s.Agent), Cells: []templ.Component{
			ui.Text(s.Address), when(ctx, v.now, s.At), when(ctx, v.now, s.SeenAt),
		}, Acts: []ui.Act{{Label: text.Word(ctx, "account.web.end"), Post: "/account/sign-ins/" + s.ID.String() + "/end", Small: true}}}
		if s.ID == v.here.SignIn {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "account.web.this_one"), Tone: ui.Info}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func when(ctx context.Context, now, t calendar.Time) templ.Component {
	zone, lang := calendar.Zone(ctx), text.From(ctx)
	return ui.When(calendar.Relative(now, t, zone, lang), calendar.FormatTime(t, zone, lang))
}
