package people_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// clerk brings lists.
type clerk struct {
	t      *testing.T
	room   *people.Room
	run    *op.Runner
	clock  *calendar.Fake
	actor  access.Actor
	worker *jobs.Worker
}

func eachClerk(t *testing.T, f func(c *clerk)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, clock := kizunatest.Runner(t, d)
		c := &clerk{t: t, room: people.New(run), run: run, clock: clock, actor: kizunatest.Staff(access.IntakeWorker)}
		c.room.ActorOf = func(_ context.Context, id db.ID) (access.Actor, error) {
			if id != c.actor.ID {
				return access.Actor{}, fault.NotFound()
			}
			return c.actor, nil
		}
		run.Subscribe("person.brought", people.WeighBrought)
		c.worker = c.newWorker()
		f(c)
		kizunatest.Intact(t, run)
	})
}

func (c *clerk) newWorker() *jobs.Worker {
	w := jobs.New(c.run.Data, c.clock, jobs.Options{Log: slog.New(slog.DiscardHandler)})
	for _, k := range c.room.ImportWork() {
		w.Register(k)
	}
	return w
}

func (c *clerk) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *clerk) drain() {
	c.t.Helper()
	_, err := c.worker.Drain(context.Background())
	c.must(err)
}

func (c *clerk) upload(list string) people.Import {
	c.t.Helper()
	i, err := c.room.UploadImport(context.Background(), c.actor, "名簿.csv", "text/csv", strings.NewReader(list))
	c.must(err)
	return i
}

// checked brings a list and has it looked through, with its columns as they were found.
func (c *clerk) checked(list string) people.ImportView {
	c.t.Helper()
	i := c.upload(list)
	_, err := c.room.CheckImport(context.Background(), c.actor, i.ID, people.CheckInput{On: i.On, Version: i.Version})
	c.must(err)
	c.drain()
	return c.view(i.ID)
}

func (c *clerk) view(id db.ID) people.ImportView {
	c.t.Helper()
	v, err := c.room.ImportOf(context.Background(), c.actor, id)
	c.must(err)
	return v
}

func (c *clerk) start(v people.ImportView) people.ImportView {
	c.t.Helper()
	_, err := c.room.StartImport(context.Background(), c.actor, v.ID, people.StartInput{Version: v.Version})
	c.must(err)
	c.drain()
	return c.view(v.ID)
}

func (c *clerk) decide(v people.ImportView, choice string, rows ...int64) (people.ImportView, error) {
	_, err := c.room.DecideRows(context.Background(), c.actor, v.ID, people.DecideInput{Rows: rows, All: len(rows) == 0, Choice: choice, Version: v.Version})
	if err != nil {
		return v, err
	}
	return c.view(v.ID), nil
}

func (c *clerk) lines(v people.ImportView, state string) []people.ImportLine {
	c.t.Helper()
	out, err := c.room.ImportLines(context.Background(), c.actor, v.ID, state, 0, 1000)
	c.must(err)
	return out
}

// counts compares what became of the rows.
func (c *clerk) counts(v people.ImportView, want people.Counts) {
	c.t.Helper()
	for _, s := range people.RowStates {
		if v.Now[s] != want[s] {
			c.t.Errorf("the rows are %v, not %v", v.Now, want)
			for _, l := range c.lines(v, "") {
				c.t.Log(l.Position, l.State, l.Draft.Name(), l.Draft.Faults)
			}
			return
		}
	}
}

func (c *clerk) persons() (n int) {
	c.t.Helper()
	c.must(c.run.Read(context.Background(), func(q *db.Reader) (err error) {
		n, err = db.One[int](q, "SELECT COUNT(*) FROM person")
		return err
	}))
	return n
}

const roll = "宛名番号,氏名,フリガナ,生年月日,性別,郵便番号,住所,電話番号,メール,世帯番号,続柄,備考\n" +
	"1001,髙橋　修,ﾀｶﾊｼ ｵｻﾑ,昭和43年4月12日,男,〒231-0001,みなと市栄町2-14,０９０-１２３４-５６７８,,70,世帯主,\n" +
	"1002,髙橋　恵,たかはし　めぐみ,S45.1.31,女,231-0001,みなと市栄町2-14,,megumi@example.jp,70,妻,x\n" +
	"1003,'=HYPERLINK(1) 次郎,,1980/1/5,,,,,,,,\n" +
	"1004,,,,,,,,,,,\n" +
	"1005,佐藤 一,サトウ ハジメ,平成31年5月1日,謎,,,12,山田,,,\n"

