// Package file keeps what people upload, in the database: cut into pieces of
// 1 MiB, each sealed and kept once under the address of its content, so that a
// backup has everything and the same scan twice costs nothing.
//
// A file belongs to the records that hold it and is gone when none does. It is
// served only through their routes, and what a browser might run is never
// shown in place. The package never decides who may see a file.
package file

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("file", wordsFile)

const (
	pieceSize = 1 << 20
	// UsualLimit is the largest file that is taken unless the caller says
	// otherwise, in bytes.
	UsualLimit = 50 << 20
	// looseFor is how long a file may wait for the record that will hold it,
	// and a piece for its file.
	looseFor = 24 * time.Hour
	maxName  = 200
)

// Files takes in and gives out.
type Files struct {
	// Scan looks at what was taken before it is given out; nil: there is no scanner.
	Scan  Scan
	db    *db.DB
	vault *vault.Vault
	clock calendar.Clock
}

// New makes Files.
func New(d *db.DB, v *vault.Vault, clock calendar.Clock) *Files {
	return &Files{db: d, vault: v, clock: clock}
}

// Upload is what comes with the bytes.
type Upload struct {
	By     db.ID    // the user; only the same may attach the file
	Name   string   // as the uploader's machine calls it
	Claims string   // the media type the browser says; may be empty
	Accept []string // media types that are taken; empty is all
	Limit  int64    // in bytes; 0 is UsualLimit
	Strict bool     // from somebody unknown: what a browser might run is refused
}

// File is a kept file.
type File struct {
	ID        db.ID
	Uploader  db.ID
	Name      string
	MediaType string
	// Active says that a browser might run something in it (HTML, SVG, or
	// either hidden in another type): it is only ever downloaded.
	Active  bool
	Size    int64
	Digest  []byte // keyed: equal for equal content, and tells nothing of it
	At      calendar.Time
	Checked string // what a scanner said; see Waits and Harmful
}

type row struct {
	ID        db.ID         `db:"id"`
	Uploader  db.ID         `db:"uploader"`
	Name      []byte        `db:"name"`
	MediaType string        `db:"media_type"`
	Active    bool          `db:"active"`
	Size      int64         `db:"size"`
	Digest    []byte        `db:"digest"`
	At        calendar.Time `db:"at"`
	Loose     bool          `db:"loose"`
	Checked   string        `db:"checked"`
}

type part struct {
	File     db.ID  `db:"file"`
	Position int64  `db:"position"`
	Address  []byte `db:"address"`
}

var pieces = sync.Pool{New: func() any { b := make([]byte, pieceSize); return &b }}

// Take reads an upload to its end and keeps it, loose until a record holds it.
// Each piece is committed by itself, so that a slow sender never holds the
// database; what a broken upload leaves behind is swept.
func (f *Files) Take(ctx context.Context, in io.Reader, up Upload) (File, error) {
	limit := up.Limit
	if limit == 0 {
		limit = UsualLimit
	}
	buffer := pieces.Get().(*[]byte)
	defer pieces.Put(buffer)
	var (
		hash      = sha256.New()
		scan      scanner
		parts     []part
		size      int64
		mediaType string
	)
	for {
		n, err := io.ReadFull(in, *buffer)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return File{}, fmt.Errorf("upload: %w", err)
		}
		piece := (*buffer)[:n]
		if size += int64(n); size > limit {
			return File{}, fault.TooLarge(Size(limit))
		}
		if len(parts) == 0 {
			if n == 0 {
				return File{}, refuse("file.empty")
			}
			if mediaType, err = settle(up.Claims, up.Name, piece); err != nil {
				return File{}, err
			}
			if len(up.Accept) > 0 && !slices.Contains(up.Accept, mediaType) {
				return File{}, refuse("file.not_accepted")
			}
			if huge(piece) {
				return File{}, refuse("file.bomb")
			}
			scan.pdf = mediaType == "application/pdf"
		}
		hash.Write(piece)
		scan.look(piece)
		if n > 0 {
			address, err := f.keep(ctx, piece)
			if err != nil {
				return File{}, err
			}
			parts = append(parts, part{Position: int64(len(parts)), Address: address})
		}
		if end {
			break
		}
	}
	if up.Strict && (scan.sure || runs(mediaType)) {
		return File{}, refuse("file.active")
	}
	if err := f.inspect(ctx, mediaType, size, parts); err != nil {
		return File{}, err
	}
	made := File{ID: db.NewID(), Uploader: up.By, Name: cleanName(up.Name), MediaType: mediaType, Active: scan.found || runs(mediaType),
		Size: size, Digest: f.vault.MAC("file digest", hash.Sum(nil)), At: f.clock.Now()}
	if f.Scan != nil {
		made.Checked = waiting
	}
	return made, f.db.Write(ctx, func(tx *db.Tx) error { return f.store(tx, made, parts) })
}

