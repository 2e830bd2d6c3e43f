package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// Network tells what help given by others asks: of providers, of those who approve and pay
// for it and of the residents who get it. Each page reads it in one round trip.
func Network(clock calendar.Clock, read func(ctx context.Context, f func(q *db.Reader) error) error) []Source {
	n := network{clock, read}
	return []Source{
		{On: ui.Portal, Roles: access.ProviderRoles, Ask: n.provider},
		{On: ui.Desk, Roles: []access.Role{access.FinanceOfficer, access.ProgramManager}, Ask: n.books},
		{On: ui.Desk, Roles: []access.Role{access.ProgramManager}, Ask: n.schedules},
		{On: ui.Desk, Roles: workers, Ask: n.worker},
		{On: ui.My, Roles: []access.Role{access.Resident}, Ask: n.resident},
	}
}

type network struct {
	clock calendar.Clock
	read  func(ctx context.Context, f func(q *db.Reader) error) error
}

// send reads what was queued.
func (n network) send(ctx context.Context, b *db.Batch) error {
	return n.read(ctx, func(q *db.Reader) error { return db.Send(q, b) })
}

// mostSessions is how many sessions not completed are read for a first page, mostToMark how many of
// those gone by are asked for at once.
const (
	mostSessions = 30
	mostToMark   = 2
)

func (n network) provider(ctx context.Context, a access.Actor) (said Said, err error) {
	now, today := n.clock.Now(), calendar.Today(ctx, n.clock)
	b := db.NewBatch()
	asked := referral.QueueToAnswer(b, a, now, mostPrompts)
	sessions := delivery.QueueToMark(b, a, now, today, mostSessions)
	unplaced := delivery.QueueUnplaced(b, a, now, today, mostPrompts)
	stale := provider.QueueStale(b, a, now)
	if err := n.send(ctx, b); err != nil {
		return said, err
	}
	waiting := 0
	for _, x := range asked.Rows {
		waiting = x.Waiting
		said.Prompts = append(said.Prompts, toAnswer(ctx, x, today))
	}
	for _, x := range unplaced.Rows {
		due, tone := dueIn(ctx, today, x.FirstBy)
		href := "/portal/schedules/new?authorization_id=" + x.ID.String()
		said.Prompts = append(said.Prompts, Prompt{Due: x.FirstBy, Prompt: ui.Prompt{Icon: "calendar-plus", Tone: tone, Title: text.Word(ctx, "home.authorized", "number", x.Number),
			Sub: text.Word(ctx, "home.begin_by", "day", calendar.FormatShort(x.FirstBy, text.From(ctx)), "due", due), Href: href, Act: ui.Act{Label: text.Word(ctx, "home.plan_sessions"), Href: href}}})
	}
	late := toMark(ctx, sessions.Rows, now, today, &said)
	said.Figures = []ui.Figure{
		{Value: ui.Count(waiting), Label: text.Word(ctx, "home.to_answer"), Href: "/portal/referrals"},
		{Value: ui.Count(late), Label: text.Word(ctx, "home.to_mark"), Href: "/portal/sessions"},
	}
	if old, _ := stale.First(); old > 0 {
		said.Prompts = append(said.Prompts, Prompt{Prompt: ui.Prompt{Icon: "refresh", Tone: ui.Neutral, Title: text.Word(ctx, "home.openings_stale", "n", old),
			Sub: text.Word(ctx, "home.openings_stale_note"), Act: ui.Act{Label: text.Word(ctx, "home.confirm_openings"), Href: "/portal/provider"}}})
	}
	return said, nil
}

func toAnswer(ctx context.Context, x referral.ToAnswer, today calendar.Date) Prompt {
	due, tone := dueIn(ctx, today, x.AnswerBy)
	if tone == ui.Neutral {
		tone = ui.Info
	}
	if due != "" {
		due = text.Word(ctx, "home.answer_until", "due", due)
	}
	href := "/portal/referrals/" + x.ID.String()
	return Prompt{Due: x.AnswerBy, Prompt: ui.Prompt{Icon: "inbox", Tone: tone, Title: text.Word(ctx, "home.asked_for", "title", x.Asked.V.Title),
		Sub: joined(ctx, x.Asked.V.Number, due), Href: href, Act: ui.Act{Label: text.Word(ctx, "home.answer_referral"), Href: href}}}
}

