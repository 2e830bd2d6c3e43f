package generate

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// times is how many sessions of a help each resident who is helped has, and
// together how many go to the same course.
const (
	times    = 25
	together = 20
)

// given is what cases are given: their assignments, referrals, and places in
// courses.
type given struct {
	assignments []benefit.Assignment
	referrals   []referral.Past
	disclosed   []consent.Disclosure
	delivery    delivery.Past
}

// served is a case, by its place among those of its lot, that is helped by a
// provider.
type served struct {
	nth    int
	person people.Resident
	living int // members of the household
}

// help puts those whose cases were opened about the same time together into
// weekly courses. What has come of a course decides how far its cases are.
// The households from n on are made together.
func (m *maker) help(n int, w work) given {
	r := rand.New(rand.NewPCG(m.o.Seed^0x68656c70, uint64(n)))
	// Between the ids of the first household and those of the second.
	id := &ids{ms: firstID + uint64(n)*betweenH + betweenH/4, r: r}
	slices.SortStableFunc(w.served, func(a, b served) int { return cmp.Compare(w.past[a.nth].Case.CreatedAt, w.past[b.nth].Case.CreatedAt) })
	var out given
	for group := range slices.Chunk(w.served, together) {
		m.course(r, id, w.past, group, &out)
	}
	return out
}

// course is a schedule of a provider with its sessions.
type course struct {
	*partner
	help
	opened      calendar.Time // when the last of its cases was
	first, last calendar.Date
	sessions    []delivery.Session
}

func (m *maker) course(r *rand.Rand, id *ids, past []cases.Past, group []served, out *given) {
	c := course{partner: &m.partners[r.IntN(len(m.partners))], opened: past[group[len(group)-1].nth].Case.CreatedAt}
	c.help = m.helps[c.partner.help]
	c.first = c.opened.Date(calendar.Tokyo).AddDays(7 + r.IntN(7))
	for w := c.first.Weekday(); w == time.Saturday || w == time.Sunday; w = c.first.Weekday() {
		c.first = c.first.AddDays(1)
	}
	c.last = c.first.AddDays(7 * (times - 1))
	s := delivery.Schedule{Head: m.head(id, "approved", c.opened), Provider: c.partner.id, Benefit: c.help.id, Title: c.help.course.In(m.o.Lang),
		Repeat: "weekly", Rule: "FREQ=WEEKLY;BYDAY=" + strings.ToUpper(c.first.Weekday().String()[:2]), From: c.first, Until: c.last,
		Starts: any1(r, []string{"09:30", "10:00", "11:00", "13:00", "14:00", "15:30", "16:00"}), Minutes: 60, Capacity: together + 4,
		Place: c.place.In(m.o.Lang), Exceptions: db.AsJSON([]calendar.Date{}), Waiting: db.AsJSON([]db.ID{}), DraftedBy: c.manager, SubmittedBy: c.manager}
	out.delivery.Schedules = append(out.delivery.Schedules, s)
	at, _ := time.Parse("15:04", s.Starts)
	for i := range times {
		on := c.first.AddDays(7 * i)
		x := delivery.Session{Head: m.head(id, "scheduled", c.opened), Provider: s.Provider, Schedule: s.ID, Benefit: s.Benefit, Title: s.Title,
			Seq: int64(i + 1), On: on, StartsAt: calendar.Moment(on, at.Hour(), at.Minute(), calendar.Tokyo), Capacity: s.Capacity, Place: s.Place}
		x.EndsAt = x.StartsAt.Add(time.Hour)
		if x.EndsAt <= m.now {
			x.Status, x.CompletedBy = "completed", c.manager
		}
		c.sessions = append(c.sessions, x)
	}
	out.delivery.Sessions = append(out.delivery.Sessions, c.sessions...)
	for _, x := range group {
		m.serve(r, id, c, &past[x.nth].Case, x, out)
	}
}

// head is that of a record made some time ago.
func (m *maker) head(id *ids, status string, at calendar.Time) flow.Head {
	return flow.Head{ID: id.next(), Status: status, CreatedAt: min(at, m.now)}
}

// passed is what a packet tells.
var passed = []string{"name", "kana", "age_band", "languages"}

