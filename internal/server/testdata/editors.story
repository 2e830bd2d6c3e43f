# Two browsers on the same record: the second to save gets a page that keeps what
# was typed and shows what moved, field by field. Plan, goal, answers of an
# assessment, referral, offer, schedule, provider.

as caseworker
api GET /api/v1/persons?q=ナカムラ
keep person from $.items[0].id
header Idempotency-Key {new}
api POST /api/v1/cases {"person_id":"{person}","main_kind":"health","title":"二つの窓"}
status 201
keep case from $.id

# The plan: the one changes the wish, the other the wish and the title.
header Idempotency-Key {new}
api POST /api/v1/care-plans {"case_id":"{case}","title":"はじめの計画","wish":"家で暮らす"}
status 201
keep plan from $.id
get /desk/plans/{plan}/edit
as tanaka
get /desk/plans/{plan}/edit
fill wish 駅の近くで暮らす
fill review_days 60
press @careplan.web.save
as caseworker
fill wish 今の家で暮らす
fill title 二度目の計画
press @careplan.web.save
status 412
see @ui.merge.text
see @careplan.web.field.wish
see 駅の近くで暮らす
see 今の家で暮らす
see 家で暮らす
not see @careplan.web.field.review_days
press @careplan.web.save
at /desk/plans/*
api GET /api/v1/care-plans/{plan}
expect $.wish 今の家で暮らす
expect $.title 二度目の計画
expect $.review_days 60

# A goal of it: the other side's measure is taken over where one chooses it.
header Idempotency-Key {new}
api POST /api/v1/goals {"care_plan_id":"{plan}","label":"眠れる","measure":"日記"}
keep goal from $.id
get /desk/goals/{goal}/edit
as tanaka
get /desk/goals/{goal}/edit
fill measure 睡眠表
press @careplan.web.save
as caseworker
fill measure 電話で聞く
press @careplan.web.save
status 412
see 睡眠表
tick measure 睡眠表
press @careplan.web.save
api GET /api/v1/goals/{goal}
expect $.measure 睡眠表

# An assessment: both answer the same section.
header Idempotency-Key {new}
api POST /api/v1/assessments {"case_id":"{case}","person_id":"{person}","form_key":"life_needs"}
keep assessment from $.id
get /desk/assessments/{assessment}/fill
as tanaka
get /desk/assessments/{assessment}/fill
tick answers/rent_late false
tick answers/income_lost false
press @assessment.web.later
as caseworker
tick answers/rent_late true
press @assessment.web.continue
status 412
see @form.yes
see @form.no
press @assessment.web.continue
api GET /api/v1/assessments/{assessment}
expect $.answers.rent_late true
expect $.answers.income_lost false

# A referral being drafted: need and packet.
api GET /api/v1/benefits?limit=100
keep benefit from $.items[0].id
header Idempotency-Key {new}
api POST /api/v1/referrals {"case_id":"{case}","benefit_id":"{benefit}","title":"話を聞いてほしい","units":"4","unit":"session"}
status 201
keep referral from $.id
get /desk/referrals/{referral}/need
as tanaka
get /desk/referrals/{referral}/need
fill title 夜に話を聞いてほしい
press @referral.web.next_providers
as caseworker
fill title 昼に話を聞いてほしい
fill units 6
press @referral.web.next_providers
status 412
see 夜に話を聞いてほしい
see 昼に話を聞いてほしい
press @referral.web.next_providers
at /desk/referrals/*/providers
api GET /api/v1/referrals/{referral}
expect $.title 昼に話を聞いてほしい
expect $.units 6

as midori
api GET /api/v1/providers
keep provider from $.items[0].id
as caseworker
header Idempotency-Key {new}
api POST /api/v1/consents {"person_id":"{person}","fields":["name","phone"],"recipients":["any_invited"],"purpose":"相談","how":"paper"}
header If-Match "3"
api POST /api/v1/referrals/{referral}/choose {"invitees":[{"provider_id":"{provider}"}]}
status 200
get /desk/referrals/{referral}/packet
as tanaka
get /desk/referrals/{referral}/packet
tick fields name
untick fields goals
fill summary 眠れない
press @referral.web.next_review
as caseworker
tick fields phone
fill summary 食べられない
press @referral.web.next_review
status 412
see 眠れない
press @referral.web.next_review
api GET /api/v1/referrals/{referral}
expect $.summary 食べられない
see "phone"
not see "goals"
keep version from $.version
header If-Match "{version}"
api POST /api/v1/referrals/{referral}/send {}
status 200
keep invitation from $.invitations[0].id

