package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	. "kizuna/internal/ground/ledger"
	"kizuna/internal/kizunatest"
)

const at = calendar.Time(1_790_000_000_000)

func pay(key, from, to string, amount Money) Transaction {
	taken, err := amount.Neg()
	if err != nil {
		panic(err)
	}
	return Transaction{Key: key, Kind: "pay", At: at, Lines: []Line{{Account: from, Amount: taken}, {Account: to, Amount: amount}}}
}

func mustPost(t testing.TB, d *db.DB, list ...Transaction) (ids []db.ID) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		ids, err = PostAll(tx, list...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func tryPost(t testing.TB, d *db.DB, list ...Transaction) error {
	return d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := PostAll(tx, list...)
		return err
	})
}

func balance(t testing.TB, d *db.DB, key, currency string) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(r *db.Reader) error {
		m, err := Balance(r, key, currency)
		n = m.Minor
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func check(t testing.TB, d *db.DB) (found []Discrepancy) {
	t.Helper()
	err := d.Read(t.Context(), func(r *db.Reader) (err error) {
		found, err = Check(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPostOnceForItsKey(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		first := mustPost(t, d, pay("k1", "fund", "payee", Yen(500)))
		again := pay("k1", "fund", "payee", Yen(500))
		again.At = at + 1
		same := mustPost(t, d, again, pay("k2", "fund", "payee", Yen(1)), pay("k2", "fund", "payee", Yen(1)))
		if first[0] != same[0] || same[1] != same[2] || same[0] == same[1] {
			t.Errorf("%v, then %v", first, same)
		}
		if got := balance(t, d, "payee", "JPY"); got != 501 {
			t.Errorf("posted twice: %d", got)
		}
		if err := tryPost(t, d, pay("k1", "fund", "payee", Yen(501))); !errors.Is(err, fault.KindKeyReuse) {
			t.Errorf("another amount under the same key: %v", err)
		}
		if err := tryPost(t, d, pay("k3", "fund", "payee", Yen(1)), pay("k3", "fund", "payee", Yen(2))); !errors.Is(err, fault.KindKeyReuse) {
			t.Errorf("two amounts under one key in one call: %v", err)
		}
		if got := balance(t, d, "fund", "JPY"); got != -501 {
			t.Errorf("fund %d", got)
		}
	})
}

func TestRefusedTransactions(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		line := func(account string, minor int64, currency string) Line {
			return Line{Account: account, Amount: Money{Minor: minor, Currency: currency}}
		}
		for name, c := range map[string]struct {
			lines []Line
			kind  fault.Kind
		}{
			"one sided":      {[]Line{line("a", 1, "JPY"), line("b", 1, "JPY")}, fault.KindConflict},
			"per currency":   {[]Line{line("a", 1, "JPY"), line("b", -1, "USD")}, fault.KindConflict},
			"no currency":    {[]Line{line("a", 1, ""), line("b", -1, "")}, fault.KindInvalid},
			"empty":          {nil, fault.KindDefect},
			"single":         {[]Line{line("a", 0, "JPY")}, fault.KindDefect},
			"wraps to zero":  {[]Line{line("a", math.MaxInt64, "JPY"), line("b", math.MaxInt64, "JPY"), line("c", 2, "JPY")}, fault.KindConflict},
			"no account":     {[]Line{line("", 1, "JPY"), line("b", -1, "JPY")}, fault.KindDefect},
			"half a source":  {[]Line{line("a", 1, "JPY"), {Account: "b", Amount: Yen(-1), Source: Source{Kind: "x"}}}, fault.KindDefect},
			"overflows fund": {[]Line{line("full", 2, "JPY"), line("b", -2, "JPY")}, fault.KindConflict},
		} {
			if name == "overflows fund" {
				mustPost(t, d, pay("fill", "source", "full", Yen(math.MaxInt64-1)))
			}
			err := tryPost(t, d, Transaction{Key: name, Kind: "t", At: at, Lines: c.lines})
			if !errors.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if found := check(t, d); len(found) > 0 {
			t.Error(found)
		}
	})
}

func TestReverse(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		source := Source{Kind: "session", ID: db.NewID()}
		sale := pay("sale", "fund", "payee", Yen(300))
		sale.Lines[1].Source = source
		id := mustPost(t, d, sale)[0]
		reverse := func(key string) (back db.ID, err error) {
			err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
				back, err = Reverse(tx, id, key, "correction", at+1)
				return err
			})
			return back, err
		}
		one, err := reverse("undo")
		if err != nil {
			t.Fatal(err)
		}
		if two, err := reverse("undo"); err != nil || two != one {
			t.Errorf("again: %v %v, want %v", two, err, one)
		}
		if _, err := reverse("undo once more"); !errors.Is(err, fault.KindConflict) {
			t.Errorf("reversed twice: %v", err)
		}
		if _, err := reverse("sale"); !errors.Is(err, fault.KindConflict) {
			t.Errorf("with the key of the first: %v", err)
		}
		if balance(t, d, "fund", "JPY") != 0 || balance(t, d, "payee", "JPY") != 0 {
			t.Error("not back at nothing")
		}
		err = d.Read(t.Context(), func(r *db.Reader) error {
			lines, err := LinesFrom(r, source)
			if len(lines) != 2 || lines[0].Amount != Yen(300) || lines[1].Amount != Yen(-300) {
				t.Errorf("lines of the source: %v", lines)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if found := check(t, d); len(found) > 0 {
			t.Error(found)
		}
	})
}

func TestStatementPages(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		for i := range int64(7) {
			mustPost(t, d, pay(fmt.Sprint(i), "a", "b", Yen(i)), pay(fmt.Sprint("$", i), "a", "b", Money{Minor: 5, Currency: "USD"}))
		}
		var got []int64
		err := d.Read(t.Context(), func(r *db.Reader) error {
			for before := int64(0); ; {
				page, next, err := Statement(r, "b", "JPY", before, 3)
				if err != nil {
					return err
				}
				for _, e := range page {
					got = append(got, e.Balance)
				}
				if before = next; next == 0 {
					return nil
				}
			}
		})
		if want := []int64{21, 15, 10, 6, 3, 1, 0}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	})
}

