# The story of Osamu Maruyama, by pages alone, without JavaScript: from three
# people who worry about him to a case resolved.

# 1. A neighbour reports the state of his home and asks not to be named.
as nobody
get /public
link ja:心配なことを知らせる en:Report a concern
link @guide.begin
tick in_danger false
press @ui.continue
tick allegations unsafe_housing
tick allegations eviction
press @ui.continue
fill body ja:家賃を督促されているようです。窓が割れたままです。 en:He is pressed for rent, and a window stays broken.
press @ui.continue
press @ui.continue
fill address みなと市栄町2-14-301
press @ui.continue
fill about 丸山修
press @ui.continue
tick more no
press @ui.continue
tick discretion confidential
press @ui.continue
fill reporter/name 沖野 七郎
press @ui.continue
fill reporter/contact 045-000-7777
press @ui.continue
see 丸山修
press @guide.send
see @intake.web.received
keep receipt from text ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})

# Somebody asks what help there might be, and leaves no trace.
get /public
link ja:使える支援を調べる en:Check what help exists
tick troubles rent
tick troubles job_lost
press @ui.continue
fill age 58
press @ui.continue
fill household_size 2
press @ui.continue
fill monthly_income 68000
press @ui.continue
see @intake.web.likely
see @intake.web.likely_yes

# He applies himself.
as resident
get /my
link @intake.web.apply
link @guide.begin
tick purpose new
press @ui.continue
press @ui.continue
tick applicant/reach letter
press @ui.continue
tick more no
press @ui.continue
tick "ja:住居確保給付 離職などで家賃が払えない方への給付 en:Rent support Rent for those who lost their income"
press @ui.continue
fill statement ja:7月に仕事がなくなり、家賃が2か月遅れています。 en:I lost my work in July and the rent is two months late.
press @ui.continue
tick more yes
press @ui.continue
fill incomes/0/detail ja:障害年金 en:Disability pension
fill incomes/0/amount 68000
tick incomes/0/period month
press @ui.continue
tick more no
press @ui.continue
tick more no
press @ui.continue
press @ui.continue
tick declared
press @ui.continue
press @guide.send
see @status.application.submitted
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
see @cases.next.assess

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
see @assessment.next.determine
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
see @cases.next.plan

