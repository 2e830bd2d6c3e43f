package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// separators, the likelier first.
var separators = []rune{',', '\t', ';'}

func (l *List) openCSV(head []byte) error {
	l.Format = "csv"
	var err error
	if l.Encoding, err = l.encodingOf(head); err != nil {
		return err
	}
	l.Separator, err = l.separator()
	return err
}

// encodingOf tells the encoding: by its mark, by the zeroes of UTF-16, by being
// valid UTF-8 from end to end, or else as Windows writes Japanese.
func (l *List) encodingOf(head []byte) (string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return "utf-16le", nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "utf-16be", nil
	}
	even, odd := zeroes(head)
	switch {
	case odd > len(head)/8 && even == 0:
		return "utf-16le", nil
	case even > len(head)/8 && odd == 0:
		return "utf-16be", nil
	case even+odd > 0:
		return "", refuse("people.fault.list_unknown")
	}
	valid, err := validUTF8(io.NewSectionReader(l.file, 0, l.size))
	switch {
	case err != nil:
		return "", err
	case valid:
		return "utf-8", nil
	}
	return "shift_jis", nil
}

func zeroes(head []byte) (even, odd int) {
	for i, c := range head {
		if c != 0 {
			continue
		}
		if i%2 == 0 {
			even++
		} else {
			odd++
		}
	}
	return even, odd
}

func validUTF8(r io.Reader) (bool, error) {
	buffer := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(buffer[kept:])
		part := buffer[:kept+n]
		for len(part) > 0 {
			c, size := utf8.DecodeRune(part)
			if c == utf8.RuneError && size == 1 {
				if !utf8.FullRune(part) && err == nil {
					break
				}
				return false, nil
			}
			part = part[size:]
		}
		kept = copy(buffer, part)
		if errors.Is(err, io.EOF) {
			return kept == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}

func (l *List) decoder() *encoding.Decoder {
	switch l.Encoding {
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	case "shift_jis":
		return japanese.ShiftJIS.NewDecoder()
	}
	return unicode.UTF8BOM.NewDecoder()
}

// text is the file as UTF-8.
func (l *List) text() io.Reader {
	return transform.NewReader(io.NewSectionReader(l.file, 0, l.size), l.decoder())
}

// separator takes the one that parts the first line into most cells.
func (l *List) separator() (rune, error) {
	var line string
	lines := bufio.NewReaderSize(io.LimitReader(l.text(), maxRecord), 64<<10)
	for line == "" {
		s, err := lines.ReadString('\n')
		line = strings.TrimSpace(s)
		if err != nil && line == "" {
			if errors.Is(err, io.EOF) {
				err = refuse("people.fault.list_empty")
			}
			return 0, err
		}
	}
	best, most := ',', 0
	for _, s := range separators {
		if n := outsideQuotes(line, s); n > most {
			best, most = s, n
		}
	}
	return best, nil
}

func outsideQuotes(line string, r rune) int {
	n, quoted := 0, false
	for _, c := range line {
		switch c {
		case '"':
			quoted = !quoted
		case r:
			if !quoted {
				n++
			}
		}
	}
	return n
}

type csvRows struct {
	*csv.Reader
	room *room
}

func (l *List) csvRows() Rows {
	limited := &room{r: l.text(), left: maxRecord}
	c := csv.NewReader(limited)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = l.Separator, -1, true
	return &counted{Rows: csvRows{c, limited}}
}

func (c csvRows) Next() (Row, error) {
	for {
		c.room.left = maxRecord
		cells, err := c.Read()
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong) && !errors.Is(err, errNoRoom):
			return Row{Line: wrong.StartLine, Broken: true}, nil
		case errors.Is(err, errNoRoom):
			return Row{}, broken("people.fault.list_row_long", err)
		case err != nil:
			return Row{}, err
		}
		line, _ := c.FieldPos(0)
		out := Row{Line: line, Cells: make([]string, len(cells))}
		for i, s := range cells {
			out.Cells[i] = strings.TrimSpace(s)
			if utf8.RuneCountInString(s) > maxCell || strings.ContainsRune(s, utf8.RuneError) {
				out.Broken = true
			}
		}
		if !empty(out.Cells) {
			return out, nil
		}
	}
}

var errNoRoom = errors.New("sheet: a row without an end")

// room bounds what is read before it is given room again, so that a quote that
// is never closed does not swallow the file.
type room struct {
	r    io.Reader
	left int
}

func (r *room) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, errNoRoom
	}
	n, err := r.r.Read(b[:min(len(b), r.left)])
	r.left -= n
	return n, err
}

// Guard keeps a spreadsheet from running a value as a formula: an apostrophe
// goes before what begins like one. Unguard takes it off again.
func Guard(s string) string {
	if leads(s) {
		return "'" + s
	}
	return s
}

// Unguard gives back what Guard, or an export of another program, was given.
func Unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && leads(s[1:]) {
		return s[1:]
	}
	return s
}

func leads(s string) bool {
	s = strings.TrimLeft(s, "'")
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@\t\r＝＋－＠", r) && s != ""
}
