package file

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kizuna/internal/ground/fault"
)

const (
	unknown = "application/octet-stream"
	svg     = "image/svg+xml"
)

// shownInPlace are the types a browser only draws. Everything else is
// downloaded.
var shownInPlace = []string{"application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain"}

// within lists, for what bytes can be told to be, the closer types that a
// sender may claim.
var within = map[string][]string{
	"text/plain": {"text/csv", "text/tab-separated-values", "application/json", "text/calendar", "text/vcard", "text/markdown"},
	"text/xml":   {"application/xml"},
	"application/zip": {
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
	},
	unknown: {"application/msword", "application/vnd.ms-excel", "image/tiff", "audio/mp4", "audio/amr"},
}

// endings give the type for a name when the sender claims none.
var endings = map[string]string{
	".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json", ".ics": "text/calendar",
	".vcf": "text/vcard", ".md": "text/markdown", ".doc": "application/msword", ".xls": "application/vnd.ms-excel",
	".docx": within["application/zip"][0], ".xlsx": within["application/zip"][1], ".pptx": within["application/zip"][2],
	".odt": within["application/zip"][3], ".ods": within["application/zip"][4], ".tif": "image/tiff", ".tiff": "image/tiff",
}

// settle decides the media type by the bytes; the claim may only say it more
// closely. A claim that contradicts them is a fault: either the sender is
// mistaken or means to mislead.
func settle(claim, name string, head []byte) (string, error) {
	claim, _, err := mime.ParseMediaType(claim)
	if err != nil || claim == unknown {
		claim = endings[strings.ToLower(path.Ext(name))]
	}
	told := tell(head)
	switch {
	case claim == "" || claim == told:
		return told, nil
	case slices.Contains(within[told], claim):
		return claim, nil
	case alike(claim, told):
		return told, nil
	}
	return "", fault.Invalid(fault.Field{Key: "file.mismatch", Args: map[string]any{"claimed": claim, "found": told}})
}

// alike are claims that browsers make for the same bytes.
func alike(claim, told string) bool {
	same := func(a, b string) bool { return claim == a && told == b }
	return same("image/jpg", "image/jpeg") || same("application/x-pdf", "application/pdf") ||
		same("application/x-zip-compressed", "application/zip") || same("application/xhtml+xml", "text/html") ||
		same("text/html", "text/plain") || same("application/vnd.ms-excel", "text/plain") || // CSV from Windows
		same("application/xml", svg) || same("text/xml", svg) || strings.HasPrefix(claim, "text/") && told == "text/plain"
}

// tell sniffs a media type without parameters.
func tell(head []byte) string {
	told, _, _ := strings.Cut(http.DetectContentType(head), ";")
	start := bytes.ToLower(head[:min(len(head), 4096)])
	switch {
	case told == "text/plain" || told == "text/xml":
		if bytes.Contains(start, []byte("<svg")) {
			return svg
		}
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && slices.Contains([]string{"heic", "heix", "mif1", "heif"}, string(head[8:12])):
		return "image/heic"
	case told == unknown && (bytes.HasPrefix(head, []byte("II*\x00")) || bytes.HasPrefix(head, []byte("MM\x00*"))):
		return "image/tiff"
	}
	return told
}

// runs says that a browser would run a file of this type.
func runs(mediaType string) bool {
	return mediaType == "text/html" || strings.HasSuffix(mediaType, "xml")
}

// marks betray markup in a file of any type.
var marks = [][]byte{[]byte("<script"), []byte("<html"), []byte("<!doctype html"), []byte("<svg"), []byte("<iframe"), []byte("<body")}

// sureMarks are long enough that no photograph has one by chance.
var sureMarks = [][]byte{[]byte("<script"), []byte("<html>"), []byte("<html "), []byte("<!doctype html"), []byte("<iframe"), []byte("<body>"), []byte("<body ")}

// pdfMarks betray a PDF that does something by itself.
var pdfMarks = [][]byte{[]byte("/javascript"), []byte("/js("), []byte("/js ("), []byte("/launch")}

const longestMark = 14

// sureWithin is where a short mark is no chance either: browsers guess by the first bytes.
const sureWithin = 4096

// scanner looks for marks in a stream, also across the ends of pieces. found says that something
// looks like markup, sure that it is.
type scanner struct {
	pdf, found, sure bool
	further          bool // beyond the first piece
	tail             []byte
}

func (s *scanner) look(piece []byte) {
	if s.sure {
		return
	}
	lower := make([]byte, len(s.tail)+len(piece))
	copy(lower, s.tail)
	copy(lower[len(s.tail):], piece)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' { // bytes.ToLower would read scans as UTF-8
			lower[i] = c + 'a' - 'A'
		}
	}
	has := func(in []byte, among [][]byte) bool {
		return slices.ContainsFunc(among, func(m []byte) bool { return bytes.Contains(in, m) })
	}
	s.sure = has(lower, sureMarks) || s.pdf && has(lower, pdfMarks) ||
		!s.further && has(lower[:min(len(lower), sureWithin)], marks)
	s.found = s.found || s.sure || has(lower, marks)
	s.further = true
	s.tail = slices.Clone(lower[max(0, len(lower)-longestMark):])
}

// cleanName keeps the last part of a path, without what breaks a header, hides
// an ending or is not shown.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>:|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	ending := path.Ext(name)
	if len(ending) > 16 {
		ending = ""
	}
	for utf8.RuneCountInString(name) > maxName {
		stem := []rune(strings.TrimSuffix(name, ending))
		name = string(stem[:maxName-utf8.RuneCountInString(ending)]) + ending
	}
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}

// Headers sets what a browser must be told before it gets a file: its type and
// no guessing, shown in place only when asked for and harmless, and no right
// to run or load anything.
func Headers(h http.Header, f File, inPlace bool) {
	disposition := "attachment"
	if inPlace && !f.Active && slices.Contains(shownInPlace, f.MediaType) {
		disposition = "inline"
	}
	contentType := f.MediaType
	switch {
	case disposition == "attachment" && runs(contentType):
		contentType = unknown
	case strings.HasPrefix(contentType, "text/"):
		contentType += "; charset=utf-8"
	}
	policy := "default-src 'none'; frame-ancestors 'self'; sandbox"
	if disposition == "inline" && f.MediaType == "application/pdf" {
		// Chromium's viewer stays blank in a sandbox; it runs no script of the page.
		policy = "default-src 'none'; frame-ancestors 'self'; object-src 'self'"
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
}
