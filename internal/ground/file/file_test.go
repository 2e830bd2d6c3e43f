package file_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	. "kizuna/internal/ground/file"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
)

type shelf struct {
	*testing.T
	*Files
	clock *calendar.Fake
	by    db.ID
	db    *db.DB
	key   *vault.Vault
}

func onShelf(t *testing.T, f func(s *shelf)) {
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := calendar.NewFake(1_790_000_000_000)
		f(&shelf{t, New(d, v, clock), clock, db.NewID(), d, v})
	})
}

func (s *shelf) take(content []byte, name, claims string) File {
	s.Helper()
	f, err := s.Take(s.Context(), bytes.NewReader(content), Upload{By: s.by, Name: name, Claims: claims})
	if err != nil {
		s.Fatal(err)
	}
	return f
}

func (s *shelf) write(f func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(s.Context(), f); err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) count(what string) (n int) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, what)
		return err
	})
	return n
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	for i, c := range b {
		if c == '<' { // by chance it could begin markup, which is another test's
			b[i] = '.'
		}
	}
	return append([]byte("%PDF-1.7\n"), b...)[:n]
}

func TestRoundTripPieceByPiece(t *testing.T) {
	onShelf(t, func(s *shelf) {
		for _, size := range []int{10, PieceSize - 1, PieceSize, PieceSize + 1, 3*PieceSize + 17} {
			content := noise(size)
			f := s.take(content, "scan.pdf", "application/pdf")
			if f.Size != int64(size) || f.MediaType != "application/pdf" || f.Active {
				s.Fatalf("%+v", f)
			}
			r, err := s.Open(s.Context(), f)
			if err != nil {
				s.Fatal(err)
			}
			if err := iotest.TestReader(r, content); size < 1000 && err != nil {
				s.Error(err)
			}
			if _, err := r.Seek(0, io.SeekStart); err != nil {
				s.Fatal(err)
			}
			if back, err := io.ReadAll(r); err != nil || !bytes.Equal(back, content) {
				s.Errorf("%d bytes came back as %d, %v", size, len(back), err)
			}
			if err := s.Verify(s.Context(), f); err != nil {
				s.Error(err)
			}
		}
	})
}

func TestPartOfAFileOverHTTP(t *testing.T) {
	onShelf(t, func(s *shelf) {
		content := noise(2*PieceSize + 5)
		f := s.take(content, "scan.pdf", "")
		r, err := s.Open(s.Context(), f)
		if err != nil {
			s.Fatal(err)
		}
		rec, req := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		req.Header.Set("Range", "bytes=1048570-1048590")
		Headers(rec.Header(), f, true)
		http.ServeContent(rec, req, "", time.Time{}, r)
		if rec.Code != http.StatusPartialContent || !bytes.Equal(rec.Body.Bytes(), content[1048570:1048591]) {
			s.Errorf("%d, %d bytes", rec.Code, rec.Body.Len())
		}
	})
}

func TestSameContentIsKeptOnceUntilNobodyHoldsIt(t *testing.T) {
	onShelf(t, func(s *shelf) {
		content := noise(PieceSize + 100)
		one, two := s.take(content, "a.pdf", ""), s.take(content, "b.pdf", "")
		if !bytes.Equal(one.Digest, two.Digest) || s.count("SELECT COUNT(*) FROM file_chunk") != 2 {
			s.Fatalf("%d pieces for the same two", s.count("SELECT COUNT(*) FROM file_chunk"))
		}
		note, packet := Owner{"note", db.NewID()}, Owner{"packet", db.NewID()}
		s.write(func(tx *db.Tx) error {
			if err := s.Attach(tx, one.ID, s.by, note); err != nil {
				return err
			}
			if err := s.Attach(tx, one.ID, s.by, note); err != nil {
				s.Errorf("attached twice to the same: %v", err)
			}
			if err := s.Attach(tx, one.ID, s.by, packet); !errors.Is(err, fault.KindNotFound) {
				s.Errorf("a held file attached elsewhere: %v", err)
			}
			return s.Share(tx, one.ID, note, packet)
		})
		s.sweepAfter(LooseFor + time.Minute)
		if files, pieces := s.count("SELECT COUNT(*) FROM file"), s.count("SELECT COUNT(*) FROM file_chunk"); files != 1 || pieces != 2 {
			s.Fatalf("%d files, %d pieces; the loose one goes, its pieces are held by the other", files, pieces)
		}
		s.write(func(tx *db.Tx) error { return s.Release(tx, one.ID, note) })
		s.sweepAfter(LooseFor + time.Minute)
		s.write(func(tx *db.Tx) error {
			if _, err := s.Get(tx, one.ID, note); !errors.Is(err, fault.KindNotFound) {
				s.Errorf("the note has let go: %v", err)
			}
			f, err := s.Get(tx, one.ID, packet)
			if f.Name != "a.pdf" {
				s.Errorf("%+v", f)
			}
			if list, err := s.Of(tx, packet); err != nil || len(list) != 1 {
				s.Errorf("%v %v", list, err)
			}
			if err == nil {
				err = s.Release(tx, one.ID, packet)
			}
			return err
		})
		s.sweepAfter(LooseFor - 2*time.Hour)
		if s.count("SELECT COUNT(*) FROM file") != 1 {
			s.Error("gone before its day was over")
		}
		s.sweepAfter(2*time.Hour + time.Minute)
		if left := s.count("SELECT (SELECT COUNT(*) FROM file) + (SELECT COUNT(*) FROM file_part) + (SELECT COUNT(*) FROM file_chunk)"); left != 0 {
			s.Errorf("%d rows left of nothing", left)
		}
	})
}