# 3. A plan from a template; he agrees to it.
link @careplan.title
link @step.care_plan.make
tick template_id ja:ひとり暮らしを支える計画 en:Plan for living alone
fill wish ja:今の部屋で暮らし続けたい。 en:To go on living in this flat.
press @step.care_plan.make
see ja:配食サービス en:Meal delivery
press @step.care_plan.propose
keep plan from path /desk/plans/*
get /desk/cases/{case}
see @careplan.next.agree
as resident
get /my/plan
link @careplan.web.my.agree
tick signature/agreed
fill signature/name 丸山 修
press @careplan.web.my.send
see @careplan.web.my.thanks
as tanaka
get /desk/cases/{case}
see @careplan.next.activate
get /desk/plans/{plan}
press @step.care_plan.activate
not see @careplan.web.no_reviews
get /desk/cases/{case}
see @cases.next.assign
link @benefit.prompt.plan_waits n=3
press @benefit.web.approve_together

# 4. His wife dies: recorded once, by her own file.
get /desk/persons?q=マルヤマ セツコ
link 丸山 節子
link @step.person.record_death
fill died_on 2026-11-20
press @step.person.record_death
get /desk/cases/{case}
press @step.case.to_assigning
see @cases.next.assign

# What grief counselling there is, others outside the agency give.
link @benefit.web.add
fill benefit_id ja:グリーフカウンセリング en:Grief counselling
fill quantity 8
press @step.benefit_assignment.propose
press @step.benefit_assignment.approve
get /desk/cases/{case}
near ja:グリーフカウンセリング en:Grief counselling
link @benefit.web.refer
at /desk/referrals/new

# 5. Who can do it, near him, in sign language, with an opening: three are asked,
# with exactly the packet he consents to.
press @referral.web.next_providers
at /desk/referrals/*/providers
keep referral from path /desk/referrals/*/providers
see ja:みどりの相談室 en:Midori Counselling
fill specialty ja:グリーフケア en:Grief care
fill language ja:日本手話 en:Japanese Sign Language
fill within_km 2
tick openings_only
press @referral.web.search
see ja:みどりの相談室 en:Midori Counselling
not see ja:こころケア港町 en:Kokoro Care Minato
fill specialty @referral.web.any
fill language @referral.web.any
untick openings_only
press @referral.web.search
not see ja:佐野カウンセリングオフィス en:Sano Counselling Office
fill within_km @referral.web.any
press @referral.web.search
tick invitees ja:みどりの相談室 en:Midori Counselling
tick invitees ja:こころケア港町 en:Kokoro Care Minato
tick invitees ja:佐野カウンセリングオフィス en:Sano Counselling Office
press @referral.web.next_packet
see @referral.web.missing_title
link @step.consent.give
fill purpose ja:グリーフカウンセリングの提供者を選ぶため en:To choose who gives grief counselling
tick fields age_band
tick fields gender
tick fields languages
tick fields interpreter
tick fields needs
tick fields goals
tick fields benefit
tick fields name
tick fields kana
tick how paper
fill until 2027-03-31
press @step.consent.give
at /desk/referrals/*/packet
tick fields name
tick fields kana
tick fields age_band
tick fields gender
tick fields languages
tick fields interpreter
tick fields needs
tick fields goals
tick fields benefit
tick fields address
fill summary ja:妻を亡くした直後。眠れず、人と話す機会がない。 en:He has just lost his wife. He sleeps badly and talks to nobody.
fill goals ja:週に一度は外に出て人と話す。 en:To go out and talk to someone once a week.
press @referral.web.next_review
status 422
see ja:次の項目の同意がありません en:no consent
untick fields address
press @referral.web.next_review
see ja:みどりの相談室 en:Midori Counselling
see ja:人と話す機会がない en:talks to nobody
not see 栄町2-14-301
press @step.referral.send
get /desk/cases/{case}
see @referral.next.answers

