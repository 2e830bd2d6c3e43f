package journal_test

import (
	"errors"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
)

// load writes so many lines as a Load does.
func (b *bench) load(n int) error {
	b.Helper()
	at := b.clock.Advance(1e6)
	return b.d.Write(b.Context(), func(tx *db.Tx) error {
		l := journal.NewLoad(b.v, journal.Stamp{Tx: db.NewID(), At: at, Actor: worker})
		defer l.Drop()
		for range n {
			l.Add(journal.Line{Step: "make", Entity: "kite", Record: db.NewID(), Version: 1, RootKind: "kite", Root: db.NewID(),
				To: "made", Whole: func() ([]byte, error) { return []byte(`{"name":[null,"鳶"]}`), nil }})
		}
		return l.Write(tx, at)
	})
}

func TestLoadWritesSealed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, n := range []int{2500, 0, 1, 1000} { // the first has no seal to go on from
			if err := b.load(n); err != nil {
				t.Fatal(err)
			}
			b.fill(3)
			b.seal()
		}
		v := b.verify()
		if said(v) != "" || v.Rows != 3501+12 || v.Unsealed != 0 || v.Seals != 3+1+1+4 {
			t.Errorf("%+v", v)
		}
		var fields journal.Changes
		b.read(func(q *db.Reader) error {
			row, err := db.One[journal.Row](q, "SELECT "+db.Columns[journal.Row]("")+" FROM journal WHERE position = 2400")
			if err == nil {
				fields, err = row.Fields()
			}
			return err
		})
		if fields["name"].New != "鳶" {
			t.Errorf("fields %v", fields)
		}
		b.exec("UPDATE journal SET to_state = 'lost' WHERE position = 2400")
		if got := said(b.verify()); got == "" {
			t.Error("an altered row was not named")
		}
	})
}

// TestLoadThatFails leaves nothing behind.
func TestLoadThatFails(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		wrong := errors.New("wrong")
		err := b.d.Write(t.Context(), func(tx *db.Tx) error {
			l := journal.NewLoad(b.v, journal.Stamp{Tx: db.NewID(), At: now, Actor: worker})
			defer l.Drop()
			l.Add(journal.Line{Step: "make", Entity: "kite", Record: db.NewID(), Version: 1, Whole: func() ([]byte, error) { return nil, wrong }})
			return l.Write(tx, now)
		})
		if !errors.Is(err, wrong) {
			t.Errorf("got %v", err)
		}
		if v := b.verify(); v.Rows != 0 || v.Seals != 0 {
			t.Errorf("%+v", v)
		}
	})
}
