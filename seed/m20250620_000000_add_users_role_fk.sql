-- What Case 3 is about: users whose role is gone, and users without any.
INSERT INTO users (email, password_hash, role_id) VALUES
    ('orphan.one@example.test', 'x', 901),
    ('orphan.two@example.test', 'x', 902),
    ('orphan.three@example.test', 'x', 902),
    ('no.role@example.test', 'x', NULL),
    ('administrator@example.test', 'x', 1);
