package account

import (
	"context"
	"net/netip"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
)

// brake slows down guessing for one account or one address. An address gets
// shorter waits, since a whole office may stand behind it.
type brake struct {
	first, longest, forget time.Duration
}

var (
	accountBrake = brake{first: 5 * time.Second, longest: 15 * time.Minute, forget: 24 * time.Hour}
	addressBrake = brake{first: time.Second, longest: time.Minute, forget: time.Hour}
)

// wait is how long after the n-th failure the next try must wait: nothing
// before the failure numbered from, then twice as long each time.
func (b brake) wait(n, from int64) time.Duration {
	if n < from {
		return 0
	}
	wait := b.first
	for i := from; i < n && wait < b.longest; i++ {
		wait *= 2
	}
	return min(wait, b.longest)
}

// tries are the failures of one account or address.
type tries struct {
	Key      []byte        `db:"key"`
	Failures int64         `db:"failures"`
	LastAt   calendar.Time `db:"last_at"`
	Until    calendar.Time `db:"until"`
}

// attempt is one try to get in, counted as a failure until it succeeds, so
// that tries made at once count too.
type attempt struct {
	account, address []byte
	failures         int64 // of the account, this one included
	from             int64
}

// begin counts a try, or refuses it while the account or the address must
// wait. It treats names of users and of nobody alike.
func (r *Room) begin(ctx context.Context, mail, address string) (attempt, error) {
	s, err := r.agency.Settings(ctx)
	if err != nil {
		return attempt{}, err
	}
	t := attempt{
		account: r.run.Vault.Blind("throttle", "account "+mail), address: r.run.Vault.Blind("throttle", "address "+neighbourhood(address)),
		from: s.ThrottleFrom,
	}
	err = r.run.Data.Write(ctx, func(tx *db.Tx) error {
		now := r.run.Now()
		rows, err := lockTries(tx, t.account, t.address)
		if err != nil {
			return err
		}
		for i, b := range []brake{accountBrake, addressBrake} {
			if wait := rows[i].Until.Sub(now); wait > 0 && wait <= 2*b.longest { // longer: by a clock that was ahead
				return fault.TooMuch(wait)
			}
			if now.Sub(rows[i].LastAt) > b.forget {
				rows[i].Failures = 0
			}
		}
		for i, b := range []brake{accountBrake, addressBrake} {
			rows[i].Failures++
			rows[i].LastAt = now
			rows[i].Until = 0
			if wait := b.wait(rows[i].Failures, t.from); wait > 0 {
				rows[i].Until = now.Add(wait)
			}
			if err := keepTries(tx, rows[i]); err != nil {
				return err
			}
		}
		t.failures = rows[0].Failures
		return nil
	})
	return t, err
}

// neighbourhood is what an address shares with those its holder can take at
// will: with IPv6 the first 64 bits.
func neighbourhood(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || !ip.Is6() || ip.Is4In6() {
		return address
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// succeeded takes the count back: the account starts anew, the address had no
// failure this time.
func (t attempt) succeeded(w db.W) error {
	rows, err := lockTries(w, t.account, t.address)
	if err != nil {
		return err
	}
	rows[0].Failures, rows[0].Until = 0, 0
	rows[1].Failures, rows[1].Until = max(rows[1].Failures-1, 0), 0
	for _, row := range rows {
		if err := keepTries(w, row); err != nil {
			return err
		}
	}
	return nil
}

// failed tells the administrators at the failure from which tries must wait,
// and at every fifth after it. user is zero when there is none of that name.
func (r *Room) failed(t attempt, user db.ID) error {
	if t.failures < t.from || (t.failures-t.from)%5 != 0 {
		return nil
	}
	// Not under the request's idempotency key: a guesser could repeat one.
	apart, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	_, err := op.Do(apart, r.run, access.TheSystem(), "user.throttle", nil, func(tx *op.Tx) (bool, error) {
		tx.Tell(op.Event{Name: "user.throttle", Entity: "user", Record: user, Root: user, Detail: map[string]int64{"failures": t.failures}})
		return true, nil
	})
	return err
}
