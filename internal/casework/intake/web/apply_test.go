package web_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/kizunatest"
)

const jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"

func TestTheScreeningKeepsNothing(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v := d.visitor()
		v.goes("/public/screening")
		v.says("どんなことで困っていますか", "ここで答えたことは、どこにも残りません")
		v.sends("page", "troubles", "troubles", "x")
		v.refused()
		v.sends("page", "troubles", "troubles", "rent", "troubles", "grief")
		v.says("<h1>あなたは何歳ですか</h1>", `type="hidden" name="troubles" value="rent"`)
		v.sends("page", "age", "troubles", "rent", "troubles", "grief", "age", "500")
		v.refused("aria-invalid")
		v.sends("page", "age", "troubles", "rent", "troubles", "grief", "age", "58", "do", "back")
		v.says(`value="grief" checked`, `type="hidden" name="age" value="58"`)
		v.sends("page", "monthly_income", "troubles", "rent", "troubles", "grief", "age", "58", "household_size", "1", "monthly_income", "83,000")
		v.says("使えそうです", "悲しみの相談")
		if len(v.cookies) != 0 || v.count("SELECT COUNT(*) FROM draft") != 0 {
			t.Errorf("something is kept: %v", v.cookies)
		}
		v.posts("/public/apply/begin", "troubles", "rent", "troubles", "grief", "age", "58", "monthly_income", "83,000", "declared", "true")
		v.at("/public/apply/name")
		v.goes("/public/apply/trouble")
		v.says("家賃")
		v.goes("/public/apply/incomes")
		v.says("83,000")
	})
}

