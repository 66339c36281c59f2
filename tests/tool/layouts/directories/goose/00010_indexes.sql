-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY users_name ON users (name);
CREATE INDEX CONCURRENTLY users_mail ON users (mail); -- both in one file

-- +goose Down
DROP INDEX CONCURRENTLY users_mail;
DROP INDEX CONCURRENTLY users_name;
