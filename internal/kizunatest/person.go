package kizunatest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"kizuna/internal/ground/text"
)

// Person is one of a story's people, with a browser of their own.
type Person struct {
	Name   string
	Lang   text.Lang
	Header http.Header // sent with every request, such as Authorization
	Jar    http.CookieJar
	Base   *url.URL

	story        *Story
	client       *http.Client
	once         http.Header // sent with the next request only
	near         string
	files        map[*html.Node]string
	url          *url.URL
	status       int
	answerHeader http.Header
	body         string
	page         *page // nil when the last answer is no HTML
}

func newPerson(s *Story, name string) (*Person, error) {
	base := s.Base
	if base == "" {
		base = "https://kizuna.test"
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &Person{Name: name, Lang: s.Lang, Header: http.Header{}, Jar: jar, Base: u, story: s, once: http.Header{}}
	if p.Lang == "" {
		p.Lang = text.JA
	}
	p.client = &http.Client{Jar: jar, Transport: direct{s.Handler}}
	return p, nil
}

// direct hands a request to the handler without a socket.
type direct struct{ handler http.Handler }

// RoundTrip answers as a server would; a panic is an error with its words.
func (d direct) RoundTrip(r *http.Request) (res *http.Response, err error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	in.Host, in.RemoteAddr = r.URL.Host, "192.0.2.1:40000"
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{HandshakeComplete: true, Version: tls.VersionTLS13}
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the handler panicked: %v", v)
		}
	}()
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, in)
	res = rec.Result()
	res.Request = r
	return res, nil
}

func (p *Person) speak(lang string) error {
	l, ok := text.ParseLang(lang)
	if !ok {
		return fmt.Errorf("%q is no language", lang)
	}
	p.Lang = l
	return nil
}

func (p *Person) header(rest string) error {
	name, value, _ := strings.Cut(rest, " ")
	p.once.Set(name, value)
	return nil
}

// Get opens a page, for Enter and for verbs of a story's own.
func (p *Person) Get(path string) error { return p.get(path) }

// Post sends a form that is on no page, as Enter may to sign in.
func (p *Person) Post(path string, fields url.Values) error {
	u, err := p.Base.Parse(path)
	if err != nil {
		return err
	}
	return p.open(http.MethodPost, u, "application/x-www-form-urlencoded", fields.Encode(), true)
}

// Status is that of the last answer, and Body its text.
func (p *Person) Status() int { return p.status }

// Body is the last answer.
func (p *Person) Body() string { return p.body }

func (p *Person) get(path string) error {
	u, err := p.Base.Parse(path)
	if err != nil {
		return err
	}
	return p.open(http.MethodGet, u, "", "", false)
}

// open loads a page as a browser does, following redirects.
func (p *Person) open(method string, u *url.URL, kind, body string, fromHere bool) error {
	r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		return err
	}
	h := r.Header
	h.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	h.Set("Sec-Fetch-Mode", "navigate")
	h.Set("Sec-Fetch-Dest", "document")
	h.Set("Sec-Fetch-User", "?1")
	h.Set("Sec-Fetch-Site", "none")
	if fromHere {
		h.Set("Sec-Fetch-Site", "same-origin")
		if p.url != nil {
			h.Set("Referer", p.url.String())
		}
	}
	if method != http.MethodGet {
		h.Set("Origin", p.Base.Scheme+"://"+p.Base.Host)
		h.Set("Content-Type", kind)
	}
	p.client.CheckRedirect = nil
	return p.send(r)
}

func (p *Person) api(rest string) error {
	method, rest, _ := strings.Cut(rest, " ")
	end := strings.IndexAny(rest, " \n")
	path, body := rest, ""
	if end >= 0 {
		path, body = rest[:end], strings.TrimSpace(rest[end:])
	}
	u, err := p.Base.Parse(path)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return p.send(r)
}

func (p *Person) send(r *http.Request) error {
	r.Header.Set("Accept-Language", string(p.Lang))
	for _, from := range []http.Header{p.Header, p.once} {
		for name, values := range from {
			r.Header[name] = values
		}
	}
	p.once, p.near = http.Header{}, ""
	res, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	p.url, p.status, p.answerHeader, p.body, p.page, p.files = res.Request.URL, res.StatusCode, res.Header, string(b), nil, map[*html.Node]string{}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		p.page, err = readPage(p.body)
	}
	return err
}

func (p *Person) answered(rest string) error {
	if want, err := strconv.Atoi(rest); err != nil || want != p.status {
		return fmt.Errorf("answered %d", p.status)
	}
	return nil
}

// match holds the address against a pattern and gives what the stars stand for.
func (p *Person) match(pattern string) ([]string, error) {
	if p.url == nil {
		return nil, errNoPage
	}
	here := p.url.Path
	if strings.Contains(pattern, "?") {
		here = p.url.RequestURI()
	}
	want, got := strings.Split(pattern, "/"), strings.Split(here, "/")
	if len(want) != len(got) {
		return nil, fmt.Errorf("the address is %s", here)
	}
	var stars []string
	for i, part := range want {
		switch {
		case part == "*" && got[i] != "":
			stars = append(stars, got[i])
		case part != got[i]:
			return nil, fmt.Errorf("the address is %s", here)
		}
	}
	return stars, nil
}

func (p *Person) at(pattern string) error {
	_, err := p.match(pattern)
	return err
}

var errNoPage = errors.New("no page is open")

func (p *Person) text() string {
	if p.page != nil {
		return p.page.text
	}
	return p.body
}

func (p *Person) see(rest string) error    { return p.look(rest, true) }
func (p *Person) notSee(rest string) error { return p.look(rest, false) }

