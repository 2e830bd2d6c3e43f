package provider

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// Point is a position in degrees, WGS 84.
type Point struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// SearchInput is what an offering is looked for by; everything is optional.
type SearchInput struct {
	Benefit      db.ID   `json:"benefit_id,omitzero"`
	Specialty    string  `json:"specialty,omitempty"`
	Near         *Point  `json:"near,omitempty"`
	WithinKm     float64 `json:"within_km,omitempty"`
	Language     string  `json:"language,omitempty"`
	OpeningsOnly bool    `json:"openings_only,omitempty"`
	Text         string  `json:"q,omitempty"` // words: names, readings, places, telephone numbers
	After        db.ID   `json:"-"`           // the offering after which the page begins
	Limit        int     `json:"-"`
}

// Found is an offering that fits, with why.
type Found struct {
	Provider    Provider
	Site        Site
	Offering    Offering
	Specialties []string
	DistanceKm  float64  // −1 when either place is unknown
	Fit         int      // 0 to MaxFit
	Reasons     []string // word keys: what speaks for it

	named bool // it is called by the words, not only its provider
}

// MaxFit is what an offering gets that is all that was asked for.
const MaxFit = 5

const (
	maxFound      = 50
	maxCandidates = 500
	maxKm         = 500
	nearKm        = 5.0
	freshDays     = 30
)

// Validate says what is wrong with the input.
func (in *SearchInput) Validate() error {
	var f fault.Fields
	if in.Language != "" {
		choose(&f, "/language", in.Language, people.SpokenLanguages)
	}
	if in.Near != nil {
		between(&f, "/near/latitude", in.Near.Latitude, 90)
		between(&f, "/near/longitude", in.Near.Longitude, 180)
	}
	if !(in.WithinKm >= 0 && in.WithinKm <= maxKm) {
		f.Add("/within_km", "fault.range", "min", 0, "max", maxKm)
	}
	line(&f, "/specialty", &in.Specialty)
	line(&f, "/q", &in.Text)
	if in.Limit <= 0 || in.Limit > maxFound {
		in.Limit = maxFound
	}
	return f.Err()
}

// Search finds offerings of active providers for the agency's staff, the best
// fit first and the nearest of those; what is itself called by the words goes
// before what else its provider offers. What is hidden is not found.
func (r *Room) Search(ctx context.Context, a access.Actor, in SearchInput) ([]Found, error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	var out []Found
	err := r.run.Read(ctx, func(q *db.Reader) error {
		want, err := r.wanted(q, in)
		if err != nil {
			return err
		}
		out, err = find(q, want, r.run.Now())
		return err
	})
	return out, err
}

// wanted is a search with what its benefit asks for and whom its words name.
type wanted struct {
	SearchInput
	codes     []string
	providers []db.ID // none: words name nobody
}

func (r *Room) wanted(q db.Q, in SearchInput) (wanted, error) {
	w := wanted{SearchInput: in}
	if in.Specialty != "" {
		w.codes = []string{in.Specialty}
	}
	if !in.Benefit.IsZero() {
		known, err := r.Catalog.Benefits(q, in.Benefit)
		if err != nil {
			return w, err
		}
		w.codes = append(w.codes, known[in.Benefit].Specialties...)
	}
	if in.Text != "" {
		hits, err := search.Find(q, search.Query{Kind: "provider", Text: in.Text, Limit: maxCandidates}, search.Scope{
			Join: "provider p ON p.id = c.owner", Where: sight.Clause{SQL: "p.status = 'active' AND p.hidden = FALSE"},
		})
		if err != nil {
			return w, err
		}
		for _, h := range hits {
			w.providers = append(w.providers, h.Owner)
		}
	}
	return w, nil
}

// candidate is an offering as a search reads it.
type candidate struct {
	Offering
	Latitude      float64           `db:"latitude"`
	Longitude     float64           `db:"longitude"`
	SiteLanguages db.JSON[[]string] `db:"site_languages"`
	Fits          bool              `db:"fits"` // has the benefit itself
}