func TestImport(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		v := c.checked(roll)
		if v.Status != "checked" || v.Name != "名簿.csv" {
			t.Fatalf("%s of %s is %s", v.Name, v.Layout.Format, v.Status)
		}
		c.counts(v, people.Counts{"ready": 3, "fault": 2})
		if c.persons() != 0 {
			t.Fatal("a dry run made somebody")
		}
		wrong := c.lines(v, "fault")
		var columns []int
		for _, f := range wrong[1].Draft.Faults {
			columns = append(columns, f.Column)
		}
		slices.Sort(columns)
		if wrong[0].Position != 5 || !slices.Equal(columns, []int{3, 4, 7, 8}) {
			t.Errorf("the faults of row 6 stand at %v", columns)
		}
		v = c.start(v)
		if v.Status != "done" || v.EndedAt == 0 {
			t.Fatalf("it is %s", v.Status)
		}
		c.counts(v, people.Counts{"made": 3, "fault": 2})
		made := c.lines(v, "made")
		f, err := c.room.Get(ctx, c.actor, made[0].Person)
		c.must(err)
		if f.Person.Name != "髙橋 修" || f.Person.Kana != "タカハシ オサム" || f.Person.BirthDate != "1968-04-12" || f.Person.Gender != "male" || f.Person.Import != v.ID {
			t.Errorf("%+v", f.Person)
		}
		if len(f.Contacts) != 1 || f.Contacts[0].Kind != "mobile" || f.Contacts[0].Value != "090-1234-5678" || !f.Contacts[0].Safe ||
			len(f.Addresses) != 1 || f.Addresses[0].Postcode != "231-0001" || f.Addresses[0].Kind != "registered" || len(f.Identifiers) != 1 {
			t.Errorf("%+v %+v %+v", f.Contacts, f.Addresses, f.Identifiers)
		}
		if len(f.Households) != 1 || f.Households[0].Kind != "registered" || len(f.Members) != 2 || !f.Members[0].Leads || f.Members[0].Relation != "self" ||
			f.Members[1].Relation != "spouse" || f.Members[1].Person != made[1].Person || f.Members[0].From != c.clock.Now().Date(calendar.Tokyo) {
			t.Errorf("%+v %+v", f.Households, f.Members)
		}
		if third, err := c.room.Get(ctx, c.actor, made[2].Person); err != nil || third.Person.Name != "=HYPERLINK(1) 次郎" {
			t.Errorf("a guarded formula came in as %v, %v", third.Person.Name, err)
		}
		history, err := c.room.History(ctx, c.actor, made[0].Person, db.ID{})
		c.must(err)
		if last := history[len(history)-1]; len(history) < 4 || last.Actor != c.actor.ID || !slices.ContainsFunc(history, func(r journal.Row) bool {
			return r.Entity == "person" && r.Step == "create" && strings.Contains(r.Changes, v.ID.String())
		}) {
			t.Errorf("the history does not say who brought them, and by what: %+v", history)
		}
		brought, err := c.room.Brought(ctx, c.actor, v.ID, db.ID{}, 10)
		if err != nil || len(brought) != 3 {
			t.Errorf("it brought %d, %v", len(brought), err)
		}
		if found, err := c.room.Search(ctx, c.actor, "たかはし めぐみ", 10); err != nil || len(found) != 1 || !found[0].Visible {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

// TestImportTwice: who has a number is there already, and the same file is told
// of before anything is made.
func TestImportTwice(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		c.start(c.checked(roll))
		n := c.persons()
		v := c.checked(roll)
		c.counts(v, people.Counts{"same": 3, "fault": 2})
		if v.Before == 0 {
			t.Error("nothing says that the file was brought before")
		}
		if _, err := c.room.StartImport(context.Background(), c.actor, v.ID, people.StartInput{Version: v.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("the same file: %v", err)
		}
		_, err := c.room.StartImport(context.Background(), c.actor, v.ID, people.StartInput{Version: v.Version, Again: true})
		c.must(err)
		c.drain()
		v = c.view(v.ID)
		c.counts(v, people.Counts{"matched": 3, "fault": 2})
		if c.persons() != n {
			t.Errorf("%d persons became %d", n, c.persons())
		}
		f, err := c.room.Get(context.Background(), c.actor, c.lines(v, "matched")[0].Person)
		c.must(err)
		if len(f.Households) != 1 || len(f.Members) != 2 {
			t.Errorf("they live in %d households, with %d", len(f.Households), len(f.Members))
		}
	})
}

const lists = "氏名,フリガナ,生年月日,電話,住所,世帯番号,続柄\n" +
	"髙橋 修,タカハシ オサム,1968-04-12,045-000-0001,みなと市栄町2-14,7,世帯主\n" +
	"髙橋 恵,タカハシ メグミ,1970-01-31,,,7,妻\n" +
	"佐藤 一,サトウ ハジメ,1950-02-03,045-111-2222,,,\n" +
	"佐藤　一,サトウ　ハジメ,S25.2.3,,,,\n"

// TestDoubles: who may be there already, or stands twice in the list, waits for
// a word, and becomes what it says.
func TestDoubles(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		in := osamu()
		in.Contacts, in.Gender = nil, ""
		old := create(t, c.room, c.actor, in)
		v := c.checked(lists)
		c.counts(v, people.Counts{"double": 2, "ready": 2})
		doubles := c.lines(v, "double")
		if doubles[0].Position != 2 || doubles[0].Match == nil || doubles[0].Match.Card.ID != old.ID || len(doubles[0].Alike) != 1 || len(doubles[0].Alike[0].Reasons) == 0 || doubles[1].Draft.Twin != 4 {
			t.Fatalf("%+v", doubles)
		}
		if _, err := c.room.StartImport(ctx, c.actor, v.ID, people.StartInput{Version: v.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("started with rows that nobody decided: %v", err)
		}
		stale := v
		v, err := c.decide(v, "fill", 2)
		c.must(err)
		if _, err := c.decide(stale, "new", 2); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale decision: %v", err)
		}
		if _, err := c.decide(v, "same", 5); !errors.Is(err, fault.KindConflict) {
			t.Errorf("the same as nobody: %v", err)
		}
		v, err = c.decide(v, "left")
		c.must(err)
		v = c.start(v)
		c.counts(v, people.Counts{"filled": 1, "made": 2, "left": 1})
		f, err := c.room.Get(ctx, c.actor, old.ID)
		c.must(err)
		if len(f.Contacts) != 1 || f.Contacts[0].Value != "045-000-0001" || len(f.Addresses) != 2 || f.Person.BirthDate != "1968-04-12" || len(f.Members) != 2 {
			t.Errorf("%+v %+v %+v", f.Contacts, f.Addresses, f.Members)
		}
		if _, err := c.decide(v, "new", 5); !errors.Is(err, fault.KindConflict) {
			t.Errorf("decided afterwards: %v", err)
		}
	})
}