func (p *Person) look(rest string, want bool) error {
	if p.status == 0 {
		return errNoPage
	}
	words, err := p.say(rest)
	if err != nil {
		return err
	}
	if words = oneLine(words); words == "" {
		return errors.New("see what?")
	}
	if strings.Contains(oneLine(p.text()), words) == want {
		return nil
	}
	if want {
		return fmt.Errorf("%q is not there", words)
	}
	return fmt.Errorf("%q is there", words)
}

func (p *Person) titled(rest string) error {
	words, err := p.say(rest)
	if err != nil || p.page == nil {
		return errors.Join(err, errNoPage)
	}
	if !strings.Contains(p.page.title, words) {
		return fmt.Errorf("the title is %q", p.page.title)
	}
	return nil
}

func (p *Person) link(rest string) error {
	words, err := p.say(rest)
	if err != nil || p.page == nil {
		return errors.Join(err, errNoPage)
	}
	n, err := p.page.pick("link", words, p.near, p.page.links())
	if err != nil {
		return err
	}
	u, err := p.url.Parse(attr(n, "href"))
	if err != nil {
		return err
	}
	return p.open(http.MethodGet, u, "", "", u.Host == p.url.Host)
}

// controls finds the fields with a name or label; hidden ones only when asked.
func (p *Person) controls(field string, hidden bool) ([]*html.Node, error) {
	if p.page == nil {
		return nil, errNoPage
	}
	field, err := p.say(strings.Trim(field, `"`))
	if err != nil {
		return nil, err
	}
	found := p.page.controls(field, hidden)
	if len(found) == 0 {
		return nil, fmt.Errorf("no field %s; there are: %s", field, strings.Join(p.page.names(), ", "))
	}
	return found, nil
}

// fieldAndValue splits "names/0/family 山田" and `"Family name" Yamada`.
func fieldAndValue(rest string) (field, value string) {
	if strings.HasPrefix(rest, `"`) {
		if end := strings.Index(rest[1:], `"`); end >= 0 {
			return rest[:end+2], strings.TrimSpace(rest[end+2:])
		}
	}
	end := strings.IndexAny(rest, " \n")
	if end < 0 {
		return rest, ""
	}
	return rest[:end], strings.TrimSpace(rest[end:])
}

func (p *Person) fill(rest string) error {
	field, value := fieldAndValue(rest)
	found, err := p.controls(field, false)
	if err != nil {
		return err
	}
	if value, err = p.say(value); err != nil {
		return err
	}
	for _, n := range found {
		if err := fillIn(n, value); err != nil {
			return err
		}
	}
	p.page.refresh()
	return nil
}

func (p *Person) tick(rest string, on bool) error {
	field, value := fieldAndValue(rest)
	found, err := p.controls(field, false)
	if err != nil {
		return err
	}
	if value, err = p.say(value); err != nil {
		return err
	}
	return p.page.tick(found, value, on)
}

func (p *Person) attach(rest string) error {
	field, file := fieldAndValue(rest)
	found, err := p.controls(field, false)
	if err != nil {
		return err
	}
	if attr(found[0], "type") != "file" {
		return fmt.Errorf("%s takes no file", field)
	}
	p.files[found[0]] = filepath.Join(p.story.Folder, filepath.FromSlash(file))
	return nil
}

func (p *Person) press(rest string) error {
	words, err := p.say(rest)
	if err != nil {
		return err
	}
	if p.page == nil {
		return errNoPage
	}
	button, err := p.page.pick("button", words, p.near, p.page.buttons())
	if err != nil {
		return err
	}
	form := p.page.formOf(button)
	if form == nil {
		return errors.New("the button belongs to no form")
	}
	if err := p.page.refused(form, button, p.files); err != nil {
		return err
	}
	own := func(name string) string {
		if has(button, "form"+name) {
			return attr(button, "form"+name)
		}
		return attr(form, name)
	}
	u, err := p.url.Parse(own("action"))
	if err != nil {
		return err
	}
	fields := p.page.fields(form, button)
	if !strings.EqualFold(own("method"), "post") {
		u.RawQuery = encode(fields)
		return p.open(http.MethodGet, u, "", "", true)
	}
	if own("enctype") == "multipart/form-data" {
		kind, body, err := p.multipart(fields)
		if err != nil {
			return err
		}
		return p.open(http.MethodPost, u, kind, body, true)
	}
	return p.open(http.MethodPost, u, "application/x-www-form-urlencoded", encode(fields), true)
}

// encode keeps the order of the page, as browsers do.
func encode(fields []formField) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(f.name) + "=" + url.QueryEscape(f.value))
	}
	return b.String()
}

func (p *Person) multipart(fields []formField) (kind, body string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		if f.file == nil {
			if err := w.WriteField(f.name, f.value); err != nil {
				return "", "", err
			}
			continue
		}
		var content []byte
		path := p.files[f.file]
		if path != "" {
			if content, err = os.ReadFile(path); err != nil {
				return "", "", err
			}
			path = filepath.Base(path)
		}
		h := textproto.MIMEHeader{"Content-Type": {"application/octet-stream"}}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, f.name, path))
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			return "", "", err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), b.String(), err
}

// describe is the last answer as a failure shows it.
func (p *Person) describe() string {
	if p.url == nil {
		return "    (no page is open)"
	}
	const most = 60
	title, lines := "(no HTML)", strings.Split(p.text(), "\n")
	if p.page != nil {
		title = p.page.title
	}
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	for i, l := range lines {
		if r := []rune(l); len(r) > 200 {
			lines[i] = string(r[:200]) + "…"
		}
	}
	return fmt.Sprintf("    %s — %s (%d)\n    | %s", title, p.url.RequestURI(), p.status, strings.Join(lines, "\n    | "))
}
