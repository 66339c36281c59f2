-- pgproof: no-transaction
DROP INDEX CONCURRENTLY IF EXISTS idx_users_role_id;
