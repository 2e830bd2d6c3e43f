package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/web"
	"kizuna/internal/resident/people"
)

const children = `{"sections":[{"key":"children","title":{"ja":"お子さん","en":"Child"},"repeats":true,"most":3,"questions":[
 {"key":"name","kind":"text","label":{"ja":"名前","en":"Name"},"required":true},
 {"key":"age","kind":"number","label":{"ja":"年齢","en":"Age"}},
 {"key":"ill","kind":"yes_no","label":{"ja":"持病","en":"Ill"}},
 {"key":"what","kind":"text","label":{"ja":"病名","en":"Of what"},"show":"ill"}]},
 {"key":"end","title":{"ja":"おわりに","en":"End"},"questions":[
 {"key":"call","kind":"phone","repeats":true,"label":{"ja":"電話","en":"Phone"}},
 {"key":"pet","kind":"choice","open":true,"label":{"ja":"動物","en":"Pet"},"options":[{"value":"cat","label":{"ja":"ねこ","en":"Cat"}}]}]}]}`

// asking is the pages with a form that repeats, begun for a person.
func asking(t *testing.T, d *db.DB) (v *visitor, at string) {
	t.Helper()
	run, _ := kizunatest.Runner(t, d)
	room, persons := form.New(run), people.New(run)
	room.People = persons
	v = visit(t, run, kizunatest.Staff(access.Administrator), func(d *door.Router) { web.Mount(d, room, base) })
	made := v.call("POST", "/api/v1/forms", "", `{"key":"children","title":{"ja":"家族","en":"Family"},"purpose":"review","definition":`+children+`}`, http.StatusCreated)
	v.call("POST", "/api/v1/forms/"+made["id"].(string)+"/publish", `"1"`, `{}`, http.StatusOK)
	v.page("/admin/forms/"+made["id"].(string)+"/print", "お子さん3", "sheet-tick")
	v.actor = kizunatest.Staff(access.Caseworker)
	p, err := persons.Create(context.Background(), v.actor, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}}})
	if err != nil {
		t.Fatal(err)
	}
	to, _ := v.post("/desk/form-responses", http.StatusSeeOther, "person_id", p.ID.String(), "form_key", "children")
	return v, strings.TrimSuffix(to, "/fill")
}

func says(t *testing.T, page string, want map[string]bool) {
	t.Helper()
	for s, there := range want {
		if strings.Contains(page, s) != there {
			t.Errorf("the page has %q: %v", s, !there)
		}
	}
}

