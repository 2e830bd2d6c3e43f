package people

import (
	"context"
	"errors"
	"io"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/resident/people/sheet"
)

// WeighBrought is the work that follows the event person.brought.
const WeighBrought = "people.weigh_brought"

// atOnce is how many rows are looked through, or made, in one transaction.
const atOnce = 200

// keepRows is how long a list and its rows are kept after they were last
// touched: long enough to come back to them and to mend what failed. The counts
// stay, and who came of it.
const keepRows = 30 * 24 * time.Hour

// ImportKind is the job that looks a list through and makes what it says.
func (r *Room) ImportKind() jobs.Kind {
	return jobs.Kind{Name: importJob, Long: true, Run: jobs.On(func(ctx context.Context, job jobs.Claimed, w importWork) error {
		return r.workImport(ctx, job, w.Import)
	})}
}

// ImportWork are all jobs that lists need.
func (r *Room) ImportWork() []jobs.Kind {
	return []jobs.Kind{
		r.ImportKind(),
		{Name: WeighBrought, Long: true, Run: jobs.On(func(ctx context.Context, _ jobs.Claimed, e struct {
			Detail []db.ID `json:"detail"`
		}) error {
			return r.WeighBrought(ctx, e.Detail)
		})},
		{Name: "people.import_erase", Periodic: jobs.Every(time.Hour), Run: func(ctx context.Context, _ jobs.Claimed) error { return r.EraseImports(ctx) }},
	}
}

// WeighBrought compares persons whom an import brought with everybody who shares
// a key, as if each had been registered by itself.
func (r *Room) WeighBrought(ctx context.Context, persons []db.ID) error {
	for _, id := range persons {
		if err := r.Weigh(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// workImport does what an import waits for, on behalf of who brought it.
func (r *Room) workImport(ctx context.Context, job jobs.Claimed, id db.ID) error {
	var i Import
	if err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		i, err = db.One[Import](q, selectImport+"id = ?", id)
		return err
	}); err != nil {
		return err
	}
	if !i.Working() {
		return nil
	}
	a, err := r.ActorOf(ctx, i.Owner)
	switch {
	case errors.Is(err, fault.KindNotFound) || err == nil && !a.Is(importers...):
		return r.abandon(ctx, job, id)
	case err != nil:
		return err
	}
	if i.Status == "running" {
		return r.runImport(ctx, job, a, i)
	}
	err = r.checkImport(ctx, job, a, i)
	if f, ok := fault.As(err); ok && !f.Kind.Ours() && len(f.Fields) > 0 {
		return r.troubled(ctx, job, id, f.Fields[0].Key)
	}
	return err
}

// abandon ends an import whose owner may act no more.
func (r *Room) abandon(ctx context.Context, job jobs.Claimed, id db.ID) error {
	return r.bySystem(ctx, id, func(tx *op.Tx, i Import) error {
		if i.Working() {
			if _, err := r.end(tx, i, "cancel"); err != nil {
				return err
			}
		}
		return job.Finish(tx)
	})
}

// troubled gives a list back whose file cannot be read to its end.
func (r *Room) troubled(ctx context.Context, job jobs.Claimed, id db.ID, key string) error {
	return r.bySystem(ctx, id, func(tx *op.Tx, i Import) error {
		if _, err := flow.Take(tx, ImportFlow, "fail", i, func(i *Import) { i.Trouble = key }); err != nil {
			return err
		}
		return job.Finish(tx)
	})
}

func (r *Room) bySystem(ctx context.Context, id db.ID, do func(tx *op.Tx, i Import) error) error {
	_, err := op.Do(ctx, r.run, access.TheSystem(), "import.work", nil, func(tx *op.Tx) (struct{}, error) {
		i, err := holdImport(tx, id)
		if err == nil {
			err = do(tx, i)
		}
		return struct{}{}, err
	})
	return err
}

// progress is the bookmark of looking a list through.
type progress struct {
	Line int64 `json:"line"` // the last whose row is stored
	Rows int64 `json:"rows"`
}

// checkImport looks a list through: each lot of rows is stored in one
// transaction with the bookmark, so that it goes on where it ended.
func (r *Room) checkImport(ctx context.Context, job jobs.Claimed, a access.Actor, i Import) error {
	layout, err := r.layoutOf(i)
	if err != nil {
		return err
	}
	var f file.File
	if err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		f, err = r.files.Get(q, i.File, i.holder())
		return err
	}); err != nil {
		return err
	}
	_, rows, err := r.openList(ctx, f)
	if err != nil {
		return err
	}
	var at progress
	if on, err := job.Bookmark(&at); err != nil || !on {
		if err == nil {
			err = r.forgetRows(ctx, i.ID)
		}
		if err != nil {
			return err
		}
	}
	c := &checking{room: r, job: job, actor: a, imp: i, reading: newReading(layout, r.today(ctx)), at: at}
	if err := c.walk(ctx, rows); err != nil {
		return err
	}
	return c.finish(ctx)
}

