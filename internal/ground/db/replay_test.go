package db_test

import (
	"testing"

	"kizuna/internal/ground/db"
)

func TestReplayRunsTheSameAndKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		one := thing{ID: db.NewID(), Name: "one"}
		write(t, d, func(tx *db.Tx) error { return db.Insert(tx, "thing", one) })
		ctx, trace := db.WithTrace(t.Context())
		if err := d.Read(ctx, func(r *db.Reader) error {
			b := db.NewBatch()
			db.Queue[string](b, "SELECT name FROM thing WHERE id = ?", one.ID)
			db.Queue[int](b, "SELECT COUNT(*) FROM tally")
			return db.Send(r, b)
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE tally SET n = n + 1 WHERE name = 'a'")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		s := trace.Statements
		if len(s) != 3 || s[0].Scope != 1 || s[2].Scope != 2 || s[0].Write || !s[2].Write || !s[2].Exec || s[1].Exec {
			t.Fatalf("recorded %+v", s)
		}
		if joined := s[1].Joined; joined != (d.Engine() == db.Postgres) {
			t.Errorf("joined is %v", joined)
		}
		for range 3 {
			if err := db.Replay(t.Context(), d, s); err != nil {
				t.Fatal(err)
			}
		}
		if n := tally(t, d, "a"); n != 1 {
			t.Errorf("replays were kept: %d", n)
		}
		s[0].Text = "SELECT nonsense FROM thing WHERE id = ?"
		if db.Replay(t.Context(), d, s) == nil {
			t.Error("a wrong statement was not told")
		}
	})
}
