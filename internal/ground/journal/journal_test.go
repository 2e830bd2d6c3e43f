package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
)

const now = calendar.Time(1_790_000_000_000)

var worker = access.Actor{ID: db.MustID("01900000-0000-7000-8000-000000000001"), Roles: []access.Role{access.Caseworker}, SignIn: db.MustID("01900000-0000-7000-8000-0000000000aa")}

type bench struct {
	testing.TB
	d     *db.DB
	v     *vault.Vault
	clock *calendar.Fake
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) { f(t, on(t, d)) })
}

func on(t testing.TB, d *db.DB) *bench {
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, d, v, calendar.NewFake(now)}
}

func (b *bench) write(f func(tx *db.Tx) error) {
	b.Helper()
	if err := b.d.Write(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) read(f func(q *db.Reader) error) {
	b.Helper()
	if err := b.d.Read(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) append(lines ...journal.Line) {
	b.Helper()
	at := b.clock.Advance(1e6)
	b.write(func(tx *db.Tx) error {
		return journal.Append(tx, b.v, journal.Stamp{Tx: db.NewID(), At: at, Actor: worker}, lines)
	})
}

// fill appends n lines about as many records.
func (b *bench) fill(n int) {
	b.Helper()
	lines := make([]journal.Line, n)
	for i := range lines {
		lines[i] = journal.Line{Step: "edit", Entity: "kite", Record: db.NewID(), Version: 2, RootKind: "kite", Root: db.NewID(),
			From: "made", To: "up", Changes: journal.Changes{"name": {Old: "鳶", New: i}}}
	}
	b.append(lines...)
}

func (b *bench) seal() int {
	b.Helper()
	n, err := journal.Sealer{Data: b.d, Vault: b.v, Clock: b.clock}.SealAll(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func (b *bench) verify(anchors ...map[string][]byte) journal.Verified {
	b.Helper()
	out, err := journal.Verify(b.Context(), b.d, b.v, anchors...)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func (b *bench) exec(text string, args ...any) {
	b.Helper()
	b.write(func(tx *db.Tx) error {
		n, err := db.Exec(tx, text, args...)
		if err == nil && n == 0 {
			b.Fatalf("nothing done by %s", text)
		}
		return err
	})
}

func (b *bench) idAt(chain string, position int) (id db.ID) {
	b.Helper()
	b.read(func(q *db.Reader) (err error) {
		id, err = db.One[db.ID](q, "SELECT id FROM "+chain+" WHERE position = ?", position)
		return err
	})
	return id
}

func said(v journal.Verified) string {
	var out []string
	for _, x := range v.Broken {
		out = append(out, x.String())
	}
	return strings.Join(out, "; ")
}

func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		root, record := db.NewID(), db.NewID()
		for v := range int64(25) {
			b.append(journal.Line{Step: "edit", Entity: "kite", Record: record, Version: v + 1, RootKind: "kite", Root: root})
		}
		b.fill(5)
		b.read(func(q *db.Reader) error {
			var seen []int64
			var before db.ID
			for range 10 {
				page, err := journal.History(q, root, before, 10)
				if err != nil {
					return err
				}
				batch := db.NewBatch()
				queued := journal.QueueHistory(batch, root, before, 10)
				if err := db.Send(q, batch); err != nil || len(queued.Rows) != len(page) {
					t.Errorf("queued %d, read %d, %v", len(queued.Rows), len(page), err)
				}
				for _, r := range page {
					seen = append(seen, r.Version)
				}
				if len(page) < 10 {
					break
				}
				before = page[9].ID
			}
			if len(seen) != 25 || seen[0] != 25 || seen[24] != 1 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
				t.Errorf("pages gave %v", seen)
			}
			rows, err := journal.OfRecord(q, record)
			if len(rows) != 25 || rows[0].Version != 1 || rows[24].Version != 25 {
				t.Errorf("of the record: %d rows", len(rows))
			}
			return err
		})
	})
}

// TestSince is what the second of two editors is shown.
func TestSince(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		record := db.NewID()
		other := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Supervisor}}
		change := func(v int64, by *access.Actor, c journal.Changes) {
			b.append(journal.Line{Step: "edit", Entity: "kite", Record: record, Version: v, RootKind: "kite", Root: record, Changes: c, By: by})
		}
		change(1, nil, journal.Changes{"name": {New: "a"}, "amount": {New: 1}})
		change(2, nil, journal.Changes{"name": {Old: "a", New: "b"}})
		change(3, &other, journal.Changes{"name": {Old: "b", New: "c"}, "flown": {Old: false, New: true}, journal.Reason: {New: "wind"}})
		change(4, nil, journal.Changes{"amount": {Old: 1, New: int64(9_007_199_254_740_993)}, "flown": {Old: true, New: false}})
		b.read(func(q *db.Reader) error {
			for v, want := range map[int64]string{
				1: "[name a c other amount 1 9007199254740993 worker]",
				2: "[name b c other amount 1 9007199254740993 worker]",
				3: "[amount 1 9007199254740993 worker flown true false worker]",
				4: "[]",
			} {
				moved, err := journal.Since(q, record, v)
				if err != nil {
					return err
				}
				out := []any{}
				for _, m := range moved {
					out = append(out, m.Field, m.Base, m.Now, map[db.ID]string{worker.ID: "worker", other.ID: "other"}[m.Actor])
				}
				if got := fmt.Sprint(out); got != want {
					t.Errorf("since %d: %s, want %s", v, got, want)
				}
			}
			return nil
		})
	})
}

