package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form in which texts are compared: NFKC, small letters without accents, katakana
// for hiragana and large for small kana, one character for every group of kanji variants, 々
// written out, one space for every run of space. Folding what was folded changes nothing.
func Fold(s string) string { return enlarge(prepare(s)) }

// prepare is Fold that leaves small kana small, since キャ and キヤ are spelled differently in
// Latin letters.
func prepare(s string) string {
	if plain(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, " ")
	}
	s = compose(s)
	var b strings.Builder
	b.Grow(len(s))
	last := ' '
	for _, r := range s {
		for _, f := range foldRune(r, last) {
			if f == ' ' && last == ' ' {
				continue
			}
			b.WriteRune(f)
			last = f
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// plain says that nothing in s needs folding, as in most names: kanji that are no variants,
// katakana, small letters. These are all composed as they stand.
func plain(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'ァ' && r <= 'ヶ' || r == 'ー':
		case r >= 0x4e00 && r < 0xa000:
			if _, ok := variants[r]; ok {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// compose is NFKC.
func compose(s string) string {
	if plain(s) {
		return s
	}
	return norm.NFKC.String(s)
}

// foldRune gives what stands for r after last; nothing for marks and what cannot be seen.
func foldRune(r, last rune) []rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return []rune{r}
	case unicode.IsSpace(r) || r < 0x20 || r == 0x7f:
		return []rune{' '}
	case r >= 'ぁ' && r <= 'ゖ':
		return []rune{r + 'ァ' - 'ぁ'}
	case r == '々' || r == '〻' || r == 'ゝ' || r == 'ヽ' || r == 'ゞ' || r == 'ヾ':
		if last == ' ' {
			return nil
		}
		return []rune{last}
	case isDash(r, last):
		return []rune{'-'}
	case r == '’' || r == '‘' || r == '`' || r == 'ʼ' || r == '´':
		return []rune{'\''}
	case r == '〇':
		return []rune{'〇'}
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Co, r):
		return nil
	}
	if v, ok := variants[r]; ok {
		return []rune{v}
	}
	if r < 0x250 || r >= 0x1e00 && r < 0x2000 || r >= 0x370 && r < 0x600 {
		return plainLetter(unicode.ToLower(r))
	}
	return []rune{r}
}

// isDash also takes the long vowel mark for a dash where somebody typed it between digits.
func isDash(r, last rune) bool {
	switch r {
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '﹣', '⁃':
		return true
	case 'ー':
		return last >= '0' && last <= '9'
	}
	return false
}

var specialLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ơ': "o", 'ư': "u",
}

func plainLetter(r rune) []rune {
	if s, ok := specialLetters[r]; ok {
		return []rune(s)
	}
	var out []rune
	for _, d := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, d) {
			if s, ok := specialLetters[d]; ok {
				out = append(out, []rune(s)...)
			} else {
				out = append(out, d)
			}
		}
	}
	return out
}

var smallKana = map[rune]rune{
	'ァ': 'ア', 'ィ': 'イ', 'ゥ': 'ウ', 'ェ': 'エ', 'ォ': 'オ', 'ッ': 'ツ', 'ャ': 'ヤ', 'ュ': 'ユ', 'ョ': 'ヨ', 'ヮ': 'ワ', 'ヵ': 'カ', 'ヶ': 'ケ',
}

func enlarge(s string) string {
	return strings.Map(func(r rune) rune {
		if big, ok := smallKana[r]; ok {
			return big
		}
		return r
	}, s)
}

func isKana(r rune) bool { return r >= 'ァ' && r <= 'ヺ' || r == 'ー' }

// onlyKana says that a prepared text is kana and nothing else.
func onlyKana(s string) bool {
	for _, r := range s {
		if !isKana(r) {
			return false
		}
	}
	return s != ""
}

// onlyLatin says that a prepared text is Latin letters, apostrophes and hyphens.
func onlyLatin(s string) bool {
	letters := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			letters = true
		case r != '\'' && r != '-' && r != '.':
			return false
		}
	}
	return letters
}
