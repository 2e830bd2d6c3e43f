package form_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/people"
)

// family asks of each child, and of each income, alike.
func family() form.Definition {
	return form.Definition{
		Sections: []form.Section{
			{Key: "children", Title: pair("子ども", "Children"), Repeats: true, Most: 3, Questions: []form.Question{
				{Key: "name", Kind: "text", Label: pair("名前", "Name"), Required: true},
				{Key: "age", Kind: "number", Label: pair("年齢", "Age")},
				{Key: "ill", Kind: "yes_no", Label: pair("持病", "Ill"), Score: 2, MapTo: "need/health"},
				{Key: "what", Kind: "text", Label: pair("病名", "Of what"), Show: "ill", RequiredWhen: "ill && age < 6"},
				{Key: "months", Kind: "number", Label: pair("月齢", "Months"), Calculate: "age * 12"},
			}},
			{Key: "home", Title: pair("住まい", "Home"), Show: "children > 0", Questions: []form.Question{
				{Key: "rooms", Kind: "number", Label: pair("部屋", "Rooms")},
				{Key: "tight", Kind: "yes_no", Label: pair("狭いか", "Too small"), Show: "rooms < size(name)"},
				{Key: "small", Kind: "yes_no", Label: pair("乳児がいるか", "An infant"), Show: "age.exists(a, number(a) < 1)"},
				{Key: "pay", Kind: "money", Label: pair("賃金", "Pay"), Repeats: true, Most: 2, Hint: pair("仕事ごとに", "Of each job")},
				{Key: "total", Kind: "money", Label: pair("合計", "Total"), Calculate: "sum(pay)"},
			}},
		},
		Score: "points + sum(age)",
	}
}

func TestWhatRepetitionsSeeAndWhatIsSeenOfThem(t *testing.T) {
	r := ready(t, family())
	answers, wrong := r.Read(map[string]any{
		"children": []any{map[string]any{"name": "葵", "age": "5", "ill": true}, map[string]any{}, map[string]any{"name": "蓮", "age": json.Number("0"), "what": "なし"}},
		"rooms":    "1", "pay": []any{"100,000", "", "２３０００円"},
	})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	ev := r.Evaluate(answers, "2026-11-24")
	rows := ev.Rows["children"]
	if len(rows) != 2 || !rows[0].Visible["what"] || rows[1].Visible["what"] || rows[0].Answers["months"].Text != "60" || rows[1].Answers["what"].Text != "" {
		t.Fatalf("%+v", rows)
	}
	if len(ev.Faults) != 1 || ev.Faults[0].Pointer != "/answers/children/0/what" {
		t.Errorf("missing %v", ev.Faults)
	}
	if !ev.Visible["tight"] || !ev.Visible["small"] || ev.Answers["total"].Text != "123000" || ev.Score != "7" {
		t.Errorf("tight %v, small %v, total %v, score %s", ev.Visible["tight"], ev.Visible["small"], ev.Answers["total"], ev.Score)
	}
	if len(ev.Parts) != 1 || ev.Parts[0].Row != 1 || ev.Parts[0].Answer.Text != "true" {
		t.Errorf("points of %+v", ev.Parts)
	}
	if got := r.Mapped(ev.Answers); !slices.Equal(got, []string{"need/health"}) {
		t.Errorf("mapped %v", got)
	}
	b, _ := json.Marshal(form.Plain(ev.Answers))
	if want := `{"children":[{"age":"5","ill":true,"months":"60","name":"葵"},{"age":"0","months":"0","name":"蓮"}],"pay":["100000","23000"],"rooms":"1","total":"123000"}`; string(b) != want {
		t.Errorf("%s", kizunatest.Difference(want, string(b)))
	}
	if q, _ := r.Find("pay"); q.Said(text.EN, ev.Answers["pay"]) != "¥100,000, ¥23,000" {
		t.Errorf("said as %q", q.Said(text.EN, ev.Answers["pay"]))
	}
	none := r.Evaluate(nil, "2026-11-24")
	if none.Sections[1] || !none.Visible["name"] || none.Blank["children"].Visible["what"] || len(none.Faults) > 0 || none.Score != "0" {
		t.Errorf("of no child: %+v", none)
	}
}

