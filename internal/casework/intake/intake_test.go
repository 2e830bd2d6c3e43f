package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	matrix := intake.InquiryFlow.Describe().Matrix() + intake.ComplaintFlow.Describe().Matrix() + intake.InboundReferralFlow.Describe().Matrix() +
		intake.InboundLinkFlow.Describe().Matrix() + intake.InboundListFlow.Describe().Matrix() +
		intake.ApplicationFlow.Describe().Matrix() + intake.ItemFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", matrix)
}

// desk is the room with those beside it.
type desk struct {
	*intake.Room
	cases  *cases.Room
	people *people.Room
	run    *op.Runner
	clock  *calendar.Fake
	data   *db.DB
	t      *testing.T
}

func eachDesk(t *testing.T, f func(t *testing.T, d desk)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		p, c := people.New(run), cases.New(run)
		f(t, desk{intake.New(run, p, c), c, p, run, clock, data, t})
		kizunatest.Intact(t, run)
	})
}

var ctx = context.Background()

const neighbour = "隣人 田島よしえ"

func housing() intake.ComplaintInput {
	return intake.ComplaintInput{
		Allegations: []string{"unsafe_housing", "self_neglect"}, Body: "雨漏りの部屋で寝ている", About: "丸山さん", Frail: true,
		Discretion: "confidential", Reporter: intake.Reporter{Name: neighbour, Contact: "045-000-1111"},
	}
}

