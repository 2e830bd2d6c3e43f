package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

const mergesAt = "/desk/merges"

// askMerge lets somebody choose what the one record is to say.
func (p *pages) askMerge(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, files, err := p.room.Duplicate(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	if !c.First.Visible || !c.Second.Visible || c.Status != "open" {
		return door.See(w, r, duplicatesAt+"/"+id.String())
	}
	x, err := p.merging(ctx, c, files)
	if err != nil {
		return err
	}
	return door.Show(w, r, mergePlace(ctx, id), mergePage(x))
}

// merging is two records that may become one, with what goes along with either, and what changed about them while
// somebody chose.
type merging struct {
	people.Candidate
	files   [2]people.File
	held    []people.Held
	changed [2][]ui.AuditLine
	form    ui.FormProps
}

func (p *pages) merging(ctx context.Context, c people.Candidate, files [2]people.File) (merging, error) {
	held, err := p.room.Holds(ctx, access.From(ctx), [2]db.ID{c.Duplicate.Person, c.Other})
	return merging{Candidate: c, files: files, held: held, form: mergeForm(c, files)}, err
}

// since adds what happened to both since the versions that somebody chose between.
func (p *pages) since(ctx context.Context, x *merging, versions [2]int64) error {
	for i, f := range x.files {
		rows, err := p.room.ChangedSince(ctx, access.From(ctx), f.Person.ID, versions[i])
		if err != nil {
			return err
		}
		if x.changed[i], err = p.audit(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}

// table says how many records go along with either, by kind.
func (x merging) table(ctx context.Context) ui.TableProps {
	t := ui.TableProps{ID: "held", Caption: text.Word(ctx, "people.web.merge.held"), Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.merge.held_none")},
		Columns: []ui.Column{{Label: text.Word(ctx, "people.web.merge.held_kind")}, {Label: x.named(ctx, 0), Num: true}, {Label: x.named(ctx, 1), Num: true}}}
	for _, kind := range people.HeldKinds {
		var n [2]int
		for _, h := range x.held {
			if h.Kind == kind {
				n[slices.Index([]db.ID{x.Duplicate.Person, x.Other}, h.Person)] += h.N
			}
		}
		if n[0]+n[1] > 0 {
			t.Rows = append(t.Rows, ui.Row{ID: "held-" + kind, Title: coded(ctx, heldKey, kind), Cells: []templ.Component{ui.Text(strconv.Itoa(n[0])), ui.Text(strconv.Itoa(n[1]))}})
		}
	}
	return t
}

// named is how one of the two is called beside the other: with the day of registration where both are called the same.
func (x merging) named(ctx context.Context, i int) string {
	p := x.files[i].Person
	if p.Name != x.files[1-i].Person.Name {
		return nameOr(ctx, p.Name)
	}
	return text.Word(ctx, "people.web.merge.named", "name", nameOr(ctx, p.Name), "date", p.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx)))
}

func mergePlace(ctx context.Context, id db.ID) ui.Page {
	place := duplicatesPlace(ctx)
	place.Title = text.Word(ctx, "people.web.merge.title")
	place.Crumbs[1].Href = duplicatesAt
	place.Crumbs = append(place.Crumbs, ui.Crumb{Label: text.Word(ctx, "people.web.duplicate.title"), Href: duplicatesAt + "/" + id.String()}, ui.Crumb{Label: place.Title})
	return place
}

func mergeForm(c people.Candidate, files [2]people.File) ui.FormProps {
	return ui.FormProps{Action: duplicatesAt + "/" + c.ID.String() + "/merge", Version: strconv.FormatInt(c.Version, 10), Hidden: map[string]string{
		"first_version": strconv.FormatInt(files[0].Person.Version, 10), "second_version": strconv.FormatInt(files[1].Person.Version, 10)}}
}

func (p *pages) join(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.MergeInput
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, &in); err == nil {
		var made people.Merge
		if made, err = p.room.Merge(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "people.web.merge.done")
			return door.See(w, r, "/desk/persons/"+made.Person.String())
		}
	}
	c, files, lost := p.room.Duplicate(ctx, a, id)
	if lost != nil {
		return err
	}
	if !c.First.Visible || !c.Second.Visible {
		return err
	}
	x, lost := p.merging(ctx, c, files)
	if lost == nil && errors.Is(err, fault.KindConflict) {
		lost = p.since(ctx, &x, [2]int64{in.First, in.Second})
	}
	if lost != nil {
		return lost
	}
	return door.Refuse(w, r, err, mergePlace(ctx, id), func(err error) templ.Component {
		x.form.Typed, x.form.Fault = door.Typed(r), err
		// What was chosen was chosen between what the page showed; it is looked at again with what it shows now.
		x.form.Typed.Del("version")
		x.form.Typed.Del("first_version")
		x.form.Typed.Del("second_version")
		return mergePage(x)
	})
}

