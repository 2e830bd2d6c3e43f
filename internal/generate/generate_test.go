package generate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

var ctx = context.Background()

func serve(t *testing.T, d *db.DB) *server.Server {
	t.Helper()
	s, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), NoWork: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func made(t *testing.T, s *server.Server, o generate.Options) generate.Made {
	t.Helper()
	o.Today = "2026-11-24"
	if o.Lang == "" {
		o.Lang = text.JA
	}
	out, err := generate.Make(ctx, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same are the tables that a seed decides to the last byte. The others name
// users, teams and benefits, whose ids are made anew; what of those a seed
// decides is asked for by column.
var same = []string{"person", "person_name", "person_contact", "person_address", "household", "household_member", "organization", "provider_site"}

var sameColumns = []string{
	"id, number, status, name FROM provider",
	"id, number, status, stage, main_kind, person, due_on, next_action, waits_for, created_at FROM case_file",
	"id, case_id, channel, happened_at, body FROM case_note",
	"id, status, case_id, person, provider, quantity, cost, from_date, until_date, ended_on FROM benefit_assignment",
	"id, number, status, case_id, assignment, chosen, sent_at FROM referral",
	"id, number, status, referral, invitation, provider, units, from_date FROM authorization_given",
	"id, status, provider, rule, from_date, starts FROM schedule",
	"id, status, schedule, seq, starts_at FROM session",
	"id, status, session, authorization_id, created_at FROM session_enrolment",
	"id, status, enrolment, planned FROM disbursement",
	"id, enrolment, disbursement, outcome, quantity, created_at FROM attendance_mark",
	"provider, amount, status FROM payment_request",
	"disbursement, amount, fiscal_year, status FROM payment_line",
}

func sums(t *testing.T, s *server.Server) map[string]operate.Sum {
	t.Helper()
	list, err := operate.Sums(ctx, s.Run.Data)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]operate.Sum{}
	for _, x := range list {
		out[x.Table] = x
	}
	return out
}

func TestSameSeedSamePeople(t *testing.T) {
	kizunatest.BothDB(t, func(t *testing.T, sqlite, postgres *db.DB) {
		o := generate.Options{Persons: 300, Seed: 7}
		a, b := serve(t, sqlite), serve(t, postgres)
		first := made(t, a, o)
		made(t, b, o)
		if first.Persons != 300 || first.Password == "" || first.Cases < 30 {
			t.Errorf("made %+v", first)
		}
		x, y := sums(t, a), sums(t, b)
		for _, table := range same {
			if x[table] != y[table] || x[table].Rows < 4 {
				t.Errorf("%+v and %+v", x[table], y[table])
			}
		}
		for _, what := range sameColumns {
			x, y := column(t, a, what), column(t, b, what)
			if x != y || len(x) < 10 {
				t.Errorf("%s: %s and %s", what, cut(x), cut(y))
			}
		}
		other := serve(t, kizunatest.NewDB(t, db.SQLite))
		o.Seed = 8
		made(t, other, o)
		if z := sums(t, other); z["person_name"] == x["person_name"] {
			t.Error("another seed made the same people")
		}
	})
}

// column gives all rows of some columns of a table, in one order.
func column(t *testing.T, s *server.Server, what string) string {
	t.Helper()
	names, of, _ := strings.Cut(what, " FROM ")
	var rows []string
	err := s.Run.Read(ctx, func(q *db.Reader) error {
		tables, err := db.Tables(q)
		if err != nil {
			return err
		}
		x := tables[slices.IndexFunc(tables, func(x db.Table) bool { return x.Name == of })]
		x.Columns = slices.DeleteFunc(x.Columns, func(c db.TableColumn) bool { return !slices.Contains(strings.Split(names, ", "), c.Name) })
		return db.EachRow(q, x, func(values []any) error {
			rows = append(rows, fmt.Sprintln(values...))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return strings.Join(rows, "")
}

func cut(s string) string { return s[:min(len(s), 300)] }

func TestRunAgainMakesOnlyTheRest(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		made(t, s, generate.Options{Persons: 50, Seed: 3})
		if again := made(t, s, generate.Options{Persons: 50, Seed: 3}); again.Persons != 0 || again.Found != 50 || again.Password != "" {
			t.Errorf("again: %+v", again)
		}
		if more := made(t, s, generate.Options{Persons: 120, Seed: 3}); more.Found < 48 || more.Persons+more.Found < 120 {
			t.Errorf("more: %+v", more)
		}
		kizunatest.Intact(t, s.Run)
		if found, err := operate.Check(ctx, d, s.Run.Vault); err != nil || len(found) > 0 {
			t.Errorf("check: %v, %v", found, err)
		}
	})
}

// TestInterruptedRunGoesOn ends a run after its first lot, and the next one
// makes the rest: as one that was never interrupted, byte for byte.
func TestInterruptedRunGoesOn(t *testing.T) {
	o := generate.Options{Persons: 1300, Seed: 4, Lang: text.JA, Today: "2026-11-24"}
	whole, halved := serve(t, kizunatest.NewDB(t, db.SQLite)), serve(t, kizunatest.NewDB(t, db.SQLite))
	made(t, whole, o)
	stopped, stop := context.WithCancel(ctx)
	o.Tell = func(generate.Progress) { stop() }
	first, err := generate.Make(stopped, halved, o)
	if !errors.Is(err, context.Canceled) || first.Persons < 500 || first.Persons > 1200 {
		t.Fatalf("made %+v, %v", first, err)
	}
	o.Tell = nil
	if rest := made(t, halved, o); rest.Found != first.Persons || rest.Persons != 1300-first.Persons {
		t.Errorf("made %+v after %+v", rest, first)
	}
	x, y := sums(t, whole), sums(t, halved)
	for _, table := range same {
		if x[table] != y[table] {
			t.Errorf("%+v and %+v", x[table], y[table])
		}
	}
	for _, what := range sameColumns {
		if x, y := column(t, whole, what), column(t, halved, what); x != y {
			t.Errorf("%s: %s and %s", what, cut(x), cut(y))
		}
	}
	if found, err := operate.Check(ctx, halved.Run.Data, halved.Run.Vault); err != nil || len(found) > 0 {
		t.Errorf("check: %v, %v", found, err)
	}
}

func TestAgency(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		out := made(t, s, generate.Options{Persons: 600, Seed: 1})
		if out.Persons != 600 || out.Cases != 240 || out.Disbursements != 3000 || out.Providers != 4 || out.Claims == 0 {
			t.Errorf("made %+v", out)
		}
		t.Run("proportions", func(t *testing.T) { proportions(t, s) })
		t.Run("people are found and reached", func(t *testing.T) { peopleAreFoundAndReached(t, s) })
		t.Run("providers see who comes", func(t *testing.T) { providersSeeWhoComes(t, s) })
		kizunatest.Intact(t, s.Run)
		if found, err := operate.Check(ctx, d, s.Run.Vault); err != nil || len(found) > 0 {
			t.Errorf("check: %v, %v", found, err)
		}
	})
}

// proportions hold at every size; and whatever rooms promise of their records
// holds of those that were loaded.
func proportions(t *testing.T, s *server.Server) {
	for _, x := range []struct {
		what        string
		least, most int
	}{
		{"disbursement", 3000, 3000},
		{"session_enrolment e JOIN session s ON s.id = e.session AND s.status = 'scheduled'", 200, 2200},
		{"attendance_mark WHERE outcome = 'absent'", 20, 200},
		{"journal", 12_000, 16_000},
		{"case_file WHERE status = 'open' AND stage = 'assessing'", 20, 80},
		{"case_file WHERE status = 'open' AND stage = 'monitoring'", 15, 90},
		{"case_file WHERE status = 'resolved'", 40, 140},
		{"case_file WHERE status = 'closed'", 4, 40},
		{"payment_line WHERE status = 'paid'", 1, 3000},
		{"ledger_posting", 10, 9000},
		// What no room would let happen:
		{"session s WHERE capacity < (SELECT COUNT(*) FROM session_enrolment e WHERE e.session = s.id)", 0, 0},
		{"authorization_given z WHERE units < (SELECT SUM(planned) FROM disbursement d WHERE d.authorization_id = z.id)", 0, 0},
		{"authorization_given z WHERE status = 'active' AND units <= (SELECT SUM(quantity) FROM attendance_mark m WHERE m.authorization_id = z.id)", 0, 0},
		{"authorization_given WHERE status = 'active' AND until_date < '2026-11-24'", 0, 0},
		{"session_enrolment e JOIN session s ON s.id = e.session WHERE (s.status = 'completed') = (e.status = 'enrolled')", 0, 0},
		{"session_enrolment e LEFT JOIN attendance_mark m ON m.enrolment = e.id WHERE e.status <> COALESCE(m.outcome, 'enrolled')", 0, 0},
		{"session_enrolment e JOIN session s ON s.id = e.session JOIN authorization_given z ON z.id = e.authorization_id WHERE s.provider <> z.provider OR s.on_date < z.from_date OR s.on_date > z.until_date", 0, 0},
		{"attendance_mark WHERE created_at > 1796000000000", 0, 0},
		{"case_file c WHERE status NOT IN ('open', 'paused') AND EXISTS (SELECT 1 FROM referral r WHERE r.case_id = c.id AND r.status <> 'completed')", 0, 0},
		{"case_file c WHERE status NOT IN ('open', 'paused') AND EXISTS (SELECT 1 FROM benefit_assignment b WHERE b.case_id = c.id AND b.status <> 'completed')", 0, 0},
		{"referral r WHERE (status = 'in_service') <> (EXISTS (SELECT 1 FROM attendance_mark m WHERE m.referral = r.id AND m.quantity > 0)) AND status <> 'completed'", 0, 0},
	} {
		if n := count(t, s, x.what); n < x.least || n > x.most {
			t.Errorf("%d rows of %s", n, x.what)
		}
	}
}

func count(t *testing.T, s *server.Server, what string) (n int) {
	t.Helper()
	err := s.Run.Read(ctx, func(q *db.Reader) (err error) {
		n, err = db.One[int](q, "SELECT COUNT(*) FROM "+what)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return n
}

// providersSeeWhoComes opens what was loaded as a provider does: its sessions,
// and the names that its packets tell.
func providersSeeWhoComes(t *testing.T, s *server.Server) {
	page, err := s.Rooms.Account.Users(ctx, access.TheSystem(), account.UserFilter{Query: generate.Provider(0), Kind: account.Provider})
	if err != nil || len(page.Users) != 1 {
		t.Fatalf("%v, %v", page, err)
	}
	u := page.Users[0]
	by := access.Actor{ID: u.ID, Roles: u.Roles, Provider: u.Provider, SignIn: db.NewID()}
	list, err := s.Rooms.Delivery.Sessions(ctx, by, delivery.SessionFilter{Limit: 5})
	if err != nil || len(list) != 5 {
		t.Fatalf("%d sessions, %v", len(list), err)
	}
	f, err := s.Rooms.Delivery.Roster(ctx, by, list[0].ID)
	if err != nil || len(f.Seats) == 0 || f.Seats[0].Authorization.Name == "" {
		t.Errorf("a roster: %+v, %v", f, err)
	}
	found, err := s.Rooms.Providers.Search(ctx, worker(t, s, generate.Worker(0)), provider.SearchInput{Text: "センター", OpeningsOnly: true})
	if err != nil || len(found) == 0 {
		t.Errorf("%d offerings found, %v", len(found), err)
	}
}

func peopleAreFoundAndReached(t *testing.T, s *server.Server) {
	many := worker(t, s, generate.Worker(0))
	for _, word := range []string{"田中", "たなか", "tanaka"} {
		found, err := s.Rooms.People.Search(ctx, many, word, 50)
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %d found, %v", word, len(found), err)
		}
	}
	list, err := s.Rooms.People.List(ctx, many, db.ID{}, 200)
	if err != nil || len(list) < 150 {
		t.Fatalf("the largest team reaches %d, %v", len(list), err)
	}
	file, err := s.Rooms.People.Get(ctx, many, list[0].ID)
	if err != nil || len(file.Names) == 0 || len(file.Addresses) == 0 || len(file.Members) == 0 || file.Names[0].FamilyKana == "" {
		t.Errorf("a file: %+v, %v", file, err)
	}
	few, err := s.Rooms.People.List(ctx, worker(t, s, generate.Worker(generate.Fewest)), db.ID{}, 200)
	if err != nil || len(few) > 20 {
		t.Errorf("the smallest team reaches %d, %v", len(few), err)
	}
}

func worker(t *testing.T, s *server.Server, mail string) access.Actor {
	t.Helper()
	page, err := s.Rooms.Account.Users(ctx, access.TheSystem(), account.UserFilter{Query: mail, Kind: account.Staff})
	if err != nil || len(page.Users) != 1 {
		t.Fatalf("%s: %v, %v", mail, page, err)
	}
	u := page.Users[0]
	return access.Actor{ID: u.ID, Roles: u.Roles, Teams: page.Teams[u.ID], SignIn: db.NewID()}
}
