package journal

import (
	"context"
	"crypto/sha256"
	"errors"
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

// errSecond says that another sealer was first: before the first seal there is
// no row to lock, so both may have chosen the same rows.
var errSecond = errors.New("journal: another sealer was first")

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
	n, before := 0, int64(0)
	err = s.Data.Write(ctx, func(tx *db.Tx) error {
		last, _, err := db.Maybe[Seal](tx, lastSeal+db.ForUpdate(tx), chain)
		before = last.Seq
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
		return db.Insert(tx, "journal_seal", following(last, chain, s.Clock.Now(), n, merkle(rows), s.Vault))
	})
	if errors.Is(err, errSecond) || db.IsUnique(err, "") {
		return 0, s.unlessSecond(ctx, chain, before, err)
	}
	return n, err
}

// following is the seal after another, over so many rows.
func following(last Seal, chain string, at calendar.Time, n int, merkle []byte, v *vault.Vault) Seal {
	next := Seal{Chain: chain, Seq: last.Seq + 1, At: at, First: last.Last + 1, Last: last.Last + int64(n), Merkle: merkle, Previous: last.MAC}
	if next.Previous == nil {
		next.Previous = []byte{}
	}
	next.MAC = v.MAC("seal", next.bytes()...)
	return next
}

const lastSeal = "SELECT chain, seq, at, first, last, merkle, previous, mac FROM journal_seal WHERE chain = ? ORDER BY seq DESC LIMIT 1"

// unlessSecond is err, unless another sealer has sealed meanwhile: without
// one, somebody else wrote positions.
func (s Sealer) unlessSecond(ctx context.Context, chain string, before int64, err error) error {
	e := s.Data.Read(ctx, func(r *db.Reader) error {
		last, _, e := db.Maybe[Seal](r, lastSeal, chain)
		if e == nil && last.Seq > before {
			err = nil
		}
		return e
	})
	return errors.Join(err, e)
}

// place writes positions in the order of the rows. The last row is repeated up
// to a power of two, so that few texts are needed.
func place(tx *db.Tx, chain string, rows []sealRow, first int64) error {
	mark := "(?, ?)"
	if tx.Engine() == db.Postgres {
		mark = "(CAST(? AS uuid), CAST(? AS bigint))"
	}
	size := 1
	for size < len(rows) {
		size *= 2
	}
	args := make([]any, 0, 2*size)
	for i := range size {
		at := min(i, len(rows)-1)
		args = append(args, rows[at].ID, first+int64(at))
	}
	n, err := db.Exec(tx, "UPDATE "+chain+" SET position = v.column2 FROM (VALUES "+mark+strings.Repeat(", "+mark, size-1)+
		") AS v WHERE "+chain+".id = v.column1 AND "+chain+".position IS NULL", args...)
	if err == nil && n != int64(len(rows)) {
		err = errSecond
	}
	return err
}

// merkle is the tree hash of RFC 6962, section 2.1, over the rows' MACs.
func merkle[T leaf](rows []T) []byte {
	level := make([][]byte, len(rows))
	for i, r := range rows {
		h := sha256.Sum256(append([]byte{0}, r.leaf()...))
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

type leaf interface{ leaf() []byte }

func (r sealRow) leaf() []byte   { return r.MAC }
func (r verifyRow) leaf() []byte { return r.mac }
func (r placedRow) leaf() []byte { return r.MAC }
