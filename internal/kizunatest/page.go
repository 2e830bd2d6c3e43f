package kizunatest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"kizuna/internal/ground/text"
)

// page is an HTML page as a browser without JavaScript shows it.
type page struct {
	root  *html.Node
	lang  text.Lang
	title string
	text  string // a line per block, with what stands in the fields
}

func readPage(body string) (*page, error) {
	root, err := html.ParseWithOptions(strings.NewReader(body), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, err
	}
	pg := &page{root: root}
	ids := map[string]bool{}
	for n := range root.Descendants() {
		if id := attr(n, "id"); ids[id] {
			return nil, fmt.Errorf("the id %q stands twice on the page: labels, links and swaps would find the first only", id)
		} else if id != "" {
			ids[id] = true
		}
		switch n.Data {
		case "html":
			pg.lang = text.Lang(attr(n, "lang"))
		case "title":
			if pg.title == "" && n.FirstChild != nil {
				pg.title = oneLine(n.FirstChild.Data)
			}
		}
	}
	pg.refresh()
	return pg, nil
}

func (pg *page) refresh() { pg.text = shown(pg.root) }

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func setAttr(n *html.Node, name, value string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
	}
}

func is(n *html.Node, names ...string) bool {
	return n.Type == html.ElementNode && slices.Contains(names, n.Data)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// unseen reports an element that shows nothing by itself.
func unseen(n *html.Node) bool {
	return is(n, "script", "style", "template", "head", "datalist") || n.Type == html.ElementNode && has(n, "hidden") ||
		is(n, "dialog") && !has(n, "open") || is(n, "input") && attr(n, "type") == "hidden"
}

// visible reports that neither n nor what it stands in is unseen.
func visible(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if unseen(n) {
			return false
		}
	}
	return true
}

var inline = []string{
	"a", "abbr", "b", "bdi", "button", "cite", "code", "data", "em", "i", "input", "kbd", "mark", "q", "rb", "rt", "ruby", "s", "samp",
	"select", "small", "span", "strong", "sub", "sup", "textarea", "time", "u", "var", "wbr", "rp", "svg", "img", "progress", "meter", "output", "label",
}

