package people

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people/sheet"
)

// ImportView is an import as its owner reads it.
type ImportView struct {
	Import
	Name    string // of the file; "" once it is erased
	Layout  Layout
	Now     Counts        // of its rows, as they are
	Work    *jobs.Row     // while there is any
	Before  calendar.Time // when the same file was brought last; none when never
	Actions []flow.Action
}

// Stuck says that the work died and waits to be resumed.
func (v ImportView) Stuck() bool {
	return v.Working() && (v.Work == nil || v.Work.State == jobs.Dead || v.Work.State == jobs.Cancelled)
}

// Imports lists an actor's own, the latest first, from before one (zero: from
// the latest).
func (r *Room) Imports(ctx context.Context, a access.Actor, before db.ID, limit int) ([]Import, error) {
	var out []Import
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = listImports(q, a, before, limit)
		return err
	})
	return out, err
}

// ImportOf gives an import of the actor's own.
func (r *Room) ImportOf(ctx context.Context, a access.Actor, id db.ID) (ImportView, error) {
	var v ImportView
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if v.Import, err = loadImport(q, a, id); err != nil {
			return err
		}
		if v.Layout, err = r.layoutOf(v.Import); err != nil {
			return err
		}
		if v.Now = v.Counts.V; v.ErasedAt == 0 {
			if v.Now, err = countImportRows(q, id); err != nil {
				return err
			}
			f, err := r.files.Get(q, v.File, v.holder())
			if err != nil {
				return err
			}
			v.Name = f.Name
		}
		if v.Working() {
			if row, err := jobs.Get(q, v.Import.Work); err == nil {
				v.Work = &row
			} else if !errors.Is(err, fault.KindNotFound) {
				return err
			}
		}
		v.Before, _, err = sameFile(q, v.Digest, id)
		return err
	})
	v.Actions = ImportFlow.Actions(a, v.Import)
	return v, err
}

// ImportLine is a row as its owner reads it: what it says and, of those it may
// be about, whom the actor may know of. Match is who it is or was made.
type ImportLine struct {
	ImportRow
	Draft Draft
	Alike []Match
	Match *Match
}

// ImportLines lists rows in a state, or in any, behind a line of the file.
func (r *Room) ImportLines(ctx context.Context, a access.Actor, id db.ID, state string, after int64, limit int) ([]ImportLine, error) {
	return r.linesOf(ctx, a, id, func(q db.Q) ([]ImportRow, error) { return listImportRows(q, id, state, after, limit) })
}

// ImportLineOf gives one row.
func (r *Room) ImportLineOf(ctx context.Context, a access.Actor, id db.ID, position int64) (ImportLine, error) {
	out, err := r.linesOf(ctx, a, id, func(q db.Q) ([]ImportRow, error) {
		row, err := importRow(q, id, position)
		return []ImportRow{row}, err
	})
	if err != nil {
		return ImportLine{}, err
	}
	return out[0], nil
}

func (r *Room) linesOf(ctx context.Context, a access.Actor, id db.ID, list func(q db.Q) ([]ImportRow, error)) ([]ImportLine, error) {
	var out []ImportLine
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := loadImport(q, a, id); err != nil {
			return err
		}
		rows, err := list(q)
		if err != nil {
			return err
		}
		out = make([]ImportLine, len(rows))
		var ids []db.ID
		for n, row := range rows {
			if out[n].ImportRow = row; !row.Person.IsZero() {
				ids = append(ids, row.Person)
			}
			if out[n].Draft, err = r.draftOf(row); err != nil {
				return err
			}
			for _, like := range out[n].Draft.Alike {
				ids = append(ids, like.Person)
			}
		}
		return r.recognize(q, a, ids, out)
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	return out, r.run.Reads.Note(ctx, a, "opened", "import", id, "")
}

