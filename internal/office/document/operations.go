package document

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

// Create asks for a document, or adds one that came with its file.
func (r *Room) Create(ctx context.Context, a access.Actor, in Input) (Document, error) {
	if err := in.Validate(); err != nil {
		return Document{}, err
	}
	return r.create(ctx, a, in, in)
}

// CreateWith is Create with a file that was just taken in: sent again, the same
// file makes no second document.
func (r *Room) CreateWith(ctx context.Context, a access.Actor, in Input, f file.File) (Document, error) {
	sent := in
	in.File = f.ID
	if err := in.Validate(); err != nil {
		return Document{}, err
	}
	return r.create(ctx, a, in, []any{sent, f.Name, f.Digest})
}

func (r *Room) create(ctx context.Context, a access.Actor, in Input, sent any) (Document, error) {
	return op.Do(ctx, r.run, a, "document.create", sent, func(tx *op.Tx) (Document, error) {
		if err := r.ownerSeen(tx, a, in.OwnerKind, in.Owner); err != nil {
			return Document{}, err
		}
		return r.Add(tx, in)
	})
}

// Ask asks for several papers of a record at once.
func (r *Room) Ask(ctx context.Context, a access.Actor, in AskInput) ([]Document, error) {
	kinds, err := r.Kinds(ctx)
	if err != nil {
		return nil, err
	}
	labels := map[string]text.Pair{}
	for _, k := range kinds {
		labels[k.Key] = k.Label
	}
	asked, err := in.each(labels)
	if err != nil {
		return nil, err
	}
	return op.Do(ctx, r.run, a, "document.ask", in, func(tx *op.Tx) ([]Document, error) {
		if err := r.ownerSeen(tx, a, in.OwnerKind, in.Owner); err != nil {
			return nil, err
		}
		if err := r.checkPerson(tx, &asked[0]); err != nil { // all are of one person
			return nil, err
		}
		list := make([]Document, len(asked))
		for i, x := range asked {
			x.Person = asked[0].Person
			list[i] = x.document()
		}
		out, err := flow.CreateAll(tx, Flow, "request", list)
		for _, d := range out {
			tx.Tell(op.Event{Name: "document.request", Entity: "document", Record: d.ID, Root: d.Owner})
		}
		return out, err
	})
}

// Kinds are the kinds of paper that can be asked for: the agency's code list
// document_kind.
func (r *Room) Kinds(ctx context.Context) (out []agency.Code, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = agency.Codes(q, "document_kind", false)
		return err
	})
	return out, err
}

// Add is Create inside another operation, which has checked the owner.
func (r *Room) Add(tx *op.Tx, in Input) (Document, error) {
	if err := in.Validate(); err != nil {
		return Document{}, err
	}
	step := "request"
	if !in.File.IsZero() {
		step = "add"
		if _, err := r.files.Loose(tx, in.File, tx.Actor().ID); err != nil {
			return Document{}, noFile(err)
		}
	}
	if err := r.checkPerson(tx, &in); err != nil {
		return Document{}, err
	}
	d, err := flow.Create(tx, Flow, step, in.document())
	if err != nil {
		return d, err
	}
	if !in.File.IsZero() {
		if err := r.attach(tx, d.ID, in.File); err != nil {
			return d, err
		}
	}
	tx.Tell(op.Event{Name: "document." + step, Entity: "document", Record: d.ID, Root: d.Owner})
	return d, nil
}

// document is what the input asks for, or adds.
func (in Input) document() Document {
	return Document{
		Title: in.Title, TitleEN: in.TitleEN, Kind: in.Kind, OwnerKind: in.OwnerKind, Owner: in.Owner, File: in.File, Due: in.Due, Required: in.Required, Note: in.Note, Part: in.Part,
		Instruction: in.Instruction, Until: in.Until, Person: in.Person, Shown: in.Shown,
	}
}

