package internal_test

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// house is the program's source: every package of cmd and internal with its words.
type house struct {
	files    *token.FileSet
	packages map[string]*pack // by folder, from the root of the module
	words    map[string]words // by folder
}

type pack struct {
	name    string
	sources []source
	pages   bool // has templ pages
}

type source struct {
	path      string
	test      bool
	generated bool
	syntax    *ast.File
	imports   map[string]string // local name to import path
}

// words is one words.txt.
type words struct {
	area string
	keys map[string][]string // full key to its languages
}

// readsForActor tells whether a function of a package takes the actor it reads for: then it gives
// one record that the actor may see, and brings no history.
func (h house) readsForActor(dir, name string) bool {
	p := h.packages[dir]
	if p == nil {
		return false
	}
	for _, s := range p.sources {
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Name.Name != name {
				continue
			}
			return slices.ContainsFunc(f.Type.Params.List, func(param *ast.Field) bool {
				kind, ok := param.Type.(*ast.SelectorExpr)
				return ok && kind.Sel.Name == "Actor"
			})
		}
	}
	return false
}

func (s source) dir() string { return path.Dir(s.path) }

func (p *pack) testsOnly() bool {
	return !slices.ContainsFunc(p.sources, func(s source) bool { return !s.test })
}

func (p *pack) commented() bool {
	return slices.ContainsFunc(p.sources, func(s source) bool { return !s.test && !s.generated && s.syntax.Doc != nil })
}

// parseHouse reads cmd and internal of a module whose root is tree. Build tags are not asked: a
// law holds under all of them.
func parseHouse(tree fs.FS) (house, error) {
	h := house{files: token.NewFileSet(), packages: map[string]*pack{}, words: map[string]words{}}
	for _, top := range []string{"cmd", "internal"} {
		if _, err := fs.Stat(tree, top); err != nil {
			continue
		}
		err := fs.WalkDir(tree, top, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") {
					return fs.SkipDir
				}
				return nil
			}
			return h.readFile(tree, name)
		})
		if err != nil {
			return h, err
		}
	}
	for dir, w := range h.words {
		h.words[dir] = w.under(h.areaOf(dir))
	}
	return h, nil
}

func (h house) readFile(tree fs.FS, name string) error {
	goFile, page, wordList := path.Ext(name) == ".go", path.Ext(name) == ".templ", path.Base(name) == "words.txt"
	if !goFile && !page && !wordList {
		return nil
	}
	dir := path.Dir(name)
	if h.packages[dir] == nil {
		h.packages[dir] = &pack{}
	}
	p := h.packages[dir]
	if page {
		p.pages = true
		return nil
	}
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	if wordList {
		h.words[dir] = readWords(data)
		return nil
	}
	syntax, err := parser.ParseFile(h.files, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p.name = strings.TrimSuffix(syntax.Name.Name, "_test")
	s := source{path: name, test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(syntax), syntax: syntax, imports: map[string]string{}}
	for _, spec := range syntax.Imports {
		to, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(to)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		s.imports[local] = to
	}
	p.sources = append(p.sources, s)
	return nil
}

// readWords reads keys and languages; what else can be wrong with the file, text.Check tells.
func readWords(data []byte) words {
	w := words{keys: map[string][]string{}}
	key := ""
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), " \t\r")
		said := strings.TrimLeft(line, " \t")
		switch {
		case said == "" || said[0] == '#':
		case said == line:
			key = line
			w.keys[key] = nil
		case key != "":
			lang, _, _ := strings.Cut(said, " ")
			w.keys[key] = append(w.keys[key], lang)
		}
	}
	return w
}

// under gives every key its full name: the area is part of it, written or not.
func (w words) under(area string) words {
	full := words{area: area, keys: map[string][]string{}}
	for key, langs := range w.keys {
		if area != "" && !strings.HasPrefix(key, area+".") && !ofFlow(key) {
			key = area + "." + key
		}
		full.keys[key] = langs
	}
	return full
}

// ofFlow tells the words of flows, which keep their own name whoever registers them:
// status.<entity>.<status> and step.<entity>.<step>.
func ofFlow(key string) bool {
	return strings.HasPrefix(key, "status.") || strings.HasPrefix(key, "step.")
}

