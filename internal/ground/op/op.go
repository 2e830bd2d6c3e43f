// Package op is the only way to write a domain record. Every operation reads
// as the same five lines: validate, load, take, store, tell. Do runs them in
// one transaction with the journal, the idempotency key and the jobs that tell
// others; either all of it is there afterwards or nothing.
//
// It knows no record and no page.
package op

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/vault"
)

// Runner is what operations stand on. Server makes one; every room keeps it.
type Runner struct {
	Data  *db.DB
	Vault *vault.Vault
	Clock calendar.Clock
	Reads *journal.Reads
	// Router is the agency's approval routes; nil grants every step.
	Router func(tx *Tx, entity, step string, record db.ID) (granted bool, err error)

	subscribers map[string][]string
	seen        seen
	uptime      func() time.Duration // a test's stopwatch; nil is the process's own
}

// Subscribe makes every event of this name become a job of this kind. Call it
// before the first operation.
func (r *Runner) Subscribe(event, job string) {
	if r.subscribers == nil {
		r.subscribers = map[string][]string{}
	}
	r.subscribers[event] = append(r.subscribers[event], job)
}

// Now is the moment by the runner's clock, in UTC milliseconds.
func (r *Runner) Now() calendar.Time { return r.Clock.Now() }

// Read runs f with a connection for reading.
func (r *Runner) Read(ctx context.Context, f func(q *db.Reader) error) error {
	return r.Data.Read(ctx, f)
}

// Event is what an operation announces.
type Event struct {
	Name   string `json:"name"` // entity.step
	Entity string `json:"entity"`
	Record db.ID  `json:"record"`
	Root   db.ID  `json:"root"`
	Detail any    `json:"detail,omitempty"` // ids and keys, never personal data
}

// Tx is an operation's transaction.
type Tx struct {
	*db.Tx
	Run    *Runner
	id     db.ID
	actor  access.Actor
	now    calendar.Time
	lines  []journal.Line
	load   *journal.Load // takes up the lines of a Load
	events []Event
}

func newTx(dtx *db.Tx, r *Runner, a access.Actor) *Tx {
	now := r.Clock.Now()
	return &Tx{Tx: dtx, Run: r, id: db.NewIDAt(int64(now)), actor: a, now: now}
}

// ID names the transaction in its journal lines.
func (t *Tx) ID() db.ID { return t.id }

// Actor is who acts.
func (t *Tx) Actor() access.Actor { return t.actor }

// Now is the moment of the whole operation.
func (t *Tx) Now() calendar.Time { return t.now }

// Journal adds a line; flow calls it for every step. It says who acts now, who
// within As is not the one who began.
func (t *Tx) Journal(l journal.Line) {
	by := t.actor
	l.By = &by
	if t.load != nil {
		t.load.Add(l)
		return
	}
	t.lines = append(t.lines, l)
}

// Tell announces an event: one durable job per subscriber, in this very
// transaction.
func (t *Tx) Tell(e Event) { t.events = append(t.events, e) }

// Route asks the agency's approval route.
func (t *Tx) Route(entity, step string, record db.ID) (bool, error) {
	if t.Run.Router == nil {
		return true, nil
	}
	return t.Run.Router(t, entity, step, record)
}

// As runs f as another actor within the same transaction: the system itself,
// where a step follows from another without anybody's deed.
func (t *Tx) As(a access.Actor, f func() error) error {
	was := t.actor
	t.actor = a
	defer func() { t.actor = was }()
	return f()
}

type keyKey struct{}

// WithKey gives the operation run under ctx its idempotency key: the hidden
// field of a form, or the API's Idempotency-Key.
func WithKey(ctx context.Context, key string) context.Context {
	if key == "" {
		return ctx
	}
	return context.WithValue(ctx, keyKey{}, key)
}

// MaxKey bounds an idempotency key, in bytes.
const MaxKey = 128

// publicOwner owns the keys of people without a sign-in; NULL cannot.
var publicOwner = db.MustID("00000000-0000-7000-8000-000000000001")

