package door

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// draftPath is where a form's script keeps what is being typed.
const draftPath = "/account/drafts/"

// draftName is which form of which record: "person.new", "case.note.<id>".
var draftName = regexp.MustCompile(`^[a-z0-9._-]{1,120}$`)

// WithDraft lets a form keep what is being typed on the server, under a name such as "person.new",
// and brings back what was kept before, unless the form is being drawn again as typed. The draft
// ends when the form was taken: answered with See.
func WithDraft(r *http.Request, p ui.FormProps, name string) (ui.FormProps, error) {
	v := visitOf(r)
	d := v.router
	if d.config.Drafts == nil || !v.actor.Known() {
		return p, nil
	}
	if !draftName.MatchString(name) {
		panic("door: " + name + " is no name of a draft")
	}
	p.Draft = draftPath + name
	hidden := map[string]string{"draft": name}
	for field, value := range p.Hidden {
		hidden[field] = value
	}
	p.Hidden = hidden
	if p.Typed != nil {
		return p, nil
	}
	kept, ok := draft.Draft{}, false
	err := d.config.Data.Read(r.Context(), func(q *db.Reader) (err error) {
		kept, ok, err = d.config.Drafts.Load(q, v.actor.ID, name)
		return err
	})
	if err != nil || !ok {
		return p, err
	}
	var typed url.Values
	if err := json.Unmarshal(kept.Body, &typed); err != nil {
		return p, fault.Defect(err)
	}
	p.Typed = typed
	p.SavedAt = calendar.FormatTime(kept.At, calendar.Zone(r.Context()), text.From(r.Context()))
	return p, nil
}

// keepsDraft lets the form of a request that could not be taken go on saving its draft.
func keepsDraft(r *http.Request) *http.Request {
	v := visitOf(r)
	name := v.form.Get("draft")
	if v.router.config.Drafts == nil || !v.actor.Known() || !draftName.MatchString(name) {
		return r
	}
	return r.WithContext(ui.WithDraft(r.Context(), draftPath+name))
}

// serveDrafts takes what a form's script sends while somebody types.
func (d *Router) serveDrafts() {
	d.Page("POST "+draftPath+"{form}", By(access.UserRoles...), func(w http.ResponseWriter, r *http.Request) error {
		v, name := visitOf(r), r.PathValue("form")
		if d.config.Drafts == nil || !draftName.MatchString(name) {
			return fault.NotFound()
		}
		typed := withoutSecrets(v.form)
		for _, own := range []string{"idempotency_key", "draft", "parked", "review", "do", "add", "remove"} {
			typed.Del(own)
		}
		body, err := json.Marshal(typed)
		if err != nil {
			return fault.Defect(err)
		}
		err = d.config.Data.Write(r.Context(), func(tx *db.Tx) error {
			_, err := d.config.Drafts.Save(tx, v.actor.ID, name, body)
			return err
		})
		if err != nil {
			return err
		}
		ui.Secure(w.Header())
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// settle ends the draft and the parked send of a form that was taken.
func (d *Router) settle(v *visit, r *http.Request) {
	if d.config.Drafts == nil || v.out.status != http.StatusSeeOther || !v.actor.Known() {
		return
	}
	name := v.form.Get("draft")
	parked, err := db.ParseID(v.form.Get("parked"))
	if err != nil && name == "" {
		return
	}
	err = d.config.Data.Write(r.Context(), func(tx *db.Tx) error {
		if name != "" {
			if err := d.config.Drafts.Drop(tx, v.actor.ID, name); err != nil {
				return err
			}
		}
		if parked.IsZero() {
			return nil
		}
		return d.config.Drafts.DropParked(tx, v.actor.ID, parked)
	})
	if err != nil { // it expires by itself
		d.config.Log.ErrorContext(r.Context(), "draft", "request", v.id, "fault", fault.From(err).Error())
	}
}
