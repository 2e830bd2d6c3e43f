# A hospital sends somebody by a link, without an account. The referral becomes a case that needs no
# retyping, and the hospital learns what the client lets it know.

as intake_worker
get /desk/intake/inbound-referrals/new
link @intake.web.links
link @step.inbound_link.make
fill source ja:見本総合病院 退院支援室 en:Mihon General Hospital, discharge office
fill contact_person ja:退院支援 加納 en:Kano, discharge office
fill days 7
press @step.inbound_link.make
keep link from text (/public/refer/[0-9A-Z]{26})
get /desk/intake/links
see @status.inbound_link.open

# The partner opens it, on any device.
as new_partner
get {link}
see ja:見本総合病院 en:Mihon General Hospital
press @intake.web.refer_begin
fill client ja:野方 静江 en:Shizue Nogata
fill client_birth 1948-05-20
press @ui.continue
fill client_phone 080-0000-1948
fill household ja:一人暮らし en:Lives alone
press @ui.continue
fill need ja:退院したあと、家での食事と買い物を支える人がいません。 en:Nobody helps with meals and shopping after she leaves hospital.
fill main_kind older_resident
press @ui.continue
tick urgent
press @ui.continue
tick agreed yes
press @ui.continue
tick tell_back outcome
press @ui.continue
see ja:加納 en:Kano
fill reference T-4471
press @ui.continue
press @ui.continue
see T-4471
press @guide.send
see @intake.web.received
keep receipt from text ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})

# The link worked once.
as new_stranger
get {link}
see @intake.web.link_closed
not see ja:見本総合病院 en:Mihon General Hospital

as new_partner
get /public/receipt
fill receipt {receipt}
press @intake.web.look
see @intake.stage.received

as intake_worker
get /desk/intake?kind=inbound_referral
link ja:野方 静江 en:Shizue Nogata
see T-4471
press @step.inbound_referral.review
link @step.inbound_referral.join
tick who register
tick into new
fill answer ja:来週、担当者が訪ねます。 en:A caseworker visits next week.
press @step.inbound_referral.join
see @status.inbound_referral.accepted
link C-2026-
see ja:退院したあと en:Nobody helps with meals
see ja:野方 en:Nogata

# The outcome goes back as far as she agreed: that she was accepted, and no more.
as new_partner
get /public/receipt
fill receipt {receipt}
press @intake.web.look
see @status.inbound_referral.accepted
not see ja:来週 en:next week

as intake_worker
get /desk/intake/links
see @status.inbound_link.used
check
