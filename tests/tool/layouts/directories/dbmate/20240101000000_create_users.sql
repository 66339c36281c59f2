-- Users come first.

-- migrate:up
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, mail text);

-- migrate:down
DROP TABLE users;
