package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"kizuna/internal/ground/db"
)

// Call is one screen or API call to time.
type Call struct {
	Name    string
	Page    bool // a page; otherwise the API
	Writes  bool
	Queries int // the most statements that one call may run
	// Request makes the i-th request, each another one.
	Request func(i int) *http.Request
	// Prepare makes what the first so many requests are about, outside the
	// timing. It may be called again with more. Optional.
	Prepare func(ctx context.Context, requests int) error
	// Twin gives, for what the i-th request changed for good, records as they
	// were before it: its statements are replayed on them. Optional.
	Twin func(i int) map[db.ID]db.ID
}

func (c Call) wanted(o Options) bool {
	if c.Writes && !o.Write {
		return false
	}
	return among(c.Name, o.Only)
}

// among tells whether a name has one of some parts in it; all names do when there are none.
func among(name string, parts []string) bool {
	return len(parts) == 0 || slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}

// calls lists them all, room by room; a room adds its own in one place.
func (w *world) calls() []Call {
	return slices.Concat(w.peopleCalls(), w.caseCalls(), w.networkCalls())
}

func (w *world) peopleCalls() []Call {
	search := func(a asker, word func(name) string) func(int) *http.Request {
		return func(i int) *http.Request { return a.get("/api/v1/persons", "q", word(pick(w.rare, i))) }
	}
	kanji := func(name) string { return w.common }
	typed := func(whole func(name) string) func(int) *http.Request {
		all := begun(w.names, whole)
		return func(i int) *http.Request {
			req := w.many.get("/desk/search", "q", pick(all, i*7919))
			req.Header.Set("HX-Request", "true")
			return req
		}
	}
	return []Call{
		{Name: "person search, common name", Queries: 12, Request: search(w.many, kanji)},
		{Name: "person search, common name, few residents", Queries: 12, Request: search(w.few, kanji)},
		{Name: "person search, kana", Queries: 12, Request: search(w.many, func(n name) string { return n.FamilyKana + " " + n.GivenKana })},
		{Name: "person search, romaji", Queries: 12, Request: search(w.many, func(n name) string { return n.FamilyRomaji + " " + n.GivenRomaji })},
		{Name: "open person", Queries: 18, Request: func(i int) *http.Request { return w.many.get("/api/v1/persons/" + pick(w.persons, i).String()) }},
		{Name: "list of persons", Queries: 6, Request: func(int) *http.Request { return w.many.get("/api/v1/persons") }},
		{Name: "person page", Page: true, Queries: 25, Request: func(i int) *http.Request { return w.many.get("/desk/persons/" + pick(w.persons, i).String()) }},
		{Name: "household page", Page: true, Queries: 18, Request: func(i int) *http.Request {
			return w.many.get("/desk/persons/" + pick(w.persons, i).String() + "/household")
		}},
		{Name: "ecomap page", Page: true, Queries: 21, Request: func(i int) *http.Request {
			return w.many.get("/desk/persons/" + pick(w.persons, i).String() + "/ecomap")
		}},
		{Name: "genogram page", Page: true, Queries: 18, Request: func(i int) *http.Request {
			return w.many.get("/desk/persons/" + pick(w.persons, i).String() + "/genogram")
		}},
		{Name: "person search page", Page: true, Queries: 14, Request: func(i int) *http.Request { return w.many.get("/desk/persons", "q", pick(w.names, i).Family) }},
		{Name: "person search as typed, kanji", Page: true, Queries: 14, Request: typed(func(n name) string { return n.Family + " " + n.Given })},
		{Name: "person search as typed, kana", Page: true, Queries: 14, Request: typed(func(n name) string { return n.FamilyKana + " " + n.GivenKana })},
		{Name: "person search as typed, romaji", Page: true, Queries: 14, Request: typed(func(n name) string { return n.FamilyRomaji + " " + n.GivenRomaji })},
		{Name: "create person", Writes: true, Queries: 25, Request: func(i int) *http.Request {
			return w.many.ask("POST", "/api/v1/persons", fmt.Sprintf(`{"names":[{"family":%q,"given":"試","family_kana":%q,"given_kana":"タメシ"}],"birth_date":"1980-05-%02d",
				"contacts":[{"kind":"mobile","value":"090-0000-%04d"}],"addresses":[{"kind":"actual","lines":"みなと市栄町1-%d"}]}`,
				unheard(i, '一', 2000), unheard(i, 'ア', 60), 1+i%28, i%10000, 1+i%90))
		}},
	}
}

func (w *world) caseCalls() []Call {
	if len(w.cases) == 0 {
		return nil
	}
	return []Call{
		{Name: "worklist", Queries: 14, Request: func(int) *http.Request { return w.many.get("/api/v1/cases") }},
		{Name: "worklist, few residents", Queries: 14, Request: func(int) *http.Request { return w.few.get("/api/v1/cases") }},
		{Name: "open case", Queries: 24, Request: func(i int) *http.Request { return w.many.get("/api/v1/cases/" + pick(w.cases, i).String()) }},
		{Name: "worklist page", Page: true, Queries: 18, Request: func(int) *http.Request { return w.many.get("/desk/cases") }},
		{Name: "triage page", Page: true, Queries: 18, Request: func(int) *http.Request { return w.many.get("/desk/intake") }},
		{Name: "case page", Page: true, Queries: 46, Request: func(i int) *http.Request { return w.many.get("/desk/cases/" + pick(w.cases, i).String()) }},
	}
}

// begun lists what the search is asked while names are typed: each from its first letter to its last.
func begun(names []name, whole func(name) string) []string {
	var out []string
	for _, n := range names {
		full := strings.TrimSpace(whole(n))
		for i := range full {
			if i > 0 && full[i-1] != ' ' {
				out = append(out, full[:i])
			}
		}
		if full != "" {
			out = append(out, full)
		}
	}
	return out
}

// unheard spells a number as a name that nobody has, so that what is created
// does not get into the way of what is searched for: three of so many letters
// from the first.
func unheard(i int, first rune, letters int) string {
	x := i*7919 + 104729
	var b strings.Builder
	for range 3 {
		b.WriteRune(first + rune(x%letters))
		x /= letters
	}
	return b.String()
}
