package form_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/people"
)

// contacting asks what the record knows, for papers and for signatures.
func contacting() form.FormInput {
	return form.FormInput{Key: "contacting", Title: pair("連絡先の確認", "How to reach them"), Purpose: "review", Definition: form.Definition{Sections: []form.Section{
		{Key: "who", Title: pair("本人", "The person"), Questions: []form.Question{
			{Key: "family", Kind: "text", Label: pair("姓", "Family name"), MapTo: "record/family_name"},
			{Key: "kana", Kind: "text", Label: pair("カナ", "Kana"), MapTo: "record/family_kana"},
			{Key: "phone", Kind: "phone", Label: pair("電話", "Phone"), MapTo: "record/phone"},
			{Key: "home", Kind: "address", Label: pair("住所", "Address"), MapTo: "record/address"},
			{Key: "income", Kind: "money", Label: pair("収入", "Income"), MapTo: "record/monthly_income"},
			{Key: "papers", Kind: "file", Label: pair("書類", "Papers")},
			{Key: "signed", Kind: "signature", Label: pair("本人の署名", "Their signature")},
		}},
	}}}
}

// desk is a room with a caseworker, and a person whom the worker registered.
type desk struct {
	*form.Room
	persons *people.Room
	worker  access.Actor
	person  db.ID
}

func eachDesk(t *testing.T, f func(t *testing.T, x desk)) {
	eachRoom(t, func(t *testing.T, room *form.Room, persons *people.Room, run *op.Runner) {
		room.People, room.Files = persons, file.New(run.Data, run.Vault, run.Clock)
		x := desk{room, persons, kizunatest.Staff(access.Caseworker), db.ID{}}
		ctx, admin := context.Background(), kizunatest.Staff(access.Administrator)
		made, err := room.Create(ctx, admin, contacting())
		if err == nil {
			_, err = room.Publish(ctx, admin, made.ID, made.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		p, err := persons.Create(ctx, x.worker, people.PersonInput{Names: []people.NameInput{{Family: "松尾", Given: "桂", FamilyKana: "マツオ", From: "1980-04-01"}},
			Contacts: []people.ContactInput{{Kind: "phone", Value: "03-5550-0101"}}, Addresses: []people.AddressInput{{Kind: "actual", Lines: "みなと市青葉1-2", From: "2020-04-01"}}})
		if err != nil {
			t.Fatal(err)
		}
		x.person = p.ID
		f(t, x)
	})
}

// must gives a value that had to come without an error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (x desk) begun(t *testing.T) form.Response {
	t.Helper()
	return must[form.Response](t)(x.Begin(t.Context(), x.worker, form.BeginInput{FormKey: "contacting", Person: x.person}))
}

func TestAnswersBeginWithTheRecordAndItTakesOverWhatIsChosen(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		res := x.begun(t)
		for key, want := range map[string]string{"family": "松尾", "kana": "マツオ", "phone": "03-5550-0101", "home": "みなと市青葉1-2"} {
			if res.Answers.V[key].Text != want || res.Prefilled.V[key].Value.Text != want {
				t.Errorf("%s began with %q", key, res.Answers.V[key].Text)
			}
		}
		if res.Prefilled.V["home"].Since != "2020-04-01" {
			t.Errorf("the address is recorded since %q", res.Prefilled.V["home"].Since)
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{
			"family": "竹内", "kana": "たけうち", "phone": "０３ー５５５０ー０１０１", "home": "みなと市港町5", "income": "120000"}}))
		if _, err := x.TakeOver(ctx, x.worker, res.ID, form.TakeOverInput{Take: map[string]any{"kana": "correct"}, PersonVersion: 1, Version: res.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("taken over before it was completed: %v", err)
		}
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		seen := must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID))
		var keys []string
		for _, d := range seen.Differences {
			keys = append(keys, d.Question.Key)
		}
		if got := strings.Join(keys, " "); got != "family kana home income" {
			t.Errorf("differs in %s: a number written otherwise is the same number", got)
		}
		in := form.TakeOverInput{Take: map[string]any{"family": "change", "kana": "correct", "home": "change", "income": "change"}, PersonVersion: seen.Person.Version, Version: res.Version}
		if _, err := x.TakeOver(ctx, x.worker, res.ID, in); !pointsTo(err, "/from") {
			t.Errorf("changed since no day: %v", err)
		}
		in.From = "2026-11-01"
		wrong := in
		wrong.Take = map[string]any{"phone": "correct"}
		if _, err := x.TakeOver(ctx, x.worker, res.ID, wrong); !pointsTo(err, "/take/phone") {
			t.Errorf("took over what is no difference: %v", err)
		}
		if _, err := x.TakeOver(ctx, kizunatest.Staff(access.Caseworker), res.ID, in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team changed the record: %v", err)
		}
		res = must[form.Response](t)(x.TakeOver(ctx, x.worker, res.ID, in))
		if res.Taken.V["family"].Was != "松尾" || res.Taken.V["family"].Is != "竹内" || len(res.Taken.V) != 4 || res.Taken.V["home"].Was != "" {
			t.Errorf("taken over: %v", res.Taken.V)
		}
		now := must[people.File](t)(x.persons.Get(ctx, x.worker, x.person))
		if now.Person.Name != "竹内 桂" || len(now.Names) != 2 || now.Names[0].Until != "2026-10-31" || now.Names[0].Family != "松尾" || now.Names[1].FamilyKana != "タケウチ" {
			t.Errorf("names %+v", now.Names)
		}
		if len(now.Addresses) != 2 || len(now.Circumstances) != 1 || now.Circumstances[0].Minor != 120000 || now.Circumstances[0].From != "2026-11-01" {
			t.Errorf("addresses %+v, circumstances %+v", now.Addresses, now.Circumstances)
		}
		if seen = must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID)); len(seen.Differences) != 0 {
			t.Errorf("still differs: %+v", seen.Differences)
		}
	})
}

