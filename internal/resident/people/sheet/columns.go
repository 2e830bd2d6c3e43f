package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fields are what a column can hold, in the order in which they are offered.
var Fields = []string{
	"name", "family", "given", "kana", "family_kana", "given_kana", "family_romaji", "given_romaji",
	"birth_date", "gender", "postcode", "address", "actual_address", "phone", "mobile", "email",
	"language", "number", "household", "relation",
}

// headings are the words by which columns are known, folded; among several for
// one field the first is the commonest.
var headings = map[string][]string{
	"name":           {"氏名", "名前", "お名前", "漢字氏名", "氏名漢字", "住民氏名", "本人氏名", "利用者氏名", "利用者名", "name", "fullname", "personname", "residentname"},
	"family":         {"姓", "氏", "名字", "苗字", "姓漢字", "漢字姓", "family", "familyname", "lastname", "surname"},
	"given":          {"名", "名漢字", "漢字名", "given", "givenname", "firstname", "forename"},
	"kana":           {"フリガナ", "ふりがな", "カナ", "かな", "氏名カナ", "カナ氏名", "氏名フリガナ", "氏名ふりがな", "氏名かな", "よみ", "読み", "ヨミ", "よみがな", "読み仮名", "kana", "fullkana", "namekana", "reading", "furigana"},
	"family_kana":    {"セイ", "せい", "姓カナ", "姓かな", "カナ姓", "姓フリガナ", "姓ふりがな", "氏カナ", "familykana", "familynamekana", "lastnamekana"},
	"given_kana":     {"メイ", "めい", "名カナ", "名かな", "カナ名", "名フリガナ", "名ふりがな", "givenkana", "givennamekana", "firstnamekana"},
	"family_romaji":  {"姓ローマ字", "ローマ字姓", "familyromaji"},
	"given_romaji":   {"名ローマ字", "ローマ字名", "givenromaji"},
	"birth_date":     {"生年月日", "誕生日", "生年月日西暦", "生年月日和暦", "birthdate", "dateofbirth", "dob", "birthday", "born"},
	"gender":         {"性別", "性", "gender", "sex"},
	"postcode":       {"郵便番号", "〒", "郵便", "postcode", "postalcode", "zip", "zipcode"},
	"address":        {"住所", "住民票住所", "登録住所", "住民登録地", "住民票の住所", "address", "registeredaddress", "streetaddress"},
	"actual_address": {"現住所", "居所", "居住地", "実際の住所", "actualaddress", "currentaddress"},
	"phone":          {"電話", "電話番号", "tel", "固定電話", "自宅電話", "連絡先", "連絡先電話番号", "phone", "telephone", "phonenumber", "telephonenumber"},
	"mobile":         {"携帯", "携帯電話", "携帯番号", "携帯電話番号", "mobile", "mobilephone", "cell", "cellphone"},
	"email":          {"メール", "メールアドレス", "eメール", "電子メール", "email", "mail", "emailaddress"},
	"language":       {"言語", "使用言語", "母語", "話せる言語", "language", "languages"},
	"number":         {"宛名番号", "住民番号", "個人コード", "整理番号", "管理番号", "利用者番号", "number", "externalid", "id", "personid", "personnumber", "residentnumber"},
	"household":      {"世帯番号", "世帯コード", "世帯id", "household", "householdnumber", "householdid"},
	"relation":       {"続柄", "世帯主との続柄", "世帯主続柄", "続き柄", "relation", "relationship", "relationtohead", "relationshiptohead"},
}

var fieldOf = func() map[string]string {
	out := map[string]string{}
	for field, words := range headings {
		out[Fold(field)] = field
		for _, w := range words {
			out[Fold(w)] = field
		}
	}
	return out
}()

// Fold writes a heading or a coded word in one way: without width, case,
// spaces, brackets and dashes.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) && r != '〒' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}

// Match says for each heading which field it is, "" where it is not known. Of
// two columns for one field the first counts.
func Match(headings []string) []string {
	out := make([]string, len(headings))
	taken := map[string]bool{}
	for i, h := range headings {
		if field := fieldOf[Fold(h)]; field != "" && !taken[field] {
			out[i], taken[field] = field, true
		}
	}
	return out
}
