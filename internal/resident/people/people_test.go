package people_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	matrix := people.Flow.Describe().Matrix() + people.NameFlow.Describe().Matrix() +
		people.HouseholdFlow.Describe().Matrix() + people.OrganizationFlow.Describe().Matrix() + people.DuplicateFlow.Describe().Matrix() + people.ImportFlow.Describe().Matrix() +
		people.InterestFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", matrix)
}

// osamu is an invented resident.
func osamu() people.PersonInput {
	return people.PersonInput{
		Names:     []people.NameInput{{Family: "髙橋", Given: "修", FamilyKana: "たかはし", GivenKana: "おさむ"}},
		BirthDate: "1968-04-12", Gender: "male", Languages: []string{"ja"},
		Contacts:  []people.ContactInput{{Kind: "mobile", Value: "090-1234-5678"}},
		Addresses: []people.AddressInput{{Kind: "actual", Postcode: "231-0001", Lines: "みなと市栄町2-14"}},
	}
}

func eachRoom(t *testing.T, f func(t *testing.T, room *people.Room, run *op.Runner)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(t, people.New(run), run)
		kizunatest.Intact(t, run)
	})
}

func create(t *testing.T, room *people.Room, a access.Actor, in people.PersonInput) people.Person {
	t.Helper()
	p, err := room.Create(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheDeadDoNotCountInTheHousehold: until the day of death somebody counts in
// the household they live in, from then on no more, whoever of it is asked about.
func TestTheDeadDoNotCountInTheHousehold(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx, worker := context.Background(), kizunatest.Staff(access.Caseworker)
		him, her, child := create(t, room, worker, osamu()), create(t, room, worker, osamu()), create(t, room, worker, osamu())
		for _, kind := range []string{"living", "registered"} { // only who lives together is counted
			members := []people.MemberInput{{Person: him.ID, Leads: true}, {Person: her.ID}}
			if kind == "living" {
				members = append(members, people.MemberInput{Person: child.ID})
			}
			if _, err := room.CreateHousehold(ctx, worker, people.HouseholdInput{Kind: kind, Members: members}); err != nil {
				t.Fatal(err)
			}
		}
		size := func(of people.Person, on calendar.Date) (n int) {
			t.Helper()
			if err := run.Read(ctx, func(q *db.Reader) error {
				p, err := people.ProfileOf(q, of.ID, on)
				n = p.Household
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := size(him, "2026-11-24"); n != 3 {
			t.Fatalf("%d live together", n)
		}
		if _, err := room.RecordDeath(ctx, worker, her.ID, her.Version, "2026-11-20"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			of   people.Person
			on   calendar.Date
			want int
		}{{him, "2026-11-19", 3}, {him, "2026-11-20", 2}, {him, "2026-11-24", 2}, {child, "2026-11-24", 2}} {
			if n := size(c.of, c.on); n != c.want {
				t.Errorf("%d of the household on %s, want %d", n, c.on, c.want)
			}
		}
	})
}

// TestANewPersonsPartsAreNew refuses parts that claim to be stored, and asks
// for as many statements with many parts as with one of each.
func TestANewPersonsPartsAreNew(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		for name, spoil := range map[string]func(*people.PersonInput){
			"name":    func(in *people.PersonInput) { in.Names[0].ID = db.NewID() },
			"contact": func(in *people.PersonInput) { in.Contacts[0].ID = db.NewID() },
			"address": func(in *people.PersonInput) { in.Addresses[0].ID = db.NewID() },
		} {
			in := osamu()
			spoil(&in)
			if _, err := room.Create(context.Background(), worker, in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("a %s of somebody else's was taken: %v", name, err)
			}
		}
		statements := func(more int) int {
			in := osamu()
			for range more {
				in.Names = append(in.Names, people.NameInput{Kind: "alias", Family: "修ちゃん"})
				in.Contacts = append(in.Contacts, in.Contacts[0])
				in.Addresses = append(in.Addresses, in.Addresses[0])
			}
			ctx, trace := db.WithTrace(context.Background())
			if _, err := room.Create(ctx, worker, in); err != nil {
				t.Fatal(err)
			}
			return trace.Count()
		}
		if one, many := statements(0), statements(3); one != many {
			t.Errorf("%d statements for one of each part, %d for four", one, many)
		}
	})
}

func TestFoundInEveryScript(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		p := create(t, room, worker, osamu())
		create(t, room, worker, people.PersonInput{Names: []people.NameInput{{Family: "田中", Given: "恵", FamilyKana: "タナカ", GivenKana: "メグミ"}}})
		for _, text := range []string{"髙橋", "高橋修", "高橋 修", "たかはし", "ﾀｶﾊｼ ｵｻﾑ", "takahashi", "Osamu Takahashi", "昭和43年4月12日", "09012345678"} {
			found, err := room.Search(context.Background(), worker, text, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 || found[0].Card.ID != p.ID || !found[0].Visible {
				t.Errorf("%q found %v", text, found)
			} else if len(found[0].Reasons) == 0 {
				t.Errorf("%q was found without a reason", text)
			}
		}
	})
}

