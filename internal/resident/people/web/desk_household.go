package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

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

// homes is a person's households as their page shows them.
type homes struct {
	people.Around
	list []home
}

// home is one household with what it adds up to.
type home struct {
	people.HouseholdView
	now    people.RollUp
	months []people.RollUp
}

// household is the page of a person's households, on a day: today unless the
// reader asks for another.
func (p *pages) household(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	q := struct {
		On calendar.Date `json:"on,omitempty"`
	}{}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	on := cmp.Or(q.On, p.room.Today(ctx))
	x, err := p.room.Around(ctx, access.From(ctx), id, on)
	if err != nil {
		return err
	}
	h := homes{Around: x}
	for _, view := range x.Households {
		one := home{HouseholdView: view}
		if one.now, err = x.RollUp(view, x.On); err != nil {
			return err
		}
		if one.months, err = x.Months(view, x.On); err != nil {
			return err
		}
		h.list = append(h.list, one)
	}
	slices.SortStableFunc(h.list, func(a, b home) int { return cmp.Compare(a.rank(), b.rank()) })
	return door.Show(w, r, h.page(ctx, "people.web.household.title", true), householdPage(h))
}

// rank orders by kind, and of a kind those that are lived in before those that were.
func (h home) rank() int {
	n := 2 * slices.Index(people.HouseholdKinds, h.Kind)
	if len(h.Standing()) == 0 {
		n++
	}
	return n
}

func (h homes) at() string { return personAt(h.Person.ID) }

func personAt(id db.ID) string { return "/desk/persons/" + id.String() }

