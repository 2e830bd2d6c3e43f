package input

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kizuna/internal/ground/fault"
)

// shape is what a node was written as.
type shape uint8

const (
	absent shape = iota
	null
	str
	number
	boolean
	list
	object
	typed // from a form: text that may stand for anything, and may have members as well
)

// node is one value as it was sent, before anybody knows what it should be.
type node struct {
	shape shape
	text  string   // of str, number, boolean and typed (the last value)
	all   []string // typed: every value sent under this name
	raw   []byte   // JSON: the bytes of the value
	names []string // of kids, when an object or typed
	kids  []*node
	index map[string]int // of names, once there are many
}

// few is how many names are looked through one by one.
const few = 16

func (n *node) kid(name string) *node {
	if len(n.names) <= few {
		if i := slices.Index(n.names, name); i >= 0 {
			return n.kids[i]
		}
		return nil
	}
	if n.index == nil {
		n.index = make(map[string]int, 2*len(n.names))
		for i, known := range n.names {
			n.index[known] = i
		}
	}
	if i, ok := n.index[name]; ok {
		return n.kids[i]
	}
	return nil
}

// put adds a member that kid did not find.
func (n *node) put(name string, kid *node) {
	if n.index != nil {
		n.index[name] = len(n.names)
	}
	n.names, n.kids = append(n.names, name), append(n.kids, kid)
}

// blank says that nothing was typed here or below.
func (n *node) blank() bool {
	if strings.TrimSpace(n.text) != "" {
		return false
	}
	return !slices.ContainsFunc(n.kids, func(k *node) bool { return !k.blank() })
}

// The limits of what is read at all.
const (
	maxDepth  = 32     // nesting
	maxFields = 10_000 // names in a form
)

// fromForm builds the tree of a form whose fields are named like JSON pointers without the
// leading slash; reserved top-level names are left out.
func fromForm(form url.Values, skip func(name string) bool) (*node, error) {
	root := &node{shape: typed}
	if len(form) > maxFields {
		return nil, fault.TooLarge(strconv.Itoa(maxFields))
	}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		steps := strings.Split(name, "/")
		if len(steps) == 1 && skip(name) {
			continue
		}
		if len(steps) > maxDepth {
			return nil, fault.Malformed("fault.unknown_field", nil).With("field", readable(steps[0]))
		}
		at := root
		for _, step := range steps {
			step = unescape.Replace(step)
			next := at.kid(step)
			if next == nil {
				next = &node{shape: typed}
				at.put(step, next)
			}
			at = next
		}
		at.all = form[name]
		if len(at.all) > 0 {
			at.text = at.all[len(at.all)-1]
		}
	}
	return root, nil
}

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// values writes the tree back as a form, after rows were closed up.
func (n *node) values(at string, out url.Values) {
	if n.all != nil {
		out[at] = n.all
	}
	for i, kid := range n.kids {
		name := escape.Replace(n.names[i])
		if at != "" {
			name = at + "/" + name
		}
		kid.values(name, out)
	}
}

// fromJSON parses a whole JSON text. Names are taken exactly; a name given twice is refused, and
// so is nesting deeper than maxDepth.
func fromJSON(body []byte) (*node, error) {
	if !utf8.Valid(body) {
		return nil, fault.Malformed("fault.bad_text", errors.New("not UTF-8"))
	}
	if tooDeep(body) {
		return nil, fault.Malformed("", errors.New("nested too deep"))
	}
	if !json.Valid(body) {
		return nil, fault.Malformed("", errors.New("not JSON"))
	}
	p := parser{rest: body}
	n := p.value("")
	return n, p.fields.Err()
}

// tooDeep counts brackets outside strings before anything recurses.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// parser splits JSON that is known to be valid.
type parser struct {
	rest   []byte
	fields fault.Fields
}

func (p *parser) space() { p.rest = bytes.TrimLeft(p.rest, " \t\r\n") }

func (p *parser) value(at string) *node {
	p.space()
	start := p.rest
	n := &node{}
	switch start[0] {
	case '{':
		n.shape = object
		p.members(n, at)
	case '[':
		n.shape = list
		p.elements(n, at)
	case '"':
		n.shape = str
		n.text = p.string(at)
	case 't', 'f', 'n':
		word := 4
		if start[0] == 'f' {
			word = 5
		}
		n.shape, n.text = boolean, string(start[:word])
		if start[0] == 'n' {
			n.shape, n.text = null, ""
		}
		p.rest = start[word:]
	default:
		end := bytes.IndexAny(start, ",]} \t\r\n")
		if end < 0 {
			end = len(start)
		}
		n.shape, n.text = number, string(start[:end])
		p.rest = start[end:]
	}
	n.raw = start[:len(start)-len(p.rest)]
	return n
}

func (p *parser) members(n *node, at string) {
	for p.rest = p.rest[1:]; ; p.rest = p.rest[1:] {
		p.space()
		if p.rest[0] == '}' {
			break
		}
		name := p.string(at)
		below := at + "/" + escape.Replace(name)
		p.space()
		p.rest = p.rest[1:] // the colon
		twice := n.kid(name) != nil
		if kid := p.value(below); twice {
			p.fields.Add(below, "input.twice")
		} else {
			n.put(name, kid)
		}
		p.space()
		if p.rest[0] == '}' {
			break
		}
	}
	p.rest = p.rest[1:]
}

func (p *parser) elements(n *node, at string) {
	for p.rest = p.rest[1:]; ; p.rest = p.rest[1:] {
		p.space()
		if p.rest[0] == ']' {
			break
		}
		n.kids = append(n.kids, p.value(at+"/"+strconv.Itoa(len(n.kids))))
		p.space()
		if p.rest[0] == ']' {
			break
		}
	}
	p.rest = p.rest[1:]
}

// string reads a string; an escape that stands for no character, such as half a surrogate pair,
// is a fault and not quietly replaced.
func (p *parser) string(at string) string {
	end, escaped := 1, false
	for ; p.rest[end] != '"'; end++ {
		if p.rest[end] == '\\' {
			end++
			escaped = true
		}
	}
	raw := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if !escaped {
		return string(raw[1:end])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		p.fields.Add(at, "fault.bad_text")
	}
	if strings.Count(s, "\ufffd") > bytes.Count(raw, []byte("\ufffd"))+bytes.Count(bytes.ToLower(raw), []byte(`\ufffd`)) {
		p.fields.Add(at, "fault.bad_text")
	}
	return s
}

// readable cuts a name that somebody sent to what a sentence can show.
func readable(name string) string {
	if !utf8.ValidString(name) {
		return "?"
	}
	if runes := []rune(name); len(runes) > 40 {
		name = string(runes[:40]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
}
