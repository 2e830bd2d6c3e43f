package intake_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

const clinic = "見本クリニック 相談室"

func fromClinic() intake.InboundInput {
	return intake.InboundInput{Source: clinic, ContactPerson: "見本 道子", SourcePhone: "045-000-2222", Channel: "fax", Client: "黒田 明", ClientKana: "クロダ アキラ",
		ClientBirth: "1952-03-03", ClientPhone: "080-0000-3333", ClientAddress: "みなと市大岡2-8", ClientLanguage: "ja", Need: "退院後の住まい\n一人暮らしに戻る",
		Kind: "housing", Agreed: "yes", TellBack: "all"}
}

func (d desk) take(a access.Actor, in intake.InboundInput) intake.ReceivedReferral {
	d.t.Helper()
	x, err := d.TakeReferral(ctx, a, "desk", in)
	if err != nil {
		d.t.Fatal(err)
	}
	return x
}

func (d desk) asks(receipt string) intake.Progress {
	d.t.Helper()
	p, err := d.ByReceipt(ctx, receipt)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (d desk) disclosed(person db.ID) (list []consent.Disclosure) {
	d.t.Helper()
	err := d.data.Read(ctx, func(q *db.Reader) (err error) {
		list, err = consent.Disclosures(q, person)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// TestTheSourceLearnsWhatTheClientAllows follows a referral to its case, and
// what its source is told on the way.
func TestTheSourceLearnsWhatTheClientAllows(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		for _, x := range []struct {
			tell    string
			outcome bool
			answer  string
		}{{"closed", false, ""}, {"outcome", true, ""}, {"all", true, "引き受けました"}} {
			in := fromClinic()
			in.TellBack = x.tell
			got := d.take(worker, in)
			if p := d.asks(got.ReceiptNumber); p.Stage != "received" || p.Outcome != "" {
				t.Fatalf("%s: new is told as %+v", x.tell, p)
			}
			joined, err := d.JoinReferral(ctx, worker, got.ID, intake.JoinInput{RegisterNamed: true, Open: &intake.OpenInput{}, Answer: "引き受けました", Version: got.Version})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second look is no second telling
				p := d.asks(got.ReceiptNumber)
				if p.Stage != "finished" || (p.Outcome == "accepted") != x.outcome || p.Answer != x.answer {
					t.Fatalf("%s: told %+v", x.tell, p)
				}
			}
			list := d.disclosed(joined.Person)
			if (len(list) == 1) != x.outcome {
				t.Fatalf("%s: %d disclosures", x.tell, len(list))
			}
			if x.outcome && (list[0].Basis != consent.ByConsent || list[0].RecipientName != clinic || list[0].Consent.IsZero()) {
				t.Fatalf("%s: disclosed %+v", x.tell, list[0])
			}
		}
	})
}

// TestAWithdrawnConsentIsHeeded takes back what was agreed to; so does
// protecting the person.
func TestAWithdrawnConsentIsHeeded(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, boss := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Supervisor)
		boss.Teams = worker.Teams
		agreements := consent.New(d.run)
		accepted := func() (intake.ReceivedReferral, intake.Joined) {
			got := d.take(worker, fromClinic())
			joined, err := d.JoinReferral(ctx, worker, got.ID, intake.JoinInput{RegisterNamed: true, Open: &intake.OpenInput{}, Version: got.Version})
			if err != nil {
				t.Fatal(err)
			}
			return got, joined
		}
		got, joined := accepted()
		f, err := agreements.Of(ctx, worker, joined.Person)
		if err != nil || len(f.Consents) != 1 {
			t.Fatalf("consents: %+v, %v", f.Consents, err)
		}
		if _, err := agreements.Withdraw(ctx, worker, f.Consents[0].ID, consent.WithdrawInput{Reason: "本人の希望", Version: f.Consents[0].Version}); err != nil {
			t.Fatal(err)
		}
		if p := d.asks(got.ReceiptNumber); p.Outcome != "" {
			t.Errorf("told although withdrawn: %+v", p)
		}
		x, err := d.Referral(ctx, worker, got.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.ReferralStep(ctx, worker, got.ID, "tell", intake.InboundAnswer{Channel: "phone", Told: "outcome", Version: x.Record.Version})
		if !errors.Is(err, fault.KindInvalid) {
			t.Errorf("told by telephone although withdrawn: %v", err)
		}

		got, joined = accepted()
		card := d.card(worker, joined.Person)
		if _, err := d.people.Restrict(ctx, boss, joined.Person, card.Version, "避難中"); err != nil {
			t.Fatal(err)
		}
		if p := d.asks(got.ReceiptNumber); p.Outcome != "" {
			t.Errorf("told of a protected person: %+v", p)
		}
	})
}

