package server_test

import (
	"fmt"
	"kizuna/internal/ground/db"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// mostStatements is how many statements a first page may take, the sign-in and the frame included.
const mostStatements = 13

var firstPages = map[string]string{
	"caseworker": "/desk", "supervisor": "/desk", "intake_worker": "/desk", "program_manager": "/desk", "finance_officer": "/desk", "auditor": "/desk",
	"administrator": "/admin", "provider_manager": "/portal", "provider_staff": "/portal", "resident": "/my", "nobody": "/public",
}

// work gives the sample's caseworker cases with tasks.
func (s *sample) work(n int) []cases.Case {
	s.t.Helper()
	ctx, a := s.t.Context(), s.as("caseworker").actor
	var out []cases.Case
	for i := range n {
		p, err := s.srv.Rooms.People.Create(ctx, a, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: "丸山", Given: fmt.Sprintf("修%d", i)}}})
		s.must(err)
		c, err := s.srv.Rooms.Cases.Open(ctx, a, cases.OpenInput{Person: p.ID, Kind: "housing", DueOn: calendar.Date("2026-11-20").AddDays(i), Risk: "medium"})
		s.must(err)
		_, err = s.srv.Rooms.Tasks.Create(ctx, a, task.Input{Title: fmt.Sprintf("家賃証明を確認する %d", i), Due: "2026-11-24", Assignee: a.ID, OwnerKind: "case", Owner: c.ID})
		s.must(err)
		out = append(out, c)
	}
	return out
}

// TestFirstPages opens every audience's first page in both languages, with work in it, and counts
// what it costs.
func TestFirstPages(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		s.work(20)
		for name, page := range firstPages {
			for _, lang := range []string{"ja", "en"} {
				w := s.ask(s.as(name), "GET", page+"?lang="+lang, "")
				if w.Code != 200 || !strings.Contains(w.Body.String(), `<html lang="`+lang+`"`) {
					t.Errorf("%s %s in %s: %d", name, page, lang, w.Code)
				}
			}
			statements, trips := s.cost(s.as(name), page)
			if statements > mostStatements {
				t.Errorf("%s %s takes %d statements in %d trips, at most %d", name, page, statements, trips, mostStatements)
			}
		}
	})
}

// TestDeskAsksWhatIsDue looks at a caseworker's day: figures, the worklist in the order of its due
// dates, tasks with their case, and a page that goes on.
func TestDeskAsksWhatIsDue(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		list := s.work(20)
		s.must(s.prompt(list[3]))
		page := s.ask(s.as("caseworker"), "GET", "/desk?lang=ja", "").Body.String()
		for _, want := range []string{"おはようございます、見本さん", "2026年（令和8年）11月24日（火）", "4日遅れ", "本日", "家賃証明を確認する 0", "丸山 修3さん：", "受領", `href="/desk/cases/` + list[0].ID.String(), list[0].Number, "住まい", "中リスク"} {
			if !strings.Contains(page, want) {
				t.Errorf("the first page does not say %s", want)
			}
		}
		if first, second := strings.Index(page, list[0].ID.String()), strings.Index(page, list[1].ID.String()); first > second {
			t.Error("the case due first does not stand first")
		}
		next := regexp.MustCompile(`href="(/desk\?after=[^"]+)"`).FindStringSubmatch(page)
		if next == nil {
			t.Fatal("the worklist does not go on")
		}
		if second := s.ask(s.as("caseworker"), "GET", strings.ReplaceAll(next[1], "&amp;", "&"), "").Body.String(); !strings.Contains(second, list[19].ID.String()) {
			t.Error("the next page does not have the last case")
		}
		if other := s.ask(s.as("caseworker:other"), "GET", "/desk?all=true", "").Body.String(); strings.Contains(other, list[0].Number) {
			t.Error("another team's worklist shows the case")
		}
	})
}

// prompt asks for something on a case.
func (s *sample) prompt(c cases.Case) error {
	_, err := s.srv.Rooms.Cases.Step(s.t.Context(), s.as("supervisor").actor, c.ID, "transfer", cases.StepInput{Version: c.Version, Receiver: "港南市 福祉課", Reason: "転居"})
	return err
}

