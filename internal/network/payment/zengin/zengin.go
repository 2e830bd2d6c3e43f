// Package zengin writes and reads the transfer file of Japanese banks (全銀協
// 総合振込): records of 120 single-byte characters in Shift_JIS, one header,
// one record for each payment, a trailer with count and sum, an end.
//
// It knows no request and no payee beyond what stands in a record.
package zengin

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// size is the length of a record in bytes.
const size = 120

// Account is a bank account as a record names it. Kind is 1 ordinary 普通,
// 2 current 当座, 4 savings 貯蓄, 9 other.
type Account struct {
	Bank       string `json:"bank"` // 4 digits
	BankName   string `json:"bank_name,omitempty"`
	Branch     string `json:"branch"` // 3 digits
	BranchName string `json:"branch_name,omitempty"`
	Kind       string `json:"kind"`
	Number     string `json:"number"` // up to 7 digits
	Holder     string `json:"holder"` // in kana
}

// Payment is one data record.
type Payment struct {
	Account
	Amount int64  // yen
	New    string // 新規コード: 0 others, 1 first time, 2 changed
	Note   string // 顧客コード or EDI, up to 20
	Method string // 振込指定区分: 7 telegraphic, 8 by letter; 0 or blank as the bank does
}

// File is a whole transfer file.
type File struct {
	Requester     string // 委託者コード, 10 digits
	RequesterName string
	From          Account // Holder is not written
	MonthDay      string  // 取組日, MMDD
	Payments      []Payment
}

// Total is the sum of all payments in yen.
func (f File) Total() (sum int64) {
	for _, p := range f.Payments {
		sum += p.Amount
	}
	return sum
}

// Encode writes the file: every record 120 bytes and CRLF.
func (f File) Encode() ([]byte, error) {
	records := []string{f.header()}
	for _, p := range f.Payments {
		records = append(records, p.record())
	}
	records = append(records, "8"+digits(int64(len(f.Payments)), 6)+digits(f.Total(), 12), "9")
	var out bytes.Buffer
	for i, r := range records {
		b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(r))
		if err != nil || len(b) > size {
			return nil, fmt.Errorf("zengin: record %d has %d bytes: %w", i+1, len(b), err)
		}
		out.Write(b)
		out.WriteString(strings.Repeat(" ", size-len(b)))
		out.WriteString("\r\n")
	}
	return out.Bytes(), nil
}

func (f File) header() string {
	return "1210" + right(f.Requester, 10) + left(f.RequesterName, 40) + left(f.MonthDay, 4) + f.From.origin()
}

func (a Account) origin() string {
	return right(a.Bank, 4) + left(a.BankName, 15) + right(a.Branch, 3) + left(a.BranchName, 15) + left(a.Kind, 1) + right(a.Number, 7)
}

func (p Payment) record() string {
	return "2" + right(p.Bank, 4) + left(p.BankName, 15) + right(p.Branch, 3) + left(p.BranchName, 15) + "    " +
		left(p.Kind, 1) + right(p.Number, 7) + left(p.Holder, 30) + digits(p.Amount, 10) + left(p.New, 1) + left(p.Note, 20) + left(p.Method, 1)
}

// left fills with spaces behind and cuts what is too long.
func left(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	return string(r) + strings.Repeat(" ", n-len(r))
}

// right fills numbers with zeros before and cuts what is too long.
func right(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[len(r)-n:]
	}
	return strings.Repeat("0", n-len(r)) + string(r)
}

func digits(n int64, width int) string { return right(strconv.FormatInt(n, 10), width) }

// numbers are the fields of each record that hold digits or nothing.
var numbers = map[rune][]struct{ from, size int }{
	'1': {{4, 10}, {54, 4}, {58, 4}, {77, 3}, {96, 7}},
	'2': {{1, 4}, {20, 3}, {43, 7}, {80, 10}},
	'8': {{1, 6}, {7, 12}},
}

