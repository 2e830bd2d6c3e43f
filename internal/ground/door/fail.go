package door

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// refusal is a fault of the request itself that has a status of its own in HTTP.
type refusal struct {
	*fault.Fault
	status int
	key    string // word key of its sentence
}

func (e *refusal) Unwrap() error { return e.Fault }

func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(d.Round(time.Second).Seconds())))
}

// fail answers a fault, once for all pages and calls: a page, or a problem document.
func (d *Router) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitOf(r)
	f, status := fault.From(err), fault.Status(err)
	if own, ok := err.(*refusal); ok { //nolint:errorlint // made here and never wrapped
		g := *f
		g.Key = own.key
		f, status = &g, own.status
	}
	v.fault = f.Kind.String()
	if f.Kind.Ours() {
		d.config.Log.ErrorContext(r.Context(), v.fault, "request", v.id, "route", v.pattern(), "fault", f.Error())
	}
	if !v.out.restart() {
		panic(http.ErrAbortHandler) // half of it is out: the connection must not look whole
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
	}
	if v.api {
		v.problem(w, r, f, status)
		return
	}
	if err := v.faultPage(w, r, f, status); err != nil {
		v.plain(w, f, status)
	}
}

// kindWord is the last part of the keys that name a kind of fault.
func kindWord(k fault.Kind) string { return strings.ReplaceAll(k.String(), " ", "_") }

func (v *visit) faultPage(w http.ResponseWriter, r *http.Request, f *fault.Fault, status int) error {
	props := ui.FaultProps{Err: f}
	if f.Kind == fault.KindDefect {
		props.Ref = v.id
	}
	if f.Kind == fault.KindSignIn {
		props.Acts = []ui.Act{{Label: text.Word(r.Context(), "door.sign_in"), Href: signInHref(r), Kind: ui.Primary}}
	} else {
		props.Acts = []ui.Act{{Label: text.Word(r.Context(), "door.home"), Href: access.Home(v.actor)}}
	}
	page := ui.Page{Title: text.Word(r.Context(), "ui.fault."+kindWord(f.Kind)), Faulty: true}
	if f.Kind.Ours() {
		// The frame may need the very part that failed.
		page.Audience, page.Lang = audience(segment(r.URL.Path), v.actor), text.From(r.Context())
		return ui.Write(w, r, status, page, ui.FaultPage(props))
	}
	if err := show(w, r, status, page, ui.FaultPage(props)); err != nil {
		v.out.restart()
		return ui.Write(w, r, status, page, ui.FaultPage(props))
	}
	return nil
}

// plain is the last resort, when not even the fault page can be drawn.
func (v *visit) plain(w http.ResponseWriter, f *fault.Fault, status int) {
	if !v.out.restart() {
		panic(http.ErrAbortHandler)
	}
	ui.Secure(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(f.Kind.String() + " " + v.id + "\n")) //nolint:gosec // the client went away: nothing to do; plain text of our own
}

// Problem is a fault as the API tells it (RFC 9457).
type Problem struct {
	Type    string            `json:"type" doc:"What kind of fault, as an address in the human documentation"`
	Title   string            `json:"title" doc:"The kind in words"`
	Status  int               `json:"status"`
	Detail  string            `json:"detail" doc:"What happened and what to do"`
	Request string            `json:"request" doc:"Number under which the log knows this request"`
	Fields  map[string]string `json:"fields,omitempty" doc:"JSON pointer of each field to correct, and what is wrong"`
	Sent    json.RawMessage   `json:"sent,omitempty" doc:"412: the change as it was sent"`
	Current any               `json:"current,omitempty" doc:"412: the record as it stands now"`
}

func (v *visit) problem(w http.ResponseWriter, r *http.Request, f *fault.Fault, status int) {
	lang := text.From(r.Context())
	p := Problem{
		Type:    "/api/docs#" + strings.ReplaceAll(kindWord(f.Kind), "_", "-"),
		Title:   text.T(lang, "ui.fault."+kindWord(f.Kind), nil),
		Status:  status,
		Detail:  text.T(lang, f.Key, f.Args),
		Request: v.id,
	}
	if both, ok := f.Moved.(bothVersions); ok {
		p.Sent, p.Current = both.sent, both.current
	}
	if len(f.Fields) > 0 {
		p.Fields = make(map[string]string, len(f.Fields))
		for _, field := range f.Fields {
			if _, twice := p.Fields[field.Pointer]; !twice {
				p.Fields[field.Pointer] = text.T(lang, field.Key, field.Args)
			}
		}
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="kizuna"`)
	}
	apiHeaders(w, lang)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = encode(w, p) // the client went away: nothing to do
}
