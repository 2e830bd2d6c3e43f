package form_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/people"
)

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", form.Flow.Describe().Matrix()+form.ResponseFlow.Describe().Matrix())
	for _, d := range []flow.Described{form.Flow.Describe(), form.ResponseFlow.Describe()} {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

func pair(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

// housing is a small question set with branches, a calculation and bands.
func housing() form.Definition {
	return form.Definition{
		Sections: []form.Section{
			{Key: "home", Title: pair("住まい", "Home"), Questions: []form.Question{
				{Key: "tenure", Kind: "choice", Label: pair("住まいの種類", "Tenure"), Required: true, Options: []form.Option{
					{Value: "rented", Label: pair("賃貸", "Rented"), Score: 1}, {Value: "none", Label: pair("なし", "None"), Score: 4, MapTo: "need/housing"}}},
				{Key: "rent", Kind: "money", Label: pair("家賃", "Rent"), Show: "tenure == 'rented'", RequiredWhen: "tenure == 'rented'", Max: "500000"},
				{Key: "income", Kind: "money", Label: pair("月収", "Monthly income")},
				{Key: "share", Kind: "number", Label: pair("家賃の割合", "Share of rent"), Calculate: "round(rent * 100 / income)"},
				{Key: "arrears", Kind: "yes_no", Label: pair("滞納", "Arrears"), Score: 2, MapTo: "need/debt", Show: "share >= 30"},
			}},
			{Key: "support", Title: pair("支え", "Support"), Show: "tenure == 'none' || arrears", Questions: []form.Question{
				{Key: "worry", Kind: "scale", Label: pair("不安の強さ", "Worry"), Score: 1, Required: true, Max: "4"},
				{Key: "helps", Kind: "choices", Label: pair("頼れる人", "Who helps"), Options: []form.Option{
					{Value: "family", Label: pair("家族", "Family"), Score: -1}, {Value: "friend", Label: pair("友人", "Friend"), Score: -1}}},
				{Key: "since", Kind: "date", Label: pair("いつから", "Since when")},
			}},
		},
		Bands: []form.Band{{Key: "low", From: 0, Label: pair("軽い", "Low")}, {Key: "middle", From: 4, Label: pair("中くらい", "Middle")}, {Key: "high", From: 7, Label: pair("重い", "High")}},
	}
}

func ready(t *testing.T, d form.Definition) *form.Ready {
	t.Helper()
	r, err := form.Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnswersShowRequireCalculateAndScore(t *testing.T) {
	r := ready(t, housing())
	for _, c := range []struct {
		name       string
		raw        map[string]any
		visible    []string
		hidden     []string
		missing    []string
		score      string
		band       string
		calculated string
	}{
		{"nothing yet", nil, []string{"tenure", "income"}, []string{"rent", "arrears", "worry"}, []string{"/answers/tenure"}, "0", "low", ""},
		{"rented, rent not given", map[string]any{"tenure": "rented"}, []string{"rent"}, []string{"arrears", "worry"}, []string{"/answers/rent"}, "1", "low", ""},
		{"high rent", map[string]any{"tenure": "rented", "rent": "６０,０００円", "income": json.Number("150000")}, []string{"arrears"}, []string{"worry"}, nil, "1", "low", "40"},
		{"low rent hides arrears and its points", map[string]any{"tenure": "rented", "rent": "30000", "income": "150000", "arrears": "yes"}, nil, []string{"arrears", "worry"}, nil, "1", "low", "20"},
		{"arrears", map[string]any{"tenure": "rented", "rent": "60000", "income": "150000", "arrears": true, "worry": "4", "since": "令和8年4月1日"}, []string{"worry", "since"}, nil, nil, "7", "high", "40"},
		{"no home", map[string]any{"tenure": "none", "worry": "2", "helps": []any{"family", "friend"}}, []string{"worry"}, []string{"rent"}, nil, "4", "middle", ""},
	} {
		answers, wrong := r.Read(c.raw)
		if len(wrong) > 0 {
			t.Errorf("%s: %v", c.name, wrong)
		}
		ev := r.Evaluate(answers, "2026-11-24")
		for _, key := range c.visible {
			if !ev.Visible[key] {
				t.Errorf("%s: %s is not shown", c.name, key)
			}
		}
		for _, key := range c.hidden {
			if _, kept := ev.Answers[key]; ev.Visible[key] || kept {
				t.Errorf("%s: %s is shown or counts", c.name, key)
			}
		}
		if len(ev.Faults) != len(c.missing) || len(c.missing) > 0 && ev.Faults[0].Pointer != c.missing[0] {
			t.Errorf("%s: missing %v", c.name, ev.Faults)
		}
		if ev.Score != c.score || ev.Band != c.band || ev.Answers["share"].Text != c.calculated {
			t.Errorf("%s: score %q band %q share %q", c.name, ev.Score, ev.Band, ev.Answers["share"].Text)
		}
	}
	answers, _ := r.Read(map[string]any{"tenure": "none", "arrears": "yes"})
	if got := r.Mapped(answers); len(got) != 2 || got[0] != "need/housing" {
		t.Errorf("mapped %v", got)
	}
}

func TestAnswersThatCannotBeRead(t *testing.T) {
	r := ready(t, housing())
	for key, raw := range map[string]any{
		"tenure": "castle", "rent": "much", "income": "12,34", "arrears": "maybe", "worry": "5", "helps": []any{"dog"},
		"since": "平成31年5月1日", "share": "40", "nothing": "x",
	} {
		answers, wrong := r.Read(map[string]any{key: raw})
		if len(wrong) != 1 || wrong[0].Pointer != "/answers/"+key || len(answers) != 0 {
			t.Errorf("%s: %v %v", key, answers, wrong)
		}
	}
	if _, wrong := r.Read(map[string]any{"rent": "500001"}); len(wrong) != 1 || wrong[0].Key != "form.fault.most" {
		t.Errorf("above the most: %v", wrong)
	}
}

func TestCompileRefuses(t *testing.T) {
	for pointer, spoil := range map[string]func(d *form.Definition){
		"/sections":                               func(d *form.Definition) { d.Sections = nil },
		"/sections/0/questions/0/key":             func(d *form.Definition) { d.Sections[0].Questions[0].Key = "today" },
		"/sections/0/questions/1/key":             func(d *form.Definition) { d.Sections[0].Questions[1].Key = "tenure" },
		"/sections/0/questions/0/kind":            func(d *form.Definition) { d.Sections[0].Questions[0].Kind = "colour" },
		"/sections/0/questions/0/label/ja":        func(d *form.Definition) { d.Sections[0].Questions[0].Label = text.Pair{} },
		"/sections/0/questions/0/options":         func(d *form.Definition) { d.Sections[0].Questions[0].Options = nil },
		"/sections/0/questions/0/options/1/value": func(d *form.Definition) { d.Sections[0].Questions[0].Options[1].Value = "rented" },
		"/sections/0/questions/1/show":            func(d *form.Definition) { d.Sections[0].Questions[1].Show = "worry > 1" },
		"/sections/0/questions/1/required_when":   func(d *form.Definition) { d.Sections[0].Questions[1].RequiredWhen = "tenure == 'castle'" },
		"/sections/0/questions/3/calculate":       func(d *form.Definition) { d.Sections[0].Questions[3].Calculate = "rent ==" },
		"/sections/1/show":                        func(d *form.Definition) { d.Sections[1].Show = "income" },
		"/sections/1/questions/0/max":             func(d *form.Definition) { d.Sections[1].Questions[0].Max = "0" },
		"/score":                                  func(d *form.Definition) { d.Score = "tenure" },
		"/bands/1/from":                           func(d *form.Definition) { d.Bands[1].From = 0 },
	} {
		d := housing()
		spoil(&d)
		_, err := form.Compile(d)
		f, ok := fault.As(err)
		if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("want a fault at %s, got %v", pointer, err)
		}
	}
}

// TestStoredAnswersEvaluateAlike stores answers as JSON and evaluates them again.
func TestStoredAnswersEvaluateAlike(t *testing.T) {
	r := ready(t, housing())
	rapid.Check(t, func(rt *rapid.T) {
		raw := map[string]any{}
		for key, values := range map[string][]any{
			"tenure": {"rented", "none", ""}, "rent": {"0", "60000", "499,999"}, "income": {"1", "150000"}, "arrears": {"yes", "no"},
			"worry": {"1", "4"}, "helps": {"family", []any{"family", "friend"}}, "since": {"2026-04-01"},
		} {
			if rapid.Bool().Draw(rt, key) {
				raw[key] = rapid.SampledFrom(values).Draw(rt, key+" is")
			}
		}
		answers, wrong := r.Read(raw)
		if len(wrong) > 0 {
			rt.Fatal(wrong)
		}
		first := r.Evaluate(answers, "2026-11-24")
		stored, _ := json.Marshal(first.Answers)
		var again rule.Facts
		if err := json.Unmarshal(stored, &again); err != nil {
			rt.Fatal(err)
		}
		second := r.Evaluate(again, "2026-11-24")
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(second)
		if string(a) != string(b) {
			rt.Fatalf("%s\n%s", a, b)
		}
	})
}

func eachRoom(t *testing.T, f func(t *testing.T, room *form.Room, persons *people.Room, run *op.Runner)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(t, form.New(run), people.New(run), run)
		kizunatest.Intact(t, run)
	})
}