// Decode reads a file, also one whose records lost their trailing spaces, and
// checks count and sum.
func Decode(data []byte) (File, error) {
	var f File
	plain, err := japanese.ShiftJIS.NewDecoder().Bytes(data)
	if err != nil {
		return f, err
	}
	for i, line := range strings.FieldsFunc(string(plain), func(r rune) bool { return r == '\n' || r == '\r' || r == '\x1a' }) {
		if !single(line) {
			return f, fmt.Errorf("zengin: record %d has a character of two bytes", i+1)
		}
		r := []rune(left(line, size))
		cut := func(from, n int) string { return strings.TrimRight(string(r[from:from+n]), " ") }
		for _, field := range numbers[r[0]] {
			if s := cut(field.from, field.size); strings.Trim(s, "0123456789") != "" {
				return f, fmt.Errorf("zengin: record %d has letters where a number stands, at %d", i+1, field.from+1)
			}
		}
		switch r[0] {
		case '1':
			f.Requester, f.RequesterName, f.MonthDay = cut(4, 10), cut(14, 40), cut(54, 4)
			f.From = Account{Bank: cut(58, 4), BankName: cut(62, 15), Branch: cut(77, 3), BranchName: cut(80, 15), Kind: cut(95, 1), Number: cut(96, 7)}
		case '2':
			p := Payment{Account: Account{Bank: cut(1, 4), BankName: cut(5, 15), Branch: cut(20, 3), BranchName: cut(23, 15), Kind: cut(42, 1), Number: cut(43, 7), Holder: cut(50, 30)},
				New: cut(90, 1), Note: cut(91, 20), Method: cut(111, 1)}
			amount, err := strconv.ParseUint(cut(80, 10), 10, 63)
			if err != nil {
				return f, fmt.Errorf("zengin: record %d: amount: %w", i+1, err)
			}
			p.Amount = int64(amount)
			f.Payments = append(f.Payments, p)
		case '8':
			if cut(1, 6) != digits(int64(len(f.Payments)), 6) || cut(7, 12) != digits(f.Total(), 12) {
				return f, fmt.Errorf("zengin: the trailer says %s payments of %s, there are %d of %d", cut(1, 6), cut(7, 12), len(f.Payments), f.Total())
			}
		case '9':
			return f, nil
		default:
			return f, fmt.Errorf("zengin: record %d is of kind %q", i+1, r[0])
		}
	}
	return f, fmt.Errorf("zengin: the file has no end")
}

// single reports whether every character is one byte in Shift_JIS.
func single(line string) bool {
	for _, r := range line {
		if (r < ' ' || r > '~') && (r < '｡' || r > 'ﾟ') {
			return false
		}
	}
	return true
}

// small are the kana that a transfer writes large.
var small = strings.NewReplacer("ァ", "ア", "ィ", "イ", "ゥ", "ウ", "ェ", "エ", "ォ", "オ", "ッ", "ツ", "ャ", "ヤ", "ュ", "ユ", "ョ", "ヨ", "ヮ", "ワ",
	"ヵ", "カ", "ヶ", "ケ", "ー", "-", "‐", "-", "−", "-", "・", ".", "゛", "ﾞ", "゜", "ﾟ", "\u3099", "ﾞ", "\u309a", "ﾟ", "ヲ", "ｦ", "、", ",", "。", ".")

// Kana writes a name as a transfer takes it: half-width kana without small
// ones, capital letters, digits and few marks. ok is false where something
// else, such as kanji, is left.
func Kana(s string) (kana string, ok bool) {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r >= 'ぁ' && r <= 'ゖ':
			r += 'ァ' - 'ぁ'
		case unicode.IsSpace(r):
			r = ' '
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	kana = width.Narrow.String(small.Replace(b.String()))
	for _, r := range kana {
		if !(r >= 'ｱ' && r <= 'ﾟ' || r == 'ｦ' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" ().-/,｢｣\\", r)) {
			return kana, false
		}
	}
	return kana, kana != ""
}
