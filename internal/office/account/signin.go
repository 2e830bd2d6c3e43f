package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// touchEvery is how often at most a sign-in's last use is written.
const touchEvery = time.Minute

// ownerKept is how long an expired sign-in still names its owner, so that
// what was sent too late is parked for the same user.
const ownerKept = 24 * time.Hour

// SignInInput is what the sign-in page sends.
type SignInInput struct {
	Mail     string `json:"mail"`
	Password string `json:"password"`
	Device   `json:"-"`
}

// Device is where a sign-in comes from, for the user's own list.
type Device struct {
	Agent   string // the browser, as it names itself
	Address string // the network address
}

// SignIn is one sign-in as its owner sees it.
type SignIn struct {
	ID      db.ID         `db:"id" json:"id"`
	User    db.ID         `db:"user_id" json:"user_id"`
	Hash    []byte        `db:"hash" json:"-"`
	At      calendar.Time `db:"at" json:"at"`
	SeenAt  calendar.Time `db:"seen_at" json:"seen_at"` // to the minute
	Until   calendar.Time `db:"until" json:"until"`     // the absolute end
	EndedAt calendar.Time `db:"ended_at" json:"ended_at"`
	Agent   string        `db:"agent" json:"agent"`
	Address string        `db:"address" json:"address"`
}

// Entered is who came in by a sign-in or key, with what every page needs.
type Entered struct {
	Actor    access.Actor
	Name     text.Pair
	Language text.Lang
	KeysOff  bool
	ReadOnly bool // an API key that may change nothing
	// Idle is how long the sign-in lasts without use; 0 for a key.
	Idle time.Duration
}

// newToken makes 256 random bits for a cookie or key, and the hash that is
// kept of it. A plain hash is enough: nobody can try 2^256 tokens.
func newToken() (token string, hash []byte) {
	var b [32]byte
	rand.Read(b[:])
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// SignIn checks a password and gives a new token. Whether the name, the
// password or the standing of the user was wrong cannot be told from the
// answer, nor from the work it takes.
func (r *Room) SignIn(ctx context.Context, in SignInInput) (token string, err error) {
	in.Mail = CleanMail(in.Mail)
	t, err := r.begin(ctx, in.Mail, in.Address)
	if err != nil {
		return "", err
	}
	var found credential
	var why string
	err = r.run.Read(ctx, func(q *db.Reader) error {
		found, err = credentialOf(q, in.Mail)
		return err
	})
	if err != nil {
		return "", err
	}
	right, err := r.hasher.matches(ctx, in.Password, found.Hash)
	if err != nil {
		return "", err
	}
	if !right || found.Status != "active" {
		if err := r.failed(t, found.ID); err != nil {
			return "", err
		}
		return "", wrongPassword()
	}
	err = r.run.Data.Write(ctx, func(tx *db.Tx) error {
		if why, err = r.mayEnter(tx, found.User); err != nil || why != "" {
			return err
		}
		if err := t.succeeded(tx); err != nil {
			return err
		}
		token, err = r.open(tx, found.ID, in.Device)
		return err
	})
	if err == nil && why != "" {
		return "", fault.Forbid(why)
	}
	return token, err
}

// wrongPassword is the one answer to every failed sign-in.
func wrongPassword() error {
	return fault.Invalid(fault.Field{Pointer: "/password", Key: "account.wrong_password"})
}

func (r *Room) mayEnter(q db.Q, u User) (string, error) {
	for _, may := range r.MayEnter {
		if why, err := may(q, u); err != nil || why != "" {
			return why, err
		}
	}
	return "", nil
}

// open makes a sign-in with a new token, if the user is still active.
func (r *Room) open(w db.W, user db.ID, d Device) (string, error) {
	s, err := r.agency.Settings(w.Context())
	if err != nil {
		return "", err
	}
	if active, err := lockActive(w, user); err != nil || !active {
		if err == nil {
			err = wrongPassword()
		}
		return "", err
	}
	token, hash := newToken()
	now := r.run.Now()
	agent, _, _ := text.Line(d.Agent, 400)
	if len(agent) > 400 {
		agent = strings.ToValidUTF8(agent[:400], "")
	}
	return token, db.Insert(w, "account_sign_in", SignIn{
		ID: db.NewIDAt(int64(now)), User: user, Hash: hash, At: now, SeenAt: now,
		Until: now.Add(time.Duration(s.AbsoluteHours) * time.Hour), Agent: agent, Address: d.Address,
	})
}

// BySignIn tells who holds a sign-in's token. It is one query, and once a
// minute a write. The fault is KindSignIn when the sign-in is unknown, ended
// or expired.
func (r *Room) BySignIn(ctx context.Context, token string) (Entered, error) {
	now := r.run.Now()
	var rows []entry
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		rows, err = entriesBySignIn(q, hashToken(token))
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	if len(rows) == 0 {
		return Entered{}, fault.SignIn()
	}
	e := rows[0]
	idle := time.Duration(e.IdleMinutes) * time.Minute
	if e.EndedAt != 0 || e.Status != "active" || now >= e.Until || now.Sub(e.SeenAt) >= idle {
		return Entered{}, fault.SignIn()
	}
	if now.Sub(e.SeenAt).Abs() >= touchEvery {
		if err := r.run.Data.Write(ctx, func(tx *db.Tx) error { return touchSignIn(tx, e.Via, now) }); err != nil {
			return Entered{}, err
		}
	}
	in := entered(rows, e.Roles)
	in.Idle = idle
	return in, nil
}

// ByKey tells who holds an API key, with the rights that key and user share.
func (r *Room) ByKey(ctx context.Context, secret string) (Entered, error) {
	token, ok := strings.CutPrefix(secret, keyHead)
	if !ok {
		return Entered{}, fault.SignIn()
	}
	now := r.run.Now()
	var rows []entry
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		rows, err = entriesByKey(q, hashToken(token))
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	if len(rows) == 0 || rows[0].Status != "active" || rows[0].KeyStatus != "active" || now >= rows[0].Until {
		return Entered{}, fault.SignIn()
	}
	e := rows[0]
	var shared Roles
	for _, role := range e.KeyRoles {
		if e.Roles.Has(role) {
			shared = append(shared, role)
		}
	}
	if now.Sub(e.SeenAt).Abs() >= touchEvery {
		if err := r.run.Data.Write(ctx, func(tx *db.Tx) error { return touchKey(tx, e.Via, now) }); err != nil {
			return Entered{}, err
		}
	}
	in := entered(rows, shared)
	in.Actor.Key, in.ReadOnly = true, e.ReadOnly
	return in, nil
}

// entered makes the actor. Auditors and program managers see widely; the
// teams below their own are a supervisor's alone.
func entered(rows []entry, roles Roles) Entered {
	e := rows[0]
	in := Entered{Name: e.Name, Language: e.Language, KeysOff: e.KeysOff}
	in.Actor = access.Actor{ID: e.User, Roles: roles, Provider: e.Provider, Person: e.Person, SignIn: e.Via, Barred: e.Barred}
	in.Actor.Wide = in.Actor.Is(access.Auditor, access.ProgramManager)
	for _, row := range rows {
		team := row.Team
		if team.IsZero() || row.Depth > 0 && !in.Actor.Is(access.Supervisor) || slices.Contains(in.Actor.Teams, team) {
			continue
		}
		in.Actor.Teams = append(in.Actor.Teams, team)
	}
	return in
}

// Owner names the user whose sign-in expired within the last 24 hours. A
// sign-in that was ended names nobody.
func (r *Room) Owner(ctx context.Context, token string) (owner db.ID, ok bool, err error) {
	since := r.run.Now().Add(-ownerKept)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		owner, ok, err = ownerOf(q, hashToken(token), since)
		return err
	})
	return owner, ok, err
}

