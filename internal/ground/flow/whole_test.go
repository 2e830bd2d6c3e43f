package flow

import (
	"encoding/json"
	"testing"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
)

type motley struct {
	Head
	Zebra string            `db:"zebra"`
	Ref   db.ID             `db:"ref"`
	None  db.ID             `db:"none"`
	Count int64             `db:"count"`
	Share float64           `db:"share"`
	Said  bool              `db:"said"`
	On    calendar.Date     `db:"on_date"`
	At    calendar.Time     `db:"at"`
	Name  text.Pair         `db:"name"`
	List  db.JSON[[]string] `db:"list"`
	Empty db.JSON[[]string] `db:"empty_list"`
	Bytes []byte            `db:"bytes"`
}

// TestWholeText says of a record just what whole says of it.
func TestWholeText(t *testing.T) {
	full := motley{Head: Head{ID: db.NewID(), Status: "made", Version: 1}, Zebra: "縞", Ref: db.NewID(), Count: -7, Share: 35.4437, Said: true, On: "2026-11-24",
		At: 1_790_000_000_000, Name: text.Pair{JA: "名", EN: "Name"}, List: db.AsJSON([]string{"a<b", "c"}), Empty: db.AsJSON([]string{}), Bytes: []byte{0, 255}}
	list := []motley{full, {}}
	for _, odd := range []string{"a\"b", "a\\b", "a<b>&c", "line\nbreak\ttab\x01", "\u2028\u2029", "\x7f", "bad \xff utf8", "絵文字 😀", "普通の文。"} {
		full.Zebra = odd
		list = append(list, full)
	}
	for _, x := range list {
		changes, err := whole(x)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(changes)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wholeText(&x)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}
