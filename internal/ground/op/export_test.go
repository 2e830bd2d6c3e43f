package op

import "time"

// SetUptime gives the runner a stopwatch of the test's own.
func (r *Runner) SetUptime(f func() time.Duration) { r.uptime = f }