// TestWhoMustNotBeKnownIsNotTold: of a restricted person, and of a number that
// another team's person has, an import says nothing of whom; the double is found
// for those who may know.
func TestWhoMustNotBeKnownIsNotTold(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		other, chief := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor)
		hidden := osamu()
		hidden.Restricted = true
		secret := create(t, c.room, other, hidden)
		_, err := c.room.AddIdentifier(ctx, other, secret.ID, "agency", "9001")
		c.must(err)
		v := c.checked("氏名,フリガナ,生年月日,電話,宛名番号\n髙橋 修,タカハシ オサム,1968-04-12,090-1234-5678,\n山本 花子,,,,9001\n")
		c.counts(v, people.Counts{"ready": 1, "fault": 1})
		if l := c.lines(v, "")[0]; len(l.Alike) > 0 || l.Match != nil || !l.Person.IsZero() {
			t.Fatalf("told of a restricted person: %+v", l)
		}
		v = c.start(v)
		made := c.lines(v, "made")[0].Person
		c.must(c.room.WeighBrought(ctx, []db.ID{made}))
		mine, err := c.room.Duplicates(ctx, c.actor, "open", db.ID{}, 10)
		if err != nil || len(mine) != 0 {
			t.Errorf("the clerk knows of %v, %v", mine, err)
		}
		c.must(c.run.Read(ctx, func(q *db.Reader) error {
			n, err := db.One[int](q, "SELECT COUNT(*) FROM duplicate WHERE person = ? AND other = ?", secret.ID, made)
			if n != 1 {
				t.Error("nobody is asked whether the two are one")
			}
			return err
		}))
		for _, a := range []access.Actor{other, chief} {
			if _, err := c.room.ImportOf(ctx, a, v.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("another's list: %v", err)
			}
			if _, err := c.room.CancelImport(ctx, a, v.ID, people.ImportInput{Version: v.Version}); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("another's list: %v", err)
			}
		}
		if _, err := c.room.UploadImport(ctx, other, "x.csv", "", strings.NewReader(lists)); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker brings a list: %v", err)
		}
	})
}

