package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
)

// invited reads an invitation and its referral for a page of the desk.
func (p *pages) invited(r *http.Request) (f referral.File, i referral.Invitation, err error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return f, i, err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if i, err = p.room.Invitation(ctx, a, id); err != nil {
		return f, i, err
	}
	f, err = p.room.Get(ctx, a, i.Referral)
	return f, i, err
}

func invitationForm(i referral.Invitation, below string) ui.FormProps {
	return ui.FormProps{Action: "/desk/invitations/" + i.ID.String() + "/" + below, Version: strconv.FormatInt(i.Version, 10)}
}

func (p *pages) askApprove(w http.ResponseWriter, r *http.Request) error {
	return p.approvePage(w, r, nil)
}

func (p *pages) approvePage(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, i, err := p.invited(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	name := f.Providers[i.Provider].Name.In(text.From(ctx))
	props := ui.ConfirmProps{Form: invitationForm(i, "approve"), Title: text.Word(ctx, "referral.web.approve_title", "provider", name),
		Text: text.Word(ctx, "referral.web.approve_hint"), Facts: offerFacts(ctx, i), Submit: text.Word(ctx, "step.invitation.authorize"), CancelHref: at(i.Referral)}
	page := ui.Page{Title: props.Title}
	if wrong == nil {
		return door.Show(w, r, page, approvePage(props, f.Referral, i))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props.Form.Typed, props.Form.Fault = door.Typed(r), err
		return approvePage(props, f.Referral, i)
	})
}

func (p *pages) approve(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.ApproveInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		var z referral.Authorization
		if z, err = p.room.Approve(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.approved")
			return door.See(w, r, at(z.Referral))
		}
	}
	return p.approvePage(w, r, err)
}

// enterForm is an answer entered for a provider: one form for all three.
type enterForm struct {
	Answer string `json:"answer"`
	Reason string `json:"reason,omitempty"`
	referral.OfferInput
	WaitDays int64 `json:"wait_days,omitempty"`
}

// answers are what a provider can say.
var answers = []string{"request_authorization", "offer_waitlist", "decline"}

func (p *pages) askEnter(w http.ResponseWriter, r *http.Request) error {
	return p.enterPage(w, r, nil)
}

func (p *pages) enterPage(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, i, err := p.invited(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	props := invitationForm(i, "enter")
	name := f.Providers[i.Provider].Name.In(text.From(ctx))
	page := ui.Page{Title: text.Word(ctx, "referral.web.enter")}
	now := entered(i, f.Referral)
	if wrong == nil {
		return door.Show(w, r, page, enterPage(door.Opened(props, now), f.Referral, name))
	}
	edit := door.Edit{Now: now, Form: props, Submit: "referral.web.save", Cancel: at(i.Referral), Words: enterWords, Read: readEntered(ctx)}
	if !slices.ContainsFunc(referral.InvitationFlow.Actions(access.From(ctx), i), func(x flow.Action) bool { return x.Step == "decline" }) {
		edit.Now = nil // decided meanwhile: nothing can be entered any more
	}
	return door.RefuseEdit(w, r, wrong, page, edit, func(err error) templ.Component {
		props.Version, props.Typed, props.Fault = door.Typed(r).Get("version"), door.Typed(r), err
		return enterPage(door.Opened(props, now), f.Referral, name)
	})
}

// enteredShown is what the provider has answered so far, as the desk's form shows it.
type enteredShown struct {
	Answer string `json:"answer,omitempty"`
	Reason string `json:"reason,omitempty"`
	offerShown
	WaitDays int64 `json:"wait_days,omitempty"`
}

func entered(i referral.Invitation, x referral.Referral) enteredShown {
	out := enteredShown{offerShown: offerShown{OfferInput: referral.OfferInput{Units: x.Units, Unit: x.Unit}}}
	switch i.Status {
	case "requested":
		out.Answer, out.offerShown = "request_authorization", offerSaid(i)
	case "waitlist_offered":
		out.Answer, out.WaitDays, out.FirstDate, out.Note = "offer_waitlist", i.WaitDays, i.FirstDate, i.Note
	case "declined":
		out.Answer, out.Reason, out.Note = "decline", i.Decline, i.Note
	}
	out.For = referral.For{Channel: cmp.Or(i.Channel, "phone"), SaidBy: i.SaidBy}
	return out
}

var enterWords = func() map[string]string {
	words := maps.Clone(answerWords)
	words["answer"], words["channel"], words["said_by"] = "referral.web.answer", "referral.web.how", "referral.web.said_by"
	return words
}()

// readEntered reads the values of an entered answer that are not words by themselves.
func readEntered(ctx context.Context) func(name, value string) string {
	read := readAnswer(ctx)
	return func(name, value string) string {
		switch name {
		case "answer":
			return labelled(options(ctx, answerKey, answers, nil), value)
		case "channel":
			return labelled(options(ctx, channelKey, referral.Channels, nil), value)
		}
		return read(name, value)
	}
}

func (p *pages) enter(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in enterForm
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, &in); err == nil {
		var i referral.Invitation
		switch in.Answer {
		case "request_authorization":
			i, err = p.room.RequestAuthorization(ctx, a, id, in.OfferInput)
		case "offer_waitlist":
			i, err = p.room.OfferWaitlist(ctx, a, id, referral.WaitInput{WaitDays: in.WaitDays, FirstDate: in.FirstDate, Note: in.Note, For: in.For, Version: in.Version})
		case "decline":
			i, err = p.room.Decline(ctx, a, id, referral.DeclineInput{Reason: in.Reason, Note: in.Note, For: in.For, Version: in.Version})
		default:
			err = fault.Invalid(fault.Field{Pointer: "/answer", Key: "fault.required"})
		}
		if err == nil {
			door.Toast(w, r, ui.OK, "referral.web.saved")
			return door.See(w, r, at(i.Referral))
		}
	}
	return p.enterPage(w, r, err)
}

