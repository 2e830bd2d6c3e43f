package agency_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/agency"
)

var start = calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))

type office struct {
	run   *op.Runner
	room  *agency.Room
	clock *calendar.Fake
	admin access.Actor
}

func founded(t *testing.T, d *db.DB) office {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(start)
	o := office{run: &op.Runner{Data: d, Vault: v, Clock: clock}, clock: clock}
	o.room = agency.New(o.run)
	o.admin = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Administrator}}
	_, err = op.Do(t.Context(), o.run, access.TheSystem(), "agency.found", nil, func(tx *op.Tx) (agency.Settings, error) {
		return agency.Found(tx, agency.Usual(text.Pair{JA: "みなと市", EN: "Minato City"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFlows(t *testing.T) {
	got := agency.SettingsFlow.Describe().Matrix() + agency.CodeFlow.Describe().Matrix() +
		agency.HolidayFlow.Describe().Matrix() + agency.FieldFlow.Describe().Matrix() + agency.TeamFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", got)
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}

func TestFoundedOnce(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		_, err := op.Do(t.Context(), o.run, access.TheSystem(), "agency.found", nil, func(tx *op.Tx) (agency.Settings, error) {
			return agency.Found(tx, agency.Usual(text.Both("Another")))
		})
		if !errors.Is(err, fault.KindConflict) {
			t.Fatalf("a second agency: %v", err)
		}
		s, err := o.room.Settings(t.Context())
		if err != nil || s.Name.JA != "みなと市" || s.IdleMinutes != 30 {
			t.Fatalf("%+v %v", s, err)
		}
	})
}

func TestSettings(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		in := agency.Usual(text.Both("Minato"))
		in.Zone, in.FiscalMonth, in.Version = "Europe/Berlin", 1, 1
		s, err := o.room.Edit(t.Context(), o.admin, in)
		if err != nil || s.Version != 2 {
			t.Fatalf("%+v %v", s, err)
		}
		if now, _ := o.room.Settings(t.Context()); now.Zone != "Europe/Berlin" || now.Fiscal().Year("2026-02-01") != 2026 {
			t.Errorf("settings after the edit: %+v", now)
		}
		if _, err := o.room.Edit(t.Context(), o.admin, in); fault.Status(err) != 412 {
			t.Errorf("an edit of version 1 again: %v", err)
		}
		caseworker := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		in.Version = 2
		if _, err := o.room.Edit(t.Context(), caseworker, in); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker's edit: %v", err)
		}
		in.Zone, in.Currency, in.FiscalMonth, in.Language, in.ThrottleFrom, in.Name = "Local", "yen", 13, "japanese!", 9, text.Pair{}
		want := []string{"/name", "/zone", "/currency", "/fiscal_month", "/language", "/throttle_from"}
		wantFields(t, in.Validate(), want...)
	})
}

