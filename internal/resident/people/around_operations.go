package people

import (
	"context"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/vault"
)

// addPart adds a dependent row to a person the actor sees.
func addPart[R any](ctx context.Context, r *Room, a access.Actor, person db.ID, t *flow.Table[R], row R) (R, error) {
	return op.Do(ctx, r.run, a, t.Entity+".add "+person.String(), row, func(tx *op.Tx) (R, error) {
		if err := Seen(tx, a, tx.Now(), person); err != nil {
			return row, err
		}
		return flow.Create(tx, t, "add", row)
	})
}

// AddAlert puts a warning on a person.
func (r *Room) AddAlert(ctx context.Context, a access.Actor, x Alert) (Alert, error) {
	var f fault.Fields
	choose(&f, "/severity", x.Severity, Severities)
	line(&f, "/label", &x.Label, maxName)
	if x.Label == "" {
		f.Add("/label", "fault.required")
	}
	period(&f, "", x.From, x.Until)
	if err := f.Err(); err != nil {
		return x, err
	}
	return addPart(ctx, r, a, x.Person, AlertFlow, x)
}

// AddIdentifier seals a number by which others know the person. A number that
// another person already has is refused without saying whose it is.
func (r *Room) AddIdentifier(ctx context.Context, a access.Actor, person db.ID, kind, number string) (Identifier, error) {
	var f fault.Fields
	choose(&f, "/kind", kind, IdentifierKinds)
	line(&f, "/number", &number, maxName)
	number = strings.ReplaceAll(strings.ReplaceAll(number, "-", ""), " ", "")
	if number == "" {
		f.Add("/number", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Identifier{}, err
	}
	x := sealed(r.run.Vault, person, kind, number)
	x, err := addPart(ctx, r, a, person, IdentifierFlow, x)
	if db.IsUnique(err, "person_identifier.kind, person_identifier.blind") {
		return x, fault.Invalid(fault.Field{Pointer: "/number", Key: "people.fault.identifier_known"})
	}
	return x, err
}

// sealed is a number as it is kept.
func sealed(v *vault.Vault, person db.ID, kind, number string) Identifier {
	runes := []rune(number)
	return Identifier{
		Person: person, Kind: kind, Sealed: v.Seal("identifier", []byte(number)),
		Blind: v.Blind("identifier "+kind, number), Tail: string(runes[max(0, len(runes)-2):]),
	}
}

// RevealIdentifier opens a sealed number; the journal keeps who did.
func (r *Room) RevealIdentifier(ctx context.Context, a access.Actor, person, id db.ID) (string, error) {
	if !a.Is(keepers...) {
		return "", fault.Forbid("")
	}
	var number string
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), person); err != nil {
			return err
		}
		list, err := db.All[Identifier](q, textIdentifiers, person)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.ID == id {
				plain, err := r.run.Vault.Unseal("identifier", x.Sealed)
				number = string(plain)
				return err
			}
		}
		return fault.NotFound()
	})
	if err != nil {
		return "", err
	}
	return number, r.run.Reads.Note(ctx, a, "revealed", "person", person, "identifier")
}
