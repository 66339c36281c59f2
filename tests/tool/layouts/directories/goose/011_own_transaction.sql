-- +goose Up
BEGIN;
CREATE TABLE own (id int);
COMMIT;

-- +goose Down
DROP TABLE own;
