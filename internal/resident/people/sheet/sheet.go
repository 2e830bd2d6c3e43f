// Package sheet reads lists of persons as agencies have them: CSV in the
// encodings and with the separators that are met with, and XLSX. It gives rows
// of text one after the other and holds none of them; what the text means is
// the room's to say. It runs no formula, opens no link, writes no file, and is
// bounded in what it holds whatever it is given.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"kizuna/internal/ground/fault"
)

// What a list may hold at most.
const (
	MaxRows    = 200_000
	MaxColumns = 200
	maxCell    = 32_767 // characters, as in a spreadsheet
	maxRecord  = 1 << 20
)

// Row is a line of the list as text. A cell behind the last that is filled may
// be missing.
type Row struct {
	Line   int // in the file, from 1
	Cells  []string
	Broken bool // the line could not be read
}

// Rows walks a list from its first row that is not empty; io.EOF ends it. Any
// other error is a fault that says what is wrong with the file.
type Rows interface{ Next() (Row, error) }

// List is a file that was recognized.
type List struct {
	Format    string // csv or xlsx
	Encoding  string // of CSV: utf-8, utf-16le, utf-16be or shift_jis
	Separator rune   // of CSV
	Sheet     string // of XLSX: the sheet that is read, which is the first that is shown

	file io.ReaderAt
	size int64
	book *book
}

// Open finds out what a file is. One that is no list is refused with a fault
// that says what it seems to be.
func Open(file io.ReaderAt, size int64) (*List, error) {
	head := make([]byte, min(size, 4096))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	l := &List{file: file, size: size}
	switch {
	case size == 0:
		return nil, refuse("people.fault.list_empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return l, l.openXLSX()
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, refuse("people.fault.list_old_or_locked")
	case isMarkup(head):
		return nil, refuse("people.fault.list_is_page")
	}
	return l, l.openCSV(head)
}

// Rows begins to walk the list.
func (l *List) Rows() (Rows, error) {
	if l.Format == "xlsx" {
		return l.book.rows()
	}
	return l.csvRows(), nil
}

func isMarkup(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	head = bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(head, []byte("<"))
}

func refuse(key string, pairs ...any) error {
	var f fault.Fields
	f.Add("/file", key, pairs...)
	return f.Err()
}

// broken is a fault about the file that has a cause.
func broken(key string, cause error) error {
	return fault.Invalid(fault.Field{Pointer: "/file", Key: key}).WithCause(fmt.Errorf("sheet: %w", cause))
}

func empty(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// counted ends a walk that goes on too long.
type counted struct {
	Rows
	n int
}

func (c *counted) Next() (Row, error) {
	row, err := c.Rows.Next()
	if err != nil {
		return row, err
	}
	if c.n++; c.n > MaxRows+1 { // and the line with the headings
		return row, refuse("people.fault.list_long", "max", MaxRows)
	}
	if len(row.Cells) > MaxColumns {
		return row, refuse("people.fault.list_wide", "max", MaxColumns)
	}
	return row, nil
}