// checkPerson holds what a paper says of whom it concerns against its record:
// a person's own paper is theirs, any other's somebody whom the record knows.
func (r *Room) checkPerson(q db.Q, in *Input) error {
	if in.OwnerKind == "person" && in.Person.IsZero() {
		in.Person = in.Owner
	}
	if in.Person.IsZero() {
		return nil
	}
	list, err := r.concerned(q, in.OwnerKind, in.Owner)
	if err == nil && !slices.ContainsFunc(list, func(p Person) bool { return p.ID == in.Person }) {
		err = fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.bad_choice"})
	}
	return err
}

func (r *Room) concerned(q db.Q, kind string, owner db.ID) ([]Person, error) {
	if of := r.Concerned[kind]; of != nil {
		return of(q, owner)
	}
	return nil, nil
}

// People lists whom the papers of a record that the actor sees can concern.
func (r *Room) People(ctx context.Context, a access.Actor, kind string, owner db.ID) (out []Person, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := r.ownerSeen(q, a, kind, owner); err != nil {
			return err
		}
		out, err = r.concerned(q, kind, owner)
		return err
	})
	return out, err
}

// Office is what the agency says of itself on what it hands out.
func (r *Room) Office(ctx context.Context) (s agency.Settings, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		s, err = agency.LoadSettings(q)
		return err
	})
	return s, err
}

// Bring is Add for a file that another record holds until now, such as a draft
// that was sent. Where a paper of the same kind was asked for of the same part
// of the record and has not come, or was rejected, this is it.
func (r *Room) Bring(tx *op.Tx, in Input, from file.Owner) (Document, error) {
	if err := in.Validate(); err != nil {
		return Document{}, err
	}
	all, err := Of(tx, in.OwnerKind, in.Owner)
	if err != nil {
		return Document{}, err
	}
	at := slices.IndexFunc(all, func(d Document) bool {
		return d.Kind == in.Kind && d.Part == in.Part && d.Waited()
	})
	var d Document
	step := "add"
	if at >= 0 {
		step = "receive"
		d, err = flow.Take(tx, Flow, step, all[at], func(d *Document) { d.File = in.File })
	} else {
		d, err = flow.Create(tx, Flow, step, Document{Title: in.Title, TitleEN: in.TitleEN, Kind: in.Kind, OwnerKind: in.OwnerKind, Owner: in.Owner, File: in.File,
			Required: in.Required, Note: in.Note, Part: in.Part})
	}
	if err == nil {
		err = noFile(r.files.Share(tx, in.File, from, holder(d.ID)))
	}
	if err == nil {
		err = r.files.Release(tx, in.File, from)
	}
	if err != nil {
		return d, err
	}
	tx.Tell(op.Event{Name: "document." + step, Entity: "document", Record: d.ID, Root: d.Owner})
	return d, nil
}

// Lend puts a paper of one record among those of another, which has it from
// then on by itself; the caller has checked both.
func (r *Room) Lend(tx *op.Tx, d Document, ownerKind string, owner db.ID) (Document, error) {
	lent, err := flow.Create(tx, Flow, "add", Document{Title: d.Title, TitleEN: d.TitleEN, Kind: d.Kind, OwnerKind: ownerKind, Owner: owner, File: d.File, Note: d.Note})
	if err == nil {
		err = noFile(r.files.Share(tx, d.File, holder(d.ID), holder(lent.ID)))
	}
	if err == nil {
		tx.Tell(op.Event{Name: "document.add", Entity: "document", Record: lent.ID, Root: owner})
	}
	return lent, err
}

// paperTypes are what residents, and whoever has no sign-in, may send: papers and photographs of them.
var paperTypes = []string{"application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"}

// MostPaper is the largest file that residents, and whoever has no sign-in, may send, in
// bytes.
const MostPaper = 10 << 20