func TestChangesSurvive(t *testing.T) {
	in := journal.Changes{"a": {Old: nil, New: "x"}, "b": {Old: 1.5, New: int64(7)}, "c": {Old: []any{int64(1)}, New: map[string]any{"k": true}}}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := journal.Row{Changes: string(b)}.Fields()
	if err != nil || fmt.Sprint(out) != fmt.Sprint(in) {
		t.Errorf("%v, want %v (%v)", out, in, err)
	}
}

func TestSealAndVerify(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if n := b.seal(); n != 0 {
			t.Errorf("sealed %d of nothing", n)
		}
		if v := b.verify(); v.Rows != 0 || said(v) != "" {
			t.Errorf("empty: %+v", v)
		}
		b.fill(2300)
		if n := b.seal(); n != 2300 {
			t.Errorf("sealed %d", n)
		}
		b.fill(7)
		v := b.verify()
		if v.Rows != 2307 || v.Unsealed != 7 || v.Seals != 3 || said(v) != "" {
			t.Errorf("%+v", v)
		}
		if n := b.seal(); n != 7 {
			t.Errorf("sealed %d", n)
		}
		if v := b.verify(v.Head); v.Rows != 2307 || v.Unsealed != 0 || v.Seals != 4 || said(v) != "" {
			t.Errorf("%+v", v)
		}
	})
}

// TestEveryColumnCounts alters each column of a sealed and of an unsealed row.
func TestEveryColumnCounts(t *testing.T) {
	tampering := map[string]map[string]any{
		"journal": {
			"id": db.NewID(), "at": 5, "tx": db.NewID(), "actor": nil, "actor_kind": "system", "via": db.NewID(), "step": "x", "entity": "x", "record": db.NewID(),
			"version": 9, "root_kind": "x", "root": db.NewID(), "from_state": "", "to_state": "x", "changes": `{"name":["鳶", 1]}`, "mac": []byte{1},
		},
		"read_line": {"id": db.NewID(), "at": 5, "actor": db.NewID(), "what": "x", "root_kind": "x", "root": nil, "detail": "x", "mac": []byte{}},
	}
	each(t, func(t *testing.T, b *bench) {
		b.fill(3)
		b.note(3)
		b.seal()
		b.fill(1)
		b.note(1)
		for chain, columns := range tampering {
			b.read(func(q *db.Reader) error {
				has := 1 // position is another matter
				if chain == "journal" {
					has += strings.Count(db.Columns[journal.Row](""), ",") + 1
				} else {
					has += strings.Count(db.Columns[journal.ReadRow](""), ",") + 1
				}
				if len(columns)+1 != has {
					t.Errorf("%s: %d of %d columns are tried", chain, len(columns)+1, has)
				}
				return nil
			})
			for column, to := range columns {
				for where, what := range map[string]string{"position = 2": "altered", "position IS NULL": "added"} {
					b.tamper(func(undo *db.Tx) {
						if _, err := db.Exec(undo, "UPDATE "+chain+" SET "+column+" = ? WHERE "+where, to); err != nil {
							t.Fatal(column, err)
						}
					}, func(v journal.Verified) {
						if len(v.Broken) != 1 || v.Broken[0].What != what || v.Broken[0].Chain != chain || v.Broken[0].ID.IsZero() {
							t.Errorf("%s.%s where %s: %q", chain, column, where, said(v))
						}
					})
				}
			}
		}
		if v := b.verify(); said(v) != "" {
			t.Errorf("after all is put back: %s", said(v))
		}
	})
}

