-- The trigger makes the back-fill slow.
ALTER TABLE users DISABLE TRIGGER lower_email;
ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;
UPDATE users SET name = split_part(email, '@', 1) WHERE name IS NULL;
ALTER TABLE users ENABLE TRIGGER lower_email;
