package intake

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
)

// Owners are the roles of those to whom something that came in can be given.
var Owners = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker}

// maxAssigned is how many can be assigned at once.
const maxAssigned = 200

// Chosen is one of what came in, as whoever chose it saw it.
type Chosen struct {
	Kind    string `json:"kind"`
	ID      db.ID  `json:"id"`
	Version int64  `json:"version"`
}

// AssignInput gives what came in to somebody, to a team, or to somebody of a
// team. Somebody alone: it stays with its team when they are of it, and goes to
// theirs otherwise. A team alone: nobody of it has it yet.
type AssignInput struct {
	Items []Chosen `json:"items"`
	Owner db.ID    `json:"owner_id,omitzero"`
	Team  db.ID    `json:"team_id,omitzero"`
}

// Validate says everything that is wrong with the input.
func (in *AssignInput) Validate() error {
	var f fault.Fields
	switch {
	case len(in.Items) == 0:
		f.Add("/items", "intake.fault.nothing_chosen")
	case len(in.Items) > maxAssigned:
		f.Add("/items", "intake.fault.too_many", "max", maxAssigned)
	}
	known := map[db.ID]bool{}
	for i, x := range in.Items {
		choose(&f, fault.At("items", i)+"/kind", x.Kind, KindsIn)
		if x.ID.IsZero() || known[x.ID] {
			f.Add(fault.At("items", i)+"/id", "fault.bad_choice")
		}
		known[x.ID] = true
	}
	if in.Owner.IsZero() && in.Team.IsZero() {
		f.Add("/owner_id", "intake.fault.to_whom")
	}
	return f.Err()
}

// Assigned is what came of an assignment, row by row: what was done, at its new
// version, and what was left as it is, with the reason. Undo names the whole.
type Assigned struct {
	Undo db.ID    `json:"undo_id,omitzero"`
	Done []Chosen `json:"done"`
	Left []Left   `json:"left"`
}

// Left is something that was not assigned, and why: a word key. Its number is
// given only to who sees it.
type Left struct {
	Chosen
	Number string `json:"number,omitempty"`
	Why    string `json:"why"`
}

// Assign gives everything chosen to somebody or a team. What has changed
// meanwhile, is out of sight, or is not the actor's to give stays as it is and
// is named; the rest is done. Who has it sees it from then on, and the team it
// was with no longer does.
func (r *Room) Assign(ctx context.Context, a access.Actor, in AssignInput) (Assigned, error) {
	if err := in.Validate(); err != nil {
		return Assigned{}, err
	}
	return op.Do(ctx, r.run, a, "intake.assign", in, func(tx *op.Tx) (Assigned, error) {
		to, err := receiver(tx, in)
		if err != nil {
			return Assigned{}, err
		}
		out := Assigned{Undo: tx.ID(), Done: []Chosen{}, Left: []Left{}}
		for _, k := range handing {
			if err := k.assign(tx, a, in.Items, to, &out); err != nil {
				return out, err
			}
		}
		if len(out.Done) == 0 {
			out.Undo = db.ID{}
		}
		return out, nil
	})
}

// Undo takes an assignment back that the actor made: each row that nobody has
// touched since goes to whom it was with before.
func (r *Room) Undo(ctx context.Context, a access.Actor, assignment db.ID) (Assigned, error) {
	return op.Do(ctx, r.run, a, "intake.undo_assign "+assignment.String(), nil, func(tx *op.Tx) (Assigned, error) {
		lines, err := journal.OfTx(tx, assignment)
		if err != nil {
			return Assigned{}, err
		}
		lines = slices.DeleteFunc(lines, func(l journal.Row) bool { return l.Step != "assign" || l.Actor != a.ID })
		if len(lines) == 0 {
			return Assigned{}, fault.NotFound()
		}
		out := Assigned{Done: []Chosen{}, Left: []Left{}}
		for _, k := range handing {
			if err := k.undo(tx, lines, &out); err != nil {
				return out, err
			}
		}
		return out, nil
	})
}

// recipient is to whom something is given.
type recipient struct {
	owner, team db.ID
	teams       []db.ID // of the owner
}

func receiver(tx *op.Tx, in AssignInput) (recipient, error) {
	to := recipient{owner: in.Owner, team: in.Team}
	if !in.Team.IsZero() {
		t, err := agency.LoadTeam(tx, in.Team)
		if err != nil || t.Status != "active" {
			return to, fault.Invalid(fault.Field{Pointer: "/team_id", Key: "fault.bad_choice"})
		}
	}
	if in.Owner.IsZero() {
		return to, nil
	}
	teams, serves, err := account.ServesIn(tx, in.Owner, Owners)
	if err == nil && (!serves || !in.Team.IsZero() && !slices.Contains(teams, in.Team)) {
		err = fault.Invalid(fault.Field{Pointer: "/owner_id", Key: "intake.fault.not_serving"})
	}
	to.teams = teams
	return to, err
}