// TestPortalAsksToMark gives a provider a session today: it stands in their day and in nobody
// else's.
func TestPortalAsksToMark(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		_, err := s.srv.Rooms.Delivery.Book(t.Context(), s.as("provider_staff").actor, delivery.SessionInput{Title: "ことばの教室", On: "2026-11-24", Starts: "14:00", Minutes: 60, Capacity: 6})
		s.must(err)
		for lang, wants := range map[string][]string{"ja": {"ことばの教室", "14:00", "回答待ちの紹介"}, "en": {"ことばの教室", "Referrals to answer", "Sessions to mark"}} {
			page := s.ask(s.as("provider_manager"), "GET", "/portal?lang="+lang, "").Body.String()
			for _, want := range wants {
				if !strings.Contains(page, want) {
					t.Errorf("the first page in %s does not say %s", lang, want)
				}
			}
		}
		if page := s.ask(s.as("provider_manager:other"), "GET", "/portal", "").Body.String(); strings.Contains(page, "ことばの教室") {
			t.Error("another provider sees the session")
		}
	})
}

// TestTicks ticks a task on the first page and takes the tick back.
func TestTicks(t *testing.T) {
	s := newSample(t, kizunatest.Engines(t)[0])
	a := s.as("caseworker")
	s.work(1)
	page := s.ask(a, "GET", "/desk", "").Body.String()
	post := regexp.MustCompile(`action="(/desk/tasks/[^"]+/complete)"`).FindStringSubmatch(page)
	if post == nil {
		t.Fatal("no task to tick")
	}
	if w := s.ask(s.as("caseworker:other"), "POST", post[1], ""); w.Code != 404 {
		t.Errorf("somebody else's task: %d", w.Code)
	}
	if w := s.ask(a, "POST", post[1], "to=%2Fdesk%2Ftasks"); w.Code != 303 || w.Header().Get("Location") != "/desk/tasks" {
		t.Errorf("tick: %d %s", w.Code, w.Header().Get("Location"))
	}
	if page := s.ask(a, "GET", "/desk/tasks", "").Body.String(); strings.Contains(page, "家賃証明") {
		t.Error("the ticked task is still to be done")
	}
	if w := s.ask(a, "POST", strings.Replace(post[1], "complete", "reopen", 1), "to=https%3A%2F%2Felsewhere.example"); w.Code != 303 || w.Header().Get("Location") != "/desk" {
		t.Errorf("back: %d %s", w.Code, w.Header().Get("Location"))
	}
	w := s.ask(a, "POST", "/desk/tasks", "title=%E9%9B%BB%E8%A9%B1&due=2026-11-25&to=%2Fdesk")
	if w.Code != 303 || !strings.Contains(s.ask(a, "GET", "/desk", "").Body.String(), "電話") {
		t.Errorf("new task: %d", w.Code)
	}
	if w := s.ask(a, "POST", "/desk/tasks", "title="); w.Code != 422 {
		t.Errorf("a task without a title: %d", w.Code)
	}
}

// TestResidentSeesWhoLookedByRole opens a resident's record as staff: the resident is told the day
// and the role, never the name, and nothing of what is not their own record.
func TestResidentSeesWhoLookedByRole(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		reads := s.srv.Run.Reads
		s.must(reads.Note(t.Context(), s.as("caseworker").actor, "opened", "person", s.person["osamu"], ""))
		s.must(reads.Note(t.Context(), s.as("auditor").actor, "opened", "complaint", s.person["osamu"], ""))
		s.must(reads.Note(t.Context(), s.as("supervisor").actor, "opened", "person", s.person["fumi"], ""))
		page := s.ask(s.as("resident"), "GET", "/my?lang=ja", "").Body.String()
		if !strings.Contains(page, "担当のケースワーカー") || !strings.Contains(page, "2026年11月24日") {
			t.Error("the page does not say that a caseworker looked")
		}
		for _, not := range []string{"見本 caseworker", "監査の担当者", "係長・課長"} {
			if strings.Contains(page, not) {
				t.Errorf("the page says %s", not)
			}
		}
	})
}

