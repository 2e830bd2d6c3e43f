package file_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	. "kizuna/internal/ground/file"
	"kizuna/internal/ground/jobs"
)

// archive makes a zip file of entries that unpack to so many zeros each.
func archive(t *testing.T, entries map[string]int64) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, size := range entries {
		in, err := w.Create(name)
		if err == nil {
			_, err = io.CopyN(in, zeros{}, size)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// lying makes an archive that says its entry is small.
func lying(t *testing.T, size int64) []byte {
	t.Helper()
	b := archive(t, map[string]int64{"word/document.xml": size})
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[at+24:], 10)
	return b
}

func TestBombsAndBrokenFilesAreRefused(t *testing.T) {
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	pixels := wide.Bytes()
	binary.BigEndian.PutUint32(pixels[16:], 200_000)
	binary.BigEndian.PutUint32(pixels[20:], 200_000)
	binary.BigEndian.PutUint32(pixels[29:], crc32.ChecksumIEEE(pixels[12:29]))
	many := map[string]int64{}
	for i := range 6000 {
		many[strings.Repeat("a", i%50)+string(rune('a'+i%26))+time.Duration(i).String()] = 0
	}
	onShelf(t, func(s *shelf) {
		for name, c := range map[string]struct {
			content []byte
			key     string
		}{
			"bomb.docx":    {archive(s.T, map[string]int64{"word/document.xml": 130 << 20}), "file.bomb"},
			"several.xlsx": {archive(s.T, map[string]int64{"a": 45 << 20, "b": 45 << 20, "c": 45 << 20}), "file.bomb"},
			"lying.docx":   {lying(s.T, 8<<20), "file.broken"},
			"nested.zip":   {archive(s.T, map[string]int64{"inner.zip": 10}), "file.bomb"},
			"many.zip":     {archive(s.T, many), "file.bomb"},
			"cut.docx":     {archive(s.T, map[string]int64{"a": 5000})[:60], "file.broken"},
			"wide.png":     {pixels, "file.bomb"},
			"empty.png":    {nil, "file.empty"},
		} {
			_, err := s.Take(s.Context(), bytes.NewReader(c.content), Upload{By: s.by, Name: name})
			if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Key != c.key {
				s.Errorf("%s: %v", name, err)
			}
		}
		s.take(archive(s.T, map[string]int64{"word/document.xml": 40 << 20}), "letter.docx", "")
	})
}

func TestFromSomebodyUnknownNothingThatRuns(t *testing.T) {
	onShelf(t, func(s *shelf) {
		photo := append([]byte("\xff\xd8\xff\xe0"), noise(2<<20)...)
		for name, c := range map[string]struct {
			content []byte
			want    string
		}{
			"photo":         {photo, ""},
			"late svg":      {append(photo[:2<<20:2<<20], "<svg"...), ""}, // four letters stand in a photograph by chance
			"early svg":     {[]byte("\xff\xd8\xff\xe0<svg onload=alert(1)>"), "file.active"},
			"late script":   {append(photo[:2<<20:2<<20], "<ScRiPt>alert(1)</script>"...), "file.active"},
			"gif":           {[]byte("GIF89a\x01\x00\x01\x00/*<svg onload=alert(1)>*/"), "file.active"},
			"pdf":           {[]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"), ""},
			"pdf that acts": {[]byte("%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"), "file.active"},
			"html":          {[]byte("<!DOCTYPE html><p>"), "file.active"},
		} {
			_, err := s.Take(s.Context(), bytes.NewReader(c.content), Upload{By: s.by, Name: name, Strict: true})
			got := ""
			if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
				got = f.Fields[0].Key
			}
			if got != c.want {
				s.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
			}
		}
	})
}

func TestWhatADraftHoldsGoesWithIt(t *testing.T) {
	onShelf(t, func(s *shelf) {
		drafts := draft.New(s.key, s.clock)
		kept, gone := s.take(noise(10), "a.pdf", ""), s.take(noise(11), "b.pdf", "")
		var code string
		s.write(func(tx *db.Tx) (err error) {
			if code, err = drafts.Begin(tx, "application", nil); err != nil {
				return err
			}
			d, err := drafts.LoadByCode(tx, code, "application")
			if err == nil {
				err = s.Attach(tx, kept.ID, s.by, DraftOwner(d.ID))
			}
			if err == nil {
				err = s.Attach(tx, gone.ID, s.by, DraftOwner(db.NewID()))
			}
			return err
		})
		for range 2 { // released by the first, gone with the second
			s.sweepAfter(LooseFor + time.Minute)
		}
		if n := s.count("SELECT COUNT(*) FROM file"); n != 1 {
			s.Errorf("%d files left", n)
		}
	})
}

func TestAFileWaitsForTheScanner(t *testing.T) {
	onShelf(t, func(s *shelf) {
		broken := errors.New("it does not answer")
		var answer error
		s.Scan = func(_ context.Context, in io.Reader) (bool, error) {
			b, err := io.ReadAll(in)
			if err == nil {
				err = answer
			}
			return !bytes.Contains(b, []byte("EICAR")), err
		}
		good, bad := s.take([]byte("harmless"), "a.txt", ""), s.take([]byte("X5O EICAR"), "b.txt", "")
		w := jobs.New(s.db, s.clock, jobs.Options{})
		w.Register(s.Scanning())
		look := func(f File) error {
			s.write(func(tx *db.Tx) (err error) {
				f, err = s.Loose(tx, f.ID, s.by)
				return err
			})
			_, err := s.Open(s.Context(), f)
			return err
		}
		drain := func() {
			s.clock.Advance(time.Hour)
			if _, err := w.Drain(s.Context()); err != nil && answer == nil {
				s.Fatal(err)
			}
		}
		told := func(f File, key string) {
			s.Helper()
			err := look(f)
			if got, ok := fault.As(err); key == "" && err != nil || key != "" && (!ok || got.Key != key) {
				s.Errorf("%s: %v, want %q", f.Name, err, key)
			}
		}
		answer = broken
		drain()
		told(good, "file.waiting")
		told(bad, "file.waiting")
		answer = nil
		drain()
		told(good, "")
		told(bad, "file.harmful")
	})
}

func TestScannersOfBothKinds(t *testing.T) {
	for _, wrong := range []string{"http://localhost", "clamd://", "/no/such/program -"} {
		if _, err := Scanner(wrong); !errors.Is(err, ErrScanner) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if none, err := Scanner(" "); none != nil || err != nil {
		t.Error("a scanner out of nothing")
	}
	program := filepath.Join(t.TempDir(), "scan")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nif grep -q EICAR; then exit 1; fi\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	line, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	go answerAsClamd(line)
	for _, setting := range []string{program, "clamd://" + line.Addr().String()} {
		scan, err := Scanner(setting)
		if err != nil {
			t.Fatal(err)
		}
		for content, want := range map[string]bool{"harmless": true, strings.Repeat("x", 200_000) + "EICAR": false} {
			if got, err := scan(t.Context(), strings.NewReader(content)); got != want || err != nil {
				t.Errorf("%s: %v %v", setting, got, err)
			}
		}
	}
}

// answerAsClamd takes INSTREAM and finds EICAR.
func answerAsClamd(l net.Listener) {
	for {
		line, err := l.Accept()
		if err != nil {
			return
		}
		var all []byte
		head := make([]byte, len("zINSTREAM\x00"))
		_, _ = io.ReadFull(line, head)
		for size := uint32(1); size > 0; {
			if binary.Read(line, binary.BigEndian, &size) != nil {
				break
			}
			piece := make([]byte, size)
			_, _ = io.ReadFull(line, piece)
			all = append(all, piece...)
		}
		answer := "stream: OK\x00"
		if bytes.Contains(all, []byte("EICAR")) {
			answer = "stream: Eicar FOUND\x00"
		}
		_, _ = io.WriteString(line, answer)
		_ = line.Close()
	}
}
