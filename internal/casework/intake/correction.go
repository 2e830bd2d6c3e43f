package intake

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/office/agency"
)

// ReturnedPart is a part of an application that must be corrected, and why.
type ReturnedPart struct {
	Part   string `json:"part"`
	Reason string `json:"reason"`
}

// Parts are what an application is returned by.
var Parts = []string{"name", "birth", "address", "reach", "household", "wish", "trouble", "incomes", "expenses", "papers"}

// validateParts keeps the parts that have a reason.
func (in *AnswerInput) validateParts(step string) error {
	var f fault.Fields
	in.Parts = slices.DeleteFunc(in.Parts, func(p ReturnedPart) bool { return p.Reason == "" })
	if step != "return" && len(in.Parts) > 0 {
		f.Add("/parts", "fault.bad_choice")
	}
	seen := map[string]bool{}
	for i := range in.Parts {
		x, at := &in.Parts[i], fault.At("parts", i)
		choose(&f, at+"/part", x.Part, Parts)
		line(&f, at+"/reason", &x.Reason)
		if seen[x.Part] {
			f.Add(at+"/part", "fault.bad_choice")
		}
		seen[x.Part] = true
	}
	if step == "return" && len(in.Parts) == 0 && in.Answer == "" {
		f.Add("/answer", "fault.required")
	}
	return f.Err()
}

// take puts one part of another input in place of its own.
func (in *ApplicationInput) take(part string, from ApplicationInput) {
	a, b := &in.Applicant, from.Applicant
	switch part {
	case "name":
		a.Family, a.Given, a.FamilyKana, a.GivenKana = b.Family, b.Given, b.FamilyKana, b.GivenKana
	case "birth":
		a.BirthDate = b.BirthDate
	case "address":
		a.Postcode, a.Address = b.Postcode, b.Address
	case "reach":
		a.Phone, a.Email, a.Reach, a.Safely = b.Phone, b.Email, b.Reach, b.Safely
	case "household": // with what those in it apply for
		in.Household = from.Household
		in.Items = slices.DeleteFunc(in.Items, func(x ItemInput) bool { return x.Applicant != "" })
		in.Items = append(in.Items, slices.DeleteFunc(slices.Clone(from.Items), func(x ItemInput) bool { return x.Applicant == "" })...)
	case "wish":
		in.Items = slices.DeleteFunc(in.Items, func(x ItemInput) bool { return x.Applicant == "" })
		in.Items = append(in.Items, slices.DeleteFunc(slices.Clone(from.Items), func(x ItemInput) bool { return x.Applicant != "" })...)
	case "trouble":
		in.Statement = from.Statement
	case "incomes":
		in.Incomes = from.Incomes
	case "expenses":
		in.Expenses = from.Expenses
	}
}

// onlyReturned leaves of what an applicant changes in a returned application
// only the parts that are open again. Staff may correct all of it.
func onlyReturned(q db.Q, a access.Actor, x Application, in ApplicationInput) (ApplicationInput, error) {
	if x.Status != "returned" || len(x.Returned.V) == 0 || a.Is(access.StaffRoles...) {
		return in, nil
	}
	items, err := itemsOf(q, x.ID)
	out := x.Input(items)
	for _, p := range x.Returned.V {
		out.take(p.Part, in)
	}
	return out, err
}

// Correction names the application that is corrected: by its id, which sight
// guards, or by receipt and code, which nobody guesses.
type Correction struct {
	ID      db.ID  `json:"id,omitzero"`
	Receipt string `json:"receipt,omitempty"`
	Code    string `json:"code,omitempty"`
	Version int64  `json:"version,omitempty"`
}

// CorrectionCode is what opens an application beside its receipt, when it was
// returned: 60 bits that follow from the receipt and the installation's key,
// and are kept nowhere.
func (r *Room) CorrectionCode(receipt string) string {
	typed, ok := agency.ParseReceipt(receipt)
	if !ok {
		typed = "0000-0000-0000"
	}
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	out := make([]byte, 0, 14)
	for i, b := range r.run.Vault.Blind("correction code", typed)[:12] {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, letters[b&31])
	}
	return string(out)
}

// Returned opens a returned application by receipt and code, for who sent it.
// Whatever is not both is not found, all in the same way.
func (r *Room) Returned(ctx context.Context, receipt, code string) (own Own, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err := r.byCodes(q, receipt, code)
		if err != nil {
			return err
		}
		items, err := itemsOf(q, x.ID)
		own = ownOf(access.Nobody(), x, items)
		return err
	})
	return own, err
}