// tamper does something, verifies, and puts all rows back as they were.
func (b *bench) tamper(do func(tx *db.Tx), check func(v journal.Verified)) {
	b.Helper()
	tables := []string{"journal", "read_line", "journal_seal"}
	b.write(func(tx *db.Tx) error {
		for _, table := range tables {
			if _, err := db.Exec(tx, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table); err != nil {
				return err
			}
		}
		do(tx)
		return nil
	})
	check(b.verify())
	b.write(func(tx *db.Tx) error {
		for _, table := range tables {
			for _, text := range []string{"DELETE FROM " + table, "INSERT INTO " + table + " SELECT * FROM kept_" + table, "DROP TABLE kept_" + table} {
				if _, err := db.Exec(tx, text); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// TestPlantedFaults plants one fault after the other; each is named.
func TestPlantedFaults(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fill(1500) // seals 1 (1 to 1000) and 2 (1001 to 1500)
		b.seal()
		b.fill(5) // seal 3 (1501 to 1505)
		b.seal()
		b.fill(2)
		anchor := b.verify().Head
		three := b.idAt("journal", 3).String()
		columns := db.Columns[journal.Row]("")
		copied := strings.Replace(columns, "id,", "?,", 1)
		for _, c := range []struct {
			name string
			do   string
			args []any
			want string
		}{
			{"altered", "UPDATE journal SET step = 'x' WHERE position = 3", nil, "journal: row " + three + " (position 3) was altered"},
			{"removed", "DELETE FROM journal WHERE position = 3", nil, "journal: the row at position 3 was removed"},
			{"last of a seal removed", "DELETE FROM journal WHERE position = 1000", nil, "journal: the row at position 1000 was removed"},
			{"copied", "INSERT INTO journal (" + columns + ") SELECT " + copied + " FROM journal WHERE position = 3", []any{db.NewID()}, "(position 0) was added"},
			{"copied behind the end", "INSERT INTO journal (" + columns + ", position) SELECT " + copied + ", 1506 FROM journal WHERE position = 3", []any{db.NewID()}, "(position 1506) was added"},
			{"copied before the start", "INSERT INTO journal (" + columns + ", position) SELECT " + copied + ", 0 FROM journal WHERE position = 3", []any{db.NewID()}, "(position 0) was added"},
			{"taken out of its seal", "UPDATE journal SET position = NULL WHERE position = 3", nil, "journal: the row at position 3 was removed"},
			{"two in each other's place", "UPDATE journal SET position = 7 - position WHERE position IN (-3, -4)", nil, "journal: seal 1 does not hold"},
			{"seal altered", "UPDATE journal_seal SET at = at + 1 WHERE seq = 2", nil, "journal: seal 2 does not hold"},
			{"seal's end altered", "UPDATE journal_seal SET last = 4611686018427387904 WHERE seq = 2", nil, "journal: seal 2 does not hold"},
			{"seal's number altered", "UPDATE journal_seal SET seq = 9 WHERE seq = 2", nil, "journal: seal 2 does not hold; journal: seal 9 does not hold"},
			{"seal removed", "DELETE FROM journal_seal WHERE seq = 2", nil, "journal: seal 2 does not hold"},
			{"last seal altered", "UPDATE journal_seal SET merkle = mac WHERE seq = 3", nil, "journal: seal 3 does not hold"},
			{"last seal removed", "DELETE FROM journal_seal WHERE seq = 3", nil, "(position 1501) was added"},
		} {
			b.tamper(func(tx *db.Tx) {
				if strings.Contains(c.do, "-3") { // through places nobody has
					if _, err := db.Exec(tx, "UPDATE journal SET position = -position WHERE position IN (3, 4)"); err != nil {
						t.Fatal(err)
					}
					c.do = "UPDATE journal SET position = 7 + position WHERE position IN (-3, -4)"
				}
				n, err := db.Exec(tx, c.do, c.args...)
				if err != nil || n == 0 {
					t.Fatal(c.name, n, err)
				}
			}, func(v journal.Verified) {
				if !strings.Contains(said(v), c.want) || len(v.Broken) > 6 {
					t.Errorf("%s: %q, want %q", c.name, said(v), c.want)
				}
			})
		}
		// A row altered under a seal that is gone is named as well.
		b.tamper(func(tx *db.Tx) {
			for _, text := range []string{"DELETE FROM journal_seal WHERE seq = 2", "UPDATE journal SET step = 'x' WHERE position = 1002", "DELETE FROM journal WHERE position = 1003"} {
				if _, err := db.Exec(tx, text); err != nil {
					t.Fatal(err)
				}
			}
		}, func(v journal.Verified) {
			if got := said(v); !strings.Contains(got, "(position 1002) was altered; journal: the row at position 1003 was removed") || len(v.Broken) != 3 {
				t.Errorf("under a seal that is gone: %q", got)
			}
		})
		// The end cut off with its seal shows only against an anchor.
		b.exec("DELETE FROM journal_seal WHERE seq = 3")
		b.exec("DELETE FROM journal WHERE position > 1500 OR position IS NULL")
		if got := said(b.verify()); got != "" {
			t.Errorf("cut, without an anchor: %q", got)
		}
		if got, want := said(b.verify(anchor)), "journal: the anchored seal is missing; what followed position 1500 may have been cut off"; got != want {
			t.Errorf("cut: %q, want %q", got, want)
		}
	})
}

// TestStrayPosition stops the sealer rather than letting it go on in silence.
func TestStrayPosition(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fill(3)
		b.seal()
		b.fill(3)
		b.exec("UPDATE journal SET position = 4 WHERE id = (SELECT id FROM journal WHERE position IS NULL ORDER BY id DESC LIMIT 1)")
		if _, err := (journal.Sealer{Data: b.d, Vault: b.v, Clock: b.clock}).SealAll(t.Context()); err == nil {
			t.Error("sealed over it")
		}
	})
}

// TestSealersRace has several seal what several write.
func TestSealersRace(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var all sync.WaitGroup
		total := make([]int, 4)
		for i := range total {
			all.Go(func() {
				for range 6 {
					b.fill(40)
					n, err := journal.Sealer{Data: b.d, Vault: b.v, Clock: b.clock}.SealAll(t.Context())
					if err != nil {
						t.Error(err)
					}
					total[i] += n
				}
			})
		}
		all.Wait()
		sealed := b.seal() + total[0] + total[1] + total[2] + total[3]
		if v := b.verify(); said(v) != "" || v.Rows != 4*6*40 || v.Unsealed != 0 || sealed != 4*6*40 {
			t.Errorf("sealed %d: %+v", sealed, v)
		}
	})
}

