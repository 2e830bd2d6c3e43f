package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// Tone says how serious something is. It always comes with an icon or a word: colour never speaks alone.
type Tone string

// The tones.
const (
	Neutral Tone = ""        // grey
	Info    Tone = "info"    // the audience's accent
	OK      Tone = "ok"      // green
	Warn    Tone = "warn"    // amber
	Bad     Tone = "bad"     // red
	Outline Tone = "outline" // a bare fact about a person or case
)

// Kind is the weight of a button. A part of a page has at most one Primary.
type Kind string

// The weights.
const (
	Plain   Kind = ""
	Primary Kind = "primary"
	Quiet   Kind = "quiet"
	Danger  Kind = "danger"
)

// Act is something a person can do: a link (Href), a deed of its own (Post: a small form with its idempotency key)
// or, with neither, a submit button of the form around it (or of Form, by id).
type Act struct {
	Label, Icon string
	IconEnd     string // icon after the label
	Href        string
	Post        string            // POST address
	Fields      map[string]string // hidden fields of Post, such as version
	Name, Value string            // of a submit button
	Form        string            // id of the form a submit button belongs to
	FormAction  string            // POST address in place of the form's own
	Kind        Kind
	Small       bool
	IconOnly    bool   // Label is then spoken, not drawn
	Blocked     string // why it cannot be done now and what would unblock it; the button stays focusable
	SkipChecks  bool   // submits without the browser's own checks (save draft, add a row)
	ID          string
	Attrs       templ.Attributes // hx-*, data-*
}

// TagProps is a small label.
type TagProps struct {
	Text, Icon string
	Tone       Tone
}

// Figure is one number at the right of a page head.
type Figure struct {
	Value, Of, Label string // 38, 45, "Caseload": drawn 38 / 45
	Tone             Tone
	Href             string
}

// HeadProps is the head of a page: it draws the h1.
type HeadProps struct {
	Title, Note string // Note stands above the title, such as today's date
	Meta        []TagProps
	Figures     []Figure
	Acts        []Act
	Tags        []TagProps
}

// CardProps is a white panel. Flush drops the padding (tables, lists).
type CardProps struct {
	Title, Note string
	ID          string
	Count       int
	Tag         TagProps
	Acts        []Act
	More        Act // one link at the right, such as "Calendar"
	Flush       bool
	Tone        Tone
}

// Fact is one labelled value. View, if set, is drawn in place of Value.
type Fact struct {
	Label, Value string
	Note         string // smaller, after the value
	Href         string
	Lang         string // of the value, where it differs from the page's
	View         templ.Component
	Tone         Tone
}

// MenuProps is a button that opens a list of acts.
type MenuProps struct {
	Label, Icon string
	IconOnly    bool
	NoArrow     bool
	Kind        Kind
	Small       bool
	End         bool // opens towards the left
	Items       []Act
}

// TabItem is one tab; tabs are links to addresses of their own.
type TabItem struct {
	Label, Href string
	Count       int
	Current     bool
}

// TabsProps is a row of tabs.
type TabsProps struct {
	Label string // what the tabs are for, spoken
	Items []TabItem
}

// ToastProps is a short word after a deed.
type ToastProps struct {
	Text string
	Tone Tone
	Undo Act // with Post
}

// NoticeProps is a word that stays on the page.
type NoticeProps struct {
	Tone        Tone
	Title, Text string
	Acts        []Act
}

// EmptyProps says that there is nothing yet and what to do next.
type EmptyProps struct {
	Icon, Title, Text string
	Act               Act
}

// Prompt is one thing that must be done now, with one verb.
type Prompt struct {
	Icon       string
	Tone       Tone
	Title, Sub string
	Href       string
	Act        Act
}

// PromptsProps is "Needs you now": at most five.
type PromptsProps struct {
	Title, Note string // Title defaults to "Needs you now"
	Items       []Prompt
}

// Stage is one station of a path.
type Stage struct {
	Label string
	State string // StageDone, StageNow or "" for to come
	Href  string
}