// Size writes so many bytes for people: how large a file is, or may be.
func Size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", max((n+1023)>>10, 1))
}

// keep stores a piece under its address, or notes that the one already there
// is wanted, so that a sweep leaves it alone.
func (f *Files) keep(ctx context.Context, piece []byte) ([]byte, error) {
	address := f.vault.MAC("file piece", piece)
	now := f.clock.Now()
	return address, f.db.Write(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(tx, `UPDATE file_chunk SET used = ? WHERE address = ?`, now, address)
		if err != nil || n > 0 {
			return err
		}
		_, err = db.Exec(tx, `INSERT INTO file_chunk (address, sealed, size, used) VALUES (?, ?, ?, ?)
			ON CONFLICT (address) DO UPDATE SET used = excluded.used`,
			address, f.vault.Seal("file piece", piece), len(piece), now)
		return err
	})
}

func (f *Files) store(tx *db.Tx, made File, parts []part) error {
	for i := range parts {
		parts[i].File = made.ID
	}
	if err := db.Insert(tx, "file", row{made.ID, made.Uploader, f.vault.Seal("file name", []byte(made.Name)), made.MediaType,
		made.Active, made.Size, made.Digest, made.At, true, made.Checked}); err != nil {
		return err
	}
	if made.Waits() {
		if err := jobs.QueueAll(tx, jobs.Job{Kind: scanJob, Payload: made.ID}); err != nil {
			return err
		}
	}
	return db.Insert(tx, "file_part", parts...)
}

func (f *Files) opened(r row) (File, error) {
	name, err := f.vault.Unseal("file name", r.Name)
	if err != nil {
		return File{}, fault.Defect(err)
	}
	return File{r.ID, r.Uploader, string(name), r.MediaType, r.Active, r.Size, r.Digest, r.At, r.Checked}, nil
}

// Owner is the record that holds a file.
type Owner struct {
	Kind string
	ID   db.ID
}

// Attach gives a file to a record, in the transaction of its deed. Only who
// uploaded a loose file may; anybody else's is not found.
func (f *Files) Attach(w db.W, id, by db.ID, owner Owner) error {
	n, err := db.Exec(w, `UPDATE file SET loose = FALSE WHERE id = ? AND uploader = ? AND loose = TRUE`, id, by)
	if err == nil && n == 0 {
		held, e := f.holds(w, id, owner)
		if e != nil || held {
			return e
		}
		return fault.NotFound()
	}
	if err != nil {
		return err
	}
	return hold(w, id, owner)
}

// Share gives a file that one record holds to another as well, such as a
// packet; both must let go before it is gone. The caller has checked that the
// first may be seen.
func (f *Files) Share(w db.W, id db.ID, from, to Owner) error {
	// Locking the file keeps a release at the same time from losing it.
	if _, err := db.One[db.ID](w, `SELECT id FROM file WHERE id = ?`+db.ForUpdate(w), id); err != nil {
		return err
	}
	held, err := f.holds(w, id, from)
	if err != nil {
		return err
	}
	if !held {
		return fault.NotFound()
	}
	return hold(w, id, to)
}

