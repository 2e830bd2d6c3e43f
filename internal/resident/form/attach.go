package form

import (
	"context"
	"io"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
)

// A question of the kind file is answered by papers and photographs. They are
// held by the response, in progress or completed, and given out through it
// alone; its answer is their ids, so that what was signed covers them too.

// Attachment is a file that answers a question.
type Attachment struct {
	File      db.ID  `json:"file"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"` // bytes
}

// maxAttached is how many files one question takes.
const maxAttached = 10

// attachable are papers and photographs of them.
var attachable = []string{"application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"}

func holder(id db.ID) file.Owner { return file.Owner{Kind: "form_response", ID: id} }

// AttachInput attaches a file that the actor has uploaded.
type AttachInput struct {
	Question string `json:"question"`
	File     db.ID  `json:"file_id"`
	Version  int64  `json:"version"`
	// Came is the file where it came with the very request: sent once more, it is
	// another file with the same in it, and the same request.
	Came file.File `json:"-"`
}

// sent is what was sent, for telling a request that comes again.
func (in AttachInput) sent() any {
	if in.Came.ID.IsZero() {
		return in
	}
	in.File = db.ID{}
	return upload{in, in.Came.Name, in.Came.Digest}
}

// upload is what was sent with a file, known by what is in it.
type upload struct {
	Input  any
	Name   string
	Digest []byte
}

// Upload takes a paper or photograph in; it is the actor's own until it is
// attached.
func (r *Room) Upload(ctx context.Context, a access.Actor, name, claims string, in io.Reader) (file.File, error) {
	if !a.Known() {
		return file.File{}, fault.SignIn()
	}
	return r.Files.Take(ctx, in, file.Upload{By: a.ID, Name: name, Claims: claims, Accept: attachable, Strict: true})
}

// Attach adds a file to the answer of a question of a response in progress.
func (r *Room) Attach(ctx context.Context, a access.Actor, id db.ID, in AttachInput) (Response, error) {
	return r.aside(ctx, a, "attach", id, in.Version, in.sent(), func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		if _, err := ready.ofKind(in.Question, "file"); err != nil {
			return res, err
		}
		if len(res.Attached.V[in.Question]) >= maxAttached {
			return res, fault.Invalid(fault.Field{Pointer: "/file", Key: "form.fault.attached", Args: map[string]any{"max": maxAttached}})
		}
		f, err := r.take(tx, res, in.File)
		if err != nil {
			return res, err
		}
		return flow.Touch(tx, ResponseFlow, "attach", res, func(r *Response) {
			r.hold(in.Question, append(slices.Clone(r.Attached.V[in.Question]), Attachment{f.ID, f.Name, f.MediaType, f.Size}))
		})
	})
}

// take makes a paper or photograph that the actor has uploaded the response's.
func (r *Room) take(tx *op.Tx, res Response, id db.ID) (file.File, error) {
	wrong := fault.Invalid(fault.Field{Pointer: "/file_id", Key: "fault.bad_choice"})
	f, err := r.Files.Loose(tx, id, tx.Actor().ID)
	if err == nil && !slices.Contains(attachable, f.MediaType) {
		err = wrong
	}
	if err == nil {
		err = r.Files.Attach(tx, f.ID, tx.Actor().ID, holder(res.ID))
	}
	if fl, ok := fault.As(err); ok && fl.Kind == fault.KindNotFound {
		err = wrong
	}
	return f, err
}

// Detach takes a file away from a response in progress.
func (r *Room) Detach(ctx context.Context, a access.Actor, id db.ID, in AttachInput) (Response, error) {
	return r.aside(ctx, a, "detach", id, in.Version, in, func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		list := slices.Clone(res.Attached.V[in.Question])
		i := slices.IndexFunc(list, func(x Attachment) bool { return x.File == in.File })
		if i < 0 {
			return res, fault.NotFound()
		}
		if err := r.Files.Release(tx, in.File, holder(res.ID)); err != nil {
			return res, err
		}
		return flow.Touch(tx, ResponseFlow, "detach", res, func(r *Response) { r.hold(in.Question, slices.Delete(list, i, i+1)) })
	})
}

// hold sets the files of a question, and with them its answer.
func (r *Response) hold(question string, list []Attachment) {
	attached, answers := map[string][]Attachment{}, rule.Facts{}
	for key, x := range r.Attached.V {
		attached[key] = x
	}
	for key, v := range r.Answers.V {
		answers[key] = v
	}
	attached[question] = list
	var ids []string
	for _, x := range list {
		ids = append(ids, x.File.String())
	}
	answers[question] = rule.Texts(ids...)
	if len(list) == 0 {
		delete(attached, question)
		delete(answers, question)
	}
	r.Attached, r.Answers = db.AsJSON(attached), db.AsJSON(answers)
}

// ofKind gives a question of a kind, or not found.
func (r *Ready) ofKind(key, kind string) (Question, error) {
	q, ok := r.Find(key)
	if !ok || q.Kind != kind {
		return q, fault.NotFound()
	}
	return q, nil
}

// aside runs a deed of a response that changes nothing that was typed: it may
// belong to another record, which its root lets the actor see.
func (r *Room) aside(ctx context.Context, a access.Actor, step string, id db.ID, version int64, in any, do func(tx *op.Tx, res Response, ready *Ready) (Response, error)) (Response, error) {
	return op.Do(ctx, r.run, a, "form_response."+step+" "+id.String(), in, func(tx *op.Tx) (Response, error) {
		out, err := answered(tx, a, tx.Now(), id)
		if err == nil {
			err = flow.Fresh(out.Response, version)
		}
		if err != nil {
			return out.Response, err
		}
		ready, err := out.Form.Ready()
		if err != nil {
			return out.Response, err
		}
		return do(tx, out.Response, ready)
	})
}

// OpenFile gives a file of a response to who sees the response.
func (r *Room) OpenFile(ctx context.Context, a access.Actor, id, of db.ID) (f file.File, content *file.Reader, err error) {
	var res Response
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if res, err = loadResponse(q, a, r.run.Now(), id); err != nil {
			return err
		}
		f, err = r.Files.Get(q, of, holder(id))
		return err
	})
	if err == nil {
		err = r.run.Reads.Note(ctx, a, "opened", res.RootKind, res.Root, "form_response")
	}
	if err != nil {
		return f, nil, err
	}
	content, err = r.Files.Open(ctx, f)
	return f, content, err
}
