-- Roles with ids that the application knows. A row that is there stays as it is.
INSERT INTO roles (id, name, description, created_at) VALUES
    (1, 'admin', 'Manages users and roles', '2025-06-14 00:00:00+09'),
    (2, 'member', 'Works on tasks', '2025-06-14 00:00:00+09'),
    (3, 'viewer', 'Reads tasks', '2025-06-14 00:00:00+09')
ON CONFLICT DO NOTHING;

-- Explicit ids do not move the sequence: without this, the application's next three inserts fail (23505).
-- Never backwards: setval(…, 3) would do harm where the sequence is ahead already.
SELECT setval('roles_id_seq', greatest((SELECT max(id) FROM roles), (SELECT last_value FROM roles_id_seq)));
