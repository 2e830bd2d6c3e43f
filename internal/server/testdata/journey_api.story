# The whole journey by API alone: a widower’s three doors in, his case, plan and
# counsellor, to the last yen paid and the case resolved. Besides the ordinary
# way it shows that nothing happens twice, that stale copies are told so, and
# that others find nothing.

# Known before it begins: a couple, and how to reach the agency by key.
as caseworker
api POST /api/v1/persons {"names":[{"family":"黒田","given":"昭","family_kana":"クロダ","given_kana":"アキラ"}],"birth_date":"1952-03-03","gender":"male","languages":["ja"],"addresses":[{"kind":"registered","lines":"みなと市栄町3-8","latitude":35.4431,"longitude":139.6391}]}
status 201
keep akira from $.id
api POST /api/v1/persons {"names":[{"family":"黒田","given":"和子","family_kana":"クロダ","given_kana":"カズコ"}],"birth_date":"1954-10-21","gender":"female","languages":["ja"]}
keep kazuko from $.id
api POST /api/v1/households {"kind":"living","label":"黒田","members":[{"person_id":"{akira}","relation":"self","head":true},{"person_id":"{kazuko}","relation":"spouse"}]}
api POST /api/v1/relationships {"person_id":"{akira}","other_id":"{kazuko}","kind":"spouse","strength":"strong"}
api GET /api/v1/persons?q=ナカムラダイスケ
keep daisuke from $.items[0].id

# The administrator lets him and another resident in; each makes a key.
as administrator
api POST /api/v1/users {"mail":"kuroda@mail.example","name":{"ja":"黒田 昭","en":"Akira Kuroda"},"roles":["resident"],"person_id":"{akira}"}
status 201
keep user from $.id
header If-Match "1"
api POST /api/v1/users/{user}/issue_code
keep code from $.code
as new_akira
get /sign-in/code
fill mail kuroda@mail.example
fill code {code}
fill new_password lanterns over seven hills
press @account.web.set_and_enter
api POST /api/v1/api-keys {"name":"story","roles":["resident"],"days":300}
status 201
keep key from $.secret
key {key}

as administrator
api POST /api/v1/users {"mail":"nakamura@mail.example","name":{"ja":"中村 大輔","en":"Daisuke Nakamura"},"roles":["resident"],"person_id":"{daisuke}"}
status 201
keep user from $.id
header If-Match "1"
api POST /api/v1/users/{user}/issue_code
keep code from $.code
as new_daisuke
get /sign-in/code
fill mail nakamura@mail.example
fill code {code}
fill new_password lanterns over seven hills
press @account.web.set_and_enter
api POST /api/v1/api-keys {"name":"story","roles":["resident"],"days":300}
status 201
keep key from $.secret
key {key}

# 1. A concern whose reporter stays sealed, a hospital’s referral, his own
# application; screening says which help is likely and keeps nothing.
as new_akira
api POST /api/v1/screenings {"age":74,"household_size":2,"monthly_income":68000,"troubles":["rent","grief"]}
status 200
expect $.likely[0].help housing
expect $.likely[0].state met
as nobody
api GET /api/v1/complaints
status 401

as intake_worker
header Idempotency-Key {akira}-complaint
api POST /api/v1/complaints {"allegations":["unsafe_housing"],"body":"窓が割れたままです。","about":"黒田昭","discretion":"confidential","reporter":{"name":"沖野 七郎"},"channel":"phone"}
status 201
not see 沖野
keep complaint from $.id
keep receipt from $.receipt
header Idempotency-Key {akira}-complaint
api POST /api/v1/complaints {"allegations":["unsafe_housing"],"body":"窓が割れたままです。","about":"黒田昭","discretion":"confidential","reporter":{"name":"沖野 七郎"},"channel":"phone"}
status 201
expect $.id {complaint}
expect $.receipt {receipt}
header Idempotency-Key {akira}-complaint
api POST /api/v1/complaints {"allegations":["eviction"],"body":"別の話です。","about":"黒田昭","discretion":"confidential","channel":"phone"}
status 422
api POST /api/v1/inbound-referrals {"source":"みなと中央病院","client":"クロダ アキラ","client_birth":"1952-03-03","need":"退院後の支援","channel":"fax"}
status 201
keep inbound from $.id
api GET /api/v1/benefits
keep grief from $.items[key=grief_counselling].id
keep rent from $.items[key=rent_support].id

