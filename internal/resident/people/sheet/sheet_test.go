package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"kizuna/internal/ground/fault"
	"kizuna/internal/resident/people/sheet"
)

// read gives all rows of a file.
func read(file []byte) (*sheet.List, [][]string, error) {
	l, err := sheet.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	rows, err := l.Rows()
	if err != nil {
		return l, nil, err
	}
	var out [][]string
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return l, out, nil
		}
		if err != nil {
			return l, out, err
		}
		if row.Broken {
			row.Cells = []string{fmt.Sprintf("broken %d", row.Line)}
		}
		out = append(out, row.Cells)
	}
}

func encoded(t *testing.T, s string, e interface{ String(string) (string, error) }) []byte {
	t.Helper()
	out, err := e.String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

const listed = "氏名,フリガナ,住所\r\n髙橋　修,ﾀｶﾊｼ ｵｻﾑ,\"みなと市栄町2-14\nひまわり荘\"\r\n\r\n①番,,\r\n"

func TestEncodings(t *testing.T) {
	want := [][]string{{"氏名", "フリガナ", "住所"}, {"髙橋　修", "ﾀｶﾊｼ ｵｻﾑ", "みなと市栄町2-14\nひまわり荘"}, {"①番", "", ""}}
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	for _, c := range []struct {
		encoding string
		file     []byte
	}{
		{"utf-8", []byte(listed)},
		{"utf-8", []byte("\ufeff" + listed)},
		{"utf-16le", encoded(t, listed, le)},
		{"utf-16be", append([]byte("\xfe\xff"), encoded(t, listed, be)...)},
		{"shift_jis", encoded(t, listed, japanese.ShiftJIS.NewEncoder())},
	} {
		l, got, err := read(c.file)
		if err != nil {
			t.Errorf("%s: %v", c.encoding, err)
			continue
		}
		if l.Encoding != c.encoding || !reflect.DeepEqual(got, want) {
			t.Errorf("%s was read as %s: %q", c.encoding, l.Encoding, got)
		}
	}
}

func TestSeparators(t *testing.T) {
	for separator, file := range map[rune]string{',': "a,b;x,c\n1,2,3", ';': "a;\"b,,,,\";c\n1;2;3", '\t': "a\tb\tc\n1\t2\t3"} {
		l, got, err := read([]byte(file))
		if err != nil || l.Separator != separator || len(got) != 2 || len(got[1]) != 3 {
			t.Errorf("%q: %q, %v", separator, got, err)
		}
	}
}

func TestBrokenRowsAreToldAndTheOthersGoOn(t *testing.T) {
	_, got, err := read([]byte("name,phone\na,1\nb \"x\" c,2\n,\nd,4\n"))
	if err != nil || !reflect.DeepEqual(got, [][]string{{"name", "phone"}, {"a", "1"}, {"broken 3"}, {"d", "4"}}) {
		t.Errorf("%q, %v", got, err)
	}
	bad := append(encoded(t, "氏名\n山田\n", japanese.ShiftJIS.NewEncoder()), 0x82, 0xff, '\n')
	if _, got, err := read(bad); err != nil || len(got) != 3 || got[2][0] != "broken 3" {
		t.Errorf("%q, %v", got, err)
	}
}

// key is the word of what is wrong with a file.
func key(err error) string {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 {
		return fmt.Sprint(err)
	}
	return strings.TrimPrefix(f.Fields[0].Key, "people.fault.")
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	book := workbook(t, func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "A1", "氏名") })
	for want, file := range map[string][]byte{
		"list_empty":         nil,
		"list_is_page":       []byte("\n<!DOCTYPE html><table><tr><td>氏名</td></tr></table>"),
		"list_old_or_locked": append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...),
		"list_unknown":       append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 64)...),
		"list_broken":        book[:len(book)/2],
		"list_macro":         zipped(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/vbaProject.bin": "x"}),
		"list_unpacked":      zipped(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": strings.Repeat(" ", 64<<20)}),
		"list_row_long":      []byte("name,phone\n\"a,1\n" + strings.Repeat("b,2\n", 400_000)),
		"list_wide":          []byte("name" + strings.Repeat(",x", sheet.MaxColumns) + "\n"),
	} {
		began := time.Now()
		if _, _, err := read(file); key(err) != want {
			t.Errorf("%s: %v", want, err)
		}
		if spent := time.Since(began); spent > 20*time.Second {
			t.Errorf("%s took %s", want, spent)
		}
	}
	if _, _, err := read(zipped(t, map[string]string{"word/document.xml": "<w/>"})); key(err) != "list_unknown" {
		t.Errorf("a letter: %v", err)
	}
}

