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
// written together, so many readers share one commit; one that finds nothing
// under way is written by whoever brings it.
type Reads struct {
	data  *db.DB
	vault *vault.Vault
	clock calendar.Clock

	mu      sync.Mutex
	queue   []waiting
	writing sync.WaitGroup // one at a time
	busy    bool
	closed  bool
}

type waiting struct {
	ctx    context.Context
	row    ReadRow
	answer chan error
}

// maxTogether bounds how many read lines share one commit.
const maxTogether = 256

// NewReads makes a writer of read lines; Close ends it.
func NewReads(d *db.DB, v *vault.Vault, c calendar.Clock) *Reads {
	return &Reads{data: d, vault: v, clock: c}
}

// Close waits for what is being written; a Note after it is refused.
func (r *Reads) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.writing.Wait()
}

// Note writes a read line and returns once it is durable: only then may the
// answer leave. The system's own reading is not noted.
func (r *Reads) Note(ctx context.Context, a access.Actor, what, rootKind string, root db.ID, detail string) error {
	if !a.Known() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	now := r.clock.Now()
	row := ReadRow{ID: db.NewIDAt(int64(now)), At: now, Actor: a.ID, What: what, RootKind: rootKind, Root: root, Detail: detail}
	row.MAC = r.vault.MAC("read", row.bytes()...)
	w := waiting{ctx, row, make(chan error, 1)}
	first, err := r.join(w)
	if err != nil {
		return err
	}
	if first {
		defer func() {
			if batch := r.next(); batch != nil {
				go r.rest(batch)
			}
		}()
		r.write([]waiting{w})
		return <-w.answer
	}
	select {
	case err := <-w.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join says whether the line is the caller's to write; otherwise it waits in the queue for whoever
// is writing.
func (r *Reads) join(w waiting) (first bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return false, fault.Unavailable(nil)
	case r.busy:
		r.queue = append(r.queue, w)
		return false, nil
	}
	r.busy = true
	r.writing.Add(1)
	return true, nil
}

// next gives what has come meanwhile; when nothing has, the writing ends.
func (r *Reads) next() []waiting {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 {
		r.busy, r.queue = false, nil
		r.writing.Done()
		return nil
	}
	n := min(len(r.queue), maxTogether)
	batch := r.queue[:n:n]
	r.queue = r.queue[n:]
	return batch
}

func (r *Reads) rest(batch []waiting) {
	for batch != nil {
		r.write(batch)
		batch = r.next()
	}
}

func (r *Reads) write(batch []waiting) {
	err := r.insert(batch)
	if f, ok := fault.As(err); err == nil || len(batch) == 1 || ok && (f.Kind == fault.KindUnavailable || f.Kind == fault.KindNoRoom) {
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