func input() form.FormInput {
	return form.FormInput{Key: "housing", Title: pair("住まいのアセスメント", "Housing assessment"), Purpose: "assessment", Definition: housing()}
}

func published(t *testing.T, room *form.Room) form.Form {
	t.Helper()
	admin := kizunatest.Staff(access.Administrator)
	f, err := room.Create(context.Background(), admin, input())
	if err == nil {
		f, err = room.Publish(context.Background(), admin, f.ID, f.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestVersionsFollowEachOther(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *form.Room, _ *people.Room, run *op.Runner) {
		ctx, admin := context.Background(), kizunatest.Staff(access.Administrator)
		first := published(t, room)
		if _, err := room.Create(ctx, kizunatest.Staff(access.Caseworker), input()); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("a caseworker made a form: %v", err)
		}
		in := input()
		in.Definition.Sections[0].Questions[1].Show = "worry > 1"
		second, err := room.Create(ctx, admin, in)
		if err != nil || second.Edition != 2 {
			t.Fatal(second, err)
		}
		if _, err := room.Create(ctx, admin, input()); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("two drafts of one key: %v", err)
		}
		_, err = room.Publish(ctx, admin, second.ID, second.Version)
		if f, ok := fault.As(err); !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != "/definition/sections/0/questions/1/show" {
			t.Errorf("published what does not hold: %v", err)
		}
		in = input()
		in.Version = second.Version
		if second, err = room.Edit(ctx, admin, second.ID, in); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Edit(ctx, admin, second.ID, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale editor: %v", err)
		}
		if _, err := room.Publish(ctx, admin, second.ID, second.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Edit(ctx, admin, second.ID, form.FormInput{Key: "housing", Title: pair("x", "x"), Version: second.Version + 1}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a published version was changed: %v", err)
		}
		got, editions, err := room.Get(ctx, admin, first.ID)
		if err != nil || got.Status != "retired" || len(editions) != 2 {
			t.Errorf("the first: %s, %d editions, %v", got.Status, len(editions), err)
		}
		_ = run.Read(ctx, func(q *db.Reader) error {
			now, err := form.Published(q, "housing")
			if err != nil || now.ID != second.ID {
				t.Errorf("asked now: %v, %v", now.ID, err)
			}
			return nil
		})
	})
}

