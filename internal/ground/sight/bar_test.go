package sight_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
)

// A book concerns who wrote it.
var _ = sight.Concerns("book", "author", "SELECT x.book FROM wrote x WHERE x.author IN (@barred)")

func withAuthors(t *testing.T, f func(t *testing.T, d *db.DB)) {
	each(t, func(t *testing.T, d *db.DB) {
		id := map[db.Engine]string{db.SQLite: "BLOB", db.Postgres: "uuid"}[d.Engine()]
		if err := d.Script(t.Context(), "CREATE TABLE wrote (book "+id+" NOT NULL, author "+id+" NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		f(t, d)
	})
}

type wrote struct {
	Book   db.ID `db:"book"`
	Author db.ID `db:"author"`
}

// However a record is reached, who is barred from it or from whom it concerns does not see it, nor
// one that comes to concern them later; another user of the same team and provider does.
func TestABarKeepsOneUserOut(t *testing.T) {
	withAuthors(t, func(t *testing.T, d *db.DB) {
		ids := shelf(t, d, "own", "team", "lent", "free", "secret")
		user, other, team, author := db.NewID(), db.NewID(), db.NewID(), db.NewID()
		reach := func(kind string, scope db.ID, title string) sight.Reach {
			return sight.Reach{ScopeKind: kind, Scope: scope, Kind: "book", Record: ids[title], Why: kind}
		}
		write(t, d, func(tx *db.Tx) error {
			return sight.Open(tx, reach(sight.User, user, "own"), reach(sight.Team, team, "team"), reach(sight.Grant, user, "lent"),
				reach(sight.User, user, "free"), reach(sight.User, user, "secret"))
		})
		staff := access.Actor{ID: user, Roles: []access.Role{access.Caseworker}, Teams: []db.ID{team}, Barred: true}
		colleague := access.Actor{ID: other, Roles: staff.Roles, Teams: staff.Teams}
		wide := staff
		wide.Wide = true
		look := func(mine, all string) {
			t.Helper()
			if got := sees(t, d, staff, "b.restricted", now); got != mine {
				t.Errorf("who is barred sees %q, want %q", got, mine)
			}
			if got := sees(t, d, wide, "b.restricted", now); got != all {
				t.Errorf("who is barred and sees widely sees %q, want %q", got, all)
			}
			if got := sees(t, d, wide, "", now); got != all {
				t.Errorf("of a kind without restriction they see %q, want %q", got, all)
			}
			if got := sees(t, d, colleague, "b.restricted", now); got != "team" {
				t.Errorf("a colleague sees %q", got)
			}
		}
		look("free lent own secret team", "free lent own secret team")
		bar := func(kind string, record db.ID) {
			t.Helper()
			write(t, d, func(tx *db.Tx) error {
				b := sight.Bar{Scope: user, Kind: kind, Record: record, Why: "interest", At: now}
				return sight.Shut(tx, b, b) // twice is once
			})
		}
		for _, title := range []string{"own", "team", "lent", "secret"} {
			bar("book", ids[title])
		}
		look("free", "free")
		bar("author", author)
		look("free", "free")
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "wrote", wrote{ids["free"], author}) })
		look("", "")
		if got := sees(t, d, access.TheSystem(), "b.restricted", now); got != "free lent own secret team" {
			t.Errorf("the system sees %q", got)
		}
		err := d.Read(t.Context(), func(q *db.Reader) error {
			who, err := sight.BarredFrom(q, "book", ids["own"], ids["team"], ids["free"])
			if !slices.Equal(who, []db.ID{user}) {
				t.Errorf("barred are %v", who)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error { return sight.Lift(tx, user, "interest") })
		look("free lent own secret team", "free lent own secret team")
	})
}

// Whatever reaches what and whoever is barred: lists, loads and Sees agree, and show what is reached
// without what is barred.
func TestBarsAndReachAgree(t *testing.T) {
	withAuthors(t, func(t *testing.T, d *db.DB) {
		titles := []string{"a", "b", "c", "d", "e"}
		ids := shelf(t, d, titles...)
		rapid.Check(t, func(r *rapid.T) {
			user, team, author := db.NewID(), db.NewID(), db.NewID()
			var seen []string
			wide := rapid.Bool().Draw(r, "wide")
			write(t, d, func(tx *db.Tx) error {
				for _, title := range titles {
					how := rapid.SampledFrom([]string{"", sight.User, sight.Team, sight.Grant}).Draw(r, "reach "+title)
					barred := rapid.SampledFrom([]string{"", "", "book", "author"}).Draw(r, "bar "+title)
					if (how != "" || wide) && barred == "" {
						seen = append(seen, title)
					}
					scope := map[string]db.ID{sight.User: user, sight.Team: team, sight.Grant: user}[how]
					if err := sight.Open(tx, sight.Reach{ScopeKind: how, Scope: scope, Kind: "book", Record: ids[title], Why: how}); err != nil {
						return err
					}
					record := map[string]db.ID{"book": ids[title], "author": author}[barred]
					if barred == "" {
						continue
					}
					if barred == "author" {
						if err := db.Insert(tx, "wrote", wrote{ids[title], author}); err != nil {
							return err
						}
					}
					if err := sight.Shut(tx, sight.Bar{Scope: user, Kind: barred, Record: record, Why: "interest", At: now}); err != nil {
						return err
					}
				}
				return nil
			})
			a := access.Actor{ID: user, Roles: []access.Role{access.Caseworker}, Teams: []db.ID{team}, Wide: wide, Barred: true}
			if got := sees(t, d, a, "b.restricted", now); got != strings.Join(seen, " ") {
				r.Fatalf("sees %q, want %q", got, seen)
			}
		})
	})
}

// What is barred is found by index, and once for a list.
func TestPlansOfBars(t *testing.T) {
	withAuthors(t, func(t *testing.T, d *db.DB) {
		a := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}, Barred: true}
		write(t, d, func(tx *db.Tx) error {
			bars := make([]sight.Bar, 20_000)
			for i := range bars {
				bars[i] = sight.Bar{Scope: db.NewID(), Kind: "book", Record: db.NewID(), Why: "interest", At: now}
			}
			return db.Insert(tx, "bar", bars...)
		})
		if err := d.Script(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		text := "SELECT record FROM bar WHERE scope = ? AND kind = ?"
		for name, args := range map[string][]any{text: {a.ID, "book"}, "SELECT scope FROM bar WHERE record IN (??) AND kind = ?": {db.ListOf([]db.ID{db.NewID()}), "book"}} {
			if all := explained(t, d, name, args); strings.Contains(all, "SCAN bar") || strings.Contains(all, "Seq Scan on bar") {
				t.Errorf("%s is found by\n%s", name, all)
			}
		}
	})
}
