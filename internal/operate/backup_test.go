package operate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/operate"
	"kizuna/internal/resident/people"
)

var ctx = context.Background()

var worker = kizunatest.Staff(access.Caseworker)

// lived is an installation in which people have worked.
func lived(t *testing.T, d *db.DB) *op.Runner {
	t.Helper()
	run, clock := kizunatest.Runner(t, d)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := account.Setup(ctx, run, account.SetupInput{Agency: text.Pair{JA: "みなと市", EN: "Minato City"}, Mail: "admin@minato.example", Password: "correct horse battery"})
	must(err)
	room := people.New(run)
	var last people.Person
	for _, name := range [][4]string{{"髙橋", "修", "タカハシ", "オサム"}, {"田中", "恵", "タナカ", "メグミ"}, {"𠮷田", "|'", "ヨシダ", ""}} {
		last, err = room.Create(ctx, worker, people.PersonInput{
			Names:     []people.NameInput{{Family: name[0], Given: name[1], FamilyKana: name[2], GivenKana: name[3]}},
			Contacts:  []people.ContactInput{{Kind: "mobile", Value: "090-1234-5678"}},
			Addresses: []people.AddressInput{{Kind: "actual", Lines: "みなと市栄町2-14", Latitude: 35.4437, Longitude: 139.638}},
		})
		must(err)
	}
	_, err = room.AddIdentifier(ctx, worker, last.ID, "pension", "1234-567890")
	must(err)
	_, err = room.Get(ctx, worker, last.ID)
	must(err)
	_, err = cases.New(run).Open(ctx, worker, cases.OpenInput{Person: last.ID, Kind: "housing"})
	must(err)
	files := file.New(d, run.Vault, clock)
	_, err = files.Take(ctx, bytes.NewReader(bytes.Repeat([]byte("plan "), 500_000)), file.Upload{By: worker.ID, Name: "plan.txt", Claims: "text/plain"})
	must(err)
	must(d.Write(ctx, func(tx *db.Tx) error {
		_, err := ledger.Post(tx, ledger.Transaction{Key: "first", Kind: "grant", At: clock.Now(), Lines: []ledger.Line{
			{Account: "fund", Amount: ledger.Money{Minor: -500, Currency: "JPY"}}, {Account: "case", Amount: ledger.Money{Minor: 500, Currency: "JPY"}},
		}})
		return err
	}))
	_, err = (journal.Sealer{Data: d, Vault: run.Vault, Clock: clock}).SealAll(ctx)
	must(err)
	_, err = room.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "Rivers", Given: "Ana"}}}) // not sealed yet
	must(err)
	return run
}

func archive(t *testing.T, run *op.Runner) ([]byte, []operate.Sum) {
	t.Helper()
	var b bytes.Buffer
	sums, err := operate.Backup(ctx, run.Data, run.Vault, run.Now(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sums
}

func TestBackupComesBackOnEitherEngine(t *testing.T) {
	for _, from := range kizunatest.Engines(t) {
		run := lived(t, kizunatest.NewDB(t, from))
		kept, sums := archive(t, run)
		for _, to := range kizunatest.Engines(t) {
			t.Run(from.String()+" to "+to.String(), func(t *testing.T) {
				d := kizunatest.NewDB(t, to)
				got, err := operate.Restore(ctx, d, run.Vault, bytes.NewReader(kept))
				if err != nil {
					t.Fatal(err)
				}
				same(t, sums, got.Sums)
				back, err := operate.Sums(ctx, d)
				if err != nil {
					t.Fatal(err)
				}
				same(t, sums, back)
				if got.Journal.Rows == 0 || got.Journal.Seals == 0 || got.Journal.Unsealed == 0 {
					t.Errorf("verified %+v", got.Journal)
				}
				works(t, d, run)
			})
		}
	}
}

func same(t *testing.T, want, got []operate.Sum) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d tables and %d", len(want), len(got))
	}
	filled := 0
	for i := range want {
		if want[i] != got[i] {
			t.Errorf("%+v became %+v", want[i], got[i])
		}
		if want[i].Rows > 0 {
			filled++
		}
	}
	if filled < 15 {
		t.Errorf("only %d tables held anything", filled)
	}
}

// works shows that a restored installation can be worked in.
func works(t *testing.T, d *db.DB, was *op.Runner) {
	t.Helper()
	reads := journal.NewReads(d, was.Vault, was.Clock)
	defer reads.Close()
	run := &op.Runner{Data: d, Vault: was.Vault, Clock: was.Clock, Reads: reads}
	room := people.New(run)
	for _, text := range []string{"たなか", "田中", "yoshida", "Ana Rivers"} {
		if found, err := room.Search(ctx, worker, text, 10); err != nil || len(found) == 0 {
			t.Errorf("%s: %d found, %v", text, len(found), err)
		}
	}
	p, err := room.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "新井", Given: "結", FamilyKana: "アライ"}}})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := room.Search(ctx, worker, "あらい", 10); err != nil || len(found) != 1 || found[0].Card.ID != p.ID {
		t.Errorf("the next person: %v, %v", found, err)
	}
	kizunatest.Intact(t, run)
	if found, err := operate.Check(ctx, d, was.Vault); err != nil || len(found) > 0 {
		t.Errorf("check: %v, %v", found, err)
	}
}

