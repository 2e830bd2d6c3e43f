package web

import (
	"context"
	"net/http"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// askSame looks for a second record of a person, for who knows that there is one.
func (p *pages) askSame(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var q struct {
		Q string `json:"q,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	if q.Q == "" {
		q.Q = f.Person.Kana
	}
	matches, err := p.room.Search(ctx, a, q.Q, people.MaxMatches)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.same.title")}, samePage(f, sameTable(ctx, id, q.Q, matches)))
}

// sameTable lists who was found; whom the reader cannot open cannot be compared either.
func sameTable(ctx context.Context, id db.ID, q string, matches []people.Match) ui.TableProps {
	matches = slices.DeleteFunc(matches, func(m people.Match) bool { return m.Card.ID == id })
	at := "/desk/persons/" + id.String() + "/same"
	t := matchTable(ctx, q, matches)
	t.ID, t.Caption, t.Keys = "same", text.Word(ctx, "people.web.same.title"), false
	t.Filter = &ui.FilterProps{Action: at, Value: q, Placeholder: text.Word(ctx, "people.web.find")}
	t.Empty = ui.EmptyProps{Title: text.Word(ctx, "people.web.none_found"), Text: text.Word(ctx, "people.web.none_found_hint")}
	for i, m := range matches {
		act := ui.Act{Label: text.Word(ctx, "people.web.duplicate.compare"), Post: at, Fields: map[string]string{"person_id": id.String(), "other_id": m.Card.ID.String()}, Small: true}
		if !m.Visible {
			act.Blocked = text.Word(ctx, "people.fault.merge_unseen")
		}
		t.Rows[i].Acts = []ui.Act{act}
	}
	return t
}

// same proposes the two and leads to where they are compared.
func (p *pages) same(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.ReportInput
	if err := door.Form(r, &in); err != nil {
		return err
	}
	in.Person = id
	ctx := r.Context()
	d, err := p.room.Report(ctx, access.From(ctx), in)
	if err != nil {
		return err
	}
	return door.See(w, r, duplicatesAt+"/"+d.ID.String())
}