// forgetRows takes out what an earlier look found.
func (r *Room) forgetRows(ctx context.Context, id db.ID) error {
	for {
		var gone int64
		err := r.bySystem(ctx, id, func(tx *op.Tx, i Import) (err error) {
			if i.Status == "running" {
				return fault.Conflict("flow.not_now")
			}
			gone, err = eraseImportRows(tx, id)
			return err
		})
		if err != nil || gone == 0 {
			return err
		}
	}
}

// checking is a list on its way.
type checking struct {
	room    *Room
	job     jobs.Claimed
	actor   access.Actor
	imp     Import
	reading *listReading
	at      progress
	lot     []checked
}

type checked struct {
	ImportRow
	draft Draft
	blind []byte // of its number
}

func (c *checking) walk(ctx context.Context, rows sheet.Rows) error {
	for first := true; ; first = false {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return c.store(ctx)
		}
		if err != nil {
			return err
		}
		if first && !c.reading.layout.Bare {
			continue
		}
		d := c.reading.draft(row) // also of rows that are stored: later ones are compared with them
		if int64(row.Line) <= c.at.Line {
			continue
		}
		c.lot = append(c.lot, checked{ImportRow: ImportRow{Import: c.imp.ID, Position: int64(row.Line)}, draft: d})
		if len(c.lot) == atOnce {
			if err := c.store(ctx); err != nil {
				return err
			}
		}
	}
}

// store judges a lot and keeps it.
func (c *checking) store(ctx context.Context) error {
	if len(c.lot) == 0 {
		return nil
	}
	if err := c.room.run.Read(ctx, func(q *db.Reader) error { return c.judge(q) }); err != nil {
		return err
	}
	rows := make([]ImportRow, len(c.lot))
	for n, x := range c.lot {
		sealed, err := c.room.sealDraft(x.draft)
		if err != nil {
			return err
		}
		x.Sealed = sealed
		rows[n] = x.ImportRow
	}
	at := progress{c.lot[len(c.lot)-1].Position, c.at.Rows + int64(len(rows))}
	err := c.room.bySystem(ctx, c.imp.ID, func(tx *op.Tx, i Import) error {
		if err := c.job.Advance(tx, at.Rows, 0, at); err != nil {
			return err
		}
		if i.Status != "checking" {
			return jobs.ErrCancelled
		}
		return db.Insert(tx, "import_row", rows...)
	})
	c.at, c.lot = at, c.lot[:0]
	return err
}

