// Package ui is the look of Kizuna: shells, parts and forms from which every room's pages are put together, the one
// style sheet, the one script, and the icons. It knows no room and decides nothing; it draws what it is given.
//
// How a page is made. Handlers build props and write a shell around a component; a fragment for a swap is the same
// part alone. Every hx-* element also works as a plain link or form.
//
//	page := ui.Page{Title: t, Audience: ui.Desk, Agency: a, Nav: nav, User: u, LangHref: ui.LangHref(r, ui.OtherLang(lang))}
//	return ui.Write(w, r, http.StatusOK, page, peoplePage(view))
//	if ui.Swapping(r) { return ui.WriteFragment(w, r, 200, ui.Table(view.Table)) }
//
// Conventions. A part X is drawn by X(XProps) or by X([]Item); buttons, links and menu entries are all an Act. Texts
// in props are already in the reader's language. Each page has one h1: Head, Highlights, Question, Confirm, Merge or
// FaultPage draws it. Tones are Neutral, Info, OK, Warn, Bad, Outline; Kinds of button Plain, Primary, Quiet, Danger.
// Icons are named in assets/icons.txt (add a line, run assets/refresh.sh). No style attribute and no inline script
// ever: the content policy blocks both.
//
// Weight. A cold case page is some 43 KB in Japanese, which uses the device's own faces; English adds a 15 KB subset of
// Inter. A test holds the Japanese page under 60 KB.
//
// # Shell
//
//	ui.Assets()                        // mount at ui.AssetRoot; ui.Asset("kizuna.css") is the hashed address
//	ui.Page{Title, Audience, Agency, Nav, User, Bell, LangHref, SearchHref, New, Crumbs, Toast, QuickExit, IdleSeconds, KeepHref}
//	@ui.Shell(page) { … }              // desk and admin: rail; portal: header; my and public: one column
//
// GET /ui/date?v=… is answered by ui.Date; the search box asks SearchHref with HX-Request and takes ui.SearchFound.
//
// # Layout
//
//	@ui.Head(ui.HeadProps{Title: "…", Note: "…", Figures: []ui.Figure{{Value: "9", Label: "…"}}, Acts: acts})
//	@ui.Card(ui.CardProps{Title: "…", Count: 4, More: ui.Act{Label: "…", Href: "…"}, Flush: true}) { … }
//	@ui.Split(ui.SplitProps{Main: []templ.Component{a, b}, Side: []templ.Component{c}, SideFirst: true})
//	@ui.Stack() { … }   @ui.Grid() { … }   @ui.Prose() { … }
//
// # Acts
//
//	@ui.Button(ui.Act{Label: "Approve", Post: "/desk/…/approve", Fields: map[string]string{"version": v}, Kind: ui.Primary})
//	@ui.Button(ui.Act{Label: "Move on", Blocked: "Two goals have no outcome yet"})   // focusable, says why
//	@ui.Menu(ui.MenuProps{Label: "…", Icon: "more", IconOnly: true, Items: acts})    @ui.Buttons(acts)
//
// # Lists
//
//	@ui.Table(ui.TableProps{ID: "people", Caption: "…", Columns: cols, Rows: rows, Views: views,
//		Filter: &ui.FilterProps{Action: "/desk/people", Placeholder: "…"}, Bulk: &ui.BulkProps{Acts: acts},
//		Pager: &ui.PagerProps{Text: "1–50", NextHref: "…"}, Empty: ui.EmptyProps{Title: "…", Act: act}, Keys: true})
//
// The first column is Row.Title (with Href, Sub, Tags, Marks, Unread); Row.Cells fill the others: ui.Text(s),
// ui.Two(a, b), ui.Strong(s, tone), ui.StageMeter, ui.Dots, ui.Tag, ui.Progress, ui.When, ui.Link. Column.Priority 2
// and 3 disappear in narrow tables and return in cards; Column.Tag and Column.Bare say how a cell stands in a card.
//
//	@ui.Prompts(ui.PromptsProps{Items: []ui.Prompt{{Icon: "clock", Tone: ui.Warn, Title: "…", Act: act}}})
//	@ui.Tasks(items)   @ui.Agenda(items)   @ui.Members(items)   @ui.Documents(items)   @ui.Audit(lines)
//	@ui.Empty(ui.EmptyProps{…})   @ui.Loading(5)   @ui.Pager(ui.PagerProps{…})
//
// # Records
//
//	@ui.Highlights(ui.HighlightsProps{Initials: "丸", Name: "…", Tags: tags, Facts: facts, Stage: ui.StagePath(…), Tabs: tabs})
//	@ui.StagePath(ui.StagePathProps{Stages: stages, Criteria: criteria, Acts: []ui.Act{{Label: "…", Blocked: "…"}}})
//	@ui.Facts([]ui.Fact{{Label: "…", Value: "…"}})   @ui.Tabs(ui.TabsProps{…})   @ui.Tags(tags)   @ui.Tag(ui.TagProps{Text: "…", Tone: ui.Warn})
//
//	@ui.Timeline(ui.TimelineProps{Days: days, More: act})
//	@ui.Composer(ui.ComposerProps{Form: ui.FormProps{Action: "…", Draft: "…"}, Name: "body", Label: "…", Submit: "…"})
//	@ui.Compare(ui.CompareProps{Criteria: names, Offers: offers})
//
//	@ui.Progress(ui.ProgressProps{Value: 3, Max: 8, Text: "3 / 8"})   @ui.Job(ui.JobProps{…})   // long work, polled
//	@ui.BarChart(…)   @ui.LineChart(…)   @ui.Network(ui.NetworkProps{Centre: "…", Nodes: nodes})
//	@ui.Money(ui.MoneyProps{Columns: heads, Lines: lines})
//
//	@ui.Consent(ui.ConsentProps{…})   @ui.Signature(ui.SignatureProps{Prefix: "signature", Agreement: "…"})
//	@ui.PrintHead(ui.PrintHeadProps{Title: "…", QR: svg, Stamps: names})   @ui.PrintButton("…")
//	@ui.Reveal(masked, postHref, "Show")   @ui.Copy(number)
//
// # Forms
//
// Fields are named by JSON pointer without the first slash. Form hands every field inside it what was typed
// (FormProps.Typed) and what is wrong (FormProps.Fault, by pointer), draws the summary and the hidden version and
// idempotency key, and keeps a draft where Draft is set.
//
//	@ui.Form(ui.FormProps{Action: "/desk/people", Draft: "/desk/drafts/…", Version: v, Typed: typed, Fault: err}) {
//		@ui.PersonName(ui.PersonNameProps{Prefix: "names/0", Family: p.Family, Required: true})
//		@ui.DateField(ui.Field{Name: "birth_date", Label: "…", Value: "1968-04-12"})
//		@ui.FormActs(ui.Act{Label: "Save", Kind: ui.Primary}, ui.Act{Label: "Cancel", Href: "…"})
//	}
//
// Fields: TextField, TextArea, Select, Radios, Checks, Check, Segmented, DateField, NumberField, MoneyField,
// PhoneField, EmailField, PasswordField, SearchField, TimeField, FileField, Picker; groups: PersonName, Address,
// Repeater, Fields (side by side), Fieldset (a named section).
//
//	@ui.Segmented(ui.Field{Name: "channel", Label: "…", Value: "phone"}, []ui.Option{{Value: "phone", Label: "…"}})
//	@ui.Repeater(ui.RepeaterProps{Name: "contacts", Legend: "…", Groups: groups})   // "add"/"remove" come back
//	@ui.Picker(ui.PickerProps{Field: f, Chosen: "…", SearchHref: "/desk/people/pick"})   // answers ui.PickerFound
//
// # Whole pages
//
//	@ui.Question(ui.QuestionProps{Form: f, Title: "…", At: 2, Of: 6, BackHref: "…"}) { … }   // one question a page
//	@ui.Answers(answers)   @ui.Steps(steps)   @ui.Confirm(ui.ConfirmProps{…}) { … }   @ui.Merge(ui.MergeProps{…})
//	@ui.FaultPage(ui.FaultProps{Err: err, Ref: ref, Acts: acts})   @ui.Notice(ui.NoticeProps{Tone: ui.Warn, Title: "…"}) { … }
//
//	@ui.Roster(ui.RosterProps{Form: f, Marks: marks, People: people, Default: "attended", Submit: "…"})   // attendance
package ui
