// Package guide asks a long form one question a page, for people who do not fill in forms every
// day: applicants, neighbours, parents. After every page, and while somebody types, what was said
// stands in a sealed draft on the server, so that Back, a reload, a lost connection, an expired
// sign-in or another device loses nothing. Every page works without script.
//
// A form is a list of questions over one input struct, each with the fields that it asks and the
// condition under which it is asked. An answer is checked on its page, by the very check of the
// operation, and all are checked again at the end, on a page that shows them and leads back to each.
// What is sent twice is taken once.
//
// Whoever has no sign-in holds the draft by a code: in a cookie of this browser until it closes or
// four hours have passed, and on paper for later. The code stands in no address and no log, and
// nobody at a desk can open a draft. With a sign-in the draft is its owner's.
//
// The package knows no record. What a question means is its room's to say.
package guide

import (
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("guide", wordsFile)

// Form is a form that is asked one question a page. In is what its questions fill, Out what sending
// it gives; both survive JSON.
type Form[In, Out any] struct {
	Name   string     // of its drafts and its cookie: "complaint"
	At     string     // "/public/complaint"
	Who    door.Roles // may fill it in
	Own    bool       // the draft belongs to who is signed in; otherwise to whoever has its code
	Word   string     // word key: what the form is called
	Data   *db.DB
	Drafts *draft.Drafts

	Questions []Question[In]
	// Closed says that a question is shown at the end but cannot be answered anew; nil: none is.
	Closed func(in In, key string) bool
	// Begin gives the answers that a draft begins with, from what was sent to At/begin, such as a code
	// that opens something; nil: none can be begun so. What it gives in fields that no question asks stays as it is.
	Begin func(r *http.Request, sent url.Values) (url.Values, error)
	// Refused is the page that asks again what Begin could not begin with; nil: the fault has a page.
	Refused func(sent url.Values, wrong error) templ.Component
	// Check says everything that is wrong with the answers, at the pointers of their fields.
	Check func(ctx context.Context, in *In) error
	// Send takes the answers. It runs under an idempotency key of the draft's own.
	Send func(ctx context.Context, in In, draft db.ID) (Out, error)

	Intro templ.Component               // what stands on the first page, above the button
	Done  func(out Out) templ.Component // the page after sending; nil where Next is set
	Next  func(out Out) string          // where to go after sending, in place of Done
}

// Question is one page.
type Question[In any] struct {
	Key  string           // last part of its address
	Word string           // word key of the question: the page's h1, and its line at the end
	Hint string           // word key of a sentence below it; may be empty
	Asks []string         // names of its fields; each with all that stand below it
	Must []string         // fields that need an answer here
	When func(in In) bool // asked only then; nil: always

	// Rows makes it a list that grows: the page shows it and asks whether there is one more, and
	// each row has a page of its own.
	Rows *Rows[In]
	// Files lets the page take files; see Files.
	Files *Files[In]

	Fields func(in In, row int) templ.Component      // what stands in the form; row is 0 where there are none
	Answer func(ctx context.Context, in In) []string // lines at the end
}

// Rows is a list of one question.
type Rows[In any] struct {
	Name string // of the list: "household"
	Word string // word key of a row's page
	Hint string // word key of a sentence below it; may be empty
	Most int
	Line func(ctx context.Context, in In, row int) string // a row, in a line
	Any  string                                           // word key: is there one, when there is none yet
	More string                                           // word key: is there one more
	// Above is what stands above the list; nil: nothing.
	Above func(in In) templ.Component
}

// Files is what a page that takes files does with them. Each that is taken becomes a row of a list
// that the browser cannot write itself.
type Files[In any] struct {
	Name string // of the list: "papers"
	Most int
	// Take keeps a file for a draft and gives the row's fields.
	Take func(ctx context.Context, in In, sent url.Values, draft db.ID, f *door.File) (url.Values, error)
	Line func(ctx context.Context, in In, row int) string
}

// own are the addresses below At that are no question's, and the fields that are the guide's.
var own = []string{"begin", "check", "forget", "keep", "kept", "leave", "receipt", "resume"}

const (
	changeField = "change" // back to the end after this answer
	moreField   = "more"
	pageField   = "page"
	rowField    = "row"
)

var wholesome = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// Mount registers a form's pages.
func Mount[In, Out any](d *door.Router, f Form[In, Out], limits Limits) {
	g := &guided[In, Out]{Form: f, door: d}
	for _, q := range f.Questions {
		if !wholesome.MatchString(q.Key) || slices.Contains(own, q.Key) {
			panic("guide: " + q.Key + " is no name of a question")
		}
	}
	pages, guesses, files, sends := limits.options()
	d.Page("GET "+f.At, f.Who, g.start)
	if f.Begin != nil {
		d.Page("POST "+f.At+"/begin", f.Who, g.begin, guesses...)
	}
	d.Page("POST "+f.At+"/forget", f.Who, g.forget, pages...)
	d.Page("POST "+f.At+"/keep", f.Who, g.keep, pages...)
	d.Page("GET "+f.At+"/kept", f.Who, g.kept)
	d.Page("GET "+f.At+"/check", f.Who, g.check)
	d.Page("POST "+f.At+"/check", f.Who, g.send, sends...)
	if !f.Own {
		d.Page("POST "+f.At+"/leave", f.Who, g.leave, pages...)
		d.Page("POST "+f.At+"/resume", f.Who, g.resume, guesses...)
		d.Page("GET "+f.At+"/receipt", f.Who, g.receipt)
	}
	d.Page("GET "+f.At+"/{page}", f.Who, g.ask)
	d.Page("POST "+f.At+"/{page}", f.Who, g.answer, pages...)
	d.Page("GET "+f.At+"/{page}/{row}", f.Who, g.ask)
	d.Page("POST "+f.At+"/{page}/{row}", f.Who, g.answer, pages...)
	for _, q := range f.Questions {
		if q.Files != nil {
			d.Page("POST "+f.At+"/"+q.Key, f.Who, g.upload, files...)
		}
	}
}

// Limits slow down who sends too much: pages, guesses of a code, files, whole forms. Each may be nil.
type Limits struct{ Pages, Guesses, Files, Sends *door.Limit }

func (l Limits) options() (pages, guesses, files, sends []door.Option) {
	add := func(to *[]door.Option, limit *door.Limit) {
		if limit != nil {
			*to = append(*to, door.Limited(limit))
		}
	}
	files = append(files, door.Uploads())
	add(&pages, l.Pages)
	add(&guesses, l.Guesses)
	add(&files, l.Files)
	add(&sends, l.Sends)
	return pages, guesses, files, sends
}

type guided[In, Out any] struct {
	Form[In, Out]
	door *door.Router
}

// below says that a field stands at a name or below it.
func below(field, name string) bool {
	return field == name || strings.HasPrefix(field, name+"/")
}

// asks says that a page owns a field: a row's page its row, a list's page none.
func (q *Question[In]) asks(field string, row int) bool {
	if q.Rows != nil {
		return row >= 0 && below(field, q.Rows.Name+"/"+strconv.Itoa(row))
	}
	return slices.ContainsFunc(q.Asks, func(name string) bool { return below(field, name) })
}

// covers says that a field belongs to a question, whatever page of it.
func (q *Question[In]) covers(field string) bool {
	return q.asks(field, -1) || q.Rows != nil && below(field, q.Rows.Name) || q.Files != nil && below(field, q.Files.Name)
}

// rowsOf counts the rows of a list.
func rowsOf(values url.Values, list string) int {
	n := 0
	for field := range values {
		rest, ok := strings.CutPrefix(field, list+"/")
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(rest, "/")
		if i, err := strconv.Atoi(first); err == nil && i >= n {
			n = i + 1
		}
	}
	return n
}

// open are the questions that are asked, in order.
func (g *guided[In, Out]) open(in In) []*Question[In] {
	var out []*Question[In]
	for i := range g.Questions {
		q := &g.Questions[i]
		if (q.When == nil || q.When(in)) && (g.Closed == nil || !g.Closed(in, q.Key)) {
			out = append(out, q)
		}
	}
	return out
}

// next is where to go after a question: the one behind it, or, when it was changed from the end,
// the first that has no answer yet; at last the end.
func (g *guided[In, Out]) next(s *state, in In, after string, change bool) string {
	list := g.open(in)
	at := slices.IndexFunc(list, func(q *Question[In]) bool { return q.Key == after })
	for i, q := range list {
		if !change && i == at+1 || change && !slices.Contains(s.Seen, q.Key) {
			return g.At + "/" + q.Key
		}
	}
	return g.At + "/check"
}

// first is the first question without an answer, "" when all have one.
func (g *guided[In, Out]) first(s *state, in In) string {
	for _, q := range g.open(in) {
		if !slices.Contains(s.Seen, q.Key) {
			return q.Key
		}
	}
	return ""
}
