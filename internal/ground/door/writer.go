package door

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// answer holds back what is written until it is whole, so that a fault half-way through a page
// becomes a fault page and not half a page. What grows past maxHeld, or is flushed, goes out as it
// comes.
//
// Text is compressed where that saves something. Compressed pages must hold no secret beside text
// that somebody else can choose (BREACH): ours hold none; idempotency keys are fresh per page and
// sign-ins are in HttpOnly cookies.
type answer struct {
	http.ResponseWriter
	r       *http.Request
	held    *bytes.Buffer
	zip     *gzip.Writer
	status  int
	wrote   bool // a status was set
	leaving bool // headers are out
	ended   bool
	sent    int64
}

const (
	maxHeld    = 256 << 10 // bytes
	worthwhile = 1400      // bytes: below this one packet carries it anyway
	pageEffort = 6         // of gzip: a case page is a fifth smaller than at 1, for some 0.5 ms; 9 gains nothing more
)

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, pageEffort) // the level exists
		return z
	}}
)

func newAnswer(w http.ResponseWriter, r *http.Request) *answer {
	held := buffers.Get().(*bytes.Buffer)
	held.Reset()
	return &answer{ResponseWriter: w, r: r, held: held, status: http.StatusOK}
}

// done says that the answer has been given.
func (a *answer) done() bool { return a.wrote }

// WriteHeader sets the status, once.
func (a *answer) WriteHeader(status int) {
	if status < 200 || a.wrote {
		return
	}
	a.status, a.wrote = status, true
}

func (a *answer) Write(b []byte) (int, error) {
	a.wrote = true
	if a.leaving {
		return a.pass(b)
	}
	if a.held.Len()+len(b) > maxHeld {
		if err := a.leave(-1); err != nil {
			return 0, err
		}
		return a.pass(b)
	}
	return a.held.Write(b)
}

func (a *answer) pass(b []byte) (int, error) {
	if a.r.Method == http.MethodHead {
		return len(b), nil
	}
	if a.zip != nil {
		return a.zip.Write(b)
	}
	n, err := a.ResponseWriter.Write(b) //nolint:gosec // pages escape their own text
	a.sent += int64(n)
	return n, err
}

// counted counts what the zipper sends.
type counted struct{ a *answer }

func (c counted) Write(b []byte) (int, error) {
	n, err := c.a.ResponseWriter.Write(b)
	c.a.sent += int64(n)
	return n, err
}

// leave sends the headers and what is held; length is that of the whole body, −1 when unknown.
func (a *answer) leave(length int) error {
	a.leaving = true
	h := a.Header()
	if h.Get("Content-Type") == "" && a.held.Len() > 0 {
		h.Set("Content-Type", http.DetectContentType(a.held.Bytes()))
	}
	if compressible(h) {
		h.Add("Vary", "Accept-Encoding")
		if (length < 0 || length >= worthwhile) && takesGzip(a.r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			length = -1
			a.zip = zippers.Get().(*gzip.Writer)
			a.zip.Reset(counted{a})
		}
	}
	if length >= 0 && h.Get("Content-Length") == "" && a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	a.ResponseWriter.WriteHeader(a.status)
	_, err := a.pass(a.held.Bytes())
	a.held.Reset()
	return err
}

// FlushError sends what is held, for answers that stream: http.NewResponseController(w).Flush()
// comes here. There is no plain Flush, since components flush at the end of each page, which would
// send half of one before its fault is known.
func (a *answer) FlushError() error {
	if !a.leaving {
		if err := a.leave(-1); err != nil {
			return err
		}
	}
	if a.zip != nil {
		if err := a.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// restart forgets what was held; false when part of it is out already.
func (a *answer) restart() bool {
	if a.leaving {
		return false
	}
	a.held.Reset()
	a.wrote, a.status = false, http.StatusOK
	h := a.Header()
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Disposition", "Etag", "Location", "Last-Modified"} {
		h.Del(name)
	}
	return true
}

// finish sends what is left.
func (a *answer) finish() {
	if a.ended {
		return
	}
	a.ended = true
	if !a.leaving {
		_ = a.leave(a.held.Len()) // the client went away: nothing to do
	}
	if a.zip != nil {
		_ = a.zip.Close() // as above
		zippers.Put(a.zip)
	}
	if a.held.Cap() <= 2*maxHeld {
		buffers.Put(a.held)
	}
	a.held = new(bytes.Buffer)
}

func compressible(h http.Header) bool {
	if h.Get("Content-Encoding") != "" {
		return false
	}
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.HasPrefix(kind, "text/") || kind == "image/svg+xml" || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml")
}

// takesGzip reads an Accept-Encoding header; "gzip;q=0" is a refusal.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(q, " ", ""), "q="), 64)
			return err != nil || weight > 0
		}
	}
	return false
}
