package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
)

const referAt = "/public/referral"

// referAnswers is a referral as a partner is asked it, one question a page.
// What stands after the last question is held by the server: no page asks it.
type referAnswers struct {
	Code           string        `json:"code,omitempty"`
	Client         string        `json:"client,omitempty"`
	ClientKana     string        `json:"client_kana,omitempty"`
	ClientBirth    calendar.Date `json:"client_birth,omitempty"`
	ClientPhone    string        `json:"client_phone,omitempty"`
	ClientAddress  string        `json:"client_address,omitempty"`
	ClientLanguage string        `json:"client_language,omitempty"`
	Household      string        `json:"household,omitempty"`
	Need           string        `json:"need,omitempty"`
	Kind           string        `json:"main_kind,omitempty"`
	Urgent         bool          `json:"urgent,omitempty"`
	NeededOn       calendar.Date `json:"needed_on,omitempty"`
	Agreed         string        `json:"agreed,omitempty"`
	TellBack       string        `json:"tell_back,omitempty"`
	ContactPerson  string        `json:"contact_person,omitempty"`
	SourcePhone    string        `json:"source_phone,omitempty"`
	SourceEmail    string        `json:"source_email,omitempty"`
	Reference      string        `json:"reference,omitempty"`

	Papers []intake.Paper `json:"papers,omitempty"`
	Token  string         `json:"token,omitempty"`
}

func (in referAnswers) input() intake.InboundInput {
	tell := in.TellBack
	if in.Agreed == "no" {
		tell = "" // the question was not asked
	}
	return intake.InboundInput{Client: in.Client, ClientKana: in.ClientKana, ClientBirth: in.ClientBirth, ClientPhone: in.ClientPhone, ClientAddress: in.ClientAddress,
		ClientLanguage: in.ClientLanguage, Household: in.Household, Need: in.Need, Kind: in.Kind, Urgent: in.Urgent, NeededOn: in.NeededOn, Agreed: in.Agreed,
		TellBack: tell, ContactPerson: in.ContactPerson, SourcePhone: in.SourcePhone, SourceEmail: in.SourceEmail, Reference: in.Reference}
}

type referQuestion = guide.Question[referAnswers]

// referForm asks a referral of a partner who has a link.
func (p *pages) referForm() guide.Form[referAnswers, intake.Submitted] {
	return guide.Form[referAnswers, intake.Submitted]{
		Name: "referral", At: referAt, Who: door.Anyone, Word: "intake.web.refer", Data: p.room.Data(), Drafts: p.room.Drafts(),
		Intro: referIntro(), Questions: p.referQuestions(), Begin: p.beginRefer,
		Refused: func(url.Values, error) templ.Component { return closedLink() },
		Check:   p.checkRefer,
		Send: func(ctx context.Context, in referAnswers, draft db.ID) (intake.Submitted, error) {
			return p.room.SendByLink(ctx, cmp.Or(in.Token, in.Code), in.input(), intake.Papers{Draft: draft, Brought: in.Papers})
		},
		Done: func(x intake.Submitted) templ.Component { return receiptPage(x, "/public/receipt", "") },
	}
}

