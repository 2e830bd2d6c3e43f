package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/agency"
)

func (p *pages) settings(w http.ResponseWriter, r *http.Request) error {
	s, err := p.room.CurrentSettings(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "agency.web.settings")},
		settingsPage(settingsForm(s.Version), settingsInput(s), mayEdit(r)))
}

func mayEdit(r *http.Request) bool { return access.From(r.Context()).Is(access.Administrator) }

func settingsForm(version int64) ui.FormProps {
	return ui.FormProps{Action: "/admin/agency", Version: strconv.FormatInt(version, 10)}
}

func settingsInput(s agency.Settings) agency.SettingsInput {
	return agency.SettingsInput{
		Name: s.Name, Contact: s.Contact, Zone: s.Zone, Currency: s.Currency, FiscalMonth: s.FiscalMonth, Language: s.Language,
		ThrottleFrom: s.ThrottleFrom, IdleMinutes: s.IdleMinutes, AbsoluteHours: s.AbsoluteHours,
		AdultFrom: s.Adult, ConsentFrom: s.Consent,
		InquiryDays: s.Inquiry, InboundDays: s.Inbound, ApplicationDays: s.Application, ComplaintDays: s.Complaint,
		UrgentHours: s.UrgentHours, RepeatDays: s.RepeatDays, Version: s.Version,
	}
}

func (p *pages) saveSettings(w http.ResponseWriter, r *http.Request) error {
	var in agency.SettingsInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Edit(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "agency.web.saved")
			return door.See(w, r, "/admin/agency")
		}
	}
	page := ui.Page{Title: text.Word(ctx, "agency.web.settings")}
	if now, moved := door.Moved[agency.Settings](err); moved {
		fields, keep := door.Merged(r, settingsInput(now))
		for i := range fields {
			fields[i].Label = text.Word(ctx, settingLabels[fields[i].Name])
		}
		return door.Refuse(w, r, err, page, func(error) templ.Component {
			return ui.Merge(ui.MergeProps{Form: settingsForm(now.Version), Title: page.Title, Fields: fields, Keep: keep,
				Submit: text.Word(ctx, "agency.web.save"), Cancel: "/admin/agency"})
		})
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form := settingsForm(in.Version)
		form.Typed, form.Fault = door.Typed(r), err
		return settingsPage(form, in, true)
	})
}

var settingLabels = map[string]string{
	"name/ja": "agency.web.name_ja", "name/en": "agency.web.name_en", "contact/ja": "agency.web.contact_ja", "contact/en": "agency.web.contact_en", "zone": "agency.web.zone", "currency": "agency.web.currency",
	"fiscal_month": "agency.web.fiscal_month", "language": "agency.web.language", "throttle_from": "agency.web.throttle_from",
	"idle_minutes": "agency.web.idle_minutes", "absolute_hours": "agency.web.absolute_hours",
	"adult_from": "agency.web.adult_from", "consent_from": "agency.web.consent_from",
	"inquiry_days": "agency.web.inquiry_days", "inbound_days": "agency.web.inbound_days", "application_days": "agency.web.application_days",
	"complaint_days": "agency.web.complaint_days", "urgent_hours": "agency.web.urgent_hours", "repeat_days": "agency.web.repeat_days",
}

func shownBefore(form ui.FormProps, in any) string {
	if was := form.Typed.Get(door.Was); was != "" {
		return was
	}
	return door.Shown(in)
}

func monthOptions(ctx context.Context, chosen int64) []ui.Option {
	out := make([]ui.Option, 12)
	for i := range out {
		label := time.Month(i + 1).String()
		if text.From(ctx).Base() == text.JA {
			label = strconv.Itoa(i+1) + "月"
		}
		out[i] = ui.Option{Value: strconv.Itoa(i + 1), Label: label, Checked: chosen == int64(i+1)}
	}
	return out
}

func languageOptions(ctx context.Context, chosen text.Lang) []ui.Option {
	var out []ui.Option
	for _, lang := range text.Langs {
		out = append(out, ui.Option{Value: string(lang), Label: text.Word(ctx, "agency.web.language."+string(lang)), Checked: lang == chosen})
	}
	return out
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