// judge says of each row of a lot what is to become of it as far as nobody says
// otherwise. Whom the actor may not know of is not told; when the row is made,
// they are found for those who may know.
func (c *checking) judge(q db.Q) error {
	r := c.room
	var blinds [][]byte
	for n := range c.lot {
		x := &c.lot[n]
		x.State = rowReady
		if x.draft.Household != "" {
			x.Kin = r.run.Vault.Blind("import household", c.imp.ID.String()+" "+x.draft.Household)
		}
		if x.draft.Number != "" {
			x.blind = r.run.Vault.Blind("identifier agency", x.draft.Number)
			blinds = append(blinds, x.blind)
		}
	}
	numbers, err := withNumbers(q, blinds)
	if err != nil {
		return err
	}
	var holders []db.ID
	for _, id := range numbers {
		holders = append(holders, id)
	}
	open, err := openAmong(q, c.actor, r.run.Now(), holders)
	if err != nil {
		return err
	}
	n, err := r.persons(q)
	if err != nil {
		return err
	}
	for i := range c.lot {
		x := &c.lot[i]
		holder, taken := numbers[string(x.blind)]
		_, may := open[holder]
		switch {
		case len(x.draft.Faults) > 0:
			x.State = rowFault
		case x.blind != nil && taken && may:
			x.State, x.Person = rowSame, holder
		case x.blind != nil && taken:
			x.State = rowFault
			x.draft.Faults = []RowFault{{Column: c.reading.layout.field("number"), Text: inBoth("people.fault.identifier_known", nil)}}
		default:
			if err := c.compare(q, x, search.Threshold(n)-asked); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare looks for whom the row may be about already.
func (c *checking) compare(q db.Q, x *checked, least float64) error {
	var p Person
	in := x.draft.Person
	in.copyTo(&p)
	t := Traits(p, in.names(db.ID{}), in.contacts(db.ID{}), in.addresses(db.ID{}), c.reading.today)
	found, err := resembling(q, t, findable(c.actor, c.room.run.Now()), least, c.reading.today)
	if err != nil {
		return err
	}
	for _, l := range found[:min(len(found), maxAlike)] {
		like := RowAlike{Person: l.Card.ID, Score: int(l.Weight)}
		for _, reason := range l.Reasons {
			like.Reasons = append(like.Reasons, reason.Key)
		}
		x.draft.Alike = append(x.draft.Alike, like)
	}
	if len(x.draft.Alike) > 0 {
		x.Person = x.draft.Alike[0].Person
	}
	if len(x.draft.Alike) > 0 || x.draft.Twin > 0 {
		x.State = rowDouble
	}
	return nil
}

func (c *checking) finish(ctx context.Context) error {
	if err := c.room.bySystem(ctx, c.imp.ID, func(tx *op.Tx, i Import) error {
		counts, err := countImportRows(tx, i.ID)
		if err != nil {
			return err
		}
		if _, err := flow.Take(tx, ImportFlow, "checked", i, func(i *Import) { i.Counts = db.AsJSON(counts) }); err != nil {
			return err
		}
		return c.job.Finish(tx)
	}); err != nil {
		return err
	}
	return c.room.run.Reads.Note(ctx, c.actor, "searched", "person", db.ID{}, "")
}

// EraseImports takes out lists and rows that were kept long enough. One that
// was never started is cancelled by that.
func (r *Room) EraseImports(ctx context.Context) error {
	var due []db.ID
	before := r.run.Now().Add(-keepRows)
	if err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		due, err = overdueImports(q, before, 100)
		return err
	}); err != nil {
		return err
	}
	for _, id := range due {
		if err := r.eraseImport(ctx, id, before); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) eraseImport(ctx context.Context, id db.ID, before calendar.Time) error {
	for more := true; more; {
		if err := r.bySystem(ctx, id, func(tx *op.Tx, i Import) (err error) {
			if more = false; i.Working() || i.ErasedAt > 0 || i.UpdatedAt >= before && !i.Ended() {
				return nil
			}
			if !i.Ended() {
				if i, err = r.end(tx, i, "cancel"); err != nil {
					return err
				}
			}
			gone, err := eraseImportRows(tx, id)
			if more = gone > 0; err != nil || more {
				return err
			}
			if err := r.files.Release(tx, i.File, i.holder()); err != nil {
				return err
			}
			_, err = flow.Take(tx, ImportFlow, "erase", i, func(i *Import) {
				i.File, i.Layout, i.ErasedAt = db.ID{}, nil, tx.Now()
			})
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
