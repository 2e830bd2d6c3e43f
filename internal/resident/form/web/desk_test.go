package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/file"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/web"
	"kizuna/internal/resident/people"
)

const reaching = `{"sections":[{"key":"who","title":{"ja":"本人","en":"Person"},"questions":[
 {"key":"phone","kind":"phone","label":{"ja":"電話","en":"Phone"},"map_to":"record/phone"},
 {"key":"family","kind":"text","label":{"ja":"姓","en":"Family name"},"map_to":"record/family_name","required":true},
 {"key":"papers","kind":"file","label":{"ja":"書類","en":"Papers"}}]},
 {"key":"end","title":{"ja":"おわりに","en":"End"},"questions":[
 {"key":"agrees","kind":"yes_no","label":{"ja":"連絡してよいか","en":"May we call?"},"required":true},
 {"key":"why","kind":"text","label":{"ja":"なぜ","en":"Why not?"},"show":"!agrees","required_when":"!agrees"},
 {"key":"signed","kind":"signature","label":{"ja":"本人の署名","en":"Their signature"},"required":true}]}]}`

// send posts a form with a file.
func (v *visitor) send(path string, want int, name string, content []byte, pairs ...string) string {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	if name != "" {
		part, _ := w.CreateFormFile("file", name)
		_, _ = part.Write(content)
	}
	_ = w.Close()
	got := v.ask("POST", path, "ja", w.FormDataContentType(), b.String())
	if got.Code != want {
		v.t.Fatalf("POST %s: %d, not %d: %.1500s", path, got.Code, want, got.Body)
	}
	return got.Body.String()
}