func hold(w db.W, id db.ID, owner Owner) error {
	_, err := db.Exec(w, `INSERT INTO file_owner (owner_kind, owner, file) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		owner.Kind, owner.ID, id)
	return err
}

func (f *Files) holds(q db.Q, id db.ID, owner Owner) (bool, error) {
	_, ok, err := db.Maybe[int64](q, `SELECT 1 FROM file_owner WHERE owner_kind = ? AND owner = ? AND file = ?`,
		owner.Kind, owner.ID, id)
	return ok, err
}

// Release takes a file from a record. When nobody holds it any more it is
// swept a day later.
func (f *Files) Release(w db.W, id db.ID, owner Owner) error {
	if _, err := db.One[db.ID](w, `SELECT id FROM file WHERE id = ?`+db.ForUpdate(w), id); err != nil {
		return err
	}
	if _, err := db.Exec(w, `DELETE FROM file_owner WHERE owner_kind = ? AND owner = ? AND file = ?`, owner.Kind, owner.ID, id); err != nil {
		return err
	}
	_, err := db.Exec(w, `UPDATE file SET loose = TRUE, uploader = NULL, at = ? WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM file_owner WHERE file = ?)`, f.clock.Now(), id, id)
	return err
}

// Of lists what a record holds, the oldest first.
func (f *Files) Of(q db.Q, owner Owner) ([]File, error) {
	list, err := db.All[row](q, `SELECT `+db.Columns[row]("f")+` FROM file_owner AS o JOIN file AS f ON f.id = o.file
		WHERE o.owner_kind = ? AND o.owner = ? ORDER BY f.id`, owner.Kind, owner.ID)
	if err != nil {
		return nil, err
	}
	out := make([]File, len(list))
	for i, r := range list {
		if out[i], err = f.opened(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Get is a file that a record holds; through any other record it is not found.
func (f *Files) Get(q db.Q, id db.ID, owner Owner) (File, error) {
	r, err := db.One[row](q, `SELECT `+db.Columns[row]("f")+` FROM file_owner AS o JOIN file AS f ON f.id = o.file
		WHERE o.owner_kind = ? AND o.owner = ? AND o.file = ?`, owner.Kind, owner.ID, id)
	if err != nil {
		return File{}, err
	}
	return f.opened(r)
}

// Known gives files by id to who may see the records that hold them.
func (f *Files) Known(q db.Q, ids ...db.ID) (map[db.ID]File, error) {
	out := map[db.ID]File{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[row](q, `SELECT `+db.Columns[row]("")+` FROM file WHERE id IN (??)`, db.ListOf(ids))
	for _, r := range list {
		if out[r.ID], err = f.opened(r); err != nil {
			return nil, err
		}
	}
	return out, err
}

// Loose is a file that its uploader has not attached yet; anybody else's is
// not found.
func (f *Files) Loose(q db.Q, id, by db.ID) (File, error) {
	r, err := db.One[row](q, `SELECT `+db.Columns[row]("")+` FROM file WHERE id = ? AND uploader = ? AND loose = TRUE`, id, by)
	if err != nil {
		return File{}, err
	}
	return f.opened(r)
}

// Sweeping is the hourly work that sweeps until nothing is left to.
func (f *Files) Sweeping() jobs.Kind {
	return jobs.Kind{Name: "file.sweep", Periodic: jobs.Every(time.Hour), Run: func(ctx context.Context, _ jobs.Claimed) error {
		for {
			if gone, err := f.Sweep(ctx); err != nil || gone == 0 {
				return err
			}
		}
	}}
}

// Sweep deletes files that nobody has held for a day, and pieces that no file
// has, some hundred at a time; it tells how many rows went.
func (f *Files) Sweep(ctx context.Context) (gone int64, err error) {
	before := f.clock.Now().Add(-looseFor)
	err = f.db.Write(ctx, func(tx *db.Tx) error {
		if err := f.releaseDrafts(tx); err != nil {
			return err
		}
		ids, err := db.All[db.ID](tx, `SELECT id FROM file WHERE loose = TRUE AND at < ? ORDER BY at LIMIT 100`+db.SkipLocked(tx), before)
		if err != nil {
			return err
		}
		for _, text := range []string{`DELETE FROM file_part WHERE file IN (??)`, `DELETE FROM file WHERE id IN (??)`} {
			if _, err := db.Exec(tx, text, db.ListOf(ids)); err != nil {
				return err
			}
		}
		pieces, err := db.Exec(tx, `DELETE FROM file_chunk WHERE used < ? AND address IN (SELECT address FROM file_chunk AS c WHERE used < ?
			AND NOT EXISTS (SELECT 1 FROM file_part AS p WHERE p.address = c.address) LIMIT 100)`, before, before)
		gone = int64(len(ids)) + pieces
		return err
	})
	return gone, err
}

// DraftOwner holds what was uploaded to a draft until the draft is sent.
func DraftOwner(draft db.ID) Owner { return Owner{"draft", draft} }

// releaseDrafts lets go of what was uploaded to drafts that have expired or were thrown away.
func (f *Files) releaseDrafts(tx *db.Tx) error {
	lost, err := db.All[held](tx, `SELECT o.owner, o.file FROM file_owner AS o WHERE o.owner_kind = 'draft'
		AND NOT EXISTS (SELECT 1 FROM draft AS d WHERE d.id = o.owner) LIMIT 100`)
	for _, x := range lost {
		if err == nil {
			err = f.Release(tx, x.File, DraftOwner(x.Owner))
		}
	}
	return err
}

type held struct {
	Owner db.ID `db:"owner"`
	File  db.ID `db:"file"`
}

// Verify reads a whole file and compares it with its digest.
func (f *Files) Verify(ctx context.Context, of File) error {
	r, err := f.read(ctx, of)
	if err != nil {
		return err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, r)
	if err == nil && (n != of.Size || !bytes.Equal(f.vault.MAC("file digest", hash.Sum(nil)), of.Digest)) {
		err = fmt.Errorf("file %s: its content is not what was taken", of.ID)
	}
	return err
}
