-- Somebody meant to rename the file as well.
UPDATE pgproof_history SET version = 'm0001_create_accounts' WHERE version = 'm0001_create_users';