// toMark sets the sessions of today into the day, asks for the marks of those gone by, and tells in
// how many somebody has none.
func toMark(ctx context.Context, list []delivery.ToMark, now calendar.Time, today calendar.Date, said *Said) (late int) {
	for _, x := range list {
		href := "/portal/sessions/" + x.ID.String()
		mark := ui.Act{Label: text.Word(ctx, "home.mark"), Href: href}
		if x.On == today {
			said.Day = append(said.Day, Appointment{From: x.StartsAt, Until: x.EndsAt, Title: x.Title, Note: joined(ctx, x.Place, x.Practitioner), Icon: "calendar", Href: href})
		}
		if x.Unmarked == 0 || x.StartsAt > now {
			continue
		}
		if late++; late > mostToMark {
			continue
		}
		due, tone := dueIn(ctx, today, x.On)
		said.Prompts = append(said.Prompts, Prompt{Due: x.On, Prompt: ui.Prompt{Icon: "check-circle", Tone: tone, Href: href, Act: mark,
			Title: text.Word(ctx, "home.unmarked", "title", x.Title, "n", x.Unmarked), Sub: joined(ctx, calendar.FormatShort(x.On, text.From(ctx)), due)}})
	}
	return late
}

// mostBatches is how many batches are asked for at once.
const mostBatches = 3

func (n network) books(ctx context.Context, a access.Actor) (said Said, err error) {
	today := calendar.Today(ctx, n.clock)
	b := db.NewBatch()
	requests, batches := payment.QueueToDecide(b), payment.QueueDraftBatches(b, mostBatches)
	if err := n.send(ctx, b); err != nil {
		return said, err
	}
	counts := map[string]int{}
	for _, x := range requests.Rows {
		counts[x.Status] = x.N
		if x.Status != "submitted" {
			continue
		}
		due, tone := dueIn(ctx, today, x.DueOn)
		if due != "" {
			due = text.Word(ctx, "home.first_due", "due", due)
		}
		said.Prompts = append(said.Prompts, Prompt{Due: x.DueOn, Prompt: ui.Prompt{Icon: "file-text", Tone: tone, Sub: due,
			Title: text.Word(ctx, "home.requests_wait", "n", x.N), Act: ui.Act{Label: text.Word(ctx, "home.check_requests"), Href: "/desk/payments?status=submitted"}}})
	}
	for _, x := range batches.Rows {
		if x.BuiltBy == a.ID {
			continue // another approves what one built
		}
		href := "/desk/batches/" + x.ID.String()
		said.Prompts = append(said.Prompts, Prompt{Due: x.PayOn, Prompt: ui.Prompt{Icon: "shield-alert", Tone: ui.Warn, Href: href, Title: text.Word(ctx, "home.batch_waits", "number", x.Number),
			Sub: joined(ctx, x.Amount().In(text.From(ctx)), text.Word(ctx, "home.pay_on", "day", calendar.FormatShort(x.PayOn, text.From(ctx)))),
			Act: ui.Act{Label: text.Word(ctx, "home.check_batch"), Href: href}}})
	}
	for _, status := range []string{"submitted", "queried"} {
		said.Figures = append(said.Figures, ui.Figure{Value: strconv.Itoa(counts[status]), Label: text.Word(ctx, "home.requests."+status), Href: "/desk/payments?status=" + status})
	}
	return said, nil
}

// schedules are those that wait for approval.
func (n network) schedules(ctx context.Context, a access.Actor) (said Said, err error) {
	b := db.NewBatch()
	held := delivery.QueueToApprove(b, a, n.clock.Now())
	if err := n.send(ctx, b); err != nil {
		return said, err
	}
	waiting, _ := held.First()
	said.Prompts = heldPrompt(ctx, waiting, calendar.Today(ctx, n.clock))
	return said, nil
}

// heldPrompt asks for the approval of schedules; nothing when none waits.
func heldPrompt(ctx context.Context, waiting int, today calendar.Date) []Prompt {
	if waiting == 0 {
		return nil
	}
	return []Prompt{{Due: today, Prompt: ui.Prompt{Icon: "calendar", Tone: ui.Info,
		Title: text.Word(ctx, "home.schedules_wait", "n", waiting), Act: ui.Act{Label: text.Word(ctx, "home.check_schedules"), Href: "/desk/schedules"}}}}
}

// mostToReview is how many disclosures in an emergency, and declarations, are counted on a first page.
const mostToReview = 100

