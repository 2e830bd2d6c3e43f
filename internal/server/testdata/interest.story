# A caseworker knows somebody who is on file: they say so, somebody who may search finds
# whom they mean, and from then on the file is closed to them and to nobody else.

as caseworker
get /desk/persons/new
fill names/0/family 桐生
fill names/0/given 千尋
fill names/0/family_kana キリュウ
fill names/0/given_kana チヒロ
fill birth_date 1984-05-02
press ja:登録する en:Register
at /desk/persons/*
keep person from path /desk/persons/*

# nobody learns from the answer whether anybody is on file
get /account/interests
fill name 桐生 千尋
fill kana きりゅう ちひろ
fill kind family
press ja:利害関係を申告する en:Declare an interest
at /account/interests
see 桐生 千尋
get /desk/persons/{person}
status 200

# it is asked of a supervisor, who finds the person
as supervisor
get /desk
see ja:利害関係の申告が en:Declared interests to be matched
link ja:だれかを特定する en:Find the person
at /desk/interests
link ja:田中 en:Tanaka
see 桐生 千尋
press ja:この人 en:This person
see ja:有効 en:Stands

as caseworker
get /desk/persons/{person}
status 404
get /desk/persons?q=桐生
not see 千尋
get /desk/persons?q=キリュウ
not see 千尋

# the supervisor sees the file still, and lets it be open again
as supervisor
get /desk/persons/{person}
status 200
