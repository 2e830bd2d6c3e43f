//go:build !cgo_sqlite

package db

import (
	"net/url"

	_ "modernc.org/sqlite" // the pure Go driver
)

const sqliteDriver = "sqlite"

func sqliteName(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }
