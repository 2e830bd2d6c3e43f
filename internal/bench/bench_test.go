package bench_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"kizuna/internal/bench"
	"kizuna/internal/generate"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

var ctx = context.Background()

func agencyOf(t *testing.T, d *db.DB, persons int) *server.Server {
	t.Helper()
	s, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), NoWork: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := generate.Make(ctx, s, generate.Options{Persons: persons, Seed: 1, Lang: text.JA, Today: "2026-11-24"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryCallIsAnsweredAndWithinItsQueries holds the query budgets; CPU is
// for `make bench`, which has a machine and time for it.
func TestEveryCallIsAnsweredAndWithinItsQueries(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := agencyOf(t, d, 300)
		results, err := bench.Run(ctx, s, bench.Options{Write: true, Patience: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if len(results) < 10 {
			t.Errorf("only %d calls", len(results))
		}
		for _, r := range results {
			if r.Queries > r.Budget || r.Queries < 2 || r.Rows < 1 {
				t.Errorf("%s: %d queries of %d, %d rows", r.Name, r.Queries, r.Budget, r.Rows)
			}
			if r.P50 <= 0 || r.P50 > r.P99 || r.Calls == 0 || r.CPU < 0 {
				t.Errorf("%s: %+v", r.Name, r)
			}
		}
		// What was replayed was taken back: the journal still holds.
		kizunatest.Intact(t, s.Run)
		if found, err := operate.Check(ctx, d, s.Run.Vault); err != nil || len(found) > 0 {
			t.Errorf("check: %v, %v", found, err)
		}
	})
}

func TestCallsThatWriteAreOnlyTimedWhenAsked(t *testing.T) {
	s := agencyOf(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), 60)
	persons := func() []byte {
		sums, err := operate.Sums(ctx, s.Run.Data)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		for _, x := range sums {
			if x.Table == "person" || x.Table == "search_row" || x.Table == "case_file" || x.Table == "reach" {
				b.WriteString(x.Hash)
			}
		}
		return b.Bytes()
	}
	before := persons()
	results, err := bench.Run(ctx, s, bench.Options{Patience: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, persons()) {
		t.Error("records were written")
	}
	if only, err := bench.Run(ctx, s, bench.Options{Only: []string{"search, kana"}, Patience: time.Millisecond}); err != nil || len(only) != 1 || len(results) < 5 {
		t.Errorf("only kana: %v, %v", only, err)
	}
}

func TestNothingToMeasureIsSaid(t *testing.T) {
	s, err := server.New(server.Config{DB: kizunatest.NewDB(t, kizunatest.Engines(t)[0]), Vault: kizunatest.Vault(t), NoWork: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := bench.Run(ctx, s, bench.Options{}); err == nil {
		t.Error("an empty agency was measured")
	}
}

// TestFloor times calls beside their floors, and leaves nothing of the floors behind.
func TestFloor(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := agencyOf(t, d, 300)
		all, err := bench.RunFloor(ctx, s, bench.FloorOptions{Only: []string{"worklist", "search", "case", "referral", "attendance"}, Patience: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 5 {
			t.Errorf("only %d works", len(all))
		}
		for _, x := range all {
			if x.CPU < 0 || x.Floor < 0 {
				t.Errorf("%+v", x)
			}
		}
		err = d.Read(ctx, func(q *db.Reader) error {
			_, err := db.All[int](q, "SELECT 1 FROM floor_place")
			return err
		})
		if err == nil {
			t.Error("the floor's tables stayed")
		}
		kizunatest.Intact(t, s.Run)
	})
}

// TestMixed has many work an agency at once: nobody is refused, every role has its screens, and
// what was written holds.
func TestMixed(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := agencyOf(t, d, 300)
		m, err := bench.RunMixed(ctx, s, bench.MixedOptions{For: time.Second, Clients: 4, Write: true, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if m.Requests == 0 || m.Failed > 0 || m.Screens < 300 {
			t.Errorf("%d requests, %d failed, %d screens", m.Requests, m.Failed, m.Screens)
		}
		for _, x := range m.Calls {
			if x.Failed > 0 || x.Calls == 0 || x.P50 <= 0 || x.P50 > x.P99 {
				t.Errorf("%+v", x)
			}
		}
		kizunatest.Intact(t, s.Run)
	})
}
