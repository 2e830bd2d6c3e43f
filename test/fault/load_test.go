package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// record is what the outside knows of something that was acknowledged.
type record struct {
	kind    string
	path    string // where it is asked for; "" where no call gives it alone
	id      string
	token   string // words that no other record has
	version int64
	want    map[string]any // what a call must say of it, by path: names.0.given
	by      account
	grows   bool // later deeds about other records move its version on
	of      *record
	owner   int             // the worker who alone builds on it
	did     map[string]bool // what was asked of it already, so that it is asked once
	parts   []any           // ids of what it holds
	from    string          // the days it covers
	until   string
}

// ask is a request that changes something, and what it means once acknowledged.
type ask struct {
	action *action
	by     account
	method string
	path   string
	body   any
	match  int64 // If-Match; 0 is none
	key    string
	token  string
	on     *record // what it changes, nil for a creation
	become map[string]any
	n      int                                  // the worker
	asked  int                                  // how many were acknowledged when it was first sent
	of     *record                              // under which a new record stands
	makes  string                               // the kind of record it makes, where that is not its action's
	grows  bool                                 // of the new record
	still  bool                                 // leaves the version of what it changes
	apart  bool                                 // the answer is another record than the one it changes
	after  func(l *load, answer map[string]any) // what else is so once it is acknowledged
}

// kind is the kind of record that the ask makes.
func (q *ask) kind() string {
	if q.makes != "" {
		return q.makes
	}
	return q.action.kind
}

// load works the program with many at once and remembers what it answered.
type load struct {
	t       testing.TB
	place   *place
	actions []*action
	with    scene
	seed    uint64
	client  *http.Client
	each    bool                // every request on a connection of its own
	timed   func(time.Duration) // told how long each answer took, where somebody asks
	rough   bool                // the database comes and goes: who is told to wait, or told nothing, waits and asks again
	insists time.Duration       // for so long; then it counts as a fault
	past    *past               // where acknowledgements may be lost
	pace    <-chan time.Time    // where set, each deed of anybody waits for one

	mu      sync.Mutex
	bases   []string
	records []*record
	mine    map[stock][]*record
	open    []*ask // sent, and nobody knows whether they happened
	touched map[*record]bool
	acked   int
	at      int    // at this many acknowledgements in this spell
	then    func() // this happens
	again   int    // requests that were asked again
	spell   int
	next    int
	over    bool
	counted map[string]int
}

func newLoad(t testing.TB, p *place, seed uint64, bases ...string) *load {
	t.Helper()
	l := &load{t: t, place: p, seed: seed, insists: patience, mine: map[stock][]*record{}, touched: map[*record]bool{}, counted: map[string]int{}}
	l.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}}
	l.moveTo(bases...)
	l.actions = offered(t, bases[0], slices.Concat(actions, story))
	l.with = l.scene(t)
	return l
}

// moveTo says where the program answers now.
func (l *load) moveTo(bases ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bases = bases
	l.client.CloseIdleConnections()
}

func (l *load) base(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bases[n%len(l.bases)]
}

// workers is how many act at once.
const workers = 8

// run lets all act until, after some acknowledgements, then was called and all requests under way
// have ended one way or the other.
func (l *load) run(acks int, then func()) {
	l.mu.Lock()
	l.at, l.then, l.over = l.acked+acks, then, false
	l.spell++
	l.touched = map[*record]bool{}
	l.mu.Unlock()
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			w := &worker{load: l, n: n, rand: rand.New(rand.NewPCG(l.seed, uint64(l.spell)<<8|uint64(n)))}
			for w.step() {
			}
		})
	}
	all.Wait()
}

// play tells the story once from its beginning to its end, so that every kind of record is there.
func (l *load) play() {
	w := &worker{load: l, rand: rand.New(rand.NewPCG(l.seed, 0))}
	l.touched = map[*record]bool{}
	for steps := 0; l.counted[story[len(story)-1].name] == 0; steps++ {
		q := w.furthest(storyline)
		if steps == 3*len(story) {
			l.t.Fatalf("the story does not come to its end: %v", l.counted)
		}
		q.key = fmt.Sprintf("%d-story-%d", l.seed, steps)
		answer, err := l.send(l.base(0), q)
		if err != nil {
			l.t.Fatalf("%s: %v", q.action.name, err)
		}
		l.take(q, answer)
	}
}

// token makes words that no other record has.
func (l *load) token() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return fmt.Sprintf("%sz%d", mark, l.next)
}