func TestAFormIsAskedSignedAndTakenOver(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room, persons := form.New(run), people.New(run)
		room.People, room.Files = persons, file.New(run.Data, run.Vault, run.Clock)
		v := visit(t, run, kizunatest.Staff(access.Administrator), func(d *door.Router) { web.Mount(d, room, base) })
		made := v.call("POST", "/api/v1/forms", "", `{"key":"reaching","title":{"ja":"連絡先","en":"Reaching"},"purpose":"review","definition":`+reaching+`}`, http.StatusCreated)
		v.call("POST", "/api/v1/forms/"+made["id"].(string)+"/publish", `"1"`, `{}`, http.StatusOK)
		v.actor = kizunatest.Staff(access.Caseworker)
		p, err := persons.Create(context.Background(), v.actor, people.PersonInput{Names: []people.NameInput{{Family: "髙橋", Given: "修"}},
			Contacts: []people.ContactInput{{Kind: "phone", Value: "03-5550-0101"}}})
		if err != nil {
			t.Fatal(err)
		}
		id := p.ID.String()
		v.page("/desk/form-responses/new?person_id="+id, "連絡先", "髙橋")
		_, body := v.post("/desk/form-responses", http.StatusUnprocessableEntity, "person_id", id, "form_key", "none")
		if !strings.Contains(body, "連絡先") {
			t.Error("what can be asked is gone from the refused page")
		}
		to, _ := v.post("/desk/form-responses", http.StatusSeeOther, "person_id", id, "form_key", "reaching")
		v.page(to, "03-5550-0101", "記録から入れました")
		at := strings.TrimSuffix(to, "/fill")
		to, _ = v.post(at+"/fill", http.StatusSeeOther, "section", "who", "version", "1", "answers/phone", "03-5550-0202", "answers/family", "髙橋", "do", "attach:papers")
		v.page(to, "まだ添付がありません")
		if body := v.send(to, http.StatusUnprocessableEntity, "x.html", []byte("<html><script>1</script></html>"), "version", "2"); !strings.Contains(body, "f-file") {
			t.Error("what is wrong with the file does not stand beside it")
		}
		book := []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF")
		v.send(to, http.StatusSeeOther, "通帳.pdf", book, "idempotency_key", "pressed-twice", "version", "2")
		v.send(to, http.StatusSeeOther, "通帳.pdf", book, "idempotency_key", "pressed-twice", "version", "2")
		v.send(to, http.StatusUnprocessableEntity, "通帳.pdf", append(book, '\n'), "idempotency_key", "pressed-twice", "version", "2")
		if body := v.page(to, "通帳.pdf", "添付を外す"); strings.Count(body, "file_id") != 1 {
			t.Error("a form that was sent twice attached its file twice")
		}
		to, _ = v.post(at+"/fill", http.StatusSeeOther, "section", "who", "version", "3", "answers/phone", "03-5550-0202", "answers/family", "髙橋", "do", "continue")
		v.post(to, http.StatusSeeOther, "section", "end", "version", "3", "answers/agrees", "true", "do", "continue")
		v.page(at, "未署名", "通帳.pdf")
		_, body = v.post(at+"/complete", http.StatusUnprocessableEntity, "version", "4")
		if !strings.Contains(body, "未署名") {
			t.Error("what is missing is a signature, and the page does not say so")
		}
		v.page(at+"/sign/signed", "署名する内容", "data-sign-pad")
		if body := v.send(at+"/sign/signed", http.StatusUnprocessableEntity, "", nil, "version", "4", "name", "髙橋 修", "capacity", "self", "how", "typed"); !strings.Contains(body, "髙橋 修") {
			t.Error("the name that was typed is lost")
		}
		v.send(at+"/sign/signed", http.StatusSeeOther, "", nil, "version", "4", "name", "髙橋 修", "capacity", "self", "how", "typed", "agreed", "true")
		v.page(at, "いまの回答に有効")
		to, _ = v.post(at+"/complete", http.StatusSeeOther, "version", "5")
		if !strings.HasSuffix(to, "/take-over") {
			t.Errorf("completing leads to %s", to)
		}
		v.page(to, "03-5550-0101", "03-5550-0202")
		_, body = v.post(to, http.StatusUnprocessableEntity, "version", "6", "person_version", "1", "take/phone", "")
		if !strings.Contains(body, "反映する項目を選んでください") {
			t.Error("it does not say that nothing was chosen")
		}
		v.post(to, http.StatusPreconditionFailed, "version", "6", "person_version", "9", "take/phone", "correct")
		v.post(to, http.StatusSeeOther, "version", "6", "person_version", "1", "take/phone", "correct")
		v.page(to, "回答は記録と同じです")
		v.page(at, "記録に反映したこと")
		v.page(at+"/print", "髙橋")
		v.page(at+"/amend", "署名のある回答です")
		_, body = v.post(at+"/amend", http.StatusUnprocessableEntity, "version", "7", "answers/family", "髙橋", "answers/agrees", "false", "reason", "聞き違い")
		if !strings.Contains(body, `name="answers/why"`) {
			t.Error("a question that is asked only now is not on the page")
		}
		v.post(at+"/amend", http.StatusSeeOther, "version", "7", "answers/phone", "03-5550-0202", "answers/family", "髙橋", "answers/agrees", "false", "answers/why", "電話がない", "reason", "聞き違い")
		v.page(at, "署名のあとで回答が変わりました", "通帳.pdf")
		got := v.call("GET", "/api/v1/form-responses/"+at[len(at)-36:], "", "", http.StatusOK)
		if got["taken"].(map[string]any)["phone"] == nil || got["signatures"].(map[string]any)["signed"] == nil {
			t.Errorf("%v", got)
		}
		v.call("GET", "/api/v1/form-responses/"+at[len(at)-36:]+"/differences", "", "", http.StatusOK)
		v.page(at+"/cancel", "理由")
		v.actor = kizunatest.Staff(access.Caseworker)
		for _, below := range []string{"", "/take-over", "/sign/signed", "/attach/papers", "/print"} {
			if w := v.ask("GET", at+below, "ja", "", ""); w.Code != http.StatusNotFound {
				t.Errorf("another team got %s: %d", below, w.Code)
			}
		}
	})
}