// A clock that is set back keeps no process at settings that another has changed.
func TestSettingsOfAClockSetBack(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		o.clock.Advance(24 * time.Hour)
		if _, err := o.room.Settings(t.Context()); err != nil {
			t.Fatal(err)
		}
		in := agency.Usual(text.Both("Minato"))
		in.Zone, in.Version = "Europe/Berlin", 1
		if _, err := agency.New(o.run).Edit(t.Context(), o.admin, in); err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(-24 * time.Hour)
		if s, err := o.room.Settings(t.Context()); err != nil || s.Zone != "Europe/Berlin" {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func wantFields(t *testing.T, err error, pointers ...string) {
	t.Helper()
	f, _ := fault.As(err)
	var got []string
	if f != nil {
		for _, field := range f.Fields {
			got = append(got, field.Pointer)
		}
	}
	if strings.Join(got, " ") != strings.Join(pointers, " ") {
		t.Errorf("fields to correct: %v, want %v", got, pointers)
	}
}

func TestCodes(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		add := func(key string, at int64) agency.Code {
			c, err := o.room.CreateCode(t.Context(), o.admin, agency.CodeInput{List: "case_kind", Key: key, Label: text.Both(key), Position: at})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		housing, work := add("housing", 2), add("employment", 1)
		_, err := o.room.CreateCode(t.Context(), o.admin, agency.CodeInput{List: "case_kind", Key: "housing", Label: text.Both("x")})
		wantFields(t, err, "/key")
		if _, err := o.room.StepCode(t.Context(), o.admin, housing.ID, "retire", 0); err != nil {
			t.Fatal(err)
		}
		if _, err := o.room.StepCode(t.Context(), o.admin, housing.ID, "edit", 0); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a step with a form of its own was taken plainly: %v", err)
		}
		err = d.Read(t.Context(), func(q *db.Reader) error {
			codes, err := agency.Codes(q, "case_kind", false)
			if len(codes) != 1 || codes[0].ID != work.ID {
				t.Errorf("offered: %+v", codes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := o.room.CodeList(t.Context(), o.admin, "case_kind")
		if err != nil || len(all) != 2 || all[0].Key != "employment" {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestHolidays(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		h, err := o.room.CreateHoliday(t.Context(), o.admin, agency.HolidayInput{Day: "2026-12-29", Name: text.Pair{JA: "年末休業"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.room.CreateHoliday(t.Context(), o.admin, agency.HolidayInput{Day: "2026-12-29", Name: text.Both("x")})
		wantFields(t, err, "/day")
		closed := func() calendar.Holidays {
			var out calendar.Holidays
			err := d.Read(t.Context(), func(q *db.Reader) (err error) {
				out, err = agency.Holidays(q, "2026-11-01", "2026-12-31")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if c := closed(); c.Working("2026-12-29") || c.Working("2026-11-23") || !c.Working("2026-12-28") {
			t.Error("the office's own and the national holiday are closed, the 28th is not")
		}
		if _, err := o.room.VoidHoliday(t.Context(), o.admin, h.ID, agency.StepInput{Reason: "wrong year"}); err != nil {
			t.Fatal(err)
		}
		if !closed().Working("2026-12-29") {
			t.Error("a holiday entered in error still closes the office")
		}
		if _, err := o.room.CreateHoliday(t.Context(), o.admin, agency.HolidayInput{Day: "2026-12-29", Name: text.Both("again")}); err != nil {
			t.Errorf("the day is free again: %v", err)
		}
	})
}

func TestTeams(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		ctx := t.Context()
		add := func(name string, parent db.ID) agency.Team {
			team, err := o.room.CreateTeam(ctx, o.admin, agency.TeamInput{Name: text.Both(name), Parent: parent})
			if err != nil {
				t.Fatal(err)
			}
			return team
		}
		welfare := add("福祉部", db.ID{})
		life := add("生活支援課", welfare.ID)
		desk := add("相談係", life.ID)
		other := add("総務課", db.ID{})
		below := func(id db.ID, want int) {
			t.Helper()
			err := d.Read(ctx, func(q *db.Reader) error {
				ids, err := agency.Subtree(q, id)
				if len(ids) != want || ids[0] != id {
					t.Errorf("%d teams below, want %d: %v", len(ids), want, ids)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		below(welfare.ID, 3)
		below(other.ID, 1)
		_, err := o.room.EditTeam(ctx, o.admin, welfare.ID, agency.TeamInput{Name: welfare.Name, Parent: desk.ID, Version: 1})
		wantFields(t, err, "/parent_id")
		below(welfare.ID, 3)
		if _, err := o.room.EditTeam(ctx, o.admin, life.ID, agency.TeamInput{Name: life.Name, Parent: other.ID, Version: 1}); err != nil {
			t.Fatal(err)
		}
		below(welfare.ID, 1)
		below(other.ID, 3)
		if _, err := o.room.CloseTeam(ctx, o.admin, life.ID, agency.StepInput{Reason: ""}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("closed over an open team: %v", err)
		}
		for _, id := range []db.ID{desk.ID, life.ID} {
			if _, err := o.room.CloseTeam(ctx, o.admin, id, agency.StepInput{Reason: "reorganized"}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = o.room.CreateTeam(ctx, o.admin, agency.TeamInput{Name: text.Both("x"), Parent: life.ID})
		wantFields(t, err, "/parent_id")
		if _, err := o.room.ReopenTeam(ctx, o.admin, desk.ID, agency.StepInput{}); err == nil {
			t.Error("opened below a closed team")
		}
		teams, err := o.room.TeamList(ctx, o.admin, true)
		if err != nil {
			t.Fatal(err)
		}
		var drawn []string
		for _, b := range agency.Tree(teams, text.JA) {
			drawn = append(drawn, strings.Repeat(" ", b.Depth)+b.Name.JA)
		}
		if got := strings.Join(drawn, "/"); got != "福祉部/総務課/ 生活支援課/  相談係" && got != "総務課/ 生活支援課/  相談係/福祉部" {
			t.Errorf("tree: %s", got)
		}
	})
}

func TestNumbers(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		seen := map[string]bool{}
		take := func() string {
			n, err := op.Do(t.Context(), o.run, o.admin, "take", nil, func(tx *op.Tx) (string, error) { return agency.Number(tx, "case") })
			if err != nil {
				t.Fatal(err)
			}
			if seen[n] {
				t.Fatalf("%s was given twice", n)
			}
			seen[n] = true
			return n
		}
		if first := take(); !strings.HasPrefix(first, "C-2026-00001-") {
			t.Errorf("the first number is %s", first)
		}
		for range 119 { // past two blocks
			take()
		}
		if last := take(); !strings.HasPrefix(last, "C-2026-00121-") {
			t.Errorf("alone, numbers run on: %s", last)
		}
		o.clock.Set(calendar.TimeOf(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC))) // 1 January in Tokyo
		if next := take(); !strings.HasPrefix(next, "C-2027-00001-") {
			t.Errorf("the new year's first number is %s", next)
		}
	})
}

// Two transactions that are open at once take from different blocks; neither
// waits for the other and no number comes twice.
func TestNumbersSideBySide(t *testing.T) {
	for _, e := range kizunatest.Engines(t) {
		if e != db.Postgres {
			continue // SQLite has one writer: there is no second transaction
		}
		o := founded(t, kizunatest.NewDB(t, e))
		outer, err := op.Do(t.Context(), o.run, o.admin, "outer", nil, func(tx *op.Tx) ([2]string, error) {
			var two [2]string
			var err error
			if two[0], err = agency.Number(tx, "case"); err != nil {
				return two, err
			}
			// The series is new: its first block is not committed, so another waits for it. Take a
			// second block only after that.
			two[1], err = agency.Number(tx, "case")
			return two, err
		})
		if err != nil || outer[0] == outer[1] {
			t.Fatalf("%v %v", outer, err)
		}
		_, err = op.Do(t.Context(), o.run, o.admin, "outer", nil, func(tx *op.Tx) (string, error) {
			mine, err := agency.Number(tx, "case")
			if err != nil {
				return "", err
			}
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			other, err := op.Do(ctx, o.run, o.admin, "inner", nil, func(tx *op.Tx) (string, error) { return agency.Number(tx, "case") })
			if err != nil || other == mine {
				t.Errorf("beside %s: %s %v", mine, other, err)
			}
			return mine, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckDigit(t *testing.T) {
	// The examples of ISO/IEC 7064 (0794 → 5) and of the German tax number,
	// which uses the same system (8609574271 → 9).
	for digits, want := range map[string]int{"0794": 5, "8609574271": 9, "4703689281": 6, "6592997048": 9} {
		if got := agency.CheckDigit(digits); got != want {
			t.Errorf("%s → %d, want %d", digits, got, want)
		}
	}
	number := agency.WriteNumber("C", 2026, 1842)
	for _, typed := range []string{number, strings.ToLower(number), strings.ReplaceAll(number, "-", ""), "Ｃ－２０２６－０１８４２－" + number[len(number)-1:]} {
		if got, err := agency.ParseNumber(typed); err != nil || got != number {
			t.Errorf("%s read as %s: %v", typed, got, err)
		}
	}
	for i, c := range number {
		if c < '0' || c > '9' {
			continue
		}
		for d := '0'; d <= '9'; d++ {
			wrong := number[:i] + string(d) + number[i+1:]
			if _, err := agency.ParseNumber(wrong); d != c && err == nil {
				t.Errorf("%s was not noticed (%s)", wrong, number)
			}
		}
	}
}

func TestReceipts(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		r := agency.Receipt()
		if back, ok := agency.ParseReceipt(strings.ToLower(r)); !ok || back != r || seen[r] {
			t.Fatalf("%s read as %s", r, back)
		}
		seen[r] = true
	}
	if back, ok := agency.ParseReceipt("oil0 abcd efgh"); !ok || back != "0110-ABCD-EFGH" {
		t.Errorf("what looks alike: %s", back)
	}
	for _, bad := range []string{"", "ABCD", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKMNP"} {
		if _, ok := agency.ParseReceipt(bad); ok {
			t.Errorf("%q was taken for a receipt", bad)
		}
	}
}

func TestExtraFields(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := founded(t, d)
		ctx := t.Context()
		add := func(key, kind, list string, required bool) agency.Field {
			f, err := o.room.CreateField(ctx, o.admin, agency.FieldInput{Entity: "person", Key: key, Kind: kind, List: list, Required: required, Label: text.Both(key)})
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		district := add("district", agency.Choice, "district", true)
		dues := add("dues", agency.Amount, "", false)
		since := add("since", agency.Day, "", false)
		add("pet", agency.YesNo, "", false)
		old := add("fax", agency.Words, "", false)
		if _, err := o.room.StepField(ctx, o.admin, old.ID, "retire", 0); err != nil {
			t.Fatal(err)
		}
		if _, err := o.room.CreateCode(ctx, o.admin, agency.CodeInput{List: "district", Key: "north", Label: text.Both("北")}); err != nil {
			t.Fatal(err)
		}
		check := func(typed, was agency.Extra) (agency.Extra, error) {
			var f fault.Fields
			var out agency.Extra
			err := d.Read(ctx, func(q *db.Reader) error {
				fields, codes, err := agency.ReadExtra(q, "person")
				out = agency.CheckExtra(fields, codes, typed, was, &f)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out, f.Err()
		}
		_, err := check(agency.Extra{"dues": "a lot", "since": "1/5/2019", "pet": "perhaps", "cat": "x"}, nil)
		wantFields(t, err, "/extra/district", "/extra/dues", "/extra/pet", "/extra/since", "/extra/cat")
		was := agency.Extra{"fax": "03-0000-0000"}
		values, err := check(agency.Extra{"district": "north", "dues": "１,234.50", "since": "令和元年5月1日"}, was)
		if err != nil || values["dues"] != "1234.5" || values["since"] != "2019-05-01" || values["fax"] != was["fax"] {
			t.Fatalf("%v %v", values, err)
		}
		record := db.NewID()
		err = d.Write(ctx, func(tx *db.Tx) error {
			return agency.IndexExtra(tx, []agency.Field{district, dues, since}, record, values)
		})
		if err != nil {
			t.Fatal(err)
		}
		for field, value := range map[*agency.Field]string{&district: "north", &dues: "1234.500", &since: "2019-05-01"} {
			clause, err := agency.ExtraIs(*field, value, "t.id")
			if err != nil {
				t.Fatal(err)
			}
			err = d.Read(ctx, func(q *db.Reader) error {
				found, err := db.All[db.ID](q, "SELECT t.id FROM (SELECT record AS id FROM extra_value) AS t WHERE "+clause.SQL+" LIMIT 1", clause.Args...)
				if len(found) != 1 || found[0] != record {
					t.Errorf("%s = %s found %v", field.Key, value, found)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