func (d desk) complaint(a access.Actor, in intake.ComplaintInput) intake.Submitted {
	d.t.Helper()
	out, err := d.SubmitComplaint(ctx, a, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func osamu() people.PersonInput {
	return people.PersonInput{Names: []people.NameInput{{Family: "丸山", Given: "修", FamilyKana: "まるやま", GivenKana: "おさむ"}}, BirthDate: "1968-04-12"}
}

// TestThreeArrivalsOneCase is the beginning of the story: a confidential
// complaint, a hospital's referral and the resident's own application come
// together in one case.
func TestThreeArrivalsOneCase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		owner := kizunatest.Staff(access.Caseworker)
		known, err := d.people.Create(ctx, owner, osamu())
		if err != nil {
			t.Fatal(err)
		}
		reported := d.complaint(access.Nobody(), housing())
		hospital, err := d.people.CreateOrganization(ctx, worker, people.Organization{Name: text.Pair{JA: "港南病院", EN: "Konan Hospital"}})
		if err != nil {
			t.Fatal(err)
		}
		referred, err := d.ReceiveReferral(ctx, worker, intake.InboundInput{Organization: hospital.ID, Client: "丸山 修", Need: "退院後の住まい", Channel: "fax"})
		if err != nil {
			t.Fatal(err)
		}
		applied, err := d.Apply(ctx, access.Nobody(), intake.ApplicationInput{
			Applicant: intake.Applicant{Family: "丸山", Given: "修", BirthDate: "1968-04-12"}, Statement: "家賃が払えません",
			Incomes: []intake.Income{{Detail: "失業給付", Amount: ledger.Yen(83000)}},
			Items:   []intake.ItemInput{{Label: "家賃補助"}, {Label: "配食"}},
		})
		if err != nil {
			t.Fatal(err)
		}

		// All three wait on the list; nobody learns who reported.
		queue, err := d.List(ctx, worker, intake.Triage{})
		if err != nil || len(queue.Rows) != 3 || queue.Rows[0].Kind != intake.KindComplaint {
			t.Fatalf("waiting: %+v, %v", queue.Rows, err)
		}

		// Found by kana though entered in kanji; the case opens from the complaint.
		found, err := d.Find(ctx, worker, "ﾏﾙﾔﾏ", db.ID{})
		if err != nil || len(found.Found) != 1 || found.Found[0].Card.ID != known.ID {
			t.Fatalf("found: %+v, %v", found, err)
		}
		joined, err := d.JoinComplaint(ctx, worker, reported.ID, intake.JoinInput{
			Person: known.ID, Open: &intake.OpenInput{Kind: "housing", Owner: owner.ID, Team: owner.Teams[0]}, Version: reported.Version,
		})
		if err != nil || !joined.Opened {
			t.Fatalf("opened: %+v, %v", joined, err)
		}
		found, err = d.Find(ctx, worker, "丸山修", db.ID{})
		if err != nil || len(found.Cases[known.ID]) != 1 || found.Cases[known.ID][0].ID != joined.Case {
			t.Fatalf("the running case is not told: %+v, %v", found.Cases, err)
		}
		if _, err := d.JoinReferral(ctx, worker, referred.ID, intake.JoinInput{Person: known.ID, Case: joined.Case, Answer: "引き受けました", Version: referred.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.JoinApplication(ctx, worker, applied.ID, intake.JoinInput{Person: known.ID, Case: joined.Case, Version: applied.Version}); err != nil {
			t.Fatal(err)
		}

		file, err := d.cases.Get(ctx, owner, joined.Case)
		if err != nil || len(file.Sources) != 3 || file.Case.Person != known.ID {
			t.Fatalf("case: %+v, %v", file.Sources, err)
		}
		if len(file.Participants) != 2 || len(file.Prompts) != 2 {
			t.Errorf("participants %+v, prompts %+v", file.Participants, file.Prompts)
		}
		person, err := d.people.Get(ctx, owner, known.ID)
		if err != nil || len(person.Circumstances) != 1 || person.Circumstances[0].Minor != 83000 || person.Circumstances[0].Evidence != "stated" {
			t.Errorf("what was told of income: %+v, %v", person.Circumstances, err)
		}
		c, err := d.Complaint(ctx, owner, reported.ID)
		if err != nil || c.Record.Outcome != "opened" || c.Record.Status != "resolved" || len(c.Cases) != 1 {
			t.Errorf("complaint: %+v, %v", c.Record, err)
		}
		if x, err := d.Application(ctx, owner, applied.ID); err != nil || x.Record.Status != "submitted" || len(x.Items) != 2 {
			t.Errorf("application: %+v, %v", x.Record, err)
		}

		// Decided item by item on the case.
		var items []intake.Item
		if err := d.run.Read(ctx, func(q *db.Reader) (err error) { items, err = intake.ItemsOfCase(q, joined.Case); return err }); err != nil || len(items) != 2 {
			t.Fatalf("items: %+v, %v", items, err)
		}
		for i, item := range items {
			_, err := op.Do(ctx, d.run, owner, "test", i, func(tx *op.Tx) (intake.Item, error) { return intake.Decide(tx, item.ID, i == 0, "") })
			if err != nil {
				t.Fatal(err)
			}
		}
		if x, err := d.Application(ctx, owner, applied.ID); err != nil || x.Record.Status != "decided" {
			t.Errorf("after the last item: %s, %v", x.Record.Status, err)
		}
		if p, err := d.ByReceipt(ctx, strings.ToLower(reported.Receipt)); err != nil || p.Stage != "finished" || p.Asked != "" {
			t.Errorf("progress: %+v, %v", p, err)
		}
	})
}

func TestTheReporterIsSealed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		x := d.complaint(resident, housing())

		file, err := d.Complaint(ctx, worker, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		queue, err := d.List(ctx, worker, intake.Triage{})
		if err != nil {
			t.Fatal(err)
		}
		for name, shown := range map[string]any{"the page": file, "the list": queue} {
			said, err := json.Marshal(shown)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(said, []byte("田島")) {
				t.Errorf("%s names the reporter", name)
			}
		}
		for _, h := range file.History {
			if strings.Contains(h.Changes, "田島") || h.Actor == resident.ID {
				t.Errorf("the journal tells who reported: %+v", h)
			}
		}
		for _, a := range []access.Actor{resident, kizunatest.Staff(access.ProviderStaff), kizunatest.Staff(access.Caseworker), access.Nobody()} {
			if _, err := d.Complaint(ctx, a, x.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v opened a complaint: %v", a.Roles, err)
			}
			if _, err := d.Reveal(ctx, a, x.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v revealed a reporter: %v", a.Roles, err)
			}
		}
		who, err := d.Reveal(ctx, worker, x.ID)
		if err != nil || who.Name != neighbour {
			t.Errorf("revealed %+v, %v", who, err)
		}
		var reads []journal.ReadRow
		if err := d.run.Read(ctx, func(q *db.Reader) (err error) { reads, err = journal.Opened(q, x.ID, 10); return err }); err != nil || reads[0].What != "revealed" {
			t.Errorf("the reveal was not kept: %+v, %v", reads, err)
		}
		in := housing()
		in.Discretion = "anonymous"
		y := d.complaint(access.Nobody(), in)
		if _, err := d.Reveal(ctx, worker, y.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("an anonymous reporter was kept: %v", err)
		}
	})
}

