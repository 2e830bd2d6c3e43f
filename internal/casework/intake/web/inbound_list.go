package web

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// listers bring lists of referrals.
var listers = door.By(access.IntakeWorker, access.Supervisor)

const listsAt = "/desk/intake/lists"

func stateKey(v string) string { return "intake.web.row." + v }

func (p *pages) lists(w http.ResponseWriter, r *http.Request) error {
	content, err := p.listsContent(r, ui.FormProps{})
	if err != nil {
		return err
	}
	return door.Show(w, r, inboundPlace(r.Context(), "intake.web.lists", listsAt), content)
}

func (p *pages) listsContent(r *http.Request, form ui.FormProps) (templ.Component, error) {
	ctx := r.Context()
	list, err := p.room.Lists(ctx, access.From(ctx), db.ID{}, door.DefaultLimit)
	if err != nil {
		return nil, err
	}
	form.Action, form.Upload = listsAt, true
	return listsPage(form, listsTable(ctx, list), p.sources(ctx)), nil
}

func listsTable(ctx context.Context, list []intake.InboundList) ui.TableProps {
	t := ui.TableProps{ID: "lists", Caption: text.Word(ctx, "intake.web.lists_yours"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.web.at")}, {Label: text.Word(ctx, "intake.web.list_rows"), Num: true}, {Label: text.Word(ctx, "intake.web.col.status"), Tag: true}},
		Empty:   ui.EmptyProps{Title: text.Word(ctx, "intake.web.lists_none")}}
	for _, l := range list {
		n := 0
		for _, of := range l.Counts.V {
			n += of
		}
		t.Rows = append(t.Rows, ui.Row{ID: l.ID.String(), Href: listsAt + "/" + l.ID.String(), Title: when(ctx, l.CreatedAt),
			Cells: []templ.Component{ui.Text(strconv.Itoa(n)), ui.Tag(ui.TagProps{Text: text.Word(ctx, statusKey("inbound_list", l.Status)), Tone: ui.Info})}})
	}
	return t
}

// bringList takes a file; what is wrong with it stands beside the field.
func (p *pages) bringList(w http.ResponseWriter, r *http.Request) error {
	var in intake.ListInput
	r, file, err := door.Upload(r, &in)
	if err == nil && file == nil {
		err = fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	if err == nil {
		var made intake.InboundList
		if made, err = p.room.BringList(r.Context(), access.From(r.Context()), in, file); err == nil {
			return door.See(w, r, listsAt+"/"+made.ID.String())
		}
	}
	if _, e := p.listsContent(r, ui.FormProps{}); e != nil {
		return e
	}
	return door.Refuse(w, r, err, inboundPlace(r.Context(), "intake.web.lists", listsAt), func(err error) templ.Component {
		content, e := p.listsContent(r, ui.FormProps{Typed: door.Typed(r), Fault: err})
		if e != nil {
			return templ.NopComponent
		}
		return content
	})
}

func (p *pages) showList(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.room.ListOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, inboundPlace(ctx, "intake.web.lists", listsAt), listReport(v, reportTable(ctx, v)))
}

func (p *pages) listStep(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in versionIn
		if err := door.Form(r, &in); err != nil {
			return err
		}
		if _, err := p.room.ListStep(r.Context(), access.From(r.Context()), id, step, in.Version); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, "intake.web.saved")
		return door.See(w, r, listsAt+"/"+id.String())
	}
}

func listActs(ctx context.Context, v intake.ListView) []ui.Act {
	var out []ui.Act
	for _, a := range v.Actions {
		act := ui.Act{Label: text.Word(ctx, stepKey("inbound_list", a.Step)), Post: listsAt + "/" + v.ID.String() + "/" + a.Step, Fields: map[string]string{"version": version(v.Version)}}
		if a.Step == "take" {
			act.Kind = ui.Primary
		}
		out = append(out, act)
	}
	return out
}

func stateFacts(ctx context.Context, v intake.ListView) []ui.Fact {
	var out []ui.Fact
	for _, state := range intake.ListStates {
		if n := v.Counts.V[state]; n > 0 {
			out = append(out, ui.Fact{Label: text.Word(ctx, stateKey(state)), Value: strconv.Itoa(n)})
		}
	}
	return out
}

var stateTones = map[string]ui.Tone{"fresh": ui.OK, "alike": ui.Warn, "repeat": ui.Neutral, "fault": ui.Bad, "taken": ui.Info}

func reportTable(ctx context.Context, v intake.ListView) ui.TableProps {
	t := ui.TableProps{ID: "rows", Caption: text.Word(ctx, "intake.web.list_rows"),
		Columns: []ui.Column{{Label: text.Word(ctx, "intake.web.field.client")}, {Label: text.Word(ctx, "intake.web.list_line"), Num: true, Priority: 2},
			{Label: text.Word(ctx, "intake.web.list_found")}, {Label: text.Word(ctx, "intake.web.col.status"), Tag: true}}}
	for _, x := range v.Rows {
		row := ui.Row{ID: strconv.Itoa(x.Line), Title: cmp.Or(x.Client, x.Number, text.Word(ctx, "intake.list_line", "line", x.Line))}
		if !x.Made.IsZero() {
			row.Href = intake.Href(intake.KindReferral, x.Made)
		}
		row.Cells = []templ.Component{ui.Text(strconv.Itoa(x.Line)), ui.Text(foundLine(ctx, x)), ui.Tag(ui.TagProps{Text: text.Word(ctx, stateKey(x.State)), Tone: stateTones[x.State]})}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// foundLine is what was found out about a row.
func foundLine(ctx context.Context, x intake.ListRow) string {
	var out []string
	for _, f := range x.Faults {
		out = append(out, text.Word(ctx, fieldKey(f.Field))+": "+f.Text.In(text.From(ctx)))
	}
	out = append(out, x.Alike...)
	return strings.Join(said(append(out, x.Before, x.Receipt)...), "・")
}