as new_akira
header Idempotency-Key {akira}-application
api POST /api/v1/applications {"applicant":{"family":"黒田","given":"昭"},"incomes":[{"detail":"年金","amount":{"amount":"68000","currency":"JPY"}},{"detail":"仕送り（額は月による）"}],"statement":"家賃が2か月遅れています。","items":[{"benefit_id":"{rent}"}]}
status 201
keep application from $.id
keep v from $.version
header Idempotency-Key {akira}-application
api POST /api/v1/applications {"applicant":{"family":"黒田","given":"昭"},"incomes":[{"detail":"年金","amount":{"amount":"68000","currency":"JPY"}},{"detail":"仕送り（額は月による）"}],"statement":"家賃が2か月遅れています。","items":[{"benefit_id":"{rent}"}]}
status 201
expect $.id {application}
header If-Match "{v}"
api POST /api/v1/applications/{application}/submit {}
expect $.status submitted
as new_daisuke
api GET /api/v1/applications/{application}
status 404
api GET /api/v1/applications
expect $.items.length 0

# 2. Intake finds him by kana though he was entered in kanji, and joins the
# three to one case.
as intake_worker
api POST /api/v1/persons/search {"q":"くろだ あきら"}
expect $.items[0].id {akira}
header If-Match "1"
api POST /api/v1/inbound-referrals/{inbound}/join {"person_id":"{akira}","open":{"main_kind":"housing","title":"住まいとこれからの暮らし"}}
status 200
expect $.opened true
keep case from $.case_id
header If-Match "1"
api POST /api/v1/complaints/{complaint}/join {"person_id":"{akira}","case_id":"{case}"}
expect $.opened false
expect $.case_id {case}
api GET /api/v1/complaints/{complaint}
expect $.case_ids[0] {case}
not see 沖野
api GET /api/v1/applications/{application}
keep v from $.version
keep item from $.items[0].id
header If-Match "{v}"
api POST /api/v1/applications/{application}/join {"case_id":"{case}"}
expect $.person_id {akira}

# A case is nobody’s business who has no part in it; assigning gives it to one.
as administrator
api GET /api/v1/users?q=tanaka
keep tanaka from $.items[0].id
keep team from $.items[0].team_ids[0]
as caseworker
api GET /api/v1/cases/{case}
status 404
as supervisor
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/cases/{case}/assign {"owner_id":"{tanaka}","team_id":"{team}"}
status 200

# The caseworker says how great the risk is: without the version seen it is
# asked for, with a stale one told what moved.
as caseworker
api GET /api/v1/cases/{case}
keep v from $.version
expect $.sources.length 3
api PATCH /api/v1/cases/{case} {"risk":"high"}
status 428
header If-Match "1"
api PATCH /api/v1/cases/{case} {"risk":"high"}
status 412
expect $.sent.risk high
expect $.current.version {v}
expect $.current.owner_id {tanaka}
header If-Match "{v}"
api PATCH /api/v1/cases/{case} {"risk":"high"}
expect $.risk high
api POST /api/v1/notes {"case_id":"{case}","channel":"visit","minutes":40,"body":"自宅を訪問した。窓は段ボールでふさいである。"}
status 201

# An assessment from the published form: an answer brings a further question.
api GET /api/v1/forms
expect $.items[key=life_needs].status published
header Idempotency-Key {akira}-assessment
api POST /api/v1/assessments {"case_id":"{case}","form_key":"life_needs"}
status 201
keep assessment from $.id
keep answers from $.answers_version
not see rent_months
api POST /api/v1/assessments/{assessment}/answers {"answers":{"rent_late":true,"income_lost":true},"answers_version":{answers}}
keep answers from $.answers_version
see rent_months
keep v from $.version
header If-Match "{v}"
api POST /api/v1/assessments/{assessment}/complete
status 422
see /answers/rent_months
api POST /api/v1/assessments/{assessment}/answers {"answers":{"rent_months":"2","sleep":"poor","bereaved":false,"support":"1","wish":"妻と今の部屋で暮らしたい。"},"answers_version":{answers}}
header If-Match "{v}"
api POST /api/v1/assessments/{assessment}/complete
expect $.status completed
expect $.score 8
expect $.band high
header Idempotency-Key {akira}-assessment
api POST /api/v1/assessments {"case_id":"{case}","form_key":"life_needs"}
status 201
expect $.id {assessment}
api GET /api/v1/assessments?case_id={case}
expect $.items.length 1
api POST /api/v1/needs {"case_id":"{case}","kind":"housing","severity":"high","assessment_id":"{assessment}"}
status 201

