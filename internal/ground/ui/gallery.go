package ui

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// In sets children inside a part from Go, as { … } does in a template.
func In(outer templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

// Gallery shows every part in every state with invented people; ?page= picks a room of it, ?lang= and ?theme= how it
// looks. Demonstration and browser tests only.
func Gallery(w http.ResponseWriter, r *http.Request) {
	lang := text.From(r.Context())
	if l, ok := text.ParseLang(r.URL.Query().Get("lang")); ok {
		lang = l
	}
	r = r.WithContext(text.With(r.Context(), lang))
	g := gallery{ctx: r.Context(), lang: lang}
	show, ok := galleryPages[r.URL.Query().Get("page")]
	if !ok {
		show = gallery.parts
	}
	page, content := show(g)
	page.Lang, page.Theme = lang, r.URL.Query().Get("theme")
	page.LangHref = LangHref(r, OtherLang(lang))
	if r.URL.Query().Get("keys") == "off" {
		page.KeysOff = true
	}
	if err := Write(w, r, http.StatusOK, page, content); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// GalleryPages names the rooms of the gallery, for tests.
func GalleryPages() []string {
	return []string{"home", "case", "attendance", "parts", "forms", "records", "merge", "confirm", "fault", "question", "print", "setup"}
}

var galleryPages = map[string]func(gallery) (Page, templ.Component){
	"home": gallery.home, "case": gallery.caseFile, "attendance": gallery.attendance, "parts": gallery.parts,
	"forms": gallery.forms, "records": gallery.records, "merge": gallery.merge, "confirm": gallery.confirm,
	"fault": gallery.fault, "question": gallery.question, "print": gallery.print, "setup": gallery.setup,
}

// gallery draws in one language.
type gallery struct {
	ctx  context.Context
	lang text.Lang
}

// say picks the reader's language of an invented text.
func (g gallery) say(ja, en string) string { return text.Pair{JA: ja, EN: en}.In(g.lang) }

func (g gallery) desk(title, current string) Page {
	nav := []NavItem{
		{Icon: "home", Label: g.say("ホーム", "Home"), Href: "?page=home"},
		{Icon: "briefcase", Label: g.say("ケース", "Cases"), Href: "?page=case", Count: 38},
		{Icon: "inbox", Label: g.say("受付", "Intake"), Href: "?page=parts", Count: 6},
		{Icon: "users", Label: g.say("住民", "Residents"), Href: "?page=records"},
		{Icon: "calendar", Label: g.say("カレンダー", "Calendar"), Href: "?page=forms"},
		{Icon: "send", Label: g.say("紹介・承認", "Referrals"), Href: "?page=merge", Count: 5, Section: g.say("サービス", "Services")},
		{Icon: "building", Label: g.say("提供者", "Providers"), Href: "?page=attendance", Section: g.say("サービス", "Services")},
		{Icon: "banknote", Label: g.say("給付・支払", "Benefits & payments"), Href: "?page=confirm", Section: g.say("サービス", "Services")},
		{Icon: "network", Label: g.say("チーム", "Team"), Href: "?page=fault", Section: g.say("管理", "Oversight")},
		{Icon: "chart", Label: g.say("レポート", "Reports"), Href: "?page=print", Section: g.say("管理", "Oversight")},
	}
	for i := range nav {
		nav[i].Current = nav[i].Href == "?page="+current
	}
	return Page{
		Title: title, Audience: Desk, Agency: g.say("みなと市 福祉総合支援課", "Minato City Social Support"), Home: "?page=home", Nav: nav,
		BottomTabs: []NavItem{nav[0], nav[1], nav[2], nav[4]},
		User:       User{Name: g.say("田中 恵", "Megumi Tanaka"), Initials: g.say("田", "MT"), Role: g.say("主担当ケースワーカー", "Lead caseworker"), Menu: []Act{{Label: g.say("設定", "Settings"), Icon: "settings", Href: "#"}, {Label: g.say("サインアウト", "Sign out"), Icon: "log-out", Post: "/sign-out"}}},
		Bell:       NavItem{Href: "#", Count: 3}, SearchHref: "/desk/search", SearchHint: g.say("氏名・ふりがな・ケース番号・電話", "Name, case number or phone"),
		New: []Act{{Label: g.say("相談を受け付ける", "Inquiry"), Icon: "inbox", Href: "#"}, {Label: g.say("ケースを開く", "Case"), Icon: "briefcase", Href: "#"}, {Label: g.say("連絡を記録", "Contact note"), Icon: "message", Href: "#"}},
	}
}

// caseLine is an invented line of the worklist.
type caseLine struct {
	ja, en, no, progJA, progEN    string
	risk                          int
	stage                         int
	nextJA, nextEN, dueJA, dueEN  string
	due                           Tone
	lastJA, lastEN                string
	lastStrong, unread, ear, lang bool
}

var caseLines = []caseLine{
	{ja: "中村 大輔", en: "Daisuke Nakamura", no: "C-2026-01951", progJA: "就労支援", progEN: "Employment", risk: 1, stage: 2, nextJA: "初回アセスメント", nextEN: "Initial assessment", dueJA: "2日超過", dueEN: "2 days late", due: Bad, lastJA: "9日前", lastEN: "9 days ago", lastStrong: true},
	{ja: "伊藤 健太", en: "Kenta Ito", no: "C-2026-01655", progJA: "就労支援", progEN: "Employment", risk: 1, stage: 5, nextJA: "欠席2回の状況確認", nextEN: "Check on 2 absences", dueJA: "1日超過", dueEN: "1 day late", due: Bad, lastJA: "6日前", lastEN: "6 days ago"},
	{ja: "丸山 修", en: "Osamu Maruyama", no: "C-2026-01842", progJA: "地域生活支援", progEN: "Community living", risk: 1, stage: 5, nextJA: "承認要請を比較（3者）", nextEN: "Compare 3 authorization requests", dueJA: "本日", dueEN: "Today", due: Warn, lastJA: "昨日", lastEN: "Yesterday", unread: true, ear: true},
	{ja: "グエン・ティ・ラン", en: "Nguyen Thi Lan", no: "C-2026-01977", progJA: "ひとり親支援", progEN: "Single-parent support", stage: 1, nextJA: "受付内容の確認", nextEN: "Screen the intake", dueJA: "本日", dueEN: "Today", due: Warn, unread: true, lang: true},
	{ja: "高橋 ふみ", en: "Fumi Takahashi", no: "C-2026-01733", progJA: "高齢者在宅支援", progEN: "Elder home support", stage: 5, nextJA: "月次モニタリング訪問", nextEN: "Monthly monitoring visit", dueJA: "本日 13:30", dueEN: "Today 13:30", due: Warn, lastJA: "28日前", lastEN: "28 days ago", lastStrong: true},
	{ja: "小林 翔", en: "Sho Kobayashi", no: "C-2026-01988", progJA: "若者自立支援", progEN: "Youth independence", stage: 1, nextJA: "担当者の割当を承諾", nextEN: "Accept assignment", dueJA: "11/25（水）", dueEN: "Wed 25 Nov", due: Info, unread: true},
	{ja: "渡辺 由紀", en: "Yuki Watanabe", no: "C-2026-01690", progJA: "住居支援", progEN: "Housing", stage: 4, nextJA: "ケアプランの同意", nextEN: "Care plan consent", dueJA: "11/26（木）", dueEN: "Thu 26 Nov", due: Info, lastJA: "3日前", lastEN: "3 days ago"},
	{ja: "佐伯 美咲", en: "Misaki Saeki", no: "C-2026-01907", progJA: "DV・法律支援", progEN: "DV & legal aid", risk: 2, stage: 3, nextJA: "支援措置の更新", nextEN: "Renew protective measure", dueJA: "11/27（金）", dueEN: "Fri 27 Nov", due: Info, lastJA: "2日前", lastEN: "2 days ago"},
	{ja: "松本 千代", en: "Chiyo Matsumoto", no: "C-2026-01812", progJA: "高齢者在宅支援", progEN: "Elder home support", stage: 4, nextJA: "提供者を選ぶ", nextEN: "Choose provider", dueJA: "11/30（月）", dueEN: "Mon 30 Nov", lastJA: "5日前", lastEN: "5 days ago"},
	{ja: "林 直樹", en: "Naoki Hayashi", no: "C-2026-01779", progJA: "生活困窮支援", progEN: "Hardship support", stage: 3, nextJA: "要件を判定する", nextEN: "Decide eligibility", dueJA: "12/1（火）", dueEN: "Tue 1 Dec", lastJA: "昨日", lastEN: "Yesterday"},
}

func (g gallery) caseRows() []Row {
	stages := []string{"", g.say("受付", "Intake"), g.say("アセスメント", "Assessment"), g.say("支援計画", "Planning"), g.say("ケアプラン", "Care plan"), g.say("モニタリング", "Monitoring"), g.say("終結", "Resolution")}
	rows := make([]Row, len(caseLines))
	for i, c := range caseLines {
		row := Row{ID: c.no, Href: "?page=case", Title: g.say(c.ja, c.en), Sub: c.no + separator(g.ctx) + g.say(c.progJA, c.progEN), Unread: c.unread}
		switch c.risk {
		case 1:
			row.Tags = []TagProps{{Text: g.say("中リスク", "Medium"), Tone: Warn}}
		case 2:
			row.Marks = append(row.Marks, Mark{Icon: "lock", Label: g.say("閲覧制限", "Restricted")})
			row.Tags = []TagProps{{Text: g.say("高リスク", "High risk"), Tone: Bad, Icon: "shield-alert"}}
		}
		if c.ear {
			row.Marks = append(row.Marks, Mark{Icon: "ear", Label: g.say("聴覚障害", "Deaf")})
		}
		if c.lang {
			row.Marks = append(row.Marks, Mark{Icon: "languages", Label: g.say("通訳が必要", "Needs an interpreter")})
		}
		last := Text(g.say(c.lastJA, c.lastEN))
		if c.lastStrong {
			last = Strong(g.say(c.lastJA, c.lastEN), Info)
		}
		row.Cells = []templ.Component{StageMeter(StageMeterProps{At: c.stage, Of: 6, Label: stages[c.stage]}), Text(g.say(c.nextJA, c.nextEN)), Strong(g.say(c.dueJA, c.dueEN), c.due), last}
		rows[i] = row
	}
	return rows
}

func (g gallery) caseTable() TableProps {
	return TableProps{
		ID: "cases", Caption: g.say("マイケース", "My cases"), Keys: true,
		Views: []View{
			{Label: g.say("すべて", "All open"), Href: "?page=home", Count: 38, Current: true}, {Label: g.say("今週が期限", "Due this week"), Href: "?page=home&view=week", Count: 9},
			{Label: g.say("期限超過", "Overdue"), Href: "?page=home&view=late", Count: 2}, {Label: g.say("回答待ち", "Waiting on others"), Href: "?page=home&view=waiting", Count: 5}, {Label: g.say("終結済み", "Closed"), Href: "?page=home&view=closed", Count: 412},
		},
		Filter: &FilterProps{Action: "?page=home", Placeholder: g.say("氏名・ケース番号で絞り込む", "Filter by name or case number"), Hidden: map[string]string{"page": "home"}, Facets: []Facet{
			{Name: "program", Label: g.say("制度", "Program"), Icon: "filter", Options: []Option{{Value: "work", Label: g.say("就労支援", "Employment")}, {Value: "home", Label: g.say("住居支援", "Housing")}}},
			{Name: "stage", Label: g.say("段階", "Stage"), Options: []Option{{Value: "1", Label: g.say("受付", "Intake")}, {Value: "2", Label: g.say("アセスメント", "Assessment")}}},
		}},
		Bulk:    &BulkProps{Acts: []Act{{Label: g.say("タスクを追加", "Add a task"), Post: "/desk/cases/task"}, {Label: g.say("担当を変更", "Change owner"), Post: "/desk/cases/owner"}, {Label: g.say("期限を変更", "Change due date"), Post: "/desk/cases/due"}}},
		Columns: []Column{{Label: g.say("住民・ケース", "Resident and case")}, {Label: g.say("段階", "Stage"), Priority: 2, Bare: true}, {Label: g.say("次の対応", "Next action")}, {Label: g.say("期限", "Due"), SortHref: "?page=home&sort=-due", Sorted: "asc"}, {Label: g.say("最終連絡", "Last contact"), Num: true, Priority: 3}},
		Rows:    g.caseRows(),
		Pager:   &PagerProps{Text: g.say("38件中 1–10件", "1–10 of 38"), NextHref: "?page=home&after=x"},
	}
}

func (g gallery) tasks() []TaskItem {
	return []TaskItem{
		{Title: g.say("主治医意見書を依頼する", "Request physician’s opinion"), Sub: g.say("中村 大輔", "Daisuke Nakamura"), Due: g.say("昨日", "Yesterday"), DueTone: Bad, Post: "/desk/tasks/1"},
		{Title: g.say("家賃証明を確認する", "Check proof of rent"), Sub: g.say("渡辺 由紀", "Yuki Watanabe"), Due: g.say("本日", "Today"), Post: "/desk/tasks/2"},
		{Title: g.say("ベトナム語通訳を予約する", "Book Vietnamese interpreter"), Sub: g.say("グエン・ティ・ラン", "Nguyen Thi Lan"), Due: g.say("本日", "Today"), Post: "/desk/tasks/3"},
		{Title: g.say("同意書を送付する", "Send consent form"), Sub: g.say("渡辺 由紀", "Yuki Watanabe"), Due: g.say("済", "Done"), Done: true, Post: "/desk/tasks/4"},
	}
}

func (g gallery) home() (Page, templ.Component) {
	prompts := Prompts(PromptsProps{Note: g.say("安全・期限・承認に関わるもの", "Safety, deadlines and approvals"), Items: []Prompt{
		{Icon: "shield-alert", Tone: Bad, Title: g.say("佐伯 美咲さん：DV支援措置の有効期限まで3日", "Misaki Saeki: protective measure expires in 3 days"), Sub: g.say("C-2026-01907・住所秘匿・更新申出書が未提出", "C-2026-01907 · address withheld · renewal form not filed"), Act: Act{Label: g.say("更新を始める", "Start renewal"), Href: "#"}},
		{Icon: "handshake", Tone: Info, Title: g.say("丸山 修さん：グリーフカウンセリングの承認要請が3件", "Osamu Maruyama: 3 providers asked to be authorized for grief counselling"), Sub: g.say("最短の開始日は11/30・見積 ¥96,000〜¥118,000", "Earliest start 30 Nov · estimates ¥96,000–¥118,000"), Act: Act{Label: g.say("比較して承認", "Compare and approve"), Href: "?page=records"}},
		{Icon: "clock", Tone: Warn, Title: g.say("中村 大輔さん：初回アセスメントが2日超過", "Daisuke Nakamura: initial assessment is 2 days late"), Sub: g.say("受付から12日・基準は10日以内", "12 days since intake · standard is 10"), Act: Act{Label: g.say("予定を入れる", "Book it"), Href: "#"}},
	}})
	list := In(Card(CardProps{Title: g.say("マイケース", "My cases"), Flush: true, Acts: []Act{{Label: g.say("列と表示", "Columns & view"), Icon: "settings", Kind: Quiet, Href: "#"}}}), Table(g.caseTable()))
	day := In(Card(CardProps{Title: g.say("本日の予定", "My day"), Flush: true, More: Act{Label: g.say("カレンダー", "Calendar"), Href: "#"}}), Agenda([]AgendaItem{
		{From: "09:00", Until: "09:30", Title: g.say("朝のケース会議", "Morning case huddle"), Icon: "users", Note: g.say("第2会議室", "Room 2"), State: "past"},
		{From: "10:00", Until: "11:00", Title: g.say("丸山 修さん 面談", "Meeting with Osamu Maruyama"), Icon: "message", Note: g.say("相談室3・手話通訳あり", "Room 3 · sign interpreter booked"), State: "now", Act: Act{Label: g.say("ケースを開いて記録する", "Open case and take notes"), Href: "?page=case"}},
		{From: "13:30", Until: "14:30", Title: g.say("高橋 ふみさん 自宅訪問", "Home visit: Fumi Takahashi"), Icon: "car", Note: g.say("みなと市栄町2-14・車で18分", "2-14 Sakae-cho · 18 min drive"), Href: "#"},
		{From: "15:30", Until: "16:00", Title: g.say("みどりの相談室 電話", "Call Midori Counselling"), Icon: "phone", Note: g.say("紹介 R-0412 の確認", "About referral R-0412")},
		{From: "16:30", Until: "17:00", Title: g.say("スーパービジョン", "Supervision"), Icon: "video", Note: g.say("石川係長・オンライン", "with T. Ishikawa · online")},
	}))
	todo := In(Card(CardProps{Title: g.say("やること", "Tasks"), Count: 3, Acts: []Act{{Label: g.say("追加", "Add"), Icon: "plus", Kind: Quiet, Href: "#"}}}), Tasks(g.tasks()))
	page := g.desk(g.say("ホーム", "Home"), "home")
	return page, templ.Join(
		Head(HeadProps{Note: g.say("2026年（令和8年）11月24日 火曜日", "Tuesday 24 November 2026"), Title: g.say("おはようございます、田中さん", "Good morning, Megumi"), Figures: []Figure{
			{Value: "9", Label: g.say("今週が期限", "Due this week"), Href: "#"}, {Value: "2", Label: g.say("期限超過", "Overdue"), Tone: Bad, Href: "#"}, {Value: "5", Label: g.say("回答待ち", "Waiting"), Href: "#"}, {Value: "38", Of: "45", Label: g.say("担当ケース", "Caseload"), Href: "#"},
		}}),
		Split(SplitProps{Main: []templ.Component{prompts, list}, Side: []templ.Component{day, todo}, SideFirst: true}))
}

func (g gallery) offerTable() TableProps {
	requested, declined := Tag(TagProps{Text: g.say("承認要請", "Requested"), Tone: Info}), Tag(TagProps{Text: g.say("辞退", "Declined")})
	row := func(name, sub string, fit int, start, cost, far string, tag templ.Component) Row {
		r := Row{ID: name, Title: name, Sub: sub, Href: "#", Cells: []templ.Component{nil, Text(start), Text(cost), Text(far), tag}, Muted: fit == 0}
		if fit > 0 {
			r.Cells[0] = Dots(fit, 5, g.say("適合", "Fit"))
		}
		return r
	}
	return TableProps{
		ID: "offers", Caption: g.say("承認要請", "Authorization requests"),
		Columns: []Column{{Label: g.say("提供者", "Provider")}, {Label: g.say("適合", "Fit"), Bare: true}, {Label: g.say("開始可", "Can start")}, {Label: g.say("8回の費用", "8 sessions"), Num: true}, {Label: g.say("距離", "Distance"), Num: true}, {Label: g.say("状態", "Status"), Tag: true}},
		Rows: []Row{
			row(g.say("みどりの相談室", "Midori Counselling"), g.say("グリーフ専門・手話対応", "Grief specialist · sign language"), 5, g.say("11/30", "30 Nov"), "¥96,000", "1.2 km", requested),
			row(g.say("こころケア港町", "Kokoro Care Minato"), g.say("心理相談全般", "General counselling"), 4, g.say("12/3", "3 Dec"), "¥104,000", "2.8 km", requested),
			row(g.say("佐野カウンセリングオフィス", "Sano Counselling Office"), g.say("訪問可・夜間可", "Home visits · evenings"), 3, g.say("12/8", "8 Dec"), "¥118,000", "5.4 km", requested),
			row(g.say("港南メンタルクリニック", "Konan Mental Clinic"), g.say("予約満了のため辞退", "Declined: fully booked"), 0, "", "", "3.1 km", declined),
		},
	}
}

func (g gallery) goals() TableProps {
	row := func(title, sub string, done, of int, tone Tone, tag TagProps, due string) Row {
		return Row{Title: title, Sub: sub, Cells: []templ.Component{Progress(ProgressProps{Value: done, Max: of, Tone: tone, Label: title, Text: g.say("タスク ", "Tasks ") + itoa(done) + "/" + itoa(of)}), Tag(tag), Text(due)}}
	}
	return TableProps{
		ID: "goals", Caption: g.say("目標", "Goals"), Columns: []Column{{Label: g.say("目標", "Goal")}, {Label: g.say("進み具合", "Progress"), Bare: true}, {Label: g.say("状態", "Status"), Tag: true}, {Label: g.say("期限", "Target"), Priority: 2}},
		Rows: []Row{
			row(g.say("悲嘆と向き合い、週5日眠れるようになる", "Process grief and sleep well five nights a week"), g.say("こころの健康", "Mental health"), 1, 5, Warn, TagProps{Text: g.say("要注意", "At risk"), Tone: Warn, Icon: "alert-triangle"}, g.say("1月末", "31 Jan")),
			row(g.say("配食と家事援助で在宅生活を続ける", "Keep living at home with meals and home help"), g.say("日常生活", "Daily living"), 6, 8, OK, TagProps{Text: g.say("順調", "On track")}, g.say("3月末", "31 Mar")),
			row(g.say("週1回、地域の集まりに参加する", "Join a community group once a week"), g.say("社会参加", "Social participation"), 3, 6, OK, TagProps{Text: g.say("順調", "On track")}, g.say("2月末", "28 Feb")),
			row(g.say("遺族年金を申請する", "Apply for survivor’s pension"), g.say("経済", "Income"), 4, 4, OK, TagProps{Text: g.say("達成", "Met"), Tone: OK, Icon: "check"}, g.say("11/18", "18 Nov")),
		},
	}
}

func (g gallery) timeline() TimelineProps {
	return TimelineProps{
		Days: []Day{
			{Label: g.say("昨日 11月23日（月）", "Yesterday, Mon 23 Nov"), Entries: []Entry{
				{Icon: "phone", Title: g.say("電話：睡眠がとれない日が続いている", "Call: still not sleeping most nights"), Body: g.say("食事は配食で安定。夜間に眠れず、妻の話題で涙ぐむ。対面面談を24日10時に設定し、手話通訳を手配した。", "Eating regularly thanks to meal delivery. Sleepless at night and tearful when speaking of his wife. Booked a meeting for the 24th at 10:00 with a sign interpreter."), Meta: g.say("16:42・田中 恵・連絡記録", "16:42 · Megumi Tanaka · Contact note"), At: "2026-11-23T16:42:10+09:00"},
				{Icon: "handshake", Tone: Info, Title: g.say("みどりの相談室が承認を要請", "Midori Counselling requested authorization"), Body: g.say("開始可能日 11/30、8回 ¥96,000。手話対応の相談員1名を確保。", "Can start 30 Nov; 8 sessions, ¥96,000. One counsellor who signs."), Meta: g.say("11:05・提供者ポータル・紹介 R-0412", "11:05 · Provider portal · Referral R-0412"), Href: "#"},
			}},
			{Label: g.say("11月18日（水）", "Wed 18 Nov"), Entries: []Entry{
				{Icon: "check-circle", Tone: OK, Title: g.say("目標を達成：遺族年金を申請する", "Goal met: apply for survivor’s pension"), Meta: g.say("15:20・田中 恵・目標", "15:20 · Megumi Tanaka · Goal")},
				{Icon: "clipboard-check", Title: g.say("地域サロンに参加（3回目）", "Attended community salon (3rd time)"), Meta: g.say("14:00・出欠から自動記録・給付", "14:00 · From attendance · Benefit")},
			}},
			{Label: g.say("11月16日（月）", "Mon 16 Nov"), Entries: []Entry{{Icon: "file-text", Title: g.say("書類を受領：死亡診断書（写）", "Document received: death certificate (copy)"), Meta: g.say("09:31・本人（住民ポータル）・書類", "09:31 · Resident portal · Document")}}},
		},
		More: Act{Label: g.say("これより前の42件", "42 earlier entries"), Href: "#", Kind: Quiet},
	}
}

func (g gallery) stagePath() StagePathProps {
	return StagePathProps{
		Label: g.say("ケースの段階", "Stage of the case"),
		Stages: []Stage{{Label: g.say("受付", "Intake"), State: StageDone}, {Label: g.say("アセスメント", "Assessment"), State: StageDone}, {Label: g.say("支援計画", "Planning"), State: StageDone},
			{Label: g.say("ケアプラン", "Care plan"), State: StageDone}, {Label: g.say("モニタリング", "Monitoring"), State: StageNow}, {Label: g.say("終結", "Resolution")}},
		Criteria: []Criterion{{Label: g.say("ケアプランの本人同意", "Care plan consent signed"), Met: true}, {Label: g.say("月次モニタリング（11月）", "November monitoring visit"), Met: true},
			{Label: g.say("グリーフカウンセリングの提供者を承認", "Approve a grief-counselling provider")}, {Label: g.say("全目標の評価を記録", "Record an outcome for every goal")}},
		Acts: []Act{{Label: g.say("終結へ進む", "Move to resolution"), Blocked: g.say("提供者の承認と、全目標の評価が残っています", "A provider must be approved and every goal needs an outcome")}},
	}
}

func (g gallery) highlights() HighlightsProps {
	return HighlightsProps{
		Initials: g.say("丸", "OM"), Name: g.say("丸山 修", "Osamu Maruyama"), Sub: g.say("まるやま おさむ・58歳・男性", "丸山 修 · 58 · male"),
		Tags:  []TagProps{{Text: g.say("見守り強化期間", "Close follow-up"), Tone: Bad, Icon: "alert-triangle"}, {Text: g.say("聴覚障害・手話", "Deaf · sign language"), Tone: Outline, Icon: "ear"}, {Text: g.say("地域生活支援", "Community living"), Tone: Outline}},
		Acts:  []Act{{Label: g.say("連絡を記録", "Log contact"), Icon: "message", Kind: Primary, Href: "#"}, {Label: g.say("予定を入れる", "Schedule"), Icon: "calendar", Href: "#"}},
		More:  []Act{{Label: g.say("担当を変更", "Change owner"), Icon: "users", Href: "#"}, {Label: g.say("印刷", "Print"), Icon: "printer", Href: "?page=print"}, {Label: g.say("移管", "Transfer out"), Icon: "send", Blocked: g.say("開いている紹介があります", "A referral is still open")}, {Label: g.say("誤入力として無効にする", "Void as entered in error"), Icon: "trash", Kind: Danger, Href: "?page=confirm"}},
		Facts: []Fact{{Label: g.say("生年月日", "Date of birth"), Value: g.say("昭和43年（1968）4月12日", "12 Apr 1968")}, {Label: g.say("連絡先", "Contact"), Value: "045-000-0000", Href: "tel:045-000-0000", Note: g.say("FAX優先", "fax first")}, {Label: g.say("世帯", "Household"), Value: g.say("単身（10月に死別）", "Lives alone, widowed in Oct")}, {Label: g.say("担当", "Caseworker"), Value: g.say("田中 恵", "Megumi Tanaka")}, {Label: g.say("次回モニタリング", "Next monitoring"), Value: g.say("12月10日（木）", "Thu 10 Dec")}, {Label: g.say("開始からの日数", "Days open"), Value: g.say("96日", "96")}},
		Stage: StagePath(g.stagePath()),
		Tabs: TabsProps{Label: g.say("ケースの内容", "Parts of the case"), Items: []TabItem{{Label: g.say("概要", "Overview"), Href: "#", Current: true}, {Label: g.say("アセスメント", "Assessments"), Href: "#a", Count: 3}, {Label: g.say("ケアプラン", "Care plan"), Href: "#c"},
			{Label: g.say("給付・紹介", "Benefits & referrals"), Href: "#b", Count: 8}, {Label: g.say("書類", "Documents"), Href: "#d", Count: 14}, {Label: g.say("世帯と関係者", "Household & people"), Href: "#h", Count: 6}, {Label: g.say("履歴", "History"), Href: "#l"}}},
	}
}

func (g gallery) network() NetworkProps {
	return NetworkProps{Centre: g.say("本人", "Osamu"), Nodes: []Node{
		{Name: g.say("丸山 節子", "Setsuko"), Role: g.say("妻・10月逝去", "wife, d. Oct"), Dead: true, Tie: TieStrong}, {Name: g.say("丸山 葵", "Aoi"), Role: g.say("長女・遠方", "daughter, far"), Tie: TieWeak},
		{Name: g.say("大野 正", "T. Ohno"), Role: g.say("隣人", "neighbour"), Tie: TieStrong}, {Name: g.say("港南内科", "Konan Clinic"), Role: g.say("かかりつけ医", "GP"), Org: true, Tie: TieStrong},
		{Name: g.say("元勤務先", "Ex-employer"), Role: g.say("未払い残業", "unpaid overtime"), Org: true, Tie: TieStrained}, {Name: g.say("ひまわり", "Himawari"), Role: g.say("訪問介護", "home care"), Org: true, Tie: TieStrong},
	}}
}

func (g gallery) benefits() TableProps {
	row := func(title, sub string, n, of int, unit, period string, tag TagProps) Row {
		return Row{Title: title, Sub: sub, Href: "#", Cells: []templ.Component{Progress(ProgressProps{Value: n, Max: of, Label: title, Text: itoa(n) + " / " + itoa(of) + " " + unit}), Text(period), Tag(tag)}}
	}
	active := TagProps{Text: g.say("提供中", "Active"), Tone: OK}
	return TableProps{ID: "benefits", Caption: g.say("給付の割当", "Benefit assignments"),
		Columns: []Column{{Label: g.say("給付・提供者", "Benefit and provider")}, {Label: g.say("利用", "Use"), Bare: true}, {Label: g.say("期間", "Period")}, {Label: g.say("状態", "Status"), Tag: true}},
		Rows: []Row{
			row(g.say("グリーフカウンセリング", "Grief counselling"), g.say("提供者を選定中（承認要請3件）", "Choosing provider (3 requests)"), 0, 8, g.say("回", "sessions"), g.say("12月〜2月", "Dec–Feb"), TagProps{Text: g.say("承認待ち", "Awaiting approval"), Tone: Warn}),
			row(g.say("配食サービス", "Meal delivery"), g.say("みなと給食サービス", "Minato Meal Service"), 41, 60, g.say("食", "meals"), g.say("10月〜12月", "Oct–Dec"), active),
			row(g.say("家事援助", "Home help"), g.say("ひまわり訪問介護", "Himawari Home Care"), 14, 24, g.say("時間", "hours"), g.say("10月〜12月", "Oct–Dec"), active),
			row(g.say("地域サロン参加", "Community salon"), g.say("市（直営）", "City (direct)"), 3, 12, g.say("回", "visits"), g.say("10月〜3月", "Oct–Mar"), active),
		}}
}

func (g gallery) team() templ.Component {
	return In(Card(CardProps{Title: g.say("支援チーム", "Care team")}), Members([]Member{
		{Initials: g.say("田", "MT"), Name: g.say("田中 恵", "Megumi Tanaka"), Role: g.say("主担当ケースワーカー", "Lead caseworker")}, {Initials: g.say("石", "TI"), Name: g.say("石川 徹", "Toru Ishikawa"), Role: g.say("係長（スーパーバイザー）", "Supervisor")}, {Initials: g.say("野", "AN"), Name: g.say("野口 亜美", "Ami Noguchi"), Role: g.say("ひまわり訪問介護", "Himawari Home Care")},
	}))
}

func (g gallery) composer() ComposerProps {
	return ComposerProps{Form: FormProps{ID: "note", Action: "/desk/cases/x/notes", Draft: "/desk/drafts/note", Upload: true}, Name: "body", Label: g.say("連絡・面談の内容", "What happened"), Placeholder: g.say("連絡・面談の内容。下書きは自動保存されます", "What happened? Drafts save as you type"),
		KindName: "channel", Kinds: []Option{{Value: "phone", Label: g.say("電話", "Call"), Checked: true}, {Value: "visit", Label: g.say("訪問", "Visit")}}, AttachName: "files", Submit: g.say("記録する", "Save note")}
}

func (g gallery) caseFile() (Page, templ.Component) {
	next := In(Card(CardProps{Title: g.say("次にすること", "Do next")}), Tasks(g.tasks()[:3]), In(Quick(), Button(Act{Label: g.say("タスク", "Task"), Icon: "list-checks", Small: true, Href: "#"}), Button(Act{Label: g.say("紹介", "Referral"), Icon: "send", Small: true, Href: "#"}), Button(Act{Label: g.say("給付", "Benefit"), Icon: "banknote", Small: true, Href: "#"}), Button(Act{Label: g.say("アセスメント", "Assessment"), Icon: "clipboard", Small: true, Href: "#"})))
	log := In(Card(CardProps{Title: g.say("経過", "Timeline"), Acts: []Act{{Label: g.say("すべての種類", "All types"), Icon: "filter", Kind: Quiet, Href: "#"}}}), Composer(g.composer()), Timeline(g.timeline()))
	referral := In(Card(CardProps{Title: g.say("紹介：グリーフカウンセリング", "Referral: grief counselling"), Tag: TagProps{Text: g.say("承認要請 3件", "3 requests"), Tone: Info}, Flush: true, Acts: []Act{{Label: g.say("比較して承認", "Compare and approve"), Kind: Primary, Href: "?page=records"}}}), Table(g.offerTable()))
	goals := In(Card(CardProps{Title: g.say("目標", "Goals"), Note: g.say("4件中1件を達成", "1 of 4 met"), Flush: true, More: Act{Label: g.say("ケアプラン第2版", "Care plan v2"), Href: "#"}}), Table(g.goals()))
	benefits := In(Card(CardProps{Title: g.say("給付の割当", "Benefit assignments"), Count: 4, Flush: true, Acts: []Act{{Label: g.say("給付を追加", "Add benefit"), Icon: "plus", Kind: Quiet, Href: "#"}}}), Table(g.benefits()))
	support := In(Card(CardProps{Title: g.say("支援ネットワーク", "Support network"), More: Act{Label: g.say("一覧・編集", "List & edit"), Href: "#"}}), Network(g.network()))
	page := g.desk(g.say("丸山 修さんのケース", "Case of Osamu Maruyama"), "case")
	page.Crumbs = []Crumb{{Label: g.say("マイケース", "My cases"), Href: "?page=home"}, {Label: "C-2026-01842"}}
	return page, templ.Join(Highlights(g.highlights()), Split(SplitProps{Main: []templ.Component{referral, goals, benefits, In(Grid(), support, g.team())}, Side: []templ.Component{next, log}}))
}

func (g gallery) portal(title, current string) Page {
	nav := []NavItem{{Icon: "inbox", Label: g.say("紹介", "Referrals"), Href: "?page=records", Count: 3}, {Icon: "calendar", Label: g.say("スケジュール", "Schedule"), Href: "?page=parts"}, {Icon: "clipboard-check", Label: g.say("出欠", "Attendance"), Href: "?page=attendance", Count: 2}, {Icon: "banknote", Label: g.say("支払", "Payments"), Href: "?page=forms"}, {Icon: "building", Label: g.say("事業所", "Provider"), Href: "?page=case"}}
	for i := range nav {
		nav[i].Current = nav[i].Href == "?page="+current
	}
	return Page{Title: title, Audience: Portal, Nav: nav, User: User{Name: g.say("みどりの相談室", "Midori Counselling"), Initials: g.say("三", "MI"), Menu: []Act{{Label: g.say("サインアウト", "Sign out"), Icon: "log-out", Post: "/sign-out"}}}}
}

func (g gallery) people() []RosterPerson {
	return []RosterPerson{
		{ID: "1", Name: g.say("浅野 京子", "Kyoko Asano"), Kana: g.say("あさの きょうこ", "浅野 京子"), Number: "E-20311", Left: 5, Of: 8, Mark: "attended"},
		{ID: "2", Name: g.say("石田 隆", "Takashi Ishida"), Kana: g.say("いしだ たかし", "石田 隆"), Number: "E-20318", Left: 5, Of: 8, Mark: "attended"},
		{ID: "3", Name: g.say("上田 真理", "Mari Ueda"), Kana: g.say("うえだ まり", "上田 真理"), Number: "E-20325", Left: 6, Of: 8, Mark: "attended", Note: g.say("車いす", "wheelchair")},
		{ID: "4", Name: g.say("大塚 武", "Takeshi Otsuka"), Kana: g.say("おおつか たけし", "大塚 武"), Number: "E-20340", Left: 7, Of: 8, Mark: "late"},
		{ID: "5", Name: g.say("加藤 節", "Setsu Kato"), Kana: g.say("かとう せつ", "加藤 節"), Number: "E-20344", Left: 5, Of: 8, Mark: "excused", Note: g.say("欠席連絡あり（通院）", "called in (clinic)")},
		{ID: "6", Name: g.say("近藤 明", "Akira Kondo"), Kana: g.say("こんどう あきら", "近藤 明"), Number: "E-20351", Left: 1, Of: 8, Low: true, Warning: g.say("次回で承認回数に到達", "next session uses up the authorization")},
		{ID: "7", Name: g.say("斎藤 昌子", "Masako Saito"), Kana: g.say("さいとう まさこ", "斎藤 昌子"), Number: "E-20352", Left: 5, Of: 8},
		{ID: "8", Name: g.say("丸山 修", "Osamu Maruyama"), Kana: g.say("まるやま おさむ", "丸山 修"), Number: "E-20377", Left: 8, Of: 8, Note: g.say("初参加・手話通訳", "first time · sign interpreter")},
		{ID: "9", Name: g.say("森 和代", "Kazuyo Mori"), Kana: g.say("もり かずよ", "森 和代"), Number: "E-20379", Left: 6, Of: 8},
		{ID: "10", Name: g.say("吉田 茂", "Shigeru Yoshida"), Kana: g.say("よしだ しげる", "吉田 茂"), Number: "E-20383", Left: 5, Of: 8},
	}
}

func (g gallery) attendance() (Page, templ.Component) {
	page := g.portal(g.say("出欠", "Attendance"), "attendance")
	page.Crumbs = []Crumb{{Label: g.say("出欠", "Attendance"), Href: "#"}, {Label: g.say("第4回", "Session 4")}}
	return page, templ.Join(
		Head(HeadProps{Title: g.say("グリーフケア・グループ 第4回", "Grief care group, session 4"), Meta: []TagProps{{Icon: "calendar", Text: g.say("11月24日（火）14:00–15:30", "Tue 24 Nov 14:00–15:30")}, {Icon: "map-pin", Text: g.say("港南センター 2階 和室", "Konan Centre, tatami room")}, {Icon: "users", Text: g.say("登録10名／定員12名", "10 enrolled of 12")}}, Acts: []Act{{Label: g.say("第3回", "Session 3"), Icon: "chevron-left", Href: "#"}, {Label: g.say("第5回", "Session 5"), IconEnd: "chevron-right", Href: "#"}}}),
		Roster(RosterProps{
			Form:   FormProps{ID: "roster", Action: "/portal/sessions/x/attendance", Draft: "/portal/drafts/x"},
			Marks:  []RosterMark{{Value: "attended", Label: g.say("出席", "Attended"), Key: "P", Tone: OK}, {Value: "late", Label: g.say("遅刻", "Late"), Key: "L", Tone: Warn}, {Value: "excused", Label: g.say("欠席", "Excused"), Key: "E", Tone: Outline}, {Value: "absent", Label: g.say("無断欠席", "Absent"), Key: "N", Tone: Bad}},
			People: g.people(), Default: "attended", LeftLabel: g.say("残り回数", "Units left"), AmountLabel: g.say("提供済みの金額", "Delivered"), Amount: "¥24,000", Each: g.say("1名 ¥6,000", "¥6,000 each"),
			SavedAt: "14:52", PrintHref: "?page=print", Submit: g.say("出欠を確定する", "Confirm attendance"), AllAction: "/portal/sessions/x/all", Action: "/portal/sessions/x/some",
		}))
}

func (g gallery) parts() (Page, templ.Component) {
	tags := make([]TagProps, 0, 6)
	for _, t := range []Tone{Neutral, Info, OK, Warn, Bad, Outline} {
		tags = append(tags, TagProps{Text: g.say("状態：", "State: ") + orText(string(t), "neutral"), Tone: t})
	}
	notices := make([]templ.Component, 0, 4)
	for _, t := range []Tone{Info, OK, Warn, Bad} {
		notices = append(notices, Notice(NoticeProps{Tone: t, Title: g.say("お知らせの題", "A word that stays"), Text: g.say("何が起きたか、次に何ができるか。", "What happened, and what can be done next.")}))
	}
	buttons := []Act{{Label: g.say("主な操作", "Primary"), Kind: Primary}, {Label: g.say("ふつう", "Plain")}, {Label: g.say("控えめ", "Quiet"), Kind: Quiet}, {Label: g.say("取り消せない", "Danger"), Kind: Danger}, {Label: g.say("小さい", "Small"), Small: true}, {Label: g.say("編集", "Edit"), Icon: "pencil", IconOnly: true}, {Label: g.say("承認する", "Approve"), Kind: Primary, Blocked: g.say("自分の申請は承認できません", "You cannot approve your own request")}}
	page := g.desk(g.say("部品", "Parts"), "parts")
	page.Toast = &ToastProps{Text: g.say("担当を変更しました", "Owner changed"), Tone: OK, Undo: Act{Label: g.say("元に戻す", "Undo"), Post: "/undo", Small: true}}
	empty := g.caseTable()
	empty.ID, empty.Rows, empty.Views, empty.Filter, empty.Bulk, empty.Pager, empty.Keys = "none", nil, nil, nil, nil, nil, false
	empty.Empty = EmptyProps{Icon: "inbox", Title: g.say("まだケースはありません", "No cases yet"), Text: g.say("相談を受け付けると、ここに並びます。", "Cases appear here once an inquiry is taken in."), Act: Act{Label: g.say("相談を受け付ける", "Take an inquiry"), Kind: Primary, Href: "#"}}
	return page, templ.Join(Head(HeadProps{Title: g.say("部品", "Parts"), Tags: []TagProps{{Text: g.say("見本", "Sample"), Tone: Info}}, Acts: []Act{{Label: g.say("新しい部品", "New part"), Icon: "plus", Kind: Primary, Href: "#"}}}), In(Grid(),
		In(Card(CardProps{Title: g.say("札と印", "Tags")}), Tags(tags)),
		In(Card(CardProps{Title: g.say("ボタン", "Buttons")}), Buttons(buttons), Menu(MenuProps{Label: g.say("その他", "More"), Items: g.highlights().More})),
		In(Card(CardProps{Title: g.say("お知らせ", "Notices")}), In(Stack(), notices...)),
		In(Card(CardProps{Title: g.say("進み具合", "Progress")}), In(Stack(),
			Job(JobProps{Title: g.say("住民 12,480件の取り込み", "Importing 12,480 residents"), Done: 4210, Total: 12480, State: "running", Cancel: Act{Label: g.say("中止する", "Cancel"), Post: "/jobs/1/cancel"}}),
			Job(JobProps{Title: g.say("書き出し", "Export"), Done: 300, Total: 300, State: "done", Next: Act{Label: g.say("ダウンロード", "Download"), Icon: "download", Href: "#"}}),
			Job(JobProps{Title: g.say("名寄せ", "Matching"), Done: 12, Total: 90, State: "failed", Next: Act{Label: g.say("理由を見る", "See why"), Href: "#"}}))),
		In(Card(CardProps{Title: g.say("何もない表", "Empty table"), Flush: true}), Table(empty)),
		In(Card(CardProps{Title: g.say("読み込み中", "Loading")}), Loading(4)),
		In(Card(CardProps{Title: g.say("月ごとの件数", "Cases a month")}), LineChart(LineChartProps{Title: g.say("月ごとの新規ケース", "New cases a month"), LabelHead: g.say("月", "Month"), ValueHead: g.say("件数", "Cases"), Points: []Point{{Label: g.say("6月", "Jun"), Value: 21}, {Label: g.say("7月", "Jul"), Value: 28}, {Label: g.say("8月", "Aug"), Value: 19}, {Label: g.say("9月", "Sep"), Value: 33}, {Label: g.say("10月", "Oct"), Value: 41}, {Label: g.say("11月", "Nov"), Value: 38}}})),
		In(Card(CardProps{Title: g.say("段階別", "By stage")}), BarChart(BarChartProps{Title: g.say("段階別のケース", "Cases by stage"), LabelHead: g.say("段階", "Stage"), ValueHead: g.say("件数", "Cases"), Bars: []Bar{{Label: g.say("アセスメント", "Assessing"), Value: 12, Href: "#"}, {Label: g.say("計画", "Planning"), Value: 9}, {Label: g.say("モニタリング", "Monitoring"), Value: 31}, {Label: g.say("期限超過", "Overdue"), Value: 4, Tone: Bad}}})),
		In(Card(CardProps{Title: g.say("手順", "Steps")}), Steps([]Step{{Label: g.say("本人のこと", "About you"), State: StageDone, Href: "#"}, {Label: g.say("住まい", "Home"), State: StageNow}, {Label: g.say("確認", "Check")}})),
		In(Card(CardProps{Title: g.say("検索の結果", "Search results"), Flush: true}), SearchFound([]Found{{Title: g.say("丸山 修", "Osamu Maruyama"), Sub: g.say("1968年生・C-2026-01842", "b. 1968 · C-2026-01842"), Why: g.say("ふりがなが一致", "kana match"), Href: "#"}}, "#")),
	))
}

func (g gallery) forms() (Page, templ.Component) {
	var wrong fault.Fields
	wrong.Add("/names/0/family", "fault.required")
	wrong.Add("/birth_date", "fault.required")
	wrong.Add("/channel", "fault.required")
	typed := url.Values{"names/0/given": {"修"}, "names/0/given_kana": {"おさむ"}, "birth_date": {"平成31年5月1日"}, "channel": {""}, "note": {g.say("電話は夕方に。", "Call in the evening.")}, "needs": {"housing", "money"}}
	options := []Option{{Value: "phone", Label: g.say("電話", "Phone")}, {Value: "fax", Label: g.say("FAX", "Fax")}, {Value: "mail", Label: g.say("郵便", "Post"), Hint: g.say("封筒に課名を出しません", "The envelope does not name the office")}}
	fields := func(prefix string) []templ.Component {
		return []templ.Component{
			PersonName(PersonNameProps{Prefix: prefix + "names/0", Legend: g.say("氏名", "Name"), Family: g.say("丸山", "Maruyama"), Given: "修", FamilyKana: "まるやま", Required: true, Latin: true}),
			DateField(Field{Name: prefix + "birth_date", Label: g.say("生年月日", "Date of birth"), Hint: g.say("昭和43年4月12日、S43.4.12、1968-04-12 のどれでも", "1968-04-12, 昭和43年4月12日 or S43.4.12"), Value: "S43.4.12", Required: true}),
			In(Fields(), PhoneField(Field{Name: prefix + "phone", Label: g.say("電話", "Phone"), Value: "045-000-0000"}), EmailField(Field{Name: prefix + "email", Label: g.say("メール", "E-mail")})),
			Segmented(Field{Name: prefix + "sex", Label: g.say("性別", "Gender"), Value: "m"}, []Option{{Value: "f", Label: g.say("女性", "Female")}, {Value: "m", Label: g.say("男性", "Male")}, {Value: "x", Label: g.say("その他", "Other")}, {Value: "u", Label: g.say("答えない", "Not said")}}),
			Radios(Field{Name: prefix + "channel", Label: g.say("連絡の方法", "Preferred channel"), Value: "fax", Required: true}, options),
			Checks(Field{Name: prefix + "needs", Label: g.say("困りごと", "Needs")}, []Option{{Value: "housing", Label: g.say("住まい", "Housing"), Checked: true}, {Value: "money", Label: g.say("お金", "Money")}, {Value: "grief", Label: g.say("大切な人との別れ", "Bereavement")}}),
			In(Fields(), Select(Field{Name: prefix + "program", Label: g.say("プログラム", "Program"), Value: "home"}, []Option{{Value: "work", Label: g.say("就労支援", "Employment")}, {Value: "home", Label: g.say("住居支援", "Housing")}}), NumberField(Field{Name: prefix + "units", Label: g.say("回数", "Sessions"), Value: "8", Suffix: g.say("回", "times")}), MoneyField(Field{Name: prefix + "amount", Label: g.say("金額", "Amount"), Value: "96,000"}), TimeField(Field{Name: prefix + "from", Label: g.say("開始", "From"), Value: "14:00"})),
			Address(AddressProps{Prefix: prefix + "addresses/0", Legend: g.say("住所", "Address"), Postcode: "231-0000", Region: g.say("神奈川県", "Kanagawa"), City: g.say("みなと市", "Minato City"), Street: g.say("栄町2-14", "2-14 Sakae-cho")}),
			Repeater(RepeaterProps{Name: prefix + "contacts", Legend: g.say("緊急連絡先", "Emergency contact"), Min: 1, Groups: []templ.Component{TextField(Field{Name: prefix + "contacts/0/name", Label: g.say("氏名", "Name"), Value: g.say("丸山 葵", "Aoi Maruyama")}), TextField(Field{Name: prefix + "contacts/1/name", Label: g.say("氏名", "Name")})}}),
			Picker(PickerProps{Field: Field{Name: prefix + "guardian_id", Label: g.say("後見人", "Guardian"), Value: "7", Placeholder: g.say("氏名・ふりがな", "Name or kana")}, Chosen: g.say("大野 正", "Tadashi Ohno"), SearchHref: "/desk/people/pick", Found: []Found{{ID: "8", Title: g.say("大野 忠", "Tadashi Ono"), Sub: g.say("1955年生", "b. 1955"), Why: g.say("よみが近い", "similar reading")}}}),
			FileField(Field{Name: prefix + "files", Label: g.say("書類", "Documents"), Multiple: true, Hint: g.say("PDF・写真、50 MBまで", "PDF or photo, up to 50 MB")}),
			TextArea(Field{Name: prefix + "note", Label: g.say("メモ", "Note"), Rows: 3}),
			Check(Field{Name: prefix + "confidential", Label: g.say("秘匿する", "Confidential"), Hint: g.say("担当チームだけが見られます", "Only the case team sees it")}),
			TextField(Field{Name: prefix + "number", Label: g.say("宛名番号", "Resident number"), Value: "0012345", ReadOnly: true, Size: "s"}),
			FormActs(Act{Label: g.say("保存する", "Save"), Kind: Primary}, Act{Label: g.say("下書きに残す", "Keep as draft"), Name: "draft", Value: "1", SkipChecks: true}, Act{Label: g.say("やめる", "Cancel"), Href: "#", Kind: Quiet}),
		}
	}
	good := In(Form(FormProps{ID: "good", Action: "/desk/people", Draft: "/desk/drafts/p", Version: "3", SavedAt: "14:52", Upload: true}), fields("")...)
	bad := In(Form(FormProps{ID: "bad", Action: "/desk/people", Typed: typed, Fault: wrong.Err()}), fields("")[:6]...)
	return g.desk(g.say("入力", "Forms"), "forms"), templ.Join(Head(HeadProps{Title: g.say("入力", "Forms")}), In(Grid(), In(Card(CardProps{Title: g.say("住民を登録する", "New resident")}), good), In(Card(CardProps{Title: g.say("直すところがあるとき", "With faults")}), bad)))
}

func (g gallery) records() (Page, templ.Component) {
	best := func(s string) OfferValue { return OfferValue{Text: s, Best: true} }
	val := func(s string) OfferValue { return OfferValue{Text: s} }
	compare := Compare(CompareProps{Label: g.say("承認要請の比較", "Authorization requests side by side"), Criteria: []string{g.say("適合", "Fit"), g.say("開始可", "Can start"), g.say("8回の費用", "8 sessions"), g.say("距離", "Distance"), g.say("担当", "Practitioner")}, Offers: []Offer{
		{Title: g.say("みどりの相談室", "Midori Counselling"), Href: "#", Sub: g.say("グリーフ専門・手話対応", "Grief specialist · sign language"), Tags: []TagProps{{Text: g.say("本人の希望", "Resident’s choice"), Tone: Info, Icon: "heart"}}, Values: []OfferValue{{View: Dots(5, 5, g.say("適合", "Fit")), Best: true}, best(g.say("11月30日", "30 Nov")), best("¥96,000"), best("1.2 km"), {Text: g.say("三浦 直子", "Naoko Miura"), Note: g.say("臨床心理士", "clinical psychologist")}}, Act: Act{Label: g.say("承認する", "Approve"), Kind: Primary, Post: "/x"}},
		{Title: g.say("こころケア港町", "Kokoro Care Minato"), Href: "#", Sub: g.say("心理相談全般", "General counselling"), Values: []OfferValue{{View: Dots(4, 5, g.say("適合", "Fit"))}, val(g.say("12月3日", "3 Dec")), val("¥104,000"), val("2.8 km"), val("")}, Act: Act{Label: g.say("承認する", "Approve"), Post: "/x"}},
		{Title: g.say("佐野オフィス", "Sano Office"), Href: "#", Sub: g.say("訪問可・夜間可", "Home visits · evenings"), Values: []OfferValue{{View: Dots(3, 5, g.say("適合", "Fit"))}, val(g.say("12月8日", "8 Dec")), val("¥118,000"), val("5.4 km"), val("")}, Act: Act{Label: g.say("承認する", "Approve"), Blocked: g.say("資格証の期限が切れています", "A credential has expired")}},
		{Title: g.say("港南クリニック", "Konan Clinic"), Sub: g.say("予約満了のため辞退", "Declined: fully booked"), Muted: true, Tags: []TagProps{{Text: g.say("辞退", "Declined")}}},
	}})
	money := Money(MoneyProps{Caption: g.say("支払請求の明細", "Lines of the payment request"), Columns: []string{g.say("内容", "For"), g.say("数量", "Units"), g.say("単価", "Rate"), g.say("金額", "Amount")}, Lines: []MoneyLine{{Label: g.say("11月24日 第4回", "24 Nov, session 4"), Note: "E-20377", Href: "#", Amounts: []string{"1", "¥6,000", "¥6,000"}}, {Label: g.say("無断欠席（契約分）", "No-show as agreed"), Amounts: []string{"1", "¥3,000", "¥3,000"}, Tone: Warn}, {Label: g.say("合計", "Total"), Amounts: []string{"2", "", "¥9,000"}, Total: true}}})
	docs := Documents([]Document{{Name: g.say("死亡診断書（写）.pdf", "Death certificate (copy).pdf"), Href: "#", Kind: "PDF", Size: "212 KB", Note: g.say("11月16日・本人", "16 Nov · resident"), Tag: TagProps{Text: g.say("確認済", "Accepted"), Tone: OK}, Acts: []Act{{Label: g.say("ダウンロード", "Download"), Icon: "download", IconOnly: true, Kind: Quiet, Href: "#"}}}, {Name: g.say("家賃証明", "Proof of rent"), Kind: g.say("未受領", "not received"), Tag: TagProps{Text: g.say("依頼中", "Requested"), Tone: Warn, Icon: "clock"}}})
	audit := Audit([]AuditLine{{Who: g.say("田中 恵", "Megumi Tanaka"), What: g.say("連絡先を変更", "changed contact points"), When: g.say("2時間前", "2 hours ago"), Exact: "2026-11-24T08:12:33+09:00", Where: g.say("ページ", "page"), Changes: []Change{{Field: g.say("電話", "Phone"), Old: "045-000-0001", New: "045-000-0000"}, {Field: g.say("FAX優先", "Fax first"), New: g.say("はい", "yes")}}}, {Who: g.say("石川 徹", "Toru Ishikawa"), What: g.say("ケースを開いた", "opened the case"), When: g.say("昨日", "yesterday"), Exact: "2026-11-23T17:40:02+09:00", Read: true, Why: g.say("スーパービジョン", "supervision")}})
	consent := templ.Join(Consent(ConsentProps{Statement: g.say("グリーフカウンセリングを受けるため、次の情報をみどりの相談室に渡します。", "To arrange grief counselling, the following is passed to Midori Counselling."), State: TagProps{Text: g.say("有効", "Given"), Tone: OK}, Facts: []Fact{{Label: g.say("渡す相手", "To"), Value: g.say("みどりの相談室", "Midori Counselling")}, {Label: g.say("期限", "Until"), Value: g.say("2027年3月31日", "31 March 2027")}}, Shared: []string{g.say("氏名・連絡先", "Name and contact"), g.say("手話通訳の希望", "Need for a sign interpreter")}, Withheld: []string{g.say("住所", "Address"), g.say("家族のこと", "Family members")}, Note: g.say("いつでも取り消せます。同意しなくても支援は受けられます。", "It can be withdrawn at any time. Help does not depend on it.")}),
		Signature(SignatureProps{SignedBy: g.say("丸山 修", "Osamu Maruyama"), SignedAt: g.say("2026年11月20日 14:05", "20 Nov 2026 14:05"), How: g.say("オンライン", "online")}),
		In(Form(FormProps{ID: "sign", Action: "/sign"}), Signature(SignatureProps{Prefix: "signature", Agreement: g.say("上の内容を読み、同意します。", "I have read this and agree.")}), FormActs(Act{Label: g.say("署名する", "Sign"), Kind: Primary})))
	page := g.desk(g.say("記録", "Records"), "records")
	page.Wide = true
	return page, templ.Join(Head(HeadProps{Title: g.say("承認要請を比べる", "Compare authorization requests"), Note: g.say("丸山 修さん・グリーフカウンセリング", "Osamu Maruyama · grief counselling")}), compare, In(Grid(),
		In(Card(CardProps{Title: g.say("同意", "Consent")}), In(Stack(), consent)),
		In(Card(CardProps{Title: g.say("書類", "Documents"), Count: 2}), docs),
		In(Card(CardProps{Title: g.say("履歴", "History")}), audit),
		In(Card(CardProps{Title: g.say("請求の明細", "Payment request"), Flush: true}), money),
		In(Card(CardProps{Title: g.say("基本情報", "Facts")}), Facts([]Fact{{Label: g.say("ケース番号", "Case number"), View: Copy("C-2026-01842")}, {Label: g.say("住所", "Address"), View: Reveal(g.say("秘匿中", "withheld"), "/reveal", g.say("表示する", "Show"))}, {Label: g.say("個人番号", "My Number"), Value: ""}, {Label: g.say("最終連絡", "Last contact"), View: When(g.say("2時間前", "2 hours ago"), "2026-11-24T08:12:33+09:00")}}))))
}

func (g gallery) merge() (Page, templ.Component) {
	return g.desk(g.say("変更を合わせる", "Merge changes"), "merge"), Merge(MergeProps{Title: g.say("変更を合わせる", "Put the changes together"), Who: g.say("石川 徹", "Toru Ishikawa"), When: "14:49", Form: FormProps{ID: "merge", Action: "/desk/people/x", Version: "5"}, Keep: url.Values{"note": {"…"}, "version": {"4"}}, Submit: g.say("選んだ内容で保存", "Save what I chose"), Cancel: "#", Fields: []MergeField{
		{Name: "phone", Label: g.say("電話", "Phone"), Before: "045-000-0001", Yours: "045-000-0000", Theirs: "090-0000-0000"},
		{Name: "birth_date", Label: g.say("生年月日", "Date of birth"), Yours: "1968-04-12", YoursText: g.say("昭和43年（1968）4月12日", "12 April 1968"), Theirs: "1968-04-21", TheirsText: g.say("昭和43年（1968）4月21日", "21 April 1968")},
	}})
}

func (g gallery) confirm() (Page, templ.Component) {
	return g.desk(g.say("確認", "Confirm"), "confirm"), In(Confirm(ConfirmProps{Title: g.say("このケースを無効にしますか", "Void this case?"), Text: g.say("誤って入力した記録として扱います。元には戻せません。", "It will be treated as entered in error. This cannot be undone."), Danger: true, Submit: g.say("無効にする", "Void it"), CancelHref: "#", Form: FormProps{ID: "void", Action: "/desk/cases/x/void", Version: "7"}, Facts: []Fact{{Label: g.say("ケース", "Case"), Value: "C-2026-01842"}, {Label: g.say("住民", "Resident"), Value: g.say("丸山 修", "Osamu Maruyama")}}}),
		TextArea(Field{Name: "reason", Label: g.say("理由", "Reason"), Required: true, Rows: 2}))
}

func (g gallery) fault() (Page, templ.Component) {
	return g.desk(g.say("見つかりません", "Not found"), "fault"), FaultPage(FaultProps{Err: fault.NotFound(), Ref: "7F3K-22", Acts: []Act{{Label: g.say("ホームへ", "Go home"), Kind: Primary, Href: "?page=home"}, {Label: g.say("検索する", "Search"), Href: "#"}}})
}

func (g gallery) question() (Page, templ.Component) {
	page := Page{Title: g.say("支援を探す", "Find help"), Audience: Public, Agency: g.say("みなと市", "Minato City"), QuickExit: "https://www.example.org/"}
	return page, templ.Join(In(Question(QuestionProps{Form: FormProps{ID: "q", Action: "/public/screen/2"}, Title: g.say("いま、どんなことで困っていますか。", "What do you need help with?"), Hint: g.say("あてはまるものをすべて選んでください。答えたくないときは飛ばせます。", "Choose all that apply. You may skip this."), At: 2, Of: 6, BackHref: "#", Later: Act{Label: g.say("あとで続ける", "Go on later"), Name: "later", Value: "1", Kind: Quiet}}),
		Checks(Field{Name: "needs", Label: g.say("困りごと", "Needs"), HideLabel: true}, []Option{{Value: "home", Label: g.say("住まい・家賃", "Home and rent"), Checked: true}, {Value: "food", Label: g.say("食事", "Food")}, {Value: "grief", Label: g.say("大切な人を亡くした", "I have lost someone close")}, {Value: "none", Label: g.say("答えたくない", "I would rather not say")}})),
		Answers([]Answer{{Question: g.say("お住まい", "Where you live"), Answer: g.say("みなと市", "Minato City"), ChangeHref: "#"}, {Question: g.say("お仕事", "Work"), ChangeHref: "#"}}))
}

func (g gallery) print() (Page, templ.Component) {
	page := g.desk(g.say("名簿", "Roster"), "print")
	return page, templ.Join(Head(HeadProps{Title: g.say("印刷用の名簿", "Printed roster")}), PrintButton(g.say("印刷する", "Print")), In(Card(CardProps{}), PrintHead(PrintHeadProps{Agency: g.say("みなと市 福祉総合支援課", "Minato City Social Support"), Title: g.say("グリーフケア・グループ 第4回", "Grief care group, session 4"), Sub: g.say("2026年（令和8年）11月24日 火曜日 14:00", "Tuesday 24 November 2026, 14:00"), Number: "S-0412", Stamps: []string{g.say("担当", "Worker"), g.say("係長", "Section"), g.say("課長", "Division")}}), Table(g.offerTable())))
}

func (g gallery) setup() (Page, templ.Component) {
	page := g.desk(g.say("設定", "Set-up"), "setup")
	page.Audience = Admin
	return page, templ.Join(Head(HeadProps{Title: g.say("プログラム", "Programs"), Acts: []Act{{Label: g.say("新しいプログラム", "New program"), Icon: "plus", Kind: Primary, Href: "#"}}}), In(Card(CardProps{Title: g.say("一覧", "List"), Flush: true}), Table(g.benefits())))
}
