package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/resident/form"
)

// Each file is a question set as its operation takes it. The name is its key.
//
//go:embed forms/*.json
var formFiles embed.FS

// questionSets are what the agency asks besides the assessment of life and
// needs, in the order of its work.
var questionSets = []string{"complaint_hearing", "inbound_referral_check", "benefit_interview", "housing_check", "employment_check", "family_strengths",
	"grief_screening", "satisfaction"}

// publishSets publishes the question sets.
func (m *maker) publishSets(ctx context.Context) error {
	for _, key := range questionSets {
		in, err := questionSet(key)
		if err != nil {
			return err
		}
		made, err := m.srv.Rooms.Forms.Create(ctx, m.actor("fujii"), in)
		if err == nil {
			_, err = m.srv.Rooms.Forms.Publish(ctx, m.actor("fujii"), made.ID, made.Version)
		}
		if err != nil {
			return fmt.Errorf("form %s: %w", key, err)
		}
	}
	return m.nextInterview(ctx)
}

// nextInterview is the interview's next version, which somebody is writing.
func (m *maker) nextInterview(ctx context.Context) error {
	in, err := questionSet("benefit_interview")
	if err != nil {
		return err
	}
	last := &in.Definition.Sections[len(in.Definition.Sections)-1]
	last.Questions = append(last.Questions, form.Question{Key: "helper", Kind: "text", Label: both("手続きを手伝ってくれる人", "Who helps them with the papers")})
	_, err = m.srv.Rooms.Forms.Create(ctx, m.actor("fujii"), in)
	return err
}

func questionSet(key string) (in form.FormInput, err error) {
	b, err := formFiles.ReadFile("forms/" + key + ".json")
	if err == nil {
		err = json.Unmarshal(b, &in)
	}
	return in, err
}

// hearing is a question set answered once, by somebody whom the caseworker
// knows by name.
type hearing struct {
	form, family string
	answers      map[string]any // a text.Pair is said in the agency's language
	signs        bool           // under the question declared
}

