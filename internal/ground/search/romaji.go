package search

import "strings"

// latin brings the ways to write a name in Latin letters to one: Hepburn and kunrei (shi si, chi
// ti, tsu tu, fu hu, ji zi di, zu du), long vowels however marked (Ohno, Oono, Ouno, Ōno, Ono),
// the syllabic n before b, m, p (Namba, Nanba), an apostrophe after it, doubled consonants, l and
// r, v and b. It takes prepared text or what spell gives, and is meant for comparing, not reading.
func latin(s string) string { return shorten(respell(letters(s), true)) }

// latinTyped is latin without the rules that look ahead, for the beginnings of words: while
// somebody types, Nam is not yet Namba.
func latinTyped(s string) string { return shorten(respell(letters(s), false)) }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, s)
}

func isVowel(c byte) bool { return strings.IndexByte(vowels, c) >= 0 }

func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// respelling brings some letters to others.
type respelling struct{ from, to string }

// respellings are tried in order at each letter; the first that fits wins.
var respellings = []respelling{
	{"tch", "ch"}, {"cch", "ch"}, {"ssh", "sh"}, {"tts", "ts"}, {"dzu", "zu"}, {"dji", "ji"},
	{"sh", "s"}, {"ch", "t"}, {"ts", "t"}, {"jy", "zy"}, {"j", "z"}, {"f", "h"}, {"du", "zu"}, {"di", "zi"},
	{"ck", "k"}, {"c", "k"}, {"q", "k"}, {"x", "ks"}, {"l", "r"}, {"v", "b"},
}

// respellingsOf are those that begin with a letter.
var respellingsOf = func() (out [256][]respelling) {
	for _, r := range respellings {
		out[r.from[0]] = append(out[r.from[0]], r)
	}
	return out
}()

// glide are the letters that take a y before a, u, o: sha is sya, ja is zya.
func glide(from string, next byte) bool {
	return (from == "sh" || from == "ch" || from == "j") && (next == 'a' || next == 'u' || next == 'o')
}

func respell(s string, ahead bool) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		rest := s[i:]
		switch {
		case ahead && rest[0] == 'm' && (at(rest, 1) == 'b' || at(rest, 1) == 'm' || at(rest, 1) == 'p'):
			b.WriteByte('n')
			i++
			continue
		case ahead && i > 0 && !isVowel(s[i-1]) && strings.HasPrefix(rest, "iy"):
			i++
			continue
		case i > 0 && rest[0] == 'h' && isVowel(s[i-1]) && !isVowel(at(rest, 1)) && at(rest, 1) != 'y':
			i++
			continue
		}
		n := 0
		for _, r := range respellingsOf[rest[0]] {
			if strings.HasPrefix(rest, r.from) {
				if strings.HasSuffix(r.from, "ch") && len(r.from) == 3 || r.from == "ssh" || r.from == "tts" || r.from == "dji" {
					n = 1 // the doubled letter goes, the rest is read next
					break
				}
				b.WriteString(r.to)
				n = len(r.from)
				if glide(r.from, at(rest, n)) {
					b.WriteByte('y')
				}
				break
			}
		}
		if n == 0 {
			b.WriteByte(rest[0])
			n = 1
		}
		i += n
	}
	return b.String()
}

// shorten makes long vowels and doubled letters short.
func shorten(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if n := len(out); n > 0 {
			last := out[n-1]
			if c == last || c == 'u' && last == 'o' {
				continue
			}
		}
		out = append(out, c)
	}
	return string(out)
}

// unvoiced makes voiced consonants voiceless, so that ヤマザキ finds ヤマサキ.
func unvoiced(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'g':
			return 'k'
		case 'z':
			return 's'
		case 'd':
			return 't'
		case 'b', 'p':
			return 'h'
		}
		return r
	}, s)
}