# The determination explains itself and comes out the same again; the decision
# closes the item and assigns the benefit in the same step, once.
api POST /api/v1/determinations {"item_kind":"application_item","item_id":"{item}"}
status 201
keep determination from $.id
expect $.state met
expect $.amount.amount 50000
expect $.findings[key=income].state met
expect $.findings[key=income].label.ja 月収が基準額以下である（1人78,000円、1人増えるごとに40,000円）
expect $.findings[key=income].facts.monthly_income.text 68000
expect $.edition 1
api POST /api/v1/determinations/{determination}/replay
expect $.same true
api POST /api/v1/determinations {"case_id":"{case}","subject_kind":"benefit","subject_id":"{rent}","facts":{"monthly_income":"150000"}}
expect $.state not_met
see would_change
header Idempotency-Key {akira}-decision
api POST /api/v1/decisions {"item_kind":"application_item","item_id":"{item}","result":"approved","determination_id":"{determination}"}
status 201
keep decision from $.id
header Idempotency-Key {akira}-decision
api POST /api/v1/decisions {"item_kind":"application_item","item_id":"{item}","result":"approved","determination_id":"{determination}"}
status 201
expect $.id {decision}
api POST /api/v1/decisions {"item_kind":"application_item","item_id":"{item}","result":"approved","determination_id":"{determination}"}
status 409
api GET /api/v1/applications/{application}
expect $.status decided
api GET /api/v1/benefit-assignments?case_id={case}
expect $.items.length 1
expect $.items[0].status approved
expect $.items[0].amount.amount 50000
keep rent_given from $.items[0].id
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/cases/{case}/to_planning
expect $.stage planning

# 3. A plan from a template; he agrees to it; it begins.
api GET /api/v1/plan-templates
keep template from $.items[code=living_alone].id
header Idempotency-Key {akira}-plan
api POST /api/v1/care-plans {"case_id":"{case}","template_id":"{template}","wish":"今の部屋で暮らし続けたい。"}
status 201
keep plan from $.id
expect $.goals.length 3
expect $.tasks.length 3
header Idempotency-Key {akira}-plan
api POST /api/v1/care-plans {"case_id":"{case}","template_id":"{template}","wish":"今の部屋で暮らし続けたい。"}
status 201
expect $.id {plan}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/care-plans/{plan}/propose
expect $.status proposed
keep v from $.version
header If-Match "{v}"
api POST /api/v1/care-plans/{plan}/activate
status 409
as new_daisuke
api GET /api/v1/care-plans/{plan}
status 404
as new_akira
api GET /api/v1/care-plans
expect $.items.length 1
expect $.items[0].id {plan}
keep agreement from $.items[0].agreements[0].id
keep agreed from $.items[0].agreements[0].version
not see {case}
as new_daisuke
header If-Match "{agreed}"
api POST /api/v1/plan-agreements/{agreement}/agree {"signed_name":"中村 大輔"}
status 404
as new_akira
header If-Match "{agreed}"
api POST /api/v1/plan-agreements/{agreement}/agree {"signed_name":"黒田 昭"}
expect $.status agreed
as caseworker
header If-Match "{v}"
api POST /api/v1/care-plans/{plan}/activate
expect $.status active
expect $.reviews.length 1

# 4. His wife has help of her own in the case. She dies: recorded once, and
# what she was given ends with it.
api POST /api/v1/participants {"case_id":"{case}","person_id":"{kazuko}","role":"household"}
status 201
api GET /api/v1/benefits
keep meals from $.items[key=meals].id
api POST /api/v1/benefit-assignments {"case_id":"{case}","person_id":"{kazuko}","benefit_id":"{meals}","quantity":"30"}
status 201
keep hers from $.id
header If-Match "1"
api POST /api/v1/benefit-assignments/{hers}/approve
header If-Match "2"
api POST /api/v1/benefit-assignments/{hers}/activate
expect $.status active
api GET /api/v1/persons/{kazuko}
keep v from $.version
date today 0
header If-Match "{v}"
header Idempotency-Key {kazuko}-died
api POST /api/v1/persons/{kazuko}/record_death {"died_on":"{today}"}
expect $.died_on {today}
keep died from $.version
header If-Match "{v}"
header Idempotency-Key {kazuko}-died
api POST /api/v1/persons/{kazuko}/record_death {"died_on":"{today}"}
expect $.version {died}
header If-Match "{v}"
api POST /api/v1/persons/{kazuko}/record_death {"died_on":"{today}"}
status 412
header If-Match "{died}"
api POST /api/v1/persons/{kazuko}/record_death {"died_on":"{today}"}
status 409
api GET /api/v1/benefit-assignments/{hers}
expect $.status ended
expect $.ended_on {today}
api POST /api/v1/benefit-assignments {"case_id":"{case}","person_id":"{kazuko}","benefit_id":"{meals}"}
status 422

