# A paper is asked for, brought by the resident, sent back because it cannot be read, brought
# again and accepted; nobody learns of it who does not work with them.

as tanaka
get /desk/persons?q=丸山修
link 丸山 修
at /desk/persons/*
keep osamu from path /desk/persons/*
link @document.web.ask
fill others 健康保険証の写し
fill instruction 表と裏の両方
tick shown true
press @document.web.ask
at /desk/persons/*
see 健康保険証の写し

# the sheet that is handed over names the resident, and how the agency is reached
get /desk/documents/sheet?owner_kind=person&owner_id={osamu}
see 丸山 修 様
see 健康保険証の写し
see ja:電話 045-000-0100 en:電話 045-000-0100
not see 節子

as resident
get /my/documents
link 健康保険証の写し
keep paper from path /my/documents/*
see 表と裏の両方
press @document.web.my_send
status 422
attach file papers/front.pdf
press @document.web.my_send
see @document.web.my.received
# a second time the same file is not another
attach file papers/front.pdf
press @document.web.my_send
see @document.web.my.received

as tanaka
get /desk/documents/{paper}
see front.pdf
get /desk/documents/{paper}/reject
press @step.document.reject
status 422
fill reason 番号が読めません
press @step.document.reject
at /desk/documents/*

as resident
get /my/documents/{paper}
see 番号が読めません
attach file papers/sharper.pdf
press @document.web.my_send
see @document.web.my.received
not see 番号が読めません

as tanaka
get /desk/documents/{paper}
see sharper.pdf
get /desk/documents/{paper}/accept
press @step.document.accept
at /desk/documents/*

as resident
get /my/documents/{paper}
see @document.web.my.accepted

# it is nobody else's: another team's worker, a provider, a visitor
as provider_manager
api GET /api/v1/documents/{paper}
status 404
as nobody
api GET /api/v1/documents/{paper}
status 401
get /my/documents/{paper}
see @account.web.sign_in
