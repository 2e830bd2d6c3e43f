package intake

import (
	"context"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Application (申込) asks for programs and benefits; each item is decided by
// itself. ReceivedAt is set once, when it is submitted.
type Application struct {
	Arrival
	Receipt   []byte                     `db:"receipt"` // blind index; none for staff and residents with a sign-in
	Purpose   string                     `db:"purpose"` // new | renewal | change | recertification
	Applicant db.JSON[Applicant]         `db:"applicant"`
	Household db.JSON[[]HouseholdMember] `db:"household"`
	Incomes   db.JSON[[]Income]          `db:"incomes"`
	Expenses  db.JSON[[]Expense]         `db:"expenses"`
	Statement string                     `db:"statement"`
	Declared  bool                       `db:"declared"` // the applicant said that all of it is true
	Answer    string                     `db:"answer"`   // what is asked of the applicant when it was returned
	Returned  db.JSON[[]ReturnedPart]    `db:"returned"` // the parts that are open again; none: all
}

// Purposes are why somebody applies.
var Purposes = []string{"new", "renewal", "change", "recertification"}

// Applicant is who applies, in their own words, until they are found among the
// people.
type Applicant struct {
	Family     string        `json:"family,omitempty"`
	Given      string        `json:"given,omitempty"`
	FamilyKana string        `json:"family_kana,omitempty"`
	GivenKana  string        `json:"given_kana,omitempty"`
	BirthDate  calendar.Date `json:"birth_date,omitempty"`
	Phone      string        `json:"phone,omitempty"`
	Email      string        `json:"email,omitempty"`
	Postcode   string        `json:"postcode,omitempty"`
	Address    string        `json:"address,omitempty"`
	// Reach is how they want to be reached, Safely what must be heeded so that nobody else learns of it.
	Reach  string `json:"reach,omitempty"`
	Safely string `json:"safely,omitempty"`
}

// Reaches are the ways in which an applicant may be reached; none waits until they ask.
var Reaches = []string{"phone", "email", "letter", "visit", "none"}

// Person is the applicant as somebody to register.
func (a Applicant) Person() people.PersonInput {
	in := people.PersonInput{
		Names:     []people.NameInput{{Kind: "legal", Family: a.Family, Given: a.Given, FamilyKana: a.FamilyKana, GivenKana: a.GivenKana}},
		BirthDate: a.BirthDate,
	}
	if a.Phone != "" {
		in.Contacts = append(in.Contacts, people.ContactInput{Kind: "phone", Value: a.Phone})
	}
	if a.Email != "" {
		in.Contacts = append(in.Contacts, people.ContactInput{Kind: "email", Value: a.Email})
	}
	if a.Address != "" {
		in.Addresses = []people.AddressInput{{Kind: "actual", Postcode: a.Postcode, Lines: a.Address}}
	}
	return in
}

// HouseholdMember is one who lives with the applicant, as told.
type HouseholdMember struct {
	// Key names them in the application, so that an item can be theirs; the program gives one where none is sent.
	Key       string        `json:"key,omitempty"`
	Name      string        `json:"name"`
	Relation  string        `json:"relation,omitempty"`
	BirthDate calendar.Date `json:"birth_date,omitempty"`
	Applies   bool          `json:"applies,omitempty"` // asks for help too, together with the applicant
}

// Expense is money that goes out, as told.
type Expense struct {
	Kind   string       `json:"kind"`
	Detail string       `json:"detail,omitempty"`
	Amount ledger.Money `json:"amount"`
	Period string       `json:"period,omitempty"` // month | year | once
}

// ExpenseKinds are what money goes out for.
var ExpenseKinds = []string{"rent", "utilities", "medical", "care", "school", "debt", "other"}

// Income is money that comes in, as told.
type Income struct {
	Detail string       `json:"detail,omitempty"`
	Amount ledger.Money `json:"amount"`
	Period string       `json:"period,omitempty"` // month | year | once
}

// Periods are how often an income comes.
var Periods = []string{"month", "year", "once"}

// Item is one program or benefit applied for.
type Item struct {
	flow.Head
	Application db.ID  `db:"application"`
	Program     db.ID  `db:"program"`
	Benefit     db.ID  `db:"benefit"`
	Label       string `db:"label"` // what is asked for when it is none of the catalog
	// Applicant is the key of the household member who applies for it, "" for the main applicant; Person is
	// who that member is, once it is known.
	Applicant string `db:"applicant"`
	Person    db.ID  `db:"person" names:"person"`
}

// ItemInput is an item as it is typed or sent.
type ItemInput struct {
	ID      db.ID  `json:"id,omitzero"`
	Program db.ID  `json:"program_id,omitzero"`
	Benefit db.ID  `json:"benefit_id,omitzero"`
	Label   string `json:"label,omitempty"`
	// Applicant is the key of a household member who applies.
	Applicant string `json:"applicant,omitempty" doc:"The key of the household member who applies for it; left out: the main applicant"`
}

// ApplicationInput is an application as it is typed or sent.
type ApplicationInput struct {
	Person    db.ID             `json:"person_id,omitzero"` // staff: for somebody who is known
	Purpose   string            `json:"purpose,omitempty"`
	Channel   string            `json:"channel,omitempty"`
	Kind      string            `json:"main_kind,omitempty"`
	Applicant Applicant         `json:"applicant,omitzero"`
	Household []HouseholdMember `json:"household,omitempty"`
	Incomes   []Income          `json:"incomes,omitempty"`
	Expenses  []Expense         `json:"expenses,omitempty"`
	Statement string            `json:"statement,omitempty"`
	Declared  bool              `json:"declared,omitempty"`
	Items     []ItemInput       `json:"items,omitempty"`
	Origin
	Version int64 `json:"version"`
}

const (
	maxRows = 20
)

// Validate cleans the input and says everything that is wrong with it. whole
// asks for all that a submitted application needs; a draft may lack it.
func (in *ApplicationInput) Validate(today calendar.Date, whole bool) error {
	var f fault.Fields
	if in.Purpose == "" {
		in.Purpose = "new"
	}
	choose(&f, "/purpose", in.Purpose, Purposes)
	if in.Channel == "" {
		in.Channel = "online"
	}
	choose(&f, "/channel", in.Channel, Channels)
	kindOrNone(&f, "/main_kind", in.Kind)
	in.validateApplicant(&f, today, whole)
	in.validateMoney(&f, today)
	in.validateApplicants(&f, whole)
	prose(&f, "/statement", &in.Statement, false)
	if len(in.Items) > maxRows {
		f.Add("/items", "intake.fault.too_many", "max", maxRows)
	}
	for i := range in.Items {
		x, at := &in.Items[i], fault.At("items", i)
		line(&f, at+"/label", &x.Label)
		if x.Program.IsZero() && x.Benefit.IsZero() && x.Label == "" {
			f.Add(at+"/label", "fault.required")
		}
	}
	if whole && len(in.Items) == 0 && in.Statement == "" {
		f.Add("/statement", "intake.fault.nothing_asked")
	}
	return f.Err()
}

func (in *ApplicationInput) validateApplicant(f *fault.Fields, today calendar.Date, whole bool) {
	a := &in.Applicant
	for at, s := range map[string]*string{"family": &a.Family, "given": &a.Given, "family_kana": &a.FamilyKana, "given_kana": &a.GivenKana,
		"phone": &a.Phone, "email": &a.Email, "safely": &a.Safely, "postcode": &a.Postcode, "address": &a.Address} {
		line(f, "/applicant/"+at, s)
	}
	if whole && in.Person.IsZero() && a.Family+a.Given == "" {
		f.Add("/applicant/family", "fault.required")
	}
	if a.BirthDate > today {
		f.Add("/applicant/birth_date", "fault.future")
	}
	if a.Reach != "" {
		choose(f, "/applicant/reach", a.Reach, Reaches)
	}
	if whole && in.Person.IsZero() { // who is known has said before where they are
		switch {
		case a.Reach == "phone" && a.Phone == "":
			f.Add("/applicant/phone", "intake.fault.reach")
		case a.Reach == "email" && a.Email == "":
			f.Add("/applicant/email", "intake.fault.reach")
		case (a.Reach == "letter" || a.Reach == "visit") && a.Address == "":
			f.Add("/applicant/reach", "intake.fault.reach_letter")
		}
	}
	if a.Email != "" && !strings.Contains(a.Email, "@") {
		f.Add("/applicant/email", "intake.fault.email")
	}
}

func (in *ApplicationInput) validateMoney(f *fault.Fields, today calendar.Date) {
	for at, n := range map[string]int{"/household": len(in.Household), "/incomes": len(in.Incomes), "/expenses": len(in.Expenses)} {
		if n > maxRows {
			f.Add(at, "intake.fault.too_many", "max", maxRows)
		}
	}
	for i := range in.Household {
		m, at := &in.Household[i], fault.At("household", i)
		line(f, at+"/name", &m.Name)
		if m.Name == "" {
			f.Add(at+"/name", "fault.required")
		}
		if m.Relation == "" {
			m.Relation = "other"
		}
		choose(f, at+"/relation", m.Relation, people.Relations)
		if m.BirthDate > today {
			f.Add(at+"/birth_date", "fault.future")
		}
	}
	for i := range in.Incomes {
		x, at := &in.Incomes[i], fault.At("incomes", i)
		line(f, at+"/detail", &x.Detail)
		if x.Period == "" {
			x.Period = "month"
		}
		choose(f, at+"/period", x.Period, Periods)
		if x.Amount.Minor < 0 {
			f.Add(at+"/amount", "fault.negative")
		}
	}
	for i := range in.Expenses {
		x, at := &in.Expenses[i], fault.At("expenses", i)
		line(f, at+"/detail", &x.Detail)
		if x.Period == "" {
			x.Period = "month"
		}
		choose(f, at+"/kind", x.Kind, ExpenseKinds)
		choose(f, at+"/period", x.Period, Periods)
		if x.Amount.Minor < 0 {
			f.Add(at+"/amount", "fault.negative")
		}
	}
}

func (in ApplicationInput) copyTo(x *Application) {
	x.Purpose, x.Channel, x.MainKind, x.Statement = in.Purpose, in.Channel, in.Kind, in.Statement
	x.Applicant, x.Household, x.Incomes, x.Expenses = db.AsJSON(in.Applicant), db.AsJSON(in.Household), db.AsJSON(in.Incomes), db.AsJSON(in.Expenses)
	x.Declared = in.Declared
}

// Input is the application as a form would send it back.
func (x Application) Input(items []Item) ApplicationInput {
	in := ApplicationInput{Purpose: x.Purpose, Channel: x.Channel, Kind: x.MainKind, Applicant: x.Applicant.V,
		Household: x.Household.V, Incomes: x.Incomes.V, Expenses: x.Expenses.V, Statement: x.Statement, Declared: x.Declared, Version: x.Version}
	for _, i := range items {
		if i.Status == "requested" {
			in.Items = append(in.Items, ItemInput{ID: i.ID, Program: i.Program, Benefit: i.Benefit, Label: i.Label, Applicant: i.Applicant})
		}
	}
	return in
}

// BeginApplication keeps an application as a draft: a resident's own, or one
// that staff take down for somebody.
func (r *Room) BeginApplication(ctx context.Context, a access.Actor, in ApplicationInput) (Application, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock), false); err != nil {
		return Application{}, err
	}
	if a.Is(access.Resident) {
		in.Person = a.Person
	} else if !a.Is(access.StaffRoles...) {
		return Application{}, fault.SignIn()
	}
	return op.Do(ctx, r.run, a, "application.begin", in, func(tx *op.Tx) (Application, error) {
		return beginIn(tx, in, nil)
	})
}

