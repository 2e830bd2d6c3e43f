// Package jobs does what must happen after a deed: it keeps work in the
// database, in the transaction that asked for it, and workers of any number of
// processes take it up, each piece by one worker at a time. Work that fails is
// tried again, later each time, and after its last try lies dead where an
// administrator sees it.
//
// A change of state happens exactly once when the handler calls Finish in its
// own transaction; what reaches the outside happens at least once and needs a
// stable key. Payloads hold ids, never personal data. The package never knows
// what its work means.
package jobs
