package guide_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/ui"
	"kizuna/internal/kizunatest"
)

// lamp is what is asked for in these tests: a lamp, with its bulbs when it has any.
type lamp struct {
	Colour string  `json:"colour,omitempty"`
	Lit    bool    `json:"lit,omitempty"`
	Bulbs  []bulb  `json:"bulbs,omitempty"`
	Photos []photo `json:"photos,omitempty"`
	Keeper string  `json:"keeper,omitempty"` // no page asks it
}

type bulb struct {
	Watt string `json:"watt"`
}

type photo struct {
	Name string `json:"name"`
}

type made struct {
	Number int `json:"number"`
}

type house struct {
	t     *testing.T
	clock *calendar.Fake
	door  *door.Router
	actor access.Actor
	sent  []lamp
	wrong error // what Send answers
	data  *db.DB
}

func build(t *testing.T, data *db.DB, own bool) *house {
	run, clock := kizunatest.Runner(t, data)
	h := &house{t: t, clock: clock, actor: access.Nobody(), data: data}
	h.door = door.New(door.Config{Vault: run.Vault, Data: data, Identify: func(*http.Request) (access.Actor, error) { return h.actor, nil }})
	at, who := "/public/lamp", door.Anyone
	if own {
		at, who = "/my/lamp", door.By(access.Resident)
	}
	field := func(name string) templ.Component { return ui.TextField(ui.Field{Name: name, Label: name}) }
	guide.Mount(h.door, guide.Form[lamp, made]{
		Name: "lamp", At: at, Who: who, Own: own, Word: "guide.begin", Data: data, Drafts: draft.New(run.Vault, clock),
		Questions: []guide.Question[lamp]{
			{Key: "colour", Word: "guide.code", Asks: []string{"colour"}, Must: []string{"colour"}, Fields: func(lamp, int) templ.Component { return field("colour") },
				Answer: func(_ context.Context, in lamp) []string { return []string{in.Colour} }},
			{Key: "lit", Word: "guide.yes", Asks: []string{"lit"}, Fields: func(lamp, int) templ.Component { return field("lit") }},
			{Key: "bulbs", Word: "guide.no", When: func(in lamp) bool { return in.Lit }, Fields: func(_ lamp, row int) templ.Component {
				return field("bulbs/" + string(rune('0'+row)) + "/watt")
			}, Rows: &guide.Rows[lamp]{Name: "bulbs", Word: "guide.change", Any: "guide.yes", More: "guide.no", Most: 2,
				Line: func(_ context.Context, in lamp, row int) string { return in.Bulbs[row].Watt }}},
			{Key: "photos", Word: "guide.print", Fields: func(lamp, int) templ.Component { return field("photos") }, Files: &guide.Files[lamp]{Name: "photos", Most: 2,
				Line: func(_ context.Context, in lamp, row int) string { return in.Photos[row].Name },
				Take: func(_ context.Context, _ lamp, _ url.Values, _ db.ID, f *door.File) (url.Values, error) {
					n, err := io.Copy(io.Discard, f)
					if err == nil && n > 10<<20 {
						err = fault.TooLarge("10 MiB")
					}
					return url.Values{"name": {f.Name}}, err
				}}},
		},
		Check: func(_ context.Context, in *lamp) error {
			var f fault.Fields
			if in.Colour == "invisible" {
				f.Add("/colour", "fault.bad_choice")
			}
			for i, b := range in.Bulbs {
				if b.Watt == "" {
					f.Add(fault.At("bulbs", i)+"/watt", "fault.required")
				}
			}
			return f.Err()
		},
		Begin: func(_ *http.Request, sent url.Values) (url.Values, error) {
			return guide.Values(lamp{Colour: sent.Get("colour"), Keeper: "the keeper"})
		},
		Send: func(_ context.Context, in lamp, _ db.ID) (made, error) {
			if h.wrong != nil {
				return made{}, h.wrong
			}
			h.sent = append(h.sent, in)
			return made{len(h.sent)}, nil
		},
		Done: func(x made) templ.Component { return templ.Raw("<h1>number " + string(rune('0'+x.Number)) + "</h1>") },
	}, guide.Limits{})
	return h
}

// browser keeps cookies and goes where it is sent.
type browser struct {
	*house
	cookies map[string]string
	where   string
	page    string
	status  int
}

func (h *house) browser() *browser { return &browser{house: h, cookies: map[string]string{}} }

func (b *browser) ask(method, path, kind string, body io.Reader) {
	b.t.Helper()
	for range 5 {
		r := httptest.NewRequest(method, path, body)
		r.Header.Set("Accept-Language", "en")
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		b.door.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			}
			if !c.HttpOnly || c.MaxAge > 0 && strings.Contains(c.Name, "draft") {
				b.t.Errorf("cookie %v", c)
			}
		}
		b.where, b.status, b.page = path, w.Code, html.UnescapeString(w.Body.String())
		if w.Code != http.StatusSeeOther {
			return
		}
		method, path, kind, body = "GET", w.Header().Get("Location"), "", nil
	}
}

