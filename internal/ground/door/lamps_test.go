package door_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/kizunatest"
)

// lamp is the record of a room that exists in these tests alone: a keeper of lamps.
type lamp struct {
	ID      db.ID         `json:"id"`
	Status  string        `json:"status"`
	Version int64         `json:"version"`
	Title   text.Pair     `json:"title"`
	Lit     calendar.Date `json:"lit"`
	Price   ledger.Money  `json:"price"`
	Secret  string        `json:"-"`
}

type newLamp struct {
	Title text.Pair     `json:"title"`
	Note  string        `json:"note" doc:"What it looks like"`
	Lit   calendar.Date `json:"lit"`
	Price ledger.Money  `json:"price"`
	Count int           `json:"count"`
	Loud  bool          `json:"loud"`
	Kind  kind          `json:"kind"`
	Owner db.ID         `json:"owner_id"`
	Tags  []string      `json:"tags"`
	Names []name        `json:"names"`
}

type kind string

type name struct {
	Family string `json:"family"`
	Given  string `json:"given"`
}

type lampChange struct {
	Version int64          `json:"version"`
	Note    *string        `json:"note"`
	Lit     *calendar.Date `json:"lit"`
}

type lampQuery struct {
	door.Paging
	Q string `json:"q"`
}

type room struct {
	run  *op.Runner
	made int
	kept map[db.ID]lamp
}

func (x *room) create(ctx context.Context, a access.Actor, in newLamp) (lamp, error) {
	var f fault.Fields
	if in.Title.IsZero() {
		f.Add("/title/ja", "fault.required")
	}
	for i, n := range in.Names {
		if n.Family == "" {
			f.Add(fault.At("names", i, "family"), "fault.required")
		}
	}
	if err := f.Err(); err != nil {
		return lamp{}, err
	}
	l := lamp{ID: db.NewID(), Status: "new", Version: 1, Title: in.Title, Lit: in.Lit, Price: in.Price, Secret: "hidden"}
	if x.run == nil {
		x.made++
		x.kept[l.ID] = l
		return l, nil
	}
	return op.Do(ctx, x.run, a, "lamp.create", in, func(*op.Tx) (lamp, error) {
		x.made++
		x.kept[l.ID] = l
		return l, nil
	})
}

func (x *room) get(_ context.Context, _ access.Actor, id db.ID) (lamp, error) {
	l, ok := x.kept[id]
	if !ok {
		return lamp{}, fault.NotFound()
	}
	return l, nil
}

func (x *room) list(_ context.Context, _ access.Actor, q lampQuery) (door.Items[lamp], error) {
	out := door.Items[lamp]{}
	for _, l := range x.kept {
		if strings.Contains(l.Title.JA, q.Q) && len(out.Items) < q.Limit {
			out.Items = append(out.Items, l)
		}
	}
	n := int64(len(x.kept))
	out.Total = &n
	return out, nil
}

func (x *room) change(ctx context.Context, a access.Actor, id db.ID, in lampChange) (lamp, error) {
	l, err := x.get(ctx, a, id)
	if err != nil {
		return l, err
	}
	if in.Version != l.Version {
		return l, fault.Moved(l)
	}
	if in.Lit != nil {
		l.Lit = *in.Lit
	}
	l.Version++
	x.kept[id] = l
	return l, nil
}

func html(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}

func lampForm(r *http.Request, in newLamp, err error) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		fields := []templ.Component{
			ui.TextField(ui.Field{Name: "title/ja", Label: "title"}), ui.TextField(ui.Field{Name: "note", Label: "note"}),
			ui.DateField(ui.Field{Name: "lit", Label: "lit"}),
		}
		for i := range in.Names {
			fields = append(fields, ui.TextField(ui.Field{Name: fault.At("names", i, "family")[1:], Label: "family"}))
		}
		children := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			for _, f := range fields {
				if err := f.Render(ctx, w); err != nil {
					return err
				}
			}
			return nil
		})
		return ui.Form(ui.FormProps{Action: "/desk/lamps", Typed: door.Typed(r), Fault: err}).Render(templ.WithChildren(ctx, children), w)
	})
}

var lamps = door.Resource{Name: "lamps", Doc: "Lamps that somebody keeps"}

