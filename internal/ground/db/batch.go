package db

// Batch gathers independent queries so that PostgreSQL answers them in one
// round trip; on SQLite they run one after the other on one connection.
type Batch struct {
	items []*queued
}

type queued struct {
	text   string
	args   []any
	read   func(rows) (int, error)
	steady bool
}

// NewBatch makes an empty batch.
func NewBatch() *Batch { return &Batch{} }

// Answer is what a queued query will have read once the batch was sent.
type Answer[T any] struct{ Rows []T }

// First gives the first row and whether there was one.
func (a *Answer[T]) First() (v T, ok bool) {
	if len(a.Rows) == 0 {
		return v, false
	}
	return a.Rows[0], true
}

// Queue adds a query; its Answer is filled by Send.
func Queue[T any](b *Batch, text string, args ...any) *Answer[T] {
	text, args = expand(text, args)
	a := &Answer[T]{}
	b.items = append(b.items, &queued{text: text, args: args, read: func(r rows) (int, error) {
		out, err := collect[T](r, text)
		a.Rows = out
		return len(out), err
	}})
	return a
}

// Steady says of the query queued last that its plan is the same whatever it asks for, so that
// PostgreSQL need not make one each time. It is for long statements, whose planning costs more than
// their answer.
func (b *Batch) Steady() { b.items[len(b.items)-1].steady = true }

// Len tells how many queries wait.
func (b *Batch) Len() int { return len(b.items) }

// Send runs what is queued and empties the batch.
func Send(q Q, b *Batch) error {
	items := b.items
	b.items = nil
	if len(items) == 0 {
		return nil
	}
	if s, ok := q.(interface{ sendBatch([]*queued) error }); ok {
		return explain(s.sendBatch(items))
	}
	for _, it := range items {
		done := trace(q.Context(), it.text, it.args, false)
		r, err := q.query(it.text, it.args)
		if err != nil {
			done(0)
			return explain(err)
		}
		n, err := it.read(r)
		done(n)
		if err != nil {
			return explain(err)
		}
	}
	return nil
}