// areaOf is the name under which a folder registers its words, "" when it does not.
func (h house) areaOf(dir string) string {
	area := ""
	for _, s := range h.packages[dir].sources {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || s.test || len(call.Args) != 2 {
				return true
			}
			target, name := s.called(call)
			own, _ := call.Fun.(*ast.Ident) // inside package text itself
			if target == "kizuna/internal/ground/text" && name == "Register" || own != nil && own.Name == "Register" {
				if literal, ok := stringOf(call.Args[0]); ok {
					area = literal
				}
			}
			return true
		})
	}
	return area
}

func (h house) allKeys() map[string]bool {
	all := map[string]bool{}
	for _, w := range h.words {
		for key := range w.keys {
			all[key] = true
		}
	}
	return all
}

// each gives the breaches that find names, with file and line.
func (h house) each(find func(s source, told func(at ast.Node, breach string))) []string {
	var out []string
	for _, p := range h.packages {
		for _, s := range p.sources {
			find(s, func(at ast.Node, breach string) {
				if breach != "" {
					out = append(out, fmt.Sprintf("%s: %s", h.files.Position(at.Pos()), breach))
				}
			})
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (h house) eachImport(breach func(s source, to string) string) []string {
	return h.each(func(s source, told func(ast.Node, string)) {
		for _, spec := range s.syntax.Imports {
			to, _ := strconv.Unquote(spec.Path.Value)
			if why := breach(s, to); why != "" {
				told(spec, "imports "+to+": "+why)
			}
		}
	})
}

func (h house) eachNode(breach func(s source, n ast.Node) string) []string {
	return h.each(func(s source, told func(ast.Node, string)) {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if n != nil {
				told(n, breach(s, n))
			}
			return true
		})
	})
}

// eachString visits the strings of what ships, each once: literals, and concatenations with every
// part that is no literal as "?".
func (h house) eachString(breach func(s source, text string) string) []string {
	return h.each(func(s source, told func(ast.Node, string)) {
		if s.test {
			return
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			parts := stringParts(e)
			if parts != nil {
				told(n, breach(s, strings.Join(parts, "?")))
			}
			return parts == nil
		})
	})
}

// called is the import path and name of a function called by its package, "" and the bare name
// for a method.
func (s source) called(call *ast.CallExpr) (target, name string) {
	fun := call.Fun
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	selector, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if x, ok := selector.X.(*ast.Ident); ok {
		target = s.imports[x.Name]
	}
	return target, selector.Sel.Name
}

func stringOf(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}

// stringParts cuts a string expression at everything that is no literal: "a." + x + ".b" gives
// "a." and ".b". Nil when it holds no literal.
func stringParts(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if value, ok := stringOf(e); ok {
			return []string{value}
		}
	case *ast.ParenExpr:
		return stringParts(e.X)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return nil
		}
		left, right := stringParts(e.X), stringParts(e.Y)
		switch {
		case left == nil && right == nil:
			return nil
		case left == nil:
			return append([]string{""}, right...)
		case right == nil:
			return append(slices.Clone(left), "")
		}
		joined := slices.Clone(left[:len(left)-1])
		joined = append(joined, left[len(left)-1]+right[0])
		return append(joined, right[1:]...)
	}
	return nil
}

var (
	formatVerb = regexp.MustCompile(`%[#+\-0-9.]*[a-zA-Z]`)
	keyShape   = regexp.MustCompile(`^[a-z0-9_.\x00]*\.[a-z0-9_.\x00]*$`)
	threeInRow = regexp.MustCompile(`[a-z]{3}`)
)

// saidKeys collects every string of what ships that may be a word key: whole, and as a shape
// where a part is only known at run time ("cases.status." + status).
func (h house) saidKeys() (map[string]bool, []*regexp.Regexp) {
	said, shapes := map[string]bool{}, map[string]*regexp.Regexp{}
	h.each(func(s source, _ func(ast.Node, string)) {
		if s.test {
			return
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			parts := stringParts(e)
			if len(parts) == 1 {
				said[parts[0]] = true
				parts = formatVerb.Split(parts[0], -1)
			}
			shape := strings.Join(parts, "\x00")
			// A shape must say something itself: x + "." + y could be every key.
			if len(parts) > 1 && keyShape.MatchString(shape) && threeInRow.MatchString(shape) {
				shapes[shape] = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shape), "\x00", "[a-z0-9_.]+") + "$")
			}
			return true
		})
	})
	all := make([]*regexp.Regexp, 0, len(shapes))
	for _, r := range shapes {
		all = append(all, r)
	}
	return said, all
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if len(line) > 80 {
		line = line[:80] + "…"
	}
	return line
}