// TakeForDraft takes a file in for a draft, which holds it until it is sent.
func (r *Room) TakeForDraft(ctx context.Context, draft db.ID, name, claims string, in io.Reader) (file.File, error) {
	f, err := r.files.Take(ctx, in, file.Upload{By: draft, Name: name, Claims: claims, Accept: paperTypes, Limit: MostPaper, Strict: true})
	if err != nil {
		return f, err
	}
	return f, r.run.Data.Write(ctx, func(tx *db.Tx) error { return r.files.Attach(tx, f.ID, draft, file.DraftOwner(draft)) })
}

func (r *Room) attach(tx *op.Tx, document, id db.ID) error {
	return noFile(r.files.Attach(tx, id, tx.Actor().ID, holder(document)))
}

// held lets a document hold a file beside those that came before, unless it holds one of the same name and content:
// then that is the one meant, as where part of an upload was refused and all of it is sent again.
func (r *Room) held(tx *op.Tx, id *db.ID, document db.ID) (again bool, err error) {
	list, err := r.files.Of(tx, holder(document))
	if err != nil || len(list) == 0 {
		return false, errors.Join(err, r.attach(tx, document, *id))
	}
	if sent, err := r.files.Loose(tx, *id, tx.Actor().ID); err == nil {
		for _, f := range list {
			if f.Name == sent.Name && bytes.Equal(f.Digest, sent.Digest) {
				*id = f.ID
				return true, nil
			}
		}
	}
	return false, r.attach(tx, document, *id)
}

// noFile says of the field what a file that is not there, or not the actor's, is.
func noFile(err error) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
		return fault.Invalid(fault.Field{Pointer: "/file_id", Key: "document.no_file"})
	}
	return err
}

// Step takes receive, add_file, accept, reject, look_again, waive, ask_again or void.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Document, error) {
	return r.step(ctx, a, id, step, in, in)
}

// StepWith is Step with a file that was just taken in: sent again, the same
// file is not taken twice.
func (r *Room) StepWith(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput, f file.File) (Document, error) {
	sent := in
	in.File = f.ID
	return r.step(ctx, a, id, step, in, []any{sent, f.Name, f.Digest})
}

// brings tells whether a step brings a file.
func brings(step string) bool { return step == "receive" || step == "add_file" }

func (r *Room) step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput, sent any) (Document, error) {
	var f fault.Fields
	reason, key, args := text.Line(in.Reason, 500)
	f.Check("/reason", key, args)
	if reason == "" && slices.Contains([]string{"reject", "waive", "void"}, step) {
		f.Add("/reason", "fault.required")
	}
	if brings(step) && in.File.IsZero() {
		f.Add("/file_id", "fault.required")
	}
	if !brings(step) && in.Version == 0 {
		f.Add("/version", "fault.required")
	}
	if in.Until != "" && !in.Until.Valid() {
		f.Add("/valid_until", "fault.date_unreal")
	}
	if err := f.Err(); err != nil {
		return Document{}, err
	}
	return op.Do(ctx, r.run, a, "document."+step, []any{id, sent}, func(tx *op.Tx) (Document, error) {
		d, err := r.seen(tx, a, id)
		if err != nil {
			return d, err
		}
		if in.Version != 0 {
			if err := flow.Fresh(d, in.Version); err != nil {
				return d, err
			}
		}
		if brings(step) {
			again, err := r.held(tx, &in.File, id)
			if err != nil || again && step == "add_file" {
				return d, err
			}
		}
		d, err = flow.Take(tx, Flow, step, d, func(d *Document) {
			d.Reason = ""
			switch step {
			case "receive", "add_file":
				d.File = in.File
			case "reject", "waive":
				d.Reason = reason
			}
			if in.Until != "" {
				d.Until = in.Until
			}
		}, flow.Because(reason))
		if err != nil {
			return d, err
		}
		tx.Tell(op.Event{Name: "document." + step, Entity: "document", Record: id, Root: d.Owner})
		return d, nil
	})
}

