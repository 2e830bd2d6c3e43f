package web

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
)

type signInForm struct {
	account.SignInInput
	To string `json:"to"`
}

type codeForm struct {
	account.RedeemInput
	To string `json:"to"`
}

func (p *pages) askSignIn(w http.ResponseWriter, r *http.Request) error {
	to := door.Local(r.URL.Query().Get("to"), "")
	if a := access.From(r.Context()); a.Known() {
		return door.See(w, r, homeOr(to, a))
	}
	return door.Show(w, r, signInPage(r.Context()), askSignIn(ui.FormProps{Action: "/sign-in", NoKey: true}, to, p.entrance.Demo))
}

func signInPage(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "account.web.sign_in"), Audience: ui.Public, SignedOut: true}
}

func homeOr(to string, a access.Actor) string {
	if to == "" || to == "/" {
		return access.Home(a)
	}
	return to
}

func (p *pages) signIn(w http.ResponseWriter, r *http.Request) error {
	var in signInForm
	err := door.Form(r, &in)
	if err == nil {
		in.Device = device(r)
		var token string
		if token, err = p.room.SignIn(r.Context(), in.SignInInput); err == nil {
			return p.welcome(w, r, token, in.To)
		}
	}
	return door.Refuse(w, r, err, signInPage(r.Context()), func(err error) templ.Component {
		return askSignIn(ui.FormProps{Action: "/sign-in", NoKey: true, Typed: door.Typed(r), Fault: err}, in.To, p.entrance.Demo)
	})
}

// welcome sets the cookie of a new sign-in and leads on.
func (p *pages) welcome(w http.ResponseWriter, r *http.Request, token, to string) error {
	in, err := p.room.BySignIn(r.Context(), token)
	if err != nil {
		return err
	}
	http.SetCookie(w, p.door.Cookie(signInCookie, token, 0))
	if in.Language != "" {
		http.SetCookie(w, p.door.Cookie("lang", string(in.Language), 365*24*time.Hour))
	}
	return door.See(w, r, homeOr(door.Local(to, ""), in.Actor))
}

func (p *pages) askCode(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, codePage(r.Context()), askCode(ui.FormProps{Action: "/sign-in/code", NoKey: true}, door.Local(r.URL.Query().Get("to"), "")))
}

func codePage(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "account.web.use_code"), Audience: ui.Public, SignedOut: true}
}

func (p *pages) redeem(w http.ResponseWriter, r *http.Request) error {
	var in codeForm
	err := door.Form(r, &in)
	if err == nil {
		in.Device = device(r)
		var token string
		if token, err = p.room.Redeem(r.Context(), in.RedeemInput); err == nil {
			return p.welcome(w, r, token, in.To)
		}
	}
	return door.Refuse(w, r, err, codePage(r.Context()), func(err error) templ.Component {
		return askCode(ui.FormProps{Action: "/sign-in/code", NoKey: true, Typed: door.Typed(r), Fault: err}, in.To)
	})
}

func (p *pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := p.entrance.token(r); token != "" {
		if err := p.room.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	return p.leave(w, r)
}

// leave removes the cookie, and what the browser keeps of pages seen.
func (p *pages) leave(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, p.door.Cookie(signInCookie, "", -1))
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return door.See(w, r, "/sign-in")
}
