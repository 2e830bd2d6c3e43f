package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
)

// screenQueries is the most statements that a screen may run which has no budget of its own.
const screenQueries = 46

// mixers are the roles that ask besides the caseworkers, each with every screen of its own.
var mixers = []access.Role{access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Auditor, access.ProviderManager, access.Administrator}

// screens are the pages and reading calls, by each role that the installation has somebody for;
// what is about one record is asked of the first that the role's other screens lead to. Left out
// is what leads elsewhere, wants to be asked something, or is led to by nothing.
func (w *world) screens(ctx context.Context) (out []Call, err error) {
	out = w.walk(ctx, access.Caseworker, w.many)
	for _, role := range mixers {
		var user db.ID
		some := false
		err := w.srv.Run.Read(ctx, func(q *db.Reader) (err error) {
			user, some, err = db.Maybe[db.ID](q, `SELECT r.user_id FROM account_role r JOIN account_user u ON u.id = r.user_id AND u.status = 'active'
				WHERE r.role = ? ORDER BY r.user_id LIMIT 1`, role)
			return err
		})
		if err != nil {
			return nil, err
		}
		if !some {
			continue
		}
		key, err := w.key(ctx, user, role)
		if err != nil {
			return nil, err
		}
		a := asker{user: user, key: key}
		w.others = append(w.others, a)
		out = append(out, w.walk(ctx, role, a)...)
	}
	return out, ctx.Err()
}

// walk opens what a role may read, and then what that leads to, until it leads to nothing new.
func (w *world) walk(ctx context.Context, role access.Role, a asker) (out []Call) {
	closed := slices.DeleteFunc(w.srv.Router.Routes(), func(x door.Route) bool {
		return x.Method != http.MethodGet || !slices.Contains(x.Roles, role)
	})
	var known leads
	for before := -1; before != len(closed); {
		before = len(closed)
		closed = slices.DeleteFunc(closed, func(x door.Route) bool {
			for _, path := range known.to(x.Pattern) {
				body, ok := w.answer(a.get(path).WithContext(ctx))
				if !ok {
					continue
				}
				known.add(x, body)
				out = append(out, Call{Name: x.Pattern + ", " + string(role), Page: x.Kind == "page", Queries: screenQueries,
					Request: func(int) *http.Request { return a.get(path) }})
				return true
			}
			return !strings.Contains(x.Pattern, "{") // it will not be another answer
		})
	}
	return out
}

// answer is what is answered, if it is what was asked for.
func (w *world) answer(r *http.Request) (body string, ok bool) {
	got := httptest.NewRecorder()
	w.srv.ServeHTTP(got, r)
	return got.Body.String(), got.Code == http.StatusOK
}

// leads are the addresses that the screens seen so far lead to.
type leads []string

// fewLeads is how many records are tried before a screen counts as out of reach.
const fewLeads = 3

var (
	link      = regexp.MustCompile(`href="(/[^"?#]+)`)
	member    = regexp.MustCompile(`"id":\s*"([0-9a-f-]{36})"`)
	parameter = regexp.MustCompile(`\{[^}]+\}`)
)

// add notes what an answer leads to: where a page links to, and the records that a call lists.
func (l *leads) add(x door.Route, body string) {
	found := link.FindAllStringSubmatch(body, -1)
	if x.Kind == "api" {
		found = member.FindAllStringSubmatch(body, -1)
	}
	for _, m := range found {
		path := m[1]
		if x.Kind == "api" {
			path = x.Pattern + "/" + m[1]
		}
		if !slices.Contains(*l, path) {
			*l = append(*l, path)
		}
	}
}

// to gives addresses of a pattern: those seen, and parts of a record of which another part was seen.
func (l leads) to(pattern string) []string {
	before, after, some := strings.Cut(pattern, "{")
	if !some {
		return []string{pattern}
	}
	_, after, _ = strings.Cut(after, "}")
	exact := regexp.MustCompile("^" + parameter.ReplaceAllString(pattern, "([^/]+)") + "$")
	var out []string
	for _, path := range l {
		if len(out) == fewLeads {
			break
		}
		rest, here := strings.CutPrefix(path, before)
		if id, _, _ := strings.Cut(rest, "/"); here && len(id) == 36 && !strings.Contains(after, "{") {
			path = before + id + after
		} else if !exact.MatchString(path) {
			continue
		}
		if !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}