# Grief raises a new need; the agency cannot deliver what answers it.
api POST /api/v1/needs {"case_id":"{case}","kind":"grief","severity":"high","detail":"妻を亡くした"}
keep need from $.id
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/cases/{case}/to_assigning
expect $.stage assigning
api GET /api/v1/benefits/{grief}
expect $.delivered_by providers
date until 120
api POST /api/v1/benefit-assignments {"case_id":"{case}","benefit_id":"{grief}","care_plan_id":"{plan}","quantity":"8","until":"{until}"}
status 201
keep assignment from $.id
header If-Match "1"
api POST /api/v1/benefit-assignments/{assignment}/approve
expect $.status approved
expect $.totals.approved 8
header If-Match "1"
api POST /api/v1/needs/{need}/address {"addressed_kind":"benefit_assignment","addressed_by_id":"{assignment}"}
expect $.status addressed

# 5. Search by specialty, distance, language and openings; consent; a referral
# to three with the packet that the consent covers.
api POST /api/v1/offerings/search {"benefit_id":"{grief}","specialty":"grief","language":"ja","openings_only":true,"latitude":35.4431,"longitude":139.6391,"within_km":3}
expect $.items[0].provider_name.ja みどりの相談室
see こころケア港町
not see 佐野カウンセリング
keep midori from $.items[0].offering.provider_id
keep midori_site from $.items[0].site.id
keep midori_offering from $.items[0].offering.id
keep midori_km from $.items[0].distance_km
api POST /api/v1/offerings/search {"q":"こころケア港町","benefit_id":"{grief}"}
keep kokoro from $.items[0].offering.provider_id
keep kokoro_site from $.items[0].site.id
api POST /api/v1/offerings/search {"q":"佐野カウンセリングオフィス","benefit_id":"{grief}"}
keep sano from $.items[0].offering.provider_id
keep sano_site from $.items[0].site.id
header Idempotency-Key {akira}-referral
api POST /api/v1/referrals {"assignment_id":"{assignment}","priority":"high","language":"ja"}
status 201
keep referral from $.id
expect $.units 8
header Idempotency-Key {akira}-referral
api POST /api/v1/referrals {"assignment_id":"{assignment}","priority":"high","language":"ja"}
status 201
expect $.id {referral}
header If-Match "1"
api POST /api/v1/referrals/{referral}/choose {"invitees":[{"provider_id":"{midori}","site_id":"{midori_site}","offering_id":"{midori_offering}","fit":5},{"provider_id":"{kokoro}","site_id":"{kokoro_site}"},{"provider_id":"{sano}","site_id":"{sano_site}"}]}
expect $.invitees.length 3
header If-Match "2"
api POST /api/v1/referrals/{referral}/cover {"fields":["name","age_band","languages","needs"],"basis":"consent","summary":"配偶者を亡くし、眠れない日が続いている。"}
status 422
see /basis
api POST /api/v1/consents {"person_id":"{akira}","fields":["name","kana","age_band","languages","needs"],"recipients":["any_invited"],"purpose":"グリーフカウンセリングの依頼","how":"paper","until":"{until}"}
status 201
keep consent from $.id
header If-Match "2"
api POST /api/v1/referrals/{referral}/cover {"fields":["name","age_band","languages","needs"],"basis":"consent","summary":"配偶者を亡くし、眠れない日が続いている。"}
expect $.basis consent
header If-Match "3"
header Idempotency-Key {akira}-send
api POST /api/v1/referrals/{referral}/send
expect $.status sent
expect $.invitations.length 3
keep sent from $.version
header If-Match "3"
header Idempotency-Key {akira}-send
api POST /api/v1/referrals/{referral}/send
expect $.invitations.length 3
expect $.version {sent}
api GET /api/v1/disclosures?person_id={akira}
expect $.items.length 3
expect $.items[0].consent_id {consent}
as new_akira
api GET /api/v1/disclosures
expect $.items.length 3
as new_daisuke
api GET /api/v1/consents/{consent}
status 404
api GET /api/v1/disclosures?person_id={akira}
status 404

# 6. Two providers ask for authorization, one declines with a reason. What they
# read is what was shared, and nobody else’s.
as midori
api GET /api/v1/invitations?view=waiting
keep asked_midori from $.items[0].id
api GET /api/v1/invitations/{asked_midori}
expect $.status viewed
see 黒田
see 眠れない日
not see 1952-03-03
not see 栄町3-8
not see {case}
keep v from $.version
date first 7
header If-Match "{v}"
header Idempotency-Key {akira}-offer
api POST /api/v1/invitations/{asked_midori}/request_authorization {"openings":3,"first_date":"{first}","units":"8","unit":"session","price":{"amount":"12000","currency":"JPY"},"practitioner":"三宅 涼子","languages":["ja"]}
expect $.status requested
keep offered from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-offer
api POST /api/v1/invitations/{asked_midori}/request_authorization {"openings":3,"first_date":"{first}","units":"8","unit":"session","price":{"amount":"12000","currency":"JPY"},"practitioner":"三宅 涼子","languages":["ja"]}
expect $.version {offered}
as kokoro
api GET /api/v1/invitations/{asked_midori}
status 404
api GET /api/v1/invitations?view=waiting
keep asked_kokoro from $.items[0].id
api GET /api/v1/invitations/{asked_kokoro}
keep v from $.version
date later 14
header If-Match "{v}"
api POST /api/v1/invitations/{asked_kokoro}/request_authorization {"openings":1,"first_date":"{later}","units":"8","unit":"session","price":{"amount":"13000","currency":"JPY"},"note":"夕方のみ"}
expect $.status requested
as sano
api GET /api/v1/invitations?view=waiting
keep asked_sano from $.items[0].id
api GET /api/v1/invitations/{asked_sano}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/invitations/{asked_sano}/decline {"reason":"full"}
expect $.status declined
as himawari
api GET /api/v1/invitations
not see {asked_midori}
api GET /api/v1/invitations/{asked_midori}
status 404
api GET /api/v1/referrals/{referral}
status 404

