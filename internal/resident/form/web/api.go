package web

import (
	"context"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

var (
	forms     = door.Resource{Name: "forms", Doc: "Question sets, version by version"}
	responses = door.Resource{Name: "form-responses", Doc: "Answers to a version of a form"}
)

func mountAPI(d *door.Router, room *form.Room) {
	x := api{room}
	door.List(d, forms, readers, x.list)
	door.Get(d, forms, readers, x.get)
	door.Create(d, forms, editors, x.create)
	door.Patch(d, forms, editors, x.patch)
	door.Step(d, forms, "publish", editors, x.publish)
	door.Step(d, forms, "retire", editors, x.retire)
	door.List(d, responses, askers, x.responses)
	door.Get(d, responses, readers, x.response)
	door.Create(d, responses, askers, x.begin)
	door.Step(d, responses, "save", askers, x.save)
	door.Step(d, responses, "complete", askers, x.complete)
	door.Step(d, responses, "amend", askers, x.amend)
	door.Step(d, responses, "cancel", askers, x.cancel)
}

type api struct{ room *form.Room }

type formOut struct {
	ID             db.ID           `json:"id"`
	Status         string          `json:"status"`
	Version        int64           `json:"version"`
	Actions        []string        `json:"actions"`
	Key            string          `json:"key"`
	Edition        int64           `json:"edition"`
	Title          text.Pair       `json:"title"`
	Purpose        string          `json:"purpose"`
	ProtectedClass string          `json:"protected_class,omitempty"`
	Definition     form.Definition `json:"definition"`
	PublishedAt    calendar.Time   `json:"published_at"`
}

func outOf(a access.Actor, f form.Form) formOut {
	return formOut{f.ID, f.Status, f.Version, form.Flow.Free(a, f), f.Key, f.Edition, f.Title, f.Purpose, f.ProtectedClass, f.Definition.V, f.PublishedAt}
}

func (x api) list(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[formOut], error) {
	var out door.Items[formOut]
	key, edition, err := cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.List(ctx, a, key, edition, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		last := list[q.Limit-1]
		out.Next = last.Key + ":" + strconv.FormatInt(last.Edition, 10)
	}
	for _, f := range list {
		out.Items = append(out.Items, outOf(a, f))
	}
	return out, err
}

func cursor(s string) (key string, edition int64, err error) {
	if s == "" {
		return "", 0, nil
	}
	key, number, _ := strings.Cut(s, ":")
	if edition, err = strconv.ParseInt(number, 10, 64); err != nil {
		return "", 0, fault.Invalid(fault.Field{Pointer: "/cursor", Key: "fault.bad_choice"})
	}
	return key, edition, nil
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (formOut, error) {
	f, _, err := x.room.Get(ctx, a, id)
	return outOf(a, f), err
}

func (x api) create(ctx context.Context, a access.Actor, in form.FormInput) (formOut, error) {
	f, err := x.room.Create(ctx, a, in)
	return outOf(a, f), err
}

// formPatch is a merge patch: what is not sent stays.
type formPatch struct {
	Title          *text.Pair       `json:"title,omitempty"`
	Purpose        *string          `json:"purpose,omitempty"`
	ProtectedClass *string          `json:"protected_class,omitempty"`
	Definition     *form.Definition `json:"definition,omitempty"`
	Version        int64            `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in formPatch) (formOut, error) {
	f, _, err := x.room.Get(ctx, a, id)
	if err != nil {
		return formOut{}, err
	}
	edit := form.FormInput{Key: f.Key, Title: f.Title, Purpose: f.Purpose, ProtectedClass: f.ProtectedClass, Definition: f.Definition.V, Version: in.Version}
	set(&edit.Title, in.Title)
	set(&edit.Purpose, in.Purpose)
	set(&edit.ProtectedClass, in.ProtectedClass)
	set(&edit.Definition, in.Definition)
	f, err = x.room.Edit(ctx, a, id, edit)
	return outOf(a, f), err
}

type stepIn struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

func (x api) publish(ctx context.Context, a access.Actor, id db.ID, in stepIn) (formOut, error) {
	f, err := x.room.Publish(ctx, a, id, in.Version)
	return outOf(a, f), err
}

func (x api) retire(ctx context.Context, a access.Actor, id db.ID, in stepIn) (formOut, error) {
	f, err := x.room.Retire(ctx, a, id, in.Version)
	return outOf(a, f), err
}

type responseOut struct {
	ID          db.ID          `json:"id"`
	Status      string         `json:"status"`
	Version     int64          `json:"version"`
	Actions     []string       `json:"actions"`
	Form        db.ID          `json:"form_id"`
	FormKey     string         `json:"form_key"`
	Person      db.ID          `json:"person_id"`
	Answers     map[string]any `json:"answers"`
	Score       string         `json:"score,omitempty"`
	Band        string         `json:"band,omitempty"`
	CompletedAt calendar.Time  `json:"completed_at"`
}

func responseOf(a access.Actor, r form.Response) responseOut {
	out := responseOut{r.ID, r.Status, r.Version, []string{}, r.Form, r.FormKey, r.Person, form.Plain(r.Answers.V), r.Score, r.Band, r.CompletedAt}
	if r.OwnerKind == "" {
		out.Actions = form.ResponseFlow.Free(a, r)
	}
	return out
}

type responseQuery struct {
	door.Paging
	Person db.ID `json:"person_id" doc:"Whom the answers are about; required"`
}

func (x api) responses(ctx context.Context, a access.Actor, q responseQuery) (door.Items[responseOut], error) {
	var out door.Items[responseOut]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	if q.Person.IsZero() {
		return out, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	list, err := x.room.ResponsesOf(ctx, a, q.Person, before, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, r := range list {
		out.Items = append(out.Items, responseOf(a, r))
	}
	return out, err
}

func (x api) response(ctx context.Context, a access.Actor, id db.ID) (responseOut, error) {
	got, err := x.room.GetResponse(ctx, a, id)
	return responseOf(a, got.Response), err
}

func (x api) begin(ctx context.Context, a access.Actor, in form.BeginInput) (responseOut, error) {
	r, err := x.room.Begin(ctx, a, in)
	return responseOf(a, r), err
}

func (x api) save(ctx context.Context, a access.Actor, id db.ID, in form.Fill) (responseOut, error) {
	r, err := x.room.Save(ctx, a, id, in)
	return responseOf(a, r), err
}

func (x api) complete(ctx context.Context, a access.Actor, id db.ID, in stepIn) (responseOut, error) {
	r, err := x.room.Complete(ctx, a, id, in.Version)
	return responseOf(a, r), err
}

func (x api) amend(ctx context.Context, a access.Actor, id db.ID, in form.AmendInput) (responseOut, error) {
	r, err := x.room.Amend(ctx, a, id, in)
	return responseOf(a, r), err
}

func (x api) cancel(ctx context.Context, a access.Actor, id db.ID, in stepIn) (responseOut, error) {
	r, err := x.room.Cancel(ctx, a, id, in.Version, in.Reason)
	return responseOf(a, r), err
}
