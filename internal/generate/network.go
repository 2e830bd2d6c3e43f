package generate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// perProvider is how many residents there are for each provider, of which
// there is at least one for each help.
const perProvider = 2500

// partner is a provider as courses know it.
type partner struct {
	id, site, offering db.ID
	name               text.Pair
	help               int
	district           int
	manager            db.ID // the user
}

// Provider is the mail address of the manager of a provider, counted from 0.
func Provider(n int) string { return fmt.Sprintf("provider-%d%s", n+1, Domain) }

// network makes the providers that are missing, each with somebody who manages
// it.
func (m *maker) network(ctx context.Context) error {
	list := make([]provider.Past, max(len(m.helps), m.o.Persons/perProvider))
	all := make([]db.ID, len(list))
	for n := range list {
		p := m.provider(n)
		list[n], all[n] = p, p.Provider.ID
		m.partners = append(m.partners, partner{id: p.Provider.ID, site: p.Sites[0].ID, offering: p.Offerings[0].ID, name: p.Provider.Name,
			help: n % len(m.helps), district: n / len(m.helps) % (len(districts) - 1)})
	}
	var there []db.ID
	err := m.srv.Run.Read(ctx, func(q *db.Reader) (err error) {
		there, err = db.All[db.ID](q, "SELECT id FROM provider WHERE id IN (??)", db.ListOf(all))
		return err
	})
	if err != nil {
		return err
	}
	known := setOf(there)
	var fresh []provider.Past
	for _, p := range list {
		if !known[p.Provider.ID] {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) > 0 {
		if _, err := op.Do(ctx, m.srv.Run, access.TheSystem(), "generate", nil, func(tx *op.Tx) (bool, error) {
			return true, provider.LoadPast(tx, fresh)
		}); err != nil {
			return err
		}
	}
	m.made.Providers = len(fresh)
	for n := range m.partners {
		if err := m.manager(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func setOf(list []db.ID) map[db.ID]bool {
	out := make(map[db.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out
}

// manager makes whoever manages a provider.
func (m *maker) manager(ctx context.Context, n int) error {
	p := &m.partners[n]
	name := both(fmt.Sprintf("事業所 管理者%d", n+1), fmt.Sprintf("Provider Manager %d", n+1))
	u, err := m.user(ctx, account.UserInput{Mail: Provider(n), Name: name, Roles: []access.Role{access.ProviderManager}, Provider: p.id}, nil)
	p.manager = u.id
	return err
}

// provider draws the provider n: its help goes around, and its district with it.
func (m *maker) provider(n int) provider.Past {
	r := rand.New(rand.NewPCG(m.o.Seed^0x70726f7669646572, uint64(n)))
	id := &ids{ms: firstID - 1_000_000_000 + uint64(n)*1000, r: rand.New(rand.NewPCG(m.o.Seed^0x6b697a756e61, uint64(n)|1<<62))}
	h, in := m.helps[n%len(m.helps)], n/len(m.helps)%(len(districts)-1)
	d := districts[in]
	town, turn := d.towns[r.IntN(len(d.towns))], ""
	if round := n / len(m.helps) / (len(districts) - 1); round > 0 {
		turn = fmt.Sprintf(" %d", round+1)
	}
	known := calendar.Moment(m.o.Today, 9, 0, calendar.Tokyo).Add(-3 * 365 * 24 * time.Hour)
	head := func(status string) flow.Head { return flow.Head{ID: id.next(), Status: status, CreatedAt: known} }
	name := both(d.name.JA+h.trade.JA+turn, d.name.EN+" "+h.trade.EN+turn)
	at := address(r, m.o.Lang, in)
	languages := db.AsJSON(any1(r, [][]string{{"ja"}, {"ja", "en"}, {"ja", "zh"}, {"ja", "pt"}}))
	x := provider.Past{Organization: people.Organization{Head: head(""), Name: name, Kind: "provider", Phone: fmt.Sprintf("045-000-%04d", r.IntN(10000)), Address: at.Lines}}
	x.Provider = provider.Provider{Head: head("active"), Organization: x.Organization.ID, Kind: "organization", Name: name, Languages: languages}
	who := x.Provider.ID
	for i := range 1 + r.IntN(5)/4 {
		where := at
		if i > 0 {
			where = address(r, m.o.Lang, in)
		}
		s := provider.Site{Head: head(""), Provider: who, Name: name, Postcode: where.Postcode, Address: where.Lines,
			Latitude: d.lat + (r.Float64()-0.5)/40, Longitude: d.lon + (r.Float64()-0.5)/40, Hours: "9:00–17:00", Languages: languages}
		if i > 0 {
			s.Name = both(name.JA+" "+town.JA, name.EN+" "+town.EN)
		}
		o := provider.Offering{Head: head(""), Provider: who, Site: s.ID, Benefit: h.id, Name: h.name, Languages: languages, Capacity: int64(20 + r.IntN(40))}
		o.Openings, o.WaitDays = int64(r.IntN(8)), int64(r.IntN(21))
		o.FirstDate, o.ConfirmedAt = m.o.Today.AddDays(int(o.WaitDays)), calendar.Moment(m.o.Today.AddDays(-1-r.IntN(25)), 10, 0, calendar.Tokyo)
		x.Sites, x.Offerings = append(x.Sites, s), append(x.Offerings, o)
		x.Specialties = append(x.Specialties, provider.Specialty{Head: head(""), Provider: who, Offering: o.ID, Code: h.key})
	}
	first, _ := calendar.April.Bounds(calendar.April.Year(m.o.Today.AddYears(-4)))
	x.Contracts = []provider.Contract{{Head: head("active"), Provider: who, Benefit: h.id, Kind: "unit_price", Unit: h.unit, Minor: h.price, Currency: "JPY", From: first}}
	return x
}