var hearings = []hearing{
	{form: "complaint_hearing", family: "近藤", answers: map[string]any{
		"channel": "phone", "named": true, "caller_name": both("青葉小学校 養護教諭", "School nurse, Aoba School"), "caller_tie": "school", "call_back": true,
		"caller_phone": "03-5550-0142", "call_hours": both("授業のあと、15時半から17時", "After lessons, 15:30 to 17:00"), "keep_secret": true, "about": "child",
		"words":      both("月曜の朝、腕に青いあざがあった。「パパが疲れてた」と言った。それ以上は話さなかった。", "On Monday morning there was a bruise on the arm. “Papa was tired,” the child said, and no more."),
		"known_from": "saw", "often": "sometimes", "where_now": both("学校", "At school"), "young": []any{
			map[string]any{"young_name": both("上の子（女）", "The elder, a girl"), "young_age": both("8歳・3年生", "8, third year"), "young_place": both("青葉小学校", "Aoba School"), "young_seen": both("月曜の朝、登校。長袖を脱ぎたがらない", "Monday morning at school; would not take off long sleeves")},
			map[string]any{"young_name": both("弟", "Her brother"), "young_age": both("5歳", "5"), "young_place": both("みなと保育園", "Minato Nursery")},
		}, "other_side": both("父（未確認）", "The father (not confirmed)"), "now": false, "injury": "slight",
		"small": true, "together": false, "afraid": false, "weapon": false, "unseen": false, "told": []any{"secrecy", "next", "urgent"}, "passed": []any{"supervisor", "team"},
		"own_view": both("落ち着いた話し方。心配が続いていたようす。", "Spoke calmly; seems to have worried for some time."),
	}},
	{form: "inbound_referral_check", family: "斎藤", answers: map[string]any{
		"source_kind": "hospital", "source_name": both("みなと中央病院 地域連携室", "Minato Central Hospital, community liaison"), "source_phone": "03-5550-0177", "stays": "until",
		"family": "斎藤", "given": "昌子", "family_kana": "サイトウ", "given_kana": "マサコ", "born": "1950-03-15", "safe_call": "hours", "safe_hours": both("午前中", "In the morning"), "agreed": "written",
		"told": both("退院したあとの暮らしを一緒に考える人が来る、と聞いている。", "That somebody will come to think with her about life after hospital."), "areas": []any{"health", "daily", "alone"},
		"reason": both("退院が近いが、家の階段と買い物に不安がある。", "She will soon leave hospital; the stairs and the shopping worry her."), "wish": both("自分の家に帰りたい。", "To go back to her own home."),
		"risk": []any{"no_food"}, "papers": []any{"letter", "consent", "opinion"}, "involved": []any{
			map[string]any{"involved_who": both("青葉内科 主治医", "Her doctor, Aoba Clinic"), "involved_phone": "03-5550-0164", "involved_what": both("血圧の薬、月に一度", "Blood pressure, once a month")},
			map[string]any{"involved_who": both("めい（隣の市）", "A niece in the next town"), "involved_what": both("週末に電話", "Calls at the weekend")},
		}, "ours": true, "first_step": both("病棟で本人に会う", "Meet her on the ward"),
	}},
	{form: "benefit_interview", family: "林", signs: true, answers: map[string]any{
		"family": "林", "given": "直樹", "born": "1971-02-25", "household": "1", "phone": "090-5550-0188", "event": []any{"hours"}, "story": both("注文が減り、週3日の勤務になった。", "Orders fell, and he is down to three days a week."),
		"until_now": []any{"savings", "bills"}, "incomes": []any{
			map[string]any{"income_from": both("給与（週3日）", "Wages, three days a week"), "income_amount": "96000"},
			map[string]any{"income_from": both("配達の手伝い", "Helping with deliveries"), "income_amount": "8000"},
		}, "rent": "52000", "bills": "14000", "repay": "18000",
		"no_food": false, "savings": "41000", "rent_late": "1", "cut_off": false, "getting": []any{"loan", both("市の家賃の補助（3月まで）", "The city’s help with rent, until March")}, "refused": []any{
			map[string]any{"refused_what": both("住居確保給付金", "Housing security benefit"), "refused_when": "2026-09-10", "refused_why": both("収入が基準を少し超えた", "Income a little above the limit")},
		}, "seen": []any{"id", "pay", "bank"},
		"missing": both("賃貸借契約書（来週まで）", "The lease, by next week"), "explained": []any{"how", "change", "repay", "appeal", "check"},
	}},
	{form: "housing_check", family: "木村", answers: map[string]any{
		"sleeps": "own", "safe": true, "tenure": "rented", "rent": "58000", "late": true, "late_months": "2", "notice": "letter", "faults": []any{"damp", "heat"}, "falls": false, "steps": "14",
		"wants": "stay", "must_have": both("いまの職場に自転車で通えること", "Within a bicycle ride of work"),
	}},
	{form: "employment_check", family: "中村", answers: map[string]any{
		"working": "no", "last_why": "company", "insurance": "have", "jobs": []any{
			map[string]any{"job": both("印刷会社 機械の担当", "Printing works, running the machines"), "job_from": both("平成26年から12年", "Twelve years from 2014"), "job_good": both("直すのが早いと言われた", "Known for quick repairs"), "job_end": both("工場が閉じた", "The works closed")},
			map[string]any{"job": both("倉庫の仕分け", "Sorting at a warehouse"), "job_from": both("その前の2年", "Two years before that"), "job_end": both("契約の終わり", "End of contract")},
		},
		"good_at": both("機械の調子を音で聞き分ける。後輩に教えるのが好き。", "Hears what is wrong with a machine. Likes to teach the younger ones."), "papers": []any{"car", "fork"}, "pc": "2", "hours": "35", "times": []any{"morning", "day"},
		"barriers": []any{"gap"}, "wants": "soon", "confidence": "3", "rhythm": "4", "kind": both("工場の設備の手入れ", "Upkeep of machines"), "first": both("金曜に職場を一つ見学する", "Visit one workplace on Friday"),
	}},
	{form: "family_strengths", family: "グエン", answers: map[string]any{
		"present": []any{"mother", "child"}, "children": []any{
			map[string]any{"child": both("リン", "Linh"), "child_age": "4", "child_place": both("みなと保育園", "Minato Nursery"), "child_likes": both("歌。人の名前をすぐ覚える", "Singing; remembers everybody’s name")},
		}, "proud": both("二人で作るベトナムの料理。", "The Vietnamese dishes they cook together."), "meals": "4", "home_care": "4", "money": "2",
		"money_help": both("家賃と保育料が同じ週に重なる。", "Rent and nursery fees fall in the same week."), "learning": "3", "friends": "4", "friends_good": both("園に仲のよい子がいる。", "A good friend at the nursery."), "health": "4",
		"child_voice": both("「ママと公園がいい」", "“I like the park with Mama.”"), "rest": "2", "rest_help": both("夜勤の翌日、眠れないまま迎えに行く。", "After night work she fetches the child without having slept."), "ways": "4", "between": "3",
		"reach": []any{"friend", "work"}, "support": "2", "support_help": both("子どもの急な熱のとき。", "When the child has a sudden fever."), "afraid": false, "first": []any{"money", "rest", "support"},
		"own_goal": both("週に一度、二人でゆっくり朝ごはんを食べる。", "A slow breakfast together once a week."),
	}},
	{form: "grief_screening", family: "髙橋", answers: map[string]any{
		"tie": "spouse", "how": "expected", "farewell": true, "longing": "often", "unreal": "some", "blame": "some", "anger": "none", "empty": "some", "sleep": "often", "eat": "some", "avoid": "some",
		"alone": "often", "drink": "none", "wish_dead": false, "tasks": []any{"pension", "bank"}, "income_less": true, "people": both("向かいの家の友人", "A friend across the street"), "wants": []any{"group", "papers"},
	}},
	{form: "satisfaction", family: "伊藤", answers: map[string]any{
		"by": "self", "listened": "5", "understood": "4", "chose": "4", "respect": "5", "time": "3", "better": "4", "next": "4", "best": both("面接の前に一緒に練習してくれた。", "Practising together before the interview."),
		"change": both("書類の返事をもう少し早く。", "A quicker answer on papers."), "hurt": false,
	}},
}

