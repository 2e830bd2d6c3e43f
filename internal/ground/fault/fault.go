// Package fault is the one kind of bad news in Kizuna: what went wrong, sorted by what the person
// who reads it can do about it (correct a field, ask for access, reload, wait, send less, tell us).
// A fault names words by key and never holds a finished sentence; each door renders it in the
// reader's language. It knows nothing of HTTP beyond the number its kind maps to.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind sorts faults by what a person can do about them. A Kind is itself an error, so that
// errors.Is(err, fault.KindNotFound) asks for the kind of a fault anywhere in a chain.
type Kind uint8

// The zero Kind is a defect: a fault that nobody classified is ours to mend.
const (
	KindDefect      Kind = iota // our mistake: report it
	KindInvalid                 // correct the fields that are named
	KindMalformed               // the request itself cannot be read: correct the program that sent it
	KindSignIn                  // sign in first
	KindForbidden               // ask someone who may
	KindNotFound                // check the address; also the answer to what is not yours to see
	KindConflict                // look at what changed and decide again
	KindTooMuch                 // wait and try again
	KindTooLarge                // send less at once
	KindUnavailable             // nothing to do but wait: a part we need does not answer
	KindNoRoom                  // make room on the disk; nothing was kept
	KindRequired                // say which version you saw (If-Match)
	KindKeyReuse                // use a new idempotency key for a new request
)

var kinds = [...]struct {
	name   string
	key    string
	status int
}{
	KindDefect:      {"defect", "fault.defect", http.StatusInternalServerError},
	KindInvalid:     {"invalid", "fault.invalid", http.StatusUnprocessableEntity},
	KindMalformed:   {"malformed", "fault.bad_json", http.StatusBadRequest},
	KindSignIn:      {"sign in", "fault.sign_in", http.StatusUnauthorized},
	KindForbidden:   {"forbidden", "fault.forbidden", http.StatusForbidden},
	KindNotFound:    {"not found", "fault.not_found", http.StatusNotFound},
	KindConflict:    {"conflict", "fault.conflict", http.StatusConflict},
	KindTooMuch:     {"too much", "fault.too_much", http.StatusTooManyRequests},
	KindTooLarge:    {"too large", "fault.too_large", http.StatusRequestEntityTooLarge},
	KindUnavailable: {"unavailable", "fault.unavailable", http.StatusServiceUnavailable},
	KindNoRoom:      {"no room", "fault.no_room", http.StatusInsufficientStorage},
	KindRequired:    {"precondition required", "fault.precondition_required", http.StatusPreconditionRequired},
	KindKeyReuse:    {"idempotency key reused", "fault.idempotency_reuse", http.StatusUnprocessableEntity},
}

// Ours says that the request was right and we could not do it, so that the operator is to know.
func (k Kind) Ours() bool { return k == KindDefect || k == KindUnavailable || k == KindNoRoom }

// String names the kind for logs, in English.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Error makes a Kind usable as the target of errors.Is.
func (k Kind) Error() string { return k.String() }

// Kinds lists every kind, for tables and tests.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i := range kinds {
		all[i] = Kind(i)
	}
	return all
}

// Fault is an error that a person can be told about.
type Fault struct {
	Kind   Kind
	Key    string         // word key of the sentence that heads it
	Args   map[string]any // what the sentence's placeholders stand for
	Fields []Field        // what to correct, when Kind is KindInvalid
	// RetryAfter says how long to wait; 0 says nothing.
	RetryAfter time.Duration
	// Moved is the record as the other side left it, when a conflict is about versions: the merge
	// page and the 412 answer show it. Nil when there is nothing to merge with.
	Moved any
	// Cause is for the log, never for the reader.
	Cause error
}

