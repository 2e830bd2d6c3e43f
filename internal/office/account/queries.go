package account

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
)

// UserFilter narrows the list of users. A list is always of one kind.
type UserFilter struct {
	Kind   string // Staff when empty
	Status string
	Role   access.Role
	Team   db.ID
	Query  string // the beginning of a name or mail address
	After  UserCursor
	Limit  int // 50 when 0, at most 200
}

// UserCursor is the last user of the page before.
type UserCursor struct {
	Sort string `json:"s"`
	ID   db.ID  `json:"i"`
}

// UserPage is one page of users with their teams.
type UserPage struct {
	Users []User
	Teams map[db.ID][]db.ID
	Next  UserCursor // zero when there is no more
}

// sees tells whether an actor may know of a user.
func sees(a access.Actor, u User) bool {
	switch {
	case a.Is(access.Administrator, access.Auditor, access.System), a.Known() && a.ID == u.ID:
		return true
	case a.Is(access.ProviderManager):
		return !u.Provider.IsZero() && u.Provider == a.Provider
	}
	return false
}

// userScope is the condition of lists for what sees says of one.
func userScope(a access.Actor) (sight.Clause, bool) {
	switch {
	case a.Is(access.Administrator, access.Auditor, access.System):
		return sight.Clause{SQL: "u.status <> 'void'"}, true
	case a.Is(access.ProviderManager) && !a.Provider.IsZero():
		return sight.Clause{SQL: "u.status <> 'void' AND u.provider = ?", Args: []any{a.Provider}}, true
	}
	return sight.Clause{}, false
}

// Users lists users by name.
func (r *Room) Users(ctx context.Context, a access.Actor, f UserFilter) (UserPage, error) {
	var page UserPage
	scope, may := userScope(a)
	if !may {
		return page, fault.NotFound()
	}
	if f.Kind == "" {
		f.Kind = Staff
		if !a.Is(access.Administrator, access.Auditor, access.System) {
			f.Kind = Provider
		}
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if page.Users, err = usersAfter(q, f, scope); err != nil {
			return err
		}
		if len(page.Users) > f.Limit {
			page.Users = page.Users[:f.Limit]
			last := page.Users[f.Limit-1]
			page.Next = UserCursor{last.Sort, last.ID}
		}
		ids := make([]db.ID, len(page.Users))
		for i, u := range page.Users {
			ids[i] = u.ID
		}
		page.Teams, err = teamsOf(q, ids)
		return err
	})
	return page, err
}

// Opened is one user with teams and history.
type Opened struct {
	User
	Teams   []db.ID
	Barred  bool // from some records; see package sight
	History []journal.Row
}

// User opens one user.
func (r *Room) User(ctx context.Context, a access.Actor, id db.ID) (Opened, error) {
	var out Opened
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if out.User, err = loadUser(q, id); err != nil {
			return err
		}
		if !sees(a, out.User) {
			return fault.NotFound()
		}
		teams, err := teamsOf(q, []db.ID{id})
		if err != nil {
			return err
		}
		out.Teams = teams[id]
		if out.Barred, err = barred(q, id); err != nil {
			return err
		}
		out.History, err = journal.History(q, id, db.ID{}, 50)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return out, nil
}

// Waits counts the accounts and addresses whose next try must wait now, for
// the administrators' page.
func (r *Room) Waits(ctx context.Context, a access.Actor) (n int, err error) {
	if !a.Is(access.Administrator, access.Auditor) {
		return 0, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		n, err = waits(q, r.run.Now())
		return err
	})
	return n, err
}

// Keys lists API keys, newest first: all for administrators and auditors,
// otherwise the actor's own.
func (r *Room) Keys(ctx context.Context, a access.Actor, before db.ID, limit int) (out []Key, err error) {
	if !a.Known() {
		return nil, fault.SignIn()
	}
	if limit <= 0 {
		limit = 50
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if a.Is(access.Administrator, access.Auditor) {
			out, err = allKeys(q, before, min(limit, 200))
		} else {
			out, err = keysOf(q, a.ID, before, min(limit, 200))
		}
		return err
	})
	return out, err
}

// Key reads one key of the actor, or any for administrators and auditors.
func (r *Room) Key(ctx context.Context, a access.Actor, id db.ID) (k Key, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		k, err = loadKey(q, id)
		return err
	})
	if err == nil && a.ID != k.User && !a.Is(access.Administrator, access.Auditor) {
		return Key{}, fault.NotFound()
	}
	return k, err
}

// NamesOf gives users' names for those who saw them act.
func (r *Room) NamesOf(ctx context.Context, users []db.ID) (map[db.ID]text.Pair, error) {
	var out map[db.ID]text.Pair
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		out, err = Names(q, users)
		return err
	})
	return out, err
}

// Profile is what every page says about the one who is signed in.
type Profile struct {
	Name     text.Pair `db:"name"`
	Mail     string    `db:"mail"`
	Roles    Roles     `db:"roles"`
	Language text.Lang `db:"language"`
	KeysOff  bool      `db:"keys_off"`
}

// Profile reads the actor's own.
func (r *Room) Profile(ctx context.Context, a access.Actor) (p Profile, err error) {
	if !a.Known() {
		return p, fault.SignIn()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		p, err = profileOf(q, a.ID)
		return err
	})
	return p, err
}

// Now is the moment by the room's clock, for pages that say how long ago.
func (r *Room) Now() calendar.Time { return r.run.Now() }

// ownKeysAtMost is how many of one's own keys a page shows.
const ownKeysAtMost = 200

// OwnKeys lists the actor's own keys, newest first.
func (r *Room) OwnKeys(ctx context.Context, a access.Actor) (out []Key, err error) {
	if !a.Known() {
		return nil, fault.SignIn()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = keysOf(q, a.ID, db.ID{}, ownKeysAtMost)
		return err
	})
	return out, err
}
