package demo

import (
	"kizuna/internal/generate"
	"kizuna/internal/ground/text"
)

// said is a note of a caseworker.
type said struct {
	channel string
	minutes int64
	what    text.Pair
	next    text.Pair
	missed  bool // nobody could be spoken to
	private bool // for the owner and the case team
}

func note(channel string, minutes int64, ja, en string) said {
	return said{channel: channel, minutes: minutes, what: both(ja, en)}
}

func (s said) then(ja, en string) said {
	s.next = both(ja, en)
	return s
}

func missed(channel string, ja, en string) said {
	s := note(channel, 5, ja, en)
	s.missed = true
	return s
}

func private(s said) said {
	s.private = true
	return s
}

// need is what an assessment finds.
type need struct {
	kind, severity string
	detail         text.Pair
}

// plot is a kind of trouble, and how the agency usually helps with it.
type plot struct {
	kind, risk string
	title      text.Pair
	head       func(age, others int) bool // whom it happens to
	door       string                     // how they come in: inquiry, inbound_referral, application or complaint
	source     text.Pair                  // who sends them
	asks       text.Pair                  // what is said at the door
	answers    map[string]any             // to the assessment
	wish       text.Pair
	needs      []need
	template   string   // of the plan
	benefit    string   // for which providers are asked
	asked      []string // the providers
	title2     text.Pair
	first      []said // the first contact
	visit      []said // the assessment
	months     []said // each month after
	reviews    []text.Pair
	last       said
	paper      text.Pair // a document that is asked for
}

func answered(late, lost string, sleep, bereaved, support string, wish text.Pair) map[string]any {
	out := map[string]any{"rent_late": late, "income_lost": lost, "sleep": sleep, "bereaved": bereaved, "support": support, "wish": wish}
	if late == "true" {
		out["rent_months"] = "2"
	}
	return out
}

