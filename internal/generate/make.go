// Package generate invents an agency of any size: the people of an invented
// city with households, addresses and histories, teams that reach many of them
// and few, cases in every state, and the help that providers give: referrals,
// courses, attendance and what is asked to be paid for it. Of five persons two
// have a case, and for each person there are five disbursements. The same seed
// and day give the same agency.
//
// It writes through each room's Load, so journal, search and reach are as real
// as any; nobody in it is.
package generate

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
	"kizuna/internal/server"
)

// Options say what to make.
type Options struct {
	Persons int
	Seed    uint64
	Lang    text.Lang     // of the agency, and of most names
	Today   calendar.Date // the day that ages and due dates are counted from
	// Tell hears how far it is, after every lot.
	Tell func(Progress)
}

// Progress is how far making has come.
type Progress struct {
	Persons, Of int
	Took, Left  time.Duration
}

// Made is what there is now.
type Made struct {
	Persons, Households, Cases int // made by this run
	Providers, Disbursements   int // likewise
	Claims                     int // requests for payment, likewise
	Found                      int // persons who were there already
	Took                       time.Duration
	Admin, Password            string // the administrator's, when the agency was made
}

// lot is how many households are loaded in one transaction.
const lot = 500

// Make makes the agency, or adds to it what a run with the same seed has not
// made yet: an interrupted run goes on, and a larger size adds the rest.
func Make(ctx context.Context, srv *server.Server, o Options) (Made, error) {
	m := &maker{srv: srv, o: o, from: source{o.Seed, o.Lang, o.Today}, began: time.Now(), now: calendar.Moment(o.Today, 8, 0, calendar.Tokyo)}
	for _, step := range []func(context.Context) error{m.office, m.catalog, m.network} {
		if err := step(ctx); err != nil {
			return m.made, err
		}
	}
	if err := m.seal(ctx); err != nil { // so that there is a seal to go on from
		return m.made, err
	}
	if err := m.lots(ctx); err != nil {
		return m.made, err
	}
	if err := m.money(ctx); err != nil {
		return m.made, err
	}
	if err := m.seal(ctx); err != nil {
		return m.made, err
	}
	m.made.Took = time.Since(m.began)
	if err := search.Tidy(ctx, srv.Run.Data); err != nil {
		return m.made, err
	}
	return m.made, srv.Run.Data.Freshen(ctx)
}

type maker struct {
	srv      *server.Server
	o        Options
	from     source
	began    time.Time
	now      calendar.Time // on the day, before the first session
	made     Made
	teams    []db.ID
	users    [][]db.ID // the caseworkers of each team
	about    int       // households, for dates
	helps    []help
	partners []partner
	officers map[access.Role]access.Actor

	colleague map[string]colleague // by mail
}

func (m *maker) tell() {
	if m.o.Tell == nil {
		return
	}
	p := Progress{Persons: m.made.Persons + m.made.Found, Of: m.o.Persons, Took: time.Since(m.began)}
	if m.made.Persons > 0 {
		p.Left = time.Duration(float64(p.Took) * float64(p.Of-p.Persons) / float64(m.made.Persons))
	}
	m.o.Tell(p)
}

// staff are the users besides a caseworker for each district.
var staff = []struct {
	mail string
	role access.Role
	name text.Pair
}{
	{"supervisor", access.Supervisor, text.Pair{JA: "統括 一", EN: "Head Supervisor"}},
	{"intake", access.IntakeWorker, text.Pair{JA: "窓口 一", EN: "Front Desk"}},
	{"program", access.ProgramManager, text.Pair{JA: "事業 一", EN: "Program Lead"}},
	{"finance", access.FinanceOfficer, text.Pair{JA: "経理 一", EN: "Finance Desk"}},
	{"auditor", access.Auditor, text.Pair{JA: "監査 一", EN: "Audit Desk"}},
}

// Domain is where the users of a synthetic agency have their addresses.
const Domain = "@generated.example"

// Worker is the mail address of the caseworker of a district; the first
// reaches most residents and the last hardly any.
func Worker(district int) string { return fmt.Sprintf("worker-%d%s", district+1, Domain) }

// Fewest is the district with the fewest residents.
const Fewest = 5

