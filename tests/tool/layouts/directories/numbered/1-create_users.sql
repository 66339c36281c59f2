CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, mail text);