func (r *Room) byCodes(q db.Q, receipt, code string) (Application, error) {
	typed, good := agency.ParseReceipt(receipt)
	if !good {
		typed = "0000-0000-0000" // looked for all the same, so that no answer comes sooner
	}
	given, _ := agency.ParseReceipt(code)
	same := vault.Same([]byte(r.CorrectionCode(typed)), []byte(given))
	x, found, err := applicationOfReceipt(q, r.blind(typed))
	if err == nil && (!found || !same || !good || x.Status != "returned") {
		err = fault.NotFound()
	}
	return x, err
}

// Correct changes a draft or a returned application and sends it, in one
// operation: of a returned one only the parts that are open again.
func (r *Room) Correct(ctx context.Context, a access.Actor, which Correction, in ApplicationInput, papers Papers) (Submitted, error) {
	today := calendar.Today(ctx, r.run.Clock)
	if err := in.Validate(today, false); err != nil {
		return Submitted{}, err
	}
	return op.Do(ctx, r.run, a, "application.correct", []any{which, in}, func(tx *op.Tx) (Submitted, error) {
		x, err := r.toCorrect(tx, a, which)
		if err != nil {
			return Submitted{}, err
		}
		if in, err = onlyReturned(tx, a, x, in); err == nil {
			err = r.change(tx, &x, in)
		}
		if err == nil && !papers.Draft.IsZero() && (x.Status == "draft" || opens(x, "papers")) {
			err = r.bring(tx, x, in, papers)
		}
		if err == nil {
			x, err = sendAgain(tx, x, today)
		}
		return Submitted{ID: x.ID, Status: x.Status, Version: x.Version, Number: x.Number, Receipt: which.Receipt, ReceivedAt: x.ReceivedAt}, err
	})
}

// opens says that a part of a returned application is open again.
func opens(x Application, part string) bool {
	return len(x.Returned.V) == 0 || slices.ContainsFunc(x.Returned.V, func(p ReturnedPart) bool { return p.Part == part })
}

func (r *Room) toCorrect(tx *op.Tx, a access.Actor, which Correction) (Application, error) {
	if !which.ID.IsZero() {
		return loadFresh(tx, a, which.ID, which.Version)
	}
	x, err := r.byCodes(tx, which.Receipt, which.Code)
	if err != nil {
		return x, err
	}
	if err := lockApplication(tx, x.ID); err != nil {
		return x, err
	}
	if x, err = byID(tx, x.ID); err == nil {
		err = flow.Fresh(x, which.Version)
	}
	return x, err
}

// change stores what was corrected. Items that are asked for as before stay the
// records they are.
func (r *Room) change(tx *op.Tx, x *Application, in ApplicationInput) error {
	stored, err := itemsOf(tx, x.ID)
	if err != nil {
		return err
	}
	for i, want := range in.Items {
		in.Items[i].ID = db.ID{}
		for _, has := range stored {
			if has.Status == "requested" && has.Program == want.Program && has.Benefit == want.Benefit && has.Label == want.Label && has.Applicant == want.Applicant {
				in.Items[i].ID = has.ID
			}
		}
	}
	if err := alignItems(tx, *x, in.Items); err != nil {
		return err
	}
	in.Channel, in.Kind = x.Channel, x.MainKind
	*x, err = flow.Touch(tx, ApplicationFlow, "change", *x, in.copyTo)
	return err
}

func sendAgain(tx *op.Tx, x Application, today calendar.Date) (Application, error) {
	if x.Status == "draft" {
		return submit(tx, x, today)
	}
	items, err := itemsOf(tx, x.ID)
	if err != nil {
		return x, err
	}
	in := x.Input(items)
	in.Person = x.Person
	if err := in.Validate(today, true); err != nil {
		return x, err
	}
	x, err = flow.Take(tx, ApplicationFlow, "send_again", x, func(x *Application) {
		x.Answer, x.Returned = "", db.AsJSON([]ReturnedPart(nil))
	})
	if err == nil {
		tx.Tell(op.Event{Name: "application.send_again", Entity: KindApplication, Record: x.ID, Root: x.ID})
	}
	return x, err
}

// Last is the application a resident sent last, to begin the next one with; ok
// is false when there is none.
func (r *Room) Last(ctx context.Context, a access.Actor) (in ApplicationInput, ok bool, err error) {
	list, err := r.Mine(ctx, a)
	for _, x := range list {
		if x.Status != "draft" && err == nil {
			return x.Input, true, nil
		}
	}
	return in, false, err
}

// CheckApplication says everything that is wrong with an application before it
// is sent. known says that the applicant is.
func (r *Room) CheckApplication(ctx context.Context, in *ApplicationInput, known bool) error {
	checked := *in
	if known {
		checked.Person = db.NewID()
	}
	err := checked.Validate(calendar.Today(ctx, r.run.Clock), true)
	checked.Person = in.Person
	*in = checked
	return err
}

// PartOf names a part in the reader's language.
func PartOf(ctx context.Context, part string) string { return text.Word(ctx, "intake.part."+part) }
