package document_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
)

var caseSeen = db.NewID()

func open(t *testing.T, d *db.DB) *document.Room {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	r := document.New(&op.Runner{Data: d, Vault: v, Clock: clock}, file.New(d, v, clock))
	r.Sees["case"] = func(_ db.Q, a access.Actor, _ calendar.Time, id db.ID) (bool, error) {
		return id == caseSeen && a.Is(access.Caseworker, access.Resident), nil
	}
	return r
}

func want(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if !errors.Is(err, k) {
		t.Errorf("got %v, want %s", err, k)
	}
}

func TestFlow(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", document.Flow.Describe().Matrix())
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}

func TestTheWayOfADocument(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx := open(t, d), t.Context()
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		stranger := access.Actor{ID: db.NewID(), Roles: []access.Role{access.FinanceOfficer}}
		_, err := r.Create(ctx, aoi, document.Input{Title: "x", OwnerKind: "case", Owner: db.NewID()})
		want(t, err, fault.KindNotFound)
		_, err = r.Create(ctx, aoi, document.Input{Title: "x", OwnerKind: "case", Owner: caseSeen, File: db.NewID()})
		want(t, err, fault.KindInvalid)
		x, err := r.Create(ctx, aoi, document.Input{Title: "課税証明書", OwnerKind: "case", Owner: caseSeen, Required: true, Due: "2026-12-10"})
		if err != nil || x.Status != "requested" {
			t.Fatal(x, err)
		}
		missing := func() (n int) {
			err := d.Read(ctx, func(q *db.Reader) (err error) {
				n, err = document.Missing(q, "case", caseSeen)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		_, err = r.Step(ctx, aoi, x.ID, "receive", document.StepInput{File: db.NewID()})
		want(t, err, fault.KindInvalid)
		if missing() != 1 {
			t.Error("a requested document is not missed")
		}
		upload := func(by access.Actor, content string) db.ID {
			f, err := r.Upload(ctx, by, "証明書.txt", "text/plain", strings.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			return f.ID
		}
		first := upload(resident, "first")
		_, err = r.Step(ctx, aoi, x.ID, "receive", document.StepInput{File: first})
		want(t, err, fault.KindInvalid) // somebody else's upload
		_, err = r.Step(ctx, stranger, x.ID, "receive", document.StepInput{File: first})
		want(t, err, fault.KindNotFound)
		if _, err = r.Step(ctx, resident, x.ID, "receive", document.StepInput{File: first}); err != nil {
			t.Fatal(err)
		}
		_, err = r.Step(ctx, resident, x.ID, "accept", document.StepInput{})
		want(t, err, fault.KindForbidden)
		_, err = r.Step(ctx, aoi, x.ID, "reject", document.StepInput{})
		want(t, err, fault.KindInvalid)
		if _, err = r.Step(ctx, aoi, x.ID, "reject", document.StepInput{Reason: "last year's"}); err != nil {
			t.Fatal(err)
		}
		if _, err = r.Step(ctx, resident, x.ID, "receive", document.StepInput{File: upload(resident, "second")}); err != nil {
			t.Fatal(err)
		}
		if x, err = r.Step(ctx, aoi, x.ID, "accept", document.StepInput{}); err != nil || x.Status != "accepted" || missing() != 0 {
			t.Fatal(x, err)
		}
		_, content, err := r.Open(ctx, aoi, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(content); err != nil || string(got) != "second" {
			t.Errorf("the file says %q: %v", got, err)
		}
		_, _, err = r.Open(ctx, stranger, x.ID)
		want(t, err, fault.KindNotFound)
		if list, err := r.List(ctx, resident, "case", caseSeen); err != nil || len(list) != 1 {
			t.Errorf("the case's documents: %v %v", list, err)
		}
	})
}
