# Somebody starts a household; a day to come is refused and what was typed is kept.

as caseworker
get /desk/persons/new
fill names/0/family 川田
fill names/0/given 光
fill names/0/family_kana カワタ
fill names/0/given_kana ヒカリ
fill birth_date 1982-03-04
press ja:登録する en:Register
at /desk/persons/*
keep person from path /desk/persons/*

get /desk/persons/{person}/household
see ja:世帯の記録がありません en:No household on record
link ja:世帯を登録する en:Make a household
fill from 2999-01-01
press ja:世帯を登録する en:Make a household
status 422
see 2999-01-01
tick kind living
fill from 2020-04-01
press ja:世帯を登録する en:Make a household
at /desk/persons/{person}/household
see ja:一緒に暮らす世帯 en:Living together
