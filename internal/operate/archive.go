package operate

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"math/bits"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// An archive is the whole of an installation's data in one form for both
// engines; docs/archive.md describes it byte by byte. These are its lines.
type (
	archiveHead struct {
		Kizuna  string        `json:"kizuna"` // always "archive"
		Format  int           `json:"format"`
		Schema  string        `json:"schema"` // db.Mark
		Release int           `json:"release"`
		Engine  string        `json:"engine"` // where it came from
		At      calendar.Time `json:"at"`
		Key     string        `json:"key"` // tells the key file it belongs to, without telling the key
	}
	archiveTable struct {
		Table   string          `json:"table"` // "" ends the tables
		Columns []archiveColumn `json:"columns,omitempty"`
	}
	archiveColumn struct {
		Name string  `json:"name"`
		Kind db.Kind `json:"kind"`
	}
	archiveTail struct {
		Rows int64  `json:"rows"`
		Hash string `json:"hash"`
	}
	archiveEnd struct {
		SHA256 string `json:"sha256"` // of every byte before this line
	}
)

// archiveFormat is the format written and the newest one read.
const archiveFormat = 1

// Bounds of what a reader believes, in bytes.
const (
	maxLine  = 1 << 20
	maxValue = 1 << 26
)

// rowMark comes before every row of a table, endMark after the last.
const (
	endMark = 0
	rowMark = 1
)

// sumOf adds up the SHA-256 of rows modulo 2^256: the same rows in any order
// give the same sum.
type sumOf struct {
	rows int64
	sum  [4]uint64
}

func (s *sumOf) add(row []byte) {
	digest := sha256.Sum256(row)
	var carry uint64
	for i := 3; i >= 0; i-- {
		s.sum[i], carry = bits.Add64(s.sum[i], binary.BigEndian.Uint64(digest[8*i:]), carry)
	}
	s.rows++
}

func (s *sumOf) hex() string {
	var b [32]byte
	for i, v := range s.sum {
		binary.BigEndian.PutUint64(b[8*i:], v)
	}
	return hex.EncodeToString(b[:])
}

// encodeRow appends the values of a row; a value is a letter and what follows.
func encodeRow(b []byte, values []any) ([]byte, error) {
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case bool:
			if v {
				b = append(b, 'y')
			} else {
				b = append(b, 'z')
			}
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
		case string:
			b = append(binary.AppendUvarint(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, 'b'), uint64(len(v))), v...)
		default:
			return nil, fmt.Errorf("archive: a value of type %T", v)
		}
	}
	return b, nil
}

// archiveWriter writes an archive and hashes what it writes.
type archiveWriter struct {
	to   *bufio.Writer
	hash hash.Hash
	row  []byte
}

func newArchiveWriter(w io.Writer) *archiveWriter {
	h := sha256.New()
	return &archiveWriter{to: bufio.NewWriterSize(io.MultiWriter(w, h), 1<<16), hash: h}
}

func (a *archiveWriter) line(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = a.to.Write(append(b, '\n'))
	}
	return err
}

// table writes a table's rows as each gives them and tells their sum.
func (a *archiveWriter) table(t db.Table, each func(f func(values []any) error) error) (sumOf, error) {
	var sum sumOf
	head := archiveTable{Table: t.Name}
	for _, c := range t.Columns {
		head.Columns = append(head.Columns, archiveColumn{c.Name, c.Kind})
	}
	if err := a.line(head); err != nil {
		return sum, err
	}
	err := each(func(values []any) (err error) {
		if a.row, err = encodeRow(append(a.row[:0], rowMark), values); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		sum.add(a.row[1:])
		_, err = a.to.Write(a.row)
		return err
	})
	if err != nil {
		return sum, err
	}
	if err := a.to.WriteByte(endMark); err != nil {
		return sum, err
	}
	return sum, a.line(archiveTail{sum.rows, sum.hex()})
}

