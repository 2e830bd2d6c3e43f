package journal

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// Broken names one thing that is not as it was written.
type Broken struct {
	Chain string
	What  string // altered | removed | added | seal | cut
	ID    db.ID  // the row, when it is still there
	At    int64  // the position or the seal's number
}

func (b Broken) String() string {
	switch b.What {
	case "removed":
		return fmt.Sprintf("%s: the row at position %d was removed", b.Chain, b.At)
	case "seal":
		return fmt.Sprintf("%s: seal %d does not hold", b.Chain, b.At)
	case "cut":
		return fmt.Sprintf("%s: the anchored seal is missing; what followed position %d may have been cut off", b.Chain, b.At)
	}
	return fmt.Sprintf("%s: row %s (position %d) was %s", b.Chain, b.ID, b.At, b.What)
}

// Verified sums up a verification.
type Verified struct {
	Rows, Unsealed, Seals int64
	Head                  map[string][]byte // the last seal's MAC per chain: an anchor to keep outside
	Broken                []Broken
	Unnamed               int64 // further broken things, beyond maxBroken
}

// maxBroken bounds how many broken things are named.
const maxBroken = 10_000

func (out *Verified) add(b Broken) {
	if len(out.Broken) < maxBroken {
		out.Broken = append(out.Broken, b)
		return
	}
	out.Unnamed++
}

// verifyChain is how a chain's rows are read and their MACs made again.
type verifyChain struct {
	name string
	// sealed gives at most sealAtOnce of the rows from one position to another.
	sealed func(q db.Q, first, last int64) ([]verifyRow, error)
	loose  func(q db.Q, after db.ID, limit int) ([]verifyRow, error)
}

type verifyRow struct {
	id       db.ID
	position int64
	mac      []byte
	parts    [][]byte
}

type placedRow struct {
	Row
	Position int64 `db:"position"`
}

type placedRead struct {
	ReadRow
	Position int64 `db:"position"`
}

func chainOf[T any](name string, open func(T) verifyRow) verifyChain {
	columns := db.Columns[T]("")
	loose := "SELECT " + strings.Replace(columns, "position", "0 AS position", 1) + " FROM " + name + " WHERE position IS NULL"
	sealed := "SELECT " + columns + " FROM " + name + " WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ?"
	convert := func(list []T, err error) ([]verifyRow, error) {
		out := make([]verifyRow, len(list))
		for i, r := range list {
			out[i] = open(r)
		}
		return out, err
	}
	return verifyChain{
		name: name,
		sealed: func(q db.Q, first, last int64) ([]verifyRow, error) {
			return convert(db.All[T](q, sealed, first, last, sealAtOnce))
		},
		loose: func(q db.Q, after db.ID, limit int) ([]verifyRow, error) {
			if after.IsZero() { // which is NULL, and no id is above NULL
				return convert(db.All[T](q, loose+" ORDER BY id LIMIT ?", limit))
			}
			return convert(db.All[T](q, loose+" AND id > ? ORDER BY id LIMIT ?", after, limit))
		},
	}
}

var verifyChains = []verifyChain{
	chainOf("journal", func(r placedRow) verifyRow { return verifyRow{r.ID, r.Position, r.MAC, r.bytes()} }),
	chainOf("read_line", func(r placedRead) verifyRow { return verifyRow{r.ID, r.Position, r.MAC, r.bytes()} }),
}

