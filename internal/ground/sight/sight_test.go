package sight_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
)

const now = calendar.Time(1_790_000_000_000)

type book struct {
	ID         db.ID  `db:"id"`
	Title      string `db:"title"`
	Restricted bool   `db:"restricted"`
}

func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		id := map[db.Engine]string{db.SQLite: "BLOB", db.Postgres: "uuid"}[d.Engine()]
		if err := d.Script(t.Context(), "CREATE TABLE book (id "+id+" PRIMARY KEY, title TEXT NOT NULL, restricted BOOLEAN NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		f(t, d)
	})
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// shelf is books by title.
func shelf(t *testing.T, d *db.DB, titles ...string) map[string]db.ID {
	t.Helper()
	ids := map[string]db.ID{}
	write(t, d, func(tx *db.Tx) error {
		for _, title := range titles {
			b := book{db.NewID(), title, strings.HasPrefix(title, "secret")}
			ids[title] = b.ID
			if err := db.Insert(tx, "book", b); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// sees lists what an actor sees, asserting that lists, loads and Sees agree.
func sees(t *testing.T, d *db.DB, a access.Actor, restricted string, at calendar.Time) string {
	t.Helper()
	l := sight.Lens{Actor: a, Now: at, Kind: "book", Restricted: restricted}
	var out []string
	err := d.Read(t.Context(), func(q *db.Reader) error {
		c := l.Among("b.id")
		var err error
		if out, err = db.All[string](q, "SELECT b.title FROM book b WHERE "+c.SQL+" ORDER BY b.title", c.Args...); err != nil {
			return err
		}
		listing, err := l.Listing(q, "b.id")
		if err != nil {
			return err
		}
		for name, c := range map[string]sight.Clause{"Listing": listing, "Passing": l.Passing("b.id")} {
			if got, err := db.All[string](q, "SELECT b.title FROM book b WHERE "+c.SQL+" ORDER BY b.title", c.Args...); err != nil || !slices.Equal(got, out) {
				t.Errorf("%s gives %v, Among %v (%v)", name, got, out, err)
			}
		}
		books, err := db.All[book](q, "SELECT id, title, restricted FROM book")
		for _, b := range books {
			c := sight.And(sight.Clause{SQL: "b.id = ?", Args: []any{b.ID}}, l.One("b.id"))
			_, one, err := db.Maybe[string](q, "SELECT b.title FROM book b WHERE "+c.SQL, c.Args...)
			if err != nil || one != slices.Contains(out, b.Title) {
				t.Errorf("One of %s is %v, the list %v (%v)", b.Title, one, out, err)
			}
			if a.Wide && restricted != "" {
				continue // Sees knows no column to look at
			}
			if sees, err := l.Sees(q, b.ID); err != nil || sees != one {
				t.Errorf("Sees of %s is %v, One %v (%v)", b.Title, sees, one, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ids := shelf(t, d, "own", "team", "offered", "mine", "lent", "secret", "other")
		user, team, provider, person := db.NewID(), db.NewID(), db.NewID(), db.NewID()
		write(t, d, func(tx *db.Tx) error {
			reach := func(kind string, scope db.ID, title string, until calendar.Time) sight.Reach {
				return sight.Reach{ScopeKind: kind, Scope: scope, Kind: "book", Record: ids[title], Why: kind, Until: until}
			}
			other := reach(sight.User, user, "other", 0)
			other.Kind = "magazine"
			return sight.Open(tx, other,
				reach(sight.User, user, "own", 0), reach(sight.Team, team, "team", 0), reach(sight.Provider, provider, "offered", 0),
				reach(sight.Resident, person, "mine", 0), reach(sight.Grant, user, "lent", now+10), reach(sight.User, db.ID{}, "other", 0))
		})
		staff := []access.Role{access.Caseworker}
		for _, c := range []struct {
			name  string
			actor access.Actor
			at    calendar.Time
			want  string
		}{
			{"user", access.Actor{ID: user, Roles: staff}, now, "lent own"},
			{"grant at its last moment", access.Actor{ID: user, Roles: staff}, now + 9, "lent own"},
			{"grant expired", access.Actor{ID: user, Roles: staff}, now + 10, "own"},
			{"with a team", access.Actor{ID: user, Roles: staff, Teams: []db.ID{db.NewID(), team}}, now, "lent own team"},
			{"team without a staff role", access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Teams: []db.ID{team}}, now, ""},
			{"provider", access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderStaff}, Provider: provider}, now, "offered"},
			{"provider without its role", access.Actor{ID: db.NewID(), Roles: staff, Provider: provider}, now, ""},
			{"resident", access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: person}, now, "mine"},
			{"stranger", access.Actor{ID: db.NewID(), Roles: staff}, now, ""},
			{"public", access.Nobody(), now, ""},
			{"wide", access.Actor{ID: db.NewID(), Roles: staff, Wide: true}, now, "lent mine offered other own team"},
		} {
			if got := sees(t, d, c.actor, "b.restricted", c.at); got != c.want {
				t.Errorf("%s sees %q, want %q", c.name, got, c.want)
			}
		}
		wide := access.Actor{ID: user, Roles: staff, Wide: true}
		if got := sees(t, d, wide, "", now); got != "lent mine offered other own secret team" {
			t.Errorf("wide, of a kind without restriction, sees %q", got)
		}
		write(t, d, func(tx *db.Tx) error {
			return sight.Open(tx, sight.Reach{ScopeKind: sight.User, Scope: user, Kind: "book", Record: ids["secret"], Why: "restricted"})
		})
		if got := sees(t, d, wide, "b.restricted", now); !strings.Contains(got, "secret") {
			t.Errorf("wide and named sees %q", got)
		}
	})
}

// Who reaches few records is shown a list made from those; who reaches more goes through it.
func TestListingGoesTheShorterWay(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		few, many := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}, access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		write(t, d, func(tx *db.Tx) error {
			var reach []sight.Reach
			for i := range 3001 {
				record := db.NewID()
				reach = append(reach, sight.Reach{ScopeKind: sight.User, Scope: many.ID, Kind: "book", Record: record, Why: "case", Until: sight.Forever})
				if i < 3000 {
					reach = append(reach, sight.Reach{ScopeKind: sight.User, Scope: few.ID, Kind: "book", Record: record, Why: "case", Until: sight.Forever})
				}
			}
			return db.Insert(tx, "reach", reach...)
		})
		for _, c := range []struct {
			name   string
			actor  access.Actor
			passes bool
		}{{"who reaches 3000", few, false}, {"who reaches 3001", many, true}, {"who sees all", access.Actor{ID: few.ID, Roles: few.Roles, Wide: true}, true}} {
			err := d.Read(t.Context(), func(q *db.Reader) error {
				l := sight.Lens{Actor: c.actor, Now: now, Kind: "book", Restricted: "b.restricted"}
				got, err := l.Listing(q, "b.id")
				want := l.Among("b.id")
				if c.passes {
					want = l.Passing("b.id")
				}
				if got.SQL != want.SQL {
					t.Errorf("%s: %s", c.name, got.SQL)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestOpenAndClose(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ids := shelf(t, d, "a", "b")
		one, two, team := db.NewID(), db.NewID(), db.NewID()
		reach := func(kind string, scope db.ID, why string, until calendar.Time) sight.Reach {
			return sight.Reach{ScopeKind: kind, Scope: scope, Kind: "book", Record: ids["a"], Why: why, Until: until}
		}
		of := func(want ...string) {
			t.Helper()
			var got []string
			err := d.Read(t.Context(), func(q *db.Reader) error {
				rows, err := sight.Of(q, "book", ids["a"])
				for _, r := range rows {
					name := map[db.ID]string{one: "one", two: "two", team: "team"}[r.Scope]
					until := fmt.Sprint(int64(r.Until - now))
					if r.Until == sight.Forever {
						until = "ever"
					}
					got = append(got, fmt.Sprint(r.ScopeKind, " ", name, " ", r.Why, " ", until))
				}
				return err
			})
			slices.Sort(got)
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("reach %q, want %q (%v)", got, want, err)
			}
		}
		open := func(rows ...sight.Reach) {
			t.Helper()
			write(t, d, func(tx *db.Tx) error { return sight.Open(tx, rows...) })
		}
		open()
		// The same key twice in one call: the last counts.
		open(reach(sight.User, one, "asked", now+1), reach(sight.User, two, "asked", 0), reach(sight.Team, team, "case", 0), reach(sight.User, one, "asked", now+2))
		of("user one asked 2", "user two asked ever", "team team case ever")
		open(reach(sight.Grant, one, "asked", now+5), reach(sight.User, one, "case", 0))
		of("grant one asked 5", "user one case ever", "user two asked ever", "team team case ever")
		write(t, d, func(tx *db.Tx) error { return sight.Close(tx, "book", ids["a"], "asked", two) })
		of("grant one asked 5", "user one case ever", "team team case ever")
		write(t, d, func(tx *db.Tx) error { return sight.Close(tx, "book", ids["a"], "case") })
		of("grant one asked 5")
		open(reach(sight.Team, team, "case", 0))
		write(t, d, func(tx *db.Tx) error { return sight.CloseKind(tx, "book", ids["a"], sight.Team) })
		of("grant one asked 5")

		// Many in few statements.
		var many []sight.Reach
		for range 1000 {
			many = append(many, sight.Reach{ScopeKind: sight.User, Scope: db.NewID(), Kind: "book", Record: ids["b"], Why: "case"})
		}
		ctx, trace := db.WithTrace(t.Context())
		if err := d.Write(ctx, func(tx *db.Tx) error { return sight.Open(tx, many...) }); err != nil || trace.Count() > 8 {
			t.Errorf("%d statements, %v", trace.Count(), err)
		}
		err := d.Read(t.Context(), func(q *db.Reader) error {
			rows, err := sight.Of(q, "book", ids["b"])
			if len(rows) != len(many) {
				t.Errorf("%d opened", len(rows))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestPlans asks each engine how it would find what is seen among 50,000
// rows: never by reading all of reach.
func TestPlans(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		a := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}, Teams: []db.ID{db.NewID(), db.NewID()}}
		write(t, d, func(tx *db.Tx) error {
			books := make([]book, 10_000)
			reach := make([]sight.Reach, 0, 50_000)
			scopes := make([]db.ID, 500)
			for i := range scopes {
				scopes[i] = db.NewID()
			}
			copy(scopes, a.Scopes())
			for i := range books {
				books[i] = book{ID: db.NewID(), Title: fmt.Sprint(i)}
				for j := range 5 {
					reach = append(reach, sight.Reach{ScopeKind: sight.User, Scope: scopes[(i*5+j)%len(scopes)], Kind: "book", Record: books[i].ID, Why: "case", Until: sight.Forever})
				}
			}
			if err := db.Insert(tx, "book", books...); err != nil {
				return err
			}
			return db.Insert(tx, "reach", reach...)
		})
		if err := d.Script(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		record := db.NewID()
		l := sight.Lens{Actor: a, Now: now, Kind: "book", Restricted: "b.restricted"}
		one := sight.And(sight.Clause{SQL: "b.id = ?", Args: []any{record}}, l.One("b.id"))
		among := l.Among("b.id")
		plan(t, d, "One", "SELECT b.title FROM book b WHERE "+one.SQL, one.Args)
		plan(t, d, "Among", "SELECT b.title FROM book b WHERE "+among.SQL, among.Args)
		plan(t, d, "Sees", "SELECT 1 FROM reach WHERE scope IN (??) AND kind = ? AND record = ? AND until > ? LIMIT 1", []any{db.ListOf(a.Scopes()), "book", record, now})
		plan(t, d, "Of", "SELECT scope FROM reach WHERE record = ? AND kind = ?", []any{record, "book"})
	})
}

type step struct {
	ID     int    `db:"id"`
	Parent int    `db:"parent"`
	Unused int    `db:"notused"`
	Detail string `db:"detail"`
}

func plan(t *testing.T, d *db.DB, name, text string, args []any) {
	t.Helper()
	all := explained(t, d, text, args)
	if strings.Contains(all, "SCAN reach") || strings.Contains(all, "Seq Scan on reach") || !strings.Contains(all, "reach") || !strings.Contains(strings.ToLower(all), "index") && !strings.Contains(all, "PRIMARY KEY") {
		t.Errorf("%s is found by\n%s", name, all)
	}
	if name != "Among" && (strings.Contains(all, "SCAN b") || strings.Contains(all, "Seq Scan on book")) {
		t.Errorf("%s reads every book:\n%s", name, all)
	}
}

// explained is how an engine would go about a statement.
func explained(t *testing.T, d *db.DB, text string, args []any) string {
	t.Helper()
	var lines []string
	err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		if d.Engine() == db.Postgres {
			lines, err = db.All[string](q, "EXPLAIN "+text, args...)
			return err
		}
		steps, err := db.All[step](q, "EXPLAIN QUERY PLAN "+text, args...)
		for _, s := range steps {
			lines = append(lines, s.Detail)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