// TestRepetitionsThatCannotBeRead are told where they were typed, and lose
// nothing beside them.
func TestRepetitionsThatCannotBeRead(t *testing.T) {
	r := ready(t, family())
	typed := map[string]any{"children": map[string]any{"0": "", "1": map[string]any{"name": "葵", "age": "five"}, "10": map[string]any{"name": "蓮"}}, "pay": map[string]any{"0": "x", "1": "5"}}
	answers, wrong := r.Read(typed)
	var at []string
	for _, w := range wrong {
		at = append(at, w.Pointer)
	}
	if got := strings.Join(at, " "); got != "/answers/children/1/age /answers/pay/0" {
		t.Errorf("wrong at %s", got)
	}
	if rows := answers["children"].Rows; len(rows) != 2 || rows[0]["name"].Text != "葵" || rows[1]["name"].Text != "蓮" || !slices.Equal(answers["pay"].List, []string{"5"}) {
		t.Errorf("kept %v", answers)
	}
	if ev := r.AsTyped(nil, form.Fill{Answers: typed}, "2026-11-24"); len(ev.Rows["children"]) != 3 {
		t.Errorf("the page has %d repetitions", len(ev.Rows["children"]))
	}
	for name, c := range map[string]struct {
		raw any
		at  string
	}{
		"four of three":      {[]any{map[string]any{"name": "a"}, map[string]any{"name": "b"}, map[string]any{"name": "c"}, map[string]any{"name": "d"}}, "/answers/children"},
		"a text":             {"葵", "/answers/children/0"},
		"a name of no place": {map[string]any{"first": map[string]any{"name": "a"}}, "/answers/children"},
		"another question":   {[]any{map[string]any{"rooms": "3"}}, "/answers/children/0/rooms"},
		"what is worked out": {[]any{map[string]any{"months": "3"}}, "/answers/children/0/months"},
	} {
		if _, wrong := r.Read(map[string]any{"children": c.raw}); len(wrong) != 1 || wrong[0].Pointer != c.at {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	if _, wrong := r.Read(map[string]any{"name": "葵"}); len(wrong) != 1 || wrong[0].Key != "fault.unknown_field" {
		t.Errorf("outside its repetition: %v", wrong)
	}
}

func TestWhatCannotRepeat(t *testing.T) {
	section := func(change func(s *form.Section)) form.Definition {
		s := form.Section{Key: "s", Title: pair("章", "S"), Repeats: true, Questions: []form.Question{{Key: "q", Kind: "text", Label: pair("問", "Q")}}}
		change(&s)
		return form.Definition{Sections: []form.Section{s}}
	}
	for name, c := range map[string]struct {
		at     string
		change func(s *form.Section)
	}{
		"":                             {"", func(*form.Section) {}},
		"a key that a question has":    {"/sections/0/key", func(s *form.Section) { s.Key = "q" }},
		"more than there can be":       {"/sections/0/most", func(s *form.Section) { s.Most = 51 }},
		"at least more than at most":   {"/sections/0/least", func(s *form.Section) { s.Least, s.Most = 4, 3 }},
		"a file":                       {"/sections/0/questions/0/kind", func(s *form.Section) { s.Questions[0].Kind = "file" }},
		"a yes or no several times":    {"/sections/0/questions/0/repeats", func(s *form.Section) { s.Questions[0].Kind, s.Questions[0].Repeats = "yes_no", true }},
		"a sum several times":          {"/sections/0/questions/0/repeats", func(s *form.Section) { s.Questions[0].Calculate, s.Questions[0].Repeats = "['a']", true }},
		"one's own where none chooses": {"/sections/0/questions/0/open", func(s *form.Section) { s.Questions[0].Open = true }},
		"a list that there is not":     {"/sections/0/map_to", func(s *form.Section) { s.MapTo = "record/wishes" }},
		"a list of one":                {"/sections/0/map_to", func(s *form.Section) { s.Repeats, s.MapTo = false, "record/incomes" }},
		"a field in a list":            {"/sections/0/questions/0/map_to", func(s *form.Section) { s.Questions[0].MapTo = "record/family_name" }},
		"what it says itself":          {"/sections/0/questions/0/show", func(s *form.Section) { s.Questions[0].Show = "s > 1" }},
	} {
		_, err := form.Compile(section(c.change))
		if (err != nil) != (c.at != "") || c.at != "" && !pointsTo(err, c.at) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersOfOnesOwn(t *testing.T) {
	options := []form.Option{{Value: "cat", Label: pair("ねこ", "Cat"), Score: 1}, {Value: "dog", Label: pair("いぬ", "Dog")}}
	r := ready(t, form.Definition{Sections: []form.Section{{Key: "s", Title: pair("章", "S"), Questions: []form.Question{
		{Key: "pet", Kind: "choice", Label: pair("動物", "Pet"), Open: true, Options: options},
		{Key: "pets", Kind: "choices", Label: pair("動物", "Pets"), Open: true, Options: options},
		{Key: "closed", Kind: "choice", Label: pair("動物", "Pet"), Options: options},
	}}}})
	for _, c := range []struct {
		raw  map[string]any
		want string
		at   string
	}{
		{map[string]any{"pet": "烏"}, "Other: 烏", ""},
		{map[string]any{"pet": "", "pet-own": " 烏 "}, "Other: 烏", ""},
		{map[string]any{"pet": form.Own, "pet-own": "烏"}, "Other: 烏", ""},
		{map[string]any{"pet": form.Own, "pet-own": "ねこ"}, "Cat", ""},
		{map[string]any{"pet": "dog", "pet-own": ""}, "Dog", ""},
		{map[string]any{"pet": "dog", "pet-own": "烏"}, "", "/answers/pet-own"},
		{map[string]any{"pet": form.Own, "pet-own": ""}, "", "/answers/pet-own"},
		{map[string]any{"pet-own": strings.Repeat("烏", 301)}, "", "/answers/pet-own"},
		{map[string]any{"pets": []any{"cat"}, "pets-own": "烏"}, "Cat, Other: 烏", ""},
		{map[string]any{"pets": []any{"烏", "cat"}}, "Cat, Other: 烏", ""},
		{map[string]any{"pets": []any{"烏", "鳩"}}, "", "/answers/pets"},
		{map[string]any{"closed": "烏"}, "", "/answers/closed"},
		{map[string]any{"closed-own": "烏"}, "", "/answers/closed-own"},
	} {
		answers, wrong := r.Read(c.raw)
		said := ""
		for key, v := range answers {
			q, _ := r.Find(key)
			said += q.Said(text.EN, v)
		}
		if said != c.want || len(wrong) > 1 || c.at == "" && len(wrong) > 0 || c.at != "" && (len(wrong) == 0 || wrong[0].Pointer != c.at) {
			t.Errorf("%v is %q, %v", c.raw, said, wrong)
		}
	}
}

func TestTwoVersionsDifferInRepetitions(t *testing.T) {
	before, after := family(), family()
	after.Sections[0].Most = 8
	after.Sections[1].Questions[3].Repeats = false
	if got := fmt.Sprint(form.Compare(before, after)); strings.Count(got, "[repeats]") != 2 {
		t.Error(got)
	}
}

// household asks of a household and its money what is recorded.
func household() form.FormInput {
	return form.FormInput{Key: "household", Title: pair("世帯の確認", "Household"), Purpose: "review", Definition: form.Definition{Sections: []form.Section{
		{Key: "members", Title: pair("一緒に暮らす人", "Who lives with you"), Repeats: true, MapTo: "record/household_members", Questions: []form.Question{
			{Key: "member", Kind: "text", Label: pair("名前", "Name"), MapTo: "record/household_members/name"},
			{Key: "born", Kind: "date", Label: pair("生年月日", "Born"), MapTo: "record/household_members/birth_date"},
			{Key: "pocket", Kind: "money", Label: pair("小遣い", "Pocket money")},
		}},
		{Key: "incomes", Title: pair("収入", "Income"), Repeats: true, MapTo: "record/incomes", Questions: []form.Question{
			{Key: "source", Kind: "text", Label: pair("どこから", "From"), MapTo: "record/incomes/detail"},
			{Key: "amount", Kind: "money", Label: pair("いくら", "How much"), MapTo: "record/incomes/amount"},
		}},
		{Key: "sums", Title: pair("まとめ", "Together"), Questions: []form.Question{
			{Key: "all", Kind: "money", Label: pair("毎月の収入", "Income a month"), MapTo: "record/monthly_income"},
			{Key: "heads", Kind: "number", Label: pair("何人", "How many"), MapTo: "record/household_size"},
		}},
	}}}
}

func (x desk) has(t *testing.T, c people.Circumstance) people.Circumstance {
	t.Helper()
	c.Person, c.Kind, c.Currency = x.person, "income", "JPY"
	return must[people.Circumstance](t)(x.persons.AddCircumstance(t.Context(), x.worker, c))
}

// asks publishes the household's form and begins it.
func (x desk) asks(t *testing.T) form.Response {
	t.Helper()
	admin := kizunatest.Staff("administrator")
	f := must[form.Form](t)(x.Create(t.Context(), admin, household()))
	must[form.Form](t)(x.Publish(t.Context(), admin, f.ID, f.Version))
	return must[form.Response](t)(x.Begin(t.Context(), x.worker, form.BeginInput{FormKey: "household", Person: x.person}))
}

func TestRepetitionsBeginWithTheRecordAndItTakesOverOneByOne(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		child := must[people.Person](t)(x.persons.Create(ctx, x.worker, people.PersonInput{Names: []people.NameInput{{Family: "松尾", Given: "葵"}}, BirthDate: "2018-05-05", BirthPrecision: "day"}))
		home := must[people.Household](t)(x.persons.CreateHousehold(ctx, x.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{
			{Person: x.person, Leads: true, Relation: "self", From: "2018-05-05"}, {Person: child.ID, Relation: "child", From: "2018-05-05"}}}))
		_ = home
		wage := x.has(t, people.Circumstance{Detail: "賃金", Minor: 90000, Period: "month", From: "2025-04-01"})
		x.has(t, people.Circumstance{Detail: "手当", Minor: 10000, Period: "month", From: "2025-04-01"})
		x.has(t, people.Circumstance{Detail: "年金", Minor: 600000, Period: "year", From: "2025-04-01"})
		res := x.asks(t)
		b, _ := json.Marshal(form.Plain(res.Answers.V))
		if want := `{"all":"150000","heads":"2","incomes":[{"amount":"90000","source":"賃金"},{"amount":"10000","source":"手当"}],"members":[{"born":"2018-05-05","member":"松尾 葵"}]}`; string(b) != want {
			t.Errorf("began with %s", kizunatest.Difference(want, string(b)))
		}
		if len(res.Prefilled.V["members"].Value.Rows) != 1 {
			t.Errorf("prefilled %v", res.Prefilled.V)
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"all": "200000", "heads": "3",
			"members": []any{map[string]any{"member": "松尾　葵", "pocket": "500"}, map[string]any{"member": "松尾 蓮"}},
			"incomes": []any{map[string]any{"source": "賃金", "amount": "95000"}, map[string]any{"source": "内職", "amount": "5000"}, map[string]any{"source": "いくらか分からない"}}}}))
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		seen := must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID))
		said, keys := "", map[string]string{}
		for _, d := range seen.Differences {
			said += fmt.Sprintf("%s/%s %s->%s %v\n", d.Word()[len("form.target."):], d.What, d.Recorded.Text, d.Answered.Text, d.Ways)
			keys[d.What] = d.Key
		}
		if want := "household_members/ ->松尾 蓮 []\nincomes/賃金 90000->95000 [correct change]\nincomes/内職 ->5000 [change]\nincomes/手当 10000-> [change]\nmonthly_income/ 150000->200000 []\nhousehold_size/ 2->3 []\n"; said != want {
			t.Errorf("%s", kizunatest.Difference(want, said))
		}
		in := form.TakeOverInput{PersonVersion: seen.Person.Version, Version: res.Version, From: "2026-10-01",
			Take: map[string]any{keys["賃金"]: "change", keys["内職"]: "change", keys["手当"]: "change"}}
		early := in
		early.From = "2025-04-01"
		if _, err := x.TakeOver(ctx, x.worker, res.ID, early); !pointsTo(err, "/from") {
			t.Errorf("ended before it began: %v", err)
		}
		stale := must[people.Circumstance](t)(x.persons.ChangeCircumstance(ctx, x.worker, wage.ID, func() people.CircumstanceChange {
			c := wage.Change()
			c.Minor = 91000
			return c
		}()))
		if _, err := x.TakeOver(ctx, x.worker, res.ID, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("took over what had moved: %v", err)
		}
		if life := must[people.Life](t)(x.persons.Circumstances(ctx, x.worker, x.person)); len(life.Circumstances) != 3 {
			t.Errorf("and kept some of it: %+v", life.Circumstances)
		}
		delete(in.Take, keys["賃金"])
		in.Take["incomes-"+wage.ID.String()+fmt.Sprint(".", stale.Version)] = "change"
		res = must[form.Response](t)(x.TakeOver(ctx, x.worker, res.ID, in))
		life := must[people.Life](t)(x.persons.Circumstances(ctx, x.worker, x.person))
		var now []string
		for _, c := range life.Circumstances {
			now = append(now, fmt.Sprint(c.Detail, c.Minor, c.From, "-", c.Until))
		}
		slices.Sort(now)
		if got, want := strings.Join(now, "\n"), "内職50002026-10-01-\n年金6000002025-04-01-\n手当100002025-04-01-2026-09-30\n賃金910002025-04-01-2026-09-30\n賃金950002026-10-01-"; got != want {
			t.Errorf("%s", kizunatest.Difference(want, got))
		}
		if len(res.Taken.V) != 3 || res.Taken.V[keys["内職"]].What != "内職" {
			t.Errorf("taken %v", res.Taken.V)
		}
		for _, d := range must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID)).Differences {
			if len(d.Ways) > 0 {
				t.Errorf("still to take over: %s %s", d.Word(), d.What)
			}
		}
	})
}

