package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// TestClocks sets the hours of an allegation: the earliest governs a complaint,
// what came in before keeps its deadline, and a breach stays on record.
func TestClocks(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, admin := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Administrator)
		due := func(in intake.ComplaintInput) time.Duration {
			t.Helper()
			f, err := d.Complaint(ctx, worker, d.complaint(access.Nobody(), in).ID)
			if err != nil {
				t.Fatal(err)
			}
			return f.Record.DueAt.Sub(f.Record.ReceivedAt)
		}
		old := d.complaint(access.Nobody(), housing())
		if got := due(housing()); got != 72*time.Hour {
			t.Errorf("at first %v", got)
		}
		set := intake.ClocksInput{Clocks: []intake.ClockInput{{Allegation: "self_neglect", Hours: 36, Source: "市の要領"}, {Allegation: "other", Hours: 168}}}
		if _, err := d.SetClocks(ctx, worker, set); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a worker set them: %v", err)
		}
		list, err := d.SetClocks(ctx, admin, set)
		if err != nil || len(list) != len(intake.Allegations) {
			t.Fatal(list, err)
		}
		i := slices.IndexFunc(list, func(c intake.Clock) bool { return c.Allegation == "self_neglect" })
		if list[i].Hours != 36 || list[i].Version != 1 || list[slices.IndexFunc(list, func(c intake.Clock) bool { return c.Allegation == "other" })].Version != 0 {
			t.Errorf("set: %+v", list)
		}
		if _, err := d.SetClocks(ctx, admin, set); !errors.Is(err, fault.KindConflict) {
			t.Errorf("set from a stale copy: %v", err)
		}
		if got := due(housing()); got != 36*time.Hour {
			t.Errorf("the earliest governs: %v", got)
		}
		in := housing()
		in.InDanger = true
		if got := due(in); got != 24*time.Hour {
			t.Errorf("in danger: %v", got)
		}
		for _, bad := range []intake.ClockInput{{Allegation: "x", Hours: 4}, {Allegation: "other", Hours: 0}, {Allegation: "other", Hours: 5000}} {
			if _, err := d.SetClocks(ctx, admin, intake.ClocksInput{Clocks: []intake.ClockInput{bad}}); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		f, err := d.Complaint(ctx, worker, old.ID)
		if err != nil || f.Record.DueAt.Sub(f.Record.ReceivedAt) != 72*time.Hour {
			t.Errorf("what came in before: %v %v", f.Record.DueAt, err)
		}
		// Responded too late: it no longer counts as open and late, and stays late on record.
		d.clock.Advance(73 * time.Hour)
		if !f.Record.Late(d.clock.Now()) || len(d.board(worker, intake.ViewOverdue)) != 4 {
			t.Error("it is not late")
		}
		x, err := d.ComplaintStep(ctx, worker, old.ID, "respond", intake.AnswerInput{Answer: "訪問し、無事を確かめた", Version: 1})
		if err != nil || !x.Late(d.clock.Now()) || len(d.board(worker, intake.ViewOverdue)) != 3 {
			t.Errorf("responded: %+v %v", x.RespondedAt, err)
		}
		if _, err := d.ComplaintStep(ctx, worker, old.ID, "respond", intake.AnswerInput{Answer: "もう一度", Version: 2}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("responded twice: %v", err)
		}
		kizunatest.Intact(t, d.run)
	})
}

// TestSecondReader: one proposes to screen out with a reason, another confirms
// or sends back, nobody does both, and no other way ends it meanwhile.
func TestSecondReader(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		one, other := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.IntakeWorker)
		x := d.complaint(access.Nobody(), housing())
		version := x.Version
		take := func(a access.Actor, step string, want error) {
			t.Helper()
			got, err := d.ComplaintStep(ctx, a, x.ID, step, intake.AnswerInput{Answer: "案内した", Reason: "所管外", Version: version})
			if !errors.Is(err, want) {
				t.Fatalf("%s: %v, not %v", step, err, want)
			}
			if err == nil {
				version = got.Version
			}
		}
		take(one, "review", nil)
		take(other, "send_back", fault.KindConflict)
		take(one, "propose_screening_out", nil)
		if len(d.board(one, intake.ViewSecond)) != 0 || len(d.board(other, intake.ViewSecond)) != 1 {
			t.Error("it is not on the second reader's list")
		}
		if f, err := d.Complaint(ctx, other, x.ID); err != nil || f.Record.ScreenedFor != "所管外" {
			t.Errorf("the reason: %q %v", f.Record.ScreenedFor, err)
		}
		take(one, "screen_out", fault.KindForbidden)
		take(one, "send_back", fault.KindForbidden)
		take(one, "no_action", fault.KindConflict)
		take(other, "send_back", nil)
		if len(d.board(other, intake.ViewSecond)) != 0 {
			t.Error("it waits although it was sent back")
		}
		take(other, "propose_screening_out", nil)
		take(other, "screen_out", fault.KindForbidden)
		take(one, "screen_out", nil)
		if f, err := d.Complaint(ctx, one, x.ID); err != nil || f.Record.Outcome != "screened_out" || f.Record.RespondedAt == 0 {
			t.Errorf("screened out: %+v %v", f.Record, err)
		}
	})
}

