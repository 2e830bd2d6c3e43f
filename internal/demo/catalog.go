package demo

import (
	"context"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

func both(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

// specialties are what providers are good at.
var specialties = []struct {
	code string
	name text.Pair
}{
	{"grief", both("グリーフケア", "Grief care")},
	{"counselling", both("心理相談", "Counselling")},
	{"home_help", both("家事援助", "Home help")},
	{"meals", both("配食", "Meals")},
	{"job_support", both("就労支援", "Job support")},
	{"housing", both("住まいの支援", "Housing support")},
	{"legal", both("法律相談", "Legal aid")},
	{"childcare", both("保育", "Child care")},
	{"sign_language", both("手話", "Sign language")},
}

// benefits are what the demo agency gives: price is per unit, 0 for money.
var benefits = []struct {
	key, program, kind, unit string
	name, description        text.Pair
	quantity, price          int64
	frequency, by            string
	specialties              []string
	approval                 bool
}{
	{"grief_counselling", "community_living", "service", "session", both("グリーフカウンセリング", "Grief counselling"),
		both("大切な人を亡くした方のための個別相談", "One-to-one support after a bereavement"), 8, 12_000, "weekly", "providers", []string{"grief", "counselling"}, true},
	{"home_help", "community_living", "service", "hour", both("家事援助", "Home help"),
		both("掃除・洗濯・買い物の手伝い", "Help with cleaning, laundry and shopping"), 24, 2_400, "weekly", "providers", []string{"home_help"}, false},
	{"meals", "community_living", "goods", "meal", both("配食サービス", "Meal delivery"),
		both("夕食の配達と見守り", "An evening meal delivered, with a friendly check"), 60, 650, "daily", "providers", []string{"meals"}, false},
	{"community_salon", "community_living", "service", "session", both("地域サロン参加", "Community salon"),
		both("週1回の集まり", "A weekly gathering"), 12, 0, "weekly", "agency", nil, false},
	{"job_coaching", "employment", "service", "session", both("就労相談", "Job coaching"),
		both("履歴書・面接・職場見学の支援", "Help with applications, interviews and visits"), 10, 8_000, "weekly", "providers", []string{"job_support"}, false},
	{"rent_support", "housing_security", "money", "", both("住居確保給付", "Rent support"),
		both("離職などで家賃が払えない方への給付", "Rent for those who lost their income"), 0, 0, "monthly", "agency", nil, false},
}

var programs = []struct {
	key               string
	name, description text.Pair
}{
	{"community_living", both("地域生活支援", "Community living support"), both("住み慣れた地域で暮らし続けるための支援", "Help to go on living at home")},
	{"employment", both("就労支援", "Employment support"), both("働きたい方の準備と定着の支援", "Help to find work and keep it")},
	{"housing_security", both("住まいの安定", "Housing security"), both("家賃や住み替えの支援", "Help with rent and moving")},
	{"single_parent", both("ひとり親支援", "Single-parent support"), both("子育てと仕事の両立の支援", "Help to bring up children alone")},
}

// fiscalFrom is the first day of the fiscal year in which the history begins.
func (m *maker) fiscalFrom() calendar.Date {
	first, _ := calendar.April.Bounds(calendar.FiscalYear(m.day(-yearDays)))
	return first
}

// catalog sets up what help there is, what it costs and who may have it.
func (m *maker) catalog(ctx context.Context) error {
	room, a, from := m.srv.Rooms.Catalog, m.actor("fujii"), m.fiscalFrom()
	for first := from; first <= m.day(0); first = first.AddYears(1) {
		if _, err := room.CreateFund(ctx, a, catalog.FundInput{Code: "general", Name: both("一般会計 地域福祉費", "General account, community welfare"),
			YearFrom: first, Budget: ledger.Yen(48_000_000)}); err != nil {
			return err
		}
	}
	for _, s := range specialties {
		if _, err := room.CreateSpecialty(ctx, a, catalog.SpecialtyInput{Code: s.code, Name: s.name}); err != nil {
			return err
		}
	}
	m.programs, m.benefits = map[string]db.ID{}, map[string]db.ID{}
	for _, p := range programs {
		made, err := room.CreateProgram(ctx, a, catalog.ProgramInput{Key: p.key, Name: p.name, Description: p.description, From: from, Fund: "general"})
		if err != nil {
			return err
		}
		if made, err = room.StepProgram(ctx, a, made.ID, "activate", catalog.Step{Version: made.Version}); err != nil {
			return err
		}
		m.programs[p.key] = made.ID
	}
	for _, b := range benefits {
		in := catalog.BenefitInput{Key: b.key, Name: b.name, Description: b.description, Program: m.programs[b.program], Kind: b.kind, Unit: b.unit,
			Quantity: ledger.Units(b.quantity), Frequency: b.frequency, DeliveredBy: b.by, Specialties: b.specialties, NeedsScheduleApproval: b.approval, Fund: "general"}
		if b.kind == "money" {
			in.Amount, in.MaxAmount = ledger.Yen(45_000), ledger.Yen(53_700)
		}
		made, err := room.CreateBenefit(ctx, a, in)
		if err != nil {
			return err
		}
		if made, err = room.StepBenefit(ctx, a, made.ID, "activate", catalog.Step{Version: made.Version}); err != nil {
			return err
		}
		m.benefits[b.key] = made.ID
		if b.price > 0 {
			unit := b.unit
			if unit == "meal" {
				unit = "person"
			}
			if _, err := room.CreateRate(ctx, a, catalog.RateInput{Benefit: made.ID, Unit: unit, Price: ledger.Yen(b.price), From: from}); err != nil {
				return err
			}
		}
	}
	return m.rules(ctx, a)
}

// rules say who may have rent support and grief counselling.
func (m *maker) rules(ctx context.Context, a access.Actor) error {
	for _, in := range []catalog.RuleInput{
		{SubjectKind: "benefit", Subject: m.benefits["rent_support"], Name: both("住居確保給付の要件", "Who may have rent support"), Rule: rule.Rule{
			Conditions: []rule.Condition{
				{Key: "adult", Label: both("18歳以上である", "Is 18 or older"), Expr: "age >= 18"},
				{Key: "income", Label: both("月収が基準額以下である（1人78,000円、1人増えるごとに40,000円）", "Monthly income is within the limit (¥78,000 for one, ¥40,000 for each further person)"),
					Expr: "monthly_income <= 78000 + (household_size - 1) * 40000"},
				{Key: "alive", Label: both("死亡の記録がない", "No death is recorded"), Expr: "!died"},
			},
			Amount: "min(53700, 40000 + household_size * 5000)",
			Examples: []rule.Example{
				{Name: both("離職したひとり暮らし", "Living alone, out of work"), Facts: facts(58, 1, 68_000, false), Want: rule.Met, Amount: "45000"},
				{Name: both("収入が基準を超える2人世帯", "Two persons above the limit"), Facts: facts(40, 2, 150_000, false), Want: rule.NotMet},
			},
		}},
		{SubjectKind: "benefit", Subject: m.benefits["grief_counselling"], Name: both("グリーフカウンセリングの要件", "Who may have grief counselling"), Rule: rule.Rule{
			Conditions: []rule.Condition{
				{Key: "adult", Label: both("16歳以上である", "Is 16 or older"), Expr: "age >= 16"},
				{Key: "alive", Label: both("死亡の記録がない", "No death is recorded"), Expr: "!died"},
			},
			Examples: []rule.Example{{Name: both("配偶者を亡くした人", "Someone who lost a spouse"), Facts: facts(58, 1, 0, false), Want: rule.Met}},
		}},
	} {
		made, err := m.srv.Rooms.Catalog.CreateRule(ctx, a, in)
		if err != nil {
			return err
		}
		if _, err := m.srv.Rooms.Catalog.PublishRule(ctx, a, made.ID, catalog.Step{Version: made.Version}); err != nil {
			return err
		}
	}
	return nil
}

// facts are an example person: age in years, persons in the household, income
// a month in yen.
func facts(age, size, income int64, died bool) rule.Facts {
	return rule.Facts{"age": rule.Whole(age), "household_size": rule.Whole(size), "monthly_income": rule.Amount(income, 0), "died": rule.Yes(died)}
}

// forms are the question sets of the demo.
func (m *maker) forms(ctx context.Context) error {
	a := m.actor("fujii")
	made, err := m.srv.Rooms.Forms.Create(ctx, a, form.FormInput{Key: "life_needs", Title: both("生活課題アセスメント", "Assessment of life and needs"), Purpose: "assessment",
		Definition: form.Definition{
			Intro: both("本人と話しながら答えます。答えたくない質問は飛ばせます。", "Answer together with the person. Questions they do not wish to answer may be left out."),
			Sections: []form.Section{
				{Key: "home", Title: both("住まいとお金", "Home and money"), Questions: []form.Question{
					{Key: "rent_late", Kind: "yes_no", Label: both("家賃の支払いが遅れていますか", "Is the rent overdue?"), Required: true, Score: 3, MapTo: "need/housing"},
					{Key: "rent_months", Kind: "number", Label: both("何か月分ですか", "By how many months?"), Show: "rent_late", RequiredWhen: "rent_late", Min: "1", Max: "60"},
					{Key: "income_lost", Kind: "yes_no", Label: both("この半年で収入がなくなりましたか", "Was income lost in the last half year?"), Required: true, Score: 2, MapTo: "need/income"},
				}},
				{Key: "health", Title: both("からだとこころ", "Body and mind"), Questions: []form.Question{
					{Key: "sleep", Kind: "choice", Label: both("眠れていますか", "How is their sleep?"), Required: true, Options: []form.Option{
						{Value: "well", Label: both("よく眠れる", "Well")}, {Value: "some", Label: both("ときどき眠れない", "Sometimes badly"), Score: 1},
						{Value: "poor", Label: both("ほとんど眠れない", "Hardly at all"), Score: 3, MapTo: "need/health"}}},
					{Key: "bereaved", Kind: "yes_no", Label: both("この1年に親しい人を亡くしましたか", "Has somebody close died within a year?"), Required: true, Score: 2, MapTo: "need/grief"},
					{Key: "support", Kind: "scale", Label: both("頼れる人がいる（0 いない〜5 十分いる）", "People to rely on (0 none to 5 enough)"), Min: "0", Max: "5", Required: true},
				}},
				{Key: "wishes", Title: both("これからの希望", "Wishes"), Questions: []form.Question{
					{Key: "wish", Kind: "long_text", Label: both("どのように暮らしたいですか", "How do they wish to live?")},
				}},
			},
			Bands: []form.Band{
				{Key: "low", From: 0, Label: both("見守り", "Watch")}, {Key: "medium", From: 3, Label: both("支援が必要", "Help needed")},
				{Key: "high", From: 7, Label: both("早急な支援が必要", "Help needed soon")},
			},
		}})
	if err != nil {
		return err
	}
	if _, err = m.srv.Rooms.Forms.Publish(ctx, a, made.ID, made.Version); err != nil {
		return err
	}
	if err = m.publishSets(ctx); err != nil {
		return err
	}
	return m.draftedForm(ctx)
}

// draftedForm is a question set that is still being built.
func (m *maker) draftedForm(ctx context.Context) error {
	_, err := m.srv.Rooms.Forms.Create(ctx, m.actor("fujii"), form.FormInput{Key: "home_visit", Title: both("訪問時の確認票", "Home visit checklist"), Purpose: "review", Definition: form.Definition{
		Sections: []form.Section{
			{Key: "rooms", Title: both("部屋のようす", "The rooms"), Questions: []form.Question{
				{Key: "heating", Kind: "yes_no", Label: both("暖房は使えていますか", "Can the rooms be heated?"), Required: true},
				{Key: "stairs", Kind: "number", Label: both("玄関までの段数", "Steps up to the door"), Min: "0", Max: "200"},
				{Key: "hazards", Kind: "choices", Label: both("気になるところ", "What gives concern"), Options: []form.Option{
					{Value: "floor", Label: both("足もとに物が多い", "Things on the floor"), Score: 1}, {Value: "fire", Label: both("火のまわり", "Near the fire"), Score: 2},
					{Value: "food", Label: both("食べ物のいたみ", "Spoilt food"), Score: 2, MapTo: "need/daily_life"}}},
			}},
			{Key: "talk", Title: both("話したこと", "What was said"), Questions: []form.Question{
				{Key: "heater_plan", Kind: "long_text", Label: both("暖房をどうするか", "What is done about the heating"), Show: "!heating", RequiredWhen: "!heating"},
				{Key: "next_visit", Kind: "date", Label: both("次に訪問する日", "Day of the next visit")},
			}},
		},
		Bands: []form.Band{{Key: "calm", From: 0, Label: both("落ち着いている", "Calm")}, {Key: "concern", From: 3, Label: both("気がかり", "Of concern")}},
	}})
	return err
}

// templates are what plans are made from.
func (m *maker) templates(ctx context.Context) error {
	a := m.actor("fujii")
	m.plans = map[string]db.ID{}
	for _, x := range m.planTemplates() {
		made, err := m.srv.Rooms.CarePlans.CreateTemplate(ctx, a, x)
		if err != nil {
			return err
		}
		if made, err = m.srv.Rooms.CarePlans.StepTemplate(ctx, a, made.ID, "publish", made.Version); err != nil {
			return err
		}
		m.plans[x.Code] = made.ID
	}
	return nil
}

func (m *maker) planTemplates() []careplan.TemplateInput {
	return []careplan.TemplateInput{
		{
			Code: "living_alone", Name: both("ひとり暮らしを支える計画", "Plan for living alone"), Months: 6, ReviewDays: 30,
			Goals: []careplan.TemplateGoal{
				{Label: both("配食と家事援助で在宅生活を続ける", "Go on living at home with meals and help"), Area: "daily_life", Measure: both("1週間に食べた夕食", "Evening meals eaten in a week"), Target: both("6回以上", "6 or more"), Days: 120},
				{Label: both("週1回、地域の集まりに参加する", "Join a community group once a week"), Area: "community", Measure: both("1か月の参加", "Visits in a month"), Target: both("4回", "4"), Days: 90},
				{Label: both("家賃の滞納を解消する", "Clear the overdue rent"), Area: "housing", Measure: both("滞納している月数", "Months overdue"), Target: both("0か月", "0"), Days: 180},
			},
			Tasks: []careplan.TemplateTask{
				{Title: both("家賃証明を確認する", "Check proof of rent"), Party: "caseworker", Goal: 3, WorkingDays: 5},
				{Title: both("主治医意見書を依頼する", "Ask for the physician’s opinion"), Party: "caseworker", WorkingDays: 10},
				{Title: both("地域サロンを見学する", "Visit the community salon"), Party: "resident", Goal: 2, WorkingDays: 15},
			},
			Programs: []db.ID{m.programs["community_living"]},
			Benefits: []careplan.TemplateBenefit{{Benefit: m.benefits["home_help"], Quantity: ledger.Units(24)}, {Benefit: m.benefits["meals"], Quantity: ledger.Units(60)}},
		},
		{
			Code: "job_start", Name: both("仕事を見つける計画", "Plan for finding work"), Months: 6, ReviewDays: 30,
			Goals: []careplan.TemplateGoal{
				{Label: both("週2回、決まった時間に外出する", "Go out at a fixed hour twice a week"), Area: "daily_life", Measure: both("1週間の外出", "Outings in a week"), Target: both("2回", "2"), Days: 45},
				{Label: both("応募書類を仕上げ、3社に応募する", "Finish the papers and apply to three employers"), Area: "work", Measure: both("応募した会社", "Employers applied to"), Target: both("3社", "3"), Days: 90},
				{Label: both("3か月以上働き続ける", "Stay in work for three months"), Area: "work", Measure: both("続けて働いた月", "Months in work"), Target: both("3か月", "3"), Days: 180},
			},
			Tasks: []careplan.TemplateTask{
				{Title: both("ハローワークに同行する", "Go along to the job centre"), Party: "caseworker", Goal: 2, WorkingDays: 7},
				{Title: both("職務経歴を書き出す", "Write down past work"), Party: "resident", Goal: 2, WorkingDays: 10},
			},
			Programs: []db.ID{m.programs["employment"]},
			Benefits: []careplan.TemplateBenefit{{Benefit: m.benefits["job_coaching"], Quantity: ledger.Units(10)}},
		},
		{
			Code: "secure_home", Name: both("住まいを立て直す計画", "Plan for a secure home"), Months: 6, ReviewDays: 30,
			Goals: []careplan.TemplateGoal{
				{Label: both("今の部屋に住み続ける", "Stay in the present home"), Area: "housing", Measure: both("滞納している月数", "Months overdue"), Target: both("0か月", "0"), Days: 120},
				{Label: both("収入に合う家計を組み立てる", "Make ends meet on the income there is"), Area: "income", Measure: both("赤字の月", "Months in the red"), Target: both("0か月", "0"), Days: 150},
			},
			Tasks: []careplan.TemplateTask{
				{Title: both("大家と支払いの相談をする", "Talk to the landlord about payment"), Party: "caseworker", Goal: 1, WorkingDays: 5},
				{Title: both("家計簿をつける", "Keep a household book"), Party: "resident", Goal: 2, WorkingDays: 20},
			},
			Programs: []db.ID{m.programs["housing_security"]},
		},
		{
			Code: "family", Name: both("子どもとの暮らしを支える計画", "Plan for life with children"), Months: 6, ReviewDays: 30,
			Goals: []careplan.TemplateGoal{
				{Label: both("子どもが毎日登校・登園できる", "The children are at school or nursery every day"), Area: "family", Measure: both("1か月の欠席", "Days missed in a month"), Target: both("2日以下", "2 or fewer"), Days: 90},
				{Label: both("保護者が休める時間をつくる", "The parent has time to rest"), Area: "mind", Measure: both("1週間の休める時間", "Hours of rest in a week"), Target: both("3時間", "3 hours"), Days: 90},
			},
			Tasks: []careplan.TemplateTask{
				{Title: both("学校と連絡をとる", "Speak to the school"), Party: "caseworker", Goal: 1, WorkingDays: 5},
				{Title: both("手当の申請書をそろえる", "Gather the papers for the allowance"), Party: "resident", WorkingDays: 15},
			},
			Programs: []db.ID{m.programs["single_parent"]},
			Benefits: []careplan.TemplateBenefit{{Benefit: m.benefits["home_help"], Quantity: ledger.Units(16)}},
		},
	}
}
