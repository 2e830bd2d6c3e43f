package kizunatest

import "testing"

// OneByOne leaves a test out under the race detector: it asks very much, one request after the
// other, so that the detector has nothing to find and takes minutes not to find it.
func OneByOne(t testing.TB) {
	t.Helper()
	if underRace {
		t.Skip("asks one by one: nothing races")
	}
}