// Verify reads every row and names what was altered, removed after sealing,
// or added. Rows cut off the end together with their seals leave no trace in
// the database: give the Head of an earlier verification, kept outside, as an
// anchor to have that named too. Memory stays bounded by one seal's rows.
func Verify(ctx context.Context, d *db.DB, v *vault.Vault, anchors ...map[string][]byte) (Verified, error) {
	out := Verified{Head: map[string][]byte{}}
	err := d.Read(ctx, func(q *db.Reader) error {
		for _, c := range verifyChains {
			w := walk{out: &out, q: q, vault: v, chain: c, seq: 1, next: 1, previous: []byte{}, anchors: map[string]bool{}}
			for _, a := range anchors {
				if len(a[c.name]) > 0 {
					w.anchors[string(a[c.name])] = true
				}
			}
			if err := w.seals(); err != nil {
				return err
			}
			if err := out.looseRows(q, v, c); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// walk goes along one chain from seal to seal.
type walk struct {
	out      *Verified
	q        db.Q
	vault    *vault.Vault
	chain    verifyChain
	seq      int64 // the seal expected
	next     int64 // the position expected
	past     int64 // the position beyond the last seal from which on nothing was looked at
	previous []byte
	open     bool // the seal before is missing or not to be trusted
	anchors  map[string]bool
}

func (w *walk) add(what string, id db.ID, at int64) {
	w.out.add(Broken{Chain: w.chain.name, What: what, ID: id, At: at})
}

func (w *walk) seals() error {
	stray, err := w.chain.sealed(w.q, math.MinInt64, 0)
	if err != nil {
		return err
	}
	for _, r := range stray {
		w.add("added", r.id, r.position)
	}
	for {
		s, ok, err := w.seal()
		if err == nil && !ok {
			s, ok, err = w.beyond()
		}
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := w.take(s); err != nil {
			return err
		}
	}
	w.out.Head[w.chain.name] = w.previous
	for range w.anchors {
		w.add("cut", db.ID{}, w.next-1)
	}
	return nil
}

func (w *walk) seal() (Seal, bool, error) {
	return db.Maybe[Seal](w.q, "SELECT "+db.Columns[Seal]("")+" FROM journal_seal WHERE chain = ? AND seq >= ? ORDER BY seq LIMIT 1", w.chain.name, w.seq)
}

// take checks one seal and its rows. What an altered seal says of positions
// counts for nothing: its rows are looked at on their own when the next good
// seal tells where they end.
func (w *walk) take(s Seal) error {
	w.out.Seals++
	delete(w.anchors, string(s.MAC))
	if !vault.Same(s.MAC, w.vault.MAC("seal", s.bytes()...)) {
		w.add("seal", db.ID{}, s.Seq)
		w.seq, w.previous, w.open = s.Seq+1, s.MAC, true
		return nil
	}
	for ; w.seq < s.Seq; w.seq++ {
		w.add("seal", db.ID{}, w.seq)
		w.open = true
	}
	if !w.open && (s.First != w.next || !bytes.Equal(s.Previous, w.previous)) {
		w.add("seal", db.ID{}, s.Seq)
	}
	for w.next < s.First {
		last := min(w.next+sealAtOnce, s.First) - 1
		rows, err := w.chain.sealed(w.q, w.next, last)
		if err != nil {
			return err
		}
		w.rows(w.next, last, rows)
		w.next = last + 1
	}
	rows, err := w.chain.sealed(w.q, s.First, s.Last)
	if err != nil {
		return err
	}
	if w.rows(s.First, s.Last, rows) && !bytes.Equal(merkle(rows), s.Merkle) {
		w.add("seal", db.ID{}, s.Seq)
	}
	w.seq, w.next, w.previous, w.open = s.Seq+1, s.Last+1, s.MAC, false
	return nil
}

// rows checks that a row stands at each position and is as it was written.
func (w *walk) rows(first, last int64, rows []verifyRow) (whole bool) {
	at, whole := first, true
	for _, r := range rows {
		for ; at < r.position; at++ {
			w.add("removed", db.ID{}, at)
			whole = false
		}
		at++
		if !w.genuine(r) {
			w.add("altered", r.id, r.position)
			whole = false
		}
	}
	for ; at <= last; at++ {
		w.add("removed", db.ID{}, at)
		whole = false
	}
	w.out.Rows += int64(len(rows))
	return whole
}

func (w *walk) genuine(r verifyRow) bool {
	return vault.Same(r.mac, w.vault.MAC(chainPurpose[w.chain.name], r.parts...))
}

// beyond looks at rows with a position after the last seal that can be trusted, or gives the seal that a sealer has
// written meanwhile. Positions and their seal come at once, and every statement may see more than the one before:
// only rows that were read before it was asked whether there is a seal have none.
func (w *walk) beyond() (Seal, bool, error) {
	for w.past = max(w.past, w.next); ; {
		rows, err := w.chain.sealed(w.q, w.past, math.MaxInt64)
		if err != nil || len(rows) == 0 {
			return Seal{}, false, err
		}
		if s, ok, err := w.seal(); err != nil || ok {
			return s, ok, err
		}
		for _, r := range rows {
			switch {
			case !w.open:
				w.add("added", r.id, r.position)
			case !w.genuine(r):
				w.add("altered", r.id, r.position)
			}
		}
		w.out.Rows += int64(len(rows))
		last := rows[len(rows)-1].position
		if last == math.MaxInt64 {
			return Seal{}, false, nil
		}
		w.past = last + 1
	}
}

func (out *Verified) looseRows(q db.Q, v *vault.Vault, c verifyChain) error {
	var after db.ID
	for {
		rows, err := c.loose(q, after, sealAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if !vault.Same(r.mac, v.MAC(chainPurpose[c.name], r.parts...)) {
				out.add(Broken{c.name, "added", r.id, 0})
			}
		}
		out.Rows += int64(len(rows))
		out.Unsealed += int64(len(rows))
		if len(rows) < sealAtOnce {
			return nil
		}
		after = rows[len(rows)-1].id
	}
}
