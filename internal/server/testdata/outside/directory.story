# A directory kept elsewhere is brought in, twice; one of its services is found,
# asked, authorized, delivers and is paid. By API alone.

as program_manager
import 51
import 0

# Found by words and distance, by who may refer.
as caseworker
api POST /api/v1/offerings/search {"q":"Peer Counseling","latitude":37.56,"longitude":-122.32,"within_km":3}
expect $.items[0].offering.name.en Senior Peer Counseling
see 24 Second Avenue
keep offering from $.items[0].offering.id
keep site from $.items[0].site.id
keep provider from $.items[0].offering.provider_id
api POST /api/v1/offerings/search {"q":"Peer Counseling","latitude":37.4838,"longitude":-122.2274,"within_km":3}
not see Senior Peer Counseling

# The administrator lets its manager in.
as administrator
api POST /api/v1/users {"mail":"peer@outside.example","name":{"ja":"ダナ・フリント","en":"Dana Flint"},"roles":["provider_manager"],"provider_id":"{provider}"}
status 201
keep user from $.id
header If-Match "1"
api POST /api/v1/users/{user}/issue_code
keep code from $.code
as new_dana
get /sign-in/code
fill mail peer@outside.example
fill code {code}
fill new_password lanterns over seven hills
press @account.web.set_and_enter
api POST /api/v1/api-keys {"name":"story","roles":["provider_manager"],"days":300}
status 201
keep key from $.secret
key {key}
api GET /api/v1/providers/{provider}
expect $.status active

# A need, a consent for this provider alone, and the packet.
as caseworker
api POST /api/v1/persons {"names":[{"family":"長谷","given":"文","family_kana":"ハセ","given_kana":"フミ"}],"birth_date":"1958-06-01","languages":["ja","en"]}
status 201
keep person from $.id
api POST /api/v1/cases {"person_id":"{person}","main_kind":"older_resident","title":"仲間との相談"}
status 201
keep case from $.id
api GET /api/v1/benefits
keep benefit from $.items[key=grief_counselling].id
date until 60
api POST /api/v1/benefit-assignments {"case_id":"{case}","benefit_id":"{benefit}","quantity":"2","until":"{until}"}
status 201
keep assignment from $.id
header If-Match "1"
api POST /api/v1/benefit-assignments/{assignment}/approve
api POST /api/v1/consents {"person_id":"{person}","fields":["name","languages","needs"],"recipients":["provider:{provider}"],"purpose":"相談の依頼","how":"spoken","until":"{until}"}
status 201
api POST /api/v1/referrals {"assignment_id":"{assignment}"}
status 201
keep referral from $.id
header If-Match "1"
api POST /api/v1/referrals/{referral}/choose {"invitees":[{"provider_id":"{provider}","site_id":"{site}","offering_id":"{offering}"}]}
header If-Match "2"
api POST /api/v1/referrals/{referral}/cover {"fields":["name","languages","needs"],"basis":"consent","summary":"話し相手がほしい。"}
header If-Match "3"
api POST /api/v1/referrals/{referral}/send
expect $.status sent

# Asked, offered, authorized.
as new_dana
api GET /api/v1/invitations?view=waiting
expect $.items.length 1
keep invitation from $.items[0].id
api GET /api/v1/invitations/{invitation}
see 長谷
keep v from $.version
date first 1
header If-Match "{v}"
api POST /api/v1/invitations/{invitation}/request_authorization {"first_date":"{first}","units":"2","unit":"session","price":{"amount":"4000","currency":"JPY"}}
expect $.status requested
keep v from $.version
as midori
api GET /api/v1/invitations/{invitation}
status 404
as caseworker
header If-Match "{v}"
api POST /api/v1/invitations/{invitation}/approve
status 200
keep authorization from $.id
expect $.rate.amount 4000

# Delivered: one session of the two, and paid.
as new_dana
api POST /api/v1/sessions {"title":"Peer counselling","benefit_id":"{benefit}","on":"{first}","starts":"10:00","minutes":60,"capacity":1,"authorization_ids":["{authorization}"]}
status 201
keep session from $.id
days 2
date now 0
header If-Match "1"
api POST /api/v1/sessions/{session}/attend {"rest":"attended","complete":true}
expect $.status completed
api POST /api/v1/payees {"name":"Peninsula Volunteers","bank":"0001","branch":"001","kind":"1","number":"9988776","holder":"ﾍﾟﾆﾝｼｭﾗ"}
status 201
keep payee from $.id
api POST /api/v1/payment-requests {"from":"{first}","until":"{now}"}
status 201
keep request from $.id
expect $.lines.length 1
expect $.amount.amount 4000
header If-Match "1"
api POST /api/v1/payment-requests/{request}/submit
as okada
header If-Match "1"
api POST /api/v1/payees/{payee}/confirm
api POST /api/v1/payees {"owner_kind":"agency","name":"みなと市","bank":"0005","branch":"002","kind":"1","number":"7654321","holder":"ミナトシ","requester":"1234567890"}
keep own from $.id
header If-Match "2"
api POST /api/v1/payment-requests/{request}/approve
expect $.status approved
api POST /api/v1/batches {"pay_on":"{now}","payment_request_ids":["{request}"]}
status 201
keep batch from $.id
as miura
header If-Match "1"
api POST /api/v1/payees/{own}/confirm
header If-Match "1"
api POST /api/v1/batches/{batch}/approve
as okada
header If-Match "2"
api POST /api/v1/batches/{batch}/export
header If-Match "3"
api POST /api/v1/batches/{batch}/settle {"settled_on":"{now}"}
expect $.status settled
as new_dana
api GET /api/v1/payment-requests/{request}
expect $.status paid
as caseworker
api GET /api/v1/referrals/{referral}
expect $.status in_service
api GET /api/v1/benefit-assignments/{assignment}
expect $.totals.delivered 1
expect $.totals.remaining 1
expect $.totals.paid.amount 4000

# Brought in once more: what was agreed here stays.
as program_manager
import 0
as caseworker
api GET /api/v1/authorizations/{authorization}
expect $.status active
check
