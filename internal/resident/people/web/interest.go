package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// The roles that declare interests of their own, and those that look after others'.
var (
	declarers       = door.By(append(append([]access.Role{}, access.StaffRoles...), access.ProviderRoles...)...)
	interestKeepers = door.By(access.Supervisor, access.Administrator)
)

const (
	interestsAt    = "/desk/interests"
	declarationsAt = "/account/interests"
)

func mountInterests(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET "+declarationsAt, declarers, p.declarations)
	d.Page("POST "+declarationsAt, declarers, p.declare)
	d.Page("GET "+interestsAt, interestKeepers, p.interests)
	d.Page("GET "+interestsAt+"/{id}", interestKeepers, p.interest)
	d.Page("POST "+interestsAt+"/{id}/match", interestKeepers, p.matchInterest)
	d.Page("POST "+interestsAt+"/{id}/end", interestKeepers, p.endInterest)
	d.Page("GET /desk/persons/{id}/interests", leaders, p.interestsIn)
	d.Page("POST /desk/persons/{id}/interests", leaders, p.recordInterest)
	d.Page("POST /desk/persons/{id}/interests/refute", leaders, p.refuteInterest)
	mountInterestAPI(d, api{room})
}

// declaring is the page on which somebody declares whom they know.
type declaring struct {
	list ui.TableProps
	form ui.FormProps
}

func (p *pages) declaring(r *http.Request) (declaring, error) {
	var q struct{ door.Paging }
	if err := door.Query(r, &q); err != nil {
		return declaring{}, err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return declaring{}, err
	}
	ctx := r.Context()
	list, err := p.room.Declarations(ctx, access.From(ctx), before, pageSize+1)
	if err != nil {
		return declaring{}, err
	}
	list, next := door.Cut(list, pageSize, func(d people.Declared) string { return d.ID.String() })
	v := declaring{list: declaredTable(ctx, list), form: ui.FormProps{Action: declarationsAt}}
	v.list.Pager = pagerOf(declarationsAt+"?", q.Cursor, next)
	return v, nil
}

// pagerOf leads on from a page of a list and back to its beginning; nil where there is but one.
func pagerOf(at, cursor, next string) *ui.PagerProps {
	if next == "" && cursor == "" {
		return nil
	}
	out := &ui.PagerProps{}
	if next != "" {
		out.NextHref = at + "cursor=" + next
	}
	if cursor != "" {
		out.PrevHref = at
	}
	return out
}

func declaredTable(ctx context.Context, list []people.Declared) ui.TableProps {
	t := ui.TableProps{ID: "declared", Caption: text.Word(ctx, "people.web.interest.own"), Columns: []ui.Column{
		{Label: text.Word(ctx, "people.web.interest.whom")}, {Label: text.Word(ctx, "people.web.interest.kind")}, {Label: text.Word(ctx, "people.web.interest.from"), Priority: 2},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.interest.own_none"), Text: text.Word(ctx, "people.web.interest.own_none_hint")}}
	for _, d := range list {
		row := ui.Row{ID: d.ID.String(), Title: saidName(ctx, d), Sub: saidMore(ctx, d), Muted: d.Ended,
			Cells: []templ.Component{ui.Text(coded(ctx, interestKindKey, d.Kind)), ui.Text(d.From.In(text.From(ctx)))}}
		if d.Ended {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "status.interest.ended")}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// saidName is whom a declaration names: by name, else by number.
func saidName(ctx context.Context, d people.Declared) string {
	if d.Name != "" {
		return d.Name
	}
	return text.Word(ctx, "people.web.interest.numbered", "number", d.Number)
}

func saidMore(ctx context.Context, d people.Declared) string {
	var more []string
	for _, s := range []string{d.Kana, d.Born.In(text.From(ctx)), d.Note} {
		if s != "" {
			more = append(more, s)
		}
	}
	if d.Name != "" && d.Number != "" {
		more = append(more, d.Number)
	}
	return text.List(text.From(ctx), more)
}

func declarationsPlace(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "people.web.interest.own"), Crumbs: []ui.Crumb{
		{Label: text.Word(ctx, "people.web.interest.account"), Href: "/account"}, {Label: text.Word(ctx, "people.web.interest.own")}}}
}

func (p *pages) declarations(w http.ResponseWriter, r *http.Request) error {
	v, err := p.declaring(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, declarationsPlace(r.Context()), declarationsPage(v))
}

func (p *pages) declare(w http.ResponseWriter, r *http.Request) error {
	var in people.DeclareInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Declare(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "people.web.interest.declared")
			return door.See(w, r, declarationsAt)
		}
	}
	v, lost := p.declaring(r)
	if lost != nil {
		return lost
	}
	return door.Refuse(w, r, err, declarationsPlace(ctx), func(err error) templ.Component {
		v.form.Typed, v.form.Fault = door.Typed(r), err
		return declarationsPage(v)
	})
}

