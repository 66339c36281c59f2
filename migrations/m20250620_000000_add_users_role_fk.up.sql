-- pgproof: no-transaction
-- Case 3, 問題2. The runbook cleans with
--     UPDATE users SET role_id = NULL WHERE role_id NOT IN (SELECT id FROM roles);
-- and then adds the constraint. Three things are wrong with it:
-- * Between the two, a writer makes the next orphan. So the constraint comes first, NOT VALID: it refuses new
--   orphans, reads no row, and needs its lock for a moment only. Then the old ones are cleaned; the next version
--   validates. Outside a transaction, because the constraint's lock would last until the cleaning is done.
-- * NOT IN is never true once the list holds a NULL, and no row is cleaned, without a word. NOT EXISTS has no such
--   case.
-- * The reference is lost for good. Here it is kept, so that somebody can look into it and the down can put it back.

CREATE TABLE IF NOT EXISTS users_lost_roles (
    user_id bigint PRIMARY KEY
        CONSTRAINT users_lost_roles_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    lost_role integer NOT NULL
);

-- ADD CONSTRAINT knows no IF NOT EXISTS.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = 'users'::regclass AND conname = 'users_role_id_fkey'
    ) THEN
        ALTER TABLE users
            ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE RESTRICT NOT VALID;
    END IF;
END
$$;

-- One statement: what is kept is what is cleared.
WITH orphans AS (
    SELECT users.id, users.role_id
    FROM users
    WHERE users.role_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM roles WHERE roles.id = users.role_id)
    FOR UPDATE
), kept AS (
    INSERT INTO users_lost_roles (user_id, lost_role)
    SELECT id, role_id FROM orphans
    ON CONFLICT (user_id) DO UPDATE SET lost_role = EXCLUDED.lost_role
)
UPDATE users SET role_id = NULL FROM orphans WHERE users.id = orphans.id;