// TestWhoLivesWithSomebodyProtectedIsNotTold by a form that asks for them, nor
// is anybody whom not every reader of the person may know.
func TestWhoLivesWithSomebodyProtectedIsNotTold(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		hidden := must[people.Person](t)(x.persons.Create(ctx, x.worker, people.PersonInput{Names: []people.NameInput{{Family: "松尾", Given: "葵"}}}))
		must[people.Household](t)(x.persons.CreateHousehold(ctx, x.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{
			{Person: x.person, Leads: true, Relation: "self", From: "2018-05-05"}, {Person: hidden.ID, Relation: "child", From: "2018-05-05"}}}))
		must[people.Person](t)(x.persons.Protect(ctx, x.worker, hidden.ID, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: hidden.Version}))
		res := x.asks(t)
		if _, told := res.Answers.V["members"]; told {
			t.Errorf("began with %v", res.Answers.V["members"])
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"members": []any{map[string]any{"member": "別の人"}}}}))
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		for _, d := range must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID)).Differences {
			if d.List.Key != "" {
				t.Errorf("differs from what is not told: %+v", d)
			}
		}
	})
}

// TestOneIncomeIsReplacedByWhatIsEarnedNow where it is all that was recorded.
func TestOneIncomeIsReplacedByWhatIsEarnedNow(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		x.has(t, people.Circumstance{Detail: "賃金", Minor: 90000, Period: "month", From: "2025-04-01"})
		res := x.begun(t)
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"income": "70000"}}))
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		seen := must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID))
		must[form.Response](t)(x.TakeOver(ctx, x.worker, res.ID, form.TakeOverInput{Take: map[string]any{"income": "change"}, From: "2026-11-01", PersonVersion: seen.Person.Version, Version: res.Version}))
		life := must[people.Life](t)(x.persons.Circumstances(ctx, x.worker, x.person)).Circumstances
		if len(life) != 2 || life[0].Minor != 70000 || life[0].Detail != "賃金" || life[1].Until != "2026-10-31" {
			t.Errorf("%+v", life)
		}
	})
}

