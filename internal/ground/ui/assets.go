package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed assets/kizuna.css assets/kizuna.js assets/htmx.min.js assets/icons.svg assets/inter.woff2 assets/mark.svg
var assetFiles embed.FS

// AssetRoot is where Assets must be mounted.
const AssetRoot = "/assets/"

// asset is one embedded file, kept as served.
type asset struct {
	path  string // hashed address
	kind  string // content type
	plain []byte
	small []byte // gzip; nil where it saves nothing
}

var (
	assetByName = map[string]*asset{}
	assetByPath = map[string]*asset{}
	iconNames   = map[string]bool{}
)

func init() {
	kinds := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml", ".woff2": "font/woff2",
	}
	squeeze := map[string]func([]byte) []byte{"kizuna.css": squeezeStyle, "kizuna.js": squeezeScript}
	// The style sheet names the face by its hashed address, so it comes last.
	for _, name := range []string{"inter.woff2", "icons.svg", "mark.svg", "htmx.min.js", "kizuna.js", "kizuna.css"} {
		body, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			panic(err)
		}
		if name == "kizuna.css" {
			body = bytes.ReplaceAll(body, []byte("inter.woff2"), []byte(Asset("inter.woff2")))
		}
		if name == "icons.svg" {
			readIconNames(string(body))
		}
		if squeeze[name] != nil {
			body = squeeze[name](body)
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(name)
		a := &asset{
			path:  AssetRoot + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext,
			kind:  kinds[ext],
			plain: body,
		}
		if ext != ".woff2" {
			a.small = compress(body)
		}
		assetByName[name], assetByPath[a.path] = a, a
	}
}

// readIconNames notes the id of every symbol in the sprite.
func readIconNames(sprite string) {
	for _, part := range strings.Split(sprite, `<symbol id="`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		iconNames[name] = true
	}
}

var (
	styleComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	styleSpace   = regexp.MustCompile(`\s+`)
	styleEdge    = regexp.MustCompile(` ?([{};,>]) ?`)
)

// squeezeStyle takes from a style sheet what only its authors need: comments, indentation, spaces about punctuation.
// The space before a colon stays, since it means "a descendant that is"; strings hold one space at a time.
func squeezeStyle(body []byte) []byte {
	body = styleComment.ReplaceAll(body, nil)
	body = styleSpace.ReplaceAll(body, []byte(" "))
	body = styleEdge.ReplaceAll(body, []byte("$1"))
	body = bytes.ReplaceAll(body, []byte(": "), []byte(":"))
	return bytes.ReplaceAll(body, []byte(";}"), []byte("}"))
}

// squeezeScript drops indentation and the lines that are comments; a line stays a line, so no statement changes.
// It holds for scripts without text that runs over lines, as ours.
func squeezeScript(body []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			out.Write(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// compress answers the gzip form of body at the highest level.
func compress(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(body); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Asset answers the hashed address of an embedded file ("kizuna.css"); it panics on a name that does not exist,
// which is a mistake in the program and shows at the first page drawn.
func Asset(name string) string {
	a := assetByName[name]
	if a == nil {
		panic("ui: no such asset: " + name)
	}
	return a.path
}

// Assets serves the embedded files under AssetRoot. The addresses carry a hash of the content, so answers may be
// kept for ever; any other address is not found.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := assetByPath[r.URL.Path]
		if a == nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		body := a.plain
		if a.small != nil {
			h.Set("Vary", "Accept-Encoding")
			if acceptsGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				body = a.small
			}
		}
		if r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(body) // the client went away: nothing to do
	})
}

// acceptsGzip reads an Accept-Encoding header; "gzip;q=0" is a refusal.
func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// ContentPolicy is the Content-Security-Policy of every page: own files only, nothing inline, nothing framed.
const ContentPolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Secure sets the headers every page carries before it is written: the content policy, no sniffing, no referrer
// beyond our own origin (addresses hold record ids) and no storing by shared caches.
func Secure(h http.Header) {
	h.Set("Content-Security-Policy", ContentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}