# Side by side; the best is approved in one step, the others are released. A
# second approval, of the same or of another, changes nothing.
as caseworker
api GET /api/v1/referrals/{referral}
expect $.invitations[0].id {asked_midori}
keep v from $.invitations[0].version
keep best from $.invitations[0].agency.best
keep kokoro_v from $.invitations[1].version
keep referral_v from $.version
header If-Match "{referral_v}"
api POST /api/v1/referrals/{referral}/note_choice {"invitation_id":"{asked_midori}","choice":"家から近いところがよい。"}
expect $.preferred_id {asked_midori}
header If-Match "{v}"
header Idempotency-Key {akira}-approve
api POST /api/v1/invitations/{asked_midori}/approve {"until":"{until}","choice":"家から近いところがよい。"}
status 200
keep authorization from $.id
expect $.status active
expect $.units 8
expect $.rate.amount 12000
header If-Match "{v}"
header Idempotency-Key {akira}-approve
api POST /api/v1/invitations/{asked_midori}/approve {"until":"{until}","choice":"家から近いところがよい。"}
status 200
expect $.id {authorization}
header If-Match "{v}"
api POST /api/v1/invitations/{asked_midori}/approve {"until":"{until}"}
status 409
header If-Match "{kokoro_v}"
api POST /api/v1/invitations/{asked_kokoro}/approve {"until":"{until}"}
status 409
api GET /api/v1/authorizations?case_id={case}
expect $.items.length 1
api GET /api/v1/referrals/{referral}
expect $.status authorized
expect $.invitations[0].status authorized
expect $.invitations[1].status not_selected
expect $.invitations[2].status declined
expect $.invitations[2].decline full
api GET /api/v1/benefit-assignments/{assignment}
expect $.status active
expect $.provider_id {midori}
as kokoro
api GET /api/v1/invitations/{asked_kokoro}
expect $.status not_selected
not see 黒田
api GET /api/v1/authorizations/{authorization}
status 404
as midori
api GET /api/v1/authorizations/{authorization}
expect $.units 8
not see {case}