// TestReports keeps whom was told what; what of a person was passed on is a
// disclosure of theirs, by consent only as far as it covers.
func TestReports(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		p, err := d.people.Create(ctx, worker, osamu())
		if err != nil {
			t.Fatal(err)
		}
		q, err := d.ReceiveInquiry(ctx, worker, intake.InquiryInput{Channel: "phone", Body: "雨漏り", About: "丸山さん", Caller: neighbour})
		if err == nil {
			_, err = d.JoinInquiry(ctx, worker, q.ID, intake.JoinInput{Person: p.ID, Open: &intake.OpenInput{Kind: "housing"}, Version: q.Version})
		}
		if err != nil {
			t.Fatal(err)
		}
		in := housing()
		in.Origin = intake.Origin{Inquiry: q.ID, InquiryVersion: 2}
		x := d.complaint(worker, in)
		version := x.Version
		report := func(in intake.ReportInput, want error) {
			t.Helper()
			in.Version = version
			got, err := d.MakeReport(ctx, worker, x.ID, in)
			if !errors.Is(err, want) {
				t.Fatalf("%+v: %v, not %v", in, err, want)
			}
			if err == nil {
				version = got.Version
			}
		}
		report(intake.ReportInput{Authority: "保健所", Told: "雨漏りの家がある"}, nil)
		report(intake.ReportInput{Authority: "", Told: "雨漏りの家がある"}, fault.KindInvalid)
		report(intake.ReportInput{Authority: "警察署", Told: "氏名", Fields: []string{"name"}}, fault.KindInvalid)
		report(intake.ReportInput{Authority: "警察署", Told: "氏名", Fields: []string{"name"}, Basis: consent.ByLaw}, fault.KindInvalid)
		report(intake.ReportInput{Authority: "警察署", Told: "氏名", Fields: []string{"name"}, Basis: consent.ByConsent}, fault.KindInvalid)
		report(intake.ReportInput{Authority: "警察署", Told: "氏名", MadeOn: "2099-01-01"}, fault.KindInvalid)
		report(intake.ReportInput{Authority: "警察署", Told: "氏名と住所", Fields: []string{"name", "address"}, Basis: consent.ByLaw, Provision: "刑事訴訟法 第239条第2項"}, nil)
		f, err := d.Complaint(ctx, worker, x.ID)
		if err != nil || len(f.Reports) != 2 || f.Reports[0].Disclosure.IsZero() || !f.Reports[1].Disclosure.IsZero() || f.Record.ReportedTo != "警察署" || f.Reports[0].MadeBy != worker.ID {
			t.Fatalf("reports %+v %v", f.Reports, err)
		}
		err = d.run.Read(ctx, func(q *db.Reader) error {
			who, err := db.One[db.ID](q, "SELECT person FROM disclosure WHERE id = ? AND basis = 'law' AND made_by = ?", f.Reports[0].Disclosure, worker.ID)
			if who != p.ID {
				t.Errorf("the disclosure is of %v", who)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestTurn leads an inquiry on to a complaint and an application with whom it
// is about; the caller of what is reported in confidence is forgotten by the inquiry.
func TestTurn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		q, err := d.ReceiveInquiry(ctx, worker, intake.InquiryInput{Channel: "phone", Body: "隣の子が泣いている", Caller: neighbour, Contact: "045-000-1111", About: "隣の子"})
		if err != nil {
			t.Fatal(err)
		}
		in := housing()
		in.Channel, in.Origin = "phone", intake.Origin{Inquiry: q.ID, InquiryVersion: 1}
		x := d.complaint(worker, in)
		f, err := d.Inquiry(ctx, worker, q.ID)
		if err != nil || f.Record.Status != "joined" || f.Record.Caller != "" || f.Record.Contact != "" || len(f.Led) != 1 || f.Led[0].ID != x.ID {
			t.Fatalf("the inquiry: %+v %+v %v", f.Record, f.Led, err)
		}
		back, err := d.Complaint(ctx, worker, x.ID)
		if err != nil || len(back.Led) != 1 || back.Led[0].ID != q.ID {
			t.Errorf("and back: %+v %v", back.Led, err)
		}
		if who, err := d.Reveal(ctx, worker, x.ID); err != nil || who.Name != neighbour {
			t.Errorf("the reporter: %+v %v", who, err)
		}
		if _, err := d.SubmitComplaint(ctx, worker, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("from a stale copy: %v", err)
		}
		app, err := d.Apply(ctx, worker, intake.ApplicationInput{Channel: "phone", Applicant: intake.Applicant{Family: "隣"}, Statement: "給食費",
			Origin: intake.Origin{Inquiry: q.ID, InquiryVersion: f.Record.Version}})
		if err != nil {
			t.Fatal(err)
		}
		if f, err = d.Inquiry(ctx, worker, q.ID); err != nil || len(f.Led) != 2 || f.Led[1].ID != app.ID {
			t.Errorf("then: %+v %v", f.Led, err)
		}
		// Who does not see the inquiry learns nothing of it, nor can they lead it on.
		other := kizunatest.Staff(access.Caseworker)
		in.Origin.InquiryVersion = f.Record.Version
		if _, err := d.SubmitComplaint(ctx, other, in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team led it on: %v", err)
		}
		if _, err := d.SubmitComplaint(ctx, access.Nobody(), in); err != nil {
			t.Errorf("from outside it is no inquiry's: %v", err)
		}
		if f, _ = d.Inquiry(ctx, worker, q.ID); len(f.Led) != 2 {
			t.Errorf("from outside it was led on: %+v", f.Led)
		}
	})
}

// TestFollowUp: an inquiry that was handed on waits on the board until the day
// that was said, is looked at again, and done.
func TestFollowUp(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		q, err := d.ReceiveInquiry(ctx, worker, intake.InquiryInput{Channel: "phone", Body: "家族会を知りたい"})
		if err != nil {
			t.Fatal(err)
		}
		today := calendar.Today(ctx, d.clock)
		if _, err := d.AnswerInquiry(ctx, worker, q.ID, intake.AnswerInput{Answer: "つないだ", HandedTo: "家族会", FollowUpOn: today.AddDays(-1), Version: 1}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a day that has passed: %v", err)
		}
		if _, err := d.AnswerInquiry(ctx, worker, q.ID, intake.AnswerInput{Answer: "つないだ", HandedTo: "家族会", FollowUpOn: today.AddDays(7), Version: 1}); err != nil {
			t.Fatal(err)
		}
		got := d.board(worker, intake.ViewAll)
		if len(got) != 1 || !got[0].Follows || got[0].DueAt != calendar.Moment(today.AddDays(8), 0, 0, calendar.Zone(ctx)) {
			t.Fatalf("on the board: %+v", got)
		}
		if _, err := d.FollowUp(ctx, worker, q.ID, intake.AnswerInput{Answer: "まだ行っていない", FollowUpOn: today.AddDays(14), Version: 2}); err != nil {
			t.Fatal(err)
		}
		if got = d.board(worker, intake.ViewAll); len(got) != 1 {
			t.Errorf("looked at again: %+v", got)
		}
		x, err := d.FollowUp(ctx, worker, q.ID, intake.AnswerInput{Answer: "通っている", Version: 3})
		if err != nil || x.FollowedUp != "通っている" || len(d.board(worker, intake.ViewAll)) != 0 {
			t.Errorf("done: %+v %v", x, err)
		}
		if _, err := d.FollowUp(ctx, worker, q.ID, intake.AnswerInput{Answer: "もう一度", Version: 4}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("again: %v", err)
		}
	})
}

