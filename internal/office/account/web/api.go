package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
)

var (
	usersResource = door.Resource{Name: "users", Doc: "Staff, provider staff and residents who may sign in"}
	keysResource  = door.Resource{Name: "api-keys", Doc: "Keys with which programs act for a user"}
)

func mountAPI(d *door.Router, room *account.Room) {
	a := api{room}
	see := door.By(access.Administrator, access.Auditor, access.ProviderManager)
	keep := door.By(access.Administrator, access.ProviderManager)
	door.List(d, usersResource, see, a.list)
	door.Get(d, usersResource, see, a.get)
	door.Create(d, usersResource, keep, a.create)
	door.Patch(d, usersResource, keep, a.patch)
	door.Step(d, usersResource, "set_roles", keep, a.setRoles)
	door.Step(d, usersResource, "suspend", keep, a.suspend)
	door.Step(d, usersResource, "restore", keep, a.restore)
	door.Step(d, usersResource, "issue_code", keep, a.issueCode)
	door.Step(d, usersResource, "void", keepers, a.void)
	door.List(d, keysResource, everyone, a.keys)
	door.Get(d, keysResource, everyone, a.key)
	door.Create(d, keysResource, everyone, a.createKey)
	door.Step(d, keysResource, "revoke", everyone, a.revokeKey)
}

type api struct{ room *account.Room }

type userOut struct {
	ID         db.ID         `json:"id"`
	Status     string        `json:"status"`
	Version    int64         `json:"version"`
	Actions    []string      `json:"actions"`
	Mail       string        `json:"mail"`
	Name       text.Pair     `json:"name"`
	Kind       string        `json:"kind"`
	Roles      []access.Role `json:"roles"`
	Teams      []db.ID       `json:"team_ids"`
	Provider   db.ID         `json:"provider_id"`
	Person     db.ID         `json:"person_id"`
	Language   text.Lang     `json:"language"`
	PasswordAt calendar.Time `json:"password_at"`
}

func userOf(a access.Actor, u account.User, teams []db.ID) userOut {
	if teams == nil {
		teams = []db.ID{}
	}
	return userOut{u.ID, u.Status, u.Version, account.UserFlow.Free(a, u), u.Mail, u.Name, u.Kind, u.Roles, teams, u.Provider, u.Person, u.Language, u.PasswordAt}
}

type usersAsked struct {
	door.Paging
	Q      string      `json:"q" doc:"The beginning of a name or mail address"`
	Kind   string      `json:"kind" doc:"staff, provider or resident; staff unless said"`
	Role   access.Role `json:"role"`
	Status string      `json:"status"`
	Team   db.ID       `json:"team_id"`
}