// TestNavigationFollowsTheRoutes asks that every place in the navigation of every role can be
// opened by it, and that nothing is offered twice.
func TestNavigationFollowsTheRoutes(t *testing.T) {
	s := newSample(t, kizunatest.Engines(t)[0])
	link := regexp.MustCompile(`href="(/[^"#]*)"`)
	for name, page := range firstPages {
		body := s.ask(s.as(name), "GET", page, "").Body.String()
		seen := map[string]bool{}
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			where := strings.ReplaceAll(m[1], "&amp;", "&")
			if seen[where] || strings.HasPrefix(where, "/assets/") {
				continue
			}
			seen[where] = true
			if w := s.ask(s.as(name), "GET", where, ""); w.Code != 200 && w.Code != 303 {
				t.Errorf("%s is offered %s and gets %d", name, where, w.Code)
			}
		}
	}
}

// TestSeveralRolesHaveSeveralDoors signs in somebody who sets up and looks over.
func TestSeveralRolesHaveSeveralDoors(t *testing.T) {
	s := newSample(t, kizunatest.Engines(t)[0])
	page := s.ask(s.as("auditor"), "GET", "/desk?lang=ja", "").Body.String()
	if !strings.Contains(page, "設定の画面へ") {
		t.Error("an auditor is not shown the other door")
	}
	if page := s.ask(s.as("auditor"), "GET", "/admin", "").Body.String(); !strings.Contains(page, "窓口の画面へ") {
		t.Error("there is no way back")
	}
	if page := s.ask(s.as("caseworker"), "GET", "/desk", "").Body.String(); strings.Contains(page, "設定の画面へ") {
		t.Error("a caseworker is shown the door to set-up")
	}
	if page := s.ask(s.as("resident"), "GET", "/my", "").Body.String(); !strings.Contains(page, "data-exit") || !strings.Contains(page, `data-idle="1800"`) {
		t.Error("a resident's page has no way out in a hurry, or does not say when it ends")
	}
}

// TestADeathReachesTheBereaved records a death by the page: the worker of the widower's case reads it
// on the case and at home, in both languages, until a need is recorded.
func TestADeathReachesTheBereaved(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		a, ctx := s.as("caseworker"), t.Context()
		list := s.work(1)
		wife, err := s.srv.Rooms.People.Create(ctx, a.actor, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: "丸山", Given: "花"}}})
		s.must(err)
		_, err = s.srv.Rooms.People.Relate(ctx, a.actor, people.Relationship{Person: list[0].Person, Other: wife.ID, Kind: "spouse"})
		s.must(err)
		if w := s.ask(a, "POST", "/desk/persons/"+wife.ID.String()+"/record_death", fmt.Sprintf("died_on=2026-11-20&version=%d", wife.Version)); w.Code != 303 {
			t.Fatalf("recording the death: %d %s", w.Code, w.Body)
		}
		says := func(page, lang string, want bool) {
			t.Helper()
			words := map[string]string{"ja": "配偶者の丸山 花さんが2026年11月20日に亡くなりました", "en": "丸山 花 (Spouse) died on "}
			if got := s.ask(a, "GET", page+"?lang="+lang, "").Body.String(); strings.Contains(got, words[lang]) != want {
				t.Errorf("%s in %s says %q: %v, want %v", page, lang, words[lang], !want, want)
			}
		}
		at := "/desk/cases/" + list[0].ID.String()
		for _, lang := range []string{"ja", "en"} {
			says("/desk", lang, true)
			says(at, lang, true)
		}
		if statements, _ := s.cost(a, "/desk"); statements > mostStatements {
			t.Errorf("the first page takes %d statements", statements)
		}
		s.notDead(a, wife.ID)
		says("/desk", "ja", false)
		says(at, "ja", false)
		if w := s.ask(a, "POST", "/desk/persons/"+wife.ID.String()+"/record_death", fmt.Sprintf("died_on=2026-11-20&version=%d", wife.Version+2)); w.Code != 303 {
			t.Fatalf("recording the death after all: %d %s", w.Code, w.Body)
		}
		says("/desk", "ja", true)
		says(at, "ja", true)
		form := s.ask(a, "GET", "/desk/needs/new?case_id="+list[0].ID.String()+"&person_id="+list[0].Person.String(), "")
		if form.Code != 200 || !strings.Contains(form.Body.String(), list[0].Person.String()) {
			t.Errorf("the way to record a need: %d", form.Code)
		}
		if w := s.ask(a, "POST", "/desk/needs", "case_id="+list[0].ID.String()+"&person_id="+list[0].Person.String()+"&kind=mental_health&severity=high&detail=x"); w.Code != 303 {
			t.Fatalf("recording a need: %d %s", w.Code, w.Body)
		}
		says("/desk", "ja", false)
		says(at, "ja", false)
	})
}