// interestQuery is what the list of interests can be asked.
type interestQuery struct {
	door.Paging
	Status string `json:"status,omitempty" doc:"declared (usual), stands, ended or refuted"`
}

func (q interestQuery) status() string {
	if q.Status == "" {
		return people.InterestStatuses[0]
	}
	return q.Status
}

func interestsPlace(ctx context.Context) ui.Page {
	return ui.Page{Title: text.Word(ctx, "people.web.interests"), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "people.web.interests")}}}
}

func (p *pages) interests(w http.ResponseWriter, r *http.Request) error {
	var q interestQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.Interests(ctx, access.From(ctx), q.status(), before, pageSize+1)
	if err != nil {
		return err
	}
	list, next := door.Cut(list, pageSize, func(i people.InterestView) string { return i.ID.String() })
	table := interestTable(ctx, list)
	table.ID, table.Keys = "interests", true
	table.Empty = ui.EmptyProps{Title: text.Word(ctx, "people.web.interest.none"), Text: text.Word(ctx, "people.web.interest.none_hint")}
	table.Pager = pagerOf(interestsAt+"?status="+q.status()+"&", q.Cursor, next)
	for _, s := range people.InterestStatuses {
		table.Views = append(table.Views, ui.View{Label: text.Word(ctx, "status.interest."+s), Href: interestsAt + "?status=" + s, Count: -1, Current: s == q.status()})
	}
	return door.Show(w, r, interestsPlace(ctx), interestsPage(table))
}

func interestTable(ctx context.Context, list []people.InterestView) ui.TableProps {
	t := ui.TableProps{Caption: text.Word(ctx, "people.web.interests"), Columns: []ui.Column{
		{Label: text.Word(ctx, "people.web.interest.user")}, {Label: text.Word(ctx, "people.web.interest.whom")},
		{Label: text.Word(ctx, "people.web.interest.kind"), Priority: 2}, {Label: text.Word(ctx, "people.web.interest.from"), Priority: 3},
	}}
	for _, i := range list {
		t.Rows = append(t.Rows, ui.Row{ID: i.ID.String(), Href: interestsAt + "/" + i.ID.String(), Title: i.UserName.In(text.From(ctx)), Sub: toldBy(ctx, i),
			Cells: []templ.Component{ui.Text(whom(ctx, i)), ui.Text(coded(ctx, interestKindKey, i.Kind)), ui.Text(i.From.In(text.From(ctx)))}})
	}
	return t
}

// whom is whom an interest is in: by card, by number for who does not see names, or as it was declared.
func whom(ctx context.Context, i people.InterestView) string {
	switch {
	case i.Card.Name != "":
		return i.Card.Name
	case i.Person.IsZero():
		return saidName(ctx, i.Said)
	case i.Card.Number != "":
		return text.Word(ctx, "people.web.interest.numbered", "number", i.Card.Number)
	}
	return text.Word(ctx, "people.web.not_named")
}