func TestARecordThatMovedTakesNothingOver(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		res := x.begun(t)
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"phone": "03-5550-0999"}}))
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		seen := must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID))
		edit := must[people.File](t)(x.persons.Get(ctx, x.worker, x.person)).Input()
		edit.Contacts[0].Value = "03-5550-0500"
		must[people.Person](t)(x.persons.Edit(ctx, x.worker, x.person, people.EditInput{PersonInput: edit, Version: seen.Person.Version}))
		_, err := x.TakeOver(ctx, x.worker, res.ID, form.TakeOverInput{Take: map[string]any{"phone": "correct"}, PersonVersion: seen.Person.Version, Version: res.Version})
		if !errors.Is(err, fault.KindConflict) {
			t.Errorf("a record that had moved took it over: %v", err)
		}
		if now := must[people.File](t)(x.persons.Get(ctx, x.worker, x.person)); now.Contacts[0].Value != "03-5550-0500" {
			t.Errorf("the other’s change is lost: %v", now.Contacts)
		}
	})
}

func TestWhatIsProtectedNeitherComesNorGoes(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		must[people.Person](t)(x.persons.Protect(ctx, x.worker, x.person, people.ProtectionInput{Ground: "violence", From: "2026-01-01", Version: 1}))
		res := x.begun(t)
		if _, there := res.Answers.V["home"]; there || res.Answers.V["phone"].Text != "" || res.Answers.V["family"].Text != "松尾" {
			t.Errorf("began with %v", res.Answers.V)
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Version: res.Version, Answers: map[string]any{"home": "みなと市港町5"}}))
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		seen := must[form.Taking](t)(x.Differences(ctx, x.worker, res.ID))
		if len(seen.Differences) != 1 || !seen.Differences[0].Withheld || seen.Differences[0].Ways != nil || seen.Differences[0].Recorded.Text != "" {
			t.Errorf("%+v", seen.Differences)
		}
		_, err := x.TakeOver(ctx, x.worker, res.ID, form.TakeOverInput{Take: map[string]any{"home": "correct"}, PersonVersion: seen.Person.Version, Version: res.Version})
		if !pointsTo(err, "/take/home") {
			t.Errorf("a protected address was taken over: %v", err)
		}
	})
}