// hear answers the question sets that were asked of this person.
func (l *life) hear() {
	for _, h := range hearings {
		if l.file.named == nil || l.file.named.family != h.family {
			continue
		}
		answers := map[string]any{}
		for k, v := range h.answers {
			answers[k] = l.inOwnWords(v)
		}
		in, err := questionSet(h.form)
		must(err)
		if in.Purpose == "assessment" {
			room := l.srv.Rooms.Assessments
			x := try(room.Begin(l.ctx, l.worker, assessment.BeginInput{Case: l.root, Person: l.person, FormKey: h.form}))
			got := try(room.Get(l.ctx, l.worker, x.ID))
			try(room.Fill(l.ctx, l.worker, x.ID, form.Fill{Answers: answers, Version: got.Response.Version}))
			try(room.Complete(l.ctx, l.worker, x.ID, x.Version))
			continue
		}
		room := l.srv.Rooms.Forms
		res := try(room.Begin(l.ctx, l.worker, form.BeginInput{FormKey: h.form, Person: l.person}))
		res = try(room.Save(l.ctx, l.worker, res.ID, form.Fill{Answers: answers, Version: res.Version}))
		if h.signs {
			res = try(room.Sign(l.ctx, l.worker, res.ID, form.SignInput{Question: "declared", Name: l.signed, Capacity: "self", Agreed: true, Version: res.Version}))
		}
		try(room.Complete(l.ctx, l.worker, res.ID, res.Version))
	}
}
