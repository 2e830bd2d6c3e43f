package account

import (
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

var (
	userColumns      = db.Columns[User]("u")
	selectUser       = "SELECT " + userColumns + " FROM account_user u"
	selectMembership = "SELECT " + db.Columns[Membership]("") + " FROM account_membership"
	selectKey        = "SELECT " + db.Columns[Key]("") + " FROM account_key"
)

func loadUser(q db.Q, id db.ID) (User, error) {
	return db.One[User](q, selectUser+" WHERE u.id = ?", id)
}

// credential is a user with what is kept of the password.
type credential struct {
	User
	Hash string `db:"hash"`
}

// credentialOf reads by mail; nobody has the zero credential.
func credentialOf(q db.Q, mail string) (credential, error) {
	c, _, err := db.Maybe[credential](q, "SELECT "+userColumns+", COALESCE(p.hash, '') AS hash FROM account_user u "+
		"LEFT JOIN account_password p ON p.user_id = u.id WHERE u.mail = ? AND u.status <> 'void'", mail)
	return c, err
}

// codeHolder is a user with what is kept of a one-time code.
type codeHolder struct {
	User
	Code      []byte        `db:"code"`
	CodeUntil calendar.Time `db:"code_until"`
}

// codeOf reads by mail; nobody has the zero codeHolder.
func codeOf(q db.Q, mail string) (codeHolder, error) {
	c, _, err := db.Maybe[codeHolder](q, "SELECT "+userColumns+", c.hash AS code, COALESCE(c.until, 0) AS code_until FROM account_user u "+
		"LEFT JOIN account_code c ON c.user_id = u.id WHERE u.mail = ? AND u.status <> 'void'", mail)
	return c, err
}

func passwordOf(q db.Q, user db.ID) (string, error) {
	hash, _, err := db.Maybe[string](q, "SELECT hash FROM account_password WHERE user_id = ?", user)
	return hash, err
}

func keepPassword(w db.W, user db.ID, hash string) error {
	_, err := db.Exec(w, "INSERT INTO account_password (user_id, hash) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash", user, hash)
	return err
}

func dropPassword(w db.W, user db.ID) error {
	_, err := db.Exec(w, "DELETE FROM account_password WHERE user_id = ?", user)
	return err
}

func keepCode(w db.W, user db.ID, hash []byte, until calendar.Time) error {
	_, err := db.Exec(w, "INSERT INTO account_code (user_id, hash, until) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, until = excluded.until",
		user, hash, until)
	return err
}

// useCode takes a one-time code away; false when it is not this user's, or
// over.
func useCode(w db.W, user db.ID, hash []byte, now calendar.Time) (bool, error) {
	n, err := db.Exec(w, "DELETE FROM account_code WHERE user_id = ? AND hash = ? AND until > ?", user, hash, now)
	return n == 1, err
}

func dropCode(w db.W, user db.ID) error {
	_, err := db.Exec(w, "DELETE FROM account_code WHERE user_id = ?", user)
	return err
}

type roleRow struct {
	Role access.Role `db:"role"`
	User db.ID       `db:"user_id"`
}

type wordRow struct {
	Word string `db:"word"`
	User db.ID  `db:"user_id"`
}

// indexUser writes where a user is found by role and by word.
func indexUser(w db.W, u User) error {
	for _, table := range []string{"account_role", "account_word"} {
		if _, err := db.Exec(w, "DELETE FROM "+table+" WHERE user_id = ?", u.ID); err != nil {
			return err
		}
	}
	roles := make([]roleRow, len(u.Roles))
	for i, r := range u.Roles {
		roles[i] = roleRow{r, u.ID}
	}
	if err := db.Insert(w, "account_role", roles...); err != nil {
		return err
	}
	var words []wordRow
	for _, word := range u.words() {
		words = append(words, wordRow{word, u.ID})
	}
	return db.Insert(w, "account_word", words...)
}

// lockAdministrators gives the active administrators and makes others who
// would change them wait.
func lockAdministrators(w db.W) ([]db.ID, error) {
	return db.All[db.ID](w, "SELECT u.id FROM account_user u JOIN account_role r ON r.user_id = u.id AND r.role = ? WHERE u.status = 'active' ORDER BY u.id"+db.ForUpdate(w), access.Administrator)
}

func lockActive(w db.W, user db.ID) (bool, error) {
	_, ok, err := db.Maybe[db.ID](w, "SELECT id FROM account_user WHERE id = ? AND status = 'active'"+db.ForUpdate(w), user)
	return ok, err
}

func membershipsOf(q db.Q, user db.ID) ([]Membership, error) {
	return db.All[Membership](q, selectMembership+" WHERE user_id = ? AND status = 'active' ORDER BY id", user)
}

// entry is one row of the question who is coming in: the same user in every
// row, and one of the teams.
type entry struct {
	Via         db.ID         `db:"via"`
	SeenAt      calendar.Time `db:"seen_at"`
	Until       calendar.Time `db:"until"`
	EndedAt     calendar.Time `db:"ended_at"`
	KeyStatus   string        `db:"key_status"`
	KeyRoles    Roles         `db:"key_roles"`
	ReadOnly    bool          `db:"read_only"`
	User        db.ID         `db:"id"`
	Status      string        `db:"status"`
	Name        text.Pair     `db:"name"`
	Roles       Roles         `db:"roles"`
	Provider    db.ID         `db:"provider"`
	Person      db.ID         `db:"person"`
	Language    text.Lang     `db:"language"`
	KeysOff     bool          `db:"keys_off"`
	IdleMinutes int64         `db:"idle_minutes"`
	Team        db.ID         `db:"team"`
	Depth       int64         `db:"depth"`
	Barred      bool          `db:"barred"`
}

const (
	entryUser = "u.id, u.status, u.name, u.roles, u.provider, u.person, u.language, u.keys_off, a.idle_minutes, b.below AS team, COALESCE(b.depth, 0) AS depth, EXISTS (SELECT 1 FROM bar x WHERE x.scope = u.id) AS barred"
	entryTeam = " JOIN agency a ON a.id = ? LEFT JOIN account_membership m ON m.user_id = u.id AND m.status = 'active'" +
		` LEFT JOIN team_below b ON b.above = m.team AND (b.depth = 0 OR u.roles LIKE '%"supervisor"%')`
)

func entriesBySignIn(q db.Q, hash []byte) ([]entry, error) {
	return db.All[entry](q, "SELECT s.id AS via, s.seen_at, s.until, s.ended_at, "+entryUser+
		" FROM account_sign_in s JOIN account_user u ON u.id = s.user_id"+entryTeam+" WHERE s.hash = ?", agency.Self, hash)
}

func entriesByKey(q db.Q, hash []byte) ([]entry, error) {
	return db.All[entry](q, "SELECT k.id AS via, s.seen_at, k.until, k.status AS key_status, k.roles AS key_roles, k.read_only, "+entryUser+
		" FROM account_key_secret s JOIN account_key k ON k.id = s.key_id JOIN account_user u ON u.id = k.user_id"+entryTeam+" WHERE s.hash = ?", agency.Self, hash)
}

func touchSignIn(w db.W, id db.ID, now calendar.Time) error {
	_, err := db.Exec(w, "UPDATE account_sign_in SET seen_at = ? WHERE id = ? AND ended_at = 0 AND seen_at <> ?", now, id, now)
	return err
}

func touchKey(w db.W, key db.ID, now calendar.Time) error {
	_, err := db.Exec(w, "UPDATE account_key_secret SET seen_at = ? WHERE key_id = ? AND seen_at <> ?", now, key, now)
	return err
}

func ownerOf(q db.Q, hash []byte, since calendar.Time) (db.ID, bool, error) {
	return db.Maybe[db.ID](q, "SELECT u.id FROM account_sign_in s JOIN account_user u ON u.id = s.user_id "+
		"WHERE s.hash = ? AND s.ended_at = 0 AND s.seen_at > ? AND u.status = 'active'", hash, since)
}

func endByToken(w db.W, hash []byte, now calendar.Time) error {
	_, err := db.Exec(w, "UPDATE account_sign_in SET ended_at = ? WHERE hash = ? AND ended_at = 0", now, hash)
	return err
}

func endOne(w db.W, user, id db.ID, now calendar.Time) (int64, error) {
	return db.Exec(w, "UPDATE account_sign_in SET ended_at = ? WHERE id = ? AND user_id = ? AND ended_at = 0", now, id, user)
}

// EndSignIns ends every sign-in of users: after a password change, a
// suspension, a death.
func EndSignIns(w db.W, now calendar.Time, users ...db.ID) error {
	_, err := db.Exec(w, "UPDATE account_sign_in SET ended_at = ? WHERE user_id IN (??) AND ended_at = 0", now, db.ListOf(users))
	return err
}

// barred tells whether a user is kept from anything.
func barred(q db.Q, user db.ID) (bool, error) {
	return db.One[bool](q, "SELECT EXISTS (SELECT 1 FROM bar WHERE scope = ?)", user)
}

// KindsOf tells what kind some users are; who is not there has none.
func KindsOf(q db.Q, users ...db.ID) (map[db.ID]string, error) {
	type kind struct {
		ID   db.ID  `db:"id"`
		Kind string `db:"kind"`
	}
	list, err := db.All[kind](q, "SELECT id, kind FROM account_user WHERE id IN (??) AND status <> 'void'", db.ListOf(users))
	out := make(map[db.ID]string, len(list))
	for _, k := range list {
		out[k.ID] = k.Kind
	}
	return out, err
}

// UsersOfProvider lists the sign-ins' owners that belong to a provider.
func UsersOfProvider(q db.Q, provider db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT id FROM account_user WHERE provider = ?", provider)
}

// UsersOfPerson lists the users that are a resident.
func UsersOfPerson(q db.Q, person db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT id FROM account_user WHERE person = ?", person)
}

// UsersIn lists the active users of a team.
func UsersIn(q db.Q, team db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT u.id FROM account_membership m JOIN account_user u ON u.id = m.user_id WHERE m.team = ? AND m.status = 'active' AND u.status = 'active' ORDER BY u.id", team)
}

// SupervisorsOf lists the active supervisors of a team and of those above it, the nearest first.
func SupervisorsOf(q db.Q, team db.ID) ([]db.ID, error) {
	type above struct {
		ID    db.ID `db:"id"`
		Depth int64 `db:"depth"`
	}
	list, err := db.All[above](q, `SELECT u.id, MIN(b.depth) AS depth FROM team_below b JOIN account_membership m ON m.team = b.above AND m.status = 'active'
		JOIN account_user u ON u.id = m.user_id AND u.status = 'active' JOIN account_role r ON r.user_id = u.id AND r.role = ?
		WHERE b.below = ? GROUP BY u.id ORDER BY 2, u.id LIMIT 20`, access.Supervisor, team)
	out := make([]db.ID, len(list))
	for i, x := range list {
		out[i] = x.ID
	}
	return out, err
}

// Colleagues asks for active staff to choose from.
type Colleagues struct {
	Roles  []access.Role // who has one of them
	Teams  []db.ID       // whose people come first where there are too many
	Begins string        // how a part of the name begins; "" is anybody
	Keep   []db.ID       // who is among them in any case: who is chosen already
	But    []db.ID       // who is not offered
	Most   int
}

// Colleague is somebody to choose.
type Colleague struct {
	ID   db.ID     `db:"id"`
	Name text.Pair `db:"name"`
}

// Choice is who can be chosen, in the order of their names, and at the end who
// is kept.
type Choice struct {
	List  []Colleague
	Found int  // without who is only kept
	More  bool // there are others: outside of the teams, or behind the last
}

// Choose lists the colleagues that were asked for; where anybody was and they
// are too many, those of the teams.
func Choose(q db.Q, f Colleagues) (Choice, error) {
	where := "u.status = 'active' AND u.id IN (SELECT user_id FROM account_role WHERE role IN (??))"
	args := []any{db.ListOf(f.Roles)}
	word := searchable(strings.TrimSpace(f.Begins))
	if word != "" {
		where, args = where+" AND u.id IN (SELECT user_id FROM account_word WHERE word >= ? AND word < ?)", append(args, word, word+"\U0010FFFF")
	}
	ask := func(where string, args []any) ([]Colleague, error) {
		return db.All[Colleague](q, "SELECT u.id, u.name FROM account_user u WHERE u.kind = 'staff' AND "+where+" ORDER BY u.sort, u.id LIMIT ?", append(args, f.Most+1)...)
	}
	list, err := ask(where, args)
	more := len(list) > f.Most
	if err == nil && more && word == "" {
		list, err = ask(where+" AND u.id IN (SELECT user_id FROM account_membership WHERE team IN (??) AND status = 'active')", append(args, db.ListOf(f.Teams)))
	}
	if err != nil {
		return Choice{}, err
	}
	list = list[:min(len(list), f.Most)]
	list = slices.DeleteFunc(list, func(c Colleague) bool { return slices.Contains(f.But, c.ID) })
	out := Choice{list, len(list), more}
	var missing []db.ID
	for _, id := range f.Keep {
		if !id.IsZero() && !slices.Contains(f.But, id) && !slices.ContainsFunc(list, func(c Colleague) bool { return c.ID == id }) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	// Only staff: what a form sends back must not tell the name of anybody else.
	kept, err := db.All[Colleague](q, "SELECT id, name FROM account_user WHERE kind = 'staff' AND id IN (??) ORDER BY sort, id", db.ListOf(missing))
	out.List = append(out.List, kept...)
	return out, err
}

// Somebody is a user who works for the agency or a provider.
type Somebody struct {
	ID   db.ID     `db:"id"`
	Name text.Pair `db:"name"`
	Mail string    `db:"mail"`
	Kind string    `db:"kind"`
}

// Called lists the active users of the agency and of providers, a part of whose name begins so, by name.
func Called(q db.Q, begins string, most int) ([]Somebody, error) {
	word := searchable(strings.TrimSpace(begins))
	if word == "" {
		return nil, nil
	}
	return db.All[Somebody](q, `SELECT u.id, u.name, u.mail, u.kind FROM account_user u WHERE u.kind IN ('staff', 'provider') AND u.status = 'active'
		AND u.id IN (SELECT user_id FROM account_word WHERE word >= ? AND word < ?) ORDER BY u.sort, u.id LIMIT ?`, word, word+"\U0010FFFF", most)
}

// Worded is a user whom a whole word finds.
type Worded struct {
	Somebody
	Word string `db:"word"`
}

// ByWord lists the active users of the agency and of providers who are found by one of some whole words:
// a mail address, or a whole name folded and without spaces.
func ByWord(q db.Q, words []string) ([]Worded, error) {
	if len(words) == 0 {
		return nil, nil
	}
	return db.All[Worded](q, `SELECT u.id, u.name, u.mail, u.kind, w.word FROM account_word w JOIN account_user u ON u.id = w.user_id
		WHERE w.word IN (??) AND u.kind IN ('staff', 'provider') AND u.status = 'active' ORDER BY u.sort, u.id LIMIT 50`, db.ListOf(words))
}

// Names gives users' names, for who did what.
func Names(q db.Q, users []db.ID) (map[db.ID]text.Pair, error) {
	out := map[db.ID]text.Pair{}
	if len(users) == 0 {
		return out, nil
	}
	slices.SortFunc(users, func(a, b db.ID) int { return slices.Compare(a[:], b[:]) })
	rows, err := db.All[Colleague](q, "SELECT id, name FROM account_user WHERE id IN (??)", db.ListOf(slices.Compact(users)))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, err
}

// ServesIn tells whether a user is active staff with one of some roles, and of which teams.
func ServesIn(q db.Q, user db.ID, roles []access.Role) (teams []db.ID, serves bool, err error) {
	_, serves, err = db.Maybe[int](q, `SELECT 1 FROM account_user u WHERE u.id = ? AND u.status = 'active' AND u.kind = 'staff'
		AND EXISTS (SELECT 1 FROM account_role r WHERE r.user_id = u.id AND r.role IN (??))`, user, db.ListOf(roles))
	if err != nil || !serves {
		return nil, false, err
	}
	of, err := teamsOf(q, []db.ID{user})
	return of[user], true, err
}

type ranked struct {
	ID    db.ID `db:"id"`
	Roles Roles `db:"roles"`
}

// RolesOf gives users' roles, for telling a resident who looked without a name.
func RolesOf(q db.Q, users []db.ID) (map[db.ID]Roles, error) {
	out := map[db.ID]Roles{}
	if len(users) == 0 {
		return out, nil
	}
	rows, err := db.All[ranked](q, "SELECT id, roles FROM account_user WHERE id IN (??)", db.ListOf(users))
	for _, r := range rows {
		out[r.ID] = r.Roles
	}
	return out, err
}

func signInsOf(q db.Q, user db.ID, now, idleSince calendar.Time) ([]SignIn, error) {
	return db.All[SignIn](q, "SELECT "+db.Columns[SignIn]("")+" FROM account_sign_in WHERE user_id = ? AND ended_at = 0 AND until > ? AND seen_at > ? ORDER BY id DESC", user, now, idleSince)
}

func sweep(w db.W, signIns, triesBefore, now calendar.Time) error {
	for _, s := range []struct {
		text string
		at   calendar.Time
	}{
		{"DELETE FROM account_sign_in WHERE until < ?", signIns},
		{"DELETE FROM account_throttle WHERE last_at < ?", triesBefore},
		{"DELETE FROM account_code WHERE until < ?", now},
	} {
		if _, err := db.Exec(w, s.text, s.at); err != nil {
			return err
		}
	}
	return nil
}

// lockTries reads the tries of both keys in their order, making rows where
// there are none, and holds them against tries made at once.
func lockTries(w db.W, account, address []byte) ([2]tries, error) {
	var out [2]tries
	keys := [][]byte{account, address}
	order := []int{0, 1}
	if slices.Compare(account, address) > 0 {
		order = []int{1, 0} // always the same row first: no deadlock
	}
	for _, i := range order {
		_, err := db.Exec(w, "INSERT INTO account_throttle (key, failures, last_at, until) VALUES (?, 0, 0, 0) ON CONFLICT (key) DO NOTHING", keys[i])
		if err != nil {
			return out, err
		}
		if out[i], err = db.One[tries](w, "SELECT key, failures, last_at, until FROM account_throttle WHERE key = ?"+db.ForUpdate(w), keys[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

func keepTries(w db.W, t tries) error {
	_, err := db.Exec(w, "UPDATE account_throttle SET failures = ?, last_at = ?, until = ? WHERE key = ?", t.Failures, t.LastAt, t.Until, t.Key)
	return err
}

// waits counts the accounts and addresses that must wait now.
func waits(q db.Q, now calendar.Time) (int, error) {
	return db.One[int](q, "SELECT COUNT(*) FROM account_throttle WHERE until > ? AND until > 0", now)
}

func loadKey(q db.Q, id db.ID) (Key, error) { return db.One[Key](q, selectKey+" WHERE id = ?", id) }

func keysOf(q db.Q, user, before db.ID, limit int) ([]Key, error) {
	return db.All[Key](q, selectKey+" WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?", user, orLast(before), limit)
}

func allKeys(q db.Q, before db.ID, limit int) ([]Key, error) {
	return db.All[Key](q, selectKey+" WHERE id < ? ORDER BY id DESC LIMIT ?", orLast(before), limit)
}

// orLast is an id, or for none one after all others.
func orLast(id db.ID) db.ID {
	if id.IsZero() {
		for i := range id {
			id[i] = 0xff
		}
	}
	return id
}

func keepSecret(w db.W, key db.ID, hash []byte) error {
	_, err := db.Exec(w, "INSERT INTO account_key_secret (key_id, hash) VALUES (?, ?)", key, hash)
	return err
}

func dropSecret(w db.W, key db.ID) error {
	_, err := db.Exec(w, "DELETE FROM account_key_secret WHERE key_id = ?", key)
	return err
}

func usersAfter(q db.Q, f UserFilter, scope sight.Clause) ([]User, error) {
	where, args := scope.SQL, scope.Args
	add := func(clause string, more ...any) { where, args = where+" AND "+clause, append(args, more...) }
	if f.Kind != "" {
		add("u.kind = ?", f.Kind)
	}
	if f.Status != "" {
		add("u.status = ?", f.Status)
	}
	if f.Role != "" {
		add("u.id IN (SELECT user_id FROM account_role WHERE role = ?)", f.Role)
	}
	if !f.Team.IsZero() {
		add("u.id IN (SELECT user_id FROM account_membership WHERE team = ? AND status = 'active')", f.Team)
	}
	if word := searchable(f.Query); word != "" {
		add("u.id IN (SELECT user_id FROM account_word WHERE word >= ? AND word < ?)", word, word+"\U0010FFFF")
	}
	if !f.After.ID.IsZero() {
		add("(u.sort, u.id) > (?, ?)", f.After.Sort, f.After.ID)
	}
	args = append(args, f.Limit+1)
	return db.All[User](q, selectUser+" WHERE "+where+" ORDER BY u.sort, u.id LIMIT ?", args...)
}

func teamsOf(q db.Q, users []db.ID) (map[db.ID][]db.ID, error) {
	out := map[db.ID][]db.ID{}
	if len(users) == 0 {
		return out, nil
	}
	rows, err := db.All[Membership](q, selectMembership+" WHERE user_id IN (??) AND status = 'active' ORDER BY user_id, team", db.ListOf(users))
	for _, m := range rows {
		out[m.User] = append(out[m.User], m.Team)
	}
	return out, err
}

func profileOf(q db.Q, user db.ID) (Profile, error) {
	return db.One[Profile](q, "SELECT "+db.Columns[Profile]("")+" FROM account_user WHERE id = ?", user)
}
