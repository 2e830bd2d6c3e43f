package account

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

// codeFor is how long a one-time code lasts.
const codeFor = 72 * time.Hour

// CreateUser makes a user, who comes in first with a one-time code.
func (r *Room) CreateUser(ctx context.Context, a access.Actor, in UserInput) (User, error) {
	if err := in.Validate(); err != nil {
		return User{}, err
	}
	return op.Do(ctx, r.run, a, "user.create", in, func(tx *op.Tx) (User, error) { return createUser(tx, in) })
}

func createUser(tx *op.Tx, in UserInput) (User, error) {
	u := User{
		Mail: in.Mail, Name: in.Name, Sort: in.Name.SortKey(text.JA), Kind: kindOf(in.Roles), Roles: in.Roles,
		Provider: in.Provider, Person: in.Person, Language: in.Language,
	}
	u, err := flow.Create(tx, UserFlow, "create", u)
	if err != nil {
		return u, mailTaken(err)
	}
	if err := indexUser(tx, u); err != nil {
		return u, err
	}
	return u, setTeams(tx, u.ID, in.Teams)
}

// EditUser changes a user's name, mail address, language and teams.
func (r *Room) EditUser(ctx context.Context, a access.Actor, id db.ID, in UserInput) (User, error) {
	return op.Do(ctx, r.run, a, "user.edit", idIn(id, in), func(tx *op.Tx) (User, error) {
		u, err := loadSeen(tx, id)
		if err != nil {
			return u, err
		}
		in.Roles, in.Provider, in.Person = u.Roles, u.Provider, u.Person
		if err := in.Validate(); err != nil {
			return u, err
		}
		if err := flow.Fresh(u, in.Version); err != nil {
			return u, err
		}
		u, err = flow.Take(tx, UserFlow, "edit", u, func(u *User) {
			u.Mail, u.Name, u.Sort, u.Language = in.Mail, in.Name, in.Name.SortKey(text.JA), in.Language
		})
		if err != nil {
			return u, mailTaken(err)
		}
		if err := indexUser(tx, u); err != nil {
			return u, err
		}
		return u, setTeams(tx, id, in.Teams)
	})
}

// RolesInput gives a user other roles of the same kind.
type RolesInput struct {
	Roles   []access.Role `json:"roles"`
	Version int64         `json:"version"`
}

// SetRoles gives a user other roles. Nobody changes their own, staff stay
// staff, and one administrator always remains.
func (r *Room) SetRoles(ctx context.Context, a access.Actor, id db.ID, in RolesInput) (User, error) {
	var f fault.Fields
	roles := ordered(in.Roles, &f)
	if len(in.Roles) == 0 {
		f.Add("/roles", "fault.required")
	}
	if err := f.Err(); err != nil {
		return User{}, err
	}
	return op.Do(ctx, r.run, a, "user.set_roles", idIn(id, in), func(tx *op.Tx) (User, error) {
		u, err := loadSeen(tx, id)
		if err != nil {
			return u, err
		}
		if !roles.Has(access.Administrator) {
			if err := othersAdminister(tx, id); err != nil {
				return User{}, err
			}
		}
		if kindOf(roles) != u.Kind {
			return u, fault.Invalid(fault.Field{Pointer: "/roles", Key: "account.roles_apart"})
		}
		if err := flow.Fresh(u, in.Version); err != nil {
			return u, err
		}
		if u, err = flow.Take(tx, UserFlow, "set_roles", u, func(u *User) { u.Roles = roles }); err != nil {
			return u, err
		}
		tx.Tell(op.Event{Name: "user.set_roles", Entity: "user", Record: id, Root: id})
		return u, indexUser(tx, u)
	})
}

// StepInput takes a step on a user. Version is the one that was seen, 0 where
// the page does not say: the step itself is then the only guard.
type StepInput struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

// Suspend keeps a user out, at once and everywhere.
func (r *Room) Suspend(ctx context.Context, a access.Actor, id db.ID, in StepInput) (User, error) {
	return r.shut(ctx, a, "suspend", id, in)
}

// VoidUser marks a user as entered in error.
func (r *Room) VoidUser(ctx context.Context, a access.Actor, id db.ID, in StepInput) (User, error) {
	if a.ID == id {
		return User{}, fault.Forbid("account.not_yourself")
	}
	return r.shut(ctx, a, "void", id, in)
}

