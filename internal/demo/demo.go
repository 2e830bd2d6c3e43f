// Package demo makes the demo agency: an invented city with invented people,
// through the same operations that everybody uses, so that its history, its
// books and its journal are as real as any agency's.
package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/server"
)

// Options say what to make.
type Options struct {
	Lang    text.Lang // the agency's language
	Persons int       // residents beside those of the story
	Tell    func(line string)
}

// Account is one of the demo's people with a sign-in.
type Account struct {
	Role     access.Role `json:"role"`
	Name     text.Pair   `json:"name"`
	Email    string      `json:"email"`
	Password string      `json:"password"`
	APIKey   string      `json:"api_key"`
	User     db.ID       `json:"user_id"`
	Teams    []db.ID     `json:"team_ids,omitempty"`
	Provider db.ID       `json:"provider_id,omitzero"`
	Person   db.ID       `json:"person_id,omitzero"`
}

// Actor is the account as its sign-in acts.
func (a Account) Actor() access.Actor {
	return access.Actor{ID: a.User, Roles: []access.Role{a.Role}, Teams: a.Teams, Provider: a.Provider, Person: a.Person}
}

// Agency is the demo agency as it stands.
type Agency struct {
	Accounts []Account `json:"accounts"`
}

// fileName keeps the demo's sign-ins beside its data, so that a second start
// can print them again.
const fileName = "demo.json"