// page is one about the person; of an address that does not name the person,
// the way back to them is said here.
func (h homes) page(ctx context.Context, title string, named bool) ui.Page {
	page := ui.Page{Title: text.Word(ctx, title)}
	if !named {
		page.Crumbs = []ui.Crumb{{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"},
			{Label: nameOr(ctx, h.Person.Name), Href: personAt(h.Person.ID)}, {Label: page.Title}}
	}
	return page
}

// named is what a reader is told of who somebody around a person is.
func named(ctx context.Context, x people.Around, id db.ID) (name, href string) {
	c, known := x.Others[id]
	if !known {
		return text.Word(ctx, "people.web.household.unnamed"), ""
	}
	if x.Open[id] {
		href = personAt(id)
	}
	return nameOr(ctx, c.Name), href
}

func (h homes) title(ctx context.Context, one home) string {
	kind := coded(ctx, householdKindKey, one.Kind)
	switch {
	case one.Withheld:
		return text.Word(ctx, "people.web.household.of", "kind", kind, "label", text.Word(ctx, "people.web.household.label_withheld"))
	case one.Label != "":
		return text.Word(ctx, "people.web.household.of", "kind", kind, "label", one.Label)
	}
	return kind
}

func (h homes) acts(ctx context.Context, one home) []ui.Act {
	at, of := "/desk/households/"+one.ID.String(), "?of="+h.Person.ID.String()
	acts := []ui.Act{{Label: text.Word(ctx, "step.household.join"), Href: at + "/join" + of, Small: true}}
	if n := len(one.Standing()); n > 0 {
		acts = append(acts, ui.Act{Label: text.Word(ctx, "step.household.move_out"), Href: at + "/move_out" + of, Small: true})
		if n > 1 {
			acts = append(acts, ui.Act{Label: text.Word(ctx, "step.household.lead"), Href: at + "/lead" + of, Small: true})
		}
	}
	if slices.Contains(access.From(ctx).Roles, access.Supervisor) {
		acts = append(acts, ui.Act{Label: text.Word(ctx, "people.web.household.void"), Href: at + "/void" + of, Small: true})
	}
	return acts
}

// table lists memberships of a household.
func (h homes) table(ctx context.Context, one home, members []people.Member, id, caption string) ui.TableProps {
	t := ui.TableProps{ID: id + one.ID.String(), Caption: caption, Columns: []ui.Column{
		{Label: text.Word(ctx, "people.web.field.name")}, {Label: text.Word(ctx, "people.web.household.relation")},
		{Label: text.Word(ctx, "people.web.household.when")},
	}}
	t.Empty = ui.EmptyProps{Title: text.Word(ctx, "people.web.household.nobody")}
	for _, m := range members {
		name, href := named(ctx, h.Around, m.Person)
		row := ui.Row{ID: m.ID.String(), Href: href, Title: name, Muted: href == "", Cells: []templ.Component{
			ui.Text(relationWord(ctx, m)), ui.Text(daysText(ctx, m.From, m.Until))}}
		if m.Leads && m.Until == "" {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.relation.self"), Tone: ui.Info})
		}
		if died := h.Died(m.Person); died != "" {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.died")})
		}
		if href != "" {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "people.web.household.correct"), Href: h.memberAt(m, "change"), Small: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// goes lists the memberships that are taken back with a household; nothing is done from here but that.
func (x homeForm) goes(ctx context.Context) ui.TableProps {
	t := x.table(ctx, x.home, x.Members, "goes-", text.Word(ctx, "people.web.household.void_members"))
	for i := range t.Rows {
		t.Rows[i].Acts = nil
	}
	return t
}

// memberAt is the address of an act on a membership, from the person's page.
func (h homes) memberAt(m people.Member, act string) string {
	return "/desk/household-members/" + m.ID.String() + "/" + act + "?of=" + h.Person.ID.String()
}

func relationWord(ctx context.Context, m people.Member) string {
	if m.Relation == "" {
		return text.Word(ctx, "people.web.household.relation_unknown")
	}
	return coded(ctx, relationKey, m.Relation)
}

// daysText is from when to when, to the day.
func daysText(ctx context.Context, from, until calendar.Date) string {
	lang := text.From(ctx)
	switch {
	case from == "" && until == "":
		return text.Word(ctx, "people.web.household.start_unknown")
	case from == "":
		return text.Word(ctx, "people.web.up_to", "until", until.In(lang))
	case until == "":
		return text.Word(ctx, "people.web.since", "from", from.In(lang))
	}
	return text.Word(ctx, "people.web.from_until", "from", from.In(lang), "until", until.In(lang))
}

// sizeFacts is how many are in a household on the day, and how old.
func sizeFacts(ctx context.Context, sum people.RollUp) []ui.Fact {
	out := []ui.Fact{{Label: text.Word(ctx, "people.web.household.size"), Value: personsIn(ctx, sum.Size)}}
	for _, x := range []struct {
		key string
		n   int
	}{{"children", sum.Children}, {"adults", sum.Adults}, {"elders", sum.Elders}, {"age_unknown", sum.Ages}} {
		if x.n > 0 {
			out = append(out, ui.Fact{Label: text.Word(ctx, "people.web.household."+x.key), Value: personsIn(ctx, x.n)})
		}
	}
	return out
}

func personsIn(ctx context.Context, n int) string {
	return text.Word(ctx, "people.web.household.persons", "n", n)
}

// sums are amounts of several currencies, never added up, with how well they
// are known.
func sums(ctx context.Context, list []people.Sum) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = text.Word(ctx, "people.web.household.sum", "amount", s.Money.In(text.From(ctx)), "evidence", coded(ctx, evidenceKey, s.Evidence))
	}
	if len(words) == 0 {
		return text.Word(ctx, "people.web.household.none_known")
	}
	return text.List(text.From(ctx), words)
}

// gaps says what is not in a month's sums.
func gaps(ctx context.Context, sum people.RollUp) string {
	var words []string
	for _, x := range []struct {
		key string
		n   int
	}{{"unknown", sum.Unknown}, {"left_out", sum.Left}, {"loose", sum.Loose}} {
		if x.n > 0 {
			words = append(words, text.Word(ctx, "people.web.household."+x.key, "n", x.n))
		}
	}
	return text.List(text.From(ctx), words)
}

// monthTable is income and expense by month, newest first; months on end that say the same are one line. It is called
// by its household, of which a person may have several.
func (h homes) monthTable(ctx context.Context, one home) ui.MoneyProps {
	caption := text.Word(ctx, "people.web.household.of", "kind", h.title(ctx, one), "label", text.Word(ctx, "people.web.household.money"))
	t := ui.MoneyProps{Caption: caption, Columns: []string{
		text.Word(ctx, "people.web.household.month"), text.Word(ctx, "people.circumstance_kind.income"), text.Word(ctx, "people.circumstance_kind.expense")}}
	for i := 0; i < len(one.months); {
		newest := one.months[i]
		line := monthLine(ctx, newest)
		oldest := newest
		for i++; i < len(one.months) && one.months[i].On.MonthStart().AddMonths(1) == oldest.On.MonthStart() && sameLine(line, monthLine(ctx, one.months[i])); i++ {
			oldest = one.months[i]
		}
		line.Label = calendar.FormatMonth(newest.On, text.From(ctx))
		if oldest.On != newest.On {
			line.Label = rangeText(ctx, oldest.On, newest.On)
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

func monthLine(ctx context.Context, m people.RollUp) ui.MoneyLine {
	return ui.MoneyLine{Note: gaps(ctx, m), Amounts: []string{sums(ctx, m.Income), sums(ctx, m.Expense)}}
}

func sameLine(a, b ui.MoneyLine) bool { return a.Note == b.Note && slices.Equal(a.Amounts, b.Amounts) }

// homeForm is a household, with what its forms need to be drawn.
type homeForm struct {
	homes
	home
	member people.Member
	tie    people.Relationship
	found  []ui.Found
	chosen string
	form   ui.FormProps
}

// picking is what a form with a person picker sends besides its input.
type picking struct {
	PersonQ string `json:"person_id_q,omitempty"`
	OtherQ  string `json:"other_id_q,omitempty"` // a name of its own: the input beside it has an Other
	Search  string `json:"search,omitempty"`
}

func (k *picking) sought() (string, bool) { return cmp.Or(k.PersonQ, k.OtherQ), k.Search != "" }

// homeAct is one guided act on a household or on a membership.
type homeAct struct {
	title, done string
	draw        func(homeForm) templ.Component
	in          func() any
	take        func(ctx context.Context, a access.Actor, x homeForm, in any) error
}

func (p *pages) askHome(act homeAct) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := p.homeOf(r)
		if err != nil {
			return err
		}
		return door.Show(w, r, x.page(r.Context(), act.title, x.HouseholdView.ID.IsZero() && x.tie.ID.IsZero()), act.draw(x))
	}
}

// takeHome takes a form. After a conflict it is drawn with the household as it
// now is, whose version it then sends.
func (p *pages) takeHome(act homeAct) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, a := r.Context(), access.From(r.Context())
		x, err := p.homeOf(r)
		if err != nil {
			return err
		}
		in := act.in()
		err = door.Form(r, in)
		x.form.Typed = door.Typed(r)
		if k, picks := in.(interface{ sought() (string, bool) }); picks {
			if q, sought := k.sought(); sought {
				return p.look(w, r, act, x, q)
			}
		}
		if err == nil {
			if err = act.take(ctx, a, x, in); err == nil {
				door.Toast(w, r, ui.OK, act.done)
				return door.See(w, r, x.at()+"/household")
			}
		}
		return door.Refuse(w, r, err, x.page(ctx, act.title, x.HouseholdView.ID.IsZero() && x.tie.ID.IsZero()), func(err error) templ.Component {
			x.form.Fault = err
			x.chosen = p.known(ctx, a, cmp.Or(x.form.Typed.Get("person_id"), x.form.Typed.Get("other_id")))
			return act.draw(x)
		})
	}
}

