package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/demo"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
	"kizuna/internal/server"
)

// stay are the columns that go on naming a person whose record was merged.
var stay = map[string]string{
	"duplicate.person":    "is of the two that were compared",
	"duplicate.other":     "is of the two that were compared",
	"person_merge.person": "is of the two that were merged; a later merge is undone first",
	"person_merge.merged": "is of the two that were merged",
	"import_row.person":   "says what an import made of a row; the page leads on, and a row that waits is refused when its turn comes",
	"case_prompt.about":   "says whom a prompt told of when it was made; the page leads on",
}

// TestEveryReferenceToAPersonIsMoved compares what the schema says of persons with what is moved when
// two are merged.
func TestEveryReferenceToAPersonIsMoved(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	named := map[string]bool{}
	read(t, d, func(q db.Q) error {
		type column struct {
			Table  string `db:"t"`
			Column string `db:"c"`
		}
		// A reference, or a column that is called like one where the schema has none.
		list, err := db.All[column](q, `SELECT m.name AS t, f."from" AS c FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f."table" = 'person'
			UNION SELECT m.name, i.name FROM sqlite_master m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND i.name = 'person'`)
		for _, c := range list {
			named[c.Table+"."+c.Column] = true
		}
		return err
	})
	if len(named) < 30 {
		t.Fatalf("only %d columns name a person", len(named))
	}
	moved := map[string]bool{}
	for _, r := range flow.References("person") {
		moved[r.Table+"."+r.Column] = true
		if r.KindColumn == "" && !named[r.Table+"."+r.Column] {
			t.Errorf("%s.%s is moved and names no person", r.Table, r.Column)
		}
	}
	for c := range named {
		if why := stay[c]; moved[c] == (why != "") {
			t.Errorf("%s names a person: a field tagged names:\"person\" is moved with them (it is: %t), one that stays has its reason here (it has: %q)", c, moved[c], why)
		}
	}
}

// TestMergeMovesEveryRowAndUndoGivesItBack merges a resident who has a row in every table that can name
// a person into another, and takes it back: afterwards every row of every table is as it was.
func TestMergeMovesEveryRowAndUndoGivesItBack(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), BaseURL: "https://kizuna.test", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		if _, err := demo.Make(ctx, srv, t.TempDir(), demo.Options{Lang: text.JA}); err != nil {
			t.Fatal(err)
		}
		room, chief := srv.Rooms.People, kizunatest.Staff(access.Supervisor)
		chief.Wide = true
		other := richest(t, d)
		enrich(t, srv, chief, other)
		lend(t, d, other)
		pair := paired(t, room, chief, other)
		keep := pair.With(other)
		sharing(t, srv, chief, keep, other)
		before, named := rowsOf(t, d), naming(t, d, other)
		for place, n := range named {
			if n == 0 {
				t.Errorf("no row has %s: nothing is proved for it", place)
			}
		}

		first, err := room.Get(ctx, chief, pair.Person)
		if err != nil {
			t.Fatal(err)
		}
		second, err := room.Get(ctx, chief, pair.Other)
		if err != nil {
			t.Fatal(err)
		}
		traced, trace := db.WithTrace(ctx)
		m, err := room.Merge(traced, chief, pair.ID, people.MergeInput{Keep: keep, Name: other, Version: pair.Version, First: first.Person.Version, Second: second.Person.Version, Reason: "窓口で確かめた"})
		if err != nil {
			t.Fatal(err)
		}
		entered(t, d, trace.Statements)
		for place, n := range naming(t, d, other) {
			if n > 0 {
				t.Errorf("%d rows still have %s", n, place)
			}
		}
		for place, n := range naming(t, d, keep) {
			if n < named[place] {
				t.Errorf("%d rows have %s, %d were to come", n, place, named[place])
			}
		}
		read(t, d, func(q db.Q) error {
			n, err := db.One[int](q, "SELECT COUNT(*) FROM reach WHERE kind = 'person' AND record = ? AND why LIKE 'case %'", other)
			if n > 0 {
				t.Errorf("%d reach the merged record by a case", n)
			}
			if err == nil {
				n, err = db.One[int](q, "SELECT COUNT(*) FROM reach WHERE scope_kind = 'resident' AND scope = ?", other)
			}
			if n > 0 {
				t.Errorf("%d records are reached by the merged record's own sign-in", n)
			}
			return err
		})
		if at, err := room.Standing(ctx, chief, other); err != nil || at != keep {
			t.Errorf("led to %v: %v", at, err)
		}
		found, err := room.Search(ctx, chief, second.Person.Name, 50)
		if err != nil || slices.ContainsFunc(found, func(x people.Match) bool { return x.Card.ID == other }) ||
			!slices.ContainsFunc(found, func(x people.Match) bool { return x.Card.ID == keep }) {
			t.Errorf("found %+v: %v", found, err)
		}
		// A write that was on its way comes in late, and is moved as well.
		write(t, d, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE alert SET person = ? WHERE person = ?", other, keep)
			return err
		})
		if err := room.Follow(ctx, other); err != nil {
			t.Fatal(err)
		}
		if n := naming(t, d, other)["alert.person"]; n > 0 {
			t.Errorf("%d late rows were left behind", n)
		}

		views, err := room.Merges(ctx, chief, keep, db.ID{}, 2)
		if err != nil || len(views) != 1 || views[0].Reason != "窓口で確かめた" || views[0].By != chief.ID || views[0].Other.ID != other {
			t.Fatalf("%+v: %v", views, err)
		}
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: m.Version}); err == nil {
			t.Error("a stale copy was taken")
		}
		if _, err := room.Undo(ctx, chief, m.ID, people.UndoInput{Version: views[0].Version}); err != nil {
			t.Fatal(err)
		}
		after := rowsOf(t, d)
		for _, table := range slices.Sorted(maps.Keys(before)) {
			for _, row := range missing(before[table], after[table]) {
				t.Errorf("%s lacks %s", table, row)
			}
			for _, row := range missing(after[table], before[table]) {
				t.Errorf("%s has %s", table, row)
			}
		}
	})
}

