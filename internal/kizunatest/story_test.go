package kizunatest

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kizuna/internal/ground/text"
)

var _ = text.Register("story", "story.title\n  ja {n}件のケース\n  en {n|one case|{n} cases}\n")

// office is a small agency: a list of cases, a form, and who has signed in.
type office struct {
	cases []string
	sent  []string
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lang := string(text.Prefer(r.Header.Get("Accept-Language"), text.JA, text.EN))
	show := func(title, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!DOCTYPE html><html lang="%s"><head><title>%s</title><style>.hidden-style{}</style></head><body>%s</body></html>`, lang, title, body)
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /desk/cases":
		var rows strings.Builder
		for i, c := range o.cases {
			fmt.Fprintf(&rows, `<tr><td>%s</td><td><form method=post action="/desk/cases/%d/approve"><button>承認</button></form></td><td><a href="/desk/cases/%d">開く</a></td></tr>`, html.EscapeString(c), i, i)
		}
		show("ケース", fmt.Sprintf(`<h1>%s</h1><p hidden>秘密</p><noscript>JavaScriptなし</noscript><script>notShown()</script>
<ruby>支援<rt>しえん</rt></ruby>員 <a href="/desk/cases/new?from=list">新しいケース</a><table>%s</table>`,
			text.T(text.Lang(lang), "story.title", map[string]any{"n": len(o.cases)}), rows.String()))
	case "GET /desk/cases/new":
		show("新しいケース", `<form method="post" action="/desk/cases" enctype="application/x-www-form-urlencoded">
<input type=hidden name=key value="k-1"><label>姓 <input name="names/0/family" required></label>
<label for=note>メモ</label><textarea id=note name=note></textarea>
<select name=kind><option value="">選ぶ</option><option value=care>保育</option><option value=food disabled>食料</option></select>
<input type=checkbox name=urgent value=yes><label><input type=radio name=by value=mail checked>郵便</label><label><input type=radio name=by value=phone>電話</label>
<fieldset disabled><input name=locked value=1></fieldset><input name=gone value=x form=other>
<button name=do value=draft formaction="/desk/drafts">下書き</button><button name=do value=save>登録する</button></form><form id=other></form>`)
	case "POST /desk/cases", "POST /desk/drafts":
		body, _ := io.ReadAll(r.Body)
		o.sent = append(o.sent, r.URL.Path+" "+string(body)+" "+r.Header.Get("Sec-Fetch-Site")+" "+r.Header.Get("Origin"))
		if r.Header.Get("Sec-Fetch-Site") != "same-origin" {
			http.Error(w, "cross", http.StatusForbidden)
			return
		}
		o.cases = append(o.cases, "山田")
		http.SetCookie(w, &http.Cookie{Name: "__Host-flash", Value: "saved", Path: "/", Secure: true})
		http.Redirect(w, r, fmt.Sprintf("/desk/cases/%d", len(o.cases)-1), http.StatusSeeOther)
	case "GET /desk/upload":
		show("書類", `<form method=post action=/desk/upload enctype=multipart/form-data><input name=why value=a><input type=file name=paper><input type=submit value=送る></form>`)
	case "POST /desk/upload":
		f, h, err := r.FormFile("paper")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b, _ := io.ReadAll(f)
		show("書類", h.Filename+": "+string(b)+" "+r.FormValue("why"))
	case "POST /api/v1/persons":
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `"v1"`)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"p-7","version":9007199254740993,"names":[{"family":"山田"}],"echo":%s,"auth":%q,"match":%q}`, b, r.Header.Get("Authorization"), r.Header.Get("If-Match"))
	default:
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/desk/cases/") {
			flash, _ := r.Cookie("__Host-flash")
			show("山田のケース", fmt.Sprintf("<p>番号 K-0%s</p>%v", strings.TrimPrefix(r.URL.Path, "/desk/cases/"), flash))
			return
		}
		if strings.HasSuffix(r.URL.Path, "/approve") {
			o.sent = append(o.sent, r.URL.Path)
			http.Redirect(w, r, "/desk/cases", http.StatusSeeOther)
			return
		}
		http.Error(w, "not here", http.StatusNotFound)
	}
}

