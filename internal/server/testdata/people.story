# Someone is looked for, registered, changed by two at once, and kept from
# those who may not know.

as caseworker
get /desk/persons?q=よしだ
see ja:見つかりませんでした en:Nobody found
link ja:住民を登録する en:Register a resident

# bad input keeps what was typed and says what to do, beside the field
fill names/0/family 𠮷田
fill birth_date 平成31年5月1日
press ja:登録する en:Register
status 422
see 𠮷田
see 平成31年5月1日
see ja:令和 en:Reiwa

fill names/0/given 茂
fill names/0/family_kana ヨシダ
fill names/0/given_kana シゲル
fill birth_date 昭和25年3月2日
press ja:登録する en:Register
at /desk/persons/*
keep person from path /desk/persons/*
see 𠮷田 茂
see 1950

get /desk/persons?q=吉田
see 𠮷田 茂
get /desk/persons?q=Yoshida
see 𠮷田 茂

# who is registered already is shown before somebody registers them again; nothing typed is lost
get /desk/persons/new
fill names/0/family ヨシダ
fill names/0/given シゲル
fill birth_date 昭和25年3月2日
press ja:登録する en:Register
status 422
see ja:すでに登録されている方かもしれません en:Somebody already registered may be this person
see 𠮷田 茂
see ja:生年月日が同じ en:Same date of birth
tick another
press ja:登録する en:Register
at /desk/persons/*
keep second from path /desk/persons/*
see ヨシダ シゲル

# the two are a candidate soon after, side by side with what speaks for one; kept as two, they are left alone
work
get /desk/persons/{person}
see ja:ヨシダ シゲルと同じ方かもしれません en:This may be the same person as ヨシダ シゲル
get /desk/duplicates
see 𠮷田 茂
see ヨシダ シゲル
link 𠮷田 茂
see ja:氏の読みが同じ en:Family name reads the same
press ja:別人とする en:These are two persons
at /desk/duplicates
not see ヨシダ シゲル
get /desk/duplicates?status=not_duplicate
see ヨシダ シゲル

# they are one after all: what was the second's is the first's, and whoever looks for the second is led there
link 𠮷田 茂
press ja:確認待ちに戻す en:Look at it again
get /desk/duplicates
link 𠮷田 茂
link ja:1つの記録にまとめる en:Merge into one record
see ja:すべての記録が、残す方に移ります en:Everything moves to the record that stays
fill reason 窓口で本人に確かめた
press ja:1つの記録にまとめる en:Merge into one record
at /desk/persons/{person}
see 𠮷田 茂
see ja:別名 en:Alias
work
get /desk/persons/{second}
at /desk/persons/{person}
get /desk/persons?q=ヨシダ シゲル
see 𠮷田 茂
api GET /api/v1/persons/{second}
status 200
see merged_into
# who is merged is not merged again, and it can be taken back
get /desk/persons/{person}
link ヨシダ シゲル
see 窓口で本人に確かめた
press ja:まとめる前に戻す en:Undo the merge
at /desk/persons/{second}
see ヨシダ シゲル
get /desk/persons/{person}
not see ja:この記録にまとめた記録 en:Records merged into this one
get /desk/persons/{person}/history
see ja:まとめる前に戻す en:Undo the merge
# two whom nobody would find alike are proposed by who knows better, and stay so
get /desk/persons/new
fill names/0/family 別府
fill names/0/given 澄子
press ja:登録する en:Register
at /desk/persons/*
keep third from path /desk/persons/*
get /desk/persons/{person}/same?q=別府
see 別府 澄子
press ja:見比べる en:Compare
at /desk/duplicates/*
see ja:職員が同じ方かもしれないと知らせた en:Reported by staff
work
get /desk/duplicates
see 別府 澄子

# a tie is said as each of the two sees it
header Idempotency-Key {new}
api POST /api/v1/relationships {"person_id":"{person}","other_id":"{third}","kind":"guardian"}
status 201
get /desk/persons/{person}
see ja:後見人 en:Guardian
get /desk/persons/{third}
see ja:後見を受けている人 en:Under their guardianship

# HTML and formulas are text
get /desk/persons/new
fill names/0/family <b>x</b>
fill names/0/given =1+1
press ja:登録する en:Register
see <b>x</b>

# two editors: the second sees what moved, field by field, and loses nothing
get /desk/persons/{person}/edit
as tanaka
get /desk/persons/{person}/edit
fill interpreter en
press ja:保存する en:Save
at /desk/persons/*
as caseworker
fill interpreter vi
fill gender male
press ja:保存する en:Save
status 412
see ja:ほかの人も変更しました en:Someone else changed this too
press ja:保存する en:Save
at /desk/persons/*
see ja:ベトナム語 en:Vietnamese
see ja:男性 en:Male

# history tells it
get /desk/persons/{person}/history
see ja:変更する en:Change

# another team finds a card, not the file; providers, residents and strangers find nothing
as auditor
get /desk/persons/{person}
as kobayashi
get /desk/persons?q=吉田
see 𠮷田 茂
see ja:ほかの係の担当 en:Known to another team
not see 3月2日
get /desk/persons/{person}
status 404
api GET /api/v1/persons/{person}
status 404
as resident
get /desk/persons/{person}
status 404
api GET /api/v1/persons/{person}
status 404
as nobody
api GET /api/v1/persons/{person}
status 401

# restricted: no trace
as supervisor
api GET /api/v1/persons/{person}
keep tag from header ETag
header If-Match {tag}
api POST /api/v1/persons/{person}/restrict {"reason":"職員の親族"}
status 200
as auditor
get /desk/persons?q=吉田
not see 𠮷田 茂
get /desk/persons/{person}
status 404
as kobayashi
get /desk/persons?q=吉田
not see 𠮷田 茂
get /desk/persons/{person}
status 404
