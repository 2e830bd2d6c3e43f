package search_test

import (
	"slices"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
)

// residents is a small invented register; the key is what the tables below call them.
var residents = map[string]search.Fields{
	"takahashi": person("髙橋", "眞由美", "タカハシ", "マユミ", "1970-01-31", "090-1234-5678"),
	"saito":     person("齋藤", "一郎", "サイトウ", "イチロウ", "1955-12-01", "03-5555-0101"),
	"watanabe":  person("渡邉", "惠子", "ワタナベ", "ケイコ", "1962-07-07", "+81 80 2222 3333"),
	"ono":       person("大野", "優", "オオノ", "ユウ", "1989-01-07", ""),
	"shimazu":   person("島津", "純一", "シマヅ", "ジュンイチ", "1989-01-08", ""),
	"namba":     person("難波", "慎平", "ナンバ", "シンペイ", "2001-02-03", ""),
	"yamazaki":  person("山﨑", "京子", "ヤマザキ", "キョウコ", "1948-04-29", ""),
	"hayashi":   person("林", "太郎", "ハヤシ", "タロウ", "1990-05-05", ""),
	"tanaka":    person("田中", "さくら", "タナカ", "サクラ", "1990-05-06", ""),
	"yoshida":   person("𠮷田", "凜", "ヨシダ", "リン", "1977", ""),
	"sasaki":    person("佐々木", "廣國", "ササキ", "ヒロクニ", "1966-06-06", ""),
	"inoue":     person("井上", "櫻", "イノウエ", "サクラ", "1971-03", ""),
	"kiyama":    person("木山", "ファティマ", "キヤマ", "ファティマ", "", ""),
	"garcia":    {Names: []search.Name{{Family: "García-López", Given: "José María"}}, Dates: []string{"1985-10-20"}},
	"nguyen":    {Names: []search.Name{{Family: "Nguyễn", Given: "Thị Hương", FamilyKana: "グエン", GivenKana: "ティフオン"}}},
	"kim":       {Names: []search.Name{{Family: "김", Given: "민준"}, {Family: "金", Given: "民俊", FamilyKana: "キム", GivenKana: "ミンジュン"}}},
	"case":      {Numbers: []string{"C-2026-000123-4"}, Texts: []string{"港区芝浦の住まいの相談"}, Emails: []string{"Taro.Hayashi@example.jp"}},
}

func person(family, given, familyKana, givenKana, born, phone string) search.Fields {
	f := search.Fields{Names: []search.Name{{Family: family, Given: given, FamilyKana: familyKana, GivenKana: givenKana}}}
	if born != "" {
		f.Dates = []string{born}
	}
	if phone != "" {
		f.Phones = []string{phone}
	}
	return f
}

// register puts the residents into the index and gives the key of each id.
func register(t *testing.T, d *db.DB) map[db.ID]string {
	t.Helper()
	keys := map[db.ID]string{}
	var entries []search.Entry
	for key, f := range residents {
		id := db.NewID()
		keys[id] = key
		entries = append(entries, search.Entry{Kind: "person", Owner: id, Fields: f})
	}
	put(t, d, entries...)
	return keys
}