// Do runs an operation: f in one transaction with its journal lines and jobs.
// in is what the actor sent; with an idempotency key the same in gives the
// same answer again and changes nothing, another in is refused. f may run
// more than once and must have no effect outside tx. T must survive JSON.
func Do[T any](ctx context.Context, r *Runner, a access.Actor, name string, in any, f func(tx *Tx) (T, error)) (T, error) {
	var out T
	key, _ := ctx.Value(keyKey{}).(string)
	if len(key) > MaxKey {
		return out, fault.Invalid(fault.Field{Pointer: "/idempotency_key", Key: "fault.too_long", Args: map[string]any{"max": MaxKey}})
	}
	var body []byte
	if key != "" {
		b, err := json.Marshal(in)
		if err != nil {
			return out, fault.Defect(fmt.Errorf("op %s: %w", name, err))
		}
		body = r.Vault.MAC("idempotency", []byte(name), b)
	}
	err := r.Data.Write(ctx, func(dtx *db.Tx) error {
		var none T
		out = none // nothing of a try that failed
		tx := newTx(dtx, r, a)
		owner := a.ID
		if owner.IsZero() {
			owner = publicOwner
		}
		if key != "" {
			answered, err := claim(tx, owner, key, name, body, &out)
			if err != nil || answered {
				return err
			}
		}
		var err error
		if out, err = f(tx); err != nil {
			return err
		}
		if err := tx.finish(); err != nil {
			return err
		}
		if key != "" {
			return remember(tx, owner, key, out)
		}
		return nil
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// Load is Do for records by the thousand that the system brings: their journal
// lines are written sealed.
func Load(ctx context.Context, r *Runner, f func(tx *Tx) error) error {
	return r.Data.Write(ctx, func(dtx *db.Tx) error {
		tx := newTx(dtx, r, access.TheSystem())
		tx.load = journal.NewLoad(r.Vault, journal.Stamp{Tx: tx.id, At: tx.now, Actor: tx.actor})
		defer tx.load.Drop()
		if err := f(tx); err != nil {
			return err
		}
		if err := tx.load.Write(dtx, tx.now); err != nil {
			return err
		}
		return tx.queue()
	})
}

// finish writes what the operation gathered.
func (t *Tx) finish() error {
	stamp := journal.Stamp{Tx: t.id, At: t.now, Actor: t.actor}
	if err := journal.Append(t.Tx, t.Run.Vault, stamp, t.lines); err != nil {
		return err
	}
	return t.queue()
}

func (t *Tx) queue() error {
	var work []jobs.Job
	for _, e := range t.events {
		for _, kind := range t.Run.subscribers[e.Name] {
			work = append(work, jobs.Job{Kind: kind, Payload: e, RunAt: t.now})
		}
	}
	return jobs.QueueAll(t.Tx, work...)
}

type claimed struct {
	Name   string `db:"name"`
	Body   []byte `db:"body"`
	Answer []byte `db:"answer"`
}

// claim takes the key, or reads the answer that it already has.
func claim(tx *Tx, owner db.ID, key, name string, body []byte, out any) (answered bool, err error) {
	n, err := db.Exec(tx, `INSERT INTO idempotency (actor, key, name, body, at) VALUES (?, ?, ?, ?, COALESCE((SELECT until FROM lease WHERE name = ?), 0))
		ON CONFLICT (actor, key) DO NOTHING`, owner, key, name, body, passedMark)
	if err != nil || n == 1 {
		return false, err
	}
	was, err := db.One[claimed](tx, "SELECT name, body, answer FROM idempotency WHERE actor = ? AND key = ?", owner, key)
	if err != nil {
		return false, err
	}
	if was.Name != name || !vault.Same(was.Body, body) {
		return false, fault.KeyReuse()
	}
	plain, err := tx.Run.Vault.Unseal("answer", was.Answer)
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal(plain, out)
}

func remember(tx *Tx, owner db.ID, key string, out any) error {
	b, err := json.Marshal(out)
	if err != nil {
		return fault.Defect(fmt.Errorf("op: answer: %w", err))
	}
	_, err = db.Exec(tx, "UPDATE idempotency SET answer = ? WHERE actor = ? AND key = ?", tx.Run.Vault.Seal("answer", b), owner, key)
	return err
}
