// Package account is who may enter: users with their roles and teams,
// passwords, sign-ins, one-time codes and API keys. It tells the door who is
// asking; it never decides which record somebody sees.
//
// No password, code or token is kept as it is, only its hash, and none ever
// reaches the journal or a log.
package account

import (
	"database/sql/driver"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("account", wordsFile)

// Room holds the operations of this room.
type Room struct {
	run    *op.Runner
	agency *agency.Room
	hasher *hasher
	// MayEnter is the slot for later rooms: may this user, whose password was
	// right, sign in? (A suspended provider's staff may not.)
	MayEnter []MayEnter
}

// MayEnter gives the word key that says why a user may not sign in; "" when
// nothing speaks against it.
type MayEnter func(q db.Q, u User) (why string, err error)

// New opens the room.
func New(run *op.Runner, agency *agency.Room) *Room {
	return &Room{run: run, agency: agency, hasher: newHasher()}
}

// The kinds of user. A user keeps the kind, since staff, provider staff and
// residents never share a sign-in.
const (
	Staff    = "staff"
	Provider = "provider"
	Resident = "resident"
)

// Roles are a user's roles in the order of access.UserRoles.
type Roles []access.Role

// Value stores roles as a JSON array.
func (r Roles) Value() (driver.Value, error) {
	b, err := json.Marshal([]access.Role(r))
	return string(b), err
}

// Scan reads what Value wrote.
func (r *Roles) Scan(src any) error {
	*r = nil
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), (*[]access.Role)(r))
	case []byte:
		return r.Scan(string(v))
	}
	return fmt.Errorf("account: roles from %T", src)
}

// Has tells whether role is among them.
func (r Roles) Has(role access.Role) bool { return slices.Contains(r, role) }

// User is staff, provider staff or a resident who may sign in.
type User struct {
	flow.Head
	Mail  string    `db:"mail" json:"mail"`
	Name  text.Pair `db:"name" json:"name"`
	Sort  string    `db:"sort" json:"-"`
	Kind  string    `db:"kind" json:"kind"`
	Roles Roles     `db:"roles" json:"roles"`
	// Provider is set for provider staff, Person for residents.
	Provider db.ID     `db:"provider" json:"provider_id"`
	Person   db.ID     `db:"person" json:"person_id" names:"person"`
	Language text.Lang `db:"language" json:"language"` // "" follows the browser
	KeysOff  bool      `db:"keys_off" json:"keys_off"` // no single-key shortcuts
	// PasswordAt is when the password was last set; 0 when never.
	PasswordAt calendar.Time `db:"password_at" json:"password_at"`
	CodeAt     calendar.Time `db:"code_at" json:"code_at"` // when a one-time code was last issued
}

// UserInput makes or changes a user. Kind, provider and person stay as they
// were made; roles change by SetRoles.
type UserInput struct {
	Mail     string        `json:"mail"`
	Name     text.Pair     `json:"name"`
	Roles    []access.Role `json:"roles"`
	Teams    []db.ID       `json:"team_ids"`
	Provider db.ID         `json:"provider_id"`
	Person   db.ID         `json:"person_id"`
	Language text.Lang     `json:"language"`
	Version  int64         `json:"version"`
}

// Validate cleans the input and says what to correct.
func (in *UserInput) Validate() error {
	var f fault.Fields
	checkMail(&f, &in.Mail)
	checkName(&f, &in.Name)
	if lang, ok := text.ParseLang(string(in.Language)); in.Language != "" && (!ok || lang != in.Language) {
		f.Add("/language", "fault.bad_choice")
	}
	in.Roles = ordered(in.Roles, &f)
	kind := kindOf(in.Roles)
	switch {
	case len(in.Roles) == 0:
		f.Add("/roles", "fault.required")
	case kind == "":
		f.Add("/roles", "account.roles_apart")
	case kind == Provider && in.Provider.IsZero():
		f.Add("/provider_id", "fault.required")
	case kind == Resident && in.Person.IsZero():
		f.Add("/person_id", "fault.required")
	}
	if kind != Provider && !in.Provider.IsZero() {
		f.Add("/provider_id", "fault.bad_choice")
	}
	if kind != Resident && !in.Person.IsZero() {
		f.Add("/person_id", "fault.bad_choice")
	}
	if kind != Staff && len(in.Teams) > 0 {
		f.Add("/team_ids", "fault.bad_choice")
	}
	return f.Err()
}

// ordered puts roles in the order they are shown and refuses what is no role
// of a user: nobody can be made the system or the public.
func ordered(roles []access.Role, f *fault.Fields) Roles {
	var out Roles
	for _, r := range access.UserRoles {
		if slices.Contains(roles, r) {
			out = append(out, r)
		}
	}
	for i, r := range roles {
		if !slices.Contains(access.UserRoles, r) {
			f.Add(fault.At("roles", i), "fault.bad_choice")
		}
	}
	return out
}

// kindOf is the kind of user that roles make, "" when they do not go together.
func kindOf(roles []access.Role) string {
	kinds := []struct {
		name  string
		roles []access.Role
	}{{Staff, access.StaffRoles}, {Provider, access.ProviderRoles}, {Resident, []access.Role{access.Resident}}}
	for _, k := range kinds {
		if !slices.ContainsFunc(roles, func(r access.Role) bool { return !slices.Contains(k.roles, r) }) {
			return k.name
		}
	}
	return ""
}

func checkMail(f *fault.Fields, m *string) {
	*m = CleanMail(*m)
	at, err := mail.ParseAddress(*m)
	switch {
	case *m == "":
		f.Add("/mail", "fault.required")
	case err != nil || at.Address != *m || len(*m) > 254:
		f.Add("/mail", "fault.bad_email")
	}
}

// CleanMail is a mail address as it is kept and looked for: compatibility
// forms folded, small letters.
func CleanMail(s string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s)))
}

func checkName(f *fault.Fields, p *text.Pair) {
	for _, lang := range text.Langs {
		clean, key, args := text.Line(p.Exact(lang), 100)
		f.Check("/name/"+string(lang), key, args)
		*p = p.Set(lang, clean)
	}
	if p.In(text.JA) == "" {
		f.Add("/name", "fault.required")
	}
}

// words are what a user is looked for with: the words of each name, the whole
// name without spaces, and the mail address.
func (u User) words() []string {
	out := []string{u.Mail}
	for _, name := range []string{u.Name.JA, u.Name.EN, u.Name.Sort} {
		parts := strings.Fields(searchable(name))
		out = append(out, strings.Join(parts, ""), search.Fold(strings.Join(parts, ""))) // folded, as residents' names are compared
		out = append(out, parts...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(w string) bool { return w == "" })
}

func searchable(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// Membership is a user's place in a team.
type Membership struct {
	flow.Head
	User db.ID `db:"user_id" json:"user_id"`
	Team db.ID `db:"team" json:"team_id"`
}