func (d *desk) count(text string, args ...any) (n int) {
	d.t.Helper()
	err := d.run.Data.Read(d.t.Context(), func(q *db.Reader) (err error) {
		n, err = db.One[int](q, text, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// applies answers the pages of an application from the first to its end.
func (v *visitor) applies() {
	v.t.Helper()
	v.goes("/public/apply/wish") // nothing is begun
	v.at("/public/apply")
	v.goes("/public/apply/name")
	v.sends("applicant/family", "丸山", "applicant/given", "修")
	v.at("/public/apply/birth")
	v.sends("applicant/birth_date", "昭和43年4月12日")
	v.sends("applicant/address", "みなと市栄町2-14")
	v.at("/public/apply/reach")
	v.sends("applicant/reach", "phone")
	v.refused("選んだ連絡方法に必要です")
	v.sends("applicant/reach", "email", "applicant/email", "nobody")
	v.refused("@ が入っているか")
	v.sends("applicant/reach", "phone", "applicant/phone", "090-1111-2222", "applicant/safely", "昼だけ")
	v.at("/public/apply/household")
	v.sends("more", "yes")
	v.sends("household/0/name", "", "household/0/relation", "")
	v.refused(`name="household/0/name"`)
	v.goes("/public/apply/household")
	v.says("一緒に暮らす人がいますか") // a row in which nothing was typed is none
	v.sends("more", "yes")
	v.sends("household/0/name", "丸山 花", "household/0/relation", "spouse", "household/0/applies", "true")
	v.refused("この人が何を申し込むのか選んでください")
	v.sends("household/0/name", "丸山 花", "household/0/relation", "spouse", "household/0/applies", "true", "household/0/wish", "補聴器")
	v.sends("more", "yes")
	v.sends("household/1/name", "だれか")
	v.at("/public/apply/household", "丸山 花", "だれか")
	v.sends("remove", "household/1")
	if strings.Contains(v.page, "だれか") {
		v.t.Error("a row that was removed is still there")
	}
	v.sends("more", "no")
	v.at("/public/apply/wish", "住居確保給付金")
	offer := regexp.MustCompile(`value="([0-9a-f-]{36}/)"`).FindStringSubmatch(v.page)
	v.sends("offers", offer[1], "wish", "配食")
	v.sends("statement", "家賃が払えません")
	v.sends("more", "no")
	v.at("/public/apply/expenses")
	v.sends("more", "yes")
	v.sends("expenses/0/kind", "rent", "expenses/0/amount", "５８，０００円")
	v.sends("more", "no")
	v.at("/public/apply/papers", "家賃がわかる書類", "本人確認書類", `capture="environment"`)
}

func TestAnApplicationOneQuestionAPage(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker := d.actor
		v := d.visitor()
		v.applies()
		v.uploads([]string{"page", "papers", "paper_kind", "identity", "do", "more"}, upload{"表.jpg", "image/jpeg", jpeg + "front"}, upload{"裏.jpg", "image/jpeg", jpeg + "back"})
		v.at("/public/apply/papers", "表.jpg", "裏.jpg")
		v.uploads([]string{"page", "papers", "paper_kind", "identity", "papers/9/file", db.NewID().String()})
		v.at("/public/apply/declare")
		v.sends()
		v.refused()
		v.sends("declared", "true")
		v.at("/public/apply/check", "丸山 修", "1968年", "58,000", "表.jpg", "住居確保給付金", "配食", "丸山 花", "補聴器")
		v.sends()
		v.at("/public/apply/receipt")
		codes := aReceipt.FindAllString(v.page, -1)
		receipt, code := codes[0], codes[len(codes)-1]
		if receipt == code {
			t.Fatalf("no correction code: %v", codes)
		}
		d.actor = worker
		at := regexp.MustCompile(`/desk/intake/applications/[0-9a-f-]{36}`).FindString(d.page("ja", "/desk/intake?kind=application", "丸山 修"))
		page := d.page("ja", at, "配食", "58,000", "丸山 花の分", "補聴器", "表面など） · 丸山 花", "昼だけ", "提出待ち", "受領")
		d.page("ja", at+"/identify_applicant?applicant=p1", "丸山 花", "登録のない人")
		d.post(at+"/identify_applicant", http.StatusUnprocessableEntity, "applicant", "p1", "version", version(d, at))
		d.post(at+"/identify_applicant", http.StatusSeeOther, "applicant", "p1", "who", "new", "version", version(d, at))
		d.page("en", at, "Identified", "For 丸山 花")
		file := regexp.MustCompile(`/api/v1/documents/([0-9a-f-]{36})/file`).FindStringSubmatch(page)
		id, err := db.ParseID(file[1])
		if err != nil {
			t.Fatal(err)
		}
		_, content, err := d.papers.Open(t.Context(), worker, id, db.ID{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(content); err != nil || string(got) != jpeg+"front" {
			t.Errorf("the paper: %q %v", got, err)
		}
		other := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		if _, _, err := d.papers.Open(t.Context(), other, id, db.ID{}); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("another team got a paper: %v", err)
		}

		// Returned: the wrong parts alone are open again, to whoever has both codes.
		d.actor = worker
		d.post(at+"/review", http.StatusSeeOther, "version", version(d, at))
		d.page("ja", at+"/return", "理由を書いた項目だけが")
		d.post(at+"/return", http.StatusUnprocessableEntity, "version", version(d, at))
		d.post(at+"/return", http.StatusSeeOther, "version", version(d, at), "parts/0/part", "expenses", "parts/0/reason", "家賃の額を確かめてください", "parts/1/part", "name")
		d.page("ja", at, "家賃の額を確かめてください")
		v = d.visitor()
		v.posts("/public/receipt", "receipt", receipt)
		v.says("申込を直す")
		for _, wrong := range [][2]string{{receipt, "0000-0000-0000"}, {code, code}, {"0000-0000-0000", code}, {receipt, receipt}} {
			v.posts("/public/apply/begin", "receipt", wrong[0], "code", wrong[1])
			v.refused("この受付番号と訂正コードでは開けません")
		}
		v.posts("/public/apply/begin", "receipt", receipt, "code", strings.ToLower(code))
		v.at("/public/apply/expenses", "家賃の額を確かめてください", "58,000")
		v.posts("/public/apply/name", "applicant/family", "だれか")
		v.at("/public/apply")
		v.goes("/public/apply/expenses/0")
		v.sends("expenses/0/kind", "rent", "expenses/0/amount", "61000")
		v.sends("more", "no")
		v.sends("declared", "true")
		v.at("/public/apply/check", "丸山 修", "61,000")
		if strings.Contains(v.page, "/public/apply/name?change") {
			t.Error("a part that was not returned can be changed")
		}
		v.sends()
		v.at("/public/apply/receipt", receipt)
		d.actor = worker
		page = d.page("ja", at, "61,000", "丸山 修", "審査中")
		if strings.Contains(page, "家賃の額を確かめてください</dd>") {
			t.Error("it is still returned")
		}
		if n := d.count("SELECT COUNT(*) FROM application"); n != 1 {
			t.Errorf("%d applications", n)
		}
	})
}

func version(d *desk, at string) string {
	d.t.Helper()
	id, err := db.ParseID(at[strings.LastIndex(at, "/")+1:])
	if err != nil {
		d.t.Fatal(err)
	}
	return string(rune('0' + d.count("SELECT version FROM application WHERE id = ?", id)))
}

func TestBadPapersAreRefusedAtThePublicDoor(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v := d.visitor()
		v.applies()
		for name, c := range map[string]struct {
			file upload
			says string
		}{
			"nothing in it":   {upload{"a.jpg", "image/jpeg", ""}, "中身のないファイルです"},
			"a web page":      {upload{"a.html", "text/html", "<!DOCTYPE html><script>alert(1)</script>"}, "受け付けていません"},
			"in disguise":     {upload{"a.jpg", "image/jpeg", "<!DOCTYPE html><script>alert(1)</script>"}, "異なります"},
			"a drawing":       {upload{"a.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"}, "受け付けていません"},
			"two at once":     {upload{"a.jpg", "image/jpeg", jpeg + "<script>alert(1)</script>"}, "プログラムが含まれている"},
			"a PDF that acts": {upload{"a.pdf", "application/pdf", "%PDF-1.4 /OpenAction<</S/JavaScript/JS(x)>>"}, "プログラムが含まれている"},
			"an archive":      {upload{"a.zip", "application/zip", "PK\x03\x04"}, "受け付けていません"},
			"a program":       {upload{"a.pdf", "application/pdf", "MZ\x90\x00"}, "異なります"},
			"11 MiB":          {upload{"a.jpg", "image/jpeg", jpeg + strings.Repeat("x", 11<<20)}, "10 MiB までのファイル"},
			"60 MiB":          {upload{"a.jpg", "image/jpeg", jpeg + strings.Repeat("x", 60<<20)}, "大きすぎます"},
		} {
			v.where = "/public/apply/papers"
			v.uploads([]string{"page", "papers", "paper_kind", "identity", "do", "more"}, c.file)
			if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, c.says) {
				t.Errorf("%s: %d %.600s", name, v.status, v.page)
			}
		}
		v.uploads([]string{"page", "papers", "paper_kind", "identity", "do", "more"}, upload{"bad.jpg", "image/jpeg", ""}, upload{"good.jpg", "image/jpeg", jpeg})
		v.refused("good.jpg", "中身のないファイルです")
		many := bytes.Repeat([]byte("x"), 3)
		for i := range intake.MostPapers {
			v.where = "/public/apply/papers"
			v.uploads([]string{"page", "papers", "paper_kind", "other", "do", "more"}, upload{"n.jpg", "image/jpeg", jpeg + string(many[:i%3])})
		}
		v.refused("12件まで")
		v.goes("/public/apply/trouble")
		v.says("家賃が払えません")
		if n := d.count("SELECT COUNT(*) FROM file_owner WHERE owner_kind = 'draft'"); n != intake.MostPapers {
			t.Errorf("%d files are held", n)
		}
	})
}