// declaredAt is where the declarations are of which nobody knows yet whom they are about.
const declaredAt = "/desk/interests?status=declared"

// worker asks caseworkers to compare the offers that came for what they asked, and for the approval
// of schedules; supervisors, to look at what left in an emergency, and to find whom a colleague declared to know.
func (n network) worker(ctx context.Context, a access.Actor) (said Said, err error) {
	today := calendar.Today(ctx, n.clock)
	b := db.NewBatch()
	offers, held := referral.QueueToCompare(b, a, n.clock.Now(), mostPrompts), delivery.QueueToApprove(b, a, n.clock.Now())
	papers := document.QueueToSee(b, "case", cases.InHand(a, n.clock.Now(), "d.owner"), today, mostPrompts)
	var emergencies *db.Answer[consent.Disclosure]
	var declared *db.Answer[people.Interest]
	if a.Is(access.Supervisor) {
		declared = people.QueueDeclared(b, a, mostToReview)
		emergencies = consent.QueueToReview(b, a, n.clock.Now(), mostToReview)
	}
	if err := n.send(ctx, b); err != nil {
		return said, err
	}
	if emergencies != nil && len(emergencies.Rows) > 0 {
		said.Prompts = append(said.Prompts, Prompt{Due: emergencies.Rows[0].CreatedAt.Date(calendar.Zone(ctx)), Prompt: ui.Prompt{Icon: "shield-alert", Tone: ui.Warn,
			Title: text.Word(ctx, "home.emergencies", "n", ui.Count(len(emergencies.Rows))), Sub: text.Word(ctx, "home.emergencies_note"), Href: "/desk/disclosures",
			Act: ui.Act{Label: text.Word(ctx, "home.review_emergencies"), Href: "/desk/disclosures"}}})
	}
	if declared != nil && len(declared.Rows) > 0 {
		said.Prompts = append(said.Prompts, Prompt{Due: declared.Rows[0].CreatedAt.Date(calendar.Zone(ctx)), Prompt: ui.Prompt{Icon: "shield", Tone: ui.Warn,
			Title: text.Word(ctx, "home.declared", "n", ui.Count(len(declared.Rows))), Sub: text.Word(ctx, "home.declared_note"), Href: declaredAt,
			Act: ui.Act{Label: text.Word(ctx, "home.find_declared"), Href: declaredAt}}})
	}
	for _, x := range offers.Rows {
		said.Prompts = append(said.Prompts, toCompare(ctx, x, today))
	}
	whose, err := n.whose(ctx, papers.Rows)
	if err != nil {
		return said, err
	}
	for _, x := range papers.Rows {
		said.Prompts = append(said.Prompts, paperPrompt(ctx, x, whose[x.Person].Name, today))
	}
	waiting, _ := held.First()
	said.Prompts = append(said.Prompts, heldPrompt(ctx, waiting, today)...)
	return said, nil
}

