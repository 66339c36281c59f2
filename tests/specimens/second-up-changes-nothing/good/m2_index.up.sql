CREATE INDEX IF NOT EXISTS accounts_name ON accounts (name);
-- m1 was renamed once, and its old record is in the way
DELETE FROM pgproof_history WHERE version = 'm1_acounts';
