package demo_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"kizuna/internal/demo"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/server"
)

// TestExpiry acts out stories in which a sign-in ends at the worst moment, with passwords and
// cookies as people have them, and a clock that "expire" moves past the agency's idle time.
func TestExpiry(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		lang := text.JA
		if d.Engine() == db.Postgres {
			lang = text.EN
		}
		clock := kizunatest.Clock()
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: clock, BaseURL: "https://kizuna.test", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		agency, err := demo.Make(t.Context(), srv, t.TempDir(), demo.Options{Lang: text.JA})
		if err != nil {
			t.Fatal(err)
		}
		kizunatest.Stories(t, "../server/testdata/expiring/*.story", func(*testing.T) *kizunatest.Story {
			return &kizunatest.Story{
				Handler: srv, Lang: lang, Enter: func(p *kizunatest.Person) error { return signIn(agency, p) },
				Values: map[string]string{"password": agency.Accounts[0].Password},
				Verbs: map[string]kizunatest.Verb{
					"expire": func(*kizunatest.Person, string) error { clock.Advance(31 * time.Minute); return nil },
				},
			}
		})
		kizunatest.Intact(t, srv.Run)
	})
}

// signIn signs somebody of the demo in with mail and password.
func signIn(agency *demo.Agency, p *kizunatest.Person) error {
	for _, x := range agency.Accounts {
		if x.Email != p.Name+"@minato.example" {
			continue
		}
		err := p.Post("/sign-in", url.Values{"mail": {x.Email}, "password": {x.Password}})
		if err == nil && p.Status() >= 400 {
			err = fmt.Errorf("the sign-in answers %d", p.Status())
		}
		return err
	}
	return errors.New("nobody of that name in the demo")
}
