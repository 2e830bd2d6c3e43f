package db

import "context"

// What the tests in db_test need to see of the inside.
var (
	Dialect = dialect
	Expand  = expand
	Number  = number
	Piece   = piece
)

// MaxStatements and MaxParameters are the bounds that tests compare with.
const (
	MaxStatements = maxStatements
	MaxParameters = maxParameters
	MaxPadded     = maxPadded
)

// CDriver tells whether SQLite is asked through the C driver.
const CDriver = sqliteDriver == "sqlite3"

// SQLiteDriver and SQLiteName open a database file without this package.
const SQLiteDriver = sqliteDriver

var SQLiteName = sqliteName

// KeptStatements is how many prepared statements the SQLite connection of a
// transaction keeps.
func KeptStatements(t *Tx) int { return len(t.session.(*sqliteConn).stmts) }

// Connections is how many connections to a SQLite file are open.
func Connections(d *DB) int { return d.driver.(*sqliteDB).pool.Stats().OpenConnections }

// MigrateTo brings an empty database as far as a version and no further.
func MigrateTo(ctx context.Context, d *DB, version int64) error {
	p, pool, err := d.provider()
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = p.UpTo(ctx, version)
	return err
}
