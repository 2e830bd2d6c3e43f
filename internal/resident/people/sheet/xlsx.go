package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of a workbook. Sheets are walked, and only the texts that cells share are held.
const (
	maxParts   = 2000
	maxBook    = 256 << 20 // bytes unpacked
	maxShared  = 24 << 20  // bytes of text
	maxSqueeze = 120       // times smaller when packed: no list is so much the same
	maxDepth   = 40        // of elements in each other
	maxToken   = 1 << 20   // bytes of one piece of XML
)

// book is a workbook (ECMA-376), as far as lists need it.
type book struct {
	parts   map[string]*zip.File
	sheet   string   // the part that holds it
	shared  []string // texts that cells name by number
	dates   []bool   // by style: a number is a day
	since04 bool     // days are counted from 1904
}

func (l *List) openXLSX() error {
	l.Format = "xlsx"
	packed, err := zip.NewReader(l.file, l.size)
	if err != nil {
		return broken("people.fault.list_broken", err)
	}
	b := &book{parts: map[string]*zip.File{}}
	if len(packed.File) > maxParts {
		return refuse("people.fault.list_unpacked")
	}
	var unpacked uint64
	for _, f := range packed.File {
		unpacked += f.UncompressedSize64
		if unpacked > maxBook || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/maxSqueeze > f.CompressedSize64 {
			return refuse("people.fault.list_unpacked")
		}
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		if strings.HasSuffix(name, "vbaproject.bin") {
			return refuse("people.fault.list_macro")
		}
		b.parts[name] = f
	}
	l.book = b
	if b.parts["xl/workbook.xml"] == nil {
		return refuse("people.fault.list_unknown")
	}
	for _, read := range []func() error{func() error { return b.workbook(l) }, b.styles, b.sharedTexts} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// walk is the XML of a part, one piece after the other.
type walk struct {
	*xml.Decoder
	in    *bytewise
	depth int
}

// bytewise bounds one piece of XML, which the decoder would otherwise hold
// however long it is.
type bytewise struct {
	buffer []byte
	r      io.Reader
	at, to int
	piece  int
}

func (b *bytewise) ReadByte() (byte, error) {
	for b.at == b.to {
		n, err := b.r.Read(b.buffer)
		if n == 0 && err != nil {
			return 0, err
		}
		b.at, b.to = 0, n
	}
	if b.piece++; b.piece > maxToken {
		return 0, errNoRoom
	}
	b.at++
	return b.buffer[b.at-1], nil
}

func (b *bytewise) Read([]byte) (int, error) { return 0, errors.New("sheet: read by bytes") }

func (b *book) walk(part string) (*walk, io.Closer, error) {
	f := b.parts[part]
	if f == nil {
		return nil, nil, refuse("people.fault.list_broken")
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, broken("people.fault.list_broken", err)
	}
	in := &bytewise{buffer: make([]byte, 32<<10), r: r}
	return &walk{Decoder: xml.NewDecoder(in), in: in}, r, nil
}

func (w *walk) next() (xml.Token, error) {
	w.in.piece = 0
	t, err := w.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, broken("people.fault.list_broken", err)
	}
	switch t.(type) {
	case xml.StartElement:
		w.depth++
	case xml.EndElement:
		w.depth--
	}
	if w.depth > maxDepth {
		return nil, refuse("people.fault.list_broken")
	}
	return t, nil
}

// each calls f for the beginning of every element of a part.
func (b *book) each(part string, f func(xml.StartElement) error) error {
	w, in, err := b.walk(part)
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		t, err := w.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := f(e); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func yes(s string) bool { return s == "1" || s == "true" }

// workbook finds the first sheet that is shown.
func (b *book) workbook(l *List) error {
	var id string
	if err := b.each("xl/workbook.xml", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.since04 = yes(attr(e, "date1904"))
		case "sheet":
			if s := attr(e, "state"); id == "" && (s == "" || s == "visible") {
				// The id of the relationship, not sheetId.
				id, l.Sheet = attr(e, "id"), attr(e, "name")
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := b.each("xl/_rels/workbook.xml.rels", func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attr(e, "Id") != id || id == "" || attr(e, "TargetMode") == "External" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		b.sheet = strings.ToLower(strings.TrimPrefix(target, "/"))
		return nil
	}); err != nil {
		return err
	}
	if b.parts[b.sheet] == nil {
		return refuse("people.fault.list_broken")
	}
	return nil
}

// styles finds out which numbers are days.
func (b *book) styles() error {
	if b.parts["xl/styles.xml"] == nil {
		return nil
	}
	own := map[string]bool{}
	inCells := false
	w, in, err := b.walk("xl/styles.xml")
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		t, err := w.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch {
			case e.Name.Local == "numFmt":
				own[attr(e, "numFmtId")] = saysDay(attr(e, "formatCode"))
			case e.Name.Local == "cellXfs":
				inCells = true
			case e.Name.Local == "xf" && inCells && len(b.dates) < 65_536:
				id := attr(e, "numFmtId")
				n, _ := strconv.Atoi(id)
				b.dates = append(b.dates, own[id] || builtInDay(n))
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				inCells = false
			}
		}
	}
}

// builtInDay are the formats of days that every workbook has, those of Japan included.
func builtInDay(n int) bool {
	return n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58
}

// saysDay looks for a year or a day of the month in a format, outside of what is quoted.
func saysDay(format string) bool {
	quoted, escaped, inBrackets := false, false, false
	for _, c := range strings.ToLower(format) {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted = c != '"'
		case inBrackets:
			inBrackets = c != ']'
		case c == '"':
			quoted = true
		case c == '\\' || c == '_' || c == '*':
			escaped = true
		case c == '[':
			inBrackets = true
		case c == 'y' || c == 'd' || c == 'e' && !strings.ContainsAny(format, "0#"):
			return true
		}
	}
	return false
}

