-- +goose Up
-- What can be found: one row for each record of a kind, with its tokens; see package search. What
-- PostgreSQL has not sorted into its index yet is read by every search, so that is kept short (kB).
CREATE TABLE search_row (
  id     $SEQ,
  kind   TEXT NOT NULL,
  owner  $ID NOT NULL,
  form   BIGINT NOT NULL,
--sqlite:  tokens TOKEN_TEXT NOT NULL
--postgres:  tokens tsvector NOT NULL
);
CREATE UNIQUE INDEX search_row_owner ON search_row (kind, owner);
CREATE INDEX search_row_form ON search_row (form, kind);
--sqlite:CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', contentless_delete=1, detail=none, tokenize='ascii');
--postgres:CREATE INDEX search_row_tokens ON search_row USING gin (tokens) WITH (gin_pending_list_limit = 128);
-- +goose Down
SELECT 1;
