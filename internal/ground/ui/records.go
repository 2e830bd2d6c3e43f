package ui

import (
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// Offer is one column of a comparison. Values stand in the order of CompareProps.Criteria.
type Offer struct {
	Title, Sub string
	Href       string
	Tags       []TagProps
	Values     []OfferValue
	Act        Act
	Muted      bool
	Note       string
}

// OfferValue is one value of an offer; Best marks the best of the row, with a word.
type OfferValue struct {
	Text string
	Note string
	View templ.Component
	Best bool
}

// CompareProps sets offers side by side; on phones each is a card.
type CompareProps struct {
	Label    string
	Criteria []string
	Offers   []Offer
}

// Bar is one line of a bar chart.
type Bar struct {
	Label string
	Value float64
	Text  string // the value as read; the number if empty
	Tone  Tone
	Href  string
}

// BarChartProps is a chart that is a table at the same time.
type BarChartProps struct {
	Title, LabelHead, ValueHead string
	Bars                        []Bar
}

// Point is one point of a line.
type Point struct {
	Label string
	Value float64
	Text  string
}

// LineChartProps is a line over time with its table folded below.
type LineChartProps struct {
	Title, LabelHead, ValueHead string
	Points                      []Point
}

// Tie is the strength of a bond.
type Tie string

// The ties.
const (
	TieStrong   Tie = "strong"
	TieWeak     Tie = "weak"
	TieStrained Tie = "strained"
)

// Node is a person or organization around the one at the centre.
type Node struct {
	Name, Role string
	Org        bool // drawn square
	Dead       bool // drawn crossed
	Tie        Tie
	Href       string
}

// NetworkProps is a support network: a picture, and the same as a list.
type NetworkProps struct {
	Centre string
	Title  string
	Nodes  []Node
}

// Document is one file of a record.
type Document struct {
	Name, Href string
	Kind       string // PDF, photo …
	Size       string
	Note       string // who, when
	Icon       string
	Tag        TagProps
	Acts       []Act
}

// AuditLine is one line of the journal, as read.
type AuditLine struct {
	When, Exact  string
	Who, What    string
	Where        string // page, portal, API
	Why          string // reason given
	Read         bool   // somebody looked
	Changes      []Change
	ChangesTitle string
}

// Change is one field's old and new value.
type Change struct{ Field, Old, New string }

// MoneyLine is one line of an account.
type MoneyLine struct {
	Label, Note, Href string
	Amounts           []string
	Total             bool
	Tone              Tone
}

// MoneyProps is a table of amounts; the first column is what they are for.
type MoneyProps struct {
	Caption string
	Columns []string
	Lines   []MoneyLine
}

// ConsentProps is what a person is asked to agree to.
type ConsentProps struct {
	Statement string
	Facts     []Fact   // to whom, for what, until when
	Shared    []string // exactly what is passed on
	Withheld  []string // what is not
	Note      string   // may be withdrawn, never a condition of help
	State     TagProps
}

// SignatureProps is the block that signs: typed name and agreement, or what was signed.
type SignatureProps struct {
	Prefix    string // field prefix: Prefix/name, Prefix/agreed
	Agreement string // words beside the box
	Name      string
	SignedBy  string // set when it is signed already
	SignedAt  string
	How       string // online, on paper
}

// PrintHeadProps heads a printed sheet.
type PrintHeadProps struct {
	Agency, Title, Sub, Number string
	QR                         templ.Component // an SVG that opens the record
	QRNote                     string
	Facts                      []Fact
	Stamps                     []string // boxes for seals (決裁欄)
}

// FaultProps is a page that says what went wrong and what can be done; it draws the h1.
type FaultProps struct {
	Err  error
	Ref  string // number to tell the administrator
	Acts []Act
}

// ConfirmProps asks before something that cannot be undone; it draws the h1.
type ConfirmProps struct {
	Form        FormProps
	Title, Text string
	Facts       []Fact
	Submit      string // the verb
	Danger      bool
	CancelHref  string
}

// MergeField is one field that both sides touched.
type MergeField struct {
	Name, Label           string
	Yours, Theirs, Before string // values as posted
	YoursText, TheirsText string // as read, where it differs
	BeforeText            string
}

// MergeProps is two editors' work side by side. The form's Action is the form's own: chosen values are posted under
// the fields' names, with everything else that was typed (Keep) and the new version.
type MergeProps struct {
	Form   FormProps
	Title  string
	Who    string // who changed it meanwhile
	When   string
	Fields []MergeField
	Keep   url.Values
	Submit string
	Cancel string // href
}

// RosterMark is one way attendance can be marked.
type RosterMark struct {
	Value, Label string
	Key          string // single letter, such as "P"
	Tone         Tone
}

// RosterPerson is one line of a roster.
type RosterPerson struct {
	ID, Name, Kana, Number string
	Left, Of               int // units left of those authorized; Of 0 = not counted
	Low                    bool
	Mark                   string // value of a RosterMark; "" = not yet
	Note, Warning          string
	Lang                   string
}

// RosterProps is attendance taking: one choice per person, counts above, the saving bar below. The form posts
// "mark/<ID>" for each person; the buttons for many post "all" = mark and "id" = the selected.
type RosterProps struct {
	Form              FormProps
	Marks             []RosterMark
	People            []RosterPerson
	Default           string // mark for "everybody not yet marked"
	LeftLabel         string // head of the column of units left
	Amount, Each      string // delivered so far, per head
	AmountLabel       string
	SavedAt           string
	PrintHref         string
	Submit            string
	Blocked           string // why it cannot be submitted
	AllAction, Action string // POST addresses: everybody not marked; the selected
}

func (r RosterProps) count(mark string) int {
	n := 0
	for _, p := range r.People {
		if p.Mark == mark {
			n++
		}
	}
	return n
}

// part is one stretch of the bar above a roster, in thousandths.
type part struct {
	X, Width string
	Tone     Tone
	Mark     string
}

func (r RosterProps) parts() []part {
	parts := make([]part, 0, len(r.Marks))
	x := 0
	for _, m := range r.Marks {
		width := 0
		if len(r.People) > 0 {
			width = r.count(m.Value) * 1000 / len(r.People)
		}
		parts = append(parts, part{itoa(x), itoa(width), m.Tone, m.Value})
		x += width
	}
	return parts
}

func (p RosterPerson) mark(m RosterMark) Option {
	return Option{Value: m.Value, Label: m.Label, Tone: m.Tone, Checked: p.Mark == m.Value}
}

func (r RosterProps) options(p RosterPerson) []Option {
	options := make([]Option, len(r.Marks))
	for i, m := range r.Marks {
		options[i] = p.mark(m)
	}
	return options
}

// The drawing of a network, in the units of its picture.
const (
	netWidth, netHeight = 360, 300
	netRadiusX          = 118
	netRadiusY          = 104
	netCore             = 26 // radius at the centre
	netGap              = 8
	netMost             = 10 // more nodes stand in the list only
)

// spot is a node with its place.
type spot struct {
	Node
	x, y           float64
	fromX, fromY   float64 // line from the centre's rim
	untilX, untilY float64 // to the node's rim
	nameY, roleY   float64
}

// spots sets the nodes around the centre, the first at the top, clockwise.
func (n NetworkProps) spots() []spot {
	nodes := n.Nodes
	if len(nodes) > netMost {
		nodes = nodes[:netMost]
	}
	out := make([]spot, len(nodes))
	for i, node := range nodes {
		angle := -math.Pi/2 + 2*math.Pi*float64(i)/float64(len(nodes))
		s := spot{Node: node}
		s.x = netWidth/2 + netRadiusX*math.Cos(angle)
		s.y = netHeight/2 + netRadiusY*math.Sin(angle) - 4
		dx, dy := s.x-netWidth/2, s.y-netHeight/2
		far := math.Hypot(dx, dy)
		s.fromX, s.fromY = netWidth/2+dx/far*(netCore+netGap), netHeight/2+dy/far*(netCore+netGap)
		rim := 14.0 + netGap
		s.untilX, s.untilY = s.x-dx/far*rim, s.y-dy/far*rim
		s.nameY, s.roleY = s.y+28, s.y+41
		if math.Sin(angle) < -0.8 {
			s.nameY, s.roleY = s.y-33, s.y-20
		}
		out[i] = s
	}
	return out
}

// zigzag draws a strained tie.
func (s spot) zigzag() string {
	const teeth = 7
	dx, dy := s.untilX-s.fromX, s.untilY-s.fromY
	far := math.Hypot(dx, dy)
	nx, ny := -dy/far*5, dx/far*5
	points := make([]string, 0, teeth+1)
	for i := 0; i <= teeth; i++ {
		t, side := float64(i)/teeth, 0.0
		if i > 0 && i < teeth {
			side = float64(1 - 2*(i%2))
		}
		points = append(points, num(s.fromX+dx*t+nx*side)+","+num(s.fromY+dy*t+ny*side))
	}
	return strings.Join(points, " ")
}

// num writes a coordinate.
func num(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

func (b Bar) text(ctx context.Context) string {
	if b.Text != "" {
		return b.Text
	}
	return decimal(ctx, b.Value)
}

func (p Point) text(ctx context.Context) string {
	if p.Text != "" {
		return p.Text
	}
	return decimal(ctx, p.Value)
}

// decimal writes a figure: grouped when whole, one digit after the point otherwise.
func decimal(ctx context.Context, f float64) string {
	if f == math.Trunc(f) {
		return text.Number(text.From(ctx), int64(f))
	}
	return strconv.FormatFloat(f, 'f', 1, 64)
}

// width answers a bar's length in thousandths of the longest.
func (c BarChartProps) width(b Bar) string {
	most := 0.0
	for _, one := range c.Bars {
		most = math.Max(most, one.Value)
	}
	if most <= 0 || b.Value <= 0 {
		return "0"
	}
	return itoa(int(b.Value / most * 1000))
}

// The drawing of a line chart.
const lineWidth, lineHeight = 600.0, 160.0

// place answers where point i stands.
func (c LineChartProps) place(i int) (x, y float64) {
	most := 0.0
	for _, p := range c.Points {
		most = math.Max(most, p.Value)
	}
	x = lineWidth / 2
	if len(c.Points) > 1 {
		x = 8 + float64(i)*(lineWidth-16)/float64(len(c.Points)-1)
	}
	y = lineHeight - 8
	if most > 0 {
		y -= c.Points[i].Value / most * (lineHeight - 20)
	}
	return x, y
}

func (c LineChartProps) line() string {
	points := make([]string, len(c.Points))
	for i := range c.Points {
		x, y := c.place(i)
		points[i] = num(x) + "," + num(y)
	}
	return strings.Join(points, " ")
}

func (c LineChartProps) x(i int) string { x, _ := c.place(i); return num(x) }
func (c LineChartProps) y(i int) string { _, y := c.place(i); return num(y) }

// dateEcho says a date as it was understood, in the reader's language and both years; "" while it cannot be read.
func dateEcho(ctx context.Context, f Field) string {
	if f.Echo != "" && formOf(ctx).props.Typed == nil {
		return f.Echo
	}
	if said, ok := EchoDate(ctx, typed(ctx, f.Name, f.Value)); ok {
		return said
	}
	return ""
}

// EchoDate answers what GET /ui/date?v= says below a date field: the date in full in both years, or, with false, why
// it cannot be one.
func EchoDate(ctx context.Context, typed string) (said string, ok bool) {
	if strings.TrimSpace(typed) == "" {
		return "", true
	}
	p, err := calendar.ParsePartial(typed)
	if err != nil {
		f := faultOfPage(err)
		if len(f.Fields) > 0 {
			return text.T(text.From(ctx), f.Fields[0].Key, f.Fields[0].Args), false
		}
		return text.T(text.From(ctx), f.Key, f.Args), false
	}
	said = p.In(text.From(ctx))
	if text.From(ctx).Base() != text.JA && p.Precision == calendar.ToDay {
		if year := calendar.EraYear(p.Date, text.From(ctx)); year != "" {
			said += " (" + year + ")"
		}
	}
	return said, true
}

func dateAttrs(ctx context.Context, f Field) templ.Attributes {
	attrs := inputAttrs(ctx, f)
	for name, value := range described(ctx, f, true) {
		attrs[name] = value
	}
	if f.Autocomplete == "" {
		attrs["autocomplete"] = "off"
	}
	return attrs
}

func withDefaults(f, d Field) Field {
	if f.InputMode == "" {
		f.InputMode = d.InputMode
	}
	if f.Size == "" {
		f.Size = d.Size
	}
	if f.Prefix == "" {
		f.Prefix = d.Prefix
	}
	return f
}

func idAttr(id string) templ.Attributes {
	if id == "" {
		return nil
	}
	return templ.Attributes{"id": id}
}

func langAttr(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

func labelAttr(a Act) templ.Attributes {
	if !a.IconOnly {
		return nil
	}
	return templ.Attributes{"aria-label": a.Label, "title": a.Label}
}

func submitAttrs(a Act) templ.Attributes {
	attrs := templ.Attributes{}
	if a.Name != "" {
		attrs["name"], attrs["value"] = a.Name, a.Value
	}
	if a.Form != "" {
		attrs["form"] = a.Form
	}
	if a.FormAction != "" {
		attrs["formaction"] = a.FormAction
	}
	if a.SkipChecks {
		attrs["formnovalidate"] = true
	}
	return attrs
}

func noticeRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "note"
}

func jobTone(state string) Tone {
	switch state {
	case "done":
		return OK
	case "failed":
		return Bad
	case "cancelled":
		return Warn
	}
	return Info
}

func promptsTitle(ctx context.Context, p PromptsProps) string {
	if p.Title != "" {
		return p.Title
	}
	return text.Word(ctx, "ui.prompts.title")
}

func separator(ctx context.Context) string {
	if text.From(ctx).Base() == text.JA {
		return "・"
	}
	return " · "
}

// before answers a with the separator when b follows.
func before(ctx context.Context, a, b string) string {
	if a == "" || b == "" {
		return a
	}
	return a + separator(ctx)
}

// after answers b with the separator before it.
func after(ctx context.Context, b string) string {
	if b == "" {
		return ""
	}
	return separator(ctx) + b
}

// joined sets the words that are there beside each other.
func joined(ctx context.Context, words ...string) string {
	out := ""
	for _, w := range words {
		if w != "" {
			out = before(ctx, out, w) + w
		}
	}
	return out
}

// nodeWords says of a node what its drawing shows.
func nodeWords(ctx context.Context, n Node) string {
	tie, dead := "", ""
	if n.Tie != "" {
		tie = text.Word(ctx, "ui.tie."+string(n.Tie))
	}
	if n.Dead {
		dead = text.Word(ctx, "ui.network.dead")
	}
	return joined(ctx, n.Role, tie, dead)
}

func emptyOr(ctx context.Context, e EmptyProps) EmptyProps {
	if e.Title == "" {
		e.Title = text.Word(ctx, "ui.table.empty")
	}
	return e
}

func filterLabel(ctx context.Context, t TableProps) string {
	if t.Caption == "" {
		return text.Word(ctx, "ui.table.filter")
	}
	return text.Word(ctx, "ui.table.filter_of", "what", t.Caption)
}

func unlessHref(href, why string) string {
	if href != "" {
		return ""
	}
	return why
}

func choiceClass(kind string) string {
	if kind == "radio" {
		return "radio"
	}
	return "check"
}

func selfToken(self bool, token string) string {
	if self {
		return token
	}
	return "off"
}

// kanaOf lets the script fill a kana field from what the input method shows while its name is typed.
func kanaOf(ctx context.Context, name string) templ.Attributes {
	return templ.Attributes{"data-kana-of": fieldID(ctx, name)}
}

func pickerHref(p PickerProps) string {
	sign := "?"
	if strings.Contains(p.SearchHref, "?") {
		sign = "&"
	}
	return p.SearchHref + sign + "name=" + url.QueryEscape(p.Field.Name)
}

func searchLabel(hint, label string) string {
	if hint == "" {
		return label
	}
	return label + ": " + hint
}

// faultOfPage answers the fault behind an error; anything unknown is a defect.
func faultOfPage(err error) *fault.Fault {
	if f, ok := fault.As(err); ok {
		return f
	}
	return fault.Defect(err)
}

// faultIcon answers the sign of a kind of fault.
func faultIcon(k fault.Kind) string {
	switch k {
	case fault.KindForbidden, fault.KindSignIn:
		return "lock"
	case fault.KindNotFound:
		return "search"
	case fault.KindConflict:
		return "refresh"
	case fault.KindTooMuch, fault.KindUnavailable, fault.KindNoRoom:
		return "hourglass"
	case fault.KindTooLarge:
		return "upload"
	}
	return "alert-triangle"
}

// kept lists what was typed beside the fields in question, for hidden inputs, without the form's own fields.
func (m MergeProps) kept() [][2]string {
	skip := map[string]bool{"idempotency_key": true, "version": true}
	for _, f := range m.Fields {
		skip[f.Name] = true
	}
	names := make(map[string]string, len(m.Keep))
	for name := range m.Keep {
		if !skip[name] {
			names[name] = ""
		}
	}
	var out [][2]string
	for _, name := range keys(names) {
		for _, value := range m.Keep[name] {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}

func orText(read, value string) string {
	if read != "" {
		return read
	}
	return value
}

// faultTitleKey answers the word for the heading of a fault page.
func faultTitleKey(k fault.Kind) string {
	return "ui.fault." + strings.ReplaceAll(k.String(), " ", "_")
}

func firstLabel(points []Point) string {
	if len(points) == 0 {
		return ""
	}
	return points[0].Label
}

func lastLabel(points []Point) string {
	if len(points) < 2 {
		return ""
	}
	return points[len(points)-1].Label
}

func markLabel(r RosterProps, value string) string {
	for _, m := range r.Marks {
		if m.Value == value {
			return m.Label
		}
	}
	return value
}

// rosterForm is the roster's form, without the space between fields.
func rosterForm(r RosterProps) FormProps {
	f := r.Form
	f.Class = "roster-form"
	return f
}

// rosterKeys tells the script the letter of each mark, in order.
func rosterKeys(r RosterProps) string {
	letters := make([]string, len(r.Marks))
	for i, m := range r.Marks {
		letters[i] = strings.ToUpper(m.Key)
	}
	return strings.Join(letters, ",")
}