func TestResponseIsKeptCompletedAndAmended(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *form.Room, persons *people.Room, _ *op.Runner) {
		ctx, worker := context.Background(), kizunatest.Staff(access.Caseworker)
		f := published(t, room)
		p, err := persons.Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		res, err := room.Begin(ctx, worker, form.BeginInput{FormKey: "housing", Person: p.ID})
		if err != nil || res.Form != f.ID {
			t.Fatal(res, err)
		}
		if _, err := room.Begin(ctx, kizunatest.Staff(access.Caseworker), form.BeginInput{FormKey: "housing", Person: p.ID}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team began: %v", err)
		}
		if _, err := room.Complete(ctx, worker, res.ID, res.Version); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("completed with nothing answered: %v", err)
		}
		res, err = room.Save(ctx, worker, res.ID, form.Fill{Section: "home", Answers: map[string]any{"tenure": "none", "income": "100000"}, Version: res.Version})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := room.Save(ctx, worker, res.ID, form.Fill{Answers: map[string]any{"worry": "9"}, Version: res.Version}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("kept what cannot be read: %v", err)
		}
		if res, err = room.Save(ctx, worker, res.ID, form.Fill{Section: "home", Answers: map[string]any{"tenure": "none"}, Version: res.Version}); err != nil {
			t.Fatal(err)
		}
		if _, still := res.Answers.V["income"]; still {
			t.Error("an answer taken out of its section stayed")
		}
		if res, err = room.Save(ctx, worker, res.ID, form.Fill{Answers: map[string]any{"worry": "3"}, Version: res.Version}); err != nil {
			t.Fatal(err)
		}
		res, err = room.Complete(ctx, worker, res.ID, res.Version)
		if err != nil || res.Score != "7" || res.Band != "high" || res.CompletedBy != worker.ID {
			t.Fatalf("%+v, %v", res, err)
		}
		if _, err := room.Save(ctx, worker, res.ID, form.Fill{Answers: map[string]any{"worry": "1"}, Version: res.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("saved after completion: %v", err)
		}
		amend := form.AmendInput{Fill: form.Fill{Answers: map[string]any{"worry": "1"}, Version: res.Version}}
		if _, err := room.Amend(ctx, worker, res.ID, amend); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("amended without a reason: %v", err)
		}
		amend.Reason = "聞き違い"
		stale := amend
		res, err = room.Amend(ctx, worker, res.ID, amend)
		if err != nil || res.Status != "amended" || res.Score != "5" || res.Band != "middle" {
			t.Fatalf("%+v, %v", res, err)
		}
		if _, err := room.Amend(ctx, worker, res.ID, stale); !errors.Is(err, fault.KindConflict) {
			t.Errorf("amended a stale copy: %v", err)
		}
		if _, err := room.GetResponse(ctx, kizunatest.Staff(access.Caseworker), res.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team opened the answers: %v", err)
		}
		traced, trace := db.WithTrace(ctx)
		if got, err := room.GetResponse(traced, worker, res.ID); err != nil || got.Now.Score != "5" || trace.Count() > 4 { // the fourth notes that it was opened
			t.Errorf("%v, %d statements, %v", got.Now.Score, trace.Count(), err)
		}
		if list, err := room.ResponsesOf(ctx, worker, p.ID, db.ID{}, 10); err != nil || len(list) != 1 {
			t.Errorf("%d responses, %v", len(list), err)
		}
	})
}

