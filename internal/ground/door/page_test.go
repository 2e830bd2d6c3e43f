package door_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/kizunatest"
)

func TestAFormIsTakenAndToldOnTheNextPage(t *testing.T) {
	h := build(t, nil)
	res := h.post(t, "/desk/lamps", url.Values{"title/ja": {"灯り"}, "lit": {"令和元年5月1日"}, "price": {"１，２００円"}}, "as", "worker")
	status(t, res, 303)
	if h.room.made != 1 {
		t.Fatal("nothing was made")
	}
	where := res.Header.Get("Location")
	var toast string
	for _, c := range res.Cookies() {
		if c.Name == "kizuna-toast" {
			toast = c.Name + "=" + c.Value
		}
	}
	page := status(t, h.ask(t, "GET", where, "", "as", "worker", "Cookie", toast), 200)
	contains(t, page, "灯り", "data-toast", where+"/void")
}

func TestARefusedFormComesBackAsTyped(t *testing.T) {
	h := build(t, nil)
	page := status(t, h.post(t, "/desk/lamps", url.Values{
		"note": {"<script>alert(1)</script> & \"quoted\""}, "lit": {"平成31年5月1日"},
		"names/7/given": {"花子"}, "names/2/family": {""}, "names/9/family": {"山田"},
	}, "as", "worker"), 422)
	contains(t, page, "<form", `value="平成31年5月1日"`, "&lt;script&gt;alert(1)", `aria-invalid="true"`,
		`name="names/0/family"`, `name="names/1/family" type="text" value="山田"`, "#f-lit", "Reiwa")
	lacks(t, page, "<script>alert", "names/2/family")
	if h.room.made != 0 {
		t.Error("made all the same")
	}
	page = status(t, h.post(t, "/desk/lamps", url.Values{"names/5/given": {"花子"}}, "as", "worker"), 422)
	contains(t, page, `href="#f-title-ja"`, `href="#f-names-0-family"`)
}

func TestRowsAreAddedAndRemovedWithoutScript(t *testing.T) {
	h := build(t, nil)
	form := url.Values{"title/ja": {"灯り"}, "lit": {"yesterday-ish"}, "names/0/family": {"山田"}, "names/1/family": {"佐藤"}}
	for _, c := range []struct {
		button, value string
		has, hasNot   []string
	}{
		{"do", "add:names", []string{`name="names/2/family"`, "山田", "佐藤", "yesterday-ish"}, []string{`name="names/3/family"`}},
		{"add", "names", []string{`name="names/2/family"`}, []string{`name="names/3/family"`}},
		{"do", "remove:names/0", []string{`name="names/0/family" type="text" value="佐藤"`}, []string{"山田", `name="names/1/family"`}},
		{"remove", "names/1", []string{"山田"}, []string{"佐藤"}},
	} {
		form[c.button] = []string{c.value}
		page := status(t, h.post(t, "/desk/lamps", form, "as", "worker"), 200)
		form.Del(c.button)
		contains(t, page, c.has...)
		lacks(t, page, append(c.hasNot, "role=\"alert\"")...)
	}
	if h.room.made != 0 {
		t.Error("a press of add made a lamp")
	}
}

func TestWhatIsNotTextIsRefused(t *testing.T) {
	h := build(t, nil)
	for name, form := range map[string]string{
		"broken UTF-8":  "title%2Fja=%ff%fe&note=a",
		"NUL":           "title%2Fja=a%00b",
		"control":       "title%2Fja=a%07b",
		"unknown field": "title%2Fja=a&secret=1",
		"unknown name":  "title%2Fja=a&%ff=1",
		"mass assign":   "title%2Fja=a&status=lit&Secret=x",
		"deep":          "title%2Fja=a&" + strings.Repeat("a%2F", 500) + "=1",
		"giant row":     "title%2Fja=a&names%2F99999999999999999999%2Ffamily=x",
		"row by name":   "title%2Fja=a&names%2Fx%2Ffamily=x",
		"bad number":    "title%2Fja=a&count=many",
		"large number":  "title%2Fja=a&count=99999999999999999999",
		"bad id":        "title%2Fja=a&owner_id=1%27+OR+1",
		"bad box":       "title%2Fja=a&loud=perhaps",
	} {
		res := h.ask(t, "POST", "/desk/lamps", form, "as", "worker", "Content-Type", "application/x-www-form-urlencoded", "Origin", "http://kizuna.test")
		if res.StatusCode != 422 && res.StatusCode != 400 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if h.room.made != 0 {
		t.Error("something was made of it")
	}
	status(t, h.ask(t, "POST", "/desk/lamps", "a=%zz", "as", "worker", "Content-Type", "application/x-www-form-urlencoded"), 400)
	status(t, h.post(t, "/desk/lamps", url.Values{"title/ja": {"𠮷野家の神 🏮"}}, "as", "worker"), 303)
	for _, l := range h.room.kept {
		if l.Title.JA != "𠮷野家の神 🏮" {
			t.Errorf("kept as %q", l.Title.JA)
		}
	}
}

func TestFieldsOfEveryKind(t *testing.T) {
	h := build(t, nil)
	owner := db.NewID()
	var got newLamp
	h.Page("POST /desk/kinds", door.By(access.Caseworker), func(w http.ResponseWriter, r *http.Request) error {
		return door.Form(r, &got)
	})
	status(t, h.post(t, "/desk/kinds", url.Values{
		"title/ja": {" 灯り "}, "title/en": {"Lamp"}, "note": {"one\r\ntwo"}, "lit": {"R1.5.1"}, "price": {"¥12,345"},
		"count": {"１，０００"}, "loud": {"false", "on"}, "kind": {"oil"}, "owner_id": {owner.String()}, "tags": {"b", "", "a"},
		"names/3/family": {"山田"}, "names/10/family": {"佐藤"}, "names/4/family": {"  "}, "idempotency_key": {"k"}, "version": {"3"}, "do": {"save"}, "draft": {"x"}, "lang": {"en"},
	}, "as", "worker"), 200)
	want := newLamp{Title: text.Pair{JA: "灯り", EN: "Lamp"}, Note: "one\ntwo", Lit: "2019-05-01", Price: ledger.Yen(12345), Count: 1000, Loud: true,
		Kind: "oil", Owner: owner, Tags: []string{"b", "a"}, Names: []name{{Family: "山田"}, {Family: "佐藤"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTheLock(t *testing.T) {
	h := build(t, nil)
	missing := status(t, h.ask(t, "GET", "/desk/nothing", "", "as", "worker"), 404)
	for _, c := range []struct {
		as, method, target string
		want               int
	}{
		{"worker", "GET", "/desk/lamps", 200},
		{"worker", "HEAD", "/desk/lamps", 200},
		{"resident", "GET", "/desk/lamps", 404},
		{"finance", "GET", "/desk/lamps", 404},
		{"worker", "GET", "/my/home", 404},
		{"resident", "GET", "/my/home", 200},
		{"nobody known", "GET", "/my/home", 303},
		{"worker", "GET", "/desk/lamps/", 404},
		{"worker", "GET", "/desk//lamps", 404},
		{"worker", "GET", "/desk/../desk/lamps", 404},
		{"worker", "GET", "/desk/lamps/" + db.NewID().String(), 404},
		{"worker", "GET", "/desk/lamps/1%00", 404},
		{"worker", "GET", "/desk/lamps/1/2/3", 404},
		{"worker", "DELETE", "/desk/lamps", 405},
		{"worker", "OPTIONS", "/desk/lamps", 405},
		{"worker", "GET", "/desk/files", 405},
	} {
		res := h.ask(t, c.method, c.target, "", "as", c.as)
		if res.StatusCode != c.want {
			t.Errorf("%s %s as %s: %d, want %d", c.method, c.target, c.as, res.StatusCode, c.want)
		}
		if c.want == 405 && res.Header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", c.method, c.target)
		}
		if body := read(t, res); c.as == "finance" && strings.ReplaceAll(body, "/desk/lamps", "/desk/nothing") != missing {
			t.Errorf("not yours does not look like not there:\n%s\n%s", missing, body)
		}
	}
	if got := h.ask(t, "POST", "/desk/nothing", "").StatusCode; got != 404 {
		t.Errorf("unknown POST: %d", got)
	}
	if got := h.ask(t, "GET", "/desk/files", "").Header.Get("Allow"); got != "POST" {
		t.Errorf("Allow: %s", got)
	}
	h.asked = 0
	h.ask(t, "GET", "/desk/lamps", "", "as", "worker")
	if h.asked != 1 {
		t.Errorf("identified %d times", h.asked)
	}
}

func TestSignInIsAskedForAndFoundAgain(t *testing.T) {
	h := build(t, nil)
	res := h.ask(t, "GET", "/desk/lamps?q=%E5%B1%B1&x=1", "")
	if got := res.Header.Get("Location"); res.StatusCode != 303 || got != "/sign-in?to=%2Fdesk%2Flamps%3Fq%3D%25E5%25B1%25B1%26x%3D1" {
		t.Errorf("%d to %s", res.StatusCode, got)
	}
	res = h.ask(t, "GET", "/desk/lamps", "", "HX-Request", "true", "HX-Current-URL", "http://kizuna.test/desk/x?y=1")
	if res.StatusCode != 401 || res.Header.Get("HX-Redirect") != "/sign-in?to=%2Fdesk%2Fx%3Fy%3D1" {
		t.Errorf("swap: %d %s", res.StatusCode, res.Header.Get("HX-Redirect"))
	}
	res = h.ask(t, "POST", "/desk/lamps", "note=typed", "HX-Request", "true", "HX-Current-URL", "http://kizuna.test/desk/x", "Origin", "http://kizuna.test", "Content-Type", "application/x-www-form-urlencoded")
	if res.StatusCode != 401 || res.Header.Get("HX-Redirect") != "" {
		t.Errorf("a form that is being filled in is left: %d %s", res.StatusCode, res.Header.Get("HX-Redirect"))
	}
	page := status(t, h.post(t, "/desk/lamps", url.Values{"note": {`"typed" <b>`}, "password": {"hunter2"}}), 401)
	contains(t, page, `action="/desk/lamps"`, `value="&#34;typed&#34; &lt;b&gt;"`, "/sign-in?to=")
	lacks(t, page, "hunter2")
	for to, want := range map[string]string{"/desk": "/desk", "//evil": "/x", "https://evil": "/x", `/\evil`: "/x", "": "/x", "/a\r\nb": "/x"} {
		if got := door.Local(to, "/x"); got != want {
			t.Errorf("Local(%q) = %q", to, got)
		}
	}
}

func TestAFormWhoseSignInHadEndedIsGivenBack(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		res := h.post(t, "/desk/lamps", url.Values{"title/ja": {"灯り"}, "lit": {"R1.5.1"}, "price": {"1200"}, "idempotency_key": {"one"}}, "Cookie", "ended=worker")
		status(t, res, 303)
		to, err := url.Parse(res.Header.Get("Location"))
		if err != nil || to.Path != "/sign-in" {
			t.Fatalf("to %v", to)
		}
		parked := to.Query().Get("to")
		status(t, h.ask(t, "GET", parked, "", "as", "finance"), 404)
		page := status(t, h.ask(t, "GET", parked, "", "as", "worker"), 200)
		contains(t, page, `action="/desk/lamps"`, `name="title/ja" value="灯り"`, `value="R1.5.1"`, `name="review"`, `name="idempotency_key" value="one"`)

		id := parked[strings.LastIndexByte(parked, '/')+1:]
		form := url.Values{"title/ja": {"灯り"}, "lit": {"R1.5.1"}, "price": {"1200"}, "idempotency_key": {"one"}, "parked": {id}, "review": {"1"}}
		page = status(t, h.post(t, "/desk/lamps", form, "as", "worker"), 422)
		contains(t, page, `value="灯り"`, `value="R1.5.1"`)
		if h.room.made != 0 {
			t.Error("looking it over sent it")
		}
		form.Del("review")
		status(t, h.post(t, "/desk/lamps", form, "as", "worker"), 303)
		status(t, h.post(t, "/desk/lamps", form, "as", "worker"), 303)
		if h.room.made != 1 {
			t.Errorf("made %d", h.room.made)
		}
		status(t, h.ask(t, "GET", parked, "", "as", "worker"), 404)
	})
}

func TestForeignOriginsAreRefused(t *testing.T) {
	h := build(t, nil)
	form := "title%2Fja=a"
	for _, headers := range [][]string{
		{"Origin", "https://evil.test"},
		{"Origin", "null"},
		{"Origin", "http://kizuna.test.evil"},
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"},
		{"Sec-Fetch-Site", "same-site", "Origin", "http://other.kizuna.test"},
	} {
		headers = append(headers, "as", "worker", "Content-Type", "application/x-www-form-urlencoded")
		status(t, h.ask(t, "POST", "/desk/lamps", form, headers...), 403)
	}
	status(t, h.ask(t, "POST", "/api/v1/lamps", `{"title":{"ja":"a"}}`, "as", "worker", "Origin", "https://evil.test", "Content-Type", "application/json"), 403)
	if h.room.made != 0 {
		t.Error("made all the same")
	}
	status(t, h.ask(t, "POST", "/desk/lamps", form, "Origin", "http://kizuna.test", "Sec-Fetch-Site", "same-origin", "as", "worker", "Content-Type", "application/x-www-form-urlencoded"), 303)
	status(t, h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"a"}}`, "Origin", "https://evil.test"), 201)
	// A key speaks alone: the cookie beside it gives nothing.
	status(t, h.ask(t, "GET", "/api/v1/lamps", "", "as", "worker", "Authorization", "Bearer wrong"), 401)
}

func TestTooMuchIsRefusedBeforeItIsRead(t *testing.T) {
	h := build(t, nil)
	h.worker = kizunatest.Staff()
	for _, c := range []struct{ target, kind string }{
		{"/desk/lamps", "application/x-www-form-urlencoded"},
		{"/desk/lamps", "multipart/form-data; boundary=x"},
		{"/api/v1/lamps", "application/json"},
	} {
		for _, length := range []int64{100 << 20, -1} {
			sent := &endless{left: 100 << 20}
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://kizuna.test"+c.target, sent)
			r.ContentLength = length
			r.Header.Set("Content-Type", c.kind)
			r.AddCookie(&http.Cookie{Name: "who", Value: "worker"})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 413 && !(strings.HasPrefix(c.kind, "multipart") && w.Code == 400) {
				t.Errorf("%s of %d: %d", c.target, length, w.Code)
			}
			if read := 100<<20 - sent.left; read > 2<<20 {
				t.Errorf("%s: %d bytes were read", c.target, read)
			}
		}
	}
}

// endless is a body that would go on for long.
type endless struct{ left int }

func (e *endless) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), e.left)
	for i := range b[:n] {
		b[i] = 'a'
	}
	e.left -= n
	return n, nil
}

func TestLanguage(t *testing.T) {
	h := build(t, nil)
	for _, c := range []struct {
		target, accept, cookie, want string
	}{
		{"/public/hello", "", "", "ja"},
		{"/public/hello", "fr, en-GB;q=0.8, ja;q=0.5", "", "en"},
		{"/public/hello", "en", "ja", "ja"},
		{"/public/hello?lang=en", "ja", "ja", "en"},
		{"/public/hello?lang=xx", "en", "", "en"},
	} {
		headers := []string{"Accept-Language", c.accept}
		if c.cookie != "" {
			headers = append(headers, "Cookie", "kizuna-lang="+c.cookie)
		}
		res := h.ask(t, "GET", c.target, "", headers...)
		page := status(t, res, 200)
		contains(t, page, `lang="`+c.want+`"`)
		if kept := strings.HasSuffix(c.target, "lang=en"); kept != strings.Contains(res.Header.Get("Set-Cookie"), "kizuna-lang=en") {
			t.Errorf("%s: Set-Cookie %q", c.target, res.Header.Get("Set-Cookie"))
		}
	}
}

func TestHeadersOfAPage(t *testing.T) {
	h := build(t, nil)
	res := h.ask(t, "GET", "/desk/lamps", "", "as", "worker")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'self'", "frame-ancestors 'none'")
	if len(res.Header.Get("X-Request-Id")) != 10 {
		t.Error("no request id")
	}
	secure := door.New(door.Config{Vault: kizunatest.Vault(t), BaseURL: "https://kizuna.test"})
	c := secure.Cookie("lang", "ja", 0)
	if c.Name != "__Host-kizuna-lang" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("%+v", c)
	}
}

func TestPagesAreCompressedWhenItPays(t *testing.T) {
	h := build(t, nil)
	plain := h.ask(t, "GET", "/desk/lamps", "", "as", "worker")
	whole := read(t, plain)
	if plain.Header.Get("Content-Length") != strconv.Itoa(len(whole)) {
		t.Error("length is not told")
	}
	res := h.ask(t, "GET", "/desk/lamps", "", "as", "worker", "Accept-Encoding", "br, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") == "" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || string(b) != whole {
		t.Errorf("another page: %v", err)
	}
	if got := h.ask(t, "GET", "/desk/lamps", "", "as", "worker", "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding"); got != "" {
		t.Error("compressed against the reader's will")
	}
	if got := h.call(t, "GET", "/api/v1/lamps", "", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"); got != "" {
		t.Error("a short answer is compressed")
	}
	head := h.ask(t, "HEAD", "/desk/lamps", "", "as", "worker")
	if body := read(t, head); body != "" || head.Header.Get("Content-Length") != strconv.Itoa(len(whole)) {
		t.Errorf("HEAD: %d bytes, length %s", len(body), head.Header.Get("Content-Length"))
	}
}

func TestADefectTellsItsNumberAndNothingElse(t *testing.T) {
	h := build(t, nil)
	res := h.ask(t, "GET", "/desk/broken?q=%E5%B1%B1%E7%94%B0", "", "as", "worker", "Accept-Language", "en")
	page := status(t, res, 500)
	contains(t, page, res.Header.Get("X-Request-Id"), "<h1>")
	lacks(t, page, "half a page", "nil map", "goroutine", "山田")
	contains(t, h.log.String(), res.Header.Get("X-Request-Id"), "nil map", "/desk/broken")
	lacks(t, h.log.String(), "山田", "%E5")

	page = status(t, h.ask(t, "GET", "/desk/half", "", "as", "worker"), 503)
	lacks(t, page, "half a page")
	h.Page("GET /desk/typed", door.By(access.Caseworker), func(http.ResponseWriter, *http.Request) error { panic("山田太郎") })
	status(t, h.ask(t, "GET", "/desk/typed", "", "as", "worker"), 500)
	lacks(t, h.log.String(), "山田")
	last := h.seen[len(h.seen)-1]
	if last.Status != 500 || last.Pattern != "/desk/typed" || last.Actor != "staff" || last.Fault != "defect" || last.Bytes == 0 {
		t.Errorf("%+v", last)
	}
}

func TestAnAnswerThatStreamedAlreadyBreaksOff(t *testing.T) {
	h := build(t, nil)
	h.Page("GET /desk/stream", door.By(access.Caseworker), func(w http.ResponseWriter, r *http.Request) error {
		_, _ = io.WriteString(w, "first")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		return fault.Unavailable(nil)
	})
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("the connection looks whole: %v", err)
		}
	}()
	h.ask(t, "GET", "/desk/stream", "", "as", "worker")
}

func TestUploads(t *testing.T) {
	h := build(t, nil)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, err := range []error{m.WriteField("family", "山田"), m.WriteField("idempotency_key", "k1")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("file", "計画.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("content"))
	_ = m.Close()
	got := status(t, h.ask(t, "POST", "/desk/files", b.String(), "as", "worker", "Content-Type", m.FormDataContentType()), 200)
	if got != "山田 計画.txt content k1" {
		t.Error(got)
	}
	status(t, h.ask(t, "POST", "/desk/files", "--x\r\nnonsense", "as", "worker", "Content-Type", "multipart/form-data; boundary=x"), 400)
}

func TestARouteThatItsDoorDoesNotLetInIsAMistake(t *testing.T) {
	page := func(http.ResponseWriter, *http.Request) error { return nil }
	for pattern, roles := range map[string]door.Roles{
		"GET /desk/x":        door.By(access.Resident),
		"GET /desk/y":        door.Anyone,
		"GET /desk/z":        {},
		"GET /my/x":          door.By(access.Resident, access.Caseworker),
		"GET /nowhere":       door.Anyone,
		"/desk/x":            door.By(access.Caseworker),
		"GET /desk/":         door.By(access.Caseworker),
		"GET /public/{x...}": door.Anyone,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was registered", pattern)
				}
			}()
			door.New(door.Config{}).Page(pattern, roles, page)
		}()
	}
	door.New(door.Config{}).Page("GET /sign-in", door.Anyone, page)
	door.New(door.Config{}).Page("GET /{$}", door.Anyone, page)
}

func TestDoorsThatAreClosed(t *testing.T) {
	d := door.New(door.Config{Doors: []string{"public"}, Vault: kizunatest.Vault(t)})
	(&room{kept: map[db.ID]lamp{}}).routes(d)
	for target, want := range map[string]int{"/public/hello": 200, "/desk/lamps": 404, "/api/v1/lamps": 404, "/api/docs": 404} {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	if len(d.Routes()) < 10 {
		t.Error("closed routes are not listed")
	}
}

func TestADraftIsKeptWhileTypingAndEndsWhenTaken(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.Page("GET /desk/lamp-form", door.By(access.Caseworker), func(w http.ResponseWriter, r *http.Request) error {
			p, err := door.WithDraft(r, ui.FormProps{Action: "/desk/lamps"}, "lamp.new")
			if err != nil {
				return err
			}
			return door.Show(w, r, ui.Page{Title: "New"}, ui.Form(p))
		})
		var look ui.FormProps
		h.Page("GET /desk/look", door.By(access.Caseworker), func(_ http.ResponseWriter, r *http.Request) (err error) {
			look, err = door.WithDraft(r, ui.FormProps{}, "lamp.new")
			return err
		})
		kept := func() url.Values {
			status(t, h.ask(t, "GET", "/desk/look", "", "as", "worker"), 200)
			return look.Typed
		}
		contains(t, status(t, h.ask(t, "GET", "/desk/lamp-form", "", "as", "worker"), 200), `data-draft="/account/drafts/lamp.new"`, `name="draft" value="lamp.new"`)
		typed := url.Values{"title/ja": {"灯"}, "password": {"hunter2"}, "idempotency_key": {"k"}, "draft": {"lamp.new"}}
		status(t, h.post(t, "/account/drafts/lamp.new", typed, "as", "worker"), 204)
		status(t, h.post(t, "/account/drafts/..%2Fx", typed, "as", "worker"), 404)
		if got := kept(); !reflect.DeepEqual(got, url.Values{"title/ja": {"灯"}}) {
			t.Errorf("kept %v", got)
		}
		again := status(t, h.post(t, "/desk/lamps", url.Values{"price": {"x"}, "draft": {"lamp.new"}}, "as", "worker"), 422)
		contains(t, again, `data-draft="/account/drafts/lamp.new"`, `name="draft" value="lamp.new"`)
		lacks(t, status(t, h.post(t, "/desk/lamps", url.Values{"price": {"x"}, "draft": {"../../sign-out"}}, "as", "worker"), 422), "data-draft")
		if kept() == nil {
			t.Error("gone before it was taken")
		}
		status(t, h.post(t, "/desk/lamps", url.Values{"title/ja": {"灯り"}, "draft": {"lamp.new"}}, "as", "worker"), 303)
		if got := kept(); got != nil {
			t.Errorf("still kept: %v", got)
		}
	})
}

func TestNoWayIsDrawnThatEndsBeforeADoor(t *testing.T) {
	h := build(t, nil)
	page := func(http.ResponseWriter, *http.Request) error { return nil }
	h.Page("GET /desk/wicks/{id}/trim", door.By(access.FinanceOfficer), page)
	h.Page("POST /desk/wicks/{id}/light", door.By(access.FinanceOfficer), page)
	h.Page("GET /desk/wicks", door.By(access.Caseworker, access.FinanceOfficer), func(w http.ResponseWriter, r *http.Request) error {
		return door.Show(w, r, ui.Page{Title: "Wicks"}, ui.Buttons([]ui.Act{
			{Label: "trim", Href: "/desk/wicks/7/trim?from=list"}, {Label: "light", Post: "/desk/wicks/7/light"}, {Label: "again", Href: "/desk/wicks"},
			{Label: "else", Href: "/desk/no-route"}, {Label: "stays", Blocked: "not lit"}, {Label: "away", Href: "https://elsewhere.example/"}}))
	})
	body := status(t, h.ask(t, "GET", "/desk/wicks", "", "as", "worker"), 200)
	contains(t, body, ">again", ">else", ">stays", ">away")
	lacks(t, body, "/trim", "/light")
	contains(t, status(t, h.ask(t, "GET", "/desk/wicks", "", "as", "finance"), 200), "/trim?from=list", "/light")
}

func TestATypedDateIsSaidBack(t *testing.T) {
	h := build(t, nil)
	contains(t, status(t, h.ask(t, "GET", "/ui/date?v=R1.5.1", "", "Accept-Language", "en"), 200), "2019")
}
