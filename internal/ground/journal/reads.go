package journal

import (
	"context"
	"sync"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/vault"
)

// ReadRow says that somebody opened a person or a case, or searched.
type ReadRow struct {
	ID       db.ID         `db:"id"`
	At       calendar.Time `db:"at"`
	Actor    db.ID         `db:"actor"`
	What     string        `db:"what"` // opened | searched | listed | revealed | exported
	RootKind string        `db:"root_kind"`
	Root     db.ID         `db:"root"`   // none for a search
	Detail   string        `db:"detail"` // never what was typed
	MAC      []byte        `db:"mac"`
}

func (r ReadRow) bytes() [][]byte {
	return [][]byte{r.ID[:], number(int64(r.At)), r.Actor[:], []byte(r.What), []byte(r.RootKind), r.Root[:], []byte(r.Detail)}
}

// Reads writes read lines. Lines that arrive while one is being written are
// written together, so many readers share one commit.
type Reads struct {
	data  *db.DB
	vault *vault.Vault
	clock calendar.Clock
	queue chan waiting
	once  sync.Once
	quit  chan struct{} // closed when no more may come
	gone  chan struct{} // closed when all that came is written
}

type waiting struct {
	ctx    context.Context
	row    ReadRow
	answer chan error
}

// maxTogether bounds how many read lines share one commit.
const maxTogether = 256

// NewReads starts the writer; Close stops it.
func NewReads(d *db.DB, v *vault.Vault, c calendar.Clock) *Reads {
	r := &Reads{data: d, vault: v, clock: c, queue: make(chan waiting, maxTogether), quit: make(chan struct{}), gone: make(chan struct{})}
	go r.run()
	return r
}

// Close writes what waits and stops; a Note after it is refused.
func (r *Reads) Close() {
	r.once.Do(func() { close(r.quit) })
	<-r.gone
}

// Note writes a read line and returns once it is durable: only then may the
// answer leave. The system's own reading is not noted.
func (r *Reads) Note(ctx context.Context, a access.Actor, what, rootKind string, root db.ID, detail string) error {
	if !a.Known() {
		return nil
	}
	now := r.clock.Now()
	row := ReadRow{ID: db.NewIDAt(int64(now)), At: now, Actor: a.ID, What: what, RootKind: rootKind, Root: root, Detail: detail}
	row.MAC = r.vault.MAC("read", row.bytes()...)
	w := waiting{ctx, row, make(chan error, 1)}
	select {
	case r.queue <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.quit:
		return fault.Unavailable(nil)
	}
	select {
	case err := <-w.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-r.gone:
	}
	select {
	case err := <-w.answer: // it was among the last
		return err
	default:
		return fault.Unavailable(nil)
	}
}

func (r *Reads) run() {
	defer close(r.gone)
	for {
		select {
		case w := <-r.queue:
			r.write(r.gather(w))
		case <-r.quit:
			for {
				select {
				case w := <-r.queue:
					r.write(r.gather(w))
				default:
					return
				}
			}
		}
	}
}

func (r *Reads) gather(first waiting) []waiting {
	batch := []waiting{first}
	for len(batch) < maxTogether {
		select {
		case w := <-r.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

func (r *Reads) write(batch []waiting) {
	err := r.insert(batch)
	if f, ok := fault.As(err); err == nil || len(batch) == 1 || ok && f.Kind == fault.KindUnavailable {
		for _, w := range batch {
			w.answer <- err
		}
		return
	}
	// One line that the database does not take must not cost the others theirs.
	for _, w := range batch {
		w.answer <- r.insert([]waiting{w})
	}
}

func (r *Reads) insert(batch []waiting) error {
	rows := make([]ReadRow, len(batch))
	for i, w := range batch {
		rows[i] = w.row
	}
	// Whoever waits longest may leave; the line is written all the same.
	ctx := context.WithoutCancel(batch[0].ctx)
	return r.data.Write(ctx, func(tx *db.Tx) error { return db.Insert(tx, "read_line", rows...) })
}

// Opened lists who opened a record, newest first.
func Opened(q db.Q, root db.ID, limit int) ([]ReadRow, error) {
	return db.All[ReadRow](q, "SELECT "+db.Columns[ReadRow]("")+" FROM read_line WHERE root = ? ORDER BY id DESC LIMIT ?", root, limit)
}
