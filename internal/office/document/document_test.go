package document_test

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/journal"
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
	reads := journal.NewReads(d, v, clock)
	t.Cleanup(reads.Close)
	r := document.New(&op.Runner{Data: d, Vault: v, Clock: clock, Reads: reads}, file.New(d, v, clock))
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
		missing := func() int {
			var n document.Need
			err := d.Read(ctx, func(q *db.Reader) (err error) {
				n, err = document.Needs(q, "case", caseSeen)
				return err
			})
			if err != nil || n.Required != 1 {
				t.Fatal(n, err)
			}
			return n.Missing
		}
		_, err = r.Step(ctx, aoi, x.ID, "receive", document.StepInput{File: db.NewID()})
		want(t, err, fault.KindInvalid)
		if missing() != 1 {
			t.Error("a requested document is not missed")
		}
		upload := func(by access.Actor, content string) db.ID {
			f, err := r.Upload(ctx, by, "証明書.pdf", "application/pdf", strings.NewReader("%PDF-1.4 "+content))
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
		_, err = r.Step(ctx, resident, x.ID, "accept", document.StepInput{Version: 2})
		want(t, err, fault.KindForbidden)
		_, err = r.Step(ctx, aoi, x.ID, "reject", document.StepInput{})
		want(t, err, fault.KindInvalid)
		if _, err = r.Step(ctx, aoi, x.ID, "reject", document.StepInput{Version: 2, Reason: "last year's"}); err != nil {
			t.Fatal(err)
		}
		if _, err = r.Step(ctx, resident, x.ID, "receive", document.StepInput{File: upload(resident, "second")}); err != nil {
			t.Fatal(err)
		}
		_, err = r.Step(ctx, aoi, x.ID, "accept", document.StepInput{})
		want(t, err, fault.KindInvalid) // what was looked at must be said
		_, err = r.Step(ctx, aoi, x.ID, "accept", document.StepInput{Version: 2})
		want(t, err, fault.KindConflict) // the first file was looked at, and another came
		if x, err = r.Step(ctx, aoi, x.ID, "accept", document.StepInput{Version: 4}); err != nil || x.Status != "accepted" || missing() != 0 {
			t.Fatal(x, err)
		}
		_, content, err := r.Open(ctx, aoi, x.ID, db.ID{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(content); err != nil || string(got) != "%PDF-1.4 second" {
			t.Errorf("the file says %q: %v", got, err)
		}
		_, _, err = r.Open(ctx, stranger, x.ID, db.ID{})
		want(t, err, fault.KindNotFound)
		if list, err := r.List(ctx, resident, "case", caseSeen); err != nil || len(list) != 1 {
			t.Errorf("the case's documents: %v %v", list, err)
		}
		files, err := r.FilesOf(ctx, x)
		if err != nil || len(files) != 2 || files[0].ID != x.File || files[1].ID != first {
			t.Errorf("the files that came: %v %v", files, err)
		}
		_, content, err = r.Open(ctx, aoi, x.ID, first)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(content); err != nil || string(got) != "%PDF-1.4 first" {
			t.Errorf("the earlier file says %q: %v", got, err)
		}
		_, _, err = r.Open(ctx, aoi, x.ID, upload(aoi, "another's"))
		want(t, err, fault.KindNotFound) // the document does not hold it
		notes := readLines(t, d)
		if !slices.Equal(notes, []string{"opened case document " + x.File.String(), "opened case document " + first.String()}) {
			t.Errorf("noted as read: %q", notes)
		}
		if _, err := r.Step(ctx, aoi, x.ID, "void", document.StepInput{Version: x.Version, Reason: "of another case"}); err != nil {
			t.Fatal(err)
		}
		_, err = r.Document(ctx, aoi, x.ID)
		want(t, err, fault.KindNotFound)
		_, _, err = r.Open(ctx, aoi, x.ID, first)
		want(t, err, fault.KindNotFound)
	})
}