func find(q db.Q, w wanted, now calendar.Time) ([]Found, error) {
	if w.Text != "" && len(w.providers) == 0 {
		return nil, nil
	}
	rows, err := db.All[candidate](q, w.text(), w.args()...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := make([]Found, 0, len(rows))
	for _, c := range rows {
		f := w.weigh(c, now)
		if w.WithinKm > 0 && w.Near != nil && (f.DistanceKm < 0 || f.DistanceKm > w.WithinKm) {
			continue // in a corner of the box
		}
		out = append(out, f)
	}
	slices.SortFunc(out, better)
	if i := slices.IndexFunc(out, func(f Found) bool { return f.Offering.ID == w.After }); i >= 0 {
		out = out[i+1:]
	}
	out = out[:min(len(out), w.Limit)]
	return out, complete(q, out)
}

// text is the statement of a search; its parts come and go with what is asked,
// so that there are at most 64 texts.
func (w wanted) text() string {
	var b strings.Builder
	b.WriteString("SELECT " + db.Columns[Offering]("o") + ", s.latitude AS latitude, s.longitude AS longitude, s.languages AS site_languages, " + w.fits() + ` AS fits
		FROM offering o JOIN provider_site s ON s.id = o.site JOIN provider p ON p.id = o.provider
		WHERE o.status = 'active' AND s.status = 'active' AND p.status = 'active' AND p.hidden = FALSE`)
	switch bySpecialty := "o.id IN (SELECT offering FROM offering_specialty WHERE code IN (??) AND status = 'active')"; {
	case !w.Benefit.IsZero() && len(w.codes) > 0:
		b.WriteString(" AND o.id IN (SELECT id FROM offering WHERE benefit = ? AND status = 'active' UNION SELECT offering FROM offering_specialty WHERE code IN (??) AND status = 'active')")
	case !w.Benefit.IsZero():
		b.WriteString(" AND o.benefit = ?")
	case len(w.codes) > 0:
		b.WriteString(" AND " + bySpecialty)
	}
	if w.boxed() {
		b.WriteString(" AND s.latitude BETWEEN ? AND ? AND s.longitude BETWEEN ? AND ?")
	}
	if w.OpeningsOnly {
		b.WriteString(" AND o.openings > 0")
	}
	if w.Language != "" {
		b.WriteString(" AND (o.languages LIKE ? OR s.languages LIKE ?)")
	}
	if w.providers != nil {
		b.WriteString(" AND o.provider IN (??)")
	}
	b.WriteString(" ORDER BY o.openings DESC, o.id LIMIT ?")
	return b.String()
}

// fits tells an offering of the very benefit from one of its specialties.
func (w wanted) fits() string {
	if w.Benefit.IsZero() {
		return "TRUE"
	}
	return "CASE WHEN o.benefit = ? THEN TRUE ELSE FALSE END"
}

func (w wanted) args() []any {
	var args []any
	if !w.Benefit.IsZero() {
		args = append(args, w.Benefit, w.Benefit)
	}
	if len(w.codes) > 0 {
		args = append(args, db.ListOf(w.codes))
	}
	if w.boxed() {
		low, high := box(*w.Near, w.WithinKm)
		args = append(args, low.Latitude, high.Latitude, low.Longitude, high.Longitude)
	}
	if w.Language != "" {
		like := `%"` + w.Language + `"%`
		args = append(args, like, like)
	}
	if w.providers != nil {
		args = append(args, db.ListOf(w.providers))
	}
	return append(args, maxCandidates)
}

func (w wanted) boxed() bool { return w.Near != nil && w.WithinKm > 0 }

// weigh gives an offering a point for each of five things: it is the benefit or
// has the specialty, is near, has openings, speaks the language, was confirmed
// lately. What was not asked for counts as met and is no reason.
func (w wanted) weigh(c candidate, now calendar.Time) Found {
	f := Found{Offering: c.Offering, DistanceKm: -1}
	if w.Near != nil && (c.Latitude != 0 || c.Longitude != 0) {
		f.DistanceKm = Distance(*w.Near, Point{c.Latitude, c.Longitude})
	}
	if words := search.Fold(w.Text); words != "" {
		f.named = strings.Contains(search.Fold(c.Name.In(text.JA)+"\n"+c.Name.In(text.EN)), words)
	}
	point := func(asked, met bool, why string) {
		if !asked || met {
			f.Fit++
		}
		if asked && met {
			f.Reasons = append(f.Reasons, why)
		}
	}
	if w.Benefit.IsZero() {
		point(len(w.codes) > 0, true, "provider.fit.specialty")
	} else {
		point(true, c.Fits, "provider.fit.benefit")
	}
	point(w.Near != nil, f.DistanceKm >= 0 && f.DistanceKm <= nearKm, "provider.fit.near")
	point(true, c.Openings > 0, "provider.fit.openings")
	point(w.Language != "", slices.Contains(c.Languages.V, w.Language) || slices.Contains(c.SiteLanguages.V, w.Language), "provider.fit.language")
	point(true, c.ConfirmedAt != 0 && Fresh(c.ConfirmedAt, now), "provider.fit.confirmed")
	return f
}

// Fresh reports whether something confirmed at a moment still counts as known.
func Fresh(at, now calendar.Time) bool {
	return now.Sub(at).Hours() <= freshDays*24
}

func better(a, b Found) int {
	far := func(f Found) float64 {
		if f.DistanceKm < 0 {
			return math.MaxFloat64
		}
		return f.DistanceKm
	}
	if a.named != b.named {
		if a.named {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Fit, a.Fit), cmp.Compare(far(a), far(b)), cmp.Compare(b.Offering.Openings, a.Offering.Openings),
		slices.Compare(a.Offering.ID[:], b.Offering.ID[:]))
}

// complete reads what a page of found offerings shows beside them.
func complete(q db.Q, list []Found) error {
	if len(list) == 0 {
		return nil
	}
	var offerings, providers, sites []db.ID
	for _, f := range list {
		offerings, providers, sites = append(offerings, f.Offering.ID), append(providers, f.Offering.Provider), append(sites, f.Offering.Site)
	}
	b := db.NewBatch()
	who := db.Queue[Provider](b, selectProvider+"p.id IN (??)", db.ListOf(providers))
	where := db.Queue[Site](b, selectSite+"id IN (??)", db.ListOf(sites))
	codes := db.Queue[Specialty](b, textOwn, db.ListOf(offerings))
	if err := db.Send(q, b); err != nil {
		return err
	}
	for i := range list {
		f := &list[i]
		for _, p := range who.Rows {
			if p.ID == f.Offering.Provider {
				f.Provider = p
			}
		}
		for _, s := range where.Rows {
			if s.ID == f.Offering.Site {
				f.Site = s
			}
		}
		for _, c := range codes.Rows {
			if c.Offering == f.Offering.ID {
				f.Specialties = append(f.Specialties, c.Code)
			}
		}
	}
	return nil
}

// earthKm is the mean radius of the earth (IUGG).
const earthKm = 6371.0088

// Distance is the great-circle distance in kilometres, by the haversine formula.
func Distance(a, b Point) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	dLat, dLng := rad(b.Latitude-a.Latitude), rad(b.Longitude-a.Longitude)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(a.Latitude))*math.Cos(rad(b.Latitude))*math.Pow(math.Sin(dLng/2), 2)
	return 2 * earthKm * math.Asin(math.Sqrt(math.Min(1, h)))
}

