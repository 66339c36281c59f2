INSERT INTO users (id, email) VALUES (1, 'twice@example.org'), (2, 'twice@example.org');
