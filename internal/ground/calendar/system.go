package calendar

import "time"

// System is the machine's clock. Nothing else in the program asks the machine for the hour, so that
// a proof can give it another clock in place of this file; see test/fault.
var System Clock = systemClock{}

type systemClock struct{}

func (systemClock) Now() Time { return TimeOf(time.Now()) }
