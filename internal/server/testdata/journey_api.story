# The journey's first door in, by the API: a concern whose reporter stays sealed.
# Not told yet by the API: everything after it; journey.story tells it by pages.

as intake_worker
api GET /api/v1/persons?q=ナカムラ
keep person from $.items[0].id
header Idempotency-Key story-{new}
api POST /api/v1/complaints {"allegations":["unsafe_housing"],"body":"窓が割れたままです。","about":"中村大輔","discretion":"confidential","reporter":{"name":"沖野 七郎"},"channel":"phone"}
status 201
not see 沖野