func (p *pages) referQuestions() []referQuestion {
	return []referQuestion{
		{Key: "link", Word: "intake.web.ask.link", Hint: "intake.web.ask.link_hint", Asks: []string{"code"}, Must: []string{"code"}, Fields: static[referAnswers](referLinkFields()),
			When: func(in referAnswers) bool { return in.Token == "" }},
		{Key: "client", Word: "intake.web.ask.client", Hint: "intake.web.ask.client_hint", Asks: []string{"client", "client_kana", "client_birth"},
			Fields: static[referAnswers](referClientFields()), Answer: func(ctx context.Context, in referAnswers) []string {
				return said(in.Client, in.ClientKana, in.ClientBirth.In(text.From(ctx)))
			}},
		{Key: "reach", Word: "intake.web.ask.client_reach", Hint: "intake.web.ask.skip", Asks: []string{"client_phone", "client_address", "client_language", "household"},
			Fields: static[referAnswers](referReachFields()), Answer: func(ctx context.Context, in referAnswers) []string {
				return said(in.ClientPhone, in.ClientAddress, coded(ctx, languageKey, in.ClientLanguage), in.Household)
			}},
		{Key: "need", Word: "intake.web.ask.need", Hint: "intake.web.ask.need_hint", Asks: []string{"need", "main_kind"}, Fields: static[referAnswers](referNeedFields()),
			Answer: func(ctx context.Context, in referAnswers) []string {
				return said(coded(ctx, kindKey, in.Kind), in.Need)
			}},
		{Key: "when", Word: "intake.web.ask.needed_on", Hint: "intake.web.ask.needed_hint", Asks: []string{"needed_on", "urgent"}, Fields: static[referAnswers](referWhenFields()),
			Answer: func(ctx context.Context, in referAnswers) []string {
				return said(in.NeededOn.In(text.From(ctx)), ifSo(ctx, in.Urgent, "intake.web.field.urgent"))
			}},
		{Key: "agreed", Word: "intake.web.ask.agreed", Hint: "intake.web.ask.agreed_hint", Asks: []string{"agreed"}, Must: []string{"agreed"},
			Fields: static[referAnswers](referAgreedFields()), Answer: func(ctx context.Context, in referAnswers) []string {
				return said(coded(ctx, agreedKey, in.Agreed))
			}},
		{Key: "tell", Word: "intake.web.ask.tell_back", Hint: "intake.web.ask.tell_back_hint", Asks: []string{"tell_back"}, Must: []string{"tell_back"},
			When: func(in referAnswers) bool { return in.Agreed != "no" }, Fields: static[referAnswers](referTellFields()),
			Answer: func(ctx context.Context, in referAnswers) []string { return said(coded(ctx, tellBackKey, in.TellBack)) }},
		{Key: "you", Word: "intake.web.ask.partner", Hint: "intake.web.ask.partner_hint", Asks: []string{"contact_person", "source_phone", "source_email", "reference"},
			Fields: static[referAnswers](referYouFields()), Answer: func(_ context.Context, in referAnswers) []string {
				return said(in.ContactPerson, in.SourcePhone, in.SourceEmail, in.Reference)
			}},
		{Key: "papers", Word: "intake.web.ask.refer_papers", Hint: "intake.web.ask.skip", Files: p.referPapers(), Fields: static[referAnswers](referPaperFields()),
			Answer: func(ctx context.Context, in referAnswers) []string {
				out := make([]string, len(in.Papers))
				for i := range in.Papers {
					out[i] = referPaperLine(ctx, in, i)
				}
				return out
			}},
	}
}

func (p *pages) referPapers() *guide.Files[referAnswers] {
	return &guide.Files[referAnswers]{Name: "papers", Most: intake.MostPapers, Line: referPaperLine,
		Take: func(ctx context.Context, in referAnswers, sent url.Values, draft db.ID, f *door.File) (url.Values, error) {
			if _, err := p.room.OpenLink(ctx, cmp.Or(in.Token, in.Code)); err != nil {
				return nil, linkFault("/papers", err)
			}
			kind := sent.Get("paper_kind")
			if !slices.Contains(intake.PaperKinds, kind) {
				kind = "other"
			}
			got, err := p.room.TakePaper(ctx, draft, f.Name, f.Type, f)
			return url.Values{"kind": {kind}, "file": {got.ID.String()}, "name": {got.Name}}, err
		}}
}

func referPaperLine(ctx context.Context, in referAnswers, row int) string {
	if row >= len(in.Papers) {
		return ""
	}
	return strings.Join(said(in.Papers[row].Name, intake.PaperOf(ctx, in.Papers[row].Kind)), " · ")
}

// linkFault says at a field that a link cannot be used, whatever the reason.
func linkFault(at string, err error) error {
	if errors.Is(err, fault.KindNotFound) {
		return fault.Invalid(fault.Field{Pointer: at, Key: "intake.fault.link"})
	}
	return err
}

// beginRefer begins with a link, and with what it says of the partner.
func (p *pages) beginRefer(r *http.Request, sent url.Values) (url.Values, error) {
	token := intake.ReadToken(sent.Get("token"))
	to, err := p.room.OpenLink(r.Context(), token)
	if err != nil {
		return nil, linkFault("/token", err)
	}
	return guide.Values(referAnswers{Token: token, ContactPerson: to.ContactPerson, SourcePhone: to.SourcePhone, SourceEmail: to.SourceEmail})
}

// checkRefer says what is wrong at the fields that ask it, and that a link
// cannot be used any more.
func (p *pages) checkRefer(ctx context.Context, in *referAnswers) error {
	whole := in.input()
	var f fault.Fields
	if err := f.Absorb("", p.room.CheckByLink(ctx, &whole)); err != nil {
		return err
	}
	if token := cmp.Or(in.Token, in.Code); token != "" {
		_, err := p.room.OpenLink(ctx, token)
		if err := f.Absorb("", linkFault("/code", err)); err != nil {
			return err
		}
	}
	return f.Err()
}
