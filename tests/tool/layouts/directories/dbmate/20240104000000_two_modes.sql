-- migrate:up
CREATE INDEX users_mail ON users (mail);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_mail;
