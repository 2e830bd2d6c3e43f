# A family by the API: somebody joins a household, two move out together, a tie is added, ended and taken back, so is
# what they live on, and a household entered in error goes.

as caseworker
api POST /api/v1/persons {"names":[{"family":"水島","given":"文","family_kana":"ミズシマ","given_kana":"フミ"}],"birth_date":"1980-05-05","gender":"female"}
keep mother from $.id
api POST /api/v1/persons {"names":[{"family":"水島","given":"潤","family_kana":"ミズシマ","given_kana":"ジュン"}],"birth_date":"2012-01-09","gender":"male"}
keep child from $.id
api POST /api/v1/persons {"names":[{"family":"水島","given":"勇","family_kana":"ミズシマ","given_kana":"イサム"}],"birth_date":"1979-03-02","gender":"male"}
keep father from $.id

api POST /api/v1/households {"kind":"living","label":"水島","members":[{"person_id":"{father}","relation":"self","head":true,"from":"2010-04-01"},{"person_id":"{mother}","relation":"spouse","from":"2010-04-01"}]}
status 201
keep home from $.id
keep version from $.version
expect $.members.length 2
expect $.roll_up.size 2

# nobody joins from a version that is not the household's, and nobody joins who is in it
header If-Match "99"
api POST /api/v1/households/{home}/join {"person_id":"{child}","relation":"child","from":"2012-01-09"}
status 412
header If-Match "{version}"
api POST /api/v1/households/{home}/join {"person_id":"{child}","relation":"child","from":"2012-01-09"}
status 200
expect $.roll_up.size 3
keep version from $.version
header If-Match "{version}"
api POST /api/v1/households/{home}/join {"person_id":"{child}","relation":"child","from":"2013-01-01"}
status 422

# the two move out together and are a household of their own from the next day on
header If-Match "{version}"
api POST /api/v1/households/{home}/move_out {"person_ids":["{mother}","{child}"],"on":"2026-09-30","together":true,"new_head_id":"{mother}"}
status 200
expect $.roll_up.size 1
keep left from $.left_household_id
keep version from $.version
api GET /api/v1/households/{left}
expect $.roll_up.size 2
expect $.roll_up.children 1

# a tie is added, ended, and taken back for a reason
api POST /api/v1/relationships {"person_id":"{mother}","other_id":"{father}","kind":"spouse","strength":"strained","from":"2010-04-01"}
status 201
keep tie from $.id
header If-Match "1"
api PATCH /api/v1/relationships/{tie} {"until":"2009-01-01"}
status 422
header If-Match "1"
api PATCH /api/v1/relationships/{tie} {"until":"2026-10-15"}
status 200
expect $.until 2026-10-15
api GET /api/v1/persons/{mother}/genogram
expect $.ties[kind=couple].state divorced
expect $.nodes[person_id={father}].name 水島 勇
api GET /api/v1/persons/{mother}/ecomap
expect $.ties[0].ended true
header If-Match "2"
api POST /api/v1/relationships/{tie}/remove {"reason":""}
status 422
header If-Match "2"
api POST /api/v1/relationships/{tie}/remove {"reason":"別の人だった"}
status 200
api GET /api/v1/persons/{mother}/ecomap
expect $.nodes.length 0

# how they are housed says of what kind; it ends, and what was wrong is taken back
api POST /api/v1/circumstances {"person_id":"{mother}","kind":"housing","detail":"2階"}
status 422
see /housing
api POST /api/v1/circumstances {"person_id":"{mother}","kind":"income","housing":"rented","minor":1,"currency":"JPY"}
status 422
api POST /api/v1/circumstances {"person_id":"{mother}","kind":"housing","housing":"shelter","from":"2026-10-01"}
status 201
keep fact from $.id
expect $.housing shelter
header If-Match "1"
api PATCH /api/v1/circumstances/{fact} {"until":"2026-10-31"}
status 200
expect $.housing shelter
header If-Match "1"
api PATCH /api/v1/circumstances/{fact} {"housing":"public"}
status 412
header If-Match "2"
api POST /api/v1/circumstances/{fact}/remove {"reason":"別の人の記録"}
status 200
api GET /api/v1/circumstances?person_id={mother}
expect $.items.length 0

# a household entered in error is a supervisor's to take back
header If-Match "{version}"
api POST /api/v1/households/{home}/void {"reason":"住所の読み違い"}
status 404
as supervisor
header If-Match "{version}"
api POST /api/v1/households/{home}/void {"reason":"住所の読み違い"}
status 200
api GET /api/v1/households/{home}
status 404
api GET /api/v1/households/{left}
status 200