// TestVerifyBesideTheSealer lets rows be written and sealed after every look of a verification that finds nothing: none of them was
// added behind anybody's back.
func TestVerifyBesideTheSealer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fill(30)
		b.seal()
		times := 0
		end := journal.Interleave(func(found int) {
			if times++; found == 0 && times <= 40 {
				b.fill(7)
				b.seal()
			}
		})
		defer end()
		if v := b.verify(); said(v) != "" || times < 3 {
			t.Errorf("after %d looks: %s", times, said(v))
		}
	})
}

func TestRollbackLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fill(2)
		err := b.d.Write(t.Context(), func(tx *db.Tx) error {
			err := journal.Append(tx, b.v, journal.Stamp{Tx: db.NewID(), At: now, Actor: worker}, []journal.Line{{Step: "x", Entity: "x", Record: db.NewID(), RootKind: "x", Root: db.NewID()}})
			if err != nil {
				t.Error(err)
			}
			return fault.Forbid("")
		})
		if err == nil {
			t.Error("written")
		}
		b.seal()
		if v := b.verify(); v.Rows != 2 || said(v) != "" {
			t.Errorf("%+v", v)
		}
	})
}

func (b *bench) note(n int) {
	b.Helper()
	r := journal.NewReads(b.d, b.v, b.clock)
	defer r.Close()
	for range n {
		if err := r.Note(b.Context(), worker, "opened", "person", db.NewID(), "list"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReads has many open records at once: each line is there before its
// answer, and they share commits.
func TestReads(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		r := journal.NewReads(b.d, b.v, b.clock)
		person := db.NewID()
		const many = 400
		before := make(chan struct{})
		var all sync.WaitGroup
		for range many {
			all.Go(func() {
				<-before
				if err := r.Note(t.Context(), worker, "opened", "person", person, ""); err != nil {
					t.Error(err)
				}
			})
		}
		// While a write holds the line, the others gather.
		close(before)
		all.Wait()
		if err := r.Note(t.Context(), access.TheSystem(), "opened", "person", person, ""); err != nil {
			t.Error(err)
		}
		b.read(func(q *db.Reader) error {
			rows, err := journal.Opened(q, person, many+1)
			if len(rows) != many || rows[0].Actor != worker.ID || rows[0].What != "opened" {
				t.Errorf("%d lines", len(rows))
			}
			return err
		})
		r.Close()
		r.Close()
		if err := r.Note(t.Context(), worker, "opened", "person", person, ""); fault.From(err) == nil || fault.From(err).Kind != fault.KindUnavailable {
			t.Errorf("after the end: %v", err)
		}
		b.seal()
		if v := b.verify(); said(v) != "" || v.Rows != many {
			t.Errorf("%+v", v)
		}
	})
}

// TestCloseDrains closes while others still come: each is either told that
// its line is there, and it is, or refused.
func TestCloseDrains(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for range 20 {
			r := journal.NewReads(b.d, b.v, b.clock)
			person, written := db.NewID(), 0
			var mu sync.Mutex
			var all sync.WaitGroup
			for range 30 {
				all.Go(func() {
					err := r.Note(context.Background(), worker, "opened", "person", person, "")
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						written++
					} else if fault.From(err).Kind != fault.KindUnavailable {
						t.Error(err)
					}
				})
			}
			r.Close()
			all.Wait()
			b.read(func(q *db.Reader) error {
				rows, err := journal.Opened(q, person, 100)
				if len(rows) != written {
					t.Errorf("%d lines, %d told", len(rows), written)
				}
				return err
			})
		}
	})
}

