// Command expire lets two hours pass for every sign-in of an installation under test, so that all
// of them have expired: a browser test cannot wait, and the program has no way to hurry.
package main

import (
	"context"
	"fmt"
	"os"

	"kizuna/internal/ground/db"
)

const twoHours = 2 * 60 * 60 * 1000 // milliseconds

func main() {
	if err := expire(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "expire:", err)
		os.Exit(1)
	}
}

func expire(ctx context.Context) error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: expire DATABASE")
	}
	d, err := db.Open(ctx, os.Args[1], 1)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(tx, "UPDATE account_sign_in SET at = at - ?, seen_at = seen_at - ? WHERE ended_at = 0", twoHours, twoHours)
		return err
	})
}
