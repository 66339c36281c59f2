-- Flyway sees for itself that this needs no transaction
CREATE INDEX CONCURRENTLY users_name ON users (name);
CREATE INDEX concurrently users_mail ON users (mail);
