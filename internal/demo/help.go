package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/referral"
)

// help asks providers for what the agency cannot give itself. How they answer
// stands in the file, one letter for each: a offers and is authorized, o
// offers, w offers to wait, d declines, v looks and says nothing, s is silent.
func (l *life) help() {
	if l.benefit == "" {
		return
	}
	l.later(2)
	l.refer(l.benefit, l.asked, l.offers, l.title2)
	if l.template == "living_alone" && l.benefit == "home_help" && l.n%2 == 0 {
		l.refer("meals", []string{"kyushoku"}, "a", both("夕食の配達（週3回）", "An evening meal three times a week"))
	}
}

func (l *life) refer(of string, asked []string, offers string, title text.Pair) {
	room := l.srv.Rooms.Referrals
	var assignment db.ID
	for _, x := range l.assignments() {
		if x.Benefit == l.benefits[of] && x.Status == "approved" {
			assignment = x.ID
		}
	}
	if assignment.IsZero() {
		return
	}
	x := try(room.Draft(l.ctx, l.worker, referral.NeedInput{Assignment: assignment, Title: l.say(title), Unit: unit(of), From: l.today(), Until: l.today().AddMonths(5)}))
	if offers == "" {
		l.here("drafted")
	}
	var who []referral.Invitee
	for i, key := range asked[:min(len(asked), max(1, len(offers)))] {
		p := l.partners[key]
		who = append(who, referral.Invitee{Provider: p.id, Site: p.site, Offering: p.offering, Fit: int64(5 - i), Metres: int64(600 + 900*i + l.r.IntN(500))})
	}
	x = try(room.Choose(l.ctx, l.worker, x.ID, referral.ChooseInput{Invitees: who, Version: x.Version}))
	cover := referral.CoverInput{Fields: passed, Summary: l.say(l.needs[0].detail), Goals: l.say(l.wish), Version: x.Version}
	if l.stuck == "asked" {
		cover.AnswerBy = max(l.day(5), l.today())
	}
	x = try(room.Cover(l.ctx, l.worker, x.ID, cover))
	l.later(1)
	x = try(room.Send(l.ctx, l.worker, x.ID, referral.SendInput{Version: x.Version}))
	l.collect(x, asked, offers)
	l.here("asked")
	l.here("offered")
	l.approve(x.ID)
}

// invitations are a referral's, in the order in which providers were chosen.
func (l *life) invitations(of db.ID, asked []string) []referral.Invitation {
	list := try(l.srv.Rooms.Referrals.Get(l.ctx, l.worker, of)).Invitations
	out := make([]referral.Invitation, 0, len(list))
	for _, key := range asked {
		if i := slices.IndexFunc(list, func(x referral.Invitation) bool { return x.Provider == l.partners[key].id }); i >= 0 {
			out = append(out, list[i])
		}
	}
	return out
}

// collect lets the providers answer, one after the other.
func (l *life) collect(x referral.Referral, asked []string, offers string) {
	for n, i := range l.invitations(x.ID, asked) {
		if n >= len(offers) || offers[n] == 's' {
			continue
		}
		if l.later(1); i.AnswerBy < l.today() {
			return
		}
		l.answer(i, l.partners[asked[n]], offers[n])
	}
}

func (l *life) answer(i referral.Invitation, p *partner, how byte) {
	room := l.srv.Rooms.Referrals
	by, told := p.actor, referral.For{}
	if by.Known() {
		i = try(room.Open(l.ctx, by, i.ID)).Invitation
	} else { // by telephone
		by, told = l.worker, referral.For{Channel: "phone", SaidBy: l.say(both("受付の方", "Their front desk"))}
	}
	switch how {
	case 'a', 'o':
		if l.n%3 == 0 && p.actor.Known() {
			try(room.Say(l.ctx, by, i.ID, referral.SayInput{Body: l.say(one(l.teller, questions))}))
			l.until(l.now().Add(40 * time.Minute))
			try(room.Say(l.ctx, l.worker, i.ID, referral.SayInput{Body: l.say(one(l.teller, replies))}))
		}
		try(room.RequestAuthorization(l.ctx, by, i.ID, referral.OfferInput{Openings: max(1, p.openings), FirstDate: l.today().AddDays(6 + int(p.wait)/3),
			Units: i.Asked.V.Units, Unit: unit(p.benefit), Price: ledger.Yen(p.price), Practitioner: p.practitioner, Languages: p.languages,
			Note: l.say(one(l.teller, offered)), For: told, Version: i.Version}))
	case 'w':
		try(room.OfferWaitlist(l.ctx, by, i.ID, referral.WaitInput{WaitDays: 30, Note: l.say(both("来月なら空きが出る見込みです。", "We expect an opening next month.")), For: told, Version: i.Version}))
	case 'd':
		why := []string{"full", "distance", "not_specialty"}[l.n%3]
		try(room.Decline(l.ctx, by, i.ID, referral.DeclineInput{Reason: why, Note: l.say(both("申し訳ありません。ほかの事業所をお探しください。", "Sorry; please ask somebody else.")), For: told, Version: i.Version}))
	}
}

