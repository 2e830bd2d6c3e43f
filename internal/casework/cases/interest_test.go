package cases_test

import (
	"errors"
	"slices"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/people"
)

// hire makes a user of the agency in teams.
func (d desk) hire(mail string, role access.Role, teams ...db.ID) access.Actor {
	d.t.Helper()
	u, err := account.New(d.run, agency.New(d.run)).CreateUser(ctx, kizunatest.Staff(access.Administrator), account.UserInput{
		Mail: mail, Name: text.Pair{JA: "架空 職員"}, Roles: []access.Role{role}, Teams: teams})
	if err != nil {
		d.t.Fatal(err)
	}
	return access.Actor{ID: u.ID, Roles: u.Roles, Teams: teams}
}

func (d desk) keep(user, person db.ID) {
	d.t.Helper()
	chief := kizunatest.Staff(access.Supervisor)
	chief.Wide = true
	if _, err := d.people.RecordInterest(ctx, chief, people.InterestInput{User: user, Person: person, Kind: "family"}); err != nil {
		d.t.Fatal(err)
	}
}

// A case is closed to who is kept from somebody taking part in it, be they its owner: whoever leads
// the team is asked for another, who is kept from it cannot be given it, and it is so of cases that
// are opened and joined afterwards.
func TestInterestAndCases(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		d.people.OnInterest = append(d.people.OnInterest, cases.OnInterest)
		tasks := task.New(d.run)
		tasks.Sees["case"] = func(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error) {
			_, err := cases.Load(q, a, now, id)
			return err == nil, nil
		}
		if _, err := account.Setup(ctx, d.run, account.SetupInput{Agency: text.Both("みなと"), Mail: "admin@agency.example", Password: "correct horse battery staple 7"}); err != nil {
			t.Fatal(err)
		}
		team, err := agency.New(d.run).CreateTeam(ctx, kizunatest.Staff(access.Administrator), agency.TeamInput{Name: text.Pair{JA: "相談係"}})
		if err != nil {
			t.Fatal(err)
		}
		worker, chief := d.hire("worker@agency.example", access.Caseworker, team.ID), d.hire("chief@agency.example", access.Supervisor, team.ID)
		c := d.open(worker)
		todo, err := tasks.Create(ctx, worker, task.Input{Title: "電話する", Assignee: worker.ID, OwnerKind: "case", Owner: c.ID})
		if err != nil {
			t.Fatal(err)
		}
		d.keep(worker.ID, c.Person)
		worker.Barred = true
		wide := worker
		wide.Wide = true

		closed := func(c cases.Case) {
			t.Helper()
			for _, a := range []access.Actor{worker, wide} {
				if _, err := d.Get(ctx, a, c.ID); !errors.Is(err, fault.KindNotFound) {
					t.Errorf("opened: %v", err)
				}
				if _, err := d.Step(ctx, a, c.ID, "pause", cases.StepInput{Ground: "custody", ReviewOn: "2027-01-01", Version: c.Version}); !errors.Is(err, fault.KindNotFound) {
					t.Errorf("paused: %v", err)
				}
				list, err := d.Worklist(ctx, a, cases.Filter{})
				if err != nil || slices.ContainsFunc(list.Rows, func(r cases.Row) bool { return r.ID == c.ID }) || list.Counts[cases.ViewOpen] != len(list.Rows) {
					t.Errorf("worklist %v, counted %v (%v)", list.Rows, list.Counts, err)
				}
				err = d.run.Read(ctx, func(q *db.Reader) error {
					if _, err := cases.Receiving(q, a, d.run.Now(), c.ID); !errors.Is(err, fault.KindNotFound) {
						t.Errorf("may receive: %v", err)
					}
					prompts, err := cases.RemindersOf(q, a, 20)
					if slices.ContainsFunc(prompts, func(p cases.Reminder) bool { return p.Case == c.ID }) {
						t.Errorf("prompts %v", prompts)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		closed(c)
		if list, _, err := tasks.List(ctx, worker, task.Filter{}); err != nil || len(list) != 0 {
			t.Errorf("tasks %v (%v)", list, err)
		}
		if _, err := tasks.Task(ctx, worker, todo.ID); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("the task: %v", err)
		}

		asked := func() []cases.Reminder {
			var out []cases.Reminder
			err := d.run.Read(ctx, func(q *db.Reader) (err error) {
				out, err = cases.RemindersOf(q, chief, 20)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if list := asked(); len(list) != 1 || list[0].Kind != "cases.prompt.hand_over" || list[0].Owner != chief.ID {
			t.Fatalf("who leads the team is asked %+v", list)
		}
		refused := func(at string, err error) {
			t.Helper()
			f, ok := fault.As(err)
			if !ok || len(f.Fields) != 1 || f.Fields[0].Pointer != at || f.Fields[0].Key != "cases.fault.kept_from" {
				t.Errorf("refused by %v, not beside %s", err, at)
			}
		}
		_, err = d.Step(ctx, chief, c.ID, "assign", cases.StepInput{Owner: worker.ID, Team: team.ID, Version: c.Version})
		refused("/owner_id", err)
		_, err = d.AddMember(ctx, chief, c.ID, cases.MemberInput{User: worker.ID})
		refused("/user_id", err)
		_, err = d.Open(ctx, chief, cases.OpenInput{Person: c.Person, Kind: "housing", Owner: worker.ID})
		refused("/owner_id", err)
		d.step(chief, c, "assign", cases.StepInput{Owner: chief.ID, Team: team.ID})
		if list := asked(); len(list) != 0 {
			t.Errorf("still asked %+v", list)
		}

		later, err := d.Open(ctx, chief, cases.OpenInput{Person: c.Person, Kind: "housing"})
		if err != nil {
			t.Fatal(err)
		}
		closed(later)
		other := d.open(worker)
		if _, err := d.Get(ctx, worker, other.ID); err != nil {
			t.Fatal(err)
		}
		d.write(func(tx *op.Tx) error {
			_, err := cases.AddParticipant(tx, other, cases.ParticipantInput{Person: c.Person, Role: "household"})
			return err
		})
		closed(other)
		if list := asked(); len(list) != 1 {
			t.Errorf("when somebody joined, they were asked %+v", list)
		}
		err = d.run.Read(ctx, func(q *db.Reader) error {
			kept, err := cases.KeptFrom(q, other)
			if !slices.Equal(kept, []db.ID{worker.ID}) {
				t.Errorf("kept are %v", kept)
			}
			bars, err2 := sight.BarredFrom(q, "case", other.ID)
			if len(bars) != 0 {
				t.Errorf("a bar stands on the case itself: %v", bars)
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestEveryCaseAsksForAnother: where one of the cases in hand asked for another owner already, the others
// still do.
func TestEveryCaseAsksForAnother(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		d.people.OnInterest = append(d.people.OnInterest, cases.OnInterest)
		worker := d.hire("worker@agency.example", access.Caseworker)
		first := d.open(worker)
		second, err := d.Open(ctx, worker, cases.OpenInput{Person: first.Person, Kind: "health"})
		if err != nil {
			t.Fatal(err)
		}
		other := d.open(worker).Person
		for _, c := range []cases.Case{first, second} {
			asked := func() (n int) {
				t.Helper()
				if err := d.run.Read(ctx, func(q *db.Reader) (err error) {
					n, err = db.One[int](q, "SELECT COUNT(*) FROM case_prompt WHERE case_id = ? AND kind = 'cases.prompt.hand_over'", c.ID)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				return n
			}
			if c.ID == first.ID { // somebody else who takes part in the first alone
				d.write(func(tx *op.Tx) error {
					_, err := cases.AddParticipant(tx, first, cases.ParticipantInput{Person: other, Role: "household"})
					return err
				})
				d.keep(worker.ID, other)
			} else {
				d.keep(worker.ID, first.Person)
			}
			if n := asked(); n != 1 {
				t.Errorf("%s asked %d times", c.Number, n)
			}
		}
	})
}
