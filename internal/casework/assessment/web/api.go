package web

import (
	"context"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

var (
	assessments    = door.Resource{Name: "assessments", Doc: "What was found out about a person in a case"}
	needs          = door.Resource{Name: "needs", Doc: "What a person in a case needs"}
	determinations = door.Resource{Name: "determinations", Doc: "How the rule of a program or benefit came out for a person; never changed"}
	decisions      = door.Resource{Name: "decisions", Doc: "What was decided on an item of an application"}
)

func mountAPI(d *door.Router, room *assessment.Room) {
	x := api{room}
	door.List(d, assessments, readers, x.assessments)
	door.Get(d, assessments, readers, x.assessment)
	door.Create(d, assessments, workers, x.begin)
	door.Call(d, "POST", assessments, "/{id}/answers", "Keep answers of an assessment in progress", workers, x.answer)
	door.Step(d, assessments, "start", workers, x.start)
	door.Step(d, assessments, "complete", workers, x.complete)
	door.Step(d, assessments, "override", workers, x.override)
	door.Step(d, assessments, "amend", workers, x.amend)
	door.Step(d, assessments, "cancel", workers, x.cancel)
	door.List(d, needs, readers, x.needs)
	door.Get(d, needs, readers, x.need)
	door.Create(d, needs, workers, x.identify)
	door.Patch(d, needs, workers, x.patchNeed)
	door.Step(d, needs, "address", workers, x.address)
	door.Step(d, needs, "defer", workers, x.deferNeed)
	door.Step(d, needs, "reopen", workers, x.reopen)
	door.List(d, determinations, readers, x.determinations)
	door.Get(d, determinations, readers, x.determination)
	door.Create(d, determinations, judges, x.determine)
	door.Call(d, "POST", determinations, "/{id}/replay", "Make a determination again from what it kept", readers, x.replay)
	door.List(d, decisions, readers, x.decisions)
	door.Get(d, decisions, readers, x.decision)
	door.Create(d, decisions, deciders, x.decide)
}

type api struct{ room *assessment.Room }

type caseQuery struct {
	door.Paging
	Case db.ID `json:"case_id" doc:"Of which case; required"`
}

func (q caseQuery) of() (assessment.Of, error) {
	before, err := door.Cursor(q.Cursor)
	return assessment.Of{Case: q.Case, Before: before, Limit: q.Limit + 1}, err
}

func paged[R, Out any](q caseQuery, a access.Actor, list []R, head func(R) flow.Head, out func(access.Actor, R) Out) door.Items[Out] {
	var items door.Items[Out]
	if len(list) > q.Limit {
		list = list[:q.Limit]
		items.Next = head(list[q.Limit-1]).ID.String()
	}
	for _, x := range list {
		items.Items = append(items.Items, out(a, x))
	}
	return items
}

type assessmentOut struct {
	ID             db.ID         `json:"id"`
	Status         string        `json:"status"`
	Version        int64         `json:"version"`
	Actions        []string      `json:"actions"`
	Case           db.ID         `json:"case_id"`
	Person         db.ID         `json:"person_id"`
	FormKey        string        `json:"form_key"`
	Title          text.Pair     `json:"title"`
	Why            string        `json:"why,omitempty"`
	Score          string        `json:"score,omitempty"`
	Band           string        `json:"band,omitempty"`
	OverrideBand   string        `json:"override_band,omitempty"`
	OverrideReason string        `json:"override_reason,omitempty"`
	CompletedOn    calendar.Date `json:"completed_on"`
}

// assessmentFull is an assessment with its answers, their version, what is
// shown and what is missing.
type assessmentFull struct {
	assessmentOut
	Answers        map[string]any `json:"answers"`
	AnswersVersion int64          `json:"answers_version"`
	Visible        []string       `json:"visible"`
	Missing        []string       `json:"missing"`
}

func assessmentOf(a access.Actor, x assessment.Assessment) assessmentOut {
	return assessmentOut{x.ID, x.Status, x.Version, assessment.Flow.Free(a, x), x.Case, x.Person, x.FormKey, x.Title, x.Why, x.Score, x.Band,
		x.OverrideBand, x.OverrideReason, x.CompletedOn}
}

func (x api) assessments(ctx context.Context, a access.Actor, q caseQuery) (door.Items[assessmentOut], error) {
	of, err := q.of()
	if err != nil {
		return door.Items[assessmentOut]{}, err
	}
	list, err := x.room.Assessments(ctx, a, of)
	return paged(q, a, list, func(x assessment.Assessment) flow.Head { return x.Head }, assessmentOf), err
}

func (x api) assessment(ctx context.Context, a access.Actor, id db.ID) (assessmentFull, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return assessmentFull{}, err
	}
	out := assessmentFull{assessmentOf(a, f.Assessment), form.Plain(f.Response.Answers.V), f.Response.Version, []string{}, []string{}}
	if f.Ready == nil {
		return out, nil
	}
	for _, s := range f.Ready.Sections {
		for _, q := range s.Questions {
			if f.Now.Visible[q.Key] {
				out.Visible = append(out.Visible, q.Key)
			}
		}
	}
	for _, m := range f.Now.Faults {
		out.Missing = append(out.Missing, m.Pointer)
	}
	return out, nil
}

