package provider

import (
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
)

// lens is what an actor sees of providers: the agency's staff every one, a
// provider's people their own.
func lens(a access.Actor, now calendar.Time) sight.Lens {
	if a.Is(access.StaffRoles...) {
		a.Wide = true
	}
	return sight.Lens{Actor: a, Now: now, Kind: "provider"}
}

var selectProvider = "SELECT " + db.Columns[Provider]("p") + " FROM provider p WHERE "

// Load gives a provider the actor may see, or not found.
func Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Provider, error) {
	seen := lens(a, now).One("p.id")
	return db.One[Provider](q, selectProvider+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

func queueLoad(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Provider] {
	seen := lens(a, now).One("p.id")
	return db.Queue[Provider](b, selectProvider+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

// Cards gives providers by id; the caller has checked that the actor may see
// what names them.
func Cards(q db.Q, ids ...db.ID) (map[db.ID]Provider, error) {
	return mapped(q, selectProvider+"p.id IN (??)", ids, func(p Provider) db.ID { return p.ID })
}

// QueueCards gives in a batch the providers whose ids a statement selects,
// under the same condition as Cards.
func QueueCards(b *db.Batch, ids string, args ...any) *db.Answer[Provider] {
	return db.Queue[Provider](b, selectProvider+"p.id IN ("+ids+")", args...)
}

// SitesOf gives sites by id, under the same condition as Cards.
func SitesOf(q db.Q, ids ...db.ID) (map[db.ID]Site, error) {
	return mapped(q, selectSite+"id IN (??)", ids, func(s Site) db.ID { return s.ID })
}

// OfferingsOf gives offerings by id, under the same condition as Cards.
func OfferingsOf(q db.Q, ids ...db.ID) (map[db.ID]Offering, error) {
	return mapped(q, selectOffering+"o.id IN (??)", ids, func(o Offering) db.ID { return o.ID })
}

func mapped[R any](q db.Q, text string, ids []db.ID, key func(R) db.ID) (map[db.ID]R, error) {
	out := make(map[db.ID]R, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[R](q, text, db.ListOf(ids))
	for _, r := range list {
		out[key(r)] = r
	}
	return out, err
}

var (
	selectSite       = "SELECT " + db.Columns[Site]("") + " FROM provider_site WHERE "
	selectOffering   = "SELECT " + db.Columns[Offering]("o") + " FROM offering o WHERE "
	selectSpecialty  = "SELECT " + db.Columns[Specialty]("") + " FROM offering_specialty WHERE "
	selectCredential = "SELECT " + db.Columns[Credential]("") + " FROM credential WHERE "
	selectContract   = "SELECT " + db.Columns[Contract]("") + " FROM provider_contract WHERE "

	textSites         = selectSite + "provider = ? AND status <> 'void' ORDER BY id"
	textOfferings     = selectOffering + "o.provider = ? AND o.status <> 'void' ORDER BY o.id"
	textSpecialties   = selectSpecialty + "offering IN (SELECT id FROM offering WHERE provider = ?) AND status = 'active' ORDER BY code"
	textOwn           = selectSpecialty + "offering IN (??) AND status = 'active' ORDER BY code"
	textPractitioners = "SELECT " + db.Columns[Practitioner]("") + " FROM practitioner WHERE provider = ? AND status = 'active' ORDER BY id"
	textCredentials   = selectCredential + "provider = ? AND status <> 'void' ORDER BY id DESC"
	textContracts     = selectContract + "provider = ? AND status <> 'void' ORDER BY id DESC"
)

// ContractAt gives the contract in force for a benefit on a day; one for the
// benefit itself goes before one for everything.
func ContractAt(q db.Q, provider, benefit db.ID, on calendar.Date) (Contract, bool, error) {
	return db.Maybe[Contract](q, selectContract+`provider = ? AND status = 'active' AND (benefit = ? OR benefit IS NULL)
		AND from_date <= ? AND (until_date = '' OR until_date >= ?)
		ORDER BY CASE WHEN benefit IS NULL THEN 1 ELSE 0 END, from_date DESC LIMIT 1`, provider, benefit, on, on)
}

// ContractsOf lists the contracts of providers that are or were in force.
func ContractsOf(q db.Q, providers ...db.ID) ([]Contract, error) {
	if len(providers) == 0 {
		return nil, nil
	}
	return db.All[Contract](q, selectContract+"provider IN (??) AND status IN ('active', 'ended') ORDER BY id", db.ListOf(providers))
}

// InForce finds among contracts the one that holds for a benefit of a provider
// on a day, as ContractAt does.
func InForce(list []Contract, provider, benefit db.ID, on calendar.Date) (best Contract, found bool) {
	for _, c := range list {
		if c.Provider != provider || !c.Benefit.IsZero() && c.Benefit != benefit || c.From > on || c.Until != "" && c.Until < on {
			continue
		}
		if nearer := best.Benefit.IsZero() && !c.Benefit.IsZero(); !found || nearer || c.Benefit == best.Benefit && c.From > best.From {
			best, found = c, true
		}
	}
	return best, found
}

func expiring(q db.Q, today calendar.Date, limit int) ([]Credential, error) {
	return db.All[Credential](q, selectCredential+"status = 'verified' AND until_date <> '' AND until_date < ? ORDER BY until_date LIMIT ?", today, limit)
}

// place is where a page of a list begins.
type place struct {
	sort string
	id   db.ID
}

func list(q db.Q, a access.Actor, now calendar.Time, status string, after place, limit int) ([]Provider, error) {
	seen := lens(a, now).One("p.id")
	if after.id.IsZero() {
		after.id = firstID
	}
	args := append([]any{status, after.sort, after.id}, seen.Args...)
	return db.All[Provider](q, selectProvider+"p.status = ? AND (p.sort, p.id) > (?, ?) AND "+seen.SQL+" ORDER BY p.sort, p.id LIMIT ?", append(args, limit)...)
}

// firstID stands before every id.
var firstID = db.MustID("00000000-0000-0000-0000-000000000001")

// byExternal gives what was imported under external ids.
func byExternal[R any](q db.Q, text string, externals []string, key func(R) string) (map[string]R, error) {
	out := make(map[string]R, len(externals))
	if len(externals) == 0 {
		return out, nil
	}
	rows, err := db.All[R](q, text, db.ListOf(externals))
	for _, r := range rows {
		out[key(r)] = r
	}
	return out, err
}

func providersBy(q db.Q, externals []string) (map[string]Provider, error) {
	return byExternal(q, selectProvider+"p.external IN (??)", externals, func(p Provider) string { return p.External })
}

func sitesBy(q db.Q, externals []string) (map[string]Site, error) {
	return byExternal(q, selectSite+"external IN (??)", externals, func(s Site) string { return s.External })
}

func offeringsBy(q db.Q, externals []string) (map[string]Offering, error) {
	return byExternal(q, selectOffering+"o.external IN (??)", externals, func(o Offering) string { return o.External })
}

// QueueStale counts the openings of the actor's provider that nobody confirmed
// for so long that they do not count as known.
func QueueStale(b *db.Batch, a access.Actor, now calendar.Time) *db.Answer[int] {
	return db.Queue[int](b, "SELECT COUNT(*) FROM offering o WHERE o.provider = ? AND o.status = 'active' AND o.confirmed_at < ?",
		a.Provider, now.Add(-freshDays*24*time.Hour))
}