func TestASignatureCoversWhatWasSignedAndNoMore(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		res := x.begun(t)
		in := form.SignInput{Question: "signed", Name: "松尾 桂", Capacity: "self", Strokes: "10,20 30,40;50,60 70,80", Version: res.Version}
		if _, err := x.Sign(ctx, x.worker, res.ID, in); !pointsTo(err, "/agreed") {
			t.Errorf("signed without having read it: %v", err)
		}
		in.Agreed = true
		res = must[form.Response](t)(x.Sign(ctx, x.worker, res.ID, in))
		covers := func() bool {
			t.Helper()
			got := must[form.Answered](t)(x.GetResponse(ctx, x.worker, res.ID))
			s := got.Response.Signatures.V["signed"]
			if s.Name != "松尾 桂" || s.How != "drawn" || s.By != x.worker.ID {
				t.Errorf("%+v", s)
			}
			return got.Covers(s)
		}
		if !covers() {
			t.Error("it does not cover what was just signed")
		}
		res = must[form.Response](t)(x.Complete(ctx, x.worker, res.ID, res.Version))
		if !covers() {
			t.Error("completing changed what was signed")
		}
		if _, err := x.Save(ctx, x.worker, res.ID, form.Fill{Answers: map[string]any{"signed": "somebody"}, Version: res.Version}); !pointsTo(err, "/answers/signed") && !errors.Is(err, fault.KindConflict) {
			t.Errorf("a signature was typed as an answer: %v", err)
		}
		res = must[form.Response](t)(x.Amend(ctx, x.worker, res.ID, form.AmendInput{Fill: form.Fill{Answers: map[string]any{"phone": "03-5550-0777"}, Version: res.Version}, Reason: "聞き違い"}))
		if covers() {
			t.Error("it covers answers that nobody signed")
		}
	})
}

// picture is a small PNG.
var picture = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

func TestFilesAreHeldByTheResponse(t *testing.T) {
	eachDesk(t, func(t *testing.T, x desk) {
		ctx := t.Context()
		res := x.begun(t)
		if _, err := x.Upload(ctx, x.worker, "note.html", "text/html", strings.NewReader("<script>alert(1)</script>")); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("took a page in: %v", err)
		}
		f := must[file.File](t)(x.Upload(ctx, x.worker, "給与明細.png", "image/png", bytes.NewReader(picture)))
		other := kizunatest.Staff(access.Caseworker)
		if _, err := x.Attach(ctx, other, res.ID, form.AttachInput{Question: "papers", File: f.ID, Version: res.Version}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team attached: %v", err)
		}
		res = must[form.Response](t)(x.Attach(ctx, x.worker, res.ID, form.AttachInput{Question: "papers", File: f.ID, Version: res.Version}))
		if len(res.Answers.V["papers"].List) != 1 || res.Attached.V["papers"][0].Name != "給与明細.png" {
			t.Errorf("%v %v", res.Answers.V["papers"], res.Attached.V)
		}
		if _, _, err := x.OpenFile(ctx, other, res.ID, f.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team opened the file: %v", err)
		}
		if _, _, err := x.OpenFile(ctx, x.worker, res.ID, f.ID); err != nil {
			t.Error(err)
		}
		res = must[form.Response](t)(x.Save(ctx, x.worker, res.ID, form.Fill{Section: "who", Answers: map[string]any{"family": "松尾"}, Version: res.Version}))
		if len(res.Answers.V["papers"].List) != 1 {
			t.Error("keeping the section lost the file")
		}
		res = must[form.Response](t)(x.Detach(ctx, x.worker, res.ID, form.AttachInput{Question: "papers", File: f.ID, Version: res.Version}))
		if _, _, err := x.OpenFile(ctx, x.worker, res.ID, f.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("a file that was removed is given out: %v", err)
		}
	})
}

func TestWhatAQuestionIsMappedTo(t *testing.T) {
	for _, c := range []struct{ kind, to, at string }{
		{"number", "record/phone", "/sections/0/questions/0/map_to"}, {"text", "record/nothing", "/sections/0/questions/0/map_to"},
		{"date", "record/birth_date", ""}, {"text", "record/family_name", ""}, {"yes_no", "need/housing", ""},
	} {
		_, err := form.Compile(form.Definition{Sections: []form.Section{{Key: "s", Title: pair("章", "S"), Questions: []form.Question{{Key: "q", Kind: c.kind, Label: pair("問", "Q"), MapTo: c.to}}}}})
		if (err != nil) != (c.at != "") || c.at != "" && !pointsTo(err, c.at) {
			t.Errorf("%s to %s: %v", c.kind, c.to, err)
		}
	}
}

func pointsTo(err error, at string) bool {
	f, ok := fault.As(err)
	return ok && len(f.Fields) > 0 && f.Fields[0].Pointer == at
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"10,20 30,40;50,60 70,80", "", ";", "1,2", "-1,2 3,4", "600,200 0,0", "1,2 <script>", "+1,2 3,4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if path := form.Path(s); strings.Trim(path, "ML0123456789 ") != "" || path != "" && path[0] != 'M' {
			t.Errorf("%q is drawn as %q", s, path)
		}
	})
}
