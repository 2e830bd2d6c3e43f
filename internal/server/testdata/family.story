# A family at the desk: somebody joins a household, two move out together, a tie is added, ended and taken back, so is
# how they are housed, and a household entered in error goes. Nothing typed is lost on the way.

as caseworker
api POST /api/v1/persons {"names":[{"family":"滝本","given":"文","family_kana":"タキモト","given_kana":"フミ"}],"birth_date":"1981-05-05","gender":"female"}
keep mother from $.id
api POST /api/v1/persons {"names":[{"family":"滝本","given":"潤","family_kana":"タキモト","given_kana":"ジュン"}],"birth_date":"2012-02-09","gender":"male"}
keep child from $.id
api POST /api/v1/persons {"names":[{"family":"滝本","given":"勇","family_kana":"タキモト","given_kana":"イサム"}],"birth_date":"1979-04-02","gender":"male"}
keep father from $.id
api POST /api/v1/households {"kind":"living","label":"滝本","members":[{"person_id":"{father}","relation":"self","head":true,"from":"2010-04-01"},{"person_id":"{mother}","relation":"spouse","from":"2010-04-01"}]}
keep home from $.id

# the child joins, sought by name; who is chosen and how related is asked for, and the day stays
get /desk/persons/{father}/household
link ja:世帯に加える en:Add a member
fill person_id_q タキモト ジュン
press ja:検索 en:Search
see 滝本 潤
tick person_id {child}
fill from 2012-02-09
press ja:世帯に加える en:Add a member
status 422
see 2012-02-09
fill relation child
press ja:世帯に加える en:Add a member
at /desk/persons/{father}/household
see 滝本 潤

# mother and child move out together
link ja:世帯から出る en:Move out
tick person_ids {mother}
tick person_ids {child}
fill on 2999-01-01
press ja:世帯から出る en:Move out
status 422
fill on 2026-09-30
tick together
fill new_head_id {mother}
press ja:世帯から出る en:Move out
at /desk/persons/{father}/household
get /desk/persons/{mother}/household?on=2026-10-31
see 滝本 潤

# a tie is added, ended and taken back
get /desk/persons/{mother}/relate
fill other_id_q タキモト イサム
press ja:検索 en:Search
tick other_id {father}
fill kind spouse
fill strength strained
fill from 2010-04-01
press ja:関係を追加する en:Add a relationship
at /desk/persons/{mother}/household
api GET /api/v1/persons/{mother}/ecomap
expect $.ties[0].strength strained
get /desk/persons/{mother}/household
near ja:緊張・対立 en:Strained
link ja:記録を訂正する en:Correct
keep tie from path /desk/relationships/*/change
fill until 2009-01-01
press ja:保存する en:Save
status 422
see 2009-01-01
fill until 2026-10-15
press ja:保存する en:Save
get /desk/persons/{mother}/ecomap
see ja:終わったつながり en:Ended
get /desk/relationships/{tie}/remove?of={mother}
press ja:関係を取り消す en:Remove: relationship
status 422
fill reason 別の人だった
press ja:関係を取り消す en:Remove: relationship
get /desk/persons/{mother}/genogram
not see 滝本 勇

# how they are housed
get /desk/persons/{mother}/circumstances/new
fill kind housing
fill detail 2階
press ja:生活状況を加える en:Add a circumstance
status 422
see 2階
fill housing shelter
fill from 2026-10-01
press ja:生活状況を加える en:Add a circumstance
at /desk/persons/{mother}/circumstances
see ja:一時保護・シェルター en:Shelter
link ja:変更・終了 en:Change or end
fill until 2026-10-31
press ja:保存する en:Save
see ja:これまでの状況 en:As things were
link ja:変更・終了 en:Change or end
link ja:生活状況を取り消す en:Take back a circumstance
see ja:一時保護・シェルター en:Shelter
fill reason 別の人の記録
press ja:生活状況を取り消す en:Take back a circumstance
at /desk/persons/{mother}/circumstances
not see 2階

# a household entered in error: who goes with it is told first, and a reason is asked for
as supervisor
get /desk/households/{home}/void?of={father}
see 滝本 潤
press ja:世帯を取り消す en:Take back the household
status 422
fill reason 住所の読み違い
press ja:世帯を取り消す en:Take back the household
at /desk/persons/{father}/household
see ja:世帯の記録がありません en:No household on record