// Writers who post across each other's accounts at the same time lose nothing
// and never wait in a ring.
func TestConcurrentPostings(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		var all sync.WaitGroup
		for worker := range 4 {
			all.Go(func() {
				for i := range 25 {
					from, to := "a", "b"
					if worker%2 == 1 {
						from, to = to, from
					}
					// Every transaction is also posted by the worker two further on.
					if err := tryPost(t, d, pay(fmt.Sprint(worker%2, "-", i), from, to, Yen(int64(i)))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := balance(t, d, "a", "JPY"); n != 0 {
			t.Errorf("a holds %d", n)
		}
		if found := check(t, d); len(found) > 0 {
			t.Error(found)
		}
		err := d.Read(t.Context(), func(r *db.Reader) error {
			n, err := db.One[int](r, "SELECT COUNT(*) FROM ledger_posting")
			if n != 100 {
				t.Errorf("%d postings, want 100", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Check must name every sort of damage.
func TestCheckFindsDamage(t *testing.T) {
	for what, damage := range map[string]string{
		"transaction does not balance":       "UPDATE ledger_posting SET amount = amount + 1 WHERE seq = 2",
		"transaction has missing lines":      "DELETE FROM ledger_posting WHERE line = 2 AND seq = 2",
		"balance is not the sum of postings": "UPDATE ledger_account SET balance = balance + 1 WHERE key = 'b'",
		"postings are not counted right":     "UPDATE ledger_account SET postings = postings + 1 WHERE key = 'b'",
		"running balance is wrong":           "UPDATE ledger_posting SET balance = balance + 1 WHERE seq = 1",
		"reversal is not the opposite": `UPDATE ledger_posting SET amount = amount * 2 WHERE transaction_id IN
			(SELECT id FROM ledger_transaction WHERE reverses IS NOT NULL)`,
	} {
		t.Run(what, func(t *testing.T) {
			kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
				ids := mustPost(t, d, pay("1", "a", "b", Yen(10)), pay("2", "a", "b", Yen(20)))
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					_, err := Reverse(tx, ids[0], "back", "correction", at)
					return err
				})
				if err != nil || len(check(t, d)) > 0 {
					t.Fatalf("before the damage: %v %v", err, check(t, d))
				}
				if err := d.Script(t.Context(), damage); err != nil {
					t.Fatal(err)
				}
				named := slices.ContainsFunc(check(t, d), func(d Discrepancy) bool { return strings.HasPrefix(d.String(), what) })
				if !named {
					t.Errorf("not named: %v", check(t, d))
				}
			})
		})
	}
}

// model is the ledger as a child would keep it.
type model struct {
	balances map[string]int64
	posted   map[string]Transaction
	ids      map[string]db.ID
	undone   map[string]bool
}

// TestAgainstModel posts, repeats and reverses at random; every balance agrees
// with the model after each step and the books prove themselves at the end.
func TestAgainstModel(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			m := &model{map[string]int64{}, map[string]Transaction{}, map[string]db.ID{}, map[string]bool{}}
			rt.Repeat(map[string]func(*rapid.T){
				"post":    func(rt *rapid.T) { m.post(t, rt, d, run) },
				"repeat":  func(rt *rapid.T) { m.repeat(t, rt, d) },
				"reverse": func(rt *rapid.T) { m.reverse(t, rt, d) },
				"": func(rt *rapid.T) {
					for name, want := range m.balances {
						key, currency, _ := strings.Cut(name, "|")
						if got := balance(t, d, key, currency); got != want {
							rt.Fatalf("%s holds %d, want %d", name, got, want)
						}
					}
				},
			})
		})
		if found := check(t, d); len(found) > 0 {
			t.Error(found)
		}
	})
}

func (m *model) post(t *testing.T, rt *rapid.T, d *db.DB, run int) {
	var list []Transaction
	for range rapid.IntRange(1, 3).Draw(rt, "transactions") {
		tr := Transaction{Key: fmt.Sprintf("%d/%d/%d", run, len(m.posted), len(list)), Kind: "t", At: at}
		currency := rapid.SampledFrom([]string{"JPY", "USD"}).Draw(rt, "currency")
		rest := int64(0)
		for range rapid.IntRange(1, 4).Draw(rt, "lines") {
			n := rapid.Int64Range(-1e9, 1e9).Draw(rt, "amount")
			tr.Lines = append(tr.Lines, Line{Account: m.account(rt, run), Amount: Money{Minor: n, Currency: currency}})
			rest -= n
		}
		tr.Lines = append(tr.Lines, Line{Account: m.account(rt, run), Amount: Money{Minor: rest, Currency: currency}})
		list = append(list, tr)
	}
	ids := mustPost(t, d, list...)
	for i, tr := range list {
		m.posted[tr.Key], m.ids[tr.Key] = tr, ids[i]
		m.apply(tr, 1)
	}
}

func (m *model) account(rt *rapid.T, run int) string {
	return fmt.Sprint(run, rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "account"))
}

func (m *model) apply(t Transaction, sign int64) {
	for _, l := range t.Lines {
		m.balances[l.Account+"|"+l.Amount.Currency] += sign * l.Amount.Minor
	}
}

func (m *model) any(rt *rapid.T) string {
	if len(m.posted) == 0 {
		rt.Skip("nothing posted")
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.posted))).Draw(rt, "key")
}

func (m *model) repeat(t *testing.T, rt *rapid.T, d *db.DB) {
	key := m.any(rt)
	if ids := mustPost(t, d, m.posted[key]); ids[0] != m.ids[key] {
		rt.Fatalf("repeat of %s made %v", key, ids[0])
	}
}

func (m *model) reverse(t *testing.T, rt *rapid.T, d *db.DB) {
	key := m.any(rt)
	undo := fmt.Sprint("undo ", key, rapid.Bool().Draw(rt, "other key"))
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := Reverse(tx, m.ids[key], undo, "correction", at)
		return err
	})
	switch {
	case err == nil && !m.undone[key]:
		m.apply(m.posted[key], -1)
		m.undone[key], m.undone[undo] = true, true
	case err == nil && !m.undone[undo], err != nil && (!m.undone[key] || m.undone[undo] || !errors.Is(err, fault.KindConflict)):
		rt.Fatalf("reverse %s as %s: %v", key, undo, err)
	}
}
