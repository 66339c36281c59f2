
-- Users come first; this comment; has semicolons;

-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, mail text);

-- +goose Down
DROP TABLE users;