# 7. It has no schedule: drafts one, the agency approves it, he is enrolled, and
# each enrolment brings its disbursement. The eighth session stands alone.
date last 49
date alone 50
header Idempotency-Key {akira}-schedule
api POST /api/v1/schedules {"title":"グリーフカウンセリング（個別）","benefit_id":"{grief}","repeat":"weekly","from":"{first}","until":"{last}","starts":"14:00","minutes":50,"capacity":1,"place":"みどりの相談室","practitioner":"三宅 涼子","authorization_ids":["{authorization}"]}
status 201
keep schedule from $.id
expect $.status draft
header Idempotency-Key {akira}-schedule
api POST /api/v1/schedules {"title":"グリーフカウンセリング（個別）","benefit_id":"{grief}","repeat":"weekly","from":"{first}","until":"{last}","starts":"14:00","minutes":50,"capacity":1,"place":"みどりの相談室","practitioner":"三宅 涼子","authorization_ids":["{authorization}"]}
status 201
expect $.id {schedule}
header If-Match "1"
api POST /api/v1/schedules/{schedule}/submit
expect $.status submitted
expect $.needs_approval true
expect $.session_ids.length 0
header If-Match "2"
api POST /api/v1/schedules/{schedule}/approve
status 404
as himawari
api GET /api/v1/schedules/{schedule}
status 404
as caseworker
api GET /api/v1/prompts
see /desk/schedules/{schedule}
header If-Match "2"
header Idempotency-Key {akira}-schedule-approve
api POST /api/v1/schedules/{schedule}/approve
expect $.status approved
expect $.session_ids.length 7
keep s1 from $.session_ids[0]
keep s2 from $.session_ids[1]
keep s3 from $.session_ids[2]
keep s4 from $.session_ids[3]
keep s5 from $.session_ids[4]
keep s6 from $.session_ids[5]
keep s7 from $.session_ids[6]
header If-Match "2"
header Idempotency-Key {akira}-schedule-approve
api POST /api/v1/schedules/{schedule}/approve
expect $.session_ids.length 7
as midori
api POST /api/v1/sessions {"title":"追加の面談","benefit_id":"{grief}","on":"{alone}","starts":"10:00","minutes":50,"capacity":1}
status 201
keep s8 from $.id
header Idempotency-Key {akira}-enrol
api POST /api/v1/session-enrolments {"session_ids":["{s8}"],"authorization_ids":["{authorization}"]}
status 201
keep e8 from $.id
header Idempotency-Key {akira}-enrol
api POST /api/v1/session-enrolments {"session_ids":["{s8}"],"authorization_ids":["{authorization}"]}
status 201
expect $.id {e8}
api POST /api/v1/session-enrolments {"session_ids":["{s8}"],"authorization_ids":["{authorization}"]}
status 409
api POST /api/v1/sessions {"title":"九回目","benefit_id":"{grief}","on":"{alone}","starts":"16:00","minutes":50,"authorization_ids":["{authorization}"]}
status 409
as himawari
api GET /api/v1/sessions/{s8}
status 404
api POST /api/v1/session-enrolments {"session_ids":["{s8}"],"authorization_ids":["{authorization}"]}
status 404
as caseworker
api GET /api/v1/disbursements?authorization_id={authorization}
expect $.items.length 8
expect $.items[0].planned 1
expect $.items[0].delivered 0
expect $.items[7].planned 1
api GET /api/v1/benefit-assignments/{assignment}
expect $.totals.delivered 0
expect $.totals.remaining 8

# 8. Attendance: attended, absent, excused, corrected. What is delivered follows
# by itself; the third absence asks the caseworker to look.
as midori
api GET /api/v1/sessions/{s1}
keep e1 from $.enrolments[0].id
header If-Match "1"
api POST /api/v1/sessions/{s1}/attend {"rest":"attended","complete":true}
status 409
days 51
date now 0
header If-Match "1"
header Idempotency-Key {akira}-s1
api POST /api/v1/sessions/{s1}/attend {"rest":"attended","complete":true}
expect $.status completed
expect $.marked.length 1
header If-Match "1"
header Idempotency-Key {akira}-s1
api POST /api/v1/sessions/{s1}/attend {"rest":"attended","complete":true}
expect $.marked.length 1
header If-Match "1"
api POST /api/v1/sessions/{s2}/attend {"rest":"absent","complete":true}
expect $.status completed
header If-Match "1"
api POST /api/v1/sessions/{s3}/attend {"rest":"excused","complete":true}
header If-Match "1"
api POST /api/v1/sessions/{s4}/attend {"rest":"absent","complete":true}
as caseworker
api GET /api/v1/prompts
not see authorization={authorization}
as midori
header If-Match "1"
api POST /api/v1/sessions/{s5}/attend {"rest":"absent","complete":true}
header If-Match "1"
api POST /api/v1/sessions/{s6}/attend {"rest":"attended","complete":true}
header If-Match "1"
api POST /api/v1/sessions/{s7}/attend {"rest":"attended","complete":true}
header If-Match "1"
api POST /api/v1/sessions/{s8}/attend {"rest":"attended","complete":true}
as caseworker
api GET /api/v1/prompts
see authorization={authorization}
api GET /api/v1/benefit-assignments/{assignment}
expect $.totals.delivered 4
expect $.totals.remaining 4

# The fourth was no absence after all: he had called. The mark stays, another
# corrects it; somebody with the copy before is told so.
as midori
api GET /api/v1/sessions/{s4}
keep e4 from $.enrolments[0].id
keep v from $.enrolments[0].version
header If-Match "{v}"
api POST /api/v1/session-enrolments/{e4}/late {"note":"電話で話した。"}
expect $.status late
expect $.delivered 1
expect $.marks.length 2
expect $.marks[0].outcome absent
expect $.marks[1].quantity 1
header If-Match "{v}"
api POST /api/v1/session-enrolments/{e4}/absent
status 412
expect $.current.status late
as himawari
header If-Match "{v}"
api POST /api/v1/session-enrolments/{e4}/absent
status 404
as caseworker
api GET /api/v1/prompts
not see authorization={authorization}
api GET /api/v1/benefit-assignments/{assignment}
expect $.totals.delivered 5
expect $.totals.remaining 3

