package door_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/kizunatest"
)

type problem struct {
	Type, Title, Detail, Request string
	Status                       int
	Fields                       map[string]string
	Sent, Current                map[string]any
}

func problemOf(t *testing.T, res *http.Response, want int) problem {
	t.Helper()
	if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %s", got)
	}
	var p problem
	if err := json.Unmarshal([]byte(status(t, res, want)), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != want || p.Title == "" || p.Detail == "" || p.Request == "" || !strings.HasPrefix(p.Type, "/api/docs#") {
		t.Errorf("%+v", p)
	}
	return p
}

func TestARecordThroughTheAPI(t *testing.T) {
	h := build(t, nil)
	res := h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"灯り"},"lit":"2019-05-01","price":{"amount":"1234","currency":"JPY"},"names":[{"family":"山田"}],"loud":true,"count":3}`)
	body := status(t, res, 201)
	contains(t, body, `"price":{"amount":"1234","currency":"JPY"}`, `"lit":"2019-05-01"`, `"title":{"ja":"灯り","en":""}`)
	lacks(t, body, "hidden")
	where := res.Header.Get("Location")
	if !strings.HasPrefix(where, "/api/v1/lamps/") || res.Header.Get("ETag") != `"1"` {
		t.Fatalf("%s %s", where, res.Header.Get("ETag"))
	}
	if got := status(t, h.call(t, "GET", where, ""), 200); got != body {
		t.Errorf("got another: %s", got)
	}
	status(t, h.call(t, "GET", "/api/v1/lamps/"+db.NewID().String(), ""), 404)
	status(t, h.call(t, "GET", "/api/v1/lamps/nonsense", ""), 404)

	status(t, h.call(t, "PATCH", where, `{"lit":null}`), 428)
	status(t, h.call(t, "PATCH", where, `{"lit":null}`, "If-Match", "*"), 428)
	status(t, h.call(t, "PATCH", where, `{"lit":null}`, "If-Match", `"x"`), 400)
	res = h.call(t, "PATCH", where, `{"lit":null}`, "If-Match", `"1"`)
	contains(t, status(t, res, 200), `"lit":null`, `"version":2`)
	if res.Header.Get("ETag") != `"2"` {
		t.Error(res.Header.Get("ETag"))
	}
	p := problemOf(t, h.call(t, "PATCH", where, `{"lit":"2020-01-01"}`, "If-Match", `"1"`), 412)
	if p.Sent["lit"] != "2020-01-01" || p.Current["version"] != 2.0 || p.Current["Secret"] != nil {
		t.Errorf("%+v", p)
	}
	status(t, h.call(t, "POST", where+"/light", `{"lit":"2020-01-01"}`), 428)
	status(t, h.call(t, "POST", where+"/light", `{"lit":"2020-01-01"}`, "If-Match", `"2"`), 200)
	status(t, h.call(t, "POST", where+"/light", ``, "If-Match", `"3"`), 200)
}

func TestLists(t *testing.T) {
	h := build(t, nil)
	if got := status(t, h.call(t, "GET", "/api/v1/lamps", ""), 200); got != `{"items":[],"next":null}`+"\n" {
		t.Error(got)
	}
	for _, title := range []string{"赤い灯り", "青い灯り"} {
		status(t, h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"`+title+`"}}`), 201)
	}
	contains(t, status(t, h.call(t, "GET", "/api/v1/lamps?q=%E8%B5%A4&total=true", ""), 200), "赤い灯り", `"total":2`)
	contains(t, status(t, h.call(t, "POST", "/api/v1/lamps/search", `{"q":"青","limit":5}`), 200), "青い灯り")
	for _, bad := range []string{"limit=201", "limit=-1", "limit=x", "unknown=1", "q=%ff"} {
		problemOf(t, h.call(t, "GET", "/api/v1/lamps?"+bad, ""), 422)
	}
}