// The states of a Stage or Step.
const (
	StageDone = "done"
	StageNow  = "now"
)

// Criterion is one condition for leaving the present stage.
type Criterion struct {
	Label string
	Met   bool
	Href  string
}

// StagePathProps is the path of a case: chevrons, exit criteria, the way on.
type StagePathProps struct {
	Label    string // spoken name of the list
	Stages   []Stage
	Criteria []Criterion
	Acts     []Act // usually one, Blocked until the criteria are met
}

// StageMeterProps is the small meter in lists: At of Of, with the stage's name.
type StageMeterProps struct {
	At, Of int
	Label  string
}

// Entry is one thing that happened.
type Entry struct {
	Icon        string
	Tone        Tone
	Title, Body string
	Meta        string // when, who, where from
	At          string // exact time in RFC 3339 for the tooltip; may be empty
	Href        string
	Tags        []TagProps
	View        templ.Component
}

// Day is a day's entries, newest first.
type Day struct {
	Label   string
	Entries []Entry
}

// TimelineProps is what happened, by day.
type TimelineProps struct {
	Days []Day
	More Act // earlier entries
}

// ComposerProps is the short form above a timeline.
type ComposerProps struct {
	Form        FormProps
	Name        string // of the text
	Label       string // spoken name of the text
	Placeholder string
	KindName    string
	Kinds       []Option // kind of contact; the chosen one Checked
	AttachName  string   // file field; none if empty
	Extra       []Act    // beside the main button
	Submit      string
}

// TaskItem is one thing to do. Post toggles it; without Post it cannot be ticked here.
type TaskItem struct {
	Title, Sub string
	Href       string
	Due        string
	DueTone    Tone
	Done       bool
	Post       string
	Fields     map[string]string
}

// AgendaItem is one appointment. State: "past", "now" or "".
type AgendaItem struct {
	From, Until       string // clock times as read
	Title, Note, Icon string
	Href              string
	State             string
	Act               Act
}

// ProgressProps is a bar. Text stands under it; Label is spoken.
type ProgressProps struct {
	Value, Max  int
	Label, Text string
	Tone        Tone
}

// JobProps is long work under way; the part asks Poll again every two seconds until State is not "running".
type JobProps struct {
	Title, Text string
	Done, Total int
	State       string // "running", "done", "failed", "cancelled"
	Poll        string
	Cancel      Act
	Next        Act // where the result is
}

// Member is a person or organization in a short list.
type Member struct {
	Initials, Name, Role, Href string
	Tags                       []TagProps
}

// HighlightsProps is the head of a record (case, person, provider): it draws the h1.
type HighlightsProps struct {
	Initials, Name, Sub string
	Lang                string // of Name
	Tags                []TagProps
	Acts                []Act
	More                []Act
	Facts               []Fact
	Stage               templ.Component // usually StagePath
	Tabs                TabsProps
}

// SplitProps lays a main column beside a narrow one. SideFirst: on phones the side comes first.
type SplitProps struct {
	Main, Side []templ.Component
	SideFirst  bool
}

// bars answers the steps of a small meter: true is filled.
func bars(at, of int) []bool {
	if of < 1 || of > 12 {
		return nil
	}
	steps := make([]bool, of)
	for i := range steps {
		steps[i] = i < at
	}
	return steps
}

// iconHref answers the address of an icon in the sprite; an unknown name draws a plain circle.
func iconHref(name string) string {
	if !iconNames[name] {
		name = "circle"
	}
	return Asset("icons.svg") + "#" + name
}

// HasIcon reports whether the sprite holds the icon, for tests of pages and of set-up.
func HasIcon(name string) bool { return iconNames[name] }

func (a Act) class() string {
	class := "button"
	if a.Kind != Plain {
		class += " " + string(a.Kind)
	}
	if a.Small {
		class += " small"
	}
	if a.IconOnly {
		class += " icon-only"
	}
	return class
}

func (m MenuProps) class() string {
	return Act{Kind: m.Kind, Small: m.Small, IconOnly: m.IconOnly}.class()
}

func itoa(n int) string { return strconv.Itoa(n) }
