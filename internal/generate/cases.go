package generate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Of five persons two have a case, heads of households first, and every second
// case is helped by a provider.
const casesOfFive = 2

// casesUpTo is how many cases so many persons have.
func casesUpTo(persons int) int { return persons * casesOfFive / 5 }

// work is the cases of a lot of households; those in served are to be helped
// by a provider.
type work struct {
	past   []cases.Past
	served []served
}

// cases draws the cases of families before which there were so many persons.
func (m *maker) cases(n, before int, all []family) work {
	r := rand.New(rand.NewPCG(m.o.Seed, uint64(n)|1<<63))
	var out work
	for _, f := range all {
		nth, until := casesUpTo(before), casesUpTo(before+len(f.residents))
		for i := range until - nth {
			who := f.residents[i]
			x := m.past(r, f, who.Person.ID, who.Person.CreatedAt)
			if out.past = append(out.past, x); (nth+i)%2 == 1 {
				out.served = append(out.served, served{len(out.past) - 1, who, len(f.residents)})
			} else {
				m.stage(r, &out.past[len(out.past)-1].Case)
			}
		}
		before += len(f.residents)
	}
	return out
}

// of leaves out the cases of families that are not among those.
func (w work) of(fresh []family) work {
	among := map[db.ID]bool{}
	for _, f := range fresh {
		for _, x := range f.residents {
			among[x.Person.ID] = true
		}
	}
	var out work
	at := make([]int, len(w.past))
	for i, x := range w.past {
		if at[i] = len(out.past); among[x.Case.Person] {
			out.past = append(out.past, x)
		}
	}
	for _, x := range w.served {
		if among[x.person.Person.ID] {
			x.nth = at[x.nth]
			out.served = append(out.served, x)
		}
	}
	return out
}

// state is how far a case is.
type state struct {
	status, stage, next string
	share               int
}

// alone are the states of cases that no provider helps, in a hundred.
var alone = []state{
	{"open", cases.Assessing, "cases.next.assess", 30},
	{"open", cases.Planning, "cases.next.plan", 20},
	{"open", cases.Assigning, "cases.next.assign", 16},
	{"paused", cases.Planning, "", 4},
	{"resolved", cases.Resolved, "", 12},
	{"closed", cases.Assessing, "", 12},
	{"transferred", cases.Planning, "", 6},
}

// helpedOn are the states of cases while a provider helps, and ended those of
// cases whose help is over.
var (
	helpedOn = []state{{"open", cases.Monitoring, "cases.next.monitor", 88}, {"paused", cases.Monitoring, "", 12}}
	ended    = []state{{"resolved", cases.Resolved, "", 94}, {"transferred", cases.Monitoring, "", 6}}
)

func (m *maker) stage(r *rand.Rand, c *cases.Case)  { m.bring(r, c, alone) }
func (m *maker) follow(r *rand.Rand, c *cases.Case) { m.bring(r, c, helpedOn) }
func (m *maker) end(r *rand.Rand, c *cases.Case)    { m.bring(r, c, ended) }

// bring brings a case into one of several states, by their shares.
func (m *maker) bring(r *rand.Rand, c *cases.Case, to []state) {
	at := 0
	for x := r.IntN(100) - to[0].share; x >= 0; x -= to[at].share {
		at++
	}
	c.Status, c.Stage, c.NextAction = to[at].status, to[at].stage, to[at].next
	switch c.Status {
	case "open":
		c.DueOn = m.o.Today.AddDays(r.IntN(75) - 15)
		c.WaitsFor = any1(r, []string{"", "", "", "resident", "provider"})
	case "paused":
		c.PauseGround, c.PausedUntil = "no_contact", m.o.Today.AddDays(10+r.IntN(60))
	case "resolved":
		c.Outcome = any1(r, cases.Outcomes[:4])
	case "closed":
		c.CloseGround = any1(r, []string{"refused", "not_entitled", "unreachable", "moved"})
	case "transferred":
		c.Receiver, c.AcknowledgedOn = both("隣の市の福祉課", "The next city's welfare office").In(m.o.Lang), m.o.Today.AddDays(-r.IntN(20))
	}
}

// past draws a case, whose state is not decided yet, with its notes.
func (m *maker) past(r *rand.Rand, f family, person db.ID, known calendar.Time) cases.Past {
	opened := known + calendar.Time(r.Float64()*float64(m.now-known))
	id := ids{ms: uint64(opened), r: r}
	c := cases.Case{
		Head: flow.Head{ID: id.next(), CreatedAt: opened}, MainKind: any1(r, cases.Kinds), Kinds: db.AsJSON([]string{}),
		Priority: any1(r, []string{"low", "normal", "normal", "normal", "high"}), Risk: any1(r, cases.Risks[1:]),
		Person: person, Owner: any1(r, m.users[f.district]), Team: m.teams[f.district], DueOn: cases.NoDue,
	}
	var notes []cases.Note
	for i := range r.IntN(4) {
		when := opened.Add(time.Duration(1+i*20+r.IntN(15)) * 24 * time.Hour)
		if when > m.now {
			break
		}
		c.LastContactAt = when
		notes = append(notes, m.note(r, c, when))
	}
	return cases.Past{Case: c, Notes: notes}
}

// said are the beginnings of notes.
var said = []text.Pair{
	{JA: "電話で近況を確認。体調は安定しているとのこと。", EN: "Called to ask how things are; health is steady."},
	{JA: "自宅を訪問。生活費の見通しについて相談を受けた。", EN: "Visited at home; talked about money until the end of the month."},
	{JA: "窓口に来所。申請書類の書き方を説明した。", EN: "Came to the counter; explained how to fill in the application."},
	{JA: "通院に同行。次回の予約を確認した。", EN: "Went along to the clinic; noted the next appointment."},
	{JA: "不在。連絡票を投函した。", EN: "Nobody at home; left a card."},
}

func (m *maker) note(r *rand.Rand, c cases.Case, when calendar.Time) cases.Note {
	i, id := r.IntN(len(said)), ids{ms: uint64(when), r: r}
	return cases.Note{
		Head:   flow.Head{ID: id.next(), Status: "published", CreatedAt: when},
		Author: c.Owner, Channel: any1(r, []string{"phone", "visit", "counter"}), HappenedAt: when, Minutes: int64(10 + 5*r.IntN(10)),
		Reached: i != len(said)-1, Body: fmt.Sprintf("%s (%d)", said[i].In(m.o.Lang), 1+r.IntN(99)),
	}
}