# 6. Two ask to be authorized with offers that can be compared, one declines.
as midori
get /portal
link ja:グリーフカウンセリング en:Grief counselling
see 丸山 修
not see 栄町2-14-301
not see 1968
see ja:人と話す機会がない en:talks to nobody
link @step.invitation.request_authorization
fill first_date 2026-12-01
fill price 12000
fill practitioner ja:三宅 涼子 en:Ryoko Miyake
fill openings 3
tick languages jsl
press @step.invitation.request_authorization
as kokoro
get /portal/referrals
link ja:グリーフカウンセリング en:Grief counselling
link @step.invitation.request_authorization
fill first_date 2026-12-08
fill price 13000
press @step.invitation.request_authorization
as sano
get /portal/referrals
link ja:グリーフカウンセリング en:Grief counselling
link @step.invitation.decline
tick reason full
press @step.invitation.decline
as himawari
get /portal/referrals
not see ja:グリーフカウンセリング en:Grief counselling
as tanaka
get /desk/cases/{case}
see @referral.next.compare
link @referral.web.compare
at /desk/referrals/*
see ja:三宅 涼子 en:Ryoko Miyake
see 13,000
see @referral.web.decline.full
keep compare from path /desk/referrals/*
near ja:みどりの相談室 en:Midori Counselling
link @step.invitation.authorize
press @step.invitation.authorize
at /desk/referrals/*
see Z-2026-
get /desk/cases/{case}
see @referral.next.first_session
as kokoro
get /portal/referrals
link @referral.web.inbox.over
link ja:グリーフカウンセリング en:Grief counselling
see ja:ほかの提供者に決まったため en:Another provider was chosen

# 7. It has no schedule for him yet: it drafts one, the agency approves it, and
# each place in a session makes its disbursement.
as midori
get /portal
link @home.plan_sessions
fill title ja:グリーフカウンセリング（火曜） en:Grief counselling (Tuesdays)
fill from 2026-12-01
fill starts 14:00
fill minutes 60
fill until 2027-01-31
fill place ja:みどりの相談室 第2面談室 en:Midori Counselling, room 2
fill practitioner ja:三宅 涼子 en:Ryoko Miyake
press @step.schedule.submit
at /portal/schedules/*
keep schedule from path /portal/schedules/*
see @status.schedule.submitted
as tanaka
get /desk/schedules/{schedule}
see ja:三宅 涼子 en:Ryoko Miyake
press @step.schedule.approve
see @status.schedule.approved
as midori
get /portal/schedules/{schedule}
see @status.schedule.approved
# He cannot come on the eighth day: that place is given up and one on the ninth taken.
link ja:第8回 en:session 8
link @delivery.web.each_person
link 丸山 修
fill reason ja:通院の日と重なるため en:It is the day of his hospital visit
press @delivery.web.cancel_place
get /portal/schedules/{schedule}
link ja:第9回 en:session 9
link @delivery.web.enrol
tick authorization_ids 丸山 修
press @step.session_enrolment.enrol
see 丸山 修
get /portal/schedules/{schedule}
link ja:第1回 en:session 1
keep first from path /portal/sessions/*

# 8. Attendance: attended, excused, absent, corrected.
days 7
get /portal
link ja:グリーフカウンセリング（火曜） en:Grief counselling (Tuesdays)
press ja:未記録の1名を出席にする en:Mark the other 1: Attended
press @step.session.complete
see @delivery.web.confirmed
see ja:残り7 en:7
as tanaka
get /desk
link @cases.web.title
see @referral.next.follow
get /desk/cases/{case}
see @referral.next.follow
not see @referral.next.first_session
as midori
days 7
get /portal/schedules/{schedule}
link ja:第2回 en:session 2
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:無断欠席にする en:Mark as Absent
press @step.session.complete
# He had called: the mark is corrected, what was there first stays readable.
link @delivery.web.each_person
link 丸山 修
tick outcome excused
fill note ja:前日に電話があった en:He called the day before
press @delivery.web.record
see @status.session_enrolment.excused
see @status.session_enrolment.absent
days 7
get /portal/schedules/{schedule}
link ja:第3回 en:session 3
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:無断欠席にする en:Mark as Absent
press @step.session.complete
days 7
get /portal/schedules/{schedule}
link ja:第4回 en:session 4
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:無断欠席にする en:Mark as Absent
press @step.session.complete
as tanaka
get /desk/cases/{case}
not see @delivery.prompt.absences n=3
as midori
days 7
get /portal/schedules/{schedule}
link ja:第5回 en:session 5
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:無断欠席にする en:Mark as Absent
press @step.session.complete
as tanaka
get /desk/cases/{case}
see @delivery.prompt.absences n=3
fill body ja:電話がつながり、体調が戻ってから通うと話した。 en:Reached him by phone. He will go again once he is well.
fill channel phone
press @step.note.publish
as midori
days 7
get /portal/schedules/{schedule}
link ja:第6回 en:session 6
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:出席にする en:Mark as Attended
press @step.session.complete
days 7
get /portal/schedules/{schedule}
link ja:第7回 en:session 7
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:出席にする en:Mark as Attended
press @step.session.complete
days 14
get /portal/schedules/{schedule}
link ja:第9回 en:session 9
tick id ja:丸山 修を選択 en:Select 丸山 修
press ja:出席にする en:Mark as Attended
press @step.session.complete
as tanaka
get /desk/cases/{case}
link ja:グリーフカウンセリング en:Grief counselling
see ja:4 / 8 回 en:4 / 8 sessions

# 9. The provider asks to be paid for what was attended; finance queries one
# line, the provider answers, and another approves what one has built.
as midori
get /portal/payments
fill from 2026-12-01
fill until 2027-01-26
fill invoice MI-2027-01
press @step.payment_request.build
see ¥48,000
at /portal/payments/*
keep request from path /portal/payments/*
keep number from text (P-2027-[0-9]+-[0-9])
press @step.payment_request.submit
as okada
get /desk
link @home.check_requests
link {number}
see ¥48,000
near ja:2026年12月1日 en:1 Dec 2026
link @step.payment_line.query
fill text ja:この日は何分でしたか。 en:How many minutes was it that day?
press @step.payment_line.query
as midori
get /portal/payments/{request}
link @step.payment_line.answer
fill text ja:60分です。予定どおりに終わりました。 en:60 minutes. It ended as planned.
press @step.payment_line.answer
as okada
get /desk/payments/{request}
see ja:60分です en:60 minutes
press @step.payment_request.approve
see @status.payment_request.approved
get /desk/batches
link @step.batch.build
fill pay_on 2027-02-25
tick payment_request_ids {number}
press @step.batch.build
at /desk/batches/*
keep batch from path /desk/batches/*
see ¥48,000
as miura
get /desk
link @home.check_batch
press @step.batch.approve
as okada
get /desk/batches/{batch}
press @step.batch.export
get /desk/batches/{batch}/zengin
see 8000001
get /desk/batches/{batch}/csv
see 2027-01-26,1,12000,100,12000,JPY
days 30
get /desk/batches/{batch}
link @step.batch.settle
press @step.batch.settle
see @status.batch.settled
as midori
get /portal/payments/{request}
see @status.payment_request.paid
as tanaka
get /desk/cases/{case}
link ja:グリーフカウンセリング en:Grief counselling
see ¥48,000

# 10. Reviews show goals met; the plan is completed, the case resolved.
get /desk/cases/{case}
press @step.case.to_monitoring
see @cases.next.monitor
get /desk/plans/{plan}
press ja:「主治医意見書を依頼する」の完了を切り替える en:Done: Ask for the physician’s opinion
press ja:「家賃証明を確認する」の完了を切り替える en:Done: Check proof of rent
press ja:「地域サロンを見学する」の完了を切り替える en:Done: Visit the community salon
link ja:週1回、地域の集まりに参加する en:Join a community group once a week
link @step.goal.progress
fill percent 100
press @step.goal.progress
get /desk/plans/{plan}
link ja:週1回、地域の集まりに参加する en:Join a community group once a week
link @step.goal.achieve
fill note ja:毎週サロンに通っている。 en:He goes every week.
press @step.goal.achieve
get /desk/plans/{plan}
link ja:家賃の滞納を解消する en:Clear the overdue rent
link @step.goal.progress
fill percent 100
press @step.goal.progress
get /desk/plans/{plan}
link ja:家賃の滞納を解消する en:Clear the overdue rent
link @step.goal.achieve
fill note ja:滞納分をすべて納めた。 en:All arrears are paid.
press @step.goal.achieve
get /desk/plans/{plan}
link ja:配食と家事援助で在宅生活を続ける en:Go on living at home with meals and help
link @step.goal.progress
fill percent 80
fill note ja:配食を始めてから週5回食べている。 en:Five meals a week since the meals began.
press @step.goal.progress
get /desk/plans/{plan}
link ja:配食と家事援助で在宅生活を続ける en:Go on living at home with meals and help
link @step.goal.partly_achieve
fill note ja:配食で食事がとれている。家事援助は使わなかった。 en:He eats well with the meals. Home help was not needed.
press @step.goal.partly_achieve
get /desk/plans/{plan}
see ja:3件中2件を達成 en:2 of 3
link ja:モニタリングを記録する en:Record the review
fill moved ja:滞納が解消し、サロンに通っている。 en:The arrears are paid and he goes to the salon.
press ja:モニタリングを記録する en:Record the review
get /desk/cases/{case}
see @careplan.next.review
get /desk/plans/{plan}
link @step.care_plan.complete
tick outcome partly_met
fill summary ja:一人暮らしが落ち着き、地域とのつながりができた。 en:He lives on his own steadily and knows his neighbours.
tick rest close
press @step.care_plan.complete
see @status.care_plan.completed
get /desk/cases/{case}
see @careplan.next.complete
link ja:グリーフカウンセリング en:Grief counselling
press @step.benefit_assignment.complete
see @status.benefit_assignment.completed
get /desk/referrals/{compare}
link @step.referral.complete
press @step.referral.complete
get /desk/cases/{case}
see @careplan.next.complete
near @benefit.web.assignments
link ja:住居確保給付 en:Rent support
see ¥50,000
press ja:提供を始める en:Begin
press @step.benefit_assignment.complete
get /desk/cases/{case}
link @step.case.resolve
tick outcome partly_met
press @step.case.resolve
see @status.case.resolved
# What was written stays readable; the books, the references and the journal hold.
link ja:履歴 en:History
check