# The invitation: two of the provider's people answer it at once.
as midori
date soon 3
date later 9
get /portal/referrals/{invitation}/request
as provider_manager
get /portal/referrals/{invitation}/request
fill first_date {soon}
fill price 5000
tick languages en
press @step.invitation.request_authorization
at /portal/referrals/*
as midori
fill first_date {later}
fill price 6000
tick languages vi
fill note 夜も可
press @step.invitation.request_authorization
status 412
see @referral.web.first_date
see 5000
see 6000
press @step.invitation.request_authorization
at /portal/referrals/*
api GET /api/v1/invitations/{invitation}
expect $.first_date {later}
expect $.note 夜も可
expect $.languages ["vi","en"]

# Its schedule, and what it says of itself.
header Idempotency-Key {new}
api POST /api/v1/schedules {"title":"夜の会","repeat":"weekly","weekdays":["MO"],"from":"{soon}","until":"{later}","starts":"18:00","minutes":60,"exceptions":["{soon}"]}
status 201
keep schedule from $.id
get /portal/schedules/{schedule}/edit
as provider_manager
get /portal/schedules/{schedule}/edit
tick weekdays TU
fill starts 19:00
press @delivery.web.keep_draft
as midori
tick weekdays WE
fill starts 20:00
fill place 二階
press @delivery.web.keep_draft
status 412
see 19:00
see 20:00
press @delivery.web.keep_draft
at /portal/schedules/*
api GET /api/v1/schedules/{schedule}
expect $.starts 20:00
expect $.place 二階
expect $.weekdays ["MO","WE","TU"]
expect $.exceptions ["{soon}"]

get /portal/provider/edit
as provider_manager
get /portal/provider/edit
fill phone 045-000-1111
press @provider.web.save
as midori
fill phone 045-000-2222
fill address みなと市港町1-1
press @provider.web.save
status 412
see 045-000-1111
press @provider.web.save
api GET /api/v1/providers/{provider}
expect $.phone 045-000-2222

# The desk keeps a site and an offering of it.
as program_manager
api GET /api/v1/providers/{provider}
keep site from $.sites[0].id
keep offering from $.offerings[0].id
get /desk/providers/{provider}/sites/{site}/edit
as administrator
get /desk/providers/{provider}/sites/{site}/edit
fill hours 平日9時から
fill phone 045-000-3333
press @provider.web.save
as program_manager
fill hours 毎日8時から
fill address みなと市港町2-2
press @provider.web.save
status 412
see 平日9時から
see 毎日8時から
not see 045-000-3333
press @provider.web.save
api GET /api/v1/sites/{site}
expect $.hours 毎日8時から
expect $.phone 045-000-3333
expect $.address みなと市港町2-2

get /desk/providers/{provider}/offerings/{offering}/edit
as administrator
get /desk/providers/{provider}/offerings/{offering}/edit
fill note 駐車場なし
fill capacity 40
tick languages en
press @provider.web.save
as program_manager
fill note 駐車場あり
tick languages vi
press @provider.web.save
status 412
see @provider.web.note
see 駐車場なし
not see @provider.web.capacity
press @provider.web.save
api GET /api/v1/offerings/{offering}
expect $.note 駐車場あり
expect $.capacity 40

# Its openings: two of its people confirm them at once.
as midori
get /portal/offerings/{offering}
as provider_manager
get /portal/offerings/{offering}
fill openings 5
press @provider.web.save
as midori
fill openings 6
fill wait_days 9
press @provider.web.save
status 412
see @provider.web.openings
not see @provider.web.wait_days
tick openings 5
press @provider.web.save
at /portal/provider
as program_manager
api GET /api/v1/offerings/{offering}
expect $.openings 5
expect $.wait_days 9

# The desk enters by telephone what the provider is changing by itself.
as caseworker
get /desk/invitations/{invitation}/enter
as midori
get /portal/referrals/{invitation}/request
fill price 7000
press @step.invitation.request_authorization
at /portal/referrals/*
as caseworker
tick answer request_authorization
fill said_by 三宅
fill first_date {soon}
fill price 8000
press @referral.web.save
status 412
see 7000
see 8000
press @referral.web.save
at /desk/referrals/*
see 三宅
see 8,000

# Two who write the same question set.
as administrator
header Idempotency-Key {new}
api POST /api/v1/forms {"key":"two_windows","title":{"ja":"二つの窓"},"purpose":"other","definition":{"sections":[{"key":"a","title":{"ja":"一"},"questions":[{"key":"q","kind":"text","label":{"ja":"問い"}}]}]}}
status 201
keep form from $.id
get /admin/forms/{form}/edit
as program_manager
get /admin/forms/{form}/edit
fill title/ja 三つの窓
fill title/en Three windows
near @form.web.close
press @form.web.save
at /admin/forms/*/edit
as administrator
fill title/ja 四つの窓
fill purpose screening
near @form.web.close
press @form.web.save
status 412
see 三つの窓
see 四つの窓
press @form.web.save
at /admin/forms/*/edit
api GET /api/v1/forms/{form}
expect $.title.ja 四つの窓
expect $.title.en Three windows
expect $.purpose screening
