package search

import "strings"

// rows of the kana table by vowel; the place in the string is the vowel: a i u e o.
var kanaRows = map[string]string{
	"": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ",
	"y": "ヤ　ユ　ヨ", "r": "ラリルレロ", "w": "ワヰ　ヱヲ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}

const vowels = "aiueo"

type syllable struct{ consonant, vowel string }

var syllables = func() map[rune]syllable {
	m := map[rune]syllable{'ヴ': {"b", "u"}, 'ヷ': {"b", "a"}, 'ヺ': {"b", "o"}, 'ン': {"n'", ""}}
	for consonant, row := range kanaRows {
		for i, r := range []rune(row) {
			if r != '　' {
				m[r] = syllable{consonant, vowels[i : i+1]}
			}
		}
	}
	for r, s := range map[rune]syllable{'ヰ': {"", "i"}, 'ヱ': {"", "e"}, 'ヲ': {"", "o"}} {
		m[r] = s
	}
	return m
}()

var smallVowels = map[rune]string{'ァ': "a", 'ィ': "i", 'ゥ': "u", 'ェ': "e", 'ォ': "o", 'ャ': "ya", 'ュ': "yu", 'ョ': "yo", 'ヮ': "wa"}

// Romaji spells kana (either kind, any width) in Latin letters, kunrei style with long vowels as
// written: シミズ is simizu, オオノ oono. What is not kana is left as it is folded.
func Romaji(kana string) string { return strings.ReplaceAll(spell(prepare(kana)), "n'", "n") }

// spell is Romaji for prepared text; ン is n'.
func spell(s string) string {
	var b strings.Builder
	runes := []rune(s)
	double := false
	for i, r := range runes {
		if r == 'ッ' {
			double = true
			continue
		}
		if small, ok := smallVowels[r]; ok {
			b.WriteString(small)
			continue
		}
		syl, ok := syllables[r]
		if !ok {
			if big := smallKana[r]; big != 0 {
				syl = syllables[big]
			} else if r == 'ー' {
				continue
			} else {
				b.WriteRune(r)
				continue
			}
		}
		if double && syl.consonant != "" {
			b.WriteString(syl.consonant[:1])
		}
		double = false
		b.WriteString(syl.consonant)
		if i+1 < len(runes) && smallVowels[runes[i+1]] != "" {
			continue // the small kana brings the vowel
		}
		b.WriteString(syl.vowel)
	}
	return b.String()
}

// sound writes large kana as they are heard: voiced pairs that sound alike as one, long vowels
// short, so that オオノ, オーノ and オノ are one.
func sound(s string) string {
	var out []rune
	vowel := ""
	for _, r := range s {
		if r == 'ー' {
			continue
		}
		if same, ok := sameSound[r]; ok {
			r = same
		}
		syl, ok := syllables[r]
		if ok && syl.consonant == "" && len(out) > 0 && (syl.vowel == vowel || syl.vowel == "u" && vowel == "o") {
			continue
		}
		out = append(out, r)
		vowel = syl.vowel
	}
	return string(out)
}

var sameSound = map[rune]rune{'ヂ': 'ジ', 'ヅ': 'ズ', 'ヲ': 'オ', 'ヰ': 'イ', 'ヱ': 'エ', 'ヴ': 'ブ'}