func (s *shelf) sweepAfter(d time.Duration) {
	s.Helper()
	s.clock.Advance(d)
	w := jobs.New(s.db, s.clock, jobs.Options{})
	w.Register(s.Sweeping())
	if _, err := w.Drain(s.Context()); err != nil {
		s.Fatal(err)
	}
}

// A piece that is old and unheld must survive when a new upload wants it.
func TestSweepLeavesWhatAnUploadWants(t *testing.T) {
	onShelf(t, func(s *shelf) {
		content := noise(100)
		s.take(content, "a.pdf", "")
		s.clock.Advance(LooseFor - time.Minute)
		again := s.take(content, "b.pdf", "")
		s.sweepAfter(2 * time.Minute)
		if err := s.Verify(s.Context(), again); err != nil {
			s.Error(err)
		}
	})
}

func TestOnlyTheUploaderAttaches(t *testing.T) {
	onShelf(t, func(s *shelf) {
		f := s.take(noise(10), "a.pdf", "")
		s.write(func(tx *db.Tx) error {
			if err := s.Attach(tx, f.ID, db.NewID(), Owner{"note", db.NewID()}); !errors.Is(err, fault.KindNotFound) {
				s.Errorf("a stranger attached it: %v", err)
			}
			if _, err := s.Loose(tx, f.ID, db.NewID()); !errors.Is(err, fault.KindNotFound) {
				s.Errorf("a stranger sees it: %v", err)
			}
			_, err := s.Loose(tx, f.ID, s.by)
			return err
		})
	})
}

func TestRefusedUploads(t *testing.T) {
	onShelf(t, func(s *shelf) {
		broken := errors.New("the line broke")
		for name, c := range map[string]struct {
			in   io.Reader
			up   Upload
			want error
		}{
			"too large":    {bytes.NewReader(noise(PieceSize + 1)), Upload{Limit: PieceSize}, fault.KindTooLarge},
			"empty":        {strings.NewReader(""), Upload{}, fault.KindInvalid},
			"not accepted": {bytes.NewReader(noise(10)), Upload{Accept: []string{"image/png"}}, fault.KindInvalid},
			"mismatch":     {strings.NewReader("<html><script>"), Upload{Claims: "image/png"}, fault.KindInvalid},
			"broken":       {io.MultiReader(bytes.NewReader(noise(PieceSize)), iotest.ErrReader(broken)), Upload{}, broken},
		} {
			if _, err := s.Take(s.Context(), c.in, c.up); !errors.Is(err, c.want) {
				s.Errorf("%s: %v", name, err)
			}
		}
		s.sweepAfter(LooseFor + time.Minute)
		if n := s.count("SELECT COUNT(*) FROM file_chunk"); n != 0 {
			s.Errorf("%d pieces of refused uploads left", n)
		}
	})
}

func TestNothingLiesOpenAndSwappedPiecesAreNoticed(t *testing.T) {
	onShelf(t, func(s *shelf) {
		one, two := s.take([]byte("the first secret"), "secret.txt", ""), s.take([]byte("the other secret"), "other.txt", "")
		s.write(func(tx *db.Tx) error {
			sealed, err := db.All[[]byte](tx, "SELECT sealed FROM file_chunk UNION ALL SELECT name FROM file")
			if err != nil || bytes.Contains(bytes.Join(sealed, nil), []byte("secret")) {
				s.Errorf("lies open: %q %v", sealed, err)
			}
			_, err = db.Exec(tx, `UPDATE file_chunk SET sealed = (SELECT c.sealed FROM file_chunk AS c JOIN file_part AS p
				ON p.address = c.address WHERE p.file = ?) WHERE address = (SELECT address FROM file_part WHERE file = ?)`, two.ID, one.ID)
			return err
		})
		if err := s.Verify(s.Context(), one); !errors.Is(err, vault.ErrSealed) {
			s.Errorf("a swapped piece was read: %v", err)
		}
	})
}