// office makes the agency, its teams and its users where they are missing.
func (m *maker) office(ctx context.Context) error {
	m.about = m.o.Persons * 10 / 22
	rooms, sys := m.srv.Rooms, access.TheSystem()
	if _, err := rooms.Agency.Settings(ctx); err != nil {
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindNotFound {
			return err
		}
		m.made.Admin, m.made.Password = "admin"+Domain, "generated-"+rand.Text()[:12]
		in := account.SetupInput{Agency: text.Pair{JA: "みなと市", EN: "Minato City"}, Mail: m.made.Admin, Password: m.made.Password}
		if _, err := account.Setup(ctx, m.srv.Run, in); err != nil {
			return err
		}
	}
	if err := m.known(ctx); err != nil {
		return err
	}
	top, err := m.user(ctx, person(staff[0].mail+Domain, staff[0].name, staff[0].role), func() (db.ID, error) {
		t, err := rooms.Agency.CreateTeam(ctx, sys, agency.TeamInput{Name: text.Pair{JA: "地域支援課", EN: "Community Support"}})
		return t.ID, err
	})
	if err != nil {
		return err
	}
	m.officers = map[access.Role]access.Actor{}
	for _, x := range staff[1:] {
		u, err := m.user(ctx, person(x.mail+Domain, x.name, x.role), nil)
		if err != nil {
			return err
		}
		m.officers[x.role] = access.Actor{ID: u.id, Roles: []access.Role{x.role}}
	}
	for i, d := range districts {
		name := text.Pair{JA: d.name.JA + "担当", EN: d.name.EN + " Worker"}
		u, err := m.user(ctx, person(Worker(i), name, access.Caseworker), func() (db.ID, error) {
			t, err := rooms.Agency.CreateTeam(ctx, sys, agency.TeamInput{Name: text.Pair{JA: d.name.JA + "係", EN: d.name.EN + " Team"}, Parent: top.team, Position: int64(i)})
			return t.ID, err
		})
		if err != nil {
			return err
		}
		m.teams, m.users = append(m.teams, u.team), append(m.users, []db.ID{u.id})
		if err := m.colleagues(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// perWorker is how many residents there are for each caseworker, so that one
// has some sixty running cases.
const perWorker = 280

// colleagues makes the other caseworkers of a district.
func (m *maker) colleagues(ctx context.Context, district int) error {
	d := districts[district]
	for n := 2; n <= m.o.Persons*d.share/1000/perWorker; n++ {
		name := text.Pair{JA: fmt.Sprintf("%s担当 %d", d.name.JA, n), EN: fmt.Sprintf("%s Worker %d", d.name.EN, n)}
		u, err := m.user(ctx, person(fmt.Sprintf("worker-%d-%d%s", district+1, n, Domain), name, access.Caseworker), func() (db.ID, error) { return m.teams[district], nil })
		if err != nil {
			return err
		}
		m.users[district] = append(m.users[district], u.id)
	}
	return nil
}

type colleague struct{ id, team db.ID }

func person(mail string, name text.Pair, role access.Role) account.UserInput {
	return account.UserInput{Mail: mail, Name: name, Roles: []access.Role{role}}
}

// known finds the users that are there, by mail.
func (m *maker) known(ctx context.Context) error {
	m.colleague = map[string]colleague{}
	for _, kind := range []string{account.Staff, account.Provider} {
		f := account.UserFilter{Kind: kind, Limit: 200}
		for {
			page, err := m.srv.Rooms.Account.Users(ctx, access.TheSystem(), f)
			if err != nil {
				return err
			}
			for _, u := range page.Users {
				c := colleague{id: u.ID}
				if teams := page.Teams[u.ID]; len(teams) > 0 {
					c.team = teams[0]
				}
				m.colleague[u.Mail] = c
			}
			if page.Next.ID.IsZero() {
				break
			}
			f.After = page.Next
		}
	}
	return nil
}

// user finds a user by mail, or makes one with a team of their own.
func (m *maker) user(ctx context.Context, in account.UserInput, team func() (db.ID, error)) (colleague, error) {
	if c, ok := m.colleague[in.Mail]; ok {
		return c, nil
	}
	var c colleague
	var err error
	if team != nil {
		if c.team, err = team(); err != nil {
			return c, err
		}
		in.Teams = []db.ID{c.team}
	}
	made, err := m.srv.Rooms.Account.CreateUser(ctx, access.TheSystem(), in)
	c.id = made.ID
	return c, err
}

// drawn is a lot of households that are not there yet, with their cases and
// what these are given.
type drawn struct {
	fresh   []family
	work    work
	given   given
	persons int // of households that are there and that are not
	found   int // of those that are
	err     error
}

// lots loads one lot after the other, and draws the next meanwhile.
func (m *maker) lots(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	next := make(chan drawn)
	go func() {
		defer close(next)
		for n, persons := 0, 0; persons < m.o.Persons; n += lot {
			d := m.draw(ctx, n, persons)
			persons += d.persons
			select {
			case next <- d:
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() {
		stop()
		for range next { // until nothing is drawn any more
			continue
		}
	}()
	for d := range next {
		if d.err != nil {
			return d.err
		}
		if err := m.load(ctx, d); err != nil {
			return err
		}
		m.tell()
	}
	return ctx.Err()
}

// draw draws the households from n, before which there were so many persons.
func (m *maker) draw(ctx context.Context, n, before int) (out drawn) {
	var all []family
	for i := n; i < n+lot && before+out.persons < m.o.Persons; i++ {
		f := m.from.household(i, m.from.knownSince(i, m.about))
		if left := m.o.Persons - before - out.persons; len(f.residents) > left {
			f.residents, f.members = f.residents[:left], f.members[:left]
		}
		out.persons += len(f.residents)
		all = append(all, f)
	}
	if out.fresh, out.found, out.err = m.missing(ctx, all); out.err != nil || len(out.fresh) == 0 {
		return out
	}
	out.work = m.cases(n, before, all).of(out.fresh)
	out.given = m.help(out.fresh[0].n, out.work)
	return out
}

// load loads a lot in one transaction.
func (m *maker) load(ctx context.Context, d drawn) error {
	m.made.Found += d.found
	if len(d.fresh) == 0 {
		return nil
	}
	err := op.Load(ctx, m.srv.Run, func(tx *op.Tx) error { return m.write(tx, d.fresh, d.work.past, d.given) })
	if err != nil {
		return err
	}
	m.made.Households += len(d.fresh)
	m.made.Persons += d.persons - d.found
	m.made.Cases += len(d.work.past)
	m.made.Disbursements += len(d.given.delivery.Disbursements)
	return nil
}

func (m *maker) seal(ctx context.Context) error {
	_, err := journal.Sealer{Data: m.srv.Run.Data, Vault: m.srv.Run.Vault, Clock: m.srv.Run.Clock}.SealAll(ctx)
	return err
}

func (m *maker) write(tx *op.Tx, fresh []family, past []cases.Past, g given) error {
	who := m.loaded(fresh)
	if err := people.Load(tx, who, m.o.Today); err != nil {
		return err
	}
	if err := cases.LoadPast(tx, past); err != nil {
		return err
	}
	// A packet tells of them as they are called now.
	called := map[db.ID]people.Person{}
	for _, x := range who.Residents {
		called[x.Person.ID] = x.Person
	}
	for i := range g.referrals {
		g.referrals[i].Profile.Person = called[g.referrals[i].Referral.Person]
	}
	if err := benefit.LoadPast(tx, g.assignments); err != nil {
		return err
	}
	if err := referral.LoadPast(tx, g.referrals, calendar.April); err != nil {
		return err
	}
	if err := consent.LoadPast(tx, g.disclosed); err != nil {
		return err
	}
	return delivery.LoadPast(tx, g.delivery)
}

// missing leaves out the households that an earlier run made, and counts who
// lives in them.
func (m *maker) missing(ctx context.Context, all []family) (fresh []family, found int, err error) {
	ids := make([]db.ID, len(all))
	for i, f := range all {
		ids[i] = f.household.ID
	}
	var there []db.ID
	err = m.srv.Run.Read(ctx, func(q *db.Reader) (err error) {
		there, err = db.All[db.ID](q, "SELECT id FROM household WHERE id IN (??)", db.ListOf(ids))
		return err
	})
	known := setOf(there)
	for _, f := range all {
		if known[f.household.ID] {
			found += len(f.residents)
		} else {
			fresh = append(fresh, f)
		}
	}
	return fresh, found, err
}

func (m *maker) loaded(all []family) people.Loaded {
	var out people.Loaded
	for _, f := range all {
		for i := range f.residents {
			f.residents[i].Teams = []db.ID{m.teams[f.district]}
		}
		out.Residents = append(out.Residents, f.residents...)
		out.Households = append(out.Households, f.household)
		out.Members = append(out.Members, f.members...)
	}
	return out
}
