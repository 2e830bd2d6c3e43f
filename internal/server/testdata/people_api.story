# The same by API: search, create once however often it is sent, change with
# the version seen, faults by field.

as caseworker
header Idempotency-Key story-{new}
api POST /api/v1/persons {"names":[{"family":"齋藤","given":"京子","family_kana":"サイトウ","given_kana":"キョウコ"}],"birth_date":"1944-11-02","languages":["ja"]}
status 201
keep id from $.id
expect $.status active
expect $.version 1
expect $.names[0].family 齋藤

api GET /api/v1/persons?q=斉藤京子
expect $.items[0].id {id}

# who may be registered already is told before, of as much as is known
api POST /api/v1/alike-persons/search {"names":[{"family":"さいとう","given":"きょうこ"}],"birth_date":"1944-11-02"}
status 200
expect $.items[0].id {id}
api POST /api/v1/alike-persons/search {"names":[{"family":""}],"birth_date":"1944-11-02"}
status 200
expect $.items []

api POST /api/v1/persons {"names":[{"family":"x","given":"y"}],"birth_date":"2031-01-01","extra":1}
status 422

api PATCH /api/v1/persons/{id} {"gender":"female"}
status 428
header If-Match "7"
api PATCH /api/v1/persons/{id} {"gender":"female"}
status 412
header If-Match "1"
api PATCH /api/v1/persons/{id} {"gender":"female"}
status 200
expect $.gender female
expect $.version 2

api GET /api/v1/persons/00000000-0000-7000-8000-000000000000
status 404