func (r *Room) shut(ctx context.Context, a access.Actor, step string, id db.ID, in StepInput) (User, error) {
	reason, key, args := text.Line(in.Reason, 500)
	if key == "" && reason == "" {
		key = "fault.required"
	}
	if key != "" {
		return User{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: key, Args: args})
	}
	return op.Do(ctx, r.run, a, "user."+step, idIn(id, in), func(tx *op.Tx) (User, error) {
		u, err := loadAs(tx, id, in.Version)
		if err != nil {
			return u, err
		}
		if err := othersAdminister(tx, id); err != nil {
			return User{}, err
		}
		if u, err = flow.Take(tx, UserFlow, step, u, nil, flow.Because(reason)); err != nil {
			return u, err
		}
		if err := dropCode(tx, id); err != nil {
			return u, err
		}
		return u, EndSignIns(tx, tx.Now(), id)
	})
}

// Restore lets a suspended user in again, with the password they had.
func (r *Room) Restore(ctx context.Context, a access.Actor, id db.ID, version int64) (User, error) {
	return op.Do(ctx, r.run, a, "user.restore", idIn(id, version), func(tx *op.Tx) (User, error) {
		u, err := loadAs(tx, id, version)
		if err != nil {
			return u, err
		}
		return flow.Take(tx, UserFlow, "restore", u, nil)
	})
}

// IssueCode makes a one-time code with which a user sets a password, and ends
// the old password and every sign-in. The code is shown once.
func (r *Room) IssueCode(ctx context.Context, a access.Actor, id db.ID, version int64) (code string, err error) {
	return op.Do(ctx, r.run, a, "user.issue_code", idIn(id, version), func(tx *op.Tx) (string, error) {
		u, err := loadAs(tx, id, version)
		if err != nil {
			return "", err
		}
		if _, err := flow.Take(tx, UserFlow, "issue_code", u, func(u *User) { u.CodeAt = tx.Now() }); err != nil {
			return "", err
		}
		if err := dropPassword(tx, id); err != nil {
			return "", err
		}
		if err := EndSignIns(tx, tx.Now(), id); err != nil {
			return "", err
		}
		code := agency.Receipt()
		return code, keepCode(tx, id, hashToken(code), tx.Now().Add(codeFor))
	})
}

// PasswordInput changes one's own password.
type PasswordInput struct {
	Current string `json:"current_password"`
	New     string `json:"new_password"`
	Device  `json:"-"`
}

