# A sign-in ends while a long form is being filled in, in a browser without
# JavaScript: nothing typed is lost, nothing is done by anybody else, and what
# comes back is sent once.

as tanaka
get /desk/persons/new
fill names/0/family 𠮷田<b>
fill names/0/given =茂🙂
fill names/0/family_kana ヨシダ
fill birth_date 昭和25年3月2日
fill gender male
tick languages ja
tick languages vi
fill interpreter vi
expire
press ja:登録する en:Register
at /sign-in
see ja:サインイン en:Sign in

fill mail tanaka@minato.example
fill password {password}
press ja:サインイン en:Sign in
at /account/parked/*
keep parked from path /account/parked/*
see @door.parked.title

# nobody else gets it
as kobayashi
get /account/parked/{parked}
status 404

# looked over first: every field as it was typed
as tanaka
press @door.parked.look
status 422
see 𠮷田<b>
see =茂🙂
see ヨシダ
see 昭和25年3月2日
keep family from field names/0/family
fill names/0/given_kana シゲル
press ja:登録する en:Register
at /desk/persons/*
keep person from path /desk/persons/*
see 𠮷田<b> =茂🙂
see 1950
see ja:ベトナム語 en:Vietnamese

# it went once and waits no more
get /account/parked/{parked}
status 404

# a change of a record, sent as it was
get /desk/persons/{person}/edit
fill interpreter ne
expire
press ja:保存する en:Save
at /sign-in
fill mail tanaka@minato.example
fill password {password}
press ja:サインイン en:Sign in
at /account/parked/*
press @door.parked.send
at /desk/persons/*
see ja:ネパール語 en:Nepali

# bad input in a form that expired is still told, beside its field
get /desk/persons/new
fill names/0/family 期限
fill birth_date 平成31年5月1日
expire
press ja:登録する en:Register
fill mail tanaka@minato.example
fill password {password}
press ja:サインイン en:Sign in
press @door.parked.send
status 422
see 期限
see 平成31年5月1日
see ja:令和 en:Reiwa