func TestAnotherTeamFindsButDoesNotSee(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx := context.Background()
		p := create(t, room, kizunatest.Staff(access.Caseworker), osamu())
		other := kizunatest.Staff(access.Caseworker)
		found, err := room.Search(ctx, other, "たかはし", 10)
		if err != nil || len(found) != 1 || found[0].Visible {
			t.Errorf("another team's search: %v, %v", found, err)
		}
		if _, err := room.Get(ctx, other, p.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team opened the file: %v", err)
		}
		if _, err := room.Edit(ctx, other, p.ID, people.EditInput{PersonInput: osamu(), Version: 1}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team changed the file: %v", err)
		}
		if list, err := room.List(ctx, other, db.ID{}, 10); err != nil || len(list) != 0 {
			t.Errorf("another team's list: %v, %v", list, err)
		}
		for _, a := range []access.Actor{access.Nobody(), kizunatest.Staff(access.Resident), kizunatest.Staff(access.ProviderStaff)} {
			if _, err := room.Search(ctx, a, "たかはし", 10); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v searched people: %v", a.Roles, err)
			}
		}
	})
}

func TestRestrictedLeavesNoTrace(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := context.Background()
		team := kizunatest.Staff(access.Supervisor)
		mate := kizunatest.Staff(access.Caseworker)
		mate.Teams = team.Teams
		p := create(t, room, team, osamu())
		if _, err := room.Get(ctx, mate, p.ID); err != nil {
			t.Fatalf("the team does not see its own: %v", err)
		}
		if _, err := room.Restrict(ctx, team, p.ID, p.Version, ""); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("restricted without a reason: %v", err)
		}
		if _, err := room.Restrict(ctx, team, p.ID, p.Version, "職員の親族"); err != nil {
			t.Fatal(err)
		}
		auditor := kizunatest.Staff(access.Auditor)
		auditor.Wide = true
		for _, a := range []access.Actor{mate, auditor, kizunatest.Staff(access.Caseworker)} {
			if found, err := room.Search(ctx, a, "髙橋", 10); err != nil || len(found) != 0 {
				t.Errorf("%v found %v, %v", a.Roles, found, err)
			}
			if _, err := room.Get(ctx, a, p.ID); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%v opened the file: %v", a.Roles, err)
			}
			if list, err := room.List(ctx, a, db.ID{}, 10); err != nil || len(list) != 0 {
				t.Errorf("%v listed %v, %v", a.Roles, list, err)
			}
		}
		if _, err := room.Get(ctx, team, p.ID); err != nil {
			t.Errorf("who restricted it lost it: %v", err)
		}
	})
}

func TestTwoEditors(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx := context.Background()
		worker := kizunatest.Staff(access.Caseworker)
		p := create(t, room, worker, osamu())
		file, err := room.Get(ctx, worker, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		first := people.EditInput{PersonInput: file.Input(), Version: p.Version}
		first.Names[0].Given, first.Interpreter = "治", "jsl"
		if _, err := room.Edit(ctx, worker, p.ID, first); err != nil {
			t.Fatal(err)
		}
		second := people.EditInput{PersonInput: file.Input(), Version: p.Version}
		second.Gender = "unstated"
		_, err = room.Edit(ctx, worker, p.ID, second)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.KindConflict || f.Moved == nil {
			t.Fatalf("the second editor got %v", err)
		}
		moved, err := room.Moved(ctx, worker, p.ID, p.Version)
		if err != nil {
			t.Fatal(err)
		}
		fields := map[string]any{}
		for _, m := range moved {
			fields[m.Field] = m.Now
		}
		if fields["interpreter"] != "jsl" || fields["name"] != "髙橋 治" {
			t.Errorf("moved: %v", fields)
		}
		after, err := room.Get(ctx, worker, p.ID)
		if err != nil || after.Person.Gender != "male" || after.Person.Version != p.Version+1 {
			t.Errorf("after both: %+v, %v", after.Person, err)
		}
		if after.Person.Name != "髙橋 治" || len(after.Names) != 1 {
			t.Errorf("name shown %q of %d names", after.Person.Name, len(after.Names))
		}
	})
}

func TestProtectedAddressIsWithheld(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx := context.Background()
		worker := kizunatest.Staff(access.Caseworker)
		p := create(t, room, worker, osamu())
		p, err := room.Protect(ctx, worker, p.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", OtherParty: "元配偶者", Version: p.Version})
		if err != nil {
			t.Fatal(err)
		}
		file, err := room.Get(ctx, worker, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !file.Withheld || file.Addresses[0].Lines != "" || file.Contacts[0].Value != "" {
			t.Errorf("not withheld: %+v %+v", file.Addresses, file.Contacts)
		}
		if found, _ := room.Search(ctx, worker, "09012345678", 10); len(found) != 0 {
			t.Error("a withheld number finds the person")
		}
		edit := people.EditInput{PersonInput: file.Input(), Version: p.Version}
		edit.Gender = "unstated"
		if _, err := room.Edit(ctx, worker, p.ID, edit); err != nil {
			t.Fatal(err)
		}
		shown, err := room.Reveal(ctx, worker, p.ID)
		if err != nil || shown.Addresses[0].Lines != "みなと市栄町2-14" || shown.Contacts[0].Value != "090-1234-5678" {
			t.Errorf("an edit lost what was withheld: %+v, %v", shown.Addresses, err)
		}
		var lines []string
		run.Read(ctx, func(q *db.Reader) error {
			lines, err = db.All[string](q, "SELECT what FROM read_line WHERE root = ? ORDER BY id", p.ID)
			return err
		})
		if !slices.Equal(lines, []string{"opened", "revealed"}) {
			t.Errorf("read lines %v", lines)
		}
	})
}

func TestDeathIsRecordedOnce(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx := context.Background()
		worker := kizunatest.Staff(access.Caseworker)
		p := create(t, room, worker, osamu())
		if _, err := room.RecordDeath(ctx, worker, p.ID, p.Version, "2026-12-01"); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a death tomorrow: %v", err)
		}
		if _, err := room.RecordDeath(ctx, worker, p.ID, p.Version, "1960-01-01"); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a death before birth: %v", err)
		}
		p, err := room.RecordDeath(ctx, worker, p.ID, p.Version, "2026-10-20")
		if err != nil || p.DiedOn != "2026-10-20" {
			t.Fatal(p, err)
		}
		if _, err := room.RecordDeath(ctx, worker, p.ID, p.Version, "2026-10-21"); !errors.Is(err, fault.KindConflict) {
			t.Errorf("died twice: %v", err)
		}
	})
}

