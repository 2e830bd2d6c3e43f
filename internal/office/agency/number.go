package agency

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
)

// letters are the series of numbers and the letter each begins with.
var letters = map[string]string{
	"inquiry": "Q", "complaint": "K", "inbound_referral": "F", "application": "A", "grievance": "G",
	"case": "C", "determination": "D", "care_plan": "L", "referral": "R", "authorization": "Z",
	"provider": "V", "session": "S", "payment_request": "P", "payout": "O", "batch": "B", "notice": "N", "person": "H",
}

// blockSize is how many numbers a block holds. A transaction locks its block,
// not the series, so that many can take numbers side by side.
const blockSize = 50

// Number takes the next number of a series for the current year of the
// agency's zone: C-2026-01842-5. The last digit checks the rest. Numbers of a
// series are never given twice; some may be left out.
func Number(tx *op.Tx, series string) (string, error) {
	letter, ok := letters[series]
	if !ok {
		return "", fault.Defect(fmt.Errorf("agency: no series %q", series))
	}
	year := calendar.Today(tx.Context(), now{tx.Now()}).Year()
	n, err := takeNumber(tx, series+"/"+strconv.Itoa(year))
	if err != nil {
		return "", err
	}
	return writeNumber(letter, year, n), nil
}

// Numbers takes so many numbers of a series at once, for records that are
// loaded.
func Numbers(tx *op.Tx, series string, count int) ([]string, error) {
	letter, ok := letters[series]
	if !ok {
		return nil, fault.Defect(fmt.Errorf("agency: no series %q", series))
	}
	if count == 0 {
		return nil, nil
	}
	year := calendar.Today(tx.Context(), now{tx.Now()}).Year()
	first, err := takeBlock(tx, series+"/"+strconv.Itoa(year), int64(count))
	if err != nil {
		return nil, err
	}
	out := make([]string, count)
	for i := range out {
		out[i] = writeNumber(letter, year, first+int64(i))
	}
	return out, nil
}

// now is the clock of one transaction.
type now struct{ at calendar.Time }

func (n now) Now() calendar.Time { return n.at }

func writeNumber(letter string, year int, n int64) string {
	digits := fmt.Sprintf("%04d%05d", year, n)
	return fmt.Sprintf("%s-%s-%s-%d", letter, digits[:4], digits[4:], checkDigit(digits))
}

// checkDigit is ISO/IEC 7064, MOD 11,10: a hybrid system with one decimal
// check digit that finds every single wrong digit and nearly every swap of
// two. With P = 10 to begin: for each digit, S = (P + digit) mod 10, read as
// 10 when 0, and P = 2·S mod 11; the check digit is (11 − P) mod 10.
func checkDigit(digits string) int {
	p := 10
	for _, d := range digits {
		s := (p + int(d-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = 2 * s % 11
	}
	return (11 - p) % 10
}

var errNumber = errors.New("agency: not a number of this agency")

// ParseNumber reads a number as people type it (full-width, small letters,
// without hyphens), verifies its check digit, and gives it as it is stored.
func ParseNumber(s string) (string, error) {
	s = strings.ToUpper(norm.NFKC.String(s))
	s = strings.NewReplacer("-", "", " ", "", "−", "", "ー", "", "‐", "", "–", "").Replace(s)
	if len(s) < 11 || len(s) > 16 || s[0] < 'A' || s[0] > 'Z' {
		return "", errNumber
	}
	digits, check := s[1:len(s)-1], int(s[len(s)-1]-'0')
	for _, d := range s[1:] {
		if d < '0' || d > '9' {
			return "", errNumber
		}
	}
	if checkDigit(digits) != check {
		return "", errNumber
	}
	return fmt.Sprintf("%s-%s-%s-%d", s[:1], digits[:4], digits[4:], check), nil
}

// receiptLetters has no I, L, O or U: none is taken for another character or
// spells a word.
const receiptLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Receipt makes a number for the public to come back with: 60 random bits, so
// that none can be guessed from another, in three groups of four.
func Receipt() string {
	var b [12]byte
	rand.Read(b[:])
	out := make([]byte, 0, 14)
	for i, c := range b {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, receiptLetters[c&31])
	}
	return string(out)
}

// ParseReceipt reads a receipt number as people type it and gives it as it is
// stored; false when it cannot be one.
func ParseReceipt(s string) (string, bool) {
	s = strings.ToUpper(norm.NFKC.String(s))
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1", "−", "", "ー", "", "‐", "", "–", "").Replace(s)
	if len(s) != 12 {
		return "", false
	}
	for _, c := range s {
		if !strings.ContainsRune(receiptLetters, c) {
			return "", false
		}
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:], true
}