# 9. A payment request comes out of attendance at the authorized rate. Whoever
# enters an account does not confirm it; whoever asks does not approve.
as midori
api POST /api/v1/payees {"name":"みどりの相談室","bank":"0001","branch":"001","kind":"1","number":"1234567","holder":"ミドリノソウダンシツ"}
status 201
keep payee from $.id
as okada
api POST /api/v1/payees {"owner_kind":"agency","name":"みなと市","bank":"0005","branch":"002","kind":"1","number":"7654321","holder":"ミナトシ","requester":"1234567890"}
keep own from $.id
header If-Match "1"
api POST /api/v1/payees/{own}/confirm
status 403
api POST /api/v1/payees {"owner_kind":"person","owner_id":"{akira}","name":"黒田 昭","bank":"0009","branch":"003","kind":"1","number":"2223333","holder":"クロダ アキラ"}
keep his from $.id
header If-Match "1"
api POST /api/v1/payees/{payee}/confirm
expect $.status confirmed
as miura
header If-Match "1"
api POST /api/v1/payees/{own}/confirm
header If-Match "1"
api POST /api/v1/payees/{his}/confirm
expect $.tail 333
not see 2223333

as midori
header Idempotency-Key {akira}-request
api POST /api/v1/payment-requests {"from":"{first}","until":"{now}","absences":true,"invoice":"M-1"}
status 201
keep request from $.id
keep v from $.version
expect $.lines.length 7
expect $.amount.amount 84000
expect $.flagged 2
keep absent2 from $.lines[1].id
expect $.lines[1].outcome absent
expect $.lines[1].flags[0] absent
keep absent5 from $.lines[3].id
expect $.lines[3].flags[0] absent
expect $.lines[0].rate.amount 12000
expect $.lines[0].fund general
header Idempotency-Key {akira}-request
api POST /api/v1/payment-requests {"from":"{first}","until":"{now}","absences":true,"invoice":"M-1"}
status 201
expect $.id {request}
api POST /api/v1/payment-requests {"from":"{first}","until":"{now}"}
status 409
as himawari
api GET /api/v1/payment-requests/{request}
status 404
as midori
header If-Match "{v}"
api POST /api/v1/payment-requests/{request}/submit
expect $.status submitted
header If-Match "2"
api POST /api/v1/session-enrolments/{e1}/absent
status 409
as okada
header If-Match "2"
api POST /api/v1/payment-requests/{request}/approve
status 409
header If-Match "1"
api POST /api/v1/payment-lines/{absent2}/query {"text":"無断欠席の分を請求する取り決めはありますか。"}
expect $.status queried
api GET /api/v1/payment-requests/{request}
expect $.status queried
as midori
api GET /api/v1/payment-lines/{absent2}
expect $.question 無断欠席の分を請求する取り決めはありますか。
keep v from $.version
header If-Match "{v}"
api POST /api/v1/payment-lines/{absent2}/answer {"text":"契約の第5条にあります。"}
as okada
api GET /api/v1/payment-requests/{request}
expect $.status submitted
expect $.lines[1].answer 契約の第5条にあります。
keep v from $.lines[1].version
header If-Match "{v}"
api POST /api/v1/payment-lines/{absent2}/allow {"text":"契約で確認した。"}
header If-Match "1"
api POST /api/v1/payment-lines/{absent5}/strike {"text":"取り決めは1回まで。"}
expect $.status struck
api GET /api/v1/payment-requests/{request}
expect $.amount.amount 72000
expect $.flagged 0
keep v from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-pay
api POST /api/v1/payment-requests/{request}/approve
expect $.status approved
keep approved from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-pay
api POST /api/v1/payment-requests/{request}/approve
expect $.version {approved}
header If-Match "{v}"
api POST /api/v1/payment-requests/{request}/approve
status 412
expect $.current.status approved
header If-Match "{approved}"
api POST /api/v1/payment-requests/{request}/approve
status 409