// SignOut ends the sign-in of a token, if there is one.
func (r *Room) SignOut(ctx context.Context, token string) error {
	return r.run.Data.Write(ctx, func(tx *db.Tx) error { return endByToken(tx, hashToken(token), r.run.Now()) })
}

// SignIns lists the actor's own sign-ins that have not ended, newest first.
func (r *Room) SignIns(ctx context.Context, a access.Actor) (out []SignIn, err error) {
	if !a.Known() {
		return nil, fault.SignIn()
	}
	s, err := r.agency.Settings(ctx)
	if err != nil {
		return nil, err
	}
	now := r.run.Now()
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = signInsOf(q, a.ID, now, now.Add(-time.Duration(s.IdleMinutes)*time.Minute))
		return err
	})
	return out, err
}

// EndSignIn ends one of the actor's own sign-ins.
func (r *Room) EndSignIn(ctx context.Context, a access.Actor, id db.ID) error {
	if !a.Known() {
		return fault.SignIn()
	}
	return r.run.Data.Write(ctx, func(tx *db.Tx) error {
		n, err := endOne(tx, a.ID, id, r.run.Now())
		if err == nil && n == 0 {
			err = fault.NotFound()
		}
		return err
	})
}

// EndEverywhere ends all sign-ins of the actor, this one too.
func (r *Room) EndEverywhere(ctx context.Context, a access.Actor) error {
	if !a.Known() {
		return fault.SignIn()
	}
	return r.run.Data.Write(ctx, func(tx *db.Tx) error { return EndSignIns(tx, r.run.Now(), a.ID) })
}

// Sweep removes what has served: sign-ins 90 days after their end, tries and
// codes that are over. A periodic job calls it.
func (r *Room) Sweep(ctx context.Context) error {
	now := r.run.Now()
	return r.run.Data.Write(ctx, func(tx *db.Tx) error {
		return sweep(tx, now.Add(-90*24*time.Hour), now.Add(-accountBrake.forget), now)
	})
}

// ActorOf is a user acting without a sign-in: an operator's command in the
// user's name, with the user's own teams, roles and bars.
func ActorOf(u Opened) access.Actor {
	a := access.Actor{ID: u.ID, Roles: u.Roles, Teams: u.Teams, Provider: u.Provider, Person: u.Person, Barred: u.Barred}
	a.Wide = a.Is(access.Auditor, access.ProgramManager)
	return a
}
