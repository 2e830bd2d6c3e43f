package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

var anItem = regexp.MustCompile(`name="id" value="([a-z_]+\.\d+\.[0-9a-f-]{36})"`)

// items are the rows of the board as its form posts them.
func (d *desk) items(query string) (out []string) {
	d.t.Helper()
	for _, m := range anItem.FindAllStringSubmatch(d.page("ja", "/desk/intake"+query), -1) {
		out = append(out, m[1])
	}
	return out
}

func (d *desk) employ(a access.Actor) {
	d.t.Helper()
	if err := d.run.Data.Write(d.t.Context(), func(tx *db.Tx) error {
		_, err := db.Exec(tx, "INSERT INTO account_user (id, status, version, created_at, updated_at, mail, name, kind) VALUES (?, 'active', 1, 0, 0, 'a@minato.example', ?, 'staff')",
			a.ID, text.Pair{JA: "森田 彩", EN: "Aya Morita"})
		if err == nil {
			_, err = db.Exec(tx, "INSERT INTO account_role (role, user_id) VALUES (?, ?)", string(a.Roles[0]), a.ID)
		}
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
}

// TestBoard chooses rows, takes them on, takes that back, and gives them by the page that asks to whom.
func TestBoard(t *testing.T) {
	eachDesk(t, func(d *desk) {
		worker := d.actor
		d.employ(worker)
		d.page("ja", "/desk/intake", "待っているものはありません")
		d.page("en", "/desk/intake?view=mine&kind=complaint", "You have nothing here", "See all")
		for _, body := range []string{"家賃のこと", "仕事のこと"} {
			d.post("/desk/intake/inquiries", http.StatusSeeOther, "channel", "phone", "body", body, "about", "丸山さん")
		}
		d.post("/desk/intake/complaints", http.StatusOK, "channel", "phone", "allegations", "neglect", "body", "子どもの泣き声", "child", "true", "discretion", "anonymous")
		d.page("ja", "/desk/intake", "丸山さん", "名前なし", "あと48時間", "3営業日", "担当なし", "期限超過", "二人目の確認")
		d.page("en", "/desk/intake?kind=complaint&kind=inquiry", "48 h left", "Nobody yet", "Clear")
		rows := d.items("")
		if len(rows) != 3 || !strings.HasPrefix(rows[0], "complaint.1.") {
			t.Fatalf("rows %v", rows)
		}
		d.post("/desk/intake/assign", http.StatusSeeOther, "do", "mine") // nothing chosen: a word, and back
		d.post("/desk/intake/assign?back=/desk/intake", http.StatusSeeOther, "do", "mine", "id", rows[0], "id", rows[1])
		if got := d.items("?view=mine"); len(got) != 2 {
			t.Errorf("taken on: %v", got)
		}
		w := d.post("/desk/intake/assign", http.StatusSeeOther, "do", "choose", "id", rows[2])
		d.page("en", w.Header().Get("Location"), "Assign", "Aya Morita", "1 chosen", "What is assigned")
		d.read("nobody said", d.post("/desk/intake/assign", http.StatusUnprocessableEntity, "id", rows[2]), http.StatusUnprocessableEntity, "担当者かチームを選んでください")
		// One of the two has moved on: it is named, the other is done and can be taken back.
		said := d.post("/desk/intake/assign", http.StatusOK, "id", rows[0], "id", rows[2], "owner_id", worker.ID.String()).Body.String()
		undo := regexp.MustCompile(`/desk/intake/assignments/[0-9a-f-]+/undo`).FindString(said)
		if undo == "" || !strings.Contains(said, "1件を割り当て、1件はそのままです") {
			t.Fatalf("partly: %.600s", said)
		}
		d.post(undo, http.StatusSeeOther)
		if got := d.items("?view=nobody"); len(got) != 1 {
			t.Errorf("after the undo nobody has %v", got)
		}
		// The API does the same.
		list := d.call("GET", "/api/v1/arrivals?view=nobody", "", nil, http.StatusOK)["items"].([]any)
		x := list[0].(map[string]any)
		done := d.call("POST", "/api/v1/arrivals/assign", "", map[string]any{"items": []any{map[string]any{"kind": x["kind"], "id": x["id"], "version": x["version"]}}, "owner_id": worker.ID}, http.StatusOK)
		back := d.call("POST", "/api/v1/arrivals/undo_assign", "", map[string]any{"undo_id": done["undo_id"]}, http.StatusOK)
		if len(back["done"].([]any)) != 1 {
			t.Errorf("%v %v", done, back)
		}
		d.actor = kizunatest.Staff(access.Caseworker)
		if got := d.items(""); len(got) != 0 {
			t.Errorf("another team sees %v", got)
		}
		w = d.ask("GET", "/desk/intake/assign?id="+rows[0], "ja", "", "")
		d.read("what is out of sight", w, http.StatusNotFound)
	})
}
