package journal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// The two chains, named by their tables.
var chains = []string{"journal", "read_line"}

var chainPurpose = map[string]string{"journal": "journal", "read_line": "read"}

// Seal closes a run of rows: their positions, the root of a Merkle tree over
// their MACs, and the seal before.
type Seal struct {
	Chain    string        `db:"chain"`
	Seq      int64         `db:"seq"`
	At       calendar.Time `db:"at"`
	First    int64         `db:"first"`
	Last     int64         `db:"last"`
	Merkle   []byte        `db:"merkle"`
	Previous []byte        `db:"previous"`
	MAC      []byte        `db:"mac"`
}

func (s Seal) bytes() [][]byte {
	return [][]byte{[]byte(s.Chain), number(s.Seq), number(int64(s.At)), number(s.First), number(s.Last), s.Merkle, s.Previous}
}

// Sealer gives committed rows their positions. Any number may run: the last
// seal's row is locked, and the key (chain, seq) lets only one win.
type Sealer struct {
	Data  *db.DB
	Vault *vault.Vault
	Clock calendar.Clock
}

// sealAtOnce bounds the rows of one seal.
const sealAtOnce = 1000

// SealAll seals until nothing is left and tells how many rows it sealed.
func (s Sealer) SealAll(ctx context.Context) (int, error) {
	total := 0
	for _, chain := range chains {
		for {
			n, err := s.sealOnce(ctx, chain)
			if err != nil {
				return total, err
			}
			total += n
			if n < sealAtOnce {
				break
			}
		}
	}
	return total, nil
}

type sealRow struct {
	ID  db.ID  `db:"id"`
	MAC []byte `db:"mac"`
}

func (s Sealer) sealOnce(ctx context.Context, chain string) (int, error) {
	idle := false
	err := s.Data.Read(ctx, func(r *db.Reader) error {
		_, some, err := db.Maybe[int](r, "SELECT 1 FROM "+chain+" WHERE position IS NULL LIMIT 1")
		idle = !some
		return err
	})
	if err != nil || idle {
		return 0, err
	}
	n := 0
	err = s.Data.Write(ctx, func(tx *db.Tx) error {
		last, _, err := db.Maybe[Seal](tx, "SELECT "+db.Columns[Seal]("")+" FROM journal_seal WHERE chain = ? ORDER BY seq DESC LIMIT 1"+db.ForUpdate(tx), chain)
		if err != nil {
			return err
		}
		rows, err := db.All[sealRow](tx, "SELECT id, mac FROM "+chain+" WHERE position IS NULL ORDER BY id LIMIT ?", sealAtOnce)
		n = len(rows)
		if err != nil || n == 0 {
			return err
		}
		if err := place(tx, chain, rows, last.Last+1); err != nil {
			return err
		}
		next := Seal{Chain: chain, Seq: last.Seq + 1, At: s.Clock.Now(), First: last.Last + 1, Last: last.Last + int64(n), Merkle: merkle(rows), Previous: last.MAC}
		if next.Previous == nil {
			next.Previous = []byte{}
		}
		next.MAC = s.Vault.MAC("seal", next.bytes()...)
		return db.Insert(tx, "journal_seal", next)
	})
	if db.IsUnique(err, "") {
		return 0, nil // another sealer was first
	}
	return n, err
}

// place writes positions in the order of the rows.
func place(tx *db.Tx, chain string, rows []sealRow, first int64) error {
	var b strings.Builder
	b.WriteString("UPDATE " + chain + " SET position = v.column2 FROM (VALUES ")
	var args []any
	for i, r := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		if tx.Engine() == db.Postgres {
			b.WriteString("(CAST(? AS uuid), CAST(? AS bigint))")
		} else {
			b.WriteString("(?, ?)")
		}
		args = append(args, r.ID, first+int64(i))
	}
	b.WriteString(") AS v WHERE " + chain + ".id = v.column1 AND " + chain + ".position IS NULL")
	n, err := db.Exec(tx, b.String(), args...)
	if err == nil && n != int64(len(rows)) {
		err = fmt.Errorf("journal: sealed %d of %d rows", n, len(rows))
	}
	return err
}

// merkle is the tree hash of RFC 6962, section 2.1, over the rows' MACs.
func merkle(rows []sealRow) []byte {
	level := make([][]byte, len(rows))
	for i, r := range rows {
		h := sha256.Sum256(append([]byte{0}, r.MAC...))
		level[i] = h[:]
	}
	for len(level) > 1 {
		var up [][]byte
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				up = append(up, level[i])
				continue
			}
			h := sha256.Sum256(append(append([]byte{1}, level[i]...), level[i+1]...))
			up = append(up, h[:])
		}
		level = up
	}
	return level[0]
}