// TestAComplaintOfNoTeamIsSeenBySupervisors: what a neighbour sends in by the
// public page waits for no team, so every supervisor sees it beside the desk,
// but not who reported; once somebody looks at it, or it joins a case, it is
// that team's.
func TestAComplaintOfNoTeamIsSeenBySupervisors(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		boss, other, worker := kizunatest.Staff(access.Supervisor), kizunatest.Staff(access.Supervisor), kizunatest.Staff(access.IntakeWorker)
		own := kizunatest.Staff(access.Supervisor)
		own.Teams = worker.Teams
		sees := func(when string, a access.Actor, id db.ID, want bool) {
			t.Helper()
			_, err := d.Complaint(ctx, a, id)
			list, listErr := d.List(ctx, a, intake.Triage{Kinds: []string{intake.KindComplaint}, Counted: true})
			listed := slices.ContainsFunc(list.Rows, func(x intake.Waiting) bool { return x.ID == id })
			if (err == nil) != want || listed != want || want && listErr != nil {
				t.Errorf("%s: %v of team %v: %v, listed %v, %v", when, a.Roles, a.Teams, err, listed, listErr)
			}
			if err != nil && !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", when, err)
			}
		}
		strangers := []access.Actor{kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.ProgramManager), kizunatest.Staff(access.FinanceOfficer),
			kizunatest.Staff(access.ProviderStaff), kizunatest.Staff(access.Resident), access.Nobody()}
		x, y := d.complaint(access.Nobody(), housing()), d.complaint(access.Nobody(), housing())
		taken := d.complaint(worker, housing())
		for _, a := range []access.Actor{boss, other, worker} {
			sees("new", a, x.ID, true)
		}
		sees("taken down by a team", boss, taken.ID, false)
		sees("taken down by a team", own, taken.ID, true)
		for _, a := range strangers {
			sees("new", a, x.ID, false)
		}
		if _, err := d.Reveal(ctx, boss, x.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a supervisor read who reported what nobody has claimed: %v", err)
		}
		if _, err := d.ComplaintStep(ctx, boss, x.ID, "review", intake.AnswerInput{Version: x.Version}); err != nil {
			t.Fatal(err)
		}
		sees("looked at", boss, x.ID, true)
		sees("looked at", worker, x.ID, true)
		sees("looked at", other, x.ID, false)
		if who, err := d.Reveal(ctx, boss, x.ID); err != nil || who.Name != neighbour {
			t.Errorf("whose it is reads %+v, %v", who, err)
		}
		him := osamu()
		if _, err := d.JoinComplaint(ctx, worker, y.ID, intake.JoinInput{Register: &him, Open: &intake.OpenInput{Kind: "housing"}, Version: y.Version}); err != nil {
			t.Fatal(err)
		}
		sees("joined", other, y.ID, false)
	})
}

func TestTwoJoinTheSameComplaint(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		x := d.complaint(access.Nobody(), housing())
		in := osamu()
		first := intake.JoinInput{Register: &in, Open: &intake.OpenInput{Kind: "housing"}, Version: x.Version}
		if _, err := d.JoinComplaint(ctx, worker, x.ID, first); err != nil {
			t.Fatal(err)
		}
		other := osamu()
		_, err := d.JoinComplaint(ctx, kizunatest.Staff(access.IntakeWorker), x.ID, intake.JoinInput{Register: &other, Open: &intake.OpenInput{Kind: "housing"}, Version: x.Version})
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.KindConflict || f.Moved == nil {
			t.Fatalf("the second of two joined it too: %v", err)
		}
		file, err := d.Complaint(ctx, worker, x.ID)
		if err != nil || len(file.Cases) != 1 {
			t.Errorf("cases of it: %d, %v", len(file.Cases), err)
		}
		found, err := d.people.Search(ctx, worker, "丸山", 10)
		if err != nil || len(found) != 1 {
			t.Errorf("the second registered the person again: %d, %v", len(found), err)
		}
		// Once it is resolved it may be put on another case too, on purpose.
		again := intake.JoinInput{Person: found[0].Card.ID, Open: &intake.OpenInput{Kind: "health"}, Version: file.Record.Version}
		if _, err := d.JoinComplaint(ctx, worker, x.ID, again); err != nil {
			t.Fatal(err)
		}
		if file, _ := d.Complaint(ctx, worker, x.ID); len(file.Cases) != 2 || file.Record.Outcome != "opened" {
			t.Errorf("many to many: %d cases, outcome %s", len(file.Cases), file.Record.Outcome)
		}
	})
}