// TestASectionIsAnsweredSeveralTimes without a line of script: one more and one
// less keep all that was typed, and faults stand in their repetition.
func TestASectionIsAnsweredSeveralTimes(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		v, at := asking(t, d)
		fill := at + "/fill"
		says(t, v.page(fill, "お子さん1", "もう1件追加"), map[string]bool{`name="answers/children/0/name"`: true, `name="answers/children/1/name"`: false, `name="answers/children/0/what"`: false, `formaction="` + fill + `?section=children#f-answers-children"`: true})
		row := func(i, name, age, ill, what string) []string {
			at := "answers/children/" + i
			out := []string{at, "", at + "/name", name, at + "/age", age}
			if ill != "" {
				out = append(out, at+"/ill", ill)
			}
			if what != "" {
				out = append(out, at+"/what", what)
			}
			return out
		}
		with := func(rows ...[]string) []string {
			out := []string{"section", "children", "version", "1"}
			for _, r := range rows {
				out = append(out, r...)
			}
			return out
		}
		_, page := v.post(fill, http.StatusOK, append(with(row("0", "葵", "x", "true", "")), "add", "answers/children")...)
		says(t, page, map[string]bool{`value="葵"`: true, `value="x"`: true, `name="answers/children/1/name"`: true, `name="answers/children/0/what"`: true, `name="answers/children/1/what"`: false})
		_, page = v.post(fill, http.StatusOK, append(with(row("0", "葵", "5", "true", "喘息"), row("1", "蓮", "", "", ""), row("2", "凛", "2", "", "")), "remove", "answers/children/1")...)
		says(t, page, map[string]bool{`value="葵"`: true, `value="喘息"`: true, `value="蓮"`: false, `value="凛"`: true, `name="answers/children/2/name"`: false, `value="answers/children"`: true})
		_, page = v.post(fill, http.StatusOK, append(with(row("0", "葵", "5", "", ""), row("1", "蓮", "", "", "")), "add", "answers/children")...)
		says(t, page, map[string]bool{`name="answers/children/2/name"`: true, `name="add"`: false, "3件まで": true})
		_, page = v.post(fill, http.StatusUnprocessableEntity, append(with(row("0", "", "", "", ""), row("1", "葵", "five", "true", ""), row("2", "蓮", "4", "", "")), "do", "continue")...)
		says(t, page, map[string]bool{`id="f-answers-children-1-age-fault"`: true, `value="five"`: true, `name="answers/children/1/what"`: true, `value="蓮"`: true})
		to, _ := v.post(fill, http.StatusSeeOther, "section", "children", "version", "2", "answers/children/0", "", "answers/children/0/name", "葵", "answers/children/0/ill", "true", "answers/children/2", "", "answers/children/2/name", "蓮", "answers/children/2/ill", "true", "do", "continue")
		if !strings.HasSuffix(to, "section=children") {
			t.Errorf("a question that is shown only now is not asked: %s", to)
		}
		says(t, v.page(to), map[string]bool{`name="answers/children/1/what"`: true, `value="蓮"`: true})
		_, page = v.post(fill, http.StatusPreconditionFailed, append(with(row("0", "葵", "5", "true", "喘息"), row("1", "蘭", "", "", "")), "do", "continue")...)
		says(t, page, map[string]bool{"お子さん2 › 名前": true, "蘭": true, "蓮": true})
		to, _ = v.post(fill, http.StatusSeeOther, "section", "children", "version", "3", "answers/children/0/name", "葵", "answers/children/0/ill", "true", "answers/children/0/what", "喘息", "answers/children/1/age", "7", "do", "continue")
		_, page = v.post(to, http.StatusOK, "section", "end", "version", "4", "answers/call/0", "03-5550-0101", "answers/call/1", "なし", "answers/pet", form.Own, "answers/pet-own", "烏", "add", "answers/call")
		says(t, page, map[string]bool{`value="なし"`: true, `name="answers/call/2"`: true, `value="烏"`: true})
		_, page = v.post(to, http.StatusUnprocessableEntity, "section", "end", "version", "4", "answers/call/0", "03-5550-0101", "answers/call/1", "なし", "answers/pet", "cat", "answers/pet-own", "烏", "do", "continue")
		says(t, page, map[string]bool{`id="f-answers-call-1-fault"`: true, `id="f-answers-pet-own-fault"`: true})
		v.post(to, http.StatusSeeOther, "section", "end", "version", "5", "answers/call/0", "03-5550-0101", "answers/call/1", "03-5550-0102", "answers/pet", form.Own, "answers/pet-own", "烏", "do", "continue")
		_, page = v.post(at+"/complete", http.StatusUnprocessableEntity, "version", "6")
		says(t, page, map[string]bool{`id="f-answers-children-1-name-fault"`: true, `id="f-answers-children-0-name-fault"`: false})
		v.post(fill, http.StatusSeeOther, "section", "children", "version", "6", "answers/children/0/name", "葵", "answers/children/0/ill", "true", "answers/children/0/what", "喘息", "answers/children/1/name", "蓮", "answers/children/1/age", "7", "do", "later")
		v.post(at+"/complete", http.StatusSeeOther, "version", "7")
		for _, below := range []string{"", "/print"} {
			v.page(at+below, "お子さん1", "お子さん2", "喘息", "蓮", "03-5550-0101、03-5550-0102", "ほか（烏）")
		}
		says(t, v.page(at+"/amend"), map[string]bool{`value="喘息"`: true, `name="answers/children/1/name"`: true, `value="烏"`: true})
		_, page = v.post(at+"/amend", http.StatusOK, "version", "8", "answers/children/0/name", "葵", "answers/children/0/ill", "true", "answers/children/0/what", "喘息", "reason", "x", "add", "answers/children")
		says(t, page, map[string]bool{`value="喘息"`: true, `name="answers/children/1/name"`: true})
		v.post(at+"/amend", http.StatusSeeOther, "version", "8", "answers/children/0/name", "葵", "answers/children/0/ill", "false", "reason", "聞き違い")
		got := v.call("GET", "/api/v1/form-responses/"+at[len(at)-36:], "", "", http.StatusOK)["answers"].(map[string]any)
		if rows := got["children"].([]any); len(rows) != 1 || len(got) != 1 {
			t.Errorf("amended to %v", got)
		}
	})
}

// TestADraftHasItsRepetitions when the page is opened again.
func TestADraftHasItsRepetitions(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		v, at := asking(t, d)
		name := "form-response." + at[len(at)-36:] + ".children"
		v.post("/account/drafts/"+name, http.StatusNoContent, "section", "children", "version", "1", "answers/children/0", "", "answers/children/0/name", "葵", "answers/children/0/ill", "true", "answers/children/1", "", "answers/children/1/age", "いつつ")
		says(t, v.page(at+"/fill"), map[string]bool{`value="葵"`: true, `name="answers/children/0/what"`: true, `value="いつつ"`: true, `name="answers/children/2/name"`: false})
	})
}
