package fault

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// local is an installation for what no database decides.
func local(t *testing.T) (*place, *process) {
	t.Helper()
	p := &place{engine: db.SQLite, dir: t.TempDir(), url: kizunatest.EmptyURL(t, db.SQLite)}
	return p, p.demo(t)
}

// TestSlowClients has very many connections that do nothing, send their header one byte a second,
// or their body. Those are closed; who asks properly meanwhile is answered as before.
func TestSlowClients(t *testing.T) {
	long(t)
	t.Parallel()
	p, run := local(t)
	l := newLoad(t, p, seed(t), run.base)
	quietly := func() (p50 time.Duration) {
		t.Helper()
		var took []time.Duration
		for range 200 {
			began := time.Now()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, run.base+"/api/v1/tasks", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+p.as("caseworker")[0].APIKey)
			if _, err := l.answer(r); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	quietly()
	before, memory := quietly(), resident(t, run)
	var all sync.WaitGroup
	var mu sync.Mutex
	closed := map[string][]time.Duration{}
	for kind, c := range map[string]struct {
		n     int
		first string
		then  string
		bar   time.Duration
	}{
		"header": {2000, "GET /sign-in HTTP/1.1\r\nHost: kizuna.test\r\n", "X", 15 * time.Second},
		"body":   {2000, "POST /sign-in HTTP/1.1\r\nHost: kizuna.test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n", "a", time.Minute},
	} {
		for range c.n {
			all.Go(func() {
				took, err := slowly(t, run, c.first, c.then, 2*c.bar)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("slow %s: %v", kind, err)
				}
				closed[kind] = append(closed[kind], took)
			})
		}
	}
	idle := make([]net.Conn, 10000)
	for i := range idle {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(run.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		idle[i] = c
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: kizuna.test\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	during, full := quietly(), resident(t, run)
	all.Wait()
	report(t, p, "slow clients", fmt.Sprintf("%d idle, %d with a slow header, %d with a slow body: quiet users' p50 %.2f ms, before %.2f ms; memory %d MiB, before %d MiB; the last slow header closed after %.0f s, the last slow body after %.0f s",
		len(idle), len(closed["header"]), len(closed["body"]), ms(during), ms(before), full, memory, slices.Max(closed["header"]).Seconds(), slices.Max(closed["body"]).Seconds()))
	if more := full - memory; more > 2*200 {
		t.Errorf("%d MiB more with them", more)
	}
	if during > 4*before {
		t.Errorf("quiet users wait %s instead of %s", during, before)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// slowly sends first, then a byte a second, until the server closes the connection; an answer
// before that is read. It gives up after some time.
func slowly(t *testing.T, run *process, first, then string, patience time.Duration) (time.Duration, error) {
	began := time.Now()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(run.base, "http://"))
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := c.SetDeadline(began.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := io.WriteString(c, first); err != nil {
		return 0, err
	}
	over := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, c)
		over <- err
	}()
	each := time.NewTicker(time.Second)
	defer each.Stop()
	for {
		select {
		case err := <-over:
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // it comes from the connection as it is
				return time.Since(began), fmt.Errorf("still open after %s", patience)
			}
			return time.Since(began), nil // however it closed
		case <-each.C:
			_, _ = io.WriteString(c, then) // the reader sees that it is closed
		}
	}
}

// resident is how much memory a program has in use, in MiB.
func resident(t testing.TB, run *process) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", run.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	var kilobytes int
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes / 1024
}

// endless reads as the same byte again and again.
type endless byte

// Read fills b.
func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// TestHostileBodies sends what is too large, packed or nested beyond sense: each is refused at
// once, and takes no memory.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	p, run := local(t)
	key := p.as("caseworker")[0].APIKey
	head := "POST /api/v1/persons HTTP/1.1\r\nHost: kizuna.test\r\nAuthorization: Bearer " + key + "\r\nContent-Type: application/json\r\n"
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.Copy(z, io.LimitReader(endless(' '), 256<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	size := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
	memory := resident(t, run)
	for name, c := range map[string]struct {
		head string
		body io.Reader
		want []int
	}{
		"a body of 1 GiB":            {head + size(1<<30), io.LimitReader(endless('a'), 1<<30), []int{http.StatusRequestEntityTooLarge}},
		"a body without an end":      {head + "Transfer-Encoding: chunked\r\n\r\n", chunks{}, []int{http.StatusRequestEntityTooLarge}},
		"a packed body":              {head + "Content-Encoding: gzip\r\n" + size(bomb.Len()), &bomb, []int{http.StatusUnsupportedMediaType, http.StatusBadRequest}},
		"JSON a hundred thousand in": {head + size(100_000), io.LimitReader(endless('['), 100_000), []int{http.StatusBadRequest}},
		"a form of 1 GiB": {"POST /sign-in HTTP/1.1\r\nHost: kizuna.test\r\nContent-Type: application/x-www-form-urlencoded\r\n" + size(1<<30),
			io.LimitReader(endless('a'), 1<<30), []int{http.StatusRequestEntityTooLarge}},
		"a header of 2 MiB": {"GET /sign-in HTTP/1.1\r\nHost: kizuna.test\r\nX-Long: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", strings.NewReader(""),
			[]int{http.StatusRequestHeaderFieldsTooLarge}},
		"a line of 2 MiB": {"GET /sign-in?" + strings.Repeat("a", 2<<20) + " HTTP/1.1\r\nHost: kizuna.test\r\n\r\n", strings.NewReader(""),
			[]int{http.StatusRequestHeaderFieldsTooLarge, http.StatusRequestURITooLong}},
	} {
		status, took, err := refusedAt(t, run, c.head, c.body)
		if err != nil || !slices.Contains(c.want, status) {
			t.Errorf("%s is answered %d instead of %v: %v", name, status, c.want, err)
		}
		report(t, p, "refused: "+name, fmt.Sprintf("%d after %.1f ms", status, ms(took)))
	}
	more := resident(t, run) - memory
	report(t, p, "all that is refused", fmt.Sprintf("%d MiB more in use afterwards", more))
	if more > 2*50 {
		t.Errorf("%d MiB more after what was refused", more)
	}
}

// chunks is a chunked body that never ends.
type chunks struct{}

// Read gives one chunk.
func (chunks) Read(b []byte) (int, error) {
	return copy(b, "400\r\n"+strings.Repeat("a", 0x400)+"\r\n"), nil
}

// refusedAt sends a request as long as it is taken, and gives the answer's status and how long it
// took to come.
func refusedAt(t *testing.T, run *process, head string, body io.Reader) (status int, took time.Duration, err error) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(run.base, "http://"))
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	go func() {
		_, _ = io.Copy(c, io.MultiReader(strings.NewReader(head), body)) // it is closed in the middle
	}()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, time.Since(began), err
	}
	defer res.Body.Close()
	return res.StatusCode, time.Since(began), nil
}