func TestMediaTypes(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n"
	zip := "PK\x03\x04"
	for _, c := range []struct{ head, claim, name, want string }{
		{png, "image/png", "a.png", "image/png"},
		{png, "", "a.png", "image/png"},
		{png, "image/jpeg", "a.jpg", "refused"},
		{"\xff\xd8\xff\xe0", "image/jpg", "a.jpg", "image/jpeg"},
		{zip, "", "letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{zip, "application/pdf", "a.pdf", "refused"},
		{"氏名,住所\n", "text/csv", "a.csv", "text/csv"},
		{"氏名,住所\n", "application/vnd.ms-excel", "a.csv", "text/plain"},
		{"<html><body>", "text/plain", "a.txt", "refused"},
		{"<html><body>", "", "a.html", "text/html"},
		{"<!DOCTYPE html><script>", "image/png", "a.png", "refused"},
		{"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml", "a.svg", SVG},
		{"<svg onload='x'>", "text/plain", "a.txt", "refused"},
		{"<svg onload='x'>", "", "a.txt", SVG},
		{"\x00\x00\x00\x18ftypheic0000", "image/heic", "a.heic", "image/heic"},
		{"II*\x00\x08\x00", "image/tiff", "a.tif", "image/tiff"},
		{"MZ\x90\x00\x03", "", "a.exe", Unknown},
		{"MZ\x90\x00\x03", "application/pdf", "a.pdf", "refused"},
	} {
		got, err := Settle(c.claim, c.name, []byte(c.head))
		if err != nil {
			got = "refused"
		}
		if got != c.want {
			t.Errorf("%.12q claimed %q: %s, want %s (%v)", c.head, c.claim, got, c.want, err)
		}
	}
}

func TestPolyglotsAreOnlyDownloaded(t *testing.T) {
	onShelf(t, func(s *shelf) {
		across := append(noise(PieceSize-4), []byte("<ScRiPt>alert(1)</script>")...)
		for name, content := range map[string][]byte{
			"gif":          []byte("GIF89a\x01\x00\x01\x00/*<svg onload=alert(1)>*/"),
			"pdf":          []byte("%PDF-1.4\n<html><body>"),
			"across":       across,
			"html":         []byte("<!DOCTYPE html><p>"),
			"xml":          []byte("<?xml version=\"1.0\"?><x/>"),
			"svg":          []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
			"late in text": append(bytes.Repeat([]byte("text "), 1000), "<iframe src=x>"...),
		} {
			f := s.take(content, name, "")
			h := http.Header{}
			Headers(h, f, true)
			if !f.Active || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || strings.Contains(h.Get("Content-Type"), "ml") {
				s.Errorf("%s: active %v, %v", name, f.Active, h)
			}
		}
	})
}

func TestHeaders(t *testing.T) {
	h := http.Header{}
	Headers(h, File{Name: "診断書.png", MediaType: "image/png"}, true)
	for name, want := range map[string]string{
		"Content-Type":            "image/png",
		"Content-Disposition":     "inline; filename*=utf-8''%E8%A8%BA%E6%96%AD%E6%9B%B8.png",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
		"X-Content-Type-Options":  "nosniff",
		"Cache-Control":           "private, no-store",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	Headers(h, File{Name: "a.zip", MediaType: "application/zip"}, true)
	if got := h.Get("Content-Disposition"); got != "attachment; filename=a.zip" {
		t.Error(got)
	}
	Headers(h, File{Name: "a.png", MediaType: "image/png"}, false)
	if got := h.Get("Content-Disposition"); got != "attachment; filename=a.png" {
		t.Error(got)
	}
}

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"診断書.pdf": "診断書.pdf", `C:\Users\a\b.pdf`: "b.pdf", "../../etc/passwd": "passwd", "a\r\nb.txt": "ab.txt",
		"a\u202egpj.exe": "agpj.exe", "": "file", "..": "file", "a\"b.pdf": "ab.pdf", "\xff.pdf": ".pdf",
		strings.Repeat("長", 300) + ".pdf": strings.Repeat("長", 196) + ".pdf",
	} {
		if got := CleanName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