func beginIn(tx *op.Tx, in ApplicationInput, receipt []byte) (Application, error) {
	a := tx.Actor()
	if !in.Person.IsZero() && !a.Is(access.Resident) {
		if err := known(tx, a, in.Person); err != nil {
			return Application{}, err
		}
	}
	x := Application{Receipt: receipt}
	in.copyTo(&x)
	x.Person = in.Person
	if a.Is(access.StaffRoles...) {
		if err := in.turn(tx, &x.Arrival, false); err != nil {
			return x, err
		}
	}
	x, err := createIn(tx, ApplicationFlow, "begin", x, 0)
	if err != nil {
		return x, err
	}
	if err := showApplicant(tx, x); err != nil {
		return x, err
	}
	return x, alignItems(tx, x, in.Items)
}

func alignItems(tx *op.Tx, x Application, wanted []ItemInput) error {
	stored, err := itemsOf(tx, x.ID)
	if err != nil {
		return err
	}
	var open []Item
	for _, i := range stored {
		if i.Status == "requested" {
			open = append(open, i)
		}
	}
	rows := make([]Item, len(wanted))
	for i, w := range wanted {
		rows[i] = Item{Head: flow.Head{ID: w.ID}, Application: x.ID, Program: w.Program, Benefit: w.Benefit, Label: w.Label, Applicant: w.Applicant}
	}
	var f fault.Fields
	err = f.Absorb("/items", flow.Align(tx, ItemFlow, open, rows, func(dst *Item, want Item) bool {
		if dst.Applicant != want.Applicant {
			dst.Applicant, dst.Person = want.Applicant, db.ID{}
		}
		dst.Program, dst.Benefit, dst.Label = want.Program, want.Benefit, want.Label
		return true
	}))
	if err != nil {
		return err
	}
	return f.Err()
}