// beginIn is an assessment to make, or only to suggest.
type beginIn struct {
	assessment.BeginInput
	Suggest bool `json:"suggest,omitempty"`
}

func (x api) begin(ctx context.Context, a access.Actor, in beginIn) (assessmentFull, error) {
	do := x.room.Begin
	if in.Suggest {
		do = x.room.Suggest
	}
	made, err := do(ctx, a, in.BeginInput)
	if err != nil {
		return assessmentFull{}, err
	}
	return x.assessment(ctx, a, made.ID)
}

type answersIn struct {
	ID      db.ID          `path:"id" json:"-"`
	Section string         `json:"section,omitempty" doc:"Whose questions lose their answer when they are not among the answers"`
	Answers map[string]any `json:"answers"`
	Version int64          `json:"answers_version"`
}

// answer keeps answers; unlike the page, any that cannot be read is refused,
// after the others were kept.
func (x api) answer(ctx context.Context, a access.Actor, in answersIn) (assessmentFull, error) {
	kept, err := x.room.Fill(ctx, a, in.ID, form.Fill{Section: in.Section, Answers: in.Answers, Version: in.Version})
	if err == nil {
		err = kept.Wrong.Err()
	}
	if err != nil {
		return assessmentFull{}, err
	}
	return x.assessment(ctx, a, in.ID)
}

type versionIn struct {
	Version int64 `json:"version"`
}

func (x api) full(ctx context.Context, a access.Actor, id db.ID, err error) (assessmentFull, error) {
	if err != nil {
		return assessmentFull{}, err
	}
	return x.assessment(ctx, a, id)
}

func (x api) start(ctx context.Context, a access.Actor, id db.ID, in versionIn) (assessmentFull, error) {
	_, err := x.room.Start(ctx, a, id, in.Version)
	return x.full(ctx, a, id, err)
}

func (x api) complete(ctx context.Context, a access.Actor, id db.ID, in versionIn) (assessmentFull, error) {
	_, err := x.room.Complete(ctx, a, id, in.Version)
	return x.full(ctx, a, id, err)
}

func (x api) override(ctx context.Context, a access.Actor, id db.ID, in assessment.OverrideInput) (assessmentFull, error) {
	_, err := x.room.Override(ctx, a, id, in)
	return x.full(ctx, a, id, err)
}

func (x api) amend(ctx context.Context, a access.Actor, id db.ID, in form.AmendInput) (assessmentFull, error) {
	_, err := x.room.Amend(ctx, a, id, in)
	return x.full(ctx, a, id, err)
}

func (x api) cancel(ctx context.Context, a access.Actor, id db.ID, in assessment.ReasonInput) (assessmentFull, error) {
	_, err := x.room.Cancel(ctx, a, id, in)
	return x.full(ctx, a, id, err)
}

type needOut struct {
	ID            db.ID         `json:"id"`
	Status        string        `json:"status"`
	Version       int64         `json:"version"`
	Actions       []string      `json:"actions"`
	Case          db.ID         `json:"case_id"`
	Person        db.ID         `json:"person_id"`
	Kind          string        `json:"kind"`
	Detail        string        `json:"detail,omitempty"`
	Severity      string        `json:"severity,omitempty"`
	Assessment    db.ID         `json:"assessment_id,omitzero"`
	IdentifiedOn  calendar.Date `json:"identified_on"`
	ReviewOn      calendar.Date `json:"review_on"`
	AddressedKind string        `json:"addressed_kind,omitempty"`
	AddressedBy   db.ID         `json:"addressed_by_id,omitzero"`
}