// TestWhoWentMeanwhileIsRefused: what was decided is looked at again when its turn comes.
func TestWhoWentMeanwhileIsRefused(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		old := create(t, c.room, c.actor, osamu())
		v := c.checked("氏名,フリガナ,生年月日,電話,宛名番号\n髙橋 修,タカハシ オサム,1968-04-12,090-1234-5678,\n佐藤 一,サトウ ハジメ,1950-02-03,,77\n")
		v, err := c.decide(v, "same")
		c.must(err)
		chief := kizunatest.Staff(access.Supervisor)
		chief.Teams = c.actor.Teams
		_, err = c.room.Restrict(ctx, chief, old.ID, old.Version, "保護のため")
		c.must(err)
		c.must(c.run.Data.Write(ctx, func(tx *db.Tx) error { // the clerk's own reach ended
			_, err := db.Exec(tx, "DELETE FROM reach WHERE record = ? AND scope = ?", old.ID, c.actor.ID)
			return err
		}))
		another := create(t, c.room, chief, people.PersonInput{Names: []people.NameInput{{Family: "別"}}})
		_, err = c.room.AddIdentifier(ctx, chief, another.ID, "agency", "77")
		c.must(err)
		v = c.start(v)
		c.counts(v, people.Counts{"refused": 2})
		for _, l := range c.lines(v, "refused") {
			if len(l.Draft.Faults) != 1 || l.Draft.Faults[0].Text.In(text.JA) == "" {
				t.Errorf("row %d does not say why: %+v", l.Position, l.Draft.Faults)
			}
		}
	})
}

// many is a list of so many persons.
func many(n int) string {
	var b strings.Builder
	b.WriteString("name,birth_date,phone,household,relation\n")
	for i := range n {
		relation := "child"
		if i%3 == 0 {
			relation = "head"
		}
		fmt.Fprintf(&b, "%s %s,%d-%02d-%02d,090-%04d-%04d,%d,%s\n", string(rune('一'+i%5000)), string(rune('丁'+i*7%9000)), 1930+i%80, 1+i%12, 1+i%28, i/9999, i%9999, i/3, relation)
	}
	return b.String()
}

// ticking is a clock that does something at a reading of it, such as pulling
// the plug in the middle of the work.
type ticking struct {
	*calendar.Fake
	in int
	do func()
}

func (c *ticking) Now() calendar.Time {
	if c.in--; c.in == 0 {
		c.do()
	}
	return c.Fake.Now()
}

// TestKilledBetweenLots: whatever moment the process dies at, each row is made once.
func TestKilledBetweenLots(t *testing.T) {
	const rows = 450
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		i := c.upload(many(rows))
		_, err := c.room.CheckImport(ctx, c.actor, i.ID, people.CheckInput{Version: i.Version})
		c.must(err)
		c.killed(7, 11, 13)
		v := c.view(i.ID)
		c.counts(v, people.Counts{"ready": rows})
		_, err = c.room.StartImport(ctx, c.actor, v.ID, people.StartInput{Version: v.Version})
		c.must(err)
		c.killed(4, 7, 8)
		v = c.view(i.ID)
		c.counts(v, people.Counts{"made": rows})
		if n := c.persons(); v.Status != "done" || n != rows {
			t.Fatalf("%s, with %d persons of %d rows", v.Status, n, rows)
		}
		c.must(c.run.Read(ctx, func(q *db.Reader) error {
			households, err := db.One[int](q, "SELECT COUNT(*) FROM household")
			members, e := db.One[int](q, "SELECT COUNT(DISTINCT person) FROM household_member")
			if households != rows/3 || members != rows {
				t.Errorf("%d households with %d members", households, members)
			}
			return errors.Join(err, e)
		}))
	})
}

