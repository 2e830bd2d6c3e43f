package ui

import (
	"context"

	"github.com/a-h/templ"
)

// Column is one column of a table. The first column is the row's title; the others take Row.Cells in order.
type Column struct {
	Label    string
	Priority int    // 0 and 1 always shown; 2 hidden in a narrow table, 3 already in a middling one
	Num      bool   // figures: set right, digits of one width
	SortHref string // the list sorted by this column; not sortable if empty
	Sorted   string // "asc", "desc" or "": how it is sorted now
	Hidden   bool   // label only spoken (actions, flags)
	Tag      bool   // in cards: at the top right, without its label
	Bare     bool   // in cards: on a line of its own, without its label (meters, dots)
}

// Row is one record.
type Row struct {
	ID     string // posted when selected
	Href   string // opened by a click anywhere on the row and by Enter
	Title  string
	Lang   string // of Title, where it differs
	Sub    string
	Tags   []TagProps // after the title
	Marks  []Mark     // icons after the title
	Unread bool
	Muted  bool // closed, declined
	Cells  []templ.Component
	Acts   []Act // at the end of the row
}

// Mark is an icon that speaks by itself.
type Mark struct{ Icon, Label string }

// View is a saved view of a list: a tab with a count.
type View struct {
	Label, Href string
	Count       int // to 99+; negative: not counted
	Current     bool
}

// Facet narrows a list by one field: a button with boxes to tick.
type Facet struct {
	Name, Label, Icon string
	Options           []Option
}

// FilterProps is the row above a table: a word to look for and facets. It is a GET form.
type FilterProps struct {
	Action      string
	Name        string // of the word; "q" if empty
	Value       string
	Placeholder string // also the spoken label
	Facets      []Facet
	Hidden      map[string]string // kept while filtering, such as view and sort
	ClearHref   string            // shown when something is filtered
}

// BulkProps is the bar that takes the place of the filter while rows are selected. The selected ids are posted as
// "id". The commonest act stands first.
type BulkProps struct {
	Acts     []Act // Post is the address each act goes to; the others of Act's ways do not apply
	AllLabel string
	AllHref  string // select all that match, beyond this page
}

// PagerProps goes back and forth by cursor.
type PagerProps struct {
	Text               string // "1–14 of 38"
	PrevHref, NextHref string
}

// TableProps is the one table of the program: views, filter or bulk bar, rows, pager. In a narrow place the rows
// become cards.
type TableProps struct {
	ID      string // unique on the page; needed for filter swaps and bulk
	Caption string // spoken name
	Views   []View
	Filter  *FilterProps
	Bulk    *BulkProps
	Columns []Column
	Rows    []Row
	Empty   EmptyProps
	Pager   *PagerProps
	Keys    bool // j k x Enter work on it and are told
}

func (t TableProps) id() string {
	if t.ID == "" {
		return "list"
	}
	return t.ID
}

func (t TableProps) column(i int) Column {
	if i+1 < len(t.Columns) {
		return t.Columns[i+1]
	}
	return Column{}
}

func (t TableProps) hasActs(ctx context.Context) bool {
	for _, r := range t.Rows {
		if len(open(ctx, r.Acts)) > 0 {
			return true
		}
	}
	return false
}

func (c Column) class() string {
	class := ""
	if c.Num {
		class += "num "
	}
	if c.Tag {
		class += "cell-tag "
	}
	if c.Bare {
		class += "cell-bare "
	}
	if c.Priority >= 2 {
		class += "p" + itoa(min(c.Priority, 3))
	}
	return class
}

func (c Column) ariaSort() templ.Attributes {
	switch c.Sorted {
	case "asc":
		return templ.Attributes{"aria-sort": "ascending"}
	case "desc":
		return templ.Attributes{"aria-sort": "descending"}
	}
	return nil
}

func (f FilterProps) name() string {
	if f.Name == "" {
		return "q"
	}
	return f.Name
}

// on counts the boxes ticked in a facet.
func (f Facet) on() int {
	n := 0
	for _, o := range f.Options {
		if o.Checked {
			n++
		}
	}
	return n
}

// viewCount answers the count of a view, "" when it is not counted.
func (v View) count() string {
	if v.Count < 0 {
		return ""
	}
	return Count(v.Count)
}
