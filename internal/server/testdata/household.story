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

# What they live on is entered, with a fault beside its field, ended, and taken back for a reason.
get /desk/persons/{person}/circumstances/new
fill kind income
fill amount -5
press ja:生活状況を加える en:Add a circumstance
status 422
fill amount 82000
fill detail 老齢年金
fill period month
fill from 2026-04-01
press ja:生活状況を加える en:Add a circumstance
at /desk/persons/{person}/circumstances
see 老齢年金
see 82,000
get /desk/persons/{person}/household
see 82,000
get /desk/persons/{person}/genogram
see ja:家族の記録がありません en:No family on record
