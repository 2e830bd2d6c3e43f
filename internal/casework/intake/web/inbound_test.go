package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/kizunatest"
)

var aLink = regexp.MustCompile(`/public/refer/([0-9A-Z]{26})`)

// link has the desk make a link and gives its token.
func (d *desk) link() string {
	d.t.Helper()
	w := d.post("/desk/intake/links", http.StatusOK, "source", "見本クリニック", "contact_person", "見本 道子", "days", "7")
	found := aLink.FindStringSubmatch(w.Body.String())
	if found == nil {
		d.t.Fatalf("no link: %.600s", w.Body.String())
	}
	return found[1]
}

// TestAPartnerReferByALink goes through the pages without script, from the link
// to what the source may know in the end.
func TestAPartnerReferByALink(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker := d.actor
		d.post("/desk/intake/links", http.StatusUnprocessableEntity, "days", "99")
		token := d.link()
		d.page("en", "/desk/intake/links", "見本クリニック", "Open")

		v := d.visitor()
		said := v.goes("/public/refer/" + token)
		if !strings.Contains(said, "見本クリニック") || !strings.Contains(said, "はじめる") {
			t.Fatalf("the link shows: %.600s", said)
		}
		v.posts("/public/referral/begin", "token", token)
		v.at("/public/referral/client", "だれを紹介しますか")
		v.sends("client", "")
		if v.status != http.StatusUnprocessableEntity {
			t.Fatalf("nobody was referred: %d", v.status)
		}
		v.sends("client", "黒田 明", "client_kana", "クロダ アキラ", "client_birth", "1952-03-03")
		v.at("/public/referral/reach")
		v.sends("client_phone", "080-0000-3333", "client_language", "ja")
		v.at("/public/referral/need")
		v.sends("need", "退院後の住まい", "main_kind", "housing")
		v.at("/public/referral/when")
		v.sends("urgent", "true")
		v.at("/public/referral/agreed")
		v.sends()
		if v.status != http.StatusUnprocessableEntity {
			t.Fatalf("nothing was agreed: %d", v.status)
		}
		v.sends("agreed", "yes")
		v.at("/public/referral/tell")
		v.sends("tell_back", "outcome")
		v.at("/public/referral/you", "見本 道子")
		v.sends("contact_person", "見本 道子", "reference", "K-17")
		v.at("/public/referral/papers")
		v.uploads([]string{"page", "papers", "paper_kind", "other"}, upload{"letter.pdf", "application/pdf", "%PDF-1.4\n%%EOF\n"})
		v.at("/public/referral/check", "黒田 明", "退院後の住まい", "K-17")
		v.sends()
		receipt := aReceipt.FindString(v.page)
		if receipt == "" {
			t.Fatalf("no receipt: %.900s", v.page)
		}

		// The link is used up, and says nothing of it.
		other := d.visitor()
		used := other.goes("/public/refer/" + token)
		other = d.visitor()
		wrong := strings.ReplaceAll(other.goes("/public/refer/"+strings.Repeat("A", 26)), strings.Repeat("A", 26), token)
		if used != wrong || strings.Contains(used, "見本クリニック") {
			t.Error("a used link is not like a wrong one")
		}

		d.actor = worker
		list := d.page("ja", "/desk/intake?kind=inbound_referral", "黒田 明", "急ぎ")
		at := regexp.MustCompile(`/desk/intake/inbound-referrals/[0-9a-f-]{36}`).FindString(list)
		d.page("ja", at, "リンクから", "見本クリニック", "K-17", "受け入れたかどうかまで")
		d.page("ja", at+"/edit", "黒田 明")
		d.post(at+"/edit", http.StatusUnprocessableEntity, "version", "1", "channel", "online", "source", "見本クリニック", "client", "黒田 明", "need", "")
		d.post(at+"/edit", http.StatusSeeOther, "version", "1", "channel", "online", "source", "見本クリニック", "client", "黒田 明", "need", "退院後の住まい", "main_kind", "housing",
			"agreed", "yes", "tell_back", "outcome")
		d.page("ja", at+"/join", "黒田 明さんを新しく登録する")
		d.post(at+"/join", http.StatusSeeOther, "version", "2", "who", "register", "into", "new", "main_kind", "housing", "answer", "引き受けました")
		d.page("ja", at, "受入れ")

		source := d.visitor()
		said = source.posts("/public/receipt", "receipt", receipt)
		if !strings.Contains(said, "受入れ") || strings.Contains(said, "引き受けました") {
			t.Errorf("the source sees: %.1500s", said)
		}
		d.actor = worker
		d.page("ja", at, "受け入れたかどうかまで · 受付番号")
	})
}

