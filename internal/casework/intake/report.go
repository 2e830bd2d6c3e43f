package intake

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/consent"
)

// Report is a report made to an authority about what a complaint says: to whom,
// when, by whom, and what was told. Where it passed on what is known of a
// person, it stands on a basis, and is kept as a disclosure of theirs too.
type Report struct {
	flow.Head
	Complaint  db.ID             `db:"complaint"`
	Authority  string            `db:"authority"`
	Kind       string            `db:"kind"` // a kind of recipient, see consent.RecipientKinds
	MadeOn     calendar.Date     `db:"made_on"`
	MadeBy     db.ID             `db:"made_by"` // a user
	Told       string            `db:"told"`
	Fields     db.JSON[[]string] `db:"fields"` // what of a person was passed on, see consent.Fields
	Basis      string            `db:"basis"`
	Provision  string            `db:"provision"`
	Disclosure db.ID             `db:"disclosure"` // of the person, where one is known
}

// ReportInput is a report to an authority as it is typed or sent.
type ReportInput struct {
	Authority string        `json:"authority"`
	Kind      string        `json:"kind,omitempty"` // an agency when left out
	MadeOn    calendar.Date `json:"made_on,omitempty"`
	Told      string        `json:"told"`
	Fields    []string      `json:"fields,omitempty" doc:"What of a person was passed on; it needs a basis"`
	Basis     string        `json:"basis,omitempty"`
	Provision string        `json:"provision,omitempty" doc:"Of law or court: which"`
	Reason    string        `json:"reason,omitempty" doc:"Of a conference or an emergency: why"`
	Version   int64         `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it.
func (in *ReportInput) Validate(today calendar.Date) error {
	var f fault.Fields
	line(&f, "/authority", &in.Authority)
	if in.Authority == "" {
		f.Add("/authority", "fault.required")
	}
	if in.Kind == "" {
		in.Kind = "agency"
	}
	choose(&f, "/kind", in.Kind, consent.RecipientKinds)
	if in.MadeOn == "" {
		in.MadeOn = today
	}
	if in.MadeOn > today {
		f.Add("/made_on", "fault.future")
	}
	prose(&f, "/told", &in.Told, true)
	for i, x := range in.Fields {
		choose(&f, fault.At("fields", i), x, consent.Fields)
	}
	switch {
	case len(in.Fields) > 0 && in.Basis == "":
		f.Add("/basis", "intake.fault.basis")
	case in.Basis != "":
		consent.CheckBasis(&f, in.Basis, &in.Provision, &in.Reason)
		if len(in.Fields) == 0 {
			f.Add("/fields", "intake.fault.what_was_told")
		}
	}
	return f.Err()
}

// MakeReport keeps that an authority was told. By consent only what the person's
// consent covers may be passed on, to the recipient it names.
func (r *Room) MakeReport(ctx context.Context, a access.Actor, id db.ID, in ReportInput) (Complaint, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Complaint{}, err
	}
	return take(ctx, r, a, ComplaintFlow, "report", id, in.Version, "", in, func(_ *op.Tx, x *Complaint) {
		x.ReportedTo, x.ReportedOn = in.Authority, in.MadeOn
		x.next()
	}, func(tx *op.Tx, x Complaint) error {
		out := Report{Complaint: x.ID, Authority: in.Authority, Kind: in.Kind, MadeOn: in.MadeOn, MadeBy: a.ID, Told: in.Told, Fields: db.AsJSON(in.Fields),
			Basis: in.Basis, Provision: in.Provision}
		if len(in.Fields) > 0 {
			var err error
			if out.Disclosure, err = disclosed(tx, x, in); err != nil {
				return err
			}
		}
		_, err := flow.Create(tx, ReportFlow, "make", out)
		return err
	})
}

// disclosed keeps what was passed on with the person whom the complaint is
// about; none where nobody is known.
func disclosed(tx *op.Tx, x Complaint, in ReportInput) (db.ID, error) {
	if x.Person.IsZero() {
		if in.Basis == consent.ByConsent {
			return db.ID{}, fault.Invalid(fault.Field{Pointer: "/basis", Key: "intake.fault.whose_consent"})
		}
		return db.ID{}, nil
	}
	d := consent.Disclosure{Person: x.Person, RecipientKind: in.Kind, RecipientName: in.Authority, Fields: db.AsJSON(in.Fields),
		Basis: in.Basis, Provision: in.Provision, Reason: in.Reason}
	if in.Basis == consent.ByConsent {
		given, err := consent.Given(tx, x.Person)
		if err != nil {
			return db.ID{}, err
		}
		var missing []string
		if d.Consent, missing = given.Covering(consent.Named(in.Authority), in.Fields, in.MadeOn); len(missing) > 0 {
			return db.ID{}, fault.Invalid(fault.Field{Pointer: "/basis", Key: "consent.fault.not_covered", Args: map[string]any{"fields": missing}})
		}
	}
	list, err := consent.Disclose(tx, d)
	if err != nil {
		return db.ID{}, err
	}
	return list[0].ID, nil
}