func TestBadInputNamesItsField(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(in *people.PersonInput)
		pointer string
	}{
		{"no name", func(in *people.PersonInput) { in.Names = nil }, "/names/0/family"},
		{"birth in the future", func(in *people.PersonInput) { in.BirthDate = "2027-01-01" }, "/birth_date"},
		{"unknown gender", func(in *people.PersonInput) { in.Gender = "x" }, "/gender"},
		{"NUL in a name", func(in *people.PersonInput) { in.Names[0].Given = "a\x00b" }, "/names/0/given"},
		{"over-long name", func(in *people.PersonInput) { in.Names[0].Family = string(make([]rune, 101)) + "x" }, "/names/0/family"},
		{"letters for a telephone", func(in *people.PersonInput) { in.Contacts[0].Value = "abc" }, "/contacts/0/value"},
		{"mail without @", func(in *people.PersonInput) {
			in.Contacts[0] = people.ContactInput{Kind: "email", Value: "abc"}
		}, "/contacts/0/value"},
		{"ends before it begins", func(in *people.PersonInput) {
			in.Addresses[0].From, in.Addresses[0].Until = "2026-02-01", "2026-01-01"
		}, "/addresses/0/until"},
	} {
		in := osamu()
		c.change(&in)
		f, ok := fault.As(in.Validate("2026-11-24"))
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", c.name, f)
		}
	}
}

func TestNamesComeBackByteForByte(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		for _, name := range []string{"𠮷田", "👪家族", "<script>alert(1)</script>", "=HYPERLINK(1)", "Nguyễn", "葛󠄀城"} {
			p := create(t, room, worker, people.PersonInput{Names: []people.NameInput{{Family: name, Given: "x"}}})
			file, err := room.Get(context.Background(), worker, p.ID)
			if err != nil || file.Names[0].Family != name {
				t.Errorf("%q came back as %q, %v", name, file.Names[0].Family, err)
			}
		}
	})
}

func TestQueriesAreBounded(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		p := create(t, room, worker, osamu())
		for range 20 {
			create(t, room, worker, osamu())
		}
		var members []people.MemberInput
		for i := range 20 {
			one := people.PersonInput{Names: []people.NameInput{{Family: "世帯", Given: "員" + strconv.Itoa(i)}}}
			members = append(members, people.MemberInput{Person: create(t, room, worker, one).ID})
		}
		for _, kind := range []string{"living", "budget", "living"} {
			if _, err := room.CreateHousehold(context.Background(), worker, people.HouseholdInput{Kind: kind, Members: members}); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			most int
			call func(ctx context.Context) error
		}{
			"open":   {16, func(ctx context.Context) error { _, err := room.Get(ctx, worker, p.ID); return err }},
			"search": {6, func(ctx context.Context) error { _, err := room.Search(ctx, worker, "高橋", 10); return err }},
			"list":   {1, func(ctx context.Context) error { _, err := room.List(ctx, worker, db.ID{}, 10); return err }},
			"alike":  {9, func(ctx context.Context) error { _, err := room.Alike(ctx, worker, osamu()); return err }},
			"weigh":  {16, func(ctx context.Context) error { return room.Weigh(ctx, p.ID) }},
			"households": {9, func(ctx context.Context) error {
				_, err := room.Around(ctx, worker, members[0].Person, room.Today(ctx))
				return err
			}},
			"pairs": {3, func(ctx context.Context) error {
				_, err := room.Duplicates(ctx, worker, "open", db.ID{}, 10)
				return err
			}},
		} {
			ctx, trace := db.WithTrace(context.Background())
			if err := c.call(ctx); err != nil {
				t.Fatal(err)
			}
			if n := trace.Count(); n > c.most {
				t.Errorf("%s ran %d statements, at most %d wanted", name, n, c.most)
			}
		}
	})
}

func TestEveryStepHasWords(t *testing.T) {
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

// TestWhoIsCalledSoComesFirst looks for a name that one has and others had.
func TestWhoIsCalledSoComesFirst(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		worker := kizunatest.Staff(access.Caseworker)
		was := people.PersonInput{Names: []people.NameInput{{Family: "加藤", Given: "愛"}, {Kind: "former", Family: "佐藤", Given: "愛"}}}
		create(t, room, worker, was)
		is := create(t, room, worker, people.PersonInput{Names: []people.NameInput{{Family: "佐藤", Given: "愛"}}})
		create(t, room, worker, was)
		found, err := room.Search(t.Context(), worker, "佐藤 愛", 10)
		if err != nil || len(found) != 3 || found[0].Card.ID != is.ID {
			t.Errorf("found %+v: %v", found, err)
		}
	})
}

