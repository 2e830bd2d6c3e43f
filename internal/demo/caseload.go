package demo

import (
	"context"
	"fmt"

	"kizuna/internal/casework/cases"
	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// file is one case of the year: which trouble, whose work, since when, and how
// far it got.
type file struct {
	trouble string // of plots
	worker  string
	ago     int    // days since it came in
	stuck   string // where it stands still; "" goes on
	end     string // resolved, closed, transferred, paused or lost; "" is under way
	ground  string // of a closed one
	offers  string // how the providers asked answer, one letter each; see help
	truant  bool   // stays away from sessions without a word
	denied  bool   // what was applied for is denied
	lapses  bool   // every other review is missed
	queue   bool   // nobody has taken it yet
	n       int    // its place among all

	title      text.Pair // unless it is the usual one
	restricted bool
	named      *person
	due        int // when the next thing is due, in days from today; for those with a name
}

// person is somebody of the caseload with a name of their own.
type person struct {
	family, given, familyKana, givenKana, romajiFamily, romajiGiven string
	born                                                            calendar.Date
	gender                                                          string
	languages                                                       []string
}

func somebody(family, given, familyKana, givenKana, romajiFamily, romajiGiven string, born calendar.Date, gender string, languages ...string) *person {
	return &person{family, given, familyKana, givenKana, romajiFamily, romajiGiven, born, gender, append([]string{"ja"}, languages...)}
}

// files are the caseload. The first are those whom the caseworker of the story
// meets on top of her list.
var files = []file{
	{trouble: "job", worker: "tanaka", ago: 172, offers: "a", due: -2, named: somebody("中村", "大輔", "ナカムラ", "ダイスケ", "Nakamura", "Daisuke", "1985-05-14", "male")},
	{trouble: "job", worker: "tanaka", ago: 104, offers: "a", truant: true, due: -1, named: somebody("伊藤", "健太", "イトウ", "ケンタ", "Ito", "Kenta", "1992-11-30", "male")},
	{trouble: "home", worker: "tanaka", ago: 214, offers: "ads", due: 0, named: somebody("髙橋", "ふみ", "タカハシ", "フミ", "Takahashi", "Fumi", "1941-01-08", "female")},
	{trouble: "parent", worker: "tanaka", ago: 78, offers: "ad", due: 0, named: somebody("グエン", "ティ ラン", "グエン", "ティラン", "Nguyen", "Thi Lan", "1990-07-21", "female", "vi")},
	{trouble: "youth", worker: "tanaka", ago: 38, stuck: "drafted plan", due: 1, named: somebody("小林", "翔", "コバヤシ", "ショウ", "Kobayashi", "Sho", "2004-03-02", "male")},
	{trouble: "rent", worker: "tanaka", ago: 13, stuck: "assessing", due: 2, named: somebody("渡邉", "由紀", "ワタナベ", "ユキ", "Watanabe", "Yuki", "1979-12-11", "female")},
	{trouble: "safety", worker: "tanaka", ago: 121, due: 3, named: somebody("佐伯", "美咲", "サエキ", "ミサキ", "Saeki", "Misaki", "1988-06-06", "female")},
	{trouble: "home", worker: "tanaka", ago: 47, offers: "oos", stuck: "offered", due: 6, named: somebody("松本", "千代", "マツモト", "チヨ", "Matsumoto", "Chiyo", "1938-10-19", "female")},
	{trouble: "debt", worker: "tanaka", ago: 26, denied: true, due: 7, named: somebody("林", "直樹", "ハヤシ", "ナオキ", "Hayashi", "Naoki", "1971-02-25", "male")},
	{trouble: "parent", worker: "tanaka", ago: 31, stuck: "proposed", due: 9, named: somebody("清水", "明里", "シミズ", "アカリ", "Shimizu", "Akari", "1995-08-17", "female")},
	{trouble: "youth", worker: "tanaka", ago: 6, due: 10, named: somebody("井上", "さくら", "イノウエ", "サクラ", "Inoue", "Sakura", "2003-04-04", "female")},
	{trouble: "rent", worker: "tanaka", ago: 58, due: 13, named: somebody("木村", "浩二", "キムラ", "コウジ", "Kimura", "Koji", "1966-09-09", "male")},
	{trouble: "health", worker: "kobayashi", ago: 84, offers: "dads", due: 4, named: somebody("斎藤", "昌子", "サイトウ", "マサコ", "Saito", "Masako", "1950-03-15", "female")},
	{trouble: "child", worker: "kobayashi", ago: 112, offers: "add", due: 5, named: somebody("近藤", "明", "コンドウ", "アキラ", "Kondo", "Akira", "1982-01-27", "male")},

	// gone by
	{trouble: "home", worker: "tanaka", ago: 352, end: "resolved", offers: "ads"},
	{trouble: "job", worker: "tanaka", ago: 338, end: "resolved", offers: "ad"},
	{trouble: "rent", worker: "tanaka", ago: 325, end: "resolved"},
	{trouble: "grief", worker: "tanaka", ago: 311, end: "resolved", offers: "aow"},
	{trouble: "health", worker: "tanaka", ago: 296, end: "resolved", offers: "ads"},
	{trouble: "parent", worker: "tanaka", ago: 288, end: "resolved", offers: "as"},
	{trouble: "debt", worker: "tanaka", ago: 270, end: "resolved"},
	{trouble: "grief", worker: "tanaka", ago: 256, end: "resolved", offers: "dao"},
	{trouble: "job", worker: "tanaka", ago: 241, end: "closed", ground: "refused"},
	{trouble: "youth", worker: "tanaka", ago: 152, end: "closed", ground: "moved"},
	{trouble: "debt", worker: "tanaka", ago: 95, denied: true, end: "closed", ground: "not_entitled"},
	{trouble: "parent", worker: "tanaka", ago: 118, end: "transferred"},
	{trouble: "home", worker: "tanaka", ago: 161, end: "paused", offers: "ads"},
	{trouble: "job", worker: "tanaka", ago: 143, end: "lost", offers: "as"},

	// being monitored
	{trouble: "home", worker: "tanaka", ago: 233, offers: "ads"},
	{trouble: "grief", worker: "tanaka", ago: 101, offers: "aod"},
	{trouble: "health", worker: "tanaka", ago: 171, offers: "dsa", lapses: true},
	{trouble: "rent", worker: "tanaka", ago: 139},
	{trouble: "parent", worker: "tanaka", ago: 127, offers: "as"},
	{trouble: "grief", worker: "tanaka", ago: 86, offers: "wao"},
	{trouble: "home", worker: "tanaka", ago: 92, offers: "aos", lapses: true},
	{trouble: "job", worker: "tanaka", ago: 83, offers: "as"},
	{trouble: "grief", worker: "tanaka", ago: 75, offers: "oda"},
	{trouble: "health", worker: "tanaka", ago: 67, offers: "add"},

	// being assigned and planned
	{trouble: "grief", worker: "tanaka", ago: 41, offers: "oov", stuck: "offered"},
	{trouble: "grief", worker: "tanaka", ago: 43, offers: "ddd", stuck: "offered"},
	{trouble: "health", worker: "tanaka", ago: 48, offers: "sss", stuck: "offered"},
	{trouble: "grief", worker: "tanaka", ago: 39, offers: "ssv", stuck: "asked"},
	{trouble: "grief", worker: "tanaka", ago: 35, offers: "vws", stuck: "offered"},
	{trouble: "home", worker: "tanaka", ago: 40, offers: "sss", stuck: "asked"},
	{trouble: "grief", worker: "tanaka", ago: 37, stuck: "drafted"},
	{trouble: "job", worker: "tanaka", ago: 27, stuck: "planning"},
	{trouble: "rent", worker: "tanaka", ago: 24},
	{trouble: "debt", worker: "tanaka", ago: 39},
	{trouble: "home", worker: "tanaka", ago: 23, stuck: "assessed"},
	{trouble: "parent", worker: "tanaka", ago: 17},

	// just begun
	{trouble: "youth", worker: "tanaka", ago: 19, stuck: "met"},
	{trouble: "debt", worker: "tanaka", ago: 14, stuck: "determined"},
	{trouble: "health", worker: "tanaka", ago: 9},
	{trouble: "home", worker: "tanaka", ago: 5},
	{trouble: "grief", worker: "tanaka", ago: 4},
	{trouble: "job", worker: "tanaka", ago: 2},

	{trouble: "child", worker: "kobayashi", ago: 322, end: "resolved", offers: "ads"},
	{trouble: "parent", worker: "kobayashi", ago: 284, end: "resolved", offers: "as"},
	{trouble: "child", worker: "kobayashi", ago: 190, offers: "asd"},
	{trouble: "parent", worker: "kobayashi", ago: 166, offers: "ad"},
	{trouble: "child", worker: "kobayashi", ago: 98, offers: "ass", lapses: true},
	{trouble: "parent", worker: "kobayashi", ago: 70, offers: "as"},
	{trouble: "child", worker: "kobayashi", ago: 44, offers: "osd", stuck: "offered"},
	{trouble: "parent", worker: "kobayashi", ago: 29, stuck: "proposed"},
	{trouble: "child", worker: "kobayashi", ago: 16},
	{trouble: "parent", worker: "kobayashi", ago: 7},
	{trouble: "child", worker: "kobayashi", ago: 3},

	{trouble: "safety", worker: "ishikawa", ago: 64, restricted: true},
	{trouble: "home", worker: "tanaka", ago: 3, queue: true, stuck: "new"},
	{trouble: "rent", worker: "tanaka", ago: 2, queue: true, stuck: "new"},
	{trouble: "parent", worker: "kobayashi", ago: 2, queue: true, stuck: "new"},
}

// caseload begins with every case of the year.
func (m *maker) caseload(ctx context.Context) {
	used := map[int]bool{}
	for i, f := range files {
		f.n = i
		who := -1
		if f.named == nil {
			if who = m.whom(plots[f.trouble], used); who < 0 {
				continue // there are few residents
			}
			used[who] = true
		}
		start := calendar.Moment(m.holidays.OnOrBefore(m.day(-f.ago)), 9+i%7, 5+i%50, calendar.Tokyo)
		m.begin(ctx, tale{fmt.Sprintf("case %d, %s", i, f.trouble), start, func(t *teller) { m.open(t, f, who) }})
	}
	m.begin(ctx, tale{"what is due", m.present, m.dates})
}

// whom finds a household to which a plot happens, by its place; -1 is none.
func (m *maker) whom(p *plot, used map[int]bool) int {
	for i, h := range m.neighbours {
		if !used[i] && p.fits(h, h.Residents[0].Person.BirthDate.Age(m.day(0))) {
			return i
		}
	}
	return -1
}

// open begins a case.
func (m *maker) open(t *teller, f file, who int) {
	l := &life{teller: t, file: f, plot: plots[f.trouble], worker: m.actor(f.worker)}
	if who >= 0 {
		l.person, l.signed = m.neighbours[who].Residents[0].Person.ID, fullName(m.neighbours[who])
	} else {
		l.person, l.signed = m.register(t, f), f.named.family+" "+f.named.given
	}
	l.live()
}

func fullName(h generate.Household) string {
	n := h.Residents[0].Names[0]
	return n.Family + " " + n.Given
}

// register enters somebody who was not known before.
func (m *maker) register(t *teller, f file) db.ID {
	p := f.named
	made := try(m.srv.Rooms.People.Create(t.ctx, m.actor(f.worker), people.PersonInput{
		Names: []people.NameInput{{Kind: "legal", Family: p.family, Given: p.given, FamilyKana: p.familyKana, GivenKana: p.givenKana,
			FamilyRomaji: p.romajiFamily, GivenRomaji: p.romajiGiven}},
		BirthDate: p.born, Gender: p.gender, Languages: p.languages,
		Contacts: []people.ContactInput{{Kind: "mobile", Value: fmt.Sprintf("090-0%03d-%04d", 100+f.n*7, 1200+f.n*311), Preferred: true}},
		Addresses: []people.AddressInput{{Kind: "actual", Postcode: "231-0000", Lines: fmt.Sprintf("みなと市%s%d-%d", quarters[f.n%len(quarters)].name.JA, 1+f.n%4, 3+f.n),
			Latitude: quarters[f.n%len(quarters)].lat, Longitude: quarters[f.n%len(quarters)].lng}},
	}))
	return made.ID
}

// dated is a case on which something is due on a day that was chosen.
type dated struct {
	by   access.Actor
	root db.ID
	due  int
}

// dates puts the cases of those with a name on the days on which their
// caseworkers have something to do for them.
func (m *maker) dates(t *teller) {
	for _, x := range m.dated {
		c := read(t, func(q db.Q) (cases.Case, error) { return cases.Load(q, x.by, t.now(), x.root) })
		in := c.Input()
		in.DueOn = m.day(x.due)
		try(m.srv.Rooms.Cases.Edit(t.ctx, x.by, x.root, in))
	}
}