func TestANewVersionTouchesNoOldAnswer(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room := form.New(run)
		ctx, admin, worker := context.Background(), kizunatest.Staff(access.Administrator), kizunatest.Staff(access.Caseworker)
		definition := func(points int64, more ...form.Question) form.Definition {
			return form.Definition{Sections: []form.Section{{Key: "s", Title: text.Both("住まい"), Questions: append([]form.Question{
				{Key: "late", Kind: "yes_no", Label: text.Both("滞納"), Score: points}}, more...)}}}
		}
		publish := func(d form.Definition) form.Form {
			t.Helper()
			f, err := room.Create(ctx, admin, form.FormInput{Key: "home", Title: text.Both("住まい"), Definition: d})
			if err == nil {
				f, err = room.Publish(ctx, admin, f.ID, f.Version)
			}
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		first := publish(definition(2))
		p, err := people.New(run).Create(ctx, worker, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}})
		if err != nil {
			t.Fatal(err)
		}
		begun := func() form.Response {
			t.Helper()
			res, err := room.Begin(ctx, worker, form.BeginInput{FormKey: "home", Person: p.ID})
			if err == nil {
				res, err = room.Save(ctx, worker, res.ID, form.Fill{Answers: map[string]any{"late": true}, Version: res.Version})
			}
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		done, open := begun(), begun()
		if done, err = room.Complete(ctx, worker, done.ID, done.Version); err != nil {
			t.Fatal(err)
		}
		before, err := room.GetResponse(ctx, worker, done.ID)
		if err != nil {
			t.Fatal(err)
		}
		// The next version gives other points and asks something that nobody was asked before.
		second := publish(definition(9, form.Question{Key: "why", Kind: "text", Label: text.Both("理由"), Required: true}))
		after, err := room.GetResponse(ctx, worker, done.ID)
		if err != nil || !reflect.DeepEqual(before.Response, after.Response) || !reflect.DeepEqual(before.Now, after.Now) || !reflect.DeepEqual(before.Form.Definition, after.Form.Definition) {
			t.Errorf("answers that were complete have changed: %v\n%+v\n%+v", err, before, after)
		}
		if after.Response.Form != first.ID || after.Response.Score != "2" {
			t.Errorf("%+v", after.Response)
		}
		if open, err = room.Complete(ctx, worker, open.ID, open.Version); err != nil || open.Form != first.ID || open.Score != "2" {
			t.Errorf("answers begun before are no longer to the version they were asked in: %+v, %v", open, err)
		}
		if next, err := room.Begin(ctx, worker, form.BeginInput{FormKey: "home", Person: p.ID}); err != nil || next.Form != second.ID {
			t.Errorf("%+v, %v", next, err)
		}
	})
}

