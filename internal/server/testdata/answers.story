# What somebody answers otherwise than their record says is offered one by one,
# and nothing of it is taken over from a record that has moved meanwhile. By
# pages first: a person with a telephone and two incomes is asked for a benefit.

as caseworker
header Idempotency-Key {new}
api POST /api/v1/persons {"names":[{"family":"羽田","given":"恵子","family_kana":"ハネダ","given_kana":"ケイコ"}],"birth_date":"1958-06-03","contacts":[{"kind":"phone","value":"03-5550-0131"}]}
status 201
keep person from $.id
header Idempotency-Key {new}
api POST /api/v1/circumstances {"person_id":"{person}","kind":"income","detail":"給与","minor":90000,"currency":"JPY","period":"month","from":"2026-04-01"}
status 201
keep wage from $.id
header Idempotency-Key {new}
api POST /api/v1/circumstances {"person_id":"{person}","kind":"income","detail":"年金","minor":60000,"currency":"JPY","period":"month","from":"2024-04-01"}
status 201

get /desk/form-responses/new?person_id={person}
tick form_key benefit_interview
press @step.form_response.start
at /desk/form-responses/*/fill
keep response from path /desk/form-responses/*/fill
see 03-5550-0131
see 羽田
fill answers/phone 03-5550-0132
fill answers/household 2
press @form.web.continue

# One more and one less without a line of script, and nothing typed is lost.
see @form.render.one_more
fill answers/members/0/member 羽田 進
fill answers/members/0/member_income さんまん
press @form.render.one_more
fill answers/members/1/member 羽田 実
see さんまん
press @form.web.continue
status 422
see さんまん
see 羽田 実
fill answers/members/0/member_income 30000
press ja:一緒に暮らす人2を取り除く en:Remove Household member 2
not see 羽田 実
press @form.web.continue
tick answers/event hours
fill answers/event-own 店が建て替えになった
fill answers/story 勤め先の店が春まで休みになった。
press @form.web.continue
see 90,000
see @form.render.row_from_record
fill answers/incomes/0/income_amount 45000
press @form.render.one_more
fill answers/incomes/2/income_from 内職
fill answers/incomes/2/income_amount 5000
press @form.web.continue
see ¥140,000
tick answers/no_food false
fill answers/rent 48000
fill answers/bills 12000
fill answers/repay 0
fill answers/savings 150000
tick answers/cut_off false
press @form.web.continue
press @form.web.continue
press @form.web.continue
tick answers/explained how
press @form.web.continue
at /desk/form-responses/{response}
see 店が建て替えになった
press @step.form_response.complete
at /desk/form-responses/{response}/take-over
see 03-5550-0131
see 03-5550-0132
see @form.target.incomes
see ¥90,000
see ¥45,000
see 内職
see @form.web.own_page.household

# Her record moves while this page is open: what was chosen is refused, and
# shown again with the record as it is now.
as tanaka
header If-Match "1"
api PATCH /api/v1/persons/{person} {"gender":"female"}
status 200
as caseworker
tick take/phone correct
press @step.form_response.take_over
status 412
see 03-5550-0132
as tanaka
api GET /api/v1/persons/{person}
expect $.contacts[0].value 03-5550-0131

# Seen again, it is taken over, and what was left stays as it is.
as caseworker
press @step.form_response.take_over
at /desk/form-responses/{response}
see @form.web.taken
see 03-5550-0132
as tanaka
api GET /api/v1/persons/{person}
expect $.contacts[0].value 03-5550-0132
as caseworker
get /desk/form-responses/{response}/take-over
see ¥45,000
not see 03-5550-0131

# The same by API: the wages change from a day, the work at home is new. What was
# seen of the wages must still be so.
api GET /api/v1/form-responses/{response}/differences
status 200
expect $.differences[question=income_amount].recorded 90000
keep changed from $.differences[recorded=90000].key
keep added from $.differences[answered=5000].key
keep seen from $.version
keep record from $.person_version
header If-Match "1"
api PATCH /api/v1/circumstances/{wage} {"minor":88000}
status 200
header Idempotency-Key {new}
header If-Match "{seen}"
api POST /api/v1/form-responses/{response}/take_over {"take":{"{changed}":"change","{added}":"change"},"from":"2026-10-01","person_version":{record}}
status 409
api GET /api/v1/form-responses/{response}/differences
expect $.differences[answered=45000].recorded 88000
keep changed from $.differences[recorded=88000].key
header Idempotency-Key {new}
header If-Match "{seen}"
api POST /api/v1/form-responses/{response}/take_over {"take":{"{changed}":"change","{added}":"correct"},"from":"2026-10-01","person_version":{record}}
status 422
header Idempotency-Key answers-{new}
header If-Match "{seen}"
api POST /api/v1/form-responses/{response}/take_over {"take":{"{changed}":"change","{added}":"change"},"from":"2026-10-01","person_version":{record}}
status 200
header If-Match "{seen}"
header Idempotency-Key {new}
api POST /api/v1/form-responses/{response}/take_over {"take":{"{added}":"change"},"from":"2026-10-01","person_version":{record}}
status 412
get /desk/persons/{person}/circumstances
see ¥45,000
see ¥88,000
see 内職
get /desk/form-responses/{response}
see ¥45,000
see 内職

# Who is of another team is told of neither.
as kobayashi
get /desk/form-responses/{response}/take-over
status 404
api GET /api/v1/form-responses/{response}/differences
status 404
