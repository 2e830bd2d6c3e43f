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
	"log/slog"
	"os"
	"path/filepath"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
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
	if o.Lang == "" {
		o.Lang = text.JA
	}
	m := &maker{o: o, password: "minato-" + rand.Text()[:8], agency: &Agency{}}
	if err := m.make(text.With(ctx, o.Lang), srv); err != nil {
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
	srv      *server.Server // one whose clock is set back
	clock    *calendar.Fake
	present  calendar.Time // now, for everybody else
	holidays calendar.Holidays
	o        Options
	password string
	agency   *Agency
	admin    access.Actor
	teams    map[string]db.ID
	programs map[string]db.ID // by key
	benefits map[string]db.ID
	plans    map[string]db.ID    // templates, by code
	partners map[string]*partner // providers, by key
	osamu    db.ID               // Osamu Maruyama, whom the story is about

	allies     map[string]db.ID     // organizations that help besides, by key
	neighbours []generate.Household // who lives in the city besides
	courses    map[string]*course
	bills      bills
	dated      []dated
	loom       loom
	begun      int // tales
	applied    int // people who applied from outside
	failed     error
}

func (m *maker) tell(line string) {
	if m.o.Tell != nil {
		m.o.Tell(line)
	}
}

// make begins a year ago, with a server of its own whose clock was set back,
// and ends at the present.
func (m *maker) make(ctx context.Context, srv *server.Server) error {
	m.present = srv.Run.Now()
	m.clock = calendar.NewFake(calendar.Moment(m.day(-yearDays), 8, 30, calendar.Tokyo))
	m.holidays = calendar.National(m.day(-yearDays).Year(), m.day(0).Year()+1)
	past, err := server.New(server.Config{DB: srv.Run.Data, Vault: srv.Run.Vault, Clock: m.clock, NoWork: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer past.Close()
	m.srv = past
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
		{"those who help besides", m.friends},
		{"a year of work", m.year},
		{"keys", m.keys},
	} {
		m.tell("demo: " + step.name)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// day is so many days from the demo's present.
func (m *maker) day(n int) calendar.Date { return m.present.Date(calendar.Tokyo).AddDays(n) }

// year tells everything that happened.
func (m *maker) year(ctx context.Context) error {
	for _, begin := range []func(context.Context){m.family, m.arrivals, m.caseload, m.secondRecords, m.brought, m.acquaintance, m.bigFamily, m.chores, m.openings, m.proposals, m.money} {
		begin(ctx)
	}
	if err := m.tellAll(m.present); err != nil {
		return err
	}
	_, err := journal.Sealer{Data: m.srv.Run.Data, Vault: m.srv.Run.Vault, Clock: m.clock}.SealAll(ctx)
	return err
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
	m.agency.Accounts = append(m.agency.Accounts, Account{Role: access.Administrator, Name: in.Name, Email: in.Mail, Password: m.password, User: admin.ID})
	m.teams = map[string]db.ID{}
	for _, t := range teams {
		made, err := m.srv.Rooms.Agency.CreateTeam(ctx, m.admin, agency.TeamInput{Name: t.name, Parent: m.teams[t.parent]})
		if err != nil {
			return err
		}
		m.teams[t.key] = made.ID
	}
	settings := agency.Usual(name)
	settings.Version, settings.Contact = 1, text.Pair{JA: "〒231-0000 みなと市港町1-1 市役所2階\n電話 045-000-0100　ファクス 045-000-0101\n平日 8時30分から17時15分",
		EN: "City hall, 2nd floor, 1-1 Minatocho, Minato 231-0000\nTelephone 045-000-0100, fax 045-000-0101\nWeekdays 8:30 to 17:15"}
	if _, err := m.srv.Rooms.Agency.Edit(ctx, m.admin, settings); err != nil {
		return err
	}
	for i, p := range paperKinds {
		if _, err := m.srv.Rooms.Agency.CreateCode(ctx, m.admin, agency.CodeInput{List: "document_kind", Key: p.key, Label: p.name, Position: int64(i + 1)}); err != nil {
			return err
		}
	}
	return nil
}

// paperKinds are the papers that residents are usually asked for.
var paperKinds = []struct {
	key  string
	name text.Pair
}{
	{"identity", text.Pair{JA: "本人確認書類（運転免許証など）", EN: "Proof of identity (driving licence …)"}},
	{"residence", text.Pair{JA: "住民票の写し", EN: "Certificate of residence"}},
	{"income", text.Pair{JA: "収入がわかる書類（給与明細・年金通知）", EN: "Proof of income (pay slip, pension notice)"}},
	{"bankbook", text.Pair{JA: "預貯金通帳の写し", EN: "Copy of the bank book"}},
	{"lease", text.Pair{JA: "賃貸借契約書の写し", EN: "Copy of the lease"}},
	{"medical", text.Pair{JA: "診断書・意見書", EN: "Medical certificate"}},
	{"handbook", text.Pair{JA: "障害者手帳の写し", EN: "Copy of the disability certificate"}},
	{"proof", text.Pair{JA: "そのほかの証明書", EN: "Other proof"}},
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

// user makes a user who can sign in.
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
	m.agency.Accounts = append(m.agency.Accounts, Account{Role: role, Name: in.Name, Email: in.Mail, Password: m.password, User: u.ID,
		Teams: in.Teams, Provider: in.Provider, Person: in.Person})
	return nil
}

// keyDays is how long the demo's API keys live, in days.
const keyDays = 366

// keys gives everybody who can sign in an API key.
func (m *maker) keys(ctx context.Context) error {
	for i := range m.agency.Accounts {
		x := &m.agency.Accounts[i]
		key, err := m.srv.Rooms.Account.CreateKey(ctx, m.admin, account.KeyInput{User: x.User, Name: "demo", Roles: []access.Role{x.Role}, Days: keyDays})
		if err != nil {
			return err
		}
		x.APIKey = key.Secret
	}
	return nil
}