// Make makes the agency, or reads what an earlier start made. It goes on where
// an interrupted start left off only by starting over: remove the folder.
func Make(ctx context.Context, srv *server.Server, folder string, o Options) (*Agency, error) {
	at := filepath.Join(folder, fileName)
	if b, err := os.ReadFile(at); err == nil {
		var a Agency
		return &a, json.Unmarshal(b, &a)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, err := srv.Rooms.Agency.Settings(ctx); err == nil {
		return nil, fmt.Errorf("the database has an agency, but %s does not say that it is a demo", at)
	}
	m := &maker{srv: srv, o: o, password: "minato-" + rand.Text()[:8], agency: &Agency{}}
	if err := m.make(ctx); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	b, err := json.MarshalIndent(m.agency, "", "  ")
	if err != nil {
		return nil, err
	}
	return m.agency, os.WriteFile(at, b, 0o600)
}

// WriteKeys writes where the demo answers and how to sign in.
func (a *Agency) WriteKeys(path, base string) error {
	b, err := json.MarshalIndent(struct {
		BaseURL  string    `json:"base_url"`
		Accounts []Account `json:"accounts"`
	}{base, a.Accounts}, "", "  ")
	if err != nil {
		return err
	}
	// Readers wait for the file: it appears whole or not at all.
	if err := os.WriteFile(path+".part", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// As gives the first account with a role.
func (a *Agency) As(role access.Role) (Account, bool) {
	for _, x := range a.Accounts {
		if x.Role == role {
			return x, true
		}
	}
	return Account{}, false
}

// maker makes the agency step by step.
type maker struct {
	srv      *server.Server
	o        Options
	password string
	agency   *Agency
	admin    access.Actor
	teams    map[string]db.ID
	programs map[string]db.ID // by key
	benefits map[string]db.ID
	osamu    db.ID // Osamu Maruyama, whom the story is about
}

func (m *maker) tell(line string) {
	if m.o.Tell != nil {
		m.o.Tell(line)
	}
}

func (m *maker) make(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"the agency", m.office},
		{"its people", m.staff},
		{"what help there is", m.catalog},
		{"forms", m.forms},
		{"plans to start from", m.templates},
		{"providers", m.network},
		{"residents", m.residents},
		{"cases", m.cases},
	} {
		m.tell("demo: " + step.name)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// office founds the agency with its first administrator and its teams.
func (m *maker) office(ctx context.Context) error {
	name := text.Pair{JA: "みなと市 福祉総合支援課", EN: "Minato City Social Support"}
	in := account.SetupInput{Agency: name, Name: text.Pair{JA: "山本 純", EN: "Jun Yamamoto"}, Mail: "admin@minato.example", Password: m.password}
	admin, err := account.Setup(ctx, m.srv.Run, in)
	if err != nil {
		return err
	}
	m.admin = access.Actor{ID: admin.ID, Roles: []access.Role{access.Administrator}}
	if err := m.keyFor(ctx, Account{Role: access.Administrator, Name: in.Name, Email: in.Mail, Password: m.password, User: admin.ID}); err != nil {
		return err
	}
	m.teams = map[string]db.ID{}
	for _, t := range teams {
		made, err := m.srv.Rooms.Agency.CreateTeam(ctx, m.admin, agency.TeamInput{Name: t.name, Parent: m.teams[t.parent]})
		if err != nil {
			return err
		}
		m.teams[t.key] = made.ID
	}
	return nil
}

var teams = []struct {
	key, parent string
	name        text.Pair
}{
	{"support", "", text.Pair{JA: "福祉総合支援課", EN: "Social Support Division"}},
	{"community", "support", text.Pair{JA: "地域生活支援係", EN: "Community Living Team"}},
	{"family", "support", text.Pair{JA: "子ども家庭係", EN: "Children and Family Team"}},
	{"intake", "support", text.Pair{JA: "総合相談窓口", EN: "Intake Desk"}},
	{"finance", "", text.Pair{JA: "経理係", EN: "Finance Team"}},
}

// cast are the agency's own people.
var cast = []struct {
	role       access.Role
	mail, team string
	name       text.Pair
}{
	{access.Caseworker, "tanaka", "community", text.Pair{JA: "田中 恵", EN: "Megumi Tanaka"}},
	{access.Supervisor, "ishikawa", "support", text.Pair{JA: "石川 徹", EN: "Toru Ishikawa"}},
	{access.IntakeWorker, "morita", "intake", text.Pair{JA: "森田 彩", EN: "Aya Morita"}},
	{access.ProgramManager, "fujii", "support", text.Pair{JA: "藤井 香", EN: "Kaori Fujii"}},
	{access.FinanceOfficer, "okada", "finance", text.Pair{JA: "岡田 誠", EN: "Makoto Okada"}},
	{access.Auditor, "nishimura", "", text.Pair{JA: "西村 博", EN: "Hiroshi Nishimura"}},
	{access.Caseworker, "kobayashi", "family", text.Pair{JA: "小林 直樹", EN: "Naoki Kobayashi"}},
	{access.ProgramManager, "hayashi", "support", text.Pair{JA: "林 美穂", EN: "Miho Hayashi"}},
	{access.FinanceOfficer, "miura", "finance", text.Pair{JA: "三浦 玲", EN: "Rei Miura"}},
}

func (m *maker) staff(ctx context.Context) error {
	for _, c := range cast {
		in := account.UserInput{Mail: c.mail + "@minato.example", Name: c.name, Roles: []access.Role{c.role}}
		if id, ok := m.teams[c.team]; ok {
			in.Teams = []db.ID{id}
		}
		if err := m.user(ctx, c.role, in); err != nil {
			return err
		}
	}
	return nil
}

// user makes a user who can sign in, with an API key.
func (m *maker) user(ctx context.Context, role access.Role, in account.UserInput) error {
	u, err := m.srv.Rooms.Account.CreateUser(ctx, m.admin, in)
	if err != nil {
		return err
	}
	code, err := m.srv.Rooms.Account.IssueCode(ctx, m.admin, u.ID, u.Version)
	if err != nil {
		return err
	}
	if _, err := m.srv.Rooms.Account.Redeem(ctx, account.RedeemInput{Mail: in.Mail, Code: code, New: m.password}); err != nil {
		return err
	}
	return m.keyFor(ctx, Account{Role: role, Name: in.Name, Email: in.Mail, Password: m.password, User: u.ID,
		Teams: in.Teams, Provider: in.Provider, Person: in.Person})
}

// keyDays is how long the demo's API keys live, in days.
const keyDays = 366

func (m *maker) keyFor(ctx context.Context, x Account) error {
	key, err := m.srv.Rooms.Account.CreateKey(ctx, m.admin, account.KeyInput{User: x.User, Name: "demo", Roles: []access.Role{x.Role}, Days: keyDays})
	if err != nil {
		return err
	}
	x.APIKey = key.Secret
	m.agency.Accounts = append(m.agency.Accounts, x)
	return nil
}
