package server_test

import (
	"slices"
	"testing"

	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// untold are the entities that stand on no case's timeline, and the steps that a timeline leaves out.
var untold = []string{"note.write", "note.change", "note.publish", "case.set_next", "case.contacted", "prompt.raise", "prompt.renew", "prompt.settle", "prompt.hand_over", "prompt.withdraw",
	"goal.progress", "plan_review.schedule", "referral.edit", "referral.authorize", "benefit_assignment.choose"}

// onTimeline are the entities whose lines stand on a case's timeline.
var onTimeline = []string{"case", "participant", "case_member", "case_source", "note", "prompt", "assessment", "need", "care_plan", "plan_agreement", "goal",
	"goal_progress", "plan_task", "plan_review", "benefit_assignment", "program_enrolment", "recertification", "referral", "authorization", "payout"}

// TestATimelineSaysWhatHappened asks for words of its own for every step that a case's timeline shows:
// the name of a button does not say that something happened.
func TestATimelineSaysWhatHappened(t *testing.T) {
	keys := text.Keys()
	for _, d := range flow.All() {
		if !slices.Contains(onTimeline, d.Entity) {
			continue
		}
		for _, s := range d.Steps {
			name := d.Entity + "." + s.Name
			has := slices.ContainsFunc(keys, func(k string) bool { return len(k) > len(name)+10 && k[len(k)-len(name)-10:] == ".timeline."+name })
			if !has && !slices.Contains(untold, name) {
				t.Errorf("the timeline has no words for %s but those of its button", name)
			}
		}
	}
}