func toldBy(ctx context.Context, i people.InterestView) string {
	if i.Declared {
		return text.Word(ctx, "people.web.interest.by_self")
	}
	return text.Word(ctx, "people.web.interest.by_other")
}

func (p *pages) interest(w http.ResponseWriter, r *http.Request) error {
	return p.showInterest(w, r, nil)
}

// interestPageOf is one interest with who may have been meant by it.
type interestPageOf struct {
	people.InterestView
	lines []ui.AuditLine
	form  ui.FormProps // to end it
	found []people.Match
	asked string
}

func (p *pages) showInterest(w http.ResponseWriter, r *http.Request, refused error) error {
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
	i, rows, err := p.room.InterestOf(ctx, a, id)
	if err != nil {
		return err
	}
	v := interestPageOf{InterestView: i, asked: q.Q, form: ui.FormProps{Action: interestsAt + "/" + id.String() + "/end", Version: strconv.FormatInt(i.Version, 10)}}
	if v.lines, err = p.audit(ctx, rows); err != nil {
		return err
	}
	if i.Status == "declared" && a.Is(access.Supervisor) {
		if v.asked == "" {
			v.asked = i.Said.Name
		}
		if v.found, err = p.room.Search(ctx, a, v.asked, 20); err != nil {
			return err
		}
	}
	place := interestsPlace(ctx)
	place.Crumbs[0].Href = interestsAt
	place.Crumbs = append(place.Crumbs, ui.Crumb{Label: i.UserName.In(text.From(ctx))})
	if refused != nil {
		return door.Refuse(w, r, refused, place, func(err error) templ.Component {
			v.form.Typed, v.form.Fault = door.Typed(r), err
			return interestPage(v)
		})
	}
	return door.Show(w, r, place, interestPage(v))
}

func interestFacts(ctx context.Context, i people.InterestView) []ui.Fact {
	lang := text.From(ctx)
	person := ui.Fact{Label: text.Word(ctx, "people.web.interest.whom"), Value: whom(ctx, i)}
	if i.Card.Name != "" {
		person.Href = "/desk/persons/" + i.Person.String()
	}
	out := []ui.Fact{{Label: text.Word(ctx, "people.web.interest.user"), Value: i.UserName.In(lang), Note: toldBy(ctx, i)}, person,
		{Label: text.Word(ctx, "people.web.interest.kind"), Value: coded(ctx, interestKindKey, i.Kind)},
		{Label: text.Word(ctx, "people.web.interest.from"), Value: i.From.In(lang)}}
	if i.Until != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "people.web.interest.until"), Value: i.Until.In(lang)})
	}
	if i.Declared {
		out = append(out, ui.Fact{Label: text.Word(ctx, "people.web.interest.said"), Value: saidName(ctx, i.Said), Note: saidMore(ctx, i.Said)})
	} else if i.Said.Note != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "people.web.interest.note"), Value: i.Said.Note})
	}
	return out
}

// mayStep tells whether a step on an interest is the reader's to take.
func (v interestPageOf) mayStep(step string) bool {
	for _, x := range v.Actions {
		if x.Step == step {
			return x.Blocked == nil
		}
	}
	return false
}

func meantTable(ctx context.Context, v interestPageOf) ui.TableProps {
	at := interestsAt + "/" + v.ID.String()
	t := matchTable(ctx, v.asked, v.found)
	t.ID, t.Caption, t.Keys = "meant", text.Word(ctx, "step.interest.match"), false
	t.Filter = &ui.FilterProps{Action: at, Value: v.asked, Placeholder: text.Word(ctx, "people.web.find")}
	t.Empty = ui.EmptyProps{Title: text.Word(ctx, "people.web.none_found"), Text: text.Word(ctx, "people.web.none_found_hint")}
	for n, m := range v.found {
		t.Rows[n].Acts = []ui.Act{{Label: text.Word(ctx, "people.web.interest.this_one"), Post: at + "/match", Small: true,
			Fields: map[string]string{"person_id": m.Card.ID.String(), "version": strconv.FormatInt(v.Version, 10)}}}
	}
	return t
}

