# The story of Osamu Maruyama, by pages alone, without JavaScript: from three
# people who worry about him to a case resolved.

# 1. A neighbour reports the state of his home and asks not to be named.
as nobody
get /public
link ja:心配なことを知らせる en:Report a concern
tick allegations unsafe_housing
tick allegations eviction
fill body ja:家賃を督促されているようです。窓が割れたままです。 en:He is pressed for rent, and a window stays broken.
fill about 丸山修
fill address みなと市栄町2-14-301
tick discretion confidential
fill reporter/name 沖野 七郎
fill reporter/contact 045-000-7777
press @step.complaint.submit
see @intake.web.received
keep receipt from text ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})

# Somebody asks what help there might be, and leaves no trace.
get /public
link ja:使える支援を調べる en:Check what help exists
tick troubles rent
tick troubles job_lost
fill age 58
fill household_size 2
fill monthly_income 68000
press @intake.web.look

see @intake.web.likely
see @intake.web.likely_yes

# He applies himself.
as resident
get /my
link @intake.web.apply
tick "ja:住居確保給付 離職などで家賃が払えない方への給付 en:Rent support Rent for those who lost their income"
fill statement ja:7月に仕事がなくなり、家賃が2か月遅れています。 en:I lost my work in July and the rent is two months late.
fill income 68000
fill income_source ja:障害年金 en:Disability pension
press @intake.web.save
press @step.application.submit
get /my

as intake_worker
get /desk/intake
link @intake.entity.inbound_referral
fill channel fax
fill source みなと中央病院 医療相談室
fill client マルヤマ オサム
fill client_birth 昭和43年4月12日
fill need ja:退院後の生活支援。妻も入院中。手話通訳が必要。 en:Help at home after discharge. His wife is in hospital too. Needs a sign-language interpreter.
fill main_kind health
press @intake.web.take_down
link @step.inbound_referral.join

# 2. Intake looks for him by kana and finds him, though he was entered in kanji.
keep osamu from field who
tick who {osamu}
tick into new
fill main_kind housing
fill title ja:住まいと健康の立て直し en:Home and health together again
fill answer ja:担当者を決めて支援を始めます。 en:A caseworker takes this up.
press @step.inbound_referral.join
link C-2026-
at /desk/cases/*
keep case from path /desk/cases/*

get /desk/intake
link 丸山修
not see 沖野
link @step.complaint.join
tick who {osamu}
tick into {case}
press @step.complaint.join
see C-2026-

get /desk/intake?kind=application
link 丸山
link @step.application.join
tick into {case}
press @step.application.join
link C-2026-

as tanaka
get /desk/cases/{case}
status 404
as supervisor
get /desk/cases/{case}
link @step.case.assign
fill owner_id ja:田中 恵 en:Megumi Tanaka
fill team_id ja:地域生活支援係 en:Community Living Team
press @step.case.assign

# The caseworker finds him on the worklist and meets him.
as tanaka
get /desk
link @cases.web.title
link 丸山 修
at /desk/cases/*
fill body ja:自宅を訪問した。筆談と手話で話した。 en:Visited him at home. We wrote and signed.
fill channel visit
press @step.note.publish
link ja:リスクの評価 en:Risk is rated
fill risk high
press @cases.web.save
link @step.assessment.begin
tick form_key life_needs
tick person_id {osamu}
press @step.assessment.begin
tick answers/rent_late true
tick answers/income_lost true
press @assessment.web.continue
# The answer brings a further question of the same section.
fill answers/rent_months 2
press @assessment.web.continue
tick answers/sleep poor
tick answers/bereaved false
tick answers/support 1
press @assessment.web.continue
fill answers/wish ja:今の部屋で妻と暮らしたい。 en:To stay in this flat with my wife.
press @assessment.web.continue
press @step.assessment.complete
see @assessment.web.completed
press @assessment.web.kind.housing
see @assessment.web.need_kept
get /desk/cases/{case}
near ja:住居確保給付 en:Rent support
link @intake.web.determine
press @step.determination.determine
see @assessment.web.outcome.met
see 50,000
link @assessment.web.to_case
near ja:住居確保給付 en:Rent support
link @intake.web.decide
tick result approved
fill from 2026-11-01
fill until 2027-01-31
fill reasons ja:離職により収入が基準を下回り、家賃の滞納があるため。 en:His income fell below the limit when he lost his work, and rent is owed.
press @assessment.web.decide
link @assessment.web.to_case
press @step.case.to_planning

# 3. A plan from a template; he agrees to it.
link @careplan.title
link @step.care_plan.make
tick template_id ja:ひとり暮らしを支える計画 en:Plan for living alone
fill wish ja:今の部屋で暮らし続けたい。 en:To go on living in this flat.
press @step.care_plan.make
see ja:配食サービス en:Meal delivery
press @step.care_plan.propose
keep plan from path /desk/plans/*
as resident
get /my/plan
link @careplan.web.my.agree
tick signature/agreed
fill signature/name 丸山 修
press @careplan.web.my.send
see @careplan.web.my.thanks
as tanaka
get /desk/plans/{plan}
press @step.care_plan.activate
not see @careplan.web.no_reviews

# 4. His wife dies: recorded once, by her own file.
get /desk/persons?q=マルヤマ セツコ
link 丸山 節子
link @step.person.record_death
fill died_on 2026-11-20
press @step.person.record_death
get /desk/cases/{case}
press @step.case.to_assigning

# What grief counselling there is, others outside the agency give.
link @benefit.web.add
fill benefit_id ja:グリーフカウンセリング en:Grief counselling
fill quantity 8
press @step.benefit_assignment.propose
press @step.benefit_assignment.approve
get /desk/cases/{case}
see ja:グリーフカウンセリング en:Grief counselling
link @step.referral.draft
at /desk/referrals/new

# Not told yet: the referral to three providers (5) to the case resolved and
# the audit (10).
