package journal

import (
	"runtime"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// Load gathers the lines of a transaction that loads records by the thousand.
// Their rows are made beside the transaction's own work, and written sealed:
// to seal them later would write each a second time.
type Load struct {
	vault *vault.Vault
	stamp Stamp
	lines []Line
	parts []*part
	free  chan struct{} // bounds those who make rows
}

// part is the rows of one seal.
type part struct {
	rows   []placedRow
	merkle []byte
	err    error
	done   chan struct{}
}

// NewLoad begins to gather. Every Load is given to Write, or to Drop when its
// transaction fails.
func NewLoad(v *vault.Vault, s Stamp) *Load {
	return &Load{vault: v, stamp: s, free: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Add takes up a line.
func (l *Load) Add(line Line) {
	if l.lines = append(l.lines, line); len(l.lines) == sealAtOnce {
		l.make()
	}
}

func (l *Load) make() {
	lines, p := l.lines, &part{done: make(chan struct{})}
	l.lines, l.parts = nil, append(l.parts, p)
	l.free <- struct{}{}
	go func() {
		defer func() {
			<-l.free
			close(p.done)
		}()
		var rows []Row
		if rows, p.err = made(l.vault, l.stamp, lines); p.err != nil {
			return
		}
		p.rows = make([]placedRow, len(rows))
		for i, r := range rows {
			p.rows[i].Row = r
		}
		p.merkle = merkle(p.rows)
	}()
}

// Drop waits until nothing is made any more.
func (l *Load) Drop() {
	for _, p := range l.parts {
		<-p.done
	}
}

// Write writes the rows in their positions after the last seal, which it
// holds, and the seals that close them.
func (l *Load) Write(w db.W, at calendar.Time) error {
	if len(l.lines) > 0 {
		l.make()
	}
	last, err := holdLast(w)
	if err != nil {
		return err
	}
	seals := make([]Seal, len(l.parts))
	for i, p := range l.parts {
		if <-p.done; p.err != nil {
			return p.err
		}
		for n := range p.rows {
			p.rows[n].Position = last.Last + 1 + int64(n)
		}
		if err := db.Insert(w, "journal", p.rows...); err != nil {
			return err
		}
		last = following(last, "journal", at, len(p.rows), p.merkle, l.vault)
		seals[i], p.rows = last, nil
	}
	return db.Insert(w, "journal_seal", seals...)
}

// holdLast gives the journal's last seal, with its row held: another sealer
// may have sealed while the row was waited for.
func holdLast(w db.W) (last Seal, err error) {
	for {
		if last, _, err = db.Maybe[Seal](w, lastSeal+db.ForUpdate(w), "journal"); err != nil {
			return last, err
		}
		now, _, err := db.Maybe[Seal](w, lastSeal, "journal")
		if err != nil || now.Seq == last.Seq {
			return last, err
		}
	}
}
