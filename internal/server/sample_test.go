package server_test

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
	"kizuna/internal/server"
)

const (
	base     = "http://kizuna.test"
	password = "hills and seven lanterns"
)

// sample is an agency with somebody in every role, in every relation to its records: those whose
// they are, their team, another team, a provider and another, a resident and another.
type sample struct {
	t        testing.TB
	asked    int // each comes from an address of its own: nobody is told to wait
	srv      *server.Server
	admin    access.Actor
	visitors []*visitor
	named    map[string]*visitor
	teams    map[string]db.ID
	person   map[string]db.ID // of the residents
	provider map[string]db.ID
	made     int // samples so far
	onCases  map[string]onCase
}

// visitor is one who asks, by the pages with a sign-in and by the API with a key.
type visitor struct {
	name   string
	mail   string
	actor  access.Actor
	token  string
	secret string
}

// cast are the visitors, role by role.
var cast = []struct {
	name string
	role access.Role
	team string // or resident, or provider
}{
	{"caseworker", access.Caseworker, "community"}, {"caseworker:team", access.Caseworker, "community"}, {"caseworker:other", access.Caseworker, "family"},
	{"supervisor", access.Supervisor, "community"}, {"supervisor:other", access.Supervisor, "family"},
	{"intake_worker", access.IntakeWorker, "intake"}, {"program_manager", access.ProgramManager, "intake"},
	{"finance_officer", access.FinanceOfficer, "intake"}, {"auditor", access.Auditor, ""}, {"administrator", access.Administrator, ""},
	{"provider_manager", access.ProviderManager, "midori"}, {"provider_manager:other", access.ProviderManager, "kokoro"},
	{"provider_staff", access.ProviderStaff, "midori"}, {"provider_staff:other", access.ProviderStaff, "kokoro"},
	{"resident", access.Resident, "osamu"}, {"resident:other", access.Resident, "fumi"},
}

// founded is a sample as it is kept for copies: everything but the server.
type founded struct {
	vault    *vault.Vault
	admin    access.Actor
	visitors []visitor
	teams    map[string]db.ID
	person   map[string]db.ID
	provider map[string]db.ID
}

// foundation is made once: its sixteen passwords alone cost seconds.
var foundation = kizunatest.Made[founded]{Make: found}

// eachSample runs f once per engine, each time with a sample of its own.
func eachSample(t *testing.T, f func(t *testing.T, s *sample)) {
	t.Helper()
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) { f(t, newSample(t, e)) })
	}
}

// newSample is the agency with everybody in it.
func newSample(t *testing.T, e db.Engine) *sample {
	t.Helper()
	d, of := foundation.Copy(t, e)
	s := sampleOn(t, d, of)
	t.Cleanup(s.srv.Close)
	return s
}

// sampleOn opens the agency that stands in a database.
func sampleOn(t testing.TB, d *db.DB, of founded) *sample {
	t.Helper()
	srv, err := server.New(server.Config{DB: d, Vault: of.vault, Clock: kizunatest.Clock(), Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{t: t, srv: srv, admin: of.admin, named: map[string]*visitor{}, onCases: map[string]onCase{}, teams: maps.Clone(of.teams), person: maps.Clone(of.person), provider: maps.Clone(of.provider)}
	for _, v := range of.visitors {
		s.visitors = append(s.visitors, &v)
		s.named[v.name] = &v
	}
	return s
}

// found founds the agency and lets everybody in.
func found(t testing.TB, d *db.DB) founded {
	t.Helper()
	s := sampleOn(t, d, founded{vault: kizunatest.Vault(t), teams: map[string]db.ID{}, person: map[string]db.ID{}, provider: map[string]db.ID{}})
	defer s.srv.Close()
	admin, err := account.Setup(t.Context(), s.srv.Run, account.SetupInput{Agency: text.Pair{JA: "みなと市 福祉総合支援課", EN: "Minato City Social Support"},
		Name: text.Pair{JA: "山本 純", EN: "Jun Yamamoto"}, Mail: "admin@minato.example", Password: password})
	s.must(err)
	s.admin = access.Actor{ID: admin.ID, Roles: []access.Role{access.Administrator}}
	for _, name := range []string{"community", "family", "intake"} {
		team, err := s.srv.Rooms.Agency.CreateTeam(t.Context(), s.admin, agency.TeamInput{Name: text.Pair{JA: name, EN: name}})
		s.must(err)
		s.teams[name] = team.ID
	}
	for _, name := range []string{"osamu", "fumi"} {
		p, err := s.srv.Rooms.People.Create(t.Context(), access.Actor{ID: db.NewID(), Roles: []access.Role{access.IntakeWorker}, Teams: []db.ID{s.teams["intake"]}},
			people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: name, Given: "住民"}}})
		s.must(err)
		s.person[name] = p.ID
	}
	for _, name := range []string{"midori", "kokoro"} {
		manager := access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProgramManager}, Wide: true}
		p, err := s.srv.Rooms.Providers.Create(t.Context(), manager, provider.Input{Name: text.Both(name)})
		s.must(err)
		_, err = s.srv.Rooms.Providers.Step(t.Context(), manager, p.ID, "activate", provider.StepInput{Version: p.Version})
		s.must(err)
		s.provider[name] = p.ID
	}
	for _, c := range cast {
		s.enter(c.name, c.role, c.team)
	}
	s.visitors = append(s.visitors, &visitor{name: "nobody", actor: access.Nobody()})
	out := founded{vault: s.srv.Run.Vault, admin: s.admin, teams: s.teams, person: s.person, provider: s.provider}
	for _, v := range s.visitors {
		out.visitors = append(out.visitors, *v)
	}
	return out
}

