// Package db is the one place that knows the database engines: SQLite inside
// by default, PostgreSQL when an agency outgrows one machine.
//
// SQL is written once, in each room's store.go, with ? parameters and only
// what both engines understand. Reads run in Read, writes in Write; a Write
// closure may run again after a serialization failure, so it must have no
// effect outside its transaction. The package never knows what a row means.
package db