// killed does the work with the process dying at some readings of the clock,
// and then to its end.
func (c *clerk) killed(at ...int) {
	c.t.Helper()
	for _, n := range at {
		c.dies(n)
	}
	c.run.Clock = c.clock
	c.drain()
}

// dies does the work until the clock is read for the nth time; another process
// takes it up when the lease is over.
func (c *clerk) dies(n int) {
	c.t.Helper()
	ctx, die := context.WithCancel(context.Background())
	c.run.Clock = &ticking{c.clock, n, die}
	if _, err := c.worker.Drain(ctx); err == nil {
		c.t.Fatalf("it was done before reading %d", n)
	}
	c.worker = c.newWorker()
	c.clock.Advance(10 * time.Minute)
}

// TestTwoWorkersAtOnce: work that is taken over while the first worker is still at it is done once.
func TestTwoWorkersAtOnce(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		v := c.checked(many(300))
		_, err := c.room.StartImport(ctx, c.actor, v.ID, people.StartInput{Version: v.Version})
		c.must(err)
		second, taken := c.newWorker(), false
		was := c.room.ActorOf
		c.room.ActorOf = func(ctx context.Context, id db.ID) (access.Actor, error) {
			if !taken { // the first stands still before its first lot, until its lease is over and the second is through
				taken = true
				c.clock.Advance(10 * time.Minute)
				_, err := second.Drain(context.Background())
				c.must(err)
			}
			return was(ctx, id)
		}
		_, _ = c.worker.Drain(ctx)
		c.room.ActorOf = was
		v = c.view(v.ID)
		if n := c.persons(); v.Status != "done" || n != 300 {
			t.Errorf("%s, with %d persons", v.Status, n)
		}
	})
}

func TestCancelInTheMiddle(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		v := c.checked(many(500))
		i, err := c.room.StartImport(ctx, c.actor, v.ID, people.StartInput{Version: v.Version})
		c.must(err)
		c.dies(5)
		c.run.Clock = c.clock
		_, err = c.room.CancelImport(ctx, c.actor, v.ID, people.ImportInput{Version: i.Version})
		c.must(err)
		v = c.view(v.ID)
		if n := c.persons(); v.Status != "cancelled" || n == 0 || n == 500 || int64(n) != v.Counts.V["made"] {
			t.Errorf("%s, with %d persons, %v", v.Status, n, v.Counts.V)
		}
		if _, err := c.worker.Drain(ctx); err != nil && !errors.Is(err, jobs.ErrCancelled) {
			t.Error(err)
		}
		if v := c.view(v.ID); v.Status != "cancelled" {
			t.Errorf("it went on: %s", v.Status)
		}
	})
}

// TestRowsAreErased: a month after they were last touched the list and its rows
// are gone; the counts stay, and who came of it.
func TestRowsAreErased(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		v, left := c.start(c.checked(roll)), c.checked(lists)
		c.clock.Advance(29 * 24 * time.Hour)
		c.must(c.room.EraseImports(ctx))
		if v = c.view(v.ID); v.ErasedAt != 0 {
			t.Fatal("erased too early")
		}
		c.clock.Advance(48 * time.Hour)
		c.must(c.room.EraseImports(ctx))
		v, left = c.view(v.ID), c.view(left.ID)
		if v.ErasedAt == 0 || v.Name != "" || v.Now["made"] != 3 || left.Status != "cancelled" || left.ErasedAt == 0 || len(c.lines(v, "")) > 0 {
			t.Errorf("%+v %+v", v, left)
		}
		if brought, err := c.room.Brought(ctx, c.actor, v.ID, db.ID{}, 10); err != nil || len(brought) != 3 {
			t.Errorf("it brought %d, %v", len(brought), err)
		}
		if err := c.room.WriteFaulty(ctx, c.actor, v.ID, io.Discard); !errors.Is(err, fault.KindConflict) {
			t.Errorf("the faulty rows: %v", err)
		}
		c.must(c.run.Read(ctx, func(q *db.Reader) error {
			n, err := db.One[int](q, "SELECT (SELECT COUNT(*) FROM import_row) + (SELECT COUNT(*) FROM file_owner)")
			if n != 0 {
				t.Errorf("%d rows are left", n)
			}
			return err
		}))
	})
}