func (s *sample) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// enter makes a user and lets them in by the door for people and by the one for programs.
func (s *sample) enter(name string, role access.Role, place string) {
	s.t.Helper()
	ctx, room := s.t.Context(), s.srv.Rooms.Account
	in := account.UserInput{Mail: strings.ReplaceAll(name, ":", ".") + "@minato.example", Name: text.Pair{JA: "見本 " + name, EN: "Sample " + name}, Roles: []access.Role{role}}
	in.Provider, in.Person = s.provider[place], s.person[place]
	if team, ok := s.teams[place]; ok {
		in.Teams = []db.ID{team}
	}
	u, err := room.CreateUser(ctx, s.admin, in)
	s.must(err)
	code, err := room.IssueCode(ctx, s.admin, u.ID, u.Version)
	s.must(err)
	v := &visitor{name: name, mail: in.Mail}
	v.token, err = room.Redeem(ctx, account.RedeemInput{Mail: in.Mail, Code: code, New: password})
	s.must(err)
	key, err := room.CreateKey(ctx, s.admin, account.KeyInput{User: u.ID, Name: "sample", Roles: []access.Role{role}, Days: 30})
	s.must(err)
	v.secret = key.Secret
	entered, err := room.BySignIn(ctx, v.token)
	s.must(err)
	v.actor = entered.Actor
	s.visitors = append(s.visitors, v)
}

// again lets a visitor back in whose sign-in was ended.
func (s *sample) again(v *visitor) {
	s.t.Helper()
	if v.token == "" {
		return
	}
	if _, err := s.srv.Rooms.Account.BySignIn(s.t.Context(), v.token); err == nil {
		return
	}
	var err error
	v.token, err = s.srv.Rooms.Account.SignIn(s.t.Context(), account.SignInInput{Mail: v.mail, Password: password})
	s.must(err)
}

// ask sends a request as a visitor: a page with the sign-in, a call with the key. Headers come in
// pairs.
func (s *sample) ask(v *visitor, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), method, base+target, strings.NewReader(body))
	s.asked++
	r.RemoteAddr = fmt.Sprintf("198.18.%d.%d:1", s.asked>>8&255, s.asked&255)
	api := strings.HasPrefix(target, "/api/")
	switch {
	case v.token == "":
	case api:
		r.Header.Set("Authorization", "Bearer "+v.secret)
	default:
		r.AddCookie(&http.Cookie{Name: "kizuna-sign-in", Value: v.token})
	}
	if method != http.MethodGet {
		kind := "application/x-www-form-urlencoded"
		if api {
			kind = "application/json"
		}
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.srv.ServeHTTP(w, r)
	return w
}

// as is the visitor of a name.
func (s *sample) as(name string) *visitor {
	v, ok := s.named[name]
	if !ok {
		s.t.Fatalf("nobody is called %s; there are %v", name, slices.Sorted(maps.Keys(s.named)))
	}
	return v
}

// cost counts the statements of a page and their round trips.
func (s *sample) cost(v *visitor, target string) (statements, trips int) {
	ctx, trace := db.WithTrace(s.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, base+target, nil)
	if v.token != "" {
		r.AddCookie(&http.Cookie{Name: "kizuna-sign-in", Value: v.token})
	}
	s.srv.ServeHTTP(httptest.NewRecorder(), r)
	return trace.Count(), trace.Trips
}