// TestInboundStepsAtTheDesk says no with a reason, gives receipts and tells.
func TestInboundStepsAtTheDesk(t *testing.T) {
	eachDesk(t, func(d *desk) {
		at := d.post("/desk/intake/inbound-referrals", http.StatusSeeOther, "channel", "fax", "source", "港南病院", "client", "丸山 修", "need", "退院後の住まい",
			"agreed", "yes", "tell_back", "all").Header().Get("Location")
		for _, step := range []string{"edit", "decline", "send_elsewhere"} {
			d.page("ja", at+"/"+step)
			d.page("en", at+"/"+step)
		}
		d.read("no reason", d.post(at+"/decline", http.StatusUnprocessableEntity, "version", "1"), http.StatusUnprocessableEntity)
		w := d.post(at+"/give_receipt", http.StatusOK, "version", "1")
		if aReceipt.FindString(w.Body.String()) == "" {
			t.Error("no receipt for the source")
		}
		d.post(at+"/decline", http.StatusSeeOther, "version", "2", "grounds", "out_of_area", "answer", "市外です")
		d.page("ja", at, "対象の地域ではない", "市外です")
		d.page("ja", at+"/tell", "市外です")
		d.post(at+"/tell", http.StatusSeeOther, "version", "3", "channel", "phone", "told", "all")
		d.page("en", at, "Record that the source was told")
	})
}

// file posts a form with a file.
func (d *desk) file(path, name, content string, pairs ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = m.Close()
	return d.ask("POST", path, "ja", body.String(), m.FormDataContentType())
}

// TestAListAtTheDesk brings a list, sees what was found, and takes it.
func TestAListAtTheDesk(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.page("en", "/desk/intake/lists", "No lists yet")
		w := d.file("/desk/intake/lists", "list.csv", "氏名,困りごと\n黒田 明,住まい\n,\n見本 花,\n", "source", "見本クリニック")
		d.read("a list", w, http.StatusSeeOther)
		at := w.Header().Get("Location")
		d.page("ja", at, "黒田 明", "受け付けられます", "誤りがあります")
		d.post(at+"/take", http.StatusSeeOther, "version", "1")
		if said := d.page("en", at, "Taken", "F-20", "Line 4"); strings.Contains(said, "黒田") {
			t.Error("what a row said is kept beside the referral")
		}
		d.read("no source", d.file("/desk/intake/lists", "list.csv", "氏名,困りごと\n黒田 明,住まい\n"), http.StatusUnprocessableEntity)
		d.actor = kizunatest.Staff(access.IntakeWorker)
		if w := d.ask("GET", at, "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("another's list: %d", w.Code)
		}
	})
}

// TestInboundByTheAPI takes each step as a program does.
func TestInboundByTheAPI(t *testing.T) {
	eachDesk(t, func(d *desk) {
		in := map[string]any{"source": "港南病院", "client": "丸山 修", "need": "住まい", "reference": "R-9", "agreed": "yes", "tell_back": "all"}
		ref := d.call("POST", "/api/v1/inbound-referrals", "", in, http.StatusCreated)
		if ref["came"] != "api" || aReceipt.FindString(ref["receipt_number"].(string)) == "" {
			t.Fatalf("made: %v", ref)
		}
		if again := d.call("POST", "/api/v1/inbound-referrals", "", in, http.StatusCreated); again["id"] != ref["id"] || again["repeated"] != true {
			t.Errorf("sent again: %v", again)
		}
		at := "/api/v1/inbound-referrals/" + ref["id"].(string)
		d.call("POST", at+"/review", "1", nil, http.StatusOK)
		d.call("POST", at+"/send_elsewhere", "2", map[string]any{"grounds": "out_of_area"}, http.StatusUnprocessableEntity)
		d.call("POST", at+"/send_elsewhere", "2", map[string]any{"grounds": "out_of_area", "handed_to": "港南市"}, http.StatusOK)
		got := d.call("POST", at+"/tell", "3", map[string]any{"channel": "phone", "told": "outcome"}, http.StatusOK)
		if got["told"] != "outcome" || got["sent_to"] != "港南市" || got["receipt_number"] != nil {
			t.Errorf("told: %v", got)
		}
		made := d.call("POST", "/api/v1/inbound-links", "", intake.LinkInput{Source: "港南病院"}, http.StatusCreated)
		link := "/api/v1/inbound-links/" + made["id"].(string)
		if shown := d.call("GET", link, "", nil, http.StatusOK); made["token"] == nil || shown["token"] != nil || shown["status"] != "open" {
			t.Errorf("link: %v, %v", made, shown)
		}
		if revoked := d.call("POST", link+"/revoke", "1", nil, http.StatusOK); revoked["status"] != "revoked" {
			t.Errorf("revoked: %v", revoked)
		}
	})
}
