CREATE SCHEMA IF NOT EXISTS app;
SET LOCAL search_path = app;
CREATE TABLE IF NOT EXISTS accounts (id bigint PRIMARY KEY, name text NOT NULL);
