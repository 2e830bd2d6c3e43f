package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

var (
	agencyResource  = door.Resource{Name: "agency", Doc: "The agency's settings"}
	teamResource    = door.Resource{Name: "teams", Doc: "Teams of the agency and of contracted organizations"}
	codeResource    = door.Resource{Name: "codes", Doc: "Choices that the agency words itself"}
	holidayResource = door.Resource{Name: "holidays", Doc: "Days on which the office is closed besides national holidays"}
	fieldResource   = door.Resource{Name: "extra-fields", Doc: "Fields that the agency adds to main records"}
)

type api struct{ room *agency.Room }

func mountAPI(d *door.Router, room *agency.Room) {
	a := api{room}
	staff := door.By(access.StaffRoles...)
	door.Call(d, "GET", agencyResource, "", "The settings as they stand", readers, a.settings)
	door.Call(d, "POST", agencyResource, "/edit", "Change the settings; version is the one that was read", keepers, a.edit)
	door.List(d, teamResource, staff, a.teams)
	door.Get(d, teamResource, staff, a.team)
	door.Create(d, teamResource, keepers, a.createTeam)
	door.Patch(d, teamResource, keepers, a.patchTeam)
	door.Step(d, teamResource, "close", keepers, a.closeTeam)
	door.Step(d, teamResource, "reopen", keepers, a.reopenTeam)
	door.List(d, codeResource, readers, a.codes)
	door.Create(d, codeResource, keepers, a.createCode)
	door.Patch(d, codeResource, keepers, a.patchCode)
	door.Step(d, codeResource, "retire", keepers, a.stepCode("retire"))
	door.Step(d, codeResource, "restore", keepers, a.stepCode("restore"))
	door.List(d, holidayResource, readers, a.holidays)
	door.Create(d, holidayResource, keepers, a.createHoliday)
	door.Step(d, holidayResource, "void", keepers, a.voidHoliday)
	door.List(d, fieldResource, readers, a.fields)
	door.Create(d, fieldResource, keepers, a.createField)
	door.Patch(d, fieldResource, keepers, a.patchField)
	door.Step(d, fieldResource, "retire", keepers, a.stepField("retire"))
	door.Step(d, fieldResource, "restore", keepers, a.stepField("restore"))
}

