package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
)

const keysAtOnce = 100

type keysQuery struct {
	Cursor db.ID `json:"cursor"`
}

// keys lists everybody's keys for administrators and auditors.
func (p *pages) keys(w http.ResponseWriter, r *http.Request) error {
	var q keysQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	keys, err := p.room.Keys(ctx, a, q.Cursor, keysAtOnce)
	if err != nil {
		return err
	}
	owners := make([]db.ID, len(keys))
	for i, k := range keys {
		owners[i] = k.User
	}
	names, err := p.room.NamesOf(ctx, owners)
	if err != nil {
		return err
	}
	table := keyTable(ctx, a, keys, names, "/admin/keys")
	if len(keys) == keysAtOnce {
		table.Pager = &ui.PagerProps{NextHref: "/admin/keys?cursor=" + keys[len(keys)-1].ID.String()}
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "account.web.keys")}, keysPage(table, "/admin/keys", a.Is(access.Administrator)))
}

// ownKeys lists the actor's own.
func (p *pages) ownKeys(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	keys, err := p.room.OwnKeys(ctx, a)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "account.web.keys")}, keysPage(keyTable(ctx, a, keys, nil, "/account/keys"), "/account/keys", true))
}

func keyTable(ctx context.Context, a access.Actor, keys []account.Key, names map[db.ID]text.Pair, at string) ui.TableProps {
	t := ui.TableProps{ID: "keys", Caption: text.Word(ctx, "account.web.keys"), Empty: ui.EmptyProps{Title: text.Word(ctx, "account.web.no_keys")}, Columns: []ui.Column{
		{Label: text.Word(ctx, "account.web.key_name")}, {Label: text.Word(ctx, "account.web.roles"), Priority: 2},
		{Label: text.Word(ctx, "account.web.until")}, {Label: text.Word(ctx, "account.web.status"), Tag: true},
	}}
	for _, k := range keys {
		row := ui.Row{ID: k.ID.String(), Title: k.Name, Sub: names[k.User].In(text.From(ctx)), Muted: k.Status != "active", Cells: []templ.Component{
			ui.Text(roleNames(ctx, k.Roles)), ui.Text(calendar.FormatDay(k.Until.Date(calendar.Zone(ctx)), text.From(ctx))), ui.Tag(keyTag(ctx, k)),
		}}
		for _, x := range account.KeyFlow.Actions(a, k) {
			if x.Blocked == nil {
				row.Acts = append(row.Acts, ui.Act{Label: text.Word(ctx, "step.api_key."+x.Step), Post: at + "/" + k.ID.String() + "/" + x.Step, Small: true})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func keyTag(ctx context.Context, k account.Key) ui.TagProps {
	tag := ui.TagProps{Text: text.Word(ctx, "status.api_key."+k.Status), Tone: ui.OK, Icon: "check"}
	if k.Status != "active" {
		tag.Tone, tag.Icon = ui.Neutral, "x"
	}
	return tag
}

// keysAt is where the pages of keys stand for this request: in set-up or in
// one's own account.
func keysAt(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, "/admin/") {
		return "/admin/keys"
	}
	return "/account/keys"
}

func (p *pages) newKey(w http.ResponseWriter, r *http.Request) error {
	return p.showKeyForm(w, r, nil)
}

func (p *pages) showKeyForm(w http.ResponseWriter, r *http.Request, err error) error {
	ctx, a := r.Context(), access.From(r.Context())
	at := keysAt(r)
	form := ui.FormProps{Action: at}
	page := ui.Page{Title: text.Word(ctx, "step.api_key.create")}
	if err == nil {
		return door.Show(w, r, page, keyForm(form, roleOptions(ctx, a.Roles, nil), at))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return keyForm(form, roleOptions(ctx, a.Roles, nil), at)
	})
}

func (p *pages) createKey(w http.ResponseWriter, r *http.Request) error {
	var in account.KeyInput
	err := door.Form(r, &in)
	if err == nil {
		var k account.NewKey
		if k, err = p.room.CreateKey(r.Context(), access.From(r.Context()), in); err == nil {
			return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "account.web.key")}, oncePage(onceView{
				title: text.Word(r.Context(), "account.web.key"), hint: text.Word(r.Context(), "account.web.key_once"), value: k.Secret, back: keysAt(r),
			}))
		}
	}
	return p.showKeyForm(w, r, err)
}

func (p *pages) revokeKey(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	if _, err := p.room.RevokeKey(r.Context(), access.From(r.Context()), id, 0); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "account.web.revoked")
	return door.See(w, r, keysAt(r))
}
