package door

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// visit is one request on its way through.
type visit struct {
	router  *Router
	route   *Route
	out     *answer
	id      string
	began   time.Time
	actor   access.Actor
	api     bool
	setting Setting
	form    url.Values    // as sent
	typed   url.Values    // as it is drawn again
	body    io.ReadCloser // beneath the limit
	fault   string
}

type visitKey struct{}

// visitOf finds the request's visit. A request that did not come through a router has none: a
// mistake of the program.
func visitOf(r *http.Request) *visit {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok {
		panic("door: the request did not come through a door.Router")
	}
	return v
}

// newRequestID is 50 random bits in letters that can be read out.
func newRequestID() string {
	var b [7]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base32.StdEncoding.EncodeToString(b[:])[:10]
}

// RequestID is the number under which the log knows this request.
func RequestID(r *http.Request) string { return visitOf(r).id }

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// serve takes a request through the lock and to its page.
func (d *Router) serve(route *Route, w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	v.route, v.api = route, route.Kind == "api"
	ctx, cancel := context.WithTimeout(r.Context(), route.timeout)
	defer cancel()
	r = v.speak(r.WithContext(ctx))
	if err := d.enter(v, w, &r); err != nil {
		d.fail(w, r, err)
		return
	}
	if v.out.done() {
		return // sent on to the sign-in, or told to wait
	}
	if err := route.page(w, r); err != nil {
		d.fail(w, r, err)
		return
	}
	d.settle(v, r)
}

// enter is the lock: nothing foreign, nothing too large, somebody whom the route lets in.
func (d *Router) enter(v *visit, w http.ResponseWriter, r **http.Request) error {
	bearer := v.api && strings.HasPrefix((*r).Header.Get("Authorization"), "Bearer ")
	if bearer {
		(*r).Header.Del("Cookie") // a key speaks alone
	} else if unsafe((*r).Method) {
		if err := d.foreign.Check(*r); err != nil {
			return fault.Forbid("fault.csrf").WithCause(err)
		}
	}
	if (*r).ContentLength > v.route.limit && !(v.streams() && (*r).ContentLength <= mostDrained) {
		w.Header().Set("Connection", "close")
		return fault.TooLarge(size(v.route.limit))
	}
	if (*r).Body != nil {
		v.body = (*r).Body
		(*r).Body = http.MaxBytesReader(v.out.ResponseWriter, (*r).Body, v.route.limit)
	}
	if v.route.timeout > MaxTime {
		until := http.NewResponseController(v.out.ResponseWriter)
		_ = until.SetReadDeadline(time.Now().Add(v.route.timeout))  // not every connection has one
		_ = until.SetWriteDeadline(time.Now().Add(v.route.timeout)) // nor this
	}
	if err := v.identify(r); err != nil {
		return err
	}
	if !v.api && unsafe((*r).Method) {
		if err := v.readForm(*r); err != nil {
			return err
		}
	}
	if told, err := d.slow(v, w, *r); told || err != nil {
		return err
	}
	if !v.route.Anyone && !v.actor.Known() {
		return d.askToSignIn(v, w, *r)
	}
	if !v.route.Anyone && !v.actor.Is(v.route.Roles...) {
		return fault.NotFound()
	}
	if unsafe((*r).Method) {
		*r = (*r).WithContext(op.WithKey((*r).Context(), Key(*r)))
	}
	*r = (*r).WithContext(ui.WithWays((*r).Context(), v.leads))
	return nil
}

// streams says that the route is a page that takes files: it may be told what is too large for it
// in a page of its own.
func (v *visit) streams() bool { return !v.api && v.route.limit > MaxBody }

// mostDrained is how much of a form that is too large is read and thrown away, in bytes, so that a
// browser gets to read why it was refused; the connection of a larger one ends at once.
const mostDrained = 256 << 20

// drain reads the rest of a form that is too large.
func (v *visit) drain() {
	_, _ = io.Copy(io.Discard, io.LimitReader(v.body, mostDrained)) // the sender may give up
}

// leads reports whether the actor may take a way from the page: the route behind it lets them in. An address that is
// no route's passes, so that a wrong one is met and mended.
func (v *visit) leads(method, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host != "" {
		return true
	}
	_, pattern := v.router.mux.Handler(&http.Request{Method: method, URL: u})
	route, ok := v.router.byPattern[pattern]
	return !ok || route.Anyone || v.actor.Is(route.Roles...)
}