func (d desk) card(a access.Actor, id db.ID) people.Person {
	d.t.Helper()
	f, err := d.people.Get(ctx, a, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return f.Person
}

// TestADeclinedReferral says why in words and code, is told, and is looked at
// again.
func TestADeclinedReferral(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, boss := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Supervisor)
		boss.Teams = worker.Teams
		got := d.take(worker, fromClinic())
		_, err := d.ReferralStep(ctx, worker, got.ID, "send_elsewhere", intake.InboundAnswer{Version: got.Version})
		f, ok := fault.As(err)
		if !ok || len(f.Fields) != 2 {
			t.Errorf("sent nowhere for no reason: %v", err)
		}
		x, err := d.ReferralStep(ctx, worker, got.ID, "send_elsewhere", intake.InboundAnswer{Grounds: "out_of_area", HandedTo: "港南市 相談窓口", Version: got.Version})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ReferralStep(ctx, worker, got.ID, "decline", intake.InboundAnswer{Grounds: "other", Answer: "x", Version: got.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy: %v", err)
		}
		if p := d.asks(got.ReceiptNumber); p.Outcome != "sent_elsewhere" || p.SentTo != "港南市 相談窓口" {
			t.Errorf("told %+v", p)
		}
		x2, err := d.Referral(ctx, worker, got.ID)
		if err != nil || x2.Record.Told != "all" || x2.Record.ToldBy != "receipt" || x2.Record.Version == x.Version {
			t.Fatalf("the telling is not kept: %+v, %v", x2.Record, err)
		}
		renewed, err := d.GiveReceipt(ctx, worker, got.ID, x2.Record.Version)
		if err != nil || renewed.Receipt == got.ReceiptNumber {
			t.Fatalf("a new receipt: %+v, %v", renewed, err)
		}
		if _, err := d.ByReceipt(ctx, got.ReceiptNumber); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the old receipt still tells: %v", err)
		}
		if p := d.asks(renewed.Receipt); p.Outcome != "sent_elsewhere" {
			t.Errorf("the new receipt: %+v", p)
		}
		x2.Record.Version = renewed.Version
		again, err := d.ReferralStep(ctx, boss, got.ID, "reopen", intake.InboundAnswer{Reason: "転入した", Version: x2.Record.Version})
		if err != nil || again.Status != "in_review" || again.SentTo != "" || again.ToldAt != 0 {
			t.Fatalf("reopened: %+v, %v", again, err)
		}
	})
}

// TestALinkIsUsedOnce sends by a link, and by those that cannot be used.
func TestALinkIsUsedOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		link := func(days int) intake.MadeLink {
			x, err := d.MakeLink(ctx, worker, intake.LinkInput{Source: clinic, Days: days})
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		shut := func(what, token string) {
			t.Helper()
			if _, err := d.OpenLink(ctx, token); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s opens: %v", what, err)
			}
			in := fromClinic()
			_, err := d.SendByLink(ctx, token, in, intake.Papers{})
			f, ok := fault.As(err)
			if !ok || f.Kind != fault.KindInvalid || len(f.Fields) != 1 || f.Fields[0].Key != "intake.fault.link" {
				t.Errorf("%s sends: %v", what, err)
			}
		}
		first := link(7)
		if len(first.Secret) != 26 || bytes.Contains(first.Token, []byte(first.Secret)) {
			t.Fatalf("token %q", first.Secret)
		}
		who, err := d.OpenLink(ctx, "https://example.jp/public/refer/"+strings.ToLower(first.Secret))
		if err != nil || who.Name != clinic {
			t.Fatalf("opened: %+v, %v", who, err)
		}
		in := fromClinic()
		in.Person, in.Source = db.NewID(), "別の名前" // neither is for somebody outside to say
		sent, err := d.SendByLink(ctx, first.Secret, in, intake.Papers{})
		if err != nil || sent.Receipt == "" {
			t.Fatalf("sent: %+v, %v", sent, err)
		}
		f, err := d.Referral(ctx, worker, sent.ID)
		if err != nil || f.Record.Source != clinic || !f.Record.Person.IsZero() || f.Record.Came != "link" || f.Record.Link != first.ID {
			t.Fatalf("received: %+v, %v", f.Record, err)
		}
		shut("a used link", first.Secret)
		shut("a wrong link", strings.Repeat("A", 26))
		shut("no link", "")

		second := link(1)
		if _, err := d.RevokeLink(ctx, worker, second.ID, second.Version); err != nil {
			t.Fatal(err)
		}
		shut("a revoked link", second.Secret)
		third := link(1)
		d.clock.Advance(25 * time.Hour)
		shut("an old link", third.Secret)

		list, err := d.Links(ctx, worker, db.ID{}, 10)
		if err != nil || len(list) != 3 || list[0].Stands != "expired" || list[1].Stands != "revoked" || list[2].Stands != "used" {
			t.Errorf("links: %+v, %v", list, err)
		}
		stranger := kizunatest.Staff(access.Caseworker)
		if list, err := d.Links(ctx, stranger, db.ID{}, 10); err != nil || len(list) != 0 {
			t.Errorf("another team sees %d links, %v", len(list), err)
		}
		if _, err := d.RevokeLink(ctx, stranger, third.ID, third.Version); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team revokes: %v", err)
		}
	})
}