// recognize puts the persons beside the rows, as far as the actor may know of
// them.
func (r *Room) recognize(q db.Q, a access.Actor, ids []db.ID, lines []ImportLine) error {
	if len(ids) == 0 {
		return nil
	}
	cards, err := CardsFor(q, a, r.run.Now(), nil, ids)
	if err != nil {
		return err
	}
	visible, err := visibleAmong(q, a, r.run.Now(), ids)
	if err != nil {
		return err
	}
	match := func(id db.ID) *Match {
		c, ok := cards[id]
		if !ok {
			return nil
		}
		return &Match{Card: c, Visible: visible[id]}
	}
	for n := range lines {
		l := &lines[n]
		l.Match = match(l.Person)
		for _, like := range l.Draft.Alike {
			if m := match(like.Person); m != nil {
				m.Score, m.Reasons = like.Score, like.Reasons
				l.Alike = append(l.Alike, *m)
			}
		}
	}
	return nil
}

// Brought lists whom an import brought and the actor may open, behind a person.
func (r *Room) Brought(ctx context.Context, a access.Actor, id, after db.ID, limit int) ([]Card, error) {
	var out []Card
	err := r.run.Read(ctx, func(q *db.Reader) error {
		_, err := loadImport(q, a, id)
		if err == nil {
			out, err = broughtBy(q, a, r.run.Now(), id, after, limit)
		}
		return err
	})
	return out, err
}

// WriteFaulty writes the rows of which nothing could be made, as they came and
// with the reason in a column more, as CSV that can be mended and brought again.
func (r *Room) WriteFaulty(ctx context.Context, a access.Actor, id db.ID, out io.Writer) error {
	var i Import
	var f file.File
	if err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if i, err = loadImport(q, a, id); err == nil && i.ErasedAt == 0 {
			f, err = r.files.Get(q, i.File, i.holder())
		}
		return err
	}); err != nil {
		return err
	}
	if i.ErasedAt > 0 {
		return fault.Conflict("people.fault.import_erased")
	}
	layout, err := r.layoutOf(i)
	if err != nil {
		return err
	}
	_, rows, err := r.openList(ctx, f)
	if err != nil {
		return err
	}
	if err := r.run.Reads.Note(ctx, a, "opened", "import", id, "faults"); err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	for n, state := range []string{rowFault, rowRefused} {
		if n > 0 {
			if _, rows, err = r.openList(ctx, f); err != nil {
				return err
			}
		} else if err := w.Write(withReason(layout.Headings, len(layout.Headings), text.Word(ctx, "people.import.reason"))); err != nil {
			return err
		}
		if err := r.writeRows(ctx, id, state, layout, rows, w); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// writeRows walks the file and the rows in a state beside each other.
func (r *Room) writeRows(ctx context.Context, id db.ID, state string, layout Layout, rows sheet.Rows, w *csv.Writer) error {
	var line sheet.Row
	for after := int64(0); ; {
		var list []ImportRow
		if err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			list, err = listImportRows(q, id, state, after, atOnce)
			return err
		}); err != nil || len(list) == 0 {
			return err
		}
		for _, row := range list {
			d, err := r.draftOf(row)
			if err != nil {
				return err
			}
			for int64(line.Line) < row.Position {
				if line, err = rows.Next(); err != nil {
					return err
				}
			}
			if err := w.Write(withReason(line.Cells, len(layout.Headings), reasons(ctx, layout, d))); err != nil {
				return err
			}
			after = row.Position
		}
	}
}

func withReason(cells []string, width int, reason string) []string {
	out := make([]string, width, width+1)
	copy(out, cells)
	for n, s := range out {
		out[n] = sheet.Guard(sheet.Unguard(s))
	}
	return append(out, sheet.Guard(reason))
}

func reasons(ctx context.Context, layout Layout, d Draft) string {
	var out []string
	for _, f := range d.Faults {
		s := f.Text.In(text.From(ctx))
		if f.Column >= 0 && f.Column < len(layout.Headings) {
			s = text.Word(ctx, "people.import.at", "column", layout.Headings[f.Column], "fault", s)
		}
		out = append(out, s)
	}
	return strings.Join(out, " / ")
}