// routes registers the room as its web package would.
func (x *room) routes(d *door.Router) {
	staff := door.By(access.Caseworker, access.Supervisor)
	d.Page("GET /desk/lamps", staff, func(w http.ResponseWriter, r *http.Request) error {
		return door.Show(w, r, ui.Page{Title: "Lamps"}, html("<h1>Lamps</h1>"))
	})
	d.Page("GET /desk/lamps/{id}", staff, func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		l, err := x.get(r.Context(), access.From(r.Context()), id)
		if err != nil {
			return err
		}
		return door.Show(w, r, ui.Page{Title: l.Title.JA}, ui.Text(l.Title.JA))
	})
	d.Page("POST /desk/lamps", staff, func(w http.ResponseWriter, r *http.Request) error {
		var in newLamp
		err := door.Form(r, &in)
		if err == nil {
			var made lamp
			if made, err = x.create(r.Context(), access.From(r.Context()), in); err == nil {
				door.ToastUndo(w, r, "/desk/lamps/"+made.ID.String()+"/void", "1", "fault.taken")
				return door.See(w, r, "/desk/lamps/"+made.ID.String())
			}
		}
		return door.Refuse(w, r, err, ui.Page{Title: "Lamps"}, func(err error) templ.Component { return lampForm(r, in, err) })
	})
	d.Page("GET /desk/broken", staff, func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "half a page")
		var m map[string]int
		m["山田太郎"] = 1 //nolint:staticcheck // the panic is what is tested
		return nil
	})
	d.Page("GET /desk/half", staff, func(w http.ResponseWriter, r *http.Request) error {
		return door.Show(w, r, ui.Page{Title: "Half"}, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, strings.Repeat("half a page", 10_000))
			return fault.Unavailable(nil)
		}))
	})
	d.Page("GET /public/hello", door.Anyone, func(w http.ResponseWriter, r *http.Request) error {
		return door.Show(w, r, ui.Page{Title: "Hello"}, html("<h1>"+text.Word(r.Context(), "fault.required")+"</h1>"))
	})
	d.Page("GET /my/home", door.By(access.Resident), func(w http.ResponseWriter, r *http.Request) error {
		return door.Show(w, r, ui.Page{Title: "Mine"}, html("<h1>Mine</h1>"))
	})
	d.Page("POST /desk/files", staff, func(w http.ResponseWriter, r *http.Request) error {
		var in name
		r, file, err := door.Upload(r, &in)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, in.Family+" "+file.Name+" "+string(b)+" "+door.Key(r))
		return err
	}, door.Uploads())

	everyone := door.By(access.Caseworker, access.Resident)
	door.List(d, lamps, everyone, x.list)
	door.Search(d, lamps, everyone, x.list)
	door.Get(d, lamps, everyone, x.get)
	door.Create(d, lamps, door.By(access.Caseworker), x.create)
	door.Patch(d, lamps, door.By(access.Caseworker), x.change)
	door.Step(d, lamps, "light", door.By(access.Caseworker), x.change)
}

// house is a door with the room behind it.
type house struct {
	*door.Router
	room   *room
	log    bytes.Buffer
	seen   []door.Seen
	actors map[string]access.Actor // by the value of the cookie "who" or a bearer key
	asked  int
	worker access.Actor
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{room: &room{kept: map[db.ID]lamp{}}, actors: map[string]access.Actor{}, worker: kizunatest.Staff(access.Caseworker)}
	h.actors["worker"], h.actors["key"] = h.worker, h.worker
	h.actors["resident"] = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
	h.actors["finance"] = kizunatest.Staff(access.FinanceOfficer)
	v := kizunatest.Vault(t)
	c := door.Config{Vault: v, Log: slog.New(slog.NewTextHandler(&h.log, nil)), BaseURL: "http://kizuna.test",
		Identify: h.identify,
		Seen:     func(_ context.Context, s door.Seen) { h.seen = append(h.seen, s) },
	}
	if d != nil {
		h.room.run, _ = kizunatest.Runner(t, d)
		c.Data, c.Drafts = d, draft.New(v, kizunatest.Clock())
		c.Expired = func(r *http.Request) db.ID {
			if c, err := r.Cookie("ended"); err == nil {
				return h.actors[c.Value].ID
			}
			return db.ID{}
		}
	}
	h.Router = door.New(c)
	h.room.routes(h.Router)
	return h
}

func (h *house) identify(r *http.Request) (access.Actor, error) {
	h.asked++
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		a, known := h.actors[key]
		if !known {
			return access.Nobody(), fault.SignIn()
		}
		a.Key = true
		return a, nil
	}
	c, err := r.Cookie("who")
	if err != nil {
		return access.Nobody(), nil //nolint:nilerr // no cookie is nobody
	}
	a, known := h.actors[c.Value]
	if !known {
		return access.Nobody(), fault.SignIn()
	}
	return a, nil
}

// ask sends a request; headers are name, value in turn, and "as" signs in by cookie.
func (h *house) ask(t *testing.T, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://kizuna.test"+target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; name {
		case "as":
			r.AddCookie(&http.Cookie{Name: "who", Value: value})
		case "Host":
			r.Host = value
		default:
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// post sends a form as a page of ours would.
func (h *house) post(t *testing.T, target string, form url.Values, headers ...string) *http.Response {
	t.Helper()
	return h.ask(t, "POST", target, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded",
		"Origin", "http://kizuna.test", "Accept-Language", "en"}, headers...)...)
}

// call sends JSON with a key.
func (h *house) call(t *testing.T, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	return h.ask(t, method, target, body, append([]string{"Content-Type", "application/json", "Authorization", "Bearer key", "Accept-Language", "en"}, headers...)...)
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func status(t *testing.T, res *http.Response, want int) string {
	t.Helper()
	got := read(t, res)
	if res.StatusCode != want {
		t.Errorf("status %d, want %d: %.600s", res.StatusCode, want, got)
	}
	return got
}

func contains(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%q is not in %.4000s", part, body)
		}
	}
}

func lacks(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(body, part) {
			t.Errorf("%q is in %.4000s", part, body)
		}
	}
}

// changeWithout takes a change that names no version.
func (x *room) changeWithout(context.Context, access.Actor, db.ID, name) (lamp, error) {
	return lamp{}, nil
}
