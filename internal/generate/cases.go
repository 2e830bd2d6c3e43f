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

// oneCaseIn is how many persons there are for each case.
const oneCaseIn = 5

// cases draws the cases of heads of households, with due dates around today.
func (m *maker) cases(n int, all []family) []cases.Past {
	r := rand.New(rand.NewPCG(m.o.Seed, uint64(n)|1<<63))
	var out []cases.Past
	for _, f := range all {
		head := f.residents[0].Person
		if r.IntN(100) >= 220/oneCaseIn { // households have some 2.2 persons
			continue
		}
		out = append(out, m.past(r, f, head.ID, head.CreatedAt))
	}
	return out
}

// stages in the shares of an agency's running work; the rest has ended.
var stages = []struct {
	status, stage, next string
	share               int
}{
	{"open", cases.Assessing, "cases.next.assess", 12},
	{"open", cases.Planning, "cases.next.plan", 10},
	{"open", cases.Assigning, "cases.next.assign", 8},
	{"open", cases.Monitoring, "cases.next.monitor", 25},
	{"paused", cases.Monitoring, "", 5},
	{"resolved", cases.Resolved, "", 40},
}

func (m *maker) past(r *rand.Rand, f family, person db.ID, known calendar.Time) cases.Past {
	x := r.IntN(100)
	at := 0
	for x -= stages[at].share; x >= 0; x -= stages[at].share {
		at++
	}
	s := stages[at]
	now := calendar.Moment(m.o.Today, 8, 0, calendar.Tokyo)
	opened := known + calendar.Time(r.Float64()*float64(now-known))
	c := cases.Case{
		Head: flow.Head{ID: db.NewIDAt(int64(opened)), Status: s.status, CreatedAt: opened}, MainKind: any1(r, cases.Kinds), Kinds: db.AsJSON([]string{}),
		Stage: s.stage, Priority: any1(r, []string{"low", "normal", "normal", "normal", "high"}), Risk: any1(r, cases.Risks),
		Person: person, Owner: any1(r, m.users[f.district]), Team: m.teams[f.district], DueOn: cases.NoDue, NextAction: s.next,
	}
	switch s.status {
	case "open":
		c.DueOn = m.o.Today.AddDays(r.IntN(75) - 15)
		c.WaitsFor = any1(r, []string{"", "", "", "resident", "provider"})
	case "paused":
		c.PauseGround, c.PausedUntil = "no_contact", m.o.Today.AddDays(10+r.IntN(60))
	case "resolved":
		c.Outcome = any1(r, cases.Outcomes)
	}
	var notes []cases.Note
	for i := range r.IntN(4) {
		when := opened.Add(time.Duration(1+i*20+r.IntN(15)) * 24 * time.Hour)
		if when > now {
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
	i := r.IntN(len(said))
	return cases.Note{
		Head:   flow.Head{ID: db.NewIDAt(int64(when)), Status: "published", CreatedAt: when},
		Author: c.Owner, Channel: any1(r, []string{"phone", "visit", "counter"}), HappenedAt: when, Minutes: int64(10 + 5*r.IntN(10)),
		Reached: i != len(said)-1, Body: fmt.Sprintf("%s (%d)", said[i].In(m.o.Lang), 1+r.IntN(99)),
	}
}