// serve gives one case its assignment, its referral to the course's provider
// and its places in the course.
func (m *maker) serve(r *rand.Rand, id *ids, c course, k *cases.Case, x served, out *given) {
	const day = 24 * time.Hour
	units, fiscal := ledger.Units(times), calendar.April.Year(c.first)
	a := benefit.Assignment{Head: m.head(id, "active", k.CreatedAt.Add(2*day)), Case: k.ID, Person: k.Person, Benefit: c.help.id, Quantity: units,
		Frequency: "weekly", From: c.first, Until: c.last, Provider: c.partner.id, Fund: c.funds[fiscal], Cost: times * c.price, CostCurrency: "JPY",
		Proposer: k.Owner, Approver: k.Owner}
	sent := min(k.CreatedAt.Add(3*day), m.now)
	f := referral.Referral{Head: m.head(id, "authorized", sent), Case: k.ID, Person: k.Person, Assignment: a.ID, Benefit: a.Benefit, Owner: k.Owner,
		Title: c.help.name.In(m.o.Lang), Priority: k.Priority, Units: units, Unit: c.unit, From: c.first, Until: c.last,
		AnswerBy: sent.Date(calendar.Tokyo).AddDays(7), PacketUntil: sent.Date(calendar.Tokyo).AddDays(30), Fields: db.AsJSON(passed), Documents: db.AsJSON([]db.ID{}),
		Basis: consent.ByLaw, Provision: both("みなと市地域福祉条例 第8条", "Minato City Community Welfare Ordinance, section 8").In(m.o.Lang), SentAt: sent}
	i := referral.Invitation{Head: m.head(id, "authorized", sent), Provider: c.partner.id, Site: c.site, Offering: c.offering, Fit: 4, Metres: int64(200 + r.IntN(5000)),
		ViewedAt: min(sent.Add(4*time.Hour), m.now), AnsweredAt: min(sent.Add(day), m.now), Openings: 1, FirstDate: c.first, Units: units, Unit: c.unit,
		Minor: c.price, Currency: "JPY", Languages: db.AsJSON([]string{"ja"})}
	z := referral.Authorization{Head: m.head(id, "active", sent.Add(2*day)), Codes: db.AsJSON([]string{}), Units: units, Unit: c.unit, Minor: c.price, Currency: "JPY",
		From: c.first, Until: c.last, FirstBy: c.first, ApprovedBy: k.Owner}
	delivered := m.attend(r, id, c, a, f, z, out)
	switch {
	case c.last < m.o.Today:
		a.Status, a.EndedOn, a.Cost = "completed", c.last, int64(delivered/ledger.Units(1))*c.price
		f.Status, z.Status = "completed", "completed"
		m.end(r, k)
	case delivered > 0:
		f.Status = "in_service"
		m.follow(r, k)
	default:
		k.Status, k.Stage, k.NextAction, k.WaitsFor, k.DueOn = "open", cases.Assigning, "referral.next.first_session", "provider", max(c.first, m.o.Today)
	}
	out.assignments = append(out.assignments, a)
	out.disclosed = append(out.disclosed, consent.Disclosure{Head: m.head(id, "made", sent), Person: k.Person, RecipientKind: "provider", Recipient: i.Provider,
		RecipientName: c.partner.name.In(text.JA), Fields: f.Fields, Basis: f.Basis, Provision: f.Provision, Invitation: i.ID})
	out.referrals = append(out.referrals, referral.Past{Referral: f, Invitation: i, Authorization: z,
		Profile: people.Profile{Person: x.person.Person, Contacts: x.person.Contacts, Addresses: x.person.Addresses, Household: x.living}})
}

// attend gives a place in every session of a course, and marks those that are
// over. Nobody is so often absent without a word that somebody must look.
func (m *maker) attend(r *rand.Rand, id *ids, c course, a benefit.Assignment, f referral.Referral, z referral.Authorization, out *given) (delivered ledger.Quantity) {
	absent, one := 0, ledger.Units(1)
	d := &out.delivery
	for _, s := range c.sessions {
		e := delivery.Enrolment{Head: m.head(id, "enrolled", z.CreatedAt), Session: s.ID, Provider: s.Provider, Authorization: z.ID, Referral: f.ID,
			Case: f.Case, Person: f.Person, Assignment: a.ID}
		p := delivery.Disbursement{Head: m.head(id, "planned", z.CreatedAt), Enrolment: e.ID, Provider: s.Provider, Authorization: z.ID, Referral: f.ID,
			Case: f.Case, Person: f.Person, Assignment: a.ID, Benefit: a.Benefit, Planned: one}
		if s.Status == "completed" {
			k := delivery.Mark{Head: m.head(id, "marked", s.EndsAt.Add(15*time.Minute)), Enrolment: e.ID, Disbursement: p.ID, Provider: s.Provider,
				Authorization: z.ID, Referral: f.ID, Assignment: a.ID, Outcome: delivery.Attended, Quantity: one, MarkedBy: c.manager}
			switch n := r.IntN(100); {
			case n < 3 && absent+1 < delivery.AbsencesUntilPrompt:
				absent++
				k.Outcome, k.Quantity = delivery.Absent, 0
			case n < 8:
				k.Outcome, k.Quantity = delivery.Excused, 0
			case n < 12:
				k.Outcome = delivery.Late
			}
			e.Status, delivered = k.Outcome, delivered+k.Quantity
			d.Marks = append(d.Marks, k)
		}
		d.Enrolments, d.Disbursements = append(d.Enrolments, e), append(d.Disbursements, p)
	}
	return delivered
}
