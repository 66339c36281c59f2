CREATE TABLE IF NOT EXISTS people (id bigint PRIMARY KEY, name text NOT NULL);