// sharedTexts reads the texts that cells name by number; how they are read
// aloud, which Japanese workbooks keep beside them, is left out.
func (b *book) sharedTexts() error {
	const part = "xl/sharedstrings.xml"
	if b.parts[part] == nil {
		return nil
	}
	w, in, err := b.walk(part)
	if err != nil {
		return err
	}
	defer in.Close()
	size := 0
	for {
		t, err := w.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "si" {
			s, err := w.plain("si")
			if err != nil {
				return err
			}
			if size += len(s) + 16; size > maxShared {
				return refuse("people.fault.list_unpacked")
			}
			b.shared = append(b.shared, s)
		}
	}
}

// plain is the text below an element, up to its end.
func (w *walk) plain(until string) (string, error) {
	var out strings.Builder
	text, aloud := 0, 0
	for {
		t, err := w.next()
		if errors.Is(err, io.EOF) {
			return "", refuse("people.fault.list_broken")
		}
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				text++
			case "rPh":
				aloud++
			}
		case xml.CharData:
			if text > 0 && aloud == 0 {
				out.Write(e)
			}
			if out.Len() > maxToken {
				return "", refuse("people.fault.list_row_long")
			}
		case xml.EndElement:
			switch e.Name.Local {
			case until:
				return out.String(), nil
			case "t":
				text--
			case "rPh":
				aloud--
			}
		}
	}
}

type bookRows struct {
	book *book
	*walk
	in   io.Closer
	line int
	done bool
}

func (b *book) rows() (Rows, error) {
	w, in, err := b.walk(b.sheet)
	if err != nil {
		return nil, err
	}
	return &counted{Rows: &bookRows{book: b, walk: w, in: in}}, nil
}

// Next gives the next row that has something in it.
func (r *bookRows) Next() (Row, error) {
	for !r.done {
		t, err := r.next()
		if err == nil {
			e, ok := t.(xml.StartElement)
			if !ok || e.Name.Local != "row" {
				continue
			}
			var row Row
			if row, err = r.row(e); err == nil {
				if empty(row.Cells) {
					continue
				}
				return row, nil
			}
		}
		r.done = true
		_ = r.in.Close() // nothing is read from it any more
		return Row{}, err
	}
	return Row{}, io.EOF
}

func (r *bookRows) row(e xml.StartElement) (Row, error) {
	r.line++
	if n, err := strconv.Atoi(attr(e, "r")); err == nil && n > r.line && n < 1<<21 {
		r.line = n
	}
	row := Row{Line: r.line}
	for {
		t, err := r.next()
		if err != nil {
			return row, ended(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			at := len(row.Cells)
			if ref := attr(e, "r"); ref != "" {
				at = column(ref)
			}
			if at < 0 || at >= MaxColumns {
				return row, refuse("people.fault.list_wide", "max", MaxColumns)
			}
			value, err := r.cell(e)
			if err != nil {
				return row, err
			}
			for len(row.Cells) <= at {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[at] = strings.TrimSpace(value)
			if utf8.RuneCountInString(value) > maxCell {
				row.Broken = true
			}
		case xml.EndElement:
			if e.Name.Local == "row" {
				return row, nil
			}
		}
	}
}

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return broken("people.fault.list_broken", io.ErrUnexpectedEOF)
	}
	return err
}

// cell is what a cell shows. Of a formula that is what it came to when the file
// was kept: nothing is reckoned here.
func (r *bookRows) cell(e xml.StartElement) (string, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	var value strings.Builder
	var inline string
	within := ""
	for {
		t, err := r.next()
		if err != nil {
			return "", ended(err)
		}
		switch x := t.(type) {
		case xml.StartElement:
			if within = x.Name.Local; within == "is" {
				if inline, err = r.plain("is"); err != nil {
					return "", err
				}
				within = ""
			}
		case xml.CharData:
			if within == "v" {
				value.Write(x)
			}
		case xml.EndElement:
			within = ""
			if x.Name.Local == "c" {
				if kind == "inlineStr" {
					return inline, nil
				}
				return r.book.said(kind, style, value.String()), nil
			}
		}
	}
}

func (b *book) said(kind, style, value string) string {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(b.shared) {
			return b.shared[n]
		}
		return ""
	case "", "n":
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return value
		}
		if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(b.dates) && b.dates[n] {
			if day, ok := dayOf(number, b.since04); ok {
				return day
			}
		}
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return value
}

// dayOf reads a day as spreadsheets count them: from 1900 as if that year had
// had a 29 February, or from 1904.
func dayOf(serial float64, since04 bool) (string, bool) {
	days := int(serial)
	if serial < 0 || days > 2_958_465 || days < 1 && !since04 {
		return "", false
	}
	switch {
	case since04:
		days += 1462
	case days == 60:
		return "1900-02-29", true // which no calendar has: told as a fault of the row
	case days < 60:
		days++
	}
	return time.Unix(int64(days-25_569)*86_400, 0).UTC().Format(time.DateOnly), true
}

// column is the place of a cell in its row: 0 for A1, 27 for AB9; -1 for what
// is no such thing.
func column(ref string) int {
	n := 0
	letters := 0
	for _, c := range strings.ToUpper(ref) {
		if c < 'A' || c > 'Z' {
			break
		}
		if letters++; letters > 3 {
			return -1
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}