func (to recipient) edit(x *Arrival) {
	x.Owner = to.owner
	switch {
	case !to.team.IsZero():
		x.Team = to.team
	case slices.Contains(to.teams, x.Team) || len(to.teams) == 0:
	default:
		x.Team = to.teams[0]
	}
}

// handing gives the kinds to somebody, each by its own flow.
var handing = []interface {
	assign(tx *op.Tx, a access.Actor, items []Chosen, to recipient, out *Assigned) error
	undo(tx *op.Tx, lines []journal.Row, out *Assigned) error
}{hand[Complaint]{ComplaintFlow}, hand[InboundReferral]{InboundReferralFlow}, hand[Application]{ApplicationFlow}, hand[Inquiry]{InquiryFlow}}

// hand is one kind.
type hand[R any] struct{ flow *flow.Table[R] }

func (h hand[R]) assign(tx *op.Tx, a access.Actor, items []Chosen, to recipient, out *Assigned) error {
	asked := map[db.ID]Chosen{}
	var ids []db.ID
	for _, x := range items {
		if x.Kind == h.flow.Entity {
			asked[x.ID], ids = x, append(ids, x.ID)
		}
	}
	recs, err := chosen(tx, a, tx.Now(), h.flow, ids)
	if err != nil {
		return err
	}
	var fresh []R
	for i := range recs {
		x := of(&recs[i])
		c := asked[x.ID]
		delete(asked, x.ID)
		if x.Version != c.Version {
			out.Left = append(out.Left, Left{c, x.Number, "flow.moved_on"})
			continue
		}
		fresh = append(fresh, recs[i])
	}
	for _, id := range ids {
		if c, missing := asked[id]; missing {
			out.Left = append(out.Left, Left{c, "", "fault.not_found"})
		}
	}
	return h.take(tx, "assign", fresh, to.edit, out)
}

func (h hand[R]) undo(tx *op.Tx, lines []journal.Row, out *Assigned) error {
	was := map[db.ID]journal.Row{}
	var ids []db.ID
	for _, l := range lines {
		if l.Entity == h.flow.Entity {
			was[l.Record], ids = l, append(ids, l.Record)
		}
	}
	recs, err := handed(tx, h.flow, ids)
	if err != nil {
		return err
	}
	before := map[db.ID]Arrival{}
	var fresh []R
	for i := range recs {
		x := *of(&recs[i])
		if l := was[x.ID]; x.Version != l.Version {
			out.Left = append(out.Left, Left{Chosen{h.flow.Entity, x.ID, l.Version}, x.Number, "flow.moved_on"})
			continue
		}
		fields, err := was[x.ID].Fields()
		if err == nil {
			err = reverted(fields, "owner", &x.Owner)
		}
		if err == nil {
			err = reverted(fields, "team", &x.Team)
		}
		if err != nil {
			return err
		}
		before[x.ID], fresh = x, append(fresh, recs[i])
	}
	return h.take(tx, "undo_assign", fresh, func(x *Arrival) { x.Owner, x.Team = before[x.ID].Owner, before[x.ID].Team }, out)
}

// take moves the rows in one statement of each kind of change, and sight with
// them.
func (h hand[R]) take(tx *op.Tx, step string, recs []R, edit func(*Arrival), out *Assigned) error {
	done, faults, err := flow.TakeAll(tx, h.flow, step, recs, func(x *R) { edit(of(x)) })
	if err != nil {
		return err
	}
	for i := range recs {
		x := of(&recs[i])
		if f := faults[x.ID]; f != nil {
			out.Left = append(out.Left, Left{Chosen{h.flow.Entity, x.ID, x.Version}, x.Number, f.Key})
		}
	}
	ids := make([]db.ID, len(done))
	var rows []sight.Reach
	for i := range done {
		x := of(&done[i])
		ids[i] = x.ID
		out.Done = append(out.Done, Chosen{h.flow.Entity, x.ID, x.Version})
		rows = append(rows,
			sight.Reach{ScopeKind: sight.Team, Scope: x.Team, Kind: h.flow.Entity, Record: x.ID, Why: "team"},
			sight.Reach{ScopeKind: sight.User, Scope: x.Owner, Kind: h.flow.Entity, Record: x.ID, Why: "owner"})
		if h.flow.Entity == KindComplaint && x.Team.IsZero() {
			rows = append(rows, sight.Reach{ScopeKind: sight.Team, Scope: Unclaimed, Kind: KindComplaint, Record: x.ID, Why: "unclaimed"})
		}
	}
	if err := sight.CloseMany(tx, h.flow.Entity, ids, "team", "owner", "unclaimed"); err != nil {
		return err
	}
	return sight.Open(tx, rows...)
}