// headOut is what every record in the API begins with.
type headOut struct {
	ID      db.ID    `json:"id"`
	Status  string   `json:"status"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
}

func headOf[R any](a access.Actor, f *flow.Table[R], h flow.Head, rec R) headOut {
	return headOut{h.ID, h.Status, h.Version, f.Free(a, rec)}
}

type none struct{}

type settingsOut struct {
	Version       int64     `json:"version"`
	Name          text.Pair `json:"name"`
	Zone          string    `json:"zone"`
	Currency      string    `json:"currency"`
	FiscalMonth   int64     `json:"fiscal_month"`
	Language      text.Lang `json:"language"`
	ThrottleFrom  int64     `json:"throttle_from"`
	IdleMinutes   int64     `json:"idle_minutes"`
	AbsoluteHours int64     `json:"absolute_hours"`
	AdultFrom     int64     `json:"adult_from"`
	ConsentFrom   int64     `json:"consent_from"`
	Contact       text.Pair `json:"contact" doc:"How residents reach the agency"`
	agency.Deadlines
}

func settingsOf(s agency.Settings) settingsOut {
	return settingsOut{s.Version, s.Name, s.Zone, s.Currency, s.FiscalMonth, s.Language, s.ThrottleFrom, s.IdleMinutes, s.AbsoluteHours, s.Adult, s.Consent, s.Contact, s.Deadlines}
}

func (x api) settings(ctx context.Context, a access.Actor, _ none) (settingsOut, error) {
	s, err := x.room.CurrentSettings(ctx, a)
	return settingsOf(s), err
}

func (x api) edit(ctx context.Context, a access.Actor, in agency.SettingsInput) (settingsOut, error) {
	s, err := x.room.Edit(ctx, a, in)
	return settingsOf(s), err
}

type teamOut struct {
	headOut
	Name       text.Pair `json:"name"`
	Parent     db.ID     `json:"parent_id"`
	Contracted bool      `json:"contracted"`
	Position   int64     `json:"position"`
}

func teamOf(a access.Actor, t agency.Team) teamOut {
	return teamOut{headOf(a, agency.TeamFlow, t.Head, t), t.Name, t.Parent, t.Contracted, t.Position}
}

type teamsAsked struct {
	door.Paging
	Closed bool `json:"closed" doc:"Closed teams too"`
}

// page cuts a whole list, which is never long, to what was asked for.
func page[R, Out any](all []R, p door.Paging, id func(R) db.ID, out func(R) Out) door.Items[Out] {
	var items door.Items[Out]
	total := int64(len(all))
	items.Total = &total
	for i, rec := range all {
		if p.Cursor == id(rec).String() {
			all = all[i+1:]
			break
		}
	}
	for i, rec := range all {
		if i == p.Limit {
			items.Next = id(all[i-1]).String()
			break
		}
		items.Items = append(items.Items, out(rec))
	}
	return items
}

func (x api) teams(ctx context.Context, a access.Actor, q teamsAsked) (door.Items[teamOut], error) {
	teams, err := x.room.TeamList(ctx, a, q.Closed)
	return page(teams, q.Paging, func(t agency.Team) db.ID { return t.ID }, func(t agency.Team) teamOut { return teamOf(a, t) }), err
}

func (x api) team(ctx context.Context, a access.Actor, id db.ID) (teamOut, error) {
	t, err := x.room.Team(ctx, a, id)
	return teamOf(a, t), err
}

func (x api) createTeam(ctx context.Context, a access.Actor, in agency.TeamInput) (teamOut, error) {
	t, err := x.room.CreateTeam(ctx, a, in)
	return teamOf(a, t), err
}

type teamPatch struct {
	Version    int64      `json:"version"`
	Name       *text.Pair `json:"name"`
	Parent     *db.ID     `json:"parent_id"`
	Contracted *bool      `json:"contracted"`
	Position   *int64     `json:"position"`
}

// set takes over what a patch mentions.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (x api) patchTeam(ctx context.Context, a access.Actor, id db.ID, in teamPatch) (teamOut, error) {
	t, err := x.room.Team(ctx, a, id)
	if err != nil {
		return teamOut{}, err
	}
	whole := teamInput(t)
	whole.Version = in.Version
	set(&whole.Name, in.Name)
	set(&whole.Parent, in.Parent)
	set(&whole.Contracted, in.Contracted)
	set(&whole.Position, in.Position)
	t, err = x.room.EditTeam(ctx, a, id, whole)
	return teamOf(a, t), err
}

func (x api) closeTeam(ctx context.Context, a access.Actor, id db.ID, in agency.StepInput) (teamOut, error) {
	t, err := x.room.CloseTeam(ctx, a, id, in)
	return teamOf(a, t), err
}

func (x api) reopenTeam(ctx context.Context, a access.Actor, id db.ID, in agency.StepInput) (teamOut, error) {
	t, err := x.room.ReopenTeam(ctx, a, id, in)
	return teamOf(a, t), err
}

type codeOut struct {
	headOut
	List     string    `json:"list"`
	Key      string    `json:"key"`
	Label    text.Pair `json:"label"`
	Position int64     `json:"position"`
}

func codeOf(a access.Actor, c agency.Code) codeOut {
	return codeOut{headOf(a, agency.CodeFlow, c.Head, c), c.List, c.Key, c.Label, c.Position}
}

type codesAsked struct {
	door.Paging
	List string `json:"list" doc:"Which list"`
}

func (x api) codes(ctx context.Context, a access.Actor, q codesAsked) (door.Items[codeOut], error) {
	codes, err := x.room.CodeList(ctx, a, q.List)
	return page(codes, q.Paging, func(c agency.Code) db.ID { return c.ID }, func(c agency.Code) codeOut { return codeOf(a, c) }), err
}

func (x api) createCode(ctx context.Context, a access.Actor, in agency.CodeInput) (codeOut, error) {
	c, err := x.room.CreateCode(ctx, a, in)
	return codeOf(a, c), err
}

func (x api) patchCode(ctx context.Context, a access.Actor, id db.ID, in agency.CodePatch) (codeOut, error) {
	c, err := x.room.PatchCode(ctx, a, id, in)
	return codeOf(a, c), err
}

func (x api) stepCode(step string) func(context.Context, access.Actor, db.ID, agency.StepInput) (codeOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in agency.StepInput) (codeOut, error) {
		c, err := x.room.StepCode(ctx, a, id, step, in.Version)
		return codeOf(a, c), err
	}
}

type holidayOut struct {
	headOut
	Day  calendar.Date `json:"day"`
	Name text.Pair     `json:"name"`
}

func holidayOf(a access.Actor, h agency.Holiday) holidayOut {
	return holidayOut{headOf(a, agency.HolidayFlow, h.Head, h), h.Day, h.Name}
}

type holidaysAsked struct{ door.Paging }

func (x api) holidays(ctx context.Context, a access.Actor, q holidaysAsked) (door.Items[holidayOut], error) {
	days, err := x.room.HolidayList(ctx, a)
	return page(days, q.Paging, func(h agency.Holiday) db.ID { return h.ID }, func(h agency.Holiday) holidayOut { return holidayOf(a, h) }), err
}

func (x api) createHoliday(ctx context.Context, a access.Actor, in agency.HolidayInput) (holidayOut, error) {
	h, err := x.room.CreateHoliday(ctx, a, in)
	return holidayOf(a, h), err
}

func (x api) voidHoliday(ctx context.Context, a access.Actor, id db.ID, in agency.StepInput) (holidayOut, error) {
	h, err := x.room.VoidHoliday(ctx, a, id, in)
	return holidayOf(a, h), err
}

type fieldOut struct {
	headOut
	Entity   string    `json:"entity"`
	Key      string    `json:"key"`
	Label    text.Pair `json:"label"`
	Kind     string    `json:"kind"`
	List     string    `json:"list"`
	Required bool      `json:"required"`
	Position int64     `json:"position"`
}

func fieldOf(a access.Actor, f agency.Field) fieldOut {
	return fieldOut{headOf(a, agency.FieldFlow, f.Head, f), f.Entity, f.Key, f.Label, f.Kind, f.List, f.Required, f.Position}
}

type fieldsAsked struct{ door.Paging }

func (x api) fields(ctx context.Context, a access.Actor, q fieldsAsked) (door.Items[fieldOut], error) {
	fields, err := x.room.FieldList(ctx, a)
	return page(fields, q.Paging, func(f agency.Field) db.ID { return f.ID }, func(f agency.Field) fieldOut { return fieldOf(a, f) }), err
}

func (x api) createField(ctx context.Context, a access.Actor, in agency.FieldInput) (fieldOut, error) {
	f, err := x.room.CreateField(ctx, a, in)
	return fieldOf(a, f), err
}

func (x api) patchField(ctx context.Context, a access.Actor, id db.ID, in agency.FieldPatch) (fieldOut, error) {
	f, err := x.room.PatchField(ctx, a, id, in)
	return fieldOf(a, f), err
}

func (x api) stepField(step string) func(context.Context, access.Actor, db.ID, agency.StepInput) (fieldOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in agency.StepInput) (fieldOut, error) {
		f, err := x.room.StepField(ctx, a, id, step, in.Version)
		return fieldOf(a, f), err
	}
}
