package catalog

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
)

var (
	// makers set up what help exists; payers also what it costs and who pays.
	makers = flow.Roles{access.ProgramManager, access.Administrator, access.System}
	payers = flow.Roles{access.ProgramManager, access.FinanceOfficer, access.Administrator, access.System}
	voids  = flow.Roles{access.Administrator}
)

// run are the steps of what is planned, runs and ends.
func run[R any](by flow.Roles) []flow.Step[R] {
	return []flow.Step[R]{
		{Name: "create", To: "planned", By: by},
		{Name: "edit", From: []string{"planned", "active"}, By: by},
		{Name: "activate", From: []string{"planned"}, To: "active", By: by, Plain: true, Route: true},
		{Name: "complete", From: []string{"active"}, To: "completed", By: by, Plain: true},
		{Name: "cancel", From: []string{"planned", "active"}, To: "cancelled", By: by},
	}
}

// use are the steps of what is in use until it is retired.
func use[R any](by flow.Roles) []flow.Step[R] {
	return []flow.Step[R]{
		{Name: "create", To: "active", By: by},
		{Name: "edit", From: []string{"active"}, By: by},
		{Name: "retire", From: []string{"active"}, To: "retired", By: by, Plain: true},
	}
}

// The flows of the catalog. One key, code or year each: unique indexes.
var (
	FundFlow = flow.Define(flow.Table[Fund]{Entity: "fund", Table: "fund",
		Root: func(x *Fund) (string, db.ID) { return "fund", x.ID }, Steps: use[Fund](payers), VoidBy: voids})
	ProgramFlow = flow.Define(flow.Table[Program]{Entity: "program", Table: "program",
		Root: func(x *Program) (string, db.ID) { return "program", x.ID }, Steps: run[Program](makers), VoidBy: voids})
	BenefitFlow = flow.Define(flow.Table[Benefit]{Entity: "benefit", Table: "benefit",
		Root: func(x *Benefit) (string, db.ID) { return "benefit", x.ID }, Steps: run[Benefit](makers), VoidBy: voids})
	GoalFlow = flow.Define(flow.Table[GoalDefinition]{Entity: "goal_definition", Table: "goal_definition",
		Root: func(x *GoalDefinition) (string, db.ID) { return "goal_definition", x.ID }, Steps: use[GoalDefinition](makers), VoidBy: voids})
	SpecialtyFlow = flow.Define(flow.Table[Specialty]{Entity: "specialty", Table: "specialty",
		Root: func(x *Specialty) (string, db.ID) { return "specialty", x.ID }, Steps: use[Specialty](makers), VoidBy: voids})
)

// RateFlow is a rate's. Two rates of one benefit and provider never hold on
// the same day: the benefit's row is locked before they are compared. A price
// is never changed; it ends, and another begins.
var RateFlow = flow.Define(flow.Table[Rate]{
	Entity: "rate", Table: "rate",
	Root: func(x *Rate) (string, db.ID) { return "benefit", x.Benefit },
	Steps: []flow.Step[Rate]{
		{Name: "create", To: "active", By: payers},
		{Name: "end", From: []string{"active"}, To: "ended", By: payers},
	},
	VoidBy: voids,
})

// RuleFlow is an eligibility rule version's. One version of a subject is
// published, and one drafted, at a time (unique indexes
// eligibility_rule_published and eligibility_rule_draft); publishing retires
// the one before in the same step.
var RuleFlow = flow.Define(flow.Table[EligibilityRule]{
	Entity: "eligibility_rule", Table: "eligibility_rule",
	Root: func(x *EligibilityRule) (string, db.ID) { return x.SubjectKind, x.Subject },
	Steps: []flow.Step[EligibilityRule]{
		{Name: "create", To: "draft", By: makers},
		{Name: "edit", From: []string{"draft"}, By: makers},
		{Name: "publish", From: []string{"draft"}, To: "published", By: makers, Plain: true, Route: true},
		{Name: "retire", From: []string{"published"}, To: "retired", By: makers, Plain: true},
	},
	VoidBy: voids,
})