func (p *pages) askRecall(w http.ResponseWriter, r *http.Request) error {
	return p.sharingPage(w, r, "recall", nil)
}

func (p *pages) askShareAgain(w http.ResponseWriter, r *http.Request) error {
	return p.sharingPage(w, r, "share_again", nil)
}

// sharingPage asks before a packet is recalled, for a reason, or shared again.
func (p *pages) sharingPage(w http.ResponseWriter, r *http.Request, step string, wrong error) error {
	f, i, err := p.invited(r)
	if err != nil {
		return err
	}
	ctx, recall := r.Context(), step == "recall"
	title := text.Word(ctx, "step.invitation."+step)
	props := ui.ConfirmProps{Form: invitationForm(i, step), Title: title, Text: text.Word(ctx, "referral.web.packet_of",
		"provider", f.Providers[i.Provider].Name.In(text.From(ctx)), "fields", wordsOf(ctx, fieldKey, i.Fields.V)),
		Submit: title, Danger: recall, CancelHref: at(i.Referral)}
	page := ui.Page{Title: title}
	if wrong == nil {
		return door.Show(w, r, page, reasonPage(props, recall))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props.Form.Typed, props.Form.Fault = door.Typed(r), err
		return reasonPage(props, recall)
	})
}

func (p *pages) shareAgain(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.StepInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		var i referral.Invitation
		if i, err = p.room.ShareAgain(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.saved")
			return door.See(w, r, at(i.Referral))
		}
	}
	return p.sharingPage(w, r, "share_again", err)
}

func (p *pages) recall(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.StepInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		var i referral.Invitation
		if i, err = p.room.Recall(ctx, access.From(ctx), id, "recall", in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.saved")
			return door.See(w, r, at(i.Referral))
		}
	}
	return p.sharingPage(w, r, "recall", err)
}

func (p *pages) say(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	i, err := p.room.Invitation(ctx, a, id)
	if err != nil {
		return err
	}
	var in referral.SayInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Say(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.said")
			return door.See(w, r, at(i.Referral))
		}
	}
	return p.again(w, r, i.Referral, err)
}

// emergencyQuery says for which case.
type emergencyQuery struct {
	Case db.ID `json:"case_id"`
}

func (p *pages) askEmergency(w http.ResponseWriter, r *http.Request) error {
	var q emergencyQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	return p.emergencyPage(w, r, referral.EmergencyInput{Case: q.Case, Unit: "day", Days: 3}, nil)
}

func (p *pages) emergencyPage(w http.ResponseWriter, r *http.Request, in referral.EmergencyInput, wrong error) error {
	ctx, a := r.Context(), access.From(r.Context())
	if _, err := p.parts.Cases.See(ctx, a, in.Case); err != nil {
		return err
	}
	all, err := p.parts.Providers.List(ctx, a, "active", db.ID{}, 200)
	if err != nil {
		return err
	}
	props := ui.FormProps{Action: "/desk/authorizations/emergency"}
	page := ui.Page{Title: text.Word(ctx, "step.referral.emergency")}
	if wrong == nil {
		return door.Show(w, r, page, emergencyPage(props, in, providerOptions(ctx, all)))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		props.Typed, props.Fault = door.Typed(r), err
		return emergencyPage(props, in, providerOptions(ctx, all))
	})
}

func (p *pages) emergency(w http.ResponseWriter, r *http.Request) error {
	var in referral.EmergencyInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		var z referral.Authorization
		if z, err = p.room.AuthorizeEmergency(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "referral.web.approved")
			return door.See(w, r, at(z.Referral))
		}
	}
	return p.emergencyPage(w, r, in, err)
}

func (p *pages) filePapers(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in referral.StepInput
	if err := door.Form(r, &in); err != nil {
		return err
	}
	z, err := p.room.AuthorizationStep(r.Context(), access.From(r.Context()), id, "file_papers", in)
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "referral.web.saved")
	return door.See(w, r, at(z.Referral))
}

func unitOptions() []string { return provider.Units }
