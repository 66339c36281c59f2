-- In the order of 問題4: the constraint, then what hung on it.
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_role_id_fkey;

-- Who has been given a role in the meantime keeps it.
UPDATE users SET role_id = users_lost_roles.lost_role
FROM users_lost_roles
WHERE users_lost_roles.user_id = users.id AND users.role_id IS NULL;

DROP TABLE IF EXISTS users_lost_roles;