func TestScreeningOutTakesASecondReader(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, second := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.IntakeWorker)
		x := d.complaint(access.Nobody(), housing())
		step := func(a access.Actor, name string, in intake.AnswerInput) error {
			file, err := d.Complaint(ctx, a, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			in.Version = file.Record.Version
			_, err = d.ComplaintStep(ctx, a, x.ID, name, in)
			return err
		}
		if err := step(worker, "review", intake.AnswerInput{}); err != nil {
			t.Fatal(err)
		}
		answer := intake.AnswerInput{Answer: "事実が確かめられません"}
		if err := step(worker, "screen_out", answer); !errors.Is(err, fault.KindConflict) {
			t.Errorf("screened out without a proposal: %v", err)
		}
		if err := step(worker, "propose_screening_out", intake.AnswerInput{Reason: "住所が実在しない"}); err != nil {
			t.Fatal(err)
		}
		if err := step(worker, "screen_out", answer); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("screened out alone: %v", err)
		}
		if err := step(second, "screen_out", answer); err != nil {
			t.Error(err)
		}
	})
}

func TestPriorityFollowsTheRule(t *testing.T) {
	for _, c := range []struct {
		in     intake.ComplaintInput
		points int64
		lines  int
	}{
		{intake.ComplaintInput{Allegations: []string{"other"}}, 0, 0},
		{intake.ComplaintInput{Allegations: []string{"self_neglect", "unsafe_housing"}, Frail: true}, 40, 3},
		{intake.ComplaintInput{Allegations: []string{"child_abuse"}, InDanger: true, Child: true, Repeated: true}, 90, 4},
		{intake.ComplaintInput{Allegations: intake.Allegations, InDanger: true, Child: true, Frail: true, Repeated: true}, 100, 9},
	} {
		points, why := intake.Prioritize(c.in)
		if points != c.points || len(why) != c.lines {
			t.Errorf("%+v: %d points, %+v", c.in, points, why)
		}
		for _, w := range why {
			kizunatest.HasWord(t, w.Key)
		}
	}
}

func TestDeadlinesFollowTheAllegation(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		for hours, in := range map[int]intake.ComplaintInput{
			48:  {Allegations: []string{"child_abuse", "service"}, Body: "x", Discretion: "anonymous"},
			24:  {Allegations: []string{"service"}, InDanger: true, Body: "x", Discretion: "anonymous"},
			240: {Allegations: []string{"service"}, Body: "x", Discretion: "anonymous"},
		} {
			x := d.complaint(access.Nobody(), in)
			file, err := d.Complaint(ctx, worker, x.ID)
			if err != nil || int(file.Record.DueAt.Sub(file.Record.ReceivedAt).Hours()) != hours {
				t.Errorf("%v is due within %v, %v", in.Allegations, file.Record.DueAt.Sub(file.Record.ReceivedAt), err)
			}
		}
	})
}

func TestReceipts(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		x := d.complaint(access.Nobody(), housing())
		p, err := d.ByReceipt(ctx, x.Receipt)
		if err != nil || p.Stage != "received" || p.Kind != intake.KindComplaint {
			t.Errorf("progress %+v, %v", p, err)
		}
		for _, guess := range []string{x.Number, "0000-0000-0000", "", "ZZZZ-ZZZZ-ZZZZ", strings.Repeat("9", 400)} {
			if _, err := d.ByReceipt(ctx, guess); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%.20q: %v", guess, err)
			}
		}
	})
}

