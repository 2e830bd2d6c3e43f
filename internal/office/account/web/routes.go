// Package web is the way in: the sign-in and one's own account, the pages on
// which administrators look after users and keys, and their API.
package web

import (
	"context"
	_ "embed"
	"net"
	"net/http"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("account.web", wordsFile)

// signInCookie holds the token of a sign-in; the door adds the prefix that
// fits the address we are reached by.
const signInCookie = "sign-in"

// Entrance tells the door who is asking.
type Entrance struct {
	Room *account.Room
	// Secure says that people reach us by https.
	Secure bool
	// Demo says on the sign-in page where its sign-ins are found.
	Demo bool
}

func (e Entrance) token(r *http.Request) string {
	name := "kizuna-" + signInCookie
	if e.Secure {
		name = "__Host-" + name
	}
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Identify says who a request is by: a bearer key, or the sign-in's cookie.
// Nobody is no fault; a key or sign-in that is not good any more is.
func (e Entrance) Identify(r *http.Request) (access.Actor, error) {
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		in, err := e.Room.ByKey(r.Context(), strings.TrimSpace(key))
		if err == nil && in.ReadOnly && !onlyReads(r) {
			err = fault.Forbid("account.web.key_reads")
		}
		return in.Actor, err
	}
	token := e.token(r)
	if token == "" {
		return access.Nobody(), nil
	}
	in, err := e.Room.BySignIn(r.Context(), token)
	return in.Actor, err
}

// onlyReads tells whether a request changes nothing; a search may come as a
// POST.
func onlyReads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/search")
}

// Expired names the user of a sign-in that expired less than a day ago, zero
// when there is none.
func (e Entrance) Expired(r *http.Request) db.ID {
	token := e.token(r)
	if token == "" {
		return db.ID{}
	}
	owner, _, err := e.Room.Owner(r.Context(), token)
	if err != nil {
		return db.ID{}
	}
	return owner
}

type pages struct {
	room     *account.Room
	agency   *agency.Room
	entrance Entrance
	door     *door.Router
}

var (
	everyone = door.By(access.UserRoles...)
	readers  = door.By(access.Administrator, access.Auditor)
	keepers  = door.By(access.Administrator)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *account.Room, agency *agency.Room, e Entrance) {
	p := &pages{room, agency, e, d}
	d.Page("GET /sign-in", door.Anyone, p.askSignIn)
	d.Page("POST /sign-in", door.Anyone, p.signIn)
	d.Page("GET /sign-in/code", door.Anyone, p.askCode)
	d.Page("POST /sign-in/code", door.Anyone, p.redeem)
	d.Page("POST /sign-out", door.Anyone, p.signOut)

	d.Page("GET /account", everyone, p.own)
	d.Page("POST /account", everyone, p.prefer)
	d.Page("GET /account/password", everyone, p.askPassword)
	d.Page("POST /account/password", everyone, p.setPassword)
	d.Page("POST /account/sign-ins/{id}/end", everyone, p.endSignIn)
	d.Page("POST /account/sign-ins/end", everyone, p.endEverywhere)
	d.Page("POST /account/keep", everyone, p.keep)
	d.Page("GET /account/keys", everyone, p.ownKeys)
	d.Page("GET /account/keys/new", everyone, p.newKey)
	d.Page("POST /account/keys", everyone, p.createKey)
	d.Page("POST /account/keys/{id}/revoke", everyone, p.revokeKey)

	d.Page("GET /admin/users", readers, p.users)
	d.Page("GET /admin/users/new", keepers, p.newUser)
	d.Page("POST /admin/users", keepers, p.createUser)
	d.Page("GET /admin/users/{id}", readers, p.user)
	d.Page("GET /admin/users/{id}/edit", keepers, p.editUser)
	d.Page("POST /admin/users/{id}", keepers, p.saveUser)
	d.Page("GET /admin/users/{id}/set_roles", keepers, p.askRoles)
	d.Page("POST /admin/users/{id}/set_roles", keepers, p.setRoles)
	d.Page("GET /admin/users/{id}/suspend", keepers, p.askSuspend)
	d.Page("POST /admin/users/{id}/suspend", keepers, p.suspend)
	d.Page("POST /admin/users/{id}/restore", keepers, p.restore)
	d.Page("GET /admin/users/{id}/issue_code", keepers, p.askIssue)
	d.Page("POST /admin/users/{id}/issue_code", keepers, p.issue)
	d.Page("GET /admin/keys", readers, p.keys)
	d.Page("GET /admin/keys/new", keepers, p.newKey)
	d.Page("POST /admin/keys", keepers, p.createKey)
	d.Page("POST /admin/keys/{id}/revoke", keepers, p.revokeKey)
	mountAPI(d, room)
}

// device is where a request comes from.
func device(r *http.Request) account.Device {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return account.Device{Agent: r.UserAgent(), Address: host}
}

// RoleName is the word for a role.
func RoleName(ctx context.Context, role access.Role) string {
	return text.Word(ctx, "account.web.role."+string(role))
}