// box is a rectangle around a point that holds everything within km of it. At
// the poles and where it would cross the date line it spans all longitudes.
func box(at Point, km float64) (low, high Point) {
	const slack = 1.001 // for rounding at the rim
	dLat := km / earthKm * 180 / math.Pi * slack
	low, high = Point{at.Latitude - dLat, -180}, Point{at.Latitude + dLat, 180}
	most := math.Max(math.Abs(low.Latitude), math.Abs(high.Latitude))
	if most >= 90 {
		return low, high
	}
	dLng := math.Asin(math.Min(1, math.Sin(km/earthKm)/math.Cos(at.Latitude*math.Pi/180))) * 180 / math.Pi * slack
	if west, east := at.Longitude-dLng, at.Longitude+dLng; west >= -180 && east <= 180 {
		low.Longitude, high.Longitude = west, east
	}
	return low, high
}

// index keeps what providers are found by in step with their records.
func index(tx *op.Tx, ids ...db.ID) error {
	if len(ids) == 0 {
		return nil
	}
	entries, err := entriesOf(tx, ids)
	if err != nil {
		return err
	}
	return search.PutAll(tx, entries...)
}

// Reindex makes again what providers are found by where older rules made it, and tells for how many.
func (r *Room) Reindex(ctx context.Context) (int, error) {
	return search.Renew(ctx, r.run.Data, "provider", entriesOf)
}

func entriesOf(q db.Q, ids []db.ID) ([]search.Entry, error) {
	b := db.NewBatch()
	who := db.Queue[Provider](b, selectProvider+"p.id IN (??)", db.ListOf(ids))
	sites := db.Queue[Site](b, selectSite+"provider IN (??) AND status = 'active'", db.ListOf(ids))
	offerings := db.Queue[Offering](b, selectOffering+"o.provider IN (??) AND o.status = 'active'", db.ListOf(ids))
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	organizations := make([]db.ID, len(who.Rows))
	for i, p := range who.Rows {
		organizations[i] = p.Organization
	}
	bodies, err := people.OrganizationsOf(q, organizations...)
	if err != nil {
		return nil, err
	}
	entries := make([]search.Entry, 0, len(who.Rows))
	for _, p := range who.Rows {
		entries = append(entries, entryOf(p, bodies[p.Organization], sites.Rows, offerings.Rows))
	}
	return entries, nil
}

// entryOf is what a provider is found by; sites and offerings may hold those
// of others too.
func entryOf(p Provider, o people.Organization, sites []Site, offerings []Offering) search.Entry {
	e := search.Entry{Kind: "provider", Owner: p.ID}
	names := []search.Name{{Family: p.Name.JA, FamilyKana: p.Name.Sort}, {Family: p.Name.EN, Romaji: p.Name.EN}}
	e.Names = slices.DeleteFunc(names, func(n search.Name) bool { return n.Family == "" })
	e.Numbers = []string{p.Number}
	e.Phones, e.Emails = appendSaid(e.Phones, o.Phone), appendSaid(e.Emails, o.Email)
	e.Texts = appendSaid(e.Texts, p.Summary.JA, p.Summary.EN, o.Address)
	for _, s := range sites {
		if s.Provider == p.ID {
			e.Phones = appendSaid(e.Phones, s.Phone)
			e.Texts = appendSaid(e.Texts, s.Name.JA, s.Name.EN, s.Address)
		}
	}
	for _, x := range offerings {
		if x.Provider == p.ID {
			e.Texts = appendSaid(e.Texts, x.Name.JA, x.Name.EN)
		}
	}
	return e
}

// maxText is how much of a text is searched, in characters.
const maxText = 300

func appendSaid(list []string, said ...string) []string {
	for _, s := range said {
		if runes := []rune(s); len(runes) > maxText {
			s = string(runes[:maxText])
		}
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