// notDead takes back the record of a death that somebody made, by the page: it is a supervisor's to do, with a reason.
func (s *sample) notDead(by *visitor, person db.ID) {
	s.t.Helper()
	at := "/desk/persons/" + person.String() + "/correct_death"
	if w := s.ask(by, "POST", at, "reason=x&version=2"); w.Code != 403 && w.Code != 404 {
		s.t.Errorf("a caseworker corrects a death: %d", w.Code)
	}
	chief := s.as("supervisor")
	if w := s.ask(chief, "GET", at, ""); w.Code != 200 {
		s.t.Errorf("the page to correct a death: %d", w.Code)
	}
	if w := s.ask(chief, "POST", at, "version=2"); w.Code != 422 {
		s.t.Errorf("correcting a death without a reason: %d", w.Code)
	}
	if w := s.ask(chief, "POST", at, "reason=%E5%88%A5%E3%81%AE%E4%BA%BA&version=2"); w.Code != 303 {
		s.t.Fatalf("correcting a death: %d %s", w.Code, w.Body)
	}
}

// TestDeskAsksToCompareAndApprove: offers that came and cases that are late stand among what needs
// the caseworker now, within the statements of a first page; nobody else is asked.
func TestDeskAsksToCompareAndApprove(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		list := s.work(3)
		s.offered(list[0])
		a := s.as("caseworker")
		for lang, wants := range map[string][]string{
			"ja": {"丸山 修0さん：家事の支援の承認要請が1件", "比較して承認", "最短の開始日は", "1,500", "期限を過ぎたケースが2件あります", "確認する"},
			"en": {"one offer for “家事の支援”", "Compare and approve", "2 cases are overdue", "Look at them"},
		} {
			page := s.ask(a, "GET", "/desk?lang="+lang, "").Body.String()
			for _, want := range wants {
				if !strings.Contains(page, want) {
					t.Errorf("the first page in %s does not say %s", lang, want)
				}
			}
			if n := strings.Count(page, "家事の支援"); n != 1 {
				t.Errorf("the offer is told %d times", n)
			}
		}
		if statements, trips := s.cost(a, "/desk"); statements > mostStatements {
			t.Errorf("the first page takes %d statements in %d trips", statements, trips)
		}
		for _, other := range []string{"caseworker:team", "caseworker:other"} {
			if page := s.ask(s.as(other), "GET", "/desk", "").Body.String(); strings.Contains(page, "家事の支援") {
				t.Errorf("%s is asked to compare", other)
			}
		}
	})
}

// offered asks the sample's provider for help in a case and lets it offer.
func (s *sample) offered(c cases.Case) {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("caseworker").actor, s.srv.Rooms.Referrals
	x, err := room.Draft(ctx, a, referral.NeedInput{Case: c.ID, Title: "家事の支援", Units: ledger.Units(8), Unit: "session", From: "2026-12-01", Until: "2027-03-31"})
	s.must(err)
	x, err = room.Choose(ctx, a, x.ID, referral.ChooseInput{Invitees: []referral.Invitee{{Provider: s.provider["midori"]}}, Version: x.Version})
	s.must(err)
	x, err = room.Cover(ctx, a, x.ID, referral.CoverInput{Fields: []string{"name"}, Basis: consent.ByLaw, Provision: "生活困窮者自立支援法 第9条", Summary: "片付かない", Goals: "暮らしを整える", Version: x.Version})
	s.must(err)
	x, err = room.Send(ctx, a, x.ID, referral.SendInput{Version: x.Version})
	s.must(err)
	f, err := room.Get(ctx, a, x.ID)
	s.must(err)
	staff := s.as("provider_manager").actor
	o, err := room.Open(ctx, staff, f.Invitations[0].ID)
	s.must(err)
	_, err = room.RequestAuthorization(ctx, staff, o.Invitation.ID, referral.OfferInput{FirstDate: "2026-12-03", Units: ledger.Units(8), Unit: "session", Price: ledger.Yen(1500), Practitioner: "相談員", Version: o.Invitation.Version})
	s.must(err)
}