func TestAResidentsApplication(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		p, err := d.people.Create(ctx, worker, osamu())
		if err != nil {
			t.Fatal(err)
		}
		me := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: p.ID}
		other, err := d.people.Create(ctx, worker, osamu())
		if err != nil {
			t.Fatal(err)
		}
		stranger := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: other.ID}
		x, err := d.BeginApplication(ctx, me, intake.ApplicationInput{Person: other.ID, Items: []intake.ItemInput{{Label: "配食"}}})
		if err != nil || x.Person != p.ID || x.Status != "draft" {
			t.Fatalf("begun %+v, %v", x, err)
		}
		if _, err := d.MyApplication(ctx, stranger, x.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another resident opened it: %v", err)
		}
		if _, err := d.SubmitApplication(ctx, stranger, x.ID, x.Version); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another resident sent it: %v", err)
		}
		if list, err := d.Mine(ctx, stranger); err != nil || len(list) != 0 {
			t.Errorf("another's list: %v, %v", list, err)
		}
		own, err := d.MyApplication(ctx, me, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		in := own.Input
		in.Statement, in.Items[0].Label = "妻を亡くしました", "配食（昼）"
		in.Items = append(in.Items, intake.ItemInput{Label: "相談"})
		if x, err = d.ChangeApplication(ctx, me, x.ID, in); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ChangeApplication(ctx, me, x.ID, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy changed it: %v", err)
		}
		if _, err := d.SubmitApplication(ctx, me, x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		own, _ = d.MyApplication(ctx, me, x.ID)
		if own.Status != "submitted" || own.ReceivedAt == 0 || len(own.Items) != 2 {
			t.Fatalf("submitted as %+v", own)
		}
		received := own.ReceivedAt
		take := func(a access.Actor, step string, in intake.AnswerInput) {
			t.Helper()
			own, err := d.MyApplication(ctx, me, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			in.Version = own.Version
			if _, err := d.ApplicationStep(ctx, a, x.ID, step, in); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		take(worker, "review", intake.AnswerInput{})
		take(worker, "return", intake.AnswerInput{Answer: "家賃の額を教えてください"})
		if own, _ := d.MyApplication(ctx, me, x.ID); own.Asked == "" {
			t.Error("the resident is not told what is asked")
		}
		d.clock.Advance(48 * 3600 * 1e9)
		take(me, "send_again", intake.AnswerInput{})
		if own, _ := d.MyApplication(ctx, me, x.ID); own.Status != "in_review" || own.ReceivedAt != received {
			t.Errorf("sent again: %+v", own)
		}
		take(me, "withdraw", intake.AnswerInput{})
		if own, _ := d.MyApplication(ctx, me, x.ID); own.Status != "withdrawn" || own.Items[0].Status != "withdrawn" {
			t.Errorf("withdrawn: %+v", own)
		}
	})
}

func TestForeignTeamsSeeNothing(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		mine, other := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Caseworker)
		desk := kizunatest.Staff(access.IntakeWorker)
		x, err := d.ReceiveInquiry(ctx, mine, intake.InquiryInput{Channel: "phone", Body: "家賃の相談"})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			access.Actor
			sees bool
		}{"who took it": {mine, true}, "the desk": {desk, true}, "another team": {other, false}} {
			_, err := d.Inquiry(ctx, c.Actor, x.ID)
			list, listErr := d.List(ctx, c.Actor, intake.Triage{Kinds: []string{intake.KindInquiry}, Counted: true})
			if (err == nil) != c.sees || listErr != nil || (len(list.Rows) == 1) != c.sees || (list.Counts[intake.KindInquiry] == 1) != c.sees {
				t.Errorf("%s: %v, %+v, %v", name, err, list, listErr)
			}
		}
		if _, err := d.AnswerInquiry(ctx, other, x.ID, intake.AnswerInput{Answer: "x", Version: 1}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team answered: %v", err)
		}
		if _, err := d.JoinInquiry(ctx, other, x.ID, intake.JoinInput{Open: &intake.OpenInput{Kind: "housing"}, Version: 1}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team joined: %v", err)
		}
		if _, err := d.AnswerInquiry(ctx, mine, x.ID, intake.AnswerInput{Answer: "窓口を案内", HandedTo: "社協", FollowUpOn: "2026-12-01", Version: x.Version}); err != nil {
			t.Error(err)
		}
	})
}