func (p *pages) matchInterest(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.MatchInput
	ctx := r.Context()
	if err := door.Form(r, &in); err != nil {
		return err
	}
	if _, err := p.room.MatchInterest(ctx, access.From(ctx), id, in); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "people.web.interest.matched")
	return door.See(w, r, interestsAt+"/"+id.String())
}

func (p *pages) endInterest(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.RemoveInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.EndInterest(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "people.web.interest.lifted")
			return door.See(w, r, interestsAt)
		}
	}
	return p.showInterest(w, r, err)
}

// interestsOf is the page of a person's conflicts of interest, for who looks after them.
type interestsOf struct {
	card  people.Card
	list  ui.TableProps
	form  ui.FormProps
	users []ui.Option
	find  string
	at    string
}

func (p *pages) interestsIn(w http.ResponseWriter, r *http.Request) error {
	return p.showInterestsIn(w, r, nil)
}

func (p *pages) showInterestsIn(w http.ResponseWriter, r *http.Request, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var q struct {
		Find string `json:"find,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	at := "/desk/persons/" + id.String() + "/interests"
	v := interestsOf{find: q.Find, at: at, form: ui.FormProps{Action: at + "?find=" + urlEscape(q.Find)}}
	if v.card, err = p.room.Card(ctx, a, id); err != nil {
		return err
	}
	list, err := p.room.InterestsIn(ctx, a, id)
	if err != nil {
		return err
	}
	v.list = interestTable(ctx, list)
	v.list.ID = "interests-in"
	v.list.Empty = ui.EmptyProps{Title: text.Word(ctx, "people.web.interest.none_in"), Text: text.Word(ctx, "people.web.interest.none_in_hint")}
	for n, i := range list {
		v.list.Rows[n].Tags = []ui.TagProps{{Text: text.Word(ctx, "status.interest."+i.Status), Tone: map[string]ui.Tone{"stands": ui.Warn}[i.Status]}}
	}
	users, err := p.room.UsersCalled(ctx, a, q.Find)
	if err != nil {
		return err
	}
	for _, u := range users {
		v.users = append(v.users, ui.Option{Value: u.ID.String(), Label: u.Name.In(text.From(ctx)), Hint: u.Mail})
	}
	place := ui.Page{Title: text.Word(ctx, "people.web.interests"), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"},
		{Label: nameOr(ctx, v.card.Name), Href: "/desk/persons/" + id.String()}, {Label: text.Word(ctx, "people.web.interests")}}}
	if refused != nil {
		return door.Refuse(w, r, refused, place, func(err error) templ.Component {
			v.form.Typed, v.form.Fault = door.Typed(r), err
			return interestsInPage(v)
		})
	}
	return door.Show(w, r, place, interestsInPage(v))
}

// interestIn is an interest as the form on a person's page sends it.
type interestIn struct {
	User db.ID  `json:"user_id"`
	Kind string `json:"kind,omitempty"`
	Note string `json:"note,omitempty"`
}

func (p *pages) recordInterest(w http.ResponseWriter, r *http.Request) error {
	return p.decideInterest(w, r, "people.web.interest.recorded", p.room.RecordInterest)
}

func (p *pages) refuteInterest(w http.ResponseWriter, r *http.Request) error {
	return p.decideInterest(w, r, "people.web.interest.refuted", p.room.RefuteInterest)
}

func (p *pages) decideInterest(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, access.Actor, people.InterestInput) (people.Interest, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in interestIn
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = do(ctx, access.From(ctx), people.InterestInput{User: in.User, Person: id, Kind: in.Kind, Note: in.Note}); err == nil {
			door.Toast(w, r, ui.OK, done)
			return door.See(w, r, "/desk/persons/"+id.String()+"/interests")
		}
	}
	return p.showInterestsIn(w, r, err)
}

func interestKindKey(v string) string { return "people.interest_kind." + v }
