package demo

import (
	"context"
	"fmt"
	"time"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

// arrivals begins with what comes in and leads to no case, and with what
// nobody has looked at yet.
func (m *maker) arrivals(ctx context.Context) {
	for i, x := range doors {
		start := calendar.Moment(m.day(-x.ago), 9+i%7, 3+i*5%55, calendar.Tokyo)
		m.begin(ctx, tale{fmt.Sprint("arrival ", i), min(start, m.present.Add(-time.Duration(5+i)*time.Minute)), func(t *teller) { x.tell(t, x.text) }})
	}
}

// arrived is one thing that came in, so many days ago.
type arrived struct {
	ago  int
	tell func(t *teller, p text.Pair)
	text text.Pair
}

var doors = []arrived{
	{330, answered1, both("介護保険の申請先を知りたい。", "Where to apply for care insurance.")},
	{301, noAction, both("公園で夜遅くまで話し声がする。", "People talk late into the night in the park.")},
	{275, elsewhere, both("年金の受け取りについて相談したい。", "A question about a pension.")},
	{248, answered1, both("母の物忘れについて、どこに相談すればよいか。", "Whom to ask about my mother’s memory.")},
	{222, sentBack, both("生活費が足りないので申し込みます。", "I apply because money does not last the month.")},
	{196, screened, both("隣の家の犬がうるさい。", "The neighbour’s dog is loud.")},
	{171, answered1, both("日本語教室の場所を教えてほしい。", "Where Japanese classes are held.")},
	{149, declined, both("入浴の介助を依頼します。", "Please help with bathing.")},
	{117, handedOn, both("ごみの分別がわからず、近所ともめている。", "Quarrels with neighbours over sorting the rubbish.")},
	{83, answered1, both("学習教室は中学生も使えるか。", "Whether the study room is open to pupils of twelve and over.")},
	{51, withdrawn, both("家賃の支援を申し込みます。", "I apply for help with the rent.")},
	{33, elsewhere, both("労働条件について相談したい。", "A question about conditions at work.")},
	{19, handedOn, both("息子の就職について、家族会を知りたい。", "A group for parents of adults who cannot find work.")},

	{9, returned, both("給付を申し込みます。", "I apply for support.")},
	{6, inReview, both("会社が倒産し、来月の家賃が払えません。", "My employer went bankrupt and I cannot pay next month’s rent.")},
	{5, proposedOut, both("共用廊下に荷物が置かれている。", "Things are left in the shared corridor.")},
	{4, reviewed, both("高齢の姉妹の家の雨戸が1週間閉まったままです。", "The shutters of two elderly sisters have been closed for a week.")},
	{4, turned, both("上の階の赤ちゃんが一日中泣いている。親の姿を見ない。", "The baby upstairs cries all day and the parents are not to be seen.")},
	{3, referred(false), both("一人暮らしの通院患者。服薬の見守りをお願いしたい。", "Lives alone; please watch over the medicine.")},
	{3, open, both("父の介護で仕事を休みがち。使える制度を知りたい。", "Often off work to care for father; what help is there?")},
	{2, submitted, both("離職したため申し込みます。", "I apply because I lost my work.")},
	{2, danger, both("昨夜、隣室から女性の叫び声と物が割れる音がした。", "Last night a woman screamed next door and something broke.")},
	{1, open, both("外国籍の知人。子どもの就学手続きがわからない。", "A foreign friend does not know how to enrol a child at school.")},
	{1, claimed, both("夫の暴言がつらい。家を出る方法を知りたい。", "My husband’s words hurt; how could I leave?")},
	{1, referred(true), both("明日退院。自宅の段差と食事に不安があります。", "Leaves hospital tomorrow; steps at home and meals are a worry.")},
	{1, submitted, both("母子家庭で、家賃の更新料が払えません。", "A single mother; cannot pay to renew the rent contract.")},
	{0, open, both("水道を止める通知が来た。", "A notice came that the water will be cut off.")},
	{0, concern, both("毎朝、同じ服の男の子が一人で公園にいる。", "A boy in the same clothes is alone in the park every morning.")},
	{5, byLink, both("母子で来日したばかり。学校と住まいの手続きを手伝ってほしい。", "A mother and children who have just arrived; help with school and housing.")},
}

// inquiry takes something down at the intake desk.
func (t *teller) inquiry(p text.Pair) intake.Inquiry {
	return try(t.srv.Rooms.Intake.ReceiveInquiry(t.ctx, t.actor("morita"), intake.InquiryInput{Channel: one(t, []string{"phone", "counter", "mail"}),
		Body: t.say(p), Caller: t.say(one(t, callers)), Contact: fmt.Sprintf("045-0%02d-%04d", t.r.IntN(100), t.r.IntN(10000))}))
}

var callers = []text.Pair{both("匿名希望", "Anonymous"), both("野村", "Nomura"), both("三橋", "Mitsuhashi"), both("民生委員 大西", "Onishi, welfare commissioner"), both("本間", "Homma")}

func open(t *teller, p text.Pair) { t.inquiry(p) }

func answered1(t *teller, p text.Pair) {
	x := t.inquiry(p)
	t.later(1)
	try(t.srv.Rooms.Intake.AnswerInquiry(t.ctx, t.actor("morita"), x.ID, intake.AnswerInput{Version: x.Version,
		Answer: t.say(both("窓口と必要な書類を案内した。", "Explained where to go and which papers to bring."))}))
}

func handedOn(t *teller, p text.Pair) {
	x := t.inquiry(p)
	t.later(1)
	try(t.srv.Rooms.Intake.AnswerInquiry(t.ctx, t.actor("morita"), x.ID, intake.AnswerInput{Version: x.Version, HandedTo: t.say(both("地域包括支援センター", "Community care centre")),
		FollowUpOn: t.today().AddDays(30), Answer: t.say(both("担当者に電話でつないだ。", "Handed on by telephone."))}))
	t.later(29)
	try(t.srv.Rooms.Intake.FollowUp(t.ctx, t.actor("morita"), x.ID, intake.AnswerInput{Version: x.Version + 1,
		Answer: t.say(both("本人から、通い始めたと連絡があった。", "They rang to say that they go there now."))}))
}

// given gives something that came in to one of the staff.
func (t *teller) given(to, kind string, id db.ID, version int64) int64 {
	done := try(t.srv.Rooms.Intake.Assign(t.ctx, t.actor("morita"), intake.AssignInput{Items: []intake.Chosen{{Kind: kind, ID: id, Version: version}}, Owner: t.actor(to).ID}))
	return done.Done[0].Version
}

// turned is an inquiry that was led on to a complaint, which was responded to
// in time and reported to the child guidance centre.
func turned(t *teller, p text.Pair) {
	x := t.inquiry(p)
	c := t.complaint(p, intake.ComplaintInput{Allegations: []string{"neglect"}, Child: true, Channel: "phone", Kind: "child_family", Discretion: "confidential",
		Reporter: intake.Reporter{Name: x.Caller, Contact: x.Contact}, Origin: intake.Origin{Inquiry: x.ID, InquiryVersion: x.Version}})
	version := t.given("kobayashi", intake.KindComplaint, c.ID, c.Version)
	t.later(1)
	room, by := t.srv.Rooms.Intake, t.actor("kobayashi")
	version = try(room.ComplaintStep(t.ctx, by, c.ID, "review", intake.AnswerInput{Version: version})).Version
	version = try(room.ComplaintStep(t.ctx, by, c.ID, "respond", intake.AnswerInput{Version: version,
		Answer: t.say(both("訪問し、子どもの無事を目で確かめた。", "Visited and saw with own eyes that the child is safe."))})).Version
	try(room.MakeReport(t.ctx, by, c.ID, intake.ReportInput{Version: version, Authority: t.say(both("中央児童相談所", "Central child guidance centre")),
		Told:   t.say(both("訪問の結果と、これからの見守りの予定を伝えた。", "What the visit found, and how the family is watched over from now on.")),
		Fields: []string{"name", "address"}, Basis: "law", Provision: t.say(both("児童福祉法 第25条", "Child Welfare Act, article 25"))}))
}

// claimed is an inquiry that a caseworker took on.
func claimed(t *teller, p text.Pair) {
	x := t.inquiry(p)
	t.given("tanaka", intake.KindInquiry, x.ID, x.Version)
}

func (t *teller) complaint(p text.Pair, in intake.ComplaintInput) intake.Submitted {
	in.Body = t.say(p)
	if in.Discretion == "" {
		in.Discretion = "anonymous"
	}
	by := access.Nobody()
	if in.Channel != "" { // taken down at the desk
		by = t.actor("morita")
	}
	return try(t.srv.Rooms.Intake.SubmitComplaint(t.ctx, by, in))
}

// handle takes steps on a complaint, a day each.
func (t *teller) handle(x intake.Submitted, in intake.AnswerInput, steps ...string) {
	version := x.Version
	for _, s := range steps {
		t.later(1)
		in.Version = version
		by := t.actor("morita")
		if s == "screen_out" {
			by = t.actor("ishikawa")
		}
		version = try(t.srv.Rooms.Intake.ComplaintStep(t.ctx, by, x.ID, s, in)).Version
	}
}

func noAction(t *teller, p text.Pair) {
	t.handle(t.complaint(p, intake.ComplaintInput{Allegations: []string{"other"}}),
		intake.AnswerInput{Answer: t.say(both("現地を確認した。支援の必要な人はいなかった。", "Went to see; nobody there needs help."))}, "review", "no_action")
}

func screened(t *teller, p text.Pair) {
	t.handle(t.complaint(p, intake.ComplaintInput{Allegations: []string{"service"}, Channel: "phone"}),
		intake.AnswerInput{Reason: t.say(both("所管外のため", "Not for this agency")), Answer: t.say(both("保健所に案内した。", "Pointed to the health centre."))}, "review", "propose_screening_out", "screen_out")
}

func proposedOut(t *teller, p text.Pair) {
	t.handle(t.complaint(p, intake.ComplaintInput{Allegations: []string{"other"}, Channel: "phone"}), intake.AnswerInput{Reason: t.say(both("管理会社の所管のため", "For the building’s manager"))},
		"review", "propose_screening_out")
}

func reviewed(t *teller, p text.Pair) {
	t.handle(t.complaint(p, intake.ComplaintInput{Allegations: []string{"self_neglect"}, Frail: true, Address: t.say(both("みなと市大岡2-8", "2-8 Ooka, Minato City"))}), intake.AnswerInput{}, "review")
}

func danger(t *teller, p text.Pair) {
	t.complaint(p, intake.ComplaintInput{Allegations: []string{"violence"}, InDanger: true, Discretion: "confidential",
		Reporter: intake.Reporter{Name: t.say(both("平山 芳江", "Yoshie Hirayama")), Contact: "090-0555-0101", Relation: t.say(both("隣人", "Neighbour"))}, Kind: "violence_legal"})
}

func concern(t *teller, p text.Pair) {
	t.complaint(p, intake.ComplaintInput{Allegations: []string{"neglect"}, Child: true, Kind: "child_family"})
}

func (t *teller) inbound(p text.Pair, urgent bool) intake.InboundReferral {
	family := one(t, []string{"相沢", "若林", "野々村", "樋口"})
	return try(t.srv.Rooms.Intake.ReceiveReferral(t.ctx, t.actor("morita"), intake.InboundInput{Source: t.say(one(t, senders)), Channel: one(t, []string{"fax", "letter"}),
		Client: family + " " + one(t, []string{"和夫", "文江", "久美"}), ClientBirth: calendar.Date(fmt.Sprintf("19%d-0%d-1%d", 40+t.r.IntN(40), 1+t.r.IntN(9), t.r.IntN(9))),
		Need: t.say(p), Urgent: urgent, Kind: "health", ContactPerson: t.say(both("相談員 大森", "Omori, social worker")), SourcePhone: "045-000-7310",
		Agreed: "yes", TellBack: "outcome"}))
}

var senders = []text.Pair{both("港南クリニック", "Konan Clinic"), both("みなと中央病院 医療相談室", "Minato Central Hospital, social work"), both("社会福祉協議会", "Council of social welfare")}

func referred(urgent bool) func(t *teller, p text.Pair) {
	return func(t *teller, p text.Pair) { t.inbound(p, urgent) }
}

// byLink is what a partner sends by a link, of somebody who speaks no Japanese.
func byLink(t *teller, p text.Pair) {
	room := t.srv.Rooms.Intake
	link := try(room.MakeLink(t.ctx, t.actor("morita"), intake.LinkInput{Source: t.say(both("みなと国際交流センター", "Minato International Centre")),
		ContactPerson: t.say(both("リー 美玲", "Meiling Lee")), SourceEmail: "soudan@minato-kokusai.example", Days: 14}))
	t.later(1)
	x := try(room.SendByLink(t.ctx, link.Secret, intake.InboundInput{Client: "Maria Santos", ClientBirth: "1988-07-14", ClientPhone: "080-0000-4471", ClientLanguage: "tl",
		Household: t.say(both("小学生の子ども2人", "Two children at primary school")), Need: t.say(p), Kind: "child_family", Agreed: "yes", TellBack: "all",
		ContactPerson: link.ContactPerson, SourceEmail: link.SourceEmail, Reference: "MIC-2207"}, intake.Papers{}))
	t.later(1)
	try(room.ReferralStep(t.ctx, t.actor("morita"), x.ID, "review", intake.InboundAnswer{Version: x.Version}))
	try(room.MakeLink(t.ctx, t.actor("morita"), intake.LinkInput{Source: t.say(both("港南クリニック", "Konan Clinic")), Days: 30}))
}

func declined(t *teller, p text.Pair) {
	x := t.inbound(p, false)
	t.later(2)
	try(t.srv.Rooms.Intake.ReferralStep(t.ctx, t.actor("morita"), x.ID, "decline", intake.InboundAnswer{Version: x.Version, Grounds: "out_of_area",
		Answer: t.say(both("市外にお住まいのため、お住まいの市の窓口を案内しました。", "Lives outside the city; named the office there."))}))
}

func elsewhere(t *teller, p text.Pair) {
	x := t.inbound(p, false)
	t.later(2)
	try(t.srv.Rooms.Intake.ReferralStep(t.ctx, t.actor("morita"), x.ID, "send_elsewhere", intake.InboundAnswer{Version: x.Version, Grounds: "not_for_us",
		HandedTo: t.say(both("年金事務所", "Pension office")), Answer: t.say(both("担当の窓口につなぎました。", "Handed on to the office in charge."))}))
}

// wife applies together with her husband, for help of her own.
func wife(t *teller, family string) (intake.HouseholdMember, intake.ItemInput) {
	return intake.HouseholdMember{Key: "wife", Name: family + " 彩", Relation: "spouse", BirthDate: "1984-07-19", Applies: true},
		intake.ItemInput{Program: t.programs["employment"], Benefit: t.benefits["job_coaching"], Applicant: "wife"}
}

// applies is an application, by some together with those who live with them.
func (t *teller) applies(p text.Pair, together ...func(t *teller, family string) (intake.HouseholdMember, intake.ItemInput)) intake.Submitted {
	name := applicants[t.applied%len(applicants)]
	t.applied++
	items, household := []intake.ItemInput{{Program: t.programs["housing_security"], Benefit: t.benefits["rent_support"]}}, []intake.HouseholdMember{}
	for _, who := range together {
		member, item := who(t, name[0])
		household, items = append(household, member), append(items, item)
	}
	return try(t.srv.Rooms.Intake.Apply(t.ctx, access.Nobody(), intake.ApplicationInput{Channel: "online", Kind: "housing", Statement: t.say(p),
		Applicant: intake.Applicant{Family: name[0], Given: name[1], FamilyKana: name[2], GivenKana: name[3], BirthDate: calendar.Date(fmt.Sprintf("19%d-0%d-0%d", 62+t.r.IntN(35), 1+t.r.IntN(9), 1+t.r.IntN(9))),
			Phone: fmt.Sprintf("080-0%03d-%04d", t.r.IntN(1000), t.r.IntN(10000))},
		Incomes:   []intake.Income{{Detail: t.say(both("給与", "Wages")), Amount: ledger.Yen(int64(40+t.r.IntN(80)) * 1000), Period: "month"}},
		Household: household, Items: items}))
}

var applicants = [][4]string{{"柴崎", "悠人", "シバサキ", "ユウト"}, {"荒川", "真紀", "アラカワ", "マキ"}, {"梶原", "誠司", "カジワラ", "セイジ"}, {"宇野", "千尋", "ウノ", "チヒロ"},
	{"真鍋", "隆", "マナベ", "タカシ"}, {"花房", "美里", "ハナブサ", "ミサト"}, {"尾関", "亮介", "オゼキ", "リョウスケ"}}

func submitted(t *teller, p text.Pair) { t.applies(p) }

func inReview(t *teller, p text.Pair) {
	x := t.applies(p, wife)
	t.later(1)
	version := try(t.srv.Rooms.Intake.ApplicationStep(t.ctx, t.actor("morita"), x.ID, "review", intake.AnswerInput{Version: x.Version})).Version
	t.given("morita", intake.KindApplication, x.ID, version)
}

func returned(t *teller, p text.Pair) { t.sendBack(p) }

func (t *teller) sendBack(p text.Pair) intake.Application {
	x := t.applies(p)
	t.later(1)
	version := try(t.srv.Rooms.Intake.ApplicationStep(t.ctx, t.actor("morita"), x.ID, "review", intake.AnswerInput{Version: x.Version})).Version
	return try(t.srv.Rooms.Intake.ApplicationStep(t.ctx, t.actor("morita"), x.ID, "return", intake.AnswerInput{Version: version,
		Answer: t.say(both("通帳の写しが2か月分足りません。", "Two months of the bank book are missing."))}))
}

func sentBack(t *teller, p text.Pair) {
	x := t.sendBack(p)
	t.later(14)
	try(t.srv.Rooms.Intake.ApplicationStep(t.ctx, t.actor("morita"), x.ID, "withdraw", intake.AnswerInput{Version: x.Version}))
}

func withdrawn(t *teller, p text.Pair) {
	x := t.applies(p)
	t.later(3)
	try(t.srv.Rooms.Intake.ApplicationStep(t.ctx, t.actor("morita"), x.ID, "withdraw", intake.AnswerInput{Version: x.Version}))
}

// chores are what the program does by itself of a morning.
func (m *maker) chores(ctx context.Context) {
	m.begin(ctx, tale{"chores", calendar.Moment(m.day(1-yearDays), 6, 0, calendar.Tokyo), func(t *teller) {
		for {
			must(m.srv.Rooms.CarePlans.WatchReviews(t.ctx))
			try(m.srv.Rooms.Referrals.Expire(t.ctx))
			t.at(t.today().AddDays(2), 6, 0)
		}
	}})
}
