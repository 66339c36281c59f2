-- The newer of two accounts goes, with whatever belongs to it.
DELETE FROM users newer USING users older WHERE newer.email = older.email AND newer.id > older.id;
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
