-- Somebody signed up by telephone, as the release allows.
INSERT INTO users (id, email) VALUES (1, NULL);
