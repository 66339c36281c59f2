DROP TRIGGER touched ON users;
DROP FUNCTION touch();
