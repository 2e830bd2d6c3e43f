package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// The roles that look at possible duplicates.
var judges = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.Auditor)

const duplicatesAt = "/desk/duplicates"

// duplicateQuery is what the list of possible duplicates can be asked.
type duplicateQuery struct {
	door.Paging
	Status string `json:"status,omitempty" doc:"open (usual) or not_duplicate"`
}

func (q duplicateQuery) status() string {
	if q.Status == "" {
		return "open"
	}
	return q.Status
}

func (p *pages) duplicates(w http.ResponseWriter, r *http.Request) error {
	var q duplicateQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.Duplicates(ctx, access.From(ctx), q.status(), before, pageSize+1)
	if err != nil {
		return err
	}
	list, next := door.Cut(list, pageSize, func(c people.Candidate) string { return c.ID.String() })
	table := duplicateTable(ctx, q.status(), list)
	if next != "" || q.Cursor != "" {
		table.Pager = &ui.PagerProps{}
		if next != "" {
			table.Pager.NextHref = duplicatesAt + "?status=" + q.status() + "&cursor=" + next
		}
		if q.Cursor != "" {
			table.Pager.PrevHref = duplicatesAt + "?status=" + q.status()
		}
	}
	return door.Show(w, r, duplicatesPlace(ctx), duplicatesPage(table))
}

func duplicatesPlace(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "people.web.duplicates"), Crumbs: []ui.Crumb{
		{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"}, {Label: text.Word(ctx, "people.web.duplicates")}}}
}

func duplicateTable(ctx context.Context, status string, list []people.Candidate) ui.TableProps {
	t := ui.TableProps{
		ID: "duplicates", Caption: text.Word(ctx, "people.web.duplicates"), Keys: true,
		Columns: []ui.Column{
			{Label: text.Word(ctx, "people.web.duplicate.first")},
			{Label: text.Word(ctx, "people.web.duplicate.second")},
			{Label: text.Word(ctx, "people.web.duplicate.reasons"), Priority: 2},
			{Label: text.Word(ctx, "people.web.duplicate.found"), Priority: 3},
		},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.duplicate.none."+status), Text: text.Word(ctx, "people.web.duplicate.none_hint."+status)},
	}
	for _, s := range people.DuplicateStatuses {
		t.Views = append(t.Views, ui.View{Label: text.Word(ctx, "status.duplicate."+s), Href: duplicatesAt + "?status=" + s, Count: -1, Current: s == status})
	}
	for _, c := range list {
		t.Rows = append(t.Rows, ui.Row{
			ID: c.ID.String(), Href: duplicatesAt + "/" + c.ID.String(), Title: nameOr(ctx, c.First.Card.Name), Sub: birthOf(ctx, c.First),
			Cells: []templ.Component{
				ui.Two(nameOr(ctx, c.Second.Card.Name), birthOf(ctx, c.Second)),
				ui.Text(text.List(text.From(ctx), reasonsIn(ctx, c.First.Reasons[:min(3, len(c.First.Reasons))]))),
				ui.Text(c.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx))),
			},
		})
	}
	return t
}

// birthOf is a birth date as far as the reader may know it.
func birthOf(ctx context.Context, m people.Match) string {
	if m.Visible {
		return dateText(ctx, m.Card.Birth())
	}
	if m.Card.BirthDate == "" {
		return ""
	}
	return dateText(ctx, calendar.NewPartial(m.Card.BirthDate, calendar.ToYear))
}

func (p *pages) duplicate(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, files, err := p.room.Duplicate(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	place := duplicatesPlace(ctx)
	place.Crumbs[1].Href = duplicatesAt
	return door.Show(w, r, place, duplicatePage(c, files))
}

// judge takes a step on a candidate and leads to the next ones.
func (p *pages) judge(step string, take func(ctx context.Context, a access.Actor, id db.ID, in people.DuplicateInput) (people.Duplicate, error)) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in people.DuplicateInput
		ctx := r.Context()
		if err := door.Form(r, &in); err != nil {
			return err
		}
		if _, err := take(ctx, access.From(ctx), id, in); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, "people.web.duplicate."+step)
		return door.See(w, r, duplicatesAt)
	}
}