func TestARestrictedPersonIsNotLinked(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		boss := kizunatest.Staff(access.Supervisor)
		p, err := d.people.Create(ctx, boss, osamu())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.people.Restrict(ctx, boss, p.ID, p.Version, "職員の親族"); err != nil {
			t.Fatal(err)
		}
		x := d.complaint(access.Nobody(), housing())
		_, err = d.JoinComplaint(ctx, kizunatest.Staff(access.IntakeWorker), x.ID, intake.JoinInput{Person: p.ID, Open: &intake.OpenInput{Kind: "housing"}, Version: x.Version})
		if !errors.Is(err, fault.KindNotFound) {
			t.Errorf("linked a restricted person: %v", err)
		}
	})
}

func TestTriageIsBoundedAndPaged(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		for range 7 {
			d.complaint(access.Nobody(), housing())
			if _, err := d.ReceiveInquiry(ctx, worker, intake.InquiryInput{Channel: "phone", Body: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		seen, after := map[db.ID]bool{}, ""
		for {
			traced, trace := db.WithTrace(ctx)
			page, err := d.List(traced, worker, intake.Triage{After: after, Limit: 4})
			if err != nil {
				t.Fatal(err)
			}
			if trace.Count() > 7 {
				t.Errorf("a page ran %d statements", trace.Count())
			}
			for _, w := range page.Rows {
				if seen[w.ID] {
					t.Errorf("%s came twice", w.Number)
				}
				seen[w.ID] = true
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if len(seen) != 14 {
			t.Errorf("%d of 14 were on a page", len(seen))
		}
	})
}

func TestScreening(t *testing.T) {
	got, err := intake.Screen(intake.ScreeningInput{Age: 58, AgeKnown: true, Household: 1, Income: 83000, MoneyKnown: true, Troubles: []string{"rent", "grief"}})
	if err != nil || fmt.Sprint(got) != "[{housing met} {living met} {grief met}]" {
		t.Errorf("likely: %v, %v", got, err)
	}
	got, err = intake.Screen(intake.ScreeningInput{Troubles: []string{"rent"}})
	if err != nil || len(got) == 0 || got[0].State != rule.Unknown {
		t.Errorf("without an income: %v, %v", got, err)
	}
	if _, err := intake.Screen(intake.ScreeningInput{Troubles: []string{"x"}}); !errors.Is(err, fault.KindInvalid) {
		t.Errorf("an unknown trouble: %v", err)
	}
}

func TestBadInputNamesItsField(t *testing.T) {
	for name, x := range map[string]struct {
		err     error
		pointer string
	}{
		"inquiry without words":   {(&intake.InquiryInput{Channel: "phone"}).Validate(), "/body"},
		"complaint of nothing":    {(&intake.ComplaintInput{Body: "x", Discretion: "anonymous"}).Validate("2026-11-24"), "/allegations"},
		"a reporter without name": {(&intake.ComplaintInput{Body: "x", Allegations: []string{"other"}}).Validate("2026-11-24"), "/reporter/name"},
		"referral by nobody":      {(&intake.InboundInput{Client: "x", Need: "x"}).Validate("2026-11-24"), "/source"},
		"nothing applied for":     {(&intake.ApplicationInput{Applicant: intake.Applicant{Family: "x"}}).Validate("2026-11-24", true), "/statement"},
		"neither case nor open":   {(&intake.JoinInput{}).Validate("2026-11-24"), "/case_id"},
	} {
		f, ok := fault.As(x.err)
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != x.pointer {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for list, codes := range map[string][]string{
		"channel": intake.Channels, "allegation": intake.Allegations, "discretion": intake.Discretions, "purpose": intake.Purposes,
		"period": intake.Periods, "trouble": intake.Troubles, "entity": intake.KindsIn,
	} {
		for _, c := range codes {
			kizunatest.HasWord(t, "intake."+list+"."+c)
		}
	}
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}
