package web

import (
	"context"
	"strconv"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
)

// zeroless writes a quantity for a field; none is left empty.
func zeroless(q ledger.Quantity) string {
	if q == 0 {
		return ""
	}
	return q.String()
}

// distances are what a search can be narrowed to, in kilometres.
var distances = []int{2, 5, 10, 20}

func within(km float64) string {
	if km == 0 {
		return ""
	}
	return strconv.FormatFloat(km, 'f', -1, 64)
}

func withinOptions(ctx context.Context, km float64) []ui.Option {
	out := []ui.Option{{Label: text.Word(ctx, "referral.web.any")}}
	for _, d := range distances {
		out = append(out, ui.Option{Value: strconv.Itoa(d), Label: strconv.Itoa(d) + " km", Checked: float64(d) == km})
	}
	return out
}

func basisOr(x referral.Referral) string {
	if x.Basis == "" {
		return consent.ByConsent
	}
	return x.Basis
}

// missingText says which fields lack a consent, over all providers chosen.
func missingText(ctx context.Context, p referral.Preview) string {
	for _, fields := range p.Missing {
		return fieldWords(ctx, fields)
	}
	return ""
}

func invitationOptions(ctx context.Context, f referral.File) []ui.Option {
	out := make([]ui.Option, len(f.Invitations))
	for n, i := range f.Invitations {
		out[n] = ui.Option{Value: i.ID.String(), Label: f.Providers[i.Provider].Name.In(text.From(ctx)), Checked: i.ID == f.Referral.Preferred}
	}
	return out
}

// invitationActs are what the desk can do with one invitation.
func invitationActs(ctx context.Context, f referral.File, i referral.Invitation, a access.Actor) []ui.Act {
	if !a.Is(access.Caseworker, access.Supervisor) {
		return nil
	}
	var out []ui.Act
	base := "/desk/invitations/" + i.ID.String()
	if f.Referral.Status == "sent" && referral.InvitationFlow.May(a, "request_authorization", i) == nil {
		out = append(out, ui.Act{Label: text.Word(ctx, "referral.web.enter"), Icon: "phone", Href: base + "/enter", Small: true})
	}
	if referral.InvitationFlow.May(a, "recall", i) == nil {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.invitation.recall"), Icon: "eye-off", Href: base + "/recall", Small: true})
	}
	if referral.MayShareAgain(a, i, f.Closed[i.ID]) {
		out = append(out, ui.Act{Label: text.Word(ctx, "step.invitation.share_again"), Icon: "eye", Href: base + "/share_again", Small: true})
	}
	return out
}