// ChangeApplication changes a draft, or one that was returned.
func (r *Room) ChangeApplication(ctx context.Context, a access.Actor, id db.ID, in ApplicationInput) (Application, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock), false); err != nil {
		return Application{}, err
	}
	return op.Do(ctx, r.run, a, "application.change "+id.String(), in, func(tx *op.Tx) (Application, error) {
		x, err := loadFresh(tx, a, id, in.Version)
		if err != nil {
			return x, err
		}
		if in, err = onlyReturned(tx, a, x, in); err != nil {
			return x, err
		}
		if err := alignItems(tx, x, in.Items); err != nil {
			return x, err
		}
		return flow.Touch(tx, ApplicationFlow, "change", x, in.copyTo)
	})
}

func loadFresh(tx *op.Tx, a access.Actor, id db.ID, version int64) (Application, error) {
	if err := lockApplication(tx, id); err != nil {
		return Application{}, err
	}
	x, err := load(tx, a, tx.Now(), ApplicationFlow, id)
	if err == nil {
		err = flow.Fresh(x, version)
	}
	return x, err
}

// SubmitApplication sends a draft in: from now on it waits for an answer.
func (r *Room) SubmitApplication(ctx context.Context, a access.Actor, id db.ID, version int64) (Application, error) {
	today := calendar.Today(ctx, r.run.Clock)
	return op.Do(ctx, r.run, a, "application.submit "+id.String(), version, func(tx *op.Tx) (Application, error) {
		x, err := loadFresh(tx, a, id, version)
		if err != nil {
			return x, err
		}
		return submit(tx, x, today)
	})
}

