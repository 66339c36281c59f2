-- Guests have no address yet. Nobody has asked whether the newsletter bears that.
ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
