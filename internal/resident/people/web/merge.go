package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// historySize is how many entries of the history one page shows.
const historySize = 50

// merge lays what the second editor typed beside what the first one saved.
func (p *pages) merge(ctx context.Context, a access.Actor, r *http.Request, in people.EditInput, now people.Person) (ui.MergeProps, error) {
	f, err := p.room.Get(ctx, a, now.ID)
	if err != nil {
		return ui.MergeProps{}, err
	}
	fields, keep := door.Merged(r, f.Input())
	for i := range fields {
		fields[i].Label = fieldLabel(ctx, fields[i].Name)
	}
	moved, err := p.room.Moved(ctx, a, now.ID, in.Version)
	if err != nil {
		return ui.MergeProps{}, err
	}
	who, when := "", ""
	if len(moved) > 0 {
		last := moved[len(moved)-1]
		lines, err := p.audit(ctx, []journal.Row{{Actor: last.Actor, At: last.At, Entity: "person", Step: "edit"}})
		if err != nil {
			return ui.MergeProps{}, err
		}
		who, when = lines[0].Who, lines[0].When
	}
	return ui.MergeProps{
		Form:  editForm(now.ID, f.Person.Version),
		Title: text.Word(ctx, "people.web.merge"), Who: who, When: when, Fields: fields, Keep: keep,
		Submit: text.Word(ctx, "people.web.save"), Cancel: "/desk/persons/" + now.ID.String(),
	}, nil
}

// fieldLabel names a field of the form, also inside a list.
func fieldLabel(ctx context.Context, name string) string {
	parts := strings.Split(name, "/")
	label := text.Word(ctx, "people.web.field."+parts[len(parts)-1])
	if len(parts) == 3 {
		if n, err := strconv.Atoi(parts[1]); err == nil {
			return text.Word(ctx, "people.web.field."+parts[0]) + " " + strconv.Itoa(n+1) + ": " + label
		}
	}
	return label
}

// audit writes journal rows as people read them.
func (p *pages) audit(ctx context.Context, rows []journal.Row) ([]ui.AuditLine, error) {
	lang, zone := text.From(ctx), calendar.Zone(ctx)
	names, err := p.parts.Names(ctx, journal.Actors(rows))
	if err != nil {
		return nil, err
	}
	out := make([]ui.AuditLine, len(rows))
	for i, row := range rows {
		changes, err := row.Fields()
		if err != nil {
			return nil, err
		}
		who := names[row.Actor]
		if who == "" {
			who = text.Word(ctx, "people.web.system")
		}
		out[i] = ui.AuditLine{
			When: calendar.FormatTime(row.At, zone, lang), Exact: calendar.FormatTime(row.At, zone, lang),
			Who: who, What: text.Word(ctx, flow.StepWord(row.Entity, row.Step)),
			Changes: changesOf(ctx, row.Entity, changes),
		}
		if reason, ok := changes[journal.Reason]; ok {
			out[i].Why, _ = reason.New.(string)
		}
	}
	return out, nil
}

// shownFields are the columns a history shows, with their words; the others
// follow from them or say nothing to a reader.
var shownFields = map[string]string{
	"name": "name", "kana": "kana", "birth_date": "birth_date", "died_on": "died_on", "gender": "gender", "interpreter": "interpreter",
	"family": "family", "given": "given", "family_kana": "family_kana", "given_kana": "given_kana", "kind": "kind",
	"from_date": "from", "until_date": "until", "number": "number", "detail": "detail", "housing": "housing", "evidence": "evidence",
	"languages": "languages",
}

// kindKeys are the words of what kind of thing each entity is.
var kindKeys = map[string]func(string) string{
	"person_name": nameKindKey, "person_contact": contactKindKey, "person_address": addressKindKey,
	"relationship": relationshipKindKey, "circumstance": circumstanceKindKey,
}

func changesOf(ctx context.Context, entity string, changes journal.Changes) []ui.Change {
	var out []ui.Change
	for _, c := range changes.Sorted() {
		label, ok := shownFields[c.Field]
		if !ok {
			continue
		}
		out = append(out, ui.Change{Field: text.Word(ctx, "people.web.field."+label), Old: readable(ctx, entity, c.Field, c.Old), New: readable(ctx, entity, c.Field, c.New)})
	}
	return out
}

// readable is a value of a field in the reader's words: days in full, codes as what they stand for.
func readable(ctx context.Context, entity, field string, v any) string {
	if list, ok := v.([]any); ok && field == "languages" {
		codes := make([]string, len(list))
		for i, x := range list {
			codes[i], _ = x.(string)
		}
		return languageWords(ctx, codes)
	}
	s, _ := v.(string)
	var key func(string) string
	switch field {
	case "gender":
		key = genderKey
	case "interpreter":
		key = languageKey
	case "kind":
		key = kindKeys[entity]
	case "housing":
		key = housingKey
	case "evidence":
		key = evidenceKey
	case "birth_date", "died_on", "from_date", "until_date":
		if d, err := calendar.ParseDate(s); err == nil && s != "" {
			return calendar.FormatDate(d, text.From(ctx))
		}
	}
	if key == nil || s == "" || !text.Has(key(s)) {
		return s
	}
	return text.Word(ctx, key(s))
}