// TestABombIsNotHeld: elements in elements, an endless text and many shared
// texts are refused before they fill the memory.
func TestABombIsNotHeld(t *testing.T) {
	const rels = `<Relationships><Relationship Id="r" Target="worksheets/s.xml"/></Relationships>`
	const top = `<workbook xmlns:r="x"><sheets><sheet name="s" r:id="r"/></sheets></workbook>`
	noise := make([]byte, 30<<10)
	for i := range noise {
		noise[i] = byte('a' + (i*i>>3)%26)
	}
	for name, parts := range map[string]map[string]string{
		"deep":   {"xl/worksheets/s.xml": strings.Repeat("<a>", 300_000)},
		"text":   {"xl/worksheets/s.xml": "<sheetData><row><c><v>" + strings.Repeat(string(noise), 60)},
		"shared": {"xl/worksheets/s.xml": "<x/>", "xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si><t>"+string(noise)+"</t></si>", 1200)},
	} {
		parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"] = top, rels
		file := zipped(t, parts)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, _, err := read(file)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		if held := after.HeapSys - min(before.HeapSys, after.HeapSys); held > 50<<20 {
			t.Errorf("%s took %d MiB", name, held>>20)
		}
	}
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWorkbook reads what a well-kept library writes.
func TestWorkbook(t *testing.T) {
	for _, since04 := range []bool{false, true} {
		file := workbook(t, func(f *excelize.File) {
			if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &since04}); err != nil {
				t.Fatal(err)
			}
			eras := "[$-411]ggge\"年\"m\"月\"d\"日\""
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &eras})
			if err != nil {
				t.Fatal(err)
			}
			day := time.Date(1970, 1, 31, 0, 0, 0, 0, time.UTC)
			for at, v := range map[string]any{"A1": "氏名", "B1": "生年月日", "C1": "郵便番号", "E1": "番号", "A3": "髙橋 修", "B3": day, "C3": "0450001", "E3": 1001, "A4": "佐藤 一", "B4": day, "E4": 0.5} {
				if err := f.SetCellValue("Sheet1", at, v); err != nil {
					t.Fatal(err)
				}
			}
			_ = f.SetCellStyle("Sheet1", "B4", "B4", style)
			_ = f.SetCellFormula("Sheet1", "D3", "HYPERLINK(\"http://x\")")
			if _, err := f.NewSheet("もう一つ"); err != nil {
				t.Fatal(err)
			}
		})
		l, got, err := read(file)
		want := [][]string{{"氏名", "生年月日", "郵便番号", "", "番号"}, {"髙橋 修", "1970-01-31", "0450001", "", "1001"}, {"佐藤 一", "1970-01-31", "", "", "0.5"}}
		if err != nil || l.Format != "xlsx" || l.Sheet != "Sheet1" || !reflect.DeepEqual(got, want) {
			t.Errorf("from 1904 %t: %q, %v", since04, got, err)
		}
	}
}

// TestHowItIsReadAloudIsNoText: Japanese workbooks keep the reading beside a text.
func TestHowItIsReadAloudIsNoText(t *testing.T) {
	file := zipped(t, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="x"><sheets><sheet name="隠し" state="hidden" r:id="q"/><sheet name="名簿" r:id="r"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="q" Target="worksheets/h.xml"/><Relationship Id="r" Target="/xl/worksheets/s.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><r><t>山</t></r><r><t>田</t></r><rPh sb="0" eb="2"><t>ヤマダ</t></rPh><phoneticPr/></si></sst>`,
		"xl/worksheets/s.xml":        `<worksheet><sheetData><row r="7"><c r="B7" t="s"><v>0</v></c><c r="D7" t="inlineStr"><is><t>太郎</t></is></c><c t="b"><v>1</v></c></row></sheetData></worksheet>`,
	})
	l, got, err := read(file)
	if err != nil || l.Sheet != "名簿" || !reflect.DeepEqual(got, [][]string{{"", "山田", "", "太郎", "1"}}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestMatch(t *testing.T) {
	got := sheet.Match([]string{"No.", "氏名（漢字）", "氏 名", "ﾌﾘｶﾞﾅ", "生年月日(和暦)", "E-mail", "family_kana", "Date of Birth", "世帯主との続柄", "〒"})
	if want := []string{"", "name", "", "kana", "birth_date", "email", "family_kana", "", "relation", "postcode"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for _, f := range sheet.Fields {
		if got := sheet.Match([]string{f}); got[0] != f {
			t.Errorf("%s is not known by its own name", f)
		}
	}
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{"", "=1+1", "'=1", "''=1", "＝1", "-", "'", "山田", "\t=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := sheet.Unguard(sheet.Guard(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		if g := sheet.Guard(s); g != "" && strings.ContainsAny(g[:1], "=+-@\t\r") {
			t.Errorf("%q is guarded as %q", s, g)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(listed))
	f.Add([]byte("a;b\n\"x;1\n"))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add([]byte("\x8e\x81\x96\xbc,a\n"))
	f.Fuzz(walked)
}

func FuzzXLSX(f *testing.F) {
	f.Add(workbook(f, func(x *excelize.File) { _ = x.SetCellValue("Sheet1", "B2", "氏名") }))
	f.Add(zipped(f, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet id="r"/></sheets></workbook>`, "xl/_rels/workbook.xml.rels": `<a><Relationship Id="r" Target="s"/></a>`, "xl/s": `<row><c r="ZZZ1"><v>1</v></c></row>`}))
	f.Fuzz(walked)
}

// walked reads a file of any kind: it ends with rows or a fault that has words.
func walked(t *testing.T, file []byte) {
	_, rows, err := read(file)
	if err != nil {
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindInvalid {
			t.Fatalf("%v", err)
		}
	}
	for _, r := range rows {
		if len(r) > sheet.MaxColumns {
			t.Fatal("a row is wider than may be")
		}
	}
}