func needOf(a access.Actor, n assessment.Need) needOut {
	return needOut{n.ID, n.Status, n.Version, assessment.NeedFlow.Free(a, n), n.Case, n.Person, n.Kind, n.Detail, n.Severity, n.Assessment,
		n.IdentifiedOn, n.ReviewOn, n.AddressedKind, n.AddressedBy}
}

func (x api) needs(ctx context.Context, a access.Actor, q caseQuery) (door.Items[needOut], error) {
	of, err := q.of()
	if err != nil {
		return door.Items[needOut]{}, err
	}
	list, err := x.room.Needs(ctx, a, of)
	return paged(q, a, list, func(n assessment.Need) flow.Head { return n.Head }, needOf), err
}

func (x api) need(ctx context.Context, a access.Actor, id db.ID) (needOut, error) {
	n, err := x.room.Need(ctx, a, id)
	return needOf(a, n), err
}

func (x api) identify(ctx context.Context, a access.Actor, in assessment.NeedInput) (needOut, error) {
	n, err := x.room.Identify(ctx, a, in)
	return needOf(a, n), err
}

type needPatch struct {
	Kind     *string `json:"kind,omitempty"`
	Detail   *string `json:"detail,omitempty"`
	Severity *string `json:"severity,omitempty"`
	Version  int64   `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patchNeed(ctx context.Context, a access.Actor, id db.ID, p needPatch) (needOut, error) {
	n, err := x.room.Need(ctx, a, id)
	if err != nil {
		return needOut{}, err
	}
	in := assessment.NeedInput{Kind: n.Kind, Detail: n.Detail, Severity: n.Severity, Version: p.Version}
	set(&in.Kind, p.Kind)
	set(&in.Detail, p.Detail)
	set(&in.Severity, p.Severity)
	n, err = x.room.EditNeed(ctx, a, id, in)
	return needOf(a, n), err
}

func (x api) address(ctx context.Context, a access.Actor, id db.ID, in assessment.AddressInput) (needOut, error) {
	n, err := x.room.AddressNeed(ctx, a, id, in)
	return needOf(a, n), err
}

func (x api) deferNeed(ctx context.Context, a access.Actor, id db.ID, in assessment.DeferInput) (needOut, error) {
	n, err := x.room.DeferNeed(ctx, a, id, in)
	return needOf(a, n), err
}

func (x api) reopen(ctx context.Context, a access.Actor, id db.ID, in versionIn) (needOut, error) {
	n, err := x.room.ReopenNeed(ctx, a, id, in.Version)
	return needOf(a, n), err
}

// findingOut is a condition in the API: how it came out and, in the answer for
// one determination, what it is called.
type findingOut struct {
	Key     string     `json:"key"`
	Label   text.Pair  `json:"label,omitzero" doc:"Left out in lists"`
	State   rule.State `json:"state"`
	Facts   rule.Facts `json:"facts,omitempty" doc:"What it speaks of and what is known of it"`
	Missing []string   `json:"missing,omitempty" doc:"What would have to be known"`
	Fault   string     `json:"fault,omitempty" doc:"Word key, when it could not be worked out"`
}

func findingsOf(list []rule.Finding, conditions []rule.Condition) []findingOut {
	out := make([]findingOut, len(list))
	for i, f := range list {
		out[i] = findingOut{Key: f.Key, State: f.State, Facts: f.Facts, Missing: f.Missing, Fault: f.Fault}
		for _, c := range conditions {
			if c.Key == f.Key {
				out[i].Label = c.Label
			}
		}
	}
	return out
}

type determinationOut struct {
	ID          db.ID         `json:"id"`
	Status      string        `json:"status"`
	Version     int64         `json:"version"`
	Actions     []string      `json:"actions"`
	Case        db.ID         `json:"case_id,omitzero"`
	Person      db.ID         `json:"person_id"`
	ItemKind    string        `json:"item_kind,omitempty"`
	Item        db.ID         `json:"item_id,omitzero"`
	SubjectKind string        `json:"subject_kind"`
	Subject     db.ID         `json:"subject_id"`
	Rule        db.ID         `json:"eligibility_rule_id"`
	Edition     int64         `json:"edition"`
	On          calendar.Date `json:"on"`
	State       string        `json:"state"`
	Findings    []findingOut  `json:"findings"`
	Facts       rule.Facts    `json:"facts"`
	Stated      []string      `json:"stated"`
	WouldChange []rule.Change `json:"would_change"`
	Amount      *ledger.Money `json:"amount"`
}

func determinationOf(a access.Actor, d assessment.Determination) determinationOut {
	out := determinationOut{d.ID, d.Status, d.Version, assessment.DeterminationFlow.Free(a, d), d.Case, d.Person, d.ItemKind, d.Item, d.SubjectKind, d.Subject,
		d.Rule, d.Edition, d.On, d.State, findingsOf(d.Outcome.V.Findings, nil), d.Facts.V, d.Stated.V, d.WouldChange.V, nil}
	if d.Currency != "" {
		amount := d.Amount()
		out.Amount = &amount
	}
	if out.Stated == nil {
		out.Stated = []string{}
	}
	if out.WouldChange == nil {
		out.WouldChange = []rule.Change{}
	}
	return out
}

func (x api) determinations(ctx context.Context, a access.Actor, q caseQuery) (door.Items[determinationOut], error) {
	of, err := q.of()
	if err != nil {
		return door.Items[determinationOut]{}, err
	}
	list, err := x.room.Determinations(ctx, a, of)
	return paged(q, a, list, func(d assessment.Determination) flow.Head { return d.Head }, determinationOf), err
}

func (x api) determination(ctx context.Context, a access.Actor, id db.ID) (determinationOut, error) {
	d, err := x.room.Determination(ctx, a, id)
	out := determinationOf(a, d.Determination)
	out.Findings = findingsOf(d.Determination.Outcome.V.Findings, d.Rule.Body.V.Conditions)
	return out, err
}

func (x api) determine(ctx context.Context, a access.Actor, in assessment.DetermineInput) (determinationOut, error) {
	d, err := x.room.Determine(ctx, a, in)
	if err != nil {
		return determinationOut{}, err
	}
	return x.determination(ctx, a, d.ID)
}

type replayIn struct {
	ID db.ID `path:"id" json:"-"`
}

type replayOut struct {
	Same    bool         `json:"same"`
	Outcome rule.Outcome `json:"outcome"`
	Edition int64        `json:"edition"`
}

func (x api) replay(ctx context.Context, a access.Actor, in replayIn) (replayOut, error) {
	again, err := x.room.Replay(ctx, a, in.ID)
	return replayOut{again.Same, again.Outcome, again.Rule.Edition}, err
}

type decisionOut struct {
	ID            db.ID           `json:"id"`
	Status        string          `json:"status"`
	Version       int64           `json:"version"`
	Actions       []string        `json:"actions"`
	Case          db.ID           `json:"case_id,omitzero"`
	Person        db.ID           `json:"person_id"`
	ItemKind      string          `json:"item_kind"`
	Item          db.ID           `json:"item_id"`
	SubjectKind   string          `json:"subject_kind"`
	Subject       db.ID           `json:"subject_id"`
	Determination db.ID           `json:"determination_id,omitzero"`
	Quantity      ledger.Quantity `json:"quantity,omitzero"`
	Amount        *ledger.Money   `json:"amount"`
	From          calendar.Date   `json:"from"`
	Until         calendar.Date   `json:"until"`
	Reasons       string          `json:"reasons,omitempty"`
	DecidedOn     calendar.Date   `json:"decided_on"`
}

func decisionOf(_ access.Actor, d assessment.Decision) decisionOut {
	out := decisionOut{d.ID, d.Status, d.Version, []string{}, d.Case, d.Person, d.ItemKind, d.Item, d.SubjectKind, d.Subject, d.Determination, d.Quantity, nil,
		d.From, d.Until, d.Reasons, d.DecidedOn}
	if d.Currency != "" {
		amount := d.Amount()
		out.Amount = &amount
	}
	return out
}

func (x api) decisions(ctx context.Context, a access.Actor, q caseQuery) (door.Items[decisionOut], error) {
	of, err := q.of()
	if err != nil {
		return door.Items[decisionOut]{}, err
	}
	list, err := x.room.Decisions(ctx, a, of)
	return paged(q, a, list, func(d assessment.Decision) flow.Head { return d.Head }, decisionOf), err
}

func (x api) decision(ctx context.Context, a access.Actor, id db.ID) (decisionOut, error) {
	d, err := x.room.Decision(ctx, a, id)
	return decisionOf(a, d), err
}

func (x api) decide(ctx context.Context, a access.Actor, in assessment.DecideInput) (decisionOut, error) {
	d, err := x.room.Decide(ctx, a, in)
	return decisionOf(a, d), err
}
