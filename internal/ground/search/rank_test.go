package search_test

import (
	"slices"
	"testing"

	"kizuna/internal/ground/search"
	"kizuna/internal/ground/text"
)

func TestRankSaysWhy(t *testing.T) {
	for _, c := range []struct {
		who, text string
		reasons   []string
	}{
		{"takahashi", "高橋", []string{"search.variant"}},
		{"takahashi", "髙橋", []string{"search.family"}},
		{"takahashi", "眞由美", []string{"search.given"}},
		{"takahashi", "髙橋眞由美", []string{"search.full_name"}},
		{"takahashi", "たかはし", []string{"search.family_kana"}},
		{"takahashi", "ﾀｶﾊｼﾏﾕﾐ", []string{"search.full_name_kana"}},
		{"takahashi", "takahashi mayumi", []string{"search.romaji"}},
		{"takahashi", "たか", []string{"search.beginning"}},
		{"takahashi", "高橋 S45.1.31", []string{"search.birth_date", "search.variant"}},
		{"takahashi", "1970年", []string{"search.birth_year"}},
		{"takahashi", "1月31日", []string{"search.birth_day"}},
		{"takahashi", "090-1234-5678", []string{"search.phone"}},
		{"takahashi", "5678", []string{"search.phone_end"}},
		{"yamazaki", "やまさき", []string{"search.similar"}},
		{"inoue", "1971年3月", []string{"search.birth_month"}},
		{"garcia", "Jose", []string{"search.name_part"}},
		{"case", "C-2026-000123-4", []string{"search.number"}},
		{"case", "芝浦", []string{"search.text"}},
		{"case", "taro.hayashi@example.jp", []string{"search.email"}},
		{"tanaka", "zzz", nil},
		{"tanaka", "", nil},
	} {
		score, reasons := search.Rank(search.Query{Kind: "person", Text: c.text}, residents[c.who])
		if !slices.Equal(reasons, c.reasons) {
			t.Errorf("%s by %q: %v, want %v", c.who, c.text, reasons, c.reasons)
		}
		if (score > 0) != (c.reasons != nil) || score > 100 {
			t.Errorf("%s by %q: score %d", c.who, c.text, score)
		}
		for _, key := range reasons {
			if !text.Has(key) {
				t.Errorf("no words for %s", key)
			}
		}
	}
}

func TestRankPutsTheCloserFirst(t *testing.T) {
	for _, order := range [][]string{
		{"高橋真由美", "高橋", "橋"},
		{"おおの", "おの", "おお"},
		{"takahashi", "taka", "tagahashi"},
		{"090-1234-5678", "5678"},
	} {
		who := residents["takahashi"]
		if order[0] == "おおの" {
			who = residents["ono"]
		}
		last := 101
		for _, q := range order {
			score, _ := search.Rank(search.Query{Kind: "person", Text: q}, who)
			if score >= last || score == 0 {
				t.Errorf("%q scores %d, not below %d", q, score, last)
			}
			last = score
		}
	}
}

// TestEveryFoundResidentRanks holds Rank to what the index finds.
func TestEveryFoundResidentRanks(t *testing.T) {
	for _, question := range questions {
		for _, who := range question.finds {
			if score, _ := search.Rank(search.Query{Kind: "person", Text: question.text}, residents[who]); score == 0 {
				t.Errorf("%q finds %s and scores 0", question.text, who)
			}
		}
	}
}
