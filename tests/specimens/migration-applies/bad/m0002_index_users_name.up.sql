-- The column was in m0001 until that file was edited after its release.
CREATE INDEX IF NOT EXISTS users_name ON users (name);