func (b *browser) goes(path string) { b.t.Helper(); b.ask("GET", path, "", nil) }

func (b *browser) posts(path string, pairs ...string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	b.ask("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (b *browser) at(path string, says ...string) {
	b.t.Helper()
	if b.where != path || b.status >= 500 {
		b.t.Fatalf("at %s (%d), not %s", b.where, b.status, path)
	}
	for _, s := range says {
		if !strings.Contains(b.page, s) {
			b.t.Errorf("%s does not say %q: %.2000s", path, s, b.page)
		}
	}
}

func each(t *testing.T, own bool, f func(h *house)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) { f(build(t, data, own)) })
}

func TestTheWayThroughAndBack(t *testing.T) {
	each(t, false, func(h *house) {
		b := h.browser()
		for _, early := range []string{"/public/lamp/lit", "/public/lamp/check", "/public/lamp/receipt", "/public/lamp/kept", "/public/lamp/photos"} {
			b.goes(early)
			b.at("/public/lamp")
		}
		for _, none := range []string{"/public/lamp/nothing", "/public/lamp/colour/0", "/public/lamp/bulbs/7", "/public/lamp/bulbs/00", "/public/lamp/bulbs/-1"} {
			if b.goes(none); b.status != http.StatusNotFound {
				t.Errorf("%s: %d", none, b.status)
			}
		}
		b.posts("/public/lamp/colour", "colour", "  ")
		b.at("/public/lamp/colour", "aria-invalid")
		b.posts("/public/lamp/colour", "colour", "invisible", "lit", "true", "keeper", "me")
		b.at("/public/lamp/colour", "aria-invalid", `value="invisible"`) // kept although it is wrong
		b.goes("/public/lamp/check")
		b.at("/public/lamp/lit") // answered, but not all
		b.posts("/public/lamp/lit", "lit", "true")
		b.at("/public/lamp/bulbs", "Question 3 of about 4")
		b.posts("/public/lamp/bulbs")
		b.at("/public/lamp/bulbs", "aria-invalid")
		b.posts("/public/lamp/bulbs", "more", "yes")
		b.at("/public/lamp/bulbs/0")
		b.posts("/public/lamp/bulbs/0", "bulbs/0/watt", "")
		b.at("/public/lamp/bulbs/0", "aria-invalid")
		b.posts("/public/lamp/bulbs/0", "bulbs/0/watt", "40", "bulbs/1/watt", "sneaked")
		b.at("/public/lamp/bulbs", "40")
		b.posts("/public/lamp/bulbs/1", "bulbs/1/watt", "60")
		b.at("/public/lamp/bulbs", "60")
		b.posts("/public/lamp/bulbs", "more", "yes") // no room
		b.at("/public/lamp/bulbs", "No more than 2")
		b.posts("/public/lamp/bulbs", "remove", "bulbs/0")
		b.at("/public/lamp/bulbs", "60")
		b.posts("/public/lamp/bulbs", "more", "no")
		b.posts("/public/lamp/photos")
		if b.status != http.StatusBadRequest {
			t.Errorf("a page with files without a stream: %d", b.status)
		}
		b.upload()
		b.at("/public/lamp/check", "/public/lamp/colour?change")
		b.posts("/public/lamp/check")
		b.at("/public/lamp/check", "aria-invalid", `value="invisible"`, `name="change"`) // led to what is wrong
		b.posts("/public/lamp/colour", "colour", "red", "change", "1")
		b.at("/public/lamp/check", "red")
		h.wrong = fault.Conflict("")
		b.posts("/public/lamp/check")
		if b.status != http.StatusConflict {
			t.Errorf("refused: %d", b.status)
		}
		h.wrong = nil
		b.posts("/public/lamp/check")
		b.at("/public/lamp/receipt", "number 1")
		b.posts("/public/lamp/check")
		b.posts("/public/lamp/colour", "colour", "blue")
		b.at("/public/lamp/receipt", "number 1")
		if len(h.sent) != 1 || h.sent[0].Colour != "red" || h.sent[0].Keeper != "" || len(h.sent[0].Bulbs) != 1 || h.sent[0].Bulbs[0].Watt != "60" {
			t.Errorf("sent %+v", h.sent)
		}
		h.clock.Advance(2 * time.Hour)
		b.goes("/public/lamp/receipt")
		b.at("/public/lamp")
	})
}

