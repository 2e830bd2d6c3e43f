package calendar

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	_ "time/tzdata" // zones also where the machine has none

	"kizuna/internal/ground/text"
)

// Time is a moment in milliseconds since 1970-01-01 00:00 UTC; 0 is none. It is stored as it is, in
// a BIGINT column, and compares in every engine and zone alike.
type Time int64

// TimeOf is the moment of t, cut to the millisecond; the zero time.Time is none.
func TimeOf(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMilli())
}

// Moment is the moment when a clock on the wall in zone shows hour and minute on day d. Where the
// clock skips that hour, it is as long after midnight as the numbers say; where the hour comes
// twice, the first.
func Moment(d Date, hour, minute int, zone *time.Location) Time {
	t := d.std()
	return TimeOf(time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, zone))
}

// Std is the moment in UTC; the zero time.Time for none.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(t)).UTC()
}

// IsZero says that there is no moment.
func (t Time) IsZero() bool { return t == 0 }

// Date is the day that t falls on in zone; none for none.
func (t Time) Date(zone *time.Location) Date {
	if t == 0 {
		return ""
	}
	return fromStd(t.Std().In(zone))
}

// Add is the moment after a duration.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub is the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// Before says that t is earlier than u.
func (t Time) Before(u Time) bool { return t < u }

// After says that t is later than u.
func (t Time) After(u Time) bool { return t > u }

const rfc3339Milli = "2006-01-02T15:04:05.000Z"

// String is RFC 3339 in UTC with milliseconds; "" for none.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format(rfc3339Milli)
}

// MarshalJSON writes RFC 3339 in UTC, or null for none.
func (t Time) MarshalJSON() ([]byte, error) {
	if t == 0 {
		return []byte("null"), nil
	}
	if year := t.Std().Year(); year < 0 || year > 9999 {
		return nil, fmt.Errorf("calendar: year %d has no RFC 3339 form", year)
	}
	return json.Marshal(t.String())
}

// UnmarshalJSON reads RFC 3339 in any zone, and null as none.
func (t *Time) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*t = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return wrong("fault.not_a_moment").WithCause(err)
	}
	read, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return wrong("fault.not_a_moment").WithCause(err)
	}
	*t = TimeOf(read)
	return nil
}

// Clock tells the time. Rules ask a Clock and never the machine.
type Clock interface{ Now() Time }

// Fake is a clock that stands still until it is moved. Any number of goroutines may use it.
type Fake struct{ now atomic.Int64 }

// NewFake is a clock that shows now.
func NewFake(now Time) *Fake {
	f := &Fake{}
	f.Set(now)
	return f
}

// Now is what the clock was last set to.
func (f *Fake) Now() Time { return Time(f.now.Load()) }

// Set moves the clock to a moment.
func (f *Fake) Set(now Time) { f.now.Store(int64(now)) }

// Advance moves the clock by a duration and gives the new time.
func (f *Fake) Advance(by time.Duration) Time { return Time(f.now.Add(by.Milliseconds())) }

// Tokyo is the zone of an agency that has not chosen another.
var Tokyo = mustZone("Asia/Tokyo")

func mustZone(name string) *time.Location {
	zone, err := LoadZone(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// LoadZone finds a zone by its IANA name. The machine's own zone cannot be asked for, since the
// same data must mean the same days everywhere.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("calendar: a zone has a name such as Asia/Tokyo")
	}
	return time.LoadLocation(name)
}

type zoneKey struct{}

// WithZone returns a context in which days are those of zone.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, zone)
}

// Zone is the agency's zone; Tokyo when nobody said.
func Zone(ctx context.Context) *time.Location {
	if zone, ok := ctx.Value(zoneKey{}).(*time.Location); ok && zone != nil {
		return zone
	}
	return Tokyo
}

// Today is the day it is in the agency's zone.
func Today(ctx context.Context, clock Clock) Date { return clock.Now().Date(Zone(ctx)) }

// FormatTime writes a moment with its day, as FormatDate does, and the hour in zone:
// 2026年（令和8年）11月24日（火）14:05 or Tuesday 24 November 2026, 14:05.
func FormatTime(t Time, zone *time.Location, lang text.Lang) string {
	if t == 0 {
		return ""
	}
	if lang.Base() == text.JA {
		return FormatDate(t.Date(zone), lang) + FormatHour(t, zone)
	}
	return FormatDate(t.Date(zone), lang) + ", " + FormatHour(t, zone)
}

// FormatHour writes the hour and minute in zone, 00:00 to 23:59, alike in every language.
func FormatHour(t Time, zone *time.Location) string {
	if t == 0 {
		return ""
	}
	return t.Std().In(zone).Format("15:04")
}
