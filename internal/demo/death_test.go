package demo_test

import (
	"log/slog"
	"slices"
	"testing"

	"kizuna/internal/demo"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
	"kizuna/internal/server"
)

// running counts, by what it is, what goes on for a person and has to stop when they die.
var running = map[string]string{
	"benefit assignments":    "SELECT COUNT(*) FROM benefit_assignment WHERE person = ? AND status IN ('proposed', 'approved', 'active', 'waitlisted', 'suspended')",
	"places in programs":     "SELECT COUNT(*) FROM program_enrolment WHERE person = ? AND status IN ('applied', 'waitlisted', 'in_progress')",
	"looks at benefits":      "SELECT COUNT(*) FROM recertification WHERE person = ? AND status IN ('due', 'in_progress')",
	"referrals that ask":     "SELECT COUNT(*) FROM referral WHERE person = ? AND status IN ('draft', 'sent')",
	"invitations":            "SELECT COUNT(*) FROM invitation i JOIN referral r ON r.id = i.referral WHERE r.person = ? AND i.status IN ('sent', 'viewed', 'requested')",
	"places in sessions":     "SELECT COUNT(*) FROM session_enrolment e JOIN session s ON s.id = e.session WHERE e.person = ? AND e.status = 'enrolled' AND s.status = 'scheduled' AND s.on_date > '2026-11-24'",
	"payouts that come":      "SELECT COUNT(*) FROM payout WHERE person = ? AND status IN ('planned', 'approved') AND due_on > '2026-11-24' AND batch IS NULL",
	"tasks of the person":    "SELECT COUNT(*) FROM plan_task WHERE person = ? AND status IN ('open', 'in_progress')",
	"plans to be looked at":  "SELECT COUNT(*) FROM plan_review w JOIN care_plan p ON p.id = w.plan WHERE p.person = ? AND w.status = 'due'",
	"cases that do not know": "SELECT COUNT(*) FROM case_file c WHERE c.person = ? AND c.status IN ('open', 'paused') AND NOT EXISTS (SELECT 1 FROM case_prompt p WHERE p.case_id = c.id AND p.kind = 'cases.prompt.died' AND p.status = 'open')",
}

// rare is what the demo has none of; the rooms' own tests stop those.
var rare = []string{"looks at benefits", "payouts that come"}

// TestADeathStopsEverything records the death of everybody in the demo for whom something goes on: nothing does
// afterwards. Then the record is corrected for one of them: their cases are told, once.
func TestADeathStopsEverything(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), BaseURL: "https://kizuna.test", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		if _, err := demo.Make(t.Context(), srv, t.TempDir(), demo.Options{Lang: text.JA}); err != nil {
			t.Fatal(err)
		}
		room, chief := srv.Rooms.People, kizunatest.Staff(access.Supervisor)
		chief.Wide = true
		count := func(what string, of db.ID) (n int) {
			t.Helper()
			read(t, d, func(q db.Q) (err error) {
				n, err = db.One[int](q, running[what], of)
				return err
			})
			return n
		}
		var living []people.Person
		read(t, d, func(q db.Q) (err error) {
			living, err = db.All[people.Person](q, "SELECT "+db.Columns[people.Person]("p")+" FROM person p WHERE p.status = 'active' AND p.died_on = '' AND EXISTS (SELECT 1 FROM case_file c WHERE c.person = p.id) ORDER BY p.id")
			return err
		})
		before := map[string]int{}
		for i, p := range living {
			for what := range running {
				before[what] += count(what, p.ID)
			}
			if living[i], err = room.RecordDeath(t.Context(), chief, p.ID, p.Version, "2026-11-24"); err != nil {
				t.Fatalf("%s: %v", p.Name, err)
			}
			for what := range running {
				if n := count(what, p.ID); n > 0 {
					t.Errorf("%s died, and there are %d %s", p.Name, n, what)
				}
			}
		}
		t.Logf("%d died; before: %v", len(living), before)
		for what := range running {
			if before[what] == 0 && !slices.Contains(rare, what) {
				t.Errorf("the demo has no %s to stop", what)
			}
		}
		p, asked := living[0], func(kind string) (n int) {
			t.Helper()
			read(t, d, func(q db.Q) (err error) {
				n, err = db.One[int](q, "SELECT COUNT(*) FROM case_prompt p JOIN case_file c ON c.id = p.case_id WHERE c.person = ? AND p.kind = ? AND p.status = 'open'", living[0].ID, kind)
				return err
			})
			return n
		}
		if p, err = room.CorrectDeath(t.Context(), chief, p.ID, people.DeathCorrection{Reason: "同じ名前の別の人でした", Version: p.Version}); err != nil || p.DiedOn != "" {
			t.Fatalf("correcting: %q, %v", p.DiedOn, err)
		}
		if n, told := asked("cases.prompt.death_corrected"), asked("cases.prompt.died"); n == 0 || told > 0 {
			t.Errorf("%d cases are asked to look, %d are told still that the person died", n, told)
		}
		if p, err = room.RecordDeath(t.Context(), chief, p.ID, p.Version, "2026-11-23"); err != nil {
			t.Fatal(err)
		}
		if _, err = room.CorrectDeath(t.Context(), chief, p.ID, people.DeathCorrection{DiedOn: "2026-11-22", Reason: "日を間違えました", Version: p.Version}); err != nil {
			t.Fatal(err)
		}
		if n := asked("cases.prompt.died"); n == 0 || n != asked("cases.prompt.death_corrected") {
			t.Errorf("after a wrong day: %d cases are told, %d asked to look", n, asked("cases.prompt.death_corrected"))
		}
		kizunatest.Intact(t, srv.Run)
	})
}