# The rent goes out the same way; the batch is approved by another than who
# built it, and leaves as a list and as the bank’s file.
as caseworker
header If-Match "2"
api POST /api/v1/benefit-assignments/{rent_given}/activate
expect $.status active
api POST /api/v1/payouts {"case_id":"{case}","person_id":"{akira}","benefit_assignment_id":"{rent_given}","benefit_id":"{rent}","payee_id":"{his}","payee_kind":"resident","method":"transfer","amount":{"amount":"50000","currency":"JPY"},"due_on":"{now}"}
status 201
keep payout from $.id
as miura
header If-Match "1"
api POST /api/v1/payouts/{payout}/approve
expect $.status approved
as okada
header Idempotency-Key {akira}-batch
api POST /api/v1/batches {"pay_on":"{now}","payment_request_ids":["{request}"],"payout_ids":["{payout}"]}
status 201
keep batch from $.id
expect $.amount.amount 122000
expect $.missing 0
header Idempotency-Key {akira}-batch
api POST /api/v1/batches {"pay_on":"{now}","payment_request_ids":["{request}"],"payout_ids":["{payout}"]}
status 201
expect $.id {batch}
api POST /api/v1/batches {"pay_on":"{now}","payment_request_ids":["{request}"]}
status 409
header If-Match "1"
api POST /api/v1/batches/{batch}/approve
status 403
as miura
header If-Match "1"
api POST /api/v1/batches/{batch}/approve
expect $.status approved
as okada
header If-Match "2"
api POST /api/v1/batches/{batch}/export
expect $.status exported
api GET /api/v1/batches/{batch}/csv
see 12000
see 50000
api GET /api/v1/batches/{batch}/zengin
header If-Match "3"
header Idempotency-Key {akira}-settle
api POST /api/v1/batches/{batch}/settle {"settled_on":"{now}"}
expect $.status settled
header If-Match "3"
header Idempotency-Key {akira}-settle
api POST /api/v1/batches/{batch}/settle {"settled_on":"{now}"}
expect $.status settled
api GET /api/v1/payment-requests/{request}
expect $.status paid
api GET /api/v1/payouts/{payout}
expect $.status paid
as caseworker
api GET /api/v1/benefit-assignments/{assignment}
expect $.totals.paid.amount 72000
api GET /api/v1/benefit-assignments/{rent_given}
expect $.totals.paid.amount 50000
check

# 10. The review shows goals met; the plan is completed, the case resolved with
# its outcome.
days 1
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/cases/{case}/to_monitoring
expect $.stage monitoring
api GET /api/v1/care-plans/{plan}
keep plan_v from $.version
keep review from $.reviews[0].id
keep review_v from $.reviews[0].version
keep g1 from $.goals[0].id
keep g2 from $.goals[1].id
keep g3 from $.goals[2].id
header If-Match "{review_v}"
api POST /api/v1/reviews/{review}/do {"moved":"眠れる日が増え、家賃の滞納もなくなった。"}
expect $.status done
header If-Match "{plan_v}"
api POST /api/v1/care-plans/{plan}/complete {"outcome":"goals_met"}
status 409
header If-Match "1"
api POST /api/v1/goals/{g1}/progress {"percent":100}
header If-Match "1"
api POST /api/v1/goals/{g2}/progress {"percent":100}
header If-Match "1"
api POST /api/v1/goals/{g3}/progress {"percent":100}
header If-Match "2"
api POST /api/v1/goals/{g1}/achieve
expect $.status achieved
header If-Match "2"
api POST /api/v1/goals/{g2}/achieve
header If-Match "2"
api POST /api/v1/goals/{g3}/achieve
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/cases/{case}/resolve {"outcome":"goals_met"}
status 409
api GET /api/v1/referrals/{referral}
expect $.status in_service
keep v from $.version
header If-Match "{v}"
api POST /api/v1/referrals/{referral}/complete
expect $.status completed
api GET /api/v1/care-plans/{plan}
keep v from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-complete
api POST /api/v1/care-plans/{plan}/complete {"outcome":"goals_met","summary":"ひとりの暮らしが落ち着いた。"}
expect $.status completed
keep completed from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-complete
api POST /api/v1/care-plans/{plan}/complete {"outcome":"goals_met","summary":"ひとりの暮らしが落ち着いた。"}
expect $.version {completed}
api GET /api/v1/benefit-assignments/{assignment}
expect $.status completed
api GET /api/v1/benefit-assignments/{rent_given}
keep v from $.version
header If-Match "{v}"
api POST /api/v1/benefit-assignments/{rent_given}/complete
api GET /api/v1/needs?case_id={case}
keep housing_need from $.items[kind=housing].id
expect $.items[kind=grief].status addressed
expect $.items[kind=housing].status identified
header If-Match "1"
api POST /api/v1/needs/{housing_need}/address {"addressed_kind":"care_plan","addressed_by_id":"{plan}"}
api GET /api/v1/cases/{case}
keep v from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-resolve
api POST /api/v1/cases/{case}/resolve {"outcome":"goals_met"}
expect $.status resolved
keep resolved from $.version
header If-Match "{v}"
header Idempotency-Key {akira}-resolve
api POST /api/v1/cases/{case}/resolve {"outcome":"goals_met"}
expect $.version {resolved}
api GET /api/v1/cases/{case}
expect $.stage resolved
expect $.outcome goals_met
as kobayashi
api GET /api/v1/cases/{case}
status 404

# What happened until the day before reads as it stood then; the whole holds.
# The API has no history of its own: the page of the desk tells it.
as caseworker
get /desk/cases/{case}/history
see @cases.timeline.case.resolve
get /desk/cases/{case}/history?before={payout}
see @cases.timeline.case.to_assigning
not see @cases.timeline.case.resolve
check