var plots = map[string]*plot{
	"home": {
		kind: "older_resident", risk: "low", title: both("高齢者在宅支援", "Help for an older resident at home"),
		head: func(age, others int) bool { return age >= 74 && others == 0 },
		door: "inquiry", source: both("民生委員 大西", "Onishi, welfare commissioner"),
		asks:    both("回覧板が止まっているので訪ねたところ、食事を作るのがつらいと話していた。", "The circular had stopped at her door; she says that cooking has become hard."),
		answers: answered("false", "false", "some", "false", "2", both("この家で暮らし続けたい。", "To go on living in this house.")),
		wish:    both("住み慣れた家で、できることは自分でしながら暮らしたい。", "To stay in the home I know and do what I still can myself."),
		needs: []need{{"food", "medium", both("夕食を作れない日がある", "Some days there is no evening meal")},
			{"isolation", "low", both("話し相手が週に1人いない", "Nobody to talk to for days")}},
		template: "living_alone", benefit: "home_help", asked: []string{"himawari", "p00", "p34"}, title2: both("掃除と買い物の手伝い（週1回）", "Cleaning and shopping, once a week"),
		first: []said{
			note("phone", 15, "民生委員からの連絡を受けて電話。訪問を希望された。", "Called after the welfare commissioner wrote; a visit is welcome.").then("今週中に訪問する", "Visit this week"),
			note("phone", 10, "耳が遠く電話では話が続かない。訪問で伺うことにした。", "Hard of hearing on the telephone; agreed to visit instead."),
		},
		visit: []said{
			note("visit", 60, "自宅を訪問。冷蔵庫に食材が少なく、夕食はパンで済ませる日が多い。足腰の痛みで掃除が滞っている。", "Visited. Little in the fridge and bread for supper most days. Sore legs; the cleaning is left undone."),
			note("visit", 50, "長女同席で面談。服薬は自分でできている。火の消し忘れが月に1度ほどある。", "Met with her daughter present. Takes the medicine alone; the stove was left on about once a month."),
		},
		months: []said{
			note("visit", 30, "ヘルパーの訪問が定着した。台所がきれいに保たれている。", "The helper’s visits have settled in; the kitchen is kept clean."),
			note("phone", 10, "体調の変化はない。配食の味にも慣れたとのこと。", "No change in health; has come to like the delivered meals."),
			note("visit", 40, "サロンに3回参加した。次回は編み物を持っていくと話す。", "Went to the salon three times; will bring knitting next time."),
			missed("phone", "2度電話したが出なかった。翌日ヘルパーから通院中だったと聞いた。", "Called twice without an answer; the helper later said it was a clinic day."),
			note("meeting", 45, "ひまわり訪問介護と情報交換。入浴の見守りを増やすか相談した。", "Met with Himawari Home Care about more help at bath time.").then("本人の希望を確認する", "Ask what she wishes"),
			note("visit", 30, "暑さで食が細い。水分をとる工夫を一緒に考えた。", "Eating little in the heat; worked out ways to drink more."),
			note("phone", 10, "転倒はない。手すりの取り付けを待っている。", "No falls; waiting for the handrail."),
		},
		reviews: []text.Pair{both("夕食は週6回とれている。サロンは月2回。目標どおり続ける。", "Six evening meals a week, the salon twice a month. Go on as planned."),
			both("家事援助で室内が整い、転倒の心配が減った。", "With help in the house it is tidy and a fall less likely."),
			both("冬の外出が減ったため、サロンの送迎を相談する。", "Goes out less in the cold; ask about a ride to the salon.")},
		last:  note("visit", 30, "家事援助と配食で生活が安定した。地域の見守りに引き継いで終結とする。", "Meals and help have made life steady. Closed and handed to the neighbourhood watch."),
		paper: both("介護保険被保険者証の写し", "Copy of the care insurance card"),
	},
	"job": {
		kind: "employment", risk: "medium", title: both("就労支援", "Help to find work"),
		head: func(age, _ int) bool { return age >= 28 && age <= 56 },
		door: "inquiry", source: both("本人", "The resident"),
		asks:    both("契約が切れて3か月。仕事を探しているが面接で落ち続けている。", "The contract ended three months ago and every interview since has failed."),
		answers: answered("false", "true", "some", "false", "3", both("自分に合う仕事を見つけたい。", "To find work that suits me.")),
		wish:    both("無理なく続けられる仕事に就きたい。", "Work that I can keep up."),
		needs: []need{{"employment", "medium", both("離職して3か月たつ", "Out of work for three months")},
			{"income", "medium", both("貯金が残り2か月分", "Savings for two more months")}},
		template: "job_start", benefit: "job_coaching", asked: []string{"p01", "p11"}, title2: both("応募と面接の練習", "Practice for applications and interviews"),
		first: []said{
			note("counter", 40, "窓口で面談。職歴を一緒に振り返った。", "Met at the counter and went through past work together."),
			note("phone", 20, "電話で状況を確認。失業給付は来月で終わる。", "Called: unemployment benefit ends next month.").then("給付の終了日を確認する", "Check the last day of the benefit"),
		},
		visit: []said{
			note("counter", 60, "生活課題のアセスメントを行った。朝起きられない日が続いている。", "Went through the assessment; getting up in the morning has become hard."),
			note("meeting", 60, "アセスメント面談。人前で話すことに強い不安がある。", "Assessment: very anxious about speaking in front of people."),
		},
		months: []said{
			note("phone", 15, "職業訓練の説明会に参加した。", "Went to the information day on job training."),
			note("counter", 30, "応募書類を一緒に見直した。今週2社に送る。", "Went over the application papers; two go out this week."),
			missed("phone", "約束の時間に来られず、電話もつながらなかった。", "Did not come at the agreed hour, and the telephone went unanswered."),
			note("counter", 30, "面接の練習を行った。声が前より出るようになった。", "Practised interviews; speaks up more than before."),
			note("phone", 10, "食品工場の面接を受けた。結果待ち。", "Interviewed at a food factory; waiting to hear."),
			note("meeting", 30, "職場見学に同行した。本人は作業の静けさが合うと話す。", "Went along to see a workplace; the quiet of the work suits.").then("体験就労の日程を調整する", "Fix the days of a trial"),
			note("phone", 15, "就職して1か月。休まず出勤している。", "A month in the new job without a day missed."),
		},
		reviews: []text.Pair{both("週2回の外出が続いている。応募は1社。", "Out twice a week, one application."),
			both("3社に応募し1社で面接まで進んだ。", "Three applications and one interview."),
			both("就職が決まった。定着まで月1回連絡する。", "Found work. A call each month until it is settled.")},
		last:  note("phone", 15, "就職して3か月。職場に相談相手もでき、支援を終えることで合意した。", "Three months in work with somebody to turn to there; agreed to end the help."),
		paper: both("雇用保険受給資格者証の写し", "Copy of the unemployment benefit certificate"),
	},
	"youth": {
		kind: "employment", risk: "", title: both("若者自立支援", "Help for a young adult"),
		head: func(age, others int) bool { return age >= 18 && age <= 27 && others <= 1 },
		door: "inbound_referral", source: both("県立みなと高校 進路指導室", "Minato High School, careers office"),
		asks:    both("卒業後、進学も就職もせず自宅にいる。本人は話を聞いてほしいと言っている。", "At home since leaving school, neither studying nor working. Would like to talk to somebody."),
		answers: answered("false", "false", "poor", "false", "1", both("外に出る練習から始めたい。", "To begin with going outside.")),
		wish:    both("一人で電車に乗れるようになりたい。", "To be able to take the train alone."),
		needs: []need{{"mental_health", "medium", both("昼夜が逆転している", "Awake at night and asleep by day")},
			{"employment", "low", both("働いた経験がない", "Has never worked")}},
		template: "job_start", benefit: "job_coaching", asked: []string{"p01"}, title2: both("外出と仕事体験の練習", "Practice in going out and trying work"),
		first: []said{note("phone", 20, "母と電話で話した。本人は夕方なら話せるとのこと。", "Spoke to the mother; evenings are best."),
			missed("visit", "約束の日に訪問したが会えなかった。手紙を置いてきた。", "Called on the agreed day without being let in; left a letter.")},
		visit: []said{note("visit", 45, "自室の前で10分ほど話せた。好きなゲームの話をした。", "Talked for ten minutes at the door of the room, about a favourite game."),
			note("visit", 60, "玄関で本人と面談。外に出る練習から始めることにした。", "Met at the front door; agreed to begin with going outside.")},
		months: []said{
			note("visit", 30, "近くの公園まで一緒に歩いた。", "Walked together to the park nearby."),
			note("online", 15, "チャットで近況を聞いた。昼に起きられた日が4日あった。", "Chatted online: up before noon on four days."),
			note("meeting", 40, "就労支援センターを見学した。挨拶ができた。", "Saw the job support centre; managed to say hello."),
			note("visit", 20, "図書館の本の整理を手伝い始めた。", "Has begun to help sorting books at the library."),
			note("phone", 10, "母から、食卓に出てくるようになったと聞いた。", "The mother says that they now come to the table for meals."),
		},
		reviews: []text.Pair{both("週1回の外出が定着した。", "Goes out once a week now."), both("体験就労に3日参加できた。", "Took part in three days of trial work.")},
		last:    note("meeting", 40, "定時制高校に通い始めた。学校の相談員に引き継いだ。", "Has begun evening school; handed over to the counsellor there."),
		paper:   both("在籍証明書", "Proof of enrolment at school"),
	},
	"rent": {
		kind: "housing", risk: "medium", title: both("住まいの支援", "Help with housing"),
		head: func(age, others int) bool { return age >= 25 && age <= 66 && others <= 2 },
		door: "application", source: both("本人", "The resident"),
		asks:    both("勤め先の閉店で収入がなくなり、家賃が払えません。", "My workplace closed. I have no income and cannot pay the rent."),
		answers: answered("true", "true", "some", "false", "2", both("今の部屋を出たくない。", "Not to lose this flat.")),
		wish:    both("今の部屋に住みながら仕事を探したい。", "To look for work while staying in this flat."),
		needs: []need{{"housing", "high", both("家賃の滞納が2か月ある", "Two months of rent overdue")},
			{"income", "medium", both("収入がなくなった", "Lost all income")}},
		template: "secure_home",
		first: []said{note("counter", 40, "窓口で申込みの内容を確認。退去の通告はまだない。", "Went through the application at the counter; no notice to leave yet.").then("家賃の証明を受け取る", "Receive the proof of rent"),
			note("phone", 15, "電話で収入の状況を確認した。通帳の写しを頼んだ。", "Called about income and asked for a copy of the bank book.")},
		visit: []said{note("visit", 50, "自宅を訪問。滞納は2か月。大家は待つと言っている。", "Visited. Two months overdue; the landlord is willing to wait."),
			note("counter", 60, "家計を一緒に書き出した。固定費の見直しができそう。", "Wrote down the household’s money together; some bills can be cut.")},
		months: []said{
			note("phone", 10, "給付金が大家に振り込まれたことを確認した。", "Confirmed that the support reached the landlord."),
			note("counter", 30, "求職活動の報告を受けた。月2回の相談を続けている。", "Reported on the search for work; two consultations a month go on."),
			note("phone", 15, "短時間の仕事が決まった。来月から収入がある。", "Found part-time work; income from next month."),
			note("visit", 30, "大家と3者で話し、滞納分を月1万円ずつ返すことになった。", "Agreed with the landlord to pay back 10,000 yen a month."),
			note("phone", 10, "家計簿を見せてもらった。食費が落ち着いた。", "Looked at the household book: food costs have settled."),
		},
		reviews: []text.Pair{both("滞納が1か月分に減った。", "One month overdue instead of two."), both("給付は終わり、家賃を自分で払えている。", "The support has ended, and the rent is paid without it.")},
		last:    note("phone", 15, "滞納がなくなった。収入も安定し、支援を終える。", "Nothing is overdue any more and income is steady; the help ends."),
		paper:   both("賃貸借契約書の写し", "Copy of the rental contract"),
	},
	"debt": {
		kind: "financial", risk: "medium", title: both("生活困窮者支援", "Help in financial hardship"),
		head: func(age, others int) bool { return age >= 45 && age <= 70 && others <= 1 },
		door: "application", source: both("本人", "The resident"),
		asks:    both("カードの返済が重なり、生活費が足りません。", "Card debts have piled up and nothing is left to live on."),
		answers: answered("false", "true", "poor", "false", "1", both("借金を整理して落ち着いて暮らしたい。", "To sort out the debts and live in peace.")),
		wish:    both("毎月の返済を減らし、食費を残したい。", "Lower repayments, so that there is money for food."),
		needs: []need{{"debt", "high", both("3社に借入れがある", "Owes money to three lenders")},
			{"legal", "medium", both("債務整理の相談が必要", "Needs advice on the debts")}},
		template: "secure_home",
		first: []said{note("counter", 45, "借入先と残高を一緒に一覧にした。", "Listed the lenders and what is owed."),
			note("phone", 15, "法律相談の予約を案内した。", "Explained how to book legal advice.").then("法律相談の日を確認する", "Check the day of the legal advice")},
		visit: []said{note("counter", 60, "アセスメント面談。督促の電話で眠れない。", "Assessment: cannot sleep for the calls of lenders."),
			note("counter", 50, "家計の見直しを行った。給付の要件を説明した。", "Went over the budget and explained who may have the support.")},
		months: []said{
			note("phone", 10, "法律相談に行けた。弁護士が受任通知を出した。", "Went to the lawyer, who has written to the lenders."),
			note("counter", 30, "督促が止まり、眠れるようになった。", "The calls have stopped, and sleep is back."),
			note("phone", 10, "フードバンクの利用を案内した。", "Told about the food bank."),
			note("counter", 30, "家計簿を3週間続けられた。", "Has kept the household book for three weeks."),
		},
		reviews: []text.Pair{both("返済額が月3万円減った。", "Repayments are 30,000 yen a month lower."), both("赤字の月がなくなった。", "No more months in the red.")},
		last:    note("counter", 30, "任意整理がまとまり、返済計画どおりに進んでいる。終結で合意。", "The debts are settled and repaid as planned; agreed to close."),
		paper:   both("預金通帳の写し（3か月分）", "Bank book of the last three months"),
	},
	"parent": {
		kind: "child_family", risk: "medium", title: both("ひとり親支援", "Help for a single parent"),
		head: func(age, others int) bool { return age <= 48 && others >= 1 && others <= 3 },
		door: "inquiry", source: both("みなと第二保育園", "Minato Second Nursery"),
		asks:    both("仕事を掛け持ちしていて、子どもの迎えに間に合わない日がある。", "Works two jobs and cannot always be there when the nursery closes."),
		answers: answered("false", "false", "some", "false", "1", both("子どもと夕食を一緒に食べたい。", "To have supper with my children.")),
		wish:    both("子どもと過ごす時間を増やしたい。", "More time with the children."),
		needs: []need{{"child", "medium", both("夜に子どもだけの時間がある", "The children are alone in the evening")},
			{"income", "low", both("養育費が途絶えている", "Maintenance is no longer paid")}},
		template: "family", benefit: "home_help", asked: []string{"himawari", "p04"}, title2: both("夕方の家事の手伝い（週1回）", "Help in the house one evening a week"),
		first: []said{note("phone", 20, "昼休みに電話で話した。子どもの発熱で仕事を休めず困っている。", "Spoke in the lunch break: no day off when a child is ill."),
			note("counter", 40, "児童扶養手当の手続きを一緒に確認した。", "Went through the child allowance together.")},
		visit: []said{note("visit", 60, "夕方に訪問。子どもはよく話してくれる。家事に手が回っていない。", "Visited in the evening. The children talk freely; the housework is too much."),
			note("counter", 60, "アセスメント面談。頼れる親族が近くにいない。", "Assessment: no relatives nearby to rely on.")},
		months: []said{
			note("phone", 10, "家事援助が始まり、夕食を一緒に食べられている。", "With help in the house they eat supper together."),
			note("meeting", 45, "学校の担任と面談。遅刻が減ったとのこと。", "Met the teacher: late less often."),
			note("visit", 40, "長男が学習教室に通い始めた。", "The elder son has begun to go to the study room."),
			note("phone", 15, "ファミリーサポートの登録が済んだ。", "Registered with the family support scheme."),
			note("counter", 30, "養育費の相談で法律相談につないだ。", "Helped to see a lawyer about the maintenance."),
		},
		reviews: []text.Pair{both("欠席が月1日に減った。", "One day missed in the month."), both("保護者の休める時間が週3時間できた。", "Three hours of rest a week for the parent.")},
		last:    note("visit", 30, "日勤の仕事に変わり、生活が落ち着いた。終結で合意した。", "A day job has made life calmer; agreed to close."),
		paper:   both("戸籍全部事項証明書", "Family register"),
	},
	"child": {
		kind: "child_family", risk: "high", title: both("子ども家庭支援", "Help for a family"),
		head: func(age, others int) bool { return age <= 52 && others >= 2 },
		door: "complaint", source: both("近隣住民", "A neighbour"),
		asks:    both("夜遅くまで子どもの泣き声が聞こえる日が続いています。", "Children can be heard crying late at night, day after day."),
		answers: answered("true", "false", "poor", "false", "1", both("怒鳴らずに子育てしたい。", "To bring up the children without shouting.")),
		wish:    both("家族が安心して眠れる家にしたい。", "A home in which everybody sleeps soundly."),
		needs: []need{{"child", "high", both("子どもの生活リズムが乱れている", "The children have no regular hours")},
			{"mental_health", "medium", both("母の疲労が強い", "The mother is exhausted")}},
		template: "family", benefit: "home_help", asked: []string{"himawari", "p04", "p14"}, title2: both("育児家庭の家事援助", "Help in a household with small children"),
		first: []said{private(note("visit", 40, "通告を受け48時間以内に訪問し、子ども全員の安全を目視で確認した。", "Visited within 48 hours of the report and saw that every child was safe.")),
			note("phone", 20, "母と電話で話した。夜泣きで困っているとのこと。", "Spoke to the mother, who is worn out by the crying at night.")},
		visit: []said{note("visit", 70, "保健師と訪問。母は眠れておらず、支援を受け入れる気持ちがある。", "Visited with the health nurse. The mother does not sleep and is willing to take help.")},
		months: []said{
			note("visit", 40, "次女の体重が増えている。母の表情が明るい。", "The younger daughter has put on weight; the mother looks better."),
			note("meeting", 60, "個別ケース検討会議。保育園、保健師、児童相談所で役割を確認した。", "Case conference with nursery, health nurse and child guidance centre: who does what."),
			note("phone", 10, "保育園から、毎日登園できていると連絡。", "The nursery says that the children come every day."),
			private(note("visit", 30, "父の帰宅が遅い日の約束を夫婦で決めた。", "The parents agreed on what to do when the father comes home late.")),
			note("visit", 30, "家事援助の日は夕方に余裕ができると話す。", "On the days with help the evenings are easier."),
		},
		reviews: []text.Pair{both("毎日登園できている。夜の就寝が21時台になった。", "At nursery every day and in bed by nine."), both("母の通院が始まり、睡眠がとれている。", "The mother is in treatment and sleeps.")},
		last:    note("meeting", 50, "検討会議で終結を決めた。見守りは保育園が続ける。", "The conference decided to close; the nursery keeps an eye on them."),
		paper:   both("母子健康手帳の写し", "Copy of the mother and child handbook"),
	},
	"safety": {
		kind: "violence_legal", risk: "high", title: both("DV・法律支援", "Safety and legal help"),
		head: func(age, others int) bool { return age >= 24 && age <= 58 && others <= 2 },
		door: "inquiry", source: both("警察署 生活安全課", "Police, community safety"),
		asks:    both("配偶者から逃れて親族宅にいる。今後の住まいを相談したい。", "Has left a violent spouse and stays with relatives; needs a place to live."),
		answers: answered("false", "true", "poor", "false", "2", both("安心して眠れる場所がほしい。", "A place to sleep without fear.")),
		wish:    both("居場所を知られずに生活を始めたい。", "To begin again without being found."),
		needs: []need{{"safety", "high", both("居所を知られるおそれがある", "May be found")},
			{"legal", "medium", both("離婚と保護命令の相談が必要", "Needs advice on divorce and protection order")}},
		first: []said{private(note("phone", 25, "安全な連絡方法を確認した。日中の携帯電話のみ。", "Agreed on a safe way to call: the mobile, by day only."))},
		visit: []said{private(note("meeting", 60, "配偶者暴力相談支援センターで面談。危険度の評価を行った。", "Met at the support centre and rated the danger.")).then("支援措置の申出に同行する", "Go along to ask for the address to be withheld")},
		months: []said{
			private(note("phone", 15, "支援措置の更新を相談した。", "Spoke about renewing the withheld address.")),
			note("meeting", 40, "法律相談に同行した。保護命令が出た。", "Went along to the lawyer; the protection order was granted."),
			private(note("phone", 10, "体調は落ち着いている。夜は眠れる日が増えた。", "Feels steadier and sleeps most nights.")),
			note("meeting", 30, "住まいの契約に同行した。", "Went along to sign the contract for a flat."),
		},
		reviews: []text.Pair{both("新しい住まいで生活が始まった。", "Life in the new home has begun."), both("離婚調停の期日が決まった。", "The day of the mediation is set.")},
		last:    private(note("meeting", 30, "調停が成立し、生活も安定した。連絡先を伝えて終結とした。", "The mediation succeeded and life is steady. Closed, with a number to call.")),
		paper:   both("保護命令決定書の写し", "Copy of the protection order"),
	},
	"health": {
		kind: "health", risk: "medium", title: both("退院後の生活支援", "Help after hospital"),
		head: func(age, others int) bool { return age >= 58 && others <= 1 },
		door: "inbound_referral", source: both("みなと中央病院 医療相談室", "Minato Central Hospital, social work"),
		asks:    both("骨折の手術後、来週退院予定。自宅での家事と通院の支援を依頼します。", "Leaves hospital next week after a fracture. Please arrange help in the house and with clinic visits."),
		answers: answered("false", "false", "some", "false", "2", both("また自分で買い物に行きたい。", "To do my own shopping again.")),
		wish:    both("歩く練習を続けて、買い物に行けるようになりたい。", "To practise walking until I can go shopping."),
		needs: []need{{"health", "medium", both("歩行に不安がある", "Unsteady on the feet")},
			{"care", "medium", both("家事を頼める人がいない", "Nobody to help in the house")}},
		template: "living_alone", benefit: "home_help", asked: []string{"himawari", "p14", "p24"}, title2: both("退院後の家事援助", "Help in the house after hospital"),
		first: []said{note("meeting", 40, "病院で退院前の話し合いに参加した。", "Took part in the talk before discharge."),
			note("phone", 15, "病院の相談員と退院日を確認した。", "Checked the day of discharge with the hospital.").then("退院の翌日に訪問する", "Visit the day after discharge")},
		visit: []said{note("visit", 60, "退院翌日に訪問。段差でつまずきやすい。", "Visited the day after discharge; trips at the steps.")},
		months: []said{
			note("visit", 30, "通院に付き添った。骨の付きは順調。", "Went along to the clinic: the bone heals well."),
			note("phone", 10, "リハビリに週2回通えている。", "Goes to exercises twice a week."),
			note("visit", 30, "近所の店まで一人で歩けた。", "Walked alone to the shop nearby."),
			note("phone", 10, "痛み止めが減った。家事も半分は自分でしている。", "Fewer painkillers, and half of the housework is done alone."),
		},
		reviews: []text.Pair{both("屋内の移動は一人でできる。", "Moves about the house alone."), both("買い物に週2回行けている。", "Goes shopping twice a week.")},
		last:    note("visit", 30, "家事を自分でできるようになり、支援を終える。", "Does the housework alone again; the help ends."),
		paper:   both("診療情報提供書", "Letter from the hospital"),
	},
	"grief": {
		kind: "health", risk: "medium", title: both("死別後の生活支援", "Help after a bereavement"),
		head: func(age, others int) bool { return age >= 48 && others == 0 },
		door: "inquiry", source: both("地域包括支援センター", "Community care centre"),
		asks:    both("妻を亡くしてから外に出なくなった。眠れていないようだ。", "Has not gone out since his wife died, and does not seem to sleep."),
		answers: answered("false", "false", "poor", "true", "1", both("少しずつ普段の生活に戻りたい。", "To return to everyday life, bit by bit.")),
		wish:    both("亡くなった家族の話をしながら、暮らしを立て直したい。", "To talk about the one I lost, and find my feet again."),
		needs: []need{{"grief", "high", both("死別から3か月、外出がない", "Three months after the death, does not go out")},
			{"health", "medium", both("眠れない日が続く", "Many nights without sleep")}},
		template: "living_alone", benefit: "grief_counselling", asked: []string{"midori", "kokoro", "sano"}, title2: both("死別後の心のケア（週1回）", "Support after a bereavement, once a week"),
		first: []said{note("phone", 20, "電話口で長く沈黙があった。訪問を希望された。", "Long silences on the telephone; would like a visit.")},
		visit: []said{note("visit", 70, "仏壇の前で話を聞いた。食事は1日1回。", "Listened beside the family altar. Eats once a day."),
			note("visit", 60, "遺品の整理が手につかないと話す。相談室の利用を希望。", "Cannot bring himself to sort her things; would like to see a counsellor.")},
		months: []said{
			note("phone", 15, "相談室に通い始めた。話すと少し楽になるとのこと。", "Has begun to see the counsellor; talking makes it a little lighter."),
			note("visit", 40, "散歩を再開した。写真を見せてくれた。", "Walks again, and showed photographs."),
			note("phone", 10, "命日が近く気持ちが沈む。週末に長男が来る。", "Low as the anniversary comes near; the son visits at the weekend."),
			note("visit", 30, "サロンの集まりに顔を出した。", "Looked in at the salon."),
		},
		reviews: []text.Pair{both("睡眠が5時間とれるようになった。外出は週2回。", "Five hours of sleep and out twice a week."), both("食事は1日3回に戻った。", "Three meals a day again.")},
		last:    note("visit", 40, "カウンセリングが終わり、地域の集まりに通えている。終結とする。", "Counselling has ended and he goes to the gatherings. Closed."),
		paper:   both("主治医意見書", "Physician’s opinion"),
	},
}

// fits tells whether somebody of a household is one to whom a plot happens.
func (p *plot) fits(h generate.Household, age int) bool { return p.head(age, len(h.Residents)-1) }