// entered fails for a statement that reads a table from end to end. SQLite is asked, which has no
// statistics here by which it might choose to.
func entered(t *testing.T, d *db.DB, statements []db.Statement) {
	t.Helper()
	if d.Engine() == db.Postgres {
		return
	}
	read(t, d, func(q db.Q) error {
		for _, s := range statements {
			if !strings.HasPrefix(s.Text, "SELECT") {
				continue
			}
			type step struct {
				ID     int    `db:"id"`
				Parent int    `db:"parent"`
				Unused int    `db:"notused"`
				Detail string `db:"detail"`
			}
			steps, err := db.All[step](q, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
			if err != nil {
				return err
			}
			for _, x := range steps {
				if strings.HasPrefix(x.Detail, "SCAN ") && !strings.Contains(x.Detail, "CONSTANT ROW") {
					t.Errorf("%s\n\t%s", x.Detail, s.Text)
				}
			}
		}
		return nil
	})
}

func read(t *testing.T, d *db.DB, f func(q db.Q) error) {
	t.Helper()
	if err := d.Read(t.Context(), func(q *db.Reader) error { return f(q) }); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// richest is who most rows name.
func richest(t *testing.T, d *db.DB) (id db.ID) {
	t.Helper()
	read(t, d, func(q db.Q) (err error) {
		id, err = db.One[db.ID](q, `SELECT p.id FROM person p JOIN session_enrolment e ON e.person = p.id JOIN case_file c ON c.person = p.id
			WHERE p.status = 'active' AND p.restricted = FALSE AND p.died_on = '' GROUP BY p.id ORDER BY COUNT(*) DESC, p.id LIMIT 1`)
		return err
	})
	return id
}

// enrich gives a person what nobody in the demo has.
func enrich(t *testing.T, srv *server.Server, a access.Actor, person db.ID) {
	t.Helper()
	users, err := srv.Rooms.Account.Users(t.Context(), access.TheSystem(), account.UserFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := srv.Rooms.People.RecordInterest(t.Context(), a, people.InterestInput{User: users.Users[0].ID, Person: person, Kind: "family"}); err != nil {
		t.Fatal(err)
	}
	room := srv.Rooms.People
	f, err := room.Get(t.Context(), a, person)
	if err == nil {
		_, err = room.AddIdentifier(t.Context(), a, person, "pension", "12-3456")
	}
	if err == nil {
		_, err = room.Protect(t.Context(), a, person, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: f.Person.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
	write(t, srv.Run.Data, func(tx *db.Tx) error {
		_, err := db.Exec(tx, `INSERT INTO recertification (id, status, version, created_at, updated_at, assignment, case_id, person, due_on)
			SELECT ?, 'lapsed', 1, 0, 0, id, case_id, person, '2026-01-01' FROM benefit_assignment LIMIT 1`, db.NewID())
		return err
	})
}

// lend gives a person a row in each place that names nobody of theirs yet.
func lend(t *testing.T, d *db.DB, person db.ID) {
	t.Helper()
	named := naming(t, d, person)
	write(t, d, func(tx *db.Tx) error {
		for _, r := range flow.References("person") {
			if named[r.Table+"."+r.Column] > 0 {
				continue
			}
			set, args := r.Column+" = ?", []any{person}
			switch {
			case r.ViaTable != "":
				return fmt.Errorf("%s.%s is found through another table and has no row", r.Table, r.Column)
			case r.Via != "":
				set, args = set+", "+r.Via+" = ?", append(args, person)
			}
			if r.KindColumn != "" {
				set += ", " + r.KindColumn + " = 'person'"
			}
			if _, err := db.Exec(tx, "UPDATE "+r.Table+" SET "+set+" WHERE id = (SELECT id FROM "+r.Table+" WHERE id <> ? ORDER BY id LIMIT 1)", append(args, person)...); err != nil {
				return err
			}
		}
		return lent(tx, person)
	})
}

// lent lets somebody who was given rows by SQL reach what their room would have let them.
func lent(tx *db.Tx, person db.ID) error {
	list, err := db.All[db.ID](tx, "SELECT id FROM application WHERE person = ?", person)
	for _, id := range list {
		if err == nil {
			err = sight.Open(tx, sight.Reach{ScopeKind: sight.Resident, Scope: person, Kind: "application", Record: id, Why: "applicant"})
		}
	}
	return err
}

// paired is the candidate of a person and of somebody who was just registered and is written alike.
func paired(t *testing.T, room *people.Room, a access.Actor, person db.ID) people.Candidate {
	t.Helper()
	f, err := room.Get(t.Context(), a, person)
	if err != nil {
		t.Fatal(err)
	}
	in := f.Input()
	for i := range in.Names {
		in.Names[i].ID = db.ID{}
	}
	for i := range in.Contacts {
		in.Contacts[i].ID = db.ID{}
	}
	for i := range in.Addresses {
		in.Addresses[i].ID = db.ID{}
	}
	in.Gender, in.Restricted = "", false
	made, err := room.Create(t.Context(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Weigh(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	list, err := room.Duplicates(t.Context(), a, "open", db.ID{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Person == person && c.Other == made.ID {
			return c
		}
	}
	t.Fatalf("not among %d candidates", len(list))
	return people.Candidate{}
}

// sharing has two persons in one case and one household, where the other was, registered in two, and tied to each other.
func sharing(t *testing.T, srv *server.Server, a access.Actor, keep, other db.ID) {
	t.Helper()
	var of, household db.ID
	var version int64
	read(t, srv.Run.Data, func(q db.Q) (err error) {
		if of, err = db.One[db.ID](q, "SELECT case_id FROM case_participant WHERE person = ? AND status = 'active' LIMIT 1", other); err == nil {
			household, err = db.One[db.ID](q, "SELECT household FROM household_member WHERE person = ? AND status = 'active' AND until_date = '' LIMIT 1", other)
		}
		if err == nil {
			version, err = db.One[int64](q, "SELECT version FROM household WHERE id = ?", household)
		}
		return err
	})
	for i, person := range []db.ID{keep, other} { // both registered at the same time, in two places
		from := calendar.Date("2018-04-01").AddDays(i)
		_, err := srv.Rooms.People.CreateHousehold(t.Context(), a, people.HouseholdInput{Kind: "registered", Members: []people.MemberInput{{Person: person, From: from}}})
		if f, ok := fault.As(err); ok && f.Fields[0].Key == "people.fault.already_registered" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := srv.Rooms.Cases.AddParticipant(t.Context(), a, of, cases.ParticipantInput{Person: keep, Role: "family"})
	if err == nil {
		_, err = srv.Rooms.People.Join(t.Context(), a, household, people.JoinInput{Person: keep, Relation: "other", From: "2026-01-01", Version: version})
	}
	if err == nil {
		_, err = srv.Rooms.People.Relate(t.Context(), a, people.Relationship{Person: keep, Other: other, Kind: "sibling"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// naming counts the rows that name a person, by place.
func naming(t *testing.T, d *db.DB, person db.ID) map[string]int {
	t.Helper()
	out := map[string]int{}
	read(t, d, func(q db.Q) error {
		for _, r := range flow.References("person") {
			where := r.Column + " = ?"
			if r.KindColumn != "" {
				where += " AND " + r.KindColumn + " = 'person'"
			}
			n, err := db.One[int](q, "SELECT COUNT(*) FROM "+r.Table+" WHERE "+where, person)
			if err != nil {
				return err
			}
			out[r.Table+"."+r.Column] = n
		}
		return nil
	})
	return out
}

// passing are tables that tell of what was done, and so have more to tell afterwards.
var passing = []string{"journal", "journal_seal", "read_line", "job", "lease", "idempotency", "person_merge", "duplicate", "goose_db_version", "search_index", "number_block", "number_slot"}

// rowsOf gives every row of every other table as text, without what counts its changes.
func rowsOf(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	read(t, d, func(q db.Q) error {
		type column struct {
			Table  string `db:"t"`
			Column string `db:"c"`
		}
		list := "SELECT m.name AS t, i.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_index%'"
		as := "quote(%s)"
		if q.Engine() == db.Postgres {
			list = "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = current_schema()"
			as = "COALESCE(CAST(%s AS text), '')"
		}
		columns, err := db.All[column](q, list)
		if err != nil {
			return err
		}
		of := map[string][]string{}
		for _, c := range columns {
			if c.Column != "version" && c.Column != "updated_at" && (c.Table != "search_row" || c.Column != "id") {
				of[c.Table] = append(of[c.Table], fmt.Sprintf(as, c.Column))
			}
		}
		for table, columns := range of {
			if slices.Contains(passing, table) {
				continue
			}
			if out[table], err = db.All[string](q, "SELECT "+strings.Join(columns, " || '|' || ")+" FROM "+table); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
	return out
}

// missing are the rows of one list that another lacks.
func missing(of, in []string) (out []string) {
	n := map[string]int{}
	for _, row := range in {
		n[row]++
	}
	for _, row := range of {
		if n[row]--; n[row] < 0 {
			out = append(out, row)
		}
	}
	return out
}