// choice is one thing in which two records differ.
type choice struct {
	name, label string
	options     []ui.Option
}

// choices are the fields that differ and are empty in neither: those somebody has to choose.
func choices(ctx context.Context, files [2]people.File) []choice {
	var out []choice
	add := func(name, label string, of func(f people.File) string) {
		first, second := of(files[0]), of(files[1])
		if first == "" || second == "" || first == second {
			return
		}
		out = append(out, choice{name, text.Word(ctx, label), []ui.Option{
			{Value: files[0].Person.ID.String(), Label: first}, {Value: files[1].Person.ID.String(), Label: second}}})
	}
	add("name_from", "people.web.merge.name", func(f people.File) string {
		if f.Person.Kana == "" || f.Person.Kana == f.Person.Name {
			return f.Person.Name
		}
		return text.Word(ctx, "people.web.merge.read_as", "name", f.Person.Name, "kana", f.Person.Kana)
	})
	add("birth_date_from", "people.web.field.birth_date", func(f people.File) string { return dateText(ctx, f.Person.Birth()) })
	add("gender_from", "people.web.field.gender", func(f people.File) string {
		if f.Person.Gender == "unstated" {
			return ""
		}
		return genderWord(ctx, f.Person.Gender)
	})
	add("languages_from", "people.web.field.languages", func(f people.File) string { return languageWords(ctx, f.Person.Languages.V) })
	if homes := [2]string{registeredWords(ctx, files[0]), registeredWords(ctx, files[1])}; homes[0] != "" && homes[1] != "" && registered(files[0]) != registered(files[1]) {
		out = append(out, choice{"household_from", text.Word(ctx, "people.web.merge.household"), []ui.Option{
			{Value: files[0].Person.ID.String(), Label: homes[0]}, {Value: files[1].Person.ID.String(), Label: homes[1]}}})
	}
	add("interpreter_from", "people.web.field.interpreter", func(f people.File) string { return coded(ctx, languageKey, f.Person.Interpreter) })
	return out
}

// registered is the household in which somebody is registered.
func registered(f people.File) db.ID {
	for _, h := range f.Households {
		if h.Kind == "registered" {
			return h.ID
		}
	}
	return db.ID{}
}

// registeredWords says with whom somebody is registered, and since when, as far
// as the reader may know; empty when they are in no registered household.
func registeredWords(ctx context.Context, f people.File) string {
	at, since := registered(f), ""
	if at.IsZero() {
		return ""
	}
	var with []string
	for _, m := range f.Members {
		if m.Household != at || m.Until != "" {
			continue
		}
		if m.Person == f.Person.ID {
			since = daysText(ctx, m.From, "")
		} else if c, known := f.Others[m.Person]; known {
			with = append(with, nameOr(ctx, c.Name))
		}
	}
	if len(with) == 0 {
		return text.Word(ctx, "people.web.merge.household_alone", "since", since)
	}
	return text.Word(ctx, "people.web.merge.household_with", "names", text.List(text.From(ctx), with), "since", since)
}

