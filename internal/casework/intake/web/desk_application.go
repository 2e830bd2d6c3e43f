package web

import (
	"net/http"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
)

// applyIn is an application as the desk takes it down on one page: what the
// catalog offers is ticked, anything else is written.
type applyIn struct {
	Purpose   string           `json:"purpose,omitempty"`
	Channel   string           `json:"channel,omitempty"`
	Kind      string           `json:"main_kind,omitempty"`
	Applicant intake.Applicant `json:"applicant,omitzero"`
	Household []memberIn       `json:"household,omitempty"`
	Offers    []string         `json:"offers,omitempty"`
	Wish      string           `json:"wish,omitempty"`
	Statement string           `json:"statement,omitempty"`
	Income    ledger.Money     `json:"income,omitzero"`
	Source    string           `json:"income_source,omitempty"`
	intake.Origin
}

func (in applyIn) input(f *fault.Fields) intake.ApplicationInput {
	household, wanted := membersIn(in.Household, f)
	out := intake.ApplicationInput{Purpose: in.Purpose, Channel: in.Channel, Kind: in.Kind, Applicant: in.Applicant, Household: household,
		Statement: in.Statement, Items: append(items(in.Offers, in.Wish, f), wanted...), Origin: in.Origin}
	if in.Income.Minor != 0 {
		out.Incomes = []intake.Income{{Detail: in.Source, Amount: in.Income, Period: "month"}}
	}
	return out
}

// readApplication reads the desk's form.
func (p *pages) readApplication(r *http.Request) (intake.ApplicationInput, error) {
	var in applyIn
	if err := door.Form(r, &in); err != nil {
		return intake.ApplicationInput{}, err
	}
	var f fault.Fields
	out := in.input(&f)
	return out, f.Err()
}