func TestFaultsOfACall(t *testing.T) {
	h := build(t, nil)
	for _, c := range []struct {
		body    string
		want    int
		pointer string
	}{
		{`{"title":{"ja":""},"names":[{"given":"x"}]}`, 422, "/names/0/family"},
		{`{"title":{"ja":"a"},"secret":"x"}`, 422, "/secret"},
		{`{"title":{"ja":"a"},"Note":"x"}`, 422, "/Note"},
		{`{"title":{"ja":"a"},"status":"lit","id":"x"}`, 422, "/status"},
		{`{"title":{"ja":"a"},"names":[{"family":"a","x":1}]}`, 422, "/names/0/x"},
		{`{"title":{"ja":"a","zz-":"b"}}`, 422, "/title/zz-"},
		{`{"title":{"ja":"a"},"lit":"令和元年"}`, 422, "/lit"},
		{`{"title":{"ja":"a"},"lit":20190501}`, 422, "/lit"},
		{`{"title":{"ja":"a"},"count":"3"}`, 422, "/count"},
		{`{"title":{"ja":"a"},"count":3.5}`, 422, "/count"},
		{`{"title":{"ja":"a"},"count":1e400}`, 422, "/count"},
		{`{"title":{"ja":"a"},"loud":"yes"}`, 422, "/loud"},
		{`{"title":{"ja":"a"},"tags":"x"}`, 422, "/tags"},
		{`{"title":{"ja":"a"},"names":{"0":{}}}`, 422, "/names"},
		{`{"title":{"ja":"a"},"note":["x"]}`, 422, "/note"},
		{`{"title":{"ja":"a"},"note":"a\u0000b"}`, 422, "/note"},
		{`{"title":{"ja":"a"},"note":"\ud800"}`, 422, "/note"},
		{`{"title":{"ja":"a"},"note":"x","note":"y"}`, 422, "/note"},
		{`{"title":{"ja":"a"},"owner_id":"1"}`, 422, "/owner_id"},
		{`{"title":{"ja":"a"},"price":{"amount":"1.5","currency":"JPY"}}`, 422, "/price/amount"},
		{`{"title":{"ja":"a"},"price":{"amount":1,"currency":"JPY"}}`, 422, "/price/amount"},
		{"{\"title\":{\"ja\":\"\xff\"}}", 400, ""},
		{`{"title":`, 400, ""},
		{`[]`, 400, ""},
		{`{} {}`, 400, ""},
		{strings.Repeat(`{"a":`, 100_000), 400, ""},
		{strings.Repeat(`[`, 500_000) + strings.Repeat(`]`, 500_000), 400, ""},
	} {
		p := problemOf(t, h.call(t, "POST", "/api/v1/lamps", c.body), c.want)
		if c.pointer != "" && p.Fields[c.pointer] == "" {
			t.Errorf("%.80s: %v", c.body, p.Fields)
		}
	}
	if h.room.made != 0 {
		t.Error("something was made")
	}
	many := problemOf(t, h.call(t, "POST", "/api/v1/lamps", `{"a":0`+strings.Repeat(`,"b":1`, 50_000)+`}`), 422)
	if len(many.Fields) > 100 {
		t.Errorf("%d fields", len(many.Fields))
	}
	ja := problemOf(t, h.ask(t, "POST", "/api/v1/lamps", `{}`, "Authorization", "Bearer key", "Content-Type", "application/json", "Accept-Language", "ja"), 422)
	if ja.Fields["/title/ja"] != "入力してください。" {
		t.Errorf("%+v", ja)
	}
	status(t, h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"<script>"},"note":null,"names":null}`), 201)
	contains(t, status(t, h.call(t, "GET", "/api/v1/lamps", ""), 200), `\u003cscript\u003e`)
}

func TestOnlyJSONIsRead(t *testing.T) {
	h := build(t, nil)
	problemOf(t, h.ask(t, "POST", "/api/v1/lamps", `{"title":{"ja":"a"}}`, "Authorization", "Bearer key", "Content-Type", "text/plain"), 415)
	problemOf(t, h.ask(t, "POST", "/api/v1/lamps", `{"title":{"ja":"a"}}`, "Authorization", "Bearer key"), 415)
}

func TestTheAPIsLock(t *testing.T) {
	h := build(t, nil)
	res := h.ask(t, "GET", "/api/v1/lamps", "")
	problemOf(t, res, 401)
	if res.Header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	problemOf(t, h.ask(t, "GET", "/api/v1/lamps", "", "as", "finance"), 404)
	problemOf(t, h.ask(t, "POST", "/api/v1/lamps", "{}", "as", "resident"), 404)
	problemOf(t, h.ask(t, "GET", "/api/v1/nothing", ""), 404)
	res = h.call(t, "DELETE", "/api/v1/lamps", "")
	problemOf(t, res, 405)
	if got := res.Header.Get("Allow"); got != "GET, HEAD, POST" {
		t.Error(got)
	}
	status(t, h.ask(t, "GET", "/api/v1/lamps", "", "as", "worker"), 200)
}

func TestOneKeyDoesOneThing(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		first := h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"灯り"},"price":{"amount":"1200","currency":"JPY"}}`, "Idempotency-Key", "one")
		want := status(t, first, 201)
		again := h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"灯り"},"price":{"amount":"1200","currency":"JPY"}}`, "Idempotency-Key", "one")
		if got := status(t, again, 201); got != want || again.Header.Get("Location") != first.Header.Get("Location") || h.room.made != 1 {
			t.Errorf("made %d: %s, %s", h.room.made, want, got)
		}
		problemOf(t, h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"別の灯り"}}`, "Idempotency-Key", "one"), 422)
		problemOf(t, h.call(t, "POST", "/api/v1/lamps", `{"title":{"ja":"灯り"},"price":{"amount":"1200","currency":"JPY"}}`, "Idempotency-Key", strings.Repeat("x", 200)), 422)

		form := map[string][]string{"title/ja": {"灯り"}, "price": {"1,200"}, "idempotency_key": {"two"}}
		one := h.post(t, "/desk/lamps", form, "as", "worker")
		two := h.post(t, "/desk/lamps", form, "as", "worker")
		if one.StatusCode != 303 || one.Header.Get("Location") != two.Header.Get("Location") || h.room.made != 2 {
			t.Errorf("%d %s, %s: made %d", one.StatusCode, one.Header.Get("Location"), two.Header.Get("Location"), h.room.made)
		}
	})
}

func TestTheSpecification(t *testing.T) {
	h := build(t, nil)
	spec := status(t, h.ask(t, "GET", "/api/openapi.json", ""), 200)
	kizunatest.Golden(t, "testdata/openapi.json", spec)
	page := status(t, h.ask(t, "GET", "/api/docs", "", "Accept-Language", "en"), 200)
	contains(t, page, "/api/v1/lamps/{id}/light", "If-Match", `id="not-found"`, "What it looks like")
	lacks(t, page, "https://unpkg", "cdn")
}

func TestRoutesAreListed(t *testing.T) {
	h := build(t, nil)
	var b strings.Builder
	for _, r := range h.Routes() {
		b.WriteString(r.String() + "\n")
	}
	kizunatest.Golden(t, "testdata/routes.txt", b.String())
}

func TestWhatChangesMustHaveAVersion(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("registered")
		}
	}()
	door.Patch(door.New(door.Config{}), lamps, door.By(access.Caseworker), (&room{}).changeWithout)
}