// TestFaultyRowsComeBack: they can be mended and brought again.
func TestFaultyRowsComeBack(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		v := c.checked("氏名,性別,電話\n'=1+1,？,\n佐藤 一,男,\n@山田,女,1\n")
		var out bytes.Buffer
		c.must(c.room.WriteFaulty(text.With(context.Background(), text.JA), c.actor, v.ID, &out))
		got, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
		c.must(err)
		if len(got) != 3 || got[0][3] != "取り込めなかった理由" || got[1][0] != "'=1+1" || !strings.HasPrefix(got[1][3], "性別：") || got[2][0] != "'@山田" {
			t.Errorf("%q", got)
		}
		again := c.checked(strings.NewReplacer("？", "男", "女,1", "女,045-000-0000").Replace(out.String()))
		c.counts(again, people.Counts{"ready": 2})
		if l := c.lines(again, "ready"); l[0].Draft.Name() != "=1+1" || l[1].Draft.Name() != "@山田" {
			t.Errorf("%q %q", l[0].Draft.Name(), l[1].Draft.Name())
		}
	})
}

// TestColumnsAreNamed: by the user where they are not known, and a list without
// headings loses nobody.
func TestColumnsAreNamed(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		ctx := context.Background()
		i := c.upload("髙橋 修,1968-04-12,memo\n佐藤 一,1950-02-03,memo\n")
		check := func(in people.CheckInput) error {
			in.Version = c.view(i.ID).Version
			_, err := c.room.CheckImport(ctx, c.actor, i.ID, in)
			return err
		}
		for _, in := range []people.CheckInput{{}, {Fields: []string{"name"}}, {Fields: []string{"name", "name", ""}}, {Fields: []string{"name", "what", ""}}, {Fields: []string{"name", "", ""}, On: "2999-01-01"}} {
			if err := check(in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%v: %v", in, err)
			}
		}
		c.must(check(people.CheckInput{Fields: []string{"name", "birth_date", ""}, Bare: true}))
		c.drain()
		c.counts(c.view(i.ID), people.Counts{"ready": 2})
		c.must(check(people.CheckInput{Fields: []string{"name", "", ""}}))
		c.drain()
		v := c.view(i.ID)
		c.counts(v, people.Counts{"ready": 1})
		if l := c.lines(v, "")[0]; l.Draft.Person.BirthDate != "" {
			t.Errorf("a column that is left out came in: %+v", l.Draft)
		}
	})
}

func TestWorkbookIsImported(t *testing.T) {
	eachClerk(t, func(c *clerk) {
		f := excelize.NewFile()
		for at, v := range map[string]any{"A1": "姓", "B1": "名", "C1": "生年月日", "A2": "髙橋", "B2": "修", "C2": time.Date(1968, 4, 12, 0, 0, 0, 0, time.UTC), "A3": "佐藤", "B3": "一", "C3": "昭和二十五年二月三日"} {
			c.must(f.SetCellValue("Sheet1", at, v))
		}
		var file bytes.Buffer
		c.must(f.Write(&file))
		i, err := c.room.UploadImport(context.Background(), c.actor, "名簿.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &file)
		c.must(err)
		_, err = c.room.CheckImport(context.Background(), c.actor, i.ID, people.CheckInput{Version: i.Version})
		c.must(err)
		c.drain()
		v := c.start(c.view(i.ID))
		c.counts(v, people.Counts{"made": 2})
		for n, want := range []calendar.Date{"1968-04-12", "1950-02-03"} {
			if l := c.lines(v, "made")[n]; l.Draft.Person.BirthDate != want {
				t.Errorf("born on %s", l.Draft.Person.BirthDate)
			}
		}
	})
}