func play(t *testing.T, o *office, script string) error {
	t.Helper()
	s := &Story{Handler: o, Folder: t.TempDir(), Enter: func(p *Person) error {
		p.Header.Set("Authorization", "Bearer "+p.Name)
		return nil
	}, Verbs: map[string]Verb{"lose": func(p *Person, rest string) error {
		o.cases = nil
		return nil
	}}}
	if err := os.WriteFile(filepath.Join(s.Folder, "paper.txt"), []byte("紙"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.Play("day.story", script)
}

func TestAStoryOfTwoPeople(t *testing.T) {
	o := &office{}
	err := play(t, o, `# A caseworker registers a case and a supervisor approves it.
as caseworker
get /desk/cases
see 0件のケース
see @story.title n=0
see JavaScriptなし
see 支援員
not see 秘密
not see notShown
link 新しいケース
title 新しい
fill names/0/family 山田 & 子
fill メモ
  一行目
  二行目
fill kind 保育
tick urgent
tick by 電話
see 保育
keep form from field key
press 登録する
at /desk/cases/*
keep case from path /desk/cases/*
keep number from text 番号 (K-\d+)
see K-0{case}
see {number}
see saved

as supervisor
in en
get /desk/cases
see ja:件のケース en:one case
see @story.title n=1
near 山田
press 承認
at /desk/cases
get /desk/cases/{case}
not see saved

as caseworker
see saved
get /desk/nowhere
status 404
api POST /api/v1/persons {"names": [{"family": "{case}"}],
  "key": "{form}"}
status 201
keep person from $.id
expect $.names[0].family 山田
expect $.names.length 1
expect $.names[family=山田].family 山田
expect $.version 9007199254740993
expect $.echo {"key":"k-1","names":[{"family":"0"}]}
expect $.auth Bearer caseworker
keep etag from header ETag
header If-Match {etag}
api POST /api/v1/persons {}
expect $.match "\"v1\""
see {person}
get /desk/upload
attach paper paper.txt
press 送る
see paper.txt: 紙 a
lose everything
get /desk/cases
see 0件
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/desk/cases key=k-1&names%2F0%2Ffamily=%E5%B1%B1%E7%94%B0+%26+%E5%AD%90&note=%E4%B8%80%E8%A1%8C%E7%9B%AE%0D%0A%E4%BA%8C%E8%A1%8C%E7%9B%AE&kind=care&urgent=yes&by=phone&do=save same-origin https://kizuna.test",
		"/desk/cases/0/approve",
	}
	if strings.Join(o.sent, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(o.sent, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheButtonSaysWhereTheFormGoes(t *testing.T) {
	o := &office{}
	if err := play(t, o, "as a\nget /desk/cases/new\nfill 姓 森\npress 下書き\n"); err != nil {
		t.Fatal(err)
	}
	if len(o.sent) != 1 || !strings.HasPrefix(o.sent[0], "/desk/drafts ") || !strings.Contains(o.sent[0], "do=draft") {
		t.Errorf("sent %v", o.sent)
	}
}

func TestAStoryThatFailsSaysWhere(t *testing.T) {
	begin := "as caseworker\nget /desk/cases\n"
	form := "as caseworker\nget /desk/cases/new\n"
	for script, want := range map[string][]string{
		begin + "see 三件":             {"day.story:3: caseworker: see 三件", `"三件" is not there`, "ケース — /desk/cases (200)", "| 2件のケース"},
		begin + "not see ケース":        {"is there"},
		begin + "press 消す":           {`no button "消す"`, "承認"},
		begin + "press 承認":           {"2 times button"},
		begin + "link 開く":            {"2 times link"},
		begin + "near 誰か\npress 承認":  {"not there to be near"},
		begin + "link nothing":       {"no link", "新しいケース"},
		begin + "see @story.nothing": {"no word for @story.nothing"},
		begin + "see {nobody}":       {"{nobody} was not kept before"},
		begin + "dance":              {`no verb "dance"`},
		begin + "at /desk/*/x":       {"the address is /desk/cases"},
		begin + "status 201":         {"answered 200"},
		begin + "get /desk/nowhere":  {"answered 404", "| not here"},
		begin + "api POST /api/v1/persons {}\nexpect $.names[family=佐藤].family 佐藤": {`no "family=佐藤" among 1`},
		begin + "api POST /api/v1/persons {}\nexpect $.id":                         {"it is \"p-7\""},
		begin + "title Nothing": {`the title is "ケース"`},
		form + "press 登録する":     {"names/0/family is required and empty"},
		form + "fill locked 2":  {"no field locked", "names/0/family"},
		form + "fill key 2":     {"no field key"},
		form + "fill kind food": {`no option "food"`},
		form + "tick by":        {"2 of 2 buttons fit"},
		"get /desk/cases":       {"nobody acts"},
		"  indented":            {"day.story:1: continues nothing"},
	} {
		err := play(t, &office{cases: []string{"山田", "森"}}, script)
		if err == nil {
			t.Errorf("no failure: %s", script)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q is not told of:\n%s\nbut:\n%v", w, script, err)
			}
		}
	}
}

func TestAPanicAndAPersonWhoCannotEnterAreTold(t *testing.T) {
	s := &Story{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })}
	if err := s.Play("x", "as a\nget /"); err == nil || !strings.Contains(err.Error(), "the handler panicked: boom") {
		t.Errorf("%v", err)
	}
	locked := errors.New("locked")
	s = &Story{Handler: &office{}, Enter: func(*Person) error { return locked }}
	if err := s.Play("x", "as a"); !errors.Is(err, locked) {
		t.Errorf("%v", err)
	}
}

// Every page that a story or a page test opens is refused when an id stands twice on it.
func TestIDTwice(t *testing.T) {
	if _, err := readPage(`<section id=needs><div id=needs-list></div></section>`); err != nil {
		t.Error(err)
	}
	if _, err := readPage(`<section id=needs><div id=needs></div></section>`); err == nil || !strings.Contains(err.Error(), `"needs" stands twice`) {
		t.Errorf("a doubled id is told: %v", err)
	}
}