// upload sends files with the page that takes them.
func (b *browser) upload(sizes ...int) {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("note", "x")
	for _, size := range sizes {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="photos"; filename="a.jpg"`)
		part, err := m.CreatePart(h)
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write(make([]byte, size))
	}
	_ = m.Close()
	b.ask("POST", "/public/lamp/photos", m.FormDataContentType(), &body)
}

func TestFilesThatAreTooMuchAreTold(t *testing.T) {
	each(t, false, func(h *house) {
		b := h.browser()
		b.posts("/public/lamp/colour", "colour", "red")
		b.upload(11 << 20)
		b.at("/public/lamp/photos", "“a.jpg” is too large")
		b.upload(10, 10, 10)
		b.at("/public/lamp/photos", "No more than 2", "a.jpg")
		b.goes("/public/lamp/colour")
		b.at("/public/lamp/colour", `value="red"`)
	})
}

// TestTwoHundredMegabytes speaks to the door over a line: the answer can be read although more is
// sent than is taken.
func TestTwoHundredMegabytes(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		h := build(t, data, false)
		b := h.browser()
		b.posts("/public/lamp/colour", "colour", "red")
		server := httptest.NewServer(h.door)
		t.Cleanup(server.Close)
		const head = "--x\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n"
		const size = 200 << 20
		line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = line.Close() })
		// As a browser does: all of it is written before the answer is read.
		if _, err = fmt.Fprintf(line, "POST /public/lamp/photos HTTP/1.1\r\nHost: a.test\r\nAccept-Language: en\r\nCookie: kizuna-draft-lamp=%s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s",
			b.cookies["kizuna-draft-lamp"], len(head)+size, head); err == nil {
			_, err = io.CopyN(line, zeros{}, size)
		}
		if err != nil {
			t.Fatalf("the line ended before all was sent: %v", err)
		}
		res, err := http.ReadResponse(bufio.NewReader(line), nil)
		if err != nil {
			t.Fatalf("the answer cannot be read: %v", err)
		}
		page, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(string(page)), "too large") {
			t.Errorf("%d %v %.300s", res.StatusCode, err, page)
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestWhatLiesIdleNeedsItsCode(t *testing.T) {
	each(t, false, func(h *house) {
		b := h.browser()
		b.posts("/public/lamp/colour", "colour", "red")
		b.posts("/public/lamp/lit", "do", "later")
		b.at("/public/lamp/kept")
		code := b.cookies["kizuna-draft-lamp"]
		if code == "" || !strings.Contains(b.page, code) {
			t.Fatalf("the code %q is not shown", code)
		}
		h.clock.Advance(5 * time.Hour)
		b.goes("/public/lamp/colour")
		if strings.Contains(b.page, "red") {
			t.Error("a browser that was left open shows the answers")
		}
		b.posts("/public/lamp/resume", "code", code)
		b.at("/public/lamp/lit")
		b.goes("/public/lamp/colour")
		b.at("/public/lamp/colour", `value="red"`)
		h.clock.Advance(31 * 24 * time.Hour)
		b.posts("/public/lamp/resume", "code", code)
		if b.status != http.StatusUnprocessableEntity {
			t.Errorf("after 31 days: %d", b.status)
		}
	})
}

func TestADraftOfOnesOwn(t *testing.T) {
	each(t, true, func(h *house) {
		b := h.browser()
		h.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		anna := h.actor
		b.posts("/my/lamp/begin", "colour", "green")
		b.at("/my/lamp/colour", `value="green"`)
		if len(b.cookies) != 0 {
			t.Errorf("cookies %v", b.cookies)
		}
		h.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		b.goes("/my/lamp/lit")
		b.at("/my/lamp")
		h.actor = anna
		b.posts("/my/lamp/colour", "colour", "green")
		b.posts("/my/lamp/begin", "colour", "white") // what is not sent yet stays
		b.at("/my/lamp", "not sent yet")
		b.goes("/my/lamp/colour")
		b.at("/my/lamp/colour", `value="green"`)
		// A form that waited for a sign-in comes back to be looked over.
		b.posts("/my/lamp/colour", "colour", "blue", "review", "1", "parked", db.NewID().String())
		b.at("/my/lamp/colour", `value="blue"`, `name="parked"`)
		if b.status != http.StatusUnprocessableEntity {
			t.Errorf("looked over: %d", b.status)
		}
		b.posts("/my/lamp/forget")
		b.at("/my/lamp")
		b.goes("/my/lamp/lit")
		b.at("/my/lamp")
	})
}

func TestNothingOfADraftLiesOpen(t *testing.T) {
	each(t, false, func(h *house) {
		b := h.browser()
		b.posts("/public/lamp/colour", "colour", "a-secret-colour")
		err := h.data.Read(t.Context(), func(q *db.Reader) error {
			rows, err := db.All[[]byte](q, "SELECT body FROM draft")
			if len(rows) != 1 || bytes.Contains(rows[0], []byte("secret")) {
				t.Errorf("the draft lies open: %q", rows)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
