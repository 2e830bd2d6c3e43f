package generate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// Registry is a labelled set: residents some of whom stand in it twice, with twins, namesakes and
// households among them who only look so.
type Registry struct {
	Residents []people.Resident
	Doubles   []Double
}

// Double is somebody's second record and how it came to differ from the first.
type Double struct {
	First, Second db.ID
	Slips         []string // names of slips; none when it was written down alike
}

// Doubled makes a registry of so many doubles: one in six residents has one. It is the same for a
// seed, a language and a day.
func Doubled(seed uint64, lang text.Lang, today calendar.Date, doubles int) Registry {
	from := source{seed, lang, today}
	var out Registry
	at := from.knownSince(0, 1)
	for n := 0; len(out.Doubles) < doubles; n++ {
		r := rand.New(rand.NewPCG(seed^0xd0b1e5, uint64(n)))
		f := from.household(n, at)
		for i := range f.residents {
			rename(r, &f.residents[i])
		}
		out.Residents = append(out.Residents, f.residents...)
		id := &ids{ms: firstID + uint64(n)*betweenH + betweenH/2, r: r}
		switch x := r.IntN(100); {
		case x < 2:
			out.Residents = append(out.Residents, twin(r, id, any1(r, f.residents)))
		case x < 5:
			out.Residents = append(out.Residents, namesake(r, id, any1(r, f.residents), from))
		}
		for _, x := range f.residents {
			if r.IntN(6) == 0 && len(out.Doubles) < doubles {
				second, slips := again(r, id, x, from)
				out.Residents = append(out.Residents, second)
				out.Doubles = append(out.Doubles, Double{x.Person.ID, second.Person.ID, slips})
			}
		}
	}
	return out
}

// Most given names of a few thousand in use are put together from two characters, so half of the
// residents of a registry have such a one: the short lists of names.txt would make namesakes of many.
var (
	manFirst    = parts("健 ケン 大 ダイ 翔 ショウ 悠 ユウ 拓 タク 直 ナオ 和 カズ 智 トモ 正 マサ 義 ヨシ 英 ヒデ 信 ノブ 孝 タカ 明 アキ 俊 トシ 達 タツ 康 ヤス 重 シゲ 照 テル 克 カツ 陽 ハル 泰 ヤス 宏 ヒロ 光 ミツ 邦 クニ 道 ミチ")
	manSecond   = parts("太 タ 介 スケ 也 ヤ 樹 キ 人 ト 一 イチ 彦 ヒコ 之 ユキ 平 ヘイ 郎 ロウ 志 シ 斗 ト 吾 ゴ 雄 オ 夫 オ 則 ノリ 宣 ノブ 久 ヒサ 治 ハル 基 モト")
	womanFirst  = parts("美 ミ 真 マ 由 ユ 千 チ 恵 エ 奈 ナ 里 リ 佳 カ 沙 サ 友 トモ 紀 ノリ 春 ハル 夏 ナツ 秋 アキ 桜 サクラ 彩 アヤ 遥 ハル 幸 サチ 和 カズ 静 シズ 清 キヨ 久 ヒサ 光 ミツ 喜 キ 麻 マ 亜 ア")
	womanSecond = parts("子 コ 美 ミ 香 カ 奈 ナ 穂 ホ 恵 エ 里 リ 代 ヨ 江 エ 紀 キ 菜 ナ 帆 ホ 乃 ノ 枝 エ 音 ネ 世 ヨ 希 キ 花 カ 実 ミ 佳 カ")
)

func parts(s string) (out []spelled) {
	words := strings.Fields(s)
	for pair := range slices.Chunk(words, 2) {
		out = append(out, spelled{pair[0], pair[1], search.Romaji(pair[1])})
	}
	return out
}