// look answers a picker without script: the same form, with who was found.
func (p *pages) look(w http.ResponseWriter, r *http.Request, act homeAct, x homeForm, q string) error {
	var err error
	if x.found, err = p.findable(r.Context(), q); err != nil {
		return err
	}
	return door.Show(w, r, x.page(r.Context(), act.title, x.HouseholdView.ID.IsZero() && x.tie.ID.IsZero()), act.draw(x))
}

// findable are those a search finds whom the reader may open.
func (p *pages) findable(ctx context.Context, q string) ([]ui.Found, error) {
	matches, err := p.room.Search(ctx, access.From(ctx), q, 8)
	var out []ui.Found
	for _, m := range matches {
		if m.Visible {
			out = append(out, foundOf(ctx, m))
		}
	}
	return out, err
}

// known is the name of a person whom somebody chose, empty unless they may open
// the record.
func (p *pages) known(ctx context.Context, a access.Actor, typed string) string {
	id, err := db.ParseID(typed)
	if err != nil {
		return ""
	}
	c, err := p.room.Card(ctx, a, id)
	if err != nil {
		return ""
	}
	return nameOr(ctx, c.Name)
}

// pick answers a picker as it is typed into.
func (p *pages) pick(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Name   string `json:"name"`
		Person string `json:"person_id_q,omitempty"`
		Other  string `json:"other_id_q,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	found, err := p.findable(r.Context(), cmp.Or(q.Person, q.Other))
	if err != nil {
		return err
	}
	return door.Render(w, r, ui.PickerFound(q.Name, found))
}

// homeOf finds what a form is about: the person whose page it was opened from
// and, where the address names one, the household or the membership.
func (p *pages) homeOf(r *http.Request) (homeForm, error) {
	var x homeForm
	id, err := door.ID(r, "id")
	if err != nil {
		return x, err
	}
	var q struct {
		Of db.ID `json:"of,omitzero"`
	}
	if err := door.Query(r, &q); err != nil {
		return x, err
	}
	ctx, a := r.Context(), access.From(r.Context())
	switch kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/desk/"), "/"); kind {
	case "households":
		if q.Of.IsZero() {
			q.Of, err = p.room.Somebody(ctx, a, id)
		}
		if err == nil {
			x.Around, err = p.room.Around(ctx, a, q.Of, p.room.Today(ctx))
		}
		if err == nil {
			x.HouseholdView, err = x.Around.Household(id)
		}
		x.form.Version = strconv.FormatInt(x.Version, 10)
	case "household-members":
		var m people.Member
		if m, err = p.room.Membership(ctx, a, id); err == nil {
			q.Of = cmp.Or(q.Of, m.Person)
			x.Around, err = p.room.Around(ctx, a, q.Of, p.room.Today(ctx))
		}
		if err == nil {
			x.HouseholdView, x.member, err = x.Around.Member(id)
		}
		x.form.Version = strconv.FormatInt(x.member.Version, 10)
	case "relationships":
		var side db.ID
		if _, side, err = p.room.Relationship(ctx, a, id); err == nil {
			q.Of = cmp.Or(q.Of, side)
			x.Around, err = p.room.Around(ctx, a, q.Of, p.room.Today(ctx))
		}
		if err == nil {
			x.tie, err = x.Around.Tie(id)
		}
		x.form.Version = strconv.FormatInt(x.tie.Version, 10)
	default:
		q.Of = id
		x.Around, err = p.room.Around(ctx, a, id, p.room.Today(ctx))
	}
	x.form.Action = r.URL.Path + "?of=" + q.Of.String()
	return x, err
}

// choosable are members whom the actor may open, as choices by person.
func (x homeForm) choosable(ctx context.Context, leaders bool) []ui.Option {
	var out []ui.Option
	for _, m := range x.Standing() {
		if !x.Open[m.Person] || !leaders && m.Leads {
			continue
		}
		name, _ := named(ctx, x.Around, m.Person)
		out = append(out, ui.Option{Value: m.Person.String(), Label: name, Hint: relationWord(ctx, m)})
	}
	return out
}

func joinAct(room *people.Room) homeAct {
	type input struct {
		people.JoinInput
		picking
	}
	return homeAct{"step.household.join", "people.web.household.joined", joinPage, func() any { return &input{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.Join(ctx, a, x.HouseholdView.ID, in.(*input).JoinInput)
			return err
		}}
}

func moveOutAct(room *people.Room) homeAct {
	return homeAct{"step.household.move_out", "people.web.household.moved_out", moveOutPage, func() any { return &people.MoveOutInput{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, _, err := room.MoveOut(ctx, a, x.HouseholdView.ID, *in.(*people.MoveOutInput))
			return err
		}}
}

func leadAct(room *people.Room) homeAct {
	return homeAct{"step.household.lead", "people.web.saved", leadPage, func() any { return &people.LeadInput{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.Lead(ctx, a, x.HouseholdView.ID, *in.(*people.LeadInput))
			return err
		}}
}

func changeMemberAct(room *people.Room) homeAct {
	return homeAct{"people.web.household.correct", "people.web.saved", changeMemberPage, func() any { return &people.MemberChange{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.ChangeMember(ctx, a, x.member.ID, *in.(*people.MemberChange))
			return err
		}}
}

func removeMemberAct(room *people.Room) homeAct {
	return homeAct{"step.household_member.remove", "people.web.household.removed", removeMemberPage, func() any { return &people.RemoveInput{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.RemoveMember(ctx, a, x.member.ID, *in.(*people.RemoveInput))
			return err
		}}
}

func voidHouseholdAct(room *people.Room) homeAct {
	return homeAct{"people.web.household.void", "people.web.household.removed", voidHouseholdPage, func() any { return &people.RemoveInput{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.VoidHousehold(ctx, a, x.HouseholdView.ID, *in.(*people.RemoveInput))
			return err
		}}
}

// startIn is a new household of one person, whom others join.
type startIn struct {
	Kind  string        `json:"kind"`
	Label string        `json:"label,omitempty"`
	From  calendar.Date `json:"from,omitempty"`
}

func startAct(room *people.Room) homeAct {
	return homeAct{"step.household.create", "people.web.household.started", startPage, func() any { return &startIn{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			typed := in.(*startIn)
			_, err := room.CreateHousehold(ctx, a, people.HouseholdInput{Kind: typed.Kind, Label: typed.Label,
				Members: []people.MemberInput{{Person: x.Person.ID, Relation: "self", Leads: true, From: typed.From}}})
			return alone(err)
		}}
}

// alone points faults about the one member at the fields of the form.
func alone(err error) error {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	moved := *f
	moved.Fields = slices.Clone(f.Fields)
	for i, x := range moved.Fields {
		switch x.Pointer {
		case "/members/0/from":
			moved.Fields[i].Pointer = "/from"
		case "/members/0/person_id":
			moved.Fields[i].Pointer = "/kind"
		}
	}
	return &moved
}
