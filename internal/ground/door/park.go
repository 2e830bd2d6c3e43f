package door

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ui"
)

// parkedPath is where a parked form waits.
const parkedPath = "/account/parked/"

// signInHref leads to the sign-in and back to this page.
func signInHref(r *http.Request) string {
	to := r.URL.RequestURI()
	if unsafe(r.Method) {
		to = r.URL.Path
	}
	return signInTo(to)
}

func signInTo(to string) string { return "/sign-in?to=" + url.QueryEscape(to) }

// askToSignIn answers somebody whom the door does not know. Nothing typed is lost: a form is parked
// under the sign-in that ended, or, where no sign-in is known, stays in the page that says so.
func (d *Router) askToSignIn(v *visit, w http.ResponseWriter, r *http.Request) error {
	switch {
	case v.api:
		return fault.SignIn()
	case ui.Swapping(r):
		if !unsafe(r.Method) { // a form that is being filled in stays, and asks when it is sent
			w.Header().Set("HX-Redirect", signInTo(swappedFrom(r)))
		}
		ui.Secure(w.Header())
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	case !unsafe(r.Method):
		return See(w, r, signInHref(r))
	case len(v.form) == 0:
		return fault.SignIn()
	}
	send := draft.Send{Path: r.URL.Path, Fields: withoutSecrets(v.form)}
	if id := d.park(v, r, send); !id.IsZero() {
		return See(w, r, signInTo(parkedPath+id.String()))
	}
	page := ui.Page{Title: word(r, "door.expired.title"), SignedOut: true}
	return show(w, r, http.StatusUnauthorized, page, waiting(send, signInTo("/"), ""))
}

// park keeps a send for the user whose sign-in ended; none where nobody is known, or it fails.
func (d *Router) park(v *visit, r *http.Request, send draft.Send) db.ID {
	var id db.ID
	if d.config.Expired == nil || d.config.Drafts == nil {
		return id
	}
	owner := d.config.Expired(r)
	if owner.IsZero() {
		return id
	}
	err := d.config.Data.Write(r.Context(), func(tx *db.Tx) (err error) {
		id, err = d.config.Drafts.Park(tx, owner, send)
		return err
	})
	if err != nil {
		d.config.Log.ErrorContext(r.Context(), "parking", "request", v.id, "fault", fault.From(err).Error())
		return db.ID{}
	}
	return id
}

// swappedFrom is the page in which a swap was asked for.
func swappedFrom(r *http.Request) string {
	if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && u.Path != "" {
		return Local(u.RequestURI(), "/")
	}
	return "/"
}

// withoutSecrets leaves out what must not be kept, not even encrypted.
func withoutSecrets(form url.Values) url.Values {
	out := url.Values{}
	for name, all := range form {
		if !strings.Contains(name, "password") {
			out[name] = all
		}
	}
	return out
}

// serveParked is the page on which a parked form comes back. Its buttons send it to where it was
// going, as it was or to be looked over first; no script is needed and nothing happens by itself.
func (d *Router) serveParked() {
	d.Page("GET "+parkedPath+"{id}", By(access.UserRoles...), func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil || d.config.Drafts == nil {
			return fault.NotFound()
		}
		actor := access.From(r.Context())
		var send draft.Send
		err = d.config.Data.Read(r.Context(), func(q *db.Reader) (err error) {
			send, err = d.config.Drafts.LoadParked(q, actor.ID, id)
			return err
		})
		if err != nil {
			return err
		}
		page := ui.Page{Title: word(r, "door.parked.title"), Audience: audience(segment(send.Path), actor)}
		return Show(w, r, page, waiting(send, "", id.String()))
	})
}

// hiddenField is one value of a parked form.
type hiddenField struct{ Name, Value string }

func hiddenFields(send draft.Send) []hiddenField {
	var out []hiddenField
	for name, all := range send.Fields {
		for _, value := range all {
			out = append(out, hiddenField{name, value})
		}
	}
	slices.SortStableFunc(out, func(a, b hiddenField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// wordy says that somebody typed something that is worth looking over.
func wordy(send draft.Send) bool {
	for name, all := range send.Fields {
		if !slices.Contains(reserved, name) && strings.Join(all, "") != "" {
			return true
		}
	}
	return false
}