// TestAListOfReferrals looks a list through, takes it, and takes nothing twice.
func TestAListOfReferrals(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		if _, err := d.people.Create(ctx, worker, osamu()); err != nil {
			t.Fatal(err)
		}
		file := "氏名,フリガナ,生年月日,困りごと,分野,急ぎ,同意,結果連絡,整理番号\n" +
			"丸山 修,マルヤマ オサム,昭和43年4月12日,家賃,住まい,はい,あり,結果のみ,R-1\n" +
			"新見 花,ニイミ ハナ,1990-01-02,就労,,,,,R-2\n" +
			"新見 花,ニイミ ハナ,1990-01-02,就労,,,,,R-2\n" +
			"無用 太郎,,2999-01-01,,,,,,R-4\n"
		bring := func() intake.ListView {
			l, err := d.BringList(ctx, worker, intake.ListInput{Source: clinic}, strings.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			v, err := d.ListOf(ctx, worker, l.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		states := func(v intake.ListView) (out string) {
			for _, x := range v.Rows {
				out += x.State + " "
			}
			return out
		}
		v := bring()
		if states(v) != "alike fresh repeat fault " || len(v.Rows[3].Faults) != 2 || !strings.Contains(v.Rows[0].Alike[0], "丸山") {
			t.Fatalf("looked through: %s %+v", states(v), v.Rows)
		}
		if q, err := d.List(ctx, worker, intake.Triage{}); err != nil || len(q.Rows) != 0 {
			t.Fatalf("looking made %d, %v", len(q.Rows), err)
		}
		if _, err := d.ListStep(ctx, worker, v.ID, "take", v.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ListStep(ctx, worker, v.ID, "take", v.Version); !errors.Is(err, fault.KindConflict) {
			t.Errorf("taken twice: %v", err)
		}
		v, err := d.ListOf(ctx, worker, v.ID)
		if err != nil || states(v) != "taken taken repeat fault " || v.Rows[0].Need+v.Rows[0].Client != "" || v.Rows[0].Input.Client != "" {
			t.Fatalf("taken: %s %+v, %v", states(v), v.Rows, err)
		}
		f, err := d.Referral(ctx, worker, v.Rows[0].Made)
		if err != nil || !f.Record.Urgent || f.Record.MainKind != "housing" || f.Record.ClientBirth != "1968-04-12" || f.Record.TellBack != "outcome" {
			t.Fatalf("made: %+v, %v", f.Record, err)
		}
		if p := d.asks(v.Rows[1].Receipt); p.Stage != "received" {
			t.Errorf("the receipt of a row: %+v", p)
		}
		if v = bring(); states(v) != "repeat repeat repeat fault " {
			t.Errorf("brought again: %s", states(v))
		}
		if _, err := d.ListOf(ctx, kizunatest.Staff(access.IntakeWorker), v.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another's list: %v", err)
		}
		for bad, key := range map[string]string{"": "people.fault.list_empty", "氏名,住所\n見本,見本\n": "intake.fault.list_column",
			"氏名,困りごと\n" + strings.Repeat("見本,見本\n", intake.MostListed+1): "intake.fault.list_large"} {
			_, err := d.BringList(ctx, worker, intake.ListInput{Source: clinic}, strings.NewReader(bad))
			if f, ok := fault.As(err); !ok || f.Fields[0].Key != key {
				t.Errorf("%.20q: %v", bad, err)
			}
		}
	})
}

// TestTheSameReferenceIsTakenOnce answers what is sent again with what it
// became, to those who see it.
func TestTheSameReferenceIsTakenOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		in := fromClinic()
		in.Reference = "Ｋ-１７"
		first := d.take(worker, in)
		in.Reference = "k-17"
		if again := d.take(worker, in); again.ID != first.ID || !again.Repeated || again.ReceiptNumber != "" {
			t.Errorf("again: %+v", again)
		}
		if _, err := d.TakeReferral(ctx, kizunatest.Staff(access.Caseworker), "api", in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("another team sends it again: %v", err)
		}
	})
}