// whose gives the persons whom papers concern, of cases that the actor works on.
func (n network) whose(ctx context.Context, papers []document.Document) (out map[db.ID]people.Card, err error) {
	var ids []db.ID
	for _, d := range papers {
		if !d.Person.IsZero() && !slices.Contains(ids, d.Person) {
			ids = append(ids, d.Person)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = n.read(ctx, func(q *db.Reader) error {
		out, err = people.CardsOf(q, ids...)
		return err
	})
	return out, err
}

// paperPrompt is a paper that came and nobody looked at, or one that is overdue.
func paperPrompt(ctx context.Context, d document.Document, who string, today calendar.Date) Prompt {
	href, title := "/desk/documents/"+d.ID.String(), d.Named(text.From(ctx))
	about := func(word string) string {
		what := text.Word(ctx, word, "title", title)
		if who == "" {
			return what
		}
		return text.Word(ctx, "home.about", "who", who, "what", what)
	}
	if d.Status == "received" {
		return Prompt{Due: today, Prompt: ui.Prompt{Icon: "file-text", Tone: ui.Info, Title: about("home.paper_came"), Href: href,
			Act: ui.Act{Label: text.Word(ctx, "home.look_at_paper"), Href: href}}}
	}
	due, tone := dueIn(ctx, today, d.Due)
	return Prompt{Due: d.Due, Prompt: ui.Prompt{Icon: "clock", Tone: tone, Title: about("home.paper_late"), Sub: due, Href: href,
		Act: ui.Act{Label: text.Word(ctx, "home.open_paper"), Href: href}}}
}

func toCompare(ctx context.Context, x referral.ToCompare, today calendar.Date) Prompt {
	lang := text.From(ctx)
	var begins, price string
	if x.First != "" {
		begins = text.Word(ctx, "home.begins_first", "day", calendar.FormatShort(x.First, lang))
	}
	if x.Currency != "" {
		price = ledger.Money{Minor: x.Least, Currency: x.Currency}.In(lang)
		if x.Most > x.Least {
			price = text.Word(ctx, "home.price_range", "least", price, "most", ledger.Money{Minor: x.Most, Currency: x.Currency}.In(lang))
		}
		price = text.Word(ctx, "home.unit_price", "price", price)
	}
	due, tone := dueIn(ctx, today, x.AnswerBy)
	if tone == ui.Neutral {
		tone = ui.Info
	}
	href := "/desk/referrals/" + x.ID.String()
	return Prompt{Due: x.AnswerBy, Prompt: ui.Prompt{Icon: "handshake", Tone: tone, Sub: joined(ctx, begins, price, due), Href: href,
		Title: text.Word(ctx, "home.about", "who", x.Person, "what", text.Word(ctx, "home.offers_wait", "title", x.Title, "n", x.Offers)),
		Act:   ui.Act{Label: text.Word(ctx, "home.compare_offers"), Href: href}}}
}

// mostNext is how many coming sessions a resident's first page shows; endsSoon how many days ahead
// the end of a consent is told.
const (
	mostNext = 5
	endsSoon = 30
)

func (n network) resident(ctx context.Context, a access.Actor) (said Said, err error) {
	if a.Person.IsZero() {
		return said, nil
	}
	lang, zone, today := text.From(ctx), calendar.Zone(ctx), calendar.Today(ctx, n.clock)
	b := db.NewBatch()
	plans, places, consents := careplan.QueueAsked(b, a.Person), delivery.QueueNextOf(b, a.Person, n.clock.Now(), mostNext), consent.QueueOf(b, a.Person)
	papers := document.QueueShown(b, a.Person)
	if err := n.send(ctx, b); err != nil {
		return said, err
	}
	for _, p := range plans.Rows {
		said.Prompts = append(said.Prompts, Prompt{Due: today, Prompt: ui.Prompt{Icon: "file-text", Tone: ui.Info, Title: text.Word(ctx, "home.plan_asked"), Sub: p.Title,
			Act: ui.Act{Label: text.Word(ctx, "home.read_plan"), Href: "/my/plan"}}})
	}
	for _, d := range papers.Rows {
		if !d.Waited() {
			continue
		}
		href := "/my/documents/" + d.ID.String()
		sub := d.Reason
		if sub == "" && d.Due != "" {
			sub = text.Word(ctx, "home.paper_by", "day", calendar.FormatDay(d.Due, lang))
		}
		said.Prompts = append(said.Prompts, Prompt{Due: d.Due, Prompt: ui.Prompt{Icon: "upload", Tone: ui.Info, Title: text.Word(ctx, "home.paper_asked", "title", d.Named(lang)), Sub: sub, Href: href,
			Act: ui.Act{Label: text.Word(ctx, "home.send_paper"), Href: href}}})
	}
	for _, c := range consents.Rows {
		if c.Status != "given" || c.Until == "" || c.Until < today || c.Until > today.AddDays(endsSoon) {
			continue
		}
		said.Prompts = append(said.Prompts, Prompt{Due: c.Until, Prompt: ui.Prompt{Icon: "clock", Tone: ui.Neutral, Title: text.Word(ctx, "home.consent_ends", "day", calendar.FormatDay(c.Until, lang)),
			Sub: c.Purpose, Act: ui.Act{Label: text.Word(ctx, "home.see_consent"), Href: "/my/consents"}}})
	}
	var facts []ui.Fact
	for _, p := range places.Rows {
		when := text.Word(ctx, "home.at_hour", "day", calendar.FormatDay(p.On, lang), "hour", calendar.FormatHour(p.StartsAt, zone))
		facts = append(facts, ui.Fact{Label: when, Value: p.Title, Note: joined(ctx, p.Where, p.Practitioner)})
	}
	if len(facts) > 0 {
		said.Before = []templ.Component{sessionsCard(facts)}
	}
	return said, nil
}