// resaved sends a person back as they were read, changed, and reads them again.
func resaved(t *testing.T, room *people.Room, a access.Actor, id db.ID, change func(*people.PersonInput)) people.File {
	t.Helper()
	f, err := room.Get(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	in := people.EditInput{PersonInput: f.Input(), Version: f.Person.Version}
	change(&in.PersonInput)
	if _, err = room.Edit(t.Context(), a, id, in); err == nil {
		f, err = room.Get(t.Context(), a, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestAnEditedPersonKeepsWhatTheyHave sends a person back as they were read, and with another address: how far the birth date
// is known stays, and where the address is, as long as it is the same address.
func TestAnEditedPersonKeepsWhatTheyHave(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, a := context.Background(), kizunatest.Staff(access.Caseworker)
		in := osamu()
		in.BirthDate, in.BirthPrecision = "1968-04-12", calendar.ToYear
		in.Addresses[0].Latitude, in.Addresses[0].Longitude = 35.4, 139.6
		in.Contacts[0].Preferred = true
		p := create(t, room, a, in)
		again := func(change func(*people.PersonInput)) people.File { return resaved(t, room, a, p.ID, change) }
		f := again(func(*people.PersonInput) {})
		if f.Person.BirthDate != "1968-01-01" || f.Person.BirthPrecision != calendar.ToYear {
			t.Errorf("born %s, known to the %s", f.Person.BirthDate, f.Person.BirthPrecision)
		}
		if x := f.Addresses[0]; x.Latitude != 35.4 || x.Longitude != 139.6 || !f.Contacts[0].Preferred {
			t.Errorf("the address is at %v, %v, and the telephone preferred: %v", x.Latitude, x.Longitude, f.Contacts[0].Preferred)
		}
		if x := again(func(in *people.PersonInput) { in.Addresses[0].Lines = "別の町3-1" }).Addresses[0]; x.Latitude != 0 || x.Longitude != 0 {
			t.Errorf("another address is where the former was: %v, %v", x.Latitude, x.Longitude)
		}
		bad := osamu()
		bad.BirthPrecision = calendar.Unknown
		if _, err := room.Create(ctx, a, bad); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("a date that is not known: %v", err)
		}
	})
}

// TestNobodyIsContacted forbids contact with somebody: no telephone number is in what may be passed on, both records of a
// merged pair forbid it, and a measure withholds how they are reached from whoever edits them meanwhile.
func TestNobodyIsContacted(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx, a := context.Background(), kizunatest.Staff(access.Caseworker)
		in := osamu()
		p := create(t, room, a, in)
		profile := func() (x people.Profile) {
			t.Helper()
			if err := run.Read(ctx, func(q *db.Reader) (err error) {
				x, err = people.ProfileOf(q, p.ID, "2026-11-24")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return x
		}
		edit := func(change func(*people.PersonInput)) people.File { return resaved(t, room, a, p.ID, change) }
		if x := profile(); x.NoContacts || len(x.Contacts) != 1 {
			t.Errorf("before: %+v", x)
		}
		f := edit(func(in *people.PersonInput) {
			in.ContactProhibited, in.ReachNote = true, "平日の朝に本人の携帯へ"
		})
		if x := profile(); !x.NoContacts || x.Contacts != nil || x.NoAddresses {
			t.Errorf("contact is prohibited: %+v", x)
		}
		if _, err := room.Protect(ctx, a, p.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: f.Person.Version}); err != nil {
			t.Fatal(err)
		}
		f = edit(func(in *people.PersonInput) {
			if in.ReachNote != "" {
				t.Errorf("a measure shows how to reach them: %q", in.ReachNote)
			}
			in.Gender = "other"
		})
		chief := kizunatest.Staff(access.Supervisor)
		chief.Teams = a.Teams
		if _, err := room.Unprotect(ctx, chief, p.ID, people.UnprotectInput{Error: true, Reason: "別の人の措置", Version: f.Person.Version}); err != nil {
			t.Fatal(err)
		}
		if f = edit(func(*people.PersonInput) {}); f.Person.ReachNote != "平日の朝に本人の携帯へ" || f.Person.Protected("2026-11-24") || f.Withheld {
			t.Errorf("after the measure was taken back: %q until %q", f.Person.ReachNote, f.Person.ProtectedUntil)
		}
	})
}

