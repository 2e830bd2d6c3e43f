package door

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ui"
)

// Rate is how often a deed without a sign-in is taken: so many times in a while from one address,
// and so many from all together.
type Rate struct {
	Each, All int
	In        time.Duration
}

// Limited lets a route be taken no more often than at a rate. Routes that are given the same Limit
// share it. Who comes too often is told when to try again; a form that was sent stays in that page.
func Limited(l *Limit) Option { return func(r *Route) { r.rate = l } }

// Limit counts for the routes that share a rate, in this process. It forgets at a restart, and each
// of several processes counts for itself: it makes guessing and flooding slow, and no guess is
// likely enough that more than this is needed.
type Limit struct {
	Now  func() time.Time // tests set it
	rate Rate
	mu   sync.Mutex
	all  time.Time // when the whole allowance of all has come back
	each map[string]time.Time
}

// mostAddresses is how many addresses are told apart at once; more share one allowance.
const mostAddresses = 20_000

// NewLimit makes a limit of a rate.
func NewLimit(r Rate) *Limit { return &Limit{Now: time.Now, rate: r, each: map[string]time.Time{}} }

// take counts one more from an address, or says how long it must wait. Each taking lends its share
// of the while; who has lent the whole while waits.
func (l *Limit) take(address string) (wait time.Duration) {
	now := l.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.each[address]; !known && len(l.each) >= mostAddresses {
		l.forget(now)
		if len(l.each) >= mostAddresses {
			address = ""
		}
	}
	each, waitEach := lend(now, l.each[address], l.rate.In, l.rate.Each)
	all, waitAll := lend(now, l.all, l.rate.In, l.rate.All)
	if wait = max(waitEach, waitAll); wait > 0 {
		return wait
	}
	l.each[address], l.all = each, all
	return 0
}

func lend(now, back time.Time, while time.Duration, times int) (time.Time, time.Duration) {
	if back.Before(now) {
		back = now
	}
	back = back.Add(while / time.Duration(times))
	return back, back.Sub(now) - while
}

func (l *Limit) forget(now time.Time) {
	for address, back := range l.each {
		if back.Before(now) {
			delete(l.each, address)
		}
	}
}

// Address is where a request comes from, as far as its holder cannot choose it: of IPv6 the first
// 64 bits. What a proxy on this very machine says is believed, its last word only.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && ip.IsLoopback() {
		said := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if told, err := netip.ParseAddr(strings.TrimSpace(said[len(said)-1])); err == nil {
			ip = told
		}
	}
	if err != nil {
		return host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if near, err := ip.Prefix(64); err == nil {
			return near.String()
		}
	}
	return ip.String()
}

// slow answers who comes too often: done says that the answer is out.
func (d *Router) slow(v *visit, w http.ResponseWriter, r *http.Request) (done bool, err error) {
	if v.route.rate == nil {
		return false, nil
	}
	wait := v.route.rate.take(Address(r))
	if wait <= 0 {
		return false, nil
	}
	f := fault.TooMuch(wait.Round(time.Second) + time.Second)
	if v.api || len(v.form) == 0 {
		return false, f
	}
	v.fault = f.Kind.String()
	w.Header().Set("Retry-After", seconds(f.RetryAfter))
	send := draft.Send{Path: r.URL.Path, Fields: withoutSecrets(v.form)}
	page := ui.Page{Title: word(r, "door.slow.title"), Audience: audience(segment(r.URL.Path), access.From(r.Context()))}
	return true, show(w, r, http.StatusTooManyRequests, page, slowed(send, seconds(f.RetryAfter)))
}