// readLines are the lines of who read what, in their order.
func readLines(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	err := d.Read(t.Context(), func(q *db.Reader) error {
		list, err := db.All[struct {
			What   string `db:"what"`
			Kind   string `db:"root_kind"`
			Detail string `db:"detail"`
		}](q, "SELECT what, root_kind, detail FROM read_line ORDER BY id")
		for _, x := range list {
			out = append(out, x.What+" "+x.Kind+" "+x.Detail)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A resident sees of a case the papers that were shown to them, and nothing else of it.
func TestWhatIsShownToAResident(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx := open(t, d), t.Context()
		r.Sees["case"] = func(_ db.Q, a access.Actor, _ calendar.Time, _ db.ID) (bool, error) {
			return a.Is(access.Caseworker), nil
		}
		her, him := person(t, d), person(t, d)
		r.Concerned["case"] = func(db.Q, db.ID) ([]document.Person, error) { return []document.Person{{ID: her}}, nil }
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		resident := func(p db.ID) access.Actor {
			return access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: p}
		}
		in := document.Input{Title: "課税証明書", OwnerKind: "case", Owner: caseSeen}
		in.Shown = true
		_, err := r.Create(ctx, aoi, in)
		want(t, err, fault.KindInvalid) // to whom?
		in.Person = him
		_, err = r.Create(ctx, aoi, in)
		want(t, err, fault.KindInvalid) // who takes no part in it
		in.Person = her
		shown, err := r.Create(ctx, aoi, in)
		if err != nil {
			t.Fatal(err)
		}
		in.Shown = false
		kept, err := r.Create(ctx, aoi, in)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := r.Mine(ctx, resident(her)); err != nil || len(list) != 1 || list[0].ID != shown.ID {
			t.Errorf("her papers: %v %v", list, err)
		}
		if list, err := r.Mine(ctx, resident(him)); err != nil || len(list) != 0 {
			t.Errorf("his papers: %v %v", list, err)
		}
		if _, err := r.Document(ctx, resident(her), shown.ID); err != nil {
			t.Error(err)
		}
		for _, x := range []struct {
			who db.ID
			id  db.ID
		}{{her, kept.ID}, {him, shown.ID}, {db.ID{}, shown.ID}} {
			_, err = r.Document(ctx, resident(x.who), x.id)
			want(t, err, fault.KindNotFound)
			_, err = r.Step(ctx, resident(x.who), x.id, "receive", document.StepInput{File: db.NewID()})
			want(t, err, fault.KindNotFound)
		}
		_, err = r.List(ctx, resident(her), "case", caseSeen)
		want(t, err, fault.KindNotFound)
		_, err = r.Upload(ctx, resident(her), "a.txt", "text/plain", strings.NewReader("no paper and no photograph"))
		want(t, err, fault.KindInvalid)
	})
}

// What is sent twice comes once, and another file under the same key is another.
func TestAFileSentTwiceComesOnce(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx := open(t, d), t.Context()
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		add := func(key, content string) {
			f, err := r.Upload(ctx, aoi, "a.txt", "text/plain", strings.NewReader(content))
			if err == nil {
				_, err = r.CreateWith(op.WithKey(ctx, key), aoi, document.Input{Title: "a", OwnerKind: "case", Owner: caseSeen}, f)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		add("k/1", "one")
		add("k/1", "one")
		add("k/2", "two")
		if list, err := r.List(ctx, aoi, "case", caseSeen); err != nil || len(list) != 2 {
			t.Errorf("%d papers: %v", len(list), err)
		}
		page, err := r.Page(ctx, aoi, "case", caseSeen, db.ID{}, 1)
		if err != nil || len(page) != 1 {
			t.Fatal(page, err)
		}
		if next, err := r.Page(ctx, aoi, "case", caseSeen, page[0].ID, 5); err != nil || len(next) != 1 || next[0].ID == page[0].ID {
			t.Errorf("the page after: %v %v", next, err)
		}
	})
}

// TestAPaperHoldsAFileOnce sends files of a paper again, as whoever had one of several refused does: each is held once, and
// one that was sent back can be brought as it was.
func TestAPaperHoldsAFileOnce(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx := open(t, d), t.Context()
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		x, err := r.Create(ctx, aoi, document.Input{Title: "a", OwnerKind: "case", Owner: caseSeen})
		if err != nil {
			t.Fatal(err)
		}
		bring := func(step, name, content string, want int) {
			t.Helper()
			f, err := r.Upload(ctx, aoi, name, "text/plain", strings.NewReader(content))
			if err == nil {
				x, err = r.StepWith(ctx, aoi, x.ID, step, document.StepInput{}, f)
			}
			if err != nil {
				t.Fatal(err)
			}
			if files, err := r.FilesOf(ctx, x); err != nil || len(files) != want || x.Status != "received" {
				t.Errorf("after %s of %s: %d files, %s, %v", step, name, len(files), x.Status, err)
			}
		}
		bring("receive", "front.txt", "one", 1)
		front := x.File
		bring("add_file", "back.txt", "two", 2)
		bring("add_file", "front.txt", "one", 2)
		bring("add_file", "front.txt", "one, sharper", 3)
		if x, err = r.Step(ctx, aoi, x.ID, "reject", document.StepInput{Reason: "unclear", Version: x.Version}); err != nil {
			t.Fatal(err)
		}
		bring("receive", "front.txt", "one", 3)
		if x.File != front {
			t.Error("what was brought again is not the one that is shown")
		}
	})
}

// person is a person of whom nothing is known.
func person(t *testing.T, d *db.DB) db.ID {
	t.Helper()
	id := db.NewID()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := db.Exec(tx, "INSERT INTO person (id, status, version, created_at, updated_at, number) VALUES (?, 'active', 1, 1, 1, ?)", id, id.String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
