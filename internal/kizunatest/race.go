//go:build race

package kizunatest

const underRace = true
