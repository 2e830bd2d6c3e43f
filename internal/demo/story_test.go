package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"kizuna/internal/demo"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider/hsds"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

// TestStories acts out every story in server/testdata on both engines, in both
// languages, by pages without JavaScript and by the API, in a demo agency of
// its own.
func TestStories(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		lang := text.JA
		if d.Engine() == db.Postgres {
			lang = text.EN
		}
		clock := kizunatest.Clock()
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: clock, BaseURL: "https://kizuna.test", Demo: true, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		agency, err := demo.Make(t.Context(), srv, t.TempDir(), demo.Options{Lang: text.JA, Persons: 300})
		if err != nil {
			t.Fatal(err)
		}
		begin := func(*testing.T) *kizunatest.Story {
			s := &kizunatest.Story{Handler: srv, Lang: lang, Enter: func(p *kizunatest.Person) error { return enter(agency, p) }}
			s.Verbs = verbs(s, srv, clock)
			return s
		}
		kizunatest.Stories(t, "../server/testdata/*.story", begin)
		kizunatest.Stories(t, "../server/testdata/outside/*.story", func(t *testing.T) *kizunatest.Story {
			folder, s := kizunatest.Vectors(t, "hsds1-ohana-sample/data/sample-csv"), begin(t)
			s.Verbs["import"] = func(_ *kizunatest.Person, rest string) error { return bringIn(agency, srv, folder, rest) }
			return s
		})
		kizunatest.Intact(t, srv.Run)
	})
}

// verbs are what these stories say besides the common ones; one about a directory
// from outside has "import N" too, which brings it in and finds N rows new:
//
//	work              runs the jobs that wait
//	days N            goes on N days later
//	date NAME N       keeps the date N days from today
//	key SECRET        asks from here on with this API key: somebody who is new
//	check             the references, the books and the sealed journal hold
func verbs(s *kizunatest.Story, srv *server.Server, clock *calendar.Fake) map[string]kizunatest.Verb {
	return map[string]kizunatest.Verb{
		"work": func(*kizunatest.Person, string) error {
			_, err := srv.Worker.Drain(context.Background())
			return err
		},
		"days": func(_ *kizunatest.Person, rest string) error {
			n, err := strconv.Atoi(rest)
			clock.Advance(time.Duration(n) * 24 * time.Hour)
			return err
		},
		"date": func(_ *kizunatest.Person, rest string) error {
			name, from, _ := strings.Cut(rest, " ")
			n, err := strconv.Atoi(from)
			s.Values[name] = string(clock.Now().Date(calendar.Tokyo).AddDays(n))
			return err
		},
		"key": func(p *kizunatest.Person, rest string) error {
			p.Header.Set("Authorization", "Bearer "+rest)
			return nil
		},
		"check": func(*kizunatest.Person, string) error { return holds(srv) },
	}
}

// bringIn imports a directory of providers as `kizuna import hsds --activate` does
// and tells when another number of rows than expected is new or changed.
func bringIn(agency *demo.Agency, srv *server.Server, folder, want string) error {
	manager, _ := agency.As(access.ProgramManager)
	report, err := hsds.Import(context.Background(), srv.Rooms.Providers, manager.Actor(), os.DirFS(folder), hsds.Options{Source: "ohana", Activate: true, Lang: text.EN})
	kept := 0
	for _, c := range report.Counts {
		kept += c.New + c.Changed
	}
	if err == nil && strconv.Itoa(kept) != want {
		err = fmt.Errorf("%d rows are new or changed: %+v", kept, report.Counts)
	}
	return err
}

// holds seals the journal and looks over the whole agency, as `kizuna check` and
// `kizuna audit verify` do: references, books, every row of the journal.
func holds(srv *server.Server) error {
	ctx, run := context.Background(), srv.Run
	if _, err := (journal.Sealer{Data: run.Data, Vault: run.Vault, Clock: run.Clock}).SealAll(ctx); err != nil {
		return err
	}
	found, err := operate.Check(ctx, run.Data, run.Vault)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%v", found)
	}
	return err
}

// enter signs a person of the demo in: by role, or by the name of the mail
// address. What they ask by API they ask with their key. Who begins with
// "new_" has come in the story itself and shows a key first.
func enter(agency *demo.Agency, p *kizunatest.Person) error {
	for _, x := range agency.Accounts {
		if access.Role(p.Name) == x.Role || strings.HasPrefix(x.Email, p.Name+"@") {
			p.Header.Set("Authorization", "Bearer "+x.APIKey)
			return nil
		}
	}
	if p.Name == "nobody" || strings.HasPrefix(p.Name, "new_") {
		return nil
	}
	return fmt.Errorf("nobody in the demo is %s", p.Name)
}
