# The journey's first doors in, by the API: a concern whose reporter stays
# sealed, and a hospital's referral, joined to one case. Not told yet by the
# API: everything after it; journey.story tells it by pages.

as intake_worker
api GET /api/v1/persons?q=ナカムラ
keep person from $.items[0].id
header Idempotency-Key story-{new}
api POST /api/v1/complaints {"allegations":["unsafe_housing"],"body":"窓が割れたままです。","about":"中村大輔","discretion":"confidential","reporter":{"name":"沖野 七郎"},"channel":"phone"}
status 201
not see 沖野
keep complaint from $.id
api POST /api/v1/inbound-referrals {"source":"みなと中央病院","client":"ナカムラ ダイスケ","need":"退院後の支援","channel":"fax"}
status 201
keep referral from $.id
header If-Match "1"
api POST /api/v1/inbound-referrals/{referral}/join {"person_id":"{person}","open":{"main_kind":"housing","title":"住まい"}}
status 200
expect $.opened true
keep case from $.case_id
header If-Match "1"
api POST /api/v1/complaints/{complaint}/join {"person_id":"{person}","case_id":"{case}"}
status 200
expect $.opened false
expect $.case_id {case}
api GET /api/v1/complaints/{complaint}
expect $.case_ids[0] {case}
not see 沖野