// TestLeave takes a complaint out of a case that it joined by mistake: those who
// work on the case see it no more, and it waits again.
func TestLeave(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, owner := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker)
		p, err := d.people.Create(ctx, owner, osamu())
		if err != nil {
			t.Fatal(err)
		}
		other, err := d.people.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "田島", Given: "花"}}, BirthDate: "2001-05-06"})
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.cases.Open(ctx, owner, cases.OpenInput{Person: p.ID, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		x := d.complaint(access.Nobody(), housing())
		if _, err := d.JoinComplaint(ctx, worker, x.ID, intake.JoinInput{Case: c.ID, Person: other.ID, Version: x.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Complaint(ctx, owner, x.ID); err != nil {
			t.Fatalf("the case's owner does not see it: %v", err)
		}
		if _, err := d.Leave(ctx, owner, intake.KindComplaint, x.ID, intake.LeaveInput{Case: c.ID, Version: 2}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := d.Leave(ctx, owner, intake.KindComplaint, x.ID, intake.LeaveInput{Case: c.ID, Reason: "別の丸山さんのこと", Version: 1}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("from a stale copy: %v", err)
		}
		got, err := d.Leave(ctx, owner, intake.KindComplaint, x.ID, intake.LeaveInput{Case: c.ID, Reason: "別の丸山さんのこと", Version: 2})
		if err != nil || got.Status != "in_review" || got.Undo.IsZero() {
			t.Fatalf("left: %+v %v", got, err)
		}
		if _, err := d.Complaint(ctx, owner, x.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the case's owner sees it still: %v", err)
		}
		if _, err := d.people.Get(ctx, owner, other.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("who came with it is seen still: %v", err)
		}
		f, err := d.Complaint(ctx, worker, x.ID)
		if err != nil || len(f.Cases) != 0 || f.Away || f.Record.Outcome != "" || f.Record.RespondedAt != 0 || f.Record.NextDue != "respond" {
			t.Errorf("on cases %+v %v", f.Cases, err)
		}
		if file, err := d.cases.Get(ctx, owner, c.ID); err != nil || len(file.Participants) != 1 {
			t.Errorf("taking part: %+v %v", file.Participants, err)
		}
	})
}

// TestUndoLeave puts back into its case what was taken out by mistake, whatever
// its kind, for who did it and as long as nobody has touched it since.
func TestUndoLeave(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, owner := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker)
		p, err := d.people.Create(ctx, owner, osamu())
		if err != nil {
			t.Fatal(err)
		}
		other, err := d.people.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "田島", Given: "花"}}, BirthDate: "2001-05-06"})
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.cases.Open(ctx, owner, cases.OpenInput{Person: p.ID, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		d.four(worker)
		join := func(kind string, id db.ID, n int64) error {
			in := intake.JoinInput{Case: c.ID, Person: other.ID, Version: n, Answer: "担当が伺います"}
			switch kind {
			case intake.KindComplaint:
				_, err = d.JoinComplaint(ctx, worker, id, in)
			case intake.KindReferral:
				_, err = d.JoinReferral(ctx, worker, id, in)
			case intake.KindApplication:
				_, err = d.JoinApplication(ctx, worker, id, in)
			default:
				_, err = d.JoinInquiry(ctx, worker, id, in)
			}
			return err
		}
		sees := func(kind string, id db.ID) error { // the case's owner, with the case only
			switch kind {
			case intake.KindComplaint:
				_, err = d.Complaint(ctx, owner, id)
			case intake.KindReferral:
				_, err = d.Referral(ctx, owner, id)
			case intake.KindApplication:
				_, err = d.Application(ctx, owner, id)
			default:
				_, err = d.Inquiry(ctx, owner, id)
			}
			return err
		}
		var complaint db.ID
		for _, w := range d.board(worker, intake.ViewAll) {
			if err := join(w.Kind, w.ID, w.Version); err != nil {
				t.Fatalf("%s: %v", w.Kind, err)
			}
			n := w.Version + 1
			in := intake.LeaveInput{Case: c.ID, Reason: "別の人のこと", Version: n}
			out, err := d.Leave(ctx, owner, w.Kind, w.ID, in)
			if err != nil || out.Version != n+1 || out.Status == "joined" || out.Status == "accepted" || out.Status == "resolved" {
				t.Fatalf("%s left: %+v %v", w.Kind, out, err)
			}
			if err := sees(w.Kind, w.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s is seen with the case: %v", w.Kind, err)
			}
			undo := intake.UndoLeaveInput{Undo: out.Undo, Version: out.Version}
			mate := owner // sees the case with the team, and did not take it out
			mate.ID = db.NewID()
			for _, another := range []access.Actor{worker, mate} {
				if _, err := d.UndoLeave(ctx, another, w.Kind, w.ID, undo); !errors.Is(err, fault.KindNotFound) {
					t.Errorf("%s: another took it back: %v", w.Kind, err)
				}
			}
			stale := undo
			stale.Version--
			if _, err := d.UndoLeave(ctx, owner, w.Kind, w.ID, stale); !errors.Is(err, fault.KindConflict) {
				t.Errorf("%s: from a stale copy: %v", w.Kind, err)
			}
			back, err := d.UndoLeave(ctx, owner, w.Kind, w.ID, undo)
			if err != nil || back.Version != out.Version+1 {
				t.Fatalf("%s back: %+v %v", w.Kind, back, err)
			}
			if err := sees(w.Kind, w.ID); err != nil {
				t.Errorf("%s is not seen with the case again: %v", w.Kind, err)
			}
			if _, err := d.people.Get(ctx, owner, other.ID); err != nil {
				t.Errorf("%s: who came with it takes no part again: %v", w.Kind, err)
			}
			if _, err := d.UndoLeave(ctx, owner, w.Kind, w.ID, undo); !errors.Is(err, fault.KindConflict) {
				t.Errorf("%s: taken back twice: %v", w.Kind, err)
			}
			if w.Kind == intake.KindComplaint {
				complaint = w.ID
			}
		}
		f, err := d.Complaint(ctx, worker, complaint)
		if err != nil || f.Record.Status != "resolved" || f.Record.Outcome != "joined" || f.Record.Answer != "担当が伺います" || f.Record.RespondedAt == 0 {
			t.Errorf("the complaint: %+v %v", f.Record, err)
		}
	})
}