func put(t testing.TB, d *db.DB, entries ...search.Entry) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return search.PutAll(tx, entries...) }); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, q search.Query, s search.Scope) []search.Hit {
	t.Helper()
	var hits []search.Hit
	err := d.Read(t.Context(), func(r *db.Reader) (err error) {
		hits, err = search.Find(r, q, s)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", q.Text, err)
	}
	return hits
}

var everyone = sight.Clause{SQL: "SELECT owner FROM search_row"}

// questions are what people type and whom it must find; a word in parentheses must not be found.
var questions = []struct {
	text  string
	finds []string
	not   []string
}{
	{"高橋", []string{"takahashi"}, []string{"tanaka"}},
	{"髙橋 真由美", []string{"takahashi"}, nil},
	{"髙橋眞由美", []string{"takahashi"}, nil},
	{"高橋真由美", []string{"takahashi"}, nil},
	{"真由美 高橋", []string{"takahashi"}, nil},
	{"たかはし", []string{"takahashi"}, nil},
	{"タカハシ", []string{"takahashi"}, nil},
	{"ﾀｶﾊｼ ﾏﾕﾐ", []string{"takahashi"}, nil},
	{"たかはしまゆ", []string{"takahashi"}, nil},
	{"髙橋まゆみ", []string{"takahashi"}, nil},
	{"takahashi", []string{"takahashi"}, nil},
	{"ＴＡＫＡＨＡＳＨＩ　ｍａｙｕｍｉ", []string{"takahashi"}, nil},
	{"mayumi takahasi", []string{"takahashi"}, nil},
	{"takahashimayu", []string{"takahashi"}, nil},
	{"taka", []string{"takahashi"}, []string{"ono"}},
	{"斉藤", []string{"saito"}, nil},
	{"斎藤", []string{"saito"}, nil},
	{"齊藤一郎", []string{"saito"}, nil},
	{"さいとー", []string{"saito"}, nil},
	{"サイト", []string{"saito"}, nil},
	{"saitoh", []string{"saito"}, nil},
	{"Saitō Ichirō", []string{"saito"}, nil},
	{"渡辺", []string{"watanabe"}, nil},
	{"渡邊恵子", []string{"watanabe"}, nil},
	{"おおの", []string{"ono"}, nil},
	{"おーの", []string{"ono"}, nil},
	{"おの", []string{"ono"}, nil},
	{"Ohno", []string{"ono"}, nil},
	{"Oono Yuu", []string{"ono"}, nil},
	{"Ōno", []string{"ono"}, nil},
	{"ono yu", []string{"ono"}, nil},
	{"ゆう", []string{"ono"}, nil},
	{"shimazu", []string{"shimazu"}, nil},
	{"simadu", []string{"shimazu"}, nil},
	{"しまず", []string{"shimazu"}, nil},
	{"嶋津", []string{"shimazu"}, nil},
	{"Jun-ichi", []string{"shimazu"}, nil},
	{"Jun’ichi Shimadzu", []string{"shimazu"}, nil},
	{"zyuniti", []string{"shimazu"}, nil},
	{"nanba", []string{"namba"}, nil},
	{"Namba", []string{"namba"}, nil},
	{"nam", []string{"namba"}, nil},
	{"shimpei", []string{"namba"}, nil},
	{"sinpei", []string{"namba"}, nil},
	{"山崎", []string{"yamazaki"}, nil},
	{"やまさき", []string{"yamazaki"}, nil},
	{"yamasaki kyoko", []string{"yamazaki"}, nil},
	{"キヨウコ", []string{"yamazaki"}, nil},
	{"林", []string{"hayashi"}, []string{"tanaka"}},
	{"林太郎", []string{"hayashi"}, nil},
	{"太郎 林", []string{"hayashi"}, nil},
	{"たなか さくら", []string{"tanaka"}, []string{"inoue"}},
	{"田", []string{"tanaka"}, nil},
	{"さくら", []string{"tanaka", "inoue"}, nil},
	{"桜", []string{"inoue"}, nil},
	{"吉田", []string{"yoshida"}, nil},
	{"𠮷田", []string{"yoshida"}, nil},
	{"佐佐木", []string{"sasaki"}, nil},
	{"広国", []string{"sasaki"}, nil},
	{"うえ", []string{"inoue"}, nil},
	{"inoue", []string{"inoue"}, nil},
	{"いのうえ", []string{"inoue"}, nil},
	{"kiyama", []string{"kiyama"}, nil},
	{"kiya", []string{"kiyama"}, nil},
	{"fatima", []string{"kiyama"}, nil},
	{"garcia", []string{"garcia"}, nil},
	{"Lopez", []string{"garcia"}, nil},
	{"García-López", []string{"garcia"}, nil},
	{"garcia lopez jose", []string{"garcia"}, nil},
	{"jose garcialopez", []string{"garcia"}, nil},
	{"nguyen huong", []string{"nguyen"}, nil},
	{"グエン", []string{"nguyen"}, nil},
	{"김민준", []string{"kim"}, nil},
	{"김", []string{"kim"}, nil},
	{"金民俊", []string{"kim"}, nil},
	{"昭和45年1月31日", []string{"takahashi"}, []string{"saito"}},
	{"S45.1.31", []string{"takahashi"}, nil},
	{"1970-01-31", []string{"takahashi"}, nil},
	{"１９７０／１／３１", []string{"takahashi"}, nil},
	{"19700131", []string{"takahashi"}, nil},
	{"31 January 1970", []string{"takahashi"}, nil},
	{"昭和45年", []string{"takahashi"}, []string{"saito"}},
	{"1970年", []string{"takahashi"}, nil},
	{"1970", []string{"takahashi"}, nil},
	{"1月31日", []string{"takahashi"}, nil},
	{"高橋 昭和45年1月31日", []string{"takahashi"}, nil},
	{"昭和64年", []string{"ono"}, nil},
	{"s52", []string{"yoshida"}, nil},
	{"1971年3月", []string{"inoue"}, nil},
	{"09012345678", []string{"takahashi"}, nil},
	{"090 1234 5678", []string{"takahashi"}, nil},
	{"+81-90-1234-5678", []string{"takahashi"}, nil},
	{"０９０ー１２３４ー５６７８", []string{"takahashi"}, nil},
	{"5678", []string{"takahashi"}, nil},
	{"高橋 5678", []string{"takahashi"}, []string{"watanabe"}},
	{"080-2222-3333", []string{"watanabe"}, nil},
	{"090123", []string{"takahashi"}, nil},
	{"C-2026-000123-4", []string{"case"}, nil},
	{"c20260001234", []string{"case"}, nil},
	{"芝浦", []string{"case"}, nil},
	{"taro.hayashi@example.jp", []string{"case"}, nil},
}

func TestFindsWhatPeopleType(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		keys := register(t, d)
		for _, question := range questions {
			for name, scope := range map[string]search.Scope{"index": {}, "few": {Few: everyone}} {
				var found []string
				for _, h := range find(t, d, search.Query{Kind: "person", Text: question.text}, scope) {
					found = append(found, keys[h.Owner])
				}
				for _, want := range question.finds {
					if !slices.Contains(found, want) {
						t.Errorf("%s: %q does not find %s: %v", name, question.text, want, found)
					}
				}
				for _, not := range question.not {
					if slices.Contains(found, not) {
						t.Errorf("%s: %q finds %s", name, question.text, not)
					}
				}
			}
		}
	})
}
