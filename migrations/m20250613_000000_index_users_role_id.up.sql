-- pgproof: no-transaction
-- Case 2 on a table that others use. CONCURRENTLY keeps writers going, and a build that is interrupted leaves an
-- invalid index behind. CREATE INDEX CONCURRENTLY IF NOT EXISTS would keep that one for good; so drop, then create.
-- It comes before the foreign key that it serves: deleting a role looks up its users.
DROP INDEX CONCURRENTLY IF EXISTS idx_users_role_id;
CREATE INDEX CONCURRENTLY idx_users_role_id ON users (role_id);