// Upload takes a file in; it is the actor's own until a document holds it.
func (r *Room) Upload(ctx context.Context, a access.Actor, name, claims string, in io.Reader) (file.File, error) {
	if !a.Known() {
		return file.File{}, fault.SignIn()
	}
	up := file.Upload{By: a.ID, Name: name, Claims: claims}
	if a.Is(access.Resident) {
		up.Accept, up.Limit, up.Strict = paperTypes, MostPaper, true
	}
	return r.files.Take(ctx, in, up)
}

// Open gives a file of a document, the present one where none is named, to
// those who see the document; who opened which is noted first.
func (r *Room) Open(ctx context.Context, a access.Actor, id, of db.ID) (file.File, *file.Reader, error) {
	var f file.File
	var d Document
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		d, err = r.seen(q, a, id)
		if err != nil {
			return err
		}
		if of.IsZero() {
			of = d.File
		}
		f, err = r.files.Get(q, of, holder(id))
		return err
	})
	if err == nil {
		err = r.run.Reads.Note(ctx, a, "opened", d.OwnerKind, d.Owner, "document "+of.String())
	}
	if err != nil {
		return f, nil, err
	}
	reader, err := r.files.Open(ctx, f)
	return f, reader, err
}

// List lists the documents of a record that the actor sees.
func (r *Room) List(ctx context.Context, a access.Actor, kind string, owner db.ID) (out []Document, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := r.ownerSeen(q, a, kind, owner); err != nil {
			return err
		}
		out, err = Of(q, kind, owner)
		return err
	})
	return out, err
}

// Page lists the documents of a record that the actor sees and that come after
// one, the oldest first.
func (r *Room) Page(ctx context.Context, a access.Actor, kind string, owner, last db.ID, limit int) (out []Document, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := r.ownerSeen(q, a, kind, owner); err != nil {
			return err
		}
		out, err = after(q, kind, owner, last, limit)
		return err
	})
	return out, err
}

// Mine lists what a resident is to see and bring, the newest first.
func (r *Room) Mine(ctx context.Context, a access.Actor) (out []Document, err error) {
	if !a.Is(access.Resident) || a.Person.IsZero() {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = shownOf(q, a.Person)
		return err
	})
	return out, err
}

// Document opens one document.
func (r *Room) Document(ctx context.Context, a access.Actor, id db.ID) (d Document, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		d, err = r.seen(q, a, id)
		return err
	})
	return d, err
}

// Files are the present files of documents that the caller has listed.
func (r *Room) Files(ctx context.Context, list []Document) (out map[db.ID]file.File, err error) {
	var ids []db.ID
	for _, d := range list {
		if !d.File.IsZero() {
			ids = append(ids, d.File)
		}
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = r.files.Known(q, ids...)
		return err
	})
	return out, err
}

// FilesOf are all files that came for a document the caller has opened, the
// newest first.
func (r *Room) FilesOf(ctx context.Context, d Document) (out []file.File, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = r.files.Of(q, holder(d.ID))
		return err
	})
	slices.Reverse(out)
	return out, err
}

// seen loads a document that is the actor's own to see, or whose owner they see.
func (r *Room) seen(q db.Q, a access.Actor, id db.ID) (Document, error) {
	d, err := load(q, id)
	if err != nil {
		return d, err
	}
	if d.shownTo(a) {
		return d, nil
	}
	if err := r.ownerSeen(q, a, d.OwnerKind, d.Owner); err != nil {
		return Document{}, err
	}
	return d, nil
}

func (r *Room) ownerSeen(q db.Q, a access.Actor, kind string, owner db.ID) error {
	see, known := r.Sees[kind]
	if !known {
		return fault.NotFound()
	}
	ok, err := see(q, a, r.run.Now(), owner)
	if err == nil && !ok {
		err = fault.NotFound()
	}
	return err
}

// Today is the day in the agency's zone.
func (r *Room) Today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }
