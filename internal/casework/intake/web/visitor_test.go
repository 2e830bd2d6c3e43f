package web_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
)

// visitor is a browser of somebody whom nobody knows: it keeps cookies and goes where it is sent.
type visitor struct {
	*desk
	cookies map[string]string
	where   string // the page it stands on
	page    string
	status  int
}

func (d *desk) visitor() *visitor {
	d.actor = access.Nobody()
	return &visitor{desk: d, cookies: map[string]string{}}
}

func (v *visitor) carry(method, path, kind, body string) *httptest.ResponseRecorder {
	var jar []string
	for name, value := range v.cookies {
		jar = append(jar, name+"="+value)
	}
	w := v.ask(method, path, "ja", body, kind, "Cookie", strings.Join(jar, "; "))
	for _, c := range w.Result().Cookies() {
		if v.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	v.status, v.page = w.Code, html.UnescapeString(w.Body.String())
	return w
}

func (v *visitor) goes(path string) string {
	v.t.Helper()
	w := v.carry("GET", path, "", "")
	for range 5 {
		if w.Code != http.StatusSeeOther {
			break
		}
		path = w.Header().Get("Location")
		w = v.carry("GET", path, "", "")
	}
	v.where = path
	return v.page
}

// sends posts to the page it stands on, and goes where it is led.
func (v *visitor) sends(pairs ...string) string {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	path, _, _ := strings.Cut(v.where, "?")
	return v.follow(v.carry("POST", path, "application/x-www-form-urlencoded", form.Encode()))
}

func (v *visitor) posts(path string, pairs ...string) string {
	v.t.Helper()
	v.where = path
	return v.sends(pairs...)
}

func (v *visitor) follow(w *httptest.ResponseRecorder) string {
	v.t.Helper()
	if w.Code == http.StatusSeeOther {
		return v.goes(w.Header().Get("Location"))
	}
	return v.page
}

// upload is a file to be sent.
type upload struct{ name, kind, content string }

func (v *visitor) uploads(fields []string, files ...upload) string {
	v.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	for _, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="file"; filename="`+f.name+`"`)
		h.Set("Content-Type", f.kind)
		part, err := m.CreatePart(h)
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write([]byte(f.content))
	}
	_ = m.Close()
	path, _, _ := strings.Cut(v.where, "?")
	return v.follow(v.carry("POST", path, m.FormDataContentType(), body.String()))
}

func (v *visitor) at(path string, says ...string) {
	v.t.Helper()
	if v.where != path {
		v.t.Fatalf("at %s, not %s: %d %.1500s", v.where, path, v.status, v.page)
	}
	v.says(says...)
}

func (v *visitor) says(says ...string) {
	v.t.Helper()
	for _, s := range says {
		if !strings.Contains(v.page, s) {
			v.t.Errorf("%s does not say %q: %d %.3000s", v.where, s, v.status, v.page)
		}
	}
}

func (v *visitor) refused(says ...string) {
	v.t.Helper()
	if v.status != http.StatusUnprocessableEntity {
		v.t.Fatalf("%s answered %d: %.800s", v.where, v.status, v.page)
	}
	v.says(says...)
}

// reports answers all questions of a complaint up to its end.
func (v *visitor) reports() {
	v.t.Helper()
	v.goes("/public/complaint/danger")
	for _, page := range [][]string{
		{"/public/complaint/danger", "in_danger", "false"},
		{"/public/complaint/concern", "allegations", "unsafe_housing"},
		{"/public/complaint/what", "body", "雨漏りの部屋"},
		{"/public/complaint/when", "happened", "春から"},
		{"/public/complaint/where", "address", "港町1-2"},
		{"/public/complaint/who", "about", "まるやま", "frail", "true"},
		{"/public/complaint/others", "more", "yes"},
		{"/public/complaint/others/0", "participants/0/name", "大家", "participants/0/role", "accused"},
		{"/public/complaint/others", "more", "no"},
		{"/public/complaint/name", "discretion", "confidential"},
		{"/public/complaint/you", "reporter/name", "田島よしえ"},
		{"/public/complaint/reach", "reporter/contact", "090-0000-0000", "reporter/safely", "夜は電話しないで"},
	} {
		v.at(page[0])
		v.sends(page[1:]...)
	}
	v.at("/public/complaint/check", "雨漏りの部屋", "大家", "田島よしえ", "夜は電話しないで")
}

func TestAComplaintOneQuestionAPage(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker := d.actor
		v := d.visitor()
		v.goes("/public/complaint")
		v.says("心配なことを届け出る", "110", `href="/public/complaint/danger"`)
		v.goes("/public/complaint/danger")
		v.says("<h1>今、だれかに危険がせまっていますか</h1>", "約10問中1問目")
		v.sends()
		v.refused(`aria-invalid="true"`)
		v.goes("/public/complaint/where") // not begun beyond the first
		v.sends("address", "x")
		v.reports()
		// A change leads back to the end, and Back leads to what was answered.
		v.goes("/public/complaint/what?change")
		v.says("雨漏りの部屋", "/public/complaint/check")
		v.sends("body", "", "change", "1")
		v.refused("aria-invalid")
		v.sends("body", "天井が落ちた", "change", "1")
		v.at("/public/complaint/check", "天井が落ちた")
		v.sends()
		v.at("/public/complaint/receipt", "受け付けました", `data-print`)
		receipt := aReceipt.FindString(v.page)
		v.posts("/public/complaint/check") // pressed twice
		v.at("/public/complaint/receipt", receipt)
		v.goes("/public/complaint")
		if strings.Contains(v.page, "天井") || strings.Contains(v.page, "書きかけ") {
			t.Error("what was sent can be opened again")
		}
		d.actor = worker
		list := d.page("ja", "/desk/intake", "まるやま")
		if strings.Count(list, "まるやま") > 2 {
			t.Error("taken more than once")
		}
		at := regexp.MustCompile(`/desk/intake/complaints/[0-9a-f-]{36}`).FindString(list)
		page := d.page("ja", at, "天井が落ちた", "大家", "春から")
		if strings.Contains(page, "田島") {
			t.Error("the reporter is named")
		}
		d.read("reveal", d.post(at+"/reveal", http.StatusOK), http.StatusOK, "田島よしえ", "夜は電話しないで")
	})
}

func TestAComplaintIsKeptForLater(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v := d.visitor()
		v.goes("/public/complaint/danger")
		v.sends("in_danger", "true")
		v.at("/public/complaint/concern")
		// What is being typed is kept without being checked; what the page does not ask is not taken.
		if v.posts("/public/complaint/keep", "page", "concern", "allegations", "eviction", "channel", "phone"); v.status != http.StatusNoContent {
			t.Fatalf("keep: %d", v.status)
		}
		v.goes("/public/complaint/concern")
		v.says(`value="eviction" checked`)
		v.sends("do", "later", "allegations", "no_income")
		v.at("/public/complaint/kept")
		code := aReceipt.FindString(v.page)
		if code == "" {
			t.Fatal("no code")
		}
		if strings.Contains(v.where, code) {
			t.Error("the code stands in the address")
		}
		v.posts("/public/complaint/leave")
		if len(v.cookies) != 0 {
			t.Errorf("this device still holds %v", v.cookies)
		}
		v.goes("/public/complaint/concern")
		v.at("/public/complaint")

		w := d.visitor() // another device
		for _, wrong := range []string{"0000-0000-0000", "", "x", strings.Repeat("A", 5000)} {
			w.posts("/public/complaint/resume", "code", wrong)
			w.refused("このコードでは続きを開けません")
		}
		w.posts("/public/complaint/resume", "code", strings.ToLower(code))
		w.at("/public/complaint/concern")
		w.says(`value="no_income" checked`)
		w.posts("/public/complaint/forget")
		w.at("/public/complaint")
		w.posts("/public/complaint/resume", "code", code)
		w.refused()
	})
}

func TestGuessingIsSlowed(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v := d.visitor()
		for range 20 {
			v.posts("/public/receipt", "receipt", "0000-0000-0000")
			v.refused("この受付番号は見つかりません")
		}
		w := v.carry("POST", "/public/receipt", "application/x-www-form-urlencoded", "receipt=7K3M-90QX-TB2V")
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
			t.Fatalf("the next try: %d", w.Code)
		}
		v.says("7K3M-90QX-TB2V", "もう一度送る") // what was typed is still there
		v.posts("/public/complaint/resume", "code", "x")
		if v.status != http.StatusTooManyRequests {
			t.Errorf("codes are guessed apart from receipts: %d", v.status)
		}
		v.goes("/public/complaint") // whoever only reads is let through
		if v.status != http.StatusOK {
			t.Errorf("reading: %d", v.status)
		}
	})
}