func (v *visit) identify(r **http.Request) error {
	actor, err := v.router.config.Identify(*r)
	switch {
	case errors.Is(err, fault.KindSignIn) && !v.api:
		actor = access.Nobody()
	case err != nil:
		return err
	}
	v.actor = actor
	*r = (*r).WithContext(access.With((*r).Context(), actor))
	return nil
}

// readForm reads a form that fits in memory; uploads are left for their page to stream.
func (v *visit) readForm(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch {
	case kind == "multipart/form-data" && v.route.limit > MaxBody:
		return nil
	case kind == "multipart/form-data":
		err = r.ParseMultipartForm(MaxBody) //nolint:gosec // the body is bounded in enter
	default:
		err = r.ParseForm()
	}
	if err != nil {
		return unreadable(err, v.route.limit)
	}
	v.form = r.PostForm
	v.typed = v.form
	return nil
}

// unreadable sorts what goes wrong while a body is read.
func unreadable(err error, limit int64) error {
	if _, told := fault.As(err); told {
		return err
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.TooLarge(size(limit)).WithCause(err)
	}
	return fault.Malformed("door.unreadable", err)
}

func size(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }

// Key is the request's idempotency key: the Idempotency-Key header, or the form's hidden field.
// The door has already put it where op looks for it.
func Key(r *http.Request) string {
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		return strings.Trim(key, `"`)
	}
	return visitOf(r).form.Get("idempotency_key")
}

// langCookie keeps the language that somebody chose.
const langCookie = "lang"

// speak finds the language and zone of the answer and keeps a choice of language.
func (v *visit) speak(r *http.Request) *http.Request {
	if v.router.config.Setting != nil {
		v.setting = v.router.config.Setting(r.Context())
	}
	if len(v.setting.Langs) == 0 {
		v.setting.Langs = text.Langs
	}
	ctx := text.With(r.Context(), v.language(r))
	if v.setting.Zone != nil {
		ctx = calendar.WithZone(ctx, v.setting.Zone)
	}
	return r.WithContext(ctx)
}

func (v *visit) language(r *http.Request) text.Lang {
	offered := v.setting.Langs
	if asked := r.URL.Query().Get("lang"); asked != "" {
		if lang, ok := offers(offered, asked); ok {
			if !v.api {
				http.SetCookie(v.out, v.router.Cookie(langCookie, string(lang), 365*24*time.Hour))
			}
			return lang
		}
	}
	if kept, err := r.Cookie(v.router.CookieName(langCookie)); err == nil {
		if lang, ok := offers(offered, kept.Value); ok {
			return lang
		}
	}
	return text.Prefer(r.Header.Get("Accept-Language"), offered...)
}

func offers(offered []text.Lang, asked string) (text.Lang, bool) {
	lang, ok := text.ParseLang(asked)
	if !ok {
		return "", false
	}
	for _, l := range offered {
		if l == lang {
			return l, true
		}
	}
	return "", false
}

// CookieName is the name under which the door keeps a cookie: with the __Host- prefix where the
// base URL is https, which binds it to this very host.
func (d *Router) CookieName(name string) string {
	if d.origin.Scheme == "https" {
		return "__Host-kizuna-" + name
	}
	return "kizuna-" + name
}

// Cookie makes a cookie that scripts cannot read and other sites do not send; age 0 ends with the
// browser, a negative one removes it.
func (d *Router) Cookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: d.CookieName(name), Value: value, Path: "/", HttpOnly: true, //nolint:gosec // Secure follows the base URL: a plain one has no other way
		Secure: d.origin.Scheme == "https", SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
	if age < 0 {
		c.MaxAge = -1
	}
	return c
}

// broke answers a panic: a defect page with the request's number, under which the log has the
// place in the program, but nothing of what was sent.
func (d *Router) broke(v *visit, r *http.Request, p any) {
	what := fmt.Sprintf("%T", p)
	if err, ok := p.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(err)
	}
	d.config.Log.ErrorContext(r.Context(), "panic", "request", v.id, "route", v.pattern(), "what", what, "stack", string(debug.Stack()))
	r = v.speak(r)
	d.fail(v.out, r, fault.Defect(errPanic))
}

var errPanic = errors.New("panic")

func (v *visit) pattern() string {
	if v.route == nil {
		return ""
	}
	return v.route.Pattern
}

func (v *visit) seen(r *http.Request) {
	if v.router.config.Seen == nil {
		return
	}
	v.router.config.Seen(r.Context(), Seen{ID: v.id, Method: r.Method, Pattern: v.pattern(), Status: v.out.status, Bytes: v.out.sent,
		Took: time.Since(v.began), Actor: v.actor.Kind(), Fault: v.fault})
}
