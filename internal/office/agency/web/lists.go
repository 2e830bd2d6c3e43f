package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/agency"
)

type listQuery struct {
	List string `json:"list"`
}

func (p *pages) codes(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	return p.showCodes(w, r, agency.CodeInput{List: q.List}, nil)
}

func (p *pages) showCodes(w http.ResponseWriter, r *http.Request, in agency.CodeInput, err error) error {
	ctx, a := r.Context(), access.From(r.Context())
	lists, loadErr := p.room.CodeLists(ctx, a)
	if loadErr != nil {
		return loadErr
	}
	if in.List == "" && len(lists) > 0 {
		in.List = lists[0]
	}
	codes, loadErr := p.room.CodeList(ctx, a, in.List)
	if loadErr != nil {
		return loadErr
	}
	t := listTable(ctx, "codes", "agency.web.code")
	for _, list := range lists {
		t.Views = append(t.Views, ui.View{Label: list, Href: "/admin/codes?list=" + url.QueryEscape(list), Count: -1, Current: list == in.List})
	}
	for _, c := range codes {
		t.Rows = append(t.Rows, plainRow(ctx, a, agency.CodeFlow, c, c.Head, c.Label, c.Key, "/admin/codes/"))
	}
	page := ui.Page{Title: text.Word(ctx, "agency.web.codes")}
	form := ui.FormProps{Action: "/admin/codes"}
	if err == nil {
		return door.Show(w, r, page, codesPage(t, form, in, mayEdit(r)))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return codesPage(t, form, in, true)
	})
}

func listTable(ctx context.Context, id, of string) ui.TableProps {
	return ui.TableProps{ID: id, Caption: text.Word(ctx, of), Empty: ui.EmptyProps{Title: text.Word(ctx, "agency.web.nothing")}, Columns: []ui.Column{
		{Label: text.Word(ctx, of)}, {Label: text.Word(ctx, "agency.web.status"), Tag: true},
	}}
}

// plainRow is a set-up record with its plain steps as buttons.
func plainRow[R any](ctx context.Context, a access.Actor, f *flow.Table[R], rec R, head flow.Head, label text.Pair, sub, at string) ui.Row {
	tag := ui.TagProps{Text: text.Word(ctx, "status."+f.Entity+"."+head.Status), Tone: ui.OK, Icon: "check"}
	if head.Status != "active" {
		tag.Tone, tag.Icon = ui.Neutral, "archive"
	}
	row := ui.Row{ID: head.ID.String(), Title: label.In(text.From(ctx)), Sub: sub, Muted: head.Status != "active", Cells: []templ.Component{ui.Tag(tag)}}
	for _, x := range f.Actions(a, rec) {
		if x.Plain && x.Blocked == nil {
			row.Acts = append(row.Acts, ui.Act{Label: text.Word(ctx, "step."+f.Entity+"."+x.Step), Post: at + head.ID.String() + "/" + x.Step, Small: true})
		}
	}
	return row
}

func (p *pages) createCode(w http.ResponseWriter, r *http.Request) error {
	var in agency.CodeInput
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.CreateCode(r.Context(), access.From(r.Context()), in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/codes?list="+url.QueryEscape(in.List))
		}
	}
	return p.showCodes(w, r, in, err)
}

func (p *pages) stepCode(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := p.room.StepCode(r.Context(), access.From(r.Context()), id, r.PathValue("step"), 0)
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "agency.web.saved")
	return door.See(w, r, "/admin/codes?list="+url.QueryEscape(c.List))
}

func (p *pages) holidays(w http.ResponseWriter, r *http.Request) error {
	return p.showHolidays(w, r, agency.HolidayInput{}, nil)
}

func (p *pages) showHolidays(w http.ResponseWriter, r *http.Request, in agency.HolidayInput, err error) error {
	ctx, a := r.Context(), access.From(r.Context())
	days, loadErr := p.room.HolidayList(ctx, a)
	if loadErr != nil {
		return loadErr
	}
	t := listTable(ctx, "holidays", "agency.web.holiday")
	t.Columns = t.Columns[:1]
	for _, h := range days {
		row := ui.Row{ID: h.ID.String(), Title: calendar.FormatDate(h.Day, text.From(ctx)), Sub: h.Name.In(text.From(ctx))}
		if mayEdit(r) {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "step.holiday.void"), Post: "/admin/holidays/" + h.ID.String() + "/void", Small: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	page := ui.Page{Title: text.Word(ctx, "agency.web.holidays")}
	form := ui.FormProps{Action: "/admin/holidays"}
	if err == nil {
		return door.Show(w, r, page, holidaysPage(t, form, in, mayEdit(r)))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return holidaysPage(t, form, in, true)
	})
}

func (p *pages) createHoliday(w http.ResponseWriter, r *http.Request) error {
	var in agency.HolidayInput
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.CreateHoliday(r.Context(), access.From(r.Context()), in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/holidays")
		}
	}
	return p.showHolidays(w, r, in, err)
}

func (p *pages) voidHoliday(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	if _, err := p.room.VoidHoliday(r.Context(), access.From(r.Context()), id, agency.StepInput{}); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "agency.web.saved")
	return door.See(w, r, "/admin/holidays")
}

func (p *pages) fields(w http.ResponseWriter, r *http.Request) error {
	return p.showFields(w, r, agency.FieldInput{}, nil)
}

func (p *pages) showFields(w http.ResponseWriter, r *http.Request, in agency.FieldInput, err error) error {
	ctx, a := r.Context(), access.From(r.Context())
	fields, loadErr := p.room.FieldList(ctx, a)
	if loadErr != nil {
		return loadErr
	}
	t := listTable(ctx, "fields", "agency.web.field")
	for _, f := range fields {
		sub := f.Entity + "." + f.Key + " (" + text.Word(ctx, "agency.web.field_kind."+f.Kind) + ")"
		t.Rows = append(t.Rows, plainRow(ctx, a, agency.FieldFlow, f, f.Head, f.Label, sub, "/admin/extra-fields/"))
	}
	page := ui.Page{Title: text.Word(ctx, "agency.web.fields")}
	form := ui.FormProps{Action: "/admin/extra-fields"}
	if err == nil {
		return door.Show(w, r, page, fieldsPage(t, form, in, mayEdit(r)))
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return fieldsPage(t, form, in, true)
	})
}

func (p *pages) createField(w http.ResponseWriter, r *http.Request) error {
	var in agency.FieldInput
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.CreateField(r.Context(), access.From(r.Context()), in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/extra-fields")
		}
	}
	return p.showFields(w, r, in, err)
}

func (p *pages) stepField(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	if _, err := p.room.StepField(r.Context(), access.From(r.Context()), id, r.PathValue("step"), 0); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "agency.web.saved")
	return door.See(w, r, "/admin/extra-fields")
}

func kindOptions(ctx context.Context, chosen string) []ui.Option {
	out := make([]ui.Option, len(agency.Kinds))
	for i, kind := range agency.Kinds {
		out[i] = ui.Option{Value: kind, Label: text.Word(ctx, "agency.web.field_kind."+kind), Checked: kind == chosen}
	}
	return out
}