// pair puts two persons side by side.
func pair(ctx context.Context, c people.Candidate, files [2]people.File) ui.CompareProps {
	out := ui.CompareProps{
		Label: text.Word(ctx, "people.web.duplicates"),
		Criteria: []string{
			text.Word(ctx, "people.web.duplicate.reading"), text.Word(ctx, "people.web.field.birth_date"), text.Word(ctx, "people.web.field.gender"),
			text.Word(ctx, "people.web.names"), text.Word(ctx, "people.web.contacts"), text.Word(ctx, "people.web.household"), text.Word(ctx, "people.web.duplicate.registered"),
		},
	}
	for i, m := range []people.Match{c.First, c.Second} {
		o := ui.Offer{Title: nameOr(ctx, m.Card.Name), Sub: m.Card.Number, Values: []ui.OfferValue{
			{Text: m.Card.Kana}, {Text: birthOf(ctx, m)},
		}}
		if f := files[i]; m.Visible {
			o.Href = "/desk/persons/" + m.Card.ID.String()
			o.Values = append(o.Values, ui.OfferValue{Text: genderWord(ctx, m.Card.Gender)},
				factsOf(nameFacts(ctx, f.Names)), factsOf(contactFacts(ctx, f)), factsOf(householdFacts(ctx, f)),
				ui.OfferValue{Text: f.Person.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx))})
		} else {
			o.Tags = []ui.TagProps{{Text: text.Word(ctx, "people.web.elsewhere"), Icon: "lock"}}
		}
		out.Offers = append(out.Offers, o)
	}
	return out
}

func factsOf(facts []ui.Fact) ui.OfferValue {
	if len(facts) == 0 {
		return ui.OfferValue{}
	}
	return ui.OfferValue{View: ui.Facts(facts)}
}

// reasonFacts tells what speaks for one person and what against, each with its weight.
func reasonFacts(ctx context.Context, c people.Candidate) []ui.Fact {
	out := make([]ui.Fact, len(c.Reasons.V))
	for i, reason := range c.Reasons.V {
		out[i] = ui.Fact{Label: text.Word(ctx, reason.Key), Value: signed(reason.Bits)}
		if reason.Bits == 0 {
			out[i].Value = "—"
		}
		if reason.Bits < 0 {
			out[i].Tone = ui.Warn
		}
	}
	return out
}

func signed(bits float64) string {
	s := strconv.FormatFloat(bits, 'f', 1, 64)
	if bits > 0 {
		return "+" + s
	}
	return s
}

func duplicateActs(ctx context.Context, c people.Candidate) []ui.Act {
	var out []ui.Act
	for _, x := range c.Actions {
		at := duplicatesAt + "/" + c.ID.String() + "/" + x.Step
		act := ui.Act{Label: text.Word(ctx, "step.duplicate."+x.Step), Post: at, Fields: map[string]string{"version": strconv.FormatInt(c.Version, 10)}}
		if x.Step == "merge" {
			act = ui.Act{Label: act.Label, Href: at, Kind: ui.Primary}
			if !c.First.Visible || !c.Second.Visible {
				act.Blocked = text.Word(ctx, "people.fault.merge_unseen")
			}
		}
		if x.Blocked != nil {
			act.Blocked = text.Word(ctx, x.Blocked.Key)
		}
		out = append(out, act)
	}
	return out
}

var duplicatesResource = door.Resource{Name: "duplicates", Doc: "Two persons who may be one"}

func mountDuplicates(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET /desk/duplicates", judges, p.duplicates)
	d.Page("GET /desk/duplicates/{id}", judges, p.duplicate)
	d.Page("POST /desk/duplicates/{id}/dismiss", writers, p.judge("dismiss", room.Dismiss))
	d.Page("POST /desk/duplicates/{id}/reopen", writers, p.judge("reopen", room.Reopen))
	a := api{room}
	door.List(d, duplicatesResource, judges, a.duplicates)
	door.Get(d, duplicatesResource, judges, a.duplicate)
	door.Step(d, duplicatesResource, "dismiss", writers, a.judge(room.Dismiss))
	door.Step(d, duplicatesResource, "reopen", writers, a.judge(room.Reopen))
	mountMerges(d, p, room)
}
