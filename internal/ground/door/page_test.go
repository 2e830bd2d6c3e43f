package door_test

import (
	"net/url"
	"testing"
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
