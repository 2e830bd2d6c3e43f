package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"kizuna/internal/demo"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
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
		agency, err := demo.Make(t.Context(), srv, t.TempDir(), demo.Options{Lang: text.JA})
		if err != nil {
			t.Fatal(err)
		}
		kizunatest.Stories(t, "../server/testdata/*.story", func(t *testing.T) *kizunatest.Story {
			return &kizunatest.Story{
				Handler: srv, Lang: lang,
				Enter: func(p *kizunatest.Person) error { return enter(agency, p) },
				Verbs: map[string]kizunatest.Verb{
					"work": func(*kizunatest.Person, string) error {
						_, err := srv.Worker.Drain(context.Background())
						return err
					},
				},
			}
		})
		kizunatest.Intact(t, srv.Run)
	})
}

// enter signs a person of the demo in: by role, or by the name of the mail
// address. What they ask by API they ask with their key.
func enter(agency *demo.Agency, p *kizunatest.Person) error {
	for _, x := range agency.Accounts {
		if access.Role(p.Name) == x.Role || strings.HasPrefix(x.Email, p.Name+"@") {
			p.Header.Set("Authorization", "Bearer "+x.APIKey)
			return nil
		}
	}
	if p.Name == "nobody" {
		return nil
	}
	return fmt.Errorf("nobody in the demo is %s", p.Name)
}
