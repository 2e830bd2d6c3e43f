package draft_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	. "kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
)

type desk struct {
	*testing.T
	*Drafts
	clock *calendar.Fake
	db    *db.DB
}

func onDesk(t *testing.T, f func(t *desk)) {
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := calendar.NewFake(1_790_000_000_000)
		f(&desk{t, New(v, clock), clock, d})
	})
}

func (d *desk) write(f func(tx *db.Tx) error) {
	d.Helper()
	if err := d.db.Write(d.Context(), f); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) load(owner db.ID, form string) string {
	d.Helper()
	var got Draft
	d.write(func(tx *db.Tx) (err error) {
		got, _, err = d.Load(tx, owner, form)
		return err
	})
	return string(got.Body)
}

func TestSaveReplacesLoadsAndExpires(t *testing.T) {
	onDesk(t, func(d *desk) {
		anna, ben := db.NewID(), db.NewID()
		d.write(func(tx *db.Tx) error {
			for _, s := range []struct {
				owner      db.ID
				form, body string
			}{{anna, "note/1", "first"}, {anna, "note/1", "second"}, {anna, "note/2", "other"}, {ben, "note/1", "Ben's"}} {
				d.clock.Advance(time.Second)
				if _, err := d.Save(tx, s.owner, s.form, []byte(s.body)); err != nil {
					return err
				}
			}
			return nil
		})
		if got := d.load(anna, "note/1"); got != "second" {
			d.Errorf("anna's note: %q", got)
		}
		if got := d.load(ben, "note/2"); got != "" {
			d.Errorf("ben sees %q", got)
		}
		d.write(func(tx *db.Tx) error {
			list, err := d.List(tx, anna)
			if len(list) != 2 || list[0].Form != "note/2" || list[1].Form != "note/1" {
				d.Errorf("anna's list: %+v", list)
			}
			if err == nil {
				err = d.Drop(tx, anna, "note/1")
			}
			return err
		})
		if d.load(anna, "note/1") != "" || d.load(ben, "note/1") != "Ben's" {
			d.Error("dropping took the wrong draft")
		}
		d.clock.Advance(Usual)
		if got := d.load(anna, "note/2"); got != "" {
			d.Errorf("expired, and still %q", got)
		}
		w := jobs.New(d.db, d.clock, jobs.Options{})
		w.Register(d.Sweeping(d.db))
		if _, err := w.Drain(d.Context()); err != nil {
			d.Fatal(err)
		}
		d.write(func(tx *db.Tx) error {
			n, err := db.One[int](tx, "SELECT COUNT(*) FROM draft")
			if n != 0 {
				d.Errorf("%d expired drafts left", n)
			}
			return err
		})
	})
}

func TestNothingLiesOpenAndRowsCannotBeSwapped(t *testing.T) {
	onDesk(t, func(d *desk) {
		anna, ben := db.NewID(), db.NewID()
		d.write(func(tx *db.Tx) error {
			if _, err := d.Save(tx, anna, "note", []byte("her secret")); err != nil {
				return err
			}
			box, err := db.One[[]byte](tx, "SELECT body FROM draft")
			if bytes.Contains(box, []byte("secret")) {
				d.Error("the body lies open")
			}
			if err == nil {
				_, err = db.Exec(tx, "UPDATE draft SET owner = ?", ben)
			}
			return err
		})
		err := d.db.Read(d.Context(), func(r *db.Reader) error {
			_, _, err := d.Load(r, ben, "note")
			return err
		})
		if !errors.Is(err, vault.ErrSealed) {
			d.Errorf("a draft moved to another owner opened: %v", err)
		}
	})
}

func TestTooLarge(t *testing.T) {
	onDesk(t, func(d *desk) {
		d.write(func(tx *db.Tx) error {
			if _, err := d.Save(tx, db.NewID(), "note", make([]byte, MaxBody+1)); !errors.Is(err, fault.KindTooLarge) {
				d.Error(err)
			}
			_, err := d.Save(tx, db.NewID(), "note", make([]byte, MaxBody))
			return err
		})
	})
}

