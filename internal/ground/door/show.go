package door

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// Show answers a whole page with content inside. Page needs only a Title; audience, language,
// navigation and toast come by themselves.
func Show(w http.ResponseWriter, r *http.Request, page ui.Page, content templ.Component) error {
	return show(w, r, http.StatusOK, page, content)
}

func show(w http.ResponseWriter, r *http.Request, status int, page ui.Page, content templ.Component) error {
	if err := visitOf(r).frame(w, r, &page); err != nil {
		return err
	}
	return ui.Write(w, r, status, page, content)
}

// Render answers a part of a page, for a swap, or any component that is whole by itself.
func Render(w http.ResponseWriter, r *http.Request, part templ.Component) error {
	return ui.WriteFragment(w, r, http.StatusOK, part)
}

// See sends the browser on to a page of ours after a deed.
func See(w http.ResponseWriter, r *http.Request, to string) error {
	ui.Secure(w.Header())
	w.Header().Set("Location", Local(to, "/"))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Local is to where it is an address on this site, otherwise the page to go to instead: an address
// that came from outside must not lead away.
func Local(to, instead string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t\x00") {
		return instead
	}
	return to
}

// Refuse answers a form that could not be taken: the page again, as typed, with what is wrong and
// the fault's status. form is given the fault to show, nil when the press only asked for another
// row. A fault that no correction of the form mends goes back, for the door to answer.
func Refuse(w http.ResponseWriter, r *http.Request, err error, page ui.Page, form func(err error) templ.Component) error {
	r = keepsDraft(r)
	if errors.Is(err, errRedraw) {
		return show(w, r, http.StatusOK, page, form(nil))
	}
	f := fault.From(err)
	switch f.Kind {
	case fault.KindInvalid, fault.KindConflict, fault.KindKeyReuse, fault.KindTooMuch, fault.KindForbidden:
	default:
		return err
	}
	v := visitOf(r)
	v.fault = f.Kind.String()
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
	}
	return show(w, r, fault.Status(err), page, form(err))
}

// Again draws a form that its handler changed by itself, such as with two rows in another order. in
// is what it holds now; its draft and what it showed when it was opened go on.
func Again(w http.ResponseWriter, r *http.Request, in any, page ui.Page, form func(typed url.Values) templ.Component) error {
	v := visitOf(r)
	typed := flat(in, map[string]bool{})
	for _, name := range []string{"draft", "parked", "version", Was} {
		if all, ok := v.form[name]; ok {
			typed[name] = all
		}
	}
	v.typed = typed
	return show(w, keepsDraft(r), http.StatusOK, page, form(typed))
}

// Moved gives the record as the other side left it when err is the conflict of two editors: the
// page then shows both and asks what to keep.
func Moved[R any](err error) (now R, ok bool) {
	if f, is := fault.As(err); is && f.Kind == fault.KindConflict {
		now, ok = f.Moved.(R)
	}
	return now, ok
}

// frame fills in what is the same on every page.
func (v *visit) frame(w http.ResponseWriter, r *http.Request, p *ui.Page) error {
	if p.Audience == "" {
		p.Audience = audience(segment(r.URL.Path), v.actor)
	}
	if p.Lang == "" {
		p.Lang = text.From(r.Context())
	}
	if p.LangHref == "" && len(v.setting.Langs) > 1 {
		p.LangHref = ui.LangHref(r, ui.OtherLang(p.Lang))
	}
	if p.Home == "" {
		p.Home = access.Home(v.actor)
	}
	if p.Toast == nil {
		p.Toast = v.takeToast(w, r)
	}
	if v.router.config.Frame != nil {
		return v.router.config.Frame(r, p)
	}
	return nil
}

// audience is the shell of a first path segment; where that says nothing, or the actor may not
// enter, of the actor's home.
func audience(segment string, a access.Actor) ui.Audience {
	for _, known := range []ui.Audience{ui.Desk, ui.Admin, ui.Portal, ui.My, ui.Public} {
		if may, _ := access.MayEnter(a, segment); may && string(known) == segment {
			return known
		}
	}
	return ui.Audience(strings.TrimPrefix(access.Home(a), "/"))
}

const (
	toastCookie = "toast"
	toastAge    = 2 * time.Minute
)

type toast struct {
	Tone ui.Tone `json:"t"`
	Text string  `json:"s"`
	Undo *undo   `json:"u,omitempty"`
}

type undo struct {
	Post    string `json:"p"`
	Version string `json:"v,omitempty"`
}

// Toast leaves a short word for the next page that is shown; pairs fill its placeholders.
func Toast(w http.ResponseWriter, r *http.Request, tone ui.Tone, key string, pairs ...any) {
	leaveToast(w, r, toast{Tone: tone, Text: text.Word(r.Context(), key, pairs...)})
}

// ToastUndo is Toast with a button that takes the deed back by a POST to an address of ours.
func ToastUndo(w http.ResponseWriter, r *http.Request, post, version, key string, pairs ...any) {
	leaveToast(w, r, toast{Tone: ui.OK, Text: text.Word(r.Context(), key, pairs...), Undo: &undo{Local(post, "/"), version}})
}

// leaveToast seals the toast in a cookie: it may name somebody, and nobody else may write one.
func leaveToast(w http.ResponseWriter, r *http.Request, t toast) {
	d := visitOf(r).router
	plain, err := json.Marshal(t)
	if err != nil || d.config.Vault == nil {
		return // a toast that cannot be kept is not worth a fault
	}
	sealed := base64.RawURLEncoding.EncodeToString(d.config.Vault.Seal(toastCookie, plain))
	if len(sealed) < 3500 {
		http.SetCookie(w, d.Cookie(toastCookie, sealed, toastAge))
	}
}

// takeToast reads the toast that waits, and removes it.
func (v *visit) takeToast(w http.ResponseWriter, r *http.Request) *ui.ToastProps {
	d := v.router
	c, err := r.Cookie(d.CookieName(toastCookie))
	if err != nil || d.config.Vault == nil || ui.Swapping(r) {
		return nil
	}
	http.SetCookie(w, d.Cookie(toastCookie, "", -1))
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	plain, err := d.config.Vault.Unseal(toastCookie, sealed)
	if err != nil {
		return nil
	}
	var t toast
	if json.Unmarshal(plain, &t) != nil {
		return nil
	}
	p := &ui.ToastProps{Text: t.Text, Tone: t.Tone}
	if t.Undo != nil {
		p.Undo = ui.Act{Label: text.Word(r.Context(), "door.undo"), Post: t.Undo.Post, Small: true}
		if t.Undo.Version != "" {
			p.Undo.Fields = map[string]string{"version": t.Undo.Version}
		}
	}
	return p
}