func submit(tx *op.Tx, x Application, today calendar.Date) (Application, error) {
	items, err := itemsOf(tx, x.ID)
	if err != nil {
		return x, err
	}
	in := x.Input(items)
	in.Person = x.Person
	if err := in.Validate(today, true); err != nil {
		return x, err
	}
	due, err := deadlinesOf(tx, tx.Now(), calendar.Zone(tx.Context()))
	if err != nil {
		return x, err
	}
	x, err = flow.Take(tx, ApplicationFlow, "submit", x, func(x *Application) {
		if x.ReceivedAt == 0 {
			x.ReceivedAt, x.DueAt = tx.Now(), due.working(tx.Now(), due.Application)
		}
	})
	if err == nil {
		tx.Tell(op.Event{Name: "application.submit", Entity: KindApplication, Record: x.ID, Root: x.ID})
	}
	return x, err
}

// Apply takes a whole application at once: from somebody without a sign-in,
// who gets a receipt, or from staff who take it down.
func (r *Room) Apply(ctx context.Context, a access.Actor, in ApplicationInput) (Submitted, error) {
	return r.ApplyWith(ctx, a, in, Papers{})
}

// ApplyWith is Apply together with the papers that were uploaded to a draft.
func (r *Room) ApplyWith(ctx context.Context, a access.Actor, in ApplicationInput, papers Papers) (Submitted, error) {
	today := calendar.Today(ctx, r.run.Clock)
	if a.Is(access.Resident) {
		in.Person = a.Person
	} else if !a.Is(access.StaffRoles...) {
		in.Person = db.ID{} // nobody names a record from outside
		in.Items = withoutIDs(in.Items)
	}
	if err := in.Validate(today, true); err != nil {
		return Submitted{}, err
	}
	receipt := agency.Receipt()
	return op.Do(ctx, r.run, a, "application.apply", in, func(tx *op.Tx) (Submitted, error) {
		x, err := beginIn(tx, in, r.blind(receipt))
		if err == nil {
			x, err = submit(tx, x, today)
		}
		if err == nil && !papers.Draft.IsZero() {
			err = r.bring(tx, x, in, papers)
		}
		return Submitted{x.ID, x.Status, x.Version, x.Number, receipt, x.ReceivedAt}, err
	})
}

