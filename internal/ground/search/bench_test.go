package search_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
)

// TestSearchAgainstLikeScan prints the CPU, database included, of searches among many records and
// of a LIKE scan over a plain name table. It runs when KIZUNA_BENCH_PERSONS says how many, for
// example: KIZUNA_BENCH_PERSONS=100000 go test -run LikeScan -v ./internal/ground/search
func TestSearchAgainstLikeScan(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("KIZUNA_BENCH_PERSONS"))
	if n == 0 {
		t.Skip("a measurement; KIZUNA_BENCH_PERSONS names its size")
	}
	kizunatest.EachDB(t, func(t *testing.T, template *db.DB) {
		d, err := db.Open(t.Context(), template.URL(), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		before := cpu(t, d)
		entries := fill(t, d, n)
		filled := cpu(t, d) - before
		likeTable(t, d, entries)
		mine := reachSome(t, d, entries, 300)
		if err := d.Script(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s, %d persons: put %.0f µs each", d.Engine(), n, micros(filled, n))
		scan := measured(t, d, func(r *db.Reader) error {
			_, err := db.All[db.ID](r, "SELECT id FROM like_person WHERE family LIKE ? OR given LIKE ? OR kana LIKE ? LIMIT 50", "%無い%", "%無い%", "%無い%")
			return err
		})
		t.Logf("%-28s %9.0f µs", "LIKE scan, nothing found", scan)
		for _, c := range []struct {
			text  string
			scope search.Scope
		}{
			{"田中", search.Scope{}}, {"田", search.Scope{}}, {"たなか", search.Scope{}}, {"tanaka", search.Scope{}}, {"ta", search.Scope{}}, {"田中 さくら", search.Scope{}}, {"tanaka s", search.Scope{}},
			{"髙橋眞由美 S45.1.31", search.Scope{}}, {"5678", search.Scope{}}, {"無い", search.Scope{}}, {"田中", search.Scope{Few: mine}}, {"tanaka", search.Scope{Few: mine}},
			{"田中", search.Scope{Where: sight.Clause{SQL: "c.owner IN (" + mine.SQL + ")", Args: mine.Args}}},
		} {
			hits := 0
			took := measured(t, d, func(r *db.Reader) error {
				found, err := search.Find(r, search.Query{Kind: "person", Text: c.text, Limit: 50}, c.scope)
				hits = len(found)
				return err
			})
			name := c.text
			if c.scope.Few.SQL != "" {
				name += " (few)"
			} else if c.scope.Where.SQL != "" {
				name += " (few, by the index)"
			}
			t.Logf("%-28s %9.0f µs  1/%.0f of the scan, %d hits", name, took, scan/took, hits)
			if took > scan && c.scope.Where.SQL == "" {
				t.Errorf("%s costs more than a LIKE scan", name)
			}
		}
	})
}

func micros(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }

func measured(t *testing.T, d *db.DB, f func(r *db.Reader) error) float64 {
	t.Helper()
	const times = 20
	run := func() {
		if err := d.Read(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	run()
	before := cpu(t, d)
	for range times {
		run()
	}
	return max(1, micros(cpu(t, d)-before, times))
}

// cpu is the processor time used so far by this process and, on PostgreSQL, the one backend that
// serves it; a backend's is counted in hundredths of a second.
func cpu(t *testing.T, d *db.DB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if d.Engine() != db.Postgres {
		return total
	}
	err := d.Read(t.Context(), func(r *db.Reader) error {
		pid, err := db.One[int](r, "SELECT pg_backend_pid()")
		if err != nil {
			return err
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return err
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
		for _, f := range fields[11:13] {
			ticks, err := strconv.Atoi(f)
			if err != nil {
				return err
			}
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func likeTable(t *testing.T, d *db.DB, entries []search.Entry) {
	t.Helper()
	id := "BLOB"
	if d.Engine() == db.Postgres {
		id = "uuid"
	}
	if err := d.Script(t.Context(), "CREATE TABLE like_person (id "+id+" PRIMARY KEY, family TEXT, given TEXT, kana TEXT)"); err != nil {
		t.Fatal(err)
	}
	type row struct {
		ID     db.ID  `db:"id"`
		Family string `db:"family"`
		Given  string `db:"given"`
		Kana   string `db:"kana"`
	}
	for part := range slices.Chunk(entries, 5000) {
		rows := make([]row, len(part))
		for i, e := range part {
			rows[i] = row{e.Owner, e.Names[0].Family, e.Names[0].Given, e.Names[0].FamilyKana + e.Names[0].GivenKana}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(tx, "like_person", rows...) }); err != nil {
			t.Fatal(err)
		}
	}
}

// reachSome lets one user reach n of the entries.
func reachSome(t *testing.T, d *db.DB, entries []search.Entry, n int) sight.Clause {
	t.Helper()
	scope := db.NewID()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			if err := sight.Open(tx, sight.Reach{ScopeKind: sight.User, Scope: scope, Kind: "person", Record: entries[i*len(entries)/n].Owner, Why: "case"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sight.Clause{SQL: "SELECT record FROM reach WHERE scope = ? AND kind = ?", Args: []any{scope, "person"}}
}

func BenchmarkRank(b *testing.B) {
	q := search.NewRanker(search.Query{Kind: "person", Text: "たかはし まゆみ"})
	b.ReportAllocs()
	for b.Loop() {
		q.Rank(residents["takahashi"])
	}
}

// TestSearchAsTyped prints the CPU, database included, of what the search box asks while names are
// typed, by how much of them was, and of finding who may be the same person as one who is registered. It runs when KIZUNA_BENCH_PERSONS says how many there are.
func TestSearchAsTyped(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("KIZUNA_BENCH_PERSONS"))
	if n == 0 {
		t.Skip("a measurement; KIZUNA_BENCH_PERSONS names its size")
	}
	kizunatest.EachDB(t, func(t *testing.T, template *db.DB) {
		d, err := db.Open(t.Context(), template.URL(), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		entries := fill(t, d, n)
		if err := d.Script(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		for _, by := range []struct {
			name  string
			whole func(search.Name) string
		}{
			{"kanji", func(n search.Name) string { return n.Family + " " + n.Given }},
			{"kana", func(n search.Name) string { return n.FamilyKana + " " + n.GivenKana }},
			{"romaji", func(n search.Name) string { return search.Romaji(n.FamilyKana) + " " + search.Romaji(n.GivenKana) }},
		} {
			var sum float64
			for most := 1; most <= 14; most++ {
				var asked []string
				for i := range 20 {
					if whole := []rune(by.whole(entries[i*len(entries)/20].Names[0])); len(whole) >= most && whole[most-1] != ' ' {
						asked = append(asked, string(whole[:most]))
					}
				}
				if len(asked) < 5 {
					continue
				}
				took := measured(t, d, func(r *db.Reader) error {
					for _, text := range asked {
						if _, err := search.Find(r, search.Query{Kind: "person", Text: text, Limit: 8}, search.Scope{}); err != nil {
							return err
						}
					}
					return nil
				}) / float64(len(asked))
				sum += took
				t.Logf("%-7s %2d characters %9.0f µs, such as %s", by.name, most, took, asked[0])
			}
			t.Logf("%-7s all together  %9.0f µs", by.name, sum)
		}
		compared := 0
		took := measured(t, d, func(r *db.Reader) error {
			compared = 0
			for i := range 20 {
				e := entries[i*len(entries)/20]
				near, err := search.Near(r, "person", search.Traits{Names: e.Names, Born: e.Dates[0], Phones: e.Phones}, search.Scope{})
				if err != nil {
					return err
				}
				compared += len(near)
			}
			return nil
		}) / 20
		t.Logf("who may be the same person: %9.0f µs, %d to compare", took, compared/20)
	})
}
