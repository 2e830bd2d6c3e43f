# An inquiry is led on to a complaint without typing it again; the board gives it to somebody, who
# responds and tells an authority; screening out takes a second reader; a deadline is changed.

as intake_worker
get /desk/intake/inquiries/new
fill channel phone
fill body 三階の子どもが、夜に一人で外にいる
fill caller 川辺 隆
fill contact 045-000-7777
fill about 三階の子
press @intake.web.take_down
at /desk/intake/inquiries/*
keep inquiry from path /desk/intake/inquiries/*
keep number from text Q-\d{4}-\d{5}-\d
get /desk/intake?kind=inquiry
see 三階の子
see @intake.web.nobody_yet

get /desk/intake/complaints/new?from={inquiry}
see 三階の子どもが、夜に一人で外にいる
see 川辺 隆
press @intake.web.take_down
status 422
see 三階の子どもが、夜に一人で外にいる
tick allegations neglect
tick child
press @intake.web.take_down
see @intake.web.received
get /desk/intake/inquiries/{inquiry}
see @status.inquiry.joined
see @intake.web.came_of
not see 川辺 隆
get /desk/intake?kind=complaint&view=nobody
link 三階の子
at /desk/intake/complaints/*
keep complaint from path /desk/intake/complaints/*
see {number}
not see 川辺 隆

# One is chosen and taken on; nobody else has to.
get /desk/intake/complaints/{complaint}
link @intake.web.assign_to
see @intake.web.these
press @intake.web.assign
status 422
see @intake.fault.to_whom
fill owner_id ja:小林 直樹 en:Naoki Kobayashi
press @intake.web.assign
at /desk/intake/complaints/{complaint}
see ja:小林 en:Kobayashi
press @door.undo
at /desk/intake
get /desk/intake/complaints/{complaint}

# The clock is responded to, and an authority is told.
get /desk/intake/complaints/{complaint}/respond
fill answer 訪問し、無事を目で確かめた
press @step.complaint.respond
see 無事を目で確かめた
get /desk/intake/complaints/{complaint}/report
fill authority 児童相談所
fill told 夜間の外出があったことを伝えた
tick fields name
press @step.complaint.report
status 422
see @intake.fault.basis
see 夜間の外出があったことを伝えた
fill basis law
fill provision 児童福祉法 第25条
press @step.complaint.report
at /desk/intake/complaints/{complaint}
see @intake.web.reports
see 児童福祉法 第25条

# Who proposes to screen out does not decide it; the second reader sends it back.
press @step.complaint.review
get /desk/intake/complaints/{complaint}/propose_screening_out
fill reason 所管外のため
press @step.complaint.propose_screening_out
get /desk/intake?view=second
not see 三階の子

as supervisor
get /desk
get /desk/intake?view=second
link 三階の子
see 所管外のため
get /desk/intake/complaints/{complaint}/send_back
fill reason こちらで見守る
press @step.complaint.send_back
see こちらで見守る

as administrator
get /admin/allegation-clocks
fill clocks/4/hours 0
press @intake.web.save
status 422
fill clocks/4/hours 24
fill clocks/4/source 市の要領
press @intake.web.save
see 市の要領
