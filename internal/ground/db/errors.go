package db

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"kizuna/internal/ground/fault"
)

// uniqueError says that a row with the same key exists.
type uniqueError struct{ error }

func (e uniqueError) Unwrap() error { return e.error }

// IsUnique reports whether err came from a unique index; naming part of the
// index or its columns narrows it.
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
			return uniqueError{errors.New(pg.ConstraintName + " " + pg.TableName + ": " + pg.Message)}
		case strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "08"):
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
	var netErr net.Error
	if errors.As(err, &netErr) || pgconn.SafeToRetry(err) || sqliteUnavailable(err) {
		return fault.Unavailable(err)
	}
	return err
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
	return sqliteBusy(err) || strings.Contains(s, "disk is full") || strings.Contains(s, "disk I/O error") ||
		strings.Contains(s, "unable to open database") || strings.Contains(s, "readonly database")
}
