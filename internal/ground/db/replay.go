package db

import (
	"context"
	"errors"
)

// errTakenBack ends a replayed transaction without keeping it.
var errTakenBack = errors.New("db: a replay keeps nothing")

// Replay runs recorded statements again, bare: on the same driver and pool, in
// the same scopes and round trips, reading every row and making nothing of it.
// What they write is taken back.
func Replay(ctx context.Context, d *DB, list []Statement) error {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Scope == list[0].Scope {
			n++
		}
		part := list[:n]
		list = list[n:]
		var err error
		if part[0].Write {
			err = d.driver.write(ctx, func(tx *Tx) error { return takenBack(tx, part) })
		} else {
			err = d.driver.read(ctx, func(r *Reader) error { return replay(r, r.session, part) })
		}
		if err != nil && !errors.Is(err, errTakenBack) {
			return explain(err)
		}
	}
	return nil
}

// takenBack replays what a transaction wrote and undoes it. On SQLite, where a
// commit costs this process CPU, one that changes nothing stands for the
// recorded one's; on PostgreSQL ending it either way costs about the same.
func takenBack(tx *Tx, list []Statement) error {
	if tx.Engine() == Postgres {
		if err := replay(tx, tx.session, list); err != nil {
			return err
		}
		return errTakenBack
	}
	if _, err := tx.exec("SAVEPOINT replay", nil); err != nil {
		return err
	}
	if err := replay(tx, tx.session, list); err != nil {
		return err
	}
	for _, text := range []string{"ROLLBACK TO replay", "RELEASE replay", "UPDATE schema_level SET min_binary = min_binary"} {
		if _, err := tx.exec(text, nil); err != nil {
			return err
		}
	}
	return nil
}

func replay(q Q, s session, list []Statement) error {
	for len(list) > 0 {
		if list[0].Exec {
			if _, err := s.execContext(q.Context(), list[0].Text, list[0].Args); err != nil {
				return err
			}
			list = list[1:]
			continue
		}
		n := 1
		for n < len(list) && list[n].Joined {
			n++
		}
		items := make([]*queued, n)
		for i, x := range list[:n] {
			items[i] = &queued{text: x.Text, args: x.Args, read: drain, steady: x.Steady}
		}
		if err := s.batch(q.Context(), items); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// drain reads every value of every row as the driver gives it.
func drain(r rows) (int, error) {
	defer r.close()
	var dest []any
	n := 0
	for r.Next() {
		if dest == nil {
			names, err := r.columns()
			if err != nil {
				return n, err
			}
			dest = make([]any, len(names))
			for i := range dest {
				dest[i] = new(any)
			}
		}
		if err := r.Scan(dest...); err != nil {
			return n, err
		}
		n++
	}
	return n, r.Err()
}