// SetPassword changes the actor's own password, ends every sign-in, and gives
// the token of a new one.
func (r *Room) SetPassword(ctx context.Context, a access.Actor, in PasswordInput) (token string, err error) {
	if !a.Known() || a.Key {
		return "", fault.Forbid("account.only_yourself")
	}
	var u User
	var kept string
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if u, err = loadUser(q, a.ID); err != nil {
			return err
		}
		kept, err = passwordOf(q, a.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	if key, args := checkPassword(in.New, u); key != "" {
		return "", fault.Invalid(fault.Field{Pointer: "/new_password", Key: key, Args: args})
	}
	t, err := r.begin(ctx, u.Mail, in.Address)
	if err != nil {
		return "", err
	}
	right, err := r.hasher.matches(ctx, in.Current, kept)
	if err != nil {
		return "", err
	}
	if !right {
		if err := r.failed(t, a.ID); err != nil {
			return "", err
		}
		return "", fault.Invalid(fault.Field{Pointer: "/current_password", Key: "account.wrong_current"})
	}
	hash, err := r.hasher.hash(ctx, in.New)
	if err != nil {
		return "", err
	}
	return r.replacePassword(ctx, a, u.ID, hash, t, in.Device, nil)
}

// replacePassword keeps the new hash in one operation with all that follows
// from it. first is what must hold before; nil when nothing more.
func (r *Room) replacePassword(ctx context.Context, a access.Actor, id db.ID, hash string, t attempt, d Device, first func(tx *op.Tx) error) (string, error) {
	return op.Do(ctx, r.run, a, "user.set_password", idIn(id, hash), func(tx *op.Tx) (string, error) {
		u, err := loadUser(tx, id)
		if err != nil {
			return "", err
		}
		if first != nil {
			if err := first(tx); err != nil {
				return "", err
			}
		}
		if _, err := flow.Take(tx, UserFlow, "set_password", u, func(u *User) { u.PasswordAt = tx.Now() }); err != nil {
			return "", err
		}
		if err := keepPassword(tx, id, hash); err != nil {
			return "", err
		}
		if err := EndSignIns(tx, tx.Now(), id); err != nil {
			return "", err
		}
		if err := t.succeeded(tx); err != nil {
			return "", err
		}
		return r.open(tx, id, d)
	})
}

// RedeemInput sets a password with a one-time code.
type RedeemInput struct {
	Mail   string `json:"mail"`
	Code   string `json:"code"`
	New    string `json:"new_password"`
	Device `json:"-"`
}

// Redeem sets a password with a one-time code and signs in. Like SignIn it
// tells nobody whether there is such a user.
func (r *Room) Redeem(ctx context.Context, in RedeemInput) (token string, err error) {
	in.Mail = CleanMail(in.Mail)
	t, err := r.begin(ctx, in.Mail, in.Address)
	if err != nil {
		return "", err
	}
	var u codeHolder
	err = r.run.Read(ctx, func(q *db.Reader) error {
		u, err = codeOf(q, in.Mail)
		return err
	})
	if err != nil {
		return "", err
	}
	if key, args := checkPassword(in.New, User{Mail: in.Mail}); key != "" {
		return "", fault.Invalid(fault.Field{Pointer: "/new_password", Key: key, Args: args})
	}
	hash, err := r.hasher.hash(ctx, in.New)
	if err != nil {
		return "", err
	}
	code, _ := agency.ParseReceipt(in.Code)
	sent := hashToken(code)
	wrong := fault.Invalid(fault.Field{Pointer: "/code", Key: "account.wrong_code"})
	if subtle.ConstantTimeCompare(sent, u.Code) != 1 || u.CodeUntil <= r.run.Now() || u.Status != "active" {
		if err := r.failed(t, u.ID); err != nil {
			return "", err
		}
		return "", wrong
	}
	// Only who holds the code learns more.
	if key, args := checkPassword(in.New, u.User); key != "" {
		return "", fault.Invalid(fault.Field{Pointer: "/new_password", Key: key, Args: args})
	}
	self := access.Actor{ID: u.ID, Roles: u.Roles, Provider: u.Provider, Person: u.Person}
	return r.replacePassword(ctx, self, u.ID, hash, t, in.Device, func(tx *op.Tx) error {
		if why, err := r.mayEnter(tx, u.User); err != nil || why != "" {
			if err == nil {
				err = fault.Forbid(why)
			}
			return err
		}
		used, err := useCode(tx, u.ID, sent, tx.Now())
		if err == nil && !used {
			err = wrong
		}
		return err
	})
}

// Prefer keeps the actor's own language and whether single keys do anything.
func (r *Room) Prefer(ctx context.Context, a access.Actor, lang text.Lang, keysOff bool) error {
	if read, ok := text.ParseLang(string(lang)); lang != "" && (!ok || read != lang) {
		return fault.Invalid(fault.Field{Pointer: "/language", Key: "fault.bad_choice"})
	}
	_, err := op.Do(ctx, r.run, a, "user.prefer", []any{lang, keysOff}, func(tx *op.Tx) (bool, error) {
		u, err := loadUser(tx, a.ID)
		if err != nil {
			return false, err
		}
		_, err = flow.Take(tx, UserFlow, "prefer", u, func(u *User) { u.Language, u.KeysOff = lang, keysOff })
		return true, err
	})
	return err
}

// NewKey is a key as it is shown once.
type NewKey struct {
	Key
	Secret string `json:"secret"`
}

// CreateKey makes an API key for the actor, or by an administrator for another
// user. It may have no role that the user lacks.
func (r *Room) CreateKey(ctx context.Context, a access.Actor, in KeyInput) (NewKey, error) {
	if err := in.Validate(); err != nil {
		return NewKey{}, err
	}
	if in.User.IsZero() {
		in.User = a.ID
	}
	return op.Do(ctx, r.run, a, "api_key.create", in, func(tx *op.Tx) (NewKey, error) {
		u, err := loadUser(tx, in.User)
		if err != nil {
			return NewKey{}, err
		}
		if a.ID != u.ID && !a.Is(access.Administrator, access.System) {
			return NewKey{}, fault.NotFound()
		}
		if u.Status != "active" {
			return NewKey{}, fault.Conflict("account.not_active")
		}
		for i, role := range in.Roles {
			if !u.Roles.Has(role) {
				return NewKey{}, fault.Invalid(fault.Field{Pointer: fault.At("roles", i), Key: "account.key_beyond"})
			}
		}
		token, hash := newToken()
		k, err := flow.Create(tx, KeyFlow, "create", Key{User: u.ID, Name: in.Name, Roles: in.Roles, ReadOnly: in.ReadOnly, Until: in.until(tx.Now())})
		if err != nil {
			return NewKey{}, err
		}
		tx.Tell(op.Event{Name: "api_key.create", Entity: "api_key", Record: k.ID, Root: u.ID})
		return NewKey{k, keyHead + token}, keepSecret(tx, k.ID, hash)
	})
}

// RevokeKey ends an API key at once.
func (r *Room) RevokeKey(ctx context.Context, a access.Actor, id db.ID, version int64) (Key, error) {
	return op.Do(ctx, r.run, a, "api_key.revoke", idIn(id, version), func(tx *op.Tx) (Key, error) {
		k, err := loadKey(tx, id)
		if err != nil {
			return k, err
		}
		if a.ID != k.User && !a.Is(access.Administrator, access.System) {
			return Key{}, fault.NotFound()
		}
		if version != 0 {
			if err := flow.Fresh(k, version); err != nil {
				return k, err
			}
		}
		if k, err = flow.Take(tx, KeyFlow, "revoke", k, nil); err != nil {
			return k, err
		}
		return k, dropSecret(tx, id)
	})
}

// SetupInput is what `kizuna setup` asks for.
type SetupInput struct {
	Agency   text.Pair
	Name     text.Pair // the first administrator's
	Mail     string
	Password string
}

// Setup makes the agency and its first administrator, once.
func Setup(ctx context.Context, run *op.Runner, in SetupInput) (User, error) {
	settings := agency.Usual(in.Agency)
	var f fault.Fields
	if err := f.Absorb("/agency", settings.Validate()); err != nil {
		return User{}, err
	}
	if in.Name.IsZero() {
		in.Name = text.Pair{JA: "管理者", EN: "Administrator"}
	}
	user := UserInput{Mail: in.Mail, Name: in.Name, Roles: []access.Role{access.Administrator}}
	if err := f.Absorb("", user.Validate()); err != nil {
		return User{}, err
	}
	key, args := checkPassword(in.Password, User{Mail: user.Mail, Name: user.Name})
	f.Check("/password", key, args)
	if err := f.Err(); err != nil {
		return User{}, err
	}
	hash, err := newHasher().hash(ctx, in.Password)
	if err != nil {
		return User{}, err
	}
	return op.Do(ctx, run, access.TheSystem(), "agency.found", in, func(tx *op.Tx) (User, error) {
		if _, err := agency.Found(tx, settings); err != nil {
			return User{}, err
		}
		u, err := createUser(tx, user)
		if err != nil {
			return u, err
		}
		if u, err = flow.Take(tx, UserFlow, "set_password", u, func(u *User) { u.PasswordAt = tx.Now() }); err != nil {
			return u, err
		}
		return u, keepPassword(tx, u.ID, hash)
	})
}

// loadSeen loads a user whom the actor may know of: a provider's manager only
// that provider's.
func loadSeen(tx *op.Tx, id db.ID) (User, error) {
	u, err := loadUser(tx, id)
	if err == nil && !sees(tx.Actor(), u) {
		err = fault.NotFound()
	}
	return u, err
}

// loadAs is loadSeen where the actor may have said which version was seen.
func loadAs(tx *op.Tx, id db.ID, version int64) (User, error) {
	u, err := loadSeen(tx, id)
	if err == nil && version != 0 {
		err = flow.Fresh(u, version)
	}
	return u, err
}

// othersAdminister refuses to leave the agency without an administrator. It
// locks them all, so that of two who put each other out the second sees it.
func othersAdminister(tx *op.Tx, without db.ID) error {
	all, err := lockAdministrators(tx)
	if err == nil && len(all) == 1 && all[0] == without {
		err = fault.Conflict("account.last_administrator")
	}
	return err
}

// setTeams makes the user's teams these. What does not change is not touched,
// so that nobody needs the right to keep it.
func setTeams(tx *op.Tx, user db.ID, teams []db.ID) error {
	now, err := membershipsOf(tx, user)
	if err != nil {
		return err
	}
	for _, m := range now {
		if slices.Contains(teams, m.Team) {
			continue
		}
		if _, err := flow.Take(tx, MembershipFlow, "leave", m, nil); err != nil {
			return err
		}
	}
	for i, team := range teams {
		if slices.ContainsFunc(now, func(m Membership) bool { return m.Team == team }) || slices.Contains(teams[:i], team) {
			continue
		}
		if t, err := agency.LoadTeam(tx, team); err != nil || t.Status != "active" {
			if f, ok := fault.As(err); err == nil || ok && f.Kind == fault.KindNotFound {
				err = fault.Invalid(fault.Field{Pointer: fault.At("team_ids", i), Key: "fault.bad_choice"})
			}
			return err
		}
		if _, err := flow.Create(tx, MembershipFlow, "join", Membership{User: user, Team: team}); err != nil {
			return err
		}
	}
	return nil
}

func mailTaken(err error) error {
	if db.IsUnique(err, "account_user") {
		return fault.Invalid(fault.Field{Pointer: "/mail", Key: "fault.taken"})
	}
	return err
}

// idIn is what an operation on a known record was sent, for its idempotency.
func idIn(id db.ID, in any) any {
	return struct {
		ID db.ID
		In any
	}{id, in}
}
