package db

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"kizuna/internal/ground/fault"
)

// uniqueError says that a row with the same key exists.
type uniqueError struct{ error }

func (e uniqueError) Unwrap() error { return e.error }

// IsUnique reports whether err came from a unique index; naming its columns
// as "table.column, table.column", or part of that, narrows it. The index's
// own name is known only on PostgreSQL.
func IsUnique(err error, part string) bool {
	var u uniqueError
	return errors.As(err, &u) && strings.Contains(u.Error(), part)
}

// explain turns engine errors into what callers can act on.
func explain(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Fault
	var u uniqueError
	if errors.As(err, &f) || errors.As(err, &u) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "23505":
			return uniqueError{errors.New("unique " + uniqueColumns(pg) + ": " + pg.Message)}
		case pg.Code == "53100":
			return fault.NoRoom(err)
		case strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "57"), strings.HasPrefix(pg.Code, "58"), strings.HasPrefix(pg.Code, "08"), pg.Code == "25006", pg.Code == "40P01":
			// 58: its disk fails; 25006: the server has become a standby; 40P01: what was being read is being migrated.
			return fault.Unavailable(err)
		}
		return err
	}
	if strings.Contains(err.Error(), "UNIQUE constraint failed") {
		return uniqueError{err}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if strings.Contains(err.Error(), "disk is full") {
		return fault.NoRoom(err)
	}
	var netErr net.Error
	var connect *pgconn.ConnectError // of several servers none takes writes
	if errors.As(err, &netErr) || errors.As(err, &connect) || closed(err) || pgconn.SafeToRetry(err) || sqliteUnavailable(err) {
		return fault.Unavailable(err)
	}
	return err
}

// uniqueColumns are the columns as SQLite names them; the detail also holds the
// values, which stay out.
func uniqueColumns(pg *pgconn.PgError) string {
	_, detail, _ := strings.Cut(pg.Detail, "(")
	columns, _, ok := strings.Cut(detail, ")=(")
	if !ok {
		return pg.TableName
	}
	return pg.TableName + "." + strings.ReplaceAll(columns, ", ", ", "+pg.TableName+".")
}

// closed reports that the connection, or the database as a whole, went away.
func closed(err error) bool {
	return errors.Is(err, errClosed) || errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone)
}

// canRetry reports whether the whole transaction should run again.
func canRetry(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return sqliteBusy(err)
}

func sqliteBusy(err error) bool {
	s := err.Error()
	return strings.Contains(s, "SQLITE_BUSY") || strings.Contains(s, "database is locked")
}

func sqliteUnavailable(err error) bool {
	s := err.Error()
	return sqliteBusy(err) || strings.Contains(s, "disk I/O error") ||
		strings.Contains(s, "unable to open database") || strings.Contains(s, "readonly database")
}
