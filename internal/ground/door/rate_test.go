package door_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/door"
)

func TestWhoComesTooOftenWaits(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	limit := door.NewLimit(door.Rate{Each: 2, All: 5, In: time.Minute})
	limit.Now = func() time.Time { return now }
	d := door.New(door.Config{})
	taken := 0
	d.Page("POST /public/lamps", door.Anyone, func(w http.ResponseWriter, r *http.Request) error {
		taken++
		return door.See(w, r, "/public")
	}, door.Limited(limit))
	send := func(from, forwarded string) *http.Response {
		r := httptest.NewRequest("POST", "/public/lamps", strings.NewReader(url.Values{"note": {"<b>薄暗い"}, "old_password": {"secret"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w.Result()
	}
	for range 2 {
		status(t, send("192.0.2.1:1", ""), 303)
	}
	res := send("192.0.2.1:2", "203.0.113.9") // what somebody outside says of themselves is not believed
	if res.Header.Get("Retry-After") != "31" {
		t.Errorf("wait %s", res.Header.Get("Retry-After"))
	}
	page := status(t, res, 429)
	contains(t, page, `name="note" value="&lt;b&gt;薄暗い"`, `action="/public/lamps"`)
	lacks(t, page, "secret")
	status(t, send("[2001:db8::1]:1", ""), 303)
	status(t, send("[2001:db8::2]:1", ""), 303)
	status(t, send("[2001:db8::3]:1", ""), 429) // one neighbourhood
	status(t, send("127.0.0.1:1", "198.51.100.7, 203.0.113.9"), 303)
	status(t, send("192.0.2.77:1", ""), 429) // all together
	now = now.Add(30 * time.Second)
	status(t, send("192.0.2.1:1", ""), 303)
	if taken != 6 {
		t.Errorf("%d were taken", taken)
	}
}