func TestResumeCode(t *testing.T) {
	onDesk(t, func(d *desk) {
		var code string
		d.write(func(tx *db.Tx) (err error) {
			if code, err = d.Begin(tx, "application", []byte("one")); err == nil {
				_, err = d.Begin(tx, "application", []byte("another's"))
			}
			return err
		})
		typed := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code, "-", " "), "0", "o"))
		d.write(func(tx *db.Tx) error {
			if err := d.SaveByCode(tx, typed, "application", []byte("two")); err != nil {
				return err
			}
			got, err := d.LoadByCode(tx, code, "application")
			if string(got.Body) != "two" {
				d.Errorf("%q", got.Body)
			}
			for _, wrong := range [][2]string{{code, "screening"}, {"0000-0000-0000", "application"}, {"", "application"}, {"%", "application"}} {
				if _, err := d.LoadByCode(tx, wrong[0], wrong[1]); !errors.Is(err, fault.KindNotFound) {
					d.Errorf("%q opened: %v", wrong, err)
				}
				if err := d.SaveByCode(tx, wrong[0], wrong[1], nil); !errors.Is(err, fault.KindNotFound) {
					d.Errorf("%q saved: %v", wrong, err)
				}
			}
			return err
		})
		d.clock.Advance(Usual)
		d.write(func(tx *db.Tx) error {
			if _, err := d.LoadByCode(tx, code, "application"); !errors.Is(err, fault.KindNotFound) {
				d.Errorf("expired: %v", err)
			}
			return d.DropByCode(tx, code)
		})
	})
}

func TestCanonical(t *testing.T) {
	for typed, want := range map[string]string{
		"7k3m-90qx-tb2v": "7K3M90QXTB2V", "７Ｋ３Ｍ９０ＱＸＴＢ２Ｖ": "7K3M90QXTB2V", " 7K3M 9OQX TB2V ": "7K3M90QXTB2V", "iloO0000ilIL": "110000001111",
	} {
		if got, ok := Canonical(typed); !ok || got != want {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "7K3M-90QX-TB2", "7K3M-90QX-TB2VV", "7K3M-90QX-TB2U", "7K3M-90QX-TB2é"} {
		if got, ok := Canonical(typed); ok {
			t.Errorf("%q became %q", typed, got)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		seen[NewCode()] = true
	}
	if len(seen) != 1000 {
		t.Error("codes repeat")
	}
}

func TestParkedSendGoesBackToItsUserOnly(t *testing.T) {
	onDesk(t, func(d *desk) {
		anna, ben := db.NewID(), db.NewID()
		var id db.ID
		d.write(func(tx *db.Tx) (err error) {
			if _, err = d.Save(tx, anna, "/desk/cases/1/notes", []byte("a draft")); err != nil {
				return err
			}
			id, err = d.Park(tx, anna, Send{"/desk/cases/1/notes", map[string][]string{"text": {"面接の記録"}, "tag": {"a", "b"}}})
			return err
		})
		d.write(func(tx *db.Tx) error {
			if _, err := d.LoadParked(tx, ben, id); !errors.Is(err, fault.KindNotFound) {
				d.Errorf("ben got it: %v", err)
			}
			if err := d.DropParked(tx, ben, id); err != nil {
				return err
			}
			got, err := d.LoadParked(tx, anna, id)
			if err != nil || got.Path != "/desk/cases/1/notes" || fmt.Sprint(got.Fields) != "map[tag:[a b] text:[面接の記録]]" {
				d.Errorf("%+v %v", got, err)
			}
			if list, err := d.List(tx, anna); err != nil || len(list) != 1 {
				d.Errorf("drafts beside it: %v %v", list, err)
			}
			if err := d.DropParked(tx, anna, id); err != nil {
				return err
			}
			list, err := d.ParkedOf(tx, anna)
			if len(list) != 0 {
				d.Errorf("still parked: %v", list)
			}
			return err
		})
		d.write(func(tx *db.Tx) error {
			for i := range MaxParked + 3 {
				if _, err := d.Park(tx, anna, Send{Path: fmt.Sprint("/", i)}); err != nil {
					return err
				}
			}
			list, err := d.ParkedOf(tx, anna)
			if len(list) != MaxParked || list[0].Path != "/12" {
				d.Errorf("%d parked, newest %+v", len(list), list[0])
			}
			return err
		})
		d.clock.Advance(ParkedFor)
		d.write(func(tx *db.Tx) error {
			list, err := d.ParkedOf(tx, anna)
			if len(list) != 0 {
				d.Error("parked sends don't expire")
			}
			return err
		})
	})
}
