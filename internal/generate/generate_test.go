package generate_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
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

// same are the tables that a seed decides to the last byte.
var same = []string{"person", "person_name", "person_contact", "person_address", "household", "household_member"}

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
			if x[table] != y[table] || x[table].Rows < 100 {
				t.Errorf("%+v and %+v", x[table], y[table])
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

func TestPeopleAreFoundAndReached(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		out := made(t, s, generate.Options{Persons: 600, Seed: 1})
		if out.Persons != 600 {
			t.Fatalf("made %+v", out)
		}
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
	})
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
