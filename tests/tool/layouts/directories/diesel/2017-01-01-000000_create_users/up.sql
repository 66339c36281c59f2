CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, mail text);
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
