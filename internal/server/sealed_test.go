package server_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/zengin"
	"kizuna/internal/resident/people"
)

// TestSealedFieldsLieOpenNowhere plants what must be sealed (who reported, an
// account, the other party of a protective measure, an identifier, a draft, the
// secrets of sign-ins and keys) by the operations and calls that take it, and
// looks for it in every row of every table, with its journal rows, answers,
// jobs and search rows, which are all that a backup holds, and in the bytes of
// the database file and its log.
func TestSealedFieldsLieOpenNowhere(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		d := s.srv.Run.Data
		planted := s.plant()
		_, err := s.srv.Worker.Drain(t.Context())
		s.must(err)
		look := func(where string, content []byte) {
			for name, secret := range planted {
				if bytes.Contains(content, []byte(secret)) || bytes.Contains(content, []byte(base64.StdEncoding.EncodeToString([]byte(secret)))) {
					t.Errorf("%s lies open in %s", name, where)
				}
			}
		}
		rows := 0
		err = d.Snapshot(t.Context(), func(q *db.Reader) error {
			tables, err := db.Tables(q)
			for _, table := range tables {
				if err == nil {
					err = db.EachRow(q, table, func(values []any) error {
						rows++
						for _, v := range values {
							if b, ok := v.([]byte); ok {
								look(table.Name, b)
							} else {
								look(table.Name, fmt.Append(nil, v))
							}
						}
						return nil
					})
				}
			}
			return err
		})
		s.must(err)
		if rows < 100 {
			t.Errorf("only %d rows were looked at", rows)
		}
		if d.Engine() == db.SQLite {
			for _, path := range []string{d.URL(), d.URL() + "-wal"} {
				raw, err := os.ReadFile(path)
				s.must(err)
				look(filepath.Base(path), raw)
			}
		}
	})
}

// plant enters one of each kind of secret and gives them by name.
func (s *sample) plant() map[string]string {
	s.t.Helper()
	ctx, desk, finance := s.t.Context(), s.as("intake_worker"), s.as("finance_officer")
	out := map[string]string{"the password": password, "a reporter": "カナリア七郎", "how to reach a reporter": "kanaria-7@reporter.example",
		"a draft": "下書きのカナリア", "an account": "8642097", "the holder of an account": "カナリヤトリコ",
		"the other party": "カナリア相手方", "an identifier": "97531864209"}
	for name, v := range s.named {
		if v.token != "" {
			out["a sign-in of "+name], out["a key of "+name] = v.token, v.secret
		}
	}
	report := `{"allegations":["eviction"],"body":"見本","about":"見本","discretion":"confidential","reporter":{"name":"カナリア七郎","contact":"kanaria-7@reporter.example"}}`
	for n := range 2 { // the second answer is the kept one
		if w := s.ask(desk, "POST", "/api/v1/complaints", report, "Idempotency-Key", "canary"); w.Code != http.StatusCreated {
			s.t.Fatalf("report %d: %d %s", n, w.Code, w.Body)
		}
	}
	bad := strings.Replace(report, "eviction", "nothing", 1) // refused, so kept nowhere
	if w := s.ask(desk, "POST", "/api/v1/complaints", bad, "Idempotency-Key", "refused"); w.Code != http.StatusUnprocessableEntity {
		s.t.Fatalf("%d %s", w.Code, w.Body)
	}
	payee, err := s.srv.Rooms.Payments.EnterPayee(ctx, finance.actor, payment.PayeeInput{OwnerKind: "person", Owner: s.person["osamu"], Name: "見本",
		Account: zengin.Account{Bank: "0009", Branch: "120", Kind: "1", Number: "8642097", Holder: "カナリヤトリコ"}})
	s.must(err)
	_, err = s.srv.Rooms.Payments.ConfirmPayee(ctx, s.as("program_manager").actor, payee.ID, payee.Version)
	s.must(err)
	kept, _, err := s.srv.Rooms.Payments.Reveal(ctx, finance.actor, payee.ID)
	s.must(err)
	if _, again, err := s.srv.Rooms.Payments.Reveal(ctx, finance.actor, kept.ID); err != nil || again.Number != out["an account"] {
		s.t.Fatalf("the account was not kept: %+v, %v", again, err)
	} else {
		out["the holder as the bank writes it"] = again.Holder
	}
	c := s.caseFile(false)
	p, err := s.srv.Rooms.People.Get(ctx, s.as("supervisor").actor, c.Person)
	s.must(err)
	_, err = s.srv.Rooms.People.AddIdentifier(ctx, s.as("supervisor").actor, c.Person, "agency", "9753-186-4209")
	s.must(err)
	_, err = s.srv.Rooms.People.Protect(ctx, s.as("supervisor").actor, c.Person, people.ProtectionInput{Ground: "violence", From: "2026-11-24", OtherParty: "カナリア相手方", Version: p.Person.Version})
	s.must(err)
	if w := s.ask(s.as("caseworker"), "POST", "/account/drafts/note", "body="+url.QueryEscape(out["a draft"])); w.Code >= 300 {
		s.t.Fatalf("draft: %d %s", w.Code, w.Body)
	}
	return out
}
