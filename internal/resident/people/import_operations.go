package people

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people/sheet"
)

// importJob is the work of looking a list through, and of making what it says.
const importJob = "people.import"

type importWork struct {
	Import db.ID `json:"import"`
}

// UploadImport takes a list in and finds out how it is made up. Nothing is made
// of it yet.
func (r *Room) UploadImport(ctx context.Context, a access.Actor, name, claims string, in io.Reader) (Import, error) {
	if !a.Is(importers...) {
		return Import{}, fault.Forbid("flow.not_yours")
	}
	f, err := r.files.Take(ctx, in, file.Upload{By: a.ID, Name: name, Claims: claims})
	if err != nil {
		var at fault.Fields
		if err := at.Absorb("/file", err); err != nil {
			return Import{}, err
		}
		return Import{}, at.Err()
	}
	layout, err := r.survey(ctx, f)
	if err != nil {
		return Import{}, err
	}
	sealed, err := r.sealLayout(layout)
	if err != nil {
		return Import{}, err
	}
	return op.Do(ctx, r.run, a, "import.upload", f.Digest, func(tx *op.Tx) (Import, error) {
		i := Import{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}, Owner: a.ID, File: f.ID, Digest: f.Digest, Layout: sealed,
			HouseholdKind: ImportHouseholdKinds[0], On: tx.Now().Date(calendar.Zone(ctx)), Counts: db.AsJSON(Counts{})}
		if err := r.files.Attach(tx, f.ID, a.ID, i.holder()); err != nil {
			return i, err
		}
		return flow.Create(tx, ImportFlow, "upload", i)
	})
}

// survey reads the first rows of a list.
func (r *Room) survey(ctx context.Context, f file.File) (Layout, error) {
	list, rows, err := r.openList(ctx, f)
	if err != nil {
		return Layout{}, err
	}
	l := Layout{Format: list.Format, Encoding: list.Encoding, Sheet: list.Sheet}
	if list.Separator != 0 {
		l.Separator = string(list.Separator)
	}
	width := 0
	for len(l.Sample) < sampled+1 {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return l, err
		}
		if row.Broken {
			row.Cells = nil
		}
		for n, s := range row.Cells {
			row.Cells[n] = shortened(sheet.Unguard(s))
		}
		width = max(width, len(row.Cells))
		l.Sample = append(l.Sample, row.Cells)
	}
	if len(l.Sample) == 0 {
		return l, fault.Invalid(fault.Field{Pointer: "/file", Key: "people.fault.list_empty"})
	}
	l.Headings = append(slices.Clone(l.Sample[0]), make([]string, width-len(l.Sample[0]))...)
	l.Fields = sheet.Match(l.Headings)
	l.Sample = l.Sample[1:]
	return l, nil
}

func shortened(s string) string {
	if runes := []rune(s); len(runes) > cellSeen {
		return string(runes[:cellSeen]) + "…"
	}
	return s
}