// TestWhatAReferralNeeds says each fault at its field.
func TestWhatAReferralNeeds(t *testing.T) {
	for at, edit := range map[string]func(in *intake.InboundInput){
		"/source":          func(in *intake.InboundInput) { in.Source = "" },
		"/source_email":    func(in *intake.InboundInput) { in.SourceEmail = "michiko" },
		"/client":          func(in *intake.InboundInput) { in.Client = " " },
		"/client_birth":    func(in *intake.InboundInput) { in.ClientBirth = "2026-11-25" },
		"/client_language": func(in *intake.InboundInput) { in.ClientLanguage = "tlh" },
		"/need":            func(in *intake.InboundInput) { in.Need = "" },
		"/main_kind":       func(in *intake.InboundInput) { in.Kind = "weather" },
		"/needed_on":       func(in *intake.InboundInput) { in.NeededOn = "2026-02-30" },
		"/agreed":          func(in *intake.InboundInput) { in.Agreed = "perhaps" },
		"/tell_back":       func(in *intake.InboundInput) { in.Agreed = "no" },
		"/channel":         func(in *intake.InboundInput) { in.Channel = "pigeon" },
	} {
		in := fromClinic()
		edit(&in)
		f, ok := fault.As(in.Validate("2026-11-24"))
		if !ok || len(f.Fields) != 1 || f.Fields[0].Pointer != at {
			t.Errorf("%s: %v", at, f)
		}
	}
}

// TestNamesAreSplit registers whom a referral names.
func TestNamesAreSplit(t *testing.T) {
	p := intake.InboundReferral{Client: "黒田　明", ClientKana: "クロダ アキラ"}.Named()
	if n := p.Names[0]; n.Family != "黒田" || n.Given != "明" || n.FamilyKana != "クロダ" || n.GivenKana != "アキラ" {
		t.Errorf("%+v", n)
	}
	if p = (intake.InboundReferral{Client: "Maria Santos"}).Named(); p.Names[0].Family != "Santos" {
		t.Errorf("%+v", p.Names[0])
	}
}

// TestDueByTheDayHelpIsNeeded answers before the day of discharge begins.
func TestDueByTheDayHelpIsNeeded(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		in := fromClinic()
		usual := d.take(worker, in)
		today := usual.ReceivedAt.Date(calendar.Tokyo)
		in.NeededOn = today.AddDays(2)
		soon := d.take(worker, in)
		in.NeededOn = today
		now := d.take(worker, in)
		if !(now.DueAt < soon.DueAt && soon.DueAt < usual.DueAt) || now.DueAt < now.ReceivedAt.Add(2*time.Hour) {
			t.Errorf("due %v, %v, %v", now.DueAt, soon.DueAt, usual.DueAt)
		}
	})
}

func FuzzReadToken(f *testing.F) {
	f.Add("https://example.jp/public/refer/0123456789ABCDEFGHJKMNPQRS")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if got := intake.ReadToken(s); len(got) != 26 || intake.ReadToken(got) != got {
			t.Errorf("%q", got)
		}
	})
}

// TestListsAreListed pages through the lists that somebody brought, who alone
// sees them.
func TestListsAreListed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, other := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.IntakeWorker)
		for _, name := range []string{"丸山 修", "田島 花", "大久保 光"} {
			if _, err := d.BringList(ctx, worker, intake.ListInput{Source: "港南病院"}, strings.NewReader("氏名,困りごと\n"+name+",住まい\n")); err != nil {
				t.Fatal(err)
			}
		}
		first, err := d.Lists(ctx, worker, db.ID{}, 2)
		if err != nil || len(first) != 2 {
			t.Fatalf("%d %v", len(first), err)
		}
		rest, err := d.Lists(ctx, worker, first[1].ID, 2)
		if err != nil || len(rest) != 1 || rest[0].ID == first[0].ID || rest[0].ID == first[1].ID {
			t.Errorf("after them: %+v %v", rest, err)
		}
		if list, err := d.Lists(ctx, other, db.ID{}, 2); err != nil || len(list) != 0 {
			t.Errorf("another's: %+v %v", list, err)
		}
		if _, err := d.ListOf(ctx, other, rest[0].ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another opens it: %v", err)
		}
		if _, err := d.Lists(ctx, kizunatest.Staff(access.Caseworker), db.ID{}, 2); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("by a caseworker: %v", err)
		}
	})
}