// TestLentPapersLeave: what a referral lent to the case goes with it, but for
// what somebody looked at there; taken back, it is lent again.
func TestLentPapersLeave(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, owner := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker)
		d.Documents = document.New(d.run, file.New(d.data, d.run.Vault, d.clock))
		d.Documents.Sees[intake.KindReferral] = intake.SeesReferral
		d.Documents.Sees["case"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return true, nil }
		p, err := d.people.Create(ctx, owner, osamu())
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.cases.Open(ctx, owner, cases.OpenInput{Person: p.ID, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		x, err := d.ReceiveReferral(ctx, worker, intake.InboundInput{Source: "港南病院", Client: "丸山 修", Need: "退院後の住まい", Channel: "fax"})
		if err != nil {
			t.Fatal(err)
		}
		for _, title := range []string{"診断書", "紹介状"} {
			f, err := d.Documents.Upload(ctx, worker, title+".pdf", "application/pdf", strings.NewReader("%PDF-1.4\n%%EOF\n"))
			if err == nil {
				_, err = d.Documents.Create(ctx, worker, document.Input{Title: title, OwnerKind: intake.KindReferral, Owner: x.ID, File: f.ID})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		there := func() (titles []string) {
			t.Helper()
			list, err := d.Documents.List(ctx, owner, "case", c.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, y := range list {
				titles = append(titles, y.Title)
			}
			slices.Sort(titles)
			return titles
		}
		if _, err := d.JoinReferral(ctx, worker, x.ID, intake.JoinInput{Case: c.ID, Person: p.ID, Version: x.Version, Answer: "受け入れます"}); err != nil {
			t.Fatal(err)
		}
		lent, err := d.Documents.List(ctx, owner, "case", c.ID)
		if err != nil || len(lent) != 2 {
			t.Fatalf("lent: %+v %v", lent, err)
		}
		if _, err := d.Documents.Step(ctx, owner, lent[0].ID, "accept", document.StepInput{Version: 1}); err != nil {
			t.Fatal(err)
		}
		looked := []string{lent[0].Title}
		f, err := d.Referral(ctx, owner, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		out, err := d.Leave(ctx, owner, intake.KindReferral, x.ID, intake.LeaveInput{Case: c.ID, Reason: "別の人のこと", Version: f.Record.Version})
		if err != nil || !slices.Equal(there(), looked) {
			t.Fatalf("of the case after it left: %v, %v", there(), err)
		}
		if _, err := d.UndoLeave(ctx, owner, intake.KindReferral, x.ID, intake.UndoLeaveInput{Undo: out.Undo, Version: out.Version}); err != nil {
			t.Fatal(err)
		}
		if got := there(); !slices.Equal(got, []string{"紹介状", "診断書"}) {
			t.Errorf("of the case once it is back: %v", got)
		}
	})
}

// TestDecidedStays: an application is not taken out of the case in which
// something it asks for was decided.
func TestDecidedStays(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, owner := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Caseworker)
		p, err := d.people.Create(ctx, owner, osamu())
		if err != nil {
			t.Fatal(err)
		}
		x, err := d.Apply(ctx, worker, intake.ApplicationInput{Person: p.ID, Channel: "counter", Items: []intake.ItemInput{{Label: "家賃"}, {Label: "食料"}}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.JoinApplication(ctx, worker, x.ID, intake.JoinInput{Open: &intake.OpenInput{Kind: "housing"}, Version: x.Version})
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Application(ctx, worker, x.ID)
		if err == nil {
			_, err = op.Do(ctx, d.run, owner, "decide", nil, func(tx *op.Tx) (intake.Item, error) {
				return intake.Decide(tx, f.Items[0].ID, true, "要件を満たす")
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Leave(ctx, worker, intake.KindApplication, x.ID, intake.LeaveInput{Case: got.Case, Reason: "別の人", Version: f.Record.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("left: %v", err)
		}
	})
}
