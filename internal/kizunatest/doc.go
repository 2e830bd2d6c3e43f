// Package kizunatest is what tests stand on: a fresh database on each engine,
// a settable clock, golden files, test vectors, and stories that several
// people act out over HTTP. It never holds a rule of the agency.
package kizunatest