// shown is the text of an element: blocks on lines of their own, fields with
// what stands in them. The reading above a ruby word is left out.
func shown(root *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.Map(func(r rune) rune {
				if r == '\n' || r == '\t' || r == '\r' {
					return ' '
				}
				return r
			}, n.Data))
			return
		case unseen(n) || is(n, "rt", "rp"):
			return
		case is(n, "input"):
			if kind := attr(n, "type"); kind != "checkbox" && kind != "radio" && kind != "password" {
				b.WriteString(" " + attr(n, "value") + " ")
			}
			return
		case is(n, "img"):
			b.WriteString(" " + attr(n, "alt") + " ")
			return
		case is(n, "option") && !selected(n):
			return
		}
		block := n.Type == html.ElementNode && !slices.Contains(inline, n.Data)
		gap := ""
		switch {
		case is(n, "td", "th", "option"):
			gap = " "
		case block:
			gap = "\n"
		}
		b.WriteString(gap)
		for c := range n.ChildNodes() {
			walk(c)
		}
		b.WriteString(gap)
	}
	walk(root)
	var lines []string
	for line := range strings.Lines(b.String()) {
		if line = oneLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// spoken is what a link or button is called.
func spoken(n *html.Node) string {
	if label := attr(n, "aria-label"); label != "" {
		return oneLine(label)
	}
	if is(n, "input") {
		return oneLine(attr(n, "value"))
	}
	return oneLine(shown(n))
}

func (pg *page) links() []*html.Node {
	var out []*html.Node
	for n := range pg.root.Descendants() {
		if is(n, "a") && has(n, "href") && visible(n) {
			out = append(out, n)
		}
	}
	return out
}

func (pg *page) buttons() []*html.Node {
	var out []*html.Node
	for n := range pg.root.Descendants() {
		kind := strings.ToLower(attr(n, "type"))
		if (is(n, "button") && kind != "button" && kind != "reset" || is(n, "input") && (kind == "submit" || kind == "image")) && visible(n) && !disabled(n) {
			out = append(out, n)
		}
	}
	return out
}

// pick finds the one link or button with these words: the whole of them before
// a part, and of several the one nearest to the text given.
func (pg *page) pick(kind, words, near string, all []*html.Node) (*html.Node, error) {
	words, near = oneLine(words), oneLine(near)
	var whole, part []*html.Node
	var names []string
	for _, n := range all {
		name := spoken(n)
		names = append(names, name)
		if name == words {
			whole = append(whole, n)
		} else if strings.Contains(name, words) {
			part = append(part, n)
		}
	}
	found := whole
	if len(found) == 0 {
		found = part
	}
	if len(found) == 0 || words == "" {
		return nil, fmt.Errorf("no %s %q; there are: %s", kind, words, strings.Join(names, " | "))
	}
	if near != "" {
		return nearest(kind, found, near)
	}
	for _, n := range found[1:] {
		if kind != "link" || attr(n, "href") != attr(found[0], "href") {
			return nil, fmt.Errorf("%d times %s %q: say which with near", len(found), kind, words)
		}
	}
	return found[0], nil
}

// nearest is the one that has to climb least to hold the text.
func nearest(kind string, found []*html.Node, near string) (*html.Node, error) {
	var best *html.Node
	least, twice := 0, false
	for _, n := range found {
		steps, up := 0, n
		for ; up != nil && !strings.Contains(oneLine(shown(up)), near); up = up.Parent {
			steps++
		}
		switch {
		case up == nil:
		case best == nil || steps < least:
			best, least, twice = n, steps, false
		case steps == least:
			twice = true
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%q is not there to be near", near)
	}
	if twice {
		return nil, fmt.Errorf("several of the %ss are as near to %q", kind, near)
	}
	return best, nil
}

func disabled(n *html.Node) bool {
	if has(n, "disabled") {
		return true
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if is(up, "fieldset") && has(up, "disabled") {
			return true
		}
	}
	return false
}

// formOf is the form a control belongs to: by its form attribute, else around it.
func (pg *page) formOf(n *html.Node) *html.Node {
	if id := attr(n, "form"); id != "" {
		return pg.byID(id)
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if is(up, "form") {
			return up
		}
	}
	return nil
}

func (pg *page) byID(id string) *html.Node {
	for n := range pg.root.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// controls are the fields with a name, or else with a label.
func (pg *page) controls(field string, hidden bool) []*html.Node {
	var named, labelled []*html.Node
	for n := range pg.root.Descendants() {
		if !is(n, "input", "select", "textarea") || !hidden && (!visible(n) || disabled(n)) {
			continue
		}
		if attr(n, "name") == field {
			named = append(named, n)
		} else if pg.label(n) == field {
			labelled = append(labelled, n)
		}
	}
	if len(named) > 0 {
		return named
	}
	return labelled
}

// label is what a field is called.
func (pg *page) label(n *html.Node) string {
	if l := attr(n, "aria-label"); l != "" {
		return oneLine(l)
	}
	id := attr(n, "id")
	for l := range pg.root.Descendants() {
		if is(l, "label") && id != "" && attr(l, "for") == id {
			return oneLine(shown(l))
		}
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if is(up, "label") {
			return oneLine(shown(up))
		}
	}
	return ""
}

func (pg *page) names() []string {
	var out []string
	for n := range pg.root.Descendants() {
		if is(n, "input", "select", "textarea") && visible(n) && attr(n, "name") != "" && !slices.Contains(out, attr(n, "name")) {
			out = append(out, attr(n, "name"))
		}
	}
	return out
}

// fillIn types a value into one control.
func fillIn(n *html.Node, value string) error {
	switch {
	case is(n, "textarea"):
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: value})
	case is(n, "select"):
		return choose(n, value)
	case has(n, "readonly"):
		return fmt.Errorf("%s is read-only", attr(n, "name"))
	default:
		switch attr(n, "type") {
		case "radio":
			return errors.New("it is a radio button: tick FIELD VALUE")
		case "checkbox":
			return errors.New("it is a checkbox: tick FIELD")
		case "file":
			return errors.New("it takes a file: attach FIELD FILE")
		}
		setAttr(n, "value", value, true)
	}
	return nil
}

func options(n *html.Node) []*html.Node {
	var out []*html.Node
	for o := range n.Descendants() {
		if is(o, "option") {
			out = append(out, o)
		}
	}
	return out
}

func optionValue(o *html.Node) string {
	if has(o, "value") {
		return attr(o, "value")
	}
	return optionText(o)
}

func optionText(o *html.Node) string {
	var b strings.Builder
	for c := range o.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return oneLine(b.String())
}

func choose(n *html.Node, value string) error {
	var found *html.Node
	var there []string
	for _, o := range options(n) {
		there = append(there, optionText(o))
		if !disabled(o) && (optionValue(o) == value || optionText(o) == value) {
			found = o
			break
		}
	}
	if found == nil {
		return fmt.Errorf("no option %q; there are: %s", value, strings.Join(there, " | "))
	}
	for _, o := range options(n) {
		if !has(n, "multiple") {
			setAttr(o, "selected", "", false)
		}
	}
	setAttr(found, "selected", "", true)
	return nil
}

// selected tells whether an option is chosen: of a list that says nothing the
// first that can be.
func selected(o *html.Node) bool {
	if has(o, "selected") {
		return true
	}
	list := o.Parent
	for list != nil && !is(list, "select") {
		list = list.Parent
	}
	if list == nil || has(list, "multiple") || attr(list, "size") > "1" {
		return false
	}
	all := options(list)
	if slices.ContainsFunc(all, func(o *html.Node) bool { return has(o, "selected") }) {
		return false
	}
	first := slices.IndexFunc(all, func(o *html.Node) bool { return !has(o, "disabled") })
	return first >= 0 && all[first] == o
}

func boxValue(n *html.Node) string {
	if has(n, "value") {
		return attr(n, "value")
	}
	return "on"
}

// tick sets the checkbox or radio button of a name, by its value or label when
// there are several; the first words of a label do when no whole one fits.
func (pg *page) tick(found []*html.Node, value string, on bool) error {
	var hits, begun []*html.Node
	for _, n := range found {
		if kind := attr(n, "type"); kind != "checkbox" && kind != "radio" {
			return fmt.Errorf("%s is no checkbox", attr(n, "name"))
		}
		if value == "" || boxValue(n) == value || pg.label(n) == value {
			hits = append(hits, n)
		} else if strings.HasPrefix(pg.label(n), value+" ") {
			begun = append(begun, n)
		}
	}
	if len(hits) == 0 {
		hits = begun
	}
	if len(hits) != 1 {
		return fmt.Errorf("%d of %d buttons fit %q", len(hits), len(found), value)
	}
	if attr(hits[0], "type") == "radio" {
		for n := range pg.root.Descendants() {
			if is(n, "input") && attr(n, "type") == "radio" && attr(n, "name") == attr(hits[0], "name") && pg.formOf(n) == pg.formOf(hits[0]) {
				setAttr(n, "checked", "", false)
			}
		}
	}
	setAttr(hits[0], "checked", "", on)
	return nil
}

type formField struct {
	name, value string
	file        *html.Node // the control, when it takes a file
}

// fields are what a browser sends of a form, in the order of the page.
func (pg *page) fields(form, button *html.Node) []formField {
	var out []formField
	for n := range pg.root.Descendants() {
		name := attr(n, "name")
		if !is(n, "input", "select", "textarea", "button") || name == "" || disabled(n) || pg.formOf(n) != form {
			continue
		}
		switch {
		case is(n, "button"):
			if n == button {
				out = append(out, formField{name: name, value: attr(n, "value")})
			}
		case is(n, "textarea"):
			out = append(out, formField{name: name, value: strings.ReplaceAll(rawText(n), "\n", "\r\n")})
		case is(n, "select"):
			for _, o := range options(n) {
				if selected(o) && !disabled(o) {
					out = append(out, formField{name: name, value: optionValue(o)})
				}
			}
		default:
			switch kind := attr(n, "type"); kind {
			case "checkbox", "radio":
				if has(n, "checked") {
					out = append(out, formField{name: name, value: boxValue(n)})
				}
			case "submit", "image":
				if n == button {
					out = append(out, formField{name: name, value: attr(n, "value")})
				}
			case "button", "reset":
			case "file":
				out = append(out, formField{name: name, file: n})
			default:
				out = append(out, formField{name: name, value: attr(n, "value")})
			}
		}
	}
	return out
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// refused tells what a browser would not send: a required field that is empty.
func (pg *page) refused(form, button *html.Node, files map[*html.Node]string) error {
	if has(form, "novalidate") || has(button, "formnovalidate") {
		return nil
	}
	for n := range pg.root.Descendants() {
		if !is(n, "input", "select", "textarea") || !has(n, "required") || disabled(n) || pg.formOf(n) != form {
			continue
		}
		name := attr(n, "name")
		filled := slices.ContainsFunc(pg.fields(form, button), func(f formField) bool {
			return f.name == name && (f.value != "" || f.file != nil && files[f.file] != "")
		})
		if !filled {
			return fmt.Errorf("a browser would not send this: %s is required and empty", name)
		}
	}
	return nil
}
