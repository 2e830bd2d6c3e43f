package web

import (
	"context"
	"errors"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

var (
	casesOf        = door.Resource{Name: "cases", Doc: "Cases: the work for a person or several of a household"}
	participantsOf = door.Resource{Name: "participants", Doc: "Persons and organizations that take part in a case"}
	notesOf        = door.Resource{Name: "notes", Doc: "What was said and done on a case"}
	promptsOf      = door.Resource{Name: "prompts", Doc: "What the program asks somebody to do on a case"}
	membersOf      = door.Resource{Name: "case-members", Doc: "Staff who work on a case besides its owner"}
)

func mountAPI(d *door.Router, room *cases.Room) {
	x := api{room}
	door.List(d, casesOf, readers, x.list)
	door.Get(d, casesOf, readers, x.get)
	door.Create(d, casesOf, openers, x.open)
	door.Patch(d, casesOf, workers, x.patch)
	for _, step := range append(append([]string{}, plainSteps...), pageSteps...) {
		door.Step(d, casesOf, step, by(cases.Flow, step), func(ctx context.Context, a access.Actor, id db.ID, in cases.StepInput) (stepOut, error) {
			c, err := room.Step(ctx, a, id, step, in)
			return stepOut{c.ID, c.Number, c.Status, c.Stage, c.Version, cases.Flow.Free(a, c)}, err
		})
	}
	door.Get(d, participantsOf, readers, x.participant)
	door.Create(d, participantsOf, openers, x.addParticipant)
	door.Patch(d, participantsOf, workers, x.changeParticipant)
	door.Step(d, participantsOf, "end", workers, x.endParticipant)
	door.Step(d, participantsOf, "void", workers, x.voidParticipant)
	door.List(d, notesOf, readers, x.notes)
	door.Get(d, notesOf, readers, x.note)
	door.Create(d, notesOf, openers, x.addNote)
	door.Patch(d, notesOf, openers, x.changeNote)
	door.Step(d, notesOf, "publish", openers, x.publishNote)
	door.Step(d, notesOf, "void", by(cases.NoteFlow, "void"), x.voidNote)
	door.List(d, promptsOf, readers, x.prompts)
	door.Step(d, promptsOf, "dismiss", workers, x.dismiss)
	door.Create(d, membersOf, workers, x.addMember)
	door.Step(d, membersOf, "end", workers, x.endMember)
}

type api struct{ room *cases.Room }

// caseItem is a case in a list.
type caseItem struct {
	ID            db.ID         `json:"id"`
	Status        string        `json:"status"`
	Version       int64         `json:"version"`
	Number        string        `json:"number"`
	Title         string        `json:"title,omitempty"`
	MainKind      string        `json:"main_kind"`
	Stage         string        `json:"stage"`
	Priority      string        `json:"priority"`
	Risk          string        `json:"risk,omitempty"`
	Person        db.ID         `json:"person_id"`
	PersonName    string        `json:"person_name"`
	Owner         db.ID         `json:"owner_id,omitzero"`
	Team          db.ID         `json:"team_id,omitzero"`
	DueOn         calendar.Date `json:"due_on,omitempty"`
	NextAction    string        `json:"next_action,omitempty"`
	WaitsFor      string        `json:"waits_for,omitempty"`
	LastContactAt calendar.Time `json:"last_contact_at,omitempty"`
	Restricted    bool          `json:"restricted"`
}

// caseQuery is what a list of cases can be asked: by saved view.
type caseQuery struct {
	door.Paging
	View string `json:"view,omitempty" doc:"open, week, overdue, waiting, new or paused"`
	Mine bool   `json:"mine,omitempty" doc:"Own cases and case teams only"`
	Kind string `json:"main_kind,omitempty"`
}

func (x api) list(ctx context.Context, a access.Actor, q caseQuery) (door.Items[caseItem], error) {
	var out door.Items[caseItem]
	l, err := x.room.Worklist(ctx, a, cases.Filter{View: q.View, Mine: q.Mine, Kind: q.Kind, After: q.Cursor, Limit: q.Limit})
	if err != nil {
		return out, err
	}
	for _, r := range l.Rows {
		item := caseItem{r.ID, r.Status, r.Version, r.Number, r.Title, r.MainKind, r.Stage, r.Priority, r.Risk, r.Person, l.Persons[r.Person].Name,
			r.Owner, r.Team, r.DueOn, said(ctx, r.NextAction, nil), r.WaitsFor, r.LastContactAt, r.Restricted}
		if r.DueOn == cases.NoDue {
			item.DueOn = ""
		}
		out.Items = append(out.Items, item)
	}
	out.Next = l.Next
	if n := int64(l.Counts[l.Filter.View]); n < cases.MostCounted {
		out.Total = &n
	}
	return out, nil
}

// caseOut is a case with what belongs to it.
type caseOut struct {
	caseItem
	Kinds        []string         `json:"kinds"`
	Parent       db.ID            `json:"parent_id,omitzero"`
	PauseGround  string           `json:"pause_ground,omitempty"`
	PausedUntil  calendar.Date    `json:"paused_until,omitempty"`
	Outcome      string           `json:"outcome,omitempty"`
	CloseGround  string           `json:"close_ground,omitempty"`
	Receiver     string           `json:"receiver,omitempty"`
	Acknowledged calendar.Date    `json:"acknowledged_on,omitempty"`
	Actions      []string         `json:"actions"`
	Blocked      []blockedOut     `json:"blocked"`
	Criteria     []criterionOut   `json:"criteria"`
	Participants []participantOut `json:"participants"`
	Members      []memberOut      `json:"members"`
	Prompts      []promptOut      `json:"prompts"`
	Sources      []sourceOut      `json:"sources"`
	CreatedAt    calendar.Time    `json:"created_at"`
	UpdatedAt    calendar.Time    `json:"updated_at"`
}

type blockedOut struct {
	Step string `json:"step"`
	Why  string `json:"why"`
}

type criterionOut struct {
	Label    string `json:"label"`
	Met      bool   `json:"met"`
	Required bool   `json:"required"`
}

type sourceOut struct {
	Kind string `json:"kind"`
	ID   db.ID  `json:"id"`
}

// stepOut is a case after a step: the step may have taken it out of sight.
type stepOut struct {
	ID      db.ID    `json:"id"`
	Number  string   `json:"number"`
	Status  string   `json:"status"`
	Stage   string   `json:"stage"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (caseOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return caseOut{}, err
	}
	return outOf(ctx, f), nil
}

func outOf(ctx context.Context, f cases.File) caseOut {
	c := f.Case
	out := caseOut{
		caseItem: caseItem{c.ID, c.Status, c.Version, c.Number, c.Title, c.MainKind, c.Stage, c.Priority, c.Risk, c.Person, f.Person().Name,
			c.Owner, c.Team, c.Due(), said(ctx, c.NextAction, nil), c.WaitsFor, c.LastContactAt, c.Restricted},
		Kinds: append([]string{}, c.Kinds.V...), Parent: c.Parent, PauseGround: c.PauseGround, PausedUntil: c.PausedUntil, Outcome: c.Outcome,
		CloseGround: c.CloseGround, Receiver: c.Receiver, Acknowledged: c.AcknowledgedOn, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		Actions: []string{}, Blocked: []blockedOut{}, Criteria: []criterionOut{}, Participants: []participantOut{}, Members: []memberOut{},
		Prompts: []promptOut{}, Sources: []sourceOut{},
	}
	for _, y := range f.Actions {
		if y.Blocked == nil {
			out.Actions = append(out.Actions, y.Step)
		} else {
			out.Blocked = append(out.Blocked, blockedOut{y.Step, why(ctx, y)})
		}
	}
	for _, y := range f.Criteria {
		out.Criteria = append(out.Criteria, criterionOut{said(ctx, y.Key, y.Args), y.Met, y.Required})
	}
	for _, y := range f.Participants {
		out.Participants = append(out.Participants, participantOf(y))
	}
	for _, y := range f.Members {
		out.Members = append(out.Members, memberOf(y))
	}
	for _, y := range f.Prompts {
		out.Prompts = append(out.Prompts, promptOf(ctx, y, f.Persons))
	}
	for _, y := range f.Sources {
		out.Sources = append(out.Sources, sourceOut{y.Kind, y.Record})
	}
	return out
}

func (x api) open(ctx context.Context, a access.Actor, in cases.OpenInput) (caseOut, error) {
	in.Source = cases.Source{} // what came in joins by its own step
	c, err := x.room.Open(ctx, a, in)
	if err != nil {
		return caseOut{}, err
	}
	out, err := x.get(ctx, a, c.ID)
	if errors.Is(err, fault.KindNotFound) { // opened for another team: all there is to see is that it is there
		return caseOut{caseItem: caseItem{ID: c.ID, Status: c.Status, Version: c.Version, Number: c.Number, MainKind: c.MainKind, Stage: c.Stage, Person: c.Person}}, nil
	}
	return out, err
}

// casePatch is a merge patch: what is not sent stays.
type casePatch struct {
	Title      *string        `json:"title,omitempty"`
	Kind       *string        `json:"main_kind,omitempty"`
	Kinds      *[]string      `json:"kinds,omitempty"`
	Priority   *string        `json:"priority,omitempty"`
	Risk       *string        `json:"risk,omitempty"`
	DueOn      *calendar.Date `json:"due_on,omitempty"`
	NextAction *string        `json:"next_action,omitempty"`
	WaitsFor   *string        `json:"waits_for,omitempty"`
	Version    int64          `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in casePatch) (caseOut, error) {
	c, err := x.room.See(ctx, a, id)
	if err != nil {
		return caseOut{}, err
	}
	edit := c.Input()
	edit.Version = in.Version
	set(&edit.Title, in.Title)
	set(&edit.Kind, in.Kind)
	set(&edit.Kinds, in.Kinds)
	set(&edit.Priority, in.Priority)
	set(&edit.Risk, in.Risk)
	set(&edit.DueOn, in.DueOn)
	set(&edit.NextAction, in.NextAction)
	set(&edit.WaitsFor, in.WaitsFor)
	if _, err := x.room.Edit(ctx, a, id, edit); err != nil {
		return caseOut{}, err
	}
	return x.get(ctx, a, id)
}

type participantOut struct {
	ID           db.ID         `json:"id"`
	Status       string        `json:"status"`
	Version      int64         `json:"version"`
	Case         db.ID         `json:"case_id"`
	Person       db.ID         `json:"person_id,omitzero"`
	Organization db.ID         `json:"organization_id,omitzero"`
	Role         string        `json:"role"`
	Channel      string        `json:"channel,omitempty"`
	Hours        string        `json:"hours,omitempty"`
	Strength     string        `json:"strength,omitempty"`
	Note         string        `json:"note,omitempty"`
	From         calendar.Date `json:"from,omitempty"`
	Until        calendar.Date `json:"until,omitempty"`
}

func participantOf(p cases.Participant) participantOut {
	return participantOut{p.ID, p.Status, p.Version, p.Case, p.Person, p.Organization, p.Role, p.Channel, p.Hours, p.Strength, p.Note, p.From, p.Until}
}

func (x api) participant(ctx context.Context, a access.Actor, id db.ID) (participantOut, error) {
	p, err := x.room.Participant(ctx, a, id)
	return participantOf(p), err
}

// participantIn is who is to take part in which case.
type participantIn struct {
	Case db.ID `json:"case_id"`
	cases.ParticipantInput
}

func (x api) addParticipant(ctx context.Context, a access.Actor, in participantIn) (participantOut, error) {
	p, err := x.room.AddParticipant(ctx, a, in.Case, in.ParticipantInput)
	return participantOf(p), err
}

// participantPatch is a merge patch: what is not sent stays.
type participantPatch struct {
	Role     *string `json:"role,omitempty"`
	Channel  *string `json:"channel,omitempty"`
	Hours    *string `json:"hours,omitempty"`
	Strength *string `json:"strength,omitempty"`
	Note     *string `json:"note,omitempty"`
	Version  int64   `json:"version"`
}

func (x api) changeParticipant(ctx context.Context, a access.Actor, id db.ID, in participantPatch) (participantOut, error) {
	p, err := x.room.Participant(ctx, a, id)
	if err != nil {
		return participantOut{}, err
	}
	change := cases.ChangeInput{Role: p.Role, Channel: p.Channel, Hours: p.Hours, Strength: p.Strength, Note: p.Note, Version: in.Version}
	set(&change.Role, in.Role)
	set(&change.Channel, in.Channel)
	set(&change.Hours, in.Hours)
	set(&change.Strength, in.Strength)
	set(&change.Note, in.Note)
	p, err = x.room.ChangeParticipant(ctx, a, id, change)
	return participantOf(p), err
}

// endIn ends something on a day.
type endIn struct {
	Until   calendar.Date `json:"until,omitempty"`
	Version int64         `json:"version"`
}

func (x api) endParticipant(ctx context.Context, a access.Actor, id db.ID, in endIn) (participantOut, error) {
	p, err := x.room.EndParticipant(ctx, a, id, cases.ChangeInput{Until: in.Until, Version: in.Version})
	return participantOf(p), err
}

func (x api) voidParticipant(ctx context.Context, a access.Actor, id db.ID, in endIn) (participantOut, error) {
	p, err := x.room.VoidParticipant(ctx, a, id, cases.ChangeInput{Version: in.Version})
	return participantOf(p), err
}

type noteOut struct {
	ID           db.ID         `json:"id"`
	Status       string        `json:"status"`
	Version      int64         `json:"version"`
	Actions      []string      `json:"actions"`
	Case         db.ID         `json:"case_id"`
	Author       db.ID         `json:"author_id"`
	Channel      string        `json:"channel"`
	HappenedAt   calendar.Time `json:"happened_at"`
	Minutes      int64         `json:"minutes,omitempty"`
	Unreached    bool          `json:"unreached,omitempty"`
	Attendees    string        `json:"attendees,omitempty"`
	Body         string        `json:"body"`
	NextStep     string        `json:"next_step,omitempty"`
	Confidential bool          `json:"confidential,omitempty"`
}

func noteOf(a access.Actor, n cases.Note) noteOut {
	return noteOut{n.ID, n.Status, n.Version, cases.NoteFlow.Free(a, n), n.Case, n.Author, n.Channel, n.HappenedAt, n.Minutes, !n.Reached,
		n.Attendees, n.Body, n.NextStep, n.Confidential}
}

// noteQuery asks for the notes of a case.
type noteQuery struct {
	door.Paging
	Case db.ID `json:"case_id"`
}

func (x api) notes(ctx context.Context, a access.Actor, q noteQuery) (door.Items[noteOut], error) {
	var out door.Items[noteOut]
	at, before, err := door.CursorTime(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Notes(ctx, a, q.Case, at, before, q.Limit+1)
	list, out.Next = door.Cut(list, q.Limit, func(n cases.Note) string { return door.TimeCursor(n.HappenedAt, n.ID) })
	for _, n := range list {
		out.Items = append(out.Items, noteOf(a, n))
	}
	return out, err
}

func (x api) note(ctx context.Context, a access.Actor, id db.ID) (noteOut, error) {
	n, err := x.room.Note(ctx, a, id)
	return noteOf(a, n), err
}

// noteIn is a note on a case.
type noteIn struct {
	Case db.ID `json:"case_id"`
	cases.NoteInput
}

func (x api) addNote(ctx context.Context, a access.Actor, in noteIn) (noteOut, error) {
	n, err := x.room.AddNote(ctx, a, in.Case, in.NoteInput)
	return noteOf(a, n), err
}

// notePatch is a merge patch: what is not sent stays.
type notePatch struct {
	Channel      *string `json:"channel,omitempty"`
	Minutes      *int64  `json:"minutes,omitempty"`
	Unreached    *bool   `json:"unreached,omitempty"`
	Attendees    *string `json:"attendees,omitempty"`
	Body         *string `json:"body,omitempty"`
	NextStep     *string `json:"next_step,omitempty"`
	Confidential *bool   `json:"confidential,omitempty"`
	Version      int64   `json:"version"`
}

func (x api) changeNote(ctx context.Context, a access.Actor, id db.ID, in notePatch) (noteOut, error) {
	n, err := x.room.Note(ctx, a, id)
	if err != nil {
		return noteOut{}, err
	}
	change := cases.NoteInput{Channel: n.Channel, Minutes: n.Minutes, Unreached: !n.Reached, Attendees: n.Attendees, Body: n.Body,
		NextStep: n.NextStep, Confidential: n.Confidential, Version: in.Version}
	set(&change.Channel, in.Channel)
	set(&change.Minutes, in.Minutes)
	set(&change.Unreached, in.Unreached)
	set(&change.Attendees, in.Attendees)
	set(&change.Body, in.Body)
	set(&change.NextStep, in.NextStep)
	set(&change.Confidential, in.Confidential)
	n, err = x.room.ChangeNote(ctx, a, id, change)
	return noteOf(a, n), err
}

func (x api) publishNote(ctx context.Context, a access.Actor, id db.ID, in versionIn) (noteOut, error) {
	n, err := x.room.PublishNote(ctx, a, id, in.Version)
	return noteOf(a, n), err
}

func (x api) voidNote(ctx context.Context, a access.Actor, id db.ID, in versionIn) (noteOut, error) {
	n, err := x.room.VoidNote(ctx, a, id, in.Version, in.Reason)
	return noteOf(a, n), err
}

type promptOut struct {
	ID      db.ID         `json:"id"`
	Status  string        `json:"status"`
	Version int64         `json:"version"`
	Case    db.ID         `json:"case_id"`
	Title   string        `json:"title"`
	DueOn   calendar.Date `json:"due_on"`
	Href    string        `json:"href,omitempty"`
}

func promptOf(ctx context.Context, p cases.Reminder, named map[db.ID]people.Card) promptOut {
	return promptOut{p.ID, p.Status, p.Version, p.Case, p.Title(text.From(ctx), named), p.DueOn, p.Href}
}

func (x api) prompts(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[promptOut], error) {
	list, named, err := x.room.Prompts(ctx, a, q.Limit)
	var out door.Items[promptOut]
	for _, p := range list {
		out.Items = append(out.Items, promptOf(ctx, p, named))
	}
	return out, err
}

func (x api) dismiss(ctx context.Context, a access.Actor, id db.ID, in versionIn) (promptOut, error) {
	p, err := x.room.Dismiss(ctx, a, id, in.Version, in.Reason)
	if err != nil {
		return promptOut{}, err
	}
	return promptOf(ctx, p, nil), nil
}

type memberOut struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
	Case    db.ID  `json:"case_id"`
	User    db.ID  `json:"user_id"`
	Role    string `json:"role"`
}

func memberOf(m cases.Member) memberOut {
	return memberOut{m.ID, m.Status, m.Version, m.Case, m.User, m.Role}
}

// memberIn is a user joining a case team.
type memberIn struct {
	Case db.ID `json:"case_id"`
	cases.MemberInput
}

func (x api) addMember(ctx context.Context, a access.Actor, in memberIn) (memberOut, error) {
	m, err := x.room.AddMember(ctx, a, in.Case, in.MemberInput)
	return memberOf(m), err
}

func (x api) endMember(ctx context.Context, a access.Actor, id db.ID, in versionIn) (memberOut, error) {
	m, err := x.room.EndMember(ctx, a, id, in.Version)
	return memberOf(m), err
}
