package db

import (
	"context"
	"database/sql"
)

// Sound lists what is wrong with the pages of SQLite's file and with its full-text index, a hundred
// faults at most. Of PostgreSQL it says nothing: that has amcheck and checksums of its own.
func (d *DB) Sound(ctx context.Context) ([]string, error) {
	said, err := d.driver.sound(ctx)
	return said, explain(err)
}

// sound looks by a connection of its own: one that has looked before keeps the outline of the
// full-text index that it saw, and calls the index corrupt once another has brought its pieces together.
func (d *sqliteDB) sound(ctx context.Context) (said []string, err error) {
	pool, err := sql.Open(sqliteDriver, sqliteName(d.path))
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	alone := &sqliteDB{pool: pool}
	c, err := alone.connect(ctx, true)
	if err != nil {
		return nil, err
	}
	defer c.close()
	said, err = All[string](&Reader{ctx, c}, "PRAGMA quick_check")
	if err == nil && len(said) == 1 && said[0] == "ok" {
		said = nil
	}
	return said, err
}

func (d *postgresDB) sound(context.Context) ([]string, error) { return nil, nil }
