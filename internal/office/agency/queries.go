package agency

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// settingsFor is how long a process may go on with settings that another one
// has changed.
const settingsFor = 10 * time.Second

// settingsKept are the settings as last read: every page needs them.
type settingsKept struct {
	sync.Mutex
	settings Settings
	at       calendar.Time
}

func (k *settingsKept) forget() {
	k.Lock()
	defer k.Unlock()
	k.at = 0
}

// Settings are the agency's, at most settingsFor old; not found before
// set-up.
func (r *Room) Settings(ctx context.Context) (Settings, error) {
	now := r.run.Now()
	r.known.Lock()
	defer r.known.Unlock()
	if age := now.Sub(r.known.at); !r.known.at.IsZero() && age >= 0 && age < settingsFor {
		return r.known.settings, nil
	}
	var s Settings
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		s, err = LoadSettings(q)
		return err
	})
	if err == nil {
		r.known.settings, r.known.at = s, now
	}
	return s, err
}

// In gives a context in which days are those of the agency's zone.
func (s Settings) In(ctx context.Context) context.Context {
	if zone, err := calendar.LoadZone(s.Zone); err == nil {
		ctx = calendar.WithZone(ctx, zone)
	}
	return ctx
}

// setUpOpen refuses those who may not read set-up pages.
func setUpOpen(a access.Actor) error {
	if !a.Is(access.Administrator, access.Auditor, access.System) {
		return fault.NotFound()
	}
	return nil
}

// CurrentSettings are the settings as they stand now, for editing.
func (r *Room) CurrentSettings(ctx context.Context, a access.Actor) (s Settings, err error) {
	if err := setUpOpen(a); err != nil {
		return s, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		s, err = LoadSettings(q)
		return err
	})
	return s, err
}

// CodeList lists a code list with its retired choices.
func (r *Room) CodeList(ctx context.Context, a access.Actor, list string) (out []Code, err error) {
	if err := setUpOpen(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = Codes(q, list, true)
		return err
	})
	return out, err
}

// CodeLists names the code lists there are.
func (r *Room) CodeLists(ctx context.Context, a access.Actor) (out []string, err error) {
	if err := setUpOpen(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = Lists(q)
		return err
	})
	return out, err
}

// HolidayList lists the agency's own holidays from today on.
func (r *Room) HolidayList(ctx context.Context, a access.Actor) (out []Holiday, err error) {
	if err := setUpOpen(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = OwnHolidays(q, string(calendar.Today(ctx, r.run.Clock)))
		return err
	})
	return out, err
}

// FieldList lists the extra fields of every entity.
func (r *Room) FieldList(ctx context.Context, a access.Actor) (out []Field, err error) {
	if err := setUpOpen(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = allFields(q)
		return err
	})
	return out, err
}

// TeamList lists all teams: staff choose among them, so every staff role may.
func (r *Room) TeamList(ctx context.Context, a access.Actor, closed bool) (out []Team, err error) {
	if !a.Is(access.StaffRoles...) && !a.Is(access.System) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = Teams(q, closed)
		return err
	})
	return out, err
}

// Team reads one team.
func (r *Room) Team(ctx context.Context, a access.Actor, id db.ID) (t Team, err error) {
	if !a.Is(access.StaffRoles...) {
		return t, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		t, err = LoadTeam(q, id)
		return err
	})
	return t, err
}

// Holidays are the national holidays and the agency's own between two days.
func Holidays(q db.Q, from, until calendar.Date) (calendar.Holidays, error) {
	out := calendar.National(from.Year(), until.Year())
	own, err := OwnHolidays(q, string(from))
	for _, h := range own {
		if h.Day <= until {
			out[h.Day] = h.Name
		}
	}
	return out, err
}

// ReadExtra reads what CheckExtra needs for an entity's extra fields.
func ReadExtra(q db.Q, entity string) ([]Field, map[string][]Code, error) {
	fields, err := Fields(q, entity)
	if err != nil {
		return nil, nil, err
	}
	var lists []string
	for _, f := range fields {
		if f.List != "" && !slices.Contains(lists, f.List) {
			lists = append(lists, f.List)
		}
	}
	codes, err := codesOf(q, lists)
	return fields, codes, err
}

func sortTeams(teams []Team, lang text.Lang) {
	slices.SortStableFunc(teams, func(a, b Team) int {
		if a.Position != b.Position {
			return int(a.Position - b.Position)
		}
		return strings.Compare(a.Name.SortKey(lang), b.Name.SortKey(lang))
	})
}