func (x api) list(ctx context.Context, a access.Actor, q usersAsked) (door.Items[userOut], error) {
	var out door.Items[userOut]
	asked := usersQuery{Q: q.Q, Kind: q.Kind, Role: q.Role, Status: q.Status, Team: q.Team, Cursor: q.Cursor}
	filter, err := asked.filter(q.Limit)
	if err != nil {
		return out, err
	}
	page, err := x.room.Users(ctx, a, filter)
	if err != nil {
		return out, err
	}
	for _, u := range page.Users {
		out.Items = append(out.Items, userOf(a, u, page.Teams[u.ID]))
	}
	out.Next = writeCursor(page.Next)
	return out, nil
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (userOut, error) {
	u, err := x.room.User(ctx, a, id)
	return userOf(a, u.User, u.Teams), err
}

func (x api) again(ctx context.Context, a access.Actor, id db.ID, err error) (userOut, error) {
	if err != nil {
		return userOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) create(ctx context.Context, a access.Actor, in account.UserInput) (userOut, error) {
	u, err := x.room.CreateUser(ctx, a, in)
	return x.again(ctx, a, u.ID, err)
}

type userPatch struct {
	Version  int64      `json:"version"`
	Mail     *string    `json:"mail"`
	Name     *text.Pair `json:"name"`
	Teams    *[]db.ID   `json:"team_ids"`
	Language *text.Lang `json:"language"`
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in userPatch) (userOut, error) {
	u, err := x.room.User(ctx, a, id)
	if err != nil {
		return userOut{}, err
	}
	whole := inputOf(u)
	whole.Version = in.Version
	set(&whole.Mail, in.Mail)
	set(&whole.Name, in.Name)
	set(&whole.Teams, in.Teams)
	set(&whole.Language, in.Language)
	_, err = x.room.EditUser(ctx, a, id, whole)
	return x.again(ctx, a, id, err)
}

// set takes over what a patch mentions.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (x api) setRoles(ctx context.Context, a access.Actor, id db.ID, in account.RolesInput) (userOut, error) {
	_, err := x.room.SetRoles(ctx, a, id, in)
	return x.again(ctx, a, id, err)
}

// plainIn is a step that asks for nothing.
type plainIn struct {
	Version int64 `json:"version"`
}

func (x api) suspend(ctx context.Context, a access.Actor, id db.ID, in account.StepInput) (userOut, error) {
	_, err := x.room.Suspend(ctx, a, id, in)
	return x.again(ctx, a, id, err)
}

func (x api) void(ctx context.Context, a access.Actor, id db.ID, in account.StepInput) (userOut, error) {
	_, err := x.room.VoidUser(ctx, a, id, in)
	return x.again(ctx, a, id, err)
}

func (x api) restore(ctx context.Context, a access.Actor, id db.ID, in plainIn) (userOut, error) {
	_, err := x.room.Restore(ctx, a, id, in.Version)
	return x.again(ctx, a, id, err)
}

type codeOut struct {
	Code string `json:"code" doc:"Shown once; good for 72 hours"`
}

func (x api) issueCode(ctx context.Context, a access.Actor, id db.ID, in plainIn) (codeOut, error) {
	code, err := x.room.IssueCode(ctx, a, id, in.Version)
	return codeOut{code}, err
}

type keyOut struct {
	ID       db.ID         `json:"id"`
	Status   string        `json:"status"`
	Version  int64         `json:"version"`
	Actions  []string      `json:"actions"`
	User     db.ID         `json:"user_id"`
	Name     string        `json:"name"`
	Roles    []access.Role `json:"roles"`
	ReadOnly bool          `json:"read_only"`
	Until    calendar.Time `json:"until"`
}

func keyOf(a access.Actor, k account.Key) keyOut {
	return keyOut{k.ID, k.Status, k.Version, account.KeyFlow.Free(a, k), k.User, k.Name, k.Roles, k.ReadOnly, k.Until}
}

type newKeyOut struct {
	keyOut
	Secret string `json:"secret" doc:"Shown once"`
}

type keysAsked struct{ door.Paging }

func (x api) keys(ctx context.Context, a access.Actor, q keysAsked) (door.Items[keyOut], error) {
	var out door.Items[keyOut]
	var before db.ID
	var err error
	if q.Cursor != "" {
		if before, err = db.ParseID(q.Cursor); err != nil {
			_, err = readCursor("!")
			return out, err
		}
	}
	keys, err := x.room.Keys(ctx, a, before, q.Limit)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		out.Items = append(out.Items, keyOf(a, k))
	}
	if len(keys) == q.Limit {
		out.Next = keys[len(keys)-1].ID.String()
	}
	return out, nil
}

func (x api) key(ctx context.Context, a access.Actor, id db.ID) (keyOut, error) {
	k, err := x.room.Key(ctx, a, id)
	return keyOf(a, k), err
}

func (x api) createKey(ctx context.Context, a access.Actor, in account.KeyInput) (newKeyOut, error) {
	k, err := x.room.CreateKey(ctx, a, in)
	return newKeyOut{keyOf(a, k.Key), k.Secret}, err
}

func (x api) revokeKey(ctx context.Context, a access.Actor, id db.ID, in plainIn) (keyOut, error) {
	k, err := x.room.RevokeKey(ctx, a, id, in.Version)
	return keyOf(a, k), err
}