// mark begins every token, so that they can be counted in the database.
const mark = "qx"

// worker is one of those who act. It changes only what it made itself, so that nobody else's
// change is in its way.
type worker struct {
	load *load
	n    int
	rand *rand.Rand
}

// own are the records of a kind that this worker may build on.
func (w *worker) own(kind string) []*record {
	w.load.mu.Lock()
	defer w.load.mu.Unlock()
	var out []*record
	for _, r := range w.load.mine[stock{kind, w.n}] {
		if !w.load.unsettled(r) {
			out = append(out, r)
		}
	}
	return out
}

// stock is what one worker has of one kind.
type stock struct {
	kind  string
	owner int
}

// any is one of the worker's newest records of a kind, nil when there is none.
func (w *worker) any(kind string) *record {
	own := w.own(kind)
	if len(own) == 0 {
		return nil
	}
	return own[len(own)-1-w.rand.IntN(min(len(own), 5))]
}

func (l *load) unsettled(r *record) bool {
	return slices.ContainsFunc(l.open, func(a *ask) bool { return a.on == r })
}

// step does one thing; it is false when this spell is over for the worker.
func (w *worker) step() bool {
	l := w.load
	l.mu.Lock()
	over := l.over
	l.mu.Unlock()
	if over || l.t.Context().Err() != nil {
		return false
	}
	if l.pace != nil {
		<-l.pace
	}
	q := w.choose()
	if q == nil {
		return true // nothing to do it with yet
	}
	q.n, q.key, q.asked = w.n, fmt.Sprintf("%d-%d-%d-%d", l.seed, l.spell, w.n, w.rand.Uint64()), l.count()
	if w.rand.IntN(8) == 0 && l.past == nil { // one may have its answer before the loss and one after it
		return l.twice(w.n, q)
	}
	answer, err := l.insist(w.n, q)
	return l.note(q, answer, err)
}

// insist sends a request; where the database comes and goes it is sent again, with its key, until
// somebody answers it or too much time has passed.
func (l *load) insist(n int, q *ask) (map[string]any, error) {
	began := time.Now()
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	answer, err := l.send(l.base(n), q)
	for tries := 1; l.rough && err != nil && mayAskAgain(err) && l.patient(n); tries++ {
		if time.Since(began) > l.insists {
			l.t.Errorf("%s %s is refused %d times in %s, the last time: %v", q.method, q.path, tries, l.insists, err)
			l.finish()
			return nil, err
		}
		<-pause.C
		l.mu.Lock()
		l.again++
		l.mu.Unlock()
		answer, err = l.send(l.base(n), q)
	}
	return answer, err
}

// mayAskAgain says that nobody knows what came of it, or that it was refused for want of the database or of room.
func mayAskAgain(err error) bool {
	var no refused
	return !errors.As(err, &no) || no.status == http.StatusServiceUnavailable || no.status == http.StatusInsufficientStorage
}

// choose picks what to do: as often any action as the one furthest along the story, so that stories
// come to their end and new ones begin.
func (w *worker) choose() *ask {
	if all := w.load.actions; w.rand.IntN(2) == 0 {
		at := w.rand.IntN(len(all))
		return w.furthest(all[at : at+1])
	}
	return w.furthest(storyline)
}

// furthest is the last of these actions that can be done.
func (w *worker) furthest(of []*action) *ask {
	for _, a := range slices.Backward(of) {
		if q := a.make(w); q != nil {
			q.action = a
			return q
		}
	}
	return nil
}

// twice is an impatient sender: the same request at once by two ways, one record.
func (l *load) twice(n int, q *ask) bool {
	var other result
	var both sync.WaitGroup
	both.Go(func() { other.body, other.err = l.insist(n+1, q) })
	answer, err := l.insist(n, q)
	both.Wait()
	if err == nil && other.err == nil && answer["id"] != other.body["id"] {
		l.t.Errorf("%s sent twice with one key made %v and %v", q.action.name, answer["id"], other.body["id"])
	}
	if err != nil && other.err == nil {
		answer, err = other.body, nil
	}
	return l.note(q, answer, err)
}

type result struct {
	body map[string]any
	err  error
}

// refused is an answer that says no.
type refused struct {
	status int
	body   string
}

func (r refused) Error() string { return fmt.Sprintf("answered %d: %s", r.status, r.body) }