// end closes the tables and seals all that came before.
func (a *archiveWriter) end() error {
	if err := a.line(archiveTable{}); err != nil {
		return err
	}
	if err := a.to.Flush(); err != nil {
		return err
	}
	if err := a.line(archiveEnd{hex.EncodeToString(a.hash.Sum(nil))}); err != nil {
		return err
	}
	return a.to.Flush()
}

// ErrArchive says that a file is no archive, or not a whole and unaltered one.
var ErrArchive = errors.New("the archive is damaged or incomplete")

// archiveReader reads an archive and hashes what it read.
type archiveReader struct {
	from *bufio.Reader
	hash hash.Hash
	row  []byte
}

func newArchiveReader(r io.Reader) *archiveReader {
	return &archiveReader{from: bufio.NewReaderSize(r, maxLine), hash: sha256.New()}
}

// take reads n more bytes of a row, in pieces, so that a length that is not
// true costs no memory.
func (a *archiveReader) take(n int) ([]byte, error) {
	at := len(a.row)
	for left := n; left > 0; {
		piece := min(left, maxLine)
		a.row = append(a.row, make([]byte, piece)...)
		if _, err := io.ReadFull(a.from, a.row[len(a.row)-piece:]); err != nil {
			return nil, damaged(err)
		}
		left -= piece
	}
	return a.row[at:], nil
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrArchive, err)
}

func (a *archiveReader) line(v any) error {
	b, err := a.from.ReadSlice('\n')
	if err != nil {
		return damaged(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return damaged(err)
	}
	a.hash.Write(b)
	return nil
}

// table gives a table's rows to f and its own sum of them; the rows belong to
// f from then on.
func (a *archiveReader) table(columns int, f func(values []any) error) (sumOf, error) {
	var sum sumOf
	for {
		a.row = a.row[:0]
		mark, err := a.take(1)
		if err != nil {
			return sum, err
		}
		if mark[0] == endMark {
			a.hash.Write(a.row)
			break
		}
		if mark[0] != rowMark {
			return sum, fmt.Errorf("%w: no row where one should be", ErrArchive)
		}
		values := make([]any, columns)
		for i := range values {
			if values[i], err = a.value(); err != nil {
				return sum, err
			}
		}
		a.hash.Write(a.row)
		sum.add(a.row[1:])
		if err := f(values); err != nil {
			return sum, err
		}
	}
	var tail archiveTail
	if err := a.line(&tail); err != nil {
		return sum, err
	}
	if tail.Rows != sum.rows || tail.Hash != sum.hex() {
		return sum, fmt.Errorf("%w: its rows do not add up", ErrArchive)
	}
	return sum, nil
}

func (a *archiveReader) value() (any, error) {
	letter, err := a.take(1)
	if err != nil {
		return nil, err
	}
	switch letter[0] {
	case 'n':
		return nil, nil
	case 'y', 'z':
		return letter[0] == 'y', nil
	case 'i':
		n, err := binary.ReadVarint(a)
		return n, damaged(err)
	case 'f':
		b, err := a.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	case 't', 'b':
		n, err := binary.ReadUvarint(a)
		if err != nil || n > maxValue {
			return nil, damaged(errors.Join(err, fmt.Errorf("a value of %d bytes", n)))
		}
		b, err := a.take(int(n))
		if err != nil {
			return nil, err
		}
		if letter[0] == 't' {
			return string(b), nil
		}
		return append([]byte{}, b...), nil
	}
	return nil, fmt.Errorf("%w: a value of the unknown kind %q", ErrArchive, letter)
}

// ReadByte takes one byte, for numbers of variable length.
func (a *archiveReader) ReadByte() (byte, error) {
	b, err := a.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// end checks that the archive is whole and nothing follows it.
func (a *archiveReader) end() error {
	want := hex.EncodeToString(a.hash.Sum(nil))
	var end archiveEnd
	if err := a.line(&end); err != nil {
		return err
	}
	if end.SHA256 != want {
		return fmt.Errorf("%w: its checksum differs", ErrArchive)
	}
	if _, err := a.from.ReadByte(); err != io.EOF {
		return fmt.Errorf("%w: something follows its end", ErrArchive)
	}
	return nil
}