func TestCompare(t *testing.T) {
	q := func(key string) form.Question {
		return form.Question{Key: key, Kind: "text", Label: text.Both(key)}
	}
	s := func(key string, list ...form.Question) form.Section {
		return form.Section{Key: key, Title: text.Both(key), Questions: list}
	}
	d := func(list ...form.Section) form.Definition { return form.Definition{Sections: list} }
	other := q("b")
	other.Show, other.Required = "a == 'x'", true
	scored := d(s("one", q("a")))
	scored.Score = "points + 1"
	for name, c := range map[string]struct {
		before, after form.Definition
		want          string
	}{
		"nothing":                  {d(s("one", q("a"), q("b"))), d(s("one", q("a"), q("b"))), ""},
		"a question more":          {d(s("one", q("a"), q("b"))), d(s("one", q("a"), q("n"), q("b"))), "added question n[]; "},
		"a question less":          {d(s("one", q("a"), q("b"), q("c"))), d(s("one", q("a"), q("c"))), "removed question b[]; "},
		"changed":                  {d(s("one", q("a"), q("b"))), d(s("one", q("a"), other)), "changed question b[required show]; "},
		"two change places":        {d(s("one", q("a"), q("b"), q("c"))), d(s("one", q("b"), q("a"), q("c"))), "moved question b[]; moved question a[]; moved question c[]; "},
		"into another section":     {d(s("one", q("a"), q("b")), s("two", q("c"))), d(s("one", q("a")), s("two", q("b"), q("c"))), "moved question b[]; "},
		"a section more":           {d(s("one", q("a"))), d(s("new", q("n")), s("one", q("a"))), "added section new[]; added question n[]; "},
		"sections change places":   {d(s("one", q("a")), s("two", q("b"))), d(s("two", q("b")), s("one", q("a"))), "moved section two[]; moved section one[]; "},
		"a section less":           {d(s("one", q("a")), s("two", q("b"))), d(s("one", q("a"))), "removed section two[]; removed question b[]; "},
		"the score of the whole":   {d(s("one", q("a"))), scored, "changed form [score]; "},
		"a section called another": {d(s("one", q("a"))), d(form.Section{Key: "one", Title: text.Both("x"), Questions: []form.Question{q("a")}}), "changed section one[label]; "},
	} {
		got := ""
		for _, x := range form.Compare(c.before, c.after) {
			got += fmt.Sprintf("%s %s %s%v; ", x.What, x.Of, x.Key, x.Fields)
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}
