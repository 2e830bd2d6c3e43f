package file

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif"  // told by its head
	_ "image/jpeg" // told by its head
	_ "image/png"  // told by its head
	"io"
	"path"
	"slices"
	"strings"

	"kizuna/internal/ground/fault"
)

// What an archive, and with it an office document, may hold: more is a bomb, made to fill the disk
// of whoever opens it.
const (
	mostUnpacked = 128 << 20 // bytes
	mostEntries  = 5000
	mostPixels   = 100_000_000
)

// packed are the endings of archives, which have no place in another one.
var packed = []string{".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"}

// zipped says that a file of this type is an archive inside, as office documents are.
func zipped(mediaType string) bool {
	return mediaType == "application/zip" || slices.Contains(within["application/zip"], mediaType)
}

// inspect looks into what was taken before it is kept: archives are unpacked for a try.
func (f *Files) inspect(ctx context.Context, mediaType string, size int64, parts []part) error {
	if !zipped(mediaType) {
		return nil
	}
	r := &Reader{ctx: ctx, files: f, size: size, loaded: -1}
	for _, p := range parts {
		r.addresses = append(r.addresses, p.Address)
	}
	return unpack(readerAt{r}, size)
}

// unpack tries an archive and keeps none of it.
func unpack(r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) {
		return refuse("file.broken")
	}
	if err != nil {
		return err
	}
	if len(archive.File) > mostEntries {
		return refuse("file.bomb")
	}
	room := int64(mostUnpacked)
	for _, entry := range archive.File {
		if entry.UncompressedSize64 > uint64(room) || slices.Contains(packed, strings.ToLower(path.Ext(entry.Name))) {
			return refuse("file.bomb")
		}
		if room, err = tryEntry(entry, room); err != nil {
			return err
		}
	}
	return nil
}

const locked = 0x1 // flag of an entry that a password locks

// tryEntry unpacks one entry and tells how much room is left. What it says of its own size is not
// believed.
func tryEntry(entry *zip.File, room int64) (int64, error) {
	if entry.Flags&locked != 0 || entry.FileInfo().IsDir() {
		return room - int64(entry.UncompressedSize64), nil
	}
	in, err := entry.Open()
	if err != nil {
		return room, refuse("file.broken")
	}
	defer func() { _ = in.Close() }() // nothing was written
	n, err := io.Copy(io.Discard, io.LimitReader(in, room+1))
	switch {
	case n > room:
		return room, refuse("file.bomb")
	case err != nil:
		return room, refuse("file.broken")
	}
	return room - n, nil
}

func refuse(key string) error { return fault.Invalid(fault.Field{Key: key}) }

// huge says that a picture is so large that showing it would fill a machine's memory.
func huge(head []byte) bool {
	c, _, err := image.DecodeConfig(bytes.NewReader(head))
	return err == nil && int64(c.Width)*int64(c.Height) > mostPixels
}

// readerAt reads at any place of a Reader, one after the other.
type readerAt struct{ *Reader }

// ReadAt reads from a place.
func (r readerAt) ReadAt(b []byte, at int64) (int, error) {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.Reader, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