var (
	questions = []text.Pair{
		both("訪問は午前中でも差し支えありませんか。", "Would a visit in the morning be all right?"),
		both("ペットはいますか。担当者にアレルギーがあります。", "Is there a pet? One of our helpers has an allergy."),
		both("初回にご家族の同席はありますか。", "Will somebody of the family be there the first time?"),
	}
	replies = []text.Pair{
		both("午前で大丈夫です。よろしくお願いします。", "The morning is fine, thank you."),
		both("ペットはいません。", "There is no pet."),
		both("初回は私が同席します。", "I will come along the first time."),
	}
	offered = []text.Pair{
		both("週1回で始め、1か月後に見直します。", "We would begin once a week and look again after a month."),
		both("担当者は経験10年以上です。", "The one who comes has more than ten years of practice."),
		both("初回は顔合わせを兼ねて短めにします。", "The first time would be short, to get to know each other."),
	}
)

// approve authorizes the offer that suits best, and the help begins.
func (l *life) approve(of db.ID) {
	room := l.srv.Rooms.Referrals
	l.later(2)
	f := try(room.Get(l.ctx, l.worker, of))
	var best referral.Invitation
	for _, i := range f.Invitations {
		if i.Status == "requested" && (best.ID.IsZero() || i.Fit > best.Fit) {
			best = i
		}
	}
	if best.ID.IsZero() {
		try(room.Step(l.ctx, l.worker, of, "unfilled", referral.StepInput{Version: f.Referral.Version, Reason: l.say(both("受けられる事業所がなかったため", "Nobody was able to take it"))}))
		return
	}
	try(room.NoteChoice(l.ctx, l.worker, of, referral.ChoiceInput{Invitation: best.ID, Choice: l.say(both("近くて通いやすいところがよい", "Prefers the one nearby")), Version: f.Referral.Version}))
	by := l.worker
	if best.EnteredBy == by.ID { // nobody approves what they entered
		by = l.actor("ishikawa")
	}
	z := try(room.Approve(l.ctx, by, best.ID, referral.ApproveInput{Version: best.Version}))

	l.place(z)
}

// course is a schedule of a provider, drafted when the first resident needs it.
type course struct {
	provider string
	title    text.Pair
	days     []string
	starts   string
	minutes  int64
	place    text.Pair
	schedule db.ID
	until    calendar.Date
	truants  map[db.ID]bool // authorizations
	absent   map[db.ID]int  // how often without a word
	last     db.ID          // the authorization given last
}

// courses are what each provider holds, by provider and turn.
func (m *maker) course(provider string, turn int) *course {
	today := strings.ToUpper(m.day(0).Weekday().String()[:2])
	list := map[string][]course{
		"midori": {{title: both("個別の相談", "Counselling, one to one"), days: []string{today}, starts: "14:00", minutes: 60, place: both("相談室1", "Room 1")}},
		"kokoro": {{title: both("こころの面談", "Talks"), days: []string{"MO"}, starts: "10:30", minutes: 60, place: both("面談室", "Consulting room")}},
		"sano":   {{title: both("カウンセリング", "Counselling"), days: []string{"TH"}, starts: "16:00", minutes: 60, place: both("山手オフィス", "Yamate office")}},
		"himawari": {{title: both("家事援助 火曜の組", "Home help, Tuesdays"), days: []string{"TU"}, starts: "09:30", minutes: 120, place: both("利用者宅", "At home")},
			{title: both("家事援助 午後の組", "Home help, afternoons"), days: []string{today}, starts: "13:30", minutes: 120, place: both("利用者宅", "At home")}},
		"kyushoku": {{title: both("夕食の配達", "Evening meals"), days: []string{"MO", "WE", "FR"}, starts: "17:00", minutes: 30, place: both("利用者宅", "At home")}},
		"p01":      {{title: both("就労相談", "Job coaching"), days: []string{"TH"}, starts: "13:00", minutes: 60, place: both("相談ブース", "Booth")}},
	}[provider]
	if len(list) == 0 {
		return nil
	}
	turn %= len(list)
	key := fmt.Sprint(provider, turn)
	if m.courses[key] == nil {
		c := list[turn]
		c.provider, c.truants, c.absent = provider, map[db.ID]bool{}, map[db.ID]int{}
		if m.courses == nil {
			m.courses = map[string]*course{}
		}
		m.courses[key] = &c
	}
	return m.courses[key]
}

// place gives somebody their places in the sessions of the provider that was
// authorized.
func (l *life) place(z referral.Authorization) {
	var c *course
	for key, p := range l.partners {
		if p.id == z.Provider {
			c = l.course(key, l.n)
		}
	}
	if c == nil {
		return // a provider that keeps its own lists
	}
	room, by := l.srv.Rooms.Delivery, l.partners[c.provider].actor
	if c.last = z.ID; l.truant {
		c.truants[z.ID] = true
	}
	each := ledger.Units(1)
	if z.Unit == "hour" {
		each = ledger.Units(c.minutes / 60)
	}
	times := int(z.Units / each)
	l.later(1)
	if c.schedule.IsZero() || c.until < l.today().AddDays(7+7*times/len(c.days)) {
		l.lay(c, z)
		return
	}
	rows := try(room.Sessions(l.ctx, by, delivery.SessionFilter{Schedule: c.schedule, After: calendar.Moment(l.today().AddDays(3), 0, 0, calendar.Tokyo), Limit: times}))
	var sessions []db.ID
	for _, s := range rows {
		if s.Status == "scheduled" {
			sessions = append(sessions, s.ID)
		}
	}
	if len(sessions) > 0 {
		try(room.Enrol(l.ctx, by, delivery.EnrolInput{Sessions: sessions, Authorizations: []db.ID{z.ID}}))
	}
}

// weeks is how long a provider plans ahead.
const weeks = 20

// lay drafts a schedule in the portal; the agency approves it where it must.
func (l *life) lay(c *course, z referral.Authorization) {
	room, p := l.srv.Rooms.Delivery, l.partners[c.provider]
	from := l.today().AddDays(3)
	c.until = from.AddDays(weeks * 7)
	s := try(room.Draft(l.ctx, p.actor, delivery.ScheduleInput{Title: l.say(c.title), Benefit: l.benefits[p.benefit], Repeat: "weekly", Weekdays: c.days,
		From: from, Until: c.until, Starts: c.starts, Minutes: c.minutes, Place: l.say(c.place), Practitioner: p.practitioner, Residents: []db.ID{z.ID}}))
	s = try(room.Submit(l.ctx, p.actor, s.ID, s.Version))
	c.schedule = s.ID
	if s.Status == "submitted" {
		l.later(1)
		s = try(room.Approve(l.ctx, l.worker, s.ID, s.Version))
	}
	l.begin(l.ctx, tale{"sessions of " + c.provider, l.now(), func(t *teller) { t.hold(c, s.ID) }})
}

// hold holds the sessions of a schedule and takes their attendance.
func (t *teller) hold(c *course, schedule db.ID) {
	by := t.partners[c.provider].actor
	last := map[string]bool{"midori": true, "himawari": true}[c.provider] // they are behind with the last days
	for _, s := range try(t.srv.Rooms.Delivery.Schedule(t.ctx, by, schedule)).Sessions {
		if last && s.On > t.day(-8) {
			t.stop()
		}
		t.until(s.EndsAt.Add(15 * time.Minute))
		t.attend(c, s.ID)
	}
}

func (t *teller) attend(c *course, session db.ID) {
	room, by := t.srv.Rooms.Delivery, t.partners[c.provider].actor
	in := delivery.AttendInput{Rest: delivery.Attended, Complete: true}
	places := try(room.Places(t.ctx, by, delivery.PlaceFilter{Session: session, Limit: 100}))
	for _, p := range places {
		if p.Status != "enrolled" {
			continue
		}
		mark := delivery.MarkInput{Enrolment: p.ID}
		switch x := t.r.IntN(100); {
		case c.truants[p.Authorization] && x < 60, x < 4 && c.absent[p.Authorization] == 0:
			c.absent[p.Authorization]++
			mark.Outcome, mark.Note = delivery.Absent, t.say(both("連絡なし", "No word"))
		case x < 9:
			mark.Outcome, mark.Note = delivery.Excused, t.say(one(t, excuses))
		case x < 13:
			mark.Outcome = delivery.Late
		default:
			continue
		}
		in.Marks = append(in.Marks, mark)
	}
	try(room.Attend(t.ctx, by, session, in))
	for _, p := range places {
		if p.Status == "enrolled" && t.r.IntN(7) == 0 {
			try(room.WriteProgress(t.ctx, by, p.ID, delivery.ProgressInput{Body: t.say(one(t, went[t.partners[c.provider].benefit]))}))
		}
	}
}

var excuses = []text.Pair{both("通院のため", "At the clinic"), both("体調不良の連絡あり", "Called in ill"), both("家族の用事", "Family matters")}

// went is what providers write of a session, by benefit.
var went = map[string][]text.Pair{
	"grief_counselling": {both("思い出を話す時間が長くなった。涙は出たが落ち着いていた。", "Spoke longer of memories; tears, but calm."),
		both("眠れた日を数えられるようになった。", "Can now count the nights of sleep.")},
	"home_help": {both("台所と浴室を掃除。本人も洗い物をした。", "Cleaned kitchen and bath; did the dishes together."),
		both("買い物に同行。荷物は半分持てた。", "Went shopping together; half of the bags were no trouble.")},
	"meals":        {both("手渡しできた。顔色はよい。", "Handed over in person; looks well.")},
	"job_coaching": {both("履歴書の書き直しを終えた。", "Finished rewriting the résumé."), both("面接の受け答えを練習した。", "Practised answers for an interview.")},
}

// discharge ends what providers still do.
func (l *life) discharge() {
	room := l.srv.Rooms.Delivery
	for _, p := range try(room.Places(l.ctx, l.worker, delivery.PlaceFilter{Case: l.root, Status: "enrolled", Limit: 200})) {
		try(room.Cancel(l.ctx, l.worker, p.ID, "provider", delivery.ReasonInput{Reason: l.say(both("支援の終了", "The help has ended")), Version: p.Version}))
	}
	for _, x := range try(l.srv.Rooms.Referrals.List(l.ctx, l.worker, referral.Filter{Case: l.root, Limit: 20})) {
		if x.Referral.Status == "authorized" || x.Referral.Status == "in_service" {
			try(l.srv.Rooms.Referrals.Step(l.ctx, l.worker, x.Referral.ID, "complete", referral.StepInput{Version: x.Referral.Version}))
		}
	}
}

// proposals begins with the schedules of these days: one not sent in, one that
// waits for the agency, and one that was sent back.
func (m *maker) proposals(ctx context.Context) {
	for _, x := range []struct {
		ago         int
		title       text.Pair
		repeat      string
		days        []string
		sent, wrong bool
	}{
		{21, both("夜間の電話相談", "Telephone counselling at night"), "weekly", []string{"FR"}, true, true},
		{4, both("死別を語る集い", "A gathering of the bereaved"), "fortnightly", []string{"SA"}, true, false},
		{2, both("年末の臨時相談", "Extra hours at the end of the year"), "weekly", []string{"TU"}, false, false},
	} {
		m.begin(ctx, tale{"proposal", calendar.Moment(m.day(-x.ago), 11, 20, calendar.Tokyo), func(t *teller) {
			c, p, room := m.course("midori", 0), m.partners["midori"], m.srv.Rooms.Delivery
			if c.last.IsZero() {
				return
			}
			from := t.today().AddDays(10)
			s := try(room.Draft(t.ctx, p.actor, delivery.ScheduleInput{Title: t.say(x.title), Benefit: m.benefits[p.benefit], Repeat: x.repeat, Weekdays: x.days,
				From: from, Until: from.AddDays(70), Starts: "18:30", Minutes: 60, Capacity: 6, Place: t.say(c.place), Practitioner: p.practitioner, Residents: []db.ID{c.last}}))
			if !x.sent {
				return
			}
			s = try(room.Submit(t.ctx, p.actor, s.ID, s.Version))
			if x.wrong {
				t.later(1)
				try(room.Reject(t.ctx, m.actor("tanaka"), s.ID, delivery.ReasonInput{Version: s.Version,
					Reason: t.say(both("契約の時間帯は9時から19時までです。", "The contract covers nine to seven only."))}))
			}
		}})
	}
}
