package zengin_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kizuna/internal/kizunatest"
	"kizuna/internal/network/payment/zengin"
)

func TestGolden(t *testing.T) {
	name, ok := zengin.Kana("カ）ミドリノソウダンシツ")
	if !ok {
		t.Fatalf("%q", name)
	}
	b, err := zengin.File{Requester: "1234567890", RequesterName: "ﾐﾅﾄｼ", MonthDay: "1130",
		From: zengin.Account{Bank: "0001", Branch: "1", Kind: "2", Number: "12345"},
		Payments: []zengin.Payment{
			{Account: zengin.Account{Bank: "0009", BankName: "ﾐﾅﾄ", Branch: "123", Kind: "1", Number: "7654321", Holder: name}, Amount: 24000, New: "0", Note: "P-2026-00001", Method: "7"},
			{Account: zengin.Account{Bank: "0005", Branch: "020", Kind: "1", Number: "1", Holder: "ｱｻﾉ ｷﾖｳｺ"}, Amount: 1, New: "0"},
		}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for i, record := range strings.Split(strings.TrimSuffix(string(b), "\r\n"), "\r\n") {
		if len(record) != 120 {
			t.Errorf("record %d has %d bytes", i+1, len(record))
		}
	}
	kizunatest.Golden(t, "testdata/transfer.sjis.txt", b)
}

func TestPublishedFileComesBack(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(kizunatest.Vectors(t, "zengin"), "kyash-sample.sjis.txt"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := zengin.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Payments) != 3 || f.Total() != 6 || f.Requester != "0110999999" || f.MonthDay != "0224" || f.From.Number != "0999999" ||
		f.Payments[0].Number != "9876543" || f.Payments[2].Note != "200504001 000001" {
		t.Errorf("%+v", f)
	}
	again, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, line := range bytes.Split(data, []byte("\n")) {
		want.Write(line)
		want.WriteString(strings.Repeat(" ", 120-len(line)) + "\r\n")
	}
	if !bytes.Equal(again, want.Bytes()) {
		t.Errorf("written again:\n%q\nwant\n%q", again, want.Bytes())
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"a wrong count": "1210\n8000001000000000000\n9",
		"a wrong sum":   "1210\n8000000000000000005\n9",
		"no end":        "1210\n8000000000000000000\n",
		"another kind":  "5\n9",
		"no amount":     "2" + strings.Repeat("x", 119) + "\n9",
	} {
		if _, err := zengin.Decode([]byte(data)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestKana(t *testing.T) {
	for in, want := range map[string]string{
		"やまだ たろう":     "ﾔﾏﾀﾞ ﾀﾛｳ",
		"パーティー ヴォイス":  "ﾊﾟ-ﾃｲ- ｳﾞｵｲｽ",
		"キャッシュ":       "ｷﾔﾂｼﾕ",
		"ｶ)ﾐﾄﾞﾘ":      "ｶ)ﾐﾄﾞﾘ",
		"（株）Midori ２": "",
	} {
		got, ok := zengin.Kana(in)
		if in == "（株）Midori ２" {
			if ok {
				t.Errorf("%q became %q", in, got)
			}
			continue
		}
		if !ok || got != want {
			t.Errorf("%q became %q, %v", in, got, ok)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("1210\n8000000000000000000\n9"))
	f.Add([]byte("1000\xc00\xca0000\n9")) // kana in the requester's number
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := zengin.Decode(data)
		if err != nil {
			return
		}
		written, err := file.Encode()
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := zengin.Decode(written)
		if err != nil || again.Total() != file.Total() || len(again.Payments) != len(file.Payments) {
			t.Errorf("written and read again: %v\n%+v\n%+v", err, file, again)
		}
	})
}
