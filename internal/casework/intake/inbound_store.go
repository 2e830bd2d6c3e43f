package intake

import (
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// inboundsRepeated finds, for each of several samenesses, the latest referral of it;
// whoever asks decides what may be said of it.
func inboundsRepeated(q db.Q, same [][]byte) (map[string]InboundReferral, error) {
	out := map[string]InboundReferral{}
	if len(same) == 0 {
		return out, nil
	}
	list, err := db.All[InboundReferral](q, selectInbound+"x.sameness IN (??) AND x.status <> 'void' ORDER BY x.received_at, x.id", db.ListOf(same))
	for _, x := range list {
		out[string(x.Sameness)] = x
	}
	return out, err
}

var selectInbound = "SELECT " + db.Columns[InboundReferral]("x") + " FROM inbound_referral x WHERE "

func inboundByID(q db.Q, id db.ID) (InboundReferral, error) {
	return db.One[InboundReferral](q, selectInbound+"x.id = ?", id)
}

func inboundByReceipt(q db.Q, blind []byte) (InboundReferral, bool, error) {
	return db.Maybe[InboundReferral](q, selectInbound+"x.receipt = ?", blind)
}

var selectLink = "SELECT " + db.Columns[InboundLink]("x") + " FROM inbound_link x WHERE "

func linkByToken(q db.Q, blind []byte) (InboundLink, bool, error) {
	return db.Maybe[InboundLink](q, selectLink+"x.token = ?", blind)
}

// lockLink holds a link until the operation ends, so that two who send by it
// meet.
func lockLink(w db.W, blind []byte) error {
	_, err := db.All[int](w, "SELECT 1 FROM inbound_link WHERE token = ?"+db.ForUpdate(w), blind)
	return err
}

// linksListed is for how long a link is listed after it was made: much longer
// than it can be used.
const linksListed = 180 * 24 * time.Hour

func linksSeen(q db.Q, a access.Actor, now calendar.Time, before db.ID, limit int) ([]InboundLink, error) {
	seen := lens(a, now, kindLink).One("x.id")
	text, args := selectLink+"x.id > ? AND "+seen.SQL, append([]any{db.FirstAt(int64(now.Add(-linksListed)))}, seen.Args...)
	if !before.IsZero() {
		text += " AND x.id < ?"
		args = append(args, before)
	}
	return db.All[InboundLink](q, text+" ORDER BY x.id DESC LIMIT ?", append(args, limit)...)
}

var selectList = "SELECT " + db.Columns[InboundList]("") + " FROM inbound_list WHERE "

func listOfOwner(q db.Q, id, owner db.ID) (InboundList, error) {
	return db.One[InboundList](q, selectList+"id = ? AND owner = ?", id, owner)
}

// listsOf lists those of an owner, the newest first: from the beginning, or
// those made before one.
func listsOf(q db.Q, owner, before db.ID, limit int) ([]InboundList, error) {
	if before.IsZero() {
		return db.All[InboundList](q, selectList+"owner = ? ORDER BY id DESC LIMIT ?", owner, limit)
	}
	return db.All[InboundList](q, selectList+"owner = ? AND id < ? ORDER BY id DESC LIMIT ?", owner, before, limit)
}

func lockList(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM inbound_list WHERE id = ?"+db.ForUpdate(w), id)
	return err
}
