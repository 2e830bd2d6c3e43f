package document

import "kizuna/internal/ground/db"

var selectDocument = "SELECT " + db.Columns[Document]("") + " FROM document"

func load(q db.Q, id db.ID) (Document, error) {
	return db.One[Document](q, selectDocument+" WHERE id = ?", id)
}

const ownerText = " WHERE owner = ? AND owner_kind = ? AND status <> 'void' ORDER BY id"

// Of lists the documents of a record, the oldest first.
func Of(q db.Q, kind string, owner db.ID) ([]Document, error) {
	return db.All[Document](q, selectDocument+ownerText, owner, kind)
}

// QueueOf adds the documents of a record to a batch.
func QueueOf(b *db.Batch, kind string, owner db.ID) *db.Answer[Document] {
	return db.Queue[Document](b, selectDocument+ownerText, owner, kind)
}

// Missing counts the required documents of a record that are not accepted.
func Missing(q db.Q, kind string, owner db.ID) (int, error) {
	return db.One[int](q, "SELECT COUNT(*) FROM document WHERE owner = ? AND owner_kind = ? AND required = TRUE AND status IN ('requested', 'received', 'rejected')", owner, kind)
}
