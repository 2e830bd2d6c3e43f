package file

import (
	"context"
	"errors"
	"fmt"
	"io"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/vault"
)

// Reader reads a file piece by piece. Between pieces it holds no connection,
// so a slow receiver hinders nobody; it seeks, so that parts can be asked for
// (http.ServeContent).
type Reader struct {
	ctx       context.Context
	files     *Files
	size      int64
	addresses [][]byte
	at        int64
	loaded    int // the piece in hand
	piece     []byte
}

// Open begins to read a file that the caller may see, unless a scanner has still to look at it or
// found something.
func (f *Files) Open(ctx context.Context, of File) (*Reader, error) {
	switch {
	case of.Waits():
		return nil, fault.Forbid("file.waiting")
	case of.Harmful():
		return nil, fault.Forbid("file.harmful")
	}
	return f.read(ctx, of)
}

func (f *Files) read(ctx context.Context, of File) (*Reader, error) {
	r := &Reader{ctx: ctx, files: f, size: of.Size, loaded: -1}
	err := f.db.Read(ctx, func(q *db.Reader) (err error) {
		r.addresses, err = db.All[[]byte](q, `SELECT address FROM file_part WHERE file = ? ORDER BY position`, of.ID)
		return err
	})
	if err == nil && int64(len(r.addresses)) != (of.Size+pieceSize-1)/pieceSize {
		err = fmt.Errorf("file %s: %d pieces for %d bytes", of.ID, len(r.addresses), of.Size)
	}
	return r, err
}

// Read gives the next bytes; each piece is proved before any of it is given.
func (r *Reader) Read(b []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	want := int(r.at / pieceSize)
	if want != r.loaded {
		if err := r.load(want); err != nil {
			return 0, err
		}
	}
	from := int(r.at % pieceSize)
	if from >= len(r.piece) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(b, r.piece[from:])
	r.at += int64(n)
	return n, nil
}

func (r *Reader) load(n int) error {
	address := r.addresses[n]
	var sealed []byte
	err := r.files.db.Read(r.ctx, func(q *db.Reader) (err error) {
		sealed, err = db.One[[]byte](q, `SELECT sealed FROM file_chunk WHERE address = ?`, address)
		return err
	})
	if err != nil {
		return err
	}
	piece, err := r.files.vault.Unseal("file piece", sealed)
	if err == nil && !vault.Same(r.files.vault.MAC("file piece", piece), address) {
		err = vault.ErrSealed
	}
	if err != nil {
		return fmt.Errorf("piece %d: %w", n, err)
	}
	r.piece, r.loaded = piece, n
	return nil
}

// Seek moves to where the next Read begins.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("file: seek before the beginning")
	}
	r.at = offset
	return offset, nil
}