// TestRepetitionsAreKept as they are sent, all together, and one that only a
// page began is none.
func TestRepetitionsAreKept(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx, admin := t.Context(), kizunatest.Staff("administrator")
		d := family()
		d.Sections[0].Questions[1].Initial = []string{"3"}
		f := must[form.Form](t)(x.Create(ctx, admin, form.FormInput{Key: "family", Title: pair("家族", "Family"), Purpose: "review", Definition: d}))
		must[form.Form](t)(x.Publish(ctx, admin, f.ID, f.Version))
		res := must[form.Response](t)(x.Begin(ctx, x.worker, form.BeginInput{FormKey: "family", Person: x.person}))
		kids := func(names ...string) map[string]any {
			list := []any{}
			for _, n := range names {
				list = append(list, map[string]any{"name": n, "age": "3"})
			}
			return map[string]any{"children": list}
		}
		count := func() int { return len(res.Answers.V["children"].Rows) }
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: kids("葵", "蓮")}))
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"pay": []any{"5"}}}))
		if count() != 2 {
			t.Errorf("another answer took them away: %v", res.Answers.V)
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Section: "children", Version: res.Version, Answers: kids("葵", "")}))
		if count() != 1 {
			t.Errorf("a repetition in which nothing was typed counts: %v", res.Answers.V)
		}
		_, wrong, err := x.Fill(ctx, x.worker, res.ID, form.Fill{Section: "children", Version: res.Version, Answers: map[string]any{"children": []any{map[string]any{"name": "葵", "age": "x"}, map[string]any{"name": "蓮"}}}})
		if err != nil || len(wrong) != 1 || wrong[0].Pointer != "/answers/children/0/age" {
			t.Errorf("%v %v", wrong, err)
		}
		got := must[form.Answered](t)(x.GetResponse(ctx, x.worker, res.ID))
		if res = got.Response; count() != 2 || got.Now.Answers["children"].Rows[1]["name"].Text != "蓮" {
			t.Errorf("what could be read is lost: %v", res.Answers.V)
		}
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		digest := got.Ready.Digest(res.Form, res.Answers.V)
		res = must[form.Response](t)(x.Amend(ctx, x.worker, res.ID, form.AmendInput{Fill: form.Fill{Version: res.Version, Answers: kids("葵")}, Reason: "一人"}))
		if count() != 1 || got.Ready.Digest(res.Form, res.Answers.V) == digest {
			t.Errorf("amended to %v, and a signature would cover it", res.Answers.V)
		}
		digest = got.Ready.Digest(res.Form, res.Answers.V)
		res = must[form.Response](t)(x.Amend(ctx, x.worker, res.ID, form.AmendInput{Fill: form.Fill{Version: res.Version, Answers: kids("凛")}, Reason: "聞き違い"}))
		if got.Ready.Digest(res.Form, res.Answers.V) == digest {
			t.Error("a signature would cover another name")
		}
	})
}