// keeping are the two records, the one that was registered first proposed.
func keeping(ctx context.Context, files [2]people.File) []ui.Option {
	out := make([]ui.Option, 2)
	for i, f := range files {
		out[i] = ui.Option{Value: f.Person.ID.String(), Label: nameOr(ctx, f.Person.Name), Hint: text.Word(ctx, "people.web.merge.registered_on",
			"date", f.Person.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx)))}
		if f.Person.Number != "" {
			out[i].Label += " " + f.Person.Number
		}
	}
	return out
}

// showMerge shows a merge and lets it be taken back.
func (p *pages) showMerge(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	m, err := p.room.MergeOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	facts, err := p.mergeFacts(ctx, m)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.merge.of")}, undoPage(m, facts, undoForm(m)))
}

func undoForm(m people.MergeView) ui.FormProps {
	return ui.FormProps{Action: mergesAt + "/" + m.ID.String() + "/undo", Version: strconv.FormatInt(m.Version, 10)}
}

func (p *pages) mergeFacts(ctx context.Context, m people.MergeView) ([]ui.Fact, error) {
	names, err := p.parts.Names(ctx, []db.ID{m.By})
	if err != nil {
		return nil, err
	}
	lang := text.From(ctx)
	facts := []ui.Fact{
		{Label: text.Word(ctx, "people.web.merge.which"), Value: nameOr(ctx, m.Other.Name), Note: m.Other.Number},
		{Label: text.Word(ctx, "people.web.merge.when"), Value: calendar.FormatTime(m.CreatedAt, calendar.Zone(ctx), lang), Note: names[m.By]},
	}
	if m.Reason != "" {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "people.web.field.reason"), Value: m.Reason})
	}
	return facts, nil
}

func (p *pages) undoMerge(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.UndoInput
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, &in); err == nil {
		var undone people.Merge
		if undone, err = p.room.Undo(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "people.web.merge.undone")
			return door.See(w, r, "/desk/persons/"+undone.Merged.String())
		}
	}
	m, lost := p.room.MergeOf(ctx, a, id)
	if lost != nil {
		return err
	}
	facts, lost := p.mergeFacts(ctx, m)
	if lost != nil {
		return lost
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "people.web.merge.of")}, func(err error) templ.Component {
		form := undoForm(m)
		form.Typed, form.Fault = door.Typed(r), err
		return undoPage(m, facts, form)
	})
}

// mayUndo says whether the reader can take a merge back.
func mayUndo(m people.MergeView) bool { return len(m.Actions) > 0 }

// mergedFacts lists what was merged into a record, each with the way to take it back.
func mergedFacts(ctx context.Context, f people.File) []ui.Fact {
	out := make([]ui.Fact, len(f.Merges))
	for i, m := range f.Merges {
		out[i] = ui.Fact{Label: m.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx)), Value: nameOr(ctx, f.Others[m.Merged].Name), Note: f.Others[m.Merged].Number, Href: mergesAt + "/" + m.ID.String()}
	}
	return out
}

func mountMerges(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET /desk/duplicates/{id}/merge", writers, p.askMerge)
	d.Page("POST /desk/duplicates/{id}/merge", writers, p.join)
	d.Page("GET /desk/merges/{id}", judges, p.showMerge)
	d.Page("POST /desk/merges/{id}/undo", writers, p.undoMerge)
	d.Page("GET /desk/persons/{id}/same", writers, p.askSame)
	d.Page("POST /desk/persons/{id}/same", writers, p.same)
	a := api{room}
	door.Create(d, duplicatesResource, writers, a.report)
	door.Step(d, duplicatesResource, "merge", writers, a.merge)
	door.List(d, mergesResource, judges, a.merges)
	door.Get(d, mergesResource, judges, a.mergeOf)
	door.Step(d, mergesResource, "undo", writers, a.undo)
}