func TestAResidentAppliesByTheirPages(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker, p := d.actor, d.osamu()
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: p.ID}
		v := d.visitor()
		d.actor = resident
		v.goes("/my/applications")
		v.says("申込はまだありません", "/my/apply")
		v.goes("/my/apply/purpose")
		v.sends("purpose", "new")
		v.at("/my/apply/address")
		v.sends("applicant/address", "みなと市")
		v.sends("applicant/reach", "letter", "do", "later")
		v.at("/my/apply/kept")
		if aReceipt.MatchString(v.page) || len(v.cookies) != 0 {
			t.Error("a resident's draft has a code")
		}
		d.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		v.goes("/my/apply/address")
		v.at("/my/apply")
		d.actor = resident
		v.goes("/my/apply/reach")
		v.says(`value="letter" checked`)
		v.sends("applicant/reach", "letter")
		v.sends("more", "no")
		v.sends("wish", "配食")
		v.sends("statement", "家賃が払えません")
		v.sends("more", "yes")
		v.sends("incomes/0/detail", "年金", "incomes/0/amount", "68000", "incomes/0/period", "month")
		v.sends("more", "no")
		v.sends("more", "no")
		v.uploads([]string{"page", "papers"}, upload{"年金.jpg", "image/jpeg", jpeg})
		v.sends("declared", "true")
		v.sends()
		at := v.where
		if !strings.HasPrefix(at, "/my/applications/") {
			t.Fatalf("at %s: %s", at, v.page)
		}
		v.says("配食", "68,000", "受付")
		d.actor = access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: db.NewID()}
		if w := d.ask("GET", at, "ja", "", ""); w.Code != http.StatusNotFound {
			t.Errorf("another resident got it: %d", w.Code)
		}
		v.posts("/my/apply/begin", "application", at[strings.LastIndex(at, "/")+1:])
		if v.status != http.StatusNotFound {
			t.Errorf("another resident begins with it: %d", v.status)
		}

		d.actor = worker
		desk := strings.Replace(at, "/my/", "/desk/intake/", 1)
		d.page("ja", desk, "68,000", "受領")
		d.post(desk+"/review", http.StatusSeeOther, "version", version(d, at))
		d.post(desk+"/return", http.StatusSeeOther, "version", version(d, at), "parts/0/part", "incomes", "parts/0/reason", "年金の額を確かめてください")
		d.actor = resident
		v.goes(at)
		v.says("年金の額を確かめてください", "/my/apply/begin")
		v.posts("/my/apply/begin", "application", at[strings.LastIndex(at, "/")+1:])
		v.at("/my/apply/incomes", "年金の額を確かめてください")
		v.goes("/my/apply/incomes/0")
		v.sends("incomes/0/detail", "年金", "incomes/0/amount", "70000", "incomes/0/period", "month")
		v.sends("more", "no")
		v.sends("declared", "true")
		v.at("/my/apply/check", "70,000")
		v.sends()
		v.at(at, "70,000", "審査中")

		// What has changed since begins with what was told.
		v.posts("/my/apply/begin", "purpose", "change")
		v.at("/my/apply/purpose", `value="change" checked`)
		v.goes("/my/apply/trouble")
		v.says("家賃が払えません")
	})
}

