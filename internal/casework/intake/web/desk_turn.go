package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// turnsInto are what an inquiry can be turned into, in the order shown.
var turnsInto = []struct{ entity, segment string }{
	{intake.KindComplaint, "complaints"}, {intake.KindApplication, "applications"}, {intake.KindReferral, "inbound-referrals"},
}

func turnActs(ctx context.Context, inquiry db.ID) []ui.Act {
	out := make([]ui.Act, len(turnsInto))
	for i, x := range turnsInto {
		out[i] = ui.Act{Label: text.Word(ctx, "intake.web.turn", "kind", text.Word(ctx, entityKey(x.entity))), Icon: "arrow-right",
			Href: "/desk/intake/" + x.segment + "/new?from=" + inquiry.String()}
	}
	return out
}

// fresh asks for something that came in by telephone, counter, letter or fax,
// or that comes of an inquiry: then with all that was typed there.
func (p *pages) fresh(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		var q struct {
			From db.ID `json:"from,omitempty"`
		}
		if err := door.Query(r, &q); err != nil {
			return err
		}
		ctx, form := r.Context(), ui.FormProps{Action: "/desk/intake/" + k.segment}
		if q.From.IsZero() {
			if k.entity == intake.KindReferral || k.entity == intake.KindInquiry {
				var err error
				if form, err = door.WithDraft(r, form, "intake."+k.entity+".new"); err != nil {
					return err
				}
			}
			return door.Show(w, r, k.freshHead(ctx), freshPage(k, form, ""))
		}
		f, err := p.room.Inquiry(ctx, access.From(ctx), q.From)
		if err != nil {
			return err
		}
		form.Typed = carriedOver(ctx, k.entity, f.Record)
		form.Hidden = map[string]string{originField: f.Record.ID.String(), originVersion: version(f.Record.Version)}
		return door.Show(w, r, k.freshHead(ctx), freshPage(k, form, f.Record.Number))
	}
}

// The fields of intake.Origin in a form.
const (
	originField   = "inquiry_id"
	originVersion = "inquiry_version"
)

// originOf keeps the inquiry in a form that came back.
func originOf(typed url.Values) map[string]string {
	if typed.Get(originField) == "" {
		return nil
	}
	return map[string]string{originField: typed.Get(originField), originVersion: typed.Get(originVersion)}
}

// carriedOver is an inquiry as the form of what comes of it has it.
func carriedOver(ctx context.Context, entity string, x intake.Inquiry) url.Values {
	out := url.Values{"channel": {x.Channel}, "main_kind": {x.MainKind}}
	set := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	who := x.About
	if who == "" {
		who = x.Caller
	}
	switch entity {
	case intake.KindComplaint:
		set("body", x.Body, "about", x.About, "discretion", "confidential", "reporter/name", x.Caller, "reporter/contact", x.Contact)
		if x.Caller == "" {
			set("discretion", "anonymous")
		}
	case intake.KindReferral:
		set("need", x.Body, "client", who, "source", x.Caller, "contact", x.Contact)
		if x.About == "" {
			set("source", "", "client_phone", phoneIn(x.Contact))
		}
	case intake.KindApplication:
		family, given := apart(withoutTitle(who))
		statement := x.Body
		if x.About != "" && x.Caller != "" || x.Contact != "" && phoneIn(x.Contact) == "" {
			statement = strings.TrimSpace(statement + "\n" + text.Word(ctx, "intake.web.was_contact") + ": " + strings.TrimSpace(x.Caller+" "+x.Contact))
		}
		set("applicant/family", family, "applicant/given", given, "statement", statement, "purpose", "new")
		if x.About == "" {
			set("applicant/phone", phoneIn(x.Contact))
		}
	}
	return out
}

// apart splits a name where it is written with a space.
func apart(name string) (family, given string) {
	if parts := strings.Fields(name); len(parts) == 2 {
		return parts[0], parts[1]
	}
	return name, ""
}

// phoneIn is a contact that is a telephone number and nothing else.
func phoneIn(contact string) string {
	bare := strings.NewReplacer("-", "", " ", "", "+", "", "(", "", ")", "").Replace(contact)
	if _, err := strconv.ParseUint(bare, 10, 64); err != nil || len(bare) < 9 {
		return ""
	}
	return contact
}

// ledFacts link what came of an inquiry, or the inquiry it came of.
func ledFacts(ctx context.Context, list []intake.Led) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, x := range list {
		out[i] = ui.Fact{Label: text.Word(ctx, entityKey(x.Kind)), Value: x.Number, Href: intake.Href(x.Kind, x.ID), Note: text.Word(ctx, statusKey(x.Kind, x.Status))}
	}
	return out
}

// ledTitle names the card that links them.
func (v view) ledTitle(ctx context.Context) string {
	if v.kind.entity == intake.KindInquiry {
		return text.Word(ctx, "intake.web.came_of")
	}
	return text.Word(ctx, "intake.web.comes_of")
}

// responded is when a complaint was responded to, and whether in time.
func responded(ctx context.Context, x intake.Complaint) string {
	if x.RespondedAt == 0 {
		return ""
	}
	return text.Word(ctx, "intake.web.responded_at", "at", calendar.FormatTime(x.RespondedAt, calendar.Zone(ctx), text.From(ctx)),
		"how", text.Word(ctx, respondedKey(x.RespondedAt > x.DueAt)))
}

// complaintNotices are what to know before anything else: that it is late, and
// that it awaits a second reader.
func complaintNotices(ctx context.Context, f intake.File[intake.Complaint]) []ui.NoticeProps {
	x, lang := f.Record, text.From(ctx)
	var out []ui.NoticeProps
	if x.RespondedAt == 0 && x.Late(f.Now) {
		out = append(out, ui.NoticeProps{Tone: ui.Bad, Title: text.Word(ctx, "intake.web.late_by"),
			Text: text.Word(ctx, "intake.web.late_hint", "at", calendar.FormatTime(x.DueAt, calendar.Zone(ctx), lang))})
	}
	if x.Status == "in_review" && !x.ScreenedBy.IsZero() {
		out = append(out, ui.NoticeProps{Tone: ui.Warn, Title: text.Word(ctx, "intake.web.proposal", "who", f.Users[x.ScreenedBy].In(lang)),
			Text: text.Word(ctx, "intake.web.proposal_hint", "why", x.ScreenedFor)})
	}
	return out
}