// note remembers an acknowledgement, or that nobody knows.
func (l *load) note(q *ask, answer map[string]any, err error) bool {
	var no refused
	switch {
	case errors.As(err, &no) && l.builtOnLost():
		return false
	case errors.As(err, &no):
		l.t.Errorf("%s %s %s", q.method, q.path, no)
		return true
	case err != nil:
		l.mu.Lock()
		l.open = append(l.open, q)
		l.over = true
		l.mu.Unlock()
		return false
	}
	l.take(q, answer)
	l.mu.Lock()
	then := l.then
	if l.acked < l.at || l.over {
		then = nil
	} else {
		l.then = nil
	}
	over := l.over
	l.mu.Unlock()
	if then != nil {
		then()
	}
	return !over
}

// patient waits until the program, wherever it is by then, can be asked again; false when it cannot.
func (l *load) patient(n int) bool {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base(n)+"/readyz", nil)
		if err == nil {
			var res *http.Response
			if res, err = l.client.Do(r); err == nil {
				_ = res.Body.Close()
				if res.StatusCode == http.StatusOK {
					return true
				}
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			l.t.Errorf("the program does not answer again: %v", err)
			l.finish()
			return false
		}
	}
}

// builtOnLost says, and counts, that a refusal may be right: what was to be changed may be among
// what was lost in the middle of the request.
func (l *load) builtOnLost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.past == nil || !l.past.losing {
		return false
	}
	l.past.refused++
	return true
}

// count is how many were acknowledged so far.
func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked
}

// later has then happen after so many more acknowledgements of this spell.
func (l *load) later(acks int, then func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at, l.then = l.acked+acks, then
}

// take makes an acknowledgement part of what must be there from now on.
func (l *load) take(q *ask, answer map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked++
	l.counted[q.action.name]++
	before := l.touched
	l.touched = map[*record]bool{}
	r := q.on
	if r == nil && q.action.kind != "" {
		r = &record{kind: q.action.kind, id: text(answer, "id"), token: q.token, by: q.by, of: q.of, grows: q.action.grows || q.grows, want: map[string]any{}}
		if q.action.single {
			r.path = q.path + "/" + r.id
		}
		l.add(q, r)
	}
	if r != nil {
		l.moved(r, q, answer)
	}
	if q.after != nil {
		q.after(l, answer)
	}
	if l.past != nil {
		l.past.add(q, l.acked, l.touched)
	}
	maps.Copy(before, l.touched)
	l.touched = before
}

// add keeps a record of which q's answer told.
func (l *load) add(q *ask, r *record) {
	r.owner = q.n
	if r.did == nil {
		r.did = map[string]bool{}
	}
	l.records = append(l.records, r)
	l.mine[stock{r.kind, r.owner}] = append(l.mine[stock{r.kind, r.owner}], r)
	l.touched[r] = true
}

// newest is the record added last.
func (l *load) newest() *record { return l.records[len(l.records)-1] }

// moved notes how a record stands after q.
func (l *load) moved(r *record, q *ask, answer map[string]any) {
	if v, ok := answer["version"].(json.Number); ok && !q.apart {
		r.version, _ = v.Int64()
	} else if q.apart {
		r.version++
	}
	for field, value := range q.become {
		r.want[field] = value
	}
	l.touched[r] = true
}

// told is how much was acknowledged so far.
func (l *load) told() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked
}

// finish ends a spell that nothing ended.
func (l *load) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

func (l *load) send(base string, q *ask) (map[string]any, error) {
	body, err := json.Marshal(q.body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(l.t.Context()), q.method, base+q.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.GetBody = nil // the client itself repeats nothing
	r.Close = l.each
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+q.by.APIKey)
	r.Header.Set("Idempotency-Key", q.key)
	if q.match > 0 {
		r.Header.Set("If-Match", `"`+strconv.FormatInt(q.match, 10)+`"`)
	}
	return l.answer(r)
}

func (l *load) get(base string, r *record) (map[string]any, error) {
	q, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, base+r.path, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+r.by.APIKey)
	return l.answer(q)
}

// answer reads an answer to its end: only a whole one acknowledges.
func (l *load) answer(r *http.Request) (map[string]any, error) {
	began := time.Now()
	res, err := l.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if l.timed != nil {
		l.timed(time.Since(began))
	}
	if res.StatusCode >= 300 {
		return nil, refused{res.StatusCode, string(b)}
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return out, d.Decode(&out)
}

// valueAt walks names.0.given through an answer.
func valueAt(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}