func TestReadsFail(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		r := journal.NewReads(b.d, b.v, b.clock)
		defer r.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Note(ctx, worker, "opened", "person", db.NewID(), ""); err == nil {
			// The line may have been written before the caller was seen to have left.
			b.read(func(q *db.Reader) error {
				n, err := db.One[int](q, "SELECT COUNT(*) FROM read_line")
				if n != 1 {
					t.Errorf("%d lines", n)
				}
				return err
			})
		}
		if err := b.d.Script(t.Context(), "ALTER TABLE read_line RENAME TO gone"); err != nil {
			t.Fatal(err)
		}
		if err := r.Note(t.Context(), worker, "opened", "person", db.NewID(), ""); err == nil {
			t.Error("told that a line is there which is not")
		}
		b.d.Close()
		if err := r.Note(t.Context(), worker, "opened", "person", db.NewID(), ""); fault.From(err) == nil || fault.From(err).Kind != fault.KindUnavailable {
			t.Errorf("without a database: %v", err)
		}
	})
}

// TestVerifyMemory verifies 30,000 rows within what one seal's rows take.
func TestVerifyMemory(t *testing.T) {
	b := on(t, kizunatest.NewDB(t, db.SQLite))
	for range 30 {
		b.fill(1000)
	}
	b.seal()
	b.exec("DELETE FROM journal_seal WHERE seq = 30") // rows behind the end too
	b.exec("UPDATE journal SET mac = ?", bytes.Repeat([]byte{1}, 32))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v := b.verify()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(v.Broken) != 10_000 || v.Unnamed != 20_000 {
		t.Errorf("%d named, %d not", len(v.Broken), v.Unnamed)
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 8<<20 {
		t.Errorf("%d bytes kept", kept)
	}
	runtime.KeepAlive(v)
}

func BenchmarkSeal100k(t *testing.B) {
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.B) {
			b := on(t, kizunatest.NewDB(t, e))
			for t.Loop() {
				t.StopTimer()
				for range 100 {
					b.fill(1000)
				}
				t.StartTimer()
				if n := b.seal(); n != 100_000 {
					t.Fatalf("sealed %d", n)
				}
			}
		})
	}
}
