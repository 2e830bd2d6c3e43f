package cases_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// tie ties two people who are known to the actor.
func (d desk) tie(a access.Actor, person, other db.ID, kind string) {
	d.t.Helper()
	if _, err := d.people.Relate(ctx, a, people.Relationship{Person: person, Other: other, Kind: kind}); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) openFor(a access.Actor, person db.ID) cases.Case {
	d.t.Helper()
	c, err := d.Open(ctx, a, cases.OpenInput{Person: person, Kind: "housing"})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d desk) die(person db.ID, on calendar.Date) {
	d.t.Helper()
	d.write(func(tx *op.Tx) error { return cases.OnDeath(tx, person, on) })
}

// told is what the prompts of a case say to somebody in Japanese.
func (d desk) told(a access.Actor, c cases.Case) []string {
	d.t.Helper()
	f, err := d.Get(ctx, a, c.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, p := range f.Prompts {
		out = append(out, p.Title(text.JA, f.Persons))
	}
	return out
}

// TestADeathIsToldToThoseClose records the death of Hana: the cases of her husband, of her mother and of
// who lives with her are told as what she was to each, once; nobody else's.
func TestADeathIsToldToThoseClose(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		a := kizunatest.Staff(access.Caseworker)
		hana, husband, mother, lodger := d.person(a, "丸山", "花"), d.person(a, "丸山", "修"), d.person(a, "原", "志乃"), d.person(a, "川上", "蓮")
		boss, harmed, former, dead := d.person(a, "店長", "一"), d.person(a, "森", "葵"), d.person(a, "元", "夫"), d.person(a, "丸山", "祖母")
		d.tie(a, husband.ID, hana.ID, "spouse")
		d.tie(a, hana.ID, mother.ID, "parent")
		d.tie(a, hana.ID, boss.ID, "employer")
		d.tie(a, hana.ID, harmed.ID, "friend")
		d.tie(a, harmed.ID, hana.ID, "perpetrator")
		d.tie(a, dead.ID, hana.ID, "grandchild")
		if _, err := d.people.Relate(ctx, a, people.Relationship{Person: former.ID, Other: hana.ID, Kind: "spouse", From: "2000-01-01", Until: "2010-01-01"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.people.CreateHousehold(ctx, a, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{
			{Person: hana.ID, Leads: true}, {Person: husband.ID, Relation: "spouse"}, {Person: lodger.ID, Relation: "other"}}}); err != nil {
			t.Fatal(err)
		}
		open := map[string]cases.Case{}
		for name, p := range map[string]people.Person{"hana": hana, "husband": husband, "mother": mother, "lodger": lodger, "boss": boss, "harmed": harmed, "former": former, "dead": dead} {
			open[name] = d.openFor(a, p.ID)
		}
		closed := d.openFor(a, husband.ID)
		d.step(a, closed, "close", cases.StepInput{Ground: "refused", Reason: "不要"})
		if _, err := d.people.RecordDeath(ctx, a, dead.ID, dead.Version, "2020-01-01"); err != nil {
			t.Fatal(err)
		}
		d.die(hana.ID, "2026-11-20")
		d.die(hana.ID, "2026-11-20") // a second time there is nothing to say
		for name, want := range map[string]string{
			"husband": "配偶者の丸山 花さんが2026年11月20日に亡くなりました", "mother": "子の丸山 花さんが", "lodger": "同じ世帯の丸山 花さんが",
			"hana": "本人が2026年11月20日に亡くなりました", "boss": "", "harmed": "", "former": "", "dead": "",
		} {
			got := d.told(a, open[name])
			if want == "" && len(got) != 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], want)) {
				t.Errorf("the case of %s is told %q, want %q", name, got, want)
			}
		}
		if f, err := d.Get(ctx, a, closed.ID); err != nil || len(f.Prompts) != 0 {
			t.Errorf("a closed case is told: %+v, %v", f.Prompts, err)
		}
		// What was dismissed stays so.
		f, err := d.Get(ctx, a, open["mother"].ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Dismiss(ctx, a, f.Prompts[0].ID, f.Prompts[0].Version, ""); err != nil {
			t.Fatal(err)
		}
		d.die(hana.ID, "2026-11-20")
		if got := d.told(a, open["mother"]); len(got) != 0 {
			t.Errorf("told again after it was dismissed: %q", got)
		}
		d.write(func(tx *op.Tx) error { return cases.Consoled(tx, open["husband"].ID) })
		if got := d.told(a, open["husband"]); len(got) != 0 {
			t.Errorf("a need was recorded and it is still asked: %q", got)
		}
	})
}

// TestARestrictedDeadIsNotNamed: who may not see her reads that somebody close died, who may reads the name.
func TestARestrictedDeadIsNotNamed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		hers, his := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Caseworker)
		boss := kizunatest.Staff(access.Supervisor)
		boss.Teams = append(append(boss.Teams, hers.Teams...), his.Teams...)
		hana, osamu := d.person(hers, "丸山", "花"), d.person(his, "丸山", "修")
		d.tie(boss, osamu.ID, hana.ID, "spouse")
		d.openFor(hers, hana.ID)
		c := d.openFor(his, osamu.ID)
		if _, err := d.people.Restrict(ctx, boss, hana.ID, hana.Version, "危険"); err != nil {
			t.Fatal(err)
		}
		d.die(hana.ID, "2026-11-20")
		got := d.told(his, c)
		if len(got) != 1 || !strings.HasPrefix(got[0], "身近な方が") || strings.Contains(got[0], "花") || strings.Contains(got[0], "配偶者") {
			t.Errorf("he is told %q", got)
		}
		list, named, err := d.Prompts(ctx, his, 10)
		if err != nil || len(list) != 1 || len(named) != 0 {
			t.Errorf("prompts %+v name %+v, %v", list, named, err)
		}
		both := his
		both.ID = hers.ID // who works on both cases knows her
		if got := d.told(both, c); len(got) != 1 || !strings.Contains(got[0], "丸山 花") {
			t.Errorf("who knows her is told %q", got)
		}
	})
}

// TestTheBereavedAreFoundByIndexes asks SQLite how it finds them.
func TestTheBereavedAreFoundByIndexes(t *testing.T) {
	walk := regexp.MustCompile(`^SCAN (t|o|h|c|p)\b`)
	eachDesk(t, func(t *testing.T, d desk) {
		if d.run.Data.Engine() != db.SQLite {
			t.Skip("the plans of SQLite speak for the indexes")
		}
		traced, trace := db.WithTrace(context.Background())
		if _, err := op.Do(traced, d.run, access.TheSystem(), "test", nil, func(tx *op.Tx) (bool, error) { return true, cases.OnDeath(tx, db.NewID(), "2026-11-20") }); err != nil {
			t.Fatal(err)
		}
		looked := 0
		for _, s := range trace.Statements {
			if !strings.Contains(s.Text, "case_file c") {
				continue
			}
			looked++
			var plan []step
			if err := d.run.Read(ctx, func(q *db.Reader) (err error) {
				plan, err = db.All[step](q, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for _, p := range plan {
				if walk.MatchString(p.Detail) {
					t.Errorf("%s\n  in %s", p.Detail, s.Text)
				}
			}
		}
		if looked != 2 {
			t.Errorf("%d statements find them", looked)
		}
	})
}