func rename(r *rand.Rand, x *people.Resident) {
	if latinOnly(x.Names[0].Family) || r.IntN(2) == 0 {
		return
	}
	a, b := any1(r, manFirst), any1(r, manSecond)
	if x.Person.Gender == "female" {
		a, b = any1(r, womanFirst), any1(r, womanSecond)
	}
	for i := range x.Names {
		n := &x.Names[i]
		n.Given, n.GivenKana, n.GivenRomaji = a.written+b.written, a.kana+b.kana, capital(a.romaji+b.romaji)
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func latinOnly(s string) bool { return s != "" && s[len(s)-1] < utf8.RuneSelf }

// another is a new record with what an old one says; what hangs on it is the new one's.
func another(id *ids, x people.Resident) people.Resident {
	y := x
	y.Person.ID = id.next()
	y.Names, y.Contacts, y.Addresses = slices.Clone(x.Names), slices.Clone(x.Contacts), slices.Clone(x.Addresses)
	for i := range y.Names {
		y.Names[i].Head, y.Names[i].Person = flow.Head{ID: id.next(), CreatedAt: x.Person.CreatedAt}, y.Person.ID
	}
	for i := range y.Contacts {
		y.Contacts[i].Head, y.Contacts[i].Person = flow.Head{ID: id.next(), CreatedAt: x.Person.CreatedAt}, y.Person.ID
	}
	for i := range y.Addresses {
		y.Addresses[i].Head, y.Addresses[i].Person = flow.Head{ID: id.next(), CreatedAt: x.Person.CreatedAt}, y.Person.ID
	}
	return y
}

// twin has everything but the given name.
func twin(r *rand.Rand, id *ids, x people.Resident) people.Resident {
	y := another(id, x)
	for y.Names[0].GivenKana == x.Names[0].GivenKana {
		given := givenName(r, y.Person.Gender == "female", y.Person.BirthDate.Year())
		if latinOnly(x.Names[0].Family) {
			given = any1(r, named["english man"])
		}
		for i := range y.Names {
			n := &y.Names[i]
			n.Given, n.GivenKana, n.GivenRomaji = given.written, given.kana, given.romaji
		}
	}
	return y
}

// namesake has the name and lives elsewhere, of another age.
func namesake(r *rand.Rand, id *ids, x people.Resident, from source) people.Resident {
	y := another(id, x)
	y.Person.BirthDate = y.Person.BirthDate.AddDays(-400 - r.IntN(9000))
	y.Contacts = nil
	moved := address(r, from.lang, drawDistrict(r))
	y.Addresses[0].Postcode, y.Addresses[0].Lines = moved.Postcode, moved.Lines
	return y
}

// slip is one way in which a second record differs.
type slip struct {
	name  string
	often int
	make  func(r *rand.Rand, x *people.Resident) bool // false where it cannot be made
}

var slips = []slip{
	{"old or new characters", 14, oldCharacters},
	{"kana only", 12, kanaOnly},
	{"romaji only", 8, romajiOnly},
	{"no reading", 10, noReading},
	{"reading mistyped", 9, readingMistyped},
	{"other characters", 9, otherCharacters},
	{"letter mistyped", 8, letterMistyped},
	{"married name", 8, married},
	{"names the other way about", 4, turnedAbout},
	{"day and month exchanged", 6, dayAndMonth},
	{"digit of the birth date", 9, digitOfBirth},
	{"only the year of birth", 3, yearOnly},
	{"no birth date", 3, noBirth},
	{"no gender", 4, noGender},
}

// again writes a resident down once more, weeks or years later, by somebody who did not find the
// first record: with no slip, one or two, and what has changed since.
func again(r *rand.Rand, id *ids, x people.Resident, from source) (people.Resident, []string) {
	y := another(id, x)
	var made []string
	for range []int{0, 1, 1, 1, 1, 1, 2, 2}[r.IntN(8)] {
		if s := anySlip(r); !slices.Contains(made, s.name) && s.make(r, &y) {
			made = append(made, s.name)
		}
	}
	moved := address(r, from.lang, drawDistrict(r))
	switch n := r.IntN(100); {
	case n < 25:
		y.Addresses[0].Postcode, y.Addresses[0].Lines = moved.Postcode, moved.Lines
	case n < 35:
		y.Addresses = nil
	case n < 45:
		y.Addresses[0].Lines = strings.Replace(y.Addresses[0].Lines, "-", "丁目", 1)
	}
	kept := y.Contacts[:0]
	for _, c := range y.Contacts {
		switch n := r.IntN(100); {
		case n < 15:
			continue
		case n < 35 && c.Kind != "email":
			c.Value = fmt.Sprintf("0%d0-0%03d-%04d", 7+r.IntN(3), r.IntN(1000), r.IntN(10000))
		}
		kept = append(kept, c)
	}
	y.Contacts = kept
	for i := range y.Names {
		y.Names[i].ID = id.next() // a slip may have added one
	}
	return y, made
}

func anySlip(r *rand.Rand) slip {
	all := 0
	for _, s := range slips {
		all += s.often
	}
	x := r.IntN(all)
	for _, s := range slips {
		if x -= s.often; x < 0 {
			return s
		}
	}
	return slips[0]
}

// written are pairs that registers and people use for one another.
var written = strings.NewReplacer("高", "髙", "斎", "齋", "斉", "齊", "辺", "邉", "沢", "澤", "崎", "﨑", "浜", "濱", "広", "廣", "島", "嶋",
	"真", "眞", "恵", "惠", "桜", "櫻", "国", "國", "吉", "𠮷", "徳", "德", "栄", "榮", "滝", "瀧", "竜", "龍", "関", "關", "富", "冨", "静", "靜", "実", "實", "亜", "亞", "清", "淸")

// OldCharacters writes a name as an old register has it.
func OldCharacters(s string) string { return written.Replace(s) }

func oldCharacters(_ *rand.Rand, x *people.Resident) bool {
	before := x.Names[0].Family + x.Names[0].Given
	for i := range x.Names {
		x.Names[i].Family, x.Names[i].Given = OldCharacters(x.Names[i].Family), OldCharacters(x.Names[i].Given)
	}
	return x.Names[0].Family+x.Names[0].Given != before
}

func kanaOnly(_ *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	if n.FamilyKana == "" || latinOnly(n.Family) {
		return false
	}
	n.Family, n.Given, n.FamilyRomaji, n.GivenRomaji = n.FamilyKana, n.GivenKana, "", ""
	n.FamilyKana, n.GivenKana = "", ""
	x.Names = x.Names[:1]
	return true
}

func romajiOnly(_ *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	if n.FamilyRomaji == "" || latinOnly(n.Family) {
		return false
	}
	n.Family, n.Given, n.FamilyKana, n.GivenKana = n.FamilyRomaji, n.GivenRomaji, "", ""
	x.Names = x.Names[:1]
	return true
}

func noReading(_ *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	if latinOnly(n.Family) {
		return false
	}
	n.FamilyKana, n.GivenKana, n.FamilyRomaji, n.GivenRomaji = "", "", "", ""
	return true
}

// mistyped exchanges two neighbours, leaves one out or doubles one.
func mistyped(r *rand.Rand, s string) (string, bool) {
	runes := []rune(s)
	if len(runes) < 4 {
		return s, false
	}
	i := 1 + r.IntN(len(runes)-2)
	switch r.IntN(3) {
	case 0:
		runes[i], runes[i+1] = runes[i+1], runes[i]
	case 1:
		runes = slices.Delete(runes, i, i+1)
	default:
		runes = slices.Insert(runes, i, runes[i])
	}
	return string(runes), string(runes) != s
}

func readingMistyped(r *rand.Rand, x *people.Resident) (ok bool) {
	n := &x.Names[0]
	of := &n.FamilyKana
	if r.IntN(2) == 0 {
		of = &n.GivenKana
	}
	*of, ok = mistyped(r, *of)
	return ok
}

func letterMistyped(r *rand.Rand, x *people.Resident) (ok bool) {
	n := &x.Names[0]
	if !latinOnly(n.Family) {
		return false
	}
	of := &n.Family
	if r.IntN(2) == 0 {
		of = &n.Given
	}
	*of, ok = mistyped(r, *of)
	n.FamilyKana, n.GivenKana, n.FamilyRomaji, n.GivenRomaji = "", "", n.Family, n.Given
	return ok
}

// homophones are given names of one sound.
var homophones = func() map[string][]string {
	out := map[string][]string{}
	for _, list := range [][2][]spelled{{manFirst, manSecond}, {womanFirst, womanSecond}} {
		for _, a := range list[0] {
			for _, b := range list[1] {
				out[a.kana+b.kana] = append(out[a.kana+b.kana], a.written+b.written)
			}
		}
	}
	for section, list := range named {
		if strings.HasPrefix(section, "man") || strings.HasPrefix(section, "woman") || section == "boy" || section == "girl" {
			for _, s := range list {
				out[s.kana] = append(out[s.kana], s.written)
			}
		}
	}
	return out
}()

func otherCharacters(r *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	list := slices.DeleteFunc(slices.Clone(homophones[n.GivenKana]), func(s string) bool { return s == n.Given })
	if len(list) == 0 {
		return false
	}
	n.Given = any1(r, list)
	return true
}

func married(r *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	if latinOnly(n.Family) || x.Person.Gender != "female" {
		return false
	}
	was := *n
	now := familyName(r)
	n.Family, n.FamilyKana, n.FamilyRomaji = now.written, now.kana, now.romaji
	if r.IntN(10) < 6 {
		was.Kind = "former"
		x.Names = append(x.Names[:1], was)
	} else {
		x.Names = x.Names[:1]
	}
	return true
}

func turnedAbout(_ *rand.Rand, x *people.Resident) bool {
	n := &x.Names[0]
	n.Family, n.Given, n.FamilyKana, n.GivenKana, n.FamilyRomaji, n.GivenRomaji = n.Given, n.Family, n.GivenKana, n.FamilyKana, n.GivenRomaji, n.FamilyRomaji
	return true
}

func dayAndMonth(_ *rand.Rand, x *people.Resident) bool {
	d := string(x.Person.BirthDate)
	if d == "" {
		return false
	}
	day, err := calendar.ParseDate(d[:4] + "-" + d[8:] + "-" + d[5:7])
	if err != nil || day == x.Person.BirthDate {
		return false
	}
	x.Person.BirthDate = day
	return true
}

func digitOfBirth(r *rand.Rand, x *people.Resident) bool {
	d := []byte(x.Person.BirthDate)
	if len(d) == 0 {
		return false
	}
	d[[]int{2, 3, 6, 8, 9}[r.IntN(5)]] = byte('0' + r.IntN(10))
	day, err := calendar.ParseDate(string(d))
	if err != nil || day == x.Person.BirthDate {
		return false
	}
	x.Person.BirthDate = day
	return true
}

func yearOnly(_ *rand.Rand, x *people.Resident) bool {
	x.Person.BirthPrecision = calendar.ToYear
	return true
}

func noBirth(_ *rand.Rand, x *people.Resident) bool {
	x.Person.BirthDate, x.Person.BirthPrecision = "", ""
	return true
}

func noGender(_ *rand.Rand, x *people.Resident) bool {
	x.Person.Gender = ""
	return true
}
