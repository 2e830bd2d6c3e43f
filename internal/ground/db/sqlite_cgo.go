//go:build cgo_sqlite

package db

import (
	"net/url"

	_ "github.com/mattn/go-sqlite3" // the C driver: faster, and the one race tests use
)

const sqliteDriver = "sqlite3"

func sqliteName(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }
