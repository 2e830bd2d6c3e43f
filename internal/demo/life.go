package demo

import (
	"fmt"
	"strings"
	"time"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/document"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/form"
)

// life is a resident whose trouble the agency hears of, and what comes of it.
type life struct {
	*teller
	file
	*plot
	worker access.Actor
	person db.ID
	signed string // the name they sign with
	root   db.ID
	plan   db.ID
	round  int // months of follow-up so far
}

// here ends the tale where the file says that it got no further.
func (l *life) here(place string) {
	if l.stuck == place {
		l.stop()
	}
}

// read reads as it stands now, without a reading on record.
func read[T any](t *teller, f func(q db.Q) (T, error)) T {
	var out T
	must(t.srv.Run.Read(t.ctx, func(q *db.Reader) (err error) {
		out, err = f(q)
		return err
	}))
	return out
}

// current is the case as it stands.
func (l *life) current() cases.Case {
	return read(l.teller, func(q db.Q) (cases.Case, error) { return cases.Load(q, l.worker, l.now(), l.root) })
}

func (l *life) step(name string, in cases.StepInput) {
	in.Version = l.current().Version
	try(l.srv.Rooms.Cases.Step(l.ctx, l.worker, l.root, name, in))
}

func (l *life) write(s said) {
	try(l.srv.Rooms.Cases.AddNote(l.ctx, l.worker, l.root, cases.NoteInput{Channel: s.channel, Minutes: s.minutes, Body: l.say(s.what),
		NextStep: l.say(s.next), Unreached: s.missed, Confidential: s.private}))
}

// one picks one of several ways in which the same is said.
func one[T any](t *teller, list []T) T { return list[t.r.IntN(len(list))] }

// live tells the whole of it. What is after today is never told.
func (l *life) live() {
	l.come()
	l.here("new")
	l.later(2)
	l.write(one(l.teller, l.first))
	l.rate()
	l.around()
	l.papers()
	l.here("met")
	l.hear()
	l.later(5)
	l.assess()
	l.later(3)
	l.decide()
	if l.end == "closed" || l.end == "transferred" {
		l.leave()
		return
	}
	l.here("assessed")
	l.later(2)
	l.step("to_planning", cases.StepInput{})
	l.here("planning")
	l.make()
	l.help()
	l.follow()
	l.leave()
}

// come is how the agency hears of it.
func (l *life) come() {
	room, desk := l.srv.Rooms.Intake, l.actor("morita")
	in := intake.JoinInput{Person: l.person, Open: &intake.OpenInput{Kind: l.kind, Title: l.say(l.named()), Owner: l.worker.ID, Team: l.worker.Teams[0]},
		Version: 1, Answer: l.say(both("担当者から連絡します。", "A caseworker will be in touch."))}
	if l.queue {
		in.Open.Owner = db.ID{}
	}
	var joined intake.Joined
	switch l.door {
	case "inquiry":
		x := try(room.ReceiveInquiry(l.ctx, desk, intake.InquiryInput{Channel: one(l.teller, []string{"phone", "counter"}), Body: l.say(l.asks), Kind: l.kind,
			Caller: l.say(l.source), About: l.signed}))
		l.later(1)
		joined = try(room.JoinInquiry(l.ctx, desk, x.ID, in))
	case "inbound_referral":
		x := try(room.ReceiveReferral(l.ctx, desk, intake.InboundInput{Source: l.say(l.source), Channel: "fax", Client: l.signed, Need: l.say(l.asks), Kind: l.kind}))
		l.later(1)
		joined = try(room.JoinReferral(l.ctx, desk, x.ID, in))
	case "complaint":
		x := try(room.SubmitComplaint(l.ctx, access.Nobody(), intake.ComplaintInput{Allegations: []string{"neglect"}, Body: l.say(l.asks), About: l.signed,
			Child: true, Kind: l.kind, Discretion: "anonymous"}))
		l.until(l.now().Add(3 * time.Hour))
		joined = try(room.JoinComplaint(l.ctx, desk, x.ID, in))
	default:
		x := try(room.Apply(l.ctx, desk, intake.ApplicationInput{Person: l.person, Channel: "counter", Kind: l.kind, Applicant: intake.Applicant{Family: l.signed},
			Statement: l.say(l.asks), Incomes: []intake.Income{{Detail: l.say(both("失業給付", "Unemployment benefit")), Amount: ledger.Yen(l.income()), Period: "month"}},
			Items: []intake.ItemInput{{Program: l.programs["housing_security"], Benefit: l.benefits["rent_support"]}}}))
		l.later(1)
		in.Version = x.Version
		joined = try(room.JoinApplication(l.ctx, desk, x.ID, in))
	}
	l.root = joined.Case
	if l.file.named != nil {
		l.dated = append(l.dated, dated{l.worker, l.root, l.due})
	}
}

// income is what they live on, in yen a month: some have too much for support.
func (l *life) income() int64 {
	if l.denied {
		return 182_000
	}
	return 64_000
}

func (l *life) named() text.Pair {
	if !l.file.title.IsZero() {
		return l.file.title
	}
	return l.plot.title
}

// rate says how urgent it is.
func (l *life) rate() {
	c := l.current()
	in := c.Input()
	in.Risk, in.Priority = l.risk, "normal"
	if l.risk == "high" {
		in.Priority = "high"
	}
	if l.risk == "" {
		in.Risk = "low"
	}
	try(l.srv.Rooms.Cases.Edit(l.ctx, l.worker, l.root, in))
	if l.restricted {
		boss := l.actor("ishikawa")
		c := read(l.teller, func(q db.Q) (cases.Case, error) { return cases.Load(q, boss, l.now(), l.root) })
		try(l.srv.Rooms.Cases.Step(l.ctx, boss, l.root, "restrict", cases.StepInput{Version: c.Version,
			Reason: l.say(both("居所が知られるおそれがあるため", "Because they may be found"))}))
	}
}

// around are those who help already.
func (l *life) around() {
	for i, key := range helpers[l.trouble] {
		role := "helper"
		if key == "clinic" || key == "hospital" {
			role = "doctor"
		}
		if key == "nursery" {
			role = "school"
		}
		if i == 0 || l.n%2 == 0 {
			try(l.srv.Rooms.Cases.AddParticipant(l.ctx, l.worker, l.root, cases.ParticipantInput{Organization: l.allies[key], Role: role, Channel: "phone", From: l.today()}))
		}
	}
}

// papers asks for a document, and has consent to pass on what a provider needs.
func (l *life) papers() {
	room := l.srv.Rooms.Documents
	d := try(room.Create(l.ctx, l.worker, document.Input{Title: l.paper.JA, TitleEN: l.paper.EN, Kind: "proof", OwnerKind: "case", Owner: l.root, Person: l.person, Shown: true,
		Required: true, Due: l.today().AddDays(14)}))
	try(l.srv.Rooms.Consents.Give(l.ctx, l.worker, consent.Input{Person: l.person, Capacity: "self", How: "paper", Recipients: []string{consent.AnyInvited},
		Fields: passed, Purpose: l.say(both("支援を頼む事業所に伝えるため", "So that providers who are asked to help know what they need")), Until: l.today().AddMonths(18)}))
	if l.stuck == "met" || l.n%4 == 0 {
		return
	}
	f := try(room.Upload(l.ctx, l.worker, "scan.pdf", "application/pdf", strings.NewReader(scan(l.today()))))
	d = try(room.Step(l.ctx, l.worker, d.ID, "receive", document.StepInput{Version: d.Version, File: f.ID}))
	if l.n%3 != 0 {
		try(room.Step(l.ctx, l.worker, d.ID, "accept", document.StepInput{Version: d.Version}))
	}
}

// passed is what providers are told of somebody they are asked to help.
var passed = []string{"name", "kana", "age_band", "gender", "languages", "interpreter", "phone", "address", "needs", "goals", "benefit"}

// scan is a small document as it comes from the counter's scanner.
func scan(on calendar.Date) string {
	page := fmt.Sprintf("BT /F1 18 Tf 60 760 Td (Minato City - copy received %s) Tj ET", on)
	parts := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b, table strings.Builder
	b.WriteString("%PDF-1.4\n")
	for i, p := range parts {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, p)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(parts)+1, table.String(), len(parts)+1, at)
	return b.String()
}

// inOwnWords is an answer as it is written down.
func (l *life) inOwnWords(v any) any {
	switch v := v.(type) {
	case text.Pair:
		return l.say(v)
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = l.inOwnWords(x)
		}
		return list
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = l.inOwnWords(x)
		}
		return out
	}
	return v
}

// assess finds out what is needed.
func (l *life) assess() {
	room := l.srv.Rooms.Assessments
	x := try(room.Begin(l.ctx, l.worker, assessment.BeginInput{Case: l.root, FormKey: "life_needs"}))
	l.write(one(l.teller, l.visit))
	answers := map[string]any{}
	for k, v := range l.answers {
		answers[k] = l.inOwnWords(v)
	}
	if l.stuck == "assessing" { // half of it, until the next visit
		delete(answers, "sleep")
		delete(answers, "support")
	}
	try(room.Fill(l.ctx, l.worker, x.ID, form.Fill{Answers: answers, Version: 1}))
	l.here("assessing")
	try(room.Complete(l.ctx, l.worker, x.ID, x.Version))
	if l.trouble == "job" && l.n%2 == 0 { // whether there may be support for the rent, as far as it is known
		try(room.Determine(l.ctx, l.worker, assessment.DetermineInput{Case: l.root, SubjectKind: "benefit", Subject: l.benefits["rent_support"]}))
	}
	for _, n := range l.needs {
		try(room.Identify(l.ctx, l.worker, assessment.NeedInput{Case: l.root, Kind: n.kind, Severity: n.severity, Detail: l.say(n.detail), Assessment: x.ID}))
	}
}

// decide determines and decides on what was applied for.
func (l *life) decide() {
	if l.door != "application" {
		return
	}
	room := l.srv.Rooms.Assessments
	item := read(l.teller, func(q db.Q) (intake.Item, error) {
		list, err := intake.ItemsOfCase(q, l.root)
		if err != nil || len(list) == 0 {
			return intake.Item{}, fmt.Errorf("no item: %w", err)
		}
		return list[0], nil
	})
	in := assessment.DetermineInput{Case: l.root, ItemKind: "application_item", Item: item.ID}
	if l.n%5 == 0 { // at first without knowing the household
		try(room.Determine(l.ctx, l.worker, in))
		l.later(2)
	}
	in.Facts = map[string]any{"household_size": "1", "monthly_income": fmt.Sprint(l.income())}
	d := try(room.Determine(l.ctx, l.worker, in))
	l.here("determined")
	l.later(2)
	out := assessment.DecideInput{ItemKind: "application_item", Item: item.ID, Determination: d.ID, Result: "approved",
		From: l.today().MonthStart(), Until: l.today().MonthStart().AddMonths(3).AddDays(-1),
		Reasons: l.say(both("離職により収入が基準を下回るため。", "Income is below the limit since work was lost."))}
	if l.denied {
		out.Result, out.From, out.Until = "denied", "", ""
		out.Reasons = l.say(both("世帯の収入が基準額を超えるため。", "The household’s income is above the limit."))
	}
	try(room.Decide(l.ctx, l.worker, out))
}

// make drafts a plan, agrees on it and lets it begin.
func (l *life) make() {
	room := l.srv.Rooms.CarePlans
	l.later(3)
	p := try(room.Make(l.ctx, l.worker, l.root, careplan.MakeInput{Template: l.plans[l.template], Wish: l.say(l.wish), Title: l.planTitle(),
		ReviewDays: 30, Until: l.today().AddMonths(6)}))
	l.plan = p.ID
	if l.template == "" {
		for _, g := range []text.Pair{both("安全な住まいを確保する", "A safe place to live"), both("法律の手続きを終える", "See the legal steps through")} {
			try(room.AddGoal(l.ctx, l.worker, l.plan, careplan.GoalInput{Label: l.say(g), Area: "legal", DueOn: l.today().AddDays(120)}))
		}
	}
	if l.template == "living_alone" { // nobody here owes rent
		g := read(l.teller, func(q db.Q) ([]careplan.Goal, error) { return careplan.GoalsOf(q, l.plan) })[2]
		try(room.StepGoal(l.ctx, l.worker, g.ID, "void", careplan.GoalStepInput{Version: g.Version, Note: l.say(both("滞納はない", "No rent is owed"))}))
	}
	l.here("drafted plan")
	l.step("to_assigning", cases.StepInput{})
	l.later(3)
	p = try(room.Propose(l.ctx, l.worker, l.plan, l.planNow().Version))
	l.here("proposed")
	l.later(3)
	for _, g := range try(room.Agreements(l.ctx, l.worker, careplan.Asked{Parent: l.plan, Limit: 20})) {
		try(room.Answer(l.ctx, l.worker, g.ID, "agree", careplan.AnswerInput{How: "paper", SignedName: l.signed, Version: g.Version}))
	}
	try(room.Activate(l.ctx, l.worker, l.plan, p.Version))
	l.write(note("visit", 30, "計画の内容を一緒に読み、署名をもらった。", "Read the plan together; it was signed."))
	goals := read(l.teller, func(q db.Q) ([]careplan.Goal, error) { return careplan.GoalsOf(q, l.plan) })
	for i, n := range try(l.srv.Rooms.Assessments.Needs(l.ctx, l.worker, assessment.Of{Case: l.root, Limit: 20})) {
		if n.Status == "identified" && (i == 0 || l.n%3 == 0) {
			try(l.srv.Rooms.Assessments.AddressNeed(l.ctx, l.worker, n.ID, assessment.AddressInput{Kind: "goal", By: goals[i%len(goals)].ID, Version: n.Version}))
		}
	}
	l.give()
}

func (l *life) planTitle() string {
	if l.template == "" {
		return l.say(both("安全に暮らすための計画", "Plan for a life in safety"))
	}
	return ""
}

func (l *life) planNow() careplan.Plan {
	return read(l.teller, func(q db.Q) (careplan.Plan, error) { return careplan.Load(q, l.worker, l.now(), l.plan) })
}

// give lets what the plan gives begin: places in programs, and benefits that
// no provider has to be asked for.
func (l *life) give() {
	room := l.srv.Rooms.Benefits
	for _, x := range try(room.Enrolments(l.ctx, l.worker, benefit.Asked{Case: l.root, Limit: 20})) {
		if x.Status == "applied" {
			try(room.StepEnrolment(l.ctx, l.worker, x.ID, "enrol", benefit.StepInput{Version: x.Version}))
		}
	}
	if l.benefit == "grief_counselling" {
		try(room.Propose(l.ctx, l.worker, l.root, benefit.ProposeInput{Benefit: l.benefits[l.benefit], Plan: l.plan, Quantity: ledger.Units(8), Until: l.today().AddMonths(5)}))
	}
	for _, x := range l.assignments() {
		switch x.Status {
		case "proposed":
			if l.benefit == "grief_counselling" && x.Benefit != l.benefits[l.benefit] && l.n%2 == 0 {
				try(room.Step(l.ctx, l.worker, x.ID, "reject", benefit.StepInput{Version: x.Version, Reason: l.say(both("本人が今は希望しないため", "Not wanted for now"))}))
				continue
			}
			try(room.Step(l.ctx, l.worker, x.ID, "approve", benefit.StepInput{Version: x.Version}))
		case "approved":
			if x.OfMoney() {
				x = try(room.Step(l.ctx, l.worker, x.ID, "activate", benefit.StepInput{Version: x.Version}))
				l.pay(x)
			}
		}
	}
	if l.kind == "older_resident" && l.n%2 == 0 {
		x := try(room.Propose(l.ctx, l.worker, l.root, benefit.ProposeInput{Benefit: l.benefits["community_salon"], Plan: l.plan}))
		x = try(room.Step(l.ctx, l.worker, x.ID, "approve", benefit.StepInput{Version: x.Version}))
		try(room.Step(l.ctx, l.worker, x.ID, "activate", benefit.StepInput{Version: x.Version}))
	}
}

func (l *life) assignments() []benefit.Assignment {
	listed := try(l.srv.Rooms.Benefits.Assignments(l.ctx, l.worker, benefit.Asked{Case: l.root, Limit: 20}))
	return listed.Rows
}

// task asks a colleague, or oneself, to do something for the case by a day.
func (l *life) task(p text.Pair, days int) task.Task {
	return try(l.srv.Rooms.Tasks.Create(l.ctx, l.worker, task.Input{Title: l.say(p), Due: l.today().AddDays(days), Assignee: l.worker.ID, OwnerKind: "case", Owner: l.root}))
}

// follow is the monitoring, month by month.
func (l *life) follow() {
	l.later(2)
	l.step("to_monitoring", cases.StepInput{})
	l.here("monitoring")
	months := len(l.months)
	if l.end == "" {
		months = 24
	}
	for l.round = 0; l.round < months; l.round++ {
		if l.round > 0 { // the first review comes a month after the plan, not after the help
			l.later(6)
		}
		l.later(3 + l.r.IntN(6))
		l.write(l.months[(l.round+l.n)%len(l.months)])
		l.tasks()
		l.here(fmt.Sprint("month ", l.round))
		if l.pause() {
			return
		}
		l.later(3)
		l.move()
		l.review()
	}
}

// tasks come up now and then; most are done in time.
func (l *life) tasks() {
	if (l.round+l.n)%3 != 0 {
		return
	}
	x := l.task(one(l.teller, chores), 7)
	if l.n%4 == 0 && l.end == "" && l.today() > l.day(-40) {
		return // it is still open
	}
	l.later(4)
	try(l.srv.Rooms.Tasks.Step(l.ctx, l.worker, x.ID, "complete", task.StepInput{Version: x.Version}))
}

var chores = []text.Pair{
	both("主治医に意見書を依頼する", "Ask the physician for an opinion"),
	both("次回の訪問日を電話で調整する", "Fix the next visit by telephone"),
	both("事業所の報告書を確認する", "Read the provider’s report"),
	both("手当の申請期限を確認する", "Check the deadline of the allowance"),
	both("家族に連絡して近況を聞く", "Call the family to hear how things are"),
}

// pause rests the case where the file says so.
func (l *life) pause() bool {
	if l.round != 2 {
		return false
	}
	switch l.end {
	case "paused":
		l.write(note("phone", 10, "肺炎で入院した。退院の見込みは3週間後。", "In hospital with pneumonia, for about three weeks."))
		l.step("pause", cases.StepInput{Ground: "hospital", ReviewOn: l.day(12)})
	case "lost":
		l.write(missed("visit", "2週続けて不在。隣人も姿を見ていないとのこと。", "Not at home two weeks in a row; the neighbour has not seen them either."))
		l.step("lost_contact", cases.StepInput{Reason: l.say(both("電話・訪問とも2週間応答がない", "No answer to calls or visits for two weeks")), ReviewOn: l.day(5)})
	default:
		return false
	}
	return true
}

// move says how far the goals are.
func (l *life) move() {
	room := l.srv.Rooms.CarePlans
	for i, g := range read(l.teller, func(q db.Q) ([]careplan.Goal, error) { return careplan.GoalsOf(q, l.plan) }) {
		if !g.Open() || (i+l.round)%2 == 1 {
			continue
		}
		percent := min(95, int64(20+l.round*15+i*5))
		g = try(room.Progress(l.ctx, l.worker, g.ID, careplan.ProgressInput{Percent: percent, AtRisk: percent < 40 && l.n%5 == 0, Version: g.Version}))
		if percent >= 80 && l.end == "" && i == 0 {
			try(room.StepGoal(l.ctx, l.worker, g.ID, "achieve", careplan.GoalStepInput{Version: g.Version}))
		}
	}
	if l.round > 0 {
		return
	}
	for i, x := range try(room.Tasks(l.ctx, l.worker, careplan.Asked{Parent: l.plan, Limit: 20})) {
		step := "finish"
		if i%3 == 2 {
			step = "start"
		}
		if x.Status == "open" {
			try(room.StepTask(l.ctx, l.worker, x.ID, step, x.Version))
		}
	}
}

// review looks at the plan when it is due, unless nobody came to it.
func (l *life) review() {
	if l.lapses && l.round%2 == 1 {
		return
	}
	for _, x := range try(l.srv.Rooms.CarePlans.Reviews(l.ctx, l.worker, careplan.Asked{Parent: l.plan, Limit: 20})) {
		if x.Status != "due" {
			continue
		}
		l.at(l.holidays.OnOrBefore(max(x.DueOn, l.today())), 11, l.r.IntN(60))
		x = try(l.srv.Rooms.CarePlans.ReviewByID(l.ctx, l.worker, x.ID))
		if x.Status == "due" {
			try(l.srv.Rooms.CarePlans.Review(l.ctx, l.worker, x.ID, careplan.ReviewInput{Moved: l.say(l.reviews[l.round%len(l.reviews)]), Version: x.Version}))
		}
		return
	}
}

// leave ends the case as its file says.
func (l *life) leave() {
	switch l.end {
	case "closed":
		l.write(note("phone", 10, "支援は必要ないとの申し出があった。連絡先を伝えた。", "Says that help is not needed; left a number to call."))
		l.step("close", cases.StepInput{Ground: l.ground, Reason: l.say(both("本人の申し出による", "At their own wish"))})
	case "transferred":
		l.step("transfer", cases.StepInput{Receiver: l.say(both("はまかぜ市 福祉課", "Hamakaze City Welfare")), Reason: l.say(both("転居のため", "Moved away"))})
		l.later(6)
		l.step("acknowledge", cases.StepInput{On: l.today()})
	case "resolved":
		l.resolve()
	}
}

func (l *life) resolve() {
	room := l.srv.Rooms.CarePlans
	l.later(5)
	for i, g := range read(l.teller, func(q db.Q) ([]careplan.Goal, error) { return careplan.GoalsOf(q, l.plan) }) {
		step := "achieve"
		if i == 2 {
			step = "partly_achieve"
		}
		if g.Status == "not_started" {
			g = try(room.Progress(l.ctx, l.worker, g.ID, careplan.ProgressInput{Percent: 90, Version: g.Version}))
		}
		if g.Open() {
			try(room.StepGoal(l.ctx, l.worker, g.ID, step, careplan.GoalStepInput{Version: g.Version}))
		}
	}
	l.discharge()
	l.write(l.last)
	try(room.Complete(l.ctx, l.worker, l.plan, careplan.CloseInput{Outcome: "goals_met", Summary: l.say(l.last.what), Rest: "close", Version: l.planNow().Version}))
	for _, x := range l.assignments() {
		switch x.Status {
		case "active":
			try(l.srv.Rooms.Benefits.Step(l.ctx, l.worker, x.ID, "complete", benefit.StepInput{Version: x.Version}))
		case "approved":
			try(l.srv.Rooms.Benefits.Step(l.ctx, l.worker, x.ID, "end", benefit.StepInput{Version: x.Version, Reason: l.say(both("支援の終了", "The help has ended"))}))
		}
	}
	l.step("resolve", cases.StepInput{Outcome: "goals_met"})
}
