package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/fhir"
)

var (
	forms     = door.Resource{Name: "forms", Doc: "Question sets, version by version"}
	responses = door.Resource{Name: "form-responses", Doc: "Answers to a version of a form"}
)

func mountAPI(d *door.Router, room *form.Room, base string) {
	x := api{room, base}
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
	door.Step(d, responses, "attach", askers, x.attach)
	door.Step(d, responses, "detach", askers, x.detach)
	door.Step(d, responses, "sign", askers, x.sign)
	door.Step(d, responses, "take_over", askers, x.takeOver)
	door.GetDocument(d, responses, "differences", "application/json", "Where completed answers say otherwise than the person's record, and in which ways it can take them over", askers, x.differences)
	door.GetDocument(d, forms, "fhir", fhir.Media, "A version as FHIR R4 Questionnaire", readers, x.questionnaire)
	door.TakeDocument(d, forms, "fhir", fhir.Media, "Make a draft from a FHIR R4 Questionnaire, with a report of what did not come along", http.StatusCreated, editors, x.take)
	door.TakeDocument(d, forms, "fhir-report", fhir.Media, "What a FHIR R4 Questionnaire would become; nothing is kept", http.StatusOK, editors, x.report)
	door.GetDocument(d, responses, "fhir", fhir.Media, "Answers as FHIR R4 QuestionnaireResponse", readers, x.questionnaireResponse)
	door.StepDocument(d, responses, "fhir", fhir.Media, "Save the answers of a FHIR R4 QuestionnaireResponse, with a report of those that were not taken", askers, x.fill)
}

type api struct {
	room *form.Room
	base string // where the agency is reached
}

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
	// What follows is by question.
	Prefilled  map[string]form.Prefill      `json:"prefilled,omitempty"`
	Attached   map[string][]form.Attachment `json:"attached,omitempty"`
	Signatures map[string]form.Signature    `json:"signatures,omitempty"`
	Taken      map[string]form.Taken        `json:"taken,omitempty"`
}

func responseOf(a access.Actor, r form.Response) responseOut {
	out := responseOut{r.ID, r.Status, r.Version, []string{}, r.Form, r.FormKey, r.Person, form.Plain(r.Answers.V), r.Score, r.Band, r.CompletedAt,
		r.Prefilled.V, r.Attached.V, r.Signatures.V, r.Taken.V}
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

func (x api) attach(ctx context.Context, a access.Actor, id db.ID, in form.AttachInput) (responseOut, error) {
	r, err := x.room.Attach(ctx, a, id, in)
	return responseOf(a, r), err
}

func (x api) detach(ctx context.Context, a access.Actor, id db.ID, in form.AttachInput) (responseOut, error) {
	r, err := x.room.Detach(ctx, a, id, in)
	return responseOf(a, r), err
}

func (x api) sign(ctx context.Context, a access.Actor, id db.ID, in form.SignInput) (responseOut, error) {
	r, err := x.room.Sign(ctx, a, id, in)
	return responseOf(a, r), err
}

func (x api) takeOver(ctx context.Context, a access.Actor, id db.ID, in form.TakeOverInput) (responseOut, error) {
	r, err := x.room.TakeOver(ctx, a, id, in)
	return responseOf(a, r), err
}

// differenceOut is where an answer says otherwise than the person's record.
type differenceOut struct {
	Key      string        `json:"key"` // by which it is taken over
	Question string        `json:"question"`
	Field    string        `json:"field"`
	What     string        `json:"what,omitempty"` // of one in a list, what it is called
	Recorded string        `json:"recorded"`
	Since    calendar.Date `json:"since"`
	Answered string        `json:"answered"`
	Withheld bool          `json:"withheld"`
	Ways     []string      `json:"ways"`
}

// differencesOut has the versions that take_over is asked with.
type differencesOut struct {
	Version       int64           `json:"version"`
	PersonVersion int64           `json:"person_version"`
	Differences   []differenceOut `json:"differences"`
}

func (x api) differences(ctx context.Context, a access.Actor, id db.ID) ([]byte, error) {
	got, err := x.room.Differences(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := differencesOut{got.Response.Version, got.Person.Version, []differenceOut{}}
	for _, d := range got.Differences {
		out.Differences = append(out.Differences, differenceOut{d.Key, d.Question.Key, d.Field(), d.What, d.Recorded.Text, d.Since, d.Answered.Text, d.Withheld, append([]string{}, d.Ways...)})
	}
	return json.Marshal(out)
}

func (x api) questionnaire(ctx context.Context, a access.Actor, id db.ID) ([]byte, error) {
	f, _, err := x.room.Get(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return fhir.Questionnaire(f, x.base)
}

func (x api) questionnaireResponse(ctx context.Context, a access.Actor, id db.ID) ([]byte, error) {
	got, err := x.room.GetResponse(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return fhir.Response(got, x.base)
}

// noteOut is one thing that did not come along, in the caller's language.
type noteOut struct {
	Pointer string `json:"pointer"`
	LinkID  string `json:"link_id,omitempty"`
	Note    string `json:"note"`
}

func notesOf(ctx context.Context, r fhir.Report) []noteOut {
	out := make([]noteOut, len(r.Notes))
	for i, n := range r.Notes {
		out[i] = noteOut{n.Pointer, n.LinkID, n.In(text.From(ctx))}
	}
	return out
}

// reportOut says what a questionnaire would become, and what of it would not
// come along or has to be corrected before publishing.
type reportOut struct {
	Key        string          `json:"key"`
	Title      text.Pair       `json:"title"`
	Purpose    string          `json:"purpose"`
	Definition form.Definition `json:"definition"`
	Notes      []noteOut       `json:"notes"`
	More       int             `json:"more"` // notes beyond those listed
	Problems   []noteOut       `json:"problems"`
}

func (x api) report(ctx context.Context, _ access.Actor, b []byte) (reportOut, error) {
	in, report, err := fhir.Read(b)
	if err != nil {
		return reportOut{}, err
	}
	out := reportOut{Key: in.Key, Title: in.Title, Purpose: in.Purpose, Definition: in.Definition, Notes: notesOf(ctx, report), More: report.More, Problems: []noteOut{}}
	for _, p := range form.Problems(in.Definition) {
		out.Problems = append(out.Problems, noteOut{Pointer: p.Pointer, Note: text.T(text.From(ctx), p.Key, p.Args)})
	}
	return out, nil
}

// takenOut is the draft that a questionnaire became.
type takenOut struct {
	formOut
	Notes []noteOut `json:"notes"`
	More  int       `json:"more"`
}

func (x api) take(ctx context.Context, a access.Actor, b []byte) (takenOut, error) {
	in, report, err := fhir.Read(b)
	if err != nil {
		return takenOut{}, err
	}
	f, err := x.room.Create(ctx, a, in)
	return takenOut{outOf(a, f), notesOf(ctx, report), report.More}, err
}

// filledOut is a response with what was not taken into it.
type filledOut struct {
	responseOut
	Notes []noteOut `json:"notes"`
	More  int       `json:"more"`
}

func (x api) fill(ctx context.Context, a access.Actor, id db.ID, version int64, b []byte) (filledOut, error) {
	got, err := x.room.GetResponse(ctx, a, id)
	if err != nil {
		return filledOut{}, err
	}
	answers, report, err := fhir.ReadResponse(b, got.Form)
	if err != nil {
		return filledOut{}, err
	}
	r, err := x.room.Save(ctx, a, id, form.Fill{Answers: answers, Version: version})
	return filledOut{responseOf(a, r), notesOf(ctx, report), report.More}, err
}
