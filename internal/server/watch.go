package server

import (
	"context"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/resident/people"
)

// watch registers what happens by itself as time goes by: what expires, what
// falls due, what is swept.
func (s *Server) watch() {
	x := s.Rooms
	s.after("people.weigh", x.People.Weigh, "person.created", "person.changed")
	s.Run.Subscribe("person.brought", people.WeighBrought)
	for _, k := range x.People.ImportWork() {
		s.Worker.Register(k)
	}
	s.after("people.follow", x.People.Follow, "person.merged")
	for _, w := range []struct {
		name  string
		every time.Duration
		do    func(ctx context.Context) error
	}{
		{"op.forget", op.ForgetEvery, s.Run.Forget},
		{"account.sweep", time.Hour, x.Account.Sweep},
		{"consent.expire", time.Hour, counted(x.Consents.Expire)},
		{"provider.expire", time.Hour, counted(x.Providers.Expire)},
		{"referral.expire", time.Hour, counted(x.Referrals.Expire)},
		{"session.finish", time.Hour, counted(x.Delivery.Finish)},
		{"care_plan.reviews", time.Hour, x.CarePlans.WatchReviews},
		{"benefit.recertify", time.Hour, x.Benefits.WatchRecertifications},
		{"search.tidy", 24 * time.Hour, func(ctx context.Context) error { return search.Tidy(ctx, s.config.DB) }},
		{"people.reindex", time.Hour, counted(x.People.Reindex)},
		{"case.reindex", time.Hour, counted(x.Cases.Reindex)},
		{"provider.reindex", time.Hour, counted(x.Providers.Reindex)},
	} {
		s.Worker.Register(jobs.Kind{Name: w.name, Periodic: jobs.Every(w.every), Run: func(ctx context.Context, _ jobs.Claimed) error { return w.do(ctx) }})
	}
}

// after has a piece of work done for the record of each event of these names, soon after the deed.
func (s *Server) after(kind string, do func(ctx context.Context, record db.ID) error, events ...string) {
	for _, name := range events {
		s.Run.Subscribe(name, kind)
	}
	s.Worker.Register(jobs.Kind{Name: kind, Run: func(ctx context.Context, c jobs.Claimed) error {
		var e op.Event
		if err := c.Decode(&e); err != nil {
			return err
		}
		return do(ctx, e.Record)
	}})
}

// counted leaves out how many records a watch touched.
func counted(f func(ctx context.Context) (int, error)) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := f(ctx)
		return err
	}
}