func withoutIDs(items []ItemInput) []ItemInput {
	out := make([]ItemInput, len(items))
	for i, x := range items {
		x.ID = db.ID{}
		out[i] = x
	}
	return out
}

// applicationSteps are what ApplicationStep takes, and whether each needs a
// text for the applicant or a reason.
var applicationSteps = map[string]struct{ answer, reason bool }{
	"review": {}, "return": {answer: true}, "send_again": {}, "withdraw": {}, "void": {reason: true},
}

// ApplicationStep takes review, return, send_again, withdraw or void.
func (r *Room) ApplicationStep(ctx context.Context, a access.Actor, id db.ID, step string, in AnswerInput) (Application, error) {
	s, ok := applicationSteps[step]
	if !ok {
		return Application{}, fault.NotFound()
	}
	if err := in.validate(s.answer && len(in.Parts) == 0, false, s.reason); err != nil {
		return Application{}, err
	}
	if err := in.validateParts(step); err != nil {
		return Application{}, err
	}
	return take(ctx, r, a, ApplicationFlow, step, id, in.Version, in.Reason, in, func(_ *op.Tx, x *Application) {
		switch step {
		case "return":
			x.Answer, x.Returned = in.Answer, db.AsJSON(in.Parts)
		case "send_again":
			x.Answer, x.Returned = "", db.AsJSON([]ReturnedPart(nil))
		}
	}, func(tx *op.Tx, x Application) error {
		if step != "withdraw" {
			return nil
		}
		return withdrawItems(tx, x)
	})
}

func withdrawItems(tx *op.Tx, x Application) error {
	items, err := itemsOf(tx, x.ID)
	for _, i := range items {
		if err == nil && i.Status == "requested" {
			_, err = flow.Take(tx, ItemFlow, "withdraw", i, nil)
		}
	}
	return err
}

// Decide approves or denies one item inside the operation that decides on it;
// the caller has checked that the actor may see the application. With its last
// item the application is decided.
func Decide(tx *op.Tx, item db.ID, approved bool, reason string) (Item, error) {
	i, err := ItemByID(tx, item)
	if err != nil {
		return i, err
	}
	if err := lockApplication(tx, i.Application); err != nil {
		return i, err
	}
	x, err := byID(tx, i.Application)
	if err != nil {
		return i, err
	}
	if x.Status == "draft" || x.Status == "withdrawn" || x.Status == flow.Void {
		return i, fault.Conflict("intake.fault.not_submitted")
	}
	step := "deny"
	if approved {
		step = "approve"
	}
	if i, err = flow.Take(tx, ItemFlow, step, i, nil, flow.Because(reason)); err != nil {
		return i, err
	}
	items, err := itemsOf(tx, x.ID)
	if err != nil || x.Status == "decided" {
		return i, err
	}
	for _, other := range items {
		if other.Status == "requested" {
			return i, nil
		}
	}
	return i, tx.As(access.TheSystem(), func() error {
		_, err := flow.Take(tx, ApplicationFlow, "decide", x, nil)
		return err
	})
}