// Error is the line for logs: kind, key, pointers and cause. It leaves Args out, since they may
// hold what somebody typed.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Kind.String())
	if f.Key != "" {
		b.WriteString(" " + f.Key)
	}
	for i, field := range f.Fields {
		b.WriteString([]string{": ", ", "}[min(i, 1)])
		b.WriteString(strings.TrimSpace(field.Pointer + " " + field.Key))
	}
	if f.Cause != nil {
		b.WriteString(": " + f.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Is answers errors.Is for a Kind.
func (f *Fault) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == f.Kind
}

// WithCause returns a copy that remembers err for the log.
func (f *Fault) WithCause(err error) *Fault {
	g := *f
	g.Cause = err
	return &g
}

// With returns a copy whose sentence knows further placeholders, given as name, value pairs.
func (f *Fault) With(pairs ...any) *Fault {
	g := *f
	g.Args = make(map[string]any, len(f.Args)+len(pairs)/2)
	for k, v := range f.Args {
		g.Args[k] = v
	}
	for k, v := range args(pairs) {
		g.Args[k] = v
	}
	return &g
}

func of(k Kind, key string) *Fault {
	if key == "" {
		key = kinds[k].key
	}
	return &Fault{Kind: k, Key: key}
}

// Invalid says which fields to correct.
func Invalid(fields ...Field) *Fault {
	f := of(KindInvalid, "")
	f.Fields = fields
	return f
}

// Malformed says that a request cannot be read at all; cause is for the log.
func Malformed(key string, cause error) *Fault {
	f := of(KindMalformed, key)
	f.Cause = cause
	return f
}

// SignIn says that nobody is signed in, or no longer.
func SignIn() *Fault { return of(KindSignIn, "") }

// Forbid says that the actor may see this but not do that. An empty key gives the general sentence.
func Forbid(key string) *Fault { return of(KindForbidden, key) }

// NotFound is the answer to what is missing and to what the actor may not know of.
func NotFound() *Fault { return of(KindNotFound, "") }

// Conflict says that the record is no longer in the state the act needs. An empty key gives the
// general sentence.
func Conflict(key string) *Fault { return of(KindConflict, key) }

// Moved is the conflict of two editors: now is the record as the other side left it.
func Moved(now any) *Fault {
	f := of(KindConflict, "fault.moved")
	f.Moved = now
	return f
}

// TooMuch asks to wait.
func TooMuch(wait time.Duration) *Fault {
	f := of(KindTooMuch, "")
	f.RetryAfter = wait
	return f
}

// TooLarge says that more was sent at once than max allows; max is any value that reads well in
// the sentence, such as "1 MiB".
func TooLarge(max any) *Fault {
	f := of(KindTooLarge, "")
	f.Args = map[string]any{"max": max}
	return f
}

// Unavailable says that a part we need does not answer.
func Unavailable(cause error) *Fault {
	f := of(KindUnavailable, "")
	f.Cause = cause
	return f
}

// NoRoom says that there is no room left to keep anything.
func NoRoom(cause error) *Fault {
	f := of(KindNoRoom, "")
	f.Cause = cause
	return f
}

// Required says that a change came without the version it was made from.
func Required() *Fault { return of(KindRequired, "") }

// KeyReuse says that an idempotency key came back with another request.
func KeyReuse() *Fault { return of(KindKeyReuse, "") }

// Defect is our own mistake.
func Defect(cause error) *Fault {
	f := of(KindDefect, "")
	f.Cause = cause
	return f
}

// As finds the fault in an error chain.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok && f != nil
}

// From turns any error into a fault: itself when it holds one, unavailable when time ran out or
// the caller left, otherwise a defect. From(nil) is nil.
func From(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := As(err); ok {
		return f
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unavailable(err)
	}
	return Defect(err)
}

// Status is the HTTP status of an error: 200 for none, 412 for a conflict that carries the other
// side's version, otherwise the one its kind stands for.
func Status(err error) int {
	f := From(err)
	switch {
	case f == nil:
		return http.StatusOK
	case int(f.Kind) >= len(kinds):
		return http.StatusInternalServerError
	case f.Kind == KindConflict && f.Moved != nil:
		return http.StatusPreconditionFailed
	}
	return kinds[f.Kind].status
}
