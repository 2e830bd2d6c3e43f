package input

import (
	"slices"
	"strconv"
	"strings"
)

// find is the node under a field name, nil when nothing was typed there.
func (n *node) find(name string) *node {
	for step := range strings.SplitSeq(name, "/") {
		if n = n.kid(unescape.Replace(step)); n == nil {
			return nil
		}
	}
	return n
}

// make is find that makes what is missing.
func (n *node) make(name string) *node {
	for step := range strings.SplitSeq(name, "/") {
		step = unescape.Replace(step)
		next := n.kid(step)
		if next == nil {
			next = &node{shape: typed}
			n.put(step, next)
		}
		n = next
	}
	return n
}

// position reads the number of a row; false for a name that is none.
func position(name string) (int, bool) {
	i, err := strconv.Atoi(name)
	return i, err == nil && i >= 0 && strconv.Itoa(i) == name
}

func lastStep(name string) (before, last string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

func (n *node) drop(name string) {
	if i := slices.Index(n.names, name); i >= 0 {
		n.index = nil
		n.names, n.kids = slices.Delete(n.names, i, i+1), slices.Delete(n.kids, i, i+1)
	}
}

// number puts the rows of a list in order and closes gaps; with tidy, rows in which nothing was
// typed go. Members that are no rows stay behind them, to be refused.
func (n *node) number(tidy bool) {
	type row struct {
		at   int
		kid  *node
		name string
	}
	var rows, others []row
	for i, name := range n.names {
		at, ok := position(name)
		switch {
		case !ok:
			others = append(others, row{0, n.kids[i], name})
		case !tidy || !n.kids[i].blank():
			rows = append(rows, row{at, n.kids[i], name})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return a.at - b.at })
	n.names, n.kids, n.index = nil, nil, nil
	n.all, n.text = nil, "" // what was sent under the bare name is no row
	for i, r := range rows {
		n.names, n.kids = append(n.names, strconv.Itoa(i)), append(n.kids, r.kid)
	}
	for _, r := range others {
		n.names, n.kids = append(n.names, r.name), append(n.kids, r.kid)
	}
}
