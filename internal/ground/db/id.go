package db

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgtype"

	"kizuna/internal/ground/calendar"
)

// ID identifies a record: a UUID of version 7 (RFC 9562), so ids made later
// sort later. The zero ID means none and is stored as NULL.
type ID [16]byte

// sequence makes increasing stamps.
type sequence struct {
	sync.Mutex
	last uint64 // milliseconds << 12 | counter of the last id
}

var idsNow, idsAt sequence

// NewID makes an id from the current time and 62 random bits. Ids made by one
// process are strictly increasing, also within a millisecond, unless the
// machine's clock is set back by more than a second.
func NewID() ID { return idFrom(idsNow.next(int64(calendar.System.Now()))) }

// NewIDAt makes an id that sorts as if made at ms, Unix milliseconds UTC. One
// after the other for the same ms are increasing; those of NewID are apart.
func NewIDAt(ms int64) ID { return idFrom(idsAt.next(ms)) }

// FirstAt is before every id of ms, Unix milliseconds UTC, and after those made
// earlier: a bound to ask by. It makes no id, so that those that are made keep
// their order.
func FirstAt(ms int64) ID {
	id := idFrom(uint64(ms) << 12)
	clear(id[8:])
	return id
}

func (s *sequence) next(ms int64) uint64 {
	s.Lock()
	defer s.Unlock()
	next := uint64(ms) << 12
	if next <= s.last && s.last-next < 1000<<12 {
		next = s.last + 1
	}
	s.last = next
	return next
}

func idFrom(stamp uint64) ID {
	var id ID
	ms := stamp >> 12
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = 0x70 | byte(stamp>>8)&0x0f
	id[7] = byte(stamp)
	rand.Read(id[8:])
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Around gives ids before and after every one that this process may have made for the moment that
// an id of NewIDAt begins with: the sequence may run ahead of the clock by up to a second.
func Around(id ID) (first, last ID) {
	const second = 1000
	ms := binary.BigEndian.Uint64(append([]byte{0, 0}, id[:6]...))
	first, last = idFrom((ms-second)<<12), idFrom((ms+second)<<12)
	clear(first[6:])
	for i := 6; i < len(last); i++ {
		last[i] = 0xff
	}
	return first, last
}

var errID = errors.New("not an id")

// ParseID reads the usual form, 36 characters with hyphens.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, errID
	}
	var packed [32]byte
	n := 0
	for i := range len(s) {
		if s[i] != '-' {
			if n == 32 {
				return ID{}, errID
			}
			packed[n] = s[i]
			n++
		}
	}
	if _, err := hex.Decode(id[:], packed[:]); err != nil {
		return ID{}, errID
	}
	return id, nil
}

// MustID is ParseID for ids known to be right, such as constants.
func MustID(s string) ID {
	id, err := ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// IsZero reports whether the id is none.
func (id ID) IsZero() bool { return id == ID{} }

// String gives the usual form with hyphens; none is the empty string.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[0:8], id[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], id[10:16])
	return string(b[:])
}

// MarshalText writes the usual form.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the usual form; empty is none.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	v, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// Scan reads a column of either engine.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		if len(v) != 16 {
			return fmt.Errorf("db: id of %d bytes", len(v))
		}
		copy(id[:], v)
		return nil
	case string:
		return id.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("db: id from %T", src)
}

// ScanUUID lets pgx read the binary form without a copy through text.
func (id *ID) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		*id = ID{}
		return nil
	}
	*id = v.Bytes
	return nil
}
