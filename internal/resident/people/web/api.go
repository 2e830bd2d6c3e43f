package web

import (
	"context"
	"errors"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

var persons = door.Resource{Name: "persons", Doc: "Residents and those around them"}

func mountAPI(d *door.Router, room *people.Room) {
	a := api{room}
	door.List(d, persons, readers, a.list)
	door.Search(d, persons, readers, a.list)
	door.Search(d, door.Resource{Name: "alike-persons", Doc: "Residents who may be the person described, the most alike first; to be asked before somebody is registered"}, writers, a.alike)
	door.Get(d, persons, readers, a.get)
	door.Create(d, persons, writers, a.create)
	door.Patch(d, persons, writers, a.patch)
	door.Step(d, persons, "protect", writers, a.protect)
	door.Step(d, persons, "record_death", writers, a.recordDeath)
	door.Step(d, persons, "correct_death", leaders, a.correctDeath)
	door.Step(d, persons, "restrict", leaders, a.restrict)
	door.Step(d, persons, "unrestrict", leaders, a.unrestrict)
	door.Step(d, persons, "unprotect", leaders, a.unprotect)
	mountHouseholdAPI(d, a)
	mountRelationshipAPI(d, a)
	mountCircumstanceAPI(d, a)
	mountPictureAPI(d, a)
	door.List(d, door.Resource{Name: "organizations", Doc: "Bodies that refer, employ, house or provide"}, door.By(access.StaffRoles...), a.organizations)
	door.Create(d, door.Resource{Name: "organizations", Doc: "Bodies that refer, employ, house or provide"}, writers, a.organization)
}

type api struct{ room *people.Room }

// personOut is a person in the API.
type personOut struct {
	ID                db.ID                 `json:"id"`
	Status            string                `json:"status"`
	Version           int64                 `json:"version"`
	Actions           []string              `json:"actions"`
	Number            string                `json:"number,omitempty"`
	Names             []people.NameInput    `json:"names"`
	BirthDate         calendar.Date         `json:"birth_date"`
	BirthPrecision    calendar.Precision    `json:"birth_precision,omitempty"`
	DiedOn            calendar.Date         `json:"died_on"`
	Gender            string                `json:"gender,omitempty"`
	Languages         []string              `json:"languages"`
	Interpreter       string                `json:"interpreter,omitempty"`
	Placeholder       string                `json:"placeholder,omitempty"`
	Contacts          []people.ContactInput `json:"contacts"`
	Addresses         []people.AddressInput `json:"addresses"`
	Withheld          bool                  `json:"withheld"`
	Restricted        bool                  `json:"restricted"`
	ContactProhibited bool                  `json:"contact_prohibited" doc:"Nobody may turn to the person, by any way"`
	ReachNote         string                `json:"reach_note,omitempty" doc:"How the person is reached safely"`
	MergedInto        db.ID                 `json:"merged_into,omitzero" doc:"The record that stays, of one that was merged; nothing else is told then"`
	CreatedAt         calendar.Time         `json:"created_at"`
	UpdatedAt         calendar.Time         `json:"updated_at"`
}

func outOf(f people.File) personOut {
	in := f.Input()
	out := personOut{
		ID: f.Person.ID, Status: f.Person.Status, Version: f.Person.Version, Actions: freeSteps(f.Actions), Number: f.Person.Number,
		Names: in.Names, BirthDate: in.BirthDate, BirthPrecision: in.BirthPrecision, DiedOn: f.Person.DiedOn, Gender: in.Gender,
		Languages: in.Languages, Interpreter: in.Interpreter, Placeholder: in.Placeholder,
		Contacts: in.Contacts, Addresses: in.Addresses, Withheld: f.Withheld, Restricted: f.Person.Restricted,
		ContactProhibited: in.ContactProhibited, ReachNote: in.ReachNote,
		CreatedAt: f.Person.CreatedAt, UpdatedAt: f.Person.UpdatedAt,
	}
	if out.Languages == nil {
		out.Languages = []string{}
	}
	if out.Contacts == nil {
		out.Contacts = []people.ContactInput{}
	}
	if out.Addresses == nil {
		out.Addresses = []people.AddressInput{}
	}
	return out
}

func freeSteps(actions []flow.Action) []string {
	out := []string{}
	for _, x := range actions {
		if x.Blocked == nil {
			out = append(out, x.Step)
		}
	}
	return out
}

// personQuery is what a list of persons can be asked.
type personQuery struct {
	door.Paging
	Q string `json:"q,omitempty" doc:"Name in any script, birth date, number or telephone"`
}

// personItem is a person in a list: the card, and why it matched.
type personItem struct {
	ID        db.ID         `json:"id"`
	Status    string        `json:"status"`
	Number    string        `json:"number,omitempty"`
	Name      string        `json:"name"`
	Kana      string        `json:"kana,omitempty"`
	BirthDate calendar.Date `json:"birth_date"`
	Visible   bool          `json:"visible"`
	Match     *matchOut     `json:"match,omitempty"`
}

type matchOut struct {
	Score   int      `json:"score"`
	Reasons []string `json:"reasons"`
}

func itemOf(c people.Card) personItem {
	return personItem{ID: c.ID, Status: c.Status, Number: c.Number, Name: c.Name, Kana: c.Kana, BirthDate: c.BirthDate, Visible: true}
}

// foundItem is a person found; of one who can only be found the year of birth is told.
func foundItem(m people.Match) personItem {
	item := itemOf(m.Card)
	if item.Visible = m.Visible; !m.Visible {
		item.BirthDate = yearOnly(m.Card)
	}
	return item
}

// matchItem is foundItem with what matched.
func matchItem(ctx context.Context, m people.Match) personItem {
	item := foundItem(m)
	item.Match = &matchOut{m.Score, reasonsIn(ctx, m.Reasons)}
	return item
}

// alikeQuery describes a person as far as is known.
type alikeQuery struct {
	door.Paging
	people.PersonInput
}

func (x api) alike(ctx context.Context, a access.Actor, q alikeQuery) (door.Items[personItem], error) {
	var out door.Items[personItem]
	matches, err := x.room.AlikeSoFar(ctx, a, q.PersonInput)
	for _, m := range matches {
		out.Items = append(out.Items, matchItem(ctx, m))
	}
	return out, err
}

func (x api) list(ctx context.Context, a access.Actor, q personQuery) (door.Items[personItem], error) {
	var out door.Items[personItem]
	if q.Q != "" {
		matches, err := x.room.Search(ctx, a, q.Q, q.Limit)
		for _, m := range matches {
			out.Items = append(out.Items, matchItem(ctx, m))
		}
		return out, err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	cards, err := x.room.List(ctx, a, before, q.Limit+1)
	if len(cards) > q.Limit {
		cards = cards[:q.Limit]
		out.Next = cards[q.Limit-1].ID.String()
	}
	for _, c := range cards {
		out.Items = append(out.Items, itemOf(c))
	}
	return out, err
}

// yearOnly is what someone who only finds a person is told of the birth date.
func yearOnly(c people.Card) calendar.Date {
	if c.BirthDate == "" {
		return ""
	}
	return calendar.NewPartial(c.BirthDate, calendar.ToYear).Date
}

func reasonsIn(ctx context.Context, keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = text.Word(ctx, k)
	}
	return out
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (personOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if errors.Is(err, fault.KindNotFound) {
		if at, none := x.room.Standing(ctx, a, id); none == nil {
			f.Person.ID, f.Person.Status = id, "merged"
			out := outOf(f)
			out.MergedInto = at
			return out, nil
		}
	}
	if err != nil {
		return personOut{}, err
	}
	return outOf(f), nil
}

func (x api) create(ctx context.Context, a access.Actor, in people.PersonInput) (personOut, error) {
	p, err := x.room.Create(ctx, a, in)
	if err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, p.ID)
}

// personPatch is a merge patch: what is not sent stays.
type personPatch struct {
	Names             *[]people.NameInput    `json:"names,omitempty"`
	BirthDate         *calendar.Date         `json:"birth_date,omitempty"`
	BirthPrecision    *calendar.Precision    `json:"birth_precision,omitempty"`
	Gender            *string                `json:"gender,omitempty"`
	Languages         *[]string              `json:"languages,omitempty"`
	Interpreter       *string                `json:"interpreter,omitempty"`
	Contacts          *[]people.ContactInput `json:"contacts,omitempty"`
	Addresses         *[]people.AddressInput `json:"addresses,omitempty"`
	ContactProhibited *bool                  `json:"contact_prohibited,omitempty"`
	ReachNote         *string                `json:"reach_note,omitempty"`
	Version           int64                  `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in personPatch) (personOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return personOut{}, err
	}
	edit := people.EditInput{PersonInput: f.Input(), Version: in.Version}
	set(&edit.Names, in.Names)
	if in.BirthDate != nil {
		edit.BirthPrecision = "" // of the date before
	}
	set(&edit.BirthDate, in.BirthDate)
	set(&edit.BirthPrecision, in.BirthPrecision)
	set(&edit.Gender, in.Gender)
	set(&edit.Languages, in.Languages)
	set(&edit.Interpreter, in.Interpreter)
	set(&edit.Contacts, in.Contacts)
	set(&edit.Addresses, in.Addresses)
	set(&edit.ContactProhibited, in.ContactProhibited)
	set(&edit.ReachNote, in.ReachNote)
	if _, err := x.room.Edit(ctx, a, id, edit); err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) protect(ctx context.Context, a access.Actor, id db.ID, in people.ProtectionInput) (personOut, error) {
	if _, err := x.room.Protect(ctx, a, id, in); err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, id)
}

type deathIn struct {
	DiedOn  calendar.Date `json:"died_on"`
	Version int64         `json:"version"`
}

func (x api) recordDeath(ctx context.Context, a access.Actor, id db.ID, in deathIn) (personOut, error) {
	if _, err := x.room.RecordDeath(ctx, a, id, in.Version, in.DiedOn); err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, id)
}

type reasonIn struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (x api) restrict(ctx context.Context, a access.Actor, id db.ID, in reasonIn) (personOut, error) {
	if _, err := x.room.Restrict(ctx, a, id, in.Version, in.Reason); err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) unrestrict(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (personOut, error) {
	return x.after(ctx, a, id, func() (people.Person, error) { return x.room.Unrestrict(ctx, a, id, in) })
}

func (x api) unprotect(ctx context.Context, a access.Actor, id db.ID, in people.UnprotectInput) (personOut, error) {
	return x.after(ctx, a, id, func() (people.Person, error) { return x.room.Unprotect(ctx, a, id, in) })
}

func (x api) correctDeath(ctx context.Context, a access.Actor, id db.ID, in people.DeathCorrection) (personOut, error) {
	return x.after(ctx, a, id, func() (people.Person, error) { return x.room.CorrectDeath(ctx, a, id, in) })
}

// after is the person once a step was taken.
func (x api) after(ctx context.Context, a access.Actor, id db.ID, step func() (people.Person, error)) (personOut, error) {
	if _, err := step(); err != nil {
		return personOut{}, err
	}
	return x.get(ctx, a, id)
}

type organizationIO struct {
	ID      db.ID     `json:"id,omitzero"`
	Status  string    `json:"status,omitempty"`
	Version int64     `json:"version,omitempty"`
	Name    text.Pair `json:"name"`
	Kind    string    `json:"kind,omitempty"`
	Phone   string    `json:"phone,omitempty"`
	Email   string    `json:"email,omitempty"`
	Address string    `json:"address,omitempty"`
}

func organizationOut(o people.Organization) organizationIO {
	return organizationIO{o.ID, o.Status, o.Version, o.Name, o.Kind, o.Phone, o.Email, o.Address}
}

func (x api) organizations(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[organizationIO], error) {
	var out door.Items[organizationIO]
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Organizations(ctx, a, after, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, o := range list {
		out.Items = append(out.Items, organizationOut(o))
	}
	return out, err
}

func (x api) organization(ctx context.Context, a access.Actor, in organizationIO) (organizationIO, error) {
	o, err := x.room.CreateOrganization(ctx, a, people.Organization{Name: in.Name, Kind: in.Kind, Phone: in.Phone, Email: in.Email, Address: in.Address})
	return organizationOut(o), err
}
