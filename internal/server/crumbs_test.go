package server_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/careplan"
)

var crumbNav = regexp.MustCompile(`(?s)<nav class="crumbs".*?</nav>`)

// crumbs are the words of the way to a page, and where they lead.
func (s *sample) crumbs(who, at string) (words string, hrefs []string) {
	s.t.Helper()
	nav := crumbNav.FindString(s.ask(s.as(who), "GET", at, "").Body.String())
	for _, m := range regexp.MustCompile(`href="([^"#]+)">`).FindAllStringSubmatch(nav, -1) {
		hrefs = append(hrefs, html.UnescapeString(m[1]))
	}
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(nav, " "))), " "), hrefs
}

// TestCrumbsNameTheCase opens pages that stand in a case: each names the person and the number and leads back to the
// case with one click, and none does so to somebody who may not see it.
func TestCrumbsNameTheCase(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		ctx, a := t.Context(), s.as("caseworker").actor
		c := s.work(1)[0]
		plan, err := s.srv.Rooms.CarePlans.Make(ctx, a, c.ID, careplan.MakeInput{Title: "見本の計画"})
		s.must(err)
		goal, err := s.srv.Rooms.CarePlans.AddGoal(ctx, a, plan.ID, careplan.GoalInput{Label: "見本の目標"})
		s.must(err)
		assessed := s.assessment(c)
		home := "/desk/cases/" + c.ID.String()
		named := "丸山 修0 " + c.Number
		for _, at := range []string{
			home + "/edit", home + "/pause", "/desk/needs/new?case_id=" + c.ID.String(), "/desk/assessments/" + assessed,
			"/desk/plans/" + plan.ID.String(), "/desk/goals/" + goal.ID.String() + "/edit",
		} {
			words, hrefs := s.crumbs("caseworker", at)
			if !strings.HasPrefix(words, "ケース "+named+" ") || len(hrefs) < 2 || hrefs[1] != home {
				t.Errorf("%s stands at %q with %v", at, words, hrefs)
			}
			if words, _ := s.crumbs("caseworker:other", at); strings.Contains(words, c.Number) || strings.Contains(words, "丸山") {
				t.Errorf("%s tells another team %q", at, words)
			}
		}
		if _, hrefs := s.crumbs("caseworker", "/desk/goals/"+goal.ID.String()+"/edit"); len(hrefs) != 3 || hrefs[2] != "/desk/goals/"+goal.ID.String() {
			t.Errorf("a goal's form leads to %v and not back to the goal", hrefs)
		}
		if words, hrefs := s.crumbs("caseworker", "/desk/persons/"+c.Person.String()+"/edit"); len(hrefs) != 2 || hrefs[1] != "/desk/persons/"+c.Person.String() || !strings.Contains(words, "丸山 修0") {
			t.Errorf("a person's form stands at %q with %v", words, hrefs)
		}
		// Whoever else reads what is given is told the case as far as it is seen, and is led to no closed door.
		given := "/desk/benefit-assignments/" + s.given().ID.String()
		for _, who := range []string{"supervisor", "finance_officer", "auditor", "program_manager"} {
			if s.ask(s.as(who), "GET", given, "").Code != 200 {
				continue
			}
			words, hrefs := s.crumbs(who, given)
			if !strings.Contains(words, "C-2026-") {
				t.Errorf("%s is not told the case: %q", who, words)
			}
			for _, at := range hrefs {
				if code := s.ask(s.as(who), "GET", at, "").Code; code != 200 {
					t.Errorf("%s is led from %q to %s, which answers %d", who, words, at, code)
				}
			}
		}
		// A plan of a restricted case is refused without a word of the case.
		secret := s.caseFile(true)
		hidden, err := s.srv.Rooms.CarePlans.Make(ctx, s.as("supervisor").actor, secret.ID, careplan.MakeInput{Title: "秘密"})
		s.must(err)
		if words, _ := s.crumbs("caseworker:team", "/desk/plans/"+hidden.ID.String()+"/edit"); strings.Contains(words, secret.Number) {
			t.Errorf("a restricted case is told: %q", words)
		}
	})
}
