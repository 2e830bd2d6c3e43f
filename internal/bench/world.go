package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/office/account"
	"kizuna/internal/server"
)

// world is what calls are drawn from: who asks, and for whom and what.
type world struct {
	srv   *server.Server
	meter *meter
	many  asker // a caseworker who reaches most residents
	few   asker // and one who reaches about as few at any size
	// persons and cases that many reaches, spread over all of them.
	persons, cases []db.ID
	names          []name
	rare           []name // whole names that hardly anybody shares, so that the answer is as short at any size
	common         string // the commonest family name of two characters, for an answer as long as it may be
	team           db.ID  // of the one who reaches most
	network        network
	others         []asker // of other roles
}

type asker struct {
	user db.ID
	key  account.NewKey
}

type name struct {
	Family       string `db:"family"`
	Given        string `db:"given"`
	FamilyKana   string `db:"family_kana"`
	GivenKana    string `db:"given_kana"`
	FamilyRomaji string `db:"family_romaji"`
	GivenRomaji  string `db:"given_romaji"`
}

// samples is how many records calls take turns on.
const samples = 200

// bearers is the most who share a rare name.
const bearers = 3

// look finds out who and what is there, and makes keys to ask with.
func look(ctx context.Context, srv *server.Server) (*world, error) {
	w := &world{srv: srv}
	var err error
	if w.meter, err = newMeter(ctx, srv.Run.Data); err != nil {
		return nil, err
	}
	err = srv.Run.Read(ctx, func(q *db.Reader) error {
		if err := w.askers(q); err != nil {
			return err
		}
		return w.sample(q)
	})
	if err != nil {
		return nil, err
	}
	w.network.w = w
	for _, a := range []*asker{&w.many, &w.few} {
		if a.key, err = w.key(ctx, a.user, access.Caseworker); err != nil {
			w.leave(ctx)
			return nil, err
		}
	}
	return w, nil
}

func (w *world) key(ctx context.Context, user db.ID, role access.Role) (account.NewKey, error) {
	return w.srv.Rooms.Account.CreateKey(ctx, access.TheSystem(), account.KeyInput{User: user, Name: "bench", Roles: []access.Role{role}, Days: 1})
}

// leave ends the keys.
func (w *world) leave(ctx context.Context) {
	for _, a := range append([]asker{w.many, w.few, w.network.keeper}, w.others...) {
		if a.key.Secret != "" {
			// A key that stays ends by itself within a day.
			_, _ = w.srv.Rooms.Account.RevokeKey(context.WithoutCancel(ctx), access.TheSystem(), a.key.ID, 0)
		}
	}
}

type reaching struct {
	User db.ID `db:"user_id"`
	Team db.ID `db:"team"`
	N    int   `db:"n"`
}

// fewResidents is how many residents a small team reaches. Asked for in agencies of several sizes,
// the one who reaches about so many has answers of about one length.
const fewResidents = 500

// fromFew is how far off that is, as a factor of two.
func (r reaching) fromFew() float64 { return math.Abs(math.Log2(float64(max(r.N, 1)) / fewResidents)) }

func (w *world) askers(q db.Q) error {
	all, err := db.All[reaching](q, `SELECT m.user_id, m.team, COALESCE(r.n, 0) AS n FROM account_membership m
		JOIN account_role x ON x.user_id = m.user_id AND x.role = ? JOIN account_user u ON u.id = m.user_id AND u.status = 'active'
		LEFT JOIN (SELECT scope, COUNT(*) AS n FROM reach WHERE kind = 'person' GROUP BY scope) r ON r.scope = m.team
		WHERE m.status = 'active' ORDER BY n DESC, m.user_id`, access.Caseworker)
	if err != nil {
		return err
	}
	if len(all) == 0 || all[0].N == 0 {
		return errors.New("no caseworker's team reaches a resident; kizuna generate makes an agency to measure")
	}
	w.team = all[0].Team
	w.many.user = all[0].User
	w.few.user = slices.MinFunc(all, func(x, y reaching) int { return cmp.Compare(x.fromFew(), y.fromFew()) }).User
	if w.persons, err = spread(q, all[0].Team, "person"); err != nil {
		return err
	}
	w.cases, err = spread(q, all[0].Team, "case")
	return err
}

// spread gives records that a team reaches, from all over their ids.
func spread(q db.Q, team db.ID, kind string) ([]db.ID, error) {
	edge := "SELECT record FROM reach WHERE scope = ? AND kind = ? ORDER BY record "
	first, some, err := db.Maybe[db.ID](q, edge+"LIMIT 1", team, kind)
	if err != nil || !some {
		return nil, err
	}
	last, err := db.One[db.ID](q, edge+"DESC LIMIT 1", team, kind)
	if err != nil {
		return nil, err
	}
	var out []db.ID
	from, to := stamp(first), stamp(last)
	for i := range samples {
		at := db.FirstAt(from + (to-from)*int64(i)/samples)
		id, some, err := db.Maybe[db.ID](q, "SELECT record FROM reach WHERE scope = ? AND kind = ? AND record <= ? ORDER BY record DESC LIMIT 1", team, kind, at)
		if err != nil {
			return nil, err
		}
		if some {
			out = append(out, id)
		}
	}
	return out, nil
}

// stamp is the moment in an id, in Unix milliseconds.
func stamp(id db.ID) (ms int64) {
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return ms
}

func (w *world) sample(q db.Q) error {
	var err error
	if w.names, err = db.All[name](q, "SELECT family, given, family_kana, given_kana, family_romaji, given_romaji FROM person_name WHERE person IN (??) AND kind = 'legal'", db.ListOf(w.persons)); err != nil {
		return err
	}
	w.rare, err = db.All[name](q, `SELECT MIN(family) AS family, MIN(given) AS given, family_kana, given_kana, MIN(family_romaji) AS family_romaji, MIN(given_romaji) AS given_romaji
		FROM person_name WHERE status = 'active' AND family_kana <> '' AND given_kana <> '' GROUP BY family_kana, given_kana HAVING COUNT(*) <= ? ORDER BY MIN(created_at), family_kana, given_kana LIMIT ?`, bearers, samples)
	if err != nil {
		return err
	}
	families, err := db.All[string](q, "SELECT family FROM person_name WHERE status = 'active' GROUP BY family ORDER BY COUNT(*) DESC LIMIT 100")
	for _, f := range families {
		if utf8.RuneCountInString(f) == 2 {
			w.common = f
			break
		}
	}
	if err == nil && (w.common == "" || len(w.names) == 0 || len(w.rare) == 0) {
		err = errors.New("there are too few names to search for")
	}
	return err
}

// base is the address that the server believes to be reached by.
const base = "http://bench.kizuna.example"

func (a asker) get(path string, query ...string) *http.Request {
	return a.ask("GET", path, "", query...)
}

func (a asker) ask(method, path, body string, query ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	at := base + path
	if len(values) > 0 {
		at += "?" + values.Encode()
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, at, content)
	if err != nil {
		panic(fmt.Sprintf("bench: %s: %v", path, err)) // paths are written here
	}
	req.RemoteAddr = "127.0.0.1:1"
	req.Header.Set("Authorization", "Bearer "+a.key.Secret)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// step asks for a step on a record of which a version was seen.
func (a asker) step(path string, version int64, body string) *http.Request {
	req := a.ask("POST", path, body)
	req.Header.Set("If-Match", fmt.Sprintf("%q", strconv.FormatInt(version, 10)))
	return req
}

func pick[T any](list []T, i int) T { return list[i%len(list)] }