func TestRestoreRefusesWhatItShould(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run := lived(t, d)
		kept, _ := archive(t, run)
		if _, err := operate.Restore(ctx, d, run.Vault, bytes.NewReader(kept)); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("into a database in use: %v", err)
		}
		empty := kizunatest.NewDB(t, d.Engine())
		refuse := func(name string, r io.Reader, want error) {
			t.Helper()
			_, err := operate.Restore(ctx, empty, run.Vault, r)
			if err == nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
			sums, err := operate.Sums(ctx, empty)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range sums {
				if s.Rows > 0 {
					t.Fatalf("%s left %d rows in %s", name, s.Rows, s.Table)
				}
			}
		}
		refuse("no archive", strings.NewReader("not one"), operate.ErrArchive)
		refuse("half of one", bytes.NewReader(kept[:len(kept)/2]), operate.ErrArchive)
		plain := unpack(t, kept)
		refuse("one without its end", pack(plain[:bytes.LastIndexByte(plain[:len(plain)-1], '\n')+1]), operate.ErrArchive)
		refuse("an altered value", pack(bytes.Replace(plain, []byte("オサム"), []byte("オサミ"), 1)), operate.ErrArchive)
		refuse("another hash of a table", pack(bytes.Replace(plain, []byte(`"hash":"`), []byte(`"hash":"0`), 1)), operate.ErrArchive)
		refuse("a table that is not ours", pack(bytes.Replace(plain, []byte(`{"table":"person"`), []byte(`{"table":"pirson"`), 1)), operate.ErrArchive)
		refuse("more after the end", pack(append(bytes.Clone(plain), 'x')), operate.ErrArchive)
		refuse("another schema", pack(bytes.Replace(plain, []byte(`"schema":"`), []byte(`"schema":"0`), 1)), nil)
		refuse("a newer release", pack(bytes.Replace(plain, []byte(`"release":1`), []byte(`"release":9`), 1)), db.ErrTooNew)
		if _, err := operate.Restore(ctx, empty, kizunatest.Vault(t), bytes.NewReader(kept)); err == nil || !strings.Contains(err.Error(), "key file") {
			t.Errorf("with another key: %v", err)
		}
		if _, err := operate.Restore(ctx, empty, run.Vault, bytes.NewReader(kept)); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func unpack(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func pack(plain []byte) io.Reader {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(plain)
	z.Close()
	return &b
}

func TestAlteredJournalIsFoundAtRestore(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run := lived(t, d)
		if err := d.Script(ctx, "UPDATE journal SET step = 'edit' WHERE position = 3"); err != nil {
			t.Fatal(err)
		}
		kept, _ := archive(t, run)
		if _, err := operate.Restore(ctx, kizunatest.NewDB(t, d.Engine()), run.Vault, bytes.NewReader(kept)); err == nil || !strings.Contains(err.Error(), "altered") {
			t.Errorf("an altered journal row: %v", err)
		}
	})
}

func TestBackupIsOneMomentWhileWorkGoesOn(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run := lived(t, d)
		room := people.New(run)
		w := &interrupting{work: func() {
			if _, err := room.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "途中", Given: "人"}}}); err != nil {
				t.Error(err)
			}
		}}
		before, err := operate.Sums(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		sums, err := operate.Backup(ctx, d, run.Vault, calendar.Time(1), w)
		if err != nil {
			t.Fatal(err)
		}
		if w.times == 0 {
			t.Fatal("nothing was written meanwhile")
		}
		same(t, before, sums)
		if _, err := operate.Restore(ctx, kizunatest.NewDB(t, d.Engine()), run.Vault, &w.Buffer); err != nil {
			t.Fatal(err)
		}
	})
}

// interrupting lets work happen in the middle of a backup.
type interrupting struct {
	bytes.Buffer
	work  func()
	times int
}

func (w *interrupting) Write(b []byte) (int, error) {
	if w.Len() > 0 && w.times < 3 {
		w.times++
		w.work()
	}
	return w.Buffer.Write(b)
}

func TestBackupFileIsWholeOrAbsent(t *testing.T) {
	d := kizunatest.NewDB(t, kizunatest.Engines(t)[0])
	run := lived(t, d)
	path := filepath.Join(t.TempDir(), "a.kizuna")
	if _, err := operate.BackupTo(ctx, d, run.Vault, run.Now(), path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	if _, err := operate.BackupTo(ctx, d, run.Vault, run.Now(), path); err == nil {
		t.Error("an archive was overwritten")
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	other := filepath.Join(t.TempDir(), "b.kizuna")
	if _, err := operate.BackupTo(gone, d, run.Vault, run.Now(), other); err == nil {
		t.Error("a cancelled backup succeeded")
	}
	if left, _ := filepath.Glob(other + "*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzRestoreReadsAnything(f *testing.F) {
	f.Add([]byte("{\"kizuna\":\"archive\"}\n"))
	f.Add([]byte("{\"table\":\"person\",\"columns\":[]}\n\x01n\x00{\"rows\":1}\n"))
	f.Fuzz(func(t *testing.T, plain []byte) { operate.ReadAnything(plain) })
}