func TestNobodyElseChangesWhatWasNotReturned(t *testing.T) {
	eachDesk(t, func(d *desk) {
		p := d.osamu()
		resident := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Resident}, Person: p.ID}
		d.actor = resident
		app := d.call("POST", "/api/v1/applications", "", map[string]any{"statement": "家賃", "items": []map[string]any{{"label": "配食"}}}, http.StatusCreated)
		at := "/api/v1/applications/" + app["id"].(string)
		d.call("POST", at+"/submit", "1", nil, http.StatusOK)
		d.actor = kizunatest.Staff(access.IntakeWorker)
		d.call("POST", at+"/review", "2", nil, http.StatusOK)
		got := d.call("POST", at+"/return", "3", map[string]any{"parts": []map[string]any{{"part": "trouble", "reason": "くわしく"}}}, http.StatusOK)
		if got["status"] != "returned" {
			t.Fatal(got)
		}
		d.actor = resident
		got = d.call("POST", at+"/change", "4", map[string]any{"statement": "くわしい話", "items": []map[string]any{{"label": "金塊"}}, "incomes": []map[string]any{{"detail": "x"}}}, http.StatusOK)
		if got["statement"] != "くわしい話" || len(got["incomes"].([]any)) != 0 || got["items"].([]any)[0].(map[string]any)["label"] != "配食" {
			t.Errorf("more than the returned part was changed: %v", got)
		}
	})
}

// TestTheDeskAddsAMember takes down at the desk who applies besides.
func TestTheDeskAddsAMember(t *testing.T) {
	eachDesk(t, func(d *desk) {
		const at = "/desk/intake/applications"
		typed := []string{"channel", "counter", "applicant/family", "丸山", "wish", "家賃補助"}
		w := d.post(at, http.StatusOK, append(typed, "add", "household")...)
		if !strings.Contains(w.Body.String(), `name="household/0/applies"`) {
			t.Fatalf("no row: %.400s", w.Body)
		}
		typed = append(typed, "household/0/name", "丸山 花", "household/0/applies", "true")
		d.post(at, http.StatusUnprocessableEntity, typed...)
		d.post(at, http.StatusOK, append(typed, "household/0/wish", "補聴器")...)
		page := regexp.MustCompile(at + `/[0-9a-f-]{36}`).FindString(d.page("ja", "/desk/intake?kind=application", "丸山"))
		d.page("ja", page, "丸山 花の分", "補聴器")
	})
}
