-- The role was deleted, its users were not.
INSERT INTO users (id, email, role_id) VALUES (1, 'left.behind@example.org', 999), (2, 'no.role@example.org', NULL);