// openList begins to read the list of an import.
func (r *Room) openList(ctx context.Context, f file.File) (*sheet.List, sheet.Rows, error) {
	content, err := r.files.Open(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	list, err := sheet.Open(&anywhere{r: content}, f.Size)
	if err != nil {
		return nil, nil, err
	}
	rows, err := list.Rows()
	return list, rows, err
}

// anywhere reads a file at any place.
type anywhere struct {
	mu sync.Mutex
	r  *file.Reader
}

func (x *anywhere) ReadAt(b []byte, at int64) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, err := x.r.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(x.r, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// onImport takes a step on an import of the actor's own.
func (r *Room) onImport(ctx context.Context, a access.Actor, id db.ID, step string, version int64, in any, take func(tx *op.Tx, i Import) (Import, error)) (Import, error) {
	return op.Do(ctx, r.run, a, "import."+step+" "+id.String(), in, func(tx *op.Tx) (Import, error) {
		i, err := holdImport(tx, id)
		if err == nil && i.Owner != a.ID {
			err = fault.NotFound()
		}
		if err == nil {
			err = flow.Fresh(i, version)
		}
		if err != nil {
			return i, err
		}
		return take(tx, i)
	})
}

// CheckImport has the list looked through: what each row says, what is wrong
// with it, and who may be there already. What was decided before is forgotten.
func (r *Room) CheckImport(ctx context.Context, a access.Actor, id db.ID, in CheckInput) (Import, error) {
	return r.onImport(ctx, a, id, "check", in.Version, in, func(tx *op.Tx, i Import) (Import, error) {
		l, err := r.layoutOf(i)
		if err != nil {
			return i, err
		}
		if err := in.validate(l, tx.Now().Date(calendar.Zone(ctx))); err != nil {
			return i, err
		}
		l.Fields, l.Bare = in.Fields, in.Bare
		sealed, err := r.sealLayout(l)
		if err != nil {
			return i, err
		}
		return r.begin(tx, i, "check", func(i *Import) {
			i.Layout, i.HouseholdKind, i.On, i.Trouble = sealed, in.HouseholdKind, in.On, ""
			i.Counts = db.AsJSON(Counts{})
		})
	})
}

// begin takes a step and queues the work that follows.
func (r *Room) begin(tx *op.Tx, i Import, step string, edit func(*Import)) (Import, error) {
	work, err := jobs.Queue(tx, jobs.Job{Kind: importJob, Key: i.ID.String(), Payload: importWork{i.ID}, RunAt: tx.Now(), Owner: i.Owner})
	if err != nil {
		return i, err
	}
	return flow.Touch(tx, ImportFlow, step, i, func(i *Import) {
		edit(i)
		i.Work = work
	})
}

// DecideRows says what is to become of rows.
func (r *Room) DecideRows(ctx context.Context, a access.Actor, id db.ID, in DecideInput) (Import, error) {
	if err := in.validate(); err != nil {
		return Import{}, err
	}
	return r.onImport(ctx, a, id, "decide", in.Version, in, func(tx *op.Tx, i Import) (Import, error) {
		if err := r.mayBe(tx, a, id, in); err != nil {
			return i, err
		}
		n, err := decideRows(tx, id, in)
		if err != nil {
			return i, err
		}
		if !in.All && n < int64(len(in.Rows)) {
			return i, fault.Conflict("people.fault.import_undecidable")
		}
		counts, err := countImportRows(tx, id)
		if err != nil {
			return i, err
		}
		return flow.Touch(tx, ImportFlow, "decide", i, func(i *Import) { i.Counts = db.AsJSON(counts) })
	})
}

// mayBe refuses to make a row the same as somebody whom the actor may not open,
// or who was not found for it.
func (r *Room) mayBe(tx *op.Tx, a access.Actor, id db.ID, in DecideInput) error {
	if s := in.state(); in.All || s != rowSame && s != rowFill {
		return nil
	}
	rows, err := importRowsAt(tx, id, in.Rows)
	if err != nil {
		return err
	}
	var persons []db.ID
	for _, row := range rows {
		who := row.Person
		if !in.Person.IsZero() {
			d, err := r.draftOf(row)
			if err != nil {
				return err
			}
			if who = in.Person; who != row.Person && !slices.ContainsFunc(d.Alike, func(x RowAlike) bool { return x.Person == who }) {
				return fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.bad_choice"})
			}
			if err := nameRow(tx, id, row.Position, who); err != nil {
				return err
			}
		}
		persons = append(persons, who)
	}
	open, err := openAmong(tx, a, tx.Now(), persons)
	if err != nil {
		return err
	}
	for _, p := range persons {
		if _, ok := open[p]; !ok {
			return fault.Conflict("people.fault.import_unseen")
		}
	}
	return nil
}

// StartImport makes what the rows say. All that may be somebody already must
// have been decided; a file that was brought before wants to be said so.
func (r *Room) StartImport(ctx context.Context, a access.Actor, id db.ID, in StartInput) (Import, error) {
	return r.onImport(ctx, a, id, "start", in.Version, in, func(tx *op.Tx, i Import) (Import, error) {
		counts, err := countImportRows(tx, id)
		switch {
		case err != nil:
			return i, err
		case counts[rowDouble] > 0:
			return i, fault.Conflict("people.fault.import_undecided")
		case counts.Of(rowPending...) == 0:
			return i, fault.Conflict("people.fault.import_nothing")
		}
		if !in.Again {
			if _, was, err := sameFile(tx, i.Digest, i.ID); err != nil || was {
				if was {
					err = fault.Conflict("people.fault.import_again")
				}
				return i, err
			}
		}
		return r.begin(tx, i, "start", func(i *Import) { i.Counts = db.AsJSON(counts) })
	})
}

// ResumeImport has work that died taken up where it ended.
func (r *Room) ResumeImport(ctx context.Context, a access.Actor, id db.ID, in ImportInput) (Import, error) {
	return r.onImport(ctx, a, id, "resume", in.Version, in, func(tx *op.Tx, i Import) (Import, error) {
		return r.begin(tx, i, "resume", func(*Import) {})
	})
}

// CancelImport stops it. Who was made already stays.
func (r *Room) CancelImport(ctx context.Context, a access.Actor, id db.ID, in ImportInput) (Import, error) {
	return r.onImport(ctx, a, id, "cancel", in.Version, in, func(tx *op.Tx, i Import) (Import, error) {
		return r.end(tx, i, "cancel")
	})
}

// end closes an import with what became of its rows, and stops its work.
func (r *Room) end(tx *op.Tx, i Import, step string) (Import, error) {
	counts, err := countImportRows(tx, i.ID)
	if err != nil {
		return i, err
	}
	if i.Working() && step == "cancel" {
		if err := jobs.Cancel(tx, i.Work, tx.Now()); err != nil && !errors.Is(err, fault.KindConflict) {
			return i, err
		}
	}
	return flow.Take(tx, ImportFlow, step, i, func(i *Import) {
		i.Counts, i.EndedAt = db.AsJSON(counts), tx.Now()
	})
}
