package journal

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// Broken names one thing that is not as it was written.
type Broken struct {
	Chain string
	What  string // altered | removed | added | seal
	ID    db.ID  // the row, when it is still there
	At    int64  // the position or the seal's number
}

func (b Broken) String() string {
	switch b.What {
	case "removed":
		return fmt.Sprintf("%s: the row at position %d was removed", b.Chain, b.At)
	case "seal":
		return fmt.Sprintf("%s: seal %d does not hold", b.Chain, b.At)
	}
	return fmt.Sprintf("%s: row %s (position %d) was %s", b.Chain, b.ID, b.At, b.What)
}

// Verified sums up a verification.
type Verified struct {
	Rows, Unsealed, Seals int64
	Head                  map[string][]byte // the last seal's MAC per chain: an anchor to keep outside
	Broken                []Broken
}

// verifyChain is how a chain's rows are read and their MACs made again.
type verifyChain struct {
	name   string
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
	loose := "SELECT " + strings.Replace(columns, "position", "0 AS position", 1) + " FROM " + name + " WHERE position IS NULL AND id > ? ORDER BY id LIMIT ?"
	sealed := "SELECT " + columns + " FROM " + name + " WHERE position BETWEEN ? AND ? ORDER BY position"
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
			return convert(db.All[T](q, sealed, first, last))
		},
		loose: func(q db.Q, after db.ID, limit int) ([]verifyRow, error) {
			return convert(db.All[T](q, loose, after, limit))
		},
	}
}

var verifyChains = []verifyChain{
	chainOf("journal", func(r placedRow) verifyRow { return verifyRow{r.ID, r.Position, r.MAC, r.bytes()} }),
	chainOf("read_line", func(r placedRead) verifyRow { return verifyRow{r.ID, r.Position, r.MAC, r.bytes()} }),
}

// Verify reads every row and names what was altered, removed after sealing,
// or added. Memory stays bounded by one seal's rows.
func Verify(ctx context.Context, d *db.DB, v *vault.Vault) (Verified, error) {
	out := Verified{Head: map[string][]byte{}}
	err := d.Read(ctx, func(q *db.Reader) error {
		for _, c := range verifyChains {
			if err := out.sealedRows(q, v, c); err != nil {
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

func (out *Verified) sealedRows(q db.Q, v *vault.Vault, c verifyChain) error {
	previous, next := []byte{}, int64(1)
	for seq := int64(1); ; seq++ {
		s, ok, err := db.Maybe[Seal](q, "SELECT "+db.Columns[Seal]("")+" FROM journal_seal WHERE chain = ? AND seq >= ? ORDER BY seq LIMIT 1", c.name, seq)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if s.Seq != seq || s.First != next || !bytes.Equal(s.Previous, previous) || !vault.Same(s.MAC, v.MAC("seal", s.bytes()...)) {
			out.Broken = append(out.Broken, Broken{Chain: c.name, What: "seal", At: seq})
			seq = s.Seq
		}
		rows, err := c.sealed(q, s.First, s.Last)
		if err != nil {
			return err
		}
		out.checkRun(v, c.name, s, rows)
		out.Seals++
		previous, next = s.MAC, s.Last+1
	}
	out.Head[c.name] = previous
	beyond, err := c.sealed(q, next, 1<<62)
	for _, r := range beyond {
		out.Broken = append(out.Broken, Broken{c.name, "added", r.id, r.position})
	}
	return err
}

func (out *Verified) checkRun(v *vault.Vault, chain string, s Seal, rows []verifyRow) {
	at, whole := s.First, true
	leaves := make([]sealRow, 0, len(rows))
	for _, r := range rows {
		for ; at < r.position; at++ {
			out.Broken, whole = append(out.Broken, Broken{Chain: chain, What: "removed", At: at}), false
		}
		at++
		if !vault.Same(r.mac, v.MAC(chainPurpose[chain], r.parts...)) {
			out.Broken, whole = append(out.Broken, Broken{chain, "altered", r.id, r.position}), false
		}
		leaves = append(leaves, sealRow{r.id, r.mac})
	}
	for ; at <= s.Last; at++ {
		out.Broken, whole = append(out.Broken, Broken{Chain: chain, What: "removed", At: at}), false
	}
	if whole && !bytes.Equal(merkle(leaves), s.Merkle) {
		out.Broken = append(out.Broken, Broken{Chain: chain, What: "seal", At: s.Seq})
	}
	out.Rows += int64(len(rows))
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
				out.Broken = append(out.Broken, Broken{c.name, "added", r.id, 0})
			}
		}
		out.Rows += int64(len(rows))
		out.Unsealed += int64(len(rows))
		after = rows[len(rows)-1].id
	}
}