// TestAMeasureEnds has two measures: one ends, the other goes on, and only when both are over is anything shown again.
func TestAMeasureEnds(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, a := context.Background(), kizunatest.Staff(access.Caseworker)
		chief := kizunatest.Staff(access.Supervisor)
		chief.Teams = a.Teams
		p := create(t, room, a, osamu())
		for _, m := range []people.ProtectionInput{{Ground: "violence", From: "2026-01-01", Until: "2026-12-31"}, {Ground: "stalking", From: "2026-06-01"}} {
			m.Version = p.Version
			var err error
			if p, err = room.Protect(ctx, a, p.ID, m); err != nil {
				t.Fatal(err)
			}
		}
		f, err := room.Get(ctx, chief, p.ID)
		if err != nil || len(f.Protections) != 2 || p.ProtectedUntil != "9999-12-31" {
			t.Fatalf("%d measures until %s, %v", len(f.Protections), p.ProtectedUntil, err)
		}
		in := people.UnprotectInput{Reason: "終了の通知", Until: "2026-11-20", Version: p.Version}
		if _, err := room.Unprotect(ctx, chief, p.ID, in); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("which of two is not asked: %v", err)
		}
		in.Measure = f.Protections[0].ID // the latest
		if _, err := room.Unprotect(ctx, a, p.ID, in); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker ends it: %v", err)
		}
		for name, bad := range map[string]func(people.UnprotectInput) people.UnprotectInput{
			"before it began": func(in people.UnprotectInput) people.UnprotectInput { in.Until = "2026-05-31"; return in },
			"no day":          func(in people.UnprotectInput) people.UnprotectInput { in.Until = ""; return in },
			"both":            func(in people.UnprotectInput) people.UnprotectInput { in.Error = true; return in },
			"no reason":       func(in people.UnprotectInput) people.UnprotectInput { in.Reason = ""; return in },
		} {
			if _, err := room.Unprotect(ctx, chief, p.ID, bad(in)); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if p, err = room.Unprotect(ctx, chief, p.ID, in); err != nil || p.ProtectedUntil != "2026-12-31" {
			t.Fatalf("the other goes on until %s, %v", p.ProtectedUntil, err)
		}
		in.Measure, in.Version = f.Protections[1].ID, p.Version
		if p, err = room.Unprotect(ctx, chief, p.ID, in); err != nil || p.Protected("2026-11-24") {
			t.Fatalf("both are over, and it runs until %s, %v", p.ProtectedUntil, err)
		}
		if f, err = room.Get(ctx, a, p.ID); err != nil || f.Withheld || f.Addresses[0].Lines == "" {
			t.Errorf("withheld still: %+v, %v", f.Addresses, err)
		}
	})
}

// TestARestrictionIsLifted: the team that lost somebody sees them again, and another team does not.
func TestARestrictionIsLifted(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, a := context.Background(), kizunatest.Staff(access.Caseworker)
		mate, chief, far := kizunatest.Staff(access.Caseworker), kizunatest.Staff(access.Supervisor), kizunatest.Staff(access.Caseworker)
		mate.Teams, chief.Teams = a.Teams, a.Teams
		p := create(t, room, a, osamu())
		sees := func(who access.Actor) bool { _, err := room.Get(ctx, who, p.ID); return err == nil }
		p, err := room.Restrict(ctx, chief, p.ID, p.Version, "危険")
		if err != nil || sees(mate) {
			t.Fatalf("restricted, and a mate sees them: %v, %v", sees(mate), err)
		}
		if _, err := room.Unrestrict(ctx, chief, p.ID, people.RemoveInput{Version: p.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		if p, err = room.Unrestrict(ctx, chief, p.ID, people.RemoveInput{Reason: "転居した", Version: p.Version}); err != nil || p.Restricted {
			t.Fatal(err)
		}
		if !sees(mate) || sees(far) {
			t.Errorf("a mate sees them: %v; another team: %v", sees(mate), sees(far))
		}
		if _, err := room.Unrestrict(ctx, chief, p.ID, people.RemoveInput{Reason: "もう一度", Version: p.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}
